/* test_scatter.c - the longest of many pauses, beside figures that can be worked out. */
#include <string.h>
#include "base/alloc.h"
#include "gc/scatter.h"
#include "support/expect.h"

static bool is_near(double actual, double want, double percent)
{
    double off = actual - want;

    return (off < 0.0 ? -off : off) <= want * percent / 100.0;
}

/* A fit, the cost it comes to, and how pauses scatter about that. */
struct rig {
    struct pmt_gc_fit *fit;
    struct pmt_gc_cost cost;
    struct pmt_gc_scatter scatter;
    struct pmt_gc_pauses pauses;
};

static void open_rig(struct rig *rig)
{
    memset(rig, 0, sizeof *rig);
    rig->fit = pmt_zalloc(sizeof *rig->fit);
    CU_ASSERT_PTR_NOT_NULL_FATAL(rig->fit);
}

static void settle(struct rig *rig)
{
    pmt_gc_cost_fit(rig->fit, &rig->cost);
    pmt_gc_scatter_fit(rig->fit, &rig->cost, &rig->scatter);
}

static uint64_t longest(const struct rig *rig, unsigned generations)
{
    return pmt_gc_pauses_longest(&rig->pauses, &rig->scatter, generations);
}

/* Of a generation: n that take the same, but one in so many, here and there, `times` that. */
static void add(struct rig *rig, unsigned generation, unsigned n, unsigned in, double times)
{
    uint64_t seed = 1;

    for (unsigned i = 0; i < n; i++) {
        seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
        pmt_gc_cost_add(rig->fit, generation, 1000, 0,
                        (uint64_t)(50000.0 * (in && (seed >> 33) % in == 0 ? times : 1.0)),
                        false);
    }
}

static void predict(struct rig *rig, unsigned generation, unsigned n, uint64_t ns)
{
    memset(&rig->pauses, 0, sizeof rig->pauses);
    for (unsigned i = 0; i < n; i++)
        pmt_gc_pauses_add(&rig->pauses, generation, ns);
}

static void test_scatter_nothing(void)
{
    struct rig rig;

    open_rig(&rig);
    settle(&rig); /* no pause was recorded */
    EXPECT_U64(longest(&rig, 7), 0);
    predict(&rig, 2, 50, 4000000);
    EXPECT(is_near((double)longest(&rig, 7), 4000000.0, 5));
    predict(&rig, 2, 0, 0);
    add(&rig, 0, 100, 0, 1.0);
    settle(&rig);
    EXPECT_U64(longest(&rig, 7), 0);
    pmt_gc_pauses_add(&rig.pauses, 1, 0);
    EXPECT_U64(longest(&rig, 7), 0);
    pmt_gc_pauses_add(&rig.pauses, 1, 1000);
    EXPECT_U64(longest(&rig, 1 | 4), 0);
    EXPECT(longest(&rig, 2) > 0);
    pmt_free(rig.fit);
}

/* Pauses that are as the model says: the longest is what it says, a step at most off. */
static void test_scatter_none(void)
{
    struct rig rig;

    open_rig(&rig);
    add(&rig, 0, 2000, 0, 1.0);
    settle(&rig);
    for (unsigned n = 1; n < 100000; n *= 10) {
        predict(&rig, 0, n, 70000);
        EXPECT(is_near((double)longest(&rig, 7), 70000.0, 7));
    }
    pmt_gc_pauses_add(&rig.pauses, 2, 9000000);
    EXPECT(is_near((double)longest(&rig, 7), 9000000.0, 7));
    EXPECT(is_near((double)longest(&rig, 1), 70000.0, 7));
    pmt_free(rig.fit);
}

/* One in a hundred takes 1.8 times as long: with few pauses that is not the longest in half
 * of all runs, with many it is. */
static void test_scatter_grows_with_their_number(void)
{
    static const struct { unsigned n; double want; } cases[] = {
        {1, 1.0}, {50, 1.0}, {90, 1.8}, {1000, 1.8}, {100000, 1.8}};
    struct rig rig;

    open_rig(&rig);
    add(&rig, 1, 50000, 100, 1.8);
    settle(&rig);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        predict(&rig, 1, cases[i].n, 2000000);
        EXPECT(is_near((double)longest(&rig, 7), cases[i].want * 2000000.0, 8));
    }
    pmt_free(rig.fit);
}

/* What is beyond twice the model is a time: 4 ms more, be it a short pause or a long one. */
static void test_scatter_of_interruptions(void)
{
    struct rig rig;

    open_rig(&rig);
    add(&rig, 0, 50000, 100, 82.0);
    settle(&rig);
    predict(&rig, 0, 1000, 50000);
    EXPECT(is_near((double)longest(&rig, 7), 4100000.0, 7));
    predict(&rig, 0, 1000, 10000000);
    EXPECT(is_near((double)longest(&rig, 7), 24000000.0, 7));
    pmt_free(rig.fit);
}

/* What is rare is not lost where samples are thinned out. */
static void test_scatter_keeps_the_worst(void)
{
    struct rig rig;

    open_rig(&rig);
    add(&rig, 0, 20000, 0, 1.0);
    pmt_gc_cost_add(rig.fit, 0, 1000, 0, 2100000, false);
    add(&rig, 0, 20000, 0, 1.0);
    settle(&rig);
    predict(&rig, 0, 100000, 50000);
    EXPECT(is_near((double)longest(&rig, 7), 2100000.0, 7));
    predict(&rig, 0, 10000, 50000);
    EXPECT(is_near((double)longest(&rig, 7), 50000.0, 7));
    pmt_free(rig.fit);
}

/* A generation with few pauses has a share in how those of the others scatter; one with many
 * has its own. */
static void test_scatter_leans_on_others(void)
{
    struct rig rig;

    open_rig(&rig);
    add(&rig, 0, 1000, 2, 1.6);
    add(&rig, 1, 1000, 0, 1.0);
    pmt_gc_cost_add(rig.fit, 2, 1000, 0, 50000, false);
    settle(&rig);
    predict(&rig, 1, 20, 50000);
    EXPECT((double)longest(&rig, 7) < 1.15 * 50000.0);
    predict(&rig, 2, 20, 50000);
    EXPECT((double)longest(&rig, 7) > 1.15 * 50000.0);
    pmt_free(rig.fit);
}

SUITE(scatter, TEST(test_scatter_nothing), TEST(test_scatter_none),
      TEST(test_scatter_grows_with_their_number), TEST(test_scatter_of_interruptions),
      TEST(test_scatter_keeps_the_worst), TEST(test_scatter_leans_on_others))
