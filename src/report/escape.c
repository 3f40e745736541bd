/* escape.c - one walk over UTF-8, three ways to write what is not harmless. */
#include "report/escape.h"

#include <stdint.h>
#include <string.h>

struct rune {
    size_t n;      /* bytes it takes; 1 for an invalid byte */
    uint32_t code; /* UINT32_MAX: not UTF-8 */
};

/* Lead bytes by bits; `least` refuses overlong forms. */
static const struct {
    uint8_t mask, lead;
    uint32_t least;
} forms[] = {{0x80, 0x00, 0}, {0xe0, 0xc0, 0x80}, {0xf0, 0xe0, 0x800}, {0xf8, 0xf0, 0x10000}};

static struct rune next_rune(const char *s)
{
    const struct rune bad = {1, UINT32_MAX};
    const uint8_t *p = (const uint8_t *)s;
    size_t n = 0;
    uint32_t code;

    while (n < 4 && (p[0] & forms[n].mask) != forms[n].lead)
        n++;
    if (n == 4)
        return bad;
    code = p[0] & (uint8_t)~forms[n].mask;
    for (size_t i = 1; i <= n; i++) { /* the NUL at the end is no continuation */
        if ((p[i] & 0xc0) != 0x80)
            return bad;
        code = code << 6 | (p[i] & 0x3f);
    }
    if (code < forms[n].least || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return bad;
    return (struct rune){n + 1, code};
}

static bool is_harmless(uint32_t code)
{
    return code >= 0x20 && code != UINT32_MAX && !(code >= 0x7f && code < 0xa0) &&
           !(code >= 0x2028 && code <= 0x202e) && !(code >= 0x2066 && code <= 0x2069) &&
           code != 0x200e && code != 0x200f && code != 0x061c;
}

/* JSON has an escape for code points; where a byte is no code point, and in the
 * other formats, bytes are shown. */
static void add_harmful(struct pmt_strbuf *sb, const char *s, struct rune r, bool json)
{
    if (json && r.code != UINT32_MAX)
        pmt_strbuf_printf(sb, "\\u%04x", (unsigned)r.code);
    else
        for (size_t i = 0; i < r.n; i++)
            pmt_strbuf_printf(sb, json ? "\\u%04x" : "\\x%02x", (unsigned)(uint8_t)s[i]);
}

/* `quoted`: characters that get a backslash, or are doubled in CSV. */
static void escape(struct pmt_strbuf *sb, const char *s, const char *quoted, bool json)
{
    while (s && *s) {
        struct rune r = next_rune(s);

        if (!is_harmless(r.code)) {
            add_harmful(sb, s, r, json);
        } else {
            if (r.n == 1 && strchr(quoted, *s))
                pmt_strbuf_add(sb, json ? "\\" : s, 1);
            pmt_strbuf_add(sb, s, r.n);
        }
        s += r.n;
    }
}

void pmt_escape_text(struct pmt_strbuf *sb, const char *s)
{
    escape(sb, s, "", false);
}

void pmt_escape_json(struct pmt_strbuf *sb, const char *s)
{
    escape(sb, s, "\"\\", true);
}

void pmt_escape_csv(struct pmt_strbuf *sb, const char *s)
{
    bool formula = s && *s && strchr("=+-@\t\r", *s);
    bool quotes = s && (formula || strpbrk(s, ",\"' ;"));

    pmt_strbuf_puts(sb, quotes ? "\"" : "");
    pmt_strbuf_puts(sb, formula ? "'" : "");
    escape(sb, s, "\"", false);
    pmt_strbuf_puts(sb, quotes ? "\"" : "");
}
