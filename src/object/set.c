/*
 * set.c - set and frozenset: open addressing without values (Objects/setobject.c).
 *
 * Eight slots lie in the object, a larger table in a block of its own. Edges are the members
 * in the order of insertion; a set is walked, and grows, in the order of its slots.
 */
#include "object/dict.h"

#define INNER_SLOTS 8u

static bool is_any_set(const struct pmt_objects *o, pmt_obj x)
{
    enum pmt_kind kind = pmt_kind_of(o, x);

    return kind == PMT_KIND_SET || kind == PMT_KIND_FROZENSET;
}

static bool is_set(struct pmt_objects *o, pmt_obj x, const char *what)
{
    return pmt_kind_of(o, x) == PMT_KIND_SET ||
           pmt_raise(o, PMT_EXC_ATTRIBUTE, "'%s' object has no attribute '%s'",
                     pmt_type_name(o, x), what);
}

static enum pmt_probe_reuse reuse_of(const struct pmt_shape *s)
{
    if (!s->set_reuses_dummies)
        return PMT_REUSE_NONE;
    return s->set_reuses_last ? PMT_REUSE_LAST : PMT_REUSE_FIRST;
}

static pmt_obj make(struct pmt_objects *o, bool frozen)
{
    const struct pmt_shape *s = o->shape;
    enum pmt_kind kind = frozen ? PMT_KIND_FROZENSET : PMT_KIND_SET;
    struct pmt_probe *probe = pmt_probe_new(INNER_SLOTS, s->set_in_a_row, s->set_shift_late,
                                            reuse_of(s));
    pmt_block spare;
    pmt_obj set;

    if (!probe)
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    spare = pmt_spare_pop(&o->recycler.lists[PMT_FREE_SET]);
    set = spare != PMT_BLOCK_NONE ? pmt_object_reuse(o, kind, spare)
                                  : pmt_object_make(o, kind, s->set_bytes, 0, 0);
    if (!set) {
        pmt_probe_free(probe);
        return PMT_NO_OBJ;
    }
    pmt_row(o, set)->u.probe = probe;
    pmt_gc_track(o, set);
    return set;
}

/* set_table_resize(). */
static bool retable(struct pmt_objects *o, pmt_obj set, uint64_t slots)
{
    pmt_block table = PMT_BLOCK_NONE;
    struct pmt_object *row;
    pmt_obj *edges;
    uint32_t *order;
    size_t n;

    if (slots > INNER_SLOTS) {
        table = pmt_heap_alloc(o->heap, PMT_DOMAIN_MEM, slots * o->shape->set_entry);
        if (table == PMT_BLOCK_NONE)
            return pmt_raise_memory(o);
    }
    row = pmt_row(o, set);
    edges = pmt_alloc_array(row->u.probe->used + 1, sizeof *edges);
    if (!edges || !pmt_probe_resize(row->u.probe, slots, true, &order, &n)) {
        pmt_free(edges);
        if (table != PMT_BLOCK_NONE)
            pmt_heap_release(o->heap, table);
        return pmt_raise_memory(o);
    }
    for (size_t i = 0; i < n; i++)
        edges[i] = row->edges[order[i]];
    pmt_free(order);
    pmt_free(row->edges);
    row->edges = edges;
    row->n_edges = (uint32_t)n;
    row->cap_edges = (uint32_t)n + 1;
    pmt_part_drop(o, set);
    row->part = table;
    return true;
}

struct member {
    struct pmt_objects *o;
    pmt_obj set, x;
};

static bool is_member(void *arg, uint32_t entry)
{
    struct member *m = arg;
    pmt_obj other = pmt_row(m->o, m->set)->edges[entry];

    return other && (other == m->x || pmt_equal(m->o, other, m->x));
}

/* The entry of x, -1: none, -2: an error. */
static int32_t find(struct pmt_objects *o, pmt_obj set, pmt_obj x, int64_t *hash,
                    uint64_t *slot)
{
    struct member m = {o, set, x};
    int32_t entry;

    pmt_error_clear(o);
    if (!pmt_hash(o, x, hash))
        return -2;
    entry = pmt_probe_find(pmt_row(o, set)->u.probe, *hash, is_member, &m, slot, NULL);
    return pmt_error_kind(o) ? -2 : entry;
}

static bool add(struct pmt_objects *o, pmt_obj set, pmt_obj x)
{
    struct pmt_probe *p;
    uint64_t slot;
    int64_t hash;
    int32_t entry = find(o, set, x, &hash, &slot);

    if (entry != -1)
        return entry >= 0;
    p = pmt_row(o, set)->u.probe;
    if (!pmt_probe_put(p, slot, hash))
        return pmt_raise_memory(o);
    pmt_incref(o, x);
    if (!pmt_edges_push(o, set, x))
        return false;
    return !pmt_shape_set_full(o->shape, p->fill, p->slots - 1) ||
           retable(o, set, pmt_shape_set_grown(o->shape, p->used));
}

/* After many were taken away at once: are a quarter of the slots dummies, or a fifth up to
 * 3.6, a new table is made (set_difference_update_internal). */
bool pmt_set_purge(struct pmt_objects *o, pmt_obj set)
{
    const struct pmt_probe *p = pmt_row(o, set)->u.probe;
    uint64_t dummies = p->fill - p->used, mask = p->slots - 1;

    if (o->shape->set_grow == PMT_SETS_MASK_3_5 ? dummies <= mask / 4 : dummies * 5 < mask)
        return true;
    return retable(o, set, pmt_shape_set_grown(o->shape, p->used));
}

/* Room at once for the members of another set or dict (set_merge, set_update_internal). */
static bool reserve_for(struct pmt_objects *o, pmt_obj set, uint64_t more)
{
    const struct pmt_probe *p = pmt_row(o, set)->u.probe;
    uint64_t want = (p->used + more) * 2, slots = INNER_SLOTS;

    if (!pmt_shape_set_full(o->shape, p->fill + more, p->slots - 1))
        return true;
    while (slots <= want)
        slots *= 2;
    return retable(o, set, slots);
}

/* An empty table takes over one of its own size slot by slot, if nothing was deleted there. */
static bool may_take_table(const struct pmt_objects *o, pmt_obj set, pmt_obj other)
{
    const struct pmt_probe *p = pmt_row(o, set)->u.probe, *q = pmt_row(o, other)->u.probe;

    return o->shape->set_copies_tables && is_any_set(o, other) &&
           !p->fill && p->slots == q->slots && q->fill == q->used;
}

static bool take_table(struct pmt_objects *o, pmt_obj set, pmt_obj other)
{
    const struct pmt_object *from = pmt_row(o, other);
    struct pmt_probe *probe;

    if (!pmt_edges_reserve(o, set, from->n_edges))
        return false;
    probe = pmt_probe_clone(from->u.probe);
    if (!probe)
        return pmt_raise_memory(o);
    pmt_probe_free(pmt_row(o, set)->u.probe);
    pmt_row(o, set)->u.probe = probe;
    for (uint32_t i = 0; i < pmt_row(o, other)->n_edges; i++) {
        pmt_obj x = pmt_row(o, other)->edges[i];

        if (x)
            pmt_incref(o, x);
        (void)pmt_edges_push(o, set, x);
    }
    return true;
}

static bool merge(struct pmt_objects *o, pmt_obj set, pmt_obj other)
{
    bool dict = pmt_kind_of(o, other) == PMT_KIND_DICT;
    uint64_t at = 0;

    if (!reserve_for(o, set, pmt_row(o, other)->u.probe->used))
        return false;
    if (may_take_table(o, set, other))
        return take_table(o, set, other);
    for (;;) {
        int32_t entry = dict && !o->shape->dict_slot_order
                            ? (int32_t)at++
                            : pmt_probe_walk(pmt_row(o, other)->u.probe, &at);
        pmt_obj x;

        if (entry < 0 || (size_t)entry >= pmt_row(o, other)->u.probe->hashes.n)
            return true;
        x = pmt_row(o, other)->edges[dict ? 2 * entry : entry];
        if (x && !add(o, set, x))
            return false;
    }
}

bool pmt_set_update(struct pmt_objects *o, pmt_obj set, pmt_obj iterable)
{
    pmt_obj it, x;
    bool ok = true;

    if (is_any_set(o, iterable) || pmt_kind_of(o, iterable) == PMT_KIND_DICT)
        return set == iterable || merge(o, set, iterable);
    it = pmt_iter(o, iterable);
    while (it && ok && (x = pmt_next(o, it))) {
        ok = add(o, set, x);
        pmt_decref(o, x);
    }
    pmt_decref(o, it);
    return it && ok && !pmt_error_kind(o);
}

/* Up to 3.9 there is one empty frozenset only, the first that was asked for. Takes over
 * set. */
static pmt_obj or_the_empty_one(struct pmt_objects *o, pmt_obj set)
{
    if (!set || !o->shape->empty_frozenset_shared ||
        pmt_row(o, set)->kind != PMT_KIND_FROZENSET || pmt_row(o, set)->u.probe->used)
        return set;
    if (o->empty_frozenset)
        pmt_decref(o, set);
    else
        o->empty_frozenset = set;
    pmt_incref(o, o->empty_frozenset);
    return o->empty_frozenset;
}

pmt_obj pmt_set_new(struct pmt_objects *o, bool frozen, const pmt_obj *items, size_t n)
{
    pmt_obj set = make(o, frozen);

    for (size_t i = 0; set && i < n; i++)
        if (!add(o, set, items[i])) {
            pmt_decref(o, set);
            return PMT_NO_OBJ;
        }
    return or_the_empty_one(o, set);
}

pmt_obj pmt_to_set(struct pmt_objects *o, bool frozen, pmt_obj iterable)
{
    pmt_obj set;

    if (frozen && pmt_kind_of(o, iterable) == PMT_KIND_FROZENSET) {
        pmt_incref(o, iterable);
        return iterable;
    }
    set = make(o, frozen);
    if (set && !pmt_set_update(o, set, iterable)) {
        pmt_decref(o, set);
        return PMT_NO_OBJ;
    }
    return or_the_empty_one(o, set);
}

bool pmt_set_add(struct pmt_objects *o, pmt_obj set, pmt_obj x)
{
    return is_set(o, set, "add") && add(o, set, x);
}

bool pmt_set_discard(struct pmt_objects *o, pmt_obj set, pmt_obj x, bool must)
{
    pmt_obj member;
    uint64_t slot;
    int64_t hash;
    int32_t entry;

    if (!is_set(o, set, must ? "remove" : "discard"))
        return false;
    entry = find(o, set, x, &hash, &slot);
    if (entry == -1)
        return !must || pmt_raise_key(o, x);
    if (entry < 0)
        return false;
    member = pmt_row(o, set)->edges[entry];
    pmt_probe_delete(pmt_row(o, set)->u.probe, slot);
    pmt_row(o, set)->edges[entry] = PMT_NO_OBJ;
    pmt_decref(o, member);
    return true;
}

bool pmt_set_has(struct pmt_objects *o, pmt_obj set, pmt_obj x, bool *out)
{
    uint64_t slot;
    int64_t hash;
    int32_t entry = find(o, set, x, &hash, &slot);

    *out = entry >= 0;
    return entry != -2;
}

/* As of a dict: an empty table first, then the members go. */
bool pmt_set_clear(struct pmt_objects *o, pmt_obj set)
{
    struct pmt_object *row = pmt_row(o, set);
    struct pmt_probe *old = row->u.probe;
    struct pmt_probe *empty = pmt_probe_new(INNER_SLOTS, old->in_a_row, old->shift_late,
                                            (enum pmt_probe_reuse)old->reuse);
    pmt_obj *edges = row->edges;
    pmt_block table = row->part;
    uint32_t n = row->n_edges;

    if (!empty)
        return pmt_raise_memory(o);
    row->u.probe = empty;
    row->edges = NULL;
    row->n_edges = row->cap_edges = 0;
    row->part = PMT_BLOCK_NONE;
    for (uint32_t i = 0; i < n; i++)
        pmt_decref(o, edges[i]);
    if (table != PMT_BLOCK_NONE)
        pmt_heap_release(o->heap, table);
    pmt_probe_free(old);
    pmt_free(edges);
    return true;
}
