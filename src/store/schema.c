/*
 * schema.c - the database's own description.
 *
 * Tables come from table.c. Each array of a result is a table with the key
 * (run_id, row), row counting from 0, clustered on that key: what belongs to a run
 * lies together and needs no index. `run` and `measured` have one row per run.
 *
 * Two numbers in the file's header say whose it is: application_id, which is ours
 * for ever, and user_version, which rises when a column changes its meaning or
 * goes away. A new column is no new version: databases without it read as 0 there
 * and get it with the next write (a new table likewise: no rows until then), and
 * databases with columns we do not know keep them (they are 0 in the runs we add).
 * So programs of one version with different metric.def share a file.
 *
 * Views are for people; the program itself reads tables only.
 */
#include "store/schema.h"

#include <string.h>

static const char views_sql[] =
    "CREATE VIEW IF NOT EXISTS run_summary AS SELECT run_id,"
    " (SELECT value FROM fact f WHERE f.run_id = r.run_id AND f.name = 'python.version')"
    " AS python,"
    " spec, trace_path, partial IS NOT NULL AS is_partial,"
    " CASE WHEN verify_checked = 0 THEN 'not checked'"
    " WHEN verify_exact THEN 'exact' ELSE 'not exact' END AS verdict,"
    " events, arenas_highwater,"
    " round(peak_bytes / 1048576.0, 1) AS peak_mib,"
    " round(arena_peak_bytes / 1048576.0, 1) AS arena_peak_mib,"
    " round(raw_peak_bytes / 1048576.0, 1) AS raw_peak_mib,"
    " round(arena_bytes / 1048576.0, 1) AS arena_end_mib,"
    " round(raw_bytes / 1048576.0, 1) AS raw_end_mib,"
    " round(100.0 * used_bytes / nullif(arena_bytes, 0), 1) AS arena_used_percent"
    " FROM run r;"
    "CREATE VIEW IF NOT EXISTS timeline AS SELECT run_id, event,"
    " recorded_clock_ns / 1e9 AS recorded_s,"
    " round((arena_bytes + raw_bytes) / 1048576.0, 1) AS total_mib,"
    " round(arena_bytes / 1048576.0, 1) AS arena_mib,"
    " round(used_bytes / 1048576.0, 1) AS used_mib,"
    " round(avail_bytes / 1048576.0, 1) AS avail_mib,"
    " round(unused_pool_bytes / 1048576.0, 1) AS unused_pool_mib,"
    " round(raw_bytes / 1048576.0, 1) AS raw_mib,"
    " round(nullif(recorded_rss_bytes, 0) / 1048576.0, 1) AS recorded_rss_mib,"
    " round(100.0 * used_bytes / nullif(arena_bytes, 0), 1) AS arena_used_percent"
    " FROM sample;"
    "CREATE VIEW IF NOT EXISTS disagreement AS SELECT run_id, event, checkpoint,"
    " figure, recorded, modelled, modelled - recorded AS difference"
    " FROM oracle WHERE recorded <> modelled;"
    /* Percentiles by nearest rank among the pauses that are known: of n in order of
     * length, number ceil(p * n / 100). */
    "CREATE VIEW IF NOT EXISTS collection_summary AS WITH ranked AS (SELECT *,"
    " row_number() OVER (PARTITION BY run_id, generation, pause_ns <> 0"
    " ORDER BY pause_ns) AS rank,"
    " count(*) OVER (PARTITION BY run_id, generation, pause_ns <> 0) AS n,"
    " row_number() OVER (PARTITION BY run_id, generation, recorded_pause_ns <> 0"
    " ORDER BY recorded_pause_ns) AS recorded_rank,"
    " count(*) OVER (PARTITION BY run_id, generation, recorded_pause_ns <> 0)"
    " AS recorded_n FROM collection)"
    " SELECT run_id, generation, count(*) AS collections, sum(asked_for) AS asked_for,"
    " sum(visited) AS visited, sum(collected) AS collected,"
    " CASE WHEN sum(visited) > 0 THEN sum(collected = 0) END AS useless,"
    " sum(nullif(pause_ns, 0)) / 1e6 AS pause_total_ms,"
    " min(CASE WHEN pause_ns <> 0 AND rank * 100 >= n * 50 THEN pause_ns END) / 1e6"
    " AS pause_p50_ms,"
    " min(CASE WHEN pause_ns <> 0 AND rank * 100 >= n * 90 THEN pause_ns END) / 1e6"
    " AS pause_p90_ms,"
    " min(CASE WHEN pause_ns <> 0 AND rank * 100 >= n * 99 THEN pause_ns END) / 1e6"
    " AS pause_p99_ms,"
    " max(nullif(pause_ns, 0)) / 1e6 AS pause_max_ms,"
    " count(nullif(recorded_pause_ns, 0)) AS recorded_pauses,"
    " sum(recorded_collected) AS recorded_collected,"
    " sum(recorded_pause_ns <> 0 AND recorded_collected = 0) AS recorded_useless,"
    " sum(nullif(recorded_pause_ns, 0)) / 1e6 AS recorded_pause_total_ms,"
    " min(CASE WHEN recorded_pause_ns <> 0 AND recorded_rank * 100 >= recorded_n * 50"
    " THEN recorded_pause_ns END) / 1e6 AS recorded_pause_p50_ms,"
    " min(CASE WHEN recorded_pause_ns <> 0 AND recorded_rank * 100 >= recorded_n * 90"
    " THEN recorded_pause_ns END) / 1e6 AS recorded_pause_p90_ms,"
    " min(CASE WHEN recorded_pause_ns <> 0 AND recorded_rank * 100 >= recorded_n * 99"
    " THEN recorded_pause_ns END) / 1e6 AS recorded_pause_p99_ms,"
    " max(nullif(recorded_pause_ns, 0)) / 1e6 AS recorded_pause_max_ms"
    " FROM ranked GROUP BY run_id, generation;";

static const char *column_type(enum pmt_column_kind kind)
{
    switch (kind) {
    case PMT_COLUMN_U64:
    case PMT_COLUMN_U32:
    case PMT_COLUMN_I32:
    case PMT_COLUMN_BOOL:
        return "INTEGER NOT NULL DEFAULT 0";
    case PMT_COLUMN_REAL:
        return "REAL DEFAULT 0";
    case PMT_COLUMN_EVENT:
        return "INTEGER";
    case PMT_COLUMN_CHARS:
        return "TEXT NOT NULL DEFAULT ''";
    case PMT_COLUMN_STR:
        return "TEXT";
    case PMT_COLUMN_BASE:
        return "TEXT NOT NULL DEFAULT 'recorded'";
    case PMT_COLUMN_MOMENT:
        return "TEXT NOT NULL DEFAULT 'never'";
    case PMT_COLUMN_LISTS:
        return "TEXT NOT NULL DEFAULT 'on'";
    case PMT_COLUMN_SEVERITY:
        return "TEXT NOT NULL DEFAULT 'info'";
    }
    return "";
}

static void add_table(struct pmt_strbuf *sql, const struct pmt_table *t)
{
    pmt_strbuf_printf(sql, "CREATE TABLE IF NOT EXISTS \"%s\" (run_id INTEGER%s", t->name,
                      t->is_array ? " NOT NULL, \"row\" INTEGER NOT NULL" : " PRIMARY KEY");
    for (size_t i = 0; i < t->n_columns; i++)
        pmt_strbuf_printf(sql, ",\n \"%s\" %s", t->columns[i].name,
                          column_type(t->columns[i].kind));
    pmt_strbuf_puts(sql, t->is_array ? ",\n PRIMARY KEY (run_id, \"row\")) WITHOUT ROWID;\n"
                                     : ");\n");
}

/* `DELETE FROM run WHERE ...` by hand takes the rest of the run with it. */
static void add_trigger(struct pmt_strbuf *sql)
{
    pmt_strbuf_puts(sql, "CREATE TRIGGER IF NOT EXISTS run_delete AFTER DELETE ON run BEGIN\n");
    for (size_t i = 0; i < pmt_n_tables; i++)
        if (strcmp(pmt_tables[i].name, "run"))
            pmt_strbuf_printf(sql, " DELETE FROM \"%s\" WHERE run_id = old.run_id;\n",
                              pmt_tables[i].name);
    pmt_strbuf_puts(sql, "END;\n");
}

static enum pmt_status exec_built(struct pmt_store *store, struct pmt_strbuf *sql,
                                  struct pmt_error *err)
{
    enum pmt_status st;

    if (sql->failed)
        st = pmt_error_set(err, PMT_E_NOMEM, "%s: out of memory", store->path);
    else
        st = sql->at ? pmt_db_exec(store, sql->at, err) : PMT_OK;
    pmt_strbuf_release(sql);
    return st;
}

static enum pmt_status create_all(struct pmt_store *store, struct pmt_error *err)
{
    struct pmt_strbuf sql = {0};

    pmt_strbuf_printf(&sql, "PRAGMA application_id = %d; PRAGMA user_version = %d;\n",
                      PMT_APPLICATION_ID, PMT_SCHEMA_VERSION);
    for (size_t i = 0; i < pmt_n_tables; i++)
        add_table(&sql, &pmt_tables[i]);
    add_trigger(&sql);
    pmt_strbuf_puts(&sql, views_sql);
    return exec_built(store, &sql, err);
}

enum pmt_status
pmt_schema_columns(struct pmt_store *store, const struct pmt_table *table,
                   bool *has, struct pmt_error *err)
{
    sqlite3_stmt *stmt;
    enum pmt_status st;
    int rc = SQLITE_OK;

    memset(has, 0, table->n_columns * sizeof *has);
    st = pmt_db_prepare(store, "SELECT name FROM pragma_table_info(?1)", &stmt, err);
    if (st != PMT_OK)
        return st;
    rc = sqlite3_bind_text(stmt, 1, table->name, -1, SQLITE_STATIC);
    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        const char *name;

        rc = sqlite3_step(stmt);
        if (rc != SQLITE_ROW)
            break;
        name = (const char *)sqlite3_column_text(stmt, 0);
        for (size_t i = 0; name && i < table->n_columns; i++)
            has[i] |= !strcmp(name, table->columns[i].name);
    }
    st = pmt_db_status(store, rc, err);
    (void)sqlite3_finalize(stmt);
    return st;
}

bool pmt_schema_has_any(const struct pmt_table *table, const bool *has)
{
    for (size_t i = 0; i < table->n_columns; i++)
        if (has[i])
            return true;
    return false;
}

/* A whole table; the trigger is made anew, since it names every table. */
static void add_missing_table(struct pmt_strbuf *sql, const struct pmt_table *t)
{
    add_table(sql, t);
    pmt_strbuf_puts(sql, "DROP TRIGGER IF EXISTS run_delete;\n");
    add_trigger(sql);
    pmt_strbuf_puts(sql, views_sql);
}

/* Add what an older program did not know. */
static enum pmt_status add_missing(struct pmt_store *store, const struct pmt_table *t,
                                   struct pmt_error *err)
{
    struct pmt_strbuf sql = {0};
    bool has[PMT_MOST_COLUMNS];
    enum pmt_status st;

    st = pmt_schema_columns(store, t, has, err);
    if (st != PMT_OK)
        return st;
    if (!pmt_schema_has_any(t, has)) {
        add_missing_table(&sql, t);
        return exec_built(store, &sql, err);
    }
    for (size_t i = 0; i < t->n_columns; i++)
        if (!has[i])
            pmt_strbuf_printf(&sql, "ALTER TABLE \"%s\" ADD COLUMN \"%s\" %s;\n", t->name,
                              t->columns[i].name, column_type(t->columns[i].kind));
    return exec_built(store, &sql, err);
}

enum pmt_status pmt_schema_make(struct pmt_store *store, struct pmt_error *err)
{
    bool empty;
    enum pmt_status st;

    st = pmt_schema_check(store, &empty, err);
    if (st != PMT_OK || empty)
        return st == PMT_OK ? create_all(store, err) : st;
    for (size_t i = 0; i < pmt_n_tables && st == PMT_OK; i++)
        st = add_missing(store, &pmt_tables[i], err);
    return st;
}

static enum pmt_status not_ours(struct pmt_store *store, struct pmt_error *err)
{
    return pmt_error_set(err, PMT_E_STORE,
                         "%s: an SQLite database, but not a pymemtrace one: name another file",
                         store->path);
}

enum pmt_status
pmt_schema_check(struct pmt_store *store, bool *empty, struct pmt_error *err)
{
    int64_t id = 0, version = 0, n_objects = 0;
    enum pmt_status st;

    *empty = false;
    st = pmt_db_number(store, "PRAGMA application_id", &id, err);
    if (st == PMT_OK)
        st = pmt_db_number(store, "PRAGMA user_version", &version, err);
    if (st == PMT_OK && id == 0)
        st = pmt_db_number(store, "SELECT count(*) FROM sqlite_master", &n_objects, err);
    if (st != PMT_OK)
        return st;
    *empty = id == 0 && version == 0 && n_objects == 0;
    if (*empty)
        return PMT_OK;
    if (id != PMT_APPLICATION_ID)
        return not_ours(store, err);
    if (version > PMT_SCHEMA_VERSION)
        return pmt_error_set(err, PMT_E_STORE,
                             "%s: database version %lld is newer than this program's %d: "
                             "use a newer pymemtrace",
                             store->path, (long long)version, PMT_SCHEMA_VERSION);
    if (version < 1)
        return pmt_error_set(err, PMT_E_STORE, "%s: the database has no valid version (%lld): "
                             "replay the trace into a new file", store->path,
                             (long long)version);
    return PMT_OK;
}
