/* test_event.c - the tables of ops and troubles, and that the manual page tells
 * of each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <pymemtrace/trace.h>
#include "support/expect.h"

static const struct {
    const char *name, *arg, *help;
    unsigned code, n_wide;
} rows[] = {
#define EVENT(name, code, slot, arg, n_wide, help) {#name, arg, help, code, n_wide},
#include <pymemtrace/event.def>
};

static void test_event_every_row_is_found_by_its_code(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        EXPECT_STR(pmt_op_name(rows[i].code), rows[i].name);
        EXPECT_STR(pmt_op_arg(rows[i].code), *rows[i].arg ? rows[i].arg : NULL);
        EXPECT_U64(pmt_op_n_wide(rows[i].code), rows[i].n_wide);
        EXPECT(strlen(rows[i].help) > 0);
        for (size_t j = 0; j < i; j++) {
            EXPECT(rows[i].code != rows[j].code);
            EXPECT(strcmp(rows[i].name, rows[j].name) != 0);
        }
    }
}

static void test_event_only_blocks_have_slots(void)
{
    EXPECT(pmt_op_has_slot(PMT_OP_ALLOC_RAW));
    EXPECT(pmt_op_has_slot(PMT_OP_FREE));
    EXPECT(pmt_op_has_slot(PMT_OP_REALLOC));
    EXPECT(pmt_op_has_slot(PMT_OP_ALLOC_GC));
    EXPECT(pmt_op_has_slot(PMT_OP_GC_UNTRACKED));
    EXPECT(!pmt_op_has_slot(PMT_OP_CLOCK));
    EXPECT(!pmt_op_has_slot(PMT_OP_GC_BEGIN));
}

static void test_event_an_unknown_op_has_no_name(void)
{
    static const unsigned unknown[] = {0, PMT_OP_END, 255, 256, 1u << 31};

    for (size_t i = 0; i < sizeof unknown / sizeof *unknown; i++) {
        EXPECT_STR(pmt_op_name(unknown[i]), NULL);
        EXPECT_STR(pmt_op_arg(unknown[i]), NULL);
        EXPECT_U64(pmt_op_n_wide(unknown[i]), 0);
        EXPECT(!pmt_op_has_slot(unknown[i]));
    }
}

static void test_event_troubles_have_texts(void)
{
    EXPECT_STR(pmt_trouble_text(PMT_TROUBLE_ALLOC_FAILED), "allocations that returned NULL");
    EXPECT_U64(pmt_trouble_severity(PMT_TROUBLE_ALLOC_FAILED), PMT_INFO);
    EXPECT_U64(pmt_trouble_severity(PMT_TROUBLE_HOOK_LOST), PMT_LOSS);
    EXPECT_STR(pmt_trouble_text(0), "unknown trouble");
    EXPECT_U64(pmt_trouble_severity(12345), PMT_LOSS);
}

/* A file of the source tree, or NULL when the tests run outside of it. */
static char *read_text(const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = f ? calloc(1, 1 << 17) : NULL;

    if (text)
        (void)!fread(text, 1, (1 << 17) - 1, f);
    if (f)
        (void)fclose(f);
    return text;
}

static void test_event_the_manual_lists_each_op_and_trouble(void)
{
    static const char *const troubles[] = {
#define TROUBLE(name, code, severity, text) #name,
#include <pymemtrace/trouble.def>
    };
    char *text = read_text("man/pymemtrace-trace.5");

    if (!text)
        return;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        EXPECT_HAS(text, rows[i].name);
    for (size_t i = 0; i < sizeof troubles / sizeof *troubles; i++)
        EXPECT_HAS(text, troubles[i]);
    free(text);
}

static void test_event_the_second_reader_knows_each_op(void)
{
    char *text = read_text("tests/tools/pmt_decode.py"), row[64];

    for (size_t i = 0; text && i < sizeof rows / sizeof *rows; i++) {
        (void)snprintf(row, sizeof row, "%u: (\"%s\"", rows[i].code, rows[i].name);
        EXPECT_HAS(text, row);
    }
    free(text);
}

SUITE(event, TEST(test_event_every_row_is_found_by_its_code),
      TEST(test_event_only_blocks_have_slots), TEST(test_event_an_unknown_op_has_no_name),
      TEST(test_event_troubles_have_texts),
      TEST(test_event_the_manual_lists_each_op_and_trouble),
      TEST(test_event_the_second_reader_knows_each_op))
