# Two configurations of a trace and two runs of databases give the same table.
cat >app.py <<'PY'
import json
data = [{"n": i, "text": str(i) * 3} for i in range(3000)]
assert json.loads(json.dumps(data)) == data
PY
PYTHONHASHSEED=0 pymemtrace record -q -o app.pmt -- python3 app.py
pymemtrace replay -q -d app.db app.pmt
pymemtrace replay -q -d app.db -c 'arena=256K pool=4K' app.pmt
[ "$(pymemtrace stats --runs --csv app.db | wc -l)" -eq 3 ] || echo 'not two runs'
for operands in 'app.db 1 2' 'app.db:1 app.db:2' 'app.db:1 app.db'; do
    code=0
    pymemtrace diff --csv $operands >"by-db" || code=$?
    [ "$code" -eq 1 ] || echo "diff $operands: exit code $code, want 1"
    [ ! -e first ] || cmp first by-db
    cp by-db first
done
code=0
pymemtrace diff --csv app.pmt '' 'pool=4K arena=256K' >by-trace || code=$?
[ "$code" -eq 1 ] && cmp by-db by-trace
pymemtrace diff -q app.pmt '' '' || echo "a trace differs from itself: $?"
# Why settings change nothing is said, in each form.
pymemtrace record -q --blocks-only -o blocks.pmt -- python3 app.py
lacks='the trace tells nothing of the collector: its settings changed nothing'
pymemtrace diff blocks.pmt gc=2000,10,10 gc=off | grep -qxF "loss, A B: $lacks" || echo 'not a word in text'
pymemtrace diff --json blocks.pmt gc=2000,10,10 gc=off | grep -c "\"what\": *\"$lacks\"" | grep -qx 2 ||
    echo 'not a word in JSON'
