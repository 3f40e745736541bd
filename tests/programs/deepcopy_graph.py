"""Deep copies of a graph of 1,500 nodes, some of them kept for a while."""
import copy, pickle, random, sys
sys.setrecursionlimit(100000)
rnd = random.Random(5)

class Node:

    def __init__(s, n):
        s.n = n
        s.out = []
        s.meta = {'w': [n] * 3}

def graph(n):
    ns = [Node(i) for i in range(n)]
    for a in ns:
        a.out = [rnd.choice(ns) for _ in range(3)]
    return ns
base = graph(1500)
hist = []
for i in range(60):
    g = copy.deepcopy(base)
    hist.append(g)
    if len(hist) > 5:
        hist.pop(rnd.randrange(5))
    if i % 2:
        import sys
        sys.setrecursionlimit(100000)
        small = copy.deepcopy(base[0].meta)
        s = pickle.dumps([(n.n, n.meta) for n in g])
        hist[-1].append(pickle.loads(s))
print(sum((len(h) for h in hist)))
