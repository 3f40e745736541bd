/* test_free_lists.c - what free lists hide: made again, or kept beyond a collection. */
#include "replay/free_lists.h"

#include "base/alloc.h"
#include "replay/preset.h"
#include "support/expect.h"

/* Lists and the heap that their blocks are of. */
struct rig {
    struct pmt_free_lists lists;
    struct pmt_heap *heap;
    int64_t n_alive;
};

static void rig_open(struct rig *rig)
{
    struct pmt_config config;

    *rig = (struct rig){.n_alive = pmt_alloc_live()};
    EXPECT(pmt_preset_get("cpython-3.11", &config));
    EXPECT_STATUS(pmt_heap_new(&config.heap, &rig->heap, NULL), PMT_OK, NULL);
}

static void rig_close(struct rig *rig)
{
    EXPECT_STATUS(pmt_heap_check(rig->heap, NULL), PMT_OK, NULL);
    pmt_free_lists_release(&rig->lists);
    pmt_heap_free_all(rig->heap);
    EXPECT_I64(pmt_alloc_live(), rig->n_alive);
}

static pmt_block block(struct rig *rig, uint64_t size)
{
    return pmt_heap_alloc(rig->heap, PMT_DOMAIN_OBJ, size);
}

/* A recorded collection that left so many objects of a type over and freed others. */
static void collected(struct rig *rig, uint32_t type, pmt_block of, uint64_t left, uint64_t freed)
{
    for (uint64_t i = 0; i < left; i++)
        EXPECT(pmt_free_lists_told(&rig->lists, rig->heap, of, type, PMT_LIST_TOOK));
    for (uint64_t i = 0; i < freed; i++)
        EXPECT(pmt_free_lists_told(&rig->lists, rig->heap, of, type, PMT_LIST_FULL));
    pmt_free_lists_settle(&rig->lists, left);
}

/* So many objects are made; how many others are with them. */
static uint64_t made(struct rig *rig, uint64_t n)
{
    uint64_t n_again, sum = 0;

    for (uint64_t i = 0; i < n; i++) {
        EXPECT(pmt_free_lists_made(&rig->lists, rig->heap, &n_again));
        sum += n_again;
    }
    return sum;
}

/* Spread evenly: as many of those made as were left over. */
static void test_free_lists_made_again(void)
{
    struct rig rig;
    pmt_block of;
    uint64_t used;

    rig_open(&rig);
    of = block(&rig, 64);
    used = pmt_heap_blocks(rig.heap);
    EXPECT_U64(made(&rig, 10), 0); /* nothing is known yet */
    collected(&rig, 3, of, 4, 0);
    EXPECT_U64(made(&rig, 5), 2);
    EXPECT_U64(made(&rig, 5), 2);
    EXPECT_U64(pmt_heap_blocks(rig.heap), used + 4);
    EXPECT_U64(rig.lists.n_young, 4);
    rig_close(&rig);
}

/* What mod collects fills its list, and from there objects are made without a block. */
static void test_free_lists_collect_fills_the_list(void)
{
    struct rig rig;
    pmt_block of;
    uint64_t used;

    rig_open(&rig);
    of = block(&rig, 64);
    used = pmt_heap_blocks(rig.heap);
    (void)made(&rig, 10);
    collected(&rig, 3, of, 4, 0);
    EXPECT_U64(made(&rig, 10), 4);
    EXPECT_U64(pmt_free_lists_collect(&rig.lists, rig.heap, false), 4);
    EXPECT_U64(rig.lists.n_young, 0);
    EXPECT_U64(pmt_heap_blocks(rig.heap), used + 4); /* on the list */
    collected(&rig, 3, of, 5, 0);
    EXPECT_U64(made(&rig, 10), 1);
    EXPECT_U64(pmt_free_lists_collect(&rig.lists, rig.heap, false), 5);
    EXPECT_U64(pmt_free_lists_collect(&rig.lists, rig.heap, false), 0);
    rig_close(&rig);
}

/* Where some were left over and others freed, the list was full: it holds no more. */
static void test_free_lists_full_list(void)
{
    struct rig rig;
    pmt_block of;
    uint64_t used;

    rig_open(&rig);
    of = block(&rig, 64);
    used = pmt_heap_blocks(rig.heap);
    for (int i = 0; i < 2; i++) {
        (void)made(&rig, 10);
        collected(&rig, 3, of, 4, i == 0);
    }
    EXPECT_U64(made(&rig, 10), 4);
    EXPECT_U64(pmt_heap_blocks(rig.heap), used + 8);
    EXPECT_U64(pmt_free_lists_collect(&rig.lists, rig.heap, false), 8);
    EXPECT_U64(pmt_heap_blocks(rig.heap), used + 4);
    rig_close(&rig);
}

/* Counting alone keeps the lists full: nothing is made again. By size, as no type is
 * known of what counting frees. */
static void test_free_lists_that_counting_fills(void)
{
    for (uint64_t size = 64; size <= 80; size += 16) {
        struct rig rig;
        pmt_block of, other;

        rig_open(&rig);
        of = block(&rig, 64);
        other = block(&rig, size);
        (void)made(&rig, 10);
        for (int i = 0; i < 4; i++)
            pmt_free_lists_freed(&rig.lists, rig.heap, other);
        collected(&rig, 3, of, 4, 0);
        EXPECT_U64(made(&rig, 10), size == 64 ? 0 : 4);
        rig_close(&rig);
    }
}

/* Types and sizes are apart; one that only frees has no list. */
static void test_free_lists_by_type_and_size(void)
{
    struct rig rig;
    pmt_block small, large;

    rig_open(&rig);
    small = block(&rig, 64);
    large = block(&rig, 80);
    EXPECT(pmt_free_lists_told(&rig.lists, rig.heap, small, 1, PMT_LIST_FULL));
    EXPECT_U64(rig.lists.lists.n, 0);
    EXPECT(pmt_free_lists_told(&rig.lists, rig.heap, small, 1, PMT_LIST_TOOK));
    EXPECT(pmt_free_lists_told(&rig.lists, rig.heap, small, 2, PMT_LIST_TOOK));
    EXPECT(pmt_free_lists_told(&rig.lists, rig.heap, large, 2, PMT_LIST_TOOK));
    EXPECT(pmt_free_lists_told(&rig.lists, rig.heap, large, 2, PMT_LIST_TOOK));
    EXPECT_U64(rig.lists.lists.n, 3);
    rig_close(&rig);
}

/* What a finalizer let go of is on the list as well, and not reported. */
static void test_free_lists_took_silently(void)
{
    struct rig rig;
    pmt_block of;

    rig_open(&rig);
    of = block(&rig, 64);
    (void)made(&rig, 10);
    EXPECT(pmt_free_lists_told(&rig.lists, rig.heap, of, 3, PMT_LIST_TOOK));
    EXPECT(pmt_free_lists_told(&rig.lists, rig.heap, of, 3, PMT_LIST_TOOK_SILENTLY));
    EXPECT(pmt_free_lists_told(&rig.lists, rig.heap, of, 3, PMT_LIST_TOOK_SILENTLY));
    pmt_free_lists_settle(&rig.lists, 3);
    EXPECT_U64(made(&rig, 10), 3);
    EXPECT_U64(pmt_free_lists_collect(&rig.lists, rig.heap, false), 1);
    EXPECT_U64(pmt_free_lists_collect(&rig.lists, rig.heap, false), 0);
    rig_close(&rig);
}

/* Those of no known type are found once. */
static void test_free_lists_of_no_known_type(void)
{
    struct rig rig;

    rig_open(&rig);
    (void)made(&rig, 10);
    pmt_free_lists_settle(&rig.lists, 5);
    EXPECT_U64(made(&rig, 10), 0);
    EXPECT_U64(pmt_free_lists_collect(&rig.lists, rig.heap, false), 5);
    EXPECT_U64(pmt_free_lists_collect(&rig.lists, rig.heap, true), 0);
    rig_close(&rig);
}

/* The shelf serves blocks of its own size; only a full collection empties it. */
static void test_free_lists_shelf(void)
{
    struct rig rig;
    uint64_t used;

    rig_open(&rig);
    used = pmt_heap_blocks(rig.heap);
    for (int i = 0; i < 3; i++)
        EXPECT(pmt_free_lists_shelve(&rig.lists, rig.heap, block(&rig, 64)));
    EXPECT(!pmt_free_lists_serve(&rig.lists, rig.heap, block(&rig, 80)));
    EXPECT_U64(pmt_heap_blocks(rig.heap), used + 4);
    EXPECT(pmt_free_lists_serve(&rig.lists, rig.heap, block(&rig, 64)));
    EXPECT_U64(pmt_heap_blocks(rig.heap), used + 4);
    (void)pmt_free_lists_collect(&rig.lists, rig.heap, false);
    EXPECT_U64(pmt_heap_blocks(rig.heap), used + 4);
    (void)pmt_free_lists_collect(&rig.lists, rig.heap, true);
    EXPECT_U64(pmt_heap_blocks(rig.heap), used + 2);
    EXPECT(!pmt_free_lists_serve(&rig.lists, rig.heap, block(&rig, 64)));
    rig_close(&rig);
}

/* Nothing so large is on a list. */
static void test_free_lists_no_shelf_for_raw_blocks(void)
{
    struct rig rig;
    uint64_t used;

    rig_open(&rig);
    used = pmt_heap_blocks(rig.heap);
    EXPECT(pmt_free_lists_shelve(&rig.lists, rig.heap, block(&rig, 5000)));
    EXPECT_U64(pmt_heap_blocks(rig.heap), used);
    EXPECT(!pmt_free_lists_serve(&rig.lists, rig.heap, block(&rig, 5000)));
    rig_close(&rig);
}

SUITE(free_lists, TEST(test_free_lists_made_again),
      TEST(test_free_lists_collect_fills_the_list), TEST(test_free_lists_full_list),
      TEST(test_free_lists_that_counting_fills), TEST(test_free_lists_by_type_and_size),
      TEST(test_free_lists_took_silently), TEST(test_free_lists_of_no_known_type),
      TEST(test_free_lists_shelf), TEST(test_free_lists_no_shelf_for_raw_blocks))
