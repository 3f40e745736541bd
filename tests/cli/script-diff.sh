# One script under two interpreters: what either keeps, over events. Ints of 2.x stay in
# their blocks.
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
code=0
pymemtrace diff ints.trace cpython-2.7 cpython-3.11 >out || code=$?
[ "$code" -eq 1 ] || echo "exit code $code"
head -n 2 out
sed -n '/^Held over events/,/^$/p' out | grep -c '#'
code=0
pymemtrace diff --json -v ints.trace cpython-2.7 cpython-3.11 >out.json || code=$?
python3 -c '
import json
d = json.load(open("out.json"))
held = lambda s: s["arena_bytes"] + s["raw_bytes"]
for side in "a", "b":
    t = d[side]["timeline"]
    print(side, max(map(held, t)) > 2 * held(t[0]), held(t[-1]) * 2 > max(map(held, t)))'
pymemtrace diff -q ints.trace '' notes || echo 'notes is not its own configuration'
