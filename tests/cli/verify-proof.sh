# The proof in words, and nothing at all with -q.
cat >app.py <<'PY'
import json
data = [{"n": i, "text": str(i) * 3} for i in range(3000)]
assert json.loads(json.dumps(data)) == data
PY
PYTHONHASHSEED=0 pymemtrace record -q -o app.pmt -- python3 app.py
pymemtrace verify -q app.pmt
pymemtrace verify app.pmt
