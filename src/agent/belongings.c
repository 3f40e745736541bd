/*
 * belongings.c - what dies with an object, beside the collector's other garbage.
 *
 * Three kinds of block are freed because the object is: tables of its own (a list's items,
 * a dict's keys), objects that the collector does not know (strings, numbers), and tuples
 * and dicts that it has untracked. A table is where the type keeps it; an object belongs
 * to the dead when all references to it that are counted have been met in them. Interned
 * strings may be found again until then: the recorder's side takes that for what it is.
 *
 * An object that is reachable, and that garbage keeps, takes such things with it as well when it
 * dies, and objects of the collector to which it has the only reference. What it refers to as others
 * do is named apart. Of one that holds many, like a queue, not all are asked for.
 *
 * Layouts: Include/cpython/{listobject,dictobject,setobject,bytearrayobject}.h,
 * Include/internal/pycore_{dict,object}.h, 3.8 ... 3.13.
 */
#include "agent/agent.h"

#include <string.h>
#include "agent/array.h"
#include "agent/object.h"
#include "agent/set.h"

#define LIST_ITEMS  24
#define DICT_KEYS   32
#define DICT_VALUES 40
#define SET_TABLE   40
#define SET_SMALL   64
#define BYTES_START 32

#define SHARED_MOST 1024u /* references to what may still belong to the dead */
#define FIRST_CAP   ((size_t)1 << 10)
#define HELD_MOST   64u   /* blocks that go with an object that is reachable */
#define ASKED_MOST  1024u /* references, to find them */

/* Objects met more than once may have more than one reference: how many were met. */
static struct {
    struct array object, met; /* open addressing, 0 = free; cap is a power of two */
    struct array used;        /* places taken, to clear them */
} shared;

static struct array pending; /* objects whose own belongings are to be told */
static struct array blocks;  /* that go with one: its tables, or all */
static struct array others;  /* heads: to what it refers beside these */
static struct set asked;     /* addresses, since the last look at everything */

static size_t place_of(uintptr_t object)
{
    size_t i = (size_t)(object * UINT64_C(0x9E3779B97F4A7C15) >> 20) & (shared.object.cap - 1);

    while (shared.object.at[i] && shared.object.at[i] != object)
        i = (i + 1) & (shared.object.cap - 1);
    return i;
}

/* Nothing is shared by more than the new room has: what was met is forgotten. */
static bool make_room(void)
{
    size_t cap = shared.object.cap ? 4 * shared.object.cap : FIRST_CAP;

    if (2 * shared.used.n < shared.object.cap)
        return true;
    shared.used.n = 0;
    if (array_fill(&shared.met, cap, 0) && array_fill(&shared.object, cap, 0))
        return true;
    if (shared.object.at)
        memset(shared.object.at, 0, shared.object.cap * sizeof *shared.object.at);
    return false;
}

/* One more reference: how many were met by now; 0 if memory ran out. */
static uint64_t meet(uintptr_t object)
{
    size_t i;

    if (!make_room())
        return 0;
    i = place_of(object);
    if (!shared.object.at[i]) {
        if (!array_push(&shared.used, i))
            return 0;
        shared.object.at[i] = object;
        shared.met.at[i] = 0;
    }
    return ++shared.met.at[i];
}

void belongings_begin(bool all)
{
    while (shared.used.n)
        shared.object.at[shared.used.at[--shared.used.n]] = 0;
    if (all)
        set_clear(&asked);
}

static void add_block(uintptr_t block)
{
    if (block)
        (void)array_push(&blocks, block);
}

/* -- tables -- */

/* From 3.11 on a dict's values begin behind the order in which they were set; the byte
 * before them says how far. From 3.13 on they begin with it, and may be part of the
 * instance. */
static void add_values(uintptr_t values)
{
    if (!values)
        return;
    if (pmt_hex_version >= 0x030d0000)
        add_block(byte_at(values, 2) ? 0 : values);
    else if (pmt_hex_version >= 0x030b0000)
        add_block(values - byte_at(values, -1));
    else
        add_block(values);
}

static void add_dict(uintptr_t dict)
{
    uintptr_t keys = get(dict, DICT_KEYS);

    if (get(keys, 0) == 1) /* dk_refcnt; instances of a class share theirs */
        add_block(keys);
    add_values(get(dict, DICT_VALUES));
}

/* Values of an instance that has no dict yet stand before its GC head: 3.11, 3.12. */
static void add_instance(uintptr_t object)
{
    uint64_t values;

    if (pmt_hex_version >= 0x030d0000)
        return;
    if (pmt_hex_version < 0x030c0000) {
        add_values(get(object, -32));
        return;
    }
    values = get(object, -24);
    if (values & 1)
        add_values(values + 1);
}

static void add_tables(uintptr_t object)
{
    uintptr_t type = get(object, 8);
    uint64_t flags = get(type, TP_FLAGS), by = get(type, TP_TRAVERSE);

    if (flags & FLAG_LIST)
        add_block(get(object, LIST_ITEMS));
    else if (flags & FLAG_DICT)
        add_dict(object);
    else if (pmt_py.set_type && by == get((uintptr_t)pmt_py.set_type, TP_TRAVERSE) &&
             get(object, SET_TABLE) != object + SET_SMALL)
        add_block(get(object, SET_TABLE));
    else if (type == (uintptr_t)pmt_py.bytearray_type)
        add_block(get(object, BYTES_START));
    if (flags & FLAG_MANAGED_DICT && pmt_hex_version >= 0x030b0000)
        add_instance(object);
}

/* -- objects -- */

static bool is_collectors(uintptr_t head)
{
    return head && get(head, 0);
}

/* A tuple that a collection has left untracked: the second that it survived, if it alone holds another,
 * which is untracked behind it (dead_tell.c). */
static bool was_untracked_later(uintptr_t object)
{
    uint64_t n = is_tuple(get(object, 8)) ? get(object, TUPLE_ITEMS) : 0;

    for (uint64_t k = 0; k < n; k++) {
        uintptr_t item = get(object + TUPLE_FIRST, (int)(8 * k));

        if (item && is_tuple(get(item, 8)) && references_to(item) == 1)
            return true;
    }
    return false;
}

void atomic_tell(uintptr_t head, unsigned generations)
{
    for (; generations > 0 && ring_room_for_one(); generations--) {
        ring_put(PMT_W_ATOMIC, block_of(head), 0);
        HOT.beside++;
    }
}

static int tell_referent(void *referent, void *arg)
{
    uintptr_t object = (uintptr_t)referent, head = head_of(object);
    uint64_t references = references_to(object);

    (void)arg;
    if (is_collectors(head) || references > SHARED_MOST)
        return 0; /* the collector sees to it, or it is everybody's */
    if (references > 1 && meet(object) != references)
        return 0;
    type_tell(get(object, 8));
    if (!ring_room_for_one())
        return 1;
    ring_put(PMT_W_BELONGS, head ? block_of(head) : object, get(object, 8));
    if (head && was_untracked_later(object))
        atomic_tell(head, 2);
    (void)array_push(&pending, object);
    return 0;
}

static void tell_tables(uintptr_t object)
{
    blocks.n = 0;
    add_tables(object);
    for (size_t i = 0; i < blocks.n && ring_room_for_one(); i++)
        ring_put(PMT_W_BELONGS, blocks.at[i], 0);
}

void belongings_tell(uintptr_t object)
{
    pending.n = 0;
    for (;;) {
        tell_tables(object);
        if (head_of(object))
            visit_all(object, tell_referent);
        if (!pending.n)
            return;
        object = pending.at[--pending.n];
    }
}

static size_t n_asked; /* references */

static int add_other(uintptr_t head, uint64_t references)
{
    if (!is_collectors(head) || references > REFERENCES_FEW || others.n == OTHERS_TOLD)
        return 0;
    for (size_t i = 0; i < others.n; i++)
        if (others.at[i] == head)
            return 0;
    return !array_push(&others, head);
}

static int add_referent(void *referent, void *arg)
{
    uintptr_t object = (uintptr_t)referent, head = head_of(object);

    (void)arg;
    if (n_asked++ >= ASKED_MOST)
        return 1;
    if (references_to(object) != 1)
        return add_other(head, references_to(object));
    add_block(head ? block_of(head) : object);
    return blocks.n >= HELD_MOST || !array_push(&pending, object);
}

bool belongings_unasked(uintptr_t address)
{
    return !set_has(&asked, address) && set_add(&asked, address);
}

const struct array *belongings_held(uintptr_t object)
{
    blocks.n = others.n = pending.n = n_asked = 0;
    for (;;) {
        add_tables(object);
        if (head_of(object))
            visit_all(object, add_referent);
        if (!pending.n || blocks.n >= HELD_MOST || n_asked > ASKED_MOST)
            return &blocks;
        object = pending.at[--pending.n];
    }
}

const struct array *belongings_others(void)
{
    return &others;
}
