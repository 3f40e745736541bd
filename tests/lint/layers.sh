#!/bin/sh
# layers.sh - include edges of src, and a proof that the check can fail.
set -eu
cd "$(dirname "$0")/../.."
awk -f tests/lint/layers.awk tests/lint/layers.txt src/*/*.[ch] src/*/*.def

scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir -p "$scratch/src/heap" "$scratch/src/report"
echo '#include "trace/writer.h"' >"$scratch/src/heap/a.c"
echo '#include <sqlite3.h>' >"$scratch/src/report/b.c"
lint=$PWD/tests/lint
for file in heap/a.c report/b.c; do
    if (cd "$scratch" && awk -f "$lint/layers.awk" "$lint/layers.txt" "src/$file") >/dev/null; then
        echo "layers: a breach in src/$file was not seen" >&2
        exit 1
    fi
done
