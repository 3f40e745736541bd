/* test_replay.c - the engine over batches: figures, the placement check and what it
 * catches, troubles, and the timeline of bounded length. */
#include <string.h>
#include "base/alloc.h"
#include "replay/preset.h"
#include "replay/replay.h"
#include "replay/sample.h"
#include "support/builder.h"
#include "support/expect.h"

#define N_MOST 4096u /* events of a batch made here */
#define FACTOR UINT64_C(0x9E3779B97F4A7C15)

/* A batch under construction; places as the interpreter would have had them come from
 * a second heap. */
struct made {
    struct pmt_batch batch;
    struct pmt_heap *heap;
    pmt_block block[N_MOST];
    uint64_t hash;
    uint32_t n_window;
    uint8_t op[N_MOST];
    uint32_t slot[N_MOST], arg[N_MOST], check[N_MOST];
    uint64_t wide[N_MOST];
};

static struct pmt_config config_of(const char *preset)
{
    struct pmt_config config;

    EXPECT(pmt_preset_get(preset, &config));
    config.gc_recorded = true; /* the trace's own */
    return config;
}

static void made_open(struct made *m, const char *preset)
{
    struct pmt_config config = config_of(preset);

    memset(m, 0, sizeof *m);
    EXPECT_STATUS(pmt_heap_new(&config.heap, &m->heap, NULL), PMT_OK, NULL);
    m->batch = (struct pmt_batch){.op = m->op, .slot = m->slot, .arg = m->arg,
                                  .wide = m->wide, .check = m->check};
}

static void made_close(struct made *m)
{
    pmt_heap_free_all(m->heap);
}

static void add(struct made *m, enum pmt_op op, uint32_t slot, uint32_t arg)
{
    uint32_t i = m->batch.n_events++;

    m->op[i] = (uint8_t)op;
    m->slot[i] = slot;
    m->arg[i] = arg;
}

static void add_wide(struct made *m, enum pmt_op op, uint32_t arg, uint64_t wide)
{
    add(m, op, 0, arg);
    m->wide[m->batch.n_wide++] = wide;
}

static void close_window(struct made *m)
{
    if (m->n_window)
        m->check[m->batch.n_checks++] = (uint32_t)(m->hash >> 32);
    m->hash = m->n_window = 0;
}

static void placed(struct made *m, uint32_t slot)
{
    uint64_t place = pmt_heap_place(m->heap, m->block[slot]);

    if (place == PMT_PLACE_RAW)
        return;
    m->hash = (m->hash ^ place) * FACTOR;
    m->batch.n_placements++;
    if (++m->n_window == PMT_CHECK_WINDOW)
        close_window(m);
}

static void add_alloc(struct made *m, uint32_t slot, uint32_t size)
{
    add(m, PMT_OP_ALLOC_OBJ, slot, size);
    m->block[slot] = pmt_heap_alloc(m->heap, PMT_DOMAIN_OBJ, size);
    placed(m, slot);
}

static void add_free(struct made *m, uint32_t slot)
{
    add(m, PMT_OP_FREE, slot, 0);
    pmt_heap_release(m->heap, m->block[slot]);
}

static void add_resize(struct made *m, uint32_t slot, uint32_t size)
{
    add(m, PMT_OP_REALLOC, slot, size);
    m->block[slot] = pmt_heap_resize(m->heap, m->block[slot], size);
    placed(m, slot);
}

/* 600 blocks of many sizes, every third given back, every fifth resized: three
 * windows, the last one short. */
static void fill(struct made *m)
{
    for (uint32_t i = 0; i < 600; i++)
        add_alloc(m, i, i * 7 % 600);
    for (uint32_t i = 0; i < 600; i += 3)
        add_free(m, i);
    for (uint32_t i = 1; i < 600; i += 3)
        if (i % 5 == 0)
            add_resize(m, i, i * 11 % 512 + 1);
    close_window(m);
}

static struct pmt_replay *replay_of(const char *preset, bool check)
{
    struct pmt_config config = config_of(preset);
    struct pmt_replay *r;

    EXPECT_STATUS(pmt_replay_new(&config, false, 0, check, true, 100, &r, NULL), PMT_OK, NULL);
    return r;
}

/* Replay one batch; the result is the caller's. */
static struct pmt_result run(const struct made *m, const char *preset, bool check)
{
    struct pmt_replay *r = replay_of(preset, check);
    struct pmt_error err = {.status = PMT_OK};
    struct pmt_result result = {0};

    EXPECT_STATUS(pmt_replay_batch(r, &m->batch, &err), PMT_OK, &err);
    EXPECT_STATUS(pmt_replay_finish(r, &result, &err), PMT_OK, &err);
    pmt_replay_free(r);
    return result;
}

static struct made made; /* too large for a stack */

static void test_replay_is_exact_where_it_was_made(void)
{
    struct pmt_result result;

    made_open(&made, "cpython-3.11");
    fill(&made);
    result = run(&made, "cpython-3.11", true);
    EXPECT(result.verify.exact);
    EXPECT_U64(result.verify.placements_checked, made.batch.n_placements);
    EXPECT_U64(result.verify.placement_mismatches, 0);
    EXPECT_U64(result.metrics.allocs, 600);
    EXPECT_U64(result.metrics.frees, 200);
    EXPECT_U64(result.metrics.reallocs, 40);
    EXPECT_U64(result.metrics.events, made.batch.n_events);
    pmt_result_release(&result);
    made_close(&made);
}

static void test_replay_other_presets_mismatch(void)
{
    static const char *const presets[] = {"cpython-3.9", "cpython-3.2", "notes", "tiny"};

    made_open(&made, "cpython-3.11");
    fill(&made);
    for (size_t i = 0; i < sizeof presets / sizeof *presets; i++) {
        struct pmt_result result = run(&made, presets[i], true);

        EXPECT(!result.verify.exact);
        EXPECT(result.verify.placement_mismatches > 0);
        EXPECT(result.verify.first_mismatch_event < made.batch.n_events);
        pmt_result_release(&result);
        result = run(&made, presets[i], false); /* a prediction: nothing to agree with */
        EXPECT(!result.verify.checked && !result.verify.exact);
        EXPECT_U64(result.verify.placement_mismatches, 0);
        pmt_result_release(&result);
    }
    made_close(&made);
}

/* One bit of one check: its window, no other. */
static void test_replay_finds_one_altered_check(void)
{
    made_open(&made, "cpython-3.11");
    fill(&made);
    EXPECT(made.batch.n_checks >= 3);
    for (uint32_t i = 0; i < made.batch.n_checks; i++) {
        bool last = i + 1 == made.batch.n_checks;
        struct pmt_result result;

        made.check[i] ^= 1u << (i * 9 % 32);
        result = run(&made, "cpython-3.11", true);
        made.check[i] ^= 1u << (i * 9 % 32);
        EXPECT(!result.verify.exact);
        EXPECT_U64(result.verify.placement_mismatches,
                   last ? made.batch.n_placements % PMT_CHECK_WINDOW : PMT_CHECK_WINDOW);
        EXPECT_U64(result.verify.placements_checked, made.batch.n_placements);
        pmt_result_release(&result);
    }
    made_close(&made);
}

/* Two neighbours that swapped places, a size that was another one by a class, checks
 * that are missing or too many: none goes unseen. */
static void test_replay_finds_one_wrong_placement(void)
{
    struct pmt_result result;

    made_open(&made, "cpython-3.11");
    fill(&made);
    made.arg[300] += 16; /* what was recorded is now another class */
    result = run(&made, "cpython-3.11", true);
    EXPECT(result.verify.placement_mismatches > 0);
    EXPECT_U64(result.verify.first_mismatch_event, 295); /* where its window begins */
    pmt_result_release(&result);
    made.arg[300] -= 16;
    made.batch.n_checks--;
    result = run(&made, "cpython-3.11", true);
    EXPECT(!result.verify.exact);
    pmt_result_release(&result);
    made.batch.n_checks += 2;
    made.check[made.batch.n_checks - 1] = 0;
    result = run(&made, "cpython-3.11", true);
    EXPECT(!result.verify.exact);
    pmt_result_release(&result);
    made_close(&made);
}

static void test_replay_reads_wide_operands(void)
{
    struct pmt_result result;

    made_open(&made, "cpython-3.11");
    add(&made, PMT_OP_ALLOC_RAW, 0, PMT_ARG_WIDE);
    made.wide[made.batch.n_wide++] = UINT64_C(5) << 32;
    add_wide(&made, PMT_OP_CLOCK, 0, 100);
    add_wide(&made, PMT_OP_RSS, 0, 4096);
    add_wide(&made, PMT_OP_RSS, 0, 2048);
    add(&made, PMT_OP_STACK_NEW, 0, 16384);
    add(&made, PMT_OP_STACK_FREE, 0, 16384);
    add(&made, PMT_OP_THREAD, 0, 3);
    add(&made, PMT_OP_FORK, 0, 0);
    add_wide(&made, PMT_OP_CLOCK, 0, 350);
    result = run(&made, "cpython-3.11", true);
    EXPECT_U64(result.metrics.raw_bytes, UINT64_C(5) << 32);
    EXPECT_U64(result.metrics.run_ns, 250);
    EXPECT_U64(result.metrics.rss_peak_bytes, 4096);
    EXPECT_U64(result.metrics.stack_peak_bytes, 16384);
    pmt_result_release(&result);
    made_close(&made);
}

static void test_replay_losses_are_not_exact(void)
{
    static const struct { uint32_t code; enum pmt_severity severity; } cases[] = {
        {PMT_TROUBLE_UNKNOWN_FREE, PMT_INFO}, {PMT_TROUBLE_OVER_LIVE, PMT_LOSS},
        {PMT_TROUBLE_HOOK_LOST, PMT_LOSS},    {PMT_TROUBLE_ALLOC_FAILED, PMT_INFO},
        {63, PMT_LOSS},                       {1000000, PMT_LOSS},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_result result;

        made_open(&made, "cpython-3.11");
        fill(&made);
        add_wide(&made, PMT_OP_TROUBLE, cases[i].code, 3);
        result = run(&made, "cpython-3.11", true);
        EXPECT(result.verify.exact == (cases[i].severity == PMT_INFO));
        if (EXPECT_U64(result.n_health, 1)) {
            EXPECT_U64(result.health[0].count, 3);
            EXPECT_U64(result.health[0].severity, cases[i].severity);
            EXPECT_STR(result.health[0].what, pmt_trouble_text(cases[i].code));
        }
        pmt_result_release(&result);
        made_close(&made);
    }
}

/* Whatever allocation fails: a status, nothing leaked. */
static void test_replay_survives_no_memory(void)
{
    int64_t before = pmt_alloc_live();
    bool done = false;

    made_open(&made, "cpython-3.11");
    fill(&made);
    add_wide(&made, PMT_OP_TROUBLE, 1, 1);
    for (int64_t n = 0; !done && EXPECT(n < 1000); n++) {
        struct pmt_config config = config_of("cpython-3.11");
        struct pmt_replay *r = NULL;
        struct pmt_result result = {0};
        enum pmt_status st;

        pmt_alloc_fail_at(n, 1);
        st = pmt_replay_new(&config, false, 0, true, true, 100, &r, NULL);
        if (st == PMT_OK)
            st = pmt_replay_batch(r, &made.batch, NULL);
        if (st == PMT_OK)
            st = pmt_replay_finish(r, &result, NULL);
        done = st == PMT_OK;
        pmt_alloc_fail_at(-1, 0);
        EXPECT(done || st == PMT_E_NOMEM);
        pmt_result_release(&result);
        pmt_replay_free(r);
    }
    made_close(&made);
    EXPECT_I64(pmt_alloc_live(), before);
}

/* -- the timeline -- */

static size_t sample_all(uint64_t n_events, uint32_t max, struct pmt_sampler *s)
{
    struct pmt_config config = config_of("tiny");
    struct pmt_heap *heap;

    EXPECT_STATUS(pmt_heap_new(&config.heap, &heap, NULL), PMT_OK, NULL);
    (void)pmt_heap_alloc(heap, PMT_DOMAIN_OBJ, 16);
    pmt_sampler_init(s, max);
    for (uint64_t event = 0; event < n_events; event = s->due)
        EXPECT(pmt_sampler_take(s, heap, (struct pmt_sample){.event = event}));
    EXPECT(pmt_sampler_finish(s, heap, (struct pmt_sample){.event = n_events}));
    pmt_heap_free_all(heap);
    return s->rows.n;
}

static void check_timeline(const struct pmt_sampler *s, uint64_t n_events)
{
    for (size_t i = 0; i + 1 < s->rows.n; i++) {
        EXPECT_U64(s->rows.at[i].event % s->period, 0);
        EXPECT(s->rows.at[i].event < s->rows.at[i + 1].event);
    }
    EXPECT_U64(s->rows.at[0].event, 0);
    EXPECT_U64(s->rows.at[s->rows.n - 1].event, n_events);
    for (size_t i = 0; i < s->classes.n; i++)
        EXPECT_U64(s->classes.at[i].event % (s->period * PMT_CLASS_PERIOD), 0);
}

/* At most max rows, at least half as many once there are enough events. */
static void test_replay_timeline_is_bounded(void)
{
    for (uint32_t max = 16; max <= 64; max += 13)
        for (uint64_t n_events = 1; n_events < 200000; n_events = n_events * 9 / 7 + 1) {
            struct pmt_sampler s;
            size_t n = sample_all(n_events, max, &s);

            EXPECT(n <= max);
            EXPECT(n >= max / 2 || n_events < (uint64_t)max * PMT_FIRST_PERIOD);
            check_timeline(&s, n_events);
            pmt_sampler_release(&s);
        }
}

/* The same whether the events come in one batch or in many. */
static void test_replay_timeline_ignores_batches(void)
{
    struct pmt_result one, many = {0};
    struct pmt_replay *r = replay_of("cpython-3.11", false);
    struct pmt_batch part;

    made_open(&made, "cpython-3.11");
    fill(&made);
    one = run(&made, "cpython-3.11", false);
    part = made.batch;
    part.n_checks = 0;
    for (uint32_t at = 0; at < made.batch.n_events; at += part.n_events) {
        part.first_event = at;
        part.n_events = made.batch.n_events - at < 37 ? made.batch.n_events - at : 37;
        part.op = made.op + at;
        part.slot = made.slot + at;
        part.arg = made.arg + at;
        EXPECT_STATUS(pmt_replay_batch(r, &part, NULL), PMT_OK, NULL);
    }
    EXPECT_STATUS(pmt_replay_finish(r, &many, NULL), PMT_OK, NULL);
    EXPECT_U64(many.n_samples, one.n_samples);
    EXPECT(!memcmp(many.samples, one.samples, one.n_samples * sizeof *one.samples));
    EXPECT(!memcmp(&many.metrics, &one.metrics, sizeof one.metrics));
    pmt_result_release(&one);
    pmt_result_release(&many);
    pmt_replay_free(r);
    made_close(&made);
}

SUITE(replay, TEST(test_replay_is_exact_where_it_was_made),
      TEST(test_replay_other_presets_mismatch), TEST(test_replay_finds_one_altered_check),
      TEST(test_replay_finds_one_wrong_placement), TEST(test_replay_reads_wide_operands),
      TEST(test_replay_losses_are_not_exact), TEST(test_replay_survives_no_memory),
      TEST(test_replay_timeline_is_bounded), TEST(test_replay_timeline_ignores_batches))
