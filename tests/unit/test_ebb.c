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
    move(&e, &event, 10);
    move(&e, &event, -20); /* to event 180 */
    move(&e, &event, 40);
    EXPECT_U64(pmt_ebb_within(&e, 1, 1000, 0), 180);
    EXPECT_U64(pmt_ebb_within(&e, 180, 181, UINT32_MAX), 180);
    EXPECT_U64(pmt_ebb_within(&e, 1, 180, 0), 0);
    EXPECT_U64(pmt_ebb_within(&e, 181, 1000, 0), 0);
    pmt_ebb_release(&e);
}

/* A few objects more or less are no bottom. */
static void test_ebb_small_ones_do_not_count(void)
{
    struct pmt_ebb e = {0};
    uint64_t event = 0;

    for (int i = 0; i < 1000; i++) {
        move(&e, &event, 25);
        move(&e, &event, -24);
    }
    EXPECT_U64(pmt_ebb_within(&e, 0, UINT64_MAX, 0), 0);
    pmt_ebb_release(&e);
}

/* One of 60 and one of 120: sixteen times as often the deeper. */
static void test_ebb_deeper_ones_are_likelier(void)
{
    struct pmt_ebb e = {0};
    uint64_t event = 0, deep = 0;

    move(&e, &event, 200);
    move(&e, &event, -60);  /* to event 260 */
    move(&e, &event, 60);
    move(&e, &event, -120); /* to event 440 */
    move(&e, &event, 40);
    for (uint32_t i = 0; i < 100; i++) {
        uint64_t at = pmt_ebb_within(&e, 0, 1000, i * (UINT32_MAX / 100));

        EXPECT(at == 260 || at == 440);
        deep += at == 440;
    }
    EXPECT(deep >= 93 && deep <= 95);
    pmt_ebb_release(&e);
}

SUITE(ebb, TEST(test_ebb_finds_the_bottom), TEST(test_ebb_small_ones_do_not_count),
      TEST(test_ebb_deeper_ones_are_likelier))
