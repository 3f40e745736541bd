/* percent.h - text % values. For src/object. */
#ifndef PMT_OBJECT_PERCENT_H
#define PMT_OBJECT_PERCENT_H

#include "object/objects.h"

/* format % args, as C's printf: a tuple is all the arguments, anything else the only one.
 * Conversions s r a d i u o x X c e E f F g G %, with flags, width and precision as numbers.
 * A new reference; PMT_NO_OBJ: raised. Formats that are bytes in 3.x are not taken. */
pmt_obj pmt_format(struct pmt_objects *o, pmt_obj format, pmt_obj args);

#endif
