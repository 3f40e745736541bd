/*
 * replay.c - a stream of events acted out on the model.
 *
 * One loop over the columns of a batch: an allocation puts the block that the heap
 * gives under its slot, a free gives it back. The loop is compiled four times, with and
 * without the placement check (trace.h), and with and without objects (object_flow.h), and
 * stops only where a sample is due.
 *
 * The check hashes the model's own placements in windows exactly as the recorder
 * hashed the interpreter's. A window that differs counts all its placements as
 * mismatches: which one it was cannot be told, that there was one can.
 */
#include "replay/replay_inner.h"

#include <string.h>
#include "base/alloc.h"
#include "base/check.h"
#include "base/vec.h"
#include "heap/heap_inline.h"

#define CHECK_FACTOR UINT64_C(0x9E3779B97F4A7C15)

/* Reads the wide operands of one batch in order. */
struct wides {
    const uint64_t *at, *end;
};

static uint64_t take_wide(struct wides *w)
{
    pmt_assert(w->at < w->end); /* the reader has counted them */
    return w->at < w->end ? *w->at++ : 0;
}

static inline uint64_t full_arg(uint32_t arg, struct wides *w)
{
    return PMT_LIKELY(arg != PMT_ARG_WIDE) ? arg : take_wide(w);
}

/* -- placement check -- */

static void close_window(struct pmt_replay *r, const struct pmt_batch *b,
                         uint64_t next_event)
{
    struct pmt_window *w = &r->window;

    r->verify.placements_checked += w->n;
    if (w->idx >= b->n_checks || b->check[w->idx] != (uint32_t)(w->hash >> 32)) {
        r->verify.placement_mismatches += w->n;
        if (r->verify.first_mismatch_event == PMT_NOWHERE)
            r->verify.first_mismatch_event = w->from_event;
    }
    *w = (struct pmt_window){.idx = w->idx + 1, .from_event = next_event};
}

static inline void check_place(struct pmt_replay *r, const struct pmt_batch *b, uint32_t i,
                               pmt_block block)
{
    uint64_t place = pmt_heap_place_inline(r->heap, block);

    if (place == PMT_PLACE_RAW)
        return;
    r->window.hash = (r->window.hash ^ place) * CHECK_FACTOR;
    if (PMT_UNLIKELY(++r->window.n == PMT_CHECK_WINDOW))
        close_window(r, b, b->first_event + i + 1);
}

/* Placements that only one of the two sides has, at the end of a batch. */
static void close_batch(struct pmt_replay *r, const struct pmt_batch *b)
{
    uint64_t modelled;

    if (r->window.n)
        close_window(r, b, b->first_event + b->n_events);
    modelled = r->window.idx;
    if (modelled < b->n_checks) {
        r->verify.placement_mismatches += (b->n_checks - modelled) * PMT_CHECK_WINDOW;
        if (r->verify.first_mismatch_event == PMT_NOWHERE)
            r->verify.first_mismatch_event = b->first_event;
    }
}

/* -- one event -- */

static inline bool put_block(struct pmt_replay *r, uint32_t slot, pmt_block block)
{
    if (PMT_UNLIKELY(block == PMT_BLOCK_NONE))
        return false;
    if (PMT_UNLIKELY(slot >= r->slots.n)) {
        if (!pmt_vec_reserve(&r->slots, (size_t)slot + 1))
            return false;
        while (r->slots.n <= slot)
            r->slots.at[r->slots.n++] = PMT_BLOCK_NONE;
    }
    r->slots.at[slot] = block;
    return true;
}

static void on_stack_chunk(struct pmt_replay *r, uint64_t bytes, bool more)
{
    if (more)
        r->stack_bytes += bytes;
    else
        r->stack_bytes -= bytes < r->stack_bytes ? bytes : r->stack_bytes;
    if (r->stack_bytes > r->stack_peak_bytes)
        r->stack_peak_bytes = r->stack_bytes;
}

static void on_clock(struct pmt_replay *r, uint64_t ns)
{
    if (!r->clock_seen)
        r->first_clock_ns = ns;
    r->clock_seen = true;
    if (ns > r->clock_ns)
        r->clock_ns = ns;
    pmt_object_stats_clock(&r->flow.stats, r->clock_ns);
}

static void on_rss(struct pmt_replay *r, uint64_t bytes)
{
    r->rss_bytes = bytes;
    if (bytes > r->rss_peak_bytes)
        r->rss_peak_bytes = bytes;
}

static void on_trouble(struct pmt_replay *r, uint32_t code, uint64_t count)
{
    if (code < PMT_TROUBLES)
        r->trouble[code] += count;
    else
        r->n_unknown_troubles += count;
}

static void on_cleared(struct pmt_replay *r, uint32_t type, uint64_t bytes)
{
    if (r->flow.on)
        pmt_flow_cleared(&r->flow, &r->collect, type, bytes);
}

/* Everything that is not a block's: rare. */
static bool on_other(struct pmt_replay *r, enum pmt_op op, uint32_t arg, struct wides *w,
                     uint64_t event)
{
    switch (op) {
    case PMT_OP_ARENA_NEW:
        (void)take_wide(w);
        return pmt_heap_add_residue(r->heap, arg, NULL) == PMT_OK;
    case PMT_OP_STACK_NEW:
        on_stack_chunk(r, full_arg(arg, w), true);
        break;
    case PMT_OP_STACK_FREE:
        on_stack_chunk(r, full_arg(arg, w), false);
        break;
    case PMT_OP_CLOCK:
        on_clock(r, take_wide(w));
        return pmt_collect_at_clock(&r->collect, event, r->clock_ns);
    case PMT_OP_MAIN:
        return pmt_collect_at_main(&r->collect, event);
    case PMT_OP_RSS:
        on_rss(r, take_wide(w));
        break;
    case PMT_OP_TROUBLE:
        on_trouble(r, arg, take_wide(w));
        break;
    case PMT_OP_CLEARED:
        on_cleared(r, arg, take_wide(w));
        break;
    case PMT_OP_OBJECT:
        pmt_flow_next(&r->flow, arg);
        break;
    case PMT_OP_ARENA_FREE:
    case PMT_OP_THREAD:
    case PMT_OP_FORK:
    case PMT_OP_TYPED:
        break;
    case PMT_OP_GC_ENABLED:
    case PMT_OP_GC_FREEZE:
    case PMT_OP_GC_COUNTS:
    case PMT_OP_GC_HELD:
        return pmt_collect_event(&r->collect, op, arg, 0, event);
    case PMT_OP_GC_THRESHOLD:
    case PMT_OP_GC_BEGIN:
    case PMT_OP_GC_STAT:
    case PMT_OP_GC_END:
    case PMT_OP_GC_LOOK:
    case PMT_OP_GC_TOUCHED:
        return pmt_collect_event(&r->collect, op, arg, take_wide(w), event);
    case PMT_OP_GC_UNTRACKED:
    case PMT_OP_GARBAGE:
    case PMT_OP_ALIVE:
    case PMT_OP_COLLECTED:
    case PMT_OP_BELONGS:
    case PMT_OP_REFERS:
    case PMT_OP_KEEPS:
    case PMT_OP_HOLDS:
    case PMT_OP_SHARES:
    case PMT_OP_GC_ATOMIC:
    case PMT_OP_ALLOC_RAW:
    case PMT_OP_ALLOC_MEM:
    case PMT_OP_ALLOC_OBJ:
    case PMT_OP_ALLOC_GC:
    case PMT_OP_FREE:
    case PMT_OP_REALLOC:
    case PMT_OP_END:
        return false; /* a block's: act() does not come here with it */
    case PMT_OP_REUSED:
    case PMT_OP_REUSED_GC:
    case PMT_OP_SHELVED:
        r->unannounced = true;
        return false;
    }
    return true;
}

static inline enum pmt_domain domain_of(uint8_t op)
{
    return op == PMT_OP_ALLOC_GC ? PMT_DOMAIN_OBJ
                                 : (enum pmt_domain)(op - PMT_OP_ALLOC_RAW);
}

_Static_assert(PMT_OP_ALLOC_MEM - PMT_OP_ALLOC_RAW == PMT_DOMAIN_MEM &&
                   PMT_OP_ALLOC_OBJ - PMT_OP_ALLOC_RAW == PMT_DOMAIN_OBJ,
               "domains follow the order of their ops");

static bool makes_object(uint8_t op)
{
    return op == PMT_OP_ALLOC_OBJ || op == PMT_OP_ALLOC_GC || op == PMT_OP_REUSED ||
           op == PMT_OP_REUSED_GC || op == PMT_OP_ALLOC_MEM;
}

/* Whether event i is of an object that a list is for, or may be. A size that comes in a wide
 * number is no such object's. */
static inline bool is_of_object(struct pmt_replay *r, const struct pmt_batch *b, uint32_t i)
{
    uint8_t op = b->op[i];

    if (op == PMT_OP_FREE)
        return !pmt_flow_ends_plain(&r->flow, b->slot[i]);
    if (op == PMT_OP_ALLOC_OBJ || op == PMT_OP_ALLOC_GC)
        return !pmt_flow_begins_plain(&r->flow, b->slot[i], b->arg[i]);
    if (op == PMT_OP_ALLOC_MEM)
        return r->flow.next; /* a table */
    return op == PMT_OP_SHELVED || op == PMT_OP_REUSED_GC || op == PMT_OP_REUSED ||
           op == PMT_OP_OBJECT || op == PMT_OP_TYPED;
}

/* What a trace of objects has beside the rest, or differently. *block is what the event made,
 * or PMT_BLOCK_NONE. */
static void act_object(struct pmt_replay *r, const struct pmt_batch *b, uint32_t i,
                       struct wides *wides, pmt_block *block)
{
    enum pmt_op op = (enum pmt_op)b->op[i];
    uint32_t slot = b->slot[i];

    *block = PMT_BLOCK_NONE;
    if (op == PMT_OP_FREE || op == PMT_OP_SHELVED)
        pmt_flow_end(&r->flow, &r->collect, op, slot, r->slots.at[slot], b->first_event + i);
    else if (op == PMT_OP_TYPED)
        pmt_flow_typed(&r->flow, slot, b->arg[i]);
    else if (op == PMT_OP_OBJECT)
        pmt_flow_next(&r->flow, b->arg[i]);
    else
        *block = pmt_flow_make(&r->flow, &r->collect, op, slot, full_arg(b->arg[i], wides),
                               b->first_event + i);
}

/* Events [i, end) of a batch; returns how far it came (short of end: out of memory). */
static inline __attribute__((always_inline)) uint32_t
act(struct pmt_replay *r, const struct pmt_batch *b, uint32_t i, uint32_t end,
    struct wides *wides, bool check, bool objects)
{
    const struct pmt_birth unknown = {.kind = PMT_SHELF_NONE};
    const struct pmt_end given_back = {.kind = PMT_SHELF_NONE};
    struct pmt_heap *heap = r->heap;
    uint64_t n_allocs = 0, n_frees = 0;

    for (; i < end; i++) {
        uint8_t op = b->op[i];
        uint32_t slot = b->slot[i];
        pmt_block block;

        if (objects && is_of_object(r, b, i)) {
            act_object(r, b, i, wides, &block);
            if (!makes_object(op))
                continue;
        } else if (op == PMT_OP_FREE) {
            if (!pmt_collect_freed(&r->collect, slot, r->slots.at[slot], given_back))
                pmt_heap_release_inline(heap, r->slots.at[slot]);
            n_frees++;
            continue;
        } else if (op <= PMT_OP_ALLOC_OBJ || op == PMT_OP_ALLOC_GC) {
            if (!pmt_collect_made(&r->collect, slot))
                break;
            block = pmt_heap_alloc_inline(heap, domain_of(op), full_arg(b->arg[i], wides));
            n_allocs++;
            if (op == PMT_OP_ALLOC_GC &&
                !pmt_collect_allocated(&r->collect, slot, block, unknown, b->first_event + i))
                break;
        } else if (op == PMT_OP_GC_UNTRACKED) {
            pmt_collect_untracked(&r->collect, slot);
            continue;
        } else if (op == PMT_OP_COLLECTED) {
            pmt_collect_unseen(&r->collect, slot, b->arg[i]);
            continue;
        } else if (op == PMT_OP_ALIVE) {
            pmt_collect_alive(&r->collect, slot, b->arg[i]);
            continue;
        } else if (op == PMT_OP_GARBAGE) {
            if (!pmt_collect_garbage(&r->collect, slot, b->arg[i], b->first_event + i))
                break;
            continue;
        } else if (op == PMT_OP_BELONGS) {
            if (!pmt_collect_belongs(&r->collect, slot, b->first_event + i))
                break;
            continue;
        } else if (op == PMT_OP_GC_ATOMIC) {
            pmt_collect_atomic(&r->collect, slot);
            continue;
        } else if (op == PMT_OP_REFERS || op == PMT_OP_KEEPS) {
            if (!pmt_collect_refers(&r->collect, slot, op == PMT_OP_KEEPS))
                break;
            continue;
        } else if (op == PMT_OP_HOLDS) {
            if (!pmt_collect_holds(&r->collect, slot, b->first_event + i))
                break;
            continue;
        } else if (op == PMT_OP_SHARES) {
            if (!pmt_collect_shares(&r->collect, slot, b->first_event + i))
                break;
            continue;
        } else if (op == PMT_OP_REALLOC) {
            uint64_t size = full_arg(b->arg[i], wides);

            if (objects)
                pmt_flow_resized(&r->flow, slot, size);
            block = PMT_UNLIKELY(pmt_collect_resized(&r->collect, slot))
                        ? pmt_heap_alloc(heap, PMT_DOMAIN_OBJ, size)
                        : pmt_heap_resize(heap, r->slots.at[slot], size);
        } else {
            if (!on_other(r, (enum pmt_op)op, b->arg[i], wides, b->first_event + i))
                break;
            continue;
        }
        if (PMT_UNLIKELY(!put_block(r, slot, block)))
            break;
        if (check)
            check_place(r, b, i, block);
    }
    r->n_allocs += n_allocs;
    r->n_frees += n_frees;
    return i;
}

static bool take_sample(struct pmt_replay *r, uint64_t event)
{
    struct pmt_free_list_row lists[PMT_SHELF_KINDS];
    struct pmt_sample row = {.event = event, .clock_ns = r->clock_ns,
                             .rss_bytes = r->rss_bytes, .stack_bytes = r->stack_bytes};

    if (!pmt_sampler_take(&r->sampler, r->heap, row))
        return false;
    if (!r->flow.on || !r->sampler.wants_lists)
        return true;
    return pmt_sampler_lists(&r->sampler, lists, pmt_shelves_rows(&r->flow.shelves, lists));
}

/* The end of a slice, or where the collector's plan has something to do before it. */
static uint32_t until_planned(const struct pmt_replay *r, const struct pmt_batch *b,
                              uint64_t now, uint32_t end)
{
    uint64_t planned = pmt_gc_plan_next_event(&r->collect.plan);

    return r->collect.what_if && planned > now && planned < b->first_event + end
               ? (uint32_t)(planned - b->first_event) : end;
}

static uint32_t act_slice(struct pmt_replay *r, const struct pmt_batch *b, uint32_t i,
                          uint32_t end, struct wides *wides)
{
    if (r->flow.on)
        return r->check ? act(r, b, i, end, wides, true, true)
                        : act(r, b, i, end, wides, false, true);
    return r->check ? act(r, b, i, end, wides, true, false)
                    : act(r, b, i, end, wides, false, false);
}

static enum pmt_status stopped(const struct pmt_replay *r, uint64_t event,
                               struct pmt_error *err)
{
    enum pmt_status st = pmt_heap_failed(r->heap, err);

    if (st == PMT_OK && r->unannounced)
        return pmt_error_at(err, PMT_E_TRACE, PMT_NOWHERE, event, PMT_NOWHERE,
                            "an object of a free list, in a trace that shows none: record it "
                            "anew");
    return st != PMT_OK ? st
                        : pmt_error_at(err, PMT_E_NOMEM, PMT_NOWHERE, event, PMT_NOWHERE,
                                       "out of memory for the model");
}

enum pmt_status pmt_replay_batch(struct pmt_replay *r, const struct pmt_batch *b,
                                 struct pmt_error *err)
{
    struct wides wides = {b->wide, b->wide + b->n_wide};
    uint32_t i = 0, reached = 0;

    r->window = (struct pmt_window){.from_event = b->first_event};
    while (i < b->n_events && reached == i) {
        uint64_t now = b->first_event + i;
        uint32_t end = b->n_events;

        if (now >= r->sampler.due && !take_sample(r, now))
            return pmt_error_set(err, PMT_E_NOMEM, "out of memory for the timeline");
        if (!pmt_collect_at_event(&r->collect, now))
            break;
        if (r->sampler.due < b->first_event + end)
            end = (uint32_t)(r->sampler.due - b->first_event);
        end = until_planned(r, b, now, end);
        reached = act_slice(r, b, i, end, &wides);
        i = end;
    }
    if (reached != b->n_events || r->flow.shelves.failed || r->flow.stats.failed)
        return stopped(r, b->first_event + reached, err);
    if (r->check)
        close_batch(r, b);
    r->n_events = b->first_event + b->n_events;
    return PMT_OK;
}

/* A text that the program itself put on the timeline. */
static enum pmt_status on_mark(struct pmt_replay *r, const struct pmt_oracle *mark,
                               struct pmt_error *err)
{
    char text[64] = "";

    memcpy(text, mark->text, mark->text_len < sizeof text ? mark->text_len
                                                          : sizeof text - 1);
    if (r->flow.every)
        pmt_object_stats_mark(&r->flow.stats, text, mark->event);
    return pmt_collect_at_mark(&r->collect, mark->event, text)
               ? PMT_OK
               : pmt_error_set(err, PMT_E_NOMEM, "out of memory for the collector");
}

enum pmt_status pmt_replay_oracle(struct pmt_replay *r, const struct pmt_oracle *oracle,
                                  struct pmt_error *err)
{
    enum pmt_status st = PMT_OK;

    if (!strcmp(oracle->when, "mark"))
        return on_mark(r, oracle, err);
    if (!strcmp(oracle->when, "end")) {
        pmt_collect_ended(&r->collect);
        r->flow.shelves.ended = true;
        pmt_object_stats_ended(&r->flow.stats);
    }
    if (r->check && !pmt_oracle_compare(oracle, r->heap, &r->oracle, &r->verify))
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory for the comparison");
    if (r->walk)
        st = pmt_heap_check(r->heap, err);
    return st;
}

/* -- begin and end -- */

enum pmt_status pmt_replay_new(const struct pmt_config *config, bool recorded_late,
                               uint64_t total_events, bool check, bool walk, uint32_t max_samples, struct pmt_replay **out,
                               struct pmt_error *err)
{
    struct pmt_replay *r = pmt_zalloc(sizeof *r);
    enum pmt_status st;

    *out = NULL;
    if (!r)
        return pmt_error_set(err, PMT_E_NOMEM, "out of memory");
    st = pmt_heap_new(&config->heap, &r->heap, err);
    if (st != PMT_OK) {
        pmt_replay_free(r);
        return st;
    }
    r->check = check;
    r->walk = walk;
    r->total_events = total_events;
    r->verify.checked = check;
    r->verify.first_mismatch_event = PMT_NOWHERE;
    pmt_sampler_init(&r->sampler, max_samples);
    st = pmt_collect_init(&r->collect, config, recorded_late, r->heap, &r->slots,
                          total_events, err);
    if (st != PMT_OK) {
        pmt_replay_free(r);
        return st;
    }
    *out = r;
    return PMT_OK;
}

enum pmt_status pmt_replay_objects(struct pmt_replay *r, const struct pmt_objects_seen *seen,
                                   struct pmt_error *err)
{
    r->flow.on = true;
    r->flow.every = !seen->typed;
    pmt_shelves_init(&r->flow.shelves, seen->lists, seen->emptied, seen->config,
                     seen->recorded);
    r->check = r->check && pmt_shelves_as_recorded(&r->flow.shelves);
    r->verify.checked = r->check;
    return pmt_collect_shelves(&r->collect, &r->flow.shelves, seen->config, r->total_events,
                               err);
}

bool pmt_replay_foresee(struct pmt_replay *r, struct pmt_scout *scout)
{
    if (r->collect.what_if)
        r->collect.scout = scout;
    return r->collect.what_if;
}

enum pmt_status pmt_replay_types(struct pmt_replay *r, const struct pmt_type *types, size_t n,
                                 struct pmt_error *err)
{
    return !r->flow.on || pmt_flow_types(&r->flow, types, n)
               ? PMT_OK : pmt_error_set(err, PMT_E_NOMEM, "out of memory for types");
}

void pmt_replay_free(struct pmt_replay *r)
{
    if (!r)
        return;
    pmt_heap_free_all(r->heap);
    pmt_vec_release(&r->slots);
    pmt_vec_release(&r->oracle);
    pmt_sampler_release(&r->sampler);
    pmt_collect_release(&r->collect);
    pmt_flow_release(&r->flow);
    pmt_free(r);
}

void pmt_replay_ends_early(struct pmt_replay *r)
{
    r->ends_early = true;
}
