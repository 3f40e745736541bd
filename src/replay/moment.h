/* moment.h - moments and spans of a replay as the config grammar writes them. For
 * src/replay.
 *
 *   moment  = "start" | "main" | "mark:" NAME | "time:" seconds | "event:" count
 *           | "fraction:" decimal | "never"
 *   every   = count | "time:" seconds | "never"
 *   seconds = digits [ "." up to nine digits ]
 *   count   = digits [ "K" | "M" | "G" ]    powers of 1000
 *
 * Parsing leaves *out as it was where it returns false. */
#ifndef PMT_REPLAY_MOMENT_H
#define PMT_REPLAY_MOMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <pymemtrace/config.h>

#define PMT_MOMENT_TEXT 64 /* bytes that hold any moment as text */

bool pmt_moment_parse(const char *text, struct pmt_moment *out);
void pmt_moment_write(const struct pmt_moment *moment, char *buf, size_t len);
bool pmt_moment_is_same(const struct pmt_moment *a, const struct pmt_moment *b);

/* The moment that text, which is none, may have been meant to be, or NULL. In buf
 * (of len bytes) or static. */
const char *pmt_moment_nearest(const char *text, char *buf, size_t len);

/* A span: NEVER, EVENT or TIME, of more than nothing. */
bool pmt_every_parse(const char *text, struct pmt_moment *out);
void pmt_every_write(const struct pmt_moment *every, char *buf, size_t len);

/* "2.5" to 2500000000, and back in the shortest form. */
bool pmt_seconds_parse(const char *text, uint64_t *ns);
void pmt_seconds_write(uint64_t ns, char *buf, size_t len);

#endif
