/*
 * dead.c - telling of what a look has found dead.
 *
 * What is told: the dead that were not told before, each with its type. A collection finds
 * a cycle only if it covers it and every cycle that leads to it: the oldest object of all
 * these is its holder. So what has one holder is told together, the holder first. A cycle was
 * reachable as long as one that leads to it; what was left at another time is told apart. Behind
 * each stands to which of the dead it refers: that is what cycles are made of. Which of
 * the dead were told is kept in a set of addresses (told.c) until a collection that covers them is
 * over.
 *
 * The dead are numbered in the order of the look, the oldest generation first.
 */
#include "agent/agent.h"

#include "agent/graph.h"
#include "agent/object.h"

#define TOLD ((uint64_t)1 << 63) /* in dead: it was told before */

static struct {
    struct array dead;    /* by number: which object of the look */
    size_t end[3];        /* of a generation: in dead */
    struct array from, to; /* references between the dead, by number */
    struct array index, low, edge, group; /* by number (visit_dead) */
    struct array path, open, order;       /* numbers */
    struct array holder;  /* by group: a number */
    struct array least, most; /* by group: readings ago, when it or what leads to it was touched */
    uint64_t touches;     /* the most of these that is known */
    struct array chain;   /* by them: what a holder holds that was touched then; else all 0 */
    struct array touched; /* by number: readings ago, at least | at most << MOST */
    struct array age;     /* by number: their order, the oldest first */
    struct array outer_end; /* by number: behind its references in graph.outer; 0: none */
    struct array callbacks, called_by; /* GC heads of weak references, and to which number */
    uint64_t n_seen;
} now;

static size_t index_of(size_t number)
{
    return now.dead.at[number] & ~TOLD;
}

static uintptr_t head_of_dead(size_t number)
{
    return graph.head.at[index_of(number)];
}

/* Of object i; SIZE_MAX: it is not dead, or not here. */
static size_t number_of(size_t i)
{
    if (i >= graph.head.n || graph_reached(i))
        return SIZE_MAX;
    return (size_t)(graph.state.at[i] & GRAPH_COUNT) - 1;
}

static void number_dead(unsigned generations)
{
    bool any = told_any(generations);

    graph.failed |= !array_reserve(&now.dead, graph.head.n - graph.n_reached);
    for (unsigned g = generations + 1; g-- > 0 && !graph.failed; now.end[g] = now.dead.n)
        for (size_t i = graph.first[g]; i < graph.end[g]; i++) {
            uint64_t known;

            if (graph_reached(i))
                continue;
            known = any && told_has(block_of(graph.head.at[i])) ? TOLD : 0;
            array_put(&now.dead, i | known);
            graph.state.at[i] = (graph.state.at[i] & ~GRAPH_COUNT) | (uint32_t)now.dead.n;
        }
}

static unsigned generation_of(uint64_t number)
{
    unsigned g = 2;

    while (g > 0 && number >= now.end[g])
        g--;
    return g;
}

/* References between the dead: those of number d lead to to[from[d] ... from[d + 1]). */
static void note_references(void)
{
    for (size_t d = 0; d < now.dead.n; d++) {
        size_t i = index_of(d);

        array_put(&now.from, now.to.n);
        for (size_t e = graph.from.at[i]; e < graph.from.at[i + 1]; e++)
            if (!graph_reached(graph.to.at[e]))
                array_put(&now.to, number_of(graph.to.at[e]));
    }
    array_put(&now.from, now.to.n);
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
        array_put(&now.order, last);
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
    array_put(&now.holder, n > 1 ? oldest : UNSEEN);
    array_put(&now.least, n > 1 ? least : TOUCH_NEVER);
    array_put(&now.most, n > 1 ? most : TOUCH_NEVER);
}

/* Cycles are strongly connected components: Tarjan's algorithm, with a path instead of
 * recursion. Components are closed one after the other, each after all that it leads to. */
static void visit_dead(uint64_t root)
{
    struct array *path = &now.path;

    array_put(path, root);
    while (path->n) {
        uint64_t i = path->at[path->n - 1], to;

        if (now.index.at[i] == UNSEEN) {
            now.index.at[i] = now.low.at[i] = now.n_seen++;
            now.edge.at[i] = now.from.at[i];
            array_put(&now.open, i);
        }
        if (now.edge.at[i] < now.from.at[i + 1]) {
            to = now.to.at[now.edge.at[i]++];
            if (now.index.at[to] == UNSEEN)
                array_put(path, to);
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

/* What is in no cycle was let go of by others than those that are dead, if it was touched when these
 * were left already. */
static void note_own_touch(uint64_t i, uint64_t group)
{
    uint64_t touched = now.touched.at[i];

    if (now.holder.at[group] != UNSEEN || touched == UNSEEN ||
        most_of(touched) >= now.least.at[group])
        return;
    now.least.at[group] = least_of(touched);
    now.most.at[group] = most_of(touched);
}

/* What number i refers to was reachable as long as it. */
static void hand_touches(uint64_t i)
{
    uint64_t from = now.group.at[i];

    note_own_touch(i, from);

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
static void note_touch(uintptr_t head, uint64_t age)
{
    size_t i = number_of(graph_number(head));
    uint64_t least, most;

    if (i == SIZE_MAX)
        return;
    touch_when(age, &least, &most);
    now.touched.at[i] = least | most << MOST;
    now.age.at[i] = has_free_list(head + HEAD) ? age | UNCERTAIN : age;
}

/* ... and which is how old. */
static void find_touches(unsigned generations)
{
    now.touches = touch_readings() + 1;
    graph.failed |= !array_fill(&now.touched, now.dead.n, UNSEEN) ||
                  !array_fill(&now.age, now.dead.n, 0);
    for (size_t i = 0; i < now.dead.n && !graph.failed; i++)
        now.age.at[i] = UNCERTAIN - now.dead.n + i; /* younger than those watched */
    if (!graph.failed)
        touch_tell(generations, note_touch);
}

/* Each of n dead comes into these once at most. */
static bool reserve(size_t n)
{
    struct array *const each[] = {&now.path, &now.open, &now.order, &now.holder, &now.least,
                                  &now.most};

    graph.failed |= !array_reserve(&now.from, n + 1) || !array_reserve(&now.to, graph.to.n);
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        graph.failed |= !array_reserve(each[i], n);
    return !graph.failed;
}

static void find_holders(void)
{
    size_t n = now.dead.n;

    now.from.n = now.to.n = now.path.n = now.open.n = now.order.n = now.holder.n = 0;
    now.least.n = now.most.n = 0;
    now.n_seen = 0;
    if (!reserve(n))
        return;
    note_references();
    graph.failed |= !array_fill(&now.index, n, UNSEEN) || !array_fill(&now.low, n, UNSEEN) ||
                  !array_fill(&now.edge, n, 0) || !array_fill(&now.group, n, UNSEEN);
    for (uint64_t i = 0; i < n && !graph.failed; i++)
        if (now.index.at[i] == UNSEEN)
            visit_dead(i);
    for (size_t k = now.order.n; k-- > 0 && !graph.failed;)
        hand_touches(now.order.at[k]);
    for (size_t k = now.order.n; k-- > 0 && !graph.failed;)
        hand_holder(now.order.at[k]);
}

/* What this collection is going to free lets go of what it refers to. */
static bool goes(size_t number, int soon)
{
    return number < SIZE_MAX && (int)generation_of(now.holder.at[now.group.at[number]]) <= soon;
}

/* What is not here: the last objects in `outer` before a number are those that it refers to. */
static void note_outer_losses(int soon)
{
    size_t first = 0;

    for (size_t k = 0; k < graph.outer.n; k++) {
        if (!(graph.outer.at[k] & 1))
            continue;
        for (bool lose = goes(number_of(graph.outer.at[k] >> 1), soon); first < k; first++)
            if (lose)
                touch_lose(graph.outer.at[first]);
        first = k + 1;
    }
}

static void note_losses(int soon)
{
    if (soon < 0)
        return;
    note_outer_losses(soon);
    for (size_t d = 0; d < now.dead.n; d++) {
        size_t i = index_of(d);

        if (!goes(d, soon))
            continue;
        for (size_t e = graph.from.at[i]; e < graph.from.at[i + 1]; e++)
            if (graph_reached(graph.to.at[e]))
                touch_lose(graph.head.at[graph.to.at[e]]);
    }
}

/* Weak references to number d that are not dead themselves: the collection calls them back, which
 * mostly lets go of them, and then it reports them with what it found (handle_weakrefs()). */
static void note_callbacks_of(size_t d)
{
    uintptr_t object = head_of_dead(d) + HEAD;
    int at = (int)get(get(object, 8), TP_WEAK_LIST);

    for (uintptr_t ref = at ? get(object, at) : 0; ref; ref = get(ref, WEAK_NEXT)) {
        uintptr_t head = get(ref, WEAK_CALLBACK) ? head_of(ref) : 0;

        if (head && number_of(graph_number(head)) == SIZE_MAX)
            graph.failed |= !array_push(&now.callbacks, head) || !array_push(&now.called_by, d);
    }
}

static void note_callbacks(void)
{
    now.callbacks.n = now.called_by.n = 0;
    for (size_t d = 0; d < now.dead.n && !graph.failed; d++)
        if (!(now.dead.at[d] & TOLD))
            note_callbacks_of(d);
}

/* Where what the dead refer to stands that is not here. */
static void find_outer(void)
{
    if (!array_fill(&now.outer_end, now.dead.n, 0)) {
        graph.failed = true;
        return;
    }
    for (size_t k = 0; k < graph.outer.n; k++)
        if (graph.outer.at[k] & 1 && number_of(graph.outer.at[k] >> 1) < SIZE_MAX)
            now.outer_end.at[number_of(graph.outer.at[k] >> 1)] = k;
}

size_t dead_find(unsigned generations, int soon)
{
    now.dead.n = 0;
    now.end[0] = now.end[1] = now.end[2] = 0;
    if (graph.n_reached < graph.head.n)
        number_dead(generations);
    if (graph.failed || !now.dead.n)
        return now.dead.n;
    find_touches(generations);
    find_holders();
    if (!graph.failed)
        note_losses(soon);
    note_callbacks();
    find_outer();
    return now.dead.n;
}

/* -- telling -- */

static uintptr_t dead_block(uint64_t i)
{
    return block_of(head_of_dead(i));
}

/* Two in each record: a program full of garbage has more of them than objects. What comes
 * every so many records of the program comes no sooner for these. */
static void tell_references(uint64_t i)
{
    uint64_t end = now.from.at[i + 1], before = HOT.head;

    for (uint64_t e = now.from.at[i]; e < end && ring_room_for_one(); e += 2)
        ring_put(PMT_W_REFERS, dead_block(now.to.at[e]),
                 e + 1 < end ? dead_block(now.to.at[e + 1]) : 0);
    HOT.beside += HOT.head - before;
}

/* Told two in a record. */
struct pair {
    uintptr_t first;
};

static void put_pair(struct pair *p, uintptr_t second)
{
    if (p->first && ring_room_for_one()) {
        ring_put(PMT_W_KEEPS, p->first, second);
        HOT.beside++;
    }
    p->first = 0;
}

#define MANY 16u /* references: what has more of them does not live by one */

static void put_kept(struct pair *p, uintptr_t head)
{
    if (get(head, HEAD) > MANY)
        return;
    if (p->first)
        put_pair(p, block_of(head));
    else
        p->first = block_of(head);
}

/* What is reachable now stays while this is not collected. */
static void tell_kept(uint64_t i)
{
    size_t k = index_of(i);
    struct pair p = {0};

    for (size_t e = graph.from.at[k]; e < graph.from.at[k + 1]; e++)
        if (graph_reached(graph.to.at[e]))
            put_kept(&p, graph.head.at[graph.to.at[e]]);
    for (k = now.outer_end.at[i]; k-- > 0 && !(graph.outer.at[k] & 1);)
        put_kept(&p, graph.outer.at[k]);
    put_pair(&p, 0);
}

/* Whether a collection that it survives leaves it untracked: a tuple of what the collector does
 * not have, or no more (_PyTuple_MaybeUntrack() of Objects/tupleobject.c, 3.8 ... 3.13). */
static bool is_atomic(uintptr_t object)
{
    uint64_t n = get(object, TUPLE_ITEMS);

    if (!is_tuple(get(object, 8)))
        return false;
    for (uint64_t k = 0; k < n; k++) {
        uintptr_t item = get(object + TUPLE_FIRST, (int)(8 * k)), head = item ? head_of(item) : 0;

        if (!item || (head && (!is_tuple(get(item, 8)) || get(head, 0))))
            return false;
    }
    return true;
}

/* Where in callbacks those to number i begin. */
static size_t first_callback(uint64_t i)
{
    size_t low = 0, high = now.called_by.n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (now.called_by.at[middle] < i)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void tell_callbacks(uint64_t i, unsigned generation, int soon)
{
    for (size_t k = first_callback(i); k < now.called_by.n && now.called_by.at[k] == i; k++) {
        uintptr_t head = now.callbacks.at[k], type = get(head + HEAD, 8);

        if (!ring_room_for_one())
            return;
        type_tell(type);
        ring_put(PMT_W_GARBAGE, block_of(head), type);
        if ((int)generation > soon)
            told_add(block_of(head), generation);
    }
}

/* soon: the youngest generations, up to this one, are about to be collected; -1: none. What
 * is held there need not be remembered. */
static bool tell_dead(uint64_t i, uint64_t holder, int soon)
{
    uintptr_t head = head_of_dead(i), type = get(head + HEAD, 8);

    if (!ring_room_for_one())
        return false;
    type_tell(type);
    ring_put(PMT_W_GARBAGE, block_of(head), type | (i == holder ? PMT_W_FIRST : 0));
    if (now.dead.at[i] & TOLD)
        return HOT.on;
    touch_garbage(generation_of(holder));
    if ((int)generation_of(holder) > soon)
        told_add(block_of(head), generation_of(holder));
    if (generation_of(i) == 0 && is_atomic(head + HEAD))
        ring_put(PMT_W_ATOMIC, block_of(head), 0);
    belongings_tell(head + HEAD);
    tell_references(i);
    tell_kept(i);
    tell_callbacks(i, generation_of(holder), soon);
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

/* What is told of the dead lies where nobody has been for long: each is asked for some before its
 * turn, which for most is near that of its number. */
#define AHEAD 12

static void ask_for(uint64_t i)
{
    uintptr_t head;

    if (i >= now.dead.n)
        return;
    head = head_of_dead(i);
    __builtin_prefetch((const void *)head);
    __builtin_prefetch((const void *)(head + HEAD + 32));
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
        graph.failed |= !array_push(&now.path, i);
    }
    while (now.path.n && !graph.failed) {
        uint64_t i = now.path.at[--now.path.n];
        uint64_t *chain = &now.chain.at[min_of(least_at(i - 1), last)];

        now.edge.at[i - 1] = *chain;
        *chain = i;
    }
    for (uint64_t at = high + 1; at-- > low && !graph.failed;) {
        uint64_t chain = now.chain.at[at];

        now.chain.at[at] = 0;
        if (chain && !tell_chain(h, chain, at < last ? at : TOUCH_NEVER, soon))
            return false;
    }
    if (graph.failed)
        now.chain.n = 0; /* it is not all 0 */
    return !graph.failed;
}

void dead_tell(unsigned generations, int soon)
{
    if (!ring_room(RESERVE))
        return;
    ring_put(PMT_W_LOOK, (uint64_t)generations, graph.to.n);
    if (now.dead.n && now.chain.n < now.touches + 2 &&
        !array_fill(&now.chain, now.touches + 2, 0))
        return;
    if (now.dead.n)
        chain_up();
    belongings_begin();
    for (uint64_t h = 0; h < now.dead.n; h++) {
        ask_for(h + AHEAD);
        if (now.low.at[h] && !tell_held(h, soon))
            return;
    }
}
