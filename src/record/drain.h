/* drain.h - records of one process become events of one trace. For src/record. */
#ifndef PMT_RECORD_DRAIN_H
#define PMT_RECORD_DRAIN_H

#include <stdbool.h>
#include <stdint.h>
#include <pymemtrace/trace.h>
#include "agent/wire.h"
#include "record/shadow.h"
#include "trace/writer.h"

#define PMT_TYPE_GUESSES 256
#define PMT_MAX_RESIZES 64 /* raw resizes under way at once, one per thread */

struct pmt_resize {
    uint64_t thread;  /* 0 = free entry */
    uint64_t old;     /* address */
    uint32_t slot;    /* slot + 1, 0 = not known */
    enum pmt_op op;   /* what to write where the block was not known */
};

#define PMT_WIRE_LISTS 256

/* A free list that the agent watches. */
struct pmt_wire_list {
    uint64_t bytes;   /* of a block on it */
    uint32_t type;    /* number */
    bool counted;     /* by the collector */
};

/* Where in the target a type lies. */
struct pmt_known_type {
    uint64_t address; /* 0: none that has a number */
    uint64_t digest;  /* of its sizes and name */
    uint32_t number;
};

/* A set of slots, one bit each. */
struct pmt_slot_set {
    uint64_t *at;     /* words of 64 slots; slots past the end are not in it */
    size_t n, cap;
};

struct pmt_drain {
    struct pmt_shm *shm;
    struct pmt_writer *writer;
    struct pmt_shadow shadow;
    uint64_t start_ns;         /* CLOCK_MONOTONIC of the trace's beginning */
    uint64_t tail, raw_tail;   /* records taken */
    uint64_t main_thread;      /* thread of the main ring's records */
    uint64_t thread;           /* thread pointer that the trace is in, 0 = none yet */
    struct { uint64_t *at; size_t n, cap; } threads;  /* thread pointers by number */
    struct { uint64_t base, bytes, ordinal; } *arenas; /* live arenas */
    size_t n_arenas, cap_arenas;
    uint64_t arenas_made;
    struct pmt_resize resize;  /* of the main ring */
    struct {
        uint64_t address;      /* 0 = none */
        uint64_t size;
        uint64_t count;        /* the collector's count 0 before it */
        uint32_t type;         /* number + 1, 0 = not told */
    } held;                    /* an obj block: is it the collector's? (drain_held.c) */
    struct { uint64_t *at; size_t n, cap; } waiting; /* for it: what lists gave and took */
    struct pmt_slot_set counted; /* what is the collector's */
    struct pmt_slot_set typed; /* whose type was told */
    struct { struct pmt_known_type *at; size_t n, cap; } types;
    uint32_t type_guess[PMT_TYPE_GUESSES]; /* in types, by address */
    bool garbage_told;         /* GARBAGE was written of the object that the agent told last */
    bool keeper_told;          /* ... and KEEPS */
    bool kept_told;            /* ... and KEEPS or SHARES, whichever came last */
    struct pmt_slot_set alive; /* of which ALIVE was written */
    struct pmt_wire_list lists[PMT_WIRE_LISTS]; /* by number */
    uint32_t kinds[PMT_W_KINDS]; /* numbers of types */
    uint32_t next_type;        /* of the next block: number + 1, 0 = not told */
    uint64_t last_obj;         /* address of the last ALLOC_OBJ */
    bool was_on_list;          /* what was lifted last lay on one of them */
    uint32_t n_types;          /* told so far; an address may have had several */
    struct pmt_resize raw_resizes[PMT_MAX_RESIZES];
    uint64_t trouble[16];      /* by enum pmt_trouble, written at the end */
    int64_t fork_serial;       /* a fork was met and not yet seen to; else -1 */
    bool ended;                /* the agent said END */
    uint64_t end_status;       /* ... with this, or UINT64_MAX */
    bool exec;                 /* the last thing it said was EXEC */
    bool failed;               /* out of memory: nothing is written any more */
};

bool pmt_drain_init(struct pmt_drain *d, struct pmt_shm *shm, struct pmt_writer *w,
                    uint64_t start_ns);
void pmt_drain_release(struct pmt_drain *d);

/* The same process's state goes on under another shared memory (after a fork). */
void pmt_drain_fork(struct pmt_drain *d, struct pmt_shm *shm);

/* Take what is there, at most about `most` records; stops behind a FORK. Returns how
 * many were taken. */
uint64_t pmt_drain_some(struct pmt_drain *d, uint64_t most);

/* A resident size was sampled. */
void pmt_drain_rss(struct pmt_drain *d, uint64_t bytes);

/* Write the totals of all trouble. */
void pmt_drain_troubles(struct pmt_drain *d);

#endif
