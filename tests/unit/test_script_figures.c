/* test_script_figures.c - what a world of objects holds, as rows of a result. */
#include <string.h>
#include "base/alloc.h"
#include "object/inventory.h"
#include "replay/script_figures.h"
#include "support/expect.h"

struct world {
    struct pmt_heap *heap;
    struct pmt_shape shape;
    struct pmt_objects *objects;
    struct pmt_type_count before;
};

static void world_new(struct world *w)
{
    struct pmt_config config;

    memset(w, 0, sizeof *w);
    EXPECT_STATUS(pmt_config_parse("cpython-3.8", NULL, &config, NULL), PMT_OK, NULL);
    pmt_shape_of(config.version, PMT_SHAPE_CPYTHON, &w->shape);
    EXPECT_STATUS(pmt_heap_new(&config.heap, &w->heap, NULL), PMT_OK, NULL);
    EXPECT_STATUS(pmt_objects_new(w->heap, &w->shape, &w->objects, NULL), PMT_OK, NULL);
    EXPECT(pmt_type_count_take(w->objects, &w->before));
}

static void world_free(struct world *w)
{
    pmt_type_count_release(&w->before);
    pmt_objects_free(w->objects);
    pmt_heap_free_all(w->heap);
}

static const struct pmt_type_row *type_of(const struct pmt_result *r, const char *name)
{
    for (size_t i = 0; i < r->n_types; i++)
        if (strcmp(r->types[i].name, name) == 0)
            return &r->types[i];
    return NULL;
}

static const struct pmt_free_list_row *list_of(const struct pmt_result *r, const char *type,
                                               uint32_t items)
{
    for (size_t i = 0; i < r->n_free_lists; i++)
        if (strcmp(r->free_lists[i].type, type) == 0 && r->free_lists[i].items == items)
            return &r->free_lists[i];
    return NULL;
}

/* Three lists of one float, one of which dies; a tuple of two that dies, and another. */
static void act(struct pmt_objects *o, pmt_obj *kept)
{
    pmt_obj x = pmt_float_new(o, 1.5), pair[2] = {x, x}, gone;

    for (int i = 0; i < 2; i++)
        kept[i] = pmt_list_new(o, &x, 1);
    gone = pmt_list_new(o, &x, 1);
    pmt_decref(o, gone);
    gone = pmt_tuple_new(o, pair, 2);
    pmt_decref(o, gone);
    kept[2] = pmt_tuple_new(o, pair, 2);
    kept[3] = x;
}

static void test_script_figures_are_those_of_the_world(void)
{
    struct pmt_result r = {.partial = NULL};
    const struct pmt_free_list_row *list;
    struct world w;
    pmt_obj kept[4];
    uint64_t bytes = 0;

    world_new(&w);
    act(w.objects, kept);
    EXPECT(pmt_script_figures(w.objects, &w.before, &r));
    EXPECT_U64(r.n_types, 3);
    if (EXPECT(type_of(&r, "list") && type_of(&r, "tuple") && type_of(&r, "float"))) {
        EXPECT_U64(type_of(&r, "list")->survivors, 2);
        EXPECT_U64(type_of(&r, "list")->survivor_bytes,
                   2 * pmt_block_bytes_of(w.objects, kept[0]));
        EXPECT_U64(type_of(&r, "tuple")->survivors, 1);
        EXPECT_U64(type_of(&r, "float")->survivors, 1);
    }
    list = list_of(&r, "list", 0);
    if (EXPECT(list != NULL)) {
        EXPECT_U64(list->max, 80);
        EXPECT_U64(list->held, 1);
        EXPECT_U64(list->pushes, 1);
        EXPECT_U64(list->misses, 3);
    }
    list = list_of(&r, "tuple", 2);
    if (EXPECT(list != NULL)) {
        EXPECT_U64(list->max, 2000);
        EXPECT_U64(list->hits, 1);
        EXPECT_U64(list->pushes, 1);
        EXPECT_U64(list->held, 0);
    }
    EXPECT(r.metrics.freelist_hits >= 1 && r.metrics.freelist_misses >= 5);
    EXPECT_U64(r.n_regions, PMT_N_REGIONS);
    EXPECT_STR(r.regions[0].name, "heap");
    for (pmt_obj x = PMT_NO_OBJ; (x = pmt_objects_next(w.objects, x)) != PMT_NO_OBJ;)
        bytes += pmt_region_of(w.objects, x) == PMT_REGION_HEAP;
    EXPECT_U64(r.regions[0].objects, bytes);
    pmt_result_release(&r);
    for (int i = 0; i < 4; i++)
        pmt_decref(w.objects, kept[i]);
    EXPECT(pmt_script_figures(w.objects, &w.before, &r));
    EXPECT_U64(r.n_types, 0);
    pmt_result_release(&r);
    world_free(&w);
}

static void test_script_figures_without_memory(void)
{
    struct world w;
    pmt_obj kept[4];
    bool good = false;

    world_new(&w);
    act(w.objects, kept);
    for (int64_t fail = 0; !good && fail < 100; fail++) {
        int64_t live = pmt_alloc_live();
        struct pmt_result r = {.partial = NULL};

        pmt_alloc_fail_at(fail, 1);
        good = pmt_script_figures(w.objects, &w.before, &r);
        pmt_alloc_fail_at(-1, 0);
        pmt_result_release(&r);
        EXPECT_I64(pmt_alloc_live(), live);
    }
    EXPECT(good);
    world_free(&w);
}

SUITE(script_figures, TEST(test_script_figures_are_those_of_the_world),
      TEST(test_script_figures_without_memory))
