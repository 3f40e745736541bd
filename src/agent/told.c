/*
 * told.c - which garbage the recorder knows of already.
 *
 * A set of block addresses. What a collection frees is taken out of it while it is freed, and
 * the rest of what the collection covered at its end: that went to free lists, or lives
 * again, and what comes to lie there is another object.
 */
#include "agent/agent.h"

#include <string.h>
#include "agent/array.h"

#define TOLD_FIRST ((size_t)1 << 12)

static struct {
    uintptr_t *at;        /* blocks; open addressing, 0 = free */
    size_t n, cap;        /* a power of two */
} told;

/* The set is large where there is much old garbage, and most blocks that are asked for are not in
 * it: a bit for each says so from a place that stays in the caches. Those of what was
 * forgotten stay until the next full collection. */
#define MAY_BITS 19

static uint64_t may[1u << (MAY_BITS - 6)];

static size_t told_hash(uintptr_t block)
{
    return (size_t)(block * UINT64_C(0x9E3779B97F4A7C15) >> 20);
}

static size_t told_home(uintptr_t block)
{
    return told_hash(block) & (told.cap - 1);
}

static uint64_t *may_word(uintptr_t block)
{
    return &may[told_hash(block) >> (44 - MAY_BITS + 6)];
}

static uint64_t may_bit(uintptr_t block)
{
    return (uint64_t)1 << (told_hash(block) >> (44 - MAY_BITS) & 63);
}

static bool may_have(uintptr_t block)
{
    return told.n && *may_word(block) & may_bit(block);
}

static size_t told_find(uintptr_t block)
{
    size_t i = told_home(block);

    while (told.at[i] && told.at[i] != block)
        i = (i + 1) & (told.cap - 1);
    return i;
}

bool told_has(uintptr_t block)
{
    return may_have(block) && told.at[told_find(block)];
}

static bool told_resize(size_t cap)
{
    uintptr_t *old = told.at;
    size_t n_old = told.cap;
    void *map = mmap(NULL, cap * sizeof *told.at, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (map == MAP_FAILED)
        return false;
    told.at = map;
    told.cap = cap;
    for (size_t i = 0; i < n_old; i++)
        if (old[i])
            told.at[told_find(old[i])] = old[i];
    if (old)
        (void)munmap(old, n_old * sizeof *old);
    return true;
}

/* Those of the younger generations, by generation: a collection settles them. */
static struct array told_young[2];

void told_add(uintptr_t block, unsigned generation)
{
    size_t i;

    if (generation < 2 && !array_push(&told_young[generation], block))
        return;
    if (2 * told.n >= told.cap && !told_resize(told.cap ? 2 * told.cap : TOLD_FIRST))
        return;
    i = told_find(block);
    told.n += !told.at[i];
    told.at[i] = block;
    *may_word(block) |= may_bit(block);
}

void told_forget(uintptr_t block)
{
    size_t i, hole;

    if (!may_have(block) || !told.at[i = told_find(block)])
        return;
    told.n--;
    for (hole = i; told.at[i = (i + 1) & (told.cap - 1)];) {
        size_t home = told_home(told.at[i]);

        /* May it move into the hole? Not past its home. */
        if (((i - home) & (told.cap - 1)) >= ((i - hole) & (told.cap - 1))) {
            told.at[hole] = told.at[i];
            hole = i;
        }
    }
    told.at[hole] = 0;
}

void told_settle(unsigned generation)
{
    for (unsigned g = 0; g <= generation && g < 2; g++)
        while (told_young[g].n)
            told_forget(told_young[g].at[--told_young[g].n]);
    if (generation < 2)
        return;
    memset(may, 0, sizeof may);
    if (!told.n)
        return;
    memset(told.at, 0, told.cap * sizeof *told.at);
    told.n = 0;
}
