/* free_lists.c - what types' free lists hide; the idea is in free_lists.h. */
#include "replay/free_lists.h"

#include "base/vec.h"
#include "heap/heap_inline.h"

#define MOST 2000u /* that any list holds: of tuples of one size (PyTuple_MAXFREELIST) */

void pmt_free_lists_release(struct pmt_free_lists *f)
{
    for (size_t i = 0; i < f->lists.n; i++)
        pmt_vec_release(&f->lists.at[i].made_again);
    pmt_vec_release(&f->lists);
    for (size_t i = 0; i < PMT_SHELVES; i++)
        pmt_vec_release(&f->shelf[i]);
}

/* PMT_SHELVES: none has so large blocks. */
static uint32_t eights_of(const struct pmt_heap *heap, pmt_block block)
{
    uint64_t eights = pmt_heap_is_raw(block) ? PMT_SHELVES : pmt_block_bytes(heap, block) / 8;

    return eights < PMT_SHELVES ? (uint32_t)eights : PMT_SHELVES;
}

/* -- the recording -- */

/* The list of this type and size; if it is new and `make`, it is made. */
static struct pmt_free_list *find(struct pmt_free_lists *f, uint32_t type, uint32_t eights,
                                  bool make)
{
    struct pmt_free_list new = {.type = type, .eights = eights, .most = MOST};

    for (size_t i = 0; i < f->lists.n; i++)
        if (f->lists.at[i].type == type && f->lists.at[i].eights == eights)
            return &f->lists.at[i];
    return make && pmt_vec_push(&f->lists, new) ? &f->lists.at[f->lists.n - 1] : NULL;
}

bool pmt_free_lists_told(struct pmt_free_lists *f, const struct pmt_heap *heap,
                         pmt_block block, uint32_t type, enum pmt_list_did did)
{
    uint32_t eights = eights_of(heap, block);
    struct pmt_free_list *l = find(f, type, eights, did != PMT_LIST_FULL);

    if (!l)
        return did == PMT_LIST_FULL;
    l->left += did != PMT_LIST_FULL;
    l->silent += did == PMT_LIST_TOOK_SILENTLY;
    l->freed += did == PMT_LIST_FULL;
    return true;
}

void pmt_free_lists_freed(struct pmt_free_lists *f, const struct pmt_heap *heap,
                          pmt_block block)
{
    uint32_t eights = eights_of(heap, block);

    if (eights < PMT_SHELVES)
        f->freed[eights]++;
}

static void settle_one(struct pmt_free_lists *f, struct pmt_free_list *l)
{
    uint64_t freed = l->eights < PMT_SHELVES ? f->freed[l->eights] : 0;

    if (l->freed && l->left && (l->most == MOST || l->left > l->most))
        l->most = l->left;
    l->garbage += l->left;
    l->unreported += l->silent;
    l->per = l->left > freed ? l->left : 0;
    l->left = l->silent = l->freed = l->sum = 0;
}

void pmt_free_lists_settle(struct pmt_free_lists *f, uint64_t n)
{
    for (size_t i = 0; i < f->lists.n; i++) {
        uint64_t left = f->lists.at[i].left;

        n -= left < n ? left : n;
        settle_one(f, &f->lists.at[i]);
    }
    for (size_t i = 0; i < PMT_SHELVES; i++)
        f->freed[i] = 0;
    f->other += n;
    f->of = f->n_made;
    f->n_made = 0;
}

bool pmt_free_lists_shelve(struct pmt_free_lists *f, struct pmt_heap *heap, pmt_block block)
{
    uint32_t eights = eights_of(heap, block);

    if (eights < PMT_SHELVES)
        return pmt_vec_push(&f->shelf[eights], block);
    pmt_heap_release_inline(heap, block);
    return true;
}

/* -- mod -- */

static void give_back(struct pmt_heap *heap, struct pmt_block_list *list, uint64_t n)
{
    for (; n && list->n; n--)
        pmt_heap_release_inline(heap, list->at[--list->n]);
}

bool pmt_free_lists_serve(struct pmt_free_lists *f, struct pmt_heap *heap, pmt_block block)
{
    uint32_t eights = eights_of(heap, block);

    if (eights == PMT_SHELVES || !f->shelf[eights].n)
        return false;
    give_back(heap, &f->shelf[eights], 1);
    return true;
}

static bool make_again(struct pmt_free_list *l, struct pmt_heap *heap, uint64_t *n)
{
    pmt_block block;

    if (l->supply) {
        l->supply--;
        return true;
    }
    ++*n;
    block = pmt_heap_alloc_inline(heap, PMT_DOMAIN_OBJ, 8 * (uint64_t)l->eights);
    return block != PMT_BLOCK_NONE && pmt_vec_push(&l->made_again, block);
}

bool pmt_free_lists_made(struct pmt_free_lists *f, struct pmt_heap *heap, uint64_t *n)
{
    *n = 0;
    f->n_made++;
    if (!f->of)
        return true;
    for (size_t i = 0; i < f->lists.n; i++) {
        struct pmt_free_list *l = &f->lists.at[i];

        for (l->sum += l->per; l->sum >= f->of; l->sum -= f->of)
            if (!make_again(l, heap, n))
                return false;
    }
    f->n_young += *n;
    return true;
}

/* The list fills up, the rest gives its blocks back. */
static void collect_one(struct pmt_free_list *l, struct pmt_heap *heap)
{
    uint64_t room = l->most > l->supply ? l->most - l->supply : 0;
    uint64_t kept = room < l->garbage ? room : l->garbage;

    give_back(heap, &l->made_again, l->garbage - kept);
    l->supply += kept;
    l->garbage = l->unreported = 0;
}

uint64_t pmt_free_lists_collect(struct pmt_free_lists *f, struct pmt_heap *heap, bool full)
{
    uint64_t n = f->other;

    f->other = f->n_young = 0;
    for (size_t i = 0; i < f->lists.n; i++) {
        n += f->lists.at[i].garbage - f->lists.at[i].unreported;
        collect_one(&f->lists.at[i], heap);
    }
    for (size_t i = 0; full && i < PMT_SHELVES; i++)
        give_back(heap, &f->shelf[i], f->shelf[i].n);
    return n;
}
