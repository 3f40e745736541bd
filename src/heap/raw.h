/* raw.h - blocks outside the pools: their sizes and sums. For src/heap.
 *
 * malloc is not modelled: a raw block is a size. Names are indices into one
 * vector, reused last-in first-out. */
#ifndef PMT_HEAP_RAW_H
#define PMT_HEAP_RAW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pymemtrace/status.h>

#define PMT_RAW_NONE      UINT32_MAX
#define PMT_RAW_MAX       (UINT32_C(1) << 31) /* names: one bit of 32 says "raw" */
#define PMT_RAW_MAX_BYTES (UINT64_MAX >> 2)   /* larger sizes count as this */

struct pmt_raw {
    /* Per block: live blocks: bytes << 2 | is_fallthrough << 1 | 1; free ones:
     * index of the next free one << 2. */
    struct { uint64_t *at; size_t n, cap; } blocks;
    uint32_t free_head;     /* index of the first free one, PMT_RAW_NONE */
    uint64_t n_live;        /* live blocks */
    uint64_t n_fallthrough; /* of those, mem and obj requests: the interpreter
                               counts them (raw_allocated_blocks) */
    uint64_t n_added;       /* blocks ever added */
    uint64_t n_resized;     /* calls of pmt_raw_resize() */
    uint64_t live_bytes;    /* requested, of live blocks */
    uint64_t peak_bytes;    /* most live_bytes */
};

void pmt_raw_init(struct pmt_raw *raw);
void pmt_raw_release(struct pmt_raw *raw);

/* E_NOMEM, or E_LIMIT when no index is left; nothing changed then. */
enum pmt_status pmt_raw_add(struct pmt_raw *raw, uint64_t size_bytes, bool is_fallthrough,
                            uint32_t *index);
void pmt_raw_drop(struct pmt_raw *raw, uint32_t index);
void pmt_raw_resize(struct pmt_raw *raw, uint32_t index, uint64_t size_bytes);

/* Walker: entries, free list and sums agree. E_INTERNAL. */
enum pmt_status pmt_raw_check(const struct pmt_raw *raw, struct pmt_error *err);

#endif
