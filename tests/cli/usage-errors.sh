# Every wrong command line is one line on standard error and exit code 2.
try() {
    code=0
    pymemtrace "$@" 2>&1 || code=$?
    [ "$code" -eq 2 ] || echo "exit code $code, want 2: $*"
}
echo no trace >text
try rekord
try xyzzy-nothing-like-it
try --verison
try rec
try --vers
try help rekord
try help record replay
try replay
try replay a.pmt b.pmt
try replay --jsn a.pmt
try replay --json=yes a.pmt
try replay --json --csv a.pmt
try replay -c
try replay --config
try replay -qz a.pmt
try replay -Q a.pmt
try record
try record --
try record -o
try record -x python3 -c pass
try record --blok python3 -c pass
try record --f python3 -c pass
try record --zzz python3 -c pass
try record -o '' python3 -c pass
try record -o - python3 -c pass
try dump --from=x a.pmt
try dump --from=-1 a.pmt
try dump --to=99999999999999999999 a.pmt
try dump --from=9 --to=8 a.pmt
try stats --run=0 a.db
try stats --timeline --classes a.db
try stats --classes --collections a.db
try stats --run=1 text
try stats --runs text
cp "$TOP/traces/trees-3.9.pmt" trees.pmt
try stats --runs trees.pmt
try stats --run=1 - </dev/null
try diff a.pmt
try diff - arena=1M arena=2M
try diff text text
python3 -c 'import sqlite3; sqlite3.connect("x.db").execute("create table t(c)")'
try diff x.db 1
try presets a b
try presets nosuch
try presets cpython-3.1O
try presets arena=256K
