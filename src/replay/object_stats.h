/* object_stats.h - objects by type: how many are made and how many live at once, how old they
 * become, how and in which generation they die. For src/replay.
 *
 * For a recording that sees every object: an OBJECT event before each. Counts, bytes and ages
 * are facts of the recording, the same whatever is replayed, up to the moment when the
 * interpreter begins to finalise; nothing counts from there on, since then all dies. An
 * object dies by a collection where the recording's own collector ran and it is older than
 * that collection; what finalizers make and drop meanwhile dies by counting. */
#ifndef PMT_REPLAY_OBJECT_STATS_H
#define PMT_REPLAY_OBJECT_STATS_H

#include "replay/age_histogram.h"
#include "replay/object_intervals.h"

#define PMT_MOST_OBJECT_TYPES (1u << 20) /* types of higher numbers are not counted */
#define PMT_NO_GENERATION (-1)

/* The object in a slot: 16 bytes for each block of the program. */
struct pmt_object_birth {
    uint64_t event_and_row; /* event << 24 | row of its type + 1, 0: of no known type */
    uint32_t clock;         /* as in pmt_object_stats */
    uint32_t sixteens;      /* size of its block */
};

/* Of one type, beside its figures. */
struct pmt_object_type {
    uint64_t reused;
    uint64_t peak, peak_bytes;
    uint64_t by_collections;
    uint64_t died_in[3];
    struct pmt_ages *ages;   /* [2]: in events, in ticks of the clock; NULL: none died */
};

/* Zeroed is empty. */
struct pmt_object_stats {
    bool ended;              /* the interpreter goes down */
    uint32_t next;           /* row + 1 of the object that comes next; 0 = none */
    uint64_t clock_ns;
    uint32_t clock;          /* the same in ticks of 2^16 ns, modulo 2^32: three days */
    struct { struct pmt_object_birth *at; size_t n, cap; } births; /* by slot */
    struct { uint32_t *at; size_t n, cap; } rows;     /* by number of a type: row + 1, or 0 */
    struct { uint32_t *at; size_t n, cap; } numbers;  /* by row */
    struct { struct pmt_object_figures *at; size_t n, cap; } figures; /* by row */
    struct { struct pmt_object_type *at; size_t n, cap; } types;      /* by row */
    struct pmt_object_intervals intervals;
    bool failed;             /* out of memory: the figures are not to be used */
};

void pmt_object_stats_release(struct pmt_object_stats *s);

/* The next object is of the type of this number. */
void pmt_object_stats_next(struct pmt_object_stats *s, uint32_t number);

/* A block of so many bytes came into this slot: the object that was told to come, or nobody
 * has said yet what it is. reused: in the model, from its type's free list. */
void pmt_object_stats_made(struct pmt_object_stats *s, uint32_t slot, uint64_t bytes,
                           bool reused, uint64_t event);

/* It is an object of the type of this number, which counts from now on: as old as it is. */
void pmt_object_stats_typed(struct pmt_object_stats *s, uint32_t slot, uint32_t number);

#define PMT_OBJECT_ROW_BITS 24
static inline bool pmt_object_stats_has(const struct pmt_object_stats *s, uint32_t slot)
{
    return slot < s->births.n &&
           (s->births.at[slot].event_and_row & ((1u << PMT_OBJECT_ROW_BITS) - 1)) != 0;
}

/* What is in this slot, if it is an object, dies; in a generation, or PMT_NO_GENERATION;
 * while the collection ran that began with event collecting, or PMT_NOWHERE. */
void pmt_object_stats_died(struct pmt_object_stats *s, uint32_t slot, int generation,
                           uint64_t collecting, uint64_t event);

/* ... has so many bytes now. */
void pmt_object_stats_resized(struct pmt_object_stats *s, uint32_t slot, uint64_t bytes);

void pmt_object_stats_clock(struct pmt_object_stats *s, uint64_t ns);

/* The program's own mark. */
void pmt_object_stats_mark(struct pmt_object_stats *s, const char *mark, uint64_t event);

/* The interpreter begins to finalise. */
static inline void pmt_object_stats_ended(struct pmt_object_stats *s)
{
    s->ended = true;
}

/* Put rows of types and of intervals into *out. False: out of memory. */
bool pmt_object_stats_finish(struct pmt_object_stats *s, struct pmt_result *out);

#endif
