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
 *                                    tag    | 0 | finalized       reached
 *                   afterwards   number << 2 | 2 | finalized      the dead, from 1
 *
 * The highest bit is set where an object was found to be in no cycle.
 *
 * The collector does this only inside the allocation of an object of its own, and that
 * is the only moment at which all objects can be relied on to be whole: so it is the only
 * one at which we look (site.c tells it from other allocations).
 *
 * And once when the interpreter begins to finalise: then all that is alive is told as well.
 * When else is in look_when.c.
 *
 * What is told: the dead that were not told before, each with its type. A collection finds
 * a cycle only if it covers it and every cycle that leads to it: the oldest object of all
 * these is its holder. So what has one holder is told together, the holder first. A cycle was
 * reachable as long as one that leads to it; what was left at another time is told apart. Behind
 * each stands to which of the dead it refers: that is what cycles are made of. Which of
 * the dead were told is kept in a set of addresses, from which a collection's frees take
 * them, and its end those that it did not free: they are on free lists.
 */
#include "agent/agent.h"

#include <string.h>
#include "agent/array.h"
#include "agent/look.h"
#include "agent/object.h"

#define FINALIZED ((uint64_t)1)
#define PENDING   ((uint64_t)2)
#define COUNT     2 /* shift */
#define NO_CYCLE  ((uint64_t)1 << 63)

/* -- the look under way -- */

static struct {
    struct array heads;   /* all, the oldest generation first */
    struct array last;    /* ... at the last look at everything: nearly the same order */
    bool whole;           /* this is one */
    size_t first[3], end[3], dead_end[3]; /* of a generation: in heads, in dead */
    struct array reached; /* whose references are still to be followed */
    struct array dead;    /* by number, the oldest first */
    struct array from, to; /* references between the dead, by number */
    struct array index, low, edge, group; /* by number (visit_dead) */
    struct array path, open, order;       /* numbers */
    struct array holder;  /* by group: a number */
    struct array least, most; /* by group: readings ago, when it or what leads to it was touched */
    uint64_t touches;     /* the most of these that is known */
    struct array chain;   /* by them: what a holder holds that was touched then; else all 0 */
    struct array touched; /* by number: readings ago, at least | at most << MOST */
    struct array age;     /* by number: their order, the oldest first */
    uint64_t key;         /* of this look */
    uint64_t n_seen;
    uint64_t n_reached, references;
    bool leads_on;        /* the object visited, to one that may be in a cycle */
    bool failed;          /* out of memory */
} now = {.key = 1};

/* A look at everything waits for memory: each list and each object leads to places that nobody
 * has been at for long. What will be needed is asked for some objects ahead: what the list leads
 * to, which the last look tells; the objects; and what they refer to, by a visit more. */
#define AHEAD         12
#define AHEAD_VISITED 4
#define AWAY          8 /* objects that went, from one that is still there to the next */

static inline void ask_for(uintptr_t head)
{
    __builtin_prefetch((const void *)head);
    __builtin_prefetch((const void *)(head + HEAD + 32));
}

static int ask_for_referent(void *object, void *arg)
{
    (void)arg;
    ask_for((uintptr_t)object - HEAD);
    return 0;
}

/* The head of number i. */
static inline uintptr_t head_at(size_t i)
{
    if (i + AHEAD < now.heads.n)
        ask_for(now.heads.at[i + AHEAD]);
    return now.heads.at[i];
}

/* Number i of these is about to be visited. */
static inline void ask_for_referents(const struct array *heads, size_t i)
{
    if (now.whole && i + AHEAD_VISITED < heads->n)
        visit_all(heads->at[i + AHEAD_VISITED] + HEAD, ask_for_referent);
}

/* Where in the last look this head was, and those behind it: not before `at`. */
static inline size_t ask_for_next(uintptr_t head, size_t at)
{
    size_t found = at;

    while (found < now.last.n && found < at + AWAY && now.last.at[found] != head)
        found++;
    if (found == now.last.n || found == at + AWAY)
        return at;
    if (found + AHEAD < now.last.n)
        ask_for(now.last.at[found + AHEAD]);
    return found + 1;
}

/* An object that leads to none but such that are in no cycle is in none itself. Each visit of
 * it finds out a little more. */
static void begin_visit(void)
{
    now.leads_on = false;
}

static void end_visit(uintptr_t head)
{
    if (!now.leads_on)
        set(head, 8, get(head, 8) | NO_CYCLE);
}

static uint64_t count_in(uint64_t w)
{
    return (w & ~NO_CYCLE) >> COUNT;
}

static int take_reference(void *object, void *arg)
{
    uintptr_t head = head_of((uintptr_t)object);
    uint64_t w;

    (void)arg;
    if (!head)
        return 0;
    w = get(head, 8);
    now.leads_on |= !(w & NO_CYCLE) && get(head, 0);
    if (!(w & PENDING))
        return 0;
    now.references++;
    if (count_in(w))
        set(head, 8, w - (1u << COUNT));
    return 0;
}

/* Nothing but what this look has reached looks like that. */
static uint64_t tag_of(uintptr_t head)
{
    return (head * now.key << COUNT) & ~NO_CYCLE;
}

static int reach(void *object, void *arg)
{
    uintptr_t head = head_of((uintptr_t)object);
    uint64_t w;

    (void)arg;
    if (!head)
        return 0;
    w = get(head, 8);
    now.leads_on |= !(w & NO_CYCLE) && get(head, 0);
    if (!(w & PENDING))
        return 0;
    set(head, 8, tag_of(head) | (w & (FINALIZED | NO_CYCLE)));
    now.n_reached++;
    now.failed |= !array_push(&now.reached, head);
    return 0;
}

static void follow(uintptr_t head)
{
    begin_visit();
    visit_all(head + HEAD, reach);
    end_visit(head);
}

static void count_list(uintptr_t list)
{
    size_t at = 0;

    for (uintptr_t head = get(list, 0); head != list; head = get(head, 0)) {
        if (now.whole)
            at = ask_for_next(head, at);
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
    for (size_t i = 0; i < now.heads.n && !now.failed; i++) {
        ask_for_referents(&now.heads, i);
        begin_visit();
        visit_all(head_at(i) + HEAD, take_reference);
        end_visit(now.heads.at[i]);
    }
}

/* When nothing is left to be reached, nothing is dead. */
static void reach_all(void)
{
    for (size_t i = 0; i < now.heads.n && now.n_reached < now.heads.n; i++) {
        uintptr_t head = head_at(i);
        uint64_t w = get(head, 8);

        if (!(w & PENDING) || !count_in(w))
            continue;
        set(head, 8, tag_of(head) | (w & (FINALIZED | NO_CYCLE)));
        now.n_reached++;
        now.failed |= !array_push(&now.reached, head);
        for (size_t k = 0; k < now.reached.n; k++) {
            ask_for_referents(&now.reached, k);
            follow(now.reached.at[k]);
        }
        now.reached.n = 0;
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

/* Number the dead, the oldest first. */
static void number_dead(unsigned generations)
{
    for (unsigned g = generations + 1; g-- > 0;) {
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
        }
        now.dead_end[g] = now.dead.n;
    }
}

static unsigned generation_of(uint64_t number)
{
    unsigned g = 2;

    while (g > 0 && number >= now.dead_end[g])
        g--;
    return g;
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
        visit_all((now.dead.at[i] & ~TOLD) + HEAD, note_reference);
    }
    now.failed |= !array_push(&now.from, now.to.n);
}

#define UNSEEN UINT64_MAX
#define MOST   32 /* shift */

static uint64_t older(uint64_t a, uint64_t b)
{
    if (a == UNSEEN || b == UNSEEN)
        return a == UNSEEN ? b : a;
    if (generation_of(a) != generation_of(b))
        return generation_of(a) > generation_of(b) ? a : b;
    return now.age.at[b] < now.age.at[a] ? b : a;
}

static uint64_t least_of(uint64_t touched)
{
    return touched & UINT32_MAX;
}

static uint64_t most_of(uint64_t touched)
{
    return touched >> MOST;
}

static uint64_t min_of(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

#define FEW_UNREAD 16u /* one in so many: they are taken to be as the others */

/* A component is whole: it is what lies above i in `open`. Its holder so far is its oldest
 * object, if it is a cycle; and it was reachable until it was touched last: what was not read may
 * have been touched since. */
static void close_component(uint64_t i)
{
    uint64_t group = now.holder.n, oldest = UNSEEN, last, n = 0, n_unread = 0;
    uint64_t least = TOUCH_NEVER, most = TOUCH_NEVER;

    do {
        last = now.open.at[--now.open.n];
        now.group.at[last] = group;
        now.failed |= !array_push(&now.order, last);
        oldest = older(oldest, last);
        least = min_of(least, least_of(now.touched.at[last]));
        most = min_of(most, most_of(now.touched.at[last]));
        n_unread += now.touched.at[last] == UNSEEN;
        n++;
    } while (last != i);
    if (FEW_UNREAD * n_unread > n - n_unread)
        least = 0;
    for (uint64_t e = now.from.at[i]; n == 1 && e < now.from.at[i + 1]; e++)
        n += now.to.at[e] == i;
    now.failed |= !array_push(&now.holder, n > 1 ? oldest : UNSEEN);
    now.failed |= !array_push(&now.least, n > 1 ? least : TOUCH_NEVER) ||
                  !array_push(&now.most, n > 1 ? most : TOUCH_NEVER);
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

/* What number i refers to was reachable as long as it. */
static void hand_touches(uint64_t i)
{
    uint64_t from = now.group.at[i];

    for (uint64_t e = now.from.at[i]; e < now.from.at[i + 1]; e++) {
        uint64_t to = now.group.at[now.to.at[e]];

        now.least.at[to] = min_of(now.least.at[to], now.least.at[from]);
        now.most.at[to] = min_of(now.most.at[to], now.most.at[from]);
    }
}

/* What was known to be left before, and is young, may be gone when this is left. */
static bool may_hold(uint64_t from, uint64_t to)
{
    uint64_t least = now.least.at[from];

    return least == now.least.at[to] || least == TOUCH_NEVER ||
           generation_of(now.holder.at[from]) == 2;
}

/* A component is held by the oldest object of all cycles that lead to it. */
static void hand_holder(uint64_t i)
{
    uint64_t from = now.group.at[i];

    if (now.holder.at[from] == UNSEEN)
        now.holder.at[from] = i; /* a type hides its references from us */
    for (uint64_t e = now.from.at[i]; e < now.from.at[i + 1]; e++) {
        uint64_t to = now.group.at[now.to.at[e]];

        if (may_hold(from, to))
            now.holder.at[to] = older(now.holder.at[to], now.holder.at[from]);
    }
}

#define UNCERTAIN ((uint64_t)1 << 62)

/* Its block may be older than it: the recorder knows the age of blocks. */
static bool has_free_list(uintptr_t object)
{
    uintptr_t type = get(object, 8);

    return get(type, TP_FLAGS) & (FLAG_LIST | FLAG_TUPLE | FLAG_DICT) &&
           !(get(type, TP_FLAGS) & FLAG_HEAP);
}

/* What lies there may have been freed, and look like anything. */
static void note_touch(uintptr_t head, uint64_t age, uint64_t least, uint64_t most)
{
    uint64_t w = get(head, 8), i = (w >> COUNT) - 1;

    if (!(w & PENDING) || i >= now.dead.n || (now.dead.at[i] & ~TOLD) != head)
        return;
    now.touched.at[i] = least | most << MOST;
    now.age.at[i] = has_free_list(head + HEAD) ? age | UNCERTAIN : age;
}

/* ... and which is how old. */
static void find_touches(unsigned generations)
{
    now.touches = touch_readings() + 1;
    now.failed |= !array_fill(&now.touched, now.dead.n, UNSEEN) ||
                  !array_fill(&now.age, now.dead.n, 0);
    for (size_t i = 0; i < now.dead.n && !now.failed; i++)
        now.age.at[i] = UNCERTAIN - now.dead.n + i; /* younger than those watched */
    if (!now.failed && generations > 0)
        touch_tell(generations == 2, note_touch);
}

static void find_holders(void)
{
    size_t n = now.dead.n;

    now.from.n = now.to.n = now.path.n = now.open.n = now.order.n = now.holder.n = 0;
    now.least.n = now.most.n = 0;
    now.n_seen = 0;
    note_references();
    now.failed |= !array_fill(&now.index, n, UNSEEN) || !array_fill(&now.low, n, UNSEEN) ||
                  !array_fill(&now.edge, n, 0) || !array_fill(&now.group, n, UNSEEN);
    for (uint64_t i = 0; i < n && !now.failed; i++)
        if (now.index.at[i] == UNSEEN)
            visit_dead(i);
    for (size_t k = now.order.n; k-- > 0 && !now.failed;)
        hand_touches(now.order.at[k]);
    for (size_t k = now.order.n; k-- > 0 && !now.failed;)
        hand_holder(now.order.at[k]);
}

static int note_loss(void *object, void *arg)
{
    uintptr_t head = head_of((uintptr_t)object);

    (void)arg;
    if (head && !(get(head, 8) & PENDING))
        touch_lose(head);
    return 0;
}

/* What this collection is going to free lets go of what it refers to. */
static void note_losses(int soon)
{
    for (size_t i = 0; i < now.dead.n; i++)
        if ((int)generation_of(now.holder.at[now.group.at[i]]) <= soon)
            visit_all((now.dead.at[i] & ~TOLD) + HEAD, note_loss);
}

/* -- telling -- */

static bool room(void)
{
    return !UNLIKELY(HOT.head + 1 >= HOT.stop_at) || ring_room(RESERVE);
}

static uintptr_t dead_block(uint64_t i)
{
    return block_of(now.dead.at[i] & ~TOLD);
}

/* Two in each record: a program full of garbage has more of them than objects. What comes
 * every so many records of the program comes no sooner for these. */
static void tell_references(uint64_t i)
{
    uint64_t end = now.from.at[i + 1], before = HOT.head;

    for (uint64_t e = now.from.at[i]; e < end && room(); e += 2)
        ring_put(PMT_W_REFERS, dead_block(now.to.at[e]),
                 e + 1 < end ? dead_block(now.to.at[e + 1]) : 0);
    HOT.beside += HOT.head - before;
}

/* soon: the youngest generations, up to this one, are about to be collected; -1: none. What
 * is held there need not be remembered. */
static bool tell_dead(uint64_t i, uint64_t holder, int soon)
{
    uintptr_t head = now.dead.at[i] & ~TOLD, type = get(head + HEAD, 8);

    if (!room())
        return false;
    type_tell(type);
    ring_put(PMT_W_GARBAGE, block_of(head), type | (i == holder ? PMT_W_FIRST : 0));
    if (now.dead.at[i] & TOLD)
        return HOT.on;
    if (generation_of(holder) == 2)
        touch_garbage();
    if ((int)generation_of(holder) > soon)
        told_add(block_of(head), generation_of(holder));
    belongings_tell(head + HEAD);
    tell_references(i);
    return HOT.on;
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

/* How many readings ago these were touched, at least and at most: what was read once may have
 * been touched at any time before. */
static void tell_touch(uint64_t i, uint64_t least)
{
    uint64_t most = TOUCH_NEVER;

    for (; i; i = now.edge.at[i - 1])
        most = min_of(most, now.most.at[now.group.at[i - 1]]);
    if (least < TOUCH_NEVER)
        ring_put(PMT_W_TOUCHED, least, most);
}

/* A holder, told before or not, and then those of a chain that it holds. */
static bool tell_chain(uint64_t h, uint64_t first, uint64_t least, int soon)
{
    if (!ring_room(RESERVE))
        return false;
    tell_touch(first, least);
    if (!tell_dead(h, h, soon))
        return false;
    now.dead.at[h] |= TOLD;
    for (uint64_t i = first; i; i = now.edge.at[i - 1])
        if (i - 1 != h && !tell_dead(i - 1, h, soon))
            return false;
    return true;
}

static uint64_t least_at(uint64_t i)
{
    return now.least.at[now.group.at[i]];
}

/* What h holds was not all left at one time: a chain for each. The holder was not left later
 * than the others, and comes with the first. */
static bool tell_held(uint64_t h, int soon)
{
    uint64_t last = now.touches + 1, low = last, high = 0;

    now.path.n = 0;
    for (uint64_t i = now.low.at[h]; i; i = now.edge.at[i - 1]) {
        uint64_t at = min_of(least_at(i - 1), last);

        low = min_of(low, at);
        high = at > high ? at : high;
        now.failed |= !array_push(&now.path, i);
    }
    while (now.path.n && !now.failed) {
        uint64_t i = now.path.at[--now.path.n];
        uint64_t *chain = &now.chain.at[min_of(least_at(i - 1), last)];

        now.edge.at[i - 1] = *chain;
        *chain = i;
    }
    for (uint64_t at = high + 1; at-- > low && !now.failed;) {
        uint64_t chain = now.chain.at[at];

        now.chain.at[at] = 0;
        if (chain && !tell_chain(h, chain, at < last ? at : TOUCH_NEVER, soon))
            return false;
    }
    if (now.failed)
        now.chain.n = 0; /* it is not all 0 */
    return !now.failed;
}

static void tell(unsigned generations, int soon)
{
    if (!ring_room(RESERVE))
        return;
    ring_put(PMT_W_LOOK, (uint64_t)generations, now.references);
    if (now.dead.n && now.chain.n < now.touches + 2 &&
        !array_fill(&now.chain, now.touches + 2, 0))
        return;
    if (now.dead.n)
        chain_up();
    belongings_begin();
    for (uint64_t h = 0; h < now.dead.n; h++)
        if (now.low.at[h] && !tell_held(h, soon))
            return;
}

/* -- what is alive at the end -- */

static void tell_alive(uintptr_t object, uintptr_t block)
{
    uintptr_t type = get(object, 8);

    if (!HOT.on || !room())
        return;
    type_tell(type);
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
        visit_all(head + HEAD, tell_other);
    }
}

void look_tell_alive(void)
{
    for (unsigned g = 0; g < 3; g++)
        tell_list_alive((uintptr_t)HOT.gc + 24 * g);
    tell_list_alive((uintptr_t)HOT.gc + GC_PERMANENT);
}

/* This look has reached what lies there: said once. */
static enum touch_found find_reached(uintptr_t head)
{
    uint64_t w = get(head, 8);

    if ((w & ~(FINALIZED | NO_CYCLE)) != tag_of(head))
        return TOUCH_GONE;
    set(head, 8, w & FINALIZED);
    return w & NO_CYCLE ? TOUCH_IDLE : TOUCH_READ;
}

static void watch_list(unsigned g)
{
    for (size_t i = now.first[g]; i < now.end[g]; i++)
        if (find_reached(head_at(i)) != TOUCH_GONE)
            touch_watch(head_at(i));
}

static void watch_survivors(unsigned generations, int soon)
{
    if (now.failed)
        return;
    if (generations == 2) {
        touch_begin(find_reached);
        watch_list(2);
        watch_list(1);
    } else if (soon == 1) {
        touch_sift(find_reached);
    }
    watch_list(0);
    touch_begun();
    if (soon > 0)
        touch_grown();
}

/* The order of all is kept for the next. */
static void keep_order(void)
{
    struct array heads = now.heads;

    now.heads = now.last;
    now.last = heads;
}

struct looked look_at(unsigned generations, int soon)
{
    struct looked looked;

    now.whole = generations == 2;
    now.heads.n = now.reached.n = now.dead.n = 0;
    now.key = now.key * UINT64_C(0x9E3779B97F4A7C15) + 2;
    now.n_reached = now.references = 0;
    now.failed = false;
    memset(now.first, 0, sizeof now.first);
    memset(now.end, 0, sizeof now.end);
    memset(now.dead_end, 0, sizeof now.dead_end);
    count(generations);
    if (!now.failed)
        reach_all();
    if (!now.failed && now.n_reached < now.heads.n)
        number_dead(generations);
    if (!now.failed && now.dead.n) {
        find_touches(generations);
        find_holders();
        if (!now.failed)
            note_losses(soon);
    }
    watch_survivors(generations, soon);
    restore(generations);
    if (!now.failed)
        tell(generations, soon);
    looked = (struct looked){now.heads.n, now.dead.n};
    if (now.whole)
        keep_order();
    return looked;
}
