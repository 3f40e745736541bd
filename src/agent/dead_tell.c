/*
 * dead_tell.c - telling of what a look has found dead.
 *
 * What is told: the dead that were not told before, each with its type. What has one holder is told
 * together, the holder first; what was left at another time is told apart. Behind each stands what
 * belongs to it, to which of the dead it refers, which is what cycles are made of, and to what that is
 * reachable: this stays as long as it, and so does what goes with that or is shared by it.
 *
 * Which of the dead were told is kept in a set of addresses (told.c) until a collection that covers
 * them is over.
 */
#include "agent/dead.h"

static uintptr_t dead_block(uint64_t i)
{
    return block_of(dead_head(i));
}

/* Two in each record: a program full of garbage has more of them than objects. What comes
 * every so many records of the program comes no sooner for these. */
static void tell_references(uint64_t i)
{
    uint64_t end = dead.from.at[i + 1], before = HOT.head;

    for (uint64_t e = dead.from.at[i]; e < end && ring_room_for_one(); e += 2)
        ring_put(PMT_W_REFERS, dead_block(dead.to.at[e]),
                 e + 1 < end ? dead_block(dead.to.at[e + 1]) : 0);
    HOT.beside += HOT.head - before;
}

#define SHARED_ASKED 1u /* no address: with one it is that of an object that others share */

/* Once in a look; what is not among its objects, k SIZE_MAX, once from one look at everything to the
 * next. */
static bool is_unasked(uintptr_t head, size_t k)
{
    uint64_t bit = UINT64_C(1) << k % 64, *word;
    bool unasked;

    if (k == SIZE_MAX)
        return belongings_unasked(head);
    if (k / 64 >= dead.asked.n)
        return false;
    word = &dead.asked.at[k / 64];
    unasked = !(*word & bit);
    *word |= bit;
    return unasked;
}

static void note_kept(uintptr_t head, size_t k)
{
    if (get(head, HEAD) <= REFERENCES_FEW)
        graph.failed |= !array_push(&dead.kept, head | (is_unasked(head, k) ? DEAD_UNASKED : 0));
}

/* Two in each record as well. */
static void tell_blocks(enum pmt_wire_op op, const uint64_t *blocks, size_t n)
{
    for (size_t k = 0; k < n && ring_room_for_one(); k += 2) {
        ring_put(op, blocks[k], k + 1 < n ? blocks[k + 1] : 0);
        HOT.beside++;
    }
}

/* What goes with such an object is told once, and not what it shares itself. */
static void tell_shared(uintptr_t keeper)
{
    const struct array *others = belongings_others(), *held;
    uint64_t heads[OTHERS_TOLD];
    size_t n = others->n;

    for (size_t k = 0; k < n; k++)
        heads[k] = others->at[k];
    for (size_t k = 0; k < n && ring_room_for_one(); k++) {
        if (heads[k] == keeper)
            continue;
        ring_put(PMT_W_SHARES, block_of(heads[k]), 0);
        HOT.beside++;
        if (!belongings_unasked(heads[k] | SHARED_ASKED))
            continue;
        held = belongings_held(heads[k] + HEAD);
        tell_blocks(PMT_W_HOLDS, held->at, held->n);
    }
}

/* What is reachable, and stays while this is not collected; behind it, the first time, what goes
 * with it. */
static void tell_kept(uint64_t i)
{
    struct array *kept = &dead.kept;
    size_t k = dead_index(i), from = 0;

    dead.kept.n = 0;
    for (size_t e = graph.from.at[k]; e < graph.from.at[k + 1]; e++)
        if (graph_reached(graph.to.at[e]))
            note_kept(graph.head.at[graph.to.at[e]], graph.to.at[e]);
    for (k = dead.outer_end.at[i]; k-- > 0 && !(graph.outer.at[k] & 1);)
        note_kept(graph.outer.at[k], SIZE_MAX);
    for (k = 0; k < kept->n; k++) {
        uintptr_t head = kept->at[k] & ~DEAD_UNASKED;
        const struct array *held = kept->at[k] & DEAD_UNASKED ? belongings_held(head + HEAD) : NULL;

        kept->at[k] = block_of(head);
        if (!held)
            continue;
        tell_blocks(PMT_W_KEEPS, kept->at + from, k + 1 - from);
        tell_blocks(PMT_W_HOLDS, held->at, held->n);
        tell_shared(head);
        from = k + 1;
    }
    tell_blocks(PMT_W_KEEPS, kept->at + from, kept->n - from);
}

/* A collection that it survives leaves a tuple untracked of what the collector does not have, or no
 * more (_PyTuple_MaybeUntrack() of Objects/tupleobject.c, 3.8 ... 3.13). How many of generation 0
 * and older it has to survive for that; 0: it is none such. A tuple in it that it alone refers to
 * comes behind it in the same collection, so it takes one more. */
static unsigned untracked_behind(uintptr_t object, bool deep)
{
    uint64_t n = get(object, TUPLE_ITEMS);
    unsigned behind = 1;

    if (!is_tuple(get(object, 8)))
        return 0;
    for (uint64_t k = 0; k < n; k++) {
        uintptr_t item = get(object + TUPLE_FIRST, (int)(8 * k)), head = item ? head_of(item) : 0;

        if (!item || (head && !is_tuple(get(item, 8))))
            return 0;
        if (!head || !get(head, 0))
            continue;
        if (!deep || untracked_behind(item, false) != 1)
            return 0;
        if (references_to(item) == 1)
            behind = 2;
    }
    return behind;
}

static void tell_atomic(uintptr_t head, unsigned generation)
{
    unsigned behind = 0;

    if (generation < 2)
        behind = untracked_behind(head + HEAD, generation == 0);
    if (behind)
        atomic_tell(head, behind + generation);
}

/* Where in callbacks those to number i begin. */
static size_t first_callback(uint64_t i)
{
    size_t low = 0, high = dead.called_by.n;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (dead.called_by.at[middle] < i)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void tell_callbacks(uint64_t i, unsigned generation, int soon)
{
    for (size_t k = first_callback(i); k < dead.called_by.n && dead.called_by.at[k] == i; k++) {
        uintptr_t head = dead.callbacks.at[k], type = get(head + HEAD, 8);

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
    uintptr_t head = dead_head(i), type = get(head + HEAD, 8);

    if (!ring_room_for_one())
        return false;
    type_tell(type);
    ring_put(PMT_W_GARBAGE, block_of(head), type | (i == holder ? PMT_W_FIRST : 0));
    if (dead.object.at[i] & DEAD_TOLD)
        return HOT.on;
    touch_garbage(dead_generation(holder));
    if ((int)dead_generation(holder) > soon)
        told_add(block_of(head), dead_generation(holder));
    tell_atomic(head, dead_generation(i));
    belongings_tell(head + HEAD);
    tell_references(i);
    tell_kept(i);
    tell_callbacks(i, dead_generation(holder), soon);
    return HOT.on;
}

/* Those that were not told, in chains by their holder: low[] of it is the first, edge[]
 * the next, + 1. */
static void chain_up(void)
{
    for (size_t i = 0; i < dead.object.n; i++)
        dead.low.at[i] = dead.edge.at[i] = 0;
    for (size_t i = dead.object.n; i-- > 0;) {
        uint64_t holder = dead.holder.at[dead.group.at[i]];

        if (dead.object.at[i] & DEAD_TOLD)
            continue;
        dead.edge.at[i] = dead.low.at[holder];
        dead.low.at[holder] = i + 1;
    }
}

/* What is told of the dead lies where nobody has been for long: each is asked for some before its
 * turn, which for most is near that of its number. */
#define AHEAD 12

static void ask_for(uint64_t i)
{
    uintptr_t head;

    if (i >= dead.object.n)
        return;
    head = dead_head(i);
    __builtin_prefetch((const void *)head);
    __builtin_prefetch((const void *)(head + HEAD + 32));
}

/* How many readings ago these were touched, at least and at most: what was read once may have
 * been touched at any time before. */
static void tell_touch(uint64_t i, uint64_t least)
{
    uint64_t most = TOUCH_NEVER;

    for (; i; i = dead.edge.at[i - 1])
        most = min_of(most, dead.most.at[dead.group.at[i - 1]]);
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
    dead.object.at[h] |= DEAD_TOLD;
    for (uint64_t i = first; i; i = dead.edge.at[i - 1])
        if (i - 1 != h && !tell_dead(i - 1, h, soon))
            return false;
    return true;
}

static uint64_t least_at(uint64_t i)
{
    return dead.least.at[dead.group.at[i]];
}

/* What h holds was not all left at one time: a chain for each. The holder was not left later
 * than the others, and comes with the first. */
static bool tell_held(uint64_t h, int soon)
{
    uint64_t last = dead.touches + 1, low = last, high = 0;

    dead.path.n = 0;
    for (uint64_t i = dead.low.at[h]; i; i = dead.edge.at[i - 1]) {
        uint64_t at = min_of(least_at(i - 1), last);

        low = min_of(low, at);
        high = at > high ? at : high;
        graph.failed |= !array_push(&dead.path, i);
    }
    while (dead.path.n && !graph.failed) {
        uint64_t i = dead.path.at[--dead.path.n];
        uint64_t *chain = &dead.chain.at[min_of(least_at(i - 1), last)];

        dead.edge.at[i - 1] = *chain;
        *chain = i;
    }
    for (uint64_t at = high + 1; at-- > low && !graph.failed;) {
        uint64_t chain = dead.chain.at[at];

        dead.chain.at[at] = 0;
        if (chain && !tell_chain(h, chain, at < last ? at : TOUCH_NEVER, soon))
            return false;
    }
    if (graph.failed)
        dead.chain.n = 0; /* it is not all 0 */
    return !graph.failed;
}

void dead_tell(unsigned generations, int soon)
{
    if (!ring_room(RESERVE))
        return;
    ring_put(PMT_W_LOOK, (uint64_t)generations, graph.to.n);
    if (dead.object.n && dead.chain.n < dead.touches + 2 &&
        !array_fill(&dead.chain, dead.touches + 2, 0))
        return;
    if (dead.object.n)
        chain_up();
    if (!dead.object.n || !array_fill(&dead.asked, graph.head.n / 64 + 1, 0))
        dead.asked.n = 0; /* nothing is told to go with anything */
    belongings_begin(generations == 2);
    for (uint64_t h = 0; h < dead.object.n; h++) {
        ask_for(h + AHEAD);
        if (dead.low.at[h] && !tell_held(h, soon))
            return;
    }
}
