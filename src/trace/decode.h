/* decode.h - the data of an events chunk back to columns; for the reader. */
#ifndef PMT_TRACE_DECODE_H
#define PMT_TRACE_DECODE_H

#include <stddef.h>
#include <stdint.h>
#include <pymemtrace/trace.h>

struct pmt_decoder; /* the slots' state, and the columns it hands out */

/* NULL when out of memory. _free: NULL is allowed. */
struct pmt_decoder *pmt_decoder_new(void);
void pmt_decoder_free(struct pmt_decoder *dec);

/* Where and why pmt_decode() refused. */
struct pmt_decode_fault {
    uint32_t event;   /* index in the chunk */
    const char *what; /* static text */
};

/*
 * Decode n bytes that claim to be n_events events (1 to PMT_BATCH_EVENTS); to be
 * called for each chunk in order. OK: *batch is filled but for first_event; its
 * columns are borrowed until the next call. E_TRACE: the data contradicts itself
 * or what came before; E_VERSION: an op this program does not know; both fill
 * *fault. E_NOMEM; E_LIMIT: more live blocks than PMT_SLOTS_MAX. After a failure
 * the decoder is good for nothing but _free.
 */
enum pmt_status pmt_decode(struct pmt_decoder *dec, const uint8_t *raw, size_t n,
                           uint32_t n_events, struct pmt_batch *batch,
                           struct pmt_decode_fault *fault);

#endif
