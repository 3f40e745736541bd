/* cmd_diff.c - results side by side, two or more: of one trace under as many
 * configurations, or of runs in databases. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/cli.h"
#include "cli/progress.h"

#define MOST_PATH 4096 /* bytes */

struct args {
    bool json;
    bool csv;
    bool quiet;
    unsigned verbose;
};

static const struct pmt_option options[] = {
    PMT_OPTION_JSON(struct args),
    PMT_OPTION_CSV(struct args),
    PMT_OPTION_QUIET(struct args, "print nothing; the exit status tells"),
    PMT_OPTION_VERBOSE(struct args, "print the figures that are equal, too"),
    {.name = NULL},
};

/* A run number from 1, or 0 if the word is none. */
static int64_t run_number(const char *word)
{
    char *end;
    long long n;

    if (!isdigit((unsigned char)word[0]))
        return 0;
    n = strtoll(word, &end, 10);
    return *end || n < 1 ? 0 : n;
}

static enum pmt_status
get_run(const char *path, int64_t run_id, struct pmt_result *out, struct pmt_error *err)
{
    struct pmt_store *store;
    enum pmt_status st = pmt_store_open(path, PMT_STORE_READ, &store, err);

    if (st != PMT_OK)
        return st;
    st = pmt_store_get(store, run_id, out, err);
    pmt_store_close(store);
    return st;
}

/* What the operands name. */
enum form {
    OF_TRACE,     /* TRACE SPEC SPEC ... */
    OF_RUNS,      /* DB RUN RUN ... */
    OF_DATABASES, /* DB[:RUN] DB[:RUN] ... */
};

/* DB:RUN in two; false: the word is a path. A file whose name has a colon is taken as it
 * is. */
static bool split_run(const char *word, char *path, size_t room, int64_t *run_id)
{
    const char *colon = strrchr(word, ':');

    *run_id = colon ? run_number(colon + 1) : 0;
    if (*run_id == 0 || access(word, F_OK) == 0)
        return false;
    (void)snprintf(path, room, "%.*s", (int)(colon - word), word);
    return true;
}

static bool names_run(const char *word)
{
    char path[MOST_PATH];
    int64_t run_id;

    return pmt_store_is_database(split_run(word, path, sizeof path, &run_id) ? path : word);
}

/* Two operands are two databases, or wrong. */
static enum form form_of(char **operand, unsigned n_operands)
{
    if (n_operands == 2 || (names_run(operand[0]) && names_run(operand[1])))
        return OF_DATABASES;
    return pmt_store_is_database(operand[0]) ? OF_RUNS : OF_TRACE;
}

static enum pmt_status
get_named_run(const char *word, struct pmt_result *out, struct pmt_error *err)
{
    char path[MOST_PATH];
    int64_t run_id;

    if (split_run(word, path, sizeof path, &run_id))
        return get_run(path, run_id, out, err);
    if (access(word, F_OK) == 0 && !pmt_store_is_database(word))
        return pmt_error_set(err, PMT_E_USAGE,
                             "diff: %s is no database: for a trace give two "
                             "configurations too, diff TRACE SPEC SPEC", word);
    return get_run(word, 0, out, err);
}

static enum pmt_status
get_numbered_run(const char *path, const char *word, struct pmt_result *out,
                 struct pmt_error *err)
{
    int64_t run_id = run_number(word);

    if (run_id == 0)
        return pmt_error_set(err, PMT_E_USAGE,
                             "diff: '%s' is not the number of a run: see pymemtrace "
                             "stats --runs %s", word, path);
    return get_run(path, run_id, out, err);
}

static unsigned count_sides(enum form form, unsigned n_operands)
{
    return form == OF_DATABASES ? n_operands : n_operands - 1;
}

static enum pmt_status
get_side(enum form form, unsigned side, char **operand, bool quiet, struct pmt_result *out,
         struct pmt_error *err)
{
    switch (form) {
    case OF_DATABASES:
        return get_named_run(operand[side], out, err);
    case OF_RUNS:
        return get_numbered_run(operand[0], operand[side + 1], out, err);
    case OF_TRACE:
        break;
    }
    return pmt_progress_run(operand[0], operand[side + 1], false, quiet, out, err);
}

static bool any_differs(const struct pmt_result *const *sides, unsigned n)
{
    for (size_t i = 0; i < pmt_metric_count(); i++)
        for (unsigned k = 1; k < n; k++)
            if (pmt_metric_get(&sides[k]->metrics, i) !=
                pmt_metric_get(&sides[0]->metrics, i))
                return true;
    return false;
}

static bool any_partial(const struct pmt_result *const *sides, unsigned n)
{
    for (unsigned k = 0; k < n; k++)
        if (sides[k]->partial)
            return true;
    return false;
}

/* Print the sides, or only look at them. */
static enum pmt_status compare(const struct args *args, const struct pmt_result *const *sides,
                               unsigned n, const struct pmt_report_options *print,
                               int *exit_code, struct pmt_error *err)
{
    enum pmt_status st = PMT_OK;
    bool differs = false;

    if (args->quiet)
        differs = any_differs(sides, n);
    else
        st = pmt_report_diff(stdout, sides, n, print, &differs, err);
    if (differs)
        *exit_code = PMT_EXIT_DIFFERS;
    else
        *exit_code = any_partial(sides, n) ? PMT_EXIT_PARTIAL : PMT_EXIT_OK;
    return st;
}

static int run_sides(const struct args *args, enum form form, char **operand, unsigned n)
{
    struct pmt_result result[PMT_REPORT_MOST_SIDES] = {{.partial = NULL}};
    const struct pmt_result *sides[PMT_REPORT_MOST_SIDES];
    struct pmt_report_options print;
    struct pmt_error err;
    int exit_code = PMT_EXIT_OK;
    enum pmt_status st = pmt_cli_format(args->json, args->csv, &print, &err);

    print.all = args->verbose > 0;
    for (unsigned i = 0; i < n && st == PMT_OK; i++) {
        st = get_side(form, i, operand, args->quiet, &result[i], &err);
        sides[i] = &result[i];
    }
    if (st == PMT_OK)
        st = compare(args, sides, n, &print, &exit_code, &err);
    for (unsigned i = 0; i < n; i++)
        pmt_result_release(&result[i]);
    return st == PMT_OK ? pmt_cli_done(exit_code) : pmt_cli_failed(&err);
}

static int run(const void *args, char **operand, unsigned n_operands)
{
    enum form form = form_of(operand, n_operands);
    unsigned n = count_sides(form, n_operands);

    if (n > PMT_REPORT_MOST_SIDES)
        return pmt_cli_usage("diff: %u sides are too many: give at most %u", n,
                             PMT_REPORT_MOST_SIDES);
    if (form == OF_TRACE && !strcmp(operand[0], "-"))
        return pmt_cli_usage("diff: the trace is read %s, and standard input cannot be",
                             n == 2 ? "twice" : "several times");
    if (n_operands == 2 && run_number(operand[1]) && pmt_store_is_database(operand[0]) &&
        access(operand[1], F_OK) != 0)
        return pmt_cli_usage("diff: %s: give two runs: diff DB RUN RUN", operand[0]);
    return run_sides(args, form, operand, n);
}

const struct pmt_command pmt_cmd_diff = {
    .name = "diff",
    .summary = "compare configurations or runs side by side",
    .synopsis = "[-qv] [--json | --csv] TRACE SPEC SPEC [SPEC ...]\n"
                "[-qv] [--json | --csv] DB RUN RUN [RUN ...]\n"
                "[-qv] [--json | --csv] DB[:RUN] DB[:RUN] [DB[:RUN] ...]",
    .options = options,
    .args_bytes = sizeof(struct args),
    .min_operands = 2,
    .max_operands = UINT32_MAX, /* run() says how many sides */
    .run = run,
};
