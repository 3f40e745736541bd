/* object.h - the words of the interpreter's objects and types, as far as the agent reads
 * them: Include/object.h, Include/cpython/object.h, Include/internal/pycore_gc.h,
 * 3.8 ... 3.13. */
#ifndef PMT_AGENT_OBJECT_H
#define PMT_AGENT_OBJECT_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include "agent/agent.h"

#define TP_NAME       24
#define TP_BASIC_SIZE 32
#define TP_ITEM_SIZE  40
#define TP_DEALLOC    48
#define TP_FLAGS      168
#define TP_TRAVERSE   184
#define TP_WEAK_LIST  208 /* where in an object its weak references begin; 0: it has none */
#define TP_IS_GC      328

#define FLAG_MANAGED_DICT (UINT64_C(1) << 4) /* 3.11+ */
#define FLAG_PREHEADER    (UINT64_C(3) << 3) /* ... or managed weak references */
#define FLAG_HEAP         (UINT64_C(1) << 9)
#define FLAG_GC           (UINT64_C(1) << 14)
#define FLAG_LIST         (UINT64_C(1) << 25)
#define FLAG_TUPLE        (UINT64_C(1) << 26)
#define FLAG_DICT         (UINT64_C(1) << 29)
#define FLAG_TYPE         (UINT64_C(1) << 31)

#define TUPLE_ITEMS 16 /* how many */
#define TUPLE_FIRST 24

#define WEAK_CALLBACK 24 /* of a weak reference */
#define WEAK_NEXT     48 /* ... to the same object */

#define HEAD 16 /* bytes of a GC head, which lies before its object */

typedef int visit(void *object, void *arg);
typedef int traverse(void *object, visit *, void *arg);

static inline uint64_t get(uintptr_t at, int offset)
{
    uint64_t w;

    memcpy(&w, (const char *)at + offset, sizeof w);
    return w;
}

static inline void set(uintptr_t at, int offset, uint64_t w)
{
    memcpy((char *)at + offset, &w, sizeof w);
}

/* The object before this one in its list of the collector, whole unless it is collecting. (The lowest
 * bits are flags.) */
static inline uintptr_t head_before(uintptr_t head)
{
    return get(head, 8) & ~UINT64_C(3);
}

static inline uint64_t references_to(uintptr_t object)
{
    return get(object, 0) & UINT32_MAX;
}

/* That of tuples alone, not of a class derived from it. */
static inline bool is_tuple(uintptr_t type)
{
    return type == (uintptr_t)pmt_py.tuple_type;
}

static inline uint8_t byte_at(uintptr_t at, int offset)
{
    return *((const uint8_t *)at + offset);
}

/* The GC head of an object, 0 if it has none. */
static inline uintptr_t head_of(uintptr_t object)
{
    uintptr_t type = get(object, 8);
    int (*is_gc)(void *);

    if (!(get(type, TP_FLAGS) & FLAG_GC))
        return 0;
    is_gc = (int (*)(void *))get(type, TP_IS_GC);
    return !is_gc || is_gc((void *)object) ? object - HEAD : 0;
}

/* Each reference of an object that has a GC head. */
static inline void visit_all(uintptr_t object, visit *each)
{
    traverse *by = (traverse *)get(get(object, 8), TP_TRAVERSE);

    (void)by((void *)object, each, NULL);
}

/* The block that an object lies in which has this GC head. */
static inline uintptr_t block_of(uintptr_t head)
{
    bool preheader = HOT.gc_preheader && get(get(head + HEAD, 8), TP_FLAGS) & FLAG_PREHEADER;

    return preheader ? head - 16 : head;
}

#endif
