/* shared_keys.c - the keys that a class's instances have in common; see shared_keys.h. */
#include "object/shared_keys.h"

#include <string.h>

#define MOST 30 /* SHARED_KEYS_MAX_SIZE: past it names get no place */

struct pmt_shared_keys *pmt_shared_keys_new(struct pmt_objects *o, uint64_t slots,
                                            uint32_t usable)
{
    struct pmt_shared_keys *keys = pmt_zalloc(sizeof *keys);

    if (!keys) {
        (void)pmt_raise_memory(o);
        return NULL;
    }
    *keys = (struct pmt_shared_keys){.refs = 1, .usable = usable, .slots = slots,
                                     .block = PMT_BLOCK_NONE};
    return keys;
}

void pmt_shared_keys_forget(struct pmt_shared_keys *keys)
{
    if (!keys || --keys->refs)
        return;
    pmt_vec_release(&keys->names);
    pmt_free(keys);
}

void pmt_shared_keys_drop(struct pmt_objects *o, struct pmt_shared_keys *keys)
{
    if (!keys || --keys->refs)
        return;
    for (size_t i = 0; i < keys->names.n; i++)
        pmt_decref(o, keys->names.at[i]);
    if (keys->block != PMT_BLOCK_NONE)
        pmt_heap_release(o->heap, keys->block);
    pmt_vec_release(&keys->names);
    pmt_free(keys);
}

static bool same_name(const struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    const struct pmt_text *s = pmt_row(o, a)->u.text, *t = pmt_row(o, b)->u.text;

    return a == b || (s->n_bytes == t->n_bytes && !memcmp(s->utf8, t->utf8, s->n_bytes));
}

int32_t pmt_shared_keys_place(const struct pmt_objects *o, const struct pmt_shared_keys *keys,
                              pmt_obj name)
{
    if (pmt_row(o, name)->kind != PMT_KIND_STR)
        return -1;
    for (size_t i = 0; i < keys->names.n; i++)
        if (same_name(o, keys->names.at[i], name))
            return (int32_t)i;
    return -1;
}

int32_t pmt_shared_keys_add(struct pmt_objects *o, struct pmt_shared_keys *keys, pmt_obj name)
{
    int32_t place = pmt_shared_keys_place(o, keys, name);
    bool most = o->shape->attrs >= PMT_ATTRS_VALUES && keys->names.n >= MOST;

    if (place >= 0 || !keys->usable || most || pmt_row(o, name)->kind != PMT_KIND_STR)
        return place;
    if (!pmt_vec_push(&keys->names, name)) {
        (void)pmt_raise_memory(o);
        return -1;
    }
    pmt_incref(o, name);
    keys->usable--;
    return (int32_t)keys->names.n - 1;
}

uint32_t pmt_shared_keys_size(const struct pmt_shared_keys *keys)
{
    return (uint32_t)keys->names.n + keys->usable;
}
