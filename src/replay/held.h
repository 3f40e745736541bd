/* held.h - what goes with an object that garbage keeps (kept.h). For collect.c.
 *
 * Where such an object dies by counting in the recording, what it held alone has died just before
 * it. In mod the object waits with what keeps it, and all that waits with it.
 *
 *     recorded    free: items, text, list, OBJECT     one after the other
 *     mod               waits............ OBJECT      does it die too? Then they wait as it does
 *
 * A look has told what it holds (HOLDS). It may have let go of that since, while it lives: then
 * nothing keeps what dies, and it is given back before anything else is made. From the first of what
 * was told up to the object itself all is its own, also what it came to hold since; of this, blocks
 * that are no objects of the collector's die as recorded. */
#ifndef PMT_REPLAY_HELD_H
#define PMT_REPLAY_HELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "heap/heap.h"
#include "replay/shelves.h"

struct pmt_holder {
    uint32_t slot, made; /* low bits of the event that made it, + 1; 0: there is none */
    uint32_t held_made;  /* ... the one that it holds */
};

/* Has died where its holder may be about to. */
struct pmt_dying {
    pmt_block block;
    uint32_t slot, holder;
    struct pmt_end end;
    bool counted;        /* it is an object of the collector's */
};

/* Zeroed is empty. */
struct pmt_held {
    struct { struct pmt_holder *at; size_t n, cap; } by;   /* by slot, of what is held */
    struct { struct pmt_dying *at; size_t n, cap; } dying;
    uint32_t holder;     /* slot: KEEPS or SHARES named it last */
};

struct pmt_collect;

void pmt_held_release(struct pmt_held *h);

static inline bool pmt_held_has(const struct pmt_held *h, uint32_t slot)
{
    return slot < h->by.n && h->by.at[slot].made;
}

/* The holder holds what is in this slot. False: out of memory. */
bool pmt_held_add(struct pmt_collect *c, uint32_t slot, uint64_t event);

/* What a look told of the block in this slot: its holder is kept. */
bool pmt_held_is_of_kept(const struct pmt_collect *c, uint32_t slot);

/* What is in this slot dies. True: it is with the dying now, for its holder is kept and lives, or
 * something is dying. */
bool pmt_held_dies(struct pmt_collect *c, uint32_t slot, struct pmt_end end, bool counted);

/* The object in this slot dies and waits, with garbage of this key: so do those dying that it held.
 * False: out of memory. */
bool pmt_held_wait(struct pmt_collect *c, uint32_t holder, uint32_t key);

#endif
