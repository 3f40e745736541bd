/* parse_statement.c - statements of one line. */
#include "script/parser.h"

#include <string.h>

bool pmt_parse_operands(struct pmt_parser *p, struct pmt_action *op)
{
    uint32_t word;

    return pmt_parse_by_spec(p, &pmt_statement_words[op->code], &op->atoms, &op->n_atoms, &word);
}

/* Rows that no word leads to. */
bool pmt_parse_nothing(struct pmt_parser *p, struct pmt_action *op)
{
    (void)p;
    (void)op;
    return true;
}

bool pmt_parse_del(struct pmt_parser *p, struct pmt_action *op)
{
    size_t base = p->pending.n;

    do {
        struct pmt_atom target;

        if (pmt_is_mark(pmt_token(p), ',') && p->pending.n > base)
            p->at++;
        if (!pmt_parse_target(p, &target) || !pmt_pending(p, target))
            return false;
    } while (pmt_is_operand(p, pmt_token(p)) || pmt_is_mark(pmt_token(p), ','));
    return pmt_pool_atoms(p, base, &op->atoms, &op->n_atoms);
}

bool pmt_parse_return(struct pmt_parser *p, struct pmt_action *op)
{
    if (p->scopes[p->n_scopes - 1].kind != PMT_SCOPE_DEF)
        return pmt_parse_fail(p, p->lexer.tokens.at[0].at, "return outside of a def");
    if (pmt_token(p)->kind == PMT_TOKEN_END)
        return true;
    return pmt_parse_value(p, &op->value);
}

bool pmt_parse_global(struct pmt_parser *p, struct pmt_action *op)
{
    if (p->scopes[p->n_scopes - 1].kind != PMT_SCOPE_DEF)
        return pmt_parse_fail(p, p->lexer.tokens.at[0].at, "global outside of a def");
    op->atoms = (uint32_t)p->s->words.n;
    do {
        size_t at;
        uint32_t name;

        if (pmt_is_mark(pmt_token(p), ','))
            p->at++;
        at = pmt_token(p)->at;
        if (!pmt_parse_new_name(p, &name) || !pmt_scope_declare(p, name, at))
            return false;
        if (!pmt_vec_push(&p->s->words, name))
            return pmt_parse_nomem(p);
        op->n_atoms++;
    } while (pmt_token(p)->kind == PMT_TOKEN_NAME || pmt_is_mark(pmt_token(p), ','));
    return true;
}

static bool parse_string(struct pmt_parser *p, const char *what, uint32_t *out)
{
    const struct pmt_token *t = pmt_token(p);

    if (t->kind != PMT_TOKEN_STR)
        return pmt_parse_fail(p, t->at, "%s", what);
    p->at++;
    return pmt_pool_text(p, p->lexer.texts.at + t->u.text.at, t->u.text.n, out);
}

bool pmt_parse_mark(struct pmt_parser *p, struct pmt_action *op)
{
    return parse_string(p, "mark takes \"TEXT\"", &op->detail);
}

bool pmt_parse_expect(struct pmt_parser *p, struct pmt_action *op)
{
    if (!pmt_parse_condition(p, &op->detail))
        return false;
    if (!pmt_is_mark(pmt_token(p), ','))
        return true;
    p->at++;
    return parse_string(p, "the message is a text: \"...\"", &op->message);
}

/* -- print, let -- */

/* A text stands for itself, anything else is asked. */
static bool parse_item(struct pmt_parser *p, struct pmt_expression *out)
{
    const struct pmt_token *next = pmt_token_ahead(p, 1);
    struct pmt_query text = {.code = PMT_ASK_TEXT};
    struct pmt_term term = {'\0', (uint32_t)p->s->queries.n};

    if (pmt_token(p)->kind != PMT_TOKEN_STR ||
        (next->kind != PMT_TOKEN_END && !pmt_is_mark(next, ',')))
        return pmt_parse_expression(p, out);
    *out = (struct pmt_expression){.terms = (uint32_t)p->s->terms.n, .n_terms = 1};
    if (!parse_string(p, "", &text.word))
        return false;
    return (pmt_vec_push(&p->s->queries, text) && pmt_vec_push(&p->s->terms, term)) ||
           pmt_parse_nomem(p);
}

bool pmt_parse_print(struct pmt_parser *p, struct pmt_action *op)
{
    struct pmt_script *s = p->s;
    size_t base = p->items.n;

    while (pmt_token(p)->kind != PMT_TOKEN_END) {
        struct pmt_expression item;

        if (!parse_item(p, &item))
            return false;
        if (!pmt_vec_push(&p->items, item))
            return pmt_parse_nomem(p);
        if (!pmt_is_mark(pmt_token(p), ','))
            break;
        p->at++;
        if (pmt_token(p)->kind == PMT_TOKEN_END)
            return pmt_parse_fail(p, pmt_token(p)->at, "an item is missing");
    }
    op->atoms = (uint32_t)s->expressions.n;
    op->n_atoms = (uint32_t)(p->items.n - base);
    for (size_t i = base; i < p->items.n; i++)
        if (!pmt_vec_push(&s->expressions, p->items.at[i]))
            return pmt_parse_nomem(p);
    p->items.n = base;
    return true;
}

bool pmt_parse_let(struct pmt_parser *p, struct pmt_action *op)
{
    struct pmt_expression e;
    uint32_t name;

    if (!pmt_parse_new_name(p, &name))
        return false;
    if (!pmt_is_mark(pmt_token(p), '='))
        return pmt_parse_fail(p, pmt_token(p)->at, "let takes NAME = EXPRESSION");
    p->at++;
    if (!pmt_parse_expression(p, &e))
        return false;
    op->value = (uint32_t)p->s->expressions.n;
    if (!pmt_vec_push(&p->s->expressions, e))
        return pmt_parse_nomem(p);
    for (op->detail = 0; op->detail < p->s->lets.n; op->detail++)
        if (p->s->lets.at[op->detail] == name)
            return true;
    return pmt_vec_push(&p->s->lets, name) || pmt_parse_nomem(p);
}

/* -- assignments and values on their own -- */

/* The token behind the brackets that open here. */
static size_t behind_brackets(const struct pmt_parser *p, size_t i)
{
    size_t depth = 0;

    for (; p->lexer.tokens.at[i].kind != PMT_TOKEN_END; i++) {
        depth += pmt_is_mark(&p->lexer.tokens.at[i], '[');
        if (pmt_is_mark(&p->lexer.tokens.at[i], ']') && --depth == 0)
            return i + 1;
    }
    return i;
}

/* Does the line begin with a name or a path that "=" follows? */
static bool is_assignment(const struct pmt_parser *p)
{
    size_t i = p->at;

    if (pmt_token(p)->kind != PMT_TOKEN_NAME)
        return false;
    for (i++;;) {
        const struct pmt_token *t = &p->lexer.tokens.at[i];

        if (pmt_is_mark(t, '.') && t[1].kind == PMT_TOKEN_NAME)
            i += 2;
        else if (pmt_is_mark(t, '[') && t->glued)
            i = behind_brackets(p, i);
        else
            return pmt_is_mark(t, '=');
    }
}

/* a = b = VALUE: what is before a "=" is a target. */
static bool parse_assignment(struct pmt_parser *p, struct pmt_action *op)
{
    size_t base = p->pending.n;

    op->code = PMT_DO_ASSIGN;
    while (is_assignment(p)) {
        struct pmt_atom target;

        if (!pmt_parse_target(p, &target) || !pmt_pending(p, target))
            return false;
        p->at++; /* "=" */
    }
    return pmt_pool_atoms(p, base, &op->atoms, &op->n_atoms) && pmt_parse_value(p, &op->value);
}

static bool unknown_statement(struct pmt_parser *p)
{
    size_t n_tokens, n = pmt_glued(p, &n_tokens);
    const struct pmt_token *t = pmt_token(p);
    const char *near = pmt_word_nearest(PMT_WORD_OF_LINE, p->line + t->at, n);

    if (t->kind != PMT_TOKEN_NAME)
        return pmt_parse_fail(p, t->at, "a line begins with an operation or a name");
    if (pmt_word_find(pmt_query_words, PMT_N_QUERIES, p->line + t->at, n) != PMT_N_QUERIES)
        return pmt_parse_fail(p, t->at, "'%.*s' is a query: it stands after print, expect or if",
                              (int)n, p->line + t->at);
    return pmt_parse_fail(p, t->at, "unknown operation '%.*s'%s%s%s", (int)(n < 60 ? n : 60),
                          p->line + t->at, near ? ": did you mean '" : "", near ? near : "",
                          near ? "'?" : "");
}

/* -- any statement -- */

typedef bool (*parse_fn)(struct pmt_parser *p, struct pmt_action *op);

static const parse_fn parsers[PMT_N_STATEMENTS] = {
#define STATEMENT(id, fn, word, operands, parse, spec, check, args, counts, python, help) pmt_parse_##parse,
#include "script/statement.def"
};

static bool parse_any(struct pmt_parser *p, struct pmt_action *op)
{
    size_t row;

    if (is_assignment(p))
        return parse_assignment(p, op);
    row = pmt_parse_word(p, pmt_statement_words, PMT_N_STATEMENTS);
    if (row != PMT_N_STATEMENTS) {
        op->code = (uint8_t)row;
        return parsers[row](p, op);
    }
    row = pmt_parse_word(p, pmt_value_words, PMT_N_VALUES);
    if (row == PMT_N_VALUES)
        return unknown_statement(p);
    op->code = PMT_DO_EVAL;
    return pmt_parse_maker(p, row, &op->value);
}

/* What a class body may hold. */
static bool fits_class(struct pmt_parser *p, const struct pmt_action *op)
{
    bool fits = op->code == PMT_DO_DEF || op->code == PMT_DO_PASS || op->code == PMT_DO_END;

    if (op->code == PMT_DO_ASSIGN) {
        fits = true;
        for (uint32_t i = 0; i < op->n_atoms; i++)
            fits = fits && !p->s->atoms.at[op->atoms + i].n_steps;
    }
    return fits || pmt_parse_fail(p, p->lexer.tokens.at[0].at,
                                  "only def and NAME = VALUE stand in a class");
}

static bool push_op(struct pmt_parser *p, const struct pmt_action *op)
{
    return pmt_vec_push(&p->s->ops, *op) || pmt_parse_nomem(p);
}

/* A loop or a def is around it: it may be acted out again. */
static bool is_repeated(struct pmt_parser *p)
{
    return p->n_drafts > 1 || pmt_innermost_loop(p);
}

bool pmt_parse_statement(struct pmt_parser *p)
{
    struct pmt_action op = {.line = p->line_number, .value = PMT_NOTHING, .detail = PMT_NOTHING,
                        .message = PMT_NOTHING, .in_loop = is_repeated(p)};
    bool in_class = p->scopes[p->n_scopes - 1].kind == PMT_SCOPE_CLASS;

    if (!parse_any(p, &op) || (in_class && !fits_class(p, &op)))
        return false;
    return op.code == PMT_DO_FAILS || push_op(p, &op);
}

/* -- fails -- */

/* Three operations: FAILS, the statement, FAILED, which is not reached when the statement
 * raises. */
bool pmt_parse_fails(struct pmt_parser *p, struct pmt_action *op)
{
    const struct pmt_token *t = pmt_token(p);
    struct pmt_action inner = *op, failed = *op;
    size_t n_blocks = p->n_blocks;
    const char *near;

    if (!pmt_set_find(PMT_SET_EXCEPTIONS, p->line + t->at, t->n, &op->detail) || !op->detail) {
        near = pmt_set_nearest(PMT_SET_EXCEPTIONS, p->line + t->at, t->n);
        return pmt_parse_fail(p, t->at, "'%.*s' is no exception%s%s%s",
                              (int)(t->n < 60 ? t->n : 60), p->line + t->at,
                              near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
    p->at++;
    failed.code = PMT_DO_FAILED;
    failed.detail = op->detail;
    if (!push_op(p, op))
        return false;
    t = pmt_token(p);
    if (!parse_any(p, &inner))
        return false;
    if (inner.code == PMT_DO_FAILS || inner.code == PMT_DO_RETURN || inner.code == PMT_DO_END ||
        inner.code == PMT_DO_ELSE || inner.code == PMT_DO_BREAK ||
        inner.code == PMT_DO_CONTINUE || p->n_blocks != n_blocks)
        return pmt_parse_fail(p, t->at, "only a statement of one line can fail");
    return push_op(p, &inner) && push_op(p, &failed);
}
