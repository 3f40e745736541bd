/* test_drain.c - rings written by hand, and the events that come of them: the merge of
 * the two rings, resizes on both sides of a call, blocks that are not known, and which
 * blocks the collector counts. */
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "base/alloc.h"
#include "record/drain.h"
#include "support/builder.h"
#include "support/expect.h"

#define AT(n)    (UINT64_C(0x7f0000000000) + 16 * (uint64_t)(n)) /* addresses */
#define ARENA    (UINT64_C(0x7e0000000000) + 4096)
#define THREAD   UINT64_C(0x1000) /* of the main ring */
#define NATIVE   UINT64_C(0x2000) /* threads without the GIL */
#define OTHER    UINT64_C(0x3000)
#define ALL      UINT64_MAX

struct rig {
    struct pmt_shm *shm;
    struct pmt_drain drain;
    struct builder out;
    char text[4096]; /* the events, once read */
};

static void rig_open(struct rig *rig)
{
    rig->shm = aligned_alloc(4096, sizeof *rig->shm);
    memset(rig->shm, 0, sizeof *rig->shm);
    rig->text[0] = '\0';
    builder_open(&rig->out);
    EXPECT(pmt_drain_init(&rig->drain, rig->shm, rig->out.w, 1000));
}

static void put(struct rig *rig, uint64_t op, uint64_t low, uint64_t b)
{
    uint64_t head = atomic_load(&rig->shm->head);

    rig->shm->ring[head % PMT_RING_RECORDS] =
        (struct pmt_wire_rec){op << PMT_W_OP_SHIFT | low, b};
    atomic_store(&rig->shm->head, head + 1);
}

static void put_raw(struct rig *rig, uint64_t thread, uint64_t op, uint64_t low, uint64_t b)
{
    uint64_t head = atomic_load(&rig->shm->raw_head);

    rig->shm->raw[head % PMT_RAW_RECORDS] =
        (struct pmt_wire_raw){op << PMT_W_OP_SHIFT | low, b, atomic_load(&rig->shm->head),
                              thread};
    atomic_store(&rig->shm->raw_head, head + 1);
}

static void put_text(struct rig *rig, const char *text)
{
    size_t n = strlen(text);

    for (size_t at = 0; at < n; at += 16) {
        struct pmt_wire_rec rec = {0, 0};
        uint64_t head = atomic_load(&rig->shm->head);

        memcpy(&rec, text + at, n - at < 16 ? n - at : 16);
        rig->shm->ring[head % PMT_RING_RECORDS] = rec;
        atomic_store(&rig->shm->head, head + 1);
    }
}

static void say(struct rig *rig, const char *word, uint64_t a, uint64_t b)
{
    size_t n = strlen(rig->text);

    (void)snprintf(rig->text + n, sizeof rig->text - n, "%s%s%" PRIu64 ":%" PRIu64,
                   n ? " " : "", word, a, b);
}

/* raw0:56 = ALLOC_RAW into slot 0 of 56 bytes, begin2:500 = GC_BEGIN of kind 2 at 500 ns
 * ... */
static void say_event(struct rig *rig, const struct pmt_batch *b, uint32_t i,
                      const uint64_t **wide)
{
    static const char *const words[] = {
        [PMT_OP_ALLOC_RAW] = "raw", [PMT_OP_ALLOC_MEM] = "mem", [PMT_OP_ALLOC_OBJ] = "obj",
        [PMT_OP_FREE] = "free", [PMT_OP_REALLOC] = "to", [PMT_OP_ARENA_NEW] = "arena",
        [PMT_OP_ARENA_FREE] = "gone", [PMT_OP_THREAD] = "thread", [PMT_OP_CLOCK] = "clock",
        [PMT_OP_FORK] = "fork", [PMT_OP_TROUBLE] = "trouble", [PMT_OP_ALLOC_GC] = "gc",
        [PMT_OP_GC_ENABLED] = "enabled", [PMT_OP_GC_THRESHOLD] = "threshold",
        [PMT_OP_GC_FREEZE] = "freeze", [PMT_OP_GC_BEGIN] = "begin",
        [PMT_OP_GC_STAT] = "stat", [PMT_OP_GC_END] = "end",
        [PMT_OP_GC_UNTRACKED] = "untracked", [PMT_OP_MAIN] = "main",
        [PMT_OP_GC_LOOK] = "look", [PMT_OP_GARBAGE] = "garbage",
        [PMT_OP_BELONGS] = "belongs", [PMT_OP_GC_COUNTS] = "counts",
        [PMT_OP_GC_TOUCHED] = "touched", [PMT_OP_REFERS] = "refers",
        [PMT_OP_KEEPS] = "keeps", [PMT_OP_HOLDS] = "holds", [PMT_OP_SHARES] = "shares",
        [PMT_OP_OBJECT] = "object", [PMT_OP_REUSED] = "reused",
        [PMT_OP_REUSED_GC] = "reused-gc", [PMT_OP_SHELVED] = "shelved",
        [PMT_OP_CLEARED] = "cleared", [PMT_OP_TYPED] = "typed",
        [PMT_OP_GC_ATOMIC] = "atomic", [PMT_OP_COLLECTED] = "collected",
        [PMT_OP_GC_HELD] = "held",
    };
    uint64_t arg = b->arg[i];

    if (b->op[i] > PMT_OP_ALLOC_GC && pmt_op_n_wide(b->op[i])) {
        say(rig, words[b->op[i]], arg, *(*wide)++);
        return;
    }

    for (unsigned n = pmt_op_n_wide(b->op[i]); n; n--)
        arg = b->op[i] == PMT_OP_TROUBLE ? arg * 100 + *(*wide)++ : *(*wide)++;
    say(rig, words[b->op[i]] ? words[b->op[i]] : "?", b->slot[i], arg);
}

/* Read what was written; the text of all events. */
static const char *events(struct rig *rig)
{
    struct pmt_trace *trace;
    struct pmt_item item;

    pmt_drain_release(&rig->drain);
    free(rig->shm);
    builder_finish(&rig->out);
    EXPECT_STATUS(pmt_trace_open(rig->out.path, &trace, NULL), PMT_OK, NULL);
    while (pmt_trace_next(trace, &item, NULL) == PMT_OK) {
        const uint64_t *wide = item.u.batch.wide;

        if (item.kind == PMT_ITEM_ORACLE) {
            say(rig, item.u.oracle.when, item.u.oracle.text_len,
                (uint64_t)item.u.oracle.blocks);
            continue;
        }
        for (uint32_t i = 0; i < item.u.batch.n_events; i++)
            say_event(rig, &item.u.batch, i, &wide);
    }
    EXPECT(pmt_trace_partial(trace) == NULL);
    pmt_trace_close(trace);
    builder_close(&rig->out);
    return rig->text;
}

static void test_drain_blocks(void)
{
    struct rig rig;

    rig_open(&rig);
    put(&rig, PMT_W_THREAD, 0, THREAD);
    put(&rig, PMT_W_CLOCK, 0, 1500);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), 56);
    put(&rig, PMT_W_ALLOC_MEM, AT(4), 100);
    put(&rig, PMT_W_FREE, AT(0), 0);
    put(&rig, PMT_W_RESIZE, AT(4), PMT_W_ALLOC_MEM);
    put(&rig, PMT_W_RESIZED, AT(20), 900);
    put(&rig, PMT_W_FREE, AT(20), 0);
    EXPECT_U64(pmt_drain_some(&rig.drain, ALL), 8);
    EXPECT_U64(atomic_load(&rig.shm->tail), 8);
    EXPECT_U64(pmt_drain_some(&rig.drain, ALL), 0);
    EXPECT_STR(events(&rig), "thread0:0 clock0:500 obj0:56 mem1:100 free0:0 to1:900 free1:0");
}

/* A raw record goes before the main record that its position names, and after the one
 * before that; threads are told where they change. */
static void test_drain_merges_by_position(void)
{
    struct rig rig;

    rig_open(&rig);
    put(&rig, PMT_W_THREAD, 0, THREAD);
    put_raw(&rig, NATIVE, PMT_W_ALLOC_RAW, AT(0), 1);
    put(&rig, PMT_W_ALLOC_MEM, AT(1), 2);
    put_raw(&rig, NATIVE, PMT_W_FREE, AT(0), 0);
    put_raw(&rig, OTHER, PMT_W_ALLOC_RAW, AT(2), 3);
    put(&rig, PMT_W_FREE, AT(1), 0);
    put_raw(&rig, THREAD, PMT_W_FREE, AT(2), 0);
    while (pmt_drain_some(&rig.drain, 1)) /* in the smallest steps */
        continue;
    EXPECT_U64(atomic_load(&rig.shm->raw_tail), 4);
    EXPECT_STR(events(&rig), "thread0:0 raw0:1 thread0:1 mem1:2 thread0:0 free0:0 "
                             "thread0:2 raw0:3 thread0:1 free1:0 free0:0");
}

/* The same address in both rings: given back in one, taken in the other. */
static void test_drain_address_changes_rings(void)
{
    struct rig rig;

    rig_open(&rig);
    put_raw(&rig, NATIVE, PMT_W_ALLOC_RAW, AT(0), 600);
    put_raw(&rig, NATIVE, PMT_W_FREE, AT(0), 0);
    put(&rig, PMT_W_THREAD, 0, NATIVE);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), 700);
    put(&rig, PMT_W_FREE, AT(0), 0);
    put_raw(&rig, NATIVE, PMT_W_ALLOC_RAW, AT(0), 800);
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(rig.drain.trouble[PMT_TROUBLE_OVER_LIVE], 0);
    EXPECT_STR(events(&rig), "thread0:0 raw0:600 free0:0 obj0:700 free0:0 raw0:800");
}

/* Two threads resize at once; one takes the address that the other gave up. */
static void test_drain_resizes_of_threads(void)
{
    struct rig rig;

    rig_open(&rig);
    put_raw(&rig, NATIVE, PMT_W_ALLOC_RAW, AT(0), 10);
    put_raw(&rig, OTHER, PMT_W_ALLOC_RAW, AT(1), 20);
    put_raw(&rig, NATIVE, PMT_W_RESIZE, AT(0), PMT_W_ALLOC_RAW);
    put_raw(&rig, OTHER, PMT_W_RESIZE, AT(1), PMT_W_ALLOC_RAW);
    put_raw(&rig, OTHER, PMT_W_RESIZED, AT(0), 21);
    put_raw(&rig, NATIVE, PMT_W_RESIZED, AT(5), 11);
    put_raw(&rig, NATIVE, PMT_W_FREE, AT(5), 0);
    put_raw(&rig, NATIVE, PMT_W_FREE, AT(0), 0);
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(rig.drain.trouble[PMT_TROUBLE_OVER_LIVE], 0);
    EXPECT_STR(events(&rig), "thread0:0 raw0:10 thread0:1 raw1:20 thread0:0 "
                             "thread0:1 to1:21 thread0:0 to0:11 free0:0 free1:0");
}

static void test_drain_failed_resize_keeps_the_block(void)
{
    struct rig rig;

    rig_open(&rig);
    put(&rig, PMT_W_THREAD, 0, THREAD);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), 10);
    put(&rig, PMT_W_RESIZE, AT(0), PMT_W_ALLOC_OBJ);
    put(&rig, PMT_W_RESIZED, 0, UINT64_C(1) << 60);
    put(&rig, PMT_W_FREE, AT(0), 0);
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(rig.drain.trouble[PMT_TROUBLE_UNKNOWN_FREE], 0);
    EXPECT_STR(events(&rig), "thread0:0 obj0:10 free0:0");
}

/* Counted: by whether an arena lies there. A resize makes the block known. */
static void test_drain_unknown_blocks(void)
{
    struct rig rig;

    rig_open(&rig);
    put(&rig, PMT_W_THREAD, 0, THREAD);
    put(&rig, PMT_W_ARENA_NEW, ARENA, 1 << 20);
    put(&rig, PMT_W_FREE, AT(0), 0);
    put(&rig, PMT_W_FREE, ARENA + 48, 0);
    put(&rig, PMT_W_RESIZE, AT(1), PMT_W_ALLOC_MEM);
    put(&rig, PMT_W_RESIZED, AT(2), 33);
    put_raw(&rig, THREAD, PMT_W_RESIZE, AT(3), PMT_W_ALLOC_RAW);
    put_raw(&rig, THREAD, PMT_W_RESIZED, AT(4), 44);
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(rig.drain.trouble[PMT_TROUBLE_UNKNOWN_FREE], 1);
    EXPECT_U64(rig.drain.trouble[PMT_TROUBLE_UNKNOWN_SMALL], 1);
    EXPECT_U64(rig.drain.trouble[PMT_TROUBLE_UNKNOWN_REALLOC], 2);
    pmt_drain_troubles(&rig.drain);
    EXPECT_STR(events(&rig), "thread0:0 arena0:1048576 mem0:33 raw1:44 "
                             "trouble0:101 trouble0:202 trouble0:601");
}

static void test_drain_over_live(void)
{
    struct rig rig;

    rig_open(&rig);
    put(&rig, PMT_W_THREAD, 0, THREAD);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), 1);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), 2);
    put(&rig, PMT_W_FREE, AT(0), 0);
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(rig.drain.trouble[PMT_TROUBLE_OVER_LIVE], 1);
    EXPECT_STR(events(&rig), "thread0:0 obj0:1 free0:0 obj0:2 free0:0");
}

/* The same in an arena, by an allocation and by a resize: the place that is checked is
 * that of the new block. */
static void test_drain_over_live_in_an_arena(void)
{
    struct rig rig;

    rig_open(&rig);
    put(&rig, PMT_W_THREAD, 0, THREAD);
    put(&rig, PMT_W_ARENA_NEW, ARENA, 1 << 20);
    put(&rig, PMT_W_ALLOC_OBJ, ARENA + 48, 1);
    put(&rig, PMT_W_ALLOC_OBJ, ARENA + 48, 2);
    put(&rig, PMT_W_ALLOC_OBJ, ARENA + 64, 3);
    put(&rig, PMT_W_RESIZE, ARENA + 64, PMT_W_ALLOC_OBJ);
    put(&rig, PMT_W_RESIZED, ARENA + 48, 4);
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(rig.drain.trouble[PMT_TROUBLE_OVER_LIVE], 2);
    EXPECT_STR(events(&rig), "thread0:0 arena0:1048576 obj0:1 free0:0 obj0:2 obj1:3 "
                             "free0:0 to1:4");
}

/* Arenas by ordinal, in whatever order they go; the place of a block is checked by
 * pmt_writer_place(), which asserts that one was due. */
static void test_drain_arenas(void)
{
    struct rig rig;

    rig_open(&rig);
    put(&rig, PMT_W_THREAD, 0, THREAD);
    for (uint64_t i = 0; i < 3; i++)
        put(&rig, PMT_W_ARENA_NEW, ARENA + (i << 20), 1 << 20);
    put(&rig, PMT_W_ALLOC_OBJ, ARENA + (2 << 20) + 48, 64);
    put(&rig, PMT_W_FREE, ARENA + (2 << 20) + 48, 0);
    put(&rig, PMT_W_ARENA_FREE, ARENA + (1 << 20), 1 << 20);
    put(&rig, PMT_W_ARENA_FREE, ARENA, 1 << 20);
    put(&rig, PMT_W_ARENA_NEW, ARENA, 1 << 20);
    put(&rig, PMT_W_ARENA_FREE, ARENA, 1 << 20);
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(rig.drain.n_arenas, 1);
    EXPECT_STR(events(&rig), "thread0:0 arena0:1048576 arena0:1048576 arena0:1048576 "
                             "obj0:64 free0:0 gone0:1 gone0:0 arena0:1048576 gone0:3");
}

#define TEXT "class   size   num pools\n"

/* The text of a checkpoint wraps around the ring's end; one that goes past what was
 * committed is not believed. */
static void test_drain_oracle(void)
{
    struct rig rig;

    rig_open(&rig);
    atomic_store(&rig.shm->head, PMT_RING_RECORDS - 2);
    rig.drain.tail = PMT_RING_RECORDS - 2;
    put(&rig, PMT_W_ORACLE, (uint64_t)PMT_WHEN_END << 32 | strlen(TEXT), 77);
    put_text(&rig, TEXT);
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(rig.drain.tail, PMT_RING_RECORDS + 1);
    put(&rig, PMT_W_ORACLE, UINT32_MAX, 78);
    EXPECT_U64(pmt_drain_some(&rig.drain, ALL), 1);
    EXPECT(!rig.drain.failed);
    EXPECT_STR(events(&rig), "end25:77");
}

/* Many times around both rings, drained in steps: nothing is lost or doubled. */
static void test_drain_wraps_around(void)
{
    enum { ROUNDS = 40, STEP = 10007 };
    struct rig rig;
    uint64_t n = 0;

    rig_open(&rig);
    put(&rig, PMT_W_THREAD, 0, THREAD);
    for (uint64_t round = 0; round < ROUNDS; round++) {
        for (uint64_t i = 0; i < STEP; i++) {
            put(&rig, PMT_W_ALLOC_OBJ, AT(0), 16);
            if (i % 2)
                put_raw(&rig, THREAD, PMT_W_ALLOC_RAW, AT(1), 16);
            put(&rig, PMT_W_FREE, AT(0), 0);
            if (i % 2)
                put_raw(&rig, THREAD, PMT_W_FREE, AT(1), 0);
        }
        while (pmt_drain_some(&rig.drain, 5000))
            continue;
        n += 2 * STEP + 2 * (STEP / 2);
        EXPECT_U64(atomic_load(&rig.shm->tail), atomic_load(&rig.shm->head));
    }
    EXPECT(atomic_load(&rig.shm->head) > 2 * PMT_RING_RECORDS);
    EXPECT_U64(pmt_writer_events(rig.out.w), n + 1);
    for (unsigned code = 0; code < 16; code++)
        EXPECT_U64(rig.drain.trouble[code], 0);
    EXPECT_HAS(events(&rig), "thread0:0 obj0:16 free0:0 raw0:16 obj1:16 free1:0 free0:0");
}

/* A block that is still held goes behind the fork, on both sides of it. */
static void test_drain_stops_at_a_fork(void)
{
    struct rig rig;

    rig_open(&rig);
    put(&rig, PMT_W_THREAD, 0, THREAD);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), 16);
    put(&rig, PMT_W_FORK, 3, 0);
    put(&rig, PMT_W_FREE, AT(0), 0);
    EXPECT_U64(pmt_drain_some(&rig.drain, ALL), 3);
    EXPECT_I64(rig.drain.fork_serial, 3);
    EXPECT_U64(pmt_drain_some(&rig.drain, ALL), 0);
    rig.drain.fork_serial = -1;
    EXPECT_U64(pmt_drain_some(&rig.drain, ALL), 1);
    EXPECT_STR(events(&rig), "thread0:0 fork0:3 obj0:16 free0:0");
}

/* Where nothing can be written any more, nothing is kept of what comes either: not a set
 * of slots up to PMT_NO_SLOT. */
static void test_drain_goes_on_without_a_trace(void)
{
    struct rig rig;
    struct pmt_writer *full;
    int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

    if (fd < 0)
        return;
    rig_open(&rig);
    EXPECT_STATUS(pmt_writer_open(fd, &full, NULL), PMT_OK, NULL);
    EXPECT_STATUS(pmt_writer_begin(full, NULL), PMT_E_IO, NULL);
    rig.drain.writer = full;
    put(&rig, PMT_W_THREAD, 0, THREAD);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), 64);
    put(&rig, PMT_W_GC_LAST, 1, 0);
    put(&rig, PMT_W_FREE, AT(0), 0);
    EXPECT_U64(pmt_drain_some(&rig.drain, ALL), 4);
    EXPECT_U64(rig.drain.counted.n, 0);
    EXPECT_STR(events(&rig), "");
    pmt_writer_close(full);
    (void)close(fd);
}

static void test_drain_notes_of_the_end(void)
{
    struct rig rig;

    rig_open(&rig);
    put_raw(&rig, NATIVE, PMT_W_EXEC, 0, 0);
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT(rig.drain.exec && !rig.drain.ended);
    put_raw(&rig, NATIVE, PMT_W_EXEC_FAILED, 0, 0);
    put_raw(&rig, NATIVE, PMT_W_END, 0, 5);
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT(!rig.drain.exec && rig.drain.ended);
    EXPECT_U64(rig.drain.end_status, 5);
    EXPECT_STR(events(&rig), "");
}

/* A head that went backwards (two writers) is waited for, not walked to. */
static void test_drain_head_behind_tail(void)
{
    struct rig rig;

    rig_open(&rig);
    put(&rig, PMT_W_THREAD, 0, THREAD);
    put(&rig, PMT_W_ALLOC_MEM, AT(0), 16);
    (void)pmt_drain_some(&rig.drain, ALL);
    atomic_store(&rig.shm->head, 1);
    EXPECT_U64(pmt_drain_some(&rig.drain, 100), 0);
    EXPECT_STR(events(&rig), "thread0:0 mem0:16");
}

/* -- what the collector counts: count 0 stands beside the size, as it was when the
 *    call was entered -- */

#define COUNT(n, b) ((uint64_t)(n) << PMT_W_COUNT_SHIFT | (b))

static void open_counted(struct rig *rig)
{
    rig_open(rig);
    put(rig, PMT_W_THREAD, 0, THREAD);
}

static uint64_t n_unsure(const struct rig *rig)
{
    return rig->drain.trouble[PMT_TROUBLE_GC_UNSURE];
}

/* The next record that has a count tells, whatever it is of. */
static void test_drain_counted_or_not(void)
{
    struct rig rig;

    open_counted(&rig);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(5, 64));
    put(&rig, PMT_W_ALLOC_OBJ, AT(4), COUNT(6, 32)); /* AT(0) raised it */
    put(&rig, PMT_W_ALLOC_MEM, AT(8), COUNT(6, 100)); /* AT(4) did not */
    put(&rig, PMT_W_ALLOC_OBJ, AT(20), COUNT(6, 48));
    put(&rig, PMT_W_FREE, AT(8), COUNT(7, 0)); /* AT(20) did */
    put(&rig, PMT_W_ALLOC_OBJ, AT(30), COUNT(7, 80));
    put(&rig, PMT_W_RESIZE, AT(4), COUNT(8, PMT_W_ALLOC_OBJ)); /* AT(30) did */
    put(&rig, PMT_W_RESIZED, AT(40), 33);
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(n_unsure(&rig), 0);
    EXPECT_STR(events(&rig), "thread0:0 gc0:64 obj1:32 mem2:100 gc3:48 free2:0 gc2:80 "
                             "to1:33");
}

/* Before its own record, the free of a counted block has lowered the count. */
static void test_drain_free_of_a_counted_block(void)
{
    struct rig rig;

    open_counted(&rig);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(5, 64));
    put(&rig, PMT_W_ALLOC_OBJ, AT(4), COUNT(6, 32));
    put(&rig, PMT_W_FREE, AT(0), COUNT(6, 0)); /* up by AT(4), down by AT(0) */
    put(&rig, PMT_W_ALLOC_OBJ, AT(8), COUNT(6, 40));
    put(&rig, PMT_W_FREE, AT(4), COUNT(5, 0)); /* only down: AT(8) is not counted */
    put(&rig, PMT_W_ALLOC_OBJ, AT(12), COUNT(5, 24));
    put(&rig, PMT_W_FREE, AT(8), COUNT(6, 0)); /* AT(8) lowers nothing */
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(n_unsure(&rig), 0);
    EXPECT_STR(events(&rig), "thread0:0 gc0:64 gc1:32 free0:0 obj0:40 free1:0 gc1:24 "
                             "free0:0");
}

/* What a slot's last block was says nothing of its next one. */
static void test_drain_counted_by_block_not_by_slot(void)
{
    struct rig rig;

    open_counted(&rig);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(5, 64));
    put(&rig, PMT_W_FREE, AT(0), COUNT(5, 0)); /* itself: up and down again */
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(5, 64));
    put(&rig, PMT_W_ALLOC_MEM, AT(4), COUNT(6, 8));
    put(&rig, PMT_W_FREE, AT(0), COUNT(5, 0));
    put(&rig, PMT_W_ALLOC_MEM, AT(0), COUNT(5, 16)); /* slot 0 again */
    put(&rig, PMT_W_ALLOC_OBJ, AT(8), COUNT(5, 24));
    put(&rig, PMT_W_FREE, AT(0), COUNT(6, 0));
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(n_unsure(&rig), 0);
    EXPECT_STR(events(&rig), "thread0:0 obj0:64 free0:0 gc0:64 mem1:8 free0:0 mem0:16 "
                             "gc2:24 free0:0");
}

/* Where the count was reset, the agent has looked; where nobody has, that is told. */
static void test_drain_count_that_was_reset(void)
{
    struct rig rig;

    open_counted(&rig);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(700, 64));
    put(&rig, PMT_W_GC_LAST, 1, 0);
    put(&rig, PMT_W_ALLOC_OBJ, AT(4), COUNT(0, 32));
    put(&rig, PMT_W_GC_LAST, 0, 0);
    put(&rig, PMT_W_GC_LAST, 1, 0); /* nothing is held: of no block */
    put(&rig, PMT_W_ALLOC_OBJ, AT(8), COUNT(9, 16));
    put(&rig, PMT_W_ALLOC_MEM, AT(12), COUNT(0, 8)); /* neither 9 nor 10 */
    EXPECT_U64(n_unsure(&rig), 0);
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(n_unsure(&rig), 1);
    put(&rig, PMT_W_ALLOC_OBJ, AT(16), COUNT(0, 24));
    put(&rig, PMT_W_FREE, AT(0), COUNT(0, 0)); /* 0 either way */
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(n_unsure(&rig), 2);
    EXPECT_STR(events(&rig), "thread0:0 gc0:64 obj1:32 obj2:16 mem3:8 obj4:24 free0:0");
}

/* A process that is killed behind an allocation leaves it held. */
static void test_drain_held_at_the_end(void)
{
    struct rig rig;

    open_counted(&rig);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(3, 64));
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(pmt_writer_events(rig.out.w), 1);
    pmt_drain_troubles(&rig.drain);
    EXPECT_STR(events(&rig), "thread0:0 obj0:64");
}

/* Only of a collector object that is there. */
static void test_drain_untracked(void)
{
    struct rig rig;

    open_counted(&rig);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(0, 64));
    put(&rig, PMT_W_ALLOC_OBJ, AT(4), COUNT(1, 56));
    put(&rig, PMT_W_ALLOC_OBJ, AT(8), COUNT(2, 48));
    put(&rig, PMT_W_ALLOC_MEM, AT(12), COUNT(2, 40));
    put(&rig, PMT_W_FREE, AT(0), COUNT(1, 0));
    put(&rig, PMT_W_GC_UNTRACKED, AT(0), 0);
    put(&rig, PMT_W_GC_UNTRACKED, AT(4), 0);
    put(&rig, PMT_W_GC_UNTRACKED, AT(8), 0);
    put(&rig, PMT_W_GC_UNTRACKED, AT(12), 0);
    put(&rig, PMT_W_GC_UNTRACKED, AT(50), 0);
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_STR(events(&rig), "thread0:0 gc0:64 gc1:56 obj2:48 mem3:40 free0:0 "
                             "untracked1:0");
}

/* Times become those of the trace, which began at 1000; 0 stays "not known". */
static void test_drain_collections(void)
{
    static const uint64_t figures[] = {12, 0, 3400, 56, PMT_W_NOT_KNOWN};
    struct rig rig;

    open_counted(&rig);
    put(&rig, PMT_W_GC_SET, UINT64_C(1) << 32 | 700, UINT64_C(11) << 32 | 10);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(700, 64));
    put(&rig, PMT_W_GC_LAST, 1, 0);
    put(&rig, PMT_W_GC_BEGIN, 2, 1500);
    put(&rig, PMT_W_FREE, AT(0), COUNT(0, 0));
    put(&rig, PMT_W_GC_END, 2, 1900);
    for (size_t i = 0; i < PMT_W_FIGURES; i++)
        put(&rig, PMT_W_DATA, 0, figures[i]);
    put(&rig, PMT_W_GC_BEGIN, 3 + 4, 0);
    put(&rig, PMT_W_GC_END, 0, 0);
    for (size_t i = 0; i < PMT_W_FIGURES; i++)
        put(&rig, PMT_W_DATA, 0, i);
    put(&rig, PMT_W_GC_FREEZE, 1, 0);
    put(&rig, PMT_W_GC_FREEZE, 0, 0);
    put(&rig, PMT_W_GC_SET, 0, 0);
    EXPECT_U64(pmt_drain_some(&rig.drain, ALL), 22);
    EXPECT_STR(events(&rig),
               "thread0:0 enabled0:1 threshold0:700 threshold1:10 threshold2:11 gc0:64 "
               "begin2:500 free0:0 stat0:12 stat1:0 stat2:3400 stat3:56 end2:900 "
               "begin7:0 stat0:0 stat1:1 stat2:2 stat3:3 stat4:4 end0:0 freeze0:1 freeze0:0 "
               "enabled0:0 threshold0:0 threshold1:0 threshold2:0");
}

/* A type as the agent tells it. */
static void put_type(struct rig *rig, uint64_t address, const char *name)
{
    put(rig, PMT_W_TYPE, strlen(name), address);
    put(rig, 0, 16, 8); /* its sizes */
    put_text(rig, name);
}

/* A type gets a number when it is first told, and another one where another type lies
 * then; garbage is a collector object of a type that was told. */
static void test_drain_garbage(void)
{
    struct rig rig;

    open_counted(&rig);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(0, 64));
    put(&rig, PMT_W_ALLOC_OBJ, AT(4), COUNT(1, 56));
    put(&rig, PMT_W_ALLOC_MEM, AT(8), COUNT(2, 40));
    put(&rig, PMT_W_LOOK, 1, 77);
    put_type(&rig, 0x5000, "a.type.of.more.than.sixteen.bytes");
    put_type(&rig, 0x6000, "list");
    put(&rig, PMT_W_GARBAGE, AT(0), 0x6000 | PMT_W_FIRST);
    put_type(&rig, 0x6000, "list");
    put(&rig, PMT_W_GARBAGE, AT(4), 0x6000);
    put_type(&rig, 0x6000, "dict");
    put(&rig, PMT_W_GARBAGE, AT(4), 0x6000);
    put(&rig, PMT_W_GARBAGE, AT(4), 0x5000);
    put(&rig, PMT_W_GARBAGE, AT(4), 0x7000); /* which nobody told */
    put(&rig, PMT_W_GARBAGE, AT(8), 0x5000); /* no collector object */
    put(&rig, PMT_W_GARBAGE, AT(50), 0x5000); /* no block */
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(rig.drain.n_types, 3);
    EXPECT_STR(events(&rig), "thread0:0 gc0:64 gc1:56 mem2:40 look1:77 garbage0:3 "
                             "garbage1:2 garbage1:4 garbage1:0");
}

/* What belongs to it is any block, of a type or of none. */
static void test_drain_belongs(void)
{
    struct rig rig;

    open_counted(&rig);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(0, 64));
    put(&rig, PMT_W_ALLOC_OBJ, AT(4), COUNT(1, 56));
    put(&rig, PMT_W_ALLOC_MEM, AT(8), COUNT(1, 40));
    put(&rig, PMT_W_COUNTS, 0, 0);
    put(&rig, PMT_W_LOOK, 1, 77);
    put_type(&rig, 0x5000, "list");
    put_type(&rig, 0x6000, "str");
    put(&rig, PMT_W_TOUCHED, 3, 4);
    put(&rig, PMT_W_GARBAGE, AT(0), 0x5000 | PMT_W_FIRST);
    put(&rig, PMT_W_BELONGS, AT(8), 0);
    put(&rig, PMT_W_BELONGS, AT(4), 0x6000);
    put(&rig, PMT_W_BELONGS, AT(50), 0x6000); /* no block */
    put(&rig, PMT_W_TOUCHED, 0, UINT64_MAX - 1);
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_STR(events(&rig), "thread0:0 gc0:64 obj1:56 mem2:40 counts0:0 look1:77 touched3:4 "
                             "garbage0:1 belongs2:0 belongs1:2 touched0:4294967295");
}

#define MARK "request:17"

/* Two in a record, or one; what is no collector object is not told, nor what an object
 * refers to that is not told itself. */
static void test_drain_refers(void)
{
    struct rig rig;

    open_counted(&rig);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(0, 64));
    put(&rig, PMT_W_ALLOC_OBJ, AT(4), COUNT(1, 56));
    put(&rig, PMT_W_ALLOC_MEM, AT(8), COUNT(2, 40));
    put(&rig, PMT_W_LOOK, 1, 77);
    put_type(&rig, 0x5000, "list");
    put(&rig, PMT_W_REFERS, AT(0), AT(4)); /* of nothing */
    put(&rig, PMT_W_ATOMIC, AT(0), 0);
    put(&rig, PMT_W_GARBAGE, AT(0), 0x5000 | PMT_W_FIRST);
    put(&rig, PMT_W_ATOMIC, AT(0), 0);
    put(&rig, PMT_W_ATOMIC, AT(8), 0); /* no collector object */
    put(&rig, PMT_W_BELONGS, AT(8), 0);
    put(&rig, PMT_W_REFERS, AT(4), AT(0));
    put(&rig, PMT_W_REFERS, AT(4), 0);
    put(&rig, PMT_W_REFERS, AT(8), AT(4));  /* the first is no collector object */
    put(&rig, PMT_W_REFERS, AT(4), AT(50)); /* the second is no block */
    put(&rig, PMT_W_HOLDS, AT(8), 0);       /* of nothing that is kept */
    put(&rig, PMT_W_KEEPS, AT(4), AT(8));   /* the second is no collector object ... */
    put(&rig, PMT_W_HOLDS, AT(8), AT(0));   /* ... so it is not told what that holds */
    put(&rig, PMT_W_KEEPS, AT(4), 0);
    put(&rig, PMT_W_HOLDS, AT(50), AT(8));
    put(&rig, PMT_W_SHARES, AT(8), 0);      /* no collector object ... */
    put(&rig, PMT_W_HOLDS, AT(8), 0);       /* ... nor then what that holds */
    put(&rig, PMT_W_SHARES, AT(0), 0);
    put(&rig, PMT_W_HOLDS, AT(8), 0);
    put(&rig, PMT_W_REFERS, AT(4), 0);
    put(&rig, PMT_W_SHARES, AT(0), 0);      /* of nothing that is kept */
    put(&rig, PMT_W_GARBAGE, AT(8), 0x5000); /* is not told ... */
    put(&rig, PMT_W_REFERS, AT(0), AT(4));   /* ... so neither is this */
    put(&rig, PMT_W_KEEPS, AT(0), AT(4));
    put(&rig, PMT_W_GARBAGE, AT(4), 0x5000);
    put(&rig, PMT_W_REFERS, AT(0), 0);
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_STR(events(&rig), "thread0:0 gc0:64 gc1:56 mem2:40 look1:77 garbage0:1 atomic0:0 "
                             "belongs2:0 refers1:0 refers0:0 refers1:0 refers1:0 refers1:0 "
                             "keeps1:0 keeps1:0 holds2:0 shares0:0 holds2:0 refers1:0 "
                             "garbage1:0 refers0:0");
}

/* What an unlooked collection frees: collector objects of types that are known. */
static void test_drain_collected(void)
{
    struct rig rig;

    open_counted(&rig);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(0, 64));
    put(&rig, PMT_W_ALLOC_MEM, AT(4), COUNT(1, 40));
    put_type(&rig, 0x5000, "ring");
    put(&rig, PMT_W_COLLECTED, AT(4), 0x5000);  /* no collector object */
    put(&rig, PMT_W_COLLECTED, AT(50), 0x5000); /* no block */
    put(&rig, PMT_W_COLLECTED, AT(0), 0x6000);  /* no type */
    put(&rig, PMT_W_COLLECTED, AT(0), 0x5000);
    put(&rig, PMT_W_FREE, AT(0), COUNT(0, 0));
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_STR(events(&rig), "thread0:0 gc0:64 mem1:40 collected0:0 free0:0");
}

/* The record has the low bits of a count: of the largest it has, one more is 0. */
static void test_drain_counts_past_the_last(void)
{
    struct rig rig;

    open_counted(&rig);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(PMT_W_COUNT_MAX, 64));
    put(&rig, PMT_W_ALLOC_OBJ, AT(4), COUNT(0, 56));
    put(&rig, PMT_W_ALLOC_MEM, AT(8), COUNT(0, 40));
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_STR(events(&rig), "thread0:0 gc0:64 obj1:56 mem2:40");
}

/* Number 3 is the list of blocks of 56 bytes of this type. */
#define ON(n, address) ((uint64_t)(n) << PMT_W_LIST_SHIFT | (address))

static void put_list(struct rig *rig, uint64_t number, uint64_t type, uint64_t bytes, bool counted)
{
    put(rig, PMT_W_LIST, number << PMT_W_LIST_SHIFT, type);
    put(rig, PMT_W_DATA, 0, bytes);
    put(rig, PMT_W_DATA, 0, counted);
}

/* A type stands before its block, which waits for it; or names it later. */
static void test_drain_objects(void)
{
    struct rig rig;

    open_counted(&rig);
    put_type(&rig, 0x5000, "int");
    put_type(&rig, 0x6000, "list");
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(0, 32));
    put(&rig, PMT_W_OBJECT, AT(0), 0x5000);
    put(&rig, PMT_W_ALLOC_OBJ, AT(4), COUNT(0, 56));
    put(&rig, PMT_W_ALLOC_MEM, AT(8), COUNT(1, 40));
    put(&rig, PMT_W_OBJECT, AT(4), 0x6000);  /* a collection came before it */
    put(&rig, PMT_W_OBJECT, AT(50), 0x6000); /* no block */
    put(&rig, PMT_W_OBJECT, AT(8), 0x7000);  /* of a type that nobody told */
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_STR(events(&rig), "thread0:0 object0:0 obj0:32 gc1:56 mem2:40 typed1:1");
}

/* A dict's table is told before its block, of either domain; the next is none. */
static void test_drain_tables(void)
{
    struct rig rig;

    open_counted(&rig);
    put_type(&rig, 0x6000, "dict keys");
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(0, 56));
    put(&rig, PMT_W_TABLE, 0, 0x6000);
    put(&rig, PMT_W_ALLOC_OBJ, AT(4), COUNT(1, 120));
    put(&rig, PMT_W_TABLE, 0, 0x6000);
    put(&rig, PMT_W_ALLOC_MEM, AT(12), COUNT(1, 120));
    put(&rig, PMT_W_ALLOC_MEM, AT(20), COUNT(1, 120));
    put(&rig, PMT_W_TABLE, 0, 0x7000); /* of a type that nobody told */
    put(&rig, PMT_W_ALLOC_MEM, AT(28), COUNT(1, 120));
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_STR(events(&rig), "thread0:0 gc0:56 object0:0 obj1:120 object0:0 mem2:120 mem3:120 "
                             "mem4:120");
}

/* What a list takes that the collector does not count is told at the entry of a free, whose count is
 * lower already: it says nothing of the held block. One that is held itself is no object. */
static void test_drain_tables_wait(void)
{
    struct rig rig;

    open_counted(&rig);
    put_type(&rig, 0x6000, "dict keys");
    put_list(&rig, 2, 0x6000, 120, false);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(4, 120));
    put(&rig, PMT_W_ALLOC_OBJ, AT(8), COUNT(4, 64));
    put(&rig, PMT_W_ALLOC_OBJ, AT(12), COUNT(5, 200)); /* the one before is counted; this is held */
    put(&rig, PMT_W_SHELVED, ON(2, AT(0)), COUNT(5, 0));
    put(&rig, PMT_W_FREE, AT(8), COUNT(5, 0));
    put(&rig, PMT_W_ALLOC_OBJ, AT(28), COUNT(5, 120));
    put(&rig, PMT_W_SHELVED, ON(2, AT(28)), COUNT(9, 0));
    put(&rig, PMT_W_FREE, AT(12), COUNT(4, 0));
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(rig.drain.trouble[PMT_TROUBLE_GC_UNSURE], 0);
    EXPECT_STR(events(&rig), "thread0:0 obj0:120 gc1:64 gc2:200 typed0:0 shelved0:0 free1:0 "
                             "object0:0 obj1:120 shelved1:0 free2:0");
}

/* A slot is an object's: the block keeps none while it is on a list, and the next object in
 * it takes one of its own. What is freed from there was cleared. */
static void test_drain_free_lists(void)
{
    struct rig rig;

    open_counted(&rig);
    put_type(&rig, 0x6000, "list");
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(0, 56));
    put(&rig, PMT_W_OBJECT, AT(0), 0x6000);
    put(&rig, PMT_W_ALLOC_OBJ, AT(4), COUNT(1, 56)); /* it was made before one looked */
    put_list(&rig, 3, 0x6000, 56, true);
    put(&rig, PMT_W_SHELVED, ON(3, AT(0)), COUNT(2, 0));
    put(&rig, PMT_W_SHELVED, ON(3, AT(4)), COUNT(2, 0));
    put(&rig, PMT_W_REUSED, ON(3, AT(4)), COUNT(2, 0));
    put(&rig, PMT_W_FREE, AT(4), COUNT(1, 0)); /* an object: the list was full */
    put(&rig, PMT_W_FREE, AT(0), COUNT(0, 0)); /* on the list */
    put(&rig, PMT_W_REUSED, ON(3, AT(0)), COUNT(0, 0)); /* is not on it */
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(rig.drain.trouble[PMT_TROUBLE_UNKNOWN_SMALL], 0);
    EXPECT_U64(rig.drain.trouble[PMT_TROUBLE_UNKNOWN_FREE], 0);
    EXPECT_STR(events(&rig), "thread0:0 object0:0 gc0:56 gc1:56 shelved0:0 typed1:0 shelved1:0 "
                             "object0:0 reused-gc1:56 free1:0 cleared0:56");
}

/* An allocation over a block on a list ends that: it was lost track of. */
static void test_drain_over_a_free_list(void)
{
    struct rig rig;

    open_counted(&rig);
    put_type(&rig, 0x6000, "float");
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(0, 24));
    put(&rig, PMT_W_OBJECT, AT(0), 0x6000);
    put_list(&rig, 3, 0x6000, 24, false);
    put(&rig, PMT_W_SHELVED, ON(3, AT(0)), COUNT(0, 0));
    put(&rig, PMT_W_ALLOC_MEM, AT(0), COUNT(0, 30));
    put(&rig, PMT_W_SHELVED, ON(3, AT(9)), COUNT(0, 0)); /* nobody allocated it */
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(rig.drain.trouble[PMT_TROUBLE_OVER_LIVE], 1);
    EXPECT_STR(events(&rig), "thread0:0 object0:0 obj0:24 shelved0:0 cleared0:24 mem0:30");
}

static void test_drain_main_and_marks(void)
{
    struct rig rig;

    open_counted(&rig);
    put(&rig, PMT_W_ALLOC_MEM, AT(0), COUNT(0, 8));
    put(&rig, PMT_W_MAIN, 0, 0);
    put(&rig, PMT_W_ORACLE, (uint64_t)PMT_WHEN_MARK << 32 | strlen(MARK), UINT64_MAX);
    put_text(&rig, MARK);
    put(&rig, PMT_W_ORACLE, (uint64_t)PMT_WHEN_MARK << 32, UINT64_MAX); /* of no text */
    put(&rig, PMT_W_FREE, AT(0), 0);
    EXPECT_U64(pmt_drain_some(&rig.drain, ALL), 7);
    EXPECT_STR(events(&rig), "thread0:0 mem0:8 main0:0 mark10:18446744073709551615 "
                             "mark0:18446744073709551615 free0:0");
}

/* It says nothing of what was made last. */
static void test_drain_main_with_something_held(void)
{
    struct rig rig;

    open_counted(&rig);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(5, 64));
    put(&rig, PMT_W_MAIN, 0, 0);
    put(&rig, PMT_W_ALLOC_MEM, AT(8), COUNT(6, 8));
    EXPECT_U64(pmt_drain_some(&rig.drain, ALL), 4);
    EXPECT_STR(events(&rig), "thread0:0 main0:0 gc0:64 mem1:8");
}

/* It has a count, and so stands behind the object before it; where it comes with the free of a
 * counted block, that has lowered the count. */
static void test_drain_one_call(void)
{
    struct rig rig;

    open_counted(&rig);
    put(&rig, PMT_W_ALLOC_OBJ, AT(0), COUNT(5, 64));
    put(&rig, PMT_W_HELD, 1, COUNT(6, 0));
    put(&rig, PMT_W_ALLOC_OBJ, AT(4), COUNT(6, 64));
    put(&rig, PMT_W_HELD, AT(0), COUNT(6, 0)); /* up by AT(4), down by AT(0) */
    put(&rig, PMT_W_FREE, AT(0), COUNT(6, 0));
    (void)pmt_drain_some(&rig.drain, ALL);
    EXPECT_U64(n_unsure(&rig), 0);
    EXPECT_STR(events(&rig), "thread0:0 gc0:64 held0:1 gc1:64 held0:0 free0:0");
}

/* -- both sides at work -- */

#define LIVELY 400001u /* ends with a free: nothing is held */

/* Writes as the agent does: never more than the ring holds. */
static void *produce(void *arg)
{
    struct pmt_shm *shm = arg;

    for (uint64_t i = 0; i < LIVELY; i++) {
        uint64_t op = i == 0 ? PMT_W_THREAD : i % 2 ? PMT_W_ALLOC_OBJ : PMT_W_FREE;

        while (i - atomic_load_explicit(&shm->tail, memory_order_acquire) >= PMT_RING_RECORDS)
            sched_yield();
        shm->ring[i % PMT_RING_RECORDS] = (struct pmt_wire_rec){
            op << PMT_W_OP_SHIFT | (i ? AT((i - 1) / 2 % 1000) : 0), i ? 24 : THREAD};
        atomic_store_explicit(&shm->head, i + 1, memory_order_release);
    }
    return NULL;
}

static void test_drain_while_the_agent_writes(void)
{
    struct rig rig;
    pthread_t agent;

    rig_open(&rig);
    EXPECT_U64((uint64_t)pthread_create(&agent, NULL, produce, rig.shm), 0);
    while (rig.drain.tail < LIVELY)
        (void)pmt_drain_some(&rig.drain, 65536);
    EXPECT_U64((uint64_t)pthread_join(agent, NULL), 0);
    EXPECT_U64(pmt_writer_events(rig.out.w), LIVELY);
    EXPECT_U64(rig.drain.trouble[PMT_TROUBLE_UNKNOWN_FREE], 0);
    EXPECT_U64(rig.drain.trouble[PMT_TROUBLE_OVER_LIVE], 0);
    EXPECT_HAS(events(&rig), "thread0:0 obj0:24 free0:0 obj0:24");
}

SUITE(drain, TEST(test_drain_blocks), TEST(test_drain_merges_by_position),
      TEST(test_drain_address_changes_rings), TEST(test_drain_resizes_of_threads),
      TEST(test_drain_failed_resize_keeps_the_block), TEST(test_drain_unknown_blocks),
      TEST(test_drain_over_live), TEST(test_drain_over_live_in_an_arena),
      TEST(test_drain_arenas), TEST(test_drain_oracle),
      TEST(test_drain_wraps_around), TEST(test_drain_stops_at_a_fork),
      TEST(test_drain_goes_on_without_a_trace),
      TEST(test_drain_notes_of_the_end), TEST(test_drain_head_behind_tail),
      TEST(test_drain_counted_or_not), TEST(test_drain_free_of_a_counted_block),
      TEST(test_drain_counted_by_block_not_by_slot), TEST(test_drain_count_that_was_reset),
      TEST(test_drain_held_at_the_end), TEST(test_drain_untracked),
      TEST(test_drain_collections), TEST(test_drain_garbage), TEST(test_drain_belongs),
      TEST(test_drain_refers), TEST(test_drain_collected),
      TEST(test_drain_counts_past_the_last), TEST(test_drain_objects), TEST(test_drain_tables), TEST(test_drain_tables_wait), TEST(test_drain_free_lists),
      TEST(test_drain_over_a_free_list),
      TEST(test_drain_main_and_marks),
      TEST(test_drain_main_with_something_held), TEST(test_drain_one_call),
      TEST(test_drain_while_the_agent_writes))
