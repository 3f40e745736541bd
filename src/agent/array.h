/* array.h - growable arrays for the agent, of its own mapping: it calls no malloc. They are
 * never given back. Where a function returns false, memory ran out and nothing changed. */
#ifndef PMT_AGENT_ARRAY_H
#define PMT_AGENT_ARRAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

struct array {
    uint64_t *at;
    size_t n, cap;
};

static inline bool array_grow(struct array *a, size_t cap)
{
    size_t bytes = cap * sizeof *a->at;
    void *map = a->at ? mremap(a->at, a->cap * sizeof *a->at, bytes, MREMAP_MAYMOVE)
                      : mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (map == MAP_FAILED)
        return false;
    a->at = map;
    a->cap = cap;
    return true;
}

/* Room for n values in all: until then array_put() needs no answer. */
static inline bool array_reserve(struct array *a, size_t n)
{
    return n <= a->cap || array_grow(a, n < 4096 ? 4096 : n + n / 2);
}

static inline void array_put(struct array *a, uint64_t value)
{
    a->at[a->n++] = value;
}

static inline bool array_push(struct array *a, uint64_t value)
{
    if (__builtin_expect(a->n == a->cap, 0) && !array_grow(a, a->cap ? 2 * a->cap : 4096))
        return false;
    array_put(a, value);
    return true;
}

/* The same of shorter numbers. */
struct array32 {
    uint32_t *at;
    size_t n, cap;
};

static inline bool array32_reserve(struct array32 *a, size_t n)
{
    struct array words = {(uint64_t *)(void *)a->at, 0, a->cap / 2};

    if (!array_reserve(&words, n / 2 + 1))
        return false;
    a->at = (uint32_t *)(void *)words.at;
    a->cap = 2 * words.cap;
    return true;
}

static inline void array32_put(struct array32 *a, uint32_t value)
{
    a->at[a->n++] = value;
}

static inline bool array32_push(struct array32 *a, uint32_t value)
{
    if (__builtin_expect(a->n == a->cap, 0) && !array32_reserve(a, a->n + 1))
        return false;
    array32_put(a, value);
    return true;
}

/* Without those from `first` up to `end`. */
static inline void array_cut(struct array *a, size_t first, size_t end)
{
    if (first == end)
        return;
    memmove(a->at + first, a->at + end, (a->n - end) * sizeof *a->at);
    a->n -= end - first;
}

/* n times the same. */
static inline bool array_fill(struct array *a, size_t n, uint64_t value)
{
    if (a->cap < n && !array_grow(a, n))
        return false;
    for (uint64_t *at = a->at, *end = at + n; at < end; at++)
        *at = value;
    a->n = n;
    return true;
}

#endif
