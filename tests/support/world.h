/* world.h - a world of objects of a version, with its collector: for tests of src/object,
 * src/gc.
 *
 *     struct world w;
 *     if (!world_open(&w, "3.11.2"))
 *         return;
 *     list = pmt_list_new(w.o, NULL, 0);
 *     world_close(&w);      expects that nothing is left, neither object nor block
 */
#ifndef PMT_TESTS_WORLD_H
#define PMT_TESTS_WORLD_H

#include "gc/collection.h"
#include "object/objects.h"

struct world {
    struct pmt_heap *heap;
    struct pmt_shape shape;
    struct pmt_objects *o;
    struct pmt_collector *c;
    uint64_t n_first; /* objects alive at the start */
};

bool world_open(struct world *w, const char *version);
void world_close(struct world *w);

/* What the test has made by a name, gone again; 0 is allowed. */
void world_drop(struct world *w, pmt_obj *objects, size_t n);

/* [ ... [[]] ... ], n deep, and (x,). */
pmt_obj world_nested(struct world *w, unsigned n);
pmt_obj world_tuple_of(struct world *w, pmt_obj x);
/* x.name = value. */
bool world_set(struct world *w, pmt_obj x, const char *name, pmt_obj value);
/* class NAME: pass */
pmt_obj world_class(struct world *w, const char *name);

#endif
