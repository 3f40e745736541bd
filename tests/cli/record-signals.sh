# Signals sent to the recorder reach the program, once; the terminal's keys, which go to
# the whole group, do not reach it twice; full output ends neither.
python=$(python3 -c 'import sys; print(sys.executable)')
cat >app.py <<'PY'
import signal, time
got = []
for s in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2):
    signal.signal(s, lambda n, frame: got.append(n))
print("ready", flush=True)
while len(got) < 1:
    time.sleep(0.01) # pause() would wait for ever for what has come just before it
time.sleep(0.05) # time for a second one to arrive
print(*got, flush=True)
PY
cat >send.py <<'PY'
import os, pty, signal, subprocess, sys, time
python = sys.argv[1]
record = ["pymemtrace", "record", "-qf", "-o", "a.pmt", "--", python]
for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGUSR1, signal.SIGUSR2):
    p = subprocess.Popen(record + ["app.py"], stdout=subprocess.PIPE, text=True)
    p.stdout.readline()
    p.send_signal(number)
    out = p.communicate(timeout=30)[0]
    if out != f"{int(number)}\n" or p.returncode:
        print(f"signal {int(number)}: the program had {out!r}, exit code {p.returncode}")
p = subprocess.Popen(record + ["-c", "import time; print(flush=True); time.sleep(30)"], stdout=subprocess.PIPE, text=True)
p.stdout.readline()
p.terminate()
if p.wait(30) != 128 + signal.SIGTERM:
    print("SIGTERM: exit code", p.returncode)

pid, terminal = pty.fork()
if pid == 0:
    os.execvp(record[0], record + ["app.py"])
seen = b""
while b"ready" not in seen:
    seen += os.read(terminal, 100)
os.write(terminal, b"\x03")
try:
    while True:
        seen += os.read(terminal, 100)
except OSError: # the terminal is gone
    pass
status = os.waitpid(pid, 0)[1]
if seen.replace(b"^C", b" ").split() != [b"ready", b"2"] or status: # its echo may come anywhere
    print("ctrl-c: the program had", seen, "status", status)

# A recorder whose output nobody reads any more, and one that is gone.
read, write = os.pipe()
os.close(read)
p = subprocess.run(["pymemtrace", "record", "-f", "-o", "a.pmt", "--", python, "-c", "import sys; sys.exit(4)"], stderr=write)
if p.returncode != 4:
    print("closed standard error: exit code", p.returncode)
PY
"$python" send.py "$python"
