# A weak reference whose object is garbage is called back by the collection, mostly lets go of
# itself, and is reported with what was found: a look tells of it, so that it goes where its object
# goes under other settings. The same of classes, which their bases' registries know so. One that is
# garbage itself is not called back, and told once.
cat >app.py <<'PY'
import abc, collections, weakref
class Value:
    pass
class Base(abc.ABC):
    pass
registry = weakref.WeakValueDictionary()
kept = collections.deque(maxlen=500)
for i in range(6000):
    value = Value()
    value.me = value
    value.own = weakref.ref(value, str)
    registry[i] = value
    weakref.finalize(value, str, i).atexit = False
    if i % 2:
        kept.append(value)
    if i % 20 == 0:
        kept.append(Base.register(type("Made", (), {})))
PY
check() { # PYTHON
    pymemtrace record -qfo app.pmt -- "$1" app.py
    pymemtrace verify app.pmt >proof || cat proof
    awk -v what="$1" '$1 == "garbage" { found = $2; reported = $7 }
        END { if (reported < 8000 || found < 0.99 * reported || found > 1.01 * reported)
                  print what ": " found " found by looks, " reported " reported" }' proof
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
