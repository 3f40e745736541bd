/*
 * look_when.c - when are objects looked at?
 *
 * When a collection is due, at what it is going to collect: but for most of generation 0 where many
 * were looked at, which those are like, and for most young ones where none has found anything for long
 * (leave_out); and at everything only if the last look at everything is not too near, or looks are
 * asked for (--precise). What comes unlooked at tells the types of what it frees (young.c). It has
 * survivors all the same, which are to be watched from then on (touch.c): they are behind what was the
 * last object of the next generation.
 *
 * The more a program has gone on so, and the less of what it leaves is old, the less a look tells that
 * is not known: they come the rarer, at everything as well, and so do readings of reference counts.
 *
 * A look tells more than such a collection: what was left with which others, and when. Of young
 * garbage that is known well enough from some of it. What an unlooked collection frees takes its
 * references with it, so that what they led to seems to be touched: where a part of the garbage
 * is old, all are looked at.
 *
 * From 3.12 on objects are made between such a look and its collection, at least the one that the
 * collection came to be due with. Those that survive it are to be watched as well.
 *
 * And at all generations whenever the program has made `every` records since, or if that is 0
 * so many that a look is a small part of what the program does.
 * Where a full collection is near, such a look waits for it, and is the one that it gets.
 *
 *     collections   0  0  0  0  0 ... 0  1  0  0 ...  2
 *     looks at      0  0  -  0  0     0  1  0  all    all
 */
#include "agent/agent.h"

#include <errno.h>
#include "agent/array.h"
#include "agent/look.h"
#include "agent/object.h"
#include "agent/set.h"

#define EARLY_FIRST 64u /* objects before a collection is due: where they are made is learned (site.c); */
#define EARLY       16u /* ... when that is known, behind */
#define LEARNED     64u /* ... so many collections of generation 0 */
#define LEAST_APART ((uint64_t)1 << 14) /* records between looks at everything */
#define STALE       ((uint64_t)1 << 12) /* records in which one that was due has to come */
#define NEAR        ((uint64_t)1 << 14) /* records, to a collection that is near and behind it */
#define LEFT_OUT    16u /* every so many collections of generation 0 come unlooked at */
#define ALIKE       128u /* collections of generation 0, before one in ALIKE_APART is looked at; where
                            hardly any garbage is old one in twice as many, ALIKE_MORE times later in
                            four times, and so on */
#define ALIKE_APART 8u
#define ALIKE_MORE  8u
#define IN_VAIN     64u /* young collections in a row that found nothing, before every other one
                           is looked at; four times as many: one in four, and so on */
#define RAREST      8u
#define UNCOUNTED   8u  /* times as many as are counted may be young: older ones that die count as well */
#define SHARE       40u /* records per object looked at */
#define SHARE_MUCH  24u /* ... where there is old garbage; */
#define SHARE_FEW   320u /* ... where hardly any is, for long; */
#define SHARE_VAIN  160u /* ... where two looks at everything in a row found nothing, */
#define GROWN       4u   /* ... unless there were one in so many more objects than at the last */
#define MUCH        64u  /* a full collection has found much: one in so many objects */
#define WAIT        2u   /* for one that is near a look waits this part of the time between two */

static size_t n_all; /* objects at the last look at everything */

static bool is_full_worth(void)
{
    return get((uintptr_t)HOT.gc, GC_LONG_LIVED + 8) >= get((uintptr_t)HOT.gc, GC_LONG_LIVED) / 4;
}

/* The generation that a collection takes which is due at the next object (gc/policy.h has
 * the rule). */
static unsigned generation_due(void)
{
    for (unsigned g = 2; g > 0; g--) {
        if (gc_half(GC_COUNT0 + GENERATION * (int)g) <=
            gc_half(GC_THRESHOLD0 + GENERATION * (int)g))
            continue;
        if (g < 2 || is_full_worth())
            return g;
    }
    return 0;
}

void look_schedule(void)
{
    uint32_t early = HOT.look_turn[0] < LEARNED ? EARLY_FIRST : EARLY;

    if (early > HOT.gc_due / 2)
        early = HOT.gc_due / 2;
    HOT.look_from = HOT.gc_due == UINT32_MAX ? UINT32_MAX : HOT.gc_due - early;
    if (HOT.look_wanted)
        HOT.look_from = 0;
    if (!HOT.look_on)
        HOT.look_from = UINT32_MAX;
    HOT.ask_below = HOT.look_from < HOT.gc_due ? HOT.look_from : HOT.gc_due;
    if (HOT.ask_below > 0)
        HOT.ask_below--;
}

void look_at_end(void)
{
    HOT.look_last = HOT.look_wanted = HOT.look_on;
    look_schedule();
}

/* Behind the next collection of generation 1 comes a full one, which is looked ahead at. */
static bool full_is_near(void)
{
    return gc_half(GC_COUNT0 + 2 * GENERATION) >= gc_half(GC_THRESHOLD0 + 2 * GENERATION) &&
           HOT.gc_due != UINT32_MAX && is_full_worth();
}

/* What is left between the look and a full collection comes unlooked at: so where one is near, the
 * look waits for it. */
static bool is_wanted(void)
{
    return work_done() >= HOT.look_next && (work_done() >= HOT.look_wait || !full_is_near());
}

void look_poll(void)
{
    if (!HOT.gc_found)
        return;
    HOT.look_on = true;
    HOT.look_wanted |= is_wanted();
    look_schedule();
    touch_poll();
}

bool look_in_vain(void)
{
    return HOT.look_vain >= IN_VAIN;
}

bool look_is_seldom(void)
{
    return HOT.look_turn[0] >= ALIKE && touch_hardly_old();
}

/* One collection in so many is worth a look: where young ones have found nothing for long, and of
 * generation 0 behind many: the more have gone by so, the rarer. */
static uint32_t worth_one_in(unsigned generation)
{
    uint32_t every = 1;

    if (generation == 0 && HOT.look_turn[0] >= ALIKE && !touch_partly_old()) {
        every = ALIKE_APART;
        for (uint32_t n = HOT.look_turn[0]; look_is_seldom() && n >= ALIKE; n /= ALIKE_MORE)
            every *= 2;
        return every;
    }
    for (uint32_t n = HOT.look_vain; n >= IN_VAIN && every < RAREST; n /= 4)
        every *= 2;
    return every;
}

/* One that is due may come unlooked at: what is in the generation that its survivors join. */
static void note_next(void)
{
    unsigned due = generation_due();

    HOT.look_left = head_before((uintptr_t)HOT.gc + GENERATION * (due == 2 ? 2 : due + 1));
    HOT.look_left_most = gc_half(GC_COUNT0);
    HOT.look_left_young = due < 2;
}

/* One that is due, the next of its generation, comes unlooked at: where looks find nothing; and now
 * and then, for what a look has just visited is in the caches, and its collection quicker than
 * without. */
static bool is_left_out(unsigned due)
{
    unsigned generation = due > 1 ? 1 : due;
    uint32_t turn = HOT.look_turn[generation] + 1, every = worth_one_in(generation);

    return !HOT.look_wanted && !(due == 2 && work_done() >= HOT.look_full) &&
           (turn % every || (every == 1 && generation == 0 && turn % LEFT_OUT == 0));
}

bool look_is_left_out(void)
{
    return is_left_out(generation_due());
}

static bool leave_out(void)
{
    unsigned due = generation_due();
    bool left_out = is_left_out(due);

    HOT.look_turn[due > 1 ? 1 : due]++;
    if (!left_out)
        return false;
    HOT.look_done = true;
    HOT.look_stale = work_done() + STALE;
    note_next();
    return true;
}

static struct array survivors; /* the youngest first; */
static struct set surviving;   /* ... of generation 0, the same */

static enum touch_found find_surviving(uintptr_t head)
{
    return set_has(&surviving, head) ? TOUCH_READ : TOUCH_GONE;
}

/* Most of what was watched since the last collection is gone. */
static void sift_survivors(void)
{
    bool all = true;

    for (size_t i = 0; i < survivors.n; i++)
        all &= set_add(&surviving, survivors.at[i]);
    if (all)
        touch_sift_young(find_surviving);
    set_clear(&surviving);
}

/* Those that have survived it are the new ones in the next generation, up to what was the last one
 * there. That may be gone: then they are taken to be no more than were counted. */
static void watch_left_out(unsigned generation)
{
    uintptr_t list = (uintptr_t)HOT.gc + GENERATION * (generation == 2 ? 2 : generation + 1);
    uintptr_t head = head_before(list);

    survivors.n = 0;
    for (; head != list && head != HOT.look_left && survivors.n < UNCOUNTED * HOT.look_left_most;
         head = head_before(head))
        if (!array_push(&survivors, head))
            return;
    if (head != HOT.look_left && survivors.n > HOT.look_left_most)
        survivors.n = HOT.look_left_most;
    else if (generation == 0)
        sift_survivors();
    while (survivors.n)
        touch_watch(survivors.at[--survivors.n]);
    if (generation > 0)
        touch_grown();
}

#define LATE_MOST 4096u

static struct {
    uintptr_t at[LATE_MOST]; /* blocks, tagged as gc_last_block */
    size_t n;
} late;

void look_late(uintptr_t tagged)
{
    if (HOT.gc_late && HOT.look_done && !HOT.look_left && late.n < LATE_MOST)
        late.at[late.n++] = tagged;
}

/* What has died since may be anything by now: no look will find that again. */
static void watch_late(unsigned generation)
{
    for (size_t i = 0; i < late.n; i++) {
        uintptr_t head = collector_listed(late.at[i]);

        if (head)
            touch_watch(head);
    }
    if (late.n && generation > 0)
        touch_grown();
    late.n = 0;
}

/* What older objects lose to one that is left out is to be told from what the program does. */
static void read_ahead(void)
{
    if (HOT.look_near && work_done() < HOT.look_near + NEAR)
        return;
    HOT.look_near = work_done();
    HOT.look_read = !look_in_vain() && look_is_left_out();
    if (HOT.look_read)
        touch_read_ahead();
}

/* One that finds nothing says little of a program that has made a good part of its objects since the
 * last. */
static void note_found(struct looked looked)
{
    if (looked.n_dead)
        HOT.look_none = 0;
    else if (GROWN * looked.n_objects < (GROWN + 1) * n_all)
        HOT.look_none++;
}

static uint64_t share(void)
{
    if (look_is_seldom())
        return SHARE_FEW;
    if (touch_much())
        return SHARE_MUCH;
    return HOT.look_none > 1 ? SHARE_VAIN : SHARE;
}

/* A full collection that has found much is a sign that the next one will. (So one that was looked
 * ahead at and did not come, for what was made was no object of the collector's, is so again.) */
static void full_again_soon(void)
{
    if (HOT.look_worth && HOT.look_full > work_done() + n_all)
        HOT.look_full = work_done() + n_all;
}

/* The next object is one of the collector's. A full collection is looked ahead at if the
 * last look at everything is not too near. */
static void look_now(bool due)
{
    int soon = due ? (int)generation_due() : -1;
    bool all = HOT.look_wanted || (soon == 2 && work_done() >= HOT.look_full);
    unsigned generations = all ? 2 : soon > 0 ? 1 : 0;
    struct looked looked;
    uint64_t cost;

    if (soon > 0 && generations >= (unsigned)soon)
        spared_before((unsigned)soon);
    looked = look_at(generations, soon);
    spared_behind();
    if (looked.n_dead)
        HOT.look_vain = 0;
    if (all)
        note_found(looked);
    cost = share() * looked.n_objects;
    if (HOT.look_last) {
        look_tell_alive();
        HOT.look_last = HOT.look_on = false;
    }
    HOT.look_done = due;
    HOT.look_left = 0;
    HOT.look_stale = work_done() + (cost < STALE ? STALE : cost);
    if (!all)
        return;
    HOT.look_wanted = false;
    n_all = looked.n_objects;
    HOT.look_full = HOT.look_every ? 0 : work_done() + cost / (HOT.look_none > 1 ? 4 : 16);
    full_again_soon();
    HOT.look_next = work_done() + (HOT.look_every ? HOT.look_every
                                : cost < LEAST_APART ? LEAST_APART : cost);
    HOT.look_wait = HOT.look_every ? 0 : HOT.look_next + cost / WAIT;
    look_schedule();
}

void look_before(uintptr_t site)
{
    bool over = HOT.gc_count >= HOT.gc_due;
    bool awaited = over && HOT.look_done && work_done() < HOT.look_stale;
    bool due = over && !awaited;
    bool wanted = HOT.look_wanted && (!awaited || HOT.look_last);
    bool of_collector = site_is_collectors(site); /* it learns from every call */
    int saved;

    /* Awaited is a collection that was looked ahead at, from 3.12 on: what it will find is
     * told, and not remembered. A look before it would tell it again.
     * While it finalises, the interpreter makes hardly an object: any will do. */
    if ((!of_collector && !HOT.look_last) || !(due || wanted) || gc_half(GC_COLLECTING) ||
        HOT.busy) {
        if (!over && !HOT.busy && !HOT.look_wanted && !gc_half(GC_COLLECTING))
            read_ahead();
        if (due && !gc_half(GC_COLLECTING)) /* should it come now all the same */
            note_next();
        return;
    }
    if (due && leave_out())
        return;
    saved = errno;
    HOT.busy = true; /* nothing of this calls a hook that would record; a traversal
                        of another's making might */
    look_now(due);
    HOT.busy = false;
    errno = saved;
}

void look_ending(void)
{
    if (!HOT.look_last || gc_half(GC_COLLECTING) || HOT.busy)
        return;
    HOT.busy = true;
    look_now(false);
    HOT.busy = false;
}

void look_collected(unsigned generation, uint64_t collected)
{
    HOT.look_done = false;
    if (generation == 2)
        HOT.look_worth = MUCH * collected >= n_all;
    full_again_soon();
    told_settle(generation);
    if (HOT.look_left && HOT.look_read && collected && work_done() < HOT.look_near + NEAR)
        touch_take();
    if (HOT.look_left && generation < 2)
        touch_unseen(collected);
    if (HOT.look_left)
        watch_left_out(generation);
    watch_late(generation);
    HOT.look_vain = collected ? 0 : HOT.look_vain + 1;
    HOT.look_left = 0;
    HOT.look_near = 0;
    HOT.look_read = false;
    touch_collected(generation);
}
