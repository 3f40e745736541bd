# What collections report under other thresholds, from one recording, beside what the program itself
# says under them. It is garbage of which not all is in the collector's lists: classes, whose dicts of
# strings never were, and tuples of numbers, which the first collection that they survive takes out.
cat >app.py <<'PY'
import gc, sys

class Node:
    pass

def classes(i):
    class Class:
        pass
    return Class

def tuples(i):
    a, b = Node(), Node()
    a.other, b.other = b, a
    a.log = [(i, i + k) for k in range(5)]
    return a

make = globals()[sys.argv[1]]
if len(sys.argv) > 2:
    gc.set_threshold(*map(int, sys.argv[2].split(",")))
kept = [None] * 900
for i in range(8000):
    kept[i % len(kept)] = make(i)
if len(sys.argv) > 2:
    print(sum(g["collected"] for g in gc.get_stats()))
PY
n=0
compare() { # PYTHON, KIND
    pymemtrace record -q --precise=1000 -fo a.pmt -- "$1" app.py "$2"
    for thresholds in 3000,10,10 20000,10,10; do
        real=$("$1" app.py "$2" $thresholds)
        pymemtrace stats -q --collections --csv -c "gc=$thresholds gc.since=main" a.pmt >rows
        awk -F, -v real="$real" -v what="$1 $2 $thresholds" '
            NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
            $column["asked_for"] == "false" { n += $column["collected"] }
            END { if (n < real * 0.97 || n > real * 1.03)
                      print what ": " n ", really " real }' rows
    done
    n=$((n + 1))
}
check() {
    compare "$1" classes
    compare "$1" tuples
}
. "$TOP/tests/support/pythons.sh"
each_python check 11
[ "$n" -gt 0 ] || { echo 'skip: no Python up to 3.11, where collections come inside allocations'; exit 77; }
