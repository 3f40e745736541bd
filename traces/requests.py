"""requests.py [N] - a service: a bounded cache behind many small asynchronous requests.

What it shows: steady traffic of short-lived blocks over a live heap of constant size;
nearly every request reuses the blocks of the one before.
"""
import asyncio
import collections
import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 60_000
CACHE = 5_000
cache = collections.OrderedDict()


async def answer(key):
    if key in cache:
        cache.move_to_end(key)
        return cache[key]
    await asyncio.sleep(0)
    row = {"key": key, "cells": [key * i for i in range(6)], "text": "row %d" % key}
    cache[key] = row
    if len(cache) > CACHE:
        cache.popitem(last=False)
    return row


async def main():
    total = 0
    for start in range(0, N, 200):
        keys = [(start + i) * 7919 % (3 * CACHE) for i in range(200)]
        rows = await asyncio.gather(*map(answer, keys))
        total += sum(len(row["cells"]) for row in rows)
    print(total, "cells")


asyncio.run(main())
