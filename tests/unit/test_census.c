/* test_census.c - how many objects each generation holds, beside a model that keeps a
 * list: every object with the generation it is in, moved one by one. */
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "gc/census.h"
#include "support/builder.h"
#include "support/expect.h"

#define N_SLOTS 500u
#define OLDEST  (PMT_GENERATIONS - 1)

/* The model: an object by slot. */
struct naive {
    struct { bool live, tracked; int place; } at[N_SLOTS];
};

static uint64_t naive_count(const struct naive *m, int place)
{
    uint64_t n = 0;

    for (uint32_t i = 0; i < N_SLOTS; i++)
        n += m->at[i].live && m->at[i].tracked && m->at[i].place == place;
    return n;
}

/* From `from` and younger to `to`. */
static void naive_move(struct naive *m, int from, int to)
{
    for (uint32_t i = 0; i < N_SLOTS; i++)
        if (m->at[i].live && m->at[i].place <= from)
            m->at[i].place = to;
}

static void expect_same(const struct pmt_census *c, const struct naive *m, const char *when)
{
    bool same = true;

    for (int g = 0; g <= PMT_PERMANENT; g++)
        same &= c->n[g] == naive_count(m, g);
    for (uint32_t i = 0; i < N_SLOTS; i++)
        if (m->at[i].live)
            same &= pmt_census_place(c, c->birth.at[i]) == m->at[i].place &&
                    (c->birth.at[i] & 1) == m->at[i].tracked;
    if (!same)
        EXPECT_STR(when, "as the list has it");
}

static void birth(struct pmt_census *c, struct naive *m, uint32_t slot)
{
    m->at[slot].live = m->at[slot].tracked = true;
    m->at[slot].place = 0;
    EXPECT(pmt_census_add(c, slot));
}

static void death(struct pmt_census *c, struct naive *m, uint32_t slot)
{
    m->at[slot].live = false;
    EXPECT_U64(pmt_census_drop(c, slot) & 1, m->at[slot].tracked);
}

static void collect(struct pmt_census *c, struct naive *m, unsigned generation)
{
    uint64_t in_it = 0;

    for (unsigned g = 0; g <= generation; g++)
        in_it += naive_count(m, (int)g);
    EXPECT_U64(pmt_census_visited(c, generation), in_it);
    EXPECT_U64(pmt_census_collected(c, generation), in_it);
    naive_move(m, (int)generation, generation < OLDEST ? (int)generation + 1 : OLDEST);
}

/* The permanent generation keeps what it has; all of it comes back at once. */
static void freeze(struct pmt_census *c, struct naive *m, bool on)
{
    if (on) {
        pmt_census_freeze(c);
        naive_move(m, OLDEST, PMT_PERMANENT);
        return;
    }
    pmt_census_unfreeze(c);
    for (uint32_t i = 0; i < N_SLOTS; i++)
        if (m->at[i].live && m->at[i].place == PMT_PERMANENT)
            m->at[i].place = OLDEST;
}

static const char *step(struct pmt_census *c, struct naive *m, uint64_t *seed)
{
    uint32_t slot = (uint32_t)(builder_random(seed) % N_SLOTS);
    uint64_t dice = builder_random(seed) % 1000;

    if (dice < 30) {
        collect(c, m, dice < 20 ? 0 : dice < 27 ? 1 : 2);
        return "after a collection";
    }
    if (dice < 34) {
        freeze(c, m, dice < 32);
        return "after a freeze or its end";
    }
    if (dice < 200) {
        if (m->at[slot].live && m->at[slot].tracked) {
            pmt_census_untrack(c, slot);
            m->at[slot].tracked = false;
        }
        return "after an untrack";
    }
    if (m->at[slot].live)
        death(c, m, slot);
    else
        birth(c, m, slot);
    return "after a birth or a death";
}

static void test_census_is_the_list(void)
{
    for (uint64_t seed = 1; seed <= 20; seed++) {
        uint64_t state = seed * 77;
        struct pmt_census c = {.n_collections = 0};
        struct naive m;

        memset(&m, 0, sizeof m);
        for (int i = 0; i < 3000; i++)
            expect_same(&c, &m, step(&c, &m, &state));
        pmt_census_release(&c);
    }
}

/* What is kept beyond its slot's life: by its birth word, wherever it has got to. */
static void test_census_forget_by_birth(void)
{
    struct pmt_census c = {.n_collections = 0};
    uint32_t first;

    EXPECT(pmt_census_add(&c, 7));
    first = c.birth.at[7];
    (void)pmt_census_collected(&c, 0);
    EXPECT(pmt_census_add(&c, 7)); /* the slot has another object now */
    EXPECT_U64(c.n[0], 1);
    EXPECT_U64(c.n[1], 1);
    (void)pmt_census_collected(&c, 1);
    EXPECT_U64(c.n[2], 2);
    pmt_census_forget(&c, first);
    EXPECT_U64(c.n[2], 1);
    pmt_census_forget(&c, first & ~UINT32_C(1)); /* an untracked one counts nowhere */
    EXPECT_U64(c.n[2], 1);
    pmt_census_release(&c);
}

static void test_census_untrack_once(void)
{
    struct pmt_census c = {.n_collections = 0};

    EXPECT(pmt_census_add(&c, 0));
    pmt_census_untrack(&c, 0);
    pmt_census_untrack(&c, 0);
    pmt_census_untrack(&c, 1000); /* a slot that never was one's */
    EXPECT_U64(c.n[0], 0);
    EXPECT_U64(pmt_census_drop(&c, 0) & 1, 0);
    EXPECT_U64(c.n[0], 0);
    pmt_census_release(&c);
}

static void test_census_no_memory(void)
{
    struct pmt_census c = {.n_collections = 0};

    pmt_alloc_fail_at(0, 1);
    EXPECT(!pmt_census_add(&c, 3));
    pmt_alloc_fail_at(-1, 0);
    EXPECT_U64(c.n[0], 0);
    EXPECT(pmt_census_add(&c, 3));
    EXPECT_U64(c.n[0], 1);
    pmt_census_release(&c);
}

SUITE(census, TEST(test_census_is_the_list), TEST(test_census_forget_by_birth),
      TEST(test_census_untrack_once), TEST(test_census_no_memory))
