/* type_stats.h - garbage and survivors by type. For src/replay.
 *
 * Counts are facts of the recording, the same whatever is replayed; bytes are of the model's
 * blocks. Garbage: objects that looks told of, or collections that came without one, by the
 * generation that the recording's collector had them in, and the bytes of their blocks, of those
 * that were told to belong to them and of others that a collection freed with them (a dict's table
 * is freed just before the dict), until the interpreter begins to finalise. Survivors: objects that are alive when
 * the interpreter begins to finalise. What they pin: the free bytes of an
 * arena are shared evenly among the blocks in use in it, since any of them keeps it.
 *
 * Blocks that a collection freed and nobody told of have no type: they count under
 * PMT_TYPE_UNKNOWN. */
#ifndef PMT_REPLAY_TYPE_STATS_H
#define PMT_REPLAY_TYPE_STATS_H

#include <pymemtrace/result.h>
#include "heap/heap.h"

struct pmt_type_stats {
    struct { struct pmt_type_row *at; size_t n, cap; } rows; /* [0] has no type, then by
                                                                number + 1 */
    struct { uint32_t *at; size_t n, cap; } type; /* by slot: number + 1 of what was told, 0 */
    uint32_t last;           /* number + 1 of the object told last, 0 = none */
    uint64_t bytes;          /* freed since the last object */
    uint64_t garbage_bytes;  /* in all */
    bool ended;              /* the interpreter goes down: what dies now is no garbage */
    struct pmt_arena_share *shares; /* when the first survivor came */
    size_t n_shares;
    bool failed;             /* out of memory: the rows are not to be used */
};

void pmt_type_stats_release(struct pmt_type_stats *s);

/* A look found the object in this slot, in this place (census.h). again: it may have been
 * told before, to say what it holds. False: so it was, or it is no garbage that counts. */
bool pmt_type_stats_told(struct pmt_type_stats *s, uint32_t slot, uint32_t number, int place,
                         uint64_t bytes, bool again);
/* A collection that no look came before is about to free this one, which is garbage of this type. */
void pmt_type_stats_unseen(struct pmt_type_stats *s, uint32_t slot, uint32_t number, int place,
                           uint64_t bytes);
/* The block in this slot, of so many bytes, belongs to the object told last. */
void pmt_type_stats_belongs(struct pmt_type_stats *s, uint32_t slot, uint64_t bytes);
/* A collection frees a block of so many bytes; object: one of the collector's (if it was
 * told, its bytes were too). */
void pmt_type_stats_freed(struct pmt_type_stats *s, uint32_t slot, uint64_t bytes, bool object);
/* The object in this slot is alive at the end. */
void pmt_type_stats_alive(struct pmt_type_stats *s, const struct pmt_heap *heap,
                          uint32_t number, pmt_block block);

static inline bool pmt_type_stats_is_told(const struct pmt_type_stats *s, uint32_t slot)
{
    return slot < s->type.n && s->type.at[slot];
}

/* Another object comes into this slot. */
static inline void pmt_type_stats_made(struct pmt_type_stats *s, uint32_t slot)
{
    if (slot < s->type.n)
        s->type.at[slot] = 0;
}

/* Hand the rows over, those with figures; NULL and 0 if there are none. */
void pmt_type_stats_finish(struct pmt_type_stats *s, struct pmt_result *out);

#endif
