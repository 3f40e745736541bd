/* object_flow.c - objects as a recording shows them; the idea is in object_flow.h. */
#include "replay/object_flow.h"

#include "base/vec.h"

#define GC_HEAD 16u /* bytes in front of an object that the collector counts: 3.8 and later */
#define ITEM    8u  /* bytes of an item of a tuple */

void pmt_flow_release(struct pmt_object_flow *f)
{
    pmt_shelves_release(&f->shelves);
    pmt_object_stats_release(&f->stats);
    pmt_vec_release(&f->types);
}

/* -- types -- */

/* A program may call a class of its own `list': the interpreter's is the first. */
static bool is_known(const struct pmt_object_flow *f, unsigned kind)
{
    for (size_t i = 0; i < f->types.n; i++)
        if (f->types.at[i].kind == kind)
            return true;
    return false;
}

bool pmt_flow_types(struct pmt_object_flow *f, const struct pmt_type *types, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct pmt_flow_type type = {types[i].basic_size, types[i].item_size,
                                     (uint8_t)pmt_shelf_of_type(&f->shelves, types[i].name)};

        if (type.kind && is_known(f, type.kind))
            type.kind = PMT_SHELF_NONE;
        if (type.kind == PMT_SHELF_TUPLE)
            f->shelves.tuple_bytes = GC_HEAD + type.basic_size;
        if (!pmt_vec_push(&f->types, type))
            return false;
    }
    return true;
}

/* The kind of an object of this type and size. A block of any other size is none. */
static unsigned kind_of(const struct pmt_object_flow *f, uint32_t type, uint64_t bytes)
{
    const struct pmt_flow_type *t = type < f->types.n ? &f->types.at[type] : NULL;
    uint64_t own, head;

    if (!t || !t->kind)
        return PMT_SHELF_NONE;
    head = f->shelves.at[t->kind].counted ? GC_HEAD : 0;
    own = head + t->basic_size;
    if (bytes < own)
        return PMT_SHELF_NONE;
    if (t->item_size)
        return (bytes - own) % ITEM ? PMT_SHELF_LARGE : pmt_shelf_of_tuple((bytes - own) / ITEM);
    return bytes == own ? t->kind : PMT_SHELF_NONE;
}

/* What has a list and is no object. */
static bool is_table(const struct pmt_object_flow *f, uint32_t type)
{
    return type < f->types.n && f->types.at[type].kind == PMT_SHELF_DICT_KEYS;
}

void pmt_flow_next(struct pmt_object_flow *f, uint32_t type)
{
    f->next = type + 1;
    if (f->every && !is_table(f, type))
        pmt_object_stats_next(&f->stats, type);
}

void pmt_flow_typed(struct pmt_object_flow *f, uint32_t slot, uint32_t type)
{
    bool table = is_table(f, type); /* all are of one size, which is kept of objects alone */

    pmt_shelves_set_kind(&f->shelves, slot, table ? PMT_SHELF_DICT_KEYS
                         : kind_of(f, type, pmt_shelves_bytes(&f->shelves, slot)));
    if (f->every && !table)
        pmt_object_stats_typed(&f->stats, slot, type);
}

/* -- objects -- */

pmt_block pmt_flow_make(struct pmt_object_flow *f, struct pmt_collect *c, enum pmt_op op,
                        uint32_t slot, uint64_t bytes, uint64_t event)
{
    uint32_t type = f->next - 1; /* UINT32_MAX: not known, of no kind */
    struct pmt_birth birth = {.kind = (uint8_t)kind_of(f, type, bytes),
                              .reused = op == PMT_OP_REUSED || op == PMT_OP_REUSED_GC};
    pmt_block block = PMT_BLOCK_NONE;

    if (pmt_collect_made(c, slot))
        block = pmt_shelves_make(&f->shelves, c->heap, slot, bytes, &birth);
    f->next = 0;
    if (f->every)
        pmt_object_stats_made(&f->stats, slot, bytes, birth.hit, event);
    if (block != PMT_BLOCK_NONE && (op == PMT_OP_ALLOC_GC || op == PMT_OP_REUSED_GC) &&
        !pmt_collect_allocated(c, slot, block, birth, event))
        return PMT_BLOCK_NONE;
    return block;
}

void pmt_flow_resized(struct pmt_object_flow *f, uint32_t slot, uint64_t bytes)
{
    pmt_shelves_resized(&f->shelves, slot, bytes);
    if (f->every)
        pmt_object_stats_resized(&f->stats, slot, bytes);
}

/* Where the recording's collector has what is in this slot. */
static int generation_of(const struct pmt_collect *c, uint32_t slot)
{
    return pmt_collect_is_object(c, slot)
               ? pmt_census_place(&c->rec.census, c->rec.census.birth.at[slot])
               : PMT_NO_GENERATION;
}

void pmt_flow_end(struct pmt_object_flow *f, struct pmt_collect *c, enum pmt_op op,
                  uint32_t slot, pmt_block block, uint64_t event)
{
    struct pmt_end end = pmt_shelves_end(&f->shelves, slot, op == PMT_OP_SHELVED);

    if (f->every && pmt_object_stats_has(&f->stats, slot))
        pmt_object_stats_died(&f->stats, slot, generation_of(c, slot),
                              c->within ? c->row.event : PMT_NOWHERE, event);
    if (!pmt_collect_freed(c, slot, block, end))
        (void)pmt_shelves_give(&f->shelves, c->heap, block, end);
}

void pmt_flow_cleared(struct pmt_object_flow *f, struct pmt_collect *c, uint32_t type,
                      uint64_t bytes)
{
    pmt_collect_cleared(c, kind_of(f, type, bytes));
}
