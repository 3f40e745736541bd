/* object_flow.h - objects as a recording shows them: where they are made and die in the
 * replay. For src/replay/replay.c.
 *
 * Every object that the recording tells (those of types with free lists; with record
 * --objects, all) passes pmt_flow_make() when it is made and pmt_flow_end() when it dies, with
 * all that is known of it: slot, type, size, event, the kind of its free list and whether the
 * model made it from there (struct pmt_birth), how it ended in the recording (struct pmt_end).
 * What is counted by object hangs there.
 *
 * A block is given to its object by the model's free list or by the heap (shelves.h); then
 * the collector hears of it (collect.h). It dies the other way around: the collector may keep
 * it as garbage, what it does not keep goes to the list or back to the heap. */
#ifndef PMT_REPLAY_OBJECT_FLOW_H
#define PMT_REPLAY_OBJECT_FLOW_H

#include <pymemtrace/trace.h>
#include "replay/collect.h"
#include "replay/object_stats.h"
#include "replay/shelves.h"

struct pmt_flow_type {
    uint64_t basic_size, item_size;
    uint8_t kind;            /* pmt_shelf_of_type() */
};

struct pmt_object_flow {
    bool on;                 /* the trace tells of objects: those with free lists, */
    bool every;              /* ... or each */
    struct pmt_shelves shelves;
    struct { struct pmt_flow_type *at; size_t n, cap; } types; /* by number */
    struct pmt_object_stats stats;
    uint32_t next;           /* number + 1 of the type of the next object; 0: not known */
};

void pmt_flow_release(struct pmt_object_flow *f);

/* The types of the events to come, as far as they are new: f knows the first f->types.n.
 * False: out of memory. */
bool pmt_flow_types(struct pmt_object_flow *f, const struct pmt_type *types, size_t n);

/* OBJECT: the next object is of this type. TYPED: what is in this slot is. */
void pmt_flow_next(struct pmt_object_flow *f, uint32_t type);
void pmt_flow_typed(struct pmt_object_flow *f, uint32_t slot, uint32_t type);

/* What no list is for, most of all: whether what is in this slot ends so, and whether what is
 * made in it, of so many bytes, begins so. Then it is a block like any other, and nothing
 * else is to be done. */
static inline bool pmt_flow_ends_plain(const struct pmt_object_flow *f, uint32_t slot)
{
    return !f->every && pmt_shelves_kind(&f->shelves, slot) == PMT_SHELF_NONE;
}

static inline bool pmt_flow_begins_plain(struct pmt_object_flow *f, uint32_t slot,
                                         uint64_t bytes)
{
    if (f->every || f->next || slot >= f->shelves.kind.n || slot >= f->shelves.bytes.n)
        return false;
    pmt_shelves_keep_bytes(&f->shelves, slot, bytes);
    return true;
}

/* ALLOC_OBJ, ALLOC_GC, REUSED, REUSED_GC; ALLOC_MEM of a table: something of so many bytes is made in this slot.
 * Its block, or PMT_BLOCK_NONE: out of memory. */
pmt_block pmt_flow_make(struct pmt_object_flow *f, struct pmt_collect *c, enum pmt_op op,
                        uint32_t slot, uint64_t bytes, uint64_t event);

/* REALLOC: the block in this slot has so many bytes now. */
void pmt_flow_resized(struct pmt_object_flow *f, uint32_t slot, uint64_t bytes);

/* FREE, SHELVED: what is in this slot, in this block, ends. */
void pmt_flow_end(struct pmt_object_flow *f, struct pmt_collect *c, enum pmt_op op,
                  uint32_t slot, pmt_block block, uint64_t event);

/* CLEARED: the free list of this type, for blocks of so many bytes, gave its newest back. */
void pmt_flow_cleared(struct pmt_object_flow *f, struct pmt_collect *c, uint32_t type,
                      uint64_t bytes);

#endif
