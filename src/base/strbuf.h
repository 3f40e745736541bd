/* strbuf.h - growable string. For all of src except the agent.
 * A failed append sets `failed` and leaves the text as it was; check it once at
 * the end. */
#ifndef PMT_BASE_STRBUF_H
#define PMT_BASE_STRBUF_H

#include <stdbool.h>
#include <stddef.h>
#include <pymemtrace/status.h>

struct pmt_strbuf {
    char *at;    /* NUL-terminated once anything was added; else NULL */
    size_t n;    /* bytes without the NUL */
    size_t cap;
    bool failed; /* an append ran out of memory */
};

void pmt_strbuf_add(struct pmt_strbuf *sb, const void *bytes, size_t n);
void pmt_strbuf_puts(struct pmt_strbuf *sb, const char *s);
void pmt_strbuf_printf(struct pmt_strbuf *sb, const char *fmt, ...)
    PMT_PRINTF(2, 3);
void pmt_strbuf_release(struct pmt_strbuf *sb);

#endif
