/* script_replay.h - a reference script acted out under a configuration. For src/run.
 *
 * The world is made of the configuration: heap, objects of its version, collector. The
 * timeline is sampled, collections are kept as rows, and what the configuration wants of
 * the collector at a moment (gc_plan.h) is done there. A script has no clock: its
 * moments are events and marks. */
#ifndef PMT_REPLAY_SCRIPT_REPLAY_H
#define PMT_REPLAY_SCRIPT_REPLAY_H

#include <pymemtrace/result.h>
#include "script/script.h"

struct pmt_script_replay_options {
    const struct pmt_config *config; /* borrowed */
    bool walk;                       /* the walkers, at marks and at the end */
    uint32_t max_samples;            /* of the timeline */
    void *arg;                       /* for the calls below, each of which may be NULL */
    bool (*print)(void *arg, const char *text);  /* a line that the script printed */
    bool (*step)(void *arg, const char *text);   /* a line of the view (script_step.h) */
    bool (*progress)(void *arg, uint64_t events);
};

/* Act it out, from its first operation until the interpreter went down, and fill *out,
 * which is zeroed: metrics, verify, classes, samples, collections, types, free lists,
 * regions, health, cost. They are those of the moment when its last operation is over,
 * but for the collections that come later. On error *out is to be released.
 *
 * E_DIFF: an expectation failed or an exception was not caught. E_USAGE: the configuration
 * wants something at a moment that a script does not have, or that never came. E_IO: a
 * call returned false. E_INTERNAL: a walker found something. E_NOMEM, E_LIMIT. */
enum pmt_status pmt_script_replay(const struct pmt_script *script,
                                  const struct pmt_script_replay_options *options,
                                  struct pmt_result *out, struct pmt_error *err);

#endif
