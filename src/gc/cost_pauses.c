/* cost_pauses.c - what is kept of recorded pauses, and how much too short those were that a look
 * came before.
 *
 * A recorded collection that the recording has looked ahead at (src/agent/look.c) finds in the
 * caches what it visits. Those that came without a look are believed where there are some.
 * Elsewhere the warm pauses count as longer than recorded, by so many ns per object visited as
 * those of the same generation were spared whose look was measured (src/agent/spared.c): of
 * their bucket and of those near by, each weighing less by the octave. Sets larger than any
 * that was measured are spared as much time, not as much per object: what a look leaves behind is
 * no more than the caches hold. Beside the same full collections of four programs of which each was
 * measured, from 7 to 285 ms, it went up to 6 ... 15 ms and was less again for the largest. With
 * it, recorded pauses of generation 1 of the same programs, 11 to 43 ms in all, became 13 to 56,
 * where unrecorded runs took 17 to 68.
 *
 * A bucket keeps a bounded number of pauses, evenly spread over all it saw: when it is
 * full every second one goes and from then on only every second one comes. */
#include "gc/cost_inner.h"

#include "base/check.h"

#define MOST_SPARED 2.0 /* times the recorded pauses */

static uint32_t clamp32(uint64_t value)
{
    return value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
}

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
    add_pause(warm ? &fit->warm[generation][pmt_gc_bucket_of(visited)]
                   : &fit->buckets[generation][pmt_gc_bucket_of(visited)], visited, freed, ns);
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
    spared = &fit->spared[generation][pmt_gc_bucket_of(visited)];
    spared->n++;
    spared->visited += (double)visited;
    spared->ns += (double)ns;
    spared->spared_ns += (double)spared_ns;
}

/* Per object visited, of those of a bucket. */
static double spared_each(const struct pmt_gc_spared *spared)
{
    return pmt_gc_within(spared->spared_ns, 0.0, MOST_SPARED * spared->ns) /
           (spared->visited > 0.0 ? spared->visited : 1.0);
}

double pmt_gc_cost_warmth(const struct pmt_gc_fit *fit, unsigned generation, uint64_t visited)
{
    const struct pmt_gc_spared *spared = fit->spared[generation];
    unsigned bucket = pmt_gc_bucket_of(visited), last = PMT_GC_RATIOS, at;
    double sum = 0.0, all = 0.0;

    while (last > 0 && !spared[last - 1].n)
        last--;
    if (last == 0)
        return 0.0;
    at = bucket < last ? bucket : last - 1;
    for (unsigned i = 0; i < last; i++) {
        double trust = pmt_gc_within((double)spared[i].n, 0.0, PMT_GC_MOST_ELSEWHERE);

        if (!spared[i].n)
            continue;
        for (unsigned away = i < at ? at - i : i - at; away > 0; away--)
            trust *= PMT_GC_TRUST_OCTAVE;
        all += trust;
        sum += trust * spared_each(&spared[i]);
    }
    for (; at < bucket; at++)
        sum /= 2.0;
    return sum / all;
}
