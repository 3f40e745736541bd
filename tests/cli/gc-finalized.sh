# Generators left in a cycle are closed by the collection that finds them, and what they hold dies
# by counting: nothing is reported as collected, whatever the thresholds. That holds for tuples of
# numbers too, which collections untrack.
cat >app.py <<'PY'
class Channel:
    pass
def stage(channel, name):
    held = []
    for n in range(100):
        held.append((name, n))
        yield channel
for i in range(8000):
    channel = Channel()
    channel.gen = stage(channel, i)
    for _ in range(6):
        next(channel.gen)
PY
check() { # PYTHON
    pymemtrace record -qfo app.pmt -- "$1" app.py
    for gc in recorded 2000,10,10 5000,10,10; do
        pymemtrace stats --csv --collections -c "gc=$gc" app.pmt | awk -F, -v what="$1, $gc" '
            NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
            $at["asked_for"] == "false" { collected += $at["collected"]; n++ }
            END { if (n < 4 || collected > 200) print what ": " n " collections, " collected " collected" }'
    done
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
