/* ebb.c - where do scopes end? The idea is in ebb.h. */
#include "replay/ebb.h"

#include "base/vec.h"

#define LEAST 32   /* objects that a bottom is deep, at least */
#define MOST  65535 /* ... that count */

void pmt_ebb_release(struct pmt_ebb *e)
{
    pmt_vec_release(&e->bottoms);
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

/* Its weight is the fourth power of its depth: a round of a loop ends where most went, and whatever
 * ended within the round counts for little. (By the square, of tasks in pairs that all ended with a
 * round of 1,000 objects every third was taken to have ended behind 330 futures of the next.) */
static bool add_bottom(struct pmt_ebb *e)
{
    double depth = (double)lesser(e->high - e->low, MOST);
    struct pmt_bottom bottom = {e->low_event, depth * depth * depth * depth};

    if (e->bottoms.n)
        bottom.weights += e->bottoms.at[e->bottoms.n - 1].weights;
    return pmt_vec_push(&e->bottoms, bottom);
}

bool pmt_ebb_moved(struct pmt_ebb *e, int by, uint64_t event)
{
    e->objects += by;
    if (!e->falls && e->objects > e->high)
        e->high = e->objects;
    if (e->objects <= (e->falls ? e->low : e->high - LEAST)) {
        e->falls = true;
        e->low = e->objects;
        e->low_event = event;
    }
    if (!e->falls || e->objects < e->low + LEAST)
        return true;
    e->falls = false;
    if (!add_bottom(e))
        return false;
    e->high = e->objects;
    return true;
}

/* The first that is not before this event. */
static size_t first_at(const struct pmt_ebb *e, uint64_t event)
{
    size_t low = 0, high = e->bottoms.n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (e->bottoms.at[middle].event >= event)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

uint64_t pmt_ebb_within(const struct pmt_ebb *e, uint64_t from, uint64_t to, uint32_t part)
{
    size_t low = first_at(e, from), high = first_at(e, to);
    double before, weight;

    if (low == high)
        return 0;
    before = low ? e->bottoms.at[low - 1].weights : 0.0;
    weight = (e->bottoms.at[high - 1].weights - before) * ((double)part / 4294967296.0);
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;

        if (e->bottoms.at[middle - 1].weights - before > weight)
            high = middle;
        else
            low = middle;
    }
    return e->bottoms.at[low].event;
}
