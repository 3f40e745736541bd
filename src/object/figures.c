/*
 * figures.c - what can be asked of objects: where they are, how large, how many.
 *
 * An address is made of the block's place: pools lie where the heap model puts them, from
 * ARENAS on; blocks of malloc and static objects have no modelled place and get a name each
 * that looks like one. What is the same address at two moments is the same memory.
 */
#include "object/object_table.h"

#include "object/dict.h"
#include "object/values.h"

#define ARENAS 0x7f0000000000u
#define MALLOC 0x560000000000u
#define STATIC 0x550000000000u

static const char *const kind_name[] = {
#define KIND(id, name, gc, walk, spare, data) name,
#include "object/kind.def"
};

enum pmt_kind pmt_kind_of(const struct pmt_objects *o, pmt_obj x)
{
    return (enum pmt_kind)pmt_row(o, x)->kind;
}

const char *pmt_type_name(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    if (row->kind == PMT_KIND_INSTANCE && row->n_edges)
        return pmt_class_name(o, pmt_class_of(o, x));
    if (row->kind == PMT_KIND_ITERATOR || row->kind == PMT_KIND_VIEW)
        return pmt_iterator_name(o, x);
    if (row->kind == PMT_KIND_WEAKREF && o->shape->weakref_has_module)
        return "ReferenceType";
    if (row->kind == PMT_KIND_METHOD && o->shape->str_is_bytes)
        return "instancemethod";
    if (row->kind == PMT_KIND_RANGE && o->shape->keys_are_lists)
        return "xrange";
    return kind_name[row->kind];
}

/* -- where -- */

uint64_t pmt_bytes_before(const struct pmt_objects *o, const struct pmt_object *row)
{
    uint64_t in_front = 0;

    if (row->kind == PMT_KIND_INSTANCE && row->n_edges)
        (void)pmt_instance_bytes(o, (pmt_obj)(row - o->table.at), &in_front);
    return in_front + (pmt_row_is_gc(o, row) ? o->shape->gc_head : 0);
}

uint64_t pmt_address(const struct pmt_objects *o, pmt_block block)
{
    uint64_t place = pmt_heap_place(o->heap, block);

    return place != PMT_PLACE_RAW ? ARENAS + place
                                  : MALLOC + (uint64_t)(block & ~PMT_BLOCK_RAW) * 4096;
}

uint64_t pmt_id(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    if (row->block == PMT_BLOCK_NONE)
        return STATIC + (uint64_t)x * 64;
    if (row->cell)
        return pmt_address(o, row->block) + 8 + 24 * (uint64_t)(row->cell - 1);
    return pmt_address(o, row->block) + pmt_bytes_before(o, row);
}

/* The block an object lies in; NONE: static. Cells: that of all of them. */
pmt_block pmt_block_of(const struct pmt_objects *o, pmt_obj x)
{
    return pmt_row(o, x)->block;
}

enum pmt_region pmt_region_of(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    if (row->kind == PMT_KIND_FRAME && row->block == PMT_BLOCK_NONE)
        return PMT_REGION_STACK;
    if (row->flags & PMT_OBJ_STATIC)
        return PMT_REGION_STATIC;
    if (row->kind == PMT_KIND_CODE)
        return PMT_REGION_CODE;
    if (row->kind == PMT_KIND_CLASS || row->kind == PMT_KIND_FUNCTION ||
        row->kind == PMT_KIND_DESCRIPTOR)
        return PMT_REGION_METHOD;
    return row->flags & PMT_OBJ_CONSTANT ? PMT_REGION_READ_ONLY : PMT_REGION_HEAP;
}

void pmt_mark_constant(struct pmt_objects *o, pmt_obj x)
{
    pmt_row(o, x)->flags |= PMT_OBJ_CONSTANT;
}

/* -- how large -- */

static uint64_t int_bytes(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_shape *s = o->shape;
    unsigned n = pmt_int_digits(o, x);

    if (pmt_kind_of(o, x) == PMT_KIND_INT && s->int_flat)
        return s->int_flat;
    return pmt_shape_int_bytes(s, n < s->int_min_digits ? s->int_min_digits : n);
}

static uint64_t text_bytes(const struct pmt_objects *o, const struct pmt_object *row)
{
    const struct pmt_text *t = row->u.text;
    uint64_t own, buffer;

    if (row->kind == PMT_KIND_BYTES)
        return o->shape->bytes_base + t->n_bytes;
    pmt_shape_str(o->shape, row->kind == PMT_KIND_UNICODE, t->n_chars, t->width, t->ascii,
                  &own, &buffer);
    if (row->flags & PMT_OBJ_STATIC && o->shape->chars_utf8 && !t->ascii)
        own += t->n_bytes + 1;
    return own + buffer;
}

static uint64_t dict_bytes(const struct pmt_objects *o, const struct pmt_object *row)
{
    const struct pmt_probe *p = row->u.probe;

    if (p->no_table)
        return o->shape->dict_bytes;
    if (p->shared)
        return o->shape->dict_bytes +
               8 * (o->shape->attrs == PMT_ATTRS_SPLIT_DICT
                        ? pmt_shape_dict_usable(o->shape, p->shared->slots)
                        : pmt_shared_keys_size(p->shared));
    return o->shape->dict_bytes + pmt_shape_dict_table_bytes(o->shape, p->slots, p->unicode);
}

/* Of a kind whose size does not hang on the object. */
static uint64_t plain_bytes(const struct pmt_objects *o, const struct pmt_object *row)
{
    const struct pmt_shape *s = o->shape;
    const uint32_t of_kind[PMT_N_KINDS] = {
        [PMT_KIND_NONE] = s->none_bytes, [PMT_KIND_FLOAT] = s->float_bytes,
        [PMT_KIND_COMPLEX] = s->complex_bytes, [PMT_KIND_OBJECT] = s->object_bytes,
        [PMT_KIND_RANGE] = s->range_bytes, [PMT_KIND_CODE] = s->code_base,
        [PMT_KIND_DESCRIPTOR] = s->descriptor_bytes, [PMT_KIND_FUNCTION] = s->function_bytes,
        [PMT_KIND_METHOD] = s->method_bytes, [PMT_KIND_WEAKREF] = s->weakref_bytes};

    return of_kind[row->kind];
}

static uint64_t own_bytes(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_shape *s = o->shape;
    const struct pmt_object *row = pmt_row(o, x);
    uint64_t in_front;

    switch (row->kind) {
    case PMT_KIND_BOOL:  return row->u.i ? s->bool_bytes : s->false_bytes;
    case PMT_KIND_INT: case PMT_KIND_LONG: return int_bytes(o, x);
    case PMT_KIND_STR: case PMT_KIND_UNICODE: case PMT_KIND_BYTES: return text_bytes(o, row);
    case PMT_KIND_BYTEARRAY: return s->bytearray_bytes + (row->u.bytes.n ? row->u.bytes.n + 1 : 0);
    case PMT_KIND_ARRAY: return s->array_bytes + row->u.numbers->room * row->u.numbers->item_bytes;
    case PMT_KIND_LIST:  return s->list_bytes + row->u.bytes.room * s->list_item;
    case PMT_KIND_TUPLE: return s->tuple_bytes + (uint64_t)row->n_edges * s->tuple_item;
    case PMT_KIND_DICT:  return dict_bytes(o, row);
    case PMT_KIND_SET: case PMT_KIND_FROZENSET:
        return s->set_bytes + (row->u.probe->slots > 8 ? row->u.probe->slots * s->set_entry : 0);
    case PMT_KIND_INSTANCE: return pmt_instance_bytes(o, x, &in_front);
    case PMT_KIND_CLASS: return pmt_class_bytes(o, x);
    case PMT_KIND_FRAME: return row->u.frame.bytes;
    case PMT_KIND_ITERATOR: case PMT_KIND_VIEW: return pmt_iterator_bytes(o, x);
    case PMT_KIND_BLOCK: return row->u.bytes.n;
    default:             return plain_bytes(o, row);
    }
}

uint64_t pmt_sizeof(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);
    bool head = pmt_row_is_gc(o, row) && !(row->flags & PMT_OBJ_STATIC &&
                                           row->kind == PMT_KIND_CLASS);

    return own_bytes(o, x) + (head ? pmt_bytes_before(o, row) : 0);
}

uint64_t pmt_block_bytes_of(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    if (row->cell)
        return 24;
    return (row->block == PMT_BLOCK_NONE ? 0 : pmt_block_bytes(o->heap, row->block)) +
           (row->part == PMT_BLOCK_NONE ? 0 : pmt_block_bytes(o->heap, row->part));
}

/* -- how many -- */

uint64_t pmt_objects_alive(const struct pmt_objects *o)
{
    return o->n_alive;
}

uint64_t pmt_objects_blocks_freed(const struct pmt_objects *o)
{
    uint64_t allocs, frees;

    pmt_heap_traffic(o->heap, &allocs, &frees);
    return frees;
}

uint64_t pmt_count_kind(const struct pmt_objects *o, enum pmt_kind kind)
{
    return o->n_of[kind];
}

uint64_t pmt_count_class(const struct pmt_objects *o, pmt_obj cls)
{
    uint64_t n = 0;

    for (pmt_obj x = PMT_FIRST_OBJ; x < o->table.n; x++)
        n += o->table.at[x].kind == PMT_KIND_INSTANCE && pmt_class_of(o, x) == cls;
    return n;
}

/* What an object takes where it lives: of the heap its blocks, elsewhere itself. */
static uint64_t bytes_in_region(const struct pmt_objects *o, pmt_obj x)
{
    return pmt_row(o, x)->block == PMT_BLOCK_NONE ? own_bytes(o, x)
                                                  : pmt_block_bytes_of(o, x);
}

void pmt_region_figures(const struct pmt_objects *o, enum pmt_region region,
                        uint64_t *n_objects, uint64_t *bytes)
{
    *n_objects = *bytes = 0;
    for (pmt_obj x = PMT_FIRST_OBJ; x < o->table.n; x++)
        if (o->table.at[x].kind < PMT_N_KINDS && pmt_region_of(o, x) == region) {
            ++*n_objects;
            *bytes += bytes_in_region(o, x);
        }
}
