# sizes.awk - no file over 1,000 lines, no function over 100: from the brace that
# opens in column 0 to the one that closes there.
FNR == 1 { n_files++; open = 0 }
FNR == 1001 { printf "%s: more than 1000 lines\n", FILENAME; n_bad++ }
/^{/ { open = FNR; next }
/^}/ && open {
    n_functions++
    if (FNR - open - 1 > 100) {
        printf "%s:%d: function of %d lines\n", FILENAME, open, FNR - open - 1
        n_bad++
    }
    open = 0
}
END {
    if (n_files == 0 || n_functions == 0) {
        print "sizes: no files looked at"
        exit 1
    }
    if (n_bad)
        exit 1
    printf "lint: sizes: %d functions of %d files\n", n_functions, n_files
}
