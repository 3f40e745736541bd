# A checkpoint may come between a free list's giving an object and its having it back, behind an
# object of the collector of which no record has said yet that it is one: it is counted all the same.
# Where a checkpoint falls goes by the number of records, so the program makes some more or less.
cat >app.py <<'PY'
import sys
class Node:
    __slots__ = "at",
every = int(sys.argv[1])
kept = []
for i in range(600000):
    pair = (Node(), i, kept)
    if not i % every:
        object()
    kept.append(pair[0])
    del pair
PY
for every in 7 11 13 17 19 23 29 31; do
    pymemtrace record -qf -o a.pmt -- python3 app.py "$every"
    pymemtrace verify a.pmt >proof || { echo "every $every:"; cat proof; }
done
