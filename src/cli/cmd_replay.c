/* cmd_replay.c - replay a trace under a configuration; print and keep the result. */
#include <inttypes.h>
#include "cli/cli.h"
#include "cli/progress.h"

struct args {
    const char *config;
    const char *db;
    bool json;
    bool csv;
    bool quiet;
    unsigned verbose;
};

static const struct pmt_option options[] = {
    {.name = "config", .letter = 'c', .kind = PMT_OPTION_TEXT, .metavar = "SPEC",
     .offset = offsetof(struct args, config),
     .help = "replay under this configuration (default: the trace's own)"},
    {.name = "db", .letter = 'd', .kind = PMT_OPTION_TEXT, .metavar = "FILE",
     .offset = offsetof(struct args, db), .help = "add the result to the database FILE"},
    PMT_OPTION_JSON(struct args),
    PMT_OPTION_CSV(struct args),
    PMT_OPTION_QUIET(struct args, "print nothing but errors"),
    PMT_OPTION_VERBOSE(struct args, "also the pool table, a timeline, and disagreements"),
    {.name = NULL},
};

static enum pmt_status
keep(const char *path, const struct pmt_result *result, int64_t *run_id,
     struct pmt_error *err)
{
    struct pmt_store *store;
    enum pmt_status st = pmt_store_open(path, PMT_STORE_WRITE, &store, err);

    if (st != PMT_OK)
        return st;
    st = pmt_store_put(store, result, run_id, err);
    pmt_store_close(store);
    return st;
}

static int exit_of(const struct pmt_result *result)
{
    if (pmt_cli_contradicted(&result->verify))
        return PMT_EXIT_DIFFERS;
    return result->partial ? PMT_EXIT_PARTIAL : PMT_EXIT_OK;
}

/* Keep first, print then: a reader that goes away does not cost the run. */
static enum pmt_status
deliver(const struct args *args, const struct pmt_report_options *print,
        const struct pmt_result *result, struct pmt_error *err)
{
    int64_t run_id = 0;
    enum pmt_status st = PMT_OK;

    if (args->db)
        st = keep(args->db, result, &run_id, err);
    if (st != PMT_OK || args->quiet)
        return st;
    st = pmt_report_summary(stdout, result, print, err);
    if (st == PMT_OK && args->db && print->format == PMT_FORMAT_TEXT)
        printf("\nkept as run %" PRId64 " of %s\n", run_id, args->db);
    return st;
}

static int run(const void *given, char **operand, unsigned n_operands)
{
    const struct args *args = given;
    struct pmt_report_options print;
    struct pmt_result result;
    struct pmt_error err;
    enum pmt_status st;
    int exit_code;

    (void)n_operands;
    if (pmt_cli_format(args->json, args->csv, &print, &err) != PMT_OK)
        return pmt_cli_error(&err);
    print.full = args->verbose > 0;
    st = pmt_progress_run(operand[0], args->config, false, args->quiet, &result, &err);
    if (st != PMT_OK)
        return pmt_cli_error(&err);
    exit_code = exit_of(&result);
    st = deliver(args, &print, &result, &err);
    pmt_result_release(&result);
    return st == PMT_OK ? pmt_cli_done(exit_code) : pmt_cli_failed(&err);
}

const struct pmt_command pmt_cmd_replay = {
    .name = "replay",
    .summary = "replay a trace under a configuration, print and keep the figures",
    .synopsis = "[-qv] [--json | --csv] [-c SPEC] [-d FILE] TRACE",
    .options = options,
    .args_bytes = sizeof(struct args),
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
