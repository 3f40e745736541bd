/* result.h - everything one replay of one trace under one configuration found.
 *
 * A result is what run.h produces, the store keeps and the reports print; it is
 * plain data. Modelled figures only, except where a field says "recorded" or
 * "measured". */
#ifndef PMT_RESULT_H
#define PMT_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pymemtrace/config.h>
#include <pymemtrace/metric.h>
#include <pymemtrace/trace.h>

/* One size class, at the end or at a sample (pools as the interpreter's pool
 * table counts them: used and full pools of the class). */
struct pmt_class_row {
    uint32_t size_bytes;
    uint32_t class_idx;
    uint64_t pools;
    uint64_t used_blocks;
    uint64_t avail_blocks;
};

/* The heap at a moment. */
struct pmt_sample {
    uint64_t event;             /* after so many events */
    uint64_t clock_ns;          /* recorded: last clock at or before it */
    uint64_t rss_bytes;         /* recorded: last resident size, 0 = none yet */
    uint64_t arenas;
    uint64_t arena_bytes;
    uint64_t pools_used;
    uint64_t used_blocks;
    uint64_t used_bytes;
    uint64_t avail_bytes;
    uint64_t unused_pool_bytes;
    uint64_t raw_blocks;
    uint64_t raw_bytes;
    uint64_t stack_bytes;
};

/* Size classes at a sample (only classes that have pools). */
struct pmt_class_sample {
    uint64_t event;
    struct pmt_class_row row;
};

/* One figure of one checkpoint: what the interpreter said, what the model says. */
struct pmt_oracle_row {
    uint64_t event;
    char when[12];        /* "periodic", "end", "exit", "request" */
    char what[40];        /* "class 5 pools", "arenas current", "blocks" ... */
    uint64_t recorded;
    uint64_t modelled;
};

/* One collection that the model made. Under the recorded collector settings each stands
 * beside one of the recording; under others recorded_* are 0. */
struct pmt_collection {
    uint64_t event;              /* before so many events */
    uint64_t clock_ns;           /* recorded: last clock at or before it */
    uint32_t generation;
    bool asked_for;              /* by gc.collect(), at shutdown or by the
                                    configuration: not for a threshold */
    int32_t chosen;              /* the generation the policy takes, -1: none */
    uint64_t visited;            /* modelled: tracked objects in the generations */
    uint64_t collected;          /* modelled: objects found unreachable */
    uint64_t freed_blocks;       /* modelled: blocks given back by it */
    uint64_t pause_ns;           /* modelled, 0 = no cost model was fitted */
    uint64_t recorded_ns;        /* recorded pause; 0 = not known */
    uint64_t recorded_collected; /* recorded */
    uint64_t recorded_uncollectable;
    uint64_t uncollectable;      /* modelled, in a script: objects it had to leave */
    uint64_t references;         /* modelled, in a script: between the objects visited */
    bool at_exit;                /* in a script: the last, when the interpreter goes down */
};

/* A type of the recorded program: its garbage, which only collections could free, and what
 * of it was alive when the interpreter began to finalise (0: also where the recording does
 * not tell). Recorded, but for what is said to be modelled. Of a script all is modelled, and
 * nothing but the survivors is told. */
#define PMT_TYPE_UNKNOWN UINT32_MAX
struct pmt_type_row {
    char *name;                /* as tp_name has it; NULL: of PMT_TYPE_UNKNOWN */
    uint32_t number;           /* as the trace names it */
    uint64_t garbage_objects;
    uint64_t garbage_looked;   /* of these: looks have told of them, and to what they refer */
    uint64_t garbage_in[3];    /* of garbage_objects: while the collector had them in generation i */
    uint64_t garbage_bytes;    /* modelled: in their blocks and those freed with them */
    uint64_t survivors;        /* objects */
    uint64_t survivor_bytes;   /* modelled: in their own blocks */
    double pinned_bytes;       /* modelled: free in the arenas that they keep; each block
                                  in use has an even share of those of its arena */
};

/* One free list or cache of a type: dead objects kept to be made anew. Modelled: of a script,
 * or of a recording that sees every object. */
struct pmt_free_list_row {
    char type[24];
    uint32_t items;      /* of a tuple that it keeps; else 0 */
    uint64_t max;        /* objects it may hold; PMT_NOWHERE: no limit */
    uint64_t held;       /* objects on it at the end */
    uint64_t hits;       /* objects made from it */
    uint64_t misses;     /* made while it was empty */
    uint64_t pushes;     /* deaths that went to it */
    uint64_t overflows;  /* that found it full */
    uint64_t cleared;    /* objects that full collections took from it */
    uint64_t past;       /* of a recording: made past it while the recorded program's had
                            some, as list() and dict() are; no misses */
};

/* A free list at a sample: its figures so far. */
struct pmt_free_list_sample {
    uint64_t event;
    struct pmt_free_list_row row;
};

/* Where a script's objects live: stack, heap, static data ... */
struct pmt_region_row {
    char name[16];
    uint64_t objects;
    uint64_t bytes;
};

/* References within garbage: from objects of one type to objects of another, both of them
 * garbage. Recorded. */
struct pmt_garbage_reference {
    uint32_t from, to;         /* types, as the trace names them */
    uint64_t count;            /* references */
    char *from_name, *to_name; /* as tp_name has them; NULL: the trace lacks the type */
};

/* Objects of one type, from the start until the interpreter begins to finalise: what is made
 * and dies thereafter is left out, so that made = freed by counting + by collections + alive.
 * Only where the recording sees every object. Recorded, but for what is said to be modelled.
 * Bytes are of the objects' own blocks, in steps of 16; ages are of objects that died, and
 * known to a quarter. */
struct pmt_object_row {
    char *name;                  /* as tp_name has it; NULL: the trace lacks the type */
    uint32_t number;             /* as the trace names it */
    uint64_t made;
    uint64_t reused;             /* modelled: of these, from the type's free list */
    uint64_t made_bytes;         /* when they were made, and what they grew by since */
    uint64_t alive, alive_bytes; /* at the end */
    uint64_t peak, peak_bytes;   /* most alive at once */
    uint64_t freed_by_counting;
    uint64_t freed_by_collections;
    uint64_t died_in[3];         /* both: while the collector had them in generation i */
    uint64_t age_mean, age_p50, age_p90, age_p99;             /* events */
    uint64_t age_mean_ns, age_p50_ns, age_p90_ns, age_p99_ns; /* recorded time */
};

/* What was made of a type between a mark of the program and the next; intervals that begin
 * with the same mark count together. */
struct pmt_object_interval_row {
    char mark[64];               /* that begins it; "": the start of the program */
    uint64_t times;              /* intervals that begin with it */
    uint64_t event, clock_ns;    /* where the first of them begins */
    uint32_t number;             /* the type, as the trace names it */
    uint64_t made, made_bytes;   /* in all of them */
    uint64_t died;
    uint64_t alive, alive_bytes; /* at the end of the last of them */
};

/* A free list of the recorded program, at one length: how many of its objects it would have
 * served, of all those made. Modelled, under the collections of the replay. There is a row
 * for length 0, for the longest length that was looked at and for each in between that has
 * more hits than the one before it. */
struct pmt_list_length_row {
    char type[24];
    uint32_t items;              /* of a tuple that it keeps; else 0 */
    uint32_t length;             /* objects that it holds at most */
    uint64_t hits;
    uint64_t made;               /* the same at all lengths */
};

/* How long collections take, fitted to the recorded pauses of the same trace:
 * ns = fixed + visited * per_visited * ratio + freed blocks * per_freed, where the ratio
 * goes by the generation and by how many objects are visited: old objects and large
 * sets are not in the caches. A modelled pause (pause_ns) is that times how dear the recording
 * found what its stretch of the program had made. */
#define PMT_GC_KINDS      3
#define PMT_GC_RATIOS     16
#define PMT_GC_LEAST_LOG2 7
struct pmt_gc_cost {
    uint64_t n_pauses;           /* recorded pauses it was fitted to; 0: no model */
    double fixed_ns;
    double visited_ns;           /* per tracked object visited, on average */
    double freed_ns;             /* per block freed */
    double ratio[PMT_GC_KINDS][PMT_GC_RATIOS]; /* by generation, for 2^(i+7) ...
                                    2^(i+8) - 1 objects visited; the first also for
                                    less, the last for more */
    double spread_low, spread_high; /* recorded pause / ns above: the ratios below
                                    which a tenth and nine tenths of pauses lie */
    uint64_t is_usual;           /* 1: fitted to nothing, the usual cost: of a script, which has
                                    no recorded pauses */
};

/* The policy beside the recording (only where the recording tells of the collector). */
struct pmt_gc_verify {
    uint64_t recorded[3];    /* collections per generation */
    uint64_t replayed[3];    /* of these, and of their generation in the model */
    uint64_t for_threshold;  /* collections that the policy has to foretell */
    uint64_t mismatches;     /* of these, not foretold, or of another generation */
    uint64_t collected_recorded, collected_replayed; /* objects, in all */
    uint64_t looked;         /* collections that the agent looked ahead at */
    uint64_t looked_collected, looked_found; /* objects, by them: reported; found by looks */
    uint64_t looked_apart;   /* of these collections, where the two are not equal: finalizers
                                take garbage apart before it is counted */
    uint64_t deferred;       /* foretold, but the recording has none there: it comes
                                with a later object (3.8 to 3.11: an exception is set) */
};

/* The rule of free lists beside the recording (only where it sees every object), by type. */
#define PMT_VERIFY_LISTS 5
struct pmt_list_verify {
    char type[16];
    bool watched;            /* the recording shows what its list does */
    uint64_t recorded_hits;  /* objects that the recording made from it */
    uint64_t hits;           /* that the model did */
    uint64_t past;           /* made past it */
    uint64_t mismatches;     /* objects and blocks that did not go the way of the rule: made
                                from an empty list, kept by a full one, not kept by one with
                                room, given back by an empty one */
};

/* What a script is held against: itself. */
struct pmt_script_verify {
    uint64_t expectations;   /* that hold */
    bool walked;             /* every reference count and every block was checked */
    uint64_t left_objects;   /* of the script, not freed when the interpreter went down */
    uint64_t left_bytes;     /* in their blocks */
};

struct pmt_verify {
    bool checked;                    /* false: not the recorded configuration */
    bool exact;                      /* all that could be checked agrees, and
                                        something could */
    uint64_t placements_checked;
    uint64_t placement_mismatches;   /* placements in windows that disagree: an
                                        upper bound, 0 is exact */
    uint64_t first_mismatch_event;   /* start of the first such window's batch
                                        position, PMT_NOWHERE if none */
    uint64_t classes_checked;        /* oracle figures of size classes compared */
    uint64_t class_mismatches;
    uint64_t books_checked;          /* other oracle figures compared */
    uint64_t book_mismatches;
    uint64_t checkpoints;            /* oracle items seen */
    struct pmt_gc_verify gc;
    bool books_balance;              /* the walker's own conservation law */
    struct pmt_script_verify script; /* all 0 for a recorded trace */
    uint64_t list_mismatches;        /* of free lists, in all */
    struct pmt_list_verify lists[PMT_VERIFY_LISTS];
};

struct pmt_health {
    enum pmt_severity severity;
    char what[120];
    uint64_t count;
};

struct pmt_fact {
    char *name;
    char *value;
};

struct pmt_result {
    char *trace_path;      /* as given */
    char *partial;         /* NULL, or why the trace ends early */
    uint64_t trace_bytes;  /* size of the file, 0 if not known */
    struct pmt_config config;
    struct pmt_metrics metrics;
    struct pmt_verify verify;
    struct pmt_class_row *classes;       size_t n_classes;
    struct pmt_sample *samples;          size_t n_samples;
    struct pmt_class_sample *class_samples; size_t n_class_samples;
    struct pmt_oracle_row *oracle;       size_t n_oracle;
    struct pmt_collection *collections;  size_t n_collections;
    struct pmt_type_row *types;          size_t n_types;
    struct pmt_garbage_reference *garbage_references; size_t n_garbage_references; /* the
                              most first */
    struct pmt_free_list_row *free_lists; size_t n_free_lists;
    struct pmt_free_list_sample *free_list_samples; size_t n_free_list_samples; /* those that
                              had anything to do by then */
    struct pmt_region_row *regions;      size_t n_regions;
    struct pmt_object_row *objects;      size_t n_objects; /* by number */
    struct pmt_object_interval_row *object_intervals; size_t n_object_intervals; /* in the
                              order of the first of each mark, then by number */
    struct pmt_list_length_row *list_lengths; size_t n_list_lengths; /* by list, then length */
    struct pmt_gc_cost gc_cost;
    struct pmt_health *health;           size_t n_health;
    struct pmt_fact *facts;              size_t n_facts;
    uint64_t replay_ns;    /* measured: wall time of the replay */
};

/* Release what the result holds and zero it; NULL is allowed. */
PMT_API void pmt_result_release(struct pmt_result *result);

/* A fact by name, or NULL (borrowed). */
PMT_API const char *pmt_result_fact(const struct pmt_result *result,
                                    const char *name);

#endif
