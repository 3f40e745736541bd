/*
 * mod_collect.c - the side of a replay that collects when its own settings say so: its
 * collections, and the plan that the configuration makes. What the two sides are:
 * collect.h; its garbage: garbage.h; what free lists hide: free_lists.h.
 *
 * When mod collects at the same event as the recording, it waits for what the recording
 * found.
 */
#include "replay/mod_collect.h"

#include "base/vec.h"

void pmt_mod_note_peaks(struct pmt_collect *c)
{
    uint64_t tracked = pmt_census_visited(&c->mod.census, PMT_GENERATIONS - 1);

    if (tracked > c->peak_tracked)
        c->peak_tracked = tracked;
    if (c->garbage.objects > c->peak_garbage)
        c->peak_garbage = c->garbage.objects;
    if (c->garbage.bytes > c->peak_garbage_bytes)
        c->peak_garbage_bytes = c->garbage.bytes;
}

/* -- mod collects -- */

static uint64_t corrected(uint64_t n, const struct pmt_bias *bias)
{
    return bias->counted ? (uint64_t)((double)n * (double)bias->recorded /
                                      (double)bias->counted)
                         : n;
}

void pmt_collect_move_up(const struct pmt_collect *c, struct pmt_collect_side *side,
                         unsigned generation)
{
    uint64_t moved = pmt_census_collected(&side->census, generation);

    if (generation == PMT_GENERATIONS - 2)
        side->policy.long_lived_pending += corrected(moved, &c->pending_bias);
    if (generation < PMT_GENERATIONS - 1)
        return;
    side->policy.long_lived_pending = 0;
    side->policy.long_lived_total = corrected(moved, &c->total_bias);
}

bool pmt_mod_collect(struct pmt_collect *c, unsigned generation, bool asked, uint64_t event)
{
    struct pmt_collection row = {.event = event, .clock_ns = c->clock_ns,
                                 .generation = generation, .asked_for = asked,
                                 .chosen = asked ? PMT_GC_NONE : (int)generation};

    struct pmt_past before = {event, (uint32_t)c->rows.n, c->mod.census.n_collections,
                              c->mod.census.last_older, c->mod.census.frozen};

    if (!pmt_collect_foretell(c, event))
        return false;
    pmt_collect_let_go(c);
    pmt_mod_note_peaks(c);
    row.visited = pmt_census_visited(&c->mod.census, generation) + c->young_untracked;
    c->young_untracked = 0;
    pmt_gc_begin(&c->mod.policy, generation);
    pmt_garbage_collect(c, generation, &row);
    row.visited += c->free_lists.n_young;
    row.collected += pmt_free_lists_collect(&c->free_lists, c->heap,
                                            generation == PMT_GENERATIONS - 1);
    if (c->shelves && generation == PMT_GENERATIONS - 1)
        row.freed_blocks += pmt_shelves_clear(c->shelves, c->heap);
    if (c->shelves)
        pmt_shelves_collected(c->shelves, c->rows.n, generation == PMT_GENERATIONS - 1);
    pmt_collect_move_up(c, &c->mod, generation);
    if (generation == PMT_GENERATIONS - 1)
        pmt_gc_plan_made_full(&c->plan);
    return pmt_vec_push(&c->rows, row) && pmt_garbage_collected(c, generation, before);
}

/* The recording is about to collect as well: what it finds is not known yet. */
static bool rec_is_due(const struct pmt_collect *c)
{
    const struct pmt_gc_policy *p = &c->rec.policy;

    return c->due_event != PMT_NOWHERE ||
           (c->late && p->enabled && p->threshold[0] && p->count[0] > p->threshold[0]);
}

/* A check asks anew which one is due (gc_collect_generations(), 3.12): none, where as many objects
 * were freed by then. */
bool pmt_mod_collect_pending(struct pmt_collect *c, uint64_t event)
{
    int generation = c->pending;

    if (generation != PMT_GC_NONE)
        pmt_collect_let_go(c);
    if (generation != PMT_GC_NONE && c->plan.config.late)
        generation = pmt_gc_plan_choose(&c->plan, &c->mod.policy);
    c->pending = PMT_GC_NONE;
    return generation == PMT_GC_NONE || pmt_mod_collect(c, (unsigned)generation, false, event);
}

/* Within a recorded collection nothing is collected: what a finalizer makes there, mod makes within
 * one of its own. */
static bool collect_if_pending(struct pmt_collect *c, uint64_t event)
{
    return c->pending == PMT_GC_NONE || rec_is_due(c) || c->rec.policy.collecting ||
           pmt_mod_collect_pending(c, event);
}

static bool collect_if_due(struct pmt_collect *c, bool due, uint64_t event)
{
    if (due && c->pending == PMT_GC_NONE)
        c->pending = pmt_gc_plan_choose(&c->plan, &c->mod.policy);
    return c->plan.config.late || collect_if_pending(c, event);
}

void pmt_collect_freeze(struct pmt_collect_side *side, bool on)
{
    if (on)
        pmt_gc_freeze(&side->policy);
    if (on)
        pmt_census_freeze(&side->census);
    else
        pmt_census_unfreeze(&side->census);
}

/* -- the plan -- */

bool pmt_mod_begin(struct pmt_collect *c)
{
    struct pmt_census *to = &c->mod.census, from = c->rec.census;

    c->mod = c->rec;
    to->birth.at = NULL;
    to->birth.n = to->birth.cap = 0;
    if (!pmt_vec_reserve(&to->birth, from.birth.n + 1))
        return false;
    for (; to->birth.n < from.birth.n; to->birth.n++)
        to->birth.at[to->birth.n] = from.birth.at[to->birth.n];
    c->mod.policy.collecting = false;
    c->modelling = true;
    if (c->shelves)
        c->shelves->own = true;
    return true;
}

static bool act(struct pmt_collect *c, unsigned actions, uint64_t event)
{
    if (!actions || !c->what_if)
        return true;
    if (c->modelling && !pmt_garbage_told_all(c, event))
        return false;
    if (!c->modelling && (!pmt_mod_begin(c) || !pmt_collect_carry_over(c, event)))
        return false;
    pmt_gc_plan_settle(&c->plan, actions, &c->mod.policy);
    if (actions & PMT_GC_DO_COLLECT && !pmt_mod_collect(c, PMT_GENERATIONS - 1, true, event))
        return false;
    if (actions & PMT_GC_DO_FREEZE) {
        if (!pmt_garbage_freeze(c, true))
            return false;
        pmt_collect_freeze(&c->mod, true);
    }
    if (actions & PMT_GC_DO_UNFREEZE) {
        pmt_collect_freeze(&c->mod, false);
        return pmt_garbage_freeze(c, false);
    }
    return true;
}

bool pmt_collect_at_event(struct pmt_collect *c, uint64_t event)
{
    return act(c, c->what_if ? pmt_gc_plan_at_event(&c->plan, event) : 0, event);
}

bool pmt_collect_at_clock(struct pmt_collect *c, uint64_t event, uint64_t ns)
{
    c->clock_ns = ns;
    return act(c, c->what_if ? pmt_gc_plan_at_clock(&c->plan, event, ns) : 0, event);
}

bool pmt_collect_at_main(struct pmt_collect *c, uint64_t event)
{
    return act(c, c->what_if ? pmt_gc_plan_at_main(&c->plan, event) : 0, event);
}

bool pmt_collect_at_mark(struct pmt_collect *c, uint64_t event, const char *text)
{
    return act(c, c->what_if ? pmt_gc_plan_at_mark(&c->plan, event, text) : 0, event);
}

/* For each that was counted too many one is not; every other one, so that collections do not
 * come in bursts, unless that would never do. */
static bool is_taken_back(struct pmt_collect *c)
{
    bool turn = !c->took_back_last || c->counted_too_many > c->mod.policy.threshold[0];

    c->took_back_last = c->counted_too_many && turn;
    c->counted_too_many -= c->took_back_last;
    return c->took_back_last;
}

/* Whether it takes a block of its own, and counts. An object whose list is not shown may come
 * from one all the same. */
static bool is_counted(struct pmt_collect *c, pmt_block block, struct pmt_birth birth)
{
    if (birth.kind ? birth.hit : pmt_free_lists_serve(&c->free_lists, c->heap, block))
        return false;
    return !is_taken_back(c);
}

/* 3.12+. The nearest to it that a trace knows is just before the next object, unless that is made
 * by the same call into C. */
static bool evaluation_check(struct pmt_collect *c, uint64_t event)
{
    return !c->plan.config.late || c->held || collect_if_pending(c, event);
}

bool pmt_mod_held(struct pmt_collect *c, bool on, uint64_t event)
{
    c->held = on;
    return !c->modelling || evaluation_check(c, event);
}

bool pmt_mod_made(struct pmt_collect *c, uint32_t slot, pmt_block block,
                  struct pmt_birth birth, uint64_t event)
{
    uint64_t n_again;
    bool due;

    if (!pmt_garbage_told_all(c, event) || !evaluation_check(c, event) ||
        !pmt_census_add(&c->mod.census, slot))
        return false;
    due = is_counted(c, block, birth) && pmt_gc_allocated(&c->mod.policy);
    if (!pmt_free_lists_made(&c->free_lists, c->heap, &n_again))
        return false;
    for (; n_again; n_again--)
        due |= pmt_gc_allocated(&c->mod.policy);
    return collect_if_due(c, due, event);
}
