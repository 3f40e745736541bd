/* gc_figures.h - what the rows of collections add up to. For src/report and its
 * tests.
 *
 * Recorded and modelled figures are two sides of the same rows and are never added:
 * every figure here is of one side. */
#ifndef PMT_REPORT_GC_FIGURES_H
#define PMT_REPORT_GC_FIGURES_H

#include <pymemtrace/result.h>

enum pmt_gc_side { PMT_GC_RECORDED, PMT_GC_MODELLED };

#define PMT_GC_ALL 3 /* behind the generations: of all of them */

/* How long collections took. Percentiles are by nearest rank: of n pauses in order
 * of length, number ceil(p * n / 100). */
struct pmt_pauses {
    uint64_t n; /* pauses known; 0: the others mean nothing */
    uint64_t total_ns, max_ns, p50_ns, p90_ns, p99_ns;
};

struct pmt_gc_generation {
    uint64_t collections;
    uint64_t collected;     /* objects */
    uint64_t uncollectable; /* objects; of a script modelled, else recorded side only */
    uint64_t visited;       /* objects; modelled side only */
    uint64_t useless;       /* collections that found nothing */
    struct pmt_pauses pauses;
    uint64_t longest_ns;    /* predicted, single pauses scattering about the model; modelled
                               side only; 0: not known */
};

struct pmt_gc_figures {
    bool known;         /* the side has any figure of its own */
    bool knows_objects; /* visited, collected and useless mean something */
    struct pmt_gc_generation of[PMT_GC_ALL + 1];
    const struct pmt_collection *longest; /* borrowed from the result; NULL: no pause
                                             is known */
};

/* The figures of one side. False: out of memory, and *out is all zero. */
bool pmt_gc_figures(const struct pmt_result *result, enum pmt_gc_side side,
                    struct pmt_gc_figures *out);

/* There is a cost model, and so there are modelled pauses. */
bool pmt_gc_has_cost(const struct pmt_gc_cost *cost);

/* The trace tells of the collector. */
bool pmt_gc_is_told(const struct pmt_result *result);

#endif
