/* summary_json.c - the JSON of `replay` and `stats`. Names are promises: they are
 * added to, never renamed. Figures are exact. */
#include "report/gc_figures.h"
#include "report/parts.h"

static void trace_object(struct pmt_json *j, const struct pmt_result *r)
{
    pmt_json_object(j, "trace");
    pmt_json_str(j, "path", r->trace_path);
    pmt_json_u64(j, "events", r->metrics.events);
    pmt_json_str(j, "python", pmt_result_fact(r, "python.version"));
    pmt_json_bool(j, "partial", r->partial);
    pmt_json_str(j, "partial_reason", r->partial);
    pmt_json_u64(j, "bytes", r->trace_bytes);
    pmt_json_object(j, "facts");
    for (size_t i = 0; i < r->n_facts; i++)
        pmt_json_str(j, r->facts[i].name ? r->facts[i].name : "", r->facts[i].value);
    pmt_json_end(j);
    pmt_json_end(j);
}

void pmt_json_config(struct pmt_json *j, const struct pmt_config *config)
{
    static const char *const bases[] = {[PMT_BASE_RECORDED] = "recorded",
                                        [PMT_BASE_ALIGNED] = "aligned",
                                        [PMT_BASE_LOST] = "lost"};
    const struct pmt_heap_config *h = &config->heap;

    pmt_json_object(j, "config");
    pmt_json_str(j, "preset", config->preset);
    pmt_json_str(j, "spec", config->spec);
    pmt_json_bool(j, "recorded", config->recorded);
    pmt_json_object_line(j, "gc");
    pmt_json_array_line(j, "threshold");
    for (int i = 0; i < 3; i++)
        pmt_json_u64(j, NULL, config->gc.threshold[i]);
    pmt_json_end(j);
    pmt_json_bool(j, "enabled", config->gc.enabled);
    pmt_json_end(j);
    pmt_json_u64(j, "arena", h->arena_bytes);
    pmt_json_u64(j, "pool", h->pool_bytes);
    pmt_json_u64(j, "align", h->align_bytes);
    pmt_json_u64(j, "small", h->small_limit_bytes);
    pmt_json_u64(j, "arena_limit", h->arena_limit_bytes);
    pmt_json_u64(j, "pool_header", h->pool_header_bytes);
    pmt_json_str(j, "arena_base",
                 (unsigned)h->arena_base < 3 ? bases[h->arena_base] : NULL);
    pmt_json_bool(j, "keep_empty_arena", h->keep_empty_arena);
    pmt_json_bool(j, "mem_is_raw", h->mem_is_raw);
    pmt_json_end(j);
}

static void heap_object(struct pmt_page *page, const struct pmt_result *r)
{
    struct pmt_json *j = &page->json;
    const struct pmt_metrics *m = &r->metrics;

    pmt_json_object(j, "heap");
    pmt_json_object_line(j, "arenas");
    pmt_json_u64(j, "allocated", m->arenas_allocated);
    pmt_json_u64(j, "reclaimed", m->arenas_reclaimed);
    pmt_json_u64(j, "highwater", m->arenas_highwater);
    pmt_json_u64(j, "current", m->arenas_current);
    pmt_json_end(j);
    pmt_json_u64(j, "arena_bytes", m->arena_bytes);
    pmt_part_classes(page, "classes", r);
    pmt_json_object_line(j, "bytes");
    pmt_json_u64(j, "used", m->used_bytes);
    pmt_json_u64(j, "avail", m->avail_bytes);
    pmt_json_u64(j, "unused_pools", m->unused_pool_bytes);
    pmt_json_u64(j, "headers", m->header_bytes);
    pmt_json_u64(j, "quantization", m->quantization_bytes);
    pmt_json_u64(j, "alignment", m->alignment_bytes);
    pmt_json_end(j);
    pmt_json_object_line(j, "raw");
    pmt_json_u64(j, "blocks", m->raw_blocks);
    pmt_json_u64(j, "bytes", m->raw_bytes);
    pmt_json_u64(j, "peak_bytes", m->raw_peak_bytes);
    pmt_json_end(j);
    pmt_json_u64(j, "peak_bytes", m->peak_bytes);
    pmt_json_end(j);
}

static void checked_object(struct pmt_json *j, const char *key, uint64_t checked,
                           uint64_t mismatches)
{
    pmt_json_object_line(j, key);
    pmt_json_u64(j, "checked", checked);
    pmt_json_u64(j, "mismatches", mismatches);
    pmt_json_end(j);
}

static void generations(struct pmt_json *j, const char *key, const uint64_t *counts)
{
    pmt_json_array_line(j, key);
    for (int i = 0; i < 3; i++)
        pmt_json_u64(j, NULL, counts[i]);
    pmt_json_end(j);
}

static void verify_gc_object(struct pmt_json *j, const struct pmt_gc_verify *v)
{
    pmt_json_object_line(j, "gc");
    generations(j, "recorded", v->recorded);
    generations(j, "replayed", v->replayed);
    pmt_json_u64(j, "foretold", v->for_threshold);
    pmt_json_u64(j, "mismatches", v->mismatches);
    pmt_json_u64(j, "deferred", v->deferred);
    pmt_json_u64(j, "collected_recorded", v->collected_recorded);
    pmt_json_u64(j, "collected_replayed", v->collected_replayed);
    pmt_json_u64(j, "looked", v->looked);
    pmt_json_u64(j, "looked_collected", v->looked_collected);
    pmt_json_u64(j, "looked_found", v->looked_found);
    pmt_json_u64(j, "looked_apart", v->looked_apart);
    pmt_json_end(j);
}

/* Where the recording shows what free lists do. */
static void verify_lists_array(struct pmt_json *j, const struct pmt_verify *v)
{
    pmt_json_array(j, "freelists");
    for (size_t i = 0; i < PMT_VERIFY_LISTS; i++) {
        const struct pmt_list_verify *l = &v->lists[i];

        if (!l->watched)
            continue;
        pmt_json_object_line(j, NULL);
        pmt_json_str(j, "type", l->type);
        pmt_json_u64(j, "recorded_hits", l->recorded_hits);
        pmt_json_u64(j, "hits", l->hits);
        pmt_json_u64(j, "past", l->past);
        pmt_json_u64(j, "mismatches", l->mismatches);
        pmt_json_end(j);
    }
    pmt_json_end(j);
}

static bool shows_lists(const struct pmt_verify *v)
{
    for (size_t i = 0; i < PMT_VERIFY_LISTS; i++)
        if (v->lists[i].watched)
            return true;
    return false;
}

static void verify_script_object(struct pmt_json *j, const struct pmt_script_verify *v)
{
    pmt_json_object_line(j, "script");
    pmt_json_u64(j, "expectations", v->expectations);
    pmt_json_bool(j, "walked", v->walked);
    pmt_json_u64(j, "left_objects", v->left_objects);
    pmt_json_u64(j, "left_bytes", v->left_bytes);
    pmt_json_end(j);
}

static void prints_array(struct pmt_page *page)
{
    const struct pmt_report_options *o = page->options;

    pmt_json_array(&page->json, "prints");
    for (size_t i = 0; i < o->n_prints; i++)
        pmt_json_str(&page->json, NULL, o->prints[i]);
    pmt_json_end(&page->json);
}

static void verify_object(struct pmt_json *j, const struct pmt_result *r)
{
    const struct pmt_verify *v = &r->verify;

    pmt_json_object(j, "verify");
    pmt_json_bool(j, "checked", v->checked);
    checked_object(j, "placement", v->placements_checked, v->placement_mismatches);
    if (v->first_mismatch_event == PMT_NOWHERE)
        pmt_json_raw(j, "first_mismatch_event", "null");
    else
        pmt_json_u64(j, "first_mismatch_event", v->first_mismatch_event);
    checked_object(j, "classes", v->classes_checked, v->class_mismatches);
    checked_object(j, "books", v->books_checked, v->book_mismatches);
    pmt_json_u64(j, "checkpoints", v->checkpoints);
    if (pmt_gc_is_told(r) && !pmt_is_script(r))
        verify_gc_object(j, &v->gc);
    if (shows_lists(v))
        verify_lists_array(j, v);
    pmt_json_bool(j, "books_balance", v->books_balance);
    if (pmt_is_script(r))
        verify_script_object(j, &v->script);
    pmt_json_bool(j, "exact", v->exact);
    pmt_json_end(j);
}

static void metrics_object(struct pmt_json *j, const struct pmt_metrics *m)
{
    pmt_json_object(j, "metrics");
    for (size_t i = 0; i < pmt_metric_count(); i++)
        pmt_json_u64(j, pmt_metric_at(i)->name, pmt_metric_get(m, i));
    pmt_json_end(j);
}

void pmt_json_summary(struct pmt_page *page, const struct pmt_result *result)
{
    struct pmt_json *j = &page->json;

    pmt_json_object(j, NULL);
    trace_object(j, result);
    pmt_json_config(j, &result->config);
    heap_object(page, result);
    if (pmt_gc_is_told(result))
        pmt_json_gc(page, result);
    pmt_part_free_lists(page, "freelists", result);
    pmt_part_types(page, "types", result);
    pmt_part_regions(page, "regions", result);
    pmt_part_garbage_references(page, "garbage_references", result);
    if (result->n_objects)
        pmt_part_objects(page, "objects", result);
    if (result->n_object_intervals)
        pmt_part_object_intervals(page, "object_intervals", result);
    verify_object(j, result);
    pmt_part_disagreements(page, "oracle", result);
    metrics_object(j, &result->metrics);
    pmt_part_health(page, "health", result);
    if (page->options->prints)
        prints_array(page);
    if (page->options->full) {
        pmt_part_timeline(page, "timeline", result, SIZE_MAX);
        if (pmt_gc_is_told(result))
            pmt_part_collections(page, "collections", result);
        if (result->n_list_lengths)
            pmt_part_list_lengths(page, "list_lengths", result);
    }
    pmt_json_end(j);
}
