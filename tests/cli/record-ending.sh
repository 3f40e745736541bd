# What the program has left is looked at before the collection that takes it, the interpreter's
# last with its modules whole: with SIGINT as a terminal's jobs have it, and ignored, as a
# script's background jobs have it (3.9 to 3.12: elsewhere nothing tells of that moment then). And
# where the program ends by os._exit(), and so without that collection.
cat >app.py <<'PY'
class Node: pass
def work(n):
    for i in range(n):
        a = Node()
        a.b = {"a": a}
work(300)
PY
cp app.py exit.py
printf 'import os\nos._exit(3)\n' >>exit.py
cat >under.py <<'PY'
import os, signal, sys
signal.signal(signal.SIGINT, getattr(signal, sys.argv[1]))
os.execvp(sys.argv[2], sys.argv[2:])
PY
looked() { # HOW PYTHON PROGRAM [EXIT CODE]
    code=0
    python3 under.py "$1" pymemtrace record -qfo app.pmt -- "$2" "$3" || code=$?
    [ "$code" = "${4:-0}" ] || echo "$2 $3: exit code $code"
    pymemtrace verify app.pmt >proof || cat proof
    pymemtrace dump app.pmt | awk -v what="$2 $3, $1" '
        $2 == "GARBAGE" { found++ }
        $2 == "GC_BEGIN" && substr($3, 6) >= 4 { exit }
        END { if (found < 600) print what ": " found + 0 " objects, of 600" }'
}
check() { # PYTHON
    looked SIG_DFL "$1" app.py
    looked SIG_DFL "$1" exit.py 3
    case $("$1" -c 'import sys; print(*sys.version_info[:2], sep=".")') in
    3.8 | 3.13) ;;
    *) looked SIG_IGN "$1" app.py ;;
    esac
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
