/* heap_check.c - the walker: every pool of every arena and every block visited,
 * every list and every count proved.
 *
 * Lists are proved without marking anything. First all pools are visited by
 * address and counted by state (pool.h); then each list is walked: its members
 * must be in the state the list is for, each must name the one before it, and
 * there must be as many as were counted. A chain with consistent back links
 * cannot visit a pool twice, so list and state then name the same pools. (The
 * arenas' lists of free pools have no back links; there the count bounds the
 * walk, and equal counts with distinct states leave no room for a stranger except
 * by a cycle, which the end of the list excludes.) */
#include "heap/heap_inline.h"

#include <inttypes.h>
#include <string.h>

#define BITS_WORDS (65536 / 64)

/* Found by visiting pools, per class. */
struct tally {
    uint64_t n_used, n_full; /* pools */
    uint64_t n_blocks;       /* blocks in use in them */
};

struct walk {
    const struct pmt_heap *heap;
    struct pmt_error *err;
    struct tally classes[PMT_MAX_CLASSES];
    uint64_t n_arenas;  /* slots in use */
    uint64_t n_lost;    /* of those, short of a pool */
    uint64_t n_usable;  /* of those, with a free pool */
    uint64_t n_unused;  /* free and virgin pools */
};

#define BROKEN(w, ...) pmt_error_set((w)->err, PMT_E_INTERNAL, "heap: " __VA_ARGS__)

/* The free blocks of a pool: all different, and with n_used they are all. */
static enum pmt_status check_blocks(struct walk *w, uint32_t id)
{
    const struct pmt_pool *pool = w->heap->arenas.pools + id;
    uint32_t n_blocks = w->heap->classes[pool->class_idx].n_blocks, n_free = 0;
    uint64_t seen[BITS_WORDS];

    memset(seen, 0, (n_blocks + 63) / 64 * sizeof *seen);
    for (uint16_t i = pool->free_block; i != PMT_LINK_END; i = pool->links[i], n_free++) {
        if (i >= n_blocks)
            return BROKEN(w, "pool %" PRIu32 ": free block %u of %" PRIu32, id, i, n_blocks);
        if (seen[i / 64] >> (i % 64) & 1)
            return BROKEN(w, "pool %" PRIu32 ": block %u is free twice", id, i);
        seen[i / 64] |= UINT64_C(1) << (i % 64);
    }
    if (n_free + pool->n_used != n_blocks)
        return BROKEN(w, "pool %" PRIu32 ": %" PRIu32 " free and %u used of %" PRIu32, id,
                      n_free, pool->n_used, n_blocks);
    return PMT_OK;
}

static enum pmt_status check_pool(struct walk *w, const struct pmt_arena *a, uint32_t id,
                                  uint32_t index, uint32_t *n_free)
{
    const struct pmt_pool *pool = w->heap->arenas.pools + id;
    const struct pmt_layout *l = &w->heap->layout;
    struct tally *t;

    if (pool->class_idx >= l->n_classes || !pool->links)
        return BROKEN(w, "pool %" PRIu32 " was handed out and has no class", id);
    if (pool->first_place !=
        a->first_place + (uint64_t)index * l->pool_bytes + l->header_bytes)
        return BROKEN(w, "pool %" PRIu32 " is not at its place", id);
    t = &w->classes[pool->class_idx];
    t->n_blocks += pool->n_used;
    if (pool->n_used == 0)
        ++*n_free;
    else if (pool->free_block != PMT_LINK_END)
        t->n_used++;
    else if (pool->next == PMT_POOL_NONE && pool->prev == PMT_POOL_NONE)
        t->n_full++;
    else
        return BROKEN(w, "pool %" PRIu32 " is full and on a list", id);
    return check_blocks(w, id);
}

/* The list of free pools of an arena has n_free members, all of them free. */
static enum pmt_status check_free_pools(struct walk *w, uint32_t slot, uint32_t n_free)
{
    const struct pmt_arenas *as = &w->heap->arenas;
    uint32_t n = 0;

    for (uint32_t id = as->slots.at[slot].free_pools; id != PMT_POOL_NONE;
         id = as->pools[id].next, n++)
        if (id >> w->heap->layout.pools_shift != slot || as->pools[id].n_used != 0 ||
            n >= n_free)
            return BROKEN(w, "arena slot %" PRIu32 ": a stranger among its free pools", slot);
    if (n != n_free)
        return BROKEN(w, "arena slot %" PRIu32 ": %" PRIu32 " free pools, %" PRIu32
                      " on its list", slot, n_free, n);
    return PMT_OK;
}

static enum pmt_status check_arena(struct walk *w, uint32_t slot)
{
    const struct pmt_layout *l = &w->heap->layout;
    const struct pmt_arena *a = &w->heap->arenas.slots.at[slot];
    uint32_t n_free = 0;

    if (a->n_carved > a->n_total || a->n_total > l->pools_per_arena ||
        a->n_total + 1 < l->pools_per_arena)
        return BROKEN(w, "arena slot %" PRIu32 " has %" PRIu32 " pools", slot, a->n_total);
    for (uint32_t i = 0; i < a->n_carved; i++) {
        enum pmt_status st = check_pool(w, a, (slot << l->pools_shift) + i, i, &n_free);

        if (st != PMT_OK)
            return st;
    }
    if (n_free + (a->n_total - a->n_carved) != a->n_free)
        return BROKEN(w, "arena slot %" PRIu32 ": %" PRIu32 " pools to give, %" PRIu32
                      " counted", slot, n_free + a->n_total - a->n_carved, a->n_free);
    w->n_arenas++;
    w->n_lost += a->n_total < l->pools_per_arena;
    w->n_usable += a->n_free != 0;
    w->n_unused += a->n_free;
    return check_free_pools(w, slot, n_free);
}

static enum pmt_status check_arenas(struct walk *w)
{
    const struct pmt_arenas *as = &w->heap->arenas;
    size_t n_spare = 0;

    for (size_t slot = 0; slot < as->slots.n; slot++) {
        enum pmt_status st =
            as->slots.at[slot].n_total ? check_arena(w, (uint32_t)slot) : PMT_OK;

        if (st != PMT_OK)
            return st;
    }
    if (w->n_arenas != as->n_current || w->n_lost != as->n_lost)
        return BROKEN(w, "%" PRIu64 " arenas, %" PRIu64 " counted", w->n_arenas,
                      as->n_current);
    if (as->n_current > as->n_highwater || as->n_highwater > as->n_allocated ||
        as->n_current > w->heap->layout.max_arenas)
        return BROKEN(w, "%" PRIu64 " arenas are past a mark", as->n_current);
    for (uint32_t s = as->spare; s != PMT_POOL_NONE; s = as->slots.at[s].next)
        if (as->slots.at[s].n_total != 0 || n_spare++ > as->slots.n)
            return BROKEN(w, "the list of spare arena slots is broken");
    if (n_spare + w->n_arenas != as->slots.n)
        return BROKEN(w, "%zu spare arena slots of %zu", n_spare, as->slots.n);
    return PMT_OK;
}

/* Sorted by n_free, and last_with[] marks the end of each run. */
static enum pmt_status check_usable(struct walk *w)
{
    const struct pmt_arenas *as = &w->heap->arenas;
    uint32_t prev = PMT_POOL_NONE, marks = 0, runs = 0;
    uint64_t n = 0;

    for (uint32_t s = as->usable; s != PMT_POOL_NONE; prev = s, s = as->slots.at[s].next) {
        const struct pmt_arena *a = &as->slots.at[s];
        bool ends_run =
            a->next == PMT_POOL_NONE || as->slots.at[a->next].n_free != a->n_free;

        if (a->prev != prev || a->n_free == 0 || a->n_total == 0 || n++ >= w->n_usable)
            return BROKEN(w, "the list of usable arenas is broken at slot %" PRIu32, s);
        if (prev != PMT_POOL_NONE && as->slots.at[prev].n_free > a->n_free)
            return BROKEN(w, "usable arenas out of order at slot %" PRIu32, s);
        if (ends_run != (as->last_with[a->n_free] == s))
            return BROKEN(w, "last_with[%" PRIu32 "] is wrong", a->n_free);
        runs += ends_run;
    }
    for (uint32_t nf = 0; nf <= w->heap->layout.pools_per_arena; nf++)
        marks += as->last_with[nf] != PMT_POOL_NONE;
    if (n != w->n_usable || marks != runs)
        return BROKEN(w, "%" PRIu64 " usable arenas, %" PRIu64 " on the list", w->n_usable, n);
    return PMT_OK;
}

static enum pmt_status check_class(struct walk *w, uint32_t c)
{
    const struct pmt_class *class = &w->heap->classes[c];
    const struct tally *t = &w->classes[c];
    const struct pmt_pool *pools = w->heap->arenas.pools;
    uint32_t prev = PMT_POOL_NONE;
    uint64_t n = 0;

    for (uint32_t id = class->used_head; id != PMT_POOL_NONE; prev = id, id = pools[id].next)
        if (pools[id].class_idx != c || pools[id].n_used == 0 || pools[id].prev != prev ||
            pools[id].free_block == PMT_LINK_END || n++ >= t->n_used)
            return BROKEN(w, "class %" PRIu32 ": its list is broken at pool %" PRIu32, c, id);
    if (n != t->n_used || class->n_pools != t->n_used + t->n_full)
        return BROKEN(w, "class %" PRIu32 ": %" PRIu64 " used pools, %" PRIu64 " on its list",
                      c, t->n_used, n);
    if (class->n_allocs - class->n_frees != t->n_blocks)
        return BROKEN(w, "class %" PRIu32 ": %" PRIu64 " blocks in use, %" PRIu64 " counted",
                      c, t->n_blocks, class->n_allocs - class->n_frees);
    return PMT_OK;
}

/* Every byte of every arena is accounted for, in the figures that are printed. */
static enum pmt_status check_books(struct walk *w)
{
    const struct pmt_layout *l = &w->heap->layout;
    struct pmt_metrics m;
    uint64_t used_bytes = 0, sum;

    pmt_heap_metrics(w->heap, &m);
    for (uint32_t c = 0; c < l->n_classes; c++)
        used_bytes += w->classes[c].n_blocks * pmt_layout_block_bytes(l, c);
    if (used_bytes != m.used_bytes || used_bytes > m.used_peak_bytes)
        return BROKEN(w, "%" PRIu64 " bytes in use, %" PRIu64 " counted", used_bytes,
                      m.used_bytes);
    if (w->n_unused * l->pool_bytes != m.unused_pool_bytes)
        return BROKEN(w, "%" PRIu64 " unused pools, %" PRIu64 " bytes counted", w->n_unused,
                      m.unused_pool_bytes);
    sum = m.used_bytes + m.avail_bytes + m.unused_pool_bytes + m.header_bytes +
          m.quantization_bytes + m.alignment_bytes;
    if (sum != w->n_arenas * l->arena_bytes)
        return BROKEN(w, "the books do not balance: %" PRIu64 " bytes of %" PRIu64, sum,
                      w->n_arenas * l->arena_bytes);
    if (m.arena_bytes + m.raw_bytes > m.peak_bytes)
        return BROKEN(w, "%" PRIu64 " bytes now, more than the peak", m.peak_bytes);
    return PMT_OK;
}

enum pmt_status pmt_heap_check(const struct pmt_heap *heap, struct pmt_error *err)
{
    struct walk w = {.heap = heap, .err = err};
    enum pmt_status st = check_arenas(&w);

    if (st == PMT_OK)
        st = check_usable(&w);
    for (uint32_t c = 0; st == PMT_OK && c < heap->layout.n_classes; c++)
        st = check_class(&w, c);
    if (st == PMT_OK)
        st = check_books(&w);
    return st == PMT_OK ? pmt_raw_check(&heap->raw, err) : st;
}
