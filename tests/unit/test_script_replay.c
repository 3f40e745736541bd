/* test_script_replay.c - scripts acted out under configurations: what a result holds. */
#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "replay/script_replay.h"
#include "support/expect.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

/* One replay and what it said on the way. */
struct trial {
    struct pmt_result result;
    struct pmt_error err;
    struct pmt_strbuf prints, steps;
    uint64_t n_progress;
};

static bool on_print(void *arg, const char *text)
{
    pmt_strbuf_printf(&((struct trial *)arg)->prints, "%s\n", text);
    return true;
}

static bool on_step(void *arg, const char *text)
{
    pmt_strbuf_printf(&((struct trial *)arg)->steps, "%s\n", text);
    return true;
}

static bool on_progress(void *arg, uint64_t events)
{
    (void)events;
    return ++((struct trial *)arg)->n_progress < 3;
}

static enum pmt_status try(struct trial *t, const char *text, const char *spec,
                           struct pmt_script_replay_options options)
{
    struct pmt_script *script = NULL;
    struct pmt_config config;
    enum pmt_status st;

    *t = (struct trial){.n_progress = 0};
    EXPECT_STATUS(pmt_config_parse(spec, NULL, &config, &t->err), PMT_OK, &t->err);
    st = pmt_script_parse("x.trace", text, strlen(text), &script, &t->err);
    options.config = &config;
    options.max_samples = options.max_samples ? options.max_samples : 100;
    options.arg = t;
    if (!EXPECT_STATUS(st, PMT_OK, &t->err))
        return st;
    st = pmt_script_replay(script, &options, &t->result, &t->err);
    pmt_script_free(script);
    return st;
}

static void done(struct trial *t)
{
    pmt_result_release(&t->result);
    pmt_strbuf_release(&t->prints);
    pmt_strbuf_release(&t->steps);
}

/* Two hundred times a list that holds itself. */
static const char cycles[] = "repeat 200\n"
                             "  x = list\n"
                             "  append x x\n"
                             "end\n"
                             "mark \"made\"\n"
                             "print \"made\"\n"
                             "expect x is x\n"
                             "del x\n";

static uint64_t collections(const struct pmt_result *r, unsigned generation, bool asked)
{
    uint64_t n = 0;

    for (size_t i = 0; i < r->n_collections; i++)
        n += r->collections[i].generation == generation &&
             r->collections[i].asked_for == asked && !r->collections[i].at_exit;
    return n;
}

static void test_script_replay_fills_a_result(void)
{
    struct pmt_script_replay_options options = {.walk = true, .print = on_print};
    struct trial t;
    const struct pmt_result *r = &t.result;

    EXPECT_STATUS(try(&t, cycles, "cpython-3.8 gc=off", options), PMT_OK, &t.err);
    EXPECT_STR(t.prints.at, "made\n");
    EXPECT(r->metrics.events > 400);
    EXPECT_U64(r->verify.script.expectations, 1);
    EXPECT(r->verify.script.walked && r->verify.books_balance && !r->verify.checked);
    EXPECT_U64(r->verify.script.left_objects, 0);
    EXPECT_U64(r->n_health, 0);
    EXPECT(r->metrics.allocs - r->metrics.frees ==
           r->metrics.used_blocks + r->metrics.raw_blocks);
    EXPECT(r->n_classes && r->n_samples && r->n_free_lists && r->n_regions);
    EXPECT_U64(r->samples[0].event, 0);
    EXPECT_U64(r->samples[r->n_samples - 1].event, r->metrics.events);
    EXPECT(r->gc_cost.is_usual && !r->gc_cost.n_pauses);
    if (EXPECT(r->n_collections >= 1)) {
        const struct pmt_collection *last = &r->collections[r->n_collections - 1];

        EXPECT(last->at_exit && last->asked_for && last->generation == 2);
        EXPECT(last->collected >= 200 && last->pause_ns > 0);
        EXPECT_I64(last->chosen, -1);
    }
    done(&t);
}

/* Samples go up by one event each until there are too many. */
static void test_script_replay_samples_short_scripts(void)
{
    struct trial t;

    EXPECT_STATUS(try(&t, "x = 1000\ny = x\ndel y\n", "cpython-3.11",
                      (struct pmt_script_replay_options){.walk = true}), PMT_OK, &t.err);
    for (size_t i = 0; i < t.result.n_samples; i++)
        EXPECT_U64(t.result.samples[i].event, i);
    EXPECT_U64(t.result.n_samples, t.result.metrics.events + 1);
    done(&t);
    EXPECT_STATUS(try(&t, cycles, "cpython-3.11",
                      (struct pmt_script_replay_options){.max_samples = 32}), PMT_OK, &t.err);
    EXPECT(t.result.n_samples >= 16 && t.result.n_samples <= 32);
    for (size_t i = 1; i < t.result.n_samples; i++)
        EXPECT(t.result.samples[i - 1].event < t.result.samples[i].event);
    done(&t);
}

/* What the configuration wants of the collector, and how many collections that makes. */
static void test_script_replay_follows_the_plan(void)
{
    static const struct {
        const char *spec;
        uint64_t young, asked; /* collections before the exit */
        uint64_t left;         /* lists, behind it */
    } cases[] = {
        {"cpython-3.8", 0, 0, 0},
        {"cpython-3.8 gc=off", 0, 0, 0},
        {"cpython-3.8 gc=49,10,10", 2, 0, 0}, /* what it frees is made again uncounted */
        {"cpython-3.8 gc.collect-at=mark:made", 0, 1, 0},
        {"cpython-3.8 gc.collect-at=event:100", 0, 1, 0},
        {"cpython-3.8 gc.collect-at=fraction:0.5", 0, 1, 0},
        {"cpython-3.8 gc.collect-every=100", 0, 4, 0},
        {"cpython-3.8 gc.freeze-at=mark:made", 0, 0, 200},
        {"cpython-3.8 gc.freeze-at=event:100 gc.unfreeze-at=mark:made", 0, 0, 0},
        {"cpython-3.8 gc=49,10,10 gc.since=mark:made", 0, 0, 0},
        {"cpython-3.8 gc=49,10,10 gc.disable-until=mark:made", 0, 0, 0},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct trial t;
        bool good = EXPECT_STATUS(try(&t, cycles, cases[i].spec,
                                      (struct pmt_script_replay_options){.walk = true}),
                                  PMT_OK, &t.err);

        good &= EXPECT_U64(collections(&t.result, 0, false), cases[i].young);
        good &= EXPECT_U64(collections(&t.result, 2, true), cases[i].asked);
        good &= EXPECT((t.result.verify.script.left_objects >= cases[i].left) &&
                       (t.result.verify.script.left_objects == 0) == (cases[i].left == 0));
        if (!good)
            (void)printf("    under %s\n", cases[i].spec);
        done(&t);
    }
}

static void test_script_replay_may_ignore_calls(void)
{
    static const char text[] = "gc.collect\nmark \"a\"\ngc.collect\ngc.collect\n";
    static const struct { const char *spec; uint64_t asked; } cases[] = {
        {"cpython-3.8", 3},
        {"cpython-3.8 gc.calls=ignore", 0},
        {"cpython-3.8 gc.calls=ignore gc.since=mark:a", 1},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct trial t;

        EXPECT_STATUS(try(&t, text, cases[i].spec, (struct pmt_script_replay_options){.walk = true}),
                      PMT_OK, &t.err);
        EXPECT_U64(collections(&t.result, 2, true), cases[i].asked);
        done(&t);
    }
}

static void test_script_replay_errors_are_one_line(void)
{
    static const struct {
        const char *text, *spec;
        enum pmt_status status;
        const char *part;
    } cases[] = {
        {"x = list 1\nexpect refcount x == 7, \"really\"\n", "notes", PMT_E_DIFF, "x.trace:2: "},
        {"x = 1\n\ny = nosuch\n", "notes", PMT_E_DIFF, "x.trace:3: NameError: "},
        {"pass\n", "notes gc.freeze-at=time:2", PMT_E_USAGE,
         "gc.freeze-at=time: a script has no clock: give event:N or mark:NAME"},
        {"pass\n", "notes gc.collect-every=time:2", PMT_E_USAGE,
         "gc.collect-every=time: a script has no clock: give a number of events"},
        {"pass\n", "notes gc.min-interval=2", PMT_E_USAGE, "gc.min-interval: a script has"},
        {"mark \"ready\"\n", "notes gc.freeze-at=mark:redy", PMT_E_USAGE,
         "gc.freeze-at: its moment never comes in this script"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct trial t;

        EXPECT_STATUS(try(&t, cases[i].text, cases[i].spec,
                          (struct pmt_script_replay_options){.walk = false}),
                      cases[i].status, &t.err);
        EXPECT_HAS(t.err.msg, cases[i].part);
        done(&t);
    }
}

static void test_script_replay_can_be_stopped(void)
{
    struct trial t;

    EXPECT_STATUS(try(&t, "repeat 1000000\n  pass\nend\n", "notes",
                      (struct pmt_script_replay_options){.progress = on_progress}),
                  PMT_E_IO, &t.err);
    EXPECT_U64(t.n_progress, 3);
    done(&t);
}

static void test_script_replay_step_by_step(void)
{
    static const char text[] = "a = list 1 2      # two\n"
                               "b = a\n"
                               "del a\n"
                               "repeat 100 i\n"
                               "  append b i\n"
                               "end\n"
                               "b = None\n"
                               "gc.collect\n";
    static const char *const parts[] = {
        "    1  a = list 1 2  a: list 1\n",
        "    2  b = a         a 1 -> 2, b: list 2\n",
        "    3  del a         a gone, b 2 -> 1\n",
        "    5    append b i  and 97 times more: i: int 3\n                     blocks ",
        "    7  b = None      b: NoneType 3, i 3 -> 2\n",
        "    8  gc.collect    b 3 -> 2\n                     collection of generation 2: ",
    };
    struct trial t;

    EXPECT_STATUS(try(&t, text, "cpython-3.8", (struct pmt_script_replay_options){.step = on_step}),
                  PMT_OK, &t.err);
    for (size_t i = 0; i < COUNT(parts); i++)
        if (!EXPECT(t.steps.at && strstr(t.steps.at, parts[i])))
            (void)printf("    there is no \"%s\" in\n%s", parts[i], t.steps.at ? t.steps.at : "");
    done(&t);
}

/* The same twice; with walkers and lines watched, the same again. */
static void test_script_replay_is_the_same_each_time(void)
{
    struct pmt_script_replay_options options[] = {
        {.walk = false}, {.walk = false}, {.walk = true}, {.step = on_step}};
    struct pmt_metrics first = {0};

    for (size_t i = 0; i < COUNT(options); i++) {
        struct trial t;

        EXPECT_STATUS(try(&t, cycles, "tiny", options[i]), PMT_OK, &t.err);
        if (i == 0)
            first = t.result.metrics;
        EXPECT(memcmp(&first, &t.result.metrics, sizeof first) == 0);
        done(&t);
    }
}

/* Whatever allocation fails: a status, and nothing is left behind. */
static void test_script_replay_without_memory(void)
{
    static const char text[] = "class Dog\nend\n"
                               "d = new Dog\nd.me = d\nx = dict 1:2 \"a\":d\ndel d x\n"
                               "mark \"m\"\ngc.collect\n";
    enum pmt_status st = PMT_E_NOMEM;

    for (int64_t fail = 0; st == PMT_E_NOMEM && fail < 20000; fail++) {
        int64_t live = pmt_alloc_live();
        struct pmt_script *script = NULL;
        struct pmt_config config;
        struct pmt_result result = {.partial = NULL};
        struct pmt_script_replay_options options = {.config = &config, .max_samples = 16,
                                                    .step = on_step};
        struct trial t = {.n_progress = 0};

        options.arg = &t;
        (void)pmt_config_parse("cpython-3.8", NULL, &config, NULL);
        pmt_alloc_fail_at(fail, 1);
        st = pmt_script_parse("x", text, strlen(text), &script, NULL);
        if (st == PMT_OK)
            st = pmt_script_replay(script, &options, &result, NULL);
        pmt_alloc_fail_at(-1, 0);
        pmt_script_free(script);
        pmt_result_release(&result);
        done(&t);
        if (!EXPECT(st == PMT_OK || st == PMT_E_NOMEM) ||
            !EXPECT_I64(pmt_alloc_live(), live)) {
            (void)printf("    the allocation that failed: %d, status %s\n", (int)fail,
                         pmt_status_name(st));
            break;
        }
    }
    EXPECT_STATUS(st, PMT_OK, NULL);
}

SUITE(script_replay, TEST(test_script_replay_fills_a_result),
      TEST(test_script_replay_samples_short_scripts), TEST(test_script_replay_follows_the_plan),
      TEST(test_script_replay_may_ignore_calls), TEST(test_script_replay_errors_are_one_line),
      TEST(test_script_replay_can_be_stopped), TEST(test_script_replay_step_by_step),
      TEST(test_script_replay_is_the_same_each_time), TEST(test_script_replay_without_memory))
