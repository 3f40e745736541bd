/* parser.h - a script being read: what the files parse_*.c share. For them only.
 *
 * All functions that return bool return false after pmt_parse_fail() or when memory ran
 * out; the parser's status then says which. */
#ifndef PMT_SCRIPT_PARSER_H
#define PMT_SCRIPT_PARSER_H

#include "base/check.h"
#include "base/vec.h"
#include "script/lexer.h"
#include "script/program.h"

/* Numbers by what they stand for: open addressing, entries are number + 1. */
struct pmt_lookup {
    uint32_t *at;          /* owned */
    size_t n, cap;         /* cap: a power of two, or 0 */
};

/* A unit while it is read. */
struct pmt_draft {
    PMT_ARRAY_OF(struct pmt_literal) literals;
    struct pmt_lookup found;
    uint32_t unit;         /* number of its row */
    uint32_t deepest;
};

enum pmt_scope_kind { PMT_SCOPE_TOP, PMT_SCOPE_DEF, PMT_SCOPE_CLASS };

/* Where names are bound. The arrays named here are stacks of the parser. */
struct pmt_scope {
    enum pmt_scope_kind kind;
    uint32_t line;
    size_t first_atom;     /* of script->atoms: those of the scope */
    size_t first_bound, first_declared, first_free;
    size_t n_params;
};

/* A name that an inner scope uses and may find to be a local of an outer one. */
struct pmt_free_name {
    uint32_t name, line, column;
    bool inner;            /* of a scope inside the innermost def that is open */
};

struct pmt_block_mark {
    uint8_t code;          /* enum pmt_statement_code of its head */
    uint32_t head, line, column;
    uint32_t otherwise;    /* the ELSE, or PMT_NOTHING */
};

struct pmt_text_place {
    uint32_t at, n;        /* of s->strings */
};

struct pmt_parser {
    struct pmt_script *s;
    struct pmt_error *err;
    enum pmt_status status;

    const char *line;      /* in s->text */
    size_t n_line;
    uint32_t line_number;
    struct pmt_lexer lexer;
    size_t at;             /* token */
    unsigned n_nested_paths;

    struct pmt_lookup texts;              /* of s->strings: by text_at */
    PMT_ARRAY_OF(struct pmt_text_place) text_places;
    PMT_ARRAY_OF(struct pmt_atom) pending; /* operands of the line, not yet in a row */
    PMT_ARRAY_OF(struct pmt_expression) items; /* of a print */

    struct pmt_draft drafts[PMT_MAX_NESTED_BLOCKS + 1];
    size_t n_drafts;
    struct pmt_scope scopes[PMT_MAX_NESTED_BLOCKS + 1];
    size_t n_scopes;
    struct pmt_block_mark blocks[PMT_MAX_NESTED_BLOCKS];
    size_t n_blocks;
    PMT_ARRAY_OF(uint32_t) bound;         /* names, by scope */
    PMT_ARRAY_OF(uint32_t) declared;      /* ... by `global` */
    PMT_ARRAY_OF(struct pmt_free_name) free_names;
};

/* "NAME:LINE:COLUMN: ..." at a byte of the line; returns false. */
bool pmt_parse_fail(struct pmt_parser *p, size_t at, const char *fmt, ...) PMT_PRINTF(3, 4);
bool pmt_parse_nomem(struct pmt_parser *p);
/* The column, counted in characters from 1, of a byte of the line. */
uint32_t pmt_parse_column(const struct pmt_parser *p, size_t at);

/* -- tokens (parse.c) -- */

static inline const struct pmt_token *pmt_token(const struct pmt_parser *p)
{
    return &p->lexer.tokens.at[p->at];
}

/* `ahead` tokens further; END stays END. */
const struct pmt_token *pmt_token_ahead(const struct pmt_parser *p, size_t ahead);
bool pmt_is_mark(const struct pmt_token *t, uint16_t mark);
bool pmt_is_name(const struct pmt_parser *p, const struct pmt_token *t, const char *name);
/* Bytes of the tokens from this one on that are glued together: "gc.collect". *n_tokens:
 * how many. */
size_t pmt_glued(const struct pmt_parser *p, size_t *n_tokens);
/* The row of the word here, dotted or not, which is passed over; n_rows: none, and nothing
 * is passed. */
size_t pmt_parse_word(struct pmt_parser *p, const struct pmt_word *table, size_t n_rows);

/* -- pools (parse_pool.c) -- */

bool pmt_lookup_grow(struct pmt_lookup *l);
void pmt_lookup_release(struct pmt_lookup *l);
/* The same text once: its offset into s->strings. */
bool pmt_pool_text(struct pmt_parser *p, const char *text, size_t n, uint32_t *out);
/* The slot of an equal literal of the unit, made if there is none. */
bool pmt_pool_literal(struct pmt_parser *p, const struct pmt_literal *literal, uint32_t *slot);
/* The last literal of the unit goes again, if it has come since there were n_before. */
void pmt_pool_forget(struct pmt_parser *p, size_t n_before);
bool pmt_pool_name(struct pmt_parser *p, uint32_t name, uint32_t *slot);
/* Put the pending operands from `base` on into script->atoms in a row. */
bool pmt_pool_atoms(struct pmt_parser *p, size_t base, uint32_t *first, uint32_t *n);

/* -- scopes (parse_scope.c) -- */

bool pmt_unit_open(struct pmt_parser *p, enum pmt_unit_kind kind, uint32_t name);
bool pmt_unit_close(struct pmt_parser *p);
bool pmt_scope_open(struct pmt_parser *p, enum pmt_scope_kind kind);
/* Settles the names of a def. */
bool pmt_scope_close(struct pmt_parser *p);
/* A name that is read, bound, declared global; `at`: where it stands. */
bool pmt_scope_use(struct pmt_parser *p, uint32_t name, size_t at, struct pmt_atom *out);
bool pmt_scope_bind(struct pmt_parser *p, uint32_t name, size_t at, struct pmt_atom *out);
bool pmt_scope_declare(struct pmt_parser *p, uint32_t name, size_t at);

/* -- atoms (parse_atom.c) -- */

/* Whether an operand can begin at this token. */
bool pmt_is_operand(const struct pmt_parser *p, const struct pmt_token *t);
bool pmt_parse_atom(struct pmt_parser *p, struct pmt_atom *out);
/* A name that may be bound: its text, and that it is no reserved word. */
bool pmt_parse_new_name(struct pmt_parser *p, uint32_t *name);
/* NAME or PATH to bind, set or delete. */
bool pmt_parse_target(struct pmt_parser *p, struct pmt_atom *out);
bool pmt_pending(struct pmt_parser *p, struct pmt_atom atom);

/* -- operands, values, queries (parse_operands.c, parse_value.c, parse_query.c) -- */

/* The operands that a row's spec asks for, in *word what stands for a word (else
 * PMT_NOTHING). */
bool pmt_parse_by_spec(struct pmt_parser *p, const struct pmt_word *row, uint32_t *atoms,
                       uint32_t *n_atoms, uint32_t *word);
/* The operator here, as pmt_binary() has it; NUL: none. */
char pmt_operator_at(const struct pmt_parser *p);
/* A value, pushed to script->values. */
bool pmt_parse_value(struct pmt_parser *p, uint32_t *out);
bool pmt_parse_maker(struct pmt_parser *p, size_t row, uint32_t *out);
bool pmt_parse_query(struct pmt_parser *p, struct pmt_query *out);
bool pmt_parse_expression(struct pmt_parser *p, struct pmt_expression *out);
bool pmt_parse_condition(struct pmt_parser *p, uint32_t *out);

/* -- statements (parse_statement.c, parse_block.c) -- */

/* The statement of the line, pushed to script->ops. */
bool pmt_parse_statement(struct pmt_parser *p);
/* The innermost loop of the def or line, or NULL. */
struct pmt_block_mark *pmt_innermost_loop(struct pmt_parser *p);
bool pmt_block_open(struct pmt_parser *p, enum pmt_statement_code code, size_t at);

#define STATEMENT(id, fn, word, operands, parse, spec, check, args, counts, python, help)                       \
    bool pmt_parse_##parse(struct pmt_parser *p, struct pmt_action *op);
#include "script/statement.def"

#endif
