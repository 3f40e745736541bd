# Every collection that is due is looked ahead at, or left out on purpose, wherever the object comes
# from that sets it off. Here that is always a method that dies at once: the next call frees it,
# and the collector's count is the same again; or it frees what the method was of.
cat >sites.py <<'PY'
import sys

class Node:
    def __init__(self):
        self.node = self

text = "text" * 20
for n in range(40000):
    if sys.argv[1] == "method":
        text.isupper
        Node()
        text.isupper
    else:
        str(n + 1000).isupper
        Node()
        str(n + 1000).isupper
PY
n=0
check() { # PYTHON
    for way in method both; do
        pymemtrace record -qfo sites.pmt -- "$1" sites.py $way
        pymemtrace dump sites.pmt | awk -v what="$1, $way" '
            $2 == "MAIN" { main = 1 }
            main && $2 == "GC_BEGIN" && $3 == "kind=0" { collections++ }
            main && $2 == "GC_LOOK" && $3 == "generation=0" { looks++ }
            END { if (collections < 25 || looks < 0.9 * collections)
                      print what ": " collections " collections of generation 0, " looks " looks" }'
    done
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check 11 # from 3.12 on a collection waits for its moment, and the next object does not set it off
[ "$n" -gt 0 ]
