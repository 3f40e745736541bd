/* memo.c - originals and their copies: a table by the original's number. */
#include "object/memo.h"

#include "object/object_table.h"
#include "object/probe.h"

#define FIRST_SLOTS 16

struct looked_for {
    const struct pmt_memo *memo;
    pmt_obj x;
};

static bool is_it(void *arg, uint32_t entry)
{
    const struct looked_for *f = arg;

    return f->memo->from.at[entry] == f->x;
}

pmt_obj pmt_memo_find(const struct pmt_memo *memo, pmt_obj x)
{
    struct looked_for f = {memo, x};
    uint64_t slot;
    int32_t entry = memo->index ? pmt_probe_find(memo->index, x, is_it, &f, &slot, NULL) : -1;

    return entry >= 0 ? memo->to.at[entry] : PMT_NO_OBJ;
}

/* At most two thirds full. */
static bool make_room(struct pmt_memo *memo)
{
    uint32_t *order;
    size_t n;

    if (!memo->index)
        memo->index = pmt_probe_new(FIRST_SLOTS, 0, false, PMT_REUSE_FIRST);
    if (!memo->index || !pmt_vec_reserve(&memo->from, memo->from.n + 1) ||
        !pmt_vec_reserve(&memo->to, memo->to.n + 1))
        return false;
    if (memo->index->fill * 3 < memo->index->slots * 2)
        return true;
    if (!pmt_probe_resize(memo->index, memo->index->slots * 4, false, &order, &n))
        return false;
    pmt_free(order); /* nothing was deleted: the entries keep their numbers */
    return true;
}

bool pmt_memo_put(struct pmt_objects *o, struct pmt_memo *memo, pmt_obj x, pmt_obj y)
{
    struct looked_for f = {memo, x};
    uint64_t slot;
    int32_t entry;

    if (!make_room(memo))
        return pmt_raise_memory(o);
    entry = pmt_probe_find(memo->index, x, is_it, &f, &slot, NULL);
    if (entry >= 0) { /* made within its own copying */
        pmt_incref(o, y);
        pmt_decref(o, memo->to.at[entry]);
        memo->to.at[entry] = y;
        return true;
    }
    if (!pmt_probe_put(memo->index, slot, x))
        return pmt_raise_memory(o);
    pmt_incref(o, x);
    pmt_incref(o, y);
    memo->from.at[memo->from.n++] = x;
    memo->to.at[memo->to.n++] = y;
    return true;
}

void pmt_memo_release(struct pmt_objects *o, struct pmt_memo *memo)
{
    for (size_t i = 0; i < memo->from.n; i++) {
        pmt_decref(o, memo->to.at[i]);
        pmt_decref(o, memo->from.at[i]);
    }
    pmt_vec_release(&memo->from);
    pmt_vec_release(&memo->to);
    pmt_probe_free(memo->index);
    memo->index = NULL;
}
