# What cannot be recorded is refused before it runs, with a line that says what to do.
python=$(python3 -c 'import sys; print(sys.executable)')
refused() { # TEXT COMMAND ...
    text=$1
    shift
    code=0
    rm -f ran
    pymemtrace record -o a.pmt -- "$@" -c 'open("ran", "w")' >out 2>err </dev/null || code=$?
    [ "$code" -eq 4 ] || echo "exit code $code, want 4: $*"
    [ ! -s out ] || { echo "wrote to standard output: $*"; cat out; }
    [ "$(wc -l <err)" -eq 1 ] && grep -q "^pymemtrace: .*$text" err || { echo "want one line with '$text': $*"; cat err; }
    [ ! -e ran ] || echo "ran all the same: $*"
    [ ! -e a.pmt ] || { echo "left a trace: $*"; rm -f a.pmt; }
}
accepted() { # COMMAND ...
    rm -f ran
    pymemtrace record -qo a.pmt -- "$@" -c 'open("ran", "w")' </dev/null || echo "not recorded: $*"
    [ -e ran ] || echo "did not run: $*"
    pymemtrace verify -q a.pmt || echo "not exact: $*"
    rm -f a.pmt
}
for value in malloc debug malloc_debug pymalloc_debug; do
    refused 'PYTHONMALLOC sets another allocator' env PYTHONMALLOC=$value "$python"
    accepted env PYTHONMALLOC=$value "$python" -E
    accepted env PYTHONMALLOC=$value "$python" -I
done
accepted env PYTHONMALLOC=pymalloc "$python"
accepted env PYTHONMALLOC=default "$python"
accepted env PYTHONMALLOC= "$python"
for form in '-X dev' -Xdev '-B -X dev' '--check-hash-based-pycs never -X dev' '-W ignore -Xdev'; do
    refused 'dev.* replaces the allocator' "$python" $form
done
refused 'dev.* replaces the allocator' env PYTHONDEVMODE=1 "$python"
accepted env PYTHONDEVMODE=1 "$python" -E
accepted env PYTHONDEVMODE= "$python"
accepted "$python" -X utf8 -W ignore
# A shell script goes on behind a refused interpreter, but no other one runs.
refused 'PYTHONMALLOC' sh -c "PYTHONMALLOC=debug $python -c 0; $python \"\$@\"" sh

# Interpreters of other versions.
for old in "${PYENV_ROOT:-$HOME/.pyenv}"/versions/2.7* "${PYENV_ROOT:-$HOME/.pyenv}"/versions/3.[67].*; do
    [ ! -x "$old/bin/python" ] || refused 'only 3.8 to 3.13 can be' "$old/bin/python"
done

# A command that is no Python runs; only afterwards it is known that it was none.
code=0
pymemtrace record -o a.pmt -- sh -c 'echo ran; exit 9' >out 2>err || code=$?
[ "$code" -eq 4 ] && [ "$(cat out)" = ran ] || echo "sh: exit code $code, wrote $(cat out)"
grep -q '^pymemtrace: sh: no CPython was seen' err && [ "$(wc -l <err)" -eq 1 ] || cat err
[ ! -e a.pmt ] || echo 'sh: left a trace'

# The program without its agent, and with one that cannot be preloaded.
mkdir alone 'a folder'
cp "$BUILD/pymemtrace" alone
cp "$BUILD/pymemtrace" "$BUILD/libpymemtrace-agent.so" 'a folder'
code=0
'a folder/pymemtrace' record -o a.pmt -- "$python" -c 'open("ran2", "w")' 2>err || code=$?
[ "$code" -eq 5 ] && grep -q 'space or colon' err && [ "$(wc -l <err)" -eq 1 ] || { echo "a folder: $code"; cat err; }
code=0
alone/pymemtrace record -o a.pmt -- "$python" -c 'pass' 2>err || code=$?
[ "$code" -eq 0 ] || { [ "$code" -eq 5 ] && grep -q 'install pymemtrace again' err; } || { echo "alone: $code"; cat err; }
[ ! -e ran2 ] || echo 'ran without its agent'
