/*
 * checkpoint.c - asking the interpreter for its own books.
 *
 * _PyObject_DebugMallocStats() is what sys._debugmallocstats() prints with; it
 * prints no pool table while the obj domain's allocator is not pymalloc's own (it
 * compares function pointers), so for the length of the call, with the GIL held, the
 * original is put back. It allocates nothing. Its text goes to a stream of ours, made
 * before main, over a fixed buffer.
 *
 * sys.getallocatedblocks(): a plain function up to 3.11. From 3.12 on only the
 * builtin is left, and its int is allocated and freed through our hooks like any
 * other object: recorded, so the replay stays exact.
 */
#include "agent/agent.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define TEXT_BYTES 65536u
#define MARK_BYTES 47u /* what a configuration can name */

static FILE *stream;
static char *text;     /* TEXT_BYTES, of our own mapping */
static size_t text_n;  /* bytes printed so far */

static ssize_t keep_text(void *cookie, const char *bytes, size_t n)
{
    size_t room = TEXT_BYTES - text_n;

    (void)cookie;
    memcpy(text + text_n, bytes, n < room ? n : room);
    text_n += n < room ? n : room;
    return (ssize_t)n;
}

bool oracle_open(void)
{
    char *buffers = mmap(NULL, 2 * TEXT_BYTES, PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (buffers == MAP_FAILED)
        return false;
    text = buffers;
    stream = fopencookie(NULL, "w", (cookie_io_functions_t){.write = keep_text});
    return stream && !setvbuf(stream, buffers + TEXT_BYTES, _IOFBF, TEXT_BYTES);
}

/* From 3.12 on the builtin takes the lock of the list of interpreters, which
 * sys._current_frames() holds while it allocates: so not at a moment of our choosing,
 * only when the program itself asks or ends. */
static int64_t blocks(enum pmt_when when)
{
    static void *(*builtin)(void *self, void *none);
    int64_t n = -1;
    void *number;

    if (pmt_py.allocated_blocks)
        return pmt_py.allocated_blocks();
    if (when == PMT_WHEN_PERIODIC)
        return -1;
    if (!builtin && pmt_py.sys_get && pmt_py.cfunction) {
        void *object = pmt_py.sys_get("getallocatedblocks");

        if (object)
            *(void **)&builtin = pmt_py.cfunction(object);
    }
    number = builtin ? builtin(NULL, NULL) : NULL;
    if (number) {
        n = pmt_py.as_ssize(number);
        pmt_py.decref(number);
    }
    return n;
}

static void print_pool_table(void)
{
    struct py_allocator ours;

    text_n = 0;
    pmt_py.get_allocator(DOMAIN_OBJ, &ours);
    pmt_py.set_allocator(DOMAIN_OBJ, &pmt_original[DOMAIN_OBJ]);
    (void)pmt_py.debug_stats(stream);
    pmt_py.set_allocator(DOMAIN_OBJ, &ours);
    (void)fflush(stream);
}

/* The text, from the record after next on; not committed yet. */
static void put_text(void)
{
    uint64_t to = HOT.head + 1;

    for (size_t at = 0; at < text_n; at += sizeof(struct pmt_wire_rec)) {
        struct pmt_wire_rec rec = {0, 0};
        size_t n = text_n - at < sizeof rec ? text_n - at : sizeof rec;

        memcpy(&rec, text + at, n);
        HOT.shm->ring[to++ & (PMT_RING_RECORDS - 1)] = rec;
    }
}

/* The text, as one record. */
static void put_ring(enum pmt_when when, int64_t n_blocks)
{
    if (!ring_room(text_n / sizeof(struct pmt_wire_rec) + 2))
        return;
    put_text();
    ring_put_long(PMT_W_ORACLE, (uint64_t)when << 32 | text_n, (uint64_t)n_blocks,
                  (text_n + sizeof(struct pmt_wire_rec) - 1) / sizeof(struct pmt_wire_rec));
    (void)ring_room(RESERVE);
}

void oracle_take(enum pmt_when when)
{
    int64_t n_blocks;

    if (!pmt_py.debug_stats || !stream)
        return;
    collector_settle();
    n_blocks = blocks(when);
    collector_settle();
    print_pool_table();
    put_ring(when, n_blocks);
}

/* void pymemtrace_mark(const char *text): puts a text on the timeline. */
__attribute__((visibility("default"))) void pymemtrace_mark(const char *mark);

void pymemtrace_mark(const char *mark)
{
    if (!mark || !HOT.on || !pmt_py.gil_check || !pmt_py.gil_check() ||
        !ring_ready())
        return;
    collector_watch(NULL);
    objects_tell_taken(NULL);
    HOT.busy = true;
    collector_settle();
    text_n = strnlen(mark, MARK_BYTES);
    memcpy(text, mark, text_n);
    put_ring(PMT_WHEN_MARK, -1);
    HOT.busy = false;
}

/* void pymemtrace_checkpoint(void): for the recorded program, by ctypes.PyDLL(None)
 * (which keeps the GIL). Does nothing where the process is not recorded. */
__attribute__((visibility("default"))) void pymemtrace_checkpoint(void);

void pymemtrace_checkpoint(void)
{
    if (!HOT.on || !pmt_py.gil_check || !pmt_py.gil_check() || !ring_ready())
        return;
    HOT.busy = true;
    oracle_take(PMT_WHEN_REQUEST);
    HOT.busy = false;
}
