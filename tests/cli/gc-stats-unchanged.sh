# Watching must not change the run: what the collector reports at the end of a program is
# the same recorded and unrecorded, in every interpreter that is here.
cat >app.py <<'PY'
import gc, json, sys, weakref
class Node:
    def __init__(self, n):
        self.n, self.me = n, self
class Loud(Node):
    def __del__(self):
        gone.append([self.n])
class Back(Node):
    def __del__(self):
        back[self.n % 4] = self # lives again
class Slots:
    __slots__ = ("a",)
class Both(Slots):
    pass
def loop():
    me = yield
    yield me
gone, kept, counts, back = [], [], [], [None] * 4
def work(n):
    for i in range(n):
        if i % 20 == 0:
            Back(i)
            both = Both()
            both.a = both.b = both
            me = loop()
            next(me)
            me.send(me)
        node = Loud(i) if i % 50 == 0 else Node(i)
        if i % 7 == 0:
            kept.append((node, {"n": i}, weakref.ref(node, lambda r: counts.append(r))))
        if i % 997 == 0:
            del kept[::2]
work(20000)
json.loads(json.dumps([{"a": [i, {}]} for i in range(3000)]))
gc.collect(); gc.collect(1)
gc.disable(); work(3000); gc.enable()
gc.set_threshold(100, 5, 5); work(3000)
gc.set_threshold(1); work(100); gc.set_threshold(1, 1, 1); work(100)
gc.set_threshold(100, 5, 5)
gc.freeze(); work(3000)
if len(sys.argv) > 1:
    gc.unfreeze(); work(1000)
gc.set_threshold(0); work(1000); gc.set_threshold(500, 3, 3); work(1000)
print(gc.get_stats(), gc.get_count(), gc.get_freeze_count(), len(gone))
PY
n=0
check() { # PYTHON
    for argument in '' unfreeze; do
        PYTHONHASHSEED=0 "$1" app.py $argument >plain
        # Looks at everything at any time change it no more.
        PYTHONHASHSEED=0 pymemtrace record -qf --precise=1000 -o a.pmt -- "$1" app.py $argument >traced
        cmp -s plain traced || { echo "$1 --precise $argument:"; cat plain traced; }
        pymemtrace verify a.pmt >proof || { echo "$1 --precise $argument:"; cat proof; }
        PYTHONHASHSEED=0 pymemtrace record -qf -o a.pmt -- "$1" app.py $argument >traced
        cmp -s plain traced || { echo "$1 $argument:"; cat plain traced; }
        pymemtrace verify a.pmt >proof || { echo "$1 $argument:"; cat proof; }
        [ "$(pymemtrace dump a.pmt | grep -c ' MAIN$')" -eq 1 ] || echo "$1: where the program begins is not told once"
        # And the trace has them all: those up to the end of the program at least.
        "$1" - plain <<'PY' >want
import re, sys
print(*re.findall(r"'collections': (\d+)", open(sys.argv[1]).read()))
PY
        pymemtrace stats --json a.pmt | python3 -c '
import json, sys
want = [int(w) for w in open("want").read().split()]
have = [g["collections"] for g in json.load(sys.stdin)["gc"]["generations"]]
if len(want) != 3 or any(h < w for h, w in zip(have, want)) or have[0] > want[0] + 2:
    print(sys.argv[1:], "recorded", have, "reported", want)' "$1" $argument
    done
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
