# Every row of the study notes on Python's memory is shown by a reference script under
# traces/notes/ that checks itself: it is green under each preset and setting that it
# names, and stands in the index of traces/README.md as its own first lines tell it.
rows='
A01 A02 A03 A04 A05 A06 A07 A08 A09 A10
B01 B02 B03 B04 B05 B06 B07 B08 B09 B10 B11 B12 B13 B14 B15 B16
C01 C02 C03 C04 C05 C06 C07 C08 C09
D01 D02 D03 D04 D05 D06 D07 D08 D09 D10 D11 D12 D13 D14 D15 D16 D17 D18'

faults=0
fault() {
    echo "$*"
    faults=$((faults + 1))
}

head_line() { # SCRIPT WORD: what the line "# WORD: ..." of its first comment says
    sed -n '/^#/!q; s/^# '"$2"': //p' "$1"
}

green() { # SCRIPT SPEC
    if ! pymemtrace replay --json -c "$2" "$1" >out 2>err; then
        fault "$name is not green under $2: $(cat err)"
        return
    fi
    checked=$(sed -n 's/.*"expectations": *\([0-9]*\).*/\1/p' out)
    [ "${checked:-0}" -gt 0 ] || fault "$name expects nothing under $2"
    head_line "$1" prints | while read -r text; do
        grep -qxE " *\"$text\",?" out || echo "$text"
    done >silent
    [ ! -s silent ] || fault "$name under $2 does not print: $(cat silent)"
}

set -- "$TOP"/traces/notes/*.trace
n=0
for script; do
    name=$(basename "$script")
    row=$(head_line "$script" row)
    presets=$(head_line "$script" presets)
    teaches=$(head_line "$script" teaches)
    expects=$(grep -c '^ *expect ' "$script") || true
    before=$faults
    case $row in
    [ABCD][0-9][0-9]) ;;
    *) fault "$name: no line '# row: ...'" ;;
    esac
    case $name in
    "$(echo "$row" | tr A-D a-d)"-?*.trace) ;;
    *) fault "$name: the name does not begin with its row, $row" ;;
    esac
    [ -n "$presets" ] || fault "$name: no line '# presets: ...'"
    [ "$expects" -gt 0 ] || fault "$name: expects nothing"
    grep -qF "| $row | [$name](notes/$name) | $presets | $teaches |" "$TOP/traces/README.md" ||
        fault "$name: not in traces/README.md as its first lines tell it"
    for preset in $presets; do
        green "$script" "$preset"
    done
    head_line "$script" settings >settings
    while read -r spec; do
        green "$script" "$spec"
    done <settings
    [ "$faults" -gt "$before" ] ||
        printf '%s  %-36s %2d expectations  green: %s\n' "$row" "$name" "$expects" \
            "$(echo "$presets" $(sed 's/.*/(&)/' settings))"
    n=$((n + 1))
done
for row in $rows; do
    grep -lx "# row: $row" "$@" >found || fault "row $row: no script"
done
for file in "$TOP"/traces/notes/*; do
    case $file in *.trace) ;; *) fault "$(basename "$file"): not a script" ;; esac
done
echo "$(echo $rows | wc -w) rows, $n scripts, $faults faults"
[ "$faults" -eq 0 ]
