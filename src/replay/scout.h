/* scout.h - garbage that the recording is going to tell of. For src/replay and src/run.
 *
 * A recording tells of garbage when it finds it: at a look, long after it was left, mostly. Under
 * other settings the model collects in between, and should have the garbage by then: the room that
 * it gives back is where the next objects lie, and its free lists are what they are made from. So
 * a scout reads the trace ahead of the replay. It follows the recorded collections and no heap, and
 * keeps each group with the event at which it was left (left.h), until the replay has come to where
 * the recording tells of it:
 *
 *     trace     ···· left ············· told ····
 *     replay         ^ a collection of the model here asks the scout
 *
 * It runs ahead until it holds so much garbage that it has seen enough: what is told still later
 * comes to the model late, as all does without a scout. */
#ifndef PMT_REPLAY_SCOUT_H
#define PMT_REPLAY_SCOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pymemtrace/trace.h>

struct pmt_scout;

/* A block of a group: what GARBAGE, GC_ATOMIC and BELONGS say of it; or a reference of the last that
 * is an object: REFERS or KEEPS. */
struct pmt_scouted {
    uint32_t slot;
    uint32_t kind;    /* of GARBAGE (trace.h) */
    uint8_t atomic;   /* so many GC_ATOMIC */
    bool belongs, refers, reachable;
};

/* The first one holds the others; it may be known already. */
struct pmt_scouted_group {
    uint64_t left, told;   /* events */
    struct pmt_scouted *at;
    size_t n;
};

/* Gives it a group; false stops. */
typedef bool pmt_scout_taker(void *arg, const struct pmt_scouted_group *group);

struct pmt_scout *pmt_scout_new(void); /* NULL: out of memory */
void pmt_scout_free(struct pmt_scout *s); /* NULL is allowed */

/* The next batch of the trace. False: out of memory. */
bool pmt_scout_batch(struct pmt_scout *s, const struct pmt_batch *batch);

/* The replay has come to this event: groups that were told by then are dropped. False: out of
 * memory. */
bool pmt_scout_pass(struct pmt_scout *s, uint64_t event);

/* The replay goes on to this event: whether the scout should read on. */
bool pmt_scout_wants_more(const struct pmt_scout *s, uint64_t until);

/* It has read up to this event. */
uint64_t pmt_scout_read(const struct pmt_scout *s);

/* Every group, each once, that was left before this event, at which the replay is, and is told
 * after it: about in the order in which they were left. False: stopped, or out of memory. */
bool pmt_scout_take(struct pmt_scout *s, uint64_t event, pmt_scout_taker *take, void *arg);

#endif
