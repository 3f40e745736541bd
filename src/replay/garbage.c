/* garbage.c - what is unreachable in mod and not yet collected; the idea is in garbage.h. */
#include "replay/garbage.h"

#include <string.h>
#include "base/vec.h"
#include "replay/bits.h"
#include "replay/collect.h"
#include "replay/mod_collect.h"

void pmt_garbage_release(struct pmt_garbage *g)
{
    for (int p = 0; p <= PMT_PERMANENT; p++) {
        pmt_vec_release(&g->list[p]);
        pmt_vec_release(&g->open[p]);
    }
    for (int p = 0; p < PMT_GENERATIONS; p++)
        pmt_vec_release(&g->past[p]);
    pmt_vec_release(&g->batch);
    pmt_vec_release(&g->made);
    pmt_vec_release(&g->key);
    pmt_vec_release(&g->row);
    pmt_vec_release(&g->type);
    pmt_vec_release(&g->silent);
    pmt_vec_release(&g->bytes_of);
    pmt_vec_release(&g->belongs);
    pmt_vec_release(&g->atomic);
    pmt_vec_release(&g->told);
    pmt_vec_release(&g->gone);
    pmt_vec_release(&g->group);
    pmt_left_release(&g->left);
}

/* -- by slot -- */

static bool grow(struct pmt_garbage *g, uint32_t slot)
{
    return GROW(&g->made, slot) && GROW(&g->key, slot) && GROW(&g->row, slot) &&
           GROW(&g->type, slot) && GROW(&g->bytes_of, slot) && GROW(&g->told, slot / 64) &&
           GROW(&g->gone, slot / 64) && GROW(&g->silent, slot / 64) &&
           GROW(&g->belongs, slot / 64) && GROW(&g->atomic, slot / 64);
}

bool pmt_garbage_born(struct pmt_collect *c, uint32_t slot, uint64_t event)
{
    if (!grow(&c->garbage, slot))
        return false;
    c->garbage.made.at[slot] = (uint32_t)event;
    return true;
}

/* -- by which collection -- */

/* Index in past[generation] of the first after this event. */
static size_t first_after(const struct pmt_garbage *g, unsigned generation, uint64_t event)
{
    size_t low = 0, high = g->past[generation].n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (g->past[generation].at[middle].event > event)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

static int place_then(const struct pmt_past *past, uint32_t key)
{
    struct pmt_census then = {.n_collections = past->n_collections,
                              .last_older = past->last_older, .frozen = past->frozen};

    return pmt_census_place(&then, key);
}

/* The collection of mod that found what was unreachable from this event on: its index in
 * past[0 ... ], or NULL. Until it is found, a group stays where it is: collections that do
 * not cover it move it no further. */
static const struct pmt_past *finder_of(const struct pmt_garbage *g, uint32_t key,
                                        uint64_t event)
{
    size_t i = first_after(g, 0, event);
    int place;

    if (i == g->past[0].n)
        return NULL;
    place = place_then(&g->past[0].at[i], key);
    if (place >= PMT_PERMANENT)
        return NULL;
    i = first_after(g, (unsigned)place, event);
    return i < g->past[place].n ? &g->past[place].at[i] : NULL;
}

/* The collection of mod that has this row. */
static const struct pmt_past *past_of(const struct pmt_garbage *g, uint32_t row)
{
    size_t low = 0, high = g->past[0].n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (g->past[0].at[middle].row < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low < g->past[0].n && g->past[0].at[low].row == row ? &g->past[0].at[low] : NULL;
}

/* -- waste -- */

static void forget(struct pmt_collect *c, uint32_t birth)
{
    pmt_census_forget(&c->mod.census, birth);
}

/* The slot has not been given to another since it was told. */
static bool is_open(const struct pmt_garbage *g, const struct pmt_waste *w)
{
    return HAS_BIT(&g->told, w->slot) && g->made.at[w->slot] == w->made;
}

/* Whether a collection that finds it in this place has it in its lists. */
static bool is_tracked(const struct pmt_waste *w, int place)
{
    return w->counted && (w->fleeting ? place == 0 : w->birth & 1);
}

/* Its block was given back to the heap, or to its free list; what it belongs to is no more. */
static void note_given(struct pmt_collect *c, const struct pmt_waste *w, int place,
                       struct pmt_collection *row, size_t row_index)
{
    row->collected += is_tracked(w, place) && !w->silent;
    if (w->counted)
        forget(c, w->birth);
    if (!is_open(&c->garbage, w))
        return;
    SET_BIT(&c->garbage.gone, w->slot);
    c->garbage.row.at[w->slot] = (uint32_t)row_index;
}

static bool wait(struct pmt_collect *c, struct pmt_waste w)
{
    struct pmt_garbage *g = &c->garbage;
    int place = pmt_census_place(&c->mod.census, w.key);

    g->objects += w.counted;
    g->bytes += pmt_block_bytes(c->heap, w.block);
    return pmt_vec_push(&g->list[place], w);
}

/* mod has taken objects for survivors that it should have freed: what it counted of them
 * for the quarter rule (gc/policy.h). */
static void uncount(struct pmt_collect *c, uint32_t birth)
{
    struct pmt_gc_policy *p = &c->mod.policy;
    const struct pmt_garbage *g = &c->garbage;
    size_t n_full = g->past[PMT_GENERATIONS - 1].n;
    uint32_t last_full = n_full ? g->past[PMT_GENERATIONS - 1].at[n_full - 1].n_collections : 0;
    uint64_t *counted = birth >> 1 > last_full ? &p->long_lived_pending
                                               : &p->long_lived_total;

    if (birth & 1 && pmt_census_place(&c->mod.census, birth) == PMT_GENERATIONS - 1 && *counted)
        --*counted;
}

/* A collection that is over should have found it. */
static void free_overdue(struct pmt_collect *c, const struct pmt_waste *w,
                         const struct pmt_past *finder)
{
    struct pmt_collection *row = &c->rows.at[finder->row];
    enum pmt_late late = PMT_LATE_OVERFLOW;

    if (w->counted)
        uncount(c, w->birth);
    if (w->kind)
        late = pmt_shelves_give_late(c->shelves, c->heap, w->block, w->kind, finder->row);
    else
        (void)pmt_collect_give(c, w->block, w->kind);
    row->freed_blocks += late == PMT_LATE_OVERFLOW;
    c->counted_too_many += late == PMT_LATE_SERVED && c->shelves->at[w->kind].counted;
    note_given(c, w, place_then(finder, w->birth), row, finder->row);
}

void pmt_garbage_collect(struct pmt_collect *c, unsigned generation,
                         struct pmt_collection *row)
{
    struct pmt_garbage *g = &c->garbage;

    for (unsigned p = 0; p <= generation; p++) {
        for (size_t i = 0; i < g->list[p].n; i++) {
            const struct pmt_waste *w = &g->list[p].at[i];

            if (w->block == PMT_BLOCK_NONE)
                continue;
            g->objects -= w->counted;
            g->bytes -= pmt_block_bytes(c->heap, w->block);
            row->freed_blocks += !pmt_collect_give(c, w->block, w->kind);
            note_given(c, w, pmt_census_place(&c->mod.census, w->birth), row, c->rows.n);
        }
        g->list[p].n = 0;
        g->epoch[p]++;
    }
}

bool pmt_garbage_collected(struct pmt_collect *c, unsigned generation, struct pmt_past before)
{
    for (unsigned p = 0; p <= generation; p++)
        if (!pmt_vec_push(&c->garbage.past[p], before))
            return false;
    return true;
}

/* -- what looks tell -- */

bool pmt_garbage_tell(struct pmt_collect *c, uint32_t slot, uint32_t kind, uint64_t event)
{
    struct pmt_garbage *g = &c->garbage;
    struct pmt_kinsman one = {slot, false, false};

    if (kind & PMT_GARBAGE_FIRST && !pmt_garbage_told_all(c, event))
        return false;
    if (slot / 64 >= g->told.n)
        return true;
    g->type.at[slot] = kind >> PMT_GARBAGE_TYPE;
    g->telling = event;
    return pmt_vec_push(&g->group, one);
}

void pmt_garbage_atomic(struct pmt_garbage *g, uint32_t slot)
{
    if (g->group.n && g->group.at[g->group.n - 1].slot == slot)
        g->group.at[g->group.n - 1].atomic = true;
}

bool pmt_garbage_belongs(struct pmt_collect *c, uint32_t slot, bool object, uint64_t event)
{
    struct pmt_garbage *g = &c->garbage;
    struct pmt_kinsman one = {slot, true, false};

    if (!g->group.n || HAS_BIT(&g->told, slot))
        return true;
    if (!grow(g, slot))
        return false;
    if (!object)
        g->made.at[slot] = (uint32_t)event;
    g->telling = event;
    return pmt_vec_push(&g->group, one);
}

/* What the objects of a group have in common. */
struct kin {
    struct pmt_left_bounds of;
    uint32_t key;
    int place;          /* in rec, of the holder */
};

static struct kin kin_of(const struct pmt_collect *c, uint64_t event)
{
    const struct pmt_garbage *g = &c->garbage;
    uint32_t holder = g->group.at[0].slot, recorded = c->rec.census.birth.at[holder];
    uint64_t made = 0;

    for (size_t i = 0; i < g->group.n; i++)
        if (!g->group.at[i].belongs)
            made = pmt_left_later(made, pmt_left_made(g->made.at[g->group.at[i].slot], event));
    return (struct kin){.of = pmt_left_of(&g->left, recorded, made, event),
                        .key = HAS_BIT(&g->told, holder) ? g->key.at[holder]
                                                         : c->mod.census.birth.at[holder],
                        .place = pmt_census_place(&c->rec.census, recorded)};
}

static bool tell_one(struct pmt_collect *c, struct pmt_kinsman one, const struct kin *kin,
                     const struct pmt_past *finder)
{
    struct pmt_garbage *g = &c->garbage;
    uint32_t slot = one.slot;
    struct pmt_waste w = {.block = c->blocks->at[slot], .key = kin->key, .slot = slot,
                          .made = g->made.at[slot], .belongs = one.belongs,
                          .counted = pmt_collect_is_object(c, slot),
                          .kind = pmt_collect_kind(c, slot)};
    int place = pmt_census_place(&c->mod.census, kin->key);
    struct pmt_open open = {slot, w.made, (uint32_t)g->list[place].n, g->epoch[place],
                            (uint8_t)place, one.belongs};

    if (w.counted)
        w.birth = c->mod.census.birth.at[slot];
    /* Of those that belong, a recorded collection has done so. */
    w.fleeting = one.atomic || (one.belongs && pmt_shelf_is_tuple(w.kind));
    g->bytes_of.at[slot] = (uint32_t)pmt_block_bytes(c->heap, w.block);
    SET_BIT(&g->told, slot);
    if (one.belongs)
        SET_BIT(&g->belongs, slot);
    if (one.atomic)
        SET_BIT(&g->atomic, slot);
    g->key.at[slot] = kin->key;
    if (finder) {
        open.epoch = g->epoch[place] - 1; /* it is in no list */
        free_overdue(c, &w, finder);
    } else if (!wait(c, w)) {
        return false;
    }
    return pmt_vec_push(&g->open[kin->place], open);
}

/* The collection of mod that should have found it. */
static const struct pmt_past *find_finder(struct pmt_collect *c, const struct kin *kin,
                                          bool *uncertain)
{
    struct pmt_garbage *g = &c->garbage;
    uint64_t from = pmt_left_later(kin->of.made, kin->of.reachable);

    /* It is not where, whenever it was, the same collection found it. */
    *uncertain = finder_of(g, kin->key, from) != finder_of(g, kin->key, kin->of.left);
    return finder_of(g, kin->key, pmt_left_when(&g->left, kin->of, kin->place == 0));
}

static bool end_telling(struct pmt_collect *c, uint64_t event, bool foretold)
{
    struct pmt_garbage *g = &c->garbage;
    const struct pmt_past *finder = NULL;
    bool uncertain = false;
    struct kin kin;

    if (!g->group.n)
        return true;
    kin = kin_of(c, event);
    if (!foretold) {
        finder = find_finder(c, &kin, &uncertain);
        pmt_left_next(&g->left);
    }
    for (size_t i = 0; i < g->group.n; i++) {
        struct pmt_kinsman one = g->group.at[i];

        g->uncertain += uncertain && !one.belongs;
        if (!HAS_BIT(&g->told, one.slot) && !tell_one(c, one, &kin, finder))
            return false;
    }
    g->group.n = 0;
    return true;
}

bool pmt_garbage_told_all(struct pmt_collect *c, uint64_t event)
{
    return end_telling(c, event, false);
}

bool pmt_garbage_foretold(struct pmt_collect *c, uint64_t event)
{
    return end_telling(c, event, true);
}

/* -- what the recording frees -- */

/* Nothing that was told is freed while its group is not whole; a trace may say so. */
static void end_group(struct pmt_collect *c)
{
    if (!pmt_garbage_told_all(c, c->garbage.telling))
        c->failed = true;
}

bool pmt_garbage_is_gone(const struct pmt_garbage *g, uint32_t slot)
{
    return HAS_BIT(&g->gone, slot);
}

bool pmt_garbage_is_told(struct pmt_collect *c, uint32_t slot)
{
    end_group(c);
    return HAS_BIT(&c->garbage.told, slot);
}

/* The slot is free again; whether mod has given its block back already. */
static bool clear_slot(struct pmt_garbage *g, uint32_t slot)
{
    bool gone = HAS_BIT(&g->gone, slot) != 0;

    CLEAR_BIT(&g->told, slot);
    CLEAR_BIT(&g->gone, slot);
    CLEAR_BIT(&g->belongs, slot);
    CLEAR_BIT(&g->atomic, slot);
    return gone;
}

/* It is no garbage after all. */
static void take_back(struct pmt_collect *c, const struct pmt_open *o)
{
    struct pmt_garbage *g = &c->garbage;
    struct pmt_waste *w;

    if (o->epoch != g->epoch[o->place])
        return;
    w = &g->list[o->place].at[o->index];
    g->objects -= w->counted;
    g->bytes -= pmt_block_bytes(c->heap, w->block);
    w->block = PMT_BLOCK_NONE;
}

/* It lived again: a finalizer or a callback has seen to that. */
bool pmt_garbage_drop(struct pmt_collect *c, uint32_t slot)
{
    struct pmt_garbage *g = &c->garbage;

    end_group(c);
    if (!HAS_BIT(&g->told, slot))
        return false;
    for (unsigned p = 0; p <= PMT_PERMANENT; p++)
        for (size_t i = 0; i < g->open[p].n; i++)
            if (g->open[p].at[i].slot == slot && g->open[p].at[i].made == g->made.at[slot] &&
                !HAS_BIT(&g->gone, slot))
                take_back(c, &g->open[p].at[i]);
    return clear_slot(g, slot);
}

bool pmt_garbage_freed(struct pmt_collect *c, uint32_t slot, pmt_block block, uint8_t kind,
                       bool counted)
{
    struct pmt_garbage *g = &c->garbage;
    struct pmt_waste w = {.block = block, .slot = slot, .counted = counted, .kind = kind};

    end_group(c);
    if (counted) {
        w.birth = w.key = c->mod.census.birth.at[slot];
        w.made = g->made.at[slot];
        w.seen = c->rec.census.birth.at[slot];
        w.young = pmt_census_place(&c->rec.census, w.seen) == 0;
    }
    if (HAS_BIT(&g->told, slot)) {
        w.state = HAS_BIT(&g->gone, slot) ? PMT_WASTE_GONE : PMT_WASTE_TOLD;
        w.key = g->key.at[slot];
        w.belongs = HAS_BIT(&g->belongs, slot) != 0;
        w.fleeting = HAS_BIT(&g->atomic, slot) != 0;
        (void)clear_slot(g, slot);
    }
    return pmt_vec_push(&g->batch, w);
}

/* A finalizer has freed it. Its slot may hold an object of the finalizer's by now. */
static bool is_silent(const struct pmt_garbage *g, const struct pmt_open *o)
{
    return HAS_BIT(&g->silent, o->slot) && g->key.at[o->slot] == o->made;
}

static void settle_silent(struct pmt_collect *c, const struct pmt_open *o)
{
    struct pmt_garbage *g = &c->garbage;

    if (o->epoch == g->epoch[o->place])
        g->list[o->place].at[o->index].silent = true;
    else if (g->row.at[o->slot] < c->rows.n && c->rows.at[g->row.at[o->slot]].collected)
        c->rows.at[g->row.at[o->slot]].collected--;
}

/* It is on a free list now, and will be made again from there: we take it that this happens
 * at once. If mod has collected it, it was on mod's free list, in a block. */
static void renew(struct pmt_collect *c, const struct pmt_open *o, uint64_t event)
{
    struct pmt_garbage *g = &c->garbage;
    pmt_block *block = &c->blocks->at[o->slot];
    bool object = pmt_collect_is_object(c, o->slot);

    if (HAS_BIT(&g->gone, o->slot)) {
        uint64_t bytes = pmt_heap_is_raw(*block) ? 1 : pmt_block_bytes(c->heap, *block);

        *block = pmt_heap_alloc_inline(c->heap, PMT_DOMAIN_OBJ, bytes);
        c->failed |= *block == PMT_BLOCK_NONE;
        if (object)
            c->mod.census.birth.at[o->slot] = 0; /* it was taken out with its block */
    } else {
        c->failed |= !o->belongs && !pmt_free_lists_told(&c->free_lists, c->heap, *block,
                                                         g->type.at[o->slot], true);
        take_back(c, o);
    }
    (void)clear_slot(g, o->slot);
    g->made.at[o->slot] = (uint32_t)event;
    if (!object) {
        pmt_collect_forget_table(c, o->slot);
        return;
    }
    pmt_census_renew(&c->rec.census, o->slot);
    pmt_census_renew(&c->mod.census, o->slot);
}

/* An object that was told and that the collection covered. */
static void settle_told(struct pmt_collect *c, const struct pmt_open *o, uint64_t event)
{
    struct pmt_garbage *g = &c->garbage;

    if (is_silent(g, o))
        settle_silent(c, o);
    if (g->made.at[o->slot] != o->made)
        return;
    if (HAS_BIT(&g->told, o->slot))
        renew(c, o, event);
    else if (!o->belongs)
        (void)pmt_free_lists_told(&c->free_lists, c->heap, c->blocks->at[o->slot],
                                  g->type.at[o->slot], false);
}

/* Of the objects that were told and that this collection covered, those it did not free. */
static void count_left(const struct pmt_garbage *g, unsigned generation,
                       struct pmt_garbage_count *count)
{
    for (unsigned p = 0; p <= generation; p++)
        for (size_t i = 0; i < g->open[p].n; i++) {
            const struct pmt_open *o = &g->open[p].at[i];

            if (o->belongs || !HAS_BIT(&g->told, o->slot) ||
                g->made.at[o->slot] != o->made)
                continue;
            count->left++;
            count->gone += HAS_BIT(&g->gone, o->slot) != 0;
        }
}

/* It was, and is reported: a tuple that it has not untracked before. */
static bool was_told(const struct pmt_waste *w)
{
    bool told = w->state == PMT_WASTE_TOLD || w->state == PMT_WASTE_GONE;

    return told && !w->belongs && (!w->fleeting || w->young);
}

/* Finalizers come first, and what they take apart dies by counting: the first that it freed
 * of what was told, as many as it does not report. (The slot's key is free for that.) */
static void mark_silent(struct pmt_garbage *g, uint64_t n, bool on)
{
    for (size_t i = 0; i < g->batch.n && n; i++) {
        const struct pmt_waste *w = &g->batch.at[i];

        if (!was_told(w))
            continue;
        n--;
        g->key.at[w->slot] = w->made;
        if (on)
            SET_BIT(&g->silent, w->slot);
        else
            CLEAR_BIT(&g->silent, w->slot);
    }
}

/* Finalizers take apart what an older object holds as well. */
static void settle_older_silent(struct pmt_collect *c, unsigned generation)
{
    struct pmt_garbage *g = &c->garbage;

    for (unsigned p = generation + 1; p <= PMT_PERMANENT; p++)
        for (size_t i = 0; i < g->open[p].n; i++) {
            const struct pmt_open *o = &g->open[p].at[i];

            if (is_silent(g, o))
                settle_silent(c, o);
        }
}

static void settle_all_told(struct pmt_collect *c, unsigned generation, uint64_t n_collected,
                            struct pmt_garbage_count *count, uint64_t event)
{
    struct pmt_garbage *g = &c->garbage;
    uint64_t n_silent;

    count_left(g, generation, count);
    count->told = count->left;
    for (size_t i = 0; i < g->batch.n; i++)
        count->told += was_told(&g->batch.at[i]);
    n_silent = count->told > n_collected ? count->told - n_collected : 0;
    mark_silent(g, n_silent, true);
    for (unsigned p = 0; p <= generation; p++) {
        for (size_t i = 0; i < g->open[p].n; i++)
            settle_told(c, &g->open[p].at[i], event);
        g->open[p].n = 0;
    }
    if (n_silent)
        settle_older_silent(c, generation);
    mark_silent(g, n_silent, false);
}

/* Behind the last that was told of. */
static size_t end_of_told(const struct pmt_garbage *g)
{
    size_t end = g->batch.n;

    while (end > 0 && g->batch.at[end - 1].state == PMT_WASTE_NEW)
        end--;
    return end;
}

/* A full collection empties the free lists behind its garbage: behind all that was told, from the
 * first tracked object on past as many as it reported beside those that were told. (Those
 * that were told and lie there are its own garbage, just put on a list. Others between them died
 * with it, as a weak reference does to what is no more.) */
static void tell_free_lists(struct pmt_garbage *g, uint64_t n_untold)
{
    size_t end = end_of_told(g);
    bool behind = false;

    for (size_t i = 0; i < g->batch.n; i++) {
        struct pmt_waste *w = &g->batch.at[i];

        if (!w->counted || w->state != PMT_WASTE_NEW)
            continue;
        if (!behind && w->birth & 1) {
            behind = n_untold == 0;
            n_untold -= n_untold > 0;
        }
        w->silent = behind;
        if (behind && i >= end && !w->kind) /* what a list that is shown gives back comes otherwise */
            w->state = PMT_WASTE_SHELVED;
    }
}

/* Nobody told of it, and the collector did not count it among its garbage: it died with what held
 * it, as a class's code and its names do. */
static bool hangs(const struct pmt_waste *w)
{
    return !w->counted || (w->state == PMT_WASTE_NEW && (w->silent || !(w->birth & 1)));
}

/* The collection of mod that has given back, or should have, what the recording frees now. */
static const struct pmt_past *finder_of_freed(struct pmt_collect *c, const struct pmt_waste *w,
                                              uint64_t event)
{
    struct pmt_garbage *g = &c->garbage;
    struct pmt_left_bounds of = {pmt_left_made(w->made, event),
                                 pmt_left_reachable(&g->left, w->seen, g->left.looked), event};

    if (w->state == PMT_WASTE_GONE)
        return past_of(g, g->row.at[w->slot]);
    if (w->state != PMT_WASTE_NEW)
        return NULL;
    return finder_of(g, w->key, pmt_left_when_alone(&g->left, of, w->young));
}

/* What hangs on others goes with the next object, which is freed behind what it holds; what comes
 * last goes alone. */
static bool settle_one(struct pmt_collect *c, struct pmt_waste *w, struct pmt_waste *owner,
                       const struct pmt_past **finder, uint64_t event)
{
    if (w->belongs)
        return true; /* as below: it is in a list, or no more */
    if (hangs(w)) {
        w->key = owner->key;
    } else {
        *owner = *w;
        *finder = finder_of_freed(c, w, event);
        if (w->state == PMT_WASTE_TOLD || w->state == PMT_WASTE_GONE)
            return true; /* it is in its list, or no more */
        if (w->state == PMT_WASTE_SHELVED) {
            forget(c, w->birth);
            return pmt_free_lists_shelve(&c->free_lists, c->heap, w->block);
        }
    }
    if (owner->state == PMT_WASTE_SHELVED) {
        (void)pmt_collect_give(c, w->block, w->kind);
        return true;
    }
    if (!*finder)
        return wait(c, *w);
    free_overdue(c, w, *finder);
    return true;
}

/* Of the objects that it freed and nobody told of, those past what it reported beside the
 * told died by counting: callbacks, and what hung on what finalizers took apart. */
static void silence_rest(struct pmt_garbage *g, uint64_t n_untold)
{
    for (size_t i = 0; i < g->batch.n; i++) {
        struct pmt_waste *w = &g->batch.at[i];

        if (!w->counted || w->state != PMT_WASTE_NEW || !(w->birth & 1))
            continue;
        w->silent = n_untold == 0;
        n_untold -= n_untold > 0;
    }
}

bool pmt_garbage_settle(struct pmt_collect *c, unsigned generation, uint64_t n_collected,
                        struct pmt_garbage_count *count, uint64_t event)
{
    struct pmt_garbage *g = &c->garbage;
    struct pmt_waste owner = {.key = c->mod.census.n_collections << 1};
    const struct pmt_past *finder = NULL;
    uint64_t n_untold;

    *count = (struct pmt_garbage_count){0};
    settle_all_told(c, generation, n_collected, count, event);
    n_untold = n_collected > count->told ? n_collected - count->told : 0;
    if (generation == PMT_GENERATIONS - 1)
        tell_free_lists(g, n_untold);
    else
        silence_rest(g, n_untold);
    for (size_t i = g->batch.n; i-- > 0;)
        if (!settle_one(c, &g->batch.at[i], &owner, &finder, event))
            return false;
    g->batch.n = 0;
    return true;
}

/* The entries of those in this list follow them to the end of another one. */
static void follow(struct pmt_garbage *g, int from, int to)
{
    for (int p = 0; p <= PMT_PERMANENT; p++)
        for (size_t i = 0; i < g->open[p].n; i++) {
            struct pmt_open *o = &g->open[p].at[i];

            if ((int)o->place != from || o->epoch != g->epoch[from])
                continue;
            o->place = (uint8_t)to;
            o->index += (uint32_t)g->list[to].n;
            o->epoch = g->epoch[to];
        }
}

bool pmt_garbage_freeze(struct pmt_collect *c, bool on)
{
    struct pmt_garbage *g = &c->garbage;
    int to = on ? PMT_PERMANENT : PMT_GENERATIONS - 1;

    c->young_untracked = 0;
    for (int p = on ? 0 : PMT_PERMANENT; p < (on ? PMT_GENERATIONS : PMT_PERMANENT + 1); p++) {
        follow(g, p, to);
        for (size_t i = 0; i < g->list[p].n; i++)
            if (!pmt_vec_push(&g->list[to], g->list[p].at[i]))
                return false;
        g->list[p].n = 0;
        g->epoch[p]++;
    }
    return true;
}

bool pmt_garbage_frozen(struct pmt_collect *c, bool on)
{
    struct pmt_garbage *g = &c->garbage;
    int to = on ? PMT_PERMANENT : PMT_GENERATIONS - 1;

    for (int p = on ? 0 : PMT_PERMANENT; p < (on ? PMT_GENERATIONS : PMT_PERMANENT + 1); p++) {
        for (size_t i = 0; i < g->open[p].n; i++)
            if (!pmt_vec_push(&g->open[to], g->open[p].at[i]))
                return false;
        g->open[p].n = 0;
    }
    return true;
}
