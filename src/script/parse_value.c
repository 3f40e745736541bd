/* parse_value.c - what is to the right of "=": a maker with its operands, an atom, or an
 * operation on two atoms.
 *
 * CPython's compiler does some of the work: a tuple of literals, and an operation on two
 * literals, is a constant of the unit; the items of a list or set display of literals
 * are one from some versions on. Such values know a slot for it; what it holds is the
 * business of the interpreter, which knows the version. */
#include "script/parser.h"

#include <string.h>

#define MIN_KEPT_ITEMS 3 /* literals of a display that are kept as a constant: Python/compile.c */

static bool all_constant(const struct pmt_script *s, const struct pmt_maker *v)
{
    for (uint32_t i = 0; i < v->n_atoms; i++)
        if (s->atoms.at[v->atoms + i].kind != PMT_ATOM_CONST)
            return false;
    return true;
}

/* The slot for what the compiler makes of a value. */
static bool fold(struct pmt_parser *p, struct pmt_maker *v, enum pmt_literal_kind kind)
{
    struct pmt_literal l;

    memset(&l, 0, sizeof l);
    l.kind = (uint8_t)kind;
    l.op = kind == PMT_LITERAL_FOLDED ? v->op : '\0';
    l.a = v->atoms;
    l.n = v->n_atoms;
    return pmt_pool_literal(p, &l, &v->literal);
}

static bool finish(struct pmt_parser *p, struct pmt_maker *v, uint32_t *out)
{
    bool ok = true;

    v->literal = PMT_NOTHING;
    if (v->n_atoms && all_constant(p->s, v)) {
        if (v->code == PMT_MAKE_BINARY)
            ok = fold(p, v, PMT_LITERAL_FOLDED);
        else if (v->code == PMT_MAKE_TUPLE || v->code == PMT_MAKE_FROZENSET)
            ok = fold(p, v, PMT_LITERAL_TUPLE);
        else if (v->code == PMT_MAKE_LIST && v->n_atoms >= MIN_KEPT_ITEMS)
            ok = fold(p, v, PMT_LITERAL_ITEMS);
        else if (v->code == PMT_MAKE_SET && v->n_atoms >= MIN_KEPT_ITEMS)
            ok = fold(p, v, PMT_LITERAL_MEMBERS);
    }
    if (!ok)
        return false;
    *out = (uint32_t)p->s->values.n;
    return pmt_vec_push(&p->s->values, *v) || pmt_parse_nomem(p);
}

bool pmt_parse_maker(struct pmt_parser *p, size_t row, uint32_t *out)
{
    struct pmt_maker v = {.code = (uint8_t)row};

    return pmt_parse_by_spec(p, &pmt_value_words[row], &v.atoms, &v.n_atoms, &v.word) &&
           finish(p, &v, out);
}

char pmt_operator_at(const struct pmt_parser *p)
{
    static const struct { uint16_t mark; char op; } operators[] = {
        {'+', '+'}, {'-', '-'}, {'*', '*'}, {'/', '/'}, {'%', '%'}, {'&', '&'}, {'|', '|'},
        {'^', '^'}, {PMT_MARK_2('/', '/'), 'D'}, {PMT_MARK_2('*', '*'), 'P'},
        {PMT_MARK_2('<', '<'), 'L'}, {PMT_MARK_2('>', '>'), 'R'},
    };

    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (pmt_is_mark(pmt_token(p), operators[i].mark))
            return operators[i].op;
    return '\0';
}

/* A name that operands follow was meant to be a word. */
static bool unknown_value(struct pmt_parser *p, size_t from)
{
    const struct pmt_token *t = &p->lexer.tokens.at[from];
    const char *near = pmt_word_nearest(PMT_WORD_OF_VALUE, p->line + t->at, t->n);

    if (t->kind != PMT_TOKEN_NAME)
        return pmt_parse_fail(p, pmt_token(p)->at, "one value is wanted here, not two");
    return pmt_parse_fail(p, t->at, "unknown value '%.*s'%s%s%s", (int)t->n, p->line + t->at,
                          near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
}

/* An atom, or an operation on two. */
static bool parse_plain(struct pmt_parser *p, uint32_t *out)
{
    struct pmt_maker v = {.code = PMT_MAKE_ATOM};
    size_t base = p->pending.n, from = p->at;
    struct pmt_atom atom;

    if (!pmt_parse_atom(p, &atom) || !pmt_pending(p, atom))
        return false;
    v.op = pmt_operator_at(p);
    if (v.op) {
        v.code = PMT_MAKE_BINARY;
        p->at++;
        if (!pmt_parse_atom(p, &atom) || !pmt_pending(p, atom))
            return false;
        if (pmt_operator_at(p))
            return pmt_parse_fail(p, pmt_token(p)->at, "one operation in a line");
    } else if (pmt_is_operand(p, pmt_token(p))) {
        return unknown_value(p, from);
    }
    return pmt_pool_atoms(p, base, &v.atoms, &v.n_atoms) && finish(p, &v, out);
}

/* A word that lacks its operands is a name. */
bool pmt_parse_value(struct pmt_parser *p, uint32_t *out)
{
    size_t before = p->at, row = pmt_parse_word(p, pmt_value_words, PMT_N_VALUES);

    if (row != PMT_N_VALUES && (pmt_is_operand(p, pmt_token(p)) ||
                                !pmt_wants_operand(&pmt_value_words[row])))
        return pmt_parse_maker(p, row, out);
    p->at = before;
    return parse_plain(p, out);
}
