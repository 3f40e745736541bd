# The agent's wrappers: called before its own constructor, as a library's constructor may, and with
# what the C library itself puts up with.
command -v cc >/dev/null 2>&1 || { echo 'skip: no C compiler'; exit 77; }
cat >early.c <<'C'
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
__attribute__((constructor)) static void early(void)
{
    static sem_t lock;
    struct sigaction now;
    FILE *f = NULL;

    if (getenv("EARLY")) {
        unsetenv("EARLY"); /* the shell has this constructor as well */
        f = popen(":", "r");
    }
    if (f)
        pclose(f);
    if (!sem_init(&lock, 0, 1) && !sem_wait(&lock) && !sigaction(SIGINT, NULL, &now))
        sem_destroy(&lock);
}
C
cc -shared -fPIC -o libearly.so early.c
cat >app.py <<'PY'
import ctypes
libc = ctypes.PyDLL(None)
assert libc.sigaction(2, None, None) == 0
assert libc.execv(None, None) == -1
libc.pymemtrace_mark(None)
PY
pymemtrace record -q -o a.pmt -- env EARLY=1 LD_PRELOAD="$BUILD/libpymemtrace-agent.so $PWD/libearly.so" \
    sh -c 'ls -d / >/dev/null && exec python3 app.py'
pymemtrace verify a.pmt >proof || cat proof
