/* cmd_replay.c - replay a trace under a configuration; print and keep the result.
 *
 * What a script prints comes out as it runs, before the figures. Where these are for
 * programs, they are alone on standard output: JSON has what was printed as an array, CSV
 * leaves it out. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "cli/cli.h"
#include "cli/progress.h"
#include "report/escape.h"

struct args {
    const char *config;
    const char *db;
    bool step;
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
    {.name = "step", .kind = PMT_OPTION_FLAG, .offset = offsetof(struct args, step),
     .help = "of a script: print line by line what it changes (figures: with -v)"},
    PMT_OPTION_JSON(struct args),
    PMT_OPTION_CSV(struct args),
    PMT_OPTION_QUIET(struct args, "print nothing but errors, and what a script prints"),
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

/* -- what a script prints -- */

struct printing {
    enum pmt_report_format format;
    char **lines;    /* owned; of JSON */
    size_t n;
};

static void release_lines(struct printing *p)
{
    while (p->n)
        free(p->lines[--p->n]);
    free(p->lines);
}

static bool keep_line(struct printing *p, const char *text)
{
    char **grown = realloc(p->lines, (p->n + 1) * sizeof *grown);

    if (!grown)
        return false;
    p->lines = grown;
    p->lines[p->n] = strdup(text);
    return p->lines[p->n++] != NULL;
}

/* Safe on a terminal, whatever the script has made of its text; a text may have lines. */
static bool write_line(const char *text)
{
    bool good = true;

    do {
        size_t n = strcspn(text, "\n");
        struct pmt_strbuf part = {0}, safe = {0};

        pmt_strbuf_add(&part, text, n);
        pmt_escape_text(&safe, part.at);
        good = good && !part.failed && !safe.failed && puts(safe.at ? safe.at : "") >= 0;
        pmt_strbuf_release(&part);
        pmt_strbuf_release(&safe);
        text += n;
    } while (*text++);
    return good;
}

static bool on_print(void *arg, const char *text)
{
    struct printing *p = arg;

    if (p->format == PMT_FORMAT_JSON)
        return keep_line(p, text);
    return p->format == PMT_FORMAT_CSV || write_line(text);
}

static bool on_step(void *arg, const char *text)
{
    (void)arg;
    return write_line(text);
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
    if (st != PMT_OK || args->quiet || (args->step && !args->verbose))
        return st;
    if (args->step)
        printf("\n");
    st = pmt_report_summary(stdout, result, print, err);
    if (st == PMT_OK && args->db && print->format == PMT_FORMAT_TEXT)
        printf("\nkept as run %" PRId64 " of %s\n", run_id, args->db);
    return st;
}

static int run(const void *given, char **operand, unsigned n_operands)
{
    const struct args *args = given;
    struct pmt_report_options print;
    static const char *const nothing[] = {""};
    struct printing printing = {.n = 0};
    struct pmt_run_options how = {.spec = args->config, .print = on_print,
                                  .step = args->step ? on_step : NULL,
                                  .text_arg = &printing};
    struct pmt_result result;
    struct pmt_error err;
    enum pmt_status st;
    int exit_code = PMT_EXIT_OK;

    (void)n_operands;
    if (pmt_cli_format(args->json, args->csv, &print, &err) != PMT_OK)
        return pmt_cli_error(&err);
    if (args->step && (args->json || args->csv || args->quiet))
        return pmt_cli_usage("replay: --step and --%s: give one of them",
                             args->json ? "json" : args->csv ? "csv" : "quiet");
    print.full = args->verbose > (args->step ? 1 : 0);
    printing.format = print.format;
    st = pmt_progress_run_with(operand[0], &how, args->quiet, &result, &err);
    if (st == PMT_OK) {
        exit_code = exit_of(&result);
        if (pmt_result_fact(&result, "script.lines"))
            print.prints = printing.n ? (const char *const *)printing.lines : nothing;
        print.n_prints = printing.n;
        st = deliver(args, &print, &result, &err);
        pmt_result_release(&result);
    }
    release_lines(&printing);
    return st == PMT_OK ? pmt_cli_done(exit_code) : pmt_cli_failed(&err);
}

const struct pmt_command pmt_cmd_replay = {
    .name = "replay",
    .summary = "replay a trace under a configuration, print and keep the figures",
    .synopsis = "[-qv] [--json | --csv | --step] [-c SPEC] [-d FILE] TRACE",
    .options = options,
    .args_bytes = sizeof(struct args),
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
