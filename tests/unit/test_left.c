/* test_left.c - of what no look has told of: how much hangs together, and when was it left? */
#include "support/expect.h"
#include "replay/left.h"

/* As much as of what looks told of, in turns; alone where they told of nothing. */
static void test_left_company(void)
{
    static const uint32_t turns[] = {4, 2, 4, 2};
    struct pmt_left l = {0};

    EXPECT_U64(pmt_left_next_company(&l), 1);
    pmt_left_company(&l, 4);
    pmt_left_company(&l, 2);
    for (size_t i = 0; i < sizeof turns / sizeof *turns; i++)
        EXPECT_U64(pmt_left_next_company(&l), turns[i]);
    for (unsigned i = 0; i < PMT_LEFT_COMPANIES; i++)
        pmt_left_company(&l, 3);
    EXPECT_U64(pmt_left_next_company(&l), 3);
    pmt_left_release(&l);
}

/* As a look would have it. */
static void test_left_untold(void)
{
    struct pmt_left_bounds young = {.made = 100, .reachable = 40, .left = 1000};
    struct pmt_left_bounds older = {.made = 100, .reachable = 400, .left = 1000};
    struct pmt_left l = {0};

    EXPECT_U64(pmt_left_when_untold(&l, young, true), 100);
    for (int i = 0; i < 8; i++) {
        uint64_t when = pmt_left_when_untold(&l, older, false);

        EXPECT(when >= 400 && when < 1000);
    }
    pmt_left_release(&l);
}

/* One that a collection came across while it was being made: as if none had, where hardly any as
 * large was seen whole. */
static void test_left_being_made(void)
{
    struct pmt_left_bounds young = {.made = 100, .reachable = 40, .left = 1000};
    struct pmt_left l = {0};
    struct pmt_left_bounds whole, part;
    uint32_t birth = 3 << 1 | 1;

    for (unsigned i = 0; i < 40; i++)
        (void)pmt_left_when(&l, young, true);
    EXPECT(pmt_left_collected(&l, 0, (struct pmt_seen){200, 240, 3}));
    part = pmt_left_of(&l, birth, 199, 1000);
    EXPECT(part.being_made);
    EXPECT_U64(pmt_left_when(&l, part, false), 240);
    part = pmt_left_of(&l, birth, 300, 1000); /* made to the end behind it */
    EXPECT_U64(pmt_left_when(&l, part, false), 300);
    whole = pmt_left_of(&l, birth, 100, 1000);
    EXPECT(!whole.being_made);
    for (unsigned i = 0; i < 4; i++)
        EXPECT(pmt_left_when(&l, whole, false) != 240);
    part = pmt_left_of(&l, birth, 199, 1000); /* and now some were */
    EXPECT(pmt_left_when(&l, part, false) != 240);
    EXPECT(pmt_left_collected(&l, 1, (struct pmt_seen){500, 540, 4}));
    part = pmt_left_of(&l, birth, 199, 1000); /* the second has seen it whole */
    EXPECT(!part.being_made);
    EXPECT_U64(part.reachable, 540);
    pmt_left_release(&l);
}

SUITE(left, TEST(test_left_company), TEST(test_left_untold), TEST(test_left_being_made))
