/*
 * attribute.c - x.name: in a slot, in the values, in a dict, in the class.
 *
 * Where an instance's attributes are is the version's (instance.c). A name that the class's
 * shared keys have no place for, or a deletion up to 3.10, makes a dict like any other of it.
 */
#include "object/class.h"

#include <string.h>

static bool no_attribute(struct pmt_objects *o, pmt_obj x, pmt_obj name)
{
    bool cls = pmt_kind_of(o, x) == PMT_KIND_CLASS;

    return pmt_raise(o, PMT_EXC_ATTRIBUTE, cls ? "type object '%s' has no attribute '%s'"
                                               : "'%s' object has no attribute '%s'",
                     cls ? pmt_class_data_of(o, x)->name : pmt_type_name(o, x),
                     pmt_row(o, name)->u.text->utf8);
}

/* The slot of this name, -1: none, or the class has something else by that name now. */
static int32_t slot_of(struct pmt_objects *o, pmt_obj x, pmt_obj name)
{
    pmt_obj cls = pmt_class_of(o, x), found;
    const struct pmt_class_data *d = pmt_class_data_of(o, cls);

    for (size_t i = d->n_slots; i-- > 0;)
        if (!strcmp(d->slots[i], pmt_row(o, name)->u.text->utf8)) {
            found = pmt_class_lookup(o, cls, name);
            return found && pmt_kind_of(o, found) == PMT_KIND_DESCRIPTOR ? (int32_t)i : -1;
        }
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
    struct pmt_shared_keys *keys = pmt_class_data_of(o, pmt_class_of(o, x))->keys;
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
    const struct pmt_class_data *d = pmt_class_data_of(o, pmt_class_of(o, x));
    pmt_obj dict = *dict_edge(o, x);

    if (dict)
        return dict;
    if (o->shape->attrs >= PMT_ATTRS_VALUES && pmt_row(o, x)->u.instance.n_values)
        dict = dict_of_values(o, x);
    else if (d->keys && o->shape->attrs == PMT_ATTRS_SPLIT_DICT)
        dict = pmt_dict_split(o, d->keys, true);
    else
        dict = pmt_dict_new(o);
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
             pmt_class_data_of(o, pmt_class_of(o, x))->has_dict)
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

/* In the instance itself; borrowed, 0: not there. */
pmt_obj pmt_own_attribute(struct pmt_objects *o, pmt_obj x, pmt_obj name)
{
    const struct pmt_shared_keys *keys = pmt_class_data_of(o, pmt_class_of(o, x))->keys;
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
        found = pmt_own_attribute(o, x, name);
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
    struct pmt_class_data *d = pmt_class_data_of(o, pmt_class_of(o, x));
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
    struct pmt_shared_keys *keys = pmt_class_data_of(o, pmt_class_of(o, x))->keys;
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
        pmt_class_data_of(o, cls)->has_del = true;
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
    if (!pmt_class_data_of(o, pmt_class_of(o, x))->has_dict)
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
    d = pmt_class_data_of(o, pmt_class_of(o, x));
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
