# A script is acted out wherever a trace is taken, told by content, and what it prints
# comes first; alone with -q, in JSON as an array, in CSV not at all.
cat >a.txt <<'S'
x = list 1 2 3
y = x
print refcount x
mark "middle"
append x y
print "len:", len x
expect len y == 4
del x y
gc.collect
print gc.collected
S
pymemtrace replay -q a.txt
pymemtrace replay -q a.txt >by-name
pymemtrace replay -q - <a.txt >by-input
cmp by-name by-input
pymemtrace replay a.txt >all
head -n 3 all | cmp - by-name
grep -qx 'a.txt: a script of 10 lines' all || cat all
grep -q ', acted out as notes$' all || cat all
grep -qx '1 expectations hold' all || cat all
for part in 'Objects alive' 'Free lists' 'Regions' 'Collector'; do
    pymemtrace replay -v -c cpython-3.11 a.txt | grep -qx "$part" || echo "no $part"
done
pymemtrace replay --json a.txt | python3 -c '
import json, sys
d = json.load(sys.stdin)
print(d["prints"], d["trace"]["facts"], d["verify"]["script"], d["gc"]["cost"]["is_usual"])
print(sorted(d["freelists"][0]), sorted(d["regions"][0]))'
pymemtrace replay --csv a.txt | head -n 1
# Kept, and read back; the same content each time.
pymemtrace replay -q -d a.db a.txt >/dev/null
pymemtrace replay -q -d b.db a.txt >/dev/null
pymemtrace stats --json a.db >by-db
pymemtrace stats --json a.txt | cmp - by-db
pymemtrace diff -q a.db b.db || echo 'a run differs from itself'
for part in --timeline --classes --collections --types --freelists --regions; do
    pymemtrace stats --csv $part a.txt >by-script
    pymemtrace stats --csv $part a.db | cmp - by-script
    [ "$(wc -l <by-script)" -gt 1 ] || echo "stats $part: no rows"
done
pymemtrace verify a.txt
for preset in cpython-2.7 cpython-3.8 cpython-3.13 tiny; do
    pymemtrace verify -q -c $preset a.txt || echo "verify under $preset: $?"
done
