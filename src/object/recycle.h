/* recycle.h - dead objects kept for reuse: free lists, and blocks of cells (PyIntBlock).
 * For the files of src/object.
 *
 * A list keeps blocks of the heap, last in first out; what is on it is not free to the
 * heap. Blocks of cells (ints of 2.x, floats up to 3.2) come from malloc, 41 cells each,
 * and are given back by full collections from 2.6 on, when a whole block is empty
 * (Objects/intobject.c: PyInt_ClearFreeList). */
#ifndef PMT_OBJECT_RECYCLE_H
#define PMT_OBJECT_RECYCLE_H

#include <stdbool.h>
#include <stdint.h>
#include "heap/heap.h"
#include "object/shape.h"

#define PMT_TUPLE_LISTS 21

struct pmt_spare_list {
    struct { pmt_block *at; size_t n, cap; } blocks;
    uint64_t max;
    uint64_t hits, misses, pushes, overflows, cleared;
};

/* Cells of one type: which are free, the next to be given last. */
struct pmt_cell {
    uint32_t number; /* of its block in blocks */
    uint32_t index;
};

struct pmt_cells {
    struct { struct pmt_cell *at; size_t n, cap; } free;
    struct {
        struct pmt_cell_block { pmt_block block; uint64_t used; } *at; /* used: bit by cell */
        size_t n, cap;
    } blocks;        /* block PMT_BLOCK_NONE: given back */
    struct { uint32_t *at; size_t n, cap; } order; /* of blocks, the oldest first */
    struct { uint32_t *at; size_t n, cap; } holes; /* numbers of blocks given back */
    uint32_t per_block, block_bytes; /* 0: there are no cells */
    uint64_t hits, misses, pushes, cleared;
};

struct pmt_recycler {
    struct pmt_spare_list lists[PMT_N_FREE_LISTS];  /* but TUPLE */
    struct pmt_spare_list tuples[PMT_TUPLE_LISTS];  /* by length */
    struct pmt_cells ints, floats;
};

void pmt_recycler_init(struct pmt_recycler *r, const struct pmt_shape *shape);
/* Give everything kept back to the heap. */
void pmt_recycler_empty(struct pmt_recycler *r, struct pmt_heap *heap);
void pmt_recycler_release(struct pmt_recycler *r);

/* The last block of a list, or PMT_BLOCK_NONE (a miss, if there is such a list). */
pmt_block pmt_spare_pop(struct pmt_spare_list *list);
/* Keep a block; false: the list is full, or there is none, or no memory. */
bool pmt_spare_push(struct pmt_spare_list *list, pmt_block block);

/* A cell. False: out of memory. */
bool pmt_cell_take(struct pmt_cells *cells, struct pmt_heap *heap, struct pmt_cell *out);
void pmt_cell_give(struct pmt_cells *cells, struct pmt_cell cell);
/* Blocks without a used cell go back; returns how many cells these had. */
uint64_t pmt_cells_clear(struct pmt_cells *cells, struct pmt_heap *heap);

#endif
