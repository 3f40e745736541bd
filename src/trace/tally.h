/* tally.h - which events of a chunk deserve a dictionary entry; for encode.c. */
#ifndef PMT_TRACE_TALLY_H
#define PMT_TRACE_TALLY_H

#include <stddef.h>
#include <stdint.h>

/* A complete event in one number: op in bits 0-7, enum pmt_ref in 8-10, the age
 * or the (zigzag) step in 16-31, arg in 32-63. Never 0, as op never is. */
#define PMT_KEY(op, ref, near, arg)                                            \
    ((uint64_t)(op) | (uint64_t)(ref) << 8 | (uint64_t)(near) << 16 |          \
     (uint64_t)(arg) << 32)
#define PMT_KEY_OP(key)   ((unsigned)((key) & 0xff))
#define PMT_KEY_REF(key)  ((unsigned)((key) >> 8 & 7))
#define PMT_KEY_NEAR(key) ((uint32_t)((key) >> 16 & 0xffff))
#define PMT_KEY_ARG(key)  ((uint32_t)((key) >> 32))
#define PMT_NEAR_MAX      0xffffu /* larger steps are not counted as such */

#define PMT_TALLY_CELLS 0x8000u /* a power of two, at most 0x8000 */
#define PMT_TALLY_KEYS  0x5000u /* different keys counted, at most */
#define PMT_TALLY_NONE  0xffffu /* "was not counted" */

struct pmt_tally_cell {
    uint64_t key;    /* 0 = free */
    uint32_t n;      /* times it was added */
    uint32_t symbol; /* for encode.c */
};

struct pmt_tally {
    struct pmt_tally_cell cells[PMT_TALLY_CELLS]; /* open addressing */
    uint16_t used[PMT_TALLY_KEYS];                /* cells, in order of first sight */
    uint32_t n_used;                              /* cells in used[] */
    uint32_t n_with[0x1000];                      /* scratch of _select */
};

/* Count key; its cell, or PMT_TALLY_NONE when too many different ones came. */
static inline unsigned pmt_tally_add(struct pmt_tally *t, uint64_t key)
{
    size_t i = (size_t)(key * 0x9E3779B97F4A7C15u >> 49);

    for (;; i = (i + 1) & (PMT_TALLY_CELLS - 1)) {
        struct pmt_tally_cell *cell = &t->cells[i];

        if (cell->key == key) {
            cell->n++;
            return (unsigned)i;
        }
        if (cell->key)
            continue;
        if (t->n_used == PMT_TALLY_KEYS)
            return PMT_TALLY_NONE;
        *cell = (struct pmt_tally_cell){.key = key, .n = 1};
        t->used[t->n_used++] = (uint16_t)i;
        return (unsigned)i;
    }
}

/* The (at most) n_max most frequent cells that were added at least n_least times,
 * in order of first sight, into out[]; how many. The same for the same adds. */
size_t pmt_tally_select(struct pmt_tally *t, size_t n_max, uint32_t n_least,
                        uint16_t *out);

/* Forget everything. */
void pmt_tally_clear(struct pmt_tally *t);

#endif
