/* ebb.c - where do scopes end? The idea is in ebb.h. */
#include "replay/ebb.h"

#include "base/vec.h"

#define LEAST 4    /* objects that a bottom is deep, at least */
#define MOST  8191 /* ... that count */

#define BOTTOMS_MOST ((size_t)1 << 20) /* 16 MiB */
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

/* Of the older half, the deeper of each two stands for both. */
static void thin_bottoms(struct pmt_ebb *e)
{
    struct pmt_bottom *at = e->bottoms.at;
    size_t n = e->bottoms.n, half = n / 4 * 2, kept = 0;

    for (size_t i = 0; i < half; i += 2)
        at[kept++] = at[i + (at[i].depth <= at[i + 1].depth)];
    for (size_t i = half; i < n; i++)
        at[kept++] = at[i];
    e->bottoms.n = kept;
    e->n_thinned++;
}

static uint16_t place_of(uint64_t went)
{
    return (uint16_t)(went * UINT64_C(0x9E3779B97F4A7C15) >> (64 - PMT_PLACE_BITS));
}

static bool add_bottom(struct pmt_ebb *e)
{
    struct pmt_bottom bottom = {.event = e->low_event, .place = place_of(e->low_went)};
    struct pmt_climb climb;

    if (!climb_from(e, &climb))
        return false;
    if (e->bottoms.n == BOTTOMS_MOST)
        thin_bottoms(e);
    bottom.depth = (uint16_t)lesser(climb.high - climb.low, MOST);
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

bool pmt_ebb_came(struct pmt_ebb *e)
{
    e->objects++;
    if (!e->falls && e->objects > e->high)
        e->high = e->objects;
    return !e->falls || e->objects < e->low + LEAST || pmt_ebb_so_far(e);
}

void pmt_ebb_went(struct pmt_ebb *e, uint32_t bytes, uint64_t event)
{
    e->objects--;
    e->went = e->went << 16 | (bytes & UINT16_MAX);
    if (e->objects <= (e->falls ? e->low : e->high - LEAST)) {
        e->falls = true;
        e->low = e->objects;
        e->low_event = event;
        e->low_went = e->went;
    }
}

size_t pmt_ebb_first_at(const struct pmt_ebb *e, uint64_t event)
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
