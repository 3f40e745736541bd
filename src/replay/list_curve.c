/* list_curve.c - all lengths of a free list at once; why that is right: list_curve.h. */
#include "replay/list_curve.h"

#include <string.h>
#include "base/alloc.h"
#include "base/check.h"

static size_t n_words(const struct pmt_list_curve *c)
{
    return ((size_t)c->most + 63) / 64;
}

bool pmt_list_curve_init(struct pmt_list_curve *c, uint32_t most)
{
    pmt_assert(most > 0);
    *c = (struct pmt_list_curve){.most = most};
    c->differs = pmt_alloc_array(n_words(c), sizeof *c->differs);
    c->served_from = pmt_alloc_array(most, sizeof *c->served_from);
    if (!c->differs || !c->served_from) {
        pmt_list_curve_release(c);
        return false;
    }
    memset(c->served_from, 0, most * sizeof *c->served_from);
    pmt_list_curve_clear(c);
    return true;
}

void pmt_list_curve_release(struct pmt_list_curve *c)
{
    pmt_free(c->differs);
    pmt_free(c->served_from);
    *c = (struct pmt_list_curve){0};
}

/* The first bit that is set once all are flipped by `flip`; `most` or more: none is. */
static uint32_t first(const struct pmt_list_curve *c, uint64_t flip)
{
    for (size_t i = 0; i < n_words(c); i++)
        if (c->differs[i] != flip)
            return (uint32_t)(i * 64) + (uint32_t)__builtin_ctzll(c->differs[i] ^ flip);
    return c->most;
}

void pmt_list_curve_death(struct pmt_list_curve *c)
{
    uint32_t i = first(c, UINT64_MAX);

    if (i < c->most)
        c->differs[i / 64] |= UINT64_C(1) << i % 64;
}

void pmt_list_curve_birth(struct pmt_list_curve *c)
{
    uint32_t i = first(c, 0);

    c->n_births++;
    if (i >= c->most)
        return;
    c->differs[i / 64] &= ~(UINT64_C(1) << i % 64);
    c->served_from[i]++;
}

void pmt_list_curve_past(struct pmt_list_curve *c)
{
    c->n_births++;
}

void pmt_list_curve_clear(struct pmt_list_curve *c)
{
    memset(c->differs, 0, n_words(c) * sizeof *c->differs);
}

uint64_t pmt_list_curve_hits(const struct pmt_list_curve *c, uint32_t length)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < length && i < c->most; i++)
        n += c->served_from[i];
    return n;
}
