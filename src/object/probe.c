/* probe.c - open addressing; the idea is in probe.h. */
#include "object/probe.h"

#include "base/alloc.h"
#include "base/check.h"
#include "base/vec.h"

#define PERTURB_SHIFT 5

static int32_t *new_index(uint64_t slots)
{
    int32_t *index = slots <= UINT32_MAX ? pmt_alloc_array(slots, sizeof *index) : NULL;

    for (uint64_t i = 0; index && i < slots; i++)
        index[i] = PMT_PROBE_EMPTY;
    return index;
}

struct pmt_probe *pmt_probe_new(uint64_t slots, uint32_t in_a_row, bool shift_late,
                                enum pmt_probe_reuse reuse)
{
    struct pmt_probe *p = pmt_zalloc(sizeof *p);

    if (!p)
        return NULL;
    p->slots = slots;
    p->in_a_row = in_a_row;
    p->shift_late = shift_late;
    p->reuse = (uint8_t)reuse;
    p->index = new_index(slots);
    if (!p->index) {
        pmt_free(p);
        return NULL;
    }
    return p;
}

struct pmt_probe *pmt_probe_clone(const struct pmt_probe *p)
{
    struct pmt_probe *copy = pmt_probe_new(p->slots, p->in_a_row, p->shift_late,
                                           (enum pmt_probe_reuse)p->reuse);

    if (!copy || !pmt_vec_reserve(&copy->hashes, p->hashes.n)) {
        pmt_probe_free(copy);
        return NULL;
    }
    for (uint64_t i = 0; i < p->slots; i++)
        copy->index[i] = p->index[i];
    for (size_t i = 0; i < p->hashes.n; i++)
        copy->hashes.at[i] = p->hashes.at[i];
    copy->hashes.n = p->hashes.n;
    copy->used = p->used;
    copy->fill = p->fill;
    copy->unicode = p->unicode;
    return copy;
}

void pmt_probe_free(struct pmt_probe *p)
{
    if (!p)
        return;
    pmt_vec_release(&p->hashes);
    pmt_free(p->index);
    pmt_free(p);
}

/* The slots in the order in which a key's are looked at. */
struct walk {
    uint64_t mask, base, perturb;
    uint32_t ahead, in_a_row; /* slot: base + ahead; how far in a row from this base */
    uint32_t most;
    bool shift_late;
};

static void set_row(struct walk *w)
{
    w->ahead = 0;
    w->in_a_row = w->base + w->most <= w->mask ? w->most : 0;
}

static struct walk begin_walk(const struct pmt_probe *p, int64_t hash)
{
    struct walk w = {.mask = p->slots - 1, .base = (uint64_t)hash & (p->slots - 1),
                     .perturb = (uint64_t)hash, .most = p->in_a_row,
                     .shift_late = p->shift_late};

    set_row(&w);
    return w;
}

static uint64_t slot_of(const struct walk *w)
{
    return w->base + w->ahead;
}

static void next_slot(struct walk *w)
{
    if (w->ahead < w->in_a_row) {
        w->ahead++;
        return;
    }
    if (!w->shift_late)
        w->perturb >>= PERTURB_SHIFT;
    w->base = (w->base * 5 + w->perturb + 1) & w->mask;
    if (w->shift_late)
        w->perturb >>= PERTURB_SHIFT;
    set_row(w);
}

int32_t pmt_probe_find(const struct pmt_probe *p, int64_t hash, pmt_probe_equal equal,
                       void *arg, uint64_t *slot, uint64_t *looked)
{
    uint64_t free_slot = UINT64_MAX, n = 0;

    for (struct walk w = begin_walk(p, hash);; next_slot(&w)) {
        int32_t entry = p->index[slot_of(&w)];

        n++;
        if (entry == PMT_PROBE_DUMMY &&
            (p->reuse == PMT_REUSE_LAST || (p->reuse && free_slot == UINT64_MAX)))
            free_slot = slot_of(&w);
        if (entry == PMT_PROBE_EMPTY ||
            (entry >= 0 && p->hashes.at[entry] == hash && equal(arg, (uint32_t)entry))) {
            *slot = entry == PMT_PROBE_EMPTY && free_slot != UINT64_MAX ? free_slot
                                                                        : slot_of(&w);
            if (looked)
                *looked = n;
            return entry >= 0 ? entry : -1;
        }
    }
}

bool pmt_probe_put(struct pmt_probe *p, uint64_t slot, int64_t hash)
{
    pmt_assert(p->index[slot] < 0);
    if (p->hashes.n >= INT32_MAX || !pmt_vec_push(&p->hashes, hash))
        return false;
    p->fill += p->index[slot] == PMT_PROBE_EMPTY;
    p->used++;
    p->index[slot] = (int32_t)(p->hashes.n - 1);
    return true;
}

void pmt_probe_delete(struct pmt_probe *p, uint64_t slot)
{
    pmt_assert(p->index[slot] >= 0);
    p->index[slot] = PMT_PROBE_DUMMY;
    p->used--;
}

int32_t pmt_probe_walk(const struct pmt_probe *p, uint64_t *at)
{
    while (*at < p->slots) {
        int32_t entry = p->index[(*at)++];

        if (entry >= 0)
            return entry;
    }
    return -1;
}

/* The live entries, in the order in which they go into the new table. */
static bool live_entries(const struct pmt_probe *p, bool slot_order, uint32_t *order)
{
    size_t n = 0;
    uint64_t at = 0;
    uint8_t *live;

    if (slot_order) {
        for (int32_t e; (e = pmt_probe_walk(p, &at)) >= 0;)
            order[n++] = (uint32_t)e;
        return true;
    }
    live = pmt_zalloc(p->hashes.n + 1);
    if (!live)
        return false;
    for (int32_t e; (e = pmt_probe_walk(p, &at)) >= 0;)
        live[e] = 1;
    for (size_t e = 0; e < p->hashes.n; e++)
        if (live[e])
            order[n++] = (uint32_t)e;
    pmt_free(live);
    return true;
}

static void put_clean(struct pmt_probe *p, int32_t entry)
{
    struct walk w = begin_walk(p, p->hashes.at[entry]);

    while (p->index[slot_of(&w)] != PMT_PROBE_EMPTY)
        next_slot(&w);
    p->index[slot_of(&w)] = entry;
}

bool pmt_probe_resize(struct pmt_probe *p, uint64_t slots, bool slot_order,
                      uint32_t **order, size_t *n)
{
    int32_t *index = new_index(slots);
    uint32_t *from = pmt_alloc_array(p->used + 1, sizeof *from);
    int64_t *hashes = pmt_alloc_array(p->used + 1, sizeof *hashes);

    if (!index || !from || !hashes || !live_entries(p, slot_order, from)) {
        pmt_free(index);
        pmt_free(from);
        pmt_free(hashes);
        return false;
    }
    for (size_t i = 0; i < p->used; i++)
        hashes[i] = p->hashes.at[from[i]];
    pmt_free(p->index);
    pmt_free(p->hashes.at);
    p->index = index;
    p->slots = slots;
    p->hashes.at = hashes;
    p->hashes.n = p->used;
    p->hashes.cap = p->used + 1;
    p->fill = p->used;
    for (size_t i = 0; i < p->used; i++)
        put_clean(p, (int32_t)i);
    *order = from;
    *n = p->used;
    return true;
}
