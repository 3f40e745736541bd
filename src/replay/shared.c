/* shared.c - what an object that garbage keeps shares with others; the idea is in shared.h. */
#include "replay/shared.h"

#include "base/vec.h"
#include "replay/bits.h"
#include "replay/garbage.h"

void pmt_shared_release(struct pmt_shared *s)
{
    pmt_vec_release(&s->share);
    pmt_vec_release(&s->first);
}

void pmt_shared_keeper(struct pmt_shared *s, uint32_t slot)
{
    s->keeper = slot;
    s->anew = true;
}

static uint32_t first_of(const struct pmt_shared *s, uint32_t keeper)
{
    return keeper < s->first.n ? s->first.at[keeper] : 0;
}

static void forget(struct pmt_shared *s, uint32_t keeper)
{
    uint32_t first = first_of(s, keeper), last = first;

    if (!first)
        return;
    while (s->share.at[last].next)
        last = s->share.at[last].next;
    s->share.at[last].next = s->unused;
    s->unused = first;
    s->first.at[keeper] = 0;
}

/* A place for one more; 0: there is no memory. */
static uint32_t take_place(struct pmt_shared *s)
{
    const struct pmt_share none = {0};
    uint32_t place = s->unused;

    if (place) {
        s->unused = s->share.at[place].next;
        return place;
    }
    if (!s->share.n && !pmt_vec_push(&s->share, none))
        return 0;
    return pmt_vec_push(&s->share, none) ? (uint32_t)(s->share.n - 1) : 0;
}

bool pmt_shared_add(struct pmt_garbage *g, uint32_t slot)
{
    struct pmt_shared *s = &g->shared;
    uint32_t place;

    if (s->keeper >= g->made.n || slot >= g->made.n)
        return true; /* they were not seen being made */
    if (s->anew)
        forget(s, s->keeper);
    s->anew = false;
    place = GROW(&s->first, s->keeper) ? take_place(s) : 0;
    if (!place)
        return false;
    s->share.at[place] = (struct pmt_share){g->made.at[s->keeper], slot, g->made.at[slot],
                                            s->first.at[s->keeper]};
    s->first.at[s->keeper] = place;
    return true;
}

/* Since mod has last collected: what it finds next is the same as if it had been kept then. */
bool pmt_shared_keep(struct pmt_garbage *g, uint32_t keeper, uint32_t key)
{
    struct pmt_shared *s = &g->shared;
    uint64_t since = g->past[0].n ? g->past[0].at[g->past[0].n - 1].event : 0;

    for (uint32_t i = first_of(s, keeper); i; i = s->share.at[i].next) {
        struct pmt_share one = s->share.at[i];

        if (one.keeper_made == g->made.at[keeper] && one.made == g->made.at[one.slot] &&
            !HAS_BIT(&g->told, one.slot) && !pmt_kept_add(g, one.slot, key, since))
            return false;
    }
    forget(s, keeper);
    return true;
}
