/* replay_inner.h - a replay under way, for replay.c and replay_results.c alone. */
#ifndef PMT_REPLAY_REPLAY_INNER_H
#define PMT_REPLAY_REPLAY_INNER_H

#include "replay/replay.h"

#include "replay/collect.h"
#include "replay/object_flow.h"
#include "replay/oracle.h"
#include "replay/sample.h"

#define PMT_TROUBLES 64 /* codes that are told apart */

struct pmt_window {
    uint64_t hash;       /* over the placements since the window began */
    uint64_t from_event; /* where it began */
    uint32_t n;          /* placements in it */
    uint32_t idx;        /* of the batch's check[] */
};

struct pmt_replay {
    struct pmt_heap *heap;
    struct pmt_blocks slots;      /* by slot */
    bool check, walk;
    bool ends_early;              /* the trace does */
    struct pmt_window window;
    struct pmt_verify verify;
    struct pmt_oracle_rows oracle;
    struct pmt_collect collect;
    struct pmt_object_flow flow;
    struct pmt_sampler sampler;
    uint64_t n_allocs, n_frees;   /* blocks */
    uint64_t n_events;
    uint64_t clock_ns, first_clock_ns;
    bool clock_seen;
    uint64_t rss_bytes, rss_peak_bytes;
    uint64_t stack_bytes, stack_peak_bytes;
    uint64_t trouble[PMT_TROUBLES]; /* by code */
    uint64_t n_unknown_troubles;  /* codes past the table */
    uint64_t total_events;        /* of the trace, 0 = not known */
    bool unannounced;             /* an object of a free list, and no word of these before */
};

#endif
