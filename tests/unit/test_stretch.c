/* test_stretch.c - what the recording took for the same objects is taken for them again. */
#include "gc/stretch.h"

#include "base/alloc.h"
#include "support/expect.h"

struct rig {
    struct pmt_gc_fit *fit;
    struct pmt_gc_stretches s;
    struct pmt_gc_cost cost;
    uint64_t event;
};

static struct rig begin(void)
{
    struct rig r = {.fit = pmt_zalloc(sizeof *r.fit)};

    EXPECT(r.fit);
    return r;
}

static void end(struct rig *r)
{
    pmt_gc_stretch_release(&r->s);
    pmt_free(r->fit);
}

/* Every 1000 events so many collections that visit as many objects, for so many ns each. */
static void add(struct rig *r, int n, unsigned generation, uint64_t visited, uint64_t each_ns)
{
    for (int i = 0; i < n; i++) {
        r->event += 1000;
        pmt_gc_cost_add(r->fit, generation, visited, 0, visited * each_ns, false);
        EXPECT(pmt_gc_stretch_add(&r->s, r->event, r->event + 5, generation, visited, 0,
                                  visited * each_ns, false));
    }
}

static void fit(struct rig *r)
{
    pmt_gc_cost_fit(r->fit, &r->cost);
    pmt_gc_stretch_fit(&r->s, r->fit, &r->cost);
}

static double factor(const struct rig *r, unsigned generation, uint64_t from, uint64_t to)
{
    return pmt_gc_stretch_factor(&r->s, generation, from, to);
}

#define EXPECT_BETWEEN(value, least, most) EXPECT((value) > (least) && (value) < (most))

static void test_stretch_of_nothing(void)
{
    struct pmt_gc_stretches s = {0};
    struct pmt_gc_cost none = {0};
    struct rig r = begin();

    pmt_gc_stretch_fit(&s, r.fit, &none);
    EXPECT(pmt_gc_stretch_factor(&s, 0, 0, 1000) == 1.0);
    EXPECT(pmt_gc_stretch_factor(&s, 2, 0, 1000) == 1.0);
    EXPECT(pmt_gc_stretch_add(&s, 7, 8, 0, 700, 0, 0, false)); /* not measured */
    EXPECT_U64(s.young.n, 0);
    end(&r);
}

/* Import: a hundred collections at 60 ns an object. Then four hundred at 20. */
static void test_stretch_dear_and_cheap(void)
{
    struct rig r = begin();

    add(&r, 100, 0, 700, 60);
    add(&r, 400, 0, 700, 20);
    fit(&r);
    EXPECT_BETWEEN(factor(&r, 0, 0, 50000), 2.0, 2.2);       /* 60 / 28 */
    EXPECT_BETWEEN(factor(&r, 1, 200000, 400000), 0.68, 0.76); /* 20 / 28 */
    EXPECT_BETWEEN(factor(&r, 0, 80000, 120000), 1.35, 1.5); /* 20 of each */
    end(&r);
}

/* The only large sets are of the import, and no dearer than small ones there: the model learns nothing
 * of their size from that. */
static void test_stretch_evens_out(void)
{
    struct rig r = begin();
    struct pmt_gc_cost uneven;

    for (int i = 0; i < 20; i++) {
        add(&r, 5, 0, 700, 90);
        add(&r, 1, 0, 1400, 90);
    }
    add(&r, 800, 0, 700, 40);
    pmt_gc_cost_fit(r.fit, &uneven);
    fit(&r);
    EXPECT_BETWEEN(pmt_gc_cost_ns(&uneven, 0, 1400, 0) / 1400, 70u, 80u);
    EXPECT_BETWEEN(pmt_gc_cost_ns(&r.cost, 0, 1400, 0) / 1400, 40u, 55u);
    EXPECT_BETWEEN(factor(&r, 0, 100, 100000), 1.6, 2.2);
    end(&r);
}

static void test_stretch_without_memory(void)
{
    struct rig r = begin();
    struct pmt_gc_cost cost;

    add(&r, 50, 0, 700, 90);
    add(&r, 50, 0, 700, 40);
    pmt_gc_cost_fit(r.fit, &cost);
    r.cost = cost;
    pmt_alloc_fail_at(0, 1);
    pmt_gc_stretch_fit(&r.s, r.fit, &r.cost);
    pmt_alloc_fail_at(-1, 0);
    EXPECT_U64(pmt_gc_cost_ns(&r.cost, 0, 700, 0), pmt_gc_cost_ns(&cost, 0, 700, 0));
    EXPECT(factor(&r, 0, 0, 30000) > 1.2);
    end(&r);
}

/* Behind looks as well: half as dear is half of what they would have taken without. */
static void test_stretch_evens_out_warm(void)
{
    struct rig r = begin();
    uint64_t cold, warm;

    for (int i = 0; i < 400; i++) {
        uint64_t each = i < 100 ? 60 : 20; /* of which a look has spared a third */

        r.event += 1000;
        pmt_gc_cost_add(r.fit, 0, 700, 0, 700 * each * 2 / 3, true);
        pmt_gc_cost_spared(r.fit, 0, 700, 700 * each * 2 / 3, 700 * each / 3);
        EXPECT(pmt_gc_stretch_add(&r.s, r.event, r.event, 0, 700, 0, 700 * each * 2 / 3, true));
    }
    fit(&r);
    warm = (uint64_t)(factor(&r, 0, 20000, 80000) * (double)pmt_gc_cost_ns(&r.cost, 0, 700, 0));
    cold = (uint64_t)(factor(&r, 0, 220000, 380000) * (double)pmt_gc_cost_ns(&r.cost, 0, 700, 0));
    EXPECT_BETWEEN(warm, 33000u, 42000u);
    EXPECT_BETWEEN(cold, 13000u, 19000u);
    end(&r);
}

/* A window ends with the pause that lies at its end; else with the next. Those at its beginning are
 * not in it. */
static void test_stretch_at_its_ends(void)
{
    struct rig r = begin();

    add(&r, 20, 0, 700, 20);
    add(&r, 20, 0, 700, 60); /* the first at 21000 */
    fit(&r);
    EXPECT(factor(&r, 0, 10000, 20000) < factor(&r, 0, 10000, 20500));
    EXPECT(factor(&r, 0, 10000, 20000) == factor(&r, 0, 10000, 20005)); /* under way until then */
    EXPECT(factor(&r, 0, 20000, 21000) > factor(&r, 0, 19999, 21000));
    EXPECT(factor(&r, 0, 21000, 21000) > 1.0); /* the next */
    end(&r);
}

static void test_stretch_takes_any_figures(void)
{
    static const uint64_t values[] = {0, 1, 700, UINT32_MAX, UINT64_MAX};
    const unsigned n = sizeof values / sizeof *values;
    struct rig r = begin();

    for (unsigned i = 0; i < n * n * n * PMT_GC_KINDS; i++) {
        uint64_t visited = values[i % n], freed = values[i / n % n], ns = values[i / n / n % n];
        unsigned generation = i / n / n / n;

        pmt_gc_cost_add(r.fit, generation, visited, freed, ns, i % 2);
        EXPECT(pmt_gc_stretch_add(&r.s, i, i, generation, visited, freed, ns, i % 2));
    }
    fit(&r);
    for (unsigned i = 0; i < n * n * n; i++)
        for (unsigned g = 0; g < PMT_GC_KINDS; g++)
            EXPECT(factor(&r, g, i / 2, i) >= 0.0); /* not NaN */
    end(&r);
}

static void test_stretch_sums_stay(void)
{
    struct rig r = begin();

    add(&r, 100, 0, 700, 60);
    add(&r, 400, 0, 700, 20);
    fit(&r);
    EXPECT_BETWEEN(factor(&r, 0, 0, r.event), 0.999, 1.001);
    end(&r);
}

/* One pause is hardly believed, and a wild one no more than four times the model. */
static void test_stretch_of_one(void)
{
    struct rig r = begin();

    add(&r, 100, 0, 700, 20);
    add(&r, 1, 0, 700, 20000);
    add(&r, 100, 0, 700, 20);
    fit(&r);
    EXPECT_BETWEEN(factor(&r, 0, 100000, 100500), 1.4, 1.7); /* (4 + 4) / (4 + 1) */
    EXPECT_BETWEEN(factor(&r, 0, 50000, 50500), 0.95, 1.0);
    end(&r);
}

/* The recorded collection that visited it comes behind: thresholds are below the recorded ones. */
static void test_stretch_visited_later(void)
{
    struct rig r = begin();

    add(&r, 50, 0, 2000, 20);
    add(&r, 50, 0, 2000, 60);
    fit(&r);
    EXPECT(factor(&r, 0, 50100, 50300) > 1.05);
    EXPECT(factor(&r, 0, 20100, 20300) < 0.95);
    EXPECT(factor(&r, 0, r.event + 100, r.event + 300) == 1.0); /* behind all */
    end(&r);
}

/* Full ones go by those around them: 100 ns an object, later 300. */
static void test_stretch_full(void)
{
    struct rig r = begin();

    add(&r, 1, 2, 100000, 100);
    add(&r, 1, 2, 100000, 300);
    fit(&r);
    EXPECT(factor(&r, 2, 0, 10) < 0.8);
    EXPECT(factor(&r, 2, 0, 1500) > factor(&r, 2, 0, 1100));
    EXPECT(factor(&r, 2, 0, 1900) > factor(&r, 2, 0, 1500));
    EXPECT(factor(&r, 2, 0, 5000) > 1.2);
    EXPECT(factor(&r, 0, 0, 5000) == 1.0);
    end(&r);
}

/* Recorded behind a look, they would have taken longer; so says the model: they are as usual. */
static void test_stretch_warm(void)
{
    struct rig r = begin();

    for (int i = 0; i < 50; i++) {
        r.event += 1000;
        pmt_gc_cost_add(r.fit, 0, 700, 0, 14000, true);
        pmt_gc_cost_spared(r.fit, 0, 700, 14000, 7000);
        EXPECT(pmt_gc_stretch_add(&r.s, r.event, r.event, 0, 700, 0, 14000, true));
    }
    fit(&r);
    EXPECT_BETWEEN(r.s.young_ns, 20900.0, 21100.0);
    EXPECT_BETWEEN(factor(&r, 0, 0, 20000), 0.99, 1.01);
    end(&r);
}

static void test_stretch_out_of_memory(void)
{
    struct pmt_gc_stretches s = {0};

    pmt_alloc_fail_at(0, 1);
    EXPECT(!pmt_gc_stretch_add(&s, 1, 2, 0, 700, 0, 7000, false));
    pmt_alloc_fail_at(-1, 0);
    EXPECT(pmt_gc_stretch_add(&s, 1, 2, 0, 700, 0, 7000, false));
    pmt_gc_stretch_release(&s);
}

SUITE(stretch, TEST(test_stretch_of_nothing), TEST(test_stretch_dear_and_cheap),
      TEST(test_stretch_evens_out), TEST(test_stretch_evens_out_warm),
      TEST(test_stretch_at_its_ends), TEST(test_stretch_takes_any_figures),
      TEST(test_stretch_sums_stay), TEST(test_stretch_of_one),
      TEST(test_stretch_visited_later), TEST(test_stretch_full), TEST(test_stretch_warm),
      TEST(test_stretch_without_memory), TEST(test_stretch_out_of_memory))
