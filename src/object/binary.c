/*
 * binary.c - a op b.
 *
 * Numbers go to number.c, sets and dicts to combine.c; here are sequences put together and
 * repeated. What cannot change is not made again: "" + s is s, t * 1 is t.
 */
#include "object/values.h"

#include <stdio.h>
#include <string.h>
#include "object/percent.h"
#include "object/number.h"
#include "object/raise.h"

#define MOST_REPEATED ((uint64_t)1 << 28) /* items or bytes: past it memory is out */

static pmt_obj again(struct pmt_objects *o, pmt_obj x)
{
    pmt_incref(o, x);
    return x;
}

static bool is_text(const struct pmt_objects *o, pmt_obj x)
{
    enum pmt_kind kind = pmt_kind_of(o, x);

    return kind == PMT_KIND_STR || kind == PMT_KIND_UNICODE || kind == PMT_KIND_BYTES;
}

static pmt_obj new_text(struct pmt_objects *o, enum pmt_kind kind, const char *text, size_t n)
{
    if (kind == PMT_KIND_UNICODE)
        return pmt_unicode_new(o, text, n);
    return kind == PMT_KIND_BYTES ? pmt_bytes_new(o, text, n) : pmt_str_new(o, text, n);
}

/* -- a + b -- */

bool pmt_becomes_unicode(struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_text *t = pmt_row(o, x)->u.text;
    char byte[3], place[24];
    uint64_t i = 0;

    if (t->ascii || pmt_kind_of(o, x) == PMT_KIND_UNICODE)
        return true;
    while ((unsigned char)t->utf8[i] < 0x80)
        i++;
    (void)snprintf(byte, sizeof byte, "%02x", (unsigned)(unsigned char)t->utf8[i]);
    (void)snprintf(place, sizeof place, "%llu", (unsigned long long)i);
    return pmt_raise_text(o, PMT_RAISE_ASCII_DECODE, byte, place, NULL);
}

static pmt_obj join_text(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    const struct pmt_text *s = pmt_row(o, a)->u.text, *t = pmt_row(o, b)->u.text;
    enum pmt_kind kind = pmt_kind_of(o, a);
    pmt_obj sum;
    char *text;

    if (kind != pmt_kind_of(o, b)) {
        kind = PMT_KIND_UNICODE;
        if (!pmt_becomes_unicode(o, a) || !pmt_becomes_unicode(o, b))
            return PMT_NO_OBJ;
    } else if (!s->n_bytes || !t->n_bytes) {
        return again(o, s->n_bytes ? a : b);
    }
    text = pmt_alloc(s->n_bytes + t->n_bytes);
    if (!text)
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    memcpy(text, s->utf8, s->n_bytes);
    memcpy(text + s->n_bytes, t->utf8, t->n_bytes);
    sum = new_text(o, kind, text, s->n_bytes + t->n_bytes);
    pmt_free(text);
    return sum;
}

static pmt_obj add_to_text(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    enum pmt_raise_id why = pmt_kind_of(o, a) == PMT_KIND_UNICODE ? PMT_RAISE_ADD_TO_UNICODE
                            : pmt_kind_of(o, a) == PMT_KIND_BYTES ? PMT_RAISE_ADD_TO_BYTES
                                                                  : PMT_RAISE_ADD_TO_STR;

    if (is_text(o, b) && (pmt_kind_of(o, a) == pmt_kind_of(o, b) || o->shape->str_is_bytes))
        return join_text(o, a, b);
    return (void)pmt_raise_type(o, why, b, a), PMT_NO_OBJ;
}

static pmt_obj add_to_items(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    enum pmt_kind kind = pmt_kind_of(o, a);
    uint64_t n = pmt_row(o, a)->n_edges, m = pmt_row(o, b)->n_edges;
    struct pmt_obj_list items = {0};
    pmt_obj sum = PMT_NO_OBJ;

    if (pmt_kind_of(o, b) != kind)
        return (void)pmt_raise_type(o, PMT_RAISE_ADD_TO_SEQUENCE, b, a), PMT_NO_OBJ;
    if (kind == PMT_KIND_TUPLE && o->shape->tuple_sum_same && (!n || !m))
        return again(o, n ? a : b);
    if (pmt_items_hold(o, a, 0, n, &items) && pmt_items_hold(o, b, 0, m, &items))
        sum = kind == PMT_KIND_LIST ? pmt_list_new(o, items.at, items.n)
                                    : pmt_tuple_new(o, items.at, items.n);
    pmt_items_drop(o, &items);
    return sum;
}

static pmt_obj add_to_array(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    const struct pmt_numbers *s = pmt_row(o, a)->u.numbers, *t;
    struct pmt_numbers *sum;
    pmt_obj x;

    if (pmt_kind_of(o, b) != PMT_KIND_ARRAY)
        return (void)pmt_raise_type(o, PMT_RAISE_ADD_TO_ARRAY, b, PMT_NO_OBJ), PMT_NO_OBJ;
    if (pmt_row(o, b)->u.numbers->typecode != s->typecode)
        return (void)pmt_raise_text(o, PMT_RAISE_ADD_TO_OTHER_ARRAY, NULL, NULL, NULL),
               PMT_NO_OBJ;
    t = pmt_row(o, b)->u.numbers;
    x = pmt_array_new(o, s->typecode, s->n + t->n);
    if (!x)
        return PMT_NO_OBJ;
    sum = pmt_row(o, x)->u.numbers;
    memcpy(sum->at, s->at, s->n * sizeof *s->at);
    memcpy(sum->at + s->n, t->at, t->n * sizeof *t->at);
    return x;
}

static pmt_obj add(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    switch (pmt_row(o, a)->kind) {
    case PMT_KIND_STR: case PMT_KIND_UNICODE: case PMT_KIND_BYTES:
        return add_to_text(o, a, b);
    case PMT_KIND_LIST: case PMT_KIND_TUPLE:
        return add_to_items(o, a, b);
    case PMT_KIND_ARRAY:
        return add_to_array(o, a, b);
    case PMT_KIND_BYTEARRAY:
        if (pmt_kind_of(o, b) == PMT_KIND_BYTEARRAY)
            return pmt_bytearray_new(o, pmt_row(o, a)->u.bytes.n + pmt_row(o, b)->u.bytes.n);
        return (void)pmt_raise_type(o, PMT_RAISE_ADD_TO_BYTEARRAY, b, PMT_NO_OBJ), PMT_NO_OBJ;
    default:
        return (void)pmt_raise_operands(o, PMT_RAISE_OPERANDS, "+", a, b), PMT_NO_OBJ;
    }
}

/* -- a * n -- */

/* Items of all the repetitions; false: too many, or out of memory, raised. */
static bool repeated_size(struct pmt_objects *o, uint64_t n, uint64_t times, uint64_t *out)
{
    return (!__builtin_mul_overflow(n, times, out) && *out <= MOST_REPEATED) || pmt_raise_memory(o);
}

static pmt_obj repeat_items(struct pmt_objects *o, pmt_obj x, uint64_t times)
{
    bool list = pmt_kind_of(o, x) == PMT_KIND_LIST;
    uint64_t n = pmt_row(o, x)->n_edges, all;
    struct pmt_obj_list items = {0};
    pmt_obj product = PMT_NO_OBJ;
    bool ok;

    if (!list && (times == 1 || !n))
        return again(o, x);
    ok = repeated_size(o, n, times, &all) && pmt_items_hold(o, x, 0, times ? n : 0, &items);
    if (ok && !pmt_vec_reserve(&items, (size_t)all))
        ok = pmt_raise_memory(o);
    for (uint64_t i = n; ok && i < all; i++)
        items.at[i] = items.at[i - n];
    if (ok)
        product = list ? pmt_list_new(o, items.at, (size_t)all)
                       : pmt_tuple_new(o, items.at, (size_t)all);
    pmt_items_drop(o, &items); /* one of each is held */
    return product;
}

static pmt_obj repeat_text(struct pmt_objects *o, pmt_obj x, uint64_t times)
{
    const struct pmt_text *t = pmt_row(o, x)->u.text;
    uint64_t all;
    pmt_obj product;
    char *text;

    if (times == 1 || !t->n_bytes)
        return again(o, x);
    if (!times && !pmt_is_characters(o, x)) /* string_repeat, bytes_repeat: not the empty one */
        return pmt_text_unshared(o, pmt_kind_of(o, x), "", 0);
    if (!repeated_size(o, t->n_bytes, times, &all))
        return PMT_NO_OBJ;
    text = pmt_alloc(all);
    if (!text)
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    for (uint64_t at = 0; at < all; at += t->n_bytes)
        memcpy(text + at, t->utf8, t->n_bytes);
    product = new_text(o, pmt_kind_of(o, x), text, all);
    pmt_free(text);
    return product;
}

static pmt_obj repeat_array(struct pmt_objects *o, pmt_obj x, uint64_t times)
{
    const struct pmt_numbers *a = pmt_row(o, x)->u.numbers;
    uint64_t all, n = a->n;
    pmt_obj product;

    if (!repeated_size(o, n, times, &all))
        return PMT_NO_OBJ;
    product = pmt_array_new(o, a->typecode, all);
    for (uint64_t i = 0; product && i < all; i++)
        pmt_row(o, product)->u.numbers->at[i] = a->at[i % n];
    return product;
}

static bool is_sequence(const struct pmt_objects *o, pmt_obj x)
{
    enum pmt_kind kind = pmt_kind_of(o, x);

    return is_text(o, x) || kind == PMT_KIND_LIST || kind == PMT_KIND_TUPLE ||
           kind == PMT_KIND_ARRAY || kind == PMT_KIND_BYTEARRAY;
}

static pmt_obj repeat(struct pmt_objects *o, pmt_obj x, pmt_obj by)
{
    uint64_t times, all;
    pmt_int n;

    if (!pmt_int_get(o, by, &n))
        return (void)pmt_raise_type(o, PMT_RAISE_REPEAT, by, PMT_NO_OBJ), PMT_NO_OBJ;
    if (n > INT64_MAX || n < INT64_MIN)
        return (void)pmt_raise_type(o, PMT_RAISE_REPEAT_TOO_OFTEN, by, PMT_NO_OBJ), PMT_NO_OBJ;
    times = n < 0 ? 0 : n > UINT32_MAX ? UINT32_MAX : (uint64_t)n;
    switch (pmt_row(o, x)->kind) {
    case PMT_KIND_LIST: case PMT_KIND_TUPLE:
        return repeat_items(o, x, times);
    case PMT_KIND_ARRAY:
        return repeat_array(o, x, times);
    case PMT_KIND_BYTEARRAY:
        return repeated_size(o, pmt_row(o, x)->u.bytes.n, times, &all)
                   ? pmt_bytearray_new(o, all) : PMT_NO_OBJ;
    default:
        return repeat_text(o, x, times);
    }
}

/* -- all together -- */

static pmt_obj of_numbers(struct pmt_objects *o, char op, const struct pmt_num *x,
                          const struct pmt_num *y, pmt_obj a, pmt_obj b)
{
    struct pmt_num result;

    if (!pmt_num_binary(o, op, x, y, a, b, &result))
        return PMT_NO_OBJ;
    if (strchr("&|^", op) && pmt_kind_of(o, a) == PMT_KIND_BOOL &&
        pmt_kind_of(o, b) == PMT_KIND_BOOL)
        return pmt_bool(o, result.i != 0);
    if (result.kind == PMT_NUM_INT &&
        (pmt_kind_of(o, a) == PMT_KIND_LONG || pmt_kind_of(o, b) == PMT_KIND_LONG))
        return pmt_long_new(o, result.i); /* a long makes a long */
    return pmt_num_object(o, &result);
}

pmt_obj pmt_binary(struct pmt_objects *o, char op, pmt_obj a, pmt_obj b)
{
    struct pmt_num x, y;
    pmt_obj result;

    pmt_error_clear(o);
    if (pmt_num_of(o, a, &x) && pmt_num_of(o, b, &y))
        return of_numbers(o, op, &x, &y, a, b);
    if (op == '*' && (is_sequence(o, a) || is_sequence(o, b)))
        return is_sequence(o, a) ? repeat(o, a, b) : repeat(o, b, a);
    if (op == '+' && is_sequence(o, a))
        return add(o, a, b);
    if (op == '%' && is_text(o, a))
        return pmt_format(o, a, b);
    if ((op == 'D' || op == '%') && !o->shape->int_floors &&
        (pmt_kind_of(o, a) == PMT_KIND_COMPLEX || pmt_kind_of(o, b) == PMT_KIND_COMPLEX))
        return (void)pmt_raise_operands(o, op == 'D' ? PMT_RAISE_COMPLEX_FLOOR
                                                     : PMT_RAISE_COMPLEX_MODULO,
                                        pmt_operator_symbol(op), a, b), PMT_NO_OBJ;
    result = pmt_set_binary(o, op, a, b);
    if (!result && !pmt_error_kind(o))
        (void)pmt_raise_operands(o, PMT_RAISE_OPERANDS, pmt_operator_symbol(op), a, b);
    return result;
}
