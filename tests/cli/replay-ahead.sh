# A replay reads a file ahead, and from a pipe it cannot: what is told of garbage is the same, and when
# it goes is not. Under thresholds of its own the file's garbage is gone with the collection that
# should have found it, so its memory is there again for what comes next.
cat >app.py <<'PY'
class Node:
    pass
def ring(i):
    a, b = Node(), Node()
    a.other, b.other, a.load = b, a, [i] * 60
    return a
kept = [None] * 900
for i in range(20000):
    kept[i % 900] = ring(i)
PY
pymemtrace record -q -o a.pmt -- python3 app.py
cat >figures.py <<'PY'
import json, subprocess, sys

def figures(name, stdin=None):
    out = subprocess.run(["pymemtrace", "stats", "--json", "-q", "-c", "gc=5000,10,10", name],
                         stdin=stdin, stdout=subprocess.PIPE, check=True).stdout
    return json.loads(out)

ahead = figures("a.pmt")
with open("a.pmt") as file:
    late = figures("-", file)
garbage = [{t["type"]: (t["garbage_objects"], t["garbage_bytes"]) for t in x["types"] if t["garbage_objects"]}
           for x in (ahead, late)]
print("types:", "equal" if garbage[0] == garbage[1] else garbage)
peaks = [x["metrics"]["used_peak_bytes"] for x in (ahead, late)]
print("peak:", "lower" if peaks[0] < peaks[1] else peaks)
PY
python3 figures.py
mkfifo pipe
cat a.pmt >pipe &
pymemtrace replay -q -c gc=5000,10,10 pipe >/dev/null 2>&1 || echo "a named pipe: $?"
wait
