/* object_report.c - objects by type: which are made most, how many there are at once, how
 * long they live, how they die; and what the program makes between its marks.
 *
 * Types come with those first of which most are made. In text a type has too many figures
 * for one line: a table tells what is made and alive, another how it dies. */
#include "report/parts.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "report/escape.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define FEW_TYPES    10
#define FEW_OF_MARK  5

/* What a table says of a type beside its own row. */
struct context {
    const struct pmt_result *r;
    uint64_t made, collected; /* of all types */
};

static struct context context_of(const struct pmt_result *r)
{
    struct context c = {.r = r};

    for (size_t i = 0; i < r->n_objects; i++) {
        c.made += r->objects[i].made;
        c.collected += r->objects[i].freed_by_collections;
    }
    return c;
}

/* -- what a type's garbage refers to -- */

static const struct pmt_type_row *garbage_of(const struct pmt_result *r, uint32_t number)
{
    static const struct pmt_type_row none;

    for (size_t i = 0; i < r->n_types; i++)
        if (r->types[i].number == number)
            return &r->types[i];
    return &none;
}

static uint64_t references_of(const struct pmt_result *r, uint32_t number)
{
    uint64_t n = 0;

    for (size_t i = 0; i < r->n_garbage_references; i++)
        if (r->garbage_references[i].from == number)
            n += r->garbage_references[i].count;
    return n;
}

static struct pmt_text per_object(uint64_t references, uint64_t objects)
{
    struct pmt_text text = {"-"};

    if (objects)
        (void)snprintf(text.at, sizeof text.at, "%.1f", (double)references / (double)objects);
    return text;
}

/* -- cells -- */

#define TYPE_COLUMNS                                                           \
    {"type", "type", PMT_GRID_LEFT},                                           \
    {"number", NULL, PMT_GRID_RIGHT}

#define MADE_COLUMNS                                                           \
    {"made", "made", PMT_GRID_RIGHT},                                          \
    {NULL, "of all", PMT_GRID_RIGHT},                                          \
    {"reused", "from its list", PMT_GRID_RIGHT},                               \
    {"made_bytes", "bytes made", PMT_GRID_RIGHT},                              \
    {"peak", "most at once", PMT_GRID_RIGHT},                                  \
    {"peak_bytes", "in bytes", PMT_GRID_RIGHT},                                \
    {"alive", "at the end", PMT_GRID_RIGHT},                                   \
    {"alive_bytes", "in bytes", PMT_GRID_RIGHT}

#define AGE_COLUMNS                                                            \
    {"age_p50", "half in events", PMT_GRID_RIGHT},                             \
    {"age_p90", "90 %", PMT_GRID_RIGHT},                                       \
    {"age_p99", "99 %", PMT_GRID_RIGHT}

#define DEATH_COLUMNS                                                          \
    {NULL, "died", PMT_GRID_RIGHT},                                            \
    AGE_COLUMNS,                                                               \
    {"age_mean", NULL, PMT_GRID_RIGHT},                                        \
    {"age_p50_ns", "half in time", PMT_GRID_RIGHT},                            \
    {"age_p90_ns", NULL, PMT_GRID_RIGHT},                                      \
    {"age_p99_ns", "99 %", PMT_GRID_RIGHT},                                    \
    {"age_mean_ns", NULL, PMT_GRID_RIGHT},                                     \
    {"died_in_0", "in gen 0", PMT_GRID_RIGHT},                                 \
    {"died_in_1", "in gen 1", PMT_GRID_RIGHT},                                 \
    {"died_in_2", "in gen 2", PMT_GRID_RIGHT},                                 \
    {"freed_by_counting", NULL, PMT_GRID_RIGHT},                               \
    {"freed_by_collections", "collected", PMT_GRID_RIGHT},                     \
    {NULL, "of garbage", PMT_GRID_RIGHT},                                      \
    {"garbage_objects", NULL, PMT_GRID_RIGHT},                                 \
    {"garbage_references", NULL, PMT_GRID_RIGHT},                              \
    {NULL, "refers to", PMT_GRID_RIGHT}

static void made_cells(struct pmt_grid *g, const struct context *c,
                       const struct pmt_object_row *o)
{
    pmt_grid_value(g, o->number, PMT_UNIT_COUNT);
    pmt_grid_value(g, o->made, PMT_UNIT_COUNT);
    pmt_grid_word(g, pmt_human_share(o->made, c->made).at, NULL, NULL);
    pmt_grid_value(g, o->reused, PMT_UNIT_COUNT);
    pmt_grid_value(g, o->made_bytes, PMT_UNIT_BYTES);
    pmt_grid_value(g, o->peak, PMT_UNIT_COUNT);
    pmt_grid_value(g, o->peak_bytes, PMT_UNIT_BYTES);
    pmt_grid_value(g, o->alive, PMT_UNIT_COUNT);
    pmt_grid_value(g, o->alive_bytes, PMT_UNIT_BYTES);
}

static uint64_t died(const struct pmt_object_row *o)
{
    return o->freed_by_counting + o->freed_by_collections;
}

/* No age of a type that never dies. */
static void age(struct pmt_grid *g, const struct pmt_object_row *o, uint64_t value,
                enum pmt_unit unit)
{
    if (died(o))
        pmt_grid_value(g, value, unit);
    else
        pmt_grid_none(g);
}

static void event_ages(struct pmt_grid *g, const struct pmt_object_row *o)
{
    age(g, o, o->age_p50, PMT_UNIT_COUNT);
    age(g, o, o->age_p90, PMT_UNIT_COUNT);
    age(g, o, o->age_p99, PMT_UNIT_COUNT);
}

static void garbage_cells(struct pmt_grid *g, const struct context *c,
                          const struct pmt_object_row *o)
{
    const struct pmt_type_row *garbage = garbage_of(c->r, o->number);
    uint64_t references = references_of(c->r, o->number);

    pmt_grid_value(g, o->freed_by_counting, PMT_UNIT_COUNT);
    pmt_grid_value(g, o->freed_by_collections, PMT_UNIT_COUNT);
    pmt_grid_word(g, pmt_human_share(o->freed_by_collections, c->collected).at, NULL, NULL);
    pmt_grid_value(g, garbage->garbage_objects, PMT_UNIT_COUNT);
    pmt_grid_value(g, references, PMT_UNIT_COUNT);
    pmt_grid_word(g, per_object(references, garbage->garbage_looked).at, NULL, NULL);
}

static void death_cells(struct pmt_grid *g, const struct context *c,
                        const struct pmt_object_row *o)
{
    pmt_grid_value(g, died(o), PMT_UNIT_COUNT);
    event_ages(g, o);
    age(g, o, o->age_mean, PMT_UNIT_COUNT);
    age(g, o, o->age_p50_ns, PMT_UNIT_NS);
    age(g, o, o->age_p90_ns, PMT_UNIT_NS);
    age(g, o, o->age_p99_ns, PMT_UNIT_NS);
    age(g, o, o->age_mean_ns, PMT_UNIT_NS);
    for (int i = 0; i < 3; i++)
        pmt_grid_value(g, o->died_in[i], PMT_UNIT_COUNT);
    garbage_cells(g, c, o);
}

static void all_cells(struct pmt_grid *g, const struct context *c,
                      const struct pmt_object_row *o)
{
    made_cells(g, c, o);
    death_cells(g, c, o);
}

static void summary_cells(struct pmt_grid *g, const struct context *c,
                          const struct pmt_object_row *o)
{
    pmt_grid_value(g, o->made, PMT_UNIT_COUNT);
    pmt_grid_word(g, pmt_human_share(o->made, c->made).at, NULL, NULL);
    pmt_grid_value(g, o->reused, PMT_UNIT_COUNT);
    pmt_grid_value(g, o->made_bytes, PMT_UNIT_BYTES);
    pmt_grid_value(g, o->peak, PMT_UNIT_COUNT);
    pmt_grid_value(g, o->alive, PMT_UNIT_COUNT);
    event_ages(g, o);
    pmt_grid_value(g, o->freed_by_collections, PMT_UNIT_COUNT);
}

/* -- tables of types -- */

struct table {
    const struct pmt_grid_column *columns;
    size_t n;
    void (*cells)(struct pmt_grid *, const struct context *, const struct pmt_object_row *);
};

static const struct pmt_grid_column made_columns[] = {TYPE_COLUMNS, MADE_COLUMNS};
static const struct pmt_grid_column death_columns[] = {
    {NULL, "type", PMT_GRID_LEFT}, DEATH_COLUMNS};
static const struct pmt_grid_column all_columns[] = {TYPE_COLUMNS, MADE_COLUMNS, DEATH_COLUMNS};
static const struct pmt_grid_column summary_columns[] = {
    {NULL, "type", PMT_GRID_LEFT},
    {NULL, "made", PMT_GRID_RIGHT},
    {NULL, "of all", PMT_GRID_RIGHT},
    {NULL, "from its list", PMT_GRID_RIGHT},
    {NULL, "bytes made", PMT_GRID_RIGHT},
    {NULL, "most at once", PMT_GRID_RIGHT},
    {NULL, "at the end", PMT_GRID_RIGHT},
    AGE_COLUMNS,
    {NULL, "collected", PMT_GRID_RIGHT}};

static const struct table made_table = {made_columns, COUNT(made_columns), made_cells};
static const struct table death_table = {death_columns, COUNT(death_columns), death_cells};
static const struct table all_table = {all_columns, COUNT(all_columns), all_cells};
static const struct table summary_table = {summary_columns, COUNT(summary_columns),
                                           summary_cells};

static int by_made(const void *a, const void *b)
{
    const struct pmt_object_row *x = *(const struct pmt_object_row *const *)a;
    const struct pmt_object_row *y = *(const struct pmt_object_row *const *)b;

    if (x->made != y->made)
        return x->made > y->made ? -1 : 1;
    if (x->made_bytes != y->made_bytes)
        return x->made_bytes > y->made_bytes ? -1 : 1;
    return (x > y) - (x < y);
}

static void print_table(struct pmt_page *page, const char *key, const struct pmt_result *r,
                        const struct table *t, size_t most)
{
    const struct pmt_object_row **rows = pmt_alloc_array(r->n_objects + 1, sizeof *rows);
    struct context c = context_of(r);
    struct pmt_grid g;

    page->sb.failed |= !rows;
    for (size_t i = 0; rows && i < r->n_objects; i++)
        rows[i] = &r->objects[i];
    if (rows)
        qsort(rows, r->n_objects, sizeof *rows, by_made);
    pmt_grid_begin(&g, page->options->format, &page->sb, &page->json, key, t->columns, t->n);
    for (size_t i = 0; rows && i < r->n_objects && i < most; i++) {
        pmt_grid_type(&g, rows[i]->name);
        t->cells(&g, &c, rows[i]);
    }
    pmt_grid_end(&g);
    pmt_free(rows);
}

void pmt_part_objects(struct pmt_page *page, const char *key, const struct pmt_result *r)
{
    if (page->options->format != PMT_FORMAT_TEXT) {
        print_table(page, key, r, &all_table, SIZE_MAX);
        return;
    }
    pmt_strbuf_puts(&page->sb, "Objects made and alive\n");
    print_table(page, NULL, r, &made_table, SIZE_MAX);
    pmt_strbuf_puts(&page->sb, "\nHow they die: in how many events and in what time, where, "
                    "by what\n");
    print_table(page, NULL, r, &death_table, SIZE_MAX);
}

void pmt_text_object_types(struct pmt_page *page, const struct pmt_result *r)
{
    struct context c = context_of(r);

    if (!r->n_objects)
        return;
    pmt_strbuf_printf(&page->sb, "\nObjects: %s made;", pmt_human(c.made, PMT_UNIT_COUNT).at);
    pmt_strbuf_puts(&page->sb, " most die in so many events from their birth\n");
    print_table(page, NULL, r, &summary_table, FEW_TYPES);
    if (r->n_objects > FEW_TYPES)
        pmt_strbuf_printf(&page->sb, "  and %zu types more\n", r->n_objects - FEW_TYPES);
}

/* -- between marks -- */

static const struct pmt_grid_column interval_columns[] = {
    {"mark", NULL, PMT_GRID_LEFT},
    {"times", NULL, PMT_GRID_RIGHT},
    {"event", NULL, PMT_GRID_RIGHT},
    {"recorded_clock_ns", NULL, PMT_GRID_RIGHT},
    TYPE_COLUMNS,
    {"made", "made", PMT_GRID_RIGHT},
    {NULL, "each time", PMT_GRID_RIGHT},
    {"made_bytes", "bytes made", PMT_GRID_RIGHT},
    {"died", "died", PMT_GRID_RIGHT},
    {NULL, "more by", PMT_GRID_RIGHT},
    {"alive", "alive behind it", PMT_GRID_RIGHT},
    {"alive_bytes", "in bytes", PMT_GRID_RIGHT},
};

static int by_number(const void *key, const void *member)
{
    const struct pmt_object_row *o = member;
    uint32_t number = *(const uint32_t *)key;

    return (number > o->number) - (number < o->number);
}

static const char *name_of(const struct pmt_result *r, uint32_t number)
{
    const struct pmt_object_row *o =
        r->n_objects ? bsearch(&number, r->objects, r->n_objects, sizeof *o, by_number) : NULL;

    return o ? o->name : NULL;
}

static void interval_row(struct pmt_grid *g, const struct pmt_result *r,
                         const struct pmt_object_interval_row *row)
{
    pmt_grid_str(g, row->mark);
    pmt_grid_value(g, row->times, PMT_UNIT_COUNT);
    pmt_grid_value(g, row->event, PMT_UNIT_COUNT);
    pmt_grid_value(g, row->clock_ns, PMT_UNIT_NS);
    pmt_grid_type(g, name_of(r, row->number));
    pmt_grid_value(g, row->number, PMT_UNIT_COUNT);
    pmt_grid_value(g, row->made, PMT_UNIT_COUNT);
    pmt_grid_word(g, per_object(row->made, row->times).at, NULL, NULL);
    pmt_grid_value(g, row->made_bytes, PMT_UNIT_BYTES);
    pmt_grid_value(g, row->died, PMT_UNIT_COUNT);
    pmt_grid_delta(g, row->died, row->made, PMT_UNIT_COUNT);
    pmt_grid_value(g, row->alive, PMT_UNIT_COUNT);
    pmt_grid_value(g, row->alive_bytes, PMT_UNIT_BYTES);
}

static void mark_heading(struct pmt_grid *g, const struct pmt_object_interval_row *row)
{
    struct pmt_strbuf sb = {0};

    if (*row->mark || row->event) {
        pmt_strbuf_puts(&sb, "From `");
        pmt_escape_text(&sb, row->mark);
        pmt_strbuf_printf(&sb, "' on, at event %s", pmt_human(row->event, PMT_UNIT_COUNT).at);
        if (row->times > 1)
            pmt_strbuf_printf(&sb, " and %s times more",
                              pmt_human(row->times - 1, PMT_UNIT_COUNT).at);
    } else {
        pmt_strbuf_puts(&sb, "From the start on");
    }
    g->text.failed |= sb.failed;
    if (!sb.failed)
        pmt_grid_heading(g, sb.at);
    pmt_strbuf_release(&sb);
}

/* Different marks may come at the same event. */
static int by_mark(const struct pmt_object_interval_row *x,
                   const struct pmt_object_interval_row *y)
{
    return x->event != y->event ? (x->event > y->event) - (x->event < y->event)
                                : strcmp(x->mark, y->mark);
}

static int by_mark_and_made(const void *a, const void *b)
{
    const struct pmt_object_interval_row *x =
        *(const struct pmt_object_interval_row *const *)a;
    const struct pmt_object_interval_row *y =
        *(const struct pmt_object_interval_row *const *)b;
    int order = by_mark(x, y);

    if (order)
        return order;
    if (x->made != y->made)
        return x->made > y->made ? -1 : 1;
    return (x > y) - (x < y);
}

static void interval_table(struct pmt_page *page, const char *key, const struct pmt_result *r,
                           size_t most_of_mark)
{
    const struct pmt_object_interval_row **rows =
        pmt_alloc_array(r->n_object_intervals + 1, sizeof *rows);
    size_t of_mark = 0;
    struct pmt_grid g;

    page->sb.failed |= !rows;
    for (size_t i = 0; rows && i < r->n_object_intervals; i++)
        rows[i] = &r->object_intervals[i];
    if (rows)
        qsort(rows, r->n_object_intervals, sizeof *rows, by_mark_and_made);
    pmt_grid_begin(&g, page->options->format, &page->sb, &page->json, key, interval_columns,
                   COUNT(interval_columns));
    for (size_t i = 0; rows && i < r->n_object_intervals; i++) {
        if (i == 0 || by_mark(rows[i - 1], rows[i])) {
            mark_heading(&g, rows[i]);
            of_mark = 0;
        }
        if (of_mark++ < most_of_mark)
            interval_row(&g, r, rows[i]);
    }
    pmt_grid_end(&g);
    pmt_free(rows);
}

void pmt_part_object_intervals(struct pmt_page *page, const char *key,
                               const struct pmt_result *r)
{
    interval_table(page, key, r, SIZE_MAX);
}

void pmt_text_object_intervals(struct pmt_page *page, const struct pmt_result *r)
{
    if (!r->n_object_intervals)
        return;
    pmt_strbuf_puts(&page->sb, "\nObjects between the program's marks\n");
    interval_table(page, NULL, r, FEW_OF_MARK);
}
