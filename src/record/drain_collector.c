/*
 * drain_collector.c - what the agent tells of the collector: its collections and what it
 * found of objects in them.
 *
 * None of these records makes or ends a block; they speak of objects by address:
 *
 *     GC_SET, GC_BEGIN, GC_END   settings, and collections with their figures
 *     UNTRACKED                  objects that the last collection left untracked
 *     GARBAGE, then of that      an unreachable object; BELONGS: other blocks that die with
 *     BELONGS, REFERS, KEEPS,    it, REFERS: garbage that it refers to, KEEPS: what is reachable,
 *     HOLDS, SHARES, ATOMIC      HOLDS: blocks that go with that, SHARES: what it refers to as others
 *                                do, ATOMIC: a collection that it survives untracks it
 *     COLLECTED                  an object that a collection frees which none of this came before
 *     ALIVE                      an object that is there at the end
 *
 * An address may have lost its block by now, or have one of another kind. So each says what
 * its object must be (a collector object; any block), and what is none is not written. For
 * BELONGS, REFERS, KEEPS, HOLDS and SHARES the object told last names whose they are: if that one was
 * not written, they are not either, since they would become the one's before.
 */
#include "record/drain_inner.h"

/* -- collections -- */

void pmt_drain_on_gc_set(struct pmt_drain *d, uint64_t low, uint64_t b)
{
    pmt_writer_event(d->writer, PMT_OP_GC_ENABLED, (uint32_t)(low >> 32) != 0, NULL);
    pmt_drain_put_number(d, PMT_OP_GC_THRESHOLD, 0, low & UINT32_MAX);
    pmt_drain_put_number(d, PMT_OP_GC_THRESHOLD, 1, b & UINT32_MAX);
    pmt_drain_put_number(d, PMT_OP_GC_THRESHOLD, 2, b >> 32);
}

void pmt_drain_on_gc_begin(struct pmt_drain *d, uint64_t low, uint64_t ns)
{
    pmt_drain_put_number(d, PMT_OP_GC_BEGIN, (uint32_t)low,
                         ns ? pmt_drain_since_start(d, ns) : 0);
}

uint64_t pmt_drain_on_gc_end(struct pmt_drain *d, uint64_t low, uint64_t ns)
{
    for (uint32_t which = 0; which < PMT_W_FIGURES; which++) {
        uint64_t figure = pmt_drain_behind(d, 1 + which)->b;

        if (figure != PMT_W_NOT_KNOWN)
            pmt_drain_put_number(d, PMT_OP_GC_STAT, which, figure);
    }
    pmt_drain_put_number(d, PMT_OP_GC_END, (uint32_t)low,
                         ns ? pmt_drain_since_start(d, ns) : 0);
    return PMT_W_FIGURES;
}

/* -- objects -- */

/* The slot + 1 of the collector object at an address. */
static uint32_t counted_at(struct pmt_drain *d, uint64_t address)
{
    uint32_t slot = pmt_drain_slot_at(d, address);

    return slot && pmt_slot_set_has(&d->counted, slot - 1) ? slot : 0;
}

void pmt_drain_on_untracked(struct pmt_drain *d, uint64_t address)
{
    uint32_t slot = counted_at(d, address);

    if (slot)
        pmt_writer_about(d->writer, PMT_OP_GC_UNTRACKED, slot - 1, 0);
}

void pmt_drain_on_garbage(struct pmt_drain *d, uint64_t address, uint64_t b)
{
    const struct pmt_known_type *type = pmt_drain_find_type(d, b & ~PMT_W_FIRST);
    uint32_t slot = counted_at(d, address);
    uint32_t first = b & PMT_W_FIRST ? PMT_GARBAGE_FIRST : 0;

    d->garbage_told = slot && type;
    d->keeper_told = d->kept_told = false;
    if (d->garbage_told)
        pmt_writer_about(d->writer, PMT_OP_GARBAGE, slot - 1,
                         type->number << PMT_GARBAGE_TYPE | first);
}

void pmt_drain_on_atomic(struct pmt_drain *d, uint64_t address)
{
    uint32_t slot = counted_at(d, address);

    if (d->garbage_told && slot)
        pmt_writer_about(d->writer, PMT_OP_GC_ATOMIC, slot - 1, 0);
}

void pmt_drain_on_belongs(struct pmt_drain *d, uint64_t address, uint64_t type_address)
{
    const struct pmt_known_type *type =
        type_address ? pmt_drain_find_type(d, type_address) : NULL;
    uint32_t slot = pmt_drain_slot_at(d, address);

    if (d->garbage_told && slot)
        pmt_writer_about(d->writer, PMT_OP_BELONGS, slot - 1, type ? type->number + 1 : 0);
}

static void on_reference(struct pmt_drain *d, enum pmt_op op, uint64_t address)
{
    uint32_t slot = counted_at(d, address);

    if (slot)
        pmt_writer_about(d->writer, op, slot - 1, 0);
    d->keeper_told = d->kept_told = slot && op == PMT_OP_KEEPS;
}

void pmt_drain_on_references(struct pmt_drain *d, enum pmt_wire_op wire, uint64_t address,
                             uint64_t next)
{
    enum pmt_op op = wire == PMT_W_REFERS ? PMT_OP_REFERS : PMT_OP_KEEPS;

    if (!d->garbage_told)
        return;
    on_reference(d, op, address);
    if (next)
        on_reference(d, op, next);
}

static void on_held(struct pmt_drain *d, uint64_t address)
{
    uint32_t slot = pmt_drain_slot_at(d, address);

    if (slot)
        pmt_writer_about(d->writer, PMT_OP_HOLDS, slot - 1, 0);
}

void pmt_drain_on_holds(struct pmt_drain *d, uint64_t address, uint64_t next)
{
    if (!d->kept_told)
        return;
    on_held(d, address);
    if (next)
        on_held(d, next);
}

void pmt_drain_on_shares(struct pmt_drain *d, uint64_t address)
{
    uint32_t slot = d->keeper_told ? counted_at(d, address) : 0;

    if (slot)
        pmt_writer_about(d->writer, PMT_OP_SHARES, slot - 1, 0);
    d->kept_told = slot != 0;
}

void pmt_drain_on_collected(struct pmt_drain *d, uint64_t address, uint64_t type_address)
{
    const struct pmt_known_type *type = pmt_drain_find_type(d, type_address);
    uint32_t slot = counted_at(d, address);

    if (slot && type)
        pmt_writer_about(d->writer, PMT_OP_COLLECTED, slot - 1, type->number);
}

/* Objects are met as often as others refer to them: the first time counts. */
void pmt_drain_on_alive(struct pmt_drain *d, uint64_t address, uint64_t type_address)
{
    const struct pmt_known_type *type = pmt_drain_find_type(d, type_address);
    uint32_t slot = pmt_drain_slot_at(d, address);

    if (!slot || !type || pmt_slot_set_has(&d->alive, slot - 1))
        return;
    if (pmt_slot_set_put(d, &d->alive, slot - 1, true))
        pmt_writer_about(d->writer, PMT_OP_ALIVE, slot - 1, type->number);
}
