/* stretch.h - whether what was made in a stretch of the run is dear to visit. For src/replay.
 *
 *     struct pmt_gc_stretches s = {0};
 *     pmt_gc_stretch_add(&s, event, end, generation, visited, freed, ns, warm);
 *     pmt_gc_stretch_fit(&s, fit, &cost);                      behind pmt_gc_cost_fit()
 *     ns *= pmt_gc_stretch_factor(&s, generation, from, to);   per modelled pause
 *     pmt_gc_stretch_release(&s);
 *
 * Knows events and numbers; no objects. */
#ifndef PMT_GC_STRETCH_H
#define PMT_GC_STRETCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "gc/cost.h"

struct pmt_gc_stretches {
    struct pmt_gc_visits {
        struct pmt_gc_visit {
            uint64_t event, end, visited, freed, recorded_ns;
            double ns, model; /* once fitted: as it would have been without a look, as the model
                                 has it; of young ones the sums of all up to it */
            uint8_t generation;
            bool warm;
        } *at;
        size_t n, cap;
    } young, full;        /* generations 0 and 1; 2 */
    double young_ns;      /* what one of generation 0 takes, on average */
};

/* A pause, as pmt_gc_cost_add() has it, that was recorded from this event to that; not before the one
 * added last. It takes 64 bytes until the release: there is one for each recorded collection.
 * False: out of memory. */
bool pmt_gc_stretch_add(struct pmt_gc_stretches *s, uint64_t event, uint64_t end,
                        unsigned generation, uint64_t visited, uint64_t freed, uint64_t ns,
                        bool warm);

/* All pauses are there; fit and cost are those that they were given to and came to. The cost becomes
 * what they come to evened out, with its spread about them as they were recorded; without memory it
 * stays as it is. Once. */
void pmt_gc_stretch_fit(struct pmt_gc_stretches *s, const struct pmt_gc_fit *fit,
                        struct pmt_gc_cost *cost);

/* So many times what the model says does a collection of this generation at the event `to` take that
 * visits what was made since `from`; 1 where nothing recorded tells. */
double pmt_gc_stretch_factor(const struct pmt_gc_stretches *s, unsigned generation,
                             uint64_t from, uint64_t to);

void pmt_gc_stretch_release(struct pmt_gc_stretches *s);

#endif
