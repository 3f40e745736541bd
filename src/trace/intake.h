/* intake.h - chunks one after another out of a file or a pipe; for the reader. */
#ifndef PMT_TRACE_INTAKE_H
#define PMT_TRACE_INTAKE_H

#include <stddef.h>
#include <stdint.h>
#include <pymemtrace/status.h>
#include "trace/chunk.h"
#include "trace/source.h"

/* Grows to what a chunk needs, within the caps of format.h. */
struct pmt_buffer {
    uint8_t *at;
    size_t cap; /* bytes */
};

struct pmt_intake {
    struct pmt_source src;
    struct pmt_unpacker *unpacker;
    struct pmt_buffer packed, raw; /* data of the current chunk */
    struct pmt_chunk chunk;        /* its header */
    uint64_t chunk_no;             /* its number, from 0; for the caller to count up */
    uint64_t chunk_offset;         /* where it begins in the file */
    uint64_t n_events;             /* events before it; for the caller to count up */
    unsigned minor;                /* version of the file */
    char partial[320];             /* why the trace ends early; "" while whole */
};

/* Take over *src and read the file header. E_TRACE, E_VERSION, E_IO, E_NOMEM; the
 * intake is to be released either way. */
enum pmt_status pmt_intake_open(struct pmt_intake *in, const struct pmt_source *src,
                                struct pmt_error *err);
void pmt_intake_release(struct pmt_intake *in);

/* The next chunk: its header and packed data are read and checked. END: the trace
 * ends early, see partial. E_IO, E_NOMEM. */
enum pmt_status pmt_intake_next(struct pmt_intake *in, struct pmt_error *err);

/* The data of the chunk into raw (which has room for a byte more). As _next. */
enum pmt_status pmt_intake_unpack(struct pmt_intake *in, struct pmt_error *err);

/* The trace ends early in this chunk: these write partial and return END. event:
 * counted over the whole trace. */
enum pmt_status pmt_intake_cut(struct pmt_intake *in);
enum pmt_status pmt_intake_damaged(struct pmt_intake *in, uint64_t event, const char *why);

/* Errors with the place of this chunk. */
enum pmt_status pmt_intake_no_memory(const struct pmt_intake *in, struct pmt_error *err);
enum pmt_status pmt_intake_too_new(const struct pmt_intake *in, const char *what,
                                   struct pmt_error *err);

#endif
