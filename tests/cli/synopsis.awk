# synopsis.awk - the SYNOPSIS of a manual page (mdoc) as plain text, one form per
# line, as `--help` prints it. Knows the macros that our pages use there.
function add(s) {
    text = text (glue || text == "" ? "" : " ") s
    glue = 0
}
function render(line,    word, n, i, flag, depth) {
    gsub(/"/, "", line)
    n = split(line, word, " ")
    for (i = 1; i <= n; i++) {
        if (word[i] == "Op") { add("["); glue = 1; depth++; flag = 0 }
        else if (word[i] == "Fl") flag = 1
        else if (word[i] == "Ar" || word[i] == "Nm") flag = 0
        else if (word[i] == "Ns") { glue = 1; flag = 0 }
        else if (word[i] == "|") add("|")
        else add((flag ? "-" : "") word[i])
    }
    while (depth-- > 0) text = text "]"
}
/^\.Sh/ { on = ($2 == "SYNOPSIS"); next }
!on { next }
/^\.Nm/ { if (text != "") print text; text = "" }
/^\./ { render(substr($0, 2)) }
END { if (text != "") print text }
