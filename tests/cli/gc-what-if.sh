# One recording of a program whose garbage is cyclic: exact under its own settings, and
# the same program under others as a prediction.
cat >app.py <<'PY'
class Node:
    def __init__(self):
        self.me = self
        self.load = [0] * 20
for i in range(30000):
    Node()
PY
pymemtrace record -q -o a.pmt -- python3 app.py
pymemtrace verify a.pmt >proof || cat proof
grep -Eq '^  collections   [1-9][0-9]* foretold, 0 mismatches$' proof || cat proof
cat >figures.py <<'PY'
import json, subprocess, sys

def figures(spec):
    out = subprocess.run(["pymemtrace", "replay", "--json", "-c", spec, "a.pmt"],
                         stdout=subprocess.PIPE, check=True).stdout
    result = json.loads(out)
    gc = result["gc"]
    return ([g["collections"] for g in gc["generations"]], result["heap"]["peak_bytes"],
            gc["peak_garbage_objects"])

own, own_peak, _ = figures("")
if figures("gc=recorded")[:2] != (own, own_peak):
    print("gc=recorded differs")
for spec in "gc=off", "gc=50000,20,20", "gc.threshold0=50000", "gc.disable-until=never gc.threshold0=0":
    n, peak, garbage = figures(spec)
    if not (sum(n) < sum(own) and peak > own_peak and garbage > 20000):
        print(spec, n, peak, garbage, "recorded:", own, own_peak)
off, off_peak, _ = figures("gc=off")
if not off_peak > 2 * own_peak:
    print("gc=off: peak", off_peak, "recorded:", own_peak)
more, _, _ = figures("gc.collect-every=50K")
if not more[2] > own[2]:
    print("gc.collect-every: full", more, own)
# More often: what the recording found young is not kept longer than it had it.
n, peak, _ = figures("gc=300,10,10")
if not (n[0] > own[0] and peak <= own_peak * 1.02):
    print("gc=300,10,10:", n, peak, "recorded:", own, own_peak)
PY
python3 figures.py
# Differences are found and shown.
code=0
pymemtrace diff a.pmt '' gc=off >out || code=$?
[ "$code" -eq 1 ] && grep -q 'ollections' out || { echo "diff: exit code $code"; cat out; }
# What is not understood names what is nearest.
for word in gc.treshold0=50000 gc.freez-at=main gc=of gc=700,10 gc.since=never gc.collect-at=mrk:a gc.calls=ignored; do
    code=0
    pymemtrace replay -c "$word" a.pmt >out 2>err || code=$?
    [ "$code" -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && [ ! -s out ] || echo "$word: exit code $code"
    sed 's/^pymemtrace: //; s/ (.*//; s/^.*\(the nearest\)/\1/' err
done
