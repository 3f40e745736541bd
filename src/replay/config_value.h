/* config_value.h - keys of the config grammar and single values of theirs. For
 * src/replay/config.c; keys by number are rows of config_key.def. */
#ifndef PMT_REPLAY_CONFIG_VALUE_H
#define PMT_REPLAY_CONFIG_VALUE_H

#include <stdbool.h>
#include <pymemtrace/config.h>

enum pmt_key {
#define KEY(id, name, kind, field, min, max, range, help) PMT_KEY_##id,
#include "replay/config_key.def"
    PMT_N_KEYS
};

/* What gc= was given. */
enum pmt_gc_word { PMT_GC_WORD_THRESHOLDS, PMT_GC_WORD_OFF, PMT_GC_WORD_RECORDED };

/* A value that was read, of any kind. */
struct pmt_value {
    uint64_t number;         /* a size, number or ns; index of a word; enum pmt_gc_word */
    uint32_t threshold[3];   /* gc=T0,T1,T2 */
    struct pmt_moment moment; /* a moment or span */
};

/* The key called name, or PMT_N_KEYS. */
enum pmt_key pmt_key_find(const char *name);

/* E_USAGE: there is no such key; names the nearest. */
enum pmt_status pmt_key_unknown(const char *name, struct pmt_error *err);

/* Read a value of the key. E_USAGE names the word, the range and the nearest. */
enum pmt_status pmt_value_parse(enum pmt_key key, const char *text, struct pmt_value *out,
                                struct pmt_error *err);

/* Put it into its field. gc=recorded changes nothing here. */
void pmt_value_set(struct pmt_config *config, enum pmt_key key, const struct pmt_value *value);

/* Whether two configurations have the same in the field of a key; that of gc= are the
 * thresholds and whether collection is enabled. */
bool pmt_value_is_same(const struct pmt_config *a, const struct pmt_config *b,
                       enum pmt_key key);

/* What the key's field is of. */
enum pmt_key_part { PMT_KEY_OF_HEAP, PMT_KEY_OF_GC, PMT_KEY_OF_LISTS };
enum pmt_key_part pmt_key_part(enum pmt_key key);

/* The keys freelist.TYPE: that of list i of object/free_list.def. */
#define PMT_KEY_FREELIST(i) ((enum pmt_key)(PMT_KEY_FREELIST_INT + (i)))

#endif
