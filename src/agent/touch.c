/*
 * touch.c - when was an object last touched?
 *
 * Nothing can touch what is dead: the reference counts of a group of garbage do not change
 * any more, and the last change was the loss of the reference that kept it. So between the
 * looks, which are dear, the counts of objects are read now and then, which is cheap, and for
 * each object it is kept in which reading its count was another one than before. A look that
 * finds a group dead tells the last of these. What keeps garbage is a reference to an object in
 * a cycle: those that the last look found to be in none are seldom read.
 *
 *     reading      1         2         3        look: it is dead
 *     count        5    5    6    6    5    5   5
 *     touched                2         3        -> between readings 2 and 3
 *
 * Nor does each reading read all others. It reads what has come in the last few of them (NEAR),
 * each second one what has come in twice as many, each fourth in four times as many: so an object
 * is read whenever an eighth has been added to its age, and the next reading comes the sooner.
 * Those that were there at the last look at everything are read by the number of the program's
 * records, but no sooner than a sixteenth has been added to the time since that look.
 *
 * But garbage that is collected takes its references with it, also those to older garbage. How
 * many each object is about to lose so is kept, and that is no touch. Where one that frees
 * something comes without a look, objects of generation 1 are read shortly before: what has
 * changed behind it may have been touched since, or be as it was.
 *
 * A count may also be what it was when nothing is: where a reading falls between the making of
 * objects and the references that make a cycle of them, each has gained what the program lets go
 * of. So the youngest that a reading meets count as touched until the next one.
 *
 * Objects are watched in the order in which they were met, which is that of their age. (The
 * collector's lists are not in order: each collection takes them apart.) One that was freed may
 * be another by now, whose history then is mixed with its own: it is met again while it is in
 * generation 0, and the last time counts. Memory that was given back to the
 * system is not read: arenas say when they go, and of what lies outside of them each block does.
 */
#include "agent/agent.h"

#include <string.h>
#include "agent/array.h"
#include "agent/object.h"
#include "agent/recent.h"
#include "agent/set.h"

#define GONE_MOST  64u  /* arenas that went, before those in them are dropped */
#define ARENA_LEAST ((size_t)1 << 18) /* bytes of one; less is a piece of frame stack */
#define YOUNG_MOST 4096u /* objects of generation 0 that are met one by one */
#define UNFINISHED 8u   /* the youngest of them, which may still be under construction */
#define APART      1u   /* records between readings, per young object that one reads on average; */
#define APART_VAIN 8u   /* ... where collections find nothing for long; */
#define APART_OLD  3u   /* ... of those that were there at the last look, per one that is read; */
#define APART_MUCH 1u   /* ... where there is old garbage; */
#define APART_NONE 12u  /* ... where two looks at everything in a row found none */
#define NEAR       8u   /* readings: what has come since is read by each one */
#define MUCH       64u  /* one in so many objects, between looks at everything */
#define PARTLY     16u  /* one old one for so many young; */
#define YOUNG_MANY 4096u /* ... between looks at everything, to say that there are hardly any */
#define OLD_NEAR   16u  /* so much of the time since the look lies between those of what was there */
#define LEAST      ((uint64_t)1 << 12) /* records between readings */
#define FEW_TIMES  4u   /* ... so many times as many where hardly any garbage is old, for long */

/* The state of an object: its count; that it has changed since it was first read, and how many
 * readings lay between that one and the one before that read it: 2^gap at most; reading of the
 * last change, or the first; that its block lies outside the arenas. */
#define COUNT_BITS UINT32_MAX
#define CHANGED    ((uint64_t)1 << 32)
#define GAP        33 /* shift */
#define GAP_MOST   31u
#define READING    38 /* shift */
#define READINGS_MOST ((uint64_t)1 << 24) /* since a look at everything: then it waits for one */
#define OUTSIDE    ((uint64_t)1 << 62)
#define IDLE       ((uint64_t)1 << 63) /* it was in no cycle: seldom read */
#define IDLE_TURN  8u /* readings */

#define PIECE 256u /* objects that stay in the caches */
#define AHEAD 16 /* counts on their way */

static struct {
    struct array head;    /* GC heads, as they came */
    struct array state;   /* ... and theirs */
    size_t old;           /* so many were in generation 2 before the last collection of it
                             or of generation 1 */
    bool mixed;           /* some of the others are there as well */
    size_t young;         /* so many were met before the last collection; 0: not known */
    uint32_t pass;        /* over the counts: which one it is */
    uint64_t readings;    /* since the last look at everything */
    struct array since;   /* by reading, the look is 0: how many were watched then */
    size_t base;          /* so many were at the look: */
    struct array lively;  /* ... of these, which are not IDLE */
    struct array of_base; /* readings that were of these too; the look is 0 */
    uint64_t base_next;   /* work_done() at which the next is, */
    uint64_t looked;      /* ... and at which the look was */
    bool met;             /* something is in `recent` */
    bool anew;            /* that look is under way */
    size_t n_garbage, n_young; /* found since the last look at everything: of generation 2, and
                             the younger, with what collections freed that came unlooked at; */
    size_t n_young_before; /* ... the younger, up to that look */
    bool often;           /* of generation 2 it was much before; */
    bool partly;          /* ... it was some beside the younger */
    uint32_t none;        /* looks at everything in a row that found none */
} watch;

/* Arenas that were unmapped since, and how many objects were watched then: what came later may
 * lie in a new one at the same place. */
static struct {
    uintptr_t base[GONE_MOST], end[GONE_MOST];
    size_t watched[GONE_MOST];
    size_t n;
} gone;

/* Objects are met at each reading while they are in generation 0: watched once, mostly. */
static struct recent recent;

/* References that objects lose to a collection, until a reading sees it; one object may be watched
 * in several places. Where two share a place one is forgotten. */
#define LOSERS 14 /* bits */

static struct {
    uintptr_t head;
    uint32_t lost;
    uint32_t seen; /* pass that saw it; 0: none */
} losers[1u << LOSERS];

static size_t place(uintptr_t head, unsigned bits)
{
    return head * UINT64_C(0x9E3779B97F4A7C15) >> (64 - bits);
}

void touch_lose(uintptr_t head)
{
    size_t i = place(head, LOSERS);
    bool more = losers[i].head == head && !losers[i].seen;

    losers[i].lost = more ? losers[i].lost + 1 : 1;
    losers[i].head = head;
    losers[i].seen = 0;
}

/* What lies there is met anew: what it has lost it had lost before. */
static void lose_no_more(uintptr_t head)
{
    size_t i = place(head, LOSERS);

    if (losers[i].head == head)
        losers[i].head = 0;
}

/* Its count is another one: for that alone? */
static bool has_lost(uintptr_t head, uint64_t before, uint64_t count)
{
    size_t i = place(head, LOSERS);

    if (losers[i].head != head || (losers[i].seen && losers[i].seen != watch.pass))
        return false;
    losers[i].seen = watch.pass;
    return count + losers[i].lost == before;
}

static uint64_t reading_of(uint64_t state)
{
    return (state & ~(IDLE | OUTSIDE)) >> READING;
}

/* That one and the one before that read it, at most. */
static uint64_t readings_between(uint64_t state)
{
    return (uint64_t)1 << (state >> GAP & GAP_MOST);
}

static uint64_t count_of(uintptr_t head)
{
    return get(head, HEAD) & COUNT_BITS;
}

/* Blocks of the program's objects and tables outside the arenas: larger ones, and what was shrunk,
 * which pymalloc does not take back. */
static struct set outside;
static bool outside_lost; /* not all of them are known: nothing more is watched */

void touch_taken(const void *block)
{
    outside_lost |= !set_add(&outside, (uintptr_t)block);
}

void touch_anew(uintptr_t block)
{
    if (!watch.met)
        return;
    recent_forget(&recent, block);
    recent_forget(&recent, block + HEAD); /* behind a pre-header */
}

void touch_freed(const void *block)
{
    set_remove(&outside, (uintptr_t)block);
    touch_anew((uintptr_t)block);
}

static inline bool is_outside(uintptr_t head)
{
    return set_has(&outside, head) || set_has(&outside, head - HEAD);
}

/* Whether its memory may be read. */
static inline bool is_there(size_t i)
{
    return !(watch.state.at[i] & OUTSIDE) || is_outside(watch.head.at[i]);
}

static bool is_gone(uintptr_t head, size_t i)
{
    for (size_t k = 0; k < gone.n; k++)
        if (head >= gone.base[k] && head < gone.end[k] && i < gone.watched[k])
            return true;
    return false;
}

/* What is neither in an arena nor known to be outside is not there; the looks will miss it. */
static void drop_gone(void)
{
    uintptr_t low = UINTPTR_MAX, high = 0;

    if (!gone.n)
        return;
    for (size_t k = 0; k < gone.n; k++) {
        low = gone.base[k] < low ? gone.base[k] : low;
        high = gone.end[k] > high ? gone.end[k] : high;
    }
    for (size_t i = 0; i < watch.head.n; i++)
        if (watch.head.at[i] - low < high - low && is_gone(watch.head.at[i], i)) {
            watch.head.at[i] = 0;
            watch.state.at[i] |= OUTSIDE;
        }
    gone.n = 0;
}

/* -- what is watched -- */

static void meet_none(void)
{
    recent_forget_all(&recent);
    watch.met = false;
}

/* reading: that which it counts as touched in. */
static void watch_one(uintptr_t head, uint64_t reading)
{
    uint64_t out;

    if (recent_has(&recent, head) || outside_lost || !array_push(&watch.head, head))
        return;
    out = is_outside(head) ? OUTSIDE : 0;
    if (!array_push(&watch.state, reading << READING | out | count_of(head)))
        watch.head.n--;
    lose_no_more(head);
    recent_put(&recent, head);
    watch.met = true;
}

void touch_watch(uintptr_t head)
{
    watch_one(head, watch.anew ? 0 : watch.readings + 1);
}

/* From here on the objects of the list may be under construction. */
static uintptr_t first_unfinished(uintptr_t list)
{
    uintptr_t at = list;

    for (unsigned i = 0; i < UNFINISHED && head_before(at) != list; i++)
        at = head_before(at);
    return at;
}

/* The list of generation 0 is whole unless a collection is under way. */
static void watch_young(void)
{
    uintptr_t list = (uintptr_t)HOT.gc, unfinished;
    uint64_t reading = watch.readings + 1;

    if (gc_half(GC_COLLECTING) || gc_half(GC_COUNT0) > YOUNG_MOST)
        return;
    unfinished = first_unfinished(list);
    for (uintptr_t head = get(list, 0); head != list; head = get(head, 0)) {
        reading += head == unfinished;
        watch_one(head, reading);
    }
}

static bool is_partly_old(size_t n_young)
{
    return PARTLY * watch.n_garbage > n_young;
}

/* Those that are there still, each once, where it was met last: from the end on. */
void touch_begin(touch_finder *find)
{
    size_t n, to, old = 0;

    drop_gone();
    for (n = to = watch.head.n; n-- > 0;) {
        uintptr_t head = watch.head.at[n];
        enum touch_found found = is_there(n) ? find(head) : TOUCH_GONE;

        if (found == TOUCH_GONE)
            continue;
        old += n < watch.old;
        watch.head.at[--to] = head;
        watch.state.at[to] = count_of(head) | (watch.state.at[n] & OUTSIDE) |
                             (found == TOUCH_IDLE ? IDLE : 0);
    }
    array_cut(&watch.head, 0, to);
    array_cut(&watch.state, 0, to);
    watch.old = old;
    watch.mixed = false;
    watch.often = MUCH * watch.n_garbage > watch.head.n;
    watch.none = watch.n_garbage ? 0 : watch.none + 1;
    watch.partly = is_partly_old(watch.n_young);
    watch.n_young_before = watch.n_young;
    watch.n_garbage = watch.n_young = 0;
    watch.readings = 0;
    watch.young = 0;
    watch.anew = true;
    memset(losers, 0, sizeof losers);
    meet_none();
}

/* What is left from this one on is taken to be younger than it is: it is read the more. */
static void since_from(size_t first)
{
    for (size_t k = watch.since.n; k-- > 0 && watch.since.at[k] > first;)
        watch.since.at[k] = first;
}

/* What is gone of those from `first` on is read no more. known: those that were found nowhere are
 * gone; idle: those in no cycle are read seldom from now on. */
static void sift(size_t first, bool known, bool idle, touch_finder *find)
{
    size_t n, to;

    for (n = to = watch.head.n; n-- > first;) {
        enum touch_found found = is_there(n) ? find(watch.head.at[n]) : TOUCH_GONE;
        uint64_t state = watch.state.at[n];

        if (found == TOUCH_GONE && known)
            continue;
        watch.head.at[--to] = watch.head.at[n];
        watch.state.at[to] = idle && found == TOUCH_IDLE ? (state | IDLE) & ~CHANGED : state;
    }
    array_cut(&watch.head, first, to);
    array_cut(&watch.state, first, to);
    since_from(first);
}

void touch_sift(touch_finder *find)
{
    drop_gone();
    sift(watch.old, !watch.mixed, true, find);
    watch.young = 0;
}

/* What came since the last collection is in generation 0, or gone. */
void touch_sift_young(touch_finder *find)
{
    drop_gone();
    if (watch.young)
        sift(watch.young, true, false, find);
}

void touch_garbage(unsigned generation)
{
    if (generation == 2)
        watch.n_garbage++;
    else
        watch.n_young++;
}

void touch_unseen(uint64_t n)
{
    watch.n_young += n;
}

/* What the look itself has found counts for what comes behind it: there is nothing young yet to
 * compare it with. */
bool touch_partly_old(void)
{
    return watch.partly || is_partly_old(watch.n_young + watch.n_young_before);
}

bool touch_hardly_old(void)
{
    return watch.n_young_before >= YOUNG_MANY && !touch_partly_old();
}

bool touch_much(void)
{
    return watch.often || MUCH * watch.n_garbage > watch.head.n;
}

/* Where memory runs out, the rest is read with the idle ones. */
static void note_lively(void)
{
    watch.lively.n = 0;
    for (size_t i = 0; i < watch.base; i++)
        if (!(watch.state.at[i] & IDLE) && !array_push(&watch.lively, i))
            return;
}

void touch_begun(void)
{
    if (!watch.anew)
        return;
    watch.base = watch.old;
    watch.looked = work_done();
    note_lively();
    watch.since.n = watch.of_base.n = 0;
    (void)array_push(&watch.since, watch.base);
    (void)array_push(&watch.of_base, 0);
    watch.anew = false;
}

/* A forked child has the parent's; its blocks outside the arenas are the same. */
void touch_reset(void)
{
    watch.head.n = watch.state.n = watch.old = watch.base = watch.young = watch.lively.n = 0;
    for (size_t k = 0; k < watch.since.n; k++)
        watch.since.at[k] = 0;
    gone.n = 0;
    meet_none();
}

void touch_grown(void)
{
    watch.old = watch.head.n;
    watch.mixed = false;
}

void touch_collected(unsigned generation)
{
    watch.mixed |= generation > 0 && watch.old < watch.head.n;
    watch.young = watch.head.n;
    meet_none();
}

void touch_forget(const void *memory, size_t size)
{
    uintptr_t base = (uintptr_t)memory;

    if (!watch.head.n || size < ARENA_LEAST)
        return;
    if (gone.n == GONE_MOST)
        drop_gone();
    gone.base[gone.n] = base;
    gone.watched[gone.n] = watch.head.n;
    gone.end[gone.n++] = base + size;
}

/* -- reading -- */

/* Its count is on the way when it is read. */
static inline void ask_for(size_t i)
{
    __builtin_prefetch((const void *)(watch.head.at[i] + HEAD));
}

/* gap: it was read 2^gap readings ago or later. When one that is seldom read has changed is known
 * from one side only. */
static inline void read_one(size_t i, unsigned gap)
{
    uint64_t now = (watch.readings + 1) << READING, changed = CHANGED | (uint64_t)gap << GAP;
    uint64_t state = watch.state.at[i], count;

    if (UNLIKELY(!is_there(i)))
        return;
    count = count_of(watch.head.at[i]);
    if (count == (state & COUNT_BITS))
        return;
    if (has_lost(watch.head.at[i], state & COUNT_BITS, count))
        watch.state.at[i] = (state & ~(uint64_t)COUNT_BITS) | count;
    else
        watch.state.at[i] = now | count | (state & OUTSIDE) | (state & IDLE ? IDLE : changed);
}

/* Those from `first` up to `end`, but for those with the bit left_out. */
static void read_from(size_t first, size_t end, uint64_t left_out, unsigned gap)
{
    for (size_t i = first; i < end; i++) {
        if (i + AHEAD < end && !(watch.state.at[i + AHEAD] & left_out))
            ask_for(i + AHEAD);
        if (!(watch.state.at[i] & left_out))
            read_one(i, gap);
    }
}

static void read_lively(void)
{
    const uint64_t *at = watch.lively.at;

    for (size_t k = 0; k < watch.lively.n; k++) {
        if (k + AHEAD < watch.lively.n)
            ask_for(at[k + AHEAD]);
        read_one(at[k], 0);
    }
}

static size_t lesser(size_t a, size_t b)
{
    return a < b ? a : b;
}

static size_t greater(size_t a, size_t b)
{
    return a > b ? a : b;
}

static void read_base(void)
{
    size_t n = watch.lively.n;
    uint64_t apart = touch_much() ? APART_MUCH : watch.none > 1 ? APART_NONE : APART_OLD;
    uint64_t dear = apart * (n + (watch.base - n) / IDLE_TURN);

    if (watch.of_base.n % IDLE_TURN)
        read_lively();
    else
        read_from(0, watch.base, 0, 0);
    (void)array_push(&watch.of_base, watch.readings + 1);
    watch.base_next = work_done() + greater(dear, (work_done() - watch.looked) / OLD_NEAR);
}

/* Where the objects of a level begin: it is read by each 2^level-th reading. The next lower one
 * is behind it. */
static size_t begin_of(unsigned level)
{
    uint64_t reading = watch.readings + 1, back = (uint64_t)NEAR << level;

    if (reading <= back)
        return 0;
    return reading - back < watch.since.n ? watch.since.at[reading - back] : watch.head.n;
}

/* Of the levels up to this one, what lies from `first` up to `end`. */
static void read_levels(unsigned most, size_t first, size_t end, uint64_t left_out)
{
    for (unsigned level = 0; level <= most && end > first; level++) {
        size_t begin = greater(begin_of(level), first);

        if (begin < end)
            read_from(begin, end, left_out, level);
        end = lesser(begin, end);
    }
}

/* So many of those from `first` on a reading reads, on average. */
static size_t read_on_average(size_t first)
{
    size_t end = watch.head.n, n = 0;

    for (unsigned level = 0; level <= GAP_MOST && end > first; level++) {
        size_t begin = greater(begin_of(level), first);

        n += (end - begin) >> level;
        end = begin;
    }
    return n;
}

/* Records to the next reading: where collections find nothing, the old objects count too. */
static size_t to_next_reading(void)
{
    size_t n = read_on_average(watch.old), times = look_is_seldom() ? FEW_TIMES : 1;

    if (look_in_vain())
        n = greater(APART_VAIN * n, read_on_average(watch.base));
    else
        n *= APART;
    return times * greater(n, LEAST);
}

void touch_poll(void)
{
    unsigned most;
    size_t n;

    if (!HOT.look_on || work_done() < HOT.touch_next || watch.readings + 2 >= READINGS_MOST ||
        !ring_room(RESERVE))
        return;
    drop_gone();
    watch.pass++;
    if (work_done() >= watch.base_next)
        read_base();
    if (!watch.since.n)
        (void)array_push(&watch.since, 0);
    most = (unsigned)__builtin_ctzll(watch.readings + 1);
    read_levels(most, watch.base, watch.old, (watch.readings + 1) % IDLE_TURN ? IDLE : 0);
    read_levels(most, watch.old, watch.head.n, IDLE);
    n = to_next_reading();
    if (!look_is_left_out())
        watch_young();
    watch.readings++;
    (void)array_push(&watch.since, watch.head.n);
    ring_put(PMT_W_COUNTS, 0, 0);
    HOT.touch_next = work_done() + n;
}

/* What has changed counts for the next reading. What was met since the last collection is left
 * alone: it is in generation 0, of which a pause is about to be measured. */
void touch_read_ahead(void)
{
    drop_gone();
    watch.pass++;
    read_levels(GAP_MOST, watch.old, watch.young, IDLE);
}

/* Whether it was the program or the collection that took a reference is not known: it was last
 * touched when that was known before, or now, or in between. */
static uint64_t maybe_touched(uint64_t state, uint64_t count)
{
    uint64_t now = watch.readings + 1, next = now << READING | (state & OUTSIDE) | count;
    uint64_t back = now - reading_of(state) + readings_between(state), gap = 0;

    if (!(state & CHANGED))
        return next;
    while ((uint64_t)1 << gap < back)
        gap++;
    return next | CHANGED | gap << GAP;
}

void touch_take(void)
{
    drop_gone();
    for (size_t i = watch.old; i < watch.young; i++) {
        uint64_t state = watch.state.at[i], count;

        if (state & IDLE || !is_there(i))
            continue;
        count = count_of(watch.head.at[i]);
        if (count != (state & COUNT_BITS))
            watch.state.at[i] = maybe_touched(state, count);
    }
}

/* -- telling -- */

uint64_t touch_readings(void)
{
    return watch.readings;
}

/* The reading before this one that read those that were there at the look; 0: the look. */
static uint64_t base_read_before(uint64_t reading)
{
    size_t n = watch.of_base.n;

    while (n > 0 && watch.of_base.at[n - 1] >= reading)
        n--;
    return n ? watch.of_base.at[n - 1] : 0;
}

void touch_when(uint64_t i, uint64_t *least, uint64_t *most)
{
    uint64_t state = watch.state.at[i], reading = reading_of(state), now = watch.readings + 1;

    *least = reading ? now - reading : TOUCH_NEVER;
    *most = TOUCH_NEVER;
    if (state & CHANGED && i < watch.base)
        *most = now - 1 - base_read_before(reading);
    else if (state & CHANGED)
        *most = now - 1 - reading + readings_between(state);
}

static void tell_from(size_t first, size_t end, touch_teller *each)
{
    for (size_t i = first; i < end; i++)
        if (is_there(i))
            each(watch.head.at[i], i);
}

/* Where those of this generation and the younger begin. */
static size_t first_of(unsigned generation)
{
    if (generation > 0)
        return generation == 1 ? watch.old : 0;
    return watch.young ? watch.young : watch.head.n;
}

void touch_tell(unsigned generations, touch_teller *each)
{
    size_t first;

    drop_gone();
    watch.pass++;
    first = first_of(generations);
    for (; first < watch.base; first += PIECE) {
        size_t end = lesser(first + PIECE, watch.base);

        read_from(first, end, 0, 0);
        tell_from(first, end, each);
    }
    first = greater(first_of(generations), watch.base);
    read_levels(GAP_MOST, first, watch.head.n, 0);
    tell_from(first, watch.head.n, each);
}
