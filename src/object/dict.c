/*
 * dict.c - dict: a table of keys and values, by open addressing.
 *
 * Edges are key, value, key, value in the order of insertion; the probe finds an entry by
 * hash. The table that the interpreter would have decides only memory: up to 3.2 eight slots
 * lie in the object and larger tables in a block; then a keys block holds them, since 3.6 as
 * an index before compact entries, since 3.8 none at all while the dict is new, since 3.11
 * with smaller entries while all keys are text (Objects/dictobject.c). Blocks of eight slots
 * have a free list.
 *
 * An instance's dict may share its keys with its class (3.3 to 3.10): it is split, has
 * a block of values, and becomes a dict like any other when keys come in another order, one
 * is deleted, or the shared keys are full. class.c says which keys are shared.
 */
#include "object/dict.h"

#include "base/strbuf.h"

static bool is_dict(struct pmt_objects *o, pmt_obj x)
{
    return pmt_row(o, x)->kind == PMT_KIND_DICT ||
           pmt_raise(o, PMT_EXC_TYPE, "'%s' object is not a dict", pmt_type_name(o, x));
}

/* -- the block of a table -- */

static bool has_spares(const struct pmt_objects *o, uint64_t slots, bool unicode)
{
    return slots == o->shape->dict_min_slots &&
           (unicode || o->shape->dict_store != PMT_DICT_COMPACT_UNICODE);
}

/* A block for a table of so many slots; NONE and no error: it lies in the object. */
static bool table_make(struct pmt_objects *o, uint64_t slots, bool unicode, pmt_block *out)
{
    uint64_t bytes = pmt_shape_dict_table_bytes(o->shape, slots, unicode);

    *out = PMT_BLOCK_NONE;
    if (!bytes)
        return true;
    if (has_spares(o, slots, unicode))
        *out = pmt_spare_pop(&o->recycler.lists[PMT_FREE_DICT_KEYS]);
    if (*out == PMT_BLOCK_NONE)
        *out = pmt_heap_alloc(o->heap, o->shape->dict_table_mem ? PMT_DOMAIN_MEM
                                                                : PMT_DOMAIN_OBJ, bytes);
    return *out != PMT_BLOCK_NONE || pmt_raise_memory(o);
}

static void table_give(struct pmt_objects *o, pmt_block table, uint64_t slots, bool unicode)
{
    if (table == PMT_BLOCK_NONE)
        return;
    if (!has_spares(o, slots, unicode) ||
        !pmt_spare_push(&o->recycler.lists[PMT_FREE_DICT_KEYS], table))
        pmt_heap_release(o->heap, table);
}

/* A split dict's values go, and its part in the keys. */
static void leave_keys(struct pmt_objects *o, pmt_obj dict)
{
    struct pmt_probe *p = pmt_row(o, dict)->u.probe;
    struct pmt_shared_keys *keys = p->shared;

    p->shared = NULL;
    pmt_part_drop(o, dict);
    pmt_shared_keys_drop(o, keys);
}

void pmt_dict_table_drop(struct pmt_objects *o, pmt_obj dict)
{
    struct pmt_object *row = pmt_row(o, dict);

    if (!row->u.probe)
        return;
    if (row->u.probe->shared)
        leave_keys(o, dict);
    else
        table_give(o, row->part, row->u.probe->slots, row->u.probe->unicode);
    pmt_row(o, dict)->part = PMT_BLOCK_NONE;
}

/* -- making -- */

static pmt_obj dict_object(struct pmt_objects *o)
{
    pmt_block spare = pmt_spare_pop(&o->recycler.lists[PMT_FREE_DICT]);

    return spare != PMT_BLOCK_NONE
               ? pmt_object_reuse(o, PMT_KIND_DICT, spare)
               : pmt_object_make(o, PMT_KIND_DICT, o->shape->dict_bytes, 0, 0);
}

static struct pmt_probe *new_probe(struct pmt_objects *o, uint64_t slots)
{
    struct pmt_probe *p = pmt_probe_new(slots, 0, o->shape->dict_shift_late, PMT_REUSE_FIRST);

    if (!p)
        (void)pmt_raise_memory(o);
    return p;
}

/* A dict of which the table is already there, or comes later. */
static pmt_obj dict_around(struct pmt_objects *o, struct pmt_probe *probe, pmt_block table)
{
    pmt_obj dict = dict_object(o);

    if (!dict) {
        if (table != PMT_BLOCK_NONE)
            pmt_heap_release(o->heap, table);
        pmt_probe_free(probe);
        return PMT_NO_OBJ;
    }
    pmt_row(o, dict)->u.probe = probe;
    pmt_row(o, dict)->part = table;
    if (o->shape->dict_created_tracked)
        pmt_gc_track(o, dict);
    return dict;
}

/* Room for so many items at once; up to five a new dict is like any other. */
static pmt_obj new_dict(struct pmt_objects *o, size_t presize, bool text_keys)
{
    bool at_once = presize > 5 && o->shape->dict_store >= PMT_DICT_COMPACT;
    uint64_t slots = presize > 5 ? pmt_shape_dict_presize(o->shape, presize)
                                 : o->shape->dict_min_slots;
    struct pmt_probe *probe = new_probe(o, slots);
    pmt_block table = PMT_BLOCK_NONE;

    if (!probe)
        return PMT_NO_OBJ;
    probe->unicode = o->shape->dict_store == PMT_DICT_COMPACT_UNICODE && text_keys;
    probe->no_table = o->shape->dict_lazy && !at_once;
    if (!probe->no_table && !table_make(o, slots, probe->unicode, &table)) {
        pmt_probe_free(probe);
        return PMT_NO_OBJ;
    }
    return dict_around(o, probe, table);
}

pmt_obj pmt_dict_new(struct pmt_objects *o)
{
    return new_dict(o, 0, true);
}

static bool all_text(const struct pmt_objects *o, const pmt_obj *pairs, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (pmt_row(o, pairs[2 * i])->kind != PMT_KIND_STR)
            return false;
    return true;
}

/* BUILD_MAP; a display of many pairs adds one after the other instead. */
pmt_obj pmt_dict_of(struct pmt_objects *o, const pmt_obj *pairs, size_t n)
{
    size_t presize = n <= o->shape->dict_display_most ? n : 0;
    pmt_obj dict = new_dict(o, presize, all_text(o, pairs, n));

    for (size_t i = 0; dict && i < n; i++)
        if (!pmt_dict_set(o, dict, pairs[2 * i], pairs[2 * i + 1])) {
            pmt_decref(o, dict);
            return PMT_NO_OBJ;
        }
    return dict;
}

/* Bytes of the block of values beside such keys. */
static uint64_t values_bytes(const struct pmt_objects *o, uint64_t slots)
{
    return 8 * pmt_shape_dict_usable(o->shape, slots);
}

pmt_obj pmt_dict_split(struct pmt_objects *o, struct pmt_shared_keys *keys, bool with_values)
{
    struct pmt_probe *probe = new_probe(o, o->shape->dict_min_slots);
    pmt_obj dict = probe ? dict_around(o, probe, PMT_BLOCK_NONE) : PMT_NO_OBJ;

    if (!dict)
        return PMT_NO_OBJ;
    probe->shared = keys;
    keys->refs++;
    if (with_values && !pmt_part_resize(o, dict, PMT_DOMAIN_MEM, values_bytes(o, keys->slots))) {
        pmt_decref(o, dict);
        return PMT_NO_OBJ;
    }
    return dict;
}

bool pmt_dict_is_split(const struct pmt_objects *o, pmt_obj dict)
{
    return pmt_row(o, dict)->u.probe->shared != NULL;
}

struct pmt_shared_keys *pmt_dict_share_keys(struct pmt_objects *o, pmt_obj dict)
{
    struct pmt_object *row = pmt_row(o, dict);
    uint64_t slots = row->u.probe->slots;
    uint32_t usable = (uint32_t)pmt_shape_dict_usable(o->shape, slots);
    struct pmt_shared_keys *keys;

    for (uint32_t i = 0; i < row->n_edges; i += 2)
        if (!row->edges[i] || pmt_row(o, row->edges[i])->kind != PMT_KIND_STR)
            return NULL;
    keys = pmt_shared_keys_new(o, slots, usable);
    for (uint32_t i = 0; keys && i < row->n_edges; i += 2)
        if (pmt_shared_keys_add(o, keys, row->edges[i]) < 0) {
            pmt_shared_keys_drop(o, keys);
            return NULL;
        }
    if (!keys)
        return NULL;
    keys->block = row->part;
    row->part = PMT_BLOCK_NONE;
    row->u.probe->shared = keys;
    keys->refs++;
    (void)pmt_part_resize(o, dict, PMT_DOMAIN_MEM, values_bytes(o, slots));
    return keys;
}

/* -- looking up -- */

struct key {
    struct pmt_objects *o;
    pmt_obj dict, key;
};

static bool is_key(void *arg, uint32_t entry)
{
    struct key *k = arg;
    pmt_obj other = pmt_row(k->o, k->dict)->edges[2 * (size_t)entry];

    return other && (other == k->key || pmt_equal(k->o, other, k->key));
}

/* The entry of key, -1: none, -2: an error. */
static int32_t find(struct pmt_objects *o, pmt_obj dict, pmt_obj key, int64_t *hash,
                    uint64_t *slot, uint64_t *looked)
{
    struct key k = {o, dict, key};
    int32_t entry;

    pmt_error_clear(o);
    if (!pmt_hash(o, key, hash))
        return -2;
    entry = pmt_probe_find(pmt_row(o, dict)->u.probe, *hash, is_key, &k, slot, looked);
    return pmt_error_kind(o) ? -2 : entry;
}

pmt_obj pmt_dict_get(struct pmt_objects *o, pmt_obj dict, pmt_obj key)
{
    int64_t hash;
    uint64_t slot;
    int32_t entry;

    if (!is_dict(o, dict))
        return PMT_NO_OBJ;
    entry = find(o, dict, key, &hash, &slot, NULL);
    return entry >= 0 ? pmt_row(o, dict)->edges[2 * entry + 1] : PMT_NO_OBJ;
}

bool pmt_dict_probes(struct pmt_objects *o, pmt_obj dict, pmt_obj key, uint64_t *out)
{
    int64_t hash;
    uint64_t slot;

    return is_dict(o, dict) && find(o, dict, key, &hash, &slot, out) != -2;
}

bool pmt_table_figures(struct pmt_objects *o, pmt_obj x, uint64_t *slots, uint64_t *fill)
{
    enum pmt_kind kind = pmt_kind_of(o, x);

    if (kind != PMT_KIND_DICT && kind != PMT_KIND_SET && kind != PMT_KIND_FROZENSET)
        return pmt_raise(o, PMT_EXC_TYPE, "'%s' object has no table of slots",
                         pmt_type_name(o, x));
    *slots = pmt_row(o, x)->u.probe->slots;
    *fill = pmt_row(o, x)->u.probe->fill;
    return true;
}

/* -- growing -- */

/* The edges in the order of the entries' new numbers. */
static bool reorder(struct pmt_objects *o, pmt_obj dict, const uint32_t *order, size_t n)
{
    struct pmt_object *row = pmt_row(o, dict);
    pmt_obj *edges = pmt_alloc_array(2 * n + 2, sizeof *edges);

    if (!edges)
        return pmt_raise_memory(o);
    for (size_t i = 0; i < n; i++) {
        edges[2 * i] = row->edges[2 * (size_t)order[i]];
        edges[2 * i + 1] = row->edges[2 * (size_t)order[i] + 1];
    }
    pmt_free(row->edges);
    row->edges = edges;
    row->n_edges = (uint32_t)(2 * n);
    row->cap_edges = (uint32_t)(2 * n + 2);
    return true;
}

/* dictresize(): a table of its own of so many slots. */
static bool retable(struct pmt_objects *o, pmt_obj dict, uint64_t slots, bool unicode)
{
    struct pmt_probe *p = pmt_row(o, dict)->u.probe;
    uint64_t old_slots = p->slots;
    uint32_t *order;
    pmt_block table;
    size_t n;
    bool ok;

    if (!table_make(o, slots, unicode, &table))
        return false;
    if (!pmt_probe_resize(p, slots, o->shape->dict_slot_order, &order, &n)) {
        table_give(o, table, slots, unicode);
        return pmt_raise_memory(o);
    }
    ok = reorder(o, dict, order, n);
    pmt_free(order);
    if (p->shared)
        leave_keys(o, dict);
    else
        table_give(o, pmt_row(o, dict)->part, old_slots, p->unicode);
    pmt_row(o, dict)->part = table;
    p->no_table = false;
    p->unicode = unicode;
    return ok;
}

/* A table of its own, of the size that growing gives. */
static bool unsplit(struct pmt_objects *o, pmt_obj dict)
{
    const struct pmt_probe *p = pmt_row(o, dict)->u.probe;

    return !p->shared ||
           retable(o, dict, pmt_shape_dict_grown(o->shape, p->used, p->shared->slots),
                   o->shape->dict_store == PMT_DICT_COMPACT_UNICODE);
}

/* A new key of a split dict: it stays one if the shared keys have the key, or a place for it;
 * up to 3.10 also only if it comes in their order (Objects/dictobject.c, insertdict). */
static bool share_or_unsplit(struct pmt_objects *o, pmt_obj dict, pmt_obj key)
{
    const struct pmt_probe *p = pmt_row(o, dict)->u.probe;
    bool ordered = o->shape->attrs == PMT_ATTRS_SPLIT_DICT;
    int32_t place;

    if (!p->shared)
        return true;
    place = pmt_shared_keys_place(o, p->shared, key);
    if (place < 0 && (!ordered || p->used == p->shared->names.n))
        place = pmt_shared_keys_add(o, p->shared, key);
    if (place >= 0 && (!ordered || (uint64_t)place == p->used))
        return true;
    return pmt_error_kind(o) == PMT_EXC_NONE && unsplit(o, dict);
}

/* The keys of a split dict are its class's: more of them cost it nothing. */
static bool grow_index(struct pmt_objects *o, pmt_obj dict)
{
    struct pmt_probe *p = pmt_row(o, dict)->u.probe;
    uint32_t *order;
    size_t n;
    bool ok;

    if (!pmt_probe_resize(p, p->slots * 2, false, &order, &n))
        return pmt_raise_memory(o);
    ok = reorder(o, dict, order, n);
    pmt_free(order);
    return ok;
}

/* Before a new key: the first table, or a larger one. */
static bool make_room(struct pmt_objects *o, pmt_obj dict, bool text_key)
{
    struct pmt_probe *p = pmt_row(o, dict)->u.probe;
    bool by_unicode = o->shape->dict_store == PMT_DICT_COMPACT_UNICODE;
    bool unicode = p->unicode && text_key;

    if (p->shared)
        return p->hashes.n * 3 < p->slots * 2 || grow_index(o, dict);
    if (p->no_table) {
        p->no_table = false;
        p->unicode = by_unicode && text_key;
        return table_make(o, p->slots, p->unicode, &pmt_row(o, dict)->part);
    }
    if (o->shape->dict_store == PMT_DICT_INLINE_8)
        return true; /* grows afterwards */
    if ((by_unicode && p->unicode && !text_key) ||
        p->hashes.n >= pmt_shape_dict_usable(o->shape, p->slots))
        return retable(o, dict, pmt_shape_dict_grown(o->shape, p->used, p->slots), unicode);
    return true;
}

static bool grow_after(struct pmt_objects *o, pmt_obj dict)
{
    struct pmt_probe *p = pmt_row(o, dict)->u.probe;

    return o->shape->dict_store != PMT_DICT_INLINE_8 || p->fill * 3 < p->slots * 2 ||
           retable(o, dict, pmt_shape_dict_grown(o->shape, p->used, p->slots), false);
}

/* -- changing -- */

static void maintain_tracking(struct pmt_objects *o, pmt_obj dict, pmt_obj key, pmt_obj value)
{
    if (!pmt_is_tracked(o, dict) && (pmt_may_be_tracked(o, key) || pmt_may_be_tracked(o, value)))
        pmt_gc_track(o, dict);
}

static bool insert(struct pmt_objects *o, pmt_obj dict, pmt_obj key, pmt_obj value,
                   int64_t hash)
{
    struct key k = {o, dict, key};
    uint64_t slot;

    if (!make_room(o, dict, pmt_row(o, key)->kind == PMT_KIND_STR) ||
        !pmt_edges_reserve(o, dict, pmt_row(o, dict)->n_edges + (size_t)2))
        return false;
    (void)pmt_probe_find(pmt_row(o, dict)->u.probe, hash, is_key, &k, &slot, NULL);
    if (!pmt_probe_put(pmt_row(o, dict)->u.probe, slot, hash))
        return pmt_raise_memory(o);
    pmt_incref(o, key);
    pmt_incref(o, value);
    (void)pmt_edges_push(o, dict, key);
    (void)pmt_edges_push(o, dict, value);
    return grow_after(o, dict);
}

bool pmt_dict_set(struct pmt_objects *o, pmt_obj dict, pmt_obj key, pmt_obj value)
{
    int64_t hash;
    uint64_t slot;
    int32_t entry;
    pmt_obj old;

    if (!is_dict(o, dict))
        return false;
    entry = find(o, dict, key, &hash, &slot, NULL);
    if (entry == -2)
        return false;
    maintain_tracking(o, dict, key, value);
    if (entry < 0)
        return share_or_unsplit(o, dict, key) && insert(o, dict, key, value, hash);
    pmt_incref(o, value);
    old = pmt_row(o, dict)->edges[2 * entry + 1];
    pmt_row(o, dict)->edges[2 * entry + 1] = value;
    pmt_decref(o, old);
    return true;
}

bool pmt_dict_del(struct pmt_objects *o, pmt_obj dict, pmt_obj key)
{
    struct pmt_object *row;
    pmt_obj old_key, old_value;
    int64_t hash;
    uint64_t slot;
    int32_t entry;

    if (!is_dict(o, dict) || !unsplit(o, dict))
        return false;
    entry = find(o, dict, key, &hash, &slot, NULL);
    if (entry == -1)
        pmt_raise_key(o, key);
    if (entry < 0)
        return false;
    row = pmt_row(o, dict);
    pmt_probe_delete(row->u.probe, slot);
    old_key = row->edges[2 * entry];
    old_value = row->edges[2 * entry + 1];
    row->edges[2 * entry] = row->edges[2 * entry + 1] = PMT_NO_OBJ;
    pmt_decref(o, old_key);
    pmt_decref(o, old_value);
    return true;
}

/* The table is replaced by an empty one, then what it held goes. */
bool pmt_dict_clear(struct pmt_objects *o, pmt_obj dict)
{
    struct pmt_object *row;
    struct pmt_probe *old, *empty;
    pmt_obj *edges;
    pmt_block table;
    uint32_t n;

    if (!is_dict(o, dict))
        return false;
    empty = new_probe(o, o->shape->dict_min_slots);
    if (!empty)
        return false;
    row = pmt_row(o, dict);
    old = row->u.probe;
    edges = row->edges;
    n = row->n_edges;
    table = row->part;
    empty->no_table = o->shape->dict_lazy;
    empty->unicode = old->unicode;
    row->u.probe = empty;
    row->edges = NULL;
    row->n_edges = row->cap_edges = 0;
    row->part = PMT_BLOCK_NONE;
    for (uint32_t i = 0; i < n; i++)
        pmt_decref(o, edges[i]);
    if (!old->shared)
        table_give(o, table, old->slots, old->unicode);
    else if (table != PMT_BLOCK_NONE)
        pmt_heap_release(o->heap, table);
    pmt_shared_keys_drop(o, old->shared);
    pmt_probe_free(old);
    pmt_free(edges);
    return empty->no_table || table_make(o, empty->slots, empty->unicode,
                                         &pmt_row(o, dict)->part);
}

/* What the growth rules call fill: entries that take a place. */
static uint64_t places_taken(const struct pmt_objects *o, const struct pmt_probe *p)
{
    return o->shape->dict_store >= PMT_DICT_COMPACT ? p->hashes.n : p->fill;
}

bool pmt_dict_clones(const struct pmt_objects *o, pmt_obj dict, bool copy)
{
    const struct pmt_probe *p = pmt_row(o, dict)->u.probe;

    return !p->shared && p->used &&
           pmt_shape_dict_cloned(o->shape, copy, p->slots, places_taken(o, p), p->used);
}

/* dict_merge(): another's table as it is, or room for both at once. */
static bool reserve_for(struct pmt_objects *o, pmt_obj dict, pmt_obj other, bool copy)
{
    struct pmt_probe *p = pmt_row(o, dict)->u.probe;
    const struct pmt_probe *q = pmt_row(o, other)->u.probe;
    bool none = p->no_table && o->shape->dict_store != PMT_DICT_INLINE_8;
    uint64_t slots, now = none ? 0 : p->slots;
    bool unicode = p->unicode;

    if (p->shared)
        return true;
    if (!p->used && pmt_dict_clones(o, other, copy)) {
        slots = q->slots;
        unicode = q->unicode;
    } else
        slots = pmt_shape_dict_merged(o->shape, now, places_taken(o, p), p->used, q->used);
    if (p->no_table)
        unicode = q->unicode;
    return slots == now || retable(o, dict, slots, unicode);
}

static bool merge(struct pmt_objects *o, pmt_obj dict, pmt_obj other, bool copy)
{
    uint64_t at = 0;

    if (!reserve_for(o, dict, other, copy))
        return false;
    for (;;) {
        int64_t i = o->shape->dict_slot_order
                        ? pmt_probe_walk(pmt_row(o, other)->u.probe, &at) : (int64_t)at++;
        pmt_obj key;

        if (i < 0 || 2 * i >= pmt_row(o, other)->n_edges)
            return true;
        key = pmt_row(o, other)->edges[2 * i];
        if (key && !pmt_dict_set(o, dict, key, pmt_row(o, other)->edges[2 * i + 1]))
            return false;
    }
}

bool pmt_dict_update(struct pmt_objects *o, pmt_obj dict, pmt_obj other)
{
    if (!is_dict(o, dict) || !is_dict(o, other))
        return false;
    return dict == other || !pmt_row(o, other)->u.probe->used || merge(o, dict, other, false);
}

/* clone_combined_dict_keys(): the table as it is, holes and all. */
static pmt_obj clone(struct pmt_objects *o, pmt_obj dict)
{
    struct pmt_probe *p = pmt_probe_clone(pmt_row(o, dict)->u.probe);
    pmt_block table;
    pmt_obj copy;

    if (!p)
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    /* not from the free list of tables */
    table = pmt_heap_alloc(o->heap, o->shape->dict_table_mem ? PMT_DOMAIN_MEM : PMT_DOMAIN_OBJ,
                           pmt_shape_dict_table_bytes(o->shape, p->slots, p->unicode));
    if (table == PMT_BLOCK_NONE) {
        pmt_probe_free(p);
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    }
    copy = dict_around(o, p, table);
    if (!copy || !pmt_edges_reserve(o, copy, pmt_row(o, dict)->n_edges)) {
        pmt_decref(o, copy);
        return PMT_NO_OBJ;
    }
    for (uint32_t i = 0; i < pmt_row(o, dict)->n_edges; i++) {
        pmt_obj x = pmt_row(o, dict)->edges[i];

        if (x)
            pmt_incref(o, x);
        (void)pmt_edges_push(o, copy, x);
    }
    if (pmt_is_tracked(o, dict))
        pmt_gc_track(o, copy);
    return copy;
}

/* PyDict_Copy(): a split one stays split. */
pmt_obj pmt_dict_copy(struct pmt_objects *o, pmt_obj dict)
{
    struct pmt_shared_keys *keys = pmt_row(o, dict)->u.probe->shared;
    pmt_obj copy;

    if (pmt_dict_clones(o, dict, true))
        return clone(o, dict);
    copy = keys && pmt_row(o, dict)->u.probe->used ? pmt_dict_split(o, keys, true)
                                                   : pmt_dict_new(o);
    if (copy && pmt_row(o, dict)->u.probe->used && !merge(o, copy, dict, true)) {
        pmt_decref(o, copy);
        return PMT_NO_OBJ;
    }
    return copy;
}

bool pmt_raise_key(struct pmt_objects *o, pmt_obj key)
{
    struct pmt_strbuf text = {0};

    pmt_repr(o, key, &text);
    (void)pmt_raise(o, PMT_EXC_KEY, "%s", text.at ? text.at : "?");
    pmt_strbuf_release(&text);
    return false;
}
