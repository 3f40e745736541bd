/* test_object_stats.c - objects by type: made, alive, most at once, ages, deaths; between
 * marks; out of memory. */
#include "replay/object_stats.h"

#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "support/expect.h"

#define LIST 3u
#define NODE 700u
#define TICK (UINT64_C(1) << 16) /* ns, of ages */

static void make(struct pmt_object_stats *s, uint32_t type, uint32_t slot, uint64_t event)
{
    pmt_object_stats_next(s, type);
    pmt_object_stats_made(s, slot, 56, false, event);
}

static void take(struct pmt_object_stats *s, uint32_t slot, uint64_t event)
{
    pmt_object_stats_died(s, slot, 0, PMT_NOWHERE, event);
}

static const struct pmt_object_row *row_of(const struct pmt_result *r, uint32_t number)
{
    for (size_t i = 0; i < r->n_objects; i++)
        if (r->objects[i].number == number)
            return &r->objects[i];
    return NULL;
}

static void finish(struct pmt_object_stats *s, struct pmt_result *r)
{
    *r = (struct pmt_result){0};
    EXPECT(pmt_object_stats_finish(s, r));
    pmt_object_stats_release(s);
}

static void test_object_stats_made_alive_and_peak(void)
{
    int64_t n_alive = pmt_alloc_live();
    struct pmt_object_stats s = {0};
    struct pmt_result r;
    const struct pmt_object_row *row;

    for (uint32_t slot = 0; slot < 5; slot++)
        make(&s, LIST, slot, slot);
    for (uint32_t slot = 1; slot < 4; slot++)
        take(&s, slot, 10);
    make(&s, NODE, 1, 11);
    pmt_object_stats_next(&s, LIST);
    pmt_object_stats_made(&s, 2, 56, true, 12);
    pmt_object_stats_made(&s, 3, 1000, false, 13); /* a table: nothing said what it is */
    take(&s, 3, 14);
    finish(&s, &r);
    EXPECT_U64(r.n_objects, 2);
    EXPECT_U64(r.n_object_intervals, 0);
    row = row_of(&r, LIST);
    EXPECT_U64(row->made, 6);
    EXPECT_U64(row->reused, 1);
    EXPECT_U64(row->made_bytes, 6 * 64);
    EXPECT_U64(row->alive, 3);
    EXPECT_U64(row->alive_bytes, 3 * 64);
    EXPECT_U64(row->peak, 5);
    EXPECT_U64(row->peak_bytes, 5 * 64);
    EXPECT_U64(row->freed_by_counting, 3);
    EXPECT_U64(row->freed_by_collections, 0);
    EXPECT_U64(row_of(&r, NODE)->made, 1);
    pmt_result_release(&r);
    EXPECT_I64(pmt_alloc_live(), n_alive);
}

/* What is resized takes more, then less. */
static void test_object_stats_resized(void)
{
    struct pmt_object_stats s = {0};
    struct pmt_result r;

    make(&s, LIST, 0, 0);
    pmt_object_stats_resized(&s, 0, 160);
    pmt_object_stats_resized(&s, 0, 17);
    pmt_object_stats_resized(&s, 9, 17); /* no object */
    finish(&s, &r);
    EXPECT_U64(r.objects[0].made_bytes, 160);
    EXPECT_U64(r.objects[0].alive_bytes, 32);
    EXPECT_U64(r.objects[0].peak_bytes, 160);
    pmt_result_release(&r);
}

/* What it is was said after it was made, while another was about to come. */
static void test_object_stats_typed_late(void)
{
    struct pmt_object_stats s = {0};
    struct pmt_result r;

    pmt_object_stats_made(&s, 0, 56, false, 10);
    pmt_object_stats_made(&s, 1, 56, false, 11);
    take(&s, 1, 12); /* nobody ever said */
    pmt_object_stats_next(&s, NODE);
    pmt_object_stats_typed(&s, 0, LIST);
    pmt_object_stats_typed(&s, 0, LIST);
    pmt_object_stats_typed(&s, 7, LIST); /* nothing there */
    pmt_object_stats_made(&s, 1, 56, false, 13);
    take(&s, 0, 15);
    finish(&s, &r);
    EXPECT_U64(r.n_objects, 2);
    EXPECT_U64(row_of(&r, LIST)->made, 1);
    EXPECT_U64(row_of(&r, LIST)->age_p50, 5);
    EXPECT_U64(row_of(&r, NODE)->alive, 1);
    pmt_result_release(&r);
}

/* Older than the collection, or made while it ran; in a generation, or of no collector. */
static void test_object_stats_deaths(void)
{
    struct pmt_object_stats s = {0};
    struct pmt_result r;

    for (uint32_t slot = 0; slot < 4; slot++)
        make(&s, NODE, slot, slot);
    pmt_object_stats_died(&s, 0, 1, PMT_NOWHERE, 5);
    make(&s, NODE, 4, 10);
    pmt_object_stats_died(&s, 1, 2, 10, 11);
    pmt_object_stats_died(&s, 4, 0, 10, 12);
    pmt_object_stats_died(&s, 2, PMT_NO_GENERATION, PMT_NOWHERE, 13);
    pmt_object_stats_died(&s, 2, 0, PMT_NOWHERE, 13); /* the slot is empty */
    finish(&s, &r);
    EXPECT_U64(r.objects[0].made, 5);
    EXPECT_U64(r.objects[0].freed_by_counting, 3);
    EXPECT_U64(r.objects[0].freed_by_collections, 1);
    EXPECT_U64(r.objects[0].alive, 1);
    EXPECT_U64(r.objects[0].died_in[0], 1);
    EXPECT_U64(r.objects[0].died_in[1], 1);
    EXPECT_U64(r.objects[0].died_in[2], 1);
    pmt_result_release(&r);
}

/* Nine live for one event, one for a thousand events and ten ticks. */
static void test_object_stats_ages(void)
{
    struct pmt_object_stats s = {0};
    struct pmt_result r;

    pmt_object_stats_clock(&s, 5 * TICK);
    make(&s, LIST, 0, 0);
    for (uint64_t event = 1; event < 19; event += 2) {
        make(&s, LIST, 1, event);
        take(&s, 1, event + 1);
    }
    pmt_object_stats_clock(&s, 15 * TICK + 1);
    take(&s, 0, 1000);
    finish(&s, &r);
    EXPECT_U64(r.objects[0].age_mean, (9 + 1000) / 10);
    EXPECT_U64(r.objects[0].age_p50, 1);
    EXPECT_U64(r.objects[0].age_p90, 1);
    EXPECT_U64(r.objects[0].age_p99, 1023);
    EXPECT_U64(r.objects[0].age_mean_ns, TICK);
    EXPECT_U64(r.objects[0].age_p50_ns, TICK);
    EXPECT_U64(r.objects[0].age_p99_ns, 12 * TICK);
    pmt_result_release(&r);
}

/* When the interpreter goes down all dies: that is nobody's age. */
static void test_object_stats_end_of_the_program(void)
{
    struct pmt_object_stats s = {0};
    struct pmt_result r;

    make(&s, LIST, 0, 0);
    make(&s, NODE, 1, 1);
    pmt_object_stats_ended(&s);
    take(&s, 0, 2);
    pmt_object_stats_resized(&s, 1, 5000);
    make(&s, LIST, 0, 3);
    pmt_object_stats_mark(&s, "late", 4);
    finish(&s, &r);
    EXPECT_U64(row_of(&r, LIST)->made, 1);
    EXPECT_U64(row_of(&r, LIST)->alive, 1);
    EXPECT_U64(row_of(&r, NODE)->alive_bytes, 64);
    EXPECT_U64(r.n_object_intervals, 0);
    pmt_result_release(&r);
}

/* "work:3*2=100+5-4" is mark, number, times, event, made, died. */
static const char *intervals_of(const struct pmt_result *r)
{
    static char text[1024];
    size_t n = 0;

    text[0] = '\0';
    for (size_t i = 0; i < r->n_object_intervals && n < sizeof text; i++) {
        const struct pmt_object_interval_row *row = &r->object_intervals[i];

        n += (size_t)snprintf(text + n, sizeof text - n, "%s%s:%u*%u=%u+%u-%u", i ? " " : "",
                              row->mark, row->number, (unsigned)row->times,
                              (unsigned)row->event, (unsigned)row->made, (unsigned)row->died);
    }
    return text;
}

/* Intervals with the same mark count together; what happens in none of a type has no row. */
static void test_object_stats_intervals(void)
{
    struct pmt_object_stats s = {0};
    struct pmt_result r;

    make(&s, NODE, 0, 0);
    for (uint64_t event = 10; event < 30; event += 10) {
        pmt_object_stats_mark(&s, "request", event);
        make(&s, LIST, (uint32_t)event, event);
        make(&s, LIST, (uint32_t)event + 1, event + 1);
        pmt_object_stats_mark(&s, "idle", event + 5);
        take(&s, (uint32_t)event, event + 6);
    }
    take(&s, 0, 40);
    finish(&s, &r);
    EXPECT_STR(intervals_of(&r), ":700*1=0+1-0 request:3*2=10+4-0 idle:3*2=15+0-2 "
                                 "idle:700*2=15+0-1");
    EXPECT_U64(r.object_intervals[1].made_bytes, 4 * 64);
    EXPECT_U64(r.object_intervals[1].alive, 3);
    EXPECT_U64(r.object_intervals[2].alive, 2);
    EXPECT_U64(r.object_intervals[2].alive_bytes, 2 * 64);
    pmt_result_release(&r);
}

/* A mark without text is not the start. */
static void test_object_stats_empty_mark(void)
{
    struct pmt_object_stats s = {0};
    struct pmt_result r;

    make(&s, LIST, 0, 0);
    pmt_object_stats_mark(&s, "", 5);
    make(&s, LIST, 1, 5);
    make(&s, LIST, 2, 6);
    finish(&s, &r);
    EXPECT_STR(intervals_of(&r), ":3*1=0+1-0 :3*1=5+2-0");
    pmt_result_release(&r);
}

static void test_object_stats_too_many_marks(void)
{
    struct pmt_object_stats s = {0};
    struct pmt_result r;

    for (uint32_t i = 0; i < PMT_MOST_INTERVALS + 100; i++) {
        char mark[16];

        (void)snprintf(mark, sizeof mark, "mark %u", i);
        make(&s, LIST, i, i);
        pmt_object_stats_mark(&s, mark, i);
    }
    finish(&s, &r);
    EXPECT_U64(r.n_object_intervals, PMT_MOST_INTERVALS + 1);
    EXPECT_STR(r.object_intervals[PMT_MOST_INTERVALS].mark, "(other marks)");
    EXPECT_U64(r.object_intervals[PMT_MOST_INTERVALS].times, 101);
    EXPECT_U64(r.object_intervals[PMT_MOST_INTERVALS].made, 100);
    pmt_result_release(&r);
}

/* A number that no trace of ours has takes no memory. */
static void test_object_stats_absurd_type(void)
{
    struct pmt_object_stats s = {0};
    struct pmt_result r;

    make(&s, UINT32_MAX, 0, 0);
    make(&s, PMT_MOST_OBJECT_TYPES, 1, 1);
    finish(&s, &r);
    EXPECT_U64(r.n_objects, 0);
    pmt_result_release(&r);
}

static bool play(struct pmt_object_stats *s, struct pmt_result *r)
{
    make(s, LIST, 0, 0);
    make(s, NODE, 100, 1);
    pmt_object_stats_mark(s, "a", 2);
    make(s, LIST, 1, 3);
    take(s, 0, 4);
    return pmt_object_stats_finish(s, r);
}

static void test_object_stats_without_memory(void)
{
    int64_t n_alive = pmt_alloc_live();
    bool ok = false;

    for (int64_t n = 0; !ok && n < 100; n++) {
        struct pmt_object_stats s = {0};
        struct pmt_result r = {0};

            pmt_alloc_fail_at(n, 0);
        ok = play(&s, &r);
        pmt_alloc_fail_at(-1, 0);
        EXPECT(ok || n < 99);
        pmt_object_stats_release(&s);
        pmt_result_release(&r);
        EXPECT_I64(pmt_alloc_live(), n_alive);
    }
    EXPECT(ok);
}

SUITE(object_stats, TEST(test_object_stats_made_alive_and_peak),
      TEST(test_object_stats_resized), TEST(test_object_stats_typed_late),
      TEST(test_object_stats_deaths),
      TEST(test_object_stats_ages), TEST(test_object_stats_end_of_the_program),
      TEST(test_object_stats_intervals), TEST(test_object_stats_empty_mark),
      TEST(test_object_stats_too_many_marks),
      TEST(test_object_stats_absurd_type), TEST(test_object_stats_without_memory))
