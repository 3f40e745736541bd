# A program makes much, of which nothing is garbage, and then leaves old objects: looks that found
# nothing while it grew are no reason to let its full collections come unlooked at.
cat >app.py <<'PY'
import collections
class Entry:
    def __init__(self, key):
        self.key, self.me, self.more = key, self, {key: [key]}
base = {i: Entry(i) for i in range(30000)}
recent = collections.OrderedDict()
for n in range(40000):
    recent[n] = Entry(n)
    if len(recent) > 4000:
        recent.popitem(last=False)
PY
check() { # PYTHON
    pymemtrace record -qfo app.pmt -- "$1" app.py
    pymemtrace dump app.pmt | awk -v what="$1" '
        $2 == "GARBAGE" { told++ }
        $2 == "GC_BEGIN" { kind = $3 }
        $2 == "GC_STAT" && $3 == "which=0" { collected = substr($4, 6) + 0 }
        $2 == "GC_END" && kind == "kind=2" { n++; sum_told += told; sum_collected += collected; told = 0 }
        END { if (n < 2 || sum_collected < 50000 || sum_told < 0.9 * sum_collected)
                  print what ": " n " full collections, " sum_collected " collected, " sum_told " told before" }'
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check 11 # later ones have no full collection here
[ "$n" -gt 0 ]
