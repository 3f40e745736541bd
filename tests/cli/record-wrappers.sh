# The agent's wrappers: called before its own constructor (libselinux opens files in
# one of its own), and with what the C library itself puts up with.
command -v cc >/dev/null 2>&1 || { echo 'skip: no C compiler'; exit 77; }
cat >early.c <<'C'
#include <stdio.h>
__attribute__((constructor)) static void early(void)
{
    FILE *f = fopen("/proc/self/maps", "r");

    if (f)
        fclose(f);
}
C
cc -shared -fPIC -o libearly.so early.c
cat >app.py <<'PY'
import ctypes
libc = ctypes.PyDLL(None)
libc.fopen.restype = ctypes.c_void_p
assert libc.fopen(None, b"r") is None
libc.pymemtrace_mark(None)
PY
pymemtrace record -q -o a.pmt -- env LD_PRELOAD="$BUILD/libpymemtrace-agent.so $PWD/libearly.so" \
    sh -c 'ls -d / >/dev/null && exec python3 app.py'
pymemtrace verify a.pmt >proof || cat proof
