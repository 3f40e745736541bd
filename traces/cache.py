"""A server with a large table made at its start, and a cache whose entries, in cycles, die old.

Shows two things that nobody guesses: peak memory is not monotone in threshold 0, and freezing the
start-up makes full collections more frequent, but cheaper (pymemtrace(1), README).
"""
import collections
import ctypes
import random
import sys

REQUESTS = int(sys.argv[1]) if len(sys.argv) > 1 else 120_000
ROWS = 200_000
ROOM = 8_000


class Entry:
    """What a request leaves in the cache; it and its owner know each other."""

    def __init__(self, key, rnd):
        self.key = key
        self.rows = [[key, i, rnd.random()] for i in range(6)]
        self.owner = {"entry": self, "name": "request %d" % key}


def mark(text):
    """A point on the timeline, if this run is being recorded."""
    put = getattr(ctypes.PyDLL(None), "pymemtrace_mark", None)
    if put:
        put(text)


def main():
    rnd = random.Random(3)
    table = [{"id": i, "tags": [i, i + 1]} for i in range(ROWS)]
    mark(b"ready")
    cache = collections.OrderedDict()
    hits = 0
    for _ in range(REQUESTS):
        key = int(rnd.random() ** 2 * 100_000)
        if key in cache:
            hits += 1
            cache.move_to_end(key)
            continue
        cache[key] = Entry(key, rnd)
        if len(cache) > ROOM:
            cache.popitem(last=False)
    print(REQUESTS, "requests,", hits, "hits,", len(table), "rows")


main()
