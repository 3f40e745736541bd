/* test_config.c - the config grammar: what is accepted, what is refused and with
 * which words, and the canonical spec. */
#include <stdio.h>
#include <string.h>
#include <pymemtrace/config.h>
#include "replay/preset.h"
#include "support/expect.h"

static struct pmt_config base_of(const char *preset)
{
    struct pmt_config config;

    EXPECT(pmt_preset_get(preset, &config));
    return config;
}

static void test_config_writes_the_canonical_spec(void)
{
    static const struct { const char *base, *spec, *want; } cases[] = {
        {NULL, "cpython-3.11", "cpython-3.11"},
        {"cpython-3.11", NULL, "cpython-3.11"},
        {"cpython-3.11", "", "cpython-3.11"},
        {"cpython-3.11", "  notes\t", "notes"},
        {"cpython-3.11", "arena=256K pool=4K", "cpython-3.11 arena=256K pool=4K"},
        {"cpython-3.11", "pool=4096 arena=262144", "cpython-3.11 arena=256K pool=4K"},
        {"cpython-3.11", "arena=1M", "cpython-3.11"},
        {"cpython-3.11", "arena=256k cpython-3.8", "cpython-3.8"},
        {"cpython-3.11", "arena=512K cpython-3.8", "cpython-3.8 arena=512K"},
        {"notes", "arena-limit=none", "notes arena-limit=none"},
        {"notes", "arena-limit=1G", "notes arena-limit=1G"},
        {"tiny", "small=16", "tiny small=16"},
        {"tiny", "align=8 small=24", "tiny align=8 small=24"},
        {"cpython-3.8", "keep-arena=yes mem=malloc arena-base=lost",
         "cpython-3.8 arena-base=lost keep-arena=yes mem=malloc"},
        {"cpython-3.8",
         "mem=malloc keep-arena=yes arena-base=aligned arena-limit=1099511627775 small=264 "
         "align=8 pool=8K arena=512K",
         "cpython-3.8 arena=512K pool=8K align=8 small=264 arena-limit=1099511627775 "
         "arena-base=aligned keep-arena=yes mem=malloc"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_config base, out = {.preset = ""}, again;
        struct pmt_error err = {.status = PMT_OK};

        if (cases[i].base)
            base = base_of(cases[i].base);
        EXPECT_STATUS(pmt_config_parse(cases[i].spec, cases[i].base ? &base : NULL, &out, &err),
                      PMT_OK, &err);
        EXPECT_STR(out.spec, cases[i].want);
        EXPECT_STATUS(pmt_config_parse(out.spec, &out, &again, &err), PMT_OK, &err);
        EXPECT_STR(again.spec, cases[i].want);
        EXPECT(again.recorded); /* every field is as it was */
    }
}

static void test_config_keys_change_their_fields(void)
{
    struct pmt_config base = base_of("cpython-3.8"), out;

    EXPECT_STATUS(pmt_config_parse("arena=2M pool=32K align=8 small=1K arena-limit=64M "
                                   "arena-base=lost keep-arena=yes mem=malloc",
                                   &base, &out, NULL),
                  PMT_OK, NULL);
    EXPECT_U64(out.heap.arena_bytes, 2 << 20);
    EXPECT_U64(out.heap.pool_bytes, 32768);
    EXPECT_U64(out.heap.align_bytes, 8);
    EXPECT_U64(out.heap.small_limit_bytes, 1024);
    EXPECT_U64(out.heap.arena_limit_bytes, 64 << 20);
    EXPECT_U64(out.heap.arena_base, PMT_BASE_LOST);
    EXPECT(out.heap.keep_empty_arena && out.heap.mem_is_raw);
    EXPECT(!out.recorded);
}

static void test_config_refuses_with_the_word_the_range_and_the_nearest(void)
{
    static const struct { const char *spec, *says; } cases[] = {
        {"cpython-3.1l", "'cpython-3.1l' is neither a preset nor key=value: did you mean "
                         "'cpython-3.1'?"},
        {"nots", "did you mean 'notes'?"},
        {"wasm", "'wasm' is neither a preset nor key=value (pymemtrace"},
        {"areena=1M", "unknown key 'areena': did you mean 'arena'?"},
        {"gc=700,10,10", "unknown key 'gc'"},
        {"gc.threshold0=700", "unknown key 'gc.threshold0'"},
        {"=5", "unknown key ''"},
        {"arena=100K", "arena=100K: must be 1K ... 1G, power of two; the nearest is arena=128K"},
        {"arena=2G", "the nearest is arena=1G"},
        {"arena=0", "the nearest is arena=1K"},
        {"arena=", "arena=: must be 1K"},
        {"arena=-1", "arena=-1: must be 1K"},
        {"arena=1T", "arena=1T: must be"},
        {"arena=1MB", "arena=1MB: must be"},
        {"arena=99999999999999999999", "must be 1K"},
        {"arena=99999999999G", "must be 1K"},
        {"align=12", "align=12: must be 8 or 16; the nearest is align=8"},
        {"align=32", "the nearest is align=16"},
        {"small=9000", "small=9000: must be 8 ... 8K, multiple of align, at most half a pool; "
                       "the nearest is small=8K"},
        {"small=500", "small=500: must be a multiple of align=16"},
        {"small=4K", "up to 2016 with pool=4096"},
        {"pool=128K", "pool=131072: at most a quarter of an arena (65536"},
        {"arena-limit=128K", "arena-limit=131072: at least one arena (262144)"},
        {"arena-limit=non", "the nearest is arena-limit=none"},
        {"keep-arena=yess", "keep-arena=yess: must be yes or no; the nearest is keep-arena=yes"},
        {"mem=maloc", "mem=maloc: must be pool or malloc; the nearest is mem=malloc"},
        {"arena-base=misaligned", "must be recorded, aligned or lost"},
        {"notes tiny", "two presets, 'notes' and 'tiny'"},
        {"arena=1M arena=2M", "arena= is given twice"},
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
         "is no word"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_config base = base_of("cpython-3.8"), out = {.spec = "untouched"};
        struct pmt_error err = {.status = PMT_OK, .msg = ""};

        EXPECT_STATUS(pmt_config_parse(cases[i].spec, &base, &out, &err), PMT_E_USAGE, NULL);
        EXPECT_HAS(err.msg, cases[i].says);
        EXPECT_STR(out.spec, "untouched");
    }
}

static void test_config_needs_a_preset_without_a_base(void)
{
    struct pmt_config out;
    struct pmt_error err;

    EXPECT_STATUS(pmt_config_parse("arena=1M", NULL, &out, &err), PMT_E_USAGE, NULL);
    EXPECT_HAS(err.msg, "no preset");
    EXPECT_STATUS(pmt_config_parse(NULL, NULL, &out, NULL), PMT_E_USAGE, NULL);
}

static void test_config_recorded_is_equality_with_the_base(void)
{
    static const struct { const char *spec; bool recorded; } cases[] = {
        {NULL, true}, {"", true}, {"cpython-3.11", true}, {"cpython-3.12", true},
        {"arena=1M", true}, {"arena=2M", false}, {"cpython-3.10 arena=1024K", true},
        {"cpython-3.13", false}, {"arena-base=aligned", false}, {"cpython-3.9", false},
    };
    struct pmt_config base = base_of("cpython-3.11"), out;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EXPECT_STATUS(pmt_config_parse(cases[i].spec, &base, &out, NULL), PMT_OK, NULL);
        EXPECT_U64(out.recorded, cases[i].recorded);
    }
    base.gc.threshold[0] = 50000; /* the traced program set its own */
    EXPECT_STATUS(pmt_config_parse(NULL, &base, &out, NULL), PMT_OK, NULL);
    EXPECT(out.recorded && out.gc.threshold[0] == 50000);
    EXPECT_STATUS(pmt_config_parse("cpython-3.11", &base, &out, NULL), PMT_OK, NULL);
    EXPECT(!out.recorded);
    EXPECT_STATUS(pmt_config_parse("cpython-3.11", NULL, &out, NULL), PMT_OK, NULL);
    EXPECT(!out.recorded);
}

/* Every key writes its value as it reads it, for every preset. */
static void test_config_values_read_back(void)
{
    for (size_t p = 0; p < pmt_preset_count(); p++) {
        const char *releases, *help;
        struct pmt_config preset, out;

        pmt_preset_at(p, &preset, &releases, &help);
        for (size_t k = 0; k < pmt_config_key_count(); k++) {
            struct pmt_error err = {.status = PMT_OK};
            char value[32], spec[80];

            pmt_config_key_value(&preset, k, value, sizeof value);
            (void)snprintf(spec, sizeof spec, "%s %s=%s", preset.preset,
                           pmt_config_key_at(k).name, value);
            EXPECT_STATUS(pmt_config_parse(spec, NULL, &out, &err), PMT_OK, &err);
            EXPECT_STR(out.spec, preset.preset);
        }
    }
}

/* The ranges that are printed are the ranges that hold: "MIN ... MAX" at its ends. */
static void test_config_ranges_are_true(void)
{
    static const struct { const char *in, *out; } ends[] = {
        {"arena=1K pool=256 small=64", "arena=512 pool=256 small=64"},
        {"arena=1G", "arena=2G"},
        {"pool=256 small=64", "pool=128 small=16"},
        {"arena=1M pool=256K", "arena=2M pool=512K"},
        {"align=8", "align=4"}, {"align=16", "align=32"},
        {"align=8 small=8", "align=8 small=4"},
        {"pool=32K small=8K", "pool=32K small=8208"},
        {"arena=1K pool=256 small=64 arena-limit=1K", "arena=1K pool=256 small=64 arena-limit=512"},
        {"arena-limit=1024G", "arena-limit=1025G"},
        {"keep-arena=no", "keep-arena=maybe"}, {"mem=pool", "mem=jemalloc"},
        {"arena-base=recorded", "arena-base=random"},
    };
    struct pmt_config base = base_of("cpython-3.8"), out;

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        struct pmt_error err = {.status = PMT_OK};

        EXPECT_STATUS(pmt_config_parse(ends[i].in, &base, &out, &err), PMT_OK, &err);
        EXPECT_STATUS(pmt_config_parse(ends[i].out, &base, &out, &err), PMT_E_USAGE, NULL);
    }
    for (size_t k = 0; k < pmt_config_key_count(); k++) {
        struct pmt_config_key key = pmt_config_key_at(k);

        EXPECT(strlen(key.name) > 0 && strlen(key.range) > 0 && strlen(key.help) > 0);
    }
}

SUITE(config, TEST(test_config_writes_the_canonical_spec),
      TEST(test_config_keys_change_their_fields),
      TEST(test_config_refuses_with_the_word_the_range_and_the_nearest),
      TEST(test_config_needs_a_preset_without_a_base),
      TEST(test_config_recorded_is_equality_with_the_base), TEST(test_config_values_read_back),
      TEST(test_config_ranges_are_true))
