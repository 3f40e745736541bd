# A tuple that a free list gave is untracked like any other by the collection that it survives, and the
# trace says so of each.
cat >app.py <<'PY'
import gc
gc.disable()
keep = []
for turn in range(6):
    scratch = [(n, n) for n in range(500)]
    gc.collect(0)
    scratch = None # they go to the free list
    for n in range(500):
        keep.append((n, str(n)))
    gc.collect(0)
print(sum(not gc.is_tracked(one) for one in keep))
PY
check() { # PYTHON. An address that comes back may be told twice, but that is seldom.
    pymemtrace record -qfo app.pmt -- "$1" app.py >untracked
    told=$(pymemtrace dump app.pmt | awk '
        $2 == "MAIN" { main = 1 }
        $2 == "REUSED_GC" || $2 == "ALLOC_GC" { from_list[$3] = $2 == "REUSED_GC"; told[$3] = 0 }
        main && $2 == "GC_UNTRACKED" && from_list[$3] { n += !told[$3]; again += told[$3]++ > 0 }
        END { print (again > 50) ? 0 : n + 0 }')
    [ "$(cat untracked)" -eq 3000 ] || echo "$1: $(cat untracked) untracked"
    [ "$told" -ge 2900 ] || echo "$1: $told told"
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
