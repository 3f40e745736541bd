# What cannot be recorded says so in one line, and leaves no file behind.
try() { # EXIT COMMAND ...
    want=$1
    shift
    code=0
    pymemtrace "$@" >out 2>err </dev/null || code=$?
    [ "$code" -eq "$want" ] || { echo "exit code $code, want $want: $*"; cat err; }
    [ "$(grep -c '^pymemtrace: ' err)" -eq 1 ] || { echo "not one line: $*"; cat err; }
}
try 4 record -o a.pmt -- /no/such/program
try 4 record -o a.pmt -- true
try 5 record -o no/such/folder/a.pmt -- python3 -c 'pass'
[ ! -e a.pmt ] || echo 'a.pmt was left behind'
mkdir folder
try 5 record -o folder -- python3 -c 'open("ran", "w")'
grep -qx 'pymemtrace: folder: is a directory: name a file' err || cat err
try 5 record -o /dev/full -- python3 -c 'open("ran", "w")'
grep -q '^pymemtrace: /dev/full: is a device' err || cat err
try 2 record --precise 20000 -- python3 -c 'open("ran", "w")'
grep -q 'write --precise=20000$' err || cat err
echo 'print(1)' >app.py
try 4 record -o a.pmt -- app.py
grep -q 'python3 app.py$' err || cat err
try 4 replay app.py
grep -q 'record it first: pymemtrace record -o x.pmt -- python3 app.py$' err || cat err
echo mine >kept.pmt
try 5 record -o kept.pmt -- python3 -c 'open("ran", "w")'
[ "$(cat kept.pmt)" = mine ] || echo 'kept.pmt was overwritten'
[ ! -e ran ] || echo 'the command ran although its file exists'
