/* decode.c - the data of an events chunk back to columns. Layout: encode.c.
 *
 * Slots. turn[] is a permutation of the slots and n_live a mark in it: above the
 * mark are the free slots in the order in which they will be given out, first
 * those that were freed (last in, first out), then the fresh ones, counting up.
 *
 *     alloc:  slot = turn[n_live++]          free:  turn[--n_live] = slot
 *
 * Since turn[i] starts as i, "no freed slot is left, take a fresh one" is no case
 * of its own. Below the mark lies rubbish.
 *
 * Which block an event means. born[] has the slot of each alloc of this chunk,
 * DEAD once freed; NO_BIRTH entries that are DEAD lie in front of it, so that an
 * age that points before the chunk needs no check of its own: it finds DEAD. Blocks
 * born earlier have old[slot] set. At the end of the chunk those still in born[]
 * become old. So every reference is checked, and the common one (the free of a
 * young block) touches nothing but born[] and turn[].
 */
#include "trace/decode.h"

#include <string.h>
#include "base/alloc.h"
#include "base/bytes.h"
#include "base/check.h"
#include "trace/format.h"

#define DEAD     UINT32_MAX
#define NO_BIRTH (PMT_AGE_MAX + 1u)

/* What to do for a symbol. The first two are nearly all events. */
enum step { STEP_ALLOC, STEP_FREE, STEP_PLAIN, STEP_COLUMNS, STEP_UNKNOWN };

struct entry {
    uint32_t arg;   /* PMT_FORM_ARGS: unused */
    uint32_t age;   /* PMT_REF_AGE only */
    uint8_t op;
    uint8_t step;   /* enum step */
    uint8_t form;   /* enum pmt_ref | PMT_FORM_ARGS */
    uint8_t n_wide; /* further operands of the op */
};

/* Where the columns lie in the data, and how far each was read. */
struct columns {
    const uint8_t *symbols;
    struct pmt_cursor ages, slots, args, wide;
    const uint8_t *checks;
    uint32_t n_placements; /* as the chunk claims */
};

/* Where the events of a chunk stand between two steps. */
struct tracks {
    uint32_t n_born;      /* allocs of this chunk so far */
    uint32_t n_live;      /* as in the decoder, which gets it at the end */
    uint32_t n_placeable; /* reallocs of this chunk so far */
    uint32_t n_wide;      /* in wide[] */
    uint32_t slot;        /* the last of the slots column */
};

struct pmt_decoder {
    struct entry entries[PMT_ENTRIES_MAX]; /* dictionary of this chunk */
    uint32_t *turn;   /* [n_slots], see above */
    uint8_t *old;     /* [n_slots], 1 = live and born before this chunk */
    uint32_t n_slots; /* room in turn[] and old[] */
    uint32_t n_live;  /* blocks live before this chunk */
    uint32_t *born;   /* [NO_BIRTH + PMT_BATCH_EVENTS], see above */
    /* The columns of the batch. */
    uint8_t *op;      /* [PMT_BATCH_EVENTS] */
    uint32_t *slot;   /* [PMT_BATCH_EVENTS] */
    uint32_t *arg;    /* [PMT_BATCH_EVENTS] */
    uint64_t *wide;   /* [2 * PMT_BATCH_EVENTS] */
    uint32_t *check;  /* [PMT_BATCH_EVENTS / PMT_CHECK_WINDOW] */
};

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
    pmt_free(dec->turn);
    pmt_free(dec->old);
    pmt_free(dec->born);
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
    dec->born = pmt_alloc_array(NO_BIRTH + n, sizeof *dec->born);
    dec->op = pmt_alloc(n);
    dec->slot = pmt_alloc_array(n, sizeof *dec->slot);
    dec->arg = pmt_alloc_array(n, sizeof *dec->arg);
    dec->wide = pmt_alloc_array(n * 2, sizeof *dec->wide);
    dec->check = pmt_alloc_array(n / PMT_CHECK_WINDOW, sizeof *dec->check);
    if (!dec->born || !dec->op || !dec->slot || !dec->arg || !dec->wide || !dec->check) {
        pmt_decoder_free(dec);
        return NULL;
    }
    memset(dec->born, 0xff, NO_BIRTH * sizeof *dec->born);
    return dec;
}

/* Room for n_more allocs. The old tables stay as they are when it fails. */
static enum pmt_status reserve_slots(struct pmt_decoder *dec, uint32_t n_more)
{
    uint64_t need = (uint64_t)dec->n_live + n_more;
    uint32_t n_slots;
    void *p;

    if (need <= dec->n_slots)
        return PMT_OK;
    if (need > PMT_SLOTS_MAX)
        return PMT_E_LIMIT;
    n_slots = (uint32_t)(need + need / 2);
    p = pmt_realloc_array(dec->turn, n_slots, sizeof *dec->turn);
    if (!p)
        return PMT_E_NOMEM;
    dec->turn = p;
    p = pmt_realloc_array(dec->old, n_slots, sizeof *dec->old);
    if (!p)
        return PMT_E_NOMEM;
    dec->old = p;
    for (uint32_t i = dec->n_slots; i < n_slots; i++)
        dec->turn[i] = i;
    memset(dec->old + dec->n_slots, 0, n_slots - dec->n_slots);
    dec->n_slots = n_slots;
    return PMT_OK;
}

/* Does the form of an entry fit its op? */
static bool form_fits(const struct pmt_op_form *form, const struct entry *ent)
{
    bool names = (ent->form & PMT_REF_MASK) != PMT_REF_NONE;
    bool must = form->slot == PMT_SLOT_USE || form->slot == PMT_SLOT_END;

    if (ent->form & ~PMT_FORM_MASK || names != must)
        return false;
    return form->has_arg || (!(ent->form & PMT_FORM_ARGS) && ent->arg == 0);
}

/* Fixed operands and nothing wide: one of the fast steps. */
static enum step step_of(const struct pmt_op_form *form, const struct entry *ent)
{
    if (ent->n_wide || ent->form & PMT_FORM_ARGS || ent->arg == PMT_ARG_WIDE)
        return STEP_COLUMNS;
    if (form->slot == PMT_SLOT_NEW)
        return STEP_ALLOC;
    if (form->slot == PMT_SLOT_END && ent->form == PMT_REF_AGE)
        return STEP_FREE;
    return form->slot == PMT_SLOT_NONE ? STEP_PLAIN : STEP_COLUMNS;
}

static enum pmt_status read_entry(struct pmt_cursor *in, struct entry *ent,
                                  struct pmt_decode_fault *fault)
{
    const uint8_t *p = pmt_take(in, 2);
    const struct pmt_op_form *form;
    uint64_t age = 0, arg = 0;

    if (!p)
        return refuse(fault, 0, "the dictionary is cut");
    *ent = (struct entry){.op = p[0], .form = p[1]};
    form = &pmt_op_forms[ent->op];
    if ((ent->form & PMT_REF_MASK) == PMT_REF_AGE)
        age = pmt_take_varint(in);
    if (!(ent->form & PMT_FORM_ARGS))
        arg = pmt_take_varint(in);
    if (in->bad || age > PMT_AGE_MAX || arg > UINT32_MAX)
        return refuse(fault, 0, "a number of the dictionary is out of range");
    if (!form->known) {
        (void)refuse(fault, 0, "an event of a kind this program does not know");
        return PMT_E_VERSION;
    }
    ent->age = (uint32_t)age;
    ent->arg = (uint32_t)arg;
    ent->n_wide = form->n_wide;
    if (!form_fits(form, ent))
        return refuse(fault, 0, "an entry of the dictionary does not fit its event");
    ent->step = (uint8_t)step_of(form, ent);
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
        dec->entries[i] = (struct entry){.step = STEP_UNKNOWN};
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
    cols->slots = take_column(&in, pmt_le32(head + 8));
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

/* The slot that an event with columns means; DEAD if there is no such block. */
static uint32_t find_slot(struct pmt_decoder *dec, const struct entry *ent,
                          struct columns *cols, struct tracks *at, bool ends)
{
    uint64_t v = ent->age;
    uint32_t *born, slot;

    if ((ent->form & PMT_REF_MASK) == PMT_REF_SLOTS) {
        v = pmt_take_varint(&cols->slots);
        slot = at->slot += (uint32_t)(v >> 1) ^ (uint32_t)-(int32_t)(v & 1);
        if (v > UINT32_MAX || cols->slots.bad || slot >= dec->n_slots || !dec->old[slot])
            return DEAD;
        dec->old[slot] = !ends;
        return slot;
    }
    if ((ent->form & PMT_REF_MASK) == PMT_REF_AGES)
        v = pmt_take_varint(&cols->ages);
    if (v >= at->n_born || cols->ages.bad)
        return DEAD;
    born = &dec->born[NO_BIRTH + at->n_born - 1 - v];
    slot = *born;
    if (ends)
        *born = DEAD;
    return slot;
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

/* Any event but those of the fast steps. NULL, or what is wrong. */
static const char *slow_step(struct pmt_decoder *dec, uint32_t i,
                             const struct entry *ent, struct columns *cols,
                             struct tracks *at)
{
    enum pmt_slot_use use = pmt_op_forms[ent->op].slot;
    uint32_t slot = 0;

    if (ent->step == STEP_UNKNOWN)
        return "the event is not in the dictionary";
    if (use == PMT_SLOT_NEW) {
        slot = dec->turn[at->n_live++];
        dec->born[NO_BIRTH + at->n_born++] = slot;
    } else if (use != PMT_SLOT_NONE) {
        slot = find_slot(dec, ent, cols, at, use == PMT_SLOT_END);
        if (slot == DEAD)
            return "the event names a block that is not live";
    }
    if (use == PMT_SLOT_END)
        dec->turn[--at->n_live] = slot;
    at->n_placeable += use == PMT_SLOT_USE;
    dec->slot[i] = slot;
    return read_operands(dec, i, ent, cols, at);
}

static enum pmt_status run_symbols(struct pmt_decoder *dec, uint32_t n_events,
                                   struct columns *cols, struct tracks *at,
                                   struct pmt_decode_fault *fault)
{
    uint32_t *const born = dec->born + NO_BIRTH;
    uint32_t *const turn = dec->turn;
    const char *wrong;

    for (uint32_t i = 0; i < n_events; i++) {
        const struct entry *ent = &dec->entries[cols->symbols[i]];
        uint32_t slot;

        dec->op[i] = ent->op;
        dec->arg[i] = ent->arg;
        if (ent->step == STEP_ALLOC) {
            slot = turn[at->n_live++];
            born[at->n_born++] = slot;
            dec->slot[i] = slot;
        } else if (ent->step == STEP_FREE) {
            uint32_t *b = born + ((ptrdiff_t)at->n_born - 1 - (ptrdiff_t)ent->age);

            slot = *b;
            if (PMT_UNLIKELY(slot == DEAD))
                return refuse(fault, i, "the event names a block that is not live");
            *b = DEAD;
            turn[--at->n_live] = slot;
            dec->slot[i] = slot;
        } else {
            wrong = slow_step(dec, i, ent, cols, at);
            if (PMT_UNLIKELY(wrong != NULL))
                return refuse(fault, i, wrong);
        }
    }
    return PMT_OK;
}

/* The blocks of this chunk that still live are old from now on. */
static void age_blocks(struct pmt_decoder *dec, const struct tracks *at)
{
    const uint32_t *born = dec->born + NO_BIRTH;

    for (uint32_t i = 0; i < at->n_born; i++)
        if (born[i] != DEAD)
            dec->old[born[i]] = 1;
    dec->n_live = at->n_live;
}

static bool all_read(const struct columns *cols)
{
    return !pmt_cursor_left(&cols->ages) && !pmt_cursor_left(&cols->slots) &&
           !pmt_cursor_left(&cols->args) && !pmt_cursor_left(&cols->wide);
}

enum pmt_status pmt_decode(struct pmt_decoder *dec, const uint8_t *raw, size_t n,
                           uint32_t n_events, struct pmt_batch *batch,
                           struct pmt_decode_fault *fault)
{
    struct columns cols;
    struct tracks at = {.n_live = dec->n_live};
    enum pmt_status st;

    pmt_assert(n_events > 0 && n_events <= PMT_BATCH_EVENTS);
    fault->event = 0;
    fault->what = "";
    st = open_columns(dec, raw, n, n_events, &cols, fault);
    if (st == PMT_OK)
        st = reserve_slots(dec, n_events);
    if (st == PMT_OK)
        st = run_symbols(dec, n_events, &cols, &at, fault);
    if (st != PMT_OK)
        return st;
    if (!all_read(&cols))
        return refuse(fault, n_events - 1, "operands are left over");
    if (cols.n_placements > at.n_born + at.n_placeable)
        return refuse(fault, n_events - 1, "more placements than blocks");
    age_blocks(dec, &at);
    *batch = (struct pmt_batch){
        .n_events = n_events, .n_wide = at.n_wide,
        .n_checks = (cols.n_placements + PMT_CHECK_WINDOW - 1) / PMT_CHECK_WINDOW,
        .n_placements = cols.n_placements, .op = dec->op, .slot = dec->slot,
        .arg = dec->arg, .wide = dec->wide, .check = dec->check};
    return PMT_OK;
}
