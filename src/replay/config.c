/* config.c - the config grammar: words to a configuration and back.
 *
 *   spec  = { word }            separated by blanks
 *   word  = preset | key "=" value
 *   value = size | name         size = digits [ "K" | "M" | "G" ]
 *
 * A preset replaces the whole configuration, wherever it stands; keys change
 * single fields after that. Each may be given once: of two values one would be
 * silently ignored. Keys and their ranges are rows of config_key.def; a value is
 * read, written and compared as a 64-bit number through the row's field. */
#include <pymemtrace/config.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "base/check.h"
#include "base/nearest.h"
#include "heap/layout.h"
#include "replay/preset.h"

#define KIB UINT64_C(1024)
#define GIB (KIB * KIB * KIB)

enum kind { KIND_SIZE, KIND_STEP, KIND_LIMIT, KIND_YESNO, KIND_MEM, KIND_BASE };

struct key {
    struct pmt_config_key text; /* name, range, help */
    enum kind kind;             /* how values are read and written */
    size_t offset, n_bytes;     /* of the field in struct pmt_config */
    uint64_t min, max;          /* bounds of a size, bytes */
};

static const struct key keys[] = {
#define KEY(name_, kind_, field, min_, max_, range_, help_)                    \
    {.text = {.name = name_, .range = range_, .help = help_},                  \
     .kind = KIND_##kind_,                                                     \
     .offset = offsetof(struct pmt_config, field),                             \
     .n_bytes = sizeof((struct pmt_config *)0)->field,                         \
     .min = min_,                                                              \
     .max = max_},
#include "replay/config_key.def"
};

#define N_KEYS   (sizeof keys / sizeof *keys)
#define MAX_WORD 63 /* letters of a word of the spec */

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
    case KIND_SIZE:
    case KIND_STEP:
    case KIND_LIMIT: break;
    }
    return (struct words){{NULL}, 0};
}

_Static_assert(PMT_BASE_RECORDED == 0 && PMT_BASE_ALIGNED == 1 && PMT_BASE_LOST == 2,
               "words_of(KIND_BASE) lists them in this order");

static uint64_t get_field(const struct pmt_config *config, const struct key *key)
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

static void set_field(struct pmt_config *config, const struct key *key, uint64_t value)
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

/* A value of the key's kind and inside its bounds. */
static bool parse_value(const struct key *key, const char *text, uint64_t *value)
{
    switch (key->kind) {
    case KIND_LIMIT:
        if (strcmp(text, "none") == 0) {
            *value = 0;
            return true;
        }
        return parse_size(text, value) && *value >= key->min && *value <= key->max;
    case KIND_SIZE:
        return parse_size(text, value) && *value >= key->min && *value <= key->max &&
               (*value & (*value - 1)) == 0;
    case KIND_STEP:
        return parse_size(text, value) && *value >= key->min && *value <= key->max;
    case KIND_YESNO:
    case KIND_MEM:
    case KIND_BASE:
        break;
    }
    return parse_name(key, text, value);
}

/* The nearest thing to a bad value: a name, the bound it is past, or NULL. */
static const char *nearest_value(const struct key *key, const char *text, char *buf, size_t len)
{
    struct words words = words_of(key->kind);
    uint64_t bytes, pow2;

    if (words.n != 0)
        return pmt_nearest(text, words.names, words.n);
    if (!parse_size(text, &bytes))
        return key->kind == KIND_LIMIT ? pmt_nearest(text, (const char *[]){"none"}, 1) : NULL;
    if (bytes > key->max)
        bytes = key->max;
    if (bytes < key->min)
        bytes = key->min;
    if (key->kind == KIND_SIZE) {
        for (pow2 = key->min; pow2 * 2 <= bytes; pow2 *= 2)
            ;
        bytes = bytes - pow2 > pow2 / 2 ? pow2 * 2 : pow2;
    }
    write_size(bytes, buf, len);
    return buf;
}

static enum pmt_status bad_value(const struct key *key, const char *text, struct pmt_error *err)
{
    char buf[32];
    const char *near = nearest_value(key, text, buf, sizeof buf);

    if (near)
        return pmt_error_set(err, PMT_E_USAGE, "%s=%s: must be %s; the nearest is %s=%s",
                             key->text.name, text, key->text.range, key->text.name, near);
    return pmt_error_set(err, PMT_E_USAGE, "%s=%s: must be %s", key->text.name, text,
                         key->text.range);
}

static const struct key *find_key(const char *name)
{
    for (size_t i = 0; i < N_KEYS; i++)
        if (strcmp(keys[i].text.name, name) == 0)
            return &keys[i];
    return NULL;
}

static enum pmt_status unknown_key(const char *name, struct pmt_error *err)
{
    const char *names[N_KEYS], *near;

    for (size_t i = 0; i < N_KEYS; i++)
        names[i] = keys[i].text.name;
    near = pmt_nearest(name, names, N_KEYS);
    return pmt_error_set(err, PMT_E_USAGE,
                         "unknown key '%s'%s%s%s (pymemtrace presets lists keys)", name,
                         near ? ": did you mean '" : "", near ? near : "", near ? "'?" : "");
}

static enum pmt_status unknown_preset(const char *word, struct pmt_error *err)
{
    const char *near = pmt_preset_nearest(word);

    return pmt_error_set(err, PMT_E_USAGE,
                         "'%s' is neither a preset nor key=value%s%s%s"
                         " (pymemtrace presets lists both)",
                         word, near ? ": did you mean '" : "", near ? near : "",
                         near ? "'?" : "");
}

/* What the words read so far amount to. */
struct parse {
    struct pmt_config config;
    uint64_t values[N_KEYS]; /* of the keys given */
    bool given[N_KEYS];      /* keys seen */
    bool has_preset;         /* a preset was named */
};

static enum pmt_status read_word(struct parse *p, char *word, struct pmt_error *err)
{
    char *value = strchr(word, '=');
    const struct key *key;
    size_t i;

    if (!value) {
        char earlier[sizeof p->config.preset];

        memcpy(earlier, p->config.preset, sizeof earlier);
        if (!pmt_preset_get(word, &p->config))
            return unknown_preset(word, err);
        if (p->has_preset)
            return pmt_error_set(err, PMT_E_USAGE, "two presets, '%s' and '%s': name one",
                                 earlier, word);
        p->has_preset = true;
        return PMT_OK;
    }
    *value++ = '\0';
    key = find_key(word);
    if (!key)
        return unknown_key(word, err);
    i = (size_t)(key - keys);
    if (!parse_value(key, value, &p->values[i]))
        return bad_value(key, value, err);
    if (p->given[i])
        return pmt_error_set(err, PMT_E_USAGE, "%s= is given twice: give it once", word);
    p->given[i] = true;
    return PMT_OK;
}

static enum pmt_status read_words(struct parse *p, const char *spec, struct pmt_error *err)
{
    static const char blanks[] = " \t\n";
    enum pmt_status st = PMT_OK;

    for (spec += strspn(spec, blanks); *spec && st == PMT_OK; spec += strspn(spec, blanks)) {
        char word[MAX_WORD + 1];
        size_t n = strcspn(spec, blanks);

        if (n > MAX_WORD)
            return pmt_error_set(err, PMT_E_USAGE, "'%.32s...' is no word of a configuration",
                                 spec);
        memcpy(word, spec, n);
        word[n] = '\0';
        st = read_word(p, word, err);
        spec += n;
    }
    return st;
}

/* Preset, then the keys that differ from it. */
static void write_spec(struct pmt_config *config)
{
    struct pmt_config preset;
    bool known = pmt_preset_get(config->preset, &preset);
    size_t n = (size_t)snprintf(config->spec, sizeof config->spec, "%s", config->preset);

    for (size_t i = 0; i < N_KEYS; i++) {
        char value[32];

        if (known && get_field(config, &keys[i]) == get_field(&preset, &keys[i]))
            continue;
        pmt_config_key_value(config, i, value, sizeof value);
        n += (size_t)snprintf(config->spec + n, sizeof config->spec - n, "%s%s=%s",
                              n ? " " : "", keys[i].text.name, value);
        pmt_assert(n < sizeof config->spec);
    }
}

static bool is_same_gc(const struct pmt_gc_config *a, const struct pmt_gc_config *b)
{
    return a->enabled == b->enabled && a->threshold[0] == b->threshold[0] &&
           a->threshold[1] == b->threshold[1] && a->threshold[2] == b->threshold[2];
}

/* Every heap setting but the header is a key. */
static bool is_same(const struct pmt_config *a, const struct pmt_config *b)
{
    for (size_t i = 0; i < N_KEYS; i++)
        if (get_field(a, &keys[i]) != get_field(b, &keys[i]))
            return false;
    return a->heap.pool_header_bytes == b->heap.pool_header_bytes && is_same_gc(&a->gc, &b->gc);
}

enum pmt_status pmt_config_parse(const char *spec, const struct pmt_config *base,
                                 struct pmt_config *out, struct pmt_error *err)
{
    struct parse p = {.has_preset = false};
    enum pmt_status st;

    if (base)
        p.config = *base;
    st = read_words(&p, spec ? spec : "", err);
    if (st != PMT_OK)
        return st;
    if (!base && !p.has_preset)
        return pmt_error_set(err, PMT_E_USAGE,
                             "no preset: name one, such as cpython-3.11 or notes");
    for (size_t i = 0; i < N_KEYS; i++)
        if (p.given[i])
            set_field(&p.config, &keys[i], p.values[i]);
    st = pmt_layout_init(NULL, &p.config.heap, err);
    if (st != PMT_OK)
        return st;
    write_spec(&p.config);
    p.config.recorded = base && is_same(&p.config, base);
    *out = p.config;
    return PMT_OK;
}

size_t pmt_config_key_count(void)
{
    return N_KEYS;
}

struct pmt_config_key pmt_config_key_at(size_t i)
{
    pmt_assert(i < N_KEYS);
    return keys[i].text;
}

void pmt_config_key_value(const struct pmt_config *config, size_t i, char *buf, size_t len)
{
    const struct key *key = &keys[i];
    uint64_t value = get_field(config, key);
    struct words words = words_of(key->kind);

    pmt_assert(i < N_KEYS);
    if (words.n != 0)
        (void)snprintf(buf, len, "%s", value < words.n ? words.names[value] : "?");
    else if (key->kind == KIND_LIMIT && value == 0)
        (void)snprintf(buf, len, "none");
    else
        write_size(value, buf, len);
}
