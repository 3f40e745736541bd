# The parts of a run, of a trace and from a database, in each format.
cat >app.py <<'PY'
import json
data = [{"n": i, "text": str(i) * 3} for i in range(3000)]
assert json.loads(json.dumps(data)) == data
PY
PYTHONHASHSEED=0 pymemtrace record -q -o app.pmt -- python3 app.py
pymemtrace replay -q -d app.db app.pmt
for part in '' --timeline --classes --collections; do
    for format in '' --json --csv; do
        pymemtrace stats $part $format app.pmt >by-trace
        pymemtrace stats $part $format app.db >by-db
        [ -s by-db ] || echo "stats $part $format: empty"
        cmp by-trace by-db || echo "stats $part $format: trace and database differ"
        [ "$format" != --json ] || python3 -m json.tool by-db >/dev/null
    done
done
# What has no rows says why; for programs it is empty.
for part in regions objects intervals; do
    [ "$(pymemtrace stats --$part app.db)" != "${text:-}" ] || echo "stats --$part: as the one before"
    text=$(pymemtrace stats --$part app.db)
    case $text in no*) ;; *) echo "stats --$part: $text" ;; esac
    [ "$(pymemtrace stats --$part --csv app.db | wc -l)" = 1 ] || echo "stats --$part --csv: rows"
done
pymemtrace stats --run=1 app.db >first
pymemtrace stats app.db | cmp - first
pymemtrace stats --run=2 app.db || echo "exit code $?"
