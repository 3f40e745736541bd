/* program.h - a script as the interpreter takes it: arrays of operations and of what they
 * work on. For src/script only; script.h is the outside.
 *
 * Nothing here points: everything is a number of an array, so a program is a handful of
 * blocks however long the script is, and can be walked in order.
 *
 *     text   "x = list 1 y.z"
 *     op     ASSIGN  atoms: x    value: ------> LIST  atoms: 1  y.z
 *     atom   x: GLOBAL, slot 0   1: CONST, slot 1     y.z: GLOBAL, slot 2, one step
 *     step   ATTR, slot 3
 *     slots of the unit: name x, int 1, name y, name z
 *
 * A unit is what CPython compiles at once: a line at top level with all of its block, or
 * the body of a function. Its slots are the objects that it needs from its beginning to
 * its end: its constants, equal ones once, and its names. Slots of atoms are counted
 * from the unit's first. Names are settled when a scope ends: a name that a function binds
 * is a place of its frame (LOCAL), any other is looked up by name (GLOBAL). In a class
 * body names are looked up in the class first (CLASS).
 *
 * Blocks are operations in a row: the head (REPEAT, IF, DEF ...) knows where it ends, and
 * END knows its head. */
#ifndef PMT_SCRIPT_PROGRAM_H
#define PMT_SCRIPT_PROGRAM_H

#include "object/objects.h"
#include "script/script.h"
#include "script/words.h"

#define PMT_NOTHING UINT32_MAX

/* Caps: beyond them is an error, never a cut. */
enum {
    PMT_MAX_LINE_BYTES = 65536,
    PMT_MAX_NESTED_BLOCKS = 64,
    PMT_MAX_STEPS = 32,          /* of a path */
    PMT_MAX_NESTED_PATHS = 16,   /* x[y[z ... */
    PMT_MAX_PARAMS = 255,
    PMT_MAX_LOCALS = 1000,
    PMT_MAX_TERMS = 32           /* of an expression */
};
#define PMT_MAX_SCRIPT_BYTES ((size_t)1 << 28)

/* What a slot of a unit holds. */
enum pmt_literal_kind {
    PMT_LITERAL_NONE, PMT_LITERAL_FALSE, PMT_LITERAL_TRUE, PMT_LITERAL_INT,
    PMT_LITERAL_FLOAT, PMT_LITERAL_COMPLEX, PMT_LITERAL_STR, PMT_LITERAL_UNICODE,
    PMT_LITERAL_BYTES,
    PMT_LITERAL_NAME,     /* of a variable or an attribute */
    PMT_LITERAL_TUPLE,    /* of literals: itself one */
    PMT_LITERAL_ITEMS,    /* of a list or set display, where the version keeps them */
    PMT_LITERAL_MEMBERS,
    PMT_LITERAL_FOLDED,   /* literal op literal */
    PMT_LITERAL_CODE      /* of a def */
};

struct pmt_literal {
    uint8_t kind;
    char op;              /* FOLDED */
    uint32_t a, n;        /* text: offset into strings, bytes; TUPLE, ITEMS, MEMBERS,
                             FOLDED: first of n operand atoms; CODE: unit */
    union { pmt_int number; double real; } u; /* COMPLEX: the imaginary part */
};

enum pmt_atom_kind {
    PMT_ATOM_CONST, PMT_ATOM_GLOBAL, PMT_ATOM_LOCAL, PMT_ATOM_CLASS, PMT_ATOM_GLOBALS,
    PMT_ATOM_NAME         /* while its scope is open: index of script->names */
};

struct pmt_atom {
    uint8_t kind;
    uint8_t n_steps;      /* 0: the name or literal itself */
    uint32_t index;       /* a slot; LOCAL: place in the frame */
    uint32_t steps;       /* first of them */
};

enum pmt_step_kind { PMT_STEP_ATTR, PMT_STEP_ITEM, PMT_STEP_SLICE };

struct pmt_step {
    uint8_t kind;
    char op;              /* ITEM: the index is a op b; NUL: it is a */
    uint32_t a, b;        /* ATTR: slot of the name. ITEM: atoms. SLICE: two atoms, each may
                             be PMT_NOTHING */
};

struct pmt_maker {
    uint8_t code;         /* enum pmt_value_code */
    char op;              /* BINARY: as pmt_binary() has it; ARRAY: type code */
    uint32_t atoms, n_atoms;
    uint32_t word;        /* BLOCK: domain */
    uint32_t literal;     /* slot that holds it ready-made, or its items; PMT_NOTHING */
};

struct pmt_query {
    uint8_t code;         /* enum pmt_query_code */
    bool is_plain;        /* a literal by itself: compared, never made an object */
    uint32_t atoms, n_atoms;
    uint32_t word;        /* a kind, region or list; TEXT: offset into strings; LET: which;
                             plain: of script->plain */
};

enum pmt_compare {
    PMT_COMPARE_NONE, PMT_COMPARE_EQ, PMT_COMPARE_NE, PMT_COMPARE_LT, PMT_COMPARE_LE,
    PMT_COMPARE_GT, PMT_COMPARE_GE, PMT_COMPARE_IS, PMT_COMPARE_IS_NOT, PMT_COMPARE_IN,
    PMT_COMPARE_NOT_IN
};

/* Queries put together by + - * // %, as postfix: two queries, then their operator. */
struct pmt_term {
    char op;              /* NUL: a query */
    uint32_t query;
};

struct pmt_expression {
    uint32_t terms, n_terms;
    uint32_t at, n;       /* as written */
};

struct pmt_condition {
    bool negated;
    uint8_t compare;
    uint32_t left, right; /* expressions; right: PMT_NOTHING without a comparison */
    uint32_t at, n;       /* as written */
};

struct pmt_action {
    uint8_t code;         /* enum pmt_statement_code */
    bool in_loop;         /* or in a function: CPython specializes what it does again */
    uint32_t line;
    uint32_t atoms, n_atoms; /* targets or operands; PRINT: expressions; UNDER, GLOBAL:
                                words */
    uint32_t value;       /* or PMT_NOTHING. LET: expression */
    uint32_t detail;      /* IF, EXPECT: condition. DEF: unit. CLASS: its row. MARK: text. LET: which.
                             EXPECT: see message. FAILS: exception. END: its head. BREAK,
                             CONTINUE: the loop's head */
    uint32_t jump;        /* heads: the END or ELSE; ELSE: the END */
    uint32_t message;     /* EXPECT: offset into strings, or PMT_NOTHING */
};

struct pmt_class_words {
    uint32_t name;        /* offset into strings */
    bool old_style, has_slots;
    uint32_t slots, n_slots; /* offsets into strings: script->words */
};

enum pmt_unit_kind { PMT_UNIT_LINE, PMT_UNIT_DEF };

struct pmt_code_unit {
    uint8_t kind;
    uint32_t first_op, end_op;        /* LINE: all of them; DEF: the body, END included */
    uint32_t first_literal, n_literals;
    uint32_t name;                    /* DEF: offset into strings */
    uint32_t n_params, n_locals;      /* locals include parameters */
    uint32_t first_local;             /* their names: script->words */
    uint32_t deepest;                 /* most operands of one operation */
};

#define PMT_ARRAY_OF(type) struct { type *at; size_t n, cap; }

struct pmt_script {
    char *name;
    char *text;                       /* as given, n_text bytes and a NUL */
    size_t n_text;
    PMT_ARRAY_OF(uint32_t) lines;     /* where each begins */
    PMT_ARRAY_OF(char) strings;       /* texts, each with a NUL */
    PMT_ARRAY_OF(uint32_t) words;     /* offsets into strings */
    PMT_ARRAY_OF(struct pmt_action) ops;
    PMT_ARRAY_OF(struct pmt_atom) atoms;
    PMT_ARRAY_OF(struct pmt_step) steps;
    PMT_ARRAY_OF(struct pmt_maker) values;
    PMT_ARRAY_OF(struct pmt_query) queries;
    PMT_ARRAY_OF(struct pmt_term) terms;
    PMT_ARRAY_OF(struct pmt_expression) expressions;
    PMT_ARRAY_OF(struct pmt_condition) conditions;
    PMT_ARRAY_OF(struct pmt_literal) literals; /* by unit */
    PMT_ARRAY_OF(struct pmt_literal) plain;    /* of queries that only compare with them */
    PMT_ARRAY_OF(struct pmt_class_words) classes;
    PMT_ARRAY_OF(struct pmt_code_unit) units;
    PMT_ARRAY_OF(uint32_t) top;       /* units of top level, in order */
    PMT_ARRAY_OF(uint32_t) lets;      /* names that `let` keeps something under: strings */
};

static inline const char *pmt_script_string(const struct pmt_script *s, uint32_t offset)
{
    return s->strings.at + offset;
}

/* The literals of a unit; NULL: it has none. */
static inline const struct pmt_literal *pmt_unit_literals(const struct pmt_script *s,
                                                          const struct pmt_code_unit *unit)
{
    return unit->n_literals ? s->literals.at + unit->first_literal : NULL;
}

/* Where in CPython's terms of `under` a preset is among: "cpython-3.11" is under
 * "cpython-3", "cpython-3.11" and "cpython-3.9+". */
bool pmt_preset_is_under(const char *preset, const char *word);

#endif
