/* recent.h - addresses that were met of late. Each has one place; where two share it, one is
 * forgotten. All of them are at once, by a turn that stands above the address: a table that is
 * cleared for each collection drives other things out of the caches. */
#ifndef PMT_AGENT_RECENT_H
#define PMT_AGENT_RECENT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define RECENT_BITS 12
#define RECENT_TURN 48 /* shift: no address is so high */

struct recent {
    uintptr_t at[1u << RECENT_BITS];
    uintptr_t turn;
};

static inline uintptr_t *recent_place(struct recent *r, uintptr_t address)
{
    return &r->at[address * UINT64_C(0x9E3779B97F4A7C15) >> (64 - RECENT_BITS)];
}

static inline bool recent_has(struct recent *r, uintptr_t address)
{
    return *recent_place(r, address) == (address | r->turn);
}

static inline void recent_put(struct recent *r, uintptr_t address)
{
    *recent_place(r, address) = address | r->turn;
}

static inline void recent_forget(struct recent *r, uintptr_t address)
{
    if (recent_has(r, address))
        *recent_place(r, address) = 0;
}

static inline void recent_forget_all(struct recent *r)
{
    r->turn += (uintptr_t)1 << RECENT_TURN;
    if (!r->turn)
        memset(r->at, 0, sizeof r->at);
}

#endif
