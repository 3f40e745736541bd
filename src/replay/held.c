/* held.c - what goes with an object that garbage keeps; the idea is in held.h. */
#include "replay/held.h"

#include "base/vec.h"
#include "replay/bits.h"
#include "replay/collect.h"
#include "replay/waste.h"

void pmt_held_release(struct pmt_held *h)
{
    pmt_vec_release(&h->by);
    pmt_vec_release(&h->dying);
}

/* A block that is no object of the collector's is known from now on, to be asked for when it dies. */
static bool know(struct pmt_collect *c, uint32_t slot, uint64_t event)
{
    if (pmt_collect_is_known(c, slot))
        return true;
    if (!GROW(&c->known, slot / 64) || !GROW(&c->table, slot / 64) || !GROW(&c->garbage.made, slot))
        return false;
    SET_BIT(&c->known, slot);
    SET_BIT(&c->table, slot);
    c->garbage.made.at[slot] = (uint32_t)event;
    return true;
}

bool pmt_held_add(struct pmt_collect *c, uint32_t slot, uint64_t event)
{
    struct pmt_garbage *g = &c->garbage;
    uint32_t holder = g->held.holder;

    if (HAS_BIT(&g->told, slot) || holder >= g->made.n || holder == slot)
        return true;
    if (!know(c, slot, event) || !GROW(&g->held.by, slot))
        return false;
    if (slot < g->made.n)
        g->held.by.at[slot] =
            (struct pmt_holder){holder, g->made.at[holder] + 1, g->made.at[slot]};
    return true;
}

/* Its holder lives, and garbage keeps it. */
static bool is_kept(const struct pmt_collect *c, uint32_t slot)
{
    const struct pmt_garbage *g = &c->garbage;
    const struct pmt_holder *by = &g->held.by.at[slot];

    return pmt_held_has(&g->held, slot) && g->made.at[slot] == by->own && g->made.at[by->slot] + 1 == by->made &&
           pmt_collect_is_object(c, by->slot) && !HAS_BIT(&g->told, by->slot) &&
           pmt_kept_key(g, by->slot, UINT32_MAX, PMT_NOWHERE) != UINT32_MAX;
}

bool pmt_held_dies(struct pmt_collect *c, uint32_t slot, struct pmt_end end, bool counted)
{
    struct pmt_held *h = &c->garbage.held;
    struct pmt_dying one = {c->blocks->at[slot], slot, 0, end, counted};

    if (is_kept(c, slot))
        one.holder = h->by.at[slot].slot;
    else if (h->dying.n)
        one.holder = h->dying.at[h->dying.n - 1].holder;
    else
        return false;
    c->failed |= !pmt_vec_push(&h->dying, one);
    c->alert = true;
    return true;
}

static bool wait(struct pmt_collect *c, const struct pmt_dying *one, uint32_t key)
{
    struct pmt_waste w = {.block = one->block, .key = key, .slot = one->slot,
                          .made = c->garbage.made.at[one->slot], .counted = one->counted,
                          .belongs = !one->counted, .kind = one->end.past ? 0 : one->end.kind};

    if (one->counted)
        w.birth = c->mod.census.birth.at[one->slot];
    return pmt_waste_wait(c, w);
}

bool pmt_held_wait(struct pmt_collect *c, uint32_t holder, uint32_t key)
{
    struct pmt_held *h = &c->garbage.held;
    size_t n = 0;

    for (size_t i = 0; i < h->dying.n; i++) {
        struct pmt_dying one = h->dying.at[i];

        if (one.holder != holder)
            h->dying.at[n++] = one;
        else if (!wait(c, &one, key))
            return false;
    }
    h->dying.n = n;
    return true;
}
