/* list_curve.h - how often a free list would serve an object, by its length: for all lengths
 * at once. For src/replay.
 *
 * Let n[N] be how many objects a list of at most N holds. A death adds one unless the list
 * is full, a birth takes one unless it is empty, so that of two lists, one longer by 1, the
 * longer holds as many or one more: d[N] = n[N] - n[N - 1] is 0 or 1. In terms of d
 *
 *     death   lists up to the first d that is 0 are full, and stay as they are; those from
 *             there on take one more: that d becomes 1
 *     birth   lists before the first d that is 1 are empty, and miss; those from there on
 *             serve it: that d becomes 0
 *     clear   every d becomes 0
 *
 * So one bit per length and a count of where births are first served say for each length how
 * many were: one walk over the events instead of one replay per length.
 *
 * What hangs on the length by other ways is left out: an object from the list raises no
 * count of the collector, so that another length moves its collections a little. */
#ifndef PMT_REPLAY_LIST_CURVE_H
#define PMT_REPLAY_LIST_CURVE_H

#include <stdbool.h>
#include <stdint.h>

struct pmt_list_curve {
    uint32_t most;         /* the longest length */
    uint64_t *differs;     /* d[1 ... most], one bit each, from bit 0 */
    uint64_t *served_from; /* [most]: births served from length i + 1 on */
    uint64_t n_births;
};

/* most: at least 1. False: out of memory. */
bool pmt_list_curve_init(struct pmt_list_curve *c, uint32_t most);
void pmt_list_curve_release(struct pmt_list_curve *c); /* zeroed is allowed */

void pmt_list_curve_death(struct pmt_list_curve *c);
void pmt_list_curve_birth(struct pmt_list_curve *c);
/* A birth that no list serves, whatever its length. */
void pmt_list_curve_past(struct pmt_list_curve *c);

/* A collection empties the list. */
void pmt_list_curve_clear(struct pmt_list_curve *c);

/* Births that a list of this length serves, of n_births; up to `most`. */
uint64_t pmt_list_curve_hits(const struct pmt_list_curve *c, uint32_t length);

#endif
