/* ebb.h - where do scopes end? For src/replay.
 *
 * Knows events and objects that come and go; nothing of collections. No recording says at which
 * event garbage was left. But where a function returns or a round of a loop is over, objects are
 * freed before others are made: their number falls and rises again. So of all events at which
 * garbage may have been left these bottoms are the likeliest, the deeper the more. How deep one is
 * goes by the most since there were as few: a fall in steps counts where it ends.
 *
 *     objects      __
 *               __/  \_        ____
 *           \__/       \__    /
 *             |           \__/   <- a bottom: from the most, since as few as here, down to here
 *             ` and this was one
 */
#ifndef PMT_REPLAY_EBB_H
#define PMT_REPLAY_EBB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

__extension__ typedef unsigned __int128 pmt_ebb_weight;

struct pmt_bottom {
    uint64_t event;
    pmt_ebb_weight weights; /* of this and all before it */
};

/* What lies behind a bottom, up to the next one that is no higher. */
struct pmt_climb {
    int64_t low, high;  /* the bottom; the most from the climb before it, the next lower, up to it */
};

/* Zeroed is empty. */
struct pmt_ebb {
    struct { struct pmt_bottom *at; size_t n, cap; } bottoms; /* in the order of their events */
    struct { struct pmt_climb *at; size_t n, cap; } climbs;   /* each from a higher bottom */
    int64_t objects;    /* more than at the beginning */
    int64_t high, low;  /* the most since the last bottom, and the fewest since that */
    uint64_t low_event;
    bool falls;
};

void pmt_ebb_release(struct pmt_ebb *e);

/* An object came (by: 1) or went (-1) at this event. False: memory ran out. */
bool pmt_ebb_moved(struct pmt_ebb *e, int by, uint64_t event);

/* A fall that is not over ends here, or goes on: as far as it has come it is a bottom. */
bool pmt_ebb_so_far(struct pmt_ebb *e);

/* One of the bottoms at or behind `from` and before `to`; part, of 2^32: which, by their weight.
 * 0: there is none. What is long ago is known roughly: of bottoms side by side the deepest. */
uint64_t pmt_ebb_within(const struct pmt_ebb *e, uint64_t from, uint64_t to, uint32_t part);

#endif
