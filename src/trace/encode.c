/* encode.c - the events of a chunk as columns.
 *
 * Programs repeat themselves: of the 65536 events of a chunk, few are different
 * when an event is (op, size) for an alloc and (free, age) for a free, where age
 * counts the allocs between the block's birth and its death. So the main column
 * holds one byte per event, an index into a dictionary of complete events that
 * the chunk brings with it:
 *
 *   n_entries, bytes of ages, of slots, of args, of wide, n_placements (32 bit)
 *   entries   op, form, [age], [arg]      form: enum pmt_ref | PMT_FORM_ARGS
 *   symbols   one byte per event
 *   ages      varints: for entries whose form is PMT_REF_AGES
 *   slots     varints: PMT_REF_SLOTS, zigzag difference to the one before
 *   args      varints: PMT_FORM_ARGS
 *   wide      varints
 *   checks    32 bit each, one per PMT_CHECK_WINDOW placements
 *
 * A block born in the same chunk is named by its age, any other by its slot, so
 * that an alloc carries no name and a chunk can be read alone but for the slots.
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
#define ENTRY_MAX      (2u + 3u + 5u) /* op, form, age, arg */
#define PER_EVENT_MAX  (1u + 5u + 5u + 2u * PMT_VARINT_MAX)
#define ESCAPED        0x100u /* symbol of a class: operands are in the columns */
#define NO_SYMBOL      0xffffu

/* The dictionary while it is made. */
struct entries {
    uint32_t n;                       /* entries so far */
    uint16_t symbol[PMT_N_CLASSES];   /* of the class, or NO_SYMBOL */
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
    enc->refs = pmt_alloc_array(n, sizeof *enc->refs);
    enc->wide = pmt_alloc_array(n * 2, sizeof *enc->wide);
    enc->cells = pmt_alloc_array(n, sizeof *enc->cells);
    enc->args = pmt_alloc_array(n, 5);
    enc->raw = pmt_alloc(pmt_encode_bound());
    enc->tally = pmt_zalloc(sizeof *enc->tally);
    return enc->keys && enc->refs && enc->wide && enc->cells && enc->args &&
           enc->raw && enc->tally;
}

void pmt_encoder_release(struct pmt_encoder *enc)
{
    pmt_free(enc->keys);
    pmt_free(enc->refs);
    pmt_free(enc->wide);
    pmt_free(enc->cells);
    pmt_free(enc->args);
    pmt_free(enc->raw);
    pmt_free(enc->tally);
    *enc = (struct pmt_encoder){0};
}

void pmt_encoder_clear(struct pmt_encoder *enc)
{
    enc->n_events = enc->n_refs = enc->n_wide = enc->n_placements = 0;
    enc->check_hash = 0;
}

/* Is there an operand that an entry of its own would save? */
static bool has_operand(uint64_t key)
{
    return PMT_KEY_REF(key) == PMT_REF_AGE || pmt_op_forms[PMT_KEY_OP(key)].has_arg;
}

static uint16_t add_entry(struct entries *ents, uint64_t key, unsigned form)
{
    uint8_t *at = ents->bytes + ents->n_bytes;

    pmt_assert(ents->n < PMT_ENTRIES_MAX);
    *at++ = (uint8_t)PMT_KEY_OP(key);
    *at++ = (uint8_t)form;
    if ((form & PMT_REF_MASK) == PMT_REF_AGE)
        at += pmt_put_varint(at, PMT_KEY_AGE(key));
    if (!(form & PMT_FORM_ARGS))
        at += pmt_put_varint(at, PMT_KEY_ARG(key));
    ents->n_bytes = (size_t)(at - ents->bytes);
    return (uint16_t)ents->n++;
}

/* The form of the class entry: every operand in its column. */
static unsigned class_form(uint64_t key)
{
    unsigned ref = PMT_KEY_REF(key);

    return (ref == PMT_REF_AGE ? (unsigned)PMT_REF_AGES : ref) |
           (pmt_op_forms[PMT_KEY_OP(key)].has_arg ? PMT_FORM_ARGS : 0);
}

static void add_class(struct entries *ents, uint64_t key)
{
    uint16_t *symbol = &ents->symbol[PMT_KEY_CLASS(key)];

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

        cell->symbol = ents->symbol[PMT_KEY_CLASS(cell->key)];
    }
    n_chosen = pmt_tally_select(tally, PMT_ENTRIES_MAX - ents->n, LEAST_USES, chosen);
    for (size_t i = 0; i < n_chosen; i++) {
        struct pmt_tally_cell *cell = &tally->cells[chosen[i]];

        if (cell->symbol & ESCAPED)
            cell->symbol = add_entry(ents, cell->key, PMT_KEY_REF(cell->key));
    }
}

/* Symbols at `at`, behind them the ages; the args into their scratch. Returns
 * where the ages end. */
static uint8_t *put_symbols(struct pmt_encoder *enc, const struct entries *ents,
                            uint8_t *at, size_t *n_args)
{
    uint8_t *ages = at + enc->n_events;
    uint8_t *args = enc->args;

    for (uint32_t i = 0; i < enc->n_events; i++) {
        uint64_t key = enc->keys[i];
        uint32_t symbol = enc->cells[i] == PMT_TALLY_NONE
                              ? ents->symbol[PMT_KEY_CLASS(key)]
                              : enc->tally->cells[enc->cells[i]].symbol;

        at[i] = (uint8_t)symbol;
        if (PMT_LIKELY(!(symbol & ESCAPED)))
            continue;
        if (PMT_KEY_REF(key) == PMT_REF_AGE)
            ages += pmt_put_varint(ages, PMT_KEY_AGE(key));
        if (pmt_op_forms[PMT_KEY_OP(key)].has_arg)
            args += pmt_put_varint(args, PMT_KEY_ARG(key));
    }
    *n_args = (size_t)(args - enc->args);
    return ages;
}

static uint8_t *put_slots(const struct pmt_encoder *enc, uint8_t *at)
{
    uint32_t before = 0;

    for (uint32_t i = 0; i < enc->n_refs; i++) {
        uint32_t step = enc->refs[i] - before;

        at += pmt_put_varint(at, step << 1 ^ (uint32_t)-(int32_t)(step >> 31));
        before = enc->refs[i];
    }
    return at;
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
    uint8_t *symbols, *ages, *slots, *args, *wide, *checks;
    size_t n_args;

    choose_entries(enc, &ents);
    memcpy(enc->raw + HEADER_BYTES, ents.bytes, ents.n_bytes);
    symbols = enc->raw + HEADER_BYTES + ents.n_bytes;
    ages = symbols + enc->n_events;
    slots = put_symbols(enc, &ents, symbols, &n_args);
    args = put_slots(enc, slots);
    memcpy(args, enc->args, n_args);
    wide = args + n_args;
    checks = put_wide(enc, wide);
    pmt_put_le32(enc->raw, ents.n);
    pmt_put_le32(enc->raw + 4, (uint32_t)(slots - ages));
    pmt_put_le32(enc->raw + 8, (uint32_t)(args - slots));
    pmt_put_le32(enc->raw + 12, (uint32_t)n_args);
    pmt_put_le32(enc->raw + 16, (uint32_t)(checks - wide));
    pmt_put_le32(enc->raw + 20, enc->n_placements);
    pmt_tally_clear(enc->tally);
    return (size_t)(put_checks(enc, checks) - enc->raw);
}
