/* outlet.h - chunks one after another into a file descriptor; for the writer. */
#ifndef PMT_TRACE_OUTLET_H
#define PMT_TRACE_OUTLET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pymemtrace/status.h>

struct pmt_outlet {
    int fd;                /* borrowed */
    uint64_t file_bytes;   /* written so far */
    uint64_t n_events;     /* in the chunks written */
    uint64_t last_chunk;   /* offset of the last chunk in the index */
    struct { uint8_t *at; size_t n, cap; } index; /* data of the index chunk */
    uint8_t *packed;       /* a whole chunk: header and packed data */
    size_t packed_cap;     /* bytes */
    struct pmt_packer *packer;
    bool failed;           /* err is the first failure: no more is written */
    struct pmt_error err;
};

/* n_raw: length of data for which there is room from the start. False: out of
 * memory; _release may follow either way. */
bool pmt_outlet_init(struct pmt_outlet *out, int fd, size_t n_raw);
void pmt_outlet_release(struct pmt_outlet *out);

/* These keep the first failure and return its status. */
enum pmt_status pmt_outlet_write(struct pmt_outlet *out, const uint8_t *bytes, size_t n);
enum pmt_status pmt_outlet_chunk(struct pmt_outlet *out, uint32_t kind, uint32_t n_events,
                                 const uint8_t *raw, size_t n_raw);
enum pmt_status pmt_outlet_index(struct pmt_outlet *out);
enum pmt_status pmt_outlet_no_memory(struct pmt_outlet *out);

#endif
