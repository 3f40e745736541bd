/* cmd_record.c - run a command and record its Python. */
#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <pymemtrace/record.h>
#include "cli/cli.h"

/* One trace per process never overwrites another, whoever runs what twice. */
#define DEFAULT_OUTPUT "pymemtrace.%p.pmt"
#define PRECISE_EVENTS 10000
#define AGENT_NAME     "libpymemtrace-agent.so"

struct args {
    const char *output;
    bool follow;
    bool blocks_only;
    bool objects;
    uint64_t precise;
    bool force;
    bool quiet;
};

static const struct pmt_option options[] = {
    {.name = "output", .letter = 'o', .kind = PMT_OPTION_TEXT, .metavar = "FILE",
     .offset = offsetof(struct args, output),
     .help = "write the trace to FILE; %p in it is the process id"
             " (default " DEFAULT_OUTPUT ")"},
    {.name = "blocks-only", .kind = PMT_OPTION_FLAG, .offset = offsetof(struct args, blocks_only),
     .help = "leave the collector out: no collections, no gc settings"},
    {.name = "objects", .kind = PMT_OPTION_FLAG, .offset = offsetof(struct args, objects),
     .help = "record the type of every object, and what goes through free lists"},
    {.name = "follow", .kind = PMT_OPTION_FLAG, .offset = offsetof(struct args, follow),
     .help = "record child processes too, each into its own file"},
    {.name = "precise", .kind = PMT_OPTION_U64, .offset = offsetof(struct args, precise),
     .min = 1000, .max = UINT32_MAX, .alone = PRECISE_EVENTS, .metavar = "N",
     .help = "look for garbage of all generations every N events (default 10000), not only as often as is cheap"},
    {.name = "force", .letter = 'f', .kind = PMT_OPTION_FLAG,
     .offset = offsetof(struct args, force), .help = "overwrite FILE if it exists"},
    PMT_OPTION_QUIET(struct args, "no summary line on standard error"),
    {.name = NULL},
};

/* The folder of the running program, without a slash at the end. */
static bool program_folder(char *out, size_t size)
{
    ssize_t n = readlink("/proc/self/exe", out, size - 1);
    char *slash;

    if (n <= 0)
        return false;
    out[n] = '\0';
    slash = strrchr(out, '/');
    if (!slash)
        return false;
    *slash = '\0';
    return true;
}

/*
 * The agent lies beside the program in the build tree, in ../lib of it once
 * installed, and in the library folder the program was built for otherwise.
 */
static enum pmt_status find_agent(char *out, size_t size, struct pmt_error *err)
{
    static const char *const beside[] = {"", "/../lib"};
    char folder[4000];
    int n;

    if (!program_folder(folder, sizeof folder))
        return pmt_error_set(err, PMT_E_IO, "/proc/self/exe: %s: is /proc mounted?",
                             strerror(errno));
    for (size_t i = 0; i < sizeof beside / sizeof *beside; i++) {
        n = snprintf(out, size, "%s%s/" AGENT_NAME, folder, beside[i]);
        if (n > 0 && (size_t)n < size && access(out, R_OK) == 0)
            return PMT_OK;
    }
    (void)snprintf(out, size, "%s", PMT_LIBDIR "/" AGENT_NAME);
    if (access(out, R_OK) == 0)
        return PMT_OK;
    return pmt_error_set(err, PMT_E_IO, "%s: not in %s, its ../lib or %s: install pymemtrace again",
                         AGENT_NAME, folder, PMT_LIBDIR);
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

static void print_summary(const struct pmt_record_summary *s)
{
    double per_event = s->events ? (double)s->file_bytes / (double)s->events : 0;

    if (s->n_traces == 0)
        return;
    (void)fprintf(stderr, "pymemtrace: %s: %" PRIu64 " event%s of Python %s in %" PRIu64
                          " bytes (%.2f per event)",
                  s->trace_path, s->events, plural(s->events), s->python, s->file_bytes,
                  per_event);
    if (s->n_traces > 1)
        (void)fprintf(stderr, "; %" PRIu32 " more trace%s", s->n_traces - 1,
                      plural(s->n_traces - 1));
    if (s->n_children)
        (void)fprintf(stderr, "; %" PRIu32 " child process%s not recorded (see --follow)",
                      s->n_children, s->n_children == 1 ? "" : "es");
    if (s->partial[0])
        (void)fprintf(stderr, "; %s", s->partial);
    (void)fputc('\n', stderr);
}

/* What looks at objects, and what leaves them out. */
static enum pmt_status check_choice(const struct args *args, const char *command,
                                    struct pmt_error *err)
{
    const char *other = args->objects ? "--objects" : args->precise ? "--precise" : NULL;

    if (args->blocks_only && other)
        return pmt_error_set(err, PMT_E_USAGE, "record: --blocks-only and %s: which of the two?",
                             other);
    if (args->precise && *command && !command[strspn(command, "0123456789")])
        return pmt_error_set(err, PMT_E_USAGE, "record: the command is '%s': if that is meant for "
                             "--precise, write --precise=%s", command, command);
    return PMT_OK;
}

/* A name that no trace can have. */
static enum pmt_status check_output(const char *name, bool force, struct pmt_error *err)
{
    struct stat s;

    if (!*name)
        return pmt_error_set(err, PMT_E_USAGE, "record: -o: the name is empty");
    if (!strcmp(name, "-"))
        return pmt_error_set(err, PMT_E_USAGE, "record: -o -: standard output is the "
                             "command's own: name a file");
    if (stat(name, &s) == 0 && S_ISDIR(s.st_mode))
        return pmt_error_set(err, PMT_E_IO, "%s: is a directory: name a file", name);
    if (!force && stat(name, &s) == 0 && !S_ISREG(s.st_mode))
        return pmt_error_set(err, PMT_E_IO, "%s: is a device or a pipe: name a file, or write to "
                             "it all the same with -f", name);
    return PMT_OK;
}

/* As a shell would say it. */
static int exit_of(int wait_status)
{
    if (WIFEXITED(wait_status))
        return WEXITSTATUS(wait_status);
    return WIFSIGNALED(wait_status) ? 128 + WTERMSIG(wait_status) : 70;
}

static int run(const void *given, char **operand, unsigned n_operands)
{
    const struct args *args = given;
    struct pmt_record_summary summary = {0};
    struct pmt_record_options record = {
        .output = args->output ? args->output : DEFAULT_OUTPUT,
        .argv = operand, /* ends where argv ends, with NULL */
        .follow = args->follow,
        .blocks_only = args->blocks_only,
        .objects = args->objects,
        .precise_events = (uint32_t)args->precise,
        .force = args->force,
    };
    char agent[4096];
    struct pmt_error err;
    enum pmt_status st;

    operand[n_operands] = NULL;
    st = check_choice(args, operand[0], &err);
    if (st == PMT_OK)
        st = check_output(record.output, args->force, &err);
    if (st == PMT_OK)
        st = find_agent(agent, sizeof agent, &err);
    if (st != PMT_OK)
        return pmt_cli_error(&err);
    record.agent_path = agent;
    st = pmt_record(&record, &summary, &err);
    (void)signal(SIGPIPE, SIG_IGN); /* the status is the command's, whoever reads ours */
    if (!args->quiet && st == PMT_OK)
        print_summary(&summary);
    return st == PMT_OK ? exit_of(summary.wait_status) : pmt_cli_error(&err);
}

const struct pmt_command pmt_cmd_record = {
    .name = "record",
    .summary = "run a Python program and record it into a trace",
    .synopsis = "[-fq] [--blocks-only] [--follow] [--objects] [--precise[=N]] [-o FILE] [--] COMMAND [ARGUMENT ...]",
    .options = options,
    .args_bytes = sizeof(struct args),
    .min_operands = 1,
    .max_operands = UINT32_MAX,
    .stop_at_operand = true,
    .run = run,
};
