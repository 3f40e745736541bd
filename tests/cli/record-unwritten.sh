# A block that nobody has written to looks like the dict or list that died there, which is none.
cat >unwritten.py <<'PY'
import ctypes
malloc, free = ctypes.pythonapi.PyObject_Malloc, ctypes.pythonapi.PyObject_Free
malloc.restype, malloc.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
free.restype, free.argtypes = None, [ctypes.c_void_p]
for turn in range(20):
    dead = [{i: i} for i in range(100)], [[i] for i in range(100)], [(i, i, i) for i in range(100)]
    del dead
    for size in 64, 56, 64, 72:
        for block in [malloc(size) for i in range(30)]:
            free(block)
PY
for how in '' --objects; do
    pymemtrace record -q -f $how -o unwritten.pmt -- python3 unwritten.py
    pymemtrace verify --json unwritten.pmt >verify.json
    python3 -c '
import json
verify = json.load(open("verify.json"))["verify"]
print(verify["exact"], [(l["type"], l["mismatches"], l["past"] < 30) for l in verify["freelists"][:3]])'
done
