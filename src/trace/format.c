/* format.c - what the codecs must know of each op, made from event.def. */
#include "trace/format.h"

#include <pymemtrace/trace.h>

#define EVENT(name, code, slot, arg, n_wide, help)                             \
    _Static_assert((code) > 0 && (code) < 256, #name ": a code is one byte, 0 is reserved"); \
    _Static_assert((n_wide) <= 1, #name ": the writer has room for one wide operand");
#include <pymemtrace/event.def>

const struct pmt_op_form pmt_op_forms[256] = {
#define EVENT(name, code, slot_use, arg, wides, help)                          \
    [code] = {.known = true,                                                   \
              .has_arg = sizeof(arg) > 1,                                      \
              .n_wide = (wides),                                               \
              .slot = PMT_SLOT_##slot_use},
#include <pymemtrace/event.def>
};
