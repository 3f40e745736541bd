/* collection.h - the collector at work on a world of objects. For src/script and
 * src/replay.
 *
 *     pmt_collector_new(objects, &settings, &collector, err);    sets the objects' hooks
 *     n = pmt_collector_collect(collector, 2, PMT_GC_ASKED);     gc.collect()
 *
 * policy.h says when; this is how: the references between the objects of the generations
 * are taken off their counts, what then has none left and is not reached from one that
 * has is unreachable (Modules/gcmodule.c, deduce_unreachable). */
#ifndef PMT_GC_COLLECTION_H
#define PMT_GC_COLLECTION_H

#include "gc/policy.h"
#include "object/objects.h"

enum pmt_gc_cause { PMT_GC_THRESHOLD_CAUSE, PMT_GC_ASKED, PMT_GC_EXIT };

/* One collection that is over. */
struct pmt_gc_report {
    unsigned generation;
    enum pmt_gc_cause cause;
    uint64_t visited;         /* objects in the generations */
    uint64_t references;      /* between them */
    uint64_t collected, uncollectable;
    uint64_t freed_objects;   /* dealt with by it, by counting too */
    uint64_t freed_blocks;
    uint64_t resurrected;
    uint64_t lists_cleared;   /* entries that free lists gave back */
};

struct pmt_collector_options {
    uint32_t threshold[PMT_GENERATIONS];
    bool enabled;
    bool late;                /* a due collection waits for pmt_collector_check() */
    /* __del__ and callbacks of weak references: the interpreter's part. May be NULL. */
    void *arg;
    void (*finalize)(void *arg, pmt_obj instance);
    void (*weak_callback)(void *arg, pmt_obj weakref, pmt_obj callback);
    void (*collected)(void *arg, const struct pmt_gc_report *report);
};

struct pmt_collector;
/* objects is borrowed and outlives it. E_NOMEM. */
enum pmt_status pmt_collector_new(struct pmt_objects *objects,
                                  const struct pmt_collector_options *options,
                                  struct pmt_collector **out, struct pmt_error *err);
void pmt_collector_free(struct pmt_collector *c); /* NULL is allowed */

/* The parts of options that the interpreter brings along later. */
void pmt_collector_set_callbacks(struct pmt_collector *c, void *arg,
                                 void (*finalize)(void *, pmt_obj),
                                 void (*weak_callback)(void *, pmt_obj, pmt_obj));
void pmt_collector_set_report(struct pmt_collector *c, void *arg,
                              void (*collected)(void *, const struct pmt_gc_report *));

/* Collect; returns collected + uncollectable, as gc.collect() does. */
uint64_t pmt_collector_collect(struct pmt_collector *c, unsigned generation,
                               enum pmt_gc_cause cause);
/* An evaluation check: a collection that is due comes now (3.12+). */
void pmt_collector_check(struct pmt_collector *c);

void pmt_collector_enable(struct pmt_collector *c, bool enabled);
void pmt_collector_set_threshold(struct pmt_collector *c, unsigned generation, uint32_t n);
void pmt_collector_freeze(struct pmt_collector *c);
void pmt_collector_unfreeze(struct pmt_collector *c);
/* Thresholds, counts, enabled, long_lived_*; valid until the next call. */
const struct pmt_gc_policy *pmt_collector_policy(const struct pmt_collector *c);

/* Collections so far of a generation, and what they found. */
struct pmt_gc_totals { uint64_t collections, collected, uncollectable; };
struct pmt_gc_totals pmt_collector_totals(const struct pmt_collector *c, unsigned generation);
const struct pmt_gc_report *pmt_collector_last(const struct pmt_collector *c); /* zero: none */
uint64_t pmt_collector_tracked(const struct pmt_collector *c, unsigned generation); /* 3:
                                                                              permanent */
/* gc.garbage; borrowed objects. */
size_t pmt_collector_n_garbage(const struct pmt_collector *c);
pmt_obj pmt_collector_garbage_at(const struct pmt_collector *c, size_t i);

#endif
