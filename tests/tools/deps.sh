#!/bin/sh
# deps.sh build|lint ... - install what is missing of the Debian packages that a
# group of make targets needs. Silent and instant when nothing is missing: things
# are looked for by what they bring, apt-get is asked only to install.
set -eu

have_command() { command -v "$1" >/dev/null 2>&1; }
# A header, looked for by the compiler if there is one, else where Debian has it.
have_header() {
    if have_command cc; then
        echo "#include <$1>" | cc -E - >/dev/null 2>&1
    else
        [ -e "/usr/include/$1" ]
    fi
}

missing=
need() { # PACKAGE CHECK ARGUMENT: the package is missing if the check fails
    case "$missing " in *" $1 "*) return ;; esac
    "$2" "$3" || missing="$missing $1"
}

for group; do
    case $group in
    build)
        need gcc have_command cc
        need make have_command make
        need libc6-dev have_header stdio.h
        need pkg-config have_command pkg-config
        need libsqlite3-dev have_header sqlite3.h
        need zlib1g-dev have_header zlib.h
        need libcunit1-dev have_header CUnit/CUnit.h
        need python3 have_command python3
        ;;
    lint)
        need gcc have_command gcc
        need clang have_command clang
        need mandoc have_command mandoc
        need binutils have_command nm
        ;;
    *)
        echo "deps.sh: no group '$group' (build, lint)" >&2
        exit 2
        ;;
    esac
done
[ -n "$missing" ] || exit 0

echo "missing packages:$missing"
if ! have_command apt-get; then
    echo "deps: there is no apt-get here; install what these Debian packages bring, then run make again:$missing" >&2
    exit 1
fi
if [ "$(id -u)" -eq 0 ]; then
    sudo=
elif have_command sudo; then
    sudo=sudo
else
    echo "deps: not root and no sudo here; as root: apt-get install$missing" >&2
    exit 1
fi
# shellcheck disable=SC2086 # both are lists of words
set -x
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q update
$sudo env DEBIAN_FRONTEND=noninteractive apt-get -q install -y --no-install-recommends $missing
