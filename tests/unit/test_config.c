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

static void same_moment(const struct pmt_moment *actual, const struct pmt_moment *want)
{
    EXPECT_U64(actual->kind, want->kind);
    EXPECT_U64(actual->value, want->value);
    EXPECT_STR(actual->mark, want->mark);
}

static void same_gc(const struct pmt_gc_config *actual, const struct pmt_gc_config *want)
{
    for (int g = 0; g < 3; g++) {
        EXPECT_U64(actual->threshold[g], want->threshold[g]);
        EXPECT_U64(actual->threshold_given[g], want->threshold_given[g]);
    }
    EXPECT_U64(actual->enabled, want->enabled);
    EXPECT_U64(actual->enabled_given, want->enabled_given);
    EXPECT_U64(actual->late, want->late);
    EXPECT_U64(actual->ignore_calls, want->ignore_calls);
    EXPECT_U64(actual->min_interval_ns, want->min_interval_ns);
    same_moment(&actual->since, &want->since);
    same_moment(&actual->freeze_at, &want->freeze_at);
    same_moment(&actual->unfreeze_at, &want->unfreeze_at);
    same_moment(&actual->disable_until, &want->disable_until);
    same_moment(&actual->collect_at, &want->collect_at);
    same_moment(&actual->collect_every, &want->collect_every);
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
        {"cpython-3.11", "cpython-3.11.2", "cpython-3.11.2"},
        {NULL, "cpython-3.13.0 arena=1M gc=700,10,10", "cpython-3.13.0 gc.threshold0=700"},
        {"cpython-3.11.2", "pool=32K", "cpython-3.11.2 pool=32K"},
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
        {"cpython-3.11", "gc=50000,20,20", "cpython-3.11 gc=50000,20,20"},
        {"cpython-3.11", "gc=50000,10,10", "cpython-3.11 gc.threshold0=50000"},
        {"cpython-3.11", "gc.threshold0=50000 gc.threshold2=5", "cpython-3.11 gc=50000,10,5"},
        {"cpython-3.11", "gc=700,10,10", "cpython-3.11"},
        {"cpython-3.11", "gc.threshold1=0", "cpython-3.11 gc.threshold1=0"},
        {"cpython-3.11", "gc=off", "cpython-3.11 gc=off"},
        {"cpython-3.11", "gc.threshold0=5 gc=off gc.threshold1=6",
         "cpython-3.11 gc=off gc.threshold0=5 gc.threshold1=6"},
        {"cpython-3.11", "gc=recorded", "cpython-3.11"},
        {"cpython-3.11", "gc=recorded cpython-3.13",
         "cpython-3.13 gc.threshold0=700 gc.when=alloc"},
        {"cpython-3.11", "gc=recorded gc.threshold0=5", "cpython-3.11 gc.threshold0=5"},
        {"cpython-3.11", "gc=700,10,10 cpython-3.13", "cpython-3.13 gc.threshold0=700"},
        {"cpython-3.11", "gc.since=start", "cpython-3.11 gc.since=start"},
        {"cpython-3.11", "gc.since=main", "cpython-3.11"},
        /* By the mark the program may have set others: what is given is written. */
        {"cpython-3.11", "gc=700,10,10 gc.since=mark:ready",
         "cpython-3.11 gc=700,10,10 gc.since=mark:ready"},
        {"cpython-3.11", "gc.threshold0=700 gc.since=mark:ready",
         "cpython-3.11 gc.threshold0=700 gc.since=mark:ready"},
        {"cpython-3.11", "gc.threshold0=1 gc.threshold1=2 gc.threshold2=3 gc.since=event:1",
         "cpython-3.11 gc.threshold0=1 gc.threshold1=2 gc.threshold2=3 gc.since=event:1"},
        {"cpython-3.11", "gc=off gc.since=time:1.50", "cpython-3.11 gc=off gc.since=time:1.5"},
        {"cpython-3.11", "gc.since=mark:x", "cpython-3.11 gc.since=mark:x"},
        {"cpython-3.11", "gc.collect-every=1500K gc.freeze-at=mark:a=b gc.unfreeze-at=event:2G",
         "cpython-3.11 gc.freeze-at=mark:a=b gc.unfreeze-at=event:2G gc.collect-every=1500K"},
        {"cpython-3.11", "gc.collect-every=3000k", "cpython-3.11 gc.collect-every=3M"},
        {"cpython-3.11", "gc.collect-every=time:0.25 gc.collect-at=start",
         "cpython-3.11 gc.collect-at=start gc.collect-every=time:0.25"},
        {"cpython-3.11", "gc.collect-every=never gc.collect-at=never gc.min-interval=none",
         "cpython-3.11"},
        {"cpython-3.11", "gc.min-interval=30 gc.disable-until=fraction:0.333333330",
         "cpython-3.11 gc.disable-until=fraction:0.33333333 gc.min-interval=30"},
        {"cpython-3.11", "gc.min-interval=0", "cpython-3.11"},
        {"cpython-3.11", "gc.min-interval=0.000000001",
         "cpython-3.11 gc.min-interval=0.000000001"},
        {"cpython-3.11", "gc.when=check gc.calls=ignore",
         "cpython-3.11 gc.calls=ignore gc.when=check"},
        {"cpython-3.12", "gc.when=check gc.calls=honour", "cpython-3.12"},
        {"tiny", "gc=3,2,2", "tiny"},
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
        /* Every field is as it was. Settings that begin later than the program are given
         * all the same: it may have changed them. */
        EXPECT(again.heap_recorded);
        EXPECT(again.gc_recorded || out.gc.since.kind > PMT_MOMENT_MAIN);
        EXPECT_STATUS(pmt_config_parse(out.spec, cases[i].base ? &base : NULL, &again, &err),
                      PMT_OK, &err);
        same_gc(&again.gc, &out.gc);
    }
}

/* Every key at its longest fits the spec. */
static void test_config_spec_holds_the_longest_words(void)
{
    static const char name[] = "twenty-four-and-twenty-three-letters-is-most-47";
    struct pmt_config base = base_of("cpython-2.7.7"), out, again;
    struct pmt_error err = {.status = PMT_OK};
    char spec[1200];

    EXPECT_U64(strlen(name), sizeof out.gc.since.mark - 1);
    (void)snprintf(spec, sizeof spec,
                   "cpython-2.7.0 arena=512K pool=128K align=16 small=8176 "
                   "arena-limit=1099511627775 arena-base=recorded keep-arena=yes mem=pool "
                   "gc.threshold0=2147483647 gc.threshold1=2147483646 "
                   "gc.threshold2=2147483645 gc.since=mark:%s gc.freeze-at=mark:%s "
                   "gc.unfreeze-at=mark:%s gc.disable-until=mark:%s gc.collect-at=mark:%s "
                   "gc.collect-every=time:18446744073.709551615 "
                   "gc.min-interval=18446744073.709551615 gc.calls=ignore gc.when=check "
                   "freelists=off freelist.unicode=1000000 freelist.list=1000000 "
                   "freelist.dict=1000000 freelist.set=1000000 freelist.frame=1000000 "
                   "freelist.method=unlimited freelist.tuple=1000000",
                   name, name, name, name, name);
    EXPECT_STATUS(pmt_config_parse(spec, &base, &out, &err), PMT_OK, &err);
    EXPECT_STR(out.spec, spec);
    EXPECT_STR(out.gc.disable_until.mark, name);
    EXPECT_STATUS(pmt_config_parse(out.spec, &base, &again, &err), PMT_OK, &err);
    same_gc(&again.gc, &out.gc);
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

static void test_config_gc_keys_change_their_fields(void)
{
    static const struct pmt_gc_config want = {
        .threshold = {0, 2147483647, 10}, .enabled = true, .late = true,
        .ignore_calls = true, .threshold_given = {true, true, true}, .enabled_given = true,
        .since = {PMT_MOMENT_MARK, 0, "ready:2"},
        .freeze_at = {PMT_MOMENT_START, 0, ""},
        .unfreeze_at = {PMT_MOMENT_TIME, 2000000001, ""},
        .disable_until = {PMT_MOMENT_EVENT, 5000000, ""},
        .collect_at = {PMT_MOMENT_FRACTION, 125000000, ""},
        .collect_every = {PMT_MOMENT_TIME, 500000000, ""},
        .min_interval_ns = 1500000000,
    };
    struct pmt_config base = base_of("cpython-3.8"), out;
    struct pmt_error err = {.status = PMT_OK};

    EXPECT_STATUS(pmt_config_parse("gc=0,2147483647,10 gc.since=mark:ready:2 gc.calls=ignore "
                                   "gc.freeze-at=start gc.unfreeze-at=time:2.000000001 "
                                   "gc.disable-until=event:5M gc.collect-at=fraction:0.125 "
                                   "gc.collect-every=time:0.5 gc.min-interval=1.5 "
                                   "gc.when=check",
                                   &base, &out, &err),
                  PMT_OK, &err);
    same_gc(&out.gc, &want);
    EXPECT_STATUS(pmt_config_parse("gc.collect-every=2K gc=off", &base, &out, &err), PMT_OK,
                  &err);
    EXPECT_U64(out.gc.collect_every.kind, PMT_MOMENT_EVENT);
    EXPECT_U64(out.gc.collect_every.value, 2000);
    EXPECT(!out.gc.enabled && out.gc.enabled_given && !out.gc.threshold_given[0]);
    EXPECT_U64(out.gc.threshold[0], 700);
    EXPECT_U64(out.gc.since.kind, PMT_MOMENT_MAIN);
}

static void test_config_refuses_with_the_word_the_range_and_the_nearest(void)
{
    static const struct { const char *spec, *says; } cases[] = {
        {"cpython-3.1l", "'cpython-3.1l' is neither a preset nor key=value: did you mean "
                         "'cpython-3.1'?"},
        {"nots", "did you mean 'notes'?"},
        {"wasm", "'wasm' is neither a preset nor key=value (pymemtrace"},
        {"areena=1M", "unknown key 'areena': did you mean 'arena'?"},
        {"gc.treshold0=700", "unknown key 'gc.treshold0': did you mean 'gc.threshold0'?"},
        {"gc=700,10", "gc=700,10: must be T0,T1,T2 of 0 ... 2147483647 each, off or recorded; "
                      "the nearest is gc=700,10,10"},
        {"gc=5", "the nearest is gc=5,10,10"},
        {"gc=2147483648,1,99999999999999999999", "the nearest is gc=2147483647,1,2147483647"},
        {"gc=700,10,10,10", "gc=700,10,10,10: must be T0,T1,T2"},
        {"gc=,,", "gc=,,: must be T0,T1,T2"},
        {"gc=700,10,10K", "must be T0,T1,T2"},
        {"gc=on", "gc=on: must be T0,T1,T2 of 0 ... 2147483647 each, off or recorded"},
        {"gc=of", "the nearest is gc=off"},
        {"gc=recoded", "the nearest is gc=recorded"},
        {"gc.threshold0=2147483648", "gc.threshold0=2147483648: must be 0 ... 2147483647; "
                                     "the nearest is gc.threshold0=2147483647"},
        {"gc.threshold2=2K", "gc.threshold2=2K: must be 0 ... 2147483647"},
        {"gc.threshold1=", "gc.threshold1=: must be 0"},
        {"gc=1,2,3 gc.threshold1=2", "gc.threshold1= is given twice: gc= gives it too"},
        {"gc=off gc.disable-until=main", "gc=off and gc.disable-until= contradict each other"},
        {"gc.since=mian", "gc.since=mian: must be start, main, mark:NAME, time:S, event:N or "
                          "fraction:F; the nearest is gc.since=main"},
        {"gc.since=never", "gc.since=never: must be start, main"},
        {"gc.since=main:2", "the nearest is gc.since=main"},
        {"gc.since=mrk:ready", "the nearest is gc.since=mark:ready"},
        {"gc.since=mark", "gc.since=mark: has no name: mark:NAME, such as mark:ready"},
        {"gc.since=mark:", "gc.since=mark: has no name: mark:NAME, such as mark:ready"},
        {"gc.collect-every=mark:", "gc.collect-every=mark:: must be 1 ... events"},
        {"arena=256K,pool=4K", "words are separated by blanks: \"arena=256K pool=4K\""},
        {"gc=700,10,10,gc.when=alloc,arena=1M",
         "words are separated by blanks: \"gc=700,10,10 gc.when=alloc arena=1M\""},
        {"cpython-3.9,arena=1M", "words are separated by blanks: \"cpython-3.9 arena=1M\""},
        {"arena=256K,pol=4K", "arena=256K,pol=4K: must be 1K"},
        {"cpython-3.10.x", "did you mean 'cpython-3.10'?"},
        {"gc.since=mark:forty-eight-letters-are-one-too-many-for-a-mark-", "gc.since=mark:NAME"},
        {"gc.since=mark:a\001", "gc.since=mark:NAME"},
        {"gc.since=evnt:5", "the nearest is gc.since=event:5"},
        {"gc.since=event:-5", "the nearest is gc.since=event:N"},
        {"gc.since=event:5T", "the nearest is gc.since=event:N"},
        {"gc.since=event:99999999999999999999", "the nearest is gc.since=event:N"},
        {"gc.freeze-at=fraction:1.5", "the nearest is gc.freeze-at=fraction:1"},
        {"gc.freeze-at=fraction:1.000000001", "the nearest is gc.freeze-at=fraction:1"},
        {"gc.freeze-at=time:1.", "the nearest is gc.freeze-at=time:S"},
        {"gc.freeze-at=time:.5", "the nearest is gc.freeze-at=time:S"},
        {"gc.freeze-at=time:0.1234567891", "the nearest is gc.freeze-at=time:S"},
        {"gc.freeze-at=time:18446744073.709551616", "the nearest is gc.freeze-at=time:S"},
        {"gc.collect-at=nver", "F or never; the nearest is gc.collect-at=never"},
        {"gc.collect-at=", "gc.collect-at=: must be start"},
        {"gc.collect-at=xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx:", "must be start"},
        {"gc.collect-every=0", "gc.collect-every=0: must be 1 ... events"},
        {"gc.collect-every=time:0", "must be 1 ... events"},
        {"gc.collect-every=main", "must be 1 ... events"},
        {"gc.collect-every=event:5", "must be 1 ... events"},
        {"gc.collect-every=nevr", "the nearest is gc.collect-every=never"},
        {"gc.min-interval=-1", "gc.min-interval=-1: must be seconds, or none"},
        {"gc.min-interval=1K", "must be seconds, or none"},
        {"gc.min-interval=non", "the nearest is gc.min-interval=none"},
        {"gc.calls=honor", "must be honour or ignore; the nearest is gc.calls=honour"},
        {"gc.when=late", "gc.when=late: must be alloc or check"},
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
        {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
         "aaaaaaaaaaaaaaaa",
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
    EXPECT_STATUS(pmt_config_parse("cpython-3.11 gc=recorded", NULL, &out, &err), PMT_E_USAGE,
                  NULL);
    EXPECT_HAS(err.msg, "no trace here to take it from");
}

static void test_config_recorded_is_equality_with_the_base(void)
{
    static const struct { const char *spec; bool recorded; } cases[] = {
        {NULL, true}, {"", true}, {"cpython-3.11", true}, {"cpython-3.12", false},
        {"cpython-3.10", true}, {"gc.threshold0=701", false},
        {"cpython-3.11.7", true}, {"cpython-3.12.1", false},
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

/* A release's name, and a trace's release, do not make another memory manager. */
static void test_config_of_a_release(void)
{
    static const struct { const char *base, *spec, *preset; uint32_t version; } cases[] = {
        {"3.11.2", "", "cpython-3.11", PMT_PYTHON(3, 11, 2)},
        {"3.11.2", "cpython-3.11", "cpython-3.11", PMT_PYTHON(3, 11, 255)},
        {"3.11.2", "cpython-3.11.2", "cpython-3.11.2", PMT_PYTHON(3, 11, 2)},
        {"3.11.2", "cpython-3.10.5", "cpython-3.10.5", PMT_PYTHON(3, 10, 5)},
        {"2.7.18", "cpython-2.7.18", "cpython-2.7.18", PMT_PYTHON(2, 7, 18)},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_config base, out;

        EXPECT_STATUS(pmt_config_of_python(cases[i].base, &base, NULL), PMT_OK, NULL);
        EXPECT_STATUS(pmt_config_parse(cases[i].spec, &base, &out, NULL), PMT_OK, NULL);
        EXPECT_STR(out.preset, cases[i].preset);
        EXPECT_U64(out.version, cases[i].version);
        EXPECT(out.recorded);
    }
}

static void test_config_refuses_releases_that_are_not_known(void)
{
    static const struct { const char *spec, *says; } cases[] = {
        {"cpython-3.16.0", "no preset for Python 3.16.0; the nearest is cpython-3.15 "},
        {"cpython-2.4.6 arena=1M", "no preset for Python 2.4.6; the nearest is cpython-2.5 "},
        {"cpython-3.10.01", "did you mean 'cpython-3.10'?"},
        {"cpython-3.10.255", "did you mean 'cpython-3.10'?"},
        {"cpython-3.10.1 cpython-3.10", "two presets, 'cpython-3.10.1' and 'cpython-3.10'"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_config out = {.spec = "untouched"};
        struct pmt_error err = {.status = PMT_OK, .msg = ""};

        EXPECT_STATUS(pmt_config_parse(cases[i].spec, NULL, &out, &err), PMT_E_USAGE, NULL);
        EXPECT_HAS(err.msg, cases[i].says);
        EXPECT_STR(out.spec, "untouched");
    }
}

/* Heap and collector apart: a replay of the recorded heap is checked block by block, one
 * of the recorded collector collects where it was recorded to. */
static void test_config_recorded_parts(void)
{
    static const struct { const char *spec; bool heap, gc; } cases[] = {
        {"", true, true}, {"arena=2M", false, true}, {"cpython-3.9", false, true},
        {"cpython-3.12", true, false}, {"cpython-3.13", true, false},
        {"cpython-3.12 gc.when=alloc", true, true}, {"cpython-3.12 gc=recorded", true, true},
        {"cpython-3.13 gc=recorded", true, true}, {"cpython-3.13 gc=700,10,10", true, false},
        {"cpython-3.13 gc.threshold0=700 gc.when=alloc", true, true},
        {"gc=700,10,10", true, true}, {"gc=recorded", true, true}, {"gc=off", true, false},
        {"gc=2000,10,10", true, false}, {"gc.threshold2=11", true, false},
        {"gc.since=start", true, true}, {"gc.since=mark:x", true, true},
        {"gc=700,10,10 gc.since=start", true, true},
        {"gc=700,10,10 gc.since=mark:x", true, false},
        {"gc.threshold0=700 gc.since=mark:x", true, false},
        {"gc=off gc.since=mark:x", true, false},
        {"gc.freeze-at=main", true, false}, {"gc.unfreeze-at=main", true, false},
        {"gc.freeze-at=never", true, true}, {"gc.disable-until=main", true, false},
        {"gc.collect-at=mark:x", true, false}, {"gc.collect-every=1M", true, false},
        {"gc.min-interval=1", true, false}, {"gc.calls=ignore", true, false},
        {"gc.calls=honour", true, true}, {"gc.when=check", true, false},
        {"gc.when=check arena=2M", false, false},
    };
    struct pmt_config base = base_of("cpython-3.11"), out;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        bool good = EXPECT_STATUS(pmt_config_parse(cases[i].spec, &base, &out, NULL), PMT_OK,
                                  NULL);

        good &= EXPECT_U64(out.heap_recorded, cases[i].heap);
        good &= EXPECT_U64(out.gc_recorded, cases[i].gc);
        good &= EXPECT_U64(out.recorded, cases[i].heap && cases[i].gc);
        if (!good)
            (void)EXPECT_STR("the case above", cases[i].spec);
    }
}

/* A trace of a program that ran with collection off from the start. */
static void test_config_of_a_trace_with_the_collector_off(void)
{
    static const struct { const char *spec, *want; bool enabled, given, recorded; } cases[] = {
        {"", "cpython-3.11 gc=off", false, false, true},
        {"gc=recorded", "cpython-3.11 gc=off", false, false, true},
        {"gc=off", "cpython-3.11 gc=off", false, false, true},
        {"gc=off gc.since=mark:x", "cpython-3.11 gc=off gc.since=mark:x", false, true, false},
        {"gc=700,10,10", "cpython-3.11", true, true, false},
        {"cpython-3.11", "cpython-3.11", true, true, false},
        {"gc.threshold0=5", "cpython-3.11 gc=off gc.threshold0=5", false, false, false},
    };
    struct pmt_config base = base_of("cpython-3.11"), out;

    base.gc.enabled = false;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EXPECT_STATUS(pmt_config_parse(cases[i].spec, &base, &out, NULL), PMT_OK, NULL);
        EXPECT_STR(out.spec, cases[i].want);
        EXPECT_U64(out.gc.enabled, cases[i].enabled);
        EXPECT_U64(out.gc.enabled_given, cases[i].given);
        EXPECT_U64(out.gc_recorded, cases[i].recorded);
    }
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

/* freelists= says what the lengths are that no word gives. */
static void test_config_free_lists(void)
{
    static const struct { const char *spec, *canonical; uint32_t list, floats; bool recorded; } cases[] = {
        {"", "cpython-3.11", 80, 100, true},
        {"freelists=on", "cpython-3.11", 80, 100, true},
        {"freelists=off", "cpython-3.11 freelists=off", 0, 0, false},
        {"freelist.list=0", "cpython-3.11 freelist.list=0", 0, 100, false},
        {"freelist.list=80", "cpython-3.11", 80, 100, true},
        {"freelist.list=320 freelists=off", "cpython-3.11 freelists=off freelist.list=320", 320, 0, false},
        {"freelists=off freelist.list=0", "cpython-3.11 freelists=off", 0, 0, false},
        {"freelist.float=unlimited", "cpython-3.11 freelist.float=unlimited", 80, UINT32_MAX, false},
        {"freelists=recorded", "cpython-3.11 freelists=recorded", 80, 100, true},
        {"cpython-2.7", "cpython-2.7", 80, UINT32_MAX, false},
        {"cpython-2.7 freelists=recorded", "cpython-2.7 freelists=recorded", 80, 100, false},
        {"tiny", "tiny", 2, 2, false},
    };
    struct pmt_config base = base_of("cpython-3.11"), out, again;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EXPECT_STATUS(pmt_config_parse(cases[i].spec, &base, &out, NULL), PMT_OK, NULL);
        EXPECT_STR(out.spec, cases[i].canonical);
        EXPECT_U64(out.free_lists.most[3], cases[i].list);
        EXPECT_U64(out.free_lists.most[1], cases[i].floats);
        EXPECT_U64(out.recorded, cases[i].recorded);
        EXPECT_STATUS(pmt_config_parse(out.spec, &base, &again, NULL), PMT_OK, NULL);
        EXPECT(memcmp(out.free_lists.most, again.free_lists.most, sizeof out.free_lists.most) == 0);
    }
}

static void test_config_refuses_free_lists_that_are_not(void)
{
    static const struct { const char *spec, *says; } cases[] = {
        {"freelists=yes", "must be on, off or recorded"},
        {"freelist.list=1000001", "the nearest is freelist.list=1000000"},
        {"freelist.list=4K", "must be 0 ... 1000000 or unlimited"},
        {"freelist.tupel=4", "did you mean 'freelist.tuple'?"},
        {"freelist.set=80", "freelist.set=: cpython-3.11 has no such free list"},
        {"cpython-2.7 freelist.int=80", "freelist.int=: cpython-2.7 has no such free list"},
        {"freelists=recorded freelist.list=3", "contradict each other"},
        {"freelists=off freelists=off", "given twice"},
    };
    struct pmt_config base = base_of("cpython-3.11"), out;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_error err = {.status = PMT_OK, .msg = ""};

        EXPECT_STATUS(pmt_config_parse(cases[i].spec, &base, &out, &err), PMT_E_USAGE, NULL);
        EXPECT_HAS(err.msg, cases[i].says);
    }
    EXPECT_STATUS(pmt_config_parse("cpython-3.11 freelists=recorded", NULL, &out, NULL),
                  PMT_E_USAGE, NULL);
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
        {"gc=0,0,0", "gc=-1,0,0"}, {"gc=2147483647,2147483647,2147483647", "gc=0,0,2147483648"},
        {"gc=off", "gc=on"}, {"gc=recorded", "gc=default"},
        {"gc.threshold0=0", "gc.threshold0=-1"},
        {"gc.threshold0=2147483647", "gc.threshold0=2147483648"},
        {"gc.threshold1=2147483647", "gc.threshold1=2147483648"},
        {"gc.threshold2=2147483647", "gc.threshold2=2147483648"},
        {"gc.since=fraction:1", "gc.since=never"}, {"gc.freeze-at=never", "gc.freeze-at=now"},
        {"gc.collect-every=1", "gc.collect-every=0"}, {"gc.min-interval=0", "gc.min-interval="},
        {"gc.calls=honour", "gc.calls=yes"}, {"gc.when=alloc", "gc.when=now"},
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
      TEST(test_config_spec_holds_the_longest_words),
      TEST(test_config_keys_change_their_fields),
      TEST(test_config_gc_keys_change_their_fields),
      TEST(test_config_refuses_with_the_word_the_range_and_the_nearest),
      TEST(test_config_needs_a_preset_without_a_base),
      TEST(test_config_recorded_is_equality_with_the_base), TEST(test_config_of_a_release),
      TEST(test_config_refuses_releases_that_are_not_known), TEST(test_config_recorded_parts),
      TEST(test_config_free_lists), TEST(test_config_refuses_free_lists_that_are_not),
      TEST(test_config_of_a_trace_with_the_collector_off), TEST(test_config_values_read_back),
      TEST(test_config_ranges_are_true))
