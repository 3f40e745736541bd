/* test_garbage.c - garbage that looks tell of: when does the model collect it, and what
 * does the recording's own collection of it mean then? The events are written by hand. */
#include "support/builder.h"
#include "support/expect.h"
#include "support/event_play.h"

/* What was told is collected by the model's own collection; that the recording frees it
 * later gives nothing back a second time. */
static void test_garbage_is_collected_when_the_model_collects(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=9,10,10 gc.calls=ignore");
    play_objects(&p, 0, 4);
    play_tell(&p, 0, 2);
    play_objects(&p, 10, 6); /* the last is the tenth */
    play_collection(&p, 4 + 2, 0, 2);
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 1)) {
        EXPECT_U64(result->collections[0].collected, 2);
        EXPECT_U64(result->collections[0].freed_blocks, 2);
        EXPECT_U64(result->collections[0].visited, 10);
    }
    EXPECT_U64(result->metrics.gc_peak_garbage, 2);
    EXPECT_U64(play_n_used(&p), 8);
    play_close(&p);
}

/* A young object that an older one holds goes when that goes. */
static void test_garbage_waits_for_its_holder(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=4,1,10 gc.calls=ignore");
    play_objects(&p, 0, 5); /* the model collects: these are in generation 1 */
    play_objects(&p, 10, 1);
    play_look(&p, 2);
    play_garbage(&p, 0, 0, true);
    play_garbage(&p, 10, 0, false);
    play_objects(&p, 20, 4);
    play_objects(&p, 30, 5);
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 3)) {
        EXPECT_U64(result->collections[1].generation, 0);
        EXPECT_U64(result->collections[1].collected, 0);
        EXPECT_U64(result->collections[2].generation, 1);
        EXPECT_U64(result->collections[2].collected, 2);
    }
    play_close(&p);
}

/* Of what no look has told of as many objects hang together as of what looks did: the young ones wait
 * for the oldest of them. */
static void test_garbage_untold_hangs_together(void)
{
    for (uint32_t together = 0; together < 2; together++) {
        struct play p;
        const struct pmt_result *result;

        play_open_quiet(&p, "gc=7,10,10 gc.calls=ignore");
        play_objects(&p, 0, 3);
        if (together)
            play_tell(&p, 0, 3);
        play_collection(&p, 4, 0, 3);
        play_objects(&p, 10, 1);
        play_objects(&p, 20, 7); /* the model collects: 10 is in generation 1 */
        play_objects(&p, 11, 2);
        play_objects(&p, 30, 8); /* ... and again, with 11 and 12 */
        play_collection(&p, 4, 10, 3);
        result = play_end(&p);
        if (EXPECT_U64(result->n_collections, 2))
            EXPECT_U64(result->collections[1].collected, together ? 0 : 2);
        play_close(&p);
    }
}

/* What was made before a collection of the model and not kept by anything goes to the
 * credit of that collection: the look came late. */
static void test_garbage_overdue(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=4,10,10 gc.calls=ignore");
    play_objects(&p, 0, 6); /* the model collects at the fifth */
    play_tell(&p, 0, 2);
    play_tell(&p, 5, 1);
    play_objects(&p, 10, 1);
    play_begin_gc(&p, 4 + 2);
    play_free(&p, 0);
    play_free(&p, 1);
    play_free(&p, 5);
    play_end_gc(&p, 2, 3);
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 1)) {
        EXPECT_U64(result->collections[0].collected, 2);
        EXPECT_U64(result->collections[0].freed_blocks, 2);
    }
    EXPECT_U64(play_n_used(&p), 5); /* with the one of slot 5, which waits */
    play_close(&p);
}

/* What a full recorded collection found reachable was no garbage then. */
static void test_garbage_was_reachable_when_it_was_not_found(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=4,10,10 gc.calls=ignore");
    play_objects(&p, 0, 5); /* the model collects at the last */
    play_collection(&p, 4 + 2, 0, 0);
    for (uint32_t slot = 0; slot < 4; slot++)
        play_tell(&p, slot, 1);
    play_objects(&p, 10, 1);
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 1))
        EXPECT_U64(result->collections[0].collected, 0);
    EXPECT_U64(play_n_used(&p), 6);
    play_close(&p);
}

/* Named again with what else it holds, a holder is the same. */
static void test_garbage_holder_told_twice(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=4,1,10 gc.calls=ignore");
    play_objects(&p, 0, 5); /* the model collects */
    for (uint32_t slot = 10; slot < 12; slot++) {
        play_objects(&p, slot, 1);
        play_look(&p, 2);
        play_garbage(&p, 0, 0, true);
        play_garbage(&p, slot, 0, false);
    }
    play_objects(&p, 20, 3); /* ... generation 0, which does not cover the holder */
    play_begin_gc(&p, 4 + 2);
    play_free(&p, 0);
    play_free(&p, 10);
    play_free(&p, 11);
    play_end_gc(&p, 2, 3);
    result = play_end(&p);
    EXPECT_U64(result->n_collections, 2);
    EXPECT_U64(result->metrics.gc_peak_garbage, 3);
    EXPECT_U64(play_n_freed(&p), 0);
    play_close(&p);
}

/* Told, not freed by the recorded collection: it went to a free list. It lives on as
 * another object, and where nothing had been collected others are made that the recording
 * took from the list. */
static void test_garbage_left_over(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=off gc.calls=ignore");
    play_objects(&p, 0, 4);
    play_tell(&p, 0, 2);
    play_begin_gc(&p, 4 + 0);
    play_free(&p, 0);
    play_end_gc(&p, 0, 2);
    play_objects(&p, 10, 4);
    p.n_live++; /* made again: one of four */
    play_free(&p, 1); /* by counting */
    result = play_end(&p);
    EXPECT_U64(result->metrics.gc_peak_garbage, 1); /* as far as it turned out to be */
    EXPECT_U64(play_n_used(&p), 2 + 4 + 1 + 1); /* the last one is garbage */
    play_close(&p);
}

/* ... and where the model had collected it, it comes from the model's own list. */
static void test_garbage_left_over_that_the_model_has_collected(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=4,10,10 gc.calls=ignore");
    play_objects(&p, 0, 4);
    play_tell(&p, 0, 2);
    play_objects(&p, 4, 1); /* the model collects */
    play_begin_gc(&p, 4 + 0);
    play_free(&p, 0);
    play_end_gc(&p, 0, 2);
    p.n_live++; /* slot 1 has a block again */
    result = play_end(&p);
    EXPECT_U64(play_n_freed(&p), 2);
    EXPECT_U64(play_n_used(&p), 4);
    if (EXPECT_U64(result->n_collections, 1))
        EXPECT_U64(result->collections[0].collected, 2);
    play_close(&p);
}

/* Objects that a full recorded collection freed and did not report were on free lists,
 * which it emptied. The model has not: its next objects come from there, without a block
 * and without raising the count. */
static void test_garbage_shelf(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=8,10,10 gc.calls=ignore");
    play_objects(&p, 0, 6);
    play_begin_gc(&p, 4 + 2);
    for (uint32_t slot = 0; slot < 3; slot++)
        play_free(&p, slot);
    play_end_gc(&p, 2, 1);
    play_objects(&p, 10, 2); /* from the shelf */
    p.n_live -= 2;
    play_objects(&p, 20, 3); /* the ninth that counts */
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 1)) {
        EXPECT_U64(result->collections[0].event, p.n_events - 1);
        EXPECT_U64(result->collections[0].collected, 1);
    }
    EXPECT_U64(play_n_used(&p), 3 + 2 + 3);
    play_close(&p);
}

/* A full collection of the model empties it. */
static void test_garbage_shelf_is_emptied(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=off gc.calls=ignore gc.collect-at=mark:now");
    play_objects(&p, 0, 6);
    play_begin_gc(&p, 4 + 2);
    for (uint32_t slot = 0; slot < 3; slot++)
        play_free(&p, slot);
    play_end_gc(&p, 2, 1);
    play_mark(&p, "now");
    p.n_live -= 2;
    result = play_end(&p);
    EXPECT_U64(result->n_collections, 1);
    EXPECT_U64(play_n_used(&p), 3);
    play_close(&p);
}

/* What a full collection frees among its garbage, unreported, died with that: it lay on no list. */
static void test_garbage_not_of_a_shelf(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=8,10,10 gc.calls=ignore");
    play_objects(&p, 0, 6);
    play_look(&p, 2);
    play_garbage(&p, 0, 0, true);
    play_garbage(&p, 2, 0, false);
    play_begin_gc(&p, 4 + 2);
    for (uint32_t slot = 0; slot < 3; slot++)
        play_free(&p, slot);
    play_end_gc(&p, 2, 2);
    play_objects(&p, 10, 3); /* the last is the ninth that counts */
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 1)) {
        EXPECT_U64(result->collections[0].event, p.n_events - 1);
        EXPECT_U64(result->collections[0].collected, 2);
    }
    play_close(&p);
}

static void test_garbage_is_kept_without_collections(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=off gc.calls=ignore");
    play_objects(&p, 0, 4);
    play_tell(&p, 0, 2);
    play_tell(&p, 0, 2); /* known */
    play_collection(&p, 4 + 2, 0, 2);
    result = play_end(&p);
    EXPECT_U64(result->n_collections, 0);
    EXPECT_U64(result->metrics.gc_peak_garbage, 2);
    EXPECT_U64(result->metrics.gc_peak_garbage_bytes, 2 * 64);
    EXPECT_U64(play_n_used(&p), 4);
    play_close(&p);
}

/* A finalizer brought it back: it ends by counting, once, whether the model has
 * collected it by then or not. */
static void test_garbage_that_lived_again(void)
{
    for (uint32_t collects = 0; collects < 2; collects++) {
        struct play p;
        const struct pmt_result *result;

        play_open_quiet(&p, collects ? "gc=4,10,10 gc.calls=ignore" : "gc=off gc.calls=ignore");
        play_objects(&p, 0, 4);
        play_tell(&p, 0, 2);
        play_objects(&p, 4, 1);
        play_free(&p, 0);
        p.n_live += collects; /* it was freed already */
        play_objects(&p, 0, 1);
        result = play_end(&p);
        EXPECT_U64(result->n_collections, collects);
        EXPECT_U64(play_n_used(&p), 5 - collects);
        play_close(&p);
    }
}

/* Frozen garbage of the model that the recording left over lives on: its block is no
 * garbage when all is collected at last. */
static void test_garbage_frozen_and_left_over(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=off gc.calls=ignore gc.freeze-at=mark:a gc.unfreeze-at=mark:b "
                   "gc.collect-at=mark:c");
    play_objects(&p, 0, 4);
    play_tell(&p, 0, 2);
    play_mark(&p, "a");
    play_begin_gc(&p, 4 + 0);
    play_free(&p, 0);
    play_end_gc(&p, 0, 2);
    play_mark(&p, "b");
    play_mark(&p, "c");
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 1))
        EXPECT_U64(result->collections[0].freed_blocks, 1);
    EXPECT_U64(play_n_used(&p), 3);
    play_close(&p);
}

/* What the program froze is in no recorded collection: nothing was left over by it. */
static void test_garbage_that_the_program_froze(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=off gc.calls=ignore");
    play_objects(&p, 0, 4);
    play_tell(&p, 0, 2);
    play_put(&p, PMT_OP_GC_FREEZE, 0, 1, 0);
    play_collection(&p, 4 + 2, 0, 0);
    play_put(&p, PMT_OP_GC_FREEZE, 0, 0, 0);
    play_objects(&p, 10, 4); /* none is made again */
    result = play_end(&p);
    EXPECT_U64(result->metrics.gc_peak_garbage, 2);
    EXPECT_U64(play_n_used(&p), 8);
    play_close(&p);
}

/* Finalizers take garbage apart that the collection then does not report; mod does not
 * report it either. */
static void test_garbage_silent(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=9,10,10 gc.calls=ignore");
    play_objects(&p, 0, 4);
    play_tell(&p, 0, 3);
    play_begin_gc(&p, 4 + 0);
    for (uint32_t slot = 0; slot < 3; slot++)
        play_free(&p, slot);
    play_end_gc(&p, 0, 1);
    play_objects(&p, 10, 6);
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 1)) {
        EXPECT_U64(result->collections[0].collected, 1);
        EXPECT_U64(result->collections[0].freed_blocks, 3);
    }
    play_close(&p);
}

/* ... although the finalizer has made something in the same slot. */
static void test_garbage_silent_whose_slot_is_in_use(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=9,10,10 gc.calls=ignore");
    play_objects(&p, 0, 4);
    play_tell(&p, 0, 3);
    play_begin_gc(&p, 4 + 0);
    play_free(&p, 0);
    play_free(&p, 1);
    play_make(&p, PMT_OP_ALLOC_GC, 1, 64);
    play_free(&p, 2);
    play_end_gc(&p, 0, 1);
    play_objects(&p, 10, 5);
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 1))
        EXPECT_U64(result->collections[0].collected, 1);
    play_close(&p);
}

/* -- what is reported of it -- */

/* Objects 0 ... 4 are in generation 1 of the model; 10 and 11, in generation 0, hang on 0, which is
 * garbage. Then the model collects generation 0 and, when five more are made, generation 1. */
static uint64_t reported_of_one_that_hangs_on_older(uint32_t atomic, bool belongs)
{
    struct play p;
    const struct pmt_result *result;
    uint64_t collected = 0;

    play_open_quiet(&p, "gc=4,1,10 gc.calls=ignore");
    play_objects(&p, 0, 5);
    play_objects(&p, 10, 2);
    play_look(&p, 2);
    play_garbage(&p, 0, 0, true);
    play_garbage(&p, 11, 0, false);
    if (belongs)
        play_belongs(&p, 10);
    else
        play_garbage(&p, 10, 0, false);
    for (; atomic > 0; atomic--)
        play_atomic(&p, 10);
    play_objects(&p, 20, 3);
    play_objects(&p, 30, 5);
    result = play_end(&p);
    for (size_t i = 0; i < result->n_collections; i++)
        collected += result->collections[i].collected;
    play_close(&p);
    return collected;
}

/* A tuple of nothing that the collector has: it survives a collection, which untracks it. One of such
 * tuples survives one more. */
static void test_garbage_untracked_before_it_is_found(void)
{
    EXPECT_U64(reported_of_one_that_hangs_on_older(0, false), 3);
    EXPECT_U64(reported_of_one_that_hangs_on_older(1, false), 2);
    EXPECT_U64(reported_of_one_that_hangs_on_older(2, false), 3);
}

/* ... also where a recorded collection has done so before the object was garbage. */
static void test_garbage_untracked_by_the_recording(void)
{
    EXPECT_U64(reported_of_one_that_hangs_on_older(0, true), 2);
    EXPECT_U64(reported_of_one_that_hangs_on_older(1, true), 2);
    EXPECT_U64(reported_of_one_that_hangs_on_older(2, true), 3);
}

/* ... and the one that finds it before it has survived any reports it. */
static void test_garbage_found_before_it_is_untracked(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=9,10,10 gc.calls=ignore");
    play_objects(&p, 0, 2);
    play_look(&p, 2);
    play_garbage(&p, 0, 0, true);
    play_garbage(&p, 1, 0, false);
    play_atomic(&p, 1);
    play_atomic(&p, 0); /* not the one told last: nothing is said */
    play_objects(&p, 10, 8);
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 1))
        EXPECT_U64(result->collections[0].collected, 2);
    play_close(&p);
}

/* An object that dies with garbage while the collector has it in no list is never reported. */
static void test_garbage_that_is_in_no_list(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=9,10,10 gc.calls=ignore");
    play_objects(&p, 0, 2);
    play_look(&p, 2);
    play_garbage(&p, 0, 0, true);
    play_belongs(&p, 1);
    play_objects(&p, 10, 8);
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 1)) {
        EXPECT_U64(result->collections[0].collected, 1);
        EXPECT_U64(result->collections[0].freed_blocks, 2);
        EXPECT_U64(result->collections[0].visited, 9);
    }
    play_close(&p);
}

/* -- what belongs to it -- */

/* An object, its table and what else it holds; the table's slot is 50. */
static void open_with_table(struct play *p, const char *spec)
{
    play_open_quiet(p, spec);
    play_objects(p, 0, 4);
    play_make(p, PMT_OP_ALLOC_MEM, 50, 400);
    play_tell(p, 0, 1);
    play_belongs(p, 50);
}

static void test_garbage_takes_along_what_belongs_to_it(void)
{
    struct play p;
    const struct pmt_result *result;

    open_with_table(&p, "gc=4,10,10 gc.calls=ignore");
    play_objects(&p, 4, 1); /* the model collects */
    play_begin_gc(&p, 4 + 2);
    play_free(&p, 50);
    play_free(&p, 0);
    play_end_gc(&p, 2, 1);
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 1)) {
        EXPECT_U64(result->collections[0].collected, 1);
        EXPECT_U64(result->collections[0].freed_blocks, 2);
    }
    EXPECT_U64(play_n_used(&p), 4);
    play_close(&p);
}

/* What nobody told of, and the recorded collection did not report, hangs on what it freed next: the
 * model keeps it as long, though it is younger; */
static void test_garbage_keeps_what_hangs_on_it(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=4,1,10 gc.calls=ignore");
    play_objects(&p, 0, 5); /* the model collects: these are in generation 1 */
    play_objects(&p, 10, 2);
    play_look(&p, 2);
    play_garbage(&p, 0, 0, true);
    play_garbage(&p, 10, 0, false);
    play_begin_gc(&p, 4 + 2);
    play_free(&p, 11);
    play_free(&p, 10);
    play_free(&p, 0);
    play_end_gc(&p, 2, 2);
    play_objects(&p, 20, 3);
    play_objects(&p, 30, 5);
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 3)) {
        EXPECT_U64(result->collections[1].generation, 0);
        EXPECT_U64(result->collections[1].freed_blocks, 0);
        EXPECT_U64(result->collections[2].generation, 1);
        EXPECT_U64(result->collections[2].freed_blocks, 3);
        EXPECT_U64(result->collections[2].collected, 2);
    }
    play_close(&p);
}

/* ... and if it has collected that already, this goes to the credit of the same collection. */
static void test_garbage_takes_along_what_hangs_on_it(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "gc=4,10,10 gc.calls=ignore");
    play_objects(&p, 0, 4);
    play_tell(&p, 0, 1);
    play_objects(&p, 4, 1); /* the model collects */
    play_begin_gc(&p, 4 + 2);
    play_free(&p, 1);
    play_free(&p, 0);
    play_end_gc(&p, 2, 1);
    result = play_end(&p);
    if (EXPECT_U64(result->n_collections, 1)) {
        EXPECT_U64(result->collections[0].collected, 1);
        EXPECT_U64(result->collections[0].freed_blocks, 2);
    }
    EXPECT_U64(play_n_used(&p), 3);
    play_close(&p);
}

/* A table of garbage that is kept is kept. */
static void test_garbage_keeps_what_belongs_to_it(void)
{
    struct play p;
    const struct pmt_result *result;

    open_with_table(&p, "gc=off gc.calls=ignore");
    play_begin_gc(&p, 4 + 2);
    play_free(&p, 50);
    play_free(&p, 0);
    play_end_gc(&p, 2, 1);
    result = play_end(&p);
    EXPECT_U64(result->metrics.gc_peak_garbage, 1);
    EXPECT_U64(result->metrics.gc_peak_garbage_bytes, 64 + 400);
    EXPECT_U64(play_n_used(&p), 5);
    play_close(&p);
}

/* It was found again and lives on, to be freed by counting, resized or left: it is one
 * block at every time, whether the model had freed it or not. */
static void test_garbage_what_belonged_to_it_lives_on(void)
{
    for (uint32_t way = 0; way < 6; way++) {
        bool collects = way % 2;
        struct play p;

        open_with_table(&p, collects ? "gc=4,10,10 gc.calls=ignore" : "gc=off gc.calls=ignore");
        play_objects(&p, 4, 1);
        if (way / 2 == 0) {
            play_free(&p, 50);
            play_make(&p, PMT_OP_ALLOC_MEM, 50, 40);
            p.n_live += collects;
        } else if (way / 2 == 1) {
            play_put(&p, PMT_OP_REALLOC, 50, 300, 0);
            p.n_live += collects;
        }
        play_begin_gc(&p, 4 + 2);
        play_free(&p, 0);
        play_end_gc(&p, 2, 1);
        p.n_live += way / 2 == 2 && collects;
        (void)play_end(&p);
        EXPECT_U64(play_n_used(&p), collects ? 5 : 6);
        play_close(&p);
    }
}

/* No agent tells such a thing: made and freed within the collection, and told in between. */
static void test_garbage_belongs_and_is_fresh(void)
{
    struct play p;

    play_open_quiet(&p, "gc=4,10,10 gc.calls=ignore");
    play_objects(&p, 0, 4);
    play_begin_gc(&p, 4 + 2);
    play_make(&p, PMT_OP_ALLOC_MEM, 50, 40);
    play_garbage(&p, 0, 0, true);
    play_belongs(&p, 50);
    play_free(&p, 50);
    p.n_found--; /* it is no garbage of the collection's */
    play_objects(&p, 10, 2); /* the model waits with its own for the end of that one */
    play_end_gc(&p, 2, 0);
    play_objects(&p, 20, 4);
    (void)play_end(&p);
    play_close(&p);
}

/* -- when it was touched last -- */

/* Two objects are told after the model has collected once, between the last two of three
 * readings (a look, and two of the counts). */
static uint64_t collected_when_touched(uint32_t least, uint64_t most)
{
    struct play p;
    const struct pmt_result *result;
    uint64_t collected;

    play_open_quiet(&p, "gc=4,10,10 gc.calls=ignore");
    play_objects(&p, 0, 4);
    play_look(&p, 2);
    play_put(&p, PMT_OP_GC_COUNTS, 0, 0, 0);
    play_objects(&p, 4, 1); /* the model collects */
    play_put(&p, PMT_OP_GC_COUNTS, 0, 0, 0);
    play_look(&p, 2);
    play_put(&p, PMT_OP_GC_TOUCHED, 0, least, most);
    play_garbage(&p, 0, 0, true);
    play_garbage(&p, 1, 0, false);
    play_objects(&p, 10, 1);
    result = play_end(&p);
    collected = result->n_collections == 1 ? result->collections[0].collected : UINT64_MAX;
    EXPECT_U64(result->metrics.gc_uncertain, least == most ? 0 : 2);
    play_close(&p);
    return collected;
}

static void test_garbage_was_left_when_it_was_touched_last(void)
{
    EXPECT_U64(collected_when_touched(2, 2), 2); /* before the collection */
    EXPECT_U64(collected_when_touched(0, 0), 0); /* after it */
    (void)collected_when_touched(0, 2);
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

    play_begin_gc(p, (uint32_t)(dice / 7 % 3) + (dice % 2 ? 4 : 0));
    for (; n && p->n_live > 20; n--)
        play_free(p, pick(p, seed, true));
    play_end_gc(p, (uint32_t)(dice / 7 % 3), dice / 100 % 9);
}

static void random_event(struct play *p, uint64_t *seed)
{
    uint64_t dice = builder_random(seed) % 100;

    if (dice < 3)
        random_collection(p, seed);
    else if (dice < 4)
        play_put(p, PMT_OP_GC_FREEZE, 0, (uint32_t)(builder_random(seed) % 2), 0);
    else if (dice < 8)
        play_look(p, (uint32_t)(dice % 3));
    else if (dice < 18 && p->n_live)
        play_garbage(p, pick(p, seed, true), (uint32_t)(dice % 2), dice % 3 == 0);
    else if (dice < 21 && p->n_live)
        play_belongs(p, pick(p, seed, true));
    else if (dice < 22 && p->n_live)
        play_refers(p, pick(p, seed, true));
    else if (dice < 23 && p->n_live) {
        play_keeps(p, pick(p, seed, true));
        for (uint64_t n = builder_random(seed) % 3; n && p->n_live; n--)
            play_holds(p, pick(p, seed, true));
    } else if (dice < 24)
        play_put(p, PMT_OP_GC_COUNTS, 0, 0, 0);
    else if (dice < 25)
        play_put(p, PMT_OP_GC_TOUCHED, 0, (uint32_t)(builder_random(seed) % 4),
                 builder_random(seed) % 5);
    else if (dice < 27 && p->n_live)
        play_put(p, PMT_OP_GC_UNTRACKED, pick(p, seed, true), 0, 0);
    else if (dice < 29 && p->n_live)
        play_put(p, PMT_OP_REALLOC, pick(p, seed, true), (uint32_t)(dice * 37), 0);
    else if (p->n_live < 20 || (dice < 65 && p->n_live < 380))
        play_make(p, dice % 3 ? PMT_OP_ALLOC_GC : PMT_OP_ALLOC_MEM, pick(p, seed, false),
                  (uint32_t)(dice * 11));
    else
        play_free(p, pick(p, seed, true));
}

/* Looks, collections and frees in any order, also ones that no recording has: the books
 * of the heap balance all the same. */
/* An object whose type is told as an unlooked collection frees it counts once, as do those of looks;
 * one that a look has told of counts no more, nor does any outside of a collection. */
static void test_garbage_unseen_has_a_type(void)
{
    struct play p;
    const struct pmt_result *result;

    play_open_quiet(&p, "");
    play_objects(&p, 0, 4);
    play_put(&p, PMT_OP_COLLECTED, 3, 1, 0);
    play_look(&p, 0);
    play_garbage(&p, 0, 1, true);
    play_begin_gc(&p, 4);
    for (uint32_t slot = 0; slot < 3; slot++) {
        play_put(&p, PMT_OP_COLLECTED, slot, 1, 0);
        play_free(&p, slot);
    }
    play_end_gc(&p, 0, 3);
    result = play_end(&p);
    if (EXPECT_U64(result->n_types, 1)) {
        EXPECT_U64(result->types[0].number, 1);
        EXPECT_U64(result->types[0].garbage_objects, 3);
        EXPECT_U64(result->types[0].garbage_looked, 1);
        EXPECT_U64(result->types[0].garbage_in[0], 3);
    }
    play_close(&p);
}

static void test_garbage_at_random(void)
{
    static const char *const specs[] = {
        "gc=off", "gc=20,3,3", "gc=1,1,1", "gc=50,2,2 gc.calls=ignore", "gc.calls=ignore gc=off",
        "gc.freeze-at=event:900 gc.unfreeze-at=event:3000 gc=10,2,2",
        "gc.collect-every=100 gc=30,5,5", "gc=10,2,2 gc.since=event:1000",
    };

    for (size_t i = 0; i < sizeof specs / sizeof *specs; i++)
        for (uint64_t seed = 1; seed < 7; seed++) {
            uint64_t state = seed * 7919 + i;
            struct play p;

            play_open(&p, seed % 2, specs[i]);
            p.hides = true;
            for (int n = 0; n < 4000; n++)
                random_event(&p, &state);
            (void)play_end(&p);
            play_close(&p);
        }
}

SUITE(garbage, TEST(test_garbage_is_collected_when_the_model_collects),
      TEST(test_garbage_waits_for_its_holder), TEST(test_garbage_overdue),
      TEST(test_garbage_was_reachable_when_it_was_not_found), TEST(test_garbage_holder_told_twice),
      TEST(test_garbage_left_over), TEST(test_garbage_left_over_that_the_model_has_collected),
      TEST(test_garbage_shelf), TEST(test_garbage_shelf_is_emptied),
      TEST(test_garbage_not_of_a_shelf), TEST(test_garbage_is_kept_without_collections),
      TEST(test_garbage_untold_hangs_together), TEST(test_garbage_that_lived_again),
      TEST(test_garbage_frozen_and_left_over), TEST(test_garbage_that_the_program_froze),
      TEST(test_garbage_silent), TEST(test_garbage_silent_whose_slot_is_in_use),
      TEST(test_garbage_untracked_before_it_is_found),
      TEST(test_garbage_untracked_by_the_recording),
      TEST(test_garbage_found_before_it_is_untracked), TEST(test_garbage_that_is_in_no_list),
      TEST(test_garbage_takes_along_what_belongs_to_it),
      TEST(test_garbage_keeps_what_belongs_to_it), TEST(test_garbage_keeps_what_hangs_on_it),
      TEST(test_garbage_takes_along_what_hangs_on_it),
      TEST(test_garbage_what_belonged_to_it_lives_on), TEST(test_garbage_belongs_and_is_fresh),
      TEST(test_garbage_was_left_when_it_was_touched_last), TEST(test_garbage_unseen_has_a_type),
      TEST(test_garbage_at_random))
