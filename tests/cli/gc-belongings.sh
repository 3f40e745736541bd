# A look tells not only the collector's objects that are unreachable, but also what is freed
# with them: in every interpreter that is here, what a collection frees was told before.
cat >app.py <<'PY'
import gc
class Plain:
    pass
class Slots:
    __slots__ = "a", "b"
def make(i):
    a, b = Plain(), Slots()
    a.it = b                                    # values of their own
    b.a, b.b = a, "text %d" % i                 # a string
    a.list = [i * 1000 + 7, 3.5 * i, b"%d" % i]
    a.many = {("k%d" % i, k) for k in range(9)} # a set's table, untracked tuples
    a.dict = {i * 1000 + k: str(i + k) for k in range(20)}
    a.bytes = bytearray(b"x" * (i % 50 + 1))
    a.__dict__["more"] = (i + 1000, (i + 2000, "t%d" % i))
    shared = "shared %d" % i
    a.one, b.b = shared, [shared]
gc.collect()
gc.set_threshold(5000, 5, 5)
for i in range(3000):
    make(i)
PY
n=0
check() { # PYTHON
    PYTHONHASHSEED=0 pymemtrace record -qf -o a.pmt -- "$1" app.py
    pymemtrace verify -q a.pmt || echo "$1: $?"
    pymemtrace dump a.pmt | awk -v who="$1" '
        $2 ~ /^(GARBAGE|BELONGS)$/ { told[$3] = 1; if ($2 == "BELONGS") belongs++ }
        $2 ~ /^ALLOC/ { delete told[$3]; if (within) fresh[$3] = 1 }
        $2 == "GC_BEGIN" { within = !/kind=[4567]/ }
        $2 == "GC_END" { within = 0; delete fresh }
        $2 == "FREE" { if (within && !($3 in fresh)) { if ($3 in told) yes++; else no++ }
                       delete told[$3] }
        END { if (belongs < 50000 || no > yes / 50)
                  print who ": of " yes + no " blocks that collections freed " no " were not told" }'
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
