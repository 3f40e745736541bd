/* escape.h - foreign text made harmless for each format. For src/report.
 *
 * What is escaped everywhere: control characters (C0, DEL, C1), bytes that are not
 * UTF-8, and the characters that reorder or break lines (bidirectional overrides
 * and isolates, U+2028, U+2029). Other UTF-8 passes. */
#ifndef PMT_REPORT_ESCAPE_H
#define PMT_REPORT_ESCAPE_H

#include "base/strbuf.h"

/* For a terminal: \xXX per byte. NULL is "". */
void pmt_escape_text(struct pmt_strbuf *sb, const char *s);

/* Inside JSON quotes: \u00XX per byte; quote and backslash with a backslash. */
void pmt_escape_json(struct pmt_strbuf *sb, const char *s);

/* A whole CSV field (RFC 4180): \xXX per byte, in quotes where needed, and with a
 * ' in front when a spreadsheet would take it for a formula. */
void pmt_escape_csv(struct pmt_strbuf *sb, const char *s);

#endif
