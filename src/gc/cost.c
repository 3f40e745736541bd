/* cost.c - how long a collection takes, learned from recorded ones.
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
 * Two stretches of the curves were set anew beside twenty-five programs, each recorded twice and
 * run three times under each setting, when what hooks and looks do to recorded pauses had come to
 * be known better: generation 0 from 2^14 on went up by an eighth, generation 1 from 2^15 on down by
 * a sixth. Of 242 predictions the sums had been 11.3 % off on average, and 24 of them more than
 * 25 %; behind it 10.5 % and 16, with what stretch.c does 9.6 % and 8, with RARE 9.3 % and 7. Turning
 * any of the other knobs here gained hardly anything.
 *
 * A recorded collection that the recording has looked ahead at (src/agent/look.c) finds in the
 * caches what it visits. Those that came without a look are believed where there are some.
 * Elsewhere the warm pauses count as longer than recorded, by so many ns per object visited as
 * those of the same generation were spared whose look was measured (src/agent/spared.c): of
 * their bucket and of those near by, each weighing less by the octave. Sets larger than any
 * that was measured are spared as much time, not as much per object: what a look leaves behind is no more
 * than the caches hold. Beside the same full collections of four programs of which each was
 * measured, from 7 to 285 ms, it went up to 6 ... 15 ms and was less again for the largest.
 * With it, recorded pauses of generation 1 of the same programs, 11 to 43 ms in all, became
 * 13 to 56, where unrecorded runs took 17 to 68.
 *
 * A bucket keeps a bounded number of pauses, evenly spread over all it saw: when it is
 * full every second one goes and from then on only every second one comes.
 *
 * Arithmetic is plain and in a fixed order, without the mathematical library, so that
 * results do not differ between machines. */
#include "gc/cost.h"

#include <stdlib.h>
#include <string.h>
#include "base/check.h"

#define ENOUGH_COLD 3u /* pauses */
#define TURNS     60   /* of points, then f and fixed */
#define OUTLIER   4.0  /* so many times more or less than expected is no evidence */
#define ABSURD    10.0 /* ... nor part of a sum */
#define FEW       8u   /* pauses: their median */
#define DOUBT     1.5  /* ... is no more than so many times the level of the generation */
#define LEAST     0.05 /* of the scale: no point is below */
#define MOST      4.0  /* of the scale: f and fixed are not above */
#define MOST_SPARED 2.0 /* times the recorded pauses */
#define MOST_SUM  1.4  /* by which a generation is scaled in the end, or 1 / that */

/* How far the trace is believed. A pause is one observation, a bucket no more than some:
 * its pauses are alike, and off alike. */
#define MOST_TRUST       32.0  /* of a bucket in its own point, and for f and fixed */
#define MOST_ELSEWHERE   8.0   /* ... in others, and in the level */
#define RARE             0.1  /* of the other pauses of a generation: few beside them */
#define TRUST_LEVEL      0.5   /* of the level in a point */
#define TRUST_OCTAVE     0.0625 /* left of a bucket's trust, per octave away */
#define TRUST_NEXT_LARGE 0.5   /* ... in the next generation, for large sets */
#define TRUST_NEXT       0.1   /* ... and for others */
#define LARGE            9u    /* from this bucket on: 2^16 */
#define MOST_BORROWED    4.0   /* observations that a level takes from other generations */
#define PAUSE_OFF        0.25  /* of a pause: standard deviation from the model */
#define FREED_OFF        0.5   /* of f from the usual, and so on */
#define FIXED_OFF        0.35

/* ns on the machine that it was got on, for 2^7 objects and fewer, 2^8 ... 2^22. */
static const double usual[PMT_GC_KINDS][PMT_GC_RATIOS] = {
    {22, 22, 23, 24, 26, 30, 45, 63, 74, 100, 157, 213, 263, 302, 347, 370},
    {30, 34, 38, 41, 44, 53, 72, 106, 113, 164, 242, 271, 283, 299, 340, 370},
    {42, 46, 55, 68, 98, 128, 142, 144, 146, 152, 178, 265, 352, 390, 390, 390},
};
#define USUAL_FREED_NS 22.0
#define USUAL_FIXED_NS 1500.0

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

/* The first is also for less, the last for more. */
static unsigned bucket_of(uint64_t visited)
{
    unsigned log2 = visited ? 63u - (unsigned)__builtin_clzll(visited) : 0;
    unsigned b = log2 < PMT_GC_LEAST_LOG2 ? 0 : log2 - PMT_GC_LEAST_LOG2;

    return b < PMT_GC_RATIOS ? b : PMT_GC_RATIOS - 1;
}

static uint32_t clamp32(uint64_t value)
{
    return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

static double within(double value, double least, double most)
{
    return value < least ? least : value > most ? most : value;
}

/* -- pauses -- */

static void thin_out(struct pmt_gc_bucket *bucket)
{
    for (uint32_t i = 0; i < PMT_GC_FIT_SAMPLES / 2; i++)
        bucket->samples[i] = bucket->samples[2 * i];
    bucket->n = PMT_GC_FIT_SAMPLES / 2;
    bucket->stride_log2++;
}

static void add_pause(struct pmt_gc_bucket *bucket, uint64_t visited, uint64_t freed,
                      uint64_t ns)
{
    uint64_t i;

    i = bucket->n_seen++;
    if (bucket->n == PMT_GC_FIT_SAMPLES)
        thin_out(bucket);
    if (i >> bucket->stride_log2 << bucket->stride_log2 != i)
        return;
    pmt_assert(bucket->n == i >> bucket->stride_log2);
    bucket->samples[bucket->n++] =
        (struct pmt_gc_pause){clamp32(visited), clamp32(freed), ns};
}

/* Samples are thinned out; what is rare is kept beside them. */
static void add_worst(struct pmt_gc_worst *worst, const struct pmt_gc_worst *one)
{
    unsigned i = PMT_GC_FIT_WORST - 1;

    if (one->usual <= worst[i].usual)
        return;
    for (; i > 0 && worst[i - 1].usual < one->usual; i--)
        worst[i] = worst[i - 1];
    worst[i] = *one;
}

void pmt_gc_cost_add(struct pmt_gc_fit *fit, unsigned generation, uint64_t visited,
                     uint64_t freed, uint64_t ns, bool warm)
{
    struct pmt_gc_worst one = {.warm = warm, .pause = {clamp32(visited), clamp32(freed), ns}};

    pmt_assert(generation < PMT_GC_KINDS);
    if (ns == 0)
        return;
    fit->n_pauses++;
    add_pause(warm ? &fit->warm[generation][bucket_of(visited)]
                   : &fit->buckets[generation][bucket_of(visited)], visited, freed, ns);
    one.usual = pmt_gc_cost_usual(generation, &one.pause);
    add_worst(fit->worst[generation], &one);
}

void pmt_gc_cost_spared(struct pmt_gc_fit *fit, unsigned generation, uint64_t visited,
                        uint64_t ns, uint64_t spared_ns)
{
    struct pmt_gc_spared *spared;

    pmt_assert(generation < PMT_GC_KINDS);
    if (ns == 0)
        return;
    spared = &fit->spared[generation][bucket_of(visited)];
    spared->n++;
    spared->visited += (double)visited;
    spared->ns += (double)ns;
    spared->spared_ns += (double)spared_ns;
}

/* Per object visited, of those of a bucket. */
static double spared_each(const struct pmt_gc_spared *spared)
{
    return within(spared->spared_ns, 0.0, MOST_SPARED * spared->ns) /
           (spared->visited > 0.0 ? spared->visited : 1.0);
}

double pmt_gc_cost_warmth(const struct pmt_gc_fit *fit, unsigned generation, uint64_t visited)
{
    const struct pmt_gc_spared *spared = fit->spared[generation];
    unsigned bucket = bucket_of(visited), last = PMT_GC_RATIOS, at;
    double sum = 0.0, all = 0.0;

    while (last > 0 && !spared[last - 1].n)
        last--;
    if (last == 0)
        return 0.0;
    at = bucket < last ? bucket : last - 1;
    for (unsigned i = 0; i < last; i++) {
        double trust = within((double)spared[i].n, 0.0, MOST_ELSEWHERE);

        if (!spared[i].n)
            continue;
        for (unsigned away = i < at ? at - i : i - at; away > 0; away--)
            trust *= TRUST_OCTAVE;
        all += trust;
        sum += trust * spared_each(&spared[i]);
    }
    for (; at < bucket; at++)
        sum /= 2.0;
    return sum / all;
}

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

/* -- the model -- */

/* Where in its bucket a size lies, from -1/2 at the lower end to 1/2 at the upper: the
 * power of two by a straight line. */
static double place_of(uint64_t visited, unsigned bucket)
{
    double lower = (double)(UINT64_C(1) << (bucket + PMT_GC_LEAST_LOG2));

    return within((double)visited / lower - 1.5, -0.5, 0.5);
}

static double at_size(const double curve[PMT_GC_RATIOS], uint64_t visited)
{
    unsigned b = bucket_of(visited);
    double place = place_of(visited, b), here = curve[b];

    if (place < 0.0)
        return here + (here - curve[b > 0 ? b - 1 : b]) * place;
    return here + (curve[b + 1 < PMT_GC_RATIOS ? b + 1 : b] - here) * place;
}

static double usual_ns(unsigned generation, uint64_t visited)
{
    return (double)visited * at_size(usual[generation], visited);
}

/* As many freed blocks of a small set take so long. */
static double freed_weight(uint64_t visited, uint64_t freed)
{
    return (double)freed * (3.0 + at_size(usual[0], visited) / usual[0][0]) / 4.0;
}

double pmt_gc_cost_usual(unsigned generation, const struct pmt_gc_pause *pause)
{
    return (double)pause->ns / (usual_ns(generation, pause->visited) + USUAL_FIXED_NS +
                                USUAL_FREED_NS * freed_weight(pause->visited, pause->freed));
}

static double visits_ns(const struct pmt_gc_cost *cost, unsigned generation, uint64_t visited)
{
    return (double)visited * cost->visited_ns * at_size(cost->ratio[generation], visited);
}

static double rest_ns(const struct pmt_gc_cost *cost, uint64_t visited, uint64_t freed)
{
    return cost->fixed_ns + freed_weight(visited, freed) * cost->freed_ns;
}

static double cost_ns(const struct pmt_gc_cost *cost, unsigned generation, uint64_t visited,
                      uint64_t freed)
{
    return visits_ns(cost, generation, visited) + rest_ns(cost, visited, freed);
}

/* -- how far off it is -- */

static double miss_of(const struct work *w, unsigned generation, const struct evidence *e,
                      const struct pmt_gc_pause *pause)
{
    double model = cost_ns(w->cost, generation, pause->visited, pause->freed);

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
    return ns_of(e, pause) - rest_ns(w->cost, pause->visited, pause->freed);
}

/* Of the ratios of recorded to usual visits. */
static double median_ratio(const struct work *w, unsigned generation, const struct evidence *e)
{
    double ratios[PMT_GC_FIT_SAMPLES];
    uint32_t n = 0;

    for (uint32_t i = 0; i < e->bucket->n; i++)
        if (e->bucket->samples[i].visited)
            ratios[n++] = left_for_visits(w, e, &e->bucket->samples[i]) /
                          usual_ns(generation, e->bucket->samples[i].visited);
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
        median = within(median, 0.0, DOUBT * w->level[generation]);
    if (median < LEAST * w->scale)
        median = LEAST * w->scale;
    for (uint32_t i = 0; i < bucket->n; i++) {
        double ns = left_for_visits(w, e, &bucket->samples[i]);
        double usually = usual_ns(generation, bucket->samples[i].visited);

        if (usually == 0.0 || ns > OUTLIER * median * usually)
            continue;
        own->ns += ns * stride_of(bucket);
        own->usual += usually * stride_of(bucket);
    }
    if (own->usual > 0.0)
        own->trust = within(bucket->n, 0.0, MOST_TRUST) * commonness(w, generation, b);
}

static double ratio_of(const struct work *w, const struct own *own)
{
    double ratio = own->usual > 0.0 ? own->ns / own->usual : w->scale;

    return ratio > LEAST * w->scale ? ratio : LEAST * w->scale;
}

static double elsewhere(const struct own *own)
{
    return within(own->trust, 0.0, MOST_ELSEWHERE);
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
            t *= TRUST_OCTAVE;
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
    return sum / trust * usual[generation][b];
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
        double visits = visits_ns(w->cost, generation, pause->visited);
        double off = PAUSE_OFF * (visits + rest_ns(w->cost, pause->visited, pause->freed));
        double left = ns_of(e, pause) - visits;
        double weight = freed_weight(pause->visited, pause->freed);

        if (off <= 0.0 || is_outlier(miss_of(w, generation, e, pause), OUTLIER))
            continue;
        observe(freed, weight, left - w->cost->fixed_ns, few / (off * off));
        observe(fixed, 1.0, left - weight * w->cost->freed_ns, few / (off * off));
    }
}

static double solve(struct line *line, double expected, double off)
{
    observe(line, 1.0, expected, 1.0 / (off * expected * (off * expected)));
    return within(line->xy / line->xx, 0.0, MOST * expected);
}

static void find_rest(struct work *w)
{
    struct line freed = {0}, fixed = {0};

    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        for (unsigned b = 0; b < PMT_GC_RATIOS; b++)
            observe_bucket(w, g, &w->evidence[g][b], &freed, &fixed);
    w->cost->freed_ns = solve(&freed, USUAL_FREED_NS * w->scale, FREED_OFF);
    w->cost->fixed_ns = solve(&fixed, USUAL_FIXED_NS * w->scale, FIXED_OFF);
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
            modelled += visits_ns(w->cost, generation, pause->visited) * stride_of(bucket);
        }
    }
    if (modelled <= 0.0)
        return;
    by = within(recorded / modelled, 1.0 / MOST_SUM, MOST_SUM);
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
                ns += visits_ns(w->cost, g, bucket->samples[i].visited) * stride_of(bucket);
                visited += (double)bucket->samples[i].visited * stride_of(bucket);
            }
        }
    w->cost->visited_ns = visited > 0.0 ? ns / visited : w->cost->ratio[0][0];
    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        for (unsigned b = 0; b < PMT_GC_RATIOS; b++)
            w->cost->ratio[g][b] /= w->cost->visited_ns;
}

/* The usual cost, times the scale of this machine. */
static void begin_fit(struct work *w)
{
    struct pmt_gc_cost *cost = w->cost;

    cost->visited_ns = 1.0;
    cost->fixed_ns = USUAL_FIXED_NS;
    cost->freed_ns = USUAL_FREED_NS;
    memcpy(cost->ratio, usual, sizeof usual);
    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        for (unsigned b = 0; b < PMT_GC_RATIOS; b++)
            w->evidence[g][b] = evidence(w->fit, g, b);
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
    begin_fit(&w);
    for (int turn = 0; turn < TURNS; turn++) {
        find_curves(&w);
        find_rest(&w);
    }
    for (unsigned g = 0; g < PMT_GC_KINDS; g++)
        match_sum(&w, g);
    normalize(&w);
    out->n_pauses = fit->n_pauses;
    out->spread_low = quantile(&w, 0.1);
    out->spread_high = quantile(&w, 0.9);
}

void pmt_gc_cost_of_none(struct pmt_gc_cost *out)
{
    *out = (struct pmt_gc_cost){.fixed_ns = USUAL_FIXED_NS, .visited_ns = 1.0,
                                .freed_ns = USUAL_FREED_NS, .is_usual = 1};
    memcpy(out->ratio, usual, sizeof usual);
}

uint64_t pmt_gc_cost_ns(const struct pmt_gc_cost *cost, unsigned generation, uint64_t visited,
                        uint64_t freed)
{
    double ns;

    pmt_assert(generation < PMT_GC_KINDS);
    if (!cost->n_pauses && !cost->is_usual)
        return 0;
    ns = cost_ns(cost, generation, visited, freed) + 0.5;
    return ns < 1.8e19 ? (uint64_t)ns : UINT64_MAX;
}
