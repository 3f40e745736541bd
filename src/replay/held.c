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

bool pmt_held_add(struct pmt_collect *c, uint32_t slot, uint64_t event)
{
    struct pmt_garbage *g = &c->garbage;
    uint32_t holder = g->held.holder;

    if (HAS_BIT(&g->told, slot) || holder >= g->made.n || holder == slot)
        return true;
    if (!pmt_collect_know(c, slot) || !GROW(&g->made, slot) || !GROW(&g->held.by, slot))
        return false;
    if (!pmt_collect_is_object(c, slot))
        g->made.at[slot] = (uint32_t)event;
    g->held.by.at[slot] = (struct pmt_holder){holder, g->made.at[holder] + 1, g->made.at[slot]};
    return true;
}

/* It lives, and garbage keeps it. */
static bool is_kept(const struct pmt_collect *c, uint32_t holder)
{
    const struct pmt_garbage *g = &c->garbage;

    return pmt_collect_is_object(c, holder) && !HAS_BIT(&g->told, holder) &&
           pmt_kept_key(g, holder, UINT32_MAX, PMT_NOWHERE) != UINT32_MAX;
}

/* Of what is in this slot, where it is what a look told of. */
static bool holder_of(const struct pmt_garbage *g, uint32_t slot, uint32_t *holder)
{
    struct pmt_holder by = {0};

    if (pmt_held_has(&g->held, slot))
        by = g->held.by.at[slot];
    *holder = by.slot;
    return by.made && by.held_made == g->made.at[slot] && by.made == g->made.at[by.slot] + 1;
}

bool pmt_held_is_of_kept(const struct pmt_collect *c, uint32_t slot)
{
    uint32_t holder;

    return holder_of(&c->garbage, slot, &holder) && is_kept(c, holder);
}

/* Where neither its own nor the one that shares that is kept, it is what is dying already; false:
 * nothing is. */
static bool find_holder(const struct pmt_collect *c, uint32_t slot, uint32_t *holder)
{
    const struct pmt_garbage *g = &c->garbage;
    const struct pmt_held *h = &g->held;

    if (holder_of(g, slot, holder) &&
        (is_kept(c, *holder) || (holder_of(g, *holder, holder) && is_kept(c, *holder))))
        return true;
    if (h->dying.n)
        *holder = h->dying.at[h->dying.n - 1].holder;
    return h->dying.n > 0;
}

bool pmt_held_dies(struct pmt_collect *c, uint32_t slot, struct pmt_end end, bool counted)
{
    struct pmt_dying one = {.block = c->blocks->at[slot], .slot = slot, .end = end,
                            .counted = counted};

    if (!find_holder(c, slot, &one.holder))
        return false;
    c->failed |= !pmt_vec_push(&c->garbage.held.dying, one);
    c->alert = true;
    return true;
}

/* The slot of one that is no object of the collector's may not be known by what was made in it. */
static bool wait(struct pmt_collect *c, const struct pmt_dying *one, uint32_t key)
{
    struct pmt_waste w = {.block = one->block, .key = key, .slot = one->slot,
                          .counted = one->counted, .kind = one->end.past ? 0 : one->end.kind};

    if (one->counted) {
        w.birth = c->mod.census.birth.at[one->slot];
        w.made = c->garbage.made.at[one->slot];
    }
    return pmt_waste_wait(c, w);
}

/* What it held has died last. */
bool pmt_held_wait(struct pmt_collect *c, uint32_t holder, uint32_t key)
{
    struct pmt_held *h = &c->garbage.held;
    size_t n = h->dying.n;

    while (h->dying.n && h->dying.at[h->dying.n - 1].holder == holder)
        h->dying.n--;
    for (size_t i = h->dying.n; i < n; i++)
        if (!wait(c, &h->dying.at[i], key) ||
            !pmt_shared_keep(&c->garbage, h->dying.at[i].slot, key))
            return false;
    return true;
}
