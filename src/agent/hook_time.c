/*
 * hook_time.c - what the hooks cost within collections.
 *
 * They run there as well, for each block freed, and that is no part of a pause. A call is
 * too short for the clock of the system, so some are timed by the processor's
 * counter, in their place, with what they wait for: lines of the ring that the recorder has
 * just read, and memory. A call puts one record or some; all that a collection puts are taken to cost
 * as much each. What the hooks drive out of the caches is not in it.
 *
 * The code that times is itself driven out between two calls that are, and what it then waits for
 * is no cost of theirs: so a few are timed in a row, and the first of them do not count.
 */
#include "agent/agent.h"

#include <time.h>

#define TRIALS  64u
#define COLD    4u            /* records of those in a row that do not count */
#define ENOUGH  16u           /* records of a collection that say what its records cost */
#define AT_MOST ((uint64_t)1 << 12) /* records that count; those before them fade */

/* Loads before it have come, none behind it has begun. */
static uint64_t hook_ticks(void)
{
#if defined(__x86_64__)
    uint64_t t;

    __builtin_ia32_lfence();
    t = __builtin_ia32_rdtsc();
    __builtin_ia32_lfence();
    return t;
#else
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
#endif
}

/* What reading the counter takes itself. */
static uint64_t empty_ticks(void)
{
    static uint64_t least;

    for (unsigned i = least ? TRIALS : 0; i < TRIALS; i++) {
        uint64_t since = hook_ticks(), t = hook_ticks() - since;

        if (!least || t < least)
            least = t;
    }
    return least;
}

uint64_t hook_begins(void)
{
    HOT.hook_head = HOT.head;
    return hook_ticks();
}

void hook_took(uint64_t since)
{
    uint64_t t = hook_ticks() - since, empty = empty_ticks(), n = HOT.head - HOT.hook_head;

    if (HOT.hook_head % HOOK_SPAN < COLD)
        return;
    t = t > empty ? t - empty : 0;
    HOT.hook_ticks += t;
    HOT.hook_records += n;
    HOT.hook_own_ticks += t;
    HOT.hook_own_records += n;
    if (HOT.hook_records >= AT_MOST) {
        HOT.hook_ticks /= 2;
        HOT.hook_records /= 2;
    }
}

void hook_collection_begins(void)
{
    struct timespec ts;

    HOT.hook_own_ticks = HOT.hook_own_records = 0;
    if (HOT.hook_began_ns)
        return;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    HOT.hook_began_ns = (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
    HOT.hook_began_ticks = hook_ticks();
}

uint64_t hook_ns(uint64_t records, uint64_t now_ns)
{
    bool own = HOT.hook_own_records >= ENOUGH;
    uint64_t ticks = own ? HOT.hook_own_ticks : HOT.hook_ticks;
    uint64_t n = own ? HOT.hook_own_records : HOT.hook_records;
    uint64_t passed = hook_ticks() - HOT.hook_began_ticks;

    if (!n || !passed || now_ns <= HOT.hook_began_ns)
        return 0;
    return (uint64_t)((double)records * (double)ticks / (double)n *
                      ((double)(now_ns - HOT.hook_began_ns) / (double)passed));
}
