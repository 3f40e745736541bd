#!/bin/sh
# determinism.sh BUILD - the same traces and scripts replayed by differently compiled
# programs give the same database, byte for byte, but for the measured times.
set -eu
cd "$(dirname "$0")/../.."
top=$1/determinism
mkdir -p "$top"
command -v sqlite3 >/dev/null || { echo 'determinism: needs the package sqlite3' >&2; exit 1; }

sums=
for kind in 'gcc -O0' 'gcc -O2' 'clang -O2'; do
    cc=${kind% *}
    command -v "$cc" >/dev/null || { echo "determinism: $kind skipped: no $cc"; continue; }
    build=$top/$(echo "$kind" | tr -d ' ')
    ${MAKE:-make} -s BUILD="$build" CC="$cc" OPT="${kind#* }" "$build/pymemtrace" >/dev/null
    db=$build/all.db
    rm -f "$db"
    for trace in traces/*.pmt; do
        for spec in '' 'arena=256K pool=4K' 'gc=2000,10,10' 'gc=off'; do
            "$build/pymemtrace" replay -q -d "$db" -c "$spec" "$trace" 2>/dev/null || [ $? -le 3 ]
        done
    done
    for script in traces/notes/*.trace; do
        for spec in notes cpython-2.7 cpython-3.11 tiny; do # it may be for other presets
            "$build/pymemtrace" replay -q -d "$db" -c "$spec" "$script" >/dev/null 2>&1 || [ $? -le 1 ]
        done
    done
    sum=$(sqlite3 "$db" .dump | grep -v '^INSERT INTO measured' | sha256sum | cut -c1-16)
    echo "$kind: $(sqlite3 "$db" 'select count(*) from run') runs, dump $sum"
    sums="$sums$sum
"
done
[ "$(printf %s "$sums" | sort -u | wc -l)" -eq 1 ] || { echo 'determinism: the dumps differ' >&2; exit 1; }
echo 'determinism: all dumps are the same'
