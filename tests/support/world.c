/* world.c - a world of objects for a test; see world.h. */
#include "support/world.h"

#include <string.h>
#include "support/expect.h"

bool world_open(struct world *w, const char *version)
{
    struct pmt_config config;
    struct pmt_collector_options options = {.enabled = true};
    struct pmt_error err;

    memset(w, 0, sizeof *w);
    if (!EXPECT_STATUS(pmt_config_of_python(version, &config, &err), PMT_OK, &err))
        return false;
    pmt_shape_of(config.version, PMT_SHAPE_CPYTHON, &w->shape);
    memcpy(options.threshold, config.gc.threshold, sizeof options.threshold);
    options.late = config.gc.late;
    if (!EXPECT_STATUS(pmt_heap_new(&config.heap, &w->heap, &err), PMT_OK, &err) ||
        !EXPECT_STATUS(pmt_objects_new(w->heap, &w->shape, &w->o, &err), PMT_OK, &err) ||
        !EXPECT_STATUS(pmt_collector_new(w->o, &options, &w->c, &err), PMT_OK, &err))
        return false;
    w->n_first = pmt_objects_alive(w->o);
    return true;
}

void world_close(struct world *w)
{
    struct pmt_error err;

    (void)EXPECT_STATUS(pmt_objects_check(w->o, &err), PMT_OK, &err);
    (void)EXPECT_STATUS(pmt_heap_check(w->heap, &err), PMT_OK, &err);
    pmt_collector_free(w->c);
    (void)EXPECT_U64(pmt_objects_shutdown(w->o), 0);
    (void)EXPECT_U64(pmt_heap_blocks(w->heap), 0);
    pmt_objects_free(w->o);
    pmt_heap_free_all(w->heap);
}

void world_drop(struct world *w, pmt_obj *objects, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        pmt_decref(w->o, objects[i]);
        objects[i] = PMT_NO_OBJ;
    }
}

pmt_obj world_nested(struct world *w, unsigned n)
{
    pmt_obj x = pmt_list_new(w->o, NULL, 0);

    while (x && n--) {
        pmt_obj outer = pmt_list_new(w->o, &x, 1);

        pmt_decref(w->o, x);
        x = outer;
    }
    return x;
}

pmt_obj world_tuple_of(struct world *w, pmt_obj x)
{
    return pmt_tuple_new(w->o, &x, 1);
}

bool world_set(struct world *w, pmt_obj x, const char *name, pmt_obj value)
{
    pmt_obj key = pmt_name(w->o, name);
    bool ok = key && pmt_attr_set(w->o, x, key, value);

    pmt_decref(w->o, key);
    return ok;
}

pmt_obj world_class(struct world *w, const char *name)
{
    const struct pmt_class_spec spec = {.name = name};

    return pmt_class_new(w->o, &spec);
}
