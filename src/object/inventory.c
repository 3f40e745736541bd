/* inventory.c - every object of a world, in the order of their rows. */
#include "object/inventory.h"

#include "object/shared_keys.h"

static uint64_t bytes_of(const struct pmt_objects *o, pmt_block block)
{
    return block == PMT_BLOCK_NONE ? 0 : pmt_block_bytes(o->heap, block);
}

/* Shared keys are of all that share them: counted with the first. */
static void uncount_keys(const struct pmt_objects *o)
{
    for (pmt_obj x = PMT_NO_OBJ; (x = pmt_objects_next(o, x)) != PMT_NO_OBJ;) {
        struct pmt_shared_keys *keys = pmt_shared_keys_of(o, x);

        if (keys)
            keys->counted = false;
    }
}

static uint64_t keys_bytes(const struct pmt_objects *o, pmt_obj x)
{
    struct pmt_shared_keys *keys = pmt_shared_keys_of(o, x);

    if (!keys || keys->counted)
        return 0;
    keys->counted = true;
    return bytes_of(o, keys->block);
}

uint64_t pmt_objects_block_bytes(const struct pmt_objects *o)
{
    uint64_t bytes = 0;

    uncount_keys(o);
    for (pmt_obj x = PMT_NO_OBJ; (x = pmt_objects_next(o, x)) != PMT_NO_OBJ;) {
        const struct pmt_object *row = pmt_row(o, x);

        if (row->kind == PMT_KIND_CODE)
            bytes += bytes_of(o, pmt_code_kept_block(row->u.code));
        if (!row->cell)
            bytes += bytes_of(o, row->block) + bytes_of(o, row->part);
        bytes += keys_bytes(o, x);
    }
    return bytes;
}

pmt_obj pmt_objects_next(const struct pmt_objects *o, pmt_obj x)
{
    if (x < PMT_FIRST_OBJ)
        x = PMT_FIRST_OBJ - 1;
    while (++x < o->table.n)
        if (o->table.at[x].kind < PMT_N_KINDS)
            return x;
    return PMT_NO_OBJ;
}

/* Mark these; those not marked before are put on the stack. Immortal objects of the
 * interpreter are gone already, whoever refers to them. */
static size_t mark(const struct pmt_objects *o, const pmt_obj *at, size_t n_at, bool *marked,
                   pmt_obj *stack, size_t n)
{
    for (size_t i = 0; i < n_at; i++)
        if (at[i] && !marked[at[i]] && o->table.at[at[i]].kind < PMT_N_KINDS) {
            marked[at[i]] = true;
            stack[n++] = at[i];
        }
    return n;
}

/* What x leads to, and the names of the keys that it shares. */
static size_t mark_children(const struct pmt_objects *o, pmt_obj x, bool *marked,
                            pmt_obj *stack, size_t n)
{
    const struct pmt_object *row = pmt_row(o, x);
    const struct pmt_shared_keys *keys = pmt_shared_keys_of(o, x);

    n = mark(o, row->edges, row->n_edges, marked, stack, n);
    return keys ? mark(o, keys->names.at, keys->names.n, marked, stack, n) : n;
}

static void mark_from_tracked(const struct pmt_objects *o, bool *marked, pmt_obj *stack)
{
    size_t n = 0;

    for (pmt_obj x = PMT_NO_OBJ; (x = pmt_objects_next(o, x)) != PMT_NO_OBJ;)
        if (pmt_is_tracked(o, x)) {
            marked[x] = true;
            stack[n++] = x;
        }
    while (n) {
        pmt_obj x = stack[--n];

        n = mark_children(o, x, marked, stack, n);
    }
}

bool pmt_objects_unheld(const struct pmt_objects *o, pmt_obj *out)
{
    bool *marked = pmt_zalloc(o->table.n * sizeof *marked);
    pmt_obj *stack = pmt_alloc_array(o->table.n, sizeof *stack), x = PMT_NO_OBJ;
    bool good = marked && stack;

    if (good) {
        mark_from_tracked(o, marked, stack);
        while ((x = pmt_objects_next(o, x)) != PMT_NO_OBJ && marked[x])
            ;
    }
    *out = x;
    pmt_free(stack);
    pmt_free(marked);
    return good;
}
