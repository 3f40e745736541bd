"""script_python.py - a reference script as the Python program that it stands for.

    program = translate(text, (3, 11), "cpython-3.11")
    program.units     what is compiled and run apart: a line, or a whole block
    program.probes    what `print` shows, in the order of their numbers

A script is a list of operations of which each has a Python statement: the tables below.
What an interpreter does on the way, beside what the statement means, must not be seen:
its temporaries come from free lists and go back to them, and count as allocations when
the lists are empty. So a unit is a module's code that a function object runs (no frame,
no function and no dict is made for it), and around its statements stand

    if _pm_go:                  False: a first run that only gives the code its frame
     _pm_k[0] = 2.5 * _pm_one   the literals of the unit, made now ...
     _pm_h[0] = None            a temporary's twin goes to the free list ...
     x = list(_pm_k[0])
     _pm_h[0] = (_pm_n,)        ... and comes back
     _pm_k[0] = None            ... and dropped with it, as with its code at a prompt

(_pm_k stands for the code's constants: one reference to each, the same literal twice is
one object.) Literals of functions are theirs: constants of a code object. The names
_pm_* are those of script_actor.py. Results go to an array, as pairs of a probe's number
and a value. Python 3.8+; what it writes runs under 2.7 and 3.8 ... 3.13."""
import re

from script_reader import Node, ScriptError, parse

# Each row: operation, {n} its atoms, {*} those that are left; behind it what temporaries
# the interpreter makes, as KIND[n][<VERSION]: T tuple of n, C builtin function bound to
# its object, L list, S what gc.get_stats() makes; Tn: a tuple of as many as {*} has; xN: so
# many of them. What the model makes as well is none of them.
STATEMENTS = {
    "append":   ("{0}.append({1})", "C<3.7"),
    "insert":   ("{0}.insert({1}, {2})", "C<3.7"),
    "extend":   ("{0}.extend({1})", "C<3.7"),
    "remove":   ("{0}.remove({1})", "C<3.7"),
    "pop":      ("{0}.pop({*})", "C<3.7"),
    "clear":    ("_pm_clear({0})", "C<3.7"),
    "add":      ("{0}.add({1})", "C<3.7"),
    "discard":  ("{0}.discard({1})", "C<3.7"),
    "update":   ("{0}.update({1})", "C<3.7"),
    "return":   ("return", ""),
    "global":   ("global {*}", ""),
    "pass":     ("pass", ""),
    "break":    ("break", ""),
    "continue": ("continue", ""),
    "exit":     ("raise SystemExit", ""),
    "gc.collect":       ("_pm_collect({*})", ""),
    "gc.enable":        ("_pm_enable()", ""),
    "gc.disable":       ("_pm_disable()", ""),
    "gc.freeze":        ("_pm_freeze()", ""),
    "gc.unfreeze":      ("_pm_unfreeze()", ""),
    "gc.set_threshold": ("_pm_set_threshold({*})", ""),
}
VALUES = {
    "list":        ("[{*}]", ""),
    "tuple":       ("({*},)", ""),
    "set":         ("{{{*}}}", ""),
    "frozenset":   ("frozenset(({*},))", ""),
    "dict":        ("{{{*}}}", ""),
    "listof":      ("[{1}] * {0}", "L"),
    "tolist":      ("list({0})", ""),
    "totuple":     ("tuple({0})", ""),
    "toset":       ("set({0})", ""),
    "tofrozenset": ("frozenset({0})", ""),
    "str":         ("str({0})", ""),
    "int":         ("int({0})", ""),
    "float":       ("float({0})", ""),
    "chr":         ("chr({0})", ""),
    "array":       ("_pm_array({*})", "L"),
    "bytearray":   ("bytearray({0})", ""),
    "range":       ("_pm_range({*})", ""),
    "object":      ("object()", ""),
    "new":         ("{0}({*})", ""),
    "instance":    ("object.__new__({0})", ""),
    "call":        ("{0}({*})", ""),
    "ref":         ("_pm_ref({*})", ""),
    "intern":      ("_pm_intern({0})", ""),
    "copy":        ("_pm_own({0})", "C<3.7"),
    "shallow":     ("_pm_shallow({0})", ""),
    "deep":        ("_pm_deep({0})", ""),
    "serial":      ("_pm_serial({0})", ""),
    "keys":        ("{0}.keys()", "C<3.7"),
    "values":      ("{0}.values()", "C<3.7"),
    "items":       ("{0}.items()", "C<3.7"),
    "iter":        ("iter({0})", ""),
    "next":        ("next({0})", ""),
    "get":         ("{0}.get({*})", "C<3.7"),
    "pop":         ("{0}.pop({*})", "C<3.7"),
}
EMPTY = {"tuple": "()", "set": "set()", "frozenset": "frozenset()", "dict": "{{}}"}
# Each row: query, its words, Python, form of its value.
QUERIES = {
    "refcount":     (1, "_pm_refcount({0})", "count", ""),
    "references":   (1, "_pm_refcount({0}) - 1", "count", ""),
    "id":           (1, "id({0})", "id", ""),
    "hex":          (1, "id({0})", "id", ""),
    "size":         (1, "_pm_size({0})", "int", "T1 C<3.9"),
    "len":          (1, "len({0})", "int", ""),
    "hash":         (1, "hash({0})", "int", ""),
    "type":         (1, "type({0}).__name__", "str", "T1<3.9"),
    "repr":         (1, "repr({0})", "str", "L"),
    "is":           (2, "{0} is {1}", "bool", ""),
    "alive":        (1, "{0}() is not None", "bool", ""),
    "tracked":      (1, "_pm_tracked({0})", "bool", ""),
    "interned":     (1, "_pm_interned({0})", "flag", "T1 T2 C<3.9"),
    "generation":   (1, "_pm_generation({0})", "int", "L"),
    "weakrefs":     (1, "_pm_weakrefs({0})", "int", ""),
    "count":        (1, "_pm_count({0})", "int", "L T1<3"),
    "free":         (1, "_pm_free()", "free", ""),
    "gc.count":      (0, "_pm_get_count()[{*}]", "int", ""),
    "gc.threshold":  (0, "_pm_get_threshold()[{*}]", "int", ""),
    "gc.enabled":    (0, "_pm_enabled()", "bool", ""),
    "gc.garbage":    (0, "len(_pm_garbage)", "int", ""),
    "gc.collect":    (0, "_pm_collect({*})", "int", "Tn<3.7"),
    "gc.collections":   (0, "_pm_stats({*}, 'collections')", "int", "S"),
    "gc.uncollectable": (0, "_pm_stats(2, 'uncollectable')", "int", "S"),
}
OPTIONAL = {"free": 1, "gc.count": 1, "gc.threshold": 1, "gc.collect": 1, "gc.collections": 1}
# What has no counterpart in an interpreter, or none that can be asked for.
NO_COUNTERPART = {
    "the model's own": "events mark region objects bytes hits misses pushes overflows",
    "shared with the interpreter's own objects":
        "arena pool offset blocksize block arenas arenas.peak arenas.reclaimed pools pools.free "
        "used.blocks used.bytes avail.bytes raw.blocks raw.bytes peak.bytes arena.bytes gc.tracked",
    "seen through size only": "slots fill probes",
    "not kept by the interpreter": "gc.collected",
    "no Python object": "block resize",
}
# Queries that an interpreter answers from this version on only.
SINCE = {"free": (3, 3), "generation": (3, 8), "gc.collections": (3, 4), "gc.uncollectable": (3, 4)}
RARELY = 1000  # a third threshold that no script reaches
NAME_LIKE = re.compile(r"\w+\Z", re.A)  # strings that the compiler interns
# What the makers of literals mean, to work out what the compiler does.
MAKERS = {"_pm_zero": 0, "_pm_one": 1.0, "_pm_nan": float("nan"), "_pm_intern": str,
          "_pm_cut": lambda text: text[:-1]}
COMPARISONS = {"==", "!=", "<", "<=", ">", ">=", "is", "in", "not", "is not", "not in"}


class Probe:
    """One item of a `print`: its text, its first word, how its value is read (form); last: of
    its line; number: its line of the script; operand: what it asks about, in Python."""

    def __init__(self, text, kind, form, number, last):
        self.text, self.kind, self.form, self.number, self.last = text, kind, form, number, last
        self.words = text.split()
        self.operand = None


class Unit:
    """A line or block of the top level: its Python lines and its literals."""

    def __init__(self, number):
        self.number, self.lines, self.slots, self.makes = number, [], {}, []

    def source(self):
        drops = ["_pm_k[%d] = None" % at for at in self.slots.values()]
        lines = self.makes + self.lines + drops
        return "if _pm_go:\n" + "".join(" %s\n" % line for line in lines or ["pass"])


TWINS = 6  # of a kind: half of them for statements in functions
MOST_IN_TUPLE = 19


def holder(kind, size=0):
    """Where the twins of a temporary are kept, and the expression that makes one."""
    if kind == "T":
        return TWINS * size, "(%s)" % ("_pm_n, " * size)
    row = "CLS".index(kind)
    making = ("_pm_l.append", "[]", "_pm_get_stats()")[row]
    return TWINS * (MOST_IN_TUPLE + 1 + row), making


N_HOLDERS = TWINS * (MOST_IN_TUPLE + 4)


def makings():
    """All twins: where each is kept, and how it is made."""
    kinds = [("T", n) for n in range(1, MOST_IN_TUPLE + 1)] + [(k, 0) for k in "CLS"]
    return {holder(*kind)[0] + i: holder(*kind)[1] for kind in kinds for i in range(TWINS)}


class Program:
    """third: the number of the line from which full collections may start by themselves."""

    def __init__(self, units, probes, third, version):
        self.units, self.probes, self.third, self.version = units, probes, third, version


class Translator:
    """Walks the nodes; `probing` False leaves out what only shows."""

    def __init__(self, version, preset, probing=True):
        self.version, self.preset, self.probing = version, preset, probing
        self.units, self.probes, self.third = [], [], None
        self.unit, self.needs = None, {}
        self.depth, self.in_function, self.failing = 0, False, None

    # -- writing --

    def put(self, line):
        self.unit.lines.append(" " * self.depth + line)

    def act(self, line):
        """A statement, between its temporaries' going and coming back."""
        core = [line]
        if self.failing:
            core = ["try:", " " + line, "except %s: pass" % self.failing,
                    "else: raise AssertionError('nothing failed')"]
        gives, takes = self.twins()
        if takes and line.startswith("return "):
            core, takes = ["_pm_t = " + line[len("return "):]], takes + ["return _pm_t"]
        for line in gives + core + takes:
            self.put(line)

    def twins(self):
        """The lines that give and take the twins of what is needed; then nothing is."""
        gives, takes = [], []
        for (kind, size), many in sorted(self.needs.items()):
            first, making = holder(kind, size)
            first += TWINS // 2 if self.in_function else 0
            for at in range(first, first + many):
                gives.append("_pm_h[%d] = None" % at)
                takes.append("if _pm_h[%d] is None: _pm_h[%d] = %s" % (at, at, making))
        self.needs = {}
        return gives, takes

    def need(self, temporaries, n_rest):
        """Note the temporaries of a row whose {*} has n_rest atoms."""
        for word in temporaries.split():
            word, _, below = word.partition("<")
            kind, _, many = word.partition("x")
            if below and self.version >= tuple(int(n) for n in below.split(".")):
                continue
            size = n_rest if kind == "Tn" else int(kind[1:] or 0)
            if kind[0] != "T" or 0 < size <= MOST_IN_TUPLE:
                key = kind[0], size
                self.needs[key] = max(self.needs.get(key, 0), int(many or 1))

    # -- atoms --

    def literal(self, token, fresh=False):
        """A literal: a constant of the code in a function, else a slot of _pm_k; what lives
        for ever anyway is written out, unless it shall be fresh to the compiler."""
        text = self.number(token.text) if token.kind == "number" else self.text(token.text)
        return self.slot(text) if fresh and "_pm_" not in text else text

    def text(self, text):
        """A str, unicode or bytes literal."""
        prefix = text[0] if text[0] in "ub" else ""
        if self.version >= (3,) and prefix == "u":
            prefix = ""
        value = decode(text)
        quoted = prefix + quote(value)
        if self.in_function or (len(value) <= 1 and prefix != "u"):
            return quoted
        maker = "_pm_cut(%s)" % (prefix + quote(value + "!"))
        interned = prefix == "" or (prefix == "b" and self.version < (3,))
        if interned and NAME_LIKE.match(value):
            return self.slot("_pm_intern(%s)" % maker, "T1<3.7")
        return self.slot(maker)

    def number(self, text):
        sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text)
        special = {"inf": "_pm_inf", "nan": "_pm_nan"}.get(digits)
        value = 0.5 if special else eval(digits)
        value = -value if sign else value
        written = sign + (special or digits) if not isinstance(value, int) else "%d" % value
        if isinstance(value, int) and -5 <= value <= 256 or self.in_function:
            return written if written[0] != "-" else "(%s)" % written
        return self.slot("%s %s" % (written, "+ _pm_zero" if isinstance(value, int) else "* _pm_one"))

    def slot(self, maker, temporaries=""):
        """The slot of a literal; the first time the unit learns how it is made."""
        slots = self.unit.slots
        if maker not in slots:
            slots[maker] = len(slots)
            outer, self.needs = self.needs, {}
            self.need(temporaries, 0)
            gives, takes = self.twins()
            self.unit.makes += gives + ["_pm_k[%d] = %s" % (slots[maker], maker)] + takes
            self.needs = outer
        return "_pm_k[%d]" % slots[maker]

    def atom(self, token, fresh=False):
        if token.kind in ("string", "number"):
            return self.literal(token, fresh)
        if token.text in ("None", "True", "False"):
            return self.slot(token.text) if fresh else token.text
        if token.kind != "path":
            raise ScriptError("no atom: %r" % token.text)
        name = re.match(r"\w+", token.text).group()
        text = {"globals": "globals()"}.get(name, name)
        for kind, part in token.parts:
            if kind == ".":
                text += "." + part
            else:
                text += "[%s]" % "".join(t.text if t.text == ":" else self.atom(t) for t in part)
        return text

    # -- values, queries --

    def value(self, words):
        """An expression for the words of a VALUE."""
        head = words[0]
        if head.kind == "path" and head.text in VALUES:
            return self.made(head.text, words[1:])
        if len(words) == 1:
            return self.atom(head)
        if len(words) == 3 and words[1].kind == "op" and words[1].text not in "=,:":
            folded = not self.in_function and is_literal(words[0]) and is_literal(words[2])
            text = "%s %s %s" % (self.atom(words[0], folded), words[1].text, self.atom(words[2]))
            return self.folded(text) if folded else text
        raise ScriptError("no value: %s" % " ".join(w.text for w in words))

    def made(self, name, words):
        if name in NO_COUNTERPART["no Python object"].split():
            raise ScriptError("no counterpart: " + name)
        if words and all(is_literal(w) for w in words) and not self.in_function:
            constant = self.constant(name, words)
            if constant:
                return constant
        if name == "dict":
            args = self.pairs(words)
        elif name == "array":
            args = ["'%s'" % words[0].text] + [self.atom(w) for w in words[1:]]
        else:
            args = [self.atom(w) for w in words]
        row, temporaries = VALUES[name]
        if not args and name in EMPTY:
            return EMPTY[name].format()
        return self.filled(row, args, temporaries)

    def folded(self, text):
        """An operation on two literals: a constant, if the compiler can work it out."""
        slots = dict((at, maker) for maker, at in self.unit.slots.items())
        spelled = text
        while "_pm_k[" in spelled:
            spelled = re.sub(r"_pm_k\[(\d+)\]", lambda m: "(%s)" % slots[int(m.group(1))], spelled)
        try:
            value = eval(spelled, dict(MAKERS))
        except (ArithmeticError, TypeError, ValueError):
            return text
        if isinstance(value, str) and len(value) > 1 and NAME_LIKE.match(value):
            return self.slot("_pm_intern(%s)" % text, "T1<3.7")
        return self.slot(text)

    def constant(self, name, words):
        """What a display of literals alone is to the compiler, or None: as any other."""
        items = "(%s)" % "".join(self.atom(w, True) + ", " for w in words) \
            if name in ("tuple", "frozenset", "list", "set") else None
        kept = self.version >= (3, 9) and len(words) >= 3
        if name == "tuple":
            return self.slot(items)
        if name == "frozenset":
            return "frozenset(%s)" % self.slot(items)
        if name == "list" and kept:
            return "[*%s]" % self.slot(items)
        if name == "set" and kept:
            return "{*%s}" % self.slot("frozenset(%s)" % items, "T%d T1<3.9" % len(words))
        return None

    def pairs(self, words):
        if len(words) % 3:
            raise ScriptError("dict: K:V")
        return ["%s: %s" % (self.atom(words[i]), self.atom(words[i + 2]))
                for i in range(0, len(words), 3)]

    def query(self, words):
        """(expression, first word, form) of a QUERY."""
        head = words[0].text
        if head not in QUERIES:
            return "repr(%s)" % self.value(words), "value", "str"
        least, row, form, temporaries = QUERIES[head]
        args = [] if head == "free" else [self.atom(w) for w in words[1:]]
        if head == "gc.count" and not args:
            args = ["0"]
        if not least <= len(words) - 1 <= least + OPTIONAL.get(head, 0):
            raise ScriptError("%s: %d words" % (head, len(words) - 1))
        return self.filled(row, args, temporaries), head, form

    def condition(self, words):
        """QUERY [CMP QUERY] as an expression."""
        if words[0].text == "not":
            return "not (%s)" % self.condition(words[1:])
        for i, word in enumerate(words[1:], 1):
            if word.text in COMPARISONS and (word.kind == "op" or i > 1 or words[0].text != "is"):
                two = word.text + " " + words[i + 1].text if i + 1 < len(words) else ""
                width = 2 if two in COMPARISONS else 1
                return "%s %s %s" % (self.side(words[:i]), two if width == 2 else word.text,
                                     self.side(words[i + width:]))
        return self.side(words)

    def side(self, words):
        if words[0].text in QUERIES:
            return self.query(words)[0]
        return self.value(words)

    def filled(self, row, args, temporaries):
        """row with {n} and {*} replaced: {*} is what follows the highest {n}."""
        fixed = [int(n) for n in re.findall(r"\{(\d)\}", row)]
        rest = args[max(fixed) + 1 if fixed else 0:]
        self.need(temporaries, len(rest))
        try:
            return row.replace("{*}", "{rest}").format(*args, rest=", ".join(rest))
        except IndexError:
            raise ScriptError("too few atoms for " + row)

    # -- statements --

    def show(self, node):
        """print ITEM, ITEM ..."""
        items, item = [], []
        for word in node.words[1:]:
            if word.text == "," and word.kind == "op":
                items.append(item)
                item = []
            else:
                item.append(word)
        items.append(item)
        for i, words in enumerate(items):
            text = node.text[words[0].start:words[-1].end]
            last = i == len(items) - 1
            if words[0].kind == "string" and len(words) == 1:
                self.record(Probe(decode(words[0].text), "text", "text", node.number, last), "0")
                continue
            expression, kind, form = self.query(words)
            if self.version < SINCE.get(kind, ()):
                expression, form = "0", "unknown"
                self.needs = {}
            probe = Probe(text, kind, form, node.number, last)
            if form in ("count", "flag"):
                probe.operand = self.atom(words[1])
            self.record(probe, expression)

    def record(self, probe, expression):
        number = len(self.probes)
        self.probes.append(probe)
        if not self.probing:
            if probe.kind == "gc.collect":
                self.put(expression)
            else:
                self.put("pass")
            self.needs = {}
            return
        if probe.form == "free":
            self.put("_pm_r[_pm_x()] = %d" % number)
            self.put(expression)
            return
        where = "_pm_s[_pm_y()]" if probe.form == "str" else "_pm_r[_pm_x()]"
        # At once, and after what the question itself may make others print.
        self.act("_pm_r[_pm_x()], %s = %d, %s" % (where, number, expression))
        if probe.form in ("count", "flag"):
            self.put("_pm_r[_pm_x()] = id(%s) in _pm_shared" % probe.operand)

    def statement(self, node):
        head = node.head
        special = getattr(self, "on_" + head.replace(".", "_"), None)
        if special:
            special(node)
        elif head in STATEMENTS and not is_target(node.words):
            self.operation(node.words)
        else:
            self.binding(node.words)

    def operation(self, words):
        row, temporaries = STATEMENTS[words[0].text]
        if words[0].text == "global":
            args = [", ".join(w.text for w in words[1:])]
        else:
            args = [self.atom(w) for w in words[1:]]
        self.act(self.filled(row, args, temporaries))
        if words[0].text == "gc.set_threshold" and self.third is None and \
                (len(args) < 3 or int(args[2]) < RARELY):
            self.third = self.unit.number
        if words[0].text == "gc.collect" and self.probing:
            self.put("_pm_r[_pm_x()] = -1")

    def binding(self, words):
        """TARGET = [TARGET =] VALUE, or a VALUE that is dropped."""
        at = [i for i, w in enumerate(words) if w.kind == "op" and w.text == "="]
        value = self.value(words[at[-1] + 1 if at else 0:])
        targets = [self.atom(words[i - 1]) for i in at]
        self.act(" = ".join(targets + [value]))

    def on_return(self, node):
        self.act("return " + self.value(node.words[1:]) if node.words[1:] else "return")

    def on_del(self, node):
        self.act("del " + ", ".join(self.atom(w) for w in node.words[1:]))

    def on_mark(self, node):
        self.put("pass")

    def on_print(self, node):
        self.show(node)

    def on_expect(self, node):
        words = node.words[1:]
        if len(words) > 2 and words[-1].kind == "string" and words[-2].text == ",":
            words = words[:-2]
        text = node.text[words[0].start:words[-1].end]
        self.record(Probe(text, "expect", "expect", node.number, True), self.condition(words))

    def on_fails(self, node):
        inner = Node(node.number, node.text, node.words[2:])
        self.failing = node.words[1].text
        self.statement(inner)
        self.failing = None

    def on_repeat(self, node):
        name = node.words[2].text if len(node.words) > 2 else "_pm_u"
        turns = "_pm_range(%s)" % self.atom(node.words[1])
        self.put("for %s in %s:" % (name, turns))
        self.block(node.body)

    def on_for(self, node):
        self.put("for %s in %s:" % (node.words[1].text, self.atom(node.words[3])))
        self.block(node.body)

    def on_if(self, node):
        self.put("if %s:" % self.condition(node.words[1:]))
        self.block(node.body)
        if node.orelse is not None:
            self.put("else:")
            self.block(node.orelse)

    def on_def(self, node):
        self.put("def %s(%s):" % (node.words[1].text, ", ".join(w.text for w in node.words[2:])))
        outer, self.in_function = self.in_function, True
        self.block(node.body)
        self.in_function = outer

    def on_class(self, node):
        words = [w.text for w in node.words[2:]]
        old = words[-1:] == ["old"]
        words = words[:-1] if old else words
        base, slots = words, None
        if "slots" in words:
            at = words.index("slots")
            base, slots = words[:at], words[at + 1:]
        bases = base[0] if base else ("" if old else "object")
        self.put("class %s%s:" % (node.words[1].text, "(%s)" % bases if bases else ""))
        self.depth += 1
        if slots is not None:
            self.put("__slots__ = (%s)" % "".join("'%s', " % s for s in slots))
        self.depth -= 1
        self.block(node.body)

    def on_under(self, node):
        """The branch of this preset, in the place of the block."""
        mine = any(self.preset.startswith(w.text.strip("\"'")) or
                   self.preset.startswith(word_at(node, w)) for w in node.words[1:])
        for inner in (node.body if mine else node.orelse or []):
            self.statement(inner)
        self.put("pass")

    def block(self, nodes):
        self.indented(lambda: [self.statement(n) for n in nodes] or self.put("pass"))

    def indented(self, act):
        self.depth += 1
        act()
        self.depth -= 1

    def top(self, nodes):
        for node in nodes:
            if node.head == "under":
                self.top_under(node)
                continue
            self.unit = Unit(node.number)
            self.depth = 0
            self.statement(node)
            self.units.append(self.unit)

    def top_under(self, node):
        """A block of `under` at top level: its lines are lines of the top level."""
        mine = any(self.preset.startswith(w) for w in under_words(node))
        self.top(node.body if mine else node.orelse or [])


def under_words(node):
    return node.text.split("#")[0].strip().rstrip(":").split()[1:]


def word_at(node, token):
    """The blank-separated word of the line in which token lies: a preset's name."""
    for word in under_words(node):
        if word.startswith(token.text):
            return word
    return token.text


def is_target(words):
    return len(words) > 1 and words[1].kind == "op" and words[1].text == "="


def is_literal(token):
    return token.kind in ("string", "number") or token.text in ("None", "True", "False")


def decode(text):
    """The characters of a literal as the script writes it."""
    return eval(text[1:] if text[0] in "ub" else text)


def quote(value):
    """value as a Python literal that every version reads alike, in ASCII."""
    out = ""
    for c in value:
        if c in '"\\':
            out += "\\" + c
        elif " " <= c <= "~":
            out += c
        elif ord(c) < 256:
            out += "\\x%02x" % ord(c)
        else:
            out += "\\u%04x" % ord(c)
    return '"%s"' % out


def translate(text, version, preset, probing=True):
    """text as a Program for an interpreter of that version; ScriptError."""
    walker = Translator(version, preset, probing)
    walker.top(parse(text))
    return Program(walker.units, walker.probes, walker.third, version)
