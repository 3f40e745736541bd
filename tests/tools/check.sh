#!/bin/sh
# check.sh BUILD - run every test against a finished build: the unit tests (CUnit
# prints its own table), then the command line cases. The last line adds them up.
set -u
build=$1
cd "$(dirname "$0")/../.."

"$build/run-tests" >"$build/unit.log" 2>&1
unit=$?
cat "$build/unit.log"
sh tests/cli/run.sh "$build" 2>&1 | tee "$build/cli.log"
tail -n 1 "$build/cli.log" | grep -Eq '^[0-9]+ passed, 0 failed, [0-9]+ skipped$'
cli=$?

# A unit run that crashed has no table, or not a whole one: it counts as one more.
awk -v unit="$unit" -v cli="$cli" '
    FNR == 1                 { file++ }
    file == 1 && $1 == "tests" && NF == 6 { passed += $4; failed += $5 }
    file == 2                { last = $0 }
    END {
        if (split(last, w, /[ ,]+/) >= 6) { passed += w[1]; failed += w[3]; skipped += w[5] }
        if ((unit != 0 || cli != 0) && failed == 0) failed = 1
        printf "all: %d passed, %d failed, %d skipped\n", passed, failed, skipped
    }' "$build/unit.log" "$build/cli.log"
[ "$unit" -eq 0 ] && [ "$cli" -eq 0 ]
