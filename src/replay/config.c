/* config.c - the config grammar: words to a configuration and back.
 *
 *   spec  = { word }            separated by blanks
 *   word  = preset | key "=" value
 *   preset = a name of preset.def | "cpython-" release
 *
 * A preset replaces the whole configuration, wherever it stands; keys change
 * single fields after that. Each may be given once: of two values one would be
 * silently ignored. Keys and their ranges are rows of config_key.def, their values
 * are the business of config_value.c.
 *
 * Of the collector's thresholds those count as given that are not the recorded ones.
 * Where they are to hold from later on than the program's start (gc.since), those that
 * a word names count too: by then the program may have changed them itself.
 *
 * freelists= says what the lengths of free lists are but those that are given: the
 * version's, 0 or the recorded ones. */
#include <pymemtrace/config.h>

#include <stdio.h>
#include <string.h>
#include "base/check.h"
#include "heap/layout.h"
#include "replay/config_value.h"
#include "replay/preset.h"
#include "replay/moment.h"

#define MAX_WORD 95 /* letters of a word of the spec: the longest key and mark fit */

static enum pmt_status unknown_preset(const char *word, struct pmt_error *err)
{
    const char *near = pmt_preset_nearest(word), *release = pmt_preset_release(word);
    struct pmt_config unused;

    if (release)
        return pmt_config_of_python(release, &unused, err);
    return pmt_error_set(err, PMT_E_USAGE,
                         "'%s' is neither a preset nor key=value%s%s%s"
                         " (pymemtrace presets lists both)",
                         word, near ? ": did you mean '" : "", near ? near : "",
                         near ? "'?" : "");
}

/* What the words read so far amount to. */
struct parse {
    struct pmt_config config;
    struct pmt_value values[PMT_N_KEYS]; /* of the keys given */
    bool given[PMT_N_KEYS];              /* keys seen */
    bool has_preset;                     /* a preset was named */
};

static enum pmt_status read_preset(struct parse *p, const char *word, struct pmt_error *err)
{
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

/* Does a key and "=" stand here? */
static bool is_key(const char *text)
{
    size_t n = strcspn(text, "=");
    char name[MAX_WORD + 1];

    if (text[n] != '=' || n > MAX_WORD)
        return false;
    memcpy(name, text, n);
    name[n] = '\0';
    return pmt_key_find(name) != PMT_N_KEYS;
}

/* Whether commas stand in word where blanks were meant: makes blanks of them. */
static bool is_joined(char *word)
{
    bool is = false;

    for (char *comma = strchr(word, ','); comma; comma = strchr(comma + 1, ','))
        if (is_key(comma + 1)) {
            *comma = ' ';
            is = true;
        }
    return is;
}

static enum pmt_status read_word(struct parse *p, char *word, struct pmt_error *err)
{
    char *value = strchr(word, '=');
    struct pmt_value read;
    enum pmt_status st;
    enum pmt_key key;

    if (!value)
        return read_preset(p, word, err);
    *value++ = '\0';
    key = pmt_key_find(word);
    if (key == PMT_N_KEYS)
        return pmt_key_unknown(word, err);
    st = pmt_value_parse(key, value, &read, err);
    if (st != PMT_OK)
        return st;
    if (p->given[key])
        return pmt_error_set(err, PMT_E_USAGE, "%s= is given twice: give it once", word);
    p->values[key] = read;
    p->given[key] = true;
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
        if (st == PMT_E_USAGE) {
            memcpy(word, spec, n);
            if (is_joined(word))
                st = pmt_error_set(err, st, "words are separated by blanks: \"%s\"", word);
        }
        spec += n;
    }
    return st;
}

/* -- the collector's keys -- */

static bool has_thresholds(const struct parse *p)
{
    return p->given[PMT_KEY_GC] && p->values[PMT_KEY_GC].number == PMT_GC_WORD_THRESHOLDS;
}

/* Words that give the same thing, or cannot both be meant. */
static enum pmt_status check_gc_words(const struct parse *p, const struct pmt_config *base,
                                      struct pmt_error *err)
{
    for (size_t k = PMT_KEY_GC_THRESHOLD0; k <= PMT_KEY_GC_THRESHOLD2; k++)
        if (p->given[k] && has_thresholds(p))
            return pmt_error_set(err, PMT_E_USAGE, "%s= is given twice: gc= gives it too",
                                 pmt_config_key_at(k).name);
    if (p->given[PMT_KEY_GC] && p->values[PMT_KEY_GC].number == PMT_GC_WORD_RECORDED && !base)
        return pmt_error_set(err, PMT_E_USAGE,
                             "gc=recorded: there is no trace here to take it from");
    return PMT_OK;
}

/* gc=recorded: as base has it, also when a due collection comes. */
static void take_recorded_gc(struct pmt_gc_config *gc, const struct pmt_gc_config *base)
{
    memcpy(gc->threshold, base->threshold, sizeof gc->threshold);
    gc->enabled = base->enabled;
    gc->late = base->late;
}

/* -- free lists -- */

static enum pmt_free_lists_word lists_word(const struct parse *p)
{
    return p->given[PMT_KEY_FREELISTS]
               ? (enum pmt_free_lists_word)p->values[PMT_KEY_FREELISTS].number
               : p->config.free_lists.word;
}

/* Cells of blocks are kept until all of a block are free, however many they are. */
static bool has_length(const struct pmt_shape *shape, unsigned list)
{
    return shape->max[list] && (list != PMT_FREE_INT || !shape->int_block_cells) &&
           (list != PMT_FREE_FLOAT || !shape->float_block_cells);
}

/* Words that cannot both be meant, or mean nothing in this version. */
static enum pmt_status check_list_words(const struct parse *p, const struct pmt_config *base,
                                        struct pmt_error *err)
{
    bool recorded = p->given[PMT_KEY_FREELISTS] && lists_word(p) == PMT_FREE_LISTS_RECORDED;
    struct pmt_shape shape;

    if (recorded && !base)
        return pmt_error_set(err, PMT_E_USAGE,
                             "freelists=recorded: there is no trace here to take it from");
    pmt_config_shape(&p->config, &shape);
    for (unsigned i = 0; i < PMT_N_FREE_LISTS; i++) {
        enum pmt_key key = PMT_KEY_FREELIST(i);

        if (!p->given[key])
            continue;
        if (recorded)
            return pmt_error_set(err, PMT_E_USAGE,
                                 "freelists=recorded and %s= contradict each other: "
                                 "give one of them", pmt_config_key_at(key).name);
        if (!has_length(&shape, i) && p->values[key].number != shape.max[i])
            return pmt_error_set(err, PMT_E_USAGE, "%s=: %s has no such free list, or none with a length",
                                 pmt_config_key_at(key).name, p->config.preset);
    }
    return PMT_OK;
}

/* What freelists= says of all; single lengths come after it. */
static void set_lists(struct parse *p, const struct pmt_config *base)
{
    struct pmt_free_list_config *lists = &p->config.free_lists;

    for (unsigned i = 0; i < PMT_N_FREE_LISTS; i++)
        lists->given |= (uint32_t)p->given[PMT_KEY_FREELIST(i)] << i;
    if (!p->given[PMT_KEY_FREELISTS])
        return;
    if (lists_word(p) == PMT_FREE_LISTS_RECORDED)
        memcpy(lists->most, base->free_lists.most, sizeof lists->most);
    else if (lists_word(p) == PMT_FREE_LISTS_OFF)
        memset(lists->most, 0, sizeof lists->most);
}

/* Of those that a recording can show (shelves.h). */
static bool are_lists_recorded(const struct pmt_config *config, const struct pmt_config *base)
{
    static const unsigned shown[] = {PMT_FREE_FLOAT, PMT_FREE_LIST, PMT_FREE_DICT,
                                     PMT_FREE_TUPLE};

    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
        if (config->free_lists.most[shown[i]] != base->free_lists.most[shown[i]])
            return false;
    return true;
}

/* -- all keys -- */

static void set_values(struct parse *p, const struct pmt_config *base)
{
    set_lists(p, base);
    if (p->given[PMT_KEY_GC] && p->values[PMT_KEY_GC].number == PMT_GC_WORD_RECORDED)
        take_recorded_gc(&p->config.gc, &base->gc);
    for (size_t k = 0; k < PMT_N_KEYS; k++)
        if (p->given[k])
            pmt_value_set(&p->config, (enum pmt_key)k, &p->values[k]);
}

/* The settings come when the program may have changed them itself. */
static bool is_late_since(const struct pmt_gc_config *gc)
{
    return gc->since.kind != PMT_MOMENT_START && gc->since.kind != PMT_MOMENT_MAIN;
}

static void mark_given(struct parse *p, const struct pmt_gc_config *base)
{
    struct pmt_gc_config *gc = &p->config.gc;
    bool late = is_late_since(gc), named = late && has_thresholds(p);

    for (size_t g = 0; g < 3; g++)
        gc->threshold_given[g] = named || gc->threshold[g] != base->threshold[g] ||
                                 (late && p->given[PMT_KEY_GC_THRESHOLD0 + g]);
    gc->enabled_given = named || gc->enabled != base->enabled ||
                        (late && p->given[PMT_KEY_GC] && !gc->enabled);
}

/* -- what it comes to -- */

/* The keys to be written: those that differ from the preset, and what is given though
 * it does not. Two thresholds or more are written as gc=. */
static void choose_keys(const struct pmt_config *config, bool write[PMT_N_KEYS])
{
    const struct pmt_gc_config *gc = &config->gc;
    bool *threshold = write + PMT_KEY_GC_THRESHOLD0, late = is_late_since(gc);
    struct pmt_config preset;
    bool known = pmt_preset_get(config->preset, &preset);
    unsigned n = 0;

    for (size_t k = 0; k < PMT_N_KEYS; k++)
        write[k] = !known || !pmt_value_is_same(config, &preset, (enum pmt_key)k);
    for (size_t g = 0; g < 3; g++) {
        threshold[g] = threshold[g] || (late && gc->threshold_given[g]);
        n += threshold[g];
    }
    for (unsigned i = 0; i < PMT_N_FREE_LISTS; i++)
        if (config->free_lists.word != PMT_FREE_LISTS_ON)
            write[PMT_KEY_FREELIST(i)] = config->free_lists.word == PMT_FREE_LISTS_OFF &&
                                         config->free_lists.most[i];
    write[PMT_KEY_GC] = !gc->enabled || (late ? n == 3 && gc->enabled_given : n >= 2);
    if (write[PMT_KEY_GC] && gc->enabled)
        memset(threshold, false, 3 * sizeof *threshold);
}

_Static_assert(PMT_KEY_GC_THRESHOLD2 == PMT_KEY_GC_THRESHOLD0 + 2, "they stand together");

/* Preset, then the keys. */
static void write_spec(struct pmt_config *config)
{
    size_t n = (size_t)snprintf(config->spec, sizeof config->spec, "%s", config->preset);
    bool write[PMT_N_KEYS];

    choose_keys(config, write);
    for (size_t k = 0; k < PMT_N_KEYS; k++) {
        char value[PMT_MOMENT_TEXT];

        if (!write[k])
            continue;
        pmt_config_key_value(config, k, value, sizeof value);
        n += (size_t)snprintf(config->spec + n, sizeof config->spec - n, "%s%s=%s",
                              n ? " " : "", pmt_config_key_at(k).name, value);
        pmt_assert(n < sizeof config->spec);
    }
}

/* Every heap setting but the header is a key. */
static bool is_heap_recorded(const struct pmt_config *config, const struct pmt_config *base)
{
    for (size_t k = 0; k < PMT_N_KEYS; k++)
        if (pmt_key_part((enum pmt_key)k) == PMT_KEY_OF_HEAP &&
            !pmt_value_is_same(config, base, (enum pmt_key)k))
            return false;
    return config->heap.pool_header_bytes == base->heap.pool_header_bytes;
}

/* Since when does not matter where nothing is given. */
static bool is_gc_recorded(const struct pmt_config *config, const struct pmt_config *base)
{
    const struct pmt_gc_config *gc = &config->gc;

    for (size_t k = 0; k < PMT_N_KEYS; k++)
        if (pmt_key_part((enum pmt_key)k) == PMT_KEY_OF_GC && k != PMT_KEY_GC_SINCE &&
            !pmt_value_is_same(config, base, (enum pmt_key)k))
            return false;
    return !gc->enabled_given && !gc->threshold_given[0] && !gc->threshold_given[1] &&
           !gc->threshold_given[2];
}

static enum pmt_status check_config(const struct pmt_config *config, struct pmt_error *err)
{
    if (!config->gc.enabled && config->gc.disable_until.kind != PMT_MOMENT_NEVER)
        return pmt_error_set(err, PMT_E_USAGE,
                             "gc=off and gc.disable-until= contradict each other: "
                             "give one of them");
    return pmt_layout_init(NULL, &config->heap, err);
}

enum pmt_status pmt_config_parse(const char *spec, const struct pmt_config *base,
                                 struct pmt_config *out, struct pmt_error *err)
{
    struct parse p = {.has_preset = false};
    struct pmt_config preset;
    enum pmt_status st;

    if (base)
        p.config = *base;
    st = read_words(&p, spec ? spec : "", err);
    if (st != PMT_OK)
        return st;
    if (!base && !p.has_preset)
        return pmt_error_set(err, PMT_E_USAGE,
                             "no preset: name one, such as cpython-3.11 or notes");
    st = check_gc_words(&p, base, err);
    if (st == PMT_OK)
        st = check_list_words(&p, base, err);
    if (st != PMT_OK)
        return st;
    preset = p.config;
    set_values(&p, base);
    st = check_config(&p.config, err);
    if (st != PMT_OK)
        return st;
    mark_given(&p, base ? &base->gc : &preset.gc);
    write_spec(&p.config);
    p.config.heap_recorded = base && is_heap_recorded(&p.config, base);
    p.config.gc_recorded = base && is_gc_recorded(&p.config, base);
    p.config.lists_recorded = base && are_lists_recorded(&p.config, base);
    p.config.recorded = p.config.heap_recorded && p.config.gc_recorded &&
                        p.config.lists_recorded;
    *out = p.config;
    return PMT_OK;
}
