/* spots.h - at which of the bottoms was garbage left? For src/replay.
 *
 * Knows bottoms (ebb.h); nothing of garbage. A program leaves its garbage at few places of its text,
 * each time anew. But a recording says only between which events it was: at one of the bottoms there.
 * How often garbage is left at a place, of the times that the place is passed, is learned from the
 * questions themselves: of each, the places of all bottoms between are given their shares, by what
 * they were given before (expectation maximization, after Dempster, Laird and Rubin, 1977). The
 * place that is in all of them, and seldom elsewhere, soon gets nearly all:
 *
 *     between   a b a c a      a d b a      c a b a      a was passed seven times, b three,
 *     left at     b                b            b        c twice, d once
 *
 * Garbage of many blocks, a tree, is learned of apart from the rest: another statement leaves it. */
#ifndef PMT_REPLAY_SPOTS_H
#define PMT_REPLAY_SPOTS_H

#include <stdbool.h>
#include <stdint.h>
#include "replay/ebb.h"

/* Zeroed has not been initialised, and answers nothing. */
struct pmt_spots {
    struct pmt_spots_learned *learned;
};

/* False: memory ran out (it takes more than a MiB). */
bool pmt_spots_init(struct pmt_spots *s);
void pmt_spots_release(struct pmt_spots *s);

/* Garbage of n blocks was left at or behind `from` and before `to`: the event of one of the bottoms there; part,
 * of 2^32: which, by how likely they are. 0: there is none. What is asked for the same `to` soon
 * again was left at the same time, for all that is known: the places learn from the first. It is
 * always the same `ebb`, which has grown. */
uint64_t pmt_spots_within(struct pmt_spots *s, const struct pmt_ebb *ebb, uint64_t from,
                          uint64_t to, size_t n, uint32_t part);

#endif
