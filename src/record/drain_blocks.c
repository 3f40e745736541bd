/*
 * drain_blocks.c - addresses end here: an event names its block by slot.
 *
 * The shadow keeps a site for each address where a block may lie; there stands the slot
 * + 1 of the block, 0 = none that the trace knows, or the free list that the block is on
 * (drain_lists.c). Whatever comes to lie at an address first clears its site: what the
 * trace still has there was given back unseen, so it ends, and that is trouble.
 *
 *     ALLOC    site := new slot          FREE   slot ends, site := 0
 *     RESIZE   slot lifted from the old site, kept by thread while the call is under way
 *     RESIZED  slot put down at the new site, or back at the old one if the call failed
 *
 * Between RESIZE and RESIZED the old address is free: another thread may get it first.
 *
 * A block in an arena has a place as well, that which the model will have to give it; it
 * is kept behind the event as a check (trace/writer.h).
 *
 * Blocks that the trace does not know are normal in the raw domain (the interpreter
 * puts other allocators in place for moments while it starts and ends): they are
 * counted. In arenas they would be a fault of the recording: counted as a loss.
 */
#include "record/drain_inner.h"

#include "base/vec.h"

bool pmt_slot_set_grow(struct pmt_drain *d, struct pmt_slot_set *set, uint32_t slot)
{
    while (set->n <= slot / 64)
        if (!pmt_vec_push(set, 0)) {
            d->failed = true;
            return false;
        }
    return true;
}

static inline void put_place(struct pmt_drain *d, uint64_t address)
{
    uint64_t place;

    if (pmt_shadow_place(&d->shadow, address, &place))
        pmt_writer_place(d->writer, place);
}

/* The site of a block that now comes to lie at address; what the trace has there is gone.
 * NULL = out of memory. */
static inline uint32_t *clear_site(struct pmt_drain *d, uint64_t address)
{
    uint32_t *at = pmt_shadow_at(&d->shadow, address);

    if (PMT_UNLIKELY(!at)) {
        d->failed = true;
    } else if (PMT_UNLIKELY(*at)) {
        d->trouble[PMT_TROUBLE_OVER_LIVE]++;
        if (*at & PMT_ON_LIST)
            pmt_drain_on_cleared(d, pmt_drain_list_in(d, at));
        else
            pmt_writer_end(d->writer, PMT_OP_FREE, *at - 1);
    }
    return at;
}

/* -- allocations -- */

void pmt_drain_on_alloc(struct pmt_drain *d, enum pmt_op op, uint64_t address, uint64_t size)
{
    uint32_t *at = clear_site(d, address);
    bool counted = op == PMT_OP_ALLOC_GC || op == PMT_OP_REUSED_GC;
    uint32_t slot;

    if (PMT_UNLIKELY(!at))
        return;
    slot = pmt_writer_alloc(d->writer, op, size);
    *at = slot + 1;
    if (PMT_UNLIKELY(slot == PMT_NO_SLOT))
        return; /* the trace cannot be written any more */
    if (pmt_slot_set_has(&d->typed, slot))
        (void)pmt_slot_set_put(d, &d->typed, slot, false);
    if (counted || pmt_slot_set_has(&d->counted, slot))
        (void)pmt_slot_set_put(d, &d->counted, slot, counted);
    put_place(d, address);
}

void pmt_drain_count_unknown(struct pmt_drain *d, uint64_t address, bool resize)
{
    uint64_t place;

    if (d->failed)
        return;
    if (pmt_shadow_place(&d->shadow, address, &place))
        d->trouble[PMT_TROUBLE_UNKNOWN_SMALL]++;
    else
        d->trouble[resize ? PMT_TROUBLE_UNKNOWN_REALLOC : PMT_TROUBLE_UNKNOWN_FREE]++;
}

/* -- resizes -- */

void pmt_drain_on_resize(struct pmt_drain *d, struct pmt_resize *r, uint64_t thread,
                         uint64_t old, enum pmt_op op)
{
    *r = (struct pmt_resize){.thread = thread, .old = old, .op = op,
                             .slot = pmt_drain_lift(d, old)};
    if (!r->slot && !d->was_on_list)
        pmt_drain_count_unknown(d, old, true);
}

void pmt_drain_on_resized(struct pmt_drain *d, struct pmt_resize *r, uint64_t address,
                          uint64_t size)
{
    struct pmt_resize was = *r;
    uint32_t *at;

    *r = (struct pmt_resize){0};
    if (!was.slot) {
        if (address)
            pmt_drain_on_alloc(d, was.op ? was.op : PMT_OP_ALLOC_RAW, address, size);
        return;
    }
    at = clear_site(d, address ? address : was.old); /* failed: it stays */
    if (!at)
        return;
    *at = was.slot;
    if (address) {
        pmt_writer_realloc(d->writer, was.slot - 1, size);
        put_place(d, address);
    }
}
