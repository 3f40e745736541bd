/* kept.c - what garbage keeps from dying; the idea is in kept.h. */
#include "replay/kept.h"

#include "base/vec.h"
#include "replay/bits.h"
#include "replay/garbage.h"
#include "replay/waste.h"

void pmt_kept_release(struct pmt_kept *k)
{
    pmt_vec_release(&k->by);
}

static bool waits_at(const struct pmt_garbage *g, const struct pmt_keeper *keeper, uint64_t event)
{
    const struct pmt_past *finder;

    if (keeper->since - 1 > event)
        return false;
    finder = pmt_waste_finder(g, keeper->key, keeper->since - 1);
    return !finder || finder->event > event;
}

static bool keeps_at(const struct pmt_garbage *g, uint32_t slot, uint64_t event)
{
    return pmt_kept_has(&g->kept, slot) && g->kept.by.at[slot].made == g->made.at[slot] &&
           waits_at(g, &g->kept.by.at[slot], event);
}

bool pmt_kept_add(struct pmt_garbage *g, uint32_t slot, uint32_t key, uint64_t since)
{
    struct pmt_kept *k = &g->kept;

    if (slot >= g->made.n)
        return true; /* it was not seen being made */
    if (!GROW(&k->by, slot))
        return false;
    if (key < k->by.at[slot].key || !keeps_at(g, slot, PMT_NOWHERE))
        k->by.at[slot] = (struct pmt_keeper){since + 1, key, g->made.at[slot]};
    return true;
}

uint32_t pmt_kept_key(const struct pmt_garbage *g, uint32_t slot, uint32_t key, uint64_t event)
{
    if (!pmt_kept_has(&g->kept, slot) || g->kept.by.at[slot].key >= key ||
        !keeps_at(g, slot, event))
        return key;
    return g->kept.by.at[slot].key;
}
