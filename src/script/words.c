/* words.c - the words of the language: the three tables and the sets of names that some
 * operands are taken from. */
#include "script/words.h"

#include <string.h>
#include "base/nearest.h"
#include "object/objects.h"

/* What the tables say, here only. */
enum { NO = PMT_CHECK_NO, CALL = PMT_CHECK_CALL, COLD = PMT_CHECK_COLD, YES = true };
#define NONE              0, false
#define ALL(major, minor) PMT_PYTHON(major, minor, 0), false
#define REST(major, minor) PMT_PYTHON(major, minor, 0), true
#define EVER              UINT32_MAX, false

const struct pmt_word pmt_statement_words[PMT_N_STATEMENTS] = {
#define STATEMENT(id, fn, word, operands, parse, spec, check, args, counts, python, help)                       \
    {word, operands, spec, python, help, check, args, counts},
#include "script/statement.def"
};

const struct pmt_word pmt_value_words[PMT_N_VALUES] = {
#define VALUE(id, fn, word, operands, spec, check, args, python, help)                                  \
    {word, operands, spec, python, help, check, args, false},
#include "script/value.def"
};

const struct pmt_word pmt_query_words[PMT_N_QUERIES] = {
#define QUERY(id, fn, word, operands, spec, help) {word, operands, spec, "", help, PMT_CHECK_NO, NONE, false},
#include "script/query.def"
};

/* Reserved, and of no table. `gc` and the like begin dotted words. */
static const char *const other_words[] = {
    "None", "True", "False", "inf", "nan", "globals", "is", "in", "not", "gc",
};

static const char *const kinds[] = {
#define KIND(id, name, ...) name,
#include "object/kind.def"
};
static const char *const lists[] = {
#define FREE_LIST(id, name) name,
#include "object/free_list.def"
};
static const char *const regions[] = {"heap", "stack", "static", "read-only", "code", "method"};
static const char *const domains[] = {"raw", "mem", "obj"};

_Static_assert(sizeof regions / sizeof *regions == PMT_N_REGIONS, "a name for each region");

static bool is_word(const char *row, const char *word, size_t n)
{
    return n && !strncmp(row, word, n) && !row[n];
}

size_t pmt_word_find(const struct pmt_word *table, size_t n_rows, const char *word, size_t n)
{
    for (size_t i = 0; i < n_rows; i++)
        if (is_word(table[i].word, word, n))
            return i;
    return n_rows;
}

bool pmt_wants_operand(const struct pmt_word *row)
{
    return *row->spec && !strchr("?*k", *row->spec);
}

/* A row that stands for something without any operand would hide the name. */
static bool hides(const struct pmt_word *table, size_t n_rows, const char *word, size_t n)
{
    size_t row = pmt_word_find(table, n_rows, word, n);

    return row != n_rows && !pmt_wants_operand(&table[row]);
}

bool pmt_word_is_reserved(const char *word, size_t n)
{
    if (hides(pmt_statement_words, PMT_N_STATEMENTS, word, n) ||
        hides(pmt_value_words, PMT_N_VALUES, word, n) ||
        hides(pmt_query_words, PMT_N_QUERIES, word, n))
        return true;
    for (size_t i = 0; i < sizeof other_words / sizeof *other_words; i++)
        if (is_word(other_words[i], word, n))
            return true;
    return false;
}

static size_t add_words(const struct pmt_word *table, size_t n_rows, const char **out)
{
    size_t n = 0;

    for (size_t i = 0; i < n_rows; i++)
        if (*table[i].word)
            out[n++] = table[i].word;
    return n;
}

/* pmt_nearest() wants a string; words longer than any of ours are near to none. */
static const char *nearest(const char *word, size_t n, const char *const *names, size_t n_names)
{
    char copy[64];

    if (n >= sizeof copy)
        return NULL;
    memcpy(copy, word, n);
    copy[n] = '\0';
    return pmt_nearest(copy, names, n_names);
}

const char *pmt_word_nearest(enum pmt_word_place place, const char *word, size_t n)
{
    const char *names[PMT_N_STATEMENTS + PMT_N_VALUES + PMT_N_QUERIES];
    size_t n_names = 0;

    if (place == PMT_WORD_OF_LINE)
        n_names += add_words(pmt_statement_words, PMT_N_STATEMENTS, names);
    if (place != PMT_WORD_OF_QUERY)
        n_names += add_words(pmt_value_words, PMT_N_VALUES, names + n_names);
    else
        n_names += add_words(pmt_query_words, PMT_N_QUERIES, names);
    return nearest(word, n, names, n_names);
}

/* The names of a set, and how many. */
static const char *const *set_names(enum pmt_word_set set, size_t *n)
{
    static const struct { const char *const *names; size_t n; } sets[PMT_N_WORD_SETS] = {
        [PMT_SET_KINDS] = {kinds, sizeof kinds / sizeof *kinds},
        [PMT_SET_LISTS] = {lists, sizeof lists / sizeof *lists},
        [PMT_SET_REGIONS] = {regions, sizeof regions / sizeof *regions},
        [PMT_SET_DOMAINS] = {domains, sizeof domains / sizeof *domains},
    };

    *n = sets[set].n;
    return sets[set].names;
}

const char *pmt_set_name(enum pmt_word_set set, uint32_t number)
{
    size_t n;
    const char *const *names = set_names(set, &n);

    if (set == PMT_SET_EXCEPTIONS)
        return pmt_exception_name((enum pmt_exception)number);
    return names[number];
}

static size_t set_size(enum pmt_word_set set)
{
    size_t n;

    (void)set_names(set, &n);
    return set == PMT_SET_EXCEPTIONS ? PMT_EXC_MEMORY : n; /* the model's own is no word */
}

bool pmt_set_find(enum pmt_word_set set, const char *word, size_t n, uint32_t *out)
{
    for (uint32_t i = 0; i < set_size(set); i++)
        if (is_word(pmt_set_name(set, i), word, n)) {
            *out = i;
            return true;
        }
    return false;
}

const char *pmt_set_nearest(enum pmt_word_set set, const char *word, size_t n)
{
    const char *names[64];
    size_t n_names = set_size(set);

    if (n_names > sizeof names / sizeof *names)
        n_names = sizeof names / sizeof *names;
    for (uint32_t i = 0; i < n_names; i++)
        names[i] = pmt_set_name(set, i);
    return nearest(word, n, names, n_names);
}
