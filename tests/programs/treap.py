"""A tree with links up that is split and merged; halves of it are dropped."""
import random
rnd = random.Random(10)

class T:
    __slots__ = ('k', 'p', 'l', 'r', 'up', 'data')

    def __init__(s, k):
        s.k = k
        s.p = rnd.random()
        s.l = s.r = s.up = None
        s.data = [k]

def split(t, k):
    if t is None:
        return (None, None)
    if t.k < k:
        a, b = split(t.r, k)
        t.r = a
        if a:
            a.up = t
        return (t, b)
    a, b = split(t.l, k)
    t.l = b
    if b:
        b.up = t
    return (a, t)

def merge(a, b):
    if a is None or b is None:
        return a or b
    if a.p > b.p:
        a.r = merge(a.r, b)
        a.r.up = a
        return a
    b.l = merge(a, b.l)
    b.l.up = b
    return b
root = None
keys = []
for i in range(200000):
    k = rnd.randrange(1 << 30)
    a, b = split(root, k)
    root = merge(merge(a, T(k)), b)
    keys.append(k)
    if i > 15000 and i % 3:
        lo = keys[rnd.randrange(len(keys))]
        a, b = split(root, lo)
        b, c = split(b, lo + (1 << 14))
        root = merge(a, c)
    if i % 15000 == 14999:
        a, root = split(root, 1 << 29)
print(root is not None)
