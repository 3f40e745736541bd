/* mod_collect.h - what collect.c and rec_collect.c ask of mod, the side that collects by its own
 * settings. For these alone. Where a function returns false, memory ran out. */
#ifndef PMT_REPLAY_MOD_COLLECT_H
#define PMT_REPLAY_MOD_COLLECT_H

#include "replay/collect.h"

/* An object was made as event `event`: mod may collect. */
bool pmt_mod_made(struct pmt_collect *c, uint32_t slot, pmt_block block,
                  struct pmt_birth birth, uint64_t event);

/* The program is (or is no more) within one call into C, from event `event` on: then it may. */
bool pmt_mod_held(struct pmt_collect *c, bool on, uint64_t event);

/* mod is there from now on: as a copy of rec. */
bool pmt_mod_begin(struct pmt_collect *c);

/* Collect this generation now; or what is pending, if anything. */
bool pmt_mod_collect(struct pmt_collect *c, unsigned generation, bool asked, uint64_t event);
bool pmt_mod_collect_pending(struct pmt_collect *c, uint64_t event);

/* gc.freeze() or, off, gc.unfreeze(): of a side's objects. */
void pmt_collect_freeze(struct pmt_collect_side *side, bool on);

/* How much is tracked, and is garbage, at this moment. */
void pmt_mod_note_peaks(struct pmt_collect *c);

/* A collection of this generation leaves the rest of its objects to the next; how many
 * come to the oldest one is corrected by what the census was found to miscount. */
void pmt_collect_move_up(const struct pmt_collect *c, struct pmt_collect_side *side,
                         unsigned generation);

#endif
