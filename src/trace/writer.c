/* writer.c - events to chunks to a file descriptor.
 *
 * An event names its block by age if it is young, else by the step from the last
 * block so named (slots.c); which of the two is the writer's choice.
 *
 * All tables are made large enough for a whole chunk before its first event, so
 * an event allocates nothing and can only fail by filling the chunk.
 *
 * A failure is kept in w->out; from then on nothing is gathered or written and
 * no slot is given. What was written before is a valid, cut trace.
 */
#include "trace/writer.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "base/bytes.h"
#include "base/check.h"
#include "base/strbuf.h"
#include "trace/chunk.h"
#include "trace/encode.h"
#include "trace/fact_list.h"
#include "trace/outlet.h"
#include "trace/slots.h"

/* Below this, age: such blocks die as the program's own pattern says, whatever else
 * dies meanwhile. From there on, step: chosen with tests/tools/bench_codec.c. */
#define YOUNG 64u

struct pmt_writer {
    struct pmt_outlet out;     /* the file, and the first failure */
    struct pmt_encoder enc;    /* the open chunk */
    struct pmt_slots slots;
    uint32_t last;             /* index in slots.births of the last named by a step */
    uint32_t n_slots_used;     /* slots ever used: most blocks live at once */
    struct pmt_strbuf facts;   /* of the header, until _begin */
    struct pmt_strbuf types;   /* for the chunk before the next one of events */
    bool begun;                /* the header is written */
    bool may_place;            /* the last event can be given a place */
};

/* ---- failures --------------------------------------------------------- */

/* The first failure, for a function with a status. */
static enum pmt_status tell(const struct pmt_writer *w, struct pmt_error *err)
{
    if (!w->out.failed)
        return PMT_OK;
    if (err)
        *err = w->out.err;
    return w->out.err.status;
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
        return pmt_outlet_no_memory(&w->out);
    if (st == PMT_OK)
        return st;
    w->out.failed = true;
    return pmt_error_set(&w->out.err, st, "more than %u blocks live at once: "
                         "this cannot be recorded", PMT_SLOTS_MAX);
}

/* Types go before the events that name them. */
static enum pmt_status write_types(struct pmt_writer *w)
{
    enum pmt_status st = PMT_OK;

    if (w->types.failed)
        return pmt_outlet_no_memory(&w->out);
    if (w->types.n)
        st = pmt_outlet_chunk(&w->out, PMT_KIND_TYPES, 0, (const uint8_t *)w->types.at,
                              w->types.n);
    w->types.n = 0;
    return st;
}

/* The gathered events go out; ready for the next chunk. */
static enum pmt_status write_events(struct pmt_writer *w)
{
    uint32_t n = w->enc.n_events;

    w->may_place = false;
    if (w->out.failed || n == 0)
        return w->out.failed ? w->out.err.status : PMT_OK;
    if (write_types(w) != PMT_OK ||
        pmt_outlet_chunk(&w->out, PMT_KIND_EVENTS, n, w->enc.raw, pmt_encode(&w->enc)) != PMT_OK)
        return w->out.err.status;
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
    return PMT_LIKELY(!w->out.failed);
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

void pmt_writer_end(struct pmt_writer *w, enum pmt_op op, uint32_t slot)
{
    pmt_assert(pmt_op_forms[op].slot == PMT_SLOT_END);
    if (!ready(w))
        return;
    pmt_assert(slot < w->slots.n_slots && w->slots.place[slot] != PMT_DEAD);
    gather_ref(w, op, w->slots.place[slot], 0);
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

void pmt_writer_about(struct pmt_writer *w, enum pmt_op op, uint32_t slot, uint32_t arg)
{
    pmt_assert(pmt_op_forms[op].slot == PMT_SLOT_USE);
    pmt_assert(pmt_op_forms[op].has_arg || arg == 0);
    if (!ready(w))
        return;
    pmt_assert(slot < w->slots.n_slots && w->slots.place[slot] != PMT_DEAD);
    gather_ref(w, op, w->slots.place[slot], gather_arg(w, arg));
    w->may_place = false;
}

void pmt_writer_place(struct pmt_writer *w, uint64_t place)
{
    if (w->out.failed)
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

void pmt_writer_type(struct pmt_writer *w, const struct pmt_type *type)
{
    uint8_t number[PMT_VARINT_MAX];

    pmt_assert(w->begun && strlen(type->name) <= PMT_TYPE_NAME_MAX);
    if (w->out.failed)
        return;
    pmt_strbuf_add(&w->types, number, pmt_put_varint(number, type->number));
    pmt_strbuf_add(&w->types, number, pmt_put_varint(number, type->basic_size));
    pmt_strbuf_add(&w->types, number, pmt_put_varint(number, type->item_size));
    pmt_strbuf_add(&w->types, type->name, strlen(type->name) + 1);
    if (w->types.n > PMT_TYPES_CHUNK)
        (void)write_types(w);
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
        (void)pmt_outlet_no_memory(&w->out);
    else
        (void)pmt_outlet_chunk(&w->out, PMT_KIND_ORACLE, 0, (const uint8_t *)sb.at, sb.n);
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
    if (!pmt_outlet_init(&w->out, fd, pmt_encode_bound()) || !pmt_encoder_init(&w->enc) ||
        pmt_slots_init(&w->slots, true) != PMT_OK ||
        pmt_slots_reserve(&w->slots, PMT_BATCH_EVENTS) != PMT_OK)
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
    pmt_outlet_release(&w->out);
    pmt_encoder_release(&w->enc);
    pmt_strbuf_release(&w->facts);
    pmt_strbuf_release(&w->types);
    pmt_slots_release(&w->slots);
    pmt_free(w);
}

/* Append a pair to the data of a facts chunk. */
static enum pmt_status add_fact(struct pmt_writer *w, struct pmt_strbuf *sb,
                                const char *name, const char *value)
{
    size_t n_name = strlen(name), n_value = strlen(value);

    pmt_assert(pmt_fact_name_ok(name));
    if (sb->n + n_name + n_value + 2 > PMT_FACTS_MAX) {
        w->out.failed = true;
        return pmt_error_set(&w->out.err, PMT_E_LIMIT, "fact %s: too long, %zu bytes", name,
                             n_value);
    }
    pmt_strbuf_add(sb, name, n_name + 1);
    pmt_strbuf_add(sb, value, n_value + 1);
    return sb->failed ? pmt_outlet_no_memory(&w->out) : PMT_OK;
}

enum pmt_status pmt_writer_fact(struct pmt_writer *w, const char *name, const char *value,
                                struct pmt_error *err)
{
    pmt_assert(!w->begun);
    if (!w->out.failed)
        (void)add_fact(w, &w->facts, name, value);
    return tell(w, err);
}

enum pmt_status pmt_writer_begin(struct pmt_writer *w, struct pmt_error *err)
{
    uint8_t head[PMT_FILE_HEADER_BYTES];

    pmt_assert(!w->begun);
    w->begun = true;
    pmt_file_header_put(head);
    if (!w->out.failed && pmt_outlet_write(&w->out, head, sizeof head) == PMT_OK)
        (void)pmt_outlet_chunk(&w->out, PMT_KIND_FACTS, 0, (const uint8_t *)w->facts.at, w->facts.n);
    pmt_strbuf_release(&w->facts);
    return tell(w, err);
}

void pmt_writer_move_to(struct pmt_writer *w, int fd)
{
    w->out.fd = fd;
}

static enum pmt_status write_end(struct pmt_writer *w, const char *const *pairs, size_t n)
{
    struct pmt_strbuf sb = {0};
    enum pmt_status st;
    char number[24];

    (void)snprintf(number, sizeof number, "%" PRIu64, w->out.n_events);
    st = add_fact(w, &sb, "end.events", number);
    for (size_t i = 0; i < n && st == PMT_OK; i++)
        st = add_fact(w, &sb, pairs[2 * i], pairs[2 * i + 1]);
    if (st == PMT_OK)
        st = pmt_outlet_chunk(&w->out, PMT_KIND_END, 0, (const uint8_t *)sb.at, sb.n);
    pmt_strbuf_release(&sb);
    return st;
}

enum pmt_status pmt_writer_finish(struct pmt_writer *w, const char *const *pairs, size_t n,
                                  struct pmt_error *err)
{
    uint8_t tail[PMT_TAIL_BYTES];

    pmt_assert(w->begun);
    (void)write_events(w);
    pmt_tail_put(w->out.file_bytes, tail);
    if (!w->out.failed && pmt_outlet_index(&w->out) == PMT_OK && write_end(w, pairs, n) == PMT_OK)
        (void)pmt_outlet_write(&w->out, tail, sizeof tail);
    return tell(w, err);
}

/* ---- what is known of a writer ---------------------------------------- */

const struct pmt_error *pmt_writer_error(const struct pmt_writer *w)
{
    return w->out.failed ? &w->out.err : NULL;
}

uint64_t pmt_writer_events(const struct pmt_writer *w)
{
    return w->out.n_events + w->enc.n_events;
}

uint64_t pmt_writer_file_bytes(const struct pmt_writer *w) { return w->out.file_bytes; }
uint64_t pmt_writer_n_slots(const struct pmt_writer *w) { return w->n_slots_used; }
