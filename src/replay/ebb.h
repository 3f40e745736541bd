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
 *
 * The same text of a program frees the same: the sizes of the objects that went last are the place
 * of a bottom. */
#ifndef PMT_REPLAY_EBB_H
#define PMT_REPLAY_EBB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PMT_PLACE_BITS 14
#define PMT_PLACES     (1u << PMT_PLACE_BITS)

struct pmt_bottom {
    uint64_t event;
    uint16_t depth; /* objects; 8191 for more */
    uint16_t place; /* below PMT_PLACES; two may share one, seldom */
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
    uint64_t went, low_went; /* sizes of the last objects that went; ... at low_event */
    bool falls;
    uint32_t n_thinned; /* times that the index of a bottom has changed */
};

void pmt_ebb_release(struct pmt_ebb *e);

/* An object came (false: memory ran out), or one of so many bytes went at this event. */
bool pmt_ebb_came(struct pmt_ebb *e);
void pmt_ebb_went(struct pmt_ebb *e, uint32_t bytes, uint64_t event);

/* A fall that is not over ends here, or goes on: as far as it has come it is a bottom. */
bool pmt_ebb_so_far(struct pmt_ebb *e);

/* Index of the first bottom at or behind this event. What is long ago is known roughly: of bottoms
 * side by side the deeper. */
size_t pmt_ebb_first_at(const struct pmt_ebb *e, uint64_t event);

#endif
