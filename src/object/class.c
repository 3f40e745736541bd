/*
 * class.c - classes, their instances, and where attributes are kept.
 *
 * A class is an object with a dict, a tuple of the classes it inherits from (itself first:
 * so it is a cycle, and only a collection frees it), a tuple of its bases, and two
 * descriptors in its dict that refer back to it (Objects/typeobject.c, type_new).
 *
 *     edges of a class      __dict__, __mro__, __bases__
 *     edges of an instance  slots, __dict__ (0: not made), values, the class
 *
 * Attributes of an instance are, by version: in a dict of its own; in a dict whose keys
 * the class has, as long as all instances set them in one order (3.3 to 3.10); in an array
 * of values, and a dict only when somebody asks for it (3.11, 3.12); in such an array within
 * the instance's own block (3.13+). The shared keys have room for so many names; from 3.11
 * on each instance made takes one of the unused places away, so the first are larger.
 */
#include "object/dict.h"

#include <string.h>

struct pmt_class_data {
    char *name;
    char **slots;               /* names, those of the bases first; n_slots of them */
    size_t n_slots;
    bool has_dict, has_weakref, old_style, has_del;
    struct pmt_shared_keys *keys; /* NULL: its instances share none (any more) */
};

static struct pmt_class_data *class_data(const struct pmt_objects *o, pmt_obj cls)
{
    return pmt_row(o, cls)->u.class;
}

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

pmt_obj pmt_class_of(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    return row->kind == PMT_KIND_INSTANCE && row->n_edges ? row->edges[row->n_edges - 1]
                                                          : PMT_NO_OBJ;
}

/* The class after cls in its bases; 0 at the end. */
static pmt_obj base_of(const struct pmt_objects *o, pmt_obj cls)
{
    const struct pmt_object *row = pmt_row(o, cls);
    pmt_obj bases = row->n_edges > 2 ? row->edges[2] : PMT_NO_OBJ;

    return bases && pmt_row(o, bases)->n_edges ? pmt_row(o, bases)->edges[0] : PMT_NO_OBJ;
}

bool pmt_is_subclass(const struct pmt_objects *o, pmt_obj cls, pmt_obj of)
{
    while (cls && cls != of)
        cls = base_of(o, cls);
    return cls != PMT_NO_OBJ;
}

pmt_obj pmt_class_base(const struct pmt_objects *o, pmt_obj cls)
{
    return base_of(o, cls);
}

bool pmt_class_is_old(const struct pmt_objects *o, pmt_obj cls)
{
    return class_data(o, cls)->old_style;
}

bool pmt_class_takes_weakrefs(const struct pmt_objects *o, pmt_obj cls)
{
    return class_data(o, cls)->has_weakref;
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
    const struct pmt_class_data *base = spec->base ? class_data(o, spec->base) : NULL;
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
    const struct pmt_class_data *d = class_data(o, cls);
    pmt_obj base = base_of(o, cls);
    bool base_dict = base && class_data(o, base)->has_dict;
    bool ok = set_named(o, dict, "__module__", pmt_name(o, "__main__"));

    if (d->old_style)
        return ok && set_named(o, dict, "__doc__", pmt_none(o));
    for (size_t i = base ? class_data(o, base)->n_slots : 0; ok && i < d->n_slots; i++)
        ok = set_named(o, dict, d->slots[i], descriptor(o, cls));
    if (ok && d->has_dict && !base_dict && o->shape->class_descriptors)
        ok = set_named(o, dict, "__dict__", descriptor(o, cls));
    if (ok && d->has_weakref && o->shape->class_descriptors && !(base && class_data(o, base)->has_weakref))
        ok = set_named(o, dict, "__weakref__", descriptor(o, cls));
    return ok && set_named(o, dict, "__doc__", pmt_none(o));
}

/* Itself, then what its base inherits from. */
static pmt_obj mro(struct pmt_objects *o, pmt_obj cls, pmt_obj base)
{
    pmt_obj chain[64];
    size_t n = 0;

    for (pmt_obj c = cls; c && n < 64; c = c == cls ? base : base_of(o, c))
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
    struct pmt_class_data *d = class_data(o, cls);
    pmt_obj dict = pmt_dict_new(o, 0);

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
    struct pmt_class_data *d = class_data(o, cls);

    pmt_shared_keys_drop(o, d->keys);
    d->keys = NULL;
}

const char *pmt_class_name(const struct pmt_objects *o, pmt_obj cls)
{
    return class_data(o, cls)->name;
}

/* -- instances -- */

/* Places for values that an instance made now has. */
static uint32_t values_now(struct pmt_objects *o, pmt_obj cls)
{
    struct pmt_shared_keys *keys = class_data(o, cls)->keys;
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
    size_t n_slots = class_data(o, cls)->n_slots, n = n_slots + 2 + n_values;
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
    const struct pmt_class_data *d = class_data(o, cls);
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
        dict = pmt_dict_new(o, 0);
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

bool pmt_has_finalizer(const struct pmt_objects *o, pmt_obj x)
{
    for (pmt_obj c = pmt_class_of(o, x); c; c = base_of(o, c))
        if (class_data(o, c)->has_del)
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
    pmt_row(o, x)->refs = 1; /* alive while it runs */
    pmt_finalize(o, x);
    return --pmt_row(o, x)->refs > 0;
}

/* -- attributes -- */

static bool no_attribute(struct pmt_objects *o, pmt_obj x, pmt_obj name)
{
    bool cls = pmt_kind_of(o, x) == PMT_KIND_CLASS;

    return pmt_raise(o, PMT_EXC_ATTRIBUTE, cls ? "type object '%s' has no attribute '%s'"
                                               : "'%s' object has no attribute '%s'",
                     cls ? class_data(o, x)->name : pmt_type_name(o, x),
                     pmt_row(o, name)->u.text->utf8);
}

/* The slot of this name, -1: none. */
static int32_t slot_of(const struct pmt_objects *o, pmt_obj x, pmt_obj name)
{
    const struct pmt_class_data *d = class_data(o, pmt_class_of(o, x));

    for (size_t i = d->n_slots; i-- > 0;)
        if (!strcmp(d->slots[i], pmt_row(o, name)->u.text->utf8))
            return (int32_t)i;
    return -1;
}

static pmt_obj *dict_edge(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    return &row->edges[row->u.instance.n_slots];
}

/* The value's place in the instance, NULL: it has none there. */
static pmt_obj *value_edge(const struct pmt_objects *o, pmt_obj x, int32_t place)
{
    const struct pmt_object *row = pmt_row(o, x);

    return place >= 0 && (uint32_t)place < row->u.instance.n_values
               ? &row->edges[row->u.instance.n_slots + 1 + (uint32_t)place] : NULL;
}

/* A dict takes the values over: their block, too, where they have one. */
static pmt_obj dict_of_values(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_shared_keys *keys = class_data(o, pmt_class_of(o, x))->keys;
    pmt_obj dict = pmt_dict_split(o, keys, false);
    struct pmt_object *row;
    bool ok = dict != PMT_NO_OBJ;

    for (uint32_t i = 0; ok && i < keys->names.n; i++) {
        pmt_obj *place = value_edge(o, x, (int32_t)i);
        pmt_obj value = place ? *place : PMT_NO_OBJ;

        if (!value)
            continue;
        *place = PMT_NO_OBJ;
        ok = pmt_dict_set(o, dict, keys->names.at[i], value);
        pmt_decref(o, value);
    }
    if (!ok) {
        pmt_decref(o, dict);
        return PMT_NO_OBJ;
    }
    row = pmt_row(o, x);
    pmt_row(o, dict)->part = row->part;
    row->part = PMT_BLOCK_NONE;
    row->u.instance.n_values = 0; /* their places stay, empty */
    return dict;
}

/* The instance's dict, made if it has none; borrowed. */
static pmt_obj own_dict(struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_class_data *d = class_data(o, pmt_class_of(o, x));
    pmt_obj dict = *dict_edge(o, x);

    if (dict)
        return dict;
    if (o->shape->attrs >= PMT_ATTRS_VALUES && pmt_row(o, x)->u.instance.n_values)
        dict = dict_of_values(o, x);
    else if (d->keys && o->shape->attrs == PMT_ATTRS_SPLIT_DICT)
        dict = pmt_dict_split(o, d->keys, true);
    else
        dict = pmt_dict_new(o, 0);
    if (dict)
        *dict_edge(o, x) = dict;
    return dict;
}

pmt_obj pmt_attr_dict(struct pmt_objects *o, pmt_obj x)
{
    pmt_obj dict = PMT_NO_OBJ;

    if (pmt_kind_of(o, x) == PMT_KIND_CLASS)
        dict = pmt_row(o, x)->n_edges ? pmt_row(o, x)->edges[0] : PMT_NO_OBJ;
    else if (pmt_kind_of(o, x) == PMT_KIND_INSTANCE &&
             class_data(o, pmt_class_of(o, x))->has_dict)
        dict = own_dict(o, x);
    if (!dict) {
        if (!pmt_error_kind(o))
            (void)pmt_raise(o, PMT_EXC_ATTRIBUTE, "'%s' object has no attribute '__dict__'",
                            pmt_type_name(o, x));
        return PMT_NO_OBJ;
    }
    pmt_incref(o, dict);
    return dict;
}

pmt_obj pmt_class_lookup(struct pmt_objects *o, pmt_obj cls, pmt_obj name)
{
    for (pmt_obj c = cls; c; c = base_of(o, c)) {
        pmt_obj dict = pmt_row(o, c)->n_edges ? pmt_row(o, c)->edges[0] : PMT_NO_OBJ;
        pmt_obj value = dict ? pmt_dict_get(o, dict, name) : PMT_NO_OBJ;

        if (value)
            return value;
    }
    return PMT_NO_OBJ;
}

/* In the instance itself; borrowed, 0: not there. */
static pmt_obj own_attribute(struct pmt_objects *o, pmt_obj x, pmt_obj name)
{
    const struct pmt_shared_keys *keys = class_data(o, pmt_class_of(o, x))->keys;
    pmt_obj dict = *dict_edge(o, x);
    int32_t slot = slot_of(o, x, name);
    pmt_obj *value;

    if (slot >= 0)
        return pmt_row(o, x)->edges[slot];
    if (dict)
        return pmt_dict_get(o, dict, name);
    value = keys ? value_edge(o, x, pmt_shared_keys_place(o, keys, name)) : NULL;
    return value ? *value : PMT_NO_OBJ;
}

static pmt_obj again(struct pmt_objects *o, pmt_obj x)
{
    pmt_incref(o, x);
    return x;
}

pmt_obj pmt_attr_get(struct pmt_objects *o, pmt_obj x, pmt_obj name)
{
    enum pmt_kind kind = pmt_kind_of(o, x);
    const char *text = pmt_row(o, name)->u.text->utf8;
    pmt_obj found = PMT_NO_OBJ;

    pmt_error_clear(o);
    if (!strcmp(text, "__dict__"))
        return pmt_attr_dict(o, x);
    if (kind == PMT_KIND_CLASS)
        found = pmt_class_lookup(o, x, name);
    if (kind == PMT_KIND_INSTANCE) {
        pmt_obj cls = pmt_class_of(o, x);

        if (!strcmp(text, "__class__"))
            return again(o, cls);
        found = own_attribute(o, x, name);
        if (!found && slot_of(o, x, name) < 0) {
            found = pmt_class_lookup(o, cls, name);
            if (found && pmt_kind_of(o, found) == PMT_KIND_FUNCTION)
                return pmt_method_new(o, found, x);
        }
    }
    if (found)
        return again(o, found);
    if (!pmt_error_kind(o))
        (void)no_attribute(o, x, name);
    return PMT_NO_OBJ;
}

/* Put a new reference in a place, then drop the old one. */
static void replace(struct pmt_objects *o, pmt_obj *place, pmt_obj value)
{
    pmt_obj old = *place;

    *place = value;
    pmt_decref(o, old);
}

/* _PyObjectDict_SetItem(). Up to 3.10 a dict that shared its class's keys and no longer can
 * gives the class new ones if no other has the old, else the class has none from now on. */
static bool set_in_dict(struct pmt_objects *o, pmt_obj x, pmt_obj name, pmt_obj value)
{
    struct pmt_class_data *d = class_data(o, pmt_class_of(o, x));
    pmt_obj dict = own_dict(o, x);
    struct pmt_shared_keys *keys = d->keys;
    bool shared = dict && keys && pmt_row(o, dict)->u.probe->shared == keys;

    if (!dict || !pmt_dict_set(o, dict, name, value))
        return false;
    if (!shared || o->shape->attrs != PMT_ATTRS_SPLIT_DICT || pmt_dict_is_split(o, dict))
        return true;
    d->keys = keys->refs == 1 ? pmt_dict_share_keys(o, dict) : NULL;
    pmt_shared_keys_drop(o, keys);
    return pmt_error_kind(o) == PMT_EXC_NONE;
}

static bool set_in_values(struct pmt_objects *o, pmt_obj x, pmt_obj name, pmt_obj value)
{
    struct pmt_shared_keys *keys = class_data(o, pmt_class_of(o, x))->keys;
    int32_t place = keys && !*dict_edge(o, x) ? pmt_shared_keys_add(o, keys, name) : -1;
    pmt_obj *edge = value_edge(o, x, place);

    if (!edge)
        return set_in_dict(o, x, name, value);
    replace(o, edge, again(o, value));
    return true;
}

static bool set_in_class(struct pmt_objects *o, pmt_obj cls, pmt_obj name, pmt_obj value)
{
    if (!pmt_row(o, cls)->n_edges)
        return pmt_raise(o, PMT_EXC_TYPE, "cannot set '%s' attribute of immutable type 'object'",
                         pmt_row(o, name)->u.text->utf8);
    if (!strcmp(pmt_row(o, name)->u.text->utf8, "__del__"))
        class_data(o, cls)->has_del = true;
    return pmt_dict_set(o, pmt_row(o, cls)->edges[0], name, value);
}

bool pmt_attr_set(struct pmt_objects *o, pmt_obj x, pmt_obj name, pmt_obj value)
{
    int32_t slot;

    pmt_error_clear(o);
    if (pmt_kind_of(o, x) == PMT_KIND_CLASS)
        return set_in_class(o, x, name, value);
    if (pmt_kind_of(o, x) != PMT_KIND_INSTANCE)
        return no_attribute(o, x, name);
    slot = slot_of(o, x, name);
    if (slot >= 0) {
        replace(o, &pmt_row(o, x)->edges[slot], again(o, value));
        return true;
    }
    if (!class_data(o, pmt_class_of(o, x))->has_dict)
        return no_attribute(o, x, name);
    return o->shape->attrs >= PMT_ATTRS_VALUES ? set_in_values(o, x, name, value)
                                               : set_in_dict(o, x, name, value);
}

/* Not there: AttributeError in place of the dict's KeyError. */
static bool del_in_dict(struct pmt_objects *o, pmt_obj x, pmt_obj dict, pmt_obj name)
{
    if (!dict || !pmt_dict_get(o, dict, name))
        return no_attribute(o, x, name);
    return pmt_dict_del(o, dict, name);
}

bool pmt_attr_del(struct pmt_objects *o, pmt_obj x, pmt_obj name)
{
    struct pmt_class_data *d;
    pmt_obj *place = NULL;
    int32_t slot;

    pmt_error_clear(o);
    if (pmt_kind_of(o, x) == PMT_KIND_CLASS && pmt_row(o, x)->n_edges)
        return del_in_dict(o, x, pmt_row(o, x)->edges[0], name);
    if (pmt_kind_of(o, x) != PMT_KIND_INSTANCE)
        return no_attribute(o, x, name);
    d = class_data(o, pmt_class_of(o, x));
    slot = slot_of(o, x, name);
    if (slot >= 0)
        place = &pmt_row(o, x)->edges[slot];
    else if (!*dict_edge(o, x) && d->keys)
        place = value_edge(o, x, pmt_shared_keys_place(o, d->keys, name));
    if (place && *place) {
        replace(o, place, PMT_NO_OBJ);
        return true;
    }
    if (place)
        return no_attribute(o, x, name);
    if (!del_in_dict(o, x, *dict_edge(o, x), name))
        return false;
    if (o->shape->attrs == PMT_ATTRS_SPLIT_DICT) {
        pmt_shared_keys_drop(o, d->keys); /* nobody shares keys after a deletion */
        d->keys = NULL;
    }
    return true;
}

uint64_t pmt_instance_bytes(const struct pmt_objects *o, pmt_obj x, uint64_t *in_front)
{
    const struct pmt_class_data *d = class_data(o, pmt_class_of(o, x));

    *in_front = bytes_in_front(o, d);
    return instance_bytes(o, d, 0);
}

uint64_t pmt_class_bytes(const struct pmt_objects *o, pmt_obj cls)
{
    const struct pmt_class_data *d = class_data(o, cls);
    const pmt_obj base = base_of(o, cls);
    size_t n_own = d->n_slots - (base ? class_data(o, base)->n_slots : 0);

    if (d->old_style)
        return o->shape->class_old_bytes;
    if (!o->shape->class_sizeof_keys)
        return o->shape->class_bytes + (n_own + 1) * o->shape->class_member;
    return o->shape->class_bytes +
           (d->keys ? pmt_shape_dict_table_bytes(o->shape, d->keys->slots, true) : 0);
}
