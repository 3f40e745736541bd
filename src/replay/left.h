/* left.h - when was garbage left, as near as a recording has it? For src/replay.
 *
 * Knows events and births in the recording's census (gc/census.h); no model of collections, no
 * blocks. Not before the youngest of the group was made, and not while a recorded collection or a
 * look covered all of it and found it reachable: where older garbage holds it, one of the youngest
 * generation says nothing. A group of the youngest generation is taken to have been left when the
 * last of it was made, as requests and trees are; so is one that a single collection came across,
 * while it was being made, if hardly any as large was ever seen whole; others when they, or what leads to them, were last touched (a reference
 * count changed: nothing touches what is unreachable), as near as the recording has seen it. Within
 * that the time is one at which a scope may have ended (ebb.h, spots.h), or, if there is none, any:
 * they are spread evenly (the expectation is right, whichever it was). */
#ifndef PMT_REPLAY_LEFT_H
#define PMT_REPLAY_LEFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gc/policy.h"
#include "replay/ebb.h"
#include "replay/spots.h"

#define PMT_LEFT_COMPANIES 256u
#define PMT_LEFT_SIZES     32u

/* A recorded collection: what it covered and did not find was reachable then. */
struct pmt_seen {
    uint64_t begin;         /* its event; */
    uint64_t event;         /* its end: a collection of mod in step with it comes there */
    uint32_t n_collections; /* before it */
};

/* Zeroed is empty. */
struct pmt_left {
    struct { struct pmt_seen *at; size_t n, cap; } seen[PMT_GENERATIONS]; /* [g]: those of
                                                           generation g and older */
    uint32_t n_spread;      /* groups whose time was spread, from a number of the look's own on:
                               whoever reads the trace from some look on has the same */
    uint32_t n_untold;      /* groups that no look has told of */
    uint32_t company[PMT_LEFT_COMPANIES]; /* objects in each of the last young groups that looks
                               told of */
    uint32_t n_companies, next_company;
    struct pmt_sighted {    /* groups that looks told of, by the power of two of their blocks */
        uint64_t told, whole; /* ... and those that a collection or a look had seen whole */
    } sighted[PMT_LEFT_SIZES];
    uint64_t looked, since; /* event of the last look at everything, of the one before */
    struct { uint64_t *at; size_t n, cap; } readings; /* of reference counts: events, from a
                                          look at everything on, which is one itself */
    bool ended_readings;    /* by another such look: the next begins anew */
    uint64_t seen_last;     /* event of the look under way */
    uint64_t touched_from, touched_to; /* the group being told: last touched between these;
                                          to 0 = not known */
    struct pmt_ebb ebb;                /* of the objects; empty: nobody says how they come and go */
    struct pmt_spots spots;            /* ... and at which of its bottoms garbage is left */
};

/* What is known of a group. */
struct pmt_left_bounds {
    uint64_t made;          /* event at which the youngest was made; the caller's */
    uint64_t reachable;     /* ... the holder was last known to be reachable */
    uint64_t left;          /* ... it was no more */
    size_t n;               /* blocks in it; the caller's */
    bool being_made;        /* ... and that was when it was being made: nobody has seen it whole */
};

void pmt_left_release(struct pmt_left *l);

/* Where a function returns false, memory ran out. */

/* A recorded collection of this generation is over. */
bool pmt_left_collected(struct pmt_left *l, unsigned generation, struct pmt_seen seen);
/* A look at this generation and the younger. */
bool pmt_left_look(struct pmt_left *l, unsigned generation, uint64_t event);
/* Reference counts were read. The group that comes next was last touched at least and at most
 * so many readings ago, as the look under way has it (event.def); what is known of it is used. */
bool pmt_left_counts(struct pmt_left *l, uint64_t event);
void pmt_left_touched(struct pmt_left *l, uint64_t least, uint64_t most);
static inline void pmt_left_next(struct pmt_left *l)
{
    l->touched_to = 0;
}

/* When an object of this birth in the recording was last known to be reachable, beside what this
 * look, of that event, has shown. */
uint64_t pmt_left_reachable(const struct pmt_left *l, uint32_t birth, uint64_t look);

/* Of the group whose holder is of this birth, told at this event. */
struct pmt_left_bounds pmt_left_of(const struct pmt_left *l, uint32_t birth, uint64_t made,
                                   uint64_t event);

/* The estimate. young: its holder was made since the last recorded collection. */
uint64_t pmt_left_when(struct pmt_left *l, struct pmt_left_bounds of, bool young);
/* A look told of a group of the youngest generation, of so many objects. */
void pmt_left_company(struct pmt_left *l, uint32_t n);
/* How many that no look has told of hang together, as it is with those; at least 1. */
uint32_t pmt_left_next_company(struct pmt_left *l);
/* The estimate for such a group. */
uint64_t pmt_left_when_untold(struct pmt_left *l, struct pmt_left_bounds of, bool young);

/* When an object was made, by the low bits of that event. Its age is below 2^32 events or taken
 * for less. */
static inline uint64_t pmt_left_made(uint32_t made, uint64_t event)
{
    return event - (uint32_t)((uint32_t)event - made);
}

static inline uint64_t pmt_left_later(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

#endif
