#!/bin/sh
# run.sh [--update] BUILD [CASE ...] - run the command line cases.
#
# A case is tests/cli/NAME.sh, run by sh -eu in an empty folder of its own, with
# pymemtrace on the PATH, $TOP (the source tree), $BUILD and $CASES (this folder)
# set. What it must do stands beside it:
#   NAME.stdout.exact, NAME.stderr.exact   that text, byte for byte
#   NAME.stdout.glob,  NAME.stderr.glob    one shell pattern per line; a line "..."
#                                          stands for any number of lines
#   NAME.exit                              exit code (0 if there is no such file)
# A stream without a file must stay empty. A case that cannot run here prints
# "skip: why" as its last line and exits with 77. No sleeps.
# --update rewrites the .exact files of the cases named from what they did.
# As many run at a time as there are processors, or $JOBS: each by this script again, with
# --case, which adds what became of it to the file $OUTCOMES.
set -u
CASES=$(cd "$(dirname "$0")" && pwd)
TOP=$(cd "$CASES/../.." && pwd)
update=
single=
[ "${1-}" != --update ] || { update=--update; shift; }
[ "${1-}" != --case ] || { single=1; shift; }
BUILD=$(cd "$1" && pwd) || exit 2
shift
PATH=$BUILD:$PATH
export CASES TOP BUILD PATH
unset NO_COLOR PYTHONHASHSEED
LC_ALL=C.UTF-8
export LC_ALL
limit=
command -v timeout >/dev/null 2>&1 && limit='timeout 240'

# Does the text in file $1 follow the patterns in file $2, line by line?
globs() {
    awk '
    function pattern(s,    out, i, c) { # shell pattern to regular expression
        out = "^"
        for (i = 1; i <= length(s); i++) {
            c = substr(s, i, 1)
            if (c == "*") out = out ".*"
            else if (c == "?") out = out "."
            else if (index(".[]{}()+|$", c)) out = out "[" c "]"
            else if (c == "^" || c == "\\") out = out "\\" c
            else out = out c
        }
        return out "$"
    }
    function rest(i, j) { # lines from i on follow patterns from j on
        for (; j <= n_want; j++) {
            if (want[j] == "...") {
                for (; i <= n_got + 1; i++)
                    if (rest(i, j + 1)) return 1
                return 0
            }
            if (i > n_got || got[i] !~ pattern(want[j])) return 0
            i++
        }
        return i > n_got
    }
    FILENAME == ARGV[1] { got[++n_got] = $0; next }
    { want[++n_want] = $0 }
    END { exit !rest(1, 1) }' "$1" "$2"
}

check_stream() { # SCRATCH NAME stdout|stderr
    got=$1.$3
    if [ -e "$CASES/$2.$3.exact" ] || { [ -n "$update" ] && [ -s "$got" ] && [ ! -e "$CASES/$2.$3.glob" ]; }; then
        [ -z "$update" ] || cp "$got" "$CASES/$2.$3.exact"
        cmp -s "$CASES/$2.$3.exact" "$got" && return 0
        echo "  $3 is not that of $2.$3.exact:"
        diff -u "$CASES/$2.$3.exact" "$got" | sed 's/^/  /' | head -n 40
    elif [ -e "$CASES/$2.$3.glob" ]; then
        globs "$got" "$CASES/$2.$3.glob" && return 0
        echo "  $3 does not follow $2.$3.glob:"
        head -n 40 "$got" | sed 's/^/  | /'
    else
        [ ! -s "$got" ] && return 0
        echo "  $3 is not empty:"
        head -n 40 "$got" | sed 's/^/  | /'
    fi
    return 1
}

run_case() { # NAME
    scratch=$BUILD/cli/$1
    rm -rf "$scratch"
    mkdir -p "$scratch"
    (cd "$scratch" && exec $limit sh -eu "$CASES/$1.sh") \
        </dev/null >"$scratch.stdout" 2>"$scratch.stderr"
    code=$?
    if [ "$code" -eq 77 ]; then
        echo skipped >>"$OUTCOMES"
        echo "skip $1: $(tail -n 1 "$scratch.stdout" | sed 's/^skip: //')"
        return
    fi
    want=0
    [ ! -e "$CASES/$1.exit" ] || want=$(cat "$CASES/$1.exit")
    report=$(
        ok=0
        [ "$code" -eq "$want" ] || { echo "  exit code $code, want $want"; ok=1; }
        check_stream "$scratch" "$1" stdout || ok=1
        check_stream "$scratch" "$1" stderr || ok=1
        exit $ok
    )
    if [ $? -eq 0 ]; then
        echo passed >>"$OUTCOMES"
        rm -rf "$scratch" "$scratch.stdout" "$scratch.stderr"
    else
        echo failed >>"$OUTCOMES"
        printf 'FAIL %s (left in %s)\n%s\n' "$1" "$scratch" "$report"
    fi
}

count() { # OUTCOME
    grep -c "^$1$" "$OUTCOMES"
}

if [ -n "$single" ]; then
    run_case "$1"
    exit 0
fi
if [ $# -eq 0 ]; then
    for case in "$CASES"/*.sh; do
        name=$(basename "$case" .sh)
        [ "$name" = run ] || set -- "$@" "$name"
    done
fi
mkdir -p "$BUILD/cli"
OUTCOMES=$(mktemp "$BUILD/cli/outcomes.XXXXXX") || exit 2
export OUTCOMES
printf '%s\n' "$@" |
    xargs -P "${JOBS:-$(nproc 2>/dev/null || echo 2)}" -I NAME \
        sh "$CASES/run.sh" $update --case "$BUILD" NAME
passed=$(count passed)
failed=$(count failed)
skipped=$(count skipped)
rm -f "$OUTCOMES"
if [ $((passed + failed + skipped)) -ne $# ]; then
    echo "run.sh: of $# cases $((passed + failed + skipped)) ended"
    failed=$((failed + 1))
elif [ $((passed + failed)) -eq 0 ]; then
    echo 'run.sh: no case ran'
    failed=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
