/* test_shadow.c - slots and places by address: the edges of arenas within granules,
 * growth, and blocks that are not aligned as most are. */
#include "base/alloc.h"
#include "record/shadow.h"
#include "support/expect.h"

#define GRANULE PMT_SHADOW_BYTES
#define BASE    (UINT64_C(0x7f12) << 32)
#define NO_PLACE UINT64_MAX

static uint64_t place_of(struct pmt_shadow *sh, uint64_t address)
{
    uint64_t place = NO_PLACE;

    EXPECT(pmt_shadow_at(sh, address) != NULL);
    return pmt_shadow_place(sh, address, &place) ? place : NO_PLACE;
}

static void test_shadow_keeps_slots_apart(void)
{
    struct pmt_shadow sh;

    EXPECT(pmt_shadow_init(&sh));
    for (uint32_t i = 0; i < 64; i++)
        *pmt_shadow_at(&sh, BASE + 8 * (uint64_t)i) = i + 1;
    for (uint32_t i = 0; i < 64; i++)
        EXPECT_U64(*pmt_shadow_at(&sh, BASE + 8 * (uint64_t)i), i + 1);
    EXPECT_U64(*pmt_shadow_at(&sh, BASE + GRANULE), 0);
    EXPECT_U64(*pmt_shadow_at(&sh, BASE - 16), 0);
    pmt_shadow_release(&sh);
}

/* Every granule's first and last block, many more than the table begins with. */
static void test_shadow_grows(void)
{
    enum { N = 3000 };
    struct pmt_shadow sh;

    EXPECT(pmt_shadow_init(&sh));
    for (uint32_t i = 0; i < N; i++) {
        *pmt_shadow_at(&sh, BASE + i * GRANULE) = 2 * i + 1;
        *pmt_shadow_at(&sh, BASE + i * GRANULE + GRANULE - 16) = 2 * i + 2;
    }
    for (uint32_t i = 0; i < N; i++) {
        EXPECT_U64(*pmt_shadow_at(&sh, BASE + i * GRANULE), 2 * i + 1);
        EXPECT_U64(*pmt_shadow_at(&sh, BASE + i * GRANULE + GRANULE - 16), 2 * i + 2);
    }
    EXPECT_U64(sh.n, N);
    pmt_shadow_release(&sh);
}

/* An arena's first and last block have a place, their neighbours outside have none. */
static void check_edges(struct pmt_shadow *sh, uint64_t base, uint64_t bytes,
                        uint64_t ordinal)
{
    EXPECT_U64(place_of(sh, base), ordinal * bytes);
    EXPECT_U64(place_of(sh, base + bytes / 2), ordinal * bytes + bytes / 2);
    EXPECT_U64(place_of(sh, base + bytes - 16), (ordinal + 1) * bytes - 16);
}

static void test_shadow_places_at_arena_edges(void)
{
    static const struct { uint64_t offset, bytes; } cases[] = {
        {0, GRANULE},          {4096, GRANULE},      {GRANULE - 4096, GRANULE},
        {0, 4 * GRANULE},      {4096, 4 * GRANULE},  {GRANULE - 4096, 4 * GRANULE},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint64_t base = BASE + cases[i].offset, bytes = cases[i].bytes;
        struct pmt_shadow sh;

        EXPECT(pmt_shadow_init(&sh));
        EXPECT(pmt_shadow_add_arena(&sh, base, bytes, 7));
        check_edges(&sh, base, bytes, 7);
        EXPECT_U64(place_of(&sh, base - 16), NO_PLACE);
        EXPECT_U64(place_of(&sh, base + bytes), NO_PLACE);
        pmt_shadow_drop_arena(&sh, base, bytes);
        EXPECT_U64(place_of(&sh, base), NO_PLACE);
        EXPECT_U64(place_of(&sh, base + bytes - 16), NO_PLACE);
        pmt_shadow_release(&sh);
    }
}

/* One arena ends in the granule in which the next begins, with and without a gap; the
 * one stays when the other goes. */
static void test_shadow_two_arenas_in_a_granule(void)
{
    for (uint64_t gap = 0; gap <= 8192; gap += 8192) {
        uint64_t first = BASE + 12288, second = first + GRANULE + gap;
        struct pmt_shadow sh;

        EXPECT(pmt_shadow_init(&sh));
        EXPECT(pmt_shadow_add_arena(&sh, first, GRANULE, 0));
        EXPECT(pmt_shadow_add_arena(&sh, second, GRANULE, 1));
        check_edges(&sh, first, GRANULE, 0);
        check_edges(&sh, second, GRANULE, 1);
        pmt_shadow_drop_arena(&sh, first, GRANULE);
        EXPECT_U64(place_of(&sh, second - 16), NO_PLACE);
        check_edges(&sh, second, GRANULE, 1);
        EXPECT(pmt_shadow_add_arena(&sh, first, GRANULE, 2));
        pmt_shadow_drop_arena(&sh, second, GRANULE);
        check_edges(&sh, first, GRANULE, 2);
        EXPECT_U64(place_of(&sh, second), NO_PLACE);
        pmt_shadow_release(&sh);
    }
}

static void test_shadow_survives_no_memory(void)
{
    struct pmt_shadow sh;

    EXPECT(pmt_shadow_init(&sh));
    *pmt_shadow_at(&sh, BASE) = 1;
    pmt_alloc_fail_at(0, 1);
    EXPECT(pmt_shadow_at(&sh, BASE + GRANULE) == NULL);
    EXPECT(!pmt_shadow_add_arena(&sh, BASE + GRANULE, GRANULE, 0));
    EXPECT_U64(*pmt_shadow_at(&sh, BASE), 1);
    pmt_alloc_fail_at(-1, 0);
    EXPECT_U64(*pmt_shadow_at(&sh, BASE + GRANULE), 0);
    pmt_shadow_release(&sh);
}

SUITE(shadow, TEST(test_shadow_keeps_slots_apart), TEST(test_shadow_grows),
      TEST(test_shadow_places_at_arena_edges), TEST(test_shadow_two_arenas_in_a_granule),
      TEST(test_shadow_survives_no_memory))
