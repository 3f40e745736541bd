/* ebb.c - where do scopes end? The idea is in ebb.h. */
#include "replay/ebb.h"

#include "base/vec.h"

#define LEAST 4    /* objects that a bottom is deep, at least */
#define MOST  8191 /* ... that count: a million of these weigh less than 2^124 */

#define BOTTOMS_MOST ((size_t)1 << 20) /* 32 MiB */
#define CLIMBS_MOST  ((size_t)1 << 16) /* 1 MiB */

void pmt_ebb_release(struct pmt_ebb *e)
{
    pmt_vec_release(&e->bottoms);
    pmt_vec_release(&e->climbs);
}

static int64_t lesser(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t greater(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* -- how deep it is -- */

/* Two climbs, one above the other, become one. */
static void thin_climbs(struct pmt_ebb *e)
{
    struct pmt_climb *at = e->climbs.at;

    e->climbs.n /= 2;
    for (size_t i = 0; i < e->climbs.n; i++)
        at[i] = (struct pmt_climb){at[2 * i].low, greater(at[2 * i].high, at[2 * i + 1].high)};
}

/* Since there were as few: the climbs from bottoms that were not lower lie between. */
static bool climb_from(struct pmt_ebb *e, struct pmt_climb *climb)
{
    *climb = (struct pmt_climb){e->low, e->high};
    while (e->climbs.n && e->climbs.at[e->climbs.n - 1].low >= climb->low)
        climb->high = greater(climb->high, e->climbs.at[--e->climbs.n].high);
    if (e->climbs.n == CLIMBS_MOST)
        thin_climbs(e);
    return pmt_vec_push(&e->climbs, *climb);
}

/* -- bottoms -- */

static pmt_ebb_weight before(const struct pmt_ebb *e, size_t i)
{
    return i ? e->bottoms.at[i - 1].weights : 0;
}

static pmt_ebb_weight weight_of(const struct pmt_ebb *e, size_t i)
{
    return e->bottoms.at[i].weights - before(e, i);
}

/* Of the older half, the heavier of each two stands for both. */
static void thin_bottoms(struct pmt_ebb *e)
{
    struct pmt_bottom *at = e->bottoms.at;
    size_t n = e->bottoms.n, half = n / 4 * 2, kept = 0;

    for (size_t i = 0; i < half; i += 2) {
        uint64_t event = at[weight_of(e, i) > weight_of(e, i + 1) ? i : i + 1].event;

        at[kept++] = (struct pmt_bottom){event, at[i + 1].weights};
    }
    for (size_t i = half; i < n; i++)
        at[kept++] = at[i];
    e->bottoms.n = kept;
}

/* The eighth power of its depth: a round of a loop ends where most went, and whatever ended within
 * the round counts for little, however often it did. (By the fourth, a tree of a parser whose round
 * ended 150 objects deep was taken five times of six to have ended at one of sixty places in it that
 * were 110 deep.) */
static pmt_ebb_weight weight(uint64_t depth)
{
    uint64_t fourth = depth * depth * depth * depth;

    return (pmt_ebb_weight)fourth * fourth;
}

static bool add_bottom(struct pmt_ebb *e)
{
    struct pmt_bottom bottom = {.event = e->low_event};
    struct pmt_climb climb;

    if (!climb_from(e, &climb))
        return false;
    if (e->bottoms.n == BOTTOMS_MOST)
        thin_bottoms(e);
    bottom.weights = before(e, e->bottoms.n) + weight((uint64_t)lesser(climb.high - climb.low, MOST));
    return pmt_vec_push(&e->bottoms, bottom);
}

bool pmt_ebb_so_far(struct pmt_ebb *e)
{
    if (!e->falls)
        return true;
    e->falls = false;
    if (!add_bottom(e))
        return false;
    e->high = e->objects;
    return true;
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
    return !e->falls || e->objects < e->low + LEAST || pmt_ebb_so_far(e);
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

/* part, of 2^32. */
static pmt_ebb_weight share(pmt_ebb_weight of, uint32_t part)
{
    return (of >> 32) * part + ((of & UINT32_MAX) * part >> 32);
}

uint64_t pmt_ebb_within(const struct pmt_ebb *e, uint64_t from, uint64_t to, uint32_t part)
{
    size_t low = first_at(e, from), high = first_at(e, to);
    pmt_ebb_weight sought;

    if (low == high)
        return 0;
    sought = before(e, low) + share(before(e, high) - before(e, low), part);
    while (low + 1 < high) {
        size_t middle = low + (high - low) / 2;

        if (before(e, middle) > sought)
            high = middle;
        else
            low = middle;
    }
    return e->bottoms.at[low].event;
}
