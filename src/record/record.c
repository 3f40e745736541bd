/*
 * record.c - run a command and record its Python's memory life.
 *
 * The first CPython that says hello is recorded by this very process; with --follow
 * every further one gets a recorder process of its own (session.c). Signals from the
 * terminal go to the command as well, so the recorder ignores them and ends when the
 * command does.
 */
#include <pymemtrace/record.h>

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/strbuf.h"
#include "record/channel.h"
#include "record/session.h"

struct recording {
    const struct pmt_record_options *options;
    struct pmt_tally *tally;      /* shared with the recorder processes we fork */
    struct pmt_session session;   /* of the first CPython */
    bool begun;                   /* ... which has said hello */
    bool over;                    /* ... and has ended */
    int listen_fd;
    char address[64];
    int file;                     /* opened beforehand, or -1 */
    uint32_t n_ignored;           /* interpreters that came later */
    int signal_fd;                /* signals to hand on to the command */
    pid_t child;                  /* the command */
    bool child_ended;
    int child_status;
    enum pmt_status refused;      /* E_TARGET: the interpreter, E_IO: our own file */
    struct pmt_error why;
};

/* -- starting the command -- */

/* A full disk or a reader that went away is an error of the trace, not our end; and a
 * parent that ignores its children must not keep us from waiting for ours. */
static const struct { int signal; void (*handler)(int); } set_aside[] = {
    {SIGPIPE, SIG_IGN}, {SIGXFSZ, SIG_IGN}, {SIGCHLD, SIG_DFL},
};
#define N_SET_ASIDE (sizeof set_aside / sizeof *set_aside)

/* Sent to us, meant for the command. */
static const int handed_on[] = {SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGUSR1, SIGUSR2};
#define N_HANDED_ON (sizeof handed_on / sizeof *handed_on)

struct saved_signals {
    struct sigaction action[N_SET_ASIDE];
    sigset_t mask;
};

static int take_signals(struct saved_signals *saved)
{
    sigset_t passed;

    for (size_t i = 0; i < N_SET_ASIDE; i++) {
        struct sigaction ours = {.sa_handler = set_aside[i].handler};

        (void)sigaction(set_aside[i].signal, &ours, &saved->action[i]);
    }
    (void)sigemptyset(&passed);
    for (size_t i = 0; i < N_HANDED_ON; i++)
        (void)sigaddset(&passed, handed_on[i]);
    (void)sigprocmask(SIG_BLOCK, &passed, &saved->mask);
    return signalfd(-1, &passed, SFD_CLOEXEC | SFD_NONBLOCK);
}

static void give_signals_back(const struct saved_signals *saved)
{
    for (size_t i = 0; i < N_SET_ASIDE; i++)
        (void)sigaction(set_aside[i].signal, &saved->action[i], NULL);
    (void)sigprocmask(SIG_SETMASK, &saved->mask, NULL);
}

static bool names(const char *entry, const char *variable)
{
    size_t n = strlen(variable);

    return !strncmp(entry, variable, n) && entry[n] == '=';
}

/* The inherited environment with our two variables: the agent before what LD_PRELOAD
 * has, and where it has it, so that it is as it was once the agent has taken itself
 * out. NULL = out of memory; the process execs or ends, nothing is freed. */
static char **environment(const char *agent, const char *address)
{
    extern char **environ;
    const char *before = getenv(PMT_ENV_PRELOAD);
    struct pmt_strbuf preload = {0}, name = {0};
    size_t n = 0, at = 0;
    char **env;

    while (environ[n])
        n++;
    env = pmt_alloc_array(n + 3, sizeof *env);
    pmt_strbuf_printf(&preload, "%s=%s%s%s", PMT_ENV_PRELOAD, agent,
                      before ? ":" : "", before ? before : "");
    pmt_strbuf_printf(&name, "%s=%s", PMT_ENV_SOCKET, address);
    if (!env || preload.failed || name.failed)
        return NULL;
    env[at++] = name.at;
    if (!before)
        env[at++] = preload.at;
    for (size_t i = 0; i < n; i++)
        if (names(environ[i], PMT_ENV_PRELOAD))
            env[at++] = preload.at;
        else if (!names(environ[i], PMT_ENV_SOCKET))
            env[at++] = environ[i];
    env[at] = NULL;
    return env;
}

static _Noreturn void exec_command(const struct recording *r,
                                   const struct saved_signals *saved, int report_fd)
{
    char **env = environment(r->options->agent_path, r->address);
    int failure;

    give_signals_back(saved);
    errno = ENOMEM;
    if (env)
        (void)execvpe(r->options->argv[0], r->options->argv, env);
    failure = errno;
    (void)!write(report_fd, &failure, sizeof failure);
    _exit(127);
}

/* A program is given to its interpreter, as it is without us. */
static enum pmt_status cannot_be_run(const char *command, int failure, struct pmt_error *err)
{
    size_t n = strlen(command);
    bool python = n > 3 && !strcmp(command + n - 3, ".py") && !access(command, R_OK);

    if (python)
        return pmt_error_set(err, PMT_E_TARGET, "%s: cannot be run alone: name its interpreter as "
                             "well: python3 %s", command, command);
    return pmt_error_set(err, PMT_E_TARGET, "%s: cannot be run: %s", command, strerror(failure));
}

static enum pmt_status start_command(struct recording *r, const struct saved_signals *saved,
                                     struct pmt_error *err)
{
    int report[2], failure = 0;
    ssize_t n;

    if (pipe2(report, O_CLOEXEC))
        return pmt_error_set(err, PMT_E_IO, "cannot make a pipe: %s", strerror(errno));
    r->child = fork();
    if (r->child == 0)
        exec_command(r, saved, report[1]);
    (void)close(report[1]);
    do
        n = r->child < 0 ? 0 : read(report[0], &failure, sizeof failure);
    while (n < 0 && errno == EINTR);
    (void)close(report[0]);
    if (r->child < 0)
        return pmt_error_set(err, PMT_E_IO, "cannot fork: %s", strerror(errno));
    if (n == (ssize_t)sizeof failure) {
        (void)waitpid(r->child, &r->child_status, 0);
        r->child_ended = true;
        return cannot_be_run(r->options->argv[0], failure, err);
    }
    return PMT_OK;
}

/* -- while it runs -- */

static void refuse(struct recording *r, int connection, enum pmt_status st, const char *why)
{
    pmt_channel_ack(connection, (struct pmt_ack){.action = PMT_ACK_DIE}, -1);
    if (r->refused == PMT_OK)
        r->refused = pmt_error_set(&r->why, st, "%s", why);
}

static void begin_first(struct recording *r, const struct pmt_hello *hello, int connection)
{
    struct pmt_error err;
    char text[400];
    enum pmt_status st;

    if (*hello->refusal) {
        (void)snprintf(text, sizeof text, "%s (CPython %s): cannot be recorded: %s",
                       r->options->argv[0], hello->python, hello->refusal);
        refuse(r, connection, PMT_E_TARGET, text);
        return;
    }
    st = pmt_session_begin(&r->session, hello, connection, r->file, &err);
    if (st != PMT_OK) {
        refuse(r, connection, st, err.msg);
        return;
    }
    r->begun = true;
    r->file = -1; /* the session's now */
}

static void greet(struct recording *r)
{
    struct pmt_hello hello;
    int connection = pmt_channel_accept(r->listen_fd, &hello);

    if (connection < 0)
        return;
    if (!r->begun && r->refused == PMT_OK)
        begin_first(r, &hello, connection);
    else if (!r->begun) /* what comes after one that was refused does not run either */
        pmt_channel_ack(connection, (struct pmt_ack){.action = PMT_ACK_DIE}, -1);
    else if (r->options->follow && !*hello.refusal)
        pmt_session_spawn(&r->session, &hello, connection);
    else {
        pmt_channel_ack(connection, (struct pmt_ack){.action = PMT_ACK_IGNORE}, -1);
        r->n_ignored++;
    }
}

static void reap(struct recording *r, int flags)
{
    while (!r->child_ended) {
        pid_t pid = waitpid(r->child, &r->child_status, flags);

        if (pid == r->child || (pid < 0 && errno == ECHILD))
            r->child_ended = true;
        else if (pid == 0 || errno != EINTR)
            return;
    }
}

static bool readable(int fd, int timeout_ms)
{
    struct pollfd p = {.fd = fd, .events = POLLIN};

    return poll(&p, 1, timeout_ms) > 0;
}

static void end_session(struct recording *r)
{
    r->over = true;
    if (r->session.pid == r->child)
        reap(r, 0);
    pmt_session_end(&r->session, r->session.pid == r->child && r->child_ended
                                     ? r->child_status : -1);
}

/* What the terminal's keys send goes to the whole group, so the command has it. */
static void pass_signals(const struct recording *r)
{
    struct signalfd_siginfo info;

    while (r->signal_fd >= 0 && read(r->signal_fd, &info, sizeof info) > 0)
        if (!r->child_ended && info.ssi_code != SI_KERNEL)
            (void)kill(r->child, (int)info.ssi_signo);
}

/* The recorder processes of followed ones; meanwhile those may start more. */
static void wait_for_followers(struct recording *r)
{
    bool any = true;

    while (any) {
        if (readable(r->listen_fd, 0))
            greet(r);
        pass_signals(r);
        while (waitpid(-1, NULL, WNOHANG) > 0)
            continue;
        any = waitpid(-1, NULL, WNOHANG) == 0;
        if (any)
            (void)readable(r->listen_fd, 10);
    }
}

/* Until the command and all sessions have ended. */
static void watch(struct recording *r)
{
    while (!r->child_ended || (r->begun && !r->over)) {
        bool idle = !r->begun || r->over;

        pass_signals(r);
        if (readable(r->listen_fd, idle ? 2 : 0))
            greet(r);
        if (r->begun && !r->over && !pmt_session_turn(&r->session, r->listen_fd))
            end_session(r);
        if (idle)
            reap(r, WNOHANG);
    }
    wait_for_followers(r);
}

/* What the trace does not hold of its process. */
static void say_end(const struct recording *r, char *out, size_t size)
{
    const struct pmt_session *s = &r->session;
    const char *kind = s->end_kind ? s->end_kind : "";

    if (!strcmp(kind, "exec"))
        (void)snprintf(out, size, "it ends where the process began another program");
    else if (strcmp(kind, "killed"))
        return;
    else if (s->pid == r->child && WIFSIGNALED(r->child_status))
        (void)snprintf(out, size, "partial: killed by signal %d", WTERMSIG(r->child_status));
    else
        (void)snprintf(out, size, "partial: the process was killed");
}

static void summarize(const struct recording *r, uint64_t start_ns,
                      struct pmt_record_summary *out)
{
    const struct pmt_session *s = &r->session;

    out->wait_status = r->child_status;
    out->run_ns = pmt_now_ns() - start_ns;
    out->n_traces = atomic_load(&r->tally->traces);
    if (!r->begun)
        return;
    memcpy(out->python, s->python, sizeof s->python);
    out->events = pmt_writer_events(s->writer);
    out->file_bytes = pmt_writer_file_bytes(s->writer);
    out->n_children = r->n_ignored +
                      (r->options->follow ? 0 : atomic_load(&s->shm->children));
    memcpy(out->trace_path, s->path, sizeof out->trace_path);
    say_end(r, out->partial, sizeof out->partial);
}

static enum pmt_status verdict(struct recording *r, struct pmt_error *err)
{
    if (r->refused != PMT_OK) {
        *err = r->why;
        return r->refused;
    }
    if (!r->begun)
        return pmt_error_set(err, PMT_E_TARGET,
                             "%s: no CPython was seen, nothing was recorded: is it a "
                             "Python program, and not statically linked or setuid?",
                             r->options->argv[0]);
    if (r->session.broken) {
        *err = r->session.error;
        return err->status;
    }
    if (atomic_load(&r->tally->failed))
        return pmt_error_set(err, PMT_E_IO, "%u traces of children could not be written",
                             (unsigned)atomic_load(&r->tally->failed));
    return PMT_OK;
}

static enum pmt_status prepare(struct recording *r, struct pmt_error *err)
{
    enum pmt_status st = PMT_OK;

    if (access(r->options->agent_path, R_OK))
        return pmt_error_set(err, PMT_E_IO, "%s: cannot read the agent: %s",
                             r->options->agent_path, strerror(errno));
    if (strpbrk(r->options->agent_path, ": "))
        return pmt_error_set(err, PMT_E_IO, "%s: a preloaded library cannot lie in a "
                             "folder with a space or colon in its name",
                             r->options->agent_path);
    /* A name that is taken or cannot be made is told before the command runs. */
    if (pmt_session_one_file(r->options) && !r->options->force)
        st = pmt_session_create(r->options->output, r->options->force, &r->file, err);
    pmt_channel_name(r->address);
    if (st == PMT_OK)
        st = pmt_channel_listen(&r->listen_fd, r->address, err);
    r->session.listen_fd = r->listen_fd;
    return st;
}

static void clean_up(struct recording *r)
{
    if (r->file >= 0) { /* nothing was recorded into it */
        (void)close(r->file);
        (void)unlink(r->options->output);
    }
    if (r->listen_fd >= 0)
        (void)close(r->listen_fd);
    if (r->signal_fd >= 0)
        (void)close(r->signal_fd);
    if (r->begun)
        pmt_session_release(&r->session);
}

enum pmt_status pmt_record(const struct pmt_record_options *options,
                           struct pmt_record_summary *summary, struct pmt_error *err)
{
    struct recording r = {.options = options, .listen_fd = -1, .file = -1, .signal_fd = -1};
    struct saved_signals saved;
    uint64_t start_ns = pmt_now_ns();
    enum pmt_status st;

    memset(summary, 0, sizeof *summary);
    r.tally = mmap(NULL, sizeof *r.tally, PROT_READ | PROT_WRITE,
                   MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (r.tally == MAP_FAILED)
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory");
    r.session.options = options;
    r.session.tally = r.tally;
    r.session.file = r.session.pidfd = r.session.listen_fd = -1;
    r.signal_fd = take_signals(&saved);
    st = prepare(&r, err);
    if (st == PMT_OK)
        st = start_command(&r, &saved, err);
    if (st == PMT_OK) {
        watch(&r);
        st = verdict(&r, err);
    }
    summarize(&r, start_ns, summary);
    clean_up(&r);
    give_signals_back(&saved);
    (void)munmap(r.tally, sizeof *r.tally);
    return st;
}
