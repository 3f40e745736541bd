/*
 * look.c - which objects are unreachable now?
 *
 * Found as the collector finds it (deduce_unreachable() in Modules/gcmodule.c, Python/gc.c):
 * every object of the generations gets its reference count, every reference between
 * them takes one away, and what then is not reached from an object with some left is
 * held by nothing outside. One visit of each notes which refers to which, by number (graph.h), and
 * all else is found from these numbers. Where the collector keeps its own counts, in the second
 * word of the GC head, stands the number meanwhile, and the words are put back when the look is
 * over: the list itself is never changed, so neither is any collection.
 *
 *     second word   idle         object before | finalized
 *                   in a look    number << 2 | 2 | finalized
 *
 * The collector does this only inside the allocation of an object of its own, and that
 * is the only moment at which all objects can be relied on to be whole: so it is the only
 * one at which we look (site.c tells it from other allocations).
 *
 * And once when the interpreter begins to finalise: then all that is alive is told as well.
 * When else is in look_when.c; what is told of the dead in dead_tell.c.
 */
#include "agent/agent.h"

#include <string.h>
#include "agent/graph.h"
#include "agent/look.h"
#include "agent/object.h"

#define FINALIZED ((uint64_t)1)
#define HERE      ((uint64_t)2) /* in this look */
#define NUMBER    2 /* shift */

struct graph graph;

static struct {
    struct array reached; /* numbers whose references are still to be followed */
    bool leads_on;        /* the object visited, to one that may be in a cycle, */
    bool leads_out;       /* ... and to one that is not here */
} now;

/* A look at everything waits for memory: each object is asked for some before its turn. */
#define AHEAD 12

static inline void ask_for(uintptr_t head)
{
    __builtin_prefetch((const void *)head);
    __builtin_prefetch((const void *)(head + HEAD + 32));
}

/* The head of number i. */
static inline uintptr_t head_at(size_t i)
{
    if (i + AHEAD < graph.head.n)
        ask_for(graph.head.at[i + AHEAD]);
    return graph.head.at[i];
}

/* -- one visit of each -- */

static uint32_t count_of(uintptr_t head)
{
    uint64_t count = get(head, HEAD);

    return count < GRAPH_COUNT ? (uint32_t)count : GRAPH_COUNT;
}

static void number_list(uintptr_t list)
{
    for (uintptr_t head = get(list, 0); head != list; head = get(head, 0)) {
        if (graph.head.n == GRAPH_COUNT || !array32_push(&graph.state, count_of(head)) ||
            !array_push(&graph.head, head)) {
            graph.failed = true;
            return;
        }
        set(head, 8, (get(head, 8) & FINALIZED) | HERE | (graph.head.n - 1) << NUMBER);
    }
}

static void note_outer(uintptr_t head)
{
    now.leads_out = true;
    graph.failed |= !array_push(&graph.outer, head);
}

static bool is_counted(uint32_t state)
{
    return state & GRAPH_COUNT && (state & GRAPH_COUNT) < GRAPH_COUNT;
}

static int note_reference(void *object, void *arg)
{
    uintptr_t head = head_of((uintptr_t)object);
    uint32_t *state;
    uint64_t w;

    (void)arg;
    if (!head)
        return 0;
    w = get(head, 8);
    if (!(w & HERE)) {
        if (get(head, 0))
            note_outer(head);
        return 0;
    }
    state = &graph.state.at[w >> NUMBER];
    now.leads_on |= !(*state & GRAPH_NO_CYCLE);
    *state -= is_counted(*state);
    graph.failed |= graph.to.n == UINT32_MAX || !array32_push(&graph.to, (uint32_t)(w >> NUMBER));
    return 0;
}

/* An object that leads to none but such that are in no cycle is in none itself. */
static void visit_object(size_t i)
{
    array32_put(&graph.from, (uint32_t)graph.to.n);
    now.leads_on = now.leads_out = false;
    visit_all(head_at(i) + HEAD, note_reference);
    if (now.leads_out) {
        graph.state.at[i] |= GRAPH_OUTER;
        graph.failed |= !array_push(&graph.outer, 2 * i + 1);
    } else if (!now.leads_on) {
        graph.state.at[i] |= GRAPH_NO_CYCLE;
    }
}

/* The generations, the oldest first. */
static void visit_generations(unsigned generations)
{
    for (unsigned g = generations + 1; g-- > 0 && !graph.failed;) {
        graph.first[g] = graph.head.n;
        number_list((uintptr_t)HOT.gc + GENERATION * g);
        graph.end[g] = graph.head.n;
    }
    graph.failed |= !array32_reserve(&graph.from, graph.head.n + 1) ||
                    !array_reserve(&now.reached, graph.head.n);
    if (graph.failed)
        return;
    for (size_t i = 0; i < graph.head.n && !graph.failed; i++)
        visit_object(i);
    array32_put(&graph.from, (uint32_t)graph.to.n);
}

/* -- what is reached -- */

static void reach(size_t i)
{
    graph.state.at[i] |= GRAPH_REACHED;
    graph.n_reached++;
    array_put(&now.reached, i);
}

/* By now more is known of what it leads to than when it was visited. */
static void follow(size_t i)
{
    bool leads_on = (graph.state.at[i] & GRAPH_OUTER) != 0;

    for (size_t e = graph.from.at[i]; e < graph.from.at[i + 1]; e++) {
        size_t to = graph.to.at[e];
        uint32_t state = graph.state.at[to];

        leads_on |= !(state & GRAPH_NO_CYCLE);
        if (!(state & GRAPH_REACHED))
            reach(to);
    }
    if (!leads_on)
        graph.state.at[i] |= GRAPH_NO_CYCLE;
}

/* When nothing is left to be reached, nothing is dead. */
static void reach_all(void)
{
    for (size_t i = 0; i < graph.head.n && graph.n_reached < graph.head.n; i++) {
        if (graph_reached(i) || !(graph.state.at[i] & GRAPH_COUNT))
            continue;
        now.reached.n = 0;
        reach(i);
        for (size_t k = 0; k < now.reached.n; k++)
            follow(now.reached.at[k]);
    }
}

static void restore(unsigned generations)
{
    for (unsigned g = 0; g <= generations; g++) {
        uintptr_t before = (uintptr_t)HOT.gc + GENERATION * g;

        for (size_t i = graph.first[g]; i < graph.end[g]; i++) {
            uintptr_t head = head_at(i);

            set(head, 8, before | (get(head, 8) & FINALIZED));
            before = head;
        }
    }
}

size_t graph_number(uintptr_t head)
{
    uint64_t w = get(head, 8);
    size_t i = w >> NUMBER;

    return w & HERE && i < graph.head.n && graph.head.at[i] == head ? i : SIZE_MAX;
}

/* -- what is alive at the end -- */

static void tell_alive(uintptr_t object, uintptr_t block)
{
    uintptr_t type = get(object, 8);

    if (!HOT.on || !ring_room_for_one())
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

/* But for what the look has just told of. */
static void tell_list_alive(uintptr_t list)
{
    for (uintptr_t head = get(list, 0); head != list; head = get(head, 0)) {
        if (told_has(block_of(head)))
            continue;
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

/* -- what is watched from now on -- */

/* Said once. */
static enum touch_found say_reached(size_t i)
{
    uint32_t *state = &graph.state.at[i];

    if ((*state & (GRAPH_REACHED | GRAPH_SAID)) != GRAPH_REACHED)
        return TOUCH_GONE;
    *state |= GRAPH_SAID;
    return *state & GRAPH_NO_CYCLE ? TOUCH_IDLE : TOUCH_READ;
}

static enum touch_found find_reached(uintptr_t head)
{
    size_t i = graph_number(head);

    return i == SIZE_MAX ? TOUCH_GONE : say_reached(i);
}

static void watch_list(unsigned g)
{
    for (size_t i = graph.first[g]; i < graph.end[g]; i++)
        if (say_reached(i) != TOUCH_GONE)
            touch_watch(head_at(i));
}

static void watch_survivors(unsigned generations, int soon)
{
    if (graph.failed)
        return;
    if (generations == 2) {
        touch_begin(find_reached);
        watch_list(2);
        watch_list(1);
    } else if (generations == 1) {
        touch_sift(find_reached);
    } else if (generations == 0) {
        touch_sift_young(find_reached);
    }
    watch_list(0);
    if (soon > 0)
        touch_grown();
    touch_begun();
}

static void begin(void)
{
    graph.head.n = graph.state.n = graph.from.n = graph.to.n = graph.outer.n = 0;
    graph.n_reached = 0;
    graph.failed = false;
    memset(graph.first, 0, sizeof graph.first);
    memset(graph.end, 0, sizeof graph.end);
}

struct looked look_at(unsigned generations, int soon)
{
    struct looked looked = {0, 0};

    begin();
    visit_generations(generations);
    if (!graph.failed)
        reach_all();
    if (!graph.failed)
        looked.n_dead = dead_find(generations, soon);
    watch_survivors(generations, soon);
    restore(generations);
    if (!graph.failed)
        dead_tell(generations, soon);
    looked.n_objects = graph.head.n;
    return looked;
}
