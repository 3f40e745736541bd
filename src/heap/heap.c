/* heap.c - the front of the allocator model: small requests to pools, the rest to
 * raw, and what happens when a pool changes its state.
 *
 * Modelled: pymalloc_alloc(), pymalloc_free(), pymalloc_realloc() of CPython's
 * Objects/obmalloc.c, 2.5 to 3.15 (differences are columns of preset.def).
 *
 * The pools of a class that are neither full nor empty are on the list of the
 * class, and its head serves every request until it is full:
 *
 *   classes[c].used_head -> pool <-> pool <-> pool
 *        a pool that fills up leaves at the head          (pool_filled)
 *        a full pool that gets a block back enters at the head    (opened)
 *        a pool whose last block comes back leaves from anywhere (emptied)
 *
 * Nothing else moves a pool in its list. When the list is empty, the class gets a
 * free pool of the fullest arena (arena.c). If that pool served the same class
 * before, it is used as it was left, with its free blocks in their order; else it
 * is carved anew (pool.h).
 *
 * Raw are: no bytes at all, more than the small limit, every request of the raw
 * domain (and of the mem domain where mem_is_raw), and any request that would
 * need a new arena past the arena limit. A raw block stays raw whatever size it
 * is given later.
 *
 * Resize of a pool block to n bytes: in place if its class holds n and 4n > 3
 * class sizes (an unused quarter is not worth a copy); else a new block is taken
 * first, then the old one given back.
 *
 * Order of failure: whatever may run out (links, records, names) is taken before
 * anything is changed. A failure is remembered, since names are all the caller
 * gets to see.
 *
 * Not modelled: the memory of the allocator's own tables (arena objects, radix
 * tree), and where malloc puts raw blocks. */
#include "heap/heap_inline.h"

#include "base/alloc.h"

static enum pmt_status make_virgin_links(struct pmt_heap *heap)
{
    uint32_t n = pmt_layout_n_blocks(&heap->layout, 0);

    pmt_assert(n < PMT_LINK_END);
    heap->virgin = pmt_alloc_array(n, sizeof *heap->virgin);
    if (!heap->virgin)
        return PMT_E_NOMEM;
    for (uint32_t i = 0; i < n; i++)
        heap->virgin[i] = (uint16_t)(i + 1);
    return PMT_OK;
}

static void set_up(struct pmt_heap *heap, const struct pmt_heap_config *config,
                   const struct pmt_layout *layout)
{
    heap->layout = *layout;
    heap->align_shift = layout->align_shift;
    heap->block_bits = layout->block_bits;
    heap->block_mask = (UINT32_C(1) << layout->block_bits) - 1;
    heap->pooled_bytes[PMT_DOMAIN_OBJ] = config->small_limit_bytes;
    heap->pooled_bytes[PMT_DOMAIN_MEM] = config->mem_is_raw ? 0 : config->small_limit_bytes;
    pmt_raw_init(&heap->raw);
    for (uint32_t c = 0; c < layout->n_classes; c++) {
        heap->classes[c].used_head = PMT_POOL_NONE;
        heap->classes[c].n_blocks = pmt_layout_n_blocks(layout, c);
    }
}

enum pmt_status pmt_heap_new(const struct pmt_heap_config *config, struct pmt_heap **out,
                             struct pmt_error *err)
{
    struct pmt_heap *heap = NULL;
    struct pmt_layout layout;
    enum pmt_status st;

    *out = NULL;
    st = pmt_layout_init(&layout, config, err);
    if (st != PMT_OK)
        goto done;
    heap = pmt_zalloc(sizeof *heap + layout.n_classes * sizeof *heap->classes);
    if (!heap) {
        st = pmt_error_set(err, PMT_E_NOMEM, "out of memory for a heap model");
        goto done;
    }
    set_up(heap, config, &layout);
    st = pmt_arenas_init(&heap->arenas, &heap->layout, err);
    if (st != PMT_OK)
        goto done;
    st = make_virgin_links(heap);
    if (st != PMT_OK) {
        (void)pmt_error_set(err, st, "out of memory for a heap model");
        goto done;
    }
    *out = heap;
    heap = NULL;
done:
    pmt_heap_free_all(heap);
    return st;
}

void pmt_heap_free_all(struct pmt_heap *heap)
{
    if (!heap)
        return;
    pmt_raw_release(&heap->raw);
    pmt_arenas_release(&heap->arenas);
    pmt_free(heap->virgin);
    pmt_free(heap);
}

static pmt_block fail(struct pmt_heap *heap, enum pmt_status st)
{
    pmt_assert(st == PMT_E_NOMEM || st == PMT_E_LIMIT);
    if (heap->failed == PMT_OK)
        heap->failed = st;
    return PMT_BLOCK_NONE;
}

/* Arena or raw bytes rose: a new peak of both? */
static void note_peak(struct pmt_heap *heap)
{
    uint64_t bytes =
        heap->arenas.n_current * heap->layout.arena_bytes + heap->raw.live_bytes;

    if (bytes > heap->peak_bytes)
        heap->peak_bytes = bytes;
}

pmt_block pmt_heap_alloc_raw(struct pmt_heap *heap, enum pmt_domain domain, uint64_t size)
{
    bool is_fallthrough = heap->pooled_bytes[domain] != 0;
    uint32_t index;
    enum pmt_status st = pmt_raw_add(&heap->raw, size, is_fallthrough, &index);

    if (st != PMT_OK)
        return fail(heap, st);
    note_peak(heap);
    return index | PMT_BLOCK_RAW;
}

/* Hand an empty pool to a class as its only used one. links: to carve it anew
 * with (now the pool's); NULL: it goes on as the class left it. */
static void start_pool(struct pmt_heap *heap, uint32_t class_idx, uint32_t pool_id,
                       uint16_t *links)
{
    struct pmt_class *class = &heap->classes[class_idx];
    struct pmt_pool *pool = heap->arenas.pools + pool_id;

    pmt_assert(class->used_head == PMT_POOL_NONE && pool->n_used == 0);
    if (links) {
        pmt_free(pool->links);
        pmt_pool_carve(pool, links, (uint16_t)class_idx, heap->virgin, class->n_blocks);
    }
    pmt_assert(pool->class_idx == class_idx && pool->free_block != PMT_LINK_END);
    pool->next = pool->prev = PMT_POOL_NONE;
    class->used_head = pool_id;
    class->n_pools++;
}

/* Give the class, which has no used pool, one. END: the arena limit forbids it.
 * E_NOMEM, E_LIMIT: nothing changed. */
static enum pmt_status open_pool(struct pmt_heap *heap, uint32_t class_idx)
{
    struct pmt_arenas *arenas = &heap->arenas;
    bool must_grow = pmt_arenas_is_empty(arenas);
    uint16_t *links = NULL;
    enum pmt_status st;

    if (must_grow && pmt_arenas_is_at_limit(arenas))
        return PMT_END;
    if (must_grow || pmt_arenas_next_class(arenas) != class_idx) {
        links = pmt_alloc_array(heap->classes[class_idx].n_blocks, sizeof *links);
        if (!links)
            return PMT_E_NOMEM;
    }
    if (must_grow) {
        st = pmt_arenas_grow(arenas);
        if (st != PMT_OK) {
            pmt_free(links);
            return st;
        }
        note_peak(heap);
        pmt_assert_slow(pmt_heap_check(heap, NULL) == PMT_OK);
    }
    start_pool(heap, class_idx, pmt_arenas_take(arenas), links);
    return PMT_OK;
}

pmt_block pmt_heap_alloc_new_pool(struct pmt_heap *heap, enum pmt_domain domain,
                                  uint64_t size)
{
    uint32_t class_idx = (uint32_t)(size - 1) >> heap->align_shift;
    enum pmt_status st = open_pool(heap, class_idx);
    pmt_block block;

    if (st == PMT_OK)
        return pmt_heap_pop(heap, class_idx, heap->classes[class_idx].used_head);
    if (st != PMT_END)
        return fail(heap, st);
    block = pmt_heap_alloc_raw(heap, domain, size);
    heap->n_limit_allocs += block != PMT_BLOCK_NONE;
    return block;
}

/* Take a used pool off the list of its class. */
static void unlink_used(struct pmt_heap *heap, struct pmt_pool *pool)
{
    struct pmt_pool *pools = heap->arenas.pools;

    if (pool->prev == PMT_POOL_NONE)
        heap->classes[pool->class_idx].used_head = pool->next;
    else
        pools[pool->prev].next = pool->next;
    if (pool->next != PMT_POOL_NONE)
        pools[pool->next].prev = pool->prev;
    pool->next = pool->prev = PMT_POOL_NONE;
}

void pmt_heap_pool_filled(struct pmt_heap *heap, uint32_t pool_id)
{
    struct pmt_pool *pool = heap->arenas.pools + pool_id;

    pmt_assert(heap->classes[pool->class_idx].used_head == pool_id);
    pmt_assert(pool->n_used == heap->classes[pool->class_idx].n_blocks);
    unlink_used(heap, pool);
}

/* A full pool got a block back: it serves the class before all others. */
static void push_used(struct pmt_heap *heap, uint32_t pool_id)
{
    struct pmt_pool *pool = heap->arenas.pools + pool_id;
    struct pmt_class *class = &heap->classes[pool->class_idx];

    pmt_assert(pool->n_used + 1u == class->n_blocks);
    pool->prev = PMT_POOL_NONE;
    pool->next = class->used_head;
    if (pool->next != PMT_POOL_NONE)
        heap->arenas.pools[pool->next].prev = pool_id;
    class->used_head = pool_id;
}

void pmt_heap_pool_opened_or_emptied(struct pmt_heap *heap, uint32_t pool_id, bool was_full)
{
    struct pmt_pool *pool = heap->arenas.pools + pool_id;

    if (was_full) { /* a pool holds two blocks at least: it is not empty too */
        push_used(heap, pool_id);
        return;
    }
    unlink_used(heap, pool);
    heap->classes[pool->class_idx].n_pools--;
    if (pmt_arenas_give(&heap->arenas, pool_id))
        pmt_assert_slow(pmt_heap_check(heap, NULL) == PMT_OK);
}

pmt_block pmt_heap_alloc(struct pmt_heap *heap, enum pmt_domain domain, uint64_t size)
{
    return pmt_heap_alloc_inline(heap, domain, size);
}

void pmt_heap_release(struct pmt_heap *heap, pmt_block block)
{
    pmt_heap_release_inline(heap, block);
}

uint64_t pmt_heap_place(const struct pmt_heap *heap, pmt_block block)
{
    return pmt_heap_place_inline(heap, block);
}

uint64_t pmt_heap_pool_place(const struct pmt_heap *heap, pmt_block block)
{
    pmt_assert(!pmt_heap_is_raw(block));
    return heap->arenas.pools[block >> heap->block_bits].first_place - heap->layout.header_bytes;
}

/* Would pymalloc_realloc() leave this pool block where it is? */
static bool stays_in_place(const struct pmt_heap *heap, pmt_block block, uint64_t size)
{
    const struct pmt_pool *pool = heap->arenas.pools + (block >> heap->block_bits);
    uint64_t held = pmt_layout_block_bytes(&heap->layout, pool->class_idx);

    return size <= held && 4 * size > 3 * held;
}

pmt_block pmt_heap_resize(struct pmt_heap *heap, pmt_block block, uint64_t size)
{
    pmt_block to;

    heap->n_reallocs++;
    if (pmt_heap_is_raw(block)) {
        pmt_raw_resize(&heap->raw, block & ~PMT_BLOCK_RAW, size);
        note_peak(heap);
        return block;
    }
    if (stays_in_place(heap, block, size)) {
        heap->n_in_place++;
        return block;
    }
    /* Pool blocks belong to the object domain, or to mem where that is the same. */
    to = pmt_heap_alloc_inline(heap, PMT_DOMAIN_OBJ, size);
    if (to != PMT_BLOCK_NONE)
        pmt_heap_release_inline(heap, block);
    return to;
}

enum pmt_status pmt_heap_add_residue(struct pmt_heap *heap, uint32_t residue,
                                     struct pmt_error *err)
{
    return pmt_arenas_add_residue(&heap->arenas, residue, err);
}

enum pmt_status pmt_heap_failed(const struct pmt_heap *heap, struct pmt_error *err)
{
    if (heap->failed == PMT_E_NOMEM)
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory for the model's blocks");
    if (heap->failed != PMT_OK)
        return pmt_error_set(err, heap->failed,
                             "more blocks than the model can name (32 bits)");
    return PMT_OK;
}
