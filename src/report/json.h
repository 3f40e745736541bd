/* json.h - writes JSON. For src/report.
 *
 * Containers open and close in pairs; inside an object every value has a key,
 * inside an array key is NULL. Containers opened with _line keep to one line. */
#ifndef PMT_REPORT_JSON_H
#define PMT_REPORT_JSON_H

#include <stdint.h>
#include "base/strbuf.h"

#define PMT_JSON_MOST_DEPTH 16

struct pmt_json {
    struct pmt_strbuf *sb;
    unsigned depth;     /* containers now open */
    unsigned line_from; /* depth from which all is on one line; 0 = nowhere */
    char close[PMT_JSON_MOST_DEPTH]; /* by depth: ] or } */
    bool any[PMT_JSON_MOST_DEPTH];   /* by depth: a value was written */
};

void pmt_json_object(struct pmt_json *j, const char *key);
void pmt_json_object_line(struct pmt_json *j, const char *key);
void pmt_json_array(struct pmt_json *j, const char *key);
void pmt_json_array_line(struct pmt_json *j, const char *key);
void pmt_json_end(struct pmt_json *j); /* of the innermost container */

void pmt_json_u64(struct pmt_json *j, const char *key, uint64_t value);
void pmt_json_bool(struct pmt_json *j, const char *key, bool value);
void pmt_json_str(struct pmt_json *j, const char *key, const char *s); /* NULL: null */
/* A number already written as JSON wants it, or "null". */
void pmt_json_raw(struct pmt_json *j, const char *key, const char *number);

#endif
