/* config.h - what a replay is run under: a preset and changes to it.
 *
 * A configuration is written as space-separated words: at most one preset name
 * and any number of key=value ("cpython-3.11 arena=256K pool=4K"). Presets are
 * rows of src/replay/preset.def, keys rows of config_key.def. A release such as
 * "cpython-3.11.2" is a name too: the preset that stands for it. */
#ifndef PMT_CONFIG_H
#define PMT_CONFIG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <pymemtrace/status.h>

/* A release of CPython as one number, in order of release. A micro version of 255
 * stands for the last release of its series. */
#define PMT_PYTHON(major, minor, micro) \
    ((uint32_t)(major) << 16 | (uint32_t)(minor) << 8 | (uint32_t)(micro))

/* Where the base addresses of arenas fall: it decides whether an arena loses a
 * pool to alignment (Objects/obmalloc.c, new_arena). */
enum pmt_arena_base {
    PMT_BASE_RECORDED, /* arena k as the k-th recorded one; past those, again
                          from the first; aligned where none is recorded */
    PMT_BASE_ALIGNED,  /* on a pool boundary: nothing lost */
    PMT_BASE_LOST      /* off a pool boundary: one pool lost per arena */
};

struct pmt_heap_config {
    uint64_t arena_bytes;       /* power of two, multiple of pool_bytes */
    uint32_t pool_bytes;        /* power of two */
    uint32_t align_bytes;       /* 8 or 16: distance of size classes */
    uint32_t small_limit_bytes; /* largest request served from pools */
    uint32_t pool_header_bytes; /* struct pool_header, rounded up to align */
    uint64_t arena_limit_bytes; /* all arenas together; 0 = no limit */
    bool keep_empty_arena;      /* 3.9+: the last usable arena is kept (bpo-37257) */
    bool mem_is_raw;            /* before 3.6: PyMem_Malloc is malloc */
    enum pmt_arena_base arena_base;
};

/* A moment of a replay. A mark of a name may come more than once. */
enum pmt_moment_kind {
    PMT_MOMENT_NEVER,
    PMT_MOMENT_START,   /* before the first event */
    PMT_MOMENT_MAIN,    /* the user's program begins */
    PMT_MOMENT_MARK,    /* pymemtrace_mark(mark) */
    PMT_MOMENT_TIME,    /* value: ns of the recorded clock */
    PMT_MOMENT_EVENT,   /* value: so many events are over */
    PMT_MOMENT_FRACTION /* value: so many billionths of all events are over */
};

struct pmt_moment {
    enum pmt_moment_kind kind;
    uint64_t value;
    char mark[48];
};

/* The collector. Thresholds and `enabled` are what the program starts with and may
 * change itself; those marked as given take their place at the moment `since`. */
struct pmt_gc_config {
    uint32_t threshold[3];
    bool enabled;
    bool late;              /* 3.12+: a due collection comes at the next evaluation
                               check; before, inside the allocation */
    bool ignore_calls;      /* from `since` on, the program's own gc.collect, enable,
                               disable, set_threshold, freeze and unfreeze do nothing */
    bool threshold_given[3];
    bool enabled_given;
    struct pmt_moment since;  /* never NEVER after pmt_config_parse() */
    struct pmt_moment freeze_at, unfreeze_at; /* the first time that it comes */
    struct pmt_moment disable_until; /* no automatic collection from `since` to here */
    struct pmt_moment collect_at;    /* full collection; at a mark: each time it comes */
    struct pmt_moment collect_every; /* full collection each so many events (EVENT) or ns
                                      (TIME), counted from `since`; else NEVER */
    uint64_t min_interval_ns;      /* of the recorded clock, between a full collection
                                      and the next automatic one at least: until then
                                      a younger generation is collected in its place */
};

/* Free lists: how many dead objects of a type are kept to be made anew. */
enum pmt_free_lists_word {
    PMT_FREE_LISTS_ON,
    PMT_FREE_LISTS_OFF,      /* none, but those whose length is given */
    PMT_FREE_LISTS_RECORDED  /* those of the recording, and none where it kept them empty */
};

#define PMT_CONFIG_FREE_LISTS 11
struct pmt_free_list_config {
    enum pmt_free_lists_word word;
    uint32_t most[PMT_CONFIG_FREE_LISTS]; /* by list, as the keys freelist.TYPE name them;
                           UINT32_MAX: no limit */
    uint32_t given;        /* bit by list: by a word of its own */
};

struct pmt_config {
    char preset[24]; /* "cpython-3.11", "cpython-3.11.2" */
    uint32_t version; /* PMT_PYTHON(): the release that objects look like; of a preset that
                         stands for several: the last of them */
    struct pmt_heap_config heap;
    struct pmt_gc_config gc;
    struct pmt_free_list_config free_lists;
    bool recorded;      /* no word of the spec differs from the trace's own */
    bool heap_recorded; /* ... no setting of the heap does */
    bool gc_recorded;   /* ... none of the collector: it collects where it was
                           recorded to */
    bool lists_recorded; /* ... no free list does */
    char spec[1024];  /* canonical: preset, then the keys that differ from it */
};

/*
 * Parse spec (NULL or "" = base as it is). base is the trace's own configuration
 * and is what a spec without a preset name changes; NULL: the spec must name a
 * preset. *out is untouched on error. E_USAGE names the word, what is allowed and
 * the nearest valid name.
 */
PMT_API enum pmt_status
pmt_config_parse(const char *spec, const struct pmt_config *base,
                 struct pmt_config *out, struct pmt_error *err);

/* The preset of a Python version such as "3.11.2" or "2.7.18" (the row whose
 * range of releases holds it), with the version itself in out->version. E_USAGE:
 * none; the message names the nearest. */
PMT_API enum pmt_status
pmt_config_of_python(const char *version, struct pmt_config *out,
                     struct pmt_error *err);

/* Presets, for lists: count, and the i-th with its one-line description and the
 * releases it stands for ("3.11.0 ... 3.11.x"). Strings are static. */
PMT_API size_t pmt_preset_count(void);
PMT_API void pmt_preset_at(size_t i, struct pmt_config *out,
                           const char **releases, const char **help);

/* Keys, for lists. Strings are static. */
struct pmt_config_key {
    const char *name;  /* "arena" */
    const char *range; /* "64K ... 64M, power of two" */
    const char *help;  /* one line */
};
PMT_API size_t pmt_config_key_count(void);
PMT_API struct pmt_config_key pmt_config_key_at(size_t i);

/* The value of key i in a configuration as the grammar writes it ("256K"). */
PMT_API void pmt_config_key_value(const struct pmt_config *config, size_t i,
                                  char *buf, size_t len);

#endif
