/* builder.h - traces for tests, made in memory: a script of events, written by
 * the writer into a file without a name that pmt_trace_open() can open.
 *
 *     struct builder b;
 *     builder_open(&b);
 *     uint32_t slot = pmt_writer_alloc(b.w, PMT_OP_ALLOC_OBJ, 56);
 *     builder_finish(&b);
 *     pmt_trace_open(b.path, &trace, &err);
 *     builder_close(&b);
 *
 * Facts that a test wants in the header come between builder_init() and
 * builder_begin(), which builder_open() does in one. */
#ifndef PMT_TESTS_BUILDER_H
#define PMT_TESTS_BUILDER_H

#include <stddef.h>
#include <stdint.h>
#include "trace/writer.h"

struct builder {
    int fd;               /* the file in memory */
    char path[64];        /* under which it can be opened */
    struct pmt_writer *w; /* NULL once finished */
};

/* Aborts the test program when the system has no memory files. */
void builder_init(struct builder *b);
void builder_begin(struct builder *b);
void builder_open(struct builder *b);

/* A clean end: end.kind=exit. */
void builder_finish(struct builder *b);
/* No end: flush and stop there. */
void builder_cut(struct builder *b);
void builder_close(struct builder *b);

/* The whole file, owned by the caller (free()); and a file made of bytes. */
uint8_t *builder_bytes(const struct builder *b, size_t *n);
void builder_from_bytes(struct builder *b, const uint8_t *bytes, size_t n);

/* A number that depends on *state alone (xorshift). */
uint64_t builder_random(uint64_t *state);

/* Events as columns, grown as needed: what a reader should give. */
struct columns_log {
    size_t n_events;                 /* in op[], slot[], arg[] */
    size_t n_wide, n_checks;         /* in wide[], check[] */
    size_t n_placements;             /* as the batches said */
    size_t cap, wide_cap, check_cap; /* room in them */
    uint8_t *op;                     /* the columns of struct pmt_batch, in one piece */
    uint32_t *slot;
    uint32_t *arg;
    uint64_t *wide;
    uint32_t *check;
};

void columns_log_free(struct columns_log *log);

/* Write n random events of all kinds; log (may be NULL) gets what was written but
 * for the checks. Starts with no live block; flushes now and then. */
void builder_random_events(struct builder *b, uint64_t seed, size_t n,
                           struct columns_log *log);

/* Read a trace to its end into log; the status that ended it, and in *partial
 * (may be NULL; free()) why it is partial, or NULL. */
enum pmt_status builder_read(const char *path, struct columns_log *log, char **partial,
                             struct pmt_error *err);

#endif
