/*
 * objects.c - the table of objects: how one comes, is counted, and dies.
 *
 * Dying. At count 0 an object goes through the steps of its tp_dealloc: it leaves the
 * collector's lists, its finalizer may bring it back, its weak references die, then its
 * edges are dropped one after the other, each child that dies going through all of its own
 * steps before the next edge's turn, and at last its blocks are given back. CPython does
 * this by recursion. Here the deaths under way stand on a stack with the edge that each has
 * come to, so depth costs memory and no C stack. A finalizer or callback runs script code
 * that drops references of its own: such a drop finishes the deaths that it began before
 * it returns, by running the stack down to where it found it.
 *
 * CPython's own recursion has an end as well: a container that dies so many containers deep
 * waits until the outermost is gone, the last that came first (Objects/object.c,
 * _PyTrash_thread_deposit_object). That is kept, since it decides in which order memory
 * is free again.
 *
 * Blocks. A collector object's memory is obtained first and counted then, and given back
 * the other way round (Modules/gcmodule.c), so a collection that is due comes between: the
 * new object is in no list yet. What comes from a free list, or goes there, counts nothing.
 */
#include "object/object_table.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "object/dict.h"

enum { UP, DOWN };
enum { NOTHING, TEXT, PROBE, NUMBERS, CLASS, CODE, WEAKREF };
#define PMT_FREE_NO_LIST PMT_N_FREE_LISTS

static const struct kind {
    bool gc;
    uint8_t walk, spare, data;
} kinds[] = {
#define KIND(id, name, gc, walk, spare, data) {gc, walk, PMT_FREE_##spare, data},
#include "object/kind.def"
};

const char *pmt_exception_name(enum pmt_exception e)
{
    static const char *const names[PMT_N_EXCEPTIONS] = {
        "", "TypeError", "NameError", "AttributeError", "IndexError", "KeyError", "ValueError",
        "OverflowError", "ZeroDivisionError", "StopIteration", "ReferenceError",
        "UnboundLocalError", "RuntimeError", "AssertionError", "MemoryError"};

    return names[e < PMT_N_EXCEPTIONS ? e : PMT_EXC_NONE];
}

/* -- errors -- */

enum pmt_exception pmt_error_kind(const struct pmt_objects *o)
{
    return o->error;
}

const char *pmt_error_text(const struct pmt_objects *o)
{
    return o->error_text;
}

void pmt_error_clear(struct pmt_objects *o)
{
    o->error = PMT_EXC_NONE;
    o->error_text[0] = '\0';
}

bool pmt_raise(struct pmt_objects *o, enum pmt_exception e, const char *fmt, ...)
{
    va_list args;

    o->error = e;
    va_start(args, fmt);
    (void)vsnprintf(o->error_text, sizeof o->error_text, fmt, args);
    va_end(args);
    return false;
}

bool pmt_raise_memory(struct pmt_objects *o)
{
    return pmt_raise(o, PMT_EXC_MEMORY, "out of memory for the model");
}

/* -- the collector's lists -- */

static void link_last(struct pmt_objects *o, pmt_obj list, pmt_obj x)
{
    struct pmt_object *t = o->table.at;

    t[x].prev = t[list].prev;
    t[x].next = list;
    t[t[list].prev].next = x;
    t[list].prev = x;
}

static void unlink_row(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_object *t = o->table.at;

    t[t[x].prev].next = t[x].next;
    t[t[x].next].prev = t[x].prev;
    t[x].prev = t[x].next = PMT_NO_OBJ;
}

bool pmt_is_tracked(const struct pmt_objects *o, pmt_obj x)
{
    return pmt_row(o, x)->prev != PMT_NO_OBJ;
}

void pmt_gc_track(struct pmt_objects *o, pmt_obj x)
{
    if (!pmt_is_tracked(o, x))
        link_last(o, PMT_LIST_YOUNG, x);
}

void pmt_gc_untrack(struct pmt_objects *o, pmt_obj x)
{
    if (pmt_is_tracked(o, x))
        unlink_row(o, x);
}

pmt_obj pmt_gc_first(const struct pmt_objects *o, pmt_obj list)
{
    return o->table.at[list].next;
}

pmt_obj pmt_gc_next(const struct pmt_objects *o, pmt_obj x)
{
    return o->table.at[x].next;
}

void pmt_gc_move(struct pmt_objects *o, pmt_obj x, pmt_obj list)
{
    unlink_row(o, x);
    link_last(o, list, x);
}

void pmt_gc_merge(struct pmt_objects *o, pmt_obj from, pmt_obj to)
{
    struct pmt_object *t = o->table.at;

    if (t[from].next == from)
        return;
    t[t[to].prev].next = t[from].next;
    t[t[from].next].prev = t[to].prev;
    t[to].prev = t[from].prev;
    t[t[from].prev].next = to;
    t[from].prev = t[from].next = from;
}

uint32_t *pmt_gc_refs(struct pmt_objects *o, pmt_obj x)
{
    return &o->table.at[x].gc_refs;
}

unsigned pmt_generation_of(const struct pmt_objects *o, pmt_obj x)
{
    pmt_obj at = x;

    if (!pmt_is_tracked(o, x))
        return 4;
    while (at >= PMT_FIRST_OBJ)
        at = o->table.at[at].next;
    return at <= PMT_LIST_PERMANENT ? at - PMT_LIST_YOUNG : 4;
}

bool pmt_kind_is_gc(const struct pmt_objects *o, enum pmt_kind kind)
{
    if (kind == PMT_KIND_FRAME)
        return o->shape->frames == PMT_FRAMES_ZOMBIE;
    return kinds[kind].gc || (kind == PMT_KIND_ARRAY && o->shape->array_gc);
}

/* A plain one: an iterator over a range, or an instance without anything to visit. */
/* Of types, the collector knows those that a program makes (type_is_gc). */
bool pmt_row_is_gc(const struct pmt_objects *o, const struct pmt_object *row)
{
    if (row->flags & PMT_OBJ_STATIC && row->kind == PMT_KIND_CLASS)
        return false;
    if (row->flags & PMT_OBJ_PLAIN && row->kind != PMT_KIND_CLASS)
        return row->kind == PMT_KIND_INSTANCE && o->shape->slots_empty_gc;
    return pmt_kind_is_gc(o, row->kind);
}

bool pmt_is_gc(const struct pmt_objects *o, pmt_obj x)
{
    return pmt_row_is_gc(o, pmt_row(o, x));
}

bool pmt_may_be_tracked(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    return pmt_row_is_gc(o, row) && (row->kind != PMT_KIND_TUPLE || row->prev != PMT_NO_OBJ);
}

/* -- coming -- */

static pmt_obj new_row(struct pmt_objects *o, enum pmt_kind kind)
{
    pmt_obj x = o->free_row;

    if (x)
        o->free_row = o->table.at[x].next;
    else if (o->table.n < UINT32_MAX - 1 && pmt_vec_reserve(&o->table, o->table.n + 1))
        x = (pmt_obj)o->table.n++;
    else
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    o->table.at[x] = (struct pmt_object){.refs = 1, .kind = (uint8_t)kind,
                                         .block = PMT_BLOCK_NONE, .part = PMT_BLOCK_NONE};
    o->n_alive++;
    o->n_of[kind]++;
    return x;
}

static void drop_row(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_object *row = &o->table.at[x];

    o->n_alive--;
    o->n_of[row->kind]--;
    pmt_free(row->edges);
    *row = (struct pmt_object){.kind = UINT8_MAX, .next = o->free_row};
    o->free_row = x;
}

pmt_obj pmt_object_make(struct pmt_objects *o, enum pmt_kind kind, uint64_t bytes,
                        uint64_t before, uint8_t flags)
{
    pmt_obj x = new_row(o, kind);
    pmt_block block;
    bool gc;

    if (!x)
        return PMT_NO_OBJ;
    o->table.at[x].flags = flags;
    gc = pmt_row_is_gc(o, &o->table.at[x]);
    block = pmt_heap_alloc(o->heap, PMT_DOMAIN_OBJ,
                           bytes + before + (gc ? o->shape->gc_head : 0));
    if (block == PMT_BLOCK_NONE) {
        drop_row(o, x);
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    }
    o->table.at[x].block = block;
    if (gc && o->hooks.gc_allocated)
        o->hooks.gc_allocated(o->hooks.arg);
    return x;
}

pmt_obj pmt_object_bare(struct pmt_objects *o, enum pmt_kind kind)
{
    return new_row(o, kind);
}

pmt_obj pmt_object_reuse(struct pmt_objects *o, enum pmt_kind kind, pmt_block block)
{
    pmt_obj x = new_row(o, kind);

    if (x)
        o->table.at[x].block = block;
    else
        pmt_heap_release(o->heap, block);
    return x;
}

pmt_obj pmt_object_static(struct pmt_objects *o, enum pmt_kind kind)
{
    pmt_obj x = new_row(o, kind);

    if (x)
        o->table.at[x].flags = PMT_OBJ_STATIC | (o->shape->immortal ? PMT_OBJ_IMMORTAL : 0);
    return x;
}

bool pmt_part_resize(struct pmt_objects *o, pmt_obj x, enum pmt_domain domain, uint64_t bytes)
{
    pmt_block old = pmt_row(o, x)->part;
    pmt_block block = old == PMT_BLOCK_NONE ? pmt_heap_alloc(o->heap, domain, bytes)
                                            : pmt_heap_resize(o->heap, old, bytes);

    if (block == PMT_BLOCK_NONE)
        return pmt_raise_memory(o);
    pmt_row(o, x)->part = block;
    return true;
}

void pmt_part_drop(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_object *row = pmt_row(o, x);

    if (row->part != PMT_BLOCK_NONE)
        pmt_heap_release(o->heap, row->part);
    row->part = PMT_BLOCK_NONE;
}

bool pmt_edges_reserve(struct pmt_objects *o, pmt_obj x, size_t n)
{
    struct pmt_object *row = pmt_row(o, x);
    struct { pmt_obj *at; size_t n, cap; } edges = {row->edges, row->n_edges, row->cap_edges};

    if (n <= row->cap_edges)
        return true;
    if (row->cap_edges == 0 || n > row->cap_edges + row->cap_edges / 2) {
        pmt_obj *at = pmt_realloc_array(row->edges, n, sizeof *at); /* most stay as made */

        if (!at || n > UINT32_MAX)
            return pmt_raise_memory(o);
        row->edges = at;
        row->cap_edges = (uint32_t)n;
        return true;
    }
    if (n > UINT32_MAX || !pmt_vec_reserve(&edges, n))
        return pmt_raise_memory(o);
    row->edges = edges.at;
    row->cap_edges = (uint32_t)edges.cap;
    return true;
}

bool pmt_edges_push(struct pmt_objects *o, pmt_obj x, pmt_obj child)
{
    struct pmt_object *row;

    if (!pmt_edges_reserve(o, x, pmt_row(o, x)->n_edges + (size_t)1)) {
        pmt_decref(o, child);
        return false;
    }
    row = pmt_row(o, x);
    row->edges[row->n_edges++] = child;
    return true;
}

const pmt_obj *pmt_edges(const struct pmt_objects *o, pmt_obj x, size_t *n, bool *down)
{
    const struct pmt_object *row = pmt_row(o, x);

    *n = row->n_edges;
    if (row->kind == PMT_KIND_INSTANCE && *n && !o->shape->instance_visits_class)
        --*n; /* the class stands last */
    *down = kinds[row->kind].walk == DOWN;
    return row->edges;
}

/* -- counting -- */

void pmt_incref(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_object *row = pmt_row(o, x);

    if (!(row->flags & PMT_OBJ_IMMORTAL))
        row->refs++;
}

uint64_t pmt_refcount(const struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    return row->flags & PMT_OBJ_IMMORTAL ? UINT32_MAX : row->refs;
}

/* Take a reference away; whether the object is to die. */
static bool drop_reference(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_object *row;

    if (!x)
        return false;
    row = pmt_row(o, x);
    if (row->flags & PMT_OBJ_IMMORTAL)
        return false;
    pmt_assert(row->refs > 0);
    return --row->refs == 0;
}

/* -- dying -- */

enum { BEGIN, EDGES };

static struct pmt_spare_list *list_of(struct pmt_objects *o, const struct pmt_object *row)
{
    unsigned spare = kinds[row->kind].spare;

    if (spare == PMT_FREE_NO_LIST || (spare == PMT_FREE_INT && !pmt_int_is_compact(o, row)))
        return NULL;
    if (spare == PMT_FREE_TUPLE)
        return row->n_edges < PMT_TUPLE_LISTS ? &o->recycler.tuples[row->n_edges] : NULL;
    return &o->recycler.lists[spare];
}

static void give_block(struct pmt_objects *o, struct pmt_object *row)
{
    struct pmt_spare_list *list;

    if (row->block == PMT_BLOCK_NONE)
        return;
    if (row->cell) {
        pmt_cell_give(row->kind == PMT_KIND_FLOAT ? &o->recycler.floats : &o->recycler.ints,
                      (struct pmt_cell){row->part, row->cell - 1u});
        row->part = PMT_BLOCK_NONE;
        return;
    }
    list = list_of(o, row);
    if (list && pmt_spare_push(list, row->block))
        return;
    if (pmt_row_is_gc(o, row) && o->hooks.gc_freed)
        o->hooks.gc_freed(o->hooks.arg);
    pmt_heap_release(o->heap, row->block);
}

/* A dict's table of eight slots has a free list of its own. */
static void give_part(struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);

    if (row->kind == PMT_KIND_CLASS)
        pmt_class_keys_drop(o, x);
    if (row->kind == PMT_KIND_DICT)
        pmt_dict_table_drop(o, x);
    else if (!row->cell)
        pmt_part_drop(o, x);
}

/* Shared keys are left by now, but for the end of the world. */
static void forget_probe(struct pmt_probe *p)
{
    if (p)
        pmt_shared_keys_forget(p->shared);
    pmt_probe_free(p);
}

/* What a kind keeps besides its edges and blocks. */
static void forget_data(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_object *row = pmt_row(o, x);

    switch (kinds[row->kind].data) {
    case TEXT:    pmt_text_forget(o, x); break;
    case PROBE:   forget_probe(row->u.probe); break;
    case NUMBERS: pmt_numbers_free(row->u.numbers); break;
    case CLASS:   pmt_class_data_free(row->u.class); break;
    case CODE:    pmt_code_data_free(o, row->u.code); break;
    case WEAKREF: pmt_weakref_unlink(o, x); break;
    default:      break;
    }
}

static void finish(struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);
    bool split_text = kinds[row->kind].data == TEXT && row->part != PMT_BLOCK_NONE;

    if (!split_text || !pmt_unicode_keep(o, x)) {
        give_part(o, x);
        give_block(o, pmt_row(o, x));
    }
    forget_data(o, x);
    drop_row(o, x);
}

/* The next edge to drop, in the kind's order; PMT_NO_OBJ when none is left. */
static pmt_obj take_edge(struct pmt_object *row, uint32_t *cursor)
{
    while (*cursor < row->n_edges) {
        uint32_t i = kinds[row->kind].walk == DOWN ? row->n_edges - 1 - *cursor : *cursor;
        pmt_obj child = row->edges[i];

        ++*cursor;
        row->edges[i] = PMT_NO_OBJ;
        if (child)
            return child;
    }
    return PMT_NO_OBJ;
}

/* Kinds whose dealloc counts how deep it is. */
static bool nests(const struct pmt_object *row)
{
    static const bool of_kind[PMT_N_KINDS] = {
        [PMT_KIND_LIST] = true, [PMT_KIND_TUPLE] = true, [PMT_KIND_DICT] = true,
        [PMT_KIND_SET] = true, [PMT_KIND_FROZENSET] = true, [PMT_KIND_INSTANCE] = true,
        [PMT_KIND_FRAME] = true};

    return of_kind[row->kind];
}

static void push_death(struct pmt_objects *o, pmt_obj x)
{
    bool deep = nests(pmt_row(o, x));

    if (deep && o->nesting >= o->shape->trash_depth) {
        pmt_gc_untrack(o, x);
        if (!pmt_vec_push(&o->trash, x))
            (void)pmt_raise_memory(o);
        return;
    }
    o->nesting += deep;
    if (!pmt_vec_push(&o->dying, ((struct pmt_dying){x, 0, BEGIN})))
        (void)pmt_raise_memory(o); /* it stays, unreachable: the run ends anyway */
}

/* Before its edges: __del__ and weak references, in the order of the version. True: it
 * lives again. */
static bool part_from(struct pmt_objects *o, pmt_obj x)
{
    bool weak_first = o->shape->weakrefs_before_del;

    if (weak_first)
        pmt_weakrefs_die(o, x);
    if (pmt_finalize_dying(o, x))
        return true;
    pmt_gc_untrack(o, x);
    if (!weak_first)
        pmt_weakrefs_die(o, x);
    return false;
}

/* The innermost death is over; with the outermost container's, one that waits comes. While
 * those come the interpreter counts as one container deep (_PyTrash_thread_destroy_chain). */
static void pop_death(struct pmt_objects *o, bool deep)
{
    o->dying.n--;
    o->nesting -= deep;
    if (!deep || o->nesting != o->emptying)
        return;
    o->emptying = o->trash.n != 0;
    o->nesting = o->emptying;
    if (o->emptying)
        push_death(o, o->trash.at[--o->trash.n]);
}

/* One step of the innermost death. */
static void step(struct pmt_objects *o)
{
    size_t top = o->dying.n - 1;
    struct pmt_dying now = o->dying.at[top];
    pmt_obj child;
    bool deep;

    if (now.phase == BEGIN) {
        o->dying.at[top].phase = EDGES;
        if (part_from(o, now.x))
            pop_death(o, nests(pmt_row(o, now.x)));
        return;
    }
    child = take_edge(pmt_row(o, now.x), &o->dying.at[top].cursor);
    if (child) {
        if (drop_reference(o, child))
            push_death(o, child);
        return;
    }
    deep = nests(pmt_row(o, now.x));
    finish(o, now.x);
    pop_death(o, deep);
}

void pmt_decref(struct pmt_objects *o, pmt_obj x)
{
    size_t base = o->dying.n;

    if (!drop_reference(o, x))
        return;
    push_death(o, x);
    while (o->dying.n > base)
        step(o);
}

/* -- the world -- */

static bool add_heads(struct pmt_objects *o)
{
    if (!pmt_vec_reserve(&o->table, PMT_FIRST_OBJ))
        return false;
    for (pmt_obj x = 0; x < PMT_FIRST_OBJ; x++)
        o->table.at[x] = (struct pmt_object){.kind = UINT8_MAX, .prev = x, .next = x};
    o->table.n = PMT_FIRST_OBJ;
    return true;
}

/* () is there before the program, so that no collector counts it. */
static bool make_empty_tuple(struct pmt_objects *o)
{
    pmt_obj empty = pmt_tuple_new(o, NULL, 0);

    pmt_decref(o, empty);
    return empty != PMT_NO_OBJ;
}

enum pmt_status pmt_objects_new(struct pmt_heap *heap, const struct pmt_shape *shape,
                                struct pmt_objects **out, struct pmt_error *err)
{
    struct pmt_objects *o = pmt_zalloc(sizeof *o);

    *out = NULL;
    if (!o)
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory");
    o->heap = heap;
    o->shape = shape;
    pmt_recycler_init(&o->recycler, shape);
    if (!add_heads(o) || !pmt_atoms_init(o) || !make_empty_tuple(o) || !pmt_class_init(o)) {
        pmt_objects_free(o);
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory");
    }
    *out = o;
    return PMT_OK;
}

void pmt_objects_set_hooks(struct pmt_objects *o, const struct pmt_objects_hooks *hooks)
{
    o->hooks = *hooks;
}

const struct pmt_shape *pmt_objects_shape(const struct pmt_objects *o)
{
    return o->shape;
}

uint64_t pmt_objects_shutdown(struct pmt_objects *o)
{
    pmt_class_done(o);
    pmt_texts_done(o);
    pmt_let_go(o, o->empty_tuple);
    pmt_decref(o, o->empty_frozenset);
    o->empty_frozenset = PMT_NO_OBJ;
    pmt_atoms_done(o);
    pmt_kept_texts_clear(o);
    pmt_recycler_empty(&o->recycler, o->heap);
    return o->n_alive;
}

void pmt_objects_free(struct pmt_objects *o)
{
    if (!o)
        return;
    for (pmt_obj x = PMT_FIRST_OBJ; x < o->table.n; x++)
        if (o->table.at[x].kind < PMT_N_KINDS) {
            o->table.at[x].weakrefs = PMT_NO_OBJ;
            forget_data(o, x);
            pmt_free(o->table.at[x].edges);
        }
    pmt_atoms_release(o);
    pmt_texts_release(o);
    pmt_recycler_release(&o->recycler);
    pmt_vec_release(&o->dying);
    pmt_vec_release(&o->trash);
    pmt_vec_release(&o->table);
    pmt_free(o);
}
