# A program makes much, of which nothing is garbage, and then leaves old objects: looks that found
# nothing while it grew are no reason to let its full collections come unlooked at.
cat >app.py <<'PY'
import collections
class Entry:
    def __init__(self, key):
        self.key, self.me, self.more = key, self, {key: [key]}
base = {i: Entry(i) for i in range(30000)}
recent = collections.OrderedDict()
for n in range(40000):
    recent[n] = Entry(n)
    if len(recent) > 4000:
        recent.popitem(last=False)
PY
# ... also where it only makes a graph, walks it and drops it, again and again.
cat >phases.py <<'PY'
class Node:
    def __init__(self, n):
        self.n, self.out, self.me = n, [], self
def build(n):
    nodes = [Node(i) for i in range(n)]
    for i in range(n):
        for k in (3, 7, 11):
            nodes[i].out.append((nodes[i], nodes[i * k % n], i))
    return nodes
for size in 30000, 8000, 45000, 2000, 30000, 40000:
    nodes = build(size)
    total = sum(len(x.out) for x in nodes)
    del nodes
    words = [("w%d" % i).split("w") for i in range(30000)]
PY
told() { # PYTHON PROGRAM
    pymemtrace record -qfo app.pmt -- "$1" "$2"
    pymemtrace dump app.pmt | awk -v what="$1 $2" '
        $2 == "GARBAGE" { told++ }
        $2 == "GC_BEGIN" { kind = $3 }
        $2 == "GC_STAT" && $3 == "which=0" { collected = substr($4, 6) + 0 }
        $2 == "GC_END" && kind == "kind=2" { n++; sum_told += told; sum_collected += collected; told = 0 }
        END { if (n < 2 || sum_collected < 50000 || sum_told < 0.9 * sum_collected)
                  print what ": " n " full collections, " sum_collected " collected, " sum_told " told before" }'
}
check() { # PYTHON
    told "$1" app.py
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check 11 # later ones have no full collection here
[ "$n" -gt 0 ]
told /usr/bin/python3 phases.py
