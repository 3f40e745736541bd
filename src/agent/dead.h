/* dead.h - what a look has found dead, by number: the dead are numbered in the order of the look, the
 * oldest generation first. dead.c finds what holds them and when they were left, dead_tell.c tells
 * of it. */
#ifndef PMT_AGENT_DEAD_H
#define PMT_AGENT_DEAD_H

#include "agent/agent.h"
#include "agent/graph.h"
#include "agent/object.h"

#define DEAD_TOLD ((uint64_t)1 << 63) /* in object: it was told before */
#define DEAD_UNASKED ((uint64_t)1)    /* in kept: what goes with it is to be told */

struct dead {
    struct array object;  /* by number: which object of the look */
    size_t end[3];        /* of a generation: in object */
    struct array from, to; /* references between the dead, by number */
    struct array index, low, edge, group; /* by number (visit_dead) */
    struct array path, open, order;       /* numbers */
    struct array holder;  /* by group: a number */
    struct array least, most; /* by group: readings ago, when it or what leads to it was touched */
    uint64_t touches;     /* the most of these that is known */
    struct array chain;   /* by them: what a holder holds that was touched then; else all 0 */
    struct array touched; /* by number: readings ago, at least | at most << MOST */
    struct array age;     /* by number: their order, the oldest first */
    struct array outer_end; /* by number: behind its references in graph.outer; 0: none */
    struct array kept;    /* heads of what an object refers to, | UNASKED, while that is told */
    struct array asked;   /* a bit for each object of the look: what goes with it is told */
    struct array callbacks, called_by; /* GC heads of weak references, and to which number */
    uint64_t n_seen;
};

/* Those of the look under way. */
extern struct dead dead;

static inline size_t dead_index(size_t number)
{
    return dead.object.at[number] & ~DEAD_TOLD;
}

static inline uintptr_t dead_head(size_t number)
{
    return graph.head.at[dead_index(number)];
}

static inline unsigned dead_generation(uint64_t number)
{
    unsigned g = 2;

    while (g > 0 && number >= dead.end[g])
        g--;
    return g;
}

static inline uint64_t min_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

#endif
