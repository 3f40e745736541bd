/*
 * hooks.c - the allocator hooks. Everything here runs for every event.
 *
 * The record of an allocation is written after the real call, that of a free before
 * it, that of a resize on both sides: so an address is never seen to be taken before
 * it was seen to be given back, whatever other threads do (wire.h).
 *
 * A mem or obj call that pymalloc does not serve goes on to the raw domain, through
 * our own raw hook: `inside` tells that hook that the block is already being
 * recorded. A raw call under a small request is pymalloc's own (its arena table) and
 * is recorded like any other.
 *
 * Before it puts its own record, a call asks what has happened since the last one: to the
 * collector, to free lists, to what is done now and then. Mostly that is nothing but what
 * the last call made (is_quiet(), quiet_watch()), and a few comparisons show it; else ask().
 */
#include "agent/objects_watch.h"

struct py_allocator pmt_original[N_DOMAINS];
struct py_arena_allocator pmt_original_arena;

static inline void enter(const void *ptr, size_t size)
{
    HOT.inside_ptr = ptr;
    HOT.inside_size = size;
    HOT.inside = thread_pointer();
}

static inline void leave(void)
{
    HOT.inside = 0;
    collector_leave();
}

static void count_failed(void)
{
    atomic_fetch_add_explicit(&HOT.shm->failed_allocs, 1, memory_order_relaxed);
}

/* What the next call is to say of this block, if it can be an object of the collector, or one whose
 * type is told. */
static inline void note_made(uintptr_t block, size_t size)
{
    if (size >= GC_LEAST && HOT.gc_found)
        HOT.gc_last_block = collector_tagged(block, size);
    if (size - HOT.made_from < HOT.made_span)
        HOT.made = (struct made){block, size, HOT.gc_count, HOT.gc_collecting};
}

static inline void *record_alloc(uint64_t op, void *p, size_t size)
{
    leave();
    collector_no_last();
    if (UNLIKELY(!p)) {
        count_failed();
        return p;
    }
    ring_put(op, (uintptr_t)p, wire_count(size));
    if (op == PMT_W_ALLOC_OBJ)
        note_made((uintptr_t)p, size);
    return p;
}

/* Inlined into the hook, so that the return address is the hook's. */
#define HOOK static inline __attribute__((always_inline))
#define ASKED static __attribute__((noinline))

/* -- mem and obj: under the GIL -- */

static inline bool look_is_near(void)
{
    return HOT.gc_count >= HOT.look_from;
}

/* Whatever has happened; then, whether the next call is to ask as well. False: off. */
static bool ask(const void *gone, bool freed)
{
    if (!ring_ready())
        return false;
    if (UNLIKELY(HOT.main_near))
        main_watch(false);
    collector_watch(freed ? gone : NULL);
    if (UNLIKELY(HOT.main_near))
        main_watch(true);
    objects_watch(gone, freed);
    HOT.ask_at = HOT.gc_full || HOT.ended || list_counts.slow ? 0 : HOT.stop_at;
    return true;
}

ASKED bool ask_alloc(uint64_t op, uintptr_t site)
{
    if (!ask(NULL, false))
        return false;
    if (look_is_near() && op == PMT_W_ALLOC_OBJ)
        look_before(site);
    else if (look_is_near())
        site_learn();
    return true;
}

ASKED bool ask_resize(const void *old)
{
    if (!ask(old, false))
        return false;
    if (look_is_near())
        site_learn();
    return true;
}

/* Objects of free lists come by on their own when they die (free_list.c). What the lists have given is
 * asked when it matters what there is, which is before an object that the collector may come with;
 * tables of dicts, which are taken and come back without a word, are asked for each time. */
HOOK bool alloc_ready(uint64_t op, size_t size)
{
    bool may_be_collectors;

    if (!is_quiet())
        return ask_alloc(op, (uintptr_t)__builtin_return_address(0));
    may_be_collectors = op == PMT_W_ALLOC_OBJ && size >= GC_LEAST;
    if (may_be_collectors && UNLIKELY(collector_is_set_anew()))
        return ask_alloc(op, (uintptr_t)__builtin_return_address(0));
    quiet_watch(NULL);
    if (may_be_collectors ? lists_moved() : tables_moved())
        objects_watch_slow(NULL);
    return true;
}

HOOK void *gil_malloc(int domain, uint64_t op, size_t size)
{
    const struct py_allocator *real = &pmt_original[domain];
    void *p;

    if (!alloc_ready(op, size))
        return real->malloc(real->ctx, size);
    if (UNLIKELY(HOT.within_call))
        step_ask(NULL);
    enter(NULL, size);
    p = real->malloc(real->ctx, size);
    if (UNLIKELY(size == HOT.table_bytes) && p)
        table_made((uintptr_t)p, (uintptr_t)__builtin_return_address(0));
    return record_alloc(op, p, size);
}

HOOK void *gil_calloc(int domain, uint64_t op, size_t n, size_t each)
{
    const struct py_allocator *real = &pmt_original[domain];

    if (!alloc_ready(op, n * each)) /* pymalloc has refused products that overflow */
        return real->calloc(real->ctx, n, each);
    enter(NULL, n * each);
    return record_alloc(op, real->calloc(real->ctx, n, each), n * each);
}

/* An obj block that is moved may be one that a list has given, though most are text, which grows. */
static inline bool may_be_of_list(uint64_t op, const void *old)
{
    const uintptr_t *words = old;

    return op == PMT_W_ALLOC_OBJ && (!old || words[1] != (uintptr_t)pmt_py.text_type);
}

HOOK void *gil_realloc(int domain, uint64_t op, void *old, size_t size)
{
    const struct py_allocator *real = &pmt_original[domain];
    void *p;

    if (is_quiet()) {
        quiet_watch(old);
        if (may_be_of_list(op, old) && lists_moved())
            objects_watch_slow(NULL);
    } else if (!ask_resize(old)) {
        return real->realloc(real->ctx, old, size);
    }
    enter(old, size);
    if (!old)
        return record_alloc(op, real->realloc(real->ctx, NULL, size), size);
    ring_put(PMT_W_RESIZE, (uintptr_t)old, wire_count(op));
    collector_no_last();
    p = real->realloc(real->ctx, old, size);
    leave();
    ring_put(PMT_W_RESIZED, (uintptr_t)p, size);
    if (UNLIKELY(!p))
        count_failed();
    return p;
}

/* The last call's block, at a free: can the count tell what it is? */
static void settle_last(const void *freed)
{
    if (UNLIKELY(HOT.gc_count + 1 >= HOT.look_from))
        site_learn_freed(freed);
    if (HOT.gc_count == 0)
        collector_settle();
    else if (collector_is_last(freed))
        collector_last_goes();
    else
        collector_maybe_young();
}

/* What a collection frees. since: if this call is timed, when it began. */
static inline void free_within(const struct py_allocator *real, void *p, uint64_t since)
{
    if (HOT.gc_last_block)
        settle_last(p);
    if (HOT.gc_unseen)
        collector_tell_freed(p);
    ring_put(PMT_W_FREE, (uintptr_t)p, wire_count(0));
    collector_no_last();
    HOT.inside_ptr = p;
    HOT.inside = thread_pointer();
    if (since)
        hook_took(since);
    HOT.hook_timed = since != 0;
    real->free(real->ctx, p);
    HOT.hook_timed = false;
    leave();
}

static inline void free_recorded(const struct py_allocator *real, void *p)
{
    if (HOT.gc_last_block)
        settle_last(p);
    if (UNLIKELY(HOT.within_call))
        step_ask(p);
    ring_put(PMT_W_FREE, (uintptr_t)p, wire_count(0));
    collector_no_last();
    HOT.inside_ptr = p;
    HOT.inside = thread_pointer();
    real->free(real->ctx, p);
    leave();
}

ASKED void ask_and_free(const struct py_allocator *real, void *p)
{
    uint64_t since = HOT.gc_collecting && hook_is_timed() ? hook_begins() : 0;

    if (!p || !ask(p, true))
        real->free(real->ctx, p);
    else if (HOT.gc_collecting)
        free_within(real, p, since);
    else
        free_recorded(real, p);
}

/* A call that is timed has looked whether all is quiet, and does so once more. */
ASKED void free_quietly_within(const struct py_allocator *real, void *p)
{
    uint64_t since = hook_is_timed() ? hook_begins() : 0;

    if (since)
        (void)(is_quiet() && !tables_moved());
    quiet_watch(p);
    if (HOT.made_kept.block == (uintptr_t)p)
        made_watch(p);
    free_within(real, p, since);
}

HOOK void gil_free(int domain, void *p)
{
    const struct py_allocator *real = &pmt_original[domain];

    if (!p || !is_quiet() || tables_moved()) {
        ask_and_free(real, p);
    } else if (HOT.gc_collecting) {
        free_quietly_within(real, p);
    } else {
        quiet_watch(p);
        free_recorded(real, p);
    }
}

/* -- raw: any thread -- */

static inline bool raw_wanted(const void *ptr, size_t size)
{
    if (!HOT.on)
        return false;
    if (HOT.inside != thread_pointer())
        return true;
    if (ptr)
        return ptr != HOT.inside_ptr;
    return HOT.inside_size - 1 < SMALL_LIMIT ||
           (size != HOT.inside_size && !(size == 1 && HOT.inside_size == 0));
}

/* Blocks that pymalloc hands on to the raw domain: outside the arenas. */
static inline void taken_outside(const void *ptr)
{
    if (HOT.outside && ptr && HOT.inside == thread_pointer())
        touch_taken(ptr);
}

/* No type is small enough to lie within. */
static inline void freed_outside(const void *ptr)
{
    if (!HOT.outside || !ptr || HOT.inside != thread_pointer())
        return;
    touch_freed(ptr);
    collector_forget_type((uintptr_t)ptr);
}

static void *raw_malloc(void *ctx, size_t size)
{
    void *p = pmt_original[DOMAIN_RAW].malloc(pmt_original[DOMAIN_RAW].ctx, size);

    (void)ctx;
    taken_outside(p);
    if (p && raw_wanted(NULL, size))
        ring_put_raw(PMT_W_ALLOC_RAW, (uintptr_t)p, size);
    return p;
}

static void *raw_calloc(void *ctx, size_t n, size_t each)
{
    void *p = pmt_original[DOMAIN_RAW].calloc(pmt_original[DOMAIN_RAW].ctx, n, each);

    (void)ctx;
    taken_outside(p);
    if (p && raw_wanted(NULL, n * each))
        ring_put_raw(PMT_W_ALLOC_RAW, (uintptr_t)p, n * each);
    return p;
}

static void *raw_realloc(void *ctx, void *old, size_t size)
{
    const struct py_allocator *real = &pmt_original[DOMAIN_RAW];
    bool wanted = raw_wanted(old, size);
    void *p;

    (void)ctx;
    freed_outside(old);
    if (wanted && old)
        ring_put_raw(PMT_W_RESIZE, (uintptr_t)old, PMT_W_ALLOC_RAW);
    p = real->realloc(real->ctx, old, size);
    taken_outside(p ? p : old);
    if (wanted && old)
        ring_put_raw(PMT_W_RESIZED, (uintptr_t)p, size);
    else if (wanted && p)
        ring_put_raw(PMT_W_ALLOC_RAW, (uintptr_t)p, size);
    return p;
}

/* What pymalloc hands on of a call that is timed is timed here as well. */
static void raw_free(void *ctx, void *p)
{
    bool timed = HOT.hook_timed && HOT.inside == thread_pointer();
    uint64_t since = timed ? hook_begins() : 0;

    (void)ctx;
    if (p && raw_wanted(p, 0))
        ring_put_raw(PMT_W_FREE, (uintptr_t)p, 0);
    freed_outside(p);
    collector_owner_freed(p);
    if (timed)
        hook_took(since);
    pmt_original[DOMAIN_RAW].free(pmt_original[DOMAIN_RAW].ctx, p);
}

/* -- arenas, and frame stack chunks, which come the same way from 3.11 on: an arena
 *    is asked for by pymalloc, so inside a mem or obj call -- */

static void *arena_alloc(void *ctx, size_t size)
{
    void *p = pmt_original_arena.alloc(pmt_original_arena.ctx, size);
    bool arena = HOT.inside == thread_pointer();

    (void)ctx;
    if (p && (arena || ring_ready()))
        ring_put(arena ? PMT_W_ARENA_NEW : PMT_W_STACK_NEW, (uintptr_t)p, size);
    return p;
}

static void arena_free(void *ctx, void *p, size_t size)
{
    bool arena = HOT.inside == thread_pointer();

    (void)ctx;
    if (p && (arena || ring_ready()))
        ring_put(arena ? PMT_W_ARENA_FREE : PMT_W_STACK_FREE, (uintptr_t)p, size);
    collector_forget(p, size);
    if (HOT.on && HOT.look_on)
        touch_forget(p, size);
    pmt_original_arena.free(pmt_original_arena.ctx, p, size);
}

#define DOMAIN(name, domain, op)                                               \
    static void *name##_malloc(void *ctx, size_t size)                         \
    {                                                                          \
        (void)ctx;                                                             \
        return gil_malloc(domain, op, size);                                   \
    }                                                                          \
    static void *name##_calloc(void *ctx, size_t n, size_t each)               \
    {                                                                          \
        (void)ctx;                                                             \
        return gil_calloc(domain, op, n, each);                                \
    }                                                                          \
    static void *name##_realloc(void *ctx, void *old, size_t size)             \
    {                                                                          \
        (void)ctx;                                                             \
        return gil_realloc(domain, op, old, size);                             \
    }                                                                          \
    static void name##_free(void *ctx, void *p)                                \
    {                                                                          \
        (void)ctx;                                                             \
        gil_free(domain, p);                                                   \
    }

DOMAIN(mem, DOMAIN_MEM, PMT_W_ALLOC_MEM)
DOMAIN(obj, DOMAIN_OBJ, PMT_W_ALLOC_OBJ)

static const struct py_allocator hooks[N_DOMAINS] = {
    [DOMAIN_RAW] = {NULL, raw_malloc, raw_calloc, raw_realloc, raw_free},
    [DOMAIN_MEM] = {NULL, mem_malloc, mem_calloc, mem_realloc, mem_free},
    [DOMAIN_OBJ] = {NULL, obj_malloc, obj_calloc, obj_realloc, obj_free},
};

void hooks_install(void)
{
    struct py_arena_allocator arena = {NULL, arena_alloc, arena_free};

    for (int d = 0; d < N_DOMAINS; d++)
        pmt_py.get_allocator(d, &pmt_original[d]);
    pmt_py.get_arena(&pmt_original_arena);
    for (int d = 0; d < N_DOMAINS; d++) {
        struct py_allocator ours = hooks[d];

        /* The interpreter copies the five words without a lock: with the old ctx a
         * torn pair of function and ctx is valid either way (gh-128679). */
        ours.ctx = pmt_original[d].ctx;
        pmt_py.set_allocator(d, &ours);
    }
    arena.ctx = pmt_original_arena.ctx;
    pmt_py.set_arena(&arena);
}

bool hooks_raw_in_place(void)
{
    struct py_allocator now;

    pmt_py.get_allocator(DOMAIN_RAW, &now);
    return now.malloc == raw_malloc;
}

/* Another tool may lie on top of ours and hand on to us; what must not be is that
 * the allocator of before is back in place. */
bool hooks_in_place(void)
{
    for (int d = DOMAIN_MEM; d < N_DOMAINS; d++) {
        struct py_allocator now;

        pmt_py.get_allocator(d, &now);
        if (now.malloc == pmt_original[d].malloc)
            return false;
    }
    return true;
}
