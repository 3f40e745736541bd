/* diff_report.c - two results side by side. Better and worse are the words of
 * metric.def; what is neither is only "changed". Text says neither of traffic, nor of
 * changes too small to matter. */
#include "report/parts.h"

#include <string.h>
#include "report/escape.h"
#include "report/gc_figures.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const group_titles[] = {
    [PMT_GROUP_RECORDED] = "Recorded",
    [PMT_GROUP_TRAFFIC] = "Traffic",
    [PMT_GROUP_ARENAS] = "Arenas",
    [PMT_GROUP_POOLS] = "Pools, at the end unless a peak",
    [PMT_GROUP_RAW] = "Outside the pools",
    [PMT_GROUP_TOTAL] = "Together",
    [PMT_GROUP_LISTS] = "Free lists",
    [PMT_GROUP_GC] = "Collector",
};

static const struct pmt_grid_column columns[] = {
    {"name", "metric", PMT_GRID_LEFT},
    {"unit", NULL, PMT_GRID_LEFT},
    {"a", "A", PMT_GRID_RIGHT},
    {"b", "B", PMT_GRID_RIGHT},
    {"delta", "change", PMT_GRID_RIGHT},
    {"percent", "", PMT_GRID_RIGHT},
    {"verdict", "", PMT_GRID_LEFT},
};

/* In CSV the first column is called as in the CSV of a summary. */
static const struct pmt_grid_column csv_columns[] = {
    {"metric", NULL, PMT_GRID_LEFT},  {"unit", NULL, PMT_GRID_LEFT},
    {"a", NULL, PMT_GRID_RIGHT},      {"b", NULL, PMT_GRID_RIGHT},
    {"delta", NULL, PMT_GRID_RIGHT},  {"percent", NULL, PMT_GRID_RIGHT},
    {"verdict", NULL, PMT_GRID_LEFT},
};

static const char *verdict_of(const struct pmt_metric_info *m, uint64_t a, uint64_t b)
{
    if (a == b)
        return "same";
    if (m->better == PMT_BETTER_NEUTRAL)
        return "changed";
    return (b < a) == (m->better == PMT_BETTER_LOWER) ? "better" : "worse";
}

/* Does text say whether it is for the better? */
static bool is_judged(const struct pmt_metric_info *m, uint64_t a, uint64_t b)
{
    uint64_t change = a < b ? b - a : a - b;

    return a != b && m->better != PMT_BETTER_NEUTRAL && m->group != PMT_GROUP_TRAFFIC &&
           change >= a / 1000 + (a % 1000 != 0);
}

static const char *color_of(const struct pmt_page *page, const char *verdict)
{
    if (!page->options->color)
        return NULL;
    if (verdict[0] == 'b')
        return PMT_COLOR_GOOD;
    return verdict[0] == 'w' ? PMT_COLOR_BAD : NULL;
}

static void metric_row(struct pmt_grid *g, const struct pmt_page *page, size_t i,
                       uint64_t a, uint64_t b)
{
    const struct pmt_metric_info *m = pmt_metric_at(i);
    const char *verdict = verdict_of(m, a, b);
    bool marked = is_judged(m, a, b);

    pmt_grid_str(g, m->name);
    pmt_grid_word(g, NULL, pmt_unit_name(m->unit), NULL);
    pmt_grid_value(g, a, m->unit);
    pmt_grid_value(g, b, m->unit);
    pmt_grid_delta(g, a, b, m->unit);
    pmt_grid_change(g, a, b);
    pmt_grid_word(g, marked ? verdict : "", verdict, marked ? color_of(page, verdict) : NULL);
}

/* Equal metrics: programs want them unless told otherwise, people do not. */
static bool wants_equal(const struct pmt_report_options *o)
{
    return o->format == PMT_FORMAT_TEXT ? o->all : !o->only_changed;
}

/* Returns the number of metrics that are equal. */
static size_t metric_rows(struct pmt_grid *g, const struct pmt_page *page,
                          const struct pmt_metrics *a, const struct pmt_metrics *b)
{
    size_t n_equal = 0;
    const char *title = NULL;

    for (size_t i = 0; i < pmt_metric_count(); i++) {
        const char *group = group_titles[pmt_metric_at(i)->group];
        uint64_t va = pmt_metric_get(a, i), vb = pmt_metric_get(b, i);

        n_equal += va == vb;
        if (va == vb && !wants_equal(page->options))
            continue;
        if (group != title)
            pmt_grid_heading(g, title = group);
        metric_row(g, page, i, va, vb);
    }
    return n_equal;
}

/* "app.pmt: cpython-3.11 (as recorded)" */
static void label(struct pmt_strbuf *sb, const struct pmt_result *r)
{
    pmt_strbuf_puts(sb, r->trace_path ? r->trace_path : "?");
    pmt_strbuf_printf(sb, ": %s%s", r->config.spec[0] ? r->config.spec : r->config.preset,
                      r->config.recorded ? " (as recorded)" : "");
    if (r->partial)
        pmt_strbuf_puts(sb, ", partial");
}

static void text_label(struct pmt_page *page, const char *which, const struct pmt_result *r)
{
    struct pmt_strbuf text = {0};

    label(&text, r);
    page->sb.failed |= text.failed;
    pmt_strbuf_printf(&page->sb, "%s  ", which);
    pmt_escape_text(&page->sb, text.at);
    pmt_strbuf_puts(&page->sb, "\n");
    pmt_strbuf_release(&text);
}

static void json_label(struct pmt_page *page, const char *which, const struct pmt_result *r)
{
    struct pmt_strbuf text = {0};

    label(&text, r);
    page->sb.failed |= text.failed;
    pmt_json_object(&page->json, which);
    pmt_json_str(&page->json, "label", text.at);
    pmt_json_str(&page->json, "path", r->trace_path);
    pmt_json_bool(&page->json, "partial", r->partial);
    pmt_json_config(&page->json, &r->config);
    if (pmt_gc_has_cost(&r->gc_cost))
        pmt_json_gc_cost(&page->json, "gc_cost", &r->gc_cost);
    if (page->options->all)
        pmt_part_timeline(page, "timeline", r, SIZE_MAX);
    pmt_json_end(&page->json);
    pmt_strbuf_release(&text);
}

static bool any_differs(const struct pmt_metrics *a, const struct pmt_metrics *b)
{
    for (size_t i = 0; i < pmt_metric_count(); i++)
        if (pmt_metric_get(a, i) != pmt_metric_get(b, i))
            return true;
    return false;
}

/* Is a modelled pause among what text shows? */
static bool shows_pauses(const struct pmt_page *page, const struct pmt_metrics *a,
                         const struct pmt_metrics *b)
{
    for (size_t i = 0; i < pmt_metric_count(); i++) {
        const struct pmt_metric_info *m = pmt_metric_at(i);

        if (m->group == PMT_GROUP_GC && m->unit == PMT_UNIT_NS &&
            (page->options->all || pmt_metric_get(a, i) != pmt_metric_get(b, i)))
            return true;
    }
    return false;
}

static void text_costs(struct pmt_page *page, const struct pmt_result *a,
                       const struct pmt_result *b)
{
    if (!shows_pauses(page, &a->metrics, &b->metrics))
        return;
    if (pmt_gc_has_cost(&a->gc_cost) && !memcmp(&a->gc_cost, &b->gc_cost, sizeof a->gc_cost)) {
        pmt_text_gc_cost(&page->sb, "Cost model: ", &a->gc_cost);
        return;
    }
    if (pmt_gc_has_cost(&a->gc_cost))
        pmt_text_gc_cost(&page->sb, "A  cost model: ", &a->gc_cost);
    if (pmt_gc_has_cost(&b->gc_cost))
        pmt_text_gc_cost(&page->sb, "B  cost model: ", &b->gc_cost);
}

_Static_assert(sizeof(struct pmt_gc_cost) ==
                   2 * sizeof(uint64_t) + (5 + PMT_GC_KINDS * PMT_GC_RATIOS) * sizeof(double),
               "without holes, compared as bytes");

/* "peak 10.8 -> 12.8 MiB": the unit once, where both have the same. */
static void change_of(struct pmt_strbuf *sb, const char *name, uint64_t a, uint64_t b,
                      enum pmt_unit unit)
{
    struct pmt_text from = pmt_human(a, unit), to = pmt_human(b, unit);
    char *of_a = strchr(from.at, ' '), *of_b = strchr(to.at, ' ');

    if (a == b) {
        pmt_strbuf_printf(sb, "%s %s (equal)", name, to.at);
        return;
    }
    if (of_a && of_b && !strcmp(of_a, of_b))
        *of_a = '\0';
    pmt_strbuf_printf(sb, "%s %s -> %s", name, from.at, to.at);
}

static uint64_t collections_of(const struct pmt_metrics *m)
{
    return m->gc_collections_0 + m->gc_collections_1 + m->gc_collections_2;
}

/* Without recorded pauses nobody knows how single ones scatter. */
static uint64_t longest_of(const struct pmt_metrics *m)
{
    return m->gc_longest_ns ? m->gc_longest_ns : m->gc_pause_max_ns;
}

/* A cost model comes from recorded collections, whether or not any is replayed. */
static bool tells_of_gc(const struct pmt_result *r)
{
    return pmt_gc_is_told(r) || pmt_gc_has_cost(&r->gc_cost);
}

/* What most want to know, in one line. */
static void text_summary(struct pmt_strbuf *sb, const struct pmt_result *a,
                         const struct pmt_result *b)
{
    const struct pmt_metrics *ma = &a->metrics, *mb = &b->metrics;
    struct pmt_text percent = pmt_human_change(ma->peak_bytes, mb->peak_bytes);

    change_of(sb, "  peak", ma->peak_bytes, mb->peak_bytes, PMT_UNIT_BYTES);
    if (ma->peak_bytes != mb->peak_bytes && percent.at[0])
        pmt_strbuf_printf(sb, " (%s)", percent.at);
    if (tells_of_gc(a) && tells_of_gc(b)) {
        change_of(sb, ", collections", collections_of(ma), collections_of(mb),
                  PMT_UNIT_COUNT);
        if (pmt_gc_has_cost(&a->gc_cost) && pmt_gc_has_cost(&b->gc_cost)) {
            change_of(sb, ", in pauses", ma->gc_pause_total_ns, mb->gc_pause_total_ns,
                      PMT_UNIT_NS);
            change_of(sb, ", longest", longest_of(ma), longest_of(mb), PMT_UNIT_NS);
        }
    }
    pmt_strbuf_puts(sb, "\n");
}

static void text_diff(struct pmt_page *page, const struct pmt_result *a,
                      const struct pmt_result *b)
{
    const struct pmt_report_options *o = page->options;
    bool differs = any_differs(&a->metrics, &b->metrics);
    size_t n_equal = pmt_metric_count();
    struct pmt_grid g;

    text_label(page, "A", a);
    text_label(page, "B", b);
    if (differs)
        text_summary(&page->sb, a, b);
    pmt_strbuf_puts(&page->sb, "\n");
    if (differs || o->all) {
        pmt_grid_begin(&g, PMT_FORMAT_TEXT, &page->sb, NULL, NULL, columns, COUNT(columns));
        n_equal = metric_rows(&g, page, &a->metrics, &b->metrics);
        pmt_grid_end(&g);
    }
    text_costs(page, a, b);
    pmt_text_curves(page, a, b);
    if (!differs)
        pmt_strbuf_puts(&page->sb, "All metrics are equal.\n");
    else if (n_equal && !o->only_changed)
        pmt_strbuf_printf(&page->sb, "%zu of %zu metrics are equal.\n", n_equal,
                          pmt_metric_count());
}

static void json_diff(struct pmt_page *page, const struct pmt_result *a,
                      const struct pmt_result *b)
{
    struct pmt_grid g;

    pmt_json_object(&page->json, NULL);
    json_label(page, "a", a);
    json_label(page, "b", b);
    pmt_grid_begin(&g, PMT_FORMAT_JSON, &page->sb, &page->json, "metrics", columns,
                   COUNT(columns));
    (void)metric_rows(&g, page, &a->metrics, &b->metrics);
    pmt_grid_end(&g);
    pmt_json_end(&page->json);
}

static void csv_diff(struct pmt_page *page, const struct pmt_result *a,
                     const struct pmt_result *b)
{
    struct pmt_grid g;

    pmt_grid_begin(&g, PMT_FORMAT_CSV, &page->sb, NULL, NULL, csv_columns,
                   COUNT(csv_columns));
    (void)metric_rows(&g, page, &a->metrics, &b->metrics);
    pmt_grid_end(&g);
}

enum pmt_status
pmt_report_diff(FILE *out, const struct pmt_result *a, const struct pmt_result *b,
                const struct pmt_report_options *options, bool *differs,
                struct pmt_error *err)
{
    struct pmt_page page;

    if (differs)
        *differs = any_differs(&a->metrics, &b->metrics);
    pmt_page_begin(&page, options);
    switch (page.options->format) {
    case PMT_FORMAT_TEXT:
        text_diff(&page, a, b);
        break;
    case PMT_FORMAT_JSON:
        json_diff(&page, a, b);
        break;
    case PMT_FORMAT_CSV:
        csv_diff(&page, a, b);
        break;
    }
    return pmt_page_write(&page, out, err);
}
