/* test_left.c - when is what no look has told of taken to have been left? */
#include "support/expect.h"
#include "replay/left.h"

static const struct pmt_left_bounds bounds = {.made = 100, .reachable = 40, .left = 1000};

/* Young ones lived as long as those that looks told of. */
static void test_left_alone_as_others(void)
{
    struct pmt_left l = {0};

    EXPECT_U64(pmt_left_when_alone(&l, bounds, true), 100);
    pmt_left_lived(&l, 50);
    EXPECT_U64(pmt_left_when_alone(&l, bounds, true), 150);
    pmt_left_lived(&l, 900);
    EXPECT_U64(pmt_left_when_alone(&l, bounds, true), 1000);
    EXPECT_U64(pmt_left_when_alone(&l, bounds, true), 150);
    pmt_left_release(&l);
}

/* None lived longer than until it was freed. */
static void test_left_alone_no_later(void)
{
    struct pmt_left l = {0};

    pmt_left_lived(&l, 901);
    EXPECT_U64(pmt_left_when_alone(&l, bounds, true), 100);
    pmt_left_lived(&l, 7);
    for (int i = 0; i < 4; i++)
        EXPECT_U64(pmt_left_when_alone(&l, bounds, true), 107);
    pmt_left_release(&l);
}

/* Of the older it is known when they were reachable last. */
static void test_left_alone_older(void)
{
    struct pmt_left_bounds older = {.made = 100, .reachable = 400, .left = 1000};
    struct pmt_left l = {0};

    pmt_left_lived(&l, 50);
    for (int i = 0; i < 8; i++) {
        uint64_t when = pmt_left_when_alone(&l, older, false);

        EXPECT(when >= 400 && when < 1000);
    }
    pmt_left_release(&l);
}

SUITE(left, TEST(test_left_alone_as_others), TEST(test_left_alone_no_later),
      TEST(test_left_alone_older))
