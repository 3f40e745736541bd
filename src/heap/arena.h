/* arena.h - arenas and their free pools. For src/heap.
 *
 * Arena records live in recycled slots; their pools lie side by side in one
 * vector, pools_per_arena to a slot. Pointers into it die when it grows: keep
 * pool ids. */
#ifndef PMT_HEAP_ARENA_H
#define PMT_HEAP_ARENA_H

#include <stddef.h>
#include "heap/pool.h"

struct pmt_arena {
    uint64_t first_place; /* place of its first pool (layout.h) */
    uint32_t n_total;     /* pools it holds; 0: the slot is not in use */
    uint32_t n_free;      /* of those, free or virgin */
    uint32_t n_carved;    /* pools handed out at least once: indices below it */
    uint32_t free_pools;  /* pool id, head of the free ones, last freed first */
    uint32_t next, prev;  /* slots: usable list while n_free > 0; next also
                             links the slots not in use */
};

struct pmt_arenas {
    struct pmt_pool *pools;    /* owned: all pools, by pool id */
    size_t n_pools_cap;        /* room in pools */
    struct { struct pmt_arena *at; size_t n, cap; } slots; /* all arenas */
    struct { uint32_t *at; size_t n, cap; } residues; /* recorded bases, mod 2 MiB */
    const struct pmt_layout *layout; /* borrowed */
    uint32_t *last_with;       /* owned: [n] = slot of the last usable arena
                                  with n free pools, or PMT_POOL_NONE */
    uint32_t usable;           /* slot, head of the usable list */
    uint32_t spare;            /* slot, head of the slots not in use */
    uint64_t n_allocated;      /* arenas ever created: the next ordinal */
    uint64_t n_current;        /* arenas now */
    uint64_t n_highwater;      /* most arenas at once */
    uint64_t n_lost;           /* of the current ones, those that lost a pool */
};

/* Empty; layout is borrowed and must outlive it. E_NOMEM. */
enum pmt_status pmt_arenas_init(struct pmt_arenas *arenas, const struct pmt_layout *layout,
                                struct pmt_error *err);
void pmt_arenas_release(struct pmt_arenas *arenas); /* of a zeroed struct too */

/* Remember where the next recorded arena began. E_NOMEM. */
enum pmt_status pmt_arenas_add_residue(struct pmt_arenas *arenas, uint32_t residue,
                                       struct pmt_error *err);

/* No free pool anywhere: pmt_arenas_grow() must come before _take(). */
static inline bool pmt_arenas_is_empty(const struct pmt_arenas *arenas)
{
    return arenas->usable == PMT_POOL_NONE;
}

static inline bool pmt_arenas_is_at_limit(const struct pmt_arenas *arenas)
{
    return arenas->n_current >= arenas->layout->max_arenas;
}

/* Create an arena. Only while _is_empty() and not _is_at_limit(). E_NOMEM, or
 * E_LIMIT when block names cannot reach its pools; nothing changed then. */
enum pmt_status pmt_arenas_grow(struct pmt_arenas *arenas);

/* Class and links of the pool that _take() would give are those of the last class
 * it served; PMT_CLASS_NONE if it never served any. Only while not empty. */
uint16_t pmt_arenas_next_class(const struct pmt_arenas *arenas);

/* Take a free pool of the fullest arena; returns its id. Only while not empty. */
uint32_t pmt_arenas_take(struct pmt_arenas *arenas);

/* Give a pool back whose blocks are all free; may release its arena: true. */
bool pmt_arenas_give(struct pmt_arenas *arenas, uint32_t pool_id);

#endif
