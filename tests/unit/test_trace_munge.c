/* test_trace_munge.c - files that lie with correct checksums: each lie is named. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/bytes.h"
#include "support/builder.h"
#include "support/expect.h"
#include "trace/chunk.h"
#include "trace/deflate.h"

/* ---- files made by hand ------------------------------------------------ */

struct craft {
    uint8_t bytes[1 << 16];
    size_t n; /* in bytes[] */
};

static void put(struct craft *c, const void *bytes, size_t n)
{
    memcpy(c->bytes + c->n, bytes, n);
    c->n += n;
}

/* A chunk as the header says, but for lengths and CRC, which are right. */
static void put_chunk(struct craft *c, uint32_t kind, uint64_t first, uint32_t n_events,
                      const void *raw, size_t n)
{
    static uint8_t packed[1 << 16];
    uint8_t head[PMT_CHUNK_HEADER_BYTES];
    struct pmt_packer *packer = pmt_packer_new();
    struct pmt_chunk chunk = {kind, first, n_events, (uint32_t)n, 0, 0};

    chunk.packed_bytes = (uint32_t)pmt_pack(packer, raw, n, packed, sizeof packed);
    chunk.packed_crc = pmt_crc32(packed, chunk.packed_bytes);
    pmt_packer_free(packer);
    pmt_chunk_put(&chunk, head);
    put(c, head, sizeof head);
    put(c, packed, chunk.packed_bytes);
}

static void begin(struct craft *c)
{
    c->n = PMT_FILE_HEADER_BYTES;
    pmt_file_header_put(c->bytes);
    put_chunk(c, PMT_KIND_FACTS, 0, 0, "a\0b", 4);
}

static void finish(struct craft *c, uint64_t n_events)
{
    uint8_t tail[PMT_TAIL_BYTES];

    pmt_tail_put(c->n, tail);
    put_chunk(c, PMT_KIND_INDEX, n_events, 0, "", 0);
    put_chunk(c, PMT_KIND_END, n_events, 0, "", 0);
    put(c, tail, sizeof tail);
}

/* What reading c gives: status and text (of the error, or why it is partial). */
static void expect_read(const char *name, const struct craft *c, enum pmt_status want,
                        const char *part)
{
    struct columns_log got = {0};
    struct pmt_error err = {0};
    struct builder b;
    enum pmt_status st;
    char *partial;

    builder_from_bytes(&b, c->bytes, c->n);
    st = builder_read(b.path, &got, &partial, &err);
    if (!EXPECT_STATUS(st, want, &err))
        EXPECT_STR("wrong status in case", name);
    if (!part)
        EXPECT_STR(partial, NULL);
    else if (!EXPECT_HAS(st == PMT_END ? partial : err.msg, part))
        EXPECT_STR("wrong text in case", name);
    free(partial);
    columns_log_free(&got);
    builder_close(&b);
}

/* ---- data of event chunks ---------------------------------------------- */

struct bytes {
    const char *at;
    size_t n;
};
#define B(text) {(text), sizeof(text) - 1}

/* One chunk of events, column by column. */
struct events_case {
    const char *name;
    const char *part; /* of why it is partial; NULL = whole */
    uint32_t n_entries, n_placements;
    struct bytes entries, symbols, ages, steps, args, wide, checks;
};

#define ALLOC  "\x03\x00\x38"         /* 0: ALLOC_OBJ 56 */
#define FREE0  "\x04\x01\x00\x00"     /* 1: FREE, age 0 */

static const struct events_case events_cases[] = {
    {"fine", NULL, 2, 0, B(ALLOC FREE0), B("\0\1"), B(""), B(""), B(""), B(""), B("")},
    {"all columns", NULL, 3, 2, B("\x03\x08" "\x04\x02\0" "\x05\x0c"), B("\0\0\2\1"), B("\1"),
     B("\2"), B("\1\2\xff\xff\xff\xff\x0f"), B("\xff\xff\xff\xff\xff\1"), B("chck")},
    {"no dictionary", "not in the dictionary", 0, 0, B(""), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"symbol past the dictionary", "not in the dictionary", 1, 0, B(ALLOC), B("\0\1"), B(""),
     B(""), B(""), B(""), B("")},
    {"257 entries", "dictionary is too large", 257, 0, B(ALLOC), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"2**32 - 1 entries", "dictionary is too large", UINT32_MAX, 0, B(ALLOC), B("\0"), B(""),
     B(""), B(""), B(""), B("")},
    {"dictionary cut", "dictionary is cut", 2, 0, B(ALLOC), B(""), B(""), B(""), B(""), B(""), B("")},
    {"op 0", "does not know", 1, 0, B("\0\0\0"), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"op 200", "does not know", 1, 0, B("\xc8\0\0"), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"form 16", "does not fit", 1, 0, B("\x03\x10\0"), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"ref 5", "does not fit", 1, 0, B("\x04\x05\0"), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"alloc names a block", "does not fit", 1, 0, B("\x03\x01\0\0"), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"free names none", "does not fit", 1, 0, B("\x04\0\0"), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"clock names a block", "does not fit", 1, 0, B("\x0b\x02\0"), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"free with an operand", "does not fit", 1, 0, B("\x04\x01\0\1"), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"free with a column", "does not fit", 1, 0, B("\x04\x09\0"), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"age 65536", "out of range", 1, 0, B("\x04\x01\x80\x80\x04\0"), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"operand 2**32", "out of range", 1, 0, B("\x03\0\x80\x80\x80\x80\x10"), B("\0"), B(""),
     B(""), B(""), B(""), B("")},
    {"varint of 11 bytes", "out of range", 1, 0,
     B("\x03\0\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\0"), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"free before alloc", "not live", 1, 0, B("\x04\x01\0\0"), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"free twice", "not live", 2, 0, B(ALLOC FREE0), B("\0\1\1"), B(""), B(""), B(""), B(""), B("")},
    {"age past the start", "not live", 2, 0, B(ALLOC "\x04\x01\1\0"), B("\0\1"), B(""), B(""), B(""), B(""), B("")},
    {"age column past the start", "not live", 2, 0, B(ALLOC "\x04\x02\0"), B("\0\1"), B("\1"),
     B(""), B(""), B(""), B("")},
    {"age 2**64 - 1", "not live", 2, 0, B(ALLOC "\x04\x02\0"), B("\0\1"),
     B("\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"), B(""), B(""), B(""), B("")},
    {"ages missing", "not live", 2, 0, B(ALLOC "\x04\x02\0"), B("\0\1"), B(""), B(""), B(""), B(""), B("")},
    {"ages left over", "left over", 2, 0, B(ALLOC FREE0), B("\0\1"), B("\0"), B(""), B(""), B(""), B("")},
    {"step forward", "not live", 2, 0, B(ALLOC "\x04\x03\2\0"), B("\0\1"), B(""), B(""), B(""), B(""), B("")},
    {"step back", "not live", 2, 0, B(ALLOC "\x04\x03\1\0"), B("\0\1"), B(""), B(""), B(""), B(""), B("")},
    {"step 2**32 - 1", "not live", 2, 0, B(ALLOC "\x04\x04\0"), B("\0\1"), B(""),
     B("\xff\xff\xff\xff\x0f"), B(""), B(""), B("")},
    {"step 2**32", "not live", 2, 0, B(ALLOC "\x04\x04\0"), B("\0\1"), B(""),
     B("\x80\x80\x80\x80\x10"), B(""), B(""), B("")},
    {"steps missing", "not live", 2, 0, B(ALLOC "\x04\x04\0"), B("\0\1"), B(""), B(""), B(""), B(""), B("")},
    {"steps left over", "left over", 1, 0, B(ALLOC), B("\0"), B(""), B("\0"), B(""), B(""), B("")},
    {"realloc of the dead", "not live", 3, 0, B(ALLOC FREE0 "\x05\x01\0\1"), B("\0\1\2"), B(""),
     B(""), B(""), B(""), B("")},
    {"args missing", "operand is out of range", 1, 0, B("\x03\x08"), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"args too large", "operand is out of range", 1, 0, B("\x03\x08"), B("\0"), B(""), B(""),
     B("\x80\x80\x80\x80\x10"), B(""), B("")},
    {"args left over", "left over", 1, 0, B(ALLOC), B("\0"), B(""), B(""), B("\1"), B(""), B("")},
    {"wide missing", "wide operand", 1, 0, B("\x0b\0\0"), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"wide cut", "wide operand", 1, 0, B("\x0b\0\0"), B("\0"), B(""), B(""), B(""), B("\x80"), B("")},
    {"wide left over", "left over", 1, 0, B(ALLOC), B("\0"), B(""), B(""), B(""), B("\1"), B("")},
    {"more placements than events", "more placements than events", 1, 2, B(ALLOC), B("\0"), B(""),
     B(""), B(""), B(""), B("chck")},
    {"more placements than blocks", "more placements than blocks", 2, 2, B(ALLOC FREE0),
     B("\0\1"), B(""), B(""), B(""), B(""), B("chck")},
    {"checks missing", "do not fill", 1, 1, B(ALLOC), B("\0"), B(""), B(""), B(""), B(""), B("")},
    {"a check too many", "do not fill", 1, 0, B(ALLOC), B("\0"), B(""), B(""), B(""), B(""), B("chck")},
};

static size_t put_bytes(uint8_t *at, struct bytes b)
{
    memcpy(at, b.at, b.n);
    return b.n;
}

static size_t lay_out(const struct events_case *e, uint8_t *raw)
{
    const struct bytes columns[] = {e->entries, e->symbols, e->ages, e->steps,
                                    e->args, e->wide, e->checks};
    size_t n = 24;

    pmt_put_le32(raw, e->n_entries);
    pmt_put_le32(raw + 4, (uint32_t)e->ages.n);
    pmt_put_le32(raw + 8, (uint32_t)e->steps.n);
    pmt_put_le32(raw + 12, (uint32_t)e->args.n);
    pmt_put_le32(raw + 16, (uint32_t)e->wide.n);
    pmt_put_le32(raw + 20, e->n_placements);
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        n += put_bytes(raw + n, columns[i]);
    return n;
}

static void test_trace_events_that_contradict_themselves(void)
{
    static struct craft c;
    uint8_t raw[256];

    for (size_t i = 0; i < sizeof events_cases / sizeof *events_cases; i++) {
        const struct events_case *e = &events_cases[i];

        begin(&c);
        put_chunk(&c, PMT_KIND_EVENTS, 0, (uint32_t)(e->symbols.n ? e->symbols.n : 1), raw,
                  lay_out(e, raw));
        finish(&c, e->symbols.n);
        expect_read(e->name, &c, PMT_END, e->part);
    }
}

/* Any of the six lengths, with any value that does not fit. */
static void test_trace_lengths_that_lie(void)
{
    static const uint32_t lies[] = {1, 2, 255, 256, 65536, 0x7fffffff, 0x80000000, UINT32_MAX};
    static struct craft c;
    uint8_t raw[256];
    size_t n = lay_out(&events_cases[0], raw);

    for (size_t at = 4; at < 20; at += 4) {
        for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
            pmt_put_le32(raw + at, lies[i]);
            begin(&c);
            put_chunk(&c, PMT_KIND_EVENTS, 0, 2, raw, n);
            finish(&c, 2);
            expect_read("a length", &c, PMT_END, "do not fill");
        }
        pmt_put_le32(raw + at, 0);
    }
    for (size_t cut = 0; cut < n; cut++) {
        begin(&c);
        put_chunk(&c, PMT_KIND_EVENTS, 0, 2, raw, cut);
        finish(&c, 2);
        expect_read("cut data", &c, PMT_END, "damaged in chunk 1 (event ");
    }
}

/* ---- chunk headers ------------------------------------------------------ */

/* Fields of the header of chunk 1, events, whose data is right. */
static void test_trace_chunk_headers_that_lie(void)
{
    static const struct {
        const char *name;
        size_t at; /* in the header */
        uint32_t value;
        const char *part;
    } cases[] = {
        {"first event", 8, 1, "does not follow"},
        {"first event, high", 12, 1, "does not follow"},
        {"no events", 16, 0, "out of range"},
        {"one event", 16, 1, "do not fill"},
        {"too many events", 16, PMT_BATCH_EVENTS + 1, "out of range"},
        {"2**32 - 1 events", 16, UINT32_MAX, "out of range"},
        {"raw 0", 20, 0, "does not unpack"},
        {"raw too short", 20, 31, "does not unpack"},
        {"raw too long", 20, 1000, "does not unpack"},
        {"raw at the cap", 20, PMT_RAW_MAX, "does not unpack"},
        {"raw over the cap", 20, PMT_RAW_MAX + 1, "larger than any chunk"},
        {"raw 2**32 - 1", 20, UINT32_MAX, "larger than any chunk"},
        {"packed 0", 24, 0, "checksum of the data"},
        {"packed at the cap", 24, PMT_PACKED_MAX, "cut in"},
        {"packed over the cap", 24, PMT_PACKED_MAX + 1, "larger than any chunk"},
        {"packed 2**32 - 1", 24, UINT32_MAX, "larger than any chunk"},
        {"CRC", 28, 0, "checksum of the data"},
        {"kind", 4, 0x20202020, "not four letters"},
        {"sync", 0, 0, "no chunk begins here"},
    };
    static struct craft c;
    uint8_t raw[256], *head;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(&c);
        head = c.bytes + c.n;
        put_chunk(&c, PMT_KIND_EVENTS, 0, 2, raw, lay_out(&events_cases[0], raw));
        pmt_put_le32(head + cases[i].at, cases[i].value);
        pmt_put_le32(head + 32, pmt_crc32(head, 32));
        finish(&c, 2);
        expect_read(cases[i].name, &c, PMT_END, cases[i].part);
    }
}

static void test_trace_chunks_of_other_kinds(void)
{
    static const struct {
        const char *name;
        uint32_t kind;
        uint64_t first;
        uint32_t n_events;
        struct bytes raw;
        enum pmt_status want;
        const char *part;
    } cases[] = {
        {"ancillary", PMT_FOURCC('n', 'o', 't', 'e'), 0, 0, B("hello"), PMT_END, NULL},
        {"critical", PMT_FOURCC('N', 'O', 'T', 'E'), 0, 0, B("hello"), PMT_E_VERSION, "newer"},
        {"ancillary out of order", PMT_FOURCC('n', 'o', 't', 'e'), 9, 0, B(""), PMT_END, "follow"},
        {"ancillary with events", PMT_FOURCC('n', 'o', 't', 'e'), 0, 1, B(""), PMT_END, "no events"},
        {"second header", PMT_KIND_FACTS, 0, 0, B(""), PMT_END, "come twice"},
        {"oracle", PMT_KIND_ORACLE, 0, 0, B("\0end\0text"), PMT_END, NULL},
        {"oracle without text", PMT_KIND_ORACLE, 0, 0, B("\5end\0"), PMT_END, NULL},
        {"oracle, empty", PMT_KIND_ORACLE, 0, 0, B(""), PMT_END, "well-formed"},
        {"oracle, no NUL", PMT_KIND_ORACLE, 0, 0, B("\0end"), PMT_END, "well-formed"},
        {"oracle, ESC", PMT_KIND_ORACLE, 0, 0, B("\0\x1b[m\0"), PMT_END, "well-formed"},
        {"oracle, long", PMT_KIND_ORACLE, 0, 0, B("\0aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\0"),
         PMT_END, "well-formed"},
        {"oracle, 2**63", PMT_KIND_ORACLE, 0, 0, B("\x80\x80\x80\x80\x80\x80\x80\x80\x80\1end\0"),
         PMT_END, "well-formed"},
    };
    static struct craft c;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(&c);
        put_chunk(&c, cases[i].kind, cases[i].first, cases[i].n_events, cases[i].raw.at,
                  cases[i].raw.n);
        finish(&c, 0);
        expect_read(cases[i].name, &c, cases[i].want, cases[i].part);
    }
}

/* ---- facts and file header ---------------------------------------------- */

static void test_trace_facts_that_are_none(void)
{
    static const struct {
        const char *name;
        struct bytes raw;
        const char *part; /* of the error; NULL = fine */
    } cases[] = {
        {"none", B(""), NULL},
        {"empty value", B("a\0\0"), NULL},
        {"no end", B("a\0b"), "do not end"},
        {"no value", B("a\0b\0c\0"), "no value"},
        {"empty name", B("\0b\0"), "name"},
        {"blank in name", B("a b\0c\0"), "name"},
        {"long name", B("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\0b\0"), "name"},
    };
    static struct craft c;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        c.n = PMT_FILE_HEADER_BYTES;
        pmt_file_header_put(c.bytes);
        put_chunk(&c, PMT_KIND_FACTS, 0, 0, cases[i].raw.at, cases[i].raw.n);
        finish(&c, 0);
        expect_read(cases[i].name, &c, cases[i].part ? PMT_E_TRACE : PMT_END, cases[i].part);
    }
    c.n = PMT_FILE_HEADER_BYTES; /* 1025 facts of the same name */
    static char many[1025 * 4];
    for (size_t i = 0; i < sizeof many; i++)
        many[i] = "a\0b\0"[i % 4];
    put_chunk(&c, PMT_KIND_FACTS, 0, 0, many, sizeof many);
    expect_read("1025 facts", &c, PMT_E_TRACE, "too many facts");
    c.n = PMT_FILE_HEADER_BYTES;
    put_chunk(&c, PMT_KIND_EVENTS, 0, 0, "", 0);
    expect_read("no header facts", &c, PMT_E_TRACE, "first chunk");
}

static void test_trace_versions(void)
{
    static const struct {
        uint32_t version; /* major | minor << 16 */
        enum pmt_status want;
        const char *part;
    } cases[] = {
        {PMT_FORMAT_MAJOR | 0xffff0000u, PMT_END, NULL},
        {PMT_FORMAT_MAJOR + 1, PMT_E_VERSION, "has format 2.0, this program reads 1.x: use a newer"},
        {0xffff, PMT_E_VERSION, "newer"},
        {0, PMT_E_VERSION, "older"},
    };
    static struct craft c;

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        begin(&c);
        pmt_put_le32(c.bytes + 8, cases[i].version);
        pmt_put_le32(c.bytes + 12, pmt_crc32(c.bytes, 12));
        finish(&c, 0);
        expect_read("version", &c, cases[i].want, cases[i].part);
    }
}

/* An op of a later minor version is no damage. */
static void test_trace_an_unknown_op_of_a_newer_minor_version(void)
{
    static const struct events_case e = {"new op", NULL, 1, 0, B("\xc8\0\0"), B("\0"), B(""),
                                         B(""), B(""), B(""), B("")};
    static struct craft c;
    uint8_t raw[256];

    begin(&c);
    pmt_put_le32(c.bytes + 8, PMT_FORMAT_MAJOR | (PMT_FORMAT_MINOR + 1) << 16);
    pmt_put_le32(c.bytes + 12, pmt_crc32(c.bytes, 12));
    put_chunk(&c, PMT_KIND_EVENTS, 0, 1, raw, lay_out(&e, raw));
    finish(&c, 1);
    expect_read(e.name, &c, PMT_E_VERSION, "newer version");
}

static void test_trace_tails_that_lie(void)
{
    static struct craft c;
    uint8_t tail[PMT_TAIL_BYTES];

    begin(&c);
    finish(&c, 0);
    pmt_tail_put(c.n, tail);
    memcpy(c.bytes + c.n - sizeof tail, tail, sizeof tail);
    expect_read("index past the end", &c, PMT_END, "index");
    c.bytes[c.n - 1] ^= 1;
    expect_read("tail magic", &c, PMT_END, "last bytes");
    c.n -= sizeof tail;
    expect_read("no tail", &c, PMT_END, "cut in");
}

SUITE(trace_munge, TEST(test_trace_events_that_contradict_themselves),
      TEST(test_trace_lengths_that_lie), TEST(test_trace_chunk_headers_that_lie),
      TEST(test_trace_chunks_of_other_kinds), TEST(test_trace_facts_that_are_none),
      TEST(test_trace_versions), TEST(test_trace_an_unknown_op_of_a_newer_minor_version),
      TEST(test_trace_tails_that_lie))
