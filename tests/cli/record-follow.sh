# Children: counted without --follow, each recorded with it, forked or started anew.
cat >family.py <<'PY'
import os, subprocess, sys
if os.fork() == 0:
    sys.exit(0)
os.wait()
subprocess.run([sys.executable, "-c", "pass"], check=True)
PY
pymemtrace record -o alone.pmt -- python3 family.py 2>summary
grep -q '; 2 child processes not recorded (see --follow)$' summary || cat summary
[ "$(ls alone*.pmt | wc -l)" -eq 1 ] || ls
pymemtrace record --follow -o all.pmt -- python3 family.py 2>summary
grep -q '; 2 more traces$' summary || cat summary
[ "$(ls all*.pmt | wc -l)" -eq 3 ] || ls
for trace in all*.pmt; do
    pymemtrace verify -q "$trace" || echo "$trace: not exact"
done
