#!/usr/bin/env python3
"""kill_test.py - kill the recorded program, or the recorder, at random moments.

    kill_test.py BUILD [--times N] [--python EXE] [--seed S]

Target: the program allocates one block of a size that tells the step, then writes a
byte that says the step is done. However it is killed, the trace must be readable, be
called partial (verify exits 3), still be exact as far as it goes, and hold the block of
every step that was reported: nothing that was committed is lost.
Recorder: the program must finish normally with its own output and status.

Prints what it found; exits 1 on the first failure.
"""
import argparse
import json
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import time

PROGRAM = """
import os
BASE = 1 << 20
for step in range(1 << 30):
    block = bytes(BASE + step)
    junk = [(i, str(i)) for i in range(50)]
    os.write(1, b'.')
"""
FINITE = "x = [[i] for i in range(200000)]; print(len(x))"
HEADER = 33  # bytes object: header and the final NUL
BASE = 1 << 20


def fail(text):
    print("kill_test:", text)
    sys.exit(1)


def python_child(recorder):
    """The process that the recorder started."""
    path = f"/proc/{recorder}/task/{recorder}/children"
    for _ in range(1000):
        kids = open(path).read().split()
        if kids:
            return int(kids[0])
        time.sleep(0.001)
    fail("the recorder started nothing")


def kill_target(tool, python, folder, rnd):
    trace = os.path.join(folder, "killed.pmt")
    if os.path.exists(trace):
        os.unlink(trace)
    done = os.path.join(folder, "done")
    with open(done, "wb") as out:
        p = subprocess.Popen([tool, "record", "-q", "-o", trace, "--", python, "-c", PROGRAM],
                             stdout=out, stderr=subprocess.DEVNULL)
        child = python_child(p.pid)
        time.sleep(rnd.uniform(0.0, 0.15))
        os.kill(child, signal.SIGKILL)
        status = p.wait(30)
    steps = os.path.getsize(done)
    if status == 4 and not steps and not os.path.exists(trace):
        return None  # killed before the interpreter had begun: nothing to record
    if status != 128 + signal.SIGKILL:
        fail(f"record exited {status}, want {128 + signal.SIGKILL}")
    verify = subprocess.run([tool, "verify", "--json", trace], capture_output=True, text=True)
    if verify.returncode != 3:
        fail(f"verify exited {verify.returncode}, want 3: {verify.stderr}")
    proof = json.loads(verify.stdout)["verify"]
    off = sum(proof[part]["mismatches"] for part in ("placement", "classes", "books"))
    if off or not (proof["exact"] or proof["placement"]["checked"] == 0):
        fail(f"not exact as far as it goes: {proof}")
    dump = subprocess.run([tool, "dump", trace], capture_output=True, text=True).stdout
    sizes = {int(n) for n in re.findall(r"ALLOC_\w+ slot=\d+ size=(\d+)", dump)}
    lost = [s for s in range(steps) if BASE + s + HEADER not in sizes]
    if lost:
        fail(f"{len(lost)} of {steps} reported steps are not in the trace, the first is {lost[0]}")
    return steps


def kill_recorder(tool, python, folder, rnd):
    trace = os.path.join(folder, "orphan.pmt")
    p = subprocess.Popen([tool, "record", "-q", "-f", "-o", trace, "--", python, "-c", FINITE],
                         stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    child = python_child(p.pid)
    time.sleep(rnd.uniform(0.0, 0.08))
    p.kill()
    out, err = p.communicate(timeout=30)  # ends when the program closes its output
    if out != "200000\n" or err:
        fail(f"the program wrote {out!r} and {err!r}")
    for _ in range(3000):
        if not os.path.exists(f"/proc/{child}"):
            return
        time.sleep(0.01)
    fail("the program did not end")


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("build")
    ap.add_argument("--times", type=int, default=200)
    ap.add_argument("--python", default="/usr/bin/python3")
    ap.add_argument("--seed", type=int, default=1)
    a = ap.parse_args()
    rnd = random.Random(a.seed)
    tool = os.path.join(os.path.abspath(a.build), "pymemtrace")
    with tempfile.TemporaryDirectory() as folder:
        steps, early = [], 0
        while len(steps) < a.times:
            n = kill_target(tool, a.python, folder, rnd)
            if n is None:
                early += 1
            else:
                steps.append(n)
        for _ in range(max(a.times // 10, 3)):
            kill_recorder(tool, a.python, folder, rnd)
    print(f"target killed {a.times} times: all traces readable, partial, exact; "
          f"{sum(steps)} reported steps, 0 lost (per kill {min(steps)} to {max(steps)}); "
          f"{early} more kills came before the interpreter had begun")
    print(f"recorder killed {max(a.times // 10, 3)} times: the program finished normally each time")


if __name__ == "__main__":
    main()
