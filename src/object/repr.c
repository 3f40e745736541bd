/*
 * repr.c - repr(x), as each version writes it.
 *
 * One function for each kind. A container that is being written already is written as dots;
 * the containers around an object stand in a chain that the C stack holds. pmt_repr() stops
 * after some hundred characters, and so cannot nest deeper than that; pmt_repr_whole()
 * goes on and gives up where the interpreter's recursion does.
 *
 * Not known here: in which file and line code was written, and in which class or function a
 * function was. A bound method is written with the class that has it.
 */
#include "object/values.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>
#include "base/strbuf.h"
#include "object/literal.h"
#include "object/raise.h"

#define SHORT_TEXT 400 /* characters that pmt_repr() writes before it breaks off */

struct around {
    const struct around *outer;
    pmt_obj x;
};

struct printer {
    struct pmt_objects *o;
    struct pmt_strbuf *sb;
    size_t begin, most;          /* sb->n before; bytes to write, then "..." */
    const struct around *around; /* containers being written */
    unsigned depth;
    bool too_deep;
};

static void print(struct printer *p, pmt_obj x);

static void put(struct printer *p, const char *s)
{
    pmt_strbuf_puts(p->sb, s);
}

static bool full(const struct printer *p)
{
    return p->too_deep || p->sb->failed || p->sb->n - p->begin >= p->most;
}

/* At most n bytes, but not through a character. */
static size_t whole_characters(const char *utf8, size_t n)
{
    while (n && ((unsigned char)utf8[n] & 0xc0) == 0x80)
        n--;
    return n;
}

static uint64_t id_of(const struct printer *p, pmt_obj x)
{
    return pmt_id(p->o, x);
}

/* -- numbers and constants -- */

void pmt_float_text(const struct pmt_objects *o, double d, bool as_str, bool alone,
                    char out[48])
{
    const struct pmt_shape *s = o->shape;
    unsigned digits = as_str && s->float_str_digits ? s->float_str_digits
                                                    : s->float_repr_digits;

    pmt_double_text(d, digits, alone, s->float_repr_digits != 0, out);
}

void pmt_complex_text(const struct pmt_objects *o, double real, double imag, bool as_str,
                      struct pmt_strbuf *sb)
{
    char re[PMT_NUMBER_TEXT], im[PMT_NUMBER_TEXT];

    pmt_float_text(o, real, as_str, false, re);
    pmt_float_text(o, imag, as_str, false, im);
    if (real == 0.0 && !signbit(real))
        pmt_strbuf_printf(sb, "%sj", im);
    else
        pmt_strbuf_printf(sb, "(%s%s%sj)", re, *im == '-' ? "" : "+", im);
}

static void print_none(struct printer *p, pmt_obj x)
{
    (void)x;
    put(p, "None");
}

static void print_bool(struct printer *p, pmt_obj x)
{
    put(p, pmt_row(p->o, x)->u.i ? "True" : "False");
}

static void print_int(struct printer *p, pmt_obj x)
{
    char text[PMT_NUMBER_TEXT];

    pmt_int_text(pmt_row(p->o, x)->u.i, text);
    put(p, text);
    if (pmt_row(p->o, x)->kind == PMT_KIND_LONG)
        put(p, "L");
}

static void print_float(struct printer *p, pmt_obj x)
{
    char text[PMT_NUMBER_TEXT];

    pmt_float_text(p->o, pmt_row(p->o, x)->u.d[0], false, true, text);
    put(p, text);
}

static void print_complex(struct printer *p, pmt_obj x)
{
    const double *d = pmt_row(p->o, x)->u.d;

    pmt_complex_text(p->o, d[0], d[1], false, p->sb);
}

static void print_range(struct printer *p, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(p->o, x);
    int64_t start = row->u.range.start, stop = row->u.range.stop, step = row->u.range.step;

    if (p->o->shape->keys_are_lists) /* an xrange keeps its length, not its end */
        stop = start + (int64_t)pmt_range_length(row) * step;
    if (p->o->shape->keys_are_lists && start == 0 && step == 1)
        pmt_strbuf_printf(p->sb, "xrange(%" PRId64 ")", stop);
    else
        pmt_strbuf_printf(p->sb, step == 1 ? "%s(%" PRId64 ", %" PRId64 ")"
                                           : "%s(%" PRId64 ", %" PRId64 ", %" PRId64 ")",
                          pmt_type_name(p->o, x), start, stop, step);
}

/* -- texts -- */

static void print_text(struct printer *p, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(p->o, x);
    const struct pmt_text *t = row->u.text;
    size_t n = t->n_bytes;

    if (row->kind != PMT_KIND_STR)
        put(p, row->kind == PMT_KIND_BYTES ? "b" : "u");
    if (n > p->most)
        n = whole_characters(t->utf8, p->most);
    pmt_quote_text(p->sb, t->utf8, n,
                   !pmt_is_characters(p->o, x)       ? PMT_QUOTE_BYTES
                   : row->kind == PMT_KIND_UNICODE   ? PMT_QUOTE_ASCII
                                                     : PMT_QUOTE_PRINTABLE);
}

static void print_bytearray(struct printer *p, pmt_obj x)
{
    uint64_t n = pmt_row(p->o, x)->u.bytes.n;

    put(p, "bytearray(b'");
    for (uint64_t i = 0; i < n && !full(p); i++)
        put(p, "\\x00");
    put(p, "')");
}

static void print_array(struct printer *p, pmt_obj x)
{
    const struct pmt_numbers *a = pmt_row(p->o, x)->u.numbers;
    bool floats = strchr("fd", a->typecode) != NULL;
    char text[PMT_NUMBER_TEXT];

    pmt_strbuf_printf(p->sb, "array('%c'%s", a->typecode, a->n ? ", [" : "");
    for (uint64_t i = 0; i < a->n && !full(p); i++) {
        if (floats)
            pmt_float_text(p->o, a->at[i].d, false, true, text);
        else
            pmt_int_text(a->at[i].i, text);
        pmt_strbuf_printf(p->sb, "%s%s", i ? ", " : "", text);
    }
    put(p, a->n ? "])" : ")");
}

/* -- containers -- */

/* Note that x is being written; false: it is already, or deep enough. */
static bool enter(struct printer *p, struct around *here, pmt_obj x)
{
    for (const struct around *a = p->around; a; a = a->outer)
        if (a->x == x)
            return false;
    if (++p->depth > PMT_DEPTH_MAX) {
        p->too_deep = true;
        return false;
    }
    *here = (struct around){p->around, x};
    p->around = here;
    return true;
}

static void leave(struct printer *p, const struct around *here)
{
    p->around = here->outer;
    p->depth--;
}

static void print_items(struct printer *p, pmt_obj x)
{
    for (uint32_t i = 0; i < pmt_row(p->o, x)->n_edges && !full(p); i++) {
        if (i)
            put(p, ", ");
        print(p, pmt_row(p->o, x)->edges[i]);
    }
}

static void print_list(struct printer *p, pmt_obj x)
{
    struct around here;

    if (!enter(p, &here, x)) {
        put(p, "[...]");
        return;
    }
    put(p, "[");
    print_items(p, x);
    put(p, "]");
    leave(p, &here);
}

static void print_tuple(struct printer *p, pmt_obj x)
{
    struct around here;

    if (!enter(p, &here, x)) {
        put(p, "(...)");
        return;
    }
    put(p, "(");
    print_items(p, x);
    put(p, pmt_row(p->o, x)->n_edges == 1 ? ",)" : ")");
    leave(p, &here);
}

/* The entries of a dict, or what a view shows of them. */
static void print_entries(struct printer *p, pmt_obj dict, bool keys, bool values,
                          const char *open, const char *middle, const char *close)
{
    uint64_t at = 0;
    bool first = true;

    for (int64_t e; !full(p) && (e = pmt_entry_next(p->o, dict, &at)) >= 0; first = false) {
        put(p, first ? open : ", ");
        if (!first)
            put(p, open);
        if (keys)
            print(p, pmt_row(p->o, dict)->edges[2 * e]);
        put(p, middle);
        if (values)
            print(p, pmt_row(p->o, dict)->edges[2 * e + 1]);
        put(p, close);
    }
}

static void print_dict(struct printer *p, pmt_obj x)
{
    struct around here;

    if (!enter(p, &here, x)) {
        put(p, "{...}");
        return;
    }
    put(p, "{");
    print_entries(p, x, true, true, "", ": ", "");
    put(p, "}");
    leave(p, &here);
}

static void print_view(struct printer *p, pmt_obj x)
{
    pmt_obj dict = pmt_row(p->o, x)->edges[0];
    uint32_t what = pmt_row(p->o, x)->u.iterator.what;
    bool items = what == PMT_VIEW_ITEMS;
    struct around here;

    if (!enter(p, &here, x)) {
        put(p, "...");
        return;
    }
    put(p, pmt_iterator_name(p->o, x));
    put(p, "([");
    print_entries(p, dict, what != PMT_VIEW_VALUES, what != PMT_VIEW_KEYS, items ? "(" : "",
                  items ? ", " : "", items ? ")" : "");
    put(p, "])");
    leave(p, &here);
}

/* {1, 2}, set(), frozenset({1}); up to 2.x set([1, 2]). */
static void print_set(struct printer *p, pmt_obj x)
{
    bool braces = p->o->shape->set_braces, any = pmt_row(p->o, x)->u.probe->used != 0;
    bool named = !braces || !any || pmt_row(p->o, x)->kind == PMT_KIND_FROZENSET;
    struct around here;
    uint64_t at = 0;
    bool first = true;

    if (!enter(p, &here, x)) {
        pmt_strbuf_printf(p->sb, "%s(...)", pmt_type_name(p->o, x));
        return;
    }
    if (named)
        pmt_strbuf_printf(p->sb, "%s(", pmt_type_name(p->o, x));
    if (any || !braces)
        put(p, braces ? "{" : "[");
    for (int64_t e; !full(p) && (e = pmt_entry_next(p->o, x, &at)) >= 0; first = false) {
        if (!first)
            put(p, ", ");
        print(p, pmt_row(p->o, x)->edges[e]);
    }
    if (any || !braces)
        put(p, braces ? "}" : "]");
    if (named)
        put(p, ")");
    leave(p, &here);
}

/* -- objects of a program -- */

static void print_instance(struct printer *p, pmt_obj x)
{
    pmt_obj cls = pmt_class_of(p->o, x);

    pmt_strbuf_printf(p->sb, "<__main__.%s %s at 0x%" PRIx64 ">", pmt_class_name(p->o, cls),
                      pmt_class_is_old(p->o, cls) ? "instance" : "object", id_of(p, x));
}

static void print_class(struct printer *p, pmt_obj x)
{
    const char *name = pmt_class_name(p->o, x);

    if (x == p->o->object_class)
        pmt_strbuf_printf(p->sb, p->o->shape->str_is_bytes ? "<type '%s'>" : "<class '%s'>",
                          name);
    else if (pmt_class_is_old(p->o, x))
        pmt_strbuf_printf(p->sb, "<class __main__.%s at 0x%" PRIx64 ">", name, id_of(p, x));
    else
        pmt_strbuf_printf(p->sb, "<class '__main__.%s'>", name);
}

static void print_function(struct printer *p, pmt_obj x)
{
    pmt_strbuf_printf(p->sb, "<function %s at 0x%" PRIx64 ">",
                      pmt_code_name(p->o, pmt_function_code(p->o, x)), id_of(p, x));
}

/* Whether this class's own dict has the function. */
static bool has_function(const struct pmt_objects *o, pmt_obj cls, pmt_obj function)
{
    pmt_obj dict = pmt_row(o, cls)->n_edges ? pmt_row(o, cls)->edges[0] : PMT_NO_OBJ;

    for (uint32_t i = 1; dict && i < pmt_row(o, dict)->n_edges; i += 2)
        if (pmt_row(o, dict)->edges[i] == function)
            return true;
    return false;
}

/* The class that a method is named after: in 2.x that of its object. */
static pmt_obj class_of_method(struct pmt_objects *o, pmt_obj function, pmt_obj self)
{
    pmt_obj cls = pmt_class_of(o, self);

    if (!o->shape->qualified_names)
        return cls;
    while (cls && !has_function(o, cls, function))
        cls = pmt_class_base(o, cls);
    return cls;
}

static void print_method(struct printer *p, pmt_obj x)
{
    const pmt_obj *edges = pmt_row(p->o, x)->edges;
    pmt_obj function = edges[0], self = edges[1];
    pmt_obj cls = class_of_method(p->o, function, self);

    put(p, "<bound method ");
    if (cls)
        pmt_strbuf_printf(p->sb, "%s.", pmt_class_name(p->o, cls));
    if (pmt_kind_of(p->o, function) == PMT_KIND_FUNCTION)
        put(p, pmt_code_name(p->o, pmt_function_code(p->o, function)));
    put(p, " of ");
    print(p, self);
    put(p, ">");
}

static void print_code(struct printer *p, pmt_obj x)
{
    pmt_strbuf_printf(p->sb, "<code object %s at 0x%" PRIx64 ">", pmt_code_name(p->o, x),
                      id_of(p, x));
}

static void print_weakref(struct printer *p, pmt_obj x)
{
    pmt_obj to = pmt_row(p->o, x)->u.weak.referent;

    pmt_strbuf_printf(p->sb, "<weakref at 0x%" PRIx64 "; ", id_of(p, x));
    if (to)
        pmt_strbuf_printf(p->sb, "to '%s' at 0x%" PRIx64 ">", pmt_type_name(p->o, to),
                          id_of(p, to));
    else
        put(p, "dead>");
}

static void print_block(struct printer *p, pmt_obj x)
{
    pmt_strbuf_printf(p->sb, "<block of %" PRIu64 " bytes at 0x%" PRIx64 ">",
                      pmt_row(p->o, x)->u.bytes.n, id_of(p, x));
}

/* object(), iterators, frames. */
static void print_other(struct printer *p, pmt_obj x)
{
    pmt_strbuf_printf(p->sb, "<%s object at 0x%" PRIx64 ">",
                      pmt_row(p->o, x)->kind == PMT_KIND_ITERATOR ? pmt_iterator_name(p->o, x)
                                                                  : pmt_type_name(p->o, x),
                      id_of(p, x));
}

static void (*const prints[PMT_N_KINDS])(struct printer *, pmt_obj) = {
    [PMT_KIND_NONE] = print_none,       [PMT_KIND_BOOL] = print_bool,
    [PMT_KIND_INT] = print_int,         [PMT_KIND_LONG] = print_int,
    [PMT_KIND_FLOAT] = print_float,     [PMT_KIND_COMPLEX] = print_complex,
    [PMT_KIND_STR] = print_text,        [PMT_KIND_UNICODE] = print_text,
    [PMT_KIND_BYTES] = print_text,      [PMT_KIND_BYTEARRAY] = print_bytearray,
    [PMT_KIND_ARRAY] = print_array,     [PMT_KIND_RANGE] = print_range,
    [PMT_KIND_LIST] = print_list,       [PMT_KIND_TUPLE] = print_tuple,
    [PMT_KIND_DICT] = print_dict,       [PMT_KIND_SET] = print_set,
    [PMT_KIND_FROZENSET] = print_set,   [PMT_KIND_VIEW] = print_view,
    [PMT_KIND_INSTANCE] = print_instance, [PMT_KIND_CLASS] = print_class,
    [PMT_KIND_FUNCTION] = print_function, [PMT_KIND_METHOD] = print_method,
    [PMT_KIND_CODE] = print_code,       [PMT_KIND_WEAKREF] = print_weakref,
    [PMT_KIND_BLOCK] = print_block};

static void print(struct printer *p, pmt_obj x)
{
    enum pmt_kind kind = pmt_kind_of(p->o, x);

    (prints[kind] ? prints[kind] : print_other)(p, x);
}

void pmt_repr(struct pmt_objects *o, pmt_obj x, struct pmt_strbuf *sb)
{
    struct pmt_strbuf text = {0};
    struct printer p = {.o = o, .sb = &text, .most = SHORT_TEXT};
    size_t n;

    print(&p, x);
    n = text.n > SHORT_TEXT ? whole_characters(text.at, SHORT_TEXT) : text.n;
    if (n)
        pmt_strbuf_add(sb, text.at, n);
    if (n < text.n)
        pmt_strbuf_puts(sb, "...");
    sb->failed |= text.failed;
    pmt_strbuf_release(&text);
}

bool pmt_repr_whole(struct pmt_objects *o, pmt_obj x, struct pmt_strbuf *sb)
{
    struct printer p = {.o = o, .sb = sb, .begin = sb->n, .most = SIZE_MAX};

    print(&p, x);
    if (sb->failed)
        return pmt_raise_memory(o);
    return !p.too_deep || pmt_raise_text(o, PMT_RAISE_DEPTH_REPR, NULL, NULL, NULL);
}
