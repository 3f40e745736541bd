/* layout.c - the rules a heap configuration must keep, and what follows from it.
 *
 * Each rule protects something the model (and the allocator it models) takes for
 * granted; the first one that does not hold is reported. */
#include "heap/layout.h"

#include <inttypes.h>
#include "base/check.h"

static bool is_pow2(uint64_t v)
{
    return v != 0 && (v & (v - 1)) == 0;
}

static uint32_t log2_of(uint64_t pow2)
{
    uint32_t n = 0;

    pmt_assert(is_pow2(pow2));
    while (pow2 >>= 1)
        n++;
    return n;
}

static uint32_t bits_for(uint32_t n_values)
{
    uint32_t bits = 0;

    while ((UINT32_C(1) << bits) < n_values)
        bits++;
    return bits;
}

static enum pmt_status check_arena(const struct pmt_heap_config *c, struct pmt_error *err)
{
    if (!is_pow2(c->arena_bytes) || c->arena_bytes < PMT_ARENA_MIN_BYTES ||
        c->arena_bytes > PMT_ARENA_MAX_BYTES)
        return pmt_error_set(err, PMT_E_USAGE,
                             "arena=%" PRIu64 ": must be a power of two up to 1G",
                             c->arena_bytes);
    if (!is_pow2(c->pool_bytes) || c->pool_bytes < PMT_POOL_MIN_BYTES ||
        c->pool_bytes > PMT_POOL_MAX_BYTES)
        return pmt_error_set(err, PMT_E_USAGE,
                             "pool=%" PRIu32 ": must be a power of two from 256 to 256K",
                             c->pool_bytes);
    if (c->arena_bytes / c->pool_bytes < PMT_MIN_POOLS_PER_ARENA)
        return pmt_error_set(err, PMT_E_USAGE,
                             "pool=%" PRIu32 ": at most a quarter of an arena (%" PRIu64
                             " of arena=%" PRIu64 "); take a smaller pool or a larger arena",
                             c->pool_bytes, c->arena_bytes / 4, c->arena_bytes);
    if (c->arena_limit_bytes != 0 && c->arena_limit_bytes < c->arena_bytes)
        return pmt_error_set(err, PMT_E_USAGE,
                             "arena-limit=%" PRIu64 ": at least one arena (%" PRIu64
                             "), or none",
                             c->arena_limit_bytes, c->arena_bytes);
    return PMT_OK;
}

static enum pmt_status check_blocks(const struct pmt_heap_config *c, struct pmt_error *err)
{
    uint32_t largest;

    if (c->align_bytes != 8 && c->align_bytes != 16)
        return pmt_error_set(err, PMT_E_USAGE, "align=%" PRIu32 ": must be 8 or 16",
                             c->align_bytes);
    if (c->pool_header_bytes % c->align_bytes != 0 || c->pool_header_bytes > c->pool_bytes / 2)
        return pmt_error_set(err, PMT_E_USAGE,
                             "a pool header of %" PRIu32 " bytes does not fit align=%" PRIu32,
                             c->pool_header_bytes, c->align_bytes);
    /* Two blocks to a pool: a pool that was full is never empty after one free,
     * nor a fresh one full after one allocation. */
    largest = (c->pool_bytes - c->pool_header_bytes) / 2 / c->align_bytes * c->align_bytes;
    if (largest > PMT_SMALL_MAX_BYTES)
        largest = PMT_SMALL_MAX_BYTES;
    if (c->small_limit_bytes == 0 || c->small_limit_bytes % c->align_bytes != 0 ||
        c->small_limit_bytes > largest)
        return pmt_error_set(err, PMT_E_USAGE,
                             "small=%" PRIu32 ": must be a multiple of align=%" PRIu32
                             " up to %" PRIu32 " with pool=%" PRIu32
                             " (a pool holds two blocks at least)",
                             c->small_limit_bytes, c->align_bytes, largest, c->pool_bytes);
    return PMT_OK;
}

enum pmt_status pmt_layout_init(struct pmt_layout *out, const struct pmt_heap_config *config,
                                struct pmt_error *err)
{
    enum pmt_status st = check_arena(config, err);

    if (st == PMT_OK)
        st = check_blocks(config, err);
    if (st != PMT_OK || !out)
        return st;
    out->arena_bytes = config->arena_bytes;
    out->max_arenas = config->arena_limit_bytes
                          ? config->arena_limit_bytes / config->arena_bytes
                          : UINT64_MAX;
    out->pool_bytes = config->pool_bytes;
    out->header_bytes = config->pool_header_bytes;
    out->pools_per_arena = (uint32_t)(config->arena_bytes / config->pool_bytes);
    out->pools_shift = log2_of(out->pools_per_arena);
    out->n_classes = config->small_limit_bytes / config->align_bytes;
    out->align_shift = log2_of(config->align_bytes);
    out->block_bits = bits_for(pmt_layout_n_blocks(out, 0));
    out->max_pools = UINT32_C(1) << (31 - out->block_bits);
    out->base = config->arena_base;
    out->keep_empty_arena = config->keep_empty_arena;
    pmt_assert(pmt_layout_n_blocks(out, out->n_classes - 1) >= 2);
    return PMT_OK;
}
