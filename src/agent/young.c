/*
 * young.c - which blocks are objects of the collector, and which of the young ones are tracked?
 *
 * Mostly the collector's count says it: it rises between the call that makes an object and the
 * next (collector.c). Where it cannot tell, because it was reset in between, or because the next
 * call gives the block back, the block is looked at: an object leads to its type, and that says
 * whether the collector has its like. A word that is to be the address of a type may be anything,
 * and is read by a system call; so what was looked at before is kept.
 *
 *     block   16 GC head      16 header            an object of the collector
 *             16 pre-header   16 GC head   header  ... an instance, 3.11 and later
 *             16 header                            another
 *
 * A collection has just looked at all objects made since the last one; what it left out of its lists
 * is untracked.
 */
#include "agent/agent.h"

#include <string.h>
#include <sys/mman.h>
#include "agent/object.h"
#include "agent/recent.h"

/* -- types -- */

/* Whether the type of an object is `type`, or a subclass of it. */
static bool is_metatype(uint64_t meta)
{
    uint64_t meta_meta, flags;

    return meta == (uintptr_t)pmt_py.type_type ||
           (collector_read(meta + 8, &meta_meta) &&
            meta_meta == (uintptr_t)pmt_py.type_type &&
            collector_read(meta + TP_FLAGS, &flags) && flags & FLAG_TYPE);
}

/* Whether p is a type, and not one that died. */
static bool is_type(uint64_t p, uint64_t *flags)
{
    uint64_t count, meta;

    return p > 4096 && collector_read(p, &count) && count && collector_read(p + 8, &meta) &&
           is_metatype(meta) && collector_read(p + TP_FLAGS, flags);
}

/* Words that were looked at before, types and others: a look costs system calls. Two
 * places for each, the newest first, lest two hot words drive each other out. */
#define KNOWN 1024u

static struct known { uint64_t word; uint32_t flags; bool type; } known[KNOWN][2];

static const struct known *find_known(uint64_t word)
{
    const struct known *k = known[(word >> 4) % KNOWN];

    return k[0].word == word ? &k[0] : k[1].word == word ? &k[1] : NULL;
}

static const struct known *look_at(uint64_t word)
{
    struct known *k = known[(word >> 4) % KNOWN];
    uint64_t flags = 0;

    k[1] = k[0];
    k[0] = (struct known){.word = word};
    k[0].type = is_type(word, &flags);
    k[0].flags = (uint32_t)flags;
    return &k[0];
}

bool collector_type(uint64_t word, uint64_t *flags)
{
    const struct known *k;

    if (!word)
        return false;
    k = find_known(word);
    if (!k)
        k = look_at(word);
    *flags = k->flags;
    return k->type;
}

void collector_forget_type(uintptr_t block)
{
    for (uintptr_t type = block + 16; type <= block + 32; type += 16) {
        struct known *k = known[(type >> 4) % KNOWN];

        for (size_t i = 0; i < 2; i++)
            if (k[i].word == type)
                k[i] = (struct known){0};
    }
}

/* The same without a look: only what has been met in a collector object. */
static bool is_met(uint64_t word)
{
    const struct known *k = find_known(word);

    return k && k->type && (k->flags & FLAG_GC);
}

static uintptr_t start_of(uintptr_t tagged)
{
    return tagged & ~TAGS;
}

/* The object's header lies at the block's start, behind a GC head of 16 bytes, or
 * behind another 16 (3.11+: instances with a pre-header). While a collection is under
 * way inside its allocation, a collector object has no header yet, but its first two
 * words have been cleared, which those of another object are not. The block is live and
 * no word behind its end is read: the next page may not be there. tagged: agent.h,
 * gc_last_block. */
static bool is_collector_object(uintptr_t tagged)
{
    uintptr_t block = start_of(tagged);
    int last = tagged & TAG_PREHEADER ? 32 : 16;
    uint64_t flags;

    if (!HOT.gc_late && gc_half(GC_COLLECTING) && get(block, 0) == 0 &&
        get(block, 8) == 0)
        return true;
    for (int header = 0; header <= last; header += 16)
        if (is_count_of_new(get(block, header)) && collector_type(get(block, header + 8), &flags))
            return (flags & FLAG_GC) != 0;
    return false;
}

/* -- young objects -- */

#define MAX_YOUNG (1u << 20) /* more than that, with automatic collection off: the rest
                                counts as tracked */

static uintptr_t *young; /* tagged as gc_last_block */
static uint32_t n_young; /* a forked child has the same ones */

bool collector_open(void)
{
    void *map = mmap(NULL, MAX_YOUNG * sizeof *young, PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

    young = map == MAP_FAILED ? NULL : map;
    return young != NULL;
}

/* Addresses come again and again: each is wanted once. */
static struct recent recent;

void collector_young_at(uintptr_t tagged)
{
    if (recent_has(&recent, tagged)) {
        touch_anew(start_of(tagged));
        return;
    }
    /* Not those outside the arenas: their memory may go without a word. */
    if (tagged & TAG_RAW || n_young == MAX_YOUNG)
        return;
    recent_put(&recent, tagged);
    young[n_young++] = tagged;
}

/* Behind a pre-header comes a GC head, whose first word leads to the next object, for the
 * newest one to the head of its list; where there is none comes a reference count. What
 * follows a link is a link too, another one each time, and would cost a look in vain. */
static bool is_link(uint64_t word)
{
    return word == (uintptr_t)HOT.gc || word >> 33;
}

/* The count says that it is one: so there is a type in it, to be met again. */
void collector_young(void)
{
    uintptr_t block = start_of(HOT.gc_last_block);
    bool preheader = HOT.gc_last_block & TAG_PREHEADER;
    uint64_t flags;

    if (!HOT.gc_last_block)
        return;
    if ((preheader && is_link(get(block, 16))) || !collector_type(get(block, 24), &flags))
        if (preheader)
            (void)collector_type(get(block, 40), &flags);
    collector_young_at(HOT.gc_last_block);
    look_late(HOT.gc_last_block);
    if (HOT.gc_late)
        step_watch();
}

/* Where the GC head lies in a block that looks like an object of a type that was met;
 * -1: it does not. */
static int head_in(uintptr_t tagged)
{
    uintptr_t block = start_of(tagged);

    if (is_met(get(block, 24)))
        return 0;
    return tagged & TAG_PREHEADER && is_met(get(block, 40)) ? 16 : -1;
}

void collector_maybe_young(void)
{
    if (head_in(HOT.gc_last_block) >= 0)
        collector_young_at(HOT.gc_last_block);
}

uintptr_t collector_listed(uintptr_t tagged)
{
    int at = head_in(tagged);
    uintptr_t head = start_of(tagged) + (uintptr_t)at;

    return at >= 0 && get(head, 0) ? head : 0;
}

/* The GC head of what dies is in no list, and may say that it was finalised; where another object
 * has its type there is no type then. */
static bool is_head_of_dead(uintptr_t head)
{
    return get(head, 8) <= 1 && get(head, 0) == 0 && is_count_of_new(get(head, HEAD));
}

void collector_last_goes(void)
{
    uintptr_t block = start_of(HOT.gc_last_block);
    uintptr_t last = HOT.gc_last_block & TAG_PREHEADER ? block + HEAD : block;
    uint64_t flags;

    for (uintptr_t head = block; head <= last && !HOT.made_kind; head += HEAD)
        if (is_head_of_dead(head) && collector_type(get(head, HEAD + 8), &flags)) {
            if (flags & FLAG_GC) {
                ring_put(PMT_W_GC_LAST, 1, 0);
                HOT.beside++;
            }
            return;
        }
}

void collector_forget(const void *base, size_t size)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < n_young; i++)
        if (young[i] - (uintptr_t)base >= size)
            young[kept++] = young[i];
    n_young = kept;
}

/* An object is in a list if the first word of its GC head is set. What was freed since
 * and is something else by now, the recorder knows. */
static bool is_untracked(uintptr_t tagged)
{
    uintptr_t block = start_of(tagged);
    int head;

    if (get(block, 0) && get(block, 16)) /* in a list, wherever the head is */
        return false;
    head = head_in(tagged);
    return head >= 0 && get(block, head) == 0;
}

/* No block of a small size crosses the end of a pool, nor is there more behind one than the end of
 * an arena. */
static uintptr_t room_behind(uintptr_t block)
{
    uintptr_t pool = pmt_hex_version < 0x030a0000 ? 4096 : 16384;

    return pool - (block & (pool - 1));
}

void collector_tell_freed(const void *block)
{
    uintptr_t at = (uintptr_t)block, room = room_behind(at), type = 0;

    if (room >= GC_LEAST && is_met(get(at, 24)))
        type = get(at, 24);
    else if (HOT.gc_preheader && room >= GC_LEAST_PREHEADER && is_met(get(at, 40)))
        type = get(at, 40);
    if (!type || !ring_room_for_one())
        return;
    type_tell(type);
    ring_put(PMT_W_COLLECTED, at, type);
    HOT.beside++;
}

void collector_tell_untracked(void)
{
    for (uint32_t i = 0; i < n_young; i++)
        if (is_untracked(young[i])) {
            if (!ring_room_for_one())
                break;
            ring_put(PMT_W_GC_UNTRACKED, young[i] & ~TAGS, 0);
            HOT.beside++;
        }
    n_young = 0;
    recent_forget_all(&recent);
}

/* Whether what stands here is the header of what was made, and not what died in the block: that
 * has references, or a GC head that was made and is in no list, as of an object that dies. */
static bool is_header_of_new(uintptr_t block, int at)
{
    uint64_t count = get(block, at);

    return is_count_of_new(count) &&
           (count || (at && get(block, at - 16) == 0 && get(block, at - 8) == 0));
}

enum collector_last collector_last(const void *freed)
{
    uintptr_t block = start_of(HOT.gc_last_block);
    int last = HOT.gc_last_block & TAG_PREHEADER ? 32 : 16;
    uint64_t flags;

    if (block == (uintptr_t)freed)
        return is_collector_object(HOT.gc_last_block) ? LAST_COUNTED : LAST_OTHER;
    for (int at = 0; at <= last; at += 16)
        if (is_header_of_new(block, at) && collector_type(get(block, at + 8), &flags))
            return flags & FLAG_GC ? LAST_COUNTED : LAST_OTHER;
    return LAST_NOT_KNOWN;
}

void collector_settle(void)
{
    if (!HOT.gc_last_block) /* a checkpoint may have settled it in the same call */
        return;
    HOT.gc_last_counted = HOT.made_kind || is_collector_object(HOT.gc_last_block);
    if (!HOT.made_kind) /* that goes into the next record, and says it too */
        ring_put(PMT_W_GC_LAST, HOT.gc_last_counted, 0);
    if (HOT.gc_last_counted)
        collector_young();
    HOT.gc_last_block = 0;
}
