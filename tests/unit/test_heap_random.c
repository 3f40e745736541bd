/* test_heap_random.c - random events through the model and through the naive one
 * (support/naive_heap.h): every placement equal, every figure equal, the walker
 * green.
 *
 * The number of live blocks swings between nothing and a maximum, and the sizes
 * in favour change, so that pools, arenas and lists fill, empty and are reordered
 * again and again. */
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "heap/heap.h"
#include "replay/preset.h"
#include "support/expect.h"
#include "support/naive_heap.h"

struct live {
    pmt_block block;  /* in the model */
    uint64_t address; /* in the naive one */
};

struct pair {
    struct pmt_heap *heap;
    struct naive_heap *naive;
    struct pmt_heap_config config;
    struct live *live;       /* blocks in use in both, in any order */
    size_t n_live, max_live; /* room in live */
    uint64_t random;         /* state */
    uint64_t mismatches;     /* placements that differ */
    uint64_t allocs, frees, reallocs;
    uint32_t favoured_bytes; /* size around which this phase's requests lie */
};

static uint64_t draw(struct pair *p, uint64_t below)
{
    p->random ^= p->random << 13;
    p->random ^= p->random >> 7;
    p->random ^= p->random << 17;
    return (p->random >> 11) % below;
}

static uint64_t draw_size(struct pair *p)
{
    uint64_t kind = draw(p, 64);

    if (kind == 0)
        return draw(p, 2) * (p->config.small_limit_bytes + draw(p, 5000));
    if (kind < 12)
        return 1 + draw(p, p->config.small_limit_bytes + 8);
    return 1 + (p->favoured_bytes + draw(p, 2 * p->config.align_bytes)) %
                   p->config.small_limit_bytes;
}

static void compare(struct pair *p, const struct live *l)
{
    uint64_t place = pmt_heap_place(p->heap, l->block);

    if (l->address & NAIVE_RAW ? place != PMT_PLACE_RAW : place != l->address)
        p->mismatches++;
}

static void one_alloc(struct pair *p)
{
    uint64_t size = draw_size(p), kind = draw(p, 16);
    enum pmt_domain domain = kind == 0  ? PMT_DOMAIN_RAW
                             : kind < 5 ? PMT_DOMAIN_MEM
                                        : PMT_DOMAIN_OBJ;
    bool can_pool = domain == PMT_DOMAIN_OBJ ||
                    (domain == PMT_DOMAIN_MEM && !p->config.mem_is_raw);
    struct live *l = &p->live[p->n_live++];

    p->allocs++;
    l->block = pmt_heap_alloc(p->heap, domain, size);
    l->address = naive_alloc(p->naive, size, can_pool);
    compare(p, l);
}

static void one_free(struct pair *p)
{
    size_t young = draw(p, 4) && p->n_live > 16 ? 16 : p->n_live;
    size_t i = p->n_live - 1 - (size_t)draw(p, young);

    p->frees++;
    pmt_heap_release(p->heap, p->live[i].block);
    naive_release(p->naive, p->live[i].address);
    p->live[i] = p->live[--p->n_live];
}

static void one_resize(struct pair *p)
{
    struct live *l = &p->live[draw(p, p->n_live)];
    uint64_t size = draw_size(p);

    p->reallocs++;
    l->block = pmt_heap_resize(p->heap, l->block, size);
    l->address = naive_resize(p->naive, l->address, size);
    compare(p, l);
}

static void one_event(struct pair *p, size_t target)
{
    uint64_t kind = draw(p, 64);

    if (kind == 0 && p->n_live != 0)
        one_resize(p);
    else if (p->n_live == 0 ||
             ((kind < 44) == (p->n_live < target) && p->n_live < p->max_live))
        one_alloc(p);
    else
        one_free(p);
}

/* All figures the naive one knows are the model's too. */
static bool same_figures(struct pair *p)
{
    struct pmt_metrics have, want;
    uint64_t allocs, frees;

    pmt_heap_traffic(p->heap, &allocs, &frees);
    EXPECT_U64(allocs, p->allocs);
    EXPECT_U64(frees, p->frees);
    pmt_heap_metrics(p->heap, &have);
    naive_metrics(p->naive, &want);
    EXPECT_U64(have.reallocs, p->reallocs);
#define METRIC(name, unit, better, group, help) SAME_##group(name)
#define SAME_RECORDED(name)
#define SAME_TRAFFIC(name)
#define SAME(name)                                                             \
    if (have.name != want.name)                                                \
        return EXPECT_U64(have.name, want.name);
#define SAME_ARENAS(name) SAME(name)
#define SAME_POOLS(name) SAME(name)
#define SAME_RAW(name)                                                         \
    if (strcmp(#name, "stack_peak_bytes") != 0)                                \
        SAME(name)
#define SAME_TOTAL(name) SAME(name)
#define SAME_LISTS(name)
#define SAME_GC(name)
#include <pymemtrace/metric.def>
    SAME(limit_allocs)
    SAME(small_allocs)
    return true;
}

struct trial {
    const char *preset;
    uint64_t arena_limit; /* 0: as the preset */
    int base, keep, mem;  /* -1: as the preset */
    uint32_t residues[5]; /* up to the first UINT32_MAX */
    uint64_t n_events;
    size_t max_live;
    uint64_t check_every;
};

static const struct trial trials[] = {
    {"tiny", 0, -1, -1, -1, {UINT32_MAX}, 200000, 60, 5},
    {"tiny", 0, -1, 1, -1, {UINT32_MAX}, 200000, 60, 5},
    {"tiny", 0, PMT_BASE_LOST, 1, 1, {UINT32_MAX}, 200000, 200, 11},
    {"tiny", 4096, PMT_BASE_RECORDED, 0, -1, {16, 0, 240, 0, UINT32_MAX}, 200000, 200, 7},
    {"cpython-3.8", 0, -1, -1, -1, {0, UINT32_MAX}, 1000000, 20000, 20011},
    {"cpython-3.9", 0, -1, -1, -1, {0, UINT32_MAX}, 1000000, 20000, 20011},
    {"cpython-3.11", 0, -1, -1, -1, {0x1000, 0x1000, 0, 0x7000, UINT32_MAX}, 2000000, 40000, 40009},
    {"cpython-2.6", 0, -1, -1, -1, {UINT32_MAX}, 400000, 20000, 20011},
    {"notes", 1 << 20, -1, -1, -1, {UINT32_MAX}, 400000, 20000, 20011},
};

static struct pair pair_new(const struct trial *t)
{
    struct pair p = {.random = 88172645463325252u, .favoured_bytes = 32};
    struct pmt_config preset;
    size_t n = 0;

    EXPECT(pmt_preset_get(t->preset, &preset));
    p.config = preset.heap;
    if (t->arena_limit)
        p.config.arena_limit_bytes = t->arena_limit;
    if (t->base >= 0)
        p.config.arena_base = (enum pmt_arena_base)t->base;
    if (t->keep >= 0)
        p.config.keep_empty_arena = t->keep != 0;
    if (t->mem >= 0)
        p.config.mem_is_raw = t->mem != 0;
    EXPECT_STATUS(pmt_heap_new(&p.config, &p.heap, NULL), PMT_OK, NULL);
    while (t->residues[n] != UINT32_MAX)
        EXPECT_STATUS(pmt_heap_add_residue(p.heap, t->residues[n++], NULL), PMT_OK, NULL);
    p.naive = naive_new(&p.config, t->residues, n);
    p.max_live = 2 * t->max_live;
    p.live = calloc(p.max_live, sizeof *p.live);
    return p;
}

static void pair_release(struct pair *p)
{
    pmt_heap_free_all(p->heap);
    naive_free_all(p->naive);
    free(p->live);
}

/* Walker and figures; false: stop, it has been reported. */
static bool still_good(struct pair *p, const struct trial *t)
{
    struct pmt_error err = {.status = PMT_OK};

    if (p->mismatches == 0 && pmt_heap_check(p->heap, &err) == PMT_OK && same_figures(p))
        return true;
    EXPECT_STR(p->mismatches ? "placement differs" : err.msg, "");
    EXPECT_STR(t->preset, "the trial above stopped");
    return false;
}

static void run_trial(const struct trial *t)
{
    int64_t live_before = pmt_alloc_live();
    struct pair p = pair_new(t);
    size_t target = t->max_live;

    for (uint64_t e = 0; e < t->n_events; e++) {
        if (e % (t->max_live * 3) == 0) {
            target = draw(&p, 3) ? (size_t)draw(&p, t->max_live) : 0;
            p.favoured_bytes = (uint32_t)draw(&p, p.config.small_limit_bytes);
        }
        one_event(&p, target);
        if (e % t->check_every == 0 && !still_good(&p, t))
            break;
    }
    while (p.n_live != 0)
        one_free(&p);
    (void)still_good(&p, t);
    EXPECT_U64(pmt_heap_blocks(p.heap), 0);
    pair_release(&p);
    EXPECT_I64(pmt_alloc_live(), live_before);
}

static void test_heap_random_agrees_with_the_naive_model(void)
{
    for (size_t i = 0; i < sizeof trials / sizeof *trials; i++)
        run_trial(&trials[i]);
}

SUITE(heap_random, TEST(test_heap_random_agrees_with_the_naive_model))
