/*
 * free_list_figures.c - the free lists as others see them: their figures, and what a full
 * collection takes from them.
 *
 * Lists come in the order of free_list.def, tuples at the end, a list for each length.
 */
#include "object/object_table.h"

static const char *const names[] = {
#define FREE_LIST(id, name) name,
#include "object/free_list.def"
};

static uint64_t give_back(struct pmt_objects *o, struct pmt_spare_list *list, bool gc)
{
    uint64_t n = list->blocks.n;

    while (list->blocks.n) {
        if (gc && o->hooks.gc_freed)
            o->hooks.gc_freed(o->hooks.arg);
        pmt_heap_release(o->heap, list->blocks.at[--list->blocks.n]);
    }
    list->cleared += n;
    return n;
}

static uint64_t clear_one(struct pmt_objects *o, unsigned id)
{
    struct pmt_recycler *r = &o->recycler;
    uint64_t n = 0;
    bool gc = id == PMT_FREE_LIST || id == PMT_FREE_DICT || id == PMT_FREE_SET ||
              id == PMT_FREE_FRAME || id == PMT_FREE_METHOD;

    if (id == PMT_FREE_TUPLE) {
        for (unsigned k = 1; k < PMT_TUPLE_LISTS; k++)
            n += give_back(o, &r->tuples[k], true);
        return n;
    }
    if (id == PMT_FREE_INT && r->ints.per_block)
        return pmt_cells_clear(&r->ints, o->heap);
    if (id == PMT_FREE_FLOAT && r->floats.per_block)
        return pmt_cells_clear(&r->floats, o->heap);
    if (id == PMT_FREE_UNICODE)
        pmt_kept_texts_clear(o);
    return give_back(o, &r->lists[id], gc);
}

uint64_t pmt_free_lists_clear_full(struct pmt_objects *o)
{
    uint64_t n = 0;

    for (unsigned id = 0; id < PMT_N_FREE_LISTS; id++)
        if (o->shape->cleared[id])
            n += clear_one(o, id);
    return n;
}

size_t pmt_list_count(const struct pmt_objects *o)
{
    return PMT_FREE_TUPLE + o->shape->tuple_list_sizes;
}

static void of_cells(const struct pmt_cells *c, struct pmt_list_figures *out)
{
    out->max = PMT_UNLIMITED;
    out->length = c->free.n;
    out->hits = c->hits;
    out->misses = c->misses;
    out->pushes = c->pushes;
    out->cleared = c->cleared;
}

static void of_list(const struct pmt_spare_list *list, struct pmt_list_figures *out)
{
    out->max = list->max;
    out->length = list->blocks.n;
    out->hits = list->hits;
    out->misses = list->misses;
    out->pushes = list->pushes;
    out->overflows = list->overflows;
    out->cleared = list->cleared;
}

void pmt_list_figures_at(const struct pmt_objects *o, size_t i, struct pmt_list_figures *out)
{
    const struct pmt_recycler *r = &o->recycler;

    *out = (struct pmt_list_figures){.type = names[i < PMT_FREE_TUPLE ? i : PMT_FREE_TUPLE]};
    if (i >= PMT_FREE_TUPLE) {
        out->size = (uint32_t)(i - PMT_FREE_TUPLE + 1);
        of_list(&r->tuples[out->size], out);
    } else if (i == PMT_FREE_INT && r->ints.per_block)
        of_cells(&r->ints, out);
    else if (i == PMT_FREE_FLOAT && r->floats.per_block)
        of_cells(&r->floats, out);
    else
        of_list(&r->lists[i], out);
}
