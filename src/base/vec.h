/* vec.h - growable array. For all of src except the agent.
 *
 *     struct { uint32_t *at; size_t n, cap; } v = {0};
 *     if (!pmt_vec_push(&v, 7u)) -> out of memory, v unchanged
 *     pmt_vec_release(&v);
 */
#ifndef PMT_BASE_VEC_H
#define PMT_BASE_VEC_H

#include <stdbool.h>
#include <stddef.h>
#include "base/alloc.h"

/* Make room for `need` elements in all; false (and unchanged) if out of memory. */
static inline bool pmt_vec_grow_(void **at, size_t *cap, size_t need, size_t size)
{
    size_t want = *cap ? *cap : 16;
    void *p;

    if (need <= *cap)
        return true;
    while (want < need)
        want += want / 2 + 1;
    p = pmt_realloc_array(*at, want, size);
    if (!p)
        return false;
    *at = p;
    *cap = want;
    return true;
}

#define pmt_vec_reserve(v, need)                                               \
    pmt_vec_grow_((void **)&(v)->at, &(v)->cap, (need), sizeof *(v)->at)
#define pmt_vec_push(v, x)                                                     \
    (pmt_vec_reserve((v), (v)->n + 1) ? ((v)->at[(v)->n++] = (x), true) : false)
#define pmt_vec_release(v)                                                     \
    (pmt_free((v)->at), (v)->at = NULL, (v)->n = (v)->cap = 0)

#endif
