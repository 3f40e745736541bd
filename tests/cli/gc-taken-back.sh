# From 3.12 on a collection that is due comes at the next check of the evaluation loop. Where frees
# have taken count 0 back by then, generation 1 is collected all the same if it is due: as any
# other that nobody asked for, it would not come with collection switched off.
cat >app.py <<'PY'
import gc
keep, x = [], 1
gc.set_threshold(700, 10, 10)
for i in range(10000):
    [{x}, {x}, {x}]
    keep.append({x})
PY
check() { # PYTHON
    pymemtrace record -qfo app.pmt -- "$1" app.py
    main=$(pymemtrace dump app.pmt | awk '$2 == "MAIN" { print $1 }')
    pymemtrace stats --csv --collections -c gc=off app.pmt | awk -F, -v python="$1" -v main="$main" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["event"] > main && $at["generation"] == 1 { n++ }
        END { if (n) print python ": " n " collections of generation 1 are left" }'
    pymemtrace verify app.pmt >proof || cat proof
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
