# From 3.12 on a collection that is due waits for the next evaluation check. What comes before
# that may take it back (gc.freeze sets the counts back), and one that is asked for then is no
# collection for a threshold: neither the program's own, nor that of the interpreter's end.
cat >app.py <<'PY'
import atexit, gc, operator
gc.collect()
kept = [*map(operator.call, [list] * 3000 + [gc.freeze] + [lambda: gc.collect(0)])]
kept = [*map(operator.call, [list] * 3000 + [gc.freeze, gc.collect])]
gc.unfreeze()
atexit.register(list, map(list, zip(range(3000), range(3000))))
PY
seen=0
for python in python3 "${HOME:-/root}"/.pyenv/versions/3.1[0-3].*/bin/python3; do
    "$python" -c 'import operator; operator.call' 2>/dev/null || continue
    PYTHONHASHSEED=0 pymemtrace record -qf -o a.pmt -- "$python" app.py
    pymemtrace verify -q a.pmt || { echo "$python"; pymemtrace verify a.pmt; }
    seen=$((seen + 1))
done
[ $seen -gt 0 ] || echo "no interpreter has operator.call"
