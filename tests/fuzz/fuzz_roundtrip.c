/* fuzz_roundtrip.c - bytes as a program: what is written is read. Each event takes
 * two bytes: what to do and with which block or size. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include "support/builder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

struct script {
    uint32_t live[4096]; /* slots */
    size_t n_live;
    uint32_t want_slot[1 << 15], want_arg[1 << 15];
    size_t n; /* events so far */
};

static void want(struct script *s, uint32_t slot, uint64_t arg)
{
    s->want_slot[s->n] = slot;
    s->want_arg[s->n++] = arg < PMT_ARG_WIDE ? (uint32_t)arg : PMT_ARG_WIDE;
}

static void run_one(struct builder *b, struct script *s, uint8_t what, uint8_t operand)
{
    uint64_t arg = (uint64_t)operand << (what >> 3 & 31) << (what >> 7 ? 16 : 0);
    size_t i = s->n_live ? s->n_live - 1 - operand % s->n_live : 0;

    if (what % 8 < 3 && s->n_live < 4096) {
        s->live[s->n_live] = pmt_writer_alloc(b->w, (enum pmt_op)(1 + what % 8), arg);
        want(s, s->live[s->n_live++], arg);
    } else if (what % 8 < 6 && s->n_live) {
        want(s, s->live[i], 0);
        pmt_writer_end(b->w, PMT_OP_FREE, s->live[i]);
        s->live[i] = s->live[--s->n_live];
    } else if (what % 8 == 6 && s->n_live) {
        want(s, s->live[i], arg);
        pmt_writer_realloc(b->w, s->live[i], arg);
    } else if (what % 16 == 7) {
        (void)pmt_writer_flush(b->w, NULL);
    } else {
        pmt_writer_event(b->w, PMT_OP_TROUBLE, operand, &arg);
        want(s, 0, operand);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct script s;
    struct columns_log log = {0};
    struct builder b;
    char *partial;

    s.n = s.n_live = 0;
    builder_open(&b);
    for (size_t i = 0; i + 1 < n && s.n < 1 << 15; i += 2)
        run_one(&b, &s, data[i], data[i + 1]);
    builder_finish(&b);
    if (builder_read(b.path, &log, &partial, NULL) != PMT_END || partial || log.n_events != s.n)
        abort();
    if (s.n && (memcmp(log.slot, s.want_slot, s.n * 4) || memcmp(log.arg, s.want_arg, s.n * 4)))
        abort();
    columns_log_free(&log);
    builder_close(&b);
    return 0;
}
