/* bits.h - sets of slots, one bit each: a vector of 64-bit words. For src/replay.
 *
 *     struct { uint64_t *at; size_t n, cap; } set = {0};
 *     if (!GROW(&set, slot / 64)) -> out of memory
 *     SET_BIT(&set, slot); HAS_BIT(&set, slot); CLEAR_BIT(&set, slot) */
#ifndef PMT_REPLAY_BITS_H
#define PMT_REPLAY_BITS_H

#include <stdint.h>
#include <string.h>
#include "base/vec.h"

/* Make sure that v has an element i; new ones are 0. For a vector of anything. */
#define GROW(v, i)                                                             \
    (pmt_vec_reserve((v), (size_t)(i) + 1) &&                                  \
     ((v)->n > (i) ||                                                          \
      (memset((v)->at + (v)->n, 0, ((i) + 1 - (v)->n) * sizeof *(v)->at),      \
       (v)->n = (size_t)(i) + 1, true)))

#define SLOT_BIT(slot) (UINT64_C(1) << (slot) % 64)
#define SET_BIT(set, slot) ((set)->at[(slot) / 64] |= SLOT_BIT(slot))
#define CLEAR_BIT(set, slot) ((set)->at[(slot) / 64] &= ~SLOT_BIT(slot))
/* Slots past the end are not in it. */
#define HAS_BIT(set, slot)                                                     \
    ((slot) / 64 < (set)->n && ((set)->at[(slot) / 64] & SLOT_BIT(slot)) != 0)

#endif
