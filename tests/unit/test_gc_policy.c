/* test_gc_policy.c - when the collector collects: each rule, and the long series that
 * real interpreters show for a loop that only allocates. */
#include <string.h>
#include "gc/policy.h"
#include "support/expect.h"

/* keep.append([None]) again and again, after gc.collect() and gc.freeze(): one counted
 * object per turn, none of which ever dies. */
struct loop {
    struct pmt_gc_policy policy;
    uint64_t in_generation[PMT_GENERATIONS]; /* objects */
    uint64_t n_runs[PMT_GENERATIONS];        /* collections */
    uint64_t first[PMT_GENERATIONS];         /* len(keep) at the first of each */
    uint64_t full[16];                       /* ... at each full one */
    bool watched; /* by gc.callbacks: a full collection empties the free lists, so that
                     the info of its end is a new dict, which counts */
};

static void collect(struct loop *l, uint64_t kept)
{
    struct pmt_gc_policy *p = &l->policy;
    int g = pmt_gc_choose(p);
    uint64_t survivors = 0;

    if (g == PMT_GC_NONE)
        return;
    pmt_gc_begin(p, (unsigned)g);
    for (int i = 0; i <= g; i++) {
        survivors += l->in_generation[i];
        l->in_generation[i] = 0;
    }
    if (l->n_runs[g] == 0)
        l->first[g] = kept;
    if (g == 2 && l->n_runs[2] < 16)
        l->full[l->n_runs[2]] = kept;
    l->n_runs[g]++;
    l->in_generation[g < 2 ? g + 1 : 2] += survivors;
    if (g == 1)
        p->long_lived_pending += survivors;
    if (g == 2) {
        p->long_lived_total = survivors;
        p->long_lived_pending = 0;
        if (l->watched)
            (void)pmt_gc_allocated(p);
    }
}

/* late: the collection comes when the object is already in the list. */
static void run_loop(struct loop *l, uint64_t n_turns, bool late)
{
    for (uint64_t kept = 0; kept < n_turns; kept++) {
        bool due = pmt_gc_allocated(&l->policy);

        if (due && !late)
            collect(l, kept);
        l->in_generation[0]++;
        if (due && late)
            collect(l, kept + 1);
    }
}

/* The figures of `watched` rows were printed by 3.9, 3.10, 3.11, 3.12 and 3.13 from
 * gc.callbacks; those of the others found on 3.11 by the least number of turns after
 * which gc.get_stats() tells of one more full collection. */
static void test_gc_policy_golden_series(void)
{
    static const struct {
        const char *name;
        uint32_t threshold0;
        bool late, watched;
        uint64_t first[2], n_runs[3], full[8];
    } cases[] = {
        {"3.9 ... 3.11, watched", 700, false, true, {700, 8411}, {1300, 118, 8},
         {93232, 186464, 279696, 372928, 474572, 601452, 753568, 947744}},
        {"3.11", 700, false, false, {700, 8411}, {1300, 118, 8},
         {93232, 186465, 279698, 372931, 474576, 601457, 753574, 947751}},
        {"3.12, watched", 700, true, true, {701, 8412}, {1300, 118, 8},
         {93233, 186465, 279697, 372929, 474573, 601453, 753569, 947745}},
        {"3.13, watched", 2000, true, true, {2001, 24012}, {455, 41, 3},
         {266133, 532265, 798397}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loop l = {.policy = {.threshold = {cases[i].threshold0, 10, 10},
                                    .enabled = true},
                         .watched = cases[i].watched};
        bool good = true;

        run_loop(&l, 1000000, cases[i].late);
        for (int g = 0; g < 2; g++)
            good &= EXPECT_U64(l.first[g], cases[i].first[g]);
        for (int g = 0; g < 3; g++)
            good &= EXPECT_U64(l.n_runs[g], cases[i].n_runs[g]);
        for (uint64_t k = 0; k < cases[i].n_runs[2]; k++)
            good &= EXPECT_U64(l.full[k], cases[i].full[k]);
        if (!good)
            (void)EXPECT_STR("the case above", cases[i].name);
    }
}

/* Generation 0 alone: positions are one threshold and one object apart. */
static void test_gc_policy_period(void)
{
    static const struct { uint32_t threshold; uint64_t period; } cases[] = {
        {700, 701}, {2000, 2001}, {1, 2}, {50000, 50001}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct loop l = {.policy = {.threshold = {cases[i].threshold, 1000000, 10},
                                    .enabled = true}};

        run_loop(&l, 10 * cases[i].period + 1, false);
        EXPECT_U64(l.n_runs[0], 10);
        EXPECT_U64(l.first[0], cases[i].period - 1);
    }
}

static void test_gc_policy_is_due(void)
{
    static const struct {
        const char *name;
        uint32_t threshold, count;
        bool enabled, collecting, due;
    } cases[] = {
        {"below", 700, 698, true, false, false},
        {"at the threshold", 700, 699, true, false, false},
        {"above it", 700, 700, true, false, true},
        {"far above it", 700, 100000, true, false, true},
        {"disabled", 700, 700, false, false, false},
        {"one is under way", 700, 700, true, true, false},
        {"threshold 0", 0, 700, true, false, false},
        {"threshold 1, the first", 1, 0, true, false, false},
        {"threshold 1, the second", 1, 1, true, false, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_gc_policy p = {.threshold = {cases[i].threshold, 10, 10},
                                  .count = {cases[i].count, 3, 4},
                                  .enabled = cases[i].enabled,
                                  .collecting = cases[i].collecting};

        if (!EXPECT(pmt_gc_allocated(&p) == cases[i].due))
            (void)EXPECT_STR("the case above", cases[i].name);
        EXPECT_U64(p.count[0], cases[i].count + 1); /* counted whether due or not */
        EXPECT_U64(p.count[1], 3);
    }
}

static void test_gc_policy_freed_never_goes_below_zero(void)
{
    struct pmt_gc_policy p = {.threshold = {2, 10, 10}, .enabled = true, .count = {0, 5, 6}};

    pmt_gc_freed(&p);
    EXPECT_U64(p.count[0], 0);
    EXPECT(!pmt_gc_allocated(&p));
    EXPECT(!pmt_gc_allocated(&p));
    pmt_gc_freed(&p);
    EXPECT_U64(p.count[0], 1);
    EXPECT(!pmt_gc_allocated(&p));
    EXPECT(pmt_gc_allocated(&p));
    EXPECT_U64(p.count[1], 5);
    EXPECT_U64(p.count[2], 6);
}

static void test_gc_policy_choose(void)
{
    static const struct {
        const char *name;
        uint32_t count[3];
        uint64_t total, pending;
        int want;
    } cases[] = {
        {"nothing above", {700, 10, 10}, 0, 0, PMT_GC_NONE},
        {"0", {701, 10, 10}, 0, 0, 0},
        {"1 before 0", {701, 11, 10}, 0, 0, 1},
        {"1 without 0", {3, 11, 10}, 0, 0, 1},
        {"2 before 1", {701, 11, 11}, 0, 0, 2},
        {"2 alone", {0, 0, 11}, 0, 0, 2},
        {"a quarter waits", {701, 11, 11}, 4000, 1000, 2},
        {"less than a quarter", {701, 11, 11}, 4000, 999, 1},
        {"a quarter is rounded down", {701, 11, 11}, 4003, 1000, 2},
        {"too little, nor is 1 above", {701, 10, 11}, 4000, 999, 0},
        {"too little, and nothing else", {700, 10, 11}, 4000, 999, PMT_GC_NONE},
        {"less than 4 left: always", {701, 11, 11}, 3, 0, 2},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_gc_policy p = {.threshold = {700, 10, 10}, .enabled = true,
                                  .long_lived_total = cases[i].total,
                                  .long_lived_pending = cases[i].pending};

        memcpy(p.count, cases[i].count, sizeof p.count);
        if (!EXPECT_I64(pmt_gc_choose(&p), cases[i].want))
            (void)EXPECT_STR("the case above", cases[i].name);
    }
}

/* 3.14.0 to 3.14.4 say 0 for threshold 2: there the count need only not be 0. */
static void test_gc_policy_choose_with_thresholds_of_zero(void)
{
    struct pmt_gc_policy p = {.threshold = {700, 10, 0}, .count = {701, 5, 0}};

    EXPECT_I64(pmt_gc_choose(&p), 0);
    p.count[2] = 1;
    EXPECT_I64(pmt_gc_choose(&p), 2);
    p = (struct pmt_gc_policy){.threshold = {0, 0, 0}, .count = {0, 1, 0}};
    EXPECT_I64(pmt_gc_choose(&p), 1);
}

static void test_gc_policy_begin(void)
{
    static const uint32_t want[3][3] = {{0, 8, 9}, {0, 0, 10}, {0, 0, 0}};

    for (unsigned g = 0; g < 3; g++) {
        struct pmt_gc_policy p = {.count = {701, 7, 9}, .long_lived_total = 5,
                                  .long_lived_pending = 6};

        pmt_gc_begin(&p, g);
        for (int i = 0; i < 3; i++)
            EXPECT_U64(p.count[i], want[g][i]);
        EXPECT_U64(p.long_lived_total, 5);
        EXPECT_U64(p.long_lived_pending, 6);
    }
}

/* Freezing takes the objects away but not the memory of how many there were. */
static void test_gc_policy_freeze(void)
{
    struct pmt_gc_policy p = {.threshold = {700, 10, 10}, .count = {701, 7, 9},
                              .enabled = true, .long_lived_total = 5,
                              .long_lived_pending = 6};

    pmt_gc_freeze(&p);
    for (int i = 0; i < 3; i++)
        EXPECT_U64(p.count[i], 0);
    EXPECT(p.enabled && p.threshold[0] == 700);
    EXPECT_U64(p.long_lived_total, 5);
    EXPECT_U64(p.long_lived_pending, 6);
}

SUITE(gc_policy, TEST(test_gc_policy_golden_series), TEST(test_gc_policy_period),
      TEST(test_gc_policy_is_due), TEST(test_gc_policy_freed_never_goes_below_zero),
      TEST(test_gc_policy_choose), TEST(test_gc_policy_choose_with_thresholds_of_zero),
      TEST(test_gc_policy_begin), TEST(test_gc_policy_freeze))
