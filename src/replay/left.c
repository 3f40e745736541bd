/* left.c - when was garbage left? The idea is in left.h. */
#include "replay/left.h"

#include "base/vec.h"

void pmt_left_release(struct pmt_left *l)
{
    for (int g = 0; g < PMT_GENERATIONS; g++)
        pmt_vec_release(&l->seen[g]);
    pmt_vec_release(&l->readings);
    pmt_ebb_release(&l->ebb);
    pmt_spots_release(&l->spots);
}

bool pmt_left_collected(struct pmt_left *l, unsigned generation, struct pmt_seen seen)
{
    for (unsigned g = 0; g <= generation; g++)
        if (!pmt_vec_push(&l->seen[g], seen))
            return false;
    return true;
}

/* -- looks -- */

bool pmt_left_counts(struct pmt_left *l, uint64_t event)
{
    if (l->ended_readings || !l->readings.n) {
        l->readings.n = 0;
        l->ended_readings = false;
        if (!pmt_vec_push(&l->readings, l->looked))
            return false;
    }
    return event == l->looked || pmt_vec_push(&l->readings, event);
}

bool pmt_left_look(struct pmt_left *l, unsigned generation, uint64_t event)
{
    l->seen_last = event;
    l->n_spread = (uint32_t)(event * UINT64_C(0x9E3779B97F4A7C15) >> 32);
    if (!pmt_left_counts(l, l->looked))
        return false;
    l->touched_to = 0;
    l->since = l->looked;
    if (generation < PMT_GENERATIONS - 1)
        return true;
    l->looked = event;
    l->ended_readings = true;
    return true;
}

void pmt_left_touched(struct pmt_left *l, uint64_t least, uint64_t most)
{
    size_t n = l->readings.n;

    if (least >= n)
        return;
    l->touched_from = most < n ? l->readings.at[n - 1 - most] : 0;
    l->touched_to = least ? l->readings.at[n - least] : l->seen_last;
}

/* -- a group -- */

/* The first recorded collection of this generation or an older one that came since an object
 * of this birth was made, or NULL. */
static const struct pmt_seen *find_seen(const struct pmt_left *l, unsigned generation,
                                        uint32_t birth)
{
    size_t low = 0, high = l->seen[generation].n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (l->seen[generation].at[middle].n_collections >= birth >> 1)
            high = middle;
        else
            low = middle + 1;
    }
    return low < l->seen[generation].n ? &l->seen[generation].at[low] : NULL;
}

/* Its event, 0 = there is none. */
static uint64_t first_seen(const struct pmt_left *l, unsigned generation, uint32_t birth)
{
    const struct pmt_seen *seen = find_seen(l, generation, birth);

    return seen ? seen->event : 0;
}

/* Its first collection, the one that took it to the oldest generation, or the last of all. */
uint64_t pmt_left_reachable(const struct pmt_left *l, uint32_t birth, uint64_t look)
{
    size_t n = l->seen[PMT_GENERATIONS - 1].n;
    uint64_t at = pmt_left_later(first_seen(l, 0, birth), first_seen(l, 1, birth));

    if (n && l->seen[PMT_GENERATIONS - 1].at[n - 1].n_collections >= birth >> 1)
        at = pmt_left_later(at, l->seen[PMT_GENERATIONS - 1].at[n - 1].event);
    return pmt_left_later(at, look);
}

#define FEW 16u /* events between the last object of a group and the collection that came with it */

struct pmt_left_bounds pmt_left_of(const struct pmt_left *l, uint32_t birth, uint64_t made,
                                   uint64_t event)
{
    struct pmt_left_bounds of = {.made = made, .left = l->touched_to ? l->touched_to : event,
                                 .reachable = pmt_left_reachable(l, birth, l->since)};
    const struct pmt_seen *seen = find_seen(l, 0, birth);

    if (l->touched_to)
        of.reachable = pmt_left_later(of.reachable, l->touched_from);
    of.being_made = seen && seen->event == of.reachable && made + FEW >= seen->begin;
    return of;
}

/* -- how often groups are seen whole -- */

#define FEWEST 16u /* told, before they say anything; and so many to one that was seen whole */

static struct pmt_sighted *sighted_of(struct pmt_left *l, size_t n)
{
    unsigned log = n ? 63 - (unsigned)__builtin_clzll(n) : 0;

    return &l->sighted[log < PMT_LEFT_SIZES ? log : PMT_LEFT_SIZES - 1];
}

static void note_sight(struct pmt_left *l, struct pmt_left_bounds of, bool young)
{
    struct pmt_sighted *sighted = sighted_of(l, of.n);

    sighted->told++;
    sighted->whole += !of.being_made && !(young && of.made >= of.reachable);
}

static bool is_hardly_seen_whole(struct pmt_left *l, size_t n)
{
    const struct pmt_sighted *sighted = sighted_of(l, n);

    return sighted->told >= FEWEST && sighted->whole * FEWEST <= sighted->told;
}

#define GOLDEN UINT64_C(2654435769) /* of 2^32: its multiples are spread evenly */

static uint64_t spread(struct pmt_left *l, uint32_t *n, struct pmt_left_bounds of, bool young)
{
    uint64_t from = pmt_left_later(of.made, of.reachable), at;
    uint32_t part;

    if ((young && of.made >= of.reachable) || from >= of.left ||
        (of.being_made && is_hardly_seen_whole(l, of.n)))
        return from;
    part = (uint32_t)(++*n * GOLDEN);
    at = pmt_spots_within(&l->spots, &l->ebb, from, of.left, of.n, part);
    return at ? at : from + (uint64_t)((double)(of.left - from) * ((double)part / 4294967296.0));
}

uint64_t pmt_left_when(struct pmt_left *l, struct pmt_left_bounds of, bool young)
{
    note_sight(l, of, young);
    return spread(l, &l->n_spread, of, young);
}

void pmt_left_company(struct pmt_left *l, uint32_t n)
{
    l->company[l->n_companies++ % PMT_LEFT_COMPANIES] = n;
}

uint32_t pmt_left_next_company(struct pmt_left *l)
{
    uint32_t n = l->n_companies < PMT_LEFT_COMPANIES ? l->n_companies : PMT_LEFT_COMPANIES;

    return n ? l->company[l->next_company++ % n] : 1;
}

uint64_t pmt_left_when_untold(struct pmt_left *l, struct pmt_left_bounds of, bool young)
{
    return spread(l, &l->n_untold, of, young);
}
