/* tally.c - the most frequent of many keys, in linear time.
 *
 * Sorting all keys of a chunk by frequency would cost more than packing it. A
 * histogram of frequencies shows which frequency is the last to be taken, and
 * how many of that one; one more pass takes them. */
#include "trace/tally.h"

#include <string.h>
#include "base/check.h"

#define N_BUCKETS (sizeof((struct pmt_tally *)0)->n_with / sizeof(uint32_t))

static uint32_t bucket_of(uint32_t n)
{
    return n < N_BUCKETS ? n : (uint32_t)N_BUCKETS - 1;
}

size_t pmt_tally_select(struct pmt_tally *t, size_t n_max, uint32_t n_least,
                        uint16_t *out)
{
    uint32_t last = N_BUCKETS; /* the lowest bucket that is taken */
    size_t n_above = 0;        /* cells in buckets above it */
    size_t n_out = 0, n_last;

    pmt_assert(n_least > 0);
    memset(t->n_with, 0, sizeof t->n_with);
    for (uint32_t i = 0; i < t->n_used; i++)
        t->n_with[bucket_of(t->cells[t->used[i]].n)]++;
    while (last > n_least && n_above + t->n_with[last - 1] <= n_max)
        n_above += t->n_with[--last];
    if (last > n_least)
        last--; /* this one only in part */
    else
        n_above -= last < N_BUCKETS ? t->n_with[last] : 0;
    n_last = n_max - n_above;
    for (uint32_t i = 0; i < t->n_used; i++) {
        uint32_t bucket = bucket_of(t->cells[t->used[i]].n);

        if (bucket > last || (bucket == last && n_last > 0)) {
            n_last -= bucket == last;
            out[n_out++] = t->used[i];
        }
    }
    pmt_assert(n_out <= n_max);
    return n_out;
}

void pmt_tally_clear(struct pmt_tally *t)
{
    for (uint32_t i = 0; i < t->n_used; i++)
        t->cells[t->used[i]].key = 0;
    t->n_used = 0;
}
