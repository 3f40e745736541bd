/* table.c - the columns of every table. To add one: one row here and a line in
 * pymemtrace-db(5); test_store.c fails until it is documented there. A column that
 * a database lacks reads as 0 and is added by the next write (schema.c), so a row
 * here needs no new schema version; to rename or remove one does. */
#include "store/table.h"

#define FIELD(type, field) offsetof(struct type, field), sizeof(((struct type *)0)->field)
#define COLUMN(type, name, kind, field) {name, PMT_COLUMN_##kind, FIELD(type, field)}
#define SAME(type, kind, field) COLUMN(type, #field, kind, field)

static const struct pmt_column run_columns[] = {
    SAME(pmt_result, STR, trace_path),
    SAME(pmt_result, STR, partial),
    SAME(pmt_result, U64, trace_bytes),
#define CONFIG(name, kind, field) COLUMN(pmt_result, name, kind, config.field)
    CONFIG("preset", CHARS, preset),
    CONFIG("config_version", U32, version),
    CONFIG("spec", CHARS, spec),
    CONFIG("config_recorded", BOOL, recorded),
    CONFIG("config_arena_bytes", U64, heap.arena_bytes),
    CONFIG("config_pool_bytes", U32, heap.pool_bytes),
    CONFIG("config_align_bytes", U32, heap.align_bytes),
    CONFIG("config_small_limit_bytes", U32, heap.small_limit_bytes),
    CONFIG("config_pool_header_bytes", U32, heap.pool_header_bytes),
    CONFIG("config_arena_limit_bytes", U64, heap.arena_limit_bytes),
    CONFIG("config_keep_empty_arena", BOOL, heap.keep_empty_arena),
    CONFIG("config_mem_is_raw", BOOL, heap.mem_is_raw),
    CONFIG("config_arena_base", BASE, heap.arena_base),
    CONFIG("config_gc_threshold0", U32, gc.threshold[0]),
    CONFIG("config_gc_threshold1", U32, gc.threshold[1]),
    CONFIG("config_gc_threshold2", U32, gc.threshold[2]),
    CONFIG("config_gc_enabled", BOOL, gc.enabled),
    CONFIG("config_gc_late", BOOL, gc.late),
    CONFIG("config_gc_ignore_calls", BOOL, gc.ignore_calls),
    CONFIG("config_gc_threshold0_given", BOOL, gc.threshold_given[0]),
    CONFIG("config_gc_threshold1_given", BOOL, gc.threshold_given[1]),
    CONFIG("config_gc_threshold2_given", BOOL, gc.threshold_given[2]),
    CONFIG("config_gc_enabled_given", BOOL, gc.enabled_given),
    CONFIG("config_gc_min_interval_ns", U64, gc.min_interval_ns),
#define MOMENT(field)                                                          \
    CONFIG("config_gc_" #field "_kind", MOMENT, gc.field.kind),                 \
    CONFIG("config_gc_" #field "_value", U64, gc.field.value),                  \
    CONFIG("config_gc_" #field "_mark", CHARS, gc.field.mark)
    MOMENT(since),
    MOMENT(freeze_at),
    MOMENT(unfreeze_at),
    MOMENT(disable_until),
    MOMENT(collect_at),
    MOMENT(collect_every),
    CONFIG("config_heap_recorded", BOOL, heap_recorded),
    CONFIG("config_gc_recorded", BOOL, gc_recorded),
    CONFIG("config_lists_recorded", BOOL, lists_recorded),
    CONFIG("config_freelists", LISTS, free_lists.word),
    CONFIG("config_freelist_int", U32, free_lists.most[0]),
    CONFIG("config_freelist_float", U32, free_lists.most[1]),
    CONFIG("config_freelist_unicode", U32, free_lists.most[2]),
    CONFIG("config_freelist_list", U32, free_lists.most[3]),
    CONFIG("config_freelist_dict", U32, free_lists.most[4]),
    CONFIG("config_freelist_dict_keys", U32, free_lists.most[5]),
    CONFIG("config_freelist_set", U32, free_lists.most[6]),
    CONFIG("config_freelist_frame", U32, free_lists.most[7]),
    CONFIG("config_freelist_method", U32, free_lists.most[8]),
    CONFIG("config_freelist_complex", U32, free_lists.most[9]),
    CONFIG("config_freelist_tuple", U32, free_lists.most[10]),
#define VERIFY(kind, field) COLUMN(pmt_result, "verify_" #field, kind, verify.field)
    VERIFY(BOOL, checked),
    VERIFY(BOOL, exact),
    VERIFY(U64, placements_checked),
    VERIFY(U64, placement_mismatches),
    VERIFY(EVENT, first_mismatch_event),
    VERIFY(U64, classes_checked),
    VERIFY(U64, class_mismatches),
    VERIFY(U64, books_checked),
    VERIFY(U64, book_mismatches),
    VERIFY(U64, checkpoints),
    VERIFY(BOOL, books_balance),
#define VERIFY_SCRIPT(kind, field)                                             \
    COLUMN(pmt_result, "verify_script_" #field, kind, verify.script.field)
    VERIFY_SCRIPT(U64, expectations),
    VERIFY_SCRIPT(BOOL, walked),
    VERIFY_SCRIPT(U64, left_objects),
    VERIFY_SCRIPT(U64, left_bytes),
    VERIFY(U64, list_mismatches),
#define VERIFY_LIST(i)                                                         \
    COLUMN(pmt_result, "verify_list" #i "_type", CHARS, verify.lists[i].type), \
    COLUMN(pmt_result, "verify_list" #i "_watched", BOOL, verify.lists[i].watched), \
    COLUMN(pmt_result, "verify_list" #i "_recorded_hits", U64, verify.lists[i].recorded_hits), \
    COLUMN(pmt_result, "verify_list" #i "_hits", U64, verify.lists[i].hits),   \
    COLUMN(pmt_result, "verify_list" #i "_past", U64, verify.lists[i].past),   \
    COLUMN(pmt_result, "verify_list" #i "_mismatches", U64, verify.lists[i].mismatches)
    VERIFY_LIST(0),
    VERIFY_LIST(1),
    VERIFY_LIST(2),
    VERIFY_LIST(3),
    VERIFY_LIST(4),
#define VERIFY_GC(name, field) COLUMN(pmt_result, "verify_gc_" name, U64, verify.gc.field)
    VERIFY_GC("recorded0", recorded[0]),
    VERIFY_GC("recorded1", recorded[1]),
    VERIFY_GC("recorded2", recorded[2]),
    VERIFY_GC("replayed0", replayed[0]),
    VERIFY_GC("replayed1", replayed[1]),
    VERIFY_GC("replayed2", replayed[2]),
    VERIFY_GC("for_threshold", for_threshold),
    VERIFY_GC("mismatches", mismatches),
    VERIFY_GC("deferred", deferred),
    VERIFY_GC("collected_recorded", collected_recorded),
    VERIFY_GC("collected_replayed", collected_replayed),
    VERIFY_GC("looked", looked),
    VERIFY_GC("looked_collected", looked_collected),
    VERIFY_GC("looked_found", looked_found),
    VERIFY_GC("looked_apart", looked_apart),
#define COST(kind, field) COLUMN(pmt_result, "gc_cost_" #field, kind, gc_cost.field)
    COST(U64, n_pauses),
    COST(REAL, fixed_ns),
    COST(REAL, visited_ns),
    COST(REAL, freed_ns),
    COST(REAL, spread_low),
    COST(REAL, spread_high),
    COST(U64, is_usual),
#define RATIO(g, i, log2)                                                      \
    COLUMN(pmt_result, "gc_cost_ratio" #g "_" #log2, REAL, gc_cost.ratio[g][i])
#define RATIOS(g)                                                              \
    RATIO(g, 0, 7), RATIO(g, 1, 8), RATIO(g, 2, 9), RATIO(g, 3, 10),           \
    RATIO(g, 4, 11), RATIO(g, 5, 12), RATIO(g, 6, 13), RATIO(g, 7, 14),        \
    RATIO(g, 8, 15), RATIO(g, 9, 16), RATIO(g, 10, 17), RATIO(g, 11, 18),      \
    RATIO(g, 12, 19), RATIO(g, 13, 20), RATIO(g, 14, 21), RATIO(g, 15, 22)
    RATIOS(0), RATIOS(1), RATIOS(2),
#define METRIC(name, unit, better, group, help)                                \
    COLUMN(pmt_result, #name, U64, metrics.name),
#include <pymemtrace/metric.def>
};

static const struct pmt_column measured_columns[] = {
    SAME(pmt_result, U64, replay_ns),
};

static const struct pmt_column sample_columns[] = {
    SAME(pmt_sample, U64, event),
    COLUMN(pmt_sample, "recorded_clock_ns", U64, clock_ns),
    COLUMN(pmt_sample, "recorded_rss_bytes", U64, rss_bytes),
    SAME(pmt_sample, U64, arenas),
    SAME(pmt_sample, U64, arena_bytes),
    SAME(pmt_sample, U64, pools_used),
    SAME(pmt_sample, U64, used_blocks),
    SAME(pmt_sample, U64, used_bytes),
    SAME(pmt_sample, U64, avail_bytes),
    SAME(pmt_sample, U64, unused_pool_bytes),
    SAME(pmt_sample, U64, raw_blocks),
    SAME(pmt_sample, U64, raw_bytes),
    SAME(pmt_sample, U64, stack_bytes),
};

static const struct pmt_column class_columns[] = {
    SAME(pmt_class_row, U32, size_bytes),
    SAME(pmt_class_row, U32, class_idx),
    SAME(pmt_class_row, U64, pools),
    SAME(pmt_class_row, U64, used_blocks),
    SAME(pmt_class_row, U64, avail_blocks),
};

static const struct pmt_column class_sample_columns[] = {
    SAME(pmt_class_sample, U64, event),
    COLUMN(pmt_class_sample, "size_bytes", U32, row.size_bytes),
    COLUMN(pmt_class_sample, "class_idx", U32, row.class_idx),
    COLUMN(pmt_class_sample, "pools", U64, row.pools),
    COLUMN(pmt_class_sample, "used_blocks", U64, row.used_blocks),
    COLUMN(pmt_class_sample, "avail_blocks", U64, row.avail_blocks),
};

static const struct pmt_column oracle_columns[] = {
    SAME(pmt_oracle_row, U64, event),
    COLUMN(pmt_oracle_row, "checkpoint", CHARS, when),
    COLUMN(pmt_oracle_row, "figure", CHARS, what),
    SAME(pmt_oracle_row, U64, recorded),
    SAME(pmt_oracle_row, U64, modelled),
};

static const struct pmt_column collection_columns[] = {
    SAME(pmt_collection, U64, event),
    COLUMN(pmt_collection, "recorded_clock_ns", U64, clock_ns),
    SAME(pmt_collection, U32, generation),
    SAME(pmt_collection, BOOL, asked_for),
    SAME(pmt_collection, I32, chosen),
    SAME(pmt_collection, U64, visited),
    SAME(pmt_collection, U64, collected),
    SAME(pmt_collection, U64, freed_blocks),
    SAME(pmt_collection, U64, pause_ns),
    COLUMN(pmt_collection, "recorded_pause_ns", U64, recorded_ns),
    SAME(pmt_collection, U64, recorded_collected),
    SAME(pmt_collection, U64, recorded_uncollectable),
    SAME(pmt_collection, U64, uncollectable),
    SAME(pmt_collection, U64, references),
    SAME(pmt_collection, BOOL, at_exit),
};

static const struct pmt_column type_columns[] = {
    SAME(pmt_type_row, STR, name),
    SAME(pmt_type_row, U32, number),
    SAME(pmt_type_row, U64, garbage_objects),
    SAME(pmt_type_row, U64, garbage_looked),
    COLUMN(pmt_type_row, "garbage_in_0", U64, garbage_in[0]),
    COLUMN(pmt_type_row, "garbage_in_1", U64, garbage_in[1]),
    COLUMN(pmt_type_row, "garbage_in_2", U64, garbage_in[2]),
    SAME(pmt_type_row, U64, garbage_bytes),
    SAME(pmt_type_row, U64, survivors),
    SAME(pmt_type_row, U64, survivor_bytes),
    SAME(pmt_type_row, REAL, pinned_bytes),
};

static const struct pmt_column free_list_columns[] = {
    SAME(pmt_free_list_row, CHARS, type),
    SAME(pmt_free_list_row, U32, items),
    COLUMN(pmt_free_list_row, "max", EVENT, max),
    SAME(pmt_free_list_row, U64, held),
    SAME(pmt_free_list_row, U64, hits),
    SAME(pmt_free_list_row, U64, misses),
    SAME(pmt_free_list_row, U64, pushes),
    SAME(pmt_free_list_row, U64, overflows),
    SAME(pmt_free_list_row, U64, cleared),
    SAME(pmt_free_list_row, U64, past),
};

static const struct pmt_column free_list_sample_columns[] = {
    SAME(pmt_free_list_sample, U64, event),
    COLUMN(pmt_free_list_sample, "type", CHARS, row.type),
    COLUMN(pmt_free_list_sample, "items", U32, row.items),
    COLUMN(pmt_free_list_sample, "max", EVENT, row.max),
    COLUMN(pmt_free_list_sample, "held", U64, row.held),
    COLUMN(pmt_free_list_sample, "hits", U64, row.hits),
    COLUMN(pmt_free_list_sample, "misses", U64, row.misses),
    COLUMN(pmt_free_list_sample, "pushes", U64, row.pushes),
    COLUMN(pmt_free_list_sample, "overflows", U64, row.overflows),
    COLUMN(pmt_free_list_sample, "cleared", U64, row.cleared),
    COLUMN(pmt_free_list_sample, "past", U64, row.past),
};

static const struct pmt_column region_columns[] = {
    SAME(pmt_region_row, CHARS, name),
    SAME(pmt_region_row, U64, objects),
    SAME(pmt_region_row, U64, bytes),
};

static const struct pmt_column garbage_reference_columns[] = {
    COLUMN(pmt_garbage_reference, "from_type", U32, from),
    COLUMN(pmt_garbage_reference, "to_type", U32, to),
    SAME(pmt_garbage_reference, STR, from_name),
    SAME(pmt_garbage_reference, STR, to_name),
    COLUMN(pmt_garbage_reference, "n", U64, count),
};

static const struct pmt_column object_columns[] = {
    SAME(pmt_object_row, STR, name),
    SAME(pmt_object_row, U32, number),
    SAME(pmt_object_row, U64, made),
    SAME(pmt_object_row, U64, reused),
    SAME(pmt_object_row, U64, made_bytes),
    SAME(pmt_object_row, U64, alive),
    SAME(pmt_object_row, U64, alive_bytes),
    SAME(pmt_object_row, U64, peak),
    SAME(pmt_object_row, U64, peak_bytes),
    SAME(pmt_object_row, U64, freed_by_counting),
    SAME(pmt_object_row, U64, freed_by_collections),
    COLUMN(pmt_object_row, "died_in_0", U64, died_in[0]),
    COLUMN(pmt_object_row, "died_in_1", U64, died_in[1]),
    COLUMN(pmt_object_row, "died_in_2", U64, died_in[2]),
    SAME(pmt_object_row, U64, age_mean),
    SAME(pmt_object_row, U64, age_p50),
    SAME(pmt_object_row, U64, age_p90),
    SAME(pmt_object_row, U64, age_p99),
    SAME(pmt_object_row, U64, age_mean_ns),
    SAME(pmt_object_row, U64, age_p50_ns),
    SAME(pmt_object_row, U64, age_p90_ns),
    SAME(pmt_object_row, U64, age_p99_ns),
};

static const struct pmt_column object_interval_columns[] = {
    SAME(pmt_object_interval_row, CHARS, mark),
    SAME(pmt_object_interval_row, U64, times),
    SAME(pmt_object_interval_row, U64, event),
    COLUMN(pmt_object_interval_row, "recorded_clock_ns", U64, clock_ns),
    SAME(pmt_object_interval_row, U32, number),
    SAME(pmt_object_interval_row, U64, made),
    SAME(pmt_object_interval_row, U64, made_bytes),
    SAME(pmt_object_interval_row, U64, died),
    SAME(pmt_object_interval_row, U64, alive),
    SAME(pmt_object_interval_row, U64, alive_bytes),
};

static const struct pmt_column list_length_columns[] = {
    SAME(pmt_list_length_row, CHARS, type),
    SAME(pmt_list_length_row, U32, items),
    SAME(pmt_list_length_row, U32, length),
    SAME(pmt_list_length_row, U64, hits),
    SAME(pmt_list_length_row, U64, made),
};

static const struct pmt_column health_columns[] = {
    SAME(pmt_health, SEVERITY, severity),
    SAME(pmt_health, CHARS, what),
    COLUMN(pmt_health, "n_times", U64, count),
};

static const struct pmt_column fact_columns[] = {
    SAME(pmt_fact, STR, name),
    SAME(pmt_fact, STR, value),
};

#define COUNT(array) (sizeof(array) / sizeof *(array))
_Static_assert(PMT_GC_KINDS == 3 && PMT_GC_RATIOS == 16 && PMT_GC_LEAST_LOG2 == 7,
               "one column gc_cost_ratio* each");
_Static_assert(PMT_CONFIG_FREE_LISTS == 11 && PMT_VERIFY_LISTS == 5, "columns for each");
_Static_assert(COUNT(run_columns) <= PMT_MOST_COLUMNS, "raise PMT_MOST_COLUMNS");

#define ONE_ROW(name) {#name, name##_columns, COUNT(name##_columns),            \
     sizeof(struct pmt_result), 0, 0, false}
#define ARRAY(name, type, field) {#name, name##_columns, COUNT(name##_columns), \
     sizeof(struct type), offsetof(struct pmt_result, field),                   \
     offsetof(struct pmt_result, n_##field), true}

const struct pmt_table pmt_tables[] = {
    ONE_ROW(run),
    ONE_ROW(measured),
    ARRAY(sample, pmt_sample, samples),
    ARRAY(class, pmt_class_row, classes),
    ARRAY(class_sample, pmt_class_sample, class_samples),
    ARRAY(oracle, pmt_oracle_row, oracle),
    ARRAY(collection, pmt_collection, collections),
    ARRAY(type, pmt_type_row, types),
    ARRAY(garbage_reference, pmt_garbage_reference, garbage_references),
    ARRAY(free_list, pmt_free_list_row, free_lists),
    ARRAY(free_list_sample, pmt_free_list_sample, free_list_samples),
    ARRAY(region, pmt_region_row, regions),
    ARRAY(object, pmt_object_row, objects),
    ARRAY(object_interval, pmt_object_interval_row, object_intervals),
    ARRAY(list_length, pmt_list_length_row, list_lengths),
    ARRAY(health, pmt_health, health),
    ARRAY(fact, pmt_fact, facts),
};
const size_t pmt_n_tables = COUNT(pmt_tables);

const char *const *pmt_column_words(enum pmt_column_kind kind)
{
    static const char *const base[] = {"recorded", "aligned", "lost", NULL};
    static const char *const lists[] = {"on", "off", "recorded", NULL};
    static const char *const severity[] = {"info", "loss", NULL};

    static const char *const moment[] = {"never", "start", "main", "mark",
                                         "time", "event", "fraction", NULL};

    if (kind == PMT_COLUMN_BASE)
        return base;
    if (kind == PMT_COLUMN_MOMENT)
        return moment;
    if (kind == PMT_COLUMN_LISTS)
        return lists;
    return kind == PMT_COLUMN_SEVERITY ? severity : NULL;
}
