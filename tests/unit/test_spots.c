/* test_spots.c - at which of the bottoms garbage was left. */
#include "replay/spots.h"
#include "base/alloc.h"
#include "support/expect.h"

struct asked {
    struct pmt_ebb ebb;
    struct pmt_spots spots;
    uint64_t event;
};

static struct asked begin(void)
{
    struct asked a = {.event = 0};

    EXPECT(pmt_spots_init(&a.spots));
    return a;
}

static void end(struct asked *a)
{
    pmt_ebb_release(&a->ebb);
    pmt_spots_release(&a->spots);
}

static void make(struct asked *a, int n)
{
    for (int i = 0; i < n; i++, a->event++)
        EXPECT(pmt_ebb_came(&a->ebb));
}

/* So many of this size go; behind them others come. Returns the event of the bottom. */
static uint64_t fall(struct asked *a, int n, uint32_t bytes, int more)
{
    uint64_t bottom;

    for (int i = 0; i < n; i++)
        pmt_ebb_went(&a->ebb, bytes, ++a->event);
    bottom = a->event;
    make(a, more);
    return bottom;
}

static uint64_t within(struct asked *a, uint64_t from, uint64_t to, uint32_t part)
{
    return pmt_spots_within(&a->spots, &a->ebb, from, to, 1, part);
}

static void test_spots_between(void)
{
    struct asked a = begin();
    uint64_t first, second;

    make(&a, 200);
    first = fall(&a, 50, 64, 50);
    second = fall(&a, 50, 64, 50);
    EXPECT_U64(within(&a, first, second, 0), first);
    EXPECT_U64(within(&a, first, second, UINT32_MAX), first);
    EXPECT_U64(within(&a, first + 1, second + 1, 0), second);
    EXPECT_U64(within(&a, 0, first, 0), 0);
    EXPECT_U64(within(&a, first + 1, second, 0), 0);
    EXPECT_U64(within(&a, second + 1, UINT64_MAX, 0), 0);
    pmt_spots_release(&a.spots);
    EXPECT_U64(within(&a, first, second, 0), 0); /* it has been released */
    end(&a);
}

/* Of 1,000 parts, how many lead to the bottom at `event`, the others to the one at `other`. */
static unsigned times(struct asked *a, uint64_t event, uint64_t other)
{
    unsigned n = 0;

    for (uint32_t i = 0; i < 1000; i++) {
        uint64_t at = within(a, 0, UINT64_MAX, i * (UINT32_MAX / 1000));

        EXPECT(at == event || at == other);
        n += at == event;
    }
    return n;
}

/* Of 100 and of 120: where nothing is known of their places, 1.2^32 times as often the deeper. */
static void test_spots_deeper_ones_are_likelier(void)
{
    struct asked a = begin();
    uint64_t first, second;
    unsigned n;

    make(&a, 200);
    first = fall(&a, 100, 32, 100);
    second = fall(&a, 120, 64, 40);
    n = times(&a, second, first);
    EXPECT(n >= 996 && n <= 998);
    end(&a);
}

/* A loop whose rounds have twenty falls that are deeper than that of their end, at ten places. What
 * is left is left at the end; asked is in which round or, every other time, at which of four. */
static void test_spots_learns_the_place(void)
{
    struct asked a = begin();
    unsigned n = 0;

    for (uint32_t i = 0; i < 200; i++) {
        uint64_t from = a.event, bottom;

        for (uint32_t k = 0; k < 20; k++) {
            make(&a, 60);
            bottom = fall(&a, 50, 100 + k % 10, 0);
            from = k == 16 && i % 2 ? bottom + 1 : from;
        }
        make(&a, 50);
        bottom = fall(&a, 40, 48, 100);
        n += within(&a, from, a.event, i << 24) == bottom && i >= 100;
    }
    EXPECT_U64(n, 100);
    end(&a);
}

/* Single objects at one place, trees at another of the same round: neither is taken for the other,
 * though half of the questions leave both open. */
static void test_spots_trees_and_others(void)
{
    struct asked a = begin();
    unsigned n_single = 0, n_trees = 0;

    for (uint32_t i = 0; i < 200; i++) {
        uint64_t from = a.event, single, tree, to;

        make(&a, 100);
        single = fall(&a, 50, 48, 50);
        to = i % 2 ? a.event : a.event + 200;
        make(&a, 50);
        tree = fall(&a, 50, 64, 100);
        n_single += within(&a, from, to, i << 24) == single && i >= 100;
        from = i % 2 ? single + 1 : from;
        n_trees += pmt_spots_within(&a.spots, &a.ebb, from, a.event, 10000, i << 24) == tree &&
                   i >= 100;
    }
    EXPECT_U64(n_single, 100);
    EXPECT_U64(n_trees, 100);
    end(&a);
}

/* The same question once more, or from later on, is not learned from. */
static void test_spots_learns_from_one_death_once(void)
{
    struct asked a = begin(), b = begin();

    for (uint32_t i = 0; i < 40; i++) {
        for (int k = 0; k < 2; k++) {
            struct asked *to = k ? &b : &a;

            make(to, 60);
            (void)fall(to, 50, 32 + 16 * (i % 3), 20);
        }
        EXPECT_U64(within(&a, 0, a.event, i << 26), within(&b, 0, b.event, i << 26));
        for (uint64_t from = 0; from < a.event; from += 10) {
            uint64_t at = within(&a, from, a.event, 1u << 31);

            EXPECT(!at || at >= from);
        }
    }
    end(&a);
    end(&b);
}

/* What is all but certain takes nothing from how what lies behind it compares. */
static void test_spots_behind_the_likeliest(void)
{
    struct asked a = begin();
    uint64_t from, first, second;
    unsigned n = 0;

    for (uint32_t i = 0; i < 3000; i++) { /* two places that are passed often */
        make(&a, 60);
        (void)fall(&a, 8, i % 2 ? 32 : 64, 0);
    }
    make(&a, 20000);
    (void)fall(&a, 8000, 48, 0);
    from = a.event + 1;
    make(&a, 60);
    first = fall(&a, 8, 32, 60);
    second = fall(&a, 8, 64, 60);
    EXPECT(within(&a, from - 1, a.event, 1u << 31) < from);
    for (uint32_t i = 0; i < 1000; i++) {
        uint64_t at = within(&a, from, a.event, i * (UINT32_MAX / 1000));

        EXPECT(at == first || at == second);
        n += at == first;
    }
    EXPECT(n > 450 && n < 550);
    end(&a);
}

/* Of garbage that is told in turns, some left between these events and some between those, too. */
static void test_spots_windows_in_turns(void)
{
    struct asked a = begin(), b = begin();
    uint64_t ends[4];

    for (uint32_t i = 0; i < 40; i++) {
        for (int k = 0; k < 2; k++) {
            struct asked *to = k ? &b : &a;

            make(to, 60);
            (void)fall(to, 50, 32 + 16 * (i % 5), 20);
        }
        if (i % 10 == 9)
            ends[i / 10] = a.event;
    }
    for (int turn = 0; turn < 100; turn++)
        for (int k = 0; k < 4; k++) {
            uint64_t at = within(&a, k ? ends[k - 1] : 0, ends[k], 1u << 31);

            if (turn == 0)
                EXPECT_U64(within(&b, k ? ends[k - 1] : 0, ends[k], 1u << 31), at);
        }
    EXPECT_U64(within(&a, 1, a.event - 1, 1u << 30), within(&b, 1, b.event - 1, 1u << 30));
    end(&a);
    end(&b);
}

/* More bottoms than are weighed: each fourth of them is. */
static void test_spots_many_between(void)
{
    struct asked a = begin();
    uint64_t last = 0, at;

    for (uint32_t i = 0; i < 30000; i++) {
        make(&a, 12);
        (void)fall(&a, 8, 32 + i % 7, 0);
    }
    make(&a, 12);
    for (uint32_t part = 0; part < 15; part++, last = at) {
        at = within(&a, 0, a.event, part << 28);
        EXPECT(at > last && at < a.event);
    }
    at = within(&a, a.event - 30, a.event, 0); /* behind the last of these */
    EXPECT(at >= a.event - 30 && at < a.event);
    end(&a);
}

static void test_spots_out_of_memory(void)
{
    struct pmt_spots s = {0};

    pmt_alloc_fail_at(0, 1);
    EXPECT(!pmt_spots_init(&s));
    pmt_alloc_fail_at(-1, 0);
    EXPECT(pmt_spots_init(&s));
    pmt_spots_release(&s);
}

SUITE(spots, TEST(test_spots_between), TEST(test_spots_deeper_ones_are_likelier),
      TEST(test_spots_learns_the_place), TEST(test_spots_trees_and_others),
      TEST(test_spots_learns_from_one_death_once), TEST(test_spots_behind_the_likeliest),
      TEST(test_spots_windows_in_turns), TEST(test_spots_many_between), TEST(test_spots_out_of_memory))
