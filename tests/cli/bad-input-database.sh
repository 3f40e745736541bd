# A SQLite file of another program is neither read nor touched.
python3 - <<'PY'
import sqlite3
db = sqlite3.connect("other.db")
db.execute("create table song(title)")
db.commit()
PY
cp other.db before.db
for command in 'stats other.db' 'stats --runs other.db' 'diff other.db other.db' 'diff other.db 1 2'; do
    code=0
    pymemtrace $command >out 2>err || code=$?
    [ "$code" -eq 5 ] || echo "exit code $code, want 5: $command"
    grep -q '^pymemtrace: other.db: ' err || { echo "$command:"; cat err; }
    [ ! -s out ] || echo "output: $command"
done
cmp other.db before.db
