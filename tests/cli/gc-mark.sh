# Marks: set through ctypes by a program that runs unrecorded too, shown by dump, and
# moments of a configuration.
cat >app.py <<'PY'
import ctypes, gc
_mark = getattr(ctypes.PyDLL(None), "pymemtrace_mark", None)
def mark(text):
    if _mark:
        _mark(text.encode())
class Node:
    def __init__(self):
        self.me = self
kept = [Node() for i in range(20000)]
mark("ready")
for i in range(20000):
    Node()
mark("two words, and \\")
mark("x" * 60)
mark("")
mark("ready")
print(_mark is not None)
PY
python3 app.py
pymemtrace record -q -o a.pmt -- python3 app.py
pymemtrace verify a.pmt >proof || cat proof
pymemtrace dump a.pmt | sed -n 's/^[0-9]* ORACLE when=mark/mark/p'
# From the mark on every full collection has less to visit; a mark that is not there is
# refused, and its key is named.
cat >figures.py <<'PY'
import json, subprocess
def full(spec):
    out = subprocess.run(["pymemtrace", "replay", "--json", "-c", spec, "a.pmt"],
                         stdout=subprocess.PIPE, check=True).stdout
    return json.loads(out)["gc"]["generations"][2]
base = full("gc.collect-every=20K")
frozen = full("gc.collect-every=20K gc.freeze-at=mark:ready")
if not frozen["visited"] < base["visited"] / 2:
    print("frozen:", frozen, "not:", base)
never = subprocess.run(["pymemtrace", "replay", "-c", "gc.freeze-at=mark:reddy", "a.pmt"],
                       stdout=subprocess.PIPE, stderr=subprocess.PIPE)
if never.returncode != 2 or b"gc.freeze-at" not in never.stderr:
    print("a mark that does not come:", never.returncode, never.stderr)
at = full("gc=off gc.collect-at=mark:ready")["collections"] - full("gc=off")["collections"]
if at != 2:
    print("gc.collect-at=mark:ready:", at, "collections")
PY
python3 figures.py
# Without the GIL a mark is left out, and nothing is harmed.
cat >free.py <<'PY'
import ctypes
ctypes.CDLL(None).pymemtrace_mark(b"lost")
PY
pymemtrace record -q -o b.pmt -- python3 free.py
pymemtrace dump b.pmt | grep -c when=mark || :
pymemtrace verify b.pmt >proof || cat proof
