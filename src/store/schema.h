/* schema.h - making and recognising our database. For src/store alone. */
#ifndef PMT_STORE_SCHEMA_H
#define PMT_STORE_SCHEMA_H

#include "base/strbuf.h"
#include "store/db.h"
#include "store/table.h"

#define PMT_APPLICATION_ID 0x504d5452 /* "PMTR": PRAGMA application_id */
#define PMT_SCHEMA_VERSION 1          /* PRAGMA user_version */

/* Is it ours? E_STORE: some other database, or a newer one. *empty: it holds
 * nothing at all, so pmt_schema_make() may make it ours. */
enum pmt_status
pmt_schema_check(struct pmt_store *store, bool *empty, struct pmt_error *err);

/* Inside a transaction: make the schema in an empty database, or add to an older
 * one the tables and columns that it lacks. */
enum pmt_status pmt_schema_make(struct pmt_store *store, struct pmt_error *err);

/* Which columns of the table the database has: has[] of n_columns; all false
 * when there is no such table. */
enum pmt_status
pmt_schema_columns(struct pmt_store *store, const struct pmt_table *table,
                   bool *has, struct pmt_error *err);
bool pmt_schema_has_any(const struct pmt_table *table, const bool *has);

#endif
