# Colour on a terminal that can only, and not with NO_COLOR.
pymemtrace record -q -o a.pmt -- python3 -c 'pass'
cat >on_terminal.py <<'PY'
import os, pty, sys
try:
    pid, fd = pty.fork()
except OSError as e:
    print("skip:", e)
    sys.exit(77)
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
text = b""
try:
    while part := os.read(fd, 65536):
        text += part
except OSError: # the other side is closed
    pass
os.waitpid(pid, 0)
print("colour" if b"\033[" in text else "plain")
PY
TERM=xterm python3 on_terminal.py pymemtrace diff a.pmt '' arena=256K
TERM=dumb python3 on_terminal.py pymemtrace diff a.pmt '' arena=256K
TERM=xterm NO_COLOR=1 python3 on_terminal.py pymemtrace diff a.pmt '' arena=256K
pymemtrace diff a.pmt '' arena=256K | grep -c "$(printf '\033')" || :
