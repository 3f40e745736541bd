/*
 * garbage_settle.c - what a recorded collection means for the garbage of mod.
 *
 * What it frees is put into a batch, and it says how many objects it found. So at its end is known
 * what became of each: what a look had told of waits for mod, or mod has given it back; of what
 * nobody told, as many as it reports beside are garbage of their own, and the rest died with the
 * objects that held them. What was told and not freed is on a free list, or lives again.
 */
#include "replay/garbage.h"

#include "base/vec.h"
#include "replay/bits.h"
#include "replay/collect.h"
#include "replay/waste.h"

/* A finalizer has freed it. Its slot may hold an object of the finalizer's by now. */
static bool is_silent(const struct pmt_garbage *g, const struct pmt_open *o)
{
    return HAS_BIT(&g->silent, o->slot) && g->key.at[o->slot] == o->made;
}

/* The collection of mod that found it does not report it. */
static void take_credit(struct pmt_collect *c, uint32_t slot)
{
    const struct pmt_garbage *g = &c->garbage;

    if (HAS_BIT(&g->credited, slot) && g->row.at[slot] < c->rows.n &&
        c->rows.at[g->row.at[slot]].collected)
        c->rows.at[g->row.at[slot]].collected--;
}

static void settle_silent(struct pmt_collect *c, const struct pmt_open *o)
{
    struct pmt_garbage *g = &c->garbage;

    if (o->epoch == g->epoch[o->place])
        g->list[o->place].at[o->index].silent = true;
    else
        take_credit(c, o->slot);
}

/* It is on a free list now, and will be made again from there: we take it that this happens
 * at once. If mod has collected it, it was on mod's free list, in a block. */
static void renew(struct pmt_collect *c, const struct pmt_open *o, bool reported, uint64_t event)
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
        c->failed |= !o->belongs &&
                     !pmt_free_lists_told(&c->free_lists, c->heap, *block, g->type.at[o->slot],
                                          reported ? PMT_LIST_TOOK : PMT_LIST_TOOK_SILENTLY);
        pmt_waste_take_back(c, o);
    }
    (void)pmt_waste_clear_slot(g, o->slot);
    g->made.at[o->slot] = (uint32_t)event;
    if (!object) {
        pmt_collect_forget_table(c, o->slot);
        return;
    }
    pmt_census_renew(&c->rec.census, o->slot);
    pmt_census_renew(&c->mod.census, o->slot);
}

/* An object that was told and that the collection covered. unreported: so many of those that it
 * did not free are not among what it reports, as a generator's frame that is on its free list. */
static void settle_told(struct pmt_collect *c, const struct pmt_open *o, uint64_t *unreported,
                        uint64_t event)
{
    struct pmt_garbage *g = &c->garbage;

    if (is_silent(g, o))
        settle_silent(c, o);
    if (g->made.at[o->slot] != o->made)
        return;
    if (HAS_BIT(&g->told, o->slot)) {
        bool reported = o->belongs || !*unreported;

        *unreported -= !reported;
        if (!reported && HAS_BIT(&g->gone, o->slot))
            take_credit(c, o->slot);
        renew(c, o, reported, event);
    } else if (!o->belongs) {
        (void)pmt_free_lists_told(&c->free_lists, c->heap, c->blocks->at[o->slot],
                                  g->type.at[o->slot], PMT_LIST_FULL);
    }
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

/* A look told of it, and mod may count it: also a tuple that the recording has untracked. */
static bool was_told(const struct pmt_waste *w)
{
    return (w->state == PMT_WASTE_TOLD || w->state == PMT_WASTE_GONE) && w->counted;
}

/* ... and the recorded collection reports it. */
static bool is_reported(const struct pmt_waste *w)
{
    return was_told(w) && !w->belongs && (!w->fleeting || w->place < w->fleeting);
}

/* Finalizers come first, and what they take apart dies by counting: of what was told the first
 * that it freed, until as many would have been reported as were not; all of it if nothing was.
 * How many are left. (The slot's key is free for that.) */
static uint64_t mark_silent(struct pmt_garbage *g, uint64_t n, bool all, bool on)
{
    for (size_t i = 0; i < g->batch.n && (n || all); i++) {
        const struct pmt_waste *w = &g->batch.at[i];

        if (!was_told(w))
            continue;
        n -= n && is_reported(w);
        g->key.at[w->slot] = w->made;
        if (on)
            SET_BIT(&g->silent, w->slot);
        else
            CLEAR_BIT(&g->silent, w->slot);
    }
    return n;
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
    uint64_t n_silent, unreported;

    count_left(g, generation, count);
    count->told = count->left;
    for (size_t i = 0; i < g->batch.n; i++)
        count->told += is_reported(&g->batch.at[i]);
    n_silent = count->told > n_collected ? count->told - n_collected : 0;
    unreported = mark_silent(g, n_silent, n_silent && !n_collected, true);
    for (unsigned p = 0; p <= generation; p++) {
        for (size_t i = 0; i < g->open[p].n; i++)
            settle_told(c, &g->open[p].at[i], &unreported, event);
        g->open[p].n = 0;
    }
    if (n_silent)
        settle_older_silent(c, generation);
    (void)mark_silent(g, n_silent, n_silent && !n_collected, false);
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
        if (behind && i >= end && !w->kind) /* what a list that is shown gives back is told */
            w->state = PMT_WASTE_SHELVED;
    }
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

/* Nobody told of it, and the collector did not count it among its garbage: it died with what held
 * it, as a class's code and its names do. */
static bool hangs(const struct pmt_waste *w)
{
    return !w->counted || (w->state == PMT_WASTE_NEW && (w->silent || !(w->birth & 1)));
}

/* What is being settled, from the last that was freed to the first. */
struct settling {
    struct pmt_waste owner;         /* the last one that hung on nothing; its group's key */
    const struct pmt_past *finder;  /* the collection of mod that has given it back, or should */
    uint32_t together;              /* so many more are of its group */
};

/* Objects that no look has told of, up to this one of the batch: of the young ones as many hang
 * together as did of those that looks told of. How many; birth word of the oldest, event of the
 * youngest. */
static uint32_t gather(struct pmt_garbage *g, size_t last, uint64_t event, uint32_t *key,
                       uint64_t *made)
{
    const struct pmt_waste *batch = g->batch.at;
    uint32_t most = batch[last].place == 0 ? pmt_left_next_company(&g->left) : 1, n = 0;

    *key = batch[last].key;
    *made = 0;
    for (size_t i = last + 1; i-- > 0 && n < most;) {
        if (hangs(&batch[i]))
            continue;
        if (batch[i].state != PMT_WASTE_NEW || (n && batch[i].place != 0))
            break;
        n++;
        *key = batch[i].key < *key ? batch[i].key : *key;
        *made = pmt_left_later(*made, pmt_left_made(batch[i].made, event));
    }
    return n;
}

/* They are found with the oldest of them, and left as those that a look tells of are. */
static void begin_untold(struct pmt_collect *c, struct settling *s, size_t last, uint64_t event)
{
    struct pmt_garbage *g = &c->garbage;
    const struct pmt_waste *w = &g->batch.at[last];
    struct pmt_left_bounds of = {
        .left = event, .reachable = pmt_left_reachable(&g->left, w->seen, g->left.looked)};
    uint32_t key;

    s->together = gather(g, last, event, &key, &of.made);
    of.n = s->together;
    s->owner.key = key;
    if (pmt_waste_finder(g, key, pmt_left_later(of.made, of.reachable)) !=
        pmt_waste_finder(g, key, of.left))
        g->uncertain += s->together;
    s->finder = pmt_waste_finder(g, key, pmt_left_when_untold(&g->left, of, w->place == 0));
}

/* One that hangs on nothing. */
static void begin_owner(struct pmt_collect *c, struct settling *s, size_t at, uint64_t event)
{
    struct pmt_garbage *g = &c->garbage;
    struct pmt_waste *w = &g->batch.at[at];
    uint32_t key = s->owner.key;

    s->owner = *w;
    if (w->state != PMT_WASTE_NEW) {
        s->together = 0;
        s->finder = w->state == PMT_WASTE_GONE ? past_of(g, g->row.at[w->slot]) : NULL;
        return;
    }
    s->owner.key = key;
    if (!s->together)
        begin_untold(c, s, at, event);
    s->together--;
    w->key = s->owner.key;
}

/* What hangs on others goes with the next object, which is freed behind what it holds; what comes
 * last goes alone. */
static bool settle_one(struct pmt_collect *c, struct settling *s, size_t at, uint64_t event)
{
    struct pmt_waste *w = &c->garbage.batch.at[at];

    if (w->belongs)
        return true; /* as below: it is in a list, or no more */
    if (hangs(w)) {
        w->key = s->owner.key;
    } else {
        begin_owner(c, s, at, event);
        if (w->state == PMT_WASTE_TOLD || w->state == PMT_WASTE_GONE)
            return true; /* it is in its list, or no more */
        if (w->state == PMT_WASTE_SHELVED) {
            pmt_census_forget(&c->mod.census, w->birth);
            return pmt_free_lists_shelve(&c->free_lists, c->heap, w->block);
        }
    }
    if (s->owner.state == PMT_WASTE_SHELVED) {
        if (w->counted)
            pmt_census_forget(&c->mod.census, w->birth);
        (void)pmt_collect_give(c, w->block, w->kind);
        return true;
    }
    if (!s->finder)
        return pmt_waste_wait(c, *w);
    pmt_waste_free_overdue(c, w, s->finder);
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
    struct settling settling = {.owner.key = c->mod.census.n_collections << 1};
    uint64_t n_untold;

    *count = (struct pmt_garbage_count){0};
    settle_all_told(c, generation, n_collected, count, event);
    n_untold = n_collected > count->told ? n_collected - count->told : 0;
    if (generation == PMT_GENERATIONS - 1)
        tell_free_lists(g, n_untold);
    else
        silence_rest(g, n_untold);
    for (size_t i = g->batch.n; i-- > 0;)
        if (!settle_one(c, &settling, i, event))
            return false;
    g->batch.n = 0;
    return true;
}
