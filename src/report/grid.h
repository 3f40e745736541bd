/* grid.h - a table described once and written as aligned text, JSON or CSV. For
 * src/report.
 *
 * Begin with the columns, then give the cells row by row, then end. JSON becomes
 * an array of one-line objects under `key` in the open object; CSV a header line
 * and one line per row; text is held back until the end, when the widths of the
 * columns are known. */
#ifndef PMT_REPORT_GRID_H
#define PMT_REPORT_GRID_H

#include "report/human.h"
#include "report/json.h"
#include "report/report.h"

enum pmt_grid_align { PMT_GRID_RIGHT, PMT_GRID_LEFT };

struct pmt_grid_column {
    const char *key;   /* JSON key and CSV header; NULL: in text only */
    const char *title; /* text header; NULL: not in text */
    enum pmt_grid_align align;
};

struct pmt_grid_cell {
    size_t from, n; /* in `text` */
    size_t width;   /* in characters */
    bool heading;   /* alone on its line, not counted for widths */
    const char *color; /* start sequence, or NULL */
};

#define PMT_GRID_MOST_COLUMNS 32

struct pmt_grid {
    struct pmt_strbuf *sb;
    struct pmt_json *json; /* NULL unless JSON */
    enum pmt_report_format format;
    const struct pmt_grid_column *columns;
    size_t n_columns;
    size_t at;             /* column of the next cell */
    bool any;              /* CSV: the line has a field */
    struct pmt_strbuf text;
    struct {
        struct pmt_grid_cell *at;
        size_t n, cap;
    } cells;
};

/* sb for text and CSV, json (and key) for JSON. The header line of text is left
 * out when every title is "". */
void pmt_grid_begin(struct pmt_grid *g, enum pmt_report_format format, struct pmt_strbuf *sb,
                    struct pmt_json *json, const char *key,
                    const struct pmt_grid_column *columns, size_t n_columns);

/* The next cell. A cell of a column that the format does not show is dropped. */
void pmt_grid_str(struct pmt_grid *g, const char *foreign); /* escaped; NULL: null */
void pmt_grid_none(struct pmt_grid *g); /* not known: null, empty, "-" */
void pmt_grid_bool(struct pmt_grid *g, bool value);         /* text: yes, no */
void pmt_grid_value(struct pmt_grid *g, uint64_t value, enum pmt_unit unit);
void pmt_grid_delta(struct pmt_grid *g, uint64_t a, uint64_t b, enum pmt_unit unit);
void pmt_grid_change(struct pmt_grid *g, uint64_t a, uint64_t b); /* percent */
/* Our own words: text as `shown` (in a colour, or NULL), else `word`. */
void pmt_grid_word(struct pmt_grid *g, const char *shown, const char *word, const char *color);

/* Text only: a line of its own between rows. */
void pmt_grid_heading(struct pmt_grid *g, const char *text);

/* Write the text, close the JSON array, release. */
void pmt_grid_end(struct pmt_grid *g);

#endif
