/*
 * literal.c - numbers and texts as Python writes them.
 *
 * A float's shortest text is found by asking for one digit more until it reads back as the
 * same number. Of the texts with that many digits the nearest is taken, as by
 * Python/dtoa.c. Which characters can be seen: control and format characters, separators,
 * surrogates and private use cannot; unassigned ones are taken for visible, for which
 * an interpreter asks its Unicode database.
 */
#include "object/literal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/check.h"

#define MOST_DIGITS 17

void pmt_int_text(pmt_int value, char out[PMT_NUMBER_TEXT])
{
    pmt_uint rest = value < 0 ? -(pmt_uint)value : (pmt_uint)value;
    char digits[PMT_NUMBER_TEXT];
    size_t n = 0, at = 0;

    do {
        digits[n++] = (char)('0' + (int)(rest % 10));
        rest /= 10;
    } while (rest);
    if (value < 0)
        out[at++] = '-';
    while (n)
        out[at++] = digits[--n];
    out[at] = '\0';
}

/* -- floats -- */

/* The value is 0.DIGITS * 10**point. */
struct decimal {
    char digits[MOST_DIGITS + 1];
    int n, point;
};

static struct decimal rounded(double d, int n)
{
    struct decimal x = {.n = 0};
    char text[PMT_NUMBER_TEXT];
    const char *at = text;

    (void)snprintf(text, sizeof text, "%.*e", n - 1, d);
    for (; *at && *at != 'e'; at++)
        if (*at != '.')
            x.digits[x.n++] = *at;
    x.point = *at ? atoi(at + 1) + 1 : 1;
    while (x.n > 1 && x.digits[x.n - 1] == '0')
        x.n--;
    x.digits[x.n] = '\0';
    return x;
}

static double value_of(const struct decimal *x)
{
    char text[PMT_NUMBER_TEXT];

    (void)snprintf(text, sizeof text, "0.%se%d", x->digits, x->point);
    return strtod(text, NULL);
}

/* The last digit one more: the nearest text may be on the near side of a power of two, where
 * floats stand closer, and read back as another float while this one does not. */
static bool step_up(struct decimal *x)
{
    int i = x->n - 1;

    for (; i >= 0 && x->digits[i] == '9'; i--)
        ;
    if (i < 0)
        return false;
    x->digits[i]++;
    x->n = i + 1;
    x->digits[x->n] = '\0';
    return true;
}

static struct decimal shortest(double d)
{
    struct decimal x = rounded(d, MOST_DIGITS);

    for (int n = 1; n < MOST_DIGITS; n++) {
        struct decimal less = rounded(d, n), up;

        if (value_of(&less) == d)
            return less;
        up = less;
        while (up.n < n) /* zeros were dropped */
            up.digits[up.n++] = '0';
        up.digits[up.n] = '\0';
        if (step_up(&up) && value_of(&up) == d)
            return up;
    }
    return x;
}

/* The digits from 10**0 on, or from the first one where that is larger: i is the place of a
 * digit, below 0 that of a zero behind the point. */
static void put_fixed(const struct decimal *x, bool alone, char *out)
{
    for (int i = x->point > 0 ? 0 : x->point - 1; i < x->n || i < x->point; i++) {
        if (i == x->point)
            *out++ = '.';
        *out++ = i >= 0 && i < x->n ? x->digits[i] : '0';
    }
    if (alone && x->n <= x->point) {
        *out++ = '.';
        *out++ = '0';
    }
    *out = '\0';
}

static void put_exponent(const struct decimal *x, char *out)
{
    int exponent = x->point - 1;

    (void)snprintf(out, PMT_NUMBER_TEXT - 1, "%c%s%se%c%02d", x->digits[0],
                   x->n > 1 ? "." : "", x->digits + 1, exponent < 0 ? '-' : '+',
                   abs(exponent));
}

void pmt_double_text(double d, unsigned digits, bool alone, bool late,
                     char out[PMT_NUMBER_TEXT])
{
    struct decimal x;
    int most = digits ? (int)digits - (alone && !late) : MOST_DIGITS - 1;

    pmt_assert(digits <= MOST_DIGITS);
    if (isnan(d) || isinf(d)) {
        (void)snprintf(out, PMT_NUMBER_TEXT, "%s", isnan(d) ? "nan" : d < 0 ? "-inf" : "inf");
        return;
    }
    if (signbit(d))
        *out++ = '-';
    x = digits ? rounded(fabs(d), (int)digits) : shortest(fabs(d));
    if (x.point <= -4 || x.point > most)
        put_exponent(&x, out);
    else
        put_fixed(&x, alone, out);
}

/* -- texts -- */

uint32_t pmt_utf8_next(const char **at, const char *end)
{
    static const uint8_t first_bits[] = {0x7f, 0x1f, 0x0f, 0x07};
    unsigned char first = (unsigned char)*(*at)++;
    unsigned more = first < 0xc0 ? 0 : first < 0xe0 ? 1 : first < 0xf0 ? 2 : 3;
    uint32_t c = first & (first < 0x80 ? 0x7fu : more ? first_bits[more] : 0xffu);

    for (; more && *at < end; more--)
        c = c << 6 | ((unsigned char)*(*at)++ & 0x3f);
    return c;
}

size_t pmt_utf8_put(uint32_t c, char out[4])
{
    unsigned char *u = (unsigned char *)out;

    if (c < 0x80)
        return u[0] = (unsigned char)c, 1;
    if (c < 0x800) {
        u[0] = (unsigned char)(0xc0 | c >> 6);
        u[1] = (unsigned char)(0x80 | (c & 0x3f));
        return 2;
    }
    if (c < 0x10000) {
        u[0] = (unsigned char)(0xe0 | c >> 12);
        u[1] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
        u[2] = (unsigned char)(0x80 | (c & 0x3f));
        return 3;
    }
    u[0] = (unsigned char)(0xf0 | (c >> 18 & 7));
    u[1] = (unsigned char)(0x80 | (c >> 12 & 0x3f));
    u[2] = (unsigned char)(0x80 | (c >> 6 & 0x3f));
    u[3] = (unsigned char)(0x80 | (c & 0x3f));
    return 4;
}

static bool can_be_seen(uint32_t c)
{
    static const struct { uint32_t first, last; } hidden[] = {
        {0x7f, 0xa0}, {0xad, 0xad}, {0x600, 0x605}, {0x61c, 0x61c}, {0x6dd, 0x6dd},
        {0x70f, 0x70f}, {0x1680, 0x1680}, {0x180e, 0x180e}, {0x2000, 0x200f},
        {0x2028, 0x202f}, {0x205f, 0x206f}, {0x3000, 0x3000}, {0xd800, 0xf8ff},
        {0xfeff, 0xfeff}, {0xfff0, 0xfffb}, {0xfffe, 0xffff}, {0xe0000, UINT32_MAX}};

    for (size_t i = 0; i < sizeof hidden / sizeof *hidden; i++)
        if (c >= hidden[i].first && c <= hidden[i].last)
            return false;
    return c >= ' ';
}

static void put_escape(struct pmt_strbuf *sb, uint32_t c)
{
    static const struct { char c; const char *text; } named[] = {
        {'\n', "\\n"}, {'\t', "\\t"}, {'\r', "\\r"}, {'\\', "\\\\"}};

    for (size_t i = 0; i < sizeof named / sizeof *named; i++)
        if (c == (unsigned char)named[i].c) {
            pmt_strbuf_puts(sb, named[i].text);
            return;
        }
    if (c < 0x100)
        pmt_strbuf_printf(sb, "\\x%02x", (unsigned)c);
    else if (c < 0x10000)
        pmt_strbuf_printf(sb, "\\u%04x", (unsigned)c);
    else
        pmt_strbuf_printf(sb, "\\U%08x", (unsigned)c);
}

void pmt_quote_text(struct pmt_strbuf *sb, const char *text, size_t n, enum pmt_quote how)
{
    char quote = memchr(text, '\'', n) && !memchr(text, '"', n) ? '"' : '\'';
    const char *end = text + n;

    pmt_strbuf_add(sb, &quote, 1);
    while (text < end) {
        const char *from = text;
        uint32_t c = how == PMT_QUOTE_BYTES ? (unsigned char)*text++
                                            : pmt_utf8_next(&text, end);
        bool plain = c < 0x80 || how == PMT_QUOTE_PRINTABLE;

        if (c == (unsigned char)quote)
            pmt_strbuf_printf(sb, "\\%c", quote);
        else if (c == '\\' || !plain || !can_be_seen(c))
            put_escape(sb, c);
        else
            pmt_strbuf_add(sb, from, (size_t)(text - from));
    }
    pmt_strbuf_add(sb, &quote, 1);
}
