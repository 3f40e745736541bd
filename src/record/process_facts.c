/* process_facts.c - what a trace says about its process, in words. The names are listed in
 * pymemtrace-trace(5). */
#include "record/process_facts.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <pymemtrace/pymemtrace.h>
#include "base/strbuf.h"
#include "record/session.h"

/* The command line, words quoted for a shell where they need it. */
static void command_line(int32_t pid, struct pmt_strbuf *out)
{
    char path[64], bytes[8192];
    ssize_t n = 0;
    int fd;

    (void)snprintf(path, sizeof path, "/proc/%d/cmdline", (int)pid);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, bytes, sizeof bytes);
        (void)close(fd);
    }
    for (ssize_t at = 0; at < n; at += (ssize_t)strnlen(bytes + at, (size_t)(n - at)) + 1) {
        size_t len = strnlen(bytes + at, (size_t)(n - at));
        const char *safe = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
                           "0123456789_-+=./:,@%";
        bool plain = len > 0;

        for (size_t i = 0; i < len; i++)
            plain = plain && strchr(safe, bytes[(size_t)at + i]);
        pmt_strbuf_puts(out, at ? " " : "");
        pmt_strbuf_puts(out, plain ? "" : "'");
        for (size_t i = 0; i < len; i++)
            if (bytes[(size_t)at + i] == '\'')
                pmt_strbuf_puts(out, "'\\''");
            else
                pmt_strbuf_add(out, bytes + (size_t)at + i, 1);
        pmt_strbuf_puts(out, plain ? "" : "'");
    }
}

static void executable(int32_t pid, char *out, size_t size)
{
    char path[64];
    ssize_t n;

    (void)snprintf(path, sizeof path, "/proc/%d/exe", (int)pid);
    n = readlink(path, out, size - 1);
    out[n > 0 ? n : 0] = '\0';
}

struct fact_list {
    struct pmt_writer *w;
    struct pmt_error *err;
    enum pmt_status st;
};

static void fact(struct fact_list *l, const char *name, const char *value)
{
    if (l->st == PMT_OK)
        l->st = pmt_writer_fact(l->w, name, value, l->err);
}

static void fact_number(struct fact_list *l, const char *name, int64_t value)
{
    char text[32];

    (void)snprintf(text, sizeof text, "%" PRId64, value);
    fact(l, name, text);
}

/* Bytes per arena of the versions that can be recorded (Objects/obmalloc.c and
 * pycore_obmalloc.h, ARENA_BITS): the agent meets the first arena only later. */
static int64_t arena_bytes(uint32_t hex_version)
{
    return hex_version >= 0x030a0000 ? 1 << 20 : 1 << 18;
}

static void time_facts(struct fact_list *l)
{
    struct timespec real;
    struct tm tm;
    char text[40];

    (void)clock_gettime(CLOCK_REALTIME, &real);
    if (gmtime_r(&real.tv_sec, &tm)) {
        (void)strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &tm);
        fact(l, "created", text);
    }
    fact_number(l, "clock.start_realtime_ns",
                (int64_t)real.tv_sec * 1000000000 + real.tv_nsec);
}

enum pmt_status pmt_facts_begin(struct pmt_writer *w, const struct pmt_hello *hello,
                                enum pmt_objects objects, struct pmt_error *err)
{
    struct fact_list l = {w, err, PMT_OK};
    struct pmt_strbuf argv = {0};
    char exe[4096];

    command_line(hello->pid, &argv);
    executable(hello->pid, exe, sizeof exe);
    fact(&l, "pymemtrace.version", pmt_version());
    time_facts(&l);
    fact(&l, "python.version", hello->python);
    fact(&l, "python.build", hello->build);
    fact(&l, "python.executable", exe);
    fact(&l, "argv", argv.at ? argv.at : "");
    fact_number(&l, "pid", hello->pid);
    fact_number(&l, "ppid", hello->ppid);
    fact_number(&l, "host.page_bytes", getpagesize());
    fact_number(&l, "arena.bytes", arena_bytes(hello->hex_version));
    if (*hello->hash_seed)
        fact(&l, "env.PYTHONHASHSEED", hello->hash_seed);
    if (*hello->malloc_env)
        fact(&l, "env.PYTHONMALLOC", hello->malloc_env);
    if (objects != PMT_OBJECTS_NONE) /* as src/agent/free_list.c treats them */
        fact(&l, "objects.lists", "list dict tuple dict-keys");
    if (objects == PMT_OBJECTS_LISTED)
        fact(&l, "objects.typed", "list dict tuple");
    if (objects == PMT_OBJECTS_ALL)
        fact(&l, "objects.emptied", "float");
    if (l.st == PMT_OK && argv.failed)
        l.st = pmt_error_set(err, PMT_E_NOMEM, "out of memory");
    pmt_strbuf_release(&argv);
    return l.st == PMT_OK ? pmt_writer_begin(w, err) : l.st;
}

const char *pmt_facts_end_kind(const struct pmt_session *s, int wait_status)
{
    if (s->drain.exec)
        return "exec"; /* how the other program ended is its own affair */
    if (wait_status != -1 && WIFSIGNALED(wait_status))
        return "killed";
    if (s->drain.ended || (wait_status != -1 && WIFEXITED(wait_status)))
        return "exit";
    return "killed";
}

enum pmt_status pmt_facts_end(struct pmt_session *s, int wait_status,
                              struct pmt_error *err)
{
    char status[16] = "", events[24], children[16], pid[16], parent[16], at[24];
    const char *pairs[14];
    size_t n = 0;

#define PAIR(name, buf, fmt, value)                                            \
    ((void)snprintf(buf, sizeof buf, fmt, value), pairs[n++] = (name),         \
     pairs[n++] = (buf))
    pairs[n++] = "end.kind";
    pairs[n++] = pmt_facts_end_kind(s, wait_status);
    if (s->drain.exec)
        ; /* the status is that of the other program */
    else if (wait_status != -1 && WIFEXITED(wait_status))
        PAIR("end.status", status, "%d", WEXITSTATUS(wait_status));
    else if (wait_status != -1)
        PAIR("end.signal", status, "%d", WTERMSIG(wait_status));
    else if (s->drain.ended && s->drain.end_status != UINT64_MAX)
        PAIR("end.status", status, "%d", (int)s->drain.end_status);
    PAIR("end.events", events, "%" PRIu64, pmt_writer_events(s->writer));
    if (!s->options->follow)
        PAIR("end.children", children, "%" PRIu32, atomic_load(&s->shm->children));
    if (s->parent_pid) {
        PAIR("child.pid", pid, "%d", (int)s->pid);
        PAIR("parent.pid", parent, "%d", (int)s->parent_pid);
        PAIR("parent.event", at, "%" PRIu64, s->parent_event);
    }
#undef PAIR
    return pmt_writer_finish(s->writer, pairs, n / 2, err);
}
