/* slots.h - which block is meant: slots, and the list of births. For the writer and
 * the reader, who must do exactly the same here. The rules: slots.c. */
#ifndef PMT_TRACE_SLOTS_H
#define PMT_TRACE_SLOTS_H

#include <stdbool.h>
#include <stdint.h>
#include <pymemtrace/status.h>
#include "base/check.h"
#include "trace/format.h"

#define PMT_DEAD UINT32_MAX /* in births[]: freed; in place[]: no block */

struct pmt_slots {
    uint32_t *turn;    /* [n_slots], a permutation of the slots */
    uint32_t *place;   /* [n_slots], index in births[] of the slot's block, or
                          PMT_DEAD; NULL in a reader, who does not need it */
    uint32_t *births;  /* [births_cap], slots in order of birth, or PMT_DEAD */
    uint32_t n_slots;  /* room in turn[] and place[] */
    uint32_t births_cap; /* room in births[] */
    uint32_t n_live;   /* blocks live; turn[n_live] is the next slot to give */
    uint32_t n_births; /* used of births[] */
    uint32_t n_old;    /* of these, born before the open chunk */
};

/* Zeroed is empty. with_places: keep place[] (the writer). E_NOMEM. */
enum pmt_status pmt_slots_init(struct pmt_slots *s, bool with_places);
void pmt_slots_release(struct pmt_slots *s);

/* Make room for so many births (at most PMT_BATCH_EVENTS), so that the events of a
 * chunk need no memory. E_NOMEM; E_LIMIT: more than PMT_SLOTS_MAX blocks live. */
enum pmt_status pmt_slots_reserve(struct pmt_slots *s, uint32_t n_births);

/* A chunk is complete: drop the dead. */
void pmt_slots_settle(struct pmt_slots *s);

/* A block is born; there was room made for it. */
static inline uint32_t pmt_slots_take(struct pmt_slots *s)
{
    uint32_t slot = s->turn[s->n_live++];

    pmt_assert(s->n_births < s->births_cap);
    s->births[s->n_births++] = slot;
    return slot;
}

/* The block at births[i], which is live, dies. */
static inline void pmt_slots_give(struct pmt_slots *s, uint32_t i)
{
    s->turn[--s->n_live] = s->births[i];
    s->births[i] = PMT_DEAD;
}

#endif
