/*
 * iterate.c - iter(x), next(i), and the views of a dict.
 *
 * An iterator's edge is what it goes over, dropped when it comes to the end; one over a
 * dict's items has a second, the pair that it gives again and again as long as nobody else
 * keeps it (Objects/dictobject.c, dictiter_new). Over a range it refers to nothing and is not
 * known to the collector. Where it is, u.iterator.at:
 *
 *     sequence   item, in a text the byte; `used` is the kind, `left` what names need
 *     dict, set  as pmt_entry_next() has it; `used` is the length that must not change,
 *                `left` how many are to come
 *     range      u.range.start is the next number
 */
#include "object/values.h"

#include <string.h>
#include "object/literal.h"
#include "object/raise.h"

/* -- making -- */

static pmt_obj refer_to(struct pmt_objects *o, pmt_obj x, pmt_obj to)
{
    if (!x)
        return PMT_NO_OBJ;
    pmt_incref(o, to);
    if (!pmt_edges_push(o, x, to)) {
        pmt_decref(o, x);
        return PMT_NO_OBJ;
    }
    return x;
}

static uint64_t bytes_of(const struct pmt_shape *s, enum pmt_iterating what, uint32_t kind)
{
    if (what == PMT_ITERATE_RANGE)
        return s->range_iter_bytes;
    if (what == PMT_ITERATE_SET)
        return s->set_iter_bytes;
    if (what != PMT_ITERATE_SEQUENCE)
        return s->dict_iter_bytes;
    /* an array's also keeps the function that reads an item */
    return s->list_iter_bytes + (kind == PMT_KIND_ARRAY ? sizeof(void *) : 0);
}

static pmt_obj over_range(struct pmt_objects *o, pmt_obj range)
{
    pmt_obj x = pmt_object_make(o, PMT_KIND_ITERATOR, o->shape->range_iter_bytes, 0,
                                PMT_OBJ_PLAIN);

    if (x)
        pmt_row(o, x)->u.range = pmt_row(o, range)->u.range;
    return x;
}

static pmt_obj over_sequence(struct pmt_objects *o, pmt_obj sequence)
{
    uint32_t kind = pmt_row(o, sequence)->kind;
    pmt_obj x = pmt_object_make(o, PMT_KIND_ITERATOR,
                                bytes_of(o->shape, PMT_ITERATE_SEQUENCE, kind), 0, 0);

    x = refer_to(o, x, sequence);
    if (!x)
        return PMT_NO_OBJ;
    pmt_row(o, x)->u.iterator.what = PMT_ITERATE_SEQUENCE;
    pmt_row(o, x)->u.iterator.used = kind;
    pmt_row(o, x)->u.iterator.left = kind == PMT_KIND_STR &&
                                     pmt_row(o, sequence)->u.text->ascii;
    pmt_gc_track(o, x);
    return x;
}

/* The pair that an iterator over items gives: at first of two None. */
static bool add_pair(struct pmt_objects *o, pmt_obj x)
{
    const pmt_obj nothing[] = {o->none, o->none};
    pmt_obj pair = pmt_tuple_new(o, nothing, 2);

    return pair && pmt_edges_push(o, x, pair);
}

/* Over a dict or set. */
static pmt_obj over_entries(struct pmt_objects *o, pmt_obj table, enum pmt_iterating what)
{
    pmt_obj x = pmt_object_make(o, PMT_KIND_ITERATOR, bytes_of(o->shape, what, 0), 0, 0);
    struct pmt_object *row;

    x = refer_to(o, x, table);
    if (x && what == PMT_ITERATE_ITEMS && !add_pair(o, x)) {
        pmt_decref(o, x);
        return PMT_NO_OBJ;
    }
    if (!x)
        return PMT_NO_OBJ;
    row = pmt_row(o, x);
    row->u.iterator.what = what;
    row->u.iterator.used = row->u.iterator.left = (uint32_t)pmt_row(o, table)->u.probe->used;
    pmt_gc_track(o, x);
    return x;
}

pmt_obj pmt_iter(struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    pmt_error_clear(o);
    switch (row->kind) {
    case PMT_KIND_ITERATOR:
        pmt_incref(o, x);
        return x;
    case PMT_KIND_LIST: case PMT_KIND_TUPLE: case PMT_KIND_STR: case PMT_KIND_UNICODE:
    case PMT_KIND_BYTES: case PMT_KIND_BYTEARRAY: case PMT_KIND_ARRAY:
        return over_sequence(o, x);
    case PMT_KIND_DICT:
        return over_entries(o, x, PMT_ITERATE_KEYS);
    case PMT_KIND_VIEW:
        return over_entries(o, row->edges[0], (enum pmt_iterating)row->u.iterator.what);
    case PMT_KIND_SET: case PMT_KIND_FROZENSET:
        return over_entries(o, x, PMT_ITERATE_SET);
    case PMT_KIND_RANGE:
        return over_range(o, x);
    default:
        (void)pmt_raise_type(o, PMT_RAISE_NOT_ITERABLE, x, PMT_NO_OBJ);
        return PMT_NO_OBJ;
    }
}

/* -- going on -- */

/* At the end: what it went over is let go. */
static pmt_obj finished(struct pmt_objects *o, pmt_obj it)
{
    struct pmt_object *row = pmt_row(o, it);
    pmt_obj over = row->edges[0];

    row->edges[0] = PMT_NO_OBJ;
    pmt_decref(o, over);
    return PMT_NO_OBJ;
}

static pmt_obj next_character(struct pmt_objects *o, pmt_obj it, pmt_obj text)
{
    const struct pmt_text *t = pmt_row(o, text)->u.text;
    const char *from = t->utf8 + pmt_row(o, it)->u.iterator.at, *to = from;

    (void)pmt_utf8_next(&to, t->utf8 + t->n_bytes);
    pmt_row(o, it)->u.iterator.at += (uint64_t)(to - from);
    return pmt_row(o, text)->kind == PMT_KIND_UNICODE
               ? pmt_unicode_new(o, from, (size_t)(to - from))
               : pmt_str_new(o, from, (size_t)(to - from));
}

static pmt_obj next_of_sequence(struct pmt_objects *o, pmt_obj it)
{
    pmt_obj over = pmt_row(o, it)->edges[0];
    uint64_t at = pmt_row(o, it)->u.iterator.at, n;

    if (!over)
        return PMT_NO_OBJ;
    if (pmt_is_characters(o, over)) {
        if (at >= pmt_row(o, over)->u.text->n_bytes)
            return finished(o, it);
        return next_character(o, it, over);
    }
    if (!pmt_len(o, over, &n) || at >= n)
        return finished(o, it);
    pmt_row(o, it)->u.iterator.at++;
    return pmt_item_at(o, over, at);
}

/* Key and value as a tuple: the iterator's own if nobody else has it. */
static pmt_obj pair_of(struct pmt_objects *o, pmt_obj it, pmt_obj key, pmt_obj value)
{
    const pmt_obj pair[] = {key, value};
    pmt_obj own = pmt_row(o, it)->edges[1], old[2];
    struct pmt_object *row = pmt_row(o, own);

    pmt_incref(o, key);
    pmt_incref(o, value);
    if (row->refs != 1) {
        own = pmt_tuple_new(o, pair, 2);
        pmt_decref(o, key);
        pmt_decref(o, value);
        return own;
    }
    memcpy(old, row->edges, sizeof old);
    memcpy(row->edges, pair, sizeof pair);
    pmt_incref(o, own);
    pmt_decref(o, old[0]);
    pmt_decref(o, old[1]);
    pmt_gc_track(o, own); /* a collection may have untracked it */
    return own;
}

static pmt_obj of_entry(struct pmt_objects *o, pmt_obj it, pmt_obj table, int64_t entry)
{
    uint32_t what = pmt_row(o, it)->u.iterator.what;
    const pmt_obj *edges = pmt_row(o, table)->edges;
    pmt_obj x;

    if (what == PMT_ITERATE_ITEMS)
        return pair_of(o, it, edges[2 * entry], edges[2 * entry + 1]);
    x = what == PMT_ITERATE_SET ? edges[entry] : edges[2 * entry + (what == PMT_ITERATE_VALUES)];
    pmt_incref(o, x);
    return x;
}

/* No table has so many entries: the iterator has failed once and fails again. */
#define FAILED UINT32_MAX

static pmt_obj fail(struct pmt_objects *o, pmt_obj it, enum pmt_raise_id why)
{
    pmt_row(o, it)->u.iterator.used = FAILED;
    (void)pmt_raise_text(o, why, NULL, NULL, NULL);
    return PMT_NO_OBJ;
}

static pmt_obj next_of_entries(struct pmt_objects *o, pmt_obj it)
{
    struct pmt_object *row = pmt_row(o, it);
    pmt_obj table = row->edges[0];
    int64_t entry;

    if (!table)
        return PMT_NO_OBJ;
    if (pmt_row(o, table)->u.probe->used != row->u.iterator.used)
        return fail(o, it, row->u.iterator.what == PMT_ITERATE_SET
                               ? PMT_RAISE_SET_SIZE_CHANGED : PMT_RAISE_DICT_SIZE_CHANGED);
    entry = pmt_entry_next(o, table, &row->u.iterator.at);
    if (entry < 0)
        return finished(o, it);
    if (!row->u.iterator.left && row->u.iterator.what != PMT_ITERATE_SET &&
        o->shape->dict_keys_checked)
        return fail(o, it, PMT_RAISE_DICT_KEYS_CHANGED);
    row->u.iterator.left -= row->u.iterator.left > 0;
    return of_entry(o, it, table, entry);
}

static pmt_obj next_of_range(struct pmt_objects *o, pmt_obj it)
{
    struct pmt_object *row = pmt_row(o, it);
    int64_t now = row->u.range.start;

    if (!pmt_range_length(row))
        return PMT_NO_OBJ;
    if (__builtin_add_overflow(now, row->u.range.step, &row->u.range.start))
        row->u.range.start = row->u.range.stop;
    return pmt_int_new(o, now);
}

pmt_obj pmt_next(struct pmt_objects *o, pmt_obj it)
{
    const struct pmt_object *row = pmt_row(o, it);

    pmt_error_clear(o);
    if (row->kind != PMT_KIND_ITERATOR) {
        (void)pmt_raise_type(o, PMT_RAISE_NO_ITERATOR, it, PMT_NO_OBJ);
        return PMT_NO_OBJ;
    }
    if (row->flags & PMT_OBJ_PLAIN)
        return next_of_range(o, it);
    return row->u.iterator.what == PMT_ITERATE_SEQUENCE ? next_of_sequence(o, it)
                                                        : next_of_entries(o, it);
}

/* What is guessed where an iterator cannot say: one over an array (PyObject_LengthHint). */
#define GUESSED 8

static uint64_t left_of_text(const struct pmt_text *t, uint64_t at)
{
    const char *from = t->utf8 + at, *end = t->utf8 + t->n_bytes;
    uint64_t n = 0;

    for (; from < end; n++)
        (void)pmt_utf8_next(&from, end);
    return n;
}

uint64_t pmt_iterator_left(const struct pmt_objects *o, pmt_obj it)
{
    const struct pmt_object *row = pmt_row(o, it);
    pmt_obj over = row->flags & PMT_OBJ_PLAIN ? PMT_NO_OBJ : row->edges[0];
    uint64_t n = 0;

    if (row->flags & PMT_OBJ_PLAIN)
        return pmt_range_length(row);
    if (row->u.iterator.what == PMT_ITERATE_SEQUENCE && row->u.iterator.used == PMT_KIND_ARRAY)
        return GUESSED;
    if (!over)
        return 0;
    if (row->u.iterator.what != PMT_ITERATE_SEQUENCE)
        return pmt_row(o, over)->u.probe->used == row->u.iterator.used ? row->u.iterator.left : 0;
    if (pmt_is_characters(o, over))
        return left_of_text(pmt_row(o, over)->u.text, row->u.iterator.at);
    (void)pmt_length(o, over, &n);
    return n > row->u.iterator.at ? n - row->u.iterator.at : 0;
}

/* -- views -- */

static bool needs_dict(struct pmt_objects *o, pmt_obj x, enum pmt_view what)
{
    static const char *const names[] = {"keys", "values", "items"};

    return pmt_kind_of(o, x) == PMT_KIND_DICT ||
           pmt_raise(o, PMT_EXC_ATTRIBUTE, "'%s' object has no attribute '%s'",
                     pmt_type_name(o, x), names[what]);
}

pmt_obj pmt_dict_view(struct pmt_objects *o, pmt_obj dict, enum pmt_view what)
{
    pmt_obj x;

    if (!needs_dict(o, dict, what))
        return PMT_NO_OBJ;
    x = refer_to(o, pmt_object_make(o, PMT_KIND_VIEW, o->shape->view_bytes, 0, 0), dict);
    if (!x)
        return PMT_NO_OBJ;
    pmt_row(o, x)->u.iterator.what = what;
    pmt_gc_track(o, x);
    return x;
}

/* The list first, then the pairs (Objects/dictobject.c of 2.x, dict_items). */
static bool fill_pairs(struct pmt_objects *o, pmt_obj list)
{
    const pmt_obj nothing[] = {o->none, o->none};

    for (uint32_t i = 0; i < pmt_row(o, list)->n_edges; i++) {
        pmt_obj pair = pmt_tuple_new(o, nothing, 2), old = pmt_row(o, list)->edges[i];

        if (!pair)
            return false;
        pmt_row(o, list)->edges[i] = pair;
        pmt_decref(o, old);
    }
    return true;
}

/* Put x in the place of what an owner has at `edge`. */
static void replace(struct pmt_objects *o, pmt_obj owner, uint32_t edge, pmt_obj x)
{
    pmt_obj old = pmt_row(o, owner)->edges[edge];

    pmt_incref(o, x);
    pmt_row(o, owner)->edges[edge] = x;
    pmt_decref(o, old);
}

static void fill_entries(struct pmt_objects *o, pmt_obj list, pmt_obj dict, enum pmt_view what)
{
    uint64_t at = 0;
    uint32_t i = 0;

    /* finalizers that ran while the pairs were made may have changed the dict */
    for (int64_t e; i < pmt_row(o, list)->n_edges && (e = pmt_entry_next(o, dict, &at)) >= 0;
         i++) {
        pmt_obj key = pmt_row(o, dict)->edges[2 * e], value = pmt_row(o, dict)->edges[2 * e + 1];
        pmt_obj pair = pmt_row(o, list)->edges[i];

        if (what != PMT_VIEW_ITEMS) {
            replace(o, list, i, what == PMT_VIEW_KEYS ? key : value);
        } else {
            replace(o, pair, 0, key);
            replace(o, pair, 1, value);
        }
    }
}

pmt_obj pmt_dict_list(struct pmt_objects *o, pmt_obj dict, enum pmt_view what)
{
    pmt_obj list, *nothing;
    size_t n;

    if (!needs_dict(o, dict, what))
        return PMT_NO_OBJ;
    n = (size_t)pmt_row(o, dict)->u.probe->used;
    nothing = pmt_alloc_array(n + 1, sizeof *nothing);
    if (!nothing)
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    for (size_t i = 0; i < n; i++)
        nothing[i] = o->none;
    list = pmt_list_new(o, nothing, n);
    pmt_free(nothing);
    if (!list)
        return PMT_NO_OBJ;
    if (what == PMT_VIEW_ITEMS && !fill_pairs(o, list)) {
        pmt_decref(o, list);
        return PMT_NO_OBJ;
    }
    fill_entries(o, list, dict, what);
    return list;
}

/* -- what they are called, how large they are -- */

static const char *sequence_iterator_name(const struct pmt_objects *o, uint32_t kind, bool ascii)
{
    bool two = o->shape->str_is_bytes;

    switch (kind) {
    case PMT_KIND_LIST:      return two ? "listiterator" : "list_iterator";
    case PMT_KIND_TUPLE:     return two ? "tupleiterator" : "tuple_iterator";
    case PMT_KIND_BYTEARRAY: return "bytearray_iterator";
    case PMT_KIND_ARRAY:     return "arrayiterator";
    case PMT_KIND_BYTES:     return "bytes_iterator";
    default:
        if (two)
            return "iterator";
        return ascii && o->shape->str_iter_ascii ? "str_ascii_iterator" : "str_iterator";
    }
}

const char *pmt_iterator_name(const struct pmt_objects *o, pmt_obj x)
{
    static const char *const views[] = {"dict_keys", "dict_values", "dict_items"};
    static const struct { const char *two, *three; } names[] = {
        [PMT_ITERATE_KEYS] = {"dictionary-keyiterator", "dict_keyiterator"},
        [PMT_ITERATE_VALUES] = {"dictionary-valueiterator", "dict_valueiterator"},
        [PMT_ITERATE_ITEMS] = {"dictionary-itemiterator", "dict_itemiterator"},
        [PMT_ITERATE_SET] = {"setiterator", "set_iterator"},
        [PMT_ITERATE_RANGE] = {"rangeiterator", "range_iterator"}};
    const struct pmt_object *row = pmt_row(o, x);
    uint32_t what = row->flags & PMT_OBJ_PLAIN ? PMT_ITERATE_RANGE : row->u.iterator.what;

    if (row->kind == PMT_KIND_VIEW)
        return views[what];
    if (what == PMT_ITERATE_SEQUENCE)
        return sequence_iterator_name(o, row->u.iterator.used, row->u.iterator.left != 0);
    return o->shape->str_is_bytes ? names[what].two : names[what].three;
}

uint64_t pmt_iterator_bytes(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    if (row->kind == PMT_KIND_VIEW)
        return o->shape->view_bytes;
    return row->flags & PMT_OBJ_PLAIN
               ? o->shape->range_iter_bytes
               : bytes_of(o->shape, (enum pmt_iterating)row->u.iterator.what,
                          row->u.iterator.used);
}
