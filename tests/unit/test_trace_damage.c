/* test_trace_damage.c - a trace cut anywhere, or with any byte changed, gives the
 * events of its whole chunks and says that it is partial; never anything else. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/bytes.h"
#include "support/builder.h"
#include "support/expect.h"
#include "trace/format.h"

/* A whole trace of some chunks, and what it holds. */
struct sample {
    uint8_t *bytes;
    size_t n;
    struct columns_log events;
    size_t first_events_end; /* end of the HEAD chunk */
};

static size_t chunk_end(const struct sample *s, size_t at)
{
    return at + PMT_CHUNK_HEADER_BYTES + pmt_le32(s->bytes + at + 24);
}

/* Chunks of 1, 2, 4 ... events, one with the interpreter's word between. */
static void make_sample(struct sample *s)
{
    static const struct pmt_oracle oracle = {.text = "pools 3", .text_len = 7,
                                             .blocks = 42, .when = "periodic"};
    struct builder b;

    memset(s, 0, sizeof *s);
    builder_open(&b);
    for (size_t n = 1; n <= 256; n *= 2) {
        for (size_t i = 0; i < n; i++) {
            uint32_t slot = pmt_writer_alloc(b.w, PMT_OP_ALLOC_OBJ, i * 8);

            if (i % 3)
                pmt_writer_end(b.w, PMT_OP_FREE, slot);
            if (i % 5 == 0)
                pmt_writer_event(b.w, PMT_OP_CLOCK, 0, &(uint64_t){i * 1000});
        }
        pmt_writer_oracle(b.w, &oracle);
    }
    builder_finish(&b);
    (void)builder_read(b.path, &s->events, NULL, NULL);
    s->bytes = builder_bytes(&b, &s->n);
    s->first_events_end = chunk_end(s, PMT_FILE_HEADER_BYTES);
    builder_close(&b);
}

static void free_sample(struct sample *s)
{
    free(s->bytes);
    columns_log_free(&s->events);
}

/* Events in the chunks that lie wholly before offset end. */
static uint64_t events_before(const struct sample *s, size_t end)
{
    uint64_t n = 0;

    for (size_t at = PMT_FILE_HEADER_BYTES; at + PMT_CHUNK_HEADER_BYTES + PMT_TAIL_BYTES <= s->n;
         at = chunk_end(s, at))
        if (chunk_end(s, at) <= end)
            n += pmt_le32(s->bytes + at + 16);
    return n;
}

/* The file in b is damaged at (or cut to) `at`; `how`: "cut" or "damaged". */
static void expect_damage_seen(const struct builder *b, const struct sample *s, size_t at,
                               const char *how)
{
    struct columns_log got = {0};
    struct pmt_error err = {0};
    char *partial;
    enum pmt_status st = builder_read(b->path, &got, &partial, &err);

    if (at < s->first_events_end) {
        EXPECT(st == PMT_E_TRACE);
    } else if (EXPECT_STATUS(st, PMT_END, &err)) {
        EXPECT_HAS(partial, how);
        EXPECT_U64(got.n_events, events_before(s, at));
        EXPECT(!got.n_events || !memcmp(got.slot, s->events.slot, got.n_events * sizeof *got.slot));
        EXPECT(!got.n_events || !memcmp(got.arg, s->events.arg, got.n_events * sizeof *got.arg));
    }
    free(partial);
    columns_log_free(&got);
}

static void test_trace_cut_anywhere_gives_the_whole_chunks(void)
{
    struct sample s;
    struct builder b;

    make_sample(&s);
    builder_from_bytes(&b, s.bytes, s.n);
    for (size_t n = s.n; n-- > 0;) {
        EXPECT_I64(ftruncate(b.fd, (off_t)n), 0);
        expect_damage_seen(&b, &s, n, "cut");
    }
    builder_close(&b);
    free_sample(&s);
}

static void test_trace_any_changed_byte_is_seen(void)
{
    static const uint8_t changes[] = {0x01, 0x20, 0x80, 0xff};
    struct sample s;
    struct builder b;

    make_sample(&s);
    builder_from_bytes(&b, s.bytes, s.n);
    for (size_t at = 0; at < s.n; at++) {
        for (size_t i = 0; i < sizeof changes; i++) {
            uint8_t changed = s.bytes[at] ^ changes[i];

            EXPECT_I64(pwrite(b.fd, &changed, 1, (off_t)at), 1);
            expect_damage_seen(&b, &s, at, "");
        }
        EXPECT_I64(pwrite(b.fd, s.bytes + at, 1, (off_t)at), 1);
    }
    builder_close(&b);
    free_sample(&s);
}

/* A file system that lost the end of a file leaves zeros there. */
static void test_trace_zeros_at_the_end_are_seen(void)
{
    struct sample s;
    struct builder b;

    make_sample(&s);
    for (size_t at = s.first_events_end; at < s.n; at += 97) {
        builder_from_bytes(&b, s.bytes, at);
        EXPECT_I64(ftruncate(b.fd, (off_t)s.n), 0);
        expect_damage_seen(&b, &s, at, "");
        builder_close(&b);
    }
    free_sample(&s);
}

static void test_trace_bytes_after_the_end_are_seen(void)
{
    struct columns_log got = {0};
    struct pmt_error err = {0};
    struct builder b;
    struct sample s;
    char *partial;

    make_sample(&s);
    builder_from_bytes(&b, s.bytes, s.n);
    EXPECT_I64(pwrite(b.fd, "x", 1, (off_t)s.n), 1);
    EXPECT_STATUS(builder_read(b.path, &got, &partial, &err), PMT_END, &err);
    EXPECT_U64(got.n_events, s.events.n_events);
    EXPECT_HAS(partial, "something follows the end");
    free(partial);
    columns_log_free(&got);
    builder_close(&b);
    free_sample(&s);
}

SUITE(trace_damage, TEST(test_trace_cut_anywhere_gives_the_whole_chunks),
      TEST(test_trace_any_changed_byte_is_seen), TEST(test_trace_zeros_at_the_end_are_seen),
      TEST(test_trace_bytes_after_the_end_are_seen))
