/* moment.c - moments and spans of a replay, read and written; the grammar is in moment.h. */
#include "replay/moment.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/check.h"
#include "base/nearest.h"

#define BILLION UINT64_C(1000000000)

/* One row per word a moment begins with; its index is the kind. */
static const struct {
    const char *name;
    const char *operand; /* what stands behind the colon, NULL: nothing */
} kinds[] = {
    [PMT_MOMENT_NEVER] = {"never", NULL},
    [PMT_MOMENT_START] = {"start", NULL},
    [PMT_MOMENT_MAIN] = {"main", NULL},
    [PMT_MOMENT_MARK] = {"mark", "NAME"},
    [PMT_MOMENT_TIME] = {"time", "S"},
    [PMT_MOMENT_EVENT] = {"event", "N"},
    [PMT_MOMENT_FRACTION] = {"fraction", "F"},
};

#define N_KINDS (sizeof kinds / sizeof *kinds)

/* Digits to a number; returns what is behind them, or NULL if there are none or too
 * many. */
static const char *read_digits(const char *p, uint64_t *value)
{
    const char *from = p;
    uint64_t v = 0;

    for (; *p >= '0' && *p <= '9'; p++)
        if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
            return NULL;
    *value = v;
    return p == from ? NULL : p;
}

/* "2.5" in billionths. */
static bool read_decimal(const char *text, uint64_t *billionths)
{
    uint64_t whole, part = 0, unit = BILLION;
    const char *p = read_digits(text, &whole);

    if (!p)
        return false;
    if (*p == '.') {
        if (p[1] == '\0')
            return false;
        for (p++; *p >= '0' && *p <= '9' && unit > 1; p++) {
            unit /= 10;
            part += (uint64_t)(*p - '0') * unit;
        }
    }
    if (*p != '\0' || __builtin_mul_overflow(whole, BILLION, &whole) ||
        __builtin_add_overflow(whole, part, &whole))
        return false;
    *billionths = whole;
    return true;
}

static void write_decimal(uint64_t billionths, char *buf, size_t len)
{
    int n = snprintf(buf, len, "%" PRIu64 ".%09" PRIu64, billionths / BILLION,
                     billionths % BILLION);

    pmt_assert(n > 0 && (size_t)n < len);
    while (buf[n - 1] == '0')
        buf[--n] = '\0';
    if (buf[n - 1] == '.')
        buf[n - 1] = '\0';
}

bool pmt_seconds_parse(const char *text, uint64_t *ns)
{
    return read_decimal(text, ns);
}

void pmt_seconds_write(uint64_t ns, char *buf, size_t len)
{
    write_decimal(ns, buf, len);
}

static bool read_count(const char *text, uint64_t *count)
{
    uint64_t v, unit = 1;
    const char *p = read_digits(text, &v);

    if (!p)
        return false;
    if (*p == 'K' || *p == 'k')
        unit = 1000;
    else if (*p == 'M' || *p == 'm')
        unit = 1000000;
    else if (*p == 'G' || *p == 'g')
        unit = BILLION;
    if (p[unit != 1] != '\0' || __builtin_mul_overflow(v, unit, &v))
        return false;
    *count = v;
    return true;
}

static void write_count(uint64_t count, char *buf, size_t len)
{
    static const char *const units[] = {"", "K", "M", "G"};
    size_t unit = 0;

    while (count != 0 && unit < 3 && count % 1000 == 0) {
        count /= 1000;
        unit++;
    }
    (void)snprintf(buf, len, "%" PRIu64 "%s", count, units[unit]);
}

/* A name that can stand in a spec. */
static bool read_mark(const char *text, char *mark, size_t len)
{
    size_t n = strlen(text);

    if (n == 0 || n >= len)
        return false;
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)text[i] <= ' ' || text[i] == 0x7f)
            return false;
    memcpy(mark, text, n + 1);
    return true;
}

static bool read_operand(const char *text, struct pmt_moment *out)
{
    switch (out->kind) {
    case PMT_MOMENT_MARK:
        return read_mark(text, out->mark, sizeof out->mark);
    case PMT_MOMENT_TIME:
        return read_decimal(text, &out->value);
    case PMT_MOMENT_EVENT:
        return read_count(text, &out->value);
    case PMT_MOMENT_FRACTION:
        return read_decimal(text, &out->value) && out->value <= BILLION;
    case PMT_MOMENT_NEVER:
    case PMT_MOMENT_START:
    case PMT_MOMENT_MAIN:
        break;
    }
    return false;
}

/* The kind that `n` letters name, or N_KINDS. */
static size_t kind_of(const char *text, size_t n)
{
    size_t k = 0;

    while (k < N_KINDS && (strlen(kinds[k].name) != n || memcmp(kinds[k].name, text, n) != 0))
        k++;
    return k;
}

bool pmt_moment_parse(const char *text, struct pmt_moment *out)
{
    size_t n = strcspn(text, ":"), k = kind_of(text, n);
    struct pmt_moment moment = {.kind = (enum pmt_moment_kind)k};

    if (k == N_KINDS || (kinds[k].operand != NULL) != (text[n] == ':'))
        return false;
    if (kinds[k].operand && !read_operand(text + n + 1, &moment))
        return false;
    *out = moment;
    return true;
}

void pmt_moment_write(const struct pmt_moment *moment, char *buf, size_t len)
{
    char operand[PMT_MOMENT_TEXT] = "";
    const char *name = (size_t)moment->kind < N_KINDS ? kinds[moment->kind].name : "?";

    switch (moment->kind) {
    case PMT_MOMENT_MARK:
        (void)snprintf(operand, sizeof operand, "%s", moment->mark);
        break;
    case PMT_MOMENT_TIME:
    case PMT_MOMENT_FRACTION:
        write_decimal(moment->value, operand, sizeof operand);
        break;
    case PMT_MOMENT_EVENT:
        write_count(moment->value, operand, sizeof operand);
        break;
    case PMT_MOMENT_NEVER:
    case PMT_MOMENT_START:
    case PMT_MOMENT_MAIN:
        break;
    }
    (void)snprintf(buf, len, "%s%s%s", name, operand[0] ? ":" : "", operand);
}

bool pmt_moment_is_same(const struct pmt_moment *a, const struct pmt_moment *b)
{
    return a->kind == b->kind && a->value == b->value && strcmp(a->mark, b->mark) == 0;
}

const char *pmt_moment_nearest(const char *text, char *buf, size_t len)
{
    const char *names[N_KINDS], *operand = strchr(text, ':'), *near;
    char head[16];
    struct pmt_moment moment;
    size_t n = strcspn(text, ":"), k;

    if (n >= sizeof head)
        return NULL;
    memcpy(head, text, n);
    head[n] = '\0';
    for (k = 0; k < N_KINDS; k++)
        names[k] = kinds[k].name;
    near = pmt_nearest(head, names, N_KINDS);
    if (!near)
        return NULL;
    k = kind_of(near, strlen(near));
    moment.kind = (enum pmt_moment_kind)k;
    if (!kinds[k].operand)
        return near;
    if (operand && read_operand(operand + 1, &moment))
        (void)snprintf(buf, len, "%s%s", near, operand);
    else if (k == PMT_MOMENT_FRACTION && operand && read_decimal(operand + 1, &moment.value))
        (void)snprintf(buf, len, "%s:1", near);
    else
        (void)snprintf(buf, len, "%s:%s", near, kinds[k].operand);
    return buf;
}

bool pmt_every_parse(const char *text, struct pmt_moment *out)
{
    struct pmt_moment every = {.kind = PMT_MOMENT_EVENT};

    if (!read_count(text, &every.value) &&
        (!pmt_moment_parse(text, &every) ||
         (every.kind != PMT_MOMENT_NEVER && every.kind != PMT_MOMENT_TIME)))
        return false;
    if (every.kind != PMT_MOMENT_NEVER && every.value == 0)
        return false;
    *out = every;
    return true;
}

void pmt_every_write(const struct pmt_moment *every, char *buf, size_t len)
{
    if (every->kind == PMT_MOMENT_EVENT)
        write_count(every->value, buf, len);
    else
        pmt_moment_write(every, buf, len);
}
