/* shape.c - the rows of shape.def as of one version, and the rules of growth.
 *
 * A rule is chosen by a row, never by a version: what differs between releases is in
 * shape.def alone. Sizes of tables are powers of two; releases differ in whether a table
 * must have more slots than a number or as many. */
#include "object/shape.h"

#include "base/check.h"

struct change {
    uint32_t since;
    int64_t value;
};

static int64_t value_at(const struct change *changes, size_t n, uint32_t version)
{
    while (n > 1 && changes[n - 1].since > version)
        n--;
    return changes[n - 1].value;
}

#define AT(major, minor, micro, value) {PMT_PYTHON(major, minor, micro), value}
#define SHAPE(type, name, help, ...) \
    static const struct change name##_changes[] = {__VA_ARGS__};
#include "object/shape.def"
#define AT(major, minor, micro, value) {PMT_PYTHON(major, minor, micro), value}
#define FREE_MAX(id, help, ...) static const struct change id##_max[] = {__VA_ARGS__};
#define FREE_CLEARED(id, help, ...) static const struct change id##_cleared[] = {__VA_ARGS__};
#include "object/free_list_max.def"

#define VALUE(changes) value_at(changes, sizeof(changes) / sizeof *(changes), version)

static void fill(struct pmt_shape *out, uint32_t version)
{
    out->version = version;
#define SHAPE(type, name, ...) out->name = (type)VALUE(name##_changes);
#include "object/shape.def"
#define FREE_MAX(id, ...) out->max[PMT_FREE_##id] = (uint32_t)VALUE(id##_max);
#define FREE_CLEARED(id, ...) out->cleared[PMT_FREE_##id] = (bool)VALUE(id##_cleared);
#include "object/free_list_max.def"
}

/* Blocks of ints and floats are not given back until the program's exit. */
static void as_the_notes_tell(struct pmt_shape *out)
{
    out->cleared[PMT_FREE_INT] = false;
    out->cleared[PMT_FREE_FLOAT] = false;
}

#define TINY_LIST 2 /* full, and empty again, within a few events */

static void shorten_lists(struct pmt_shape *out)
{
    for (unsigned i = 0; i < PMT_N_FREE_LISTS; i++)
        if (out->max[i] > TINY_LIST)
            out->max[i] = TINY_LIST;
}

void pmt_shape_of(uint32_t version, enum pmt_shape_flavour flavour, struct pmt_shape *out)
{
    fill(out, version);
    if (flavour == PMT_SHAPE_NOTES)
        as_the_notes_tell(out);
    else if (flavour == PMT_SHAPE_TINY)
        shorten_lists(out);
}

/* -- lists -- */

uint64_t pmt_shape_list_grow(const struct pmt_shape *s, uint64_t allocated, uint64_t old_size,
                             uint64_t new_size)
{
    uint64_t room;

    if (allocated >= new_size && new_size >= allocated >> 1)
        return allocated;
    if (new_size == 0)
        return 0;
    if (s->list_grow == PMT_LIST_GROW_EIGHTH_3_6)
        return new_size + (new_size >> 3) + (new_size < 9 ? 3 : 6);
    room = (new_size + (new_size >> 3) + 6) & ~UINT64_C(3);
    /* Many at once: no room for more of them than came. */
    if (new_size > old_size && new_size - old_size > room - new_size)
        room = (new_size + 3) & ~UINT64_C(3);
    return room;
}

uint64_t pmt_shape_array_grow(uint64_t allocated, uint64_t old_size, uint64_t new_size)
{
    if (allocated >= new_size)
        return allocated;
    return new_size + (new_size >> 4) + (old_size < 8 ? 3 : 7);
}

/* -- tables -- */

#define LEAST_SLOTS 8
#define MOST_PRESIZED (UINT64_C(1) << 17) /* slots: _PyDict_NewPresized */
#define LARGE 50000                       /* entries: from there tables grow by less */

static uint64_t slots_at_least(uint64_t n)
{
    uint64_t slots = LEAST_SLOTS;

    while (slots < n && slots)
        slots <<= 1;
    return slots;
}

static uint64_t slots_above(uint64_t n)
{
    return slots_at_least(n + 1);
}

static bool is_compact(const struct pmt_shape *s)
{
    return s->dict_store == PMT_DICT_COMPACT || s->dict_store == PMT_DICT_COMPACT_UNICODE;
}

/* calculate_keysize. The fault: bits of the number are set before it is lowered by one. */
static uint64_t compact_slots(const struct pmt_shape *s, uint64_t least)
{
    if (!s->dict_keysize_fault)
        return slots_at_least(least);
    return slots_above(((least | LEAST_SLOTS) - 1) | (LEAST_SLOTS - 1));
}

/* estimate_keysize: slots that n entries leave a third of unused. */
static uint64_t slots_for(const struct pmt_shape *s, uint64_t n)
{
    return compact_slots(s, (n * 3 + 1) / 2);
}

uint64_t pmt_shape_dict_usable(const struct pmt_shape *s, uint64_t slots)
{
    if (!slots)
        return 0;
    if (s->dict_store == PMT_DICT_INLINE_8) /* the most n with n * 3 < slots * 2 */
        return (2 * slots - 1) / 3;
    return (2 * slots + (s->dict_store == PMT_DICT_KEYS)) / 3;
}

uint64_t pmt_shape_dict_presize(const struct pmt_shape *s, uint64_t n)
{
    if (n <= pmt_shape_dict_usable(s, LEAST_SLOTS) || !s->dict_presized)
        return LEAST_SLOTS;
    if (!is_compact(s))
        return slots_above(n);
    return n > pmt_shape_dict_usable(s, MOST_PRESIZED) ? MOST_PRESIZED : slots_for(s, n);
}

uint64_t pmt_shape_dict_grown(const struct pmt_shape *s, uint64_t used, uint64_t slots)
{
    switch (s->dict_grow) {
    case PMT_DICT_GROW_X4:
        return slots_above(used * (used > LARGE ? 2 : 4));
    case PMT_DICT_GROW_X2:
        return slots_above(used * 2);
    case PMT_DICT_GROW_X2_HALF:
        used = used * 2 + slots / 2;
        return is_compact(s) ? slots_at_least(used) : slots_above(used);
    default:
        pmt_assert(s->dict_grow == PMT_DICT_GROW_X3);
        return compact_slots(s, used * 3);
    }
}

uint64_t pmt_shape_dict_merged(const struct pmt_shape *s, uint64_t slots, uint64_t fill_,
                               uint64_t used, uint64_t other)
{
    uint64_t usable = pmt_shape_dict_usable(s, slots);

    if (is_compact(s))
        return usable < other ? slots_for(s, used + other) : slots;
    if (s->dict_store == PMT_DICT_KEYS)
        return (usable - fill_) * 3 < other * 2 ? slots_above((used + other) * 2) : slots;
    return (fill_ + other) * 3 >= slots * 2 ? slots_above((used + other) * 2) : slots;
}

bool pmt_shape_dict_cloned(const struct pmt_shape *s, bool copy, uint64_t slots,
                           uint64_t fill_, uint64_t used)
{
    if (copy && s->dict_copy_clones && used >= fill_ * 2 / 3)
        return true;
    return s->dict_merge_clones && used == fill_ &&
           (slots == LEAST_SLOTS || pmt_shape_dict_usable(s, slots / 2) < used);
}

/* Bytes of an index that numbers so many slots. */
static uint64_t index_bytes(uint64_t slots)
{
    if (slots <= 0x80)
        return slots;
    if (slots <= 0x8000)
        return slots * 2;
    return slots * (slots <= UINT64_C(0x80000000) ? 4 : 8);
}

#define KEYS_HEAD 32         /* refcnt, size, lookup, usable; 3.11+: log2 sizes, version */
#define KEYS_HEAD_COMPACT 40 /* and nentries */
#define UNICODE_ENTRY 16     /* key, value: the hash is in the key */

uint64_t pmt_shape_dict_table_bytes(const struct pmt_shape *s, uint64_t slots, bool unicode)
{
    uint64_t usable = pmt_shape_dict_usable(s, slots);

    switch (s->dict_store) {
    case PMT_DICT_INLINE_8:
        return slots > LEAST_SLOTS ? slots * s->dict_entry : 0;
    case PMT_DICT_KEYS:
        return KEYS_HEAD + slots * s->dict_entry;
    case PMT_DICT_COMPACT:
        return KEYS_HEAD_COMPACT + index_bytes(slots) + usable * s->dict_entry;
    default:
        pmt_assert(s->dict_store == PMT_DICT_COMPACT_UNICODE);
        return KEYS_HEAD + index_bytes(slots) +
               usable * (unicode ? UNICODE_ENTRY : s->dict_entry);
    }
}

bool pmt_shape_set_full(const struct pmt_shape *s, uint64_t fill_, uint64_t mask)
{
    switch (s->set_grow) {
    case PMT_SETS_HALF_X4_2_3:
        return fill_ * 3 >= (mask + 1) * 2;
    case PMT_SETS_MASK_2_3:
        return fill_ * 3 >= mask * 2;
    default:
        pmt_assert(s->set_grow == PMT_SETS_MASK_3_5);
        return fill_ * 5 >= mask * 3;
    }
}

uint64_t pmt_shape_set_grown(const struct pmt_shape *s, uint64_t used)
{
    (void)s;
    return slots_above(used * (used > LARGE ? 2 : 4));
}

uint64_t pmt_shape_set_merged(const struct pmt_shape *s, uint64_t used)
{
    (void)s;
    return slots_above(used * 2);
}

/* -- text, ints, attributes -- */

void pmt_shape_str(const struct pmt_shape *s, bool unicode, uint64_t n_chars, unsigned width,
                   bool ascii, uint64_t *own, uint64_t *buffer)
{
    *buffer = 0;
    if (s->str_is_bytes && !unicode) {
        *own = s->bytes_base + n_chars;
    } else if (s->unicode_bytes) {
        *own = s->unicode_bytes;
        *buffer = s->unicode_unit * (n_chars + 1);
    } else {
        *own = (ascii ? s->str_ascii_base : s->str_wide_base) + (n_chars + 1) * width;
    }
}

uint64_t pmt_shape_int_bytes(const struct pmt_shape *s, unsigned n_digits)
{
    if (n_digits < s->int_min_digits)
        n_digits = s->int_min_digits;
    return s->int_base + (uint64_t)n_digits * s->int_digit_bytes;
}

static uint64_t round_up_8(uint64_t n)
{
    return (n + 7) & ~UINT64_C(7);
}

#define VALUE_BYTES 8

/* In front of values (3.11, 3.12) or behind them: a byte for each, in the order in which
 * they were set. */
uint64_t pmt_shape_values_bytes(const struct pmt_shape *s, uint64_t n)
{
    uint64_t slots = LEAST_SLOTS / 2;

    switch (s->attrs) {
    case PMT_ATTRS_VALUES:
        return round_up_8(n + 2) + n * VALUE_BYTES;
    case PMT_ATTRS_INLINE_VALUES:
        return round_up_8(n) + (n + 1) * VALUE_BYTES;
    default:
        if (is_compact(s))
            return n * VALUE_BYTES;
        while (pmt_shape_dict_usable(s, slots) < n) /* one for each slot */
            slots <<= 1;
        return slots * VALUE_BYTES;
    }
}
