/* number.h - arithmetic as Python does it, on numbers that are no objects. For src/object.
 *
 *     struct pmt_num a, b, sum;
 *     if (pmt_num_of(o, x, &a) && pmt_num_of(o, y, &b) && pmt_num_binary(o, op, ...)) */
#ifndef PMT_OBJECT_NUMBER_H
#define PMT_OBJECT_NUMBER_H

#include "object/objects.h"

enum pmt_num_kind { PMT_NUM_INT, PMT_NUM_FLOAT, PMT_NUM_COMPLEX };

struct pmt_num {
    enum pmt_num_kind kind;
    pmt_int i;          /* INT */
    double real, imag;  /* FLOAT, COMPLEX; of an INT not set */
};

/* The number that x is (bool: an int); false: none. */
bool pmt_num_of(const struct pmt_objects *o, pmt_obj x, struct pmt_num *out);
/* A new reference; PMT_NO_OBJ: raised. */
pmt_obj pmt_num_object(struct pmt_objects *o, const struct pmt_num *n);

/* x op y, op as pmt_binary has it. a and b are the objects that they are, for error texts.
 * False: raised. */
bool pmt_num_binary(struct pmt_objects *o, char op, const struct pmt_num *x,
                    const struct pmt_num *y, pmt_obj a, pmt_obj b, struct pmt_num *out);

/* "+", "** or pow()": how errors name the operator op. */
const char *pmt_operator_symbol(char op);

/* Exactly, an int beside a float too: below 0, 0, above 0, or PMT_UNORDERED with a nan.
 * Of complex numbers: 0 if equal, else PMT_UNORDERED. */
#define PMT_UNORDERED 2
int pmt_num_compare(const struct pmt_num *x, const struct pmt_num *y);

/* The largest magnitude of a script's int is one less. */
#define PMT_INT_LIMIT ((pmt_int)1 << 120)
/* OverflowError if it is past that: false. */
bool pmt_int_fits(struct pmt_objects *o, pmt_int value);
/* int(d), towards zero. False: ValueError of a nan, OverflowError. */
bool pmt_int_of_double(struct pmt_objects *o, double d, pmt_int *out);

#endif
