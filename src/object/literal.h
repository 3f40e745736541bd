/* literal.h - numbers and texts as Python writes them; UTF-8. For src/object. */
#ifndef PMT_OBJECT_LITERAL_H
#define PMT_OBJECT_LITERAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "base/strbuf.h"
#include "object/objects.h"

#define PMT_NUMBER_TEXT 48 /* room for a number's text, its NUL too */

/* Decimal. */
void pmt_int_text(pmt_int value, char out[PMT_NUMBER_TEXT]);
/* A float with so many digits, 0: as few as tell it from all others. alone: with ".0" where
 * it is whole, as a float has it and the parts of a complex number have not. late: the
 * exponent is written from the last digit on only (before 2.7, and in 3.0). */
void pmt_double_text(double d, unsigned digits, bool alone, bool late,
                     char out[PMT_NUMBER_TEXT]);

enum pmt_quote {
    PMT_QUOTE_BYTES,     /* bytes: all but ASCII as \xNN */
    PMT_QUOTE_ASCII,     /* UTF-8: all but ASCII as \xNN, \uNNNN, \UNNNNNNNN */
    PMT_QUOTE_PRINTABLE  /* UTF-8: what cannot be seen is escaped so */
};
/* The literal of a text of n bytes, in single quotes unless double ones save escapes. */
void pmt_quote_text(struct pmt_strbuf *sb, const char *text, size_t n, enum pmt_quote how);

/* The character at *at, which moves behind it; at < end. Never beyond end. */
uint32_t pmt_utf8_next(const char **at, const char *end);
/* Its bytes, 1 to 4; how many. */
size_t pmt_utf8_put(uint32_t code_point, char out[4]);

#endif
