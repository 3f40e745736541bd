/* cost_inner.h - what the files of the cost model ask of each other. For src/gc/cost*.c alone.
 *
 * Sizes are objects visited; a bucket is a power of two of them, as in pmt_gc_cost.ratio. */
#ifndef PMT_GC_COST_INNER_H
#define PMT_GC_COST_INNER_H

#include "gc/cost.h"

#define PMT_GC_USUAL_FREED_NS 22.0
#define PMT_GC_USUAL_FIXED_NS 1500.0

/* How far the pauses of one size are believed of others: as so many. And what is left of that, per
 * octave away. */
#define PMT_GC_MOST_ELSEWHERE 8.0
#define PMT_GC_TRUST_OCTAVE   0.0625

/* ns per object on the machine that it was got on, for 2^7 objects and fewer, 2^8 ... 2^22. */
extern const double pmt_gc_usual[PMT_GC_KINDS][PMT_GC_RATIOS];

static inline double pmt_gc_within(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

/* The first is also for less, the last for more. */
unsigned pmt_gc_bucket_of(uint64_t visited);

/* What the visits of a collection usually take. */
double pmt_gc_usual_ns(unsigned generation, uint64_t visited);

/* As many freed blocks of a small set take so long. */
double pmt_gc_freed_weight(uint64_t visited, uint64_t freed);

/* What a collection takes by this cost: for its visits; and for the rest. */
double pmt_gc_visits_ns(const struct pmt_gc_cost *cost, unsigned generation, uint64_t visited);
double pmt_gc_rest_ns(const struct pmt_gc_cost *cost, uint64_t visited, uint64_t freed);

#endif
