/* garbage_graph.h - which types refer to which within garbage. For src/replay.
 *
 * References between objects that looks found unreachable, counted by the types of both
 * ends: what the cycles of a program are made of. Facts of the recording, the same whatever
 * is replayed.
 *
 * A look may tell of a reference before it tells the type of what it leads to. So references
 * are pending, by slot, until the look is over, and those that lead to nothing that was
 * told are dropped then. An object that is told again (type_stats.h) has been counted with
 * all its references. */
#ifndef PMT_REPLAY_GARBAGE_GRAPH_H
#define PMT_REPLAY_GARBAGE_GRAPH_H

#include <pymemtrace/result.h>
#include "replay/type_stats.h"

struct pmt_pending_reference {
    uint32_t from;           /* number of a type */
    uint32_t slot;           /* of the object that it leads to */
};

struct pmt_garbage_graph {
    struct pmt_garbage_reference *pairs; /* open addressing; count 0 = free */
    size_t n, cap;           /* of pairs: taken; in all, a power of two */
    struct { struct pmt_pending_reference *at; size_t n, cap; } pending; /* of this look */
    uint32_t owner;          /* number + 1 of the type of the object told last, 0: what
                                follows is of none that counts */
    bool failed;             /* out of memory: the pairs are not to be used */
};

void pmt_garbage_graph_release(struct pmt_garbage_graph *g);

/* The owner refers to the object in this slot. */
void pmt_garbage_graph_refers(struct pmt_garbage_graph *g, uint32_t slot);
/* The look is over, if there was one: `types` knows all that it told. */
void pmt_garbage_graph_settle(struct pmt_garbage_graph *g, const struct pmt_type_stats *types);

/* Hand the pairs over, the most references first; NULL and 0 if there are none. */
void pmt_garbage_graph_finish(struct pmt_garbage_graph *g, const struct pmt_type_stats *types,
                              struct pmt_result *out);

#endif
