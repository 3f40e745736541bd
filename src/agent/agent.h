/*
 * agent.h - inside of the agent: state, ring, and what the files call of each
 * other. The agent lives in a process that is not ours: it uses no malloc, no
 * stdio on the target's streams, keeps no descriptor open, and on any trouble of its
 * own stops recording and lets the target run.
 *
 *     start.c       before main: environment, refusals, handshake
 *     hooks.c       the allocator hooks; the only hot code
 *     ring.c        appending records; waiting, polling
 *     checkpoint.c  asking the interpreter for its own books
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
};

/*
 * All that changes while recording. It lies on a page of its own that a fork of any
 * kind zeroes in the child (MADV_WIPEONFORK), so a child that nobody told is off:
 * head >= stop_at holds for zeros and leads to the slow path, which sees !on.
 */
struct hot {
    uint64_t head;          /* main records written */
    uint64_t stop_at;       /* head at which the slow path is due */
    uintptr_t thread;       /* thread pointer of the last main record */
    uintptr_t inside;       /* thread pointer while a mem/obj call is under way */
    const void *inside_ptr; /* ... and the block it was given */
    size_t inside_size;     /* ... and the bytes it asks for, if above the small
                               limit or 0; else SIZE_MAX */
    struct pmt_shm *shm;
    bool on;
    bool follow;
    bool busy;              /* in the slow path: no second entry */
    bool ended;             /* the checkpoint at the end was taken */
    bool hooks_lost;        /* told once */
    bool interpreters;      /* told once */
    uint64_t next_poll;     /* head at which to look at the clock again */
    uint64_t next_oracle;   /* head at which the next periodic checkpoint is due */
    _Atomic uint32_t raw_lock;
    int32_t pid;
    uint32_t forks;         /* serial of the next fork */
    char address[64];       /* where our forks say hello */
};

extern struct hot *pmt_hot;
extern struct python pmt_py;
extern struct py_allocator pmt_original[N_DOMAINS];
extern struct py_arena_allocator pmt_original_arena;

#define HOT          (*pmt_hot)
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

/* Append to the main ring a record and the `more` records that were put behind it
 * already: they are committed together. */
static inline void ring_put_long(uint64_t op, uint64_t low, uint64_t b, uint64_t more)
{
    struct pmt_wire_rec *rec = &HOT.shm->ring[HOT.head & (PMT_RING_RECORDS - 1)];

    rec->a = op << PMT_W_OP_SHIFT | low;
    rec->b = b;
    HOT.head += 1 + more;
    atomic_store_explicit(&HOT.shm->head, HOT.head, memory_order_release);
}

/* Append to the main ring; the caller holds the GIL and passed ring_ready(). */
static inline void ring_put(uint64_t op, uint64_t low, uint64_t b)
{
    ring_put_long(op, low, b, 0);
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

/* Make room for n records in the main ring; false = recording was stopped. */
bool ring_room(uint64_t n);

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
void hooks_install(void);

/* Set up the hot page for a new recording on shm. */
bool hot_begin(struct pmt_shm *shm, const struct pmt_ack *ack);
void children_watch(void);
/* Show the program the variable that was hidden while the interpreter started. */
void environment_restore(void);

/* Say hello; true if recording was begun on HOT. */
bool handshake(const char *address, struct pmt_hello *hello);

#endif
