#!/usr/bin/env python3
"""accuracy.py - what-if predictions beside real runs, for the table of the README.

    accuracy.py BUILD [--python EXE]... [--runs N] [--set 'NAME=T0,T1,T2']... [--objects]
                [--shift N] [--unchanged] [--markdown] [PROGRAM[:ARG,ARG]]...
    accuracy.py BUILD --check-stats [--python EXE]... [PROGRAM[:ARG,ARG]]...

Each program is recorded once under its default settings. Then, for every setting of the
collector, a replay of that one trace stands beside real runs of the program under that
setting which nobody observes. --set takes NAME=T0,T1,T2, NAME=off or
just the thresholds, and replaces the usual settings. Programs default to traces/*.py
(tests/programs/*.py are others; the curves of pauses are tuned to ten of them as well,
nothing else is), the interpreter to /usr/bin/python3. Everything runs with PYTHONHASHSEED=0, one process
at a time. Standard library only.

Real. A copy of the program sets the thresholds in its first line, on the same line as
what stood there where the syntax allows (after a docstring and `from __future__`), so
that line numbers stay. That line also gives sys.argv[0], sys.path[0] and __file__ back
their values for the original. Appended last lines take gc.get_stats() before anything
else, then the highwater mark of sys._debugmallocstats(), and write both to a descriptor
whose number stands in the text: no import of a module that is not loaded, no atexit, no
environment variable. (A program that leaves by sys.exit() does not come to its last
line; its copy is run again with that text given to atexit, and the row says `exit`.)

What is recorded has that first line too, with the default thresholds in it, which changes
nothing. For the objects that the line makes stay, and all collections behind it come so many
objects sooner: where a tree of 10,000 nodes is left just before or just behind a collection, the
same program with another first line has other figures. They are no matter of the model's.
--unchanged records the program as it is, without that line.

Timing disturbs (gc.callbacks makes a tracked dict per call, which moves collections), so
seconds come from --runs further runs and are medians; counts never do.

The longest pause is the predicted one, gc_longest_ns: what single pauses have above the model
is in it, and those of a finalising interpreter are not.

The point of comparison is the end of the program's text. What comes after it,
collections that the finalising interpreter asks for, no program can report, so it is cut
from the other side: an empty program, recorded, tells how many they are (K: 4 on Debian's
3.11); the last K asked-for collections of a recording begin at an event that is the same
in all replays of it, and collections from there on do not count. Of the time, neither do those
before the program's first line, S of them by the count of the timed run. The list of
collections is that of `pymemtrace stats --collections --csv`. Without it the totals of
`replay --json` less K full collections have to do, and no figure is given for collected.
--shift N: real programs keep N objects more from their first line on, and the recorded one does
not: which cells hang on where collections fall, this shows.

Peak arenas are those of the whole process on the predicted side: shutdown frees.

The row `recorded` has no prediction: it holds the recording itself (its arenas: the
replay as recorded) beside the real run under the default thresholds. What differs there
(the machine's noise, what recording adds to a pause; of a program that leaves by sys.exit(), or
--unchanged, what the first line makes) is no fault of the model. It is not part of the summary.
`!` (bold in Markdown) marks a cell outside its bound: collections per generation max(2, 2 %),
collected 2 %, peak arenas max(1, 3 %), seconds 25 %, longest pause 40 %. `x/y` is real/predicted, `x =` says that they are equal. The last lines say how far
the real runs of one setting differ among themselves: no prediction can be nearer than they are.

--check-stats compares gc.get_stats() at the end of a copy's text, recorded and not, with
no thresholds set: recording must not change the run.

Exit status 0 whatever the figures are, 1 if something could not be run or asked.
"""
import argparse
import ast
import csv
import glob
import io
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import tokenize

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
SETTINGS = ["2000,10,10", "10000,10,10", "50000,20,20", "700,50,50", "700,10,100", "off"]

# figure, absolute and relative bound (None: not judged), scale and digits for print
FIGURES = [
    ("gen 0", 2, .02, 1, 0), ("gen 1", 2, .02, 1, 0), ("gen 2", 2, .02, 1, 0),
    ("collected", 0, .02, 1, 0), ("arenas", 1, .03, 1, 0), ("peak MiB", None, None, 2**-20, 1),
    ("GC ms", 0, .25, 1e-6, 1), ("longest ms", 0, .40, 1e-6, 2),
]

# -- the copy of a program --

# Reading the statistics comes first: get_stats() takes its snapshot before it allocates.
REPORT = """
import gc as _acc_gc; _acc_stats = _acc_gc.get_stats()
import sys as _acc_sys; _acc_sys._debugmallocstats()
import os as _acc_os
_acc_os.write({fd}, ascii([_acc_os.getpid(), _acc_os.getppid(), _acc_stats, {times}]).encode() + b"\\n")
"""

# times: start of the one under way, total, longest, collections before the first line
WATCH = """
import array, gc, time
times = array.array("q", [0, 0, 0, sum(s["collections"] for s in gc.get_stats())])
def watch(phase, info, times=times, clock=time.perf_counter_ns):
    if phase == "start":
        times[0] = clock()
    else:
        ns = clock() - times[0]
        times[1] += ns
        if ns > times[2]:
            times[2] = ns
gc.callbacks.append(watch)
"""


def first_line(path, setting, timed, at_exit, shift):
    """The statements to put in front, on one line."""
    words = []
    if shift:
        words.append(f"_acc_shift = [{', '.join(['[]'] * (shift - 1))}]")
    if setting == "off":
        words.append("import gc; gc.disable()")
    elif setting:
        words.append(f"import gc; gc.set_threshold({setting})")
    words.append(f"import sys; sys.path[0] = {os.path.dirname(path)!a}; "
                 f"sys.argv[0] = __file__ = {path!a}")
    if timed:
        words.append(f"_acc = {{}}; exec({WATCH!a}, _acc)")
    if at_exit:
        words.append(f"import atexit; atexit.register(exec, {at_exit!a}, globals())")
    return "; ".join(words)


def put_first(text, line):
    """text with line in front of its first statement that may stand behind it."""
    lines = text.splitlines(keepends=True)
    body = ast.parse(text).body
    head = 0
    if body and ast.get_docstring(ast.Module(body[:1], []), clean=False) is not None:
        head = 1
    while head < len(body) and isinstance(body[head], ast.ImportFrom) and body[head].module == "__future__":
        head += 1
    if head:
        last = body[head - 1]
        row, col = last.end_lineno - 1, last.end_col_offset
        at = len(lines[row].encode()[:col].decode())
        lines[row] = lines[row][:at] + "; " + line + lines[row][at:]
        return "".join(lines)
    first = body[0].lineno - 1 if body else len(lines)
    simple = body and not isinstance(body[0], (
        ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.If, ast.For, ast.While,
        ast.With, ast.Try, *([ast.Match] if hasattr(ast, "Match") else [])))
    if simple:
        lines[first] = line + "; " + lines[first]
        return "".join(lines)
    # A compound statement: take the place of a comment above it, else shift by a line.
    above = min([first] + [d.lineno - 1 for d in getattr(body[0], "decorator_list", [])] if body else [first])
    for row in range(above - 1, -1, -1):
        if not lines[row].startswith("#!") and not re.search(r"coding[:=]", lines[row]):
            lines[row] = line + "  " + lines[row]
            return "".join(lines)
    lines.insert(above, line + "\n")
    return "".join(lines)


def write_copy(folder, path, fd, setting=None, timed=False, at_exit=False, shift=0):
    """fd: of the report; None: it makes none."""
    with open(path, "rb") as f:
        encoding = tokenize.detect_encoding(f.readline)[0]
    with open(path, encoding=encoding, newline="") as f:
        text = f.read()
    report = REPORT.format(fd=fd, times='list(_acc["times"])' if timed else "None")
    text = put_first(text, first_line(os.path.abspath(path), setting, timed,
                                      report if at_exit else None, shift))
    if not at_exit and fd is not None:
        text += ("" if text.endswith("\n") else "\n") + report
    copy = os.path.join(folder, os.path.basename(path))
    with open(copy, "w", encoding=encoding, newline="") as f:
        f.write(text)
    return copy


# -- running --

class Trouble(Exception):
    pass


def last_words(done):
    lines = [x for x in done.stderr.decode(errors="replace").splitlines() if x.strip()]
    missing = [x for x in lines if "No module named" in x]
    return (missing or lines or [f"exit status {done.returncode}"])[-1].strip()


def run(command, **kw):
    """As subprocess.run(), with the process id."""
    with subprocess.Popen(command, env=dict(os.environ, PYTHONHASHSEED="0"),
                          stdin=subprocess.DEVNULL, stdout=kw.pop("stdout", subprocess.DEVNULL),
                          stderr=subprocess.PIPE, **kw) as process:
        out, err = process.communicate()
    done = subprocess.CompletedProcess(command, process.returncode, out, err)
    done.pid = process.pid
    return done


class Program:
    """One program under one interpreter."""

    def __init__(self, exe, words, folder, shift=0):
        self.shift = shift
        self.exe, self.path, self.args = exe, words[0], words[1:]
        self.name = " ".join([os.path.splitext(os.path.basename(words[0]))[0]] + words[1:])
        self.folder = os.path.join(folder, "copy")
        os.makedirs(self.folder, exist_ok=True)
        self.at_exit = False

    def original(self):
        return [self.exe, self.path] + self.args

    def to_record(self, setting):
        """The command of a copy that does the same as those that report, but for the report."""
        copy = write_copy(self.folder, self.path, None, setting=setting)
        return [self.exe, copy] + self.args

    def warm_up(self):
        """Bytecode written, files in the page cache, and whether it runs at all."""
        done = run(self.original())
        if done.returncode:
            raise Trouble(last_words(done))

    def report(self, before=(), **how):
        """Run a copy; the statistics and times that it reports, and its standard error."""
        out = os.path.join(self.folder, "report")
        fd = os.open(out, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND, 0o600)
        try:
            copy = write_copy(self.folder, self.path, fd, at_exit=self.at_exit, shift=self.shift, **how)
            done = run([*before, self.exe, copy] + self.args, pass_fds=(fd,))
        finally:
            os.close(fd)
        with open(out) as f:
            told = [ast.literal_eval(x) for x in f.read().splitlines()]
        # Its forked children may report as well. Recorded, it is a child of the recorder.
        for own in ([t for t in told if t[0] == done.pid], [t for t in told if t[1] == done.pid]):
            if own:
                return own[0][2:], done.stderr.decode(errors="replace")
        if self.at_exit:
            raise Trouble(last_words(done))
        self.at_exit = True
        return self.report(before, **how)

    def counted(self, setting):
        (stats, _), err = self.report(setting=setting)
        marks = re.findall(r"# arenas highwater mark\s+=\s+([\d,]+)", err)
        sizes = re.findall(r"arenas \* (\d+) bytes/arena", err)
        arenas = int(marks[-1].replace(",", "")) if marks else None
        return dict(zip((f[0] for f in FIGURES), [s["collections"] for s in stats] + [
            sum(s["collected"] for s in stats), arenas,
            arenas * int(sizes[-1]) if marks and sizes else None]))

    def timed(self, setting, runs):
        """Nanoseconds in all, and of the longest, of each run; collections before."""
        told = [self.report(setting=setting, timed=True)[0][1] for _ in range(runs)]
        return [t[1] for t in told], [t[2] for t in told], told[-1][3]


# -- the trace --

class Tool:
    def __init__(self, build, folder, objects):
        self.objects = ["--objects"] if objects else []
        self.exe = os.path.join(os.path.abspath(build), "pymemtrace")
        if not os.access(self.exe, os.X_OK):
            raise Trouble(f"{self.exe}: not there (make BUILD={build} all)")
        self.trace = os.path.join(folder, "accuracy.pmt")
        self.db = os.path.join(folder, "accuracy.db")

    def recorder(self):
        return [self.exe, "record", "-q", "-f"] + self.objects + ["-o", self.trace, "--"]

    def record(self, command):
        done = run(self.recorder() + command)
        if done.returncode or not os.path.exists(self.trace):
            raise Trouble(last_words(done))

    def recorded(self):
        """The collections of the trace itself, as rows; whether the collector is on at the end."""
        dump = subprocess.Popen([self.exe, "dump", self.trace], stdout=subprocess.PIPE)
        grep = subprocess.run(["grep", "-E", "^[0-9]+ GC_(BEGIN|STAT|END|ENABLED) "], stdin=dump.stdout,
                              capture_output=True, text=True)
        dump.stdout.close()
        if dump.wait():
            raise Trouble("dump failed")
        rows, enabled = [], True
        for line in grep.stdout.splitlines():
            event, op, *fields = line.split()
            f = {k: int(v) for k, v in (x.split("=") for x in fields)}
            if op == "GC_ENABLED":
                enabled = bool(f["enabled"])
            elif op == "GC_BEGIN":
                row = dict(event=int(event), asked_for=f["kind"] >= 4, begin=f["wide"])
            elif op == "GC_STAT" and f["which"] == 0:
                row["collected"] = f["wide"]
            elif op == "GC_END":
                row.update(generation=f["generation"], pause_ns=f["wide"] - row["begin"] if row["begin"] else 0)
                rows.append(row)
        return rows, enabled

    def asked_at_end(self, exe, folder):
        """How many collections a finalising interpreter asks for: those of an empty program."""
        empty = os.path.join(folder, "empty.py")
        with open(empty, "w") as f:
            f.write("pass\n")
        self.record([exe, empty])
        return sum(row["asked_for"] for row in self.recorded()[0])

    def arenas(self):
        """Highwater of a replay under the recorded settings, and the bytes of it."""
        done = run([self.exe, "replay", "--json", self.trace], stdout=subprocess.PIPE)
        if not done.stdout:
            raise Trouble(last_words(done))
        told = json.loads(done.stdout)
        arenas = told["heap"]["arenas"]["highwater"]
        return [arenas, arenas * told["config"]["arena"]]

    def replay(self, setting):
        """JSON and collections (None: no such list) of a replay."""
        if os.path.exists(self.db):
            os.unlink(self.db)
        done = run([self.exe, "replay", "--json", "-c", "gc=" + setting, "-d", self.db, self.trace],
                   stdout=subprocess.PIPE)
        if not done.stdout:
            raise Trouble(last_words(done))
        rows = run([self.exe, "stats", "--collections", "--csv", self.db], stdout=subprocess.PIPE)
        if rows.returncode:
            return json.loads(done.stdout), None
        return json.loads(done.stdout), [
            {k: int(row[k]) if row[k] else None for k in ("event", "generation", "collected", "pause_ns")}
            for row in csv.DictReader(io.StringIO(rows.stdout.decode()))]


def total(figures):
    """Their sum; None if one of them is not known."""
    figures = list(figures)
    return None if None in figures else sum(figures)


class End:
    """Where in a recording the interpreter begins to finalise."""

    def __init__(self, rows, enabled, asked):
        self.k = asked - (not enabled)  # the first of them only if the collector is on
        last = [row["event"] for row in rows if row["asked_for"]][-self.k:] if self.k else []
        # Less two: a row may name the event itself or its neighbour.
        self.event = last[0] - 2 if last else sys.maxsize

    def figures(self, rows, before):
        rows = [row for row in rows if row["event"] < self.event]
        pauses = [row["pause_ns"] for row in rows[before:]]
        return ([sum(row["generation"] == g for row in rows) for g in range(3)] +
                [total(row["collected"] for row in rows)]), [total(pauses), None if None in pauses else
                                                             max(pauses, default=0)]


def predicted(told, rows, end, before):
    gc, heap = told.get("gc"), told["heap"]
    arenas = heap["arenas"]["highwater"]
    if rows is not None:
        counts, pauses = end.figures(rows, before)
        if pauses[1]:
            pauses[1] = told["metrics"].get("gc_longest_ns", pauses[1])
    elif gc:
        counts = [g["collections"] for g in gc["generations"]] + [None]
        counts[2] -= end.k
        pauses = [gc["pause_ns"]["total"], gc["pause_ns"]["max"]]
    else:
        counts, pauses = [None] * 4, [None] * 2
    return counts + [arenas, arenas * told["config"]["arena"]] + pauses


# -- print --

class Table:
    def __init__(self, markdown):
        self.markdown = markdown
        self.judged = {f[0]: [0, 0] for f in FIGURES if f[2] is not None}
        self.spreads = {}

    def cell(self, figure, real, guess, count):
        name, least, share, scale, digits = figure
        if real is None and guess is None:
            return "-"
        if real is None or guess is None:
            one = [f"{x * scale:.{digits}f}" if x is not None else "?" for x in (real, guess)]
            return "/".join(one)
        off = guess - real
        text = f"{real * scale:.{digits}f}"
        if off:
            text += f"/{guess * scale:.{digits}f} "
            text += f"{100 * off / real:+.{0 if abs(off) >= .1 * real else 1}f}%" if real else f"{off * scale:+.{digits}f}"
        else:
            text += " ="
        if share is None:
            return text
        good = abs(off) <= max(least, share * real)
        if count:
            self.judged[name][0] += good
            self.judged[name][1] += 1
        return text if good else f"**{text}**" if self.markdown else text + " !"

    WIDTHS = [22, 12, 22, 20, 16, 26, 16, 20, 24, 24]

    def line(self, cells):
        if self.markdown:
            print("| " + " | ".join(cells) + " |", flush=True)
        else:
            print(" ".join(f"{c:<{w}}" for c, w in zip(cells, self.WIDTHS)).rstrip(), flush=True)

    def head(self, title):
        print(("### " if self.markdown else "") + title + "\n")
        self.line(["program", "setting"] + [f[0] for f in FIGURES])
        if self.markdown:
            self.line(["---"] * (2 + len(FIGURES)))

    def row(self, program, setting, real, guess, count=True):
        self.line([program, setting] + [self.cell(f, r, g, count) for f, r, g in zip(FIGURES, real, guess)])

    def not_run(self, program, why):
        self.line([program, "not run: " + why] + ([""] * len(FIGURES) if self.markdown else []))

    def spread(self, name, runs):
        """How far real runs differ among themselves: the longest / the shortest."""
        if len(runs) > 1 and min(runs):
            self.spreads.setdefault(name, []).append(max(runs) / min(runs))

    def summary(self):
        print("within bounds: " + " · ".join(f"{n} {a}/{b}" for n, (a, b) in self.judged.items()) +
              " · all %d/%d" % tuple(map(sum, zip(*self.judged.values()))))
        for name, ratios in self.spreads.items():
            bound = next(f[2] for f in FIGURES if f[0] == name)
            wider = sum(r > (1 + bound) / (1 - bound) for r in ratios)
            print(f"real runs of one setting, longest / shortest {name}: {statistics.median(ratios):.2f} in the "
                  f"median, {max(ratios):.2f} at most, wider than the bound itself in {wider} of {len(ratios)}")


# -- the two jobs --

class Job:
    def __init__(self, tool, folder, runs, shift, unchanged, table):
        self.tool, self.folder, self.table = tool, folder, table
        self.runs, self.shift, self.unchanged = runs, shift, unchanged
        self.errors = 0

    def complain(self, what, why):
        self.errors += 1
        print(f"accuracy: {what}: {why}", file=sys.stderr)

    def real(self, program, setting):
        real = program.counted(setting)
        *times, before = program.timed(setting, self.runs)
        names = [f[0] for f in FIGURES]
        for name, runs in zip(names[-2:], times):
            real[name] = statistics.median(runs)
            self.table.spread(name, runs)
        return [real[n] for n in names], before

    def settings_of(self, program, settings, default, asked):
        program.warm_up()
        try:
            self.tool.record(program.original() if self.unchanged else program.to_record(default))
            rows, enabled = self.tool.recorded()
            if not rows:
                raise Trouble("no collection is in the trace")
            end, arenas = End(rows, enabled, asked), self.tool.arenas()
        except (Trouble, ValueError) as e:
            self.complain(program.name + ", recording", e)
            end = None
        for name, setting in settings:
            real, before = self.real(program, setting)
            label = name + (" exit" if program.at_exit else "")
            if setting == default and end:
                counts, pauses = end.figures(rows, before)
                self.table.row(program.name, "recorded", real, counts + arenas + pauses, count=False)
            try:
                if not end:
                    raise Trouble("no recording")
                guess = predicted(*self.tool.replay(setting), end, before)
            except (Trouble, ValueError, KeyError) as e:
                self.complain(f"{program.name}, {setting}", repr(e) if isinstance(e, KeyError) else e)
                guess = [None] * len(FIGURES)
            self.table.row(program.name, label, real, guess)

    def accuracy(self, exe, programs, wanted):
        asked = self.tool.asked_at_end(exe, self.folder)
        default = ask(exe, "import gc; print(*gc.get_threshold(), sep=',')")
        settings = wanted or [("default", default)] + [(s, s) for s in SETTINGS if s != default]
        self.table.head(f"Python {ask(exe, 'import platform; print(platform.python_version())')} ({exe}), "
                        f"default {default}, {asked} collections at shutdown")
        for words in programs:
            program = Program(exe, words, self.folder, self.shift)
            try:
                self.settings_of(program, settings, default, asked)
            except Trouble as e:
                self.table.not_run(program.name, str(e))

    def check_stats(self, exe, programs):
        version = ask(exe, "import platform; print(platform.python_version())")
        for words in programs:
            program = Program(exe, words, self.folder)
            try:
                program.warm_up()
                plain = program.report()[0][0]
                under = program.report(self.tool.recorder())[0][0]
                verdict = "equal"
                if plain != under:
                    verdict = "DIFFERENT: " + "; ".join(
                        f"gen {g} {k} {p[k]} -> {u[k]}"
                        for g, (p, u) in enumerate(zip(plain, under)) for k in p if p[k] != u[k])
                    again = program.report()[0][0]
                    verdict += (" (two unrecorded runs agree)" if again == plain else
                                " (so do two unrecorded runs)")
                counts = "/".join(str(s["collections"]) for s in plain)
                collected = str(sum(s["collected"] for s in plain))
            except Trouble as e:
                counts, collected, verdict = "-", "-", f"not run: {e}"
            if self.table.markdown:
                print(f"| {version} | {program.name} | {counts} | {collected} | {verdict} |", flush=True)
            else:
                print(f"{version:<8} {program.name:<24} {counts:>14} {collected:>10}  {verdict}", flush=True)


def ask(exe, text):
    try:
        done = run([exe, "-c", text], stdout=subprocess.PIPE)
    except OSError as e:
        raise Trouble(f"{exe}: {e.strerror}")
    if done.returncode:
        raise Trouble(f"{exe}: {last_words(done)}")
    return done.stdout.decode().strip()


def setting_of(text):
    name, equals, value = text.partition("=")
    value = value if equals else name
    if value != "off" and not re.fullmatch(r"\d+,\d+,\d+", value):
        raise argparse.ArgumentTypeError(f"{text}: not NAME=T0,T1,T2 or NAME=off")
    return name, value


def main():
    ap = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    ap.add_argument("build")
    ap.add_argument("--runs", type=int, default=3, help="runs for the times (median)")
    ap.add_argument("--shift", type=int, default=0, metavar="N", help="real runs keep N objects more")
    ap.add_argument("--unchanged", action="store_true", help="record programs without a first line of ours")
    ap.add_argument("--python", action="append")
    ap.add_argument("--set", action="append", type=setting_of, default=[], metavar="NAME=T0,T1,T2")
    ap.add_argument("--check-stats", action="store_true")
    ap.add_argument("--objects", action="store_true", help="record what goes through free lists too")
    ap.add_argument("--markdown", action="store_true")
    ap.add_argument("programs", nargs="*")
    a = ap.parse_intermixed_args()
    if a.runs < 1:
        ap.error("--runs: at least 1")
    if a.shift < 0:
        ap.error("--shift: not below 0")
    programs = [[p] + args.split(",") if args else [p] for p, _, args in
                (x.partition(":") for x in a.programs or sorted(glob.glob(f"{TOP}/traces/*.py")))]
    for words in programs:
        if not os.path.exists(words[0]):
            sys.exit(f"accuracy: {words[0]}: no such program")
    table = Table(a.markdown)
    with tempfile.TemporaryDirectory(prefix="accuracy.") as folder:
        try:
            job = Job(Tool(a.build, folder, a.objects), folder, a.runs, a.shift, a.unchanged, table)
            if a.check_stats:
                cells = ["python", "program", "collections", "collected", "recorded or not"]
                print("| " + " | ".join(cells) + " |\n|" + " --- |" * 5 if a.markdown else
                      "{:<8} {:<24} {:>14} {:>10}  {}".format(*cells))
            for exe in a.python or ["/usr/bin/python3"]:
                if a.check_stats:
                    job.check_stats(exe, programs)
                else:
                    job.accuracy(exe, programs, a.set)
                    print()
        except Trouble as e:
            sys.exit(f"accuracy: {e}")
        if not a.check_stats:
            table.summary()
    return 1 if job.errors else 0


if __name__ == "__main__":
    sys.exit(main())
