/* replay.h - a stream of events acted out on the model. For src/run.
 *
 * Knows events and the heap; no files. The caller feeds batches and checkpoints in
 * order, then takes the results. */
#ifndef PMT_REPLAY_REPLAY_H
#define PMT_REPLAY_REPLAY_H

#include <pymemtrace/result.h>

struct pmt_replay;

/* recorded_late: the recorded interpreter collects at the next evaluation check (3.12+).
 * total_events: of the whole trace, 0 = not known (then a fraction of it is E_USAGE).
 * check: compare placements and checkpoints with the recording (the configuration is
 * the recorded one). walk: run the walker at every checkpoint and at the end. */
enum pmt_status pmt_replay_new(const struct pmt_config *config, bool recorded_late,
                               uint64_t total_events, bool check, bool walk, uint32_t max_samples, struct pmt_replay **out,
                               struct pmt_error *err);
void pmt_replay_free(struct pmt_replay *r); /* NULL is allowed */

/* What a recording shows of objects: types by name, blanks between; NULL: none. */
struct pmt_objects_seen {
    const char *lists;       /* whose free lists' pushes and pops are in the trace */
    const char *emptied;     /* whose list the recorder kept empty */
    const char *typed;       /* whose objects are told as they are made; NULL: all are */
    const struct pmt_config *config;   /* as given to pmt_replay_new() */
    const struct pmt_config *recorded; /* the trace's own */
};

/* The trace is one; before the first batch. Placements are checked only where no list is
 * modelled that the recorder kept empty, or that has another rule. Where what it shows of an object is acted out:
 * src/replay/object_flow.h. E_NOMEM, E_USAGE. */
enum pmt_status pmt_replay_objects(struct pmt_replay *r, const struct pmt_objects_seen *seen,
                                   struct pmt_error *err);

/* Who knows of garbage ahead (replay/scout.h): borrowed until the last batch. Behind
 * pmt_replay_objects(); false: the configuration has no use for it. */
struct pmt_scout;
bool pmt_replay_foresee(struct pmt_replay *r, struct pmt_scout *scout);

/* Types that the next batches may name, and earlier ones did not; by number. E_NOMEM. */
enum pmt_status pmt_replay_types(struct pmt_replay *r, const struct pmt_type *types, size_t n,
                                 struct pmt_error *err);

/* Act out a batch. E_NOMEM, E_LIMIT: the model cannot go on. E_TRACE: the events
 * contradict themselves. */
enum pmt_status pmt_replay_batch(struct pmt_replay *r, const struct pmt_batch *batch,
                                 struct pmt_error *err);

/* What the interpreter said after the events so far. */
enum pmt_status pmt_replay_oracle(struct pmt_replay *r, const struct pmt_oracle *oracle,
                                  struct pmt_error *err);

/* The trace ends early: a moment that has not come by then may have been cut off with the rest. */
void pmt_replay_ends_early(struct pmt_replay *r);

/* Move everything found into *out: metrics, verify, classes, samples, oracle, health.
 * The replay can only be freed afterwards. */
enum pmt_status pmt_replay_finish(struct pmt_replay *r, struct pmt_result *out,
                                  struct pmt_error *err);

#endif
