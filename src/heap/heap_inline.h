/* heap_inline.h - struct pmt_heap and the paths that every event takes, to be
 * compiled into the replay loop. For src/heap and src/replay; others use heap.h,
 * whose functions do the same.
 *
 * The common case of an allocation is: the first used pool of the class has a
 * free block, and has another one after it. That of a release: the pool was
 * neither full nor is it empty now. Everything else (a pool changes its state)
 * is out of line, in heap.c.
 *
 * Kept per event: one counter per class (blocks in use and traffic are sums over
 * classes), used_bytes and its peak, which is a peak over events. All else is
 * kept where pools, arenas or raw blocks change hands, or derived when asked. */
#ifndef PMT_HEAP_HEAP_INLINE_H
#define PMT_HEAP_HEAP_INLINE_H

#include "heap/arena.h"
#include "heap/heap.h"
#include "heap/raw.h"

#define PMT_BLOCK_RAW (UINT32_C(1) << 31) /* this bit: the rest is a raw index */

struct pmt_heap {
    struct pmt_arenas arenas;      /* first: pools is read by every event */
    uint64_t used_bytes;           /* pool blocks in use, in bytes of blocks */
    uint64_t used_peak_bytes;      /* most used_bytes */
    uint64_t pooled_bytes[3];      /* by domain: largest request that may come
                                      from a pool; 0: the domain is malloc */
    uint32_t align_shift;          /* of layout */
    uint32_t block_bits;           /* of layout */
    uint32_t block_mask;           /* low block_bits bits */
    enum pmt_status failed;        /* E_NOMEM or E_LIMIT once something failed */
    struct pmt_raw raw;            /* blocks outside the pools */
    uint64_t n_reallocs;           /* calls of pmt_heap_resize() */
    uint64_t n_in_place;           /* of those, pool blocks that stayed */
    uint64_t n_limit_allocs;       /* small requests the arena limit sent to raw */
    uint64_t peak_bytes;           /* most bytes in arenas and raw together */
    struct pmt_layout layout;      /* what arenas.layout points to */
    uint16_t *virgin;              /* owned: 1, 2, 3 ...: links of a fresh pool */
    struct pmt_class classes[];    /* layout.n_classes of them */
};

/* The slow halves (heap.c). */
pmt_block pmt_heap_alloc_raw(struct pmt_heap *heap, enum pmt_domain domain, uint64_t size);
pmt_block pmt_heap_alloc_new_pool(struct pmt_heap *heap, enum pmt_domain domain,
                                  uint64_t size);
void pmt_heap_pool_filled(struct pmt_heap *heap, uint32_t pool_id);
void pmt_heap_pool_opened_or_emptied(struct pmt_heap *heap, uint32_t pool_id,
                                     bool was_full);

static inline bool pmt_heap_is_raw(pmt_block block)
{
    return (block & PMT_BLOCK_RAW) != 0;
}

/* What a live block takes: its class's size, or in the raw heap what was asked for. */
static inline uint64_t pmt_block_bytes(const struct pmt_heap *heap, pmt_block block)
{
    if (pmt_heap_is_raw(block))
        return heap->raw.blocks.at[block & ~PMT_BLOCK_RAW] >> 2;
    return (uint64_t)(heap->arenas.pools[block >> heap->block_bits].class_idx + 1u)
           << heap->align_shift;
}

/* The slot of the arena in which a pool block lies. */
static inline size_t pmt_arena_of(const struct pmt_heap *heap, pmt_block block)
{
    return (block >> heap->block_bits) >> heap->layout.pools_shift;
}

/* Take the first free block of a used pool, the head of its class. */
static inline pmt_block pmt_heap_pop(struct pmt_heap *heap, uint32_t class_idx,
                                     uint32_t pool_id)
{
    struct pmt_pool *pool = heap->arenas.pools + pool_id;
    uint32_t index = pool->free_block;
    uint16_t rest;

    pmt_assert(index < heap->classes[class_idx].n_blocks);
    pmt_assert(pool->class_idx == class_idx);
    rest = pool->links[index];
    pool->free_block = rest;
    pool->n_used++;
    heap->classes[class_idx].n_allocs++;
    heap->used_bytes += (uint64_t)(class_idx + 1) << heap->align_shift;
    if (heap->used_bytes > heap->used_peak_bytes)
        heap->used_peak_bytes = heap->used_bytes;
    if (PMT_UNLIKELY(rest == PMT_LINK_END))
        pmt_heap_pool_filled(heap, pool_id);
    return pool_id << heap->block_bits | index;
}

/* pmt_heap_alloc(). */
static inline pmt_block pmt_heap_alloc_inline(struct pmt_heap *heap, enum pmt_domain domain,
                                              uint64_t size)
{
    uint32_t class_idx, pool_id;

    if (PMT_UNLIKELY(size - 1 >= heap->pooled_bytes[domain])) /* 0 wraps: raw */
        return pmt_heap_alloc_raw(heap, domain, size);
    class_idx = (uint32_t)(size - 1) >> heap->align_shift;
    pool_id = heap->classes[class_idx].used_head;
    if (PMT_UNLIKELY(pool_id == PMT_POOL_NONE))
        return pmt_heap_alloc_new_pool(heap, domain, size);
    return pmt_heap_pop(heap, class_idx, pool_id);
}

/* pmt_heap_release(). */
static inline void pmt_heap_release_inline(struct pmt_heap *heap, pmt_block block)
{
    uint32_t pool_id = block >> heap->block_bits;
    uint16_t index = (uint16_t)(block & heap->block_mask);
    struct pmt_pool *pool;
    uint16_t rest;

    if (PMT_UNLIKELY(pmt_heap_is_raw(block))) {
        pmt_raw_drop(&heap->raw, block & ~PMT_BLOCK_RAW);
        return;
    }
    pool = heap->arenas.pools + pool_id;
    pmt_assert(pool->n_used != 0);
    rest = pool->free_block;
    pool->links[index] = rest;
    pool->free_block = index;
    pool->n_used--;
    heap->classes[pool->class_idx].n_frees++;
    heap->used_bytes -= (uint64_t)(pool->class_idx + 1u) << heap->align_shift;
    if (PMT_UNLIKELY(rest == PMT_LINK_END || pool->n_used == 0))
        pmt_heap_pool_opened_or_emptied(heap, pool_id, rest == PMT_LINK_END);
}

/* pmt_heap_place(). */
static inline uint64_t pmt_heap_place_inline(const struct pmt_heap *heap, pmt_block block)
{
    const struct pmt_pool *pool;

    if (PMT_UNLIKELY(pmt_heap_is_raw(block)))
        return PMT_PLACE_RAW;
    pool = heap->arenas.pools + (block >> heap->block_bits);
    return pool->first_place +
           ((uint64_t)(block & heap->block_mask) * (pool->class_idx + 1u) << heap->align_shift);
}

#endif
