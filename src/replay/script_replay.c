/*
 * script_replay.c - a reference script acted out under a configuration.
 *
 * The interpreter (script/play.h) goes on until the next sample of the timeline or the
 * next event of the collector's plan is due, whichever comes first.
 *
 * A moment of the configuration may be a share of all events. How many there are is known
 * only afterwards, so the script is then acted out twice, the first time to count them.
 *
 * Nothing may be lost. When the script is over its globals go, then the interpreter's
 * caches; what is alive after that was left behind, in gc.garbage or frozen, and is named.
 * Whatever else the heap still has is a fault of the model.
 */
#include "replay/script_replay.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/vec.h"
#include "gc/cost.h"
#include "heap/heap_inline.h"
#include "object/inventory.h"
#include "object/shape.h"
#include "replay/collection_metrics.h"
#include "replay/gc_plan.h"
#include "replay/preset.h"
#include "replay/sample.h"
#include "replay/script_figures.h"
#include "replay/script_step.h"
#include "script/play.h"

#define FIRST_PERIOD 1         /* events between samples: a script may be short */
#define MOST_EVENTS  (1u << 16) /* between two calls of progress */

struct world {
    const struct pmt_script *script;
    const struct pmt_script_replay_options *options;
    struct pmt_result *out;
    struct pmt_heap *heap;
    struct pmt_shape shape;
    struct pmt_objects *objects;
    struct pmt_collector *collector;
    struct pmt_play *play;
    struct pmt_steps *steps;
    struct pmt_gc_plan plan;
    struct pmt_sampler sampler;
    struct pmt_type_count before; /* objects of the interpreter itself */
    struct { struct pmt_collection *at; size_t n, cap; } rows;
    struct { struct pmt_health *at; size_t n, cap; } health;
    uint64_t peak_tracked, peak_garbage;
    struct pmt_error failed;      /* in a call of the interpreter's: its status, or OK */
};

/* -- what a script has no moment for -- */

static enum pmt_status check_clock(const struct pmt_gc_config *gc, struct pmt_error *err)
{
    const struct { const char *key; const struct pmt_moment *moment; } moments[] = {
        {"gc.since", &gc->since},                 {"gc.freeze-at", &gc->freeze_at},
        {"gc.unfreeze-at", &gc->unfreeze_at},     {"gc.disable-until", &gc->disable_until},
        {"gc.collect-at", &gc->collect_at},       {"gc.collect-every", &gc->collect_every}};

    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++)
        if (moments[i].moment->kind == PMT_MOMENT_TIME)
            return pmt_error_set(err, PMT_E_USAGE, "%s=time: a script has no clock: give %s",
                                 moments[i].key, moments[i].moment == &gc->collect_every
                                                     ? "a number of events"
                                                     : "event:N or mark:NAME");
    if (gc->min_interval_ns)
        return pmt_error_set(err, PMT_E_USAGE, "gc.min-interval: a script has no clock");
    return PMT_OK;
}

static enum pmt_status check_moments(const struct world *w, struct pmt_error *err)
{
    unsigned i = 0;
    const char *key = pmt_gc_plan_missed(&w->plan, &i);

    return key ? pmt_error_set(err, PMT_E_USAGE,
                               "%s: its moment never comes in this script: it has %" PRIu64
                               " events, and `pymemtrace dump' shows its marks", key,
                               pmt_play_events(w->play))
               : PMT_OK;
}

/* -- the collector -- */

static uint64_t tracked(const struct world *w)
{
    uint64_t n = 0;

    for (unsigned g = 0; g <= PMT_GENERATIONS; g++)
        n += pmt_collector_tracked(w->collector, g);
    return n;
}

static void note_most(uint64_t *most, uint64_t value)
{
    if (value > *most)
        *most = value;
}

static void on_collected(void *arg, const struct pmt_gc_report *report)
{
    struct world *w = arg;
    bool threshold = report->cause == PMT_GC_THRESHOLD_CAUSE;
    uint64_t found = report->collected + report->uncollectable;
    struct pmt_collection row = {
        .event = w->play ? pmt_play_events(w->play) : 0, .generation = report->generation,
        .asked_for = !threshold, .chosen = threshold ? (int32_t)report->generation : PMT_GC_NONE,
        .visited = report->visited, .collected = report->collected,
        .freed_blocks = report->freed_blocks, .uncollectable = report->uncollectable,
        .references = report->references, .at_exit = report->cause == PMT_GC_EXIT};

    note_most(&w->peak_garbage, found);
    if (report->generation) /* counting takes as long as a full collection */
        note_most(&w->peak_tracked, tracked(w) + report->collected);
    if (w->steps)
        pmt_steps_collected(w->steps, report);
    if (!pmt_vec_push(&w->rows, row))
        (void)pmt_error_set(&w->failed, PMT_E_NOMEM, "out of memory for the collections");
}

/* Of a set of actions those that only change settings. */
static void settle(struct world *w, unsigned actions)
{
    struct pmt_gc_policy wanted = *pmt_collector_policy(w->collector);

    pmt_gc_plan_settle(&w->plan, actions, &wanted);
    for (unsigned g = 0; g < PMT_GENERATIONS; g++)
        pmt_collector_set_threshold(w->collector, g, wanted.threshold[g]);
    pmt_collector_enable(w->collector, wanted.enabled);
}

static void act(struct world *w, unsigned actions)
{
    if (actions & (PMT_GC_BEGIN_SETTINGS | PMT_GC_DO_DISABLE | PMT_GC_DO_ENABLE))
        settle(w, actions);
    if (actions & PMT_GC_DO_COLLECT) {
        pmt_gc_plan_made_full(&w->plan);
        (void)pmt_collector_collect(w->collector, PMT_GENERATIONS - 1, PMT_GC_ASKED);
    }
    if (actions & PMT_GC_DO_FREEZE)
        pmt_collector_freeze(w->collector);
    if (actions & PMT_GC_DO_UNFREEZE)
        pmt_collector_unfreeze(w->collector);
    if (actions)
        pmt_play_ignore_gc_calls(w->play, pmt_gc_plan_is_deaf(&w->plan));
}

/* What the program starts with: the configuration's settings, or the preset's where the
 * given ones come later. */
static void initial_settings(const struct pmt_config *config, struct pmt_collector_options *out)
{
    bool later = config->gc.since.kind != PMT_MOMENT_START &&
                 config->gc.since.kind != PMT_MOMENT_MAIN;
    struct pmt_config preset;

    if (!later || !pmt_preset_get(config->preset, &preset))
        preset = *config;
    for (unsigned g = 0; g < PMT_GENERATIONS; g++)
        out->threshold[g] = preset.gc.threshold[g];
    out->enabled = preset.gc.enabled;
    out->late = config->gc.late;
}

/* -- the interpreter's calls -- */

static enum pmt_status walk(const struct world *w, struct pmt_error *err)
{
    enum pmt_status st = w->options->walk ? pmt_heap_check(w->heap, err) : PMT_OK;

    return st == PMT_OK && w->options->walk ? pmt_objects_check(w->objects, err) : st;
}

static bool on_print(void *arg, const char *text)
{
    const struct pmt_script_replay_options *o = ((struct world *)arg)->options;

    return !o->print || o->print(o->arg, text);
}

static bool on_mark(void *arg, const char *text, uint64_t event)
{
    struct world *w = arg;

    act(w, pmt_gc_plan_at_mark(&w->plan, event, text));
    return walk(w, &w->failed) == PMT_OK;
}

static bool note_step(struct world *w, enum pmt_status st)
{
    if (st != PMT_OK && w->failed.status == PMT_OK)
        (void)pmt_error_set(&w->failed, st, st == PMT_E_NOMEM ? "out of memory for the lines"
                                                              : "interrupted");
    return st == PMT_OK;
}

static bool on_line(void *arg, uint32_t line)
{
    struct world *w = arg;

    return !w->steps || note_step(w, pmt_steps_line(w->steps, w->play, line));
}

static struct pmt_sample sample_at(const struct world *w)
{
    return (struct pmt_sample){.event = pmt_play_events(w->play)};
}

static bool fill_classes(const struct world *w)
{
    struct pmt_class_row rows[PMT_MAX_CLASSES];
    size_t n = pmt_heap_classes(w->heap, rows, PMT_MAX_CLASSES);

    w->out->classes = pmt_alloc_array(n, sizeof *rows);
    if (!w->out->classes)
        return false;
    memcpy(w->out->classes, rows, n * sizeof *rows);
    w->out->n_classes = n;
    return true;
}

static void fill_heap_metrics(struct world *w)
{
    struct pmt_metrics *m = &w->out->metrics;

    pmt_heap_metrics(w->heap, m);
    pmt_heap_traffic(w->heap, &m->allocs, &m->frees);
    w->out->verify.books_balance =
        m->used_bytes + m->avail_bytes + m->unused_pool_bytes + m->header_bytes +
            m->quantization_bytes + m->alignment_bytes == m->arena_bytes;
}

/* The script's last operation is over: this is what it held. */
static void on_ending(void *arg)
{
    struct world *w = arg;

    note_most(&w->peak_tracked, tracked(w));
    fill_heap_metrics(w);
    if (!pmt_sampler_finish(&w->sampler, w->heap, sample_at(w)) || !fill_classes(w) ||
        !pmt_script_figures(w->objects, &w->before, w->out))
        (void)pmt_error_set(&w->failed, PMT_E_NOMEM, "out of memory for the results");
    else
        (void)walk(w, &w->failed);
    if (w->steps)
        (void)note_step(w, pmt_steps_end(w->steps));
}

/* -- going on -- */

static bool take_lists(struct world *w)
{
    for (size_t i = 0; w->sampler.wants_lists && i < pmt_list_count(w->objects); i++) {
        struct pmt_free_list_row row = pmt_script_list(w->objects, i);

        if (!pmt_sampler_lists(&w->sampler, &row, 1))
            return false;
    }
    return true;
}

static enum pmt_status take_samples(struct world *w, uint64_t now, struct pmt_error *err)
{
    if (now < w->sampler.due)
        return PMT_OK;
    return pmt_sampler_take(&w->sampler, w->heap, sample_at(w)) && take_lists(w)
               ? PMT_OK
               : pmt_error_set(err, PMT_E_NOMEM, "out of memory for the timeline");
}

static uint64_t until_due(const struct world *w, uint64_t now)
{
    uint64_t due = w->sampler.due, planned = pmt_gc_plan_next_event(&w->plan);

    if (planned < due)
        due = planned;
    return due - now < MOST_EVENTS ? due - now : MOST_EVENTS;
}

static enum pmt_status go_on(struct world *w, struct pmt_error *err)
{
    const struct pmt_script_replay_options *o = w->options;
    enum pmt_status st = PMT_OK;

    while (st == PMT_OK) {
        uint64_t now = pmt_play_events(w->play);

        st = take_samples(w, now, err);
        if (pmt_gc_plan_next_event(&w->plan) <= now)
            act(w, pmt_gc_plan_at_event(&w->plan, now));
        if (st == PMT_OK && o->progress && !o->progress(o->arg, now))
            st = pmt_error_set(err, PMT_E_IO, "interrupted");
        if (st == PMT_OK)
            st = pmt_play_step(w->play, until_due(w, now), err);
        if (w->failed.status != PMT_OK) {
            if (err)
                *err = w->failed;
            st = w->failed.status;
        }
    }
    return st == PMT_END ? PMT_OK : st;
}

/* -- what is left -- */

static enum pmt_status name_left(struct world *w, struct pmt_error *err)
{
    struct pmt_script_verify *v = &w->out->verify.script;
    struct pmt_type_count left = {0};
    bool good = pmt_type_count_take(w->objects, &left);

    for (size_t i = 0; good && i < left.n; i++) {
        struct pmt_health row = {.severity = PMT_INFO, .count = left.at[i].objects};

        (void)snprintf(row.what, sizeof row.what, "left when the interpreter went down: %s",
                       left.at[i].name);
        good = pmt_vec_push(&w->health, row);
        v->left_objects += left.at[i].objects;
    }
    pmt_type_count_release(&left);
    return good ? PMT_OK : pmt_error_set(err, PMT_E_NOMEM, "out of memory for the results");
}

/* Something is left for a reason only: in gc.garbage, frozen, or in a cycle that came up
 * while the interpreter went down. All of that is tracked. */
static enum pmt_status check_left(const struct world *w, struct pmt_error *err)
{
    pmt_obj x;

    if (!pmt_objects_unheld(w->objects, &x))
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory for the walker");
    return x == PMT_NO_OBJ
               ? PMT_OK
               : pmt_error_set(err, PMT_E_INTERNAL,
                               "%s: an object of type %s is left when the interpreter went down, "
                               "and nothing holds it", pmt_script_name(w->script),
                               pmt_type_name(w->objects, x));
}

/* Objects and heap agree on what is left: no byte is lost. */
static enum pmt_status check_nothing_lost(struct world *w, struct pmt_error *err)
{
    struct pmt_sample heap = {.event = 0};
    enum pmt_status st = walk(w, err);
    uint64_t n_left, of_objects;

    if (st != PMT_OK)
        return st;
    n_left = pmt_objects_shutdown(w->objects);
    st = n_left ? name_left(w, err) : PMT_OK;
    if (st == PMT_OK && n_left)
        st = check_left(w, err);
    if (st != PMT_OK)
        return st;
    pmt_heap_sample(w->heap, &heap);
    of_objects = pmt_objects_block_bytes(w->objects);
    w->out->verify.script.left_bytes = heap.used_bytes + heap.raw_bytes;
    w->out->verify.script.walked = w->options->walk;
    return w->out->verify.script.left_bytes == of_objects
               ? PMT_OK
               : pmt_error_set(err, PMT_E_INTERNAL,
                               "%s: the interpreter went down with %" PRIu64 " bytes in blocks, "
                               "and the %" PRIu64 " objects left have %" PRIu64,
                               pmt_script_name(w->script), w->out->verify.script.left_bytes,
                               n_left, of_objects);
}

static void fill_collector(struct world *w)
{
    struct pmt_result *out = w->out;

    pmt_gc_cost_of_none(&out->gc_cost);
    pmt_collections_pause(w->rows.at, w->rows.n, &out->gc_cost, NULL);
    pmt_collections_measure(w->rows.at, w->rows.n, &out->metrics);
    out->metrics.gc_peak_tracked = w->peak_tracked;
    out->metrics.gc_peak_garbage = w->peak_garbage;
}

/* Hand the rows over. */
static void move_rows(struct world *w)
{
    struct pmt_result *out = w->out;

    out->samples = w->sampler.rows.at;
    out->n_samples = w->sampler.rows.n;
    out->class_samples = w->sampler.classes.at;
    out->n_class_samples = w->sampler.classes.n;
    out->free_list_samples = w->sampler.lists.at;
    out->n_free_list_samples = w->sampler.lists.n;
    out->collections = w->rows.at;
    out->n_collections = w->rows.n;
    out->health = w->health.at;
    out->n_health = w->health.n;
    memset(&w->sampler, 0, sizeof w->sampler);
    memset(&w->rows, 0, sizeof w->rows);
    memset(&w->health, 0, sizeof w->health);
}

/* -- begin and end -- */

static enum pmt_status make_collector(struct world *w, struct pmt_error *err)
{
    struct pmt_collector_options options = {.enabled = true};
    enum pmt_status st;

    initial_settings(w->options->config, &options);
    st = pmt_collector_new(w->objects, &options, &w->collector, err);
    if (st == PMT_OK)
        pmt_collector_set_report(w->collector, w, on_collected);
    return st;
}

static enum pmt_status make_play(struct world *w, struct pmt_error *err)
{
    struct pmt_play_options options = {
        .heap = w->heap, .objects = w->objects, .collector = w->collector,
        .preset = w->options->config->preset, .arg = w, .print = on_print, .mark = on_mark,
        .line_done = w->options->step ? on_line : NULL, .ending = on_ending};

    return pmt_play_new(w->script, &options, &w->play, err);
}

static enum pmt_status make_steps(struct world *w, struct pmt_error *err)
{
    struct pmt_steps_of of = {w->script, w->heap, w->objects, w->collector,
                              w->options->step, w->options->arg};

    return w->options->step ? pmt_steps_new(&of, &w->steps, err) : PMT_OK;
}

static enum pmt_status make_world(struct world *w, struct pmt_error *err)
{
    const struct pmt_config *config = w->options->config;
    enum pmt_status st = pmt_heap_new(&config->heap, &w->heap, err);

    pmt_config_shape(config, &w->shape);
    if (st == PMT_OK)
        st = pmt_objects_new(w->heap, &w->shape, &w->objects, err);
    if (st == PMT_OK)
        st = make_collector(w, err);
    if (st == PMT_OK && !pmt_type_count_take(w->objects, &w->before))
        st = pmt_error_set(err, PMT_E_NOMEM, "out of memory");
    if (st == PMT_OK)
        st = make_play(w, err);
    return st == PMT_OK ? make_steps(w, err) : st;
}

static void unmake_world(struct world *w)
{
    pmt_steps_free(w->steps);
    pmt_play_free(w->play);
    pmt_collector_free(w->collector);
    pmt_objects_free(w->objects);
    pmt_heap_free_all(w->heap);
    pmt_type_count_release(&w->before);
    pmt_sampler_release(&w->sampler);
    pmt_vec_release(&w->rows);
    pmt_vec_release(&w->health);
}

static enum pmt_status act_out(const struct pmt_script *script,
                               const struct pmt_script_replay_options *options,
                               uint64_t total_events, struct pmt_result *out,
                               struct pmt_error *err)
{
    struct world w = {.script = script, .options = options, .out = out};
    enum pmt_status st = pmt_gc_plan_init(&w.plan, &options->config->gc, total_events, err);

    pmt_sampler_init(&w.sampler, options->max_samples);
    w.sampler.period = FIRST_PERIOD;
    out->verify.first_mismatch_event = PMT_NOWHERE;
    if (st == PMT_OK)
        st = make_world(&w, err);
    if (st == PMT_OK) {
        act(&w, pmt_gc_plan_at_event(&w.plan, 0));
        act(&w, pmt_gc_plan_at_main(&w.plan, 0));
        st = go_on(&w, err);
        out->metrics.events = pmt_play_events(w.play);
    }
    if (st == PMT_OK)
        st = check_moments(&w, err);
    if (st == PMT_OK) {
        out->verify.script.expectations = pmt_play_n_expected(w.play);
        st = check_nothing_lost(&w, err);
    }
    if (st == PMT_OK) {
        fill_collector(&w);
        move_rows(&w);
    }
    unmake_world(&w);
    return st;
}

static bool wants_total(const struct pmt_gc_config *gc)
{
    const struct pmt_moment *moments[] = {&gc->since, &gc->freeze_at, &gc->unfreeze_at,
                                          &gc->disable_until, &gc->collect_at};

    for (size_t i = 0; i < sizeof moments / sizeof *moments; i++)
        if (moments[i]->kind == PMT_MOMENT_FRACTION)
            return true;
    return false;
}

/* Under the preset's own collector, which has no such moments. A script that fails has as
 * many as it came to: it fails again, with all that it prints before. */
static enum pmt_status count_events(const struct pmt_script *script,
                                    const struct pmt_config *config, uint64_t *out,
                                    struct pmt_error *err)
{
    struct pmt_config plain = *config, preset;
    struct pmt_script_replay_options options = {.config = &plain};
    struct pmt_result result = {.partial = NULL};
    enum pmt_status st;

    if (pmt_preset_get(config->preset, &preset))
        plain.gc = preset.gc;
    st = act_out(script, &options, 0, &result, err);
    *out = result.metrics.events;
    pmt_result_release(&result);
    return st == PMT_E_DIFF ? PMT_OK : st;
}

enum pmt_status pmt_script_replay(const struct pmt_script *script,
                                  const struct pmt_script_replay_options *options,
                                  struct pmt_result *out, struct pmt_error *err)
{
    uint64_t total = 0;
    enum pmt_status st = check_clock(&options->config->gc, err);

    if (st == PMT_OK && wants_total(&options->config->gc))
        st = count_events(script, options->config, &total, err);
    return st == PMT_OK ? act_out(script, options, total, out, err) : st;
}
