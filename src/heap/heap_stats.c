/* heap_stats.c - the figures of a heap, as sys._debugmallocstats() counts them.
 *
 * A pool counts for its class while it is used or full. Its blocks are in use or
 * available, and those never handed out are available too. Free and virgin pools
 * of current arenas are "unused". With the pool headers, what is left over at the
 * end of each pool (quantization) and the pools lost to misaligned arenas, these
 * add up to arenas * arena bytes: pmt_heap_check() holds the figures to it. */
#include "base/alloc.h"
#include "heap/heap_inline.h"

static struct pmt_class_row class_row(const struct pmt_heap *heap, uint32_t class_idx)
{
    const struct pmt_class *class = &heap->classes[class_idx];
    struct pmt_class_row row = {.class_idx = class_idx, .pools = class->n_pools};

    row.size_bytes = pmt_layout_block_bytes(&heap->layout, class_idx);
    row.used_blocks = class->n_allocs - class->n_frees;
    row.avail_blocks = class->n_pools * class->n_blocks - row.used_blocks;
    return row;
}

size_t pmt_heap_classes(const struct pmt_heap *heap, struct pmt_class_row *out, size_t max)
{
    size_t n = 0;

    for (uint32_t c = 0; c < heap->layout.n_classes && n < max; c++)
        if (heap->classes[c].n_pools != 0)
            out[n++] = class_row(heap, c);
    return n;
}

/* What is summed over classes, into the fields of the same name. */
static void sum_classes(const struct pmt_heap *heap, struct pmt_metrics *m)
{
    const struct pmt_layout *l = &heap->layout;

    m->pools_used = m->used_blocks = m->avail_bytes = m->quantization_bytes = 0;
    m->small_allocs = 0;
    for (uint32_t c = 0; c < l->n_classes; c++) {
        struct pmt_class_row row = class_row(heap, c);
        uint64_t block_space = (uint64_t)heap->classes[c].n_blocks * row.size_bytes;

        m->pools_used += row.pools;
        m->used_blocks += row.used_blocks;
        m->avail_bytes += row.avail_blocks * row.size_bytes;
        m->quantization_bytes +=
            row.pools * (l->pool_bytes - l->header_bytes - block_space);
        m->small_allocs += heap->classes[c].n_allocs;
    }
}

static uint64_t unused_pool_bytes(const struct pmt_heap *heap, uint64_t pools_used)
{
    const struct pmt_arenas *a = &heap->arenas;
    uint64_t pools = a->n_current * heap->layout.pools_per_arena - a->n_lost;

    return (pools - pools_used) * heap->layout.pool_bytes;
}

void pmt_heap_metrics(const struct pmt_heap *heap, struct pmt_metrics *out)
{
    const struct pmt_arenas *a = &heap->arenas;
    const struct pmt_layout *l = &heap->layout;

    sum_classes(heap, out);
    out->used_bytes = heap->used_bytes;
    out->used_peak_bytes = heap->used_peak_bytes;
    out->unused_pool_bytes = unused_pool_bytes(heap, out->pools_used);
    out->header_bytes = out->pools_used * l->header_bytes;
    out->alignment_bytes = a->n_lost * l->pool_bytes;
    out->arenas_allocated = a->n_allocated;
    out->arenas_reclaimed = a->n_allocated - a->n_current;
    out->arenas_highwater = a->n_highwater;
    out->arenas_current = a->n_current;
    out->arena_bytes = a->n_current * l->arena_bytes;
    out->arena_peak_bytes = a->n_highwater * l->arena_bytes;
    out->raw_blocks = heap->raw.n_live;
    out->raw_bytes = heap->raw.live_bytes;
    out->raw_peak_bytes = heap->raw.peak_bytes;
    out->peak_bytes = heap->peak_bytes;
    out->limit_allocs = heap->n_limit_allocs;
    out->reallocs = heap->n_reallocs;
    out->reallocs_in_place = heap->n_in_place;
}

void pmt_heap_traffic(const struct pmt_heap *heap, uint64_t *n_allocs, uint64_t *n_frees)
{
    uint64_t n_moved = heap->n_reallocs - heap->n_in_place - heap->raw.n_resized;
    uint64_t n_live = heap->raw.n_live;

    *n_allocs = heap->raw.n_added;
    for (uint32_t c = 0; c < heap->layout.n_classes; c++) {
        *n_allocs += heap->classes[c].n_allocs;
        n_live += heap->classes[c].n_allocs - heap->classes[c].n_frees;
    }
    *n_allocs -= n_moved;
    *n_frees = *n_allocs - n_live;
}

void pmt_heap_sample(const struct pmt_heap *heap, struct pmt_sample *out)
{
    struct pmt_metrics m;

    sum_classes(heap, &m);
    out->arenas = heap->arenas.n_current;
    out->arena_bytes = heap->arenas.n_current * heap->layout.arena_bytes;
    out->pools_used = m.pools_used;
    out->used_blocks = m.used_blocks;
    out->used_bytes = heap->used_bytes;
    out->avail_bytes = m.avail_bytes;
    out->unused_pool_bytes = unused_pool_bytes(heap, m.pools_used);
    out->raw_blocks = heap->raw.n_live;
    out->raw_bytes = heap->raw.live_bytes;
}

uint64_t pmt_heap_blocks(const struct pmt_heap *heap)
{
    uint64_t n = heap->raw.n_fallthrough;

    for (uint32_t c = 0; c < heap->layout.n_classes; c++)
        n += heap->classes[c].n_allocs - heap->classes[c].n_frees;
    return n;
}

static struct pmt_arena_share share_of(const struct pmt_heap *heap, size_t slot)
{
    const struct pmt_arena *arena = &heap->arenas.slots.at[slot];
    const struct pmt_pool *pools = heap->arenas.pools + (slot << heap->layout.pools_shift);
    struct pmt_arena_share share = {0, 0.0};
    uint64_t used_bytes = 0;

    for (uint32_t i = 0; arena->n_total && i < arena->n_carved; i++) {
        share.used_blocks += pools[i].n_used;
        used_bytes += (uint64_t)pools[i].n_used *
                      pmt_layout_block_bytes(&heap->layout, pools[i].class_idx);
    }
    if (share.used_blocks)
        share.free_bytes_per_block = (double)(heap->layout.arena_bytes - used_bytes) /
                                     (double)share.used_blocks;
    return share;
}

bool pmt_heap_shares(const struct pmt_heap *heap, struct pmt_arena_share **out, size_t *n)
{
    *n = heap->arenas.slots.n;
    *out = pmt_alloc_array(*n ? *n : 1, sizeof **out);
    for (size_t i = 0; *out && i < *n; i++)
        (*out)[i] = share_of(heap, i);
    return *out != NULL;
}
