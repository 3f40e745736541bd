# What the program itself calls of gc is done in a prediction as well, and no more than that: one
# that switches collection off and on again keeps the thresholds that are asked for, one that sets
# thresholds keeps them off if asked.
cat >switch.py <<'PY'
import gc
class Node:
    def __init__(self):
        self.me = self
def work(n):
    for _ in range(n):
        Node()
work(10000)
gc.disable()
work(10000)
gc.enable()
work(30000)
PY
cat >set.py <<'PY'
import gc
class Node:
    def __init__(self):
        self.me = self
gc.set_threshold(5000, 10, 10)
for _ in range(50000):
    Node()
PY
young() { # TRACE, SETTINGS: collections of generation 0 in the program's own code
    main=$(pymemtrace dump "$1" | awk '$2 == "MAIN" { print $1 }')
    pymemtrace stats --csv --collections -c "$2" "$1" | awk -F, -v main="$main" '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["event"] > main && $at["generation"] == 0 { n++ }
        END { print n + 0 }'
}
pymemtrace record -qfo switch.pmt -- python3 switch.py
pymemtrace record -qfo set.pmt -- python3 set.py
few=$(young switch.pmt gc=10000,10,10) many=$(young switch.pmt gc=200,10,10)
[ "$few" -ge 2 ] && [ "$few" -le 5 ] && [ "$many" -ge 180 ] ||
    echo "switched off and on: $few collections of generation 0 at 10000, $many at 200"
off=$(young set.pmt gc=off)
[ "$off" = 0 ] || echo "set to 5000, off asked for: $off collections of generation 0"
# The health of the trace says that the thresholds asked for did not hold.
told() { # SETTINGS: how many
    pymemtrace stats --json -c "$1" set.pmt | python3 -c '
import json, sys
print(sum(h["count"] for h in json.load(sys.stdin)["health"] if "by its own" in h["what"]))'
}
[ "$(told gc=200,10,10) $(told gc=5000,10,10) $(told 'gc=200,10,10 gc.calls=ignore')" = '1 0 0' ] ||
    echo "replaced: $(told gc=200,10,10) $(told gc=5000,10,10) $(told 'gc=200,10,10 gc.calls=ignore')"
