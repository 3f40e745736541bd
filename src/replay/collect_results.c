/* collect_results.c - what a replay found of the collector: rows, metrics, the cost model
 * and the pauses it gives. */
#include "replay/collect.h"

#include "gc/scatter.h"
#include "replay/collection_metrics.h"
#include "replay/mod_collect.h"

void pmt_collect_ended(struct pmt_collect *c)
{
    c->types.ended = true;
    c->n_running = c->rows.n;
}

/* Generations have a bit each. */
static void fill_longest(const struct pmt_collect *c, const struct pmt_gc_cost *cost,
                         struct pmt_metrics *m)
{
    struct pmt_gc_pauses pauses = {0};
    struct pmt_gc_scatter scatter;
    size_t n = c->types.ended ? c->n_running : c->rows.n;

    pmt_gc_scatter_fit(c->fit, cost, &scatter);
    for (size_t i = 0; i < n; i++)
        pmt_gc_pauses_add(&pauses, c->rows.at[i].generation, c->rows.at[i].pause_ns);
    m->gc_longest_ns = pmt_gc_pauses_longest(&pauses, &scatter, 7);
    m->gc_longest_0_ns = pmt_gc_pauses_longest(&pauses, &scatter, 1);
    m->gc_longest_1_ns = pmt_gc_pauses_longest(&pauses, &scatter, 2);
    m->gc_longest_2_ns = pmt_gc_pauses_longest(&pauses, &scatter, 4);
}

static void fill_metrics(const struct pmt_collect *c, struct pmt_metrics *m)
{
    pmt_collections_measure(c->rows.at, c->rows.n, m);
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
    pmt_gc_stretch_fit(&c->stretches, c->fit, &out->gc_cost);
    pmt_collections_pause(c->rows.at, c->rows.n, &out->gc_cost, &c->stretches);
    fill_metrics(c, &out->metrics);
    fill_longest(c, &out->gc_cost, &out->metrics);
    out->verify.gc = c->verify;
    pmt_garbage_graph_finish(&c->graph, &c->types, out);
    pmt_type_stats_finish(&c->types, out);
    out->collections = c->rows.at;
    out->n_collections = c->rows.n;
    c->rows.at = NULL;
    c->rows.n = c->rows.cap = 0;
}
