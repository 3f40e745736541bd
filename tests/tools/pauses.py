#!/usr/bin/env python3
"""pauses.py - what an object costs that a collection visits, in runs that nobody records.

    pauses.py BUILD [--python EXE] [--runs N] [--set T0,T1,T2]... PROGRAM[:ARG,ARG]...

The usual cost in src/gc/cost.c is taken from this. Each program is recorded once, unchanged;
a replay of that trace says what each collection under a setting visits and frees, and real
runs of the program under it how long each took. They belong together by their order: those
before the program's first line and behind its last do not count (accuracy.py).

A line for each program, generation and power of two of objects visited, with the medians of
ns per object, real and predicted, of collections that freed less than a tenth as many blocks:

    program generation objects collections real predicted

Of several runs each pause counts. Settings: the default one and those of
accuracy.py. Standard library only. Exit status 1 if something could not be run.
"""
import argparse
import collections
import csv
import io
import os
import statistics
import subprocess
import sys
import tempfile

import accuracy

FIXED_NS = 1500  # USUAL_FIXED_NS

# The list of all is behind what accuracy.py watches, with room from the beginning: an array
# that grows changes where malloc puts what the program asks for, and with that what a pause takes.
MOST = 100000
accuracy.WATCH = accuracy.WATCH.replace(
    "gc.get_stats())])", f"gc.get_stats()), 5] + [0] * {MOST})").replace(
    "times[1] += ns\n", "times[1] += ns\n        times[times[4]] = ns * 4 + info['generation']\n"
                        "        times[4] += 1\n")


def real_pauses(program, setting):
    """[(generation, ns)] of each collection of a run; how many came before."""
    told = program.report(setting=setting, timed=True)[0][1]
    if told[4] == len(told):
        raise accuracy.Trouble(f"{setting}: more than {MOST} collections")
    return [(x & 3, x >> 2) for x in told[5:told[4]]], told[3]


def replayed(tool, setting, end):
    if os.path.exists(tool.db):
        os.unlink(tool.db)
    config = ["-c", "gc=" + setting] if setting else []
    accuracy.run([tool.exe, "replay", "-q", "-d", tool.db] + config + [tool.trace])
    done = accuracy.run([tool.exe, "stats", "--collections", "--csv", tool.db], stdout=subprocess.PIPE)
    if done.returncode:
        raise accuracy.Trouble(accuracy.last_words(done))
    rows = csv.DictReader(io.StringIO(done.stdout.decode()))
    return [{k: int(row[k] or 0) for k in ("generation", "visited", "freed_blocks", "pause_ns")}
            for row in rows if int(row["event"]) < end.event]


def joined(real, rows):
    """Where the generations agree, collection by collection."""
    for (generation, ns), row in zip(real, rows):
        if row["generation"] == generation and row["visited"] > 10 * row["freed_blocks"]:
            yield generation, row["visited"], ns, row["pause_ns"]


def measure(program, tool, settings, runs, folder):
    program.warm_up()
    asked = tool.asked_at_end(program.exe, folder)
    tool.record(program.original())
    end = accuracy.End(*tool.recorded(), asked)
    found = collections.defaultdict(list)
    for setting in settings:
        rows = replayed(tool, setting, end)
        for _ in range(runs):
            real, before = real_pauses(program, setting)
            for generation, visited, *pauses in joined(real, rows[before:]):
                found[generation, visited.bit_length() - 1].append(
                    [(ns - FIXED_NS) / visited for ns in pauses])
    for (generation, log2), costs in sorted(found.items()):
        print(program.name.replace(" ", ","), generation, 2**log2, len(costs),
              *(f"{statistics.median(c):.0f}" for c in zip(*costs)), flush=True)


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    ap.add_argument("build")
    ap.add_argument("--python", default="/usr/bin/python3")
    ap.add_argument("--runs", type=int, default=3)
    ap.add_argument("--set", action="append", metavar="T0,T1,T2")
    ap.add_argument("program", nargs="+")
    args = ap.parse_args()
    settings = args.set or [None] + [s for s in accuracy.SETTINGS if s != "off"]
    status = 0
    with tempfile.TemporaryDirectory() as folder:
        tool = accuracy.Tool(args.build, folder, False)
        for words in args.program:
            path, _, rest = words.partition(":")
            program = accuracy.Program(args.python, [path] + [w for w in rest.split(",") if w], folder)
            try:
                measure(program, tool, settings, args.runs, folder)
            except (accuracy.Trouble, ValueError) as e:
                print(f"pauses: {program.name}: {e}", file=sys.stderr)
                status = 1
    return status


if __name__ == "__main__":
    sys.exit(main())
