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
check "$(python3 -c 'import sys; print(sys.executable)')"
[ ! -x /usr/bin/python3 ] || check /usr/bin/python3
for minor in 8 9 10 11 12 13; do
    for folder in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.$minor.*; do
        case $folder in
        *t) ;; # free-threaded
        *) [ ! -x "$folder/bin/python" ] || check "$folder/bin/python" ;;
        esac
    done
done
[ "$n" -gt 0 ]
