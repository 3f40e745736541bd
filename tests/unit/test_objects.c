/* test_objects.c - how objects come, are counted and die: free lists, cells, shared keys,
 * weak references, frames; deep structures; and nothing is left behind, whatever memory
 * runs out when. */
#include "base/alloc.h"
#include "support/expect.h"
#include "support/world.h"

static const char *const versions[] = {"2.5.0", "2.6.0", "2.7.18", "3.2.0", "3.5.0", "3.6.15",
                                       "3.8.18", "3.10.13", "3.11.2", "3.12.1", "3.13.0",
                                       "3.14.5"};
#define N_VERSIONS (sizeof versions / sizeof *versions)

static void test_counts_follow_references(void)
{
    struct world w;
    pmt_obj x, list;

    if (!world_open(&w, "3.11.2"))
        return;
    x = pmt_int_new(w.o, 1000);
    list = pmt_list_new(w.o, &x, 1);
    (void)EXPECT_U64(pmt_refcount(w.o, x), 2);
    (void)EXPECT(pmt_list_append(w.o, list, x));
    (void)EXPECT_U64(pmt_refcount(w.o, x), 3);
    pmt_decref(w.o, list);
    (void)EXPECT_U64(pmt_refcount(w.o, x), 1);
    pmt_decref(w.o, x);
    world_close(&w);
}

/* The block of a dead one is the next one's, as long as the list has room. */
static void test_a_list_object_comes_back(void)
{
    struct world w;
    pmt_obj lists[81];
    uint64_t last, before_last;

    if (!world_open(&w, "3.8.18"))
        return;
    for (unsigned i = 0; i < 81; i++)
        lists[i] = pmt_list_new(w.o, NULL, 0);
    (void)EXPECT_U64(pmt_collector_policy(w.c)->count[0], 81);
    before_last = pmt_id(w.o, lists[78]);
    last = pmt_id(w.o, lists[79]);
    world_drop(&w, lists, 81); /* the last does not fit */
    (void)EXPECT_U64(pmt_collector_policy(w.c)->count[0], 80);
    lists[0] = pmt_list_new(w.o, NULL, 0);
    lists[1] = pmt_list_new(w.o, NULL, 0);
    (void)EXPECT_U64(pmt_id(w.o, lists[0]), last);
    (void)EXPECT_U64(pmt_id(w.o, lists[1]), before_last);
    (void)EXPECT_U64(pmt_collector_policy(w.c)->count[0], 80);
    world_drop(&w, lists, 2);
    world_close(&w);
}

/* Up to 2.5 cells stay for good; from 2.6 on a full collection frees whole blocks. */
static void cells(const char *version, uint64_t blocks_left)
{
    struct world w;
    pmt_obj ints[100];
    uint64_t first;

    if (!world_open(&w, version))
        return;
    first = pmt_objects_blocks_freed(w.o);
    for (int i = 0; i < 100; i++)
        ints[i] = pmt_int_new(w.o, 1000 + i);
    world_drop(&w, ints, 100);
    (void)EXPECT_U64(pmt_objects_blocks_freed(w.o) - first, 0);
    (void)pmt_collector_collect(w.c, 2, PMT_GC_ASKED);
    (void)EXPECT(pmt_objects_blocks_freed(w.o) - first == blocks_left);
    world_close(&w);
}

static void test_ints_of_2_x_are_cells(void)
{
    cells("2.5.0", 0);
    cells("2.7.18", 2); /* 100 of 41 a block, the first of them shared with small ints */
}

static void test_deep_structures_die(void)
{
    for (size_t i = 0; i < N_VERSIONS; i++) {
        struct world w;

        if (!world_open(&w, versions[i]))
            return;
        pmt_collector_enable(w.c, false);
        pmt_decref(w.o, world_nested(&w, 100000));
        (void)EXPECT_U64(pmt_objects_alive(w.o), w.n_first);
        world_close(&w);
    }
}

/* The last list that the free list took, as 3.11's does: of 121 lists, one in another, 50 die
 * from the outermost on, then 49 of those that waited, of which 30 find room. */
static void test_deep_ones_wait_for_the_outermost(void)
{
    struct world w;
    uint64_t ids[121];
    pmt_obj x, outer;

    if (!world_open(&w, "3.11.2"))
        return;
    x = pmt_list_new(w.o, NULL, 0);
    ids[0] = pmt_id(w.o, x);
    for (int i = 1; i <= 120; i++) {
        outer = pmt_list_new(w.o, &x, 1);
        pmt_decref(w.o, x);
        x = outer;
        ids[i] = pmt_id(w.o, x);
    }
    pmt_decref(w.o, x);
    x = pmt_list_new(w.o, NULL, 0);
    (void)EXPECT_U64(pmt_id(w.o, x), ids[51]);
    pmt_decref(w.o, x);
    world_close(&w);
}

/* From 3.3 to 3.10 instances share keys as long as they come in one order. */
static void test_shared_keys_are_lost_by_order(void)
{
    struct world w;
    pmt_obj cls, a, b, one, dict;
    uint64_t split;

    if (!world_open(&w, "3.8.18"))
        return;
    cls = world_class(&w, "C");
    one = pmt_int_new(w.o, 1);
    a = pmt_instance_new(w.o, cls);
    b = pmt_instance_new(w.o, cls);
    (void)EXPECT(world_set(&w, a, "x", one) && world_set(&w, a, "y", one));
    (void)EXPECT(world_set(&w, b, "y", one));
    dict = pmt_attr_dict(w.o, a);
    split = pmt_sizeof(w.o, dict);
    pmt_decref(w.o, dict);
    dict = pmt_attr_dict(w.o, b);
    (void)EXPECT_U64(split, 104);                 /* sys.getsizeof() of 3.8 */
    (void)EXPECT_U64(pmt_sizeof(w.o, dict), 232);
    world_drop(&w, (pmt_obj[]){a, b, one, dict, cls}, 5);
    (void)EXPECT(pmt_collector_collect(w.c, 2, PMT_GC_ASKED) > 0);
    world_close(&w);
}

static unsigned n_called;

static void count_call(void *arg, pmt_obj weakref, pmt_obj callback)
{
    (void)arg;
    (void)weakref;
    (void)callback;
    n_called++;
}

static void test_weak_references_learn_of_the_death(void)
{
    struct world w;
    pmt_obj set, plain, again, told, referent;

    if (!world_open(&w, "3.11.2"))
        return;
    pmt_collector_set_callbacks(w.c, NULL, NULL, count_call);
    n_called = 0;
    set = pmt_set_new(w.o, false, NULL, 0);
    plain = pmt_weakref_new(w.o, set, PMT_NO_OBJ);
    again = pmt_weakref_new(w.o, set, PMT_NO_OBJ);
    told = pmt_weakref_new(w.o, set, plain); /* any object: the interpreter calls it */
    (void)EXPECT(plain == again && plain != told);
    (void)EXPECT_U64(pmt_weakref_count(w.o, set), 2);
    pmt_decref(w.o, set);
    (void)EXPECT(pmt_weakref_get(w.o, plain, &referent) && referent == PMT_NO_OBJ);
    (void)EXPECT_U64(n_called, 1);
    set = pmt_list_new(w.o, NULL, 0);
    (void)EXPECT_U64(pmt_weakref_new(w.o, set, PMT_NO_OBJ), PMT_NO_OBJ);
    (void)EXPECT_STR(pmt_error_text(w.o), "cannot create weak reference to 'list' object");
    world_drop(&w, (pmt_obj[]){set, plain, again, told}, 4);
    world_close(&w);
}

/* Up to 3.10 a code object keeps the memory of its last call. */
static void test_frames_stay_with_their_code(void)
{
    struct pmt_code_spec spec = {.name = "f", .n_locals = 2, .stack = 2};
    struct world w;
    pmt_obj code, frame;

    if (!world_open(&w, "3.10.13"))
        return;
    code = pmt_code_new(w.o, &spec);
    for (int i = 0; i < 3; i++) {
        frame = pmt_frame_enter(w.o, code);
        (void)EXPECT_U64(pmt_collector_policy(w.c)->count[0], 1);
        pmt_frame_leave(w.o, frame);
    }
    pmt_decref(w.o, code);
    (void)EXPECT_U64(pmt_collector_policy(w.c)->count[0], 0);
    world_close(&w);
}

/* -- memory that runs out -- */

/* Some of everything; false as soon as anything cannot be had. */
static bool make_some(struct world *w)
{
    pmt_obj x = pmt_int_new(w->o, 12345), y = x ? pmt_str_new(w->o, "some text", 9) : PMT_NO_OBJ;
    pmt_obj list = y ? pmt_list_new(w->o, &x, 1) : PMT_NO_OBJ;
    pmt_obj dict = list ? pmt_dict_new(w->o) : PMT_NO_OBJ;
    pmt_obj set = dict ? pmt_set_new(w->o, false, &y, 1) : PMT_NO_OBJ;
    pmt_obj cls = set ? world_class(w, "C") : PMT_NO_OBJ;
    pmt_obj it = cls ? pmt_instance_new(w->o, cls) : PMT_NO_OBJ;
    bool ok = it && world_set(w, it, "attr", list) && pmt_list_append(w->o, list, it);

    for (int i = 0; ok && i < 12; i++) {
        pmt_obj key = pmt_int_new(w->o, 1000 + i);

        ok = key && pmt_dict_set(w->o, dict, key, y) && pmt_set_add(w->o, set, key) &&
             pmt_list_append(w->o, list, key);
        pmt_decref(w->o, key);
    }
    world_drop(w, (pmt_obj[]){x, y, list, dict, set, cls, it}, 7);
    (void)pmt_collector_collect(w->c, 2, PMT_GC_ASKED);
    return ok;
}

static void test_memory_may_run_out_anywhere(void)
{
    bool done = false;

    for (int64_t n = 0; n < 2000 && !done; n++) {
        struct world w;
        struct pmt_error err;

        if (!world_open(&w, n & 1 ? "3.8.18" : "3.13.0"))
            return;
        pmt_alloc_fail_at(n, 0);
        done = make_some(&w);
        pmt_alloc_fail_at(-1, 0);
        (void)EXPECT(done || pmt_error_kind(w.o) == PMT_EXC_MEMORY);
        (void)EXPECT_STATUS(pmt_heap_check(w.heap, &err), PMT_OK, &err);
        pmt_collector_free(w.c);
        pmt_objects_free(w.o);
        pmt_heap_free_all(w.heap);
    }
    (void)EXPECT(done);
}

SUITE(objects, TEST(test_counts_follow_references), TEST(test_a_list_object_comes_back),
      TEST(test_ints_of_2_x_are_cells), TEST(test_deep_structures_die),
      TEST(test_deep_ones_wait_for_the_outermost),
      TEST(test_shared_keys_are_lost_by_order), TEST(test_weak_references_learn_of_the_death),
      TEST(test_frames_stay_with_their_code), TEST(test_memory_may_run_out_anywhere))
