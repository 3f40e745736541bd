/* sample_result.c - results made by hand. */
#include "support/sample_result.h"

#include <float.h>
#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "support/expect.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define SET_ARRAY(out, field, rows)                                            \
    ((out)->field = copy_of(rows, sizeof rows), (out)->n_##field = COUNT(rows))

static void *copy_of(const void *from, size_t n)
{
    return memcpy(pmt_alloc(n), from, n);
}

static void add_fact(struct pmt_result *out, const char *name, const char *value)
{
    struct pmt_fact fact = {pmt_strdup(name), pmt_strdup(value)};

    out->facts = pmt_realloc_array(out->facts, out->n_facts + 1, sizeof fact);
    out->facts[out->n_facts++] = fact;
}

static const struct pmt_config sample_config = {
    .preset = "cpython-3.11",
    .heap = {.arena_bytes = 1 << 20, .pool_bytes = 16384, .align_bytes = 16,
             .small_limit_bytes = 512, .pool_header_bytes = 48,
             .keep_empty_arena = true, .arena_base = PMT_BASE_RECORDED},
    .gc = {.threshold = {700, 10, 10}, .enabled = true, .since = {.kind = PMT_MOMENT_START}},
    .recorded = true, .heap_recorded = true, .gc_recorded = true, .lists_recorded = true,
    .spec = "cpython-3.11",
};

static const struct pmt_metrics sample_metrics = {
    .events = 1234567, .run_ns = 2345678901, .rss_peak_bytes = 41 << 20,
    .recorded_gc_ns = 6530000, .recorded_gc_max_ns = 6000000,
    .allocs = 650000, .frees = 580000, .reallocs = 4567, .reallocs_in_place = 1200,
    .small_allocs = 640000, .arenas_allocated = 24, .arenas_reclaimed = 4,
    .arenas_highwater = 22, .arenas_current = 20, .arena_bytes = 20 << 20,
    .arena_peak_bytes = 22 << 20, .used_blocks = 60000, .used_bytes = 12 << 20,
    .avail_bytes = 5 << 20, .unused_pool_bytes = 2 << 20, .header_bytes = 61440,
    .quantization_bytes = 200000, .alignment_bytes = 787136, .used_peak_bytes = 19 << 20,
    .pools_used = 1100, .raw_blocks = 420, .raw_bytes = 6543210, .raw_peak_bytes = 9876543,
    .stack_peak_bytes = 32768, .peak_bytes = 31 << 20,
    .gc_collections_0 = 3, .gc_collections_1 = 1, .gc_collections_2 = 1, .gc_useless = 2,
    .gc_visited = 43200, .gc_collected = 1290, .gc_pause_total_ns = 6600000,
    .gc_pause_max_ns = 6100000, .gc_longest_ns = 6400000, .gc_longest_0_ns = 140000,
    .gc_longest_1_ns = 240000, .gc_longest_2_ns = 6400000, .gc_pause_p50_ns = 100000, .gc_pause_p90_ns = 6100000,
    .gc_pause_p99_ns = 6100000, .gc_peak_tracked = 42000, .gc_peak_garbage = 1190,
    .gc_peak_garbage_bytes = 240000, .garbage_bytes = 8448, .died_in_0 = 900,
    .died_in_1 = 90, .died_in_2 = 10,
};

static const struct pmt_verify sample_verify = {
    .checked = true, .exact = true, .placements_checked = 641234,
    .first_mismatch_event = PMT_NOWHERE, .classes_checked = 480, .books_checked = 36,
    .checkpoints = 5, .books_balance = true,
    .gc = {.recorded = {3, 1, 1}, .replayed = {3, 1, 1}, .for_threshold = 4,
           .collected_recorded = 1290, .collected_replayed = 1290, .looked = 2,
           .looked_collected = 40, .looked_found = 41, .looked_apart = 1, .deferred = 1},
};

static const struct pmt_class_row sample_classes[] = {
    {16, 0, 3, 2500, 563}, {32, 1, 40, 19000, 1440}, {48, 2, 130, 44000, 330}};

static const struct pmt_sample sample_samples[] = {
    {100000, 250000000, 12 << 20, 4, 4 << 20, 200, 9000, 3 << 20, 400000, 300000, 90, 800000, 0},
    {600000, 1100000000, 30 << 20, 22, 22 << 20, 1300, 80000, 19 << 20, 900000, 100000, 500,
     9000000, 32768},
    {1234567, 2345678901, 41 << 20, 20, 20 << 20, 1100, 60000, 12 << 20, 5 << 20, 2 << 20, 420,
     6543210, 16384}};

static const struct pmt_class_sample sample_class_samples[] = {
    {100000, {16, 0, 1, 800, 221}}, {1234567, {16, 0, 3, 2500, 563}}};

static const struct pmt_oracle_row sample_oracle[] = {
    {600000, "periodic", "arenas current", 22, 22},
    {1234567, "end", "class 2 pools", 130, 131},
    {1234567, "end", "blocks", 60420, 60420}};

static const struct pmt_collection sample_collections[] = {
    {90000, 200000000, 0, false, 0, 701, 40, 120, 90000, 100000, 40, 0, 0, 0, false},
    {120000, 260000000, 0, false, 0, 701, 0, 0, 80000, 80000, 0, 0, 0, 0, false},
    {130000, 0, 0, false, 0, 702, 60, 180, 100000, 0, 60, 0, 0, 0, false},
    {600000, 1100000000, 1, false, 1, 2096, 0, 0, 230000, 350000, 0, 0, 0, 0, false},
    {1200000, 2200000000, 2, true, -1, 39000, 1190, 3570, 6100000, 6000000, 1190, 1, 0, 0, false}};

static const struct pmt_gc_cost sample_gc_cost = {
    .n_pauses = 4, .fixed_ns = 4200.5, .visited_ns = 38.125, .freed_ns = 55.0,
    .ratio = {[0][9] = 0.75, [1][11] = 1.0, [2][15] = 1.5}, .spread_low = 0.8125, .spread_high = 1.25};

static const struct pmt_type_row sample_types[] = {
    {.number = PMT_TYPE_UNKNOWN, .garbage_bytes = 256},
    {.number = 7, .garbage_objects = 100, .garbage_looked = 50, .garbage_in = {60, 39, 1}, .garbage_bytes = 8192,
     .survivors = 12, .survivor_bytes = 768, .pinned_bytes = 2048.5}};

static const struct pmt_garbage_reference sample_references[] = {
    {.from = 7, .to = 9, .count = 1250}, {.from = 9, .to = 7, .count = 100},
    {.from = 9, .to = 11, .count = 100}};

static const struct pmt_health sample_health[] = {
    {PMT_INFO, "raw blocks freed that were allocated before the hooks or past them", 37},
    {PMT_LOSS, "more than one interpreter allocated", 1}};

void sample_result(struct pmt_result *out)
{
    *out = (struct pmt_result){
        .trace_path = pmt_strdup("app.pmt"), .trace_bytes = 345678, .config = sample_config,
        .metrics = sample_metrics, .verify = sample_verify,
        .gc_cost = sample_gc_cost, .replay_ns = 8000000};
    SET_ARRAY(out, classes, sample_classes);
    SET_ARRAY(out, samples, sample_samples);
    SET_ARRAY(out, class_samples, sample_class_samples);
    SET_ARRAY(out, oracle, sample_oracle);
    SET_ARRAY(out, collections, sample_collections);
    SET_ARRAY(out, types, sample_types);
    out->types[1].name = pmt_strdup("Node\t\x1b[1m"); /* a program's own word */
    SET_ARRAY(out, garbage_references, sample_references);
    out->garbage_references[0].from_name = pmt_strdup("Node\t\x1b[1m");
    out->garbage_references[0].to_name = pmt_strdup("list");
    out->garbage_references[1].from_name = pmt_strdup("list");
    out->garbage_references[1].to_name = pmt_strdup("Node\t\x1b[1m");
    SET_ARRAY(out, health, sample_health);
    add_fact(out, "python.version", "3.11.2");
    add_fact(out, "argv", "python3 app.py --size 3");
}

/* Other thresholds: one collection less, and nothing recorded beside the others. */
static void what_if_thresholds(struct pmt_result *out)
{
    out->config.gc.threshold[0] = 1000;
    out->config.gc.threshold_given[0] = true;
    out->config.gc_recorded = false;
    out->metrics.gc_collections_0 = 2;
    out->metrics.gc_useless = 1;
    out->metrics.gc_visited -= 701;
    out->metrics.gc_pause_total_ns -= 80000;
    memmove(&out->collections[1], &out->collections[2],
            (--out->n_collections - 1) * sizeof *out->collections);
    for (size_t i = 0; i < out->n_collections; i++) {
        struct pmt_collection *c = &out->collections[i];

        c->recorded_ns = c->recorded_collected = c->recorded_uncollectable = 0;
    }
}

void sample_result_what_if(struct pmt_result *out)
{
    sample_result(out);
    out->config.heap.arena_bytes = 4 << 20;
    out->config.recorded = out->config.heap_recorded = false;
    (void)snprintf(out->config.spec, sizeof out->config.spec, "cpython-3.11 arena=4M");
    out->verify = (struct pmt_verify){.first_mismatch_event = PMT_NOWHERE,
                                      .books_balance = true};
    out->metrics.arenas_allocated = 7;
    out->metrics.arenas_reclaimed = 1;
    out->metrics.arenas_highwater = 6;
    out->metrics.arenas_current = 6;
    out->metrics.arena_bytes = 24 << 20;
    out->metrics.arena_peak_bytes = 24 << 20;
    out->metrics.unused_pool_bytes += 4 << 20;
    out->metrics.peak_bytes += 2 << 20;
    what_if_thresholds(out);
}

static const struct pmt_object_row sample_objects[] = {
    {.number = 2, .made = 120000, .made_bytes = 9600000, .alive = 20000, .alive_bytes = 1600000,
     .peak = 31000, .peak_bytes = 2480000, .freed_by_counting = 100000, .age_mean = 812,
     .age_p50 = 5, .age_p90 = 1023, .age_p99 = 16383, .age_mean_ns = 290000,
     .age_p50_ns = 65536, .age_p90_ns = 393216, .age_p99_ns = 7340032},
    {.number = 7, .made = 5000, .made_bytes = 320000, .alive = 12, .alive_bytes = 768,
     .peak = 900, .peak_bytes = 57600, .freed_by_counting = 4888, .freed_by_collections = 100,
     .died_in = {4900, 87, 1}, .age_mean = 4000, .age_p50 = 3583, .age_p90 = 7167,
     .age_p99 = 65535, .age_mean_ns = 1500000, .age_p50_ns = 1310720, .age_p90_ns = 2621440,
     .age_p99_ns = 23068672},
    {.number = 9, .made = 64000, .reused = 48000, .made_bytes = 4096000, .alive = 4000,
     .alive_bytes = 256000, .peak = 4100, .peak_bytes = 262400, .freed_by_counting = 59900,
     .freed_by_collections = 100, .died_in = {59990, 10, 0}, .age_mean = 20, .age_p50 = 3,
     .age_p90 = 19, .age_p99 = 255, .age_mean_ns = 65000, .age_p50_ns = 65536,
     .age_p90_ns = 65536, .age_p99_ns = 131072},
    {.number = 70000, .made = 1, .made_bytes = 16, .alive = 1, .alive_bytes = 16, .peak = 1,
     .peak_bytes = 16}};

static const struct pmt_object_interval_row sample_intervals[] = {
    {"", 1, 0, 0, 2, 20000, 1600000, 1000, 19000, 1520000},
    {"serve\x1b]0;x\x07", 250, 90000, 200000000, 2, 100000, 8000000, 99000, 20000, 1600000},
    {"serve\x1b]0;x\x07", 250, 90000, 200000000, 9, 64000, 4096000, 60000, 4000, 256000}};

static const struct pmt_list_length_row sample_lengths[] = {
    {"list", 0, 0, 0, 64000},   {"list", 0, 1, 16000, 64000}, {"list", 0, 2, 24000, 64000},
    {"list", 0, 60, 48000, 64000}, {"list", 0, 320, 48640, 64000},
    {"tuple", 1, 0, 0, 100},    {"tuple", 1, 1, 100, 100},    {"tuple", 1, 2000, 100, 100},
    {"tuple", 2, 0, 0, 300},    {"tuple", 2, 2000, 300, 300}};

/* What a program may call a type. */
static const char *const sample_names[] = {
    "str", "a \"quoted\", type'\n\x1b[31m\xff\xe2\x80\xae", "list", "=cmd()"};

void sample_result_objects(struct pmt_result *out)
{
    sample_result(out);
    SET_ARRAY(out, objects, sample_objects);
    for (size_t i = 0; i < COUNT(sample_names); i++)
        out->objects[i].name = pmt_strdup(sample_names[i]);
    SET_ARRAY(out, object_intervals, sample_intervals);
    SET_ARRAY(out, list_lengths, sample_lengths);
}

static void fill_chars(char *at, size_t n_bytes)
{
    memset(at, 'x', n_bytes - 1);
    at[n_bytes - 1] = '\0';
}

static const struct pmt_verify extreme_verify = {
    true, false, UINT64_MAX, UINT64_MAX - 1, INT64_MAX, (uint64_t)INT64_MAX + 1, 1, 2, 3, 4,
    {{UINT64_MAX, UINT64_MAX - 1, UINT64_MAX - 2}, {5, 6, 7}, UINT64_MAX - 3, UINT64_MAX - 4,
     UINT64_MAX - 5, UINT64_MAX - 6, UINT64_MAX - 7, UINT64_MAX - 8, UINT64_MAX - 9,
     UINT64_MAX - 10, UINT64_MAX - 11}, true,
    {UINT64_MAX - 12, true, UINT64_MAX - 13, UINT64_MAX - 14}, UINT64_MAX - 15,
    {{"float", false, 0, UINT64_MAX - 16, 0, 0},
     {"list", true, UINT64_MAX - 17, UINT64_MAX - 18, UINT64_MAX - 19, UINT64_MAX - 20},
     {"seven c", true, 1, 2, 3, 4}, {"tuple", true, 5, 6, 7, UINT64_MAX}}};

static const struct pmt_sample extreme_samples[] = {
    {UINT64_MAX, UINT64_MAX - 1, UINT64_MAX - 2, UINT64_MAX - 3, UINT64_MAX - 4, UINT64_MAX - 5,
     UINT64_MAX - 6, UINT64_MAX - 7, UINT64_MAX - 8, UINT64_MAX - 9, UINT64_MAX - 10,
     UINT64_MAX - 11, UINT64_MAX - 12},
    {UINT64_MAX, UINT64_MAX - 1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}};

static void extreme_config(struct pmt_config *config)
{
    *config = (struct pmt_config){
        .heap = {UINT64_MAX, UINT32_MAX, UINT32_MAX - 1, UINT32_MAX - 2, UINT32_MAX - 3,
                 (uint64_t)INT64_MAX + 1, true, true, PMT_BASE_LOST},
        .gc = {.threshold = {UINT32_MAX, 0, 1}, .late = true, .ignore_calls = true,
               .threshold_given = {true, false, true}, .enabled_given = true,
               .since = {PMT_MOMENT_MARK, UINT64_MAX, "'; --\xff"},
               .freeze_at = {PMT_MOMENT_TIME, 1, ""},
               .unfreeze_at = {PMT_MOMENT_EVENT, 2, ""},
               .disable_until = {PMT_MOMENT_FRACTION, 3, ""},
               .collect_at = {PMT_MOMENT_START, 4, ""},
               .collect_every = {PMT_MOMENT_MAIN, 5, ""},
               .min_interval_ns = UINT64_MAX},
        .free_lists = {PMT_FREE_LISTS_RECORDED,
                       {0, 1, UINT32_MAX, 3, 4, 5, 6, 7, 8, UINT32_MAX - 9}, 0},
        .lists_recorded = true,
        .heap_recorded = true, .gc_recorded = true,
    };
    config->version = UINT32_MAX;
    fill_chars(config->preset, sizeof config->preset);
    fill_chars(config->spec, sizeof config->spec);
}

void sample_result_extreme(struct pmt_result *out)
{
    static const struct pmt_class_row classes[] = {
        {UINT32_MAX, UINT32_MAX - 1, UINT64_MAX, UINT64_MAX - 1, UINT64_MAX - 2}};
    static const struct pmt_class_sample class_samples[] = {
        {UINT64_MAX, {UINT32_MAX, UINT32_MAX - 1, UINT64_MAX, UINT64_MAX - 1, 0}}};
    static const struct pmt_oracle_row oracle[] = {
        {UINT64_MAX, "full-length", "forty characters less one .............", 0, UINT64_MAX}};
    static const struct pmt_collection collections[] = {
        {UINT64_MAX, UINT64_MAX - 1, UINT32_MAX, true, INT32_MIN, UINT64_MAX - 2, UINT64_MAX - 3,
         UINT64_MAX - 4, UINT64_MAX - 5, UINT64_MAX - 6, UINT64_MAX - 7, UINT64_MAX - 8,
         UINT64_MAX - 9, UINT64_MAX - 10, true},
        {0, 0, 2, false, INT32_MAX, 0, 0, 0, 1, 1, 0, 0, 0, 0, false}};
    static const struct pmt_free_list_row free_lists[] = {
        {"type of 23 letters ....", UINT32_MAX, PMT_NOWHERE, UINT64_MAX - 1, UINT64_MAX - 2,
         UINT64_MAX - 3, UINT64_MAX - 4, UINT64_MAX - 5, UINT64_MAX - 6, UINT64_MAX - 7}};
    static const struct pmt_free_list_sample list_samples[] = {
        {UINT64_MAX, {"type of 23 letters ....", 7, PMT_NOWHERE, 1, UINT64_MAX, 2, 3, 4, 5, 6}},
        {0, {"", 0, 0, 0, 0, 0, 0, 0, 0, 0}}};
    static const struct pmt_region_row regions[] = {
        {"fifteen letters", UINT64_MAX, UINT64_MAX - 1}};
    static const struct pmt_object_row objects[] = {
        {NULL, UINT32_MAX, UINT64_MAX, UINT64_MAX - 1, UINT64_MAX - 2, UINT64_MAX - 3,
         UINT64_MAX - 4, UINT64_MAX - 5, UINT64_MAX - 6, UINT64_MAX - 7, UINT64_MAX - 8,
         {UINT64_MAX - 9, UINT64_MAX - 10, UINT64_MAX - 11}, UINT64_MAX - 12, UINT64_MAX - 13,
         UINT64_MAX - 14, UINT64_MAX - 15, UINT64_MAX - 16, UINT64_MAX - 17, UINT64_MAX - 18,
         UINT64_MAX - 19}};
    static const struct pmt_object_interval_row intervals[] = {
        {"sixty-three letters ...........................................", UINT64_MAX,
         UINT64_MAX - 1, UINT64_MAX - 2, UINT32_MAX, UINT64_MAX - 3, UINT64_MAX - 4,
         UINT64_MAX - 5, UINT64_MAX - 6, UINT64_MAX - 7}};
    static const struct pmt_list_length_row lengths[] = {
        {"type of 23 letters ....", UINT32_MAX, UINT32_MAX - 1, UINT64_MAX, UINT64_MAX - 1}};
    static const struct pmt_garbage_reference references[] = {
        {UINT32_MAX, UINT32_MAX - 1, UINT64_MAX, NULL, NULL}};
    static const struct pmt_health health[] = {{PMT_LOSS, "a\033[31m\n\"'\xff", UINT64_MAX}};

    *out = (struct pmt_result){
        .trace_path = pmt_strdup("\xff\x01'; DROP TABLE run; --"), .partial = pmt_strdup(""),
        .trace_bytes = UINT64_MAX, .verify = extreme_verify, .replay_ns = UINT64_MAX,
        .gc_cost = {UINT64_MAX, DBL_MAX, -DBL_MAX, DBL_MIN, {{-1.5}, [2] = {[15] = 1e-300}}, 0.1, 1.0 / 3,
                    UINT64_MAX}};
    extreme_config(&out->config);
    for (size_t i = 0; i < pmt_metric_count(); i++)
        pmt_metric_set(&out->metrics, i, UINT64_MAX - i);
    SET_ARRAY(out, classes, classes);
    SET_ARRAY(out, samples, extreme_samples);
    SET_ARRAY(out, class_samples, class_samples);
    SET_ARRAY(out, oracle, oracle);
    SET_ARRAY(out, collections, collections);
    SET_ARRAY(out, garbage_references, references);
    SET_ARRAY(out, free_lists, free_lists);
    SET_ARRAY(out, free_list_samples, list_samples);
    SET_ARRAY(out, regions, regions);
    SET_ARRAY(out, objects, objects);
    SET_ARRAY(out, object_intervals, intervals);
    SET_ARRAY(out, list_lengths, lengths);
    SET_ARRAY(out, health, health);
    add_fact(out, "", "");
    add_fact(out, "=cmd|' /C calc'!A0", "line\none\xc3");
}

void sample_result_long(struct pmt_result *out, size_t n)
{
    sample_result(out);
    pmt_free(out->samples);
    out->samples = pmt_alloc_array(n, sizeof *out->samples);
    out->n_samples = n;
    for (size_t i = 0; i < n; i++) {
        out->samples[i] = sample_samples[i % COUNT(sample_samples)];
        out->samples[i].event = i;
    }
}

#define SAME_U64(field)  EXPECT_U64(actual->field, want->field)
#define SAME_I64(field)  EXPECT_I64(actual->field, want->field)
#define SAME_REAL(field) EXPECT(actual->field == want->field)
#define SAME_BOOL(field) EXPECT(actual->field == want->field)
#define SAME_STR(field)  EXPECT_STR(actual->field, want->field)

static void same_moment(const struct pmt_moment *actual, const struct pmt_moment *want)
{
    SAME_U64(kind);
    SAME_U64(value);
    SAME_STR(mark);
}

static void same_config(const struct pmt_config *actual, const struct pmt_config *want)
{
    SAME_STR(preset);
    SAME_U64(version);
    SAME_STR(spec);
    SAME_BOOL(recorded);
    SAME_U64(heap.arena_bytes);
    SAME_U64(heap.pool_bytes);
    SAME_U64(heap.align_bytes);
    SAME_U64(heap.small_limit_bytes);
    SAME_U64(heap.pool_header_bytes);
    SAME_U64(heap.arena_limit_bytes);
    SAME_BOOL(heap.keep_empty_arena);
    SAME_BOOL(heap.mem_is_raw);
    SAME_U64(heap.arena_base);
    for (int i = 0; i < 3; i++)
        SAME_U64(gc.threshold[i]);
    SAME_BOOL(gc.enabled);
    SAME_BOOL(gc.late);
    SAME_BOOL(gc.ignore_calls);
    for (int i = 0; i < 3; i++)
        SAME_BOOL(gc.threshold_given[i]);
    SAME_BOOL(gc.enabled_given);
    SAME_U64(gc.min_interval_ns);
    same_moment(&actual->gc.since, &want->gc.since);
    same_moment(&actual->gc.freeze_at, &want->gc.freeze_at);
    same_moment(&actual->gc.unfreeze_at, &want->gc.unfreeze_at);
    same_moment(&actual->gc.disable_until, &want->gc.disable_until);
    same_moment(&actual->gc.collect_at, &want->gc.collect_at);
    same_moment(&actual->gc.collect_every, &want->gc.collect_every);
    SAME_BOOL(heap_recorded);
    SAME_BOOL(gc_recorded);
    SAME_BOOL(lists_recorded);
    SAME_U64(free_lists.word);
    for (int i = 0; i < PMT_CONFIG_FREE_LISTS; i++)
        SAME_U64(free_lists.most[i]);
}

static void same_verify(const struct pmt_verify *actual, const struct pmt_verify *want)
{
    SAME_BOOL(checked);
    SAME_BOOL(exact);
    SAME_U64(placements_checked);
    SAME_U64(placement_mismatches);
    SAME_U64(first_mismatch_event);
    SAME_U64(classes_checked);
    SAME_U64(class_mismatches);
    SAME_U64(books_checked);
    SAME_U64(book_mismatches);
    SAME_U64(checkpoints);
    SAME_BOOL(books_balance);
    SAME_U64(script.expectations);
    SAME_BOOL(script.walked);
    SAME_U64(script.left_objects);
    SAME_U64(script.left_bytes);
    for (int i = 0; i < 3; i++) {
        SAME_U64(gc.recorded[i]);
        SAME_U64(gc.replayed[i]);
    }
    SAME_U64(gc.for_threshold);
    SAME_U64(gc.mismatches);
    SAME_U64(gc.collected_recorded);
    SAME_U64(gc.collected_replayed);
    SAME_U64(gc.looked);
    SAME_U64(gc.looked_collected);
    SAME_U64(gc.looked_found);
    SAME_U64(gc.looked_apart);
    SAME_U64(gc.deferred);
    SAME_U64(list_mismatches);
    for (int i = 0; i < PMT_VERIFY_LISTS; i++) {
        SAME_STR(lists[i].type);
        SAME_BOOL(lists[i].watched);
        SAME_U64(lists[i].recorded_hits);
        SAME_U64(lists[i].hits);
        SAME_U64(lists[i].past);
        SAME_U64(lists[i].mismatches);
    }
}

static void same_cost(const struct pmt_gc_cost *actual, const struct pmt_gc_cost *want)
{
    SAME_U64(n_pauses);
    SAME_REAL(fixed_ns);
    SAME_REAL(visited_ns);
    SAME_REAL(freed_ns);
    for (int i = 0; i < PMT_GC_KINDS * PMT_GC_RATIOS; i++)
        SAME_REAL(ratio[i / PMT_GC_RATIOS][i % PMT_GC_RATIOS]);
    SAME_REAL(spread_low);
    SAME_REAL(spread_high);
    SAME_U64(is_usual);
}

static void same_sample(const struct pmt_sample *actual, const struct pmt_sample *want)
{
    SAME_U64(event);
    SAME_U64(clock_ns);
    SAME_U64(rss_bytes);
    SAME_U64(arenas);
    SAME_U64(arena_bytes);
    SAME_U64(pools_used);
    SAME_U64(used_blocks);
    SAME_U64(used_bytes);
    SAME_U64(avail_bytes);
    SAME_U64(unused_pool_bytes);
    SAME_U64(raw_blocks);
    SAME_U64(raw_bytes);
    SAME_U64(stack_bytes);
}

static void same_class(const struct pmt_class_row *actual, const struct pmt_class_row *want)
{
    SAME_U64(size_bytes);
    SAME_U64(class_idx);
    SAME_U64(pools);
    SAME_U64(used_blocks);
    SAME_U64(avail_blocks);
}

static void same_class_sample(const struct pmt_class_sample *actual,
                              const struct pmt_class_sample *want)
{
    SAME_U64(event);
    same_class(&actual->row, &want->row);
}

static void same_oracle(const struct pmt_oracle_row *actual, const struct pmt_oracle_row *want)
{
    SAME_U64(event);
    SAME_STR(when);
    SAME_STR(what);
    SAME_U64(recorded);
    SAME_U64(modelled);
}

static void same_collection(const struct pmt_collection *actual,
                            const struct pmt_collection *want)
{
    SAME_U64(event);
    SAME_U64(clock_ns);
    SAME_U64(generation);
    SAME_BOOL(asked_for);
    SAME_I64(chosen);
    SAME_U64(visited);
    SAME_U64(collected);
    SAME_U64(freed_blocks);
    SAME_U64(pause_ns);
    SAME_U64(recorded_ns);
    SAME_U64(recorded_collected);
    SAME_U64(recorded_uncollectable);
    SAME_U64(uncollectable);
    SAME_U64(references);
    SAME_BOOL(at_exit);
}

static void same_free_list(const struct pmt_free_list_row *actual,
                           const struct pmt_free_list_row *want)
{
    SAME_STR(type);
    SAME_U64(items);
    SAME_U64(max);
    SAME_U64(held);
    SAME_U64(hits);
    SAME_U64(misses);
    SAME_U64(pushes);
    SAME_U64(overflows);
    SAME_U64(cleared);
    SAME_U64(past);
}

static void same_free_list_sample(const struct pmt_free_list_sample *actual,
                                  const struct pmt_free_list_sample *want)
{
    SAME_U64(event);
    same_free_list(&actual->row, &want->row);
}

static void same_region(const struct pmt_region_row *actual, const struct pmt_region_row *want)
{
    SAME_STR(name);
    SAME_U64(objects);
    SAME_U64(bytes);
}

static void same_health(const struct pmt_health *actual, const struct pmt_health *want)
{
    SAME_U64(severity);
    SAME_STR(what);
    SAME_U64(count);
}

static void same_type(const struct pmt_type_row *actual, const struct pmt_type_row *want)
{
    SAME_STR(name);
    SAME_U64(number);
    SAME_U64(garbage_objects);
    SAME_U64(garbage_looked);
    for (int i = 0; i < 3; i++)
        SAME_U64(garbage_in[i]);
    SAME_U64(garbage_bytes);
    SAME_U64(survivors);
    SAME_U64(survivor_bytes);
    SAME_REAL(pinned_bytes);
}

static void same_reference(const struct pmt_garbage_reference *actual,
                           const struct pmt_garbage_reference *want)
{
    SAME_U64(from);
    SAME_U64(to);
    SAME_U64(count);
    SAME_STR(from_name);
    SAME_STR(to_name);
}

static void same_object(const struct pmt_object_row *actual, const struct pmt_object_row *want)
{
    SAME_STR(name);
    SAME_U64(number);
    SAME_U64(made);
    SAME_U64(reused);
    SAME_U64(made_bytes);
    SAME_U64(alive);
    SAME_U64(alive_bytes);
    SAME_U64(peak);
    SAME_U64(peak_bytes);
    SAME_U64(freed_by_counting);
    SAME_U64(freed_by_collections);
    for (int i = 0; i < 3; i++)
        SAME_U64(died_in[i]);
    SAME_U64(age_mean);
    SAME_U64(age_p50);
    SAME_U64(age_p90);
    SAME_U64(age_p99);
    SAME_U64(age_mean_ns);
    SAME_U64(age_p50_ns);
    SAME_U64(age_p90_ns);
    SAME_U64(age_p99_ns);
}

static void same_interval(const struct pmt_object_interval_row *actual,
                          const struct pmt_object_interval_row *want)
{
    SAME_STR(mark);
    SAME_U64(times);
    SAME_U64(event);
    SAME_U64(clock_ns);
    SAME_U64(number);
    SAME_U64(made);
    SAME_U64(made_bytes);
    SAME_U64(died);
    SAME_U64(alive);
    SAME_U64(alive_bytes);
}

static void same_length(const struct pmt_list_length_row *actual,
                        const struct pmt_list_length_row *want)
{
    SAME_STR(type);
    SAME_U64(items);
    SAME_U64(length);
    SAME_U64(hits);
    SAME_U64(made);
}

static void same_fact(const struct pmt_fact *actual, const struct pmt_fact *want)
{
    SAME_STR(name);
    SAME_STR(value);
}

#define SAME_ARRAY(field, check)                                               \
    for (size_t i = 0; EXPECT_U64(actual->n_##field, want->n_##field) &&        \
                       i < want->n_##field; i++)                               \
        check(&actual->field[i], &want->field[i])

void expect_same_result(const struct pmt_result *actual, const struct pmt_result *want)
{
    SAME_STR(trace_path);
    SAME_STR(partial);
    SAME_U64(trace_bytes);
    SAME_U64(replay_ns);
    same_config(&actual->config, &want->config);
    for (size_t i = 0; i < pmt_metric_count(); i++)
        if (!EXPECT_U64(pmt_metric_get(&actual->metrics, i), pmt_metric_get(&want->metrics, i)))
            (void)printf("    metric %s\n", pmt_metric_at(i)->name);
    same_verify(&actual->verify, &want->verify);
    same_cost(&actual->gc_cost, &want->gc_cost);
    SAME_ARRAY(classes, same_class);
    SAME_ARRAY(samples, same_sample);
    SAME_ARRAY(class_samples, same_class_sample);
    SAME_ARRAY(oracle, same_oracle);
    SAME_ARRAY(collections, same_collection);
    SAME_ARRAY(types, same_type);
    SAME_ARRAY(garbage_references, same_reference);
    SAME_ARRAY(free_lists, same_free_list);
    SAME_ARRAY(free_list_samples, same_free_list_sample);
    SAME_ARRAY(regions, same_region);
    SAME_ARRAY(objects, same_object);
    SAME_ARRAY(object_intervals, same_interval);
    SAME_ARRAY(list_lengths, same_length);
    SAME_ARRAY(health, same_health);
    SAME_ARRAY(facts, same_fact);
}
