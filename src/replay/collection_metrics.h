/* collection_metrics.h - what the rows of collections come to as metrics: one way for
 * recorded traces and for scripts. For src/replay. */
#ifndef PMT_REPLAY_COLLECTION_METRICS_H
#define PMT_REPLAY_COLLECTION_METRICS_H

#include <pymemtrace/result.h>
#include "gc/stretch.h"

/* Give each row, in order, its pause by the cost model, and by what the recording took for the same
 * objects (NULL: there is none). */
void pmt_collections_pause(struct pmt_collection *rows, size_t n, const struct pmt_gc_cost *cost,
                           const struct pmt_gc_stretches *stretches);

/* Add counts, visits, finds and pauses of the rows to metrics that are 0. Without memory
 * the percentiles stay 0. */
void pmt_collections_measure(const struct pmt_collection *rows, size_t n,
                             struct pmt_metrics *out);

#endif
