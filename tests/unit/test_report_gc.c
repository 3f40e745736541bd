/* test_report_gc.c - what the reports say of the collector, and what they leave out. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "report/gc_figures.h"
#include "report/report.h"
#include "support/expect.h"
#include "support/sample_result.h"

/* A result of n collections of generation 0 that took n, n - 1, ... 1 us. */
static void with_pauses(struct pmt_result *out, size_t n)
{
    *out = (struct pmt_result){.n_collections = n, .gc_cost = {.n_pauses = n}};
    out->collections = pmt_alloc_array(n, sizeof *out->collections);
    for (size_t i = 0; i < n; i++)
        out->collections[i] = (struct pmt_collection){
            .event = i, .visited = 700, .pause_ns = 1000 * (n - i)};
}

static void test_report_gc_percentiles_are_of_the_nearest_rank(void)
{
    static const struct {
        size_t n;
        uint64_t p50, p90, p99, max; /* us */
    } cases[] = {{1, 1, 1, 1, 1},      {2, 1, 2, 2, 2},        {3, 2, 3, 3, 3},
                 {10, 5, 9, 10, 10},   {11, 6, 10, 11, 11},    {99, 50, 90, 99, 99},
                 {100, 50, 90, 99, 100}, {101, 51, 91, 100, 101}, {200, 100, 180, 198, 200}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_gc_figures f;
        struct pmt_result r;

        with_pauses(&r, cases[i].n);
        EXPECT(pmt_gc_figures(&r, PMT_GC_MODELLED, &f));
        for (int k = 0; k < 4; k += 3) { /* generation 0, and all */
            EXPECT_U64(f.of[k].pauses.n, cases[i].n);
            EXPECT_U64(f.of[k].pauses.p50_ns, cases[i].p50 * 1000);
            EXPECT_U64(f.of[k].pauses.p90_ns, cases[i].p90 * 1000);
            EXPECT_U64(f.of[k].pauses.p99_ns, cases[i].p99 * 1000);
            EXPECT_U64(f.of[k].pauses.max_ns, cases[i].max * 1000);
            EXPECT_U64(f.of[k].pauses.total_ns, cases[i].n * (cases[i].n + 1) / 2 * 1000);
        }
        EXPECT(f.longest == r.collections);
        EXPECT_U64(f.of[1].collections, 0);
        EXPECT(pmt_gc_figures(&r, PMT_GC_RECORDED, &f));
        EXPECT(!f.known && !f.longest && f.of[0].pauses.n == 0);
        pmt_result_release(&r);
    }
}

static void test_report_gc_the_two_sides_are_kept_apart(void)
{
    struct pmt_gc_figures recorded, modelled;
    struct pmt_result r;

    sample_result(&r);
    r.collections[4].recorded_collected = 1000; /* the model says 1,190 */
    EXPECT(pmt_gc_figures(&r, PMT_GC_RECORDED, &recorded));
    EXPECT(pmt_gc_figures(&r, PMT_GC_MODELLED, &modelled));
    EXPECT_U64(recorded.of[0].pauses.n, 2); /* one was not measured */
    EXPECT_U64(modelled.of[0].pauses.n, 3);
    EXPECT_U64(recorded.of[0].pauses.total_ns, 180000);
    EXPECT_U64(modelled.of[0].pauses.total_ns, 270000);
    EXPECT_U64(recorded.of[2].collected, 1000);
    EXPECT_U64(modelled.of[2].collected, 1190);
    EXPECT_U64(recorded.of[2].uncollectable, 1);
    EXPECT_U64(modelled.of[0].useless, 1);
    r.gc_cost.n_pauses = 0; /* no model: its pauses are none */
    EXPECT(pmt_gc_figures(&r, PMT_GC_MODELLED, &modelled));
    EXPECT(!modelled.longest && modelled.of[0].pauses.n == 0);
    pmt_result_release(&r);
}

static void test_report_gc_out_of_memory_is_told(void)
{
    struct pmt_gc_figures f = {.known = true};
    struct pmt_result r;

    with_pauses(&r, 3);
    pmt_alloc_fail_at(0, 0);
    EXPECT(!pmt_gc_figures(&r, PMT_GC_MODELLED, &f));
    pmt_alloc_fail_at(-1, 0);
    EXPECT(!f.known);
    pmt_result_release(&r);
}

static char *summary(const struct pmt_result *r, enum pmt_report_format format,
                     enum pmt_report_part part, bool full)
{
    struct pmt_report_options o = {.format = format, .part = part, .full = full};
    struct pmt_error err;
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    EXPECT_STATUS(pmt_report_summary(out, r, &o, &err), PMT_OK, &err);
    (void)fclose(out);
    return text;
}

/* Is `word` in the summary of r? */
static bool says(const struct pmt_result *r, enum pmt_report_format format, const char *word)
{
    char *text = summary(r, format, PMT_PART_SUMMARY, true);
    bool found = strstr(text, word) != NULL;

    free(text);
    return found;
}

static void drop_collections(struct pmt_result *r)
{
    pmt_free(r->collections);
    r->collections = NULL;
    r->n_collections = 0;
}

static void test_report_gc_is_silent_where_the_trace_is(void)
{
    struct pmt_result r;

    sample_result(&r);
    drop_collections(&r);
    EXPECT(!says(&r, PMT_FORMAT_TEXT, "Collector"));
    EXPECT(says(&r, PMT_FORMAT_TEXT, "4 collections foretold")); /* counts are there */
    EXPECT(says(&r, PMT_FORMAT_JSON, "\"gc\": {\"recorded\": [3, 1, 1]"));
    EXPECT(says(&r, PMT_FORMAT_JSON, "\"generations\""));
    r.verify.gc = (struct pmt_gc_verify){0};
    EXPECT(!says(&r, PMT_FORMAT_TEXT, "foretold"));
    EXPECT(!says(&r, PMT_FORMAT_JSON, "\"gc\": {\"recorded\""));
    EXPECT(!says(&r, PMT_FORMAT_JSON, "\"generations\""));
    pmt_result_release(&r);
}

/* Blocks but no objects in the trace, and no cost model: only what was recorded. */
static void test_report_gc_without_objects_only_the_recorded(void)
{
    struct pmt_result r;

    sample_result(&r);
    r.gc_cost = (struct pmt_gc_cost){0};
    for (size_t i = 0; i < r.n_collections; i++)
        r.collections[i].visited = r.collections[i].collected = r.collections[i].pause_ns = 0;
    EXPECT(says(&r, PMT_FORMAT_TEXT, "  recorded, measured: 6.5 ms, 0.3 % of the run"));
    EXPECT(!says(&r, PMT_FORMAT_TEXT, "modelled: "));
    EXPECT(!says(&r, PMT_FORMAT_TEXT, "cost model"));
    EXPECT(says(&r, PMT_FORMAT_JSON, "\"collected\": null"));
    EXPECT(says(&r, PMT_FORMAT_JSON, "\"visited_ns\": null"));
    pmt_result_release(&r);
}

/* Other settings of the collector: modelled, and what the recording had spent. */
static void test_report_gc_of_a_prediction_is_modelled(void)
{
    struct pmt_result r;

    sample_result_what_if(&r);
    EXPECT(says(&r, PMT_FORMAT_TEXT, "  recorded, measured: 6.5 ms, 0.3 % of the run; the "
                                     "longest 6.0 ms; under the program's own settings\n"));
    EXPECT(says(&r, PMT_FORMAT_TEXT, "  modelled: 6.5 ms; the longest at event 1,200,000 "
                                     "(2.2 s), 6.1 ms\n  predicted longest: 6.4 ms, as single pauses "
                                     "scatter about the model\n  cost model: 38.1 ns per object visited"));
    EXPECT(says(&r, PMT_FORMAT_JSON, "\"recorded_collected\": null"));
    EXPECT(says(&r, PMT_FORMAT_JSON, "\"collected\": 1190"));
    pmt_result_release(&r);
}

static void test_report_gc_a_mismatch_is_not_exact(void)
{
    struct pmt_result r;

    sample_result(&r);
    r.verify.exact = false;
    r.verify.gc.mismatches = 2;
    EXPECT(says(&r, PMT_FORMAT_TEXT, "Verified: NOT EXACT: "));
    EXPECT(says(&r, PMT_FORMAT_TEXT, "4 collections foretold, 2 mismatches"));
    pmt_result_release(&r);
}

SUITE(report_gc, TEST(test_report_gc_percentiles_are_of_the_nearest_rank),
      TEST(test_report_gc_the_two_sides_are_kept_apart),
      TEST(test_report_gc_out_of_memory_is_told),
      TEST(test_report_gc_is_silent_where_the_trace_is),
      TEST(test_report_gc_without_objects_only_the_recorded),
      TEST(test_report_gc_of_a_prediction_is_modelled),
      TEST(test_report_gc_a_mismatch_is_not_exact))
