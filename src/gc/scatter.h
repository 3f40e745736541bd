/* scatter.h - how far single pauses lie from the model, and what that does to the longest.
 * For src/replay.
 *
 *     pmt_gc_scatter_fit(fit, &cost, &scatter);     behind pmt_gc_cost_fit()
 *     struct pmt_gc_pauses pauses = {0};
 *     pmt_gc_pauses_add(&pauses, generation, ns);   per modelled pause
 *     ns = pmt_gc_pauses_longest(&pauses, &scatter, generations);
 *
 * Knows numbers; no objects. */
#ifndef PMT_GC_SCATTER_H
#define PMT_GC_SCATTER_H

#include <stdint.h>
#include "gc/cost.h"

#define PMT_GC_RATIO_STEPS 128 /* ratios, 16 to the octave, from 1/128 to 2 */
#define PMT_GC_NS_STEPS    784 /* ns, as many to the octave, from 1 */

/* By generation: the share of pauses that are at most so many times the model; that are, or
 * took at most so much more than twice that. */
struct pmt_gc_scatter {
    double times[PMT_GC_KINDS][PMT_GC_RATIO_STEPS];
    double beyond[PMT_GC_KINDS][PMT_GC_NS_STEPS];
};

/* Modelled pauses, those alike together (some ten KiB). */
struct pmt_gc_pauses {
    uint64_t max_ns;
    struct pmt_gc_alike { uint64_t n; double ns; /* their sum */ }
        alike[PMT_GC_KINDS][PMT_GC_NS_STEPS];
};

/* The recorded pauses of a fit beside the cost that they came to. */
void pmt_gc_scatter_fit(const struct pmt_gc_fit *fit, const struct pmt_gc_cost *cost,
                        struct pmt_gc_scatter *out);

/* A pause of 0 ns does not count. */
void pmt_gc_pauses_add(struct pmt_gc_pauses *pauses, unsigned generation, uint64_t ns);

/* What the longest of these generations (a bit each) will be in half of all runs; 0: there
 * are none. */
uint64_t pmt_gc_pauses_longest(const struct pmt_gc_pauses *pauses,
                               const struct pmt_gc_scatter *scatter, unsigned generations);

#endif
