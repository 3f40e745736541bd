#!/bin/sh
# scripts.sh BUILD [RUNNER ...] - every reference script under traces/ acted out under every
# preset, with the walkers on: the books balance, the counts are those of the references,
# and at exit not a byte is left. RUNNER goes before the program ("valgrind -q ...").
# An expectation that fails under a preset that the script does not name is no fault: how
# many of those there were is printed.
set -eu
cd "$(dirname "$0")/../.."
program=$1/pymemtrace
shift
presets=$("$program" presets --json | sed -n 's/.*"name": *"\(cpython-[^"]*\|notes\|tiny\)".*/\1/p')
[ -n "$presets" ] || { echo 'scripts: no presets' >&2; exit 1; }
err=$(mktemp)
trap 'rm -f "$err"' EXIT
n=0 apart=0 faults=0
for script in traces/notes/*.trace; do
    named=$(sed -n '/^#/!q; s/^# presets: *//p' "$script")
    for preset in $presets; do
        n=$((n + 1))
        rc=0
        "$@" "$program" verify -q -c "$preset" "$script" >/dev/null 2>"$err" || rc=$?
        case "$rc $(cat "$err")" in
        '0 '*) continue ;;
        '1 '*': expected '*) case " $named " in
            *" $preset "*) ;;
            *) apart=$((apart + 1)); continue ;;
            esac ;;
        esac
        faults=$((faults + 1))
        echo "scripts: $script under $preset: exit $rc: $(head -3 "$err")" >&2
    done
done
echo "scripts: $n runs, $faults faults; in $apart an expectation of other presets failed"
[ "$faults" -eq 0 ]
