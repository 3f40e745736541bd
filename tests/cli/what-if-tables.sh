# Tables of dicts that a collection frees serve the next dicts, from their free list. Where no
# collection comes they do not: a replay then needs as many arenas as a real run.
cat >app.py <<'PY'
import gc, sys
if len(sys.argv) > 1:
    gc.disable()
class Ring: pass
for i in range(100000):
    ring = Ring()
    ring.next = {"ring": ring}
if len(sys.argv) > 1:
    sys._debugmallocstats()
PY
check() { # PYTHON
    real=$("$1" app.py off 2>&1 | sed -n 's/^# arenas highwater mark *= *\([0-9,]*\)$/\1/p' | tr -d ,)
    pymemtrace record -qfo app.pmt -- "$1" app.py
    off=$(pymemtrace replay --json -c gc=off app.pmt | sed -n 's/.*"highwater": \([0-9]*\),.*/\1/p')
    [ $((off - real)) -le 1 ] && [ $((real - off)) -le 1 ] || echo "$1: $off arenas, really $real"
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
