#!/bin/sh
# man.sh - every manual page passes mandoc's lint.
set -eu
cd "$(dirname "$0")/../.."
set -- man/*.[0-9]
[ -e "$1" ] || { echo 'man: no pages looked at' >&2; exit 1; }
if ! command -v mandoc >/dev/null 2>&1; then
    echo 'lint: man: skipped, no mandoc here'
    exit 0
fi
mandoc -Tlint -Wwarning "$@"
echo "lint: man: $# pages"
