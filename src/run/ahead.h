/* ahead.h - a trace read a second time, ahead of its replay, for the garbage that it is going to
 * tell of (replay/scout.h). For src/run. */
#ifndef PMT_RUN_AHEAD_H
#define PMT_RUN_AHEAD_H

#include <stdbool.h>
#include <stdint.h>
#include <pymemtrace/result.h>
#include "replay/scout.h"

struct pmt_ahead;

/* Of the trace that was opened by this path. NULL: what comes by a pipe is there once, or there is
 * no memory; the replay does without. thread: decode in a thread of its own. */
struct pmt_ahead *pmt_ahead_open(const char *path, const struct pmt_trace *trace, bool thread);
void pmt_ahead_close(struct pmt_ahead *a); /* NULL is allowed */

struct pmt_scout *pmt_ahead_scout(struct pmt_ahead *a);

/* The replay is about to act out the events from `from` up to `until`: read on as far as the scout
 * wants. go_on is asked now and then. E_IO: it said no. E_NOMEM. What is wrong with the trace the replay will say. */
enum pmt_status pmt_ahead_until(struct pmt_ahead *a, uint64_t from, uint64_t until,
                                bool (*go_on)(void *arg), void *arg, struct pmt_error *err);

#endif
