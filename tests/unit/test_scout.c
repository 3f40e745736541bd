/* test_scout.c - what the scout gives of the garbage ahead, and what a replay makes of it. The
 * events are written by hand. */
#include <string.h>
#include "base/alloc.h"
#include "replay/scout.h"
#include "support/builder.h"
#include "support/event_play.h"
#include "support/expect.h"

/* Events go to the scout, or to a replay: a story can be told to both. */
struct listener {
    struct pmt_scout *scout;
    struct play *play;
    uint64_t n_events;
};

static void say(struct listener *to, enum pmt_op op, uint32_t slot, uint32_t arg, uint64_t wide)
{
    uint8_t ops[1] = {(uint8_t)op};
    struct pmt_batch batch = {.first_event = to->n_events++, .n_events = 1, .op = ops,
                              .slot = &slot, .arg = &arg, .wide = &wide,
                              .n_wide = pmt_op_n_wide(op)};

    if (to->scout)
        EXPECT(pmt_scout_batch(to->scout, &batch));
    else
        play_put(to->play, op, slot, arg, wide);
}

static void objects(struct listener *to, uint32_t from, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        say(to, PMT_OP_ALLOC_GC, from + i, 64, 0);
}

/* Objects in a row, the first of which holds the others. */
static void garbage(struct listener *to, uint32_t from, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        say(to, PMT_OP_GARBAGE, from + i, i == 0 ? PMT_GARBAGE_FIRST : 0, 0);
}

struct taken {
    uint64_t left[64], told[64];
    uint32_t first[64];
    size_t size[64];
    size_t n;
};

static bool take(void *arg, const struct pmt_scouted_group *group)
{
    struct taken *t = arg;

    if (t->n == 64)
        return false;
    t->left[t->n] = group->left;
    t->told[t->n] = group->told;
    t->first[t->n] = group->at[0].slot;
    t->size[t->n++] = group->n;
    return true;
}

static size_t taken_at(struct pmt_scout *s, uint64_t event, struct taken *t)
{
    memset(t, 0, sizeof *t);
    EXPECT(pmt_scout_take(s, event, take, t));
    return t->n;
}

static struct listener listen(void)
{
    struct listener to = {.scout = pmt_scout_new()};

    EXPECT(to.scout != NULL);
    return to;
}

/* From when it was left on, until the recording tells of it; once. */
static void test_scout_between_left_and_told(void)
{
    struct listener to = listen();
    struct taken t;

    objects(&to, 0, 4);            /* events 0 ... 3 */
    objects(&to, 10, 6);           /* ... 9 */
    say(&to, PMT_OP_GC_LOOK, 0, 2, 0);
    garbage(&to, 0, 4);            /* 11 ... 14 */
    say(&to, PMT_OP_GC_BEGIN, 0, 2, 0);
    EXPECT_U64(taken_at(to.scout, 3, &t), 0); /* the last is being made */
    if (EXPECT_U64(taken_at(to.scout, 4, &t), 1)) {
        EXPECT_U64(t.left[0], 3);
        EXPECT_U64(t.told[0], 14);
        EXPECT_U64(t.first[0], 0);
        EXPECT_U64(t.size[0], 4);
    }
    EXPECT_U64(taken_at(to.scout, 5, &t), 0);
    pmt_scout_free(to.scout);
}

static void test_scout_what_was_told_came_by_itself(void)
{
    struct listener to = listen();
    struct taken t;

    objects(&to, 0, 4);
    say(&to, PMT_OP_GC_LOOK, 0, 2, 0);
    garbage(&to, 0, 2);
    garbage(&to, 2, 2);            /* events 7 and 8 */
    say(&to, PMT_OP_GC_END, 0, 2, 0);
    if (EXPECT_U64(taken_at(to.scout, 7, &t), 1))
        EXPECT_U64(t.first[0], 2);
    EXPECT_U64(taken_at(to.scout, 9, &t), 0);
    pmt_scout_free(to.scout);
}

/* The slot of a block was another's before it was made: the group is not foretold there. */
static void test_scout_waits_for_each_block(void)
{
    struct listener to = listen();
    struct taken t;

    objects(&to, 0, 2);
    say(&to, PMT_OP_ALLOC_MEM, 20, 40, 0); /* event 2 */
    say(&to, PMT_OP_FREE, 20, 0, 0);
    objects(&to, 10, 3);
    say(&to, PMT_OP_ALLOC_MEM, 20, 80, 0); /* event 7 */
    say(&to, PMT_OP_GC_LOOK, 0, 2, 0);
    garbage(&to, 0, 2);
    say(&to, PMT_OP_BELONGS, 20, 0, 0);
    say(&to, PMT_OP_GC_END, 0, 2, 0);
    EXPECT_U64(taken_at(to.scout, 7, &t), 0);
    if (EXPECT_U64(taken_at(to.scout, 8, &t), 1))
        EXPECT_U64(t.size[0], 3);
    pmt_scout_free(to.scout);
}

/* What is said of a group's last touch is said before it, and is of no other. */
static void test_scout_touches_are_of_the_next_group(void)
{
    struct listener to = listen();
    struct taken t;

    objects(&to, 0, 4);
    say(&to, PMT_OP_GC_BEGIN, 0, 2, 0);
    say(&to, PMT_OP_GC_END, 0, 2, 0);   /* event 5: they are old */
    for (unsigned i = 0; i < 3; i++) {  /* readings at 8, 11 and 14 */
        objects(&to, 10 + 2 * i, 2);
        say(&to, PMT_OP_GC_COUNTS, 0, 0, 0);
    }
    say(&to, PMT_OP_GC_LOOK, 0, 2, 0);
    say(&to, PMT_OP_GC_TOUCHED, 0, 3, 3);
    garbage(&to, 0, 2);
    say(&to, PMT_OP_GC_TOUCHED, 0, 1, 1);
    garbage(&to, 2, 2);
    say(&to, PMT_OP_GC_BEGIN, 0, 2, 0);
    if (EXPECT_U64(taken_at(to.scout, 15, &t), 2)) {
        EXPECT_U64(t.first[0], 0);
        EXPECT(t.left[0] >= 5 && t.left[0] <= 8);
        EXPECT_U64(t.first[1], 2);
        EXPECT(t.left[1] >= 11 && t.left[1] <= 14);
    }
    pmt_scout_free(to.scout);
}

/* Between two readings a scope has ended. What a collection frees is no scope's end. */
static void test_scout_left_where_a_scope_ends(void)
{
    struct listener to = listen();
    uint64_t bottom;
    struct taken t;

    objects(&to, 0, 4);
    say(&to, PMT_OP_GC_BEGIN, 0, 2, 0);
    say(&to, PMT_OP_GC_END, 0, 2, 0);
    objects(&to, 100, 150);
    say(&to, PMT_OP_GC_COUNTS, 0, 0, 0);
    say(&to, PMT_OP_GC_BEGIN, 0, 0, 0);
    for (uint32_t i = 0; i < 100; i++)
        say(&to, PMT_OP_FREE, 100 + i, 0, 0);
    say(&to, PMT_OP_GC_END, 0, 0, 0);
    objects(&to, 300, 200);
    for (uint32_t i = 0; i < 50; i++)
        say(&to, i % 2 ? PMT_OP_FREE : PMT_OP_SHELVED, 200 + i, 0, 0);
    bottom = to.n_events - 1;
    objects(&to, 600, 200);
    say(&to, PMT_OP_GC_COUNTS, 0, 0, 0);
    say(&to, PMT_OP_GC_LOOK, 0, 2, 0);
    say(&to, PMT_OP_GC_TOUCHED, 0, 1, 1);
    garbage(&to, 0, 4);
    say(&to, PMT_OP_GC_BEGIN, 0, 2, 0);
    EXPECT_U64(taken_at(to.scout, bottom, &t), 0);
    if (EXPECT_U64(taken_at(to.scout, bottom + 1, &t), 1))
        EXPECT_U64(t.left[0], bottom);
    pmt_scout_free(to.scout);
}

/* Many groups, in the order in which they were left, however they are told. */
static void test_scout_in_order(void)
{
    struct listener to = listen();
    uint64_t state = 7, left = 0;
    uint32_t order[40];
    struct taken t;

    objects(&to, 0, 40);
    for (uint32_t i = 0; i < 40; i++)
        order[i] = i;
    for (uint32_t i = 40; i-- > 1;) {
        uint32_t k = (uint32_t)(builder_random(&state) % (i + 1)), one = order[i];

        order[i] = order[k];
        order[k] = one;
    }
    say(&to, PMT_OP_GC_LOOK, 0, 2, 0);
    for (uint32_t i = 0; i < 40; i++)
        garbage(&to, order[i], 1);
    say(&to, PMT_OP_GC_BEGIN, 0, 2, 0);
    EXPECT_U64(taken_at(to.scout, 11, &t), 11);
    EXPECT_U64(taken_at(to.scout, 40, &t), 29);
    for (size_t i = 0; i < t.n; i++) {
        EXPECT(t.left[i] >= left);
        left = t.left[i];
    }
    pmt_scout_free(to.scout);
}

/* It reads on until it holds much, and again when the replay has passed that. */
static void test_scout_holds_so_much(void)
{
    struct listener to = listen();
    uint64_t at;

    EXPECT(pmt_scout_wants_more(to.scout, 0));
    for (uint32_t round = 0; pmt_scout_wants_more(to.scout, 0); round++) {
        if (!EXPECT(round < 200))
            break;
        objects(&to, 0, 20000);
        say(&to, PMT_OP_GC_LOOK, 0, 2, 0);
        garbage(&to, 0, 20000);
        say(&to, PMT_OP_GC_BEGIN, 0, 2, 0);
        for (uint32_t i = 0; i < 20000; i++)
            say(&to, PMT_OP_FREE, i, 0, 0);
        say(&to, PMT_OP_GC_END, 0, 2, 0);
    }
    at = to.n_events;
    EXPECT(at > 3 * 1000000);
    EXPECT(pmt_scout_pass(to.scout, at / 300));
    EXPECT(!pmt_scout_wants_more(to.scout, at / 300));
    EXPECT(pmt_scout_pass(to.scout, at / 2));
    EXPECT(pmt_scout_wants_more(to.scout, at / 2));
    EXPECT(pmt_scout_wants_more(to.scout, at)); /* all of it has been replayed */
    pmt_scout_free(to.scout);
}

/* -- a replay -- */

/* The model collects when the fifth object is made. Objects 0 and 1 were left by then; the recording
 * tells of it behind that. */
static void story(struct listener *to)
{
    objects(to, 0, 2);
    say(to, PMT_OP_ALLOC_MEM, 5, 64, 0);
    objects(to, 10, 8);
    say(to, PMT_OP_GC_LOOK, 0, 2, 0);
    garbage(to, 0, 2);
    say(to, PMT_OP_BELONGS, 5, 0, 0);
    say(to, PMT_OP_GC_BEGIN, 0, 4 + 2, 1000);
    say(to, PMT_OP_FREE, 5, 0, 0);
    say(to, PMT_OP_FREE, 0, 0, 0);
    say(to, PMT_OP_FREE, 1, 0, 0);
    say(to, PMT_OP_GC_STAT, 0, 0, 2);
    say(to, PMT_OP_GC_STAT, 0, 1, 0);
    say(to, PMT_OP_GC_END, 0, 2, 3000);
}

static void test_scout_is_believed(void)
{
    for (int foreseen = 0; foreseen < 2; foreseen++) {
        struct listener ahead, to = {0};
        struct play p;
        const struct pmt_result *result;

        play_open(&p, false, "gc=4,10,10 gc.calls=ignore");
        play_thresholds(&p, 1000, 10, 10); /* recorded collections come when asked for */
        ahead = listen();
        ahead.n_events = to.n_events = p.n_events;
        to.play = &p;
        p.hides = true; /* it does not count what is told here */
        story(&ahead);
        if (foreseen)
            EXPECT(pmt_replay_foresee(p.r, ahead.scout));
        story(&to);
        result = play_end(&p);
        if (EXPECT(result->n_collections > 0)) {
            EXPECT_U64(result->collections[0].collected, 2);
            EXPECT_U64(result->collections[0].freed_blocks, 3);
        }
        EXPECT_U64(result->metrics.used_peak_bytes, 64 * (foreseen ? 8 : 11));
        EXPECT_U64(play_n_used(&p), 8);
        pmt_scout_free(ahead.scout);
        play_close(&p);
    }
}

/* Objects 0 ... 4 are in generation 1 of the model. 10, younger, belongs to one of them, and is a tuple
 * that is untracked when it has survived so many collections. When generation 1 has been collected the
 * recording tells. */
static uint64_t reported_of_a_tuple(unsigned atomic)
{
    struct listener ahead, to = {0};
    struct play p;
    const struct pmt_result *result;
    uint64_t collected = 0;

    play_open(&p, false, "gc=4,1,10 gc.calls=ignore");
    play_thresholds(&p, 1000, 10, 10);
    ahead = listen();
    ahead.n_events = to.n_events = p.n_events;
    to.play = &p;
    p.hides = true;
    for (int told = 0; told < 2; told++) {
        struct listener *l = told ? &to : &ahead;

        objects(l, 0, 5);
        objects(l, 10, 5);
        objects(l, 20, 5);
        say(l, PMT_OP_GC_LOOK, 0, 2, 0);
        garbage(l, 0, 1);
        say(l, PMT_OP_BELONGS, 10, 0, 0);
        for (unsigned n = 0; n < atomic; n++)
            say(l, PMT_OP_GC_ATOMIC, 10, 0, 0);
        say(l, PMT_OP_GC_BEGIN, 0, 4 + 2, 1000);
        say(l, PMT_OP_FREE, 10, 0, 0);
        say(l, PMT_OP_FREE, 0, 0, 0);
        say(l, PMT_OP_GC_STAT, 0, 0, 1);
        say(l, PMT_OP_GC_STAT, 0, 1, 0);
        say(l, PMT_OP_GC_END, 0, 2, 3000);
        if (!told)
            EXPECT(pmt_replay_foresee(p.r, ahead.scout));
    }
    result = play_end(&p);
    for (size_t i = 0; i < result->n_collections; i++)
        collected += result->collections[i].collected;
    pmt_scout_free(ahead.scout);
    play_close(&p);
    return collected;
}

static void test_scout_is_believed_of_tuples(void)
{
    EXPECT_U64(reported_of_a_tuple(0), 1);
    EXPECT_U64(reported_of_a_tuple(1), 1);
    EXPECT_U64(reported_of_a_tuple(2), 2);
}

/* The estimate was wrong: what was foretold, and given back, is freed, resized or told of later. */
static void test_scout_was_wrong(void)
{
    struct listener ahead, to = {0};
    struct play p;

    play_open(&p, false, "gc=4,10,10 gc.calls=ignore");
    play_thresholds(&p, 1000, 10, 10);
    ahead = listen();
    ahead.n_events = to.n_events = p.n_events;
    to.play = &p;
    p.hides = true;
    story(&ahead);
    EXPECT(pmt_replay_foresee(p.r, ahead.scout));
    objects(&to, 0, 2);
    say(&to, PMT_OP_ALLOC_MEM, 5, 64, 0);
    objects(&to, 10, 4);
    say(&to, PMT_OP_REALLOC, 5, 640, 0); /* the program goes on with it */
    say(&to, PMT_OP_FREE, 1, 0, 0);
    objects(&to, 20, 1);
    say(&to, PMT_OP_FREE, 0, 0, 0);
    (void)play_end(&p);
    EXPECT_U64(play_n_used(&p), 5 + 1);
    pmt_scout_free(ahead.scout);
    play_close(&p);
}

/* As recorded there is nothing to foresee. */
static void test_scout_is_of_no_use(void)
{
    struct play p;

    play_open(&p, false, "");
    EXPECT(!pmt_replay_foresee(p.r, NULL));
    (void)play_end(&p);
    play_close(&p);
}

SUITE(scout, TEST(test_scout_between_left_and_told),
      TEST(test_scout_what_was_told_came_by_itself), TEST(test_scout_waits_for_each_block),
      TEST(test_scout_touches_are_of_the_next_group), TEST(test_scout_left_where_a_scope_ends),
      TEST(test_scout_in_order),
      TEST(test_scout_holds_so_much), TEST(test_scout_is_believed),
      TEST(test_scout_is_believed_of_tuples), TEST(test_scout_was_wrong),
      TEST(test_scout_is_of_no_use))
