/* test_run.c - a trace to a result: with a reading thread and without, the same; what
 * a caller may stop, what a file may lack. */
#include <string.h>
#include "base/alloc.h"
#include "run/relay.h"
#include "support/builder.h"
#include "support/expect.h"
#include <pymemtrace/run.h>

static struct pmt_result run(const char *path, const struct pmt_run_options *options)
{
    struct pmt_error err = {.status = PMT_OK};
    struct pmt_result result;

    EXPECT_STATUS(pmt_run(path, options, &result, &err), PMT_OK, &err);
    return result;
}

/* Enough random events for a file that is read by a thread of its own. */
static void build_large(struct builder *b, uint64_t seed)
{
    builder_open(b);
    builder_random_events(b, seed, 400000, NULL);
    builder_finish(b);
}

static void expect_same(const struct pmt_result *a, const struct pmt_result *b)
{
    EXPECT(!memcmp(&a->metrics, &b->metrics, sizeof a->metrics));
    EXPECT(!memcmp(&a->verify, &b->verify, sizeof a->verify));
    EXPECT_U64(a->n_samples, b->n_samples);
    EXPECT_U64(a->n_oracle, b->n_oracle);
    EXPECT_U64(a->n_health, b->n_health);
    EXPECT_U64(a->n_facts, b->n_facts);
    if (a->n_samples == b->n_samples)
        EXPECT(!memcmp(a->samples, b->samples, a->n_samples * sizeof *a->samples));
    if (a->n_oracle && a->n_oracle == b->n_oracle)
        EXPECT(!memcmp(a->oracle, b->oracle, a->n_oracle * sizeof *a->oracle));
}

static void test_run_relay_gives_the_same(void)
{
    for (uint64_t seed = 1; seed <= 3; seed++) {
        struct builder b;
        struct pmt_result one, two;

        build_large(&b, seed);
        one = run(b.path, &(struct pmt_run_options){.single_thread = true});
        two = run(b.path, &(struct pmt_run_options){.single_thread = false});
        EXPECT(one.trace_bytes > 256 << 10); /* or no thread was used */
        expect_same(&one, &two);
        pmt_result_release(&one);
        pmt_result_release(&two);
        builder_close(&b);
    }
}

static bool same_item(const struct pmt_item *x, const struct pmt_item *y)
{
    const struct pmt_batch *a = &x->u.batch, *b = &y->u.batch;

    if (x->kind != y->kind)
        return false;
    if (x->kind == PMT_ITEM_ORACLE)
        return x->u.oracle.event == y->u.oracle.event &&
               x->u.oracle.blocks == y->u.oracle.blocks &&
               x->u.oracle.text_len == y->u.oracle.text_len &&
               !memcmp(x->u.oracle.text, y->u.oracle.text, x->u.oracle.text_len) &&
               !strcmp(x->u.oracle.when, y->u.oracle.when);
    return a->first_event == b->first_event && a->n_events == b->n_events &&
           a->n_wide == b->n_wide && a->n_checks == b->n_checks &&
           a->n_placements == b->n_placements && !memcmp(a->op, b->op, a->n_events) &&
           !memcmp(a->slot, b->slot, a->n_events * sizeof *a->slot) &&
           !memcmp(a->arg, b->arg, a->n_events * sizeof *a->arg) &&
           (!a->n_wide || !memcmp(a->wide, b->wide, a->n_wide * sizeof *a->wide)) &&
           (!a->n_checks || !memcmp(a->check, b->check, a->n_checks * sizeof *a->check));
}

/* Item by item, all columns; and the end again and again. */
static void test_run_relay_copies_items_whole(void)
{
    struct builder b;
    struct pmt_trace *behind, *direct;
    struct pmt_relay *relay;
    struct pmt_item x, y;
    enum pmt_status st;

    build_large(&b, 9);
    EXPECT_STATUS(pmt_trace_open(b.path, &behind, NULL), PMT_OK, NULL);
    EXPECT_STATUS(pmt_trace_open(b.path, &direct, NULL), PMT_OK, NULL);
    EXPECT_STATUS(pmt_relay_open(behind, &relay, NULL), PMT_OK, NULL);
    while ((st = pmt_relay_next(relay, &x, NULL)) == PMT_OK) {
        EXPECT_STATUS(pmt_trace_next(direct, &y, NULL), PMT_OK, NULL);
        EXPECT(same_item(&x, &y));
        EXPECT_U64(pmt_relay_bytes_read(relay), pmt_trace_bytes_read(direct));
    }
    EXPECT_STATUS(st, PMT_END, NULL);
    EXPECT_STATUS(pmt_trace_next(direct, &y, NULL), PMT_END, NULL);
    EXPECT_STATUS(pmt_relay_next(relay, &x, NULL), PMT_END, NULL);
    EXPECT_STATUS(pmt_relay_next(relay, &x, NULL), PMT_END, NULL);
    pmt_relay_close(relay);
    pmt_trace_close(behind);
    pmt_trace_close(direct);
    builder_close(&b);
}

static void test_run_relay_can_be_left(void)
{
    struct builder b;

    build_large(&b, 4);
    for (int n = 0; n < 6; n++) {
        struct pmt_trace *trace;
        struct pmt_relay *relay;
        struct pmt_item item;

        EXPECT_STATUS(pmt_trace_open(b.path, &trace, NULL), PMT_OK, NULL);
        EXPECT_STATUS(pmt_relay_open(trace, &relay, NULL), PMT_OK, NULL);
        for (int i = 0; i < n; i++)
            EXPECT_STATUS(pmt_relay_next(relay, &item, NULL), PMT_OK, NULL);
        pmt_relay_close(relay);
        pmt_trace_close(trace);
    }
    builder_close(&b);
}

static void test_run_cut_trace_is_partial(void)
{
    struct builder b;
    struct pmt_result result;

    builder_open(&b);
    builder_random_events(&b, 3, 5000, NULL);
    builder_cut(&b);
    result = run(b.path, NULL);
    EXPECT_HAS(result.partial, "no end");
    EXPECT_STR(result.trace_path, b.path);
    EXPECT_STR(pmt_result_fact(&result, "python.version"), "3.11.2");
    EXPECT_U64(result.metrics.events, 5000);
    pmt_result_release(&result);
    builder_close(&b);
}

static bool stop_at_once(void *arg, uint64_t bytes, uint64_t of_bytes, uint64_t events)
{
    int *calls = arg;

    EXPECT(bytes <= of_bytes && events > 0);
    return ++*calls < 2;
}

static void test_run_can_be_interrupted(void)
{
    for (int single = 0; single < 2; single++) {
        int calls = 0;
        struct pmt_run_options options = {.single_thread = single, .progress = stop_at_once,
                                          .progress_arg = &calls};
        struct pmt_result result;
        struct pmt_error err;
        struct builder b;

        build_large(&b, 5);
        EXPECT_STATUS(pmt_run(b.path, &options, &result, &err), PMT_E_IO, &err);
        EXPECT_STR(err.msg, "interrupted");
        EXPECT_U64((uint64_t)calls, 2);
        EXPECT(!result.samples && !result.trace_path);
        builder_close(&b);
    }
}

static void test_run_refuses_what_it_cannot_model(void)
{
    static const struct { const char *version; enum pmt_status want; } cases[] = {
        {NULL, PMT_E_TRACE}, {"1.5.2", PMT_E_USAGE}, {"", PMT_E_USAGE}, {"3.11.2", PMT_OK},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct builder b;
        struct pmt_result result;
        struct pmt_error err = {.status = PMT_OK};

        builder_init(&b);
        if (cases[i].version)
            EXPECT_STATUS(pmt_writer_fact(b.w, "python.version", cases[i].version, NULL),
                          PMT_OK, NULL);
        builder_begin(&b);
        builder_finish(&b);
        EXPECT_STATUS(pmt_run(b.path, NULL, &result, &err), cases[i].want, &err);
        pmt_result_release(&result);
        builder_close(&b);
    }
}

static void test_run_survives_no_memory(void)
{
    int64_t before = pmt_alloc_live();
    struct builder b;
    bool done = false;

    builder_open(&b);
    builder_random_events(&b, 6, 3000, NULL);
    builder_finish(&b);
    before = pmt_alloc_live();
    for (int64_t n = 0; !done && EXPECT(n < 1000); n++) {
        struct pmt_result result;
        enum pmt_status st;

        pmt_alloc_fail_at(n, 1);
        st = pmt_run(b.path, NULL, &result, NULL);
        done = st == PMT_OK && !result.partial;
        pmt_alloc_fail_at(-1, 0);
        EXPECT(st == PMT_OK || st == PMT_E_NOMEM);
        pmt_result_release(&result);
        EXPECT_I64(pmt_alloc_live(), before);
    }
    builder_close(&b);
}

SUITE(run, TEST(test_run_relay_gives_the_same), TEST(test_run_relay_copies_items_whole),
      TEST(test_run_relay_can_be_left), TEST(test_run_cut_trace_is_partial),
      TEST(test_run_can_be_interrupted), TEST(test_run_refuses_what_it_cannot_model),
      TEST(test_run_survives_no_memory))
