/* pool.h - the record of one pool and of one size class. For src/heap.
 *
 * A pool is named by its id, slot of its arena * pools per arena + index, and a
 * block of it by id << block_bits | index of the block. In CPython the free
 * blocks of a pool are linked through their own memory; here, where blocks have
 * none, through `links`, one number per block.
 *
 * A pool is in one of these states (free and virgin ones belong to their arena):
 *
 *   virgin  index >= arena.n_carved: the record is not even set up
 *   used    0 < n_used < n_blocks    on the list of its class
 *   full    n_used == n_blocks       on no list
 *   free    n_used == 0              on the list of its arena; it keeps class and
 *                                    links, so that the same class finds its
 *                                    free blocks in the order they were left
 *
 * Free blocks are taken last-in first-out. Blocks never handed out lie, lowest
 * first, under all that were: pmt_pool_carve() links them all at once, where
 * CPython carves the next one (nextoffset) only when its list has run out, one
 * ahead of need. The order is the same: a freed block is pushed on top of either
 * list, and a virgin block is reached only when all that were freed are gone. So
 * is the moment a pool is full: CPython finds no link and nothing left to carve,
 * this list finds no link. */
#ifndef PMT_HEAP_POOL_H
#define PMT_HEAP_POOL_H

#include <stdint.h>
#include <string.h>
#include "base/check.h"
#include "heap/layout.h"

#define PMT_POOL_NONE  UINT32_MAX /* end of a list of pools or arenas */
#define PMT_LINK_END   UINT16_MAX /* end of a list of blocks */
#define PMT_CLASS_NONE UINT16_MAX /* a pool that never served a class */

struct pmt_pool {
    uint64_t first_place; /* place of block 0 (layout.h) */
    uint16_t *links;      /* owned: next free block of each free block; NULL
                             until the pool has served a class */
    uint32_t next;        /* pool id; list of the class, or of the arena */
    uint32_t prev;        /* pool id; list of the class only */
    uint16_t free_block;  /* head of the free blocks; PMT_LINK_END: full */
    uint16_t n_used;      /* blocks handed out */
    uint16_t class_idx;   /* size class, the last one while free */
    uint16_t unused_;     /* 0 */
};

_Static_assert(sizeof(struct pmt_pool) == 32, "two pools to a cache line");

struct pmt_class {
    uint64_t n_allocs;     /* blocks ever handed out */
    uint64_t n_frees;      /* blocks ever given back; in use: the difference */
    uint64_t n_pools;      /* used and full pools */
    uint32_t used_head;    /* pool id, head of the used pools: the one to serve
                              from; PMT_POOL_NONE */
    uint32_t n_blocks;     /* blocks a pool of this class holds */
};

/* Make every block free and virgin, lowest first. links has room for n_blocks. */
static inline void pmt_pool_carve(struct pmt_pool *pool, uint16_t *links, uint16_t class_idx,
                                  const uint16_t *virgin, uint32_t n_blocks)
{
    pmt_assert(pool->n_used == 0 && n_blocks >= 2);
    memcpy(links, virgin, n_blocks * sizeof *links);
    links[n_blocks - 1] = PMT_LINK_END;
    pool->links = links;
    pool->class_idx = class_idx;
    pool->free_block = 0;
}

#endif
