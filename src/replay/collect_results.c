/* collect_results.c - what a replay found of the collector: rows, metrics, the cost model
 * and the pauses it gives. */
#include "replay/collect.h"

#include <stdlib.h>
#include "base/alloc.h"
#include "replay/mod_collect.h"

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

static void fill_pauses(const struct pmt_collect *c, struct pmt_metrics *m)
{
    size_t n = c->rows.n;
    uint64_t *pauses = pmt_alloc_array(n, sizeof *pauses);

    if (!pauses)
        return; /* percentiles stay 0 */
    for (size_t i = 0; i < n; i++)
        pauses[i] = c->rows.at[i].pause_ns;
    qsort(pauses, n, sizeof *pauses, by_pause);
    m->gc_pause_p50_ns = rank(pauses, n, 50);
    m->gc_pause_p90_ns = rank(pauses, n, 90);
    m->gc_pause_p99_ns = rank(pauses, n, 99);
    pmt_free(pauses);
}

static void fill_metrics(const struct pmt_collect *c, struct pmt_metrics *m)
{
    uint64_t *per[PMT_GENERATIONS] = {&m->gc_collections_0, &m->gc_collections_1,
                                      &m->gc_collections_2};

    for (size_t i = 0; i < c->rows.n; i++) {
        const struct pmt_collection *row = &c->rows.at[i];

        ++*per[row->generation];
        m->gc_useless += row->collected == 0;
        m->gc_visited += row->visited;
        m->gc_collected += row->collected;
        m->gc_pause_total_ns += row->pause_ns;
        if (row->pause_ns > m->gc_pause_max_ns)
            m->gc_pause_max_ns = row->pause_ns;
    }
    m->garbage_bytes = c->types.garbage_bytes;
    m->died_in_0 = c->died_in[0];
    m->died_in_1 = c->died_in[1];
    m->died_in_2 = c->died_in[2] + c->died_in[PMT_PERMANENT];
    m->gc_uncertain = c->garbage.uncertain;
    m->recorded_gc_ns = c->recorded_ns;
    m->recorded_gc_max_ns = c->recorded_max_ns;
    m->gc_peak_tracked = c->peak_tracked;
    m->gc_peak_garbage = c->peak_garbage;
    m->gc_peak_garbage_bytes = c->peak_garbage_bytes;
}

void pmt_collect_finish(struct pmt_collect *c, struct pmt_result *out)
{
    pmt_mod_note_peaks(c); /* nothing may have been collected */
    pmt_gc_cost_fit(c->fit, &out->gc_cost);
    for (size_t i = 0; i < c->rows.n; i++) {
        struct pmt_collection *row = &c->rows.at[i];

        row->pause_ns = pmt_gc_cost_ns(&out->gc_cost, row->generation, row->visited,
                                       row->freed_blocks);
    }
    fill_pauses(c, &out->metrics);
    fill_metrics(c, &out->metrics);
    out->verify.gc = c->verify;
    pmt_garbage_graph_finish(&c->graph, &c->types, out);
    pmt_type_stats_finish(&c->types, out);
    out->collections = c->rows.at;
    out->n_collections = c->rows.n;
    c->rows.at = NULL;
    c->rows.n = c->rows.cap = 0;
}
