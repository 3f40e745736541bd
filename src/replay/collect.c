/* collect.c - the recorded program's collections, beside those the model would make.
 *
 * The generation of a recorded collection may be known only at its end (event.def,
 * GC_BEGIN). Then the policy is told its own choice at the beginning and the two are
 * compared at the end. */
#include "replay/collect.h"

#include "base/vec.h"

#define ASKED_FOR     4u /* GC_BEGIN's kind: not for a threshold */
#define NOT_YET_KNOWN 3u

void pmt_collect_init(struct pmt_collect *c, bool late)
{
    *c = (struct pmt_collect){.late = late, .due_event = PMT_NOWHERE,
                              .due_generation = PMT_GC_NONE};
}

void pmt_collect_release(struct pmt_collect *c)
{
    pmt_vec_release(&c->counted);
    pmt_vec_release(&c->rows);
}

bool pmt_collect_allocated(struct pmt_collect *c, uint32_t slot, uint64_t event)
{
    while (c->counted.n <= slot / 64)
        if (!pmt_vec_push(&c->counted, 0))
            return false;
    c->counted.at[slot / 64] |= UINT64_C(1) << slot % 64;
    /* The interpreter leaves a due collection out while an exception is being raised;
     * it comes with the next object. */
    if (c->due_event != PMT_NOWHERE)
        c->verify.deferred++;
    c->due_event = PMT_NOWHERE;
    if (!pmt_gc_allocated(&c->policy) || c->late)
        return true;
    c->due_generation = pmt_gc_choose(&c->policy);
    if (c->due_generation != PMT_GC_NONE)
        c->due_event = event;
    return true;
}

/* The policy's choice for a collection that begins now because of a threshold. */
static int expected(const struct pmt_collect *c)
{
    if (!c->late)
        return c->due_event != PMT_NOWHERE ? c->due_generation : PMT_GC_NONE;
    return c->policy.enabled && c->policy.threshold[0] ? pmt_gc_choose(&c->policy)
                                                       : PMT_GC_NONE;
}

static void begin(struct pmt_collect *c, uint32_t kind, uint64_t ns, uint64_t event)
{
    bool asked = kind >= ASKED_FOR;
    uint32_t told = kind % ASKED_FOR;
    int chosen = asked ? (told < NOT_YET_KNOWN ? (int)told : PMT_GC_NONE) : expected(c);

    c->begin_ns = ns;
    c->row = (struct pmt_collection){.event = event, .asked_for = asked,
                                     .generation = told, .chosen = chosen};
    c->due_event = PMT_NOWHERE;
    c->begun = chosen != PMT_GC_NONE;
    if (c->begun)
        pmt_gc_begin(&c->policy, (unsigned)chosen);
    c->policy.collecting = true;
}

static bool end(struct pmt_collect *c, uint32_t generation, uint64_t ns)
{
    struct pmt_collection *row = &c->row;

    if (generation >= PMT_GENERATIONS)
        return true;
    row->generation = generation;
    row->recorded_ns = c->begin_ns && ns > c->begin_ns ? ns - c->begin_ns : 0;
    if (!c->begun)
        pmt_gc_begin(&c->policy, generation);
    c->verify.recorded[generation]++;
    if (row->chosen >= 0)
        c->verify.replayed[row->chosen]++;
    else if (row->asked_for)
        c->verify.replayed[generation]++;
    if (!row->asked_for && row->chosen != (int)generation)
        c->verify.mismatches++;
    c->verify.for_threshold += !row->asked_for;
    c->policy.collecting = false;
    c->policy.long_lived_total = c->long_lived_total;
    c->policy.long_lived_pending = c->long_lived_pending;
    return pmt_vec_push(&c->rows, *row);
}

static void stat(struct pmt_collect *c, uint32_t which, uint64_t value)
{
    if (which == 0)
        c->row.recorded_collected = value;
    else if (which == 1)
        c->row.recorded_uncollectable = value;
    else if (which == 2)
        c->long_lived_total = value;
    else if (which == 3)
        c->long_lived_pending = value;
}

bool pmt_collect_event(struct pmt_collect *c, enum pmt_op op, uint32_t arg, uint64_t wide,
                       uint64_t event)
{
    c->seen = true;
    if (op == PMT_OP_GC_ENABLED)
        c->policy.enabled = arg != 0;
    else if (op == PMT_OP_GC_THRESHOLD && arg < PMT_GENERATIONS)
        c->policy.threshold[arg] = wide < UINT32_MAX ? (uint32_t)wide : UINT32_MAX;
    else if (op == PMT_OP_GC_FREEZE && arg)
        pmt_gc_freeze(&c->policy);
    else if (op == PMT_OP_GC_BEGIN)
        begin(c, arg, wide, event);
    else if (op == PMT_OP_GC_STAT)
        stat(c, arg, wide);
    else if (op == PMT_OP_GC_END)
        return end(c, arg, wide);
    return true;
}
