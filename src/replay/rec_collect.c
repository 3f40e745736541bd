/*
 * rec_collect.c - the side of a replay that collects when the recording did: when a collection
 * began, what it found and how long it took, and what the program did to the collector. What the
 * two sides are: collect.h; the other one: mod_collect.c.
 *
 * At its begin the model has said whether one is due, and of which generation; that is compared
 * when it ends. What a look had told of and it did not free is in a free list, or lives again.
 */
#include "replay/mod_collect.h"

#include "base/vec.h"
#include "replay/bits.h"

#define ASKED_FOR     4u /* GC_BEGIN's kind: not for a threshold */
#define NOT_YET_KNOWN 3u

/* The policy's choice for a collection that begins now because of a threshold. */
static int expected(const struct pmt_collect *c)
{
    const struct pmt_gc_policy *p = &c->rec.policy;

    if (!c->late)
        return c->due_event != PMT_NOWHERE ? c->due_generation : PMT_GC_NONE;
    return p->enabled && p->threshold[0] ? pmt_gc_choose(p) : PMT_GC_NONE;
}

static void begin(struct pmt_collect *c, uint32_t kind, uint64_t ns, uint64_t event)
{
    bool asked = kind >= ASKED_FOR;
    uint32_t told = kind % ASKED_FOR;
    int chosen = asked ? (told < NOT_YET_KNOWN ? (int)told : PMT_GC_NONE) : expected(c);

    c->row = (struct pmt_collection){.event = event, .clock_ns = c->clock_ns,
                                     .asked_for = asked, .chosen = chosen};
    c->begin_ns = ns;
    c->due_event = PMT_NOWHERE;
    c->freed_blocks = c->freed_objects = c->freed_bytes = 0;
    pmt_collect_let_go(c);
    c->within = c->alert = true;
    c->begun = chosen != PMT_GC_NONE;
    if (c->begun)
        pmt_gc_begin(&c->rec.policy, (unsigned)chosen);
    c->rec.policy.collecting = true;
}

static void compare(struct pmt_collect *c, uint32_t generation)
{
    const struct pmt_collection *row = &c->row;

    c->verify.recorded[generation]++;
    if (row->chosen >= 0)
        c->verify.replayed[row->chosen]++;
    else if (row->asked_for)
        c->verify.replayed[generation]++;
    c->verify.for_threshold += !row->asked_for;
    c->verify.mismatches += !row->asked_for && row->chosen != (int)generation;
    c->verify.collected_recorded += row->recorded_collected;
    c->verify.collected_replayed += c->freed_objects;
}

static void clear_fresh(struct pmt_collect *c)
{
    for (size_t i = 0; i < c->fresh.n; i++)
        CLEAR_BIT(&c->is_fresh, c->fresh.at[i]);
    c->fresh.n = 0;
}

/* Under the recorded settings garbage is known when it is found. */
static void note_peaks(struct pmt_collect *c)
{
    uint64_t tracked = pmt_census_visited(&c->rec.census, PMT_GENERATIONS - 1) +
                       c->freed_objects;

    if (tracked > c->peak_tracked)
        c->peak_tracked = tracked;
    if (c->row.recorded_collected > c->peak_garbage)
        c->peak_garbage = c->row.recorded_collected;
    if (c->row.recorded_collected && c->freed_bytes > c->peak_garbage_bytes)
        c->peak_garbage_bytes = c->freed_bytes;
}

static void note_pause(struct pmt_collect *c, uint64_t ns)
{
    c->row.recorded_ns = c->begin_ns && ns > c->begin_ns ? ns - c->begin_ns : 0;
    c->recorded_ns += c->row.recorded_ns;
    if (c->row.recorded_ns > c->recorded_max_ns)
        c->recorded_max_ns = c->row.recorded_ns;
}

/* It has told of all that it untracked. */
static void settle_bias(struct pmt_collect *c)
{
    if (c->bias_last.to) {
        c->bias_last.to->counted += c->bias_last.of.counted;
        c->bias_last.to->recorded += c->bias_last.of.recorded;
    }
    c->bias_last.to = NULL;
    c->bias_last.of = (struct pmt_bias){0, 0};
}

/* What the interpreter says of its oldest generation, beside what the census says. */
static void settle_oldest(struct pmt_collect *c, unsigned generation)
{
    struct pmt_gc_policy *p = &c->rec.policy;
    uint64_t pending = p->long_lived_pending, moved;

    moved = pmt_census_collected(&c->rec.census, generation);
    settle_bias(c);
    if (generation == PMT_GENERATIONS - 2 && c->long_lived_pending >= pending) {
        c->bias_last.to = &c->pending_bias;
        c->bias_last.of = (struct pmt_bias){moved, c->long_lived_pending - pending};
    } else if (generation == PMT_GENERATIONS - 1) {
        c->bias_last.to = &c->total_bias;
        c->bias_last.of = (struct pmt_bias){moved, c->long_lived_total};
    }
    p->long_lived_total = c->long_lived_total;
    p->long_lived_pending = c->long_lived_pending;
}

/* What was told of and covered, but not freed, is on a free list: to be made again. Returns
 * how many were covered. */
static uint64_t renew_left_over(struct pmt_collect *c, unsigned generation)
{
    size_t kept = 0, n = c->told.n;
    uint64_t covered = 0;

    for (size_t i = 0; i < n; i++) {
        struct pmt_told told = c->told.at[i];

        if (told.place > generation) {
            c->told.at[kept++] = told;
            continue;
        }
        if (told.again)
            continue;
        covered += !told.of.belongs;
        if (!pmt_collect_is_still_told(c, told.of.slot))
            continue;
        if (HAS_BIT(&c->table, told.of.slot)) {
            pmt_collect_forget_table(c, told.of.slot);
            continue;
        }
        pmt_census_renew(&c->rec.census, told.of.slot);
        pmt_type_stats_made(&c->types, told.of.slot);
    }
    c->told.n = kept;
    return covered;
}

/* Was what the agent found unreachable what the collection reports? */
static void settle_told(struct pmt_collect *c, unsigned generation)
{
    uint64_t found = renew_left_over(c, generation);

    if (c->looked) {
        c->verify.looked++;
        c->verify.looked_found += found;
        c->verify.looked_collected += c->row.recorded_collected;
        c->verify.looked_apart += found != c->row.recorded_collected;
    }
    c->looked = false;
}

/* Warm is what was looked at just before, all of it. */
static bool note_cost(struct pmt_collect *c, uint32_t generation, uint64_t event)
{
    const struct pmt_collection *row = &c->row;
    bool warm = c->warm > generation;

    pmt_gc_cost_add(c->fit, generation, row->visited, row->freed_blocks, row->recorded_ns, warm);
    if (warm && c->spared_known)
        pmt_gc_cost_spared(c->fit, generation, row->visited, row->recorded_ns, c->spared_ns);
    return pmt_gc_stretch_add(&c->stretches, row->event, event, generation, row->visited,
                              row->freed_blocks, row->recorded_ns, warm);
}

static bool end(struct pmt_collect *c, uint32_t generation, uint64_t ns, uint64_t event)
{
    struct pmt_collection *row = &c->row;
    struct pmt_garbage_count count;
    uint64_t unseen;
    struct pmt_seen seen;

    c->rec.policy.collecting = false;
    if (generation >= PMT_GENERATIONS || !c->within)
        return true;
    c->within = false;
    pmt_collect_let_go(c);
    row->generation = generation;
    if (c->shelves && !c->modelling && generation == PMT_GENERATIONS - 1)
        c->freed_blocks += pmt_shelves_clear(c->shelves, c->heap);
    if (c->freed_objects > row->recorded_collected)
        c->freed_objects = row->recorded_collected; /* the rest were of free lists */
    row->collected = row->recorded_collected;
    row->visited = pmt_census_visited(&c->rec.census, generation) + c->freed_objects;
    row->freed_blocks = c->freed_blocks;
    note_pause(c, ns);
    if (!c->begun)
        pmt_gc_begin(&c->rec.policy, generation);
    compare(c, generation);
    clear_fresh(c);
    /* One that was asked for was first seen when it freed something: its recorded pause
     * lacks the visits. */
    if (!row->asked_for && !note_cost(c, generation, event))
        return false;
    c->warm = 0;
    c->spared_known = false;
    seen = (struct pmt_seen){row->event, event, c->rec.census.n_collections};
    settle_oldest(c, generation);
    if (!c->modelling) {
        settle_told(c, generation);
        note_peaks(c);
        if (c->what_if) /* a row of a prediction says nothing of the recording */
            row->recorded_ns = row->recorded_collected = row->recorded_uncollectable = 0;
        return pmt_vec_push(&c->rows, *row) &&
               (!c->what_if || pmt_left_collected(&c->garbage.left, generation, seen));
    }
    if (!pmt_garbage_settle(c, generation, row->recorded_collected, &count, event) ||
        !pmt_left_collected(&c->garbage.left, generation, seen))
        return false;
    unseen = row->collected - c->freed_objects;
    pmt_free_lists_settle(&c->free_lists, unseen > count.gone ? unseen - count.gone : 0);
    if (row->asked_for && !pmt_gc_plan_is_deaf(&c->plan)) {
        c->pending = PMT_GC_NONE;
        return pmt_mod_collect(c, generation, true, event);
    }
    return pmt_mod_collect_pending(c, event);
}

static bool look(struct pmt_collect *c, uint32_t generation, uint64_t event)
{
    c->looked = !c->types.ended;
    c->warm = generation + 1;
    return !c->what_if || pmt_left_look(&c->garbage.left, generation, event);
}

static void statistic(struct pmt_collect *c, uint32_t which, uint64_t value)
{
    if (which == 0)
        c->row.recorded_collected = value;
    else if (which == 1)
        c->row.recorded_uncollectable = value;
    else if (which == 2)
        c->long_lived_total = value;
    else if (which == 3)
        c->long_lived_pending = value;
    else if (which == 4)
        c->spared_ns = value;
    c->spared_known |= which == 4;
}

/* That of an older generation is told when the collection comes that it is for: after the
 * allocation that made it due. */
static void set_threshold(struct pmt_collect *c, struct pmt_collect_side *side,
                          uint32_t generation, uint64_t value)
{
    side->policy.threshold[generation] = value < UINT32_MAX ? (uint32_t)value : UINT32_MAX;
    if (side == &c->rec && c->due_event != PMT_NOWHERE)
        c->due_generation = pmt_gc_choose(&side->policy);
    if (side == &c->mod && c->pending != PMT_GC_NONE)
        c->pending = pmt_gc_plan_choose(&c->plan, &side->policy);
}

/* The agent tells of all settings when one of them has changed. */
static bool is_as_before(const struct pmt_gc_policy *rec, enum pmt_op op, uint32_t arg,
                         uint64_t wide)
{
    if (op == PMT_OP_GC_ENABLED)
        return rec->enabled == (arg != 0);
    return op == PMT_OP_GC_THRESHOLD && arg < PMT_GENERATIONS && rec->threshold[arg] == wide;
}

/* Another one was asked for, and holds. */
static bool is_asked_for(const struct pmt_gc_plan *plan, enum pmt_op op, uint32_t arg,
                         uint64_t wide)
{
    const struct pmt_gc_config *asked = &plan->config;

    if (!pmt_gc_plan_holds(plan))
        return false;
    if (op == PMT_OP_GC_ENABLED)
        return asked->enabled_given && asked->enabled != (arg != 0);
    return op == PMT_OP_GC_THRESHOLD && arg < PMT_GENERATIONS && asked->threshold_given[arg] &&
           asked->threshold[arg] != wide;
}

/* What is told of a setting first is what the interpreter began with: no call of the program's. */
static bool is_told_first(struct pmt_collect *c, enum pmt_op op, uint32_t arg)
{
    unsigned setting = 0, before = c->told_settings;

    if (op == PMT_OP_GC_ENABLED)
        setting = 1;
    else if (op == PMT_OP_GC_THRESHOLD && arg < PMT_GENERATIONS)
        setting = 2u << arg;
    c->told_settings |= setting;
    return setting & ~before;
}

/* What the program does to the collector: for rec always, for mod unless ignored. */
static bool program_calls(struct pmt_collect *c, enum pmt_op op, uint32_t arg, uint64_t wide)
{
    struct pmt_collect_side *sides[2] = {&c->rec, &c->mod};
    bool other = is_asked_for(&c->plan, op, arg, wide), first = is_told_first(c, op, arg);
    bool heard = !pmt_gc_plan_is_deaf(&c->plan) && !is_as_before(&c->rec.policy, op, arg, wide);
    int n = c->modelling && heard && !(first && other) ? 2 : 1;

    /* The program's own setting takes the place of one that was asked for. */
    c->overruled += n == 2 && other;
    for (int i = 0; i < n; i++) {
        struct pmt_gc_policy *p = &sides[i]->policy;

        if (op == PMT_OP_GC_ENABLED)
            p->enabled = arg != 0;
        else if (op == PMT_OP_GC_THRESHOLD && arg < PMT_GENERATIONS)
            set_threshold(c, sides[i], arg, wide);
        else if (op == PMT_OP_GC_FREEZE)
            pmt_collect_freeze(sides[i], arg != 0);
    }
    if (op != PMT_OP_GC_FREEZE || !c->modelling)
        return true;
    return pmt_garbage_frozen(c, arg != 0) && (n < 2 || pmt_garbage_freeze(c, arg != 0));
}

bool pmt_collect_event(struct pmt_collect *c, enum pmt_op op, uint32_t arg, uint64_t wide,
                       uint64_t event)
{
    c->seen = true;
    if (op != PMT_OP_GC_TOUCHED) /* the look goes on */
        pmt_garbage_graph_settle(&c->graph, &c->types);
    if (c->failed || (c->modelling && !pmt_garbage_told_all(c, event)))
        return false;
    if (op == PMT_OP_GC_LOOK)
        return look(c, arg, event);
    else if (op == PMT_OP_GC_COUNTS)
        return !c->what_if || pmt_left_counts(&c->garbage.left, event);
    else if (op == PMT_OP_GC_HELD)
        return pmt_mod_held(c, arg != 0, event);
    else if (op == PMT_OP_GC_TOUCHED)
        pmt_left_touched(&c->garbage.left, arg, wide);
    else if (op == PMT_OP_GC_BEGIN)
        begin(c, arg, wide, event);
    else if (op == PMT_OP_GC_STAT)
        statistic(c, arg, wide);
    else if (op == PMT_OP_GC_END)
        return end(c, arg, wide, event);
    else
        return program_calls(c, op, arg, wide);
    return true;
}
