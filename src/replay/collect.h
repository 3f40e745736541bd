/* collect.h - the recorded program's collections, beside those the model would make.
 * For src/replay.
 *
 * The policy (gc/policy.h) is fed with what the collector counts; where it says that a
 * collection comes, the recording must have one, of the same generation, at the same
 * event (from 3.12 on: at the next one that the recording has). How many objects the
 * older generations hold is taken from the recording. */
#ifndef PMT_REPLAY_COLLECT_H
#define PMT_REPLAY_COLLECT_H

#include <pymemtrace/result.h>
#include "gc/policy.h"

struct pmt_collect {
    struct pmt_gc_policy policy;
    bool late;               /* collections come at the next evaluation check (3.12+) */
    bool seen;               /* the recording tells of the collector */
    uint64_t due_event;      /* early: where the policy wants one, or PMT_NOWHERE */
    int due_generation;
    struct { uint64_t *at; size_t n, cap; } counted; /* bit by slot: a collector object */
    struct { struct pmt_collection *at; size_t n, cap; } rows;
    struct pmt_collection row; /* of the collection under way */
    uint64_t begin_ns;       /* recorded, 0 = not known */
    uint64_t long_lived_total, long_lived_pending; /* recorded, behind it */
    bool begun;              /* ... whose generation the policy has been told */
    struct pmt_gc_verify verify;
};

void pmt_collect_init(struct pmt_collect *c, bool late);
void pmt_collect_release(struct pmt_collect *c);

/* A collector object was allocated as event `event`. False: out of memory. */
bool pmt_collect_allocated(struct pmt_collect *c, uint32_t slot, uint64_t event);

/* A block is freed. */
static inline void pmt_collect_freed(struct pmt_collect *c, uint32_t slot)
{
    uint64_t bit = UINT64_C(1) << slot % 64;

    if (slot / 64 < c->counted.n && c->counted.at[slot / 64] & bit) {
        c->counted.at[slot / 64] &= ~bit;
        pmt_gc_freed(&c->policy);
    }
}

/* One of the collector's own events. False: out of memory. */
bool pmt_collect_event(struct pmt_collect *c, enum pmt_op op, uint32_t arg, uint64_t wide,
                       uint64_t event);

#endif
