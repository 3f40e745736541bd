"""Expressions differentiated and simplified, with memos that lead back."""
import random, functools
rnd = random.Random(13)

class E:
    __slots__ = ('op', 'args', '_h', 'memo')

    def __init__(s, op, *args):
        s.op = op
        s.args = args
        s._h = None
        s.memo = {}

def gen(d):
    return E('v', rnd.randrange(5)) if d == 0 else E(rnd.choice('+*-'), gen(d - 1), gen(d - 1))

def diff(e):
    if e.op == 'v':
        r = E('c', 1 if e.args[0] == 0 else 0)
    elif e.op == '*':
        a, b = e.args
        r = E('+', E('*', diff(a), b), E('*', a, diff(b)))
    else:
        r = E(e.op, *map(diff, e.args))
    e.memo['d'] = r
    r.memo['i'] = e
    return r

def simp(e):
    if e.op in 'vc':
        return e
    a = [simp(x) for x in e.args]
    if e.op == '*' and any((x.op == 'c' and x.args[0] == 0 for x in a)):
        return E('c', 0)
    if e.op == '+':
        a = [x for x in a if not (x.op == 'c' and x.args[0] == 0)]
        if not a:
            return E('c', 0)
        if len(a) == 1:
            return a[0]
    return E(e.op, *a)
bank = []
n = 0
for i in range(1500):
    e = gen(7)
    bank.append(simp(diff(e)))
    if len(bank) > 60:
        bank = [b for b in bank if rnd.random() < 0.5]
    n += len(bank)
print(n)
