# What a young collection frees may refer to older garbage, which was left long before that: the
# collection's taking of references is not taken for a sign of life. Nor is it where the agent has
# met an object several times: among so many others that it has forgotten having met it.
cat >nodes.py <<'PY'
class Node:
    pass

def pairs(n):
    made = [Node() for i in range(2 * n)]
    for a, b in zip(made[:n], made[n:]):
        a.other, b.other = b, a
    return made[:n]

def work(n):
    for i in range(5000 * n):
        str(i)
PY
cat >once.py <<'PY'
import gc
from nodes import Node, pairs, work

gc.collect()
for i in range(600000): # looks at everything find nothing, and become rare
    Node()
old = pairs(100)
gc.collect()
work(20)
young = pairs(100)
for a, b in zip(young, old):
    a.old = b
work(20)
del young, old, a, b
work(20)
made = [[] for i in range(2000)]
work(20)
kept = [[] for i in range(100000)]
PY
cat >twice.py <<'PY'
import gc
from nodes import pairs, work

def collect(generation):
    gc.set_threshold(10, 1000 if generation == 0 else 0, 1000)
    kept.extend([] for i in range(12))
    gc.set_threshold(100000, 1000, 1000)

kept = []
gc.collect()
work(20)
collect(0)
kept.extend((kept,) * (21 + i * 7 % 29) for i in range(3600))
old = pairs(100)
work(1)
collect(0)
young = pairs(100)
for a, b in zip(young, old):
    a.old = b
work(1)
del young, old, a, b
work(1)
collect(0)
work(1)
collect(1)
PY
cat >when.py <<'PY'
import subprocess, sys
readings = freed = 0
later = []
for line in subprocess.run(["pymemtrace", "dump", sys.argv[1]], stdout=-1, check=True, text=True).stdout.splitlines():
    op, *rest = line.split()[1:]
    if op == "GC_COUNTS":
        readings += 1
    elif op == "GC_STAT" and rest[0] == "which=0" and int(rest[1][5:]) >= 200 and not freed:
        freed = readings
    elif op == "GC_LOOK":
        old = rest[0] != "generation=0"
    elif op == "GC_TOUCHED" and freed and old:
        later.append(int(rest[0][6:]) > readings - freed)
print(len(later) >= 100, sum(later) > 0.9 * len(later))
PY
for left in once twice; do
    pymemtrace record -q -o $left.pmt -- python3 $left.py
    python3 when.py $left.pmt
done
