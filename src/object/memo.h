/* memo.h - which object is the copy of which, while a copy is made. For src/object.
 *
 * Both are held: an original so that its number stays its own, a copy because the memo of
 * copy.deepcopy() and of pickle hold theirs until all is done. */
#ifndef PMT_OBJECT_MEMO_H
#define PMT_OBJECT_MEMO_H

#include "object/objects.h"

struct pmt_probe;

struct pmt_memo {
    struct pmt_probe *index;        /* owned: by original */
    struct pmt_obj_list from, to;   /* by entry: originals, copies */
};

/* The copy of x, borrowed, or PMT_NO_OBJ. */
pmt_obj pmt_memo_find(const struct pmt_memo *memo, pmt_obj x);
/* Note that y is the copy of x, in the place of another. False: out of memory, raised. */
bool pmt_memo_put(struct pmt_objects *o, struct pmt_memo *memo, pmt_obj x, pmt_obj y);
/* Let all go, in the order in which they were put. */
void pmt_memo_release(struct pmt_objects *o, struct pmt_memo *memo);

#endif
