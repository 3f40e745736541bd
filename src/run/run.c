/*
 * run.c - one trace under one configuration: the only file that knows how traces are
 * read and how they are replayed. Scripts: script_run.c.
 */
#include <pymemtrace/run.h>

#include <string.h>
#include <time.h>
#include "base/alloc.h"
#include "base/vec.h"
#include "replay/replay.h"
#include "replay/shelves.h"
#include "run/ahead.h"
#include "run/relay.h"
#include "run/script_run.h"
#include "script/script.h"
#include "trace/reader.h"

#define DEFAULT_SAMPLES 1000
#define SMALL_FILE      (256u << 10) /* bytes: not worth a thread */

struct run {
    const struct pmt_run_options *options;
    struct pmt_trace *trace;
    struct pmt_relay *relay;   /* NULL: read directly */
    struct pmt_ahead *ahead;   /* NULL: nothing is known of what comes */
    struct pmt_replay *replay;
    struct pmt_config config;
    struct pmt_config own;     /* the trace's */
    size_t n_types;            /* told to the replay, where it is not the relay that counts */
};

static uint64_t now_ns(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* -- configuration -- */

static bool has_objects(const struct run *run)
{
    return pmt_trace_fact(run->trace, "objects.lists") ||
           pmt_trace_fact(run->trace, "objects.emptied");
}

/* A list that the trace does not show cannot be given another length. */
static enum pmt_status check_lists(const struct run *run, const char *path,
                                   struct pmt_error *err)
{
    const char *lists = pmt_trace_fact(run->trace, "objects.lists");
    const char *emptied = pmt_trace_fact(run->trace, "objects.emptied"), *hidden;

    hidden = pmt_shelves_hidden(lists, emptied, &run->config.free_lists);
    if (!hidden)
        return PMT_OK;
    if (!has_objects(run))
        return pmt_error_set(err, PMT_E_USAGE, "%s: does not show free lists, so they cannot "
                             "be changed: record it again, without --blocks-only", path);
    return pmt_error_set(err, PMT_E_USAGE, "%s: does not show the free list of %s: it has %s"
                         "%s%s", path, hidden, lists ? lists : "", emptied ? " " : "",
                         emptied ? emptied : "");
}

/* The trace's own configuration, then what the words change. */
static enum pmt_status configure(struct run *run, const char *path, struct pmt_error *err)
{
    const char *version = pmt_trace_fact(run->trace, "python.version");
    enum pmt_status st;

    if (!version)
        return pmt_error_set(err, PMT_E_TRACE, "%s: does not say which Python it is of",
                             path);
    st = pmt_config_of_python(version, &run->own, err);
    if (st == PMT_OK)
        st = pmt_config_parse(run->options->spec, &run->own, &run->config, err);
    if (st != PMT_OK)
        return st;
    if (run->options->as_recorded)
        run->config.free_lists.word = PMT_FREE_LISTS_RECORDED;
    return check_lists(run, path, err);
}

/* -- items -- */

static enum pmt_status next_item(struct run *run, struct pmt_item *item,
                                 struct pmt_error *err)
{
    return run->relay ? pmt_relay_next(run->relay, item, err)
                      : pmt_trace_next(run->trace, item, err);
}

static bool report_progress(struct run *run, const struct pmt_item *item)
{
    const struct pmt_run_options *o = run->options;

    if (!o->progress || item->kind != PMT_ITEM_BATCH)
        return true;
    return o->progress(o->progress_arg,
                       run->relay ? pmt_relay_bytes_read(run->relay)
                                  : pmt_trace_bytes_read(run->trace),
                       pmt_trace_file_bytes(run->trace),
                       item->u.batch.first_event + item->u.batch.n_events);
}

/* Those that came with the last item. */
static enum pmt_status tell_types(struct run *run, struct pmt_error *err)
{
    enum pmt_status st = PMT_OK;
    struct pmt_type type;

    if (run->relay) {
        size_t n;
        const struct pmt_type *types = pmt_relay_types(run->relay, &n);

        return pmt_replay_types(run->replay, types, n, err);
    }
    for (; st == PMT_OK && run->n_types < pmt_trace_n_types(run->trace); run->n_types++) {
        pmt_trace_type_at(run->trace, run->n_types, &type);
        st = pmt_replay_types(run->replay, &type, 1, err);
    }
    return st;
}

struct going_on {
    struct run *run;
    const struct pmt_item *item;
};

static bool go_on(void *arg)
{
    const struct going_on *g = arg;

    return report_progress(g->run, g->item);
}

static enum pmt_status look_ahead(struct run *run, const struct pmt_item *item,
                                  struct pmt_error *err)
{
    struct going_on g = {run, item};
    const struct pmt_batch *b = &item->u.batch;

    if (!run->ahead || item->kind != PMT_ITEM_BATCH)
        return PMT_OK;
    return pmt_ahead_until(run->ahead, b->first_event, b->first_event + b->n_events, go_on, &g, err);
}

static enum pmt_status play(struct run *run, struct pmt_error *err)
{
    struct pmt_item item;
    enum pmt_status st;

    while ((st = next_item(run, &item, err)) == PMT_OK) {
        if (!report_progress(run, &item))
            return pmt_error_set(err, PMT_E_IO, "interrupted");
        st = look_ahead(run, &item, err);
        if (st == PMT_OK)
            st = tell_types(run, err);
        if (st != PMT_OK)
            return st;
        st = item.kind == PMT_ITEM_BATCH
                 ? pmt_replay_batch(run->replay, &item.u.batch, err)
                 : pmt_replay_oracle(run->replay, &item.u.oracle, err);
        if (st != PMT_OK)
            return st;
    }
    return st == PMT_END ? PMT_OK : st;
}

static bool copy_facts(const struct pmt_trace *trace, struct pmt_result *out)
{
    size_t n = pmt_trace_n_facts(trace);

    out->facts = pmt_alloc_array(n, sizeof *out->facts);
    if (!out->facts)
        return false;
    for (; out->n_facts < n; out->n_facts++) {
        const char *name, *value;
        struct pmt_fact *fact = &out->facts[out->n_facts];

        pmt_trace_fact_at(trace, out->n_facts, &name, &value);
        *fact = (struct pmt_fact){pmt_strdup(name), pmt_strdup(value)};
        if (!fact->name || !fact->value) {
            out->n_facts++;
            return false;
        }
    }
    return true;
}

/* NULL where the trace has no type of this number. False: out of memory. */
static bool name_type(const struct pmt_trace *trace, uint32_t number, char **out)
{
    struct pmt_type type;

    if (number >= pmt_trace_n_types(trace))
        return true;
    pmt_trace_type_at(trace, number, &type);
    *out = pmt_strdup(type.name);
    return *out != NULL;
}

static bool name_types(const struct pmt_trace *trace, struct pmt_result *out)
{
    for (size_t i = 0; i < out->n_types; i++)
        if (!name_type(trace, out->types[i].number, &out->types[i].name))
            return false;
    for (size_t i = 0; i < out->n_objects; i++)
        if (!name_type(trace, out->objects[i].number, &out->objects[i].name))
            return false;
    for (size_t i = 0; i < out->n_garbage_references; i++) {
        struct pmt_garbage_reference *r = &out->garbage_references[i];

        if (!name_type(trace, r->from, &r->from_name) || !name_type(trace, r->to, &r->to_name))
            return false;
    }
    return true;
}

static enum pmt_status describe(struct run *run, const char *path, struct pmt_result *out,
                                struct pmt_error *err)
{
    const char *partial = pmt_trace_partial(run->trace);

    out->config = run->config;
    out->trace_path = pmt_strdup(path);
    out->trace_bytes = pmt_trace_file_bytes(run->trace);
    if (partial)
        out->partial = pmt_strdup(partial);
    if (!out->trace_path || (partial && !out->partial) || !copy_facts(run->trace, out) ||
        !name_types(run->trace, out))
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory");
    return PMT_OK;
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

/* Events in the whole trace: read once more for a fraction of them. 0: not known. */
static uint64_t count_events(const char *path)
{
    struct pmt_trace *trace;
    struct pmt_item item;
    uint64_t n = 0;

    if (!strcmp(path, "-") || pmt_trace_open(path, &trace, NULL) != PMT_OK)
        return 0;
    while (pmt_trace_next(trace, &item, NULL) == PMT_OK)
        if (item.kind == PMT_ITEM_BATCH)
            n += item.u.batch.n_events;
    pmt_trace_close(trace);
    return n;
}

static enum pmt_status show_objects(struct run *run, struct pmt_error *err)
{
    const struct pmt_objects_seen seen = {pmt_trace_fact(run->trace, "objects.lists"),
                                          pmt_trace_fact(run->trace, "objects.emptied"),
                                          pmt_trace_fact(run->trace, "objects.typed"),
                                          &run->config, &run->own};

    return has_objects(run) ? pmt_replay_objects(run->replay, &seen, err) : PMT_OK;
}

static enum pmt_status open_all(struct run *run, const char *path, struct pmt_error *err)
{
    const struct pmt_run_options *o = run->options;
    enum pmt_status st = configure(run, path, err);
    bool thread;

    if (st == PMT_OK)
        st = pmt_replay_new(&run->config, run->own.gc.late,
                            wants_total(&run->config.gc) ? count_events(path) : 0,
                            run->config.recorded, o->walk,
                            o->max_samples ? o->max_samples : DEFAULT_SAMPLES,
                            &run->replay, err);
    if (st == PMT_OK)
        st = show_objects(run, err);
    if (st != PMT_OK)
        return st;
    /* Without a thread it is slower, not worse: no error. */
    thread = !o->single_thread && pmt_trace_file_bytes(run->trace) > SMALL_FILE;
    if (thread)
        (void)pmt_relay_open(run->trace, &run->relay, NULL);
    if (pmt_replay_foresee(run->replay, NULL))
        run->ahead = pmt_ahead_open(path, run->trace, thread);
    (void)pmt_replay_foresee(run->replay, pmt_ahead_scout(run->ahead));
    return PMT_OK;
}

static enum pmt_status run_recorded(struct run *run, const char *path,
                                    struct pmt_result *out, struct pmt_error *err)
{
    enum pmt_status st;

    if (run->options->step)
        return pmt_error_set(err, PMT_E_USAGE, "%s: is a recording, and only scripts have "
                             "lines to show: see pymemtrace dump", path);
    st = open_all(run, path, err);
    if (st == PMT_OK)
        st = play(run, err);
    pmt_relay_close(run->relay);
    pmt_ahead_close(run->ahead);
    if (st == PMT_OK && pmt_trace_partial(run->trace))
        pmt_replay_ends_early(run->replay);
    if (st == PMT_OK)
        st = pmt_replay_finish(run->replay, out, err);
    if (st == PMT_OK)
        st = describe(run, path, out, err);
    pmt_replay_free(run->replay);
    return st;
}

enum pmt_status pmt_run(const char *trace_path, const struct pmt_run_options *options,
                        struct pmt_result *out, struct pmt_error *err)
{
    static const struct pmt_run_options defaults;
    struct run run = {.options = options ? options : &defaults};
    uint64_t start = now_ns();
    char *text = NULL;
    size_t n = 0;
    enum pmt_status st;

    memset(out, 0, sizeof *out);
    st = pmt_trace_open_or_text(trace_path, &run.trace, &text, &n, err);
    if (st == PMT_OK && text)
        st = pmt_run_script(trace_path, text, n, run.options, out, err);
    else if (st == PMT_OK)
        st = run_recorded(&run, trace_path, out, err);
    if (st != PMT_OK)
        pmt_result_release(out);
    out->replay_ns = st == PMT_OK ? now_ns() - start : 0;
    pmt_trace_close(run.trace);
    pmt_free(text);
    return st;
}

enum pmt_status pmt_run_open_or_print(const char *path, struct pmt_trace **trace,
                                      bool (*put)(void *arg, const char *line), void *arg,
                                      struct pmt_error *err)
{
    struct pmt_script *script = NULL;
    char *text = NULL;
    size_t n = 0;
    enum pmt_status st = pmt_trace_open_or_text(path, trace, &text, &n, err);

    if (st == PMT_OK && text)
        st = pmt_run_parse_script(path, text, n, &script, err);
    if (st == PMT_OK && script)
        pmt_script_print(script, put, arg);
    pmt_script_free(script);
    pmt_free(text);
    return st;
}
