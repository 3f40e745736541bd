/*
 * mod_collect.c - the side of a replay that collects when its own settings say so:
 * garbage it keeps, objects that free lists would have served, its collections, and the
 * plan that the configuration makes. What the two sides are: collect.h.
 *
 * When mod collects at the same event as the recording, it waits for what the recording
 * found. When it has collected in between, what the recording finds young is taken to
 * have been unreachable then already: it is freed at once.
 *
 * Objects that went to a type's free list were collected without any block being freed
 * (`unseen`): they are the difference to what the interpreter reported, and as many have
 * since been made again without any allocation. Where mod does not collect them in time,
 * those made again need blocks of their own and raise count 0: they are spread evenly over
 * the objects made until the next recorded collection. How large they are and how many a
 * free list holds is not recorded: a block of UNSEEN_BYTES, lists of UNSEEN_MAX.
 */
#include "replay/mod_collect.h"

#include "base/vec.h"

#define UNSEEN_BYTES  64u
#define UNSEEN_MAX    2000u /* a free list of tuples (PyTuple_MAXFREELIST) */

/* -- garbage -- */

uint64_t pmt_mod_block_bytes(const struct pmt_heap *heap, pmt_block block)
{
    const struct pmt_pool *pool;

    if (pmt_heap_is_raw(block))
        return heap->raw.blocks.at[block & ~PMT_BLOCK_RAW] >> 2;
    pool = heap->arenas.pools + (block >> heap->block_bits);
    return (uint64_t)(pool->class_idx + 1u) << heap->align_shift;
}

/* A full collection empties the free lists behind its garbage: of the objects freed, those
 * past the number that it reported were on a free list, tracked no longer. */
void pmt_mod_tell_free_lists(struct pmt_collect *c)
{
    uint64_t left = c->row.recorded_collected;

    for (size_t i = 0; i < c->batch.n; i++) {
        struct pmt_garbage *g = &c->batch.at[i];

        if (!g->counted || !(g->birth & 1))
            continue;
        if (left) {
            left--;
            continue;
        }
        pmt_census_forget(&c->mod.census, g->birth);
        g->birth &= ~UINT32_C(1);
    }
}

/* The recorded collection is over: its blocks are garbage, each in the generation of the
 * object it belongs to. */
bool pmt_mod_settle(struct pmt_collect *c)
{
    struct pmt_garbage owner = {.birth = c->mod.census.n_collections << 1, .young = true};

    for (size_t i = c->batch.n; i-- > 0;) {
        struct pmt_garbage *g = &c->batch.at[i];

        if (g->counted) {
            owner = *g;
        } else {
            g->birth = owner.birth & ~UINT32_C(1);
            g->young = owner.young;
        }
    }
    for (size_t i = 0; i < c->batch.n; i++) {
        const struct pmt_garbage *g = &c->batch.at[i];
        int where = pmt_census_place(&c->mod.census, g->birth);

        bool overdue = g->young && where > 0 && where < PMT_PERMANENT;

        if (!pmt_vec_push(overdue ? &c->overdue : &c->garbage[where], *g))
            return false;
    }
    c->batch.n = 0;
    return true;
}

void pmt_mod_note_peaks(struct pmt_collect *c)
{
    uint64_t tracked = pmt_census_visited(&c->mod.census, PMT_GENERATIONS - 1);

    if (tracked > c->peak_tracked)
        c->peak_tracked = tracked;
    if (c->garbage_objects > c->peak_garbage)
        c->peak_garbage = c->garbage_objects;
    if (c->garbage_bytes > c->peak_garbage_bytes)
        c->peak_garbage_bytes = c->garbage_bytes;
}

static void free_garbage(struct pmt_collect *c, struct pmt_garbage_list *list,
                         struct pmt_collection *row)
{
    for (size_t i = 0; i < list->n; i++) {
        const struct pmt_garbage *g = &list->at[i];

        c->garbage_bytes -= pmt_mod_block_bytes(c->heap, g->block);
        pmt_heap_release_inline(c->heap, g->block);
        row->freed_blocks++;
        if (!g->counted)
            continue;
        pmt_census_forget(&c->mod.census, g->birth);
        c->garbage_objects--;
        row->collected += g->birth & 1;
    }
    list->n = 0;
}

/* -- objects of free lists -- */

/* One more is made. False: out of memory. */
static bool make_unseen(struct pmt_collect *c, bool *due)
{
    pmt_block block;

    if (c->unseen.supply) {
        c->unseen.supply--;
        return true;
    }
    *due |= pmt_gc_allocated(&c->mod.policy);
    c->unseen.n_young++;
    block = pmt_heap_alloc_inline(c->heap, PMT_DOMAIN_OBJ, UNSEEN_BYTES);
    return block != PMT_BLOCK_NONE && pmt_vec_push(&c->unseen.blocks, block);
}

/* As many as fall to one object made. */
static bool make_share(struct pmt_collect *c, bool *due)
{
    struct pmt_unseen *u = &c->unseen;

    u->n_made++;
    if (!u->of)
        return true;
    for (u->sum += u->per; u->sum >= u->of; u->sum -= u->of)
        if (!make_unseen(c, due))
            return false;
    return true;
}

/* The recorded collection found so many. */
void pmt_mod_found_unseen(struct pmt_collect *c, uint64_t n)
{
    struct pmt_unseen *u = &c->unseen;

    u->garbage += n;
    u->per = n;
    u->of = u->n_made;
    u->n_made = u->sum = 0;
}

/* mod collects them: free lists fill up, the rest gives its blocks back. */
static uint64_t collect_unseen(struct pmt_collect *c)
{
    struct pmt_unseen *u = &c->unseen;
    uint64_t n = u->garbage, kept = UNSEEN_MAX - u->supply;

    kept = n < kept ? n : kept;
    u->supply += kept;
    for (uint64_t freed = kept; freed < n && u->blocks.n; freed++)
        pmt_heap_release_inline(c->heap, u->blocks.at[--u->blocks.n]);
    u->garbage = 0;
    return n;
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

    pmt_mod_note_peaks(c);
    row.visited = pmt_census_visited(&c->mod.census, generation) + c->young_untracked;
    c->young_untracked = 0;
    pmt_gc_begin(&c->mod.policy, generation);
    for (unsigned g = 0; g <= generation; g++)
        free_garbage(c, &c->garbage[g], &row);
    row.visited += c->unseen.n_young;
    c->unseen.n_young = 0;
    row.collected += collect_unseen(c);
    pmt_collect_move_up(c, &c->mod, generation);
    if (generation == PMT_GENERATIONS - 1)
        pmt_gc_plan_made_full(&c->plan);
    return pmt_vec_push(&c->rows, row);
}

/* The recording is about to collect as well: what it finds is not known yet. */
static bool rec_is_due(const struct pmt_collect *c)
{
    const struct pmt_gc_policy *p = &c->rec.policy;

    return c->due_event != PMT_NOWHERE ||
           (c->late && p->enabled && p->threshold[0] && p->count[0] > p->threshold[0]);
}

bool pmt_mod_collect_pending(struct pmt_collect *c, uint64_t event)
{
    int generation = c->pending;

    c->pending = PMT_GC_NONE;
    return generation == PMT_GC_NONE || pmt_mod_collect(c, (unsigned)generation, false, event);
}

/* The nearest to an evaluation check (3.12+) that a trace knows is the next object. */
static bool collect_if_due(struct pmt_collect *c, bool due, uint64_t event)
{
    bool waits = c->plan.config.late && c->pending == PMT_GC_NONE;

    if (due && c->pending == PMT_GC_NONE)
        c->pending = pmt_gc_plan_choose(&c->plan, &c->mod.policy);
    return waits || rec_is_due(c) || pmt_mod_collect_pending(c, event);
}

/* Garbage that mod should have found already. */
void pmt_mod_free_overdue(struct pmt_collect *c)
{
    struct pmt_collection *last = c->rows.n ? &c->rows.at[c->rows.n - 1] : NULL;
    struct pmt_collection none = {0};

    free_garbage(c, &c->overdue, last ? last : &none);
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

/* Garbage goes where its objects go. */
bool pmt_mod_freeze_garbage(struct pmt_collect *c, bool on)
{
    struct pmt_garbage_list *to = &c->garbage[on ? PMT_PERMANENT : PMT_GENERATIONS - 1];

    c->young_untracked = 0;
    for (int g = on ? 0 : PMT_PERMANENT; g < (on ? PMT_GENERATIONS : PMT_PERMANENT + 1); g++) {
        for (size_t i = 0; i < c->garbage[g].n; i++)
            if (!pmt_vec_push(to, c->garbage[g].at[i]))
                return false;
        c->garbage[g].n = 0;
    }
    return true;
}

/* -- the plan -- */

/* The configuration's settings hold from here on: mod begins as a copy of rec. */
static bool begin_modelling(struct pmt_collect *c)
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
    return true;
}

static bool act(struct pmt_collect *c, unsigned actions, uint64_t event)
{
    if (!actions || !c->what_if)
        return true;
    if (!c->modelling && !begin_modelling(c))
        return false;
    pmt_gc_plan_settle(&c->plan, actions, &c->mod.policy);
    if (actions & PMT_GC_DO_COLLECT && !pmt_mod_collect(c, PMT_GENERATIONS - 1, true, event))
        return false;
    if (actions & PMT_GC_DO_FREEZE) {
        if (!pmt_mod_freeze_garbage(c, true))
            return false;
        pmt_collect_freeze(&c->mod, true);
    }
    if (actions & PMT_GC_DO_UNFREEZE) {
        pmt_collect_freeze(&c->mod, false);
        return pmt_mod_freeze_garbage(c, false);
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

bool pmt_mod_made(struct pmt_collect *c, uint32_t slot, uint64_t event)
{
    bool due;

    if (!pmt_census_add(&c->mod.census, slot))
        return false;
    due = pmt_gc_allocated(&c->mod.policy);
    return make_share(c, &due) && collect_if_due(c, due, event);
}
