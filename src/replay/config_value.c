/* config_value.c - the keys of the config grammar: how the values of each are read,
 * written, compared and put into their fields.
 *
 *   value = size | number | name | moment | every | seconds    (the last three: moment.h)
 *   size  = digits [ "K" | "M" | "G" ]
 *
 * Sizes, numbers and names are one 64-bit number, whatever the field's width. */
#include "replay/config_value.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/check.h"
#include "base/nearest.h"
#include "object/shape.h"
#include "replay/moment.h"

#define MILLION 1000000u
#define KIB UINT64_C(1024)
#define GIB (KIB * KIB * KIB)

enum kind {
    KIND_SIZE, KIND_STEP, KIND_LIMIT, KIND_NUMBER, KIND_GC, KIND_SINCE, KIND_MOMENT,
    KIND_EVERY, KIND_SECONDS, KIND_LENGTH, KIND_YESNO, KIND_MEM, KIND_BASE, KIND_CALLS,
    KIND_LATE, KIND_LISTS
};

struct key {
    struct pmt_config_key text; /* name, range, help */
    enum kind kind;             /* how values are read and written */
    size_t offset, n_bytes;     /* of the field in struct pmt_config */
    uint64_t min, max;          /* bounds of a size or number */
};

static const struct key keys[PMT_N_KEYS] = {
#define KEY(id, name_, kind_, field, min_, max_, range_, help_)                \
    [PMT_KEY_##id] = {.text = {.name = name_, .range = range_, .help = help_}, \
                      .kind = KIND_##kind_,                                    \
                      .offset = offsetof(struct pmt_config, field),            \
                      .n_bytes = sizeof((struct pmt_config *)0)->field,        \
                      .min = min_,                                             \
                      .max = max_},
#include "replay/config_key.def"
};

/* The names a word value may have; their index is the field's value. */
struct words {
    const char *names[3];
    size_t n;
};

static struct words words_of(enum kind kind)
{
    switch (kind) {
    case KIND_YESNO: return (struct words){{"no", "yes"}, 2};
    case KIND_MEM:   return (struct words){{"pool", "malloc"}, 2};
    case KIND_BASE:  return (struct words){{"recorded", "aligned", "lost"}, 3};
    case KIND_CALLS: return (struct words){{"honour", "ignore"}, 2};
    case KIND_LATE:  return (struct words){{"alloc", "check"}, 2};
    case KIND_LISTS: return (struct words){{"on", "off", "recorded"}, 3};
    case KIND_SIZE:
    case KIND_STEP:
    case KIND_LIMIT:
    case KIND_NUMBER:
    case KIND_GC:
    case KIND_SINCE:
    case KIND_MOMENT:
    case KIND_EVERY:
    case KIND_SECONDS:
    case KIND_LENGTH: break;
    }
    return (struct words){{NULL}, 0};
}

_Static_assert(PMT_BASE_RECORDED == 0 && PMT_BASE_ALIGNED == 1 && PMT_BASE_LOST == 2,
               "words_of(KIND_BASE) lists them in this order");
_Static_assert(PMT_FREE_LISTS_ON == 0 && PMT_FREE_LISTS_OFF == 1 && PMT_FREE_LISTS_RECORDED == 2,
               "words_of(KIND_LISTS) lists them in this order");

/* Whether the field is a struct pmt_moment. */
static bool is_moment(const struct key *key)
{
    return key->kind == KIND_SINCE || key->kind == KIND_MOMENT || key->kind == KIND_EVERY;
}

/* -- fields -- */

static struct pmt_moment get_moment(const struct pmt_config *config, const struct key *key)
{
    struct pmt_moment moment;

    pmt_assert(is_moment(key) && key->n_bytes == sizeof moment);
    memcpy(&moment, (const char *)config + key->offset, sizeof moment);
    return moment;
}

static uint64_t get_number(const struct pmt_config *config, const struct key *key)
{
    const char *at = (const char *)config + key->offset;
    uint8_t v8;
    uint32_t v32;
    uint64_t v64;

    switch (key->n_bytes) {
    case sizeof v8:
        memcpy(&v8, at, sizeof v8);
        return v8;
    case sizeof v32:
        memcpy(&v32, at, sizeof v32);
        return v32;
    default:
        pmt_assert(key->n_bytes == sizeof v64);
        memcpy(&v64, at, sizeof v64);
        return v64;
    }
}

static void set_number(struct pmt_config *config, const struct key *key, uint64_t value)
{
    char *at = (char *)config + key->offset;
    uint8_t v8 = (uint8_t)value;
    uint32_t v32 = (uint32_t)value;

    switch (key->n_bytes) {
    case sizeof v8:
        memcpy(at, &v8, sizeof v8);
        return;
    case sizeof v32:
        memcpy(at, &v32, sizeof v32);
        return;
    default:
        pmt_assert(key->n_bytes == sizeof value);
        memcpy(at, &value, sizeof value);
    }
}

static void set_gc(struct pmt_gc_config *gc, const struct pmt_value *value)
{
    if (value->number == PMT_GC_WORD_THRESHOLDS)
        memcpy(gc->threshold, value->threshold, sizeof gc->threshold);
    if (value->number != PMT_GC_WORD_RECORDED)
        gc->enabled = value->number == PMT_GC_WORD_THRESHOLDS;
}

void pmt_value_set(struct pmt_config *config, enum pmt_key k, const struct pmt_value *value)
{
    const struct key *key = &keys[k];

    if (key->kind == KIND_GC)
        set_gc(&config->gc, value);
    else if (is_moment(key))
        memcpy((char *)config + key->offset, &value->moment, sizeof value->moment);
    else
        set_number(config, key, value->number);
}

static bool is_same_gc(const struct pmt_gc_config *a, const struct pmt_gc_config *b)
{
    return a->enabled == b->enabled && a->threshold[0] == b->threshold[0] &&
           a->threshold[1] == b->threshold[1] && a->threshold[2] == b->threshold[2];
}

bool pmt_value_is_same(const struct pmt_config *a, const struct pmt_config *b, enum pmt_key k)
{
    const struct key *key = &keys[k];
    struct pmt_moment moment_a, moment_b;

    if (key->kind == KIND_GC)
        return is_same_gc(&a->gc, &b->gc);
    if (!is_moment(key))
        return get_number(a, key) == get_number(b, key);
    moment_a = get_moment(a, key);
    moment_b = get_moment(b, key);
    return pmt_moment_is_same(&moment_a, &moment_b);
}

/* -- reading -- */

/* "64K" to 65536; false if it is not a size or does not fit. */
static bool parse_size(const char *text, uint64_t *bytes)
{
    uint64_t v = 0;
    const char *p = text;
    unsigned shift = 0;

    for (; *p >= '0' && *p <= '9'; p++)
        if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(*p - '0'), &v))
            return false;
    if (p == text)
        return false;
    if (*p == 'K' || *p == 'k')
        shift = 10;
    else if (*p == 'M' || *p == 'm')
        shift = 20;
    else if (*p == 'G' || *p == 'g')
        shift = 30;
    if (p[shift != 0] != '\0' || v > UINT64_MAX >> shift)
        return false;
    *bytes = v << shift;
    return true;
}

/* Digits and nothing else; what is past 64 bits is their largest number. */
static bool parse_number(const char *text, uint64_t *value)
{
    uint64_t v = 0;

    if (!*text || text[strspn(text, "0123456789")] != '\0')
        return false;
    for (; *text; text++)
        if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
            __builtin_add_overflow(v, (uint64_t)(*text - '0'), &v)) {
            v = UINT64_MAX;
            break;
        }
    *value = v;
    return true;
}

static bool parse_name(const struct key *key, const char *text, uint64_t *value)
{
    struct words words = words_of(key->kind);

    for (size_t i = 0; i < words.n; i++)
        if (strcmp(words.names[i], text) == 0) {
            *value = i;
            return true;
        }
    return false;
}

/* "700,10,10": as many of the numbers as there are, at most three, none past max;
 * 0 if it is nothing of the kind. */
static unsigned read_thresholds(const char *text, uint64_t max, uint64_t *threshold)
{
    unsigned n = 0;

    for (; n < 3; n++) {
        char number[24];
        size_t len = strcspn(text, ",");

        if (len >= sizeof number)
            return 0;
        memcpy(number, text, len);
        number[len] = '\0';
        if (!parse_number(number, &threshold[n]))
            return 0;
        if (threshold[n] > max)
            threshold[n] = UINT64_MAX;
        text += len;
        if (!*text)
            return n + 1;
        text++;
    }
    return 0;
}

static bool parse_gc(const struct key *key, const char *text, struct pmt_value *out)
{
    uint64_t threshold[3];

    if (strcmp(text, "off") == 0 || strcmp(text, "recorded") == 0) {
        out->number = text[0] == 'o' ? PMT_GC_WORD_OFF : PMT_GC_WORD_RECORDED;
        return true;
    }
    if (read_thresholds(text, key->max, threshold) != 3)
        return false;
    out->number = PMT_GC_WORD_THRESHOLDS;
    for (unsigned g = 0; g < 3; g++) {
        if (threshold[g] > key->max)
            return false;
        out->threshold[g] = (uint32_t)threshold[g];
    }
    return true;
}

static bool is_within(const struct key *key, uint64_t value)
{
    return value >= key->min && value <= key->max;
}

/* A value of the key's kind and inside its bounds. */
static bool parse_value(const struct key *key, const char *text, struct pmt_value *out)
{
    uint64_t *number = &out->number;

    switch (key->kind) {
    case KIND_LIMIT:
        if (strcmp(text, "none") == 0) {
            *number = 0;
            return true;
        }
        return parse_size(text, number) && is_within(key, *number);
    case KIND_SIZE:
        return parse_size(text, number) && is_within(key, *number) &&
               (*number & (*number - 1)) == 0;
    case KIND_STEP:
        return parse_size(text, number) && is_within(key, *number);
    case KIND_NUMBER:
        return parse_number(text, number) && is_within(key, *number);
    case KIND_GC:
        return parse_gc(key, text, out);
    case KIND_SINCE:
        return pmt_moment_parse(text, &out->moment) && out->moment.kind != PMT_MOMENT_NEVER;
    case KIND_MOMENT:
        return pmt_moment_parse(text, &out->moment);
    case KIND_EVERY:
        return pmt_every_parse(text, &out->moment);
    case KIND_LENGTH:
        *number = PMT_UNLIMITED;
        return strcmp(text, "unlimited") == 0 ||
               (parse_number(text, number) && is_within(key, *number));
    case KIND_SECONDS:
        *number = 0;
        return strcmp(text, "none") == 0 || pmt_seconds_parse(text, number);
    case KIND_YESNO:
    case KIND_MEM:
    case KIND_BASE:
    case KIND_CALLS:
    case KIND_LATE:
    case KIND_LISTS:
        break;
    }
    return parse_name(key, text, number);
}

/* -- writing -- */

/* The shortest way to write a size: 65536 as "64K". */
static void write_size(uint64_t bytes, char *buf, size_t len)
{
    static const char units[] = {'K', 'M', 'G'};
    size_t unit = 0;

    while (bytes != 0 && unit < sizeof units && bytes % 1024 == 0) {
        bytes /= 1024;
        unit++;
    }
    if (unit == 0)
        (void)snprintf(buf, len, "%" PRIu64, bytes);
    else
        (void)snprintf(buf, len, "%" PRIu64 "%c", bytes, units[unit - 1]);
}

static void write_number(const struct key *key, uint64_t value, char *buf, size_t len)
{
    struct words words = words_of(key->kind);

    if (words.n != 0)
        (void)snprintf(buf, len, "%s", value < words.n ? words.names[value] : "?");
    else if (key->kind == KIND_LENGTH && value == PMT_UNLIMITED)
        (void)snprintf(buf, len, "unlimited");
    else if (key->kind == KIND_NUMBER || key->kind == KIND_LENGTH)
        (void)snprintf(buf, len, "%" PRIu64, value);
    else if (value == 0 && (key->kind == KIND_LIMIT || key->kind == KIND_SECONDS))
        (void)snprintf(buf, len, "none");
    else if (key->kind == KIND_SECONDS)
        pmt_seconds_write(value, buf, len);
    else
        write_size(value, buf, len);
}

static void write_gc(const struct pmt_gc_config *gc, char *buf, size_t len)
{
    if (!gc->enabled)
        (void)snprintf(buf, len, "off");
    else
        (void)snprintf(buf, len, "%" PRIu32 ",%" PRIu32 ",%" PRIu32, gc->threshold[0],
                       gc->threshold[1], gc->threshold[2]);
}

void pmt_config_key_value(const struct pmt_config *config, size_t i, char *buf, size_t len)
{
    const struct key *key = &keys[i];

    pmt_assert(i < PMT_N_KEYS);
    if (key->kind == KIND_GC) {
        write_gc(&config->gc, buf, len);
    } else if (is_moment(key)) {
        struct pmt_moment moment = get_moment(config, key);

        if (key->kind == KIND_EVERY)
            pmt_every_write(&moment, buf, len);
        else
            pmt_moment_write(&moment, buf, len);
    } else {
        write_number(key, get_number(config, key), buf, len);
    }
}

/* -- errors -- */

/* The nearest size: the bound it is past, or the power of two beside it. */
static const char *nearest_size(const struct key *key, uint64_t bytes, char *buf, size_t len)
{
    uint64_t pow2;

    if (bytes > key->max)
        bytes = key->max;
    if (bytes < key->min)
        bytes = key->min;
    if (key->kind == KIND_SIZE) {
        for (pow2 = key->min; pow2 * 2 <= bytes; pow2 *= 2)
            ;
        bytes = bytes - pow2 > pow2 / 2 ? pow2 * 2 : pow2;
    }
    write_number(key, bytes, buf, len);
    return buf;
}

/* Missing thresholds become 10, which nearly every release has; large ones the largest.
 * "on" is two letters from "off" and its opposite. */
static const char *nearest_gc(const struct key *key, const char *text, char *buf, size_t len)
{
    uint64_t t[3] = {0};
    unsigned n = read_thresholds(text, key->max, t);

    if (strcmp(text, "on") == 0)
        return NULL;
    if (n == 0)
        return pmt_nearest(text, (const char *[]){"off", "recorded"}, 2);
    for (unsigned g = 0; g < 3; g++) {
        if (g >= n)
            t[g] = 10;
        if (t[g] > key->max)
            t[g] = key->max;
    }
    (void)snprintf(buf, len, "%" PRIu64 ",%" PRIu64 ",%" PRIu64, t[0], t[1], t[2]);
    return buf;
}

/* The nearest thing to a bad value: a name, the bound it is past, or NULL. */
static const char *nearest_value(const struct key *key, const char *text, char *buf, size_t len)
{
    struct words words = words_of(key->kind);
    const char *near;
    uint64_t number;

    if (words.n != 0)
        return pmt_nearest(text, words.names, words.n);
    switch (key->kind) {
    case KIND_GC:
        return nearest_gc(key, text, buf, len);
    case KIND_SINCE:
    case KIND_MOMENT:
        near = pmt_moment_nearest(text, buf, len);
        return near && strcmp(near, "never") == 0 && key->kind == KIND_SINCE ? NULL : near;
    case KIND_EVERY:
        return pmt_nearest(text, (const char *[]){"never", "time:S"}, 2);
    case KIND_NUMBER:
        return parse_number(text, &number) ? nearest_size(key, number, buf, len) : NULL;
    case KIND_LENGTH:
        return parse_number(text, &number) ? nearest_size(key, number, buf, len)
                                           : pmt_nearest(text, (const char *[]){"unlimited"}, 1);
    case KIND_LIMIT:
    case KIND_SECONDS:
    case KIND_SIZE:
    case KIND_STEP:
    case KIND_YESNO:
    case KIND_MEM:
    case KIND_BASE:
    case KIND_CALLS:
    case KIND_LATE:
    case KIND_LISTS:
        break;
    }
    if (key->kind != KIND_SECONDS && parse_size(text, &number))
        return nearest_size(key, number, buf, len);
    return key->kind == KIND_LIMIT || key->kind == KIND_SECONDS
               ? pmt_nearest(text, (const char *[]){"none"}, 1)
               : NULL;
}

static enum pmt_status bad_value(const struct key *key, const char *text, struct pmt_error *err)
{
    char buf[PMT_MOMENT_TEXT];
    const char *near = nearest_value(key, text, buf, sizeof buf);

    if (is_moment(key) && key->kind != KIND_EVERY &&
        (strcmp(text, "mark") == 0 || strcmp(text, "mark:") == 0))
        return pmt_error_set(err, PMT_E_USAGE,
                             "%s=mark: has no name: mark:NAME, such as mark:ready",
                             key->text.name);
    if (near)
        return pmt_error_set(err, PMT_E_USAGE, "%s=%s: must be %s; the nearest is %s=%s",
                             key->text.name, text, key->text.range, key->text.name, near);
    return pmt_error_set(err, PMT_E_USAGE, "%s=%s: must be %s", key->text.name, text,
                         key->text.range);
}

enum pmt_status pmt_value_parse(enum pmt_key k, const char *text, struct pmt_value *out,
                                struct pmt_error *err)
{
    *out = (struct pmt_value){.number = 0};
    return parse_value(&keys[k], text, out) ? PMT_OK : bad_value(&keys[k], text, err);
}

enum pmt_key pmt_key_find(const char *name)
{
    size_t k = 0;

    while (k < PMT_N_KEYS && strcmp(keys[k].text.name, name) != 0)
        k++;
    return (enum pmt_key)k;
}

enum pmt_status pmt_key_unknown(const char *name, struct pmt_error *err)
{
    const char *names[PMT_N_KEYS], *near;

    for (size_t i = 0; i < PMT_N_KEYS; i++)
        names[i] = keys[i].text.name;
    near = pmt_nearest(name, names, PMT_N_KEYS);
    return pmt_error_set(err, PMT_E_USAGE,
                         "unknown key '%s'%s%s%s (pymemtrace presets lists keys)", name,
                         near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
}

enum pmt_key_part pmt_key_part(enum pmt_key key)
{
    if (keys[key].offset >= offsetof(struct pmt_config, free_lists))
        return PMT_KEY_OF_LISTS;
    return keys[key].offset >= offsetof(struct pmt_config, gc) ? PMT_KEY_OF_GC
                                                               : PMT_KEY_OF_HEAP;
}

_Static_assert(offsetof(struct pmt_config, gc) > offsetof(struct pmt_config, heap) &&
                   offsetof(struct pmt_config, free_lists) > offsetof(struct pmt_config, gc),
               "the fields stand in this order");
#define FREE_LIST(id, name)                                                    \
    _Static_assert(PMT_KEY_FREELIST_##id == PMT_KEY_FREELIST_INT + PMT_FREE_##id, \
                   "a key for each list, in their order: " name);
#include "object/free_list.def"

size_t pmt_config_key_count(void)
{
    return PMT_N_KEYS;
}

struct pmt_config_key pmt_config_key_at(size_t i)
{
    pmt_assert(i < PMT_N_KEYS);
    return keys[i].text;
}
