/* cost_fit.c - what a recording says of how long collections take.
 *
 * A recording under the default thresholds has thousands of young pauses of one size, a
 * few full ones, and none of the sizes that other thresholds make. So there is a usual
 * cost, and the trace says by how much it differs from that:
 *
 *   scale    the median of recorded / usual over all pauses: the machine
 *   own      of a point: recorded / usual of the visits in its pauses, sum by sum; those
 *            that took OUTLIER times the median are not in it, there the machine did
 *            something else. Of a FEW pauses the median says little: it counts as no more
 *            than DOUBT times the generation's level. And where a size is rare beside the
 *            others it is one of special sets, of which it says more than of sizes: those
 *            that a call into C has made all at once
 *   level    of a generation: the same over all its points. One with few pauses leans on
 *            the others
 *   point    the mean of the level, its own ratio, those of the points near by, each
 *            weighing less by the octave, and of the same size in the next generation:
 *            large sets are cold whoever visits them
 *   f, fixed by least squares of what the visits leave, each pause's error as a share of
 *            what the model says, with the usual figure as one more observation. Pauses
 *            that all visit and free the same number cannot tell f from v; that
 *            observation does
 *
 * The last three hang on each other and are found in turns. In the end each generation's
 * curve is scaled so that its recorded pauses come to their sum again: sums are what is
 * asked for, and a mean of shares is not the share of sums.
 *
 * Arithmetic is plain and in a fixed order, without the mathematical library, so that
 * results do not differ between machines. */
#include "gc/cost_inner.h"

#include <stdlib.h>
#include <string.h>

#define ENOUGH_COLD 3u /* pauses */
#define TURNS     60   /* of points, then f and fixed */
#define OUTLIER   4.0  /* so many times more or less than expected is no evidence */
#define ABSURD    10.0 /* ... nor part of a sum */
#define FEW       8u   /* pauses: their median */
#define DOUBT     1.5  /* ... is no more than so many times the level of the generation */
#define LEAST     0.05 /* of the scale: no point is below */
#define MOST      4.0  /* of the scale: f and fixed are not above */
#define MOST_SUM  1.4  /* by which a generation is scaled in the end, or 1 / that */

/* How far the trace is believed. A pause is one observation, a bucket no more than some:
 * its pauses are alike, and off alike. */
#define MOST_TRUST       32.0  /* of a bucket in its own point, and for f and fixed */
#define RARE             0.1   /* of the other pauses of a generation: few beside them */
#define TRUST_LEVEL      0.5   /* of the level in a point */
#define TRUST_NEXT_LARGE 0.5   /* ... in the next generation, for large sets */
#define TRUST_NEXT       0.1   /* ... and for others */
#define LARGE            9u    /* from this bucket on: 2^16 */
#define MOST_BORROWED    4.0   /* observations that a level takes from other generations */
#define PAUSE_OFF        0.25  /* of a pause: standard deviation from the model */
#define FREED_OFF        0.5   /* of f from the usual, and so on */
#define FIXED_OFF        0.35

/* What the pauses of a bucket, or of a generation, say. */
struct own {
    double ns;    /* recorded, for visits alone */
    double usual; /* what those visits usually take */
    double trust; /* observations that it counts as */
};

/* The pauses of a bucket that are believed. */
struct evidence {
    const struct pmt_gc_bucket *bucket;
    double warmth; /* ns per object visited: so much too short they are */
};

/* A fit under way. */
struct work {
    const struct pmt_gc_fit *fit;
    struct evidence evidence[PMT_GC_KINDS][PMT_GC_RATIOS];
    struct pmt_gc_cost *cost; /* its curves are in ns: visited_ns is 1 */
    double scale;
    struct own own[PMT_GC_KINDS][PMT_GC_RATIOS];
    double level[PMT_GC_KINDS];
};

/* Those that came behind a look count only where there are no others to speak of. */
static struct evidence evidence(const struct pmt_gc_fit *fit, unsigned generation, unsigned b)
{
    const struct pmt_gc_bucket *cold = &fit->buckets[generation][b];
    const struct pmt_gc_bucket *warm = &fit->warm[generation][b];

    if (cold->n >= ENOUGH_COLD || !warm->n)
        return (struct evidence){cold, 0.0};
    return (struct evidence){
        warm, pmt_gc_cost_warmth(fit, generation, UINT64_C(1) << (b + PMT_GC_LEAST_LOG2))};
}

static double ns_of(const struct evidence *e, const struct pmt_gc_pause *pause)
{
    return (double)pause->ns + (double)pause->visited * e->warmth;
}

/* A sample kept stands for its stride. */
static double stride_of(const struct pmt_gc_bucket *bucket)
{
    return (double)(UINT64_C(1) << bucket->stride_log2);
}

/* -- how far off it is -- */

static double miss_of(const struct work *w, unsigned generation, const struct evidence *e,
                      const struct pmt_gc_pause *pause)
{
    double model = pmt_gc_visits_ns(w->cost, generation, pause->visited) +
                   pmt_gc_rest_ns(w->cost, pause->visited, pause->freed);

    return model > 0.0 ? ns_of(e, pause) / model : 1.0;
}

static bool is_outlier(double miss, double times)
{
    return miss > times || miss < 1.0 / times;
}

/* How many pauses lie at or below a ratio. */
static double count_misses(const struct work *w, double most)
{
    double n = 0.0;

    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        for (unsigned b = 0; b < PMT_GC_RATIOS; b++) {
            const struct evidence *e = &w->evidence[g][b];

            for (uint32_t i = 0; i < e->bucket->n; i++)
                if (miss_of(w, g, e, &e->bucket->samples[i]) <= most)
                    n += stride_of(e->bucket);
        }
    return n;
}

/* The least ratio at or below which so large a share of the pauses lies. Bits of
 * positive doubles are in the order of their values, so it can be searched for. */
static double quantile(const struct work *w, double share)
{
    double most = 1e300, all = count_misses(w, most), value;
    uint64_t low = 0, high;

    memcpy(&high, &most, sizeof high);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        memcpy(&value, &middle, sizeof value);
        if (count_misses(w, value) >= share * all)
            high = middle;
        else
            low = middle + 1;
    }
    memcpy(&value, &low, sizeof value);
    return value;
}

/* -- curves -- */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

/* Recorded, for visits alone; less than nothing where the rest is taken for too dear. */
static double left_for_visits(const struct work *w, const struct evidence *e,
                              const struct pmt_gc_pause *pause)
{
    return ns_of(e, pause) - pmt_gc_rest_ns(w->cost, pause->visited, pause->freed);
}

/* Of the ratios of recorded to usual visits. */
static double median_ratio(const struct work *w, unsigned generation, const struct evidence *e)
{
    double ratios[PMT_GC_FIT_SAMPLES];
    uint32_t n = 0;

    for (uint32_t i = 0; i < e->bucket->n; i++)
        if (e->bucket->samples[i].visited)
            ratios[n++] = left_for_visits(w, e, &e->bucket->samples[i]) /
                          pmt_gc_usual_ns(generation, e->bucket->samples[i].visited);
    if (n == 0)
        return 0.0;
    qsort(ratios, n, sizeof *ratios, compare_doubles);
    return (ratios[(n - 1) / 2] + ratios[n / 2]) / 2.0;
}

static double count(const struct evidence *e)
{
    return (double)e->bucket->n * stride_of(e->bucket);
}

/* 1 if all pauses of the generation are of this size, less where it is rare. */
static double commonness(const struct work *w, unsigned generation, unsigned b)
{
    double here = count(&w->evidence[generation][b]), others = -here;

    for (unsigned i = 0; i < PMT_GC_RATIOS; i++)
        others += count(&w->evidence[generation][i]);
    return here / (here + RARE * others);
}

static void find_own(struct work *w, unsigned generation, unsigned b)
{
    const struct evidence *e = &w->evidence[generation][b];
    const struct pmt_gc_bucket *bucket = e->bucket;
    double median = median_ratio(w, generation, e);
    struct own *own = &w->own[generation][b];

    *own = (struct own){0};
    if (bucket->n < FEW && w->level[generation] > 0.0)
        median = pmt_gc_within(median, 0.0, DOUBT * w->level[generation]);
    if (median < LEAST * w->scale)
        median = LEAST * w->scale;
    for (uint32_t i = 0; i < bucket->n; i++) {
        double ns = left_for_visits(w, e, &bucket->samples[i]);
        double usually = pmt_gc_usual_ns(generation, bucket->samples[i].visited);

        if (usually == 0.0 || ns > OUTLIER * median * usually)
            continue;
        own->ns += ns * stride_of(bucket);
        own->usual += usually * stride_of(bucket);
    }
    if (own->usual > 0.0)
        own->trust = pmt_gc_within(bucket->n, 0.0, MOST_TRUST) * commonness(w, generation, b);
}

static double ratio_of(const struct work *w, const struct own *own)
{
    double ratio = own->usual > 0.0 ? own->ns / own->usual : w->scale;

    return ratio > LEAST * w->scale ? ratio : LEAST * w->scale;
}

static double elsewhere(const struct own *own)
{
    return pmt_gc_within(own->trust, 0.0, PMT_GC_MOST_ELSEWHERE);
}

/* Another generation counts as a few observations at most, and the next but one half. */
static void find_levels(struct work *w)
{
    struct own all[PMT_GC_KINDS] = {{0}};

    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        for (unsigned b = 0; b < PMT_GC_RATIOS; b++) {
            all[g].ns += w->own[g][b].ns;
            all[g].usual += w->own[g][b].usual;
            all[g].trust += elsewhere(&w->own[g][b]);
        }
    for (unsigned g = 0; g < PMT_GC_KINDS; g++) {
        double sum = all[g].trust * ratio_of(w, &all[g]), trust = all[g].trust;

        for (unsigned h = 0; h < PMT_GC_KINDS; h++) {
            double lent = MOST_BORROWED * all[h].trust / (MOST_BORROWED + all[h].trust);

            if (h == g)
                continue;
            if (h + 1 < g || g + 1 < h)
                lent /= 2.0;
            sum += lent * ratio_of(w, &all[h]);
            trust += lent;
        }
        w->level[g] = trust > 0.0 ? sum / trust : w->scale;
    }
}

/* Of another generation's bucket for a point of the same size. */
static double trust_next(unsigned bucket)
{
    return bucket >= LARGE ? TRUST_NEXT_LARGE : TRUST_NEXT;
}

static double point(const struct work *w, unsigned generation, unsigned b)
{
    double trust = TRUST_LEVEL, sum = TRUST_LEVEL * w->level[generation];

    for (unsigned i = 0; i < PMT_GC_RATIOS; i++) {
        const struct own *own = &w->own[generation][i];
        double t = i == b ? own->trust : elsewhere(own);

        for (unsigned away = i < b ? b - i : i - b; away > 0; away--)
            t *= PMT_GC_TRUST_OCTAVE;
        trust += t;
        sum += t * ratio_of(w, own);
    }
    for (unsigned h = generation ? generation - 1 : 1; h < PMT_GC_KINDS; h += 2) {
        double t = elsewhere(&w->own[h][b]) * trust_next(b);

        if (h > generation + 1)
            break;
        trust += t;
        sum += t * ratio_of(w, &w->own[h][b]);
    }
    return sum / trust * pmt_gc_usual[generation][b];
}

static void find_curves(struct work *w)
{
    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        for (unsigned b = 0; b < PMT_GC_RATIOS; b++)
            find_own(w, g, b);
    find_levels(w);
    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        for (unsigned b = 0; b < PMT_GC_RATIOS; b++)
            w->cost->ratio[g][b] = point(w, g, b);
}

/* -- f and fixed -- */

/* Least squares in one unknown. */
struct line {
    double xy, xx;
};

static void observe(struct line *line, double x, double y, double weight)
{
    line->xy += weight * x * y;
    line->xx += weight * x * x;
}

static void observe_bucket(const struct work *w, unsigned generation,
                           const struct evidence *e, struct line *freed, struct line *fixed)
{
    const struct pmt_gc_bucket *bucket = e->bucket;
    double few = bucket->n > MOST_TRUST ? MOST_TRUST / bucket->n : 1.0;

    for (uint32_t i = 0; i < bucket->n; i++) {
        const struct pmt_gc_pause *pause = &bucket->samples[i];
        double visits = pmt_gc_visits_ns(w->cost, generation, pause->visited);
        double off = PAUSE_OFF * (visits + pmt_gc_rest_ns(w->cost, pause->visited, pause->freed));
        double left = ns_of(e, pause) - visits;
        double weight = pmt_gc_freed_weight(pause->visited, pause->freed);

        if (off <= 0.0 || is_outlier(miss_of(w, generation, e, pause), OUTLIER))
            continue;
        observe(freed, weight, left - w->cost->fixed_ns, few / (off * off));
        observe(fixed, 1.0, left - weight * w->cost->freed_ns, few / (off * off));
    }
}

static double solve(struct line *line, double expected, double off)
{
    observe(line, 1.0, expected, 1.0 / (off * expected * (off * expected)));
    return pmt_gc_within(line->xy / line->xx, 0.0, MOST * expected);
}

static void find_rest(struct work *w)
{
    struct line freed = {0}, fixed = {0};

    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        for (unsigned b = 0; b < PMT_GC_RATIOS; b++)
            observe_bucket(w, g, &w->evidence[g][b], &freed, &fixed);
    w->cost->freed_ns = solve(&freed, PMT_GC_USUAL_FREED_NS * w->scale, FREED_OFF);
    w->cost->fixed_ns = solve(&fixed, PMT_GC_USUAL_FIXED_NS * w->scale, FIXED_OFF);
}

/* -- sums -- */

/* The recorded pauses of a generation come to their sum. */
static void match_sum(struct work *w, unsigned generation)
{
    double recorded = 0.0, modelled = 0.0, by;

    for (unsigned b = 0; b < PMT_GC_RATIOS; b++) {
        const struct evidence *e = &w->evidence[generation][b];
        const struct pmt_gc_bucket *bucket = e->bucket;

        for (uint32_t i = 0; i < bucket->n; i++) {
            const struct pmt_gc_pause *pause = &bucket->samples[i];

            if (is_outlier(miss_of(w, generation, e, pause), ABSURD))
                continue;
            recorded += left_for_visits(w, e, pause) * stride_of(bucket);
            modelled += pmt_gc_visits_ns(w->cost, generation, pause->visited) * stride_of(bucket);
        }
    }
    if (modelled <= 0.0)
        return;
    by = pmt_gc_within(recorded / modelled, 1.0 / MOST_SUM, MOST_SUM);
    for (unsigned b = 0; b < PMT_GC_RATIOS; b++)
        w->cost->ratio[generation][b] *= by;
}

/* visited_ns becomes what an object costs on average in the recording, and the curves
 * ratios to it. */
static void normalize(struct work *w)
{
    double ns = 0.0, visited = 0.0;

    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        for (unsigned b = 0; b < PMT_GC_RATIOS; b++) {
            const struct pmt_gc_bucket *bucket = w->evidence[g][b].bucket;

            for (uint32_t i = 0; i < bucket->n; i++) {
                ns += pmt_gc_visits_ns(w->cost, g, bucket->samples[i].visited) * stride_of(bucket);
                visited += (double)bucket->samples[i].visited * stride_of(bucket);
            }
        }
    w->cost->visited_ns = visited > 0.0 ? ns / visited : w->cost->ratio[0][0];
    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        for (unsigned b = 0; b < PMT_GC_RATIOS; b++)
            w->cost->ratio[g][b] /= w->cost->visited_ns;
}

static void find_evidence(struct work *w)
{
    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        for (unsigned b = 0; b < PMT_GC_RATIOS; b++)
            w->evidence[g][b] = evidence(w->fit, g, b);
}

static void find_spread(const struct work *w)
{
    w->cost->spread_low = quantile(w, 0.1);
    w->cost->spread_high = quantile(w, 0.9);
}

/* The usual cost, times the scale of this machine. */
static void begin_fit(struct work *w)
{
    struct pmt_gc_cost *cost = w->cost;

    cost->visited_ns = 1.0;
    cost->fixed_ns = PMT_GC_USUAL_FIXED_NS;
    cost->freed_ns = PMT_GC_USUAL_FREED_NS;
    memcpy(cost->ratio, pmt_gc_usual, sizeof pmt_gc_usual);
    w->scale = quantile(w, 0.5);
    cost->fixed_ns *= w->scale;
    cost->freed_ns *= w->scale;
}

void pmt_gc_cost_fit(const struct pmt_gc_fit *fit, struct pmt_gc_cost *out)
{
    struct work w = {.fit = fit, .cost = out};

    memset(out, 0, sizeof *out);
    if (!fit->n_pauses)
        return;
    find_evidence(&w);
    begin_fit(&w);
    for (int turn = 0; turn < TURNS; turn++) {
        find_curves(&w);
        find_rest(&w);
    }
    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        match_sum(&w, g);
    normalize(&w);
    out->n_pauses = fit->n_pauses;
    find_spread(&w);
}

void pmt_gc_cost_spread(const struct pmt_gc_fit *fit, struct pmt_gc_cost *cost)
{
    struct work w = {.fit = fit, .cost = cost};

    if (!fit->n_pauses)
        return;
    find_evidence(&w);
    find_spread(&w);
}
