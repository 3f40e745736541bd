/*
 * summary.c - what `replay` and `stats` print.
 *
 * The text answers in the order in which people ask: what is this, may I trust
 * it, how much memory, and where is it. "Held at the end" is the answer to "is it
 * a leak, half-empty arenas or malloc?": what is in live blocks, what is free
 * inside the arenas, what the pools themselves cost, and what lies outside them.
 * Then the collector (gc_report.c), if the trace tells of it.
 */
#include "report/parts.h"

#include "report/escape.h"
#include "report/gc_figures.h"

#define COUNT(array)  (sizeof(array) / sizeof *(array))
#define FEW_ROWS      20

static struct pmt_text count_text(uint64_t n) { return pmt_human(n, PMT_UNIT_COUNT); }
static struct pmt_text byte_text(uint64_t n) { return pmt_human(n, PMT_UNIT_BYTES); }

static void headline(struct pmt_page *page, const struct pmt_result *r)
{
    const char *argv = pmt_result_fact(r, "argv");
    const char *python = pmt_result_fact(r, "python.version");
    struct pmt_strbuf *sb = &page->sb;

    pmt_escape_text(sb, r->trace_path);
    pmt_strbuf_puts(sb, argv ? ": " : "");
    pmt_escape_text(sb, argv);
    pmt_strbuf_puts(sb, python ? "\nPython " : "\nPython of unknown version");
    pmt_escape_text(sb, python);
    pmt_strbuf_printf(sb, ", %s events", count_text(r->metrics.events).at);
    if (r->metrics.run_ns)
        pmt_strbuf_printf(sb, " in %s", pmt_human(r->metrics.run_ns, PMT_UNIT_NS).at);
    pmt_strbuf_puts(sb, ", replayed as ");
    pmt_escape_text(sb, r->config.spec[0] ? r->config.spec : r->config.preset);
    pmt_strbuf_puts(sb, r->config.recorded ? " (as recorded)\n" : "\n");
    if (!r->partial)
        return;
    pmt_strbuf_puts(sb, "The trace is partial: ");
    pmt_escape_text(sb, r->partial);
    pmt_strbuf_puts(sb, "\n");
}

static uint64_t mismatches_of(const struct pmt_verify *v)
{
    return v->placement_mismatches + v->class_mismatches + v->book_mismatches +
           v->gc.mismatches + v->list_mismatches;
}

static void checks(struct pmt_strbuf *sb, const struct pmt_result *r)
{
    const struct pmt_verify *v = &r->verify;

    pmt_strbuf_printf(sb, "%s placements, ", count_text(v->placements_checked).at);
    pmt_strbuf_printf(sb, "%s pool-table figures, ", count_text(v->classes_checked).at);
    pmt_strbuf_printf(sb, "%s totals, ", count_text(v->books_checked).at);
    if (pmt_gc_is_told(r))
        pmt_strbuf_printf(sb, "%s collections foretold, ", count_text(v->gc.for_threshold).at);
    pmt_strbuf_printf(sb, "%s mismatches", count_text(mismatches_of(v)).at);
    if (v->first_mismatch_event != PMT_NOWHERE)
        pmt_strbuf_printf(sb, ", the first near event %s",
                          count_text(v->first_mismatch_event).at);
    if (!v->books_balance)
        pmt_strbuf_puts(sb, ", the bytes of the arenas do not add up");
}

static void verdict(struct pmt_page *page, const struct pmt_result *r)
{
    const struct pmt_verify *v = &r->verify;
    const char *word = "nothing to compare with", *color = "";

    if (!v->checked) {
        pmt_strbuf_puts(&page->sb, r->config.recorded && pmt_result_fact(r, "objects.emptied")
                        ? "As the program runs unrecorded: while recording, some free lists "
                          "were kept empty (verify checks that)\n"
                        : "Prediction: the program ran under another configuration\n");
        return;
    }
    if (v->exact)
        word = "exact";
    else if (mismatches_of(v) || !v->books_balance)
        word = "NOT EXACT";
    if (page->options->color)
        color = v->exact ? PMT_COLOR_GOOD : PMT_COLOR_BAD;
    pmt_strbuf_printf(&page->sb, "Verified: %s%s%s: ", color, word, *color ? "\033[0m" : "");
    checks(&page->sb, r);
    pmt_strbuf_puts(&page->sb, "\n");
}

static void begin_lines(struct pmt_grid *g, struct pmt_page *page, const char *title)
{
    static const struct pmt_grid_column columns[] = {
        {NULL, "", PMT_GRID_LEFT}, {NULL, "", PMT_GRID_RIGHT},
        {NULL, "", PMT_GRID_RIGHT}, {NULL, "", PMT_GRID_LEFT}};

    pmt_strbuf_printf(&page->sb, "\n%s\n", title);
    pmt_grid_begin(g, PMT_FORMAT_TEXT, &page->sb, NULL, NULL, columns, COUNT(columns));
}

static void line(struct pmt_grid *g, const char *label, const char *value, const char *share,
                 const char *note)
{
    pmt_grid_str(g, label);
    pmt_grid_str(g, value);
    pmt_grid_str(g, share);
    pmt_grid_str(g, note);
}

static void peaks(struct pmt_page *page, const struct pmt_metrics *m)
{
    struct pmt_grid g;

    begin_lines(&g, page, "Most memory at once");
    line(&g, "arenas and raw together", byte_text(m->peak_bytes).at, "", "");
    line(&g, "arenas", byte_text(m->arena_peak_bytes).at, "", "");
    line(&g, "blocks in them", byte_text(m->used_peak_bytes).at, "", "");
    line(&g, "raw blocks", byte_text(m->raw_peak_bytes).at, "", "");
    if (m->stack_peak_bytes)
        line(&g, "frame stacks", byte_text(m->stack_peak_bytes).at, "", "");
    if (m->rss_peak_bytes)
        line(&g, "resident", byte_text(m->rss_peak_bytes).at, "",
             "recorded, of the whole process");
    pmt_grid_end(&g);
}

static void held(struct pmt_page *page, const struct pmt_result *r)
{
    const struct pmt_metrics *m = &r->metrics;
    const struct {
        const char *label;
        uint64_t bytes;
        const char *note;
    } rows[] = {
        {"in allocated blocks", m->used_bytes, "what the program keeps"},
        {"free in used pools", m->avail_bytes, "available to the same size only"},
        {"unused pools", m->unused_pool_bytes, "available to any size"},
        {"pool headers", m->header_bytes, ""},
        {"quantization", m->quantization_bytes, "tails of pools too short for a block"},
        {"arena alignment", m->alignment_bytes, ""},
        {"arenas together", m->arena_bytes, ""},
        {"raw blocks", m->raw_bytes, "outside the pools: malloc"},
    };
    uint64_t all = m->arena_bytes + m->raw_bytes;
    struct pmt_grid g;

    begin_lines(&g, page, "Held at the end");
    for (size_t i = 0; i < COUNT(rows); i++)
        line(&g, rows[i].label, byte_text(rows[i].bytes).at,
             pmt_human_share(rows[i].bytes, all).at, rows[i].note);
    line(&g, "together", byte_text(all).at, pmt_human_share(all, all).at, "");
    pmt_grid_end(&g);
}

static void counts(struct pmt_page *page, const struct pmt_result *r)
{
    const struct pmt_metrics *m = &r->metrics;
    uint64_t placed = m->allocs + m->reallocs - m->reallocs_in_place;
    char title[64];
    struct pmt_grid g;

    (void)snprintf(title, sizeof title, "Arenas of %s", byte_text(r->config.heap.arena_bytes).at);
    begin_lines(&g, page, title);
    line(&g, "allocated", count_text(m->arenas_allocated).at, "", "");
    line(&g, "reclaimed", count_text(m->arenas_reclaimed).at, "", "");
    line(&g, "most at once", count_text(m->arenas_highwater).at, "", "");
    line(&g, "at the end", count_text(m->arenas_current).at, "", "");
    pmt_grid_end(&g);
    begin_lines(&g, page, "Traffic");
    line(&g, "blocks allocated", count_text(m->allocs).at, "", "");
    line(&g, "blocks freed", count_text(m->frees).at, "", "");
    line(&g, "blocks resized", count_text(m->reallocs).at, "", "");
    line(&g, "of them in place", count_text(m->reallocs_in_place).at,
         pmt_human_share(m->reallocs_in_place, m->reallocs).at, "");
    line(&g, "served from pools", count_text(m->small_allocs).at,
         pmt_human_share(m->small_allocs, placed).at, "");
    if (m->limit_allocs)
        line(&g, "over the arena limit", count_text(m->limit_allocs).at, "",
             "small, but sent to malloc");
    pmt_grid_end(&g);
}

static void full_parts(struct pmt_page *page, const struct pmt_result *r)
{
    size_t n = pmt_count_disagreements(r);

    if (n) {
        pmt_strbuf_puts(&page->sb, "\nFigures of the interpreter that disagree\n");
        pmt_part_disagreements(page, NULL, r);
    }
    if (r->n_collections)
        pmt_text_longest_collections(page, r);
    if (!pmt_is_script(r))
        pmt_text_types(page, r);
    pmt_text_object_intervals(page, r);
    if (r->n_classes) {
        pmt_strbuf_puts(&page->sb, "\nPool table at the end\n");
        pmt_part_classes(page, NULL, r);
    }
    if (r->n_samples) {
        pmt_strbuf_puts(&page->sb, "\nTimeline\n");
        pmt_part_timeline(page, NULL, r, FEW_ROWS);
    }
}

static void text_summary(struct pmt_page *page, const struct pmt_result *r)
{
    if (pmt_is_script(r)) {
        pmt_text_script_head(page, r);
    } else {
        headline(page, r);
        verdict(page, r);
    }
    peaks(page, &r->metrics);
    held(page, r);
    counts(page, r);
    if (r->n_collections)
        pmt_text_gc(page, r);
    if (pmt_is_script(r))
        pmt_text_objects(page, r);
    pmt_text_object_types(page, r);
    pmt_text_list_lengths(page, r);
    if (r->n_health) {
        pmt_strbuf_puts(&page->sb, pmt_is_script(r) ? "\nNotes\n" : "\nHealth of the trace\n");
        pmt_part_health(page, NULL, r);
    }
    if (page->options->full)
        full_parts(page, r);
}

static void whole_summary(struct pmt_page *page, const struct pmt_result *r)
{
    switch (page->options->format) {
    case PMT_FORMAT_TEXT:
        text_summary(page, r);
        break;
    case PMT_FORMAT_JSON:
        pmt_json_summary(page, r);
        break;
    case PMT_FORMAT_CSV:
        pmt_part_metrics(page, r);
        break;
    }
}

static void timeline_alone(struct pmt_page *page, const char *key, const struct pmt_result *r)
{
    pmt_part_timeline(page, key, r, SIZE_MAX);
}

/* In JSON what refers to what is another key. */
static void types_alone(struct pmt_page *page, const char *key, const struct pmt_result *r)
{
    pmt_part_types(page, key, r);
    if (page->options->format == PMT_FORMAT_JSON)
        pmt_part_garbage_references(page, "garbage_references", r);
}

#define ROWS(of) offsetof(struct pmt_result, n_##of)

/* A table, how many rows it has, and why it would have none. */
static const struct {
    const char *key;
    void (*print)(struct pmt_page *, const char *, const struct pmt_result *);
    size_t n_rows;
    const char *none;
} parts[] = {
    [PMT_PART_TIMELINE] = {"timeline", timeline_alone, ROWS(samples), "no samples: nothing ran"},
    [PMT_PART_CLASSES] = {"classes", pmt_part_classes, ROWS(classes),
                          "no size classes: no pool is in use at the end"},
    [PMT_PART_COLLECTIONS] = {"collections", pmt_part_collections, ROWS(collections),
                              "no collections: none came, or they were left out (record "
                              "--blocks-only)"},
    [PMT_PART_TYPES] = {"types", types_alone, ROWS(types),
                        "no types: objects were left out (record --blocks-only)"},
    [PMT_PART_FREE_LISTS] = {"freelists", pmt_part_free_lists, ROWS(free_lists),
                             "no free lists: nothing came to one, or they were left out (record "
                             "--blocks-only)"},
    [PMT_PART_REGIONS] = {"regions", pmt_part_regions, ROWS(regions),
                          "no regions: only a script has them, see pymemtrace-script(5)"},
    [PMT_PART_OBJECTS] = {"objects", pmt_part_objects, ROWS(objects),
                          "no objects one by one: that takes a trace of record --objects"},
    [PMT_PART_INTERVALS] = {"object_intervals", pmt_part_object_intervals, ROWS(object_intervals),
                            "nothing between marks: that takes a trace of record --objects of a "
                            "program that\nputs marks, see pymemtrace-record(1)"},
    [PMT_PART_FREE_LIST_SAMPLES] = {"freelist_timeline", pmt_part_free_list_samples,
                                    ROWS(free_list_samples),
                                    "no free lists: nothing came to one, or they were left out "
                                    "(record --blocks-only)"},
    [PMT_PART_LENGTHS] = {"list_lengths", pmt_part_list_lengths, ROWS(list_lengths),
                          "no lengths: nothing came to a free list, or they were left out (record "
                          "--blocks-only)"},
};

/* One table alone; in JSON an object with that one key. Programs get an empty one, people a
 * reason. */
static void one_part(struct pmt_page *page, const struct pmt_result *r)
{
    bool json = page->options->format == PMT_FORMAT_JSON;
    enum pmt_report_part part = page->options->part;
    const size_t *n_rows = (const size_t *)(const void *)((const char *)r + parts[part].n_rows);

    if (page->options->format == PMT_FORMAT_TEXT && !*n_rows) {
        pmt_strbuf_printf(&page->sb, "%s\n", parts[part].none);
        return;
    }
    if (json)
        pmt_json_object(&page->json, NULL);
    parts[part].print(page, parts[part].key, r);
    if (json)
        pmt_json_end(&page->json);
}

enum pmt_status
pmt_report_summary(FILE *out, const struct pmt_result *result,
                   const struct pmt_report_options *options, struct pmt_error *err)
{
    struct pmt_page page;

    pmt_page_begin(&page, options);
    if (page.options->part == PMT_PART_SUMMARY)
        whole_summary(&page, result);
    else
        one_part(&page, result);
    return pmt_page_write(&page, out, err);
}
