/*
 * drain.c - records of one process become events of one trace: the merge.
 *
 * Two rings are merged by position (agent/wire.h): the main head is read first, the raw
 * head second, and a raw record goes before the main record that its position names. So
 * each event stands where the process was when it happened, whichever thread it was in;
 * where the thread changes, the trace is told.
 *
 * What a record means for the trace is for the other files:
 *
 *     drain_blocks.c     allocated, given back, resized: addresses become slots
 *     drain_held.c       which blocks the collector counts
 *     drain_types.c      types, and the objects that are of them
 *     drain_lists.c      blocks on free lists
 *     drain_collector.c  collections, garbage
 *     drain_beside.c     arenas, checkpoints
 *
 * A record may have others behind it that belong to it, committed together with it: who
 * reads it says how many, and the merge goes on behind them. It stops behind a FORK, so
 * that the child's trace begins with all of its parent's events until then.
 *
 * Nearly all records are of blocks, so these are tested first, and inline until something
 * is to be written; all others go through one switch.
 */
#include "record/drain_inner.h"

#include "base/alloc.h"
#include "base/vec.h"

/* -- a drain's life -- */

bool pmt_drain_init(struct pmt_drain *d, struct pmt_shm *shm, struct pmt_writer *w,
                    uint64_t start_ns)
{
    memset(d, 0, sizeof *d);
    d->shm = shm;
    d->writer = w;
    d->start_ns = start_ns;
    d->fork_serial = -1;
    d->end_status = UINT64_MAX;
    return pmt_shadow_init(&d->shadow);
}

void pmt_drain_release(struct pmt_drain *d)
{
    pmt_shadow_release(&d->shadow);
    pmt_vec_release(&d->counted);
    pmt_vec_release(&d->typed);
    pmt_vec_release(&d->waiting);
    pmt_vec_release(&d->threads);
    pmt_vec_release(&d->types);
    pmt_vec_release(&d->alive);
    pmt_free(d->arenas);
    d->arenas = NULL;
}

void pmt_drain_fork(struct pmt_drain *d, struct pmt_shm *shm)
{
    d->shm = shm;
    d->tail = d->raw_tail = 0;
    d->fork_serial = -1;
    d->main_thread = 0;
    memset(d->raw_resizes, 0, sizeof d->raw_resizes);
}

/* -- threads -- */

static void switch_thread(struct pmt_drain *d, uint64_t thread)
{
    uint32_t i = 0;

    while (i < d->threads.n && d->threads.at[i] != thread)
        i++;
    if (i == d->threads.n && !pmt_vec_push(&d->threads, thread)) {
        d->failed = true;
        return;
    }
    d->thread = thread;
    pmt_writer_event(d->writer, PMT_OP_THREAD, i, NULL);
}

static inline void in_thread(struct pmt_drain *d, uint64_t thread)
{
    if (PMT_UNLIKELY(d->thread != thread))
        switch_thread(d, thread);
}

/* -- main ring -- */

static uint32_t clamp32(uint64_t v)
{
    return v < UINT32_MAX ? (uint32_t)v : UINT32_MAX - 1;
}

/* What a look at objects has found, or what is told where none was. */
static void of_look(struct pmt_drain *d, enum pmt_wire_op op, uint64_t low, uint64_t b)
{
    if (op == PMT_W_LOOK)
        pmt_drain_put_number(d, PMT_OP_GC_LOOK, (uint32_t)low, b);
    else if (op == PMT_W_COUNTS)
        pmt_writer_event(d->writer, PMT_OP_GC_COUNTS, 0, NULL);
    else if (op == PMT_W_TOUCHED)
        pmt_drain_put_number(d, PMT_OP_GC_TOUCHED, clamp32(low), b < UINT32_MAX ? b : UINT32_MAX);
    else if (op == PMT_W_GARBAGE)
        pmt_drain_on_garbage(d, low, b);
    else if (op == PMT_W_BELONGS)
        pmt_drain_on_belongs(d, low, b);
    else if (op == PMT_W_ATOMIC)
        pmt_drain_on_atomic(d, low);
    else if (op == PMT_W_REFERS || op == PMT_W_KEEPS)
        pmt_drain_on_references(d, op, low, b);
    else if (op == PMT_W_SHARES)
        pmt_drain_on_shares(d, low);
    else if (op == PMT_W_HOLDS)
        pmt_drain_on_holds(d, low, b);
    else if (op == PMT_W_COLLECTED)
        pmt_drain_on_collected(d, low, b);
    else
        pmt_drain_on_alive(d, low, b);
}

/* One main record that is not a block's; returns how many records follow it that
 * belong to it. */
static uint64_t on_other(struct pmt_drain *d, enum pmt_wire_op op, uint64_t low, uint64_t b)
{
    switch (op) {
    case PMT_W_ARENA_NEW:
        pmt_drain_on_arena_new(d, low, b);
        break;
    case PMT_W_ARENA_FREE:
        pmt_drain_on_arena_free(d, low, b);
        break;
    case PMT_W_STACK_NEW:
        pmt_writer_event(d->writer, PMT_OP_STACK_NEW, clamp32(b), NULL);
        break;
    case PMT_W_STACK_FREE:
        pmt_writer_event(d->writer, PMT_OP_STACK_FREE, clamp32(b), NULL);
        break;
    case PMT_W_THREAD:
        d->main_thread = b;
        break;
    case PMT_W_CLOCK:
        pmt_drain_put_number(d, PMT_OP_CLOCK, 0, pmt_drain_since_start(d, b));
        break;
    case PMT_W_FORK:
        pmt_writer_event(d->writer, PMT_OP_FORK, (uint32_t)low, NULL);
        d->fork_serial = (int64_t)low;
        break;
    case PMT_W_ORACLE:
        pmt_drain_let_go(d, false);
        return pmt_drain_on_oracle(d, low, b);
    case PMT_W_TROUBLE:
        if (low < sizeof d->trouble / sizeof *d->trouble)
            d->trouble[low] += b;
        break;
    case PMT_W_MAIN: /* it has no count; what is held comes behind it */
        pmt_writer_event(d->writer, PMT_OP_MAIN, 0, NULL);
        break;
    case PMT_W_GC_SET:
        pmt_drain_on_gc_set(d, low, b);
        break;
    case PMT_W_GC_FREEZE:
        pmt_writer_event(d->writer, PMT_OP_GC_FREEZE, (uint32_t)low, NULL);
        break;
    case PMT_W_GC_UNTRACKED:
        pmt_drain_on_untracked(d, low);
        break;
    case PMT_W_GC_LAST:
        pmt_drain_let_go(d, low != 0);
        break;
    case PMT_W_GC_BEGIN:
        pmt_drain_let_go(d, false);
        pmt_drain_on_gc_begin(d, low, b);
        break;
    case PMT_W_GC_END:
        return pmt_drain_on_gc_end(d, low, b);
    case PMT_W_LOOK:
    case PMT_W_COUNTS:
    case PMT_W_TOUCHED:
    case PMT_W_GARBAGE:
    case PMT_W_BELONGS:
    case PMT_W_ATOMIC:
    case PMT_W_REFERS:
    case PMT_W_KEEPS:
    case PMT_W_HOLDS:
    case PMT_W_SHARES:
    case PMT_W_COLLECTED:
    case PMT_W_ALIVE:
        of_look(d, op, low, b);
        break;
    case PMT_W_TYPE:
        return pmt_drain_on_type(d, low, b);
    case PMT_W_OBJECT:
        pmt_drain_on_object(d, low, b);
        break;
    case PMT_W_TABLE:
        pmt_drain_on_table(d, b);
        break;
    case PMT_W_KIND:
        pmt_drain_on_kind(d, low, b);
        break;
    case PMT_W_LIST:
        return pmt_drain_on_list(d, low >> PMT_W_LIST_SHIFT, b);
    case PMT_W_HELD:
    case PMT_W_SHELVED:
    case PMT_W_REUSED:
    case PMT_W_EXEC:
    case PMT_W_EXEC_FAILED:
    case PMT_W_END:
    case PMT_W_ALLOC_RAW:
    case PMT_W_ALLOC_MEM:
    case PMT_W_ALLOC_OBJ:
    case PMT_W_FREE:
    case PMT_W_RESIZE:
    case PMT_W_RESIZED:
    case PMT_W_DATA:
        break;
    }
    return 0;
}

/* One call into C goes on, or is over; freed: the block that is about to be, or 0. */
static void on_call(struct pmt_drain *d, bool on, uint64_t freed, uint64_t count)
{
    pmt_drain_weigh_held(d, freed ? PMT_W_FREE : PMT_W_HELD, freed, count);
    pmt_writer_event(d->writer, PMT_OP_GC_HELD, on, NULL);
}

static inline uint64_t on_main(struct pmt_drain *d, const struct pmt_wire_rec *rec)
{
    enum pmt_wire_op op = (enum pmt_wire_op)(rec->a >> PMT_W_OP_SHIFT);
    uint64_t low = rec->a & PMT_W_MASK, count = rec->b >> PMT_W_COUNT_SHIFT;
    uint64_t kind = rec->a >> PMT_W_KIND_SHIFT & (PMT_W_KINDS - 1);
    uint64_t b = rec->b & ~(PMT_W_COUNT_MAX << PMT_W_COUNT_SHIFT);

    if (PMT_LIKELY(op != PMT_W_THREAD && d->main_thread))
        in_thread(d, d->main_thread);
    if (kind)
        pmt_drain_on_kind_of_last(d, kind);
    if (op == PMT_W_ALLOC_OBJ) {
        pmt_drain_weigh_held(d, op, low, count);
        pmt_drain_hold(d, low, b, count);
        d->held.type = pmt_drain_take_next_type(d);
        d->last_obj = low;
    } else if (op == PMT_W_FREE) {
        pmt_drain_weigh_held(d, op, low, count);
        pmt_drain_on_free(d, low);
    } else if (op == PMT_W_ALLOC_MEM) {
        pmt_drain_weigh_held(d, op, low, count);
        pmt_drain_on_mem(d, low, b);
    } else if (op == PMT_W_RESIZE) {
        pmt_drain_weigh_held(d, op, low, count);
        pmt_drain_on_resize(d, &d->resize, 1, low,
                            b == PMT_W_ALLOC_OBJ ? PMT_OP_ALLOC_OBJ : PMT_OP_ALLOC_MEM);
    } else if (op == PMT_W_RESIZED) {
        pmt_drain_on_resized(d, &d->resize, low, rec->b);
    } else if (op == PMT_W_HELD) {
        on_call(d, (low & 1) != 0, low & ~UINT64_C(1), count);
    } else if (op == PMT_W_SHELVED) {
        pmt_drain_on_shelved(d, low, count);
    } else if (op == PMT_W_REUSED) {
        pmt_drain_on_reused(d, low & PMT_W_LIST_MASK);
    } else {
        return on_other(d, op, low, rec->b);
    }
    return 0;
}

/* -- raw ring -- */

static struct pmt_resize *raw_resize(struct pmt_drain *d, uint64_t thread)
{
    struct pmt_resize *unused = &d->raw_resizes[0];

    for (size_t i = 0; i < PMT_MAX_RESIZES; i++) {
        if (d->raw_resizes[i].thread == thread)
            return &d->raw_resizes[i];
        if (!d->raw_resizes[i].thread)
            unused = &d->raw_resizes[i];
    }
    return unused;
}

/* What the process says of its own end, and may take back. */
static void on_note(struct pmt_drain *d, enum pmt_wire_op op, uint64_t status)
{
    if (op == PMT_W_END) {
        d->ended = true;
        d->end_status = status;
    } else {
        d->exec = op == PMT_W_EXEC;
    }
}

static void on_raw(struct pmt_drain *d, const struct pmt_wire_raw *rec)
{
    enum pmt_wire_op op = (enum pmt_wire_op)(rec->a >> PMT_W_OP_SHIFT);
    uint64_t low = rec->a & PMT_W_MASK;

    if (op == PMT_W_END || op == PMT_W_EXEC || op == PMT_W_EXEC_FAILED) {
        on_note(d, op, rec->b);
        return;
    }
    in_thread(d, rec->thread);
    if (op == PMT_W_ALLOC_RAW)
        pmt_drain_on_alloc(d, PMT_OP_ALLOC_RAW, low, rec->b);
    else if (op == PMT_W_FREE)
        pmt_drain_on_free(d, low);
    else if (op == PMT_W_RESIZE)
        pmt_drain_on_resize(d, raw_resize(d, rec->thread), rec->thread, low, PMT_OP_ALLOC_RAW);
    else if (op == PMT_W_RESIZED)
        pmt_drain_on_resized(d, raw_resize(d, rec->thread), low, rec->b);
}

/* Raw records up to raw_head whose position is at most pos. */
static uint64_t raw_up_to(struct pmt_drain *d, uint64_t raw_head, uint64_t pos)
{
    uint64_t from = d->raw_tail;

    while (d->raw_tail < raw_head) {
        const struct pmt_wire_raw *rec = &d->shm->raw[d->raw_tail & (PMT_RAW_RECORDS - 1)];

        if (rec->pos > pos)
            break;
        on_raw(d, rec);
        d->raw_tail++;
    }
    if (d->raw_tail != from)
        atomic_store_explicit(&d->shm->raw_tail, d->raw_tail, memory_order_release);
    return d->raw_tail - from;
}

/* Position of the next raw record, or UINT64_MAX. */
static uint64_t next_raw(const struct pmt_drain *d, uint64_t raw_head)
{
    return d->raw_tail < raw_head
               ? d->shm->raw[d->raw_tail & (PMT_RAW_RECORDS - 1)].pos
               : UINT64_MAX;
}

/* -- the merge -- */

#define GIVE_BACK 4096u /* records between stores of the tail */

uint64_t pmt_drain_some(struct pmt_drain *d, uint64_t most)
{
    uint64_t head = atomic_load_explicit(&d->shm->head, memory_order_acquire);
    uint64_t raw_head = atomic_load_explicit(&d->shm->raw_head, memory_order_acquire);
    uint64_t from = d->tail, taken = 0, raw_pos;
    uint64_t until = head - d->tail > most ? d->tail + most : head;

    if (PMT_UNLIKELY((int64_t)(head - d->tail) < 0))
        until = d->tail; /* interpreters with a lock each wrote over each other */
    taken += raw_up_to(d, raw_head, d->tail);
    raw_pos = next_raw(d, raw_head);
    while (d->tail < until && d->fork_serial < 0) {
        d->tail += 1 + on_main(d, &d->shm->ring[d->tail & (PMT_RING_RECORDS - 1)]);
        if (PMT_UNLIKELY(d->tail >= raw_pos)) {
            taken += raw_up_to(d, raw_head, d->tail);
            raw_pos = next_raw(d, raw_head);
        }
        if (PMT_UNLIKELY((d->tail & (GIVE_BACK - 1)) == 0))
            atomic_store_explicit(&d->shm->tail, d->tail, memory_order_release);
    }
    if (d->tail != from)
        atomic_store_explicit(&d->shm->tail, d->tail, memory_order_release);
    return taken + (d->tail - from);
}

/* -- the end -- */

void pmt_drain_troubles(struct pmt_drain *d)
{
    uint64_t failed = atomic_load(&d->shm->failed_allocs);

    pmt_drain_let_go(d, false); /* killed behind it: nobody knows */
    d->trouble[PMT_TROUBLE_ALLOC_FAILED] += failed;
    for (uint32_t code = 0; code < sizeof d->trouble / sizeof *d->trouble; code++)
        if (d->trouble[code])
            pmt_writer_event(d->writer, PMT_OP_TROUBLE, code, &d->trouble[code]);
}
