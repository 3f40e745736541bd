# What nobody guesses (README): peak memory is not monotone in threshold 0, and freezing what
# the start-up made lets full collections come more often.
PYTHONHASHSEED=0 pymemtrace record -q -o c.pmt -- /usr/bin/python3 "$TOP/traces/cache.py" >/dev/null
for c in gc=700,10,10 gc=5000,10,10 gc=20000,10,10 gc.freeze-at=mark:ready; do
    pymemtrace replay -q -c "$c" -d c.db c.pmt >/dev/null
done
sqlite3() { /usr/bin/python3 -c 'import sqlite3, sys
for row in sqlite3.connect(sys.argv[1]).execute(sys.argv[2]): print(*row)' "$@"; }
sqlite3 c.db "select 'peak rises and falls', (select arenas_highwater from run where run_id = 1)
    < (select arenas_highwater from run where run_id = 3) and
    (select arenas_highwater from run where run_id = 3)
    < (select arenas_highwater from run where run_id = 2)"
sqlite3 c.db "select 'frozen: more often, cheaper',
    (select gc_collections_2 from run where run_id = 4) >
    (select gc_collections_2 from run where run_id = 1),
    (select gc_pause_max_ns from run where run_id = 4) <
    (select gc_pause_max_ns from run where run_id = 1)"
