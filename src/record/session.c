/*
 * session.c - one recorded process.
 *
 * The recorder forks as the target forks: a followed child's trace begins with all
 * that its parent did before the fork, so the recorder process that holds the parent's
 * state at that very record forks too, copies the file so far, and goes on for the
 * child. Its state - slots, addresses, arenas - comes along by copy-on-write. A
 * process that execs anew begins with an empty recorder process instead.
 */
#include "record/session.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "base/alloc.h"
#include "record/channel.h"
#include "record/process_facts.h"

#define TURN_RECORDS    65536u
#define BATCH        8192u /* records: where there were less, the next turn waits for */
#define NAP_NS       100000
#define FLUSH_NS        1000000000u /* a chunk goes out at least so often */
#define RSS_NS          10000000u
#define FORK_PATIENCE_MS 10000      /* for a forked child to say hello */

uint64_t pmt_now_ns(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* -- the file -- */

bool pmt_session_one_file(const struct pmt_record_options *options)
{
    return !strstr(options->output, "%p");
}

/* How often a session of this process was begun before, this one now counted. */
static uint32_t earlier_sessions(struct pmt_tally *tally, int32_t pid)
{
    uint32_t at = atomic_fetch_add(&tally->n_pids, 1), n = 0;

    for (uint32_t i = 0; i < at && i < PMT_MAX_FOLLOWED; i++)
        n += atomic_load(&tally->pids[i]) == pid;
    if (at < PMT_MAX_FOLLOWED)
        atomic_store(&tally->pids[at], pid);
    return n;
}

/* The file of the session's process: its id in place of %p, or, from the second trace
 * on, before the ending; and a count where the same process comes again after exec. */
static enum pmt_status name_file(struct pmt_session *s, bool follower,
                                 struct pmt_error *err)
{
    const char *name = s->options->output, *at = strstr(name, "%p");
    uint32_t again = earlier_sessions(s->tally, s->pid);
    size_t n = strlen(name), stem = at ? (size_t)(at - name) : n;
    const char *rest = at ? at + 2 : name + n;
    char id[32] = "";
    int wrote;

    if (!at && n > 4 && !strcmp(name + n - 4, ".pmt")) {
        stem = n - 4;
        rest = name + stem;
    }
    if (again)
        (void)snprintf(id, sizeof id, "%s%d-%u", at ? "" : ".", (int)s->pid, again + 1);
    else if (at || follower)
        (void)snprintf(id, sizeof id, "%s%d", at ? "" : ".", (int)s->pid);
    wrote = snprintf(s->path, sizeof s->path, "%.*s%s%s", (int)stem, name, id, rest);
    if (wrote < 0 || (size_t)wrote >= sizeof s->path)
        return pmt_error_set(err, PMT_E_LIMIT, "the output's name is too long");
    return PMT_OK;
}

/* Where we were started with a standard stream closed, what is printed to it must not
 * land in the trace. */
static int past_standard(int fd)
{
    int higher = fcntl(fd, F_DUPFD_CLOEXEC, STDERR_FILENO + 1);
    int saved = errno;

    (void)close(fd);
    errno = saved;
    return higher;
}

enum pmt_status pmt_session_create(const char *path, bool force, int *fd,
                                   struct pmt_error *err)
{
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOFOLLOW | (force ? O_TRUNC : O_EXCL);

    *fd = open(path, flags, 0600);
    if (*fd >= 0 && *fd <= STDERR_FILENO)
        *fd = past_standard(*fd);
    if (*fd >= 0)
        return PMT_OK;
    if (errno == EEXIST)
        return pmt_error_set(err, PMT_E_IO, "%s: exists: remove it, choose another name "
                             "with -o, or overwrite it with -f", path);
    return pmt_error_set(err, PMT_E_IO, "%s: cannot create the trace: %s", path,
                         strerror(errno));
}

/* -- begin -- */

static void watch_process(struct pmt_session *s)
{
    s->pidfd = (int)syscall(SYS_pidfd_open, s->pid, 0);
    if (s->pidfd >= 0)
        (void)fcntl(s->pidfd, F_SETFD, FD_CLOEXEC);
}

static enum pmt_status open_file(struct pmt_session *s, bool follower,
                                 struct pmt_error *err)
{
    enum pmt_status st = name_file(s, follower, err);

    if (st == PMT_OK && s->file < 0)
        st = pmt_session_create(s->path, s->options->force, &s->file, err);
    return st;
}

static enum pmt_objects objects_told(const struct pmt_record_options *options)
{
    return options->blocks_only ? PMT_OBJECTS_NONE
           : options->objects   ? PMT_OBJECTS_ALL
                                : PMT_OBJECTS_LISTED;
}

/* New shared memory, handed to the agent behind the connection. */
static enum pmt_status take_up(struct pmt_session *s, int connection, struct pmt_error *err)
{
    struct pmt_ack ack = {.action = PMT_ACK_RECORD, .follow = s->options->follow,
                          .blocks_only = s->options->blocks_only,
                          .objects = objects_told(s->options),
                          .look_every = s->options->precise_events};
    int shm_fd;
    enum pmt_status st;

    pmt_channel_name(s->address);
    st = pmt_channel_shm(&s->shm, &shm_fd, err);
    if (st != PMT_OK)
        return st;
    watch_process(s);
    memcpy(ack.address, s->address, sizeof ack.address);
    pmt_channel_ack(connection, ack, shm_fd);
    (void)close(shm_fd);
    return PMT_OK;
}

/* The writer does not know which file it writes. */
static void name_path(const struct pmt_session *s, struct pmt_error *err)
{
    char why[sizeof err->msg];

    if (strstr(err->msg, s->path))
        return;
    memcpy(why, err->msg, sizeof why);
    (void)snprintf(err->msg, sizeof err->msg, "%.200s: %.270s", s->path, why);
}

/* A file that holds no event yet; a device is not ours to remove. */
static void discard_file(struct pmt_session *s)
{
    struct stat about;

    if (!fstat(s->file, &about) && S_ISREG(about.st_mode))
        (void)unlink(s->path);
    (void)close(s->file);
    s->file = -1;
}

enum pmt_status pmt_session_begin(struct pmt_session *s, const struct pmt_hello *hello,
                                  int connection, int file, struct pmt_error *err)
{
    uint64_t now = pmt_now_ns();
    enum pmt_status st;

    s->pid = hello->pid;
    memcpy(s->python, hello->python, sizeof s->python);
    s->file = file;
    s->pidfd = -1;
    st = open_file(s, file < 0 && atomic_load(&s->tally->traces) > 0, err);
    if (st == PMT_OK)
        st = pmt_writer_open(s->file, &s->writer, err);
    if (st == PMT_OK)
        st = pmt_facts_begin(s->writer, hello, objects_told(s->options), err);
    if (st == PMT_OK)
        st = take_up(s, connection, err);
    if (st == PMT_OK && !pmt_drain_init(&s->drain, s->shm, s->writer, now))
        st = pmt_error_set(err, PMT_E_NOMEM, "out of memory");
    if (st != PMT_OK) {
        name_path(s, err);
        if (file < 0 && s->file >= 0)
            discard_file(s);
        s->file = -1; /* one that was given stays the caller's */
        pmt_session_release(s);
        return st;
    }
    atomic_fetch_add(&s->tally->traces, 1);
    s->rss_due_ns = now;
    s->flush_due_ns = now + FLUSH_NS;
    return PMT_OK;
}

/* -- forks that are followed -- */

static void record_to_the_end(struct pmt_session *s)
{
    while (pmt_session_turn(s, -1))
        continue;
    pmt_session_end(s, -1);
}

static bool copy_so_far(int from, int to, uint64_t bytes)
{
    off_t at = 0;

    while ((uint64_t)at < bytes) {
        ssize_t n = sendfile(to, from, &at, bytes - (uint64_t)at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return false;
    }
    return true;
}

/* The hello of the fork with this serial; -1 = it did not come in time: the fork
 * failed, or its child was killed at once. */
static int wait_for_fork(const struct pmt_session *s, int64_t serial,
                         struct pmt_hello *hello)
{
    uint64_t until = pmt_now_ns() + FORK_PATIENCE_MS * UINT64_C(1000000);
    char address[96];
    int connection = -1;
    struct pollfd p = {.fd = -1, .events = POLLIN};

    (void)snprintf(address, sizeof address, "%s.%u", s->address, (unsigned)serial);
    if (pmt_channel_listen(&p.fd, address, NULL) != PMT_OK)
        return -1;
    while (connection < 0 && pmt_now_ns() < until)
        if (poll(&p, 1, 100) > 0)
            connection = pmt_channel_accept(p.fd, hello);
    (void)close(p.fd);
    return connection;
}

static void let_go_of_parent(struct pmt_session *s)
{
    (void)close(s->file);
    if (s->pidfd >= 0)
        (void)close(s->pidfd);
    (void)munmap(s->shm, sizeof *s->shm);
    s->shm = NULL;
    s->pidfd = -1;
}

/* The session becomes that of the forked child: the same state, another file and
 * another shared memory. */
static enum pmt_status become_child(struct pmt_session *s, const struct pmt_hello *hello,
                                    int connection, struct pmt_error *err)
{
    int from = open(s->path, O_RDONLY | O_CLOEXEC);
    enum pmt_status st;

    let_go_of_parent(s);
    s->parent_pid = s->pid;
    s->parent_event = pmt_writer_events(s->writer);
    s->pid = hello->pid;
    s->file = -1;
    st = open_file(s, true, err);
    if (st == PMT_OK)
        st = take_up(s, connection, err);
    if (st == PMT_OK && (from < 0 || !copy_so_far(from, s->file,
                                                  pmt_writer_file_bytes(s->writer))))
        st = pmt_error_set(err, PMT_E_IO, "%s: cannot copy the parent's trace: %s",
                           s->path, strerror(errno));
    if (st != PMT_OK)
        return st;
    (void)close(from);
    pmt_writer_move_to(s->writer, s->file);
    pmt_drain_fork(&s->drain, s->shm);
    atomic_fetch_add(&s->tally->traces, 1);
    return PMT_OK;
}

/* The end of a recorder process for a follower. */
static _Noreturn void leave(struct pmt_session *s)
{
    if (s->broken)
        atomic_fetch_add(&s->tally->failed, 1);
    while (wait(NULL) > 0 || errno == EINTR)
        continue;
    _exit(s->broken);
}

/* Nobody would answer there once the first recorder is gone. */
static void stop_listening(struct pmt_session *s)
{
    if (s->listen_fd >= 0)
        (void)close(s->listen_fd);
    s->listen_fd = -1;
}

static void see_to_fork(struct pmt_session *s)
{
    int64_t serial = s->drain.fork_serial;
    struct pmt_hello hello;
    int connection;

    s->drain.fork_serial = -1;
    if (!s->options->follow || s->broken)
        return;
    s->broken = pmt_writer_flush(s->writer, &s->error) != PMT_OK;
    if (s->broken || fork() != 0)
        return;
    stop_listening(s);
    connection = wait_for_fork(s, serial, &hello);
    if (connection < 0)
        _exit(0);
    s->broken = become_child(s, &hello, connection, &s->error) != PMT_OK;
    if (!s->broken)
        record_to_the_end(s);
    leave(s);
}

void pmt_session_spawn(const struct pmt_session *like, const struct pmt_hello *hello,
                       int connection)
{
    struct pmt_session s = {.options = like->options, .tally = like->tally,
                            .listen_fd = like->listen_fd};
    struct pmt_error err;

    if (fork() != 0) {
        (void)close(connection);
        return;
    }
    stop_listening(&s);
    s.broken = pmt_session_begin(&s, hello, connection, -1, &err) != PMT_OK;
    if (!s.broken)
        record_to_the_end(&s);
    leave(&s);
}

/* -- the loop -- */

/* What /proc/PID/name says, "" if it is not there. */
static void read_proc(int32_t pid, const char *name, char *text, size_t size)
{
    char path[64];
    ssize_t n = 0;
    int fd;

    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)pid, name);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd >= 0) {
        n = read(fd, text, size - 1);
        (void)close(fd);
    }
    text[n > 0 ? n : 0] = '\0';
}

/* Without a pidfd: "PID (name) state ...", Z for one that was not waited for yet. */
static bool is_gone(int32_t pid)
{
    char text[512], *name_end;

    read_proc(pid, "stat", text, sizeof text);
    name_end = strrchr(text, ')');
    return !name_end || !strncmp(name_end, ") Z", 3) || !strncmp(name_end, ") X", 3);
}

static bool has_ended(struct pmt_session *s, int also_fd, int timeout_ms)
{
    struct pollfd p[2] = {{.fd = s->pidfd, .events = POLLIN},
                          {.fd = also_fd, .events = POLLIN}};
    int n = poll(p, 2, timeout_ms);

    if (s->pidfd < 0)
        return is_gone(s->pid);
    return n > 0 && (p[0].revents & (POLLIN | POLLHUP | POLLERR));
}

static uint64_t resident_bytes(int32_t pid)
{
    char text[128];
    unsigned long long pages = 0;

    read_proc(pid, "statm", text, sizeof text);
    return sscanf(text, "%*u %llu", &pages) == 1 ? (uint64_t)pages * (uint64_t)getpagesize()
                                                 : 0;
}

/* Not of a process that does nothing: its trace does not grow. */
static void sample_rss(struct pmt_session *s)
{
    uint64_t rss = resident_bytes(s->pid);

    if (!rss || (rss == s->rss_bytes && pmt_writer_events(s->writer) == s->rss_events))
        return;
    pmt_drain_rss(&s->drain, rss);
    s->rss_bytes = rss;
    s->rss_events = pmt_writer_events(s->writer);
}

static void housekeeping(struct pmt_session *s, uint64_t now)
{
    if (now >= s->rss_due_ns) {
        sample_rss(s);
        s->rss_due_ns = now + (s->options->rss_period_ns ? s->options->rss_period_ns
                                                         : RSS_NS);
    }
    if (now >= s->flush_due_ns) {
        if (pmt_writer_events(s->writer) != s->flushed_events)
            (void)pmt_writer_flush(s->writer, NULL);
        s->flushed_events = pmt_writer_events(s->writer);
        s->flush_due_ns = now + FLUSH_NS;
    }
}

/* A trace that can no longer be written does not hold up the target: its records are
 * taken and dropped. */
static void notice_failure(struct pmt_session *s)
{
    const struct pmt_error *e = pmt_writer_error(s->writer);

    if (s->broken || (!e && !s->drain.failed))
        return;
    s->broken = true;
    if (e)
        s->error = *e;
    else
        (void)pmt_error_set(&s->error, PMT_E_NOMEM, "out of memory");
    name_path(s, &s->error);
}

/* The program writes where we read: each look at what is there takes the caches' lines from it that
 * it is about to write. So a few records are left to become many. */
static void take_a_nap(void)
{
    struct timespec ts = {0, NAP_NS};

    (void)nanosleep(&ts, NULL);
}

bool pmt_session_turn(struct pmt_session *s, int also_fd)
{
    uint64_t now, taken = pmt_drain_some(&s->drain, TURN_RECORDS);

    if (s->drain.fork_serial >= 0)
        see_to_fork(s);
    notice_failure(s);
    now = pmt_now_ns();
    housekeeping(s, now);
    if (taken && taken < BATCH)
        take_a_nap();
    if (taken)
        return true;
    if (!has_ended(s, also_fd, 1))
        return true;
    /* Ended: what was committed before is visible now. */
    while (pmt_drain_some(&s->drain, TURN_RECORDS) || s->drain.fork_serial >= 0)
        if (s->drain.fork_serial >= 0)
            see_to_fork(s);
    return false;
}

void pmt_session_end(struct pmt_session *s, int wait_status)
{
    s->end_kind = pmt_facts_end_kind(s, wait_status);
    pmt_drain_troubles(&s->drain);
    notice_failure(s);
    if (!s->broken && pmt_facts_end(s, wait_status, &s->error) != PMT_OK) {
        s->broken = true;
        name_path(s, &s->error);
    }
}

void pmt_session_release(struct pmt_session *s)
{
    pmt_writer_close(s->writer);
    pmt_drain_release(&s->drain);
    if (s->shm)
        (void)munmap(s->shm, sizeof *s->shm);
    if (s->file >= 0)
        (void)close(s->file);
    if (s->pidfd >= 0)
        (void)close(s->pidfd);
    s->writer = NULL;
    s->shm = NULL;
    s->file = s->pidfd = -1;
}
