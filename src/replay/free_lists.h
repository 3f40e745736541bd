/* free_lists.h - what types' free lists hide from the recording, and what they would do
 * under other collections. For src/replay.
 *
 * An object that goes to a free list frees no block, one that comes from there needs none:
 * the recording sees neither. It does see
 *
 *     left over  objects that a collection found unreachable and did not free: they went to
 *                a free list, and as many were made again since from there
 *     cleared    blocks that a full collection freed beside its garbage: they were on free
 *                lists, which it empties
 *
 * Under other collections both differ. Where mod has not collected by then, there is nothing
 * to make objects again from: these need blocks and raise count 0 (`made again`), spread
 * evenly over the objects made until the next recorded collection. Where mod does not empty
 * the lists, the next objects come from there: they need no block and raise no count
 * (`shelf`).
 *
 * What is left over is known by type and size, and so is how many a list holds: where a
 * collection left some over and freed others, the list was full. What is made is known by
 * size class only. In a class where counting frees more objects than collections leave over,
 * its lists are full whatever collections do: nothing is made again there.
 */
#ifndef PMT_REPLAY_FREE_LISTS_H
#define PMT_REPLAY_FREE_LISTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "heap/heap.h"

#define PMT_SHELVES 65 /* blocks of up to 512 bytes, by their size in eights */

struct pmt_block_list {
    pmt_block *at;
    size_t n, cap;
};

struct pmt_free_list {
    uint32_t type, eights; /* of its objects: number, size class */
    uint64_t left, silent, freed; /* left over (and of these not reported), and freed, by the
                                     recorded collection under way */
    uint64_t most;         /* it holds at most: as far as was seen */
    uint64_t garbage, unreported; /* left over, and not yet collected by mod; of these */
    uint64_t supply;       /* on mod's list for being made again */
    uint64_t per, sum;     /* made again, per `of` objects made; carried over */
    struct pmt_block_list made_again; /* blocks */
};

struct pmt_free_lists {
    struct { struct pmt_free_list *at; size_t n, cap; } lists;
    struct pmt_block_list shelf[PMT_SHELVES];
    uint64_t freed[PMT_SHELVES]; /* by counting, since the last recorded collection */
    uint64_t of, n_made;   /* objects made between the last two recorded collections, since */
    uint64_t other;        /* left over, of no known type; not yet collected by mod */
    uint64_t n_young;      /* made again since mod collected last */
};

void pmt_free_lists_release(struct pmt_free_lists *f);

/* What became of an object that was told: it was left over, and is reported or (a finalizer had
 * let go of it) is not; or freed, since the list was full. */
enum pmt_list_did { PMT_LIST_TOOK, PMT_LIST_TOOK_SILENTLY, PMT_LIST_FULL };

/* The recording: a collection did so with a told object, one was freed by counting; the collection
 * is over, which left n over in all. False: out of memory. */
bool pmt_free_lists_told(struct pmt_free_lists *f, const struct pmt_heap *heap,
                         pmt_block block, uint32_t type, enum pmt_list_did did);
void pmt_free_lists_freed(struct pmt_free_lists *f, const struct pmt_heap *heap,
                          pmt_block block);
void pmt_free_lists_settle(struct pmt_free_lists *f, uint64_t n);

/* A cleared block is kept. False: out of memory. */
bool pmt_free_lists_shelve(struct pmt_free_lists *f, struct pmt_heap *heap, pmt_block block);

/* An object was made, for which the heap has given this block. True: it comes from the
 * shelf, whose block is given back in its stead. */
bool pmt_free_lists_serve(struct pmt_free_lists *f, struct pmt_heap *heap, pmt_block block);

/* ... and with it others are made again: *n is how many blocks they needed. False: out of
 * memory. */
bool pmt_free_lists_made(struct pmt_free_lists *f, struct pmt_heap *heap, uint64_t *n);

/* mod collects; what was left over is found, its number is returned. full: the lists are
 * emptied. */
uint64_t pmt_free_lists_collect(struct pmt_free_lists *f, struct pmt_heap *heap, bool full);

#endif
