/* relay.h - reading ahead: a thread decodes a trace while the caller replays what it
 * has decoded. For src/run.
 *
 * The order of items is that of the file, whatever the threads do, so a run with and
 * without the relay gives the same result. */
#ifndef PMT_RUN_RELAY_H
#define PMT_RUN_RELAY_H

#include <pymemtrace/trace.h>

struct pmt_relay;

/* Read trace (borrowed, not to be touched until pmt_relay_close()) in a thread of its
 * own. E_NOMEM: no memory or no thread: read it directly instead. */
enum pmt_status pmt_relay_open(struct pmt_trace *trace, struct pmt_relay **out,
                               struct pmt_error *err);

/* As pmt_trace_next(); the item is valid until the next call. */
enum pmt_status pmt_relay_next(struct pmt_relay *relay, struct pmt_item *item,
                               struct pmt_error *err);

/* The types that the trace told of between the item before and the last one: valid until the
 * next item, their names until the trace is closed. */
const struct pmt_type *pmt_relay_types(const struct pmt_relay *relay, size_t *n);

/* Bytes of the trace read by the time of the last item. */
uint64_t pmt_relay_bytes_read(const struct pmt_relay *relay);

/* Stop the thread and release; NULL is allowed. */
void pmt_relay_close(struct pmt_relay *relay);

#endif
