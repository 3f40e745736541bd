/* shelves.h - the free lists of a recording that shows them: what is on them under the
 * configuration's lengths. For src/replay.
 *
 *     object is made   hit: in the block that came to its list last, unless that is empty;
 *                      else miss: the heap gives one
 *     object dies      push: its block goes to its list, unless that is full; else overflow:
 *                      back to the heap
 *     full collection  clears them: their blocks go back to the heap
 *
 * Two lengths stand beside each other: that of the model's list, and how many blocks the
 * recorded program's has. A list follows the recording (pops, pushes and clears where it says
 * so, counting what its own rule would not have done) while collections come where they were
 * recorded and its rule is the recorded one. Otherwise it decides for itself; then the
 * recording still tells which objects go past it, whatever its length: made though the list
 * had a block (list() and dict() ask the allocator), freed though it had room (the
 * interpreter goes down). An object made past an empty list cannot be told from a miss.
 *
 * A list that the recorder kept empty never follows: the recorded program had none, the
 * unrecorded one has that of its version. */
#ifndef PMT_REPLAY_SHELVES_H
#define PMT_REPLAY_SHELVES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pymemtrace/result.h>
#include "heap/heap_inline.h"
#include "replay/free_lists.h"
#include "replay/list_curve.h"
#include "replay/shelf_past.h"

#define PMT_SHELF_TUPLES 20 /* sizes of tuples that may have a list */

/* What an object's list is. */
enum pmt_shelf_kind {
    PMT_SHELF_NONE,  /* no list, or none that the recording shows; or no object */
    PMT_SHELF_LARGE, /* a tuple of none or many items: it may be resized to one that has */
    PMT_SHELF_FLOAT,
    PMT_SHELF_LIST,
    PMT_SHELF_DICT,
    PMT_SHELF_DICT_KEYS, /* a dict's table of eight slots: no object, but it has a list */
    PMT_SHELF_TUPLE, /* of one item; of n: + n - 1 */
    PMT_SHELF_KINDS = PMT_SHELF_TUPLE + PMT_SHELF_TUPLES
};

struct pmt_shelf_rule {
    uint32_t most;           /* blocks that it holds */
    bool pops;               /* objects are made from it */
    bool cleared;            /* by full collections */
};

struct pmt_shelf {
    struct pmt_block_list blocks;
    struct pmt_shelf_rule rule, recorded;
    bool known;              /* the recording shows it, or kept it empty */
    bool watched;            /* it shows each push and pop */
    bool follows;            /* ... and the rules are the same */
    bool counted;            /* by the collector */
    bool of_mem;             /* its blocks come by PyMem_Malloc */
    bool seen;               /* ... anything so far: the recorder has found it */
    uint64_t n_recorded;     /* blocks on the recorded program's list */
    uint64_t hits, misses, past, pushes, overflows, cleared;
    uint32_t longest;        /* length that its curve goes to, 0: it has none */
    struct pmt_list_curve curve; /* what it would serve if it was of another length; empty
                                until the first object */
    uint64_t recorded_hits;
    uint64_t mismatches;     /* while it follows: done, but not by its rule */
};

struct pmt_shelves {
    struct pmt_shelf at[PMT_SHELF_KINDS];
    struct pmt_shelf_past past; /* of collections of the model's own */
    struct { uint8_t *at; size_t n, cap; } kind;   /* by slot */
    struct { uint32_t *at; size_t n, cap; } bytes; /* by slot: as it was asked for */
    uint64_t tuple_bytes;    /* of a tuple without items */
    bool float_first;        /* of what a full collection clears; else tuples are */
    bool own;                /* collections are the model's: no list follows */
    bool ended;              /* the interpreter goes down */
    bool failed;             /* out of memory */
};

/* How an object was made, as the recording has it and in the model. */
struct pmt_birth {
    uint8_t kind;            /* enum pmt_shelf_kind */
    bool reused;             /* the recording made it from its list */
    bool hit;                /* the model did */
    bool past;               /* past its list, whatever its length */
};

/* How a block ends in the recording. All 0: given back, of no list. */
struct pmt_end {
    uint8_t kind;
    bool shelved;            /* its list kept it */
    bool past;               /* past its list, whatever its length */
};

/* The lists of the facts objects.lists and objects.emptied (names, blanks between; NULL:
 * none); config: what is modelled, recorded: what the recorded version had. */
void pmt_shelves_init(struct pmt_shelves *s, const char *lists, const char *emptied,
                      const struct pmt_config *config, const struct pmt_config *recorded);
void pmt_shelves_release(struct pmt_shelves *s);

/* The name of a list that is given a length and is in none of the two facts; or NULL. */
const char *pmt_shelves_hidden(const char *lists, const char *emptied,
                               const struct pmt_free_list_config *config);

/* Whether every list is as it was while recording. */
bool pmt_shelves_as_recorded(const struct pmt_shelves *s);
/* Whether other objects are counted by the collector than were: collections come elsewhere. */
bool pmt_shelves_move_collections(const struct pmt_shelves *s);

/* The kind of objects of this type: that of a type without items, or PMT_SHELF_TUPLE. */
unsigned pmt_shelf_of_type(const struct pmt_shelves *s, const char *name);
/* A tuple of so many items. */
static inline unsigned pmt_shelf_of_tuple(uint64_t n_items)
{
    return n_items - 1 < PMT_SHELF_TUPLES ? PMT_SHELF_TUPLE + (unsigned)n_items - 1
                                          : PMT_SHELF_LARGE;
}

/* Whether objects of this kind are tuples. */
static inline bool pmt_shelf_is_tuple(unsigned kind)
{
    return kind == PMT_SHELF_LARGE || kind >= PMT_SHELF_TUPLE;
}

/* An object of birth->kind is made in this slot, of so many bytes; the rest of *birth but
 * `reused` is filled. PMT_BLOCK_NONE: out of memory. */
pmt_block pmt_shelves_make(struct pmt_shelves *s, struct pmt_heap *heap, uint32_t slot,
                           uint64_t bytes, struct pmt_birth *birth);
/* The block in this slot turns out to be an object of this kind; has so many bytes now. */
void pmt_shelves_set_kind(struct pmt_shelves *s, uint32_t slot, unsigned kind);
void pmt_shelves_resized(struct pmt_shelves *s, uint32_t slot, uint64_t bytes);

static inline unsigned pmt_shelves_kind(const struct pmt_shelves *s, uint32_t slot)
{
    return slot < s->kind.n ? s->kind.at[slot] : PMT_SHELF_NONE;
}

static inline void pmt_shelves_keep_bytes(struct pmt_shelves *s, uint32_t slot, uint64_t bytes)
{
    s->bytes.at[slot] = bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX;
}

/* Bytes that what is in this slot has asked for, if it is of PyObject_Malloc. */
static inline uint64_t pmt_shelves_bytes(const struct pmt_shelves *s, uint32_t slot)
{
    return slot < s->bytes.n ? s->bytes.at[slot] : 0;
}

/* The block in this slot ends: SHELVED or FREE. */
struct pmt_end pmt_shelves_end(struct pmt_shelves *s, uint32_t slot, bool shelved);
/* Whether the model's list keeps the block of what ends so. */
static inline bool pmt_shelves_keep(const struct pmt_shelves *s, struct pmt_end end)
{
    const struct pmt_shelf *l;

    if (end.kind == PMT_SHELF_NONE)
        return false;
    l = &s->at[end.kind];
    return l->follows && !s->own ? end.shelved : !end.past && l->blocks.n < l->rule.most;
}
/* Its block, to its list or back to the heap; whether the list took it. */
bool pmt_shelves_give(struct pmt_shelves *s, struct pmt_heap *heap, pmt_block block,
                      struct pmt_end end);

/* The same for garbage that a collection of the model's own, of this row of the results,
 * should have freed. What became of its block: shelf_past.h. */
enum pmt_late pmt_shelves_give_late(struct pmt_shelves *s, struct pmt_heap *heap, pmt_block block,
                           unsigned kind, size_t row);
/* Such a collection is over. */
void pmt_shelves_collected(struct pmt_shelves *s, size_t row, bool full);

/* CLEARED: the recorded program's list of this kind gave its newest block back. The lists
 * that follow do too, and others that are cleared before it in a full collection, or outside
 * of one (the interpreter goes down). Returns how many blocks went back. */
uint64_t pmt_shelves_clear_one(struct pmt_shelves *s, struct pmt_heap *heap, unsigned kind,
                               bool collecting);
/* A full collection clears all lists that do not follow; returns how many blocks. */
uint64_t pmt_shelves_clear(struct pmt_shelves *s, struct pmt_heap *heap);

/* The lists with any figures; rows has room for PMT_SHELF_KINDS. Returns how many. */
size_t pmt_shelves_rows(const struct pmt_shelves *s, struct pmt_free_list_row *rows);

/* Rows and metrics of a result; what verify says. False: out of memory. */
bool pmt_shelves_finish(const struct pmt_shelves *s, struct pmt_result *out);

#endif
