/* test_trace_roundtrip.c - what is written is read: columns, slots, checks,
 * facts, what the interpreter said. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "support/builder.h"
#include "support/expect.h"

/* The reader must give exactly what was written. */
static void expect_columns(const struct columns_log *got, const struct columns_log *want)
{
    if (!EXPECT_U64(got->n_events, want->n_events) || !EXPECT_U64(got->n_wide, want->n_wide))
        return;
    for (size_t i = 0; i < want->n_events; i++)
        if (!EXPECT_U64(got->op[i], want->op[i]) || !EXPECT_U64(got->slot[i], want->slot[i]) ||
            !EXPECT_U64(got->arg[i], want->arg[i]))
            return;
    for (size_t i = 0; i < want->n_wide; i++)
        if (!EXPECT_U64(got->wide[i], want->wide[i]))
            return;
}

static void round_trip(uint64_t seed, size_t n_events)
{
    struct columns_log want = {0}, got = {0};
    struct pmt_error err = {0};
    struct builder b;
    char *partial;

    builder_open(&b);
    builder_random_events(&b, seed, n_events, &want);
    EXPECT_U64(pmt_writer_events(b.w), n_events);
    builder_finish(&b);
    EXPECT_STATUS(builder_read(b.path, &got, &partial, &err), PMT_END, &err);
    EXPECT_STR(partial, NULL);
    expect_columns(&got, &want);
    free(partial);
    columns_log_free(&want);
    columns_log_free(&got);
    builder_close(&b);
}

static void test_trace_random_events_come_back(void)
{
    int64_t live = pmt_alloc_live();

    for (uint64_t seed = 1; seed <= 40; seed++)
        round_trip(seed, seed * seed * 7);
    round_trip(1000, 0);
    round_trip(1001, PMT_BATCH_EVENTS);
    round_trip(1002, PMT_BATCH_EVENTS + 1);
    round_trip(1003, 700000);
    EXPECT_I64(pmt_alloc_live(), live);
}

/* More different events than the dictionary's maker counts. */
static void test_trace_events_that_are_all_different(void)
{
    struct columns_log got = {0};
    struct builder b;
    char *partial;
    uint32_t n = PMT_BATCH_EVENTS + 10;

    builder_open(&b);
    for (uint32_t i = 0; i < n; i++)
        (void)pmt_writer_alloc(b.w, (enum pmt_op)(PMT_OP_ALLOC_RAW + i % 3), i * 70000);
    builder_finish(&b);
    EXPECT_STATUS(builder_read(b.path, &got, &partial, NULL), PMT_END, NULL);
    EXPECT_STR(partial, NULL);
    if (EXPECT_U64(got.n_events, n))
        for (uint32_t i = 0; i < n; i++)
            if (got.op[i] != PMT_OP_ALLOC_RAW + i % 3 || got.slot[i] != i ||
                !EXPECT_U64(got.arg[i], i * 70000))
                break;
    free(partial);
    columns_log_free(&got);
    builder_close(&b);
}

/* The same events give the same bytes. */
static void test_trace_writing_is_deterministic(void)
{
    struct builder a, b;
    uint8_t *first, *second;
    size_t n_first, n_second;

    builder_open(&a);
    builder_open(&b);
    builder_random_events(&a, 9, 100000, NULL);
    builder_random_events(&b, 9, 100000, NULL);
    builder_finish(&a);
    builder_finish(&b);
    first = builder_bytes(&a, &n_first);
    second = builder_bytes(&b, &n_second);
    EXPECT(n_first == n_second && !memcmp(first, second, n_first));
    free(first);
    free(second);
    builder_close(&a);
    builder_close(&b);
}

/* Types come before the events that name them, in as many chunks as they need. */
static void test_trace_types_come_back(void)
{
    enum { N_TYPES = 3000 };
    int64_t live = pmt_alloc_live();
    struct builder b;
    struct pmt_trace *trace;
    struct pmt_item item;
    struct pmt_type type;
    char name[64];
    uint32_t slot;

    builder_open(&b);
    slot = pmt_writer_alloc(b.w, PMT_OP_ALLOC_GC, 64);
    pmt_writer_event(b.w, PMT_OP_GC_LOOK, 2, (const uint64_t[]){UINT64_C(1) << 40});
    for (uint32_t i = 0; i < N_TYPES; i++) {
        (void)snprintf(name, sizeof name, "a_module.with_a_long_name.Type%u", i);
        pmt_writer_type(b.w, &(struct pmt_type){i, i * 1000, i % 9, name});
        pmt_writer_about(b.w, PMT_OP_GARBAGE, slot, i << PMT_GARBAGE_TYPE | i % 2);
    }
    builder_finish(&b);
    EXPECT_STATUS(pmt_trace_open(b.path, &trace, NULL), PMT_OK, NULL);
    EXPECT_U64(pmt_trace_n_types(trace), 0);
    EXPECT_STATUS(pmt_trace_next(trace, &item, NULL), PMT_OK, NULL);
    EXPECT_U64(item.u.batch.n_events, 2 + N_TYPES);
    EXPECT_U64(item.u.batch.wide[0], UINT64_C(1) << 40);
    if (EXPECT_U64(pmt_trace_n_types(trace), N_TYPES))
        for (uint32_t i = 0; i < N_TYPES; i++) {
            (void)snprintf(name, sizeof name, "a_module.with_a_long_name.Type%u", i);
            pmt_trace_type_at(trace, i, &type);
            if (!EXPECT_STR(type.name, name) || !EXPECT_U64(type.number, i) ||
                !EXPECT_U64(type.basic_size, i * 1000) || !EXPECT_U64(type.item_size, i % 9) ||
                !EXPECT_U64(item.u.batch.op[2 + i], PMT_OP_GARBAGE) ||
                !EXPECT_U64(item.u.batch.slot[2 + i], slot) ||
                !EXPECT_U64(item.u.batch.arg[2 + i], i * 2 + i % 2))
                break;
        }
    EXPECT_STATUS(pmt_trace_next(trace, &item, NULL), PMT_END, NULL);
    EXPECT(pmt_trace_partial(trace) == NULL);
    pmt_trace_close(trace);
    builder_close(&b);
    EXPECT_I64(pmt_alloc_live(), live);
}

SUITE(trace_roundtrip, TEST(test_trace_random_events_come_back),
      TEST(test_trace_events_that_are_all_different),
      TEST(test_trace_writing_is_deterministic), TEST(test_trace_types_come_back))
