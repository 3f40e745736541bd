/* db.h - the handle, its errors and its statements. For src/store alone; with
 * its .c files the only place that knows SQLite. */
#ifndef PMT_STORE_DB_H
#define PMT_STORE_DB_H

#include <sqlite3.h>
#include <pymemtrace/store.h>

struct pmt_store {
    sqlite3 *db;
    char *path;      /* as given, for messages */
    char *open_path; /* as SQLite gets it */
    bool writable;
    bool is_new;     /* we made the file and nothing was committed: remove it */
    bool ready;      /* the schema was seen or made by this handle */
};

/* Translate SQLite's answer rc into a status and one line: "PATH: what: what to
 * do". rc SQLITE_OK and SQLITE_DONE give PMT_OK. */
enum pmt_status
pmt_db_status(const struct pmt_store *store, int rc, struct pmt_error *err);

/* Run SQL that gives no rows; sql may hold several statements. */
enum pmt_status
pmt_db_exec(struct pmt_store *store, const char *sql, struct pmt_error *err);

/* Compile one statement; *out is NULL on failure. Finish with
 * sqlite3_finalize(). */
enum pmt_status
pmt_db_prepare(struct pmt_store *store, const char *sql, sqlite3_stmt **out,
               struct pmt_error *err);

/* The first column of the first row as a number; 0 when there is no row. */
enum pmt_status
pmt_db_number(struct pmt_store *store, const char *sql, int64_t *out,
              struct pmt_error *err);

/* End a transaction: COMMIT if st is PMT_OK, else (or if that fails) ROLLBACK.
 * Returns st or what COMMIT said. */
enum pmt_status
pmt_db_end(struct pmt_store *store, enum pmt_status st, struct pmt_error *err);

#endif
