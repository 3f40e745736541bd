/* human.h - figures as people read them: "1,234,567", "12.3 MiB", "4.5 s".
 * For src/report. The same figure gives the same text on any machine. */
#ifndef PMT_REPORT_HUMAN_H
#define PMT_REPORT_HUMAN_H

#include <pymemtrace/metric.h>

struct pmt_text {
    char at[40];
};

/* A figure in its unit. */
struct pmt_text pmt_human(uint64_t value, enum pmt_unit unit);

/* b - a with its sign: "+12.0 KiB", "-3", "0". */
struct pmt_text pmt_human_delta(uint64_t a, uint64_t b, enum pmt_unit unit);

/* 100 * part / whole with one decimal and a "%"; "-" when whole is 0. */
struct pmt_text pmt_human_share(uint64_t part, uint64_t whole);

/* 100 * (b - a) / a with its sign and a "%"; "" when a is 0. */
struct pmt_text pmt_human_change(uint64_t a, uint64_t b);

/* "count", "bytes", "ns". */
const char *pmt_unit_name(enum pmt_unit unit);

#endif
