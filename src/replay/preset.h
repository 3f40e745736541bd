/* preset.h - presets by name, for src/replay. Lists of presets and presets by
 * Python version are public: <pymemtrace/config.h>. */
#ifndef PMT_REPLAY_PRESET_H
#define PMT_REPLAY_PRESET_H

#include <stdbool.h>
#include <pymemtrace/config.h>

#define PMT_MAX_PRESETS 64 /* room for all names in a fixed array */

/* The preset called name into *out (spec = the name, recorded = false); false and
 * *out untouched if there is none. */
bool pmt_preset_get(const char *name, struct pmt_config *out);

/* The preset's name that word may have been meant to be, or NULL. Static. */
const char *pmt_preset_nearest(const char *word);

#endif
