/* type_list.c - the types of a trace, as its chunks tell them. */
#include "trace/type_list.h"

#include <string.h>
#include "base/alloc.h"
#include "base/bytes.h"
#include "base/vec.h"
#include "trace/format.h"

static enum pmt_status take_one(struct pmt_types *types, struct pmt_cursor *in)
{
    struct pmt_type type = {0};
    uint64_t number = pmt_take_varint(in);
    size_t n;
    char *name;

    type.basic_size = pmt_take_varint(in);
    type.item_size = pmt_take_varint(in);
    n = strnlen((const char *)in->at, pmt_cursor_left(in));
    if (in->bad || n == pmt_cursor_left(in) || n > PMT_TYPE_NAME_MAX || number != types->n ||
        number >= PMT_TYPES_MAX)
        return PMT_E_TRACE;
    name = pmt_alloc(n + 1);
    if (!name)
        return PMT_E_NOMEM;
    memcpy(name, in->at, n + 1);
    in->at += n + 1;
    type.number = (uint32_t)number;
    type.name = name;
    if (pmt_vec_push(types, type))
        return PMT_OK;
    pmt_free(name);
    return PMT_E_NOMEM;
}

enum pmt_status pmt_types_take(struct pmt_types *types, const uint8_t *data, size_t n)
{
    struct pmt_cursor in = {data, data + n, false};
    enum pmt_status st = PMT_OK;

    while (st == PMT_OK && pmt_cursor_left(&in))
        st = take_one(types, &in);
    return st;
}

void pmt_types_release(struct pmt_types *types)
{
    for (size_t i = 0; i < types->n; i++)
        pmt_free((void *)(uintptr_t)types->at[i].name);
    pmt_vec_release(types);
}
