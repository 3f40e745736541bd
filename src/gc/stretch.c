/* stretch.c - whether what was made in a stretch of the run is dear to visit.
 *
 * The cost model goes by how many objects a collection visits. Which they are it does not know:
 * a function or a class of an import refers to thirty others, all of them long out of the caches,
 * an empty list to nothing. But a recording under the default thresholds has a young collection
 * for every few hundred objects, and they are the same ones that a collection under other
 * thresholds visits, only that it visits those of many at once:
 *
 *     recorded        0  0  0  0  0  0  0  0  0  0  1  0  0  0       (pauses of generation 0, 1)
 *     predicted       ------------------> 0 ---------------> 0
 *
 *     factor = (sum of recorded + BELIEF * usual) / (sum of modelled + BELIEF * usual)
 *
 * over the recorded young pauses since the last collection of the same generation or an older, up
 * to this one, and the next behind it, which has visited the last of its objects, unless a recorded
 * one comes at the same time. The model is that of cost.c, scaled so that those sums are equal over
 * the whole recording: a stretch has a factor, the recording has none. `usual` is what an average
 * one of generation 0 takes: a stretch with one pause is hardly believed, one with fifty is.
 *
 * A full collection visits nearly the same as the recorded full ones before and behind it: its
 * factor is theirs, recorded / modelled, each the more the nearer it is, and 1 as much as both.
 * (Behind a freeze that the recording did not have it visits others; it has half of that factor.)
 *
 * The only pauses of a size may all be of one stretch: of 1,024 and more objects those of an
 * import, and the curve of the model would have them dear for their size. So each young pause is
 * divided by what those around it are, beside all, and the model fitted anew to them. (It comes to
 * their sum then, not to the recorded one: as far as large sets are in dear stretches, below it.
 * Scaled to the recorded one, sums under other settings were 10.1 % off instead of 9.3 %.)
 *
 * Of twenty-five programs under CPython 3.11 and five settings, each fitted to two recordings under
 * the default one, sums were 10.5 % off on average without this and 9.6 % with it, and more than
 * 25 % 16 times of 242 and 8; the longest pauses 17.1 % and 15.3 %. How large BELIEF is made no
 * difference from 1 to 8, nor AROUND from 5 to 20.
 *
 * A single pause may be anything; none counts as more than OUTLIER times the model, or less. */
#include "gc/stretch.h"

#include <string.h>
#include "base/alloc.h"
#include "base/check.h"
#include "base/vec.h"

#define BELIEF  4.0 /* pauses of generation 0; */
#define FULL    1.0 /* ... full ones */
#define OUTLIER 4.0
#define AROUND  10u /* young ones before, and behind */
#define AS_ALL  2.0 /* ... and so many that are like all */

void pmt_gc_stretch_release(struct pmt_gc_stretches *s)
{
    pmt_vec_release(&s->young);
    pmt_vec_release(&s->full);
}

bool pmt_gc_stretch_add(struct pmt_gc_stretches *s, uint64_t event, uint64_t end,
                        unsigned generation, uint64_t visited, uint64_t freed, uint64_t ns,
                        bool warm)
{
    struct pmt_gc_visits *visits = generation < PMT_GC_KINDS - 1 ? &s->young : &s->full;
    struct pmt_gc_visit visit = {.event = event, .end = end, .visited = visited, .freed = freed, .warm = warm,
                                 .recorded_ns = ns, .generation = (uint8_t)generation};

    pmt_assert(generation < PMT_GC_KINDS && event <= end);
    pmt_assert(!visits->n || visits->at[visits->n - 1].event <= event);
    return ns == 0 || pmt_vec_push(visits, visit);
}

/* -- recorded and modelled -- */

/* So much longer would it have taken without a look. */
static double warmth(const struct pmt_gc_fit *fit, const struct pmt_gc_visit *v)
{
    return v->warm ? (double)v->visited * pmt_gc_cost_warmth(fit, v->generation, v->visited) : 0.0;
}

static void compare(struct pmt_gc_visits *visits, const struct pmt_gc_fit *fit,
                    const struct pmt_gc_cost *cost)
{
    for (size_t i = 0; i < visits->n; i++) {
        struct pmt_gc_visit *v = &visits->at[i];

        v->model = (double)pmt_gc_cost_ns(cost, v->generation, v->visited, v->freed);
        v->ns = (double)v->recorded_ns + warmth(fit, v);
        if (v->ns > OUTLIER * v->model)
            v->ns = OUTLIER * v->model;
        if (v->ns < v->model / OUTLIER)
            v->ns = v->model / OUTLIER;
    }
}

static double ratio(const struct pmt_gc_visit *v)
{
    return v->model > 0.0 ? v->ns / v->model : 1.0;
}

static double mean_ratio(const struct pmt_gc_visits *visits)
{
    double sum = 0.0;

    for (size_t i = 0; i < visits->n; i++)
        sum += ratio(&visits->at[i]);
    return visits->n ? sum / (double)visits->n : 1.0;
}

/* So much dearer than all are those around this one. */
static double around(const struct pmt_gc_visits *young, size_t i, double mean)
{
    size_t first = i > AROUND ? i - AROUND : 0, end = i + AROUND + 1;
    double sum = AS_ALL * mean, n = AS_ALL;

    if (end > young->n)
        end = young->n;
    for (size_t k = first; k < end; k++) {
        sum += k == i ? 0.0 : ratio(&young->at[k]);
        n += k != i;
    }
    return sum / (n * mean);
}

/* The fit adds what the look has spared it again: that is evened out as well. */
static uint64_t evened_ns(const struct pmt_gc_visit *v, double spared, double by)
{
    double ns = ((double)v->recorded_ns + spared) / by - spared;

    if (!(ns > 1.0))
        return 1;
    return ns < 1.8e19 ? (uint64_t)ns : UINT64_MAX;
}

static void even_out(const struct pmt_gc_stretches *s, const struct pmt_gc_fit *fit,
                     struct pmt_gc_cost *cost)
{
    struct pmt_gc_fit *evened = pmt_zalloc(sizeof *evened);
    double mean = mean_ratio(&s->young);

    if (!evened)
        return;
    memcpy(evened->spared, fit->spared, sizeof evened->spared);
    for (size_t i = 0; i < s->young.n; i++) {
        const struct pmt_gc_visit *v = &s->young.at[i];

        pmt_gc_cost_add(evened, v->generation, v->visited, v->freed,
                        evened_ns(v, warmth(fit, v), around(&s->young, i, mean)), v->warm);
    }
    for (size_t i = 0; i < s->full.n; i++) {
        const struct pmt_gc_visit *v = &s->full.at[i];

        pmt_gc_cost_add(evened, v->generation, v->visited, v->freed, v->recorded_ns, v->warm);
    }
    pmt_gc_cost_fit(evened, cost);
    pmt_gc_cost_spread(fit, cost);
    pmt_free(evened);
}

static void sum_up(struct pmt_gc_stretches *s)
{
    double ns[PMT_GC_KINDS] = {0}, model[PMT_GC_KINDS] = {0}, ns_sum = 0.0, model_sum = 0.0;
    size_t n = 0;

    for (size_t i = 0; i < s->young.n; i++) {
        const struct pmt_gc_visit *v = &s->young.at[i];

        ns[v->generation] += v->ns;
        model[v->generation] += v->model;
        n += v->generation == 0;
    }
    s->young_ns = n ? ns[0] / (double)n : 0.0;
    for (size_t i = 0; i < s->young.n; i++) {
        struct pmt_gc_visit *v = &s->young.at[i];
        double all = model[v->generation];

        v->ns = ns_sum += v->ns;
        v->model = model_sum += all > 0.0 ? v->model * (ns[v->generation] / all) : 0.0;
    }
}

void pmt_gc_stretch_fit(struct pmt_gc_stretches *s, const struct pmt_gc_fit *fit,
                        struct pmt_gc_cost *cost)
{
    compare(&s->young, fit, cost);
    even_out(s, fit, cost);
    compare(&s->young, fit, cost);
    compare(&s->full, fit, cost);
    sum_up(s);
}

/* -- factors -- */

/* Index of the first behind this event. */
static size_t first_behind(const struct pmt_gc_visits *visits, uint64_t event)
{
    size_t low = 0, high = visits->n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (visits->at[middle].event > event)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static double young_factor(const struct pmt_gc_stretches *s, uint64_t from, uint64_t to)
{
    size_t first = first_behind(&s->young, from), end = first_behind(&s->young, to);
    const struct pmt_gc_visit *last, *before;
    double ns = BELIEF * s->young_ns, model = ns;

    if (end < s->young.n && !(end > first && s->young.at[end - 1].end >= to))
        end++;
    if (first >= end || !(model > 0.0))
        return 1.0;
    last = &s->young.at[end - 1];
    before = first ? &s->young.at[first - 1] : NULL;
    ns += last->ns - (before ? before->ns : 0.0);
    model += last->model - (before ? before->model : 0.0);
    return ns / model;
}

static double full_factor(const struct pmt_gc_visits *full, uint64_t at)
{
    size_t behind = first_behind(full, at);
    const struct pmt_gc_visit *v;
    double near;

    if (!full->n)
        return 1.0;
    v = &full->at[behind];
    if (behind == 0)
        near = ratio(&v[0]);
    else if (behind == full->n)
        near = ratio(&v[-1]);
    else
        near = ratio(&v[-1]) + (ratio(&v[0]) - ratio(&v[-1])) *
                               ((double)(at - v[-1].event) / (double)(v[0].event - v[-1].event));
    return (FULL + near) / (FULL + 1.0);
}

double pmt_gc_stretch_factor(const struct pmt_gc_stretches *s, unsigned generation,
                             uint64_t from, uint64_t to)
{
    return generation < PMT_GC_KINDS - 1 ? young_factor(s, from, to) : full_factor(&s->full, to);
}
