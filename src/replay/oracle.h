/* oracle.h - what the interpreter printed, beside what the model holds. For
 * src/replay. */
#ifndef PMT_REPLAY_ORACLE_H
#define PMT_REPLAY_ORACLE_H

#include <pymemtrace/result.h>
#include "heap/heap.h"

struct pmt_oracle_rows {
    struct pmt_oracle_row *at;
    size_t n, cap;
};

/* Compare one checkpoint with the heap: a row per figure, and the counts of *verify.
 * False: out of memory. A text without a pool table (the interpreter printed none)
 * compares nothing but the blocks. */
bool pmt_oracle_compare(const struct pmt_oracle *oracle, const struct pmt_heap *heap,
                        struct pmt_oracle_rows *rows, struct pmt_verify *verify);

#endif
