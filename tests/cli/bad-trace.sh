# A real trace that was cut, or in which a byte was changed: read as far as it is
# whole and called partial, or refused; one line, never a crash, never "all is well".
pymemtrace record -q -o a.pmt -- python3 -c 'pass'
python3 - <<'PY'
import subprocess

whole = open("a.pmt", "rb").read()

def run(command):
    p = subprocess.run(["pymemtrace", *command.split(), "bad.pmt"], capture_output=True, text=True)
    return p.returncode, p.stdout, p.stderr

def check(what, data, allowed):
    with open("bad.pmt", "wb") as f:
        f.write(data)
    for command in ("replay", "replay -c gc=300,3,3", "verify", "dump"):
        code, out, err = run(command)
        if code not in allowed:
            print(f"{what}: {command}: exit code {code}, want one of {allowed}", err)
        elif code == 3 and "partial" not in out:
            print(f"{what}: {command}: does not say partial")
        elif code == 4 and (out or err.count("\n") != 1 or not err.startswith("pymemtrace: bad.pmt: ")):
            print(f"{what}: {command}: {err!r} {out[:200]!r}")

size = len(whole)
for n in sorted({*range(0, 40, 8), *range(size // 12, size, size // 12), *range(size - 24, size, 6)}):
    check(f"cut at {n} of {size}", whole[:n], (3, 4))
for at in sorted({*range(0, 64, 7), *range(64, size, size // 24), size - 1}):
    changed = bytearray(whole)
    changed[at] ^= 0x41
    check(f"byte {at} of {size} changed", bytes(changed), (3, 4))
check("bytes after the end", whole + b"more", (0, 3, 4))
check("whole", whole, (0,))
PY
