"""Batches of 3,000 rows that know their batch; the last three are kept."""
import random, traceback, collections, re, datetime
rnd = random.Random(14)
report = collections.Counter()
keep = {}

class Row(dict):

    def __init__(s, t):
        super().__init__(t)
        s.batch = None
        s.seen = set()

class Batch:

    def __init__(s, n):
        s.n = n
        s.rows = []
        s.errors = []

def parse(b, l):
    m = re.match('(\\w+),(\\d+),(\\S+)', l)
    if not m:
        raise ValueError('bad ' + l)
    r = Row(dict(name=m[1], n=int(m[2]), day=datetime.date(2020, 1, 1 + int(m[2]) % 28)))
    r.batch = b
    r.seen.add(m[3])
    return r
for k in range(160):
    b = Batch(k)
    for i in range(3000):
        l = 'n%d,%d,x%d' % (i % 50, i, i) if i % 17 else 'oops'
        try:
            b.rows.append(parse(b, l))
        except ValueError as e:
            b.errors.append(e)
    b.index = collections.defaultdict(list)
    for r in b.rows:
        b.index[r['name']].append(r)
    report.update((len(v) for v in b.index.values()))
    if k % 9 == 0:
        keep[k] = b
    if len(keep) > 3:
        keep.pop(min(keep))
print(len(report))
