/* inventory.c - every object of a world, in the order of their rows. */
#include "object/inventory.h"

#include "object/object_table.h"

pmt_obj pmt_objects_next(const struct pmt_objects *o, pmt_obj x)
{
    if (x < PMT_FIRST_OBJ)
        x = PMT_FIRST_OBJ - 1;
    while (++x < o->table.n)
        if (o->table.at[x].kind < PMT_N_KINDS)
            return x;
    return PMT_NO_OBJ;
}
