/* sample_result.h - results made by hand, for tests of the store and the reports. */
#ifndef PMT_TESTS_SAMPLE_RESULT_H
#define PMT_TESTS_SAMPLE_RESULT_H

#include <pymemtrace/result.h>

/* A plausible result of one trace, always the same; every array has rows. Release
 * with pmt_result_release(). */
void sample_result(struct pmt_result *out);

/* The same trace under larger arenas and other thresholds of the collector: some
 * metrics better, some worse. */
void sample_result_what_if(struct pmt_result *out);

/* The same trace, with every object in it: types, marks, and lengths of free lists. */
void sample_result_objects(struct pmt_result *out);

/* Every field at its limit: 64-bit extremes, full character arrays, odd bytes. */
void sample_result_extreme(struct pmt_result *out);

/* The same plus n samples: a run that takes a while to write. */
void sample_result_long(struct pmt_result *out, size_t n);

/* Checks (expect.h) on every field. */
void expect_same_result(const struct pmt_result *actual, const struct pmt_result *want);

#endif
