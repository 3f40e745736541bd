/* shared_keys.h - the keys that a class's instances have in common (PEP 412). For the files
 * of src/object.
 *
 * A list of names, each with a place, held by the class and by each dict that is split; and
 * the block of the table that the interpreter keeps them in. */
#ifndef PMT_OBJECT_SHARED_KEYS_H
#define PMT_OBJECT_SHARED_KEYS_H

#include "object/object_table.h"

struct pmt_shared_keys {
    uint32_t refs;
    uint32_t usable;             /* places without a name */
    uint64_t slots;              /* of the table */
    pmt_block block;             /* owned; PMT_BLOCK_NONE: none */
    struct pmt_obj_list names;   /* by place; owned references to str */
    bool counted;                /* scratch of inventory.c */
};

/* Keys without a name, for the caller: one reference. NULL: out of memory, raised. */
struct pmt_shared_keys *pmt_shared_keys_new(struct pmt_objects *o, uint64_t slots,
                                            uint32_t usable);
/* One reference less; NULL is allowed. */
void pmt_shared_keys_drop(struct pmt_objects *o, struct pmt_shared_keys *keys);
/* The end of the world: memory only. */
void pmt_shared_keys_forget(struct pmt_shared_keys *keys);

/* The place of a name, -1: it has none. */
int32_t pmt_shared_keys_place(const struct pmt_objects *o, const struct pmt_shared_keys *keys,
                              pmt_obj name);
/* The same; a new name takes a place if there is one. */
int32_t pmt_shared_keys_add(struct pmt_objects *o, struct pmt_shared_keys *keys, pmt_obj name);
/* Those that x, a class or a split dict, has a part in; NULL: none. */
struct pmt_shared_keys *pmt_shared_keys_of(const struct pmt_objects *o, pmt_obj x);
/* Places in all. */
uint32_t pmt_shared_keys_size(const struct pmt_shared_keys *keys);

#endif
