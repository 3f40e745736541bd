/* test_gc_cost.c - the cost of collections is found again in pauses made from a known
 * one, whatever noise lies over it. */
#include <string.h>
#include "base/alloc.h"
#include "gc/cost.h"
#include "support/expect.h"

/* The same numbers everywhere. */
static uint64_t next_random(uint64_t *state)
{
    *state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return *state >> 33;
}

/* Within `percent` of what is wanted. */
static bool is_near(double actual, double want, double percent)
{
    double off = actual - want;

    return (off < 0.0 ? -off : off) <= want * percent / 100.0;
}

#define EXPECT_NEAR(actual, want, percent)                                     \
    expect_near((actual), (want), (percent), #actual, __LINE__)

static bool expect_near(double actual, double want, double percent, const char *expr, int line)
{
    if (is_near(actual, want, percent))
        return true;
    return expect_i64((int64_t)(actual * 1000.0), (int64_t)(want * 1000.0), expr, __FILE__,
                      line);
}

struct truth {
    double fixed, visited, freed; /* ns; freed: a block of a small set, more in large ones */
    double noise;                 /* recorded / true is from 1 - noise to 1 + noise */
    unsigned outlier_every;       /* every so many pauses is 50 times as long; 0: none */
};

/* How much more a block costs that is freed from so large a set, as is usual. */
static double growth(uint64_t visited)
{
    struct pmt_gc_cost usual;

    pmt_gc_cost_of_none(&usual);
    return (double)(pmt_gc_cost_ns(&usual, 0, visited, 1000) -
                    pmt_gc_cost_ns(&usual, 0, visited, 0)) / (1000.0 * usual.freed_ns);
}

static double true_ns(const struct truth *t, uint64_t visited, uint64_t freed)
{
    return t->fixed + (double)visited * t->visited +
           (double)freed * t->freed * growth(visited);
}

/* Twelve pauses of the youngest generation for each of the middle one, and so on. */
static void add_pauses(struct pmt_gc_fit *fit, const struct truth *t, unsigned n)
{
    uint64_t seed = 1;

    for (unsigned i = 0; i < n; i++) {
        unsigned generation = i % 144 == 143 ? 2 : i % 12 == 11 ? 1 : 0;
        uint64_t visited = generation == 2   ? 60000 + next_random(&seed) % 400000
                           : generation == 1 ? 5000 + next_random(&seed) % 4000
                                             : 300 + next_random(&seed) % 700;
        uint64_t freed = next_random(&seed) % (visited / 2);
        double u = (double)(next_random(&seed) % 2001) / 1000.0 - 1.0;
        double ns = true_ns(t, visited, freed) * (1.0 + t->noise * u);

        if (t->outlier_every && i % t->outlier_every == 0)
            ns *= 50.0;
        pmt_gc_cost_add(fit, generation, visited, freed, (uint64_t)ns, false);
    }
}

/* No machine has a flat cost, but enough pauses outweigh the usual one. */
static void test_gc_cost_recovers_known_coefficients(void)
{
    static const struct {
        const char *name;
        struct truth truth;
        double percent; /* pauses predicted within this, whatever the noise */
    } cases[] = {
        {"plain", {5000, 30, 25, 0, 0}, 7},
        {"nothing fixed", {0, 30, 25, 0, 0}, 12},
        {"frees cost nothing", {5000, 30, 0, 0, 0}, 7},
        {"nothing but visits", {0, 25, 0, 0, 0}, 7},
        {"a slow machine", {9000, 300, 200, 0, 0}, 7},
        {"a tenth of noise", {5000, 30, 25, 0.1, 0}, 8},
        {"a third of noise", {5000, 30, 25, 0.33, 0}, 15},
        {"outliers", {5000, 30, 25, 0.1, 20}, 10},
        {"noise and outliers", {2000, 100, 40, 0.33, 10}, 15},
    };
    static const struct { unsigned generation; uint64_t visited, freed; } sizes[] = {
        {0, 350, 10},      {0, 700, 0},        {0, 700, 300},  {1, 6000, 100},
        {1, 8000, 3500},   {2, 100000, 0},     {2, 300000, 90000}};
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct truth *t = &cases[i].truth;
        struct pmt_gc_cost cost;
        bool good = true;

        memset(fit, 0, sizeof *fit);
        add_pauses(fit, t, 20000);
        pmt_gc_cost_fit(fit, &cost);
        good &= EXPECT_U64(cost.n_pauses, 20000);
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            double want = true_ns(t, sizes[k].visited, sizes[k].freed);

            good &= EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, sizes[k].generation,
                                                       sizes[k].visited, sizes[k].freed),
                                want, cases[i].percent);
        }
        if (!good)
            (void)EXPECT_STR("the case above", cases[i].name);
    }
    pmt_free(fit);
}

/* Pauses behind a look count only where there are no others. */
static void test_gc_cost_believes_cold_pauses(void)
{
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);
    struct pmt_gc_cost cost;

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    for (unsigned i = 0; i < 1600; i++) {
        bool warm = i % 16 != 0;

        pmt_gc_cost_add(fit, 0, 701, 0, 701 * (warm ? 10 : 40), warm);
        if (warm)
            pmt_gc_cost_add(fit, 1, 7010, 0, 7010 * 30, true);
    }
    pmt_gc_cost_fit(fit, &cost);
    EXPECT_U64(cost.n_pauses, 1600 + 1500);
    EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 0, 701, 0), 701.0 * 40, 10);
    EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 1, 7010, 0), 7010.0 * 30, 10);
    pmt_free(fit);
}

/* Warm pauses count as longer, by as much per object as those of the sample would have been;
 * where sets are larger than all of these, by as much in all; and what is freed by nothing.
 * Cold ones are what they are. */
static void test_gc_cost_corrects_warm_pauses(void)
{
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);
    struct pmt_gc_cost cost;

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    for (unsigned i = 0; i < 160; i++) {
        pmt_gc_cost_add(fit, 0, 701, 0, 701 * 40, false);
        pmt_gc_cost_add(fit, 1, 7010, 0, 7010 * 30, true);
        pmt_gc_cost_add(fit, 2, 98304, 0, 98304 * 50, true);
        pmt_gc_cost_add(fit, 2, 393216, 0, 393216 * 50, true);
    }
    pmt_gc_cost_fit(fit, &cost);
    EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 1, 7010, 0), 7010.0 * 30, 5);
    EXPECT_NEAR(pmt_gc_cost_warmth(fit, 1, 7010), 0.0, 0);
    pmt_gc_cost_spared(fit, 1, 7010, 7010 * 30, 7010 * 15);
    pmt_gc_cost_spared(fit, 2, 98304, 98304 * 50, 98304 * 20);
    pmt_gc_cost_spared(fit, 2, 98304, 0, 98304 * 20); /* not measured */
    EXPECT_NEAR(pmt_gc_cost_warmth(fit, 0, 701), 0.0, 0);
    EXPECT_NEAR(pmt_gc_cost_warmth(fit, 1, 7010), 15.0, 1e-9);
    EXPECT_NEAR(pmt_gc_cost_warmth(fit, 1, 701), 15.0, 1e-9);
    EXPECT_NEAR(pmt_gc_cost_warmth(fit, 2, 393216), 5.0, 1e-9);
    pmt_gc_cost_fit(fit, &cost);
    EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 0, 701, 0), 701.0 * 40, 5);
    EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 1, 7010, 0), 7010.0 * 45, 5);
    EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 2, 98304, 0), 98304.0 * 70, 6);
    EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 2, 393216, 0), 393216.0 * 55, 5);
    for (unsigned i = 0; i < 160; i++)
        pmt_gc_cost_add(fit, 1, 7010, 7010, 7010 * 60, true);
    pmt_gc_cost_fit(fit, &cost);
    EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 1, 7010, 7010), 7010.0 * 75, 5);
    pmt_gc_cost_spared(fit, 1, 7010, 7010 * 30, UINT64_MAX); /* no trace makes it absurd */
    EXPECT_NEAR(pmt_gc_cost_warmth(fit, 1, 7010), 60.0, 1e-9);
    pmt_free(fit);
}

static void test_gc_cost_spread_bounds_the_pauses(void)
{
    static const struct { double noise, low, high; } cases[] = {
        {0.0, 1.0, 1.0}, {0.1, 0.92, 1.08}, {0.33, 0.74, 1.26}};
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct truth truth = {5000, 30, 25, cases[i].noise, 0};
        struct pmt_gc_cost cost;

        memset(fit, 0, sizeof *fit);
        add_pauses(fit, &truth, 20000);
        pmt_gc_cost_fit(fit, &cost);
        EXPECT_NEAR(cost.spread_low, cases[i].low, 4);
        EXPECT_NEAR(cost.spread_high, cases[i].high, 4);
        EXPECT(cost.spread_low <= cost.spread_high);
    }
    pmt_free(fit);
}

/* ns per object by the size of the set: cheap in the cache, dear outside it. */
static double bent_ns(uint64_t visited)
{
    return (double)visited * (visited < 20000 ? 20.0 : visited < 200000 ? 60.0 : 150.0);
}

static void test_gc_cost_depends_on_the_size_of_the_set(void)
{
    static const uint64_t sizes[] = {700, 3000, 8000, 100000, 600000, 3000000};
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);
    struct pmt_gc_cost cost;
    uint64_t seed = 7;

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    for (unsigned i = 0; i < 6000; i++) {
        uint64_t visited = sizes[i % 6] - sizes[i % 6] / 10 +
                           next_random(&seed) % (sizes[i % 6] / 5);

        pmt_gc_cost_add(fit, 0, visited, 0, (uint64_t)bent_ns(visited), false);
    }
    pmt_gc_cost_fit(fit, &cost);
    for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++)
        EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 0, sizes[k], 0), bent_ns(sizes[k]), 15);
    /* Past both ends it stays as it is at them. */
    EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 0, UINT64_C(1) << 40, 0),
                (double)pmt_gc_cost_ns(&cost, 0, UINT64_C(1) << 30, 0) * 1024.0, 1);
    EXPECT_NEAR((double)(pmt_gc_cost_ns(&cost, 0, 100, 0) - pmt_gc_cost_ns(&cost, 0, 60, 0)),
                (double)(pmt_gc_cost_ns(&cost, 0, 60, 0) - pmt_gc_cost_ns(&cost, 0, 20, 0)), 1);
    pmt_free(fit);
}

/* What a trace under the default thresholds has not seen: larger young sets cost more
 * per object, yet less than old ones of that size; and what old ones cost is known from
 * the few full collections there were, whatever thousands of young ones say. */
static void test_gc_cost_foretells_sizes_that_were_not_seen(void)
{
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);
    struct pmt_gc_cost cost;
    double young, grown, old;

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    for (unsigned i = 0; i < 5000; i++)
        pmt_gc_cost_add(fit, 0, 701, 0, 701 * 10, false);
    for (unsigned i = 0; i < 400; i++)
        pmt_gc_cost_add(fit, 1, 7010, 0, 7010 * 30, false);
    for (unsigned i = 0; i < 3; i++)
        pmt_gc_cost_add(fit, 2, 200000, 0, 200000 * 250, false);
    pmt_gc_cost_fit(fit, &cost);
    young = (double)pmt_gc_cost_ns(&cost, 0, 700, 0) / 700.0;
    grown = (double)pmt_gc_cost_ns(&cost, 0, 50000, 0) / 50000.0;
    old = (double)pmt_gc_cost_ns(&cost, 2, 50000, 0) / 50000.0;
    EXPECT_NEAR(young, 10.0, 3);
    EXPECT(grown > 1.5 * young && grown < 6.0 * young);
    EXPECT(old > 1.5 * grown && old < 250.0);
    EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 2, 400000, 0), 400000.0 * 270.0, 20);
    EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 1, 400000, 0), 400000.0 * 160.0, 25);
    pmt_free(fit);
}

/* A pause far too short for what it visited (its begin was not seen) does not pull the
 * model down to it: one in some hundred, or the only one of its generation. */
static void test_gc_cost_does_not_collapse(void)
{
    static const unsigned generations[] = {0, 2};
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);
    struct pmt_gc_cost cost;

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    for (size_t k = 0; k < sizeof generations / sizeof *generations; k++) {
        memset(fit, 0, sizeof *fit);
        for (unsigned i = 0; i < 600; i++)
            pmt_gc_cost_add(fit, 0, 701, 0, 9000, false);
        for (unsigned i = 0; i < 50; i++)
            pmt_gc_cost_add(fit, 1, 7000, 0, 7000 * 25, false);
        pmt_gc_cost_add(fit, 2, 183718, 0, 16457829, false);
        pmt_gc_cost_add(fit, generations[k], 246176, 12, 6229, false);
        pmt_gc_cost_fit(fit, &cost);
        EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 0, 701, 0), 9000, 5);
        EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 1, 7000, 0), 7000 * 25, 5);
        EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 2, 183718, 0), 16457829, 35);
    }
    pmt_free(fit);
}

/* Two pauses of a size that fared badly, the only ones of it, say little of that size. */
static void test_gc_cost_of_two_wild_ones(void)
{
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);
    struct pmt_gc_cost cost;

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    for (unsigned i = 0; i < 2000; i++)
        pmt_gc_cost_add(fit, 0, 701, 0, 701 * 25, false);
    for (unsigned i = 0; i < 200; i++)
        pmt_gc_cost_add(fit, 1, 4500, 0, 4500 * 46, false);
    for (unsigned i = 0; i < 2; i++)
        pmt_gc_cost_add(fit, 0, 1200, 0, 1200 * 507, false);
    pmt_gc_cost_fit(fit, &cost);
    EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 0, 2000, 0), 2000 * 25, 25);
    pmt_free(fit);
}

/* A dozen of a size among thousands of others says less of it than a dozen alone, and than a
 * thousand do. */
static void test_gc_cost_of_a_rare_size(void)
{
    static const struct { unsigned n, others; double least, most; } cases[] = {
        {12, 2000, 25.0, 55.0}, {12, 0, 65.0, 85.0}, {1000, 2000, 65.0, 85.0},
    };
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);
    struct pmt_gc_cost cost;
    double each;

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        memset(fit, 0, sizeof *fit);
        for (unsigned i = 0; i < cases[k].others; i++)
            pmt_gc_cost_add(fit, 0, 701, 0, 701 * 25, false);
        for (unsigned i = 0; i < cases[k].n; i++)
            pmt_gc_cost_add(fit, 0, 1500, 0, 1500 * 75, false);
        pmt_gc_cost_fit(fit, &cost);
        each = (double)pmt_gc_cost_ns(&cost, 0, 1500, 0) / 1500;
        EXPECT(each > cases[k].least && each < cases[k].most);
    }
    pmt_free(fit);
}

/* The sum of the recorded pauses is met where each of them is not. */
static void test_gc_cost_meets_the_sum(void)
{
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);
    struct pmt_gc_cost cost;
    uint64_t sum = 0, modelled = 0;

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    for (uint64_t i = 0; i < 300; i++) {
        uint64_t ns = (i % 3 + 1) * 10000;

        pmt_gc_cost_add(fit, 0, 701, 0, ns, false);
        sum += ns;
    }
    pmt_gc_cost_fit(fit, &cost);
    modelled = 300 * pmt_gc_cost_ns(&cost, 0, 701, 0);
    EXPECT_NEAR((double)modelled, (double)sum, 1);
    pmt_free(fit);
}

/* Between the sizes that were seen the ratio goes over in steps of octaves, and a pause
 * never gets shorter for a larger set where ns per object grows. */
static void test_gc_cost_interpolates_between_sizes(void)
{
    struct pmt_gc_cost cost = {.n_pauses = 1, .visited_ns = 10.0};

    for (int g = 0; g < PMT_GC_KINDS; g++)
        for (int i = 0; i < PMT_GC_RATIOS; i++)
            cost.ratio[g][i] = (i < 3 ? 1.0 : i < 13 ? 2.0 : 4.0) * (g + 1);
    EXPECT_U64(pmt_gc_cost_ns(&cost, 0, 700, 0), 7000);   /* in the lower half of its octave */
    EXPECT_U64(pmt_gc_cost_ns(&cost, 0, 768, 0), 7680);   /* its middle */
    EXPECT_U64(pmt_gc_cost_ns(&cost, 0, 1024, 0), 15360); /* half way to the next octave */
    EXPECT_U64(pmt_gc_cost_ns(&cost, 0, 1536, 0), 30720); /* its middle */
    EXPECT_U64(pmt_gc_cost_ns(&cost, 0, 100000, 0), 2000000);
    EXPECT_U64(pmt_gc_cost_ns(&cost, 2, 100000, 0), 6000000);
    EXPECT_U64(pmt_gc_cost_ns(&cost, 0, 1 << 20, 0), UINT64_C(31457280));
    for (uint64_t visited = 1, last = 0; visited < UINT64_C(1) << 36; visited += visited / 16 + 1) {
        uint64_t ns = pmt_gc_cost_ns(&cost, 1, visited, 0);

        if (!EXPECT(ns > last))
            break;
        last = ns;
    }
}

/* Few pauses are met as they are, and what they leave open is as usual. */
static void test_gc_cost_degenerate_pauses(void)
{
    static const struct {
        const char *name;
        struct { uint64_t visited, freed, ns; } pauses[3];
        uint64_t n_pauses;
        struct { uint64_t visited, freed, want; } asked[2];
        double percent;
    } cases[] = {
        {"none", {{0, 0, 0}}, 0, {{0, 0, 0}, {1000000, 5, 0}}, 0},
        {"one", {{1000, 0, 50000}}, 1, {{1000, 0, 50000}, {2000, 0, 105000}}, 5},
        {"one that frees", {{1000, 400, 50000}}, 1,
         {{1000, 400, 50000}, {2000, 800, 105000}}, 5},
        {"one without objects", {{0, 0, 3000}}, 1, {{0, 0, 3000}, {700, 0, 36000}}, 20},
        {"all equal", {{1000, 10, 50000}, {1000, 10, 50000}, {1000, 10, 50000}}, 3,
         {{1000, 10, 50000}, {2000, 20, 105000}}, 5},
        {"one not measured", {{1000, 0, 50000}, {5, 5, 0}, {1000, 0, 50000}}, 2,
         {{1000, 0, 50000}, {2000, 0, 105000}}, 5},
        {"1 ns", {{1, 0, 1}}, 1, {{1, 0, 1}, {0, 0, 1}}, 0},
    };
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_gc_cost cost;
        bool good = true;

        memset(fit, 0, sizeof *fit);
        for (int k = 0; k < 3; k++)
            pmt_gc_cost_add(fit, 0, cases[i].pauses[k].visited, cases[i].pauses[k].freed,
                            cases[i].pauses[k].ns, false);
        pmt_gc_cost_fit(fit, &cost);
        good &= EXPECT_U64(cost.n_pauses, cases[i].n_pauses);
        for (int k = 0; k < 2; k++)
            good &= EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 0, cases[i].asked[k].visited,
                                                       cases[i].asked[k].freed),
                                (double)cases[i].asked[k].want, cases[i].percent);
        good &= EXPECT(cost.fixed_ns >= 0.0 && cost.visited_ns >= 0.0 && cost.freed_ns >= 0.0);
        good &= EXPECT_NEAR(cost.spread_low, cases[i].n_pauses ? 1.0 : 0.0, 5);
        good &= EXPECT_NEAR(cost.spread_high, cases[i].n_pauses ? 1.0 : 0.0, 5);
        if (!good)
            (void)EXPECT_STR("the case above", cases[i].name);
    }
    pmt_free(fit);
}

/* Figures beyond all sense are no trap: no division by nothing, no value out of range. */
static void test_gc_cost_takes_any_figures(void)
{
    static const uint64_t values[] = {0, 1, 127, 128, UINT32_MAX, UINT64_MAX};
    const unsigned n = sizeof values / sizeof *values;
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    for (unsigned i = 0; i < n * n * n; i++) {
        struct pmt_gc_cost cost;

        memset(fit, 0, sizeof *fit);
        for (unsigned g = 0; g < PMT_GC_KINDS; g++)
            pmt_gc_cost_add(fit, g, values[i % n], values[i / n % n], values[i / n / n], false);
        pmt_gc_cost_add(fit, 2, values[i / n / n], values[i % n], values[i / n % n], false);
        pmt_gc_cost_fit(fit, &cost);
        (void)pmt_gc_cost_ns(&cost, 1, values[i / n / n], values[i % n]);
        if (!EXPECT(cost.fixed_ns >= 0.0 && cost.visited_ns >= 0.0 && cost.freed_ns >= 0.0 &&
                    cost.spread_low >= 0.0 && cost.spread_high >= cost.spread_low))
            break;
    }
    pmt_free(fit);
}

/* A larger set that takes less time makes no coefficient negative. */
static void test_gc_cost_never_pays_back(void)
{
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);
    struct pmt_gc_cost cost;

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    for (uint64_t i = 1; i <= 100; i++)
        pmt_gc_cost_add(fit, 0, i * 1000, 100000 - i * 1000, 1000000 - i * 5000, false);
    pmt_gc_cost_fit(fit, &cost);
    EXPECT(cost.fixed_ns >= 0.0 && cost.visited_ns >= 0.0 && cost.freed_ns >= 0.0);
    EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 0, 50000, 50000), 750000, 40);
    pmt_free(fit);
}

/* Twice as many pauses do not need twice the room, and are kept evenly: the later half,
 * at another price, pulls the median to the middle. */
static void test_gc_cost_thins_out_evenly(void)
{
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);
    struct pmt_gc_bucket *bucket;
    struct pmt_gc_cost cost;
    const uint64_t n = 1000003;

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    for (uint64_t i = 0; i < n; i++)
        pmt_gc_cost_add(fit, 0, 700, 0, 10000 + i, false); /* from 10 us to 1010 us */
    bucket = &fit->buckets[0][2];
    EXPECT_U64(bucket->n_seen, n);
    EXPECT_U64(bucket->stride_log2, 11);
    EXPECT_U64(bucket->n, (n >> 11) + 1);
    for (uint32_t i = 0; i < bucket->n; i++)
        if (!EXPECT_U64(bucket->samples[i].ns, 10000 + ((uint64_t)i << 11)))
            break;
    pmt_gc_cost_fit(fit, &cost);
    EXPECT_U64(cost.n_pauses, n);
    EXPECT_NEAR((double)pmt_gc_cost_ns(&cost, 0, 700, 0), 10000.0 + (double)n / 2, 6);
    EXPECT_NEAR(cost.spread_low, 110000.0 / 510000.0, 7);
    EXPECT_NEAR(cost.spread_high, 910000.0 / 510000.0, 7);
    pmt_free(fit);
}

/* 512 fit as they are, the next makes room. */
static void test_gc_cost_thins_out_when_full(void)
{
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    for (uint64_t i = 0; i < PMT_GC_FIT_SAMPLES; i++)
        pmt_gc_cost_add(fit, 0, 1, 0, i + 1, false);
    EXPECT_U64(fit->buckets[0][0].n, PMT_GC_FIT_SAMPLES);
    pmt_gc_cost_add(fit, 0, 0, 0, PMT_GC_FIT_SAMPLES + 1, false);
    EXPECT_U64(fit->buckets[0][0].n, PMT_GC_FIT_SAMPLES / 2 + 1);
    EXPECT_U64(fit->buckets[0][0].samples[PMT_GC_FIT_SAMPLES / 2].ns, PMT_GC_FIT_SAMPLES + 1);
    pmt_gc_cost_add(fit, 0, 1, 0, 5, false);
    EXPECT_U64(fit->buckets[0][0].n, PMT_GC_FIT_SAMPLES / 2 + 1);
    pmt_free(fit);
}

static void test_gc_cost_is_the_same_each_time(void)
{
    static const struct truth truth = {5000, 30, 25, 0.33, 15};
    struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);
    struct pmt_gc_cost first, second;

    CU_ASSERT_PTR_NOT_NULL_FATAL(fit);
    add_pauses(fit, &truth, 5000);
    pmt_gc_cost_fit(fit, &first);
    pmt_gc_cost_fit(fit, &second);
    EXPECT(memcmp(&first, &second, sizeof first) == 0);
    memset(fit, 0, sizeof *fit);
    add_pauses(fit, &truth, 5000);
    pmt_gc_cost_fit(fit, &second);
    EXPECT(memcmp(&first, &second, sizeof first) == 0);
    /* Whole numbers, as gcc and clang give them with and without optimisation. */
    EXPECT_U64((uint64_t)(first.visited_ns * 1e6), 34126692);
    EXPECT_U64(pmt_gc_cost_ns(&first, 2, 123456, 7890), 3913860);
    pmt_free(fit);
}

/* Without a pause there is the usual cost, whatever the machine. */
static void test_gc_cost_of_no_pauses(void)
{
    struct pmt_gc_cost cost;

    pmt_gc_cost_of_none(&cost);
    EXPECT(cost.is_usual && cost.n_pauses == 0);
    EXPECT_U64(pmt_gc_cost_ns(&cost, 0, 0, 0), 1500);
    EXPECT_U64(pmt_gc_cost_ns(&cost, 0, 100, 10), 1500 + 100 * 22 + 10 * 22);
    EXPECT(pmt_gc_cost_ns(&cost, 2, 1 << 20, 0) > 300 * UINT64_C(1 << 20));
}

SUITE(gc_cost, TEST(test_gc_cost_of_no_pauses), TEST(test_gc_cost_recovers_known_coefficients),
      TEST(test_gc_cost_believes_cold_pauses),
      TEST(test_gc_cost_corrects_warm_pauses),
      TEST(test_gc_cost_spread_bounds_the_pauses),
      TEST(test_gc_cost_depends_on_the_size_of_the_set),
      TEST(test_gc_cost_foretells_sizes_that_were_not_seen),
      TEST(test_gc_cost_does_not_collapse), TEST(test_gc_cost_of_two_wild_ones),
      TEST(test_gc_cost_of_a_rare_size),
      TEST(test_gc_cost_meets_the_sum),
      TEST(test_gc_cost_interpolates_between_sizes), TEST(test_gc_cost_degenerate_pauses),
      TEST(test_gc_cost_takes_any_figures),
      TEST(test_gc_cost_never_pays_back), TEST(test_gc_cost_thins_out_evenly),
      TEST(test_gc_cost_thins_out_when_full), TEST(test_gc_cost_is_the_same_each_time))
