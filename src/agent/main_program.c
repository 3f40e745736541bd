/*
 * main_program.c - when does the interpreter turn to the user's program?
 *
 * When it opens the script that the command line names: PyRun_AnyFile's file comes from
 * fopen() in every version, by its name or (3.9+) by its absolute path. With -c and -m
 * there is no such file; then it is the first poll (ring.c) after the interpreter calls
 * itself initialized, which is before site is imported: a few collections early.
 *
 * The wrappers do what the functions of the same name do.
 */
#include "agent/agent.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define EXPORT __attribute__((visibility("default")))

static const char *script; /* argv's, or NULL */
static bool opened_script, seen;

static struct {
    FILE *(*fopen)(const char *, const char *);
    FILE *(*fopen64)(const char *, const char *);
} libc;

__attribute__((constructor(101))) static void find_libc(void)
{
    *(void **)&libc.fopen = dlsym(RTLD_NEXT, "fopen");
    *(void **)&libc.fopen64 = dlsym(RTLD_NEXT, "fopen64");
    (void)dlerror();
}

/* The constructors of other libraries come before this one's, and open files. */
static void need_libc(void)
{
    if (UNLIKELY(!libc.fopen64))
        find_libc();
}

/* A folder or an archive is run by an import of what is in it: like -m. */
void main_expect(const char *name)
{
    size_t n = name ? strlen(name) : 0;
    struct stat st;
    bool archive = n > 4 && (!strcmp(name + n - 4, ".zip") || !strcmp(name + n - 4, ".pyz"));

    if (name && !archive && !stat(name, &st) && S_ISREG(st.st_mode))
        script = name;
}

void main_poll(bool initialized)
{
    if (seen || (script ? !opened_script : !initialized))
        return;
    seen = true;
    collector_settle();
    ring_put(PMT_W_MAIN, 0, 0);
}

static bool is_script(const char *path)
{
    struct stat named, opened;
    int saved = errno;
    bool same = !strcmp(path, script) ||
                (!stat(script, &named) && !stat(path, &opened) &&
                 named.st_dev == opened.st_dev && named.st_ino == opened.st_ino);

    errno = saved;
    return same;
}

/* The GIL is not held while a file is opened: the next hook call tells it. */
static void opening(const char *path)
{
    if (seen || opened_script || !script || !path || !HOT.on ||
        !is_script(path))
        return;
    opened_script = true;
    ring_poll_at_once();
}

EXPORT FILE *fopen(const char *path, const char *mode)
{
    need_libc();
    opening(path);
    return libc.fopen(path, mode);
}

EXPORT FILE *fopen64(const char *path, const char *mode)
{
    need_libc();
    opening(path);
    return libc.fopen64(path, mode);
}
