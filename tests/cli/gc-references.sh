# What refers to what within garbage: a node and its list hold each other, and each node
# holds a tuple of dicts. In every interpreter that is here, in the summary, the table of
# types and the database.
cat >app.py <<'PY'
import gc
class Node:
    __slots__ = "children", "extra"
def make():
    node = Node()
    node.children = [node, node, node]
    node.extra = ({"node": node}, {"node": node})
gc.collect()
gc.set_threshold(5000, 5, 5)
for i in range(10000):
    make()
PY
# The last nodes are still to be found when the program ends.
cat >check.py <<'PY'
import json, sys
want = {("Node", "list"): 1, ("list", "Node"): 3, ("Node", "tuple"): 1, ("tuple", "dict"): 2,
        ("dict", "Node"): 2}
types = json.load(open("types"))
rows = types["garbage_references"]
made = sum(t["garbage_objects"] for t in types["types"] if t["type"] == "Node")
nodes = sum(t["garbage_looked"] for t in types["types"] if t["type"] == "Node")
found = {}
for row in rows:
    pair = row["from"], row["to"]
    found[pair] = found.get(pair, 0) + row["references"]
if not 9000 <= made <= 10000:
    print(sys.argv[1], made, "nodes")
for pair in want:
    if found.get(pair) != want[pair] * nodes:
        print(sys.argv[1], nodes, "nodes,", *pair, found.get(pair))
if json.load(open("summary"))["garbage_references"] != rows:
    print(sys.argv[1], "the summary differs")
numbers = [row["references"] for row in rows]
if numbers != sorted(numbers, reverse=True):
    print(sys.argv[1], "not the most first")
PY
n=0
check() { # PYTHON
    PYTHONHASHSEED=0 pymemtrace record -qf -o a.pmt -- "$1" app.py
    rm -f a.db
    pymemtrace replay -q -d a.db a.pmt
    pymemtrace stats --json a.pmt >summary
    pymemtrace stats --types --json a.pmt >types
    pymemtrace stats --types --json a.db >stored
    pymemtrace stats -v a.pmt >text
    cmp types stored || echo "$1: trace and database differ"
    grep -Eqx '  Node +list +[0-9,]+ +1\.0' text || echo "$1: no Node to list in the text"
    python3 check.py "$1"
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
