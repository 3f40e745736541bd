/* shape.h - what objects of a version of CPython look like: sizes, blocks, growth, free
 * lists, rules. Data only; rows in shape.def. For src/object, src/gc, src/script.
 *
 *     struct pmt_shape shape;
 *     pmt_shape_of(config->version, PMT_SHAPE_CPYTHON, &shape);
 *
 * A row of shape.def is a property: its value in 2.5 and each version that changed it.
 * Sizes are in bytes of a 64-bit build. */
#ifndef PMT_OBJECT_SHAPE_H
#define PMT_OBJECT_SHAPE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pymemtrace/config.h> /* PMT_PYTHON() */

enum pmt_shape_flavour { PMT_SHAPE_CPYTHON, PMT_SHAPE_NOTES, PMT_SHAPE_TINY };

/* How a list grows (Objects/listobject.c, list_resize). */
enum { PMT_LIST_GROW_EIGHTH_3_6, PMT_LIST_GROW_EIGHTH_ROUND_4 };
/* How a dict's table grows when it is full (Objects/dictobject.c, GROWTH_RATE). */
enum { PMT_DICT_GROW_X4, PMT_DICT_GROW_X2, PMT_DICT_GROW_X2_HALF, PMT_DICT_GROW_X3 };
/* Where a dict keeps its entries. */
enum { PMT_DICT_INLINE_8,  /* 2.x ... 3.2: eight slots in the object, else one table */
       PMT_DICT_KEYS,      /* 3.3 ... 3.5: a keys block, entries by hash */
       PMT_DICT_COMPACT,   /* 3.6+: a keys block: index, then entries in order */
       PMT_DICT_COMPACT_UNICODE /* 3.11+: and 16-byte entries while all keys are str */ };
/* Where instances of plain classes keep their attributes. */
enum { PMT_ATTRS_DICT,          /* a dict of its own */
       PMT_ATTRS_SPLIT_DICT,    /* 3.3 ... 3.10: a dict whose keys the class shares */
       PMT_ATTRS_VALUES,        /* 3.11, 3.12: an array of values, no dict until asked for */
       PMT_ATTRS_INLINE_VALUES  /* 3.13+: in the instance's own block */ };
/* What becomes of finalizers in garbage. */
enum { PMT_FINALIZERS_UNCOLLECTABLE, /* 2.x ... 3.3: gc.garbage */
       PMT_FINALIZERS_ALL_OR_NOTHING, /* 3.4 ... 3.8: one resurrection saves all */
       PMT_FINALIZERS_EACH };        /* 3.9+: only what is reachable again stays */
/* Where call frames are. */
enum { PMT_FRAMES_ZOMBIE,       /* up to 3.10: an object; one kept per code, 200 in a list */
       PMT_FRAMES_STACK };      /* 3.11+: in 16 KiB chunks of the data stack */
/* When a set's table is full (Objects/setobject.c, set_add_entry). */
enum { PMT_SETS_HALF_X4_2_3,    /* up to 3.5: resize if fill * 3 >= (mask + 1) * 2 */
       PMT_SETS_MASK_2_3,       /* 3.6: fill * 3 >= mask * 2 */
       PMT_SETS_MASK_3_5 };     /* 3.7+: fill * 5 >= mask * 3 */
enum { PMT_HASH_STR_FNV,        /* 2.x: multiply by 1000003, not randomised */
       PMT_HASH_STR_SIP24, PMT_HASH_STR_SIP13 };  /* 3.4+, 3.11+; key of PYTHONHASHSEED=0 */
enum { PMT_HASH_TUPLE_MULTIPLY, PMT_HASH_TUPLE_XX }; /* 3.8+: xxHash */

/* Free lists by name; tuples have one for each length. */
enum pmt_free_list_id {
#define FREE_LIST(id, name) PMT_FREE_##id,
#include "object/free_list.def"
    PMT_N_FREE_LISTS
};
#define PMT_UNLIMITED UINT32_MAX

struct pmt_shape {
    uint32_t version;
    uint32_t max[PMT_N_FREE_LISTS];        /* entries; 0: there is no such list */
    bool cleared[PMT_N_FREE_LISTS];        /* by a full collection */
#define SHAPE(type, name, ...) type name;
#include "object/shape.def"
};

/* The shape of a version, PMT_PYTHON(); before 2.5: that of 2.5. NOTES: what the study
 * notes tell, on the shape of 2.5 ... 2.7. TINY: that of 3.11 with free lists of 2. */
void pmt_shape_of(uint32_t version, enum pmt_shape_flavour flavour, struct pmt_shape *out);

/* -- rules that are more than a number: bytes, slots, digits -- */

/* Slots that list_resize leaves for new_size items; may be allocated. */
uint64_t pmt_shape_list_grow(const struct pmt_shape *s, uint64_t allocated, uint64_t old_size,
                             uint64_t new_size);
/* The same of an array that more items come to: array_resize. */
uint64_t pmt_shape_array_grow(uint64_t allocated, uint64_t old_size, uint64_t new_size);

/* Entries a table of so many slots takes. INLINE_8: it grows once it has more; later ones:
 * before it would. slots 0: no table yet. */
uint64_t pmt_shape_dict_usable(const struct pmt_shape *s, uint64_t slots);
/* Slots of a dict made for n entries ({..} of n items, fromkeys). */
uint64_t pmt_shape_dict_presize(const struct pmt_shape *s, uint64_t n);
/* Slots of a full table's successor. used: live entries; INLINE_8: with the new one. */
uint64_t pmt_shape_dict_grown(const struct pmt_shape *s, uint64_t used, uint64_t slots);
/* Slots that a dict has before `other` entries of another dict are put in, if its table is
 * not simply cloned; may be slots. fill: entries ever put into its table. */
uint64_t pmt_shape_dict_merged(const struct pmt_shape *s, uint64_t slots, uint64_t fill,
                               uint64_t used, uint64_t other);
/* Whether a dict with such a table is copied, deleted entries and all: by d.copy() (copy),
 * or into an empty dict. */
bool pmt_shape_dict_cloned(const struct pmt_shape *s, bool copy, uint64_t slots,
                           uint64_t fill, uint64_t used);
/* Bytes of the block that holds a dict's table; 0: it lies in the object. unicode: all keys
 * are text. */
uint64_t pmt_shape_dict_table_bytes(const struct pmt_shape *s, uint64_t slots, bool unicode);

/* Must a set grow after a member took an unused slot? fill counts it. Also asked with the
 * members that come by a merge added, before it. */
bool pmt_shape_set_full(const struct pmt_shape *s, uint64_t fill, uint64_t mask);
uint64_t pmt_shape_set_grown(const struct pmt_shape *s, uint64_t used); /* slots */
/* Slots of a set that is full with the members that come: used counts them. */
uint64_t pmt_shape_set_merged(const struct pmt_shape *s, uint64_t used);

/* Size of a text, its header and its characters: in its own block, and in a second one (3.2
 * and before; else 0). unicode: that type of 2.x, else str. width: bytes of the widest
 * character, 1, 2 or 4; ascii: all below 128. */
void pmt_shape_str(const struct pmt_shape *s, bool unicode, uint64_t n_chars, unsigned width,
                   bool ascii, uint64_t *own, uint64_t *buffer);
/* An int that is not s->int_flat; n_digits of its magnitude in s->int_digit_bits each. */
uint64_t pmt_shape_int_bytes(const struct pmt_shape *s, unsigned n_digits);
/* Room for n attributes of an instance: the second block (PMT_ATTRS_VALUES), what its own
 * block grows by (INLINE_VALUES), or that of a dict with shared keys (SPLIT_DICT). */
uint64_t pmt_shape_values_bytes(const struct pmt_shape *s, uint64_t n);

#endif
