/* copies.h - what the ways to copy share (row B12 of the notes). For src/object. */
#ifndef PMT_OBJECT_COPIES_H
#define PMT_OBJECT_COPIES_H

#include "object/memo.h"
#include "object/objects.h"
#include "object/raise.h"

/* A copy under way, deep or through bytes. */
struct pmt_copier {
    struct pmt_objects *o;
    struct pmt_memo memo;
    unsigned depth;            /* calls of the interpreter that stand on its stack */
    enum pmt_raise_id too_deep;
};

/* How the parts of x are copied: a new reference, PMT_NO_OBJ: raised. */
typedef pmt_obj pmt_copy_fn(struct pmt_copier *c, pmt_obj x);

/* One more copy within the others, `calls` deeper; false: RuntimeError. _leave takes it back. */
bool pmt_copier_enter(struct pmt_copier *c, unsigned calls);
void pmt_copier_leave(struct pmt_copier *c, unsigned calls);
/* The copy that x has already, a new reference; PMT_NO_OBJ, no error: none yet. */
pmt_obj pmt_copier_known(struct pmt_copier *c, pmt_obj x);
/* Note a copy, the caller's, and return it; it is dropped if that fails. y 0: nothing. */
pmt_obj pmt_copier_note(struct pmt_copier *c, pmt_obj x, pmt_obj y);
/* Copies of items first ... n - 1 of a list or tuple, or of the members of a set, put into
 * *out. */
bool pmt_copy_items(struct pmt_copier *c, pmt_obj x, pmt_copy_fn *part,
                    struct pmt_obj_list *out);

/* An iterator like it, over a copy (part) of what it goes over; over a dict or set: of a list
 * of what is left. part NULL: over the same. */
pmt_obj pmt_copy_iterator(struct pmt_copier *c, pmt_obj it, pmt_copy_fn *part);
/* Whether the attributes of x are worth a __dict__ of its copy (object.__getstate__). */
bool pmt_has_state(const struct pmt_objects *o, pmt_obj x);
/* "cannot pickle 'frame' object": returns PMT_NO_OBJ. */
pmt_obj pmt_refuse_copy(struct pmt_objects *o, pmt_obj x);

#endif
