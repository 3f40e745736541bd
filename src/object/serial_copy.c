/*
 * serial_copy.c - pickle.loads(pickle.dumps(x, -1)): through bytes and back.
 *
 * What comes back is new: numbers and texts too, but for small ints, cached characters and the
 * names of attributes, which are interned. Shared and cyclic parts are kept, but a float or
 * int that stands in two places comes back as two. Classes and functions are found
 * again by name. Objects are made in the order in which they are read (Modules/_pickle.c):
 * a container first, its items when all of them are there, a thousand at a time; a tuple after
 * its items; an instance, then a dict of its state, from which its attributes are set.
 *
 * The bytes themselves are not made. Where the interpreter's recursion would end, so does
 * this, with RuntimeError.
 */
#include "object/copies.h"
#include "object/raise.h"
#include "object/values.h"

#define BATCH 1000 /* items that are put in at once */

static pmt_obj serial(struct pmt_copier *c, pmt_obj x);

static pmt_obj again(struct pmt_objects *o, pmt_obj x)
{
    pmt_incref(o, x);
    return x;
}

static pmt_obj if_all_well(struct pmt_objects *o, pmt_obj y, bool ok)
{
    if (ok)
        return y;
    pmt_decref(o, y);
    return PMT_NO_OBJ;
}

/* -- atoms -- */

static pmt_obj serial_int(struct pmt_copier *c, pmt_obj x)
{
    pmt_int value = pmt_row(c->o, x)->u.i;

    return pmt_kind_of(c->o, x) == PMT_KIND_LONG ? pmt_long_new(c->o, value)
                                                 : pmt_int_new(c->o, value);
}

static pmt_obj serial_float(struct pmt_copier *c, pmt_obj x)
{
    return pmt_float_new(c->o, pmt_row(c->o, x)->u.d[0]);
}

static pmt_obj serial_complex(struct pmt_copier *c, pmt_obj x)
{
    const double *d = pmt_row(c->o, x)->u.d;

    return pmt_copier_note(c, x, pmt_complex_new(c->o, d[0], d[1]));
}

static pmt_obj serial_text(struct pmt_copier *c, pmt_obj x)
{
    enum pmt_kind kind = pmt_kind_of(c->o, x);
    const char *text;
    size_t n;
    pmt_obj y;

    (void)pmt_text_get(c->o, x, &text, &n);
    y = kind == PMT_KIND_UNICODE ? pmt_unicode_new(c->o, text, n)
        : kind == PMT_KIND_BYTES ? pmt_bytes_new(c->o, text, n)
                                 : pmt_str_new(c->o, text, n);
    return pmt_copier_note(c, x, y);
}

static pmt_obj serial_range(struct pmt_copier *c, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(c->o, x);

    return pmt_copier_note(c, x, pmt_range_new(c->o, row->u.range.start, row->u.range.stop,
                                               row->u.range.step));
}

/* Into an empty one, at once: with room for more (array_resize); in 2.x from a list. */
static pmt_obj serial_array(struct pmt_copier *c, pmt_obj x)
{
    pmt_obj y = pmt_copy_own(c->o, x);
    uint64_t n = y ? pmt_row(c->o, y)->u.numbers->n : 0;

    if (n && !c->o->shape->str_is_bytes &&
        !pmt_array_room(c->o, y, pmt_shape_array_grow(0, 0, n))) {
        pmt_decref(c->o, y);
        return PMT_NO_OBJ;
    }
    return pmt_copier_note(c, x, y);
}

static pmt_obj serial_plain(struct pmt_copier *c, pmt_obj x)
{
    return pmt_copier_note(c, x, pmt_kind_of(c->o, x) == PMT_KIND_OBJECT
                                     ? pmt_object_new(c->o) : pmt_copy_own(c->o, x));
}

/* -- containers -- */

/* Put what was read into the list; one alone is appended (do_append). */
static bool put_batch(struct pmt_objects *o, pmt_obj list, struct pmt_obj_list *items)
{
    bool ok = items->n == 1 ? pmt_list_append(o, list, items->at[0])
                            : pmt_list_put_slice(o, list, items->at, items->n);

    while (items->n)
        pmt_decref(o, items->at[--items->n]);
    return ok;
}

static pmt_obj serial_list(struct pmt_copier *c, pmt_obj x)
{
    struct pmt_objects *o = c->o;
    pmt_obj y = pmt_copier_note(c, x, pmt_list_new(o, NULL, 0));
    struct pmt_obj_list items = {0};
    bool ok = y && (pmt_vec_reserve(&items, BATCH) || pmt_raise_memory(o));

    for (uint32_t i = 0; ok && i < pmt_row(o, x)->n_edges; i++) {
        items.at[items.n] = serial(c, pmt_row(o, x)->edges[i]);
        ok = items.at[items.n] != PMT_NO_OBJ;
        items.n += ok;
        if (items.n == BATCH)
            ok = put_batch(o, y, &items);
    }
    if (ok && items.n)
        ok = put_batch(o, y, &items);
    pmt_items_drop(o, &items);
    return y ? if_all_well(o, y, ok) : PMT_NO_OBJ;
}

static pmt_obj serial_tuple(struct pmt_copier *c, pmt_obj x)
{
    struct pmt_obj_list items = {0};
    pmt_obj y = PMT_NO_OBJ;

    if (pmt_copy_items(c, x, serial, &items)) {
        y = pmt_copier_known(c, x); /* it is part of itself */
        if (!y && !items.n)
            y = pmt_tuple_new(c->o, NULL, 0);
        else if (!y)
            y = pmt_copier_note(c, x, pmt_tuple_new(c->o, items.at, items.n));
    }
    pmt_items_drop(c->o, &items);
    return y;
}

/* Keys and values that were read, two and two. */
static bool put_entries(struct pmt_objects *o, pmt_obj dict, struct pmt_obj_list *items)
{
    bool ok = true;

    for (size_t i = 0; ok && i + 1 < items->n; i += 2)
        ok = pmt_dict_set(o, dict, items->at[i], items->at[i + 1]);
    while (items->n)
        pmt_decref(o, items->at[--items->n]);
    return ok;
}

static bool read_entry(struct pmt_copier *c, pmt_obj dict, int64_t entry,
                       struct pmt_obj_list *items)
{
    for (int64_t i = 2 * entry; i < 2 * entry + 2; i++) {
        pmt_obj y = serial(c, pmt_row(c->o, dict)->edges[i]);

        if (!y)
            return false;
        items->at[items->n++] = y;
    }
    return true;
}

static pmt_obj serial_dict(struct pmt_copier *c, pmt_obj x)
{
    struct pmt_objects *o = c->o;
    pmt_obj y = pmt_copier_note(c, x, pmt_dict_new(o));
    struct pmt_obj_list items = {0};
    bool ok = y && (pmt_vec_reserve(&items, (size_t)2 * BATCH) || pmt_raise_memory(o));
    uint64_t at = 0;

    for (int64_t e; ok && (e = pmt_entry_next(o, x, &at)) >= 0;) {
        ok = read_entry(c, x, e, &items);
        if (items.n == (size_t)2 * BATCH)
            ok = put_entries(o, y, &items);
    }
    ok = ok && put_entries(o, y, &items);
    pmt_items_drop(o, &items);
    return y ? if_all_well(o, y, ok) : PMT_NO_OBJ;
}

static pmt_obj serial_set(struct pmt_copier *c, pmt_obj x)
{
    bool frozen = pmt_kind_of(c->o, x) == PMT_KIND_FROZENSET, ok;
    struct pmt_obj_list items = {0};
    pmt_obj y = frozen ? PMT_NO_OBJ : pmt_copier_note(c, x, pmt_set_new(c->o, false, NULL, 0));

    ok = (frozen || y) && pmt_copy_items(c, x, serial, &items);
    if (ok && frozen)
        y = pmt_copier_note(c, x, pmt_set_new(c->o, true, items.at, items.n));
    for (size_t i = 0; ok && !frozen && i < items.n; i++)
        ok = pmt_set_add(c->o, y, items.at[i]);
    pmt_items_drop(c->o, &items);
    return y ? if_all_well(c->o, y, ok) : PMT_NO_OBJ;
}

/* -- instances -- */

/* Set one attribute by its name, interned (load_build). */
static bool set_state(struct pmt_objects *o, pmt_obj dict, pmt_obj key, pmt_obj value)
{
    pmt_obj name = pmt_kind_of(o, key) == PMT_KIND_STR ? pmt_intern(o, key) : again(o, key);
    bool ok = name && pmt_dict_set(o, dict, name, value);

    pmt_decref(o, name);
    return ok;
}

static bool read_attributes(struct pmt_copier *c, pmt_obj x, pmt_obj y)
{
    struct pmt_objects *o = c->o;
    pmt_obj from, state, to;
    uint64_t at = 0;
    bool ok;

    if (!pmt_has_state(o, x))
        return true;
    from = pmt_attr_dict(o, x);
    state = from ? serial(c, from) : PMT_NO_OBJ;
    to = state ? pmt_attr_dict(o, y) : PMT_NO_OBJ;
    ok = to != PMT_NO_OBJ;
    for (int64_t e; ok && (e = pmt_entry_next(o, state, &at)) >= 0;)
        ok = set_state(o, to, pmt_row(o, state)->edges[2 * e],
                       pmt_row(o, state)->edges[2 * e + 1]);
    pmt_decref(o, to);
    pmt_decref(o, state);
    pmt_decref(o, from);
    return ok;
}

static bool read_slots(struct pmt_copier *c, pmt_obj x, pmt_obj y)
{
    for (uint32_t i = 0; i < pmt_row(c->o, x)->u.instance.n_slots; i++) {
        pmt_obj value = pmt_row(c->o, x)->edges[i];
        pmt_obj copy = value ? serial(c, value) : PMT_NO_OBJ;

        if (value && !copy)
            return false;
        pmt_row(c->o, y)->edges[i] = copy;
    }
    return true;
}

static pmt_obj serial_instance(struct pmt_copier *c, pmt_obj x)
{
    pmt_obj y = pmt_copier_note(c, x, pmt_instance_new(c->o, pmt_class_of(c->o, x)));

    return y ? if_all_well(c->o, y, read_attributes(c, x, y) && read_slots(c, x, y))
             : PMT_NO_OBJ;
}

static pmt_obj serial_method(struct pmt_copier *c, pmt_obj x)
{
    pmt_obj self, y;

    if (!c->o->shape->methods_pickled)
        return pmt_refuse_copy(c->o, x);
    self = serial(c, pmt_row(c->o, x)->edges[1]);
    y = self ? pmt_copier_note(c, x, pmt_method_new(c->o, pmt_row(c->o, x)->edges[0], self))
             : PMT_NO_OBJ;
    pmt_decref(c->o, self);
    return y;
}

static pmt_obj serial_iterator(struct pmt_copier *c, pmt_obj x)
{
    return pmt_copier_note(c, x, pmt_copy_iterator(c, x, serial));
}

static pmt_obj refuse(struct pmt_copier *c, pmt_obj x)
{
    return pmt_refuse_copy(c->o, x);
}

/* How, and how many calls deep; copy NULL: None, bool, and what is found by name. */
static const struct way { pmt_copy_fn *copy; unsigned calls; } ways[PMT_N_KINDS] = {
    [PMT_KIND_INT] = {serial_int, 1},     [PMT_KIND_LONG] = {serial_int, 1},
    [PMT_KIND_FLOAT] = {serial_float, 1}, [PMT_KIND_COMPLEX] = {serial_complex, 1},
    [PMT_KIND_STR] = {serial_text, 1},    [PMT_KIND_UNICODE] = {serial_text, 1},
    [PMT_KIND_BYTES] = {serial_text, 1},  [PMT_KIND_BYTEARRAY] = {serial_plain, 1},
    [PMT_KIND_ARRAY] = {serial_array, 1}, [PMT_KIND_RANGE] = {serial_range, 1},
    [PMT_KIND_OBJECT] = {serial_plain, 1}, [PMT_KIND_LIST] = {serial_list, 2},
    [PMT_KIND_TUPLE] = {serial_tuple, 1}, [PMT_KIND_DICT] = {serial_dict, 2},
    [PMT_KIND_SET] = {serial_set, 1},     [PMT_KIND_FROZENSET] = {serial_set, 1},
    [PMT_KIND_INSTANCE] = {serial_instance, 1}, [PMT_KIND_METHOD] = {serial_method, 2},
    [PMT_KIND_ITERATOR] = {serial_iterator, 2}, [PMT_KIND_CODE] = {refuse, 1},
    [PMT_KIND_FRAME] = {refuse, 1},       [PMT_KIND_WEAKREF] = {refuse, 1},
    [PMT_KIND_VIEW] = {refuse, 1},        [PMT_KIND_DESCRIPTOR] = {refuse, 1},
    [PMT_KIND_BLOCK] = {refuse, 1}};

static pmt_obj serial(struct pmt_copier *c, pmt_obj x)
{
    const struct way *way = &ways[pmt_kind_of(c->o, x)];
    pmt_obj y;

    if (!way->copy)
        return again(c->o, x);
    y = pmt_copier_known(c, x);
    if (y)
        return y;
    if (pmt_copier_enter(c, way->calls)) {
        pmt_incref(c->o, x); /* whatever becomes of its container meanwhile */
        y = way->copy(c, x);
        pmt_decref(c->o, x);
    }
    pmt_copier_leave(c, way->calls);
    return y;
}

pmt_obj pmt_copy_serial(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_copier c = {.o = o, .too_deep = PMT_RAISE_DEPTH_SERIAL};
    pmt_obj y;

    pmt_error_clear(o);
    y = serial(&c, x);
    pmt_memo_release(o, &c.memo);
    return y;
}
