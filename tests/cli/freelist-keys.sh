# Lengths of free lists: in a script, in a recording that shows them, and in one that does
# not, where they are an error.
cat >lists.trace <<'TRACE'
repeat 4
  x = list 1
  del x
end
TRACE
for spec in cpython-3.11 'cpython-3.11 freelists=off' 'cpython-3.11 freelist.list=0' \
    'cpython-3.11 freelists=off freelist.list=7'; do
    echo "$spec: $(pymemtrace stats --freelists --csv -c "$spec" lists.trace | grep '^list,' || echo none)"
done
pymemtrace replay -c 'cpython-3.11 freelist.set=3' lists.trace 2>&1 || true
pymemtrace replay -c freelists=recorded lists.trace 2>&1 || true
pymemtrace replay -c freelist.lst=3 lists.trace 2>&1 || true
pymemtrace replay -c freelist.list=2M lists.trace 2>&1 || true

cat >app.py <<'PY'
for i in range(5000):
    x = [i]
    x = {"i": x}
    x = [[j] for j in range(i % 200)]
PY
pymemtrace record -q --blocks-only -o plain.pmt -- python3 app.py
pymemtrace replay -q -c freelists=off plain.pmt 2>&1 || true
pymemtrace replay -q -c freelist.list=3 plain.pmt 2>&1 || true
pymemtrace replay -q -c 'freelists=recorded' plain.pmt
pymemtrace record -q --objects -o app.pmt -- python3 app.py
pymemtrace replay -q -c 'cpython-3.3 freelist.set=3' app.pmt 2>&1 || true
pymemtrace verify -q app.pmt
# The longer the list, the more of them it serves, and the fewer count.
cat >figures.py <<'PY'
import json, subprocess
def figures(spec):
    out = subprocess.run(["pymemtrace", "replay", "--json", "-c", spec, "app.pmt"], stdout=-1, check=True).stdout
    m = json.loads(out)["metrics"]
    return m["freelist_hits"], m["gc_collections_0"], m["allocs"]
rows = [figures(spec) for spec in ("freelists=off", "freelist.list=20", "freelists=on", "freelist.list=200")]
hits, collections, allocs = zip(*rows)
print(hits[0] == 0, list(hits) == sorted(hits), len(set(hits)))
print(list(collections) == sorted(collections, reverse=True), collections[0] > collections[-1])
# Each hit is an allocation less. Lists that are not shown (of methods, say) are estimated: where
# a collection comes elsewhere what was left on them is made again, an allocation more.
again = allocs[0] - allocs[2] - hits[2]
print(list(allocs) == sorted(allocs, reverse=True), 0 <= again < 5 or again)
PY
python3 figures.py
