/*
 * instance.c - instances of classes: what they take, and their finalizers.
 *
 * Attributes of an instance are, by version: in a dict of its own; in a dict whose keys
 * the class has, as long as all instances set them in one order (3.3 to 3.10); in an array
 * of values, and a dict only when somebody asks for it (3.11, 3.12); in such an array within
 * the instance's own block (3.13+). The shared keys have room for so many names; from 3.11
 * on each instance made takes one of the unused places away, so the first are larger.
 */
#include "object/class.h"

#include <string.h>

pmt_obj pmt_class_of(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    return row->kind == PMT_KIND_INSTANCE && row->n_edges ? row->edges[row->n_edges - 1]
                                                          : PMT_NO_OBJ;
}

/* Places for values that an instance made now has. */
static uint32_t values_now(struct pmt_objects *o, pmt_obj cls)
{
    struct pmt_shared_keys *keys = pmt_class_data_of(o, cls)->keys;
    uint32_t before;

    if (o->shape->attrs < PMT_ATTRS_VALUES || !keys)
        return 0;
    before = pmt_shared_keys_size(keys);
    if (keys->usable > 1)
        keys->usable--;
    return o->shape->attrs == PMT_ATTRS_INLINE_VALUES ? before : pmt_shared_keys_size(keys);
}

static uint64_t instance_bytes(const struct pmt_objects *o, const struct pmt_class_data *d,
                               uint32_t n_values)
{
    const struct pmt_shape *s = o->shape;

    if (d->old_style)
        return s->instance_old_bytes;
    return s->instance_base + d->n_slots * s->slot_bytes +
           (d->has_dict ? s->instance_dict_ptr : 0) +
           (d->has_weakref ? s->instance_weakref_ptr : 0) +
           (s->attrs == PMT_ATTRS_INLINE_VALUES && n_values
                ? pmt_shape_values_bytes(s, n_values) : 0);
}

static uint64_t bytes_in_front(const struct pmt_objects *o, const struct pmt_class_data *d)
{
    return d->has_dict || (d->has_weakref && o->shape->pre_header_weakref)
               ? o->shape->pre_header : 0;
}

/* Empty places for slots, dict and values, and the class behind them. */
static bool instance_edges(struct pmt_objects *o, pmt_obj x, pmt_obj cls, uint32_t n_values)
{
    size_t n_slots = pmt_class_data_of(o, cls)->n_slots, n = n_slots + 2 + n_values;
    struct pmt_object *row;

    if (!pmt_edges_reserve(o, x, n))
        return false;
    row = pmt_row(o, x);
    memset(row->edges, 0, n * sizeof *row->edges);
    row->edges[n - 1] = cls;
    row->n_edges = (uint32_t)n;
    row->u.instance.n_slots = (uint32_t)n_slots;
    row->u.instance.n_values = n_values;
    pmt_incref(o, cls);
    return true;
}

pmt_obj pmt_instance_new(struct pmt_objects *o, pmt_obj cls)
{
    const struct pmt_class_data *d = pmt_class_data_of(o, cls);
    uint32_t n_values = values_now(o, cls);
    bool plain = !d->has_dict && !d->n_slots && !d->has_weakref && !d->old_style;
    pmt_obj x, dict;
    bool ok;

    if (cls == o->object_class)
        return pmt_object_new(o);
    x = pmt_object_make(o, PMT_KIND_INSTANCE, instance_bytes(o, d, n_values),
                        bytes_in_front(o, d), plain ? PMT_OBJ_PLAIN : 0);
    if (!x)
        return PMT_NO_OBJ;
    ok = instance_edges(o, x, cls, n_values);
    if (ok && n_values && o->shape->attrs == PMT_ATTRS_VALUES)
        ok = pmt_part_resize(o, x, PMT_DOMAIN_MEM, pmt_shape_values_bytes(o->shape, n_values));
    if (ok && d->old_style) {
        dict = pmt_dict_new(o);
        ok = dict != PMT_NO_OBJ;
        pmt_row(o, x)->edges[0] = dict;
    }
    if (!ok) {
        pmt_decref(o, x);
        return PMT_NO_OBJ;
    }
    if (!plain || o->shape->slots_empty_gc)
        pmt_gc_track(o, x);
    return x;
}

/* -- finalizers -- */

bool pmt_has_finalizer(const struct pmt_objects *o, pmt_obj x)
{
    for (pmt_obj c = pmt_class_of(o, x); c; c = pmt_base_of(o, c))
        if (pmt_class_data_of(o, c)->has_del)
            return true;
    return false;
}

bool pmt_was_finalized(const struct pmt_objects *o, pmt_obj x)
{
    return (pmt_row(o, x)->flags & PMT_OBJ_FINALIZED) != 0;
}

/* Run __del__, unless it has run and runs once only. */
void pmt_finalize(struct pmt_objects *o, pmt_obj x)
{
    if (!pmt_has_finalizer(o, x) || (o->shape->finalizer_once && pmt_was_finalized(o, x)))
        return;
    pmt_row(o, x)->flags |= PMT_OBJ_FINALIZED;
    if (o->hooks.finalize)
        o->hooks.finalize(o->hooks.arg, x);
}

bool pmt_finalize_dying(struct pmt_objects *o, pmt_obj x)
{
    if (pmt_row(o, x)->kind != PMT_KIND_INSTANCE)
        return false;
    if (pmt_has_finalizer(o, x) && pmt_is_gc(o, x)) { /* young again, if it stays: subtype_dealloc */
        pmt_gc_untrack(o, x);
        pmt_gc_track(o, x);
    }
    pmt_row(o, x)->refs = 1; /* alive while it runs */
    pmt_finalize(o, x);
    return --pmt_row(o, x)->refs > 0;
}

uint64_t pmt_instance_bytes(const struct pmt_objects *o, pmt_obj x, uint64_t *in_front)
{
    const struct pmt_class_data *d = pmt_class_data_of(o, pmt_class_of(o, x));

    *in_front = bytes_in_front(o, d);
    return instance_bytes(o, d, 0);
}
