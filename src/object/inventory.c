/* inventory.c - every object of a world, in the order of their rows. */
#include "object/inventory.h"

#include "object/object_table.h"

static uint64_t bytes_of(const struct pmt_objects *o, pmt_block block)
{
    return block == PMT_BLOCK_NONE ? 0 : pmt_block_bytes(o->heap, block);
}

uint64_t pmt_objects_block_bytes(const struct pmt_objects *o)
{
    uint64_t bytes = 0;

    for (pmt_obj x = PMT_NO_OBJ; (x = pmt_objects_next(o, x)) != PMT_NO_OBJ;) {
        const struct pmt_object *row = pmt_row(o, x);

        if (row->kind == PMT_KIND_CODE)
            bytes += bytes_of(o, pmt_code_kept_block(row->u.code));
        if (!row->cell)
            bytes += bytes_of(o, row->block) + bytes_of(o, row->part);
    }
    return bytes;
}

pmt_obj pmt_objects_next(const struct pmt_objects *o, pmt_obj x)
{
    if (x < PMT_FIRST_OBJ)
        x = PMT_FIRST_OBJ - 1;
    while (++x < o->table.n)
        if (o->table.at[x].kind < PMT_N_KINDS)
            return x;
    return PMT_NO_OBJ;
}
