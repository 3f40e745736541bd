/* recycle.c - free lists and blocks of cells; the idea is in recycle.h. */
#include "object/recycle.h"

#include "base/check.h"
#include "base/vec.h"

void pmt_recycler_init(struct pmt_recycler *r, const struct pmt_shape *shape)
{
    *r = (struct pmt_recycler){0};
    for (unsigned i = 0; i < PMT_N_FREE_LISTS; i++)
        r->lists[i].max = shape->max[i];
    for (unsigned n = 1; n < PMT_TUPLE_LISTS; n++)
        r->tuples[n].max = n <= shape->tuple_list_sizes ? shape->max[PMT_FREE_TUPLE] : 0;
    r->ints.per_block = shape->int_block_cells;
    r->floats.per_block = shape->float_block_cells;
    r->ints.block_bytes = r->floats.block_bytes = shape->int_block_bytes;
}

pmt_block pmt_spare_pop(struct pmt_spare_list *list)
{
    if (!list->blocks.n) {
        list->misses += list->max != 0;
        return PMT_BLOCK_NONE;
    }
    list->hits++;
    return list->blocks.at[--list->blocks.n];
}

bool pmt_spare_push(struct pmt_spare_list *list, pmt_block block)
{
    if (list->blocks.n >= list->max) {
        list->overflows += list->max != 0;
        return false;
    }
    if (!pmt_vec_push(&list->blocks, block))
        return false;
    list->pushes++;
    return true;
}

static void empty_list(struct pmt_spare_list *list, struct pmt_heap *heap)
{
    while (list->blocks.n)
        pmt_heap_release(heap, list->blocks.at[--list->blocks.n]);
}

/* -- cells -- */

/* A number for a block: that of one given back, or the next. */
static uint32_t block_number(struct pmt_cells *c)
{
    return c->holes.n ? c->holes.at[--c->holes.n] : (uint32_t)c->blocks.n++;
}

/* A new block hands out its last cell first (Objects/intobject.c, fill_free_list). */
static bool add_block(struct pmt_cells *c, struct pmt_heap *heap)
{
    pmt_block block;
    uint32_t number;

    if (!pmt_vec_reserve(&c->free, (c->order.n + 1) * c->per_block) ||
        !pmt_vec_reserve(&c->blocks, c->blocks.n + 1) ||
        !pmt_vec_reserve(&c->order, c->order.n + 1) ||
        !pmt_vec_reserve(&c->holes, c->order.n + 1))
        return false;
    block = pmt_heap_alloc(heap, PMT_DOMAIN_RAW, c->block_bytes);
    if (block == PMT_BLOCK_NONE)
        return false;
    number = block_number(c);
    c->blocks.at[number] = (struct pmt_cell_block){.block = block};
    c->order.at[c->order.n++] = number;
    for (uint32_t i = 0; i < c->per_block; i++)
        c->free.at[c->free.n++] = (struct pmt_cell){number, i};
    return true;
}

bool pmt_cell_take(struct pmt_cells *c, struct pmt_heap *heap, struct pmt_cell *out)
{
    if (c->free.n)
        c->hits++;
    else if (add_block(c, heap))
        c->misses++;
    else
        return false;
    *out = c->free.at[--c->free.n];
    c->blocks.at[out->number].used |= UINT64_C(1) << out->index;
    return true;
}

void pmt_cell_give(struct pmt_cells *c, struct pmt_cell cell)
{
    pmt_assert(c->free.n < c->free.cap);
    c->pushes++;
    c->blocks.at[cell.number].used &= ~(UINT64_C(1) << cell.index);
    c->free.at[c->free.n++] = cell; /* add_block has made the room */
}

/* The list is made anew: block by block from the newest, cell by cell from the first, so
 * the last cell put on it is given first; the order of blocks turns round. */
uint64_t pmt_cells_clear(struct pmt_cells *c, struct pmt_heap *heap)
{
    uint64_t n_cleared = 0;
    size_t n = c->order.n, kept = 0;

    c->free.n = 0;
    for (size_t i = n; i-- > 0;) {
        uint32_t number = c->order.at[i];
        struct pmt_cell_block *b = &c->blocks.at[number];

        if (!b->used) {
            pmt_heap_release(heap, b->block);
            b->block = PMT_BLOCK_NONE;
            c->holes.at[c->holes.n++] = number; /* add_block has made the room */
            n_cleared += c->per_block;
            c->order.at[i] = UINT32_MAX;
            continue;
        }
        for (uint32_t k = 0; k < c->per_block; k++)
            if (!(b->used >> k & 1))
                c->free.at[c->free.n++] = (struct pmt_cell){number, k};
    }
    for (size_t i = 0; i < n; i++)
        if (c->order.at[i] != UINT32_MAX)
            c->order.at[kept++] = c->order.at[i];
    c->order.n = kept;
    for (size_t i = 0; i < kept / 2; i++) {
        uint32_t other = c->order.at[i];

        c->order.at[i] = c->order.at[kept - 1 - i];
        c->order.at[kept - 1 - i] = other;
    }
    c->cleared += n_cleared;
    return n_cleared;
}

/* -- all -- */

static void empty_cells(struct pmt_cells *c, struct pmt_heap *heap)
{
    for (size_t i = 0; i < c->order.n; i++)
        pmt_heap_release(heap, c->blocks.at[c->order.at[i]].block);
    c->order.n = c->free.n = c->blocks.n = c->holes.n = 0;
}

void pmt_recycler_empty(struct pmt_recycler *r, struct pmt_heap *heap)
{
    for (unsigned i = 0; i < PMT_N_FREE_LISTS; i++)
        empty_list(&r->lists[i], heap);
    for (unsigned n = 0; n < PMT_TUPLE_LISTS; n++)
        empty_list(&r->tuples[n], heap);
    empty_cells(&r->ints, heap);
    empty_cells(&r->floats, heap);
}

void pmt_recycler_release(struct pmt_recycler *r)
{
    struct pmt_cells *cells[] = {&r->ints, &r->floats};

    for (unsigned i = 0; i < PMT_N_FREE_LISTS; i++)
        pmt_vec_release(&r->lists[i].blocks);
    for (unsigned n = 0; n < PMT_TUPLE_LISTS; n++)
        pmt_vec_release(&r->tuples[n].blocks);
    for (unsigned i = 0; i < 2; i++) {
        pmt_vec_release(&cells[i]->free);
        pmt_vec_release(&cells[i]->blocks);
        pmt_vec_release(&cells[i]->order);
        pmt_vec_release(&cells[i]->holes);
    }
}
