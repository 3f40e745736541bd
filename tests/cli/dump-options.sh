# Words after -- are operands, and a number has to be one.
code=0
pymemtrace dump -- --facts 2>err || code=$?
[ "$code" -eq 5 ] || echo "exit code $code, want 5"
cat err
pymemtrace dump --to 2>&1 && echo 'no value was no error' || :
