/*
 * copy.c - x.copy(), copy.copy(x), and what deep_copy.c and serial_copy.c also need.
 *
 * copy.copy() of an instance makes one without calling its class and updates its __dict__ from
 * the other's, so both have a __dict__ afterwards where they had values only (Lib/copy.py,
 * _reconstruct).
 */
#include "object/copies.h"

#include "object/class.h"
#include "object/dict.h"
#include "object/raise.h"
#include "object/values.h"

static pmt_obj again(struct pmt_objects *o, pmt_obj x)
{
    pmt_incref(o, x);
    return x;
}

pmt_obj pmt_refuse_copy(struct pmt_objects *o, pmt_obj x)
{
    (void)pmt_raise_type(o, pmt_kind_of(o, x) == PMT_KIND_CODE ? PMT_RAISE_NOT_PICKLED_CODE
                                                               : PMT_RAISE_NOT_PICKLED,
                         x, PMT_NO_OBJ);
    return PMT_NO_OBJ;
}

/* -- x.copy() -- */

pmt_obj pmt_copy_own(struct pmt_objects *o, pmt_obj x)
{
    pmt_error_clear(o);
    switch (pmt_row(o, x)->kind) {
    case PMT_KIND_TUPLE: case PMT_KIND_FROZENSET: case PMT_KIND_STR: case PMT_KIND_UNICODE:
    case PMT_KIND_BYTES:
        return again(o, x);
    case PMT_KIND_LIST: case PMT_KIND_BYTEARRAY: case PMT_KIND_ARRAY:
        return pmt_slice(o, x, 0, INT64_MAX);
    case PMT_KIND_DICT:
        return pmt_dict_copy(o, x);
    case PMT_KIND_SET:
        return pmt_to_set(o, false, x);
    default:
        (void)pmt_raise_type(o, PMT_RAISE_NOT_COPIED, x, PMT_NO_OBJ);
        return PMT_NO_OBJ;
    }
}

/* -- copy.copy(x) -- */

/* An instance has a dict, a list of values, or neither. */
bool pmt_has_state(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);
    uint32_t dict = row->u.instance.n_slots;

    if (!pmt_class_data_of(o, pmt_class_of(o, x))->has_dict)
        return false;
    if (o->shape->attrs < PMT_ATTRS_VALUES)
        return true; /* the __dict__ is asked for, and made if there is none */
    if (row->edges[dict])
        return pmt_row(o, row->edges[dict])->u.probe->used != 0;
    for (uint32_t i = 1; i <= row->u.instance.n_values; i++)
        if (row->edges[dict + i])
            return true;
    return false;
}

static bool share_dict(struct pmt_objects *o, pmt_obj x, pmt_obj y)
{
    pmt_obj from = pmt_attr_dict(o, x), to = from ? pmt_attr_dict(o, y) : PMT_NO_OBJ;
    bool ok = to && pmt_dict_update(o, to, from);

    pmt_decref(o, to);
    pmt_decref(o, from);
    return ok;
}

static pmt_obj shallow_instance(struct pmt_objects *o, pmt_obj x)
{
    pmt_obj y = pmt_instance_new(o, pmt_class_of(o, x));

    if (!y)
        return PMT_NO_OBJ;
    if (pmt_has_state(o, x) && !share_dict(o, x, y)) {
        pmt_decref(o, y);
        return PMT_NO_OBJ;
    }
    for (uint32_t i = 0; i < pmt_row(o, x)->u.instance.n_slots; i++) {
        pmt_obj value = pmt_row(o, x)->edges[i];

        if (value)
            pmt_row(o, y)->edges[i] = again(o, value);
    }
    return y;
}

static pmt_obj shallow_method(struct pmt_objects *o, pmt_obj x)
{
    const pmt_obj *edges = pmt_row(o, x)->edges;

    return o->shape->methods_pickled ? pmt_method_new(o, edges[0], edges[1])
                                     : pmt_refuse_copy(o, x);
}

pmt_obj pmt_copy_shallow(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_copier c = {.o = o};

    pmt_error_clear(o);
    switch (pmt_row(o, x)->kind) {
    case PMT_KIND_LIST:
        return o->shape->copy_constructs ? pmt_to_list(o, x) : pmt_copy_own(o, x);
    case PMT_KIND_DICT: case PMT_KIND_SET: case PMT_KIND_BYTEARRAY: case PMT_KIND_ARRAY:
        return pmt_copy_own(o, x);
    case PMT_KIND_INSTANCE:
        return shallow_instance(o, x);
    case PMT_KIND_OBJECT:
        return pmt_object_new(o);
    case PMT_KIND_METHOD:
        return shallow_method(o, x);
    case PMT_KIND_ITERATOR:
        return pmt_copy_iterator(&c, x, NULL);
    case PMT_KIND_VIEW: case PMT_KIND_FRAME: case PMT_KIND_BLOCK: case PMT_KIND_DESCRIPTOR:
        return pmt_refuse_copy(o, x);
    default: /* what cannot change, classes, functions, code, weak references */
        return again(o, x);
    }
}

/* -- for copies of more than the first level -- */

bool pmt_copier_enter(struct pmt_copier *c, unsigned calls)
{
    c->depth += calls;
    return c->depth <= PMT_DEPTH_MAX || pmt_raise_text(c->o, c->too_deep, NULL, NULL, NULL);
}

void pmt_copier_leave(struct pmt_copier *c, unsigned calls)
{
    c->depth -= calls;
}

pmt_obj pmt_copier_known(struct pmt_copier *c, pmt_obj x)
{
    pmt_obj y = pmt_memo_find(&c->memo, x);

    return y ? again(c->o, y) : PMT_NO_OBJ;
}

pmt_obj pmt_copier_note(struct pmt_copier *c, pmt_obj x, pmt_obj y)
{
    if (!y || pmt_memo_put(c->o, &c->memo, x, y))
        return y;
    pmt_decref(c->o, y);
    return PMT_NO_OBJ;
}

static bool copy_item(struct pmt_copier *c, pmt_obj x, pmt_copy_fn *part,
                      struct pmt_obj_list *out)
{
    pmt_obj y;

    pmt_incref(c->o, x); /* whatever becomes of its container meanwhile */
    y = part(c, x);
    pmt_decref(c->o, x);
    if (!y)
        return false;
    if (pmt_vec_push(out, y))
        return true;
    pmt_decref(c->o, y);
    return pmt_raise_memory(c->o);
}

bool pmt_copy_items(struct pmt_copier *c, pmt_obj x, pmt_copy_fn *part,
                    struct pmt_obj_list *out)
{
    uint64_t at = 0;

    if (pmt_is_any_set(c->o, x)) {
        for (int64_t e; (e = pmt_entry_next(c->o, x, &at)) >= 0;)
            if (!copy_item(c, pmt_row(c->o, x)->edges[e], part, out))
                return false;
        return true;
    }
    for (; at < pmt_row(c->o, x)->n_edges; at++)
        if (!copy_item(c, pmt_row(c->o, x)->edges[at], part, out))
            return false;
    return true;
}

/* -- iterators -- */

/* What an iterator still has to give, as a list; it stays where it is. */
static pmt_obj rest_of(struct pmt_objects *o, pmt_obj it)
{
    pmt_obj over = pmt_row(o, it)->edges[0], twin, list;

    if (!over)
        return pmt_list_new(o, NULL, 0);
    twin = pmt_object_make(o, PMT_KIND_ITERATOR, pmt_iterator_bytes(o, it), 0, 0);
    if (!twin)
        return PMT_NO_OBJ;
    pmt_row(o, twin)->u = pmt_row(o, it)->u;
    for (uint32_t i = 0; i < pmt_row(o, it)->n_edges; i++) {
        pmt_obj to = pmt_row(o, it)->edges[i];

        pmt_incref(o, to);
        if (!pmt_edges_push(o, twin, to)) {
            pmt_decref(o, twin);
            return PMT_NO_OBJ;
        }
    }
    list = pmt_to_list(o, twin);
    pmt_decref(o, twin);
    return list;
}

static pmt_obj over_same_range(struct pmt_objects *o, pmt_obj it)
{
    const struct pmt_object *row = pmt_row(o, it);
    pmt_obj range = pmt_range_new(o, row->u.range.start, row->u.range.stop, row->u.range.step);
    pmt_obj copy = range ? pmt_iter(o, range) : PMT_NO_OBJ;

    pmt_decref(o, range);
    return copy;
}

pmt_obj pmt_copy_iterator(struct pmt_copier *c, pmt_obj it, pmt_copy_fn *part)
{
    struct pmt_objects *o = c->o;
    bool sequence = pmt_row(o, it)->u.iterator.what == PMT_ITERATE_SEQUENCE;
    pmt_obj over, copied, copy;

    if (!o->shape->iterators_copied)
        return pmt_refuse_copy(o, it);
    if (pmt_row(o, it)->flags & PMT_OBJ_PLAIN)
        return over_same_range(o, it);
    sequence = sequence && pmt_row(o, it)->edges[0];
    over = sequence ? again(o, pmt_row(o, it)->edges[0]) : rest_of(o, it);
    copied = !over ? PMT_NO_OBJ : part ? part(c, over) : again(o, over);
    copy = copied ? pmt_iter(o, copied) : PMT_NO_OBJ;
    if (copy && sequence)
        pmt_row(o, copy)->u.iterator.at = pmt_row(o, it)->u.iterator.at;
    pmt_decref(o, copied);
    pmt_decref(o, over);
    return copy;
}
