/* store_get.c - reading back: the list of runs, and one run as a result.
 *
 * All of a read is one transaction, so a run is seen whole. A column that the file
 * lacks (an older metric.def) is selected as NULL, and NULL reads as 0, no text, or
 * PMT_NOWHERE; a table that it lacks has no rows. */
#include <pymemtrace/store.h>

#include <string.h>
#include "base/vec.h"
#include "store/schema.h"

static enum pmt_status no_memory(const struct pmt_store *store, struct pmt_error *err)
{
    return pmt_error_set(err, PMT_E_NOMEM, "%s: out of memory", store->path);
}

static enum pmt_status damaged(const struct pmt_store *store, const char *column,
                               struct pmt_error *err)
{
    return pmt_error_set(err, PMT_E_STORE, "%s: column %s holds what no run has: "
                         "replay the trace into a new file", store->path, column);
}

/* *out NULL and PMT_OK: the file has no such table. */
static enum pmt_status prepare_select(struct pmt_store *store, const struct pmt_table *t,
                                      sqlite3_stmt **out, struct pmt_error *err)
{
    struct pmt_strbuf sql = {0};
    bool has[PMT_MOST_COLUMNS];
    enum pmt_status st = pmt_schema_columns(store, t, has, err);

    *out = NULL;
    if (st != PMT_OK || !pmt_schema_has_any(t, has))
        return st;
    pmt_strbuf_puts(&sql, "SELECT run_id");
    for (size_t i = 0; i < t->n_columns; i++)
        pmt_strbuf_printf(&sql, has[i] ? ", \"%s\"" : ", NULL", t->columns[i].name);
    pmt_strbuf_printf(&sql, " FROM \"%s\" WHERE run_id = ?1%s", t->name,
                      t->is_array ? " ORDER BY \"row\"" : "");
    st = sql.failed ? no_memory(store, err) : pmt_db_prepare(store, sql.at, out, err);
    pmt_strbuf_release(&sql);
    return st;
}

/* A text of column `at` (borrowed), "" for NULL; NULL if out of memory. */
static const char *text_at(sqlite3_stmt *stmt, int at)
{
    if (sqlite3_column_type(stmt, at) == SQLITE_NULL)
        return "";
    return (const char *)sqlite3_column_text(stmt, at);
}

static void read_u32(char *field, int64_t v, bool *good)
{
    uint32_t narrow = (uint32_t)v;

    *good = v >= 0 && v <= UINT32_MAX;
    memcpy(field, &narrow, sizeof narrow);
}

static void read_i32(char *field, int64_t v, bool *good)
{
    int32_t narrow = (int32_t)v;

    *good = v >= INT32_MIN && v <= INT32_MAX;
    memcpy(field, &narrow, sizeof narrow);
}

static void read_real(char *field, sqlite3_stmt *stmt, int at, bool *good)
{
    int type = sqlite3_column_type(stmt, at);
    double v = sqlite3_column_double(stmt, at);

    *good = type == SQLITE_FLOAT || type == SQLITE_INTEGER || type == SQLITE_NULL;
    memcpy(field, &v, sizeof v);
}

static bool read_chars(char *field, size_t n_bytes, const char *text)
{
    size_t n = strnlen(text, n_bytes - 1);

    memcpy(field, text, n);
    field[n] = '\0';
    return text[n] == '\0';
}

static bool read_str(char *field, sqlite3_stmt *stmt, int at)
{
    char *copy = NULL;
    const char *text = text_at(stmt, at);

    if (sqlite3_column_type(stmt, at) != SQLITE_NULL)
        copy = text ? pmt_strdup(text) : NULL;
    memcpy(field, &copy, sizeof copy);
    return copy || sqlite3_column_type(stmt, at) == SQLITE_NULL;
}

static void read_word(char *field, sqlite3_stmt *stmt, int at, const char *const *words,
                      bool *good)
{
    const char *text;

    if (sqlite3_column_type(stmt, at) == SQLITE_INTEGER ||
        sqlite3_column_type(stmt, at) == SQLITE_NULL) {
        read_u32(field, sqlite3_column_int64(stmt, at), good);
        return;
    }
    text = text_at(stmt, at);
    *good = false;
    for (uint32_t i = 0; text && words[i]; i++)
        if (!strcmp(text, words[i]))
            read_u32(field, i, good);
}

/* Fill one field; PMT_E_STORE if the value cannot be one of ours. */
static enum pmt_status read_column(struct pmt_store *store, const struct pmt_column *c,
                                   sqlite3_stmt *stmt, int at, char *row,
                                   struct pmt_error *err)
{
    char *field = row + c->offset;
    int64_t v;
    uint64_t u;
    bool good = true;

    switch (c->kind) {
    case PMT_COLUMN_U64:
    case PMT_COLUMN_EVENT:
        u = (uint64_t)sqlite3_column_int64(stmt, at);
        if (c->kind == PMT_COLUMN_EVENT && sqlite3_column_type(stmt, at) == SQLITE_NULL)
            u = PMT_NOWHERE;
        memcpy(field, &u, sizeof u);
        break;
    case PMT_COLUMN_U32:
        read_u32(field, sqlite3_column_int64(stmt, at), &good);
        break;
    case PMT_COLUMN_I32:
        read_i32(field, sqlite3_column_int64(stmt, at), &good);
        break;
    case PMT_COLUMN_REAL:
        read_real(field, stmt, at, &good);
        break;
    case PMT_COLUMN_BOOL:
        v = sqlite3_column_int64(stmt, at);
        good = v == 0 || v == 1;
        *(bool *)field = v != 0;
        break;
    case PMT_COLUMN_CHARS:
        if (!text_at(stmt, at))
            return no_memory(store, err);
        good = read_chars(field, c->n_bytes, text_at(stmt, at));
        break;
    case PMT_COLUMN_STR:
        if (!read_str(field, stmt, at))
            return no_memory(store, err);
        break;
    case PMT_COLUMN_BASE:
    case PMT_COLUMN_MOMENT:
    case PMT_COLUMN_LISTS:
    case PMT_COLUMN_SEVERITY:
        read_word(field, stmt, at, pmt_column_words(c->kind), &good);
        break;
    }
    return good ? PMT_OK : damaged(store, c->name, err);
}

static enum pmt_status read_row(struct pmt_store *store, const struct pmt_table *t,
                                sqlite3_stmt *stmt, char *row, struct pmt_error *err)
{
    enum pmt_status st = PMT_OK;

    for (size_t i = 0; i < t->n_columns && st == PMT_OK; i++)
        st = read_column(store, &t->columns[i], stmt, (int)i + 1, row, err);
    return st;
}

/* Room for one more row of an array of *out, zeroed and already counted, so that
 * pmt_result_release() finds what a failing read_row() leaves in it. */
static char *next_row(const struct pmt_table *t, struct pmt_result *out, size_t *cap)
{
    char *rows;
    size_t n;
    void *grown;

    if (!t->is_array)
        return (char *)out;
    memcpy(&rows, (char *)out + t->at_offset, sizeof rows);
    memcpy(&n, (char *)out + t->n_offset, sizeof n);
    grown = rows;
    if (!pmt_vec_grow_(&grown, cap, n + 1, t->row_bytes))
        return NULL;
    rows = grown;
    memset(rows + n * t->row_bytes, 0, t->row_bytes);
    memcpy((char *)out + t->at_offset, &rows, sizeof rows);
    n++;
    memcpy((char *)out + t->n_offset, &n, sizeof n);
    return rows + (n - 1) * t->row_bytes;
}

static enum pmt_status read_table(struct pmt_store *store, const struct pmt_table *t,
                                  int64_t run_id, struct pmt_result *out,
                                  struct pmt_error *err)
{
    sqlite3_stmt *stmt;
    size_t cap = 0;
    int rc;
    enum pmt_status st = prepare_select(store, t, &stmt, err);

    if (st != PMT_OK || !stmt)
        return st;
    rc = sqlite3_bind_int64(stmt, 1, run_id);
    while (rc == SQLITE_OK && st == PMT_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW) {
        char *row = next_row(t, out, &cap);

        st = row ? read_row(store, t, stmt, row, err) : no_memory(store, err);
        rc = SQLITE_OK;
    }
    if (st == PMT_OK)
        st = pmt_db_status(store, rc, err);
    (void)sqlite3_finalize(stmt);
    return st;
}

/* E_USAGE that names the runs there are, the first few of them. */
static enum pmt_status no_such_run(struct pmt_store *store, int64_t run_id,
                                   struct pmt_error *err)
{
    struct pmt_strbuf ids = {0};
    sqlite3_stmt *stmt;
    int n = 0;
    enum pmt_status st = pmt_db_prepare(store, "SELECT run_id FROM run ORDER BY run_id "
                                        "LIMIT 11", &stmt, err);

    if (st != PMT_OK)
        return st;
    for (; sqlite3_step(stmt) == SQLITE_ROW; n++)
        if (n < 10)
            pmt_strbuf_printf(&ids, "%s%lld", n ? ", " : "",
                              (long long)sqlite3_column_int64(stmt, 0));
    (void)sqlite3_finalize(stmt);
    if (n == 0)
        st = pmt_error_set(err, PMT_E_USAGE, "%s: holds no runs: replay a trace into it",
                           store->path);
    else
        st = pmt_error_set(err, PMT_E_USAGE, "%s: no run %lld: there are %s%s", store->path,
                           (long long)run_id, ids.at ? ids.at : "others",
                           n > 10 ? " ..." : "");
    pmt_strbuf_release(&ids);
    return st;
}

/* Turn 0 into the newest run and make sure that the run is there. */
static enum pmt_status find_run(struct pmt_store *store, int64_t *run_id,
                                struct pmt_error *err)
{
    sqlite3_stmt *stmt;
    enum pmt_status st;
    int rc;

    st = pmt_db_prepare(store, "SELECT run_id FROM run WHERE ?1 = 0 OR run_id = ?1 "
                        "ORDER BY run_id DESC LIMIT 1", &stmt, err);
    if (st != PMT_OK)
        return st;
    rc = sqlite3_bind_int64(stmt, 1, *run_id);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    if (rc == SQLITE_DONE)
        st = no_such_run(store, *run_id, err);
    else if (rc == SQLITE_ROW)
        *run_id = sqlite3_column_int64(stmt, 0);
    else
        st = pmt_db_status(store, rc, err);
    (void)sqlite3_finalize(stmt);
    return st;
}

/* BEGIN, and look whether there is anything: a file opened for writing may still
 * be empty. */
static enum pmt_status begin_read(struct pmt_store *store, bool *empty,
                                  struct pmt_error *err)
{
    enum pmt_status st = pmt_db_exec(store, "BEGIN", err);

    *empty = false;
    return st == PMT_OK ? pmt_schema_check(store, empty, err) : st;
}

enum pmt_status
pmt_store_get(struct pmt_store *store, int64_t run_id, struct pmt_result *out,
              struct pmt_error *err)
{
    bool empty;
    enum pmt_status st = begin_read(store, &empty, err);

    *out = (struct pmt_result){0};
    if (st == PMT_OK && empty)
        st = pmt_error_set(err, PMT_E_USAGE, "%s: holds no runs: replay a trace into it",
                           store->path);
    if (st == PMT_OK)
        st = find_run(store, &run_id, err);
    for (size_t i = 0; i < pmt_n_tables && st == PMT_OK; i++)
        st = read_table(store, &pmt_tables[i], run_id, out, err);
    st = pmt_db_end(store, st, err);
    if (st != PMT_OK)
        pmt_result_release(out);
    return st;
}

struct run_list {
    struct pmt_store_run *at;
    size_t n, cap;
};

static enum pmt_status read_run(struct pmt_store *store, sqlite3_stmt *stmt,
                                struct run_list *list, struct pmt_error *err)
{
    struct pmt_store_run run = {.run_id = sqlite3_column_int64(stmt, 0)};
    const char *preset = text_at(stmt, 1), *spec = text_at(stmt, 2);
    const char *path = text_at(stmt, 3);

    if (!preset || !spec || !path)
        return no_memory(store, err);
    (void)read_chars(run.preset, sizeof run.preset, preset);
    (void)read_chars(run.spec, sizeof run.spec, spec);
    run.events = (uint64_t)sqlite3_column_int64(stmt, 4);
    run.partial = sqlite3_column_int(stmt, 5);
    run.trace_path = pmt_strdup(path);
    if (!run.trace_path || !pmt_vec_push(list, run)) {
        pmt_free(run.trace_path);
        return no_memory(store, err);
    }
    return PMT_OK;
}

static enum pmt_status read_runs(struct pmt_store *store, struct run_list *list,
                                 struct pmt_error *err)
{
    sqlite3_stmt *stmt;
    int rc = SQLITE_DONE;
    enum pmt_status st = pmt_db_prepare(store, "SELECT run_id, preset, spec, trace_path, "
                                        "events, partial IS NOT NULL FROM run "
                                        "ORDER BY run_id", &stmt, err);

    while (st == PMT_OK && (rc = sqlite3_step(stmt)) == SQLITE_ROW)
        st = read_run(store, stmt, list, err);
    if (st == PMT_OK)
        st = pmt_db_status(store, rc, err);
    (void)sqlite3_finalize(stmt);
    return st;
}

enum pmt_status
pmt_store_runs(struct pmt_store *store, struct pmt_store_run **out, size_t *n,
               struct pmt_error *err)
{
    struct run_list list = {0};
    bool empty;
    enum pmt_status st = begin_read(store, &empty, err);

    *out = NULL;
    *n = 0;
    if (st == PMT_OK && !empty)
        st = read_runs(store, &list, err);
    st = pmt_db_end(store, st, err);
    if (st != PMT_OK) {
        pmt_store_runs_free(list.at, list.n);
        return st;
    }
    *out = list.at;
    *n = list.n;
    return PMT_OK;
}

void pmt_store_runs_free(struct pmt_store_run *runs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        pmt_free(runs[i].trace_path);
    pmt_free(runs);
}
