/* test_ebb.c - where the number of objects falls and rises again. */
#include "replay/ebb.h"
#include "support/expect.h"

/* So many come (or, if negative, go), one per event. */
static void move(struct pmt_ebb *e, uint64_t *event, int n)
{
    for (int i = 0; i < (n < 0 ? -n : n); i++)
        EXPECT(pmt_ebb_moved(e, n < 0 ? -1 : 1, ++*event));
}

static void test_ebb_finds_the_bottom(void)
{
    struct pmt_ebb e = {0};
    uint64_t event = 0;

    move(&e, &event, 100);
    move(&e, &event, -50); /* to event 150 */
    EXPECT_U64(pmt_ebb_within(&e, 1, 1000, 0), 0); /* it may fall on */
    move(&e, &event, 3);
    move(&e, &event, -23); /* to event 176 */
    move(&e, &event, 40);
    EXPECT_U64(pmt_ebb_within(&e, 1, 1000, 0), 176);
    EXPECT_U64(pmt_ebb_within(&e, 176, 177, UINT32_MAX), 176);
    EXPECT_U64(pmt_ebb_within(&e, 1, 176, 0), 0);
    EXPECT_U64(pmt_ebb_within(&e, 177, 1000, 0), 0);
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
    EXPECT_U64(pmt_ebb_within(&e, 0, UINT64_MAX, 0), 0);
    pmt_ebb_release(&e);
}

/* Of 1,000 parts, how many lead to the bottom at `event`, the others to the one at `other`. */
static unsigned share_of(const struct pmt_ebb *e, uint64_t event, uint64_t other)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < 1000; i++) {
        uint64_t at = pmt_ebb_within(e, event < other ? event : other, UINT64_MAX,
                                     i * (UINT32_MAX / 1000));

        EXPECT(at == event || at == other);
        n += at == event;
    }
    return n;
}

/* One of 60 and one of 120: 256 times as often the deeper. */
static void test_ebb_deeper_ones_are_likelier(void)
{
    struct pmt_ebb e = {0};
    uint64_t event = 0;
    unsigned n;

    move(&e, &event, 200);
    move(&e, &event, -60);  /* to event 260 */
    move(&e, &event, 60);
    move(&e, &event, -120); /* to event 440 */
    move(&e, &event, 40);
    n = share_of(&e, 440, 260);
    EXPECT(n >= 995 && n <= 997);
    pmt_ebb_release(&e);
}

/* What falls when the program ends does not rise again; if it goes on, it is one fall. */
static void test_ebb_ends_in_a_fall(void)
{
    struct pmt_ebb e = {0};
    uint64_t event = 0;
    unsigned n;

    move(&e, &event, 200);
    move(&e, &event, -3);
    EXPECT(pmt_ebb_so_far(&e));
    EXPECT_U64(pmt_ebb_within(&e, 1, 1000, 0), 0); /* it is no fall */
    move(&e, &event, -57); /* to event 260 */
    EXPECT(pmt_ebb_so_far(&e) && pmt_ebb_so_far(&e));
    EXPECT_U64(pmt_ebb_within(&e, 1, 1000, UINT32_MAX), 260);
    move(&e, &event, -60); /* to event 320 */
    EXPECT(pmt_ebb_so_far(&e));
    n = share_of(&e, 320, 260);
    EXPECT(n >= 995 && n <= 997);
    pmt_ebb_release(&e);
}

/* 120 in three steps: the last is 120 deep, as one without steps is; the first 40. */
static void test_ebb_a_fall_in_steps_counts_at_its_end(void)
{
    struct pmt_ebb e = {0};
    uint64_t event = 0, last, next;
    unsigned n;

    move(&e, &event, 200);
    for (int i = 0; i < 3; i++) {
        move(&e, &event, i ? -50 : -40);
        last = event;
        move(&e, &event, 10);
    }
    move(&e, &event, 300);
    move(&e, &event, -120);
    next = event;
    move(&e, &event, 300);
    n = share_of(&e, last, next);
    EXPECT(n >= 498 && n <= 502);
    EXPECT_U64(pmt_ebb_within(&e, 1, last, 0), 240);
    n = 0;
    for (uint32_t i = 0; i < 1000; i++)
        n += pmt_ebb_within(&e, 1, last + 1, i * (UINT32_MAX / 1000)) == last;
    EXPECT(n >= 961 && n <= 964); /* 40, 80 and 120 deep: 6561 of 6818 */
    pmt_ebb_release(&e);
}

/* Behind those that weigh 2^104 the smallest are still told apart. */
static void test_ebb_weights_are_exact(void)
{
    struct pmt_ebb e = {0};
    uint64_t event = 0, first, second;
    unsigned n;

    for (int i = 0; i < 4; i++) {
        move(&e, &event, 70000);
        move(&e, &event, -70000);
    }
    move(&e, &event, 100);
    move(&e, &event, -4);
    first = event;
    move(&e, &event, 100);
    move(&e, &event, -4);
    second = event;
    move(&e, &event, 4);
    n = share_of(&e, first, second);
    EXPECT(n >= 498 && n <= 502);
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
    EXPECT_U64(pmt_ebb_within(&e, early, early + 1, 0), early);
    EXPECT(pmt_ebb_within(&e, event - 30, event, 0) != 0); /* of late: each */
    pmt_ebb_release(&e);
}

SUITE(ebb, TEST(test_ebb_finds_the_bottom), TEST(test_ebb_small_ones_do_not_count),
      TEST(test_ebb_deeper_ones_are_likelier), TEST(test_ebb_a_fall_in_steps_counts_at_its_end),
      TEST(test_ebb_ends_in_a_fall), TEST(test_ebb_weights_are_exact), TEST(test_ebb_is_bounded))
