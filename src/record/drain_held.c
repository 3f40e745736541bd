/*
 * drain_held.c - whether the collector counts an obj block is known one record later.
 *
 * Allocating a block of the collector's raises count 0 by one, allocating another does not;
 * but a record carries the count at the entry of its call. So the last obj block is held
 * back until the next main record with a count says what the count is then:
 *
 *     count was n, is     n + 1          n
 *     the block           is counted     is not
 *
 * A free lowers the count, before its own record, if its block was counted and the count
 * above 0: both columns are one less then. Where they are the same, or the count is in
 * neither, nobody can say, and that is trouble. (Of the count the record has the low bits.)
 *
 * Where the count was reset in between, or the next record is the free of the block itself, which
 * lowers the count as it was raised, the agent has looked at the block itself (GC_LAST);
 * of one that is too small to be the collector's it says nothing, and a checkpoint or a
 * collection finds it held: it is not counted.
 *
 * What needs the block meanwhile waits with it: its type is kept beside it, and what free
 * lists gave, or took uncounted, is written behind it.
 */
#include "record/drain_inner.h"

void pmt_drain_let_go(struct pmt_drain *d, bool counted)
{
    enum pmt_op op = counted ? PMT_OP_ALLOC_GC : PMT_OP_ALLOC_OBJ;

    if (!d->held.address)
        return;
    if (d->held.type)
        pmt_drain_on_typed_alloc(d, d->held.type - 1, op, d->held.address, d->held.size);
    else
        pmt_drain_on_alloc(d, op, d->held.address, d->held.size);
    d->held.address = 0;
    pmt_drain_waited(d);
}

void pmt_drain_let_go_by_count(struct pmt_drain *d, uint64_t count, bool lowered)
{
    uint64_t before = d->held.count;
    uint64_t if_counted = lowered ? before : (before + 1) & PMT_W_COUNT_MAX;
    uint64_t if_not = lowered && before ? before - 1 : before;

    if (if_counted == if_not || (count != if_counted && count != if_not))
        d->trouble[PMT_TROUBLE_GC_UNSURE]++;
    pmt_drain_let_go(d, count == if_counted && count != if_not);
}
