# Where many collections of generation 0 were alike, most of them come unlooked at. The types of what
# the young ones free are told all the same: of 120,000 rings, a full one may free some hundred.
cat >app.py <<'PY'
class Ring:
    def __init__(self):
        self.me = [self]
for i in range(120000):
    Ring()
PY
pymemtrace record -qfo app.pmt -- /usr/bin/python3 app.py
pymemtrace dump app.pmt | awk '/GC_BEGIN/ { collections++ } /GC_LOOK/ { looks++ }
    END { if (5 * looks > 4 * collections) print looks " looks at " collections " collections" }'
pymemtrace stats --csv --types app.pmt | awk -F, '$1 == "Ring" {
    rings = $2 } END { if (rings < 119000 || rings > 120000) print rings " rings were garbage" }'

# Classes die there as well, and what dies later may still name them, as a list does that has let go of
# one. (What is given back is overwritten here, so that reading it shows.)
cat >classes.py <<'PY'
import collections
window = collections.deque()
for i in range(15000):
    Made = type("Made%d" % i, (), {})
    had = [0, 1, [Made()], Made]
    had.pop()
    window.append(had)
    if len(window) > 500:
        ring = [window.popleft()]
        ring.append(ring)
PY
MALLOC_PERTURB_=165 pymemtrace record -qfo classes.pmt -- /usr/bin/python3 classes.py
