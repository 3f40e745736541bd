/* inventory.h - every object of a world, one after another. For src/replay.
 *
 *     for (pmt_obj x = PMT_NO_OBJ; (x = pmt_objects_next(o, x)) != PMT_NO_OBJ;) */
#ifndef PMT_OBJECT_INVENTORY_H
#define PMT_OBJECT_INVENTORY_H

#include "object/objects.h"

/* Bytes of all blocks that objects alive hold, but for cells (recycle.h), whose blocks are
 * not theirs. Behind pmt_objects_shutdown() it is all that the heap has. */
uint64_t pmt_objects_block_bytes(const struct pmt_objects *o);

/* The object alive with the next number behind x, borrowed; PMT_NO_OBJ: the first, and at
 * the end. */
pmt_obj pmt_objects_next(const struct pmt_objects *o, pmt_obj x);

/* *out: an object alive that is not tracked and that no tracked one leads to, or PMT_NO_OBJ.
 * Behind pmt_objects_shutdown() there is none, unless a count is too high. False: out of
 * memory. */
bool pmt_objects_unheld(const struct pmt_objects *o, pmt_obj *out);

#endif
