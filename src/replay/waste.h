/* waste.h - one block of garbage in mod. For garbage.c, which tells what is garbage, and
 * garbage_settle.c, which learns what the recording makes of it. */
#ifndef PMT_REPLAY_WASTE_H
#define PMT_REPLAY_WASTE_H

#include "replay/garbage.h"

struct pmt_collect;

/* The collection of mod that found what was unreachable from this event on, or NULL. Until it is
 * found, a group stays where it is: collections that do not cover it move it no further. */
const struct pmt_past *pmt_waste_finder(const struct pmt_garbage *g, uint32_t key, uint64_t event);

/* It waits for the collection of mod that covers its key. False: out of memory. */
bool pmt_waste_wait(struct pmt_collect *c, struct pmt_waste w);

/* It should have gone with this one: its block is given back now, to the credit of that. */
void pmt_waste_free_overdue(struct pmt_collect *c, const struct pmt_waste *w,
                            const struct pmt_past *finder);

/* It is no garbage after all. */
void pmt_waste_take_back(struct pmt_collect *c, const struct pmt_open *o);

/* The slot is free again; whether mod has given its block back already. */
bool pmt_waste_clear_slot(struct pmt_garbage *g, uint32_t slot);

#endif
