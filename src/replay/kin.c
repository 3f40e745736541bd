/* kin.c - the group of garbage that is being told; the idea is in kin.h. */
#include "replay/kin.h"

#include "base/vec.h"
#include "replay/bits.h"
#include "replay/garbage.h"

void pmt_kin_release(struct pmt_kin *k)
{
    pmt_vec_release(&k->of);
    pmt_vec_release(&k->refs);
    pmt_vec_release(&k->number);
    pmt_vec_release(&k->path);
}

bool pmt_kin_add(struct pmt_kin *k, uint32_t slot, bool belongs)
{
    struct pmt_kinsman one = {.slot = slot, .refs = (uint32_t)k->refs.n, .belongs = belongs};

    return pmt_vec_push(&k->of, one);
}

bool pmt_kin_refers(struct pmt_kin *k, struct pmt_kin_reference to)
{
    return !k->of.n || pmt_vec_push(&k->refs, to);
}

void pmt_kin_clear(struct pmt_kin *k)
{
    k->of.n = k->refs.n = 0;
}

/* Behind the references of number i. */
static size_t end_of_refs(const struct pmt_kin *k, size_t i)
{
    while (++i < k->of.n)
        if (!k->of.at[i].belongs)
            return k->of.at[i].refs;
    return k->refs.n;
}

/* Which of them older garbage keeps: into the path. */
static bool find_kept(struct pmt_garbage *g, uint32_t key, uint64_t when)
{
    struct pmt_kin *k = &g->kin;

    k->path.n = 0;
    for (size_t i = 0; i < k->of.n; i++) {
        struct pmt_kinsman *one = &k->of.at[i];

        one->key = one->belongs ? key : pmt_kept_key(g, one->slot, key, when);
        if (one->key < key && !pmt_vec_push(&k->path, (uint32_t)i))
            return false;
    }
    return true;
}

static bool number(struct pmt_kin *k)
{
    for (size_t i = 0; i < k->of.n; i++) {
        if (!GROW(&k->number, k->of.at[i].slot))
            return false;
        if (!k->of.at[i].belongs)
            k->number.at[k->of.at[i].slot] = (uint32_t)i + 1;
    }
    return true;
}

static void forget_numbers(struct pmt_kin *k)
{
    for (size_t i = 0; i < k->of.n; i++)
        if (k->of.at[i].slot < k->number.n)
            k->number.at[k->of.at[i].slot] = 0;
}

static uint32_t number_of(const struct pmt_kin *k, uint32_t slot)
{
    return slot < k->number.n ? k->number.at[slot] : 0;
}

/* What those in the path refer to is found no sooner than they. */
static bool hand_on(struct pmt_kin *k)
{
    while (k->path.n) {
        size_t i = k->path.at[--k->path.n], end = end_of_refs(k, i);

        for (size_t r = k->of.at[i].refs; r < end; r++) {
            uint32_t to = number_of(k, k->refs.at[r].slot);

            if (!to || k->of.at[to - 1].key <= k->of.at[i].key)
                continue;
            k->of.at[to - 1].key = k->of.at[i].key;
            if (!pmt_vec_push(&k->path, to - 1))
                return false;
        }
    }
    return true;
}

bool pmt_kin_find_keys(struct pmt_garbage *g, uint32_t key, uint64_t when)
{
    struct pmt_kin *k = &g->kin;
    bool done;

    if (!find_kept(g, key, when))
        return false;
    if (!k->path.n)
        return true;
    done = number(k) && hand_on(k);
    forget_numbers(k);
    for (size_t i = 0; i < k->of.n; i++) {
        if (!k->of.at[i].belongs)
            key = k->of.at[i].key;
        k->of.at[i].key = key;
    }
    return done;
}

/* Whether it dies by counting where none of the others refers to it. What no garbage refers to is a weak
 * reference with a callback, and is somebody else's; what was told of before is where it is. */
static bool hangs_on_others(const struct pmt_garbage *g, const struct pmt_kinsman *one, uint64_t when)
{
    return !HAS_BIT(&g->told, one->slot) && pmt_garbage_is_referred(g, one->slot) &&
           pmt_kept_key(g, one->slot, UINT32_MAX, when) == UINT32_MAX;
}

/* Beside the holder those that mod has not collected, once each. */
static bool is_there(const struct pmt_garbage *g, size_t i)
{
    const struct pmt_kinsman *one = &g->kin.of.at[i];

    return i && !one->belongs && number_of(&g->kin, one->slot) == i + 1 &&
           !HAS_BIT(&g->gone, one->slot);
}

/* Of those that are to be found the path has the indices. */
static bool note_held(struct pmt_garbage *g, uint64_t when)
{
    struct pmt_kin *k = &g->kin;

    for (size_t i = 1; i < k->of.n; i++) {
        if (!is_there(g, i))
            continue;
        k->of.at[i].held += !hangs_on_others(g, &k->of.at[i], when);
        for (size_t r = k->of.at[i].refs, end = end_of_refs(k, i); r < end; r++) {
            uint32_t to = number_of(k, k->refs.at[r].slot);

            if (to)
                k->of.at[to - 1].held++;
        }
    }
    k->path.n = 0;
    for (size_t i = 1; i < k->of.n; i++)
        if (is_there(g, i) && !k->of.at[i].held && !pmt_vec_push(&k->path, (uint32_t)i))
            return false;
    return true;
}

static bool let_go(struct pmt_garbage *g)
{
    struct pmt_kin *k = &g->kin;

    while (k->path.n) {
        size_t i = k->path.at[--k->path.n], end = end_of_refs(k, i);

        k->of.at[i].orphan = true;
        for (size_t r = k->of.at[i].refs; r < end; r++) {
            uint32_t to = number_of(k, k->refs.at[r].slot);

            if (to && !--k->of.at[to - 1].held && is_there(g, to - 1) &&
                !pmt_vec_push(&k->path, to - 1))
                return false;
        }
    }
    return true;
}

bool pmt_kin_orphan(struct pmt_garbage *g, uint64_t when)
{
    struct pmt_kin *k = &g->kin;
    bool done = number(k) && note_held(g, when) && let_go(g), orphan = false;

    for (size_t i = 0; i < k->of.n; i++) {
        uint32_t first = number_of(k, k->of.at[i].slot);

        if (!k->of.at[i].belongs)
            orphan = first && k->of.at[first - 1].orphan;
        k->of.at[i].orphan = orphan;
    }
    forget_numbers(k);
    return done;
}

bool pmt_kin_keep(struct pmt_garbage *g, uint32_t key, uint64_t when, bool orphaned)
{
    struct pmt_kin *k = &g->kin;

    for (size_t i = 0; i < k->of.n; i++) {
        const struct pmt_kinsman *one = &k->of.at[i];
        size_t end = one->waits && !one->belongs ? end_of_refs(k, i) : 0;

        for (size_t r = one->refs; r < end; r++) {
            struct pmt_kin_reference to = k->refs.at[r];

            /* What is garbage has the key of its holder, but where that is not kept, or no more. */
            if ((to.reachable || orphaned || one->key != key) &&
                !pmt_kept_add(g, to.slot, one->key, when))
                return false;
        }
    }
    return true;
}
