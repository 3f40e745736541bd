# Every recorded trace of the tree replays exactly, is small, is told of in the README,
# and says nothing of the machine it was made on.
n=0
for trace in "$TOP"/traces/*.pmt; do
    name=$(basename "$trace")
    pymemtrace verify "$trace" >proof || { echo "$name:"; cat proof; }
    [ "$(head -n 1 proof)" = exact ] || { echo "$name:"; cat proof; }
    [ "$(wc -c <"$trace")" -le 300000 ] || echo "$name: larger than 300 KB"
    grep -q "\`$name\`" "$TOP/traces/README.md" || echo "$name: not in traces/README.md"
    pymemtrace dump "$trace" | sed -n 's/^# //p' >facts
    ! grep -E '/(home|root|tmp|work)/' facts || echo "$name: holds a private path"
    pymemtrace dump "$trace" | tail -n 5 | grep -q '^# end.kind=exit$' || echo "$name: has no clean end"
    # The proof is one: under the settings of another version it does not hold.
    case $name in
    *-3.[89].pmt) other=cpython-3.13 ;;
    *) other=cpython-3.8 ;;
    esac
    here=$(pymemtrace replay --json "$trace" | grep -c '"exact": *true') || true
    there=$(pymemtrace replay --json -c $other "$trace" | grep -c '"exact": *true') || true
    [ "$here $there" = '1 0' ] || echo "$name: exact here $here, under $other $there"
    n=$((n + 1))
done
[ "$n" -ge 7 ] || echo "only $n traces"
for program in $(sed -n 's/^| `\([a-z]*\.py\)` .*/\1/p' "$TOP/traces/README.md"); do
    [ -e "$TOP/traces/$program" ] || echo "$program: in traces/README.md, but not there"
done
