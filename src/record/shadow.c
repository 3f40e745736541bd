/*
 * shadow.c - from an address in the target to its slot and its place.
 *
 * The address space is cut into granules of 256 KiB; a granule that was ever seen has
 * an array with one entry per 16 bytes, so a look-up is one hash of the granule
 * (nearly always the last one again) and one load, and neighbours stay neighbours.
 * A hash over whole addresses would miss the cache at every event instead.
 *
 * No arena is smaller than a granule, so a granule meets at most two: one that ends
 * in it (lo) and one that begins in it (hi).
 *
 *     granule   |  lo arena ....|  gap  |.... hi arena  |
 *               0            lo_end  hi_begin        256 KiB
 */
#include "record/shadow.h"

#include "base/alloc.h"
#include "base/check.h"

#define FIRST_BITS 10

static uint32_t home(const struct pmt_shadow *sh, uint64_t key)
{
    return (uint32_t)((key * UINT64_C(0x9E3779B97F4A7C15)) >> (64 - sh->bits));
}

bool pmt_shadow_init(struct pmt_shadow *sh)
{
    *sh = (struct pmt_shadow){.bits = FIRST_BITS};
    sh->table = pmt_zalloc(sizeof *sh->table << FIRST_BITS);
    return sh->table != NULL;
}

void pmt_shadow_release(struct pmt_shadow *sh)
{
    for (uint64_t i = 0; sh->table && i >> sh->bits == 0; i++)
        pmt_free(sh->table[i].slots);
    pmt_free(sh->table);
    *sh = (struct pmt_shadow){0};
}

static struct pmt_granule *entry(const struct pmt_shadow *sh, uint64_t key)
{
    uint32_t mask = (uint32_t)((UINT64_C(1) << sh->bits) - 1), i = home(sh, key);

    while (sh->table[i].key && sh->table[i].key != key)
        i = (i + 1) & mask;
    return &sh->table[i];
}

static bool grow(struct pmt_shadow *sh)
{
    struct pmt_shadow bigger = {.bits = sh->bits + 1, .n = sh->n};

    bigger.table = pmt_zalloc(sizeof *sh->table << bigger.bits);
    if (!bigger.table)
        return false;
    for (uint64_t i = 0; i >> sh->bits == 0; i++)
        if (sh->table[i].key)
            *entry(&bigger, sh->table[i].key) = sh->table[i];
    pmt_free(sh->table);
    *sh = bigger;
    return true;
}

struct pmt_granule *pmt_shadow_find(struct pmt_shadow *sh, uint64_t address)
{
    uint64_t key = pmt_shadow_key(address);
    struct pmt_granule *g = entry(sh, key);

    if (!g->key) {
        uint32_t *slots;

        if (sh->n >= (UINT32_C(1) << sh->bits) / 2) {
            if (!grow(sh))
                return NULL;
            g = entry(sh, key);
        }
        slots = pmt_zalloc(PMT_SHADOW_SLOTS * sizeof *slots);
        if (!slots)
            return NULL;
        *g = (struct pmt_granule){.key = key, .slots = slots,
                                  .hi_begin = (uint32_t)PMT_SHADOW_BYTES};
        sh->n++;
    }
    return sh->last = g;
}

/* Set (place != 0) or clear the part of one granule that [base, end) covers. */
static void cover(struct pmt_granule *g, uint64_t base, uint64_t end, uint64_t place,
                  bool there)
{
    uint64_t begin = (g->key - 1) << PMT_SHADOW_BITS;

    if (base <= begin) {
        uint64_t n = end - begin < PMT_SHADOW_BYTES ? end - begin : PMT_SHADOW_BYTES;

        g->lo_end = there ? (uint32_t)n : 0;
        g->lo_place = place;
    } else {
        g->hi_begin = there ? (uint32_t)(base - begin) : (uint32_t)PMT_SHADOW_BYTES;
        g->hi_place = place;
    }
}

bool pmt_shadow_add_arena(struct pmt_shadow *sh, uint64_t base, uint64_t bytes,
                          uint64_t ordinal)
{
    uint64_t place = ordinal * bytes - base;

    pmt_assert(bytes >= PMT_SHADOW_BYTES);
    for (uint64_t at = base; at < base + bytes;
         at = ((at >> PMT_SHADOW_BITS) + 1) << PMT_SHADOW_BITS) {
        struct pmt_granule *g = pmt_shadow_find(sh, at);

        if (!g)
            return false;
        cover(g, base, base + bytes, place, true);
    }
    return true;
}

void pmt_shadow_drop_arena(struct pmt_shadow *sh, uint64_t base, uint64_t bytes)
{
    for (uint64_t at = base; at < base + bytes;
         at = ((at >> PMT_SHADOW_BITS) + 1) << PMT_SHADOW_BITS) {
        struct pmt_granule *g = pmt_shadow_find(sh, at);

        if (g)
            cover(g, base, base + bytes, 0, false);
    }
}
