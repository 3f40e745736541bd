/* shared.h - what an object that garbage keeps (kept.h) shares with others. For garbage.c and collect.c.
 *
 * It refers to objects that live by others as well, so that they do not die when it does. In mod it
 * waits with what keeps it: then it keeps them, as garbage does what it refers to.
 *
 *     garbage ----> x ----> y <---- a cache      x dies first, and waits; then the cache lets go
 *
 * A look has told of them (SHARES) while it lived; what it has come to refer to since is not known,
 * and what it has let go of since is taken to be its still. */
#ifndef PMT_REPLAY_SHARED_H
#define PMT_REPLAY_SHARED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* One reference: in a chain of its keeper's, or of those that are not used. */
struct pmt_share {
    uint32_t keeper_made; /* low bits of the event */
    uint32_t slot, made;  /* of what is shared */
    uint32_t next;        /* 0: no more */
};

/* Zeroed is empty. */
struct pmt_shared {
    struct { struct pmt_share *at; size_t n, cap; } share; /* the first place is not used */
    struct { uint32_t *at; size_t n, cap; } first;         /* by slot of the keeper; 0: none */
    uint32_t unused;
    uint32_t keeper;     /* slot: KEEPS named it last */
    bool anew;           /* ... and nothing that it shares so far */
};

struct pmt_garbage;

void pmt_shared_release(struct pmt_shared *s);

/* What is told next is of the object in this slot. */
void pmt_shared_keeper(struct pmt_shared *s, uint32_t slot);

/* Where a function returns false, memory ran out. */

/* The object in this slot is shared by that. */
bool pmt_shared_add(struct pmt_garbage *g, uint32_t slot);

/* The object in this slot waits, with garbage of this key, and keeps what it shares. */
bool pmt_shared_keep(struct pmt_garbage *g, uint32_t keeper, uint32_t key);

#endif
