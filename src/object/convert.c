/*
 * convert.c - str(x), int(x), float(x), chr(n).
 *
 * What is of the type already is the same object. Text is read as Python reads it: white
 * space around, a sign, digits, from 3.6 on underscores between digits.
 */
#include "object/values.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/strbuf.h"
#include "object/literal.h"
#include "object/number.h"
#include "object/raise.h"

static pmt_obj again(struct pmt_objects *o, pmt_obj x)
{
    pmt_incref(o, x);
    return x;
}

static pmt_obj none(bool raised)
{
    (void)raised;
    return PMT_NO_OBJ;
}

/* -- str -- */

/* str() of unicode in 2.x: ASCII, or it cannot be. */
static pmt_obj encoded(struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_text *t = pmt_row(o, x)->u.text;
    const char *at = t->utf8, *end = at + t->n_bytes;
    char escape[12], place[48];
    unsigned long long i = 0, last;
    uint32_t c;

    if (t->ascii)
        return pmt_str_new(o, t->utf8, t->n_bytes);
    while ((c = pmt_utf8_next(&at, end)) < 0x80)
        i++;
    for (last = i; at < end && (unsigned char)*at >= 0x80; last++)
        (void)pmt_utf8_next(&at, end);
    if (last > i) {
        (void)snprintf(place, sizeof place, "%llu-%llu", i, last);
        return none(pmt_raise_text(o, PMT_RAISE_ASCII_ENCODE_ALL, place, NULL, NULL));
    }
    (void)snprintf(escape, sizeof escape, c < 0x100 ? "\\x%02x" : c < 0x10000 ? "\\u%04x"
                                                                            : "\\U%08x", c);
    (void)snprintf(place, sizeof place, "%llu", i);
    return none(pmt_raise_text(o, PMT_RAISE_ASCII_ENCODE, escape, place, NULL));
}

/* Where str() is not repr(). False: it is. */
static bool own_text(struct pmt_objects *o, pmt_obj x, struct pmt_strbuf *sb)
{
    const struct pmt_object *row = pmt_row(o, x);
    char text[PMT_NUMBER_TEXT];

    switch (row->kind) {
    case PMT_KIND_LONG:
        pmt_int_text(row->u.i, text);
        break;
    case PMT_KIND_FLOAT:
        pmt_float_text(o, row->u.d[0], true, true, text);
        break;
    case PMT_KIND_COMPLEX:
        pmt_complex_text(o, row->u.d[0], row->u.d[1], true, sb);
        return true;
    case PMT_KIND_BYTEARRAY:
        if (!o->shape->str_is_bytes)
            return false;
        for (uint64_t i = 0; i < row->u.bytes.n; i++)
            pmt_strbuf_add(sb, "", 1);
        return true;
    case PMT_KIND_CLASS: /* an old class: without its address */
        if (!pmt_class_is_old(o, x))
            return false;
        pmt_strbuf_printf(sb, "__main__.%s", pmt_class_name(o, x));
        return true;
    default:
        return false;
    }
    pmt_strbuf_puts(sb, text);
    return true;
}

/* Interned, and the interpreter's own: Objects/boolobject.c, bool_repr. */
static pmt_obj bool_text(struct pmt_objects *o, pmt_obj x)
{
    pmt_obj text = pmt_name(o, pmt_truth(o, x) ? "True" : "False");

    if (text && o->shape->immortal)
        pmt_row(o, text)->flags |= PMT_OBJ_IMMORTAL;
    return text;
}

pmt_obj pmt_to_str(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_strbuf sb = {0};
    pmt_obj str = PMT_NO_OBJ;

    pmt_error_clear(o);
    if (pmt_kind_of(o, x) == PMT_KIND_STR)
        return again(o, x);
    if (pmt_kind_of(o, x) == PMT_KIND_UNICODE)
        return encoded(o, x);
    if (pmt_kind_of(o, x) == PMT_KIND_BOOL)
        return bool_text(o, x);
    if (own_text(o, x, &sb) || pmt_repr_whole(o, x, &sb)) {
        if (sb.failed)
            (void)pmt_raise_memory(o);
        else if (pmt_kind_of(o, x) == PMT_KIND_INT && !o->shape->digit_shared)
            str = pmt_text_unshared(o, PMT_KIND_STR, sb.at, sb.n);
        else
            str = pmt_str_new(o, sb.at ? sb.at : "", sb.n);
    }
    pmt_strbuf_release(&sb);
    return str;
}

/* -- numbers from text -- */

/* The text without white space around and without the underscores that are allowed: owned by
 * the caller; NULL: an underscore stands where none may, or no memory (raised). */
static char *trimmed(struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_text *t = pmt_row(o, x)->u.text;
    const char *at = t->utf8, *end = at + t->n_bytes;
    char *out = pmt_alloc(t->n_bytes + 1);
    size_t n = 0;

    if (!out) {
        (void)pmt_raise_memory(o);
        return NULL;
    }
    while (at < end && isspace((unsigned char)*at))
        at++;
    while (end > at && isspace((unsigned char)end[-1]))
        end--;
    for (; at < end; at++) {
        bool between = *at == '_' && n && isdigit((unsigned char)at[-1]) && at + 1 < end &&
                       isdigit((unsigned char)at[1]) && o->shape->int_underscores;

        if ((*at == '_' && !between) || !*at) {
            pmt_free(out);
            return NULL;
        }
        if (*at != '_')
            out[n++] = *at;
    }
    out[n] = '\0';
    return out;
}

/* The error of a text that is no number, quoted but for floats of 2.x. */
static bool refuse_text(struct pmt_objects *o, enum pmt_raise_id why, pmt_obj x)
{
    const struct pmt_text *t = pmt_row(o, x)->u.text;
    struct pmt_strbuf sb = {0};
    size_t from = 0;
    bool raised;

    if (pmt_error_kind(o))
        return false;
    if (!o->shape->str_is_bytes || pmt_kind_of(o, x) == PMT_KIND_BYTEARRAY) {
        pmt_repr(o, x, &sb);
    } else {
        while (isspace((unsigned char)t->utf8[from])) /* read over already */
            from++;
        if (why == PMT_RAISE_INT_OF_TEXT)
            pmt_quote_text(&sb, t->utf8 + from, t->n_bytes - from, PMT_QUOTE_BYTES);
        else
            pmt_strbuf_add(&sb, t->utf8 + from, t->n_bytes - from);
    }
    raised = pmt_raise_text(o, why, sb.at ? sb.at : "", NULL, NULL);
    pmt_strbuf_release(&sb);
    return raised;
}

static bool read_int(struct pmt_objects *o, pmt_obj x, const char *text, pmt_int *out)
{
    bool negative = *text == '-';
    pmt_int value = 0;

    text += *text == '-' || *text == '+';
    if (!*text)
        return refuse_text(o, PMT_RAISE_INT_OF_TEXT, x);
    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return refuse_text(o, PMT_RAISE_INT_OF_TEXT, x);
        if (value < PMT_INT_LIMIT)
            value = value * 10 + (*text - '0');
    }
    *out = negative ? -value : value;
    return pmt_int_fits(o, *out);
}

static pmt_obj int_of_text(struct pmt_objects *o, pmt_obj x)
{
    char *text = trimmed(o, x);
    pmt_int value = 0;
    bool ok = text ? read_int(o, x, text, &value) : refuse_text(o, PMT_RAISE_INT_OF_TEXT, x);

    pmt_free(text);
    return ok ? pmt_int_new(o, value) : PMT_NO_OBJ;
}

/* Which error: in 2.x what begins as a number has one of its own. */
static enum pmt_raise_id not_a_float(const struct pmt_text *t)
{
    const char *at = t->utf8;

    while (isspace((unsigned char)*at) || *at == '-' || *at == '+')
        at++;
    if (!t->n_bytes)
        return PMT_RAISE_FLOAT_OF_EMPTY;
    return isdigit((unsigned char)*at) ? PMT_RAISE_FLOAT_OF_TAIL : PMT_RAISE_FLOAT_OF_TEXT;
}

static pmt_obj float_of_text(struct pmt_objects *o, pmt_obj x)
{
    char *text = trimmed(o, x), *end;
    /* letters of inf, infinity, nan and exponents: no hexadecimal numbers, no nan(...) */
    bool ok = text && *text && !text[strspn(text, "0123456789+-.eEiInNfFtTyYaA")];
    double value = 0.0;

    if (ok) {
        value = strtod(text, &end);
        ok = !*end;
    }
    pmt_free(text);
    if (!ok)
        return none(refuse_text(o, not_a_float(pmt_row(o, x)->u.text), x));
    return pmt_float_new(o, value);
}

/* -- int, float -- */

static bool is_text(const struct pmt_objects *o, pmt_obj x)
{
    enum pmt_kind kind = pmt_kind_of(o, x);

    return kind == PMT_KIND_STR || kind == PMT_KIND_UNICODE || kind == PMT_KIND_BYTES;
}

pmt_obj pmt_to_int(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_num n;
    pmt_int value;

    pmt_error_clear(o);
    if (is_text(o, x))
        return int_of_text(o, x);
    if (pmt_kind_of(o, x) == PMT_KIND_BYTEARRAY) /* of zeros */
        return none(refuse_text(o, PMT_RAISE_INT_OF_TEXT, x));
    if (!pmt_num_of(o, x, &n))
        return none(pmt_raise_type(o, PMT_RAISE_INT_OF_TYPE, x, PMT_NO_OBJ));
    if (n.kind == PMT_NUM_COMPLEX)
        return none(pmt_raise_type(o, PMT_RAISE_INT_OF_COMPLEX, x, PMT_NO_OBJ));
    if (pmt_kind_of(o, x) == PMT_KIND_INT)
        return again(o, x);
    if (n.kind == PMT_NUM_INT)
        return pmt_int_new(o, n.i);
    return pmt_int_of_double(o, n.real, &value) ? pmt_int_new(o, value) : PMT_NO_OBJ;
}

pmt_obj pmt_to_float(struct pmt_objects *o, pmt_obj x)
{
    double d;

    pmt_error_clear(o);
    if (is_text(o, x))
        return float_of_text(o, x);
    if (pmt_kind_of(o, x) == PMT_KIND_BYTEARRAY)
        return none(refuse_text(o, PMT_RAISE_FLOAT_OF_TEXT, x));
    if (pmt_kind_of(o, x) == PMT_KIND_FLOAT)
        return again(o, x);
    if (pmt_float_get(o, x, &d))
        return pmt_float_new(o, d);
    return none(pmt_raise_type(o, pmt_kind_of(o, x) == PMT_KIND_COMPLEX
                                      ? PMT_RAISE_FLOAT_OF_COMPLEX : PMT_RAISE_FLOAT_OF_TYPE,
                               x, PMT_NO_OBJ));
}

pmt_obj pmt_chr(struct pmt_objects *o, uint32_t code_point)
{
    bool bytes = o->shape->str_is_bytes;
    char utf8[4];

    pmt_error_clear(o);
    if (code_point >= (bytes ? 0x100u : 0x110000u))
        return none(pmt_raise_text(o, PMT_RAISE_CHR, NULL, NULL, NULL));
    utf8[0] = (char)code_point;
    return pmt_str_new(o, utf8, bytes ? 1 : pmt_utf8_put(code_point, utf8));
}
