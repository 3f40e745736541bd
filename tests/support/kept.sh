# For each interpreter: app.py prints what a collection finds at its end, without one before it ("off") and
# with some ("on"); of a recording with some, a replay without one finds as many.
check() { # PYTHON
    real=$("$1" app.py off)
    pymemtrace record -qfo app.pmt --precise=3000 -- "$1" app.py on >recorded
    set=$(pymemtrace dump app.pmt | awk '$2 == "GC_THRESHOLD" && $3 == "generation=2" { n = $1 } END { print n + 1 }')
    all=$(pymemtrace stats --csv --collections -c "gc=off gc.since=event:$set" app.pmt | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["asked_for"] == "true" { n = $at["collected"] }
        END { print n + 0 }')
    [ $((all - real)) -le $((real / 100)) ] && [ $((real - all)) -le $((real / 100)) ] ||
        echo "$1: $all found, really $real, recorded $(cat recorded)"
    [ "$(cat recorded)" -le $((real / 2)) ] || echo "$1: recorded $(cat recorded) at the end"
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
