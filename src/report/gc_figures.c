/* gc_figures.c - sums and percentiles over the rows of collections. */
#include "report/gc_figures.h"

#include <stdlib.h>
#include "base/alloc.h"

/* The pause of one collection, 0 if not known. */
static uint64_t pause_of(const struct pmt_result *r, const struct pmt_collection *c,
                         enum pmt_gc_side side)
{
    if (side == PMT_GC_RECORDED)
        return c->recorded_ns;
    return pmt_gc_has_cost(&r->gc_cost) ? c->pause_ns : 0;
}

bool pmt_gc_has_cost(const struct pmt_gc_cost *cost)
{
    return cost->n_pauses || cost->is_usual;
}

bool pmt_gc_is_told(const struct pmt_result *r)
{
    const uint64_t *recorded = r->verify.gc.recorded;

    return r->n_collections || recorded[0] || recorded[1] || recorded[2];
}

/* Does the row stand beside a recorded one? */
static bool is_recorded(const struct pmt_collection *c)
{
    return c->recorded_ns || c->recorded_collected || c->recorded_uncollectable;
}

static void add(struct pmt_gc_generation *g, const struct pmt_collection *c,
                enum pmt_gc_side side)
{
    uint64_t collected = side == PMT_GC_RECORDED ? c->recorded_collected : c->collected;

    g->collections++;
    g->collected += collected;
    g->useless += collected == 0;
    if (side == PMT_GC_RECORDED)
        g->uncollectable += c->recorded_uncollectable;
    else
        g->uncollectable += c->uncollectable;
    if (side == PMT_GC_MODELLED)
        g->visited += c->visited;
}

static void add_all(const struct pmt_result *r, enum pmt_gc_side side,
                    struct pmt_gc_figures *f)
{
    bool any_recorded = false;
    uint64_t longest_ns = 0;

    for (size_t i = 0; i < r->n_collections; i++) {
        const struct pmt_collection *c = &r->collections[i];
        uint64_t ns = pause_of(r, c, side);

        any_recorded |= is_recorded(c);
        add(&f->of[PMT_GC_ALL], c, side);
        if (c->generation < PMT_GC_ALL)
            add(&f->of[c->generation], c, side);
        if (ns > longest_ns) {
            longest_ns = ns;
            f->longest = c;
        }
    }
    /* A collection of a program always has something to visit; where none has, the trace
     * tells of blocks but not of objects. */
    f->knows_objects = side == PMT_GC_RECORDED
                           ? any_recorded
                           : f->of[PMT_GC_ALL].visited > 0 || r->gc_cost.is_usual;
    f->known = f->knows_objects || f->longest || (side == PMT_GC_MODELLED && !any_recorded);
}

static int by_length(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static uint64_t percentile(const uint64_t *sorted, size_t n, size_t p)
{
    return sorted[(n * p + 99) / 100 - 1];
}

/* Pauses of one generation, or of all; room for as many as there are rows. */
static void measure(const struct pmt_result *r, enum pmt_gc_side side, uint32_t generation,
                    uint64_t *room, struct pmt_pauses *out)
{
    size_t n = 0;

    for (size_t i = 0; i < r->n_collections; i++) {
        const struct pmt_collection *c = &r->collections[i];
        uint64_t ns = pause_of(r, c, side);

        if (!ns || (generation != PMT_GC_ALL && c->generation != generation))
            continue;
        room[n++] = ns;
        out->total_ns += ns;
    }
    out->n = n;
    if (n == 0)
        return;
    qsort(room, n, sizeof *room, by_length);
    out->max_ns = room[n - 1];
    out->p50_ns = percentile(room, n, 50);
    out->p90_ns = percentile(room, n, 90);
    out->p99_ns = percentile(room, n, 99);
}

static void add_longest(const struct pmt_metrics *m, struct pmt_gc_figures *f)
{
    f->of[0].longest_ns = m->gc_longest_0_ns;
    f->of[1].longest_ns = m->gc_longest_1_ns;
    f->of[2].longest_ns = m->gc_longest_2_ns;
    f->of[PMT_GC_ALL].longest_ns = m->gc_longest_ns;
}

bool pmt_gc_figures(const struct pmt_result *result, enum pmt_gc_side side,
                    struct pmt_gc_figures *out)
{
    uint64_t *room;

    *out = (struct pmt_gc_figures){0};
    if (!result->n_collections)
        return true;
    room = pmt_alloc_array(result->n_collections, sizeof *room);
    if (!room)
        return false;
    add_all(result, side, out);
    if (side == PMT_GC_MODELLED && result->gc_cost.n_pauses)
        add_longest(&result->metrics, out);
    for (uint32_t g = 0; g <= PMT_GC_ALL; g++)
        measure(result, side, g, room, &out->of[g].pauses);
    pmt_free(room);
    return true;
}
