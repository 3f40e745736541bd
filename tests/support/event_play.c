/* event_play.c - a replay that is fed events by hand. */
#include "support/event_play.h"

#include <string.h>
#include "base/alloc.h"
#include "replay/preset.h"
#include "support/expect.h"

static struct pmt_config config_of(const char *preset, const char *spec)
{
    struct pmt_config own, config;
    struct pmt_error err;

    EXPECT(pmt_preset_get(preset, &own));
    EXPECT_STATUS(pmt_config_parse(spec, &own, &config, &err), PMT_OK, &err);
    return config;
}

void play_put(struct play *p, enum pmt_op op, uint32_t slot, uint32_t arg, uint64_t wide)
{
    uint8_t ops[1] = {(uint8_t)op};
    struct pmt_batch batch = {.first_event = p->n_events++, .n_events = 1, .op = ops,
                              .slot = &slot, .arg = &arg, .wide = &wide,
                              .n_wide = pmt_op_n_wide(op)};
    struct pmt_error err;

    EXPECT_STATUS(pmt_replay_batch(p->r, &batch, &err), PMT_OK, &err);
}

void play_make(struct play *p, enum pmt_op op, uint32_t slot, uint32_t size)
{
    p->live[slot] = true;
    p->tracked[slot] = op == PMT_OP_ALLOC_GC;
    p->n_live++;
    play_put(p, op, slot, size, 0);
}

void play_objects(struct play *p, uint32_t from, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        play_make(p, PMT_OP_ALLOC_GC, from + i, 64);
}

void play_free(struct play *p, uint32_t slot)
{
    p->live[slot] = false;
    p->n_live--;
    p->n_found += p->within;
    play_put(p, PMT_OP_FREE, slot, 0, 0);
}

void play_begin_gc(struct play *p, uint32_t kind)
{
    p->within = true;
    play_put(p, PMT_OP_GC_BEGIN, 0, kind, 1000);
}

void play_end_gc(struct play *p, uint32_t generation, uint64_t collected)
{
    const uint64_t figures[] = {collected, 0, p->left, p->pending};

    for (uint32_t which = 0; which < 4; which++)
        play_put(p, PMT_OP_GC_STAT, 0, which, figures[which]);
    play_put(p, PMT_OP_GC_END, 0, generation, 3000);
    p->within = false;
}

void play_collection(struct play *p, uint32_t kind, uint32_t from, uint32_t n)
{
    play_begin_gc(p, kind);
    for (uint32_t i = 0; i < n; i++)
        play_free(p, from + i);
    play_end_gc(p, kind % 4, n);
}

void play_look(struct play *p, uint32_t generation)
{
    play_put(p, PMT_OP_GC_LOOK, 0, generation, 7);
}

void play_garbage(struct play *p, uint32_t slot, uint32_t type, bool first)
{
    play_put(p, PMT_OP_GARBAGE, slot,
             type << PMT_GARBAGE_TYPE | (first ? PMT_GARBAGE_FIRST : 0), 0);
}

void play_tell(struct play *p, uint32_t from, uint32_t n)
{
    play_look(p, 2);
    for (uint32_t i = 0; i < n; i++)
        play_garbage(p, from + i, 0, i == 0);
}

void play_belongs(struct play *p, uint32_t slot)
{
    play_put(p, PMT_OP_BELONGS, slot, 0, 0);
}

void play_atomic(struct play *p, uint32_t slot)
{
    play_put(p, PMT_OP_GC_ATOMIC, slot, 0, 0);
}

void play_refers(struct play *p, uint32_t slot)
{
    play_put(p, PMT_OP_REFERS, slot, 0, 0);
}

void play_keeps(struct play *p, uint32_t slot)
{
    play_put(p, PMT_OP_KEEPS, slot, 0, 0);
}

void play_holds(struct play *p, uint32_t slot)
{
    play_put(p, PMT_OP_HOLDS, slot, 0, 0);
}

void play_shares(struct play *p, uint32_t slot)
{
    play_put(p, PMT_OP_SHARES, slot, 0, 0);
}

void play_mark(struct play *p, const char *text)
{
    const struct pmt_oracle oracle = {.event = p->n_events, .text = text,
                                      .text_len = strlen(text), .blocks = -1,
                                      .when = "mark"};

    EXPECT_STATUS(pmt_replay_oracle(p->r, &oracle, NULL), PMT_OK, NULL);
}

void play_thresholds(struct play *p, uint64_t t0, uint64_t t1, uint64_t t2)
{
    play_put(p, PMT_OP_GC_ENABLED, 0, 1, 0);
    play_put(p, PMT_OP_GC_THRESHOLD, 0, 0, t0);
    play_put(p, PMT_OP_GC_THRESHOLD, 0, 1, t1);
    play_put(p, PMT_OP_GC_THRESHOLD, 0, 2, t2);
}

static const char *preset_of(bool late)
{
    return late ? "cpython-3.12" : "cpython-3.11";
}

void play_open(struct play *p, bool late, const char *spec)
{
    struct pmt_config config = config_of(preset_of(late), spec);

    memset(p, 0, sizeof *p);
    p->n_alive = pmt_alloc_live();
    EXPECT_STATUS(pmt_replay_new(&config, late, 0, false, true, 100, &p->r, NULL), PMT_OK, NULL);
    play_thresholds(p, 3, 2, 2);
    play_put(p, PMT_OP_MAIN, 0, 0, 0);
}

const struct pmt_type play_types[PLAY_N_TYPES] = {
    [PLAY_LIST] = {PLAY_LIST, 40, 0, "list"},    [PLAY_DICT] = {PLAY_DICT, 48, 0, "dict"},
    [PLAY_TUPLE] = {PLAY_TUPLE, 24, 8, "tuple"}, [PLAY_FLOAT] = {PLAY_FLOAT, 24, 0, "float"},
    [PLAY_NODE] = {PLAY_NODE, 48, 0, "list"},    [PLAY_KEYS] = {PLAY_KEYS, 120, 0, "dict keys"}};

void play_open_objects(struct play *p, bool late, const char *spec)
{
    struct pmt_config config = config_of(preset_of(late), spec);
    struct pmt_config recorded = config_of(preset_of(late), "");
    const struct pmt_objects_seen seen = {"list dict tuple dict-keys", "float", NULL, &config, &recorded};
    struct pmt_error err;

    memset(p, 0, sizeof *p);
    p->hides = true;
    p->n_alive = pmt_alloc_live();
    EXPECT_STATUS(pmt_replay_new(&config, late, 0, false, true, 100, &p->r, NULL), PMT_OK, NULL);
    EXPECT_STATUS(pmt_replay_objects(p->r, &seen, &err), PMT_OK, &err);
    EXPECT_STATUS(pmt_replay_types(p->r, play_types, PLAY_N_TYPES, &err), PMT_OK, &err);
    play_thresholds(p, 3, 2, 2);
    play_put(p, PMT_OP_MAIN, 0, 0, 0);
}

void play_object(struct play *p, enum pmt_op op, uint32_t type, uint32_t slot, uint32_t size)
{
    play_put(p, PMT_OP_OBJECT, 0, type, 0);
    play_make(p, op, slot, size);
}

void play_shelve(struct play *p, uint32_t slot)
{
    p->live[slot] = false;
    p->n_live--;
    play_put(p, PMT_OP_SHELVED, slot, 0, 0);
}

void play_cleared(struct play *p, uint32_t type, uint32_t size)
{
    play_put(p, PMT_OP_CLEARED, 0, type, size);
}

uint64_t play_n_freed(const struct play *p)
{
    uint64_t n = 0;

    for (size_t i = 0; i < p->result.n_collections; i++)
        n += p->result.collections[i].freed_blocks;
    return n;
}

uint64_t play_n_used(const struct play *p)
{
    static const struct pmt_sample none;
    const struct pmt_sample *last =
        p->result.n_samples ? &p->result.samples[p->result.n_samples - 1] : &none;

    return last->used_blocks + last->raw_blocks;
}

const struct pmt_result *play_end(struct play *p)
{
    struct pmt_error err;

    if (!EXPECT_STATUS(pmt_replay_finish(p->r, &p->result, &err), PMT_OK, &err))
        return &p->result;
    if (!p->hides)
        EXPECT_U64(play_n_used(p), p->n_live + p->n_found - play_n_freed(p));
    EXPECT(p->result.verify.books_balance);
    return &p->result;
}

void play_open_quiet(struct play *p, const char *spec)
{
    play_open(p, false, spec);
    play_thresholds(p, 1000, 10, 10);
}

void play_close(struct play *p)
{
    pmt_result_release(&p->result);
    pmt_replay_free(p->r);
    EXPECT_I64(pmt_alloc_live(), p->n_alive);
}
