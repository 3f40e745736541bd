/* census.c - how many objects each generation holds; the idea is in census.h. */
#include "gc/census.h"

#include "base/check.h"
#include "base/vec.h"

void pmt_census_release(struct pmt_census *c)
{
    pmt_vec_release(&c->birth);
}

bool pmt_census_add(struct pmt_census *c, uint32_t slot)
{
    if (PMT_UNLIKELY(slot >= c->birth.n)) {
        if (!pmt_vec_reserve(&c->birth, (size_t)slot + 1))
            return false;
        while (c->birth.n <= slot)
            c->birth.at[c->birth.n++] = 0;
    }
    c->birth.at[slot] = c->n_collections << 1 | 1;
    c->n[0]++;
    return true;
}

void pmt_census_untrack(struct pmt_census *c, uint32_t slot)
{
    if (slot >= c->birth.n)
        return;
    pmt_census_forget(c, c->birth.at[slot]);
    c->birth.at[slot] &= ~UINT32_C(1);
}

void pmt_census_track(struct pmt_census *c, uint32_t slot)
{
    if (slot >= c->birth.n || c->birth.at[slot] & 1)
        return;
    c->birth.at[slot] |= 1;
    c->n[pmt_census_place(c, c->birth.at[slot])]++;
}

void pmt_census_renew(struct pmt_census *c, uint32_t slot)
{
    (void)pmt_census_drop(c, slot);
    c->birth.at[slot] = c->n_collections << 1 | 1;
    c->n[0]++;
}

uint64_t pmt_census_visited(const struct pmt_census *c, unsigned generation)
{
    uint64_t n = 0;

    for (unsigned g = 0; g <= generation; g++)
        n += c->n[g];
    return n;
}

uint64_t pmt_census_collected(struct pmt_census *c, unsigned generation)
{
    unsigned next = generation + 1 < PMT_GENERATIONS ? generation + 1 : generation;
    uint64_t moved = pmt_census_visited(c, generation);

    pmt_assert(generation < PMT_GENERATIONS);
    for (unsigned g = 0; g <= generation; g++)
        c->n[g] = 0;
    c->n[next] += moved;
    c->n_collections++;
    if (generation > 0)
        c->last_older = c->n_collections;
    return moved;
}

void pmt_census_freeze(struct pmt_census *c)
{
    uint64_t moved = pmt_census_collected(c, PMT_GENERATIONS - 1);

    c->n[PMT_GENERATIONS - 1] = 0;
    c->n[PMT_PERMANENT] += moved;
    c->frozen = c->n_collections;
}

void pmt_census_unfreeze(struct pmt_census *c)
{
    c->n[PMT_GENERATIONS - 1] += c->n[PMT_PERMANENT];
    c->n[PMT_PERMANENT] = 0;
    c->frozen = 0;
}
