/* sample.h - a timeline of bounded length. For src/replay.
 *
 * Samples are taken at multiples of a period of events; when there are too many,
 * every second one is dropped and the period doubles. So which events are sampled
 * depends on the trace's length alone, and a trace of any length gives between half of
 * `max` and `max` rows. Size classes and free lists are kept at every sixteenth sample. */
#ifndef PMT_REPLAY_SAMPLE_H
#define PMT_REPLAY_SAMPLE_H

#include <pymemtrace/result.h>
#include "heap/heap.h"

#define PMT_CLASS_PERIOD 16 /* samples per class sample */
#define PMT_FIRST_PERIOD 64 /* events: finer than that shows nothing more */

struct pmt_sampler {
    uint64_t period;      /* events between samples */
    uint64_t due;         /* event at which the next one is taken */
    uint32_t max;
    struct { struct pmt_sample *at; size_t n, cap; } rows;
    struct { struct pmt_class_sample *at; size_t n, cap; } classes;
    struct { struct pmt_free_list_sample *at; size_t n, cap; } lists;
    bool wants_lists;     /* the sample taken last is one of those with free lists */
};

void pmt_sampler_init(struct pmt_sampler *s, uint32_t max);
void pmt_sampler_release(struct pmt_sampler *s);

/* Take a sample: row holds event, clock, rss, stack; the heap's part is filled in.
 * False: out of memory. */
bool pmt_sampler_take(struct pmt_sampler *s, const struct pmt_heap *heap,
                      struct pmt_sample row);

/* n free lists as they are at the sample taken last; those with nothing to tell are left out. */
bool pmt_sampler_lists(struct pmt_sampler *s, const struct pmt_free_list_row *rows, size_t n);

/* The last row, at the end of the trace, whatever the period. */
bool pmt_sampler_finish(struct pmt_sampler *s, const struct pmt_heap *heap,
                        struct pmt_sample row);

#endif
