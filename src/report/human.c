/* human.c - whole numbers until the last step, so that rounding is the same
 * everywhere. */
#include "report/human.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct step {
    uint64_t size;
    const char *name;
};

static const struct step byte_steps[] = {
    {UINT64_C(1) << 10, "KiB"}, {UINT64_C(1) << 20, "MiB"}, {UINT64_C(1) << 30, "GiB"},
    {UINT64_C(1) << 40, "TiB"}, {UINT64_C(1) << 50, "PiB"}, {0, NULL}};
static const struct step ns_steps[] = {
    {1000, "us"}, {1000000, "ms"}, {1000000000, "s"}, {0, NULL}};

static struct pmt_text with_commas(uint64_t value)
{
    struct pmt_text out = {{0}};
    char digits[24];
    size_t n = (size_t)snprintf(digits, sizeof digits, "%" PRIu64, value), at = 0;

    for (size_t i = 0; i < n; i++) {
        if (i && (n - i) % 3 == 0)
            out.at[at++] = ',';
        out.at[at++] = digits[i];
    }
    return out;
}

/* Tenths of steps of `size`, rounded half up. */
static uint64_t tenths_of(uint64_t value, uint64_t size)
{
    return value / size * 10 + (value % size * 10 + size / 2) / size;
}

/* The largest step that leaves at least one unit; the next one when rounding
 * reaches it. */
static struct pmt_text in_steps(uint64_t value, const struct step *steps, const char *small)
{
    const struct step *s = steps;
    struct pmt_text out, whole;
    uint64_t tenths;

    if (value < s->size) {
        (void)snprintf(out.at, sizeof out.at, "%" PRIu64 " %s", value, small);
        return out;
    }
    while (s[1].size && tenths_of(value, s->size) >= s[1].size / s->size * 10)
        s++;
    tenths = tenths_of(value, s->size);
    whole = with_commas(tenths / 10);
    (void)snprintf(out.at, sizeof out.at, "%.30s.%u %s", whole.at, (unsigned)(tenths % 10),
                   s->name);
    return out;
}

struct pmt_text pmt_human(uint64_t value, enum pmt_unit unit)
{
    switch (unit) {
    case PMT_UNIT_BYTES:
        return in_steps(value, byte_steps, "B");
    case PMT_UNIT_NS:
        return in_steps(value, ns_steps, "ns");
    case PMT_UNIT_COUNT:
        break;
    }
    return with_commas(value);
}

struct pmt_text pmt_human_delta(uint64_t a, uint64_t b, enum pmt_unit unit)
{
    struct pmt_text out = {"0"}, size;

    if (a == b)
        return out;
    size = pmt_human(b > a ? b - a : a - b, unit);
    (void)snprintf(out.at, sizeof out.at, "%c%.38s", b > a ? '+' : '-', size.at);
    return out;
}

struct pmt_text pmt_human_share(uint64_t part, uint64_t whole)
{
    struct pmt_text out = {"-"};

    if (whole)
        (void)snprintf(out.at, sizeof out.at, "%.1f %%", 100.0 * (double)part / (double)whole);
    return out;
}

struct pmt_text pmt_human_change(uint64_t a, uint64_t b)
{
    struct pmt_text out = {""};
    double size = (double)(b > a ? b - a : a - b);

    if (a)
        (void)snprintf(out.at, sizeof out.at, "%c%.1f %%", b >= a ? '+' : '-',
                       100.0 * size / (double)a);
    return out;
}

const char *pmt_unit_name(enum pmt_unit unit)
{
    static const char *const names[] = {
        [PMT_UNIT_COUNT] = "count", [PMT_UNIT_BYTES] = "bytes", [PMT_UNIT_NS] = "ns"};

    return names[unit];
}
