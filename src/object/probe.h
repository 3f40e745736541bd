/* probe.h - open addressing: where a key's entry is found in a dict or set. For the files
 * of src/object.
 *
 * Slots name entries; entries lie in the order of insertion and are edges of the object
 * (keys at entry * width). What the interpreter's table looks like decides how many slots
 * are looked at, when the table is full and in which order old dicts are walked, so the
 * order of probing is CPython's own (Objects/dictobject.c, lookdict; setobject.c,
 * set_lookkey): i = 5 i + perturb + 1, the hash coming in five bits at a time; sets of
 * 3.x look at up to nine slots in a row first. */
#ifndef PMT_OBJECT_PROBE_H
#define PMT_OBJECT_PROBE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Whether a new key may take the slot of a deleted one on its way, and which. */
enum pmt_probe_reuse { PMT_REUSE_NONE, PMT_REUSE_FIRST, PMT_REUSE_LAST };

#define PMT_PROBE_EMPTY (-1)
#define PMT_PROBE_DUMMY (-2)

struct pmt_shared_keys;

struct pmt_probe {
    uint64_t slots;           /* a power of two */
    uint64_t used;            /* live entries */
    uint64_t fill;            /* slots that are or were in use */
    uint32_t in_a_row;        /* slots looked at one after the other: sets 9, else 0 */
    bool shift_late;          /* perturb is shifted after its first use: dicts up to 3.6 */
    uint8_t reuse;            /* enum pmt_probe_reuse */
    bool unicode;             /* dict of 3.11+: all keys so far are text */
    bool no_table;            /* a new dict that has none of its own yet */
    struct pmt_shared_keys *shared; /* a split dict: these are its keys, it has no table */
    int32_t *index;           /* owned: by slot: entry, EMPTY or DUMMY */
    struct { int64_t *at; size_t n, cap; } hashes; /* by entry */
};

/* Whether entry `entry` has the key that is looked for; false also where it raised. */
typedef bool (*pmt_probe_equal)(void *arg, uint32_t entry);

/* A table of so many slots; NULL: out of memory. */
struct pmt_probe *pmt_probe_new(uint64_t slots, uint32_t in_a_row, bool shift_late,
                                enum pmt_probe_reuse reuse);
/* A copy, slot by slot, that has a table of its own. NULL: out of memory. */
struct pmt_probe *pmt_probe_clone(const struct pmt_probe *p);
void pmt_probe_free(struct pmt_probe *p); /* NULL is allowed */

/* The entry with this hash for which equal says yes, or -1. *slot: where it was found, or
 * where it would go (a dummy on the way, by `reuse`, else an empty one). *looked (may be NULL):
 * slots looked at. */
int32_t pmt_probe_find(const struct pmt_probe *p, int64_t hash, pmt_probe_equal equal,
                       void *arg, uint64_t *slot, uint64_t *looked);

/* Entry number hashes.n is put into slot. False: out of memory. */
bool pmt_probe_put(struct pmt_probe *p, uint64_t slot, int64_t hash);
/* The entry in this slot goes: a dummy stays. */
void pmt_probe_delete(struct pmt_probe *p, uint64_t slot);

/* Another number of slots. The entries that live keep their order (slot_order: take that of
 * the old slots, as tables before 3.6 do) and are numbered anew: order[new] = old, *n of
 * them, owned by the caller. False: out of memory, nothing changed. */
bool pmt_probe_resize(struct pmt_probe *p, uint64_t slots, bool slot_order,
                      uint32_t **order, size_t *n);

/* The entry in the first slot from *at on that is in use, *at moves behind it; -1: none. */
int32_t pmt_probe_walk(const struct pmt_probe *p, uint64_t *at);

#endif
