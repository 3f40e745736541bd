"""Rows of a database as named tuples, grouped into dicts; through CSV and back."""
import sqlite3, csv, io, collections
R = collections.namedtuple('R', 'a b c d')
db = sqlite3.connect(':memory:')
db.execute('create table t(a,b,c,d)')
db.executemany('insert into t values(?,?,?,?)', ((i, str(i), i * 0.5, i % 7) for i in range(60000)))
groups = collections.defaultdict(list)
n = 0
for r in range(12):
    rows = [R(*x) for x in db.execute('select * from t')]
    for x in rows:
        groups[x.d].append({'a': x.a, 'rest': [x.b, x.c]})
    b = io.StringIO()
    w = csv.writer(b)
    w.writerows(rows[:20000])
    b.seek(0)
    back = [dict(zip('abcd', l)) for l in csv.reader(b)]
    n += len(back) + len(rows)
    if r % 2:
        groups.clear()
print(n)
