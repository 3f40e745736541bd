#!/bin/sh
# headers.sh - every header compiles alone, the public ones with -Iinclude only.
set -eu
cd "$(dirname "$0")/../.."
cc=${CC:-cc}
n=0
bad=0
try() { # FLAGS HEADER
    # shellcheck disable=SC2086
    echo "#include \"$2\"" | $cc -std=c11 -D_GNU_SOURCE -DPMT_DEBUG=0 $1 \
        -Wall -Wextra -Werror -fsyntax-only -x c - || { echo "$2: does not compile alone" >&2; bad=1; }
    n=$((n + 1))
}
for h in include/pymemtrace/*.h; do
    try -Iinclude "pymemtrace/$(basename "$h")"
done
for h in src/*/*.h; do
    try '-Iinclude -Isrc' "${h#src/}"
done
for h in tests/*/*.h; do
    [ -e "$h" ] && try '-Iinclude -Isrc -Itests' "${h#tests/}"
done
[ "$n" -gt 0 ] || { echo 'headers: no files looked at' >&2; exit 1; }
[ "$bad" -eq 0 ]
echo "lint: headers: $n compile alone"
