/* scatter.c - the longest of many pauses.
 *
 * The model says what a collection takes on average. Single ones take more or less: other
 * caches, another process on the same core. The longest of a thousand is the one that fared
 * worst, and longer than the longest that the model gives: the more so the more there are of
 * about that length.
 *
 *   ratio     of a recorded pause: recorded (warm ones as cost_pauses.c corrects them) / modelled.
 *             Up to twice it is a share: the objects were other ones
 *   beyond    what a pause took above that is time: a slice that another process had, a
 *             table of a million entries; a longer pause has no more of it
 *   F(x, m)   of a generation: the share of its recorded pauses that are at most x when
 *             their ratio, and what is beyond, are those of a pause that is modelled as m.
 *             With few pauses it leans on the other generations, which weigh as LENT
 *   longest   the x that the longest of all pauses exceeds in every other run, if each is
 *             drawn from its generation:
 *
 *                 product of F(x, m) over all = 1/2
 *
 * All of it as shares, a parser had 28 ms predicted for the longest of 20 pauses modelled as 5
 * to 8 ms, since one in 86 short ones had taken five times its model. Its real runs have 7 to
 * 15 ms; with the two apart it is 15.
 *
 * Samples of the fit stand for as many as they were thinned out to; the worst of each generation
 * are kept, and stand for themselves.
 *
 * Steps are those of the upper bits of a double, so no logarithm is needed; arithmetic is
 * plain and in a fixed order, as in cost.c. */
#include "gc/scatter.h"

#include <string.h>
#include "base/check.h"

#define LENT         8.0 /* pauses */
#define STEP_BITS    48  /* below the 4 bits that tell steps of an octave apart */
#define LEAST_RATIO  0.0078125
#define MOST_RATIO   2.0
#define LEAST_NS     1.0
#define BISECTIONS   100

static uint64_t step_of(double value)
{
    uint64_t bits;

    memcpy(&bits, &value, sizeof bits);
    return bits >> STEP_BITS;
}

/* Which of n steps from `least` on: the first is also for less, the last for more. */
static unsigned step_from(double value, double least, unsigned n)
{
    uint64_t first = step_of(least), step = step_of(value);

    if (step <= first)
        return 0;
    return step - first < n ? (unsigned)(step - first) : n - 1;
}

/* -- recorded pauses -- */

struct histogram {
    const struct pmt_gc_fit *fit;
    const struct pmt_gc_cost *cost;
    double times[PMT_GC_KINDS][PMT_GC_RATIO_STEPS];
    double beyond[PMT_GC_KINDS][PMT_GC_NS_STEPS];
    double all[PMT_GC_KINDS];
};

static void observe(struct histogram *h, unsigned generation, const struct pmt_gc_pause *pause,
                    bool warm, double weight)
{
    uint64_t model = pmt_gc_cost_ns(h->cost, generation, pause->visited, pause->freed);
    double warmth = warm ? pmt_gc_cost_warmth(h->fit, generation, pause->visited) : 0.0;
    double ratio, ns = (double)pause->ns + (double)pause->visited * warmth;

    if (!model)
        return;
    h->all[generation] += weight;
    ratio = ns / (double)model;
    if (ratio < MOST_RATIO)
        h->times[generation][step_from(ratio, LEAST_RATIO, PMT_GC_RATIO_STEPS)] += weight;
    else
        h->beyond[generation][step_from(ns - MOST_RATIO * (double)model, LEAST_NS,
                                        PMT_GC_NS_STEPS)] += weight;
}

/* But for those that are beyond, among the worst. */
static void observe_bucket(struct histogram *h, unsigned generation,
                           const struct pmt_gc_bucket *bucket, bool warm, double beyond)
{
    for (uint32_t i = 0; i < bucket->n; i++)
        if (pmt_gc_cost_usual(generation, &bucket->samples[i]) <= beyond)
            observe(h, generation, &bucket->samples[i], warm,
                    (double)(UINT64_C(1) << bucket->stride_log2));
}

static void observe_generation(struct histogram *h, unsigned generation)
{
    const struct pmt_gc_worst *worst = h->fit->worst[generation];
    double beyond = worst[PMT_GC_FIT_WORST - 1].usual; /* 0: these are all there are */

    for (unsigned i = 0; i < PMT_GC_FIT_WORST && worst[i].usual > beyond; i++)
        observe(h, generation, &worst[i].pause, worst[i].warm, 1.0);
    if (!(beyond > 0.0))
        return;
    for (unsigned b = 0; b < PMT_GC_RATIOS; b++) {
        observe_bucket(h, generation, &h->fit->buckets[generation][b], false, beyond);
        observe_bucket(h, generation, &h->fit->warm[generation][b], true, beyond);
    }
}

/* From `sum` on. Of a generation each pause weighs 1, of the others `lent`. */
static double add_up(const double *n, unsigned n_steps, unsigned generation, double lent,
                     double sum, double *below)
{
    for (unsigned i = 0; i < n_steps; i++) {
        for (unsigned g = 0; g < PMT_GC_KINDS; g++)
            sum += n[g * n_steps + i] * (g == generation ? 1.0 : lent);
        below[i] = sum;
    }
    return sum;
}

static void divide(double *values, unsigned n, double by)
{
    for (unsigned i = 0; i < n && by > 0.0; i++)
        values[i] /= by;
}

static void settle(const struct histogram *h, unsigned generation, struct pmt_gc_scatter *out)
{
    double others = 0.0, lent = 0.0, sum;

    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        others += g == generation ? 0.0 : h->all[g];
    if (others > 0.0)
        lent = (others < LENT ? others : LENT) / others;
    sum = add_up(h->times[0], PMT_GC_RATIO_STEPS, generation, lent, 0.0,
                 out->times[generation]);
    sum = add_up(h->beyond[0], PMT_GC_NS_STEPS, generation, lent, sum,
                 out->beyond[generation]);
    divide(out->times[generation], PMT_GC_RATIO_STEPS, sum);
    divide(out->beyond[generation], PMT_GC_NS_STEPS, sum);
}

void pmt_gc_scatter_fit(const struct pmt_gc_fit *fit, const struct pmt_gc_cost *cost,
                        struct pmt_gc_scatter *out)
{
    struct histogram h = {.fit = fit, .cost = cost};

    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        observe_generation(&h, g);
    if (!cost->n_pauses) /* nothing is known: they are as the model says */
        h.all[0] = h.times[0][step_from(1.0, LEAST_RATIO, PMT_GC_RATIO_STEPS) - 1] = 1.0;
    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        settle(&h, g, out);
}

/* -- modelled pauses -- */

void pmt_gc_pauses_add(struct pmt_gc_pauses *pauses, unsigned generation, uint64_t ns)
{
    struct pmt_gc_alike *alike;

    pmt_assert(generation < PMT_GC_KINDS);
    if (!ns)
        return;
    alike = &pauses->alike[generation][step_from((double)ns, LEAST_NS, PMT_GC_NS_STEPS)];
    alike->n++;
    alike->ns += (double)ns;
    if (ns > pauses->max_ns)
        pauses->max_ns = ns;
}

/* Steps are straight lines; before the first lies `before`. */
static double share_at(const double *below, unsigned n, double least, double before,
                       double value)
{
    unsigned i = step_from(value, least, n);
    uint64_t low = (step_of(least) + i) << STEP_BITS, high = low + (UINT64_C(1) << STEP_BITS);
    double from, to, part;

    memcpy(&from, &low, sizeof from);
    memcpy(&to, &high, sizeof to);
    part = (value - from) / (to - from);
    part = part < 0.0 ? 0.0 : part > 1.0 ? 1.0 : part;
    before = i ? below[i - 1] : before;
    return before + (below[i] - before) * part;
}

/* F */
static double share_below(const struct pmt_gc_scatter *scatter, unsigned generation, double ns,
                          double model_ns)
{
    const double *times = scatter->times[generation];

    if (ns < MOST_RATIO * model_ns)
        return share_at(times, PMT_GC_RATIO_STEPS, LEAST_RATIO, 0.0, ns / model_ns);
    return share_at(scatter->beyond[generation], PMT_GC_NS_STEPS, LEAST_NS,
                    times[PMT_GC_RATIO_STEPS - 1], ns - MOST_RATIO * model_ns);
}

static double power(double base, uint64_t n)
{
    double out = 1.0;

    for (; n; n >>= 1, base *= base)
        if (n & 1)
            out *= base;
    return out;
}

/* That none of these generations takes longer. */
static double chance(const struct pmt_gc_pauses *pauses, const struct pmt_gc_scatter *scatter,
                     unsigned generations, double ns)
{
    double out = 1.0;

    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        for (unsigned i = 0; i < PMT_GC_NS_STEPS && generations >> g & 1; i++) {
            const struct pmt_gc_alike *alike = &pauses->alike[g][i];

            if (alike->n)
                out *= power(share_below(scatter, g, ns, alike->ns / (double)alike->n),
                             alike->n);
        }
    return out;
}

uint64_t pmt_gc_pauses_longest(const struct pmt_gc_pauses *pauses,
                               const struct pmt_gc_scatter *scatter, unsigned generations)
{
    double low = 0.0, high = 1.8e19;

    if (chance(pauses, scatter, generations, 0.0) >= 1.0)
        return 0; /* there are none */
    for (int i = 0; i < BISECTIONS; i++) {
        double middle = low + (high - low) / 2.0;

        if (chance(pauses, scatter, generations, middle) < 0.5)
            low = middle;
        else
            high = middle;
    }
    return (uint64_t)(high + 0.5);
}
