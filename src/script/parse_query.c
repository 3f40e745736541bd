/* parse_query.c - questions, and conditions made of them. */
#include "script/parser.h"

#include <string.h>

static bool starts_literal(const struct pmt_token *t)
{
    return t->kind != PMT_TOKEN_NAME && t->kind != PMT_TOKEN_END;
}

/* A name that operands follow was meant to be a word; and so is a reserved one. */
static bool unknown_query(struct pmt_parser *p, size_t from)
{
    const struct pmt_token *t = &p->lexer.tokens.at[from];
    const char *near;
    size_t n, n_tokens;

    p->at = from;
    n = pmt_glued(p, &n_tokens);
    near = pmt_word_nearest(PMT_WORD_OF_QUERY, p->line + t->at, n);
    return pmt_parse_fail(p, t->at, "unknown query '%.*s'%s%s%s", (int)(n < 60 ? n : 60),
                          p->line + t->at, near ? ": did you mean '" : "", near ? near : "",
                          near ? "'?" : "");
}

static bool is_unknown(const struct pmt_parser *p)
{
    static const char *const atoms[] = {"None", "True", "False", "inf", "nan", "globals"};
    const struct pmt_token *t = pmt_token(p);

    if (t->kind != PMT_TOKEN_NAME || !pmt_word_is_reserved(p->line + t->at, t->n))
        return false;
    for (size_t i = 0; i < sizeof atoms / sizeof *atoms; i++)
        if (pmt_is_name(p, t, atoms[i]))
            return false;
    return true;
}

/* A literal by itself is only compared with: it is no object of the program. */
static bool parse_plain(struct pmt_parser *p, struct pmt_query *q)
{
    struct pmt_draft *d = &p->drafts[p->n_drafts - 1];
    size_t n_before = d->literals.n;
    struct pmt_atom atom;

    if (!pmt_parse_atom(p, &atom))
        return false;
    q->is_plain = true;
    q->word = (uint32_t)p->s->plain.n;
    if (!pmt_vec_push(&p->s->plain, d->literals.at[atom.index]))
        return pmt_parse_nomem(p);
    pmt_pool_forget(p, n_before);
    return true;
}

/* A name, a path or a literal. */
static bool parse_atom_query(struct pmt_parser *p, struct pmt_query *q)
{
    static const char *const literals[] = {"None", "True", "False", "inf", "nan"};
    size_t base = p->pending.n, from = p->at;
    struct pmt_atom atom;

    if (is_unknown(p))
        return unknown_query(p, from);
    q->code = PMT_ASK_ATOM;
    if (starts_literal(pmt_token(p)))
        return parse_plain(p, q);
    for (size_t i = 0; i < sizeof literals / sizeof *literals; i++)
        if (pmt_is_name(p, pmt_token(p), literals[i]))
            return parse_plain(p, q);
    if (!pmt_parse_atom(p, &atom) || !pmt_pending(p, atom))
        return false;
    if (pmt_is_operand(p, pmt_token(p)))
        return unknown_query(p, from);
    return pmt_pool_atoms(p, base, &q->atoms, &q->n_atoms);
}

bool pmt_parse_query(struct pmt_parser *p, struct pmt_query *out)
{
    const struct pmt_token *last;
    size_t begin = pmt_token(p)->at, row;

    *out = (struct pmt_query){.word = PMT_NOTHING};
    row = pmt_parse_word(p, pmt_query_words, PMT_N_QUERIES);
    if (row == PMT_N_QUERIES) {
        if (!parse_atom_query(p, out))
            return false;
    } else {
        out->code = (uint8_t)row;
        if (!pmt_parse_by_spec(p, &pmt_query_words[row], &out->atoms, &out->n_atoms, &out->word))
            return false;
    }
    last = &p->lexer.tokens.at[p->at - 1];
    out->at = (uint32_t)((size_t)(p->line - p->s->text) + begin);
    out->n = (uint32_t)(last->at + last->n - begin);
    return true;
}

static enum pmt_compare parse_compare(struct pmt_parser *p)
{
    static const struct { uint16_t mark; enum pmt_compare compare; } marks[] = {
        {PMT_MARK_2('=', '='), PMT_COMPARE_EQ}, {PMT_MARK_2('!', '='), PMT_COMPARE_NE},
        {'<', PMT_COMPARE_LT}, {PMT_MARK_2('<', '='), PMT_COMPARE_LE},
        {'>', PMT_COMPARE_GT}, {PMT_MARK_2('>', '='), PMT_COMPARE_GE},
    };
    const struct pmt_token *t = pmt_token(p), *next = pmt_token_ahead(p, 1);

    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++)
        if (pmt_is_mark(t, marks[i].mark)) {
            p->at++;
            return marks[i].compare;
        }
    if (pmt_is_name(p, t, "is")) {
        bool negated = pmt_is_name(p, next, "not");

        p->at += negated ? 2 : 1;
        return negated ? PMT_COMPARE_IS_NOT : PMT_COMPARE_IS;
    }
    if (pmt_is_name(p, t, "in")) {
        p->at++;
        return PMT_COMPARE_IN;
    }
    if (pmt_is_name(p, t, "not") && pmt_is_name(p, next, "in")) {
        p->at += 2;
        return PMT_COMPARE_NOT_IN;
    }
    return PMT_COMPARE_NONE;
}

static bool push_query(struct pmt_parser *p, const struct pmt_query *q, uint32_t *out)
{
    *out = (uint32_t)p->s->queries.n;
    return pmt_vec_push(&p->s->queries, *q) || pmt_parse_nomem(p);
}

bool pmt_parse_condition(struct pmt_parser *p, uint32_t *out)
{
    struct pmt_condition c = {.right = PMT_NOTHING};
    struct pmt_query left, right;
    const struct pmt_token *last;
    size_t begin = pmt_token(p)->at;

    if (pmt_is_name(p, pmt_token(p), "not")) {
        c.negated = true;
        p->at++;
    }
    if (!pmt_parse_query(p, &left) || !push_query(p, &left, &c.left))
        return false;
    c.compare = (uint8_t)parse_compare(p);
    if (c.compare != PMT_COMPARE_NONE &&
        (!pmt_parse_query(p, &right) || !push_query(p, &right, &c.right)))
        return false;
    last = &p->lexer.tokens.at[p->at - 1];
    c.at = (uint32_t)((size_t)(p->line - p->s->text) + begin);
    c.n = (uint32_t)(last->at + last->n - begin);
    *out = (uint32_t)p->s->conditions.n;
    return pmt_vec_push(&p->s->conditions, c) || pmt_parse_nomem(p);
}
