/*
 * compare.c - a == b, a < b, and what else values are asked: truth, length.
 *
 * Numbers compare by value across their types, text with text, a container with its like,
 * everything else by identity. Inside a container identity goes first: [nan] equals itself,
 * nan does not. The interpreter compares by recursion and gives up when objects nest deeper
 * than its limit; here it is the same, so the C stack is safe.
 *
 * In 2.x objects of any two types have an order: None, then numbers, then by the names of the
 * types (Objects/object.c, default_3way_compare); dicts by length first.
 */
#include "object/values.h"

#include <string.h>
#include "object/number.h"
#include "object/raise.h"

static bool equal(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth);

/* -- equality -- */

static bool same(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth)
{
    return a == b || equal(o, a, b, depth);
}

static bool same_bytes(const struct pmt_text *s, const struct pmt_text *t)
{
    return s->n_bytes == t->n_bytes && !memcmp(s->utf8, t->utf8, s->n_bytes);
}

/* A bytearray's bytes are all 0: nothing in a script sets them. */
static bool is_zeros(const struct pmt_object *row, uint64_t n)
{
    if (row->kind == PMT_KIND_BYTEARRAY)
        return row->u.bytes.n == n;
    if (row->kind != PMT_KIND_BYTES && row->kind != PMT_KIND_STR)
        return false;
    for (uint64_t i = 0; i < row->u.text->n_bytes; i++)
        if (row->u.text->utf8[i])
            return false;
    return row->u.text->n_bytes == n;
}

static bool is_text(const struct pmt_object *row)
{
    return row->kind == PMT_KIND_STR || row->kind == PMT_KIND_UNICODE ||
           row->kind == PMT_KIND_BYTES;
}

/* Bytes beside unicode in 2.x: equal only where both are ASCII. */
static bool equal_text(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth)
{
    const struct pmt_object *x = pmt_row(o, a), *y = pmt_row(o, b);

    (void)depth;
    if (y->kind == PMT_KIND_BYTEARRAY && !pmt_is_characters(o, a))
        return is_zeros(x, y->u.bytes.n);
    if (!is_text(y) || (x->kind != y->kind && !o->shape->str_is_bytes))
        return false;
    return (x->kind == y->kind || (x->u.text->ascii && y->u.text->ascii)) &&
           same_bytes(x->u.text, y->u.text);
}

static bool equal_bytearray(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth)
{
    (void)depth;
    return !pmt_is_characters(o, b) && is_zeros(pmt_row(o, b), pmt_row(o, a)->u.bytes.n);
}

static bool equal_sequence(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth)
{
    const struct pmt_object *x = pmt_row(o, a), *y = pmt_row(o, b);

    if (x->kind != y->kind || x->n_edges != y->n_edges)
        return false;
    for (uint32_t i = 0; i < x->n_edges; i++)
        if (!same(o, x->edges[i], y->edges[i], depth))
            return false;
    return true;
}

static bool equal_array(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth)
{
    struct pmt_object *y = pmt_row(o, b);
    const struct pmt_numbers *s = pmt_row(o, a)->u.numbers, *t = y->u.numbers;

    (void)depth;
    if (y->kind != PMT_KIND_ARRAY || s->n != t->n)
        return false;
    for (uint64_t i = 0; i < s->n; i++) {
        struct pmt_num x = {PMT_NUM_INT, s->at[i].i, s->at[i].d, 0.0};
        struct pmt_num z = {PMT_NUM_INT, t->at[i].i, t->at[i].d, 0.0};

        x.kind = strchr("fd", s->typecode) ? PMT_NUM_FLOAT : PMT_NUM_INT;
        z.kind = strchr("fd", t->typecode) ? PMT_NUM_FLOAT : PMT_NUM_INT;
        if (pmt_num_compare(&x, &z))
            return false;
    }
    return true;
}

static bool equal_range(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth)
{
    const struct pmt_object *x = pmt_row(o, a), *y = pmt_row(o, b);
    uint64_t n = pmt_range_length(x);

    (void)depth;
    return o->shape->range_equal && y->kind == PMT_KIND_RANGE && pmt_range_length(y) == n &&
           (n < 1 || x->u.range.start == y->u.range.start) &&
           (n < 2 || x->u.range.step == y->u.range.step);
}

static bool equal_dict(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth)
{
    const struct pmt_object *x = pmt_row(o, a), *y = pmt_row(o, b);

    if (y->kind != PMT_KIND_DICT || x->u.probe->used != y->u.probe->used)
        return false;
    for (uint32_t i = 0; i < x->n_edges; i += 2) {
        pmt_obj other = x->edges[i] ? pmt_dict_get(o, b, x->edges[i]) : PMT_NO_OBJ;

        if (x->edges[i] && (!other || !same(o, x->edges[i + 1], other, depth)))
            return false;
    }
    return true;
}

static bool is_items(const struct pmt_objects *o, pmt_obj x)
{
    return pmt_row(o, x)->kind == PMT_KIND_VIEW &&
           pmt_row(o, x)->u.iterator.what == PMT_VIEW_ITEMS;
}

/* Whether all that an iterator gives is in b: pairs of a view of items are made for it. */
static bool all_given_in(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    pmt_obj it = pmt_iter(o, a), x;
    bool found = it != PMT_NO_OBJ;

    while (found && (x = pmt_next(o, it))) {
        found = pmt_contains(o, b, x, &found) && found;
        pmt_decref(o, x);
    }
    pmt_decref(o, it);
    return found && !pmt_error_kind(o);
}

/* Whether all members of set a, or all that view a shows, are in b. */
static bool all_in(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    bool view = pmt_row(o, a)->kind == PMT_KIND_VIEW, found = true;
    pmt_obj table = view ? pmt_row(o, a)->edges[0] : a;
    uint64_t at = 0;

    if (is_items(o, a))
        return all_given_in(o, a, b);
    for (int64_t e; found && (e = pmt_entry_next(o, table, &at)) >= 0;)
        if (!pmt_contains(o, b, pmt_row(o, table)->edges[view ? 2 * e : e], &found))
            return false;
    return found;
}

static bool equal_items(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth)
{
    if (pmt_is_any_set(o, b))
        return all_in(o, b, a);
    return pmt_row(o, b)->u.iterator.what == PMT_VIEW_ITEMS &&
           equal_dict(o, pmt_row(o, a)->edges[0], pmt_row(o, b)->edges[0], depth);
}

static bool is_like_set(const struct pmt_objects *o, pmt_obj x)
{
    return pmt_is_any_set(o, x) || pmt_is_set_view(o, x);
}

/* Sets, frozensets, views of keys and of items, each with each. */
static bool equal_set(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth)
{
    uint64_t n = 0, m = 0;

    if (!is_like_set(o, a) || !is_like_set(o, b) || !pmt_len(o, a, &n) ||
        !pmt_len(o, b, &m) || n != m)
        return false;
    if (is_items(o, a))
        return equal_items(o, a, b, depth);
    return is_items(o, b) ? equal_items(o, b, a, depth) : all_in(o, a, b);
}

static bool equal_method(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth)
{
    const struct pmt_object *x = pmt_row(o, a), *y = pmt_row(o, b);

    return y->kind == PMT_KIND_METHOD && x->edges[0] == y->edges[0] &&
           (x->edges[1] == y->edges[1] ||
            (!o->shape->method_self_is && equal(o, x->edges[1], y->edges[1], depth)));
}

static bool equal_weakref(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth)
{
    const struct pmt_object *y = pmt_row(o, b);
    pmt_obj left = pmt_row(o, a)->u.weak.referent;

    return y->kind == PMT_KIND_WEAKREF && left && y->u.weak.referent &&
           same(o, left, y->u.weak.referent, depth);
}

/* Both are different objects; NULL: not equal then. Numbers come before. */
static bool (*const equals[PMT_N_KINDS])(struct pmt_objects *, pmt_obj, pmt_obj, unsigned) = {
    [PMT_KIND_STR] = equal_text,       [PMT_KIND_UNICODE] = equal_text,
    [PMT_KIND_BYTES] = equal_text,     [PMT_KIND_BYTEARRAY] = equal_bytearray,
    [PMT_KIND_ARRAY] = equal_array,    [PMT_KIND_RANGE] = equal_range,
    [PMT_KIND_LIST] = equal_sequence,  [PMT_KIND_TUPLE] = equal_sequence,
    [PMT_KIND_DICT] = equal_dict,      [PMT_KIND_SET] = equal_set,
    [PMT_KIND_FROZENSET] = equal_set,  [PMT_KIND_VIEW] = equal_set,
    [PMT_KIND_METHOD] = equal_method,  [PMT_KIND_WEAKREF] = equal_weakref};

static bool equal(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth)
{
    struct pmt_num x, y;

    if (depth > PMT_DEPTH_MAX)
        return pmt_raise_text(o, PMT_RAISE_DEPTH_COMPARE, NULL, NULL, NULL);
    if (pmt_num_of(o, a, &x))
        return pmt_num_of(o, b, &y) && pmt_num_compare(&x, &y) == 0;
    if (a == b || !equals[pmt_kind_of(o, a)])
        return a == b;
    return equals[pmt_kind_of(o, a)](o, a, b, depth + 1);
}

bool pmt_equal(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    return equal(o, a, b, 0);
}

/* -- order -- */

static bool less(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth, bool *out);

/* The first items that differ decide, else the length. */
static bool less_sequence(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth,
                          bool *out)
{
    const struct pmt_object *x = pmt_row(o, a), *y = pmt_row(o, b);
    uint32_t n = x->n_edges < y->n_edges ? x->n_edges : y->n_edges;

    for (uint32_t i = 0; i < n; i++) {
        if (same(o, x->edges[i], y->edges[i], depth))
            continue;
        return !pmt_error_kind(o) && less(o, x->edges[i], y->edges[i], depth, out);
    }
    *out = x->n_edges < y->n_edges;
    return true;
}

static bool less_text(const struct pmt_text *s, const struct pmt_text *t)
{
    uint64_t n = s->n_bytes < t->n_bytes ? s->n_bytes : t->n_bytes;
    int order = memcmp(s->utf8, t->utf8, n); /* UTF-8 sorts as its characters do */

    return order < 0 || (order == 0 && s->n_bytes < t->n_bytes);
}

static bool less_set(struct pmt_objects *o, pmt_obj a, pmt_obj b, bool *out)
{
    uint64_t n = 0, m = 0;

    *out = pmt_len(o, a, &n) && pmt_len(o, b, &m) && n < m && all_in(o, a, b);
    return !pmt_error_kind(o);
}

static const char *rank_name(const struct pmt_objects *o, pmt_obj x)
{
    struct pmt_num n;

    return pmt_num_of(o, x, &n) ? "" : pmt_type_name(o, x);
}

/* 2.x, two objects that have no order of their own. */
static bool less_anyhow(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    const struct pmt_object *x = pmt_row(o, a), *y = pmt_row(o, b);
    int order;

    if (x->kind == PMT_KIND_DICT && y->kind == PMT_KIND_DICT &&
        x->u.probe->used != y->u.probe->used)
        return x->u.probe->used < y->u.probe->used;
    if (x->kind == PMT_KIND_DICT && y->kind == PMT_KIND_DICT && equal(o, a, b, 0))
        return false;
    if ((x->kind == PMT_KIND_NONE) != (y->kind == PMT_KIND_NONE))
        return x->kind == PMT_KIND_NONE;
    order = strcmp(rank_name(o, a), rank_name(o, b));
    return order < 0 || (order == 0 && pmt_id(o, a) < pmt_id(o, b));
}

static bool no_order(struct pmt_objects *o, pmt_obj a, pmt_obj b, bool numbers, bool *out)
{
    if (!o->shape->orders_all)
        return pmt_raise_operands(o, PMT_RAISE_ORDER, "<", a, b);
    if (numbers)
        return pmt_raise_text(o, PMT_RAISE_ORDER_COMPLEX, NULL, NULL, NULL);
    *out = less_anyhow(o, a, b);
    return true;
}

static bool comparable_text(const struct pmt_objects *o, const struct pmt_object *x,
                            const struct pmt_object *y)
{
    return is_text(x) && is_text(y) && (x->kind == y->kind || o->shape->str_is_bytes);
}

static bool less(struct pmt_objects *o, pmt_obj a, pmt_obj b, unsigned depth, bool *out)
{
    const struct pmt_object *x = pmt_row(o, a), *y = pmt_row(o, b);
    struct pmt_num m, n;

    if (depth > PMT_DEPTH_MAX)
        return pmt_raise_text(o, PMT_RAISE_DEPTH_COMPARE, NULL, NULL, NULL);
    if (pmt_num_of(o, a, &m) && pmt_num_of(o, b, &n)) {
        if (m.kind == PMT_NUM_COMPLEX || n.kind == PMT_NUM_COMPLEX)
            return no_order(o, a, b, true, out);
        *out = pmt_num_compare(&m, &n) < 0;
        return true;
    }
    if (comparable_text(o, x, y)) {
        *out = less_text(x->u.text, y->u.text);
        return true;
    }
    if (x->kind == y->kind && (x->kind == PMT_KIND_LIST || x->kind == PMT_KIND_TUPLE))
        return less_sequence(o, a, b, depth + 1, out);
    if (is_like_set(o, a) && is_like_set(o, b))
        return less_set(o, a, b, out);
    return no_order(o, a, b, false, out);
}

bool pmt_less(struct pmt_objects *o, pmt_obj a, pmt_obj b, bool *out)
{
    *out = false;
    return less(o, a, b, 0, out);
}

/* -- what else is asked -- */

bool pmt_is_characters(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    return row->kind == PMT_KIND_UNICODE ||
           (row->kind == PMT_KIND_STR && !o->shape->str_is_bytes);
}

bool pmt_is_any_set(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    return row->kind == PMT_KIND_SET || row->kind == PMT_KIND_FROZENSET;
}

bool pmt_is_set_view(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    return row->kind == PMT_KIND_VIEW && row->u.iterator.what != PMT_VIEW_VALUES;
}

uint64_t pmt_range_length(const struct pmt_object *row)
{
    pmt_int start = row->u.range.start, stop = row->u.range.stop, step = row->u.range.step;

    if (step < 0) {
        pmt_int swap = start;

        start = stop;
        stop = swap;
        step = -step;
    }
    return start < stop ? (uint64_t)((stop - start + step - 1) / step) : 0;
}

bool pmt_length(const struct pmt_objects *o, pmt_obj x, uint64_t *out)
{
    const struct pmt_object *row = pmt_row(o, x);

    switch (row->kind) {
    case PMT_KIND_STR: case PMT_KIND_UNICODE: case PMT_KIND_BYTES:
        *out = row->u.text->n_chars;
        return true;
    case PMT_KIND_LIST: case PMT_KIND_TUPLE:
        *out = row->n_edges;
        return true;
    case PMT_KIND_DICT: case PMT_KIND_SET: case PMT_KIND_FROZENSET:
        *out = row->u.probe->used;
        return true;
    case PMT_KIND_VIEW:
        return pmt_length(o, row->edges[0], out);
    case PMT_KIND_RANGE:
        *out = pmt_range_length(row);
        return true;
    case PMT_KIND_BYTEARRAY:
        *out = row->u.bytes.n;
        return true;
    case PMT_KIND_ARRAY:
        *out = row->u.numbers->n;
        return true;
    default:
        return false;
    }
}

bool pmt_len(struct pmt_objects *o, pmt_obj x, uint64_t *out)
{
    return pmt_length(o, x, out) || pmt_raise_type(o, PMT_RAISE_NO_LEN, x, PMT_NO_OBJ);
}

bool pmt_truth(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_num n;
    uint64_t size;

    if (pmt_num_of(o, x, &n))
        return n.kind == PMT_NUM_INT ? n.i != 0 : n.real != 0.0 || n.imag != 0.0;
    if (pmt_length(o, x, &size))
        return size != 0;
    return pmt_row(o, x)->kind != PMT_KIND_NONE;
}

int64_t pmt_entry_next(const struct pmt_objects *o, pmt_obj x, uint64_t *at)
{
    const struct pmt_object *row = pmt_row(o, x);

    if (row->kind != PMT_KIND_DICT || o->shape->dict_slot_order)
        return pmt_probe_walk(row->u.probe, at);
    while (*at < row->u.probe->hashes.n) {
        uint64_t entry = (*at)++;

        if (row->edges[2 * entry])
            return (int64_t)entry;
    }
    return -1;
}
