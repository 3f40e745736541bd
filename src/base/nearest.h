/* nearest.h - the name a mistyped word was meant to be. For all of src. */
#ifndef PMT_BASE_NEAREST_H
#define PMT_BASE_NEAREST_H

#include <stddef.h>

/* The name with the fewest slips (a letter left out, added, changed, or two
 * neighbours swapped) from word; the first of several. NULL if none is close: at
 * most a third of the word may be wrong, though always two letters. Of names that
 * word only adds to, the longest goes before all others: 3.10.1 is near to 3.10, not
 * to 3.14.1. Borrowed from names. */
const char *pmt_nearest(const char *word, const char *const *names, size_t n);

/* The name that word is the beginning of, where at most a quarter of the word may be
 * wrong, at its end: "blok" is blocks-only. NULL if there is none, or several begin
 * with as much of the word. Borrowed from names. */
const char *pmt_completion(const char *word, const char *const *names, size_t n);

#endif
