/* drain_inner.h - what the files of the drain ask of each other. For src/record/drain*.c
 * alone.
 *
 * on_X: record X was met. A slot that may be missing is given as slot + 1, 0 = none, as the
 * shadow keeps it. Nothing here has a status: out of memory is d->failed. Inline is what
 * each allocation and each free goes through. */
#ifndef PMT_RECORD_DRAIN_INNER_H
#define PMT_RECORD_DRAIN_INNER_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "base/check.h"
#include "record/drain.h"
#include "trace/writer.h"

/* -- records that belong to the one at the tail -- */

/* The i-th behind it, from 1 on. */
static inline const struct pmt_wire_rec *pmt_drain_behind(const struct pmt_drain *d, uint64_t i)
{
    return &d->shm->ring[(d->tail + i) & (PMT_RING_RECORDS - 1)];
}

/* The text in n of them, from the i-th on: 16 n bytes, no '\0' behind them. */
static inline void pmt_drain_copy_text(const struct pmt_drain *d, uint64_t i, uint64_t n,
                                       char *to)
{
    for (uint64_t k = 0; k < n; k++)
        memcpy(to + 16 * k, pmt_drain_behind(d, i + k), 16);
}

/* -- numbers to the trace -- */

/* CLOCK_MONOTONIC as time since the trace began. */
static inline uint64_t pmt_drain_since_start(const struct pmt_drain *d, uint64_t ns)
{
    return ns > d->start_ns ? ns - d->start_ns : 0;
}

/* An event with one wide number. */
static inline void pmt_drain_put_number(struct pmt_drain *d, enum pmt_op op, uint32_t arg,
                                        uint64_t wide)
{
    pmt_writer_event(d->writer, op, arg, &wide);
}

/* -- drain_lists.c: what lies on free lists -- */

#define PMT_ON_LIST UINT32_C(0x80000000) /* with the number of the list, for a slot */

/* The list that a site with ON_LIST names. */
static inline const struct pmt_wire_list *pmt_drain_list_in(const struct pmt_drain *d,
                                                            const uint32_t *at)
{
    return &d->lists[*at % PMT_WIRE_LISTS];
}

/* A block has left this list for the allocator. */
void pmt_drain_on_cleared(struct pmt_drain *d, const struct pmt_wire_list *list);

/* A list of this number is watched; returns how many records follow that tell of it. */
uint64_t pmt_drain_on_list(struct pmt_drain *d, uint64_t number, uint64_t type_address);

/* low as in the record: list and address of the block; count: the collector's count 0. */
void pmt_drain_on_shelved(struct pmt_drain *d, uint64_t low, uint64_t count);

/* The block at this address is another object's; it waits while a block is held. */
void pmt_drain_on_reused(struct pmt_drain *d, uint64_t address);

/* No block is held any more: what waited for it. */
void pmt_drain_waited(struct pmt_drain *d);

/* -- drain_blocks.c: sites of the shadow, slots -- */

/* The slot + 1 kept there. */
static inline uint32_t pmt_drain_slot_in(const uint32_t *at)
{
    return *at & PMT_ON_LIST ? 0 : *at;
}

/* The slot + 1 of the block at an address. */
static inline uint32_t pmt_drain_slot_at(struct pmt_drain *d, uint64_t address)
{
    const uint32_t *at = pmt_shadow_at(&d->shadow, address);

    return at ? pmt_drain_slot_in(at) : 0;
}

static inline bool pmt_slot_set_has(const struct pmt_slot_set *set, uint32_t slot)
{
    return slot / 64 < set->n && set->at[slot / 64] >> slot % 64 & 1;
}

/* Room for a slot that is past the end; false = out of memory. */
bool pmt_slot_set_grow(struct pmt_drain *d, struct pmt_slot_set *set, uint32_t slot);

/* Put a slot into the set or take it out; false = out of memory. */
static inline bool pmt_slot_set_put(struct pmt_drain *d, struct pmt_slot_set *set,
                                    uint32_t slot, bool in)
{
    if (PMT_UNLIKELY(slot / 64 >= set->n) && !pmt_slot_set_grow(d, set, slot))
        return false;
    set->at[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    set->at[slot / 64] |= (uint64_t)in << slot % 64;
    return true;
}

/* The block at this address is not known to the trace: count that as trouble. */
void pmt_drain_count_unknown(struct pmt_drain *d, uint64_t address, bool resize);

/* Take the slot away from an address and return it + 1. d->was_on_list then says whether
 * the block lay on a list: it was cleared. */
static inline uint32_t pmt_drain_lift(struct pmt_drain *d, uint64_t address)
{
    uint32_t *at = pmt_shadow_at(&d->shadow, address);
    uint32_t slot;

    if (PMT_UNLIKELY(!at)) {
        d->failed = true;
        return 0;
    }
    slot = pmt_drain_slot_in(at);
    if (PMT_UNLIKELY(*at & PMT_ON_LIST))
        pmt_drain_on_cleared(d, pmt_drain_list_in(d, at));
    d->was_on_list = *at & PMT_ON_LIST;
    *at = 0;
    return slot;
}

/* op: PMT_OP_ALLOC_* or REUSED*; size in bytes. */
void pmt_drain_on_alloc(struct pmt_drain *d, enum pmt_op op, uint64_t address, uint64_t size);

static inline void pmt_drain_on_free(struct pmt_drain *d, uint64_t address)
{
    uint32_t slot = pmt_drain_lift(d, address);

    if (PMT_LIKELY(slot))
        pmt_writer_end(d->writer, PMT_OP_FREE, slot - 1);
    else if (!d->was_on_list)
        pmt_drain_count_unknown(d, address, false);
}

/* A resize begins, kept in *r until it ends; op: the allocation that it is if the block at
 * `old` is not known. */
void pmt_drain_on_resize(struct pmt_drain *d, struct pmt_resize *r, uint64_t thread,
                         uint64_t old, enum pmt_op op);

/* It ended; address 0: it failed. */
void pmt_drain_on_resized(struct pmt_drain *d, struct pmt_resize *r, uint64_t address,
                          uint64_t size);

/* -- drain_held.c: the obj block that waits for the next count -- */

static inline void pmt_drain_hold(struct pmt_drain *d, uint64_t address, uint64_t size,
                                  uint64_t count)
{
    d->held.address = address;
    d->held.size = size;
    d->held.count = count;
    d->held.type = 0;
}

/* Write the held block, if there is one, and what waits for it. */
void pmt_drain_let_go(struct pmt_drain *d, bool counted);

/* ... as the count tells; lowered: a counted block was given back since. */
void pmt_drain_let_go_by_count(struct pmt_drain *d, uint64_t count, bool lowered);

/* Whether a free at this address lowers the count. */
static inline bool pmt_drain_will_lower(struct pmt_drain *d, uint64_t address)
{
    const uint32_t *at = pmt_shadow_at(&d->shadow, address);

    if (at && *at & PMT_ON_LIST)
        return pmt_drain_list_in(d, at)->counted;
    return at && *at && pmt_slot_set_has(&d->counted, *at - 1);
}

/* A main record that carries the count came: what the held block waits for. */
static inline void pmt_drain_weigh_held(struct pmt_drain *d, enum pmt_wire_op op, uint64_t low,
                                        uint64_t count)
{
    if (d->held.address)
        pmt_drain_let_go_by_count(d, count, op == PMT_W_FREE && pmt_drain_will_lower(d, low));
}

/* -- drain_types.c -- */

/* The type at an address of the target: the last one told there. NULL: none. Borrowed, valid
 * until the next type is told. */
struct pmt_known_type *pmt_drain_find_type(struct pmt_drain *d, uint64_t address);

/* A type whose name has so many bytes; returns how many records follow that tell of it. */
uint64_t pmt_drain_on_type(struct pmt_drain *d, uint64_t name_bytes, uint64_t address);

/* The block at this address is an object of the type at that one. */
void pmt_drain_on_object(struct pmt_drain *d, uint64_t address, uint64_t type_address);

/* This number means that type; the block told last holds a collector's object of it. */
void pmt_drain_on_kind(struct pmt_drain *d, uint64_t kind, uint64_t type_address);
void pmt_drain_on_kind_of_last(struct pmt_drain *d, uint64_t kind);

/* The block that comes next is of this type, which no object is of; its number + 1, taken when it
 * comes: 0 = it is of none. */
void pmt_drain_on_table(struct pmt_drain *d, uint64_t type_address);

static inline uint32_t pmt_drain_take_next_type(struct pmt_drain *d)
{
    uint32_t type = d->next_type;

    d->next_type = 0;
    return type;
}

/* A block of PyMem_Malloc(). */
void pmt_drain_on_mem(struct pmt_drain *d, uint64_t address, uint64_t size);

/* The block in this slot, written before, is an object of this type (number). */
void pmt_drain_tell_type(struct pmt_drain *d, uint32_t slot, uint32_t type);

/* on_alloc() of an object of this type. */
void pmt_drain_on_typed_alloc(struct pmt_drain *d, uint32_t type, enum pmt_op op,
                              uint64_t address, uint64_t size);

/* -- drain_collector.c; numbers as in agent/wire.h -- */

void pmt_drain_on_gc_set(struct pmt_drain *d, uint64_t low, uint64_t b);
void pmt_drain_on_gc_begin(struct pmt_drain *d, uint64_t low, uint64_t ns);
/* Returns how many records follow with figures of the collection. */
uint64_t pmt_drain_on_gc_end(struct pmt_drain *d, uint64_t low, uint64_t ns);
/* Of the objects at these addresses, where they are what the record is about. */
void pmt_drain_on_untracked(struct pmt_drain *d, uint64_t address);
void pmt_drain_on_garbage(struct pmt_drain *d, uint64_t address, uint64_t b);
void pmt_drain_on_atomic(struct pmt_drain *d, uint64_t address);
void pmt_drain_on_belongs(struct pmt_drain *d, uint64_t address, uint64_t type_address);
void pmt_drain_on_references(struct pmt_drain *d, enum pmt_wire_op wire, uint64_t address,
                             uint64_t next);
void pmt_drain_on_holds(struct pmt_drain *d, uint64_t address, uint64_t next);
void pmt_drain_on_shares(struct pmt_drain *d, uint64_t address);
void pmt_drain_on_collected(struct pmt_drain *d, uint64_t address, uint64_t type_address);
void pmt_drain_on_alive(struct pmt_drain *d, uint64_t address, uint64_t type_address);

/* -- drain_beside.c -- */

void pmt_drain_on_arena_new(struct pmt_drain *d, uint64_t base, uint64_t bytes);
void pmt_drain_on_arena_free(struct pmt_drain *d, uint64_t base, uint64_t bytes);

/* What the interpreter or the program said; low: when << 32 | bytes. Returns how many records
 * follow with the text. */
uint64_t pmt_drain_on_oracle(struct pmt_drain *d, uint64_t low, uint64_t blocks);

#endif
