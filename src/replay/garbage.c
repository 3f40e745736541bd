/* garbage.c - what is unreachable in mod and not yet collected; the idea is in garbage.h. */
#include "replay/garbage.h"

#include <string.h>
#include "base/vec.h"
#include "replay/bits.h"
#include "replay/collect.h"
#include "replay/mod_collect.h"
#include "replay/waste.h"

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
    pmt_vec_release(&g->credited);
    pmt_vec_release(&g->silent);
    pmt_vec_release(&g->bytes_of);
    pmt_vec_release(&g->belongs);
    pmt_vec_release(&g->fleeting);
    pmt_vec_release(&g->referred);
    pmt_vec_release(&g->told);
    pmt_vec_release(&g->gone);
    pmt_kin_release(&g->kin);
    pmt_kept_release(&g->kept);
    pmt_held_release(&g->held);
    pmt_shared_release(&g->shared);
    pmt_left_release(&g->left);
}

/* -- by slot -- */

static bool grow(struct pmt_garbage *g, uint32_t slot)
{
    return GROW(&g->made, slot) && GROW(&g->key, slot) && GROW(&g->row, slot) &&
           GROW(&g->type, slot) && GROW(&g->bytes_of, slot) && GROW(&g->told, slot / 64) &&
           GROW(&g->gone, slot / 64) && GROW(&g->credited, slot / 64) &&
           GROW(&g->silent, slot / 64) &&
           GROW(&g->belongs, slot / 64) && GROW(&g->fleeting, slot);
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

const struct pmt_past *pmt_waste_finder(const struct pmt_garbage *g, uint32_t key,
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
    return w->counted && (w->fleeting ? place < w->fleeting : w->birth & 1);
}

/* Its block was given back to the heap, or to its free list; what it belongs to is no more. What is
 * older than the collection's generation died by counting. */
static void note_given(struct pmt_collect *c, const struct pmt_waste *w, int place,
                       struct pmt_collection *row, size_t row_index)
{
    bool reported = is_tracked(w, place) && place <= (int)row->generation && !w->silent;

    row->collected += reported;
    if (w->counted)
        forget(c, w->birth);
    if (!is_open(&c->garbage, w))
        return;
    SET_BIT(&c->garbage.gone, w->slot);
    if (reported)
        SET_BIT(&c->garbage.credited, w->slot);
    else
        CLEAR_BIT(&c->garbage.credited, w->slot);
    c->garbage.row.at[w->slot] = (uint32_t)row_index;
}

bool pmt_waste_wait(struct pmt_collect *c, struct pmt_waste w)
{
    struct pmt_garbage *g = &c->garbage;
    int place = pmt_census_place(&c->mod.census, w.key);

    g->objects += w.counted;
    g->bytes += pmt_block_bytes(c->heap, w.block);
    return pmt_vec_push(&g->list[place], w);
}

void pmt_garbage_uncount(struct pmt_collect *c, uint32_t birth)
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

void pmt_waste_free_overdue(struct pmt_collect *c, const struct pmt_waste *w,
                            const struct pmt_past *finder)
{
    struct pmt_collection *row = &c->rows.at[finder->row];
    enum pmt_late late = PMT_LATE_OVERFLOW;

    if (w->counted)
        pmt_garbage_uncount(c, w->birth);
    if (w->kind)
        late = pmt_shelves_give_late(c->shelves, c->heap, w->block, w->kind, finder->row);
    else
        (void)pmt_collect_give(c, w->block, w->kind);
    row->freed_blocks += late == PMT_LATE_OVERFLOW;
    c->counted_too_many += late == PMT_LATE_SERVED && c->shelves->at[w->kind].counted;
    note_given(c, w, place_then(finder, w->birth), row, finder->row);
}

/* ... or died by counting before: what held it was gone. */
static void free_orphan(struct pmt_collect *c, struct pmt_waste w, uint32_t row)
{
    bool young = pmt_census_place(&c->mod.census, w.birth) == 0;

    if (w.counted) {
        pmt_garbage_uncount(c, w.birth);
        c->young_untracked -= c->young_untracked && young && !(w.birth & 1);
    }
    if (!pmt_collect_give(c, w.block, w.kind) && w.counted)
        pmt_gc_freed(&c->mod.policy);
    w.silent = true;
    note_given(c, &w, 0, &c->rows.at[row], row);
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

    if (kind & PMT_GARBAGE_FIRST && !pmt_garbage_told_all(c, event))
        return false;
    if (slot / 64 >= g->told.n)
        return true;
    g->type.at[slot] = kind >> PMT_GARBAGE_TYPE;
    g->telling = event;
    return pmt_kin_add(&g->kin, slot, false);
}

void pmt_garbage_atomic(struct pmt_garbage *g, uint32_t slot)
{
    if (g->kin.of.n && g->kin.of.at[g->kin.of.n - 1].slot == slot)
        pmt_kin_atomic(&g->kin.of.at[g->kin.of.n - 1].atomic);
}

bool pmt_garbage_belongs(struct pmt_collect *c, uint32_t slot, bool object, uint64_t event)
{
    struct pmt_garbage *g = &c->garbage;

    if (!g->kin.of.n || HAS_BIT(&g->told, slot))
        return true;
    if (!grow(g, slot))
        return false;
    if (!object)
        g->made.at[slot] = (uint32_t)event;
    g->telling = event;
    return pmt_kin_add(&g->kin, slot, true);
}

bool pmt_garbage_refers(struct pmt_garbage *g, struct pmt_kin_reference to)
{
    if (to.slot < g->made.n) {
        if (!GROW(&g->referred, to.slot))
            return false;
        g->referred.at[to.slot] = g->made.at[to.slot] + 1;
    }
    return pmt_kin_refers(&g->kin, to);
}

/* What the objects of a group have in common. */
struct fate {
    struct pmt_left_bounds of;
    uint32_t key;
    uint32_t holder;    /* slot */
    int place;          /* in rec, of the holder */
    uint64_t when;      /* event at which it is taken to have been left */
};

static struct fate fate_of(const struct pmt_collect *c, uint64_t event)
{
    const struct pmt_garbage *g = &c->garbage;
    uint32_t holder = g->kin.of.at[0].slot, recorded = c->rec.census.birth.at[holder];
    struct pmt_left_bounds of;
    uint64_t made = 0;

    for (size_t i = 0; i < g->kin.of.n; i++)
        if (!g->kin.of.at[i].belongs)
            made = pmt_left_later(made, pmt_left_made(g->made.at[g->kin.of.at[i].slot], event));
    of = pmt_left_of(&g->left, recorded, made, event);
    of.n = g->kin.of.n;
    return (struct fate){.of = of, .holder = holder,
                        .key = HAS_BIT(&g->told, holder) ? g->key.at[holder]
                                                         : c->mod.census.birth.at[holder],
                        .place = pmt_census_place(&c->rec.census, recorded)};
}

/* Of young ones: how many hang together. */
static void note_company(struct pmt_garbage *g, const struct fate *fate)
{
    uint32_t n = 0;

    for (size_t i = 0; i < g->kin.of.n; i++)
        n += !g->kin.of.at[i].belongs && !HAS_BIT(&g->told, g->kin.of.at[i].slot);
    if (fate->place == 0 && n)
        pmt_left_company(&g->left, n);
}

static bool tell_one(struct pmt_collect *c, struct pmt_kinsman *one, const struct fate *fate,
                     const struct pmt_past *finder)
{
    struct pmt_garbage *g = &c->garbage;
    uint32_t slot = one->slot;
    struct pmt_waste w = {.block = c->blocks->at[slot], .key = one->key, .slot = slot,
                          .made = g->made.at[slot], .belongs = one->belongs,
                          .counted = pmt_collect_is_object(c, slot),
                          .kind = pmt_collect_kind(c, slot)};
    int place = pmt_census_place(&c->mod.census, one->key);
    struct pmt_open open = {slot, w.made, (uint32_t)g->list[place].n, g->epoch[place],
                            (uint8_t)place, one->belongs};

    if (w.counted)
        w.birth = c->mod.census.birth.at[slot];
    /* Of those that belong a recorded collection has left it untracked: as a rule the first. */
    w.fleeting = one->belongs && !one->atomic ? pmt_shelf_is_tuple(w.kind) : one->atomic;
    g->bytes_of.at[slot] = (uint32_t)pmt_block_bytes(c->heap, w.block);
    SET_BIT(&g->told, slot);
    if (one->belongs)
        SET_BIT(&g->belongs, slot);
    g->fleeting.at[slot] = one->atomic;
    g->key.at[slot] = one->key;
    if (one->key != fate->key && finder)
        finder = pmt_waste_finder(g, one->key, fate->when);
    one->waits = !finder && !one->orphan;
    open.epoch -= !one->waits; /* else it is in no list */
    if (one->orphan)
        free_orphan(c, w, g->row.at[fate->holder]);
    else if (finder)
        pmt_waste_free_overdue(c, &w, finder);
    else if (!pmt_waste_wait(c, w))
        return false;
    return pmt_vec_push(&g->open[fate->place], open);
}

/* The collection of mod that should have found it. */
static const struct pmt_past *find_finder(struct pmt_collect *c, struct fate *fate,
                                          bool *uncertain)
{
    struct pmt_garbage *g = &c->garbage;
    uint64_t from = pmt_left_later(fate->of.made, fate->of.reachable);

    fate->when = pmt_left_when(&g->left, fate->of, fate->place == 0);
    /* It is not where, whenever it was, the same collection found it. */
    *uncertain =
        pmt_waste_finder(g, fate->key, from) != pmt_waste_finder(g, fate->key, fate->of.left);
    return pmt_waste_finder(g, fate->key, fate->when);
}

/* Whether mod has collected the holder before the others were left. */
static bool is_orphaned(const struct pmt_collect *c, const struct fate *fate)
{
    const struct pmt_garbage *g = &c->garbage;

    return HAS_BIT(&g->told, fate->holder) && HAS_BIT(&g->gone, fate->holder) &&
           c->rows.at[g->row.at[fate->holder]].event <= fate->when;
}

static bool end_telling(struct pmt_collect *c, uint64_t event, bool foretold)
{
    struct pmt_garbage *g = &c->garbage;
    const struct pmt_past *finder = NULL;
    bool uncertain = false, orphaned;
    struct fate fate;

    if (!g->kin.of.n)
        return true;
    fate = fate_of(c, event);
    if (!foretold) {
        finder = find_finder(c, &fate, &uncertain);
        if (g->telling < c->scouted) { /* mod's last collection was told of what it was to find */
            finder = NULL;
            fate.when = event - 1;
        }
        pmt_left_next(&g->left);
        note_company(g, &fate);
    } else {
        fate.when = event - 1; /* mod is about to collect */
    }
    orphaned = is_orphaned(c, &fate);
    if (!pmt_kin_find_keys(g, fate.key, fate.when) || (orphaned && !pmt_kin_orphan(g, fate.when)))
        return false;
    for (size_t i = 0; i < g->kin.of.n; i++) {
        struct pmt_kinsman *one = &g->kin.of.at[i];

        g->uncertain += uncertain && !one->belongs;
        if (!HAS_BIT(&g->told, one->slot) && !tell_one(c, one, &fate, finder))
            return false;
    }
    if (!pmt_kin_keep(g, fate.key, fate.when, orphaned))
        return false;
    pmt_kin_clear(&g->kin);
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

bool pmt_waste_clear_slot(struct pmt_garbage *g, uint32_t slot)
{
    bool gone = HAS_BIT(&g->gone, slot) != 0;

    CLEAR_BIT(&g->told, slot);
    CLEAR_BIT(&g->gone, slot);
    CLEAR_BIT(&g->belongs, slot);
    g->fleeting.at[slot] = 0;
    return gone;
}

void pmt_waste_take_back(struct pmt_collect *c, const struct pmt_open *o)
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
                pmt_waste_take_back(c, &g->open[p].at[i]);
    return pmt_waste_clear_slot(g, slot);
}

bool pmt_garbage_freed(struct pmt_collect *c, uint32_t slot, pmt_block block, uint8_t kind,
                       bool counted)
{
    struct pmt_garbage *g = &c->garbage;
    struct pmt_waste w = {.block = block, .slot = slot, .counted = counted, .kind = kind};

    end_group(c);
    if (counted) {
        w.birth = c->mod.census.birth.at[slot];
        w.key = pmt_kept_key(g, slot, w.birth, PMT_NOWHERE);
        w.made = g->made.at[slot];
        w.seen = c->rec.census.birth.at[slot];
        w.place = (uint8_t)pmt_census_place(&c->rec.census, w.seen);
    }
    if (HAS_BIT(&g->told, slot)) {
        w.state = HAS_BIT(&g->gone, slot) ? PMT_WASTE_GONE : PMT_WASTE_TOLD;
        w.key = g->key.at[slot];
        w.belongs = HAS_BIT(&g->belongs, slot) != 0;
        w.fleeting = g->fleeting.at[slot];
        (void)pmt_waste_clear_slot(g, slot);
    }
    return pmt_vec_push(&g->batch, w);
}

bool pmt_garbage_keep(struct pmt_collect *c, uint32_t slot, uint8_t kind)
{
    struct pmt_garbage *g = &c->garbage;
    uint32_t birth = c->mod.census.birth.at[slot];
    struct pmt_waste w = {.block = c->blocks->at[slot], .birth = birth, .slot = slot,
                          .made = g->made.at[slot], .counted = true, .kind = kind};

    w.key = pmt_kept_key(g, slot, UINT32_MAX, PMT_NOWHERE);
    if (w.key == UINT32_MAX)
        return false;
    if (!pmt_waste_wait(c, w) || !pmt_held_wait(c, slot, w.key) ||
        !pmt_shared_keep(g, slot, w.key))
        c->failed = true;
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
