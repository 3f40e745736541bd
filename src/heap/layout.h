/* layout.h - sizes, shifts and masks of the small-object allocator, worked out
 * once from a configuration. For src/heap, and src/replay to check a config.
 *
 * The words, as CPython uses them:
 *   arena       what is asked of the system at once, arena_bytes
 *   pool        a slice of an arena that serves one size class, pool_bytes,
 *               its first header_bytes taken by struct pool_header
 *   block       what a request gets
 *   size class  class c serves requests of c*align+1 ... (c+1)*align bytes with
 *               blocks of (c+1)*align bytes
 *   small       at most small_limit bytes: served from pools
 *   raw         everything else: served by malloc, outside the arenas
 * A "place" is where a block lies: ordinal of its arena (counted from 0 in order
 * of creation, never reused) * arena_bytes + offset in the arena. */
#ifndef PMT_HEAP_LAYOUT_H
#define PMT_HEAP_LAYOUT_H

#include <stdbool.h>
#include <stdint.h>
#include <pymemtrace/config.h>

/* Rules of struct pmt_heap_config (the ranges `pymemtrace presets` prints). */
#define PMT_ARENA_MIN_BYTES 1024u          /* 4 pools of the smallest kind */
#define PMT_ARENA_MAX_BYTES (UINT64_C(1) << 30)
#define PMT_POOL_MIN_BYTES  256u
#define PMT_POOL_MAX_BYTES  (256u * 1024)
#define PMT_SMALL_MAX_BYTES 8192u          /* PMT_MAX_CLASSES * 8 */

/* An arena that may lose a pool must still hold two: pymalloc's lists take it
 * for granted that an arena with one free pool is not wholly free. */
#define PMT_MIN_POOLS_PER_ARENA 4u

struct pmt_layout {
    uint64_t arena_bytes;       /* one arena */
    uint64_t max_arenas;        /* arenas at once; UINT64_MAX = no limit */
    uint32_t pool_bytes;        /* one pool */
    uint32_t header_bytes;      /* start of each pool that holds no block */
    uint32_t pools_per_arena;   /* power of two; one less fits when misaligned */
    uint32_t pools_shift;       /* log2(pools_per_arena): pool id to arena slot */
    uint32_t n_classes;         /* size classes */
    uint32_t align_shift;       /* log2(align): request to size class */
    uint32_t block_bits;        /* low bits of a block name: index in its pool */
    uint32_t max_pools;         /* pool ids a block name has room for */
    enum pmt_arena_base base;   /* where arenas begin */
    bool keep_empty_arena;      /* the last usable arena stays when empty */
};

/* Block size of a class, and how many of them a pool holds. */
static inline uint32_t pmt_layout_block_bytes(const struct pmt_layout *l, uint32_t class_idx)
{
    return (class_idx + 1) << l->align_shift;
}

static inline uint32_t pmt_layout_n_blocks(const struct pmt_layout *l, uint32_t class_idx)
{
    return (l->pool_bytes - l->header_bytes) / pmt_layout_block_bytes(l, class_idx);
}

/* Work the layout out; *out may be NULL. E_USAGE: the configuration breaks a
 * rule; the message names it in the words of the config grammar. */
enum pmt_status pmt_layout_init(struct pmt_layout *out, const struct pmt_heap_config *config,
                                struct pmt_error *err);

#endif
