/* look.h - one look at objects (look.c), for what decides when (look_when.c). */
#ifndef PMT_AGENT_LOOK_H
#define PMT_AGENT_LOOK_H

#include <stddef.h>

struct looked {
    size_t n_objects, n_dead;
};

/* At these generations, from 0 up to this one; to be called at an allocation of the collector's
 * alone. soon: a collection of the youngest, up to this one, comes next; -1: none. */
struct looked look_at(unsigned generations, int soon);

/* Tell of all that is alive; behind a look. */
void look_tell_alive(void);

#endif
