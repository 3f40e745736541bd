/* test_trace_roundtrip.c - what is written is read: columns, slots, checks,
 * facts, what the interpreter said. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
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

SUITE(trace_roundtrip, TEST(test_trace_random_events_come_back))
