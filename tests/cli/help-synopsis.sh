# Every command of the table answers --help with the synopsis and the options that
# its manual page has, and every page has what the command has.
commands=$(sed -n 's/^COMMAND(\(.*\))$/\1/p' "$TOP/src/cli/command.def")
[ -n "$commands" ] || { echo 'no commands in command.def'; exit 1; }
pymemtrace --help >overview
for c in $commands; do
    page=$TOP/man/pymemtrace-$c.1
    [ -e "$page" ] || { echo "$c: no manual page"; continue; }
    pymemtrace "$c" --help >help
    pymemtrace "$c" -h | cmp - help
    sed -n '1,/^$/s/^\(usage:\|      \) pymemtrace/pymemtrace/p' help >by-help
    awk -f "$CASES/synopsis.awk" "$page" >by-page
    diff by-page by-help || echo "$c: SYNOPSIS and --help differ"
    # Long options of either, in any order.
    sed -n '/^options:/,$p' help | sed -n 's/^  \(-.,\|   \) \(--[a-z-]*\).*/\2/p' | sort >by-help
    sed -n 's/^\.It Fl \(.* \)\{0,1\}-\([a-z][a-z-]\{1,\}\).*/--\2/p' "$page" | sort >by-page
    diff by-page by-help || echo "$c: the options of page and --help differ"
    grep -q "^  $c  *[a-z]" overview || echo "$c: not in pymemtrace --help"
    ls "$CASES/$c"-*.sh >/dev/null 2>&1 || echo "$c: no case of its own in tests/cli"
done
for page in "$TOP"/man/pymemtrace-*.1; do
    c=${page##*/pymemtrace-}
    c=${c%.1}
    printf '%s\n' "$commands" | grep -qx "$c" || echo "$page: no such command"
done
