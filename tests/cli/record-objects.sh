# A recording with objects changes nothing that the program can see - when collections come,
# in which order things die however deep they are nested - and a replay with free lists in
# the model is exact, in every interpreter that is here.
cat >app.py <<'PY'
import gc, sys, threading
from collections import namedtuple, OrderedDict, defaultdict
class Told:
    def __init__(self, n):
        self.n = n
    def __del__(self):
        deaths.append(self.n)
class L(list): pass
class T(tuple): pass
Point = namedtuple("Point", "x y")
deaths = []
def deep(make, n):
    x = Told(-n)
    for i in range(n):
        x = make(x, Told(i)) if i % 10 == 0 else make(x)
    return x
def nest(*x): return list(x)
def knot(*x): return tuple(x)
def table(*x): return dict(enumerate(x))
def mixed(*x): return [tuple(x), {1: x}]
def heir(*x): return L(x)
for make in nest, knot, table, mixed, heir:
    for n in 1, 30, 49, 50, 51, 60, 120, 2000:
        deep(make, n)
deep(nest, 30000)
deep(mixed, 20000)
def work(n):
    kept, total = [], 0.0
    for i in range(n):
        a, b, c = [i], {"a": i}, (i, kept)
        total += i * 0.5 + float(i) / 3
        d = [a, b, c, L(a), T(c), Point(i, a), OrderedDict(b), defaultdict(list), list(), dict(), tuple(a)]
        if i % 3 == 0:
            kept.append(d)
        if i % 50 == 0:
            d.append(d)
        if i % 400 == 0:
            del kept[:-20]
        list(map(str, a)); tuple(x for x in range(i % 25)); sorted(b); a + a; c * 3; c[1:]
    return total
total = work(1500)
full = [[] for i in range(300)] + [{} for i in range(300)] + [tuple([i] * (i % 22)) for i in range(9000)]
del full
total += work(600)
gc.collect()
total += work(600)
threading.stack_size(1 << 21)
narrow = threading.Thread(target=deep, args=(nest, 30000))
narrow.start(); narrow.join()
threads = [threading.Thread(target=work, args=(100,)) for i in range(3)]
for t in threads: t.start(); t.join()
gc.freeze(); total += work(200); gc.unfreeze()
print(total, hash(tuple(deaths)), len(deaths), gc.get_stats(), gc.get_count())
PY
# A collection that was asked for frees the last block that was made, and its memory goes.
cat >gone.py <<'PY'
import gc
collect = gc.collect
Wide = type("Wide", (), {"__slots__": ["a%d" % i for i in range(20000)]})
collect()
def cycle():
    x = Wide()
    x.a0 = x
cycle()
collect()
x = [1, 2]
print(gc.get_stats())
PY
# Another interpreter's free lists are not seen, and that is said; 3.8 and 3.9 have no others.
cat >other.py <<'PY'
try: import _xxsubinterpreters as interpreters
except ImportError: import _interpreters as interpreters
other = interpreters.create()
interpreters.run_string(other, "for i in range(9000): a = [i]; b = {1: (a, i)}")
interpreters.destroy(other)
PY
# From 3.12 on interpreters run at once.
cat >locks.py <<'PY'
import sys, threading
try: import _xxsubinterpreters as interpreters
except ImportError: import _interpreters as interpreters
code = "for i in range(30000): a = [i]; b = {1: a}; c = (a, b); d = i * .5"
def run():
    other = interpreters.create()
    interpreters.run_string(other, code)
    interpreters.destroy(other)
threads = [threading.Thread(target=run) for i in range(4 * (sys.version_info >= (3, 12)))]
for t in threads: t.start()
exec(code)
for t in threads: t.join()
PY
n=0
check_as() { # PYTHON LISTS [--objects]
    python=$1 shown=$2
    shift 2
    PYTHONHASHSEED=0 "$python" app.py >plain
    PYTHONHASHSEED=0 pymemtrace record -qf "$@" -o a.pmt -- "$python" app.py >traced
    cmp -s plain traced || { echo "$python $*:"; cat plain traced; }
    pymemtrace verify -q a.pmt >proof || { echo "$python $*:"; pymemtrace verify a.pmt; }
    looks=$(pymemtrace dump a.pmt | grep -c GC_LOOK)
    [ "$looks" -ge 10 ] || echo "$python $*: $looks looks for garbage"
    MALLOC_MMAP_THRESHOLD_=65536 pymemtrace record -qf "$@" -o gone.pmt -- "$python" gone.py >traced
    "$python" gone.py | cmp -s - traced || echo "$python $*: gone.py: $(cat traced)"
    for i in 1 2 3 4; do
        pymemtrace record -qf "$@" -o locks.pmt -- "$python" locks.py || echo "$python $*: locks.py: $?"
    done
    pymemtrace stats -q --csv --freelists a.pmt >lists
    for list in $shown; do
        grep -q "^$list," lists || { echo "$python $*: no free list of $list:"; cat lists; }
    done
    grep -q "^\"dict keys\",0,80,[0-9]*,[1-9][0-9][0-9][0-9]*," lists || { echo "$python $*: tables of dicts:"; cat lists; }
    # Over time each figure grows to what it is at the end.
    pymemtrace stats -q --csv --freelist-timeline a.pmt >times
    awk -F, -v python="$python" 'FNR == NR { if (FNR > 1) end[$1 "," $2] = $5; next }
        FNR > 1 { k = $2 "," $3; n++
                  if ($5 < was[k] || $5 > end[k]) print python ": " $0 " behind " was[k]; was[k] = $5 }
        END { if (n < 20) print python ": " n " rows over time" }' lists times
    n=$((n + 1))
}
check() { # PYTHON
    check_as "$1" 'list dict tuple'
    check_as "$1" 'list dict tuple float' --objects
}
check /usr/bin/python3
root=$(pyenv root 2>/dev/null || echo /nowhere)
for version in 3.8 3.9 3.10 3.11 3.12 3.13; do
    for python in "$root"/versions/$version.*/bin/python; do
        if [ -x "$python" ]; then check "$python"; else echo "not here: $version" >&2; fi
    done
done
if python3 -c 'import sys; sys.exit(sys.version_info < (3, 10))'; then
    for objects in '' --objects; do
        pymemtrace record -qf $objects -o other.pmt -- python3 other.py
        pymemtrace verify other.pmt | grep -q 'free lists could not be watched' || echo 'no word of the other'
    done
fi
[ "$n" -ge 1 ] || echo 'no interpreter'
for more in --objects --precise; do
    pymemtrace record $more --blocks-only -o b.pmt -- true 2>&1 | grep -q -e "$more: which of the two" || echo "$more: both are taken"
done
