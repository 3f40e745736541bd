"""survivors.py [N] - waves of short-lived objects of many sizes; one in thirty stays.

What it shows: a pool is given back only when every block in it is free, an arena only
when every pool is. A few survivors, spread over all pools, hold nearly all of the
memory that the wave took: the heap looks like a leak and is none.
"""
import random
import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 300_000
rnd = random.Random(5)
kinds = [
    lambda i: bytes(i % 300),
    lambda i: (i, i + 1, i + 2),
    lambda i: [None] * (i % 40),
    lambda i: {"number": i},
    lambda i: "line %d of the wave" % i,
    lambda i: float(i),
]
kept = []
for wave in range(3):
    things = [kinds[rnd.randrange(len(kinds))](i) for i in range(N)]
    kept.extend(rnd.sample(things, N // 30))
    del things
print(len(kept), "kept")
