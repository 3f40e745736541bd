#!/bin/sh
# install.sh BUILD - what install puts somewhere works there, and uninstall leaves
# nothing of it behind.
set -eu
cd "$(dirname "$0")/../.."
build=$1
dest=$(mktemp -d)
trap 'rm -rf "$dest"' EXIT
make=${MAKE:-make}
fail() { echo "install: $1" >&2; exit 1; }
in_dest() { "$make" -s --no-print-directory BUILD="$build" CC=gcc WERROR=-Werror DEBUG=1 PREFIX=/opt/p DESTDIR="$dest" "$1" >/dev/null; }

in_dest install
top=$dest/opt/p
"$top/bin/pymemtrace" --version >/dev/null || fail 'the program does not run'
"$top/bin/pymemtrace" record --help >/dev/null || fail 'the program has no record'
[ -e "$top/lib/libpymemtrace-agent.so" ] || fail 'no agent in the libdir'

cat >"$dest/user.c" <<'C'
#include <stdio.h>
#include <pymemtrace/pymemtrace.h>
int main(void) { return puts(pmt_version()) < 0; }
C
export PKG_CONFIG_PATH="$top/lib/pkgconfig" PKG_CONFIG_SYSROOT_DIR="$dest"
# shellcheck disable=SC2046 # flags are words
${CC:-cc} -o "$dest/user" "$dest/user.c" $(pkg-config --cflags --libs libpymemtrace) ||
    fail 'pkg-config does not give flags that build'
LD_LIBRARY_PATH="$top/lib" "$dest/user" >/dev/null || fail 'the shared library does not load'

in_dest uninstall
left=$(find "$dest/opt" -type f -o -type l)
[ -z "$left" ] || fail "uninstall left: $left"
echo 'lint: install: installs, builds against itself, uninstalls'
