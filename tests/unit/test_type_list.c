/* test_type_list.c - chunks of types, well-formed and not. */
#include <string.h>
#include "base/alloc.h"
#include "base/bytes.h"
#include "support/expect.h"
#include "trace/format.h"
#include "trace/type_list.h"

static enum pmt_status take(struct pmt_types *types, const char *data, size_t n)
{
    return pmt_types_take(types, (const uint8_t *)data, n);
}

static void test_type_list_takes_chunk_after_chunk(void)
{
    static const char first[] = "\x00\x20\x08list\0\x01\xc8\x01\x00";
    static const char second[] = "\x02\x00\x00m.C";
    int64_t live = pmt_alloc_live();
    struct pmt_types types = {0};

    EXPECT_STATUS(take(&types, NULL, 0), PMT_OK, NULL);
    EXPECT_STATUS(take(&types, first, sizeof first), PMT_OK, NULL);
    EXPECT_STATUS(take(&types, second, sizeof second), PMT_OK, NULL);
    if (EXPECT_U64(types.n, 3)) {
        EXPECT_STR(types.at[0].name, "list");
        EXPECT_U64(types.at[0].basic_size, 32);
        EXPECT_U64(types.at[0].item_size, 8);
        EXPECT_STR(types.at[1].name, "");
        EXPECT_U64(types.at[1].basic_size, 200);
        EXPECT_U64(types.at[2].number, 2);
        EXPECT_STR(types.at[2].name, "m.C");
    }
    pmt_types_release(&types);
    EXPECT_I64(pmt_alloc_live(), live);
}

/* Every cut of a chunk is refused but those between two types. */
static void test_type_list_cut(void)
{
    static const char data[] = "\x00\x20\x08list\0\x01\xc8\x01\x00m.C";

    for (size_t n = 0; n <= sizeof data; n++) {
        struct pmt_types types = {0};
        bool whole = n == 0 || n == 8 || n == sizeof data;

        EXPECT_STATUS(take(&types, data, n), whole ? PMT_OK : PMT_E_TRACE, NULL);
        EXPECT_U64(types.n, n < 8 ? 0 : n < sizeof data ? 1 : 2);
        pmt_types_release(&types);
    }
}

static void test_type_list_numbers_out_of_order(void)
{
    static const struct { const char *data; size_t n; } cases[] = {
        {"\x01\x20\x08" "a", 5}, {"\x00\x20\x08" "a\0\x00\x20\x08" "a", 10},
        {"\x00\x20\x08" "a\0\x02\x20\x08" "a", 10},
        {"\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01\x20\x08" "a", 15},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_types types = {0};

        EXPECT_STATUS(take(&types, cases[i].data, cases[i].n), PMT_E_TRACE, NULL);
        pmt_types_release(&types);
    }
}

static void test_type_list_longest_name(void)
{
    for (size_t n = PMT_TYPE_NAME_MAX; n <= PMT_TYPE_NAME_MAX + 1; n++) {
        char data[3 + PMT_TYPE_NAME_MAX + 2] = "\x00\x10\x00";
        struct pmt_types types = {0};

        memset(data + 3, 'x', n);
        data[3 + n] = '\0';
        EXPECT_STATUS(take(&types, data, 3 + n + 1),
                      n > PMT_TYPE_NAME_MAX ? PMT_E_TRACE : PMT_OK, NULL);
        if (types.n)
            EXPECT_U64(strlen(types.at[0].name), PMT_TYPE_NAME_MAX);
        pmt_types_release(&types);
    }
}

SUITE(type_list, TEST(test_type_list_takes_chunk_after_chunk), TEST(test_type_list_cut),
      TEST(test_type_list_numbers_out_of_order), TEST(test_type_list_longest_name))
