/* preset.c - the rows of preset.def, by number, by name and by Python version. */
#include "replay/preset.h"

#include <stdio.h>
#include <string.h>
#include "base/check.h"
#include "base/nearest.h"

#define KIB               1024u
#define LAST              255 /* micro version: every later one too */
#define VERSION(x, y, z)  PMT_PYTHON(x, y, z)
#define NO_VERSION        0
#define HEADER_BYTES      48u
#define NO_RANGE          UINT32_MAX

struct preset {
    const char *name;     /* word of the config grammar */
    uint32_t from, to;    /* releases, VERSION(); from NO_VERSION: no CPython */
    struct pmt_heap_config heap;
    struct pmt_gc_config gc;
    const char *releases; /* from and to in words */
    const char *help;     /* one line */
};

enum { WHEN_ALLOC = false, WHEN_CHECK = true };

static const struct preset presets[] = {
#define PRESET(name_, from_, to_, arena, pool, align, small, limit, base, keep, mem, t0,    \
               t1, t2, when, releases_, help_)                                              \
    {.name = name_,                                                                         \
     .from = from_,                                                                         \
     .to = to_,                                                                             \
     .heap = {.arena_bytes = arena,                                                         \
              .pool_bytes = pool,                                                           \
              .align_bytes = align,                                                         \
              .small_limit_bytes = small,                                                   \
              .pool_header_bytes = HEADER_BYTES,                                            \
              .arena_limit_bytes = limit,                                                   \
              .keep_empty_arena = keep,                                                     \
              .mem_is_raw = mem,                                                            \
              .arena_base = PMT_BASE_##base},                                               \
     .gc = {.threshold = {t0, t1, t2}, .enabled = true, .late = WHEN_##when,                \
            .since = {.kind = PMT_MOMENT_MAIN}},                                              \
     .releases = releases_,                                                                 \
     .help = help_},
#include "replay/preset.def"
};

#define N_PRESETS (sizeof presets / sizeof *presets)
_Static_assert(N_PRESETS <= PMT_MAX_PRESETS, "raise PMT_MAX_PRESETS");

#define PRESET(name, from, to, arena, pool, align, small, limit, base, keep, mem, t0, t1,   \
               t2, when, releases, help)                                                        \
    _Static_assert((arena) % (pool) == 0, name ": an arena is a whole number of pools");    \
    _Static_assert((small) % (align) == 0, name ": the small limit ends a size class");     \
    _Static_assert(HEADER_BYTES % (align) == 0, name ": the header is rounded to align");   \
    _Static_assert((from) <= (to), name ": releases in order");                             \
    _Static_assert(sizeof(name) <= sizeof((struct pmt_config *)0)->preset,                  \
                   name ": too long for struct pmt_config");
#include "replay/preset.def"

static enum pmt_shape_flavour flavour_of(const struct pmt_config *config)
{
    if (strcmp(config->preset, "notes") == 0)
        return PMT_SHAPE_NOTES;
    return strcmp(config->preset, "tiny") == 0 ? PMT_SHAPE_TINY : PMT_SHAPE_CPYTHON;
}

_Static_assert(PMT_CONFIG_FREE_LISTS == PMT_N_FREE_LISTS, "a length for each list");

void pmt_config_shape(const struct pmt_config *config, struct pmt_shape *out)
{
    pmt_shape_of(config->version, flavour_of(config), out);
    memcpy(out->max, config->free_lists.most, sizeof out->max);
}

/* The free lists of its release. */
static void fill_lists(struct pmt_config *config)
{
    struct pmt_shape shape;

    pmt_shape_of(config->version, flavour_of(config), &shape);
    memcpy(config->free_lists.most, shape.max, sizeof shape.max);
}

static void fill(struct pmt_config *out, const struct preset *row)
{
    memset(out, 0, sizeof *out);
    (void)snprintf(out->preset, sizeof out->preset, "%s", row->name);
    (void)snprintf(out->spec, sizeof out->spec, "%s", row->name);
    out->version = row->to;
    out->heap = row->heap;
    out->gc = row->gc;
    fill_lists(out);
}

size_t pmt_preset_count(void)
{
    return N_PRESETS;
}

void pmt_preset_at(size_t i, struct pmt_config *out, const char **releases, const char **help)
{
    pmt_assert(i < N_PRESETS);
    fill(out, &presets[i]);
    *releases = presets[i].releases;
    *help = presets[i].help;
}

const char *pmt_preset_nearest(const char *word)
{
    const char *names[N_PRESETS];

    for (size_t i = 0; i < N_PRESETS; i++)
        names[i] = presets[i].name;
    return pmt_nearest(word, names, N_PRESETS);
}

/* -- by release -- */

/* "3.11.2", "3.11.0rc1", "3.11" (the last of its series); false if it is none. */
static bool parse_version(const char *text, uint32_t *version)
{
    unsigned x, y, z = LAST;
    int n = sscanf(text, "%3u.%3u.%3u", &x, &y, &z);

    if (n < 2 || x > 255 || y > 255)
        return false;
    *version = VERSION(x, y, z < LAST ? z : LAST);
    return true;
}

/* How far a version lies outside a row's releases; NO_RANGE for rows that have
 * none. Majors weigh more than minors, minors more than micros. */
static uint32_t outside(const struct preset *row, uint32_t version)
{
    if (row->from == NO_VERSION)
        return NO_RANGE;
    if (version < row->from)
        return row->from - version;
    return version > row->to ? version - row->to : 0;
}

static const struct preset *nearest_row(uint32_t version)
{
    const struct preset *nearest = presets;

    for (size_t i = 1; i < N_PRESETS; i++)
        if (outside(&presets[i], version) < outside(nearest, version))
            nearest = &presets[i];
    return nearest;
}

enum pmt_status pmt_config_of_python(const char *version, struct pmt_config *out,
                                     struct pmt_error *err)
{
    const struct preset *nearest;
    uint32_t v;

    if (!parse_version(version, &v))
        return pmt_error_set(err, PMT_E_USAGE,
                             "'%s' is not a Python version: give it as 3.11.2", version);
    nearest = nearest_row(v);
    if (outside(nearest, v) != 0)
        return pmt_error_set(err, PMT_E_USAGE,
                             "there is no preset for Python %s; the nearest is %s (%s)",
                             version, nearest->name, nearest->releases);
    fill(out, nearest);
    out->version = v;
    fill_lists(out);
    return PMT_OK;
}

const char *pmt_preset_release(const char *word)
{
    static const char prefix[] = "cpython-";
    char canonical[sizeof prefix + sizeof "255.255.254"];
    unsigned x, y, z;

    if (strncmp(word, prefix, sizeof prefix - 1) != 0 ||
        sscanf(word + sizeof prefix - 1, "%3u.%3u.%3u", &x, &y, &z) != 3 || x > 255 ||
        y > 255 || z >= LAST)
        return NULL;
    (void)snprintf(canonical, sizeof canonical, "%s%u.%u.%u", prefix, x, y, z);
    return strcmp(word, canonical) == 0 ? word + sizeof prefix - 1 : NULL;
}

/* The row that stands for a release, under the release's own name. */
static bool get_release(const char *word, struct pmt_config *out)
{
    const char *release = pmt_preset_release(word);

    if (!release || pmt_config_of_python(release, out, NULL) != PMT_OK)
        return false;
    (void)snprintf(out->preset, sizeof out->preset, "%s", word);
    (void)snprintf(out->spec, sizeof out->spec, "%s", word);
    return true;
}

bool pmt_preset_get(const char *name, struct pmt_config *out)
{
    for (size_t i = 0; i < N_PRESETS; i++)
        if (strcmp(presets[i].name, name) == 0) {
            fill(out, &presets[i]);
            return true;
        }
    return get_release(name, out);
}
