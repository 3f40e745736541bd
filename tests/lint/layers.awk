# layers.awk - every #include of src against tests/lint/layers.txt.
#   awk -f layers.awk layers.txt src/*/*.[ch]

function folder_of(path,    part) {
    split(path, part, "/")
    return part[2] # src/FOLDER/file
}

function bad(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    n_bad++
}

FNR == 1 { n_files++ }

n_files == 1 {
    sub(/#.*/, "")
    if ($1 == "only")
        owner[$2] = $3
    else if ($2 == "->") {
        known[$1] = 1
        for (i = 3; i <= NF; i++)
            edge[$1, $i] = 1
    } else if (NF)
        bad("not an edge: " $0)
    next
}

/^[ \t]*#[ \t]*include/ {
    from = folder_of(FILENAME)
    n_includes++
    if (!(from in known))
        bad("folder " from " is not in layers.txt")
    target = $0
    sub(/^[^<"]*[<"]/, "", target)
    sub(/[>"].*/, "", target)
    if ($0 ~ /"/) {
        to = target
        sub(/\/.*/, "", to)
        if (target !~ /\//)
            bad("\"" target "\": write \"folder/" target "\"")
        else if (to != from && !((from, to) in edge) && !((from, target) in edge))
            bad(from " must not include " target)
    } else if (target in owner && owner[target] != from)
        bad("<" target "> belongs to src/" owner[target])
}

END {
    if (n_files < 2 || n_includes == 0) {
        print "layers: no files looked at"
        exit 1
    }
    if (n_bad)
        exit 1
    printf "lint: layers: %d includes of %d files\n", n_includes, n_files - 1
}
