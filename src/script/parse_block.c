/* parse_block.c - statements that open, part and close blocks. */
#include "script/parser.h"

#include <string.h>

static const char *word_of(uint8_t code)
{
    return pmt_statement_words[code].word;
}

bool pmt_block_open(struct pmt_parser *p, enum pmt_statement_code code, size_t at)
{
    if (p->n_blocks == PMT_MAX_NESTED_BLOCKS)
        return pmt_parse_fail(p, at, "blocks are nested at most %d deep", PMT_MAX_NESTED_BLOCKS);
    p->blocks[p->n_blocks++] = (struct pmt_block_mark){
        .code = (uint8_t)code,
        .head = (uint32_t)p->s->ops.n,
        .line = p->line_number,
        .column = pmt_parse_column(p, at),
        .otherwise = PMT_NOTHING,
    };
    return true;
}

static size_t line_at(const struct pmt_parser *p)
{
    return p->lexer.tokens.at[0].at;
}

struct pmt_block_mark *pmt_innermost_loop(struct pmt_parser *p)
{
    for (size_t i = p->n_blocks; i-- > 0;) {
        struct pmt_block_mark *b = &p->blocks[i];

        if (b->code == PMT_DO_REPEAT || b->code == PMT_DO_FOR)
            return b;
        if (b->code == PMT_DO_DEF || b->code == PMT_DO_CLASS)
            return NULL;
    }
    return NULL;
}

/* -- loops and conditions -- */

/* A name that a loop, a def or a class binds, among the pending operands. */
static bool bound_name(struct pmt_parser *p)
{
    size_t at = pmt_token(p)->at;
    struct pmt_atom atom;
    uint32_t name;

    return pmt_parse_new_name(p, &name) && pmt_scope_bind(p, name, at, &atom) &&
           pmt_pending(p, atom);
}

bool pmt_parse_repeat(struct pmt_parser *p, struct pmt_action *op)
{
    size_t base = p->pending.n;
    struct pmt_atom n;

    if (!pmt_is_operand(p, pmt_token(p)))
        return pmt_parse_fail(p, pmt_token(p)->at, "repeat takes N [NAME]");
    if (!pmt_parse_atom(p, &n) || !pmt_pending(p, n))
        return false;
    if (pmt_token(p)->kind == PMT_TOKEN_NAME && !bound_name(p))
        return false;
    return pmt_pool_atoms(p, base, &op->atoms, &op->n_atoms) &&
           pmt_block_open(p, PMT_DO_REPEAT, line_at(p));
}

bool pmt_parse_for(struct pmt_parser *p, struct pmt_action *op)
{
    size_t base = p->pending.n;
    struct pmt_atom iterable;

    if (!bound_name(p))
        return false;
    if (!pmt_is_name(p, pmt_token(p), "in"))
        return pmt_parse_fail(p, pmt_token(p)->at, "for takes NAME in ITERABLE");
    p->at++;
    return pmt_parse_atom(p, &iterable) && pmt_pending(p, iterable) &&
           pmt_pool_atoms(p, base, &op->atoms, &op->n_atoms) &&
           pmt_block_open(p, PMT_DO_FOR, line_at(p));
}

bool pmt_parse_if(struct pmt_parser *p, struct pmt_action *op)
{
    return pmt_parse_condition(p, &op->detail) && pmt_block_open(p, PMT_DO_IF, line_at(p));
}

/* The words are those of the text: "cpython-3.11" is no sequence of tokens. */
bool pmt_parse_under(struct pmt_parser *p, struct pmt_action *op)
{
    struct pmt_script *s = p->s;
    size_t at = line_at(p) + strlen(word_of(PMT_DO_UNDER)), n;

    op->atoms = (uint32_t)s->words.n;
    for (;; at += n) {
        uint32_t word;

        at += strspn(p->line + at, " \t:");
        n = strcspn(p->line + at, " \t:#\r\n");
        if (at >= p->n_line || !n)
            break;
        if (!pmt_pool_text(p, p->line + at, n, &word))
            return false;
        if (!pmt_vec_push(&s->words, word))
            return pmt_parse_nomem(p);
        op->n_atoms++;
    }
    if (!op->n_atoms)
        return pmt_parse_fail(p, at, "under takes PRESET...");
    return pmt_block_open(p, PMT_DO_UNDER, line_at(p));
}

bool pmt_parse_break(struct pmt_parser *p, struct pmt_action *op)
{
    struct pmt_block_mark *loop = pmt_innermost_loop(p);

    if (!loop)
        return pmt_parse_fail(p, line_at(p), "%s outside of a loop", word_of(op->code));
    op->detail = loop->head;
    return true;
}

bool pmt_parse_else(struct pmt_parser *p, struct pmt_action *op)
{
    struct pmt_block_mark *b = p->n_blocks ? &p->blocks[p->n_blocks - 1] : NULL;

    if (!b || (b->code != PMT_DO_IF && b->code != PMT_DO_UNDER))
        return pmt_parse_fail(p, line_at(p), "else without if or under");
    if (b->otherwise != PMT_NOTHING)
        return pmt_parse_fail(p, line_at(p), "a second else of the %s of line %u",
                              word_of(b->code), b->line);
    b->otherwise = (uint32_t)p->s->ops.n;
    op->detail = b->head;
    p->s->ops.at[b->head].jump = b->otherwise;
    return true;
}

/* -- def -- */

static bool parse_params(struct pmt_parser *p)
{
    struct pmt_scope *scope = &p->scopes[p->n_scopes - 1];

    while (pmt_token(p)->kind == PMT_TOKEN_NAME || pmt_is_mark(pmt_token(p), ',')) {
        size_t at, before = p->bound.n;
        struct pmt_atom atom;
        uint32_t name;

        if (pmt_is_mark(pmt_token(p), ','))
            p->at++;
        at = pmt_token(p)->at;
        if (!pmt_parse_new_name(p, &name) || !pmt_scope_bind(p, name, at, &atom))
            return false;
        if (p->bound.n == before)
            return pmt_parse_fail(p, at, "two parameters of one name");
        if (++scope->n_params > PMT_MAX_PARAMS)
            return pmt_parse_fail(p, at, "a function has at most %d parameters", PMT_MAX_PARAMS);
    }
    return true;
}

/* Its name belongs to the scope around it, its code is a literal of the unit around it. */
bool pmt_parse_def(struct pmt_parser *p, struct pmt_action *op)
{
    size_t base = p->pending.n, at = pmt_token(p)->at, n = pmt_token(p)->n;
    struct pmt_literal code;
    uint32_t name;

    memset(&code, 0, sizeof code);
    code.kind = PMT_LITERAL_CODE;
    code.a = (uint32_t)p->s->units.n;
    if (!bound_name(p) || !pmt_pool_atoms(p, base, &op->atoms, &op->n_atoms) ||
        !pmt_pool_literal(p, &code, &op->detail) || !pmt_pool_text(p, p->line + at, n, &name) ||
        !pmt_block_open(p, PMT_DO_DEF, line_at(p)) || !pmt_unit_open(p, PMT_UNIT_DEF, name) ||
        !pmt_scope_open(p, PMT_SCOPE_DEF))
        return false;
    p->s->units.at[code.a].first_op++; /* behind the DEF itself */
    return parse_params(p);
}

/* -- class -- */

static bool parse_slots(struct pmt_parser *p, struct pmt_class_words *row)
{
    struct pmt_script *s = p->s;

    row->has_slots = true;
    row->slots = (uint32_t)s->words.n;
    while (pmt_token(p)->kind == PMT_TOKEN_NAME && !pmt_is_name(p, pmt_token(p), "old")) {
        const struct pmt_token *t = pmt_token(p);
        uint32_t name;

        p->at++;
        if (!pmt_pool_text(p, p->line + t->at, t->n, &name))
            return false;
        if (!pmt_vec_push(&s->words, name))
            return pmt_parse_nomem(p);
        row->n_slots++;
    }
    return true;
}

/* `object` is what every class is based on anyway. */
static bool parse_base(struct pmt_parser *p)
{
    struct pmt_atom base;

    if (pmt_is_name(p, pmt_token(p), "object")) {
        p->at++;
        return true;
    }
    if (pmt_token(p)->kind != PMT_TOKEN_NAME || pmt_is_name(p, pmt_token(p), "slots") ||
        pmt_is_name(p, pmt_token(p), "old"))
        return true;
    return pmt_parse_atom(p, &base) && pmt_pending(p, base);
}

bool pmt_parse_class(struct pmt_parser *p, struct pmt_action *op)
{
    struct pmt_class_words row = {0};
    size_t base = p->pending.n, at = pmt_token(p)->at, n = pmt_token(p)->n;

    if (!bound_name(p) || !parse_base(p) ||
        !pmt_pool_atoms(p, base, &op->atoms, &op->n_atoms) ||
        !pmt_pool_text(p, p->line + at, n, &row.name))
        return false;
    if (pmt_is_name(p, pmt_token(p), "slots")) {
        p->at++;
        if (!parse_slots(p, &row))
            return false;
    }
    if (pmt_is_name(p, pmt_token(p), "old")) {
        p->at++;
        row.old_style = true;
    }
    op->detail = (uint32_t)p->s->classes.n;
    if (!pmt_vec_push(&p->s->classes, row))
        return pmt_parse_nomem(p);
    return pmt_block_open(p, PMT_DO_CLASS, line_at(p)) && pmt_scope_open(p, PMT_SCOPE_CLASS);
}

/* -- end -- */

/* The unit of a def ends with its END, which is pushed after this. */
static bool close_def(struct pmt_parser *p)
{
    uint32_t unit = p->drafts[p->n_drafts - 1].unit;

    if (!pmt_scope_close(p) || !pmt_unit_close(p))
        return false;
    p->s->units.at[unit].end_op++;
    return true;
}

bool pmt_parse_end(struct pmt_parser *p, struct pmt_action *op)
{
    struct pmt_script *s = p->s;
    struct pmt_block_mark *b;

    if (!p->n_blocks)
        return pmt_parse_fail(p, line_at(p), "end without a block");
    b = &p->blocks[--p->n_blocks];
    op->detail = b->head;
    s->ops.at[b->otherwise != PMT_NOTHING ? b->otherwise : b->head].jump = (uint32_t)s->ops.n;
    if (b->code == PMT_DO_DEF)
        return close_def(p);
    return b->code != PMT_DO_CLASS || pmt_scope_close(p);
}
