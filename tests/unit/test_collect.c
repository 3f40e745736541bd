/* test_collect.c - streams of events written by hand, and what the two sides of the
 * collector make of them: is a recorded collection foretold, and where does garbage stay
 * under other settings. */
#include <stdio.h>
#include "base/alloc.h"
#include "support/builder.h"
#include "support/expect.h"
#include "support/event_play.h"

/* -- the recording's own collections -- */

static void test_collect_foretold(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open(&p, false, NULL);
    play_objects(&p, 0, 4);
    play_collection(&p, 0, 1, 2);
    play_objects(&p, 10, 4);
    play_collection(&p, 0, 10, 1);
    result = play_end(&p);
    EXPECT_U64(result->verify.gc.for_threshold, 2);
    EXPECT_U64(result->verify.gc.mismatches, 0);
    EXPECT_U64(result->verify.gc.recorded[0], 2);
    EXPECT_U64(result->verify.gc.replayed[0], 2);
    EXPECT_U64(result->verify.gc.collected_recorded, 3);
    EXPECT_U64(result->verify.gc.collected_replayed, 3);
    if (EXPECT_U64(result->n_collections, 2)) {
        EXPECT_I64(result->collections[0].chosen, 0);
        EXPECT_U64(result->collections[0].visited, 4);
        EXPECT_U64(result->collections[0].collected, 2);
        EXPECT_U64(result->collections[0].recorded_ns, 2000);
        EXPECT(!result->collections[0].asked_for);
        EXPECT_U64(result->collections[1].visited, 4);
    }
    play_close(&p);
}

/* Too early, of another generation, with collection off: each is a mismatch. */
static void test_collect_not_foretold(void)
{
    static const struct {
        const char *name;
        uint32_t n_objects, generation, enabled;
    } cases[] = {
        {"too early", 3, 0, 1},
        {"another generation", 4, 1, 1},
        {"switched off", 4, 0, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct play p;
        const struct pmt_result *result;

        play_open(&p, false, NULL);
        play_put(&p, PMT_OP_GC_ENABLED, 0, cases[i].enabled, 0);
        play_objects(&p, 0, cases[i].n_objects);
        play_collection(&p, cases[i].generation, 0, 1);
        result = play_end(&p);
        if (!EXPECT_U64(result->verify.gc.mismatches, 1))
            (void)fprintf(stderr, "case: %s\n", cases[i].name);
        EXPECT_U64(result->verify.gc.recorded[cases[i].generation], 1);
        play_close(&p);
    }
}

/* Up to 3.11 a due collection may come with a later object; one that the program asked
 * for has nothing to do with thresholds. */
static void test_collect_deferred_and_asked_for(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open(&p, false, NULL);
    play_objects(&p, 0, 5);
    play_collection(&p, 0, 0, 1);
    play_objects(&p, 10, 1);
    play_collection(&p, 4 + 2, 10, 1);
    result = play_end(&p);
    EXPECT_U64(result->verify.gc.mismatches, 0);
    EXPECT_U64(result->verify.gc.deferred, 1);
    EXPECT_U64(result->verify.gc.for_threshold, 1);
    EXPECT_U64(result->verify.gc.recorded[2], 1);
    EXPECT(result->collections[1].asked_for);
    play_close(&p);
}

/* A recorded collection, of which it is told how much less it took for a look. */
static void measured_collection(struct play *p, uint32_t from, uint32_t look, uint64_t spared)
{
    play_look(p, look);
    play_objects(p, from, 4);
    play_begin_gc(p, 0);
    play_free(p, from);
    if (spared)
        play_put(p, PMT_OP_GC_STAT, 0, 4, spared);
    play_end_gc(p, 0, 1);
}

/* The pause stays as recorded, the modelled one is what it would have been: 2 us and 1 us. */
static void test_collect_warm(void)
{
    static const struct { uint64_t spared, want; } cases[] = {{0, 2000}, {1000, 3000}};

    for (size_t i = 0; i < 2; i++) {
        struct play p;
        const struct pmt_result *result;

        play_open(&p, false, NULL);
        for (uint32_t n = 0; n < 8; n++)
            measured_collection(&p, 4 * n, 0, n == 1 ? cases[i].spared : 0);
        result = play_end(&p);
        EXPECT_U64(result->n_collections, 8);
        EXPECT_U64(result->metrics.recorded_gc_ns, 8 * 2000);
        EXPECT_U64(result->metrics.recorded_gc_max_ns, 2000);
        EXPECT(result->metrics.gc_pause_total_ns > 8 * cases[i].want * 9 / 10);
        EXPECT(result->metrics.gc_pause_total_ns < 8 * cases[i].want * 11 / 10);
        play_close(&p);
    }
}

static void timed_collections(struct play *p, uint32_t n, uint64_t ns)
{
    for (uint32_t i = 0; i < n; i++) {
        play_objects(p, 0, 4);
        play_begin_gc(p, 0); /* at 1,000 ns */
        for (uint32_t slot = 0; slot < 4; slot++)
            play_free(p, slot);
        play_put(p, PMT_OP_GC_END, 0, 0, 1000 + ns);
        p->within = false;
    }
}

/* What was dear to visit in the recording is dear when it is collected at other times. */
static void test_collect_dear_stretch(void)
{
    struct play p;
    const struct pmt_result *result;
    uint64_t n;

    play_open(&p, false, "gc=79,10,10");
    timed_collections(&p, 400, 1000);
    timed_collections(&p, 400, 4000);
    result = play_end(&p);
    n = result->n_collections;
    if (EXPECT(n >= 30)) {
        EXPECT(2 * result->collections[n / 4].pause_ns < result->collections[n - n / 4].pause_ns);
        EXPECT_U64(result->collections[n / 4].visited, result->collections[n - n / 4].visited);
    }
    play_close(&p);
}

/* What comes when the interpreter goes down is in no prediction of the longest. */
static void test_collect_longest(void)
{
    static const struct pmt_oracle the_end = {.text = "", .blocks = -1, .when = "end"};
    struct play p;
    const struct pmt_result *result;

    play_open(&p, false, NULL);
    for (uint32_t n = 0; n < 8; n++)
        measured_collection(&p, 4 * n, 0, 0);
    EXPECT_STATUS(pmt_replay_oracle(p.r, &the_end, NULL), PMT_OK, NULL);
    play_collection(&p, 4 + 2, 1, 1);
    result = play_end(&p);
    EXPECT_U64(result->metrics.gc_collections_2, 1);
    EXPECT(result->metrics.gc_longest_0_ns > 0);
    EXPECT_U64(result->metrics.gc_longest_ns, result->metrics.gc_longest_0_ns);
    EXPECT_U64(result->metrics.gc_longest_1_ns, 0);
    EXPECT_U64(result->metrics.gc_longest_2_ns, 0);
    play_close(&p);
}

/* From 3.12 on it comes at the next check, by what the count is then. */
static void test_collect_late(void)
{
    for (uint32_t n_freed_before = 0; n_freed_before < 2; n_freed_before++) {
        struct play p;
        const struct pmt_result *result;

        play_open(&p, true, NULL);
        play_objects(&p, 0, 4);
        play_make(&p, PMT_OP_ALLOC_MEM, 20, 100);
        for (uint32_t i = 0; i < n_freed_before; i++)
            play_free(&p, i);
        play_collection(&p, 0, 2, 1);
        result = play_end(&p);
        EXPECT_U64(result->verify.gc.mismatches, n_freed_before);
        play_close(&p);
    }
}

/* The same of the model's: one that was due for an object that is gone by the check is not made, and
 * the object behind the check is not part of the next. */
static void test_collect_a_check_asks_anew(void)
{
    for (uint32_t goes = 0; goes < 2; goes++) {
        struct play p;
        const struct pmt_result *result;
        uint64_t check;

        play_open(&p, true, "gc=5,10,10");
        play_objects(&p, 0, 4);
        play_collection(&p, 0, 0, 0);
        play_objects(&p, 10, 2); /* the sixth */
        if (goes)
            play_free(&p, 11);
        check = p.n_events;
        play_objects(&p, 12, 1);
        check = goes ? p.n_events : check;
        play_objects(&p, 13, 1);
        result = play_end(&p);
        if (EXPECT_U64(result->n_collections, 1)) {
            EXPECT_U64(result->collections[0].event, check);
            EXPECT_U64(result->collections[0].visited, 6);
        }
        play_close(&p);
    }
}

/* Nor within one call into C: the collection comes when that is over, before anything else. Up to
 * 3.11 it comes with the object all the same. */
static void test_collect_within_one_call(void)
{
    for (uint32_t late = 0; late < 2; late++) {
        struct play p;
        const struct pmt_result *result;
        uint64_t over;

        play_open(&p, true, late ? "gc=5,1000,10 gc.calls=ignore"
                                 : "gc=5,1000,10 gc.calls=ignore gc.when=alloc");
        play_thresholds(&p, 1000, 10, 10);
        play_put(&p, PMT_OP_GC_HELD, 0, 1, 0);
        play_objects(&p, 10, 20);
        over = p.n_events;
        play_put(&p, PMT_OP_GC_HELD, 0, 0, 0);
        play_make(&p, PMT_OP_ALLOC_MEM, 40, 100);
        play_objects(&p, 50, 1);
        result = play_end(&p);
        if (EXPECT_U64(result->n_collections, late ? 1 : 3) && late) {
            EXPECT_U64(result->collections[0].event, over);
            EXPECT_U64(result->collections[0].visited, 20);
        }
        play_close(&p);
    }
}

/* A collection that tells what it frees came without a look, whatever look was before it. */
static void test_collect_unlooked_at(void)
{
    for (uint32_t told = 0; told < 2; told++) {
        struct play p;
        const struct pmt_result *result;

        play_open(&p, false, NULL);
        play_look(&p, 2);
        play_objects(&p, 0, 4);
        play_begin_gc(&p, 0);
        if (told)
            play_put(&p, PMT_OP_COLLECTED, 0, PLAY_NODE, 0);
        play_free(&p, 0);
        play_end_gc(&p, 0, 1);
        result = play_end(&p);
        EXPECT_U64(result->verify.gc.looked, !told);
        EXPECT_U64(result->verify.gc.looked_collected, !told);
        play_close(&p);
    }
}

/* Generation 2 needs counts and the rule of the quarter, which goes by what the
 * recording said was left. */
static void test_collect_generations_in_order(void)
{
    static const uint32_t order[] = {0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1};

    for (uint32_t full = 0; full < 2; full++) {
        struct play p;
        const struct pmt_result *result;

        play_open(&p, false, NULL);
        p.left = 400;
        p.pending = 99 + full;
        for (uint32_t i = 0; i < 12; i++) {
            play_objects(&p, 4 * i, 4);
            play_collection(&p, order[i], 4 * i, 1);
        }
        play_objects(&p, 100, 4);
        play_collection(&p, full ? 2 : 0, 100, 1);
        result = play_end(&p);
        EXPECT_U64(result->verify.gc.mismatches, 0);
        EXPECT_U64(result->verify.gc.replayed[0], 10 - full);
        EXPECT_U64(result->verify.gc.replayed[1], 3);
        EXPECT_U64(result->verify.gc.replayed[2], full);
        EXPECT_U64(result->collections[12].visited, full ? 13 * 4 - 12 : 4);
        play_close(&p);
    }
}

/* Of what came to the oldest generation it does not count what the recording then untracks. */
static void test_collect_untracked_is_not_pending(void)
{
    for (uint32_t untracked = 0; untracked < 2; untracked++) {
        struct play p;
        const struct pmt_result *result;

        play_open(&p, false, "gc=9,0,0 gc.calls=ignore");
        play_thresholds(&p, 1000, 10, 10);
        play_objects(&p, 0, 50); /* generations 0, 1, 2, 0, 1: 30 are left, 20 are pending */
        play_collection(&p, 4, 50, 0);
        for (uint32_t slot = 30; untracked && slot < 44; slot++)
            play_put(&p, PMT_OP_GC_UNTRACKED, slot, 0, 0);
        play_objects(&p, 60, 10);
        result = play_end(&p);
        if (EXPECT_U64(result->n_collections, 6)) {
            EXPECT_U64(result->collections[4].generation, 1);
            EXPECT_U64(result->collections[5].generation, untracked ? 0 : 2);
        }
        play_close(&p);
    }
}

/* What a finalizer makes and drops while the collection runs is no garbage. */
static void test_collect_made_within_is_no_garbage(void)
{
    static const char *const specs[] = {NULL, "gc=off"};

    for (size_t i = 0; i < 2; i++) {
        struct play p;
        const struct pmt_result *result;

        play_open(&p, false, specs[i]);
        play_objects(&p, 0, 4);
        play_begin_gc(&p, 0);
        play_free(&p, 0);
        p.within = false; /* the next are not to be found */
        play_objects(&p, 10, 2);
        play_make(&p, PMT_OP_ALLOC_MEM, 12, 100);
        play_free(&p, 10);
        play_free(&p, 12);
        play_end_gc(&p, 0, 1);
        play_free(&p, 11);
        result = play_end(&p);
        EXPECT_U64(play_n_used(&p), 3 + i); /* off: and the garbage */
        EXPECT_U64(result->verify.gc.collected_replayed, 1);
        play_close(&p);
    }
}

/* -- other settings -- */

/* Garbage waits until the model collects the generation it is in: at the eleventh
 * object, where the recording had it gone after the fourth. */
static void test_collect_garbage_waits(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open(&p, false, "gc=9,10,10");
    play_objects(&p, 0, 4);
    play_make(&p, PMT_OP_ALLOC_MEM, 4, 300); /* the table of object 1 */
    play_begin_gc(&p, 0);
    play_free(&p, 0);
    play_free(&p, 4);
    play_free(&p, 1);
    play_end_gc(&p, 0, 2);
    play_objects(&p, 10, 3);
    play_free(&p, 10); /* by counting: dies where it died, and counts down */
    play_objects(&p, 13, 1);
    play_collection(&p, 0, 0, 0); /* the recording's count is of no concern here */
    play_objects(&p, 20, 3);
    EXPECT_U64(p.n_found, 3);
    play_objects(&p, 30, 2);
    result = play_end(&p);
    EXPECT_U64(result->metrics.gc_collections_0, 1);
    if (EXPECT_U64(result->n_collections, 1)) {
        EXPECT_U64(result->collections[0].collected, 2);
        EXPECT_U64(result->collections[0].freed_blocks, 3);
        EXPECT_U64(result->collections[0].generation, 0);
        EXPECT_U64(result->collections[0].recorded_ns, 0);
    }
    EXPECT_U64(result->metrics.gc_peak_garbage, 2);
    EXPECT_U64(result->metrics.gc_peak_garbage_bytes, 2 * 64 + 304);
    play_close(&p);
}

/* What a finalizer makes in a recorded collection may make one of the model's due: it waits until
 * the recorded one is over, and it is known what that has found. */
static void test_collect_waits_for_the_end_of_a_recorded_one(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open(&p, false, "gc=4,10,10");
    play_objects(&p, 0, 4);
    play_begin_gc(&p, 0);
    play_objects(&p, 10, 2);
    play_end_gc(&p, 0, 0);
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 1))
        EXPECT_U64(result->collections[0].event, p.n_events - 1);
    play_close(&p);
}

/* What the recording found young, though the model has collected since it was made, is
 * freed at once; what was made after that waits. */
static void test_collect_overdue_garbage(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open(&p, false, "gc=2,10,10");
    play_objects(&p, 0, 4); /* the model collects at the third */
    play_begin_gc(&p, 0);
    play_free(&p, 0);
    play_free(&p, 3);
    play_end_gc(&p, 0, 2);
    result = play_end(&p);
    EXPECT_U64(result->n_collections, 1);
    EXPECT_U64(play_n_freed(&p), 1);
    EXPECT_U64(play_n_used(&p), 3);
    play_close(&p);
}

/* A model that collects where the recording does finds what it found. */
static void test_collect_in_step(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open(&p, false, "gc=3,2,1000");
    for (uint32_t i = 0; i < 12; i++) {
        uint32_t older = i % 4 == 3; /* generation 1: garbage of the round before */

        play_objects(&p, 4 * i, 4);
        play_collection(&p, older, 4 * i - older * 2, 2);
    }
    result = play_end(&p);
    EXPECT_U64(result->metrics.gc_collections_0, 9);
    EXPECT_U64(result->metrics.gc_collections_1, 3);
    EXPECT_U64(result->metrics.gc_collected, 24);
    EXPECT_U64(play_n_used(&p), 24);
    for (size_t i = 0; i < result->n_collections; i++)
        EXPECT_U64(result->collections[i].collected, 2);
    play_close(&p);
}

static void test_collect_off(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open(&p, false, "gc=off");
    for (uint32_t i = 0; i < 3; i++) {
        play_objects(&p, 4 * i, 4);
        play_collection(&p, 0, 4 * i, 2);
    }
    result = play_end(&p);
    EXPECT_U64(result->n_collections, 0);
    EXPECT_U64(play_n_used(&p), 12);
    EXPECT_U64(result->metrics.gc_peak_garbage, 6);
    EXPECT_U64(result->metrics.gc_peak_garbage_bytes, 6 * 64);
    EXPECT_U64(result->metrics.gc_peak_tracked, 12);
    play_close(&p);
}

/* A mistyped mark is no prediction. */
static void test_collect_a_moment_that_never_comes_is_refused(void)
{
    struct pmt_error err;
    struct play p;

    play_open(&p, false, "gc.freeze-at=mark:nosuch");
    play_objects(&p, 0, 4);
    EXPECT_STATUS(pmt_replay_finish(p.r, &p.result, &err), PMT_E_USAGE, NULL);
    EXPECT_HAS(err.msg, "gc.freeze-at");
    play_close(&p);
}

/* Frozen garbage, and frozen objects that become garbage, are kept, also by a full
 * collection, until gc.unfreeze(). */
static void test_collect_freeze_keeps_garbage(void)
{
    for (int unfreeze = 0; unfreeze < 2; unfreeze++) {
        struct play p;
        const struct pmt_result *result;

        play_open(&p, false, unfreeze ? "gc=1000,10,10 gc.freeze-at=mark:ready "
                                        "gc.unfreeze-at=mark:later"
                                      : "gc=1000,10,10 gc.freeze-at=mark:ready");
        play_objects(&p, 0, 4);
        play_collection(&p, 0, 3, 1); /* garbage that the model has not collected */
        play_mark(&p, "read"); /* another one */
        play_mark(&p, "ready");
        play_collection(&p, 4 + 2, 0, 1);
        play_objects(&p, 10, 2);
        play_collection(&p, 4 + 2, 10, 1);
        if (unfreeze)
            play_mark(&p, "later");
        play_collection(&p, 4 + 2, 0, 0);
        result = play_end(&p);
        EXPECT_U64(result->metrics.gc_collected, unfreeze ? 3 : 1);
        EXPECT_U64(play_n_used(&p), unfreeze ? 3 : 5);
        EXPECT_U64(result->metrics.gc_collections_2, 3);
        EXPECT_U64(result->collections[1].visited, 2);
        play_close(&p);
    }
}

/* Young ones that were frozen are not found either: nobody has looked at them. */
static void test_collect_freeze_keeps_young_garbage(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open(&p, false, "gc=1000,10,10 gc.freeze-at=mark:ready");
    play_objects(&p, 0, 3);
    play_mark(&p, "ready");
    play_objects(&p, 3, 1);
    play_collection(&p, 0, 0, 1);
    result = play_end(&p);
    EXPECT_U64(play_n_used(&p), 4);
    EXPECT_U64(result->n_collections, 0);
    play_close(&p);
}

static void test_collect_asked_for(void)
{
    static const struct { const char *spec; uint64_t n, used; } cases[] = {
        {"gc=1000,10,10", 1, 3},
        {"gc=1000,10,10 gc.calls=honour", 1, 3},
        {"gc=1000,10,10 gc.calls=ignore", 0, 4},
        {"gc=off", 1, 3}, /* gc.collect() works all the same */
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct play p;
        const struct pmt_result *result;

        play_open(&p, false, cases[i].spec);
        play_objects(&p, 0, 2);
        play_objects(&p, 10, 2);
        play_collection(&p, 4 + 2, 0, 1);
        result = play_end(&p);
        if (EXPECT_U64(result->n_collections, cases[i].n) && cases[i].n) {
            EXPECT(result->collections[0].asked_for);
            EXPECT_U64(result->collections[0].generation, 2);
            EXPECT_U64(result->collections[0].visited, 4);
        }
        EXPECT_U64(play_n_used(&p), cases[i].used);
        play_close(&p);
    }
}

/* The program's own thresholds, too. */
static void test_collect_program_sets_thresholds(void)
{
    static const struct { const char *spec; uint64_t n; } cases[] = {
        {"gc=5,10,10 gc.calls=honour", 0}, {"gc=5,10,10 gc.calls=ignore", 3},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct play p;

        play_open(&p, false, cases[i].spec);
        play_thresholds(&p, 1000, 10, 10);
        play_objects(&p, 0, 20);
        EXPECT_U64(play_end(&p)->n_collections, cases[i].n);
        play_close(&p);
    }
}

/* What the interpreter begins with is told as the program's settings are, and is none of them. */
static void test_collect_since_the_start(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open(&p, false, "gc=7,10,10 gc.since=start");
    for (uint32_t i = 0; i < 6; i++) {
        play_objects(&p, 4 * i, 4);
        play_collection(&p, 0, 0, 0);
    }
    result = play_end(&p);
    EXPECT_U64(result->metrics.gc_collections_0, 3);
    EXPECT_U64(result->n_collections, 3);
    play_close(&p);
}

/* An object that a recorded collection left untracked is still visited by the model's
 * next, and is not counted as collected when it goes. */
static void test_collect_untracked(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open(&p, false, "gc=9,10,10");
    play_objects(&p, 0, 4);
    play_collection(&p, 0, 0, 0);
    play_put(&p, PMT_OP_GC_UNTRACKED, 1, 0, 0);
    play_objects(&p, 10, 2);
    play_collection(&p, 4 + 2, 0, 2); /* one of the two is untracked */
    result = play_end(&p);
    EXPECT_U64(result->n_collections, 1);
    EXPECT_U64(result->collections[0].visited, 6);
    play_close(&p);
}

/* ... and after that no more; nor if it has died by counting before that. */
static void test_collect_untracked_is_visited_once(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open(&p, false, "gc=9,10,10");
    play_objects(&p, 0, 4);
    play_collection(&p, 0, 0, 0);
    play_put(&p, PMT_OP_GC_UNTRACKED, 1, 0, 0);
    play_put(&p, PMT_OP_GC_UNTRACKED, 1, 0, 0);
    play_objects(&p, 10, 1);
    play_collection(&p, 4 + 2, 0, 0);
    play_objects(&p, 20, 3);
    play_collection(&p, 0, 0, 0);
    play_put(&p, PMT_OP_GC_UNTRACKED, 20, 0, 0);
    play_free(&p, 20);
    play_collection(&p, 4 + 2, 0, 0);
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 2)) {
        EXPECT_U64(result->collections[0].visited, 5);
        EXPECT_U64(result->collections[1].visited, 4 + 2);
    }
    play_close(&p);
}

/* Objects that collections put on free lists and the model had to make are visited as
 * young ones, not by every collection from then on. Only of those that a look told of it
 * is known how large they are. */
static void test_collect_unseen_objects_are_young_once(void)
{
    for (uint32_t told = 0; told <= 2; told += 2) {
        struct play p;
        const struct pmt_result *result;

        play_open(&p, false, "gc=99,10,10");
        play_objects(&p, 0, 4);
        if (told)
            play_look(&p, 0);
        for (uint32_t slot = 0; slot < told; slot++)
            play_garbage(&p, slot, 0, true);
        play_begin_gc(&p, 0);
        play_end_gc(&p, 0, 2); /* two went to free lists: half as many as were made */
        play_objects(&p, 10, 4);
        play_collection(&p, 4 + 2, 0, 0);
        play_objects(&p, 20, 1);
        play_collection(&p, 4 + 2, 0, 0);
        p.n_live += told; /* which the recording has no events of */
        result = play_end(&p);
        if (EXPECT_U64(result->n_collections, 2)) {
            EXPECT_U64(result->collections[0].visited, 8 + told);
            EXPECT_U64(result->collections[0].collected, 2);
            EXPECT_U64(result->collections[1].visited, 8 + 1);
            EXPECT_U64(result->collections[1].collected, 0);
        }
        play_close(&p);
    }
}

/* Before gc.since the recorded settings hold. */
static void test_collect_since(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open(&p, false, "gc=off gc.since=mark:now");
    play_objects(&p, 0, 4);
    play_collection(&p, 0, 0, 2);
    play_mark(&p, "now");
    play_objects(&p, 10, 4);
    play_collection(&p, 0, 10, 2);
    result = play_end(&p);
    EXPECT_U64(result->n_collections, 1);
    /* A row of a prediction says nothing of the recording. */
    EXPECT_U64(result->collections[0].recorded_ns, 0);
    EXPECT_U64(play_n_used(&p), 2 + 4);
    play_close(&p);
}

/* -- at random -- */

static uint32_t pick(const struct play *p, uint64_t *seed, bool live)
{
    uint32_t slot;

    do
        slot = (uint32_t)(builder_random(seed) % 400);
    while (p->live[slot] != live);
    return slot;
}

static void random_collection(struct play *p, uint64_t *seed)
{
    uint64_t dice = builder_random(seed), n = dice % 7;
    uint32_t generation = dice / 7 % 13 > 10 ? 2 : dice / 7 % 13 > 7;
    uint64_t found = 0;

    play_begin_gc(p, dice % 3 ? generation : generation + 4);
    for (; n && p->n_live > 20; n--) {
        uint32_t slot = pick(p, seed, true);

        found += p->tracked[slot];
        play_free(p, slot);
    }
    play_end_gc(p, generation, found);
}

static void untrack(struct play *p, uint32_t slot)
{
    play_put(p, PMT_OP_GC_UNTRACKED, slot, 0, 0);
    p->tracked[slot] = false;
}

static void random_event(struct play *p, uint64_t *seed)
{
    uint64_t dice = builder_random(seed) % 100;

    if (dice < 3)
        random_collection(p, seed);
    else if (dice < 4)
        play_mark(p, dice % 2 ? "a" : "b");
    else if (dice < 5)
        play_put(p, PMT_OP_GC_FREEZE, 0, (uint32_t)(builder_random(seed) % 2), 0);
    else if (dice < 8)
        untrack(p, pick(p, seed, true));
    else if (dice < 9)
        play_put(p, PMT_OP_CLOCK, 0, 0, p->n_events * 1000);
    else if (p->n_live < 20 || (dice < 60 && p->n_live < 380))
        play_make(p, dice % 3 ? PMT_OP_ALLOC_GC : PMT_OP_ALLOC_MEM, pick(p, seed, false),
             (uint32_t)(dice * 11));
    else
        play_free(p, pick(p, seed, true));
}

/* No block of the model is lost, whatever it is told; play_end() counts. */
static void test_collect_loses_no_block(void)
{
    static const char *const specs[] = {
        NULL, "gc=off", "gc=20,3,3", "gc=1,1,1", "gc=50,2,2 gc.calls=ignore",
        "gc.freeze-at=mark:a gc.unfreeze-at=event:3000", "gc.collect-at=mark:a gc=off",
        "gc.collect-every=100 gc=30,5,5", "gc=10,2,2 gc.since=event:1000",
        "gc.min-interval=0.001 gc=5,2,1", "gc.disable-until=event:2500 gc=7,2,2",
        "gc=25,3,3 gc.when=check", "gc.freeze-at=event:500 gc=3,3,3",
    };

    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        for (uint64_t seed = 1; seed < 7; seed++) {
            uint64_t state = seed * 7919;
            struct play p;

            play_open(&p, seed % 2, specs[i]);
            for (int n = 0; n < 4000; n++)
                random_event(&p, &state);
            (void)play_end(&p);
            play_close(&p);
        }
}

SUITE(collect, TEST(test_collect_foretold), TEST(test_collect_not_foretold),
      TEST(test_collect_deferred_and_asked_for), TEST(test_collect_late),
      TEST(test_collect_untracked_is_not_pending),
      TEST(test_collect_within_one_call),
      TEST(test_collect_a_check_asks_anew), TEST(test_collect_unlooked_at),
      TEST(test_collect_warm), TEST(test_collect_dear_stretch), TEST(test_collect_longest),
      TEST(test_collect_generations_in_order), TEST(test_collect_made_within_is_no_garbage),
      TEST(test_collect_garbage_waits),
      TEST(test_collect_waits_for_the_end_of_a_recorded_one), TEST(test_collect_overdue_garbage),
      TEST(test_collect_in_step), TEST(test_collect_off),
      TEST(test_collect_freeze_keeps_garbage),
      TEST(test_collect_a_moment_that_never_comes_is_refused), TEST(test_collect_freeze_keeps_young_garbage),
      TEST(test_collect_asked_for), TEST(test_collect_program_sets_thresholds),
      TEST(test_collect_since_the_start),
      TEST(test_collect_untracked), TEST(test_collect_untracked_is_visited_once),
      TEST(test_collect_unseen_objects_are_young_once), TEST(test_collect_since),
      TEST(test_collect_loses_no_block))
