/*
 * function.c - code, functions, bound methods, and the frames of calls.
 *
 * Up to 3.10 a call's frame is an object of the heap. When the call is over the frame's
 * memory stays with the code ("zombie") for its next call, or goes to a free list if the
 * code has one already, as in recursion (Objects/frameobject.c, frame_dealloc). From 3.11 on
 * it is a piece of the data stack and no object at all.
 */
#include "object/object_table.h"

#include <string.h>

struct pmt_code_data {
    char *name;
    uint32_t n_params, n_locals, stack, body;
    uint64_t bytecode_bytes;
    pmt_block zombie;
};

static struct pmt_code_data *code_data(const struct pmt_objects *o, pmt_obj code)
{
    return pmt_row(o, code)->u.code;
}

void pmt_code_data_free(struct pmt_objects *o, struct pmt_code_data *data)
{
    if (!data)
        return;
    if (data->zombie != PMT_BLOCK_NONE) {
        if (o->hooks.gc_freed)
            o->hooks.gc_freed(o->hooks.arg);
        pmt_heap_release(o->heap, data->zombie);
    }
    pmt_free(data->name);
    pmt_free(data);
}

pmt_block pmt_code_kept_block(const struct pmt_code_data *data)
{
    return data->zombie;
}

/* An edge of one's own to each of n objects. */
static bool refer(struct pmt_objects *o, pmt_obj x, const pmt_obj *to, size_t n)
{
    if (!pmt_edges_reserve(o, x, n))
        return false;
    for (size_t i = 0; i < n; i++) {
        pmt_incref(o, to[i]);
        (void)pmt_edges_push(o, x, to[i]);
    }
    return true;
}

pmt_obj pmt_code_new(struct pmt_objects *o, const struct pmt_code_spec *spec)
{
    struct pmt_code_data *data = pmt_zalloc(sizeof *data);
    uint64_t inner = o->shape->code_inline ? spec->bytecode_bytes : 0;
    pmt_obj code;

    if (!data)
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    *data = (struct pmt_code_data){pmt_strdup(spec->name), spec->n_params, spec->n_locals,
                                   spec->stack, spec->body, spec->bytecode_bytes,
                                   PMT_BLOCK_NONE};
    code = data->name ? pmt_object_make(o, PMT_KIND_CODE, o->shape->code_base + inner, 0, 0)
                      : PMT_NO_OBJ;
    if (!code) {
        pmt_code_data_free(o, data);
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    }
    pmt_row(o, code)->u.code = data;
    if ((!inner && spec->bytecode_bytes &&
         !pmt_part_resize(o, code, PMT_DOMAIN_OBJ,
                          o->shape->bytes_base + spec->bytecode_bytes)) ||
        !refer(o, code, spec->consts, spec->n_consts)) {
        pmt_decref(o, code);
        return PMT_NO_OBJ;
    }
    return code;
}

uint32_t pmt_code_body(const struct pmt_objects *o, pmt_obj code)
{
    return code_data(o, code)->body;
}

const char *pmt_code_name(const struct pmt_objects *o, pmt_obj code)
{
    return code_data(o, code)->name;
}

pmt_obj pmt_function_new(struct pmt_objects *o, pmt_obj code, pmt_obj globals)
{
    const pmt_obj to[] = {code, globals};
    pmt_obj x = pmt_object_make(o, PMT_KIND_FUNCTION, o->shape->function_bytes, 0, 0);

    if (!x)
        return PMT_NO_OBJ;
    if (!refer(o, x, to, 2)) {
        pmt_decref(o, x);
        return PMT_NO_OBJ;
    }
    pmt_gc_track(o, x);
    return x;
}

pmt_obj pmt_function_code(const struct pmt_objects *o, pmt_obj function)
{
    const struct pmt_object *row = pmt_row(o, function);

    return row->kind == PMT_KIND_FUNCTION ? row->edges[0] : PMT_NO_OBJ;
}

pmt_obj pmt_method_new(struct pmt_objects *o, pmt_obj function, pmt_obj self)
{
    const pmt_obj to[] = {function, self};
    pmt_block spare = pmt_spare_pop(&o->recycler.lists[PMT_FREE_METHOD]);
    pmt_obj x = spare != PMT_BLOCK_NONE
                    ? pmt_object_reuse(o, PMT_KIND_METHOD, spare)
                    : pmt_object_make(o, PMT_KIND_METHOD, o->shape->method_bytes, 0, 0);

    if (!x)
        return PMT_NO_OBJ;
    if (!refer(o, x, to, 2)) {
        pmt_decref(o, x);
        return PMT_NO_OBJ;
    }
    pmt_gc_track(o, x);
    return x;
}

bool pmt_method_get(const struct pmt_objects *o, pmt_obj method, pmt_obj *function,
                    pmt_obj *self)
{
    const struct pmt_object *row = pmt_row(o, method);

    if (row->kind != PMT_KIND_METHOD)
        return false;
    *function = row->edges[0];
    *self = row->edges[1];
    return true;
}

/* -- frames: edges are the code, then the locals -- */

static uint64_t frame_bytes(const struct pmt_objects *o, const struct pmt_code_data *d)
{
    return o->shape->frame_base + (uint64_t)o->shape->frame_item * (d->n_locals + d->stack);
}

/* Memory that an earlier call has left: the code's own, or any frame's, made large enough. */
static pmt_block left_frame(struct pmt_objects *o, struct pmt_code_data *d)
{
    uint64_t need = frame_bytes(o, d) + o->shape->gc_head;
    pmt_block block = d->zombie;

    d->zombie = PMT_BLOCK_NONE;
    if (block != PMT_BLOCK_NONE)
        return block;
    block = pmt_spare_pop(&o->recycler.lists[PMT_FREE_FRAME]);
    if (block == PMT_BLOCK_NONE || pmt_block_bytes(o->heap, block) >= need)
        return block;
    return pmt_heap_resize(o->heap, block, need);
}

static pmt_obj frame_object(struct pmt_objects *o, struct pmt_code_data *d)
{
    pmt_block block;

    if (o->shape->frames != PMT_FRAMES_ZOMBIE)
        return pmt_object_bare(o, PMT_KIND_FRAME);
    block = left_frame(o, d);
    return block != PMT_BLOCK_NONE ? pmt_object_reuse(o, PMT_KIND_FRAME, block)
                                   : pmt_object_make(o, PMT_KIND_FRAME, frame_bytes(o, d), 0, 0);
}

pmt_obj pmt_frame_enter(struct pmt_objects *o, pmt_obj code)
{
    struct pmt_code_data *d = code_data(o, code);
    pmt_obj frame = frame_object(o, d);
    struct pmt_object *row;

    if (!frame || !pmt_edges_reserve(o, frame, d->n_locals + (size_t)1)) {
        pmt_decref(o, frame);
        return PMT_NO_OBJ;
    }
    pmt_incref(o, code);
    row = pmt_row(o, frame);
    memset(row->edges, 0, (d->n_locals + (size_t)1) * sizeof *row->edges);
    row->edges[0] = code;
    row->n_edges = d->n_locals + 1;
    row->u.frame.n_locals = d->n_locals;
    row->u.frame.bytes = (uint32_t)frame_bytes(o, d);
    return frame;
}

/* Keep the memory for the next call; false: it goes back to the heap. */
static bool keep_frame(struct pmt_objects *o, pmt_obj code, pmt_block block)
{
    struct pmt_code_data *d = code_data(o, code);

    if (d->zombie != PMT_BLOCK_NONE)
        return pmt_spare_push(&o->recycler.lists[PMT_FREE_FRAME], block);
    d->zombie = block;
    return true;
}

void pmt_frame_leave(struct pmt_objects *o, pmt_obj frame)
{
    pmt_obj code = pmt_row(o, frame)->edges[0];

    for (uint32_t i = 1; i < pmt_row(o, frame)->n_edges; i++) {
        pmt_obj local = pmt_row(o, frame)->edges[i];

        pmt_row(o, frame)->edges[i] = PMT_NO_OBJ;
        pmt_decref(o, local);
    }
    pmt_row(o, frame)->edges[0] = PMT_NO_OBJ;
    if (pmt_row(o, frame)->block != PMT_BLOCK_NONE &&
        keep_frame(o, code, pmt_row(o, frame)->block))
        pmt_row(o, frame)->block = PMT_BLOCK_NONE;
    pmt_decref(o, frame);
    pmt_decref(o, code);
}

pmt_obj pmt_local_get(const struct pmt_objects *o, pmt_obj frame, uint32_t i)
{
    return pmt_row(o, frame)->edges[i + 1];
}

void pmt_local_set(struct pmt_objects *o, pmt_obj frame, uint32_t i, pmt_obj x)
{
    pmt_obj old = pmt_row(o, frame)->edges[i + 1];

    if (x)
        pmt_incref(o, x);
    pmt_row(o, frame)->edges[i + 1] = x;
    pmt_decref(o, old);
}
