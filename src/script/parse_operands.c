/* parse_operands.c - the operands that a row of a table asks for by its spec: a letter for
 * each, as statement.def says.
 *
 *     "aa"     two atoms
 *     "a?aa"   one to three
 *     "*"      any number
 *     "l?a"    a word of a set, then perhaps an atom */
#include "script/parser.h"

#include <string.h>

/* "append takes LIST X" */
static bool wrong_number(struct pmt_parser *p, const struct pmt_word *row)
{
    return pmt_parse_fail(p, pmt_token(p)->at, "%s takes %s", row->word,
                          *row->operands ? row->operands : "nothing");
}

static bool operand_atom(struct pmt_parser *p)
{
    struct pmt_atom atom;

    return pmt_parse_atom(p, &atom) && pmt_pending(p, atom);
}

static bool operand_pairs(struct pmt_parser *p)
{
    while (pmt_is_operand(p, pmt_token(p))) {
        if (!operand_atom(p))
            return false;
        if (!pmt_is_mark(pmt_token(p), ':'))
            return pmt_parse_fail(p, pmt_token(p)->at, "an entry is written as KEY:VALUE");
        p->at++;
        if (!operand_atom(p))
            return false;
    }
    return true;
}

/* The letters of a name or a string, for words of a set. */
static const char *word_text(const struct pmt_parser *p, size_t *n, size_t *n_tokens)
{
    const struct pmt_token *t = pmt_token(p);

    if (t->kind == PMT_TOKEN_STR) {
        *n_tokens = 1;
        *n = t->u.text.n;
        return p->lexer.texts.at + t->u.text.at;
    }
    *n = pmt_glued(p, n_tokens);
    return p->line + t->at;
}

/* A word of the set; unknown ones are an error. */
static bool operand_word(struct pmt_parser *p, enum pmt_word_set set, const char *what,
                         uint32_t *word)
{
    size_t n, n_tokens;
    const char *text = word_text(p, &n, &n_tokens), *near;

    if (pmt_set_find(set, text, n, word)) {
        p->at += n_tokens;
        return true;
    }
    near = pmt_set_nearest(set, text, n);
    return pmt_parse_fail(p, pmt_token(p)->at, "'%.*s' is no %s%s%s%s", (int)(n < 60 ? n : 60),
                          text, what, near ? ": did you mean '" : "", near ? near : "",
                          near ? "'?" : "");
}

/* A type by its name, or a class as an atom. */
static bool operand_type(struct pmt_parser *p, uint32_t *word)
{
    const struct pmt_token *t = pmt_token(p);

    if (t->kind == PMT_TOKEN_NAME && pmt_set_find(PMT_SET_KINDS, p->line + t->at, t->n, word)) {
        p->at++;
        return true;
    }
    return operand_atom(p);
}

/* A type code of arrays, as a letter or a string of one. */
static bool operand_type_code(struct pmt_parser *p, uint32_t *word)
{
    size_t n, n_tokens;
    const char *text = word_text(p, &n, &n_tokens);

    if (n != 1 || !strchr("bBhHiIlLqQfd", *text))
        return pmt_parse_fail(p, pmt_token(p)->at,
                              "a type code is one of b B h H i I l L q Q f d");
    *word = (unsigned char)*text;
    p->at += n_tokens;
    return true;
}

static bool operand(struct pmt_parser *p, char letter, uint32_t *word)
{
    switch (letter) {
    case 'a':
        return operand_atom(p);
    case 'c':
        return operand_type_code(p, word);
    case 'd':
        return operand_word(p, PMT_SET_DOMAINS, "domain (raw, mem, obj)", word);
    case 'l':
        return operand_word(p, PMT_SET_LISTS, "type with a free list", word);
    case 'r':
        return operand_word(p, PMT_SET_REGIONS,
                            "region (heap, stack, static, read-only, code, method)", word);
    default:
        pmt_assert(letter == 't');
        return operand_type(p, word);
    }
}

static bool by_spec(struct pmt_parser *p, const struct pmt_word *row, uint32_t *word)
{
    bool may_stop = false;

    for (const char *s = row->spec; *s; s++) {
        if (*s == '?') {
            may_stop = true;
        } else if (*s == 'k') {
            if (!operand_pairs(p))
                return false;
        } else if (*s == '*') {
            while (pmt_is_operand(p, pmt_token(p)))
                if (!operand_atom(p))
                    return false;
        } else if (!pmt_is_operand(p, pmt_token(p))) {
            return may_stop || wrong_number(p, row);
        } else if (!operand(p, *s, word)) {
            return false;
        }
    }
    return !pmt_is_operand(p, pmt_token(p)) || wrong_number(p, row);
}

bool pmt_parse_by_spec(struct pmt_parser *p, const struct pmt_word *row, uint32_t *atoms,
                       uint32_t *n_atoms, uint32_t *word)
{
    size_t base = p->pending.n;

    *word = PMT_NOTHING;
    return by_spec(p, row, word) && pmt_pool_atoms(p, base, atoms, n_atoms);
}
