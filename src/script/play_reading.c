/* play_reading.c - what queries give: printing and comparing.
 *
 * A reading is a number, a text, a truth value, or an object of the script. Comparing makes
 * no object: a literal stands for its value, and an object beside it for its own. Two objects
 * are compared as the language compares them. */
#include "script/play_state.h"

#include <string.h>
#include "object/literal.h"
#include "object/raise.h"

bool pmt_read_number(struct pmt_reading *out, pmt_int number)
{
    out->kind = PMT_READ_NUMBER;
    out->number = number;
    return true;
}

bool pmt_read_bool(struct pmt_reading *out, bool value)
{
    out->kind = PMT_READ_BOOL;
    out->number = value;
    return true;
}

bool pmt_read_text(struct pmt_reading *out, const char *text)
{
    out->kind = PMT_READ_TEXT;
    out->text = text;
    out->n = strlen(text);
    return true;
}

static bool is_text_kind(enum pmt_kind kind)
{
    return kind == PMT_KIND_STR || kind == PMT_KIND_UNICODE || kind == PMT_KIND_BYTES;
}

/* The object's value, where a literal could have it; the object stays with the reading's
 * owner. */
static struct pmt_reading value_of(struct pmt_play *p, const struct pmt_reading *r)
{
    struct pmt_reading v = *r;
    enum pmt_kind kind;

    if (r->kind != PMT_READ_OBJECT)
        return v;
    kind = pmt_kind_of(p->o, r->object);
    if (kind == PMT_KIND_NONE)
        v.kind = PMT_READ_NONE;
    else if (pmt_int_get(p->o, r->object, &v.number))
        v.kind = kind == PMT_KIND_BOOL ? PMT_READ_BOOL : PMT_READ_NUMBER;
    else if (pmt_float_get(p->o, r->object, &v.real))
        v.kind = PMT_READ_REAL;
    else if (is_text_kind(kind) && pmt_text_get(p->o, r->object, &v.text, &v.n))
        v.kind = PMT_READ_TEXT;
    v.is_bytes = kind == PMT_KIND_BYTES;
    return v;
}

bool pmt_reading_keep(struct pmt_play *p, const struct pmt_reading *from, struct pmt_reading *to)
{
    *to = value_of(p, from);
    to->own = (struct pmt_strbuf){0};
    if (to->kind == PMT_READ_TEXT)
        pmt_strbuf_add(&to->own, to->text, to->n);
    if (to->kind == PMT_READ_OBJECT)
        pmt_repr(p->o, from->object, &to->own);
    if (to->kind == PMT_READ_TEXT || to->kind == PMT_READ_OBJECT) {
        to->kind = PMT_READ_TEXT;
        to->text = to->own.at ? to->own.at : "";
        to->n = to->own.n;
    }
    return !to->own.failed;
}

void pmt_reading_release(struct pmt_play *p, struct pmt_reading *r)
{
    if (r->kind == PMT_READ_OBJECT)
        pmt_decref(p->o, r->object);
    pmt_strbuf_release(&r->own);
    *r = (struct pmt_reading){0};
}

/* -- printing -- */

void pmt_reading_print(struct pmt_play *p, const struct pmt_reading *r, struct pmt_strbuf *sb)
{
    char number[PMT_NUMBER_TEXT];

    switch ((enum pmt_reading_kind)r->kind) {
    case PMT_READ_NONE:
        pmt_strbuf_puts(sb, "None");
        break;
    case PMT_READ_BOOL:
        pmt_strbuf_puts(sb, r->number ? "True" : "False");
        break;
    case PMT_READ_NUMBER:
        pmt_int_text(r->number, number);
        pmt_strbuf_puts(sb, number);
        break;
    case PMT_READ_REAL:
        pmt_double_text(r->real, p->shape->float_repr_digits, true, false, number);
        pmt_strbuf_puts(sb, number);
        break;
    case PMT_READ_TEXT:
        pmt_strbuf_add(sb, r->text, r->n);
        break;
    case PMT_READ_OBJECT:
        pmt_repr(p->o, r->object, sb);
        break;
    }
}

/* -- comparing -- */

static bool is_number(const struct pmt_reading *r)
{
    return r->kind == PMT_READ_NUMBER || r->kind == PMT_READ_BOOL || r->kind == PMT_READ_REAL;
}

/* -1, 0, 1; 2: neither is more, as with nan. */
static int order_numbers(const struct pmt_reading *a, const struct pmt_reading *b)
{
    double x, y;

    if (a->kind != PMT_READ_REAL && b->kind != PMT_READ_REAL)
        return a->number < b->number ? -1 : a->number > b->number;
    x = a->kind == PMT_READ_REAL ? a->real : (double)a->number;
    y = b->kind == PMT_READ_REAL ? b->real : (double)b->number;
    return x < y ? -1 : x > y ? 1 : x == y ? 0 : 2;
}

static int order_texts(const struct pmt_reading *a, const struct pmt_reading *b)
{
    size_t n = a->n < b->n ? a->n : b->n;
    int order = n ? memcmp(a->text, b->text, n) : 0;

    if (order)
        return order < 0 ? -1 : 1;
    return a->n < b->n ? -1 : a->n > b->n;
}

/* 2.x: bytes literals are str. */
static bool same_text_type(const struct pmt_play *p, const struct pmt_reading *a,
                           const struct pmt_reading *b)
{
    return a->is_bytes == b->is_bytes || p->shape->str_is_bytes;
}

/* The order of two values; 2: they differ and have none. */
static int order(const struct pmt_play *p, const struct pmt_reading *a,
                 const struct pmt_reading *b)
{
    if (is_number(a) && is_number(b))
        return order_numbers(a, b);
    if (a->kind == PMT_READ_TEXT && b->kind == PMT_READ_TEXT && same_text_type(p, a, b))
        return order_texts(a, b);
    return a->kind == PMT_READ_NONE && b->kind == PMT_READ_NONE ? 0 : 2;
}

static bool holds(enum pmt_compare compare, int order_of)
{
    switch (compare) {
    case PMT_COMPARE_EQ:
        return order_of == 0;
    case PMT_COMPARE_NE:
        return order_of != 0;
    case PMT_COMPARE_LT:
        return order_of == -1;
    case PMT_COMPARE_LE:
        return order_of == -1 || order_of == 0;
    case PMT_COMPARE_GT:
        return order_of == 1;
    case PMT_COMPARE_GE:
        return order_of == 1 || order_of == 0;
    case PMT_COMPARE_NONE:
    case PMT_COMPARE_IS:
    case PMT_COMPARE_IS_NOT:
    case PMT_COMPARE_IN:
    case PMT_COMPARE_NOT_IN:
        break;
    }
    return false;
}

/* a < b, b < a, a == b: what the objects' layer tells. False: raised. */
static bool compare_objects(struct pmt_play *p, enum pmt_compare compare, pmt_obj a, pmt_obj b,
                            bool *out)
{
    bool less = false;

    if (compare == PMT_COMPARE_EQ || compare == PMT_COMPARE_NE) {
        *out = pmt_equal(p->o, a, b) == (compare == PMT_COMPARE_EQ);
        return pmt_error_kind(p->o) == PMT_EXC_NONE;
    }
    if (compare == PMT_COMPARE_LT || compare == PMT_COMPARE_GE) {
        if (!pmt_less(p->o, a, b, &less))
            return false;
    } else if (!pmt_less(p->o, b, a, &less)) {
        return false;
    }
    *out = less == (compare == PMT_COMPARE_LT || compare == PMT_COMPARE_GT);
    return true;
}

/* The object of a side of `is` or `in`, with a reference of its own; 0: raised. A literal is
 * made for the moment. */
static pmt_obj object_of(struct pmt_play *p, const struct pmt_reading *r)
{
    switch ((enum pmt_reading_kind)r->kind) {
    case PMT_READ_NONE:
        return pmt_none(p->o);
    case PMT_READ_BOOL:
        return pmt_bool(p->o, r->number != 0);
    case PMT_READ_NUMBER:
        return pmt_int_new(p->o, r->number);
    case PMT_READ_REAL:
        return pmt_float_new(p->o, r->real);
    case PMT_READ_TEXT:
        return r->is_bytes ? pmt_bytes_new(p->o, r->text, r->n)
                           : pmt_str_constant(p->o, r->text, r->n);
    case PMT_READ_OBJECT:
        break;
    }
    pmt_incref(p->o, r->object);
    return r->object;
}

/* is, in and their contraries. */
static bool compare_identity(struct pmt_play *p, enum pmt_compare compare,
                             const struct pmt_reading *left, const struct pmt_reading *right,
                             bool *out)
{
    pmt_obj a = object_of(p, left), b = a ? object_of(p, right) : PMT_NO_OBJ;
    bool negated = compare == PMT_COMPARE_IS_NOT || compare == PMT_COMPARE_NOT_IN, ok = b != 0;

    if (compare == PMT_COMPARE_IS || compare == PMT_COMPARE_IS_NOT)
        *out = (a == b) != negated;
    else if (ok && (ok = pmt_contains(p->o, b, a, out)))
        *out = *out != negated;
    pmt_decref(p->o, b);
    pmt_decref(p->o, a);
    return ok;
}

/* An object that no literal equals but by the object's own rule: a complex number, a list. The
 * other side is made an object for the moment. */
static bool compare_made(struct pmt_play *p, enum pmt_compare compare,
                         const struct pmt_reading *left, const struct pmt_reading *right,
                         bool *out)
{
    pmt_obj a = object_of(p, left), b = a ? object_of(p, right) : PMT_NO_OBJ;
    bool ok = b && compare_objects(p, compare, a, b, out);

    pmt_decref(p->o, b);
    pmt_decref(p->o, a);
    return ok;
}

bool pmt_readings_compare(struct pmt_play *p, enum pmt_compare compare, struct pmt_reading *left,
                          struct pmt_reading *right, bool *out)
{
    struct pmt_reading a, b;
    int order_of;

    *out = false;
    if (compare >= PMT_COMPARE_IS)
        return compare_identity(p, compare, left, right, out);
    a = value_of(p, left);
    b = value_of(p, right);
    if (a.kind == PMT_READ_OBJECT || b.kind == PMT_READ_OBJECT ||
        (left->kind == PMT_READ_OBJECT && right->kind == PMT_READ_OBJECT))
        return compare_made(p, compare, left, right, out);
    order_of = order(p, &a, &b);
    if (order_of == 2 && compare > PMT_COMPARE_NE && !(is_number(&a) && is_number(&b)))
        return pmt_raise(p->o, PMT_EXC_TYPE, "these have no order");
    *out = holds(compare, order_of);
    return true;
}

bool pmt_reading_truth(struct pmt_play *p, const struct pmt_reading *r)
{
    switch ((enum pmt_reading_kind)r->kind) {
    case PMT_READ_NONE:
        return false;
    case PMT_READ_BOOL:
    case PMT_READ_NUMBER:
        return r->number != 0;
    case PMT_READ_REAL:
        return r->real != 0.0;
    case PMT_READ_TEXT:
        return r->n != 0;
    case PMT_READ_OBJECT:
        break;
    }
    return pmt_truth(p->o, r->object);
}

/* -- expressions -- */

static bool is_whole(const struct pmt_reading *r)
{
    return r->kind == PMT_READ_NUMBER || r->kind == PMT_READ_BOOL;
}

/* a op b for whole numbers; // and % as Python has them. False: out of range, or by 0. */
static bool work_out(char op, pmt_int a, pmt_int b, pmt_int *out)
{
    pmt_int rest;

    if (op == '+')
        return !__builtin_add_overflow(a, b, out);
    if (op == '-')
        return !__builtin_sub_overflow(a, b, out);
    if (op == '*')
        return !__builtin_mul_overflow(a, b, out);
    if (!b || b == -1)
        return b && !__builtin_mul_overflow(op == '/' ? a : 0, b, out);
    rest = a % b;
    if (rest && (rest < 0) != (b < 0))
        rest += b;
    *out = op == '%' ? rest : (a - rest) / b;
    return true;
}

/* *a = *a op b, of numbers. */
static bool combine(struct pmt_play *p, char op, struct pmt_reading *a, const struct pmt_reading *b)
{
    struct pmt_reading x = value_of(p, a), y = value_of(p, b);
    pmt_int number = 0;

    if (!is_number(&x) || !is_number(&y))
        return pmt_raise(p->o, PMT_EXC_TYPE, "an expression is of numbers");
    if (is_whole(&x) && is_whole(&y) && !work_out(op, x.number, y.number, &number))
        return pmt_raise(p->o, PMT_EXC_OVERFLOW, "an expression past what it can hold");
    if (is_whole(&x) && is_whole(&y)) {
        pmt_reading_release(p, a);
        return pmt_read_number(a, number);
    }
    if (op == '/' || op == '%')
        return pmt_raise(p->o, PMT_EXC_TYPE, "// and %% are of whole numbers");
    x.real = x.kind == PMT_READ_REAL ? x.real : (double)x.number;
    y.real = y.kind == PMT_READ_REAL ? y.real : (double)y.number;
    pmt_reading_release(p, a);
    a->kind = PMT_READ_REAL;
    a->real = op == '+' ? x.real + y.real : op == '-' ? x.real - y.real : x.real * y.real;
    return true;
}

bool pmt_ask_expression(struct pmt_play *p, const struct pmt_expression *e,
                        struct pmt_reading *out)
{
    const struct pmt_term *terms = p->script->terms.at + e->terms;
    struct pmt_reading stack[3] = {{0}}; /* operators of two strengths: no more wait */
    unsigned n = 0;
    bool ok = true;

    for (uint32_t i = 0; i < e->n_terms && ok; i++) {
        if (terms[i].op) {
            n--;
            ok = combine(p, terms[i].op, &stack[n - 1], &stack[n]);
            pmt_reading_release(p, &stack[n]);
        } else {
            pmt_assert(n < 3);
            ok = pmt_ask(p, &p->script->queries.at[terms[i].query], &stack[n++]);
        }
    }
    *out = stack[0];
    for (unsigned i = 1; i < n; i++) /* after an exception */
        pmt_reading_release(p, &stack[i]);
    return ok;
}

bool pmt_condition_holds(struct pmt_play *p, const struct pmt_condition *c,
                         struct pmt_reading *left, struct pmt_reading *right, bool *out)
{
    bool ok = pmt_ask_expression(p, &p->script->expressions.at[c->left], left);

    if (ok && c->compare == PMT_COMPARE_NONE)
        *out = pmt_reading_truth(p, left);
    else if (ok)
        ok = pmt_ask_expression(p, &p->script->expressions.at[c->right], right) &&
             pmt_readings_compare(p, (enum pmt_compare)c->compare, left, right, out);
    if (ok && c->negated)
        *out = !*out;
    return ok;
}
