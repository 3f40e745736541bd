/* type_stats.c - garbage and survivors by type; what is counted how: type_stats.h. */
#include "replay/type_stats.h"

#include <string.h>
#include "base/alloc.h"
#include "base/vec.h"
#include "heap/heap_inline.h"
#include "gc/census.h"

void pmt_type_stats_release(struct pmt_type_stats *s)
{
    pmt_vec_release(&s->rows);
    pmt_vec_release(&s->type);
    pmt_free(s->shares);
    s->shares = NULL;
}

/* [0] is PMT_TYPE_UNKNOWN, which + 1 is 0. */
static struct pmt_type_row *row_of(struct pmt_type_stats *s, uint32_t at)
{
    while (s->rows.n <= at) {
        struct pmt_type_row row = {.number = (uint32_t)s->rows.n - 1};

        if (!pmt_vec_push(&s->rows, row)) {
            s->failed = true;
            return NULL;
        }
    }
    return &s->rows.at[at];
}

static bool keep_type(struct pmt_type_stats *s, uint32_t slot, uint32_t mark)
{
    while (s->type.n <= slot)
        if (!pmt_vec_push(&s->type, 0)) {
            s->failed = true;
            return false;
        }
    s->type.at[slot] = mark;
    return true;
}

/* False: it was counted before, or is no garbage that counts. */
static bool count_garbage(struct pmt_type_stats *s, uint32_t slot, uint32_t number, int place,
                          uint64_t bytes, bool again)
{
    struct pmt_type_row *row = s->ended ? NULL : row_of(s, number + 1);

    s->last = number + 1;
    if (!row || (again && slot < s->type.n && s->type.at[slot] == number + 1) ||
        !keep_type(s, slot, number + 1))
        return false;
    row->garbage_objects++;
    row->garbage_bytes += bytes;
    s->garbage_bytes += bytes;
    row->garbage_in[place < PMT_GENERATIONS ? place : PMT_GENERATIONS - 1]++;
    return true;
}

bool pmt_type_stats_told(struct pmt_type_stats *s, uint32_t slot, uint32_t number, int place,
                         uint64_t bytes, bool again)
{
    bool told = count_garbage(s, slot, number, place, bytes, again);

    if (told)
        s->rows.at[number + 1].garbage_looked++;
    return told;
}

void pmt_type_stats_unseen(struct pmt_type_stats *s, uint32_t slot, uint32_t number, int place,
                           uint64_t bytes)
{
    (void)count_garbage(s, slot, number, place, bytes, false);
}

void pmt_type_stats_belongs(struct pmt_type_stats *s, uint32_t slot, uint64_t bytes)
{
    struct pmt_type_row *row = s->ended || !s->last ? NULL : row_of(s, s->last);

    if (!row || pmt_type_stats_is_told(s, slot) || !keep_type(s, slot, s->last))
        return;
    row->garbage_bytes += bytes;
    s->garbage_bytes += bytes;
}

void pmt_type_stats_freed(struct pmt_type_stats *s, uint32_t slot, uint64_t bytes, bool object)
{
    uint32_t mark = slot < s->type.n ? s->type.at[slot] : 0;
    struct pmt_type_row *row;

    if (s->ended)
        return;
    if (mark)
        bytes = 0;
    s->bytes += bytes;
    s->garbage_bytes += bytes;
    if (!object)
        return;
    row = row_of(s, mark);
    if (row)
        row->garbage_bytes += s->bytes;
    s->bytes = 0;
    pmt_type_stats_made(s, slot);
}

static double pinned_by(const struct pmt_type_stats *s, const struct pmt_heap *heap,
                        pmt_block block)
{
    size_t arena = pmt_arena_of(heap, block);

    return arena < s->n_shares ? s->shares[arena].free_bytes_per_block : 0.0;
}

void pmt_type_stats_alive(struct pmt_type_stats *s, const struct pmt_heap *heap,
                          uint32_t number, pmt_block block)
{
    struct pmt_type_row *row = row_of(s, number + 1);

    if (!s->shares && !pmt_heap_shares(heap, &s->shares, &s->n_shares))
        s->failed = true;
    if (!row || s->failed)
        return;
    row->survivors++;
    row->survivor_bytes += pmt_block_bytes(heap, block);
    if (pmt_heap_is_raw(block))
        return;
    row->pinned_bytes += pinned_by(s, heap, block);
}

static bool is_empty(const struct pmt_type_row *row)
{
    return !row->garbage_objects && !row->garbage_bytes && !row->survivors;
}

void pmt_type_stats_finish(struct pmt_type_stats *s, struct pmt_result *out)
{
    size_t n = 0;

    for (size_t i = 0; i < s->rows.n; i++)
        if (!is_empty(&s->rows.at[i]))
            s->rows.at[n++] = s->rows.at[i];
    if (s->failed || n == 0)
        return;
    out->types = s->rows.at;
    out->n_types = n;
    memset(&s->rows, 0, sizeof s->rows);
}
