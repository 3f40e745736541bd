/*
 * tables.c - tables of dicts, which are no objects and have a free list all the same.
 *
 * A dict's smallest table, of eight slots, goes to a list of its own when the dict dies, grows or
 * is cleared, and the next dict that gets its first entry takes it from there (new_keys_object() and
 * free_keys_object() of Objects/dictobject.c). The list is watched as those of objects are
 * (free_list.c), under a type that is made up.
 *
 * What the list does not show is which of the allocator's blocks are such tables. They are all of
 * one size, and asked for in one place of the interpreter, or a few where it was inlined: the
 * place where a block was made that comes to lie on the list makes tables, as long as nearly all
 * its blocks look like one a little later. (Where another tool's hooks lie on top of ours, all
 * blocks have the same place.) From then on TABLE goes before each block of that size and place.
 */
#include "agent/free_list.h"

#include "agent/object.h"
#include "agent/places.h"

#define DICT_KEYS 32 /* of a dict: its table */

/* From 3.11 on a table whose keys are all text is smaller, and only those go to the list. */
#define TEXT_FROM  0x030b0000u
#define ANY_BYTES  168u
#define TEXT_BYTES 120u

#define SLOTS      8u
#define SLOTS_LOG2 3u
#define LOG2       8  /* a byte of a table, since TEXT_FROM; before: a word, the slots */
#define KIND       10 /* ... and 0 there: not all keys are text */

#define MADE       1024u
#define SURE       2u   /* tables seen */
#define FEW_OTHERS 8u   /* so many times as many tables as other blocks */
#define EACH       64u  /* first blocks of a place that are looked at; */
#define SELDOM     256u /* ... then one in so many: it is a system call */

/* such: tables, of so many blocks that were looked at a little later, of n in all; proved: one came
 * to lie on the list. */
static struct place sites[PLACES];

/* Blocks that may be tables, and where they were made: by place, and the last one. */
static struct made_at { uintptr_t block, site; } made[MADE], last;

/* As much of a type as is told: once, with the list. */
static uintptr_t type[8] = {[TP_NAME / 8] = (uintptr_t)"dict keys"};

uintptr_t tables_begin(uint32_t *bytes)
{
    *bytes = pmt_hex_version < TEXT_FROM ? ANY_BYTES : TEXT_BYTES;
    HOT.table_bytes = *bytes;
    type[TP_BASIC_SIZE / 8] = *bytes;
    return (uintptr_t)type;
}

/* -- which go to the list -- */

static bool is_smallest(uint64_t word)
{
    if (pmt_hex_version < TEXT_FROM)
        return word == SLOTS;
    return (word & 0xff) == SLOTS_LOG2 && word >> 8 * (KIND - LOG2) & 0xff;
}

uintptr_t table_that_dies(uintptr_t dict)
{
    uintptr_t table = get(dict, DICT_KEYS);

    return table && get(table, 0) == 1 && is_smallest(get(table, LOG2)) ? table : 0;
}

bool table_is_dead(uintptr_t table)
{
    uint64_t references, word;

    return collector_read(table, &references) && references <= 1 && /* 1: a larger one replaced it */
           collector_read(table + LOG2, &word) && is_smallest(word);
}

/* -- which blocks they are -- */

static bool makes_tables(const struct place *s)
{
    return s->proved && s->such >= SURE && s->others <= s->such / FEW_OTHERS;
}

/* The block made before this one has been filled by now: is it a table? */
static void judge_last(void)
{
    struct place *s = last.block ? place_find(sites, last.site) : NULL;
    uint64_t word;

    if (!s || (s->n++ >= EACH && s->n % SELDOM))
        return;
    if (collector_read(last.block + LOG2, &word) && is_smallest(word))
        s->such++;
    else
        s->others++;
}

static size_t place_of(uintptr_t block)
{
    return (block >> 4) % MADE;
}

void table_made(uintptr_t block, uintptr_t at)
{
    const struct place *s;

    if (!HOT.table_bytes)
        return;
    judge_last();
    last.block = block;
    last.site = at;
    made[place_of(block)] = last;
    s = place_find(sites, at);
    if (!s || !makes_tables(s))
        return;
    ring_put(PMT_W_TABLE, 0, (uintptr_t)type);
    HOT.beside++;
}

void table_shelved(uintptr_t block)
{
    struct made_at *m = &made[place_of(block)];
    struct place *s = m->block == block ? place_find(sites, m->site) : NULL;

    if (s)
        s->proved = true;
}
