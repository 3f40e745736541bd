/* fuzz_replay.c - bytes as a recording: whatever it tells of objects, free lists, garbage and
 * collections, in whatever order, a replay of it ends; every byte of every arena is accounted
 * for (the walker), and nothing of it is left (the sanitizer). Slots are in order, as the
 * reader sees to that.
 *
 * The first byte chooses the configuration and what the recording shows; then each event
 * takes two bytes: what to do, and with which block, type or number. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <pymemtrace/run.h>
#include "support/builder.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

#define MOST_LIVE 1024u

enum { LIST, DICT, TUPLE, FLOAT, NODE, N_TYPES };

static const struct pmt_type types[N_TYPES] = {
    [LIST] = {.number = LIST, .basic_size = 40, .name = "list"},
    [DICT] = {.number = DICT, .basic_size = 48, .name = "dict"},
    [TUPLE] = {.number = TUPLE, .basic_size = 24, .item_size = 8, .name = "tuple"},
    [FLOAT] = {.number = FLOAT, .basic_size = 24, .name = "float"},
    [NODE] = {.number = NODE, .basic_size = 32, .name = "Node"}};

static const char *const specs[] = {
    "", "gc=3,2,2", "gc=50,5,5", "gc=off", "freelists=off", "freelist.list=2 gc=9,2,2",
    "cpython-3.9 gc=20,3,3", "gc=7,2,2 gc.collect-every=events:40 gc.since=start"};
#define N_SPECS (sizeof specs / sizeof *specs)

struct play {
    struct builder b;
    uint32_t live[MOST_LIVE]; /* slots */
    size_t n_live;
};

static void open_trace(struct play *p, uint8_t first)
{
    builder_init(&p->b);
    (void)pmt_writer_fact(p->b.w, "python.version", first & 8 ? "3.12.1" : "3.11.2", NULL);
    if (first & 16)
        (void)pmt_writer_fact(p->b.w, "objects.lists", "list dict tuple", NULL);
    if (first & 32)
        (void)pmt_writer_fact(p->b.w, "objects.emptied", "float", NULL);
    if (first & 64)
        (void)pmt_writer_fact(p->b.w, "objects.typed", "list dict tuple", NULL);
    builder_begin(&p->b);
    for (size_t i = 0; i < N_TYPES; i++)
        pmt_writer_type(p->b.w, &types[i]);
}

static uint64_t size_of(uint32_t type, uint8_t operand)
{
    if (type == TUPLE)
        return 40 + 8 * (uint64_t)(operand >> 3);
    return (type == FLOAT ? 0 : 16) + types[type].basic_size;
}

static void make(struct play *p, enum pmt_op op, uint64_t size)
{
    if (p->n_live < MOST_LIVE)
        p->live[p->n_live++] = pmt_writer_alloc(p->b.w, op, size);
}

static void end(struct play *p, enum pmt_op op, size_t i)
{
    pmt_writer_end(p->b.w, op, p->live[i]);
    p->live[i] = p->live[--p->n_live];
}

static void about(struct play *p, enum pmt_op op, size_t i, uint32_t arg)
{
    pmt_writer_about(p->b.w, op, p->live[i], pmt_op_arg(op) ? arg : 0);
}

static void tell(struct play *p, enum pmt_op op, uint32_t arg, uint64_t wide)
{
    pmt_writer_event(p->b.w, op, pmt_op_arg(op) ? arg : 0, pmt_op_n_wide(op) ? &wide : NULL);
}

/* Several events where that makes sense of them. */
static void collect(struct play *p, uint8_t operand)
{
    tell(p, PMT_OP_GC_BEGIN, operand & 7, 0);
    for (unsigned i = 0; i < (operand >> 5) && p->n_live; i++)
        end(p, i & 1 && operand & 8 ? PMT_OP_SHELVED : PMT_OP_FREE, p->n_live - 1);
    tell(p, PMT_OP_GC_STAT, 0, operand >> 5);
    tell(p, PMT_OP_GC_END, operand % 3, 0);
}

static void of_block(struct play *p, uint8_t what, uint8_t operand)
{
    size_t i = p->n_live - 1 - operand % p->n_live;
    uint32_t type = operand % N_TYPES;

    switch (what) {
    case 0: case 1: end(p, PMT_OP_FREE, i); break;
    case 2: end(p, PMT_OP_SHELVED, i); break;
    case 3: pmt_writer_realloc(p->b.w, p->live[i], operand * 8u); break;
    case 4: about(p, PMT_OP_TYPED, i, type); break;
    case 5: about(p, PMT_OP_GC_UNTRACKED, i, 0); break;
    case 6: about(p, PMT_OP_GARBAGE, i, type * 2 + (operand >> 7)); break;
    case 7: about(p, PMT_OP_BELONGS, i, operand % (N_TYPES + 1)); break;
    case 8: about(p, PMT_OP_REFERS, i, 0); break;
    case 9: about(p, PMT_OP_GC_ATOMIC, i, 0); break;
    case 10: about(p, PMT_OP_COLLECTED, i, type); break;
    case 11: about(p, PMT_OP_KEEPS, i, 0); break;
    case 12: about(p, PMT_OP_HOLDS, i, 0); break;
    case 13: about(p, PMT_OP_SHARES, i, 0); break;
    default: about(p, PMT_OP_ALIVE, i, type); break;
    }
}

static void of_none(struct play *p, uint8_t what, uint8_t operand)
{
    static const enum pmt_op ops[] = {PMT_OP_GC_BEGIN, PMT_OP_GC_STAT, PMT_OP_GC_END,
        PMT_OP_GC_LOOK, PMT_OP_GC_COUNTS, PMT_OP_GC_TOUCHED, PMT_OP_GC_FREEZE,
        PMT_OP_GC_ENABLED, PMT_OP_GC_THRESHOLD, PMT_OP_MAIN, PMT_OP_CLOCK, PMT_OP_OBJECT,
        PMT_OP_GC_HELD};
    enum pmt_op op = ops[what % (sizeof ops / sizeof *ops)];

    if (what == 13)
        tell(p, PMT_OP_CLEARED, operand % N_TYPES, size_of(operand % N_TYPES, operand));
    else if (what == 14)
        collect(p, operand);
    else
        tell(p, op, op == PMT_OP_OBJECT ? operand % N_TYPES : operand & 7u, operand);
}

static void run_one(struct play *p, uint8_t what, uint8_t operand)
{
    static const enum pmt_op makes[] = {PMT_OP_ALLOC_GC, PMT_OP_ALLOC_GC, PMT_OP_ALLOC_OBJ,
                                        PMT_OP_REUSED_GC, PMT_OP_REUSED, PMT_OP_ALLOC_MEM,
                                        PMT_OP_ALLOC_RAW};
    uint32_t type = operand % N_TYPES;

    if (what < 112) {
        if (what & 1)
            tell(p, PMT_OP_OBJECT, type, 0);
        make(p, makes[what / 16], size_of(type, operand));
    } else if (what < 192) {
        if (p->n_live)
            of_block(p, (uint8_t)((what - 112) / 5), operand);
    } else {
        of_none(p, (what - 192) % 15, operand);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    static struct play p;
    struct pmt_run_options options = {.walk = true, .single_thread = true};
    struct pmt_result result;

    if (n < 1)
        return 0;
    p.n_live = 0;
    options.spec = specs[data[0] % N_SPECS];
    open_trace(&p, data[0]);
    for (size_t i = 1; i + 1 < n; i += 2)
        run_one(&p, data[i], data[i + 1]);
    builder_finish(&p.b);
    if (pmt_run(p.b.path, &options, &result, NULL) == PMT_OK)
        pmt_result_release(&result);
    builder_close(&p.b);
    return 0;
}
