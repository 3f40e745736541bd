/* type_report.c - what garbage is made of, what stays at the end and which arenas it keeps,
 * by type; what refers to what within garbage; and in which generation objects die.
 *
 * The table of types comes with the most garbage first, then the most survivors. Text shows
 * the first of each in a summary, and all in a table of its own. */
#include "report/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define FEW_TYPES    10

static const struct pmt_grid_column columns[] = {
    {"type", "type", PMT_GRID_LEFT},
    {"garbage_objects", "garbage", PMT_GRID_RIGHT},
    {"garbage_looked", NULL, PMT_GRID_RIGHT},
    {"garbage_bytes", "its bytes", PMT_GRID_RIGHT},
    {"garbage_in_0", "in gen 0", PMT_GRID_RIGHT},
    {"garbage_in_1", "in gen 1", PMT_GRID_RIGHT},
    {"garbage_in_2", "in gen 2", PMT_GRID_RIGHT},
    {"survivors", "survivors", PMT_GRID_RIGHT},
    {"survivor_bytes", "their bytes", PMT_GRID_RIGHT},
    {"pinned_bytes", "free, but pinned", PMT_GRID_RIGHT},
};

static const struct pmt_grid_column reference_columns[] = {
    {"from", "from", PMT_GRID_LEFT},
    {"to", "to", PMT_GRID_LEFT},
    {"references", "references", PMT_GRID_RIGHT},
    {NULL, "per object", PMT_GRID_RIGHT},
};

typedef int compare(const void *, const void *);

static int by_garbage(const void *a, const void *b)
{
    const struct pmt_type_row *x = *(const struct pmt_type_row *const *)a;
    const struct pmt_type_row *y = *(const struct pmt_type_row *const *)b;

    if (x->garbage_bytes != y->garbage_bytes)
        return x->garbage_bytes > y->garbage_bytes ? -1 : 1;
    if (x->survivor_bytes != y->survivor_bytes)
        return x->survivor_bytes > y->survivor_bytes ? -1 : 1;
    return (x > y) - (x < y);
}

static int by_pinned(const void *a, const void *b)
{
    const struct pmt_type_row *x = *(const struct pmt_type_row *const *)a;
    const struct pmt_type_row *y = *(const struct pmt_type_row *const *)b;

    if (x->pinned_bytes > y->pinned_bytes || x->pinned_bytes < y->pinned_bytes)
        return x->pinned_bytes > y->pinned_bytes ? -1 : 1;
    return (x > y) - (x < y);
}

/* To be freed; NULL: out of memory, and the page has failed. */
static const struct pmt_type_row **sorted(struct pmt_page *page, const struct pmt_result *r,
                                          compare *order)
{
    const struct pmt_type_row **rows = pmt_alloc_array(r->n_types + 1, sizeof *rows);

    page->sb.failed |= !rows;
    for (size_t i = 0; rows && i < r->n_types; i++)
        rows[i] = &r->types[i];
    if (rows)
        qsort(rows, r->n_types, sizeof *rows, order);
    return rows;
}

void pmt_grid_type(struct pmt_grid *g, const char *name)
{
    if (name)
        pmt_grid_str(g, name);
    else
        pmt_grid_word(g, "(not told)", NULL, NULL);
}

static void type_row(struct pmt_grid *g, const struct pmt_type_row *t)
{
    pmt_grid_type(g, t->name);
    pmt_grid_value(g, t->garbage_objects, PMT_UNIT_COUNT);
    pmt_grid_value(g, t->garbage_looked, PMT_UNIT_COUNT);
    pmt_grid_value(g, t->garbage_bytes, PMT_UNIT_BYTES);
    for (int i = 0; i < 3; i++)
        pmt_grid_value(g, t->garbage_in[i], PMT_UNIT_COUNT);
    pmt_grid_value(g, t->survivors, PMT_UNIT_COUNT);
    pmt_grid_value(g, t->survivor_bytes, PMT_UNIT_BYTES);
    pmt_grid_value(g, (uint64_t)(t->pinned_bytes + 0.5), PMT_UNIT_BYTES);
}

static void type_table(struct pmt_page *page, const char *key, const struct pmt_result *r,
                       compare *order, size_t most)
{
    const struct pmt_type_row **rows = sorted(page, r, order);
    struct pmt_grid g;

    pmt_grid_begin(&g, page->options->format, &page->sb, &page->json, key, columns,
                   COUNT(columns));
    for (size_t i = 0; rows && i < r->n_types && i < most; i++)
        type_row(&g, rows[i]);
    pmt_grid_end(&g);
    pmt_free(rows);
}

static struct pmt_text per_object(const struct pmt_result *r,
                                  const struct pmt_garbage_reference *ref)
{
    struct pmt_text text = {"-"};

    for (size_t i = 0; i < r->n_types; i++)
        if (r->types[i].number == ref->from && r->types[i].garbage_looked)
            (void)snprintf(text.at, sizeof text.at, "%.1f",
                           (double)ref->count / (double)r->types[i].garbage_looked);
    return text;
}

static void reference_table(struct pmt_page *page, const char *key, const struct pmt_result *r,
                            size_t most)
{
    bool text = page->options->format == PMT_FORMAT_TEXT;
    struct pmt_grid g;

    pmt_grid_begin(&g, page->options->format, &page->sb, &page->json, key, reference_columns,
                   COUNT(reference_columns));
    for (size_t i = 0; i < r->n_garbage_references && i < most; i++) {
        const struct pmt_garbage_reference *ref = &r->garbage_references[i];

        pmt_grid_type(&g, ref->from_name);
        pmt_grid_type(&g, ref->to_name);
        pmt_grid_value(&g, ref->count, PMT_UNIT_COUNT);
        pmt_grid_word(&g, text ? per_object(r, ref).at : NULL, NULL, NULL);
    }
    pmt_grid_end(&g);
}

void pmt_part_garbage_references(struct pmt_page *page, const char *key,
                                 const struct pmt_result *r)
{
    reference_table(page, key, r, SIZE_MAX);
}

void pmt_part_types(struct pmt_page *page, const char *key, const struct pmt_result *r)
{
    type_table(page, key, r, by_garbage, SIZE_MAX);
}

void pmt_text_types(struct pmt_page *page, const struct pmt_result *r)
{
    if (!r->n_types)
        return;
    pmt_strbuf_puts(&page->sb, "\nGarbage by type\n");
    type_table(page, NULL, r, by_garbage, FEW_TYPES);
    if (r->n_garbage_references) {
        pmt_strbuf_puts(&page->sb, "\nReferences within garbage\n");
        reference_table(page, NULL, r, FEW_TYPES);
    }
    pmt_strbuf_puts(&page->sb, "\nWhat keeps arenas at the end\n");
    type_table(page, NULL, r, by_pinned, FEW_TYPES);
}

/* How fast the program would grow if nothing was ever collected. */
static uint64_t per_second(const struct pmt_metrics *m)
{
    return (uint64_t)((double)m->garbage_bytes * 1e9 / (double)m->run_ns);
}

static void garbage_line(struct pmt_strbuf *sb, const struct pmt_result *r)
{
    const struct pmt_metrics *m = &r->metrics;
    uint64_t objects = 0;

    for (size_t i = 0; i < r->n_types; i++)
        objects += r->types[i].garbage_objects;
    if (!m->garbage_bytes)
        return;
    pmt_strbuf_printf(sb, "  garbage: %s objects,", pmt_human(objects, PMT_UNIT_COUNT).at);
    pmt_strbuf_printf(sb, " %s that only collections gave back",
                      pmt_human(m->garbage_bytes, PMT_UNIT_BYTES).at);
    if (m->run_ns)
        pmt_strbuf_printf(sb, " (%s per second)", pmt_human(per_second(m), PMT_UNIT_BYTES).at);
    pmt_strbuf_puts(sb, "\n");
}

static void deaths_line(struct pmt_strbuf *sb, const struct pmt_metrics *m)
{
    uint64_t all = m->died_in_0 + m->died_in_1 + m->died_in_2;

    if (!all)
        return;
    pmt_strbuf_printf(sb, "  freed by counting: %s objects,", pmt_human(all, PMT_UNIT_COUNT).at);
    pmt_strbuf_printf(sb, " %s of them in generation 0,", pmt_human_share(m->died_in_0, all).at);
    pmt_strbuf_printf(sb, " %s in 1,", pmt_human_share(m->died_in_1, all).at);
    pmt_strbuf_printf(sb, " %s in 2\n", pmt_human_share(m->died_in_2, all).at);
}

void pmt_text_deaths(struct pmt_page *page, const struct pmt_result *r)
{
    garbage_line(&page->sb, r);
    deaths_line(&page->sb, &r->metrics);
}
