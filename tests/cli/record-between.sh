# When garbage was left is told from two sides, by readings of reference counts, and lies between
# them: of objects of any age, while others come and go, also at the same places, and while
# collections come unlooked at. A block of a size of its own is made just before each object, and
# another just before it is left.
cat >left.py <<'PY'
import random

class Node:
    pass

rnd = random.Random(5)
live = [None] * 96
kept = []
for n in range(4000):
    for i in range(30):
        str(n + i)
        Node()
    kept.append([[] for i in range(8)])
    if n % 50 == 49:
        del kept[rnd.randrange(len(kept)):]
    k = int(96 * rnd.random() ** 3)
    if live[k] is not None:
        bytes(3000 + 2 * live[k].number + 1)
        live[k] = None
    bytes(3000 + 2 * n)
    node = Node()
    node.node = node
    node.number = n
    live[k] = node
    del node
PY
cat >when.py <<'PY'
import sys

readings, looked, seen, ended = [], 0, 0, False
owner, made, truth, wanted, touched = {}, {}, {}, None, None
outside, widths = 0, []
for line in sys.stdin:
    if line.startswith("#"):
        continue
    event, op, *rest = line.split()
    f = dict(x.split("=") for x in rest if "=" in x)
    e = int(event)
    if op.startswith("ALLOC") or op.startswith("REUSED"):
        owner.pop(f["slot"], None)
        number = int(f["size"]) - 33 - 3000
        if op == "ALLOC_GC" or op == "REUSED_GC":
            if wanted is not None:
                owner[f["slot"]], made[wanted] = wanted, e
            wanted = None
        elif 0 <= number < 8000 and number % 2:
            truth[number // 2] = e
        elif 0 <= number < 8000:
            wanted = number // 2
    elif op == "GC_COUNTS":
        if ended or not readings:
            readings, ended = [looked], False
        if e != looked:
            readings.append(e)
    elif op == "GC_LOOK":
        seen, touched = e, None
        if ended or not readings:
            readings, ended = [looked], False
        if f["generation"] == "2":
            looked, ended = e, True
    elif op == "GC_TOUCHED":
        least, most = int(f["least"]), int(f["wide"])
        if least < len(readings):
            touched = (readings[-1 - most] if most < len(readings) else 0,
                       readings[-least] if least else seen)
    elif op == "GARBAGE":
        if touched and f["slot"] in owner and owner[f["slot"]] in truth:
            at = truth[owner[f["slot"]]]
            # The mark comes some events before what it marks.
            outside += not touched[0] <= at + 8 or not at <= touched[1]
            widths.append(touched[1] - max(touched[0], made[owner[f["slot"]]]))
        touched = None
widths.sort()
print(len(widths), outside, widths[len(widths) // 2], widths[len(widths) * 9 // 10])
PY
pymemtrace record -qfo left.pmt -- python3 left.py
pymemtrace dump left.pmt | python3 when.py >found
read -r n outside median most <found
[ "$n" -gt 3000 ] && [ "$outside" -eq 0 ] && [ "$median" -lt 25000 ] && [ "$most" -lt 100000 ] || cat found
