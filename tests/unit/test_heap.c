/* test_heap.c - the allocator model, case by case on arenas small enough to do
 * by hand: `tiny` has pools of 256 bytes, 4 to an arena, so 13 blocks of 16, 6 of
 * 32, 4 of 48 or 3 of 64 bytes to a pool, the first one at 48. */
#include <string.h>
#include "base/alloc.h"
#include "heap/heap_inline.h"
#include "replay/preset.h"
#include "support/expect.h"

#define PER_POOL 3 /* blocks of 64 bytes */

static struct pmt_heap_config config_of(const char *preset)
{
    struct pmt_config config;

    EXPECT(pmt_preset_get(preset, &config));
    return config.heap;
}

static struct pmt_heap *heap_of(const struct pmt_heap_config *config)
{
    struct pmt_heap *heap;

    EXPECT_STATUS(pmt_heap_new(config, &heap, NULL), PMT_OK, NULL);
    return heap;
}

static struct pmt_heap *tiny(bool keep_empty_arena)
{
    struct pmt_heap_config config = config_of("tiny");

    config.keep_empty_arena = keep_empty_arena;
    return heap_of(&config);
}

static pmt_block obj(struct pmt_heap *heap, uint64_t size)
{
    return pmt_heap_alloc(heap, PMT_DOMAIN_OBJ, size);
}

static struct pmt_metrics figures(const struct pmt_heap *heap)
{
    struct pmt_metrics m = {0};

    pmt_heap_metrics(heap, &m);
    return m;
}

/* Every test ends here: the walker is green. */
static void finish(struct pmt_heap *heap)
{
    struct pmt_error err = {.status = PMT_OK};

    EXPECT_STATUS(pmt_heap_check(heap, &err), PMT_OK, &err);
    pmt_heap_free_all(heap);
}

/* Pools full of 64-byte blocks; block b of pool p is at[p * PER_POOL + b]. */
static void fill_pools(struct pmt_heap *heap, pmt_block *at, size_t n_pools)
{
    for (size_t i = 0; i < n_pools * PER_POOL; i++)
        at[i] = obj(heap, 64);
}

static void free_pool(struct pmt_heap *heap, const pmt_block *at, size_t pool)
{
    for (size_t b = 0; b < PER_POOL; b++)
        pmt_heap_release(heap, at[pool * PER_POOL + b]);
}

/* Where the next new pool is: arena * 4 + pool. (A 16-byte class has none yet.) */
static uint64_t next_pool(struct pmt_heap *heap)
{
    return pmt_heap_place(heap, obj(heap, 16)) / 256;
}

static void test_heap_blocks_ascend_then_come_back_last_first(void)
{
    struct pmt_heap *heap = tiny(false);
    pmt_block at[4];

    for (size_t i = 0; i < 4; i++) {
        at[i] = obj(heap, 20);
        EXPECT_U64(pmt_heap_place(heap, at[i]), 48 + 32 * i);
    }
    pmt_heap_release(heap, at[2]);
    pmt_heap_release(heap, at[0]);
    EXPECT_U64(pmt_heap_place(heap, obj(heap, 32)), 48);
    EXPECT_U64(pmt_heap_place(heap, obj(heap, 17)), 48 + 64);
    EXPECT_U64(pmt_heap_place(heap, obj(heap, 17)), 48 + 128);
    finish(heap);
}

static void test_heap_a_pool_keeps_its_order_for_the_same_class_only(void)
{
    struct pmt_heap *heap = tiny(true);
    pmt_block a = obj(heap, 64), b = obj(heap, 64);

    pmt_heap_release(heap, a);
    pmt_heap_release(heap, b);
    EXPECT_U64(figures(heap).pools_used, 0);
    EXPECT_U64(pmt_heap_place(heap, a = obj(heap, 64)), 48 + 64);
    EXPECT_U64(pmt_heap_place(heap, b = obj(heap, 64)), 48);
    pmt_heap_release(heap, b);
    pmt_heap_release(heap, a);
    EXPECT_U64(pmt_heap_place(heap, obj(heap, 16)), 48);
    EXPECT_U64(pmt_heap_place(heap, obj(heap, 16)), 48 + 16);
    finish(heap);
}

static void test_heap_a_full_pool_that_opens_serves_first(void)
{
    struct pmt_heap *heap = tiny(false);
    pmt_block at[2 * PER_POOL], third;

    fill_pools(heap, at, 2);
    third = obj(heap, 64);
    EXPECT_U64(pmt_heap_place(heap, third), 2 * 256 + 48);
    pmt_heap_release(heap, at[1]);
    pmt_heap_release(heap, at[PER_POOL]); /* pool 1 after pool 0: 1, 0, 2 */
    EXPECT_U64(pmt_heap_place(heap, obj(heap, 64)), 256 + 48);
    EXPECT_U64(pmt_heap_place(heap, obj(heap, 64)), 48 + 64);
    EXPECT_U64(pmt_heap_place(heap, obj(heap, 64)), 2 * 256 + 48 + 64);
    finish(heap);
}

static void test_heap_a_freed_pool_goes_before_a_virgin_one(void)
{
    struct pmt_heap *heap = tiny(false);
    pmt_block at[3 * PER_POOL];

    fill_pools(heap, at, 3);
    free_pool(heap, at, 0);
    free_pool(heap, at, 1);
    EXPECT_U64(next_pool(heap), 1);
    EXPECT_U64(pmt_heap_place(heap, obj(heap, 32)) / 256, 0);
    EXPECT_U64(pmt_heap_place(heap, obj(heap, 48)) / 256, 3);
    finish(heap);
}

static void test_heap_case_1_a_free_arena_is_released(void)
{
    struct pmt_heap *heap = tiny(false);

    pmt_heap_release(heap, obj(heap, 64));
    EXPECT_U64(figures(heap).arenas_current, 0);
    EXPECT_U64(figures(heap).arenas_reclaimed, 1);
    EXPECT_U64(pmt_heap_place(heap, obj(heap, 64)), 1024 + 48);
    EXPECT_U64(figures(heap).arenas_highwater, 1);
    finish(heap);
}

static void test_heap_case_1_the_last_empty_arena_is_kept(void)
{
    struct pmt_heap *heap = tiny(true);
    pmt_block at[8 * PER_POOL];

    pmt_heap_release(heap, obj(heap, 64));
    EXPECT_U64(figures(heap).arenas_current, 1);
    EXPECT_U64(pmt_heap_place(heap, at[0] = obj(heap, 64)), 48);
    pmt_heap_release(heap, at[0]);
    /* Arena 0 becomes empty with 1 behind it: goes. Then 1 is the last: stays. */
    fill_pools(heap, at, 8);
    free_pool(heap, at, 4);
    free_pool(heap, at, 5);
    for (size_t pool = 0; pool < 4; pool++)
        free_pool(heap, at, pool);
    EXPECT_U64(figures(heap).arenas_current, 2); /* moved behind arena 1: kept */
    free_pool(heap, at, 6);
    free_pool(heap, at, 7);
    EXPECT_U64(figures(heap).arenas_current, 1);
    EXPECT_U64(next_pool(heap), 3);
    finish(heap);
}

static void test_heap_case_2_a_full_arena_that_opens_goes_first(void)
{
    struct pmt_heap *heap = tiny(false);
    pmt_block at[6 * PER_POOL];

    fill_pools(heap, at, 6);
    free_pool(heap, at, 2);
    EXPECT_U64(next_pool(heap), 2);
    EXPECT_U64(pmt_heap_place(heap, obj(heap, 32)) / 256, 6);
    finish(heap);
}

static void test_heap_case_3_an_emptier_arena_moves_back(void)
{
    struct pmt_heap *heap = tiny(false);
    pmt_block at[12 * PER_POOL];

    fill_pools(heap, at, 12);
    free_pool(heap, at, 8); /* 2 */
    free_pool(heap, at, 4); /* 1, 2 */
    free_pool(heap, at, 0); /* 0, 1, 2: all with one free pool */
    free_pool(heap, at, 1); /* 1, 2, 0 */
    free_pool(heap, at, 9); /* 1, 2, 0: before the first that has as many */
    EXPECT_U64(next_pool(heap), 4);
    EXPECT_U64(pmt_heap_place(heap, obj(heap, 32)) / 256, 9);
    EXPECT_U64(pmt_heap_place(heap, obj(heap, 48)) / 256, 8);
    finish(heap);
}

static void test_heap_case_4_an_arena_still_first_stays(void)
{
    struct pmt_heap *heap = tiny(false);
    pmt_block at[8 * PER_POOL];

    fill_pools(heap, at, 8);
    for (size_t pool = 4; pool < 7; pool++)
        free_pool(heap, at, pool);
    free_pool(heap, at, 0);
    free_pool(heap, at, 1); /* 2 free against 3: stays */
    EXPECT_U64(next_pool(heap), 1);
    finish(heap);
}

static void test_heap_a_misaligned_arena_loses_a_pool(void)
{
    static const struct { uint32_t residue; uint64_t first; } arenas[] = {
        {0x1000, 0x3000}, {0x1ff000, 0x1000}, {0x4000, 0}, {0x1000, 0x3000},
    };
    struct pmt_heap_config config = config_of("cpython-3.11");
    struct pmt_heap *heap = heap_of(&config);

    for (size_t i = 0; i < 3; i++) /* the fourth: again from the first */
        EXPECT_STATUS(pmt_heap_add_residue(heap, arenas[i].residue, NULL), PMT_OK, NULL);
    for (uint64_t i = 0; i < 4; i++) {
        uint64_t pools = arenas[i].first ? 63 : 64, first = UINT64_MAX, last = 0;

        for (uint64_t b = 0; b < pools * 31; b++) {
            last = pmt_heap_place(heap, obj(heap, 512));
            first = b == 0 ? last : first;
        }
        EXPECT_U64(first, (i << 20) + arenas[i].first + 48);
        EXPECT_U64(last, (i << 20) + arenas[i].first + (pools - 1) * 16384 + 48 + 30 * 512);
    }
    EXPECT_U64(figures(heap).alignment_bytes, 3 * 16384);
    EXPECT_U64(figures(heap).unused_pool_bytes, 0);
    finish(heap);
}

static void test_heap_resize_stays_in_place_within_a_quarter(void)
{
    static const struct {
        uint64_t from, to;
        bool stays, pooled;
    } cases[] = {
        {64, 64, true, true},  {64, 49, true, true},   {64, 48, false, true},
        {50, 64, true, true},  {50, 65, false, false}, {64, 0, false, false},
        {16, 12, false, true}, {16, 13, true, true},   {1, 16, true, true},
        {33, 36, false, true}, {33, 37, true, true},   {10, UINT64_MAX / 2, false, false},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_heap *heap = tiny(false);
        pmt_block from = obj(heap, cases[i].from), to;

        to = pmt_heap_resize(heap, from, cases[i].to);
        EXPECT_U64(to == from, cases[i].stays);
        EXPECT_U64(figures(heap).reallocs_in_place, cases[i].stays);
        EXPECT_U64(pmt_heap_place(heap, to) != PMT_PLACE_RAW, cases[i].pooled);
        EXPECT_U64(pmt_heap_blocks(heap), 1);
        finish(heap);
    }
}

static void test_heap_resize_takes_the_new_block_before_it_frees_the_old(void)
{
    struct pmt_heap *heap = tiny(false);
    pmt_block block = obj(heap, 64);

    block = pmt_heap_resize(heap, block, 16); /* not in the pool just emptied */
    EXPECT_U64(pmt_heap_place(heap, block), 256 + 48);
    EXPECT_U64(figures(heap).used_peak_bytes, 64 + 16);
    EXPECT_U64(figures(heap).small_allocs, 2);
    EXPECT_U64(figures(heap).reallocs, 1);
    finish(heap);
}

static void test_heap_a_raw_block_stays_raw(void)
{
    struct pmt_heap *heap = tiny(false);
    pmt_block block = obj(heap, 65);

    EXPECT_U64(pmt_heap_resize(heap, block, 10), block);
    EXPECT_U64(pmt_heap_place(heap, block), PMT_PLACE_RAW);
    EXPECT_U64(figures(heap).raw_bytes, 10);
    EXPECT_U64(figures(heap).raw_peak_bytes, 65);
    EXPECT_U64(figures(heap).peak_bytes, 65);
    EXPECT_U64(figures(heap).reallocs_in_place, 0);
    pmt_heap_release(heap, block);
    EXPECT_U64(figures(heap).raw_blocks, 0);
    finish(heap);
}

static void test_heap_past_the_arena_limit_small_requests_are_raw(void)
{
    struct pmt_heap_config config = config_of("tiny");
    pmt_block at[8 * PER_POOL], over;
    struct pmt_heap *heap;

    config.arena_limit_bytes = 2 * 1024 + 512;
    heap = heap_of(&config);
    fill_pools(heap, at, 8);
    EXPECT_U64(figures(heap).limit_allocs, 0);
    over = obj(heap, 64);
    EXPECT_U64(pmt_heap_place(heap, over), PMT_PLACE_RAW);
    EXPECT_U64(figures(heap).limit_allocs, 1);
    EXPECT_U64(pmt_heap_blocks(heap), 8 * PER_POOL + 1);
    (void)pmt_heap_resize(heap, at[0], 16); /* no pool for it: raw, counted */
    EXPECT_U64(figures(heap).limit_allocs, 2);
    EXPECT_U64(pmt_heap_place(heap, obj(heap, 64)), 48); /* what the resize left */
    EXPECT_U64(figures(heap).limit_allocs, 2);
    EXPECT_STATUS(pmt_heap_failed(heap, NULL), PMT_OK, NULL);
    finish(heap);
}

static void test_heap_domains_decide_what_is_raw_and_what_is_counted(void)
{
    static const struct {
        bool mem_is_raw;
        enum pmt_domain domain;
        uint64_t size, pool, raw, counted; /* blocks */
    } cases[] = {
        {false, PMT_DOMAIN_RAW, 16, 0, 1, 0}, {false, PMT_DOMAIN_MEM, 16, 1, 0, 1},
        {false, PMT_DOMAIN_OBJ, 16, 1, 0, 1}, {false, PMT_DOMAIN_MEM, 65, 0, 1, 1},
        {false, PMT_DOMAIN_OBJ, 65, 0, 1, 1}, {false, PMT_DOMAIN_OBJ, 0, 0, 1, 1},
        {true, PMT_DOMAIN_RAW, 16, 0, 1, 0},  {true, PMT_DOMAIN_MEM, 16, 0, 1, 0},
        {true, PMT_DOMAIN_OBJ, 16, 1, 0, 1},  {true, PMT_DOMAIN_MEM, 65, 0, 1, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_heap_config config = config_of("tiny");
        struct pmt_heap *heap;

        config.mem_is_raw = cases[i].mem_is_raw;
        heap = heap_of(&config);
        (void)pmt_heap_alloc(heap, cases[i].domain, cases[i].size);
        EXPECT_U64(figures(heap).used_blocks, cases[i].pool);
        EXPECT_U64(figures(heap).raw_blocks, cases[i].raw);
        EXPECT_U64(pmt_heap_blocks(heap), cases[i].counted);
        finish(heap);
    }
}

static void test_heap_figures_are_those_of_debugmallocstats(void)
{
    struct pmt_heap *heap = tiny(false);
    struct pmt_class_row rows[PMT_MAX_CLASSES];
    struct pmt_sample sample = {0};
    struct pmt_metrics m;

    for (int i = 0; i < 7; i++)
        (void)obj(heap, 32); /* a full pool and one block */
    (void)obj(heap, 64);
    (void)obj(heap, 100);
    m = figures(heap);
    EXPECT_U64(m.used_bytes, 7 * 32 + 64);
    EXPECT_U64(m.avail_bytes, 5 * 32 + 2 * 64); /* virgin blocks too */
    EXPECT_U64(m.unused_pool_bytes, 256);       /* virgin pools too */
    EXPECT_U64(m.header_bytes, 3 * 48);
    EXPECT_U64(m.quantization_bytes, 2 * 16 + 16);
    EXPECT_U64(m.arena_bytes, 1024);
    EXPECT_U64(m.peak_bytes, 1024 + 100);
    EXPECT_U64(pmt_heap_classes(heap, rows, 1), 1);
    EXPECT_U64(pmt_heap_classes(heap, rows, PMT_MAX_CLASSES), 2);
    EXPECT_U64(rows[0].class_idx, 1);
    EXPECT_U64(rows[0].size_bytes, 32);
    EXPECT_U64(rows[0].pools, 2);
    EXPECT_U64(rows[0].used_blocks, 7);
    EXPECT_U64(rows[0].avail_blocks, 5);
    EXPECT_U64(rows[1].pools, 1);
    pmt_heap_sample(heap, &sample);
    EXPECT_U64(sample.used_bytes, m.used_bytes);
    EXPECT_U64(sample.avail_bytes, m.avail_bytes);
    EXPECT_U64(sample.unused_pool_bytes, m.unused_pool_bytes);
    EXPECT_U64(sample.used_blocks, 8);
    EXPECT_U64(sample.pools_used, 3);
    EXPECT_U64(sample.raw_bytes, 100);
    finish(heap);
}

static void test_heap_refuses_configurations_that_break_a_rule(void)
{
    static const struct {
        struct pmt_heap_config config;
        const char *word;
    } cases[] = {
        {{3000, 256, 16, 64, 48, 0, 0, 0, 0}, "arena="},
        {{1024, 300, 16, 64, 48, 0, 0, 0, 0}, "pool="},
        {{1024, 128, 16, 32, 48, 0, 0, 0, 0}, "pool="},
        {{1024, 512, 16, 64, 48, 0, 0, 0, 0}, "at most a quarter of an arena (256"},
        {{1024, 256, 4, 64, 48, 0, 0, 0, 0}, "align="},
        {{1024, 256, 16, 112, 48, 0, 0, 0, 0}, "up to 96"},
        {{1024, 256, 16, 40, 48, 0, 0, 0, 0}, "multiple of align=16"},
        {{1024, 256, 16, 0, 48, 0, 0, 0, 0}, "small="},
        {{1024, 256, 16, 64, 40, 0, 0, 0, 0}, "header"},
        {{1024, 256, 16, 64, 48, 1023, 0, 0, 0}, "arena-limit="},
        {{1 << 30, 1 << 18, 8, 8200, 48, 0, 0, 0, 0}, "up to 8192"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_error err = {.status = PMT_OK};
        struct pmt_heap *heap;

        EXPECT_STATUS(pmt_heap_new(&cases[i].config, &heap, &err), PMT_E_USAGE, NULL);
        EXPECT_HAS(err.msg, cases[i].word);
        EXPECT(heap == NULL);
    }
}

static void test_heap_names_the_largest_layouts(void)
{
    static const struct pmt_heap_config configs[] = {
        {1 << 30, 1 << 18, 8, 8192, 48, 0, true, false, PMT_BASE_LOST},
        {1 << 20, 256, 8, 104, 48, 0, true, false, PMT_BASE_ALIGNED},
    };

    for (size_t i = 0; i < sizeof configs / sizeof *configs; i++) {
        struct pmt_heap *heap = heap_of(&configs[i]);
        pmt_block last = PMT_BLOCK_NONE;

        for (uint32_t b = 0; b < 40000; b++)
            last = obj(heap, 8);
        for (uint32_t b = 0; b < 40000; b += 7)
            (void)obj(heap, 1 + b % configs[i].small_limit_bytes);
        EXPECT(last != PMT_BLOCK_NONE && !pmt_heap_is_raw(last));
        finish(heap);
    }
}

/* A run that opens arenas, empties them, goes raw and resizes. PMT_BLOCK_NONE
 * anywhere: the run goes on without that block. */
static void busy_run(struct pmt_heap *heap)
{
    pmt_block at[96];

    for (size_t i = 0; i < 96; i++)
        at[i] = obj(heap, 1 + i * 7 % 80);
    for (size_t i = 0; i < 96; i += 3) {
        pmt_block to = at[i] == PMT_BLOCK_NONE ? at[i] : pmt_heap_resize(heap, at[i], i);

        at[i] = to == PMT_BLOCK_NONE ? at[i] : to;
    }
    for (size_t i = 0; i < 96; i++)
        if (at[i] != PMT_BLOCK_NONE)
            pmt_heap_release(heap, at[i]);
}

static void test_heap_survives_every_failed_allocation(void)
{
    int64_t live = pmt_alloc_live();
    struct pmt_heap_config config = config_of("tiny");
    bool failed = true;
    int n;

    for (n = 0; failed && n < 1000; n++) {
        struct pmt_error err = {.status = PMT_OK};
        struct pmt_heap *heap = NULL;
        enum pmt_status st;

        pmt_alloc_fail_at(n, n % 2);
        st = pmt_heap_new(&config, &heap, &err);
        if (st == PMT_OK)
            st = pmt_heap_add_residue(heap, 16, &err);
        if (st == PMT_OK) {
            busy_run(heap);
            st = pmt_heap_failed(heap, &err);
        }
        pmt_alloc_fail_at(-1, 0);
        failed = st != PMT_OK;
        if (failed)
            EXPECT_STATUS(st, PMT_E_NOMEM, &err);
        if (heap) {
            EXPECT_STATUS(pmt_heap_check(heap, &err), PMT_OK, &err);
            busy_run(heap);
            EXPECT_U64(pmt_heap_blocks(heap), 0);
            finish(heap);
        }
        EXPECT_I64(pmt_alloc_live(), live);
    }
    EXPECT(n > 10 && n < 1000);
}

/* Damage done by hand, and what the walker says to it. */
static void break_link(struct pmt_heap *h) { h->arenas.pools[0].links[1] = 1; }
static void break_n_used(struct pmt_heap *h) { h->arenas.pools[0].n_used++; }
static void break_used(struct pmt_heap *h) { h->classes[3].used_head = PMT_POOL_NONE; }
static void break_place(struct pmt_heap *h) { h->arenas.pools[0].first_place += 16; }
static void break_n_free(struct pmt_heap *h) { h->arenas.slots.at[0].n_free--; }
static void break_mark(struct pmt_heap *h) { h->arenas.last_with[1] = 0; }
static void break_usable(struct pmt_heap *h) { h->arenas.usable = PMT_POOL_NONE; }
static void break_bytes(struct pmt_heap *h) { h->used_bytes -= 16; }
static void break_pools(struct pmt_heap *h) { h->classes[0].n_pools++; }
static void break_lost(struct pmt_heap *h) { h->arenas.n_lost++; }
static void break_allocs(struct pmt_heap *h) { h->classes[3].n_allocs++; }
static void break_raw(struct pmt_heap *h) { h->raw.n_live++; }
static void break_peak(struct pmt_heap *h) { h->peak_bytes = 0; }

static void test_heap_the_walker_finds_damage(void)
{
    static const struct {
        void (*damage)(struct pmt_heap *heap);
        const char *says;
    } cases[] = {
        {break_link, "free twice"},     {break_n_used, "used of 3"},
        {break_used, "class 3"},        {break_place, "place"},
        {break_n_free, "arena slot 0"}, {break_mark, "usable"},
        {break_usable, "usable"},       {break_bytes, "bytes in use"},
        {break_pools, "class 0"},       {break_lost, "arenas"},
        {break_allocs, "class 3"},      {break_raw, "raw"},
        {break_peak, "peak"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_heap *heap = tiny(false);
        struct pmt_error err = {.status = PMT_OK};

        (void)obj(heap, 64);
        (void)obj(heap, 65);
        EXPECT_STATUS(pmt_heap_check(heap, &err), PMT_OK, &err);
        cases[i].damage(heap);
        EXPECT_STATUS(pmt_heap_check(heap, &err), PMT_E_INTERNAL, NULL);
        EXPECT_HAS(err.msg, cases[i].says);
        pmt_heap_free_all(heap);
    }
}

SUITE(heap, TEST(test_heap_blocks_ascend_then_come_back_last_first),
      TEST(test_heap_a_pool_keeps_its_order_for_the_same_class_only),
      TEST(test_heap_a_full_pool_that_opens_serves_first),
      TEST(test_heap_a_freed_pool_goes_before_a_virgin_one),
      TEST(test_heap_case_1_a_free_arena_is_released),
      TEST(test_heap_case_1_the_last_empty_arena_is_kept),
      TEST(test_heap_case_2_a_full_arena_that_opens_goes_first),
      TEST(test_heap_case_3_an_emptier_arena_moves_back),
      TEST(test_heap_case_4_an_arena_still_first_stays),
      TEST(test_heap_a_misaligned_arena_loses_a_pool),
      TEST(test_heap_resize_stays_in_place_within_a_quarter),
      TEST(test_heap_resize_takes_the_new_block_before_it_frees_the_old),
      TEST(test_heap_a_raw_block_stays_raw),
      TEST(test_heap_past_the_arena_limit_small_requests_are_raw),
      TEST(test_heap_domains_decide_what_is_raw_and_what_is_counted),
      TEST(test_heap_figures_are_those_of_debugmallocstats),
      TEST(test_heap_refuses_configurations_that_break_a_rule),
      TEST(test_heap_names_the_largest_layouts),
      TEST(test_heap_survives_every_failed_allocation),
      TEST(test_heap_the_walker_finds_damage))
