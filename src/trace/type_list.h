/* type_list.h - the types of a trace, as its chunks tell them. For the reader. */
#ifndef PMT_TRACE_TYPE_LIST_H
#define PMT_TRACE_TYPE_LIST_H

#include <pymemtrace/trace.h>

struct pmt_types {
    struct pmt_type *at;  /* by number */
    size_t n, cap;
};

/* Take the data of a chunk: number, basic size, item size (varints), name and a NUL, as
 * often as there is room. E_TRACE: not well-formed, or the numbers are not the next. */
enum pmt_status pmt_types_take(struct pmt_types *types, const uint8_t *data, size_t n);
void pmt_types_release(struct pmt_types *types);

#endif
