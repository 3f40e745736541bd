/* shelf_past.h - garbage that is told after the collection of the model that should have
 * freed it, and the free list that it would have gone to. For src/replay/shelves.c.
 *
 *     model collects ──────── misses ──────── model collects ──────── told now
 *     the list had room       one of them      the list had room
 *                             would have
 *                             been a hit
 *
 * The block would have gone to the list if there was room for it behind that collection. The
 * first object that found the list empty since would have been made from it: so that one is
 * taken back (it has been counted as an allocation), and the block goes to the heap. If none
 * has missed it, it still lies there; and so does it in what a later collection had room
 * for. Where a full collection emptied the list there was no room.
 *
 * The last collections are remembered; what fell to one before them would have been made
 * anew long ago. */
#ifndef PMT_REPLAY_SHELF_PAST_H
#define PMT_REPLAY_SHELF_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PMT_SHELF_MOST_KINDS 32u /* room for enum pmt_shelf_kind */
#define PMT_SHELF_PAST       64u /* collections */

struct pmt_shelf_interval {
    size_t row;                              /* the collection that began it, of the results */
    uint32_t room[PMT_SHELF_MOST_KINDS];     /* behind it */
    uint32_t missed[PMT_SHELF_MOST_KINDS];   /* until the next */
};

/* Zeroed is empty. */
struct pmt_shelf_past {
    struct pmt_shelf_interval at[PMT_SHELF_PAST]; /* by number modulo its length */
    uint64_t n;
};

/* What becomes of a block told late. */
enum pmt_late {
    PMT_LATE_OVERFLOW, /* there was no room for it */
    PMT_LATE_SERVED,   /* an object that was counted would have been made from it */
    PMT_LATE_KEPT      /* it is on the list still */
};

/* A collection of the model is over; the caller fills in the room. */
struct pmt_shelf_interval *pmt_shelf_past_collected(struct pmt_shelf_past *p, size_t row);

/* An object of this kind was made, and the list was empty. */
static inline void pmt_shelf_past_missed(struct pmt_shelf_past *p, unsigned kind)
{
    if (p->n)
        p->at[(p->n - 1) % PMT_SHELF_PAST].missed[kind]++;
}

/* A block of this kind that the collection of this row should have freed. */
enum pmt_late pmt_shelf_past_late(struct pmt_shelf_past *p, unsigned kind, size_t row);

#endif
