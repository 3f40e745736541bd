/* test_script.c - the words of the language: that each has all that it needs, and that the
 * manual tells of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "script/program.h"
#include "support/expect.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct { const struct pmt_word *rows; size_t n; const char *what; } tables[] = {
    {pmt_statement_words, PMT_N_STATEMENTS, "statement"},
    {pmt_value_words, PMT_N_VALUES, "value"},
    {pmt_query_words, PMT_N_QUERIES, "query"},
};

static void test_script_words_are_found_by_their_text(void)
{
    for (size_t t = 0; t < COUNT(tables); t++) {
        for (size_t i = 0; i < tables[t].n; i++) {
            const char *word = tables[t].rows[i].word;

            if (*word)
                EXPECT_U64(pmt_word_find(tables[t].rows, tables[t].n, word, strlen(word)), i);
            else
                EXPECT(pmt_word_find(tables[t].rows, tables[t].n, word, 0) == tables[t].n);
        }
        EXPECT_U64(pmt_word_find(tables[t].rows, tables[t].n, "nothing", 7), tables[t].n);
    }
}

static void test_script_every_row_says_what_it_is(void)
{
    for (size_t t = 0; t < COUNT(tables); t++)
        for (size_t i = 0; i < tables[t].n; i++) {
            const struct pmt_word *row = &tables[t].rows[i];

            EXPECT(!*row->word || *row->help);
            EXPECT_U64(strspn(row->spec, "a?*kcdtlr"), strlen(row->spec));
        }
}

static void test_script_some_names_are_reserved(void)
{
    static const char *const reserved[] = {"None", "globals", "list", "end", "in", "events",
                                           "dict", "print", "gc", "arenas"};
    static const char *const free_names[] = {"x", "append", "items", "count", "fill", "size", "new"};

    for (size_t i = 0; i < COUNT(reserved); i++)
        EXPECT(pmt_word_is_reserved(reserved[i], strlen(reserved[i])));
    for (size_t i = 0; i < COUNT(free_names); i++)
        EXPECT(!pmt_word_is_reserved(free_names[i], strlen(free_names[i])));
}

static void test_script_sets_of_words(void)
{
    static const struct { enum pmt_word_set set; const char *word; uint32_t number; } cases[] = {
        {PMT_SET_KINDS, "list", PMT_KIND_LIST}, {PMT_SET_LISTS, "dict keys", PMT_FREE_DICT_KEYS},
        {PMT_SET_REGIONS, "read-only", PMT_REGION_READ_ONLY},
        {PMT_SET_DOMAINS, "mem", PMT_DOMAIN_MEM}, {PMT_SET_EXCEPTIONS, "KeyError", PMT_EXC_KEY},
    };
    uint32_t number;

    for (size_t i = 0; i < COUNT(cases); i++) {
        EXPECT(pmt_set_find(cases[i].set, cases[i].word, strlen(cases[i].word), &number));
        EXPECT_U64(number, cases[i].number);
        EXPECT_STR(pmt_set_name(cases[i].set, number), cases[i].word);
    }
    EXPECT(!pmt_set_find(PMT_SET_EXCEPTIONS, "MemoryError", 11, &number));
    EXPECT_STR(pmt_set_nearest(PMT_SET_REGIONS, "hep", 3), "heap");
    EXPECT(pmt_set_nearest(PMT_SET_REGIONS, "qqqqqqq", 7) == NULL);
}

static void test_script_presets_by_the_beginning_of_their_names(void)
{
    static const struct { const char *preset, *word; bool is; } cases[] = {
        {"cpython-2.7", "cpython-2", true},     {"cpython-2.7", "cpython", true},
        {"cpython-3.11", "cpython-3.1", false}, {"cpython-3.11.2", "cpython-3.11", true},
        {"cpython-3.11.2", "cpython-3.11.2", true}, {"cpython-3.11.2", "cpython-3.11.20", false},
        {"notes", "notes", true},               {"notes", "note", false},
        {"notes", "cpython-2+", false},         {"cpython-3.9", "cpython-3.9+", true},
        {"cpython-3.10", "cpython-3.9+", true}, {"cpython-3.8", "cpython-3.9+", false},
        {"cpython-3.9.5", "cpython-3.9+", true}, {"cpython-3.9", "cpython-3.9.1+", true},
        {"cpython-2.7", "cpython-3+", false},   {"cpython-4", "cpython-3.11+", true},
        {"tiny", "+", false},                   {"cpython-2.7", "cpython-2.7.7+", true},
        {"cpython-2.7.0", "cpython-2.7.7+", false},
    };

    for (size_t i = 0; i < COUNT(cases); i++)
        if (!EXPECT(pmt_preset_is_under(cases[i].preset, cases[i].word) == cases[i].is))
            fprintf(stderr, "%s under %s\n", cases[i].preset, cases[i].word);
}

/* -- the manual -- */

/* The page without its macros, or NULL when the tests run outside of the source tree. */
static char *read_manual(void)
{
    FILE *f = fopen("man/pymemtrace-script.5", "r");
    char *text = f ? calloc(1, 1 << 17) : NULL;

    if (text)
        (void)!fread(text, 1, (1 << 17) - 1, f);
    if (f)
        (void)fclose(f);
    return text;
}

/* A row is told of by an item of a list that begins with its word, and by its help. */
static void expect_told(const char *text, const struct pmt_word *row, const char *what)
{
    char item[80];

    if (!*row->word)
        return;
    (void)snprintf(item, sizeof item, "\n.It Ic %s", row->word);
    if (!EXPECT(strstr(text, item) != NULL))
        fprintf(stderr, "pymemtrace-script(5) does not tell of the %s %s\n", what, row->word);
}

static void test_script_the_manual_tells_of_each_row(void)
{
    char *text = read_manual();

    for (size_t t = 0; text && t < COUNT(tables); t++)
        for (size_t i = 0; i < tables[t].n; i++)
            expect_told(text, &tables[t].rows[i], tables[t].what);
    free(text);
}

SUITE(script, TEST(test_script_words_are_found_by_their_text),
      TEST(test_script_every_row_says_what_it_is), TEST(test_script_some_names_are_reserved),
      TEST(test_script_sets_of_words),
      TEST(test_script_presets_by_the_beginning_of_their_names),
      TEST(test_script_the_manual_tells_of_each_row))
