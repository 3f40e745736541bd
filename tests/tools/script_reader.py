"""script_reader.py - a reference script as nodes: lines cut into tokens, blocks with their
bodies. Knows the shape of the language (pymemtrace-script(5)), not its words."""
import re

BLOCKS = ("repeat", "for", "def", "class", "if", "under")
TOKEN = re.compile(r"""\s*(?:
    (?P<string>[ub]?"(?:\\.|[^"\\])*"|[ub]?'(?:\\.|[^'\\])*')
  | (?P<number>-?(?:0x[0-9a-fA-F]+|\d+\*\*\d+|(?:\d+\.\d*|\.\d+|\d+)(?:[eE][+-]?\d+)?j?|inf\b|nan\b))
  | (?P<name>[A-Za-z_]\w*)
  | (?P<op>\*\*|//|<<|>>|==|!=|<=|>=|[-=:,+*/%&|^<>.\[\]])
  | (?P<comment>\#.*))""", re.X)


class ScriptError(Exception):
    """The script is not of the language, or of the part that has a counterpart."""


class Token:
    """A word of a line: kind is string, number, path or op; atom: may stand for a value."""

    def __init__(self, kind, text, start, end, parts=()):
        self.kind, self.text, self.start, self.end, self.parts = kind, text, start, end, parts

    @property
    def atom(self):
        return self.kind != "op"


def path_parts(line, at):
    """What follows a name at line[at]: (parts, end). A part is ('.', name) or ('[', tokens)."""
    parts = []
    while at < len(line) and line[at] in ".[":
        if line[at] == ".":
            name = re.compile(r"[A-Za-z_]\w*").match(line, at + 1)
            if not name:
                break
            parts.append((".", name.group()))
            at = name.end()
        else:
            inner, at = tokens(line, at + 1, "]")
            parts.append(("[", inner))
    return parts, at


def tokens(line, at=0, until=None):
    """The tokens of line[at:], to its end or to `until`: (list, where it ended)."""
    found = []
    while True:
        match = TOKEN.match(line, at)
        if not match:
            if line[at:].strip():
                raise ScriptError("cannot read %r" % line[at:])
            return found, len(line)
        kind, text, start, at = match.lastgroup, match.group(match.lastgroup), \
            match.start(match.lastgroup), match.end()
        if kind == "comment":
            return found, len(line)
        if kind == "op" and text == until:
            return found, at
        if kind == "number" and text[0] == "-" and found and found[-1].atom and line[at - 1:at] \
                and re.match(r"\S", line[start - 1:start] or " "):
            kind, text, at = "op", "-", start + 1
        parts = ()
        if kind == "name":
            parts, at = path_parts(line, at)
            kind, text = "path", line[start:at]
        found.append(Token(kind, text, start, at, parts))


class Node:
    """A line of the script, with the lines of its block and of its `else`."""

    def __init__(self, number, text, words):
        self.number, self.text, self.words = number, text, words
        self.body, self.orelse = [], None

    @property
    def head(self):
        return self.words[0].text

    def span(self):
        """The numbers of its first and last line."""
        last = self.number
        for node in self.body + (self.orelse or []):
            last = max(last, node.span()[1])
        return self.number, last + (1 if self.head in BLOCKS else 0)


def parse(text):
    """The script as a list of nodes."""
    top = []
    open_blocks, lists = [], [top]
    for number, line in enumerate(text.split("\n"), 1):
        words, _ = tokens(line)
        if not words:
            continue
        if words[0].text in BLOCKS + ("else",) and words[-1].text == ":":
            words.pop()
        node = Node(number, line, words)
        if node.head == "end":
            open_blocks.pop()
            lists.pop()
        elif node.head == "else":
            open_blocks[-1].orelse = []
            lists[-1] = open_blocks[-1].orelse
        else:
            lists[-1].append(node)
            if node.head in BLOCKS:
                open_blocks.append(node)
                lists.append(node.body)
    if open_blocks:
        raise ScriptError("line %d: no end" % open_blocks[-1].number)
    return top
