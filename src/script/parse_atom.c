/* parse_atom.c - atoms: literals, names, and paths such as a.b[0].c[i:]. */
#include "script/parser.h"

#include <math.h>
#include <string.h>

bool pmt_pending(struct pmt_parser *p, struct pmt_atom atom)
{
    return pmt_vec_push(&p->pending, atom) || pmt_parse_nomem(p);
}

static bool is_minus(const struct pmt_parser *p, const struct pmt_token *t)
{
    const struct pmt_token *next = t + 1;

    return pmt_is_mark(t, '-') && next->glued &&
           (next->kind == PMT_TOKEN_INT || next->kind == PMT_TOKEN_FLOAT ||
            next->kind == PMT_TOKEN_IMAGINARY || pmt_is_name(p, next, "inf"));
}

bool pmt_is_operand(const struct pmt_parser *p, const struct pmt_token *t)
{
    if (t->kind == PMT_TOKEN_NAME)
        return !pmt_is_name(p, t, "is") && !pmt_is_name(p, t, "in") && !pmt_is_name(p, t, "not");
    return (t->kind != PMT_TOKEN_END && t->kind != PMT_TOKEN_MARK) || is_minus(p, t);
}

/* -- literals -- */

static bool constant(struct pmt_parser *p, const struct pmt_literal *literal,
                     struct pmt_atom *out)
{
    *out = (struct pmt_atom){.kind = PMT_ATOM_CONST};
    return pmt_pool_literal(p, literal, &out->index);
}

/* A number raised to a power, both written without blanks: 10**30. */
static bool power(struct pmt_parser *p, pmt_int *number)
{
    const struct pmt_token *mark = pmt_token(p), *exponent = pmt_token_ahead(p, 1);
    pmt_int base = *number;

    if (!pmt_is_mark(mark, PMT_MARK_2('*', '*')) || !mark->glued || !exponent->glued ||
        exponent->kind != PMT_TOKEN_INT)
        return true;
    *number = 1;
    for (pmt_int i = 0; i < exponent->u.number && base; i++) {
        if (base == 1)
            break;
        if (__builtin_mul_overflow(*number, base, number) || *number >> 120)
            return pmt_parse_fail(p, mark->at, "ints are below 2**120");
    }
    if (!base && exponent->u.number)
        *number = 0;
    p->at += 2;
    return true;
}

static bool parse_number(struct pmt_parser *p, struct pmt_atom *out)
{
    bool minus = pmt_is_mark(pmt_token(p), '-');
    struct pmt_literal l;
    const struct pmt_token *t;

    memset(&l, 0, sizeof l);
    p->at += minus;
    t = pmt_token(p);
    p->at++;
    if (t->kind == PMT_TOKEN_INT) {
        l.kind = PMT_LITERAL_INT;
        l.u.number = t->u.number;
        if (!power(p, &l.u.number))
            return false;
        if (minus)
            l.u.number = -l.u.number;
        return constant(p, &l, out);
    }
    l.kind = t->kind == PMT_TOKEN_IMAGINARY ? PMT_LITERAL_COMPLEX : PMT_LITERAL_FLOAT;
    l.u.real = t->kind == PMT_TOKEN_NAME ? (double)INFINITY : t->u.real;
    if (minus)
        l.u.real = -l.u.real;
    return constant(p, &l, out);
}

static bool parse_text(struct pmt_parser *p, struct pmt_atom *out)
{
    static const uint8_t kinds[] = {
        [PMT_TOKEN_STR] = PMT_LITERAL_STR,
        [PMT_TOKEN_UNICODE] = PMT_LITERAL_UNICODE,
        [PMT_TOKEN_BYTES] = PMT_LITERAL_BYTES,
    };
    const struct pmt_token *t = pmt_token(p);
    struct pmt_literal l;

    memset(&l, 0, sizeof l);
    l.kind = kinds[t->kind];
    l.n = t->u.text.n;
    p->at++;
    return pmt_pool_text(p, p->lexer.texts.at + t->u.text.at, l.n, &l.a) && constant(p, &l, out);
}

/* None, True, False, inf, nan, globals; *found: whether it was one. */
static bool parse_word_atom(struct pmt_parser *p, struct pmt_atom *out, bool *found)
{
    static const struct { const char *word; uint8_t kind; } words[] = {
        {"None", PMT_LITERAL_NONE}, {"True", PMT_LITERAL_TRUE}, {"False", PMT_LITERAL_FALSE},
        {"inf", PMT_LITERAL_FLOAT}, {"nan", PMT_LITERAL_FLOAT},
    };
    const struct pmt_token *t = pmt_token(p);
    struct pmt_literal l;

    *found = true;
    memset(&l, 0, sizeof l);
    if (pmt_is_name(p, t, "globals")) {
        *out = (struct pmt_atom){.kind = PMT_ATOM_GLOBALS};
        p->at++;
        return true;
    }
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (pmt_is_name(p, t, words[i].word)) {
            l.kind = words[i].kind;
            if (l.kind == PMT_LITERAL_FLOAT)
                l.u.real = p->line[t->at] == 'i' ? (double)INFINITY : (double)NAN;
            p->at++;
            return constant(p, &l, out);
        }
    *found = false;
    return true;
}

/* -- paths -- */

static bool token_text(struct pmt_parser *p, const struct pmt_token *t, uint32_t *out)
{
    return pmt_pool_text(p, p->line + t->at, t->n, out);
}

static bool parse_attribute(struct pmt_parser *p, struct pmt_step *step)
{
    const struct pmt_token *t = pmt_token_ahead(p, 1);
    uint32_t name;

    if (t->kind != PMT_TOKEN_NAME || !t->glued)
        return pmt_parse_fail(p, t->at, "the name of an attribute is missing");
    p->at += 2;
    step->kind = PMT_STEP_ATTR;
    return token_text(p, t, &name) && pmt_pool_name(p, name, &step->a);
}

/* An atom of its own in script->atoms. */
static bool parse_inner_atom(struct pmt_parser *p, uint32_t *out)
{
    struct pmt_atom atom;

    if (!pmt_parse_atom(p, &atom))
        return false;
    *out = (uint32_t)p->s->atoms.n;
    return pmt_vec_push(&p->s->atoms, atom) || pmt_parse_nomem(p);
}

/* [ATOM], [ATOM OP ATOM], [ATOM:ATOM]; the bracket is here. */
static bool parse_brackets(struct pmt_parser *p, struct pmt_step *step)
{
    size_t opening = pmt_token(p)->at;

    p->at++;
    step->kind = PMT_STEP_ITEM;
    step->a = step->b = PMT_NOTHING;
    step->op = '\0';
    if (!pmt_is_mark(pmt_token(p), ':')) {
        if (!parse_inner_atom(p, &step->a))
            return false;
        step->op = pmt_operator_at(p);
        p->at += step->op != '\0';
        if (step->op && !parse_inner_atom(p, &step->b))
            return false;
    }
    if (!step->op && pmt_is_mark(pmt_token(p), ':')) {
        step->kind = PMT_STEP_SLICE;
        p->at++;
        if (!pmt_is_mark(pmt_token(p), ']') && !parse_inner_atom(p, &step->b))
            return false;
    }
    if (!pmt_is_mark(pmt_token(p), ']'))
        return pmt_parse_fail(p, pmt_token(p)->kind == PMT_TOKEN_END ? opening : pmt_token(p)->at,
                              "']' is missing");
    p->at++;
    return true;
}

static bool parse_steps(struct pmt_parser *p, struct pmt_atom *atom)
{
    struct pmt_step steps[PMT_MAX_STEPS];
    unsigned n = 0;

    for (;;) {
        const struct pmt_token *t = pmt_token(p);
        bool attribute = pmt_is_mark(t, '.') && t->glued;

        if (!attribute && !(pmt_is_mark(t, '[') && t->glued))
            break;
        if (n == PMT_MAX_STEPS)
            return pmt_parse_fail(p, t->at, "a path has at most %d steps", PMT_MAX_STEPS);
        if (!(attribute ? parse_attribute(p, &steps[n]) : parse_brackets(p, &steps[n])))
            return false;
        n++;
    }
    atom->n_steps = (uint8_t)n;
    atom->steps = (uint32_t)p->s->steps.n;
    for (unsigned i = 0; i < n; i++)
        if (!pmt_vec_push(&p->s->steps, steps[i]))
            return pmt_parse_nomem(p);
    return true;
}

/* -- names -- */

bool pmt_parse_new_name(struct pmt_parser *p, uint32_t *name)
{
    const struct pmt_token *t = pmt_token(p);

    if (t->kind != PMT_TOKEN_NAME)
        return pmt_parse_fail(p, t->at, "a name is missing");
    if (pmt_word_is_reserved(p->line + t->at, t->n))
        return pmt_parse_fail(p, t->at, "'%.*s' is a word of the language and cannot be a name",
                              (int)t->n, p->line + t->at);
    p->at++;
    return token_text(p, t, name);
}

static bool parse_name(struct pmt_parser *p, struct pmt_atom *out)
{
    size_t at = pmt_token(p)->at;
    uint32_t name;

    return pmt_parse_new_name(p, &name) && pmt_scope_use(p, name, at, out);
}

static bool parse_named(struct pmt_parser *p, struct pmt_atom *out)
{
    bool found;

    if (!parse_word_atom(p, out, &found))
        return false;
    if (found && out->kind == PMT_ATOM_CONST)
        return true;
    return (found || parse_name(p, out)) && parse_steps(p, out);
}

static bool parse_any(struct pmt_parser *p, struct pmt_atom *out)
{
    const struct pmt_token *t = pmt_token(p);

    if (is_minus(p, t))
        return parse_number(p, out);
    switch ((enum pmt_token_kind)t->kind) {
    case PMT_TOKEN_INT:
    case PMT_TOKEN_FLOAT:
    case PMT_TOKEN_IMAGINARY:
        return parse_number(p, out);
    case PMT_TOKEN_STR:
    case PMT_TOKEN_UNICODE:
    case PMT_TOKEN_BYTES:
        return parse_text(p, out);
    case PMT_TOKEN_NAME:
        return parse_named(p, out);
    case PMT_TOKEN_END:
        return pmt_parse_fail(p, t->at, "a name or a literal is missing");
    case PMT_TOKEN_MARK:
        break;
    }
    return pmt_parse_fail(p, t->at, pmt_is_mark(t, '[')
                              ? "a list is written as `list 1 2 3`"
                              : "a name or a literal is wanted here");
}

bool pmt_parse_atom(struct pmt_parser *p, struct pmt_atom *out)
{
    bool ok;

    if (p->n_nested_paths == PMT_MAX_NESTED_PATHS)
        return pmt_parse_fail(p, pmt_token(p)->at, "paths are nested at most %d deep",
                              PMT_MAX_NESTED_PATHS);
    p->n_nested_paths++;
    ok = parse_any(p, out);
    p->n_nested_paths--;
    return ok;
}

/* -- targets -- */

/* Is this a name by itself, with no step behind it? */
static bool is_bare_name(const struct pmt_parser *p)
{
    const struct pmt_token *t = pmt_token(p), *next = pmt_token_ahead(p, 1);

    return t->kind == PMT_TOKEN_NAME && !pmt_is_name(p, t, "globals") &&
           !(next->glued && (pmt_is_mark(next, '.') || pmt_is_mark(next, '[')));
}

bool pmt_parse_target(struct pmt_parser *p, struct pmt_atom *out)
{
    size_t at = pmt_token(p)->at;
    uint32_t name;

    if (is_bare_name(p))
        return pmt_parse_new_name(p, &name) && pmt_scope_bind(p, name, at, out);
    if (!pmt_parse_atom(p, out))
        return false;
    if (!out->n_steps)
        return pmt_parse_fail(p, at, "only a name, an attribute or an item can be bound");
    if (p->s->steps.at[out->steps + out->n_steps - 1u].kind == PMT_STEP_SLICE)
        return pmt_parse_fail(p, at, "a slice cannot be bound or deleted");
    return true;
}
