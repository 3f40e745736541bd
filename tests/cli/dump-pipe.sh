# A reader that goes away ends a command at once and silently, also where SIGPIPE
# is ignored; a full disk is an error.
pymemtrace record -q -o a.pmt -- python3 -c 'pass'
pymemtrace dump a.pmt | head -n 1 >/dev/null
python3 - <<'PY'
import os, signal, subprocess
def ignoring(*command):
    reader, writer = os.pipe()
    os.close(reader)
    p = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, restore_signals=False)
    os.close(writer)
    assert p.returncode == -signal.SIGPIPE and not p.stderr, p
for command in ("dump", "replay", "verify", "stats"):
    ignoring("pymemtrace", command, "a.pmt")
ignoring("pymemtrace", "presets")
ignoring("pymemtrace", "--help")
PY
for command in 'dump a.pmt' 'replay a.pmt' 'verify a.pmt' 'stats a.pmt' 'presets' '--help' 'help'; do
    code=0
    pymemtrace $command >/dev/full 2>err || code=$?
    [ "$code" -eq 5 ] || echo "$command on a full disk: exit code $code, want 5"
    grep -q '^pymemtrace: standard output: No space left on device$' err && [ "$(wc -l <err)" -eq 1 ] || { echo "$command:"; cat err; }
done
