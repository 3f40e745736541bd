/*
 * drain_lists.c - blocks that go from object to object by way of a free list.
 *
 * A slot is an object's, so a block on a list has none: where its slot would be kept stands
 * the list (PMT_ON_LIST and its number).
 *
 *     ALLOC ──> slot ── SHELVED ──> on the list ── REUSED ──> another slot
 *                │                      │
 *              FREE                CLEARED: the allocator's FREE, or that something else
 *                                  comes to lie there
 *
 * A list is of one type and one size of blocks, so it tells both of what it gives; and of
 * what it takes, where nobody has read the object: one that died before that, as list()
 * does whose result is dropped.
 *
 * That a list has given something is seen when the next block comes or goes. The count that
 * stands in that record is for the held block (drain_held.c), which is the older one:
 * REUSED waits for it. So does what a list takes of blocks that the collector does not count:
 * that is seen then, too, and the count may be lower by what is being freed.
 */
#include "record/drain_inner.h"

#include "base/vec.h"

#define PMT_TAKEN ((uint64_t)1 << 63) /* in waiting: SHELVED, with its low; else REUSED */

uint64_t pmt_drain_on_list(struct pmt_drain *d, uint64_t number, uint64_t type_address)
{
    const struct pmt_known_type *type = pmt_drain_find_type(d, type_address);

    d->lists[number % PMT_WIRE_LISTS] = (struct pmt_wire_list){
        .type = type ? type->number : 0, .bytes = pmt_drain_behind(d, 1)->b,
        .counted = pmt_drain_behind(d, 2)->b != 0};
    return 2;
}

void pmt_drain_on_cleared(struct pmt_drain *d, const struct pmt_wire_list *list)
{
    pmt_drain_put_number(d, PMT_OP_CLEARED, list->type, list->bytes);
}

/* -- what a list takes -- */

static void shelve(struct pmt_drain *d, uint32_t list, uint64_t address)
{
    uint32_t slot = pmt_drain_lift(d, address);
    uint32_t *at = pmt_shadow_at(&d->shadow, address);

    if (!slot || !at) { /* it was there before the hooks */
        pmt_drain_count_unknown(d, address, false);
        return;
    }
    if (!pmt_slot_set_has(&d->typed, slot - 1))
        pmt_drain_tell_type(d, slot - 1, d->lists[list % PMT_WIRE_LISTS].type);
    pmt_writer_end(d->writer, PMT_OP_SHELVED, slot - 1);
    *at = PMT_ON_LIST | list;
}

void pmt_drain_on_shelved(struct pmt_drain *d, uint64_t low, uint64_t count)
{
    uint64_t address = low & PMT_W_LIST_MASK;
    uint32_t list = (uint32_t)(low >> PMT_W_LIST_SHIFT);
    bool counted = d->lists[list % PMT_WIRE_LISTS].counted;

    if (d->held.address == address && !d->held.type)
        d->held.type = d->lists[list % PMT_WIRE_LISTS].type + 1;
    if (counted)
        pmt_drain_weigh_held(d, PMT_W_SHELVED, low, count);
    else if (d->held.address == address)
        pmt_drain_let_go(d, false);
    if (!d->held.address)
        shelve(d, list, address);
    else if (!pmt_vec_push(&d->waiting, low | PMT_TAKEN))
        d->failed = true;
}

/* -- what a list gives -- */

static void reuse(struct pmt_drain *d, uint64_t address)
{
    uint32_t *at = pmt_shadow_at(&d->shadow, address);
    const struct pmt_wire_list *list;

    if (!at || !(*at & PMT_ON_LIST))
        return; /* what was not shelved */
    list = pmt_drain_list_in(d, at);
    *at = 0;
    pmt_drain_on_typed_alloc(d, list->type, list->counted ? PMT_OP_REUSED_GC : PMT_OP_REUSED,
                             address, list->bytes);
}

void pmt_drain_on_reused(struct pmt_drain *d, uint64_t address)
{
    if (!d->held.address)
        reuse(d, address);
    else if (!pmt_vec_push(&d->waiting, address))
        d->failed = true;
}

void pmt_drain_waited(struct pmt_drain *d)
{
    for (size_t i = 0; i < d->waiting.n; i++) {
        uint64_t low = d->waiting.at[i];

        if (low & PMT_TAKEN)
            shelve(d, (uint32_t)((low & ~PMT_TAKEN) >> PMT_W_LIST_SHIFT), low & PMT_W_LIST_MASK);
        else
            reuse(d, low);
    }
    d->waiting.n = 0;
}
