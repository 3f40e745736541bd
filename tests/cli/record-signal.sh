# A program that a signal ended: the status a shell gives, a trace that is partial
# but readable.
code=0
pymemtrace record -q -o killed.pmt -- python3 -c 'import os; os.kill(os.getpid(), 9)' || code=$?
[ "$code" -eq 137 ] || echo "record: exit code $code, want 137"
for command in replay dump verify stats; do
    code=0
    pymemtrace $command killed.pmt >out 2>err || code=$?
    [ "$code" -eq 3 ] || { echo "$command: exit code $code, want 3"; cat err; }
    grep -q partial out || echo "$command: does not say partial"
    [ ! -s err ] || { echo "$command:"; cat err; }
done
