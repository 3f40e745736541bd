# Options in every form, before and after the operand.
pymemtrace record -q -o a.pmt -- python3 -c 'pass'
pymemtrace replay -q -d app.db a.pmt
pymemtrace replay -qd app.db a.pmt
pymemtrace replay -qdapp.db a.pmt
pymemtrace replay a.pmt --quiet --db app.db
pymemtrace replay --db=app.db -q -- a.pmt
pymemtrace replay -q -c 'pool=4K arena=256K' -d app.db - <a.pmt
pymemtrace stats --runs --json app.db | python3 -c '
import json, sys
runs = json.load(sys.stdin)["runs"]
print(len(runs), len({r["spec"] for r in runs}), runs[-1]["spec"].partition(" ")[2])'
# A word of the configuration that is not known, a value out of its range: nothing
# is kept.
for spec in 'arenas=256K' 'arena=3K' 'arena=' 'pool=4K pool' 'cpython-3.11 cpython-3.12' 'small=100000'; do
    code=0
    pymemtrace replay -d none.db -c "$spec" a.pmt >out 2>err || code=$?
    [ "$code" -eq 2 ] && [ "$(wc -l <err)" -eq 1 ] && [ ! -s out ] || { echo "$spec: exit code $code"; cat out err; }
done
ls none.db 2>/dev/null || :
pymemtrace replay -c 'arenas=256K' a.pmt 2>&1 | grep -o 'did you mean .*arena.*?'
