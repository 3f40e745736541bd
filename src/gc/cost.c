/* cost.c - how long a collection takes.
 *
 *     ns = fixed + visited * v(generation, visited) + blocks freed * f * growth(visited)
 *
 * An object costs the more to visit the larger the set is, since less of it is in the
 * caches, and the older: what generation 0 holds was written a moment ago, what only a
 * full collection visits has not been touched for long. So v is a curve for each
 * generation, with a point for each power of two, straight lines between the points, and
 * level outside them. What is freed is visited three times as often as what stays, and if the
 * set is large it has left the caches again each time: a quarter of the price of a block grows
 * as visits do, by the usual curve of generation 0, from 1 for a small set on. (Of cycles that
 * are all garbage, 1,600 objects cost 60 ns each, 54,000 cost 120 ... 170. Objects that were
 * made one behind the other cost less, scattered ones more.)
 *
 * By how much a trace differs from the usual cost: cost_fit.c; what is kept of its pauses:
 * cost_pauses.c; that objects of one stretch of the program are dearer than those of another:
 * stretch.c.
 *
 * The usual cost is that of runs that nobody recorded: fifteen programs (parsers, a JSON
 * reader, a computer algebra system, an asyncio server, caches, churn of cycles) under CPython
 * 3.11 on one machine and six settings of the thresholds, each twice. What such a
 * collection visited, a replay of a recording under the default settings says:
 *
 *     tests/tools/pauses.py BUILD PROGRAM...
 *
 * prints, by generation and power of two, ns per object where less than a tenth as many blocks
 * were freed. The curves are theirs, shifted by some per cent and smoothed so that, fitted
 * to the default recordings alone, the model comes nearest to the sums and the longest pauses
 * under the other settings. Programs lie a factor of two around it: where objects that are
 * made one behind the other stay so, larger sets cost hardly more. The sums were 18 % off on
 * average, the longest 26 %; the two real runs of one setting differed by 11 %. Those are the
 * programs that it was made from; others may be further off.
 *
 * Two stretches of the curves were set anew beside twenty-five programs (README's, nine and ten
 * others), each recorded twice and run three times under each setting, when what hooks and looks do
 * to recorded pauses had come to be known better: generation 0 from 2^14 on went up by an eighth,
 * generation 1 from 2^15 on down by a quarter and more, the last two by less. Of 242 predictions the
 * sums had been 11.3 % off on average, and 24 of them more than 25 %; behind it 10.5 % and 16, with
 * what stretch.c does 9.6 % and 8, with RARE 9.5 % and 7. Turning any of the other knobs of
 * cost_fit.c gained hardly anything.
 *
 * Arithmetic is plain and in a fixed order, without the mathematical library, so that
 * results do not differ between machines. */
#include "gc/cost_inner.h"

#include <string.h>
#include "base/check.h"

const double pmt_gc_usual[PMT_GC_KINDS][PMT_GC_RATIOS] = {
    {22, 22, 23, 24, 26, 30, 45, 63, 74, 100, 157, 213, 263, 302, 347, 370},
    {30, 34, 38, 41, 44, 53, 72, 106, 106, 138, 205, 245, 260, 275, 313, 340},
    {42, 46, 55, 68, 98, 128, 142, 144, 146, 152, 178, 265, 352, 390, 390, 390},
};

unsigned pmt_gc_bucket_of(uint64_t visited)
{
    unsigned log2 = visited ? 63u - (unsigned)__builtin_clzll(visited) : 0;
    unsigned b = log2 < PMT_GC_LEAST_LOG2 ? 0 : log2 - PMT_GC_LEAST_LOG2;

    return b < PMT_GC_RATIOS ? b : PMT_GC_RATIOS - 1;
}

/* Where in its bucket a size lies, from -1/2 at the lower end to 1/2 at the upper: the
 * power of two by a straight line. */
static double place_of(uint64_t visited, unsigned bucket)
{
    double lower = (double)(UINT64_C(1) << (bucket + PMT_GC_LEAST_LOG2));

    return pmt_gc_within((double)visited / lower - 1.5, -0.5, 0.5);
}

static double at_size(const double curve[PMT_GC_RATIOS], uint64_t visited)
{
    unsigned b = pmt_gc_bucket_of(visited);
    double place = place_of(visited, b), here = curve[b];

    if (place < 0.0)
        return here + (here - curve[b > 0 ? b - 1 : b]) * place;
    return here + (curve[b + 1 < PMT_GC_RATIOS ? b + 1 : b] - here) * place;
}

double pmt_gc_usual_ns(unsigned generation, uint64_t visited)
{
    return (double)visited * at_size(pmt_gc_usual[generation], visited);
}

double pmt_gc_freed_weight(uint64_t visited, uint64_t freed)
{
    return (double)freed * (3.0 + at_size(pmt_gc_usual[0], visited) / pmt_gc_usual[0][0]) / 4.0;
}

double pmt_gc_cost_usual(unsigned generation, const struct pmt_gc_pause *pause)
{
    double visits = pmt_gc_usual_ns(generation, pause->visited);
    double freed = PMT_GC_USUAL_FREED_NS * pmt_gc_freed_weight(pause->visited, pause->freed);

    return (double)pause->ns / (visits + PMT_GC_USUAL_FIXED_NS + freed);
}

double pmt_gc_visits_ns(const struct pmt_gc_cost *cost, unsigned generation, uint64_t visited)
{
    return (double)visited * cost->visited_ns * at_size(cost->ratio[generation], visited);
}

double pmt_gc_rest_ns(const struct pmt_gc_cost *cost, uint64_t visited, uint64_t freed)
{
    return cost->fixed_ns + pmt_gc_freed_weight(visited, freed) * cost->freed_ns;
}

void pmt_gc_cost_of_none(struct pmt_gc_cost *out)
{
    *out = (struct pmt_gc_cost){.fixed_ns = PMT_GC_USUAL_FIXED_NS, .visited_ns = 1.0,
                                .freed_ns = PMT_GC_USUAL_FREED_NS, .is_usual = 1};
    memcpy(out->ratio, pmt_gc_usual, sizeof pmt_gc_usual);
}

uint64_t pmt_gc_cost_ns(const struct pmt_gc_cost *cost, unsigned generation, uint64_t visited,
                        uint64_t freed)
{
    double ns;

    pmt_assert(generation < PMT_GC_KINDS);
    if (!cost->n_pauses && !cost->is_usual)
        return 0;
    ns = pmt_gc_visits_ns(cost, generation, visited) + pmt_gc_rest_ns(cost, visited, freed) + 0.5;
    return ns < 1.8e19 ? (uint64_t)ns : UINT64_MAX;
}
