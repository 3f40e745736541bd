# A second reader, written from the manual page alone, reads the same: recorded traces of
# the tree, old and new, and one with marks.
cat >app.py <<'PY'
import ctypes, gc
mark = getattr(ctypes.PyDLL(None), "pymemtrace_mark", lambda text: None)
mark(b"one")
gc.freeze()
made = [[i] for i in range(100)]
gc.unfreeze()
gc.set_threshold(50, 3, 3)
loops = [[] for _ in range(2000)]
for loop in loops:
    loop.append(loop)
    loop.append((len(loop), "a tuple of atoms"))
del loop, loops
made = [[i] for i in range(100)]
mark(b"two words")
PY
pymemtrace record -q -o a.pmt -- python3 app.py
for trace in a.pmt "$TOP"/traces/trees-*.pmt; do
    python3 "$TOP/tests/tools/pmt_decode.py" "$trace" >second
    pymemtrace dump "$trace" | cmp - second || echo "$trace: differs"
done
for op in ALLOC_GC GC_ENABLED GC_THRESHOLD GC_FREEZE GC_BEGIN GC_STAT GC_END MAIN GC_LOOK GARBAGE BELONGS \
    GC_COUNTS GC_TOUCHED REFERS KEEPS HOLDS SHARES GC_ATOMIC; do
    pymemtrace dump a.pmt | grep -Eq "^[0-9]+ $op( |\$)" || echo "no $op"
done
pymemtrace dump a.pmt | grep -Eqx '# type\.[0-9]+=list' || echo 'no type'
# Each type is told before an event names it.
pymemtrace dump a.pmt | awk '
    sub(/^# type\./, "") { known[$0 + 0]; next }
    $2 == "GARBAGE" && sub(/^.*kind=/, "") && !(int($0 / 2) in known) { print "unknown type: " $0 }'
