/* reader.c - a trace as items, in one pass.
 *
 * What ends a trace, and what it means:
 *
 *   1  ENDS and the tail, then nothing        whole, unless the process was killed or
 *                                             the recording stopped before its end
 *   2  the file ends somewhere else           partial: "cut ..."
 *   3  a checksum, a length or the content    partial: "damaged ..."
 *      is wrong
 *   4  a critical kind, an op or a major      E_VERSION: what follows cannot be
 *      version that this program does not     understood, and what came before
 *      know                                   is not what the writer meant
 *
 * 2 and 3 are errors (E_TRACE) only before the first event, when not even the
 * facts of the header are there. Chunks before the damage are whole: each has its
 * own checksum and is decoded before any of it is handed out.
 */
#include "trace/reader.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "base/bytes.h"
#include "base/check.h"
#include "trace/chunk.h"
#include "trace/decode.h"
#include "trace/deflate.h"
#include "trace/facts.h"
#include "trace/source.h"

/* A buffer that grows to what a chunk needs, within the caps of format.h. */
struct buffer {
    uint8_t *at;
    size_t cap; /* bytes */
};

struct pmt_trace {
    struct pmt_source src;
    struct pmt_unpacker *unpacker;
    struct pmt_decoder *decoder;
    struct pmt_facts facts;
    struct buffer packed, raw;  /* data of the current chunk */
    struct pmt_chunk chunk;     /* header of the current chunk */
    uint64_t chunk_no;          /* its number, from 0 */
    uint64_t chunk_offset;      /* where it begins in the file */
    uint64_t n_events;          /* events in the chunks before it */
    unsigned minor;             /* version of the file */
    bool over;                  /* no more items */
    char when[PMT_WHEN_MAX + 1]; /* of the last oracle item */
    char partial[320];          /* "" while whole */
};

/* ---- ends ------------------------------------------------------------- */

static enum pmt_status no_memory(struct pmt_trace *t, struct pmt_error *err)
{
    return pmt_error_at(err, PMT_E_NOMEM, t->chunk_no, t->n_events, t->chunk_offset,
                        "%s: out of memory", t->src.name);
}

/* Cases 2 and 3; returns END. event: in the whole trace. */
static enum pmt_status end_early(struct pmt_trace *t, const char *how, uint64_t event,
                                 const char *why)
{
    (void)snprintf(t->partial, sizeof t->partial,
                   "%s chunk %" PRIu64 " (event %" PRIu64 ", offset 0x%" PRIx64 ")%s%s",
                   how, t->chunk_no, event, t->chunk_offset, *why ? ": " : "", why);
    t->over = true;
    return PMT_END;
}

static enum pmt_status end_cut(struct pmt_trace *t)
{
    return end_early(t, "cut in", t->n_events, "");
}

static enum pmt_status end_damaged(struct pmt_trace *t, const char *why)
{
    return end_early(t, "damaged in", t->n_events, why);
}

static enum pmt_status too_new(struct pmt_trace *t, const char *what, struct pmt_error *err)
{
    t->over = true;
    return pmt_error_at(err, PMT_E_VERSION, t->chunk_no, t->n_events, t->chunk_offset,
                        "%s: has %s, it was written by a newer version: use a newer pymemtrace",
                        t->src.name, what);
}

/* ---- chunks ----------------------------------------------------------- */

static bool make_room(struct buffer *buf, size_t n)
{
    uint8_t *p;

    if (n <= buf->cap)
        return true;
    p = pmt_alloc(n + n / 2);
    if (!p)
        return false;
    pmt_free(buf->at);
    buf->at = p;
    buf->cap = n + n / 2;
    return true;
}

static enum pmt_status unpack(struct pmt_trace *t, struct pmt_error *err)
{
    if (!make_room(&t->raw, (size_t)t->chunk.raw_bytes + 1))
        return no_memory(t, err);
    switch (pmt_unpack(t->unpacker, t->packed.at, t->chunk.packed_bytes, t->raw.at,
                       t->chunk.raw_bytes)) {
    case PMT_UNPACKED:
        return PMT_OK;
    case PMT_UNPACK_NOMEM:
        return no_memory(t, err);
    case PMT_UNPACK_BAD:
        break;
    }
    return end_damaged(t, "the data does not unpack");
}

/* The data of the chunk whose header was read, checked but still packed. */
static enum pmt_status read_data(struct pmt_trace *t, struct pmt_error *err)
{
    size_t n = t->chunk.packed_bytes, got;
    enum pmt_status st;

    if (!make_room(&t->packed, n + 1))
        return no_memory(t, err);
    st = pmt_source_read(&t->src, t->packed.at, n, &got, err);
    if (st != PMT_OK)
        return st;
    if (got < n)
        return end_cut(t);
    if (!pmt_chunk_crc_holds(t->chunk.packed_crc, t->packed.at, n))
        return end_damaged(t, "the checksum of the data is wrong");
    return PMT_OK;
}

/* The next chunk, header and packed data. END: there is none. */
static enum pmt_status read_chunk(struct pmt_trace *t, struct pmt_error *err)
{
    uint8_t head[PMT_CHUNK_HEADER_BYTES];
    enum pmt_status st;
    const char *wrong;
    size_t got;

    t->chunk_offset = t->src.at;
    st = pmt_source_read(&t->src, head, sizeof head, &got, err);
    if (st != PMT_OK)
        return st;
    if (got == 0)
        return end_early(t, "cut before", t->n_events, "the recording has no end");
    if (got < sizeof head)
        return end_cut(t);
    wrong = pmt_chunk_get(head, &t->chunk);
    if (!wrong && t->chunk.first_event != t->n_events)
        wrong = "the number of its first event does not follow";
    if (!wrong && t->chunk.n_events && t->chunk.kind != PMT_KIND_EVENTS)
        wrong = "a chunk of this kind has no events";
    if (wrong)
        return end_damaged(t, wrong);
    return read_data(t, err);
}

static enum pmt_status read_facts(struct pmt_trace *t, unsigned which, struct pmt_error *err)
{
    const char *wrong = "";
    enum pmt_status st;

    if (t->chunk.raw_bytes > PMT_FACTS_MAX)
        return end_damaged(t, "the facts are too long");
    st = unpack(t, err);
    if (st == PMT_OK)
        st = pmt_facts_take(&t->facts, which, t->raw.at, t->chunk.raw_bytes, &wrong);
    if (st == PMT_E_NOMEM)
        return no_memory(t, err);
    return st == PMT_E_TRACE ? end_damaged(t, wrong) : st;
}

static enum pmt_status read_events(struct pmt_trace *t, struct pmt_item *item,
                                   struct pmt_error *err)
{
    struct pmt_decode_fault fault;
    enum pmt_status st;

    if (t->chunk.n_events == 0 || t->chunk.n_events > PMT_BATCH_EVENTS)
        return end_damaged(t, "the number of its events is out of range");
    st = unpack(t, err);
    if (st != PMT_OK)
        return st;
    st = pmt_decode(t->decoder, t->raw.at, t->chunk.raw_bytes, t->chunk.n_events,
                    &item->u.batch, &fault);
    if (st == PMT_E_VERSION && t->minor > PMT_FORMAT_MINOR)
        return too_new(t, fault.what, err);
    if (st == PMT_E_TRACE || st == PMT_E_VERSION)
        return end_early(t, "damaged in", t->n_events + fault.event, fault.what);
    if (st == PMT_E_LIMIT)
        return pmt_error_at(err, st, t->chunk_no, t->n_events, t->chunk_offset,
                            "%s: more than %u blocks live at once: this cannot be replayed",
                            t->src.name, PMT_SLOTS_MAX);
    if (st != PMT_OK)
        return no_memory(t, err);
    item->kind = PMT_ITEM_BATCH;
    item->u.batch.first_event = t->n_events;
    t->n_events += t->chunk.n_events;
    return PMT_OK;
}

static bool is_printable(const char *s)
{
    while (*s > ' ' && *s < 0x7f)
        s++;
    return !*s;
}

/* Data: blocks + 1 as a varint, `when` NUL, the rest is the text. */
static enum pmt_status read_oracle(struct pmt_trace *t, struct pmt_item *item,
                                   struct pmt_error *err)
{
    struct pmt_cursor in;
    enum pmt_status st = unpack(t, err);
    uint64_t blocks;
    size_t n_when;

    if (st != PMT_OK)
        return st;
    t->raw.at[t->chunk.raw_bytes] = 0;
    in = (struct pmt_cursor){t->raw.at, t->raw.at + t->chunk.raw_bytes, false};
    blocks = pmt_take_varint(&in);
    n_when = strnlen((const char *)in.at, pmt_cursor_left(&in));
    if (in.bad || blocks > INT64_MAX || n_when > PMT_WHEN_MAX ||
        n_when == pmt_cursor_left(&in))
        return end_damaged(t, "what the interpreter said is not well-formed");
    memcpy(t->when, in.at, n_when + 1);
    if (!is_printable(t->when))
        return end_damaged(t, "what the interpreter said is not well-formed");
    in.at += n_when + 1;
    item->kind = PMT_ITEM_ORACLE;
    item->u.oracle = (struct pmt_oracle){.event = t->n_events, .text = (const char *)in.at,
                                         .text_len = pmt_cursor_left(&in),
                                         .blocks = (int64_t)blocks - 1, .when = t->when};
    return PMT_OK;
}

/* The file is whole, but is the process's life? */
static void note_early_end(struct pmt_trace *t)
{
    const char *kind = pmt_facts_find(&t->facts, "end.kind");
    const char *signal = pmt_facts_find(&t->facts, "end.signal");

    if (kind && !strcmp(kind, "killed"))
        (void)snprintf(t->partial, sizeof t->partial, "the process was killed%s%s at event %"
                       PRIu64, signal ? " by signal " : "", signal ? signal : "",
                       t->n_events);
    else if (kind && !strcmp(kind, "stopped"))
        (void)snprintf(t->partial, sizeof t->partial, "the recording stopped at event %"
                       PRIu64 ", before the process ended", t->n_events);
}

/* Case 1: the facts of the end, the tail, and nothing after it. */
static enum pmt_status read_end(struct pmt_trace *t, struct pmt_error *err)
{
    uint8_t tail[PMT_TAIL_BYTES + 1];
    uint64_t index_offset;
    const char *wrong;
    size_t got;
    enum pmt_status st = read_facts(t, 1, err);

    if (st == PMT_OK)
        st = pmt_source_read(&t->src, tail, sizeof tail, &got, err);
    if (st != PMT_OK)
        return st;
    if (got < PMT_TAIL_BYTES)
        return end_cut(t);
    wrong = pmt_tail_get(tail, &index_offset);
    if (!wrong && index_offset >= t->chunk_offset)
        wrong = "the index is not where it should be";
    if (!wrong && got > PMT_TAIL_BYTES)
        wrong = "something follows the end of the trace";
    if (wrong)
        return end_damaged(t, wrong);
    note_early_end(t);
    t->over = true;
    return PMT_END;
}

/* ---- open and close --------------------------------------------------- */

/* Case 4, or not a trace at all. */
static enum pmt_status read_file_header(struct pmt_trace *t, struct pmt_error *err)
{
    uint8_t head[PMT_FILE_HEADER_BYTES];
    enum pmt_status st;
    unsigned major;
    size_t got;

    st = pmt_source_read(&t->src, head, sizeof head, &got, err);
    if (st != PMT_OK)
        return st;
    if (got < sizeof head || memcmp(head, PMT_MAGIC, PMT_MAGIC_BYTES) != 0)
        return pmt_error_set(err, PMT_E_TRACE, "%s: %s", t->src.name,
                             pmt_source_guess(head, got));
    if (!pmt_chunk_crc_holds(pmt_le32(head + 12), head, 12))
        return pmt_error_at(err, PMT_E_TRACE, PMT_NOWHERE, PMT_NOWHERE, 0,
                            "%s: is damaged in the file header: copy it again from its source",
                            t->src.name);
    major = pmt_le32(head + 8) & 0xffff;
    t->minor = pmt_le32(head + 8) >> 16;
    if (major != PMT_FORMAT_MAJOR)
        return pmt_error_set(err, PMT_E_VERSION,
                             "%s: has format %u.%u, this program reads %u.x: use %s pymemtrace",
                             t->src.name, major, t->minor, PMT_FORMAT_MAJOR,
                             major > PMT_FORMAT_MAJOR ? "a newer" : "an older");
    return PMT_OK;
}

static enum pmt_status read_header_facts(struct pmt_trace *t, struct pmt_error *err)
{
    enum pmt_status st = read_chunk(t, err);

    if (st == PMT_OK && t->chunk.kind != PMT_KIND_FACTS)
        st = end_damaged(t, "the first chunk does not hold the facts of the header");
    if (st == PMT_OK)
        st = read_facts(t, 0, err);
    if (st == PMT_END)
        return pmt_error_set(err, PMT_E_TRACE,
                             "%s: is %s, before the first event: record again, or copy "
                             "it again from its source", t->src.name, t->partial);
    t->chunk_no++;
    return st;
}

/* src is open; on failure it is closed here. */
static enum pmt_status open_source(struct pmt_source *src, struct pmt_trace **out,
                                   struct pmt_error *err)
{
    struct pmt_trace *t = pmt_zalloc(sizeof *t);
    enum pmt_status st;

    if (!t) {
        st = pmt_error_set(err, PMT_E_NOMEM, "%s: out of memory", src->name);
        pmt_source_close(src);
        return st;
    }
    t->src = *src;
    st = read_file_header(t, err);
    if (st != PMT_OK)
        goto done;
    t->unpacker = pmt_unpacker_new();
    t->decoder = pmt_decoder_new();
    if (!t->unpacker || !t->decoder) {
        st = no_memory(t, err);
        goto done;
    }
    st = read_header_facts(t, err);
    if (st != PMT_OK)
        goto done;
    *out = t;
    t = NULL;
done:
    pmt_trace_close(t);
    return st;
}

enum pmt_status pmt_trace_open(const char *path, struct pmt_trace **out,
                               struct pmt_error *err)
{
    struct pmt_source src;
    enum pmt_status st = pmt_source_open(&src, path, err);

    *out = NULL;
    if (st == PMT_OK)
        return open_source(&src, out, err);
    pmt_source_close(&src);
    return st;
}

enum pmt_status pmt_trace_open_fd(int fd, const char *name, struct pmt_trace **out,
                                  struct pmt_error *err)
{
    struct pmt_source src;
    enum pmt_status st = pmt_source_open_fd(&src, fd, name, err);

    *out = NULL;
    if (st == PMT_OK)
        return open_source(&src, out, err);
    pmt_source_close(&src);
    return st;
}

void pmt_trace_close(struct pmt_trace *t)
{
    if (!t)
        return;
    pmt_decoder_free(t->decoder);
    pmt_unpacker_free(t->unpacker);
    pmt_facts_release(&t->facts);
    pmt_free(t->packed.at);
    pmt_free(t->raw.at);
    pmt_source_close(&t->src);
    pmt_free(t);
}

/* ---- items ------------------------------------------------------------ */

/* Give the chunk just read to its kind. *item_made: it became an item. */
static enum pmt_status use_chunk(struct pmt_trace *t, struct pmt_item *item,
                                 bool *item_made, struct pmt_error *err)
{
    *item_made = true;
    switch (t->chunk.kind) {
    case PMT_KIND_EVENTS:
        return read_events(t, item, err);
    case PMT_KIND_ORACLE:
        return read_oracle(t, item, err);
    case PMT_KIND_END:
        return read_end(t, err);
    case PMT_KIND_FACTS:
        return end_damaged(t, "the facts of the header come twice");
    default:
        *item_made = false;
        return pmt_chunk_is_critical(&t->chunk)
                   ? too_new(t, "a chunk of a kind this program does not know", err)
                   : PMT_OK;
    }
}

enum pmt_status pmt_trace_next(struct pmt_trace *t, struct pmt_item *item,
                               struct pmt_error *err)
{
    enum pmt_status st = PMT_END;
    bool made = false;

    while (!t->over && !made) {
        st = read_chunk(t, err);
        if (st == PMT_OK)
            st = use_chunk(t, item, &made, err);
        if (st != PMT_OK) {
            t->over = true;
            return st;
        }
        t->chunk_no++;
    }
    return st;
}

/* ---- what is known of a trace ----------------------------------------- */

const char *pmt_trace_fact(const struct pmt_trace *t, const char *name)
{
    return pmt_facts_find(&t->facts, name);
}

size_t pmt_trace_n_facts(const struct pmt_trace *t)
{
    return t->facts.n;
}

void pmt_trace_fact_at(const struct pmt_trace *t, size_t i, const char **name,
                       const char **value)
{
    pmt_assert(i < t->facts.n);
    *name = t->facts.at[i].name;
    *value = t->facts.at[i].value;
}

const char *pmt_trace_partial(const struct pmt_trace *t)
{
    return t->partial[0] ? t->partial : NULL;
}

uint64_t pmt_trace_file_bytes(const struct pmt_trace *t) { return t->src.file_bytes; }
uint64_t pmt_trace_bytes_read(const struct pmt_trace *t) { return t->src.at; }
uint64_t pmt_trace_events_read(const struct pmt_trace *t) { return t->n_events; }
