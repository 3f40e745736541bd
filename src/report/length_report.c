/* length_report.c - which length of a free list would pay: the share of objects that it
 * serves, for every length. */
#include "report/parts.h"

#include <string.h>
#include "report/escape.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define MOST_CURVES  6u  /* types with a free list */
#define BARS_WIDTH   48u /* of all curves together */
#define MOST_LENGTHS 10000u /* that are printed: a database may say anything */

/* Programs get every length, people these. */
static const uint32_t lengths[] = {1, 2, 5, 10, 20, 40, 80, 160, 320, 640, 2000};

/* The rows of one list. */
struct list {
    const struct pmt_list_length_row *rows;
    size_t n;
};

static bool is_same_list(const struct pmt_list_length_row *a,
                         const struct pmt_list_length_row *b)
{
    return a->items == b->items && !strcmp(a->type, b->type);
}

/* The list whose rows begin at `from`, which is one. */
static struct list list_at(const struct pmt_result *r, size_t from)
{
    struct list list = {r->list_lengths + from, 0};

    while (from + list.n < r->n_list_lengths && is_same_list(list.rows, list.rows + list.n))
        list.n++;
    return list;
}

static uint32_t longest(const struct list *list)
{
    return list->rows[list->n - 1].length;
}

/* Rows are steps: the last that is no longer says it. */
static uint64_t hits_at(const struct list *list, uint32_t length)
{
    uint64_t hits = 0;

    for (size_t i = 0; i < list->n && list->rows[i].length <= length; i++)
        hits = list->rows[i].hits;
    return hits;
}

/* -- curves: all lists of a type together (of tuples there is one for each number of
 * items), side by side -- */

struct sum {
    uint64_t hits, made;
    bool known;
};

/* Of the lists of this type, by this length. */
static struct sum sum_at(const struct pmt_result *r, const char *type, uint32_t length)
{
    struct sum sum = {0};

    for (size_t i = 0; i < r->n_list_lengths;) {
        struct list list = list_at(r, i);

        if (!strcmp(list.rows->type, type)) {
            sum.hits += hits_at(&list, length);
            sum.made += list.rows->made;
            sum.known |= length <= longest(&list);
        }
        i += list.n;
    }
    return sum;
}

static size_t types_of(const struct pmt_result *r, const char **types)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_list_lengths; i++)
        if ((!n || strcmp(types[n - 1], r->list_lengths[i].type)) && n < MOST_CURVES)
            types[n++] = r->list_lengths[i].type;
    return n;
}

static void side(struct pmt_grid *g, struct sum sum, size_t bar_width)
{
    char bar[BARS_WIDTH + 1];
    size_t n = sum.made ? (size_t)((double)sum.hits / (double)sum.made * (double)bar_width + 0.5)
                        : 0;

    memset(bar, '#', sizeof bar);
    bar[sum.known && n <= bar_width ? n : 0] = '\0';
    if (sum.known)
        pmt_grid_word(g, pmt_human_share(sum.hits, sum.made).at, NULL, NULL);
    else
        pmt_grid_word(g, "", NULL, NULL);
    pmt_grid_word(g, bar, NULL, NULL);
}

static void curve_rows(struct pmt_grid *g, const struct pmt_result *r, const char **types,
                       size_t n)
{
    for (size_t i = 0; i < COUNT(lengths); i++) {
        bool any = false;

        for (size_t k = 0; k < n; k++)
            any |= sum_at(r, types[k], lengths[i]).known;
        if (!any)
            break;
        pmt_grid_value(g, lengths[i], PMT_UNIT_COUNT);
        for (size_t k = 0; k < n; k++)
            side(g, sum_at(r, types[k], lengths[i]), BARS_WIDTH / n);
    }
}

static const struct pmt_free_list_row *free_list_of(const struct pmt_result *r,
                                                    const char *type)
{
    for (size_t i = 0; i < r->n_free_lists; i++)
        if (!strcmp(r->free_lists[i].type, type))
            return &r->free_lists[i];
    return NULL;
}

/* What they hold as it was replayed. */
static void lengths_line(struct pmt_page *page, const struct pmt_result *r, const char **types,
                         size_t n)
{
    const char *comma = "  in this replay: ";

    for (size_t k = 0; k < n; k++) {
        const struct pmt_free_list_row *list = free_list_of(r, types[k]);

        if (!list)
            continue;
        pmt_strbuf_puts(&page->sb, comma);
        pmt_escape_text(&page->sb, types[k]);
        pmt_strbuf_printf(&page->sb, " %s%s",
                          list->max == PMT_NOWHERE ? "without limit"
                                                   : pmt_human(list->max, PMT_UNIT_COUNT).at,
                          list->items ? " of each number of items" : "");
        comma = ", ";
    }
    pmt_strbuf_puts(&page->sb, *comma == ',' ? "\n" : "");
}

void pmt_text_list_lengths(struct pmt_page *page, const struct pmt_result *r)
{
    struct pmt_grid_column columns[1 + 2 * MOST_CURVES] = {{NULL, "room for", PMT_GRID_RIGHT}};
    const char *types[MOST_CURVES];
    size_t n = types_of(r, types);
    struct pmt_grid g;

    if (!n)
        return;
    for (size_t k = 0; k < n; k++) {
        columns[1 + 2 * k] = (struct pmt_grid_column){NULL, types[k], PMT_GRID_RIGHT};
        columns[2 + 2 * k] = (struct pmt_grid_column){NULL, "", PMT_GRID_LEFT};
    }
    pmt_strbuf_puts(&page->sb, "\nObjects that a free list serves, by its length\n");
    pmt_grid_begin(&g, PMT_FORMAT_TEXT, &page->sb, NULL, NULL, columns, 1 + 2 * n);
    curve_rows(&g, r, types, n);
    pmt_grid_end(&g);
    lengths_line(page, r, types, n);
}

/* -- each list -- */

static const struct pmt_grid_column length_columns[] = {
    {"type", NULL, PMT_GRID_LEFT},
    {"size", NULL, PMT_GRID_RIGHT},
    {"length", NULL, PMT_GRID_RIGHT},
    {"hits", NULL, PMT_GRID_RIGHT},
    {"made", NULL, PMT_GRID_RIGHT},
};

static void length_rows(struct pmt_grid *g, const struct list *list)
{
    size_t step = 0;

    for (uint32_t length = 0; length <= longest(list) && length <= MOST_LENGTHS; length++) {
        while (step + 1 < list->n && list->rows[step + 1].length <= length)
            step++;
        pmt_grid_str(g, list->rows->type);
        pmt_grid_value(g, list->rows->items, PMT_UNIT_COUNT);
        pmt_grid_value(g, length, PMT_UNIT_COUNT);
        pmt_grid_value(g, list->rows[step].hits, PMT_UNIT_COUNT);
        pmt_grid_value(g, list->rows->made, PMT_UNIT_COUNT);
    }
}

/* One row for each length. */
static void every_length(struct pmt_page *page, const char *key, const struct pmt_result *r)
{
    struct pmt_grid g;

    pmt_grid_begin(&g, page->options->format, &page->sb, &page->json, key, length_columns,
                   COUNT(length_columns));
    for (size_t i = 0; i < r->n_list_lengths;) {
        struct list list = list_at(r, i);

        length_rows(&g, &list);
        i += list.n;
    }
    pmt_grid_end(&g);
}

#define LENGTH(n) {NULL, #n, PMT_GRID_RIGHT}
static const struct pmt_grid_column list_columns[] = {
    {NULL, "type", PMT_GRID_LEFT}, {NULL, "items", PMT_GRID_RIGHT},
    {NULL, "made", PMT_GRID_RIGHT}, LENGTH(1), LENGTH(2), LENGTH(5), LENGTH(10), LENGTH(20),
    LENGTH(40), LENGTH(80), LENGTH(160), LENGTH(320), LENGTH(640), LENGTH(2000),
};
#undef LENGTH
_Static_assert(COUNT(list_columns) == 3 + COUNT(lengths), "a column for each length");

static void list_row(struct pmt_grid *g, const struct list *list)
{
    uint64_t made = list->rows->made;

    pmt_grid_str(g, list->rows->type);
    if (list->rows->items)
        pmt_grid_value(g, list->rows->items, PMT_UNIT_COUNT);
    else
        pmt_grid_word(g, "", NULL, NULL);
    pmt_grid_value(g, made, PMT_UNIT_COUNT);
    for (size_t i = 0; i < COUNT(lengths); i++)
        if (lengths[i] <= longest(list))
            pmt_grid_word(g, pmt_human_share(hits_at(list, lengths[i]), made).at, NULL, NULL);
        else
            pmt_grid_word(g, "", NULL, NULL);
}

/* One row for each list. */
static void every_list(struct pmt_page *page, const struct pmt_result *r)
{
    struct pmt_grid g;

    pmt_grid_begin(&g, PMT_FORMAT_TEXT, &page->sb, NULL, NULL, list_columns,
                   COUNT(list_columns));
    for (size_t i = 0; i < r->n_list_lengths;) {
        struct list list = list_at(r, i);

        list_row(&g, &list);
        i += list.n;
    }
    pmt_grid_end(&g);
}

void pmt_part_list_lengths(struct pmt_page *page, const char *key, const struct pmt_result *r)
{
    if (page->options->format != PMT_FORMAT_TEXT) {
        every_length(page, key, r);
        return;
    }
    pmt_strbuf_puts(&page->sb, "Objects that a free list serves, by its length\n");
    every_list(page, r);
}
