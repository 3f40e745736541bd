# A recorded program sees what it would see unrecorded: descriptors and the numbers
# that new ones get, environment in its order, signals, group, standard input, threads.
cat >probe.py <<'PY'
import json, os, re, sys
fds = {}
for name in os.listdir("/proc/self/fd"):
    try:
        fds[int(name)] = re.sub(r"\d{3,}", "N", os.readlink("/proc/self/fd/" + name))
    except OSError:
        fds[int(name)] = "the listing"
new = [os.open("/dev/null", os.O_RDONLY) for _ in range(2)]
status = [line for line in open("/proc/self/status") if re.match("Sig[BCIP]|Shd|Threads", line)]
print(json.dumps([sorted(fds.items()), new, list(os.environ.items()), status, os.umask(0),
                  os.getpgrp() == os.getpgid(os.getppid()), os.getcwd(), sys.argv,
                  sys.stdin and sys.stdin.read()], indent=0))
PY
cat >compare.py <<'PY'
import os, signal, subprocess, sys

def ordinary():
    pass

def unusual():
    for s in (signal.SIGPIPE, signal.SIGXFSZ):
        signal.signal(s, signal.SIG_DFL)
    for s in (signal.SIGCHLD, signal.SIGUSR1, signal.SIGINT):
        signal.signal(s, signal.SIG_IGN)
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM, signal.SIGUSR2])
    os.umask(0o77)

def run(command, prepare, settings):
    # The ignored SIGCHLD must be the command's, not that of our own waiting.
    p = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                         env={**os.environ, **settings}, preexec_fn=prepare, restore_signals=False)
    out, err = p.communicate(b"input", timeout=60)
    return p.returncode, out, err

for python in sys.argv[1:]:
    for prepare in (ordinary, unusual):
        for settings in ({}, {"LD_PRELOAD": "libm.so.6"}, {"LD_PRELOAD": ""}, {"PYTHONMALLOC": "pymalloc"}):
            for tail in ("", " <&-", " 2>&-", " 7</dev/null"):
                program = ["sh", "-c", f"exec {python} probe.py a 'b c' {tail}"]
                plain = run(program, prepare, settings)
                traced = run(["pymemtrace", "record", "-qf", "-o", "a.pmt", "--"] + program, prepare, settings)
                if plain != traced:
                    print(python, prepare.__name__, settings, repr(tail), "differs")
                    sys.stdout.flush()
                    open("plain", "wb").write(plain[1] + plain[2])
                    open("traced", "wb").write(traced[1] + traced[2])
                    subprocess.run(["diff", "plain", "traced"])
PY
ASAN_OPTIONS=verify_asan_link_order=0 # else LD_PRELOAD stops a sanitized recorder
export ASAN_OPTIONS
python=$(python3 -c 'import sys; print(sys.executable)')
"$python" compare.py "$python"
