/* main.c - global options, dispatch, errors and exit codes. */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <pymemtrace/pymemtrace.h>
#include "base/nearest.h"
#include "cli/cli.h"

#define COMMAND(name) extern const struct pmt_command pmt_cmd_##name;
#include "cli/command.def"

static const struct pmt_command *const commands[] = {
#define COMMAND(name) &pmt_cmd_##name,
#include "cli/command.def"
};
enum { N_COMMANDS = sizeof commands / sizeof *commands };

int pmt_cli_error(const struct pmt_error *err)
{
    char line[sizeof err->msg];
    size_t n = 0;

    for (; err->msg[n]; n++) {
        unsigned char c = (unsigned char)err->msg[n];

        line[n] = c < ' ' || c == 0x7f ? '?' : (char)c;
    }
    line[n] = '\0';
    (void)fflush(stdout);
    (void)fprintf(stderr, "pymemtrace: %s\n", line);
    return pmt_status_exit(err->status);
}

int pmt_cli_usage(const char *fmt, ...)
{
    struct pmt_error err;
    char text[sizeof err.msg];
    va_list ap;

    va_start(ap, fmt);
    (void)vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    (void)pmt_error_set(&err, PMT_E_USAGE, "%s", text);
    return pmt_cli_error(&err);
}

void pmt_cli_end_by_pipe(void)
{
    (void)signal(SIGPIPE, SIG_DFL);
    (void)raise(SIGPIPE);
}

int pmt_cli_failed(const struct pmt_error *err)
{
    struct pollfd out = {.fd = STDOUT_FILENO};

    /* A pipe without a reader polls as an error. */
    if (ferror(stdout) && poll(&out, 1, 0) == 1 && (out.revents & POLLERR))
        pmt_cli_end_by_pipe();
    return pmt_cli_error(err);
}

int pmt_cli_done(int exit_code)
{
    struct pmt_error err;

    errno = 0;
    if (fflush(stdout) == 0 && !ferror(stdout))
        return exit_code;
    (void)pmt_error_set(&err, PMT_E_IO, "standard output: %s",
                        errno ? strerror(errno) : "write failed");
    return pmt_cli_failed(&err);
}

enum pmt_status pmt_cli_format(bool json, bool csv, struct pmt_report_options *out,
                               struct pmt_error *err)
{
    const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");

    *out = (struct pmt_report_options){
        .format = json ? PMT_FORMAT_JSON : csv ? PMT_FORMAT_CSV : PMT_FORMAT_TEXT,
        .color = isatty(STDOUT_FILENO) && !(no_color && *no_color) &&
                 !(term && !strcmp(term, "dumb")),
    };
    if (json && csv)
        return pmt_error_set(err, PMT_E_USAGE, "--json and --csv: give one of them");
    return PMT_OK;
}

bool pmt_cli_contradicted(const struct pmt_verify *v)
{
    return v->checked && (v->placement_mismatches || v->class_mismatches ||
                          v->book_mismatches || v->gc.mismatches || v->list_mismatches ||
                          !v->books_balance);
}

static void print_overview(FILE *to)
{
    (void)fputs("usage: pymemtrace COMMAND [OPTION ...] [OPERAND ...]\n"
                "       pymemtrace COMMAND --help\n"
                "       pymemtrace help [COMMAND]\n"
                "       pymemtrace --help | --version\n"
                "\n"
                "Record what a Python program does to memory, once; then replay it under any\n"
                "allocator configuration.\n"
                "\n"
                "commands:\n", to);
    for (size_t i = 0; i < N_COMMANDS; i++)
        (void)fprintf(to, "  %-8s  %s\n", commands[i]->name, commands[i]->summary);
}

static void print_help(const struct pmt_command *cmd)
{
    const char *form = cmd->synopsis;
    const char *lead = "usage:";

    while (*form) {
        size_t len = strcspn(form, "\n");

        printf("%s pymemtrace %s %.*s\n", lead, cmd->name, (int)len, form);
        lead = "      ";
        form += len + (form[len] == '\n');
    }
    printf("\n%s\n\noptions:\n", cmd->summary);
    pmt_options_print(cmd->options, stdout);
}

static const struct pmt_command *find(const char *name)
{
    for (size_t i = 0; i < N_COMMANDS; i++)
        if (!strcmp(commands[i]->name, name))
            return commands[i];
    return NULL;
}

static int unknown(const char *word)
{
    static const char *const globals[] = {"--help", "--version"};
    bool is_option = word[0] == '-';
    const char *names[N_COMMANDS + 1];
    const char *const *from = is_option ? globals : names;
    size_t n = is_option ? sizeof globals / sizeof *globals : N_COMMANDS + 1;
    const char *what = is_option ? "option" : "command";
    const char *near;

    for (size_t i = 0; i < N_COMMANDS; i++)
        names[i] = commands[i]->name;
    names[N_COMMANDS] = "help";
    near = pmt_completion(word, from, n);
    if (!near)
        near = pmt_nearest(word, from, n);
    if (near)
        return pmt_cli_usage("unknown %s %s: did you mean %s?", what, word, near);
    return pmt_cli_usage("unknown %s %s: see pymemtrace --help", what, word);
}

static int run_command(const struct pmt_command *cmd, int argc, char **argv)
{
    _Alignas(max_align_t) unsigned char args[PMT_ARGS_MAX] = {0};
    struct pmt_parsed parsed;
    struct pmt_error err;
    enum pmt_status st;

    if (cmd->args_bytes > sizeof args) {
        (void)pmt_error_set(&err, PMT_E_INTERNAL, "%s: PMT_ARGS_MAX is too small", cmd->name);
        return pmt_cli_error(&err);
    }
    st = pmt_options_parse(cmd->name, cmd->options, cmd->stop_at_operand, argc, argv,
                           args, &parsed, &err);
    if (st != PMT_OK) {
        char msg[sizeof err.msg];

        memcpy(msg, err.msg, sizeof msg);
        (void)pmt_error_set(&err, st, "%s: %s", cmd->name, msg);
        return pmt_cli_error(&err);
    }
    if (parsed.help) {
        print_help(cmd);
        return pmt_cli_done(PMT_EXIT_OK);
    }
    if (parsed.n_operands < cmd->min_operands || parsed.n_operands > cmd->max_operands)
        return pmt_cli_usage("%s: too %s operands: pymemtrace %s %.*s", cmd->name,
                             parsed.n_operands < cmd->min_operands ? "few" : "many",
                             cmd->name, (int)strcspn(cmd->synopsis, "\n"), cmd->synopsis);
    return cmd->run(args, parsed.operand, parsed.n_operands);
}

/* `pymemtrace help [COMMAND]`, as `pymemtrace [COMMAND] --help`. */
static int help(int argc, char **argv)
{
    const struct pmt_command *cmd;

    if (argc > 1)
        return pmt_cli_usage("help: too many operands: pymemtrace help [COMMAND]");
    if (argc == 0 || !strcmp(argv[0], "help") || !strcmp(argv[0], "--help") ||
        !strcmp(argv[0], "-h")) {
        print_overview(stdout);
        return pmt_cli_done(PMT_EXIT_OK);
    }
    cmd = find(argv[0]);
    if (!cmd)
        return unknown(argv[0]);
    print_help(cmd);
    return pmt_cli_done(PMT_EXIT_OK);
}

int main(int argc, char **argv)
{
    const struct pmt_command *cmd;

    if (argc < 2) {
        print_overview(stderr);
        return pmt_status_exit(PMT_E_USAGE);
    }
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
        return help(0, NULL);
    if (!strcmp(argv[1], "help"))
        return help(argc - 2, argv + 2);
    if (!strcmp(argv[1], "--version") || !strcmp(argv[1], "-V")) {
        printf("pymemtrace %s\n", pmt_version());
        return pmt_cli_done(PMT_EXIT_OK);
    }
    cmd = find(argv[1]);
    if (!cmd)
        return unknown(argv[1]);
    return run_command(cmd, argc - 2, argv + 2);
}
