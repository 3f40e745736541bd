/* garbage.h - what is unreachable in mod and not yet collected. For src/replay/collect.c
 * and mod_collect.c.
 *
 * The recording tells of garbage twice: when it found an object unreachable, with the
 * object that holds it (a look), and when a collection freed its blocks. Some
 * of it was found only by that: then of the objects that it reported as many that it freed one
 * behind the other hang together as did of what looks found, and the others go with the next that
 * it freed.
 *
 *     told      by a look: its object's block is kept here, its slot may still be in use.
 *               What belongs to it - tables, strings, untracked tuples - is told with it
 *     gone      mod has collected it, the recording has not yet freed its slot
 *     left over the recorded collection did not free it: it went to a free list
 *     shelved   a full recorded collection emptied a free list that it was on (free_lists.h)
 *
 * When did it become garbage? As near as left.h has it. If mod has collected since then what holds
 * the group, it is freed at once, and goes to the credit of that collection (`overdue`).
 *
 * A collection finds a group when it covers its holder, the oldest object of all cycles that
 * lead to it: the group's key is that object's birth word (census.h). What older garbage still keeps
 * has the key of that (kin.h, kept.h).
 */
#ifndef PMT_REPLAY_GARBAGE_H
#define PMT_REPLAY_GARBAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pymemtrace/result.h>
#include "gc/census.h"
#include "heap/heap.h"
#include "replay/held.h"
#include "replay/kept.h"
#include "replay/kin.h"
#include "replay/left.h"
#include "replay/shared.h"

/* A block that lives on as garbage. */
struct pmt_waste {
    pmt_block block;   /* PMT_BLOCK_NONE: it was left over, and is no garbage */
    uint32_t birth;    /* in mod's census; of the object it belongs to */
    uint32_t key;      /* its group's */
    uint32_t slot, made; /* of it, while the recording has it */
    uint32_t seen;     /* in a batch: its birth in rec's census */
    uint8_t counted;   /* it is a collector object itself */
    uint8_t belongs;   /* ... or is not, or not tracked, and dies with one */
    uint8_t fleeting;  /* a tuple that is tracked in so many generations; 0: in all */
    uint8_t silent;    /* a finalizer frees it: it is not among those reported */
    uint8_t place;     /* in a batch: in rec */
    uint8_t state;     /* in a batch: enum pmt_waste_state */
    uint8_t kind;      /* of the free list that its block goes to (shelves.h) */
};

enum pmt_waste_state { PMT_WASTE_NEW, PMT_WASTE_TOLD, PMT_WASTE_GONE, PMT_WASTE_SHELVED };

struct pmt_waste_list {
    struct pmt_waste *at;
    size_t n, cap;
};

/* A collection that mod has made, as the census stood before it. */
struct pmt_past {
    uint64_t event;
    uint32_t row;           /* in the rows of results */
    uint32_t n_collections, last_older, frozen;
};

/* Told, and not yet freed by the recording. */
struct pmt_open {
    uint32_t slot, made;
    uint32_t index, epoch;  /* in list[place], at that epoch of it */
    uint8_t place, belongs;
};

struct pmt_garbage {
    struct pmt_waste_list list[PMT_PERMANENT + 1]; /* by the place of its key in mod */
    uint32_t epoch[PMT_PERMANENT + 1];             /* times that list[] was emptied */
    struct pmt_waste_list batch; /* what the recorded collection under way frees */
    struct { uint32_t *at; size_t n, cap; } made; /* by slot: its event, low bits; of what is no
                                                       object: when it was told of */
    struct { uint32_t *at; size_t n, cap; } key;  /* by slot, of the told */
    struct { uint32_t *at; size_t n, cap; } type; /* by slot, of the told: its number */
    struct { uint32_t *at; size_t n, cap; } bytes_of; /* by slot, of the told: of its block */
    struct { uint32_t *at; size_t n, cap; } row;  /* by slot, of the gone: in the results */
    struct { uint64_t *at; size_t n, cap; } told, gone, credited, silent, belongs; /* bits by slot;
                           credited: of the gone, those that mod's collection has counted */
    struct { uint8_t *at; size_t n, cap; } fleeting; /* by slot, of the told */
    struct { uint32_t *at; size_t n, cap; } referred; /* by slot: made of the object, + 1, where a
                                                          look told that garbage refers to it */
    struct pmt_kin kin;                            /* those being told */
    struct pmt_kept kept;                          /* what those that wait keep */
    struct pmt_held held;                          /* ... and what goes with that, */
    struct pmt_shared shared;                      /* ... and what that keeps once it waits */
    uint64_t telling;                              /* event of its last one */
    struct { struct pmt_open *at; size_t n, cap; } open[PMT_PERMANENT + 1]; /* by the
                                                           place of the group in rec */
    struct { struct pmt_past *at; size_t n, cap; } past[PMT_GENERATIONS]; /* [g]: those of
                                                           generation g and older */
    struct pmt_left left;   /* when groups were left */
    uint64_t objects, bytes;            /* waiting */
    uint64_t uncertain; /* objects: another of mod's collections may have been theirs */
};

struct pmt_collect;

void pmt_garbage_release(struct pmt_garbage *g);

/* Where a function returns false, memory ran out. */

/* mod has taken an object of this birth for one that stays in the collector's lists, and it does
 * not: what it has counted of it for the quarter rule (gc/policy.h). */
void pmt_garbage_uncount(struct pmt_collect *c, uint32_t birth);

/* A collector object was made in this slot. */
bool pmt_garbage_born(struct pmt_collect *c, uint32_t slot, uint64_t event);
/* What a look found, one by one; and that nothing more of it comes. */
bool pmt_garbage_tell(struct pmt_collect *c, uint32_t slot, uint32_t kind, uint64_t event);
/* ... this one is a tuple that is tracked in one more generation, and not in all; */
void pmt_garbage_atomic(struct pmt_garbage *g, uint32_t slot);
/* ... a block that belongs to it; object: it is one that the collector counts. */
bool pmt_garbage_belongs(struct pmt_collect *c, uint32_t slot, bool object, uint64_t event);
/* ... it refers to this object. */
bool pmt_garbage_refers(struct pmt_garbage *g, struct pmt_kin_reference to);
bool pmt_garbage_told_all(struct pmt_collect *c, uint64_t event);
/* The same of one that the recording is still to tell of: it is garbage by now. */
bool pmt_garbage_foretold(struct pmt_collect *c, uint64_t event);

/* Garbage refers to the object in this slot, as far as looks told. */
static inline bool pmt_garbage_is_referred(const struct pmt_garbage *g, uint32_t slot)
{
    return slot < g->referred.n && g->referred.at[slot] == g->made.at[slot] + 1;
}

/* The object in this slot was told, and the recording has it still. */
bool pmt_garbage_is_told(struct pmt_collect *c, uint32_t slot);
/* mod has collected the object in this slot. */
bool pmt_garbage_is_gone(const struct pmt_garbage *g, uint32_t slot);

/* The recording frees a block within a collection, or its free list (kind) keeps it: into
 * the batch. */
bool pmt_garbage_freed(struct pmt_collect *c, uint32_t slot, pmt_block block, uint8_t kind,
                       bool counted);
/* ... a collector object otherwise: true if mod has given its block back already. */
bool pmt_garbage_drop(struct pmt_collect *c, uint32_t slot);
/* An object dies by counting: true if garbage keeps it in mod, and it waits. */
bool pmt_garbage_keep(struct pmt_collect *c, uint32_t slot, uint8_t kind);
/* The recorded collection of this generation, which found so many objects, is over: its
 * batch becomes garbage. */
struct pmt_garbage_count {
    uint64_t told; /* objects that were told and that it covered */
    uint64_t left; /* ... and did not free */
    uint64_t gone; /* ... but mod has */
};
bool pmt_garbage_settle(struct pmt_collect *c, unsigned generation, uint64_t n_collected,
                        struct pmt_garbage_count *count, uint64_t event);

/* mod collects this generation: its garbage is freed. */
void pmt_garbage_collect(struct pmt_collect *c, unsigned generation,
                         struct pmt_collection *row);
/* It has; the row is the last one. Before: as the census stood then. */
bool pmt_garbage_collected(struct pmt_collect *c, unsigned generation, struct pmt_past before);

/* gc.freeze() or, off, gc.unfreeze(): in mod, in the recording. */
bool pmt_garbage_freeze(struct pmt_collect *c, bool on);
bool pmt_garbage_frozen(struct pmt_collect *c, bool on);

#endif
