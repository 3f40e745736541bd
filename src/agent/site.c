/*
 * site.c - is the allocation under way one of the collector's objects?
 *
 * Only afterwards the count says so. But all such objects are made in a few places of
 * the interpreter (gc_alloc() and what it was inlined into), which the return address of
 * the hook names: PyObject_Malloc() ends with a jump to it. So a place is learned from
 * the count: the next call sees it one higher, or it does not. Where that one frees a block, as
 * behind a bound method that is called, the count may be one lower again: then the type of what
 * was made says it. From 3.11 on one
 * place makes instances of all types (_PyType_AllocNoTrack()), few of which are not the
 * collector's: so a place is believed while most that it made were. Where the call is no
 * jump all allocations have the same place, and there are no looks.
 */
#include "agent/agent.h"

#include "agent/places.h"

#define SURE  2u /* times seen */
#define MOST  2u /* times as often as others */

static struct place sites[PLACES]; /* such: objects of the collector */

/* The last allocation: what it was is seen at the next call. */
static struct {
    struct place *site;
    uint64_t work;
    uint32_t count;
} last;

static void note_last(bool counted, bool other)
{
    if (last.site && work_done() == last.work + 1) { /* nothing was made or freed between */
        last.site->such += counted;
        last.site->others += other;
    }
    last.site = NULL;
}

void site_learn(void)
{
    note_last(HOT.gc_count == last.count + 1, HOT.gc_count == last.count);
}

void site_learn_freed(const void *block)
{
    bool same = last.site && HOT.gc_count == last.count;
    enum collector_last what = same ? collector_last(block) : LAST_NOT_KNOWN;

    note_last(HOT.gc_count == last.count + 1 || what == LAST_COUNTED, what == LAST_OTHER);
}

bool site_is_collectors(uintptr_t at)
{
    struct place *s = place_find(sites, at);

    site_learn();
    last.site = s;
    last.work = work_done();
    last.count = HOT.gc_count;
    return s && s->such >= SURE && s->such / MOST >= s->others;
}
