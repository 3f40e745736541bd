# What a collection takes from older garbage is no sign of life of it either where the agent has met
# an object several times: among so many others that it has forgotten having met it.
cat >twice.py <<'PY'
import gc

class Node:
    pass

def pairs(n):
    made = [Node() for i in range(2 * n)]
    for a, b in zip(made[:n], made[n:]):
        a.other, b.other = b, a
    return made[:n]

def work(n=5000):
    for i in range(n):
        str(i)

def collect(generation):
    gc.set_threshold(10, 1000 if generation == 0 else 0, 1000)
    kept.extend([] for i in range(12))
    gc.set_threshold(100000, 1000, 1000)

kept = []
gc.collect()
work(100000)
collect(0)
kept.extend((kept,) * (21 + i * 7 % 29) for i in range(3600))
old = pairs(100)
work()
collect(0)
young = pairs(100)
for a, b in zip(young, old):
    a.old = b
work()
del young, old, a, b
work()
collect(0)
work()
collect(1)
PY
pymemtrace record -q -o twice.pmt -- python3 twice.py
cat >when.py <<'PY'
import subprocess
readings = freed = 0
later = []
for line in subprocess.run(["pymemtrace", "dump", "twice.pmt"], stdout=-1, check=True, text=True).stdout.splitlines():
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
python3 when.py
