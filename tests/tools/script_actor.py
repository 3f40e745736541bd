"""script_actor.py - acts out translated scripts in the interpreter that runs it.

    PYTHON script_actor.py PROGRAMS.json     (of script_python.py)

One process acts out many scripts in turn, each in a module of its own after a collection;
for each it prints one JSON line: {"n": number, "r": [probe, value ...], "s": [text ...],
"free": [{list: length} ...], "error": null or [line, text]}. Runs under 2.7 and 3.8 ... 3.13.

The interpreter must be left alone while a script acts: everything that this file needs
is made before, the programs' code is compiled before and has had its frame. What remains
is a loop over functions that are there. Objects of the interpreter's own are frozen away
(3.7+), so that the generations hold the script's objects only, as in the model. Free lists are empty when a script begins: a
full collection clears them, and where it does not (2.x) they are drained."""
import array
import copy
import gc
import json
import operator
import os
import pickle
import re
import sys
import types
import weakref

try:
    import ctypes
except ImportError:  # interned is told to be unknown
    ctypes = None
try:
    import builtins
except ImportError:
    import __builtin__ as builtins

MODULE = "reference_script"
N_SLOTS = 64
MOST_RESULTS = 1 << 14
MAKINGS = {}     # where a twin is kept -> code that makes it
PY2 = sys.version_info[0] == 2
STATE_OF_STR = 32  # offset of the field that says whether a str is interned


def cut(text):
    """A new string: text without its last character."""
    return text[:-1]


def own(x):
    """x.copy(), x[:]"""
    if isinstance(x, (list, tuple, str, bytes, bytearray)):
        return x[:]
    return x.copy()


def clear(x):
    if x.__class__ is list:
        del x[:]
    else:
        x.clear()


# What makes objects to find its answer must not start a collection by that.

def interned(x):
    on = gc.isenabled()
    gc.disable()
    answer = ord(peek(id(x) + STATE_OF_STR, 1)) & 3 != 0
    if on:
        gc.enable()
    return answer


def generation(x):
    """0 ... 2; 3: in none of them; 4: not tracked."""
    on = gc.isenabled()
    gc.disable()
    answer = 3 if gc.is_tracked(x) else 4
    for g in (0, 1, 2):
        for o in gc.get_objects(generation=g):
            if o is x:
                answer = g
    if on:
        gc.enable()
    return answer


def count(cls):
    """Objects of a class."""
    on = gc.isenabled()
    gc.disable()
    n = 0
    for o in gc.get_objects():
        kind = type(o) if PY2 else o.__class__
        if (o.__class__ if kind is classic else kind) is cls:
            n += 1
    if on:
        gc.enable()
    return n


classic = getattr(types, "InstanceType", cut)


def serial(x):
    return pickle.loads(pickle.dumps(x, 2))


def zeros(typecode, n=0):
    return array.array(typecode, [0]) * n


def drain():
    """2.x: what fills the free lists that a collection leaves alone is taken out of them."""
    turns = builtins._pm_range(200)
    if PY2:
        drained.append([[[] for _ in turns], [{} for _ in turns], [set() for _ in turns]])


def stats(generation, what):
    on = gc.isenabled()
    gc.disable()
    n = gc.get_stats()[generation][what] - base_stats[generation][what]
    if on:
        gc.enable()
    return n


intern = getattr(builtins, "intern", None) or sys.intern


def shared_objects():
    """The ids of what the interpreter itself refers to, so that nobody knows the count."""
    found = [None, True, False, str(True), str(False), (), "", b"", u"", frozenset()]
    found += range(-5, 257)
    for n in range(256):
        found += [chr(n), intern(chr(n)), bytes(range(256))[n:n + 1] if not PY2 else unichr(n)]
    return frozenset(id(x) for x in found)


peek = getattr(ctypes, "_string_at", None)
base_stats = []
drained = []
NAMES = {
    "go": False,  "k": [None] * N_SLOTS, "n": object(), "l": [], "one": 1.0, "zero": 0,
    "nan": float("nan"), "inf": float("inf"), "cut": cut, "own": own, "clear": clear,
    "range": getattr(builtins, "xrange", range), "ref": weakref.ref, "refcount": sys.getrefcount,
    "size": sys.getsizeof, "intern": intern,
    "shallow": copy.copy, "deep": copy.deepcopy, "serial": serial, "array": zeros,
    "interned": interned, "tracked": gc.is_tracked, "generation": generation,
    "weakrefs": weakref.getweakrefcount, "count": count, "stats": stats,
    "free": getattr(sys, "_debugmallocstats", None),
    "collect": gc.collect, "enable": gc.enable, "disable": gc.disable, "enabled": gc.isenabled,
    "freeze": getattr(gc, "freeze", None), "unfreeze": getattr(gc, "unfreeze", None),
    "shared": shared_objects(), "set_threshold": gc.set_threshold, "get_threshold": gc.get_threshold,
    "get_count": gc.get_count, "garbage": gc.garbage, "get_stats": getattr(gc, "get_stats", list),
}


def install(n_holders, makings):
    """Bring the names _pm_* into the builtins; makings: slot -> how its twin is made."""
    for name, value in NAMES.items():
        setattr(builtins, "_pm_" + name, value)
    builtins._pm_h = [None] * n_holders
    MAKINGS.update((int(at), compile(making, "<twin>", "eval")) for at, making in makings.items())
    restore()


def restore():
    """All twins of temporaries at hand: a script that failed may have left some out."""
    for at in MAKINGS:
        if builtins._pm_h[at] is None:
            builtins._pm_h[at] = eval(MAKINGS[at])


def results():
    """Empty arrays for a script: r for numbers, s for texts, and what gives their indices."""
    builtins._pm_r = array.array("l", [0]) * MOST_RESULTS
    builtins._pm_s = [None] * MOST_RESULTS
    for name in "xy":
        indices = iter(list(range(MOST_RESULTS)))
        setattr(builtins, "_pm_" + name, indices.next if PY2 else indices.__next__)


def functions(units, name):
    """The module of a script and its units as functions that run a module's code."""
    module = types.ModuleType(name)
    module.__builtins__ = builtins
    sys.modules[name] = module
    made = []
    for source in units:
        code = compile(source, "<unit>", "exec", 0, 1)
        made.append(types.FunctionType(code, module.__dict__))
    return module, made


def act(found):
    for function in found:
        function()


def act_out(script, free_report):
    """Run one script; its line of output."""
    module, made = functions(script["units"], MODULE)
    results()
    builtins._pm_go = False
    for function in made:
        function()
    restore()
    found = iter(made)
    start = free_report.tell() if free_report else 0
    builtins._pm_go = True
    gc.enable()
    gc.set_threshold(*script["thresholds"])
    if hasattr(gc, "freeze"):
        gc.collect()
        gc.freeze()
    if hasattr(gc, "get_stats"):
        base_stats[:] = gc.get_stats()
        base_stats[2]["collections"] += 1
    drain()
    gc.collect()
    error = None
    try:
        act(found)
    except SystemExit:
        pass
    except Exception as e:
        error = ["%s: %s" % (type(e).__name__, e)]
    gc.disable()
    return finish(script, module, made, found, error, free_report, start)


def finish(script, module, made, found, error, free_report, start):
    n, m = builtins._pm_x(), builtins._pm_y()
    if error:
        error.insert(0, len(made) - 1 - operator.length_hint(found) if not PY2 else len(made) - 1 -
                     found.__length_hint__())
    line = {"n": script["n"], "r": list(builtins._pm_r[:n]), "s": builtins._pm_s[:m],
            "free": free_lengths(free_report, start), "error": error}
    builtins._pm_k[:] = [None] * N_SLOTS
    for cls in list(module.__dict__.values()):
        if "__del__" in getattr(cls, "__dict__", ()):
            del cls.__del__  # or it brings back what it belongs to, into the next script
    module.__dict__.clear()
    del sys.modules[MODULE]
    del drained[:], gc.garbage[:]
    if hasattr(gc, "unfreeze"):
        gc.unfreeze()
    gc.collect()
    return line


def free_lengths(report, start):
    """What sys._debugmallocstats() wrote since: the lengths of the free lists, each time."""
    if not report:
        return []
    report.flush()
    size = os.fstat(report.fileno()).st_size
    report.seek(start)
    text = report.read(size - start)
    every = []
    for part in text.split("Small block threshold")[1:]:
        lengths = {}
        for n, name in re.findall(r"(\d+) free (.*?)s? \* ", part):
            lengths[name] = int(n)
        every.append(lengths)
    return every


def main():
    with open(sys.argv[1]) as f:
        batch = json.load(f)
    install(batch["n_holders"], batch["makings"])
    free_report = None
    if not PY2:
        import tempfile
        errors = os.dup(2)
        free_report = tempfile.TemporaryFile("w+")
        os.dup2(free_report.fileno(), 2)
    gc.set_threshold(700, 10, 10)
    for script in batch["scripts"]:
        script["units"] = [str(unit) for unit in script["units"]]
        try:
            line = act_out(script, free_report)
        except Exception as e:
            line = {"n": script["n"], "r": [], "s": [], "free": [], "error": [-1, repr(e)]}
        sys.stdout.write(json.dumps(line) + "\n")
        sys.stdout.flush()
    if not PY2:
        os.dup2(errors, 2)


if __name__ == "__main__":
    main()
