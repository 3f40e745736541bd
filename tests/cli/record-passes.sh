# The program's streams and exit status are its own; the summary is one line.
cat >app.py <<'PY'
import json, sys
data = [{"n": i, "text": str(i) * 3} for i in range(3000)]
text = json.dumps(data)
assert json.loads(text) == data
print("out")
print("err", file=sys.stderr)
sys.exit(7)
PY
PYTHONHASHSEED=0
export PYTHONHASHSEED
code=0
pymemtrace record -q -o app.pmt -- python3 app.py >out 2>err || code=$?
[ "$code" -eq 7 ] || echo "record: exit code $code, want that of the program"
[ "$(cat out)" = out ] && [ "$(cat err)" = err ] || { echo 'the streams of the program:'; cat out err; }
pymemtrace record -f -o app.pmt -- python3 -c 'pass' 2>summary
[ "$(wc -l <summary)" -eq 1 ]
grep -Eq '^pymemtrace: app.pmt: [0-9]+ events of Python 3[0-9.]+ in [0-9]+ bytes \([0-9.]+ per event\)$' summary || cat summary
pymemtrace record -q -- python3 -c 'pass'
ls pymemtrace.*.pmt | wc -l
