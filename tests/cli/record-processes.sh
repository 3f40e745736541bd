# Processes of every kind: each ends as it would unrecorded, and the summary is true.
python=$(python3 -c 'import sys; print(sys.executable)')
try() { # EXIT 'PATTERN OF THE SUMMARY' COMMAND ...
    want=$1 pattern=$2
    shift 2
    code=0
    rm -f a*.pmt
    timeout 30 pymemtrace record $follow -o a.pmt -- "$@" >out 2>err </dev/null || code=$?
    [ "$code" -eq "$want" ] || { echo "exit code $code, want $want: $*"; cat err; }
    [ "$(wc -l <err)" -eq 1 ] && grep -Eq "^pymemtrace: a.pmt: .*per event\)$pattern\$" err ||
        { echo "summary of: $*"; cat err; }
    for trace in a*.pmt; do
        code=0
        pymemtrace verify "$trace" >proof || code=$?
        [ "$code" -eq 0 ] || { [ "$code" -eq 3 ] && grep -q '^exact' proof; } || { echo "$trace of: $*"; cat proof; }
    done
}
traces() { # N
    [ "$(ls a*.pmt | wc -l)" -eq "$1" ] || { echo "want $1 traces:"; ls a*.pmt; }
}
cat >again.py <<'PY'
import os, sys
if len(sys.argv) == 1:
    os.execv(sys.executable, [sys.executable, __file__, "again"])
sys.exit(5)
PY
cat >daemon.py <<'PY'
import os, sys
os.setsid() if os.getpid() != os.getpgrp() else None
if os.fork():
    os._exit(0)
os.closerange(0, 4096)
assert not os.listdir("/proc/self/fd")[1:], os.listdir("/proc/self/fd")
with open("daemon.done", "w") as f:
    f.write("done")
PY
cat >threads.py <<'PY'
import os, subprocess, sys, threading, zlib
stop = threading.Event()
def churn():
    while not stop.is_set():
        junk = [zlib.compress(bytes(3000)) for _ in range(20)]
threads = [threading.Thread(target=churn) for _ in range(6)]
for t in threads:
    t.start()
for i in range(20):
    if i % 2:
        subprocess.run(["/bin/true"], check=True)
    else:
        pid = os.fork()
        if pid == 0:
            os._exit(len([str(j) for j in range(1000)]) % 7)
        assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 6 if sys.version_info >= (3, 9) else os.waitpid
stop.set()
for t in threads:
    t.join()
PY
cat >late.py <<'PY'
# A child that outlives its parent and only then starts another interpreter.
import os, subprocess, sys
read, write = os.pipe()
if os.fork() == 0:
    os.close(write)
    os.read(read, 1) # until the parent has ended
    sys.exit(subprocess.call([sys.executable, "-c", "open('late.done', 'w')"]))
PY
follow=
try 0 '' "$python" -c 'pass'
try 0 '' env A=1 "$python" -c 'pass'
try 6 '' "$python" -c 'import os; os._exit(6)'
try 5 '; it ends where the process began another program' "$python" again.py
try 0 '' "$python" -c 'import os
try: os.execv("/none", ["x"])
except OSError: pass'
try 0 '; 1 child process not recorded \(see --follow\)' sh -c "$python -c pass; $python -c pass"
try 3 '; partial: the process was killed' sh -c "$python -c 'import os; os.kill(os.getpid(), 9)' 2>/dev/null; exit 3"
try 143 '; partial: killed by signal 15' "$python" -c 'import os; os.kill(os.getpid(), 15)'
try 134 '; partial: killed by signal 6' "$python" -c 'import os; os.abort()'
mkfifo begun
try 0 '' sh -c "$python -c 'open(\"begun\", \"w\"); print(len([[] for i in range(300000)]))' & cat begun"
[ "$(cat out)" = 300000 ] || echo 'the program that outlives its shell was not waited for'
try 0 '; 1 child process not recorded \(see --follow\)' "$python" daemon.py
try 0 '; 20 child processes not recorded \(see --follow\)' "$python" threads.py
try 0 '; 5 child processes not recorded \(see --follow\)' "$python" -c 'import os, subprocess
os.system("true")
os.popen("true").close()
subprocess.call(["true"])
subprocess.call("true", close_fds=False)
os.waitpid(os.posix_spawnp("true", ["true"], os.environ), 0)
try: subprocess.call(["/none"])
except OSError: pass'
follow=--follow
try 5 '; 1 more trace; it ends where the process began another program' "$python" again.py
traces 2
try 0 '; 1 more trace' sh -c "$python -c pass; $python -c pass"
try 0 '; 1 more trace' "$python" daemon.py
[ "$(cat daemon.done)" = done ] || echo 'the daemon did not do its work'
try 0 '; 10 more traces' "$python" threads.py
traces 11
try 0 '; 2 more traces' "$python" late.py
[ -e late.done ] || echo 'the late child did not run'
