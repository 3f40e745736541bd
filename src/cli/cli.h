/* cli.h - what the command files share. For src/cli only.
 *
 * To add a command foo: a row in command.def, cmd_foo.c with its entry
 * pmt_cmd_foo, man/pymemtrace-foo.1, tests/cli/foo-*.sh. The cases help-*.sh fail
 * until the page is there and agrees with the entry. */
#ifndef PMT_CLI_CLI_H
#define PMT_CLI_CLI_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <pymemtrace/result.h>
#include <pymemtrace/status.h>
#include "cli/options.h"
#include "report/report.h"

/* Exit codes that are findings, not statuses (pymemtrace(1), EXIT STATUS). */
enum { PMT_EXIT_OK = 0, PMT_EXIT_DIFFERS = 1, PMT_EXIT_PARTIAL = 3 };

#define PMT_ARGS_MAX 128 /* bytes of the largest argument struct */

struct pmt_command {
    const char *name;
    const char *summary;     /* its line in `pymemtrace --help` */
    const char *synopsis;    /* its forms without "pymemtrace NAME", one per line */
    const struct pmt_option *options;
    size_t args_bytes;       /* size of the argument struct */
    unsigned min_operands, max_operands;
    bool stop_at_operand;    /* what follows the first operand is not ours */
    /* Runs it; args is the argument struct. Returns the exit code. */
    int (*run)(const void *args, char **operand, unsigned n_operands);
};

/* Print "pymemtrace: MESSAGE" on stderr, one line whatever the message holds;
 * returns the exit code of the error's status. */
int pmt_cli_error(const struct pmt_error *err);

/* The same for a usage error found by a command. */
int pmt_cli_usage(const char *fmt, ...) PMT_PRINTF(1, 2);

/* The end of a command that printed: flush; `exit_code`, or that of a failed write. */
int pmt_cli_done(int exit_code);

/* The end of a command that failed, perhaps in printing. */
int pmt_cli_failed(const struct pmt_error *err);

/* The reader of stdout went away and SIGPIPE is ignored: end, silently, as if it
 * were not, the way any filter does. */
void pmt_cli_end_by_pipe(void);

/* How to print, from a command's --json and --csv; colour on a terminal that can,
 * unless NO_COLOR is set. E_USAGE if both are given. */
enum pmt_status pmt_cli_format(bool json, bool csv, struct pmt_report_options *out,
                               struct pmt_error *err);

/* Whether the model contradicts the interpreter, or its own books. */
bool pmt_cli_contradicted(const struct pmt_verify *verify);

#endif
