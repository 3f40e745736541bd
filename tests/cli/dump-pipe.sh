# A reader that goes away ends a command at once and silently, also where SIGPIPE
# is ignored; a full disk is an error.
pymemtrace record -q -o a.pmt -- python3 -c 'pass'
pymemtrace dump a.pmt | head -n 1 >/dev/null
python3 - <<'PY'
import signal, subprocess
def ignoring(*command):
    p = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, restore_signals=False)
    p.stdout.close()
    err = p.stderr.read()
    assert p.wait() == -signal.SIGPIPE and not err, (command, p.returncode, err)
for command in ("dump", "replay", "verify", "stats"):
    ignoring("pymemtrace", command, "a.pmt")
ignoring("pymemtrace", "presets")
ignoring("pymemtrace", "--help")
PY
for command in 'dump a.pmt' 'replay a.pmt' 'verify a.pmt' 'presets' '--help'; do
    code=0
    pymemtrace $command >/dev/full 2>err || code=$?
    [ "$code" -eq 5 ] || echo "$command on a full disk: exit code $code, want 5"
    [ "$(cat err)" = 'pymemtrace: standard output: No space left on device' ] || { echo "$command:"; cat err; }
done
