/* naive_heap.c - plain arrays, linear searches, no state kept that can be looked
 * up. Follows the description of pymalloc step by step. */
#include "support/naive_heap.h"

#include <stdlib.h>
#include <string.h>

#define NO_CLASS 0xffff

struct pool {
    size_t arena;         /* ordinal */
    uint64_t start;       /* offset of the pool in its arena */
    unsigned ref_count;   /* blocks in use */
    unsigned szidx;       /* class, NO_CLASS at first */
    uint64_t freeblock;   /* offset of the first free block in the arena, 0 none */
    uint64_t next_offset; /* of the next virgin block, from the pool's start */
    uint64_t max_offset;  /* of the last block there can be */
};

struct arena {
    uint8_t *mem;         /* arena_bytes; NULL once released */
    uint64_t residue;     /* where it begins, mod 2 MiB */
    uint64_t virgin;      /* offset of the next pool never used */
    unsigned n_free, n_total;
    struct pool *pools;   /* in order of address */
    size_t n_pools;       /* of those, ever used */
    struct pool **stack;  /* freed pools, last one on top */
    size_t n_stack;
};

/* A growable list of pointers or numbers. */
struct list {
    uintptr_t *at;
    size_t n, cap;
};

struct naive_heap {
    struct pmt_heap_config c;
    const uint32_t *residues;
    size_t n_residues;
    struct arena *arenas; /* by ordinal, for ever */
    size_t n_arenas, arenas_cap;
    struct list usable;   /* ordinals, fewest free pools first */
    struct list *used;    /* per class: pools, the one that serves first */
    struct list raw;      /* sizes by number, for ever; freed: UINTPTR_MAX */
    uint64_t highwater, used_peak, raw_peak, peak, limit_allocs, small_allocs;
    uint64_t used_bytes, raw_bytes, current;
};

static void list_insert(struct list *l, size_t i, uintptr_t v)
{
    if (l->n == l->cap) {
        l->cap = l->cap ? 2 * l->cap : 16;
        l->at = realloc(l->at, l->cap * sizeof *l->at);
        if (!l->at)
            abort();
    }
    memmove(l->at + i + 1, l->at + i, (l->n - i) * sizeof *l->at);
    l->at[i] = v;
    l->n++;
}

static size_t list_find(const struct list *l, uintptr_t v)
{
    size_t i = 0;

    while (i < l->n && l->at[i] != v)
        i++;
    return i;
}

static void list_remove(struct list *l, uintptr_t v)
{
    size_t i = list_find(l, v);

    if (i == l->n)
        abort();
    memmove(l->at + i, l->at + i + 1, (l->n - i - 1) * sizeof *l->at);
    l->n--;
}

struct naive_heap *naive_new(const struct pmt_heap_config *config, const uint32_t *residues,
                             size_t n_residues)
{
    struct naive_heap *h = calloc(1, sizeof *h);

    h->c = *config;
    h->residues = residues;
    h->n_residues = n_residues;
    h->used = calloc(config->small_limit_bytes / config->align_bytes, sizeof *h->used);
    return h;
}

static void arena_unmap(struct arena *a)
{
    free(a->mem);
    free(a->pools);
    free(a->stack);
    a->mem = NULL;
    a->pools = NULL;
    a->stack = NULL;
}

void naive_free_all(struct naive_heap *h)
{
    for (size_t i = 0; i < h->n_arenas; i++)
        arena_unmap(&h->arenas[i]);
    for (size_t c = 0; c < h->c.small_limit_bytes / h->c.align_bytes; c++)
        free(h->used[c].at);
    free(h->arenas);
    free(h->used);
    free(h->usable.at);
    free(h->raw.at);
    free(h);
}

static uint64_t block_size(const struct naive_heap *h, unsigned szidx)
{
    return (uint64_t)(szidx + 1) * h->c.align_bytes;
}

static uint64_t load_link(const struct naive_heap *h, const struct pool *p, uint64_t offset)
{
    uint64_t v;

    memcpy(&v, h->arenas[p->arena].mem + offset, sizeof v);
    return v;
}

static void store_link(const struct naive_heap *h, const struct pool *p, uint64_t offset,
                       uint64_t v)
{
    memcpy(h->arenas[p->arena].mem + offset, &v, sizeof v);
}

static void note_peaks(struct naive_heap *h)
{
    uint64_t both = h->current * h->c.arena_bytes + h->raw_bytes;

    if (h->used_bytes > h->used_peak)
        h->used_peak = h->used_bytes;
    if (h->raw_bytes > h->raw_peak)
        h->raw_peak = h->raw_bytes;
    if (both > h->peak)
        h->peak = both;
    if (h->current > h->highwater)
        h->highwater = h->current;
}

static uint64_t residue_of_next(const struct naive_heap *h)
{
    if (h->c.arena_base == PMT_BASE_LOST)
        return 16;
    if (h->c.arena_base == PMT_BASE_RECORDED && h->n_residues)
        return h->residues[h->n_arenas % h->n_residues];
    return 0;
}

/* new_arena(): false at the limit. */
static int arena_new(struct naive_heap *h)
{
    size_t n = (size_t)(h->c.arena_bytes / h->c.pool_bytes);
    struct arena a = {.residue = residue_of_next(h)};
    uint64_t excess = a.residue % h->c.pool_bytes;

    if (h->c.arena_limit_bytes && h->current >= h->c.arena_limit_bytes / h->c.arena_bytes)
        return 0;
    a.mem = calloc(1, (size_t)h->c.arena_bytes);
    a.pools = calloc(n, sizeof *a.pools);
    a.stack = calloc(n, sizeof *a.stack);
    a.n_free = a.n_total = (unsigned)(excess ? n - 1 : n);
    a.virgin = excess ? h->c.pool_bytes - excess : 0;
    if (h->n_arenas == h->arenas_cap) {
        h->arenas_cap = 2 * h->arenas_cap + 16;
        h->arenas = realloc(h->arenas, h->arenas_cap * sizeof *h->arenas);
    }
    h->arenas[h->n_arenas] = a;
    list_insert(&h->usable, 0, h->n_arenas++);
    h->current++;
    note_peaks(h);
    return 1;
}

/* A free pool of the first usable arena. */
static struct pool *pool_take(struct naive_heap *h)
{
    struct arena *a = &h->arenas[h->usable.at[0]];
    struct pool *p;

    if (a->n_stack) {
        p = a->stack[--a->n_stack];
    } else {
        p = &a->pools[a->n_pools++];
        p->arena = h->usable.at[0];
        p->start = a->virgin;
        p->szidx = NO_CLASS;
        a->virgin += h->c.pool_bytes;
    }
    if (--a->n_free == 0)
        list_remove(&h->usable, h->usable.at[0]);
    return p;
}

static void pool_init(struct naive_heap *h, struct pool *p, unsigned szidx)
{
    uint64_t bs = block_size(h, szidx);

    p->szidx = szidx;
    p->freeblock = p->start + h->c.pool_header_bytes;
    store_link(h, p, p->freeblock, p->freeblock + bs);
    store_link(h, p, p->freeblock + bs, 0);
    p->next_offset = h->c.pool_header_bytes + 2 * bs;
    p->max_offset = h->c.pool_bytes - bs;
}

static uint64_t block_take(struct naive_heap *h, struct pool *p)
{
    uint64_t bp = p->freeblock;

    p->ref_count++;
    p->freeblock = load_link(h, p, bp);
    if (p->freeblock == 0) {
        if (p->next_offset <= p->max_offset) {
            p->freeblock = p->start + p->next_offset;
            p->next_offset += block_size(h, p->szidx);
            store_link(h, p, p->freeblock, 0);
        } else {
            list_remove(&h->used[p->szidx], (uintptr_t)p);
        }
    }
    h->small_allocs++;
    h->used_bytes += block_size(h, p->szidx);
    note_peaks(h);
    return (uint64_t)p->arena * h->c.arena_bytes + bp;
}

static uint64_t raw_alloc(struct naive_heap *h, uint64_t size)
{
    list_insert(&h->raw, h->raw.n, (uintptr_t)size);
    h->raw_bytes += size;
    note_peaks(h);
    return NAIVE_RAW | (h->raw.n - 1);
}

uint64_t naive_alloc(struct naive_heap *h, uint64_t size, int can_pool)
{
    unsigned szidx;

    if (!can_pool || size == 0 || size > h->c.small_limit_bytes)
        return raw_alloc(h, size);
    szidx = (unsigned)((size - 1) / h->c.align_bytes);
    if (h->used[szidx].n == 0) {
        struct pool *p;

        if (h->usable.n == 0 && !arena_new(h)) {
            h->limit_allocs++;
            return raw_alloc(h, size);
        }
        p = pool_take(h);
        if (p->szidx != szidx)
            pool_init(h, p, szidx);
        list_insert(&h->used[szidx], 0, (uintptr_t)p);
    }
    return block_take(h, (struct pool *)h->used[szidx].at[0]);
}

static struct pool *pool_of(const struct naive_heap *h, uint64_t address)
{
    size_t ordinal = (size_t)(address / h->c.arena_bytes);
    uint64_t offset = address % h->c.arena_bytes;
    struct arena *a = &h->arenas[ordinal];
    uint64_t start = offset - (a->residue + offset) % h->c.pool_bytes;

    for (size_t i = 0; i < a->n_pools; i++)
        if (a->pools[i].start == start)
            return &a->pools[i];
    abort();
}

/* insert_to_freepool() */
static void pool_give(struct naive_heap *h, struct pool *p)
{
    struct arena *a = &h->arenas[p->arena];
    size_t ordinal = p->arena, i = list_find(&h->usable, ordinal);
    int is_last = i + 1 == h->usable.n;
    unsigned nf = ++a->n_free;

    a->stack[a->n_stack++] = p;
    if (nf == a->n_total && !(h->c.keep_empty_arena && is_last)) {
        list_remove(&h->usable, ordinal);
        arena_unmap(a);
        h->current--;
    } else if (nf == 1) {
        list_insert(&h->usable, 0, ordinal);
    } else if (!is_last && nf > h->arenas[h->usable.at[i + 1]].n_free) {
        list_remove(&h->usable, ordinal);
        while (i < h->usable.n && h->arenas[h->usable.at[i]].n_free < nf)
            i++;
        list_insert(&h->usable, i, ordinal);
    }
}

void naive_release(struct naive_heap *h, uint64_t address)
{
    uint64_t offset = address % h->c.arena_bytes, last_free;
    struct pool *p;

    if (address & NAIVE_RAW) {
        h->raw_bytes -= h->raw.at[address & ~NAIVE_RAW];
        h->raw.at[address & ~NAIVE_RAW] = UINTPTR_MAX;
        return;
    }
    p = pool_of(h, address);
    last_free = p->freeblock;
    store_link(h, p, offset, last_free);
    p->freeblock = offset;
    p->ref_count--;
    h->used_bytes -= block_size(h, p->szidx);
    if (last_free == 0) {
        list_insert(&h->used[p->szidx], 0, (uintptr_t)p);
    } else if (p->ref_count == 0) {
        list_remove(&h->used[p->szidx], (uintptr_t)p);
        pool_give(h, p);
    }
}

uint64_t naive_resize(struct naive_heap *h, uint64_t address, uint64_t size)
{
    uint64_t held, to;

    if (address & NAIVE_RAW) {
        h->raw_bytes += size - h->raw.at[address & ~NAIVE_RAW];
        h->raw.at[address & ~NAIVE_RAW] = (uintptr_t)size;
        note_peaks(h);
        return address;
    }
    held = block_size(h, pool_of(h, address)->szidx);
    if (size <= held && 4 * size > 3 * held)
        return address;
    to = naive_alloc(h, size, 1);
    naive_release(h, address);
    return to;
}

static void count_pool(const struct naive_heap *h, const struct pool *p, struct pmt_metrics *m)
{
    uint64_t bs = block_size(h, p->szidx);
    uint64_t space = h->c.pool_bytes - h->c.pool_header_bytes;

    if (p->ref_count == 0)
        return;
    m->pools_used++;
    m->used_blocks += p->ref_count;
    m->used_bytes += p->ref_count * bs;
    m->avail_bytes += (space / bs - p->ref_count) * bs;
    m->quantization_bytes += space % bs;
    m->header_bytes += h->c.pool_header_bytes;
}

void naive_metrics(const struct naive_heap *h, struct pmt_metrics *m)
{
    memset(m, 0, sizeof *m);
    for (size_t i = 0; i < h->n_arenas; i++) {
        const struct arena *a = &h->arenas[i];

        if (!a->mem)
            continue;
        m->arenas_current++;
        m->unused_pool_bytes += (uint64_t)a->n_free * h->c.pool_bytes;
        m->alignment_bytes += a->residue % h->c.pool_bytes ? h->c.pool_bytes : 0;
        for (size_t p = 0; p < a->n_pools; p++)
            count_pool(h, &a->pools[p], m);
    }
    for (size_t i = 0; i < h->raw.n; i++)
        m->raw_blocks += h->raw.at[i] != UINTPTR_MAX;
    m->raw_bytes = h->raw_bytes;
    m->raw_peak_bytes = h->raw_peak;
    m->peak_bytes = h->peak;
    m->used_peak_bytes = h->used_peak;
    m->arenas_allocated = h->n_arenas;
    m->arenas_reclaimed = h->n_arenas - m->arenas_current;
    m->arenas_highwater = h->highwater;
    m->arena_bytes = m->arenas_current * h->c.arena_bytes;
    m->arena_peak_bytes = h->highwater * h->c.arena_bytes;
    m->limit_allocs = h->limit_allocs;
    m->small_allocs = h->small_allocs;
}
