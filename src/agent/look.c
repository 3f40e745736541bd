/*
 * look.c - which objects are unreachable now?
 *
 * Found as the collector finds it (deduce_unreachable() in Modules/gcmodule.c, Python/gc.c):
 * every object of the generations gets its reference count, every reference between
 * them takes one away, and what then is not reached from an object with some left is
 * held by nothing outside. The counts stand where the collector itself keeps them, in
 * the second word of the GC head, and the words are put back when the look is over: the
 * list itself is never changed, so neither is any collection.
 *
 *     second word   idle         object before | finalized
 *                   in a look    count << 2 | 2 | finalized       not reached so far
 *                                     0     | 0 | finalized       reached
 *                   afterwards   number << 2 | 2 | finalized      the dead, from 1
 *
 * The collector does this only inside the allocation of an object of its own, and that
 * is the only moment at which all objects can be relied on to be whole: so it is the only
 * one at which we look (site.c tells it from other allocations).
 *
 * When. When a collection is due: at what it is going to collect (at everything only now
 * and then, since a look costs as much as the collection). And at all generations whenever the program has made `every` records since, or if that is 0 so
 * many that a look is a small part of what the program does: from these a replay knows
 * when garbage of the old generations became garbage.
 *
 * And once when the interpreter begins to finalise: then all that is alive is told as well.
 *
 * What is told: the dead that were not told before, each with its type. A collection finds
 * a cycle only if it covers it and every cycle that leads to it: the oldest object of all
 * these is its holder. So what has one holder is told together, the holder first. Which of
 * the dead were told is kept in a set of addresses, from which a collection's frees take
 * them, and its end those that it did not free: they are on free lists.
 */
#include "agent/agent.h"

#include <errno.h>
#include <string.h>
#include "agent/array.h"

#define TP_BASIC_SIZE 32
#define TP_ITEM_SIZE  40
#define TP_NAME       24
#define TP_FLAGS      168
#define TP_TRAVERSE   184
#define TP_IS_GC      328

#define FLAG_GC        (UINT64_C(1) << 14)
#define FLAG_PREHEADER (UINT64_C(3) << 3) /* managed dict, managed weak references */

#define FINALIZED 1u
#define PENDING   2u
#define COUNT     2 /* shift */
#define HEAD      16 /* bytes of a GC head */

#define LEAST_APART ((uint64_t)1 << 14) /* records between looks at everything */
#define STALE       ((uint64_t)1 << 12) /* records in which one that was due has to come */
#define SHARE       16u /* records per object looked at: so a look costs a few per cent */

typedef int visit(void *object, void *arg);
typedef int traverse(void *object, visit *, void *arg);

/* -- the words of objects and types -- */

static inline uint64_t get(uintptr_t at, int offset)
{
    uint64_t w;

    memcpy(&w, (const char *)at + offset, sizeof w);
    return w;
}

static inline void set(uintptr_t at, int offset, uint64_t w)
{
    memcpy((char *)at + offset, &w, sizeof w);
}

/* The GC head of an object, 0 if it has none. */
static inline uintptr_t head_of(uintptr_t object)
{
    uintptr_t type = get(object, 8);
    int (*is_gc)(void *);

    if (!(get(type, TP_FLAGS) & FLAG_GC))
        return 0;
    is_gc = (int (*)(void *))get(type, TP_IS_GC);
    return !is_gc || is_gc((void *)object) ? object - HEAD : 0;
}

static inline void visit_all(uintptr_t head, visit *each)
{
    uintptr_t object = head + HEAD;
    traverse *by = (traverse *)get(get(object, 8), TP_TRAVERSE);

    (void)by((void *)object, each, NULL);
}

static uintptr_t block_of(uintptr_t head)
{
    bool preheader = HOT.gc_preheader && get(get(head + HEAD, 8), TP_FLAGS) & FLAG_PREHEADER;

    return preheader ? head - 16 : head;
}

/* -- the look under way -- */

static struct {
    struct array heads;   /* all, the oldest generation first */
    size_t first[3], end[3]; /* of a generation, in heads */
    struct array reached; /* whose references are still to be followed */
    struct array dead;    /* by number, the oldest first */
    struct array from, to; /* references between the dead, by number */
    struct array index, low, edge, group; /* by number (visit_dead) */
    struct array path, open, order;       /* numbers */
    struct array holder;  /* by group: a number */
    uint64_t n_seen;
    uint64_t n_reached, references;
    bool failed;          /* out of memory */
} now;

#define AHEAD 12 /* objects whose memory is on its way */

/* The head of number i; those that follow are asked for. Lists make a look wait for memory
 * at each object, an array does not. */
static inline uintptr_t head_at(size_t i)
{
    if (i + AHEAD < now.heads.n) {
        __builtin_prefetch((const void *)now.heads.at[i + AHEAD]);
        __builtin_prefetch((const void *)(now.heads.at[i + AHEAD] + 64));
    }
    return now.heads.at[i];
}

static int take_reference(void *object, void *arg)
{
    uintptr_t head = head_of((uintptr_t)object);
    uint64_t w;

    (void)arg;
    if (!head || !((w = get(head, 8)) & PENDING))
        return 0;
    now.references++;
    if (w >> COUNT)
        set(head, 8, w - (1u << COUNT));
    return 0;
}

static int reach(void *object, void *arg)
{
    uintptr_t head = head_of((uintptr_t)object);
    uint64_t w;

    (void)arg;
    if (!head || !((w = get(head, 8)) & PENDING))
        return 0;
    set(head, 8, w & FINALIZED);
    now.n_reached++;
    now.failed |= !array_push(&now.reached, head);
    return 0;
}

static void count_list(uintptr_t list)
{
    for (uintptr_t head = get(list, 0); head != list; head = get(head, 0)) {
        if (!array_push(&now.heads, head)) {
            now.failed = true;
            return;
        }
        set(head, 8, (get(head, 8) & FINALIZED) | PENDING | get(head, HEAD) << COUNT);
    }
}

/* The generations, the oldest first. */
static void count(unsigned generations)
{
    for (unsigned g = generations + 1; g-- > 0 && !now.failed;) {
        now.first[g] = now.heads.n;
        count_list((uintptr_t)HOT.gc + 24 * g);
        now.end[g] = now.heads.n;
    }
    for (size_t i = 0; i < now.heads.n && !now.failed; i++)
        visit_all(head_at(i), take_reference);
}

/* When nothing is left to be reached, nothing is dead. */
static void reach_all(void)
{
    for (size_t i = 0; i < now.heads.n && now.n_reached < now.heads.n; i++) {
        uintptr_t head = head_at(i);
        uint64_t w = get(head, 8);

        if (!(w & PENDING) || !(w >> COUNT))
            continue;
        set(head, 8, w & FINALIZED);
        now.n_reached++;
        now.failed |= !array_push(&now.reached, head);
        while (now.reached.n)
            visit_all(now.reached.at[--now.reached.n], reach);
    }
}

static void restore(unsigned generations)
{
    for (unsigned g = 0; g <= generations; g++) {
        uintptr_t before = (uintptr_t)HOT.gc + 24 * g;

        for (size_t i = now.first[g]; i < now.end[g]; i++) {
            uintptr_t head = head_at(i);

            set(head, 8, before | (get(head, 8) & FINALIZED));
            before = head;
        }
    }
}

/* -- the dead and what holds them -- */

#define TOLD ((uint64_t)1 << 63) /* in dead: it was told before */

/* Number the dead, the oldest first. soon: the youngest generations, up to this one, are
 * about to be collected; -1: none. What is found there need not be remembered. */
static void number_dead(unsigned generations, int soon)
{
    for (unsigned g = generations + 1; g-- > 0;)
        for (size_t i = now.first[g]; i < now.end[g]; i++) {
            uintptr_t head = head_at(i);
            uint64_t w = get(head, 8), known;

            if (!(w & PENDING))
                continue;
            known = told_has(block_of(head)) ? TOLD : 0;
            if (!array_push(&now.dead, head | known)) {
                now.failed = true;
                return;
            }
            set(head, 8, (w & (FINALIZED | PENDING)) | now.dead.n << COUNT);
            if (!known && (int)g > soon)
                told_add(block_of(head), g);
        }
}

static int note_reference(void *object, void *arg)
{
    uintptr_t head = head_of((uintptr_t)object);
    uint64_t w;

    (void)arg;
    if (head && (w = get(head, 8)) & PENDING && w >> COUNT)
        now.failed |= !array_push(&now.to, (w >> COUNT) - 1);
    return 0;
}

/* References between the dead: those of number i + 1 lead to to[from[i] ... from[i + 1]). */
static void note_references(void)
{
    for (size_t i = 0; i < now.dead.n && !now.failed; i++) {
        now.failed |= !array_push(&now.from, now.to.n);
        visit_all(now.dead.at[i] & ~TOLD, note_reference);
    }
    now.failed |= !array_push(&now.from, now.to.n);
}

#define UNSEEN UINT64_MAX

/* A component is whole: it is what lies above i in `open`. Its holder so far is its oldest
 * object, if it is a cycle. */
static void close_component(uint64_t i)
{
    uint64_t group = now.holder.n, oldest = UNSEEN, last, n = 0;

    do {
        last = now.open.at[--now.open.n];
        now.group.at[last] = group;
        now.failed |= !array_push(&now.order, last);
        oldest = last < oldest ? last : oldest;
        n++;
    } while (last != i);
    for (uint64_t e = now.from.at[i]; n == 1 && e < now.from.at[i + 1]; e++)
        n += now.to.at[e] == i;
    now.failed |= !array_push(&now.holder, n > 1 ? oldest : UNSEEN);
}

/* Cycles are strongly connected components: Tarjan's algorithm, with a path instead of
 * recursion. Components are closed one after the other, each after all that it leads to. */
static void visit_dead(uint64_t root)
{
    struct array *path = &now.path;

    now.failed |= !array_push(path, root);
    while (path->n && !now.failed) {
        uint64_t i = path->at[path->n - 1], to;

        if (now.index.at[i] == UNSEEN) {
            now.index.at[i] = now.low.at[i] = now.n_seen++;
            now.edge.at[i] = now.from.at[i];
            now.failed |= !array_push(&now.open, i);
        }
        if (now.edge.at[i] < now.from.at[i + 1]) {
            to = now.to.at[now.edge.at[i]++];
            if (now.index.at[to] == UNSEEN)
                now.failed |= !array_push(path, to);
            else if (now.group.at[to] == UNSEEN && now.index.at[to] < now.low.at[i])
                now.low.at[i] = now.index.at[to];
            continue;
        }
        path->n--;
        if (path->n && now.low.at[i] < now.low.at[path->at[path->n - 1]])
            now.low.at[path->at[path->n - 1]] = now.low.at[i];
        if (now.low.at[i] == now.index.at[i])
            close_component(i);
    }
}

static bool fill(struct array *a, size_t n, uint64_t value)
{
    if (a->cap < n && !array_grow(a, n))
        return false;
    for (a->n = 0; a->n < n; a->n++)
        a->at[a->n] = value;
    return true;
}

/* Each component is held by the oldest object of all cycles that lead to it. */
static void hand_down_holders(void)
{
    for (size_t k = now.order.n; k-- > 0;) {
        uint64_t i = now.order.at[k], *mine = &now.holder.at[now.group.at[i]];

        if (*mine == UNSEEN)
            *mine = i; /* a type hides its references from us */
        for (uint64_t e = now.from.at[i]; e < now.from.at[i + 1]; e++) {
            uint64_t *its = &now.holder.at[now.group.at[now.to.at[e]]];

            *its = *mine < *its ? *mine : *its;
        }
    }
}

static void find_holders(void)
{
    size_t n = now.dead.n;

    now.from.n = now.to.n = now.path.n = now.open.n = now.order.n = now.holder.n = 0;
    now.n_seen = 0;
    note_references();
    now.failed |= !fill(&now.index, n, UNSEEN) || !fill(&now.low, n, UNSEEN) ||
                  !fill(&now.edge, n, 0) || !fill(&now.group, n, UNSEEN);
    for (uint64_t i = 0; i < n && !now.failed; i++)
        if (now.index.at[i] == UNSEEN)
            visit_dead(i);
    if (!now.failed)
        hand_down_holders();
}

/* -- telling -- */

#define NAME_MAX_BYTES 255u

/* Types that were told, by place; a name tells a type from another at its address. */
static struct { uintptr_t type, name; } types[1024];

static void tell_type(uintptr_t type)
{
    size_t i = (type >> 4) % (sizeof types / sizeof *types), n;
    const char *name = (const char *)get(type, TP_NAME);
    uint64_t more;

    if (types[i].type == type && types[i].name == (uintptr_t)name)
        return;
    n = strnlen(name, NAME_MAX_BYTES);
    more = 1 + (n + sizeof(struct pmt_wire_rec) - 1) / sizeof(struct pmt_wire_rec);
    if (!ring_room(1 + more + RESERVE))
        return;
    types[i].type = type;
    types[i].name = (uintptr_t)name;
    ring_put_text(PMT_W_TYPE, n, type, (struct pmt_wire_rec){get(type, TP_BASIC_SIZE),
                                                             get(type, TP_ITEM_SIZE)}, name);
}

static bool tell_dead(uint64_t i, bool first)
{
    uintptr_t head = now.dead.at[i] & ~TOLD, type = get(head + HEAD, 8);

    if (UNLIKELY(HOT.head + 1 >= HOT.stop_at) && !ring_room(RESERVE))
        return false;
    tell_type(type);
    ring_put(PMT_W_GARBAGE, block_of(head), type | (first ? PMT_W_FIRST : 0));
    return true;
}

/* Those that were not told, in chains by their holder: low[] of it is the first, edge[]
 * the next, + 1. */
static void chain_up(void)
{
    for (size_t i = 0; i < now.dead.n; i++)
        now.low.at[i] = now.edge.at[i] = 0;
    for (size_t i = now.dead.n; i-- > 0;) {
        uint64_t holder = now.holder.at[now.group.at[i]];

        if (now.dead.at[i] & TOLD)
            continue;
        now.edge.at[i] = now.low.at[holder];
        now.low.at[holder] = i + 1;
    }
}

/* A holder, told before or not, and then what it holds. */
static void tell(unsigned generations)
{
    if (!ring_room(RESERVE))
        return;
    ring_put(PMT_W_LOOK, (uint64_t)generations, now.references);
    if (now.dead.n)
        chain_up();
    for (uint64_t h = 0; h < now.dead.n; h++) {
        if (!now.low.at[h])
            continue;
        if (!tell_dead(h, true))
            return;
        for (uint64_t i = now.low.at[h]; i; i = now.edge.at[i - 1])
            if (i - 1 != h && !tell_dead(i - 1, false))
                return;
    }
}

/* -- what is alive at the end -- */

static void tell_alive(uintptr_t object, uintptr_t block)
{
    uintptr_t type = get(object, 8);

    if (!HOT.on)
        return;
    if (UNLIKELY(HOT.head + 1 >= HOT.stop_at) && !ring_room(RESERVE))
        return;
    tell_type(type);
    ring_put(PMT_W_ALIVE, block, type);
}

/* Objects that the collector does not know are met where one of its refers to them. */
static int tell_other(void *object, void *arg)
{
    (void)arg;
    if (!head_of((uintptr_t)object))
        tell_alive((uintptr_t)object, (uintptr_t)object);
    return 0;
}

static void tell_list_alive(uintptr_t list)
{
    for (uintptr_t head = get(list, 0); head != list; head = get(head, 0)) {
        tell_alive(head + HEAD, block_of(head));
        visit_all(head, tell_other);
    }
}

static void tell_all_alive(void)
{
    for (unsigned g = 0; g < 3; g++)
        tell_list_alive((uintptr_t)HOT.gc + 24 * g);
    tell_list_alive((uintptr_t)HOT.gc + GC_PERMANENT);
}

static void look(unsigned generations, int soon)
{
    now.heads.n = now.reached.n = now.dead.n = 0;
    now.n_reached = now.references = 0;
    now.failed = false;
    memset(now.first, 0, sizeof now.first);
    memset(now.end, 0, sizeof now.end);
    count(generations);
    if (!now.failed)
        reach_all();
    if (!now.failed && now.n_reached < now.heads.n)
        number_dead(generations, soon);
    if (!now.failed && now.dead.n)
        find_holders();
    restore(generations);
    if (!now.failed)
        tell(generations);
}

/* -- when -- */

/* The generation that a collection takes which is due at the next object (gc/policy.h has
 * the rule). */
static unsigned generation_due(void)
{
    for (unsigned g = 2; g > 0; g--) {
        if (gc_half(GC_COUNT0 + 24 * (int)g) <= gc_half(GC_THRESHOLD0 + 24 * (int)g))
            continue;
        if (g < 2 || get((uintptr_t)HOT.gc, GC_LONG_LIVED + 8) >=
                         get((uintptr_t)HOT.gc, GC_LONG_LIVED) / 4)
            return g;
    }
    return 0;
}

void look_schedule(void)
{
    uint32_t early = HOT.gc_due / 2 < 64 ? HOT.gc_due / 2 : 64;

    HOT.look_from = HOT.gc_due == UINT32_MAX ? UINT32_MAX : HOT.gc_due - early;
    if (HOT.look_wanted)
        HOT.look_from = 0;
    if (!HOT.look_on)
        HOT.look_from = UINT32_MAX;
}

void look_at_end(void)
{
    HOT.look_last = HOT.look_wanted = HOT.look_on;
    look_schedule();
}

void look_poll(void)
{
    if (!HOT.gc_found)
        return;
    HOT.look_on = true;
    HOT.look_wanted |= HOT.head >= HOT.look_next;
    look_schedule();
}

/* The next object is one of the collector's. A full collection is looked ahead at if the
 * last look at everything is not too near. */
static void look_now(bool due)
{
    int soon = due ? (int)generation_due() : -1;
    bool all = HOT.look_wanted || (soon == 2 && HOT.head >= HOT.look_full);
    unsigned generations = all ? 2 : soon > 0 ? 1 : 0;
    uint64_t cost;

    look(generations, soon);
    cost = SHARE * now.heads.n;
    if (HOT.look_last) {
        tell_all_alive();
        HOT.look_last = HOT.look_on = false;
    }
    HOT.look_done = due;
    HOT.look_stale = HOT.head + (cost < STALE ? STALE : cost);
    if (!all)
        return;
    HOT.look_wanted = false;
    HOT.look_full = HOT.head + cost / 4;
    HOT.look_next = HOT.head + (HOT.look_every ? HOT.look_every
                                : cost < LEAST_APART ? LEAST_APART : cost);
    look_schedule();
}

void look_before(uintptr_t site)
{
    bool due = HOT.gc_count >= HOT.gc_due &&
               (!HOT.look_done || HOT.head >= HOT.look_stale);
    int saved;

    /* While it finalises, the interpreter makes hardly an object: any will do. */
    if ((!site_is_collectors(site) && !HOT.look_last) || !(due || HOT.look_wanted) ||
        gc_half(GC_COLLECTING) || HOT.busy)
        return;
    saved = errno;
    HOT.busy = true; /* nothing of this calls a hook that would record; a traversal
                        of another's making might */
    look_now(due);
    HOT.busy = false;
    errno = saved;
}

void look_collected(unsigned generation)
{
    HOT.look_done = false;
    told_settle(generation);
}
