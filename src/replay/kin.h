/* kin.h - the group of garbage that is being told: its blocks, and to what they refer. For garbage.c.
 *
 * A group has one fate, that of its holder, but for what older garbage keeps (kept.h): this, and
 * what can be reached from it, is found with that. Where mod has collected the holder before the
 * others were left, those that no cycle holds died by counting when they were: orphans. (What holds one
 * of them may be told behind it, and is not known then.) */
#ifndef PMT_REPLAY_KIN_H
#define PMT_REPLAY_KIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pmt_kinsman {
    uint32_t slot;
    uint32_t key;      /* with what it is found (garbage.h) */
    uint32_t refs;     /* so many references come before its own */
    bool belongs;      /* to the last that does not, and refers to nothing */
    uint8_t atomic;    /* a tuple that is tracked in so many generations; 0: in all */
    bool waits;        /* it is told for the first time, and mod has still to collect it */
    bool orphan;       /* without the holder it dies by counting */
    uint32_t held;     /* ... while these are found: so many of the others refer to it */
};

struct pmt_kin_reference {
    uint32_t slot;
    bool reachable;    /* what it leads to is no garbage yet */
};

/* One more generation; there are no more than this holds. */
static inline void pmt_kin_atomic(uint8_t *atomic)
{
    if (*atomic < UINT8_MAX)
        ++*atomic;
}

/* Zeroed is empty. */
struct pmt_kin {
    struct { struct pmt_kinsman *at; size_t n, cap; } of; /* the holder is first */
    struct { struct pmt_kin_reference *at; size_t n, cap; } refs; /* in the same order */
    struct { uint32_t *at; size_t n, cap; } number; /* by slot: index + 1, while keys are handed on */
    struct { uint32_t *at; size_t n, cap; } path;
};

struct pmt_garbage;

void pmt_kin_release(struct pmt_kin *k);

/* Where a function returns false, memory ran out. */

/* One more; and, of the last that does not belong to another, a reference. */
bool pmt_kin_add(struct pmt_kin *k, uint32_t slot, bool belongs);
bool pmt_kin_refers(struct pmt_kin *k, struct pmt_kin_reference to);

/* Sets the keys: this one, the holder's, or the older one of what keeps an object at this event. */
bool pmt_kin_find_keys(struct pmt_garbage *g, uint32_t key, uint64_t when);

/* The holder was no more at this event: finds the orphans. The others keep its key. */
bool pmt_kin_orphan(struct pmt_garbage *g, uint64_t when);

/* They were left at this event: what those of them that wait refer to, and is not among them, does as
 * well. orphaned: their holder was no more, and what is to be told has their key no more either. */
bool pmt_kin_keep(struct pmt_garbage *g, uint32_t key, uint64_t when, bool orphaned);

/* That was all of it. */
void pmt_kin_clear(struct pmt_kin *k);

#endif
