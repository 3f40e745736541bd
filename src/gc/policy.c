/* policy.c - when the collector collects; the rules are in policy.h. */
#include "gc/policy.h"

#include "base/check.h"

int pmt_gc_choose(const struct pmt_gc_policy *p)
{
    for (int g = PMT_GENERATIONS - 1; g >= 0; g--) {
        if (p->count[g] <= p->threshold[g])
            continue;
        if (g == PMT_GENERATIONS - 1 && p->long_lived_pending < p->long_lived_total / 4)
            continue;
        return g;
    }
    return PMT_GC_NONE;
}

void pmt_gc_begin(struct pmt_gc_policy *p, unsigned generation)
{
    pmt_assert(generation < PMT_GENERATIONS);
    if (generation + 1 < PMT_GENERATIONS)
        p->count[generation + 1]++;
    for (unsigned g = 0; g <= generation; g++)
        p->count[g] = 0;
}

void pmt_gc_freeze(struct pmt_gc_policy *p)
{
    for (unsigned g = 0; g < PMT_GENERATIONS; g++)
        p->count[g] = 0;
}
