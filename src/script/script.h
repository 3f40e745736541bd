/* script.h - reference scripts: text read into a program. For src/script, src/replay and
 * src/run.
 *
 * pymemtrace-script(5) is the language. Knows words; no objects (play.h). */
#ifndef PMT_SCRIPT_SCRIPT_H
#define PMT_SCRIPT_SCRIPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pymemtrace/status.h>

struct pmt_script; /* a parsed script, never changed afterwards */

/* Read text (n bytes, borrowed) called name in messages. E_TRACE: "NAME:3:7: unknown
 * operation 'appnd': did you mean 'append'?"; E_NOMEM. */
enum pmt_status pmt_script_parse(const char *name, const char *text, size_t n,
                                 struct pmt_script **out, struct pmt_error *err);
void pmt_script_free(struct pmt_script *script); /* NULL is allowed */

const char *pmt_script_name(const struct pmt_script *script);
/* Line number `line` (from 1) as written, without its newline; borrowed; NULL: none. */
const char *pmt_script_line(const struct pmt_script *script, uint32_t line, size_t *n);
uint32_t pmt_script_n_lines(const struct pmt_script *script);

/* For `dump`: the operations in order as the reader understood them, one per line,
 * blocks indented, numbered by source line. put returns false to stop. */
void pmt_script_print(const struct pmt_script *script,
                      bool (*put)(void *arg, const char *line), void *arg);

#endif
