/* encode.c - the events of a chunk as columns.
 *
 * Programs repeat themselves: of the 65536 events of a chunk, few are different
 * when an event is (op, size) for an alloc and (op, which block) for a free, where
 * the block is named relative to others (slots.c). So the main column holds one
 * byte per event, an index into a dictionary of complete events that the chunk
 * brings with it:
 *
 *   n_entries, bytes of ages, of steps, of args, of wide, n_placements (32 bit)
 *   entries   op, form, [age or step], [arg]    form: enum pmt_ref | PMT_FORM_ARGS
 *   symbols   one byte per event
 *   ages      varints: for entries whose form is PMT_REF_AGES
 *   steps     varints, zigzag: PMT_REF_STEPS
 *   args      varints: PMT_FORM_ARGS
 *   wide      varints
 *   checks    32 bit each, one per PMT_CHECK_WINDOW placements
 *
 * Which events get an entry: those seen most often. What is left goes through one
 * entry per class (op and kind of reference), with its operands in the columns.
 */
#include "trace/encode.h"

#include <string.h>
#include "base/alloc.h"
#include "base/bytes.h"
#include "base/check.h"
#include "trace/format.h"

/* An entry pays from this many uses on: it costs about as much as two operands
 * in the columns (tests/tools/bench_codec.c). */
#define LEAST_USES 3u

#define HEADER_BYTES   24u
#define ENTRY_MAX      (2u + 3u + 5u) /* op, form, age or step, arg */
#define PER_EVENT_MAX  (1u + 5u + 5u + 2u * PMT_VARINT_MAX)
#define ESCAPED        0x100u /* symbol of a class: operands are in the columns */
#define NO_SYMBOL      0xffffu
#define N_CLASSES      (8u * 256u) /* enum pmt_ref and op */

/* The dictionary while it is made. */
struct entries {
    uint32_t n;                       /* entries so far */
    uint16_t symbol[N_CLASSES];       /* of the class, or NO_SYMBOL */
    uint8_t bytes[PMT_ENTRIES_MAX * ENTRY_MAX];
    size_t n_bytes;                   /* in bytes[] */
};

size_t pmt_encode_bound(void)
{
    return HEADER_BYTES + PMT_ENTRIES_MAX * ENTRY_MAX +
           (size_t)PMT_BATCH_EVENTS * PER_EVENT_MAX + 4u * PMT_CHECKS_MAX;
}

bool pmt_encoder_init(struct pmt_encoder *enc)
{
    size_t n = PMT_BATCH_EVENTS;

    *enc = (struct pmt_encoder){0};
    enc->keys = pmt_alloc_array(n, sizeof *enc->keys);
    enc->far = pmt_alloc_array(n, sizeof *enc->far);
    enc->wide = pmt_alloc_array(n * 2, sizeof *enc->wide);
    enc->cells = pmt_alloc_array(n, sizeof *enc->cells);
    enc->ages = pmt_alloc_array(n, 3);
    enc->steps = pmt_alloc_array(n, 5);
    enc->args = pmt_alloc_array(n, 5);
    enc->raw = pmt_alloc(pmt_encode_bound());
    enc->tally = pmt_zalloc(sizeof *enc->tally);
    return enc->keys && enc->far && enc->wide && enc->cells && enc->ages &&
           enc->steps && enc->args && enc->raw && enc->tally;
}

void pmt_encoder_release(struct pmt_encoder *enc)
{
    pmt_free(enc->keys);
    pmt_free(enc->far);
    pmt_free(enc->wide);
    pmt_free(enc->cells);
    pmt_free(enc->ages);
    pmt_free(enc->steps);
    pmt_free(enc->args);
    pmt_free(enc->raw);
    pmt_free(enc->tally);
    *enc = (struct pmt_encoder){0};
}

void pmt_encoder_clear(struct pmt_encoder *enc)
{
    enc->n_events = enc->n_far = enc->n_wide = enc->n_placements = 0;
    enc->check_hash = 0;
}

/* Is there an operand that the class entry leaves to a column? */
static bool has_operand(uint64_t key)
{
    return PMT_KEY_REF(key) != PMT_REF_NONE || pmt_op_forms[PMT_KEY_OP(key)].has_arg;
}

/* The form of the class entry: every operand in its column. */
static unsigned class_form(uint64_t key)
{
    static const uint8_t ref_of[] = {
        [PMT_REF_NONE] = PMT_REF_NONE, [PMT_REF_AGE] = PMT_REF_AGES,
        [PMT_REF_AGES] = PMT_REF_AGES, [PMT_REF_STEP] = PMT_REF_STEPS,
        [PMT_REF_STEPS] = PMT_REF_STEPS};

    return ref_of[PMT_KEY_REF(key)] |
           (pmt_op_forms[PMT_KEY_OP(key)].has_arg ? PMT_FORM_ARGS : 0);
}

static uint16_t *class_symbol(struct entries *ents, uint64_t key)
{
    return &ents->symbol[(class_form(key) & PMT_REF_MASK) << 8 | PMT_KEY_OP(key)];
}

static uint16_t add_entry(struct entries *ents, uint64_t key, unsigned form)
{
    uint8_t *at = ents->bytes + ents->n_bytes;
    unsigned ref = form & PMT_REF_MASK;

    pmt_assert(ents->n < PMT_ENTRIES_MAX);
    *at++ = (uint8_t)PMT_KEY_OP(key);
    *at++ = (uint8_t)form;
    if (ref == PMT_REF_AGE || ref == PMT_REF_STEP)
        at += pmt_put_varint(at, PMT_KEY_NEAR(key));
    if (!(form & PMT_FORM_ARGS))
        at += pmt_put_varint(at, PMT_KEY_ARG(key));
    ents->n_bytes = (size_t)(at - ents->bytes);
    return (uint16_t)ents->n++;
}

static void add_class(struct entries *ents, uint64_t key)
{
    uint16_t *symbol = class_symbol(ents, key);

    if (*symbol == NO_SYMBOL)
        *symbol = (uint16_t)(add_entry(ents, key, class_form(key)) |
                             (has_operand(key) ? ESCAPED : 0));
}

/* Classes first, as every event may need one; the rest of the room is for the
 * most frequent events. */
static void choose_entries(struct pmt_encoder *enc, struct entries *ents)
{
    struct pmt_tally *tally = enc->tally;
    uint16_t chosen[PMT_ENTRIES_MAX];
    size_t n_chosen;

    ents->n = 0;
    ents->n_bytes = 0;
    memset(ents->symbol, 0xff, sizeof ents->symbol);
    for (uint32_t i = 0; i < enc->n_events; i++)
        enc->cells[i] = (uint16_t)pmt_tally_add(tally, enc->keys[i]);
    for (uint32_t i = 0; i < tally->n_used; i++)
        add_class(ents, tally->cells[tally->used[i]].key);
    if (tally->n_used == PMT_TALLY_KEYS) /* some may not have been counted */
        for (uint32_t i = 0; i < enc->n_events; i++)
            add_class(ents, enc->keys[i]);
    for (uint32_t i = 0; i < tally->n_used; i++) {
        struct pmt_tally_cell *cell = &tally->cells[tally->used[i]];

        cell->symbol = *class_symbol(ents, cell->key);
    }
    n_chosen = pmt_tally_select(tally, PMT_ENTRIES_MAX - ents->n, LEAST_USES, chosen);
    for (size_t i = 0; i < n_chosen; i++) {
        struct pmt_tally_cell *cell = &tally->cells[chosen[i]];

        if (cell->symbol & ESCAPED && PMT_KEY_REF(cell->key) != PMT_REF_STEPS)
            cell->symbol = add_entry(ents, cell->key, PMT_KEY_REF(cell->key));
    }
}

/* Writes the symbols at `at`, the operands of escaped events into the scratch. */
static void put_symbols(struct pmt_encoder *enc, struct entries *ents, uint8_t *at)
{
    uint8_t *ages = enc->ages, *steps = enc->steps, *args = enc->args;
    const uint32_t *far = enc->far;

    for (uint32_t i = 0; i < enc->n_events; i++) {
        uint64_t key = enc->keys[i];
        uint32_t symbol = enc->cells[i] == PMT_TALLY_NONE
                              ? *class_symbol(ents, key)
                              : enc->tally->cells[enc->cells[i]].symbol;

        at[i] = (uint8_t)symbol;
        if (PMT_LIKELY(!(symbol & ESCAPED)))
            continue;
        if (PMT_KEY_REF(key) == PMT_REF_AGE)
            ages += pmt_put_varint(ages, PMT_KEY_NEAR(key));
        else if (PMT_KEY_REF(key) == PMT_REF_STEP)
            steps += pmt_put_varint(steps, PMT_KEY_NEAR(key));
        else if (PMT_KEY_REF(key) == PMT_REF_STEPS)
            steps += pmt_put_varint(steps, *far++);
        if (pmt_op_forms[PMT_KEY_OP(key)].has_arg)
            args += pmt_put_varint(args, PMT_KEY_ARG(key));
    }
    enc->n_ages = (uint32_t)(ages - enc->ages);
    enc->n_steps = (uint32_t)(steps - enc->steps);
    enc->n_args = (uint32_t)(args - enc->args);
}

static uint8_t *put_bytes(uint8_t *at, const uint8_t *bytes, size_t n)
{
    memcpy(at, bytes, n);
    return at + n;
}

static uint8_t *put_wide(const struct pmt_encoder *enc, uint8_t *at)
{
    for (uint32_t i = 0; i < enc->n_wide; i++)
        at += pmt_put_varint(at, enc->wide[i]);
    return at;
}

static uint8_t *put_checks(const struct pmt_encoder *enc, uint8_t *at)
{
    uint32_t n = enc->n_placements / PMT_CHECK_WINDOW;

    for (uint32_t i = 0; i < n; i++, at += 4)
        pmt_put_le32(at, enc->check[i]);
    if (enc->n_placements % PMT_CHECK_WINDOW) {
        pmt_put_le32(at, (uint32_t)(enc->check_hash >> 32));
        at += 4;
    }
    return at;
}

size_t pmt_encode(struct pmt_encoder *enc)
{
    struct entries ents;
    uint8_t *at, *wide;

    choose_entries(enc, &ents);
    at = put_bytes(enc->raw + HEADER_BYTES, ents.bytes, ents.n_bytes);
    put_symbols(enc, &ents, at);
    at = put_bytes(at + enc->n_events, enc->ages, enc->n_ages);
    at = put_bytes(at, enc->steps, enc->n_steps);
    wide = put_bytes(at, enc->args, enc->n_args);
    at = put_wide(enc, wide);
    pmt_put_le32(enc->raw, ents.n);
    pmt_put_le32(enc->raw + 4, enc->n_ages);
    pmt_put_le32(enc->raw + 8, enc->n_steps);
    pmt_put_le32(enc->raw + 12, enc->n_args);
    pmt_put_le32(enc->raw + 16, (uint32_t)(at - wide));
    pmt_put_le32(enc->raw + 20, enc->n_placements);
    pmt_tally_clear(enc->tally);
    return (size_t)(put_checks(enc, at) - enc->raw);
}
