/*
 * scout.c - the groups of garbage ahead; the idea is in scout.h.
 *
 * Those that were not left yet are in a heap, the one that was left first on top. Those that were,
 * and that the recording has still to tell of, wait for a collection of the model.
 */
#include "replay/scout.h"

#include <string.h>
#include "base/alloc.h"
#include "base/vec.h"
#include "gc/census.h"
#include "replay/bits.h"
#include "replay/kin.h"
#include "replay/left.h"

#define ENOUGH ((size_t)1 << 21) /* blocks of garbage held, and their references */

struct pmt_scout {
    struct pmt_census census;  /* of the recording: births alone */
    struct pmt_left left;
    struct { uint32_t *at; size_t n, cap; } made;   /* by slot: its event, low bits */
    struct { uint16_t *at; size_t n, cap; } bytes;  /* ... its size, low bits */
    struct { uint64_t *at; size_t n, cap; } counted; /* bit by slot: the collector counts it */
    struct { struct pmt_scouted *at; size_t n, cap; } group; /* the one being told */
    uint64_t telling;          /* event of its last */
    bool collecting;           /* a recorded collection is under way */
    uint64_t begun;            /* ... or the last was, since this event */
    struct { struct pmt_scouted_group *at; size_t n, cap; } ahead; /* a heap */
    struct { struct pmt_scouted_group *at; size_t n, cap; } waiting;
    uint64_t least_told;       /* of those that wait: the first event at which one is told */
    size_t n_held;             /* blocks in both */
    uint64_t n_events;         /* read */
};

struct pmt_scout *pmt_scout_new(void)
{
    struct pmt_scout *s = pmt_zalloc(sizeof *s);

    if (s && !pmt_spots_init(&s->left.spots)) {
        pmt_free(s);
        return NULL;
    }
    return s;
}

void pmt_scout_free(struct pmt_scout *s)
{
    if (!s)
        return;
    for (size_t i = 0; i < s->ahead.n; i++)
        pmt_free(s->ahead.at[i].at);
    for (size_t i = 0; i < s->waiting.n; i++)
        pmt_free(s->waiting.at[i].at);
    pmt_census_release(&s->census);
    pmt_left_release(&s->left);
    pmt_vec_release(&s->made);
    pmt_vec_release(&s->bytes);
    pmt_vec_release(&s->counted);
    pmt_vec_release(&s->group);
    pmt_vec_release(&s->ahead);
    pmt_vec_release(&s->waiting);
    pmt_free(s);
}

/* -- the heap: that of i stands behind that of (i - 1) / 2 -- */

static void swap(struct pmt_scout *s, size_t i, size_t k)
{
    struct pmt_scouted_group one = s->ahead.at[i];

    s->ahead.at[i] = s->ahead.at[k];
    s->ahead.at[k] = one;
}

/* Equal ones in the order in which they were told. */
static bool is_before(const struct pmt_scout *s, size_t i, size_t k)
{
    const struct pmt_scouted_group *a = &s->ahead.at[i], *b = &s->ahead.at[k];

    return a->left != b->left ? a->left < b->left : a->told < b->told;
}

static bool put_ahead(struct pmt_scout *s, struct pmt_scouted_group group)
{
    size_t i = s->ahead.n;

    if (!pmt_vec_push(&s->ahead, group))
        return false;
    for (; i > 0 && is_before(s, i, (i - 1) / 2); i = (i - 1) / 2)
        swap(s, i, (i - 1) / 2);
    return true;
}

static struct pmt_scouted_group take_first(struct pmt_scout *s)
{
    struct pmt_scouted_group first = s->ahead.at[0];
    size_t i = 0, n = --s->ahead.n;

    s->ahead.at[0] = s->ahead.at[n];
    for (;;) {
        size_t next = 2 * i + 1;

        if (next + 1 < n && is_before(s, next + 1, next))
            next++;
        if (next >= n || !is_before(s, next, i))
            return first;
        swap(s, i, next);
        i = next;
    }
}

/* -- telling -- */

static uint64_t made_at(const struct pmt_scout *s, uint32_t slot)
{
    return slot < s->made.n ? pmt_left_made(s->made.at[slot], s->telling) : 0;
}

/* The trace says no more of the group. An estimate from before one of its blocks was made is not
 * taken: the slot was another's then. */
static bool end_group(struct pmt_scout *s)
{
    struct pmt_scouted_group group = {.told = s->telling, .n = s->group.n};
    struct pmt_left_bounds of;
    uint64_t made = 0, all_made = 0;
    size_t n_refs = 0;
    uint32_t birth;

    if (!s->group.n)
        return true;
    for (size_t i = 0; i < s->group.n; i++) {
        uint64_t at = made_at(s, s->group.at[i].slot);

        n_refs += s->group.at[i].refers;
        if (s->group.at[i].refers)
            continue;
        all_made = pmt_left_later(all_made, at);
        if (!s->group.at[i].belongs)
            made = pmt_left_later(made, at);
    }
    birth = s->census.birth.at[s->group.at[0].slot];
    of = pmt_left_of(&s->left, birth, made, s->telling);
    of.n = s->group.n - n_refs;
    group.left = pmt_left_later(all_made,
                                pmt_left_when(&s->left, of,
                                              pmt_census_place(&s->census, birth) == 0));
    pmt_left_next(&s->left);
    group.at = pmt_alloc_array(group.n, sizeof *group.at);
    if (!group.at)
        return false;
    memcpy(group.at, s->group.at, group.n * sizeof *group.at);
    s->group.n = 0;
    if (!put_ahead(s, group)) {
        pmt_free(group.at);
        return false;
    }
    s->n_held += group.n;
    return true;
}

static bool tell(struct pmt_scout *s, uint32_t slot, uint32_t kind, uint64_t event)
{
    struct pmt_scouted one = {.slot = slot, .kind = kind};

    if (kind & PMT_GARBAGE_FIRST && !end_group(s))
        return false;
    if (!HAS_BIT(&s->counted, slot) || slot >= s->census.birth.n ||
        (!s->group.n && !(kind & PMT_GARBAGE_FIRST)))
        return true;
    s->telling = event;
    return pmt_vec_push(&s->group, one);
}

static bool belongs(struct pmt_scout *s, uint32_t slot, uint64_t event)
{
    struct pmt_scouted one = {.slot = slot, .belongs = true};

    s->telling = event;
    return !s->group.n || pmt_vec_push(&s->group, one);
}

static bool refers(struct pmt_scout *s, uint32_t slot, bool reachable)
{
    struct pmt_scouted one = {.slot = slot, .refers = true, .reachable = reachable};

    return !s->group.n || pmt_vec_push(&s->group, one);
}

static void atomic(struct pmt_scout *s, uint32_t slot)
{
    if (s->group.n && s->group.at[s->group.n - 1].slot == slot)
        pmt_kin_atomic(&s->group.at[s->group.n - 1].atomic);
}

/* -- the trace -- */

static bool made(struct pmt_scout *s, uint8_t op, uint32_t slot, uint32_t bytes, uint64_t event)
{
    if (!GROW(&s->made, slot) || !GROW(&s->bytes, slot) || !GROW(&s->counted, slot / 64))
        return false;
    s->made.at[slot] = (uint32_t)event;
    s->bytes.at[slot] = (uint16_t)bytes;
    CLEAR_BIT(&s->counted, slot);
    if (op != PMT_OP_ALLOC_GC && op != PMT_OP_REUSED_GC)
        return true;
    SET_BIT(&s->counted, slot);
    return pmt_census_add(&s->census, slot) && (s->collecting || pmt_ebb_came(&s->left.ebb));
}

/* A block has ended; if it was an object, that may be a scope's doing. (What a collection frees has
 * nothing to do with what the program is at.) */
static void ended(struct pmt_scout *s, uint32_t slot, uint64_t event)
{
    if (slot / 64 >= s->counted.n || !HAS_BIT(&s->counted, slot))
        return;
    CLEAR_BIT(&s->counted, slot);
    if (!s->collecting)
        pmt_ebb_went(&s->left.ebb, s->bytes.at[slot], event);
}

static bool collected(struct pmt_scout *s, uint32_t generation, uint64_t event)
{
    struct pmt_seen seen = {s->begun, event, s->census.n_collections};

    if (generation >= PMT_GENERATIONS)
        return true;
    (void)pmt_census_collected(&s->census, generation);
    return pmt_left_collected(&s->left, generation, seen);
}

/* One of the collector's own events. */
static bool of_collector(struct pmt_scout *s, enum pmt_op op, uint32_t arg, const uint64_t *wide,
                         uint64_t event)
{
    if (!end_group(s))
        return false;
    if (op == PMT_OP_GC_BEGIN || op == PMT_OP_GC_END)
        s->collecting = op == PMT_OP_GC_BEGIN;
    if (op == PMT_OP_GC_BEGIN)
        s->begun = event;
    if (op == PMT_OP_GC_TOUCHED)
        pmt_left_touched(&s->left, arg, *wide);
    else if (op == PMT_OP_GC_LOOK) /* the last one comes when all has been let go of */
        return pmt_ebb_so_far(&s->left.ebb) && pmt_left_look(&s->left, arg, event);
    else if (op == PMT_OP_GC_COUNTS)
        return pmt_left_counts(&s->left, event);
    else if (op == PMT_OP_GC_END)
        return collected(s, arg, event);
    else if (op == PMT_OP_GC_FREEZE && arg)
        pmt_census_freeze(&s->census);
    else if (op == PMT_OP_GC_FREEZE)
        pmt_census_unfreeze(&s->census);
    return true;
}

static inline bool makes_block(uint8_t op)
{
    return op <= PMT_OP_ALLOC_OBJ || op == PMT_OP_ALLOC_GC || op == PMT_OP_REUSED ||
           op == PMT_OP_REUSED_GC;
}

/* Most are of no interest. */
static bool follow(struct pmt_scout *s, const struct pmt_batch *b, uint32_t i,
                   const uint64_t *wide)
{
    uint8_t op = b->op[i];
    uint32_t slot = b->slot[i], arg = b->arg[i];
    uint64_t event = b->first_event + i;

    if (makes_block(op))
        return made(s, op, slot, arg, event);
    if (op == PMT_OP_FREE || op == PMT_OP_SHELVED)
        ended(s, slot, event);
    if (op < PMT_OP_GC_ENABLED || op == PMT_OP_SHELVED)
        return true;
    if (op == PMT_OP_GARBAGE)
        return tell(s, slot, arg, event);
    if (op == PMT_OP_BELONGS)
        return belongs(s, slot, event);
    if (op == PMT_OP_REFERS || op == PMT_OP_KEEPS)
        return refers(s, slot, op == PMT_OP_KEEPS);
    if (op == PMT_OP_GC_ATOMIC)
        atomic(s, slot);
    else if (op == PMT_OP_GC_LOOK || op == PMT_OP_GC_COUNTS || op == PMT_OP_GC_TOUCHED ||
             op == PMT_OP_GC_BEGIN || op == PMT_OP_GC_END || op == PMT_OP_GC_FREEZE)
        return of_collector(s, (enum pmt_op)op, arg, wide, event);
    return true;
}

bool pmt_scout_batch(struct pmt_scout *s, const struct pmt_batch *b)
{
    const uint64_t *wide = b->wide;

    for (uint32_t i = 0; i < b->n_events; i++) {
        unsigned n = pmt_op_n_wide(b->op[i]) + (b->arg[i] == PMT_ARG_WIDE);

        if (!follow(s, b, i, wide))
            return false;
        wide += n;
    }
    s->n_events = b->first_event + b->n_events;
    return true;
}

/* -- the replay -- */

static void drop(struct pmt_scout *s, struct pmt_scouted_group *group)
{
    s->n_held -= group->n;
    pmt_free(group->at);
}

static void let_wait(struct pmt_scout *s, const struct pmt_scouted_group *group)
{
    if (!s->waiting.n || group->told < s->least_told)
        s->least_told = group->told;
    s->waiting.at[s->waiting.n++] = *group;
}

/* Those that were told by this event. */
static void drop_told(struct pmt_scout *s, uint64_t event)
{
    size_t n = s->waiting.n;

    if (!n || s->least_told > event)
        return;
    s->waiting.n = 0;
    for (size_t i = 0; i < n; i++) {
        struct pmt_scouted_group group = s->waiting.at[i];

        if (group.told > event)
            let_wait(s, &group);
        else
            drop(s, &group);
    }
}

/* What was left before this event waits; what was told by it came by itself. */
bool pmt_scout_pass(struct pmt_scout *s, uint64_t event)
{
    drop_told(s, event);
    while (s->ahead.n && s->ahead.at[0].left < event) {
        struct pmt_scouted_group group = take_first(s);

        if (group.told > event && pmt_vec_reserve(&s->waiting, s->waiting.n + 1)) {
            let_wait(s, &group);
            continue;
        }
        drop(s, &group);
        if (group.told > event)
            return false;
    }
    return true;
}

uint64_t pmt_scout_read(const struct pmt_scout *s)
{
    return s->n_events;
}

bool pmt_scout_wants_more(const struct pmt_scout *s, uint64_t until)
{
    return s->n_events <= until || s->n_held < ENOUGH;
}

bool pmt_scout_take(struct pmt_scout *s, uint64_t event, pmt_scout_taker *take, void *arg)
{
    bool ok = pmt_scout_pass(s, event);

    for (size_t i = 0; i < s->waiting.n; i++) {
        ok = ok && take(arg, &s->waiting.at[i]);
        drop(s, &s->waiting.at[i]);
    }
    s->waiting.n = 0;
    return ok;
}
