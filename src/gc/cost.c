/* cost.c - how long a collection takes, learned from recorded ones.
 *
 * First a plane: ns = fixed + visited * v + freed * f with no coefficient below 0, by
 * least squares of the relative error, so that a pause of 20 us counts as much as one of
 * 200 ms. Then again without the pauses that are more than OUTLIER times off: there the
 * machine did something else.
 *
 * Then a ratio by size: an object costs more where the set visited does not fit the
 * caches, which no plane can say. Pauses are sorted into buckets by the power of two of
 * what they visited; the ratio of a bucket is the median of recorded / plane. Between
 * the middles of buckets it is interpolated, past the outermost it stays.
 *
 * A bucket keeps a bounded number of pauses, evenly spread over all it saw: when it is
 * full every second one goes and from then on only every second one comes.
 *
 * Arithmetic is plain and in a fixed order, without the mathematical library, so that
 * results do not differ between machines. */
#include "gc/cost.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "base/check.h"

#define OUTLIER   4.0
#define N_TERMS   3u    /* fixed, visited, freed */
#define PARALLEL  1e-9 /* share of a term that the others do not hold: less is noise */
#define BETTER    1e-6 /* of squared error per pause: less makes no set of terms better */

struct plane {
    double at[N_TERMS]; /* ns: fixed, per object visited, per block freed */
};

/* Sums over pauses, each weighted, for the normal equations. */
struct sums {
    double terms[N_TERMS][N_TERMS];
    double target[N_TERMS]; /* of the terms with the recorded ns */
    double square;          /* of the recorded ns */
    double n;               /* pauses */
};

/* 0 is with 1. */
static unsigned bucket_of(uint64_t visited)
{
    unsigned b = visited ? 63u - (unsigned)__builtin_clzll(visited) : 0;

    return b < PMT_GC_RATIOS ? b : PMT_GC_RATIOS - 1;
}

static uint32_t clamp32(uint64_t value)
{
    return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

/* -- pauses -- */

static void thin_out(struct pmt_gc_bucket *bucket)
{
    for (uint32_t i = 0; i < PMT_GC_FIT_SAMPLES / 2; i++)
        bucket->samples[i] = bucket->samples[2 * i];
    bucket->n = PMT_GC_FIT_SAMPLES / 2;
    bucket->stride_log2++;
}

void pmt_gc_cost_add(struct pmt_gc_fit *fit, uint64_t visited, uint64_t freed, uint64_t ns)
{
    struct pmt_gc_bucket *bucket = &fit->buckets[bucket_of(visited)];
    uint64_t i;

    if (ns == 0)
        return;
    fit->n_pauses++;
    i = bucket->n_seen++;
    if (bucket->n == PMT_GC_FIT_SAMPLES)
        thin_out(bucket);
    if (i >> bucket->stride_log2 << bucket->stride_log2 != i)
        return;
    pmt_assert(bucket->n == i >> bucket->stride_log2);
    bucket->samples[bucket->n++] =
        (struct pmt_gc_pause){clamp32(visited), clamp32(freed), ns};
}

/* -- the plane -- */

static double plane_ns(const struct plane *plane, double visited, double freed)
{
    return plane->at[0] + visited * plane->at[1] + freed * plane->at[2];
}

static bool is_outlier(const struct plane *plane, const struct pmt_gc_pause *pause)
{
    double ns = (double)pause->ns, model = plane_ns(plane, pause->visited, pause->freed);

    return ns > model * OUTLIER || ns * OUTLIER < model;
}

/* Weighted so that what is squared is the error as a share of the recorded ns; with a
 * plane, of what that says, and without the outliers to it: shares of the recorded ns
 * make much of pauses that were too short, and the plane too low. */
static void sum_up(const struct pmt_gc_fit *fit, const struct plane *plane, struct sums *s)
{
    memset(s, 0, sizeof *s);
    for (unsigned b = 0; b < PMT_GC_RATIOS; b++)
        for (uint32_t i = 0; i < fit->buckets[b].n; i++) {
            const struct pmt_gc_pause *pause = &fit->buckets[b].samples[i];
            double ns = (double)pause->ns;
            double whole = plane ? plane_ns(plane, pause->visited, pause->freed) : ns;
            double term[N_TERMS] = {1.0, pause->visited, pause->freed};

            if (plane && is_outlier(plane, pause))
                continue;
            for (unsigned r = 0; r < N_TERMS; r++)
                term[r] /= whole;
            s->n += 1.0;
            s->square += ns / whole * (ns / whole);
            for (unsigned r = 0; r < N_TERMS; r++) {
                s->target[r] += term[r] * (ns / whole);
                for (unsigned c = 0; c < N_TERMS; c++)
                    s->terms[r][c] += term[r] * term[c];
            }
        }
}

/* Least squares with the terms of `set` alone, by elimination. False: a coefficient is
 * below 0, or a term is what the others are. */
static bool solve(const struct sums *s, unsigned set, struct plane *out)
{
    double m[N_TERMS][N_TERMS + 1];

    for (unsigned r = 0; r < N_TERMS; r++) {
        for (unsigned c = 0; c < N_TERMS; c++)
            m[r][c] = (set >> r & 1) && (set >> c & 1) ? s->terms[r][c] : 0.0;
        m[r][N_TERMS] = s->target[r];
    }
    for (unsigned r = 0; r < N_TERMS; r++) {
        if (!(set >> r & 1))
            continue;
        if (!(m[r][r] > PARALLEL * s->terms[r][r]))
            return false;
        for (unsigned q = 0; q < N_TERMS; q++) {
            double factor = m[q][r] / m[r][r];

            if (q == r || !(set >> q & 1))
                continue;
            for (unsigned c = 0; c <= N_TERMS; c++)
                m[q][c] -= m[r][c] * factor;
        }
    }
    for (unsigned r = 0; r < N_TERMS; r++) {
        out->at[r] = set >> r & 1 ? m[r][N_TERMS] / m[r][r] : 0.0;
        if (out->at[r] < 0.0)
            return false;
    }
    return true;
}

/* What is left, squared and summed up. */
static double error_of(const struct sums *s, const struct plane *plane)
{
    double error = s->square;

    for (unsigned r = 0; r < N_TERMS; r++) {
        error -= 2.0 * plane->at[r] * s->target[r];
        for (unsigned c = 0; c < N_TERMS; c++)
            error += plane->at[r] * plane->at[c] * s->terms[r][c];
    }
    return error;
}

/* What a collection can cost: recorded ones that visited about the same number cannot
 * tell the terms apart, and then a plane may fit them that no machine has. */
#define MOST_FIXED_NS    10000.0 /* counters, list heads, weak references: little */
#define LEAST_VISITED_NS 3.0    /* an object is touched four times */

static bool is_possible(const struct plane *plane)
{
    return plane->at[0] <= MOST_FIXED_NS && plane->at[1] >= LEAST_VISITED_NS;
}

/* The best of all sets of terms: with three of them that is soon tried. The sets stand
 * in order of belief: where the pauses do not tell two of them apart, the earlier one
 * says better what happens to other sizes. */
static bool find_plane(const struct sums *s, struct plane *best)
{
    enum { FIXED = 1, VISITED = 2, FREED = 4 };
    static const unsigned sets[] = {VISITED, VISITED | FIXED, VISITED | FREED,
                                    VISITED | FREED | FIXED, FIXED, FREED, FIXED | FREED};
    double least = 0.0;
    bool found = false;

    for (size_t i = 0; i < sizeof sets / sizeof *sets; i++) {
        struct plane plane;
        double error;

        if (!solve(s, sets[i], &plane) || (found && !is_possible(&plane)))
            continue;
        error = error_of(s, &plane);
        if (found && error > least - BETTER * s->n)
            continue;
        found = true;
        least = error;
        *best = plane;
    }
    return found;
}

/* -- the ratio by size -- */

static int compare_doubles(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static double median_ratio(const struct pmt_gc_bucket *bucket, const struct plane *plane)
{
    double ratios[PMT_GC_FIT_SAMPLES];

    pmt_assert(bucket->n > 0);
    for (uint32_t i = 0; i < bucket->n; i++) {
        const struct pmt_gc_pause *pause = &bucket->samples[i];
        double model = plane_ns(plane, pause->visited, pause->freed);

        ratios[i] = model > 0.0 ? (double)pause->ns / model : 1.0;
    }
    qsort(ratios, bucket->n, sizeof *ratios, compare_doubles);
    return (ratios[(bucket->n - 1) / 2] + ratios[bucket->n / 2]) / 2.0;
}

#define LEAST_PAUSES 3   /* in a bucket, to be believed */
#define MOST_RATIO   6.0 /* and 1/6: what caches do; more is noise */

static double bounded(double ratio)
{
    if (ratio > MOST_RATIO)
        return MOST_RATIO;
    return ratio < 1.0 / MOST_RATIO ? 1.0 / MOST_RATIO : ratio;
}

/* Medians where there are pauses; lines between them, and level outside. */
static void fill_ratios(const struct pmt_gc_fit *fit, const struct plane *plane,
                        double ratio[PMT_GC_RATIOS])
{
    unsigned last = PMT_GC_RATIOS; /* bucket with pauses, before b */

    for (unsigned b = 0; b < PMT_GC_RATIOS; b++) {
        ratio[b] = last < PMT_GC_RATIOS ? ratio[last] : 1.0;
        if (fit->buckets[b].n < LEAST_PAUSES)
            continue;
        ratio[b] = bounded(median_ratio(&fit->buckets[b], plane));
        for (unsigned i = last < PMT_GC_RATIOS ? last + 1 : 0; i < b; i++)
            ratio[i] = last < PMT_GC_RATIOS
                           ? ratio[last] + (ratio[b] - ratio[last]) * (i - last) / (b - last)
                           : ratio[b];
        last = b;
    }
}

/* Where in its bucket a size lies, from -1/2 at the lower end to 1/2 at the upper: the
 * power of two by a straight line. */
static double place_of(uint64_t visited, unsigned bucket)
{
    double place = (double)(visited ? visited : 1) / (double)(UINT64_C(1) << bucket) - 1.5;

    return place < 0.5 ? place : 0.5;
}

static double ratio_at(const struct pmt_gc_cost *cost, uint64_t visited)
{
    unsigned b = bucket_of(visited);
    double place = place_of(visited, b), here = cost->ratio[b];

    if (place < 0.0)
        return here + (here - cost->ratio[b > 0 ? b - 1 : b]) * place;
    return here + (cost->ratio[b + 1 < PMT_GC_RATIOS ? b + 1 : b] - here) * place;
}

static double cost_ns(const struct pmt_gc_cost *cost, uint64_t visited, uint64_t freed)
{
    struct plane plane = {{cost->fixed_ns, cost->visited_ns, cost->freed_ns}};

    return plane_ns(&plane, (double)visited, (double)freed) * ratio_at(cost, visited);
}

/* -- how far off it is -- */

static double miss_of(const struct pmt_gc_cost *cost, const struct pmt_gc_pause *pause)
{
    double model = cost_ns(cost, pause->visited, pause->freed);

    return model > 0.0 ? (double)pause->ns / model : 1.0;
}

/* How many pauses lie at or below a ratio. A sample kept stands for its stride. */
static double count_misses(const struct pmt_gc_fit *fit, const struct pmt_gc_cost *cost,
                           double most)
{
    double n = 0.0;

    for (unsigned b = 0; b < PMT_GC_RATIOS; b++)
        for (uint32_t i = 0; i < fit->buckets[b].n; i++)
            if (miss_of(cost, &fit->buckets[b].samples[i]) <= most)
                n += (double)(UINT64_C(1) << fit->buckets[b].stride_log2);
    return n;
}

/* The least ratio at or below which so large a share of the pauses lies. Bits of
 * positive doubles are in the order of their values, so it can be searched for. */
static double quantile(const struct pmt_gc_fit *fit, const struct pmt_gc_cost *cost,
                       double share)
{
    double most = 1e300, all = count_misses(fit, cost, most), value;
    uint64_t low = 0, high;

    memcpy(&high, &most, sizeof high);
    while (low < high) {
        uint64_t middle = low + (high - low) / 2;

        memcpy(&value, &middle, sizeof value);
        if (count_misses(fit, cost, value) >= share * all)
            high = middle;
        else
            low = middle + 1;
    }
    memcpy(&value, &low, sizeof value);
    return value;
}

void pmt_gc_cost_fit(const struct pmt_gc_fit *fit, struct pmt_gc_cost *out)
{
    struct plane plane = {{0.0}}, second;
    struct sums sums;

    memset(out, 0, sizeof *out);
    if (!fit->n_pauses)
        return;
    sum_up(fit, NULL, &sums);
    if (!find_plane(&sums, &plane))
        return;
    sum_up(fit, &plane, &sums);
    if (sums.n > 0.0 && find_plane(&sums, &second))
        plane = second;
    out->n_pauses = fit->n_pauses;
    out->fixed_ns = plane.at[0];
    out->visited_ns = plane.at[1];
    out->freed_ns = plane.at[2];
    fill_ratios(fit, &plane, out->ratio);
    out->spread_low = quantile(fit, out, 0.1);
    out->spread_high = quantile(fit, out, 0.9);
}

uint64_t pmt_gc_cost_ns(const struct pmt_gc_cost *cost, uint64_t visited, uint64_t freed)
{
    double ns;

    if (!cost->n_pauses)
        return 0;
    ns = cost_ns(cost, visited, freed) + 0.5;
    return ns < 1.8e19 ? (uint64_t)ns : UINT64_MAX;
}
