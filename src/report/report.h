/* report.h - results as text for people, JSON and CSV for programs. For src/cli
 * and tests; knows the public headers only.
 *
 * Each function builds its whole output in memory and writes it at the end, so
 * E_NOMEM leaves `out` untouched; it flushes, and E_IO says that `out` has an
 * error. Whatever a trace says (names, command lines) comes out escaped: no
 * control character, no invalid UTF-8, no spreadsheet formula. */
#ifndef PMT_REPORT_REPORT_H
#define PMT_REPORT_REPORT_H

#include <stdio.h>
#include <pymemtrace/result.h>
#include <pymemtrace/store.h>

enum pmt_report_format { PMT_FORMAT_TEXT, PMT_FORMAT_JSON, PMT_FORMAT_CSV };

enum pmt_report_part {
    PMT_PART_SUMMARY,  /* text: short; JSON: everything; CSV: metric,value,unit */
    PMT_PART_TIMELINE, /* one row per sample, in any format */
    PMT_PART_CLASSES,  /* the pool table at the end, in any format */
    PMT_PART_COLLECTIONS, /* one row per collection, in any format */
    PMT_PART_TYPES,    /* one row per type, in any format */
    PMT_PART_FREE_LISTS, /* one row per free list, in any format */
    PMT_PART_REGIONS,  /* one row per region, in any format */
    PMT_PART_OBJECTS,  /* one row per type of object, in any format; text: two tables */
    PMT_PART_INTERVALS, /* one row per mark and type, in any format */
    PMT_PART_FREE_LIST_SAMPLES, /* one row per sample and free list, in any format */
    PMT_PART_LENGTHS   /* one row per free list and length; text: one per free list */
};

/* All zero is a good default. */
struct pmt_report_options {
    enum pmt_report_format format;
    enum pmt_report_part part; /* of pmt_report_summary() */
    bool full;         /* summary: text also shows the pool table, a short
                          timeline, the longest collections, types and what
                          the oracle disagrees with; JSON also has "timeline"
                          and "collections" */
    bool all;          /* diff: text also shows the metrics that are equal, JSON the
                          timelines */
    bool only_changed; /* diff: JSON and CSV leave out the equal ones, and text
                          does not even count them */
    bool color;        /* text may use ANSI colours */
    const char *const *prints; /* what a script printed: "prints" of JSON; NULL: not
                                  collected */
    size_t n_prints;
};

/* One result: what `replay` and `stats` print. options may be NULL. */
enum pmt_status
pmt_report_summary(FILE *out, const struct pmt_result *result,
                   const struct pmt_report_options *options, struct pmt_error *err);

#define PMT_REPORT_MOST_SIDES 8

/* Results side by side, 2 to PMT_REPORT_MOST_SIDES of them, each against the first.
 * *differs (may be NULL): some metric is not equal on all sides. options may be NULL. */
enum pmt_status
pmt_report_diff(FILE *out, const struct pmt_result *const *sides, unsigned n_sides,
                const struct pmt_report_options *options, bool *differs,
                struct pmt_error *err);

/* The runs of a database, as pmt_store_runs() lists them. */
enum pmt_status
pmt_report_runs(FILE *out, const struct pmt_store_run *runs, size_t n,
                const struct pmt_report_options *options, struct pmt_error *err);

#endif
