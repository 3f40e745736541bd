/* slots.c - which block is meant: slots, and the list of births.
 *
 * Slots. turn[] is a permutation of the slots and n_live a mark in it: above the
 * mark are the free slots in the order in which they will be given out, first
 * those that were freed (last in, first out), then the fresh ones, counting up.
 *
 *     alloc:  slot = turn[n_live++]          free:  turn[--n_live] = slot
 *
 * Since turn[i] starts as i, "no freed slot is left, take a fresh one" is no case
 * of its own. Below the mark lies rubbish.
 *
 * Births. births[] names the blocks in order of birth, PMT_DEAD where one died.
 *
 *     [ 0 .. n_old: older blocks ][ n_old .. n_births: this chunk ]
 *
 * A block that dies young is near the end of the list (its age), and blocks that
 * are born together tend to die together, one after another (a step from the last
 * one): so an index in this list packs far better than a slot, which is reused
 * all the time. Slots are for the user of a trace, who wants dense tables.
 *
 * At the end of a chunk its part of the list is squeezed; the whole list only when
 * the dead in it have become many, so that the work stays proportional to the
 * number of events and the memory to the number of live blocks. These rules are
 * part of the file format: both sides number the births alike.
 */
#include "trace/slots.h"

#include <pymemtrace/trace.h>
#include "base/alloc.h"

void pmt_slots_release(struct pmt_slots *s)
{
    pmt_free(s->turn);
    pmt_free(s->place);
    pmt_free(s->births);
    *s = (struct pmt_slots){0};
}

/* *table gets room for n elements and keeps what it has. */
static bool grow(uint32_t **table, uint32_t n)
{
    uint32_t *p = pmt_realloc_array(*table, n, sizeof *p);

    if (p)
        *table = p;
    return p != NULL;
}

static enum pmt_status reserve_slots(struct pmt_slots *s, uint32_t n_births)
{
    uint32_t need = s->n_live + n_births, n = need + need / 2;
    bool with_places = s->place != NULL;

    if (need <= s->n_slots)
        return PMT_OK;
    if (!grow(&s->turn, n) || (with_places && !grow(&s->place, n)))
        return PMT_E_NOMEM;
    for (uint32_t i = s->n_slots; i < n; i++)
        s->turn[i] = i;
    for (uint32_t i = s->n_slots; i < n && with_places; i++)
        s->place[i] = PMT_DEAD;
    s->n_slots = n;
    return PMT_OK;
}

enum pmt_status pmt_slots_reserve(struct pmt_slots *s, uint32_t n_births)
{
    uint32_t need = s->n_births + n_births;

    pmt_assert(n_births <= PMT_BATCH_EVENTS);
    if (s->n_live > PMT_SLOTS_MAX)
        return PMT_E_LIMIT;
    if (need > s->births_cap) {
        if (!grow(&s->births, need + need / 2))
            return PMT_E_NOMEM;
        s->births_cap = need + need / 2;
    }
    return reserve_slots(s, n_births);
}

enum pmt_status pmt_slots_init(struct pmt_slots *s, bool with_places)
{
    *s = (struct pmt_slots){0};
    return !with_places || grow(&s->place, 1) ? PMT_OK : PMT_E_NOMEM;
}

/* Close the gaps from births[from] on. Without branches: whether the next one is
 * dead cannot be predicted. */
static void squeeze(struct pmt_slots *s, uint32_t from)
{
    uint32_t *births = s->births, to = from;

    for (uint32_t i = from; i < s->n_births; i++) {
        uint32_t slot = births[i];

        births[to] = slot;
        to += slot != PMT_DEAD;
    }
    s->n_births = to;
    for (uint32_t i = from; i < to && s->place; i++)
        s->place[births[i]] = i;
}

void pmt_slots_settle(struct pmt_slots *s)
{
    squeeze(s, s->n_old);
    if (s->n_births > s->n_live + s->n_live / 2 + PMT_BATCH_EVENTS)
        squeeze(s, 0);
    pmt_assert(s->n_births >= s->n_live);
    s->n_old = s->n_births;
}
