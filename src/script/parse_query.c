/* parse_query.c - questions; expressions and conditions made of them.
 *
 * An expression is kept as postfix, so that acting it out needs a small stack and no tree.
 * Operators are taken by precedence: while the next binds stronger, it goes first. */
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

/* The number of a name that `let` has kept something under; lets.n: none. */
static uint32_t find_let(const struct pmt_parser *p, const struct pmt_token *t)
{
    for (uint32_t i = 0; i < p->s->lets.n; i++)
        if (pmt_is_name(p, t, pmt_script_string(p->s, p->s->lets.at[i])))
            return i;
    return (uint32_t)p->s->lets.n;
}

static bool is_let(const struct pmt_parser *p)
{
    const struct pmt_token *next = pmt_token_ahead(p, 1);

    return !(next->glued && (pmt_is_mark(next, '.') || pmt_is_mark(next, '['))) &&
           find_let(p, pmt_token(p)) != p->s->lets.n;
}

/* The row of the query whose word is here, which is passed over. A word that lacks its
 * operands is a name. */
static size_t parse_query_word(struct pmt_parser *p)
{
    size_t before = p->at, row = pmt_parse_word(p, pmt_query_words, PMT_N_QUERIES);

    if (row == PMT_N_QUERIES || pmt_is_operand(p, pmt_token(p)) ||
        !pmt_wants_operand(&pmt_query_words[row]))
        return row;
    if (p->lexer.tokens.at[p->at - 1].kind == PMT_TOKEN_NAME && p->at == before + 1 &&
        !pmt_is_name(p, &p->lexer.tokens.at[before], "is")) {
        p->at = before;
        return PMT_N_QUERIES;
    }
    return row;
}

bool pmt_parse_query(struct pmt_parser *p, struct pmt_query *out)
{
    size_t row;

    *out = (struct pmt_query){.word = PMT_NOTHING};
    if (is_let(p)) {
        out->code = PMT_ASK_LET;
        out->word = find_let(p, pmt_token(p));
        p->at++;
        return true;
    }
    row = parse_query_word(p);
    if (row == PMT_N_QUERIES)
        return parse_atom_query(p, out);
    out->code = (uint8_t)row;
    return pmt_parse_by_spec(p, &pmt_query_words[row], &out->atoms, &out->n_atoms, &out->word);
}

/* -- expressions -- */

/* How strong the operator here binds; 0: there is none. */
static unsigned operator_here(const struct pmt_parser *p, char *op)
{
    static const struct { uint16_t mark; char op; uint8_t strength; } operators[] = {
        {'+', '+', 1}, {'-', '-', 1}, {'*', '*', 2}, {PMT_MARK_2('/', '/'), '/', 2}, {'%', '%', 2},
    };

    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        if (pmt_is_mark(pmt_token(p), operators[i].mark)) {
            *op = operators[i].op;
            return operators[i].strength;
        }
    return 0;
}

static bool push_term(struct pmt_parser *p, struct pmt_term *terms, uint32_t *n,
                      struct pmt_term term)
{
    if (*n == PMT_MAX_TERMS)
        return pmt_parse_fail(p, pmt_token(p)->at, "an expression has at most %d parts",
                              PMT_MAX_TERMS);
    terms[(*n)++] = term;
    return true;
}

static bool push_query(struct pmt_parser *p, struct pmt_term *terms, uint32_t *n)
{
    struct pmt_query query;

    if (!pmt_parse_query(p, &query))
        return false;
    if (!pmt_vec_push(&p->s->queries, query))
        return pmt_parse_nomem(p);
    return push_term(p, terms, n, (struct pmt_term){'\0', (uint32_t)p->s->queries.n - 1});
}

/* Queries and operators; of two strengths, so at most two operators wait. */
static bool parse_terms(struct pmt_parser *p, struct pmt_term *terms, uint32_t *n)
{
    struct { char op; unsigned strength; } waiting[2];
    unsigned n_waiting = 0, strength;
    char op = '\0';

    if (!push_query(p, terms, n))
        return false;
    do {
        strength = operator_here(p, &op);
        while (n_waiting && waiting[n_waiting - 1].strength >= strength)
            if (!push_term(p, terms, n, (struct pmt_term){waiting[--n_waiting].op, 0}))
                return false;
        if (strength) {
            waiting[n_waiting].op = op;
            waiting[n_waiting++].strength = strength;
            p->at++;
            if (!push_query(p, terms, n))
                return false;
        }
    } while (strength);
    return true;
}

/* The text from a byte of the line to the end of the token before. */
static void as_written(const struct pmt_parser *p, size_t begin, uint32_t *at, uint32_t *n)
{
    const struct pmt_token *last = &p->lexer.tokens.at[p->at - 1];

    *at = (uint32_t)((size_t)(p->line - p->s->text) + begin);
    *n = (uint32_t)(last->at + last->n - begin);
}

bool pmt_parse_expression(struct pmt_parser *p, struct pmt_expression *out)
{
    size_t begin = pmt_token(p)->at;
    struct pmt_term terms[PMT_MAX_TERMS];

    *out = (struct pmt_expression){.terms = 0};
    if (!parse_terms(p, terms, &out->n_terms))
        return false;
    out->terms = (uint32_t)p->s->terms.n;
    for (uint32_t i = 0; i < out->n_terms; i++)
        if (!pmt_vec_push(&p->s->terms, terms[i]))
            return pmt_parse_nomem(p);
    as_written(p, begin, &out->at, &out->n);
    return true;
}

/* -- conditions -- */

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

static bool push_expression(struct pmt_parser *p, uint32_t *out)
{
    struct pmt_expression e;

    if (!pmt_parse_expression(p, &e))
        return false;
    *out = (uint32_t)p->s->expressions.n;
    return pmt_vec_push(&p->s->expressions, e) || pmt_parse_nomem(p);
}

bool pmt_parse_condition(struct pmt_parser *p, uint32_t *out)
{
    struct pmt_condition c = {.right = PMT_NOTHING};
    size_t begin = pmt_token(p)->at;

    if (pmt_is_name(p, pmt_token(p), "not")) {
        c.negated = true;
        p->at++;
    }
    if (!push_expression(p, &c.left))
        return false;
    c.compare = (uint8_t)parse_compare(p);
    if (c.compare != PMT_COMPARE_NONE && !push_expression(p, &c.right))
        return false;
    as_written(p, begin, &c.at, &c.n);
    *out = (uint32_t)p->s->conditions.n;
    return pmt_vec_push(&p->s->conditions, c) || pmt_parse_nomem(p);
}
