/*
 * sequence.c - list and tuple.
 *
 * A list is two blocks, the object and its items; the items' block grows by more than is
 * asked for, and shrinks when less than half of it is used (Objects/listobject.c,
 * list_resize). A tuple is one block with its items. u.bytes.room: slots of a list's block.
 */
#include "object/object_table.h"
#include "object/values.h"

#include <string.h>

/* -- list -- */

static bool is_list(struct pmt_objects *o, pmt_obj x, const char *what)
{
    if (pmt_row(o, x)->kind == PMT_KIND_LIST)
        return true;
    return pmt_raise(o, PMT_EXC_ATTRIBUTE, "'%s' object has no attribute '%s'",
                     pmt_type_name(o, x), what);
}

static bool set_room(struct pmt_objects *o, pmt_obj list, uint64_t room)
{
    if (!pmt_part_resize(o, list, PMT_DOMAIN_MEM, room * o->shape->list_item))
        return false;
    pmt_row(o, list)->u.bytes.room = room;
    return true;
}

/* list_resize(): the block for n items; n_edges is the caller's. */
static bool resize(struct pmt_objects *o, pmt_obj list, size_t n)
{
    const struct pmt_object *row = pmt_row(o, list);
    uint64_t room = row->u.bytes.room;
    uint64_t grown = pmt_shape_list_grow(o->shape, room, row->n_edges, n);

    return grown == room || set_room(o, list, grown);
}

static pmt_obj list_object(struct pmt_objects *o)
{
    pmt_block spare = pmt_spare_pop(&o->recycler.lists[PMT_FREE_LIST]);

    return spare != PMT_BLOCK_NONE
               ? pmt_object_reuse(o, PMT_KIND_LIST, spare)
               : pmt_object_make(o, PMT_KIND_LIST, o->shape->list_bytes, 0, 0);
}

/* Room for n without items yet. */
static pmt_obj list_with_room(struct pmt_objects *o, size_t n, uint64_t room)
{
    pmt_obj list = list_object(o);

    if (!list)
        return PMT_NO_OBJ;
    if ((room && !set_room(o, list, room)) || !pmt_edges_reserve(o, list, n)) {
        pmt_decref(o, list);
        return PMT_NO_OBJ;
    }
    return list;
}

static void put_items(struct pmt_objects *o, pmt_obj x, const pmt_obj *items, size_t n)
{
    struct pmt_object *row = pmt_row(o, x);

    for (size_t i = 0; i < n; i++) {
        pmt_incref(o, items[i]);
        row->edges[row->n_edges++] = items[i];
    }
}

pmt_obj pmt_list_new(struct pmt_objects *o, const pmt_obj *items, size_t n)
{
    pmt_obj list = list_with_room(o, n, n);

    if (list) {
        put_items(o, list, items, n);
        pmt_gc_track(o, list);
    }
    return list;
}

bool pmt_list_append(struct pmt_objects *o, pmt_obj list, pmt_obj x)
{
    if (!is_list(o, list, "append") || !resize(o, list, pmt_row(o, list)->n_edges + (size_t)1))
        return false;
    pmt_incref(o, x);
    return pmt_edges_push(o, list, x);
}

bool pmt_list_insert(struct pmt_objects *o, pmt_obj list, int64_t i, pmt_obj x)
{
    struct pmt_object *row;
    int64_t n;

    if (!is_list(o, list, "insert") || !pmt_list_append(o, list, x))
        return false;
    row = pmt_row(o, list);
    n = (int64_t)row->n_edges - 1;
    if (i < 0)
        i = i + n < 0 ? 0 : i + n;
    if (i > n)
        i = n;
    memmove(row->edges + i + 1, row->edges + i, (size_t)(n - i) * sizeof *row->edges);
    row->edges[i] = x;
    return true;
}

/* Take item i out: its reference goes to the caller. */
static pmt_obj take_item(struct pmt_objects *o, pmt_obj list, size_t i)
{
    struct pmt_object *row = pmt_row(o, list);
    pmt_obj x = row->edges[i];

    memmove(row->edges + i, row->edges + i + 1,
            (row->n_edges - 1 - i) * sizeof *row->edges);
    if (!resize(o, list, row->n_edges - (size_t)1))
        return PMT_NO_OBJ;
    pmt_row(o, list)->n_edges--;
    return x;
}

/* The only item, and the items' block goes as well (list_clear). */
static pmt_obj take_last(struct pmt_objects *o, pmt_obj list)
{
    pmt_obj x = pmt_row(o, list)->edges[0];

    pmt_incref(o, x);
    (void)pmt_list_clear(o, list);
    return x;
}

/* Item i, by a slice that takes it out (list_ass_slice). */
static pmt_obj slice_out(struct pmt_objects *o, pmt_obj list, size_t i)
{
    return pmt_row(o, list)->n_edges == 1 ? take_last(o, list) : take_item(o, list, i);
}

pmt_obj pmt_list_pop(struct pmt_objects *o, pmt_obj list, int64_t i)
{
    int64_t n;

    if (!is_list(o, list, "pop"))
        return PMT_NO_OBJ;
    n = pmt_row(o, list)->n_edges;
    if (!n)
        return (void)pmt_raise(o, PMT_EXC_INDEX, "pop from empty list"), PMT_NO_OBJ;
    if (i < 0)
        i += n;
    if (i < 0 || i >= n)
        return (void)pmt_raise(o, PMT_EXC_INDEX, "pop index out of range"), PMT_NO_OBJ;
    if (n == 1 && o->shape->list_pop_clears)
        return take_last(o, list);
    return take_item(o, list, (size_t)i);
}

bool pmt_list_remove(struct pmt_objects *o, pmt_obj list, pmt_obj x)
{
    if (!is_list(o, list, "remove"))
        return false;
    for (size_t i = 0; i < pmt_row(o, list)->n_edges; i++) {
        if (pmt_equal(o, pmt_row(o, list)->edges[i], x)) {
            pmt_decref(o, slice_out(o, list, i));
            return true;
        }
        if (pmt_error_kind(o))
            return false;
    }
    return pmt_raise(o, PMT_EXC_VALUE, "list.remove(x): x not in list");
}

/* The items go from the last to the first, when the list is empty already. */
bool pmt_list_clear(struct pmt_objects *o, pmt_obj list)
{
    struct pmt_object *row;
    pmt_block part;
    pmt_obj *items;
    uint32_t n;

    if (!is_list(o, list, "clear"))
        return false;
    row = pmt_row(o, list);
    items = row->edges;
    n = row->n_edges;
    part = row->part;
    row->edges = NULL;
    row->n_edges = row->cap_edges = 0;
    row->u.bytes.room = 0;
    row->part = PMT_BLOCK_NONE;
    while (n)
        pmt_decref(o, items[--n]);
    if (part != PMT_BLOCK_NONE)
        pmt_heap_release(o->heap, part);
    pmt_free(items);
    return true;
}

/* The items of a list or tuple; false: it is neither. */
static bool items_of(struct pmt_objects *o, pmt_obj x, const pmt_obj **items, size_t *n)
{
    const struct pmt_object *row = pmt_row(o, x);

    if (row->kind != PMT_KIND_LIST && row->kind != PMT_KIND_TUPLE)
        return false;
    *items = row->edges;
    *n = row->n_edges;
    return true;
}

/* Room for n more, before any of them comes. A list without a block gets one for exactly so
 * many, or a few more to make it even, where the version does that. */
static bool room_for(struct pmt_objects *o, pmt_obj list, uint64_t n)
{
    const struct pmt_object *row = pmt_row(o, list);

    if (row->part != PMT_BLOCK_NONE || o->shape->list_of != 2)
        return resize(o, list, row->n_edges + n);
    return !n || set_room(o, list, (n + 1) & ~(uint64_t)1);
}

static bool extend_by_items(struct pmt_objects *o, pmt_obj list, pmt_obj other)
{
    const pmt_obj *items;
    size_t n;

    (void)items_of(o, other, &items, &n);
    if (!n)
        return true;
    if (!room_for(o, list, n) || !pmt_edges_reserve(o, list, pmt_row(o, list)->n_edges + n))
        return false;
    (void)items_of(o, other, &items, &n); /* a list may extend itself: its edges moved */
    put_items(o, list, items, n);
    return true;
}

bool pmt_list_put_slice(struct pmt_objects *o, pmt_obj list, const pmt_obj *items, size_t n)
{
    size_t all = pmt_row(o, list)->n_edges + n;

    if (!resize(o, list, all) || !pmt_edges_reserve(o, list, all))
        return false;
    put_items(o, list, items, n);
    return true;
}

/* Sets, dicts and their views: a later version looks at them itself, without an iterator,
 * and makes room as if for one append of all. */
static bool is_table(const struct pmt_objects *o, pmt_obj x)
{
    enum pmt_kind kind = pmt_kind_of(o, x);

    return o->shape->list_of_tables_grows &&
           (kind == PMT_KIND_SET || kind == PMT_KIND_FROZENSET || kind == PMT_KIND_DICT ||
            kind == PMT_KIND_VIEW);
}

/* Put what an iterator gives into room that was made, and more as by append. */
static bool take_all(struct pmt_objects *o, pmt_obj list, pmt_obj it)
{
    pmt_obj x;
    bool ok = true;

    while (ok && (x = pmt_next(o, it))) {
        if (pmt_row(o, list)->n_edges < pmt_row(o, list)->u.bytes.room) {
            ok = pmt_edges_push(o, list, x);
        } else {
            ok = pmt_list_append(o, list, x);
            pmt_decref(o, x);
        }
    }
    return ok && !pmt_error_kind(o);
}

/* What is gone through says how long it is, or an iterator how many it still has; if they are
 * fewer, room is given back. */
static bool extend_by_iterator(struct pmt_objects *o, pmt_obj list, pmt_obj iterable)
{
    pmt_obj it = pmt_iter(o, iterable);
    uint64_t n = 0;
    bool ok = it != PMT_NO_OBJ;

    if (ok && !pmt_length(o, iterable, &n))
        n = pmt_iterator_left(o, it);
    ok = ok && (is_table(o, iterable) ? resize(o, list, pmt_row(o, list)->n_edges + n)
                                      : room_for(o, list, n)) && take_all(o, list, it);
    pmt_decref(o, it);
    if (!ok)
        return false;
    return pmt_row(o, list)->n_edges == pmt_row(o, list)->u.bytes.room ||
           resize(o, list, pmt_row(o, list)->n_edges);
}

bool pmt_list_extend(struct pmt_objects *o, pmt_obj list, pmt_obj iterable)
{
    const pmt_obj *items;
    size_t n;

    if (!is_list(o, list, "extend"))
        return false;
    pmt_error_clear(o);
    return items_of(o, iterable, &items, &n) ? extend_by_items(o, list, iterable)
                                             : extend_by_iterator(o, list, iterable);
}

/* A list is made empty and extended; in some versions with room for all that has a length. */
pmt_obj pmt_to_list(struct pmt_objects *o, pmt_obj iterable)
{
    uint64_t n = 0;
    pmt_obj list;

    if (o->shape->list_of != 1 || !pmt_len(o, iterable, &n))
        n = 0;
    pmt_error_clear(o);
    list = list_with_room(o, n, n);
    if (!list)
        return PMT_NO_OBJ;
    pmt_gc_track(o, list);
    if (pmt_list_extend(o, list, iterable))
        return list;
    pmt_decref(o, list);
    return PMT_NO_OBJ;
}

/* -- tuple -- */

/* From 3.14 on a tuple of atoms is not tracked at all. */
static bool born_tracked(const struct pmt_objects *o, pmt_obj tuple)
{
    const struct pmt_object *row = pmt_row(o, tuple);

    if (!o->shape->tuple_created_untracked)
        return true;
    for (uint32_t i = 0; i < row->n_edges; i++)
        if (pmt_is_gc(o, row->edges[i]))
            return true;
    return false;
}

static pmt_obj empty_tuple(struct pmt_objects *o)
{
    if (!o->empty_tuple)
        o->empty_tuple = o->shape->empty_tuple_static
                             ? pmt_object_static(o, PMT_KIND_TUPLE)
                             : pmt_object_make(o, PMT_KIND_TUPLE, o->shape->tuple_bytes, 0, 0);
    if (o->empty_tuple)
        pmt_incref(o, o->empty_tuple);
    return o->empty_tuple;
}

pmt_obj pmt_tuple_new(struct pmt_objects *o, const pmt_obj *items, size_t n)
{
    pmt_block spare = PMT_BLOCK_NONE;
    pmt_obj tuple;

    if (!n)
        return empty_tuple(o);
    if (n < PMT_TUPLE_LISTS && n <= o->shape->tuple_list_pop_sizes)
        spare = pmt_spare_pop(&o->recycler.tuples[n]);
    tuple = spare != PMT_BLOCK_NONE
                ? pmt_object_reuse(o, PMT_KIND_TUPLE, spare)
                : pmt_object_make(o, PMT_KIND_TUPLE,
                                  o->shape->tuple_bytes + n * o->shape->tuple_item, 0, 0);
    if (!tuple)
        return PMT_NO_OBJ;
    if (!pmt_edges_reserve(o, tuple, n)) {
        pmt_decref(o, tuple);
        return PMT_NO_OBJ;
    }
    put_items(o, tuple, items, n);
    if (born_tracked(o, tuple))
        pmt_gc_track(o, tuple);
    return tuple;
}

pmt_obj pmt_to_tuple(struct pmt_objects *o, pmt_obj iterable)
{
    pmt_obj list, tuple;

    if (pmt_row(o, iterable)->kind == PMT_KIND_TUPLE) {
        pmt_incref(o, iterable);
        return iterable;
    }
    if (pmt_row(o, iterable)->kind == PMT_KIND_LIST)
        return pmt_tuple_new(o, pmt_row(o, iterable)->edges, pmt_row(o, iterable)->n_edges);
    list = pmt_to_list(o, iterable);
    if (!list)
        return PMT_NO_OBJ;
    tuple = pmt_tuple_new(o, pmt_row(o, list)->edges, pmt_row(o, list)->n_edges);
    pmt_decref(o, list);
    return tuple;
}
