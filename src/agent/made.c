/*
 * made.c - of what type is the object that is made?
 *
 * An allocation does not say. But when the next call of the allocator comes, the block has a
 * header: behind nothing, behind a GC head, or behind a GC head and a pre-header (3.11+). A
 * new object has a small reference count (none, if the next call frees it), and what follows it
 * has to be a type. One that nobody has written to still looks like what died there, a list for
 * instance, with no reference: that is believed of an object that dies within its first call, if
 * the collector has counted it, and of no type that has a list otherwise.
 *
 * Up to 3.11 a collection may run inside the allocation. The block has no header then; it
 * is kept for the first call behind the collection. If the program has asked for the
 * collection, then the block is an object by now, which may be garbage: it is read before it
 * goes.
 */
#include "agent/objects_watch.h"

#include "agent/object.h"

#define HEADER 16u

uintptr_t made_types[PMT_W_KINDS];

static bool is_header(uintptr_t at, bool counted, bool dead)
{
    uint64_t count = get(at, 0), flags;

    return (count || counted || (dead && !made_kind_of(get(at, 8)))) &&
           is_count_of_new(count) && collector_type(get(at, 8), &flags) &&
           get(get(at, 8), TP_NAME);
}

static void tell(struct made m, bool counted, bool dead)
{
    uintptr_t last = HOT.gc_preheader ? 2 * HEAD : HEAD;

    for (uintptr_t header = 0; header <= last && header + HEADER <= m.bytes; header += HEAD) {
        uintptr_t type;

        if (!is_header(m.block + header, counted, dead))
            continue;
        type = get(m.block + header, 8);
        if (HOT.objects == PMT_OBJECTS_LISTED && !made_kind_of(type))
            return;
        if (ring_room_for_one()) {
            type_tell(type);
            ring_put(PMT_W_OBJECT, m.block, type);
            HOT.beside++;
        }
        return;
    }
}

void made_settle(const void *freed)
{
    struct made m = HOT.made, kept = HOT.made_kept;
    bool goes = m.block == (uintptr_t)freed;

    if (kept.block && (!HOT.gc_collecting || kept.block == (uintptr_t)freed)) {
        tell(kept, false, kept.block == (uintptr_t)freed);
        HOT.made_kept.block = 0;
    }
    HOT.made.block = 0;
    if (m.block && HOT.gc_collecting && !HOT.gc_late && !m.within && !goes)
        HOT.made_kept = m;
    else if (m.block)
        tell(m, made_counted(m), goes);
}
