/* shadow.h - from an address in the target to its slot and its place; for
 * src/record. See shadow.c. */
#ifndef PMT_RECORD_SHADOW_H
#define PMT_RECORD_SHADOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PMT_SHADOW_BITS 18 /* a granule is 256 KiB, the smallest arena there is */
#define PMT_SHADOW_BYTES ((uint64_t)1 << PMT_SHADOW_BITS)
#define PMT_SHADOW_SLOTS (PMT_SHADOW_BYTES >> 4) /* most blocks are 16-byte aligned */

struct pmt_granule {
    uint64_t key;      /* pmt_shadow_key() of its addresses; 0 = free entry */
    uint32_t *slots;   /* slot + 1 per 16 bytes, 0 = nothing there */
    uint32_t lo_end;   /* offsets below lie in the arena at lo_base (0: none) */
    uint32_t hi_begin; /* offsets from here lie in the arena at hi_base */
    uint64_t lo_place; /* place of an address in it = address + lo_place */
    uint64_t hi_place;
};

struct pmt_shadow {
    struct pmt_granule *table; /* open addressing, power of two, half full at most */
    struct pmt_granule *last;  /* the granule of the last look-up */
    uint32_t n, bits;          /* granules, log2 of the table */
};

bool pmt_shadow_init(struct pmt_shadow *sh);
void pmt_shadow_release(struct pmt_shadow *sh);

/* Some replacements of malloc align small blocks to 8 bytes only: those at odd
 * multiples have granules of their own, under the same number with the top bit set. */
static inline uint64_t pmt_shadow_key(uint64_t address)
{
    return ((address >> PMT_SHADOW_BITS) + 1) | (address & 8) << 60;
}

/* The granule of an address, made if new; NULL = out of memory. */
struct pmt_granule *pmt_shadow_find(struct pmt_shadow *sh, uint64_t address);

/* Where the slot of an address is kept, NULL = out of memory. */
static inline uint32_t *pmt_shadow_at(struct pmt_shadow *sh, uint64_t address)
{
    struct pmt_granule *g = sh->last;

    if (!g || g->key != pmt_shadow_key(address))
        g = pmt_shadow_find(sh, address);
    return g ? &g->slots[(address & (PMT_SHADOW_BYTES - 1)) >> 4] : NULL;
}

/* Whether the address of the last pmt_shadow_at() lies in an arena; its place. */
static inline bool pmt_shadow_place(const struct pmt_shadow *sh, uint64_t address,
                                    uint64_t *place)
{
    const struct pmt_granule *g = sh->last;
    uint32_t offset = (uint32_t)(address & (PMT_SHADOW_BYTES - 1));

    if (offset >= g->hi_begin)
        *place = address + g->hi_place;
    else if (offset < g->lo_end)
        *place = address + g->lo_place;
    else
        return false;
    return true;
}

/* The arena of this ordinal lies at [base, base + bytes); later: no more. */
bool pmt_shadow_add_arena(struct pmt_shadow *sh, uint64_t base, uint64_t bytes,
                          uint64_t ordinal);
void pmt_shadow_drop_arena(struct pmt_shadow *sh, uint64_t base, uint64_t bytes);

#endif
