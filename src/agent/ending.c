/*
 * ending.c - the last moment at which all that the program has left lies there.
 *
 * When the interpreter goes down it collects before it takes its modules apart, and mostly without
 * an allocation before that: what was left since the last look would be gone before anyone has
 * looked. But shortly before that collection it calls the C library (Py_FinalizeEx() in
 * Python/pylifecycle.c):
 *
 *     _PyThreadState_DeleteExcept()   3.9 ... 3.12: takes the lock of the list of threads, by
 *                                     sem_wait()
 *     _PySignal_Fini()                3.8 ... 3.13 (PyOS_FiniInterrupts()): SIGINT gets its default
 *                                     handler back by sigaction(), unless it has it or is ignored,
 *                                     as in a background job of a script
 *
 * The look comes with the last of these that is to come; where there is none, with the first
 * allocation after that (look_when.c). A process that ends by os._exit() is looked at before that.
 *
 * The wrappers do what the functions of the same names do.
 */
#include "agent/objects_watch.h"

#include <dlfcn.h>
#include <errno.h>
#include <semaphore.h>
#include <signal.h>

#define EXPORT __attribute__((visibility("default")))

static int (*libc_sigaction)(int, const struct sigaction *, struct sigaction *);
static int (*libc_sem_wait)(sem_t *);

/* The constructors of other libraries may come before it. */
__attribute__((constructor(101))) static void find_libc(void)
{
    *(void **)&libc_sigaction = dlsym(RTLD_NEXT, "sigaction");
    *(void **)&libc_sem_wait = dlsym(RTLD_NEXT, "sem_wait");
    (void)dlerror();
}

/* By the thread that has called the hooks last, and holds the GIL (which is not said where there
 * was a subinterpreter). */
static bool is_ending(void)
{
    return HOT.on && HOT.gc_found && (!HOT.ended || HOT.look_last) && !HOT.busy &&
           !HOT.inside && HOT.thread == thread_pointer() && pmt_py.is_finalizing &&
           pmt_py.is_finalizing() && pmt_py.gil_check && pmt_py.gil_check();
}

/* As a hook call that begins. */
static void look_here(void)
{
    collector_watch(NULL);
    objects_watch(NULL, false);
    look_ending();
}

static void last_look(void)
{
    int saved = errno;

    ring_poll_at_once();
    if (ring_ready())
        look_here();
    errno = saved;
}

void ending_at_once(void)
{
    look_at_end();
    look_here();
}

/* SIGINT has a handler of the interpreter's, which it will take away. */
static bool interrupt_is_handled(void)
{
    struct sigaction now;
    int saved = errno;
    bool failed = libc_sigaction(SIGINT, NULL, &now) != 0;

    errno = saved;
    return !failed && now.sa_handler != SIG_DFL && now.sa_handler != SIG_IGN;
}

EXPORT int sem_wait(sem_t *lock)
{
    if (UNLIKELY(!libc_sem_wait))
        find_libc();
    if (UNLIKELY(is_ending()) && !interrupt_is_handled())
        last_look();
    return libc_sem_wait(lock);
}

EXPORT int sigaction(int number, const struct sigaction *act, struct sigaction *old)
{
    if (UNLIKELY(!libc_sigaction))
        find_libc();
    if (number == SIGINT && act && is_ending())
        last_look();
    return libc_sigaction(number, act, old);
}
