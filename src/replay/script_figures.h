/* script_figures.h - what a world of objects holds, as rows of a result. For
 * src/replay.
 *
 * The interpreter has objects of its own before a script begins: small ints, None, the
 * type object. A count taken then is taken off later ones, so that types tell of the
 * script's objects alone. */
#ifndef PMT_REPLAY_SCRIPT_FIGURES_H
#define PMT_REPLAY_SCRIPT_FIGURES_H

#include <pymemtrace/result.h>
#include "object/objects.h"

/* Objects alive, by the name of their type. Zeroed is empty. */
struct pmt_type_count {
    struct pmt_type_tally { char *name; uint64_t objects, bytes; } *at; /* names: owned */
    size_t n, cap;
    size_t last; /* looked at last */
};

/* Count every object of a world into *out, which is empty. False: out of memory. */
bool pmt_type_count_take(const struct pmt_objects *objects, struct pmt_type_count *out);
/* Take the objects of `before` off. */
void pmt_type_count_subtract(struct pmt_type_count *count, const struct pmt_type_count *before);
void pmt_type_count_release(struct pmt_type_count *count);

/* List i of pmt_list_count(). */
struct pmt_free_list_row pmt_script_list(const struct pmt_objects *objects, size_t i);

/* Fill the rows of types (those of `before` taken off), free lists and regions, and the
 * metrics of free lists. False: out of memory. */
bool pmt_script_figures(const struct pmt_objects *objects, const struct pmt_type_count *before,
                        struct pmt_result *out);

#endif
