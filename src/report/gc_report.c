/* gc_report.c - the collector: a section of the summary, the object "gc" of JSON, and
 * the table of collections.
 *
 * Whatever is recorded and whatever is modelled stand on lines (or under keys) of
 * their own, and say which they are. Where a modelled pause is printed, the cost model
 * behind it is too: its price per object and how far off it was. */
#include "report/parts.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "report/gc_figures.h"

#define COUNT(array)  (sizeof(array) / sizeof *(array))
#define FEW_LONGEST   10

/* Figures of both sides; when memory runs out the page has failed. */
struct both {
    struct pmt_gc_figures side[2]; /* by enum pmt_gc_side */
};

static struct both figures_of(struct pmt_page *page, const struct pmt_result *r)
{
    struct both b;

    for (int side = 0; side < 2; side++)
        page->sb.failed |= !pmt_gc_figures(r, (enum pmt_gc_side)side, &b.side[side]);
    return b;
}

static void value_or_none(struct pmt_grid *g, bool known, uint64_t value, enum pmt_unit unit)
{
    if (known)
        pmt_grid_value(g, value, unit);
    else
        pmt_grid_none(g);
}

/* --- text ----------------------------------------------------------------- */

static struct pmt_text price(double ns)
{
    struct pmt_text out;

    if (ns >= 999.5 && ns < 1e18)
        return pmt_human((uint64_t)(ns + 0.5), PMT_UNIT_NS);
    (void)snprintf(out.at, sizeof out.at, "%.3g ns", ns);
    return out;
}

/* "visits times 0.75 to 1.5 by generation and number; ": the smallest and the largest. */
static void ratios(struct pmt_strbuf *sb, const struct pmt_gc_cost *cost)
{
    double low = 0, high = 0;

    for (int i = 0; i < PMT_GC_KINDS * PMT_GC_RATIOS; i++) {
        double ratio = cost->ratio[i / PMT_GC_RATIOS][i % PMT_GC_RATIOS];

        if (ratio != 0 && (low == 0 || ratio < low))
            low = ratio;
        if (ratio != 0 && (high == 0 || ratio > high))
            high = ratio;
    }
    if (low != 0)
        pmt_strbuf_printf(sb, "visits times %.3g to %.3g by generation and number; ", low,
                          high);
}

/* Its curves are in ns. */
static void usual_cost(struct pmt_strbuf *sb, const char *label, const struct pmt_gc_cost *cost)
{
    double low = cost->ratio[0][0], high = low;

    for (int i = 0; i < PMT_GC_KINDS * PMT_GC_RATIOS; i++) {
        double ratio = cost->ratio[i / PMT_GC_RATIOS][i % PMT_GC_RATIOS];

        low = ratio < low ? ratio : low;
        high = ratio > high ? ratio : high;
    }
    pmt_strbuf_printf(sb, "%s%.3g", label, low * cost->visited_ns);
    pmt_strbuf_printf(sb, " to %s per object visited,", price(high * cost->visited_ns).at);
    pmt_strbuf_puts(sb, " by generation and number,");
    pmt_strbuf_printf(sb, " + %s per block freed of a small set", price(cost->freed_ns).at);
    pmt_strbuf_printf(sb, " + %s:\n%*s", price(cost->fixed_ns).at, (int)strlen(label), "");
    pmt_strbuf_puts(sb, "what is usual, fitted to nothing: a script has no recorded pauses\n");
}

void pmt_text_gc_cost(struct pmt_strbuf *sb, const char *label, const struct pmt_gc_cost *cost)
{
    if (cost->is_usual) {
        usual_cost(sb, label, cost);
        return;
    }
    pmt_strbuf_printf(sb, "%s%s per object visited", label, price(cost->visited_ns).at);
    pmt_strbuf_printf(sb, " + %s per block freed of a small set", price(cost->freed_ns).at);
    pmt_strbuf_printf(sb, " + %s,\n%*s", price(cost->fixed_ns).at, (int)strlen(label), "");
    ratios(sb, cost);
    pmt_strbuf_printf(sb, "four in five of %s recorded pauses",
                      pmt_human(cost->n_pauses, PMT_UNIT_COUNT).at);
    pmt_strbuf_printf(sb, " took %.3g to %.3g of that\n", cost->spread_low, cost->spread_high);
}

static const struct pmt_grid_column generation_columns[] = {
    {NULL, "", PMT_GRID_LEFT},          {NULL, "generation", PMT_GRID_RIGHT},
    {NULL, "collections", PMT_GRID_RIGHT}, {NULL, "collected", PMT_GRID_RIGHT},
    {NULL, "useless", PMT_GRID_RIGHT},  {NULL, "in pauses", PMT_GRID_RIGHT},
    {NULL, "p50", PMT_GRID_RIGHT},      {NULL, "p90", PMT_GRID_RIGHT},
    {NULL, "p99", PMT_GRID_RIGHT},      {NULL, "longest", PMT_GRID_RIGHT},
};

static const char *const side_names[] = {[PMT_GC_RECORDED] = "recorded",
                                         [PMT_GC_MODELLED] = "modelled"};

static void generation_row(struct pmt_grid *g, enum pmt_gc_side side, uint32_t generation,
                           const struct pmt_gc_figures *f)
{
    static const char *const names[] = {"0", "1", "2", "all"};
    const struct pmt_gc_generation *of = &f->of[generation];
    const struct pmt_pauses *p = &of->pauses;

    pmt_grid_str(g, side_names[side]);
    pmt_grid_str(g, names[generation]);
    pmt_grid_value(g, of->collections, PMT_UNIT_COUNT);
    value_or_none(g, f->knows_objects, of->collected, PMT_UNIT_COUNT);
    value_or_none(g, f->knows_objects, of->useless, PMT_UNIT_COUNT);
    value_or_none(g, p->n, p->total_ns, PMT_UNIT_NS);
    value_or_none(g, p->n, p->p50_ns, PMT_UNIT_NS);
    value_or_none(g, p->n, p->p90_ns, PMT_UNIT_NS);
    value_or_none(g, p->n, p->p99_ns, PMT_UNIT_NS);
    if (side == PMT_GC_MODELLED && of->longest_ns)
        pmt_grid_value(g, of->longest_ns, PMT_UNIT_NS);
    else
        value_or_none(g, p->n, p->max_ns, PMT_UNIT_NS);
}

static void generation_table(struct pmt_page *page, const struct both *b)
{
    struct pmt_grid g;

    pmt_grid_begin(&g, PMT_FORMAT_TEXT, &page->sb, NULL, NULL, generation_columns,
                   COUNT(generation_columns));
    for (int side = 0; side < 2; side++) {
        const struct pmt_gc_figures *f = &b->side[side];

        for (uint32_t i = 0; i <= PMT_GC_ALL && f->known; i++)
            if (f->of[i].collections && (i < PMT_GC_ALL || page->options->full))
                generation_row(&g, (enum pmt_gc_side)side, i, f);
    }
    pmt_grid_end(&g);
}

/* "; the longest at event 12,345 (1.1 s)" */
static void longest(struct pmt_strbuf *sb, const struct pmt_collection *c)
{
    if (!c)
        return;
    pmt_strbuf_printf(sb, "; the longest at event %s",
                      pmt_human(c->event, PMT_UNIT_COUNT).at);
    if (c->clock_ns)
        pmt_strbuf_printf(sb, " (%s)", pmt_human(c->clock_ns, PMT_UNIT_NS).at);
}

/* Under other settings of the collector no row has a recorded pause, but the metrics
 * still say what the recording spent. */
static void recorded_line(struct pmt_strbuf *sb, const struct pmt_result *r,
                          const struct pmt_gc_figures *f)
{
    const struct pmt_gc_generation *all = &f->of[PMT_GC_ALL];
    bool rows = all->pauses.n;
    uint64_t total = rows ? all->pauses.total_ns : r->metrics.recorded_gc_ns;

    if (!total)
        return;
    pmt_strbuf_printf(sb, "  recorded, measured: %s", pmt_human(total, PMT_UNIT_NS).at);
    if (r->metrics.run_ns)
        pmt_strbuf_printf(sb, ", %s of the run",
                          pmt_human_share(total, r->metrics.run_ns).at);
    if (rows && all->pauses.n < all->collections)
        pmt_strbuf_printf(sb, ", %s not measured",
                          pmt_human(all->collections - all->pauses.n, PMT_UNIT_COUNT).at);
    longest(sb, f->longest);
    if (!rows)
        pmt_strbuf_printf(sb, "; the longest %s; under the program's own settings",
                          pmt_human(r->metrics.recorded_gc_max_ns, PMT_UNIT_NS).at);
    pmt_strbuf_puts(sb, "\n");
}

static void modelled_lines(struct pmt_strbuf *sb, const struct pmt_result *r,
                           const struct pmt_gc_figures *f)
{
    const struct pmt_pauses *p = &f->of[PMT_GC_ALL].pauses;

    if (!p->n)
        return;
    pmt_strbuf_printf(sb, "  modelled: %s", pmt_human(p->total_ns, PMT_UNIT_NS).at);
    longest(sb, f->longest);
    pmt_strbuf_printf(sb, ", %s\n", pmt_human(p->max_ns, PMT_UNIT_NS).at);
    if (f->of[PMT_GC_ALL].longest_ns)
        pmt_strbuf_printf(sb, "  predicted longest: %s, as single pauses scatter about the model\n",
                          pmt_human(f->of[PMT_GC_ALL].longest_ns, PMT_UNIT_NS).at);
    if (r->metrics.gc_uncertain)
        pmt_strbuf_printf(sb, "  uncertain: %s of the objects collected may have fallen to "
                          "another collection\n",
                          pmt_human(r->metrics.gc_uncertain, PMT_UNIT_COUNT).at);
    pmt_text_gc_cost(sb, "  cost model: ", &r->gc_cost);
}

static void object_lines(struct pmt_strbuf *sb, const struct pmt_metrics *m,
                         const struct pmt_gc_generation *all)
{
    pmt_strbuf_printf(sb, "  modelled: %s objects visited,",
                      pmt_human(all->visited, PMT_UNIT_COUNT).at);
    pmt_strbuf_printf(sb, " %s of them collected",
                      pmt_human_share(all->collected, all->visited).at);
    pmt_strbuf_printf(sb, "; at most %s tracked at once,",
                      pmt_human(m->gc_peak_tracked, PMT_UNIT_COUNT).at);
    pmt_strbuf_printf(sb, " %s of them garbage", pmt_human(m->gc_peak_garbage, PMT_UNIT_COUNT).at);
    pmt_strbuf_printf(sb, " (%s)\n", pmt_human(m->gc_peak_garbage_bytes, PMT_UNIT_BYTES).at);
}

void pmt_text_gc(struct pmt_page *page, const struct pmt_result *r)
{
    struct both b = figures_of(page, r);
    const struct pmt_gc_figures *model = &b.side[PMT_GC_MODELLED];

    pmt_strbuf_puts(&page->sb, "\nCollector\n");
    generation_table(page, &b);
    recorded_line(&page->sb, r, &b.side[PMT_GC_RECORDED]);
    modelled_lines(&page->sb, r, model);
    pmt_text_deaths(page, r);
    if (page->options->full && model->knows_objects)
        object_lines(&page->sb, &r->metrics, &model->of[PMT_GC_ALL]);
}

/* --- the table of collections --------------------------------------------- */

static const struct pmt_grid_column collection_columns[] = {
    {"event", "event", PMT_GRID_RIGHT},
    {"recorded_clock_ns", "clock", PMT_GRID_RIGHT},
    {"generation", "generation", PMT_GRID_RIGHT},
    {"asked_for", "asked for", PMT_GRID_LEFT},
    {"chosen", "foretold", PMT_GRID_RIGHT},
    {"visited", "visited", PMT_GRID_RIGHT},
    {"collected", "collected", PMT_GRID_RIGHT},
    {"freed_blocks", "blocks freed", PMT_GRID_RIGHT},
    {"pause_ns", "modelled pause", PMT_GRID_RIGHT},
    {"recorded_pause_ns", "recorded pause", PMT_GRID_RIGHT},
    {"recorded_collected", "recorded collected", PMT_GRID_RIGHT},
    {"recorded_uncollectable", "uncollectable", PMT_GRID_RIGHT},
    {"uncollectable", NULL, PMT_GRID_RIGHT},
    {"references", NULL, PMT_GRID_RIGHT},
    {"at_exit", NULL, PMT_GRID_LEFT},
};

/* Of a script: nothing is recorded. */
static const struct pmt_grid_column script_columns[] = {
    {"event", "event", PMT_GRID_RIGHT},
    {"recorded_clock_ns", NULL, PMT_GRID_RIGHT},
    {"generation", "generation", PMT_GRID_RIGHT},
    {"asked_for", "asked for", PMT_GRID_LEFT},
    {"chosen", NULL, PMT_GRID_RIGHT},
    {"visited", "visited", PMT_GRID_RIGHT},
    {"collected", "collected", PMT_GRID_RIGHT},
    {"freed_blocks", "blocks freed", PMT_GRID_RIGHT},
    {"pause_ns", "modelled pause", PMT_GRID_RIGHT},
    {"recorded_pause_ns", NULL, PMT_GRID_RIGHT},
    {"recorded_collected", NULL, PMT_GRID_RIGHT},
    {"recorded_uncollectable", NULL, PMT_GRID_RIGHT},
    {"uncollectable", "uncollectable", PMT_GRID_RIGHT},
    {"references", "references", PMT_GRID_RIGHT},
    {"at_exit", NULL, PMT_GRID_LEFT},
};

_Static_assert(COUNT(script_columns) == COUNT(collection_columns),
               "the same cells, shown or not");

static void collection_row(struct pmt_grid *g, const struct pmt_collection *c,
                           const struct both *b)
{
    bool recorded = b->side[PMT_GC_RECORDED].known;
    bool modelled = b->side[PMT_GC_MODELLED].knows_objects;
    bool text = g->format == PMT_FORMAT_TEXT;

    pmt_grid_value(g, c->event, PMT_UNIT_COUNT);
    value_or_none(g, c->clock_ns, c->clock_ns, PMT_UNIT_NS);
    pmt_grid_value(g, c->generation, PMT_UNIT_COUNT);
    if (text && c->at_exit)
        pmt_grid_word(g, "at exit", NULL, NULL);
    else
        pmt_grid_bool(g, c->asked_for);
    value_or_none(g, c->chosen >= 0, (uint64_t)(c->chosen >= 0 ? c->chosen : 0),
                  PMT_UNIT_COUNT);
    value_or_none(g, modelled, c->visited, PMT_UNIT_COUNT);
    value_or_none(g, modelled, c->collected, PMT_UNIT_COUNT);
    value_or_none(g, modelled, c->freed_blocks, PMT_UNIT_COUNT);
    value_or_none(g, c->pause_ns, c->pause_ns, PMT_UNIT_NS);
    value_or_none(g, c->recorded_ns, c->recorded_ns, PMT_UNIT_NS);
    value_or_none(g, recorded, c->recorded_collected, PMT_UNIT_COUNT);
    value_or_none(g, recorded, c->recorded_uncollectable, PMT_UNIT_COUNT);
    value_or_none(g, modelled, c->uncollectable, PMT_UNIT_COUNT);
    value_or_none(g, c->references, c->references, PMT_UNIT_COUNT);
    pmt_grid_bool(g, c->at_exit);
}

static void begin_collections(struct pmt_grid *g, struct pmt_page *page, const char *key,
                              const struct pmt_result *r)
{
    pmt_grid_begin(g, page->options->format, &page->sb, &page->json, key,
                   pmt_is_script(r) ? script_columns : collection_columns,
                   COUNT(collection_columns));
}

void pmt_part_collections(struct pmt_page *page, const char *key,
                          const struct pmt_result *result)
{
    struct both b = figures_of(page, result);
    struct pmt_grid g;

    begin_collections(&g, page, key, result);
    for (size_t i = 0; i < result->n_collections; i++)
        collection_row(&g, &result->collections[i], &b);
    pmt_grid_end(&g);
    if (page->options->format == PMT_FORMAT_TEXT && b.side[PMT_GC_MODELLED].longest)
        pmt_text_gc_cost(&page->sb, "cost model: ", &result->gc_cost);
}

/* The longest first: by the recorded pause where there is one, since that is what
 * the program felt; equal ones as they came. */
static int longest_first(const void *a, const void *b)
{
    const struct pmt_collection *x = *(const struct pmt_collection *const *)a;
    const struct pmt_collection *y = *(const struct pmt_collection *const *)b;

    if (x->recorded_ns != y->recorded_ns)
        return x->recorded_ns > y->recorded_ns ? -1 : 1;
    if (x->pause_ns != y->pause_ns)
        return x->pause_ns > y->pause_ns ? -1 : 1;
    return (x > y) - (x < y);
}

void pmt_text_longest_collections(struct pmt_page *page, const struct pmt_result *r)
{
    struct both b = figures_of(page, r);
    const struct pmt_collection **order;
    struct pmt_grid g;

    if (!b.side[PMT_GC_RECORDED].longest && !b.side[PMT_GC_MODELLED].longest)
        return;
    order = pmt_alloc_array(r->n_collections, sizeof *order);
    if (!order) {
        page->sb.failed = true;
        return;
    }
    for (size_t i = 0; i < r->n_collections; i++)
        order[i] = &r->collections[i];
    qsort(order, r->n_collections, sizeof *order, longest_first);
    pmt_strbuf_puts(&page->sb, "\nLongest collections\n");
    begin_collections(&g, page, NULL, r);
    for (size_t i = 0; i < r->n_collections && i < FEW_LONGEST; i++)
        collection_row(&g, order[i], &b);
    pmt_grid_end(&g);
    pmt_free(order);
}

/* --- JSON ----------------------------------------------------------------- */

static void json_known(struct pmt_json *j, const char *key, bool known, uint64_t value)
{
    if (known)
        pmt_json_u64(j, key, value);
    else
        pmt_json_raw(j, key, "null");
}

/* The shortest number that reads back the same. */
static void json_real(struct pmt_json *j, const char *key, bool known, double value)
{
    char text[40];

    if (!known || !isfinite(value)) {
        pmt_json_raw(j, key, "null");
        return;
    }
    for (int digits = 15; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, value);
        if (strtod(text, NULL) == value)
            break;
    }
    pmt_json_raw(j, key, text);
}

static void json_pauses(struct pmt_json *j, const char *key, const struct pmt_pauses *p)
{
    pmt_json_object_line(j, key);
    pmt_json_u64(j, "n", p->n);
    json_known(j, "total", p->n, p->total_ns);
    json_known(j, "max", p->n, p->max_ns);
    json_known(j, "p50", p->n, p->p50_ns);
    json_known(j, "p90", p->n, p->p90_ns);
    json_known(j, "p99", p->n, p->p99_ns);
    pmt_json_end(j);
}

static void json_longest(struct pmt_json *j, const struct pmt_gc_generation *of)
{
    json_known(j, "longest_ns", of->longest_ns, of->longest_ns);
}

void pmt_json_gc_cost(struct pmt_json *j, const char *key, const struct pmt_gc_cost *cost)
{
    bool known = pmt_gc_has_cost(cost);

    pmt_json_object_line(j, key);
    pmt_json_u64(j, "n_pauses", cost->n_pauses);
    json_real(j, "fixed_ns", known, cost->fixed_ns);
    json_real(j, "visited_ns", known, cost->visited_ns);
    json_real(j, "freed_ns", known, cost->freed_ns);
    pmt_json_array_line(j, "ratio");
    for (int g = 0; g < PMT_GC_KINDS; g++) {
        pmt_json_array(j, NULL);
        for (int i = 0; i < PMT_GC_RATIOS; i++)
            json_real(j, NULL, known, cost->ratio[g][i]);
        pmt_json_end(j);
    }
    pmt_json_end(j);
    json_real(j, "spread_low", cost->n_pauses, cost->spread_low);
    json_real(j, "spread_high", cost->n_pauses, cost->spread_high);
    pmt_json_bool(j, "is_usual", cost->is_usual);
    pmt_json_end(j);
}

static void json_generation(struct pmt_json *j, const struct both *b, int generation,
                            bool script)
{
    const struct pmt_gc_figures *rec = &b->side[PMT_GC_RECORDED];
    const struct pmt_gc_figures *mod = &b->side[PMT_GC_MODELLED];

    pmt_json_object(j, NULL);
    pmt_json_u64(j, "collections", mod->of[generation].collections);
    json_known(j, "collected", mod->knows_objects, mod->of[generation].collected);
    json_known(j, "useless", mod->knows_objects, mod->of[generation].useless);
    json_known(j, "visited", mod->knows_objects, mod->of[generation].visited);
    if (rec->known)
        pmt_json_u64(j, "uncollectable", rec->of[generation].uncollectable);
    else
        json_known(j, "uncollectable", script, mod->of[generation].uncollectable);
    json_known(j, "recorded_collected", rec->known, rec->of[generation].collected);
    json_known(j, "recorded_useless", rec->known, rec->of[generation].useless);
    json_pauses(j, "pause_ns", &mod->of[generation].pauses);
    json_longest(j, &mod->of[generation]);
    json_pauses(j, "recorded_pause_ns", &rec->of[generation].pauses);
    pmt_json_end(j);
}

void pmt_json_gc(struct pmt_page *page, const struct pmt_result *r)
{
    struct pmt_json *j = &page->json;
    struct both b = figures_of(page, r);
    bool modelled = b.side[PMT_GC_MODELLED].knows_objects;

    pmt_json_object(j, "gc");
    pmt_json_array(j, "generations");
    for (int i = 0; i < PMT_GC_ALL; i++)
        json_generation(j, &b, i, pmt_is_script(r));
    pmt_json_end(j);
    json_known(j, "visited", modelled, b.side[PMT_GC_MODELLED].of[PMT_GC_ALL].visited);
    json_pauses(j, "pause_ns", &b.side[PMT_GC_MODELLED].of[PMT_GC_ALL].pauses);
    json_longest(j, &b.side[PMT_GC_MODELLED].of[PMT_GC_ALL]);
    json_pauses(j, "recorded_pause_ns", &b.side[PMT_GC_RECORDED].of[PMT_GC_ALL].pauses);
    json_known(j, "peak_tracked", modelled, r->metrics.gc_peak_tracked);
    json_known(j, "peak_garbage_objects", modelled, r->metrics.gc_peak_garbage);
    json_known(j, "peak_garbage_bytes", modelled, r->metrics.gc_peak_garbage_bytes);
    pmt_json_gc_cost(j, "cost", &r->gc_cost);
    pmt_json_end(j);
}
