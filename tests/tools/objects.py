#!/usr/bin/env python3
"""objects.py - the untouched program's figures out of a recording with objects.

    objects.py BUILD [--python PATH]... [PROGRAM]...

Each program (default: those of traces/ that set no marks) is run two or three times under each interpreter
(default: /usr/bin/python3 and those of pyenv among 3.9, 3.12, 3.13):

    alone      nothing watches it: gc.get_stats(), and at the very end the pool table
               that sys._debugmallocstats() prints
    recorded   by `record --objects`, which keeps the floats' free list empty: its heap is
               another one than the untouched program's
    hits       3.13 and later: with BUILD/list-hits.so preloaded, which counts by the
               interpreter's own tracer what comes from free lists

The recording is replayed with that version's free lists. (What went through a list before the agent had found
it is missing from the hits: a handful for each list.) Printed for each: collections and
collected objects of both, the pool table of both by size class where they differ, and
hits by type of both. Exit status 1 if the collections differ, or hits by more than 0.1 %."""
import argparse
import glob
import json
import os
import re
import subprocess
import sys
import tempfile

WANTED = ("3.9", "3.12", "3.13")
HERE = os.path.dirname(os.path.abspath(__file__))
RUNNER = """
import gc, os, sys
sys.argv = sys.argv[1:]
with open(sys.argv[0]) as f:
    program = compile(f.read(), sys.argv[0], "exec")
exec(program, {"__name__": "__main__"})
stats = gc.get_stats()
os.write(2, repr([(s["collections"], s["collected"]) for s in stats]).encode() + b"\\n")
sys._debugmallocstats()
sys.stderr.flush()
if os.environ.get("PM_EXIT"):
    os._exit(0)
"""
MOST_HITS_OFF = 0.001
BEFORE_FOUND = 8   # hits of a list before it is found, which takes a few deaths
LISTS = {"tuple": 20}


def environment(**more):
    kept = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    kept.update(PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1", PM_EXIT="1", **more)
    return kept


def run(command, env):
    """What it says on standard error."""
    done = subprocess.run(command, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    if done.returncode:
        sys.exit("objects: %s: exit %d: %s" % (" ".join(command), done.returncode, done.stderr[-500:]))
    return done.stderr


def collections_in(text):
    found = [line for line in text.splitlines() if line.startswith("[(")]
    return eval(found[-1]) if found else None


def pools_in(text):
    """{bytes of the class: (pools, used blocks)} of a printed table."""
    rows = re.findall(r"^ *\d+ +(\d+) +(\d+) +(\d+) +(\d+)$", text, re.M)
    return {int(size): (int(pools), int(used)) for size, pools, used, _ in rows}


def replayed(build, trace, *part):
    out = subprocess.run([os.path.join(build, "pymemtrace"), "stats", "-q", "--json"] + list(part) + [trace],
                         stdout=subprocess.PIPE, text=True, check=True).stdout
    return json.loads(out)


def modelled(build, trace):
    """(collections, pools, hits) of the replay."""
    collections = replayed(build, trace, "--collections")["collections"]
    rows = [(sum(c["generation"] == g for c in collections),
             sum(c["collected"] for c in collections if c["generation"] == g)) for g in range(3)]
    pools = {c["size"]: (c["pools"], c["used"])
             for c in replayed(build, trace, "--classes")["classes"]}
    hits = {}
    for row in replayed(build, trace, "--freelists")["freelists"]:
        key = (row["type"], row["size"])
        hits[key] = hits.get(key, 0) + row["hits"]
    return rows, pools, hits


def traced_hits(text):
    """{(type, items): hits} that list_hits.so prints."""
    return {(t, int(n)): int(hits) for t, n, _, hits in re.findall(r"^list_hits (\S+) (\d+) (\d+) (\d+)$", text, re.M)}


def by_type(hits):
    total = {}
    for (name, _), n in hits.items():
        total[name] = total.get(name, 0) + n
    return total


def show_collections(real, model):
    print("  collections  alone %s" % real)
    print("            replayed %s%s" % (model, "" if real == model else "  DIFFERENT"))
    return real == model


def show_pools(real, model):
    off = [s for s in sorted(set(real) | set(model)) if real.get(s) != model.get(s)]
    blocks = sum(abs(real.get(s, (0, 0))[1] - model.get(s, (0, 0))[1]) for s in off)
    print("  pool table   %d classes, %d differ, by %d of %d blocks" % (
        len(real), len(off), blocks, sum(used for _, used in real.values())))
    for s in off:
        print("    %4d bytes: alone %d pools, %d used; replayed %d, %d" % (
            (s,) + real.get(s, (0, 0)) + model.get(s, (0, 0))))


def show_hits(real, model):
    fine = True
    for name, n in sorted(by_type(real).items()):
        m = by_type(model).get(name, 0)
        far = abs(n - m) > max(MOST_HITS_OFF * n, BEFORE_FOUND * LISTS.get(name, 1))
        fine = fine and not far
        print("  hits         %-6s traced %d, replayed %d (%+.4f %%)%s" % (
            name, n, m, 100.0 * (m - n) / max(n, 1), "  DIFFERENT" if far else ""))
    return fine


def sets_marks(program):
    """A mark makes objects of ctypes, and is set only where somebody records it."""
    with open(program) as f:
        return "pymemtrace_mark" in f.read()


def has_tracer(python):
    return subprocess.run([python, "-c", "import sys; sys.exit(sys.version_info < (3, 13))"]).returncode == 0


def installed():
    """Debian's, and what pyenv has."""
    root = os.path.join(os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"), "versions")
    found = ["/usr/bin/python3"]
    for version in WANTED:
        here = sorted(glob.glob(os.path.join(root, version + ".*", "bin", "python")))
        found += here
        if not here:
            print("not here: %s" % version)
    return found


def compare(args, python, program, folder):
    runner = os.path.join(folder, "runner.py")
    trace = os.path.join(folder, "it.pmt")
    with open(runner, "w") as f:
        f.write(RUNNER)
    command = [python, runner, program]
    alone = run(command, environment())
    run([os.path.join(args.build, "pymemtrace"), "record", "-fq", "--objects", "-o", trace, "--"] + command,
        environment())
    rows, pools, hits = modelled(args.build, trace)
    print("%s, %s" % (os.path.basename(program), python))
    fine = show_collections(collections_in(alone), rows)
    show_pools(pools_in(alone), pools)
    env = environment(LD_PRELOAD=os.path.join(os.path.abspath(args.build), "list-hits.so"))
    del env["PM_EXIT"]
    if has_tracer(python):
        fine = show_hits(traced_hits(run(command, env)), hits) and fine
    sys.stdout.flush()
    return fine


def main():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("build")
    p.add_argument("programs", nargs="*")
    p.add_argument("--python", action="append", default=[])
    args = p.parse_intermixed_args()
    programs = args.programs or [p for p in sorted(glob.glob(os.path.join(HERE, "..", "..", "traces", "*.py")))
                                 if not sets_marks(p)]
    fine = True
    for python in args.python or installed():
        for program in programs:
            with tempfile.TemporaryDirectory() as folder:
                fine = compare(args, python, program, folder) and fine
    return 0 if fine else 1


if __name__ == "__main__":
    sys.exit(main())
