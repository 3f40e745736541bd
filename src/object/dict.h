/* dict.h - what class.c and copy.c need of dicts besides objects.h; for src/object. */
#ifndef PMT_OBJECT_DICT_H
#define PMT_OBJECT_DICT_H

#include "object/object_table.h"
#include "object/probe.h"

/* A dict that shares its keys with a class: n_values slots of values (0: none yet). */
pmt_obj pmt_dict_split(struct pmt_objects *o, uint64_t n_values);
/* Set a key that the class's shared keys have: the dict stays split. */
bool pmt_dict_set_shared(struct pmt_objects *o, pmt_obj dict, pmt_obj key, pmt_obj value);
/* Give it a table of its own. False: out of memory, raised. */
bool pmt_dict_unsplit(struct pmt_objects *o, pmt_obj dict);
/* KeyError with the key's repr; returns false. */
bool pmt_raise_key(struct pmt_objects *o, pmt_obj key);

#endif
