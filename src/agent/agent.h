/*
 * agent.h - inside of the agent: state, ring, and what the files call of each
 * other. The agent lives in a process that is not ours: it uses no malloc, no
 * stdio on the target's streams, keeps no descriptor open, and on any trouble of its
 * own stops recording and lets the target run.
 *
 *     start.c       before main: environment, refusals, handshake
 *     hooks.c       the allocator hooks; the only hot code
 *     ring.c        appending records; waiting, polling
 *     collector.c   watching the cyclic collector
 *     hook_time.c   what the hooks cost within collections
 *     look.c        finding what is unreachable, as the collector does
 *     look_when.c   ... and when
 *     dead.c        what holds it, and when it was left
 *     dead_tell.c   telling of it
 *     belongings.c  what else dies with it
 *     spared.c      what a look spares the collection behind it
 *     told.c        which of it was told already
 *     touch.c       when it was last touched
 *     type.c        telling of types
 *     made.c        of what type the object is that is made
 *     free_list.c   objects that die and are made without the allocator
 *     free_list_find.c  where their lists are
 *     tables.c      dicts' tables, which have a list as well
 *     depth.c       how deep objects die within each other
 *     site.c        telling its objects while they are being made
 *     checkpoint.c  asking the interpreter for its own books
 *     main_program.c  when the user's program begins
 *     step.c        whether it is still within the same call into C
 *     ending.c      when it is about to go down
 *     children.c    fork, exec, spawn, _exit
 */
#ifndef PMT_AGENT_AGENT_H
#define PMT_AGENT_AGENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "agent/wire.h"

/* PyMemAllocatorEx and PyObjectArenaAllocator of Include/cpython/pymem.h and
 * objimpl.h, the same in 3.8 ... 3.13; kept here so that no Python is needed to
 * build. */
struct py_allocator {
    void *ctx;
    void *(*malloc)(void *ctx, size_t size);
    void *(*calloc)(void *ctx, size_t nelem, size_t elsize);
    void *(*realloc)(void *ctx, void *ptr, size_t new_size);
    void (*free)(void *ctx, void *ptr);
};

struct py_arena_allocator {
    void *ctx;
    void *(*alloc)(void *ctx, size_t size);
    void (*free)(void *ctx, void *ptr, size_t size);
};

enum { DOMAIN_RAW, DOMAIN_MEM, DOMAIN_OBJ, N_DOMAINS };

/* What the agent calls of the interpreter; found by name, NULL where absent. */
struct python {
    void (*get_allocator)(int domain, struct py_allocator *);
    void (*set_allocator)(int domain, struct py_allocator *);
    void (*get_arena)(struct py_arena_allocator *);
    void (*set_arena)(struct py_arena_allocator *);
    const char *(*get_version)(void);
    int (*is_initialized)(void);
    int (*is_finalizing)(void);
    int (*gil_check)(void);
    int (*debug_stats)(void *file);         /* _PyObject_DebugMallocStats */
    ptrdiff_t (*allocated_blocks)(void);    /* 3.8 ... 3.11 */
    void *(*sys_get)(const char *);         /* 3.12+: sys.getallocatedblocks */
    void *(*cfunction)(void *);
    ptrdiff_t (*as_ssize)(void *);
    void (*decref)(void *);
    void *(*interp_head)(void);
    void *(*interp_next)(void *);
    void *(*globals)(void);                 /* PyEval_GetGlobals */
    void *(*builtins)(void);                /* PyEval_GetBuiltins */
    void *(*thread_state)(void);            /* PyThreadState_GetUnchecked */
    int (*dict_next)(void *dict, ptrdiff_t *at, void **key, void **value); /* PyDict_Next */
    int (*compare_text)(void *text, const char *ascii); /* PyUnicode_CompareWithASCIIString */
    const char *runtime;                    /* _PyRuntime */
    const void *type_type;                  /* PyType_Type */
    const void *set_type;                   /* PySet_Type */
    const void *bytearray_type;             /* PyByteArray_Type */
    const void *tuple_type;                 /* PyTuple_Type */
    const void *text_type;                  /* PyUnicode_Type */
};

/* A block from PyObject_Malloc whose type was not told yet. */
struct made {
    uintptr_t block; /* 0: none */
    size_t bytes;
    uint32_t count;  /* of the collector, at the entry of that call */
    bool within;     /* a collection, that it was made in */
};

/*
 * All that changes while recording. It lies on a page of its own that a fork of any
 * kind zeroes in the child (MADV_WIPEONFORK), so a child that nobody told is off:
 * head >= stop_at holds for zeros and leads to the slow path, which sees !on.
 */
struct hot {
    /* What every hook call reads or writes. */
    uint64_t head;          /* main records written */
    uint64_t ask_at;        /* head from which on a hook call asks what has happened: stop_at, or 0
                               if something has, or may have (hooks.c) */
    uint64_t stop_at;       /* head at which the slow path is due */
    uintptr_t thread;       /* thread pointer of the last main record */
    struct pmt_shm *shm;
    const char *gc;         /* the collector's state (collector.c) */
    uintptr_t inside;       /* thread pointer while a mem/obj call is under way */
    const void *inside_ptr; /* ... and the block it was given */
    size_t inside_size;     /* ... and the bytes it asks for */
    uint64_t made_kind;     /* of what the last call made, to go into the next record: KIND_SHIFT */
    uintptr_t gc_last_block; /* allocated by the last call, if it can be a collector
                                object; tagged as below */
    uint32_t gc_count;      /* count 0 at the entry of the hook call under way */
    uint32_t gc_due;        /* from this count on a collection may come */
    uint32_t look_from;     /* from this count on look_before() is called */
    uint32_t ask_below;     /* less than either, by one: below that, a count has nothing to say */
    uint32_t objects;       /* enum pmt_objects: which types are told as objects are made */
    uint32_t gc_threshold[3], gc_enabled; /* as last told */
    bool gc_found;          /* the collector's state is known */
    bool gc_collecting;
    bool gc_last_counted;   /* the last settled block is a collector object */
    bool gc_full;           /* the collection under way may free what lists have */
    bool gc_unseen;         /* the collection under way is young, and came unlooked at */
    size_t made_from, made_span; /* bytes of blocks whose types are told: from, and up to
                               from + span - 1 */
    struct made made;       /* by the last call; */
    struct made made_kept;  /* ... by one that a collection ran in */
    size_t table_bytes;     /* of a block that may be a dict's table with a free list; 0: none is */
    /* What some do. */
    bool on;
    bool follow;
    bool busy;              /* in the slow path: no second entry */
    bool ended;             /* the checkpoint at the end was taken */
    bool hooks_lost;        /* told once */
    bool interpreters;      /* told once */
    bool outside;           /* blocks outside the arenas are followed (touch.c) */
    bool lists_apart;       /* told once */
    uint64_t room_at;       /* head at which the ring has no room left, as far as is known */
    uint64_t next_poll;     /* head at which to look at the clock again */
    uint64_t next_oracle;   /* head at which the next periodic checkpoint is due */
    _Atomic uint32_t raw_lock;
    bool gc_looked;         /* the collector's state was looked for */
    uint32_t gc_later_counts[2]; /* counts 1 and 2 after the last collection */
    uint64_t gc_stats[3][3];     /* statistics as last told */
    uint64_t gc_permanent;  /* last object of the permanent generation */
    bool within_call;       /* the program is within one call into C, as far as is known (step.c) */
    bool gc_late;           /* collections come at the next evaluation check (3.12+) */
    uint64_t waited_ns;     /* for the recorder, and for what is not done for every
                               event during collections, in all: no part of a pause */
    uint64_t gc_waited_ns;  /* ... when the collection under way began */
    uint64_t gc_begin_head; /* ... and head, */
    uint64_t gc_begin_ns;   /* ... and the clock, 0 = not known */
    uint64_t hook_ticks, hook_records; /* of hook calls within collections that were timed */
    uint64_t hook_own_ticks, hook_own_records; /* ... within the one under way */
    uint64_t hook_head;     /* head when the one that is timed began */
    bool hook_timed;        /* it is one that frees, and the block is being given back */
    uint64_t hook_began_ns, hook_began_ticks; /* both clocks, at the first collection */
    uint64_t gc_stamp;      /* ns at the end of a hook call with a collection due */
    bool gc_finalizing;     /* a collection has begun since the interpreter finalises */
    bool gc_preheader;      /* blocks may begin before the GC head (3.11+) */
    bool look_on;           /* the interpreter is up and not yet going down */
    bool look_last;         /* ... and tell what is alive: it is going down */
    bool look_wanted;       /* at all generations, as soon as one can */
    bool look_done;         /* the collection that is due has been looked ahead at */
    uint32_t look_every;    /* records between looks at everything, 0 = as it is cheap */
    uint32_t look_turn[2];  /* collections that were due, of generation 0 and older ones */
    uint32_t look_vain;     /* collections in a row that found nothing, looks at them neither; */
    uint32_t look_none;     /* ... looks at everything */
    uint64_t look_near;     /* work_done() when a collection was seen to be near, */
    bool look_read;         /* ... and counts were read, as it is left out */
    uintptr_t look_left;    /* one is left out: the last of the next generation before it, else 0 */
    uint32_t look_left_most; /* ... so many of generation 0 may join it */
    bool look_left_young;   /* ... and it is not a full one */
    uint64_t look_stale;    /* work_done() from which on one that was due has not come */
    uint64_t look_full;     /* work_done() from which on a full collection is looked ahead at */
    bool look_worth;        /* ... sooner, as the last one has found much */
    uint64_t look_next;     /* work_done() at which the next is wanted, */
    uint64_t look_wait;     /* ... or, for a full collection that is near, at most */
    bool spared_begun;      /* a look is measured: its first pass is made */
    bool spared_known;      /* ... and the second; the collection has not come */
    uint32_t spared_generation; /* that this collection takes */
    uint64_t spared_ns;     /* ... what it is spared; until known, the first pass */
    uint64_t spared_spent_ns[3]; /* in all passes, by generation */
    uint64_t spared_since_ns; /* clock at the first look that could be measured */
    uint32_t spared_n[3];   /* looks measured, by generation */
    bool main_near;         /* the interpreter runs, but not the program yet (main_program.c) */
    bool objects_begun;     /* ... and the free lists were looked for */
    uint64_t beside;        /* main records that are no work of the program's: what looks tell,
                               types of objects, what went by free lists */
    uint64_t touch_next;    /* work_done() at which reference counts are to be read again */
    int32_t pid;
    uint32_t forks;         /* serial of the next fork */
    char address[64];       /* where our forks say hello */
};

/* A page of its own, at a place that the code knows; of which size, start.c checks. */
#if defined(__x86_64__)
#define HOT_PAGE 4096
#else
#define HOT_PAGE 65536
#endif

union hot_page {
    struct hot hot;
    _Alignas(HOT_PAGE) char page[HOT_PAGE];
};

extern union hot_page pmt_hot;
extern struct python pmt_py;
extern uint32_t pmt_hex_version; /* of the interpreter, 0x030b02f0 */
extern struct py_allocator pmt_original[N_DOMAINS];
extern struct py_arena_allocator pmt_original_arena;

#define HOT          (pmt_hot.hot)
#define UNLIKELY(x)  __builtin_expect(!!(x), 0)

static inline uintptr_t thread_pointer(void)
{
#if defined(__x86_64__)
    uintptr_t tp;

    __asm__("mov %%fs:0, %0" : "=r"(tp));
    return tp;
#else
    return (uintptr_t)__builtin_thread_pointer();
#endif
}

/* Records kept free ahead of stop_at: what one hook call may append. */
#define RESERVE 64u

/* The recorder has read what lies there now: the line is asked for before it is written. (Behind
 * the last one of the ring it is another line of the shared memory.) */
#define RING_AHEAD 16u

/* Append to the main ring a record and the `more` records that were put behind it
 * already: they are committed together. */
static inline void ring_put_long(uint64_t op, uint64_t low, uint64_t b, uint64_t more)
{
    struct pmt_wire_rec *rec = &HOT.shm->ring[HOT.head & (PMT_RING_RECORDS - 1)];

    __builtin_prefetch(rec + RING_AHEAD, 1);
    rec->a = op << PMT_W_OP_SHIFT | HOT.made_kind | low;
    rec->b = b;
    HOT.made_kind = 0;
    HOT.head += 1 + more;
    atomic_store_explicit(&HOT.shm->head, HOT.head, memory_order_release);
}

/* With the next hook call, what is done now and then. */
static inline void ring_poll_at_once(void)
{
    HOT.next_poll = HOT.stop_at = HOT.ask_at = 0;
}

/* How much the program has done: what comes every so often comes by this. */
static inline uint64_t work_done(void)
{
    return HOT.head - HOT.beside;
}

/* Append to the main ring; the caller holds the GIL and passed ring_ready(). */
static inline void ring_put(uint64_t op, uint64_t low, uint64_t b)
{
    ring_put_long(op, low, b, 0);
}

/* Append a record with n bytes of text in its low bits, one record of data and the text,
 * all committed together; there has to be room. */
void ring_put_text(uint64_t op, uint64_t n, uint64_t b, struct pmt_wire_rec data,
                   const char *text);

/* Append a record and n of DATA, all committed together; there has to be room. */
void ring_put_figures(uint64_t op, uint64_t low, uint64_t b, const uint64_t *figures, int n);

/* Make room for n records in the main ring; false = recording was stopped. */
bool ring_room(uint64_t n);

/* The same for one more; what comes every so often waits for the next hook call. */
static inline bool ring_room_for_one(void)
{
    return !UNLIKELY(HOT.head + 1 >= HOT.room_at) || ring_room(RESERVE);
}

/* The slow path of ring_ready(). */
bool ring_slow(void);

/* Called at the entry of every mem, obj and arena hook: whether to record, with room
 * for RESERVE records. */
static inline bool ring_ready(void)
{
    if (UNLIKELY(HOT.head >= HOT.stop_at || HOT.thread != thread_pointer()))
        return ring_slow();
    return true;
}

/* The collector's count beside a size (wire.h). */
static inline uint64_t wire_count(uint64_t b)
{
    return b | (uint64_t)HOT.gc_count << PMT_W_COUNT_SHIFT;
}

/* collector.c; of objects, young.c */
void collector_none(void);
/* Watch it no more: several interpreters may use the hooks at once. */
void collector_stop(void);
bool collector_open(void);
void collector_begin(uint32_t hex_version);
/* taken_back: the count says that none is due; if one was, it was frees. freed: as for
 * collector_watch(). */
void collector_slow(bool taken_back, const void *freed);
bool collector_was_reset(void);
void collector_stamp(void);
/* The last call allocated nothing that can be a collector object. */
static inline void collector_no_last(void)
{
    HOT.gc_last_block = 0;
    HOT.gc_last_counted = false;
}

/* Say whether the last block is a collector object, where the count cannot tell. */
void collector_settle(void);

/* What a new object has where it counts references (or has none left; UINT32_MAX, 3.12+: what
 * the bases of a type are given at once). No address is so low: behind a link a look for a type
 * would be in vain. */
static inline bool is_count_of_new(uint64_t w)
{
    return w < (uint64_t)1 << 20 || w == UINT32_MAX;
}

/* Whether this word is the address of a type: its flags. One that was met before costs
 * nothing, another a system call. */
bool collector_type(uint64_t word, uint64_t *flags);
/* This block is about to be freed: there is no type in it any more. */
void collector_forget_type(uintptr_t block);
/* Read what may not be there. */
bool collector_read(uintptr_t at, uint64_t *out);

/* Smallest collector objects: GC head, header; and a pre-header before them. */
#define GC_LEAST           32u
#define GC_LEAST_PREHEADER 48u

/* In the low bits of a block's address: it is large enough for a pre-header; it is not
 * of an arena. */
#define TAG_PREHEADER 1u
#define TAG_RAW       2u
#define TAGS          ((uintptr_t)3)
#define SMALL_LIMIT 512u /* SMALL_REQUEST_THRESHOLD, 3.8 ... 3.13 */

static inline uintptr_t collector_tagged(uintptr_t block, size_t size)
{
    return block | (size >= GC_LEAST_PREHEADER ? TAG_PREHEADER : 0) |
           (size > SMALL_LIMIT ? TAG_RAW : 0);
}

#define GC_ENABLED    (-12)
#define GC_THRESHOLD0 16
#define GC_COUNT0     20
#define GC_COLLECTING 176
#define GC_LONG_LIVED 200
#define GC_PERMANENT  80
#define GENERATION    24 /* bytes of one */

static inline uint32_t gc_half(int at)
{
    return *(const volatile uint32_t *)(const void *)(HOT.gc + at);
}

/* The last block is a collector object: remember it until the next collection. */
void collector_young(void);
/* ... or may be: the count went up for it and down for the block being freed. */
void collector_maybe_young(void);
/* ... or is in this block, tagged: a free list has given it, and it may become untracked. */
void collector_young_at(uintptr_t tagged);
/* The GC head of what looks like an object in this block, tagged as gc_last_block, if it is in a
 * list of the collector; else 0. */
uintptr_t collector_listed(uintptr_t tagged);
static inline bool collector_is_last(const void *block)
{
    return (HOT.gc_last_block & ~TAGS) == (uintptr_t)block;
}
/* ... is given back before another call: the count went up and down for it, if it is one. */
void collector_last_goes(void);
/* At a free of this block: what the last one holds, by its type: an object of the collector, or
 * something else. */
enum collector_last { LAST_NOT_KNOWN, LAST_COUNTED, LAST_OTHER };
enum collector_last collector_last(const void *freed);
/* A collection that came unlooked at gives this block back: tell the type of the object in it, if it
 * is one that was met. */
void collector_tell_freed(const void *block);
/* A collection is over: tell which of the young it left untracked, and forget them all. */
void collector_tell_untracked(void);
/* Memory is about to be unmapped: forget young objects in it. */
void collector_forget(const void *base, size_t size);

/* A raw block is about to be given back: was the collector's state in it? */
void collector_owner_freed(const void *p);

/* What decides whether a collection comes with an object is not what was told. */
static inline uint32_t collector_is_set_anew(void)
{
    return (gc_half(GC_THRESHOLD0) ^ HOT.gc_threshold[0]) |
           (gc_half(GC_ENABLED) ^ HOT.gc_enabled);
}

/* At the entry of a mem or obj hook: what has the collector done since the last? freed: the block that
 * this one frees, or NULL. */
static inline void collector_watch(const void *freed)
{
    uint32_t before = HOT.gc_count;

    if (!HOT.gc_found)
        return;
    HOT.gc_count = gc_half(GC_COUNT0);
    if (HOT.gc_count > before)
        collector_young();
    if (UNLIKELY((gc_half(GC_COLLECTING) ^ HOT.gc_collecting) | collector_is_set_anew()) ||
        UNLIKELY(HOT.gc_count == 0 && !HOT.gc_collecting && collector_was_reset()))
        collector_slow(before < HOT.gc_due, freed);
}

/* At its end. */
static inline void collector_leave(void)
{
    if (UNLIKELY(HOT.gc_count >= HOT.gc_due))
        collector_stamp();
}

/* site.c: whether the allocation under way, from this place, is one of the collector's
 * objects; false while that is not sure. To be asked at each of several in turn; and at other calls,
 * learn what the last one was: at one that frees nothing; at one that frees this block. */
bool site_is_collectors(uintptr_t at);
void site_learn(void);
void site_learn_freed(const void *block);

/* look_when.c: before an obj allocation from this place, at a count of look_from or more. */
void look_before(uintptr_t site);
/* The thresholds, or what is wanted, has changed. */
void look_schedule(void);
/* Now and then, once the interpreter is up. */
void look_poll(void);
/* The interpreter begins to finalise: one more, and no more after that. */
void look_at_end(void);
/* ... now, if it is still to come; between hook calls. */
void look_ending(void);
/* ending.c: the process ends now, and the interpreter does not go down; as a hook call, whose caller
 * holds the GIL and passed ring_ready(). */
void ending_at_once(void);
/* A collection of this generation is over, and so many objects. */
void look_collected(unsigned generation, uint64_t collected);
/* An object of the collector was made in this block, tagged as gc_last_block. */
void look_late(uintptr_t tagged);
/* Neither collections nor looks at them have found anything for long. */
bool look_in_vain(void);
/* Behind many collections of generation 0, and what they free is hardly ever old. */
bool look_is_seldom(void);
/* As it stands, the next collection comes unlooked at. */
bool look_is_left_out(void);

/* hook_time.c: of so many records that hook calls within a collection put, the calls of the first
 * few are timed: between hook_begins() and hook_took(), which is given what that said, lies what it
 * does but for the block. */
#define HOOK_SPAN  1024u
#define HOOK_BURST 16u
static inline bool hook_is_timed(void)
{
    return HOT.head % HOOK_SPAN < HOOK_BURST;
}

uint64_t hook_begins(void);
void hook_took(uint64_t since);
void hook_collection_begins(void);
/* What putting so many records took within the collection that ends now. */
uint64_t hook_ns(uint64_t records, uint64_t now_ns);

/* touch.c: an object is watched from here on; all those watched are about to be in
 * generation 2. */
void touch_watch(uintptr_t head);
void touch_grown(void);
void touch_reset(void); /* none is */
/* It is about to lose a reference to a collection; one of this generation is over: those of it
 * and below are one older. */
void touch_lose(uintptr_t head);
void touch_collected(unsigned generation);
/* A look at everything: those that are there go on to be watched; they, and those that are
 * added until begun, are taken to be touched not since. find: what of the object is there, said
 * once. At one of generation 1: those of it that are in no cycle are found to be idle,
 * and those that are gone are watched no more. */
enum touch_found { TOUCH_GONE, TOUCH_READ, TOUCH_IDLE };
typedef enum touch_found touch_finder(uintptr_t head);
void touch_begin(touch_finder *find);
void touch_sift(touch_finder *find);
/* At one of generation 0, or behind one that came unlooked at: those that are gone of what came since
 * the last collection. */
void touch_sift_young(touch_finder *find);
void touch_begun(void);
/* An object was found to be garbage, of this generation; whether there were many of generation 2, of
 * late; whether there were some beside the young ones. */
void touch_garbage(unsigned generation);
/* A collection that came unlooked at has freed so many. */
void touch_unseen(uint64_t n);
bool touch_much(void);
bool touch_partly_old(void);
/* There was much young garbage, and hardly any other, up to the last look at everything and since. */
bool touch_hardly_old(void);
/* What was made here, or came from a free list, may lie where another object was met. */
void touch_anew(uintptr_t block);
/* A block outside the arenas was allocated, is about to be freed or moved; memory to be unmapped. */
void touch_taken(const void *block);
void touch_freed(const void *block);
void touch_forget(const void *memory, size_t size);
/* Now and then: read the counts. */
void touch_poll(void);
/* Those of generation 1 are read; what of them has changed since may have been touched, or not. */
void touch_read_ahead(void);
void touch_take(void);
/* Each object watched, of those of generations up to this one, the older one first, is read and
 * named. What lies there may be something else by now, and may come again: the last time counts. */
#define TOUCH_NEVER ((uint64_t)UINT32_MAX - 1)
uint64_t touch_readings(void);
typedef void touch_teller(uintptr_t head, uint64_t age);
void touch_tell(unsigned generations, touch_teller *each);
/* Of one that is named, by its age: how many readings ago it was last touched, at least and at
 * most: 0 = since the last one; NEVER = not since the last look at everything, and not known. */
void touch_when(uint64_t age, uint64_t *least, uint64_t *most);

/* spared.c: before and behind a look at what a collection of this generation is about to
 * visit; then, once, how much less it took for that look, in ns, or PMT_W_NOT_KNOWN. */
void spared_before(unsigned generation);
void spared_behind(void);
uint64_t spared_ns(unsigned generation);

/* belongings.c: an object was told to be garbage: tell what else dies with it. Those told
 * since begin are seen together. */
void belongings_begin(bool all); /* of a look at everything */
void belongings_tell(uintptr_t object);
/* The object told last is a tuple that is tracked while it is in a younger generation than so many. */
void atomic_tell(uintptr_t head, unsigned generations);
/* Of one that is reachable: the blocks that go with it, but not all of very many; until another call of
 * these. */
const struct array *belongings_held(uintptr_t object);
/* ... and, until then, the heads of objects of the collector's that it or such a block refers to, as few
 * others do. */
#define OTHERS_TOLD 16u
#define REFERENCES_FEW 16u /* what has more of them does not live by one */
const struct array *belongings_others(void);
/* Once for each address from one look at all of them to the next. */
bool belongings_unasked(uintptr_t address);

/* depth.c: once, whether it can be done. Before a type's own function is called for an object
 * that dies: it was put aside, to die later; or it is to be called, and behind that leave, or
 * nothing. */
enum depth { DEPTH_ASIDE, DEPTH_LEAVE, DEPTH_NOTHING };
bool depth_open(void);
enum depth depth_enter(void *object);
void depth_leave(void);

/* free_list.c: once, when the interpreter is up, and again if it is another one; lists can be
 * watched no more; the interpreter's memory is about to be given back. */
void objects_begin(void);
void objects_end(void);
void objects_owner_freed(void);

/* What lists have given, if it was not told. freed: as for collector_watch(). */
void objects_tell_taken(const void *freed);

/* tables.c: before the record of a block of table_bytes that was made for this place. */
void table_made(uintptr_t block, uintptr_t site);

/* type.c: the type at this address, if it was not told. */
void type_tell(uintptr_t type);

/* told.c: garbage that was told, by block; a collection of this generation finds it. */
bool told_has(uintptr_t block);
/* Any that one of up to this generation finds? */
bool told_any(unsigned generation);
void told_add(uintptr_t block, unsigned generation);
/* A collection of this generation is over. */
void told_settle(unsigned generation);

/* main_program.c says MAIN when the program's own code begins. Whether the command line names a
 * program; the interpreter is initialized; at each hook call from then on, before and behind what
 * is told of the collector; now and then, and when the interpreter ends. */
void main_expect(bool program);
void main_initialized(void);
void main_watch(bool told);
void main_poll(bool ending);

/* step.c says HELD where the program is within one call into C (3.12+). Nothing was said yet, as in
 * a fork; once, while code of the program runs; an object of the collector was made since the last
 * hook call; within_call, and this hook call allocates, or frees that block; a due collection has
 * come. */
void step_reset(void);
void step_begin(void);
void step_watch(void);
void step_ask(const void *freed);
void step_collected(void);

/* Append to the raw ring, from any thread; `on` must have been seen true. */
void ring_put_raw(uint64_t op, uint64_t low, uint64_t b);

/* END or an EXEC, by way of the raw ring: for callers that may not hold the GIL, in
 * a signal handler even. */
void ring_put_note(enum pmt_wire_op op, uint64_t b);

/* Stop for good: the recorder is gone. */
void ring_stop(void);
bool recorder_is_dead(void);

/* Take a checkpoint now: the GIL is held, and all that has happened is recorded. */
void oracle_take(enum pmt_when when);
bool oracle_open(void);
/* The allocator hooks are still in the way of every call. */
bool hooks_in_place(void);
/* Ours are the outermost ones of the raw domain. */
bool hooks_raw_in_place(void);
void hooks_install(void);

/* Set up the hot page for a new recording on shm. */
bool hot_begin(struct pmt_shm *shm, const struct pmt_ack *ack);
void children_watch(void);
/* Show the program the variable that was hidden while the interpreter started. */
void environment_restore(void);

/* Say hello; true if recording was begun on HOT. */
bool handshake(const char *address, struct pmt_hello *hello);

#endif
