/*
 * spared.c - what a look spares the collection behind it.
 *
 * A look visits what the collection is going to visit, which then finds it in the caches: it
 * takes less than in a program that nobody records. By how much is measured for some of them. A
 * pass over the same objects is made before the look and once more behind it, and waits for
 * memory where the collector waits: for the GC head and the count of each object
 * (update_refs()), then for what tp_traverse reads and for the header of each object referred
 * to (subtract_refs()). It is the same work both times, so the difference is time spent on
 * waiting for memory alone. Nothing is written.
 *
 *     pass, 900 us | look | pass, 400 us | collection, 1000 us: without the look, 1500 us
 */
#include "agent/agent.h"

#include <time.h>
#include "agent/object.h"

#define SHARE 200u /* then: one part in so many of the time since the first, of each */

/* Collections of each generation that are measured anyway. */
static const uint32_t first[3] = {0, 8, 2};

static uint64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

/* All that is read goes in here, lest the compiler leave it out. */
static uint64_t sum;

static int read_header(void *object, void *arg)
{
    uintptr_t head = head_of((uintptr_t)object);

    (void)arg;
    if (head)
        sum += get(head, 8);
    return 0;
}

static void touch_list(uintptr_t list)
{
    for (uintptr_t head = get(list, 0); head != list; head = get(head, 0))
        sum += get(head, HEAD);
    for (uintptr_t head = get(list, 0); head != list; head = get(head, 0))
        visit_all(head + HEAD, read_header);
}

/* A collection of this generation visits it and the younger. */
static uint64_t pass_ns(unsigned generation)
{
    uint64_t since = now_ns(), took;

    for (unsigned g = generation + 1; g-- > 0;)
        touch_list((uintptr_t)HOT.gc + GENERATION * g);
    took = now_ns() - since;
    HOT.spared_spent_ns[generation] += took;
    return took;
}

void spared_before(unsigned generation)
{
    uint64_t now = now_ns();

    HOT.spared_known = HOT.spared_begun = false;
    if (!HOT.spared_since_ns)
        HOT.spared_since_ns = now;
    if (HOT.spared_n[generation] >= first[generation] &&
        HOT.spared_spent_ns[generation] > (now - HOT.spared_since_ns) / SHARE)
        return;
    HOT.spared_n[generation]++;
    HOT.spared_generation = generation;
    HOT.spared_ns = pass_ns(generation);
    HOT.spared_begun = true;
}

void spared_behind(void)
{
    uint64_t warm;

    if (!HOT.spared_begun)
        return;
    warm = pass_ns(HOT.spared_generation);
    HOT.spared_ns = warm < HOT.spared_ns ? HOT.spared_ns - warm : 0;
    HOT.spared_begun = false;
    HOT.spared_known = true;
}

uint64_t spared_ns(unsigned generation)
{
    bool known = HOT.spared_known && HOT.spared_generation == generation;

    HOT.spared_known = false;
    return known ? HOT.spared_ns : PMT_W_NOT_KNOWN;
}
