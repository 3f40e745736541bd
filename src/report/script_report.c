/* script_report.c - what a script's replay tells that a recording does not: regions,
 * the objects alive, and what the script was held against. */
#include "report/parts.h"

#include <stdlib.h>
#include "base/alloc.h"
#include "report/escape.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define FEW_TYPES    10

bool pmt_is_script(const struct pmt_result *r)
{
    return pmt_result_fact(r, "script.lines") != NULL;
}

void pmt_text_script_head(struct pmt_page *page, const struct pmt_result *r)
{
    const struct pmt_script_verify *v = &r->verify.script;
    struct pmt_strbuf *sb = &page->sb;

    pmt_escape_text(sb, r->trace_path);
    pmt_strbuf_puts(sb, ": a script of ");
    pmt_escape_text(sb, pmt_result_fact(r, "script.lines"));
    pmt_strbuf_printf(sb, " lines\n%s operations, acted out as ",
                      pmt_human(r->metrics.events, PMT_UNIT_COUNT).at);
    pmt_escape_text(sb, r->config.spec[0] ? r->config.spec : r->config.preset);
    if (v->expectations)
        pmt_strbuf_printf(sb, "\n%s expectations hold",
                          pmt_human(v->expectations, PMT_UNIT_COUNT).at);
    pmt_strbuf_puts(sb, "\nFigures are those of the moment when its last operation is over\n");
}

/* -- regions -- */

static const struct pmt_grid_column region_columns[] = {
    {"name", "region", PMT_GRID_LEFT},
    {"objects", "objects", PMT_GRID_RIGHT},
    {"bytes", "bytes", PMT_GRID_RIGHT},
};

void pmt_part_regions(struct pmt_page *page, const char *key, const struct pmt_result *r)
{
    struct pmt_grid g;

    pmt_grid_begin(&g, page->options->format, &page->sb, &page->json, key, region_columns,
                   COUNT(region_columns));
    for (size_t i = 0; i < r->n_regions; i++) {
        pmt_grid_str(&g, r->regions[i].name);
        pmt_grid_value(&g, r->regions[i].objects, PMT_UNIT_COUNT);
        pmt_grid_value(&g, r->regions[i].bytes, PMT_UNIT_BYTES);
    }
    pmt_grid_end(&g);
}

/* -- objects -- */

static const struct pmt_grid_column type_columns[] = {
    {NULL, "type", PMT_GRID_LEFT},
    {NULL, "objects", PMT_GRID_RIGHT},
    {NULL, "bytes", PMT_GRID_RIGHT},
};

static int by_bytes(const void *a, const void *b)
{
    const struct pmt_type_row *x = *(const struct pmt_type_row *const *)a;
    const struct pmt_type_row *y = *(const struct pmt_type_row *const *)b;

    if (x->survivor_bytes != y->survivor_bytes)
        return x->survivor_bytes > y->survivor_bytes ? -1 : 1;
    return (x > y) - (x < y);
}

static void types_alive(struct pmt_page *page, const struct pmt_result *r)
{
    const struct pmt_type_row **rows = pmt_alloc_array(r->n_types + 1, sizeof *rows);
    size_t most = page->options->full ? SIZE_MAX : FEW_TYPES;
    struct pmt_grid g;

    page->sb.failed |= !rows;
    for (size_t i = 0; rows && i < r->n_types; i++)
        rows[i] = &r->types[i];
    if (rows)
        qsort(rows, r->n_types, sizeof *rows, by_bytes);
    pmt_grid_begin(&g, PMT_FORMAT_TEXT, &page->sb, NULL, NULL, type_columns,
                   COUNT(type_columns));
    for (size_t i = 0; rows && i < r->n_types && i < most; i++) {
        pmt_grid_str(&g, rows[i]->name);
        pmt_grid_value(&g, rows[i]->survivors, PMT_UNIT_COUNT);
        pmt_grid_value(&g, rows[i]->survivor_bytes, PMT_UNIT_BYTES);
    }
    pmt_grid_end(&g);
    pmt_free(rows);
    if (r->n_types > most)
        pmt_strbuf_printf(&page->sb, "  and %zu types more\n", r->n_types - most);
}

static bool any_list(const struct pmt_page *page, const struct pmt_result *r)
{
    for (size_t i = 0; i < r->n_free_lists; i++)
        if (pmt_free_list_is_shown(page, &r->free_lists[i]))
            return true;
    return false;
}

void pmt_text_objects(struct pmt_page *page, const struct pmt_result *r)
{
    if (r->n_types) {
        pmt_strbuf_puts(&page->sb, "\nObjects alive\n");
        types_alive(page, r);
    }
    if (any_list(page, r)) {
        pmt_strbuf_puts(&page->sb, "\nFree lists\n");
        pmt_part_free_lists(page, NULL, r);
    }
    if (r->n_regions) {
        pmt_strbuf_puts(&page->sb, "\nRegions\n");
        pmt_part_regions(page, NULL, r);
    }
}
