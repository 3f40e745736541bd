/* census.h - how many objects each generation holds. For src/replay.
 *
 * Knows slots and counts; no addresses, no files. A generation is no list here: an
 * object remembers how many collections there had been when it was made, and with the
 * number of the last collection that was older than generation 0 that says where it is:
 *
 *     made after the last collection              generation 0
 *     ... after the last of generation 1 or 2     generation 1
 *     ... after the last freeze                   generation 2
 *     before that                                 permanent
 *
 * because a collection moves what it leaves of its generations to the next one. So a
 * collection costs nothing per object. Objects that the collector leaves untracked (a
 * tuple of numbers) are in no generation; until a collection has said so, they count. */
#ifndef PMT_GC_CENSUS_H
#define PMT_GC_CENSUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gc/policy.h"

#define PMT_PERMANENT 3 /* its place behind the generations */

struct pmt_census {
    struct { uint32_t *at; size_t n, cap; } birth; /* by slot: collections before, << 1,
                                                      + 1 if tracked */
    uint32_t n_collections;   /* so far; a freeze counts as one */
    uint32_t last_older;      /* number of the last that was not of generation 0 */
    uint32_t frozen;          /* number of the last freeze that holds, 0 = none */
    uint64_t n[PMT_GENERATIONS + 1]; /* tracked objects */
};

void pmt_census_release(struct pmt_census *c);

/* An object is made in this slot. False: out of memory. */
bool pmt_census_add(struct pmt_census *c, uint32_t slot);

/* The generation (or PMT_PERMANENT) of an object with this birth word. */
static inline int pmt_census_place(const struct pmt_census *c, uint32_t birth)
{
    uint32_t made = birth >> 1;

    if (made < c->frozen)
        return PMT_PERMANENT;
    if (made == c->n_collections)
        return 0;
    return made >= c->last_older ? 1 : 2;
}

/* The object in this slot ends, by whatever cause; its birth word. */
static inline uint32_t pmt_census_drop(struct pmt_census *c, uint32_t slot)
{
    uint32_t birth = c->birth.at[slot];

    if (birth & 1)
        c->n[pmt_census_place(c, birth)]--;
    return birth;
}

/* The object in this slot is untracked. */
void pmt_census_untrack(struct pmt_census *c, uint32_t slot);

/* The object in this slot turns out to be tracked (again). */
void pmt_census_track(struct pmt_census *c, uint32_t slot);

/* The object in this slot is made anew, in its old block. */
void pmt_census_renew(struct pmt_census *c, uint32_t slot);

/* An object that was kept beyond its slot's life ends. */
static inline void pmt_census_forget(struct pmt_census *c, uint32_t birth)
{
    if (birth & 1)
        c->n[pmt_census_place(c, birth)]--;
}

/* Objects that a collection of this generation visits. */
uint64_t pmt_census_visited(const struct pmt_census *c, unsigned generation);

/* A collection of this generation is over, its garbage gone: what is left moves up.
 * Returns how many moved. */
uint64_t pmt_census_collected(struct pmt_census *c, unsigned generation);

void pmt_census_freeze(struct pmt_census *c);
void pmt_census_unfreeze(struct pmt_census *c);

#endif
