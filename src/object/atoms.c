/*
 * atoms.c - None, bool, numbers, and other objects that refer to nothing.
 *
 * Small ints are made once, at the start (in the heap up to 3.10, static from 3.11 on).
 * Other ints of 2.x, and floats up to 3.2, are cells of blocks from malloc; from 2.7 and 3.0
 * on an int past the machine's word, or any int, is as large as its digits need.
 */
#include "object/object_table.h"

#include <string.h>

static pmt_obj again(struct pmt_objects *o, pmt_obj x)
{
    pmt_incref(o, x);
    return x;
}

pmt_obj pmt_none(struct pmt_objects *o)
{
    return again(o, o->none);
}

pmt_obj pmt_bool(struct pmt_objects *o, bool value)
{
    return again(o, o->truth[value]);
}

/* -- ints -- */

static unsigned n_digits(const struct pmt_shape *s, pmt_int value)
{
    pmt_uint rest = value < 0 ? -(pmt_uint)value : (pmt_uint)value;
    unsigned n = 0;

    for (; rest; rest >>= s->int_digit_bits)
        n++;
    return n;
}

unsigned pmt_int_digits(const struct pmt_objects *o, pmt_obj x)
{
    return n_digits(o->shape, pmt_row(o, x)->u.i);
}

bool pmt_int_is_compact(const struct pmt_objects *o, const struct pmt_object *row)
{
    return n_digits(o->shape, row->u.i) <= 1;
}

/* A cell of a PyIntBlock or PyFloatBlock. */
static pmt_obj make_in_cell(struct pmt_objects *o, enum pmt_kind kind, struct pmt_cells *cells)
{
    struct pmt_cell cell;
    pmt_obj x = pmt_object_bare(o, kind);
    struct pmt_object *row;

    if (!x)
        return PMT_NO_OBJ;
    if (!pmt_cell_take(cells, o->heap, &cell)) {
        pmt_decref(o, x);
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    }
    row = pmt_row(o, x);
    row->block = cells->blocks.at[cell.number].block;
    row->part = cell.number;
    row->cell = (uint16_t)(cell.index + 1);
    return x;
}

static pmt_obj make_int(struct pmt_objects *o, pmt_int value, bool is_long)
{
    const struct pmt_shape *s = o->shape;
    bool flat = s->int_flat && !is_long && value >= INT64_MIN && value <= INT64_MAX;
    unsigned digits = n_digits(s, value);
    pmt_block spare = PMT_BLOCK_NONE;
    pmt_obj x;

    if (flat && s->int_block_cells)
        x = make_in_cell(o, PMT_KIND_INT, &o->recycler.ints);
    else {
        if (digits <= 1)
            spare = pmt_spare_pop(&o->recycler.lists[PMT_FREE_INT]);
        x = spare != PMT_BLOCK_NONE
                ? pmt_object_reuse(o, PMT_KIND_INT, spare)
                : pmt_object_make(o, s->int_flat ? PMT_KIND_LONG : PMT_KIND_INT,
                                  pmt_shape_int_bytes(s, digits), 0, 0);
    }
    if (x)
        pmt_row(o, x)->u.i = value;
    return x;
}

pmt_obj pmt_int_new(struct pmt_objects *o, pmt_int value)
{
    const struct pmt_shape *s = o->shape;

    if (o->small_ints && value >= s->small_int_low && value < s->small_int_high)
        return again(o, o->small_ints[value - s->small_int_low]);
    return make_int(o, value, false);
}

pmt_obj pmt_long_new(struct pmt_objects *o, pmt_int value)
{
    return o->shape->int_flat ? make_int(o, value, true) : pmt_int_new(o, value);
}

bool pmt_int_get(const struct pmt_objects *o, pmt_obj x, pmt_int *out)
{
    const struct pmt_object *row = pmt_row(o, x);

    if (row->kind != PMT_KIND_INT && row->kind != PMT_KIND_LONG && row->kind != PMT_KIND_BOOL)
        return false;
    *out = row->u.i;
    return true;
}

/* -- floats, complex -- */

pmt_obj pmt_float_new(struct pmt_objects *o, double value)
{
    pmt_block spare;
    pmt_obj x;

    if (o->shape->float_block_cells)
        x = make_in_cell(o, PMT_KIND_FLOAT, &o->recycler.floats);
    else {
        spare = pmt_spare_pop(&o->recycler.lists[PMT_FREE_FLOAT]);
        x = spare != PMT_BLOCK_NONE
                ? pmt_object_reuse(o, PMT_KIND_FLOAT, spare)
                : pmt_object_make(o, PMT_KIND_FLOAT, o->shape->float_bytes, 0, 0);
    }
    if (x)
        pmt_row(o, x)->u.d[0] = value;
    return x;
}

bool pmt_float_get(const struct pmt_objects *o, pmt_obj x, double *out)
{
    pmt_int i;

    if (pmt_row(o, x)->kind == PMT_KIND_FLOAT) {
        *out = pmt_row(o, x)->u.d[0];
        return true;
    }
    if (!pmt_int_get(o, x, &i))
        return false;
    *out = (double)i;
    return true;
}

pmt_obj pmt_complex_new(struct pmt_objects *o, double real, double imag)
{
    pmt_block spare = pmt_spare_pop(&o->recycler.lists[PMT_FREE_COMPLEX]);
    pmt_obj x = spare != PMT_BLOCK_NONE
                    ? pmt_object_reuse(o, PMT_KIND_COMPLEX, spare)
                    : pmt_object_make(o, PMT_KIND_COMPLEX, o->shape->complex_bytes, 0, 0);

    if (x) {
        pmt_row(o, x)->u.d[0] = real;
        pmt_row(o, x)->u.d[1] = imag;
    }
    return x;
}

/* -- other things without references -- */

pmt_obj pmt_object_new(struct pmt_objects *o)
{
    return pmt_object_make(o, PMT_KIND_OBJECT, o->shape->object_bytes, 0, 0);
}

/* A range of 3.x keeps its bounds and its length as ints. */
static bool keep_bounds(struct pmt_objects *o, pmt_obj x, int64_t start, int64_t stop,
                        int64_t step)
{
    pmt_int n = step > 0 ? ((pmt_int)stop - start + step - 1) / step
                         : ((pmt_int)start - stop - step - 1) / -(pmt_int)step;
    const pmt_int bounds[] = {start, stop, step, n > 0 ? n : 0};

    for (unsigned i = 0; i < o->shape->range_ints && i < 4; i++) {
        pmt_obj bound = pmt_int_new(o, bounds[i]);

        if (!bound || !pmt_edges_push(o, x, bound))
            return false;
    }
    return true;
}

pmt_obj pmt_range_new(struct pmt_objects *o, int64_t start, int64_t stop, int64_t step)
{
    pmt_obj x;

    if (!step)
        return (void)pmt_raise(o, PMT_EXC_VALUE, "range() arg 3 must not be zero"), PMT_NO_OBJ;
    x = pmt_object_make(o, PMT_KIND_RANGE, o->shape->range_bytes, 0, 0);
    if (!x)
        return PMT_NO_OBJ;
    pmt_row(o, x)->u.range.start = start;
    pmt_row(o, x)->u.range.stop = stop;
    pmt_row(o, x)->u.range.step = step;
    if (keep_bounds(o, x, start, stop, step))
        return x;
    pmt_decref(o, x);
    return PMT_NO_OBJ;
}

pmt_obj pmt_block_new(struct pmt_objects *o, enum pmt_domain domain, uint64_t n)
{
    pmt_obj x = pmt_object_bare(o, PMT_KIND_BLOCK);
    pmt_block block = x ? pmt_heap_alloc(o->heap, domain, n) : PMT_BLOCK_NONE;

    if (x && block == PMT_BLOCK_NONE) {
        pmt_decref(o, x);
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    }
    if (x) {
        pmt_row(o, x)->block = block;
        pmt_row(o, x)->u.bytes.n = n;
    }
    return x;
}

bool pmt_block_resize(struct pmt_objects *o, pmt_obj x, uint64_t n)
{
    pmt_block block;

    if (pmt_row(o, x)->kind != PMT_KIND_BLOCK)
        return pmt_raise(o, PMT_EXC_TYPE, "resize takes a block, not '%s'",
                         pmt_type_name(o, x));
    block = pmt_heap_resize(o->heap, pmt_row(o, x)->block, n);
    if (block == PMT_BLOCK_NONE)
        return pmt_raise_memory(o);
    pmt_row(o, x)->block = block;
    pmt_row(o, x)->u.bytes.n = n;
    return true;
}

pmt_obj pmt_bytearray_new(struct pmt_objects *o, uint64_t n)
{
    pmt_obj x = pmt_object_make(o, PMT_KIND_BYTEARRAY, o->shape->bytearray_bytes, 0, 0);

    if (!x)
        return PMT_NO_OBJ;
    pmt_row(o, x)->u.bytes.n = n;
    if (n && !pmt_part_resize(o, x, PMT_DOMAIN_OBJ, n + 1)) {
        pmt_decref(o, x);
        return PMT_NO_OBJ;
    }
    return x;
}

/* -- arrays -- */

static unsigned item_bytes(char typecode)
{
    static const struct { char code; uint8_t bytes; } codes[] = {
        {'b', 1}, {'B', 1}, {'h', 2}, {'H', 2}, {'i', 4}, {'I', 4}, {'l', 8}, {'L', 8},
        {'q', 8}, {'Q', 8}, {'f', 4}, {'d', 8}};

    for (size_t i = 0; i < sizeof codes / sizeof *codes; i++)
        if (codes[i].code == typecode)
            return codes[i].bytes;
    return 0;
}

void pmt_numbers_free(struct pmt_numbers *numbers)
{
    if (numbers)
        pmt_free(numbers->at);
    pmt_free(numbers);
}

/* Room for so many items, here and in the block. */
bool pmt_array_room(struct pmt_objects *o, pmt_obj x, uint64_t room)
{
    struct pmt_numbers *a = pmt_row(o, x)->u.numbers;
    union pmt_number *at = pmt_realloc_array(a->at, room ? room : 1, sizeof *at);

    if (!at)
        return pmt_raise_memory(o);
    a->at = at;
    a->room = room;
    return room == 0 || pmt_part_resize(o, x, PMT_DOMAIN_MEM, room * a->item_bytes);
}

pmt_obj pmt_array_new(struct pmt_objects *o, char typecode, uint64_t n)
{
    unsigned bytes = item_bytes(typecode);
    struct pmt_numbers *numbers;
    pmt_obj x;

    if (!bytes)
        return (void)pmt_raise(o, PMT_EXC_VALUE, "bad typecode (must be b, B, h, H, i, I, l, "
                               "L, q, Q, f or d)"), PMT_NO_OBJ;
    numbers = pmt_zalloc(sizeof *numbers);
    if (!numbers)
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    x = pmt_object_make(o, PMT_KIND_ARRAY, o->shape->array_bytes, 0, 0);
    if (!x) {
        pmt_free(numbers);
        return PMT_NO_OBJ;
    }
    *numbers = (struct pmt_numbers){.typecode = typecode, .item_bytes = (uint8_t)bytes};
    pmt_row(o, x)->u.numbers = numbers;
    if (!pmt_array_room(o, x, n)) {
        pmt_decref(o, x);
        return PMT_NO_OBJ;
    }
    memset(numbers->at, 0, n * sizeof *numbers->at);
    numbers->n = n;
    if (o->shape->array_gc)
        pmt_gc_track(o, x);
    return x;
}

bool pmt_array_append(struct pmt_objects *o, pmt_obj x, pmt_obj number)
{
    struct pmt_object *row = pmt_row(o, x);
    struct pmt_numbers *a;
    pmt_int i = 0;
    double d = 0;

    if (row->kind != PMT_KIND_ARRAY)
        return pmt_raise(o, PMT_EXC_TYPE, "not an array: '%s'", pmt_type_name(o, x));
    a = row->u.numbers;
    if (strchr("fd", a->typecode) ? !pmt_float_get(o, number, &d) : !pmt_int_get(o, number, &i))
        return pmt_raise(o, PMT_EXC_TYPE, "array item must be a number, not %s",
                         pmt_type_name(o, number));
    if (a->n == a->room &&
        !pmt_array_room(o, x, pmt_shape_array_grow(a->room, a->n, a->n + 1)))
        return false;
    if (strchr("fd", a->typecode))
        a->at[a->n++].d = d;
    else
        a->at[a->n++].i = (int64_t)i;
    return true;
}

/* -- begin and end -- */

static bool make_small_ints(struct pmt_objects *o)
{
    int32_t low = o->shape->small_int_low, n = o->shape->small_int_high - low;
    pmt_obj *ints = pmt_alloc_array((size_t)n, sizeof *ints);

    if (!ints)
        return false;
    for (int32_t i = 0; i < n; i++) {
        ints[i] = o->shape->small_ints_static ? pmt_object_static(o, PMT_KIND_INT)
                                              : make_int(o, low + i, false);
        if (!ints[i]) {
            pmt_free(ints);
            return false;
        }
        pmt_row(o, ints[i])->u.i = low + i;
        if (o->shape->immortal)
            pmt_row(o, ints[i])->flags |= PMT_OBJ_IMMORTAL;
    }
    o->small_ints = ints;
    return true;
}

bool pmt_atoms_init(struct pmt_objects *o)
{
    o->none = pmt_object_static(o, PMT_KIND_NONE);
    for (unsigned i = 0; i < 2; i++) {
        o->truth[i] = pmt_object_static(o, PMT_KIND_BOOL);
        if (o->truth[i])
            pmt_row(o, o->truth[i])->u.i = i;
    }
    return o->none && o->truth[0] && o->truth[1] && make_small_ints(o);
}

void pmt_let_go(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_object *row;

    if (!x)
        return;
    row = pmt_row(o, x);
    if (row->flags & PMT_OBJ_IMMORTAL)
        row->refs = 1; /* nobody has counted */
    row->flags &= (uint8_t)~PMT_OBJ_IMMORTAL;
    pmt_decref(o, x);
}

void pmt_atoms_done(struct pmt_objects *o)
{
    for (int32_t i = 0; o->small_ints && i < o->shape->small_int_high - o->shape->small_int_low;
         i++)
        pmt_let_go(o, o->small_ints[i]);
    pmt_let_go(o, o->truth[0]);
    pmt_let_go(o, o->truth[1]);
    pmt_let_go(o, o->none);
}

void pmt_atoms_release(struct pmt_objects *o)
{
    pmt_free(o->small_ints);
}
