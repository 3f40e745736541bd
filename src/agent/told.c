/*
 * told.c - which garbage the recorder knows of already.
 *
 * A set of block addresses. What a collection covers is taken out of it at its end: it was freed,
 * went to a free list, or lives again, and what comes to lie there is another object. Until then
 * nothing else frees it, and the collection itself asks for nothing.
 */
#include "agent/agent.h"

#include <string.h>
#include "agent/array.h"
#include "agent/set.h"

static struct set told; /* blocks */
static struct array told_young[2]; /* those that a collection of this generation finds */

/* The set is large where there is much old garbage, and most blocks that are asked for are not in
 * it: a bit for each says so from a place that stays in the caches. Those of what was
 * taken out stay until the next full collection. */
#define MAY_BITS 19

static uint64_t may[1u << (MAY_BITS - 6)];

static uint64_t *may_word(uintptr_t block)
{
    return &may[set_hash(block) >> (SET_HASH_BITS - MAY_BITS + 6)];
}

static uint64_t may_bit(uintptr_t block)
{
    return (uint64_t)1 << (set_hash(block) >> (SET_HASH_BITS - MAY_BITS) & 63);
}

static bool may_have(uintptr_t block)
{
    return told.n && *may_word(block) & may_bit(block);
}

bool told_has(uintptr_t block)
{
    return may_have(block) && set_has(&told, block);
}

bool told_any(unsigned generation)
{
    if (generation == 2)
        return told.n != 0;
    return told_young[0].n || (generation == 1 && told_young[1].n);
}

void told_add(uintptr_t block, unsigned generation)
{
    if (generation < 2 && !array_push(&told_young[generation], block))
        return;
    if (set_add(&told, block))
        *may_word(block) |= may_bit(block);
}

void told_settle(unsigned generation)
{
    for (unsigned g = 0; g <= generation && g < 2; g++)
        while (told_young[g].n)
            set_remove(&told, told_young[g].at[--told_young[g].n]);
    if (generation < 2)
        return;
    memset(may, 0, sizeof may);
    set_clear(&told);
}
