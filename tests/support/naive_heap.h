/* naive_heap.h - the allocator once more, as slow and as literal as it can be: a
 * second opinion for tests, written without a look at src/heap.
 *
 * Blocks are addresses: ordinal of the arena * arena bytes + offset, or a number
 * with NAIVE_RAW set. Arenas are real memory, and free blocks are linked through
 * it, one virgin block ahead, as CPython does. */
#ifndef PMT_TESTS_NAIVE_HEAP_H
#define PMT_TESTS_NAIVE_HEAP_H

#include <stddef.h>
#include <pymemtrace/config.h>
#include <pymemtrace/metric.h>

#define NAIVE_RAW (UINT64_C(1) << 63)

struct naive_heap;

/* residues (n of them, borrowed) are where recorded arenas began. Never NULL:
 * the tests' machine has memory. */
struct naive_heap *naive_new(const struct pmt_heap_config *config, const uint32_t *residues,
                             size_t n_residues);
void naive_free_all(struct naive_heap *h);

/* can_pool: false for requests that are malloc's by their domain. */
uint64_t naive_alloc(struct naive_heap *h, uint64_t size, int can_pool);
void naive_release(struct naive_heap *h, uint64_t address);
uint64_t naive_resize(struct naive_heap *h, uint64_t address, uint64_t size);

/* The figures of groups ARENAS, POOLS, RAW and TOTAL, counted by looking. */
void naive_metrics(const struct naive_heap *h, struct pmt_metrics *out);

#endif
