/*
 * bench_engine.c - how fast the model acts out a trace, beside an allocator that
 * really executes the same events.
 *
 *     build/bench-engine model TRACE      the engine: placement checked, sampled
 *     build/bench-engine malloc TRACE     malloc, realloc, free of this process, and free
 *                                         lists as the recorded program has them
 *     LD_PRELOAD=libmimalloc.so.2.0 build/bench-engine malloc TRACE
 *
 * The events are decoded into memory first and are not part of the time. Prints one
 * line: events, the best of five passes in seconds, millions of events per second.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <pymemtrace/pymemtrace.h>
#include "replay/replay.h"

#define PASSES 5

#define MOST_LISTED 512u /* bytes of a block on a free list */

struct loaded {
    struct pmt_trace *trace; /* for its types and facts */
    struct pmt_batch *batches;
    size_t n;
    uint64_t n_events;
    uint32_t n_slots;
    char python[32];
};

static void *copy(const void *from, size_t bytes)
{
    void *to = malloc(bytes ? bytes : 1);

    if (!to)
        exit(6);
    return memcpy(to, from, bytes);
}

static void keep(struct loaded *l, const struct pmt_batch *b)
{
    struct pmt_batch *mine;

    l->batches = realloc(l->batches, (l->n + 1) * sizeof *l->batches);
    if (!l->batches)
        exit(6);
    mine = &l->batches[l->n++];
    *mine = *b;
    mine->op = copy(b->op, b->n_events);
    mine->slot = copy(b->slot, b->n_events * sizeof *b->slot);
    mine->arg = copy(b->arg, b->n_events * sizeof *b->arg);
    mine->wide = copy(b->wide, b->n_wide * sizeof *b->wide);
    mine->check = copy(b->check, b->n_checks * sizeof *b->check);
    l->n_events += b->n_events;
    for (uint32_t i = 0; i < b->n_events; i++)
        if (b->slot[i] >= l->n_slots)
            l->n_slots = b->slot[i] + 1;
}

static void load(struct loaded *l, const char *path)
{
    struct pmt_trace *trace;
    struct pmt_item item;
    struct pmt_error err;

    if (pmt_trace_open(path, &trace, &err) != PMT_OK) {
        (void)fprintf(stderr, "bench-engine: %s\n", err.msg);
        exit(4);
    }
    l->trace = trace;
    (void)snprintf(l->python, sizeof l->python, "%s",
                   pmt_trace_fact(trace, "python.version"));
    while (pmt_trace_next(trace, &item, &err) == PMT_OK)
        if (item.kind == PMT_ITEM_BATCH)
            keep(l, &item.u.batch);
}

static void show_objects(const struct loaded *l, struct pmt_replay *replay,
                         const struct pmt_config *config)
{
    const struct pmt_objects_seen seen = {pmt_trace_fact(l->trace, "objects.lists"),
                                          pmt_trace_fact(l->trace, "objects.emptied"),
                                          pmt_trace_fact(l->trace, "objects.typed"), config,
                                          config};
    struct pmt_type type;

    if (!seen.lists)
        return;
    if (pmt_replay_objects(replay, &seen, NULL) != PMT_OK)
        exit(70);
    for (size_t i = 0; i < pmt_trace_n_types(l->trace); i++) {
        pmt_trace_type_at(l->trace, i, &type);
        if (pmt_replay_types(replay, &type, 1, NULL) != PMT_OK)
            exit(70);
    }
}

static void run_model(const struct loaded *l)
{
    struct pmt_config config;
    struct pmt_replay *replay;
    struct pmt_error err;

    if (pmt_config_of_python(l->python, &config, &err) != PMT_OK)
        exit(70);
    config.gc_recorded = true;
    if (pmt_replay_new(&config, config.gc.late, 0, true, false, 1000, &replay, &err) != PMT_OK)
        exit(70);
    show_objects(l, replay, &config);
    for (size_t i = 0; i < l->n; i++)
        if (pmt_replay_batch(replay, &l->batches[i], &err) != PMT_OK)
            exit(70);
    pmt_replay_free(replay);
}

/* A block of so many bytes on the free lists is the first word of the one before it. */
static void *take(void **lists, size_t size)
{
    void *block = lists[size];

    if (block)
        memcpy(&lists[size], block, sizeof block);
    return block ? block : malloc(size);
}

static void put(void **lists, size_t size, void *block)
{
    memcpy(block, &lists[size], sizeof block);
    lists[size] = block;
}

static void run_malloc(const struct loaded *l)
{
    void **blocks = calloc(l->n_slots, sizeof *blocks), *lists[MOST_LISTED] = {0};
    uint16_t *sizes = calloc(l->n_slots, sizeof *sizes);

    if (!blocks || !sizes)
        exit(6);
    for (size_t b = 0; b < l->n; b++) {
        const struct pmt_batch *batch = &l->batches[b];
        const uint64_t *wide = batch->wide;

        for (uint32_t i = 0; i < batch->n_events; i++) {
            uint32_t slot = batch->slot[i];
            uint8_t op = batch->op[i];
            size_t size = batch->arg[i];

            if (size == PMT_ARG_WIDE)
                size = (size_t)*wide++;
            if (op == PMT_OP_CLEARED && *wide < MOST_LISTED)
                free(take(lists, (size_t)*wide));
            wide += pmt_op_n_wide(op);
            if (op == PMT_OP_FREE)
                free(blocks[slot]);
            else if (op <= PMT_OP_ALLOC_OBJ || op == PMT_OP_ALLOC_GC)
                blocks[slot] = malloc(size);
            else if (op == PMT_OP_REALLOC)
                blocks[slot] = realloc(blocks[slot], size);
            else if (op == PMT_OP_SHELVED)
                put(lists, sizes[slot], blocks[slot]);
            else if (op == PMT_OP_REUSED || op == PMT_OP_REUSED_GC)
                blocks[slot] = take(lists, size % MOST_LISTED);
            else
                continue;
            if (op == PMT_OP_FREE || op == PMT_OP_SHELVED)
                blocks[slot] = NULL;
            else
                sizes[slot] = (uint16_t)(size % MOST_LISTED);
        }
    }
    for (uint32_t s = 0; s < l->n_slots; s++)
        free(blocks[s]);
    for (size_t size = 0; size < MOST_LISTED; size++)
        while (lists[size])
            free(take(lists, size));
    free(blocks);
    free(sizes);
}

static double now(void)
{
    struct timespec ts;

    (void)clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    struct loaded l = {0};
    double best = 1e9;

    if (argc != 3 || (strcmp(argv[1], "model") && strcmp(argv[1], "malloc"))) {
        (void)fprintf(stderr, "usage: bench-engine model|malloc TRACE\n");
        return 2;
    }
    load(&l, argv[2]);
    for (int i = 0; i < PASSES; i++) {
        double start = now(), took;

        if (argv[1][1] == 'o')
            run_model(&l);
        else
            run_malloc(&l);
        took = now() - start;
        best = took < best ? took : best;
    }
    (void)printf("%" PRIu64 " %.4f %.1f\n", l.n_events, best,
                 (double)l.n_events / best / 1e6);
    pmt_trace_close(l.trace);
    return 0;
}
