# Every recorded trace of the tree replays exactly, is small, is told of in the README,
# and says nothing of the machine it was made on.
n=0
collecting=0
for trace in "$TOP"/traces/*.pmt; do
    name=$(basename "$trace")
    pymemtrace verify "$trace" >proof || { echo "$name:"; cat proof; }
    [ "$(head -n 1 proof)" = exact ] || { echo "$name:"; cat proof; }
    [ "$(wc -c <"$trace")" -le 300000 ] || echo "$name: larger than 300 KB"
    grep -q "\`$name\`" "$TOP/traces/README.md" || echo "$name: not in traces/README.md"
    pymemtrace dump "$trace" | sed -n 's/^# //p' >facts
    ! grep -E '/(home|root|tmp|work)/' facts || echo "$name: holds a private path"
    pymemtrace dump "$trace" | tail -n 5 | grep -q '^# end.kind=exit$' || echo "$name: has no clean end"
    # Those that tell of the collector have each collection foretold.
    if pymemtrace dump "$trace" | grep -q ' GC_BEGIN '; then
        grep -Eq '^  collections   [1-9][0-9]* foretold, 0 mismatches$' proof || { echo "$name:"; cat proof; }
        collecting=$((collecting + 1))
    else
        ! grep '^  collections ' proof || echo "$name: tells of no collection"
    fi
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
[ "$n" -ge 9 ] && [ "$collecting" -ge 2 ] || echo "only $n traces, $collecting of them with collections"
for program in $(sed -n 's/^| `\([a-z]*\.py\)` .*/\1/p' "$TOP/traces/README.md"); do
    [ -e "$TOP/traces/$program" ] || echo "$program: in traces/README.md, but not there"
done
