#!/usr/bin/env python3
"""pmt_decode.py - a second reader of recorded traces, written from the manual page
pymemtrace-trace(5) alone: what both readers agree on is what the page says.

    pmt_decode.py FILE          print the trace as text ("-" = standard input)

The text is that of `pymemtrace dump`, one line per item:

    # NAME=VALUE                         facts, those of the header first
    # type.NUMBER=NAME                   a type, where its chunk stands
    EVENTNO OP[ slot=N][ OPERAND=N][ wide=N]...
    EVENTNO ORACLE when=WHEN blocks=N bytes=N[ text=TEXT]

EVENTNO counts from 0. slot= if the op has a block; OPERAND is the name of the
operand in the table of events, left out if it has none; a wide operand is printed
in full. wide= for each further operand. An ORACLE line bears the number of the
event that follows it; bytes= is the length of its text, blocks= is -1 if unknown;
text= is there at a mark.
In values and names of types, bytes that are not printable ASCII, and backslashes, are printed as \\xNN.
The facts of the end, also those that replace others, come as # lines after the last
event, in the order in which their names were first seen.

Exit status: 0 whole, 3 partial (the reason is on standard error), 4 not a trace.
"""
import struct
import sys
import zlib

MAGIC = bytes.fromhex("89504D540D0A1A0A")
SYNC = bytes.fromhex("FB435AA5")
TAIL = bytes.fromhex("504D5445")
NEW, USE, END, NONE = "new", "used", "ends", ""
OPS = {1: ("ALLOC_RAW", NEW, "size", 0), 2: ("ALLOC_MEM", NEW, "size", 0),
       3: ("ALLOC_OBJ", NEW, "size", 0), 4: ("FREE", END, "", 0),
       5: ("REALLOC", USE, "size", 0), 6: ("ARENA_NEW", NONE, "residue", 1),
       7: ("ARENA_FREE", NONE, "ordinal", 0), 8: ("STACK_NEW", NONE, "bytes", 0),
       9: ("STACK_FREE", NONE, "bytes", 0), 10: ("THREAD", NONE, "thread", 0),
       11: ("CLOCK", NONE, "", 1), 12: ("RSS", NONE, "", 1),
       13: ("FORK", NONE, "serial", 0), 14: ("TROUBLE", NONE, "code", 1),
       15: ("ALLOC_GC", NEW, "size", 0), 16: ("GC_ENABLED", NONE, "enabled", 0),
       17: ("GC_THRESHOLD", NONE, "generation", 1), 18: ("GC_FREEZE", NONE, "on", 0),
       19: ("GC_BEGIN", NONE, "kind", 1), 20: ("GC_STAT", NONE, "which", 1),
       21: ("GC_END", NONE, "generation", 1), 22: ("GC_UNTRACKED", USE, "", 0),
       23: ("MAIN", NONE, "", 0), 24: ("GC_LOOK", NONE, "generation", 1),
       25: ("GARBAGE", USE, "kind", 0), 26: ("ALIVE", USE, "type", 0),
       27: ("BELONGS", USE, "type", 0), 28: ("GC_COUNTS", NONE, "", 0),
       29: ("GC_TOUCHED", NONE, "least", 1), 30: ("REFERS", USE, "", 0),
       31: ("OBJECT", NONE, "type", 0), 32: ("REUSED", NEW, "size", 0),
       33: ("REUSED_GC", NEW, "size", 0), 34: ("SHELVED", END, "", 0),
       35: ("CLEARED", NONE, "type", 1),
       36: ("TYPED", USE, "type", 0), 37: ("GC_ATOMIC", USE, "", 0),
       38: ("COLLECTED", USE, "type", 0), 39: ("GC_HELD", NONE, "on", 0),
       40: ("KEEPS", USE, "", 0), 41: ("HOLDS", USE, "", 0),
       42: ("SHARES", USE, "", 0)}


class Refused(Exception):
    """Not a trace, or one that this reader must not read."""


class Partial(Exception):
    """The trace ends here, early."""


class Data:
    """Bytes that are taken one after another."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, n):
        if len(self.data) - self.at < n:
            raise Partial("data too short")
        self.at += n
        return self.data[self.at - n:self.at]

    def number(self, n):
        return int.from_bytes(self.take(n), "little")

    def varint(self):
        value = shift = 0
        while True:
            byte = self.number(1)
            value |= (byte & 127) << shift
            shift += 7
            if byte < 128:
                break
            if shift >= 70:
                raise Partial("varint too long")
        if value >> 64:
            raise Partial("varint too large")
        return value

    def left(self):
        return len(self.data) - self.at


def unzigzag(value):
    return -(value + 1) // 2 if value & 1 else value // 2


class Blocks:
    """The list of births, and the slots."""

    def __init__(self):
        self.births, self.live, self.old, self.last = [], 0, 0, 0
        self.free, self.fresh = [], 0

    def new(self):
        if self.free:
            slot = self.free.pop()
        else:
            slot, self.fresh = self.fresh, self.fresh + 1
        self.births.append(slot)
        self.live += 1
        return slot

    def find(self, age, step):
        if step is None:
            index = len(self.births) - 1 - age
        else:
            index = self.last = (self.last + step) % 2**32
        if not 0 <= index < len(self.births) or self.births[index] is None:
            raise Partial("a block that is not live")
        return index

    def end(self, index):
        self.free.append(self.births[index])
        self.births[index] = None
        self.live -= 1

    def settle(self):
        young = [slot for slot in self.births[self.old:] if slot is not None]
        self.births[self.old:] = young
        if len(self.births) > self.live + self.live // 2 + 65536:
            self.births = [slot for slot in self.births if slot is not None]
        self.old = self.last = len(self.births)


def read_entry(data):
    op, form = data.number(1), data.number(1)
    if op not in OPS:
        raise Partial("unknown event %d" % op)
    ref, in_column = form & 7, form & 8
    if form > 15 or ref > 4 or (ref != 0) != (OPS[op][1] in (USE, END)):
        raise Partial("bad form")
    near = data.varint() if ref in (1, 3) else None
    arg = None if in_column else data.varint()
    if (arg or 0) >> 32 or (near or 0) >> (16 if ref == 1 else 32):
        raise Partial("entry out of range")
    if OPS[op][2] == "" and arg != 0:
        raise Partial("an operand where there is none")
    return op, ref, near, arg


class Columns:
    def __init__(self, raw, n_events):
        data = Data(raw)
        n_entries, ages, steps, args, wide, self.n_placements = (
            data.number(4) for _ in range(6))
        if n_entries > 256:
            raise Partial("dictionary too large")
        self.entries = [read_entry(data) for _ in range(n_entries)]
        self.symbols = data.take(n_events)
        self.ages, self.steps = Data(data.take(ages)), Data(data.take(steps))
        self.args, self.wide = Data(data.take(args)), Data(data.take(wide))
        self.checks = data.take((self.n_placements + 255) // 256 * 4)
        if data.left():
            raise Partial("bytes left over")

    def all_read(self):
        return not any(c.left() for c in (self.ages, self.steps, self.args, self.wide))


def read_event(symbol, cols, blocks):
    if symbol >= len(cols.entries):
        raise Partial("unknown symbol")
    op, ref, near, arg = cols.entries[symbol]
    name, use, operand, n_wide = OPS[op]
    words, index = [name], None
    if use == NEW:
        words.append("slot=%d" % blocks.new())
    elif ref:
        value = near
        if ref == 2:
            value = cols.ages.varint()
        elif ref == 4:
            value = cols.steps.varint()
            if value >> 32:
                raise Partial("step too large")
        index = blocks.find(value if ref < 3 else None, unzigzag(value) if ref > 2 else None)
        words.append("slot=%d" % blocks.births[index])
    if use == END:
        blocks.end(index)
    if arg is None:
        arg = cols.args.varint()
    if arg >> 32:
        raise Partial("operand too large")
    if arg == 2**32 - 1:
        arg = cols.wide.varint()
    if operand:
        words.append("%s=%d" % (operand, arg))
    words += ["wide=%d" % cols.wide.varint() for _ in range(n_wide)]
    return " ".join(words)


def read_events(raw, n_events, blocks):
    cols = Columns(raw, n_events)
    lines = [read_event(symbol, cols, blocks) for symbol in cols.symbols]
    if not cols.all_read():
        raise Partial("operands left over")
    if cols.n_placements > sum(OPS[cols.entries[s][0]][1] in (NEW, USE) for s in cols.symbols):
        raise Partial("more placements than blocks")
    blocks.settle()
    return lines


def shown(value):
    return "".join(chr(b) if 32 <= b < 127 and b != 92 else "\\x%02x" % b for b in value)


def read_facts(raw, facts):
    if len(raw) > 1048576 or (raw and raw[-1]):
        raise Partial("facts do not end")
    strings = raw.split(b"\0")[:-1]
    if len(strings) % 2 or len(strings) > 2048:
        raise Partial("a fact has no value, or too many facts")
    new = dict(zip(strings[::2], strings[1::2]))
    facts.update(new)
    return ["# %s=%s" % (shown(name), shown(facts[name])) for name in facts if name in new]


def read_oracle(raw, event):
    data = Data(raw)
    blocks = data.varint() - 1
    when, nul, text = raw[data.at:].partition(b"\0")
    if not nul or len(when) > 31:
        raise Partial("no time")
    line = "%d ORACLE when=%s blocks=%d bytes=%d" % (event, shown(when), blocks, len(text))
    return line + " text=" + shown(text) if when == b"mark" else line


def read_types(raw, n_types):
    data, lines = Data(raw), []
    while data.left():
        number, _, _ = data.varint(), data.varint(), data.varint()
        name, nul, _ = raw[data.at:].partition(b"\0")
        if not nul or len(name) > 255 or number != n_types + len(lines) or number >= 4194304:
            raise Partial("bad type")
        data.take(len(name) + 1)
        lines.append("# type.%d=%s" % (number, shown(name)))
    return lines


def read_chunk(file, n_events):
    """Kind, number of events, unpacked data of the next chunk."""
    head = file.read(36)
    if len(head) < 36:
        raise Partial("cut")
    sync, kind, first, n, n_raw, n_packed, crc, head_crc = struct.unpack("<4s4sQIIIII", head)
    if sync != SYNC or head_crc != zlib.crc32(head[:32]):
        raise Partial("damaged chunk header")
    if first != n_events or n_raw > 8388608 or n_packed > 8454144 or n > 65536 or (
            (n > 0) != (kind == b"EVTS")):
        raise Partial("bad chunk header")
    packed = file.read(n_packed)
    if len(packed) < n_packed:
        raise Partial("cut")
    if crc != zlib.crc32(packed):
        raise Partial("damaged data")
    if kind[:1].islower() and kind != b"type":
        return kind, 0, b""
    unpacker = zlib.decompressobj(-15)
    try:
        raw = unpacker.decompress(packed, n_raw + 1)
    except zlib.error as e:
        raise Partial(str(e))
    if len(raw) != n_raw or not unpacker.eof or unpacker.unused_data:
        raise Partial("data does not unpack")
    return kind, n, raw


def read_tail(file):
    tail = file.read(17)
    if len(tail) != 16 or tail[12:] != TAIL or zlib.crc32(tail[:8]) != int.from_bytes(
            tail[8:12], "little"):
        raise Partial("bad tail")


def open_trace(file):
    head = file.read(16)
    if len(head) < 16 or head[:8] != MAGIC:
        raise Refused("not a trace")
    if zlib.crc32(head[:12]) != int.from_bytes(head[12:], "little"):
        raise Refused("damaged file header")
    if int.from_bytes(head[8:10], "little") != 1:
        raise Refused("unknown version")


def decode(file, out):
    open_trace(file)
    facts, blocks, event, n_types = {}, Blocks(), 0, 0
    try:
        kind, _, raw = read_chunk(file, 0)
        if kind != b"HEAD":
            raise Partial("no header")
        lines = read_facts(raw, facts)
    except Partial as e:
        raise Refused(str(e))
    out.writelines(line + "\n" for line in lines)
    while kind != b"ENDS":
        kind, n, raw = read_chunk(file, event)
        if kind == b"EVTS":
            lines = read_events(raw, n, blocks)
            out.writelines("%d %s\n" % (event + i, line) for i, line in enumerate(lines))
            event += n
        elif kind == b"type":
            lines = read_types(raw, n_types)
            n_types += len(lines)
            out.writelines(line + "\n" for line in lines)
        elif kind == b"ORCL":
            out.write(read_oracle(raw, event) + "\n")
        elif kind == b"ENDS":
            lines = read_facts(raw, facts)
            read_tail(file)
            out.writelines(line + "\n" for line in lines)
            if facts.get(b"end.kind") in (b"killed", b"stopped"):
                raise Partial("the process was %s" % facts[b"end.kind"].decode())
        elif kind == b"HEAD":
            raise Partial("a second header")
        elif kind[:1].isupper():
            raise Refused("unknown critical chunk")


def main(argv):
    if len(argv) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    try:
        with open(0 if argv[1] == "-" else argv[1], "rb") as file:
            decode(file, sys.stdout)
    except Partial as e:
        print("%s: partial: %s" % (argv[1], e), file=sys.stderr)
        return 3
    except Refused as e:
        print("%s: %s" % (argv[1], e), file=sys.stderr)
        return 4
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
