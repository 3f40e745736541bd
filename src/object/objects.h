/* objects.h - a world of Python objects: who refers to whom, who is alive, and which
 * blocks they take. For src/gc, src/script.
 *
 *     struct pmt_objects *o;
 *     pmt_objects_new(heap, &shape, &o, err);
 *     pmt_obj list = pmt_list_new(o, NULL, 0);     a new reference, or 0: o->error
 *     pmt_list_append(o, list, x);                 takes a reference of its own to x
 *     pmt_decref(o, list);                         at 0 it dies, and what only it held
 *
 * An object is a number (0: none), a row of one table. What it refers to are its edges,
 * an array that dealloc and the collector walk alike. What it takes are blocks of the
 * heap: its own, with the collector's header in front, and for some kinds a second one
 * (items, table, values). All sizes, growth rules and free lists are those of a shape
 * (shape.h), one for each version of CPython: nothing here asks which version it is.
 *
 * Conventions, as CPython's own: a maker returns a new reference; an argument is
 * borrowed, what is stored gets a reference of its own; _get returns a borrowed one.
 * 0 or false is an error and o->error says which. A Python error (TypeError ...) leaves
 * everything as it was.
 *
 * Deallocation is recursive as in CPython, in its order, but keeps its place on a stack
 * of its own: nothing nests too deep. */
#ifndef PMT_OBJECT_OBJECTS_H
#define PMT_OBJECT_OBJECTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "heap/heap.h"
#include "object/shape.h"

typedef uint32_t pmt_obj;
#define PMT_NO_OBJ 0u

__extension__ typedef __int128 pmt_int; /* range of a script's ints */
__extension__ typedef unsigned __int128 pmt_uint;

enum pmt_kind {
#define KIND(id, name, gc, walk, spare, data) PMT_KIND_##id,
#include "object/kind.def"
    PMT_N_KINDS
};

/* The collector's lists: the first numbers of the table are their heads. */
enum { PMT_LIST_YOUNG = 1, PMT_LIST_MIDDLE, PMT_LIST_OLD, PMT_LIST_PERMANENT, PMT_LIST_SPARE,
       PMT_LIST_SPARE_2, PMT_LIST_SPARE_3, PMT_FIRST_OBJ };

enum pmt_exception {
    PMT_EXC_NONE, PMT_EXC_TYPE, PMT_EXC_NAME, PMT_EXC_ATTRIBUTE, PMT_EXC_INDEX, PMT_EXC_KEY,
    PMT_EXC_VALUE, PMT_EXC_OVERFLOW, PMT_EXC_ZERO_DIVISION, PMT_EXC_STOP_ITERATION,
    PMT_EXC_REFERENCE, PMT_EXC_UNBOUND_LOCAL, PMT_EXC_RUNTIME, PMT_EXC_ASSERTION,
    PMT_EXC_MEMORY, /* the model's own: the run ends */
    PMT_N_EXCEPTIONS
};
const char *pmt_exception_name(enum pmt_exception e); /* "TypeError"; static */

/* Where things live, as the notes divide memory (row B16). */
enum pmt_region { PMT_REGION_HEAP, PMT_REGION_STACK, PMT_REGION_STATIC, PMT_REGION_READ_ONLY,
                  PMT_REGION_CODE, PMT_REGION_METHOD, PMT_N_REGIONS };

struct pmt_objects;

/* What the object layer asks of those above. Each may be NULL. */
struct pmt_objects_hooks {
    void *arg;
    void (*gc_allocated)(void *arg); /* memory for a collector object was obtained */
    void (*gc_freed)(void *arg);
    /* __del__ of an instance whose class has one: called once, may resurrect. */
    void (*finalize)(void *arg, pmt_obj instance);
    /* A weak reference died that has a callback. */
    void (*weak_callback)(void *arg, pmt_obj weakref, pmt_obj callback);
};

/* heap and shape are borrowed and outlive the world. E_NOMEM. */
enum pmt_status pmt_objects_new(struct pmt_heap *heap, const struct pmt_shape *shape,
                                struct pmt_objects **out, struct pmt_error *err);
/* The end of the process: every object goes with its table, no dealloc runs; NULL allowed. */
void pmt_objects_free(struct pmt_objects *o);
/* The interpreter goes down: caches and free lists are given back. Returns how many objects
 * are still alive (then their blocks are all that the heap has left). Only _free may follow. */
uint64_t pmt_objects_shutdown(struct pmt_objects *o);
void pmt_objects_set_hooks(struct pmt_objects *o, const struct pmt_objects_hooks *hooks);
const struct pmt_shape *pmt_objects_shape(const struct pmt_objects *o);

/* The last error: which, and its text as CPython has it ("unhashable type: 'list'"). */
enum pmt_exception pmt_error_kind(const struct pmt_objects *o);
const char *pmt_error_text(const struct pmt_objects *o);
void pmt_error_clear(struct pmt_objects *o);
/* Raise: sets it and returns false (or 0). */
bool pmt_raise(struct pmt_objects *o, enum pmt_exception e, const char *fmt, ...)
    PMT_PRINTF(3, 4);

/* -- references -- */

void pmt_incref(struct pmt_objects *o, pmt_obj x);
void pmt_decref(struct pmt_objects *o, pmt_obj x); /* 0 is allowed */
/* References to x; immortal objects (3.12+) have 4294967295, as the interpreter says. */
uint64_t pmt_refcount(const struct pmt_objects *o, pmt_obj x);

enum pmt_kind pmt_kind_of(const struct pmt_objects *o, pmt_obj x);
/* type(x).__name__: "list", "Person"; borrowed, valid while x lives. */
const char *pmt_type_name(const struct pmt_objects *o, pmt_obj x);
/* The class of an instance, else 0; borrowed. */
pmt_obj pmt_class_of(const struct pmt_objects *o, pmt_obj x);

uint64_t pmt_id(const struct pmt_objects *o, pmt_obj x);      /* id(x) */
uint64_t pmt_sizeof(const struct pmt_objects *o, pmt_obj x);  /* sys.getsizeof(x) */
uint64_t pmt_block_bytes_of(const struct pmt_objects *o, pmt_obj x); /* of all its blocks */
bool pmt_is_tracked(const struct pmt_objects *o, pmt_obj x);  /* gc.is_tracked(x) */
bool pmt_is_interned(const struct pmt_objects *o, pmt_obj x);
/* The block that x lies in, PMT_BLOCK_NONE: static, or on the stack. */
pmt_block pmt_block_of(const struct pmt_objects *o, pmt_obj x);
/* x is a literal of the program. */
void pmt_mark_constant(struct pmt_objects *o, pmt_obj x);
enum pmt_region pmt_region_of(const struct pmt_objects *o, pmt_obj x);

/* hash(x) and a == b. hash: false = TypeError (unhashable). */
bool pmt_hash(struct pmt_objects *o, pmt_obj x, int64_t *out);
bool pmt_equal(struct pmt_objects *o, pmt_obj a, pmt_obj b);
/* a < b for numbers and strings; false + error otherwise */
bool pmt_less(struct pmt_objects *o, pmt_obj a, pmt_obj b, bool *out);
bool pmt_truth(struct pmt_objects *o, pmt_obj x);
/* len(x). False: TypeError. */
bool pmt_len(struct pmt_objects *o, pmt_obj x, uint64_t *out);
/* repr(x) to sb, at most some hundred characters; cycles as "[...]". */
struct pmt_strbuf;
void pmt_repr(struct pmt_objects *o, pmt_obj x, struct pmt_strbuf *sb);

/* -- atoms: new references -- */

pmt_obj pmt_none(struct pmt_objects *o);
pmt_obj pmt_bool(struct pmt_objects *o, bool value);
pmt_obj pmt_int_new(struct pmt_objects *o, pmt_int value); /* 2.x: int, or long past 63 bits */
pmt_obj pmt_float_new(struct pmt_objects *o, double value);
pmt_obj pmt_complex_new(struct pmt_objects *o, double real, double imag);
/* str from UTF-8 (n bytes). Single characters and "" are the cached ones. */
pmt_obj pmt_str_new(struct pmt_objects *o, const char *utf8, size_t n);
pmt_obj pmt_unicode_new(struct pmt_objects *o, const char *utf8, size_t n); /* u"": 3.x: str */
pmt_obj pmt_bytes_new(struct pmt_objects *o, const char *bytes, size_t n);  /* b"": 2.x: str */
/* A string as the compiler makes it of a literal: interned if it looks like a name. */
pmt_obj pmt_str_constant(struct pmt_objects *o, const char *utf8, size_t n);
pmt_obj pmt_intern(struct pmt_objects *o, pmt_obj str); /* sys.intern */
pmt_obj pmt_name(struct pmt_objects *o, const char *ascii); /* interned: an identifier */
pmt_obj pmt_bytearray_new(struct pmt_objects *o, uint64_t n);
pmt_obj pmt_range_new(struct pmt_objects *o, int64_t start, int64_t stop, int64_t step);
pmt_obj pmt_object_new(struct pmt_objects *o); /* object() */
/* n bytes of the heap and nothing else. */
pmt_obj pmt_block_new(struct pmt_objects *o, enum pmt_domain domain, uint64_t n);
bool pmt_block_resize(struct pmt_objects *o, pmt_obj block, uint64_t n);
/* array.array(typecode, n items of value 0); item bytes by typecode, 0: ValueError */
pmt_obj pmt_array_new(struct pmt_objects *o, char typecode, uint64_t n);
bool pmt_array_append(struct pmt_objects *o, pmt_obj array, pmt_obj number);

/* Values back: false if x is of another kind. Text is borrowed while x lives. */
bool pmt_int_get(const struct pmt_objects *o, pmt_obj x, pmt_int *out); /* also bool, long */
bool pmt_float_get(const struct pmt_objects *o, pmt_obj x, double *out); /* also ints */
bool pmt_text_get(const struct pmt_objects *o, pmt_obj x, const char **utf8, size_t *n);

/* a op b, a new reference: '+', '-', '*', '/' (3.x: true division), '%', '&', '|', '^',
 * 'D' (//), 'P' (**), 'L' (<<), 'R' (>>). Numbers, strings, lists, tuples, sets and views. */
pmt_obj pmt_binary(struct pmt_objects *o, char op, pmt_obj a, pmt_obj b);
pmt_obj pmt_to_str(struct pmt_objects *o, pmt_obj x);                 /* str(x) */
pmt_obj pmt_to_int(struct pmt_objects *o, pmt_obj x);                 /* int(x) */
pmt_obj pmt_to_float(struct pmt_objects *o, pmt_obj x);               /* float(x) */
pmt_obj pmt_chr(struct pmt_objects *o, uint32_t code_point);          /* chr(n); 2.x: n < 256 */

/* -- sequences -- */

pmt_obj pmt_list_new(struct pmt_objects *o, const pmt_obj *items, size_t n); /* [..]: exact */
pmt_obj pmt_tuple_new(struct pmt_objects *o, const pmt_obj *items, size_t n);
bool pmt_list_append(struct pmt_objects *o, pmt_obj list, pmt_obj x);
bool pmt_list_insert(struct pmt_objects *o, pmt_obj list, int64_t i, pmt_obj x);
bool pmt_list_extend(struct pmt_objects *o, pmt_obj list, pmt_obj iterable);
pmt_obj pmt_list_pop(struct pmt_objects *o, pmt_obj list, int64_t i); /* new reference */
bool pmt_list_remove(struct pmt_objects *o, pmt_obj list, pmt_obj x); /* ValueError */
bool pmt_list_clear(struct pmt_objects *o, pmt_obj list);
/* x[from:to] of list, tuple, str: a new reference. */
pmt_obj pmt_slice(struct pmt_objects *o, pmt_obj x, int64_t from, int64_t to);
pmt_obj pmt_to_list(struct pmt_objects *o, pmt_obj iterable);         /* list(x) */
pmt_obj pmt_to_tuple(struct pmt_objects *o, pmt_obj iterable);        /* tuple(x) */

/* -- dict -- */

pmt_obj pmt_dict_new(struct pmt_objects *o);                 /* {} */
pmt_obj pmt_dict_of(struct pmt_objects *o, const pmt_obj *pairs, size_t n); /* {k: v, ...}:
                                                 n keys, each with its value behind it */
bool pmt_dict_set(struct pmt_objects *o, pmt_obj dict, pmt_obj key, pmt_obj value);
/* Borrowed; 0 without an error: not there. */
pmt_obj pmt_dict_get(struct pmt_objects *o, pmt_obj dict, pmt_obj key);
bool pmt_dict_del(struct pmt_objects *o, pmt_obj dict, pmt_obj key);  /* KeyError */
bool pmt_dict_clear(struct pmt_objects *o, pmt_obj dict);
bool pmt_dict_update(struct pmt_objects *o, pmt_obj dict, pmt_obj other);
/* Slots of a dict's or set's table, slots that are or were in use (fill); slots that a lookup
 * of key looks at. */
bool pmt_table_figures(struct pmt_objects *o, pmt_obj x, uint64_t *slots, uint64_t *fill);
bool pmt_dict_probes(struct pmt_objects *o, pmt_obj dict, pmt_obj key, uint64_t *out);
enum pmt_view { PMT_VIEW_KEYS, PMT_VIEW_VALUES, PMT_VIEW_ITEMS };
pmt_obj pmt_dict_view(struct pmt_objects *o, pmt_obj dict, enum pmt_view what); /* 3.x keys() */
pmt_obj pmt_dict_list(struct pmt_objects *o, pmt_obj dict, enum pmt_view what); /* 2.x keys() */

/* -- set, frozenset -- */

pmt_obj pmt_set_new(struct pmt_objects *o, bool frozen, const pmt_obj *items, size_t n);
pmt_obj pmt_to_set(struct pmt_objects *o, bool frozen, pmt_obj iterable);
bool pmt_set_update(struct pmt_objects *o, pmt_obj set, pmt_obj iterable);
bool pmt_set_add(struct pmt_objects *o, pmt_obj set, pmt_obj x);
bool pmt_set_discard(struct pmt_objects *o, pmt_obj set, pmt_obj x, bool must); /* remove */

/* -- any container -- */

pmt_obj pmt_item_get(struct pmt_objects *o, pmt_obj x, pmt_obj key); /* x[key]: NEW reference */
bool pmt_item_set(struct pmt_objects *o, pmt_obj x, pmt_obj key, pmt_obj value);
bool pmt_item_del(struct pmt_objects *o, pmt_obj x, pmt_obj key);
bool pmt_contains(struct pmt_objects *o, pmt_obj x, pmt_obj item, bool *out); /* item in x */
/* Iteration: iter(x), and next: 0 without an error at the end; both new references. */
pmt_obj pmt_iter(struct pmt_objects *o, pmt_obj x);
pmt_obj pmt_next(struct pmt_objects *o, pmt_obj iterator);

/* -- copies (row B12) -- */

pmt_obj pmt_copy_own(struct pmt_objects *o, pmt_obj x);     /* x.copy(), x[:] */
pmt_obj pmt_copy_shallow(struct pmt_objects *o, pmt_obj x); /* copy.copy */
pmt_obj pmt_copy_deep(struct pmt_objects *o, pmt_obj x);    /* shared, cyclic parts kept */
/* Through bytes and back (pickle): as deep, and nothing is shared with the original but small
 * ints, single characters, what is found by name (classes, functions), and the names of
 * attributes, which are interned. TypeError: cannot be pickled. Both ways RuntimeError where
 * the interpreter's recursion would end. */
pmt_obj pmt_copy_serial(struct pmt_objects *o, pmt_obj x);

/* -- classes, instances, functions, frames -- */

struct pmt_class_spec {
    const char *name;
    pmt_obj base;               /* a CLASS, or 0: object */
    bool old_style;             /* 2.x: class C: */
    const char *const *slots;   /* names; NULL: no __slots__ */
    size_t n_slots;
    bool has_slots;             /* __slots__ is there, perhaps empty */
};
pmt_obj pmt_class_new(struct pmt_objects *o, const struct pmt_class_spec *spec);
pmt_obj pmt_instance_new(struct pmt_objects *o, pmt_obj cls); /* object.__new__ */
bool pmt_is_subclass(const struct pmt_objects *o, pmt_obj cls, pmt_obj of);
/* x.name: instance, then its class and bases (functions become bound methods). NEW
 * reference. name is an interned str. */
pmt_obj pmt_attr_get(struct pmt_objects *o, pmt_obj x, pmt_obj name);
/* The same without binding, in the class and its bases only; borrowed; 0, no error. */
pmt_obj pmt_class_lookup(struct pmt_objects *o, pmt_obj cls, pmt_obj name);
/* The same in an instance itself, not in its class; borrowed; 0, no error. */
pmt_obj pmt_own_attribute(struct pmt_objects *o, pmt_obj x, pmt_obj name);
bool pmt_attr_set(struct pmt_objects *o, pmt_obj x, pmt_obj name, pmt_obj value);
bool pmt_attr_del(struct pmt_objects *o, pmt_obj x, pmt_obj name);
pmt_obj pmt_attr_dict(struct pmt_objects *o, pmt_obj x); /* x.__dict__: NEW reference */

/* consts are kept by the code object; body is the caller's number for it. */
struct pmt_code_spec {
    const char *name;
    const pmt_obj *consts;
    size_t n_consts;
    uint32_t n_params, n_locals, stack; /* locals include parameters; stack: deepest */
    uint64_t bytecode_bytes;            /* about */
    uint32_t body;
};
pmt_obj pmt_code_new(struct pmt_objects *o, const struct pmt_code_spec *spec);
uint32_t pmt_code_body(const struct pmt_objects *o, pmt_obj code);
const char *pmt_code_name(const struct pmt_objects *o, pmt_obj code); /* borrowed */
pmt_obj pmt_function_new(struct pmt_objects *o, pmt_obj code, pmt_obj globals);
pmt_obj pmt_function_code(const struct pmt_objects *o, pmt_obj function); /* borrowed */
pmt_obj pmt_method_new(struct pmt_objects *o, pmt_obj function, pmt_obj self);
bool pmt_method_get(const struct pmt_objects *o, pmt_obj method, pmt_obj *function,
                    pmt_obj *self); /* borrowed; false: no method */

/* A call's frame: its locals are unbound. pmt_frame_leave drops the locals and gives the
 * frame back (its memory may stay with the code object, up to 3.10). */
pmt_obj pmt_frame_enter(struct pmt_objects *o, pmt_obj code);
void pmt_frame_leave(struct pmt_objects *o, pmt_obj frame);
pmt_obj pmt_local_get(const struct pmt_objects *o, pmt_obj frame, uint32_t i); /* borrowed, 0 */
void pmt_local_set(struct pmt_objects *o, pmt_obj frame, uint32_t i, pmt_obj x); /* 0: del */

/* -- weak references -- */

/* weakref.ref(x[, callback]); without a callback the same one again. callback 0: none.
 * TypeError: "cannot create weak reference to 'list' object". */
pmt_obj pmt_weakref_new(struct pmt_objects *o, pmt_obj x, pmt_obj callback);
bool pmt_weakref_get(struct pmt_objects *o, pmt_obj weakref, pmt_obj *out); /* borrowed; 0:
                        dead. False: TypeError */
uint64_t pmt_weakref_count(const struct pmt_objects *o, pmt_obj x);

/* -- figures -- */

uint64_t pmt_objects_alive(const struct pmt_objects *o); /* all, static ones too */
uint64_t pmt_objects_blocks_freed(const struct pmt_objects *o); /* ever, by its heap */
uint64_t pmt_count_kind(const struct pmt_objects *o, enum pmt_kind kind);   /* alive */
uint64_t pmt_count_class(const struct pmt_objects *o, pmt_obj cls);         /* instances alive */
void pmt_region_figures(const struct pmt_objects *o, enum pmt_region region,
                        uint64_t *n_objects, uint64_t *bytes);

/* A free list or cache: row of shape.def's lists, tuples by length. */
struct pmt_list_figures {
    const char *type;      /* "tuple"; static */
    uint32_t size;         /* of a tuple: items; else 0 */
    uint64_t max;          /* 0: no limit */
    uint64_t length;       /* now */
    uint64_t hits, misses; /* makes served from it; that found it empty */
    uint64_t pushes, overflows; /* deaths that went to it; that found it full */
    uint64_t cleared;      /* entries given back by full collections */
};
size_t pmt_list_count(const struct pmt_objects *o);
void pmt_list_figures_at(const struct pmt_objects *o, size_t i, struct pmt_list_figures *out);

/* What a full collection does to them; returns how many entries it gave back. */
uint64_t pmt_free_lists_clear_full(struct pmt_objects *o);

/* -- for the collector (src/gc/collection.c) -- */

/* The edges of x in the order in which it is traversed; *down: from the last to the
 * first. Entries may be 0. Borrowed until x changes. */
const pmt_obj *pmt_edges(const struct pmt_objects *o, pmt_obj x, size_t *n, bool *down);
bool pmt_is_gc(const struct pmt_objects *o, pmt_obj x);
void pmt_gc_track(struct pmt_objects *o, pmt_obj x);   /* at the end of the young list */
void pmt_gc_untrack(struct pmt_objects *o, pmt_obj x);
pmt_obj pmt_gc_first(const struct pmt_objects *o, pmt_obj list);  /* list itself: empty */
pmt_obj pmt_gc_next(const struct pmt_objects *o, pmt_obj x);
void pmt_gc_move(struct pmt_objects *o, pmt_obj x, pmt_obj list); /* to the end of list */
void pmt_gc_merge(struct pmt_objects *o, pmt_obj from, pmt_obj to); /* all, to the end */
uint32_t *pmt_gc_refs(struct pmt_objects *o, pmt_obj x);          /* scratch of a collection */
unsigned pmt_generation_of(const struct pmt_objects *o, pmt_obj x); /* 0-2, 3 permanent, 4
                                                                       not tracked; walks */
/* tp_clear: drop the edges of x that make cycles. */
void pmt_gc_clear(struct pmt_objects *o, pmt_obj x);
/* May x be tracked: gc object, and no untracked tuple. */
bool pmt_may_be_tracked(const struct pmt_objects *o, pmt_obj x);
bool pmt_has_finalizer(const struct pmt_objects *o, pmt_obj x);     /* its class has __del__ */
bool pmt_was_finalized(const struct pmt_objects *o, pmt_obj x);
void pmt_finalize(struct pmt_objects *o, pmt_obj x);                /* run it, once (3.4+) */
/* The weak references to x: clear them all; those with callbacks are appended to *out
 * (new references) for the caller to call. False: out of memory. */
struct pmt_obj_list { pmt_obj *at; size_t n, cap; };
bool pmt_weakrefs_clear(struct pmt_objects *o, pmt_obj x, struct pmt_obj_list *out);
void pmt_weakref_call(struct pmt_objects *o, pmt_obj weakref); /* its callback */

/* Walker: every count is at least what edges ask for, every edge leads to a live object,
 * and the collector's lists are whole. E_INTERNAL, E_NOMEM. */
enum pmt_status pmt_objects_check(const struct pmt_objects *o, struct pmt_error *err);

#endif
