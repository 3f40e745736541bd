/*
 * collect.c - the collector while a replay runs; the two sides are told in collect.h.
 *
 * Of a recorded collection the trace shows what it freed: collector objects, and blocks
 * that belonged to them (a dict's table is freed just before the dict). A block that is
 * no collector object goes with the next one that is.
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
 *
 * What a collection allocates and frees again itself - finalizers and callbacks do - is
 * no garbage: slots filled since it began are `fresh`.
 */
#include "replay/collect.h"

#include "base/alloc.h"
#include "base/vec.h"

#define ASKED_FOR     4u /* GC_BEGIN's kind: not for a threshold */
#define NOT_YET_KNOWN 3u
#define UNSEEN_BYTES  64u
#define UNSEEN_MAX    2000u /* a free list of tuples (PyTuple_MAXFREELIST) */

enum pmt_status pmt_collect_init(struct pmt_collect *c, const struct pmt_config *config,
                                 bool late, struct pmt_heap *heap, uint64_t total_events,
                                 struct pmt_error *err)
{
    *c = (struct pmt_collect){.heap = heap, .late = late, .due_event = PMT_NOWHERE,
                              .due_generation = PMT_GC_NONE, .pending = PMT_GC_NONE,
                              .what_if = !config->gc_recorded};
    c->fit = pmt_zalloc(sizeof *c->fit);
    if (!c->fit)
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory");
    return c->what_if ? pmt_gc_plan_init(&c->plan, &config->gc, total_events, err) : PMT_OK;
}

void pmt_collect_release(struct pmt_collect *c)
{
    pmt_census_release(&c->rec.census);
    pmt_census_release(&c->mod.census);
    pmt_vec_release(&c->counted);
    pmt_vec_release(&c->fresh);
    pmt_vec_release(&c->is_fresh);
    pmt_vec_release(&c->batch);
    pmt_vec_release(&c->overdue);
    pmt_vec_release(&c->unseen.blocks);
    for (int g = 0; g <= PMT_PERMANENT; g++)
        pmt_vec_release(&c->garbage[g]);
    pmt_vec_release(&c->rows);
    pmt_free(c->fit);
}

/* -- bits by slot -- */

#define SET_BIT(set, slot) ((set)->at[(slot) / 64] |= UINT64_C(1) << (slot) % 64)
#define CLEAR_BIT(set, slot) ((set)->at[(slot) / 64] &= ~(UINT64_C(1) << (slot) % 64))
#define HAS_BIT(set, slot)                                                     \
    ((slot) / 64 < (set)->n && (set)->at[(slot) / 64] >> (slot) % 64 & 1)

#define GROW_BITS(set, slot)                                                   \
    (pmt_vec_reserve((set), (slot) / 64 + 1) && zero_fill((set)->at, &(set)->n, (slot) / 64))

static bool zero_fill(uint64_t *at, size_t *n, size_t upto)
{
    while (*n <= upto)
        at[(*n)++] = 0;
    return true;
}

/* -- garbage -- */

static uint64_t block_bytes(const struct pmt_heap *heap, pmt_block block)
{
    const struct pmt_pool *pool;

    if (pmt_heap_is_raw(block))
        return heap->raw.blocks.at[block & ~PMT_BLOCK_RAW] >> 2;
    pool = heap->arenas.pools + (block >> heap->block_bits);
    return (uint64_t)(pool->class_idx + 1u) << heap->align_shift;
}

/* A full collection empties the free lists behind its garbage: of the objects freed, those
 * past the number that it reported were on a free list, tracked no longer. */
static void tell_free_lists(struct pmt_collect *c)
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
static bool settle_batch(struct pmt_collect *c)
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

static void note_peaks(struct pmt_collect *c)
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

        c->garbage_bytes -= block_bytes(c->heap, g->block);
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
static void found_unseen(struct pmt_collect *c, uint64_t n)
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

static void move_up(struct pmt_collect_side *side, unsigned generation)
{
    uint64_t moved = pmt_census_collected(&side->census, generation);

    if (generation == PMT_GENERATIONS - 2)
        side->policy.long_lived_pending += moved;
    if (generation < PMT_GENERATIONS - 1)
        return;
    side->policy.long_lived_pending = 0;
    side->policy.long_lived_total = moved;
}

static bool collect(struct pmt_collect *c, unsigned generation, bool asked, uint64_t event)
{
    struct pmt_collection row = {.event = event, .clock_ns = c->clock_ns,
                                 .generation = generation, .asked_for = asked,
                                 .chosen = asked ? PMT_GC_NONE : (int)generation};

    note_peaks(c);
    row.visited = pmt_census_visited(&c->mod.census, generation);
    pmt_gc_begin(&c->mod.policy, generation);
    for (unsigned g = 0; g <= generation; g++)
        free_garbage(c, &c->garbage[g], &row);
    row.visited += c->unseen.blocks.n;
    row.collected += collect_unseen(c);
    move_up(&c->mod, generation);
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

static bool collect_pending(struct pmt_collect *c, uint64_t event)
{
    int generation = c->pending;

    c->pending = PMT_GC_NONE;
    return generation == PMT_GC_NONE || collect(c, (unsigned)generation, false, event);
}

static bool collect_if_due(struct pmt_collect *c, bool due, uint64_t event)
{
    if (due && c->pending == PMT_GC_NONE)
        c->pending = pmt_gc_plan_choose(&c->plan, &c->mod.policy);
    return rec_is_due(c) || collect_pending(c, event);
}

/* Garbage that mod should have found already. */
static void free_overdue(struct pmt_collect *c)
{
    struct pmt_collection *last = c->rows.n ? &c->rows.at[c->rows.n - 1] : NULL;
    struct pmt_collection none = {0};

    free_garbage(c, &c->overdue, last ? last : &none);
}

static void freeze(struct pmt_collect_side *side, bool on)
{
    if (on)
        pmt_gc_freeze(&side->policy);
    if (on)
        pmt_census_freeze(&side->census);
    else
        pmt_census_unfreeze(&side->census);
}

/* Garbage goes where its objects go. */
static bool freeze_garbage(struct pmt_collect *c, bool on)
{
    struct pmt_garbage_list *to = &c->garbage[on ? PMT_PERMANENT : PMT_GENERATIONS - 1];

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
    if (actions & PMT_GC_DO_COLLECT && !collect(c, PMT_GENERATIONS - 1, true, event))
        return false;
    if (actions & PMT_GC_DO_FREEZE) {
        if (!freeze_garbage(c, true))
            return false;
        freeze(&c->mod, true);
    }
    if (actions & PMT_GC_DO_UNFREEZE) {
        freeze(&c->mod, false);
        return freeze_garbage(c, false);
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

/* -- blocks -- */

static bool made_for_mod(struct pmt_collect *c, uint32_t slot, uint64_t event)
{
    bool due;

    if (!pmt_census_add(&c->mod.census, slot))
        return false;
    due = pmt_gc_allocated(&c->mod.policy);
    return make_share(c, &due) && collect_if_due(c, due, event);
}

bool pmt_collect_allocated(struct pmt_collect *c, uint32_t slot, uint64_t event)
{
    if (!GROW_BITS(&c->counted, slot) || !pmt_census_add(&c->rec.census, slot))
        return false;
    SET_BIT(&c->counted, slot);
    /* The interpreter leaves a due collection out while an exception is being raised;
     * it comes with the next object. */
    c->verify.deferred += c->due_event != PMT_NOWHERE;
    c->due_event = PMT_NOWHERE;
    if (pmt_gc_allocated(&c->rec.policy) && !c->late) {
        c->due_generation = pmt_gc_choose(&c->rec.policy);
        if (c->due_generation != PMT_GC_NONE)
            c->due_event = event;
    }
    if (!c->modelling)
        return true;
    return made_for_mod(c, slot, event);
}

void pmt_collect_object_freed(struct pmt_collect *c, uint32_t slot)
{
    CLEAR_BIT(&c->counted, slot);
    (void)pmt_census_drop(&c->rec.census, slot);
    pmt_gc_freed(&c->rec.policy);
    if (!c->modelling)
        return;
    (void)pmt_census_drop(&c->mod.census, slot);
    pmt_gc_freed(&c->mod.policy);
}

bool pmt_collect_made_within(struct pmt_collect *c, uint32_t slot)
{
    if (!GROW_BITS(&c->is_fresh, slot) || !pmt_vec_push(&c->fresh, slot))
        return false;
    SET_BIT(&c->is_fresh, slot);
    return true;
}

/* An object of the recorded collection's garbage: gone for rec. */
static void freed_for_rec(struct pmt_collect *c, uint32_t slot)
{
    uint32_t birth = pmt_census_drop(&c->rec.census, slot);

    CLEAR_BIT(&c->counted, slot);
    pmt_gc_freed(&c->rec.policy);
    c->freed_objects += birth & 1;
}

bool pmt_collect_freed_within(struct pmt_collect *c, uint32_t slot, pmt_block block)
{
    bool counted = pmt_collect_is_counted(c, slot);
    struct pmt_garbage g = {.block = block, .counted = counted};

    if (HAS_BIT(&c->is_fresh, slot)) {
        CLEAR_BIT(&c->is_fresh, slot);
        if (counted)
            pmt_collect_object_freed(c, slot);
        return false;
    }
    c->freed_blocks++;
    if (counted && c->modelling) {
        g.birth = c->mod.census.birth.at[slot];
        g.young = pmt_census_place(&c->rec.census, c->rec.census.birth.at[slot]) == 0;
    }
    if (counted)
        freed_for_rec(c, slot);
    /* Out of memory: it is freed now instead. */
    if (!c->modelling || !pmt_vec_push(&c->batch, g)) {
        if (c->modelling && counted)
            pmt_census_forget(&c->mod.census, g.birth);
        return false;
    }
    c->garbage_objects += counted;
    c->garbage_bytes += block_bytes(c->heap, block);
    return true;
}

void pmt_collect_untracked(struct pmt_collect *c, uint32_t slot)
{
    if (!pmt_collect_is_counted(c, slot))
        return;
    pmt_census_untrack(&c->rec.census, slot);
    if (c->modelling)
        pmt_census_untrack(&c->mod.census, slot);
}

/* -- rec: the recording's own collections -- */

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
    c->freed_blocks = c->freed_objects = 0;
    c->within = true;
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

static bool end(struct pmt_collect *c, uint32_t generation, uint64_t ns, uint64_t event)
{
    struct pmt_collection *row = &c->row;

    if (generation >= PMT_GENERATIONS || !c->within)
        return true;
    c->within = false;
    row->generation = generation;
    if (c->freed_objects > row->recorded_collected)
        c->freed_objects = row->recorded_collected; /* the rest were of free lists */
    row->collected = row->recorded_collected;
    row->visited = pmt_census_visited(&c->rec.census, generation) + c->freed_objects;
    row->freed_blocks = c->freed_blocks;
    row->recorded_ns = c->begin_ns && ns > c->begin_ns ? ns - c->begin_ns : 0;
    if (!c->begun)
        pmt_gc_begin(&c->rec.policy, generation);
    compare(c, generation);
    clear_fresh(c);
    pmt_gc_cost_add(c->fit, row->visited, row->freed_blocks, row->recorded_ns);
    c->rec.policy.collecting = false;
    move_up(&c->rec, generation);
    c->rec.policy.long_lived_total = c->long_lived_total;
    c->rec.policy.long_lived_pending = c->long_lived_pending;
    if (!c->modelling)
        return pmt_vec_push(&c->rows, *row);
    found_unseen(c, row->collected - c->freed_objects);
    tell_free_lists(c);
    if (!settle_batch(c))
        return false;
    free_overdue(c);
    if (row->asked_for && !c->plan.config.ignore_calls) {
        c->pending = PMT_GC_NONE;
        return collect(c, generation, true, event);
    }
    return collect_pending(c, event);
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
}

/* What the program does to the collector: for rec always, for mod unless ignored. */
static bool program_calls(struct pmt_collect *c, enum pmt_op op, uint32_t arg, uint64_t wide)
{
    struct pmt_collect_side *sides[2] = {&c->rec, &c->mod};
    int n = c->modelling && !c->plan.config.ignore_calls ? 2 : 1;

    for (int i = 0; i < n; i++) {
        struct pmt_gc_policy *p = &sides[i]->policy;

        if (op == PMT_OP_GC_ENABLED)
            p->enabled = arg != 0;
        else if (op == PMT_OP_GC_THRESHOLD && arg < PMT_GENERATIONS)
            p->threshold[arg] = wide < UINT32_MAX ? (uint32_t)wide : UINT32_MAX;
        else if (op == PMT_OP_GC_FREEZE)
            freeze(sides[i], arg != 0);
    }
    return op != PMT_OP_GC_FREEZE || n < 2 || freeze_garbage(c, arg != 0);
}

bool pmt_collect_event(struct pmt_collect *c, enum pmt_op op, uint32_t arg, uint64_t wide,
                       uint64_t event)
{
    if (op == PMT_OP_GC_BEGIN)
        begin(c, arg, wide, event);
    else if (op == PMT_OP_GC_STAT)
        statistic(c, arg, wide);
    else if (op == PMT_OP_GC_END)
        return end(c, arg, wide, event);
    else
        return program_calls(c, op, arg, wide);
    return true;
}

/* -- results -- */

static int by_pause(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* Nearest rank. */
static uint64_t rank(const uint64_t *sorted, size_t n, size_t percent)
{
    size_t at = (n * percent + 99) / 100;

    return n ? sorted[at ? at - 1 : 0] : 0;
}

static void fill_pauses(const struct pmt_collect *c, struct pmt_metrics *m)
{
    size_t n = c->rows.n;
    uint64_t *pauses = pmt_alloc_array(n, sizeof *pauses);

    if (!pauses)
        return; /* percentiles stay 0 */
    for (size_t i = 0; i < n; i++)
        pauses[i] = c->rows.at[i].pause_ns;
    qsort(pauses, n, sizeof *pauses, by_pause);
    m->gc_pause_p50_ns = rank(pauses, n, 50);
    m->gc_pause_p90_ns = rank(pauses, n, 90);
    m->gc_pause_p99_ns = rank(pauses, n, 99);
    pmt_free(pauses);
}

static void fill_metrics(const struct pmt_collect *c, struct pmt_metrics *m)
{
    uint64_t *per[PMT_GENERATIONS] = {&m->gc_collections_0, &m->gc_collections_1,
                                      &m->gc_collections_2};

    for (size_t i = 0; i < c->rows.n; i++) {
        const struct pmt_collection *row = &c->rows.at[i];

        ++*per[row->generation];
        m->gc_useless += row->collected == 0;
        m->gc_visited += row->visited;
        m->gc_collected += row->collected;
        m->gc_pause_total_ns += row->pause_ns;
        if (row->pause_ns > m->gc_pause_max_ns)
            m->gc_pause_max_ns = row->pause_ns;
        m->recorded_gc_ns += row->recorded_ns;
        if (row->recorded_ns > m->recorded_gc_max_ns)
            m->recorded_gc_max_ns = row->recorded_ns;
    }
    m->gc_peak_tracked = c->peak_tracked;
    m->gc_peak_garbage = c->peak_garbage;
    m->gc_peak_garbage_bytes = c->peak_garbage_bytes;
}

void pmt_collect_finish(struct pmt_collect *c, struct pmt_result *out)
{
    note_peaks(c); /* nothing may have been collected */
    pmt_gc_cost_fit(c->fit, &out->gc_cost);
    for (size_t i = 0; i < c->rows.n; i++)
        c->rows.at[i].pause_ns = pmt_gc_cost_ns(&out->gc_cost, c->rows.at[i].visited,
                                                c->rows.at[i].freed_blocks);
    fill_pauses(c, &out->metrics);
    fill_metrics(c, &out->metrics);
    out->verify.gc = c->verify;
    out->collections = c->rows.at;
    out->n_collections = c->rows.n;
    c->rows.at = NULL;
    c->rows.n = c->rows.cap = 0;
}
