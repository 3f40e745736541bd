/* test_garbage_graph.c - references within garbage: between which types, how many, and
 * which are left out. */
#include <stdio.h>
#include <string.h>
#include "base/alloc.h"
#include "replay/garbage_graph.h"
#include "support/builder.h"
#include "support/expect.h"
#include "support/event_play.h"

#define NODE 3u
#define LIST 5u
#define DICT 8u

/* "3>5:2 5>3:1" */
static const char *pairs_of(const struct pmt_result *r)
{
    static char text[512];
    size_t n = 0;

    text[0] = '\0';
    for (size_t i = 0; i < r->n_garbage_references && n < sizeof text; i++)
        n += (size_t)snprintf(text + n, sizeof text - n, "%s%u>%u:%u", i ? " " : "",
                              r->garbage_references[i].from, r->garbage_references[i].to,
                              (unsigned)r->garbage_references[i].count);
    return text;
}

/* A node and its list, which hold each other: the type of the list is told last. */
static void tell_cycle(struct play *p, uint32_t slot)
{
    play_look(p, 2);
    play_garbage(p, slot, NODE, true);
    play_refers(p, slot + 1);
    play_garbage(p, slot + 1, LIST, false);
    play_refers(p, slot);
    play_refers(p, slot);
}

static void expect_cycles(const char *spec, const char *want)
{
    struct play p;

    play_open(&p, false, spec);
    play_thresholds(&p, 1000, 10, 10);
    play_objects(&p, 0, 6);
    tell_cycle(&p, 0);
    play_collection(&p, 4 + 2, 0, 2);
    tell_cycle(&p, 2); /* nothing comes after it */
    EXPECT_STR(pairs_of(play_end(&p)), want);
    play_close(&p);
}

/* ... whatever is replayed. */
static void test_garbage_graph_counts_by_types(void)
{
    expect_cycles("", "5>3:4 3>5:2");
    expect_cycles("gc=off", "5>3:4 3>5:2");
    expect_cycles("gc=1,1,1 gc.calls=ignore", "5>3:4 3>5:2");
}

/* Slots are used again: a reference is one to what its own look has found. */
static void test_garbage_graph_knows_types_of_its_own_look(void)
{
    struct play p;

    play_open(&p, false, "");
    play_thresholds(&p, 1000, 10, 10);
    play_objects(&p, 0, 6);
    tell_cycle(&p, 0);
    play_collection(&p, 4 + 2, 0, 2);
    play_objects(&p, 0, 2);
    play_look(&p, 2);
    play_garbage(&p, 1, DICT, true);
    play_refers(&p, 0);
    play_garbage(&p, 0, NODE, false);
    play_refers(&p, 1);
    EXPECT_STR(pairs_of(play_end(&p)), "5>3:2 3>5:1 3>8:1 8>3:1");
    play_close(&p);
}

/* A group may begin with when it was touched: what it tells is still awaited. */
static void test_garbage_graph_across_groups_and_looks(void)
{
    struct play p;

    play_open(&p, false, "");
    play_thresholds(&p, 1000, 10, 10);
    play_objects(&p, 0, 6);
    play_look(&p, 2);
    play_garbage(&p, 0, NODE, true);
    play_refers(&p, 1); /* of the next group */
    play_refers(&p, 0); /* itself */
    play_put(&p, PMT_OP_GC_TOUCHED, 0, 0, 1);
    play_garbage(&p, 1, LIST, true);
    play_refers(&p, 5); /* which nobody tells in this look */
    play_look(&p, 2);
    play_garbage(&p, 0, NODE, true); /* the holder, again: it has been counted */
    play_refers(&p, 5);
    play_garbage(&p, 5, DICT, false);
    play_refers(&p, 0); /* told in an earlier one */
    EXPECT_STR(pairs_of(play_end(&p)), "3>3:1 3>5:1 8>3:1");
    play_close(&p);
}

/* No collector object, no garbage, no reference; and what dies as the interpreter goes down
 * is no garbage. */
static void test_garbage_graph_leaves_out(void)
{
    const struct pmt_oracle end = {.blocks = -1, .when = "end"};
    struct play p;

    play_open(&p, false, "");
    play_thresholds(&p, 1000, 10, 10);
    play_objects(&p, 0, 6);
    play_make(&p, PMT_OP_ALLOC_MEM, 6, 64);
    play_look(&p, 2);
    play_refers(&p, 0); /* of nothing */
    play_garbage(&p, 0, NODE, true);
    play_garbage(&p, 6, LIST, false); /* no collector object */
    play_refers(&p, 0);
    play_garbage(&p, 1, LIST, false);
    play_refers(&p, 6);
    play_refers(&p, 0);
    play_refers(&p, MOST_SLOTS);
    play_garbage(&p, 3, LIST, false);
    play_refers(&p, 2); /* which is not told */
    EXPECT_STATUS(pmt_replay_oracle(p.r, &end, NULL), PMT_OK, NULL);
    play_look(&p, 2);
    play_garbage(&p, 2, NODE, true);
    play_refers(&p, 0);
    EXPECT_STR(pairs_of(play_end(&p)), "5>3:1");
    play_close(&p);
}

static void test_garbage_graph_nothing_told(void)
{
    struct play p;

    play_open(&p, false, "");
    play_objects(&p, 0, 2);
    EXPECT_U64(play_end(&p)->n_garbage_references, 0);
    EXPECT(p.result.garbage_references == NULL);
    play_close(&p);
}

#define TYPES 30u /* one object of each, in the slot of the same number */

static void tell_types(struct pmt_type_stats *types)
{
    for (uint32_t i = 0; i < TYPES; i++)
        (void)pmt_type_stats_told(types, i, i, 0, 64, false);
}

/* References of any object to any other, counted in two ways. */
static void test_garbage_graph_many_pairs(void)
{
    static uint64_t want[TYPES][TYPES];
    struct pmt_garbage_graph g = {0};
    struct pmt_type_stats types = {0};
    struct pmt_result r = {0};
    int64_t live = pmt_alloc_live();
    uint64_t seed = 5, total = 0;

    memset(want, 0, sizeof want);
    tell_types(&types);
    for (int i = 0; i < 5000; i++) {
        uint32_t from = (uint32_t)(builder_random(&seed) % TYPES);
        uint32_t to = (uint32_t)(builder_random(&seed) % TYPES);

        g.owner = from + 1;
        pmt_garbage_graph_refers(&g, to);
        want[from][to]++;
        if (i % 700 == 0)
            pmt_garbage_graph_settle(&g, &types);
    }
    pmt_garbage_graph_finish(&g, &types, &r);
    for (size_t i = 0; i < r.n_garbage_references; i++) {
        const struct pmt_garbage_reference *one = &r.garbage_references[i], *before = one - 1;

        EXPECT_U64(one->count, want[one->from][one->to]);
        EXPECT(i == 0 || before->count > one->count ||
               (before->count == one->count &&
                before->from * TYPES + before->to < one->from * TYPES + one->to));
        total += one->count;
    }
    EXPECT_U64(total, 5000);
    pmt_result_release(&r);
    pmt_garbage_graph_release(&g);
    pmt_type_stats_release(&types);
    EXPECT_I64(pmt_alloc_live(), live);
}

/* All references or none. */
static void test_garbage_graph_out_of_memory(void)
{
    int64_t live = pmt_alloc_live();
    size_t n_all = 0;

    for (int64_t fail = 0; fail < 100 && !n_all; fail++) {
        struct pmt_garbage_graph g = {0};
        struct pmt_type_stats types = {0};
        struct pmt_result r = {0};

        pmt_alloc_fail_at(fail, 0);
        tell_types(&types);
        for (uint32_t i = 0; i < TYPES * TYPES; i++) {
            g.owner = i / TYPES + 1;
            pmt_garbage_graph_refers(&g, i % TYPES);
        }
        pmt_garbage_graph_finish(&g, &types, &r);
        pmt_alloc_fail_at(-1, 0);
        n_all = r.n_garbage_references;
        EXPECT(n_all == 0 || n_all == TYPES * TYPES);
        EXPECT(n_all == 0 || fail > 5);
        pmt_result_release(&r);
        pmt_garbage_graph_release(&g);
        pmt_type_stats_release(&types);
    }
    EXPECT(n_all > 0);
    EXPECT_I64(pmt_alloc_live(), live);
}

SUITE(garbage_graph, TEST(test_garbage_graph_counts_by_types),
      TEST(test_garbage_graph_knows_types_of_its_own_look),
      TEST(test_garbage_graph_across_groups_and_looks), TEST(test_garbage_graph_leaves_out),
      TEST(test_garbage_graph_nothing_told), TEST(test_garbage_graph_many_pairs),
      TEST(test_garbage_graph_out_of_memory))
