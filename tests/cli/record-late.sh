# What is made between a look and its collection, from 3.12 on at least one object each time, is
# watched from then on like the others: small garbage that leads to a large ring says when the ring
# was last touched.
cat >rings.py <<'PY'
class Node:
    pass

def ring():
    nodes = [Node() for _ in range(2000)]
    for a, b in zip(nodes, nodes[1:] + nodes[:1]):
        a.next, a.all = b, nodes
    return nodes[0]

for _ in range(60):
    last = ring()
    for _ in range(2500):
        small = Node()
        small.self, small.other = [small], last
PY
n=0
check() { # PYTHON
    pymemtrace record -qfo a.pmt -- "$1" rings.py
    pymemtrace dump a.pmt | awk -v what="$1" '
        function end() { if (size > 1500) { rings++; wide += most - least > 8 } size = 0 }
        $2 == "GC_TOUCHED" { end(); split($3, l, "="); split($4, m, "="); least = l[2]; most = m[2] }
        $2 == "GARBAGE" { split($4, k, "="); if (k[2] % 2) { if (size) end() } size++ }
        $2 == "GC_LOOK" { end() }
        END { end(); if (rings < 50 || wide > 6) print what ": of " rings " rings " wide + 0 " touched who knows when" }'
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
