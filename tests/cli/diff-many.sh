# More than two sides: a column each, the change against the first, a curve each over the
# same events; JSON and CSV say the same; runs in databases as well as configurations.
cat >ints.trace <<'S'
keep = list
repeat 20000 i
  append keep i
end
i = None
clear keep
repeat 20000
  pass
end
S
want() { # EXIT-CODE ARGUMENT...
    want=$1
    shift
    code=0
    pymemtrace "$@" || code=$?
    [ "$code" -eq "$want" ] || echo "exit code $code, want $want: $*"
}
want 1 diff ints.trace notes cpython-2.7 cpython-3.11 >out
sed -n '/^[ABC] /p; /^  [BC]  peak/s/, collections.*//p; /^  metric /p; /^  peak_bytes/p' out | tr -s ' '
sed -n '/^Held over events/,/^$/p' out
want 0 diff ints.trace notes '' notes

want 1 diff --json -v ints.trace notes cpython-2.7 cpython-3.11 >many.json
want 1 diff --csv ints.trace notes cpython-2.7 cpython-3.11 >many.csv
want 1 diff --json -v ints.trace notes cpython-3.11 >two.json
python3 - <<'PY'
import csv, json
many, two = json.load(open("many.json")), json.load(open("two.json"))
rows = list(csv.DictReader(open("many.csv")))
sides = many["sides"]
print(list(many), [s["label"] for s in sides], list(rows[0]))
about = lambda side: {k: v for k, v in side.items() if k != "metrics"}
assert [about(sides[0]), about(sides[2])] == [two["a"], two["b"]]
changes = ("delta", "percent", "verdict")
for row, a, b, c, m in zip(rows, *(s["metrics"] for s in sides), two["metrics"], strict=True):
    assert list(a) == ["name", "unit", "value"] and list(c) == [*a, *changes]
    assert m == {"name": a["name"], "unit": a["unit"], "a": a["value"], "b": c["value"],
                 **{k: c[k] for k in changes}}
    for letter, side in ("b", b), ("c", c):
        assert row[letter] == str(side["value"]) and row["a"] == str(a["value"])
        assert row[f"{letter}_delta"] == str(side["value"] - a["value"]) == str(side["delta"])
        assert row[f"{letter}_verdict"] == side["verdict"]
PY

for spec in notes cpython-2.7 cpython-3.11; do
    pymemtrace replay -q -d all.db -c "$spec" ints.trace
    pymemtrace replay -q -d "$spec.db" -c "$spec" ints.trace
done
want 1 diff --csv all.db 1 2 3 | cmp - many.csv
want 1 diff --csv all.db:1 all.db:2 all.db | cmp - many.csv
want 1 diff --csv notes.db cpython-2.7.db:1 cpython-3.11.db | cmp - many.csv

# Eight, and no more.
want 1 diff --csv ints.trace '' '' '' '' '' '' '' cpython-2.7 | sed -n 1p
want 1 diff -q ints.trace '' '' '' '' '' '' '' cpython-2.7
want 2 diff ints.trace '' '' '' '' '' '' '' '' '' 2>&1
want 2 diff all.db 1 2 3 1 2 3 1 2 3 2>&1
want 2 diff all.db all.db all.db all.db all.db all.db all.db all.db all.db 2>&1
want 2 diff all.db 1 2 x 2>&1
want 2 diff - '' '' '' <ints.trace 2>&1
