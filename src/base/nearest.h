/* nearest.h - the name a mistyped word was meant to be. For all of src. */
#ifndef PMT_BASE_NEAREST_H
#define PMT_BASE_NEAREST_H

#include <stddef.h>

/* The name with the fewest slips (a letter left out, added, changed, or two
 * neighbours swapped) from word; the first of several. NULL if none is close: at
 * most a third of the word may be wrong, though always two letters. Borrowed
 * from names. */
const char *pmt_nearest(const char *word, const char *const *names, size_t n);

#endif
