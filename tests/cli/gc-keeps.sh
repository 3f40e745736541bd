# Garbage that is not collected keeps what it refers to. Entries of a queue lead to the next one, and
# to themselves: where full collections, which let go of the old ones, stay away, hardly any of those
# that are dropped is collected; a replay knows it.
cat >app.py <<'PY'
import gc, os, sys
gc.set_threshold(500, 5, int(sys.argv[1]))
class Entry:
    __slots__ = ("me", "next")
    def __init__(self):
        self.me, self.next = self, None
first = last = Entry()
for i in range(60000):
    last.next = Entry()
    last = last.next
    if i > 1000:
        first = first.next
print(sum(s["collected"] for s in gc.get_stats()), flush=True)
os._exit(0) # an interpreter that finalises collects as well
PY
check() { # PYTHON
    real=$("$1" app.py 100000)
    pymemtrace record -qfo app.pmt --precise=3000 -- "$1" app.py 2 >recorded
    set=$(pymemtrace dump app.pmt | awk '$2 == "GC_THRESHOLD" && $3 == "generation=2" { n = $1 } END { print n + 1 }')
    all=$(pymemtrace stats --csv --collections -c "gc=500,5,100000 gc.since=event:$set" app.pmt | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["asked_for"] == "false" { n += $at["collected"] }
        END { print n + 0 }')
    [ $((all - real)) -le 1000 ] && [ $((real - all)) -le 1000 ] ||
        echo "$1: $all collected, really $real, recorded $(cat recorded)"
    [ "$(cat recorded)" -ge 30000 ] || echo "$1: recorded only $(cat recorded)"
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
