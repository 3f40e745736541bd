/* object_intervals.h - objects by type between the marks of a program. For src/replay.
 *
 * A mark ends the interval before it and begins one. Intervals that begin with the same
 * text count together, so that a program that marks each request fills one row per type and
 * not a million; of more than PMT_MOST_INTERVALS different texts the rest are one. */
#ifndef PMT_REPLAY_OBJECT_INTERVALS_H
#define PMT_REPLAY_OBJECT_INTERVALS_H

#include <pymemtrace/result.h>

#define PMT_MOST_INTERVALS 256u

/* Of one type, from the start of the recording until now. */
struct pmt_object_figures {
    uint64_t made, made_bytes, died, died_bytes;
};

struct pmt_object_interval_figures {
    struct pmt_object_figures in_all; /* in the intervals of the mark */
    struct pmt_object_figures until;  /* their end: as it was then */
};

struct pmt_object_interval {
    char mark[64];
    uint64_t n_times, event, clock_ns;
    struct { struct pmt_object_interval_figures *at; size_t n, cap; } types; /* by row */
};

struct pmt_object_intervals {
    struct { struct pmt_object_interval *at; size_t n, cap; } marks;
    size_t open;                      /* of marks: the one under way */
    struct { struct pmt_object_figures *at; size_t n, cap; } since; /* by row: at its begin */
};

void pmt_object_intervals_release(struct pmt_object_intervals *v);

/* The interval under way is over (the first began with the recording); row i of n types
 * stands at now[i]. The next begins at this event with this mark. False: out of memory. */
bool pmt_object_intervals_mark(struct pmt_object_intervals *v,
                               const struct pmt_object_figures *now, size_t n,
                               const char *mark, uint64_t event, uint64_t clock_ns);

/* The last is over too: rows for what was made or died, the types numbered by numbers[i].
 * None where there were no marks. False: out of memory. */
bool pmt_object_intervals_finish(struct pmt_object_intervals *v,
                                 const struct pmt_object_figures *now, size_t n,
                                 const uint32_t *numbers, struct pmt_result *out);

#endif
