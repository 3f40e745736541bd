# The whole way: record, verify, replay into a database, read it back.
cat >app.py <<'PY'
import json
data = [{"n": i, "text": str(i) * 3} for i in range(3000)]
assert json.loads(json.dumps(data)) == data
PY
PYTHONHASHSEED=0 pymemtrace record -q -o app.pmt -- python3 app.py
pymemtrace verify app.pmt >proof || echo "verify: exit code $?"
head -n 1 proof
pymemtrace verify --json app.pmt >proof.json
pymemtrace replay --json -d app.db app.pmt >replay.json
pymemtrace stats --json app.db >stats.json
pymemtrace stats --json app.pmt >trace.json
python3 - <<'PY'
import json
proof, replay, stats, trace = (json.load(open(n + ".json")) for n in ("proof", "replay", "stats", "trace"))
assert proof["verify"]["exact"] is True, proof["verify"]
assert proof["verify"]["placement"] ["checked"] > 1000, proof["verify"]
assert replay["heap"] == stats["heap"] == trace["heap"]
assert replay["config"] == stats["config"]
PY
