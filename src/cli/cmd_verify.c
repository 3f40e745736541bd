/* cmd_verify.c - replay under the recorded configuration and print the proof; act a script
 * out under the walkers and say what they found. */
#include <inttypes.h>
#include "cli/cli.h"
#include "cli/progress.h"

struct args {
    const char *config;
    bool json;
    bool quiet;
};

static const struct pmt_option options[] = {
    {.name = "config", .letter = 'c', .kind = PMT_OPTION_TEXT, .metavar = "SPEC",
     .offset = offsetof(struct args, config),
     .help = "act a script out under this configuration (default: notes)"},
    PMT_OPTION_JSON(struct args),
    PMT_OPTION_QUIET(struct args, "print nothing; the exit status tells"),
    {.name = NULL},
};

#define MOST_ROWS 20 /* disagreeing figures printed; the rest is counted */

static bool is_script(const struct pmt_result *result)
{
    return pmt_result_fact(result, "script.lines") != NULL;
}

static void print_count(const char *what, uint64_t checked, uint64_t mismatches)
{
    printf("  %-13s %" PRIu64 " checked, %" PRIu64 " mismatches\n", what, checked,
           mismatches);
}

/* Only where the recording tells of the collector. */
static void print_collections(const struct pmt_result *result)
{
    const struct pmt_gc_verify *gc = &result->verify.gc;

    if (result->n_collections || gc->recorded[0] || gc->recorded[1] || gc->recorded[2])
        printf("  %-13s %" PRIu64 " foretold, %" PRIu64 " mismatches\n", "collections",
               gc->for_threshold, gc->mismatches);
    if (gc->looked)
        printf("  %-13s %" PRIu64 " objects found by looks, %" PRIu64
               " reported by these %" PRIu64 " collections\n", "garbage",
               gc->looked_found, gc->looked_collected, gc->looked);
}

/* Only where the recording sees every object. */
static void print_free_lists(const struct pmt_result *result)
{
    for (size_t i = 0; i < PMT_VERIFY_LISTS; i++) {
        const struct pmt_list_verify *l = &result->verify.lists[i];

        if (l->watched)
            printf("  %-13s %s: %" PRIu64 " hits recorded, %" PRIu64 " modelled, %" PRIu64
                   " mismatches; %" PRIu64 " made past it\n", "free list", l->type,
                   l->recorded_hits, l->hits, l->mismatches, l->past);
    }
}

/* The figures on which interpreter and model disagree. */
static void print_disagreements(const struct pmt_result *result)
{
    uint64_t n = 0;

    for (size_t i = 0; i < result->n_oracle; i++) {
        const struct pmt_oracle_row *row = &result->oracle[i];

        if (row->recorded == row->modelled || ++n > MOST_ROWS)
            continue;
        printf("  event %" PRIu64 " (%.12s): %.40s: interpreter %" PRIu64 ", model %" PRIu64 "\n",
               row->event, row->when, row->what, row->recorded, row->modelled);
    }
    if (n > MOST_ROWS)
        printf("  and %" PRIu64 " more\n", n - MOST_ROWS);
}

static const char *loss(const struct pmt_result *result)
{
    for (size_t i = 0; i < result->n_health; i++)
        if (result->health[i].severity == PMT_LOSS)
            return result->health[i].what;
    return NULL;
}

static const char *verdict(const struct pmt_result *result)
{
    if (pmt_cli_contradicted(&result->verify))
        return "NOT exact";
    if (loss(result))
        return "NOT exact: the recording has a gap";
    if (!result->verify.exact)
        return "nothing to check: the trace holds no proof";
    return result->partial ? "exact as far as the trace goes" : "exact";
}

static int exit_of(const struct pmt_result *result)
{
    if (is_script(result))
        return result->verify.books_balance ? PMT_EXIT_OK : PMT_EXIT_DIFFERS;
    if (pmt_cli_contradicted(&result->verify) || loss(result))
        return PMT_EXIT_DIFFERS;
    if (result->partial)
        return PMT_EXIT_PARTIAL;
    return result->verify.exact ? PMT_EXIT_OK : PMT_EXIT_DIFFERS;
}

/* -- scripts: there is nothing recorded, but the model's own laws have to hold -- */

/* What stays without being told of is an error of the model, and none of these. */
static void print_left(const struct pmt_result *result)
{
    const struct pmt_script_verify *v = &result->verify.script;

    if (!v->left_objects) {
        printf("  %-13s every object and every block given back\n", "at exit");
        return;
    }
    printf("  %-13s %" PRIu64 " objects left, %" PRIu64 " bytes\n", "at exit", v->left_objects,
           v->left_bytes);
    for (size_t i = 0; i < result->n_health; i++)
        printf("  %-13s %.100s: %" PRIu64 "\n", "", result->health[i].what,
               result->health[i].count);
}

static void print_walk(const struct pmt_result *result)
{
    printf("nothing was recorded to compare with; the model's own laws hold\n");
    printf("  %-13s %s, %" PRIu64 " operations\n", "configuration", result->config.spec,
           result->metrics.events);
    printf("  %-13s %" PRIu64 " hold\n", "expectations", result->verify.script.expectations);
    printf("  %-13s every byte of every arena accounted for\n", "books");
    printf("  %-13s every reference leads to one alive, no count is below its references\n",
           "objects");
    print_left(result);
}

static void print_proof(const struct pmt_result *result)
{
    const struct pmt_verify *v = &result->verify;

    printf("%s\n", verdict(result));
    if (result->partial)
        printf("  %-13s %s\n", "partial", result->partial);
    if (loss(result))
        printf("  %-13s %s\n", "gap", loss(result));
    printf("  %-13s %s, %" PRIu64 " events\n", "configuration", result->config.preset,
           result->metrics.events);
    print_count("placements", v->placements_checked, v->placement_mismatches);
    if (v->placement_mismatches)
        printf("  %-13s the first in the group at event %" PRIu64 "\n", "",
               v->first_mismatch_event);
    print_count("classes", v->classes_checked, v->class_mismatches);
    print_count("books", v->books_checked, v->book_mismatches);
    print_collections(result);
    print_free_lists(result);
    printf("  %-13s %" PRIu64 "\n", "checkpoints", v->checkpoints);
    printf("  %-13s %s\n", "walker",
           v->books_balance ? "every byte of every arena accounted for"
                            : "the model's own books do not balance");
    print_disagreements(result);
}

static int run(const void *given, char **operand, unsigned n_operands)
{
    const struct args *args = given;
    struct pmt_run_options how = {.spec = args->config, .walk = true, .as_recorded = true};
    struct pmt_report_options print;
    struct pmt_result result;
    struct pmt_error err;
    enum pmt_status st;
    int exit_code;

    (void)n_operands;
    st = pmt_cli_format(args->json, false, &print, &err);
    if (st == PMT_OK)
        st = pmt_progress_run_with(operand[0], &how, args->quiet, &result, &err);
    if (st != PMT_OK)
        return pmt_cli_error(&err);
    if (args->config && !is_script(&result)) {
        pmt_result_release(&result);
        return pmt_cli_usage("verify: --config is for scripts: a recording is checked under "
                             "its own");
    }
    exit_code = exit_of(&result);
    if (args->json && !args->quiet)
        st = pmt_report_summary(stdout, &result, &print, &err);
    else if (!args->quiet && is_script(&result))
        print_walk(&result);
    else if (!args->quiet)
        print_proof(&result);
    pmt_result_release(&result);
    return st == PMT_OK ? pmt_cli_done(exit_code) : pmt_cli_failed(&err);
}

const struct pmt_command pmt_cmd_verify = {
    .name = "verify",
    .summary = "prove a replay against what the interpreter said",
    .synopsis = "[-q] [--json] [-c SPEC] TRACE",
    .options = options,
    .args_bytes = sizeof(struct args),
    .min_operands = 1,
    .max_operands = 1,
    .run = run,
};
