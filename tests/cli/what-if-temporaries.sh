# An object of the collector that dies before anything else is made, as a bound method does, leaves
# the count as it was. Under other thresholds a collection may still come with it: a replay has as
# many as a real run.
cat >app.py <<'PY'
import gc, os, sys
gc.set_threshold(int(sys.argv[1]), 1000000, 10)
def bind(text):
    method = text.lower
kept = []
for i in range(60000):
    kept.append([i])
    for text in "abcdef":
        bind(text)
print(sum(s["collections"] for s in gc.get_stats()), flush=True)
os._exit(0) # an interpreter that finalises may collect as well
PY
check() { # PYTHON
    real=$("$1" app.py 60)
    was=$(pymemtrace record -qfo app.pmt -- "$1" app.py 800)
    set=$(pymemtrace dump app.pmt | awk '$2 == "GC_THRESHOLD" && $3 == "generation=2" { n = $1 } END { print n + 1 }')
    all=$(pymemtrace stats --csv --collections -c "gc=60,1000000,10 gc.since=event:$set" app.pmt | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["asked_for"] == "false" { n++ }
        END { print n }')
    [ $((all - real)) -le 1 ] && [ $((real - all)) -le 1 ] && [ "$was" -lt $((real / 5)) ] ||
        echo "$1: $all collections, really $real, recorded $was"
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
