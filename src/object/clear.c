/*
 * clear.c - tp_clear: what an object lets go of when a collection takes garbage apart.
 *
 * Only what can close a cycle has to go; tuples, methods and descriptors let go of nothing,
 * some other object of their cycle does (Modules/gcmodule.c, delete_garbage).
 */
#include "object/object_table.h"

/* Drop edges [from, to) in their order. */
static void drop_edges(struct pmt_objects *o, pmt_obj x, uint32_t from, uint32_t to)
{
    for (uint32_t i = from; i < to && i < pmt_row(o, x)->n_edges; i++) {
        pmt_obj child = pmt_row(o, x)->edges[i];

        pmt_row(o, x)->edges[i] = PMT_NO_OBJ;
        pmt_decref(o, child);
    }
}

/* Its dict stays, emptied; what it inherits from goes (Objects/typeobject.c, type_clear). */
static void clear_class(struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    if (row->n_edges && row->edges[0])
        (void)pmt_dict_clear(o, row->edges[0]);
    drop_edges(o, x, 1, 2);
}

void pmt_gc_clear(struct pmt_objects *o, pmt_obj x)
{
    switch (pmt_row(o, x)->kind) {
    case PMT_KIND_LIST:
        (void)pmt_list_clear(o, x);
        break;
    case PMT_KIND_DICT:
        (void)pmt_dict_clear(o, x);
        break;
    case PMT_KIND_SET: case PMT_KIND_FROZENSET:
        (void)pmt_set_clear(o, x);
        break;
    case PMT_KIND_INSTANCE: /* all but its class, which stands last */
        drop_edges(o, x, 0, pmt_row(o, x)->n_edges - 1);
        break;
    case PMT_KIND_CLASS:
        clear_class(o, x);
        break;
    case PMT_KIND_FUNCTION: /* the globals, not the code */
        drop_edges(o, x, 1, 2);
        break;
    case PMT_KIND_WEAKREF: case PMT_KIND_VIEW: case PMT_KIND_FRAME:
        drop_edges(o, x, 0, pmt_row(o, x)->n_edges);
        break;
    default:
        break;
    }
}
