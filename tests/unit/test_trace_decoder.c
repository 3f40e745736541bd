/* test_trace_decoder.c - the reader against tests/tools/pmt_decode.py, which was
 * written from the manual page alone: both must print the same text. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "support/builder.h"
#include "support/expect.h"

#define DECODER "tests/tools/pmt_decode.py"

static void print_event(FILE *out, const struct pmt_batch *batch, uint32_t i, uint32_t *wide)
{
    unsigned op = batch->op[i];
    uint64_t arg = batch->arg[i] == PMT_ARG_WIDE ? batch->wide[(*wide)++] : batch->arg[i];

    (void)fprintf(out, "%" PRIu64 " %s", batch->first_event + i, pmt_op_name(op));
    if (pmt_op_has_slot(op))
        (void)fprintf(out, " slot=%" PRIu32, batch->slot[i]);
    if (pmt_op_arg(op))
        (void)fprintf(out, " %s=%" PRIu64, pmt_op_arg(op), arg);
    for (unsigned k = 0; k < pmt_op_n_wide(op); k++)
        (void)fprintf(out, " wide=%" PRIu64, batch->wide[(*wide)++]);
    (void)fputc('\n', out);
}

static void print_item(FILE *out, const struct pmt_item *item)
{
    uint32_t wide = 0;

    if (item->kind == PMT_ITEM_ORACLE) {
        (void)fprintf(out, "%" PRIu64 " ORACLE when=%s blocks=%" PRId64 " bytes=%zu\n",
                      item->u.oracle.event, item->u.oracle.when, item->u.oracle.blocks,
                      item->u.oracle.text_len);
        return;
    }
    for (uint32_t i = 0; i < item->u.batch.n_events; i++)
        print_event(out, &item->u.batch, i, &wide);
    EXPECT_U64(wide, item->u.batch.n_wide);
}

static void print_facts(FILE *out, const struct pmt_trace *t, size_t from)
{
    const char *name, *value;

    for (size_t i = from; i < pmt_trace_n_facts(t); i++) {
        pmt_trace_fact_at(t, i, &name, &value);
        (void)fprintf(out, "# %s=%s\n", name, value);
    }
}

static void print_trace(FILE *out, const char *path)
{
    struct pmt_trace *t;
    struct pmt_item item;
    size_t n_facts;

    if (!EXPECT_STATUS(pmt_trace_open(path, &t, NULL), PMT_OK, NULL))
        return;
    n_facts = pmt_trace_n_facts(t);
    print_facts(out, t, 0);
    while (pmt_trace_next(t, &item, NULL) == PMT_OK)
        print_item(out, &item);
    print_facts(out, t, n_facts);
    pmt_trace_close(t);
}

/* Line by line. */
static void expect_same_text(const struct builder *b)
{
    char command[200], *ours = NULL, *at, line[256];
    size_t n;
    FILE *out = open_memstream(&ours, &n), *theirs;

    print_trace(out, b->path);
    (void)fclose(out);
    (void)snprintf(command, sizeof command, "python3 " DECODER " /proc/%d/fd/%d",
                   (int)getpid(), b->fd);
    theirs = popen(command, "r");
    at = ours;
    while (theirs && fgets(line, sizeof line, theirs)) {
        if (strncmp(at, line, strlen(line)) != 0) {
            EXPECT_HAS(at, line);
            break;
        }
        at += strlen(line);
    }
    EXPECT_STR(at, "");
    EXPECT_I64(theirs ? pclose(theirs) : -1, 0);
    free(ours);
}

/* Many blocks die late: the list of births is squeezed as a whole. */
static void add_crowd(struct builder *b)
{
    enum { N = 150000 };
    uint32_t *slot = calloc(N, sizeof *slot);
    uint64_t state = 7;

    for (size_t i = 0; slot && i < N; i++)
        slot[i] = pmt_writer_alloc(b->w, PMT_OP_ALLOC_OBJ, 48);
    for (size_t i = 0; slot && i < N - 100; i++) {
        size_t k = builder_random(&state) % (N - i);

        pmt_writer_end(b->w, PMT_OP_FREE, slot[k]);
        slot[k] = slot[N - 1 - i];
        if (i % 1000 == 0) /* so that it matters at which chunk this happens */
            (void)pmt_writer_flush(b->w, NULL);
    }
    free(slot);
}

static void test_trace_an_independent_decoder_agrees(void)
{
    static const struct pmt_oracle oracle = {.text = "a\nb", .text_len = 3, .blocks = 99,
                                             .when = "request"};
    struct builder b;

    if (access(DECODER, R_OK) != 0 || system("python3 -c 0 2>/dev/null") != 0)
        return; /* not in the source tree, or no Python here */
    builder_open(&b);
    builder_random_events(&b, 11, 30000, NULL);
    pmt_writer_oracle(b.w, &oracle);
    add_crowd(&b);
    builder_finish(&b);
    expect_same_text(&b);
    builder_close(&b);
}

SUITE(trace_decoder, TEST(test_trace_an_independent_decoder_agrees))
