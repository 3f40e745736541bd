/* cmd_stats.c - the figures of one run, of a database or of a trace. */
#include <string.h>
#include <pymemtrace/trace.h>
#include "cli/cli.h"
#include "cli/progress.h"

struct args {
    const char *config;
    uint64_t run_id; /* 0 = the newest */
    bool runs;
    bool timeline;
    bool classes;
    bool collections;
    bool types;
    bool freelists;
    bool freelist_timeline;
    bool regions;
    bool objects;
    bool intervals;
    bool lengths;
    bool json;
    bool csv;
    bool quiet;
    unsigned verbose;
};

static const struct pmt_option options[] = {
    {.name = "run", .kind = PMT_OPTION_U64, .min = 1, .max = INT64_MAX, .metavar = "N",
     .offset = offsetof(struct args, run_id), .help = "the run N (default: the newest)"},
    {.name = "runs", .kind = PMT_OPTION_FLAG, .offset = offsetof(struct args, runs),
     .help = "list the runs of the database"},
    {.name = "timeline", .kind = PMT_OPTION_FLAG, .offset = offsetof(struct args, timeline),
     .help = "print the timeline"},
    {.name = "classes", .kind = PMT_OPTION_FLAG, .offset = offsetof(struct args, classes),
     .help = "print the size classes at the end"},
    {.name = "collections", .kind = PMT_OPTION_FLAG,
     .offset = offsetof(struct args, collections),
     .help = "print the collections, one per line"},
    {.name = "types", .kind = PMT_OPTION_FLAG, .offset = offsetof(struct args, types),
     .help = "print garbage and survivors by type"},
    {.name = "freelists", .kind = PMT_OPTION_FLAG, .offset = offsetof(struct args, freelists),
     .help = "print the free lists of types"},
    {.name = "freelist-timeline", .kind = PMT_OPTION_FLAG,
     .offset = offsetof(struct args, freelist_timeline),
     .help = "print the free lists over time"},
    {.name = "regions", .kind = PMT_OPTION_FLAG, .offset = offsetof(struct args, regions),
     .help = "of a script: print where its objects live"},
    {.name = "objects", .kind = PMT_OPTION_FLAG, .offset = offsetof(struct args, objects),
     .help = "print objects by type: made, alive, ages, deaths"},
    {.name = "intervals", .kind = PMT_OPTION_FLAG, .offset = offsetof(struct args, intervals),
     .help = "print objects by type between the program's marks"},
    {.name = "lengths", .kind = PMT_OPTION_FLAG, .offset = offsetof(struct args, lengths),
     .help = "print what free lists serve, by their length"},
    {.name = "config", .letter = 'c', .kind = PMT_OPTION_TEXT, .metavar = "SPEC",
     .offset = offsetof(struct args, config),
     .help = "replay TRACE under this configuration (default: its own)"},
    PMT_OPTION_JSON(struct args),
    PMT_OPTION_CSV(struct args),
    PMT_OPTION_QUIET(struct args, "no progress on standard error"),
    PMT_OPTION_VERBOSE(struct args, "also the pool table, a timeline, the longest collections, "
                       "types, and disagreements"),
    {.name = NULL},
};

/* An option for databases, and the file is none: it may not even be there. */
static enum pmt_status
no_database(const char *path, const char *option, struct pmt_error *err)
{
    struct pmt_trace *trace = NULL;
    bool is_input = !strcmp(path, "-");
    enum pmt_status st = is_input ? PMT_E_TRACE : pmt_trace_open(path, &trace, err);

    pmt_trace_close(trace);
    if (st == PMT_E_IO)
        return st;
    if (st == PMT_OK)
        return pmt_error_set(err, PMT_E_USAGE, "stats: %s is a trace: --%s needs a database",
                             path, option);
    return pmt_error_set(err, PMT_E_USAGE, "stats: %s is no database, and --%s needs one",
                         is_input ? "standard input" : path, option);
}

/* One of these tables alone. */
static const struct { const char *name; size_t offset; enum pmt_report_part part; } parts[] = {
    {"timeline", offsetof(struct args, timeline), PMT_PART_TIMELINE},
    {"classes", offsetof(struct args, classes), PMT_PART_CLASSES},
    {"collections", offsetof(struct args, collections), PMT_PART_COLLECTIONS},
    {"types", offsetof(struct args, types), PMT_PART_TYPES},
    {"freelists", offsetof(struct args, freelists), PMT_PART_FREE_LISTS},
    {"freelist-timeline", offsetof(struct args, freelist_timeline), PMT_PART_FREE_LIST_SAMPLES},
    {"regions", offsetof(struct args, regions), PMT_PART_REGIONS},
    {"objects", offsetof(struct args, objects), PMT_PART_OBJECTS},
    {"intervals", offsetof(struct args, intervals), PMT_PART_INTERVALS},
    {"lengths", offsetof(struct args, lengths), PMT_PART_LENGTHS},
};
#define N_PARTS (sizeof parts / sizeof *parts)

static enum pmt_report_part wanted_part(const struct args *args)
{
    for (size_t i = 0; i < N_PARTS; i++)
        if (*(const bool *)((const char *)args + parts[i].offset))
            return parts[i].part;
    return PMT_PART_SUMMARY;
}

/* What does not fit what the file is. */
static enum pmt_status
check_args(const struct args *args, const char *path, bool is_db, struct pmt_error *err)
{
    const char *first = NULL;

    for (size_t i = 0; i < N_PARTS; i++) {
        if (!*(const bool *)((const char *)args + parts[i].offset))
            continue;
        if (first)
            return pmt_error_set(err, PMT_E_USAGE, "stats: --%s and --%s: give one of them",
                                 first, parts[i].name);
        first = parts[i].name;
    }
    if (is_db && args->config)
        return pmt_error_set(err, PMT_E_USAGE,
                             "stats: --config is for a trace: a run in a database has one");
    if (!is_db && (args->run_id || args->runs))
        return no_database(path, args->runs ? "runs" : "run", err);
    return PMT_OK;
}

static enum pmt_status
list_runs(struct pmt_store *store, const struct pmt_report_options *print,
          struct pmt_error *err)
{
    struct pmt_store_run *runs;
    size_t n;
    enum pmt_status st = pmt_store_runs(store, &runs, &n, err);

    if (st != PMT_OK)
        return st;
    st = pmt_report_runs(stdout, runs, n, print, err);
    pmt_store_runs_free(runs, n);
    return st;
}

static enum pmt_status
show(const struct pmt_result *result, const struct pmt_report_options *print,
     int *exit_code, struct pmt_error *err)
{
    *exit_code = result->partial ? PMT_EXIT_PARTIAL : PMT_EXIT_OK;
    return pmt_report_summary(stdout, result, print, err);
}

static enum pmt_status
show_db(const char *path, const struct args *args, const struct pmt_report_options *print,
        int *exit_code, struct pmt_error *err)
{
    struct pmt_store *store;
    struct pmt_result result;
    enum pmt_status st = pmt_store_open(path, PMT_STORE_READ, &store, err);

    if (st != PMT_OK)
        return st;
    if (args->runs) {
        st = list_runs(store, print, err);
    } else {
        st = pmt_store_get(store, (int64_t)args->run_id, &result, err);
        if (st == PMT_OK) {
            st = show(&result, print, exit_code, err);
            pmt_result_release(&result);
        }
    }
    pmt_store_close(store);
    return st;
}

static enum pmt_status
show_trace(const char *path, const struct args *args, const struct pmt_report_options *print,
           int *exit_code, struct pmt_error *err)
{
    struct pmt_result result;
    enum pmt_status st =
        pmt_progress_run(path, args->config, false, args->quiet, &result, err);

    if (st == PMT_OK) {
        st = show(&result, print, exit_code, err);
        pmt_result_release(&result);
    }
    return st;
}

static int run(const void *given, char **operand, unsigned n_operands)
{
    const struct args *args = given;
    bool is_db = pmt_store_is_database(operand[0]);
    struct pmt_report_options print;
    struct pmt_error err;
    enum pmt_status st;
    int exit_code = PMT_EXIT_OK;

    (void)n_operands;
    if (pmt_cli_format(args->json, args->csv, &print, &err) != PMT_OK ||
        check_args(args, operand[0], is_db, &err) != PMT_OK)
        return pmt_cli_error(&err);
    print.full = args->verbose > 0;
    print.part = wanted_part(args);
    st = (is_db ? show_db : show_trace)(operand[0], args, &print, &exit_code, &err);
    return st == PMT_OK ? pmt_cli_done(exit_code) : pmt_cli_failed(&err);
}

const struct pmt_command pmt_cmd_stats = {
    .name = "stats",
    .summary = "show the figures of a run, of a database or of a trace",
    .synopsis = "[-qv] [--json | --csv] [--timeline | --classes | --collections | --types | --freelists | --freelist-timeline | --regions | --objects | --intervals | --lengths] [--run=N] DB\n"
                "[-qv] [--json | --csv] [--timeline | --classes | --collections | --types | --freelists | --freelist-timeline | --regions | --objects | --intervals | --lengths] [-c SPEC] TRACE\n"
                "--runs [--json | --csv] DB",
    .options = options,
    .args_bytes = sizeof(struct args),
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
