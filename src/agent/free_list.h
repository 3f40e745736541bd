/* free_list.h - the free lists of the interpreter's types, as far as the agent watches them.
 * See free_list.c; free_list_find.c finds them. */
#ifndef PMT_AGENT_FREE_LIST_H
#define PMT_AGENT_FREE_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "agent/objects_watch.h"

#define FREE_LIST_MOST    2000u /* objects that any list holds: PyTuple_MAXFREELIST */
#define FREE_LIST_GUESSES 16u

#define LISTS_IN_INTERPRETER 0x030a0000u /* from this version on; before: in the module's data */

/* was: the counter, before the death that is to show it once more. */
struct free_list_guess { uintptr_t counter, place; uint32_t was; };

struct free_list {
    uintptr_t type;
    uint64_t number;             /* of it, << LIST_SHIFT: as records have it */
    uint32_t items;              /* of a tuple on it */
    uint32_t bytes;              /* of a block on it */
    uint32_t head;               /* of these, before the object; 0: tables of dicts */
    int link;                    /* offset of the next in an object; 0: an array */
    /* once it is found: */
    volatile int32_t *counter;   /* how many it holds; NULL: not found */
    uintptr_t place;             /* of the array, or of the pointer to the newest */
    uint32_t most;               /* how many there can be */
    uint32_t *known;             /* how many it held when that was last told (list_counts), */
    uintptr_t *stack;            /* ... and which objects, the newest last */
    bool clearing;               /* of those above *counter, the next is freed, not made; */
    uintptr_t cleared;           /* ... behind this one, which the same hook call may ask for twice */
    /* until then: */
    struct free_list_guess guess[FREE_LIST_GUESSES];
    size_t n_guesses;
    uint32_t n_deaths, n_seen;   /* all; those that the guesses have come up in, */
    uint32_t n_missed;           /* ... and in a row have not */
    bool proved;                 /* ... and one of them when it held several */
    bool lost;                   /* what was found is no more, or was no list, or there is
                                    none: nothing is tried, nothing read */
};

/* To be called once; a_type: one in the interpreter's own module. False: no memory, or too
 * much data. */
bool free_list_find_begin(uintptr_t a_type);
/* Before an object dies that may go on this list; behind that. True: the list is found. */
void free_list_find_before(struct free_list *l);
bool free_list_find(struct free_list *l, uintptr_t object);
/* Whether these, of which nothing else is known, are those of a list. */
bool free_list_is(const struct free_list *l, struct free_list_guess g);
/* It is at these. */
void free_list_found(struct free_list *l, struct free_list_guess g);

/* tables.c: once; the type that stands for them, and their bytes. */
uintptr_t tables_begin(uint32_t *bytes);
/* The table that goes to the list if this dict dies now and the list has room; 0: none. */
uintptr_t table_that_dies(uintptr_t dict);
/* Whether there is one that is on the list. */
bool table_is_dead(uintptr_t table);
/* This one is. */
void table_shelved(uintptr_t block);

/* Whether this is the counter of a list that is found. */
bool free_list_has_counter(uintptr_t counter);

#endif
