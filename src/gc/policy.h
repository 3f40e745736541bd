/* policy.h - when the collector collects, and which generation. For src/replay.
 *
 * Knows counts and thresholds; no objects, no addresses, no files.
 *
 * Models Modules/gcmodule.c (3.8 ... 3.12) and Python/gc.c (3.13):
 *
 *     an object is allocated     count 0 goes up; a collection is due when it is then
 *                                above threshold 0, which is not 0, collection is
 *                                enabled and none is under way
 *     ... is deallocated         count 0 goes down, unless it is 0
 *     choosing                   the oldest generation whose count is above its
 *                                threshold; the oldest of all also needs that what
 *                                waits to be looked at (long_lived_pending) is at least
 *                                a quarter of what was left by the last full collection
 *                                (long_lived_total)
 *     collecting generation g    counts of 0 ... g are cleared, that of g + 1 goes up
 *     freeze                     all counts are cleared
 *
 * Up to 3.11 a due collection begins inside the allocation; from 3.12 on at the next
 * evaluation check, when the count may have fallen again. */
#ifndef PMT_GC_POLICY_H
#define PMT_GC_POLICY_H

#include <stdbool.h>
#include <stdint.h>

#define PMT_GENERATIONS 3
#define PMT_GC_NONE (-1)

struct pmt_gc_policy {
    uint32_t threshold[PMT_GENERATIONS];
    uint32_t count[PMT_GENERATIONS]; /* 0: objects; 1, 2: collections of the younger */
    uint64_t long_lived_total;       /* objects left by the last full collection */
    uint64_t long_lived_pending;     /* that have come to the oldest one since */
    bool enabled;
    bool collecting;
};

/* A collector object was allocated; whether a collection is due. */
static inline bool pmt_gc_allocated(struct pmt_gc_policy *p)
{
    return ++p->count[0] > p->threshold[0] && p->enabled && p->threshold[0] &&
           !p->collecting;
}

static inline void pmt_gc_freed(struct pmt_gc_policy *p)
{
    if (p->count[0])
        p->count[0]--;
}

/* The generation that a due collection takes, or PMT_GC_NONE. */
int pmt_gc_choose(const struct pmt_gc_policy *p);

/* A collection of this generation begins. */
void pmt_gc_begin(struct pmt_gc_policy *p, unsigned generation);

/* Everything went to the permanent generation. */
void pmt_gc_freeze(struct pmt_gc_policy *p);

#endif
