# Every interpreter that is here: a program with collections, threads, large blocks and
# an end through os._exit is recorded and replayed exactly.
cat >app.py <<'PY'
import json, os, sys, threading
def work(n):
    data = [{"n": i, "text": str(i) * 3, "far": bytes(i % 700)} for i in range(n)]
    loops = [[] for _ in range(500)]
    for loop in loops:
        loop.append(loop)
    assert json.loads(json.dumps([d["text"] for d in data]))
    data.extend([None] * 5000)
    del data[::3]
threads = [threading.Thread(target=work, args=(1500,)) for _ in range(3)]
for t in threads: t.start()
for t in threads: t.join()
try: bytearray(1 << 60)
except MemoryError: pass
print(sys.version_info[:2])
sys.stdout.flush()
if len(sys.argv) > 1: os._exit(0)
PY
n=0
check() { # PYTHON
    for end in '' exit; do
        pymemtrace record -qf -o a.pmt -- "$1" app.py $end >out 2>err || { echo "$1: not recorded"; cat err; return; }
        grep -q '^(3, ' out || cat out
        [ ! -s err ] || cat err
        pymemtrace verify a.pmt >proof || { echo "$1 $end:"; cat proof; }
        grep -Eq '^  checkpoints   [1-9]' proof || { echo "$1 $end: no checkpoint"; cat proof; }
    done
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
