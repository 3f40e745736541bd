/* test_collection.c - a collection on real references: what it finds, what it leaves, what
 * finalizers and weak references make of it in each version. */
#include "support/expect.h"
#include "support/world.h"

/* a.other = b, b.other = a; both names gone. */
static void drop_pair(struct world *w, pmt_obj cls)
{
    pmt_obj a = pmt_instance_new(w->o, cls), b = pmt_instance_new(w->o, cls);

    (void)EXPECT(a && b && world_set(w, a, "other", b) && world_set(w, b, "other", a));
    world_drop(w, (pmt_obj[]){a, b}, 2);
}

static void found(const char *version, uint64_t want)
{
    struct world w;
    pmt_obj cls;

    if (!world_open(&w, version))
        return;
    cls = world_class(&w, "Person");
    drop_pair(&w, cls);
    (void)EXPECT_U64(pmt_collector_collect(w.c, 2, PMT_GC_ASKED), want);
    (void)EXPECT_U64(pmt_count_class(w.o, cls), 0);
    pmt_decref(w.o, cls);
    (void)pmt_collector_collect(w.c, 2, PMT_GC_ASKED);
    world_close(&w);
}

/* gc.collect() of the interpreters: with their dicts where they have some. */
static void test_a_pair_is_found(void)
{
    found("2.7.18", 4);
    found("3.8.18", 4);
    found("3.10.13", 4);
    found("3.11.2", 2);
    found("3.13.0", 2);
}

static void test_what_is_held_stays(void)
{
    struct world w;
    pmt_obj list, tuple;

    if (!world_open(&w, "3.11.2"))
        return;
    list = pmt_list_new(w.o, NULL, 0);
    tuple = world_tuple_of(&w, list);
    (void)EXPECT(pmt_list_append(w.o, list, tuple));
    pmt_decref(w.o, list);
    (void)EXPECT_U64(pmt_collector_collect(w.c, 2, PMT_GC_ASKED), 0);
    (void)EXPECT_U64(pmt_generation_of(w.o, tuple), 2);
    pmt_decref(w.o, tuple);
    (void)EXPECT_U64(pmt_collector_collect(w.c, 1, PMT_GC_ASKED), 0); /* too old for it */
    (void)EXPECT_U64(pmt_collector_collect(w.c, 2, PMT_GC_ASKED), 2);
    world_close(&w);
}

static void test_tuples_of_atoms_are_untracked(void)
{
    struct world w;
    pmt_obj one, inner, outer;

    if (!world_open(&w, "3.8.18"))
        return;
    one = pmt_int_new(w.o, 1);
    inner = world_tuple_of(&w, one);
    outer = world_tuple_of(&w, inner);
    (void)EXPECT(pmt_is_tracked(w.o, inner) && pmt_is_tracked(w.o, outer));
    (void)pmt_collector_collect(w.c, 0, PMT_GC_ASKED);
    (void)EXPECT(!pmt_is_tracked(w.o, inner) && !pmt_is_tracked(w.o, outer));
    world_drop(&w, (pmt_obj[]){one, inner, outer}, 3);
    world_close(&w);
}

/* -- finalizers -- */

static struct world *world;
static pmt_obj saved;
static unsigned n_finalized;

static void save_first(void *arg, pmt_obj x)
{
    (void)arg;
    if (n_finalized++ == 0) {
        pmt_incref(world->o, x);
        saved = x;
    }
}

static pmt_obj class_with_del(struct world *w)
{
    pmt_obj cls = world_class(w, "C"), none = pmt_none(w->o);

    (void)EXPECT(world_set(w, cls, "__del__", none));
    pmt_decref(w->o, none);
    return cls;
}

/* Two pairs; __del__ brings one object of the first pair back. */
static void resurrect(const char *version, uint64_t found_first, uint64_t found_then)
{
    struct world w;
    pmt_obj cls;

    if (!world_open(&w, version))
        return;
    world = &w;
    n_finalized = 0;
    saved = PMT_NO_OBJ;
    pmt_collector_set_callbacks(w.c, NULL, save_first, NULL);
    cls = class_with_del(&w);
    drop_pair(&w, cls);
    drop_pair(&w, cls);
    (void)EXPECT_U64(pmt_collector_collect(w.c, 2, PMT_GC_ASKED), found_first);
    (void)EXPECT_U64(n_finalized, 4);
    pmt_decref(w.o, saved);
    (void)EXPECT_U64(pmt_collector_collect(w.c, 2, PMT_GC_ASKED), found_then);
    (void)EXPECT_U64(n_finalized, 4); /* once in a life */
    pmt_decref(w.o, cls);
    (void)pmt_collector_collect(w.c, 2, PMT_GC_ASKED);
    world_close(&w);
}

static void test_resurrection(void)
{
    resurrect("3.6.15", 8, 8); /* all come back, though counted as found */
    resurrect("3.8.18", 0, 8); /* no longer counted */
    resurrect("3.10.13", 4, 4);
    resurrect("3.11.2", 2, 2);
}

/* Up to 3.3 they stay, in gc.garbage, with all that they refer to. */
static void test_finalizers_were_uncollectable(void)
{
    struct world w;
    pmt_obj cls;

    if (!world_open(&w, "2.7.18"))
        return;
    cls = class_with_del(&w);
    drop_pair(&w, cls);
    (void)EXPECT_U64(pmt_collector_collect(w.c, 2, PMT_GC_ASKED), 4);
    (void)EXPECT_U64(pmt_collector_last(w.c)->collected, 0);
    (void)EXPECT_U64(pmt_collector_last(w.c)->uncollectable, 4);
    (void)EXPECT_U64(pmt_collector_n_garbage(w.c), 2);
    (void)EXPECT_U64(pmt_count_class(w.o, cls), 2);
    pmt_decref(w.o, cls);
    pmt_collector_free(w.c); /* what it keeps is left for good */
    pmt_objects_free(w.o);
    pmt_heap_free_all(w.heap);
}

/* keep.append([None]) again and again: the series of the interpreters. */
static void golden(const char *version, uint64_t young, uint64_t middle, uint64_t full)
{
    struct world w;
    pmt_obj keep, none;

    if (!world_open(&w, version))
        return;
    none = pmt_none(w.o);
    keep = pmt_list_new(w.o, NULL, 0);
    (void)pmt_collector_collect(w.c, 2, PMT_GC_ASKED);
    pmt_collector_freeze(w.c);
    for (int i = 0; i < 1000000; i++) {
        pmt_obj x = pmt_list_new(w.o, &none, 1);

        (void)pmt_list_append(w.o, keep, x);
        pmt_decref(w.o, x);
        pmt_collector_check(w.c);
    }
    (void)EXPECT_U64(pmt_collector_totals(w.c, 0).collections, young);
    (void)EXPECT_U64(pmt_collector_totals(w.c, 1).collections, middle);
    (void)EXPECT_U64(pmt_collector_totals(w.c, 2).collections, full + 1);
    world_drop(&w, (pmt_obj[]){keep, none}, 2);
    world_close(&w);
}

static void test_golden_series(void)
{
    golden("3.11.2", 1300, 118, 8);
    golden("3.12.1", 1300, 118, 8);
    golden("3.13.0", 455, 41, 3);
}

SUITE(collection, TEST(test_a_pair_is_found), TEST(test_what_is_held_stays),
      TEST(test_tuples_of_atoms_are_untracked), TEST(test_resurrection),
      TEST(test_finalizers_were_uncollectable), TEST(test_golden_series))
