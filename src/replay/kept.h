/* kept.h - what garbage keeps from dying, while mod has not collected it. For kin.c and garbage.c.
 *
 * Garbage refers to objects that are reachable still. The recorded program may have collected it
 * before these die; where mod has not, they live on as garbage of the same fate: they are found with
 * what keeps them ("nepotism", in the literature on generations).
 *
 *     recorded    garbage  collected            a list, an entry, a version ...
 *                    |---------->x----------------->  dies by counting, or is left
 *     mod         garbage ..... not yet collected ... |-> and waits with it
 *
 * Of several that keep an object the one with the oldest key (garbage.h) decides: a collection that
 * covers it covers the others that wait. What such an object holds alone goes with it: held.h; what it
 * refers to as others do it keeps in turn: shared.h. */
#ifndef PMT_REPLAY_KEPT_H
#define PMT_REPLAY_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pmt_keeper {
    uint64_t since; /* its group was left at this event, + 1; 0: there is none */
    uint32_t key;   /* ... and has this one */
    uint32_t made;  /* of the object that it keeps: low bits of its event */
};

/* Zeroed is empty. */
struct pmt_kept {
    struct { struct pmt_keeper *at; size_t n, cap; } by; /* by slot */
};

struct pmt_garbage;

void pmt_kept_release(struct pmt_kept *k);

/* Something keeps what is in this slot, or did. */
static inline bool pmt_kept_has(const struct pmt_kept *k, uint32_t slot)
{
    return slot < k->by.n && k->by.at[slot].since;
}

/* Garbage of this key, left at this event and waiting, keeps the object in this slot, which is
 * reachable now. False: out of memory. */
bool pmt_kept_add(struct pmt_garbage *g, uint32_t slot, uint32_t key, uint64_t since);

/* This key, or the older one of what keeps the object in this slot and was left, but not collected, at
 * this event; PMT_NOWHERE: now. */
uint32_t pmt_kept_key(const struct pmt_garbage *g, uint32_t slot, uint32_t key, uint64_t event);

#endif
