/*
 * children.c - fork, exec, spawn and _exit, as far as the recording has to know.
 *
 * A forked child is off by itself (its hot page is wiped); where forks are followed
 * it says hello under the serial that the parent wrote into its own stream, and the
 * recorder continues the parent's state for it. Started processes are counted here.
 * vfork and posix_spawn run no fork handlers, and a vfork child shares our memory
 * until it execs: the exec wrapper tells it by its process id.
 *
 * The wrappers do what the functions of the same name do; a call inside libc (the
 * shell of system()) does not pass through them, so system and popen count
 * themselves.
 */
#include "agent/agent.h"

#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

/* Where the child of the fork under way says hello, and what it says; these survive
 * the wipe of the hot page. */
static char fork_address[80];
static struct pmt_hello fork_hello = {.kind = PMT_HELLO_FORK};
static bool follow_forks;

/* address.serial */
static void name_fork(const char *address, uint32_t serial)
{
    size_t n = strlen(address), digits = 1;

    for (uint32_t rest = serial; rest > 9; rest /= 10)
        digits++;
    memcpy(fork_address, address, n);
    fork_address[n] = '.';
    fork_address[n + 1 + digits] = '\0';
    for (uint32_t rest = serial; digits--; rest /= 10)
        fork_address[n + 1 + digits] = (char)('0' + rest % 10);
}

static bool recording_here(void)
{
    return HOT.on && HOT.pid == getpid();
}

static void count_children(uint32_t by)
{
    if (HOT.on)
        atomic_fetch_add_explicit(&HOT.shm->children, by, memory_order_relaxed);
}

/* -- fork -- */

static void before_fork(void)
{
    follow_forks = recording_here() && HOT.follow && !recorder_is_dead();
    if (!recording_here())
        return;
    fork_hello.serial = HOT.forks++;
    name_fork(HOT.address, fork_hello.serial);
    /* Without the GIL (a fork by a native library) the ring is not ours to write:
     * the child is then not followed. */
    if (follow_forks)
        follow_forks = pmt_py.gil_check && pmt_py.gil_check() && ring_ready();
    if (follow_forks)
        ring_put(PMT_W_FORK, fork_hello.serial, 0);
}

static void after_fork_parent(void)
{
    count_children(1);
}

static void after_fork_child(void)
{
    if (follow_forks && handshake(fork_address, &fork_hello))
        HOT.pid = getpid();
}

void children_watch(void)
{
    (void)pthread_atfork(before_fork, after_fork_parent, after_fork_child);
}

/* -- exec: of ourselves, or of a vfork child in our memory -- */

static bool before_exec(void)
{
    if (!HOT.on)
        return false;
    if (!recording_here())
        count_children(1);
    else
        ring_put_note(PMT_W_EXEC, 0);
    return true;
}

static int after_failed_exec(bool told, int rc)
{
    int saved = errno;

    if (told && !recording_here())
        count_children((uint32_t)-1);
    else if (told)
        ring_put_note(PMT_W_EXEC_FAILED, 0);
    errno = saved;
    return rc;
}

static struct {
    int (*execve)(const char *, char *const[], char *const[]);
    int (*execvp)(const char *, char *const[]);
    int (*execvpe)(const char *, char *const[], char *const[]);
    int (*fexecve)(int, char *const[], char *const[]);
    int (*posix_spawn)(pid_t *, const char *, const posix_spawn_file_actions_t *,
                       const posix_spawnattr_t *, char *const[], char *const[]);
    int (*posix_spawnp)(pid_t *, const char *, const posix_spawn_file_actions_t *,
                        const posix_spawnattr_t *, char *const[], char *const[]);
    int (*system)(const char *);
    FILE *(*popen)(const char *, const char *);
} libc;

/* In every process, before anything can call a wrapper: a vfork child must not be
 * the first to look a symbol up. */
__attribute__((constructor(101))) static void find_libc(void)
{
    static const struct { const char *name; void **where; } symbols[] = {
        {"execve", (void **)&libc.execve},
        {"execvp", (void **)&libc.execvp},
        {"execvpe", (void **)&libc.execvpe},
        {"fexecve", (void **)&libc.fexecve},
        {"posix_spawn", (void **)&libc.posix_spawn},
        {"posix_spawnp", (void **)&libc.posix_spawnp},
        {"system", (void **)&libc.system},
        {"popen", (void **)&libc.popen},
    };

    for (size_t i = 0; i < sizeof symbols / sizeof *symbols; i++)
        *symbols[i].where = dlsym(RTLD_NEXT, symbols[i].name);
    (void)dlerror();
}

/* Other preloaded libraries may start before this one. */
static void need_libc(void)
{
    if (UNLIKELY(!libc.popen))
        find_libc();
}

EXPORT int execve(const char *path, char *const argv[], char *const envp[])
{
    bool told = before_exec();

    need_libc();
    return after_failed_exec(told, libc.execve(path, argv, envp));
}

EXPORT int execv(const char *path, char *const argv[])
{
    return execve(path, argv, environ);
}

EXPORT int execvp(const char *file, char *const argv[])
{
    bool told = before_exec();

    need_libc();
    return after_failed_exec(told, libc.execvp(file, argv));
}

EXPORT int execvpe(const char *file, char *const argv[], char *const envp[])
{
    bool told = before_exec();

    need_libc();
    return after_failed_exec(told, libc.execvpe(file, argv, envp));
}

EXPORT int fexecve(int fd, char *const argv[], char *const envp[])
{
    bool told = before_exec();

    need_libc();
    return after_failed_exec(told, libc.fexecve(fd, argv, envp));
}

/* -- processes started without fork handlers -- */

EXPORT int posix_spawn(pid_t *pid, const char *path,
                       const posix_spawn_file_actions_t *actions,
                       const posix_spawnattr_t *attr, char *const argv[],
                       char *const envp[])
{
    int rc;

    need_libc();
    rc = libc.posix_spawn(pid, path, actions, attr, argv, envp);
    count_children(rc == 0);
    return rc;
}

EXPORT int posix_spawnp(pid_t *pid, const char *file,
                        const posix_spawn_file_actions_t *actions,
                        const posix_spawnattr_t *attr, char *const argv[],
                        char *const envp[])
{
    int rc;

    need_libc();
    rc = libc.posix_spawnp(pid, file, actions, attr, argv, envp);
    count_children(rc == 0);
    return rc;
}

EXPORT int system(const char *command)
{
    need_libc();
    count_children(command != NULL);
    return libc.system(command);
}

EXPORT FILE *popen(const char *command, const char *type)
{
    FILE *f;

    need_libc();
    f = libc.popen(command, type);
    count_children(f != NULL);
    return f;
}

/* -- the end without destructors: os._exit(), multiprocessing's children -- */

EXPORT _Noreturn void _exit(int status)
{
    if (recording_here()) {
        /* Not where a signal handler that calls this has interrupted an allocation:
         * then the pools cannot be walked. */
        if (pmt_py.gil_check && pmt_py.gil_check() && !HOT.ended && !HOT.inside &&
            !HOT.busy && ring_ready()) {
            main_poll(true);
            ending_at_once();
            HOT.busy = true;
            oracle_take(PMT_WHEN_EXIT);
        }
        ring_put_note(PMT_W_END, (uint64_t)(status & 0xff));
    }
    for (;;)
        syscall(SYS_exit_group, status);
}

EXPORT _Noreturn void _Exit(int status)
{
    _exit(status);
}
