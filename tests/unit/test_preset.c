/* test_preset.c - the rows of preset.def: sound, unique, and found by version. */
#include <string.h>
#include "heap/heap.h"
#include "replay/preset.h"
#include "support/expect.h"

static void test_preset_every_row_makes_a_heap(void)
{
    for (size_t i = 0; i < pmt_preset_count(); i++) {
        struct pmt_error err = {.status = PMT_OK};
        const char *releases, *help;
        struct pmt_config config;
        struct pmt_heap *heap;

        pmt_preset_at(i, &config, &releases, &help);
        EXPECT(strlen(releases) > 0 && strlen(help) > 0);
        EXPECT_STR(config.spec, config.preset);
        EXPECT(config.gc.enabled && config.gc.threshold[0] > 0);
        EXPECT_STATUS(pmt_heap_new(&config.heap, &heap, &err), PMT_OK, &err);
        pmt_heap_free_all(heap);
    }
}

static void test_preset_names_are_unique_and_found(void)
{
    for (size_t i = 0; i < pmt_preset_count(); i++) {
        const char *releases, *help;
        struct pmt_config config, found;

        pmt_preset_at(i, &config, &releases, &help);
        EXPECT(pmt_preset_get(config.preset, &found));
        EXPECT_STR(found.spec, config.preset);
        for (size_t j = 0; j < i; j++) {
            pmt_preset_at(j, &config, &releases, &help);
            EXPECT(strcmp(config.preset, found.preset) != 0);
        }
    }
    EXPECT_STR(pmt_preset_nearest("cpyton-3.11"), "cpython-3.11");
    EXPECT_STR(pmt_preset_nearest("note"), "notes");
    EXPECT(pmt_preset_nearest("wasm") == NULL);
}

/* The number is that of the words' last release, or of the release named. */
static void test_preset_has_a_version(void)
{
    static const struct { const char *word; uint32_t version; } cases[] = {
        {"cpython-2.5", PMT_PYTHON(2, 5, 255)},    {"cpython-2.7.0", PMT_PYTHON(2, 7, 6)},
        {"cpython-2.7.3", PMT_PYTHON(2, 7, 3)},    {"cpython-2.7", PMT_PYTHON(2, 7, 255)},
        {"cpython-3.7.2", PMT_PYTHON(3, 7, 2)},    {"cpython-3.7.4", PMT_PYTHON(3, 7, 4)},
        {"cpython-3.11.2", PMT_PYTHON(3, 11, 2)},  {"cpython-3.14.0", PMT_PYTHON(3, 14, 0)},
        {"cpython-3.14.3", PMT_PYTHON(3, 14, 3)},  {"notes", PMT_PYTHON(2, 7, 255)},
        {"tiny", PMT_PYTHON(3, 11, 255)},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_config c = {.preset = ""};

        EXPECT(pmt_preset_get(cases[i].word, &c));
        EXPECT_STR(c.preset, cases[i].word);
        EXPECT_STR(c.spec, cases[i].word);
        EXPECT_U64(c.version, cases[i].version);
    }
}

/* A release's settings are those of the row that stands for it. */
static void test_preset_of_a_release_is_that_of_its_row(void)
{
    static const struct { const char *word, *row; } cases[] = {
        {"cpython-2.7.3", "cpython-2.7.0"},   {"cpython-2.7.16", "cpython-2.7.7"},
        {"cpython-2.7.17", "cpython-2.7"},    {"cpython-3.7.3", "cpython-3.7.0"},
        {"cpython-3.7.4", "cpython-3.7"},     {"cpython-3.14.4", "cpython-3.14.1"},
        {"cpython-3.14.5", "cpython-3.14"},
    };
    static const char *const none[] = {"cpython-3.16.0", "cpython-2.4.6", "cpython-3.11.255",
                                       "cpython-3.11.02", "cpython-3.11.2rc1", "cpython-3.11.",
                                       "python-3.11.2", "cpython-3.11.2.1", "cpython-", ""};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_config c, row;

        EXPECT(pmt_preset_get(cases[i].word, &c) && pmt_preset_get(cases[i].row, &row));
        EXPECT_U64(c.heap.small_limit_bytes, row.heap.small_limit_bytes);
        EXPECT_U64(c.heap.align_bytes, row.heap.align_bytes);
        EXPECT_U64(c.gc.threshold[2], row.gc.threshold[2]);
    }
    for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
        struct pmt_config c = {.preset = "untouched"};

        EXPECT(!pmt_preset_get(none[i], &c));
        EXPECT_STR(c.preset, "untouched");
    }
    EXPECT_STR(pmt_preset_release("cpython-3.16.0"), "3.16.0");
    EXPECT(pmt_preset_release("cpython-3.16") == NULL);
}

static void test_preset_is_found_by_python_version(void)
{
    static const struct { const char *version, *preset; } cases[] = {
        {"2.5.6", "cpython-2.5"},     {"2.6.9", "cpython-2.6"},
        {"2.7.0", "cpython-2.7.0"},   {"2.7.6", "cpython-2.7.0"},
        {"2.7.7", "cpython-2.7.7"},   {"2.7.16", "cpython-2.7.7"},
        {"2.7.17", "cpython-2.7"},    {"2.7.18", "cpython-2.7"},
        {"2.7", "cpython-2.7"},       {"3.0.1", "cpython-3.0"},
        {"3.2.6", "cpython-3.2"},     {"3.3.0", "cpython-3.3"},
        {"3.5.10", "cpython-3.5"},    {"3.6.15", "cpython-3.6"},
        {"3.7.3", "cpython-3.7.0"},   {"3.7.4", "cpython-3.7"},
        {"3.8.18", "cpython-3.8"},    {"3.9.18", "cpython-3.9"},
        {"3.10.0rc2", "cpython-3.10"},{"3.11.2", "cpython-3.11"},
        {"3.11.2+", "cpython-3.11"},  {"3.12.1", "cpython-3.12"},
        {"3.13.15", "cpython-3.13"},  {"3.14.0", "cpython-3.14.0"},
        {"3.14.1", "cpython-3.14.1"}, {"3.14.3", "cpython-3.14.1"},
        {"3.14.4", "cpython-3.14.1"}, {"3.14.5", "cpython-3.14"},
        {"3.15.0rc1", "cpython-3.15"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_error err = {.status = PMT_OK};
        struct pmt_config config = {.preset = ""};

        EXPECT_STATUS(pmt_config_of_python(cases[i].version, &config, &err), PMT_OK, &err);
        EXPECT_STR(config.preset, cases[i].preset);
    }
}

static void test_preset_unknown_versions_name_the_nearest(void)
{
    static const struct { const char *version, *says; } cases[] = {
        {"3.16.0", "cpython-3.15 "}, {"4.0.0", "cpython-3.15 "}, {"2.4.6", "cpython-2.5 "},
        {"2.9.0", "nearest is cpython-2.7 "}, {"three", "'three' is not a Python version"},
        {"", "not a Python version"}, {"3", "not a Python version"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_error err = {.status = PMT_OK};
        struct pmt_config config = {.preset = "untouched"};

        EXPECT_STATUS(pmt_config_of_python(cases[i].version, &config, &err), PMT_E_USAGE, NULL);
        EXPECT_HAS(err.msg, cases[i].says);
        EXPECT_STR(config.preset, "untouched");
    }
}

/* Spot checks against the table of constants, column by column. */
static void test_preset_columns(void)
{
    static const struct {
        const char *name;
        uint64_t arena, pool, align, small, limit;
        enum pmt_arena_base base;
        bool keep, mem;
        uint32_t t0, t2;
    } cases[] = {
        {"cpython-2.5", 262144, 4096, 8, 256, 0, PMT_BASE_LOST, false, true, 700, 10},
        {"cpython-2.7.7", 262144, 4096, 8, 512, 0, PMT_BASE_RECORDED, false, true, 700, 10},
        {"cpython-2.7", 262144, 4096, 16, 512, 0, PMT_BASE_RECORDED, false, true, 700, 10},
        {"cpython-3.2", 262144, 4096, 8, 256, 0, PMT_BASE_LOST, false, true, 700, 10},
        {"cpython-3.5", 262144, 4096, 8, 512, 0, PMT_BASE_RECORDED, false, true, 700, 10},
        {"cpython-3.6", 262144, 4096, 8, 512, 0, PMT_BASE_RECORDED, false, false, 700, 10},
        {"cpython-3.7", 262144, 4096, 16, 512, 0, PMT_BASE_RECORDED, false, false, 700, 10},
        {"cpython-3.9", 262144, 4096, 16, 512, 0, PMT_BASE_RECORDED, true, false, 700, 10},
        {"cpython-3.10", 1048576, 16384, 16, 512, 0, PMT_BASE_RECORDED, true, false, 700, 10},
        {"cpython-3.13", 1048576, 16384, 16, 512, 0, PMT_BASE_RECORDED, true, false, 2000, 10},
        {"cpython-3.14.1", 1048576, 16384, 16, 512, 0, PMT_BASE_RECORDED, true, false, 2000, 0},
        {"cpython-3.14", 1048576, 16384, 16, 512, 0, PMT_BASE_RECORDED, true, false, 2000, 10},
        {"notes", 262144, 4096, 8, 256, 64 << 20, PMT_BASE_ALIGNED, false, true, 700, 10},
        {"tiny", 1024, 256, 16, 64, 0, PMT_BASE_ALIGNED, false, false, 3, 2},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_config c = {.preset = ""};

        EXPECT(pmt_preset_get(cases[i].name, &c));
        EXPECT_U64(c.heap.arena_bytes, cases[i].arena);
        EXPECT_U64(c.heap.pool_bytes, cases[i].pool);
        EXPECT_U64(c.heap.align_bytes, cases[i].align);
        EXPECT_U64(c.heap.small_limit_bytes, cases[i].small);
        EXPECT_U64(c.heap.pool_header_bytes, 48);
        EXPECT_U64(c.heap.arena_limit_bytes, cases[i].limit);
        EXPECT_U64(c.heap.arena_base, cases[i].base);
        EXPECT_U64(c.heap.keep_empty_arena, cases[i].keep);
        EXPECT_U64(c.heap.mem_is_raw, cases[i].mem);
        EXPECT_U64(c.gc.threshold[0], cases[i].t0);
        EXPECT_U64(c.gc.threshold[2], cases[i].t2);
    }
}

SUITE(preset, TEST(test_preset_every_row_makes_a_heap),
      TEST(test_preset_names_are_unique_and_found),
      TEST(test_preset_has_a_version), TEST(test_preset_of_a_release_is_that_of_its_row),
      TEST(test_preset_is_found_by_python_version),
      TEST(test_preset_unknown_versions_name_the_nearest), TEST(test_preset_columns))
