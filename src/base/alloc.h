/* alloc.h - every allocation of the library; for all of src except the agent.
 * Counted, so that tests find leaks, and able to fail on demand, so that tests
 * reach every out-of-memory path. */
#ifndef PMT_BASE_ALLOC_H
#define PMT_BASE_ALLOC_H

#include <stddef.h>
#include <stdint.h>

/* n bytes (at least 1), or NULL. _zalloc: zeroed. Free with pmt_free(). */
void *pmt_alloc(size_t n);
void *pmt_zalloc(size_t n);

/* Array of n elements of `size` bytes, or NULL (also when n * size overflows).
 * pmt_realloc_array(NULL, ...) allocates; on NULL the old block stays as it is. */
void *pmt_alloc_array(size_t n, size_t size);
void *pmt_realloc_array(void *p, size_t n, size_t size);

/* A copy of a string, or NULL. */
char *pmt_strdup(const char *s);

void pmt_free(void *p); /* NULL is allowed */

/* Blocks now live. For tests. */
int64_t pmt_alloc_live(void);

/* Let the n-th allocation from now fail (0 = the next), then either only that
 * one or all that follow; n < 0 switches it off. For tests. */
void pmt_alloc_fail_at(int64_t n, int persistent);

#endif
