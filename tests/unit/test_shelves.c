/* test_shelves.c - free lists that a recording shows: as they were, and of other lengths. */
#include <string.h>
#include "base/alloc.h"
#include "heap/heap.h"
#include "replay/preset.h"
#include "support/builder.h"
#include "support/event_play.h"
#include "support/expect.h"

#define LIST_BYTES  56
#define DICT_BYTES  64
#define FLOAT_BYTES 24
#define KEYS_BYTES  120
#define TUPLE(n)    (40 + 8 * (n))

/* -- by hand -- */

static const struct pmt_free_list_row *row_of(const struct pmt_result *r, const char *type,
                                              uint32_t items)
{
    static const struct pmt_free_list_row none;

    for (size_t i = 0; i < r->n_free_lists; i++)
        if (!strcmp(r->free_lists[i].type, type) && r->free_lists[i].items == items)
            return &r->free_lists[i];
    return &none;
}

static void make_lists(struct play *p, uint32_t from, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        play_object(p, PMT_OP_ALLOC_GC, PLAY_LIST, from + i, LIST_BYTES);
}

static uint64_t n_collections(const struct pmt_result *r)
{
    return r->metrics.gc_collections_0 + r->metrics.gc_collections_1 +
           r->metrics.gc_collections_2;
}

/* A list of the program's own making is none of the interpreter's. */
static void test_shelves_follow_the_recording(void)
{
    struct play p;
    const struct pmt_result *r;

    play_open_objects(&p, false, "");
    make_lists(&p, 0, 2);
    play_shelve(&p, 0);
    play_object(&p, PMT_OP_ALLOC_GC, PLAY_LIST, 0, LIST_BYTES); /* list() */
    play_object(&p, PMT_OP_REUSED_GC, PLAY_LIST, 2, LIST_BYTES);
    play_object(&p, PMT_OP_ALLOC_OBJ, PLAY_NODE, 3, LIST_BYTES - 16);
    play_free(&p, 3);
    r = play_end(&p);
    EXPECT_U64(row_of(r, "list", 0)->hits, 1);
    EXPECT_U64(row_of(r, "list", 0)->misses, 2);
    EXPECT_U64(row_of(r, "list", 0)->past, 1);
    EXPECT_U64(row_of(r, "list", 0)->pushes, 1);
    EXPECT_U64(row_of(r, "list", 0)->held, 0);
    EXPECT_U64(r->metrics.freelist_hits, 1);
    EXPECT_U64(r->metrics.allocs, 4);
    EXPECT_U64(r->metrics.frees, 1);
    EXPECT_U64(r->verify.list_mismatches, 0);
    play_close(&p);
}

/* What the rule would not have done is done all the same, and told. */
static void test_shelves_tell_what_breaks_the_rule(void)
{
    struct play p;
    const struct pmt_result *r;

    play_open_objects(&p, false, "");
    play_object(&p, PMT_OP_ALLOC_GC, PLAY_DICT, 0, DICT_BYTES);
    play_free(&p, 0); /* there is room, but the list is not seen yet */
    play_object(&p, PMT_OP_ALLOC_GC, PLAY_DICT, 0, DICT_BYTES);
    play_shelve(&p, 0);
    play_object(&p, PMT_OP_REUSED_GC, PLAY_DICT, 0, DICT_BYTES);
    play_object(&p, PMT_OP_REUSED_GC, PLAY_DICT, 1, DICT_BYTES); /* from an empty list */
    play_free(&p, 1);                                            /* there is room */
    play_free(&p, 0);
    play_cleared(&p, PLAY_DICT, DICT_BYTES);                     /* of an empty list */
    play_object(&p, PMT_OP_ALLOC_OBJ, PLAY_NODE, 0, 40);
    play_shelve(&p, 0); /* which has no list */
    r = play_end(&p);
    EXPECT_U64(r->verify.list_mismatches, 5);
    EXPECT_STR(r->verify.lists[2].type, "dict");
    EXPECT_U64(r->verify.lists[2].mismatches, 4);
    EXPECT_U64(play_n_used(&p), 0);
    play_close(&p);
}

/* Floats go through the allocator while recording: unrecorded they have their list. */
static void test_shelves_that_were_kept_empty(void)
{
    static const struct { const char *spec; uint64_t hits, allocs; } cases[] = {
        {"", 4, 1}, {"freelists=recorded", 0, 5}, {"freelist.float=0", 0, 5},
        {"freelists=on", 4, 1}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct play p;
        const struct pmt_result *r;

        play_open_objects(&p, false, cases[i].spec);
        for (uint32_t n = 0; n < 5; n++) {
            play_object(&p, PMT_OP_ALLOC_OBJ, PLAY_FLOAT, 0, FLOAT_BYTES);
            play_free(&p, 0);
        }
        play_collection(&p, 6, 0, 0); /* a full one empties it */
        r = play_end(&p);
        EXPECT_U64(row_of(r, "float", 0)->hits, cases[i].hits);
        EXPECT_U64(row_of(r, "float", 0)->cleared, cases[i].hits != 0);
        EXPECT_U64(r->metrics.allocs, cases[i].allocs);
        EXPECT_U64(play_n_used(&p), 0);
        EXPECT_U64(n_collections(r), 1);
        play_close(&p);
    }
}

/* Up to 3.11 threshold 3 comes at the fourth object that has a block of its own. */
static void test_shelves_off_counts_every_object(void)
{
    static const struct { const char *spec; uint64_t gc, allocs; } cases[] = {
        {"freelists=off", 0, 12}, {"freelist.list=1", 0, 1}, {"", 0, 1}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct play p;
        const struct pmt_result *r;

        play_open_objects(&p, false, cases[i].spec);
        for (uint32_t n = 0; n < 12; n++) {
            play_object(&p, n ? PMT_OP_REUSED_GC : PMT_OP_ALLOC_GC, PLAY_LIST, 0, LIST_BYTES);
            play_shelve(&p, 0);
        }
        r = play_end(&p);
        EXPECT_U64(n_collections(r), cases[i].gc); /* each is gone before the next */
        EXPECT_U64(r->metrics.allocs, cases[i].allocs);
        play_close(&p);
    }
}

/* Four made and kept of ten taken from a list: without it, they count. */
static void test_shelves_off_collects_earlier(void)
{
    for (unsigned off = 0; off < 2; off++) {
        struct play p;
        const struct pmt_result *r;

        play_open_objects(&p, false, off ? "freelists=off" : "");
        make_lists(&p, 0, 3);
        for (uint32_t i = 0; i < 3; i++)
            play_shelve(&p, i);
        for (uint32_t i = 0; i < 3; i++)
            play_object(&p, PMT_OP_REUSED_GC, PLAY_LIST, i, LIST_BYTES);
        if (!off) /* the recording's fourth */
            play_object(&p, PMT_OP_ALLOC_GC, PLAY_LIST, 3, LIST_BYTES);
        else
            play_object(&p, PMT_OP_ALLOC_OBJ, PLAY_NODE, 3, 48);
        if (!off)
            play_collection(&p, 0, 0, 0);
        r = play_end(&p);
        EXPECT_U64(r->metrics.gc_collections_0, !off);
        EXPECT_U64(r->metrics.allocs, off ? 7 : 4);
        EXPECT_U64(row_of(r, "list", 0)->overflows, off ? 3 : 0);
        play_close(&p);
    }
}

/* -- full collections -- */

/* Three lists, dead and on their list. */
static void open_shelved(struct play *p, const char *config)
{
    play_open_objects(p, false, config);
    make_lists(p, 0, 3);
    for (uint32_t i = 0; i < 3; i++)
        play_shelve(p, i);
}

/* The recording's, which empties that list. */
static void play_full_collection(struct play *p)
{
    play_begin_gc(p, 6);
    for (uint32_t i = 0; i < 3; i++)
        play_cleared(p, PLAY_LIST, LIST_BYTES);
    play_end_gc(p, 2, 0);
}

/* CLEARED empties a list that follows; one of a model that collects for itself is emptied by
 * that. */
static void test_shelves_are_cleared(void)
{
    struct play p;
    const struct pmt_result *r;

    open_shelved(&p, "");
    play_full_collection(&p);
    r = play_end(&p);
    EXPECT_U64(row_of(r, "list", 0)->cleared, 3);
    EXPECT_U64(r->collections[0].freed_blocks, 3);
    EXPECT_U64(play_n_used(&p), 0);
    EXPECT_U64(r->verify.list_mismatches, 0);
    play_close(&p);

    open_shelved(&p, "gc=off gc.calls=ignore");
    play_full_collection(&p);
    play_object(&p, PMT_OP_ALLOC_GC, PLAY_LIST, 0, LIST_BYTES);
    r = play_end(&p);
    EXPECT_U64(n_collections(r), 0);
    EXPECT_U64(row_of(r, "list", 0)->hits, 1); /* nothing has emptied it */
    EXPECT_U64(row_of(r, "list", 0)->held, 2);
    EXPECT_U64(play_n_used(&p), 3);
    play_close(&p);

    open_shelved(&p, "gc.collect-at=mark:now");
    play_mark(&p, "now");
    r = play_end(&p);
    EXPECT_U64(row_of(r, "list", 0)->cleared, 3);
    EXPECT_U64(play_n_used(&p), 0);
    play_close(&p);
}

/* -- garbage -- */

/* The recording collects two lists, which go to their list, and makes others in their slots;
 * mod collects them only later: they go to its list then. */
static void test_shelves_take_garbage(void)
{
    struct play p;
    const struct pmt_result *r;

    play_open_objects(&p, false, "gc=7,10,10");
    make_lists(&p, 0, 4);
    play_begin_gc(&p, 0);
    play_shelve(&p, 1);
    play_shelve(&p, 0);
    play_end_gc(&p, 0, 2);
    play_object(&p, PMT_OP_REUSED_GC, PLAY_LIST, 0, LIST_BYTES);
    play_object(&p, PMT_OP_REUSED_GC, PLAY_LIST, 1, LIST_BYTES);
    for (uint32_t i = 4; i < 6; i++)
        play_object(&p, PMT_OP_ALLOC_GC, PLAY_DICT, i, DICT_BYTES);
    /* mod: 4 lists, 2 more that it had to make, 2 dicts: the eighth makes it collect. */
    r = play_end(&p);
    EXPECT_U64(n_collections(r), 1);
    EXPECT_U64(r->metrics.gc_collected, 2);
    EXPECT_U64(row_of(r, "list", 0)->hits, 0);
    EXPECT_U64(row_of(r, "list", 0)->pushes, 2);
    EXPECT_U64(row_of(r, "list", 0)->held, 2);
    EXPECT_U64(r->collections[0].freed_blocks, 0);
    EXPECT_U64(play_n_used(&p), 6 + 2);
    play_close(&p);
}

/* Told by a look, with a float that belongs to it. What mod has given to its lists already
 * does not go there again when the recording finds it. */
static void test_shelves_take_told_garbage_once(void)
{
    struct play p;
    const struct pmt_result *r;

    play_open_objects(&p, false, "gc=3,2,2 gc.collect-at=mark:now");
    make_lists(&p, 0, 2);
    play_object(&p, PMT_OP_ALLOC_OBJ, PLAY_FLOAT, 2, FLOAT_BYTES);
    play_look(&p, 2);
    play_garbage(&p, 0, PLAY_LIST, true);
    play_garbage(&p, 1, PLAY_LIST, false);
    play_belongs(&p, 2);
    play_put(&p, PMT_OP_CLOCK, 0, 0, 5);
    play_mark(&p, "now"); /* collected, and the lists cleared */
    play_object(&p, PMT_OP_ALLOC_GC, PLAY_LIST, 3, LIST_BYTES);
    play_begin_gc(&p, 4);
    play_free(&p, 2);
    play_shelve(&p, 1);
    play_shelve(&p, 0);
    play_end_gc(&p, 0, 2);
    r = play_end(&p);
    EXPECT_U64(r->collections[0].collected, 2);
    EXPECT_U64(r->collections[0].freed_blocks, 3);
    EXPECT_U64(row_of(r, "list", 0)->pushes, 2);
    EXPECT_U64(row_of(r, "list", 0)->cleared, 2);
    EXPECT_U64(row_of(r, "float", 0)->pushes, 1);
    EXPECT_U64(row_of(r, "float", 0)->cleared, 1);
    EXPECT_U64(play_n_used(&p), 1);
    play_close(&p);
}

/* Tables of dicts: a collection that does not come leaves none on the list, and what the recording
 * took from there needs a block. One from PyMem_Malloc() is told before or behind it. */
static void test_shelves_of_tables(void)
{
    static const struct { const char *spec; uint64_t hits, allocs; } cases[] = {
        {"", 2, 5}, {"gc=off", 1, 6}, {"freelist.dict-keys=0", 0, 7}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct play p;
        const struct pmt_result *r;

        play_open_objects(&p, false, cases[i].spec);
        play_object(&p, PMT_OP_ALLOC_GC, PLAY_DICT, 0, DICT_BYTES);
        play_object(&p, PMT_OP_ALLOC_OBJ, PLAY_KEYS, 1, KEYS_BYTES);
        play_objects(&p, 2, 3);
        play_begin_gc(&p, 0);
        play_shelve(&p, 1);
        play_shelve(&p, 0);
        play_end_gc(&p, 0, 1);
        play_object(&p, PMT_OP_REUSED, PLAY_KEYS, 5, KEYS_BYTES);
        play_shelve(&p, 5);
        play_object(&p, PMT_OP_REUSED, PLAY_KEYS, 6, KEYS_BYTES);
        r = play_end(&p);
        EXPECT_U64(row_of(r, "dict keys", 0)->hits, cases[i].hits);
        EXPECT_U64(r->metrics.allocs, cases[i].allocs);
        EXPECT_U64(r->verify.list_mismatches, 0);
        play_close(&p);
    }
}

static void test_shelves_of_tables_of_the_mem_domain(void)
{
    struct play p;
    const struct pmt_result *r;

    play_open_objects(&p, true, "");
    play_object(&p, PMT_OP_ALLOC_MEM, PLAY_KEYS, 0, KEYS_BYTES);
    play_make(&p, PMT_OP_ALLOC_MEM, 1, KEYS_BYTES);
    play_make(&p, PMT_OP_ALLOC_MEM, 2, KEYS_BYTES);
    play_put(&p, PMT_OP_TYPED, 1, PLAY_KEYS, 0);
    play_shelve(&p, 1);
    play_shelve(&p, 0);
    play_free(&p, 2);
    play_object(&p, PMT_OP_REUSED, PLAY_KEYS, 0, KEYS_BYTES);
    r = play_end(&p);
    EXPECT_U64(row_of(r, "dict keys", 0)->hits, 1);
    EXPECT_U64(row_of(r, "dict keys", 0)->misses, 1);
    EXPECT_U64(row_of(r, "dict keys", 0)->held, 1);
    EXPECT_U64(r->metrics.allocs, 3);
    EXPECT_U64(r->verify.list_mismatches, 0);
    play_close(&p);
}

/* -- sizes of tuples -- */

/* A tuple of 30 that shrinks to 3 dies as one of 3; one of 20 is kept, and in 3.11 never made
 * from there. */
static void test_shelves_of_tuples_by_size(void)
{
    struct play p;
    const struct pmt_result *r;

    play_open_objects(&p, false, "");
    play_object(&p, PMT_OP_ALLOC_GC, PLAY_TUPLE, 0, TUPLE(30));
    play_put(&p, PMT_OP_REALLOC, 0, TUPLE(3), 0);
    play_shelve(&p, 0);
    play_object(&p, PMT_OP_ALLOC_GC, PLAY_TUPLE, 0, TUPLE(20));
    play_shelve(&p, 0);
    play_object(&p, PMT_OP_ALLOC_GC, PLAY_TUPLE, 0, TUPLE(20));
    play_object(&p, PMT_OP_REUSED_GC, PLAY_TUPLE, 1, TUPLE(3));
    play_put(&p, PMT_OP_ALLOC_GC, 2, TUPLE(2), 0);
    play_put(&p, PMT_OP_TYPED, 2, PLAY_TUPLE, 0);
    play_put(&p, PMT_OP_SHELVED, 2, 0, 0);
    r = play_end(&p);
    EXPECT_U64(row_of(r, "tuple", 3)->hits, 1);
    EXPECT_U64(row_of(r, "tuple", 20)->hits, 0);
    EXPECT_U64(row_of(r, "tuple", 20)->misses, 2);
    EXPECT_U64(row_of(r, "tuple", 20)->held, 1);
    EXPECT_U64(row_of(r, "tuple", 2)->pushes, 1);
    EXPECT_U64(r->verify.list_mismatches, 0);
    play_close(&p);
}

/* -- beside a naive model -- */

#define N_STEPS  6000u
#define N_SLOTS  1500u
#define N_MODELS 6u /* kinds of objects below */
#define FACTOR   UINT64_C(0x9E3779B97F4A7C15)

/* What the program does: it makes an object of a kind in a slot, or drops it. past: as
 * list() makes one. */
struct step {
    uint16_t slot;
    uint8_t kind;
    bool dies, past;
};

static const struct { uint32_t type, bytes; const char *name; uint32_t items; } models[N_MODELS] = {
    {PLAY_LIST, LIST_BYTES, "list", 0}, {PLAY_DICT, DICT_BYTES, "dict", 0},
    {PLAY_TUPLE, TUPLE(2), "tuple", 2}, {PLAY_TUPLE, TUPLE(3), "tuple", 3},
    {PLAY_FLOAT, FLOAT_BYTES, "float", 0}, {PLAY_KEYS, KEYS_BYTES, "dict keys", 0}};

static bool is_counted(unsigned k)
{
    return models[k].type != PLAY_FLOAT && models[k].type != PLAY_KEYS;
}

/* Arrays and a heap: what the interpreter does, said once more. */
struct naive {
    struct pmt_heap *heap;
    uint32_t most[N_MODELS];
    pmt_block kept[N_MODELS][2000];
    uint32_t n_kept[N_MODELS];
    pmt_block block[N_SLOTS];
    uint64_t hits[N_MODELS], misses[N_MODELS], allocs, collections;
    uint32_t count, threshold;
    bool hit, pushed, collects; /* by the last step */
};

static void naive_make(struct naive *n, const struct step *s)
{
    unsigned k = s->kind;

    n->hit = !s->past && n->n_kept[k];
    n->collects = false;
    n->hits[k] += n->hit;
    n->misses[k] += !n->hit && !s->past;
    if (n->hit) {
        n->block[s->slot] = n->kept[k][--n->n_kept[k]];
        return;
    }
    n->allocs++;
    n->block[s->slot] = pmt_heap_alloc(n->heap, PMT_DOMAIN_OBJ, models[k].bytes);
    if (!is_counted(k) || ++n->count <= n->threshold)
        return;
    n->collects = true;
    n->collections++;
    n->count = 0;
}

static void naive_end(struct naive *n, const struct step *s)
{
    unsigned k = s->kind;

    n->pushed = n->n_kept[k] < n->most[k];
    if (n->pushed) {
        n->kept[k][n->n_kept[k]++] = n->block[s->slot];
        return;
    }
    n->count -= is_counted(k) && n->count;
    pmt_heap_release(n->heap, n->block[s->slot]);
}

static struct naive naive; /* too large for a stack */
static struct step steps[N_STEPS];

static void naive_open(const uint32_t most[N_MODELS], uint32_t threshold)
{
    struct pmt_config config;

    memset(&naive, 0, sizeof naive);
    memcpy(naive.most, most, sizeof naive.most);
    naive.threshold = threshold;
    EXPECT(pmt_preset_get("cpython-3.11", &config));
    EXPECT_STATUS(pmt_heap_new(&config.heap, &naive.heap, NULL), PMT_OK, NULL);
}

/* Bursts: more are made, then more die, so that lists run full and empty. */
static void draw_steps(uint64_t seed)
{
    static uint8_t kind[N_SLOTS];
    uint64_t state = seed;

    memset(kind, 0, sizeof kind);
    for (uint32_t i = 0; i < N_STEPS; i++) {
        struct step *s = &steps[i];

        do {
            s->slot = (uint16_t)(builder_random(&state) % N_SLOTS);
            s->dies = kind[s->slot] != 0;
        } while (builder_random(&state) % 100 < 70 && s->dies == (i / 700 % 2 == 0));
        s->kind = s->dies ? kind[s->slot] - 1 : (uint8_t)(builder_random(&state) % N_MODELS);
        s->past = !s->dies && builder_random(&state) % 16 == 0;
        kind[s->slot] = s->dies ? 0 : s->kind + 1;
    }
}

/* The recording: of 3.11, whose list of floats is kept empty; its placements. */
struct recording {
    struct pmt_batch batch;
    uint8_t op[4 * N_STEPS];
    uint32_t slot[4 * N_STEPS], arg[4 * N_STEPS], check[N_STEPS];
    uint64_t wide[4 * N_STEPS];
    uint64_t hash;
    uint32_t n_window;
};
static struct recording recording;

static void add(enum pmt_op op, uint32_t slot, uint32_t arg)
{
    struct recording *r = &recording;
    uint32_t i = r->batch.n_events++;

    r->op[i] = (uint8_t)op;
    r->slot[i] = slot;
    r->arg[i] = arg;
    for (unsigned w = pmt_op_n_wide(op); w; w--)
        r->wide[r->batch.n_wide++] = op == PMT_OP_GC_THRESHOLD ? (arg ? 1000000 : naive.threshold)
                                                               : 0;
}

static void close_window(void)
{
    struct recording *r = &recording;

    if (r->n_window)
        r->check[r->batch.n_checks++] = (uint32_t)(r->hash >> 32);
    r->hash = r->n_window = 0;
}

static void placed(pmt_block block)
{
    struct recording *r = &recording;

    r->hash = (r->hash ^ pmt_heap_place(naive.heap, block)) * FACTOR;
    r->batch.n_placements++;
    if (++r->n_window == PMT_CHECK_WINDOW)
        close_window();
}

static void record_made(struct step *s)
{
    bool counted = is_counted(s->kind);
    enum pmt_op made = counted ? PMT_OP_ALLOC_GC : PMT_OP_ALLOC_OBJ;
    enum pmt_op reused = counted ? PMT_OP_REUSED_GC : PMT_OP_REUSED;

    s->past = s->past && naive.n_kept[s->kind]; /* else it is like any other */
    naive_make(&naive, s);
    add(PMT_OP_OBJECT, 0, models[s->kind].type);
    add(naive.hit ? reused : made, s->slot, models[s->kind].bytes);
    placed(naive.block[s->slot]);
    if (!naive.collects)
        return;
    add(PMT_OP_GC_BEGIN, 0, 0);
    add(PMT_OP_GC_END, 0, 0);
}

static void record(uint32_t threshold)
{
    static const uint32_t most[N_MODELS] = {80, 80, 2000, 2000, 0, 80};
    struct recording *r = &recording;

    memset(r, 0, sizeof *r);
    r->batch = (struct pmt_batch){.op = r->op, .slot = r->slot, .arg = r->arg,
                                  .wide = r->wide, .check = r->check};
    naive_open(most, threshold);
    add(PMT_OP_GC_ENABLED, 0, 1);
    for (uint32_t g = 0; g < 3; g++)
        add(PMT_OP_GC_THRESHOLD, 0, g);
    for (uint32_t i = 0; i < N_STEPS; i++) {
        if (!steps[i].dies) {
            record_made(&steps[i]);
            continue;
        }
        naive_end(&naive, &steps[i]);
        add(naive.pushed ? PMT_OP_SHELVED : PMT_OP_FREE, steps[i].slot, 0);
    }
    close_window();
    pmt_heap_free_all(naive.heap);
}

static void replay(const char *spec, struct pmt_result *out)
{
    struct pmt_config own, config;
    struct pmt_objects_seen seen = {"list dict tuple dict-keys", "float", NULL, &config, &own};
    struct pmt_replay *r;
    struct pmt_error err = {.status = PMT_OK};

    memset(out, 0, sizeof *out);
    EXPECT(pmt_preset_get("cpython-3.11", &own));
    EXPECT_STATUS(pmt_config_parse(spec, &own, &config, &err), PMT_OK, &err);
    EXPECT_STATUS(pmt_replay_new(&config, false, 0, config.recorded, true, 100, &r, &err),
                  PMT_OK, &err);
    EXPECT_STATUS(pmt_replay_objects(r, &seen, &err), PMT_OK, &err);
    EXPECT_STATUS(pmt_replay_types(r, play_types, PLAY_N_TYPES, &err), PMT_OK, &err);
    EXPECT_STATUS(pmt_replay_batch(r, &recording.batch, &err), PMT_OK, &err);
    EXPECT_STATUS(pmt_replay_finish(r, out, &err), PMT_OK, &err);
    pmt_replay_free(r);
}

static void expect_like_naive(const struct pmt_result *r)
{
    struct pmt_class_row classes[PMT_MAX_CLASSES];
    size_t n = pmt_heap_classes(naive.heap, classes, PMT_MAX_CLASSES);

    EXPECT_U64(r->metrics.allocs, naive.allocs);
    EXPECT_U64(n_collections(r), naive.collections);
    for (unsigned k = 0; k < N_MODELS; k++) {
        const struct pmt_free_list_row *row = row_of(r, models[k].name, models[k].items);

        EXPECT_U64(row->hits, naive.hits[k]);
        EXPECT_U64(row->misses, naive.misses[k]);
        EXPECT_U64(row->held, naive.n_kept[k]);
    }
    if (EXPECT_U64(r->n_classes, n))
        EXPECT(memcmp(r->classes, classes, n * sizeof *classes) == 0);
    EXPECT(r->verify.books_balance);
}

static void test_shelves_are_as_a_naive_model_has_them(void)
{
    static const struct { const char *spec; uint32_t most[N_MODELS]; } cases[] = {
        {"", {80, 80, 2000, 2000, 100, 80}},
        {"freelists=recorded", {80, 80, 2000, 2000, 0, 80}},
        {"freelists=off", {0, 0, 0, 0, 0, 0}},
        {"freelist.list=3", {3, 80, 2000, 2000, 100, 80}},
        {"freelist.list=500 freelist.tuple=20", {500, 80, 20, 20, 100, 80}},
        {"freelists=off freelist.dict=200", {0, 200, 0, 0, 0, 0}},
        {"freelist.dict-keys=9", {80, 80, 2000, 2000, 100, 9}},
        {"freelist.float=7", {80, 80, 2000, 2000, 7, 80}},
    };

    for (uint64_t seed = 1; seed <= 6; seed++) {
        uint32_t threshold = seed % 2 ? 50 : 300;

        draw_steps(seed * 7919);
        record(threshold);
        for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
            struct pmt_result result;

            replay(cases[i].spec, &result);
            naive_open(cases[i].most, threshold);
            for (uint32_t s = 0; s < N_STEPS; s++)
                if (steps[s].dies)
                    naive_end(&naive, &steps[s]);
                else
                    naive_make(&naive, &steps[s]);
            expect_like_naive(&result);
            EXPECT_U64(result.verify.list_mismatches, 0);
            EXPECT_U64(result.verify.checked, i == 1);
            EXPECT_U64(result.verify.exact, i == 1);
            EXPECT_U64(result.verify.gc.mismatches, 0);
            pmt_heap_free_all(naive.heap);
            pmt_result_release(&result);
        }
    }
}

/* Wherever memory runs out: told, and nothing is left of it. */
static void test_shelves_out_of_memory(void)
{
    struct pmt_config own, config;
    const struct pmt_objects_seen seen = {"list dict tuple dict-keys", "float", NULL, &config, &own};

    EXPECT(pmt_preset_get("cpython-3.11", &own));
    EXPECT_STATUS(pmt_config_parse("freelist.list=500", &own, &config, NULL), PMT_OK, NULL);
    draw_steps(5);
    record(50);
    for (int64_t fail = 0, done = 0; !done; fail++) {
        int64_t alive = pmt_alloc_live();
        struct pmt_replay *r = NULL;
        struct pmt_result result = {0};
        enum pmt_status st;

        pmt_alloc_fail_at(fail, 1);
        st = pmt_replay_new(&config, false, 0, false, true, 100, &r, NULL);
        if (st == PMT_OK)
            st = pmt_replay_objects(r, &seen, NULL);
        if (st == PMT_OK)
            st = pmt_replay_types(r, play_types, PLAY_N_TYPES, NULL);
        if (st == PMT_OK)
            st = pmt_replay_batch(r, &recording.batch, NULL);
        if (st == PMT_OK)
            st = pmt_replay_finish(r, &result, NULL);
        pmt_alloc_fail_at(-1, 0);
        done = st == PMT_OK;
        EXPECT(done || st == PMT_E_NOMEM);
        pmt_result_release(&result);
        pmt_replay_free(r);
        EXPECT_I64(pmt_alloc_live(), alive);
        if (fail > 100000)
            break;
    }
}

/* -- traces that show nothing -- */

/* An event of a free list in a trace that shows none. */
static void test_shelves_are_announced(void)
{
    static const uint8_t op[] = {PMT_OP_ALLOC_OBJ, PMT_OP_SHELVED};
    static const uint32_t slot[] = {0, 0}, arg[] = {32, 0};
    const struct pmt_batch batch = {.n_events = 2, .op = op, .slot = slot, .arg = arg};
    struct pmt_config config;
    struct pmt_replay *r;
    struct pmt_error err;

    EXPECT(pmt_preset_get("cpython-3.11", &config));
    config.gc_recorded = true;
    EXPECT_STATUS(pmt_replay_new(&config, false, 0, false, true, 100, &r, NULL), PMT_OK, NULL);
    EXPECT_STATUS(pmt_replay_batch(r, &batch, &err), PMT_E_TRACE, NULL);
    EXPECT_HAS(err.msg, "shows none");
    pmt_replay_free(r);
}

SUITE(shelves, TEST(test_shelves_follow_the_recording),
      TEST(test_shelves_tell_what_breaks_the_rule), TEST(test_shelves_that_were_kept_empty),
      TEST(test_shelves_off_counts_every_object), TEST(test_shelves_off_collects_earlier),
      TEST(test_shelves_are_cleared), TEST(test_shelves_take_garbage),
      TEST(test_shelves_take_told_garbage_once), TEST(test_shelves_of_tables),
      TEST(test_shelves_of_tables_of_the_mem_domain), TEST(test_shelves_of_tuples_by_size),
      TEST(test_shelves_are_as_a_naive_model_has_them), TEST(test_shelves_out_of_memory),
      TEST(test_shelves_are_announced))
