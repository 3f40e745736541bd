/* set.h - sets of addresses for the agent, of its own mapping, as array.h: open addressing, 0 =
 * free. Where a function returns false, memory ran out and nothing changed. */
#ifndef PMT_AGENT_SET_H
#define PMT_AGENT_SET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

#define SET_FIRST ((size_t)1 << 12)

struct set {
    uintptr_t *at;
    size_t n, cap;        /* a power of two */
};

#define SET_HASH_BITS 44

static inline size_t set_hash(uintptr_t address)
{
    return (size_t)(address * UINT64_C(0x9E3779B97F4A7C15) >> (64 - SET_HASH_BITS));
}

static inline size_t set_home(const struct set *s, uintptr_t address)
{
    return set_hash(address) & (s->cap - 1);
}

/* Where it is, or would be. */
static inline size_t set_find(const struct set *s, uintptr_t address)
{
    size_t i = set_home(s, address);

    while (s->at[i] && s->at[i] != address)
        i = (i + 1) & (s->cap - 1);
    return i;
}

static inline bool set_has(const struct set *s, uintptr_t address)
{
    return s->n && s->at[set_find(s, address)];
}

static inline bool set_resize(struct set *s, size_t cap)
{
    struct set old = *s;
    void *map = mmap(NULL, cap * sizeof *s->at, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (map == MAP_FAILED)
        return false;
    s->at = map;
    s->cap = cap;
    for (size_t i = 0; i < old.cap; i++)
        if (old.at[i])
            s->at[set_find(s, old.at[i])] = old.at[i];
    if (old.at)
        (void)munmap(old.at, old.cap * sizeof *old.at);
    return true;
}

static inline bool set_add(struct set *s, uintptr_t address)
{
    size_t i;

    if (2 * s->n >= s->cap && !set_resize(s, s->cap ? 2 * s->cap : SET_FIRST))
        return false;
    i = set_find(s, address);
    s->n += !s->at[i];
    s->at[i] = address;
    return true;
}

static inline void set_remove(struct set *s, uintptr_t address)
{
    size_t i, hole;

    if (!s->n || !s->at[i = set_find(s, address)])
        return;
    s->n--;
    for (hole = i; s->at[i = (i + 1) & (s->cap - 1)];) {
        size_t home = set_home(s, s->at[i]);

        /* May it move into the hole? Not past its home. */
        if (((i - home) & (s->cap - 1)) >= ((i - hole) & (s->cap - 1))) {
            s->at[hole] = s->at[i];
            hole = i;
        }
    }
    s->at[hole] = 0;
}

static inline void set_clear(struct set *s)
{
    if (!s->n)
        return;
    memset(s->at, 0, s->cap * sizeof *s->at);
    s->n = 0;
}

#endif
