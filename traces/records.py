"""records.py [N] - a large document is parsed, kept and indexed.

What it shows: a heap that only grows. Nearly all blocks live to the end, so pools fill
one after the other and nothing is lost but headers and rounding.
"""
import json
import sys

N = int(sys.argv[1]) if len(sys.argv) > 1 else 60_000
text = json.dumps([
    {"id": i, "owner": "owner-%d" % (i % 97), "tags": ["a%d" % (i % 13), "b"],
     "size": i / 7, "parts": {"left": i * 3, "right": [i, None, True]}}
    for i in range(N)])
records = json.loads(text)
by_owner = {}
for record in records:
    by_owner.setdefault(record["owner"], []).append(record)
print(len(records), "records,", len(by_owner), "owners")
