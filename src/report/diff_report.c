/* diff_report.c - results side by side, each against the first. Better and worse are the
 * words of metric.def; what is neither is only "changed". Text says neither of traffic, nor
 * of changes too small to matter.
 *
 * A row is the first value, then for each further side its value, the change as a number and
 * in per cent, and the word. Two sides and more differ in the columns alone: with two, text
 * has room for the change as a number. JSON of more keeps the metrics of a side with it. */
#include "report/parts.h"

#include <string.h>
#include "base/check.h"
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

static const struct pmt_grid_column two_columns[] = {
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

#define FIRST_COLUMNS 3 /* name, unit, value of A */
#define SIDE_COLUMNS  4
#define SIDE(key, title)                                                                       \
    {key, title, PMT_GRID_RIGHT}, {key "_delta", NULL, PMT_GRID_RIGHT},                        \
        {key "_percent", "change", PMT_GRID_RIGHT}, {key "_verdict", "", PMT_GRID_LEFT}

/* Text and CSV of more than two: as many of them as there are sides. */
static const struct pmt_grid_column many_columns[] = {
    {"metric", "metric", PMT_GRID_LEFT},
    {"unit", NULL, PMT_GRID_LEFT},
    {"a", "A", PMT_GRID_RIGHT},
    SIDE("b", "B"),
    SIDE("c", "C"),
    SIDE("d", "D"),
    SIDE("e", "E"),
    SIDE("f", "F"),
    SIDE("g", "G"),
    SIDE("h", "H"),
};
#undef SIDE

_Static_assert(COUNT(many_columns) ==
                   FIRST_COLUMNS + (PMT_REPORT_MOST_SIDES - 1) * SIDE_COLUMNS,
               "columns for every side");
_Static_assert(COUNT(many_columns) <= PMT_GRID_MOST_COLUMNS, "room in a grid");

/* One of many sides in JSON; A itself has no change. */
static const struct pmt_grid_column side_columns[] = {
    {"name", NULL, PMT_GRID_LEFT},    {"unit", NULL, PMT_GRID_LEFT},
    {"value", NULL, PMT_GRID_RIGHT},  {"delta", NULL, PMT_GRID_RIGHT},
    {"percent", NULL, PMT_GRID_RIGHT}, {"verdict", NULL, PMT_GRID_LEFT},
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

static uint64_t metric_of(const struct pmt_sides *s, unsigned side, size_t i)
{
    return pmt_metric_get(&s->at[side]->metrics, i);
}

/* Is the metric that of A on every side? */
static bool is_equal(const struct pmt_sides *s, size_t i)
{
    for (unsigned k = 1; k < s->n; k++)
        if (metric_of(s, k, i) != metric_of(s, 0, i))
            return false;
    return true;
}

static void change_cells(struct pmt_grid *g, const struct pmt_page *page,
                         const struct pmt_metric_info *m, uint64_t a, uint64_t b)
{
    const char *verdict = verdict_of(m, a, b);
    bool marked = is_judged(m, a, b);

    pmt_grid_delta(g, a, b, m->unit);
    pmt_grid_change(g, a, b);
    pmt_grid_word(g, marked ? verdict : "", verdict, marked ? color_of(page, verdict) : NULL);
}

/* The sides from `first` on up to `end`; each but A with its change. */
static void metric_row(struct pmt_grid *g, const struct pmt_page *page,
                       const struct pmt_sides *s, unsigned first, unsigned end, size_t i)
{
    const struct pmt_metric_info *m = pmt_metric_at(i);

    pmt_grid_str(g, m->name);
    pmt_grid_word(g, NULL, pmt_unit_name(m->unit), NULL);
    for (unsigned k = first; k < end; k++) {
        pmt_grid_value(g, metric_of(s, k, i), m->unit);
        if (k)
            change_cells(g, page, m, metric_of(s, 0, i), metric_of(s, k, i));
    }
}

/* Equal metrics: programs want them unless told otherwise, people do not. */
static bool wants_equal(const struct pmt_report_options *o)
{
    return o->format == PMT_FORMAT_TEXT ? o->all : !o->only_changed;
}

static void metric_rows(struct pmt_grid *g, const struct pmt_page *page,
                        const struct pmt_sides *s, unsigned first, unsigned end)
{
    const char *title = NULL;

    for (size_t i = 0; i < pmt_metric_count(); i++) {
        const char *group = group_titles[pmt_metric_at(i)->group];

        if (is_equal(s, i) && !wants_equal(page->options))
            continue;
        if (group != title)
            pmt_grid_heading(g, title = group);
        metric_row(g, page, s, first, end, i);
    }
}

/* All sides in one table of text or CSV, or of two in JSON. */
static void metric_table(struct pmt_page *page, const struct pmt_sides *s)
{
    enum pmt_report_format format = page->options->format;
    const struct pmt_grid_column *columns =
        s->n > 2 ? many_columns : format == PMT_FORMAT_CSV ? csv_columns : two_columns;
    struct pmt_grid g;

    pmt_grid_begin(&g, format, &page->sb, &page->json, "metrics", columns,
                   FIRST_COLUMNS + (s->n - 1) * SIDE_COLUMNS);
    metric_rows(&g, page, s, 0, s->n);
    pmt_grid_end(&g);
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

/* What the sides are called, in text. */
static char letter(unsigned side)
{
    return (char)('A' + side);
}

static void text_label(struct pmt_page *page, unsigned side, const struct pmt_result *r)
{
    struct pmt_strbuf text = {0};

    label(&text, r);
    page->sb.failed |= text.failed;
    pmt_strbuf_printf(&page->sb, "%c  ", letter(side));
    pmt_escape_text(&page->sb, text.at);
    pmt_strbuf_puts(&page->sb, "\n");
    pmt_strbuf_release(&text);
}

/* What a side is, into its open object. */
static void json_label(struct pmt_page *page, const struct pmt_result *r)
{
    struct pmt_strbuf text = {0};

    label(&text, r);
    page->sb.failed |= text.failed;
    pmt_json_str(&page->json, "label", text.at);
    pmt_json_str(&page->json, "path", r->trace_path);
    pmt_json_bool(&page->json, "partial", r->partial);
    pmt_json_config(&page->json, &r->config);
    if (pmt_gc_has_cost(&r->gc_cost))
        pmt_json_gc_cost(&page->json, "gc_cost", &r->gc_cost);
    pmt_part_health(page, "health", r);
    if (page->options->all)
        pmt_part_timeline(page, "timeline", r, SIZE_MAX);
    pmt_strbuf_release(&text);
}

static size_t count_equal(const struct pmt_sides *s)
{
    size_t n = 0;

    for (size_t i = 0; i < pmt_metric_count(); i++)
        n += is_equal(s, i);
    return n;
}

/* Is a modelled pause among what text shows? */
static bool shows_pauses(const struct pmt_page *page, const struct pmt_sides *s)
{
    for (size_t i = 0; i < pmt_metric_count(); i++) {
        const struct pmt_metric_info *m = pmt_metric_at(i);

        if (m->group == PMT_GROUP_GC && m->unit == PMT_UNIT_NS &&
            (page->options->all || !is_equal(s, i)))
            return true;
    }
    return false;
}

static bool has_one_cost(const struct pmt_sides *s)
{
    const struct pmt_gc_cost *a = &s->at[0]->gc_cost;

    for (unsigned k = 1; k < s->n; k++)
        if (memcmp(a, &s->at[k]->gc_cost, sizeof *a) != 0)
            return false;
    return pmt_gc_has_cost(a);
}

static void text_costs(struct pmt_page *page, const struct pmt_sides *s)
{
    if (!shows_pauses(page, s))
        return;
    if (has_one_cost(s)) {
        pmt_text_gc_cost(&page->sb, "Cost model: ", &s->at[0]->gc_cost);
        return;
    }
    for (unsigned k = 0; k < s->n; k++) {
        char name[] = "?  cost model: ";

        name[0] = letter(k);
        if (pmt_gc_has_cost(&s->at[k]->gc_cost))
            pmt_text_gc_cost(&page->sb, name, &s->at[k]->gc_cost);
    }
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
static void summary_line(struct pmt_strbuf *sb, const struct pmt_result *a,
                         const struct pmt_result *b)
{
    const struct pmt_metrics *ma = &a->metrics, *mb = &b->metrics;
    struct pmt_text percent = pmt_human_change(ma->peak_bytes, mb->peak_bytes);

    change_of(sb, "peak", ma->peak_bytes, mb->peak_bytes, PMT_UNIT_BYTES);
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

static void text_summary(struct pmt_strbuf *sb, const struct pmt_sides *s)
{
    for (unsigned k = 1; k < s->n; k++) {
        const struct pmt_sides pair = {(const struct pmt_result *[]){s->at[0], s->at[k]}, 2};

        pmt_strbuf_puts(sb, "  ");
        if (s->n > 2)
            pmt_strbuf_printf(sb, "%c  ", letter(k));
        if (count_equal(&pair) == pmt_metric_count())
            pmt_strbuf_puts(sb, "equal to A\n");
        else
            summary_line(sb, s->at[0], s->at[k]);
    }
}

static bool has_loss(const struct pmt_result *r, const char *what)
{
    for (size_t i = 0; i < r->n_health; i++)
        if (r->health[i].severity == PMT_LOSS && !strcmp(r->health[i].what, what))
            return true;
    return false;
}

/* Once, by the first side that has it: why sides are equal, or more unlike than they should be. */
static void text_loss(struct pmt_page *page, const struct pmt_sides *s, unsigned side,
                      const char *what)
{
    for (unsigned k = 0; k < side; k++)
        if (has_loss(s->at[k], what))
            return;
    pmt_strbuf_puts(&page->sb, "loss,");
    for (unsigned k = side; k < s->n; k++)
        if (has_loss(s->at[k], what))
            pmt_strbuf_printf(&page->sb, " %c", letter(k));
    pmt_strbuf_puts(&page->sb, ": ");
    pmt_escape_text(&page->sb, what);
    pmt_strbuf_puts(&page->sb, "\n");
}

static void text_losses(struct pmt_page *page, const struct pmt_sides *s)
{
    for (unsigned k = 0; k < s->n; k++)
        for (size_t i = 0; i < s->at[k]->n_health; i++)
            if (s->at[k]->health[i].severity == PMT_LOSS)
                text_loss(page, s, k, s->at[k]->health[i].what);
}

static void text_diff(struct pmt_page *page, const struct pmt_sides *s)
{
    const struct pmt_report_options *o = page->options;
    size_t n_equal = count_equal(s);
    bool differs = n_equal < pmt_metric_count();

    for (unsigned k = 0; k < s->n; k++)
        text_label(page, k, s->at[k]);
    if (differs)
        text_summary(&page->sb, s);
    pmt_strbuf_puts(&page->sb, "\n");
    if (differs || o->all)
        metric_table(page, s);
    text_costs(page, s);
    pmt_text_curves(page, s);
    text_losses(page, s);
    if (!differs)
        pmt_strbuf_puts(&page->sb, "All metrics are equal.\n");
    else if (n_equal && !o->only_changed)
        pmt_strbuf_printf(&page->sb, "%zu of %zu metrics are equal.\n", n_equal,
                          pmt_metric_count());
}

static void json_two(struct pmt_page *page, const struct pmt_sides *s)
{
    static const char *const keys[] = {"a", "b"};

    for (unsigned k = 0; k < 2; k++) {
        pmt_json_object(&page->json, keys[k]);
        json_label(page, s->at[k]);
        pmt_json_end(&page->json);
    }
    metric_table(page, s);
}

static void json_many(struct pmt_page *page, const struct pmt_sides *s)
{
    struct pmt_grid g;

    pmt_json_array(&page->json, "sides");
    for (unsigned k = 0; k < s->n; k++) {
        pmt_json_object(&page->json, NULL);
        json_label(page, s->at[k]);
        pmt_grid_begin(&g, PMT_FORMAT_JSON, &page->sb, &page->json, "metrics", side_columns,
                       k ? COUNT(side_columns) : FIRST_COLUMNS);
        metric_rows(&g, page, s, k, k + 1);
        pmt_grid_end(&g);
        pmt_json_end(&page->json);
    }
    pmt_json_end(&page->json);
}

static void json_diff(struct pmt_page *page, const struct pmt_sides *s)
{
    pmt_json_object(&page->json, NULL);
    (s->n > 2 ? json_many : json_two)(page, s);
    pmt_json_end(&page->json);
}

enum pmt_status
pmt_report_diff(FILE *out, const struct pmt_result *const *sides, unsigned n_sides,
                const struct pmt_report_options *options, bool *differs,
                struct pmt_error *err)
{
    const struct pmt_sides s = {sides, n_sides};
    struct pmt_page page;

    pmt_assert(n_sides >= 2 && n_sides <= PMT_REPORT_MOST_SIDES);
    if (differs)
        *differs = count_equal(&s) < pmt_metric_count();
    pmt_page_begin(&page, options);
    switch (page.options->format) {
    case PMT_FORMAT_TEXT:
        text_diff(&page, &s);
        break;
    case PMT_FORMAT_JSON:
        json_diff(&page, &s);
        break;
    case PMT_FORMAT_CSV:
        metric_table(&page, &s);
        break;
    }
    return pmt_page_write(&page, out, err);
}
