/* replay_results.c - what a replay comes to: metrics, the verdict on its checks, the health of the
 * trace, and the rows it has gathered. */
#include "replay/replay_inner.h"

#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "base/vec.h"

static void fill_metrics(const struct pmt_replay *r, struct pmt_metrics *m)
{
    pmt_heap_metrics(r->heap, m);
    m->events = r->n_events;
    m->run_ns = r->clock_ns - r->first_clock_ns;
    m->rss_peak_bytes = r->rss_peak_bytes;
    m->allocs = r->n_allocs;
    m->frees = r->n_frees;
    if (r->flow.on)
        pmt_heap_traffic(r->heap, &m->allocs, &m->frees);
    m->stack_peak_bytes = r->stack_peak_bytes;
}

/* The conservation law, as sys._debugmallocstats() sums it up. */
static bool balances(const struct pmt_metrics *m)
{
    return m->used_bytes + m->avail_bytes + m->unused_pool_bytes + m->header_bytes +
               m->quantization_bytes + m->alignment_bytes == m->arena_bytes;
}

/* The recording says itself that something is missing from it. */
static bool has_losses(const struct pmt_replay *r)
{
    bool any = r->n_unknown_troubles > 0;

    for (uint32_t code = 0; code < PMT_TROUBLES; code++)
        any |= r->trouble[code] && pmt_trouble_severity(code) == PMT_LOSS;
    return any;
}

static void fill_verify(struct pmt_replay *r, struct pmt_result *out)
{
    struct pmt_verify *v = &r->verify;

    v->gc = out->verify.gc;
    v->list_mismatches = out->verify.list_mismatches;
    memcpy(v->lists, out->verify.lists, sizeof v->lists);
    v->books_balance = balances(&out->metrics);
    v->exact = v->checked && v->books_balance && !v->placement_mismatches &&
               !v->class_mismatches && !v->book_mismatches && !v->gc.mismatches &&
               !v->list_mismatches && !has_losses(r) &&
               v->placements_checked + v->classes_checked > 0;
    out->verify = *v;
}

/* -- the health of the trace -- */

struct health_rows {
    struct pmt_health *at;
    size_t n, cap;
};

/* Nothing is no row. */
static bool add(struct health_rows *rows, enum pmt_severity severity, const char *what,
                uint64_t count)
{
    struct pmt_health row = {severity, "", count};

    (void)snprintf(row.what, sizeof row.what, "%s", what);
    return !count || pmt_vec_push(rows, row);
}

static bool add_troubles(const struct pmt_replay *r, struct health_rows *rows)
{
    bool good = true;

    for (uint32_t code = 0; code < PMT_TROUBLES; code++)
        good = good && add(rows, pmt_trouble_severity(code), pmt_trouble_text(code),
                           r->trouble[code]);
    return good && add(rows, pmt_trouble_severity(PMT_TROUBLES), pmt_trouble_text(PMT_TROUBLES),
                       r->n_unknown_troubles);
}

/* Whose moment has not come; NULL: that of none. */
static const char *missed_key(const struct pmt_replay *r)
{
    unsigned i = 0;

    return r->collect.settings_differ && r->collect.seen
               ? pmt_gc_plan_missed(&r->collect.plan, &i) : NULL;
}

/* Of the collector's settings: what came of them. */
static bool add_settings(const struct pmt_replay *r, struct health_rows *rows)
{
    const char *key = missed_key(r);
    char missed[80];

    (void)snprintf(missed, sizeof missed, "the trace ends before the moment of %s", key ? key : "");
    return add(rows, PMT_LOSS, "the trace tells nothing of the collector: its settings changed "
               "nothing", r->collect.settings_differ && !r->collect.seen) &&
           add(rows, PMT_LOSS, missed, key != NULL) &&
           add(rows, PMT_INFO, "gc settings asked for that the program replaced by its own "
               "(gc.calls=ignore keeps yours)", r->collect.overruled);
}

static bool fill_health(const struct pmt_replay *r, struct pmt_result *out)
{
    struct health_rows rows = {0};

    if (!add_troubles(r, &rows) || !add_settings(r, &rows)) {
        pmt_vec_release(&rows);
        return false;
    }
    out->health = rows.at;
    out->n_health = rows.n;
    return true;
}

/* -- rows -- */

static bool fill_classes(const struct pmt_replay *r, struct pmt_result *out)
{
    struct pmt_class_row rows[PMT_MAX_CLASSES];
    size_t n = pmt_heap_classes(r->heap, rows, PMT_MAX_CLASSES);

    out->classes = pmt_alloc_array(n, sizeof *rows);
    if (!out->classes)
        return false;
    memcpy(out->classes, rows, n * sizeof *rows);
    out->n_classes = n;
    return true;
}

/* Hand the vectors over. */
static void move_rows(struct pmt_replay *r, struct pmt_result *out)
{
    out->samples = r->sampler.rows.at;
    out->n_samples = r->sampler.rows.n;
    out->class_samples = r->sampler.classes.at;
    out->n_class_samples = r->sampler.classes.n;
    out->free_list_samples = r->sampler.lists.at;
    out->n_free_list_samples = r->sampler.lists.n;
    out->oracle = r->oracle.at;
    out->n_oracle = r->oracle.n;
    memset(&r->sampler, 0, sizeof r->sampler);
    memset(&r->oracle, 0, sizeof r->oracle);
}

/* A configuration that wanted something of the collector at a moment that never came was
 * not replayed: a mistyped mark, a time past the end. */
static enum pmt_status check_moments(const struct pmt_replay *r, struct pmt_error *err)
{
    const char *key = r->ends_early ? NULL : missed_key(r);

    return key ? pmt_error_set(err, PMT_E_USAGE,
                               "%s: its moment never comes in this trace: `pymemtrace dump' "
                               "shows its marks and its length", key)
               : PMT_OK;
}

enum pmt_status pmt_replay_finish(struct pmt_replay *r, struct pmt_result *out,
                                  struct pmt_error *err)
{
    struct pmt_sample last = {.event = r->n_events, .clock_ns = r->clock_ns,
                              .rss_bytes = r->rss_bytes, .stack_bytes = r->stack_bytes};
    enum pmt_status st = r->walk ? pmt_heap_check(r->heap, err) : PMT_OK;

    if (st == PMT_OK)
        st = check_moments(r, err);
    if (st != PMT_OK)
        return st;
    pmt_collect_let_go(&r->collect);
    if (r->collect.failed)
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory for the collector");
    fill_metrics(r, &out->metrics);
    pmt_collect_finish(&r->collect, out);
    if (r->flow.on && (!pmt_shelves_finish(&r->flow.shelves, out) ||
                       (r->flow.every && !pmt_object_stats_finish(&r->flow.stats, out))))
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory for the results");
    fill_verify(r, out);
    if (!pmt_sampler_finish(&r->sampler, r->heap, last) || !fill_health(r, out) ||
        !fill_classes(r, out))
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory for the results");
    move_rows(r, out);
    return PMT_OK;
}
