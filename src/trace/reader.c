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
#include "trace/decode.h"
#include "trace/fact_list.h"
#include "trace/intake.h"
#include "trace/type_list.h"

struct pmt_trace {
    struct pmt_intake in;        /* the current chunk, and whether the trace is partial */
    struct pmt_decoder *decoder;
    struct pmt_facts facts;
    struct pmt_types types;
    enum pmt_status ended;       /* OK, or what ended the trace: END or an error */
    struct pmt_error error;      /* that error */
    char when[PMT_WHEN_MAX + 1]; /* of the last oracle item */
};

/* ---- kinds of chunks --------------------------------------------------- */

static enum pmt_status damaged(struct pmt_trace *t, const char *why)
{
    return pmt_intake_damaged(&t->in, t->in.n_events, why);
}

static enum pmt_status read_facts(struct pmt_trace *t, unsigned which, struct pmt_error *err)
{
    const char *wrong = "";
    enum pmt_status st;

    if (t->in.chunk.raw_bytes > PMT_FACTS_MAX)
        return damaged(t, "the facts are too long");
    st = pmt_intake_unpack(&t->in, err);
    if (st == PMT_OK)
        st = pmt_facts_take(&t->facts, which, t->in.raw.at, t->in.chunk.raw_bytes, &wrong);
    if (st == PMT_E_NOMEM)
        return pmt_intake_no_memory(&t->in, err);
    return st == PMT_E_TRACE ? damaged(t, wrong) : st;
}

static enum pmt_status read_types(struct pmt_trace *t, struct pmt_error *err)
{
    enum pmt_status st = pmt_intake_unpack(&t->in, err);

    if (st == PMT_OK)
        st = pmt_types_take(&t->types, t->in.raw.at, t->in.chunk.raw_bytes);
    if (st == PMT_E_NOMEM)
        return pmt_intake_no_memory(&t->in, err);
    return st == PMT_E_TRACE ? damaged(t, "its types are not well-formed") : st;
}

static enum pmt_status read_events(struct pmt_trace *t, struct pmt_item *item,
                                   struct pmt_error *err)
{
    struct pmt_decode_fault fault;
    enum pmt_status st;

    if (t->in.chunk.n_events == 0 || t->in.chunk.n_events > PMT_BATCH_EVENTS)
        return damaged(t, "the number of its events is out of range");
    st = pmt_intake_unpack(&t->in, err);
    if (st != PMT_OK)
        return st;
    st = pmt_decode(t->decoder, t->in.raw.at, t->in.chunk.raw_bytes, t->in.chunk.n_events,
                    &item->u.batch, &fault);
    if (st == PMT_E_VERSION && t->in.minor > PMT_FORMAT_MINOR)
        return pmt_intake_too_new(&t->in, fault.what, err);
    if (st == PMT_E_TRACE || st == PMT_E_VERSION)
        return pmt_intake_damaged(&t->in, t->in.n_events + fault.event, fault.what);
    if (st == PMT_E_LIMIT)
        return pmt_error_at(err, st, t->in.chunk_no, t->in.n_events, t->in.chunk_offset,
                            "%s: more than %u blocks live at once: this cannot be replayed",
                            t->in.src.name, PMT_SLOTS_MAX);
    if (st != PMT_OK)
        return pmt_intake_no_memory(&t->in, err);
    item->kind = PMT_ITEM_BATCH;
    item->u.batch.first_event = t->in.n_events;
    t->in.n_events += t->in.chunk.n_events;
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
    enum pmt_status st = pmt_intake_unpack(&t->in, err);
    uint64_t blocks;
    size_t n_when;

    if (st != PMT_OK)
        return st;
    t->in.raw.at[t->in.chunk.raw_bytes] = 0;
    in = (struct pmt_cursor){t->in.raw.at, t->in.raw.at + t->in.chunk.raw_bytes, false};
    blocks = pmt_take_varint(&in);
    n_when = strnlen((const char *)in.at, pmt_cursor_left(&in));
    if (in.bad || blocks > INT64_MAX || n_when > PMT_WHEN_MAX ||
        n_when == pmt_cursor_left(&in))
        return damaged(t, "what the interpreter said is not well-formed");
    memcpy(t->when, in.at, n_when + 1);
    if (!is_printable(t->when))
        return damaged(t, "what the interpreter said is not well-formed");
    in.at += n_when + 1;
    item->kind = PMT_ITEM_ORACLE;
    item->u.oracle = (struct pmt_oracle){.event = t->in.n_events, .text = (const char *)in.at,
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
        (void)snprintf(t->in.partial, sizeof t->in.partial, "the process was killed%s%s at event %"
                       PRIu64, signal ? " by signal " : "", signal ? signal : "",
                       t->in.n_events);
    else if (kind && !strcmp(kind, "stopped"))
        (void)snprintf(t->in.partial, sizeof t->in.partial, "the recording stopped at event %"
                       PRIu64 ", before the process ended", t->in.n_events);
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
        st = pmt_source_read(&t->in.src, tail, sizeof tail, &got, err);
    if (st != PMT_OK)
        return st;
    if (got < PMT_TAIL_BYTES)
        return pmt_intake_cut(&t->in);
    wrong = pmt_tail_get(tail, &index_offset);
    if (!wrong && index_offset >= t->in.chunk_offset)
        wrong = "the index is not where it should be";
    if (!wrong && got > PMT_TAIL_BYTES)
        wrong = "something follows the end of the trace";
    if (wrong)
        return damaged(t, wrong);
    note_early_end(t);
    return PMT_END;
}

/* ---- open and close --------------------------------------------------- */

static enum pmt_status read_header_facts(struct pmt_trace *t, struct pmt_error *err)
{
    enum pmt_status st = pmt_intake_next(&t->in, err);

    if (st == PMT_OK && t->in.chunk.kind != PMT_KIND_FACTS)
        st = damaged(t, "the first chunk does not hold the facts of the header");
    if (st == PMT_OK)
        st = read_facts(t, 0, err);
    if (st == PMT_END)
        return pmt_error_set(err, PMT_E_TRACE,
                             "%s: is %s, before the first event: record again, or copy "
                             "it again from its source", t->in.src.name, t->in.partial);
    t->in.chunk_no++;
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
    st = pmt_intake_open(&t->in, src, err);
    if (st != PMT_OK)
        goto done;
    t->decoder = pmt_decoder_new();
    st = t->decoder ? read_header_facts(t, err) : pmt_intake_no_memory(&t->in, err);
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

enum pmt_status pmt_trace_open_or_text(const char *path, struct pmt_trace **out, char **text,
                                       size_t *n, struct pmt_error *err)
{
    struct pmt_source src;
    bool is_text = false;
    enum pmt_status st = pmt_source_open(&src, path, err);

    *out = NULL;
    *text = NULL;
    *n = 0;
    if (st == PMT_OK)
        st = pmt_source_is_text(&src, &is_text, err);
    if (st == PMT_OK && !is_text)
        return open_source(&src, out, err);
    if (st == PMT_OK)
        st = pmt_source_read_text(&src, text, n, err);
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
    pmt_facts_release(&t->facts);
    pmt_types_release(&t->types);
    pmt_intake_release(&t->in);
    pmt_free(t);
}

/* ---- items ------------------------------------------------------------ */

/* Give the chunk just read to its kind. *item_made: it became an item. */
static enum pmt_status use_chunk(struct pmt_trace *t, struct pmt_item *item,
                                 bool *item_made, struct pmt_error *err)
{
    *item_made = true;
    switch (t->in.chunk.kind) {
    case PMT_KIND_EVENTS:
        return read_events(t, item, err);
    case PMT_KIND_ORACLE:
        return read_oracle(t, item, err);
    case PMT_KIND_TYPES:
        *item_made = false;
        return read_types(t, err);
    case PMT_KIND_END:
        return read_end(t, err);
    case PMT_KIND_FACTS:
        return damaged(t, "the facts of the header come twice");
    default:
        *item_made = false;
        return pmt_chunk_is_critical(&t->in.chunk)
                   ? pmt_intake_too_new(&t->in, "a chunk of a kind this program does not know", err)
                   : PMT_OK;
    }
}

enum pmt_status pmt_trace_next(struct pmt_trace *t, struct pmt_item *item,
                               struct pmt_error *err)
{
    bool made = false;

    while (t->ended == PMT_OK && !made) {
        t->ended = pmt_intake_next(&t->in, &t->error);
        if (t->ended == PMT_OK)
            t->ended = use_chunk(t, item, &made, &t->error);
        t->in.chunk_no += t->ended == PMT_OK;
    }
    if (err && t->ended != PMT_OK && t->ended != PMT_END)
        *err = t->error;
    return t->ended;
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
    return t->in.partial[0] ? t->in.partial : NULL;
}

uint64_t pmt_trace_file_bytes(const struct pmt_trace *t) { return t->in.src.file_bytes; }
uint64_t pmt_trace_bytes_read(const struct pmt_trace *t) { return t->in.src.at; }
uint64_t pmt_trace_events_read(const struct pmt_trace *t) { return t->in.n_events; }

size_t pmt_trace_n_types(const struct pmt_trace *t)
{
    return t->types.n;
}

void pmt_trace_type_at(const struct pmt_trace *t, size_t i, struct pmt_type *out)
{
    *out = t->types.at[i];
}
