/*
 * percent.c - text % values (Objects/unicodeobject.c, PyUnicode_Format).
 *
 * The format is gone through once. Each conversion takes the next argument and writes its
 * text without regard to width; then it is filled up: with zeros between sign and digits, or
 * with spaces on the right or the left.
 */
#include "object/percent.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/strbuf.h"
#include "object/literal.h"
#include "object/number.h"
#include "object/raise.h"
#include "object/values.h"

#define MOST_WIDTH 100000 /* a wider field is taken for a mistake */

struct conversion {
    bool left, zeros, plus, space, other; /* - 0 + space # */
    int width, precision;                 /* precision -1: not given */
    char type;
};

struct formatter {
    struct pmt_objects *o;
    const pmt_obj *args;       /* borrowed */
    size_t n_args, next;
    bool unicode;              /* 2.x: an argument was, so the result is */
    struct pmt_strbuf out;
};

static bool number_until(const char **at, const char *end, int *out)
{
    long n = 0;

    for (; *at < end && **at >= '0' && **at <= '9'; ++*at)
        if (n <= MOST_WIDTH)
            n = n * 10 + (**at - '0');
    *out = (int)n;
    return n <= MOST_WIDTH;
}

/* %[flags][width][.precision][hlL]type */
static bool parse(struct pmt_objects *o, const char **at, const char *end,
                  struct conversion *c)
{
    *c = (struct conversion){.precision = -1};
    for (; *at < end && memchr("-0+ #", **at, 5); ++*at) {
        c->left |= **at == '-';
        c->zeros |= **at == '0';
        c->plus |= **at == '+';
        c->space |= **at == ' ';
        c->other |= **at == '#';
    }
    if (!number_until(at, end, &c->width))
        return pmt_raise(o, PMT_EXC_VALUE, "width too big");
    if (*at < end && **at == '.') {
        ++*at;
        if (!number_until(at, end, &c->precision))
            return pmt_raise(o, PMT_EXC_VALUE, "precision too big");
    }
    while (*at < end && memchr("hlL", **at, 3))
        ++*at;
    if (*at == end)
        return pmt_raise(o, PMT_EXC_VALUE, "incomplete format");
    c->type = *(*at)++;
    return true;
}

/* PMT_NO_OBJ: there is none left, raised. */
static pmt_obj next_arg(struct formatter *f)
{
    if (f->next < f->n_args)
        return f->args[f->next++];
    (void)pmt_raise(f->o, PMT_EXC_TYPE, "not enough arguments for format string");
    return PMT_NO_OBJ;
}

/* -- what is written, before it is filled up -- */

static bool put_text(struct formatter *f, const struct conversion *c, pmt_obj x,
                     struct pmt_strbuf *sb)
{
    const char *text, *end;
    pmt_obj s;
    size_t n;

    if (c->type != 's')
        return pmt_repr_whole(f->o, x, sb);
    if (pmt_kind_of(f->o, x) == PMT_KIND_UNICODE) {
        f->unicode = true;
        pmt_incref(f->o, x);
        s = x;
    } else {
        s = pmt_to_str(f->o, x);
    }
    if (!s)
        return false;
    (void)pmt_text_get(f->o, s, &text, &n);
    end = text;
    for (int i = 0; end < text + n && i != c->precision; i++)
        (void)pmt_utf8_next(&end, text + n);
    pmt_strbuf_add(sb, text, (size_t)(end - text));
    pmt_decref(f->o, s);
    return true;
}

static void digits_of(pmt_uint n, unsigned base, bool upper, char *out)
{
    const char *digits = upper ? "0123456789ABCDEF" : "0123456789abcdef";
    char reversed[PMT_NUMBER_TEXT];
    size_t k = 0, at = 0;

    do {
        reversed[k++] = digits[n % base];
        n /= base;
    } while (n);
    while (k)
        out[at++] = reversed[--k];
    out[at] = '\0';
}

static bool needs_number(struct formatter *f, const struct conversion *c, pmt_obj x)
{
    const char type[] = {c->type, '\0'};

    return pmt_raise_text(f->o, strchr("diu", c->type)   ? PMT_RAISE_FORMAT_NUMBER
                                : strchr("oxX", c->type) ? PMT_RAISE_FORMAT_INTEGER
                                                         : PMT_RAISE_FORMAT_FLOAT,
                          type, pmt_type_name(f->o, x), NULL);
}

static bool put_int(struct formatter *f, const struct conversion *c, pmt_obj x,
                    struct pmt_strbuf *sb)
{
    bool hex = c->type == 'x' || c->type == 'X', octal = c->type == 'o';
    char digits[PMT_NUMBER_TEXT];
    struct pmt_num n;
    size_t length;

    if (!pmt_num_of(f->o, x, &n) || n.kind == PMT_NUM_COMPLEX)
        return needs_number(f, c, x);
    if (n.kind == PMT_NUM_FLOAT && !pmt_int_of_double(f->o, n.real, &n.i))
        return false;
    digits_of(n.i < 0 ? -(pmt_uint)n.i : (pmt_uint)n.i, hex ? 16 : octal ? 8 : 10,
              c->type == 'X', digits);
    pmt_strbuf_puts(sb, n.i < 0 ? "-" : c->plus ? "+" : c->space ? " " : "");
    if (c->other && hex)
        pmt_strbuf_printf(sb, "0%c", c->type);
    if (c->other && octal)
        pmt_strbuf_puts(sb, f->o->shape->str_is_bytes ? "0" : "0o");
    length = strlen(digits);
    for (int i = (int)length; i < c->precision; i++)
        pmt_strbuf_puts(sb, "0");
    pmt_strbuf_puts(sb, digits);
    return true;
}

static bool put_float(struct formatter *f, const struct conversion *c, pmt_obj x,
                      struct pmt_strbuf *sb)
{
    int precision = c->precision < 0 ? 6 : c->precision;
    double d;

    if (!pmt_float_get(f->o, x, &d))
        return needs_number(f, c, x);
    if (c->plus || c->space)
        pmt_strbuf_puts(sb, d < 0 ? "" : c->plus ? "+" : " ");
    switch (c->type) {
    case 'e': pmt_strbuf_printf(sb, "%.*e", precision, d); break;
    case 'E': pmt_strbuf_printf(sb, "%.*E", precision, d); break;
    case 'g': pmt_strbuf_printf(sb, "%.*g", precision, d); break;
    case 'G': pmt_strbuf_printf(sb, "%.*G", precision, d); break;
    default:  pmt_strbuf_printf(sb, "%.*f", precision, d); break;
    }
    return true;
}

static bool put_character(struct formatter *f, pmt_obj x, struct pmt_strbuf *sb)
{
    const struct pmt_object *row = pmt_row(f->o, x);
    char utf8[4];
    pmt_int n;

    if (pmt_int_get(f->o, x, &n)) {
        if (n < 0 || n >= (f->o->shape->str_is_bytes ? 0x100 : 0x110000))
            return pmt_raise(f->o, PMT_EXC_OVERFLOW, "%%c arg not in range(%s)",
                             f->o->shape->str_is_bytes ? "256" : "0x110000");
        pmt_strbuf_add(sb, utf8, f->o->shape->str_is_bytes ? (utf8[0] = (char)n, (size_t)1)
                                                           : pmt_utf8_put((uint32_t)n, utf8));
        return true;
    }
    if ((row->kind != PMT_KIND_STR && row->kind != PMT_KIND_UNICODE) ||
        row->u.text->n_chars != 1)
        return pmt_raise(f->o, PMT_EXC_TYPE, "%%c requires int or char");
    pmt_strbuf_add(sb, row->u.text->utf8, row->u.text->n_bytes);
    return true;
}

static bool put_value(struct formatter *f, const struct conversion *c, pmt_obj x,
                      struct pmt_strbuf *sb)
{
    if (strchr("sra", c->type))
        return put_text(f, c, x, sb);
    if (strchr("diuoxX", c->type))
        return put_int(f, c, x, sb);
    if (strchr("eEfFgG", c->type))
        return put_float(f, c, x, sb);
    return put_character(f, x, sb);
}

/* -- filling up -- */

static void fill(struct pmt_strbuf *out, const char *with, size_t n)
{
    while (n--)
        pmt_strbuf_puts(out, with);
}

static void put_filled(struct formatter *f, const struct conversion *c, const char *text,
                       size_t n)
{
    size_t characters = 0, sign, room;

    for (size_t i = 0; i < n; i++)
        characters += ((unsigned char)text[i] & 0xc0) != 0x80;
    room = (size_t)c->width > characters ? (size_t)c->width - characters : 0;
    sign = n && memchr("+- ", *text, 3) ? 1 : 0;
    if (c->zeros && !c->left && strchr("diuoxXeEfFgG", c->type)) {
        pmt_strbuf_add(&f->out, text, sign);
        fill(&f->out, "0", room);
        pmt_strbuf_add(&f->out, text + sign, n - sign);
        return;
    }
    fill(&f->out, " ", c->left ? 0 : room);
    pmt_strbuf_add(&f->out, text, n);
    fill(&f->out, " ", c->left ? room : 0);
}

/* One conversion; *at stands behind its %. */
static bool convert(struct formatter *f, const char *begin, const char **at, const char *end)
{
    struct pmt_strbuf text = {0};
    struct conversion c;
    pmt_obj x;
    bool ok;

    if (!parse(f->o, at, end, &c))
        return false;
    if (c.type == '%') {
        pmt_strbuf_puts(&f->out, "%");
        return true;
    }
    if (!memchr("sradiuoxXeEfFgGc", c.type, 16))
        return pmt_raise(f->o, PMT_EXC_VALUE, "unsupported format character '%c' (0x%x) at "
                         "index %zu", c.type, (unsigned)(unsigned char)c.type,
                         (size_t)(*at - begin - 1));
    x = next_arg(f);
    ok = x && put_value(f, &c, x, &text);
    if (ok)
        put_filled(f, &c, text.at ? text.at : "", text.n);
    f->out.failed |= text.failed;
    pmt_strbuf_release(&text);
    return ok;
}

static bool fill_in(struct formatter *f, const char *format, size_t n)
{
    const char *end = format + n, *at = format;

    while (at < end) {
        const char *percent = memchr(at, '%', (size_t)(end - at));

        pmt_strbuf_add(&f->out, at, (size_t)((percent ? percent : end) - at));
        if (!percent)
            break;
        at = percent + 1;
        if (!convert(f, format, &at, end))
            return false;
    }
    return f->next == f->n_args ||
           pmt_raise(f->o, PMT_EXC_TYPE,
                     "not all arguments converted during string formatting");
}

pmt_obj pmt_format(struct pmt_objects *o, pmt_obj format, pmt_obj args)
{
    const struct pmt_object *row = pmt_row(o, args);
    struct formatter f = {.o = o, .args = &args, .n_args = 1};
    pmt_obj result = PMT_NO_OBJ;
    const char *text;
    size_t n;

    if (pmt_kind_of(o, format) == PMT_KIND_BYTES || !pmt_text_get(o, format, &text, &n))
        return (void)pmt_raise_operands(o, PMT_RAISE_OPERANDS, "%", format, args), PMT_NO_OBJ;
    if (row->kind == PMT_KIND_TUPLE) {
        f.args = row->edges;
        f.n_args = row->n_edges;
    }
    f.unicode = pmt_kind_of(o, format) == PMT_KIND_UNICODE;
    pmt_strbuf_add(&f.out, "", 0);
    if (fill_in(&f, text, n)) {
        if (f.out.failed)
            (void)pmt_raise_memory(o);
        else
            result = f.unicode ? pmt_unicode_new(o, f.out.at ? f.out.at : "", f.out.n)
                               : pmt_str_new(o, f.out.at ? f.out.at : "", f.out.n);
    }
    pmt_strbuf_release(&f.out);
    return result;
}
