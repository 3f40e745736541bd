/*
 * play.c - a script acted out, from its first line until the interpreter has gone down.
 *
 * Lines at top level are begun one after the other; each is a call whose operations
 * play_run.c acts out. When the last is over, or at `exit`, what the script leaves goes as
 * it does when an interpreter ends: the globals lose what they refer to, those that begin
 * with an underscore first (Objects/moduleobject.c, _PyModule_ClearDict), and a last
 * collection takes what held itself.
 *
 * What stopped a play stops it for good: each further step says the same again.
 */
#include "script/play_state.h"

#include <string.h>

static const char *const special_names[PMT_N_SPECIAL_NAMES] = {
    [PMT_NAME_NEW] = "__new__",   [PMT_NAME_INIT] = "__init__",
    [PMT_NAME_DEL] = "__del__",   [PMT_NAME_CALL] = "__call__",
    [PMT_NAME_METACLASS] = "__metaclass__",
};

/* -- begin -- */

static bool take_memory(struct pmt_play *p)
{
    p->slots = pmt_alloc_array(p->script->literals.n, sizeof *p->slots);
    p->calls = pmt_alloc_array(PMT_MAX_CALLS, sizeof *p->calls);
    p->area = pmt_alloc_array(PMT_AREA, sizeof *p->area);
    p->lets = pmt_alloc_array(p->script->lets.n, sizeof *p->lets);
    p->named = pmt_zalloc(p->script->strings.n * sizeof *p->named);
    if (!p->slots || !p->calls || !p->area || !p->lets || !p->named)
        return false;
    memset(p->lets, 0, p->script->lets.n * sizeof *p->lets);
    memset(p->slots, 0, p->script->literals.n * sizeof *p->slots);
    return true;
}

static bool take_objects(struct pmt_play *p)
{
    for (size_t i = 0; i < PMT_N_SPECIAL_NAMES; i++) {
        p->special[i] = pmt_name(p->o, special_names[i]);
        if (!p->special[i])
            return false;
    }
    p->globals = pmt_names_make(p) ? pmt_dict_new(p->o) : PMT_NO_OBJ;
    return p->globals != PMT_NO_OBJ;
}

enum pmt_status pmt_play_new(const struct pmt_script *script,
                             const struct pmt_play_options *options, struct pmt_play **out,
                             struct pmt_error *err)
{
    struct pmt_play *p = pmt_zalloc(sizeof *p);

    *out = NULL;
    if (!p)
        return pmt_error_set(err, PMT_E_NOMEM, "%s: out of memory", script->name);
    p->script = script;
    p->options = *options;
    p->o = options->objects;
    p->c = options->collector;
    p->shape = pmt_objects_shape(p->o);
    if (!take_memory(p) || !take_objects(p)) {
        pmt_play_free(p);
        return pmt_error_set(err, PMT_E_NOMEM, "%s: out of memory", script->name);
    }
    pmt_collector_set_callbacks(p->c, p, pmt_run_finalizer, pmt_run_callback);
    *out = p;
    return PMT_OK;
}

/* The objects go with their world: no reference is given back. */
void pmt_play_free(struct pmt_play *p)
{
    if (!p)
        return;
    for (size_t i = 0; i < p->n_calls; i++)
        if (p->calls[i].owns_operands)
            pmt_free(p->calls[i].operands);
    pmt_collector_set_callbacks(p->c, NULL, NULL, NULL);
    for (size_t i = 0; p->lets && i < p->script->lets.n; i++)
        pmt_reading_release(p, &p->lets[i]);
    pmt_free(p->lets);
    pmt_vec_release(&p->loops);
    pmt_free(p->slots);
    pmt_free(p->calls);
    pmt_free(p->area);
    pmt_free(p->named);
    pmt_free(p);
}

/* -- end -- */

static bool begins_private(struct pmt_play *p, pmt_obj name)
{
    const char *text;
    size_t n;

    return pmt_text_get(p->o, name, &text, &n) && n > 1 && text[0] == '_' && text[1] != '_';
}

/* The globals of one pass become None: what dies may still use the others. */
static bool clear_names(struct pmt_play *p, bool private)
{
    pmt_obj none = pmt_none(p->o);
    bool ok = none != PMT_NO_OBJ, down;
    size_t n;

    for (size_t i = 0; ok && (pmt_edges(p->o, p->globals, &n, &down), i + 1 < n); i += 2) {
        const pmt_obj *edges = pmt_edges(p->o, p->globals, &n, &down);

        if (edges[i] && edges[i + 1] != none && begins_private(p, edges[i]) == private)
            ok = pmt_dict_set(p->o, p->globals, edges[i], none);
    }
    pmt_decref(p->o, none);
    return ok;
}

static void go_down(struct pmt_play *p)
{
    bool ok;

    p->exiting = false; /* what is finalized now is acted out */
    while (p->n_calls) {
        const struct pmt_code_unit *unit = &p->script->units.at[p->calls[0].unit];
        bool line = p->n_calls == 1;

        pmt_call_leave(p);
        if (line)
            pmt_unit_leave(p, unit);
    }
    if (p->options.ending)
        p->options.ending(p->options.arg);
    /* Py_FinalizeEx: the first time while what is finalized still finds its names. */
    if (p->shape->exit_ignores_disable || pmt_collector_policy(p->c)->enabled)
        (void)pmt_collector_collect(p->c, PMT_GENERATIONS - 1, PMT_GC_EXIT);
    ok = clear_names(p, true) && clear_names(p, false) && pmt_dict_clear(p->o, p->globals);
    (void)pmt_collector_collect(p->c, PMT_GENERATIONS - 1, PMT_GC_EXIT);
    for (size_t i = 0; i < PMT_N_SPECIAL_NAMES; i++)
        pmt_decref(p->o, p->special[i]);
    pmt_decref(p->o, p->globals);
    pmt_names_drop(p);
    if (!ok || pmt_error_kind(p->o) == PMT_EXC_MEMORY) /* a death may find none and cannot say */
        (void)pmt_stop(p, PMT_E_NOMEM, "%s: out of memory", p->script->name);
    p->over = true;
}

/* -- steps -- */

enum pmt_status pmt_play_step(struct pmt_play *p, uint64_t n, struct pmt_error *err)
{
    uint64_t until = p->n_steps + (n ? n : 1);

    if (until < n)
        until = UINT64_MAX;
    while (p->status == PMT_OK && !p->over && p->n_steps < until) {
        if (p->exiting || (!p->n_calls && !pmt_begin_line(p)))
            go_down(p);
        else
            pmt_play_run(p, until);
    }
    if (p->status != PMT_OK) {
        if (err)
            *err = p->error;
        return p->status;
    }
    return p->over ? PMT_END : PMT_OK;
}

void pmt_play_ignore_gc_calls(struct pmt_play *p, bool ignore)
{
    p->options.ignore_gc_calls = ignore;
}

uint64_t pmt_play_events(const struct pmt_play *p)
{
    return p->events;
}

uint64_t pmt_play_n_expected(const struct pmt_play *p)
{
    return p->n_expected;
}

/* -- names -- */

static bool put_locals(const struct pmt_play *p, bool (*put)(void *, const char *, pmt_obj, bool),
                       void *arg)
{
    const struct pmt_call *call = p->n_calls ? &p->calls[p->n_calls - 1] : NULL;
    const struct pmt_code_unit *unit;

    if (!call || !call->frame)
        return true;
    unit = &p->script->units.at[call->unit];
    for (uint32_t i = 0; i < unit->n_locals; i++) {
        pmt_obj x = pmt_local_get(p->o, call->frame, i);
        uint32_t name = p->script->words.at[unit->first_local + i];

        if (x && !put(arg, pmt_script_string(p->script, name), x, true))
            return false;
    }
    return true;
}

void pmt_play_names(const struct pmt_play *p,
                    bool (*put)(void *arg, const char *name, pmt_obj x, bool local), void *arg)
{
    const pmt_obj *edges;
    size_t n, length;
    bool down;
    const char *name;

    if (p->over || !put_locals(p, put, arg))
        return;
    edges = pmt_edges(p->o, p->globals, &n, &down);
    for (size_t i = 0; i + 1 < n; i += 2)
        if (edges[i] && pmt_text_get(p->o, edges[i], &name, &length) &&
            !put(arg, name, edges[i + 1], false))
            return;
}
