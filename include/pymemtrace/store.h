/* store.h - one SQLite file that keeps many results (pymemtrace-db(5)). */
#ifndef PMT_STORE_H
#define PMT_STORE_H

#include <pymemtrace/result.h>

struct pmt_store;

enum pmt_store_mode { PMT_STORE_READ, PMT_STORE_WRITE /* create if missing */ };

/* Open. E_IO: cannot be opened or created; E_STORE: not a pymemtrace database,
 * damaged, or of a newer version (the message says which). *out is NULL then. */
PMT_API enum pmt_status
pmt_store_open(const char *path, enum pmt_store_mode mode,
               struct pmt_store **out, struct pmt_error *err);
PMT_API void pmt_store_close(struct pmt_store *store);

/* Add a result in one transaction: wholly there or absent. *run_id is the new
 * run's number, from 1. */
PMT_API enum pmt_status
pmt_store_put(struct pmt_store *store, const struct pmt_result *result,
              int64_t *run_id, struct pmt_error *err);

struct pmt_store_run {
    int64_t run_id;
    char preset[24];
    char spec[1024];
    char *trace_path;
    uint64_t events;
    bool partial;
};

/* All runs in order of run_id; free with pmt_store_runs_free(). */
PMT_API enum pmt_status
pmt_store_runs(struct pmt_store *store, struct pmt_store_run **out, size_t *n,
               struct pmt_error *err);
PMT_API void pmt_store_runs_free(struct pmt_store_run *runs, size_t n);

/* Read a run back; pmt_store_put() then pmt_store_get() gives an equal result.
 * run_id 0 = the newest. E_USAGE: no such run (the message names those there). */
PMT_API enum pmt_status
pmt_store_get(struct pmt_store *store, int64_t run_id, struct pmt_result *out,
              struct pmt_error *err);

/* Whether the file at path begins as a SQLite database does. */
PMT_API bool pmt_store_is_database(const char *path);

#endif
