/*
 * hashing.c - hash(x): of values by what they are, of other objects by where they are.
 *
 * The arithmetic is in value_hash.h; here it is said what goes into it. A text's hash is kept
 * with the text, as is a weak reference's, which has that of its referent and keeps it when
 * the referent is gone.
 */
#include "object/raise.h"
#include "object/value_hash.h"
#include "object/values.h"

#include <math.h>
#include "object/literal.h"

static bool hash_of(struct pmt_objects *o, pmt_obj x, unsigned depth, int64_t *out);

static bool by_address(struct pmt_objects *o, pmt_obj x, unsigned depth, int64_t *out)
{
    (void)depth;
    *out = pmt_hash_pointer(o->shape, pmt_id(o, x));
    return true;
}

static bool unhashable(struct pmt_objects *o, pmt_obj x, unsigned depth, int64_t *out)
{
    (void)depth, (void)out;
    return pmt_raise_type(o, PMT_RAISE_UNHASHABLE, x, PMT_NO_OBJ);
}

static bool of_none(struct pmt_objects *o, pmt_obj x, unsigned depth, int64_t *out)
{
    if (!o->shape->hash_none)
        return by_address(o, x, depth, out);
    *out = o->shape->hash_none;
    return true;
}

static bool of_int(struct pmt_objects *o, pmt_obj x, unsigned depth, int64_t *out)
{
    (void)depth;
    *out = pmt_hash_int(o->shape, pmt_row(o, x)->u.i);
    return true;
}

static bool of_float(struct pmt_objects *o, pmt_obj x, unsigned depth, int64_t *out)
{
    double d = pmt_row(o, x)->u.d[0];

    if (isnan(d) && o->shape->hash_nan_id)
        return by_address(o, x, depth, out);
    *out = pmt_hash_float(o->shape, d);
    return true;
}

static bool of_complex(struct pmt_objects *o, pmt_obj x, unsigned depth, int64_t *out)
{
    const struct pmt_object *row = pmt_row(o, x);

    (void)depth;
    *out = pmt_hash_complex(o->shape, row->u.d[0], row->u.d[1]);
    return true;
}

/* -- text -- */

/* The characters as they lie in memory, each `width` bytes; owned by the caller. */
static void *characters(const struct pmt_text *t, unsigned width)
{
    const char *at = t->utf8, *end = t->utf8 + t->n_bytes;
    void *buffer = pmt_alloc_array(t->n_chars + 1, width);

    for (size_t i = 0; buffer && at < end && i < t->n_chars; i++) {
        uint32_t c = pmt_utf8_next(&at, end);

        if (width == 1)
            ((uint8_t *)buffer)[i] = (uint8_t)c;
        else if (width == 2)
            ((uint16_t *)buffer)[i] = (uint16_t)c;
        else
            ((uint32_t *)buffer)[i] = c;
    }
    return buffer;
}

static bool of_characters(struct pmt_objects *o, struct pmt_text *t)
{
    bool wide = o->shape->unicode_bytes != 0; /* in a block of their own */
    unsigned width = wide ? 4 : t->width;
    void *buffer;

    if (!wide && t->ascii) {
        t->hash = pmt_hash_text(o->shape, t->utf8, t->n_bytes);
        return true;
    }
    buffer = characters(t, width);
    if (!buffer)
        return pmt_raise_memory(o);
    t->hash = wide ? pmt_hash_wide_text(o->shape, buffer, t->n_chars)
                   : pmt_hash_text(o->shape, buffer, t->n_chars * width);
    pmt_free(buffer);
    return true;
}

static bool of_text(struct pmt_objects *o, pmt_obj x, unsigned depth, int64_t *out)
{
    struct pmt_text *t = pmt_row(o, x)->u.text;

    (void)depth;
    if (t->hash == -1) {
        if (!pmt_is_characters(o, x))
            t->hash = pmt_hash_text(o->shape, t->utf8, t->n_bytes);
        else if (!of_characters(o, t))
            return false;
    }
    *out = t->hash;
    return true;
}

/* -- of what others are made of -- */

static bool of_tuple(struct pmt_objects *o, pmt_obj x, unsigned depth, int64_t *out)
{
    const struct pmt_object *row = pmt_row(o, x);
    int64_t *hashes = pmt_alloc_array(row->n_edges + (size_t)1, sizeof *hashes);
    bool ok = hashes != NULL || pmt_raise_memory(o);

    for (uint32_t i = 0; ok && i < row->n_edges; i++)
        ok = hash_of(o, row->edges[i], depth + 1, &hashes[i]);
    if (ok)
        *out = pmt_hash_tuple(o->shape, hashes, row->n_edges);
    pmt_free(hashes);
    return ok;
}

static bool of_frozenset(struct pmt_objects *o, pmt_obj x, unsigned depth, int64_t *out)
{
    const struct pmt_probe *p = pmt_row(o, x)->u.probe;
    int64_t *hashes = pmt_alloc_array(p->used + (size_t)1, sizeof *hashes);
    uint64_t at = 0;
    size_t n = 0;

    (void)depth;
    if (!hashes)
        return pmt_raise_memory(o);
    for (int64_t e; (e = pmt_entry_next(o, x, &at)) >= 0;)
        hashes[n++] = p->hashes.at[e];
    *out = pmt_hash_frozenset(o->shape, hashes, n);
    pmt_free(hashes);
    return true;
}

/* As the tuple (length, start, step), None in place of what does not matter. */
static bool of_range(struct pmt_objects *o, pmt_obj x, unsigned depth, int64_t *out)
{
    const struct pmt_object *row = pmt_row(o, x);
    uint64_t n = pmt_range_length(row);
    int64_t hashes[3], none;

    if (!o->shape->range_equal)
        return by_address(o, x, depth, out);
    (void)of_none(o, o->none, depth, &none);
    hashes[0] = pmt_hash_int(o->shape, (pmt_int)n);
    hashes[1] = n ? pmt_hash_int(o->shape, row->u.range.start) : none;
    hashes[2] = n > 1 ? pmt_hash_int(o->shape, row->u.range.step) : none;
    *out = pmt_hash_tuple(o->shape, hashes, 3);
    return true;
}

static bool of_method(struct pmt_objects *o, pmt_obj x, unsigned depth, int64_t *out)
{
    const pmt_obj *edges = pmt_row(o, x)->edges; /* function, self */
    int64_t function, self;

    if (!hash_of(o, edges[0], depth + 1, &function) ||
        !(o->shape->method_self_is ? by_address(o, edges[1], depth, &self)
                                   : hash_of(o, edges[1], depth + 1, &self)))
        return false;
    *out = (self ^ function) == -1 ? -2 : self ^ function;
    return true;
}

static bool of_weakref(struct pmt_objects *o, pmt_obj x, unsigned depth, int64_t *out)
{
    struct pmt_object *row = pmt_row(o, x);

    if (!row->u.weak.has_hash) {
        if (!row->u.weak.referent)
            return pmt_raise_text(o, PMT_RAISE_WEAKREF_GONE, NULL, NULL, NULL);
        if (!hash_of(o, row->u.weak.referent, depth + 1, &row->u.weak.hash))
            return false;
        row->u.weak.has_hash = true;
    }
    *out = row->u.weak.hash;
    return true;
}

static bool of_view(struct pmt_objects *o, pmt_obj x, unsigned depth, int64_t *out)
{
    return pmt_is_set_view(o, x) ? unhashable(o, x, depth, out) : by_address(o, x, depth, out);
}

/* NULL: by address. */
static bool (*const by_kind[PMT_N_KINDS])(struct pmt_objects *, pmt_obj, unsigned, int64_t *) = {
    [PMT_KIND_NONE] = of_none,       [PMT_KIND_BOOL] = of_int,
    [PMT_KIND_INT] = of_int,         [PMT_KIND_LONG] = of_int,
    [PMT_KIND_FLOAT] = of_float,     [PMT_KIND_COMPLEX] = of_complex,
    [PMT_KIND_STR] = of_text,        [PMT_KIND_UNICODE] = of_text,
    [PMT_KIND_BYTES] = of_text,      [PMT_KIND_BYTEARRAY] = unhashable,
    [PMT_KIND_ARRAY] = unhashable,   [PMT_KIND_RANGE] = of_range,
    [PMT_KIND_LIST] = unhashable,    [PMT_KIND_TUPLE] = of_tuple,
    [PMT_KIND_DICT] = unhashable,    [PMT_KIND_SET] = unhashable,
    [PMT_KIND_FROZENSET] = of_frozenset, [PMT_KIND_METHOD] = of_method,
    [PMT_KIND_WEAKREF] = of_weakref, [PMT_KIND_VIEW] = of_view};

static bool hash_of(struct pmt_objects *o, pmt_obj x, unsigned depth, int64_t *out)
{
    enum pmt_kind kind = pmt_kind_of(o, x);

    if (depth > PMT_DEPTH_MAX)
        return pmt_raise_text(o, PMT_RAISE_DEPTH_HASH, NULL, NULL, NULL);
    return by_kind[kind] ? by_kind[kind](o, x, depth, out) : by_address(o, x, depth, out);
}

bool pmt_hash(struct pmt_objects *o, pmt_obj x, int64_t *out)
{
    return hash_of(o, x, 0, out);
}
