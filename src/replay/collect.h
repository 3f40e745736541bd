/* collect.h - the collector while a replay runs: as it was recorded, and as it would
 * be. For src/replay.
 *
 * Two sides, each a policy (when) and a census (how many objects where):
 *
 *     rec   follows the recording: every recorded collection is made, and has to be the
 *           one that the policy foretells at that very event (from 3.12 on: at the next
 *           evaluation check, which the recording names)
 *     mod   from the moment on that the configuration's own settings hold (gc.since):
 *           collects when its policy says so
 *
 * While only rec is there, blocks that a recorded collection freed are freed where it
 * freed them. Once mod is there they become garbage instead (garbage.h): unreachable from
 * where the recording says so at the latest, kept until mod collects the generations that
 * hold it. What dies by counting dies where it died. */
#ifndef PMT_REPLAY_COLLECT_H
#define PMT_REPLAY_COLLECT_H

#include <pymemtrace/result.h>
#include "gc/census.h"
#include "gc/cost.h"
#include "gc/policy.h"
#include "gc/stretch.h"
#include "heap/heap_inline.h"
#include "replay/free_lists.h"
#include "replay/garbage.h"
#include "replay/garbage_graph.h"
#include "replay/gc_plan.h"
#include "replay/scout.h"
#include "replay/shelves.h"
#include "replay/type_stats.h"

struct pmt_collect_side {
    struct pmt_gc_policy policy;
    struct pmt_census census;
};

struct pmt_blocks {
    pmt_block *at;
    size_t n, cap;
};

struct pmt_told {
    struct pmt_scouted of;
    uint8_t place;
    bool again;                    /* a holder that was told before: mod wants to know of which */
};

struct pmt_collect {
    struct pmt_heap *heap;         /* borrowed */
    struct pmt_blocks *blocks;     /* borrowed: by slot */
    struct pmt_collect_side rec, mod;
    struct pmt_gc_plan plan;
    bool late;                     /* the recorded interpreter: see policy.h */
    struct pmt_shelves *shelves;   /* borrowed; NULL: the trace does not show free lists */
    bool what_if;                  /* mod will be there: the settings are not the recorded
                                      ones, or free lists */
    bool settings_differ;
    bool modelling;                /* mod is there */
    bool failed;                   /* out of memory */
    bool seen;                     /* the trace tells of the collector */
    unsigned told_settings;        /* a bit for each that the trace has told of */
    uint64_t overruled;            /* settings asked for that the program's own took the place of */
    struct { uint64_t *at; size_t n, cap; } known; /* bit by slot: a collector object, or a block
                                      that was told to belong to garbage, or goes with what
                                      that keeps (held.h) */
    struct { uint64_t *at; size_t n, cap; } table; /* ... the latter */
    /* rec: the collection that is due, or under way */
    uint64_t due_event;            /* PMT_NOWHERE: none */
    int due_generation;
    bool held;                     /* the program is within one call into C: no evaluation check */
    bool within;                   /* between GC_BEGIN and GC_END */
    bool begun;                    /* ... and the policy has been told its generation */
    bool alert;                    /* within, or something is dying (held.h): it is to be told of
                                      what is made */
    uint64_t begin_ns;             /* recorded, 0 = not known */
    uint64_t long_lived_total, long_lived_pending; /* recorded, behind it */
    uint64_t freed_blocks, freed_objects, freed_bytes; /* by the one under way */
    uint64_t recorded_ns, recorded_max_ns; /* of all recorded collections */
    struct pmt_bias {              /* of rec's census: what free lists and late tracking
                                      hide from it */
        uint64_t counted, recorded; /* objects, by it and by the interpreter, in all */
    } pending_bias, total_bias;    /* that came to the oldest generation; that it held */
    struct {                       /* what the last recorded collection adds to one of these, when
                                      it has told of what it untracked; to NULL: none */
        struct pmt_bias *to, of;
    } bias_last;
    struct pmt_collection row;
    struct { uint32_t *at; size_t n, cap; } fresh;   /* slots filled while within */
    struct { uint64_t *at; size_t n, cap; } is_fresh; /* ... as bits */
    /* mod */
    struct pmt_garbage garbage;
    struct pmt_scout *scout;       /* NULL: what was left is not known before it is told */
    uint64_t scouted;              /* up to this event, when mod collected last */
    int pending;                   /* generation that mod is about to collect */
    uint64_t young_untracked;      /* objects in mod's generation 0 that a recorded
                                      collection has untracked: mod's own is still to
                                      visit them */
    struct pmt_free_lists free_lists;
    uint64_t counted_too_many;     /* objects: a free list would have served them (shelf_past.h) */
    bool took_back_last;            /* ... and for one of them the last was not counted */
    uint64_t clock_ns;
    /* results */
    struct { struct pmt_collection *at; size_t n, cap; } rows;
    size_t n_running;              /* of these, until the interpreter went down */
    struct pmt_gc_fit *fit;
    struct pmt_gc_stretches stretches;
    struct pmt_type_stats types;
    struct pmt_garbage_graph graph;
    uint32_t holder_place;         /* of what is being told, in rec */
    bool looked;                   /* since the last recorded collection */
    uint32_t warm;                 /* ... at the generations below this one */
    bool spared_known;             /* of the one under way; */
    uint64_t spared_ns;            /* ... it took so much less for that */
    struct { struct pmt_told *at; size_t n, cap; } told; /* rec: garbage not yet covered by a
                                      collection, where its holder was, while mod is not there */
    uint64_t died_in[PMT_GENERATIONS + 1]; /* rec: objects freed by counting, by place */
    struct pmt_gc_verify verify;
    uint64_t peak_tracked, peak_garbage, peak_garbage_bytes;
};

/* E_NOMEM, E_USAGE (gc_plan.h). */
enum pmt_status pmt_collect_init(struct pmt_collect *c, const struct pmt_config *config,
                                 bool late, struct pmt_heap *heap,
                                 struct pmt_blocks *blocks, uint64_t total_events,
                                 struct pmt_error *err);
void pmt_collect_release(struct pmt_collect *c);

/* The trace shows the free lists. If they move collections, mod is there from the start.
 * Before the first event. E_NOMEM, E_USAGE. */
enum pmt_status pmt_collect_shelves(struct pmt_collect *c, struct pmt_shelves *shelves,
                                    const struct pmt_config *config, uint64_t total_events,
                                    struct pmt_error *err);

/* A collector object was made as event `event`; birth is all 0 where its free list is not
 * shown. False: out of memory. */
bool pmt_collect_allocated(struct pmt_collect *c, uint32_t slot, pmt_block block,
                           struct pmt_birth birth, uint64_t event);
/* The recorded program's free list of this kind gave a block back. */
void pmt_collect_cleared(struct pmt_collect *c, unsigned kind);

/* It is one that the collector counts. */
bool pmt_collect_is_object(const struct pmt_collect *c, uint32_t slot);
/* The block in this slot, no object, belongs to nothing any more, or is gone. */
void pmt_collect_forget_table(struct pmt_collect *c, uint32_t slot);

/* The rest of the inline functions below. */
bool pmt_collect_freed_within(struct pmt_collect *c, uint32_t slot, pmt_block block,
                              struct pmt_end end);
bool pmt_collect_made_alert(struct pmt_collect *c, uint32_t slot);
bool pmt_collect_known_freed(struct pmt_collect *c, uint32_t slot, struct pmt_end end);
bool pmt_collect_known_resized(struct pmt_collect *c, uint32_t slot);

/* What has died where its holder might (held.h) has died alone. */
void pmt_collect_let_go(struct pmt_collect *c);

static inline bool pmt_collect_is_known(const struct pmt_collect *c, uint32_t slot)
{
    return slot / 64 < c->known.n && c->known.at[slot / 64] >> slot % 64 & 1;
}

/* The object in this slot is the one that was told to be garbage. */
static inline bool pmt_collect_is_still_told(const struct pmt_collect *c, uint32_t slot)
{
    return pmt_collect_is_known(c, slot) && pmt_type_stats_is_told(&c->types, slot);
}

/* The block in this slot ends so. True: it is kept as garbage, or may be (held.h), or was given back
 * by mod before; false: give it back, or to its free list. */
static inline bool pmt_collect_freed(struct pmt_collect *c, uint32_t slot, pmt_block block,
                                     struct pmt_end end)
{
    if (PMT_UNLIKELY(c->within))
        return pmt_collect_freed_within(c, slot, block, end);
    if (pmt_collect_is_known(c, slot))
        return pmt_collect_known_freed(c, slot, end);
    return false;
}

/* The block in this slot is resized. True: mod has given it back before, so that it needs
 * one anew (it was told to be garbage and is not). */
static inline bool pmt_collect_resized(struct pmt_collect *c, uint32_t slot)
{
    if (PMT_UNLIKELY(c->alert))
        pmt_collect_let_go(c);
    return c->modelling && pmt_collect_is_known(c, slot) &&
           pmt_collect_known_resized(c, slot);
}

/* A block is to come into this slot. False: out of memory. */
static inline bool pmt_collect_made(struct pmt_collect *c, uint32_t slot)
{
    return PMT_LIKELY(!c->alert) || pmt_collect_made_alert(c, slot);
}

/* The object in this slot is unreachable; kind as in the event. False: out of memory. */
bool pmt_collect_garbage(struct pmt_collect *c, uint32_t slot, uint32_t kind, uint64_t event);

/* The object told last, in this slot, is a tuple that a collection untracks. */
void pmt_collect_atomic(struct pmt_collect *c, uint32_t slot);
/* The block in this slot is freed with the object told last. False: out of memory. */
bool pmt_collect_belongs(struct pmt_collect *c, uint32_t slot, uint64_t event);

/* The object told last refers to the one in this slot, which is garbage too, or reachable. False: out
 * of memory. */
bool pmt_collect_refers(struct pmt_collect *c, uint32_t slot, bool reachable);

/* The block in this slot, if it is no object, is asked for when it ends. False: out of memory. */
bool pmt_collect_know(struct pmt_collect *c, uint32_t slot);
/* What KEEPS or SHARES named last holds the block in this slot alone. False: out of memory. */
bool pmt_collect_holds(struct pmt_collect *c, uint32_t slot, uint64_t event);
/* What KEEPS named last refers to the object in this slot as others do. False: out of memory. */
bool pmt_collect_shares(struct pmt_collect *c, uint32_t slot, uint64_t event);

/* The recorded collection under way, which no look came before, is about to free the object in this
 * slot, of this type. */
void pmt_collect_unseen(struct pmt_collect *c, uint32_t slot, uint32_t type);
/* The object in this slot is of this type, and alive as the interpreter goes down. */
void pmt_collect_alive(struct pmt_collect *c, uint32_t slot, uint32_t type);

void pmt_collect_untracked(struct pmt_collect *c, uint32_t slot);

/* A block that was kept as garbage ends: to its list, if it has one, or back to the heap;
 * whether the list took it. */
static inline bool pmt_collect_give(struct pmt_collect *c, pmt_block block, uint8_t kind)
{
    const struct pmt_end end = {.kind = kind};

    if (kind)
        return pmt_shelves_give(c->shelves, c->heap, block, end);
    pmt_heap_release_inline(c->heap, block);
    return false;
}

/* The kind of free list of what is in this slot. */
static inline uint8_t pmt_collect_kind(const struct pmt_collect *c, uint32_t slot)
{
    return c->shelves ? (uint8_t)pmt_shelves_kind(c->shelves, slot) : 0;
}

/* mod is about to collect: what was left by now it finds, told or not. False: out of memory. */
bool pmt_collect_foretell(struct pmt_collect *c, uint64_t event);
/* mod is there from now on: what was told before and is still to be collected waits for it. */
bool pmt_collect_carry_over(struct pmt_collect *c, uint64_t event);

/* One of the collector's own events. False: out of memory. */
bool pmt_collect_event(struct pmt_collect *c, enum pmt_op op, uint32_t arg, uint64_t wide,
                       uint64_t event);

/* The plan has something to do: by count (before this event), by the clock, at the
 * beginning of the program's own code, at a mark. False: out of memory. */
bool pmt_collect_at_event(struct pmt_collect *c, uint64_t event);
bool pmt_collect_at_clock(struct pmt_collect *c, uint64_t event, uint64_t ns);
bool pmt_collect_at_main(struct pmt_collect *c, uint64_t event);
bool pmt_collect_at_mark(struct pmt_collect *c, uint64_t event, const char *text);

/* The interpreter begins to finalise. */
void pmt_collect_ended(struct pmt_collect *c);

/* Fill what a result holds of the collector and hand the rows over. */
void pmt_collect_finish(struct pmt_collect *c, struct pmt_result *out);

#endif
