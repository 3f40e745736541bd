/* writer.h - write a trace. For src/record and for tests; src/run only reads.
 *
 * The writer names slots: freed slots are reused last-in first-out, and fresh
 * ones count up from 0, exactly as every reader will do. Events are gathered in a
 * chunk of at most PMT_BATCH_EVENTS and go out, compressed, when it is full or
 * flushed; what is flushed survives anything. */
#ifndef PMT_TRACE_WRITER_H
#define PMT_TRACE_WRITER_H

#include <pymemtrace/trace.h>

struct pmt_writer;

#define PMT_NO_SLOT UINT32_MAX

/* Write to the open file descriptor fd, positioned where the trace begins; the
 * caller keeps the descriptor and closes it after pmt_writer_close(). */
enum pmt_status
pmt_writer_open(int fd, struct pmt_writer **out, struct pmt_error *err);

/* A fact of the header; only before the first event. name: [A-Za-z0-9._-]+, at most
 * 64 characters. pmt_writer_begin() writes the header: no facts after it. E_LIMIT:
 * all facts together are longer than 1 MiB (a very long command line). */
enum pmt_status
pmt_writer_fact(struct pmt_writer *w, const char *name, const char *value,
                struct pmt_error *err);
enum pmt_status pmt_writer_begin(struct pmt_writer *w, struct pmt_error *err);

/* The event path: no status per call. A failure (E_IO, E_NOMEM, E_LIMIT) is kept,
 * further events are dropped, and pmt_writer_error() tells it. */
/* op: PMT_OP_ALLOC_* or REUSED*; returns the slot that the block takes (PMT_NO_SLOT after a
 * failure: all later calls ignore it). */
uint32_t pmt_writer_alloc(struct pmt_writer *w, enum pmt_op op, uint64_t size_bytes);
/* op: FREE or SHELVED; the slot may be taken anew. */
void pmt_writer_end(struct pmt_writer *w, enum pmt_op op, uint32_t slot);
void pmt_writer_realloc(struct pmt_writer *w, uint32_t slot, uint64_t size_bytes);
/* The last event, an ALLOC_*, REUSED* or REALLOC, lies in an arena, at this place (trace.h).
 * To be called before the next event or flush. */
void pmt_writer_place(struct pmt_writer *w, uint64_t place);
/* An event about a live block; arg: 0 where it has none. */
void pmt_writer_about(struct pmt_writer *w, enum pmt_op op, uint32_t slot, uint32_t arg);
/* A type that later events name by its number. */
void pmt_writer_type(struct pmt_writer *w, const struct pmt_type *type);
/* An event without a slot: arg, and wide[] as event.def says for op (n_wide of
 * them; NULL if none). */
void pmt_writer_event(struct pmt_writer *w, enum pmt_op op, uint32_t arg,
                      const uint64_t *wide);
/* What the interpreter said, after the events so far; they are flushed. A text over
 * 1 MiB is cut there; `when` has at most 31 printable characters. */
void pmt_writer_oracle(struct pmt_writer *w, const struct pmt_oracle *oracle);

/* Write what is gathered as a chunk now. */
enum pmt_status pmt_writer_flush(struct pmt_writer *w, struct pmt_error *err);

/* NULL while all is well, else the first failure. */
const struct pmt_error *pmt_writer_error(const struct pmt_writer *w);

uint64_t pmt_writer_events(const struct pmt_writer *w);     /* so far */
uint64_t pmt_writer_file_bytes(const struct pmt_writer *w); /* written so far */
uint64_t pmt_writer_n_slots(const struct pmt_writer *w);    /* highest + 1 */

/* Continue in another file: used after fork(), when the bytes written so far were
 * copied to fd (and fd stands at their end). */
void pmt_writer_move_to(struct pmt_writer *w, int fd);

/* Clean end: flush, the facts of the end ("end.kind" ...; n pairs, names and
 * values in turn) and the index. Without it the trace reads as cut. end.events is
 * written unasked. A fact with a name of the header replaces that one for readers:
 * so a forked child, whose file begins with its parent's header, gets its own pid. */
enum pmt_status
pmt_writer_finish(struct pmt_writer *w, const char *const *pairs, size_t n,
                  struct pmt_error *err);

/* Release; NULL is allowed. Does not flush. */
void pmt_writer_close(struct pmt_writer *w);

#endif
