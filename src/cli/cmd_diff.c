/* cmd_diff.c - two results side by side: of one trace under two configurations, or
 * of runs in databases. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "cli/cli.h"
#include "cli/progress.h"

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

/* DB or DB:RUN. A file whose name has a colon is taken as it is. */
static enum pmt_status
get_named_run(const char *word, struct pmt_result *out, struct pmt_error *err)
{
    const char *colon = strrchr(word, ':');
    int64_t run_id = colon ? run_number(colon + 1) : 0;
    char path[4096];

    if (access(word, F_OK) == 0 || run_id == 0) {
        if (access(word, F_OK) == 0 && !pmt_store_is_database(word))
            return pmt_error_set(err, PMT_E_USAGE,
                                 "diff: %s is no database: for a trace give two "
                                 "configurations too, diff TRACE SPEC SPEC", word);
        return get_run(word, 0, out, err);
    }
    (void)snprintf(path, sizeof path, "%.*s", (int)(colon - word), word);
    return get_run(path, run_id, out, err);
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

/* Side 0 or 1 of what the operands name. */
static enum pmt_status
get_side(unsigned side, char **operand, unsigned n_operands, bool is_db, bool quiet,
         struct pmt_result *out, struct pmt_error *err)
{
    if (n_operands == 2)
        return get_named_run(operand[side], out, err);
    if (is_db)
        return get_numbered_run(operand[0], operand[side + 1], out, err);
    return pmt_progress_run(operand[0], operand[side + 1], false, quiet, out, err);
}

static int exit_of(const struct pmt_result *a, const struct pmt_result *b, bool differs)
{
    if (differs)
        return PMT_EXIT_DIFFERS;
    return a->partial || b->partial ? PMT_EXIT_PARTIAL : PMT_EXIT_OK;
}

static bool equal_metrics(const struct pmt_result *a, const struct pmt_result *b)
{
    for (size_t i = 0; i < pmt_metric_count(); i++)
        if (pmt_metric_get(&a->metrics, i) != pmt_metric_get(&b->metrics, i))
            return false;
    return true;
}

static int run(const void *given, char **operand, unsigned n_operands)
{
    const struct args *args = given;
    bool is_db = pmt_store_is_database(operand[0]);
    struct pmt_report_options print;
    struct pmt_result side[2] = {{.partial = NULL}};
    struct pmt_error err;
    enum pmt_status st;
    bool differs = false;
    int exit_code = PMT_EXIT_OK;

    if (n_operands == 3 && !is_db && !strcmp(operand[0], "-"))
        return pmt_cli_usage("diff: the trace is read twice, and standard input cannot be");
    if (n_operands == 2 && is_db && run_number(operand[1]) && access(operand[1], F_OK) != 0)
        return pmt_cli_usage("diff: %s: give two runs: diff DB RUN RUN", operand[0]);
    st = pmt_cli_format(args->json, args->csv, &print, &err);
    print.all = args->verbose > 0;
    for (unsigned i = 0; i < 2 && st == PMT_OK; i++)
        st = get_side(i, operand, n_operands, is_db, args->quiet, &side[i], &err);
    if (st == PMT_OK && args->quiet)
        differs = !equal_metrics(&side[0], &side[1]);
    else if (st == PMT_OK)
        st = pmt_report_diff(stdout, &side[0], &side[1], &print, &differs, &err);
    if (st == PMT_OK)
        exit_code = exit_of(&side[0], &side[1], differs);
    pmt_result_release(&side[0]);
    pmt_result_release(&side[1]);
    return st == PMT_OK ? pmt_cli_done(exit_code) : pmt_cli_failed(&err);
}

const struct pmt_command pmt_cmd_diff = {
    .name = "diff",
    .summary = "compare two configurations or two runs",
    .synopsis = "[-qv] [--json | --csv] TRACE SPEC SPEC\n"
                "[-qv] [--json | --csv] DB RUN RUN\n"
                "[-qv] [--json | --csv] DB[:RUN] DB[:RUN]",
    .options = options,
    .args_bytes = sizeof(struct args),
    .min_operands = 2,
    .max_operands = 3,
    .run = run,
};
