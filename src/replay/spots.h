/* spots.h - at which of the bottoms was garbage left? For src/replay.
 *
 * Knows bottoms (ebb.h); nothing of garbage. A program leaves its garbage at few places of its text,
 * each time anew. But a recording says only between which events it was: at one of the bottoms there.
 * So of how many times that a place was passed garbage was left there is learned from the questions
 * themselves: of each, the places of all bottoms between are given their shares, by what they were
 * given before (expectation maximization, after Dempster, Laird and Rubin, 1977). The place that
 * is in all of them, and seldom elsewhere, soon gets nearly all:
 *
 *     between    a b a c a d      a b a      d a c a b
 *     shares       ¾   ⅛   ⅛        1            ¼   ¾         b was passed three times, a six
 */
#ifndef PMT_REPLAY_SPOTS_H
#define PMT_REPLAY_SPOTS_H

#include <stdbool.h>
#include <stdint.h>
#include "replay/ebb.h"

/* Zeroed is closed. */
struct pmt_spots {
    struct pmt_spots_learned *learned;
};

/* Open, if it is not. False: memory ran out. */
bool pmt_spots_open(struct pmt_spots *s);
void pmt_spots_release(struct pmt_spots *s);

/* Garbage was left at or behind `from` and before `to`: the event of one of the bottoms there; part, of
 * 2^32: which, by how likely they are. 0: there is none, or it is closed. What is asked for the
 * same `to` once more, from no sooner, was left at the same time for all that is known: the places
 * learn from the first. It is always the same `ebb`, which has grown. */
uint64_t pmt_spots_within(struct pmt_spots *s, const struct pmt_ebb *ebb, uint64_t from,
                          uint64_t to, uint32_t part);

#endif
