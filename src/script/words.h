/* words.h - the words of the language, from statement.def, value.def and query.def. For
 * src/script only. */
#ifndef PMT_SCRIPT_WORDS_H
#define PMT_SCRIPT_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pmt_statement_code {
#define STATEMENT(id, fn, word, operands, parse, spec, check, args, counts, python, help) PMT_DO_##id,
#include "script/statement.def"
    PMT_N_STATEMENTS
};

enum pmt_value_code {
#define VALUE(id, fn, word, operands, spec, check, args, python, help) PMT_MAKE_##id,
#include "script/value.def"
    PMT_N_VALUES
};

enum pmt_query_code {
#define QUERY(id, fn, word, operands, spec, help) PMT_ASK_##id,
#include "script/query.def"
    PMT_N_QUERIES
};

enum pmt_check { PMT_CHECK_NO, PMT_CHECK_CALL, PMT_CHECK_COLD };

/* A row of one of the three tables. Queries have neither check nor python, and only
 * statements count. */
struct pmt_word {
    const char *word, *operands, *spec, *python, *help;
    uint8_t check; /* enum pmt_check */
    uint32_t args_until; /* release from which on no tuple of arguments is made; 0: never is */
    bool args_rest;      /* the first operand is not among them */
    bool counts;   /* an event of the timeline */
};

extern const struct pmt_word pmt_statement_words[PMT_N_STATEMENTS];
extern const struct pmt_word pmt_value_words[PMT_N_VALUES];
extern const struct pmt_word pmt_query_words[PMT_N_QUERIES];

/* The row of a word (n bytes); the table's length if there is none. */
size_t pmt_word_find(const struct pmt_word *table, size_t n_rows, const char *word, size_t n);

/* Whether the word means nothing without an operand behind it. */
bool pmt_wants_operand(const struct pmt_word *row);

/* Whether a name may not be called so: it is a word that stands for something by itself. */
bool pmt_word_is_reserved(const char *word, size_t n);

/* What was meant by an unknown word; NULL: no idea. Static. Statements and values that may
 * begin a line; values; queries. */
enum pmt_word_place { PMT_WORD_OF_LINE, PMT_WORD_OF_VALUE, PMT_WORD_OF_QUERY };
const char *pmt_word_nearest(enum pmt_word_place place, const char *word, size_t n);

/* Words that stand for a number: types by pmt_kind, free lists by pmt_free_list_id, regions
 * by pmt_region, domains by pmt_domain, exceptions by pmt_exception. */
enum pmt_word_set { PMT_SET_KINDS, PMT_SET_LISTS, PMT_SET_REGIONS, PMT_SET_DOMAINS,
                    PMT_SET_EXCEPTIONS, PMT_N_WORD_SETS };
/* False: there is no such word in the set. */
bool pmt_set_find(enum pmt_word_set set, const char *word, size_t n, uint32_t *out);
const char *pmt_set_name(enum pmt_word_set set, uint32_t number);
/* The nearest of the set, or NULL; and all of them in a row, for messages. */
const char *pmt_set_nearest(enum pmt_word_set set, const char *word, size_t n);

#endif
