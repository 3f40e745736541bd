/* objects_watch.h - what every hook call does for objects and free lists, inline: hooks.c
 * asks, made.c and free_list.c answer. */
#ifndef PMT_AGENT_OBJECTS_WATCH_H
#define PMT_AGENT_OBJECTS_WATCH_H

#include <string.h>
#include "agent/agent.h"

/* made.c: at the entry of a hook, tell the type of what the last call made. freed: the block
 * that this one frees or moves, or NULL. */
void made_settle(const void *freed);

/* Types whose objects are told even where not all are, by number from 1 on; 0: none. */
extern uintptr_t made_types[PMT_W_KINDS];

static inline uint64_t made_kind_of(uintptr_t type)
{
    uint64_t kind = PMT_W_KINDS - 1;

    while (kind > 0 && type != made_types[kind])
        kind--;
    return kind;
}

/* Whether the collector has counted what the last call made. A block that nobody has written
 * to yet may look like the object that died there: but for its count of references, as one
 * that is dying now. */
static inline bool made_counted(struct made m)
{
    return HOT.gc_count > m.count;
}

/* made_settle() where those alone are told, and no collection is near. The program has just
 * written these words, one by one: they are read so, lest the processor wait until they have left
 * for memory. */
static inline void made_settle_kind(void)
{
    const volatile uint64_t *w = (const volatile uint64_t *)HOT.made.block; /* GC head, header */
    uint64_t kind = made_kind_of(w[3]), count, next;

    HOT.made.block = 0;
    if (!kind)
        return;
    count = w[2];
    next = w[0];
    if (is_count_of_new(count) && (count || made_counted(HOT.made)) &&
        (next == 0 || !is_count_of_new(next)))
        HOT.made_kind = kind << PMT_W_KIND_SHIFT;
}

static inline void made_watch(const void *freed)
{
    if (!(HOT.made.block | HOT.made_kept.block))
        return;
    if (HOT.objects != PMT_OBJECTS_ALL && !HOT.gc_collecting && !HOT.made_kept.block)
        made_settle_kind();
    else if (HOT.made.block || !HOT.gc_collecting || HOT.made_kept.block == (uintptr_t)freed)
        made_settle(freed); /* otherwise it is kept until the collection is over */
}

/* How many objects each free list holds: where that stands, and what it was when it was last
 * told. A list that is not watched stands where it was told. */
#define TUPLE_LISTS 20
struct list_counts {
    const uint32_t *list, *dict, *tables, *tuples; /* of tuples: one behind the other */
    _Alignas(16) uint32_t told_tuples[TUPLE_LISTS];
    uint32_t told_list, told_dict, told_tables;
    uint32_t slow;          /* not 0: ask objects_watch_slow() anyway */
};
extern struct list_counts list_counts;

/* Every call comes by here, and loads of four counts at once are half the price. */
typedef uint32_t four_counts __attribute__((vector_size(16)));
typedef uint64_t two_pairs __attribute__((vector_size(16)));

static inline four_counts moved_of_four(int first)
{
    const struct list_counts *c = &list_counts;
    four_counts stand;

    memcpy(&stand, c->tuples + first, sizeof stand);
    return stand ^ *(const four_counts *)(const void *)(c->told_tuples + first);
}

static inline bool lists_moved(void)
{
    const struct list_counts *c = &list_counts;
    uint32_t single = (*c->list ^ c->told_list) | (*c->dict ^ c->told_dict) |
                      (*c->tables ^ c->told_tables) | c->slow;
    two_pairs moved = {0, 0};

#pragma GCC unroll 5 /* TUPLE_LISTS / 4: no macro is expanded here */
    for (int i = 0; i < TUPLE_LISTS; i += 4)
        moved |= (two_pairs)moved_of_four(i);
    return (moved[0] | moved[1] | single) != 0;
}

/* free_list.c: the lists have moved, or are to be asked anyway. */
void objects_watch_slow(const void *freed);

/* That of tables of dicts is looked at more often: they die with no one's word (free_list.c). */
static inline bool tables_moved(void)
{
    return *list_counts.tables != list_counts.told_tables;
}

/* At the entry of a mem or obj hook, behind collector_watch(): the block that is about to be
 * freed or moved, or NULL; whether it is freed. */
static inline void objects_watch(const void *gone, bool freed)
{
    if (!HOT.objects)
        return;
    made_watch(gone);
    if (lists_moved())
        objects_watch_slow(freed ? gone : NULL);
}

/* -- and most of them: nothing has happened that is not said here -- */

/* At the entry of a mem or obj hook, or where an object has died. */
static inline bool is_quiet(void)
{
    uint32_t within = HOT.gc_collecting;

    if (HOT.head >= HOT.ask_at || HOT.thread != thread_pointer())
        return false;
    /* A count of 0 may have been set back, but for within a collection. */
    return gc_half(GC_COUNT0) - 1 + within < HOT.ask_below && gc_half(GC_COLLECTING) == within;
}

/* Then, of what the last call made: the block that this one frees or moves, or NULL. */
static inline void quiet_watch(const void *gone)
{
    uint32_t before = HOT.gc_count;

    HOT.gc_count = gc_half(GC_COUNT0);
    if (HOT.gc_count > before)
        collector_young();
    if (HOT.made.block)
        made_watch(gone);
}

#endif
