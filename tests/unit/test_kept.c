/* test_kept.c - what garbage that the model has not collected keeps from dying, where the recording has:
 * what it refers to, what goes with that and what that shares; and what it does not keep any more. The
 * events are written by hand. */
#include "support/event_play.h"
#include "support/expect.h"

/* What garbage refers to dies with it, where the recording has collected that before: by counting ... */
static void test_kept_what_dies_by_counting(void)
{
    for (uint32_t kept = 0; kept < 2; kept++) {
        struct play p;
        const struct pmt_result *result;

        play_open_quiet(&p, "gc=9,10,10 gc.calls=ignore");
        play_objects(&p, 0, 2);
        play_tell(&p, 0, 1);
        if (kept)
            play_keeps(&p, 1);
        play_collection(&p, 4 + 2, 0, 1);
        play_free(&p, 1);
        p.n_found += kept;
        play_objects(&p, 10, 8); /* the tenth, where one was kept */
        result = play_end(&p);
        if (EXPECT_U64(result->n_collections, kept)) {
            if (kept)
                EXPECT_U64(result->collections[0].collected, 2);
        }
        EXPECT_U64(play_n_used(&p), kept ? 8 : 9);
        play_close(&p);
    }
}

/* ... also what is older, which no collection of the youngest generation reports; */
static void test_kept_what_is_older(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=4,10,10 gc.calls=ignore");
    play_objects(&p, 0, 5); /* the model collects */
    play_objects(&p, 10, 1);
    play_tell(&p, 10, 1);
    play_keeps(&p, 0);
    play_collection(&p, 4 + 2, 10, 1);
    play_free(&p, 0);
    p.n_found++;
    play_objects(&p, 20, 4); /* ... and again */
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 2)) {
        EXPECT_U64(result->collections[1].collected, 1);
        EXPECT_U64(result->collections[1].freed_blocks, 2);
    }
    play_close(&p);
}

/* ... or as garbage of its own, which is found with that. */
static void test_kept_what_is_left_later(void)
{
    for (uint32_t kept = 0; kept < 2; kept++) {
        struct play p;
        const struct pmt_result *result;

        play_open_quiet(&p, "gc=4,1,10 gc.calls=ignore");
        play_objects(&p, 0, 5); /* the model collects: these are in generation 1 */
        play_objects(&p, 10, 2);
        play_look(&p, 2);
        play_garbage(&p, 0, 0, true);
        if (kept)
            play_keeps(&p, 10);
        play_garbage(&p, 11, 0, false);
        play_begin_gc(&p, 4 + 2);
        play_free(&p, 0);
        play_free(&p, 11);
        play_end_gc(&p, 2, 2);
        play_tell(&p, 10, 1);
        play_objects(&p, 20, 3);
        play_objects(&p, 30, 5);
        result = play_end(&p);
        if (EXPECT_U64(result->n_collections, 3)) {
            EXPECT_U64(result->collections[1].generation, 0);
            EXPECT_U64(result->collections[1].collected, !kept);
            EXPECT_U64(result->collections[2].generation, 1);
            EXPECT_U64(result->collections[2].collected, 2 + kept);
        }
        play_close(&p);
    }
}

/* What an object holds that garbage keeps dies before it, and waits as well: also a table, whatever
 * was made of it since. */
static void test_kept_what_goes_with_an_object(void)
{
    for (uint32_t told = 0; told < 2; told++) {
        struct play p;
        const struct pmt_result *result;

        play_open_quiet(&p, "gc=9,10,10 gc.calls=ignore");
        play_objects(&p, 0, 3);
        play_make(&p, PMT_OP_ALLOC_MEM, 3, 400);
        play_tell(&p, 0, 1);
        play_keeps(&p, 1);
        if (told) {
            play_holds(&p, 2);
            play_holds(&p, 3);
        }
        play_collection(&p, 4 + 2, 0, 1);
        play_put(&p, PMT_OP_REALLOC, 3, 300, 0);
        play_free(&p, 3);
        play_free(&p, 2);
        play_free(&p, 1);
        p.n_found += 1 + 2 * told;
        play_objects(&p, 10, 7); /* the tenth, where all three wait */
        result = play_end(&p);
        if (EXPECT_U64(result->n_collections, told)) {
            if (told) {
                EXPECT_U64(result->collections[0].collected, 3);
                EXPECT_U64(result->collections[0].freed_blocks, 4);
            }
        }
        EXPECT_U64(result->metrics.gc_peak_garbage, 2 + told);
        play_close(&p);
    }
}

/* Where that object lives on, it has let go of it: it is free before anything is made. */
static void test_kept_nothing_that_was_let_go_of(void)
{
    for (uint32_t way = 0; way < 3; way++) {
        struct play p;
        const struct pmt_result *result;

        play_open_quiet(&p, "gc=9,10,10 gc.calls=ignore");
        play_objects(&p, 0, 3);
        play_make(&p, PMT_OP_ALLOC_MEM, 3, 400);
        play_tell(&p, 0, 1);
        play_keeps(&p, 1);
        play_holds(&p, 2);
        play_holds(&p, 3);
        if (way == 2) { /* what it is told of is another object by now */
            play_free(&p, 1);
            p.n_found++;
            play_objects(&p, 1, 1);
        }
        play_free(&p, 3);
        play_free(&p, 2);
        if (way != 1)
            play_objects(&p, 2, 1);
        result = play_end(&p);
        EXPECT_U64(play_n_used(&p), way == 1 ? 2 : way == 2 ? 4 : 3);
        EXPECT_U64(result->metrics.gc_peak_garbage, way == 2 ? 2 : 1);
        play_close(&p);
    }
}

/* Blocks that were told of where no recording does: one that belongs to nothing dies while something
 * is dying; one that is made and dies within a collection is held. */
static void test_kept_what_no_recording_tells(void)
{
    struct play p;

    play_open_quiet(&p, "gc=off gc.calls=ignore");
    play_objects(&p, 0, 3);
    for (uint32_t slot = 3; slot < 200; slot++)
        play_make(&p, PMT_OP_ALLOC_MEM, slot, 40);
    play_belongs(&p, 199);
    play_tell(&p, 0, 1);
    play_keeps(&p, 1);
    play_holds(&p, 2);
    play_free(&p, 2);
    play_free(&p, 199);
    play_free(&p, 1);
    p.n_found += 3;
    play_begin_gc(&p, 4 + 2);
    play_objects(&p, 300, 2);
    play_tell(&p, 0, 1);
    play_keeps(&p, 300);
    play_garbage(&p, 0, 0, true); /* the group before it is whole */
    play_holds(&p, 301);
    play_free(&p, 301);
    p.n_found--;
    play_end_gc(&p, 2, 0);
    play_objects(&p, 301, 1);
    play_free(&p, 301);
    (void)play_end(&p);
    EXPECT_U64(play_n_used(&p), 3 + 197 + 1);
    play_close(&p);
}

/* 0 is garbage and keeps 1, which shares 2 with others; 3 goes with 2. How many objects the model's
 * collection reports. The recording has collected 0 when they die. */
static uint64_t reported_with_shared(void (*die)(struct play *), uint64_t n_waiting)
{
    struct play p;
    const struct pmt_result *result;
    uint64_t collected = 0;

    play_open_quiet(&p, "gc=9,10,10 gc.calls=ignore");
    play_objects(&p, 0, 4);
    play_tell(&p, 0, 1);
    play_keeps(&p, 1);
    play_shares(&p, 2);
    play_holds(&p, 3);
    play_collection(&p, 4 + 2, 0, 1);
    die(&p);
    p.n_found += n_waiting;
    play_objects(&p, 10, 9);
    result = play_end(&p);
    for (size_t i = 0; i < result->n_collections; i++)
        collected += result->collections[i].collected;
    play_close(&p);
    return collected;
}

static void keeper_first(struct play *p)
{
    play_free(p, 1);
    play_objects(p, 5, 1);
    play_free(p, 3);
    play_free(p, 2);
}

static void keeper_last(struct play *p)
{
    play_free(p, 3);
    play_free(p, 2);
    play_free(p, 1);
}

/* The others had let go of it: nothing is left of it when the keeper dies. */
static void keeper_later(struct play *p)
{
    play_free(p, 3);
    play_free(p, 2);
    play_objects(p, 5, 1);
    play_free(p, 1);
}

/* Where the keeper was, another is, that dies. */
static void keeper_renewed(struct play *p)
{
    play_collection(p, 4 + 2, 1, 1);
    play_objects(p, 1, 1);
    play_free(p, 1);
    play_free(p, 3);
    play_free(p, 2);
}

static void test_kept_what_an_object_shares(void)
{
    EXPECT_U64(reported_with_shared(keeper_first, 3), 4);
    EXPECT_U64(reported_with_shared(keeper_last, 3), 4);
    EXPECT_U64(reported_with_shared(keeper_later, 1), 2);
    EXPECT_U64(reported_with_shared(keeper_renewed, 0), 2);
}

/* Object 1 hangs on 0, and was left when the model had collected that: without a cycle of its own it
 * died by counting. What the model's collections report. */
static uint64_t reported_of_an_orphan(bool cycle)
{
    struct play p;
    const struct pmt_result *result;
    uint64_t collected = 0;

    play_open_quiet(&p, "gc=4,10,10 gc.calls=ignore");
    p.hides = true; /* no collection frees an orphan */
    play_objects(&p, 0, 2);
    play_look(&p, 2);
    play_garbage(&p, 0, 0, true);
    play_keeps(&p, 1);
    play_objects(&p, 10, 3); /* the model collects */
    play_objects(&p, 20, 1);
    play_look(&p, 2);
    play_garbage(&p, 0, 0, true);
    play_garbage(&p, 1, 0, false);
    if (cycle)
        play_refers(&p, 1);
    play_belongs(&p, 20);
    play_objects(&p, 30, 55); /* both generations are collected */
    result = play_end(&p);
    for (size_t i = 0; i < result->n_collections; i++)
        collected += result->collections[i].collected;
    EXPECT_U64(play_n_used(&p), 3 + 55);
    play_close(&p);
    return collected;
}

static void test_kept_no_orphan(void)
{
    EXPECT_U64(reported_of_an_orphan(false), 1);
    EXPECT_U64(reported_of_an_orphan(true), 2);
}

/* 1 hangs on 0, which the model has collected, and on 20, which waits: it does not die. 2 is a weak
 * reference with a callback, to which no garbage refers, so nothing says that it would die. */
static void test_kept_what_hangs_on_others(void)
{
    struct play p;
    const struct pmt_result *result;
    uint64_t collected = 0;

    play_open_quiet(&p, "gc=4,10,10 gc.calls=ignore");
    play_objects(&p, 0, 3);
    play_look(&p, 2);
    play_garbage(&p, 0, 0, true);
    play_keeps(&p, 1);
    play_objects(&p, 10, 2); /* the model collects */
    play_objects(&p, 20, 1);
    play_look(&p, 2);
    play_garbage(&p, 20, 0, true);
    play_keeps(&p, 1);
    play_look(&p, 2);
    play_garbage(&p, 0, 0, true);
    play_garbage(&p, 1, 0, false);
    play_garbage(&p, 1, 0, false); /* twice: once is enough */
    play_garbage(&p, 2, 0, false);
    play_objects(&p, 30, 55); /* both generations are collected */
    result = play_end(&p);
    for (size_t i = 0; i < result->n_collections; i++)
        collected += result->collections[i].collected;
    EXPECT_U64(collected, 4);
    play_close(&p);
}

SUITE(kept, TEST(test_kept_what_dies_by_counting), TEST(test_kept_what_is_older),
      TEST(test_kept_what_is_left_later), TEST(test_kept_what_goes_with_an_object),
      TEST(test_kept_nothing_that_was_let_go_of), TEST(test_kept_what_no_recording_tells),
      TEST(test_kept_what_an_object_shares), TEST(test_kept_no_orphan),
      TEST(test_kept_what_hangs_on_others))
