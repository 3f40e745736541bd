/* kept.h - what garbage keeps from dying, while mod has not collected it. For garbage.c.
 *
 * Garbage refers to objects that are reachable still. The recorded program may have collected it
 * before these die; where mod has not, they live on as garbage of the same fate: they are found with
 * what keeps them ("nepotism", in the literature on generations).
 *
 *     recorded    garbage  collected            a list, an entry, a version ...
 *                    |---------->x----------------->  dies by counting, or is left
 *     mod         garbage ..... not yet collected ... |-> and waits with it
 *
 * Of each object is known which groups keep it: by the key of a group (garbage.h) and the event at
 * which it was left. What such an object holds alone has died with it in the recording, and is
 * taken to. */
#ifndef PMT_REPLAY_KEPT_H
#define PMT_REPLAY_KEPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pmt_keeper {
    uint32_t made;  /* of the object that it keeps: low bits of its event */
    uint32_t key;   /* its group's */
    uint64_t since; /* the group was left at this event */
    uint32_t next;  /* of the same slot, + 1 */
};

/* Zeroed is empty. */
struct pmt_kept {
    struct { uint32_t *at; size_t n, cap; } first; /* by slot: its keepers, + 1 */
    struct { struct pmt_keeper *at; size_t n, cap; } keepers;
    uint32_t unused; /* one of them, + 1, and so on */
};

struct pmt_garbage;

void pmt_kept_release(struct pmt_kept *k);

/* Something keeps what is in this slot, or did. */
static inline bool pmt_kept_has(const struct pmt_kept *k, uint32_t slot)
{
    return slot < k->first.n && k->first.at[slot];
}

/* This one keeps the object in this slot. False: out of memory. */
bool pmt_kept_add(struct pmt_kept *k, uint32_t slot, struct pmt_keeper keeper);

/* What was in this slot is no more. */
void pmt_kept_clear(struct pmt_kept *k, uint32_t slot);

/* The oldest key of this one and of all that keep the object in this slot and were left, but not
 * collected, at this event; PMT_NOWHERE: now. */
uint32_t pmt_kept_key(const struct pmt_garbage *g, uint32_t slot, uint32_t key, uint64_t event);

#endif
