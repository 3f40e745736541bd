/*
 * ring.c - appending records, and everything that is not done for every event.
 *
 * One comparison at the entry of a hook guards all of it: stop_at is the smallest
 * of "the ring is full", "look at the clock" and "recording is off" (0); ask_at is that,
 * or 0 where each call has something to ask (hooks.c).
 */
#include "agent/agent.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <time.h>
#include <pymemtrace/trace.h>
#include "agent/free_list.h"

#define POLL_RECORDS 1024u /* between looks at the clock: 25 ns per 1024 events */
#define FIRST_ORACLE ((uint64_t)1 << 20)
#define NOTE_TRIES   10000u /* turns of the scheduler for a lock that is held */

union hot_page pmt_hot;

void ring_stop(void)
{
    HOT.on = false;
    HOT.ask_at = HOT.stop_at = HOT.room_at = 0;
}

/* The recorder's mutex is robust: the kernel marks it when its owner dies. */
bool recorder_is_dead(void)
{
    int rc = pthread_mutex_trylock(&HOT.shm->recorder);

    if (rc == EBUSY)
        return false;
    if (rc == 0 || rc == EOWNERDEAD)
        pthread_mutex_unlock(&HOT.shm->recorder);
    return true;
}

/* Let the recorder work; false when there is none any more. */
static bool wait_a_little(unsigned turn)
{
    struct timespec ts = {0, 50000};
    int saved = errno;

    if (turn < 64) {
        sched_yield();
        return true;
    }
    nanosleep(&ts, NULL);
    errno = saved; /* free() leaves it alone, so must we */
    return turn % 64 || !recorder_is_dead();
}

static uint64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000u + (uint64_t)ts.tv_nsec;
}

bool ring_room(uint64_t n)
{
    uint64_t waiting_since = 0;

    if (UNLIKELY(!HOT.on)) /* stopped in the middle of a long tale */
        return false;
    for (unsigned turn = 0; ; turn++) {
        uint64_t tail = atomic_load_explicit(&HOT.shm->tail, memory_order_acquire);
        uint64_t limit = tail + PMT_RING_RECORDS;

        if (HOT.head + n <= limit) {
            HOT.room_at = limit - RESERVE;
            HOT.stop_at = HOT.room_at < HOT.next_poll ? HOT.room_at : HOT.next_poll;
            if (!HOT.gc_looked || !HOT.objects_begun || HOT.main_near) /* every call */
                HOT.stop_at = 0;
            if (HOT.ask_at > HOT.stop_at)
                HOT.ask_at = HOT.stop_at;
            if (UNLIKELY(waiting_since))
                HOT.waited_ns += now_ns() - waiting_since;
            return true;
        }
        if (!waiting_since)
            waiting_since = now_ns();
        if (!wait_a_little(turn)) {
            ring_stop();
            return false;
        }
    }
}

void ring_put_text(uint64_t op, uint64_t n, uint64_t b, struct pmt_wire_rec data,
                   const char *text)
{
    uint64_t to = HOT.head + 1;

    HOT.shm->ring[to++ & (PMT_RING_RECORDS - 1)] = data;
    for (uint64_t at = 0; at < n; at += sizeof data) {
        struct pmt_wire_rec rec = {0, 0};

        memcpy(&rec, text + at, n - at < sizeof rec ? n - at : sizeof rec);
        HOT.shm->ring[to++ & (PMT_RING_RECORDS - 1)] = rec;
    }
    ring_put_long(op, n, b, to - HOT.head - 1);
}

void ring_put_figures(uint64_t op, uint64_t low, uint64_t b, const uint64_t *figures, int n)
{
    for (int i = 0; i < n; i++)
        HOT.shm->ring[(HOT.head + 1 + (uint64_t)i) & (PMT_RING_RECORDS - 1)] =
            (struct pmt_wire_rec){(uint64_t)PMT_W_DATA << PMT_W_OP_SHIFT, figures[i]};
    ring_put_long(op, low, b, (uint64_t)n);
}

static void put_clock(void)
{
    ring_put(PMT_W_CLOCK, 0, now_ns());
}

static void tell_trouble_once(bool *told, bool is_so, enum pmt_trouble code)
{
    if (*told || !is_so)
        return;
    *told = true;
    ring_put(PMT_W_TROUBLE, (uint64_t)code, 1);
}

static bool several_interpreters(void)
{
    void *first = pmt_py.interp_head ? pmt_py.interp_head() : NULL;

    return first && pmt_py.interp_next && pmt_py.interp_next(first);
}

/* From 3.12 on each may have arenas and a lock of its own; before, they share all. */
static bool heaps_apart(void)
{
    return !pmt_py.allocated_blocks && several_interpreters();
}

/* With a lock each they call the hooks at once: what was made last is another's, who may be
 * about to free it, and lists change while one looks through them. */
static void leave_objects_of_others(void)
{
    if (HOT.interpreters || !heaps_apart())
        return;
    HOT.objects = PMT_OBJECTS_NONE;
    HOT.outside = false;
    HOT.made_span = 0;
    HOT.made.block = HOT.made_kept.block = 0;
    objects_end();
    collector_stop();
    tell_trouble_once(&HOT.interpreters, true, PMT_TROUBLE_INTERPRETERS);
}

/* From 3.10 on each has free lists of its own; those of the first are watched. */
static bool lists_apart(void)
{
    return HOT.objects && pmt_hex_version >= LISTS_IN_INTERPRETER && several_interpreters();
}

/* What is due now and then: the clock, checkpoints, a look at our own hooks. */
static void poll(void)
{
    HOT.next_poll = HOT.head + POLL_RECORDS;
    if (!ring_room(RESERVE))
        return;
    put_clock();
    environment_restore();
    if (HOT.ended)
        return;
    /* While it finalizes, the interpreter calls itself not initialized. */
    if (pmt_py.is_finalizing && pmt_py.is_finalizing()) {
        HOT.ended = true;
        main_poll(true);
        look_at_end();
        oracle_take(PMT_WHEN_END);
        return;
    }
    if (!pmt_py.is_initialized || !pmt_py.is_initialized())
        return;
    main_poll(false);
    tell_trouble_once(&HOT.hooks_lost, !hooks_in_place(), PMT_TROUBLE_HOOK_LOST);
    leave_objects_of_others();
    tell_trouble_once(&HOT.lists_apart, lists_apart(), PMT_TROUBLE_LISTS_UNSEEN);
    if (HOT.hooks_lost)
        objects_end();
    look_poll();
    if (HOT.head >= HOT.next_oracle) {
        HOT.next_oracle = HOT.head * 2;
        oracle_take(PMT_WHEN_PERIODIC);
    }
}

bool ring_slow(void)
{
    uint64_t since, waited = HOT.waited_ns;
    int saved;

    if (!HOT.on)
        return false;
    if (HOT.thread != thread_pointer())
        leave_objects_of_others(); /* whatever the other thread is about */
    if (HOT.busy)
        return HOT.head >= HOT.stop_at ? ring_room(RESERVE) : true;
    saved = errno;
    since = HOT.gc_collecting ? now_ns() : 0;
    HOT.busy = true;
    if (HOT.head >= HOT.stop_at && ring_room(RESERVE) && HOT.head >= HOT.next_poll)
        poll();
    if (HOT.on && !HOT.gc_looked && ring_room(RESERVE) && pmt_py.interp_head &&
        pmt_py.interp_head()) {
        collector_begin(pmt_hex_version);
        (void)ring_room(RESERVE);
    }
    if (HOT.on && !HOT.objects_begun && pmt_py.is_initialized() && ring_room(RESERVE)) {
        objects_begin();
        main_initialized();
        (void)ring_room(RESERVE);
    }
    if (HOT.on && ring_room(RESERVE) && HOT.thread != thread_pointer()) {
        HOT.thread = thread_pointer();
        ring_put(PMT_W_THREAD, 0, HOT.thread);
    }
    if (since) /* the waiting in it is in it */
        HOT.waited_ns = waited + (now_ns() - since);
    HOT.busy = false;
    errno = saved;
    return HOT.on;
}

static bool raw_try_lock(unsigned tries)
{
    uint32_t expected = 0;

    while (!atomic_compare_exchange_weak_explicit(&HOT.raw_lock, &expected, 1,
                                                  memory_order_acquire,
                                                  memory_order_relaxed)) {
        if (tries && !--tries)
            return false;
        expected = 0;
        sched_yield();
    }
    return true;
}

static void raw_unlock(void)
{
    atomic_store_explicit(&HOT.raw_lock, 0, memory_order_release);
}

/* The caller has the lock. */
static void put_raw(uint64_t op, uint64_t low, uint64_t b)
{
    struct pmt_shm *shm = HOT.shm;
    uint64_t head;
    struct pmt_wire_raw *rec;

    head = atomic_load_explicit(&shm->raw_head, memory_order_relaxed);
    for (unsigned turn = 0; HOT.on; turn++) {
        if (head - atomic_load_explicit(&shm->raw_tail, memory_order_acquire) <
            PMT_RAW_RECORDS)
            break;
        if (!wait_a_little(turn))
            ring_stop();
    }
    if (HOT.on) {
        rec = &shm->raw[head & (PMT_RAW_RECORDS - 1)];
        rec->a = op << PMT_W_OP_SHIFT | low;
        rec->b = b;
        rec->pos = atomic_load_explicit(&shm->head, memory_order_acquire);
        rec->thread = thread_pointer();
        atomic_store_explicit(&shm->raw_head, head + 1, memory_order_release);
    }
}

void ring_put_raw(uint64_t op, uint64_t low, uint64_t b)
{
    (void)raw_try_lock(0);
    put_raw(op, low, b);
    raw_unlock();
}

/* A signal handler may have interrupted the very thread that holds the lock: then
 * this goes untold. */
void ring_put_note(enum pmt_wire_op op, uint64_t b)
{
    if (!raw_try_lock(NOTE_TRIES))
        return;
    put_raw(op, 0, b);
    raw_unlock();
}

bool hot_begin(struct pmt_shm *shm, const struct pmt_ack *ack)
{
    HOT.shm = shm;
    HOT.follow = ack->follow != 0;
    for (size_t i = 0; i < sizeof HOT.address; i++)
        HOT.address[i] = ack->address[i];
    HOT.next_poll = 0;
    HOT.next_oracle = FIRST_ORACLE;
    collector_none();
    touch_reset();
    HOT.gc_looked = ack->blocks_only != 0;
    HOT.outside = !ack->blocks_only;
    HOT.look_every = ack->look_every;
    HOT.objects = ack->objects;
    HOT.objects_begun = !HOT.objects;
    HOT.stop_at = HOT.ask_at = 0; /* the first hook goes the slow way: thread, clock */
    HOT.on = true;
    return true;
}
