/* object_table.h - the table behind objects.h; for the files of src/object only.
 *
 * A row holds what all objects have: count, links of the collector's lists, blocks, edges.
 * What a kind has besides is in the union. Edges are owned references, in the order in
 * which the kind's tp_traverse visits them (or its reverse: kind.def):
 *
 *     list, tuple       items
 *     dict              key, value, key, value ... by entry; 0, 0 where one was deleted
 *     set, frozenset    members by entry; 0 where one was deleted
 *     instance          n_slots slots, then the values or the dict, then the class
 *     class             __dict__, __mro__, bases
 *     ... and so on: each kind's file says it.
 *
 * Rows move when the table grows: a struct pmt_object * does not outlive a call that may
 * make an object. */
#ifndef PMT_OBJECT_OBJECT_TABLE_H
#define PMT_OBJECT_OBJECT_TABLE_H

#include "base/check.h"
#include "base/vec.h"
#include "heap/heap_inline.h"
#include "object/objects.h"
#include "object/recycle.h"

enum {
    PMT_OBJ_FINALIZED = 1, /* its finalizer has run */
    PMT_OBJ_IMMORTAL  = 2,
    PMT_OBJ_STATIC    = 4, /* in the interpreter's own data: no block */
    PMT_OBJ_INTERNED  = 8,
    PMT_OBJ_CONSTANT  = 16, /* a literal: lives in what was read-only data */
    PMT_OBJ_DYING     = 32,
    PMT_OBJ_PLAIN     = 64  /* a class: no instance state but slots */
};

/* Characters: UTF-8, and what the interpreter's own form depends on. */
struct pmt_text {
    uint64_t n_bytes, n_chars;
    unsigned width;          /* bytes of a character: 1, 2, 4 */
    bool ascii;
    int64_t hash;            /* -1: not asked for yet */
    char utf8[];
};

/* The items of an array: numbers, no objects. */
struct pmt_numbers {
    uint64_t n, room;        /* items; items there is room for */
    char typecode;
    uint8_t item_bytes;
    union pmt_number { int64_t i; double d; } *at; /* owned */
};

struct pmt_probe;            /* probe.h */
struct pmt_class_data;       /* class.c */
struct pmt_code_data;        /* function.c */

struct pmt_object {
    uint32_t refs;
    uint8_t kind, flags;
    uint16_t cell;           /* PyIntBlock: which of its cells */
    pmt_obj prev, next;      /* collector's list; next alone: the free rows */
    uint32_t gc_refs;        /* scratch of a collection */
    pmt_obj weakrefs;        /* the first to it; the others by u.weak.next */
    pmt_block block, part;   /* its own; items, table, values, buffer */
    uint32_t n_edges, cap_edges;
    pmt_obj *edges;          /* owned array of owned references */
    union {
        pmt_int i;
        double d[2];
        struct pmt_text *text;        /* owned */
        struct pmt_probe *probe;      /* owned: dict, set */
        struct pmt_numbers *numbers;  /* owned: array */
        struct pmt_class_data *class; /* owned */
        struct pmt_code_data *code;   /* owned */
        struct { int64_t start, stop, step; } range;
        struct { uint64_t n, room; } bytes;    /* bytearray, block: n; list: n, slots */
        struct { pmt_obj referent, next, prev; bool has_callback, has_hash;
                 int64_t hash; } weak; /* hash(x) once asked for: it outlives the referent */
        struct { uint32_t n_slots, n_values; bool split; } instance;
        struct { uint64_t at; uint32_t what, used, left; } iterator; /* and view: iterate.c */
        struct { uint32_t n_locals, bytes; } frame;
    } u;
};

struct pmt_objects {
    struct pmt_heap *heap;             /* borrowed */
    const struct pmt_shape *shape;     /* borrowed */
    struct pmt_objects_hooks hooks;
    struct { struct pmt_object *at; size_t n, cap; } table;
    pmt_obj free_row;
    uint64_t n_alive;
    uint64_t n_of[PMT_N_KINDS];        /* alive */
    struct pmt_recycler recycler;
    struct { struct pmt_dying { pmt_obj x; uint32_t cursor; uint8_t phase; } *at;
             size_t n, cap; } dying;   /* deaths under way, the innermost last */
    uint32_t nesting;                  /* containers among them */
    bool emptying;                     /* trash: those that waited die now */
    struct pmt_obj_list trash;         /* that wait for the outermost to be gone */
    pmt_obj none, truth[2], object_class, empty_tuple, empty_frozenset;
    pmt_obj empty_text[3], chars[3][256]; /* str, unicode, bytes */
    struct { struct pmt_kept_text { pmt_block part; uint64_t n_chars; } *at; size_t n, cap; }
        kept_texts;                    /* beside the unicode free list: characters' blocks */
    pmt_obj *small_ints;               /* owned: from shape->small_int_low */
    struct pmt_probe *interned;        /* by hash: texts that it does not own (text.c) */
    struct pmt_obj_list interned_at;   /* by entry */
    enum pmt_exception error;
    char error_text[200];
};

static inline struct pmt_object *pmt_row(const struct pmt_objects *o, pmt_obj x)
{
    pmt_assert(x && x < o->table.n && o->table.at[x].kind < PMT_N_KINDS);
    return &o->table.at[x];
}

/* A new row of count 1 with a block of `bytes`, behind the collector's header where it has
 * one and `before` bytes more in front; 0: out of memory, raised. A collection may come
 * inside. */
pmt_obj pmt_object_make(struct pmt_objects *o, enum pmt_kind kind, uint64_t bytes,
                        uint64_t before, uint8_t flags);
/* A row without a block. */
pmt_obj pmt_object_bare(struct pmt_objects *o, enum pmt_kind kind);
/* The same of a block that a free list gave. */
pmt_obj pmt_object_reuse(struct pmt_objects *o, enum pmt_kind kind, pmt_block block);
/* The same for something static: no block. */
pmt_obj pmt_object_static(struct pmt_objects *o, enum pmt_kind kind);
/* Whether the kind of object is one that the collector counts. */
bool pmt_kind_is_gc(const struct pmt_objects *o, enum pmt_kind kind);
/* Whether the kind, and this object, carries a PyGC_Head. */
bool pmt_row_is_gc(const struct pmt_objects *o, const struct pmt_object *row);
/* Bytes in front of the object in its block. */
uint64_t pmt_bytes_before(const struct pmt_objects *o, const struct pmt_object *row);

/* The address that the block's place makes. */
uint64_t pmt_address(const struct pmt_objects *o, pmt_block block);

/* A part: a second block. Resize or drop with 0. False: out of memory, raised. */
bool pmt_part_resize(struct pmt_objects *o, pmt_obj x, enum pmt_domain domain, uint64_t bytes);
void pmt_part_drop(struct pmt_objects *o, pmt_obj x);

/* Room for n edges; false: raised. Push takes over the caller's reference. */
bool pmt_edges_reserve(struct pmt_objects *o, pmt_obj x, size_t n);
bool pmt_edges_push(struct pmt_objects *o, pmt_obj x, pmt_obj child);

bool pmt_raise_memory(struct pmt_objects *o);

/* Of the kinds' files: what is freed with an object after its edges are gone. */
void pmt_text_forget(struct pmt_objects *o, pmt_obj x);     /* text.c: interned no more */
/* Give the characters' blocks back that go with the unicode free list. */
void pmt_kept_texts_clear(struct pmt_objects *o);
/* atoms.c: of 2.x a long, however small; else an int. */
pmt_obj pmt_long_new(struct pmt_objects *o, pmt_int value);
bool pmt_array_room(struct pmt_objects *o, pmt_obj array, uint64_t room); /* atoms.c: items */
void pmt_numbers_free(struct pmt_numbers *numbers);          /* atoms.c */
void pmt_class_data_free(struct pmt_class_data *data);
void pmt_code_data_free(struct pmt_objects *o, struct pmt_code_data *data);
/* The memory of a frame that it keeps for the next call, or PMT_BLOCK_NONE. */
pmt_block pmt_code_kept_block(const struct pmt_code_data *data);
void pmt_weakref_unlink(struct pmt_objects *o, pmt_obj weakref);
/* Clear the weak references to a dying object and call their callbacks. */
void pmt_weakrefs_die(struct pmt_objects *o, pmt_obj x);
bool pmt_finalize_dying(struct pmt_objects *o, pmt_obj x);  /* true: it lives again */

/* A reference that the interpreter itself holds goes, for good. */
void pmt_let_go(struct pmt_objects *o, pmt_obj x);
unsigned pmt_int_digits(const struct pmt_objects *o, pmt_obj x);

/* Begin, end at shutdown, and release: atoms.c, class.c. */
void pmt_texts_done(struct pmt_objects *o);    /* text.c */
void pmt_texts_release(struct pmt_objects *o);
bool pmt_atoms_init(struct pmt_objects *o);
void pmt_atoms_done(struct pmt_objects *o);
void pmt_atoms_release(struct pmt_objects *o);
bool pmt_class_init(struct pmt_objects *o);
void pmt_class_done(struct pmt_objects *o);

bool pmt_int_is_compact(const struct pmt_objects *o, const struct pmt_object *row);
/* sequence.c: list[n:n] = items, room for all at once. */
bool pmt_list_put_slice(struct pmt_objects *o, pmt_obj list, const pmt_obj *items, size_t n);
/* set.c */
bool pmt_set_has(struct pmt_objects *o, pmt_obj set, pmt_obj x, bool *out); /* false: raised */
bool pmt_set_purge(struct pmt_objects *o, pmt_obj set); /* of its dummies, if they are many */
bool pmt_set_clear(struct pmt_objects *o, pmt_obj set);
void pmt_class_keys_drop(struct pmt_objects *o, pmt_obj cls);            /* class.c */
/* Bytes of an instance's own block without the collector's head; *in_front of that. */
uint64_t pmt_instance_bytes(const struct pmt_objects *o, pmt_obj x, uint64_t *in_front);
uint64_t pmt_class_bytes(const struct pmt_objects *o, pmt_obj cls);
const char *pmt_class_name(const struct pmt_objects *o, pmt_obj cls);    /* borrowed */
bool pmt_class_is_old(const struct pmt_objects *o, pmt_obj cls);         /* class C: of 2.x */
pmt_obj pmt_class_base(const struct pmt_objects *o, pmt_obj cls);        /* borrowed; 0 */
bool pmt_class_takes_weakrefs(const struct pmt_objects *o, pmt_obj cls);
bool pmt_unicode_keep(struct pmt_objects *o, pmt_obj x); /* text.c: its free list took it */
void pmt_dict_table_drop(struct pmt_objects *o, pmt_obj dict);

#endif
