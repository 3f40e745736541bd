/*
 * store.c - opening and closing a database file.
 *
 * A file is touched as little as can be: opening for writing makes an empty file
 * where there was none, and everything else (schema and first run) comes in one
 * transaction with the first pmt_store_put(). Should that never succeed, the file
 * we made goes away again.
 *
 * Settings, and why:
 *   rollback journal  SQLite's default. Not WAL: its shared-memory file turns a
 *                     full disk into SIGBUS, and two more files would lie about.
 *   synchronous OFF   no fsync. A killed process still leaves a run wholly there
 *                     or absent, since the kernel keeps what was written. Only a
 *                     power cut can damage the file, and every row of it can be
 *                     computed again from the trace.
 *   no triggers, no views, no trusted schema, bounded texts: a database from
 *                     elsewhere is data; nothing in it is run.
 *
 * Reading also opens for writing where the file allows it: only so can SQLite roll
 * back what a killed writer left; query_only then refuses any other write.
 */
#include <pymemtrace/store.h>

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "base/alloc.h"
#include "store/schema.h"

#define BUSY_MS        5000
#define MOST_TEXT      (16 << 20) /* bytes of one text or row */
#define OPEN_SQL                                                               \
    "PRAGMA synchronous = OFF; PRAGMA cache_size = -16384;"                    \
    "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF;"

static enum pmt_status io_error(const char *path, const char *what, const char *remedy,
                                struct pmt_error *err)
{
    return pmt_error_set(err, PMT_E_IO, "%s: %s: %s", path, what, remedy);
}

/* What is at the path? Makes the file where there is none and we may. The check
 * is by stat(): closing a descriptor of an existing file would drop the locks
 * that another handle of this process has on it. */
static enum pmt_status claim_path(struct pmt_store *store, struct pmt_error *err)
{
    struct stat info;
    int fd;

    if (stat(store->path, &info) == 0) {
        if (S_ISDIR(info.st_mode))
            return io_error(store->path, "is a directory", "name a file", err);
        if (!S_ISREG(info.st_mode))
            return io_error(store->path, "is not a regular file", "name a file", err);
        return PMT_OK;
    }
    if (errno != ENOENT || !store->writable)
        return io_error(store->path, strerror(errno), "check the path", err);
    /* 0600: a database tells command lines, as its trace does. */
    fd = open(store->path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return errno == EEXIST ? PMT_OK
                               : io_error(store->path, strerror(errno), "check the path", err);
    (void)close(fd);
    store->is_new = true;
    return PMT_OK;
}

/* ":memory:" and "file:..." are names of files to us. */
static char *plain_path(const char *path)
{
    size_t n = strlen(path) + 3;
    char *copy;

    if (path[0] == '/' || path[0] == '.')
        return pmt_strdup(path);
    copy = pmt_alloc(n);
    if (copy) {
        memcpy(copy, "./", 2);
        memcpy(copy + 2, path, n - 2);
    }
    return copy;
}

static enum pmt_status open_db(struct pmt_store *store, struct pmt_error *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX;
    int rc = sqlite3_open_v2(store->open_path, &store->db, flags, NULL);

    if (rc != SQLITE_OK)
        return pmt_db_status(store, rc, err);
    (void)sqlite3_busy_timeout(store->db, BUSY_MS);
    (void)sqlite3_limit(store->db, SQLITE_LIMIT_LENGTH, MOST_TEXT);
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
    (void)sqlite3_db_config(store->db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
    if (store->writable && sqlite3_db_readonly(store->db, "main") == 1)
        return pmt_db_status(store, SQLITE_READONLY, err);
    return pmt_db_exec(store, store->writable ? OPEN_SQL : OPEN_SQL "PRAGMA query_only = ON;",
                       err);
}

/* In one piece: another program may be making it. */
static enum pmt_status check_content(struct pmt_store *store, struct pmt_error *err)
{
    bool empty = false;
    enum pmt_status st = pmt_db_exec(store, "BEGIN", err);

    if (st == PMT_OK)
        st = pmt_db_end(store, pmt_schema_check(store, &empty, err), err);
    if (st == PMT_OK && empty && !store->writable)
        st = pmt_error_set(err, PMT_E_STORE,
                           "%s: an empty file, not a pymemtrace database: name another file",
                           store->path);
    return st;
}

enum pmt_status
pmt_store_open(const char *path, enum pmt_store_mode mode,
               struct pmt_store **out, struct pmt_error *err)
{
    struct pmt_store *store = pmt_zalloc(sizeof *store);
    enum pmt_status st;

    *out = NULL;
    if (store) {
        store->path = pmt_strdup(path);
        store->open_path = plain_path(path);
        store->writable = mode == PMT_STORE_WRITE;
    }
    if (!store || !store->path || !store->open_path) {
        st = pmt_error_set(err, PMT_E_NOMEM, "%s: out of memory", path);
        goto done;
    }
    st = claim_path(store, err);
    if (st == PMT_OK)
        st = open_db(store, err);
    if (st == PMT_OK)
        st = check_content(store, err);
    if (st != PMT_OK)
        goto done;

    *out = store;
    store = NULL;
done:
    pmt_store_close(store);
    return st;
}

/* Nothing was committed to the file we made. Not removed if another process has
 * used it meanwhile. */
static void remove_unused(const struct pmt_store *store)
{
    struct stat info;

    if (store->is_new && stat(store->path, &info) == 0 && info.st_size == 0)
        (void)unlink(store->path);
}

void pmt_store_close(struct pmt_store *store)
{
    if (!store)
        return;
    if (store->path)
        remove_unused(store);
    (void)sqlite3_close(store->db); /* no statement outlives its function */
    pmt_free(store->open_path);
    pmt_free(store->path);
    pmt_free(store);
}

/* Meant for a path that this process has not open as a store (see claim_path). */
bool pmt_store_is_database(const char *path)
{
    static const char magic[16] = "SQLite format 3";
    char head[sizeof magic];
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    bool is = fd >= 0 && read(fd, head, sizeof head) == (ssize_t)sizeof head &&
              !memcmp(head, magic, sizeof magic);

    if (fd >= 0)
        (void)close(fd);
    return is;
}
