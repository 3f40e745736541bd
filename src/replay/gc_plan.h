/* gc_plan.h - what a configuration wants of the collector while a replay runs. For
 * src/replay.
 *
 * Knows events, the clock and marks; no objects. The replay says how far it is, the
 * plan answers what is to be done there:
 *
 *     plan        pmt_gc_plan_init()
 *     each event  nothing, but where pmt_gc_plan_next_event() is reached; any other
 *                 call here may bring that forward
 *     rarer       pmt_gc_plan_at_clock(), _at_mark(), _at_main()
 *
 * Where several actions are due at once their order is that of their bits, so garbage is
 * collected before the rest is frozen, and freezing and unfreezing at one moment moves
 * everything to the oldest generation. */
#ifndef PMT_REPLAY_GC_PLAN_H
#define PMT_REPLAY_GC_PLAN_H

#include <stdbool.h>
#include <stdint.h>
#include <pymemtrace/config.h>
#include "gc/policy.h"

enum {
    PMT_GC_BEGIN_SETTINGS = 1u << 0, /* the given thresholds hold from now on */
    PMT_GC_DO_DISABLE     = 1u << 1,
    PMT_GC_DO_ENABLE      = 1u << 2,
    PMT_GC_DO_COLLECT     = 1u << 3, /* a full collection, enabled or not */
    PMT_GC_DO_FREEZE      = 1u << 4,
    PMT_GC_DO_UNFREEZE    = 1u << 5
};

/* The moments of a configuration, in the order they are looked at: what ends with one
 * does not begin where both come at once. */
enum pmt_gc_step {
    PMT_GC_STEP_UNTIL, /* gc.disable-until */
    PMT_GC_STEP_SINCE,
    PMT_GC_STEP_COLLECT,
    PMT_GC_STEP_FREEZE,
    PMT_GC_STEP_UNFREEZE,
    PMT_GC_STEPS
};

struct pmt_gc_plan {
    struct pmt_gc_config config;
    struct {
        struct pmt_moment moment;
        uint64_t event;     /* where it comes by count, UINT64_MAX: not by that */
        uint64_t ns;        /* where it comes by the clock, UINT64_MAX */
        bool over;          /* it has come, and comes but once */
        bool came;          /* it has come at least once */
    } steps[PMT_GC_STEPS];
    bool holds;             /* `since` has come */
    uint64_t every_event;   /* next of collect-every, UINT64_MAX: none */
    uint64_t every_ns;
    uint64_t next_event;    /* least of the events above */
    uint64_t clock_ns;      /* as last told */
    uint64_t full_ns;       /* of the last full collection */
    bool full_seen;         /* there was one */
};

/* total_events: of the whole trace, 0 = not known. E_USAGE: a fraction of that. */
enum pmt_status pmt_gc_plan_init(struct pmt_gc_plan *plan, const struct pmt_gc_config *config,
                                 uint64_t total_events, struct pmt_error *err);

/* The event before which pmt_gc_plan_at_event() has to be asked; UINT64_MAX: none. */
static inline uint64_t pmt_gc_plan_next_event(const struct pmt_gc_plan *plan)
{
    return plan->next_event;
}

/* What is to be done before event `event` is acted out: because so many events are over;
 * because the clock says so (ns since the recording began), a mark comes or the
 * program's own code begins. A set of the actions above. */
unsigned pmt_gc_plan_at_event(struct pmt_gc_plan *plan, uint64_t event);
unsigned pmt_gc_plan_at_clock(struct pmt_gc_plan *plan, uint64_t event, uint64_t ns);
unsigned pmt_gc_plan_at_mark(struct pmt_gc_plan *plan, uint64_t event, const char *text);
unsigned pmt_gc_plan_at_main(struct pmt_gc_plan *plan, uint64_t event);

/* The key of a moment that the configuration names and that has not come so far, from
 * step *i on, which is moved behind it; NULL: no more. Begin with *i = 0. */
const char *pmt_gc_plan_missed(const struct pmt_gc_plan *plan, unsigned *i);

/* Of a set of actions those that the policy alone knows: thresholds, on and off. */
void pmt_gc_plan_settle(const struct pmt_gc_plan *plan, unsigned actions,
                        struct pmt_gc_policy *policy);

/* `since` has come: the given settings hold, and pmt_gc_plan_is_deaf() may. */
static inline bool pmt_gc_plan_holds(const struct pmt_gc_plan *plan)
{
    return plan->holds;
}

/* The program's own calls of the collector do nothing now. */
static inline bool pmt_gc_plan_is_deaf(const struct pmt_gc_plan *plan)
{
    return plan->holds && plan->config.ignore_calls;
}

/* A full collection is made now, whatever for: gc.min-interval counts from here. */
void pmt_gc_plan_made_full(struct pmt_gc_plan *plan);

/* The generation that a due collection takes, or PMT_GC_NONE: as pmt_gc_choose(), but
 * until gc.min-interval is over the oldest is passed over as if its count were low. */
int pmt_gc_plan_choose(const struct pmt_gc_plan *plan, const struct pmt_gc_policy *policy);

#endif
