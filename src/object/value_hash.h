/* value_hash.h - hash(x) of values, as a version of CPython computes it. For src/object.
 *
 * Pure functions of the value: what a container contains comes as the hashes of its
 * items. Text is hashed as under PYTHONHASHSEED=0, so that the same script fills the same
 * slots of the same tables each time. Never -1: that is CPython's sign of an error. */
#ifndef PMT_OBJECT_VALUE_HASH_H
#define PMT_OBJECT_VALUE_HASH_H

#include <stddef.h>
#include <stdint.h>
#include "object/objects.h" /* pmt_int */
#include "object/shape.h"

/* An int, long or bool. */
int64_t pmt_hash_int(const struct pmt_shape *s, pmt_int value);
/* nan where s->hash_nan_id is set: as from pmt_hash_pointer, which the caller knows. */
int64_t pmt_hash_float(const struct pmt_shape *s, double value);
int64_t pmt_hash_complex(const struct pmt_shape *s, double real, double imag);
/* Text or bytes as they lie in memory, n bytes: 2.x str and 3.x bytes themselves; compact
 * text (3.3+) 1, 2 or 4 bytes for each character, all as wide as its widest. */
int64_t pmt_hash_text(const struct pmt_shape *s, const void *bytes, size_t n);
/* Text whose characters have a block of their own (unicode of 2.x, str up to 3.2). */
int64_t pmt_hash_wide_text(const struct pmt_shape *s, const uint32_t *characters, size_t n);
/* Of the hashes of its n items, in order. */
int64_t pmt_hash_tuple(const struct pmt_shape *s, const int64_t *hashes, size_t n);
/* Of the hashes of its n members, in any order. */
int64_t pmt_hash_frozenset(const struct pmt_shape *s, const int64_t *hashes, size_t n);
/* An object that is hashed by where it is: id(x). */
int64_t pmt_hash_pointer(const struct pmt_shape *s, uint64_t id);

#endif
