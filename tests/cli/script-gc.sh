# The collector of a script as a configuration wants it, by events and marks.
cat >a.trace <<'S'
repeat 2000
  x = list
  append x x
end
mark "made"
gc.collect
S
for spec in notes gc=off gc=100,10,10 gc.collect-at=event:500 gc.freeze-at=mark:made \
    'gc=100,10,10 gc.since=mark:made' gc.collect-every=1K gc.calls=ignore \
    gc.collect-at=fraction:0.5; do
    pymemtrace replay --json -c "$spec" a.trace | python3 -c '
import json, sys
d = json.load(sys.stdin)
g = d["gc"]["generations"]
print([x["collections"] for x in g], sum(x["collected"] for x in g),
      d["verify"]["script"]["left_objects"], sys.argv[1])' "$spec"
done
for spec in gc.freeze-at=time:1 gc.collect-every=time:1 gc.min-interval=1 gc.freeze-at=mark:no \
    gc=recorded; do
    code=0
    pymemtrace replay -c "$spec" a.trace >out 2>err || code=$?
    [ "$code" -eq 2 ] && [ ! -s out ] || echo "$spec: exit code $code"
    cat err
done
