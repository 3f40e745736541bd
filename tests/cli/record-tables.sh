# The list of dicts' tables, where no allocator hook is called in between, where other objects are
# made and freed beside them, and where another tool's hooks lie on top.
cat >app.py <<'PY'
import collections, tracemalloc
def work(n):
    kept = []
    for i in range(n):
        d = {"a": i}
        del d                       # taken and given back, without a call of the allocator
        x = collections.defaultdict(list, a=1)
        kept.append({i, i + 1})     # a set: the next call is that which frees x
        del x
        y = {}
        for key in "abcdefg":       # the table is outgrown
            y[key] = key
        y.clear()
        z = {"b": y}
        kept.append(("x" * 70 + str(i), z))
        if i % 300 == 0:
            kept.clear()
work(3000)
tracemalloc.start()
work(1000)
tracemalloc.stop()
work(3000)
PY
check() { # PYTHON
    pymemtrace record -qfo app.pmt -- "$1" app.py
    pymemtrace verify app.pmt >proof || { echo "$1:"; cat proof; }
    pymemtrace stats -q --csv --freelists app.pmt | awk -F, -v python="$1" '
        $1 == "\"dict keys\"" { hits = $5 }
        END { if (hits < 4 * 7000) print python ": " hits " tables from the list, four a round" }'
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
