#!/bin/sh
# sizes.sh - files and functions stay small enough to read.
set -eu
cd "$(dirname "$0")/../.."
# shellcheck disable=SC2046 # names without spaces
awk -f tests/lint/sizes.awk $(find src include tests -name '*.[ch]' | sort)
