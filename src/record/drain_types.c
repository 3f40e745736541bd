/*
 * drain_types.c - types by number, and the objects that are of them.
 *
 * The agent tells a type once by its address in the target, with sizes and name, before the
 * first record that names it. The trace knows types by numbers that count up. The agent
 * forgets which types it has told, and programs make types where others lay: so a type that
 * is told again at the same address keeps its number if sizes and name are the same (by
 * digest), and gets another one if not. Past the last number that the format has, types are
 * not known.
 *
 * Of an object's type there are two moments:
 *
 *     OBJECT while its block is held   the event OBJECT goes before the allocation
 *     KIND in the next record          the same; it says as well that the block is the
 *                                      collector's
 *     TABLE before its record          the same; it is no object
 *     ... later                        the event TYPED names the slot: a collection came
 *                                      before the object could be read, or it was shelved
 *                                      by a list whose type it has
 */
#include "record/drain_inner.h"

#include "base/vec.h"
#include "trace/format.h"

/* -- types -- */

struct pmt_known_type *pmt_drain_find_type(struct pmt_drain *d, uint64_t address)
{
    uint32_t *guess = &d->type_guess[(address >> 4) % PMT_TYPE_GUESSES];

    if (*guess < d->types.n && d->types.at[*guess].address == address)
        return &d->types.at[*guess];
    for (uint32_t i = 0; i < d->types.n; i++)
        if (d->types.at[i].address == address) {
            *guess = i;
            return &d->types.at[i];
        }
    return NULL;
}

static uint64_t digest_of(const struct pmt_type *type)
{
    uint64_t h = type->basic_size << 32 ^ type->item_size;

    for (const char *s = type->name; *s; s++)
        h = (h ^ (uint8_t)*s) * UINT64_C(0x100000001B3);
    return h;
}

/* The type at this address from now on. */
static void know_type(struct pmt_drain *d, uint64_t address, const struct pmt_type *type)
{
    struct pmt_known_type *known = pmt_drain_find_type(d, address);
    struct pmt_known_type now = {address, digest_of(type), type->number};

    if (known && known->digest == now.digest)
        return;
    if (type->number == PMT_TYPES_MAX) { /* the format has no more */
        if (known)
            known->address = 0;
        return;
    }
    if (known)
        *known = now;
    else if (!pmt_vec_push(&d->types, now))
        d->failed = true;
    d->n_types++;
    pmt_writer_type(d->writer, type);
}

uint64_t pmt_drain_on_type(struct pmt_drain *d, uint64_t name_bytes, uint64_t address)
{
    uint64_t n = (name_bytes + 15) / 16; /* records of the name; one of sizes before it */
    const struct pmt_wire_rec *sizes = pmt_drain_behind(d, 1);
    char name[PMT_TYPE_NAME_MAX + 16];
    struct pmt_type type = {.number = d->n_types, .basic_size = sizes->a,
                            .item_size = sizes->b, .name = name};

    if (name_bytes > PMT_TYPE_NAME_MAX)
        return 0; /* no agent says so */
    pmt_drain_copy_text(d, 2, n, name);
    name[name_bytes] = '\0';
    know_type(d, address, &type);
    return 1 + n;
}

/* -- objects -- */

void pmt_drain_tell_type(struct pmt_drain *d, uint32_t slot, uint32_t type)
{
    pmt_writer_about(d->writer, PMT_OP_TYPED, slot, type);
    (void)pmt_slot_set_put(d, &d->typed, slot, true);
}

void pmt_drain_on_typed_alloc(struct pmt_drain *d, uint32_t type, enum pmt_op op,
                              uint64_t address, uint64_t size)
{
    uint32_t slot;

    pmt_writer_event(d->writer, PMT_OP_OBJECT, type, NULL);
    pmt_drain_on_alloc(d, op, address, size);
    slot = pmt_drain_slot_at(d, address);
    if (slot)
        (void)pmt_slot_set_put(d, &d->typed, slot - 1, true);
}

static void tell_object(struct pmt_drain *d, uint64_t address, uint32_t type)
{
    uint32_t slot;

    if (d->held.address == address) {
        d->held.type = type + 1;
        return;
    }
    slot = pmt_drain_slot_at(d, address);
    if (slot)
        pmt_drain_tell_type(d, slot - 1, type);
}

void pmt_drain_on_kind(struct pmt_drain *d, uint64_t kind, uint64_t type_address)
{
    const struct pmt_known_type *type = pmt_drain_find_type(d, type_address);

    if (type)
        d->kinds[kind % PMT_W_KINDS] = type->number;
}

void pmt_drain_on_kind_of_last(struct pmt_drain *d, uint64_t kind)
{
    tell_object(d, d->last_obj, d->kinds[kind]);
    pmt_drain_let_go(d, true);
}

/* -- tables -- */

void pmt_drain_on_table(struct pmt_drain *d, uint64_t type_address)
{
    const struct pmt_known_type *type = pmt_drain_find_type(d, type_address);

    d->next_type = type ? type->number + 1 : 0;
}

void pmt_drain_on_mem(struct pmt_drain *d, uint64_t address, uint64_t size)
{
    uint32_t type = pmt_drain_take_next_type(d);

    if (type)
        pmt_drain_on_typed_alloc(d, type - 1, PMT_OP_ALLOC_MEM, address, size);
    else
        pmt_drain_on_alloc(d, PMT_OP_ALLOC_MEM, address, size);
}

void pmt_drain_on_object(struct pmt_drain *d, uint64_t address, uint64_t type_address)
{
    const struct pmt_known_type *type = pmt_drain_find_type(d, type_address);

    if (type)
        tell_object(d, address, type->number);
}
