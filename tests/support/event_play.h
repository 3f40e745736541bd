/* event_play.h - a replay that is fed events by hand, one at a time, and what became of its
 * blocks: for tests of what a replay makes of the collector's events.
 *
 *     struct play p;
 *     play_open(&p, false, "gc=9,10,10");
 *     play_objects(&p, 0, 4);
 *     play_collection(&p, 0, 0, 2);
 *     result = play_end(&p);
 *     play_close(&p);
 */
#ifndef PMT_TESTS_EVENT_PLAY_H
#define PMT_TESTS_EVENT_PLAY_H

#include <stdbool.h>
#include <stdint.h>
#include "replay/replay.h"

#define MOST_SLOTS 4096u

/* A replay that is fed one event at a time. */
struct play {
    struct pmt_replay *r;
    uint64_t n_events;
    uint64_t n_live;            /* slots in use */
    uint64_t n_found;           /* blocks freed within recorded collections */
    bool within;
    bool hides;                 /* free lists make and end blocks without an event */
    int64_t n_alive;            /* allocations of the library before it */
    uint64_t left, pending;     /* what the recording says of long-lived objects */
    bool live[MOST_SLOTS];
    bool tracked[MOST_SLOTS];   /* ... and the collector's */
    struct pmt_result result;
};

/* Recorded with thresholds of 3, 2, 2 (a collection at every fourth object), by 3.11 or,
 * where it collects late, 3.12. */
void play_open(struct play *p, bool late, const char *spec);
/* Recorded with collections that come only when asked for, which the model ignores. */
void play_open_quiet(struct play *p, const char *spec);
/* As the first in a recording that shows free lists, of types numbered as below; those of floats
 * was kept empty. */
enum { PLAY_LIST, PLAY_DICT, PLAY_TUPLE, PLAY_FLOAT, PLAY_NODE, PLAY_KEYS, PLAY_N_TYPES };
extern const struct pmt_type play_types[PLAY_N_TYPES]; /* NODE: a program's own `list';
                                                          KEYS: a dict's table */
void play_open_objects(struct play *p, bool late, const char *spec);
/* An object of this type in this slot: made by this event, on its list when it dies. */
void play_object(struct play *p, enum pmt_op op, uint32_t type, uint32_t slot, uint32_t size);
void play_shelve(struct play *p, uint32_t slot);
void play_cleared(struct play *p, uint32_t type, uint32_t size);
/* Whatever was played: no block is lost, none is freed twice. */
const struct pmt_result *play_end(struct play *p);
/* ... and nothing of the replay is left. */
void play_close(struct play *p);

void play_put(struct play *p, enum pmt_op op, uint32_t slot, uint32_t arg, uint64_t wide);
void play_make(struct play *p, enum pmt_op op, uint32_t slot, uint32_t size);
/* Collector objects in these slots. */
void play_objects(struct play *p, uint32_t from, uint32_t n);
void play_free(struct play *p, uint32_t slot);
void play_begin_gc(struct play *p, uint32_t kind);
void play_end_gc(struct play *p, uint32_t generation, uint64_t collected);
/* A recorded collection of one generation that frees the objects of these slots. */
void play_collection(struct play *p, uint32_t kind, uint32_t from, uint32_t n);
/* A look at this generation and the younger, and what it found: the object in this slot,
 * which holds those that follow (first) or is one of these. */
void play_look(struct play *p, uint32_t generation);
void play_garbage(struct play *p, uint32_t slot, uint32_t type, bool first);
/* A look at everything finds n objects in a row, the first of which holds them. */
void play_tell(struct play *p, uint32_t from, uint32_t n);
/* What is in this slot belongs to the object told last. */
void play_belongs(struct play *p, uint32_t slot);
/* The object told last, in this slot, is a tuple that a collection untracks. */
void play_atomic(struct play *p, uint32_t slot);
/* The object told last refers to the one in this slot. */
void play_refers(struct play *p, uint32_t slot);
/* ... to this one, which is reachable. */
void play_keeps(struct play *p, uint32_t slot);
/* ... which alone holds this block; which shares this one with others. */
void play_holds(struct play *p, uint32_t slot);
void play_shares(struct play *p, uint32_t slot);
void play_mark(struct play *p, const char *text);
void play_thresholds(struct play *p, uint64_t t0, uint64_t t1, uint64_t t2);

/* Blocks that the model's collections freed; blocks of the heap at the end. */
uint64_t play_n_freed(const struct play *p);
uint64_t play_n_used(const struct play *p);

#endif
