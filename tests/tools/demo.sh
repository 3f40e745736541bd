#!/bin/sh
# demo.sh BUILD - the tool on a real program, in under a minute. Each step first
# prints the command that it runs; with BUILD on the PATH they can be typed again.
set -eu
cd "$(dirname "$0")/../.."
build=$(cd "$1" && pwd)
# The system's interpreter, whatever else is first on the PATH.
python=/usr/bin/python3
[ -x "$python" ] || python=$(command -v python3)
PATH=$build:$PATH
PYTHONHASHSEED=0
export PATH PYTHONHASHSEED
work=$1/demo
rm -rf "$work"
mkdir -p "$work"
program="$python traces/demo.py 12"
trace=$work/demo.pmt
db=$work/demo.db

say() { printf '\n== %s\n' "$1"; }
run() { printf '$ %s\n' "$*"; "$@"; }
spec() { printf "\$ %s '%s' '%s'\n" "$1" "$2" "$3"; }
now_ms() { echo $(($(date +%s%N) / 1000000)); }
took_ms() { # COMMAND ...: its wall time
    begin=$(now_ms)
    "$@" >/dev/null 2>&1
    echo $(($(now_ms) - begin))
}
median() { sort -n | sed -n 2p; } # of three lines

echo "\$ export PATH=$build:\$PATH PYTHONHASHSEED=0"

say "A program: $("$python" --version), as it is"
# shellcheck disable=SC2086 # the program is words
run $program

say 'The same, recorded'
# shellcheck disable=SC2086
run pymemtrace record -o "$trace" -- $program
run ls -l "$trace"

say 'What recording costs: median of three runs each, in turn'
printf '$ time %s\n' "$program" "pymemtrace record -q -f -o $work/again.pmt -- $program"
plain=
recorded=
for _ in 1 2 3; do
    # shellcheck disable=SC2086
    plain="$plain$(took_ms $program)
"
    # shellcheck disable=SC2086
    recorded="$recorded$(took_ms pymemtrace record -q -f -o "$work/again.pmt" -- $program)
"
done
rm -f "$work/again.pmt"
plain=$(printf %s "$plain" | median)
recorded=$(printf %s "$recorded" | median)
awk -v p="$plain" -v r="$recorded" 'BEGIN {
    printf "alone %d ms, recorded %d ms: %.2f times as long\n", p, r, r / p }'

say 'Is the model right? Every placement, the pool table and the books, against the interpreter'
run pymemtrace verify "$trace"

say 'What the program did, kept in a database'
run pymemtrace replay -d "$db" "$trace"

say "Another configuration: arenas of 256 KiB and pools of 4 KiB, as Python 3.9 has"
spec "pymemtrace diff $trace" '' 'arena=256K pool=4K'
code=0
pymemtrace diff "$trace" '' 'arena=256K pool=4K' || code=$?
[ "$code" -le 1 ] || exit "$code"

say 'And other thresholds: what if threshold0 were 10,000?'
spec "pymemtrace diff $trace" '' 'gc=10000,10,10'
code=0
pymemtrace diff "$trace" '' 'gc=10000,10,10' || code=$?
[ "$code" -le 1 ] || exit "$code"

say 'By hand, with any SQLite tool'
echo "\$ pymemtrace replay -q -d $db -c 'arena=256K pool=4K' $trace"
pymemtrace replay -q -d "$db" -c 'arena=256K pool=4K' "$trace"
run pymemtrace stats --runs "$db"
