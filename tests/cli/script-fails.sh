# What fails in a script is one line that begins with its file and line: an expectation
# or an exception exits with 1, after all that was printed; a line that cannot be
# understood with 4, before anything is.
try() { # EXIT COMMAND ...
    want=$1
    shift
    code=0
    pymemtrace "$@" 2>err || code=$?
    [ "$code" -eq "$want" ] || echo "exit code $code, want $want: $*"
    [ "$(wc -l <err)" -eq 1 ] || echo "not one line: $*"
    cat err
}
cat >expect.trace <<'S'
x = list 1
print "before"
expect refcount x == 7, "seven"
print "behind"
S
printf 'd = dict 1:2\n\nx = d[3]\n' >raises.trace
printf 'x = list\nappnd x 1\n' >word.trace
printf 'x = list\n  y = "no end\n' >quote.trace
for command in replay stats verify; do
    try 1 "$command" expect.trace
done
try 1 replay -q raises.trace
try 1 replay --json expect.trace
try 1 diff expect.trace cpython-2.7 cpython-3.11
for command in replay stats verify dump; do
    try 4 "$command" word.trace
done
try 4 replay - <word.trace
try 4 replay quote.trace
[ ! -e out.db ] || echo 'a database of a failed script'
