/* decode.c - the data of an events chunk back to columns. Layout: encode.c; which
 * block an event means: slots.c.
 *
 * Every reference is checked by what it finds in the list of births: PMT_DEAD where
 * the block has died.
 *
 * Nothing of a chunk is handed out before all of it was decoded, and nothing after
 * a refusal: the tables need not be put back.
 */
#include "trace/decode.h"

#include "base/alloc.h"
#include "base/bytes.h"
#include "base/check.h"
#include "trace/slots.h"

/* What to do for a symbol. The first three are nearly all events. */
enum act { ACT_ALLOC, ACT_FREE_AGE, ACT_FREE_STEP, ACT_OTHER, ACT_UNKNOWN };

struct entry {
    uint32_t arg;   /* PMT_FORM_ARGS: unused */
    uint32_t near;  /* PMT_REF_AGE: the age; PMT_REF_STEP: the step */
    uint8_t op;
    uint8_t act;    /* enum act */
    uint8_t form;   /* enum pmt_ref | PMT_FORM_ARGS */
    uint8_t n_wide; /* further operands of the op */
};

/* Where the columns lie in the data, and how far each was read. */
struct columns {
    const uint8_t *symbols;
    struct pmt_cursor ages, steps, args, wide;
    const uint8_t *checks;
    uint32_t n_placements; /* as the chunk claims */
};

/* Where the events of a chunk stand between two of them. */
struct tracks {
    uint32_t n_reallocs; /* so far in this chunk */
    uint32_t n_wide;     /* in wide[] */
    uint32_t last;       /* index in births[] of the last named by a step */
};

struct pmt_decoder {
    struct entry entries[PMT_ENTRIES_MAX]; /* dictionary of this chunk */
    struct pmt_slots slots;
    /* The columns of the batch. */
    uint8_t *op;      /* [PMT_BATCH_EVENTS] */
    uint32_t *slot;   /* [PMT_BATCH_EVENTS] */
    uint32_t *arg;    /* [PMT_BATCH_EVENTS] */
    uint64_t *wide;   /* [2 * PMT_BATCH_EVENTS] */
    uint32_t *check;  /* [PMT_BATCH_EVENTS / PMT_CHECK_WINDOW] */
};

static const char no_block[] = "the event names a block that is not live";

static enum pmt_status refuse(struct pmt_decode_fault *fault, uint32_t event,
                              const char *what)
{
    fault->event = event;
    fault->what = what;
    return PMT_E_TRACE;
}

void pmt_decoder_free(struct pmt_decoder *dec)
{
    if (!dec)
        return;
    pmt_slots_release(&dec->slots);
    pmt_free(dec->op);
    pmt_free(dec->slot);
    pmt_free(dec->arg);
    pmt_free(dec->wide);
    pmt_free(dec->check);
    pmt_free(dec);
}

struct pmt_decoder *pmt_decoder_new(void)
{
    struct pmt_decoder *dec = pmt_zalloc(sizeof *dec);
    size_t n = PMT_BATCH_EVENTS;

    if (!dec)
        return NULL;
    dec->op = pmt_alloc(n);
    dec->slot = pmt_alloc_array(n, sizeof *dec->slot);
    dec->arg = pmt_alloc_array(n, sizeof *dec->arg);
    dec->wide = pmt_alloc_array(n * 2, sizeof *dec->wide);
    dec->check = pmt_alloc_array(n / PMT_CHECK_WINDOW, sizeof *dec->check);
    if (dec->op && dec->slot && dec->arg && dec->wide && dec->check &&
        pmt_slots_init(&dec->slots, false) == PMT_OK)
        return dec;
    pmt_decoder_free(dec);
    return NULL;
}

/* Does the form of an entry fit its op? */
static bool form_fits(const struct pmt_op_form *form, const struct entry *ent)
{
    bool names = (ent->form & PMT_REF_MASK) != PMT_REF_NONE;
    bool must = form->slot == PMT_SLOT_USE || form->slot == PMT_SLOT_END;

    if (ent->form & ~PMT_FORM_MASK || (ent->form & PMT_REF_MASK) > PMT_REF_STEPS ||
        names != must)
        return false;
    return form->has_arg || (!(ent->form & PMT_FORM_ARGS) && ent->arg == 0);
}

/* Fixed operands and nothing wide: one of the fast ones. */
static enum act act_of(const struct pmt_op_form *form, const struct entry *ent)
{
    if (ent->n_wide || ent->form & PMT_FORM_ARGS || ent->arg == PMT_ARG_WIDE)
        return ACT_OTHER;
    if (form->slot == PMT_SLOT_NEW)
        return ACT_ALLOC;
    if (form->slot == PMT_SLOT_END && ent->form == PMT_REF_AGE)
        return ACT_FREE_AGE;
    if (form->slot == PMT_SLOT_END && ent->form == PMT_REF_STEP)
        return ACT_FREE_STEP;
    return ACT_OTHER;
}

/* The operands that the entry holds itself; false: out of range. */
static bool read_entry_operands(struct pmt_cursor *in, struct entry *ent)
{
    unsigned ref = ent->form & PMT_REF_MASK;
    uint64_t near = 0, arg = 0;

    if (ref == PMT_REF_AGE || ref == PMT_REF_STEP)
        near = pmt_take_varint(in);
    if (!(ent->form & PMT_FORM_ARGS))
        arg = pmt_take_varint(in);
    ent->near = ref == PMT_REF_STEP ? pmt_unzigzag((uint32_t)near) : (uint32_t)near;
    ent->arg = (uint32_t)arg;
    return !in->bad && arg <= UINT32_MAX &&
           near <= (ref == PMT_REF_STEP ? UINT32_MAX : PMT_AGE_MAX);
}

static enum pmt_status read_entry(struct pmt_cursor *in, struct entry *ent,
                                  struct pmt_decode_fault *fault)
{
    const uint8_t *p = pmt_take(in, 2);
    const struct pmt_op_form *form;

    if (!p)
        return refuse(fault, 0, "the dictionary is cut");
    *ent = (struct entry){.op = p[0], .form = p[1]};
    form = &pmt_op_forms[ent->op];
    if (!form->known) {
        (void)refuse(fault, 0, "an event of a kind this program does not know");
        return PMT_E_VERSION;
    }
    if (!read_entry_operands(in, ent))
        return refuse(fault, 0, "a number of the dictionary is out of range");
    if (!form_fits(form, ent))
        return refuse(fault, 0, "an entry of the dictionary does not fit its event");
    ent->n_wide = form->n_wide;
    ent->act = (uint8_t)act_of(form, ent);
    return PMT_OK;
}

static enum pmt_status read_entries(struct pmt_decoder *dec, struct pmt_cursor *in,
                                    uint32_t n, struct pmt_decode_fault *fault)
{
    enum pmt_status st = PMT_OK;

    if (n > PMT_ENTRIES_MAX)
        return refuse(fault, 0, "the dictionary is too large");
    for (uint32_t i = 0; i < n && st == PMT_OK; i++)
        st = read_entry(in, &dec->entries[i], fault);
    for (uint32_t i = n; i < PMT_ENTRIES_MAX; i++)
        dec->entries[i] = (struct entry){.act = ACT_UNKNOWN};
    return st;
}

static struct pmt_cursor take_column(struct pmt_cursor *in, size_t n)
{
    const uint8_t *p = pmt_take(in, n);

    return p ? (struct pmt_cursor){p, p + n, false} : (struct pmt_cursor){NULL, NULL, true};
}

static enum pmt_status open_columns(struct pmt_decoder *dec, const uint8_t *raw,
                                    size_t n, uint32_t n_events, struct columns *cols,
                                    struct pmt_decode_fault *fault)
{
    struct pmt_cursor in = {raw, raw + n, false};
    const uint8_t *head = pmt_take(&in, 24);
    uint32_t n_checks;
    enum pmt_status st;

    if (!head)
        return refuse(fault, 0, "the data is too short");
    st = read_entries(dec, &in, pmt_le32(head), fault);
    if (st != PMT_OK)
        return st;
    cols->symbols = pmt_take(&in, n_events);
    cols->ages = take_column(&in, pmt_le32(head + 4));
    cols->steps = take_column(&in, pmt_le32(head + 8));
    cols->args = take_column(&in, pmt_le32(head + 12));
    cols->wide = take_column(&in, pmt_le32(head + 16));
    cols->n_placements = pmt_le32(head + 20);
    if (cols->n_placements > n_events)
        return refuse(fault, 0, "more placements than events");
    n_checks = (cols->n_placements + PMT_CHECK_WINDOW - 1) / PMT_CHECK_WINDOW;
    cols->checks = pmt_take(&in, 4 * (size_t)n_checks);
    if (in.bad || in.at != in.end)
        return refuse(fault, 0, "the columns do not fill the data");
    for (uint32_t i = 0; i < n_checks; i++)
        dec->check[i] = pmt_le32(cols->checks + 4 * (size_t)i);
    return PMT_OK;
}

/* index may be anything. */
static inline bool is_live(const struct pmt_slots *slots, uint32_t index)
{
    return index < slots->n_births && slots->births[index] != PMT_DEAD;
}

/* The index in births[] of the block that an event means; false: it is not live. */
static bool find_block(const struct pmt_slots *slots, const struct entry *ent,
                       struct columns *cols, struct tracks *at, uint32_t *index)
{
    unsigned ref = ent->form & PMT_REF_MASK;
    uint64_t v = ent->near;

    if (ref == PMT_REF_AGES) {
        v = pmt_take_varint(&cols->ages);
    } else if (ref == PMT_REF_STEPS) {
        v = pmt_take_varint(&cols->steps);
        if (v > UINT32_MAX)
            return false;
        v = pmt_unzigzag((uint32_t)v);
    }
    if (ref == PMT_REF_STEP || ref == PMT_REF_STEPS)
        *index = at->last += (uint32_t)v;
    else if (v < slots->n_births)
        *index = slots->n_births - 1 - (uint32_t)v;
    else
        return false;
    return !cols->ages.bad && !cols->steps.bad && is_live(slots, *index);
}

/* The operands of event i that are not in its entry. NULL, or what is wrong. */
static const char *read_operands(struct pmt_decoder *dec, uint32_t i,
                                 const struct entry *ent, struct columns *cols,
                                 struct tracks *at)
{
    uint64_t v = ent->arg;
    unsigned n_wide = ent->n_wide;

    if (ent->form & PMT_FORM_ARGS)
        v = pmt_take_varint(&cols->args);
    if (v > UINT32_MAX || cols->args.bad)
        return "an operand is out of range";
    dec->arg[i] = (uint32_t)v;
    n_wide += v == PMT_ARG_WIDE;
    for (; n_wide; n_wide--)
        dec->wide[at->n_wide++] = pmt_take_varint(&cols->wide);
    return cols->wide.bad ? "a wide operand is missing" : NULL;
}

/* Any event but the fast ones. NULL, or what is wrong. */
static const char *other_event(struct pmt_decoder *dec, uint32_t i,
                               const struct entry *ent, struct columns *cols,
                               struct tracks *at)
{
    const struct pmt_op_form *form = &pmt_op_forms[ent->op];
    uint32_t slot = 0, index;

    if (ent->act == ACT_UNKNOWN)
        return "the event is not in the dictionary";
    if (form->slot == PMT_SLOT_NEW) {
        slot = pmt_slots_take(&dec->slots);
    } else if (form->slot != PMT_SLOT_NONE) {
        if (!find_block(&dec->slots, ent, cols, at, &index))
            return no_block;
        slot = dec->slots.births[index];
        if (form->slot == PMT_SLOT_END)
            pmt_slots_give(&dec->slots, index);
    }
    at->n_reallocs += form->slot == PMT_SLOT_USE;
    dec->slot[i] = slot;
    return read_operands(dec, i, ent, cols, at);
}

/* All events, in order. slots and last are copies that live in registers, since a
 * store to the op column may alias anything; other_event() gets them by memory.
 * Worth a third of the time of this loop (tests/tools/bench_codec.c). */
static enum pmt_status run_symbols(struct pmt_decoder *dec, uint32_t n_events,
                                   struct columns *cols, struct tracks *at,
                                   struct pmt_decode_fault *fault)
{
    const uint8_t *const symbols = cols->symbols;
    uint8_t *const op = dec->op;
    uint32_t *const slot = dec->slot, *const arg = dec->arg;
    struct pmt_slots slots = dec->slots;
    uint32_t last = at->last;
    const char *wrong;

    for (uint32_t i = 0; i < n_events; i++) {
        const struct entry *ent = &dec->entries[symbols[i]];

        op[i] = ent->op;
        arg[i] = ent->arg;
        if (ent->act == ACT_ALLOC) {
            slot[i] = pmt_slots_take(&slots);
        } else if (ent->act <= ACT_FREE_STEP) {
            uint32_t index = last + ent->near;

            if (ent->act == ACT_FREE_AGE)
                index = slots.n_births - 1 - ent->near;
            else
                last = index;
            if (PMT_UNLIKELY(!is_live(&slots, index)))
                return refuse(fault, i, no_block);
            slot[i] = slots.births[index];
            pmt_slots_give(&slots, index);
        } else {
            dec->slots = slots;
            at->last = last;
            wrong = other_event(dec, i, ent, cols, at);
            if (PMT_UNLIKELY(wrong != NULL))
                return refuse(fault, i, wrong);
            slots = dec->slots;
            last = at->last;
        }
    }
    dec->slots = slots;
    return PMT_OK;
}

static bool all_read(const struct columns *cols)
{
    return !pmt_cursor_left(&cols->ages) && !pmt_cursor_left(&cols->steps) &&
           !pmt_cursor_left(&cols->args) && !pmt_cursor_left(&cols->wide);
}

enum pmt_status pmt_decode(struct pmt_decoder *dec, const uint8_t *raw, size_t n,
                           uint32_t n_events, struct pmt_batch *batch,
                           struct pmt_decode_fault *fault)
{
    struct columns cols = {0};
    struct tracks at = {.last = dec->slots.n_old};
    enum pmt_status st;

    pmt_assert(n_events > 0 && n_events <= PMT_BATCH_EVENTS);
    *fault = (struct pmt_decode_fault){0, ""};
    st = open_columns(dec, raw, n, n_events, &cols, fault);
    if (st == PMT_OK)
        st = pmt_slots_reserve(&dec->slots, n_events);
    if (st == PMT_OK)
        st = run_symbols(dec, n_events, &cols, &at, fault);
    if (st != PMT_OK)
        return st;
    if (!all_read(&cols))
        return refuse(fault, n_events - 1, "operands are left over");
    if (cols.n_placements > dec->slots.n_births - dec->slots.n_old + at.n_reallocs)
        return refuse(fault, n_events - 1, "more placements than blocks");
    *batch = (struct pmt_batch){
        .n_events = n_events, .n_wide = at.n_wide,
        .n_checks = (cols.n_placements + PMT_CHECK_WINDOW - 1) / PMT_CHECK_WINDOW,
        .n_placements = cols.n_placements, .op = dec->op, .slot = dec->slot,
        .arg = dec->arg, .wide = dec->wide, .check = dec->check};
    pmt_slots_settle(&dec->slots);
    return PMT_OK;
}
