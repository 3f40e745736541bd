/* test_nearest.c - the name a mistyped word was meant to be. */
#include <string.h>
#include "base/nearest.h"
#include "support/expect.h"

static void test_nearest_finds_what_was_meant(void)
{
    static const char *const names[] = {"replay", "record", "report", "diff", "pool"};
    static const struct { const char *word, *want; } cases[] = {
        {"replay", "replay"}, {"repaly", "replay"}, {"reply", "replay"},
        {"recrod", "record"}, {"reprot", "report"}, {"dif", "diff"},
        {"idff", "diff"},     {"polo", "pool"},     {"pools", "pool"},
        {"xyz", ""},          {"", ""},             {"rxxxxd", ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *found = pmt_nearest(cases[i].word, names, sizeof names / sizeof *names);

        EXPECT_STR(found ? found : "", cases[i].want);
    }
}

static void test_nearest_prefers_what_the_word_goes_on_from(void)
{
    static const char *const names[] = {"3.1", "3.10", "3.10.4", "3.11.1", "gc"};
    static const struct { const char *word, *want; } cases[] = {
        {"3.10.1", "3.10"}, {"3.10.4", "3.10.4"}, {"3.12", "3.1"}, {"gclate", ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *found = pmt_nearest(cases[i].word, names, sizeof names / sizeof *names);

        EXPECT_STR(found ? found : "", cases[i].want);
    }
}

static void test_completion_is_the_only_one(void)
{
    static const char *const names[] = {"replay", "record", "diff"};
    static const struct { const char *word, *want; } cases[] = {
        {"rec", "record"}, {"re", ""}, {"", ""}, {"diff", "diff"}, {"x", ""},
        {"recx", "record"}, {"rexx", ""}, {"rxcord", ""}, {"rey", ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *found = pmt_completion(cases[i].word, names, 3);

        EXPECT_STR(found ? found : "", cases[i].want);
    }
}

static void test_nearest_has_no_opinion_on_very_long_words(void)
{
    static const char *const names[] = {"arena"};
    char word[200];

    memset(word, 'a', sizeof word - 1);
    word[sizeof word - 1] = '\0';
    EXPECT(pmt_nearest(word, names, 1) == NULL);
    EXPECT(pmt_nearest("arena", names, 0) == NULL);
}

SUITE(nearest, TEST(test_nearest_finds_what_was_meant),
      TEST(test_nearest_prefers_what_the_word_goes_on_from),
      TEST(test_completion_is_the_only_one),
      TEST(test_nearest_has_no_opinion_on_very_long_words))
