/* builder.c - traces for tests, made in memory. */
#include "support/builder.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void must(bool ok, const char *what)
{
    if (ok)
        return;
    perror(what);
    abort();
}

static void open_file(struct builder *b)
{
    b->w = NULL;
    b->fd = memfd_create("trace", MFD_CLOEXEC);
    must(b->fd >= 0, "memfd_create");
    (void)snprintf(b->path, sizeof b->path, "/proc/self/fd/%d", b->fd);
}

void builder_init(struct builder *b)
{
    open_file(b);
    must(pmt_writer_open(b->fd, &b->w, NULL) == PMT_OK, "pmt_writer_open");
}

void builder_begin(struct builder *b)
{
    must(pmt_writer_begin(b->w, NULL) == PMT_OK, "pmt_writer_begin");
}

void builder_open(struct builder *b)
{
    builder_init(b);
    must(pmt_writer_fact(b->w, "python.version", "3.11.2", NULL) == PMT_OK, "fact");
    builder_begin(b);
}

static void drop_writer(struct builder *b)
{
    pmt_writer_close(b->w);
    b->w = NULL;
}

void builder_finish(struct builder *b)
{
    static const char *const pairs[] = {"end.kind", "exit"};

    must(pmt_writer_finish(b->w, pairs, 1, NULL) == PMT_OK, "pmt_writer_finish");
    drop_writer(b);
}

void builder_cut(struct builder *b)
{
    must(pmt_writer_flush(b->w, NULL) == PMT_OK, "pmt_writer_flush");
    drop_writer(b);
}

void builder_close(struct builder *b)
{
    drop_writer(b);
    (void)close(b->fd);
    b->fd = -1;
}

uint8_t *builder_bytes(const struct builder *b, size_t *n)
{
    off_t size = lseek(b->fd, 0, SEEK_END);
    uint8_t *bytes = malloc((size_t)size + 1);

    must(bytes && pread(b->fd, bytes, (size_t)size, 0) == size, "pread");
    *n = (size_t)size;
    return bytes;
}

void builder_from_bytes(struct builder *b, const uint8_t *bytes, size_t n)
{
    open_file(b);
    must(write(b->fd, bytes, n) == (ssize_t)n, "write");
}

uint64_t builder_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

/* ---- columns ---------------------------------------------------------- */

void columns_log_free(struct columns_log *log)
{
    free(log->op);
    free(log->slot);
    free(log->arg);
    free(log->wide);
    free(log->check);
    *log = (struct columns_log){0};
}

static void *grown(void *p, size_t n, size_t size)
{
    p = realloc(p, n * size);
    must(p != NULL, "realloc");
    return p;
}

static void reserve(struct columns_log *log, size_t n, size_t n_wide, size_t n_checks)
{
    if (log->n_events + n > log->cap) {
        log->cap = (log->n_events + n) * 2;
        log->op = grown(log->op, log->cap, sizeof *log->op);
        log->slot = grown(log->slot, log->cap, sizeof *log->slot);
        log->arg = grown(log->arg, log->cap, sizeof *log->arg);
    }
    if (log->n_wide + n_wide > log->wide_cap) {
        log->wide_cap = (log->n_wide + n_wide) * 2;
        log->wide = grown(log->wide, log->wide_cap, sizeof *log->wide);
    }
    if (log->n_checks + n_checks > log->check_cap) {
        log->check_cap = (log->n_checks + n_checks) * 2;
        log->check = grown(log->check, log->check_cap, sizeof *log->check);
    }
}

static void log_wide(struct columns_log *log, uint64_t value)
{
    reserve(log, 0, 1, 0);
    log->wide[log->n_wide++] = value;
}

static void log_event(struct columns_log *log, unsigned op, uint32_t slot, uint64_t arg)
{
    if (!log)
        return;
    reserve(log, 1, 0, 0);
    log->op[log->n_events] = (uint8_t)op;
    log->slot[log->n_events] = slot;
    log->arg[log->n_events] = arg < PMT_ARG_WIDE ? (uint32_t)arg : PMT_ARG_WIDE;
    if (arg >= PMT_ARG_WIDE)
        log_wide(log, arg);
    log->n_events++;
}

static void log_batch(struct columns_log *log, const struct pmt_batch *batch)
{
    reserve(log, batch->n_events, batch->n_wide, batch->n_checks);
    memcpy(log->op + log->n_events, batch->op, batch->n_events);
    memcpy(log->slot + log->n_events, batch->slot, batch->n_events * sizeof *log->slot);
    memcpy(log->arg + log->n_events, batch->arg, batch->n_events * sizeof *log->arg);
    if (batch->n_wide)
        memcpy(log->wide + log->n_wide, batch->wide, batch->n_wide * sizeof *log->wide);
    if (batch->n_checks)
        memcpy(log->check + log->n_checks, batch->check, batch->n_checks * sizeof *log->check);
    log->n_events += batch->n_events;
    log->n_wide += batch->n_wide;
    log->n_checks += batch->n_checks;
    log->n_placements += batch->n_placements;
}

enum pmt_status builder_read(const char *path, struct columns_log *log, char **partial,
                             struct pmt_error *err)
{
    struct pmt_trace *trace;
    struct pmt_item item;
    enum pmt_status st = pmt_trace_open(path, &trace, err);

    if (partial)
        *partial = NULL;
    if (st != PMT_OK)
        return st;
    while ((st = pmt_trace_next(trace, &item, err)) == PMT_OK)
        if (item.kind == PMT_ITEM_BATCH)
            log_batch(log, &item.u.batch);
    if (partial && pmt_trace_partial(trace))
        *partial = strdup(pmt_trace_partial(trace));
    pmt_trace_close(trace);
    return st;
}

/* ---- random events ---------------------------------------------------- */

/* Which blocks live while random events are made. */
struct live {
    uint32_t *slot; /* in no order that matters */
    size_t n, cap;
};

static uint64_t random_size(uint64_t *state)
{
    uint64_t r = builder_random(state);

    switch (r % 16) {
    case 0:
        return r >> (r % 64); /* of any magnitude */
    case 1:
        return (uint64_t)UINT32_MAX - 2 + r / 16 % 5; /* around PMT_ARG_WIDE */
    default:
        return r / 16 % 40 * 16;
    }
}

static void make_alloc(struct builder *b, uint64_t *state, struct live *live,
                       struct columns_log *log)
{
    static const enum pmt_op ops[] = {PMT_OP_ALLOC_RAW, PMT_OP_ALLOC_MEM, PMT_OP_ALLOC_OBJ,
                                      PMT_OP_ALLOC_GC};
    enum pmt_op op = ops[builder_random(state) % 4];
    uint64_t size = random_size(state);
    uint32_t slot = pmt_writer_alloc(b->w, op, size);

    if (live->n == live->cap) {
        live->cap = live->cap * 2 + 16;
        live->slot = grown(live->slot, live->cap, sizeof *live->slot);
    }
    live->slot[live->n++] = slot;
    log_event(log, op, slot, size);
}

/* The young die first, as in life; some of any age. */
static size_t pick(const struct live *live, uint64_t *state)
{
    uint64_t r = builder_random(state);
    size_t back = r % 4 ? r / 4 % 3 : r / 4 % live->n;

    return back < live->n ? live->n - 1 - back : 0;
}

static void make_free(struct builder *b, uint64_t *state, struct live *live,
                      struct columns_log *log)
{
    size_t i = pick(live, state);
    uint32_t slot = live->slot[i];

    pmt_writer_end(b->w, PMT_OP_FREE, slot);
    log_event(log, PMT_OP_FREE, slot, 0);
    live->slot[i] = live->slot[--live->n];
}

static void make_realloc(struct builder *b, uint64_t *state, struct live *live,
                         struct columns_log *log)
{
    uint32_t slot = live->slot[pick(live, state)];
    uint64_t size = random_size(state);

    pmt_writer_realloc(b->w, slot, size);
    log_event(log, PMT_OP_REALLOC, slot, size);
}

static void make_untracked(struct builder *b, uint64_t *state, struct live *live,
                           struct columns_log *log)
{
    uint32_t slot = live->slot[pick(live, state)];

    pmt_writer_about(b->w, PMT_OP_GC_UNTRACKED, slot, 0);
    log_event(log, PMT_OP_GC_UNTRACKED, slot, 0);
}

static void make_plain(struct builder *b, uint64_t *state, struct columns_log *log)
{
    unsigned op = PMT_OP_ARENA_NEW + (unsigned)(builder_random(state) %
                                                (PMT_OP_END - PMT_OP_ARENA_NEW));
    uint32_t arg = pmt_op_arg(op) ? (uint32_t)random_size(state) : 0;
    uint64_t wide = builder_random(state);

    if (pmt_op_has_slot(op))
        op = PMT_OP_CLOCK;
    if (!pmt_op_arg(op))
        arg = 0;
    pmt_writer_event(b->w, (enum pmt_op)op, arg, pmt_op_n_wide(op) ? &wide : NULL);
    log_event(log, op, 0, arg);
    if (log && pmt_op_n_wide(op))
        log_wide(log, wide);
}

void builder_random_events(struct builder *b, uint64_t seed, size_t n,
                           struct columns_log *log)
{
    uint64_t state = seed * 2 + 1;
    struct live live = {0};

    for (size_t i = 0; i < n; i++) {
        uint64_t r = builder_random(&state) % 1000;

        if (r < 3)
            make_plain(b, &state, log);
        else if (r < 500 || live.n == 0)
            make_alloc(b, &state, &live, log);
        else if (r < 503)
            make_untracked(b, &state, &live, log);
        else if (r < 550)
            make_realloc(b, &state, &live, log);
        else
            make_free(b, &state, &live, log);
        if (builder_random(&state) % 50000 == 0)
            (void)pmt_writer_flush(b->w, NULL);
    }
    free(live.slot);
}
