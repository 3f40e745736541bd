# Settings that hold from a mark on: garbage that the recording told of before it, and has not
# collected by then, is there for them. A full collection at the mark finds the same, whether they
# hold from the program's begin or from there, but for what the model of what came between has
# placed otherwise.
cat >app.py <<'PY'
import ctypes, gc
class Node:
    def __init__(self):
        self.me = self
kept = []
def work(n):
    for _ in range(n):
        kept.append(Node())
        if len(kept) > 4000:
            del kept[:2000]
gc.set_threshold(700, 10, 1000)
work(40000)
mark = getattr(ctypes.PyDLL(None), "pymemtrace_mark", None)
if mark:
    mark(b"middle")
work(10000)
PY
found() { # TRACE, SETTINGS: what the first full collection collects
    pymemtrace stats --csv --collections -c "$2" "$1" | awk -F, '
        NR == 1 { for (i = 1; i <= NF; i++) at[$i] = i; next }
        $at["generation"] == 2 { print $at["collected"]; exit }'
}
for way in "" --precise=1000; do
    pymemtrace record -qfo app.pmt $way -- python3 app.py
    whole=$(found app.pmt gc.collect-at=mark:middle)
    late=$(found app.pmt "gc.collect-at=mark:middle gc.since=mark:middle")
    [ "$whole" -gt 15000 ] && [ "$late" -ge $((whole - 20)) ] && [ "$late" -le $((whole + 20)) ] ||
        echo "record $way: $whole objects, from the mark on $late"
done
