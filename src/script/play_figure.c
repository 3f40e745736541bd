/* play_figure.c - questions about the collector, the free lists and the heap. */
#include "script/play_state.h"

#include <inttypes.h>
#include <string.h>
#include "heap/heap_inline.h"
#include "object/raise.h"

/* -- the collector -- */

/* gc.get_count() and gc.get_threshold() build a tuple of three, from the free list of such
 * tuples or as a new object that the collector counts: asking for the count may change it,
 * as it does in CPython. All three, or that of one generation. */
static bool three(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                  const uint32_t values[PMT_GENERATIONS], struct pmt_reading *out)
{
    uint32_t v[PMT_GENERATIONS];
    pmt_obj items[PMT_GENERATIONS] = {0}, tuple = PMT_NO_OBJ;
    bool ok = true;
    unsigned g;

    memcpy(v, values, sizeof v); /* as they are before the tuple is */
    for (size_t i = 0; i < PMT_GENERATIONS && ok; i++)
        ok = (items[i] = pmt_int_new(p->o, v[i])) != PMT_NO_OBJ;
    ok = ok && (tuple = pmt_tuple_new(p->o, items, PMT_GENERATIONS)) != PMT_NO_OBJ;
    for (size_t i = 0; i < PMT_GENERATIONS; i++)
        pmt_decref(p->o, items[i]);
    if (ok)
        pmt_collector_check(p->c); /* as after any call of C code, the tuple still there */
    pmt_decref(p->o, tuple);
    if (!ok)
        return false;
    if (q->n_atoms)
        return pmt_generation_operand(p, a, 1, PMT_GENERATIONS - 1, &g) &&
               pmt_read_number(out, v[g]);
    pmt_strbuf_printf(&out->own, "(%" PRIu32 ", %" PRIu32 ", %" PRIu32 ")", v[0], v[1], v[2]);
    if (out->own.failed)
        return pmt_raise(p->o, PMT_EXC_MEMORY, "out of memory");
    return pmt_read_text(out, out->own.at);
}

bool pmt_ask_gc_count(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                      struct pmt_reading *out)
{
    return three(p, q, a, pmt_collector_policy(p->c)->count, out);
}

bool pmt_ask_gc_threshold(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                          struct pmt_reading *out)
{
    return three(p, q, a, pmt_collector_policy(p->c)->threshold, out);
}

bool pmt_ask_gc_enabled(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                        struct pmt_reading *out)
{
    (void)q;
    (void)a;
    return pmt_read_bool(out, pmt_collector_policy(p->c)->enabled);
}

bool pmt_ask_gc_garbage(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                        struct pmt_reading *out)
{
    (void)q;
    (void)a;
    return pmt_read_number(out, (pmt_int)pmt_collector_n_garbage(p->c));
}

bool pmt_ask_gc_collected(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                          struct pmt_reading *out)
{
    (void)q;
    (void)a;
    return pmt_read_number(out, pmt_collector_last(p->c)->collected);
}

bool pmt_ask_gc_visited(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                        struct pmt_reading *out)
{
    (void)q;
    (void)a;
    return pmt_read_number(out, pmt_collector_last(p->c)->visited);
}

bool pmt_ask_gc_uncollectable(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                              struct pmt_reading *out)
{
    pmt_int n = 0;

    (void)q;
    (void)a;
    for (unsigned g = 0; g < PMT_GENERATIONS; g++)
        n += pmt_collector_totals(p->c, g).uncollectable;
    return pmt_read_number(out, n);
}

bool pmt_ask_gc_collections(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                            struct pmt_reading *out)
{
    unsigned first = 0, last = PMT_GENERATIONS - 1;
    pmt_int n = 0;

    if (q->n_atoms) {
        if (!pmt_generation_operand(p, a, 1, last, &first))
            return false;
        last = first;
    }
    for (unsigned g = first; g <= last; g++)
        n += pmt_collector_totals(p->c, g).collections;
    return pmt_read_number(out, n);
}

bool pmt_ask_gc_tracked(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                        struct pmt_reading *out)
{
    unsigned first = 0, last = PMT_GENERATIONS - 1;
    pmt_int n = 0;

    if (q->n_atoms) {
        if (!pmt_generation_operand(p, a, 1, PMT_GENERATIONS, &first))
            return false;
        last = first;
    }
    for (unsigned g = first; g <= last; g++)
        n += pmt_collector_tracked(p->c, g);
    return pmt_read_number(out, n);
}

bool pmt_ask_gc_collect(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                        struct pmt_reading *out)
{
    unsigned g;
    uint64_t n = 0;

    if (!pmt_generation_operand(p, a, q->n_atoms, PMT_GENERATIONS - 1, &g))
        return false;
    if (!p->options.ignore_gc_calls)
        n = pmt_collector_collect(p->c, g, PMT_GC_ASKED);
    return pmt_read_number(out, n);
}

/* -- free lists -- */

/* The sum of one figure over the lists of a type: of one length, or all. */
static bool of_lists(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                     size_t figure, struct pmt_reading *out)
{
    const char *type = pmt_set_name(PMT_SET_LISTS, q->word);
    pmt_int length = -1, sum = 0;

    if (q->n_atoms && !pmt_int_get(p->o, a[0], &length))
        return pmt_raise_type(p->o, PMT_RAISE_INTEGER_NEEDED, a[0], PMT_NO_OBJ);
    for (size_t i = 0; i < pmt_list_count(p->o); i++) {
        struct pmt_list_figures f;
        uint64_t value;

        pmt_list_figures_at(p->o, i, &f);
        if (strcmp(f.type, type) != 0 || (q->n_atoms && (pmt_int)f.size != length))
            continue;
        memcpy(&value, (const char *)&f + figure, sizeof value);
        sum += value;
    }
    return pmt_read_number(out, sum);
}

#define OF_LISTS(fn, field)                                                                       \
    bool pmt_ask_##fn(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,            \
                      struct pmt_reading *out)                                                    \
    {                                                                                             \
        return of_lists(p, q, a, offsetof(struct pmt_list_figures, field), out);                  \
    }

OF_LISTS(free, length)
OF_LISTS(hits, hits)
OF_LISTS(misses, misses)
OF_LISTS(pushes, pushes)
OF_LISTS(overflows, overflows)

/* -- the heap -- */

static bool of_heap(const struct pmt_play *p, size_t metric, struct pmt_reading *out)
{
    struct pmt_metrics m;
    uint64_t value;

    memset(&m, 0, sizeof m);
    pmt_heap_metrics(p->options.heap, &m);
    memcpy(&value, (const char *)&m + metric, sizeof value);
    return pmt_read_number(out, value);
}

#define OF_HEAP(fn, field)                                                                        \
    bool pmt_ask_##fn(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,            \
                      struct pmt_reading *out)                                                    \
    {                                                                                             \
        (void)q;                                                                                  \
        (void)a;                                                                                  \
        return of_heap(p, offsetof(struct pmt_metrics, field), out);                              \
    }

OF_HEAP(arenas, arenas_current)
OF_HEAP(arenas_peak, arenas_highwater)
OF_HEAP(arenas_reclaimed, arenas_reclaimed)
OF_HEAP(used_bytes, used_bytes)
OF_HEAP(avail_bytes, avail_bytes)
OF_HEAP(raw_blocks, raw_blocks)
OF_HEAP(raw_bytes, raw_bytes)
OF_HEAP(peak_bytes, peak_bytes)
OF_HEAP(arena_bytes, arena_bytes)

/* The class that serves requests of so many bytes; used: its blocks, else its pools. */
static bool of_class(struct pmt_play *p, pmt_obj size, bool used, struct pmt_reading *out)
{
    static const struct pmt_class_row none;
    const struct pmt_class_row *row = &none;
    struct pmt_class_row rows[PMT_MAX_CLASSES];
    size_t n = pmt_heap_classes(p->options.heap, rows, PMT_MAX_CLASSES);
    uint32_t align = 1u << p->options.heap->layout.align_shift;
    pmt_int bytes;

    if (!pmt_int_get(p->o, size, &bytes))
        return pmt_raise_type(p->o, PMT_RAISE_INTEGER_NEEDED, size, PMT_NO_OBJ);
    for (size_t i = 0; i < n; i++)
        if (bytes <= rows[i].size_bytes && bytes > (pmt_int)rows[i].size_bytes - align)
            row = &rows[i];
    return pmt_read_number(out, used ? row->used_blocks : row->pools);
}

bool pmt_ask_pools(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                   struct pmt_reading *out)
{
    return q->n_atoms ? of_class(p, a[0], false, out)
                      : of_heap(p, offsetof(struct pmt_metrics, pools_used), out);
}

bool pmt_ask_used_blocks(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                         struct pmt_reading *out)
{
    return q->n_atoms ? of_class(p, a[0], true, out)
                      : of_heap(p, offsetof(struct pmt_metrics, used_blocks), out);
}

bool pmt_ask_pools_free(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                        struct pmt_reading *out)
{
    (void)q;
    (void)a;
    if (!of_heap(p, offsetof(struct pmt_metrics, unused_pool_bytes), out))
        return false;
    out->number /= p->options.heap->layout.pool_bytes;
    return true;
}

/* -- regions, and the timeline -- */

static bool of_region(struct pmt_play *p, const struct pmt_query *q, bool objects,
                      struct pmt_reading *out)
{
    uint64_t n_objects, bytes;

    pmt_region_figures(p->o, (enum pmt_region)q->word, &n_objects, &bytes);
    return pmt_read_number(out, objects ? n_objects : bytes);
}

bool pmt_ask_objects(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                     struct pmt_reading *out)
{
    (void)a;
    return of_region(p, q, true, out);
}

bool pmt_ask_bytes(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                   struct pmt_reading *out)
{
    (void)a;
    return of_region(p, q, false, out);
}

bool pmt_ask_events(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                    struct pmt_reading *out)
{
    (void)q;
    (void)a;
    return pmt_read_number(out, p->events);
}
