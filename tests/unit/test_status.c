/* test_status.c - the status table and the error writer. */
#include <string.h>
#include "support/expect.h"

static void test_status_every_row_has_a_text_and_an_exit_code(void)
{
    static const enum pmt_status all[] = {
#define STATUS(name, number, exit_code, text) PMT_##name,
#include <pymemtrace/status.def>
    };

    for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
        EXPECT(strlen(pmt_status_text(all[i])) > 0);
        EXPECT(pmt_status_exit(all[i]) >= 0 && pmt_status_exit(all[i]) <= 70);
        for (size_t j = 0; j < i; j++)
            EXPECT(strcmp(pmt_status_name(all[i]), pmt_status_name(all[j])) != 0);
    }
}

static void test_status_error_names_the_place_it_knows(void)
{
    struct pmt_error err;

    EXPECT_STATUS(pmt_error_at(&err, PMT_E_TRACE, 12, PMT_NOWHERE, 0x1a2b, "%s: bad", "f"),
                  PMT_E_TRACE, NULL);
    EXPECT_STR(err.msg, "f: bad (chunk 12, offset 0x1a2b)");
    (void)pmt_error_set(&err, PMT_E_IO, "x");
    EXPECT_STR(err.msg, "x");
    EXPECT_STATUS(pmt_error_set(NULL, PMT_E_IO, "x"), PMT_E_IO, NULL);
}

static void test_status_a_long_message_is_cut_not_overrun(void)
{
    struct pmt_error err;
    char big[2000];

    memset(big, 'a', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    (void)pmt_error_at(&err, PMT_E_IO, 1, 2, 3, "%s", big);
    EXPECT_U64(strlen(err.msg), sizeof err.msg - 1);
}

SUITE(status, TEST(test_status_every_row_has_a_text_and_an_exit_code),
      TEST(test_status_error_names_the_place_it_knows),
      TEST(test_status_a_long_message_is_cut_not_overrun))
