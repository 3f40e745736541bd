/* places.h - places of the interpreter that ask for blocks, and what these turn out to be. For
 * site.c and tables.c.
 *
 * A place is the return address of a hook. Of more places than there is room for, the last are not
 * told apart: they are unknown. */
#ifndef PMT_AGENT_PLACES_H
#define PMT_AGENT_PLACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PLACES      256u
#define PLACES_NEAR 8u /* where one of them may stand */

struct place {
    uintptr_t at;           /* 0: none */
    uint32_t such, others;  /* blocks that were seen to be what is asked for; other ones */
    uint32_t n;             /* for the file whose places they are, as is `proved` */
    bool proved;
};

/* That of this address, new if there is room; NULL: there is none. */
static inline struct place *place_find(struct place places[PLACES], uintptr_t at)
{
    for (unsigned i = 0; i < PLACES_NEAR; i++) {
        struct place *p = &places[((at >> 2) + i) % PLACES];

        if (!p->at)
            p->at = at;
        if (p->at == at)
            return p;
    }
    return NULL;
}

#endif
