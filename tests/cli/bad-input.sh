# What is not a trace is refused with one line, the documented exit code, and no
# output, by every command that reads one.
try() { # EXIT COMMAND ...
    want=$1
    shift
    code=0
    pymemtrace "$@" >out 2>err </dev/null || code=$?
    [ "$code" -eq "$want" ] || echo "exit code $code, want $want: $*"
    [ "$(wc -l <err)" -eq 1 ] || { echo "not one line: $*"; cat err; }
    grep -q '^pymemtrace: ' err || echo "no prefix: $*"
    [ ! -s out ] || echo "output in spite of the error: $*"
}
: >empty
echo 'this is no trace, and long enough to have had a header in it, had it been one' >text
head -c 4096 /dev/zero >zeros
mkdir folder
for command in replay verify stats dump; do
    try 4 "$command" empty
    try 4 "$command" text
    try 4 "$command" zeros
    try 5 "$command" folder
    try 5 "$command" missing.pmt
done
for command in replay verify dump; do
    try 4 "$command" -
done
try 4 diff text '' ''
try 5 diff missing.pmt '' ''
try 5 diff missing.db missing.db
for option in --runs --run=1; do
    try 5 stats "$option" missing.db
    try 5 stats "$option" folder
    grep -q '^pymemtrace: folder: ' err || cat err
done
for f in empty text zeros folder; do
    [ -e "$f" ] || echo "$f went away"
done
