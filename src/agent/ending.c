/*
 * ending.c - the last moment at which all that the program has left lies there.
 *
 * When the interpreter goes down it collects before it takes its modules apart, and mostly without
 * an allocation before that: what was left since the last look would be gone before anyone has
 * looked. But just before that collection it gives SIGINT its default handler back
 * (Py_FinalizeEx() in Python/pylifecycle.c, 3.8 ... 3.13: PyOS_FiniInterrupts(),
 * _PySignal_Fini(), by sigaction()). Where it does not - it was told to leave signals alone, or the
 * program has done it - the look comes with the first allocation after that (look_when.c).
 *
 * The wrapper does what the function of the same name does.
 */
#include "agent/objects_watch.h"

#include <dlfcn.h>
#include <errno.h>
#include <signal.h>

#define EXPORT __attribute__((visibility("default")))

static int (*libc_sigaction)(int, const struct sigaction *, struct sigaction *);

__attribute__((constructor(101))) static void find_libc(void)
{
    *(void **)&libc_sigaction = dlsym(RTLD_NEXT, "sigaction");
    (void)dlerror();
}

/* By the thread that has called the hooks last, and holds the GIL (which is not said where there
 * was a subinterpreter). */
static bool is_ending(void)
{
    return pmt_hot && HOT.on && HOT.gc_found && (!HOT.ended || HOT.look_last) && !HOT.busy &&
           !HOT.inside && HOT.thread == thread_pointer() && pmt_py.is_finalizing &&
           pmt_py.is_finalizing() && pmt_py.gil_check && pmt_py.gil_check();
}

/* As a hook call that begins. */
static void last_look(void)
{
    int saved = errno;

    HOT.next_poll = HOT.stop_at = 0;
    if (ring_ready()) {
        collector_watch();
        objects_watch(NULL);
        look_ending();
    }
    errno = saved;
}

EXPORT int sigaction(int number, const struct sigaction *act, struct sigaction *old)
{
    if (UNLIKELY(!libc_sigaction)) /* the constructors of other libraries come before this one's */
        find_libc();
    if (number == SIGINT && act && is_ending())
        last_look();
    return libc_sigaction(number, act, old);
}
