/* db.c - SQLite's answers as statuses, and small statements. */
#include "store/db.h"

#include <stdio.h>
#include <string.h>

/* What an answer means and what to do about it. `text` NULL: SQLite's own. */
static const struct {
    int rc; /* result code; a primary one stands for its extended ones, too */
    enum pmt_status status;
    const char *text;
    const char *remedy;
} answers[] = {
    {SQLITE_NOMEM, PMT_E_NOMEM, "out of memory", "close other programs"},
    {SQLITE_TOOBIG, PMT_E_LIMIT, "a text is too long for SQLite", "shorten it"},
    {SQLITE_NOTADB, PMT_E_STORE, "not a pymemtrace database", "name another file"},
    {SQLITE_CORRUPT, PMT_E_STORE, "the database is damaged",
     "replay the trace into a new file"},
    {SQLITE_BUSY, PMT_E_STORE, "the database is locked by another program",
     "try again when it is done"},
    {SQLITE_LOCKED, PMT_E_STORE, "the database is locked by another program",
     "try again when it is done"},
    {SQLITE_FULL, PMT_E_IO, "cannot write: the disk is full",
     "free some space or name another file"},
    {SQLITE_READONLY, PMT_E_IO, "cannot write: the file or its folder is read-only",
     "name another file"},
    {SQLITE_PERM, PMT_E_IO, "permission denied", "name another file"},
    {SQLITE_CANTOPEN, PMT_E_IO, "cannot open", "check the path and its permissions"},
    {SQLITE_IOERR_WRITE, PMT_E_IO, "cannot write",
     "check the disk's free space, its quota and file size limits"},
    {SQLITE_IOERR, PMT_E_IO, "cannot read or write", "check the disk"},
    {SQLITE_INTERRUPT, PMT_E_IO, "interrupted", "run it again"},
    {SQLITE_MISUSE, PMT_E_INTERNAL, NULL, "please report this"},
    {SQLITE_ERROR, PMT_E_STORE, NULL, "replay the trace into a new file"},
};

/* SQLite's own words may quote what stands in the file: no control characters. */
static void own_words(const struct pmt_store *store, int rc, char *buf, size_t len)
{
    (void)snprintf(buf, len, "%s", store->db ? sqlite3_errmsg(store->db) : sqlite3_errstr(rc));
    for (char *c = buf; *c; c++)
        if ((unsigned char)*c < 0x20 || *c == 0x7f)
            *c = '?';
}

enum pmt_status
pmt_db_status(const struct pmt_store *store, int rc, struct pmt_error *err)
{
    size_t i = 0, last = sizeof answers / sizeof *answers - 1;
    int os = store->db ? sqlite3_system_errno(store->db) : 0;
    int extended = store->db ? sqlite3_extended_errcode(store->db) : rc;
    char words[200];

    if (rc == SQLITE_OK || rc == SQLITE_DONE || rc == SQLITE_ROW)
        return PMT_OK;
    rc &= 0xff;
    if ((extended & 0xff) != rc) /* rc is not of the last call */
        extended = rc;
    while (i < last && answers[i].rc != rc && answers[i].rc != extended)
        i++;
    own_words(store, rc, words, sizeof words);
    if (answers[i].status != PMT_E_IO)
        os = 0; /* left over from an earlier call */
    return pmt_error_set(err, answers[i].status, "%s: %s%s%s: %s", store->path,
                         answers[i].text ? answers[i].text : words, os ? ": " : "",
                         os ? strerror(os) : "", answers[i].remedy);
}

enum pmt_status
pmt_db_exec(struct pmt_store *store, const char *sql, struct pmt_error *err)
{
    return pmt_db_status(store, sqlite3_exec(store->db, sql, NULL, NULL, NULL), err);
}

enum pmt_status
pmt_db_prepare(struct pmt_store *store, const char *sql, sqlite3_stmt **out,
               struct pmt_error *err)
{
    *out = NULL;
    return pmt_db_status(store, sqlite3_prepare_v2(store->db, sql, -1, out, NULL), err);
}

enum pmt_status
pmt_db_number(struct pmt_store *store, const char *sql, int64_t *out,
              struct pmt_error *err)
{
    sqlite3_stmt *stmt;
    enum pmt_status st = pmt_db_prepare(store, sql, &stmt, err);
    int rc;

    *out = 0;
    if (st != PMT_OK)
        return st;
    rc = sqlite3_step(stmt);
    if (rc == SQLITE_ROW)
        *out = sqlite3_column_int64(stmt, 0);
    st = pmt_db_status(store, rc, err);
    (void)sqlite3_finalize(stmt);
    return st;
}

enum pmt_status
pmt_db_end(struct pmt_store *store, enum pmt_status st, struct pmt_error *err)
{
    if (st == PMT_OK)
        st = pmt_db_exec(store, "COMMIT", err);
    /* Some failures (disk full, out of memory) have rolled back already. */
    if (st != PMT_OK && !sqlite3_get_autocommit(store->db))
        (void)sqlite3_exec(store->db, "ROLLBACK", NULL, NULL, NULL);
    return st;
}
