/* arena.c - which arena the next pool comes from, and when an arena goes.
 *
 * Modelled: new_arena(), allocate_from_new_pool() and insert_to_freepool() of
 * Objects/obmalloc.c, the same from 2.5 to 3.15 but for the two points marked.
 *
 * An arena with at least one free pool is usable. The usable arenas are on one
 * list, fewest free pools first:
 *
 *   usable -> [1 free] <-> [1 free] <-> [3 free] <-> [64 free]
 *                             ^            ^            ^
 *                    last_with[1]  last_with[3]  last_with[64]
 *
 * Pools are taken from the head, so that the emptiest arenas get the chance to
 * become wholly free. Within an arena the pool freed last goes first; only when
 * none was freed, the next virgin one is carved, in order of address.
 *
 * A pool given back raises the arena's n_free to nf. The four cases:
 *   1  nf == n_total: wholly free. It leaves the list and is released. [From 3.9
 *      on, keep_empty_arena: only if another arena comes after it in the list.
 *      So an empty arena stays, one as a rule, and a loop around the border of
 *      an arena does not map and unmap at every turn (bpo-37257).]
 *   2  nf == 1: it was not usable. It becomes the head: none has fewer.
 *   3  arenas after it have fewer than nf: it moves right, to just before the
 *      first one that has nf or more.
 *   4  it stays where it is.
 * Until 3.7 case 3 walks the list; 3.8 (bpo-37029) keeps last_with[] (nfp2lasta)
 * and moves it right after the last arena that has nf-1. Both give one order.
 *
 * Arena bases: an arena that does not begin at a multiple of pool_bytes loses its
 * first partial pool (excess = base % pool_bytes; pools begin pool_bytes - excess
 * later, and there is one less). The base is no property of the model: it is
 * given (recorded residues) or assumed (config). */
#include "heap/arena.h"

#include "base/alloc.h"
#include "base/vec.h"

/* Base of an arena off a pool boundary: as malloc places large blocks, a page
 * boundary and a 16-byte header (2.5 - 2.7.6, 3.0 - 3.2 take arenas from malloc). */
#define LOST_EXCESS_BYTES 16u

enum pmt_status pmt_arenas_init(struct pmt_arenas *arenas, const struct pmt_layout *layout,
                                struct pmt_error *err)
{
    size_t n = (size_t)layout->pools_per_arena + 1;

    *arenas = (struct pmt_arenas){
        .layout = layout, .usable = PMT_POOL_NONE, .spare = PMT_POOL_NONE};
    arenas->last_with = pmt_alloc_array(n, sizeof *arenas->last_with);
    if (!arenas->last_with)
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory for the model's arenas");
    for (size_t i = 0; i < n; i++)
        arenas->last_with[i] = PMT_POOL_NONE;
    return PMT_OK;
}

static uint32_t first_pool(const struct pmt_arenas *arenas, uint32_t slot)
{
    return slot << arenas->layout->pools_shift;
}

/* Free the links of all pools of an arena. */
static void drop_links(struct pmt_arenas *arenas, uint32_t slot)
{
    struct pmt_pool *pool = arenas->pools + first_pool(arenas, slot);

    for (uint32_t i = 0; i < arenas->slots.at[slot].n_carved; i++) {
        pmt_free(pool[i].links);
        pool[i].links = NULL;
    }
}

void pmt_arenas_release(struct pmt_arenas *arenas)
{
    for (size_t i = 0; i < arenas->slots.n; i++)
        if (arenas->slots.at[i].n_total != 0)
            drop_links(arenas, (uint32_t)i);
    pmt_free(arenas->pools);
    pmt_free(arenas->last_with);
    pmt_vec_release(&arenas->slots);
    pmt_vec_release(&arenas->residues);
    arenas->pools = NULL;
    arenas->last_with = NULL;
}

enum pmt_status pmt_arenas_add_residue(struct pmt_arenas *arenas, uint32_t residue,
                                       struct pmt_error *err)
{
    if (!pmt_vec_push(&arenas->residues, residue))
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory for %zu arena bases",
                             arenas->residues.n + 1);
    return PMT_OK;
}

/* How far past a pool boundary the next arena begins. */
static uint32_t next_excess(const struct pmt_arenas *arenas)
{
    switch (arenas->layout->base) {
    case PMT_BASE_LOST:
        return LOST_EXCESS_BYTES;
    case PMT_BASE_RECORDED:
        if (arenas->residues.n != 0)
            return arenas->residues.at[arenas->n_allocated % arenas->residues.n] &
                   (arenas->layout->pool_bytes - 1);
        break;
    case PMT_BASE_ALIGNED:
        break;
    }
    return 0;
}

/* A slot for one more arena and room for its pools, in *slot. */
static enum pmt_status take_slot(struct pmt_arenas *arenas, uint32_t *slot)
{
    const struct pmt_layout *layout = arenas->layout;
    size_t need = (arenas->slots.n + 1) * layout->pools_per_arena;

    if (arenas->spare != PMT_POOL_NONE) {
        *slot = arenas->spare;
        arenas->spare = arenas->slots.at[*slot].next;
        return PMT_OK;
    }
    if (need > layout->max_pools)
        return PMT_E_LIMIT;
    if (!pmt_vec_grow_((void **)&arenas->pools, &arenas->n_pools_cap, need,
                       sizeof *arenas->pools) ||
        !pmt_vec_reserve(&arenas->slots, arenas->slots.n + 1))
        return PMT_E_NOMEM;
    *slot = (uint32_t)arenas->slots.n++;
    return PMT_OK;
}

enum pmt_status pmt_arenas_grow(struct pmt_arenas *arenas)
{
    const struct pmt_layout *layout = arenas->layout;
    uint32_t excess = next_excess(arenas);
    struct pmt_arena *a;
    uint32_t slot;
    enum pmt_status st;

    pmt_assert(pmt_arenas_is_empty(arenas));
    pmt_assert(!pmt_arenas_is_at_limit(arenas));
    st = take_slot(arenas, &slot);
    if (st != PMT_OK)
        return st;
    a = &arenas->slots.at[slot];
    *a = (struct pmt_arena){.free_pools = PMT_POOL_NONE, .next = PMT_POOL_NONE,
                            .prev = PMT_POOL_NONE};
    a->first_place = arenas->n_allocated * layout->arena_bytes +
                     (excess ? layout->pool_bytes - excess : 0);
    a->n_total = a->n_free = layout->pools_per_arena - (excess != 0);
    arenas->n_lost += excess != 0;
    arenas->n_allocated++;
    arenas->n_current++;
    if (arenas->n_current > arenas->n_highwater)
        arenas->n_highwater = arenas->n_current;
    arenas->usable = slot;
    pmt_assert(arenas->last_with[a->n_free] == PMT_POOL_NONE);
    arenas->last_with[a->n_free] = slot;
    return PMT_OK;
}

uint16_t pmt_arenas_next_class(const struct pmt_arenas *arenas)
{
    const struct pmt_arena *a = &arenas->slots.at[arenas->usable];

    pmt_assert(!pmt_arenas_is_empty(arenas));
    return a->free_pools == PMT_POOL_NONE ? PMT_CLASS_NONE
                                          : arenas->pools[a->free_pools].class_idx;
}

/* The next pool of an arena that was never handed out. */
static uint32_t carve_pool(struct pmt_arenas *arenas, uint32_t slot)
{
    struct pmt_arena *a = &arenas->slots.at[slot];
    uint32_t index = a->n_carved++;
    uint32_t id = first_pool(arenas, slot) + index;

    pmt_assert(index < a->n_total);
    arenas->pools[id] = (struct pmt_pool){
        .first_place = a->first_place + (uint64_t)index * arenas->layout->pool_bytes +
                       arenas->layout->header_bytes,
        .next = PMT_POOL_NONE,
        .prev = PMT_POOL_NONE,
        .free_block = PMT_LINK_END,
        .class_idx = PMT_CLASS_NONE};
    return id;
}

/* Take an arena off the usable list; last_with[] is the caller's business. */
static void unlink_usable(struct pmt_arenas *arenas, struct pmt_arena *a)
{
    if (a->prev == PMT_POOL_NONE)
        arenas->usable = a->next;
    else
        arenas->slots.at[a->prev].next = a->next;
    if (a->next != PMT_POOL_NONE)
        arenas->slots.at[a->next].prev = a->prev;
    a->next = a->prev = PMT_POOL_NONE;
}

/* Put an arena behind slot `after`, or at the head (PMT_POOL_NONE). */
static void link_usable(struct pmt_arenas *arenas, uint32_t slot, uint32_t after)
{
    struct pmt_arena *a = &arenas->slots.at[slot];

    a->prev = after;
    if (after == PMT_POOL_NONE) {
        a->next = arenas->usable;
        arenas->usable = slot;
    } else {
        a->next = arenas->slots.at[after].next;
        arenas->slots.at[after].next = slot;
    }
    if (a->next != PMT_POOL_NONE)
        arenas->slots.at[a->next].prev = slot;
}

uint32_t pmt_arenas_take(struct pmt_arenas *arenas)
{
    uint32_t slot = arenas->usable;
    struct pmt_arena *a = &arenas->slots.at[slot];
    uint32_t id = a->free_pools;

    pmt_assert(!pmt_arenas_is_empty(arenas));
    if (id != PMT_POOL_NONE) {
        a->free_pools = arenas->pools[id].next;
        arenas->pools[id].next = PMT_POOL_NONE;
    } else {
        id = carve_pool(arenas, slot);
    }
    pmt_assert(arenas->pools[id].n_used == 0);

    /* The head has the fewest free pools: it is alone with one less. */
    if (arenas->last_with[a->n_free] == slot)
        arenas->last_with[a->n_free] = PMT_POOL_NONE;
    a->n_free--;
    if (a->n_free == 0) {
        unlink_usable(arenas, a);
    } else {
        pmt_assert(arenas->last_with[a->n_free] == PMT_POOL_NONE);
        arenas->last_with[a->n_free] = slot;
    }
    return id;
}

/* Case 1: the arena, already off the list, goes back to the system. */
static void release_arena(struct pmt_arenas *arenas, uint32_t slot)
{
    struct pmt_arena *a = &arenas->slots.at[slot];

    pmt_assert(a->n_free == a->n_total);
    drop_links(arenas, slot);
    if (PMT_DEBUG >= 1)
        memset(arenas->pools + first_pool(arenas, slot), 0x55,
               a->n_carved * sizeof *arenas->pools);
    arenas->n_lost -= a->n_total < arenas->layout->pools_per_arena;
    arenas->n_current--;
    a->n_total = 0;
    a->next = arenas->spare;
    arenas->spare = slot;
}

/* Slot's n_free is about to rise from nf: another arena, or none, is now the last
 * with nf. Returns the one that was. */
static uint32_t leave_last_with(struct pmt_arenas *arenas, uint32_t slot, uint32_t nf)
{
    uint32_t last = arenas->last_with[nf];
    uint32_t prev = arenas->slots.at[slot].prev;

    if (last == slot)
        arenas->last_with[nf] = prev != PMT_POOL_NONE && arenas->slots.at[prev].n_free == nf
                                    ? prev
                                    : PMT_POOL_NONE;
    return last;
}

bool pmt_arenas_give(struct pmt_arenas *arenas, uint32_t pool_id)
{
    uint32_t slot = pool_id >> arenas->layout->pools_shift;
    struct pmt_arena *a = &arenas->slots.at[slot];
    uint32_t was_last = leave_last_with(arenas, slot, a->n_free);
    uint32_t nf = ++a->n_free;

    pmt_assert(a->n_total != 0 && nf <= a->n_total);
    pmt_assert(arenas->pools[pool_id].n_used == 0);
    arenas->pools[pool_id].next = a->free_pools;
    arenas->pools[pool_id].prev = PMT_POOL_NONE;
    a->free_pools = pool_id;

    if (nf == a->n_total &&
        !(arenas->layout->keep_empty_arena && a->next == PMT_POOL_NONE)) { /* 1 */
        unlink_usable(arenas, a);
        release_arena(arenas, slot);
        return true;
    }
    if (nf == 1) { /* 2 */
        link_usable(arenas, slot, PMT_POOL_NONE);
    } else if (was_last != slot) { /* 3: only those with nf-1 can be in the way */
        unlink_usable(arenas, a);
        link_usable(arenas, slot, was_last);
    } /* else 4 */
    if (arenas->last_with[nf] == PMT_POOL_NONE)
        arenas->last_with[nf] = slot;
    pmt_assert(a->next == PMT_POOL_NONE || arenas->slots.at[a->next].n_free >= nf);
    pmt_assert(a->prev == PMT_POOL_NONE || arenas->slots.at[a->prev].n_free <= nf);
    return false;
}
