/* age_histogram.h - how old things become: their number, their mean, and what share of them
 * no more than so much. For src/replay.
 *
 * Ages are counted in buckets, four to each doubling, so that of one thing and of a thousand
 * million a percentile is known to a quarter, in bounded room. */
#ifndef PMT_REPLAY_AGE_HISTOGRAM_H
#define PMT_REPLAY_AGE_HISTOGRAM_H

#include <stdint.h>

#define PMT_AGE_BITS    40 /* longer ages count as the longest */
#define PMT_AGE_BUCKETS (4 * (PMT_AGE_BITS - 1))

struct pmt_ages {
    uint64_t n, sum;
    uint64_t count[PMT_AGE_BUCKETS];
};

void pmt_ages_add(struct pmt_ages *ages, uint64_t age);

/* 0 of none. */
uint64_t pmt_ages_mean(const struct pmt_ages *ages);

/* So many in a hundred, at least, are no older: the upper end of the bucket in which the
 * percentile lies by nearest rank. 0 of none. */
uint64_t pmt_ages_percentile(const struct pmt_ages *ages, unsigned percent);

#endif
