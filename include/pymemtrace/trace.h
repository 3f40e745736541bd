/* trace.h - a recorded trace as a reader sees it.
 *
 * A trace is a list of facts (text pairs: interpreter, settings, command line)
 * and a stream of items in order: batches of events, and what the interpreter
 * itself said at checkpoints (the oracle). The file format is described in
 * pymemtrace-trace(5); nothing here depends on it. */
#ifndef PMT_TRACE_H
#define PMT_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pymemtrace/status.h>

enum pmt_op {
#define EVENT(name, code, slot, arg, n_wide, help) PMT_OP_##name = (code),
#include <pymemtrace/event.def>
    PMT_OP_END
};

/* The operand of GARBAGE. */
enum {
    PMT_GARBAGE_FIRST = 1, /* it holds those that follow, and may have been told before */
    PMT_GARBAGE_TYPE = 1   /* shift: above it the number of its type */
};

enum pmt_trouble {
#define TROUBLE(name, code, severity, text) PMT_TROUBLE_##name = (code),
#include <pymemtrace/trouble.def>
};

enum pmt_severity { PMT_INFO, PMT_LOSS };

#define PMT_BATCH_EVENTS 65536u      /* most events in one batch */
#define PMT_ARG_WIDE     UINT32_MAX  /* arg: the next element of wide[] */
#define PMT_CHECK_WINDOW 256u        /* placements per check value */

/*
 * Some consecutive events, as columns. Event i is op[i] with slot[i] (0 where
 * the op has none) and arg[i]. Where arg[i] == PMT_ARG_WIDE the operand is the
 * next unread element of wide[] instead (a size of 4 GiB or more); an op with
 * n_wide further operands takes those from wide[] after that. All pointers are
 * borrowed from the reader and valid until its next pmt_trace_next().
 *
 * check[]: proof of placement. A placement is an ALLOC_* or REALLOC whose
 * resulting address lies in an arena; its place is
 *     ordinal of the arena * bytes per arena + offset in the arena.
 * Over every PMT_CHECK_WINDOW placements (the last window of a batch may be
 * shorter), starting from h = 0:  h = (h ^ place) * 0x9E3779B97F4A7C15,
 * and the window's value is the upper 32 bits of h.
 */
struct pmt_batch {
    uint64_t first_event;  /* number of event 0 of this batch */
    uint32_t n_events;
    uint32_t n_wide;
    uint32_t n_checks;
    uint32_t n_placements; /* placements in this batch */
    const uint8_t *op;
    const uint32_t *slot;
    const uint32_t *arg;
    const uint64_t *wide;
    const uint32_t *check;
};

/* What the interpreter itself reported, verbatim, after `event` events; or a mark. */
struct pmt_oracle {
    uint64_t event;
    const char *text;     /* borrowed; what sys._debugmallocstats() printed, or at a
                             mark the program's own text */
    size_t text_len;
    int64_t blocks;       /* sys.getallocatedblocks(), or -1 */
    const char *when;     /* borrowed: "periodic", "end", "exit", "request", "mark" */
};

/* A type of the recorded program. Sizes in bytes; of its instances and, where they have
 * items, of each item. */
struct pmt_type {
    uint32_t number;      /* as events name it */
    uint64_t basic_size, item_size;
    const char *name;     /* as tp_name has it; borrowed */
};

enum pmt_item_kind { PMT_ITEM_BATCH, PMT_ITEM_ORACLE };

struct pmt_item {
    enum pmt_item_kind kind;
    union {
        struct pmt_batch batch;
        struct pmt_oracle oracle;
    } u;
};

struct pmt_trace; /* an open trace */

/*
 * Open the trace at path ("-" = standard input). On success *out must be closed
 * with pmt_trace_close(). Errors: E_IO (open, read), E_TRACE (not a trace, or
 * damaged before the first event), E_VERSION, E_NOMEM. *out is NULL on error.
 */
PMT_API enum pmt_status
pmt_trace_open(const char *path, struct pmt_trace **out, struct pmt_error *err);

/* Close; NULL is allowed. */
PMT_API void pmt_trace_close(struct pmt_trace *trace);

/*
 * The next item. OK: *item is filled. END: no more items; the trace was read to
 * its clean end, or as far as it is whole: ask pmt_trace_partial(). Damage is
 * not an error here: it ends the trace. E_NOMEM and E_IO are errors.
 */
PMT_API enum pmt_status
pmt_trace_next(struct pmt_trace *trace, struct pmt_item *item,
               struct pmt_error *err);

/*
 * A fact by name, or NULL. Borrowed, NUL-terminated, valid until close. Facts of
 * the header (pymemtrace-trace(5) lists them: "python.version", "argv" ...) are
 * there after open; those of the end ("end.kind" ...) after the last item.
 */
PMT_API const char *pmt_trace_fact(const struct pmt_trace *trace, const char *name);

/* Number of facts, and the i-th as name and value (borrowed). */
PMT_API size_t pmt_trace_n_facts(const struct pmt_trace *trace);
PMT_API void pmt_trace_fact_at(const struct pmt_trace *trace, size_t i,
                               const char **name, const char **value);

/* Number of types met so far, and the i-th; their numbers go up from 0 with i. Names are
 * valid until close. */
PMT_API size_t pmt_trace_n_types(const struct pmt_trace *trace);
PMT_API void pmt_trace_type_at(const struct pmt_trace *trace, size_t i, struct pmt_type *out);

/* NULL while whole; else one line that says where and why the trace ends early
 * ("cut in chunk 12 (event 34567, offset 0x1a2b)"). Borrowed. Final once
 * pmt_trace_next() has returned END. */
PMT_API const char *pmt_trace_partial(const struct pmt_trace *trace);

/* Size of the file in bytes (0 for a pipe), bytes read so far, events read so
 * far: for progress. */
PMT_API uint64_t pmt_trace_file_bytes(const struct pmt_trace *trace);
PMT_API uint64_t pmt_trace_bytes_read(const struct pmt_trace *trace);
PMT_API uint64_t pmt_trace_events_read(const struct pmt_trace *trace);

/* Name ("ALLOC_OBJ"), operand name and help of an op; NULL for an unknown one. */
PMT_API const char *pmt_op_name(unsigned op);
PMT_API const char *pmt_op_arg(unsigned op);
PMT_API unsigned pmt_op_n_wide(unsigned op);
PMT_API bool pmt_op_has_slot(unsigned op);

/* Text and severity of a trouble code; "unknown trouble", LOSS if unknown. */
PMT_API const char *pmt_trouble_text(unsigned code);
PMT_API enum pmt_severity pmt_trouble_severity(unsigned code);

#endif
