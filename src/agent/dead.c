/*
 * dead.c - what holds the objects that a look has found dead, and when they were left.
 *
 * A collection finds a cycle only if it covers it and every cycle that leads to it: the oldest
 * object of all these is its holder. A cycle was reachable as long as one that leads to it.
 *
 * A collection that comes next takes references with it: what these lead to is not touched by
 * that (touch.c), and what it calls back is reported with what it found.
 */
#include "agent/dead.h"

struct dead dead;

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

    graph.failed |= !array_reserve(&dead.object, graph.head.n - graph.n_reached);
    for (unsigned g = generations + 1; g-- > 0 && !graph.failed; dead.end[g] = dead.object.n)
        for (size_t i = graph.first[g]; i < graph.end[g]; i++) {
            uint64_t known;

            if (graph_reached(i))
                continue;
            known = any && told_has(block_of(graph.head.at[i])) ? DEAD_TOLD : 0;
            array_put(&dead.object, i | known);
            graph.state.at[i] = (graph.state.at[i] & ~GRAPH_COUNT) | (uint32_t)dead.object.n;
        }
}

/* References between the dead: those of number d lead to to[from[d] ... from[d + 1]). */
static void note_references(void)
{
    for (size_t d = 0; d < dead.object.n; d++) {
        size_t i = dead_index(d);

        array_put(&dead.from, dead.to.n);
        for (size_t e = graph.from.at[i]; e < graph.from.at[i + 1]; e++)
            if (!graph_reached(graph.to.at[e]))
                array_put(&dead.to, number_of(graph.to.at[e]));
    }
    array_put(&dead.from, dead.to.n);
}

#define UNSEEN UINT64_MAX
#define MOST   32 /* shift */

static uint64_t older(uint64_t a, uint64_t b)
{
    if (a == UNSEEN || b == UNSEEN)
        return a == UNSEEN ? b : a;
    if (dead_generation(a) != dead_generation(b))
        return dead_generation(a) > dead_generation(b) ? a : b;
    return dead.age.at[b] < dead.age.at[a] ? b : a;
}

static uint64_t least_of(uint64_t touched)
{
    return touched & UINT32_MAX;
}

static uint64_t most_of(uint64_t touched)
{
    return touched >> MOST;
}

#define FEW_UNREAD 16u /* one in so many: they are taken to be as the others */

/* A component is whole: it is what lies above i in `open`. Its holder so far is its oldest
 * object, if it is a cycle; and it was reachable until it was touched last: what was not read may
 * have been touched since. */
static void close_component(uint64_t i)
{
    uint64_t group = dead.holder.n, oldest = UNSEEN, last, n = 0, n_unread = 0;
    uint64_t least = TOUCH_NEVER, most = TOUCH_NEVER;

    do {
        last = dead.open.at[--dead.open.n];
        dead.group.at[last] = group;
        array_put(&dead.order, last);
        oldest = older(oldest, last);
        least = min_of(least, least_of(dead.touched.at[last]));
        most = min_of(most, most_of(dead.touched.at[last]));
        n_unread += dead.touched.at[last] == UNSEEN;
        n++;
    } while (last != i);
    if (FEW_UNREAD * n_unread > n - n_unread)
        least = 0;
    for (uint64_t e = dead.from.at[i]; n == 1 && e < dead.from.at[i + 1]; e++)
        n += dead.to.at[e] == i;
    array_put(&dead.holder, n > 1 ? oldest : UNSEEN);
    array_put(&dead.least, n > 1 ? least : TOUCH_NEVER);
    array_put(&dead.most, n > 1 ? most : TOUCH_NEVER);
}

/* Cycles are strongly connected components: Tarjan's algorithm, with a path instead of
 * recursion. Components are closed one after the other, each after all that it leads to. */
static void visit_dead(uint64_t root)
{
    struct array *path = &dead.path;

    array_put(path, root);
    while (path->n) {
        uint64_t i = path->at[path->n - 1], to;

        if (dead.index.at[i] == UNSEEN) {
            dead.index.at[i] = dead.low.at[i] = dead.n_seen++;
            dead.edge.at[i] = dead.from.at[i];
            array_put(&dead.open, i);
        }
        if (dead.edge.at[i] < dead.from.at[i + 1]) {
            to = dead.to.at[dead.edge.at[i]++];
            if (dead.index.at[to] == UNSEEN)
                array_put(path, to);
            else if (dead.group.at[to] == UNSEEN && dead.index.at[to] < dead.low.at[i])
                dead.low.at[i] = dead.index.at[to];
            continue;
        }
        path->n--;
        if (path->n && dead.low.at[i] < dead.low.at[path->at[path->n - 1]])
            dead.low.at[path->at[path->n - 1]] = dead.low.at[i];
        if (dead.low.at[i] == dead.index.at[i])
            close_component(i);
    }
}

/* What is in no cycle was let go of by others than those that are dead, if it was touched when these
 * were left already. */
static void note_own_touch(uint64_t i, uint64_t group)
{
    uint64_t touched = dead.touched.at[i];

    if (dead.holder.at[group] != UNSEEN || touched == UNSEEN ||
        most_of(touched) >= dead.least.at[group])
        return;
    dead.least.at[group] = least_of(touched);
    dead.most.at[group] = most_of(touched);
}

/* What number i refers to was reachable as long as it. */
static void hand_touches(uint64_t i)
{
    uint64_t from = dead.group.at[i];

    note_own_touch(i, from);
    for (uint64_t e = dead.from.at[i]; e < dead.from.at[i + 1]; e++) {
        uint64_t to = dead.group.at[dead.to.at[e]];

        dead.least.at[to] = min_of(dead.least.at[to], dead.least.at[from]);
        dead.most.at[to] = min_of(dead.most.at[to], dead.most.at[from]);
    }
}

/* What was known to be left before, and is young, may be gone when this is left. */
static bool may_hold(uint64_t from, uint64_t to)
{
    uint64_t least = dead.least.at[from];

    return least == dead.least.at[to] || least == TOUCH_NEVER ||
           dead_generation(dead.holder.at[from]) == 2;
}

/* A component is held by the oldest object of all cycles that lead to it. */
static void hand_holder(uint64_t i)
{
    uint64_t from = dead.group.at[i];

    if (dead.holder.at[from] == UNSEEN)
        dead.holder.at[from] = i; /* a type hides its references from us */
    for (uint64_t e = dead.from.at[i]; e < dead.from.at[i + 1]; e++) {
        uint64_t to = dead.group.at[dead.to.at[e]];

        if (may_hold(from, to))
            dead.holder.at[to] = older(dead.holder.at[to], dead.holder.at[from]);
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
    dead.touched.at[i] = least | most << MOST;
    dead.age.at[i] = has_free_list(head + HEAD) ? age | UNCERTAIN : age;
}

/* ... and which is how old. */
static void find_touches(unsigned generations)
{
    dead.touches = touch_readings() + 1;
    graph.failed |= !array_fill(&dead.touched, dead.object.n, UNSEEN) ||
                  !array_fill(&dead.age, dead.object.n, 0);
    for (size_t i = 0; i < dead.object.n && !graph.failed; i++)
        dead.age.at[i] = UNCERTAIN - dead.object.n + i; /* younger than those watched */
    if (!graph.failed)
        touch_tell(generations, note_touch);
}

/* Each of n dead comes into these once at most. */
static bool reserve(size_t n)
{
    struct array *const each[] = {&dead.path, &dead.open, &dead.order, &dead.holder, &dead.least,
                                  &dead.most};

    graph.failed |= !array_reserve(&dead.from, n + 1) || !array_reserve(&dead.to, graph.to.n);
    for (size_t i = 0; i < sizeof each / sizeof *each; i++)
        graph.failed |= !array_reserve(each[i], n);
    return !graph.failed;
}

static void find_holders(void)
{
    size_t n = dead.object.n;

    dead.from.n = dead.to.n = dead.path.n = dead.open.n = dead.order.n = dead.holder.n = 0;
    dead.least.n = dead.most.n = 0;
    dead.n_seen = 0;
    if (!reserve(n))
        return;
    note_references();
    graph.failed |= !array_fill(&dead.index, n, UNSEEN) || !array_fill(&dead.low, n, UNSEEN) ||
                  !array_fill(&dead.edge, n, 0) || !array_fill(&dead.group, n, UNSEEN);
    for (uint64_t i = 0; i < n && !graph.failed; i++)
        if (dead.index.at[i] == UNSEEN)
            visit_dead(i);
    for (size_t k = dead.order.n; k-- > 0 && !graph.failed;)
        hand_touches(dead.order.at[k]);
    for (size_t k = dead.order.n; k-- > 0 && !graph.failed;)
        hand_holder(dead.order.at[k]);
}

/* What this collection is going to free lets go of what it refers to. */
static bool goes(size_t number, int soon)
{
    return number < SIZE_MAX && (int)dead_generation(dead.holder.at[dead.group.at[number]]) <= soon;
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
    for (size_t d = 0; d < dead.object.n; d++) {
        size_t i = dead_index(d);

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
    uintptr_t object = dead_head(d) + HEAD;
    int at = (int)get(get(object, 8), TP_WEAK_LIST);

    for (uintptr_t ref = at ? get(object, at) : 0; ref; ref = get(ref, WEAK_NEXT)) {
        uintptr_t head = get(ref, WEAK_CALLBACK) ? head_of(ref) : 0;

        if (head && number_of(graph_number(head)) == SIZE_MAX)
            graph.failed |= !array_push(&dead.callbacks, head) || !array_push(&dead.called_by, d);
    }
}

static void note_callbacks(void)
{
    dead.callbacks.n = dead.called_by.n = 0;
    for (size_t d = 0; d < dead.object.n && !graph.failed; d++)
        if (!(dead.object.at[d] & DEAD_TOLD))
            note_callbacks_of(d);
}

/* Where what the dead refer to stands that is not here. */
static void find_outer(void)
{
    if (!array_fill(&dead.outer_end, dead.object.n, 0)) {
        graph.failed = true;
        return;
    }
    for (size_t k = 0; k < graph.outer.n; k++)
        if (graph.outer.at[k] & 1 && number_of(graph.outer.at[k] >> 1) < SIZE_MAX)
            dead.outer_end.at[number_of(graph.outer.at[k] >> 1)] = k;
}

size_t dead_find(unsigned generations, int soon)
{
    dead.object.n = 0;
    dead.end[0] = dead.end[1] = dead.end[2] = 0;
    if (graph.n_reached < graph.head.n)
        number_dead(generations);
    if (graph.failed || !dead.object.n)
        return dead.object.n;
    find_touches(generations);
    find_holders();
    if (!graph.failed)
        note_losses(soon);
    note_callbacks();
    find_outer();
    return dead.object.n;
}
