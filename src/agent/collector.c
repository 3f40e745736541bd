/*
 * collector.c - watching the cyclic collector without touching it.
 *
 * The collector's state is part of the interpreter's: three generations of 24 bytes
 * {list head, threshold, count}, a pointer to the first, the permanent generation,
 * statistics, a flag. Where it lies differs by version and build; what it looks like
 * does not (Modules/gcmodule.c, pycore_gc.h, 3.8 ... 3.13). It is looked for at the
 * first hook call, when every list is still empty: each head points at itself, the
 * thresholds are the defaults, and the pointer behind them leads back to them. Nothing
 * else in memory looks like that, so a match is a proof; without one nothing of the
 * collector is recorded.
 *
 *    -12 enabled   -8 debug
 *      0 head 0    16 threshold  20 count     24 head 1 ...   48 head 2 ...
 *     72 pointer to head 0       80 permanent generation
 *    104 three times {collections, collected, uncollectable}
 *    176 collecting             200 long_lived_total        208 long_lived_pending
 *
 * gc.callbacks would show collections too, but each call makes a tracked dict, and that
 * alone changes when the next one comes.
 *
 * From then on every hook call reads count 0 into its record: an object that the
 * collector counts raises it between the call that allocated it and the next, so the
 * recorder can tell which blocks are collector objects (record/drain_held.c).
 */
#include "agent/agent.h"

#include <errno.h>
#include <string.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include <pymemtrace/trace.h>

enum {
    AT_FIRST_POINTER = 72,
    AT_PERMANENT = GC_PERMANENT,
    AT_STATS = 104,
    AT_COLLECTING = GC_COLLECTING,
    AT_LONG_LIVED = GC_LONG_LIVED,
    STATE_BYTES = 216
};

#define SCAN_BYTES ((uintptr_t)1 << 20) /* how far the interpreter's state may reach */

/* What a recording without collector looks at: never changes, never due. */
static const struct {
    uint64_t before[2];
    char state[STATE_BYTES];
} nothing;

void collector_none(void)
{
    HOT.gc = nothing.state;
    HOT.gc_due = HOT.look_from = UINT32_MAX;
}

static uint64_t word(const char *gc, int at)
{
    uint64_t w;

    memcpy(&w, gc + at, sizeof w);
    return w;
}

static uint32_t half(const char *gc, int at)
{
    uint32_t w;

    memcpy(&w, gc + at, sizeof w);
    return w;
}

/* -- finding it -- */

static bool empty_list(const char *head)
{
    return word(head, 0) == (uintptr_t)head && word(head, 8) == (uintptr_t)head;
}

static bool is_state(const char *gc, uint32_t threshold0)
{
    return empty_list(gc) && half(gc, 16) == threshold0 && half(gc, 40) == 10 &&
           half(gc, 64) == 10 && empty_list(gc + GENERATION) &&
           empty_list(gc + 2 * GENERATION) &&
           word(gc, AT_FIRST_POINTER) == (uintptr_t)gc && empty_list(gc + AT_PERMANENT);
}

/* Read what may not be there, or may not be read. The program's errno stays. */
bool collector_read(uintptr_t at, uint64_t *out)
{
    struct iovec here = {out, sizeof *out}, there = {(void *)at, sizeof *out};
    int saved = errno;
    bool done = !(at & 7) && process_vm_readv(getpid(), &here, 1, &there, 1, 0) == 8;

    errno = saved;
    return done;
}

static bool page_is_readable(uintptr_t at)
{
    uint64_t any;

    return collector_read(at & ~(uintptr_t)4095, &any);
}

static const char *scan(const char *from, uint32_t threshold0)
{
    const char *at = from;
    uintptr_t mapped = 0; /* end of what is known to be readable */

    for (; at < from + SCAN_BYTES; at += 8) {
        while ((uintptr_t)at + STATE_BYTES > mapped) {
            uintptr_t next = mapped ? mapped : (uintptr_t)at;

            if (!page_is_readable(next))
                return NULL;
            mapped = (next & ~(uintptr_t)4095) + 4096;
        }
        if (word(at, 0) == (uintptr_t)at && is_state(at, threshold0))
            return at;
    }
    return NULL;
}

static const char *collector_find(uint32_t hex_version)
{
    uint32_t threshold0 = hex_version >= 0x030d0000 ? 2000 : 700;
    const char *from = hex_version < 0x03090000 ? pmt_py.runtime
                       : pmt_py.interp_head     ? pmt_py.interp_head()
                                                : NULL;

    return from ? scan(from, threshold0) : NULL;
}

/* -- settings, statistics -- */

static uint64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

void collector_stamp(void)
{
    HOT.gc_stamp = now_ns();
}

static void put_settings(void)
{
    const char *gc = HOT.gc;

    HOT.gc_threshold[0] = half(gc, 16);
    HOT.gc_threshold[1] = half(gc, 40);
    HOT.gc_threshold[2] = half(gc, 64);
    HOT.gc_enabled = half(gc, GC_ENABLED);
    HOT.gc_due = HOT.gc_enabled && HOT.gc_threshold[0] ? HOT.gc_threshold[0] : UINT32_MAX;
    look_schedule();
    ring_put(PMT_W_GC_SET, (uint64_t)HOT.gc_enabled << 32 | HOT.gc_threshold[0],
             (uint64_t)HOT.gc_threshold[2] << 32 | HOT.gc_threshold[1]);
}

static bool settings_changed(void)
{
    const char *gc = HOT.gc;

    return half(gc, 16) != HOT.gc_threshold[0] || half(gc, 40) != HOT.gc_threshold[1] ||
           half(gc, 64) != HOT.gc_threshold[2] || half(gc, GC_ENABLED) != HOT.gc_enabled;
}

static uint64_t stat(int generation, int field)
{
    return word(HOT.gc, AT_STATS + 24 * generation + 8 * field);
}

/* -- collections -- */

/* Whether this list head or object is in a list: its successor knows it. It may be
 * long gone, so it is not read directly. */
static bool is_linked(uint64_t at)
{
    uint64_t next, back;

    return collector_read(at, &next) && collector_read((next & ~UINT64_C(3)) + 8, &back) && (back & ~UINT64_C(3)) == at;
}

/* gc.freeze() appends to the permanent generation: what was its last object is still
 * in it, and no longer the last. Where the last one died, it is not. */
static void put_freeze(void)
{
    const char *list = HOT.gc + AT_PERMANENT;
    uint64_t last = word(list, 8), before = HOT.gc_permanent;

    if (last == before)
        return;
    if (empty_list(list)) {
        ring_put(PMT_W_GC_FREEZE, 0, 0);
    } else if (is_linked(before)) {
        ring_put(PMT_W_GC_FREEZE, 1, 0);
        HOT.gc_stamp = 0; /* it sets the counts back: none is due any more */
    }
}

static uint64_t collections_since(void)
{
    uint64_t n = 0;

    for (int g = 0; g < 3; g++)
        n += stat(g, 0) - HOT.gc_stats[g][0];
    return n;
}

static void remember(void)
{
    HOT.gc_permanent = word(HOT.gc, AT_PERMANENT + 8);
    for (int g = 0; g < 3; g++)
        for (int f = 0; f < 3; f++)
            HOT.gc_stats[g][f] = stat(g, f);
    HOT.gc_later_counts[0] = half(HOT.gc, 44);
    HOT.gc_later_counts[1] = half(HOT.gc, 68);
}

#define NOT_YET_KNOWN 3u

/* A collection of generation g counts up in g + 1 and clears g and below; from 3.12 on
 * a hook may come before that. */
static unsigned generation_under_way(void)
{
    uint32_t count1 = half(HOT.gc, 44), count2 = half(HOT.gc, 68);

    if (count1 == HOT.gc_later_counts[0] && count2 == HOT.gc_later_counts[1])
        return NOT_YET_KNOWN;
    if (count1 == HOT.gc_later_counts[0] + 1)
        return 0;
    return count1 == 0 && count2 == HOT.gc_later_counts[1] + 1 ? 1 : 2;
}

/* The one whose number of collections has gone up. */
static unsigned generation_ended(void)
{
    unsigned g = 0;

    while (g < 2 && stat((int)g, 0) == HOT.gc_stats[g][0])
        g++;
    return g;
}

/* The agent's part of the collection that ends: waiting, what is done now and then, and
 * the hooks. No more than half is taken out, lest an estimate stand for a measurement. */
static uint64_t own_ns(uint64_t now)
{
    uint64_t own = HOT.waited_ns - HOT.gc_waited_ns;
    uint64_t hooks = hook_ns(HOT.head - HOT.gc_begin_head, now);
    uint64_t rest = now - HOT.gc_begin_ns;

    if (!HOT.gc_begin_ns || now < HOT.gc_begin_ns || own > rest)
        return 0;
    rest -= own;
    return own + (hooks < rest / 2 ? hooks : rest / 2);
}

static bool is_finalizing(void)
{
    return pmt_py.is_finalizing && pmt_py.is_finalizing();
}

/* The first one when the interpreter finalises, which asks for it, whatever is due. */
static bool is_first_of_end(void)
{
    bool first = !HOT.gc_finalizing && is_finalizing();

    HOT.gc_finalizing |= first;
    return first;
}

/* A stamp says that one was due; where collections come inside the allocation (up to
 * 3.11), the block it was for has to be the collector's as well. */
static void put_begin(unsigned generation, uint64_t ns)
{
    bool due = HOT.gc_stamp &&
               (HOT.gc_late ? !is_first_of_end() : HOT.gc_last_counted);

    if (HOT.gc_late && due)
        step_collected();
    ring_put(PMT_W_GC_BEGIN, generation + (due ? 0 : 4), ns);
    HOT.gc_waited_ns = HOT.waited_ns;
    HOT.gc_begin_head = HOT.head;
    HOT.gc_begin_ns = ns;
    HOT.gc_full = generation >= 2;
    HOT.gc_unseen = HOT.look_left && HOT.look_left_young && due;
    hook_collection_begins();
}

/* times: how many of this generation (more than one only where no hook ran between). */
static void put_end(unsigned generation, uint64_t ns)
{
    int g = (int)generation;
    const uint64_t figures[PMT_W_FIGURES] = {
        stat(g, 1) - HOT.gc_stats[g][1], stat(g, 2) - HOT.gc_stats[g][2],
        word(HOT.gc, AT_LONG_LIVED), word(HOT.gc, AT_LONG_LIVED + 8), spared_ns(generation)};

    /* When nobody recorded it, the program did not do our work, nor wait for us. */
    ring_put_figures(PMT_W_GC_END, generation, ns - own_ns(ns), figures,
                     PMT_W_FIGURES);
    look_collected(generation, stat(g, 1) - HOT.gc_stats[g][1]);
    HOT.gc_stats[g][1] = stat(g, 1);
    HOT.gc_stats[g][2] = stat(g, 2);
    HOT.gc_unseen = HOT.gc_full = false;
}

/* Collections that began and ended since the last hook call. Their duration is known
 * where one was due: it began after that call. */
static void put_whole_collections(void)
{
    uint64_t n = collections_since(), now = HOT.gc_stamp ? now_ns() : 0;

    for (unsigned g = 0; g < 3; g++)
        for (; HOT.gc_stats[g][0] < stat((int)g, 0); HOT.gc_stats[g][0]++) {
            if (!ring_room(RESERVE))
                return;
            put_begin(g, n == 1 ? HOT.gc_stamp : 0);
            put_end(g, n == 1 ? now : 0);
        }
}

/* Between collections: settings, collections that no hook ran in, gc.freeze(). A
 * collection may move objects to the permanent generation itself (3.12, 3.13: those
 * that became immortal). */
static void look_around(bool collected)
{
    collector_settle();
    if (settings_changed())
        put_settings();
    if (collections_since()) {
        put_whole_collections();
        collected = true;
    } else if (!collected) {
        put_freeze();
    }
    if (collected)
        collector_tell_untracked();
    remember();
}

/* The interpreter collects once more before it takes its modules apart: the poll that sees
 * this may come with the next call. */
static void notice_end(void)
{
    if (!HOT.ended && is_finalizing())
        ring_poll_at_once();
}

/* From 3.12 on one that was due comes at the next check of the evaluation loop, of generation 1 or 2
 * if theirs are, whatever became of count 0 until then (gc_collect_generations()). */
static bool is_older_due(void)
{
    bool is_full = HOT.gc_later_counts[1] > HOT.gc_threshold[2] &&
                   word(HOT.gc, AT_LONG_LIVED + 8) >= word(HOT.gc, AT_LONG_LIVED) / 4;

    return HOT.gc_late && (HOT.gc_later_counts[0] > HOT.gc_threshold[1] || is_full);
}

void collector_slow(bool taken_back, const void *freed)
{
    bool collecting = half(HOT.gc, AT_COLLECTING) != 0, was = HOT.gc_collecting;
    unsigned begun = collections_since() ? NOT_YET_KNOWN : generation_under_way();
    uint64_t now = collecting && !was ? now_ns() : 0;

    if (taken_back && !is_older_due())
        HOT.gc_stamp = 0;
    if (was && !collecting) {
        unsigned ended = generation_ended();

        HOT.gc_stats[ended][0]++;
        put_end(ended, now_ns());
    }
    if (!(was && collecting))
        look_around(was);
    if (now) {
        objects_tell_taken(freed);
        put_begin(begun, HOT.gc_stamp ? HOT.gc_stamp : now);
    }
    HOT.gc_collecting = collecting;
    HOT.ask_at = 0;
    HOT.gc_stamp = 0;
    notice_end();
    if (now)
        HOT.waited_ns += now_ns() - now;
    (void)ring_room(RESERVE);
}

/* The count is 0: because of a collection or a freeze, or just so? */
bool collector_was_reset(void)
{
    return collections_since() || word(HOT.gc, AT_PERMANENT + 8) != HOT.gc_permanent;
}

/* The collector's state and the interpreter that it is of; they survive the wipe of
 * the hot page in a fork. */
static const char *found;
static const void *owner;

void collector_stop(void)
{
    HOT.gc_found = HOT.gc_late = HOT.gc_collecting = HOT.look_on = HOT.within_call = false;
    HOT.gc_count = 0;
    HOT.gc_last_block = HOT.gc_stamp = 0;
    collector_forget(NULL, SIZE_MAX);
    collector_none();
}

/* Up to 3.10 an interpreter's memory is given back at its end, the state in it; a
 * program that embeds may start another. */
void collector_owner_freed(const void *p)
{
    if (p != owner || !HOT.gc_found)
        return;
    owner = found = NULL;
    collector_stop();
    if (HOT.objects)
        objects_owner_freed();
    HOT.gc_looked = false;
    HOT.stop_at = HOT.ask_at = 0;
}

/* A sandbox may forbid the one system call that the looks need. */
static bool can_look(void)
{
    uint64_t w;

    return collector_read((uintptr_t)&nothing.state & ~(uintptr_t)7, &w);
}

void collector_begin(uint32_t hex_version)
{
    if (!found) {
        owner = pmt_py.interp_head();
        found = can_look() ? collector_find(hex_version) : NULL;
    }
    HOT.gc_looked = true;
    if (!found) {
        ring_put(PMT_W_TROUBLE, PMT_TROUBLE_GC_UNSEEN, 1);
        return;
    }
    HOT.gc = found;
    HOT.gc_found = true;
    HOT.gc_late = hex_version >= 0x030c0000;
    step_reset();
    HOT.gc_preheader = hex_version >= 0x030b0000;
    HOT.gc_collecting = half(HOT.gc, AT_COLLECTING) != 0;
    remember();
    put_settings();
    (void)ring_room(RESERVE);
}
