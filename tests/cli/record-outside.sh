# Objects outside the arenas: their memory may go at any time, and the agent reads counts of objects.
# Tuples that were grown and then shrunk stay where malloc put them, however small they are now.
cat >shrunk.py <<'PY'
def numbers(n):
    for i in range(n):
        yield []
class Node:
    pass
keep = []
for turn in range(4):
    for i in range(12000):
        keep.append(tuple(numbers(52)))
    keep.clear()
    nodes = [Node() for i in range(4000)]
    for node in nodes:
        node.me = node
print("lived")
PY
n=0
check() { # PYTHON
    [ "$(pymemtrace record -qfo a.pmt -- "$1" shrunk.py)" = lived ] || echo "$1: it died"
    pymemtrace verify -q a.pmt || echo "$1: $?"
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
