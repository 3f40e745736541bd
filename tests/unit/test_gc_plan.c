/* test_gc_plan.c - moments of a configuration become actions where the replay is. */
#include <stdio.h>
#include <string.h>
#include "replay/gc_plan.h"
#include "replay/preset.h"
#include "support/expect.h"

#define NONE     UINT64_MAX
#define BEGIN    PMT_GC_BEGIN_SETTINGS
#define DISABLE  PMT_GC_DO_DISABLE
#define ENABLE   PMT_GC_DO_ENABLE
#define COLLECT  PMT_GC_DO_COLLECT
#define FREEZE   PMT_GC_DO_FREEZE
#define UNFREEZE PMT_GC_DO_UNFREEZE

/* What happens in a replay: an event is reached, or a clock, mark or main is. */
struct step {
    enum { STOP, EVENT, CLOCK, MARK, MAIN } what;
    uint64_t event, ns;
    const char *mark;
    unsigned actions; /* wanted of the plan */
    uint64_t next;    /* event, wanted behind it; 0 stands for none */
};

static struct pmt_gc_config config_of(const char *spec)
{
    struct pmt_config base, config = {.preset = ""};
    struct pmt_error err = {.status = PMT_OK};

    EXPECT(pmt_preset_get("cpython-3.11", &base));
    EXPECT_STATUS(pmt_config_parse(spec, &base, &config, &err), PMT_OK, &err);
    return config.gc;
}

static unsigned take(struct pmt_gc_plan *plan, const struct step *s)
{
    switch (s->what) {
    case EVENT: return pmt_gc_plan_at_event(plan, s->event);
    case CLOCK: return pmt_gc_plan_at_clock(plan, s->event, s->ns);
    case MARK:  return pmt_gc_plan_at_mark(plan, s->event, s->mark);
    case MAIN:  return pmt_gc_plan_at_main(plan, s->event);
    case STOP:  break;
    }
    return 0;
}

static void test_gc_plan_actions(void)
{
    static const struct { const char *spec; uint64_t next; struct step steps[8]; } cases[] = {
        {"", NONE,
         {{MARK, 3, 0, "a", 0, 0}, {MAIN, 5, 0, NULL, BEGIN, 0}, {MAIN, 6, 0, NULL, 0, 0}}},
        {"gc=50000,20,20 gc.since=start", 0,
         {{EVENT, 0, 0, NULL, BEGIN, 0}, {EVENT, 1, 0, NULL, 0, 0}}},
        {"gc=off", NONE, {{MAIN, 9, 0, NULL, BEGIN | DISABLE, 0}}},
        {"gc=700,10,10 gc.since=mark:go", NONE,
         {{MAIN, 1, 0, NULL, 0, 0}, {MARK, 2, 0, "gone", 0, 0}, {MARK, 3, 0, "g", 0, 0},
          {MARK, 4, 0, "go", BEGIN | ENABLE, 0}, {MARK, 5, 0, "go", 0, 0}}},
        {"gc.threshold0=5 gc.since=event:100", 100,
         {{MAIN, 1, 0, NULL, 0, 100}, {EVENT, 99, 0, NULL, 0, 100},
          {EVENT, 100, 0, NULL, BEGIN, 0}, {EVENT, 101, 0, NULL, 0, 0}}},
        {"gc.freeze-at=time:2 gc.unfreeze-at=time:3.5", NONE,
         {{CLOCK, 1, 1999999999, NULL, 0, 0}, {CLOCK, 2, 2000000000, NULL, FREEZE, 0},
          {CLOCK, 3, 2100000000, NULL, 0, 0}, {CLOCK, 4, 9000000000, NULL, UNFREEZE, 0},
          {CLOCK, 5, 9100000000, NULL, 0, 0}}},
        {"gc.freeze-at=main gc.unfreeze-at=main gc.collect-at=main", NONE,
         {{MAIN, 7, 0, NULL, BEGIN | COLLECT | FREEZE | UNFREEZE, 0}, {MAIN, 8, 0, NULL, 0, 0}}},
        {"gc.freeze-at=fraction:0.25 gc.collect-at=fraction:1", 250,
         {{EVENT, 249, 0, NULL, 0, 250}, {EVENT, 250, 0, NULL, FREEZE, 999},
          {EVENT, 999, 0, NULL, COLLECT, 0}, {EVENT, 1000, 0, NULL, 0, 0}}},
        {"gc.collect-at=mark:req gc.freeze-at=mark:req", NONE,
         {{MARK, 1, 0, "req", COLLECT | FREEZE, 0}, {MARK, 2, 0, "other", 0, 0},
          {MARK, 3, 0, "req", COLLECT, 0}, {MARK, 4, 0, "req", COLLECT, 0}}},
        {"gc.collect-at=event:5", 5,
         {{EVENT, 8, 0, NULL, COLLECT, 0}, {EVENT, 9, 0, NULL, 0, 0}}},
        {"gc.disable-until=mark:up", NONE,
         {{MAIN, 1, 0, NULL, BEGIN | DISABLE, 0}, {MARK, 2, 0, "up", ENABLE, 0},
          {MARK, 3, 0, "up", 0, 0}}},
        {"gc.disable-until=mark:up", NONE, /* it is over before it begins */
         {{MARK, 1, 0, "up", 0, 0}, {MAIN, 2, 0, NULL, BEGIN, 0}}},
        {"gc.disable-until=main", NONE, {{MAIN, 2, 0, NULL, BEGIN, 0}}},
        {"gc.disable-until=event:50 gc.since=start", 0,
         {{EVENT, 0, 0, NULL, BEGIN | DISABLE, 50}, {EVENT, 50, 0, NULL, ENABLE, 0}}},
        {"gc.disable-until=event:7 gc.since=event:5", 5, /* both passed at once */
         {{EVENT, 10, 0, NULL, BEGIN, 0}}},
        {"gc.collect-every=100", NONE,
         {{EVENT, 100, 0, NULL, 0, 0}, {MAIN, 130, 0, NULL, BEGIN, 230},
          {EVENT, 229, 0, NULL, 0, 230}, {EVENT, 230, 0, NULL, COLLECT, 330},
          {EVENT, 331, 0, NULL, COLLECT, 430}, {EVENT, 700, 0, NULL, COLLECT, 730}}},
        {"gc.collect-every=time:0.5", NONE,
         {{CLOCK, 1, 2000000000, NULL, 0, 0}, {MAIN, 1, 0, NULL, BEGIN, 0},
          {CLOCK, 2, 2499999999, NULL, 0, 0}, {CLOCK, 3, 2500000000, NULL, COLLECT, 0},
          {CLOCK, 4, 2900000000, NULL, 0, 0}, {CLOCK, 5, 4200000000, NULL, COLLECT, 0},
          {CLOCK, 6, 4400000000, NULL, 0, 0}, {CLOCK, 7, 4500000000, NULL, COLLECT, 0}}},
        {"gc.collect-every=18446744073709551615", NONE, /* past the end of all counting */
         {{MAIN, 130, 0, NULL, BEGIN, 0}, {EVENT, 1000, 0, NULL, 0, 0}}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_gc_config config = config_of(cases[i].spec);
        struct pmt_gc_plan plan;
        bool good = EXPECT_STATUS(pmt_gc_plan_init(&plan, &config, 1000, NULL), PMT_OK, NULL);

        good &= EXPECT_U64(pmt_gc_plan_next_event(&plan), cases[i].next);
        for (const struct step *s = cases[i].steps;
             s < cases[i].steps + 8 && s->what != STOP; s++) {
            good &= EXPECT_U64(take(&plan, s), s->actions);
            good &= EXPECT_U64(pmt_gc_plan_next_event(&plan), s->next ? s->next : NONE);
        }
        if (!good)
            (void)EXPECT_STR("the case above", cases[i].spec);
    }
}

static void test_gc_plan_fraction_needs_the_length(void)
{
    static const char *const specs[] = {
        "gc.threshold0=5 gc.since=fraction:0.5", "gc.freeze-at=fraction:0",
        "gc.unfreeze-at=fraction:1", "gc.collect-at=fraction:0.1",
        "gc.disable-until=fraction:0.1"};
    struct pmt_gc_config config;
    struct pmt_gc_plan plan;

    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++) {
        struct pmt_error err = {.status = PMT_OK};

        config = config_of(specs[i]);
        EXPECT_STATUS(pmt_gc_plan_init(&plan, &config, 0, &err), PMT_E_USAGE, NULL);
        EXPECT_HAS(err.msg, "the trace does not say how long it is");
        EXPECT_STATUS(pmt_gc_plan_init(&plan, &config, 1, &err), PMT_OK, &err);
    }
    config = config_of("gc.freeze-at=event:7");
    EXPECT_STATUS(pmt_gc_plan_init(&plan, &config, 0, NULL), PMT_OK, NULL);
}

static void test_gc_plan_fraction_of_any_length(void)
{
    static const struct { const char *fraction; uint64_t total, event; } cases[] = {
        {"0", 1000, 0}, {"1", 1000, 999}, {"0.999999999", 1000, 999}, {"0.5", 3, 1},
        {"0.333333333", 3000000000, 999999999}, {"1", UINT64_MAX - 1, UINT64_MAX - 2},
        {"0.5", UINT64_C(1) << 63, UINT64_C(1) << 62},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char spec[64];
        struct pmt_gc_config config;
        struct pmt_gc_plan plan;

        (void)snprintf(spec, sizeof spec, "gc.freeze-at=fraction:%s", cases[i].fraction);
        config = config_of(spec);
        EXPECT_STATUS(pmt_gc_plan_init(&plan, &config, cases[i].total, NULL), PMT_OK, NULL);
        EXPECT_U64(pmt_gc_plan_next_event(&plan), cases[i].event);
    }
}

static void test_gc_plan_holds_and_is_deaf_from_since_on(void)
{
    struct pmt_gc_config config = config_of("gc.calls=ignore");
    struct pmt_gc_plan plan;

    EXPECT_STATUS(pmt_gc_plan_init(&plan, &config, 0, NULL), PMT_OK, NULL);
    EXPECT(!pmt_gc_plan_holds(&plan) && !pmt_gc_plan_is_deaf(&plan));
    EXPECT_U64(pmt_gc_plan_at_main(&plan, 5), BEGIN);
    EXPECT(pmt_gc_plan_holds(&plan) && pmt_gc_plan_is_deaf(&plan));

    config = config_of("");
    EXPECT_STATUS(pmt_gc_plan_init(&plan, &config, 0, NULL), PMT_OK, NULL);
    EXPECT_U64(pmt_gc_plan_at_main(&plan, 5), BEGIN);
    EXPECT(pmt_gc_plan_holds(&plan) && !pmt_gc_plan_is_deaf(&plan));
}

/* Only what is given takes the place of what the program has set meanwhile. */
static void test_gc_plan_settles_what_is_given(void)
{
    static const struct {
        const char *spec;
        unsigned actions;
        uint32_t threshold[3];
        bool enabled;
    } cases[] = {
        {"gc.freeze-at=main", BEGIN, {9, 8, 7}, false},
        {"gc.threshold1=50", BEGIN, {9, 50, 7}, false},
        {"gc=1,2,3", BEGIN, {1, 2, 3}, false},
        {"gc=1,2,3", 0, {9, 8, 7}, false},
        {"gc=1,2,3", BEGIN | ENABLE, {1, 2, 3}, true},
        {"gc=1,2,3", ENABLE | FREEZE, {9, 8, 7}, true},
        {"gc=700,10,10", BEGIN, {9, 8, 7}, false}, /* as recorded: not given */
        {"gc=700,10,10 gc.since=mark:x", BEGIN, {700, 10, 10}, false},
        {"gc.threshold2=10 gc.since=mark:x", BEGIN, {9, 8, 10}, false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_gc_config config = config_of(cases[i].spec);
        struct pmt_gc_policy policy = {.threshold = {9, 8, 7}, .enabled = false};
        struct pmt_gc_plan plan;
        bool good = EXPECT_STATUS(pmt_gc_plan_init(&plan, &config, 0, NULL), PMT_OK, NULL);

        pmt_gc_plan_settle(&plan, cases[i].actions, &policy);
        for (int g = 0; g < 3; g++)
            good &= EXPECT_U64(policy.threshold[g], cases[i].threshold[g]);
        good &= EXPECT_U64(policy.enabled, cases[i].enabled);
        policy.enabled = true;
        pmt_gc_plan_settle(&plan, DISABLE, &policy);
        good &= EXPECT(!policy.enabled);
        if (!good)
            (void)EXPECT_STR("the case above", cases[i].spec);
    }
}

static void test_gc_plan_passes_over_full_collections_that_come_too_soon(void)
{
    static const struct { uint32_t count[3]; uint64_t ns; int want; } cases[] = {
        {{701, 11, 11}, 1999999999, 1}, {{701, 11, 11}, 2000000000, 2},
        {{701, 10, 11}, 1500000000, 0}, {{700, 10, 11}, 1500000000, PMT_GC_NONE},
        {{700, 10, 11}, 2000000000, 2}, {{701, 11, 10}, 1500000000, 1}};
    struct pmt_gc_config config = config_of("gc.min-interval=1.5");

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_gc_policy policy = {.threshold = {700, 10, 10}, .enabled = true};
        struct pmt_gc_plan plan;
        int free_choice;

        memcpy(policy.count, cases[i].count, sizeof policy.count);
        free_choice = pmt_gc_choose(&policy);
        EXPECT_STATUS(pmt_gc_plan_init(&plan, &config, 0, NULL), PMT_OK, NULL);
        EXPECT_U64(pmt_gc_plan_at_main(&plan, 0), BEGIN);
        EXPECT_I64(pmt_gc_plan_choose(&plan, &policy), free_choice); /* none was full yet */
        (void)pmt_gc_plan_at_clock(&plan, 1, 500000000);
        pmt_gc_plan_made_full(&plan);
        (void)pmt_gc_plan_at_clock(&plan, 2, cases[i].ns);
        EXPECT_I64(pmt_gc_plan_choose(&plan, &policy), cases[i].want);
        EXPECT_U64(policy.count[2], cases[i].count[2]);

        /* Before `since` it does not hold. */
        EXPECT_STATUS(pmt_gc_plan_init(&plan, &config, 0, NULL), PMT_OK, NULL);
        pmt_gc_plan_made_full(&plan);
        EXPECT_I64(pmt_gc_plan_choose(&plan, &policy), free_choice);
    }
}

/* A clock that steps back is as if it stood. */
static void test_gc_plan_clock_never_goes_back(void)
{
    struct pmt_gc_config config = config_of("gc.collect-every=time:1");
    struct pmt_gc_plan plan;

    EXPECT_STATUS(pmt_gc_plan_init(&plan, &config, 0, NULL), PMT_OK, NULL);
    EXPECT_U64(pmt_gc_plan_at_clock(&plan, 1, 1000000000), 0);
    EXPECT_U64(pmt_gc_plan_at_clock(&plan, 2, 5), 0);
    EXPECT_U64(pmt_gc_plan_at_main(&plan, 2), BEGIN);
    EXPECT_U64(pmt_gc_plan_at_clock(&plan, 3, 1999999999), 0);
    EXPECT_U64(pmt_gc_plan_at_clock(&plan, 4, 2000000000), COLLECT);
}

SUITE(gc_plan, TEST(test_gc_plan_actions), TEST(test_gc_plan_fraction_needs_the_length),
      TEST(test_gc_plan_fraction_of_any_length),
      TEST(test_gc_plan_holds_and_is_deaf_from_since_on),
      TEST(test_gc_plan_settles_what_is_given),
      TEST(test_gc_plan_passes_over_full_collections_that_come_too_soon),
      TEST(test_gc_plan_clock_never_goes_back))
