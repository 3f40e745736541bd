/* alloc.c - counted allocation that can fail on demand. The counters are atomic:
 * a run decodes in a thread of its own. */
#include "base/alloc.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

static _Atomic int64_t live;
static _Atomic int64_t fail_in = -1; /* allocations until one fails; -1 = never */
static _Atomic int fail_persistent;

static int must_fail(void)
{
    int64_t left = atomic_load_explicit(&fail_in, memory_order_relaxed);

    if (left < 0)
        return 0;
    if (left > 0) {
        atomic_fetch_sub(&fail_in, 1);
        return 0;
    }
    if (!atomic_load(&fail_persistent))
        atomic_store(&fail_in, -1);
    return 1;
}

static void *counted(void *p)
{
    if (p)
        atomic_fetch_add_explicit(&live, 1, memory_order_relaxed);
    return p;
}

void *pmt_alloc(size_t n)
{
    return must_fail() ? NULL : counted(malloc(n ? n : 1));
}

void *pmt_zalloc(size_t n)
{
    return must_fail() ? NULL : counted(calloc(1, n ? n : 1));
}

void *pmt_alloc_array(size_t n, size_t size)
{
    size_t bytes;

    if (__builtin_mul_overflow(n, size, &bytes))
        return NULL;
    return pmt_alloc(bytes);
}

void *pmt_realloc_array(void *p, size_t n, size_t size)
{
    size_t bytes;

    if (!p)
        return pmt_alloc_array(n, size);
    if (__builtin_mul_overflow(n, size, &bytes) || must_fail())
        return NULL;
    return realloc(p, bytes ? bytes : 1);
}

char *pmt_strdup(const char *s)
{
    size_t n = strlen(s) + 1;
    char *copy = pmt_alloc(n);

    return copy ? memcpy(copy, s, n) : NULL;
}

void pmt_free(void *p)
{
    if (!p)
        return;
    atomic_fetch_sub_explicit(&live, 1, memory_order_relaxed);
    free(p);
}

int64_t pmt_alloc_live(void)
{
    return atomic_load(&live);
}

void pmt_alloc_fail_at(int64_t n, int persistent)
{
    atomic_store(&fail_persistent, persistent);
    atomic_store(&fail_in, n);
}
