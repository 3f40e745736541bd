/* bench_heap.c - events per second through the allocator model alone.
 *
 *   make BUILD=build CC=gcc build/libpymemtrace.a
 *   gcc -std=c11 -O2 -D_GNU_SOURCE -Iinclude -Isrc -o build/bench_heap \
 *       tests/tools/bench_heap.c build/libpymemtrace.a -lsqlite3 -lz -pthread
 *   build/bench_heap [million events, default 8]
 *
 * Two made-up streams of events are laid out as columns and replayed through the
 * inline paths with a table of slots, as src/replay does; sizes are mostly under
 * 128 bytes, one in 100 is raw, young blocks die first, the live set grows to
 * the figure in the first column.
 *   loops   a program's: bodies of 32 events, each run many times over
 *   random  no two steps alike: what is left is mostly mispredicted branches
 * Best of 7 rounds, in million events per second. */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include "base/alloc.h"
#include "heap/heap_inline.h"

struct stream {
    uint8_t *is_alloc; /* per event */
    uint32_t *slot;    /* per event */
    uint32_t *size;    /* per event, bytes; 0 for a free */
    size_t n;          /* events */
    size_t n_slots;    /* slots used */
};

static uint64_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return *state;
}

static uint32_t random_size(uint64_t *state)
{
    uint64_t r = next_random(state);

    if (r % 100 == 0)
        return 513 + (uint32_t)(r >> 32) % 4096;
    if (r % 100 < 10)
        return 129 + (uint32_t)(r >> 32) % 384;
    return 17 + (uint32_t)(r >> 32) % 112;
}

/* What one step of a stream does. */
struct step {
    uint32_t size;  /* of the block to allocate; 0: free one */
    uint32_t reach; /* free: this many blocks back; 0: any block alive */
};

static struct step random_step(uint64_t *state, uint32_t chance_of_256)
{
    uint64_t r = next_random(state);
    struct step step = {0, 0};

    if ((r & 0xff) < chance_of_256)
        step.size = random_size(state);
    else if (r >> 8 & 7)
        step.reach = 1 + (uint32_t)(r >> 16) % 32;
    return step;
}

#define BODY 32 /* events in the body of a loop */

/* The next step: of the body now running, or a fresh one. */
static struct step next_step(uint64_t *state, struct step *body, size_t i, bool loops,
                             uint32_t chance_of_256)
{
    if (!loops)
        return random_step(state, chance_of_256);
    if (i % (BODY * 256) == 0)
        for (size_t k = 0; k < BODY; k++)
            body[k] = random_step(state, chance_of_256);
    return body[i % BODY];
}

static void make_stream(struct stream *s, size_t live, bool loops)
{
    uint64_t state = 0x9E3779B97F4A7C15u;
    uint32_t *alive = calloc(s->n, sizeof *alive), *spare = calloc(s->n, sizeof *spare);
    size_t n_alive = 0, n_spare = 0;
    struct step body[BODY];

    s->n_slots = 0;
    for (size_t i = 0; i < s->n; i++) {
        struct step step =
            next_step(&state, body, i, loops, n_alive < live ? 160 : 120);

        if (n_alive == 0 && step.size == 0)
            step.size = 64;
        s->is_alloc[i] = step.size != 0;
        s->size[i] = step.size;
        if (s->is_alloc[i]) {
            s->slot[i] = n_spare ? spare[--n_spare] : (uint32_t)s->n_slots++;
            alive[n_alive++] = s->slot[i];
        } else {
            size_t back = step.reach && step.reach <= n_alive
                              ? step.reach
                              : 1 + next_random(&state) % n_alive;

            s->slot[i] = spare[n_spare++] = alive[n_alive - back];
            alive[n_alive - back] = alive[n_alive - 1];
            n_alive--;
        }
    }
    free(alive);
    free(spare);
}

static double replay_ns(const struct stream *s, const struct pmt_heap_config *config,
                        pmt_block *names, bool want_place, uint64_t *hash)
{
    struct timespec from, to;
    struct pmt_heap *heap;
    uint64_t h = 0;

    if (pmt_heap_new(config, &heap, NULL) != PMT_OK)
        exit(1);
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (size_t i = 0; i < s->n; i++) {
        uint32_t slot = s->slot[i];

        if (s->is_alloc[i]) {
            names[slot] = pmt_heap_alloc_inline(heap, PMT_DOMAIN_OBJ, s->size[i]);
            if (want_place)
                h = (h ^ pmt_heap_place_inline(heap, names[slot])) *
                    UINT64_C(0x9E3779B97F4A7C15);
        } else {
            pmt_heap_release_inline(heap, names[slot]);
        }
    }
    clock_gettime(CLOCK_MONOTONIC, &to);
    *hash ^= h ^ pmt_heap_blocks(heap);
    pmt_heap_free_all(heap);
    return (double)(to.tv_sec - from.tv_sec) * 1e9 + (double)(to.tv_nsec - from.tv_nsec);
}

static double best_of_7(const struct stream *s, const struct pmt_heap_config *config,
                        pmt_block *names, bool want_place, uint64_t *hash)
{
    double best = 0;

    for (int round = 0; round < 7; round++) {
        double ns = replay_ns(s, config, names, want_place, hash);

        if (round == 0 || ns < best)
            best = ns;
    }
    return best;
}

int main(int argc, char **argv)
{
    static const size_t lives[] = {1000, 20000, 200000, 1000000};
    static const struct pmt_heap_config configs[] = {
        {1u << 20, 16384, 16, 512, 48, 0, true, false, PMT_BASE_ALIGNED},
        {256u << 10, 4096, 16, 512, 48, 0, false, false, PMT_BASE_ALIGNED},
    };
    struct stream s = {.n = (argc > 1 ? strtoul(argv[1], NULL, 10) : 8) * 1000000};
    pmt_block *names = calloc(s.n, sizeof *names);
    uint64_t hash = 0;

    s.is_alloc = calloc(s.n, 1);
    s.slot = calloc(s.n, sizeof *s.slot);
    s.size = calloc(s.n, sizeof *s.size);
    printf("%10s %8s %8s %12s %16s\n", "live", "stream", "pool", "alloc+free",
           "with placement");
    for (size_t i = 0; i < 2 * sizeof lives / sizeof *lives; i++) {
        make_stream(&s, lives[i / 2], i % 2 == 0);
        for (size_t c = 0; c < 2; c++)
            printf("%10zu %8s %8" PRIu32 " %12.1f %16.1f\n", lives[i / 2],
                   i % 2 ? "random" : "loops", configs[c].pool_bytes,
                   (double)s.n * 1e3 / best_of_7(&s, &configs[c], names, false, &hash),
                   (double)s.n * 1e3 / best_of_7(&s, &configs[c], names, true, &hash));
    }
    fprintf(stderr, "check %016" PRIx64 "\n", hash);
    free(s.is_alloc);
    free(s.slot);
    free(s.size);
    free(names);
    return 0;
}
