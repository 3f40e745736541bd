/* raise.h - exceptions worded as the version words them. For src/object.
 *
 *     return pmt_raise_text(o, PMT_RAISE_UNHASHABLE, pmt_type_full(o, x), NULL, NULL); */
#ifndef PMT_OBJECT_RAISE_H
#define PMT_OBJECT_RAISE_H

#include "object/objects.h"

enum pmt_raise_id {
#define AT(major, minor, text)
#define RAISE(id, exception, ...) PMT_RAISE_##id,
#include "object/raise.def"
    PMT_N_RAISES
};

/* Raise a row of raise.def; s1, s2, s3 (may be NULL: empty) are put in for $1, $2, $3.
 * Returns false. */
bool pmt_raise_text(struct pmt_objects *o, enum pmt_raise_id id, const char *s1, const char *s2,
                    const char *s3);
/* The same with the types of objects: of x for $1, of y (may be 0) for $2. */
bool pmt_raise_type(struct pmt_objects *o, enum pmt_raise_id id, pmt_obj x, pmt_obj y);
/* An operator between a and b: symbol for $1, their types for $2 and $3. */
bool pmt_raise_operands(struct pmt_objects *o, enum pmt_raise_id id, const char *symbol,
                        pmt_obj a, pmt_obj b);

#endif
