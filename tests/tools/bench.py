#!/usr/bin/env python3
"""bench.py - the figures of the README, measured side by side in one run.

    bench.py BUILD [--runs N] [--blocks-only] [--python EXE]... [PROGRAM[:ARG,ARG]]...

Per interpreter and program: whole processes, with and without recording in turn
(A B A B ...), medians; the trace's bytes per event; the replay into a new database.
Then, per program, the engine beside malloc (glibc, and mimalloc where it is
installed) executing the same events, and the memory of a replay beside the peak heap
it models. A ratio is of medians of this run: machines are noisy, so quote ratios.

Standard library only. Programs default to traces/*.py, interpreters to
/usr/bin/python3 and those of pyenv, 3.8 to 3.13.
"""
import argparse
import glob
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))


def interpreters():
    found = ["/usr/bin/python3"]
    try:
        root = subprocess.run(["pyenv", "root"], capture_output=True, text=True).stdout.strip()
    except OSError:
        root = ""
    for minor in range(8, 14):
        versions = sorted(glob.glob(f"{root}/versions/3.{minor}.*/bin/python3.{minor}")) if root else []
        found += versions[-1:]
    return found


def programs():
    return sorted(p for p in glob.glob(f"{TOP}/traces/*.py"))


def run(command, **kw):
    env = dict(os.environ, PYTHONHASHSEED="0")
    start = time.perf_counter()
    done = subprocess.run(command, env=env, stdin=subprocess.DEVNULL, **kw)
    return time.perf_counter() - start, done


QUIET = dict(stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def peak_rss(command):
    """Peak resident bytes of one run: VmHWM, looked at until the process has ended. (The
    ru_maxrss of a child begins with what its parent had.)"""
    p = subprocess.Popen(command, **QUIET)
    peak = 0
    while p.poll() is None:
        try:
            status = open(f"/proc/{p.pid}/status").read()
            peak = max(peak, int(status.partition("VmHWM:")[2].split()[0]) * 1024)
        except (OSError, IndexError, ValueError):
            pass
        time.sleep(0.0002)
    return peak


class Bench:
    def __init__(self, build, runs, folder, options):
        self.tool = os.path.join(build, "pymemtrace")
        self.engine = os.path.join(build, "bench-engine")
        self.runs = runs
        self.options = options
        self.trace = os.path.join(folder, "bench.pmt")
        self.db = os.path.join(folder, "bench.db")

    def record(self, command):
        return [self.tool, "record", "-q", "-f", "-o", self.trace] + self.options + ["--"] + command

    def replay(self):
        if os.path.exists(self.db):
            os.unlink(self.db)
        return run([self.tool, "replay", "-q", "-d", self.db, self.trace], **QUIET)[0]

    def program_row(self, command):
        plain, recorded, replayed = [], [], []
        run(command, **QUIET)  # warm-up: files into the page cache, bytecode written
        for _ in range(self.runs):
            plain.append(run(command, **QUIET)[0])
            recorded.append(run(self.record(command), **QUIET)[0])
            replayed.append(self.replay())
        out = subprocess.run([self.tool, "verify", "--json", self.trace], capture_output=True, text=True)
        try:
            proof = json.loads(out.stdout)
        except ValueError:
            sys.exit(f"bench: verify failed: {out.stderr.strip()}")
        mid = [statistics.median(x) for x in (plain, recorded, replayed)]
        return dict(events=proof["trace"]["events"], size=os.path.getsize(self.trace),
                    plain=mid[0], slow=mid[1] / mid[0], replay=mid[2], fast=mid[0] / mid[2],
                    exact=proof["verify"]["exact"],
                    off=proof["verify"]["placement"]["mismatches"] + proof["verify"]["classes"]["mismatches"])

    def engine_rate(self, mode, preload=None):
        env = dict(os.environ, **({"LD_PRELOAD": preload} if preload else {}))
        out = subprocess.run([self.engine, mode, self.trace], env=env, capture_output=True, text=True)
        return float(out.stdout.split()[2])

    def engine_row(self, mimalloc):
        model, glibc = self.engine_rate("model"), self.engine_rate("malloc")
        mi = self.engine_rate("malloc", mimalloc) if mimalloc else None
        out = subprocess.run([self.tool, "replay", "--json", self.trace], capture_output=True, text=True)
        peak = json.loads(out.stdout)["heap"]["peak_bytes"]
        used = peak_rss([self.tool, "replay", "-q", self.trace])
        return model, glibc, mi, used, peak


def name_of(command):
    return " ".join([os.path.splitext(os.path.basename(command[1]))[0]] + command[2:])


def version_of(exe):
    out = subprocess.run([exe, "-c", "import sys; print(sys.version.split()[0])"], capture_output=True, text=True)
    return out.stdout.strip()


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    ap.add_argument("build")
    ap.add_argument("--runs", type=int, default=5)
    ap.add_argument("--python", action="append")
    ap.add_argument("--blocks-only", action="store_const", const=["--blocks-only"], default=[])
    ap.add_argument("programs", nargs="*")
    a = ap.parse_intermixed_args()
    wanted = [[p] + args.split(",") if args else [p]
              for p, _, args in (x.partition(":") for x in a.programs or programs())]
    mimalloc = (sorted(glob.glob("/usr/lib/*/libmimalloc.so.2*")) or [None])[0]
    with tempfile.TemporaryDirectory() as folder:
        b = Bench(os.path.abspath(a.build), a.runs, folder, a.blocks_only)
        print(f"medians of {a.runs}, whole processes, PYTHONHASHSEED=0\n")
        print(f"{'python':<8} {'program':<24} {'events':>11} {'B/event':>8} {'plain s':>8} "
              f"{'recorded':>9} {'replay s':>9} {'replay':>8}  verify")
        engines = []
        for exe in a.python or interpreters():
            version = version_of(exe)
            for words in wanted:
                command = [exe] + words
                r = b.program_row(command)
                print(f"{version:<8} {name_of(command):<24} {r['events']:>11,} "
                      f"{r['size'] / max(r['events'], 1):>8.3f} {r['plain']:>8.3f} {r['slow']:>8.2f}x "
                      f"{r['replay']:>9.3f} {r['fast']:>7.1f}x  "
                      f"{'exact' if r['exact'] else '%d mismatches' % r['off']}", flush=True)
                if exe == (a.python or interpreters())[0]:
                    engines.append((name_of(command), b.engine_row(mimalloc)))
        print("\nengine: millions of events per second, beside allocators that execute the same events")
        print(f"{'program':<24} {'model':>8} {'glibc':>8} {'mimalloc':>9} {'model/mimalloc':>15} "
              f"{'replay RSS':>11} {'peak heap':>11} {'share':>6}")
        for name, (model, glibc, mi, used, peak) in engines:
            print(f"{name:<24} {model:>8.1f} {glibc:>8.1f} {mi if mi else float('nan'):>9.1f} "
                  f"{model / mi if mi else float('nan'):>14.2f}x {used / 2**20:>7.1f} MiB "
                  f"{peak / 2**20:>7.1f} MiB {100 * used / peak:>5.1f}%")
        if not mimalloc:
            print("mimalloc: not installed (package libmimalloc2.0)")


if __name__ == "__main__":
    main()
