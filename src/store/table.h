/* table.h - which field of which struct is which column. For src/store and its
 * tests.
 *
 * A table of the database is an array of a struct of result.h; its columns are
 * rows {name, kind, place in the struct}. DDL, insert and read-back are loops over
 * these rows, so a column is added in one place and cannot be forgotten in
 * another. */
#ifndef PMT_STORE_TABLE_H
#define PMT_STORE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <pymemtrace/result.h>

enum pmt_column_kind {
    PMT_COLUMN_U64,   /* uint64_t, stored as the int64_t of the same bits */
    PMT_COLUMN_U32,   /* uint32_t */
    PMT_COLUMN_I32,   /* int32_t */
    PMT_COLUMN_BOOL,  /* 0 or 1 */
    PMT_COLUMN_REAL,  /* double; what is not a number is NULL, and that is 0 */
    PMT_COLUMN_EVENT, /* uint64_t; PMT_NOWHERE is NULL */
    PMT_COLUMN_CHARS, /* char[n_bytes], NUL-terminated */
    PMT_COLUMN_STR,   /* char *, owned; may be NULL */
    PMT_COLUMN_BASE,  /* enum pmt_arena_base, stored as its word */
    PMT_COLUMN_MOMENT, /* enum pmt_moment_kind, stored as its word */
    PMT_COLUMN_LISTS,  /* enum pmt_free_lists_word, stored as its word */
    PMT_COLUMN_SEVERITY /* enum pmt_severity, stored as its word */
};

struct pmt_column {
    const char *name;
    enum pmt_column_kind kind;
    size_t offset;  /* of the field in the row's struct */
    size_t n_bytes; /* of the field */
};

struct pmt_table {
    const char *name;
    const struct pmt_column *columns;
    size_t n_columns;
    size_t row_bytes; /* sizeof the row's struct */
    size_t at_offset; /* of the array's pointer in struct pmt_result ... */
    size_t n_offset;  /* ... and of its length */
    bool is_array;    /* false: one row per run, the struct is pmt_result */
};

#define PMT_MOST_COLUMNS 256u /* of one table; SQLite allows 2,000 */

/* Tables in the order in which they are written: `run` first. */
extern const struct pmt_table pmt_tables[];
extern const size_t pmt_n_tables;

/* Words of a column stored as words, NULL-terminated; NULL for other kinds. */
const char *const *pmt_column_words(enum pmt_column_kind kind);

#endif
