/* store_put.c - writing a result: one transaction, one prepared statement per
 * table, every column bound from its row in table.c. */
#include <pymemtrace/store.h>

#include <string.h>
#include "store/schema.h"

static enum pmt_status prepare_insert(struct pmt_store *store, const struct pmt_table *t,
                                      sqlite3_stmt **out, struct pmt_error *err)
{
    struct pmt_strbuf sql = {0};
    enum pmt_status st;

    *out = NULL;
    pmt_strbuf_printf(&sql, "INSERT INTO \"%s\" (run_id%s", t->name,
                      t->is_array ? ", \"row\"" : "");
    for (size_t i = 0; i < t->n_columns; i++)
        pmt_strbuf_printf(&sql, ", \"%s\"", t->columns[i].name);
    pmt_strbuf_puts(&sql, t->is_array ? ") VALUES (?, ?" : ") VALUES (?");
    for (size_t i = 0; i < t->n_columns; i++)
        pmt_strbuf_puts(&sql, ", ?");
    pmt_strbuf_puts(&sql, ")");
    st = sql.failed ? pmt_error_set(err, PMT_E_NOMEM, "%s: out of memory", store->path)
                    : pmt_db_prepare(store, sql.at, out, err);
    pmt_strbuf_release(&sql);
    return st;
}

static uint64_t u64_at(const char *field)
{
    uint64_t v;

    memcpy(&v, field, sizeof v);
    return v;
}

static uint32_t u32_at(const char *field)
{
    uint32_t v;

    memcpy(&v, field, sizeof v);
    return v;
}

static double real_at(const char *field)
{
    double v;

    memcpy(&v, field, sizeof v);
    return v;
}

static int bind_text(sqlite3_stmt *stmt, int at, const char *s, size_t n)
{
    return sqlite3_bind_text64(stmt, at, s, n, SQLITE_STATIC, SQLITE_UTF8);
}

static int bind_str(sqlite3_stmt *stmt, int at, const char *field)
{
    const char *s;

    memcpy(&s, field, sizeof s);
    return s ? bind_text(stmt, at, s, strlen(s)) : sqlite3_bind_null(stmt, at);
}

/* A value without a word keeps its number: it reads back, whatever it means. */
static int bind_word(sqlite3_stmt *stmt, int at, const char *const *words, uint32_t value)
{
    uint32_t n = 0;

    while (words[n])
        n++;
    return value < n ? bind_text(stmt, at, words[value], strlen(words[value]))
                     : sqlite3_bind_int64(stmt, at, value);
}

static int bind_column(sqlite3_stmt *stmt, int at, const struct pmt_column *c, const char *row)
{
    const char *field = row + c->offset;

    switch (c->kind) {
    case PMT_COLUMN_U64:
        return sqlite3_bind_int64(stmt, at, (int64_t)u64_at(field));
    case PMT_COLUMN_U32:
        return sqlite3_bind_int64(stmt, at, u32_at(field));
    case PMT_COLUMN_I32:
        return sqlite3_bind_int(stmt, at, (int32_t)u32_at(field));
    case PMT_COLUMN_REAL:
        return sqlite3_bind_double(stmt, at, real_at(field));
    case PMT_COLUMN_BOOL:
        return sqlite3_bind_int(stmt, at, *(const bool *)field);
    case PMT_COLUMN_EVENT:
        return u64_at(field) == PMT_NOWHERE
                   ? sqlite3_bind_null(stmt, at)
                   : sqlite3_bind_int64(stmt, at, (int64_t)u64_at(field));
    case PMT_COLUMN_CHARS:
        return bind_text(stmt, at, field, strnlen(field, c->n_bytes));
    case PMT_COLUMN_STR:
        return bind_str(stmt, at, field);
    case PMT_COLUMN_BASE:
    case PMT_COLUMN_MOMENT:
    case PMT_COLUMN_LISTS:
    case PMT_COLUMN_SEVERITY:
        return bind_word(stmt, at, pmt_column_words(c->kind), u32_at(field));
    }
    return SQLITE_MISUSE;
}

_Static_assert(sizeof(enum pmt_arena_base) == 4 && sizeof(enum pmt_moment_kind) == 4 &&
               sizeof(enum pmt_severity) == 4,
               "enumerations are read as 32 bits");

/* run_id 0: let SQLite number the run. */
static int insert_row(sqlite3_stmt *stmt, const struct pmt_table *t, int64_t run_id,
                      size_t number, const char *row)
{
    int at = 1, rc = SQLITE_OK;

    if (run_id)
        rc = sqlite3_bind_int64(stmt, at, run_id);
    at++;
    if (rc == SQLITE_OK && t->is_array)
        rc = sqlite3_bind_int64(stmt, at++, (int64_t)number);
    for (size_t i = 0; i < t->n_columns && rc == SQLITE_OK; i++)
        rc = bind_column(stmt, at++, &t->columns[i], row);
    if (rc != SQLITE_OK)
        return rc;
    rc = sqlite3_step(stmt);
    (void)sqlite3_reset(stmt);
    return rc;
}

static enum pmt_status insert_rows(struct pmt_store *store, const struct pmt_table *t,
                                   const struct pmt_result *result, int64_t run_id,
                                   struct pmt_error *err)
{
    const char *rows = (const char *)result;
    size_t n = 1;
    sqlite3_stmt *stmt;
    enum pmt_status st;

    if (t->is_array) {
        memcpy(&rows, (const char *)result + t->at_offset, sizeof rows);
        memcpy(&n, (const char *)result + t->n_offset, sizeof n);
    }
    if (n == 0)
        return PMT_OK;
    st = prepare_insert(store, t, &stmt, err);
    for (size_t i = 0; i < n && st == PMT_OK; i++)
        st = pmt_db_status(store, insert_row(stmt, t, run_id, i, rows + i * t->row_bytes), err);
    (void)sqlite3_finalize(stmt);
    return st;
}

static enum pmt_status put_all(struct pmt_store *store, const struct pmt_result *result,
                               int64_t *run_id, struct pmt_error *err)
{
    enum pmt_status st = store->ready ? PMT_OK : pmt_schema_make(store, err);

    for (size_t i = 0; i < pmt_n_tables && st == PMT_OK; i++) {
        st = insert_rows(store, &pmt_tables[i], result, *run_id, err);
        if (i == 0)
            *run_id = sqlite3_last_insert_rowid(store->db);
    }
    return st;
}

enum pmt_status
pmt_store_put(struct pmt_store *store, const struct pmt_result *result,
              int64_t *run_id, struct pmt_error *err)
{
    int64_t id = 0;
    enum pmt_status st;

    *run_id = 0;
    /* IMMEDIATE: two writers wait for each other here, not in the middle. */
    st = pmt_db_exec(store, "BEGIN IMMEDIATE", err);
    if (st != PMT_OK)
        return st;
    st = pmt_db_end(store, put_all(store, result, &id, err), err);
    if (st != PMT_OK)
        return st;
    store->ready = true;
    store->is_new = false;
    *run_id = id;
    return PMT_OK;
}
