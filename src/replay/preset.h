/* preset.h - presets by name, for src/replay. Lists of presets and presets by
 * Python version are public: <pymemtrace/config.h>. */
#ifndef PMT_REPLAY_PRESET_H
#define PMT_REPLAY_PRESET_H

#include <stdbool.h>
#include <pymemtrace/config.h>
#include "object/shape.h"

#define PMT_MAX_PRESETS 64 /* room for all names in a fixed array */

/* The preset called name into *out (spec = the name, recorded = false); false and
 * *out untouched if there is none. "cpython-3.11.2" is the row that stands for that
 * release, with version and name of its own; rows called so themselves come first. */
bool pmt_preset_get(const char *name, struct pmt_config *out);

/* The release in a word such as "cpython-3.11.2" ("3.11.2", inside word), whether there
 * is a row for it or not; NULL: no such word. */
const char *pmt_preset_release(const char *word);

/* The preset's name that word may have been meant to be, or NULL. Static. */
const char *pmt_preset_nearest(const char *word);

/* What objects look like under a configuration: those of its release, and its free lists. */
void pmt_config_shape(const struct pmt_config *config, struct pmt_shape *out);

#endif
