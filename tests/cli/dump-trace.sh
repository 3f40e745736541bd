# The text of a trace: facts, events in order, a range, facts alone, standard input.
pymemtrace record -q -o a.pmt -- python3 -c 'pass'
pymemtrace dump a.pmt >all
grep -v '^#' all | awk '$2 != "ORACLE" { if ($1 != n) { print "event " $1 " is not " n+0; exit } n++ }'
grep -q '^# python.version=' all
grep -Eq '^[0-9]+ ALLOC_OBJ slot=[0-9]+ size=[0-9]+$' all
grep -Eq '^[0-9]+ FREE slot=[0-9]+$' all
grep -Eq '^[0-9]+ ARENA_NEW residue=[0-9]+ wide=[0-9]+$' all
[ -z "$(grep -Ev '^#|^[0-9]+ [A-Z_]+( [a-z]+=[^ ]*)*$' all)" ] || echo 'a line of another form'
pymemtrace dump --from=100 --to=109 a.pmt | grep -v '^#' >ten
[ "$(wc -l <ten)" -eq 10 ]
grep -Fxf ten all | cmp - ten
pymemtrace dump --facts a.pmt >facts
grep '^#' all | grep -v '^# type\.' | cmp - facts
pymemtrace dump - <a.pmt | cmp - all
