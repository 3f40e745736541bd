/* raw.c - blocks outside the pools. */
#include "heap/raw.h"

#include <inttypes.h>
#include "base/check.h"
#include "base/vec.h"

#define LIVE        UINT64_C(1)
#define FALLTHROUGH UINT64_C(2)

void pmt_raw_init(struct pmt_raw *raw)
{
    *raw = (struct pmt_raw){.free_head = PMT_RAW_NONE};
}

void pmt_raw_release(struct pmt_raw *raw)
{
    pmt_vec_release(&raw->blocks);
}

static void add_bytes(struct pmt_raw *raw, uint64_t bytes)
{
    raw->live_bytes += bytes;
    if (raw->live_bytes > raw->peak_bytes)
        raw->peak_bytes = raw->live_bytes;
}

static uint64_t capped(uint64_t size_bytes)
{
    return size_bytes < PMT_RAW_MAX_BYTES ? size_bytes : PMT_RAW_MAX_BYTES;
}

/* An index that is not in use, in *index. */
static enum pmt_status take_index(struct pmt_raw *raw, uint32_t *index)
{
    if (raw->free_head != PMT_RAW_NONE) {
        *index = raw->free_head;
        pmt_assert((raw->blocks.at[*index] & LIVE) == 0);
        raw->free_head = (uint32_t)(raw->blocks.at[*index] >> 2);
        return PMT_OK;
    }
    /* The highest index would, with the raw bit, be PMT_BLOCK_NONE. */
    if (raw->blocks.n >= PMT_RAW_MAX - 1)
        return PMT_E_LIMIT;
    if (!pmt_vec_reserve(&raw->blocks, raw->blocks.n + 1))
        return PMT_E_NOMEM;
    *index = (uint32_t)raw->blocks.n++;
    return PMT_OK;
}

enum pmt_status pmt_raw_add(struct pmt_raw *raw, uint64_t size_bytes, bool is_fallthrough,
                            uint32_t *index)
{
    enum pmt_status st = take_index(raw, index);

    if (st != PMT_OK)
        return st;
    size_bytes = capped(size_bytes);
    raw->blocks.at[*index] = size_bytes << 2 | (is_fallthrough ? FALLTHROUGH : 0) | LIVE;
    raw->n_live++;
    raw->n_added++;
    raw->n_fallthrough += is_fallthrough;
    add_bytes(raw, size_bytes);
    return PMT_OK;
}

void pmt_raw_drop(struct pmt_raw *raw, uint32_t index)
{
    uint64_t block = raw->blocks.at[index];

    pmt_assert(index < raw->blocks.n && (block & LIVE) != 0);
    raw->n_live--;
    raw->n_fallthrough -= (block & FALLTHROUGH) != 0;
    raw->live_bytes -= block >> 2;
    raw->blocks.at[index] = (uint64_t)raw->free_head << 2;
    raw->free_head = index;
}

void pmt_raw_resize(struct pmt_raw *raw, uint32_t index, uint64_t size_bytes)
{
    uint64_t block = raw->blocks.at[index];

    pmt_assert(index < raw->blocks.n && (block & LIVE) != 0);
    size_bytes = capped(size_bytes);
    raw->n_resized++;
    raw->live_bytes -= block >> 2;
    add_bytes(raw, size_bytes);
    raw->blocks.at[index] = size_bytes << 2 | (block & (FALLTHROUGH | LIVE));
}

/* Length of the free list, or more than the vector holds if it does not end. */
static uint64_t count_free(const struct pmt_raw *raw)
{
    uint64_t n = 0;

    for (uint32_t i = raw->free_head; i != PMT_RAW_NONE; n++) {
        if (i >= raw->blocks.n || (raw->blocks.at[i] & LIVE) || n > raw->blocks.n)
            return UINT64_MAX;
        i = (uint32_t)(raw->blocks.at[i] >> 2);
    }
    return n;
}

enum pmt_status pmt_raw_check(const struct pmt_raw *raw, struct pmt_error *err)
{
    uint64_t n_live = 0, n_fallthrough = 0, bytes = 0;

    for (size_t i = 0; i < raw->blocks.n; i++) {
        uint64_t block = raw->blocks.at[i];

        if ((block & LIVE) == 0)
            continue;
        n_live++;
        n_fallthrough += (block & FALLTHROUGH) != 0;
        bytes += block >> 2;
    }
    if (n_live != raw->n_live || n_fallthrough != raw->n_fallthrough)
        return pmt_error_set(err, PMT_E_INTERNAL,
                             "raw: %" PRIu64 " blocks counted, %" PRIu64 " found",
                             raw->n_live, n_live);
    if (bytes != raw->live_bytes || bytes > raw->peak_bytes)
        return pmt_error_set(err, PMT_E_INTERNAL,
                             "raw: %" PRIu64 " bytes counted, %" PRIu64 " found",
                             raw->live_bytes, bytes);
    if (count_free(raw) != raw->blocks.n - n_live)
        return pmt_error_set(err, PMT_E_INTERNAL, "raw: the free list is broken");
    return PMT_OK;
}
