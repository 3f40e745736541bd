/* test_trace_writer.c - slots, checks, facts, flush; and what happens when memory
 * or the disk runs out. */
#include "trace/writer.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/bytes.h"
#include "support/builder.h"
#include "support/expect.h"
#include "trace/deflate.h"
#include "trace/format.h"

static void test_trace_slots_are_reused_last_in_first_out(void)
{
    struct builder b;
    uint32_t slot[4];

    builder_open(&b);
    for (uint32_t i = 0; i < 4; i++) {
        slot[i] = pmt_writer_alloc(b.w, PMT_OP_ALLOC_OBJ, 8);
        EXPECT_U64(slot[i], i);
    }
    pmt_writer_end(b.w, PMT_OP_FREE, 1);
    pmt_writer_end(b.w, PMT_OP_FREE, 3);
    EXPECT_U64(pmt_writer_alloc(b.w, PMT_OP_ALLOC_RAW, 8), 3);
    (void)pmt_writer_flush(b.w, NULL);
    EXPECT_U64(pmt_writer_alloc(b.w, PMT_OP_ALLOC_MEM, 8), 1);
    EXPECT_U64(pmt_writer_alloc(b.w, PMT_OP_ALLOC_MEM, 8), 4);
    EXPECT_U64(pmt_writer_n_slots(b.w), 5);
    EXPECT_U64(pmt_writer_events(b.w), 9);
    builder_close(&b);
}

/* The value that trace.h promises for these places. */
static uint32_t check_of(const uint64_t *place, size_t n)
{
    uint64_t h = 0;

    for (size_t i = 0; i < n; i++)
        h = (h ^ place[i]) * 0x9E3779B97F4A7C15u;
    return (uint32_t)(h >> 32);
}

static void test_trace_checks_are_per_window(void)
{
    uint64_t place[PMT_CHECK_WINDOW + 44];
    const size_t n = sizeof place / sizeof *place;
    struct columns_log got = {0};
    struct builder b;

    builder_open(&b);
    for (size_t i = 0; i < n; i++) {
        (void)pmt_writer_alloc(b.w, PMT_OP_ALLOC_OBJ, 8);
        place[i] = i * 48 + (i << 33);
        pmt_writer_place(b.w, place[i]);
        (void)pmt_writer_alloc(b.w, PMT_OP_ALLOC_RAW, 8);
    }
    (void)pmt_writer_flush(b.w, NULL);
    pmt_writer_realloc(b.w, 0, 16);
    pmt_writer_place(b.w, 7);
    builder_finish(&b);
    EXPECT_STATUS(builder_read(b.path, &got, NULL, NULL), PMT_END, NULL);
    EXPECT_U64(got.n_placements, n + 1);
    if (EXPECT_U64(got.n_checks, 3)) {
        EXPECT_U64(got.check[0], check_of(place, PMT_CHECK_WINDOW));
        EXPECT_U64(got.check[1], check_of(place + PMT_CHECK_WINDOW, 44));
        EXPECT_U64(got.check[2], check_of(&(uint64_t){7}, 1));
    }
    columns_log_free(&got);
    builder_close(&b);
}

static void test_trace_facts_of_the_end_come_last_and_replace(void)
{
    static const char *const pairs[] = {"end.kind", "exit", "pid", "43"};
    struct pmt_trace *t;
    struct pmt_item item;
    const char *name, *value;
    struct builder b;

    builder_init(&b);
    EXPECT_STATUS(pmt_writer_fact(b.w, "pid", "42", NULL), PMT_OK, NULL);
    EXPECT_STATUS(pmt_writer_fact(b.w, "env.PYTHONHASHSEED", "", NULL), PMT_OK, NULL);
    builder_begin(&b);
    EXPECT_STATUS(pmt_writer_finish(b.w, pairs, 2, NULL), PMT_OK, NULL);
    if (EXPECT_STATUS(pmt_trace_open(b.path, &t, NULL), PMT_OK, NULL)) {
        EXPECT_U64(pmt_trace_n_facts(t), 2);
        pmt_trace_fact_at(t, 0, &name, &value);
        EXPECT_STR(name, "pid");
        EXPECT_STR(value, "42");
        EXPECT_STR(pmt_trace_fact(t, "env.PYTHONHASHSEED"), "");
        EXPECT_STR(pmt_trace_fact(t, "end.kind"), NULL);
        EXPECT_STATUS(pmt_trace_next(t, &item, NULL), PMT_END, NULL);
        EXPECT_STATUS(pmt_trace_next(t, &item, NULL), PMT_END, NULL);
        EXPECT_STR(value, "42");
        EXPECT_STR(pmt_trace_fact(t, "pid"), "43");
        EXPECT_STR(pmt_trace_fact(t, "end.events"), "0");
        EXPECT_U64(pmt_trace_n_facts(t), 4);
        EXPECT_STR(pmt_trace_partial(t), NULL);
        EXPECT_U64(pmt_trace_bytes_read(t), pmt_trace_file_bytes(t));
        pmt_trace_close(t);
    }
    builder_close(&b);
}

static void test_trace_too_many_bytes_of_facts_are_refused(void)
{
    static char big[PMT_FACTS_MAX + 1];
    struct pmt_error err = {0};
    struct builder b;

    memset(big, 'a', sizeof big - 1);
    builder_init(&b);
    EXPECT_STATUS(pmt_writer_fact(b.w, "argv", big, &err), PMT_E_LIMIT, &err);
    EXPECT_HAS(err.msg, "argv");
    EXPECT_STATUS(pmt_writer_begin(b.w, NULL), PMT_E_LIMIT, NULL);
    builder_close(&b);
}

static void test_trace_oracle_stands_where_it_was_asked(void)
{
    static const struct pmt_oracle asked = {.text = "arenas 7", .text_len = 8, .blocks = -1,
                                            .when = "end"};
    struct pmt_trace *t;
    struct pmt_item item;
    struct builder b;

    builder_open(&b);
    (void)pmt_writer_alloc(b.w, PMT_OP_ALLOC_OBJ, 8);
    pmt_writer_oracle(b.w, &asked);
    (void)pmt_writer_alloc(b.w, PMT_OP_ALLOC_OBJ, 8);
    builder_finish(&b);
    if (!EXPECT_STATUS(pmt_trace_open(b.path, &t, NULL), PMT_OK, NULL))
        return;
    EXPECT_STATUS(pmt_trace_next(t, &item, NULL), PMT_OK, NULL);
    EXPECT_U64(item.kind, PMT_ITEM_BATCH);
    EXPECT_U64(item.u.batch.n_events, 1);
    EXPECT_STATUS(pmt_trace_next(t, &item, NULL), PMT_OK, NULL);
    if (EXPECT_U64(item.kind, PMT_ITEM_ORACLE)) {
        EXPECT_U64(item.u.oracle.event, 1);
        EXPECT_STR(item.u.oracle.text, "arenas 7");
        EXPECT_U64(item.u.oracle.text_len, 8);
        EXPECT_I64(item.u.oracle.blocks, -1);
        EXPECT_STR(item.u.oracle.when, "end");
    }
    EXPECT_STATUS(pmt_trace_next(t, &item, NULL), PMT_OK, NULL);
    EXPECT_U64(item.u.batch.first_event, 1);
    EXPECT_STATUS(pmt_trace_next(t, &item, NULL), PMT_END, NULL);
    pmt_trace_close(t);
    builder_close(&b);
}

/* What a child by fork gets: a copy of the file so far, and the writer's state. */
static void test_trace_goes_on_in_another_file(void)
{
    struct columns_log got = {0};
    struct builder b, copy;
    uint8_t *bytes;
    uint32_t slot;
    size_t n;

    builder_open(&b);
    slot = pmt_writer_alloc(b.w, PMT_OP_ALLOC_OBJ, 8);
    (void)pmt_writer_flush(b.w, NULL);
    bytes = builder_bytes(&b, &n);
    EXPECT_U64(n, pmt_writer_file_bytes(b.w));
    builder_from_bytes(&copy, bytes, n);
    pmt_writer_move_to(b.w, copy.fd);
    pmt_writer_end(b.w, PMT_OP_FREE, slot);
    builder_finish(&b);
    EXPECT_STATUS(builder_read(copy.path, &got, NULL, NULL), PMT_END, NULL);
    EXPECT_U64(got.n_events, 2);
    free(bytes);
    columns_log_free(&got);
    builder_close(&copy);
    builder_close(&b);
}

static void test_trace_what_is_flushed_can_be_read(void)
{
    struct columns_log got = {0};
    struct builder b;
    char *partial;

    builder_open(&b);
    (void)pmt_writer_alloc(b.w, PMT_OP_ALLOC_OBJ, 8);
    (void)pmt_writer_flush(b.w, NULL);
    (void)pmt_writer_alloc(b.w, PMT_OP_ALLOC_OBJ, 8);
    EXPECT_STATUS(builder_read(b.path, &got, &partial, NULL), PMT_END, NULL);
    EXPECT_U64(got.n_events, 1);
    EXPECT_HAS(partial, "cut before chunk 2 (event 1, offset 0x");
    free(partial);
    columns_log_free(&got);
    builder_close(&b);
}

/* The data of the chunk at head, into raw; its length. */
static size_t unpack_chunk(const uint8_t *head, uint8_t *raw)
{
    struct pmt_unpacker *u = pmt_unpacker_new();
    uint32_t n = pmt_le32(head + 20);

    EXPECT(pmt_unpack(u, head + PMT_CHUNK_HEADER_BYTES, pmt_le32(head + 24), raw, n) ==
           PMT_UNPACKED);
    pmt_unpacker_free(u);
    return n;
}

static void test_trace_the_index_names_each_chunk(void)
{
    struct builder b;
    struct pmt_cursor in;
    uint8_t *bytes, raw[200];
    uint64_t index_at, at = 0;
    size_t n;

    builder_open(&b);
    builder_random_events(&b, 2, 200000, NULL);
    builder_finish(&b);
    bytes = builder_bytes(&b, &n);
    index_at = pmt_le64(bytes + n - PMT_TAIL_BYTES);
    in = (struct pmt_cursor){raw, raw + unpack_chunk(bytes + index_at, raw), false};
    while (pmt_cursor_left(&in)) {
        at += pmt_take_varint(&in);
        EXPECT_U64(pmt_le32(bytes + at), PMT_SYNC);
        EXPECT_U64(pmt_le32(bytes + at + 16), pmt_take_varint(&in));
    }
    EXPECT_U64(at + PMT_CHUNK_HEADER_BYTES + pmt_le32(bytes + at + 24), index_at);
    EXPECT(!in.bad);
    free(bytes);
    builder_close(&b);
}

/* ---- failures ------------------------------------------------------------ */

/* A whole life of a writer and a reader; the first failure. */
static enum pmt_status write_and_read(struct builder *b, struct pmt_error *err)
{
    static const struct pmt_oracle oracle = {.text = "x", .text_len = 1, .blocks = 1, .when = "end"};
    static const char *const pairs[] = {"end.kind", "exit"};
    struct columns_log got = {0};
    enum pmt_status st = pmt_writer_open(b->fd, &b->w, err);

    if (st == PMT_OK)
        st = pmt_writer_fact(b->w, "pid", "42", err);
    if (st == PMT_OK)
        st = pmt_writer_begin(b->w, err);
    if (st != PMT_OK)
        return st;
    for (size_t i = 0; i < PMT_BATCH_EVENTS + 1000; i++) /* the tables grow */
        (void)pmt_writer_alloc(b->w, PMT_OP_ALLOC_OBJ, i);
    pmt_writer_oracle(b->w, &oracle);
    st = pmt_writer_finish(b->w, pairs, 1, err);
    EXPECT_U64(pmt_writer_error(b->w) ? pmt_writer_error(b->w)->status : PMT_OK, st);
    if (st == PMT_OK)
        st = builder_read(b->path, &got, NULL, err);
    columns_log_free(&got);
    return st;
}

static void fail_nth(int64_t n, int persistent, bool *failed)
{
    int64_t live = pmt_alloc_live();
    struct pmt_error err = {0};
    struct builder b;
    enum pmt_status st;

    builder_from_bytes(&b, (const uint8_t *)"", 0);
    pmt_alloc_fail_at(n, persistent);
    st = write_and_read(&b, &err);
    pmt_alloc_fail_at(-1, 0);
    *failed = st != PMT_END;
    if (*failed) {
        EXPECT_STATUS(st, PMT_E_NOMEM, &err);
        EXPECT_HAS(err.msg, "out of memory");
    }
    builder_close(&b);
    EXPECT_I64(pmt_alloc_live(), live);
}

static void test_trace_every_allocation_may_fail(void)
{
    bool failed = true;
    int64_t n;

    for (n = 0; failed && n < 1000; n++) {
        fail_nth(n, 0, &failed);
        fail_nth(n, 1, &failed);
    }
    EXPECT(!failed && n > 20);
}

static void test_trace_a_full_disk_is_told_once(void)
{
    struct pmt_error err = {0};
    struct pmt_writer *w;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    EXPECT_STATUS(pmt_writer_open(fd, &w, &err), PMT_OK, &err);
    EXPECT_STATUS(pmt_writer_begin(w, &err), PMT_E_IO, &err);
    EXPECT_HAS(err.msg, "No space left on device");
    EXPECT_HAS(err.msg, "make room");
    EXPECT_U64(pmt_writer_alloc(w, PMT_OP_ALLOC_OBJ, 8), PMT_NO_SLOT);
    pmt_writer_end(w, PMT_OP_FREE, PMT_NO_SLOT);
    pmt_writer_realloc(w, PMT_NO_SLOT, 9);
    pmt_writer_place(w, 1);
    pmt_writer_event(w, PMT_OP_CLOCK, 0, &(uint64_t){1});
    EXPECT_STATUS(pmt_writer_finish(w, NULL, 0, NULL), PMT_E_IO, NULL);
    EXPECT_U64(pmt_writer_file_bytes(w), 0);
    pmt_writer_close(w);
    (void)close(fd);
}

/* Random events until the file may not grow; what is there can be read. */
static void write_up_to(rlim_t limit, struct builder *b)
{
    struct rlimit old, low;
    struct pmt_error err = {0};
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);

    (void)getrlimit(RLIMIT_FSIZE, &old);
    low = (struct rlimit){limit, old.rlim_max};
    (void)setrlimit(RLIMIT_FSIZE, &low);
    builder_random_events(b, 5, 200000, NULL);
    EXPECT_STATUS(pmt_writer_flush(b->w, &err), PMT_E_IO, &err);
    EXPECT_HAS(err.msg, "cannot write the trace: File too large");
    (void)setrlimit(RLIMIT_FSIZE, &old);
    (void)signal(SIGXFSZ, handler);
}

static void test_trace_what_was_written_before_the_disk_was_full(void)
{
    struct columns_log got = {0};
    char path[] = "/tmp/pmt-test-XXXXXX", *partial;
    struct builder b;
    int fd = mkstemp(path);

    if (!EXPECT(fd >= 0))
        return;
    builder_from_bytes(&b, (const uint8_t *)"", 0);
    EXPECT_STATUS(pmt_writer_open(fd, &b.w, NULL), PMT_OK, NULL);
    builder_begin(&b);
    write_up_to(150000, &b);
    EXPECT_STATUS(builder_read(path, &got, &partial, NULL), PMT_END, NULL);
    EXPECT_HAS(partial, "cut in chunk");
    EXPECT(got.n_events >= PMT_BATCH_EVENTS);
    free(partial);
    columns_log_free(&got);
    builder_close(&b);
    (void)close(fd);
    (void)unlink(path);
}

SUITE(trace_writer, TEST(test_trace_slots_are_reused_last_in_first_out),
      TEST(test_trace_checks_are_per_window),
      TEST(test_trace_facts_of_the_end_come_last_and_replace),
      TEST(test_trace_too_many_bytes_of_facts_are_refused),
      TEST(test_trace_oracle_stands_where_it_was_asked),
      TEST(test_trace_goes_on_in_another_file), TEST(test_trace_what_is_flushed_can_be_read),
      TEST(test_trace_the_index_names_each_chunk),
      TEST(test_trace_every_allocation_may_fail), TEST(test_trace_a_full_disk_is_told_once),
      TEST(test_trace_what_was_written_before_the_disk_was_full))
