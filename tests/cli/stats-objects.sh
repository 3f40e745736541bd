# Objects by type, between marks, and what free lists of any length serve: beside counts that
# are known otherwise, in every interpreter that is here; a trace and its database agree; a
# name that a program made up does no harm.
cat >app.py <<'PY'
import ctypes, sys
mark = getattr(ctypes.PyDLL(None), "pymemtrace_mark", lambda text: None)
Odd = type("a \"b\", 'c'\n\x1b[31m\u202e", (), {"__slots__": ("me",)})
def make(n):
    for i in range(n):
        x = [i]
        y = {}
        z = (x, y)
def work(n):
    make(n)
    mark(b"request")
    make(n)
    mark(b"idle \x1b]0;x\x07")
    kept = [Odd() for i in range(n)]
    mark(b"request")
    make(n)
    for odd in kept:
        odd.me = odd
    mark(b"")
    return len(kept)
work(int(sys.argv[1]))
PY
cat >figures.py <<'PY'
import json, subprocess, sys
def part(name, trace):
    out = subprocess.run(["pymemtrace", "stats", "--json", name, trace],
                         stdout=subprocess.PIPE, check=True).stdout
    return list(json.loads(out.decode()).values())[0]
def made(trace):
    return {row["type"]: row for row in part("--objects", trace)}
none, some = made("none.pmt"), made("some.pmt")
for name in "list", "dict", "tuple":
    n = some[name]["made"] - none[name]["made"]
    if not 2980 <= n < 3100: # what start-up makes varies by some
        print(name, n, "made")
odd = [row for name, row in some.items() if name.startswith("a \"b\", 'c'")]
if [row["made"] for row in odd] != [1000]:
    print("odd:", odd)
for row in some.values():
    if row["made"] != row["freed_by_counting"] + row["freed_by_collections"] + row["alive"]:
        print("made, but neither dead nor alive:", row)
lists = {row["mark"]: row for row in part("--intervals", "some.pmt") if row["type"] == "list"}
request = lists["request"]
if request["times"] != 2 or not 1990 <= request["made"] < 2100:
    print("between marks:", lists)
# A length serves what a replay with a list of that length does.
served = {(row["type"], row["size"], row["length"]): row["hits"]
          for row in part("--lengths", "some.pmt")}
for row in part("--freelists", "some.pmt"):
    key = row["type"], row["size"], row["max"]
    if key in served and served[key] != row["hits"]:
        print(row, "but by its length", served[key])
if served["list", 0, 0] != 0 or served["list", 0, 80] < 2900:
    print("lists:", served["list", 0, 0], served["list", 0, 80])
PY
seen=0
for python in python3 "${HOME:-/root}"/.pyenv/versions/3.[89].*/bin/python3 \
              "${HOME:-/root}"/.pyenv/versions/3.1[0-3].*/bin/python3; do
    command -v "$python" >/dev/null || continue
    for n in 0 1000; do
        PYTHONHASHSEED=0 pymemtrace record -qf --objects -o all.pmt -- "$python" app.py $n
        [ $n = 0 ] && mv all.pmt none.pmt || mv all.pmt some.pmt
    done
    python3 figures.py >said
    [ ! -s said ] || { echo "$python"; cat said; }
    seen=$((seen + 1))
done
[ $seen -gt 0 ] || echo "no interpreter"
pymemtrace replay -q -d app.db some.pmt
for part in '' -v --objects --intervals --lengths; do
    for format in '' --json --csv; do
        pymemtrace stats $part $format some.pmt >by-trace
        pymemtrace stats $part $format app.db >by-db
        [ -s by-db ] || echo "stats $part $format: empty"
        cmp by-trace by-db || echo "stats $part $format: trace and database differ"
        ! LC_ALL=C grep -q "$(printf '[\001-\010\013-\037\177]')" by-db ||
            echo "stats $part $format: control characters"
        [ "$format" != --json ] || python3 -m json.tool by-db >/dev/null
    done
done
pymemtrace stats --objects --csv app.db | sed -n 's/^\("a ""b.*"\),[0-9]*,1000,.*/\1/p'
# Without --objects the lists are there, the types of all objects are not.
pymemtrace record -qf -o plain.pmt -- python3 app.py 10
pymemtrace stats -v plain.pmt | grep 'Objects:\|Objects that' || :
pymemtrace stats --json -v plain.pmt | grep -o '"objects": .[^ ]\|object_intervals\|list_lengths' || :
pymemtrace record -qf --blocks-only -o plain.pmt -- python3 app.py 10
pymemtrace stats -v plain.pmt | grep 'Objects:\|Objects that' || :
pymemtrace stats --json -v plain.pmt | grep -o '"objects": .[^ ]\|object_intervals\|list_lengths' || :
