/* dict.h - what class.c and copy.c need of dicts besides objects.h; for src/object. */
#ifndef PMT_OBJECT_DICT_H
#define PMT_OBJECT_DICT_H

#include "object/object_table.h"
#include "object/probe.h"
#include "object/shared_keys.h"

/* A dict with these keys, to which it takes a reference of its own. with_values: and a block
 * for its values. */
pmt_obj pmt_dict_split(struct pmt_objects *o, struct pmt_shared_keys *keys, bool with_values);
bool pmt_dict_is_split(const struct pmt_objects *o, pmt_obj dict);
/* Its keys become shared ones: what it had as its table is theirs, it has values instead
 * (make_keys_shared). The new keys, one reference for the caller; NULL: not all of them
 * are text, or raised. */
struct pmt_shared_keys *pmt_dict_share_keys(struct pmt_objects *o, pmt_obj dict);
/* dict.copy(); a new reference. */
pmt_obj pmt_dict_copy(struct pmt_objects *o, pmt_obj dict);
/* Whether a copy of it, or an empty dict that it is put into, takes its table as it is. */
bool pmt_dict_clones(const struct pmt_objects *o, pmt_obj dict, bool copy);
/* KeyError with the key's repr; returns false. */
bool pmt_raise_key(struct pmt_objects *o, pmt_obj key);

#endif
