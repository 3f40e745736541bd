/* parts.c - the page, and the tables that several reports share. */
#include "report/parts.h"

#include <errno.h>
#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define BAR_WIDTH    24

void pmt_page_begin(struct pmt_page *page, const struct pmt_report_options *options)
{
    static const struct pmt_report_options defaults;

    *page = (struct pmt_page){.options = options ? options : &defaults};
    page->json.sb = &page->sb;
}

enum pmt_status pmt_page_write(struct pmt_page *page, FILE *out, struct pmt_error *err)
{
    enum pmt_status st = PMT_OK;

    errno = 0;
    if (page->sb.failed)
        st = pmt_error_set(err, PMT_E_NOMEM, "report: out of memory");
    else if (fwrite(page->sb.at ? page->sb.at : "", 1, page->sb.n, out) != page->sb.n ||
             fflush(out) != 0 || ferror(out))
        st = pmt_error_set(err, PMT_E_IO, "%s: %s",
                           out == stdout ? "standard output" : "report: cannot write",
                           errno ? strerror(errno) : "output error");
    pmt_strbuf_release(&page->sb);
    return st;
}

static void begin(struct pmt_grid *g, struct pmt_page *page, const char *key,
                  const struct pmt_grid_column *columns, size_t n)
{
    pmt_grid_begin(g, page->options->format, &page->sb, &page->json, key, columns, n);
}

#define TIMELINE(clock, resident)                                              \
    {"event", "event", PMT_GRID_RIGHT},                                        \
    {"recorded_clock_ns", clock, PMT_GRID_RIGHT},                              \
    {"recorded_rss_bytes", resident, PMT_GRID_RIGHT},                          \
    {"arenas", "arenas", PMT_GRID_RIGHT},                                      \
    {"arena_bytes", "in arenas", PMT_GRID_RIGHT},                              \
    {"pools_used", NULL, PMT_GRID_RIGHT},                                      \
    {"used_blocks", NULL, PMT_GRID_RIGHT},                                     \
    {"used_bytes", "used", PMT_GRID_RIGHT},                                    \
    {"avail_bytes", "available", PMT_GRID_RIGHT},                              \
    {"unused_pool_bytes", "unused", PMT_GRID_RIGHT},                           \
    {"raw_blocks", NULL, PMT_GRID_RIGHT},                                      \
    {"raw_bytes", "raw", PMT_GRID_RIGHT},                                      \
    {"stack_bytes", NULL, PMT_GRID_RIGHT},                                     \
    {NULL, "arenas and raw", PMT_GRID_LEFT}
static const struct pmt_grid_column timeline_columns[] = {TIMELINE("clock", "resident")};
/* A script has neither. */
static const struct pmt_grid_column script_timeline_columns[] = {TIMELINE(NULL, NULL)};

static double held(const struct pmt_sample *s)
{
    return (double)s->arena_bytes + (double)s->raw_bytes;
}

static double most_held(const struct pmt_result *result)
{
    double most = 0;

    for (size_t i = 0; i < result->n_samples; i++)
        if (held(&result->samples[i]) > most)
            most = held(&result->samples[i]);
    return most;
}

static void bar_cell(struct pmt_grid *g, double part, double whole)
{
    char bar[BAR_WIDTH + 1];
    size_t n = whole > 0 ? (size_t)(part / whole * BAR_WIDTH + 0.5) : 0;

    memset(bar, '#', sizeof bar);
    bar[n < BAR_WIDTH ? n : BAR_WIDTH] = '\0';
    pmt_grid_word(g, bar, bar, NULL);
}

static void timeline_row(struct pmt_grid *g, const struct pmt_sample *s, double most)
{
    pmt_grid_value(g, s->event, PMT_UNIT_COUNT);
    pmt_grid_value(g, s->clock_ns, PMT_UNIT_NS);
    pmt_grid_value(g, s->rss_bytes, PMT_UNIT_BYTES);
    pmt_grid_value(g, s->arenas, PMT_UNIT_COUNT);
    pmt_grid_value(g, s->arena_bytes, PMT_UNIT_BYTES);
    pmt_grid_value(g, s->pools_used, PMT_UNIT_COUNT);
    pmt_grid_value(g, s->used_blocks, PMT_UNIT_COUNT);
    pmt_grid_value(g, s->used_bytes, PMT_UNIT_BYTES);
    pmt_grid_value(g, s->avail_bytes, PMT_UNIT_BYTES);
    pmt_grid_value(g, s->unused_pool_bytes, PMT_UNIT_BYTES);
    pmt_grid_value(g, s->raw_blocks, PMT_UNIT_COUNT);
    pmt_grid_value(g, s->raw_bytes, PMT_UNIT_BYTES);
    pmt_grid_value(g, s->stack_bytes, PMT_UNIT_BYTES);
    bar_cell(g, held(s), most);
}

void pmt_part_timeline(struct pmt_page *page, const char *key,
                       const struct pmt_result *result, size_t most_rows)
{
    size_t n = result->n_samples, rows = n < most_rows ? n : most_rows;
    double most = most_held(result);
    struct pmt_grid g;

    begin(&g, page, key, pmt_is_script(result) ? script_timeline_columns : timeline_columns,
          COUNT(timeline_columns));
    for (size_t i = 0; i < rows; i++)
        timeline_row(&g, &result->samples[rows > 1 ? i * (n - 1) / (rows - 1) : 0], most);
    pmt_grid_end(&g);
}

static const struct pmt_grid_column class_columns[] = {
    {"class", NULL, PMT_GRID_RIGHT},
    {"size", "size", PMT_GRID_RIGHT},
    {"pools", "pools", PMT_GRID_RIGHT},
    {"used", "blocks in use", PMT_GRID_RIGHT},
    {"avail", "avail blocks", PMT_GRID_RIGHT},
    {NULL, "in use", PMT_GRID_RIGHT},
    {NULL, "available", PMT_GRID_RIGHT},
    {NULL, "filled", PMT_GRID_RIGHT},
};

void pmt_part_classes(struct pmt_page *page, const char *key,
                      const struct pmt_result *result)
{
    struct pmt_grid g;

    begin(&g, page, key, class_columns, COUNT(class_columns));
    for (size_t i = 0; i < result->n_classes; i++) {
        const struct pmt_class_row *c = &result->classes[i];

        pmt_grid_value(&g, c->class_idx, PMT_UNIT_COUNT);
        pmt_grid_value(&g, c->size_bytes, PMT_UNIT_COUNT);
        pmt_grid_value(&g, c->pools, PMT_UNIT_COUNT);
        pmt_grid_value(&g, c->used_blocks, PMT_UNIT_COUNT);
        pmt_grid_value(&g, c->avail_blocks, PMT_UNIT_COUNT);
        pmt_grid_value(&g, c->used_blocks * c->size_bytes, PMT_UNIT_BYTES);
        pmt_grid_value(&g, c->avail_blocks * c->size_bytes, PMT_UNIT_BYTES);
        pmt_grid_word(&g, pmt_human_share(c->used_blocks, c->used_blocks + c->avail_blocks).at,
                      NULL, NULL);
    }
    pmt_grid_end(&g);
}

static const struct pmt_grid_column oracle_columns[] = {
    {"event", "event", PMT_GRID_RIGHT},
    {"when", "checkpoint", PMT_GRID_LEFT},
    {"what", "figure", PMT_GRID_LEFT},
    {"recorded", "recorded", PMT_GRID_RIGHT},
    {"modelled", "modelled", PMT_GRID_RIGHT},
    {"delta", "difference", PMT_GRID_RIGHT},
};

size_t pmt_count_disagreements(const struct pmt_result *result)
{
    size_t n = 0;

    for (size_t i = 0; i < result->n_oracle; i++)
        n += result->oracle[i].recorded != result->oracle[i].modelled;
    return n;
}

void pmt_part_disagreements(struct pmt_page *page, const char *key,
                            const struct pmt_result *result)
{
    struct pmt_grid g;

    begin(&g, page, key, oracle_columns, COUNT(oracle_columns));
    for (size_t i = 0; i < result->n_oracle; i++) {
        const struct pmt_oracle_row *o = &result->oracle[i];

        if (o->recorded == o->modelled)
            continue;
        pmt_grid_value(&g, o->event, PMT_UNIT_COUNT);
        pmt_grid_str(&g, o->when);
        pmt_grid_str(&g, o->what);
        pmt_grid_value(&g, o->recorded, PMT_UNIT_COUNT);
        pmt_grid_value(&g, o->modelled, PMT_UNIT_COUNT);
        pmt_grid_delta(&g, o->recorded, o->modelled, PMT_UNIT_COUNT);
    }
    pmt_grid_end(&g);
}

static const struct pmt_grid_column health_columns[] = {
    {"severity", "", PMT_GRID_LEFT},
    {"what", "", PMT_GRID_LEFT},
    {"count", "", PMT_GRID_RIGHT},
};

void pmt_part_health(struct pmt_page *page, const char *key, const struct pmt_result *result)
{
    struct pmt_grid g;

    begin(&g, page, key, health_columns, COUNT(health_columns));
    for (size_t i = 0; i < result->n_health; i++) {
        const struct pmt_health *h = &result->health[i];

        pmt_grid_word(&g, h->severity == PMT_LOSS ? "loss:" : "note:",
                      h->severity == PMT_LOSS ? "loss" : "info",
                      h->severity == PMT_LOSS && page->options->color ? PMT_COLOR_BAD : NULL);
        pmt_grid_str(&g, h->what);
        pmt_grid_value(&g, h->count, PMT_UNIT_COUNT);
    }
    pmt_grid_end(&g);
}

static const struct pmt_grid_column metric_columns[] = {
    {"metric", "metric", PMT_GRID_LEFT},
    {"value", "value", PMT_GRID_RIGHT},
    {"unit", NULL, PMT_GRID_LEFT},
};

void pmt_part_metrics(struct pmt_page *page, const struct pmt_result *result)
{
    struct pmt_grid g;

    begin(&g, page, NULL, metric_columns, COUNT(metric_columns));
    for (size_t i = 0; i < pmt_metric_count(); i++) {
        const struct pmt_metric_info *m = pmt_metric_at(i);

        pmt_grid_str(&g, m->name);
        pmt_grid_value(&g, pmt_metric_get(&result->metrics, i), m->unit);
        pmt_grid_word(&g, NULL, pmt_unit_name(m->unit), NULL);
    }
    pmt_grid_end(&g);
}
