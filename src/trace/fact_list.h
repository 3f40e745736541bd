/* fact_list.h - name and value pairs, in memory and in a chunk, for src/trace.
 *
 * In a chunk: name NUL value NUL, again and again. */
#ifndef PMT_TRACE_FACT_LIST_H
#define PMT_TRACE_FACT_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pymemtrace/status.h>

struct pmt_fact {
    const char *name;  /* into one of the texts */
    const char *value; /* likewise */
};

/* The facts a reader has met; zeroed = empty. */
struct pmt_facts {
    struct pmt_fact *at; /* in order of first sight, names unique */
    size_t n;            /* <= PMT_N_FACTS_MAX */
    size_t cap;          /* room in at[] */
    char *texts[2];      /* owned: the chunk of the header, that of the end */
};

void pmt_facts_release(struct pmt_facts *facts);

/* Take the facts of a chunk; which: 0 header, 1 end (each once). A name met
 * before gets the new value. E_TRACE: *wrong says why; E_NOMEM. */
enum pmt_status pmt_facts_take(struct pmt_facts *facts, unsigned which,
                               const uint8_t *raw, size_t n, const char **wrong);

/* The value, or NULL. */
const char *pmt_facts_find(const struct pmt_facts *facts, const char *name);

/* [A-Za-z0-9._-]+, not too long? */
bool pmt_fact_name_ok(const char *name);

#endif
