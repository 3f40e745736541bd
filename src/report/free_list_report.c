/* free_list_report.c - the free lists of types: at the end, and over time.
 *
 * Over time a row shows a list at a sample, and what share of the objects made since the
 * list's row before came from it. */
#include "report/parts.h"

#include <string.h>

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const struct pmt_grid_column list_columns[] = {
    {"type", "type", PMT_GRID_LEFT},         {"size", "items", PMT_GRID_RIGHT},
    {"max", "room for", PMT_GRID_RIGHT},     {"held", "held", PMT_GRID_RIGHT},
    {"hits", "hits", PMT_GRID_RIGHT},        {"misses", "misses", PMT_GRID_RIGHT},
    {NULL, "hit", PMT_GRID_RIGHT},           {"past", "past", PMT_GRID_RIGHT},
    {"pushes", "pushes", PMT_GRID_RIGHT},    {"overflows", "overflows", PMT_GRID_RIGHT},
    {"cleared", "cleared", PMT_GRID_RIGHT},
};

static const struct pmt_grid_column sample_columns[] = {
    {"event", "event", PMT_GRID_RIGHT},      {"type", "type", PMT_GRID_LEFT},
    {"size", "items", PMT_GRID_RIGHT},       {"held", "held", PMT_GRID_RIGHT},
    {"hits", "hits", PMT_GRID_RIGHT},        {"misses", "misses", PMT_GRID_RIGHT},
    {NULL, "hit since", PMT_GRID_RIGHT},     {"overflows", "overflows", PMT_GRID_RIGHT},
    {"cleared", "cleared", PMT_GRID_RIGHT},
};

static void items_cell(struct pmt_grid *g, const struct pmt_free_list_row *l)
{
    if (g->format == PMT_FORMAT_TEXT && !l->items)
        pmt_grid_word(g, "", NULL, NULL);
    else
        pmt_grid_value(g, l->items, PMT_UNIT_COUNT);
}

bool pmt_free_list_is_shown(const struct pmt_page *page, const struct pmt_free_list_row *l)
{
    return page->options->format != PMT_FORMAT_TEXT || l->hits || l->misses || l->pushes ||
           l->overflows || l->held || l->past;
}

static void list_row(struct pmt_grid *g, const struct pmt_free_list_row *l)
{
    pmt_grid_str(g, l->type);
    items_cell(g, l);
    if (l->max == PMT_NOWHERE)
        pmt_grid_none(g);
    else
        pmt_grid_value(g, l->max, PMT_UNIT_COUNT);
    pmt_grid_value(g, l->held, PMT_UNIT_COUNT);
    pmt_grid_value(g, l->hits, PMT_UNIT_COUNT);
    pmt_grid_value(g, l->misses, PMT_UNIT_COUNT);
    pmt_grid_word(g, pmt_human_share(l->hits, l->hits + l->misses).at, NULL, NULL);
    pmt_grid_value(g, l->past, PMT_UNIT_COUNT);
    pmt_grid_value(g, l->pushes, PMT_UNIT_COUNT);
    pmt_grid_value(g, l->overflows, PMT_UNIT_COUNT);
    pmt_grid_value(g, l->cleared, PMT_UNIT_COUNT);
}

void pmt_part_free_lists(struct pmt_page *page, const char *key, const struct pmt_result *r)
{
    struct pmt_grid g;

    pmt_grid_begin(&g, page->options->format, &page->sb, &page->json, key, list_columns,
                   COUNT(list_columns));
    for (size_t i = 0; i < r->n_free_lists; i++)
        if (pmt_free_list_is_shown(page, &r->free_lists[i]))
            list_row(&g, &r->free_lists[i]);
    pmt_grid_end(&g);
}

/* Sample i's list at the sample before; NULL: it had nothing to do by then. */
static const struct pmt_free_list_row *before(const struct pmt_result *r, size_t i)
{
    const struct pmt_free_list_row *l = &r->free_list_samples[i].row;

    while (i-- > 0) {
        const struct pmt_free_list_row *other = &r->free_list_samples[i].row;

        if (other->items == l->items && !strcmp(other->type, l->type))
            return other;
    }
    return NULL;
}

static void sample_row(struct pmt_grid *g, const struct pmt_result *r, size_t i)
{
    static const struct pmt_free_list_row none;
    const struct pmt_free_list_row *l = &r->free_list_samples[i].row, *was = before(r, i);
    uint64_t hits, misses;

    was = was ? was : &none;
    hits = l->hits - was->hits;
    misses = l->misses - was->misses;
    pmt_grid_value(g, r->free_list_samples[i].event, PMT_UNIT_COUNT);
    pmt_grid_str(g, l->type);
    items_cell(g, l);
    pmt_grid_value(g, l->held, PMT_UNIT_COUNT);
    pmt_grid_value(g, l->hits, PMT_UNIT_COUNT);
    pmt_grid_value(g, l->misses, PMT_UNIT_COUNT);
    pmt_grid_word(g, pmt_human_share(hits, hits + misses).at, NULL, NULL);
    pmt_grid_value(g, l->overflows, PMT_UNIT_COUNT);
    pmt_grid_value(g, l->cleared, PMT_UNIT_COUNT);
}

void pmt_part_free_list_samples(struct pmt_page *page, const char *key,
                                const struct pmt_result *r)
{
    struct pmt_grid g;

    pmt_grid_begin(&g, page->options->format, &page->sb, &page->json, key, sample_columns,
                   COUNT(sample_columns));
    for (size_t i = 0; i < r->n_free_list_samples; i++)
        sample_row(&g, r, i);
    pmt_grid_end(&g);
}
