/* cost.h - how long a collection takes, learned from recorded ones. For src/replay and
 * src/run.
 *
 *     struct pmt_gc_fit *fit = pmt_zalloc(sizeof *fit);    zeroed is ready
 *     pmt_gc_cost_add(fit, generation, visited, freed, ns, warm);   per recorded pause
 *     pmt_gc_cost_spared(fit, generation, visited, ns, spared);     ... that tells of it
 *     pmt_gc_cost_fit(fit, &cost);
 *     ns = pmt_gc_cost_ns(&cost, generation, visited, freed);
 *
 * Knows numbers; no objects. The same pauses in the same order give the same cost. */
#ifndef PMT_GC_COST_H
#define PMT_GC_COST_H

#include <stdbool.h>
#include <stdint.h>
#include <pymemtrace/result.h>

#define PMT_GC_FIT_SAMPLES 512 /* kept per bucket */

#define PMT_GC_FIT_WORST   32  /* kept per generation, beside these */

/* Recorded pauses, bounded (some hundred KiB: not for the stack), by generation and
 * size: the buckets are those of pmt_gc_cost.ratio. */
struct pmt_gc_fit {
    uint64_t n_pauses;
    struct pmt_gc_spared {
        uint64_t n;          /* warm pauses of which it is known */
        double visited;      /* by these */
        double ns;           /* recorded, of these */
        double spared_ns;    /* what they would have taken more */
    } spared[PMT_GC_KINDS][PMT_GC_RATIOS];
    struct pmt_gc_bucket {
        uint64_t n_seen;
        uint32_t stride_log2; /* every 2^so many is kept */
        uint32_t n;           /* samples kept */
        struct pmt_gc_pause { uint32_t visited, freed; uint64_t ns; }
            samples[PMT_GC_FIT_SAMPLES];
    } buckets[PMT_GC_KINDS][PMT_GC_RATIOS], warm[PMT_GC_KINDS][PMT_GC_RATIOS];
    struct pmt_gc_worst {
        double usual;        /* so many times the usual cost; 0: none */
        bool warm;
        struct pmt_gc_pause pause;
    } worst[PMT_GC_KINDS][PMT_GC_FIT_WORST]; /* the worst first */
};

/* A recorded pause; one of 0 ns was not measured and does not count. warm: the recording
 * had just visited the same objects itself. */
void pmt_gc_cost_add(struct pmt_gc_fit *fit, unsigned generation, uint64_t visited,
                     uint64_t freed, uint64_t ns, bool warm);

/* Of a warm pause: for what the recording had visited just before it took less by so much. */
void pmt_gc_cost_spared(struct pmt_gc_fit *fit, unsigned generation, uint64_t visited,
                        uint64_t ns, uint64_t spared_ns);

/* So much longer would a warm pause have been, in ns per object visited, if it visited so many;
 * 0: not known. What it freed would have taken no longer. */
double pmt_gc_cost_warmth(const struct pmt_gc_fit *fit, unsigned generation, uint64_t visited);

/* A pause as so many times what is usual for it, whatever the machine. */
double pmt_gc_cost_usual(unsigned generation, const struct pmt_gc_pause *pause);

/* The cost that the pauses so far come to; all zero if there were none. */
void pmt_gc_cost_fit(const struct pmt_gc_fit *fit, struct pmt_gc_cost *out);

/* How far these pauses lie from this cost, which others have come to: into its spread. */
void pmt_gc_cost_spread(const struct pmt_gc_fit *fit, struct pmt_gc_cost *cost);

/* The usual cost, that of no pauses at all: for scripts. */
void pmt_gc_cost_of_none(struct pmt_gc_cost *out);

/* The pause of a collection; 0 without a model. */
uint64_t pmt_gc_cost_ns(const struct pmt_gc_cost *cost, unsigned generation, uint64_t visited,
                        uint64_t freed);

#endif
