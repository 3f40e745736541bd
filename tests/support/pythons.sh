# pythons.sh - the interpreters that are here, for cases that go through all of them:
#
#     . "$TOP/tests/support/pythons.sh"
#     each_python check       # check PATH, for each that can be recorded
#     each_python check 11    # ... up to 3.11
#
# The one on the PATH, Debian's, and those of pyenv; one may come twice.

is_python() { # PATH, NEWEST MINOR
    [ -x "$1" ] && "$1" -c 'import sys; sys.exit(not (3, 8) <= sys.version_info[:2] <= (3, int(sys.argv[1])))' "$2"
}

each_python() { # FUNCTION [NEWEST MINOR]
    for python in "$(python3 -c 'import sys; print(sys.executable)')" /usr/bin/python3 \
        "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.*/bin/python; do
        case $python in
        *t/bin/python) ;; # free-threaded
        *) ! is_python "$python" "${2:-13}" || "$1" "$python" ;;
        esac
    done
}
