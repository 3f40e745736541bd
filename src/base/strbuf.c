/* strbuf.c - growable string. */
#include "base/strbuf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "base/alloc.h"

static bool reserve(struct pmt_strbuf *sb, size_t more)
{
    size_t need, want = sb->cap ? sb->cap : 64;
    char *p;

    if (__builtin_add_overflow(sb->n, more, &need) ||
        __builtin_add_overflow(need, (size_t)1, &need))
        return !(sb->failed = true);
    if (need <= sb->cap)
        return true;
    while (want < need)
        want *= 2;
    p = pmt_realloc_array(sb->at, want, 1);
    if (!p)
        return !(sb->failed = true);
    sb->at = p;
    sb->cap = want;
    return true;
}

void pmt_strbuf_add(struct pmt_strbuf *sb, const void *bytes, size_t n)
{
    if (!reserve(sb, n))
        return;
    if (n)
        memcpy(sb->at + sb->n, bytes, n);
    sb->n += n;
    sb->at[sb->n] = '\0';
}

void pmt_strbuf_puts(struct pmt_strbuf *sb, const char *s)
{
    pmt_strbuf_add(sb, s, strlen(s));
}

void pmt_strbuf_printf(struct pmt_strbuf *sb, const char *fmt, ...)
{
    va_list ap, again;
    int n;

    va_start(ap, fmt);
    va_copy(again, ap);
    n = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (n >= 0 && reserve(sb, (size_t)n)) {
        (void)vsnprintf(sb->at + sb->n, (size_t)n + 1, fmt, again);
        sb->n += (size_t)n;
    }
    va_end(again);
}

void pmt_strbuf_release(struct pmt_strbuf *sb)
{
    pmt_free(sb->at);
    *sb = (struct pmt_strbuf){0};
}
