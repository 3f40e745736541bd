/*
 * class.c - classes: how one is made, and what is found in it.
 *
 * A class is an object with a dict, a tuple of the classes it inherits from (itself first:
 * so it is a cycle, and only a collection frees it), a tuple of its bases, the base by
 * itself, and two descriptors in its dict that refer back to it (Objects/typeobject.c,
 * type_new). An old-style one has a dict and its bases only.
 */
#include "object/class.h"

#include <string.h>

void pmt_class_data_free(struct pmt_class_data *data)
{
    if (!data)
        return;
    for (size_t i = 0; i < data->n_slots; i++)
        pmt_free(data->slots[i]);
    pmt_free(data->slots);
    pmt_free(data->name);
    pmt_shared_keys_forget(data->keys);
    pmt_free(data);
}

bool pmt_is_subclass(const struct pmt_objects *o, pmt_obj cls, pmt_obj of)
{
    while (cls && cls != of)
        cls = pmt_base_of(o, cls);
    return cls != PMT_NO_OBJ;
}

pmt_obj pmt_class_base(const struct pmt_objects *o, pmt_obj cls)
{
    return pmt_base_of(o, cls);
}

bool pmt_class_is_old(const struct pmt_objects *o, pmt_obj cls)
{
    return pmt_class_data_of(o, cls)->old_style;
}

bool pmt_class_takes_weakrefs(const struct pmt_objects *o, pmt_obj cls)
{
    return pmt_class_data_of(o, cls)->has_weakref;
}

/* -- making a class -- */

static bool copy_slots(struct pmt_class_data *d, const struct pmt_class_data *base,
                       const struct pmt_class_spec *spec)
{
    size_t n_base = base ? base->n_slots : 0;

    d->slots = pmt_zalloc((n_base + spec->n_slots + 1) * sizeof *d->slots);
    if (!d->slots)
        return false;
    for (size_t i = 0; i < n_base + spec->n_slots; i++) {
        const char *name = i < n_base ? base->slots[i] : spec->slots[i - n_base];

        if (!strcmp(name, "__dict__"))
            d->has_dict = true;
        else if (!strcmp(name, "__weakref__"))
            d->has_weakref = true;
        else if (!(d->slots[d->n_slots++] = pmt_strdup(name)))
            return false;
    }
    return true;
}

static struct pmt_class_data *new_data(const struct pmt_objects *o,
                                       const struct pmt_class_spec *spec)
{
    const struct pmt_class_data *base = spec->base ? pmt_class_data_of(o, spec->base) : NULL;
    struct pmt_class_data *d = pmt_zalloc(sizeof *d);

    if (!d)
        return NULL;
    d->name = pmt_strdup(spec->name);
    d->old_style = spec->old_style;
    d->has_dict = !spec->has_slots || (base && base->has_dict);
    d->has_weakref = !spec->has_slots || (base && base->has_weakref);
    if (!d->name || !copy_slots(d, base, spec)) {
        pmt_class_data_free(d);
        return NULL;
    }
    return d;
}

static bool set_named(struct pmt_objects *o, pmt_obj dict, const char *name, pmt_obj value)
{
    pmt_obj key = value ? pmt_name(o, name) : PMT_NO_OBJ;
    bool ok = key && pmt_dict_set(o, dict, key, value);

    pmt_decref(o, key);
    pmt_decref(o, value);
    return ok;
}

/* A descriptor that refers back to its class. */
static pmt_obj descriptor(struct pmt_objects *o, pmt_obj cls)
{
    pmt_obj x = pmt_object_make(o, PMT_KIND_DESCRIPTOR, o->shape->descriptor_bytes, 0, 0);

    if (!x)
        return PMT_NO_OBJ;
    pmt_incref(o, cls);
    if (!pmt_edges_push(o, x, cls)) {
        pmt_decref(o, x);
        return PMT_NO_OBJ;
    }
    pmt_gc_track(o, x);
    return x;
}

/* What type_new() puts into a class's dict. */
static bool fill_dict(struct pmt_objects *o, pmt_obj cls, pmt_obj dict)
{
    const struct pmt_class_data *d = pmt_class_data_of(o, cls);
    pmt_obj base = pmt_base_of(o, cls);
    bool base_dict = base && pmt_class_data_of(o, base)->has_dict;
    bool ok = set_named(o, dict, "__module__", pmt_name(o, "__main__"));

    if (d->old_style)
        return ok && set_named(o, dict, "__doc__", pmt_none(o));
    for (size_t i = base ? pmt_class_data_of(o, base)->n_slots : 0; ok && i < d->n_slots; i++)
        ok = set_named(o, dict, d->slots[i], descriptor(o, cls));
    if (ok && d->has_dict && !base_dict && o->shape->class_descriptors)
        ok = set_named(o, dict, "__dict__", descriptor(o, cls));
    if (ok && d->has_weakref && o->shape->class_descriptors && !(base && pmt_class_data_of(o, base)->has_weakref))
        ok = set_named(o, dict, "__weakref__", descriptor(o, cls));
    return ok && set_named(o, dict, "__doc__", pmt_none(o));
}

/* Itself, then what its base inherits from. */
static pmt_obj mro(struct pmt_objects *o, pmt_obj cls, pmt_obj base)
{
    pmt_obj chain[64];
    size_t n = 0;

    for (pmt_obj c = cls; c && n < 64; c = c == cls ? base : pmt_base_of(o, c))
        chain[n++] = c;
    return pmt_tuple_new(o, chain, n);
}

static bool push_edge(struct pmt_objects *o, pmt_obj x, pmt_obj child)
{
    return child && pmt_edges_push(o, x, child);
}

/* What a new class's instances share: nothing yet (_PyDict_NewKeysForClass). */
static struct pmt_shared_keys *first_keys(struct pmt_objects *o)
{
    uint64_t slots = o->shape->class_keys_slots;
    struct pmt_shared_keys *keys = pmt_shared_keys_new(o, slots, o->shape->shared_keys_usable);

    if (!keys)
        return NULL;
    keys->block = pmt_heap_alloc(o->heap, PMT_DOMAIN_OBJ,
                                 pmt_shape_dict_table_bytes(o->shape, slots, true));
    if (keys->block != PMT_BLOCK_NONE)
        return keys;
    pmt_shared_keys_drop(o, keys);
    (void)pmt_raise_memory(o);
    return NULL;
}

static bool furnish(struct pmt_objects *o, pmt_obj cls, pmt_obj base)
{
    struct pmt_class_data *d = pmt_class_data_of(o, cls);
    pmt_obj dict = pmt_dict_new(o);

    if (!push_edge(o, cls, dict) || !push_edge(o, cls, pmt_none(o)) ||
        !push_edge(o, cls, base ? pmt_tuple_new(o, &base, 1) : pmt_none(o)))
        return false;
    if (d->has_dict && !d->old_style && o->shape->attrs != PMT_ATTRS_DICT &&
        !(d->keys = first_keys(o)))
        return false;
    if (!d->old_style) {
        pmt_obj order = mro(o, cls, base), none = pmt_row(o, cls)->edges[1];

        if (!order)
            return false;
        pmt_row(o, cls)->edges[1] = order;
        pmt_decref(o, none);
        pmt_incref(o, base);
        if (!push_edge(o, cls, base))
            return false;
    }
    return fill_dict(o, cls, dict);
}

pmt_obj pmt_class_new(struct pmt_objects *o, const struct pmt_class_spec *spec)
{
    struct pmt_class_data *data = new_data(o, spec);
    size_t n_own = spec->n_slots;
    pmt_obj cls;

    if (!data)
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    cls = pmt_object_make(o, PMT_KIND_CLASS,
                          spec->old_style ? o->shape->class_old_bytes
                                          : o->shape->class_bytes +
                                                (n_own + 1) * o->shape->class_member, 0, 0);
    if (!cls) {
        pmt_class_data_free(data);
        return PMT_NO_OBJ;
    }
    pmt_row(o, cls)->u.class = data;
    if (!furnish(o, cls, spec->base ? spec->base
                                    : spec->old_style ? PMT_NO_OBJ : o->object_class)) {
        pmt_decref(o, cls);
        return PMT_NO_OBJ;
    }
    pmt_gc_track(o, cls);
    return cls;
}

bool pmt_class_init(struct pmt_objects *o)
{
    struct pmt_class_data *d = pmt_zalloc(sizeof *d);

    if (!d)
        return false;
    d->name = pmt_strdup("object");
    o->object_class = d->name ? pmt_object_static(o, PMT_KIND_CLASS) : PMT_NO_OBJ;
    if (!o->object_class) {
        pmt_class_data_free(d);
        return false;
    }
    pmt_row(o, o->object_class)->u.class = d;
    return true;
}

void pmt_class_done(struct pmt_objects *o)
{
    pmt_let_go(o, o->object_class);
    o->object_class = PMT_NO_OBJ;
}

/* The shared keys go with the class. */
void pmt_class_keys_drop(struct pmt_objects *o, pmt_obj cls)
{
    struct pmt_class_data *d = pmt_class_data_of(o, cls);

    pmt_shared_keys_drop(o, d->keys);
    d->keys = NULL;
}

const char *pmt_class_name(const struct pmt_objects *o, pmt_obj cls)
{
    return pmt_class_data_of(o, cls)->name;
}

/* -- looking up -- */

pmt_obj pmt_class_lookup(struct pmt_objects *o, pmt_obj cls, pmt_obj name)
{
    for (pmt_obj c = cls; c; c = pmt_base_of(o, c)) {
        pmt_obj dict = pmt_row(o, c)->n_edges ? pmt_row(o, c)->edges[0] : PMT_NO_OBJ;
        pmt_obj value = dict ? pmt_dict_get(o, dict, name) : PMT_NO_OBJ;

        if (value)
            return value;
    }
    return PMT_NO_OBJ;
}

uint64_t pmt_class_bytes(const struct pmt_objects *o, pmt_obj cls)
{
    const struct pmt_class_data *d = pmt_class_data_of(o, cls);
    const pmt_obj base = pmt_base_of(o, cls);
    size_t n_own = d->n_slots - (base ? pmt_class_data_of(o, base)->n_slots : 0);

    if (d->old_style)
        return o->shape->class_old_bytes;
    if (!o->shape->class_sizeof_keys)
        return o->shape->class_bytes + (n_own + 1) * o->shape->class_member;
    return o->shape->class_bytes +
           (d->keys ? pmt_shape_dict_table_bytes(o->shape, d->keys->slots, true) : 0);
}

struct pmt_shared_keys *pmt_shared_keys_of(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    if (row->kind == PMT_KIND_CLASS)
        return row->u.class->keys;
    return row->kind == PMT_KIND_DICT ? row->u.probe->shared : NULL;
}
