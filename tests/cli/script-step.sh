# What each line of a script changes, and what is refused.
cat >a.trace <<'S'
class Dog
end
def name_it dog
  dog.name = "rex"
end
d = new Dog
call name_it d
d.me = d
repeat 50 i
  x = tuple i i     # one is made, another dies
end
del d x
gc.collect
print "the end"
S
# Bytes are the business of other tests.
pymemtrace replay --step -c cpython-3.8 a.trace >steps
grep -q '^ *blocks [+-][0-9]* ([+-][0-9]* B)' steps || cat steps
grep -q 'generation 0 +' steps || cat steps
sed 's/^ \{20,\}\(blocks\|generation\|free\).*//; s/  \(blocks\|generation\|free\) .*//; s/ found,.*/ found/; /^ *$/d' steps
pymemtrace replay --step -v -c cpython-3.8 a.trace | grep -x 'a.trace: a script of 14 lines'
for option in --json --csv -q; do
    code=0
    pymemtrace replay --step $option a.trace >out 2>err || code=$?
    [ "$code" -eq 2 ] && [ ! -s out ] || echo "$option: exit code $code"
    cat err
done
code=0
pymemtrace replay --step "$TOP/traces/trees-3.13.pmt" >out 2>err || code=$?
[ "$code" -eq 2 ] && [ ! -s out ] || echo "a recording: exit code $code"
sed 's|/.*/||' err
