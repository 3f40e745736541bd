# The program begins where its first line does, behind the collections that its compiling made due,
# however it is started: what it counts there itself stands before MAIN.
python3 - <<'PY'
import zipfile
lines = ["import gc; print(sum(s['collections'] for s in gc.get_stats()))"]
lines += [f"def f{i}(a={i}.5, b=({i}.25, 'x')): return [a, (b, {i}.125), {{'k{i}': b}}]" for i in range(600)]
with open("big.py", "w") as f:
    f.write("\n".join(lines) + "\n")
with zipfile.ZipFile("big.zip", "w") as z:
    z.write("big.py", "__main__.py")
for name, line in ("none", "pass"), ("left", "import posix; posix._exit(0)"):
    with open(name + ".py", "w") as f:
        f.write(line + "\n")
PY
n=0
check() { # PYTHON
    for how in "big.py" "-m big" "big.zip" "-c"; do
        case $how in
        -c)       pymemtrace record -qfo a.pmt -- "$1" -B -c "$(cat big.py)" >counted ;;
        *)        pymemtrace record -qfo a.pmt -- "$1" -B $how >counted ;;
        esac
        pymemtrace dump a.pmt | awk '$2 == "GC_BEGIN" { n++ } $2 == "MAIN" { print n + 0 }' >told
        cmp -s counted told || echo "$1 $how: $(cat counted) collections, MAIN behind $(cat told)"
    done
    for how in none left; do
        pymemtrace record -qfo a.pmt -- "$1" $how.py
        [ "$(pymemtrace dump a.pmt | grep -c ' MAIN$')" -eq 1 ] ||
            echo "$1 $how.py: no MAIN where nothing is made"
    done
    n=$((n + 1))
}
. "$TOP/tests/support/pythons.sh"
each_python check
[ "$n" -gt 0 ]
