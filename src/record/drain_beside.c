/*
 * drain_beside.c - what stands beside the blocks: the arenas they lie in, and what the
 * interpreter or the program said of itself at some moment.
 *
 * An arena is named by its ordinal, the number of arenas made before it; so is the place of
 * each block in it (shadow.c). Where the kernel put it is of no interest, but for how far
 * that is off a multiple of 2 MiB, on which it depends how pools lie in it. An arena smaller
 * than a granule of the shadow is none that a release makes: its blocks have no places.
 *
 * A checkpoint has a text, which follows its record in the ring. It was committed together
 * with the record, so a length that goes past the head is no agent's: it is left alone.
 */
#include "record/drain_inner.h"

#include "base/alloc.h"

/* -- arenas -- */

void pmt_drain_on_arena_new(struct pmt_drain *d, uint64_t base, uint64_t bytes)
{
    uint64_t ordinal = d->arenas_made++;

    if (d->n_arenas == d->cap_arenas) {
        size_t cap = d->cap_arenas ? 2 * d->cap_arenas : 64;
        void *p = pmt_realloc_array(d->arenas, cap, sizeof *d->arenas);

        if (!p) {
            d->failed = true;
            return;
        }
        d->arenas = p;
        d->cap_arenas = cap;
    }
    d->arenas[d->n_arenas].base = base;
    d->arenas[d->n_arenas].bytes = bytes;
    d->arenas[d->n_arenas++].ordinal = ordinal;
    if (bytes >= PMT_SHADOW_BYTES && !pmt_shadow_add_arena(&d->shadow, base, bytes, ordinal))
        d->failed = true;
    pmt_writer_event(d->writer, PMT_OP_ARENA_NEW, (uint32_t)(base & 0x1fffff), &bytes);
}

void pmt_drain_on_arena_free(struct pmt_drain *d, uint64_t base, uint64_t bytes)
{
    for (size_t i = 0; i < d->n_arenas; i++) {
        if (d->arenas[i].base != base)
            continue;
        pmt_writer_event(d->writer, PMT_OP_ARENA_FREE, (uint32_t)d->arenas[i].ordinal,
                         NULL);
        d->arenas[i] = d->arenas[--d->n_arenas];
        if (bytes >= PMT_SHADOW_BYTES)
            pmt_shadow_drop_arena(&d->shadow, base, bytes);
        return;
    }
}

/* -- moments -- */

uint64_t pmt_drain_on_oracle(struct pmt_drain *d, uint64_t low, uint64_t blocks)
{
    static const char *const names[] = {"periodic", "end", "exit", "request", "mark"};
    uint64_t bytes = low & UINT32_MAX, n = (bytes + 15) / 16, when = low >> 32;
    struct pmt_oracle oracle = {.text_len = bytes, .blocks = (int64_t)blocks,
                                .when = names[when < 5 ? when : 0]};
    char *text;

    if (n >= atomic_load_explicit(&d->shm->head, memory_order_acquire) - d->tail)
        return 0;
    oracle.text = text = pmt_alloc(n * 16);
    if (!text) {
        d->failed = true;
        return n;
    }
    pmt_drain_copy_text(d, 1, n, text);
    pmt_writer_oracle(d->writer, &oracle);
    pmt_free(text);
    return n;
}

void pmt_drain_rss(struct pmt_drain *d, uint64_t bytes)
{
    pmt_writer_event(d->writer, PMT_OP_RSS, 0, &bytes);
}
