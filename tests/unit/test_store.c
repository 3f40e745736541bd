/* test_store.c - what is put is what is got; a run is wholly there or absent. */
#include <fcntl.h>
#include <math.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include "base/alloc.h"
#include "store/schema.h"
#include "support/expect.h"
#include "support/sample_result.h"

static char folder[64]; /* scratch, one per test */
static char db_path[96];

static void make_folder(void)
{
    (void)snprintf(folder, sizeof folder, "%.40s/pmt-store-XXXXXX",
                   getenv("TMPDIR") && strlen(getenv("TMPDIR")) < 40 ? getenv("TMPDIR") : "/tmp");
    if (!EXPECT(mkdtemp(folder) != NULL))
        abort();
    (void)snprintf(db_path, sizeof db_path, "%s/app.db", folder);
}

static void remove_folder(void)
{
    char journal[128];

    (void)snprintf(journal, sizeof journal, "%s-journal", db_path);
    (void)unlink(journal);
    (void)unlink(db_path);
    EXPECT_I64(rmdir(folder), 0); /* nothing else was left behind */
}

static bool exists(const char *path) { return access(path, F_OK) == 0; }

/* Run SQL beside the store; the first column of the last row, or -1. */
static int take_number(void *out, int n, char **values, char **names)
{
    (void)n;
    (void)names;
    *(int64_t *)out = values[0] ? strtoll(values[0], NULL, 10) : -1;
    return 0;
}

static int64_t sql(const char *text)
{
    sqlite3 *db;
    int64_t out = -1;

    EXPECT_I64(sqlite3_open(db_path, &db), SQLITE_OK);
    (void)sqlite3_exec(db, "PRAGMA synchronous = OFF", NULL, NULL, NULL); /* for speed */
    if (!EXPECT_I64(sqlite3_exec(db, text, take_number, &out, NULL), SQLITE_OK))
        (void)printf("    %s\n", sqlite3_errmsg(db));
    EXPECT_I64(sqlite3_close(db), SQLITE_OK);
    return out;
}

static bool integrity_is_ok(void)
{
    sqlite3 *db;
    sqlite3_stmt *stmt = NULL;
    bool ok;

    EXPECT_I64(sqlite3_open(db_path, &db), SQLITE_OK);
    ok = sqlite3_prepare_v2(db, "PRAGMA integrity_check", -1, &stmt, NULL) == SQLITE_OK &&
         sqlite3_step(stmt) == SQLITE_ROW &&
         !strcmp((const char *)sqlite3_column_text(stmt, 0), "ok");
    (void)sqlite3_finalize(stmt);
    (void)sqlite3_close(db);
    return ok;
}

static size_t read_file(const char *path, char *buf, size_t len)
{
    int fd = open(path, O_RDONLY);
    ssize_t n = fd < 0 ? 0 : read(fd, buf, len);

    if (fd >= 0)
        (void)close(fd);
    return n > 0 ? (size_t)n : 0;
}

static enum pmt_status put_at(const char *path, const struct pmt_result *result,
                              int64_t *run_id, struct pmt_error *err)
{
    struct pmt_store *store;
    enum pmt_status st = pmt_store_open(path, PMT_STORE_WRITE, &store, err);

    if (st == PMT_OK)
        st = pmt_store_put(store, result, run_id, err);
    pmt_store_close(store);
    return st;
}

static enum pmt_status get_at(const char *path, int64_t run_id, struct pmt_result *out,
                              struct pmt_error *err)
{
    struct pmt_store *store;
    enum pmt_status st = pmt_store_open(path, PMT_STORE_READ, &store, err);

    *out = (struct pmt_result){0};
    if (st == PMT_OK)
        st = pmt_store_get(store, run_id, out, err);
    pmt_store_close(store);
    return st;
}

static void put_sample(int64_t want_id)
{
    struct pmt_result sample;
    struct pmt_error err;
    int64_t id = 0;

    sample_result(&sample);
    EXPECT_STATUS(put_at(db_path, &sample, &id, &err), PMT_OK, &err);
    EXPECT_I64(id, want_id);
    pmt_result_release(&sample);
}

/* --- round trip --------------------------------------------------------- */

static void empty_result(struct pmt_result *out)
{
    *out = (struct pmt_result){.verify = {.first_mismatch_event = 0}};
}

static void test_store_gives_back_what_was_put(void)
{
    void (*const make[])(struct pmt_result *) = {sample_result, sample_result_what_if,
                                                 sample_result_objects, sample_result_extreme,
                                                 empty_result};
    struct pmt_result want, got;
    struct pmt_error err;
    int64_t id;

    make_folder();
    for (size_t i = 0; i < sizeof make / sizeof *make; i++) {
        make[i](&want);
        EXPECT_STATUS(put_at(db_path, &want, &id, &err), PMT_OK, &err);
        EXPECT_I64(id, (int64_t)i + 1);
        EXPECT_STATUS(get_at(db_path, 0, &got, &err), PMT_OK, &err);
        expect_same_result(&got, &want);
        pmt_result_release(&got);
        EXPECT_STATUS(get_at(db_path, id, &got, &err), PMT_OK, &err);
        expect_same_result(&got, &want);
        pmt_result_release(&got);
        pmt_result_release(&want);
    }
    EXPECT(integrity_is_ok());
    remove_folder();
}

/* Every byte of a row's struct belongs to a column or is padding: a field that
 * was added to result.h and not to table.c shows as a gap. */
static void test_store_every_field_has_a_column(void)
{
    static unsigned char covered[sizeof(struct pmt_result)];

    for (size_t t = 2; t < pmt_n_tables; t++) {
        const struct pmt_table *table = &pmt_tables[t];
        size_t gap = 0;

        memset(covered, 0, sizeof covered);
        for (size_t i = 0; i < table->n_columns; i++)
            memset(covered + table->columns[i].offset, 1, table->columns[i].n_bytes);
        for (size_t i = 0; i < table->row_bytes; i++) {
            gap = covered[i] ? 0 : gap + 1;
            EXPECT(gap < 8);
        }
    }
}

/* The same for the result itself, whose fields are columns of the tables with one row
 * per run, or arrays. A bool alone may hide in the padding. */
static void test_store_every_field_of_a_result_is_kept(void)
{
    static unsigned char covered[sizeof(struct pmt_result)];
    size_t gap = 0;

    for (size_t t = 0; t < pmt_n_tables; t++) {
        const struct pmt_table *table = &pmt_tables[t];

        for (size_t i = 0; t < 2 && i < table->n_columns; i++)
            memset(covered + table->columns[i].offset, 1, table->columns[i].n_bytes);
        if (table->is_array) {
            memset(covered + table->at_offset, 1, sizeof(void *));
            memset(covered + table->n_offset, 1, sizeof(size_t));
        }
    }
    for (size_t i = 0; i < sizeof covered; i++) {
        gap = covered[i] ? 0 : gap + 1;
        if (!EXPECT(gap < 8))
            (void)printf("    at byte %zu of struct pmt_result\n", i);
    }
}

/* Is the name in the page, not as a part of a longer one? */
static bool has_word(const char *page, const char *word)
{
    const char *letters = "abcdefghijklmnopqrstuvwxyz0123456789_";
    size_t n = strlen(word);

    for (const char *p = page; (p = strstr(p, word)) != NULL; p += n)
        if ((p == page || !strchr(letters, p[-1])) && !(p[n] && strchr(letters, p[n])))
            return true;
    return false;
}

static void test_store_the_manual_names_every_column(void)
{
    static char page[1 << 16];

    page[read_file("man/pymemtrace-db.5", page, sizeof page - 1)] = '\0';
    for (size_t t = 0; t < pmt_n_tables; t++) {
        EXPECT_HAS(page, pmt_tables[t].name);
        for (size_t i = 0; i < pmt_tables[t].n_columns; i++)
            if (!EXPECT(has_word(page, pmt_tables[t].columns[i].name)))
                (void)printf("    pymemtrace-db.5 lacks %s.%s\n", pmt_tables[t].name,
                             pmt_tables[t].columns[i].name);
    }
}

static void test_store_lists_runs(void)
{
    struct pmt_store *store;
    struct pmt_store_run *runs;
    struct pmt_result r;
    struct pmt_error err;
    int64_t id;
    size_t n;

    make_folder();
    put_sample(1);
    sample_result_what_if(&r);
    r.partial = pmt_strdup("cut in chunk 12");
    /* the longest spec that a configuration can have */
    memset(r.config.spec, 'x', sizeof r.config.spec - 1);
    memcpy(r.config.spec, "cpython-3.11 ", 13);
    EXPECT_STATUS(put_at(db_path, &r, &id, &err), PMT_OK, &err);
    EXPECT_STATUS(pmt_store_open(db_path, PMT_STORE_READ, &store, &err), PMT_OK, &err);
    EXPECT_STATUS(pmt_store_runs(store, &runs, &n, &err), PMT_OK, &err);
    if (EXPECT_U64(n, 2)) {
        EXPECT_I64(runs[1].run_id, 2);
        EXPECT_STR(runs[1].preset, "cpython-3.11");
        EXPECT_STR(runs[1].spec, r.config.spec);
        EXPECT_STR(runs[1].trace_path, "app.pmt");
        EXPECT_U64(runs[1].events, r.metrics.events);
        EXPECT(runs[1].partial && !runs[0].partial);
    }
    pmt_store_runs_free(runs, n);
    pmt_store_close(store);
    pmt_result_release(&r);
    remove_folder();
}

static void test_store_names_the_runs_there_are(void)
{
    struct pmt_store *store;
    struct pmt_store_run *runs;
    struct pmt_result r;
    struct pmt_error err;
    size_t n;

    make_folder();
    EXPECT_STATUS(pmt_store_open(db_path, PMT_STORE_WRITE, &store, &err), PMT_OK, &err);
    EXPECT_STATUS(pmt_store_runs(store, &runs, &n, &err), PMT_OK, &err);
    EXPECT_U64(n, 0);
    EXPECT_STATUS(pmt_store_get(store, 0, &r, &err), PMT_E_USAGE, &err);
    EXPECT_HAS(err.msg, "holds no runs");
    pmt_store_close(store);
    for (int i = 1; i <= 11; i++)
        put_sample(i);
    EXPECT_STATUS(get_at(db_path, 12, &r, &err), PMT_E_USAGE, &err);
    EXPECT_HAS(err.msg, "no run 12: there are 1, 2, 3, 4, 5, 6, 7, 8, 9, 10 ...");
    EXPECT_I64(sql("DELETE FROM run WHERE run_id > 1; SELECT count(*) FROM sample"), 3);
    EXPECT_STATUS(get_at(db_path, 2, &r, &err), PMT_E_USAGE, &err);
    EXPECT_HAS(err.msg, "no run 2: there are 1");
    (void)sql("DELETE FROM run");
    EXPECT_STATUS(get_at(db_path, 0, &r, &err), PMT_E_USAGE, &err);
    remove_folder();
}

/* --- determinism -------------------------------------------------------- */

static void test_store_the_same_result_makes_the_same_file(void)
{
    static char first[1 << 18], second[1 << 18];
    size_t n;

    make_folder();
    put_sample(1);
    n = read_file(db_path, first, sizeof first);
    (void)unlink(db_path);
    put_sample(1);
    EXPECT_U64(read_file(db_path, second, sizeof second), n);
    EXPECT(n > 4096 && n < sizeof first && !memcmp(first, second, n));
    for (size_t t = 0; t < pmt_n_tables; t++) /* measured times stand apart */
        for (size_t i = 0; i < pmt_tables[t].n_columns; i++)
            EXPECT(strcmp(pmt_tables[t].columns[i].name, "replay_ns") != 0 ||
                   !strcmp(pmt_tables[t].name, "measured"));
    remove_folder();
}

static void test_store_views_can_be_queried(void)
{
    make_folder();
    put_sample(1);
    EXPECT_I64(sql("SELECT count(*) FROM run_summary WHERE verdict = 'exact'"
                   " AND python = '3.11.2' AND peak_mib = 31.0 AND NOT is_partial"), 1);
    EXPECT_I64(sql("SELECT count(*) FROM timeline WHERE arena_mib > 0"), 3);
    EXPECT_I64(sql("SELECT difference FROM disagreement"), 1);
    EXPECT_I64(sql("SELECT count(*) FROM collection_summary WHERE generation = 0"
                   " AND collections = 3 AND visited = 2104 AND collected = 100"
                   " AND useless = 1 AND pause_p50_ms = 0.09 AND pause_p99_ms = 0.1"
                   " AND round(pause_total_ms, 3) = 0.27 AND recorded_pauses = 2"
                   " AND recorded_useless = 1 AND recorded_pause_p50_ms = 0.08"
                   " AND recorded_pause_max_ms = 0.1"), 1);
    EXPECT_I64(sql("SELECT count(*) FROM collection_summary WHERE generation > 0"
                   " AND collections = 1 AND asked_for = (generation = 2)"), 2);
    EXPECT_I64(sql("PRAGMA application_id"), PMT_APPLICATION_ID);
    EXPECT_I64(sql("PRAGMA user_version"), PMT_SCHEMA_VERSION);
    remove_folder();
}

/* --- other files -------------------------------------------------------- */

static void write_text(const char *text)
{
    FILE *f = fopen(db_path, "w");

    if (EXPECT(f != NULL)) {
        (void)fputs(text, f);
        (void)fclose(f);
    }
}

static const struct {
    const char *name;
    const char *text;    /* the file holds it, or ... */
    const char *sql;     /* ... it is a database made by this, or ... */
    const char *ours;    /* ... it is ours, changed by this */
    enum pmt_store_mode mode;
    enum pmt_status want;
    const char *says;
} wrong_files[] = {
    {"text, read", "hello\n", 0, 0, PMT_STORE_READ, PMT_E_STORE, "not a pymemtrace database"},
    {"text, write", "hello\n", 0, 0, PMT_STORE_WRITE, PMT_E_STORE, "not a pymemtrace database"},
    {"empty, read", "", 0, 0, PMT_STORE_READ, PMT_E_STORE, "an empty file"},
    {"other, read", 0, "CREATE TABLE t (x)", 0, PMT_STORE_READ, PMT_E_STORE, "not a pymemtrace"},
    {"other, write", 0, "CREATE TABLE t (x)", 0, PMT_STORE_WRITE, PMT_E_STORE, "not a pymemtrace"},
    {"other id", 0, "PRAGMA application_id = 7; CREATE TABLE run (x)", 0, PMT_STORE_WRITE,
     PMT_E_STORE, "not a pymemtrace"},
    {"other version", 0, "PRAGMA user_version = 1", 0, PMT_STORE_WRITE, PMT_E_STORE,
     "not a pymemtrace"},
    {"newer, read", 0, 0, "PRAGMA user_version = 99", PMT_STORE_READ, PMT_E_STORE,
     "version 99 is newer"},
    {"newer, write", 0, 0, "PRAGMA user_version = 99", PMT_STORE_WRITE, PMT_E_STORE,
     "version 99 is newer"},
    {"no version", 0, 0, "PRAGMA user_version = 0", PMT_STORE_READ, PMT_E_STORE,
     "no valid version"},
};

static void test_store_refuses_other_files_and_leaves_them_alone(void)
{
    static char before[1 << 18], after[1 << 18];

    for (size_t i = 0; i < sizeof wrong_files / sizeof *wrong_files; i++) {
        struct pmt_store *store;
        struct pmt_error err = {0};
        size_t n;

        make_folder();
        if (wrong_files[i].ours)
            put_sample(1);
        if (wrong_files[i].text)
            write_text(wrong_files[i].text);
        else
            (void)sql(wrong_files[i].sql ? wrong_files[i].sql : wrong_files[i].ours);
        n = read_file(db_path, before, sizeof before);
        if (!EXPECT_STATUS(pmt_store_open(db_path, wrong_files[i].mode, &store, &err),
                           wrong_files[i].want, &err) ||
            !EXPECT_HAS(err.msg, wrong_files[i].says) || !EXPECT_HAS(err.msg, db_path))
            (void)printf("    case %s\n", wrong_files[i].name);
        EXPECT(store == NULL);
        EXPECT_U64(read_file(db_path, after, sizeof after), n);
        EXPECT(!memcmp(before, after, n));
        remove_folder();
    }
}

static void test_store_refuses_paths_that_are_no_files(void)
{
    static const struct {
        const char *path;
        enum pmt_store_mode mode;
        const char *says;
    } cases[] = {
        {"/", PMT_STORE_WRITE, "is a directory"},
        {"/dev/null", PMT_STORE_WRITE, "not a regular file"},
        {"/nonexistent/app.db", PMT_STORE_WRITE, "No such file"},
        {"/nonexistent/app.db", PMT_STORE_READ, "No such file"},
        {"/dev/null/app.db", PMT_STORE_WRITE, "Not a directory"},
        {"", PMT_STORE_WRITE, "No such file"},
        {":memory:", PMT_STORE_READ, "No such file"},
        {"file:x?mode=memory", PMT_STORE_READ, "No such file"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_store *store;
        struct pmt_error err;

        EXPECT_STATUS(pmt_store_open(cases[i].path, cases[i].mode, &store, &err), PMT_E_IO, NULL);
        EXPECT_HAS(err.msg, cases[i].says);
        EXPECT(store == NULL);
    }
}

static void test_store_takes_an_empty_file(void)
{
    make_folder();
    write_text("");
    put_sample(1);
    put_sample(2);
    EXPECT(pmt_store_is_database(db_path));
    EXPECT(!pmt_store_is_database(folder));
    EXPECT(!pmt_store_is_database("/nonexistent"));
    remove_folder();
}

static void test_store_removes_a_new_file_that_was_not_used(void)
{
    struct pmt_store *store;
    struct pmt_error err;

    make_folder();
    EXPECT_STATUS(pmt_store_open(db_path, PMT_STORE_WRITE, &store, &err), PMT_OK, &err);
    EXPECT(exists(db_path));
    pmt_store_close(store);
    EXPECT(!exists(db_path));
    pmt_store_close(NULL);
    remove_folder();
}

/* Values that only a hand or a bit error can have written. */
static void test_store_refuses_values_that_no_run_has(void)
{
    static const char *const changes[] = {
        "UPDATE run SET config_pool_bytes = -1",
        "UPDATE run SET config_pool_bytes = 4294967296",
        "UPDATE run SET config_arena_base = 'nowhere'",
        "UPDATE run SET verify_exact = 2",
        "UPDATE run SET preset = 'a preset whose name is far too long for anybody'",
        "UPDATE health SET severity = x'ff'",
        "UPDATE collection SET chosen = 2147483648",
        "UPDATE collection SET chosen = -2147483649",
        "UPDATE collection SET generation = -1",
        "UPDATE run SET gc_cost_fixed_ns = 'much'",
    };

    make_folder();
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        struct pmt_result r;
        struct pmt_error err;

        put_sample(1);
        (void)sql(changes[i]);
        if (!EXPECT_STATUS(get_at(db_path, 1, &r, &err), PMT_E_STORE, &err))
            (void)printf("    case %s\n", changes[i]);
        EXPECT(r.trace_path == NULL && r.n_samples == 0);
        (void)unlink(db_path);
    }
    remove_folder();
}

/* Any byte of the file may be anything: a status, never a crash. */
static void test_store_survives_damage(void)
{
    struct stat info;

    make_folder();
    put_sample(1);
    (void)stat(db_path, &info);
    for (unsigned i = 0; i < 400; i++) {
        int fd = open(db_path, O_RDWR);
        off_t at = (off_t)(i * UINT64_C(2654435761) % (uint64_t)info.st_size);
        unsigned char was = 0, is = (unsigned char)(i * 37 + 1);
        struct pmt_result r;
        struct pmt_error err = {0};
        enum pmt_status st;

        EXPECT_I64(pread(fd, &was, 1, at), 1);
        EXPECT_I64(pwrite(fd, &is, 1, at), 1);
        st = get_at(db_path, 1, &r, &err);
        EXPECT(st == PMT_OK || st == PMT_E_STORE || st == PMT_E_IO || st == PMT_E_USAGE ||
               st == PMT_E_LIMIT);
        EXPECT(st == PMT_OK || strlen(err.msg) > 0);
        pmt_result_release(&r);
        EXPECT_I64(pwrite(fd, &was, 1, at), 1);
        (void)close(fd);
    }
    EXPECT(integrity_is_ok());
    remove_folder();
}

/* --- other versions of metric.def --------------------------------------- */

/* What the collector had said is no longer known. */
static void forget_collector(struct pmt_result *r)
{
    pmt_free(r->collections);
    r->collections = NULL;
    r->n_collections = 0;
    for (size_t i = 0; i < r->n_garbage_references; i++) {
        pmt_free(r->garbage_references[i].from_name);
        pmt_free(r->garbage_references[i].to_name);
    }
    pmt_free(r->garbage_references);
    r->garbage_references = NULL;
    r->n_garbage_references = 0;
    r->gc_cost.freed_ns = 0;
}

static void test_store_reads_and_extends_an_older_schema(void)
{
    struct pmt_result want, got;
    struct pmt_error err;

    make_folder();
    put_sample(1);
    (void)sql("DROP VIEW run_summary; DROP VIEW collection_summary; DROP TRIGGER run_delete;"
              "DROP TABLE collection; DROP TABLE garbage_reference; ALTER TABLE run DROP COLUMN gc_cost_freed_ns;"
              "ALTER TABLE run DROP COLUMN peak_bytes;"
              "ALTER TABLE run DROP COLUMN verify_first_mismatch_event;"
              "ALTER TABLE sample DROP COLUMN stack_bytes;"
              "ALTER TABLE run ADD COLUMN from_the_future INTEGER NOT NULL DEFAULT 0");
    sample_result(&want);
    want.metrics.peak_bytes = 0;
    forget_collector(&want);
    for (size_t i = 0; i < want.n_samples; i++)
        want.samples[i].stack_bytes = 0;
    EXPECT_STATUS(get_at(db_path, 1, &got, &err), PMT_OK, &err);
    expect_same_result(&got, &want);
    pmt_result_release(&got);
    put_sample(2); /* adds the columns */
    EXPECT_STATUS(get_at(db_path, 1, &got, &err), PMT_OK, &err);
    expect_same_result(&got, &want);
    pmt_result_release(&got);
    pmt_result_release(&want);
    sample_result(&want);
    EXPECT_STATUS(get_at(db_path, 2, &got, &err), PMT_OK, &err);
    expect_same_result(&got, &want);
    pmt_result_release(&got);
    pmt_result_release(&want);
    EXPECT_I64(sql("SELECT count(*) FROM collection_summary"), 3);
    EXPECT_I64(sql("SELECT n FROM garbage_reference WHERE run_id = 2 AND from_type = 7"
                   " AND to_type = 9 AND to_name = 'list'"), 1250);
    EXPECT_I64(sql("DELETE FROM run WHERE run_id = 2; SELECT count(*) FROM collection"), 0);
    EXPECT_I64(sql("SELECT count(*) FROM garbage_reference"), 0);
    remove_folder();
}

/* What is not a number is no reason to lose a run. */
static void test_store_reads_back_zero_for_what_is_not_a_number(void)
{
    struct pmt_result r, got;
    struct pmt_error err;
    int64_t id;

    make_folder();
    sample_result(&r);
    r.gc_cost.visited_ns = NAN;
    r.gc_cost.spread_high = INFINITY;
    EXPECT_STATUS(put_at(db_path, &r, &id, &err), PMT_OK, &err);
    EXPECT_STATUS(get_at(db_path, 1, &got, &err), PMT_OK, &err);
    EXPECT(got.gc_cost.visited_ns == 0 && got.gc_cost.spread_high == INFINITY);
    pmt_result_release(&got);
    pmt_result_release(&r);
    remove_folder();
}

/* --- faults ------------------------------------------------------------- */

static void test_store_waits_for_a_lock_and_then_says_so(void)
{
    struct pmt_store *store;
    struct pmt_result sample;
    struct pmt_error err;
    sqlite3 *other;
    int64_t id;

    make_folder();
    put_sample(1);
    sample_result(&sample);
    EXPECT_STATUS(pmt_store_open(db_path, PMT_STORE_WRITE, &store, &err), PMT_OK, &err);
    (void)sqlite3_busy_timeout(store->db, 10);
    EXPECT_I64(sqlite3_open(db_path, &other), SQLITE_OK);
    EXPECT_I64(sqlite3_exec(other, "BEGIN EXCLUSIVE", 0, 0, 0), SQLITE_OK);
    EXPECT_STATUS(pmt_store_put(store, &sample, &id, &err), PMT_E_STORE, NULL);
    EXPECT_HAS(err.msg, "locked by another program");
    EXPECT_I64(id, 0);
    EXPECT_I64(sqlite3_exec(other, "COMMIT", 0, 0, 0), SQLITE_OK);
    EXPECT_STATUS(pmt_store_put(store, &sample, &id, &err), PMT_OK, &err);
    EXPECT_I64(id, 2);
    (void)sqlite3_close(other);
    pmt_store_close(store);
    pmt_result_release(&sample);
    remove_folder();
}

static void put_by_turns(const struct pmt_result *sample, int n_writers, int n_runs)
{
    pid_t children[8];
    int64_t id;

    for (int w = 0; w < n_writers; w++) {
        children[w] = fork();
        for (int i = 0; children[w] == 0 && i < n_runs; i++)
            if (put_at(db_path, sample, &id, NULL) != PMT_OK)
                _exit(1);
        if (children[w] == 0)
            _exit(0);
    }
    for (int w = 0; w < n_writers; w++) {
        int status = -1;

        EXPECT_I64(waitpid(children[w], &status, 0), children[w]);
        EXPECT_I64(status, 0);
    }
}

/* Several programs may write to one database, also while it is being made: that is when they meet. */
static void test_store_writers_take_turns(void)
{
    enum { N_ROUNDS = 150, N_WRITERS = 8, N_RUNS = 5 };
    struct pmt_result sample;

    sample_result(&sample);
    for (int round = 0; round < N_ROUNDS; round++) {
        int n_runs = round ? 1 : N_RUNS;

        make_folder();
        put_by_turns(&sample, N_WRITERS, n_runs);
        EXPECT_I64(sql("SELECT count(*) FROM run"), N_WRITERS * n_runs);
        EXPECT_I64(sql("SELECT count(*) FROM sample"), N_WRITERS * n_runs * 3);
        EXPECT(integrity_is_ok());
        remove_folder();
    }
    pmt_result_release(&sample);
}

/* In a child without root's rights. */
static int put_without_rights(void)
{
    struct pmt_store *store;
    struct pmt_result r;
    struct pmt_error err = {0};
    enum pmt_status writes, reads;

    if (geteuid() == 0 && seteuid(65534) != 0)
        return 0;
    writes = pmt_store_open(db_path, PMT_STORE_WRITE, &store, &err);
    pmt_store_close(store);
    reads = get_at(db_path, 1, &r, NULL);
    pmt_result_release(&r);
    return writes == PMT_E_IO && strstr(err.msg, "read-only") && reads == PMT_OK ? 0 : 1;
}

static void test_store_reads_but_does_not_write_a_read_only_file(void)
{
    int status = -1;
    pid_t child;

    make_folder();
    put_sample(1);
    EXPECT_I64(chmod(db_path, 0444), 0);
    EXPECT_I64(chmod(folder, 0555), 0);
    child = fork();
    if (child == 0)
        _exit(put_without_rights());
    EXPECT_I64(waitpid(child, &status, 0), child);
    EXPECT_I64(status, 0);
    EXPECT_I64(chmod(folder, 0755), 0);
    remove_folder();
}

static void limit_file_size(rlim_t bytes)
{
    struct rlimit limit;

    (void)getrlimit(RLIMIT_FSIZE, &limit);
    limit.rlim_cur = bytes;
    EXPECT_I64(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

static void test_store_a_full_disk_leaves_no_new_file(void)
{
    struct pmt_result sample;
    bool fits = false;

    (void)signal(SIGXFSZ, SIG_IGN);
    sample_result(&sample);
    make_folder();
    for (rlim_t bytes = 0; !fits && bytes < (1 << 20); bytes += 4096) {
        struct pmt_error err = {0};
        int64_t id;
        enum pmt_status st;

        limit_file_size(bytes);
        st = put_at(db_path, &sample, &id, &err);
        limit_file_size(RLIM_INFINITY);
        fits = st == PMT_OK;
        if (!fits) {
            EXPECT_STATUS(st, PMT_E_IO, &err);
            EXPECT_HAS(err.msg, "app.db: cannot ");
            EXPECT(!exists(db_path));
        }
    }
    EXPECT(fits);
    EXPECT(integrity_is_ok());
    pmt_result_release(&sample);
    remove_folder();
}

static void test_store_a_full_disk_leaves_the_old_runs(void)
{
    struct pmt_result big, got, want;
    struct pmt_error err;
    struct stat info;
    bool fits = false;

    (void)signal(SIGXFSZ, SIG_IGN);
    make_folder();
    put_sample(1);
    sample_result(&want);
    sample_result_long(&big, 2000);
    (void)stat(db_path, &info);
    for (rlim_t more = 0; !fits && more < (1 << 21); more += 16384) {
        int64_t id;

        limit_file_size((rlim_t)info.st_size + more);
        fits = put_at(db_path, &big, &id, &err) == PMT_OK;
        limit_file_size(RLIM_INFINITY);
        EXPECT(fits || err.status == PMT_E_IO);
        EXPECT_STATUS(get_at(db_path, 1, &got, &err), PMT_OK, &err);
        EXPECT_U64(got.n_samples, want.n_samples);
        pmt_result_release(&got);
        EXPECT_I64(sql("SELECT count(*) FROM run"), fits ? 2 : 1);
    }
    EXPECT(fits && integrity_is_ok());
    pmt_result_release(&big);
    pmt_result_release(&want);
    remove_folder();
}

/* A child that puts until it is killed. */
static void put_for_ever(const struct pmt_result *big)
{
    for (;;) {
        int64_t id;

        if (put_at(db_path, big, &id, NULL) != PMT_OK)
            _exit(1);
    }
}

#define KILL_SAMPLES 300

static void expect_whole_runs(void)
{
    char text[400];

    EXPECT(integrity_is_ok());
    (void)snprintf(text, sizeof text,
                   "SELECT count(*) FROM run r WHERE %d <> (SELECT count(*) FROM sample s"
                   " WHERE s.run_id = r.run_id) OR 2 <> (SELECT count(*) FROM fact f"
                   " WHERE f.run_id = r.run_id)", KILL_SAMPLES);
    EXPECT_I64(sql(text), 0);
    EXPECT_I64(sql("SELECT count(*) FROM sample WHERE run_id NOT IN (SELECT run_id FROM run)"),
               0);
}

static void test_store_a_killed_writer_leaves_whole_runs(void)
{
    struct pmt_result big, got;
    struct pmt_error err;
    bool first = false;

    make_folder();
    sample_result_long(&big, KILL_SAMPLES);
    /* 40 rounds where the first put is done within them; a slow machine gets more,
     * and longer ones. */
    for (unsigned round = 0; round < 40 || (!first && round < 400); round++) {
        int status = 0;
        pid_t child = fork();

        if (child == 0)
            put_for_ever(&big);
        (void)usleep((300 + round * 137 % 4000) << (round < 240 ? round / 40 : 6));
        (void)kill(child, SIGKILL);
        EXPECT_I64(waitpid(child, &status, 0), child);
        EXPECT(WIFSIGNALED(status));
        if (get_at(db_path, 0, &got, &err) == PMT_OK) { /* rolls back what was cut */
            first = true;
            EXPECT_U64(got.n_samples, KILL_SAMPLES);
            pmt_result_release(&got);
        } else {
            EXPECT(!first); /* killed before there was anything */
        }
        if (first)
            expect_whole_runs();
        if (round % 10 == 9 && first)
            (void)sql("DELETE FROM run WHERE run_id > 1");
    }
    EXPECT(first);
    pmt_result_release(&big);
    remove_folder();
}

static void test_store_out_of_memory_changes_nothing(void)
{
    int64_t live = pmt_alloc_live();

    for (int persistent = 0; persistent < 2; persistent++) {
        enum pmt_status st = PMT_E_NOMEM;
        struct pmt_result sample, got = {0};
        struct pmt_error err;
        int64_t id;

        make_folder();
        sample_result(&sample);
        for (int64_t n = 0; st != PMT_OK && n < 500; n++) {
            pmt_alloc_fail_at(n, persistent);
            st = put_at(db_path, &sample, &id, &err);
            pmt_alloc_fail_at(-1, 0);
            if (st == PMT_OK)
                break;
            EXPECT_STATUS(st, PMT_E_NOMEM, &err);
            EXPECT(!exists(db_path));
        }
        EXPECT_STATUS(st, PMT_OK, &err);
        st = PMT_E_NOMEM;
        for (int64_t n = 0; st != PMT_OK && n < 500; n++) {
            pmt_alloc_fail_at(n, persistent);
            st = get_at(db_path, 0, &got, &err);
            pmt_alloc_fail_at(-1, 0);
            EXPECT(st == PMT_OK || (st == PMT_E_NOMEM && got.trace_path == NULL));
        }
        expect_same_result(&got, &sample);
        pmt_result_release(&got);
        pmt_result_release(&sample);
        remove_folder();
    }
    EXPECT_I64(pmt_alloc_live(), live);
}

/* The same for SQLite's own memory. */
static void test_store_sqlite_out_of_memory_is_a_status(void)
{
    struct pmt_result sample, got;
    struct pmt_error err;
    enum pmt_status st = PMT_E_NOMEM;
    int64_t id;

    make_folder();
    sample_result(&sample);
    for (int64_t limit = 2000; st != PMT_OK && limit < (1 << 22); limit += limit / 10) {
        (void)sqlite3_hard_heap_limit64(limit);
        st = put_at(db_path, &sample, &id, &err);
        (void)sqlite3_hard_heap_limit64(0);
        EXPECT(st == PMT_OK || (st == PMT_E_NOMEM && !exists(db_path)));
    }
    EXPECT_STATUS(st, PMT_OK, &err);
    st = PMT_E_NOMEM;
    for (int64_t limit = 2000; st != PMT_OK && limit < (1 << 22); limit += limit / 10) {
        (void)sqlite3_hard_heap_limit64(limit);
        st = get_at(db_path, 0, &got, &err);
        (void)sqlite3_hard_heap_limit64(0);
        EXPECT(st == PMT_OK || (st == PMT_E_NOMEM && got.trace_path == NULL));
    }
    expect_same_result(&got, &sample);
    pmt_result_release(&got);
    pmt_result_release(&sample);
    remove_folder();
}

SUITE(store, TEST(test_store_gives_back_what_was_put),
      TEST(test_store_every_field_has_a_column),
      TEST(test_store_every_field_of_a_result_is_kept),
      TEST(test_store_the_manual_names_every_column), TEST(test_store_lists_runs),
      TEST(test_store_names_the_runs_there_are),
      TEST(test_store_the_same_result_makes_the_same_file),
      TEST(test_store_views_can_be_queried),
      TEST(test_store_refuses_other_files_and_leaves_them_alone),
      TEST(test_store_refuses_paths_that_are_no_files), TEST(test_store_takes_an_empty_file),
      TEST(test_store_removes_a_new_file_that_was_not_used),
      TEST(test_store_refuses_values_that_no_run_has),
      TEST(test_store_survives_damage), TEST(test_store_reads_and_extends_an_older_schema),
      TEST(test_store_reads_back_zero_for_what_is_not_a_number),
      TEST(test_store_waits_for_a_lock_and_then_says_so),
      TEST(test_store_writers_take_turns),
      TEST(test_store_reads_but_does_not_write_a_read_only_file),
      TEST(test_store_a_full_disk_leaves_no_new_file),
      TEST(test_store_a_full_disk_leaves_the_old_runs),
      TEST(test_store_a_killed_writer_leaves_whole_runs),
      TEST(test_store_out_of_memory_changes_nothing),
      TEST(test_store_sqlite_out_of_memory_is_a_status))
