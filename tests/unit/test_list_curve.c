/* test_list_curve.c - all lengths at once beside one simple list for each length. */
#include "replay/list_curve.h"

#include "base/alloc.h"
#include "support/builder.h"
#include "support/expect.h"

#define MOST 2000u

/* A list of each length, 0 to MOST. */
struct naive {
    uint32_t held[MOST + 1];
    uint64_t hits[MOST + 1];
};

static void naive_death(struct naive *lists)
{
    for (uint32_t length = 0; length <= MOST; length++)
        lists->held[length] += lists->held[length] < length;
}

static void naive_birth(struct naive *lists)
{
    for (uint32_t length = 0; length <= MOST; length++)
        if (lists->held[length]) {
            lists->held[length]--;
            lists->hits[length]++;
        }
}

static void naive_clear(struct naive *lists)
{
    for (uint32_t length = 0; length <= MOST; length++)
        lists->held[length] = 0;
}

/* Events drawn by chance: deaths and births in runs, so that lists become full and empty. */
static void drive(struct pmt_list_curve *curve, struct naive *lists, uint64_t seed, int n)
{
    uint64_t deaths_of_8 = 4;

    for (int i = 0; i < n; i++) {
        uint64_t drawn = builder_random(&seed);

        if (drawn % 500 == 0)
            deaths_of_8 = (drawn >> 16) % 9;
        if (drawn % 3000 == 1) {
            naive_clear(lists);
            pmt_list_curve_clear(curve);
        } else if ((drawn >> 32) % 8 < deaths_of_8) {
            naive_death(lists);
            pmt_list_curve_death(curve);
        } else {
            naive_birth(lists);
            pmt_list_curve_birth(curve);
        }
    }
}

static bool is_same(const struct pmt_list_curve *curve, const struct naive *lists)
{
    for (uint32_t length = 0; length <= curve->most; length++)
        if (!EXPECT_U64(pmt_list_curve_hits(curve, length), lists->hits[length]))
            return false;
    return true;
}

static void test_list_curve_is_every_length(void)
{
    static const uint32_t mosts[] = {1, 2, 63, 64, 65, 320, MOST};
    static struct naive lists;

    for (uint64_t i = 0; i < sizeof mosts / sizeof *mosts; i++) {
        int64_t n_alive = pmt_alloc_live();
        struct pmt_list_curve curve;

        lists = (struct naive){0};
        EXPECT(pmt_list_curve_init(&curve, mosts[i]));
        drive(&curve, &lists, i + 1, 30000);
        EXPECT(is_same(&curve, &lists));
        EXPECT(lists.hits[1] > 0 && lists.hits[MOST] > lists.hits[1]);
        pmt_list_curve_release(&curve);
        EXPECT_I64(pmt_alloc_live(), n_alive);
    }
}

/* Three die, one is made, and so on: what a list of two does beside one of three. */
static void test_list_curve_by_hand(void)
{
    struct pmt_list_curve curve;

    EXPECT(pmt_list_curve_init(&curve, 3));
    for (int i = 0; i < 3; i++)
        pmt_list_curve_death(&curve);
    for (int i = 0; i < 4; i++)
        pmt_list_curve_birth(&curve);
    EXPECT_U64(curve.n_births, 4);
    EXPECT_U64(pmt_list_curve_hits(&curve, 0), 0);
    EXPECT_U64(pmt_list_curve_hits(&curve, 1), 1);
    EXPECT_U64(pmt_list_curve_hits(&curve, 2), 2);
    EXPECT_U64(pmt_list_curve_hits(&curve, 3), 3);
    EXPECT_U64(pmt_list_curve_hits(&curve, 1000), 3);
    pmt_list_curve_death(&curve);
    pmt_list_curve_clear(&curve);
    pmt_list_curve_birth(&curve);
    EXPECT_U64(pmt_list_curve_hits(&curve, 3), 3);
    pmt_list_curve_release(&curve);
}

static void test_list_curve_without_memory(void)
{
    int64_t n_alive = pmt_alloc_live();

    for (int64_t n = 0; n < 2; n++) {
        struct pmt_list_curve curve;

        pmt_alloc_fail_at(n, 0);
        EXPECT(!pmt_list_curve_init(&curve, 80));
        pmt_alloc_fail_at(-1, 0);
        EXPECT_I64(pmt_alloc_live(), n_alive);
    }
}

SUITE(list_curve, TEST(test_list_curve_is_every_length), TEST(test_list_curve_by_hand),
      TEST(test_list_curve_without_memory))
