#!/usr/bin/env python3
"""differential.py - random scripts acted out by the model and by real interpreters.

    differential.py BUILD [--scripts N] [--seed S] [--python PATH]... [--jobs N]
                    [--keep DIR] [--alone] [--script FILE]...

Scripts are drawn (script_drawer.py), each is translated to Python for the version at
hand (script_python.py) and run by that interpreter (script_actor.py), and by
`BUILD/pymemtrace replay -c cpython-X.Y.Z`. Both print the same lines if the model is
right: reference counts, identities, sizes, what is alive, tracked, interned, collected,
where generations and counters stand, how long free lists are and which dead object's
place a new one takes. Every difference is printed with its seed and the smallest script
that still shows it; exit status 1 if there is one.

Interpreters: /usr/bin/python3 and those of pyenv among 2.7, 3.8 ... 3.13, unless some
are named by --python. --alone: no model; each script is run twice, in two orders of the
batch, and must agree with itself. --script: compare this script, not drawn ones. --keep:
where scripts and programs of differences are left.

What is not compared is listed with its reason and count: EXCLUDED below."""
import argparse
import collections
import json
import multiprocessing
import os
import re
import subprocess
import sys
import tempfile

import script_drawer
import script_python
import script_reader

HERE = os.path.dirname(os.path.abspath(__file__))
WANTED = ("2.7", "3.8", "3.9", "3.10", "3.11", "3.12", "3.13")
BATCH = 100              # scripts of one process
SHOWN = 5                # differences of an interpreter that are shrunk and printed
SHRINK_ROUNDS = 40
SPECIAL = 4294967295     # sys.getrefcount() of an immortal object

# Acted out first by each process: what happens once in a process is over then.
WARM = """
class Warm slots a __weakref__
end
class Warmer Warm
 def __init__ self v
  self.b = v
 end
 def __del__ self
  x = list self
 end
end
def gone r
end
x = new Warmer 1
r = ref x gone
y = list x "Q one" "Q_two"
fails TypeError r = ref y
fails AttributeError r = x.c
print generation y, count Warm, interned "Q_two", size x, repr y, hash "Q_two", gc.collections 0
z = copy y
clear z
z = deep y
z = serial y
z = shallow x
z = array i 5
del x y r z
gc.collect
gc.collect 0
gc.collect 1
gc.freeze
gc.unfreeze
print free list
"""

# Why an item of a script is not compared.
EXCLUDED = {
    "shared": "refcount, or interned or not, of what the interpreter itself uses: None, small ints, "
              "single characters, ()",
    "unknown": "a query that this version cannot be asked: free lists before 3.3, generations before 3.8, "
               "gc.get_stats before 3.4",
    "third threshold": "2.7: generation 2 holds the interpreter's own objects, so when a full collection "
                       "starts by itself (25 % rule) differs: rest of a script with automatic ones",
}


class Interpreter:
    def __init__(self, path, version):
        self.path, self.version = path, version
        self.preset = "cpython-%d.%d.%d" % version
        self.thresholds = [2000 if version >= (3, 13) else 700, 10, 10]

    def __str__(self):
        return "%s (%d.%d.%d)" % ((self.path,) + self.version)


def ask_version(path):
    """The interpreter at path, or None: it is not there, or none of WANTED."""
    try:
        out = subprocess.run([path, "-c", "import sys; print('%d %d %d' % sys.version_info[:3])"],
                             capture_output=True, text=True).stdout
        version = tuple(int(n) for n in out.split())
    except (OSError, ValueError):
        return None
    return Interpreter(path, version) if "%d.%d" % version[:2] in WANTED else None


def installed():
    """(interpreters, names of those that are absent)"""
    root = os.path.join(os.environ.get("PYENV_ROOT") or os.path.expanduser("~/.pyenv"), "versions")
    folders = os.listdir(root) if os.path.isdir(root) else []
    paths, absent = ["/usr/bin/python3"], []
    for wanted in WANTED:
        mine = [f for f in folders if re.match(re.escape(wanted) + r"\.\d+$", f)]
        paths += [os.path.join(root, f, "bin", "python") for f in sorted(mine)]
        absent += [] if mine else [wanted]
    found = [ask_version(p) for p in paths]
    absent += [p for p, one in zip(paths, found) if one is None]
    return [one for one in found if one], absent


# -- one side: the interpreter --

class Item:
    """What one item of a print came to; excluded: why it is not compared; epoch: full
    collections so far, at which free lists lose what they hold."""

    def __init__(self, probe, value, excluded, epoch):
        self.probe, self.value, self.excluded, self.epoch = probe, value, excluded, epoch


def batch_text(interpreter, programs):
    warm = script_python.translate(WARM, interpreter.version, interpreter.preset)
    programs = [(-2, warm), (-1, warm)] + programs
    return json.dumps({
        "n_holders": script_python.N_HOLDERS, "makings": script_python.makings(),
        "scripts": [{"n": n, "units": [u.source() for u in program.units],
                     "thresholds": interpreter.thresholds} for n, program in programs]})


def act_out(interpreter, programs):
    """Run translated programs {n: Program} in one process: {n: (items, error)}."""
    with tempfile.NamedTemporaryFile("w", suffix=".json", delete=False) as f:
        f.write(batch_text(interpreter, programs))
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    environment.update(PYTHONHASHSEED="0", PYTHONDONTWRITEBYTECODE="1")
    try:
        run = subprocess.run([interpreter.path, "-s", "-S", os.path.join(HERE, "script_actor.py"), f.name],
                             env=environment, capture_output=True, text=True)
    finally:
        os.unlink(f.name)
    found = {}
    by_number = dict(programs)
    for line in run.stdout.splitlines():
        answer = json.loads(line)
        if answer["n"] not in by_number:
            continue
        program = by_number[answer["n"]]
        found[answer["n"]] = items_of(program, answer), error_of(program, answer["error"])
    for n, _ in programs:
        if n not in found:
            found[n] = [], "the interpreter stopped (%d): %s" % (run.returncode, run.stderr[-300:])
    return found


def error_of(program, error):
    if not error:
        return None
    at = error[0]
    number = program.units[at].number if 0 <= at < len(program.units) else 0
    return "line %d: %s" % (number, error[1])


def items_of(program, answer):
    """The answer's pairs as Items; ids become the order in which they first came."""
    numbers, texts, lengths = iter(answer["r"]), iter(answer["s"]), iter(answer["free"])
    found, epoch, seen = [], 0, {}
    for n in numbers:
        if n < 0:
            epoch += 1
            continue
        probe, excluded = program.probes[n], None
        form = probe.form
        if form == "str":
            value = next(texts, None)
        elif form == "free":
            value = free_length(probe.words, next(lengths, {}))
        else:
            value = next(numbers, None)
        if value is None:
            break  # it ended in the middle of a pair
        if form in ("count", "flag"):
            excluded = "shared" if next(numbers, 0) and value != SPECIAL else None
        if form in ("bool", "flag"):
            value = bool(value)
        elif form == "id":
            value = "#%d" % seen.setdefault((epoch, value), len(seen))
        elif form == "unknown":
            excluded = "unknown"
        if program.version < (3, 7) and program.third and probe.number > program.third:
            excluded = "third threshold"
        found.append(Item(probe, str(value), excluded, epoch))
    return found


def free_length(words, lengths):
    """`free tuple 5` out of what sys._debugmallocstats() told."""
    kind = words[1]
    return sum(n for name, n in lengths.items()
               if kind in name.lower() and (len(words) < 3 or name.startswith(words[2] + "-")))


# -- the other side: the model --

def replay(build, interpreter, folder, n, text):
    """(lines, error) of the engine for a script."""
    path = os.path.join(folder, "script-%s.trace" % n)
    with open(path, "w") as f:
        f.write(text)
    run = subprocess.run([os.path.join(build, "pymemtrace"), "replay", "-q", "-c", interpreter.preset, path],
                         capture_output=True, text=True)
    os.unlink(path)
    error = None
    if run.returncode:
        error = (run.stderr.strip() or "exit status %d" % run.returncode).replace(path, "script")
    return run.stdout.splitlines(), error


def groups(items):
    """Items by printed line."""
    line = []
    for item in items:
        line.append(item)
        if item.probe.last:
            yield line
            line = []
    if line:
        yield line


def parted(line, group):
    """The values of an engine's line for the items of group, or None."""
    parts = [line] if len(group) == 1 else line.split(", ")
    if len(parts) != len(group):
        return None
    values = []
    for part, item in zip(parts, group):
        if item.probe.form == "text":
            values.append("0" if part == item.probe.text else part)
        elif part.startswith(item.probe.text + " = "):
            values.append(part[len(item.probe.text) + 3:])
        else:
            return None
    return values


class Difference:
    """kind: of the query; text: what was printed; real and model: the two values."""

    def __init__(self, kind, number, text, real, model):
        self.kind, self.number, self.text, self.real, self.model = kind, number, text, real, model

    def __str__(self):
        return "line %d: %s = %s in the interpreter, %s in the model" % (
            self.number, self.text, self.real, self.model)


def compare(items, real_error, lines, model_error, counts):
    """The first Difference of a script, or None; counts: (kind, equal or why not) -> n."""
    seen = {}
    at = 0
    for group in groups(items):
        if group[0].probe.form == "expect":
            continue
        if at >= len(lines):
            break
        values = parted(lines[at], group)
        at += 1
        first = group[0].probe
        if values is None:
            return Difference("line", first.number, first.text, first.text, lines[at - 1])
        for item, value in zip(group, values):
            kind = item.probe.kind
            if item.probe.form == "id":
                value = "#%d" % seen.setdefault((item.epoch, value), len(seen))
            if item.excluded:
                counts[kind, item.excluded] += 1
            elif item.value != value:
                counts[kind, "different"] += 1
                return Difference(kind, item.probe.number, item.probe.text, item.value, value)
            elif kind != "text":
                counts[kind, "equal"] += 1
            if kind == "text" and item.probe.text == "end":
                return None
    if real_error or model_error:
        return Difference("error", 0, "error", real_error or "none", model_error or "none")
    return Difference("lines", 0, "number of lines", sum(1 for _ in groups(items)), len(lines))


# -- many scripts --

def work(job):
    """Compare some seeds under one interpreter: (counts, [(seed, Difference, text)])."""
    build, interpreter, seeds, alone = job
    texts = {seed: script_drawer.draw(seed) for seed in seeds}
    counts = collections.Counter()
    differences = []
    for seed, difference in differing(build, interpreter, texts, alone, counts).items():
        differences.append((seed, difference, texts[seed]))
    return interpreter.path, len(texts), counts, differences


def differing(build, interpreter, texts, alone, counts):
    """{n: Difference} of the scripts {n: text} that differ."""
    programs = []
    for n, text in texts.items():
        try:
            programs.append((n, script_python.translate(text, interpreter.version, interpreter.preset)))
        except (script_reader.ScriptError, IndexError, KeyError):
            continue  # while shrinking only
    real = act_out(interpreter, programs)
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        again = act_out(interpreter, programs[::-1]) if alone else None
        for n, _ in programs:
            items, error = real[n]
            if alone:
                lines, other_error = printed(again[n][0]), again[n][1]
            else:
                lines, other_error = replay(build, interpreter, folder, n, texts[n])
            difference = compare(items, error, lines, other_error, counts)
            if difference:
                found[n] = difference
    return found


def printed(items):
    """Items as the lines that the engine would print."""
    return [", ".join(i.probe.text if i.probe.form == "text" else "%s = %s" % (i.probe.text, i.value)
                      for i in group) for group in groups(items)]


def shrunk(build, interpreter, text, difference, alone):
    """The smallest script found that differs in the same kind of query."""
    for _ in range(SHRINK_ROUNDS):
        lines = text.split("\n")
        cuts = sorted(spans(script_reader.parse(text)), key=lambda s: s[0] - s[1])
        halves = [(i, min(i + size - 1, len(lines) - 2)) for size in (16, 8, 4, 2)
                  for i in range(1, len(lines) - size, size)]
        candidates = {}
        for n, (first, last) in enumerate(halves + cuts):
            left = lines[:first - 1] + lines[last:]
            if balanced(left) and (script_drawer.START not in text or script_drawer.START in "\n".join(left)):
                candidates[n] = "\n".join(left)
        found = {n: d for n, d in differing(build, interpreter, candidates, alone,
                                            collections.Counter()).items()
                 if d.kind == difference.kind and same_trouble(d, difference)}
        if not found:
            break
        best = min(found, key=lambda n: len(candidates[n]))
        text, difference = candidates[best], found[best]
    return text, difference


def same_trouble(one, other):
    """Errors are alike if one side's is: no NameError that a cut has made."""
    if one.kind != "error":
        return True
    trouble = [re.sub(r"\d+", "", str(d.real) + str(d.model)) for d in (one, other)]
    return trouble[0] == trouble[1]


def balanced(lines):
    depth = 0
    for line in lines:
        words = line.split("#")[0].split()
        if words:
            depth += (words[0] in script_reader.BLOCKS) - (words[0] == "end")
        if depth < 0:
            return False
    return depth == 0


def spans(nodes):
    for node in nodes:
        yield node.span()
        for inner in (node.body, node.orelse or []):
            yield from spans(inner)


# -- the report --

def show_counts(names, totals):
    """A table: kinds of queries by interpreter."""
    kinds = sorted({k for counts in totals.values() for k, how in counts if how in ("equal", "different")})
    print("%-18s" % "compared", *("%12s" % n for n in names))
    for kind in kinds + ["all"]:
        row = []
        for name in names:
            counts = totals[name]
            equal = sum(n for (k, how), n in counts.items() if how == "equal" and kind in (k, "all"))
            off = sum(n for (k, how), n in counts.items() if how == "different" and kind in (k, "all"))
            row.append("%12s" % ("%d-%d" % (equal + off, off) if off else str(equal)))
        print("%-18s" % kind, *row)
    print("(a-b: b of a differ)\n\nnot compared:")
    for why, reason in EXCLUDED.items():
        n = sum(c for counts in totals.values() for (_, how), c in counts.items() if how == why)
        print("  %-16s %8d  %s" % (why, n, reason))
    for reason, words in script_python.NO_COUNTERPART.items():
        print("  not drawn: %s: %s" % (words, reason))


def show_difference(args, interpreter, seed, difference, text):
    text, difference = shrunk(args.build, interpreter, text, difference, args.alone)
    print("\n%s, seed %s, kind %s\n%s" % (interpreter, seed, difference.kind, difference))
    short = text.replace(script_drawer.START, "# as always:\ngc.collect")
    print("".join("    %s\n" % line for line in short.strip().split("\n")), end="")
    sys.stdout.flush()
    if args.keep:
        os.makedirs(args.keep, exist_ok=True)
        base = os.path.join(args.keep, "%s-%s" % (interpreter.preset, seed))
        with open(base + ".trace", "w") as f:
            f.write(text)
        program = script_python.translate(text, interpreter.version, interpreter.preset)
        with open(base + ".py", "w") as f:
            f.write("\n".join(u.source() for u in program.units))


def arguments():
    p = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    p.add_argument("build")
    p.add_argument("--scripts", type=int, default=1000)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--python", action="append", default=[])
    p.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    p.add_argument("--keep")
    p.add_argument("--alone", action="store_true")
    p.add_argument("--script", action="append", default=[])
    p.add_argument("--show", type=int, default=SHOWN)
    return p.parse_args()


def chosen(args):
    if args.python:
        found = [(p, ask_version(p)) for p in args.python]
        return [one for _, one in found if one], [p for p, one in found if not one]
    return installed()


def given_scripts(args, interpreters):
    """--script: what differs in scripts from files."""
    texts = {path: open(path).read() for path in args.script}
    off = 0
    for interpreter in interpreters:
        counts = collections.Counter()
        found = differing(args.build, interpreter, texts, args.alone, counts)
        print("%s: %d compared, %d scripts differ" % (
            interpreter, sum(n for (_, how), n in counts.items() if how == "equal"), len(found)))
        for path, difference in found.items():
            print("  %s: %s" % (path, difference))
        off += len(found)
    return off


def drawn_scripts(args, interpreters):
    """Random scripts; how many differ."""
    seeds = range(args.seed, args.seed + args.scripts)
    jobs = [(args.build, interpreter, list(seeds[i:i + BATCH]), args.alone)
            for i in range(0, len(seeds), BATCH) for interpreter in interpreters]
    names = {i.path: i.preset if sum(j.preset == i.preset for j in interpreters) == 1 else i.path
             for i in interpreters}
    by_path = {i.path: i for i in interpreters}
    totals = collections.OrderedDict((names[i.path], collections.Counter()) for i in interpreters)
    scripts, off, shown = 0, 0, collections.Counter()
    with multiprocessing.Pool(args.jobs, script_drawer.install) as pool:
        for path, n, counts, differences in pool.imap_unordered(work, jobs):
            totals[names[path]].update(counts)
            scripts += n
            off += len(differences)
            for seed, difference, text in differences:
                seen = (path, difference.kind)
                if shown[path] < args.show and not shown[seen]:
                    shown[path] += 1
                    shown[seen] += 1
                    show_difference(args, by_path[path], seed, difference, text)
    print()
    show_counts(list(totals), totals)
    print("\n%d scripts under %d interpreters: %d differ" % (scripts, len(interpreters), off))
    return off


def main():
    args = arguments()
    interpreters, absent = chosen(args)
    for name in absent:
        print("absent: %s" % name)
    if not interpreters:
        print("differential: no interpreter", file=sys.stderr)
        return 1
    script_drawer.install()
    off = given_scripts(args, interpreters) if args.script else drawn_scripts(args, interpreters)
    return 1 if off else 0


if __name__ == "__main__":
    sys.exit(main())
