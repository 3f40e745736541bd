/* encode.h - events of one chunk, gathered and then written as columns; for the
 * writer. The layout of the columns: encode.c and pymemtrace-trace(5). */
#ifndef PMT_TRACE_ENCODE_H
#define PMT_TRACE_ENCODE_H

#include <pymemtrace/trace.h>
#include "trace/tally.h"

#define PMT_CHECKS_MAX (PMT_BATCH_EVENTS / PMT_CHECK_WINDOW)

struct pmt_encoder {
    uint32_t n_events;     /* in keys[] */
    uint32_t n_far;        /* in far[] */
    uint32_t n_wide;       /* in wide[] */
    uint32_t n_placements; /* so far in this chunk */
    uint64_t check_hash;   /* of the placements of the open window */
    uint64_t *keys;        /* [PMT_BATCH_EVENTS], PMT_KEY() of each event */
    uint32_t *far;         /* [PMT_BATCH_EVENTS], zigzag steps beyond PMT_NEAR_MAX */
    uint64_t *wide;        /* [2 * PMT_BATCH_EVENTS] */
    uint32_t check[PMT_CHECKS_MAX]; /* closed windows */
    /* Scratch of pmt_encode(). */
    uint16_t *cells;         /* [PMT_BATCH_EVENTS], tally cell of each event */
    uint8_t *ages, *steps, *args; /* columns before their place is known ... */
    uint32_t n_ages, n_steps, n_args; /* ... and their bytes */
    uint8_t *raw;            /* the result */
    struct pmt_tally *tally; /* empty between calls */
};

/* False: out of memory; _release may follow either way. */
bool pmt_encoder_init(struct pmt_encoder *enc);
void pmt_encoder_release(struct pmt_encoder *enc);
void pmt_encoder_clear(struct pmt_encoder *enc); /* no events */

/* The gathered events as the data of an events chunk: enc->raw, this many bytes. */
size_t pmt_encode(struct pmt_encoder *enc);

/* Most bytes pmt_encode() can give. */
size_t pmt_encode_bound(void);

static inline void pmt_encoder_place(struct pmt_encoder *enc, uint64_t place)
{
    enc->check_hash = (enc->check_hash ^ place) * 0x9E3779B97F4A7C15u;
    if (++enc->n_placements % PMT_CHECK_WINDOW)
        return;
    enc->check[enc->n_placements / PMT_CHECK_WINDOW - 1] = (uint32_t)(enc->check_hash >> 32);
    enc->check_hash = 0;
}

#endif
