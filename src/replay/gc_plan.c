/* gc_plan.c - what a configuration wants of the collector while a replay runs.
 *
 * Every moment becomes an event number, a time or a name; it has come once the replay is
 * there or past it. A fraction is an event number: of the events, not of the time. */
#include "replay/gc_plan.h"

#include <string.h>
#include "base/check.h"

#define BILLION UINT64_C(1000000000)
#define NEVER   UINT64_MAX

/* floor(total * billionths / 10^9) without a product that does not fit. */
static uint64_t part_of(uint64_t total, uint64_t billionths)
{
    pmt_assert(billionths <= BILLION);
    return total / BILLION * billionths + total % BILLION * billionths / BILLION;
}

/* All of them is the last. */
static uint64_t event_at(uint64_t total, uint64_t billionths)
{
    uint64_t event = part_of(total, billionths);

    return event < total ? event : total - 1;
}

static void place_step(struct pmt_gc_plan *plan, enum pmt_gc_step step,
                       const struct pmt_moment *moment, uint64_t total_events)
{
    plan->steps[step].moment = *moment;
    plan->steps[step].event = plan->steps[step].ns = NEVER;
    if (moment->kind == PMT_MOMENT_START)
        plan->steps[step].event = 0;
    else if (moment->kind == PMT_MOMENT_EVENT)
        plan->steps[step].event = moment->value;
    else if (moment->kind == PMT_MOMENT_FRACTION)
        plan->steps[step].event = event_at(total_events, moment->value);
    else if (moment->kind == PMT_MOMENT_TIME)
        plan->steps[step].ns = moment->value;
}

static void find_next_event(struct pmt_gc_plan *plan)
{
    plan->next_event = plan->every_event;
    for (unsigned i = 0; i < PMT_GC_STEPS; i++)
        if (!plan->steps[i].over && plan->steps[i].event < plan->next_event)
            plan->next_event = plan->steps[i].event;
}

enum pmt_status pmt_gc_plan_init(struct pmt_gc_plan *plan, const struct pmt_gc_config *config,
                                 uint64_t total_events, struct pmt_error *err)
{
    const struct pmt_moment *const moments[PMT_GC_STEPS] = {
        [PMT_GC_STEP_UNTIL] = &config->disable_until,
        [PMT_GC_STEP_SINCE] = &config->since,
        [PMT_GC_STEP_COLLECT] = &config->collect_at,
        [PMT_GC_STEP_FREEZE] = &config->freeze_at,
        [PMT_GC_STEP_UNFREEZE] = &config->unfreeze_at,
    };

    *plan = (struct pmt_gc_plan){.config = *config, .every_event = NEVER, .every_ns = NEVER};
    for (unsigned i = 0; i < PMT_GC_STEPS; i++) {
        if (moments[i]->kind == PMT_MOMENT_FRACTION && total_events == 0)
            return pmt_error_set(err, PMT_E_USAGE,
                                 "fraction: the trace does not say how long it is: "
                                 "give time:S or event:N");
        place_step(plan, (enum pmt_gc_step)i, moments[i], total_events);
    }
    find_next_event(plan);
    return PMT_OK;
}

/* collect-every counts from here. */
static void begin_every(struct pmt_gc_plan *plan, uint64_t event)
{
    const struct pmt_moment *every = &plan->config.collect_every;

    if (every->kind == PMT_MOMENT_EVENT &&
        __builtin_add_overflow(event, every->value, &plan->every_event))
        plan->every_event = NEVER;
    if (every->kind == PMT_MOMENT_TIME &&
        __builtin_add_overflow(plan->clock_ns, every->value, &plan->every_ns))
        plan->every_ns = NEVER;
}

static unsigned begin_settings(struct pmt_gc_plan *plan, uint64_t event)
{
    unsigned actions = PMT_GC_BEGIN_SETTINGS;
    const struct pmt_gc_config *config = &plan->config;

    plan->holds = true;
    begin_every(plan, event);
    if (config->disable_until.kind != PMT_MOMENT_NEVER && !plan->steps[PMT_GC_STEP_UNTIL].over)
        return actions | PMT_GC_DO_DISABLE;
    if (config->enabled_given)
        actions |= config->enabled ? PMT_GC_DO_ENABLE : PMT_GC_DO_DISABLE;
    return actions;
}

static unsigned take_step(struct pmt_gc_plan *plan, enum pmt_gc_step step, uint64_t event)
{
    plan->steps[step].came = true;
    plan->steps[step].over =
        step != PMT_GC_STEP_COLLECT || plan->steps[step].moment.kind != PMT_MOMENT_MARK;
    switch (step) {
    case PMT_GC_STEP_UNTIL:    return plan->holds ? PMT_GC_DO_ENABLE : 0;
    case PMT_GC_STEP_SINCE:    return begin_settings(plan, event);
    case PMT_GC_STEP_COLLECT:  return PMT_GC_DO_COLLECT;
    case PMT_GC_STEP_FREEZE:   return PMT_GC_DO_FREEZE;
    case PMT_GC_STEP_UNFREEZE: return PMT_GC_DO_UNFREEZE;
    case PMT_GC_STEPS:         break;
    }
    return 0;
}

/* The next of a series that is past `now`; what was missed is not made up for. */
static uint64_t next_of(uint64_t due, uint64_t every, uint64_t now)
{
    uint64_t next;

    due += (now - due) / every * every;
    return __builtin_add_overflow(due, every, &next) ? NEVER : next;
}

static unsigned collect_every(struct pmt_gc_plan *plan, uint64_t event)
{
    uint64_t every = plan->config.collect_every.value;
    unsigned actions = 0;

    if (plan->every_event != NEVER && plan->every_event <= event) {
        plan->every_event = next_of(plan->every_event, every, event);
        actions = PMT_GC_DO_COLLECT;
    }
    if (plan->every_ns != NEVER && plan->every_ns <= plan->clock_ns) {
        plan->every_ns = next_of(plan->every_ns, every, plan->clock_ns);
        actions = PMT_GC_DO_COLLECT;
    }
    return actions;
}

/* All that is due by count, by the clock, and because of a moment of this kind (of the
 * name `mark`, where it is one). */
static unsigned take_due(struct pmt_gc_plan *plan, uint64_t event, enum pmt_moment_kind kind,
                         const char *mark)
{
    unsigned actions = 0;

    for (unsigned i = 0; i < PMT_GC_STEPS; i++) {
        const struct pmt_moment *moment = &plan->steps[i].moment;
        bool due = (plan->steps[i].event != NEVER && plan->steps[i].event <= event) ||
                   (plan->steps[i].ns != NEVER && plan->steps[i].ns <= plan->clock_ns) ||
                   (kind != PMT_MOMENT_NEVER && moment->kind == kind &&
                    (!mark || strcmp(moment->mark, mark) == 0));

        if (due && !plan->steps[i].over)
            actions |= take_step(plan, (enum pmt_gc_step)i, event);
    }
    actions |= collect_every(plan, event);
    find_next_event(plan);
    pmt_assert(plan->next_event > event);
    return actions;
}

unsigned pmt_gc_plan_at_event(struct pmt_gc_plan *plan, uint64_t event)
{
    return take_due(plan, event, PMT_MOMENT_NEVER, NULL);
}

unsigned pmt_gc_plan_at_clock(struct pmt_gc_plan *plan, uint64_t event, uint64_t ns)
{
    if (ns > plan->clock_ns)
        plan->clock_ns = ns;
    return take_due(plan, event, PMT_MOMENT_NEVER, NULL);
}

unsigned pmt_gc_plan_at_mark(struct pmt_gc_plan *plan, uint64_t event, const char *text)
{
    return take_due(plan, event, PMT_MOMENT_MARK, text);
}

unsigned pmt_gc_plan_at_main(struct pmt_gc_plan *plan, uint64_t event)
{
    return take_due(plan, event, PMT_MOMENT_MAIN, NULL);
}

const char *pmt_gc_plan_missed(const struct pmt_gc_plan *plan, unsigned *i)
{
    static const char *const keys[PMT_GC_STEPS] = {
        [PMT_GC_STEP_UNTIL] = "gc.disable-until", [PMT_GC_STEP_SINCE] = "gc.since",
        [PMT_GC_STEP_COLLECT] = "gc.collect-at",  [PMT_GC_STEP_FREEZE] = "gc.freeze-at",
        [PMT_GC_STEP_UNFREEZE] = "gc.unfreeze-at",
    };

    while (*i < PMT_GC_STEPS) {
        unsigned step = (*i)++;

        if (plan->steps[step].moment.kind != PMT_MOMENT_NEVER && !plan->steps[step].came)
            return keys[step];
    }
    return NULL;
}

void pmt_gc_plan_settle(const struct pmt_gc_plan *plan, unsigned actions,
                        struct pmt_gc_policy *policy)
{
    pmt_assert(!(actions & PMT_GC_DO_DISABLE) || !(actions & PMT_GC_DO_ENABLE));
    for (unsigned g = 0; g < PMT_GENERATIONS; g++)
        if (actions & PMT_GC_BEGIN_SETTINGS && plan->config.threshold_given[g])
            policy->threshold[g] = plan->config.threshold[g];
    if (actions & (PMT_GC_DO_DISABLE | PMT_GC_DO_ENABLE))
        policy->enabled = (actions & PMT_GC_DO_ENABLE) != 0;
}

void pmt_gc_plan_made_full(struct pmt_gc_plan *plan)
{
    plan->full_ns = plan->clock_ns;
    plan->full_seen = true;
}

int pmt_gc_plan_choose(const struct pmt_gc_plan *plan, const struct pmt_gc_policy *policy)
{
    struct pmt_gc_policy younger = *policy;
    int generation = pmt_gc_choose(policy);

    if (generation != PMT_GENERATIONS - 1 || !plan->holds || !plan->full_seen ||
        plan->clock_ns - plan->full_ns >= plan->config.min_interval_ns)
        return generation;
    younger.count[PMT_GENERATIONS - 1] = 0;
    return pmt_gc_choose(&younger);
}
