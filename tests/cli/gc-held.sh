# From 3.12 on nothing is collected within a call into C, whatever it makes: a replay under lower
# thresholds has as many collections as a real run. And a loop that comes back to the same
# instruction is no such call.
cat >app.py <<'PY'
import gc, itertools, json, os, sys
text = json.dumps([[[i], {"a": [i, [i + 1]]}] for i in range(3000)])
gc.set_threshold(int(sys.argv[1]), 1000000, 10)
kept = []
for turn in range(8):
    kept.append(json.loads(text))
    kept.append([[i] for i in range(500)])
    for i in itertools.repeat(None, 500):
        kept.append([i])
    kept.append(list(zip(range(5000), range(5000))))
    del kept[:100]
print(sum(s["collections"] for s in gc.get_stats()), flush=True)
os._exit(0) # an interpreter that finalises may collect as well
PY
check() { # PYTHON
    real=$("$1" app.py 60)
    pymemtrace record -qfo app.pmt -- "$1" app.py 4000 >recorded
    set=$(pymemtrace dump app.pmt | awk '$2 == "GC_THRESHOLD" && $3 == "generation=2" { n = $1 } END { print n + 1 }')
    all=$(pymemtrace stats --csv --collections -c "gc=60,1000000,10 gc.since=event:$set" app.pmt | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["asked_for"] == "false" { n++ }
        END { print n }')
    [ $((all - real)) -le 2 ] && [ $((real - all)) -le 2 ] ||
        echo "$1: $all collections, really $real, recorded $(cat recorded)"
    [ -z "$(pymemtrace verify app.pmt | grep -i 'not exact')" ] || echo "$1: verify"
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
