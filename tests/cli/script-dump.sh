# A script as it was understood; options of recordings are refused.
printf 'x = list 1 2   # two\n\nrepeat 2 i\nappend x i\nend\n' >a.trace
pymemtrace dump a.trace
pymemtrace dump a.trace >by-name
pymemtrace dump - <a.trace | cmp - by-name
for option in --facts --from=1 --to=3; do
    code=0
    pymemtrace dump $option a.trace >out 2>err || code=$?
    [ "$code" -eq 2 ] && [ ! -s out ] || echo "$option: exit code $code"
    cat err
done
code=0
pymemtrace verify -c notes "$TOP/traces/trees-3.13.pmt" >out 2>err || code=$?
[ "$code" -eq 2 ] && [ ! -s out ] || echo "verify -c: exit code $code"
cat err
# A reader that goes away ends it silently.
yes 'x = 1' | head -n 20000 >long.trace
pymemtrace dump long.trace | head -n 1
