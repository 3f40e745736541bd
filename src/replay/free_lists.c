/* free_lists.c - what types' free lists hide; the idea is in free_lists.h. */
#include "replay/free_lists.h"

#include "base/vec.h"
#include "heap/heap_inline.h"

#define MOST 2000u /* that a list holds: of tuples of one size (PyTuple_MAXFREELIST) */

void pmt_free_lists_release(struct pmt_free_lists *f)
{
    for (size_t i = 0; i < PMT_SHELVES; i++) {
        pmt_vec_release(&f->at[i].made_again);
        pmt_vec_release(&f->at[i].shelf);
    }
}

/* NULL: none has so large blocks. */
static struct pmt_free_list *list_of(struct pmt_free_lists *f, const struct pmt_heap *heap,
                                     pmt_block block)
{
    uint64_t eights = pmt_heap_is_raw(block) ? PMT_SHELVES : pmt_block_bytes(heap, block) / 8;

    return eights < PMT_SHELVES ? &f->at[eights] : NULL;
}

/* -- the recording -- */

void pmt_free_lists_left(struct pmt_free_lists *f, const struct pmt_heap *heap,
                         pmt_block block)
{
    struct pmt_free_list *l = list_of(f, heap, block);

    if (l)
        l->left++;
}

void pmt_free_lists_freed(struct pmt_free_lists *f, const struct pmt_heap *heap,
                          pmt_block block)
{
    struct pmt_free_list *l = list_of(f, heap, block);

    if (l)
        l->freed++;
}

void pmt_free_lists_settle(struct pmt_free_lists *f, uint64_t n)
{
    f->n_active = 0;
    for (size_t i = 0; i < PMT_SHELVES; i++) {
        struct pmt_free_list *l = &f->at[i];

        l->garbage += l->left;
        n -= l->left < n ? l->left : n;
        l->per = l->left > l->freed ? l->left : 0;
        if (l->per)
            f->active[f->n_active++] = (uint8_t)i;
        l->left = l->freed = l->sum = 0;
    }
    f->other += n;
    f->of = f->n_made;
    f->n_made = 0;
}

bool pmt_free_lists_shelve(struct pmt_free_lists *f, struct pmt_heap *heap, pmt_block block)
{
    struct pmt_free_list *l = list_of(f, heap, block);

    if (l)
        return pmt_vec_push(&l->shelf, block);
    pmt_heap_release_inline(heap, block);
    return true;
}

/* -- mod -- */

bool pmt_free_lists_serve(struct pmt_free_lists *f, struct pmt_heap *heap, pmt_block block)
{
    struct pmt_free_list *l = list_of(f, heap, block);

    if (!l || !l->shelf.n)
        return false;
    pmt_heap_release_inline(heap, l->shelf.at[--l->shelf.n]);
    return true;
}

/* One more of this size, in eights. */
static bool make_again(struct pmt_free_list *l, struct pmt_heap *heap, uint64_t eights,
                       uint64_t *n)
{
    pmt_block block;

    if (l->supply) {
        l->supply--;
        return true;
    }
    ++*n;
    block = pmt_heap_alloc_inline(heap, PMT_DOMAIN_OBJ, 8 * eights);
    return block != PMT_BLOCK_NONE && pmt_vec_push(&l->made_again, block);
}

bool pmt_free_lists_made(struct pmt_free_lists *f, struct pmt_heap *heap, uint64_t *n)
{
    *n = 0;
    f->n_made++;
    if (!f->of)
        return true;
    for (unsigned i = 0; i < f->n_active; i++) {
        struct pmt_free_list *l = &f->at[f->active[i]];

        for (l->sum += l->per; l->sum >= f->of; l->sum -= f->of)
            if (!make_again(l, heap, f->active[i], n))
                return false;
    }
    f->n_young += *n;
    return true;
}

static void give_back(struct pmt_heap *heap, struct pmt_block_list *list, uint64_t n)
{
    for (; n && list->n; n--)
        pmt_heap_release_inline(heap, list->at[--list->n]);
}

uint64_t pmt_free_lists_collect(struct pmt_free_lists *f, struct pmt_heap *heap, bool full)
{
    uint64_t n = f->other;

    f->other = f->n_young = 0;
    for (size_t i = 0; i < PMT_SHELVES; i++) {
        struct pmt_free_list *l = &f->at[i];
        uint64_t kept = MOST - l->supply < l->garbage ? MOST - l->supply : l->garbage;

        n += l->garbage;
        give_back(heap, &l->made_again, l->garbage - kept);
        l->supply += kept;
        l->garbage = 0;
        if (full)
            give_back(heap, &l->shelf, l->shelf.n);
    }
    return n;
}
