/* heap.h - the allocator model as one front: pools for small requests, a count of
 * blocks and bytes for the rest. For src/replay (and later src/object).
 *
 * A block is named by a pmt_block, 32 bits, that the caller keeps per slot. */
#ifndef PMT_HEAP_HEAP_H
#define PMT_HEAP_HEAP_H

#include <stdbool.h>
#include <stdint.h>
#include <pymemtrace/config.h>
#include <pymemtrace/result.h>

typedef uint32_t pmt_block;
#define PMT_BLOCK_NONE UINT32_MAX
#define PMT_PLACE_RAW  UINT64_MAX

enum pmt_domain { PMT_DOMAIN_RAW, PMT_DOMAIN_MEM, PMT_DOMAIN_OBJ };

struct pmt_heap;

/* E_NOMEM; E_USAGE if the configuration breaks a rule of struct pmt_heap_config. */
enum pmt_status pmt_heap_new(const struct pmt_heap_config *config,
                             struct pmt_heap **out, struct pmt_error *err);
void pmt_heap_free_all(struct pmt_heap *heap); /* release; NULL allowed */

/* Serve size bytes. PMT_BLOCK_NONE: out of memory for the model's own tables, or
 * more blocks than 32 bits name; see pmt_heap_failed(). */
pmt_block pmt_heap_alloc(struct pmt_heap *heap, enum pmt_domain domain, uint64_t size);
/* Give a live block back. */
void pmt_heap_release(struct pmt_heap *heap, pmt_block block);
/* Resize as pymalloc_realloc does; returns the block's new name (maybe the same). */
pmt_block pmt_heap_resize(struct pmt_heap *heap, pmt_block block, uint64_t size);

/* Alloc, release and place also exist as inline functions: heap_inline.h. */

/* Place of a pool block (trace.h), PMT_PLACE_RAW for one outside the pools. */
uint64_t pmt_heap_place(const struct pmt_heap *heap, pmt_block block);
/* Place where the pool of a pool block begins, with its header. */
uint64_t pmt_heap_pool_place(const struct pmt_heap *heap, pmt_block block);

/* The recording's next arena had its base at this residue (mod 2 MiB). */
enum pmt_status pmt_heap_add_residue(struct pmt_heap *heap, uint32_t residue,
                                     struct pmt_error *err);

/* E_NOMEM or E_LIMIT once PMT_BLOCK_NONE was returned, else OK. */
enum pmt_status pmt_heap_failed(const struct pmt_heap *heap, struct pmt_error *err);

/* Fill the heap's part of the metrics, in constant time per size class: groups
 * ARENAS, POOLS, RAW (but stack_peak_bytes), TOTAL, and of TRAFFIC all but allocs
 * and frees, which are the caller's. */
void pmt_heap_metrics(const struct pmt_heap *heap, struct pmt_metrics *out);
/* Blocks ever allocated and freed: for callers that do not count their calls. A resize
 * that moves is neither. */
void pmt_heap_traffic(const struct pmt_heap *heap, uint64_t *n_allocs, uint64_t *n_frees);
/* Fill the heap's part of a sample (all but event, clock, rss, stack), cheap. */
void pmt_heap_sample(const struct pmt_heap *heap, struct pmt_sample *out);
/* The pool table: at most max rows (PMT_MAX_CLASSES suffices), classes with at
 * least one pool, in class order; returns how many. */
#define PMT_MAX_CLASSES 1024
size_t pmt_heap_classes(const struct pmt_heap *heap, struct pmt_class_row *out, size_t max);
/* sys.getallocatedblocks(): pool blocks in use + mem/obj blocks outside them. */
uint64_t pmt_heap_blocks(const struct pmt_heap *heap);

/* How the free bytes of an arena fall to its blocks in use, by slot of the arena
 * (pmt_arena_of()). To be freed by the caller; false: out of memory. */
struct pmt_arena_share {
    uint64_t used_blocks;
    double free_bytes_per_block;
};
bool pmt_heap_shares(const struct pmt_heap *heap, struct pmt_arena_share **out, size_t *n);

/* Walker: visits every arena, pool and block record and proves that lists, counts
 * and the conservation law hold (used + available + unused + headers +
 * quantization + alignment = arenas * arena bytes). E_INTERNAL says what broke. */
enum pmt_status pmt_heap_check(const struct pmt_heap *heap, struct pmt_error *err);

#endif
