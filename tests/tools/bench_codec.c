/* bench_codec.c - how fast and how small the trace codec is.
 *
 *     bench_codec            a synthetic stream of the shape of a Python program
 *     bench_codec TRACE ...  the events of recorded traces, written again
 *
 * Prints events per second of writing (without looking up addresses) and of
 * reading, zlib included, and bytes per event. Best of several rounds. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>
#include "support/builder.h"

#define ROUNDS 7

static double now_s(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

/* One logged event to the writer. */
static void replay_event(struct pmt_writer *w, const struct columns_log *log, size_t i,
                         size_t *wide)
{
    unsigned op = log->op[i];
    uint64_t arg = log->arg[i] == PMT_ARG_WIDE ? log->wide[(*wide)++] : log->arg[i];
    bool place = arg > 0 && arg <= 512;

    if (op == PMT_OP_FREE) {
        pmt_writer_end(w, PMT_OP_FREE, log->slot[i]);
    } else if (op == PMT_OP_REALLOC) {
        pmt_writer_realloc(w, log->slot[i], arg);
    } else if (pmt_op_has_slot(op)) {
        (void)pmt_writer_alloc(w, (enum pmt_op)op, arg);
        place = place && op != PMT_OP_ALLOC_RAW;
    } else {
        pmt_writer_event(w, (enum pmt_op)op, (uint32_t)arg, &log->wide[*wide]);
        *wide += pmt_op_n_wide(op);
        return;
    }
    if (place && op != PMT_OP_FREE)
        pmt_writer_place(w, i * 64);
}

static double encode_once(struct builder *b, const struct columns_log *log)
{
    double began;
    size_t wide = 0;

    builder_open(b);
    began = now_s();
    for (size_t i = 0; i < log->n_events; i++)
        replay_event(b->w, log, i, &wide);
    builder_finish(b);
    return now_s() - began;
}

static double decode_once(const struct builder *b)
{
    double began = now_s();
    struct pmt_trace *trace;
    struct pmt_item item;
    uint64_t sum = 0;

    if (pmt_trace_open(b->path, &trace, NULL) != PMT_OK)
        abort();
    while (pmt_trace_next(trace, &item, NULL) == PMT_OK)
        if (item.kind == PMT_ITEM_BATCH)
            sum += item.u.batch.n_events;
    pmt_trace_close(trace);
    return sum ? now_s() - began : 0;
}

static void bench(const char *name, const struct columns_log *log)
{
    double encode_s = 1e9, decode_s = 1e9, t, n = (double)log->n_events;
    double bytes = 0;

    for (int i = 0; i < ROUNDS; i++) {
        struct builder b;

        t = encode_once(&b, log);
        encode_s = t < encode_s ? t : encode_s;
        t = decode_once(&b);
        decode_s = t < decode_s ? t : decode_s;
        bytes = (double)lseek(b.fd, 0, SEEK_END);
        builder_close(&b);
    }
    printf("%-24s %9.0f events  encode %6.1f M/s  decode %6.1f M/s  %.3f bytes/event\n",
           name, n, n / encode_s / 1e6, n / decode_s / 1e6, bytes / n);
}

/* ---- a stream like a Python program ----------------------------------- */

/* One turn of a loop: temporaries that die at once, one record that is kept and
 * replaces a random older one, a list that grows now and then. */
struct program {
    uint64_t state;     /* of builder_random() */
    uint32_t kept[20000]; /* records */
    size_t n_kept;
    uint32_t list;      /* slot of the growing list */
    uint64_t list_bytes;
};

static void turn(struct pmt_writer *w, struct program *p)
{
    static const uint32_t sizes[] = {56, 56, 64, 72, 32, 28, 49, 232, 104};
    uint64_t r = builder_random(&p->state);
    uint32_t number, text, record;

    for (uint64_t i = 0; i < 2 + r % 6; i++) {
        number = pmt_writer_alloc(w, PMT_OP_ALLOC_OBJ, i % 3 ? 28 : 24);
        text = pmt_writer_alloc(w, PMT_OP_ALLOC_OBJ, 49 + (r >> i) % 24);
        pmt_writer_end(w, PMT_OP_FREE, number);
        pmt_writer_end(w, PMT_OP_FREE, text);
    }
    record = pmt_writer_alloc(w, PMT_OP_ALLOC_OBJ, sizes[r / 8 % 9]);
    if (p->n_kept < sizeof p->kept / sizeof *p->kept) {
        p->kept[p->n_kept++] = record;
    } else {
        size_t i = r / 128 % p->n_kept;

        pmt_writer_end(w, PMT_OP_FREE, p->kept[i]);
        p->kept[i] = record;
    }
    if (r / 1024 % 16 == 0)
        pmt_writer_realloc(w, p->list, p->list_bytes += 64);
}

static void make_program(struct columns_log *log)
{
    struct program p = {.state = 42, .list_bytes = 64};
    struct builder b;

    builder_open(&b);
    p.list = pmt_writer_alloc(b.w, PMT_OP_ALLOC_MEM, 64);
    for (uint64_t i = 0; i < 300000; i++) {
        turn(b.w, &p);
        if (i % 200 == 0)
            pmt_writer_event(b.w, PMT_OP_CLOCK, 0, &(uint64_t){i * 1700});
    }
    builder_finish(&b);
    (void)builder_read(b.path, log, NULL, NULL);
    builder_close(&b);
}

int main(int argc, char **argv)
{
    struct columns_log log = {0};

    if (argc == 1) {
        make_program(&log);
        bench("synthetic", &log);
        columns_log_free(&log);
    }
    for (int i = 1; i < argc; i++) {
        struct pmt_error err = {0};

        if (builder_read(argv[i], &log, NULL, &err) != PMT_END)
            fprintf(stderr, "%s\n", err.msg);
        else
            bench(argv[i], &log);
        columns_log_free(&log);
    }
    return 0;
}
