# What a young collection frees may refer to older garbage, which was left long before that: the
# collection's taking of references is not taken for a sign of life.
cat >left.py <<'PY'
import gc

class Node:
    pass

def pairs(n):
    made = [Node() for i in range(2 * n)]
    for a, b in zip(made[:n], made[n:]):
        a.other, b.other = b, a
    return made[:n]

def work():
    for i in range(100000):
        str(i)

gc.collect()
old = pairs(100)
gc.collect()
work()
young = pairs(100)
for a, b in zip(young, old):
    a.old = b
work()
del young, old, a, b
work()
made = [[] for i in range(2000)]
work()
kept = [[] for i in range(100000)]
PY
pymemtrace record -q -o left.pmt -- python3 left.py
cat >when.py <<'PY'
import re, subprocess
readings = collection = 0
later = []
for line in subprocess.run(["pymemtrace", "dump", "left.pmt"], stdout=-1, check=True, text=True).stdout.splitlines():
    op = line.split()[1:2]
    if op == ["GC_COUNTS"]:
        readings += 1
    elif op == ["GC_BEGIN"]:
        collection = readings
    elif op == ["GC_LOOK"]:
        everything = "generation=2" in line
    elif op == ["GC_TOUCHED"] and everything and readings - collection > 50:
        later.append(int(re.search(r"least=(\d+)", line)[1]) > readings - collection)
print(len(later) >= 100, sum(later) > 0.9 * len(later))
PY
python3 when.py
