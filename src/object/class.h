/* class.h - what a class is made of; for src/object: class.c, instance.c, attribute.c.
 *
 *     edges of a class      __dict__, __mro__, __bases__, __base__
 *     edges of an instance  slots, __dict__ (0: not made), values, the class */
#ifndef PMT_OBJECT_CLASS_H
#define PMT_OBJECT_CLASS_H

#include "object/dict.h"

struct pmt_class_data {
    char *name;
    char **slots;                 /* names, those of the bases first; n_slots of them */
    size_t n_slots;
    bool has_dict, has_weakref, old_style, has_del;
    struct pmt_shared_keys *keys; /* NULL: its instances share none (any more) */
};

static inline struct pmt_class_data *pmt_class_data_of(const struct pmt_objects *o, pmt_obj cls)
{
    return pmt_row(o, cls)->u.class;
}

/* The class after cls in its bases; 0 at the end. */
static inline pmt_obj pmt_base_of(const struct pmt_objects *o, pmt_obj cls)
{
    const struct pmt_object *row = pmt_row(o, cls);
    pmt_obj bases = row->n_edges > 2 ? row->edges[2] : PMT_NO_OBJ;

    return bases && pmt_row(o, bases)->n_edges ? pmt_row(o, bases)->edges[0] : PMT_NO_OBJ;
}

#endif
