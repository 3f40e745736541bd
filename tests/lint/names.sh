#!/bin/sh
# names.sh - base names of sources are unique, so that a name alone finds a file.
set -eu
cd "$(dirname "$0")/../.."
files=$(find src include tests -name '*.[ch]' -o -name '*.def' | sort)
[ -n "$files" ] || { echo 'names: no files looked at' >&2; exit 1; }
# A public header and the layer that implements it may share a name.
twice=$(printf '%s\n' "$files" | grep -v '^include/' | sed 's|.*/||' | sort | uniq -d)
if [ -n "$twice" ]; then
    for name in $twice; do
        printf '%s\n' "$files" | grep "/$name\$" | sed 's/$/: base name is not unique/'
    done >&2
    exit 1
fi
echo "lint: names: $(printf '%s\n' "$files" | wc -l) files"
