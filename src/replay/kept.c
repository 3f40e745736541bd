/* kept.c - what garbage keeps from dying; the idea is in kept.h. */
#include "replay/kept.h"

#include "base/vec.h"
#include "replay/bits.h"
#include "replay/garbage.h"
#include "replay/waste.h"

void pmt_kept_release(struct pmt_kept *k)
{
    pmt_vec_release(&k->first);
    pmt_vec_release(&k->keepers);
}

bool pmt_kept_add(struct pmt_kept *k, uint32_t slot, struct pmt_keeper keeper)
{
    uint32_t at = k->unused;

    if (!GROW(&k->first, slot))
        return false;
    keeper.next = k->first.at[slot];
    if (at) {
        k->unused = k->keepers.at[at - 1].next;
        k->keepers.at[at - 1] = keeper;
    } else {
        if (!pmt_vec_push(&k->keepers, keeper))
            return false;
        at = (uint32_t)k->keepers.n;
    }
    k->first.at[slot] = at;
    return true;
}

void pmt_kept_clear(struct pmt_kept *k, uint32_t slot)
{
    uint32_t last;

    if (!pmt_kept_has(k, slot))
        return;
    for (last = k->first.at[slot]; k->keepers.at[last - 1].next;)
        last = k->keepers.at[last - 1].next;
    k->keepers.at[last - 1].next = k->unused;
    k->unused = k->first.at[slot];
    k->first.at[slot] = 0;
}

static bool waits_at(const struct pmt_garbage *g, const struct pmt_keeper *keeper, uint64_t event)
{
    const struct pmt_past *finder;

    if (keeper->since > event)
        return false;
    finder = pmt_waste_finder(g, keeper->key, keeper->since);
    return !finder || finder->event > event;
}

uint32_t pmt_kept_key(const struct pmt_garbage *g, uint32_t slot, uint32_t key, uint64_t event)
{
    const struct pmt_kept *k = &g->kept;

    if (!pmt_kept_has(k, slot))
        return key;
    for (uint32_t i = k->first.at[slot]; i; i = k->keepers.at[i - 1].next) {
        const struct pmt_keeper *keeper = &k->keepers.at[i - 1];

        if (keeper->made == g->made.at[slot] && keeper->key < key && waits_at(g, keeper, event))
            key = keeper->key;
    }
    return key;
}
