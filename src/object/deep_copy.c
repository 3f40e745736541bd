/*
 * deep_copy.c - copy.deepcopy(x): everything below x too, shared and cyclic parts kept.
 *
 * Lib/copy.py does this by recursion and notes each copy by the original's identity, some
 * before their parts are copied, so that a cycle finds them. The same is done here in
 * the same order, for the order decides which address a copy gets: a list grows by append, a
 * dict's value is copied before its key, a tuple is made last and only if an item of it
 * is another. Depth counts the interpreter's calls, two for each container; where it would
 * give up, so does this, with RuntimeError.
 *
 * Not made here: the lists and tuples that copy.py itself needs for a moment.
 */
#include "object/copies.h"
#include "object/raise.h"
#include "object/values.h"

static pmt_obj deep(struct pmt_copier *c, pmt_obj x);

static pmt_obj again(struct pmt_objects *o, pmt_obj x)
{
    pmt_incref(o, x);
    return x;
}

/* What was made so far, or nothing if a step failed. */
static pmt_obj if_all_well(struct pmt_objects *o, pmt_obj y, bool ok)
{
    if (ok)
        return y;
    pmt_decref(o, y);
    return PMT_NO_OBJ;
}

static pmt_obj deep_list(struct pmt_copier *c, pmt_obj x)
{
    struct pmt_objects *o = c->o;
    pmt_obj y = pmt_copier_note(c, x, pmt_list_new(o, NULL, 0));
    bool ok = y != PMT_NO_OBJ;

    for (uint32_t i = 0; ok && i < pmt_row(o, x)->n_edges; i++) {
        pmt_obj item = again(o, pmt_row(o, x)->edges[i]), copy = deep(c, item);

        ok = copy && pmt_list_append(o, y, copy);
        pmt_decref(o, copy);
        pmt_decref(o, item);
    }
    return y ? if_all_well(o, y, ok) : PMT_NO_OBJ;
}

static bool any_other(const struct pmt_objects *o, pmt_obj x, const struct pmt_obj_list *items)
{
    for (size_t i = 0; i < items->n; i++)
        if (pmt_row(o, x)->edges[i] != items->at[i])
            return true;
    return false;
}

static pmt_obj deep_tuple(struct pmt_copier *c, pmt_obj x)
{
    struct pmt_obj_list items = {0};
    pmt_obj y = PMT_NO_OBJ;

    if (pmt_copy_items(c, x, deep, &items)) {
        y = pmt_copier_known(c, x); /* it is part of itself */
        if (!y)
            y = any_other(c->o, x, &items)
                    ? pmt_copier_note(c, x, pmt_tuple_new(c->o, items.at, items.n))
                    : again(c->o, x);
    }
    pmt_items_drop(c->o, &items);
    return y;
}

static bool deep_entry(struct pmt_copier *c, pmt_obj y, pmt_obj key, pmt_obj value)
{
    struct pmt_objects *o = c->o;
    pmt_obj k = again(o, key), v = again(o, value), new_value, new_key;
    bool ok;

    new_value = deep(c, v);
    new_key = new_value ? deep(c, k) : PMT_NO_OBJ;
    ok = new_key && pmt_dict_set(o, y, new_key, new_value);
    pmt_decref(o, new_key);
    pmt_decref(o, new_value);
    pmt_decref(o, k);
    pmt_decref(o, v);
    return ok;
}

static pmt_obj deep_dict(struct pmt_copier *c, pmt_obj x)
{
    pmt_obj y = pmt_copier_note(c, x, pmt_dict_new(c->o));
    bool ok = y != PMT_NO_OBJ;
    uint64_t at = 0;

    for (int64_t e; ok && (e = pmt_entry_next(c->o, x, &at)) >= 0;) {
        const pmt_obj *edges = pmt_row(c->o, x)->edges;

        ok = deep_entry(c, y, edges[2 * e], edges[2 * e + 1]);
    }
    return y ? if_all_well(c->o, y, ok) : PMT_NO_OBJ;
}

static pmt_obj deep_set(struct pmt_copier *c, pmt_obj x)
{
    bool frozen = pmt_kind_of(c->o, x) == PMT_KIND_FROZENSET;
    struct pmt_obj_list items = {0};
    pmt_obj y = PMT_NO_OBJ;

    if (pmt_copy_items(c, x, deep, &items))
        y = pmt_copier_note(c, x, pmt_set_new(c->o, frozen, items.at, items.n));
    pmt_items_drop(c->o, &items);
    return y;
}

/* -- instances -- */

/* The copy of x.__dict__ is a dict of its own, from which that of y is updated. */
static bool deep_attributes(struct pmt_copier *c, pmt_obj x, pmt_obj y)
{
    struct pmt_objects *o = c->o;
    pmt_obj state, copy, to;
    bool ok;

    if (!pmt_has_state(o, x))
        return true;
    state = pmt_attr_dict(o, x);
    copy = state ? deep(c, state) : PMT_NO_OBJ;
    to = copy ? pmt_attr_dict(o, y) : PMT_NO_OBJ;
    ok = to && pmt_dict_update(o, to, copy);
    pmt_decref(o, to);
    pmt_decref(o, copy);
    pmt_decref(o, state);
    return ok;
}

/* The slots are part of the state: a dict in a tuple, as the calls have it. */
#define SLOTS_CALLS 4

static bool deep_slots(struct pmt_copier *c, pmt_obj x, pmt_obj y)
{
    struct pmt_objects *o = c->o;
    uint32_t n = pmt_row(o, x)->u.instance.n_slots;
    bool ok = !n || pmt_copier_enter(c, SLOTS_CALLS);

    for (uint32_t i = 0; ok && i < n; i++) {
        pmt_obj value = pmt_row(o, x)->edges[i], copy;

        if (!value)
            continue;
        copy = deep(c, again(o, value));
        pmt_decref(o, value);
        ok = copy != PMT_NO_OBJ;
        pmt_row(o, y)->edges[i] = copy;
    }
    if (n)
        pmt_copier_leave(c, SLOTS_CALLS);
    return ok;
}

static pmt_obj deep_instance(struct pmt_copier *c, pmt_obj x)
{
    pmt_obj y = pmt_copier_note(c, x, pmt_instance_new(c->o, pmt_class_of(c->o, x)));

    return y ? if_all_well(c->o, y, deep_attributes(c, x, y) && deep_slots(c, x, y))
             : PMT_NO_OBJ;
}

static pmt_obj deep_method(struct pmt_copier *c, pmt_obj x)
{
    pmt_obj function = again(c->o, pmt_row(c->o, x)->edges[0]);
    pmt_obj self = deep(c, pmt_row(c->o, x)->edges[1]);
    pmt_obj y = self ? pmt_copier_note(c, x, pmt_method_new(c->o, function, self)) : PMT_NO_OBJ;

    pmt_decref(c->o, self);
    pmt_decref(c->o, function);
    return y;
}

/* -- what has no parts -- */

static pmt_obj deep_plain(struct pmt_copier *c, pmt_obj x)
{
    pmt_obj y = pmt_kind_of(c->o, x) == PMT_KIND_OBJECT ? pmt_object_new(c->o)
                                                        : pmt_copy_own(c->o, x);

    return pmt_copier_note(c, x, y);
}

static pmt_obj deep_iterator(struct pmt_copier *c, pmt_obj x)
{
    return pmt_copier_note(c, x, pmt_copy_iterator(c, x, deep));
}

static pmt_obj refuse(struct pmt_copier *c, pmt_obj x)
{
    return pmt_refuse_copy(c->o, x);
}

/* How, and how many calls deep; copy NULL: the same object. */
static const struct way { pmt_copy_fn *copy; unsigned calls; } ways[PMT_N_KINDS] = {
    [PMT_KIND_LIST] = {deep_list, 2},     [PMT_KIND_TUPLE] = {deep_tuple, 2},
    [PMT_KIND_DICT] = {deep_dict, 2},     [PMT_KIND_SET] = {deep_set, 5},
    [PMT_KIND_FROZENSET] = {deep_set, 5}, [PMT_KIND_INSTANCE] = {deep_instance, 2},
    [PMT_KIND_METHOD] = {deep_method, 2}, [PMT_KIND_ITERATOR] = {deep_iterator, 2},
    [PMT_KIND_OBJECT] = {deep_plain, 1},  [PMT_KIND_BYTEARRAY] = {deep_plain, 1},
    [PMT_KIND_ARRAY] = {deep_plain, 1},   [PMT_KIND_VIEW] = {refuse, 1},
    [PMT_KIND_FRAME] = {refuse, 1},       [PMT_KIND_BLOCK] = {refuse, 1},
    [PMT_KIND_DESCRIPTOR] = {refuse, 1}};

static pmt_obj deep(struct pmt_copier *c, pmt_obj x)
{
    const struct way *way = &ways[pmt_kind_of(c->o, x)];
    pmt_obj y;

    if (!way->copy)
        return again(c->o, x);
    y = pmt_copier_known(c, x);
    if (!y && pmt_copier_enter(c, way->calls))
        y = way->copy(c, x);
    else if (y)
        return y;
    pmt_copier_leave(c, way->calls);
    return y;
}

pmt_obj pmt_copy_deep(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_copier c = {.o = o, .too_deep = PMT_RAISE_DEPTH_COPY};
    pmt_obj y;

    pmt_error_clear(o);
    y = deep(&c, x);
    pmt_memo_release(o, &c.memo);
    return y;
}
