/*
 * objects_check.c - a walker over the table: every count is at least what edges ask for,
 * and every edge leads to something alive.
 *
 * References that are no edges (an interpreter's stack, caches) are not known here, so a
 * count may be more than the edges that lead to the object, never less.
 */
#include "object/object_table.h"

#include "base/alloc.h"

static bool count_edges(const struct pmt_objects *o, uint32_t *found, pmt_obj *bad)
{
    for (pmt_obj x = PMT_FIRST_OBJ; x < o->table.n; x++) {
        const struct pmt_object *row = &o->table.at[x];

        for (uint32_t i = 0; row->kind < PMT_N_KINDS && i < row->n_edges; i++) {
            pmt_obj to = row->edges[i];

            if (to && (to < PMT_FIRST_OBJ || to >= o->table.n ||
                       o->table.at[to].kind >= PMT_N_KINDS)) {
                *bad = x;
                return false;
            }
            found[to]++;
        }
    }
    return true;
}

static bool lists_hold(const struct pmt_objects *o)
{
    for (pmt_obj x = 1; x < o->table.n; x++) {
        const struct pmt_object *row = &o->table.at[x];

        if (row->prev && (o->table.at[row->prev].next != x || o->table.at[row->next].prev != x))
            return false;
    }
    return true;
}

enum pmt_status pmt_objects_check(const struct pmt_objects *o, struct pmt_error *err)
{
    uint32_t *found = pmt_zalloc((o->table.n + 1) * sizeof *found);
    enum pmt_status st = PMT_OK;
    pmt_obj bad = PMT_NO_OBJ;

    if (!found)
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory");
    if (!count_edges(o, found, &bad))
        st = pmt_error_set(err, PMT_E_INTERNAL, "object %u refers to something dead", bad);
    if (st == PMT_OK && !lists_hold(o))
        st = pmt_error_set(err, PMT_E_INTERNAL, "the collector's lists are broken");
    for (pmt_obj x = PMT_FIRST_OBJ; st == PMT_OK && x < o->table.n; x++)
        if (o->table.at[x].kind < PMT_N_KINDS && pmt_refcount(o, x) < found[x])
            st = pmt_error_set(err, PMT_E_INTERNAL,
                               "object %u has %u references and a count of %u", x, found[x],
                               o->table.at[x].refs);
    pmt_free(found);
    return st;
}
