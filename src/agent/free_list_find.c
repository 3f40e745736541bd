/*
 * free_list_find.c - where does a type keep its dead objects?
 *
 * No symbol names a free list: up to 3.9 it is a static of the type's file, later it lies in
 * the interpreter's state, elsewhere in each release and build. But it shows itself. When an
 * object dies and goes on its list, a pointer somewhere is the object's address (it may have
 * been that before: an array keeps what was taken from it), and a number somewhere is larger by
 * one. So the writable data of the interpreter is copied before such a death and compared
 * behind it, and a pair of the two is believed if the list that it spells out is one: as many
 * dead objects of the type as the number says. It has to come up again with the next deaths, at
 * which no more than such pairs are looked at.
 *
 *     array    at[0 ... n - 1], the newest last          list, dict, tables of dicts
 *     linked   head -> newest -> ... -> oldest -> NULL   tuples, float
 */
#include "agent/free_list.h"

#include <link.h>
#include <malloc.h>
#include <string.h>
#include <sys/mman.h>
#include "agent/object.h"

#define REGIONS_MOST  4u
#define BYTES_MOST    ((size_t)8 << 20) /* of all regions */
#define PLACES_MOST   16u
#define COUNTERS_MOST 256u
#define MISSED_MOST   4u  /* a list that is full shows nothing; a pair that is none does not either */
#define SURE_AFTER    6u  /* sightings of a list that never held two, or of tables: they have no type */

static struct region { uintptr_t at; size_t bytes; } regions[REGIONS_MOST];
static size_t n_regions;
static char *copy; /* of them, one behind the other */

/* -- the interpreter's data -- */

static void add_region(uintptr_t at, size_t bytes)
{
    at = (at + 7) & ~(uintptr_t)7;
    if (n_regions < REGIONS_MOST)
        regions[n_regions++] = (struct region){at, bytes & ~(size_t)7};
}

/* From there to the end of the region that it lies in; 0: in none. */
static size_t bytes_from(uintptr_t at)
{
    for (size_t i = 0; i < n_regions; i++)
        if (at - regions[i].at < regions[i].bytes)
            return regions[i].bytes - (at - regions[i].at);
    return 0;
}

/* The writable data of the module that the types are in. */
static int add_module(struct dl_phdr_info *info, size_t size, void *arg)
{
    uintptr_t wanted = *(const uintptr_t *)arg;
    bool found = false;

    (void)size;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];

        found |= p->p_type == PT_LOAD && wanted - (info->dlpi_addr + p->p_vaddr) < p->p_memsz;
    }
    for (int i = 0; found && i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];

        if (p->p_type == PT_LOAD && p->p_flags & PF_W)
            add_region(info->dlpi_addr + p->p_vaddr, p->p_memsz);
    }
    return found;
}

bool free_list_find_begin(uintptr_t a_type)
{
    uintptr_t interpreter = (uintptr_t)(pmt_py.interp_head ? pmt_py.interp_head() : NULL);
    size_t bytes = 0;
    void *map;

    n_regions = 0;
    (void)dl_iterate_phdr(add_module, &a_type);
    if (pmt_hex_version >= LISTS_IN_INTERPRETER && interpreter && !bytes_from(interpreter) &&
        hooks_raw_in_place()) /* 3.10: from malloc, where the program has not set another */
        add_region(interpreter, malloc_usable_size((void *)interpreter));
    for (size_t i = 0; i < n_regions; i++)
        bytes += regions[i].bytes;
    if (!bytes || bytes > BYTES_MOST)
        return false;
    map = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    copy = map == MAP_FAILED ? NULL : map;
    return copy != NULL;
}

/* -- what has changed -- */

struct change {
    uintptr_t place[PLACES_MOST], counter[COUNTERS_MOST];
    size_t n_places, n_counters;
};

static uint32_t number_at(uintptr_t at)
{
    uint32_t n;

    memcpy(&n, (const void *)at, sizeof n);
    return n;
}

static void copy_all(void)
{
    size_t at = 0;

    for (size_t i = 0; i < n_regions; at += regions[i++].bytes)
        memcpy(copy + at, (const void *)regions[i].at, regions[i].bytes);
}

void free_list_find_before(struct free_list *l)
{
    if (!l->n_guesses)
        copy_all();
    for (size_t i = 0; i < l->n_guesses; i++)
        l->guess[i].was = number_at(l->guess[i].counter);
}

static void note_numbers(struct change *c, uintptr_t at, const char *before)
{
    for (uintptr_t half = 0; half < 8; half += 4) {
        uint32_t was, now = number_at(at + half);

        memcpy(&was, before + half, sizeof was);
        if (now == was + 1 && now <= FREE_LIST_MOST && c->n_counters < COUNTERS_MOST)
            c->counter[c->n_counters++] = at + half;
    }
}

static void compare_all_of(struct change *c, uintptr_t object)
{
    size_t from = 0;

    for (size_t i = 0; i < n_regions; from += regions[i++].bytes)
        for (uintptr_t at = regions[i].at; at < regions[i].at + regions[i].bytes; at += 8) {
            const char *before = copy + from + (at - regions[i].at);

            if (UNLIKELY(get(at, 0) == object) && c->n_places < PLACES_MOST)
                c->place[c->n_places++] = at;
            if (UNLIKELY(memcmp(before, (const void *)at, 8)))
                note_numbers(c, at, before);
        }
}

static void add_once(uintptr_t *places, size_t *n, uintptr_t place)
{
    for (size_t i = 0; i < *n; i++)
        if (places[i] == place)
            return;
    places[(*n)++] = place;
}

static void compare_guesses(struct change *c, const struct free_list *l, uintptr_t object)
{
    for (size_t i = 0; i < l->n_guesses; i++) {
        const struct free_list_guess *g = &l->guess[i];
        uint32_t n = number_at(g->counter);
        uintptr_t at = l->link ? g->place : g->place + 8 * (uintptr_t)(n - 1);

        if (n != g->was + 1 || n > FREE_LIST_MOST || bytes_from(at) < 8 || get(at, 0) != object)
            continue;
        add_once(c->counter, &c->n_counters, g->counter);
        add_once(c->place, &c->n_places, at);
    }
}

/* -- which pair of them is a list -- */

static bool is_of_tables(const struct free_list *l)
{
    return !l->head && !l->link;
}

/* A dead object keeps its type, unless the link lies there. */
static bool is_dead_one(const struct free_list *l, uintptr_t object)
{
    uint64_t w;

    if (is_of_tables(l))
        return table_is_dead(object);
    return l->link == 8 || (collector_read(object + 8, &w) && w == l->type);
}

static bool spells_array(const struct free_list *l, uintptr_t base, uint32_t n)
{
    if (bytes_from(base) / 8 < n)
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (!is_dead_one(l, get(base, (int)(8 * i))))
            return false;
    return true;
}

static bool spells_linked(const struct free_list *l, uintptr_t head, uint32_t n)
{
    uint64_t object = get(head, 0);

    for (; n && object; n--)
        if (!is_dead_one(l, object) || !collector_read(object + (uintptr_t)l->link, &object))
            return false;
    return !n && !object;
}

static bool has_guess(const struct free_list *l, struct free_list_guess g)
{
    for (size_t i = 0; i < l->n_guesses; i++)
        if (l->guess[i].counter == g.counter && l->guess[i].place == g.place)
            return true;
    return false;
}

/* Those that hold now and, but for the first time, held before. */
static void weigh(struct free_list *l, const struct change *c)
{
    struct free_list_guess kept[FREE_LIST_GUESSES];
    size_t n_kept = 0;

    for (size_t i = 0; i < c->n_places; i++)
        for (size_t k = 0; k < c->n_counters; k++) {
            uint32_t n = number_at(c->counter[k]);
            uintptr_t place = l->link ? c->place[i] : c->place[i] - 8 * (uintptr_t)(n - 1);
            struct free_list_guess g = {c->counter[k], place, n};

            if (n_kept == FREE_LIST_GUESSES || (l->n_guesses && !has_guess(l, g)) ||
                free_list_has_counter(g.counter) ||
                !(l->link ? spells_linked(l, place, n) : spells_array(l, place, n)))
                continue;
            l->proved |= n > 1;
            kept[n_kept++] = g;
        }
    if (n_kept < l->n_guesses && is_of_tables(l))
        l->n_seen = 0; /* those that are left have to prove themselves */
    memcpy(l->guess, kept, n_kept * sizeof *kept);
    l->n_guesses = n_kept;
}

bool free_list_is(const struct free_list *l, struct free_list_guess g)
{
    return bytes_from(g.counter) >= 4 && bytes_from(g.place) >= 8 &&
           number_at(g.counter) <= FREE_LIST_MOST &&
           (l->link ? spells_linked : spells_array)(l, g.place, number_at(g.counter));
}

void free_list_found(struct free_list *l, struct free_list_guess g)
{
    l->counter = (volatile int32_t *)g.counter;
    l->place = g.place;
    l->most = FREE_LIST_MOST;
    if (!l->link && bytes_from(l->place) / 8 < FREE_LIST_MOST)
        l->most = (uint32_t)(bytes_from(l->place) / 8);
}

bool free_list_find(struct free_list *l, uintptr_t object)
{
    struct change c;

    c.n_places = c.n_counters = 0;
    if (l->n_guesses)
        compare_guesses(&c, l, object);
    else
        compare_all_of(&c, object);
    if (!c.n_places && l->n_missed++ < MISSED_MOST)
        return false;
    l->n_missed = 0;
    weigh(l, &c);
    l->n_seen = l->n_guesses ? l->n_seen + 1 : 0;
    if (!l->n_guesses)
        l->proved = false;
    if (l->n_guesses != 1 || l->n_seen < (l->proved && !is_of_tables(l) ? 2 : SURE_AFTER))
        return false;
    free_list_found(l, l->guess[0]);
    return true;
}
