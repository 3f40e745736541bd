/* age_histogram.c - ages in buckets, four to each doubling.
 *
 *     bucket   0  1  2  3 | 4  5  6  7 | 8    9      10      11      | 12 ...
 *     age      0  1  2  3 | 4  5  6  7 | 8-9  10-11  12-13   14-15   | 16-19 ... */
#include "replay/age_histogram.h"

#include "base/check.h"

static unsigned bucket_of(uint64_t age)
{
    unsigned log2;

    if (age < 4)
        return (unsigned)age;
    log2 = 63 - (unsigned)__builtin_clzll(age);
    return (log2 - 1) * 4 + (unsigned)(age >> (log2 - 2) & 3);
}

static uint64_t last_of(unsigned bucket)
{
    return bucket < 4 ? bucket : ((UINT64_C(5) + bucket % 4) << (bucket / 4 - 1)) - 1;
}

void pmt_ages_add(struct pmt_ages *ages, uint64_t age)
{
    const uint64_t longest = (UINT64_C(1) << PMT_AGE_BITS) - 1;
    unsigned bucket = bucket_of(age < longest ? age : longest);

    pmt_assert(bucket < PMT_AGE_BUCKETS);
    ages->count[bucket]++;
    ages->n++;
    ages->sum += age;
}

uint64_t pmt_ages_mean(const struct pmt_ages *ages)
{
    return ages->n ? ages->sum / ages->n : 0;
}

uint64_t pmt_ages_percentile(const struct pmt_ages *ages, unsigned percent)
{
    uint64_t n = 0;

    for (unsigned i = 0; i < PMT_AGE_BUCKETS; i++) {
        n += ages->count[i];
        if (n && (double)n * 100 >= (double)ages->n * percent)
            return last_of(i);
    }
    return 0;
}
