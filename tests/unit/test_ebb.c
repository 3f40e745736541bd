/* test_ebb.c - where the number of objects falls and rises again. */
#include "replay/ebb.h"
#include "base/alloc.h"
#include "support/expect.h"

/* So many go, of this size, one per event. */
static void lose(struct pmt_ebb *e, uint64_t *event, int n, uint32_t bytes)
{
    for (int i = 0; i < n; i++)
        pmt_ebb_went(e, bytes, ++*event);
}

/* So many come, or, if negative, go. */
static void move(struct pmt_ebb *e, uint64_t *event, int n)
{
    lose(e, event, -n, 64);
    for (int i = 0; i < n; i++, ++*event)
        EXPECT(pmt_ebb_came(e));
}

/* Of the bottom at this event; 0: there is none. */
static unsigned depth_at(const struct pmt_ebb *e, uint64_t event)
{
    size_t i = pmt_ebb_first_at(e, event);

    return i < e->bottoms.n && e->bottoms.at[i].event == event ? e->bottoms.at[i].depth : 0;
}

static void test_ebb_finds_the_bottom(void)
{
    struct pmt_ebb e = {0};
    uint64_t event = 0;

    move(&e, &event, 100);
    move(&e, &event, -50); /* to event 150 */
    EXPECT_U64(e.bottoms.n, 0); /* it may fall on */
    move(&e, &event, 3);
    move(&e, &event, -23); /* to event 176 */
    move(&e, &event, 40);
    EXPECT_U64(e.bottoms.n, 1);
    EXPECT_U64(depth_at(&e, 176), 70);
    EXPECT_U64(pmt_ebb_first_at(&e, 176), 0);
    EXPECT_U64(pmt_ebb_first_at(&e, 177), 1);
    pmt_ebb_release(&e);
}

/* A few objects more or less are no bottom. */
static void test_ebb_small_ones_do_not_count(void)
{
    struct pmt_ebb e = {0};
    uint64_t event = 0;

    for (int i = 0; i < 1000; i++) {
        move(&e, &event, 4);
        move(&e, &event, -3);
    }
    EXPECT_U64(e.bottoms.n, 0);
    pmt_ebb_release(&e);
}

/* What falls when the program ends does not rise again; if it goes on, it is one fall. */
static void test_ebb_ends_in_a_fall(void)
{
    struct pmt_ebb e = {0};
    uint64_t event = 0;

    move(&e, &event, 200);
    move(&e, &event, -3);
    EXPECT(pmt_ebb_so_far(&e));
    EXPECT_U64(e.bottoms.n, 0); /* it is no fall */
    move(&e, &event, -57); /* to event 260 */
    EXPECT(pmt_ebb_so_far(&e) && pmt_ebb_so_far(&e));
    EXPECT_U64(e.bottoms.n, 1);
    EXPECT_U64(depth_at(&e, 260), 60);
    move(&e, &event, -60); /* to event 320 */
    EXPECT(pmt_ebb_so_far(&e));
    EXPECT_U64(depth_at(&e, 320), 120);
    pmt_ebb_release(&e);
}

/* 120 in three steps: the last is 120 deep, as one without steps is; the first 40. */
static void test_ebb_a_fall_in_steps_counts_at_its_end(void)
{
    struct pmt_ebb e = {0};
    uint64_t event = 0, steps[3];

    move(&e, &event, 200);
    for (int i = 0; i < 3; i++) {
        move(&e, &event, i ? -50 : -40);
        steps[i] = event;
        move(&e, &event, 10);
    }
    move(&e, &event, 300);
    move(&e, &event, -120);
    EXPECT(pmt_ebb_so_far(&e));
    EXPECT_U64(depth_at(&e, steps[0]), 40);
    EXPECT_U64(depth_at(&e, steps[1]), 80);
    EXPECT_U64(depth_at(&e, steps[2]), 120);
    EXPECT_U64(depth_at(&e, event), 120);
    pmt_ebb_release(&e);
}

/* The sizes of those that went last are its place. */
static void test_ebb_places(void)
{
    struct pmt_ebb e = {0};
    uint64_t event = 0;

    for (uint32_t i = 0; i < 8; i++) {
        move(&e, &event, 60);
        lose(&e, &event, 20, 32 + 16 * i); /* before the last four */
        lose(&e, &event, 1, 64 + 16 * (i % 2));
        lose(&e, &event, 3, 64);
        move(&e, &event, 60);
    }
    EXPECT_U64(e.bottoms.n, 8);
    for (size_t i = 0; i < 6; i++)
        EXPECT_U64(e.bottoms.at[i].place, e.bottoms.at[i + 2].place);
    EXPECT(e.bottoms.at[0].place != e.bottoms.at[1].place);
    EXPECT(e.bottoms.at[0].place < PMT_PLACES && e.bottoms.at[1].place < PMT_PLACES);
    pmt_ebb_release(&e);
}

static void test_ebb_out_of_memory(void)
{
    struct pmt_ebb e = {0};
    uint64_t event = 0;

    move(&e, &event, 100);
    lose(&e, &event, 50, 64);
    pmt_alloc_fail_at(0, 1);
    EXPECT(!pmt_ebb_so_far(&e));
    pmt_alloc_fail_at(-1, 0);
    EXPECT_U64(e.bottoms.n, 0);
    pmt_ebb_release(&e);
}

/* Millions of small ones, of which one in a hundred is deeper: as many are kept as there is room
 * for, and of long ago the deeper ones. */
static void test_ebb_is_bounded(void)
{
    struct pmt_ebb e = {0};
    uint64_t event = 0, early = 0;
    const int rounds = 3 << 20;

    for (int i = 0; i < rounds; i++) {
        move(&e, &event, 12);
        move(&e, &event, i % 100 ? -4 : -10);
        if (i == 1000)
            early = event;
    }
    EXPECT(e.bottoms.n <= (size_t)1 << 20);
    EXPECT(e.bottoms.n >= (size_t)1 << 19);
    EXPECT(e.climbs.n <= (size_t)1 << 16);
    EXPECT_U64(depth_at(&e, early), 10);
    EXPECT(e.n_thinned);
    EXPECT(pmt_ebb_first_at(&e, event - 30) < e.bottoms.n); /* of late: each */
    pmt_ebb_release(&e);
}

SUITE(ebb, TEST(test_ebb_finds_the_bottom), TEST(test_ebb_small_ones_do_not_count),
      TEST(test_ebb_ends_in_a_fall), TEST(test_ebb_a_fall_in_steps_counts_at_its_end),
      TEST(test_ebb_places), TEST(test_ebb_out_of_memory), TEST(test_ebb_is_bounded))
