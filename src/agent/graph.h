/* graph.h - what a look sees: objects by number, and to which of them each refers. look.c takes
 * it from the collector's lists; dead.c is about those that nothing reaches. */
#ifndef PMT_AGENT_GRAPH_H
#define PMT_AGENT_GRAPH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "agent/array.h"

/* The state of an object: its references that are not accounted for by others (GRAPH_COUNT: so many
 * that they never will be); of the dead, once they are numbered, their number among these + 1. */
#define GRAPH_COUNT    (((uint32_t)1 << 28) - 1)
#define GRAPH_REACHED  ((uint32_t)1 << 28)
#define GRAPH_NO_CYCLE ((uint32_t)1 << 29) /* it was found to be in none */
#define GRAPH_OUTER    ((uint32_t)1 << 30) /* it refers to tracked objects that are not here */
#define GRAPH_SAID     ((uint32_t)1 << 31) /* touch.c knows that it was reached */

struct graph {
    struct array head;        /* GC heads, the oldest generation first */
    size_t first[3], end[3];  /* those of a generation */
    struct array32 state;
    struct array32 from;      /* number i refers to to.at[from.at[i] ... from.at[i + 1]), */
    struct array32 to;        /* ... numbers */
    struct array outer;       /* heads of objects that are not here, and behind those that number
                                 i refers to 2i + 1 */
    size_t n_reached;
    bool failed;              /* out of memory, or of numbers */
};

/* That of the look under way. */
extern struct graph graph;

/* The number of what lies there, SIZE_MAX if it is not here. What was freed may be asked for, and
 * look like anything. */
size_t graph_number(uintptr_t head);

static inline bool graph_reached(size_t i)
{
    return (graph.state.at[i] & GRAPH_REACHED) != 0;
}

/* dead.c: what was not reached is dead; how many, what holds it and when it was left; touch.c learns
 * what it takes with it. dead_tell.c: then, once the lists are as they were, tell of it. soon: the
 * youngest generations, up to this one, are about to be collected; -1: none. */
size_t dead_find(unsigned generations, int soon);
void dead_tell(unsigned generations, int soon);

#endif
