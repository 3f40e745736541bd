/*
 * collect.c - the collector while a replay runs; the two sides are told in collect.h.
 *
 * Of a recorded collection the trace shows what it freed: collector objects, and blocks
 * that belonged to them (a dict's table is freed just before the dict). A block that is
 * no collector object goes with the next one that is.
 *
 * What a collection allocates and frees again itself - finalizers and callbacks do - is
 * no garbage: slots filled since it began are `fresh`.
 */
#include "replay/collect.h"

#include "base/alloc.h"
#include "base/vec.h"
#include "replay/bits.h"
#include "replay/mod_collect.h"
#include "replay/scout.h"

enum pmt_status pmt_collect_init(struct pmt_collect *c, const struct pmt_config *config,
                                 bool late, struct pmt_heap *heap,
                                 struct pmt_blocks *blocks, uint64_t total_events,
                                 struct pmt_error *err)
{
    *c = (struct pmt_collect){.heap = heap, .blocks = blocks, .late = late, .due_event = PMT_NOWHERE,
                              .due_generation = PMT_GC_NONE, .pending = PMT_GC_NONE,
                              .what_if = !config->gc_recorded,
                              .settings_differ = !config->gc_recorded};
    c->fit = pmt_zalloc(sizeof *c->fit);
    if (!c->fit)
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory");
    return c->what_if ? pmt_gc_plan_init(&c->plan, &config->gc, total_events, err) : PMT_OK;
}

enum pmt_status pmt_collect_shelves(struct pmt_collect *c, struct pmt_shelves *shelves,
                                    const struct pmt_config *config, uint64_t total_events,
                                    struct pmt_error *err)
{
    enum pmt_status st = PMT_OK;

    c->shelves = shelves;
    if (!pmt_shelves_move_collections(shelves))
        return PMT_OK;
    if (!c->what_if)
        st = pmt_gc_plan_init(&c->plan, &config->gc, total_events, err);
    if (st != PMT_OK)
        return st;
    c->what_if = true;
    return pmt_mod_begin(c) ? PMT_OK : pmt_error_set(err, PMT_E_NOMEM, "out of memory");
}

void pmt_collect_release(struct pmt_collect *c)
{
    pmt_census_release(&c->rec.census);
    pmt_census_release(&c->mod.census);
    pmt_vec_release(&c->known);
    pmt_vec_release(&c->table);
    pmt_vec_release(&c->fresh);
    pmt_vec_release(&c->is_fresh);
    pmt_free_lists_release(&c->free_lists);
    pmt_garbage_release(&c->garbage);
    pmt_vec_release(&c->rows);
    pmt_type_stats_release(&c->types);
    pmt_garbage_graph_release(&c->graph);
    pmt_vec_release(&c->told);
    pmt_free(c->fit);
    pmt_gc_stretch_release(&c->stretches);
}

/* -- blocks -- */

/* The recorded program counts an object that has a block of its own, not one from a list. */
static void count_for_rec(struct pmt_collect *c, uint64_t event)
{
    /* The interpreter leaves a due collection out while an exception is being raised;
     * it comes with the next object. */
    c->verify.deferred += c->due_event != PMT_NOWHERE;
    c->due_event = PMT_NOWHERE;
    if (!pmt_gc_allocated(&c->rec.policy) || c->late)
        return;
    c->due_generation = pmt_gc_choose(&c->rec.policy);
    if (c->due_generation != PMT_GC_NONE)
        c->due_event = event;
}

bool pmt_collect_allocated(struct pmt_collect *c, uint32_t slot, pmt_block block,
                           struct pmt_birth birth, uint64_t event)
{
    if (!GROW(&c->known, slot / 64) || !pmt_census_add(&c->rec.census, slot))
        return false;
    SET_BIT(&c->known, slot);
    pmt_type_stats_made(&c->types, slot);
    if (!birth.reused)
        count_for_rec(c, event);
    if (c->what_if && !pmt_garbage_born(c, slot, event))
        return false;
    return !c->modelling || pmt_mod_made(c, slot, block, birth, event);
}

/* Made since mod last collected, and untracked by a recorded collection since. */
static bool is_young_untracked(const struct pmt_collect *c, uint32_t slot)
{
    uint32_t birth = c->mod.census.birth.at[slot];

    return !(birth & 1) && pmt_census_place(&c->mod.census, birth) == 0;
}

bool pmt_collect_is_object(const struct pmt_collect *c, uint32_t slot)
{
    return pmt_collect_is_known(c, slot) && !HAS_BIT(&c->table, slot);
}

void pmt_collect_forget_table(struct pmt_collect *c, uint32_t slot)
{
    CLEAR_BIT(&c->known, slot);
    CLEAR_BIT(&c->table, slot);
    pmt_type_stats_made(&c->types, slot);
}

static bool goes_with_kept(struct pmt_collect *c, uint32_t slot, struct pmt_end end, bool counted)
{
    return PMT_UNLIKELY(c->alert || pmt_held_has(&c->garbage.held, slot)) &&
           pmt_held_dies(c, slot, end, counted);
}

static bool table_freed(struct pmt_collect *c, uint32_t slot, struct pmt_end end)
{
    pmt_collect_forget_table(c, slot);
    return c->modelling &&
           (pmt_garbage_drop(c, slot) || goes_with_kept(c, slot, end, false));
}

static void freed_for_mod(struct pmt_collect *c, uint32_t slot, pmt_block block, struct pmt_end end)
{
    if (!end.kind)
        pmt_free_lists_freed(&c->free_lists, c->heap, block);
    if (is_young_untracked(c, slot) && c->young_untracked)
        c->young_untracked--;
    (void)pmt_census_drop(&c->mod.census, slot);
    if (!end.kind || !pmt_shelves_keep(c->shelves, end))
        pmt_gc_freed(&c->mod.policy);
}

static bool object_freed(struct pmt_collect *c, uint32_t slot, struct pmt_end end)
{
    uint32_t birth = pmt_census_drop(&c->rec.census, slot);

    CLEAR_BIT(&c->known, slot);
    c->died_in[pmt_census_place(&c->rec.census, birth)]++;
    if (!end.shelved)
        pmt_gc_freed(&c->rec.policy);
    if (!c->modelling)
        return false;
    if (pmt_garbage_drop(c, slot))
        return true;
    if (PMT_UNLIKELY(pmt_kept_has(&c->garbage.kept, slot)) &&
        pmt_garbage_keep(c, slot, end.past ? 0 : end.kind))
        return true;
    if (goes_with_kept(c, slot, end, true))
        return true;
    freed_for_mod(c, slot, c->blocks->at[slot], end);
    return false;
}

void pmt_collect_let_go(struct pmt_collect *c)
{
    struct pmt_held *h = &c->garbage.held;

    for (size_t i = 0; i < h->dying.n; i++) {
        const struct pmt_dying *one = &h->dying.at[i];

        if (one->counted)
            freed_for_mod(c, one->slot, one->block, one->end);
        if (one->end.kind)
            (void)pmt_shelves_give(c->shelves, c->heap, one->block, one->end);
        else
            pmt_heap_release_inline(c->heap, one->block);
    }
    h->dying.n = 0;
    c->alert = c->within;
}

bool pmt_collect_known_freed(struct pmt_collect *c, uint32_t slot, struct pmt_end end)
{
    return HAS_BIT(&c->table, slot) ? table_freed(c, slot, end) : object_freed(c, slot, end);
}

bool pmt_collect_known_resized(struct pmt_collect *c, uint32_t slot)
{
    bool gone;

    if (HAS_BIT(&c->table, slot)) {
        if (!HAS_BIT(&c->garbage.told, slot) && pmt_held_has(&c->garbage.held, slot))
            return false; /* it goes with the same */
        pmt_collect_forget_table(c, slot);
        return pmt_garbage_drop(c, slot);
    }
    if (!pmt_garbage_is_told(c, slot))
        return false;
    gone = pmt_garbage_drop(c, slot);
    c->garbage.made.at[slot]++; /* what was told of it is not told of it now */
    if (gone)
        c->mod.census.birth.at[slot] = 0; /* it was taken out with its block */
    return gone;
}

bool pmt_collect_made_alert(struct pmt_collect *c, uint32_t slot)
{
    pmt_collect_let_go(c);
    if (!c->within)
        return true;
    if (!GROW(&c->is_fresh, slot / 64) || !pmt_vec_push(&c->fresh, slot))
        return false;
    SET_BIT(&c->is_fresh, slot);
    return true;
}

/* An object of the recorded collection's garbage: gone for rec. */
static void freed_for_rec(struct pmt_collect *c, uint32_t slot, struct pmt_end end)
{
    uint32_t birth = pmt_census_drop(&c->rec.census, slot);

    CLEAR_BIT(&c->known, slot);
    if (!end.shelved)
        pmt_gc_freed(&c->rec.policy);
    c->freed_objects += birth & 1;
}

/* Where mod has given it back already it may be another block by now. */
static uint64_t block_bytes(const struct pmt_collect *c, uint32_t slot, pmt_block block)
{
    return c->modelling && pmt_garbage_is_gone(&c->garbage, slot)
               ? c->garbage.bytes_of.at[slot] : pmt_block_bytes(c->heap, block);
}

bool pmt_collect_freed_within(struct pmt_collect *c, uint32_t slot, pmt_block block,
                              struct pmt_end end)
{
    bool counted = pmt_collect_is_object(c, slot);
    uint64_t bytes;

    if (HAS_BIT(&c->is_fresh, slot)) {
        CLEAR_BIT(&c->is_fresh, slot);
        return pmt_collect_is_known(c, slot) && pmt_collect_known_freed(c, slot, end);
    }
    c->freed_blocks += !end.shelved;
    bytes = block_bytes(c, slot, block);
    pmt_type_stats_freed(&c->types, slot, bytes, counted);
    if (!c->modelling)
        c->freed_bytes += bytes;
    else if (!pmt_garbage_freed(c, slot, block, end.past ? 0 : end.kind, counted))
        c->failed = true;
    if (counted)
        freed_for_rec(c, slot, end);
    else if (HAS_BIT(&c->table, slot))
        pmt_collect_forget_table(c, slot);
    return c->modelling;
}

void pmt_collect_cleared(struct pmt_collect *c, unsigned kind)
{
    c->freed_blocks += pmt_shelves_clear_one(c->shelves, c->heap, kind, c->within);
    if (c->shelves->at[kind].counted)
        pmt_gc_freed(&c->rec.policy);
}

static bool tell_mod(struct pmt_collect *c, uint32_t slot, uint32_t kind, uint64_t event)
{
    if (!HAS_BIT(&c->garbage.told, slot)) {
        if (is_young_untracked(c, slot) && c->young_untracked)
            c->young_untracked--;
        pmt_census_track(&c->mod.census, slot);
    }
    return pmt_garbage_tell(c, slot, kind, event);
}

bool pmt_collect_garbage(struct pmt_collect *c, uint32_t slot, uint32_t kind, uint64_t event)
{
    struct pmt_told told = {.of = {.slot = slot, .kind = kind}};
    int place;

    told.again = kind & PMT_GARBAGE_FIRST && pmt_type_stats_is_told(&c->types, slot);

    c->graph.owner = 0;
    if (!pmt_collect_is_object(c, slot))
        return true;
    place = pmt_census_place(&c->rec.census, c->rec.census.birth.at[slot]);
    if (kind & PMT_GARBAGE_FIRST)
        c->holder_place = (uint32_t)place;
    told.place = (uint8_t)c->holder_place;
    if (pmt_type_stats_told(&c->types, slot, kind >> PMT_GARBAGE_TYPE, place,
                            block_bytes(c, slot, c->blocks->at[slot]),
                            kind & PMT_GARBAGE_FIRST))
        c->graph.owner = (kind >> PMT_GARBAGE_TYPE) + 1;
    pmt_census_track(&c->rec.census, slot); /* the collector has it in its lists */
    if (!c->modelling)
        return (told.again && !c->what_if) || pmt_vec_push(&c->told, told);
    return tell_mod(c, slot, kind, event);
}

void pmt_collect_atomic(struct pmt_collect *c, uint32_t slot)
{
    if (c->modelling)
        pmt_garbage_atomic(&c->garbage, slot);
    else if (c->told.n && c->told.at[c->told.n - 1].of.slot == slot)
        pmt_kin_atomic(&c->told.at[c->told.n - 1].of.atomic);
}

bool pmt_collect_know(struct pmt_collect *c, uint32_t slot)
{
    if (!GROW(&c->known, slot / 64) || !GROW(&c->table, slot / 64))
        return false;
    if (!pmt_collect_is_known(c, slot))
        SET_BIT(&c->table, slot);
    SET_BIT(&c->known, slot);
    return true;
}

/* visited: mod's next collection finds it in its lists all the same, if it is young. */
static void untrack_for_mod(struct pmt_collect *c, uint32_t slot, bool visited)
{
    bool tracked = c->mod.census.birth.at[slot] & 1;

    pmt_census_untrack(&c->mod.census, slot);
    c->young_untracked += visited && tracked && is_young_untracked(c, slot);
}

/* A block that is no object of the collector's, or one that it never had in its lists, or has
 * untracked: that dies unreported. */
static bool note_belonging(struct pmt_collect *c, uint32_t slot)
{
    if (!pmt_collect_know(c, slot))
        return false;
    if (c->modelling && pmt_collect_is_object(c, slot) && !HAS_BIT(&c->garbage.told, slot))
        untrack_for_mod(c, slot, pmt_shelf_is_tuple(pmt_collect_kind(c, slot)));
    return true;
}

bool pmt_collect_belongs(struct pmt_collect *c, uint32_t slot, uint64_t event)
{
    struct pmt_told told = {{.slot = slot, .belongs = true}, (uint8_t)c->holder_place, false};

    if (!note_belonging(c, slot))
        return false;
    pmt_type_stats_belongs(&c->types, slot, block_bytes(c, slot, c->blocks->at[slot]));
    if (pmt_collect_is_object(c, slot))
        pmt_census_untrack(&c->rec.census, slot);
    if (!c->modelling)
        return pmt_vec_push(&c->told, told);
    return pmt_garbage_belongs(c, slot, pmt_collect_is_object(c, slot), event);
}

/* One that the recording is still to tell of. */
static bool foretell(struct pmt_collect *c, const struct pmt_scouted *one, uint64_t event)
{
    if (one->slot >= c->blocks->n)
        return true; /* of another trace */
    if (one->refers)
        return pmt_garbage_refers(&c->garbage,
                                  (struct pmt_kin_reference){one->slot, one->reachable});
    if (one->belongs) {
        if (!note_belonging(c, one->slot) ||
            !pmt_garbage_belongs(c, one->slot, pmt_collect_is_object(c, one->slot), event))
            return false;
    } else if (!pmt_collect_is_object(c, one->slot)) {
        return true;
    } else if (!tell_mod(c, one->slot, one->kind, event)) {
        return false;
    }
    for (uint8_t n = 0; n < one->atomic; n++)
        pmt_garbage_atomic(&c->garbage, one->slot);
    return true;
}

struct foretelling {
    struct pmt_collect *c;
    uint64_t event;
};

static bool foretell_group(void *arg, const struct pmt_scouted_group *group)
{
    const struct foretelling *f = arg;

    for (size_t i = 0; i < group->n; i++)
        if (!foretell(f->c, &group->at[i], f->event))
            return false;
    return pmt_garbage_foretold(f->c, f->event);
}

bool pmt_collect_foretell(struct pmt_collect *c, uint64_t event)
{
    struct foretelling f = {c, event};

    if (!c->scout)
        return true;
    if (!pmt_garbage_told_all(c, event))
        return false;
    c->scouted = pmt_scout_read(c->scout);
    return pmt_scout_take(c->scout, event, foretell_group, &f);
}

/* It was not freed since, nor is another. */
bool pmt_collect_carry_over(struct pmt_collect *c, uint64_t event)
{
    for (size_t i = 0; i < c->told.n; i++) {
        const struct pmt_scouted *one = &c->told.at[i].of;

        if (one->kind & PMT_GARBAGE_FIRST && !pmt_garbage_foretold(c, event))
            return false;
        if (pmt_collect_is_still_told(c, one->slot) && !foretell(c, one, event))
            return false;
    }
    c->told.n = 0;
    return pmt_garbage_foretold(c, event);
}

bool pmt_collect_refers(struct pmt_collect *c, uint32_t slot, bool reachable)
{
    struct pmt_kin_reference to = {slot, reachable};

    if (reachable) {
        c->garbage.held.holder = slot;
        pmt_shared_keeper(&c->garbage.shared, slot);
    } else {
        pmt_garbage_graph_refers(&c->graph, slot);
    }
    return !c->modelling || !pmt_collect_is_object(c, slot) || pmt_garbage_refers(&c->garbage, to);
}

/* Where it dies just before that, it goes with it as well; of several with the first. */
bool pmt_collect_shares(struct pmt_collect *c, uint32_t slot, uint64_t event)
{
    struct pmt_held *h = &c->garbage.held;

    if (!c->what_if || !pmt_collect_is_object(c, slot))
        return true;
    h->holder = c->garbage.shared.keeper;
    if (!(pmt_held_is_of_kept(c, slot) || pmt_held_add(c, slot, event)) ||
        !pmt_shared_add(&c->garbage, slot))
        return false;
    h->holder = slot;
    return true;
}

bool pmt_collect_holds(struct pmt_collect *c, uint32_t slot, uint64_t event)
{
    return !c->what_if || pmt_held_add(c, slot, event);
}

void pmt_collect_unseen(struct pmt_collect *c, uint32_t slot, uint32_t type)
{
    uint32_t birth;

    if (!c->within)
        return;
    c->looked = false; /* if there was a look, it was not before this collection */
    c->warm = 0;
    if (!pmt_collect_is_object(c, slot) || HAS_BIT(&c->is_fresh, slot) ||
        pmt_type_stats_is_told(&c->types, slot))
        return;
    birth = c->rec.census.birth.at[slot];
    if (birth & 1) /* what the collector has in none of its lists belongs to others */
        pmt_type_stats_unseen(&c->types, slot, type, pmt_census_place(&c->rec.census, birth),
                              block_bytes(c, slot, c->blocks->at[slot]));
}

void pmt_collect_alive(struct pmt_collect *c, uint32_t slot, uint32_t type)
{
    pmt_type_stats_alive(&c->types, c->heap, type, c->blocks->at[slot]);
}

void pmt_collect_untracked(struct pmt_collect *c, uint32_t slot)
{
    if (!pmt_collect_is_object(c, slot))
        return;
    if (c->rec.census.birth.at[slot] & 1 && c->bias_last.of.counted)
        c->bias_last.of.counted--;
    pmt_census_untrack(&c->rec.census, slot);
    if (!c->modelling || pmt_garbage_is_told(c, slot))
        return;
    pmt_garbage_uncount(c, c->mod.census.birth.at[slot]);
    untrack_for_mod(c, slot, true);
}
