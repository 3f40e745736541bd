/*
 * item.c - x[key], x[key] = value, del x[key], item in x, x[from:to].
 *
 * One row for each kind that has items by number says what its errors are called; which of
 * them can be changed is said where it is done. A slice is a new object, but for the whole of
 * a tuple or a text, which is itself.
 */
#include "object/values.h"

#include <string.h>
#include "object/dict.h"
#include "object/literal.h"
#include "object/number.h"
#include "object/raise.h"

/* -- by number -- */

/* Errors of a kind with items by number: an index of another type, one out of range. */
static const struct indexed { bool has; enum pmt_raise_id type, range; } indexed[PMT_N_KINDS] = {
    [PMT_KIND_LIST] = {true, PMT_RAISE_INDEX_LIST, PMT_RAISE_RANGE_LIST},
    [PMT_KIND_TUPLE] = {true, PMT_RAISE_INDEX_LIST, PMT_RAISE_RANGE_LIST},
    [PMT_KIND_STR] = {true, PMT_RAISE_INDEX_TEXT, PMT_RAISE_RANGE_TEXT},
    [PMT_KIND_UNICODE] = {true, PMT_RAISE_INDEX_TEXT, PMT_RAISE_RANGE_TEXT},
    [PMT_KIND_BYTES] = {true, PMT_RAISE_INDEX_BYTES, PMT_RAISE_RANGE_BYTES},
    [PMT_KIND_BYTEARRAY] = {true, PMT_RAISE_INDEX_BYTEARRAY, PMT_RAISE_RANGE_LIST},
    [PMT_KIND_ARRAY] = {true, PMT_RAISE_INDEX_ARRAY, PMT_RAISE_RANGE_LIST},
    [PMT_KIND_RANGE] = {true, PMT_RAISE_INDEX_RANGE, PMT_RAISE_RANGE_RANGE}};

static pmt_obj character_at(struct pmt_objects *o, pmt_obj x, uint64_t i)
{
    const struct pmt_text *t = pmt_row(o, x)->u.text;
    const char *from = t->utf8, *end = t->utf8 + t->n_bytes, *to;

    if (t->ascii)
        from += i;
    else
        while (i--)
            (void)pmt_utf8_next(&from, end);
    to = from;
    (void)pmt_utf8_next(&to, end);
    return pmt_row(o, x)->kind == PMT_KIND_UNICODE
               ? pmt_unicode_new(o, from, (size_t)(to - from))
               : pmt_str_new(o, from, (size_t)(to - from));
}

static pmt_obj number_at(struct pmt_objects *o, pmt_obj x, uint64_t i)
{
    const struct pmt_numbers *a = pmt_row(o, x)->u.numbers;

    return strchr("fd", a->typecode) ? pmt_float_new(o, a->at[i].d) : pmt_int_new(o, a->at[i].i);
}

pmt_obj pmt_item_at(struct pmt_objects *o, pmt_obj x, uint64_t i)
{
    const struct pmt_object *row = pmt_row(o, x);

    switch (row->kind) {
    case PMT_KIND_LIST: case PMT_KIND_TUPLE:
        pmt_incref(o, row->edges[i]);
        return row->edges[i];
    case PMT_KIND_ARRAY:
        return number_at(o, x, i);
    case PMT_KIND_RANGE:
        return pmt_int_new(o, row->u.range.start + (pmt_int)i * row->u.range.step);
    case PMT_KIND_BYTEARRAY:
        return pmt_int_new(o, 0);
    case PMT_KIND_BYTES:
        return pmt_int_new(o, (unsigned char)row->u.text->utf8[i]);
    default: /* texts */
        return pmt_is_characters(o, x) ? character_at(o, x, i)
                                       : pmt_bytes_new(o, row->u.text->utf8 + i, 1);
    }
}

/* The number of an item from an index that may count from the end. out_of_range: what to
 * raise then. */
static bool index_of(struct pmt_objects *o, pmt_obj x, pmt_obj key,
                     enum pmt_raise_id out_of_range, uint64_t *out)
{
    const struct indexed *kind = &indexed[pmt_kind_of(o, x)];
    uint64_t n = 0;
    pmt_int i;

    if (!pmt_int_get(o, key, &i)) {
        bool bytes = pmt_kind_of(o, x) == PMT_KIND_STR && o->shape->str_is_bytes;

        return pmt_raise_text(o, bytes ? PMT_RAISE_INDEX_STR_BYTES : kind->type,
                              pmt_type_name(o, x), pmt_type_name(o, key), NULL);
    }
    if (!pmt_len(o, x, &n))
        return false;
    if ((i > INT64_MAX || i < INT64_MIN) && pmt_kind_of(o, x) != PMT_KIND_RANGE)
        return pmt_raise_type(o, PMT_RAISE_INDEX_TOO_LARGE, key, PMT_NO_OBJ);
    if (i < 0)
        i += n;
    if (i < 0 || i >= (pmt_int)n)
        return pmt_raise_text(o, out_of_range, pmt_type_name(o, x), NULL, NULL);
    *out = (uint64_t)i;
    return true;
}

/* -- x[key] -- */

static pmt_obj value_of(struct pmt_objects *o, pmt_obj dict, pmt_obj key)
{
    pmt_obj value = pmt_dict_get(o, dict, key);

    if (value)
        pmt_incref(o, value);
    else if (!pmt_error_kind(o))
        (void)pmt_raise_key(o, key);
    return value;
}

/* An instance of an old class is asked for a method by that name. */
static bool refuse_old(struct pmt_objects *o, pmt_obj x, const char *method)
{
    return pmt_raise_text(o, PMT_RAISE_OLD_INSTANCE, pmt_class_name(o, pmt_class_of(o, x)),
                          method, NULL);
}

static bool is_old_instance(const struct pmt_objects *o, pmt_obj x)
{
    return pmt_kind_of(o, x) == PMT_KIND_INSTANCE && pmt_class_is_old(o, pmt_class_of(o, x));
}

/* Types that have methods of sequences, though not this one: the error for an int differs. */
static bool looks_like_sequence(const struct pmt_objects *o, pmt_obj x)
{
    switch (pmt_row(o, x)->kind) {
    case PMT_KIND_INSTANCE: case PMT_KIND_TUPLE: case PMT_KIND_STR: case PMT_KIND_UNICODE:
    case PMT_KIND_BYTES: case PMT_KIND_RANGE: case PMT_KIND_SET: case PMT_KIND_FROZENSET:
    case PMT_KIND_VIEW:
        return true;
    default:
        return false;
    }
}

/* key 0: a slice. */
static bool refuse_get(struct pmt_objects *o, pmt_obj x, pmt_obj key)
{
    bool number = key && pmt_int_get(o, key, &(pmt_int){0});

    if (is_old_instance(o, x))
        return refuse_old(o, x, "__getitem__");
    if (pmt_kind_of(o, x) == PMT_KIND_CLASS)
        return pmt_raise_text(o, PMT_RAISE_CLASS_NOT_SUBSCRIPTED, pmt_class_name(o, x), NULL,
                              NULL);
    return pmt_raise_type(o, number && looks_like_sequence(o, x) ? PMT_RAISE_NOT_INDEXED
                                                                 : PMT_RAISE_NOT_SUBSCRIPTED,
                          x, PMT_NO_OBJ);
}

pmt_obj pmt_item_get(struct pmt_objects *o, pmt_obj x, pmt_obj key)
{
    enum pmt_kind kind = pmt_kind_of(o, x);
    uint64_t i;

    pmt_error_clear(o);
    if (kind == PMT_KIND_DICT)
        return value_of(o, x, key);
    if (!indexed[kind].has)
        return (void)refuse_get(o, x, key), PMT_NO_OBJ;
    return index_of(o, x, key, indexed[kind].range, &i) ? pmt_item_at(o, x, i) : PMT_NO_OBJ;
}

/* -- x[key] = value -- */

static bool set_number(struct pmt_objects *o, pmt_obj array, uint64_t i, pmt_obj value)
{
    struct pmt_numbers *a = pmt_row(o, array)->u.numbers;
    double d = 0;
    pmt_int n = 0;
    bool floats = strchr("fd", a->typecode) != NULL;

    if (floats ? !pmt_float_get(o, value, &d) : !pmt_int_get(o, value, &n))
        return pmt_raise_type(o, PMT_RAISE_INTEGER_NEEDED, value, PMT_NO_OBJ);
    if (floats)
        a->at[i].d = d;
    else
        a->at[i].i = (int64_t)n;
    return true;
}

/* A bytearray's bytes are not kept: a script may ask for zeros only. */
static bool set_byte(struct pmt_objects *o, pmt_obj value)
{
    pmt_int n;

    if (!pmt_int_get(o, value, &n))
        return pmt_raise_type(o, PMT_RAISE_INTEGER_NEEDED, value, PMT_NO_OBJ);
    return (n >= 0 && n < 256) || pmt_raise_text(o, PMT_RAISE_BYTE_RANGE, NULL, NULL, NULL);
}

static bool set_list_item(struct pmt_objects *o, pmt_obj list, uint64_t i, pmt_obj value)
{
    pmt_obj old = pmt_row(o, list)->edges[i];

    pmt_incref(o, value);
    pmt_row(o, list)->edges[i] = value;
    pmt_decref(o, old);
    return true;
}

/* An int that is no index, however many items there were. */
static bool too_large(const struct pmt_objects *o, pmt_obj x, pmt_obj key)
{
    pmt_int i;

    return looks_like_sequence(o, x) && pmt_int_get(o, key, &i) &&
           (i > INT64_MAX || i < INT64_MIN);
}

static bool refuse_set(struct pmt_objects *o, pmt_obj x, pmt_obj key)
{
    if (is_old_instance(o, x))
        return refuse_old(o, x, "__setitem__");
    return too_large(o, x, key)
               ? pmt_raise_type(o, PMT_RAISE_INDEX_TOO_LARGE, key, PMT_NO_OBJ)
               : pmt_raise_type(o, PMT_RAISE_NOT_ASSIGNED, x, PMT_NO_OBJ);
}

bool pmt_item_set(struct pmt_objects *o, pmt_obj x, pmt_obj key, pmt_obj value)
{
    enum pmt_kind kind = pmt_kind_of(o, x);
    uint64_t i = 0;

    pmt_error_clear(o);
    if (kind == PMT_KIND_DICT)
        return pmt_dict_set(o, x, key, value);
    if (kind != PMT_KIND_LIST && kind != PMT_KIND_ARRAY && kind != PMT_KIND_BYTEARRAY)
        return refuse_set(o, x, key);
    if (!index_of(o, x, key, kind == PMT_KIND_BYTEARRAY ? PMT_RAISE_RANGE_LIST
                                                        : PMT_RAISE_RANGE_SET, &i))
        return false;
    if (kind == PMT_KIND_LIST)
        return set_list_item(o, x, i, value);
    return kind == PMT_KIND_ARRAY ? set_number(o, x, i, value) : set_byte(o, value);
}

/* -- del x[key] -- */

static bool refuse_del(struct pmt_objects *o, pmt_obj x, pmt_obj key)
{
    bool sequence = looks_like_sequence(o, x) && pmt_int_get(o, key, &(pmt_int){0});

    if (is_old_instance(o, x))
        return refuse_old(o, x, "__delitem__");
    if (too_large(o, x, key))
        return pmt_raise_type(o, PMT_RAISE_INDEX_TOO_LARGE, key, PMT_NO_OBJ);
    return pmt_raise_type(o, sequence ? PMT_RAISE_NOT_DELETED_HERE : PMT_RAISE_NOT_DELETED, x,
                          PMT_NO_OBJ);
}

/* The room stays (Modules/arraymodule.c, array_resize). */
static bool del_number(struct pmt_objects *o, pmt_obj array, uint64_t i)
{
    struct pmt_numbers *a = pmt_row(o, array)->u.numbers;

    memmove(a->at + i, a->at + i + 1, (size_t)(a->n - 1 - i) * sizeof *a->at);
    a->n--;
    return true;
}

/* Without resizing. */
static pmt_obj take_out(struct pmt_objects *o, pmt_obj list, uint64_t i)
{
    struct pmt_object *row = pmt_row(o, list);
    pmt_obj item = row->edges[i];

    memmove(row->edges + i, row->edges + i + 1, (size_t)(row->n_edges - 1 - i) * sizeof item);
    row->n_edges--;
    return item;
}

bool pmt_item_del(struct pmt_objects *o, pmt_obj x, pmt_obj key)
{
    enum pmt_kind kind = pmt_kind_of(o, x);
    pmt_obj item;
    uint64_t i;

    pmt_error_clear(o);
    if (kind == PMT_KIND_DICT)
        return pmt_dict_del(o, x, key);
    if (kind != PMT_KIND_LIST && kind != PMT_KIND_ARRAY)
        return refuse_del(o, x, key);
    if (!index_of(o, x, key, PMT_RAISE_RANGE_SET, &i))
        return false;
    if (kind == PMT_KIND_ARRAY)
        return del_number(o, x, i);
    if (pmt_row(o, x)->n_edges == 1 && !o->shape->list_del_keeps)
        return pmt_list_clear(o, x); /* not even the room is left (list_ass_slice) */
    item = o->shape->list_del_keeps ? take_out(o, x, i) : pmt_list_pop(o, x, (int64_t)i);
    pmt_decref(o, item);
    return item != PMT_NO_OBJ;
}

/* -- item in x -- */

static bool part_of_text(struct pmt_objects *o, pmt_obj x, pmt_obj item, bool *out)
{
    const char *text, *part;
    size_t n, m;

    if (!pmt_text_get(o, item, &part, &m) ||
        (pmt_row(o, item)->kind == PMT_KIND_BYTES && pmt_is_characters(o, x)))
        return pmt_raise_type(o, pmt_kind_of(o, x) == PMT_KIND_UNICODE
                                     ? PMT_RAISE_ADD_TO_UNICODE : PMT_RAISE_IN_TEXT,
                              item, PMT_NO_OBJ);
    if (pmt_kind_of(o, x) != pmt_kind_of(o, item) &&
        !(pmt_becomes_unicode(o, x) && pmt_becomes_unicode(o, item)))
        return false;
    (void)pmt_text_get(o, x, &text, &n);
    *out = m == 0 || memmem(text, n, part, m) != NULL;
    return true;
}

/* Bytes of 3.x have both: numbers in them, and bytes. */
static bool part_of_bytes(struct pmt_objects *o, pmt_obj x, pmt_obj item, bool *out)
{
    const struct pmt_object *row = pmt_row(o, x);
    bool zeros = row->kind == PMT_KIND_BYTEARRAY;
    pmt_int i;

    if (pmt_int_get(o, item, &i)) {
        if (i < 0 || i > 255)
            return pmt_raise_text(o, PMT_RAISE_BYTE_RANGE, NULL, NULL, NULL);
        *out = zeros ? i == 0 && row->u.bytes.n
                     : memchr(row->u.text->utf8, (int)i, row->u.text->n_bytes) != NULL;
        return true;
    }
    if (pmt_row(o, item)->kind != (o->shape->str_is_bytes ? PMT_KIND_STR : PMT_KIND_BYTES))
        return pmt_raise_type(o, PMT_RAISE_IN_BYTES, item, PMT_NO_OBJ);
    if (!zeros)
        return part_of_text(o, x, item, out);
    *out = pmt_row(o, item)->u.text->n_bytes <= row->u.bytes.n;
    for (uint64_t k = 0; k < pmt_row(o, item)->u.text->n_bytes; k++)
        *out &= !pmt_row(o, item)->u.text->utf8[k];
    return true;
}

static bool in_range(struct pmt_objects *o, pmt_obj x, pmt_obj item, bool *out)
{
    const struct pmt_object *row = pmt_row(o, x);
    pmt_int n = (pmt_int)pmt_range_length(row), step = row->u.range.step, from;
    struct pmt_num number;

    *out = false;
    if (!pmt_num_of(o, item, &number) || number.kind == PMT_NUM_COMPLEX)
        return true;
    if (number.kind == PMT_NUM_FLOAT) {
        if (!(number.real > -9.3e18 && number.real < 9.3e18) ||
            (double)(pmt_int)number.real != number.real)
            return true;
        number.i = (pmt_int)number.real;
    }
    from = number.i - row->u.range.start;
    *out = from % step == 0 && from / step >= 0 && from / step < n;
    return true;
}

/* Identity first, then equality, of each item that an iterator gives. */
static bool among(struct pmt_objects *o, pmt_obj x, pmt_obj item, bool *out)
{
    pmt_obj it = pmt_iter(o, x), other;

    *out = false;
    while (it && !*out && (other = pmt_next(o, it))) {
        *out = other == item || pmt_equal(o, other, item);
        pmt_decref(o, other);
        if (pmt_error_kind(o))
            break;
    }
    pmt_decref(o, it);
    return it && !pmt_error_kind(o);
}

static bool among_items(struct pmt_objects *o, pmt_obj x, pmt_obj item, bool *out)
{
    for (uint32_t i = 0; i < pmt_row(o, x)->n_edges; i++) {
        pmt_obj other = pmt_row(o, x)->edges[i];

        *out = other == item || pmt_equal(o, other, item);
        if (*out || pmt_error_kind(o))
            return *out;
    }
    return true;
}

static bool in_dict(struct pmt_objects *o, pmt_obj dict, pmt_obj key, bool *out)
{
    *out = pmt_dict_get(o, dict, key) != PMT_NO_OBJ;
    return !pmt_error_kind(o);
}

/* A pair of a key and its value. */
static bool in_items(struct pmt_objects *o, pmt_obj dict, pmt_obj pair, bool *out)
{
    const struct pmt_object *row = pmt_row(o, pair);
    pmt_obj value;

    *out = false;
    if (row->kind != PMT_KIND_TUPLE || row->n_edges != 2)
        return true;
    value = pmt_dict_get(o, dict, row->edges[0]);
    *out = value && (value == row->edges[1] || pmt_equal(o, value, row->edges[1]));
    return !pmt_error_kind(o);
}

static bool in_view(struct pmt_objects *o, pmt_obj x, pmt_obj item, bool *out)
{
    pmt_obj dict = pmt_row(o, x)->edges[0];

    if (pmt_row(o, x)->u.iterator.what == PMT_VIEW_KEYS)
        return in_dict(o, dict, item, out);
    return pmt_row(o, x)->u.iterator.what == PMT_VIEW_ITEMS ? in_items(o, dict, item, out)
                                                            : among(o, x, item, out);
}

/* A set that is looked for is looked for as a frozenset. */
static bool in_set(struct pmt_objects *o, pmt_obj x, pmt_obj item, bool *out)
{
    pmt_obj frozen;
    bool ok;

    if (pmt_kind_of(o, item) != PMT_KIND_SET)
        return pmt_set_has(o, x, item, out);
    frozen = pmt_to_set(o, true, item);
    ok = frozen && pmt_set_has(o, x, frozen, out);
    pmt_decref(o, frozen);
    return ok;
}

bool pmt_contains(struct pmt_objects *o, pmt_obj x, pmt_obj item, bool *out)
{
    *out = false;
    pmt_error_clear(o);
    switch (pmt_row(o, x)->kind) {
    case PMT_KIND_STR: case PMT_KIND_UNICODE:
        return part_of_text(o, x, item, out);
    case PMT_KIND_BYTES: case PMT_KIND_BYTEARRAY:
        return part_of_bytes(o, x, item, out);
    case PMT_KIND_LIST: case PMT_KIND_TUPLE:
        return among_items(o, x, item, out);
    case PMT_KIND_DICT:
        return in_dict(o, x, item, out);
    case PMT_KIND_SET: case PMT_KIND_FROZENSET:
        return in_set(o, x, item, out);
    case PMT_KIND_VIEW:
        return in_view(o, x, item, out);
    case PMT_KIND_RANGE:
        return in_range(o, x, item, out);
    case PMT_KIND_ARRAY: case PMT_KIND_ITERATOR:
        return among(o, x, item, out);
    default:
        if (is_old_instance(o, x))
            return refuse_old(o, x, "__contains__");
        return pmt_raise_type(o, PMT_RAISE_NOT_SEARCHED, x, PMT_NO_OBJ);
    }
}

/* -- x[from:to] -- */

bool pmt_items_hold(struct pmt_objects *o, pmt_obj x, uint64_t from, uint64_t n,
                    struct pmt_obj_list *out)
{
    if (!pmt_vec_reserve(out, out->n + (size_t)n))
        return pmt_raise_memory(o);
    for (uint64_t i = from; i < from + n; i++) {
        out->at[out->n] = pmt_row(o, x)->edges[i];
        pmt_incref(o, out->at[out->n++]);
    }
    return true;
}

void pmt_items_drop(struct pmt_objects *o, struct pmt_obj_list *items)
{
    while (items->n)
        pmt_decref(o, items->at[--items->n]);
    pmt_vec_release(items);
}

static pmt_obj slice_items(struct pmt_objects *o, pmt_obj x, uint64_t from, uint64_t n)
{
    struct pmt_obj_list items = {0};
    pmt_obj part = PMT_NO_OBJ;

    if (pmt_items_hold(o, x, from, n, &items))
        part = pmt_row(o, x)->kind == PMT_KIND_LIST ? pmt_list_new(o, items.at, items.n)
                                                    : pmt_tuple_new(o, items.at, items.n);
    pmt_items_drop(o, &items);
    return part;
}

static pmt_obj slice_text(struct pmt_objects *o, pmt_obj x, uint64_t from, uint64_t to)
{
    const struct pmt_object *row = pmt_row(o, x);
    const struct pmt_text *t = row->u.text;
    const char *first = t->utf8 + from, *last = t->utf8 + to, *end = t->utf8 + t->n_bytes;

    if (pmt_is_characters(o, x) && !t->ascii) {
        first = t->utf8;
        for (uint64_t i = 0; i < from; i++)
            (void)pmt_utf8_next(&first, end);
        last = first;
        for (uint64_t i = from; i < to; i++)
            (void)pmt_utf8_next(&last, end);
    }
    if (row->kind == PMT_KIND_UNICODE)
        return pmt_unicode_new(o, first, (size_t)(last - first));
    return row->kind == PMT_KIND_BYTES ? pmt_bytes_new(o, first, (size_t)(last - first))
                                       : pmt_str_new(o, first, (size_t)(last - first));
}

static pmt_obj slice_array(struct pmt_objects *o, pmt_obj x, uint64_t from, uint64_t to)
{
    pmt_obj part = pmt_array_new(o, pmt_row(o, x)->u.numbers->typecode, to - from);

    if (part)
        memcpy(pmt_row(o, part)->u.numbers->at, pmt_row(o, x)->u.numbers->at + from,
               (size_t)(to - from) * sizeof(union pmt_number));
    return part;
}

static pmt_obj slice_range(struct pmt_objects *o, pmt_obj x, int64_t from, int64_t to)
{
    const struct pmt_object *row = pmt_row(o, x);
    int64_t start = row->u.range.start, step = row->u.range.step;

    if (o->shape->keys_are_lists)
        return (void)pmt_raise_text(o, PMT_RAISE_INDEX_RANGE, pmt_type_name(o, x), "slice",
                                    NULL), PMT_NO_OBJ;
    return pmt_range_new(o, start + from * step, start + to * step, step);
}

static void into_bounds(int64_t *i, int64_t n)
{
    if (*i < 0)
        *i += n;
    if (*i < 0)
        *i = 0;
    if (*i > n)
        *i = n;
}

pmt_obj pmt_slice(struct pmt_objects *o, pmt_obj x, int64_t first, int64_t last)
{
    const struct pmt_object *row = pmt_row(o, x);
    uint64_t n = 0, from, to;

    pmt_error_clear(o);
    if (row->kind == PMT_KIND_DICT)
        return (void)pmt_raise_text(o, PMT_RAISE_UNHASHABLE_SLICE, NULL, NULL, NULL), PMT_NO_OBJ;
    if (!indexed[row->kind].has || !pmt_len(o, x, &n))
        return (void)refuse_get(o, x, PMT_NO_OBJ), PMT_NO_OBJ;
    into_bounds(&first, (int64_t)n);
    into_bounds(&last, (int64_t)n);
    if (row->kind == PMT_KIND_RANGE)
        return slice_range(o, x, first, last);
    from = (uint64_t)first;
    to = last < first ? from : (uint64_t)last;
    switch (row->kind) {
    case PMT_KIND_LIST:
        return slice_items(o, x, from, to - from);
    case PMT_KIND_BYTEARRAY:
        return pmt_bytearray_new(o, to - from);
    case PMT_KIND_ARRAY:
        return slice_array(o, x, from, to);
    default: /* tuples, texts: nothing can change them, so the whole is the same */
        if (to - from == n) {
            pmt_incref(o, x);
            return x;
        }
        return row->kind == PMT_KIND_TUPLE ? slice_items(o, x, from, to - from)
                                           : slice_text(o, x, from, to);
    }
}
