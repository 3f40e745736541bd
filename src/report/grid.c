/* grid.c - tables in three formats. */
#include "report/grid.h"

#include <inttypes.h>
#include <string.h>
#include "base/check.h"
#include "base/vec.h"
#include "report/escape.h"

#define GAP "  " /* between columns of text */

static bool shown(const struct pmt_grid *g, size_t column)
{
    const struct pmt_grid_column *c = &g->columns[column];

    return (g->format == PMT_FORMAT_TEXT ? c->title : c->key) != NULL;
}

static void csv_header(struct pmt_grid *g)
{
    const char *comma = "";

    for (size_t i = 0; i < g->n_columns; i++)
        if (shown(g, i)) {
            pmt_strbuf_printf(g->sb, "%s%s", comma, g->columns[i].key);
            comma = ",";
        }
    pmt_strbuf_puts(g->sb, "\n");
}

/* Characters, not bytes: the text is valid UTF-8 by now. */
static size_t width_of(const char *s, size_t n)
{
    size_t width = 0;

    for (size_t i = 0; i < n; i++)
        width += (s[i] & 0xc0) != 0x80;
    return width;
}

/* The cell is what was added to g->text since `from`. */
static void keep_cell(struct pmt_grid *g, size_t from, const char *color)
{
    size_t n = g->text.n - from;
    struct pmt_grid_cell cell = {from, n, 0, false, color};

    if (n)
        cell.width = width_of(g->text.at + from, n);
    if (!pmt_vec_push(&g->cells, cell))
        g->text.failed = true;
}

static void text_header(struct pmt_grid *g)
{
    bool any = false;

    for (size_t i = 0; i < g->n_columns; i++)
        any |= g->columns[i].title && *g->columns[i].title;
    for (size_t i = 0; i < g->n_columns && any; i++)
        pmt_grid_word(g, g->columns[i].title, NULL, NULL);
}

void pmt_grid_begin(struct pmt_grid *g, enum pmt_report_format format, struct pmt_strbuf *sb,
                    struct pmt_json *json, const char *key,
                    const struct pmt_grid_column *columns, size_t n_columns)
{
    *g = (struct pmt_grid){.sb = sb, .json = json, .format = format,
                           .columns = columns, .n_columns = n_columns};
    pmt_assert(n_columns <= PMT_GRID_MOST_COLUMNS);
    if (format == PMT_FORMAT_JSON)
        pmt_json_array(json, key);
    else if (format == PMT_FORMAT_CSV)
        csv_header(g);
    else
        text_header(g);
}

/* Is the next cell shown? If so, begin it: open the row, or put the comma. */
static bool begin_cell(struct pmt_grid *g)
{
    if (g->at == 0 && g->format == PMT_FORMAT_JSON)
        pmt_json_object_line(g->json, NULL);
    if (!shown(g, g->at))
        return false;
    if (g->format == PMT_FORMAT_CSV && g->any)
        pmt_strbuf_puts(g->sb, ",");
    g->any = true;
    return true;
}

static void end_cell(struct pmt_grid *g)
{
    if (++g->at < g->n_columns)
        return;
    g->at = 0;
    g->any = false;
    if (g->format == PMT_FORMAT_JSON)
        pmt_json_end(g->json);
    else if (g->format == PMT_FORMAT_CSV)
        pmt_strbuf_puts(g->sb, "\n");
}

/* A number: exact for programs (NULL: none), readable for people. */
static void number(struct pmt_grid *g, const char *exact, const char *readable)
{
    if (begin_cell(g)) {
        size_t from = g->text.n;

        if (g->format == PMT_FORMAT_JSON) {
            pmt_json_raw(g->json, g->columns[g->at].key, exact ? exact : "null");
        } else if (g->format == PMT_FORMAT_CSV) {
            pmt_strbuf_puts(g->sb, exact ? exact : "");
        } else {
            pmt_strbuf_puts(&g->text, readable);
            keep_cell(g, from, NULL);
        }
    }
    end_cell(g);
}

/* A string: foreign, or a word of ours. */
static void string(struct pmt_grid *g, const char *s, const char *color)
{
    if (begin_cell(g)) {
        size_t from = g->text.n;

        if (g->format == PMT_FORMAT_JSON) {
            pmt_json_str(g->json, g->columns[g->at].key, s);
        } else if (g->format == PMT_FORMAT_CSV) {
            pmt_escape_csv(g->sb, s);
        } else {
            pmt_escape_text(&g->text, s);
            keep_cell(g, from, color);
        }
    }
    end_cell(g);
}

void pmt_grid_str(struct pmt_grid *g, const char *foreign)
{
    string(g, foreign, NULL);
}

void pmt_grid_none(struct pmt_grid *g)
{
    number(g, NULL, "-");
}

void pmt_grid_bool(struct pmt_grid *g, bool value)
{
    number(g, value ? "true" : "false", value ? "yes" : "no");
}

void pmt_grid_value(struct pmt_grid *g, uint64_t value, enum pmt_unit unit)
{
    char exact[24];

    (void)snprintf(exact, sizeof exact, "%" PRIu64, value);
    number(g, exact, pmt_human(value, unit).at);
}

void pmt_grid_delta(struct pmt_grid *g, uint64_t a, uint64_t b, enum pmt_unit unit)
{
    char exact[24];

    (void)snprintf(exact, sizeof exact, "%s%" PRIu64, b < a ? "-" : "", b < a ? a - b : b - a);
    number(g, exact, pmt_human_delta(a, b, unit).at);
}

void pmt_grid_change(struct pmt_grid *g, uint64_t a, uint64_t b)
{
    double size = (double)(b < a ? a - b : b - a);
    char exact[40];

    if (a)
        (void)snprintf(exact, sizeof exact, "%s%.4f", b < a ? "-" : "",
                       100.0 * size / (double)a);
    number(g, a ? exact : NULL, a == b ? "" : pmt_human_change(a, b).at);
}

void pmt_grid_word(struct pmt_grid *g, const char *shown_as, const char *word, const char *color)
{
    string(g, g->format == PMT_FORMAT_TEXT ? shown_as : word, color);
}

void pmt_grid_heading(struct pmt_grid *g, const char *text)
{
    size_t from = g->text.n;

    if (g->format != PMT_FORMAT_TEXT)
        return;
    pmt_assert(g->at == 0);
    pmt_strbuf_puts(&g->text, text);
    keep_cell(g, from, NULL);
    if (g->cells.n)
        g->cells.at[g->cells.n - 1].heading = true;
}

static void pad(struct pmt_grid *g, size_t n)
{
    while (n--)
        pmt_strbuf_puts(g->sb, " ");
}

static void write_cell(struct pmt_grid *g, const struct pmt_grid_cell *cell, size_t width,
                       enum pmt_grid_align align, bool last)
{
    size_t room = width > cell->width ? width - cell->width : 0;

    if (align == PMT_GRID_RIGHT)
        pad(g, room);
    pmt_strbuf_puts(g->sb, cell->color ? cell->color : "");
    pmt_strbuf_add(g->sb, cell->n ? g->text.at + cell->from : "", cell->n);
    pmt_strbuf_puts(g->sb, cell->color ? "\033[0m" : "");
    if (align == PMT_GRID_LEFT && !last)
        pad(g, room);
}

/* The columns that text shows: widths[] and which they are. */
static size_t measure(const struct pmt_grid *g, size_t *widths, size_t *which)
{
    size_t n = 0, at = 0;

    for (size_t i = 0; i < g->n_columns; i++)
        if (shown(g, i)) {
            widths[n] = 0;
            which[n++] = i;
        }
    for (size_t i = 0; i < g->cells.n; i++) {
        const struct pmt_grid_cell *cell = &g->cells.at[i];

        if (cell->heading)
            continue;
        if (cell->width > widths[at])
            widths[at] = cell->width;
        at = (at + 1) % n;
    }
    return n;
}

/* Empty cells at the end of a line leave no blanks behind. */
static bool is_last(const struct pmt_grid *g, size_t i, size_t left)
{
    for (size_t k = 1; k < left; k++)
        if (g->cells.at[i + k].n)
            return false;
    return true;
}

static void write_text(struct pmt_grid *g)
{
    size_t widths[PMT_GRID_MOST_COLUMNS], which[PMT_GRID_MOST_COLUMNS];
    size_t n = measure(g, widths, which), i = 0;

    while (i < g->cells.n) {
        if (g->cells.at[i].heading) {
            pmt_strbuf_add(g->sb, g->text.at + g->cells.at[i].from, g->cells.at[i].n);
            i++;
        } else {
            for (size_t k = 0; k < n; k++) {
                bool last = is_last(g, i + k, n - k);

                pmt_strbuf_puts(g->sb, GAP);
                write_cell(g, &g->cells.at[i + k], widths[k], g->columns[which[k]].align, last);
                if (last)
                    break;
            }
            i += n;
        }
        pmt_strbuf_puts(g->sb, "\n");
    }
}

void pmt_grid_end(struct pmt_grid *g)
{
    pmt_assert(g->at == 0);
    if (g->text.failed)
        g->sb->failed = true;
    else if (g->format == PMT_FORMAT_TEXT)
        write_text(g);
    else if (g->format == PMT_FORMAT_JSON)
        pmt_json_end(g->json);
    pmt_strbuf_release(&g->text);
    pmt_vec_release(&g->cells);
}
