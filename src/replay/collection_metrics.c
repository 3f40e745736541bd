/* collection_metrics.c - sums and percentiles over the rows of collections. */
#include "replay/collection_metrics.h"

#include <stdlib.h>
#include "base/alloc.h"
#include "gc/cost.h"

static int by_pause(const void *a, const void *b)
{
    const uint64_t *x = a, *y = b;

    return *x < *y ? -1 : *x > *y;
}

/* Nearest rank. */
static uint64_t rank(const uint64_t *sorted, size_t n, size_t percent)
{
    size_t at = (n * percent + 99) / 100;

    return n ? sorted[at ? at - 1 : 0] : 0;
}

static uint64_t times(uint64_t ns, double factor)
{
    double product = (double)ns * factor + 0.5;

    return product < 1.8e19 ? (uint64_t)product : UINT64_MAX;
}

void pmt_collections_pause(struct pmt_collection *rows, size_t n, const struct pmt_gc_cost *cost,
                           const struct pmt_gc_stretches *stretches)
{
    uint64_t last[PMT_GC_KINDS] = {0}; /* event of the last one of this generation or an older */

    for (size_t i = 0; i < n; i++) {
        struct pmt_collection *row = &rows[i];
        unsigned gen = row->generation;
        double factor = stretches ? pmt_gc_stretch_factor(stretches, gen, last[gen], row->event)
                                  : 1.0;

        row->pause_ns = times(pmt_gc_cost_ns(cost, gen, row->visited, row->freed_blocks), factor);
        for (unsigned g = 0; g <= gen; g++)
            last[g] = row->event;
    }
}

static void measure_pauses(const struct pmt_collection *rows, size_t n, struct pmt_metrics *m)
{
    uint64_t *pauses = pmt_alloc_array(n, sizeof *pauses);

    if (!pauses)
        return;
    for (size_t i = 0; i < n; i++)
        pauses[i] = rows[i].pause_ns;
    qsort(pauses, n, sizeof *pauses, by_pause);
    m->gc_pause_p50_ns = rank(pauses, n, 50);
    m->gc_pause_p90_ns = rank(pauses, n, 90);
    m->gc_pause_p99_ns = rank(pauses, n, 99);
    pmt_free(pauses);
}

static void raise_to(uint64_t *most, uint64_t value)
{
    if (value > *most)
        *most = value;
}

void pmt_collections_measure(const struct pmt_collection *rows, size_t n,
                             struct pmt_metrics *out)
{
    uint64_t *per[] = {&out->gc_collections_0, &out->gc_collections_1, &out->gc_collections_2};
    uint64_t *longest[] = {&out->gc_longest_0_ns, &out->gc_longest_1_ns, &out->gc_longest_2_ns};

    for (size_t i = 0; i < n; i++) {
        ++*per[rows[i].generation];
        out->gc_useless += rows[i].collected == 0;
        out->gc_visited += rows[i].visited;
        out->gc_collected += rows[i].collected;
        out->gc_pause_total_ns += rows[i].pause_ns;
        raise_to(&out->gc_pause_max_ns, rows[i].pause_ns);
        raise_to(longest[rows[i].generation], rows[i].pause_ns);
    }
    out->gc_longest_ns = out->gc_pause_max_ns; /* where nothing tells how pauses scatter */
    measure_pauses(rows, n, out);
}
