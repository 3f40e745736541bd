/* test_run_objects.c - a trace that shows each object, to rows by type, between marks and by
 * the length of a free list. */
#include <string.h>
#include "base/alloc.h"
#include "support/builder.h"
#include "support/expect.h"
#include <pymemtrace/run.h>

enum { LIST, NODE };

static void open_trace(struct builder *b)
{
    static const struct pmt_type types[] = {
        {.number = LIST, .basic_size = 40, .item_size = 0, .name = "list"},
        {.number = NODE, .basic_size = 16, .item_size = 0, .name = "Node\n\xff"}};

    builder_init(b);
    EXPECT_STATUS(pmt_writer_fact(b->w, "python.version", "3.11.2", NULL), PMT_OK, NULL);
    EXPECT_STATUS(pmt_writer_fact(b->w, "objects.lists", "list", NULL), PMT_OK, NULL);
    builder_begin(b);
    for (size_t i = 0; i < sizeof types / sizeof *types; i++)
        pmt_writer_type(b->w, &types[i]);
}

static uint32_t make(struct builder *b, uint32_t type, enum pmt_op op, uint64_t bytes)
{
    pmt_writer_event(b->w, PMT_OP_OBJECT, type, NULL);
    return pmt_writer_alloc(b->w, op, bytes);
}

static void oracle(struct builder *b, const char *when, const char *text)
{
    const struct pmt_oracle o = {.text = text, .text_len = strlen(text), .when = when};

    pmt_writer_oracle(b->w, &o);
}

/* Three lists die, then four are made: three of them from the free list. */
static void play_lists(struct builder *b)
{
    uint32_t slots[3];

    for (int i = 0; i < 3; i++)
        slots[i] = make(b, LIST, PMT_OP_ALLOC_GC, 56);
    for (int i = 0; i < 3; i++)
        pmt_writer_end(b->w, PMT_OP_SHELVED, slots[i]);
    oracle(b, "mark", "reuse");
    for (int i = 0; i < 3; i++)
        (void)make(b, LIST, PMT_OP_REUSED_GC, 56);
    (void)make(b, LIST, PMT_OP_ALLOC_GC, 56);
}

/* A node that only a collection frees, one that it makes and drops; what nobody names. */
static void play_collection(struct builder *b)
{
    const uint64_t ns = 1000;
    uint32_t node = make(b, NODE, PMT_OP_ALLOC_GC, 32), other;

    (void)pmt_writer_alloc(b->w, PMT_OP_ALLOC_OBJ, 100);
    pmt_writer_event(b->w, PMT_OP_GC_BEGIN, 0 + 4, &ns);
    pmt_writer_end(b->w, PMT_OP_FREE, node);
    other = pmt_writer_alloc(b->w, PMT_OP_ALLOC_GC, 32);
    pmt_writer_about(b->w, PMT_OP_TYPED, other, NODE);
    pmt_writer_end(b->w, PMT_OP_FREE, other);
    pmt_writer_event(b->w, PMT_OP_GC_END, 0, &ns);
}

static void replay(struct builder *b, const char *spec, struct pmt_result *r)
{
    struct pmt_error err;

    EXPECT_STATUS(pmt_run(b->path, &(struct pmt_run_options){.spec = spec}, r, &err), PMT_OK,
                  &err);
}

static uint64_t hits_at(const struct pmt_result *r, uint32_t length)
{
    uint64_t hits = 0;

    for (size_t i = 0; i < r->n_list_lengths && r->list_lengths[i].length <= length; i++)
        hits = r->list_lengths[i].hits;
    return hits;
}

static void expect_rows(const struct pmt_result *r)
{
    if (EXPECT_U64(r->n_objects, 2)) {
        EXPECT_STR(r->objects[LIST].name, "list");
        EXPECT_U64(r->objects[LIST].made, 7);
        EXPECT_U64(r->objects[LIST].freed_by_counting, 3);
        EXPECT_U64(r->objects[LIST].died_in[0], 3);
        EXPECT_U64(r->objects[LIST].peak, 4);
        EXPECT_U64(r->objects[LIST].alive_bytes, 4 * 64);
        EXPECT_STR(r->objects[NODE].name, "Node\n\xff");
        EXPECT_U64(r->objects[NODE].made, 2);
        EXPECT_U64(r->objects[NODE].freed_by_collections, 1);
        EXPECT_U64(r->objects[NODE].freed_by_counting, 1);
    }
    if (EXPECT_U64(r->n_object_intervals, 3)) {
        EXPECT_U64(r->object_intervals[0].died, 3);
        EXPECT_STR(r->object_intervals[1].mark, "reuse");
        EXPECT_U64(r->object_intervals[1].made, 4);
        EXPECT_U64(r->object_intervals[2].number, NODE);
    }
    if (EXPECT(r->n_list_lengths > 0))
        EXPECT_U64(r->list_lengths[0].made, 7);
    for (uint32_t length = 0; length < 5; length++)
        EXPECT_U64(hits_at(r, length), length < 3 ? length : 3);
}

/* Whatever lists the replay has, but for what comes from them. */
static void test_run_objects_rows(void)
{
    static const struct { const char *spec; uint64_t reused; } cases[] = {
        {NULL, 3}, {"freelist.list=2", 2}, {"freelists=off", 0}};
    struct builder b;

    open_trace(&b);
    play_lists(&b);
    play_collection(&b);
    oracle(&b, "end", "");
    (void)make(&b, NODE, PMT_OP_ALLOC_GC, 32); /* too late to count */
    builder_finish(&b);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_result r;

        replay(&b, cases[i].spec, &r);
        expect_rows(&r);
        if (r.n_objects)
            EXPECT_U64(r.objects[LIST].reused, cases[i].reused);
        pmt_result_release(&r);
    }
    builder_close(&b);
}

/* Each allocation fails in turn: that is told, and nothing is left behind. */
static void test_run_objects_without_memory(void)
{
    int64_t n_alive;
    struct builder b;
    enum pmt_status st = PMT_E_NOMEM;

    open_trace(&b);
    play_lists(&b);
    play_collection(&b);
    builder_finish(&b);
    n_alive = pmt_alloc_live();
    for (int64_t n = 0; st == PMT_E_NOMEM && n < 1000; n++) {
        struct pmt_result r;

        pmt_alloc_fail_at(n, 0);
        st = pmt_run(b.path, &(struct pmt_run_options){.single_thread = true}, &r, NULL);
        pmt_alloc_fail_at(-1, 0);
        pmt_result_release(&r);
        EXPECT_I64(pmt_alloc_live(), n_alive);
    }
    EXPECT_STATUS(st, PMT_OK, NULL);
    builder_close(&b);
}

SUITE(run_objects, TEST(test_run_objects_rows), TEST(test_run_objects_without_memory))
