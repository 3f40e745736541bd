"""script_drawer.py - reference scripts drawn at random.

    text = draw(seed)             the same text for the same seed

A script is drawn while it runs: each new line is translated and run at once in a shadow
of the script in this interpreter, so that operands are there and of a fitting type. A
line that fails in the shadow without changing anything becomes a `fails` line; any other
failure is not kept. Each script has a theme: what it does often, and what it asks after
each step. Themes keep apart what would spoil each other's figures: whoever asks for the
collector's count or the place of an object (reuse, auto) uses only operations that make
no temporaries on the way. A script begins with its functions and classes and a full
collection, after which all versions start from the same figures, and ends with
print "end"."""
import builtins
import random
import re
import sys
import types

import script_actor
import script_python
import script_reader

NAMES = "a b c d e f g h k m p q s t u v w x y z".split()
ATTRIBUTES = "val other left right".split()
LONGEST = 60          # items of a container, beyond which it grows no more
FAILURES = (TypeError, KeyError, IndexError, ValueError, AttributeError, NameError)

# theme: (weight, operations, probes); an operation or probe is listed as often as it
# shall be drawn.
BASICS = ["atom", "atom", "name", "name", "list", "list", "tuple", "dict", "delete", "delete",
          "append", "append", "item", "item_get", "new", "attribute", "attribute"]
MORE = ["set", "frozenset", "listof", "convert", "insert", "extend", "remove", "pop", "clear", "add",
        "discard", "update", "item_delete", "slice", "attribute_delete", "attribute_get", "call",
        "method", "ref", "callback", "cycle", "loop", "for", "fail", "view", "iterator", "get",
        "branch", "chain"]
LIGHT = ["list", "list", "list", "dict", "tuple", "name", "append", "delete", "delete",
         "item", "cycle", "attribute", "new_bare", "slice_free"]
REFS = ["refcount"] * 8 + ["is", "is", "size", "size", "size", "len", "type", "alive", "tracked",
                           "tracked", "weakrefs", "references", "value"]
THEMES = {
    "refs": (6, BASICS + MORE, REFS),
    "sizes": (4, BASICS + MORE + ["grow", "churn", "churn", "churn", "shrink", "add", "item", "copy"],
              ["size"] * 8 + ["len", "refcount", "tracked", "is"]),
    "collect": (5, BASICS + ["cycle"] * 5 + ["ref", "callback", "collect", "collect", "collect_some",
                "freeze", "new_dying", "new_dying", "call", "loop", "name", "delete", "delete"],
                ["alive", "alive", "collect", "refcount", "class_count", "tracked", "generation",
                 "garbage", "weakrefs", "threshold"]),
    "auto": (5, LIGHT + ["knots", "knots", "cycle", "threshold", "switch"],
             ["gc_count", "gc_count", "collections", "alive_all", "class_count", "generation",
              "tracked", "refcount"]),
    "reuse": (4, LIGHT + ["float", "float", "remake", "remake", "collect"],
              ["id", "id", "id", "gc_count", "free", "free", "refcount"]),
    "deaths": (2, LIGHT + ["nest", "nest", "many", "many", "collect"],
               ["gc_count", "gc_count", "free", "free", "refcount", "tracked"]),
    "values": (5, BASICS + MORE + ["arithmetic"] * 4 + ["copy"] * 4 + ["text"] * 3 + ["intern"] * 3 +
               ["odd", "odd", "order", "order", "compare", "compare", "churn", "bytes", "texts", "complex"],
               ["value", "value", "repr", "repr", "hash", "len", "size", "is", "interned", "type", "refcount"]),
    "classes": (2, BASICS + ["class_attribute"] * 4 + ["class_delete", "function_delete", "new", "collect", "call",
                "method", "cycle", "attribute_get"],
                ["class_refcount"] * 4 + ["collect", "collect", "refcount", "class_count", "alive"]),
    "calls": (4, BASICS + ["call"] * 5 + ["method"] * 3 + ["new"] * 3 + ["ref", "callback", "cycle"],
              ["refcount"] * 5 + ["gc_count", "is", "alive", "class_count"]),
}
QUIET = ("auto", "reuse", "deaths")   # nothing that makes temporaries

CLASSES = {
    "Bare": "class Bare\nend",
    "Node": "class Node\n def __init__ self v\n  self.val = v\n end\n def show self\n"
            "  print refcount self\n  return self.val\n end\n"
            " def link self o\n  self.other = o\n end\nend",
    "Pair": "class Pair\n def __init__ self v w\n  self.left = v\n  self.right = w\n  print refcount v\n end\nend",
    "Slim": "class Slim slots val other\nend",
    "Weak": "class Weak slots val __weakref__\nend",
    "Sub": "class Sub Node\n kind = \"Q_kind of sub\"\n def turn self\n  v = call self.show\n  return self\n end\nend",
    "Old": "class Old old\n def __init__ self v\n  self.val = v\n end\nend",
    "Dying": "class Dying\n def __del__ self\n  print \"dying\"\n end\nend",
    "Back": "class Back\n def __del__ self\n  append saved self\n end\nend",
    "Again": "class Again\n def __init__ self v\n  self.val = v\n end\n def __del__ self\n  global last\n  last = self\n"
             "  print refcount self\n end\nend",
}
NEEDS = {"Sub": ["Node"]}
FUNCTIONS = {
    "same": "def same p\n print refcount p\n return p\nend",
    "pair": "def pair p q\n r = list p q p\n print refcount p, refcount r\n return r\nend",
    "knot": "def knot p\n r = list p\n append r r\n print refcount r\nend",
    "pass_on": "def pass_on p\n print refcount p\n r = call same p\n print refcount r\n return r\nend",
    "down": "def down n\n if n > 0\n  m = n - 1\n  r = call down m\n end\n r = list n\n return r\nend",
    "keep": "def keep p\n global kept\n kept = p\n r = tuple p p\n print refcount p\nend",
    "full": "def full p n\n r = dict\n repeat n i\n  r[i] = p\n end\n print refcount p, size r\n return r\nend",
    "half": "def half p\n r = 2.5\n v = \"Q_half\"\n w = \"Q half and half\"\n print refcount r, refcount w\n"
            " return w\nend",
    "gone": "def gone r\n print \"gone\"\n print alive r\n print refcount r, refcount gone\nend",
    "spare": "def spare p\n r = p\n del p\n print refcount r\n r = None\nend",
}
FUNCTION_NEEDS = {"pass_on": ["same"]}
PARAMETERS = {"same": 1, "pair": 2, "knot": 1, "pass_on": 1, "keep": 1, "half": 1, "spare": 1}


# Where all versions begin alike. Making classes leaves dead lists and dicts behind, which
# a full collection takes out of the free lists only from 3.3 on: held here, they are out.
START = """under cpython-2
 held = list
 repeat 90
  n = list
  append held n
  n = dict
  append held n
  n = set
  append held n
 end
 n = None
end
gc.collect"""


class Shadow:
    """The script so far, run in this interpreter."""

    def __init__(self, drawn):
        self.module = types.ModuleType(script_actor.MODULE)
        self.module.__builtins__ = builtins
        sys.modules[script_actor.MODULE] = self.module
        self.space = self.module.__dict__
        self.own = set(self.space)
        for line in drawn:
            self.run(line)

    def run(self, text):
        """Act out lines; raises what they raise."""
        program = script_python.translate(text, sys.version_info[:2], "cpython-3", probing=False)
        for unit in program.units:
            exec(compile(unit.source(), "<shadow>", "exec"), self.space)

    def names(self, *kinds):
        """Global names bound to an object of these types (none: of any)."""
        return [n for n, v in self.space.items()
                if n in NAMES and (not kinds or isinstance(v, kinds))]


class Drawer:
    def __init__(self, seed):
        self.random = random.Random(seed)
        self.seed = seed
        weights = [THEMES[t][0] for t in THEMES]
        self.theme = self.random.choices(list(THEMES), weights)[0]
        _, self.operations, self.questions = THEMES[self.theme]
        self.lines, self.shadow = [], Shadow([])
        self.classes, self.functions, self.weak = [], [], []
        self.auto = self.frozen = False

    # -- the script --

    def script(self):
        self.begin()
        steps = self.random.randint(6, 24)
        for _ in range(steps):
            self.step()
        for _ in range(self.random.randint(0, 3)):
            self.ask()
        self.lines.append('print "end"')
        text = "\n".join(self.lines).replace("Q_", "q%d_" % self.seed).replace('"Q ', '"q%d ' % self.seed)
        return "# seed %d, theme %s\n%s\n" % (self.seed, self.theme, text)

    def begin(self):
        self.add("saved = list\nlast = None\nkept = None")
        pool = [c for c in CLASSES if c not in ("Dying", "Back", "Again") or self.theme == "collect"]
        pool = ["Bare", "Slim", "Weak"] if self.theme in QUIET else pool
        for name in self.random.sample(pool, self.random.randint(1, min(4, len(pool)))):
            for one in NEEDS.get(name, []) + [name]:
                if one not in self.classes:
                    self.classes.append(one)
                    self.add(CLASSES[one])
        if self.theme not in QUIET:
            for name in self.random.sample(list(FUNCTIONS), self.random.randint(1, 4)):
                for one in FUNCTION_NEEDS.get(name, []) + [name]:
                    if one not in self.functions:
                        self.functions.append(one)
                        self.add(FUNCTIONS[one])
        self.lines += START.split("\n")
        if self.theme == "auto":
            self.draw("threshold")

    def add(self, text):
        self.shadow.run(text)
        self.lines += text.split("\n")

    def attempt(self, text):
        """Add the lines if they work in the shadow; a single line that fails and changes
        nothing as `fails`. Returns whether anything was added."""
        try:
            self.shadow.run(text)
        except FAILURES as e:
            kind = next(k for k in FAILURES if isinstance(e, k))
            if type(e) is not kind or "\n" in text or not self.may_fail(text):
                self.shadow = Shadow(self.chunks())
                return False
            self.lines.append("fails %s %s" % (kind.__name__, text))
            return True
        except (ZeroDivisionError, OverflowError, MemoryError, RecursionError, RuntimeError):
            self.shadow = Shadow(self.chunks())
            return False
        self.lines += text.split("\n")
        return True

    def may_fail(self, text):
        """An operation that checks before it changes anything."""
        head = text.split()[0]
        return self.theme not in QUIET + ("calls",) and head not in ("update", "extend") and " call " not in text \
            and " new " not in text and not text.startswith(("call ", "new "))

    def chunks(self):
        """The lines again as what is run apart."""
        found, depth, part = [], 0, []
        for line in self.lines:
            head = line.split()[0]
            part.append(line)
            depth += (head in script_reader.BLOCKS) - (head == "end")
            if not depth:
                found.append("\n".join(part))
                part = []
        return found

    def step(self):
        for _ in range(8):
            if self.draw(self.random.choice(self.operations)):
                break
        for _ in range(self.random.choice((0, 1, 1, 2, 3))):
            self.ask()

    def draw(self, operation):
        text = getattr(self, "op_" + operation)()
        return bool(text) and self.attempt(text)

    def ask(self):
        question = getattr(self, "ask_" + self.random.choice(self.questions))()
        if question:
            self.lines.append("print " + question)

    # -- operands --

    def pick(self, *kinds):
        names = self.shadow.names(*kinds)
        return self.random.choice(names) if names else None

    def small(self, *kinds):
        """A container that may still grow."""
        names = [n for n in self.shadow.names(*kinds) if len(self.shadow.space[n]) < LONGEST]
        return self.random.choice(names) if names else None

    def fresh(self):
        return self.random.choice(NAMES)

    def literal(self, hashable=True):
        r = self.random
        kind = r.randrange(9)
        if kind < 3:
            return str(r.choice((0, 1, 2, 3, 5, 7, 100, 256)))
        if kind == 3:
            return str(r.choice((257, 1000, 65536, -6, -100, 2 ** 30, 2 ** 40, 2 ** 63, 2 ** 64 + 1)))
        if kind == 4:
            return r.choice(("0.5", "1.0", "2.75", "-1e10"))
        if kind == 5:
            return r.choice(("None", "True", "False"))
        if kind == 6:
            return '"Q %s"' % r.choice(("one two", "very good morning", "a-b"))
        if kind == 7:
            return r.choice(('""', '"7"', '"Q_spam"', '"Q_eggs"', '"Q_1"'))
        return '"Q_%s"' % r.choice(("alpha", "beta", "gamma", "delta"))

    def operand(self):
        """A name, sometimes a literal."""
        if self.theme == "reuse" or self.random.random() < 0.7:
            name = self.pick()
            if name:
                return name
        return self.literal() if self.theme != "reuse" else "None"

    def key(self):
        """What can be a key of a dict and is the same in every version."""
        if self.theme in QUIET:
            return str(self.random.randrange(12))
        if self.random.random() < 0.2:
            name = self.pick(int, str)
            if name:
                return name
        return self.random.choice((str(self.random.randrange(40)), '"Q_k%d"' % self.random.randrange(9),
                                   '"Q key %d"' % self.random.randrange(4)))

    def items(self, most=5):
        """Operands of a display. Literals alone would be a constant of the line: made before
        the check on entry to it (3.12+), here after it, so not where that is seen."""
        found = [self.operand() for _ in range(self.random.choice((0, 1, 1, 2, 2, 3, 3, most)))]
        if found and self.theme in QUIET:
            found[0] = self.pick() or "saved"
        return found

    # -- operations: the text of a line or block, or None --

    def op_atom(self):
        return "%s = %s" % (self.fresh(), self.literal())

    def op_float(self):
        return "%s = %s" % (self.fresh(), self.random.choice(("0.5", "1.25", "9.75", "-3.5")))

    def op_name(self):
        name = self.pick()
        return name and "%s = %s" % (self.fresh(), name)

    def op_chain(self):
        return "%s = %s = %s" % (self.fresh(), self.fresh(), self.operand())

    def display(self, word):
        return ("%s = %s %s" % (self.fresh(), word, " ".join(self.items()))).rstrip()

    def op_list(self):
        return self.display("list")

    def op_tuple(self):
        return self.display("tuple")

    def op_set(self):
        return self.display("set")

    def op_frozenset(self):
        return self.display("frozenset")

    def op_dict(self):
        n = self.random.choice((0, 0, 1, 2, 3, 5, 6))
        pairs = ["%s:%s" % (self.key(), self.operand()) for _ in range(n)]
        return ("%s = dict %s" % (self.fresh(), " ".join(pairs))).rstrip()

    def op_listof(self):
        return "%s = listof %d %s" % (self.fresh(), self.random.randint(0, 20), self.operand())

    def op_convert(self):
        name = self.pick(list, tuple, dict, set, frozenset)
        word = self.random.choice(("tolist", "totuple", "toset", "tofrozenset"))
        if name and word in ("tolist", "totuple") and not self.ordered(self.shadow.space[name]):
            return None
        return name and "%s = %s %s" % (self.fresh(), word, name)

    def ordered(self, x):
        """Goes over its items in an order that every version and run shares."""
        return isinstance(x, (list, tuple)) or \
            isinstance(x, (dict, set, frozenset)) and all(type(k) is int and 0 <= k < 8 for k in x) \
            and list(x) == sorted(x)

    def op_append(self):
        name = self.small(list)
        return name and "append %s %s" % (name, self.operand())

    def op_insert(self):
        name = self.small(list)
        return name and "insert %s %d %s" % (name, self.random.randint(-2, 5), self.operand())

    def op_extend(self):
        name, other = self.small(list), self.small(list, tuple)
        return name and other and "extend %s %s" % (name, other)

    def op_remove(self):
        name = self.pick(list, set)
        return name and "remove %s %s" % (name, self.plain())

    def plain(self):
        """An operand whose equality is the same in every version."""
        return self.pick(int, str) or self.literal()

    def op_pop(self):
        name = self.pick(list)
        if not name:
            return None
        index = self.random.choice(("", "", " 0", " 1", " -1"))
        target = self.random.choice(("", self.fresh() + " = "))
        return "%spop %s%s" % (target, name, index)

    def op_clear(self):
        name = self.pick(list, dict, set)
        return name and "clear " + name

    def op_add(self):
        name = self.small(set)
        return name and "add %s %s" % (name, self.operand())

    def op_discard(self):
        name = self.pick(set)
        return name and "discard %s %s" % (name, self.plain())

    def op_update(self):
        one = self.small(dict)
        if one and self.random.random() < 0.5:
            other = self.small(dict)
            return "update %s %s" % (one, other)
        one, other = self.small(set), self.small(set, list, tuple)
        return one and other and "update %s %s" % (one, other)

    def op_item(self):
        if self.random.random() < 0.6:
            name = self.small(dict)
            return name and "%s[%s] = %s" % (name, self.key(), self.operand())
        name = self.pick(list)
        return name and "%s[%d] = %s" % (name, self.random.randrange(4), self.operand())

    def op_item_get(self):
        name = self.pick(list, tuple, dict)
        if not name:
            return None
        index = self.key() if type(self.shadow.space[name]) is dict else self.random.randrange(4)
        return "%s = %s[%s]" % (self.fresh(), name, index)

    def op_item_delete(self):
        name = self.pick(list, dict)
        if not name:
            return None
        index = self.key() if type(self.shadow.space[name]) is dict else self.random.randrange(4)
        return "del %s[%s]" % (name, index)

    def op_slice(self):
        name = self.pick(list, tuple, str)
        bounds = (self.random.choice(("", "0", "1", "-2")), self.random.choice(("", "2", "4", "-1")))
        return name and "%s = %s[%s:%s]" % ((self.fresh(), name) + bounds)

    def op_slice_free(self):
        return None

    def instances(self):
        return [n for n in self.shadow.names()
                if type(self.shadow.space[n]).__name__ in self.classes]

    def op_new(self):
        found = self.there(self.classes)
        if not found:
            return None
        name = self.random.choice(found)
        n = {"Node": 1, "Sub": 1, "Old": 1, "Again": 1, "Pair": 2}.get(name, 0)
        return ("%s = new %s %s" % (self.fresh(), name, " ".join(self.operand() for _ in range(n)))).rstrip()

    op_new_bare = op_new

    def op_new_dying(self):
        found = [c for c in self.there(self.classes) if c in ("Dying", "Back", "Again")]
        if not found:
            return None
        name = self.random.choice(found)
        return ("%s = new %s %s" % (self.fresh(), name, self.operand() if name == "Again" else "")).rstrip()

    def op_attribute(self):
        names = self.instances()
        return names and "%s.%s = %s" % (self.random.choice(names), self.attribute(), self.operand())

    def attribute(self):
        if self.theme in QUIET:
            return "val"
        return self.random.choice(ATTRIBUTES)

    def op_attribute_get(self):
        names = self.instances()
        return names and "%s = %s.%s" % (self.fresh(), self.random.choice(names), self.attribute())

    def op_attribute_delete(self):
        names = self.instances()
        return names and "del %s.%s" % (self.random.choice(names), self.attribute())

    def op_delete(self):
        name = self.pick()
        return name and "del " + name

    def op_call(self):
        found = [f for f in self.there(self.functions) if f != "gone"]
        if not found:
            return None
        name = self.random.choice(found)
        if name == "down":
            args = [str(self.random.randint(0, 6))]
        elif name == "full":
            args = [self.operand(), str(self.random.randint(0, 9))]
        else:
            args = [self.operand() for _ in range(PARAMETERS[name])]
        target = self.random.choice(("", self.fresh() + " = "))
        return "%scall %s %s" % (target, name, " ".join(args))

    def op_method(self):
        names = [n for n in self.instances() if hasattr(self.shadow.space[n], "show")]
        if not names:
            return None
        name = self.random.choice(names)
        target = self.random.choice(("", self.fresh() + " = "))
        if self.random.random() < 0.4:
            return "%scall %s.link %s" % (target, name, self.operand())
        return "%scall %s.show" % (target, name)

    def op_ref(self):
        names = self.instances() + self.shadow.names(set, frozenset)
        if self.random.random() < 0.1 or not names:
            names = self.shadow.names()
        if not names:
            return None
        weak = "r%d" % len(self.weak)
        text = "%s = ref %s" % (weak, self.random.choice(names))
        if self.attempt(text) and weak in self.shadow.space:
            self.weak.append(weak)
        return None

    def op_callback(self):
        names = self.instances()
        if "gone" not in self.there(self.functions) or not names:
            return None
        weak = "r%d" % len(self.weak)
        if self.attempt("%s = ref %s gone" % (weak, self.random.choice(names))) and weak in self.shadow.space:
            self.weak.append(weak)
        return None

    def op_cycle(self):
        kind = self.random.randrange(4)
        names = self.instances()
        if kind == 0 and names:
            one, two = self.random.choice(names), self.random.choice(names)
            return "%s.%s = %s" % (one, self.attribute(), two)
        if kind == 1 and names and self.small(list):
            return "append %s %s" % (self.small(list), self.random.choice(names))
        if kind == 2 and self.small(dict):
            name = self.small(dict)
            return "%s[%s] = %s" % (name, self.key(), self.pick(list, dict) or name)
        name = self.small(list)
        return name and "append %s %s" % (name, self.pick(list, dict, tuple) or name)

    def op_knots(self):
        """A loop that makes garbage in cycles."""
        inside = self.random.choice((
            " x = list\n append x x",
            " x = list\n y = list x\n append x y\n append s y",
            " d = dict\n d[1] = d",
            " x = list\n append x x\n append kept_list x",
            " t = list\n u = tuple t t t t\n append t u"))
        head = "s = list\nkept_list = list\n"
        return "%srepeat %d\n%s\nend" % (head, self.random.randint(1, 40), inside)

    def op_loop(self):
        name = self.small(list, dict)
        if not name:
            return None
        if type(self.shadow.space[name]) is dict:
            inside = " %s[i] = %s" % (name, self.operand())
        else:
            inside = " append %s %s" % (name, self.random.choice(("i", self.operand())))
        return "repeat %d i\n%s\nend" % (self.random.randint(0, 30), inside)

    op_grow = op_loop

    def op_churn(self):
        """A dict or set that is filled, thinned out and filled again."""
        r, name = self.random, self.fresh()
        n, step = r.randint(1, 60), r.choice((1, 2, 3, 7, 8, 16))
        head = "n = i * %d\n" % step
        more = r.randint(0, n)
        if r.random() < 0.5:
            lines = ["%s = dict" % name, "repeat %d i\n %s %s[n] = i\nend" % (n, head, name), "print size " + name,
                     "repeat %d i\n %s del %s[n]\nend" % (more, head, name), "print size " + name,
                     "repeat %d i\n %s n = n + 1000\n %s[n] = i\nend" % (r.randint(0, 30), head, name)]
        else:
            lines = ["%s = set" % name, "repeat %d i\n %s add %s n\nend" % (n, head, name), "print size " + name,
                     "repeat %d i\n %s discard %s n\nend" % (more, head, name), "print size " + name,
                     "repeat %d i\n %s n = n + 1000\n add %s n\nend" % (r.randint(0, 30), head, name)]
        return "\n".join(lines + ["print size %s" % name, "n = i = None", "del n i"])

    def op_shrink(self):
        name = self.pick(list)
        n = len(self.shadow.space[name]) if name else 0
        if not n:
            return None
        return "repeat %d\n pop %s\nend" % (self.random.randint(0, n), name)

    def op_order(self):
        """The order in which a dict or set of atoms goes over its members."""
        names = [n for n in self.shadow.names(dict, set, frozenset)
                 if all(isinstance(k, (int, str, float)) for k in self.shadow.space[n])
                 and len(repr(list(self.shadow.space[n]))) < 80]
        if not names:
            return None
        return "order = tolist %s\nprint repr order\ndel order" % self.random.choice(names)

    def op_compare(self):
        kinds = self.random.choice(((int, float), (str,), (list,), (tuple,), (dict,), (set, frozenset)))
        one, two = self.pick(*kinds), self.pick(*kinds)
        if not one or not self.written(one) or not self.written(two):
            return None
        return "if %s %s %s\n print \"yes\"\nelse\n print \"no\"\nend" % (
            one, self.random.choice(("==", "!=", "is", "is not")), two)

    def written(self, name):
        """Whether repr() of it is short, and the same in every run."""
        text = repr(self.shadow.space[name])
        return len(text) < 80 and "range(" not in text and "<" not in text and \
            not ("None" in text and re.search(r"set\(|{(?!.*:)", text))  # hashed by its address

    def op_for(self):
        name = self.pick(list, tuple)
        return name and "for j in %s\n print refcount j\nend" % name

    def op_fail(self):
        name = self.pick()
        other = self.pick(list, dict, set, tuple, int)
        choices = ["%s = list nobody" % self.fresh(), other and "del %s[0]" % other,
                   other and "%s = ref %s" % (self.fresh(), other),
                   other and "%s = set %s" % (self.fresh(), other),
                   other and "%s = %s[%s]" % (self.fresh(), other, other),
                   other and "%s.nothing = 1" % other, name and "%s = %s.nothing" % (self.fresh(), name)]
        return self.random.choice(choices)

    def op_view(self):
        name = self.pick(dict)
        if not name or not self.ordered(self.shadow.space[name]):
            return None
        what = self.random.choice(("keys", "values", "items"))
        return "view = %s %s\nprint len view\n%s = %s view\ndel view" % (
            what, name, self.fresh(), self.random.choice(("tolist", "totuple")))

    def op_iterator(self):
        name = self.pick(list, tuple)
        if not name:
            return None
        turns = "".join("\n%s = next it" % self.fresh()
                        for _ in range(self.random.randint(0, min(2, len(self.shadow.space[name])))))
        return "it = iter %s%s\ndel it" % (name, turns)

    def op_get(self):
        name = self.pick(dict)
        return name and "%s = get %s %s %s" % (self.fresh(), name, self.key(), self.operand())

    def op_branch(self):
        name, other = self.pick(list, dict, set), self.pick()
        return name and "if refcount %s > %d\n print refcount %s\nelse\n print size %s\nend" % (
            name, self.random.randint(1, 5), other, other)

    def op_collect(self):
        return "gc.collect"

    def op_collect_some(self):
        return "gc.collect %d" % self.random.randrange(3)

    def op_freeze(self):
        self.frozen = True
        return "under cpython-3\n %s\nend" % self.random.choice(("gc.freeze", "gc.unfreeze"))

    def op_threshold(self):
        r = self.random
        self.auto = True
        return "gc.set_threshold %d %d %d" % (r.randint(1, 25), r.randint(1, 5), r.choice((1, 2, 5, 1000)))

    def op_switch(self):
        return self.random.choice(("gc.disable", "gc.enable", "gc.enable"))

    def op_remake(self):
        """Something that dies, and something of its kind that is made then."""
        word = self.random.choice(("list", "dict", "tuple"))
        name, other, third = self.fresh(), self.fresh(), self.pick()
        if not third or third in (name, other):
            return None
        value = {"list": "list %s" % third, "dict": "dict", "tuple": "tuple" + (" " + third) * 5}[word]
        return "%s = %s\nprint id %s\ndel %s\n%s = %s\nprint id %s" % (
            name, value, name, name, other, value, other)

    def op_nest(self):
        """Something deep, and its death."""
        name, word = self.fresh(), self.random.choice(("list NAME", "list NAME", "tuple NAME NAME", "dict 1:NAME"))
        return "%s = list\nrepeat %d\n %s = %s\nend\ndel %s" % (
            name, self.random.choice((3, 20, 49, 50, 51, 60, 90, 120, 300)), name, word.replace("NAME", name), name)

    def op_many(self):
        """More of a kind at once than free lists hold, and their death."""
        name, word = self.fresh(), self.random.choice(("list", "list %s", "dict", "dict 1:%s", "tuple %s %s %s %s %s"))
        word = word.replace("%s", self.pick() or "None")
        return "%s = list\nrepeat %d\n n = %s\n append %s n\nend\nn = None\n%s" % (
            name, self.random.choice((5, 30, 79, 80, 81, 100)), word, name,
            self.random.choice(("clear " + name, "del " + name, name + " = None")))

    def there(self, names):
        return [n for n in names if n in self.shadow.space]

    def op_class_attribute(self):
        found = self.there(self.classes)
        return found and "%s.%s = %s" % (self.random.choice(found), self.random.choice(("kind", "other")), self.operand())

    def op_class_delete(self):
        found = self.there(self.classes)
        return found and "del " + self.random.choice(found)

    def op_function_delete(self):
        found = [f for f in self.there(self.functions) if f != "half"]  # its literals: the harness holds the code
        return found and "del " + self.random.choice(found)

    def op_arithmetic(self):
        names = [n for n in self.shadow.names(int, float, str)
                 if not isinstance(self.shadow.space[n], str) or len(self.shadow.space[n]) < 40]
        names = [n for n in names if isinstance(self.shadow.space[n], (str, float)) or
                 abs(self.shadow.space[n]) < 2 ** 59]  # so that what comes is below a script's 2**120
        if not names:
            return None
        one, two = self.random.choice(names), self.random.choice(names + ["2", "3", "300", "1.5"])
        both_text = isinstance(self.shadow.space[one], str)
        operator = "+" if both_text else self.random.choice("+ - * + - * // % & | ^".split())
        if self.random.random() < 0.1:
            two, operator = str(self.random.randint(0, 5)), self.random.choice(("<<", ">>", "*"))
        return "%s = %s %s %s" % (self.fresh(), one, operator, two)

    def op_copy(self):
        word = self.random.choice(("copy", "shallow", "deep", "serial"))
        kinds = (list, dict, set) if word == "copy" else (list, dict, tuple, set, frozenset, str, int, float)
        name = self.pick(*kinds)
        return name and "%s = %s %s" % (self.fresh(), word, name)

    def op_text(self):
        name = self.pick(int) if self.random.random() < 0.5 else None
        if name:
            return "%s = str %s" % (self.fresh(), name)
        return "%s = chr %d" % (self.fresh(), self.random.randint(48, 122))

    def op_bytes(self):
        """bytes under a name of its own: in 2.x they are str, and mix with it."""
        r = self.random
        value = r.choice(('b"Q_bytes"', 'b"Q more bytes"', 'b""', 'b"7"', 'b"\\xff\\x00"'))
        after = r.choice(("bb * %d" % r.randint(0, 3), "bb + bb", "bb", 'bb + b" and"'))
        return "bb = %s\n%s\nbb = %s\n%s\ndel bb" % (value, self.asked("bb"), after, self.asked("bb"))

    def op_texts(self):
        """Text of any characters, unicode in 2.x, under a name of its own."""
        r = self.random
        value = r.choice(('u"Q_name"', 'u"Q two words"', 'u""', 'u"7"', 'u"\\u00e9"', 'u"\\u00e9t\\u00e9"',
                          'u"\\u20ac 5"', 'u"\\u4e2d\\u6587"'))
        after = r.choice(("uu * %d" % r.randint(0, 3), "uu + uu", "uu[1:]", "uu[0:1]", 'uu + u" \\u0151"'))
        return "uu = %s\n%s\nuu = %s\n%s\ndel uu" % (value, self.asked("uu"), after, self.asked("uu"))

    def op_complex(self):
        r = self.random
        return "cc = %s\n%s\ncc = cc %s %s\n%s\ndel cc" % (
            r.choice(("2j", "0j", "1.5j")), self.asked("cc"), r.choice("+-*"), r.choice(("1", "2.5", "cc")),
            self.asked("cc"))

    def asked(self, name):
        """Lines that ask for all that is there to know of a number or text."""
        found = ["print refcount %s" % name, "print size %s, hash %s" % (name, name), "print repr %s" % name,
                 "print type %s" % name, "print tracked %s" % name]
        return "\n".join(self.random.sample(found, 3))

    def op_intern(self):
        names = [n for n in self.shadow.names(str) if len(self.shadow.space[n]) > 1
                 and self.shadow.space[n] not in ("True", "False")]  # texts of the interpreter's own
        return names and "%s = intern %s" % (self.fresh(), self.random.choice(names))

    def op_odd(self):
        r = self.random
        return "%s = %s" % (self.fresh(), r.choice((
            "array %s %d" % (r.choice("bhild"), r.randint(0, 40)), "bytearray %d" % r.randint(0, 50),
            "range %d" % r.randint(0, 20), "object", "float %d" % r.randint(0, 9), "int %d.5" % r.randint(0, 9))))

    # -- questions --

    def ask_refcount(self):
        name = self.pick()
        return name and "refcount " + name

    def ask_references(self):
        name = self.pick(list, dict, tuple, float)
        return name and "references " + name

    def ask_is(self):
        one, two = self.pick(), self.pick()
        return one and "is %s %s" % (one, two)

    def ask_size(self):
        name = self.pick()
        return name and "size " + name

    def ask_len(self):
        name = self.pick(list, dict, tuple, set, str)
        return name and "len " + name

    def ask_type(self):
        name = self.pick(list, dict, tuple, set, frozenset, float, int, str)
        return name and "type " + name

    def ask_value(self):
        name = self.pick(int, float, str)
        return name

    def ask_repr(self):
        name = self.pick(list, dict, tuple, set, frozenset)
        return name and self.written(name) and "repr " + name

    def ask_hash(self):
        name = self.pick(int, float, str)
        return name and "hash " + name

    def ask_interned(self):
        name = self.pick(str)
        return name and "interned " + name

    def ask_tracked(self):
        name = self.pick()
        return name and "tracked " + name

    def ask_weakrefs(self):
        name = self.random.choice(self.instances() or [""])
        return name and "weakrefs " + name

    def ask_generation(self):
        name = self.pick(list, dict, tuple) or "last"
        if self.theme == "collect" and self.shadow.space["last"] is not None:
            name = self.random.choice((name, "last"))
        return name and "generation " + name

    def ask_alive(self):
        return self.weak and "alive " + self.random.choice(self.weak)

    def ask_alive_all(self):
        return self.weak and ", ".join("alive " + w for w in self.weak)

    def ask_collect(self):
        self.shadow.run("gc.collect")
        return "gc.collect"

    def ask_class_count(self):
        if self.frozen:
            return None  # nobody can be asked for objects that are frozen
        found = self.there(self.classes)
        return found and "count " + self.random.choice(found)

    def ask_class_refcount(self):
        found = self.there(self.classes + self.functions)
        return found and "refcount " + self.random.choice(found)

    def ask_garbage(self):
        return "gc.garbage"

    def ask_threshold(self):
        return "gc.threshold %d, gc.enabled" % self.random.randrange(3)

    def ask_gc_count(self):
        return "gc.count %d" % self.random.randrange(3)

    def ask_collections(self):
        return "gc.collections %d" % self.random.randrange(3)

    def ask_id(self):
        name = self.pick(list, dict, float) or self.pick(tuple)
        return name and "id " + name

    def ask_free(self):
        return self.random.choice(("free list", "free dict", "free float", "free tuple 5"))


def draw(seed):
    """A script for this seed. script_actor.install() must have been called."""
    return Drawer(seed).script()


def install():
    """What the shadow needs of this interpreter."""
    script_actor.install(script_python.N_HOLDERS, script_python.makings())
    builtins._pm_go = True


if __name__ == "__main__":
    install()
    for seed in map(int, sys.argv[1:]):
        print(draw(seed))
