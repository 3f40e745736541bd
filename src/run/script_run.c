/* script_run.c - one script under one configuration.
 *
 * A script is of no Python: without a word it is acted out as `notes`, and under the
 * settings of the preset that is named, none of which was recorded. */
#include "run/script_run.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "replay/script_replay.h"

#define DEFAULT_PRESET  "notes"
#define DEFAULT_SAMPLES 1000

struct script_run {
    const struct pmt_run_options *options;
};

/* What differs from the preset is what the words give, so the preset is the base. */
static enum pmt_status configure(const char *spec, struct pmt_config *out,
                                 struct pmt_error *err)
{
    static const char *const recorded[] = {"gc=recorded", "freelists=recorded"};
    struct pmt_config base, named;
    enum pmt_status st = pmt_config_parse(DEFAULT_PRESET, NULL, &base, err);

    for (size_t i = 0; spec && i < sizeof recorded / sizeof *recorded; i++)
        if (strstr(spec, recorded[i]))
            return pmt_error_set(err, PMT_E_USAGE, "%s: there is no recording to take it from, "
                                 "this is a script", recorded[i]);
    if (st == PMT_OK)
        st = pmt_config_parse(spec, &base, &named, err);
    if (st == PMT_OK)
        st = pmt_config_parse(named.preset, NULL, &base, err);
    if (st == PMT_OK)
        st = pmt_config_parse(spec, &base, out, err);
    if (st == PMT_OK)
        out->recorded = out->heap_recorded = out->gc_recorded = false;
    return st;
}

static bool on_print(void *arg, const char *text)
{
    const struct pmt_run_options *o = ((struct script_run *)arg)->options;

    return !o->print || o->print(o->text_arg, text);
}

static bool on_step(void *arg, const char *text)
{
    const struct pmt_run_options *o = ((struct script_run *)arg)->options;

    return o->step(o->text_arg, text);
}

/* A script is read at once: how far it is cannot be told in bytes. */
static bool on_progress(void *arg, uint64_t events)
{
    const struct pmt_run_options *o = ((struct script_run *)arg)->options;

    return !o->progress || o->progress(o->progress_arg, 0, 0, events);
}

static enum pmt_status act_out(const struct pmt_script *script,
                               const struct pmt_run_options *options,
                               struct pmt_result *out, struct pmt_error *err)
{
    struct script_run run = {.options = options};
    struct pmt_script_replay_options replay = {
        .config = &out->config,
        .walk = options->walk,
        .max_samples = options->max_samples ? options->max_samples : DEFAULT_SAMPLES,
        .arg = &run,
        .print = on_print,
        .step = options->step ? on_step : NULL,
        .progress = on_progress,
    };

    return pmt_script_replay(script, &replay, out, err);
}

static bool describe(const char *path, size_t n, const struct pmt_script *script,
                     struct pmt_result *out)
{
    char lines[32];

    (void)snprintf(lines, sizeof lines, "%" PRIu32, pmt_script_n_lines(script));
    out->trace_path = pmt_strdup(path);
    out->trace_bytes = n;
    out->facts = pmt_zalloc(sizeof *out->facts);
    if (!out->trace_path || !out->facts)
        return false;
    out->n_facts = 1;
    out->facts[0] = (struct pmt_fact){pmt_strdup("script.lines"), pmt_strdup(lines)};
    return out->facts[0].name && out->facts[0].value;
}

/* What is no script is most likely the program itself. */
enum pmt_status pmt_run_parse_script(const char *path, const char *text, size_t n,
                                     struct pmt_script **script, struct pmt_error *err)
{
    size_t length = strlen(path);
    enum pmt_status st = pmt_script_parse(strcmp(path, "-") ? path : "standard input", text, n,
                                          script, err);

    if (st == PMT_OK || length < 4 || strcmp(path + length - 3, ".py"))
        return st;
    return pmt_error_set(err, st, "%s: is a Python program, not a trace: record it first: "
                         "pymemtrace record -o x.pmt -- python3 %s", path, path);
}

enum pmt_status pmt_run_script(const char *path, const char *text, size_t n,
                               const struct pmt_run_options *options, struct pmt_result *out,
                               struct pmt_error *err)
{
    struct pmt_script *script = NULL;
    enum pmt_status st = configure(options->spec, &out->config, err);

    if (st == PMT_OK)
        st = pmt_run_parse_script(path, text, n, &script, err);
    if (st == PMT_OK)
        st = act_out(script, options, out, err);
    if (st == PMT_OK && !describe(path, n, script, out))
        st = pmt_error_set(err, PMT_E_NOMEM, "out of memory");
    pmt_script_free(script);
    return st;
}
