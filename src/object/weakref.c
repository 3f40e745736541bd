/*
 * weakref.c - weak references: they do not count, and learn of the death.
 *
 * An object's weak references stand in a list: the one without a callback first, which is
 * shared by all who ask for one, then those with a callback, the newest first
 * (Objects/weakrefobject.c). When the object dies all are cleared, then the callbacks
 * are called in that order. A weak reference's edge is its callback: when the object died
 * by counting the callback is taken out before it is called, when it died in a collection
 * it stays (PyObject_ClearWeakRefs, handle_weakrefs).
 */
#include "object/object_table.h"

#include "object/raise.h"

/* Objects that have room for a list of weak references. */
static bool takes_weakrefs(const struct pmt_objects *o, pmt_obj x)
{
    static const bool of_kind[PMT_N_KINDS] = {
        [PMT_KIND_SET] = true, [PMT_KIND_FROZENSET] = true, [PMT_KIND_FUNCTION] = true,
        [PMT_KIND_METHOD] = true, [PMT_KIND_CLASS] = true, [PMT_KIND_ARRAY] = true,
        [PMT_KIND_CODE] = true};
    enum pmt_kind kind = pmt_kind_of(o, x);

    return kind == PMT_KIND_INSTANCE ? pmt_class_takes_weakrefs(o, pmt_class_of(o, x))
                                     : of_kind[kind];
}

static void link_after(struct pmt_objects *o, pmt_obj weakref, pmt_obj x, pmt_obj before)
{
    struct pmt_object *w = pmt_row(o, weakref);
    pmt_obj next = before ? pmt_row(o, before)->u.weak.next : pmt_row(o, x)->weakrefs;

    w->u.weak.referent = x;
    w->u.weak.prev = before;
    w->u.weak.next = next;
    if (before)
        pmt_row(o, before)->u.weak.next = weakref;
    else
        pmt_row(o, x)->weakrefs = weakref;
    if (next)
        pmt_row(o, next)->u.weak.prev = weakref;
}

void pmt_weakref_unlink(struct pmt_objects *o, pmt_obj weakref)
{
    struct pmt_object *w = pmt_row(o, weakref);
    pmt_obj next = w->u.weak.next, prev = w->u.weak.prev;

    if (!w->u.weak.referent)
        return;
    if (prev)
        pmt_row(o, prev)->u.weak.next = next;
    else
        o->table.at[w->u.weak.referent].weakrefs = next;
    if (next)
        pmt_row(o, next)->u.weak.prev = prev;
    w->u.weak.referent = w->u.weak.next = w->u.weak.prev = PMT_NO_OBJ;
}

/* The shared one, if the list begins with it. */
static pmt_obj plain_one(const struct pmt_objects *o, pmt_obj x)
{
    pmt_obj first = pmt_row(o, x)->weakrefs;

    return first && !pmt_row(o, first)->u.weak.has_callback ? first : PMT_NO_OBJ;
}

pmt_obj pmt_weakref_new(struct pmt_objects *o, pmt_obj x, pmt_obj callback)
{
    pmt_obj plain, weakref;

    if (!takes_weakrefs(o, x))
        return (void)pmt_raise(o, PMT_EXC_TYPE, "cannot create weak reference to '%s' object",
                               pmt_type_name(o, x)), PMT_NO_OBJ;
    plain = plain_one(o, x);
    if (!callback && plain) {
        pmt_incref(o, plain);
        return plain;
    }
    weakref = pmt_object_make(o, PMT_KIND_WEAKREF, o->shape->weakref_bytes, 0, 0);
    if (!weakref)
        return PMT_NO_OBJ;
    if (callback) {
        pmt_incref(o, callback);
        if (!pmt_edges_push(o, weakref, callback)) {
            pmt_decref(o, weakref);
            return PMT_NO_OBJ;
        }
    }
    pmt_row(o, weakref)->u.weak.has_callback = callback != PMT_NO_OBJ;
    /* A collection in between may have made or cleared the shared one. */
    link_after(o, weakref, x, callback ? plain_one(o, x) : PMT_NO_OBJ);
    pmt_gc_track(o, weakref);
    return weakref;
}

bool pmt_weakref_get(struct pmt_objects *o, pmt_obj weakref, pmt_obj *out)
{
    if (pmt_kind_of(o, weakref) != PMT_KIND_WEAKREF)
        return pmt_raise(o, PMT_EXC_TYPE, "'%s' object is not a weak reference",
                         pmt_type_name(o, weakref));
    *out = pmt_row(o, weakref)->u.weak.referent;
    return true;
}

uint64_t pmt_weakref_count(const struct pmt_objects *o, pmt_obj x)
{
    uint64_t n = 0;

    for (pmt_obj w = pmt_row(o, x)->weakrefs; w; w = pmt_row(o, w)->u.weak.next)
        n++;
    return n;
}

bool pmt_weakrefs_clear(struct pmt_objects *o, pmt_obj x, struct pmt_obj_list *out)
{
    pmt_obj w;

    while ((w = pmt_row(o, x)->weakrefs)) {
        pmt_weakref_unlink(o, w);
        if (!out || !pmt_row(o, w)->u.weak.has_callback || !pmt_row(o, w)->refs)
            continue;
        if (!pmt_vec_push(out, w))
            return pmt_raise_memory(o);
        pmt_incref(o, w);
    }
    return true;
}

void pmt_weakref_call(struct pmt_objects *o, pmt_obj weakref)
{
    const struct pmt_object *row = pmt_row(o, weakref);
    pmt_obj callback = row->n_edges ? row->edges[0] : PMT_NO_OBJ;

    if (callback && o->hooks.weak_callback)
        o->hooks.weak_callback(o->hooks.arg, weakref, callback);
}

/* Its callback, a reference that is the caller's now. */
static pmt_obj take_callback(struct pmt_objects *o, pmt_obj weakref)
{
    struct pmt_object *row = pmt_row(o, weakref);
    pmt_obj callback = row->edges[0];

    row->n_edges = 0;
    return callback;
}

/* One weak reference: nothing but those who have it refer to it. Takes over the list's
 * reference. */
static void tell_one(struct pmt_objects *o, pmt_obj weakref)
{
    pmt_obj callback = take_callback(o, weakref);

    pmt_decref(o, weakref);
    if (o->hooks.weak_callback)
        o->hooks.weak_callback(o->hooks.arg, weakref, callback);
    pmt_decref(o, callback);
}

/* Several: they and their callbacks are kept in a tuple meanwhile. Takes over the list's
 * references. */
static void tell_all(struct pmt_objects *o, const struct pmt_obj_list *told)
{
    pmt_obj *items = pmt_alloc_array(2 * told->n, sizeof *items), tuple = PMT_NO_OBJ;

    for (size_t i = 0; items && i < told->n; i++) {
        items[2 * i] = told->at[i];
        items[2 * i + 1] = take_callback(o, told->at[i]);
    }
    if (items)
        tuple = pmt_tuple_new(o, items, 2 * told->n);
    else
        (void)pmt_raise_memory(o);
    for (size_t i = 0; i < told->n; i++) {
        pmt_decref(o, told->at[i]);
        pmt_decref(o, items ? items[2 * i + 1] : PMT_NO_OBJ);
    }
    for (size_t i = 0; tuple && o->hooks.weak_callback && i < told->n; i++)
        o->hooks.weak_callback(o->hooks.arg, items[2 * i], items[2 * i + 1]);
    pmt_decref(o, tuple);
    pmt_free(items);
}

void pmt_weakrefs_die(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_obj_list told = {0};

    if (!pmt_row(o, x)->weakrefs)
        return;
    (void)pmt_weakrefs_clear(o, x, &told);
    if (told.n >= o->shape->weakrefs_in_tuple)
        tell_all(o, &told);
    else if (told.n)
        tell_one(o, told.at[0]);
    pmt_vec_release(&told);
}
