# A program that ends by os._exit(), and so without the interpreter's last collection: what it has
# left since the last look is told of all the same.
cat >app.py <<'PY'
import gc, os
gc.disable()
class Node: pass
def work(n):
    for i in range(n):
        a = Node()
        a.b = {"a": a}
work(300)
os._exit(3)
PY
check() { # PYTHON
    code=0
    pymemtrace record -qfo app.pmt -- "$1" app.py || code=$?
    [ "$code" = 3 ] || echo "$1: exit code $code"
    pymemtrace dump app.pmt | awk -v what="$1" '
        $2 == "GARBAGE" { found++ }
        END { if (found < 600) print what ": " found + 0 " objects, of 600" }'
    pymemtrace verify app.pmt >proof || cat proof
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
