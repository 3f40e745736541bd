/* garbage_graph.c - references within garbage by type; what is counted: garbage_graph.h. */
#include "replay/garbage_graph.h"

#include <stdlib.h>
#include "base/alloc.h"
#include "base/check.h"
#include "base/vec.h"

#define FIRST_CAP ((size_t)64)

void pmt_garbage_graph_release(struct pmt_garbage_graph *g)
{
    pmt_vec_release(&g->pending);
    pmt_free(g->pairs);
    g->pairs = NULL;
    g->n = g->cap = 0;
}

/* Where this pair is, or would be. */
static struct pmt_garbage_reference *place_of(const struct pmt_garbage_graph *g, uint32_t from,
                                              uint32_t to)
{
    uint64_t hash = ((uint64_t)from << 32 | to) * UINT64_C(0x9E3779B97F4A7C15);
    size_t i = (size_t)(hash >> 32) & (g->cap - 1);

    pmt_assert(g->n < g->cap); /* a free place ends every search */
    while (g->pairs[i].count && (g->pairs[i].from != from || g->pairs[i].to != to))
        i = (i + 1) & (g->cap - 1);
    return &g->pairs[i];
}

/* At least half of the places are free. */
static bool make_room(struct pmt_garbage_graph *g)
{
    struct pmt_garbage_reference *old = g->pairs, *pairs;
    size_t old_cap = g->cap, cap = old_cap ? 2 * old_cap : FIRST_CAP;

    if (2 * g->n < g->cap)
        return true;
    pairs = pmt_zalloc(cap * sizeof *pairs);
    if (!pairs)
        return false;
    g->pairs = pairs;
    g->cap = cap;
    for (size_t i = 0; i < old_cap; i++)
        if (old[i].count)
            *place_of(g, old[i].from, old[i].to) = old[i];
    pmt_free(old);
    return true;
}

static void add(struct pmt_garbage_graph *g, uint32_t from, uint32_t to)
{
    struct pmt_garbage_reference *pair;

    if (!make_room(g)) {
        g->failed = true;
        return;
    }
    pair = place_of(g, from, to);
    g->n += pair->count == 0;
    pair->from = from;
    pair->to = to;
    pair->count++;
}

void pmt_garbage_graph_refers(struct pmt_garbage_graph *g, uint32_t slot)
{
    struct pmt_pending_reference one = {g->owner - 1, slot};

    if (g->owner && !g->failed && !pmt_vec_push(&g->pending, one))
        g->failed = true;
}

void pmt_garbage_graph_settle(struct pmt_garbage_graph *g, const struct pmt_type_stats *types)
{
    for (size_t i = 0; i < g->pending.n && !g->failed; i++) {
        struct pmt_pending_reference one = g->pending.at[i];

        if (pmt_type_stats_is_told(types, one.slot))
            add(g, one.from, types->type.at[one.slot] - 1);
    }
    g->pending.n = 0;
    g->failed |= types->failed; /* it may lack types */
}

static int by_count(const void *a, const void *b)
{
    const struct pmt_garbage_reference *x = a, *y = b;

    if (x->count != y->count)
        return x->count > y->count ? -1 : 1;
    if (x->from != y->from)
        return x->from < y->from ? -1 : 1;
    return (x->to > y->to) - (x->to < y->to);
}

void pmt_garbage_graph_finish(struct pmt_garbage_graph *g, const struct pmt_type_stats *types,
                              struct pmt_result *out)
{
    size_t n = 0;

    pmt_garbage_graph_settle(g, types);
    if (g->failed || !g->n)
        return;
    for (size_t i = 0; i < g->cap; i++)
        if (g->pairs[i].count)
            g->pairs[n++] = g->pairs[i];
    qsort(g->pairs, n, sizeof *g->pairs, by_count);
    out->garbage_references = g->pairs;
    out->n_garbage_references = n;
    g->pairs = NULL;
    g->n = g->cap = 0;
}
