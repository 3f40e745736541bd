/* writer.c - events to chunks to a file descriptor.
 *
 * An event names its block by age if it is young, else by the step from the last
 * block so named (slots.c); which of the two is the writer's choice.
 *
 * All tables are made large enough for a whole chunk before its first event, so
 * an event allocates nothing and can only fail by filling the chunk.
 *
 * A failure is kept in w->err; from then on nothing is gathered or written and
 * no slot is given. What was written before is a valid, cut trace.
 */
#include "trace/writer.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "base/alloc.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "trace/chunk.h"
#include "trace/deflate.h"
#include "trace/encode.h"
#include "trace/facts.h"
#include "trace/slots.h"

/* Below this, age: such blocks die as the program's own pattern says, whatever else
 * dies meanwhile. From there on, step: chosen with tests/tools/bench_codec.c. */
#define YOUNG 64u

struct pmt_writer {
    struct pmt_encoder enc;    /* the open chunk */
    struct pmt_slots slots;
    uint32_t last;             /* index in slots.births of the last named by a step */
    uint32_t n_slots_used;     /* slots ever used: most blocks live at once */
    uint64_t n_events;         /* in chunks already written */
    int fd;                    /* borrowed */
    uint64_t file_bytes;       /* written so far */
    uint64_t last_chunk;       /* offset of the last chunk in the index */
    uint8_t *packed;           /* a whole chunk: header and packed data */
    size_t packed_cap;         /* bytes */
    struct pmt_packer *packer;
    struct pmt_strbuf facts;   /* of the header, until _begin */
    struct { uint8_t *at; size_t n, cap; } index; /* data of the index chunk */
    bool begun;                /* the header is written */
    bool may_place;            /* the last event can be given a place */
    bool failed;               /* err is the first failure */
    struct pmt_error err;
};

/* ---- failures --------------------------------------------------------- */

static enum pmt_status fail_nomem(struct pmt_writer *w)
{
    w->failed = true;
    return pmt_error_set(&w->err, PMT_E_NOMEM, "out of memory for the trace after %" PRIu64
                         " events", w->n_events);
}

static enum pmt_status fail_io(struct pmt_writer *w, int why)
{
    bool full = why == ENOSPC || why == EDQUOT || why == EFBIG;

    w->failed = true;
    return pmt_error_at(&w->err, PMT_E_IO, PMT_NOWHERE, w->n_events, w->file_bytes,
                        "cannot write the trace: %s: %s", strerror(why),
                        full ? "make room, or record to another disk" : "record to another place");
}

/* The first failure, for a function with a status. */
static enum pmt_status tell(const struct pmt_writer *w, struct pmt_error *err)
{
    if (!w->failed)
        return PMT_OK;
    if (err)
        *err = w->err;
    return w->err.status;
}

/* ---- bytes ------------------------------------------------------------ */

static enum pmt_status write_all(struct pmt_writer *w, const uint8_t *bytes, size_t n)
{
    while (n > 0) {
        ssize_t wrote = write(w->fd, bytes, n);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return fail_io(w, wrote < 0 ? errno : ENOSPC);
        bytes += wrote;
        n -= (size_t)wrote;
        w->file_bytes += (uint64_t)wrote;
    }
    return PMT_OK;
}

/* Where each chunk begins, and its events: for the index. */
static enum pmt_status note_chunk(struct pmt_writer *w, uint32_t n_events)
{
    if (!pmt_vec_reserve(&w->index, w->index.n + (size_t)2 * PMT_VARINT_MAX))
        return fail_nomem(w);
    w->index.n += pmt_put_varint(w->index.at + w->index.n, w->file_bytes - w->last_chunk);
    w->index.n += pmt_put_varint(w->index.at + w->index.n, n_events);
    w->last_chunk = w->file_bytes;
    return PMT_OK;
}

static bool make_room(struct pmt_writer *w, size_t n_raw)
{
    size_t need = PMT_CHUNK_HEADER_BYTES + pmt_pack_bound(w->packer, n_raw);
    uint8_t *p;

    if (need <= w->packed_cap)
        return true;
    p = pmt_realloc_array(w->packed, need, 1);
    if (!p)
        return false;
    w->packed = p;
    w->packed_cap = need;
    return true;
}

/* Header and data go out in one write. */
static enum pmt_status write_chunk(struct pmt_writer *w, uint32_t kind, uint32_t n_events,
                                   const uint8_t *raw, size_t n_raw)
{
    struct pmt_chunk chunk = {.kind = kind, .first_event = w->n_events,
                              .n_events = n_events, .raw_bytes = (uint32_t)n_raw};
    uint8_t *data;

    pmt_assert(n_raw <= PMT_RAW_MAX);
    if (!make_room(w, n_raw))
        return fail_nomem(w);
    if (note_chunk(w, n_events) != PMT_OK)
        return w->err.status;
    data = w->packed + PMT_CHUNK_HEADER_BYTES;
    chunk.packed_bytes = (uint32_t)pmt_pack(w->packer, raw, n_raw, data,
                                            w->packed_cap - PMT_CHUNK_HEADER_BYTES);
    chunk.packed_crc = pmt_crc32(data, chunk.packed_bytes);
    pmt_chunk_put(&chunk, w->packed);
    return write_all(w, w->packed, PMT_CHUNK_HEADER_BYTES + (size_t)chunk.packed_bytes);
}

/* ---- chunks of events ------------------------------------------------- */

/* The slots for the next chunk. */
static enum pmt_status settle(struct pmt_writer *w)
{
    enum pmt_status st;

    pmt_slots_settle(&w->slots);
    w->last = w->slots.n_old;
    st = pmt_slots_reserve(&w->slots, PMT_BATCH_EVENTS);
    if (st == PMT_E_NOMEM)
        return fail_nomem(w);
    if (st == PMT_OK)
        return st;
    w->failed = true;
    return pmt_error_set(&w->err, st, "more than %u blocks live at once: "
                         "this cannot be recorded", PMT_SLOTS_MAX);
}

/* The gathered events go out; ready for the next chunk. */
static enum pmt_status write_events(struct pmt_writer *w)
{
    uint32_t n = w->enc.n_events;

    w->may_place = false;
    if (w->failed || n == 0)
        return w->failed ? w->err.status : PMT_OK;
    if (write_chunk(w, PMT_KIND_EVENTS, n, w->enc.raw, pmt_encode(&w->enc)) != PMT_OK)
        return w->err.status;
    w->n_events += n;
    pmt_encoder_clear(&w->enc);
    return settle(w);
}

enum pmt_status pmt_writer_flush(struct pmt_writer *w, struct pmt_error *err)
{
    pmt_assert(w->begun);
    (void)write_events(w);
    return tell(w, err);
}

/* ---- the event path --------------------------------------------------- */

/* Can one more event be gathered? Writes a full chunk only now, not when its last
 * event comes: that one may still be given a place. */
static inline bool ready(struct pmt_writer *w)
{
    pmt_assert(w->begun);
    if (PMT_UNLIKELY(w->enc.n_events == PMT_BATCH_EVENTS))
        (void)write_events(w);
    return PMT_LIKELY(!w->failed);
}

static inline void gather(struct pmt_writer *w, unsigned op, unsigned ref, uint32_t near,
                          uint32_t arg)
{
    w->enc.keys[w->enc.n_events++] = PMT_KEY(op, ref, near, arg);
}

static inline void gather_wide(struct pmt_writer *w, uint64_t value)
{
    w->enc.wide[w->enc.n_wide++] = value;
}

/* An operand of any size as arg, what does not fit as wide. */
static inline uint32_t gather_arg(struct pmt_writer *w, uint64_t value)
{
    if (PMT_LIKELY(value < PMT_ARG_WIDE))
        return (uint32_t)value;
    gather_wide(w, value);
    return PMT_ARG_WIDE;
}

/* An event about the block at births[i]. */
static inline void gather_ref(struct pmt_writer *w, unsigned op, uint32_t i, uint32_t arg)
{
    uint32_t age = w->slots.n_births - 1 - i, step;

    if (age < YOUNG && i >= w->slots.n_old) {
        gather(w, op, PMT_REF_AGE, age, arg);
        return;
    }
    step = pmt_zigzag(i - w->last);
    w->last = i;
    if (step <= PMT_NEAR_MAX) {
        gather(w, op, PMT_REF_STEP, step, arg);
        return;
    }
    w->enc.far[w->enc.n_far++] = step;
    gather(w, op, PMT_REF_STEPS, 0, arg);
}

uint32_t pmt_writer_alloc(struct pmt_writer *w, enum pmt_op op, uint64_t size_bytes)
{
    uint32_t slot;

    pmt_assert(pmt_op_forms[op].slot == PMT_SLOT_NEW);
    if (!ready(w))
        return PMT_NO_SLOT;
    slot = pmt_slots_take(&w->slots);
    pmt_assert(w->slots.place[slot] == PMT_DEAD);
    w->slots.place[slot] = w->slots.n_births - 1;
    if (slot >= w->n_slots_used)
        w->n_slots_used = slot + 1;
    gather(w, op, PMT_REF_NONE, 0, gather_arg(w, size_bytes));
    w->may_place = true;
    return slot;
}

void pmt_writer_free(struct pmt_writer *w, uint32_t slot)
{
    if (!ready(w))
        return;
    pmt_assert(slot < w->slots.n_slots && w->slots.place[slot] != PMT_DEAD);
    gather_ref(w, PMT_OP_FREE, w->slots.place[slot], 0);
    pmt_slots_give(&w->slots, w->slots.place[slot]);
    w->slots.place[slot] = PMT_DEAD;
    w->may_place = false;
}

void pmt_writer_realloc(struct pmt_writer *w, uint32_t slot, uint64_t size_bytes)
{
    if (!ready(w))
        return;
    pmt_assert(slot < w->slots.n_slots && w->slots.place[slot] != PMT_DEAD);
    gather_ref(w, PMT_OP_REALLOC, w->slots.place[slot], gather_arg(w, size_bytes));
    w->may_place = true;
}

void pmt_writer_about(struct pmt_writer *w, enum pmt_op op, uint32_t slot)
{
    pmt_assert(pmt_op_forms[op].slot == PMT_SLOT_USE && !pmt_op_forms[op].has_arg);
    if (!ready(w))
        return;
    pmt_assert(slot < w->slots.n_slots && w->slots.place[slot] != PMT_DEAD);
    gather_ref(w, op, w->slots.place[slot], 0);
    w->may_place = false;
}

void pmt_writer_place(struct pmt_writer *w, uint64_t place)
{
    if (w->failed)
        return;
    pmt_assert(w->may_place);
    pmt_encoder_place(&w->enc, place);
    w->may_place = false;
}

void pmt_writer_event(struct pmt_writer *w, enum pmt_op op, uint32_t arg,
                      const uint64_t *wide)
{
    const struct pmt_op_form *form = &pmt_op_forms[op];

    pmt_assert(form->known && form->slot == PMT_SLOT_NONE);
    pmt_assert(form->has_arg || arg == 0);
    if (!ready(w))
        return;
    gather(w, op, PMT_REF_NONE, 0, gather_arg(w, arg));
    for (unsigned i = 0; i < form->n_wide; i++)
        gather_wide(w, wide[i]);
    w->may_place = false;
}

void pmt_writer_oracle(struct pmt_writer *w, const struct pmt_oracle *oracle)
{
    struct pmt_strbuf sb = {0};
    uint8_t blocks[PMT_VARINT_MAX];

    pmt_assert(w->begun && oracle->blocks >= -1 && strlen(oracle->when) <= PMT_WHEN_MAX);
    if (write_events(w) != PMT_OK)
        return;
    pmt_strbuf_add(&sb, blocks, pmt_put_varint(blocks, (uint64_t)(oracle->blocks + 1)));
    pmt_strbuf_add(&sb, oracle->when, strlen(oracle->when) + 1);
    pmt_strbuf_add(&sb, oracle->text, oracle->text_len < PMT_ORACLE_MAX ? oracle->text_len
                                                                        : PMT_ORACLE_MAX);
    if (sb.failed)
        (void)fail_nomem(w);
    else
        (void)write_chunk(w, PMT_KIND_ORACLE, 0, (const uint8_t *)sb.at, sb.n);
    pmt_strbuf_release(&sb);
}

/* ---- begin and end ---------------------------------------------------- */

enum pmt_status pmt_writer_open(int fd, struct pmt_writer **out, struct pmt_error *err)
{
    struct pmt_writer *w = pmt_zalloc(sizeof *w);
    enum pmt_status st = PMT_E_NOMEM;

    *out = NULL;
    if (!w)
        goto done;
    w->fd = fd;
    w->packer = pmt_packer_new();
    if (!w->packer || !pmt_encoder_init(&w->enc) ||
        pmt_slots_init(&w->slots, true) != PMT_OK ||
        pmt_slots_reserve(&w->slots, PMT_BATCH_EVENTS) != PMT_OK ||
        !make_room(w, pmt_encode_bound()))
        goto done;
    *out = w;
    w = NULL;
    st = PMT_OK;
done:
    pmt_writer_close(w);
    return st == PMT_OK ? st : pmt_error_set(err, st, "out of memory for the trace");
}

void pmt_writer_close(struct pmt_writer *w)
{
    if (!w)
        return;
    pmt_encoder_release(&w->enc);
    pmt_packer_free(w->packer);
    pmt_strbuf_release(&w->facts);
    pmt_vec_release(&w->index);
    pmt_slots_release(&w->slots);
    pmt_free(w->packed);
    pmt_free(w);
}

/* Append a pair to the data of a facts chunk. */
static enum pmt_status add_fact(struct pmt_writer *w, struct pmt_strbuf *sb,
                                const char *name, const char *value)
{
    size_t n_name = strlen(name), n_value = strlen(value);

    pmt_assert(pmt_fact_name_ok(name));
    if (sb->n + n_name + n_value + 2 > PMT_FACTS_MAX) {
        w->failed = true;
        return pmt_error_set(&w->err, PMT_E_LIMIT, "fact %s: too long, %zu bytes", name,
                             n_value);
    }
    pmt_strbuf_add(sb, name, n_name + 1);
    pmt_strbuf_add(sb, value, n_value + 1);
    return sb->failed ? fail_nomem(w) : PMT_OK;
}

enum pmt_status pmt_writer_fact(struct pmt_writer *w, const char *name, const char *value,
                                struct pmt_error *err)
{
    pmt_assert(!w->begun);
    if (!w->failed)
        (void)add_fact(w, &w->facts, name, value);
    return tell(w, err);
}

enum pmt_status pmt_writer_begin(struct pmt_writer *w, struct pmt_error *err)
{
    uint8_t head[PMT_FILE_HEADER_BYTES];

    pmt_assert(!w->begun);
    w->begun = true;
    pmt_file_header_put(head);
    if (!w->failed && write_all(w, head, sizeof head) == PMT_OK)
        (void)write_chunk(w, PMT_KIND_FACTS, 0, (const uint8_t *)w->facts.at, w->facts.n);
    pmt_strbuf_release(&w->facts);
    return tell(w, err);
}

void pmt_writer_move_to(struct pmt_writer *w, int fd)
{
    w->fd = fd;
}

/* An index too large for a chunk is left out: it can be rebuilt. */
static enum pmt_status write_index(struct pmt_writer *w)
{
    size_t n = w->index.n;
    enum pmt_status st;
    uint8_t *data;

    if (n > PMT_RAW_MAX)
        n = 0;
    data = pmt_alloc(n); /* as write_chunk() notes one more chunk in w->index */
    if (!data)
        return fail_nomem(w);
    if (n)
        memcpy(data, w->index.at, n);
    st = write_chunk(w, PMT_KIND_INDEX, 0, data, n);
    pmt_free(data);
    return st;
}

static enum pmt_status write_end(struct pmt_writer *w, const char *const *pairs, size_t n)
{
    struct pmt_strbuf sb = {0};
    enum pmt_status st;
    char number[24];

    (void)snprintf(number, sizeof number, "%" PRIu64, w->n_events);
    st = add_fact(w, &sb, "end.events", number);
    for (size_t i = 0; i < n && st == PMT_OK; i++)
        st = add_fact(w, &sb, pairs[2 * i], pairs[2 * i + 1]);
    if (st == PMT_OK)
        st = write_chunk(w, PMT_KIND_END, 0, (const uint8_t *)sb.at, sb.n);
    pmt_strbuf_release(&sb);
    return st;
}

enum pmt_status pmt_writer_finish(struct pmt_writer *w, const char *const *pairs, size_t n,
                                  struct pmt_error *err)
{
    uint8_t tail[PMT_TAIL_BYTES];

    pmt_assert(w->begun);
    (void)write_events(w);
    pmt_tail_put(w->file_bytes, tail);
    if (!w->failed && write_index(w) == PMT_OK && write_end(w, pairs, n) == PMT_OK)
        (void)write_all(w, tail, sizeof tail);
    return tell(w, err);
}

/* ---- what is known of a writer ---------------------------------------- */

const struct pmt_error *pmt_writer_error(const struct pmt_writer *w)
{
    return w->failed ? &w->err : NULL;
}

uint64_t pmt_writer_events(const struct pmt_writer *w)
{
    return w->n_events + w->enc.n_events;
}

uint64_t pmt_writer_file_bytes(const struct pmt_writer *w) { return w->file_bytes; }
uint64_t pmt_writer_n_slots(const struct pmt_writer *w) { return w->n_slots_used; }
