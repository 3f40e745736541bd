/*
 * collection.c - one collection after another, on objects that refer to each other.
 *
 * As Modules/gcmodule.c (up to 3.12) and Python/gc.c do it. Each object of the generations
 * gets its count; each reference between two of them takes one away; then the list is walked
 * from its beginning. Who has some left is reachable, and so is whom it refers to; who has
 * none is put aside for now, and comes back to the end of the list if something reachable
 * turns out to refer to it. What is aside in the end is garbage.
 *
 *     scratch word    COLLECTING | count    of the generations, not yet walked
 *                     UNREACHABLE           put aside
 *                     0                     everything else
 *
 * Then the weak references to the garbage are cleared and their callbacks called, finalizers
 * run, what they have brought back is spared, and the rest is taken apart, the first of
 * the list first. What finalizers mean is the version's (shape.h): up to 3.3 objects with
 * __del__ and all they refer to stay, in gc.garbage; up to 3.8 one that comes back brings back
 * all; from 3.9 on only what is reachable again stays.
 */
#include "gc/collection.h"

#include <string.h>
#include "base/alloc.h"
#include "base/check.h"
#include "base/vec.h"

#define COLLECTING  (UINT32_C(1) << 31)
#define UNREACHABLE (UINT32_C(1) << 30)

#define UNREACHED  PMT_LIST_SPARE   /* the list of what is put aside */
#define FINALIZERS PMT_LIST_SPARE_2 /* of the uncollectable */
#define SURVIVORS  PMT_LIST_SPARE_3 /* of what resurrection spares */

struct pmt_collector {
    struct pmt_objects *objects;
    struct pmt_gc_policy policy;
    struct pmt_collector_options options;
    void *report_arg;
    bool due;                       /* a late collection waits */
    struct pmt_gc_report last;
    struct pmt_gc_totals totals[PMT_GENERATIONS];
    struct pmt_obj_list garbage;    /* gc.garbage: owned references */
};

static pmt_obj list_of(unsigned generation)
{
    return PMT_LIST_YOUNG + generation;
}

static uint64_t list_size(const struct pmt_objects *o, pmt_obj list)
{
    uint64_t n = 0;

    for (pmt_obj x = pmt_gc_first(o, list); x != list; x = pmt_gc_next(o, x))
        n++;
    return n;
}

/* -- what is unreachable -- */

/* Each object's count, less the references from within the list. Returns how many. */
static uint64_t count_outside(struct pmt_objects *o, pmt_obj list)
{
    uint64_t n_references = 0;

    for (pmt_obj x = pmt_gc_first(o, list); x != list; x = pmt_gc_next(o, x)) {
        uint64_t refs = pmt_refcount(o, x);

        *pmt_gc_refs(o, x) = COLLECTING | (uint32_t)(refs < UNREACHABLE ? refs : UNREACHABLE - 1);
    }
    for (pmt_obj x = pmt_gc_first(o, list); x != list; x = pmt_gc_next(o, x)) {
        size_t n;
        bool down;
        const pmt_obj *edges = pmt_edges(o, x, &n, &down);

        for (size_t i = 0; i < n; i++) {
            uint32_t *refs = edges[i] ? pmt_gc_refs(o, edges[i]) : NULL;

            if (refs && *refs & COLLECTING) {
                pmt_assert(*refs & ~COLLECTING);
                --*refs;
                n_references++;
            }
        }
    }
    return n_references;
}

/* x is reachable: so is whom it refers to. */
static void reach_from(struct pmt_objects *o, pmt_obj x, pmt_obj list)
{
    size_t n;
    bool down;
    const pmt_obj *edges = pmt_edges(o, x, &n, &down);

    for (size_t i = 0; i < n; i++) {
        pmt_obj child = edges[down ? n - 1 - i : i];
        uint32_t *refs = child ? pmt_gc_refs(o, child) : NULL;

        if (!refs)
            continue;
        if (*refs & UNREACHABLE) {
            pmt_gc_move(o, child, list);
            *refs = COLLECTING | 1;
        } else if (*refs == COLLECTING)
            *refs = COLLECTING | 1;
    }
}

/* Split the list: what nothing outside leads to goes to `aside`, marked UNREACHABLE. */
static uint64_t deduce_unreachable(struct pmt_objects *o, pmt_obj list, pmt_obj aside)
{
    uint64_t n_references = count_outside(o, list);
    pmt_obj x = pmt_gc_first(o, list), next;

    while (x != list) {
        if (*pmt_gc_refs(o, x) == COLLECTING) {
            next = pmt_gc_next(o, x);
            *pmt_gc_refs(o, x) = UNREACHABLE;
            pmt_gc_move(o, x, aside);
        } else {
            *pmt_gc_refs(o, x) = 0;
            reach_from(o, x, list);
            next = pmt_gc_next(o, x);
        }
        x = next;
    }
    return n_references;
}

static void clear_marks(struct pmt_objects *o, pmt_obj list)
{
    for (pmt_obj x = pmt_gc_first(o, list); x != list; x = pmt_gc_next(o, x))
        *pmt_gc_refs(o, x) = 0;
}

/* -- untracking -- */

static bool refers_to_nothing_tracked(const struct pmt_objects *o, pmt_obj x)
{
    size_t n;
    bool down;
    const pmt_obj *edges = pmt_edges(o, x, &n, &down);

    for (size_t i = 0; i < n; i++)
        if (edges[i] && pmt_may_be_tracked(o, edges[i]))
            return false;
    return true;
}

static void untrack_atomic(struct pmt_objects *o, pmt_obj list, enum pmt_kind kind)
{
    pmt_obj next;

    for (pmt_obj x = pmt_gc_first(o, list); x != list; x = next) {
        next = pmt_gc_next(o, x);
        if (pmt_kind_of(o, x) == kind && refers_to_nothing_tracked(o, x))
            pmt_gc_untrack(o, x);
    }
}

/* What is left moves up; a full collection looks at dicts as well, and counts. */
static void move_up(struct pmt_collector *c, pmt_obj young, unsigned generation)
{
    struct pmt_objects *o = c->objects;
    const struct pmt_shape *shape = pmt_objects_shape(o);

    if (shape->tuple_untrack)
        untrack_atomic(o, young, PMT_KIND_TUPLE);
    if (generation == 1)
        c->policy.long_lived_pending += list_size(o, young);
    if (generation < PMT_GENERATIONS - 1) {
        pmt_gc_merge(o, young, list_of(generation + 1));
        return;
    }
    if (shape->dict_untrack)
        untrack_atomic(o, young, PMT_KIND_DICT);
    c->policy.long_lived_pending = 0;
    c->policy.long_lived_total = list_size(o, young);
}

/* -- weak references -- */

/* Clear those to the garbage; of those that have a callback, the ones that are no garbage
 * themselves are called. Returns how many weak references died of it. */
static uint64_t handle_weakrefs(struct pmt_objects *o, pmt_obj garbage)
{
    struct pmt_obj_list told = {0};
    uint64_t n_freed = 0;

    for (pmt_obj x = pmt_gc_first(o, garbage); x != garbage; x = pmt_gc_next(o, x))
        (void)pmt_weakrefs_clear(o, x, &told);
    for (size_t i = 0; i < told.n; i++) {
        if (!(*pmt_gc_refs(o, told.at[i]) & UNREACHABLE))
            pmt_weakref_call(o, told.at[i]);
        n_freed += pmt_refcount(o, told.at[i]) == 1;
        pmt_decref(o, told.at[i]);
    }
    pmt_vec_release(&told);
    return n_freed;
}

/* -- finalizers -- */

/* Up to 3.3: objects with __del__, then all that they lead to, are not collected. */
static void set_finalizers_apart(struct pmt_objects *o)
{
    pmt_obj next;

    for (pmt_obj x = pmt_gc_first(o, UNREACHED); x != UNREACHED; x = next) {
        next = pmt_gc_next(o, x);
        if (!pmt_has_finalizer(o, x))
            continue;
        *pmt_gc_refs(o, x) = 0;
        pmt_gc_move(o, x, FINALIZERS);
    }
    for (pmt_obj x = pmt_gc_first(o, FINALIZERS); x != FINALIZERS; x = pmt_gc_next(o, x)) {
        size_t n;
        bool down;
        const pmt_obj *edges = pmt_edges(o, x, &n, &down);

        for (size_t i = 0; i < n; i++) {
            pmt_obj child = edges[down ? n - 1 - i : i];

            if (child && *pmt_gc_refs(o, child) & UNREACHABLE) {
                *pmt_gc_refs(o, child) = 0;
                pmt_gc_move(o, child, FINALIZERS);
            }
        }
    }
}

/* They go to gc.garbage, and with what they lead to to the older generation. */
static uint64_t keep_finalizers(struct pmt_collector *c, pmt_obj old)
{
    struct pmt_objects *o = c->objects;
    uint64_t n = 0;

    for (pmt_obj x = pmt_gc_first(o, FINALIZERS); x != FINALIZERS; x = pmt_gc_next(o, x)) {
        n++;
        if (pmt_has_finalizer(o, x) && pmt_vec_push(&c->garbage, x))
            pmt_incref(o, x);
    }
    pmt_gc_merge(o, FINALIZERS, old);
    return n;
}

/* Each one's finalizer runs; the list may lose objects meanwhile (finalize_garbage). */
static void finalize_all(struct pmt_objects *o)
{
    pmt_obj x;

    while ((x = pmt_gc_first(o, UNREACHED)) != UNREACHED) {
        pmt_gc_move(o, x, SURVIVORS);
        if (pmt_is_gc(o, x) && pmt_has_finalizer(o, x) && !pmt_was_finalized(o, x)) {
            pmt_incref(o, x);
            pmt_finalize(o, x);
            pmt_decref(o, x);
        }
    }
    pmt_gc_merge(o, SURVIVORS, UNREACHED);
}

/* 3.4 to 3.8: whether something outside refers to any of it again. */
static bool any_resurrected(struct pmt_objects *o)
{
    bool any = false;

    (void)count_outside(o, UNREACHED);
    for (pmt_obj x = pmt_gc_first(o, UNREACHED); x != UNREACHED; x = pmt_gc_next(o, x)) {
        any |= *pmt_gc_refs(o, x) != COLLECTING;
        *pmt_gc_refs(o, x) = UNREACHABLE;
    }
    return any;
}

/* 3.9+: what is reachable again goes to the older generation; the rest stays. */
static uint64_t spare_resurrected(struct pmt_objects *o, pmt_obj old)
{
    uint64_t n;

    (void)deduce_unreachable(o, UNREACHED, SURVIVORS);
    n = list_size(o, UNREACHED);
    pmt_gc_merge(o, UNREACHED, old);
    pmt_gc_merge(o, SURVIVORS, UNREACHED);
    return n;
}

/* -- taking apart -- */

static void delete_garbage(struct pmt_objects *o, pmt_obj old)
{
    pmt_obj x;

    clear_marks(o, UNREACHED);
    while ((x = pmt_gc_first(o, UNREACHED)) != UNREACHED) {
        pmt_incref(o, x);
        pmt_gc_clear(o, x);
        pmt_decref(o, x);
        if (pmt_gc_first(o, UNREACHED) == x)
            pmt_gc_move(o, x, old); /* still alive: something else has to go first */
    }
}

/* What is in UNREACHED, by the rules of the version. */
static void dispose(struct pmt_collector *c, pmt_obj old, struct pmt_gc_report *r)
{
    struct pmt_objects *o = c->objects;
    unsigned rule = pmt_objects_shape(o)->finalizers;

    if (rule == PMT_FINALIZERS_UNCOLLECTABLE)
        set_finalizers_apart(o);
    r->collected = list_size(o, UNREACHED);
    r->collected += handle_weakrefs(o, UNREACHED);
    if (rule != PMT_FINALIZERS_UNCOLLECTABLE)
        finalize_all(o);
    if (rule == PMT_FINALIZERS_ALL_OR_NOTHING && any_resurrected(o)) {
        r->resurrected = list_size(o, UNREACHED);
        clear_marks(o, UNREACHED);
        pmt_gc_merge(o, UNREACHED, old);
    } else if (rule == PMT_FINALIZERS_EACH) {
        r->resurrected = spare_resurrected(o, old);
    }
    if (!pmt_objects_shape(o)->resurrected_counted)
        r->collected -= r->resurrected < r->collected ? r->resurrected : r->collected;
    delete_garbage(o, old);
    r->uncollectable = keep_finalizers(c, old);
}

/* -- a collection -- */

static uint64_t collect(struct pmt_collector *c, unsigned generation, enum pmt_gc_cause cause)
{
    struct pmt_objects *o = c->objects;
    pmt_obj young = list_of(generation);
    pmt_obj old = list_of(generation < PMT_GENERATIONS - 1 ? generation + 1 : generation);
    struct pmt_gc_report r = {.generation = generation, .cause = cause};
    uint64_t alive = pmt_objects_alive(o), freed = pmt_objects_blocks_freed(o);

    c->policy.collecting = true;
    pmt_gc_begin(&c->policy, generation);
    for (unsigned g = 0; g < generation; g++)
        pmt_gc_merge(o, list_of(g), young);
    r.visited = list_size(o, young);
    r.references = deduce_unreachable(o, young, UNREACHED);
    move_up(c, young, generation);
    dispose(c, old, &r);
    if (generation == PMT_GENERATIONS - 1)
        r.lists_cleared = pmt_free_lists_clear_full(o);
    c->policy.collecting = false;
    r.freed_objects = alive > pmt_objects_alive(o) ? alive - pmt_objects_alive(o) : 0;
    r.freed_blocks = pmt_objects_blocks_freed(o) - freed;
    c->totals[generation].collections++;
    c->totals[generation].collected += r.collected;
    c->totals[generation].uncollectable += r.uncollectable;
    c->last = r;
    if (c->options.collected)
        c->options.collected(c->report_arg, &r);
    return r.collected + r.uncollectable;
}

uint64_t pmt_collector_collect(struct pmt_collector *c, unsigned generation,
                               enum pmt_gc_cause cause)
{
    if (c->policy.collecting || generation >= PMT_GENERATIONS)
        return 0;
    return collect(c, generation, cause);
}

static void collect_due(struct pmt_collector *c)
{
    int generation = pmt_gc_choose(&c->policy);

    if (generation != PMT_GC_NONE)
        (void)collect(c, (unsigned)generation, PMT_GC_THRESHOLD_CAUSE);
}

void pmt_collector_check(struct pmt_collector *c)
{
    if (!c->due || c->policy.collecting)
        return;
    c->due = false;
    if (c->policy.enabled)
        collect_due(c);
}

/* -- what the objects tell -- */

static void on_allocated(void *arg)
{
    struct pmt_collector *c = arg;

    if (!pmt_gc_allocated(&c->policy))
        return;
    if (c->options.late)
        c->due = true;
    else
        collect_due(c);
}

static void on_freed(void *arg)
{
    pmt_gc_freed(&((struct pmt_collector *)arg)->policy);
}

static void on_finalize(void *arg, pmt_obj x)
{
    const struct pmt_collector *c = arg;

    if (c->options.finalize)
        c->options.finalize(c->options.arg, x);
}

static void on_weak_callback(void *arg, pmt_obj weakref, pmt_obj callback)
{
    const struct pmt_collector *c = arg;

    if (c->options.weak_callback)
        c->options.weak_callback(c->options.arg, weakref, callback);
}

/* -- begin, end, settings -- */

enum pmt_status pmt_collector_new(struct pmt_objects *objects,
                                  const struct pmt_collector_options *options,
                                  struct pmt_collector **out, struct pmt_error *err)
{
    struct pmt_collector *c = pmt_zalloc(sizeof *c);
    struct pmt_objects_hooks hooks = {c, on_allocated, on_freed, on_finalize, on_weak_callback};

    *out = c;
    if (!c)
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory");
    c->objects = objects;
    c->options = *options;
    c->report_arg = options->arg;
    c->policy.enabled = options->enabled;
    memcpy(c->policy.threshold, options->threshold, sizeof c->policy.threshold);
    pmt_objects_set_hooks(objects, &hooks);
    return PMT_OK;
}

void pmt_collector_free(struct pmt_collector *c)
{
    static const struct pmt_objects_hooks none;

    if (!c)
        return;
    pmt_objects_set_hooks(c->objects, &none);
    pmt_vec_release(&c->garbage);
    pmt_free(c);
}

void pmt_collector_set_callbacks(struct pmt_collector *c, void *arg,
                                 void (*finalize)(void *, pmt_obj),
                                 void (*weak_callback)(void *, pmt_obj, pmt_obj))
{
    c->options.arg = arg;
    c->options.finalize = finalize;
    c->options.weak_callback = weak_callback;
}

void pmt_collector_set_report(struct pmt_collector *c, void *arg,
                              void (*collected)(void *, const struct pmt_gc_report *))
{
    c->report_arg = arg;
    c->options.collected = collected;
}

void pmt_collector_enable(struct pmt_collector *c, bool enabled)
{
    c->policy.enabled = enabled;
}

void pmt_collector_set_threshold(struct pmt_collector *c, unsigned generation, uint32_t n)
{
    if (generation < PMT_GENERATIONS)
        c->policy.threshold[generation] = n;
}

void pmt_collector_freeze(struct pmt_collector *c)
{
    for (unsigned g = 0; g < PMT_GENERATIONS; g++)
        pmt_gc_merge(c->objects, list_of(g), PMT_LIST_PERMANENT);
    pmt_gc_freeze(&c->policy);
}

void pmt_collector_unfreeze(struct pmt_collector *c)
{
    pmt_gc_merge(c->objects, PMT_LIST_PERMANENT, PMT_LIST_OLD);
}

/* -- figures -- */

const struct pmt_gc_policy *pmt_collector_policy(const struct pmt_collector *c)
{
    return &c->policy;
}

struct pmt_gc_totals pmt_collector_totals(const struct pmt_collector *c, unsigned generation)
{
    return c->totals[generation < PMT_GENERATIONS ? generation : PMT_GENERATIONS - 1];
}

const struct pmt_gc_report *pmt_collector_last(const struct pmt_collector *c)
{
    return &c->last;
}

uint64_t pmt_collector_tracked(const struct pmt_collector *c, unsigned generation)
{
    return generation > PMT_GENERATIONS ? 0 : list_size(c->objects, list_of(generation));
}

size_t pmt_collector_n_garbage(const struct pmt_collector *c)
{
    return c->garbage.n;
}

pmt_obj pmt_collector_garbage_at(const struct pmt_collector *c, size_t i)
{
    return i < c->garbage.n ? c->garbage.at[i] : PMT_NO_OBJ;
}
