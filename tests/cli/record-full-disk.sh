# When the trace can no longer be written the program does not notice: it ends in its
# own way; one line says what happened, and what was written can be read.
python=$(python3 -c 'import sys; print(sys.executable)')
cat >app.py <<'PY'
import os, resource, sys
kept = [[str(i)] for i in range(100000)]
if len(sys.argv) > 1: # from now on the recorder's files can only have so many bytes
    size = os.path.getsize("a.pmt") + 5000
    resource.prlimit(os.getppid(), resource.RLIMIT_FSIZE, (size, size))
for _ in range(5):
    kept = [[str(i)] for i in range(100000)]
print(len(kept))
sys.exit(3)
PY
code=0
pymemtrace record -o a.pmt -- "$python" app.py limited >out 2>err || code=$?
[ "$code" -eq 5 ] || echo "exit code $code, want 5"
[ "$(cat out)" = 100000 ] || echo "the program wrote $(cat out)"
grep -q '^pymemtrace: a.pmt: .*File too large' err && [ "$(wc -l <err)" -eq 1 ] || cat err
code=0
pymemtrace verify a.pmt >out || code=$?
[ "$code" -eq 3 ] || { echo "verify: exit code $code, want 3"; cat out; }
grep -q '^exact as far as the trace goes$' out || cat out

# Full from the first byte: known before the program runs.
if [ -c /dev/full ]; then
    code=0
    pymemtrace record -f -o /dev/full -- "$python" -c 'open("ran", "w")' 2>err || code=$?
    [ "$code" -eq 5 ] && grep -q '/dev/full: .*No space left' err && [ "$(wc -l <err)" -eq 1 ] ||
        { echo "/dev/full: exit code $code"; cat err; }
    [ ! -e ran ] || echo 'ran although its trace cannot be written'
    [ -c /dev/full ] || echo '/dev/full was removed'
fi
