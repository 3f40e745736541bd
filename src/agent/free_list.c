/*
 * free_list.c - objects that die and are made without the allocator.
 *
 * A list, dict or tuple that dies goes on its type's free list, and the next one is made from
 * there: the allocator's hooks see nothing of it. What shows it, without changing the run:
 *
 *     deaths   the type's tp_dealloc is ours, and calls the type's own. If the list's newest
 *              object is this one then, it went there (SHELVED).
 *     births   the list's counter stands lower than before: which objects were taken is known,
 *              the list gives the newest first (REUSED). It is looked at before the next death that
 *              it may take, and before each block that may be an object of the collector: until
 *              then no collection can come, which is all that looks at what there is (hooks.c).
 *
 * A full collection takes objects from a list too, and frees them: when one comes to be freed
 * that was on a list, it and those below it were not made anew.
 *
 * Tables of dicts (tables.c) go to their list with a dict, behind whose death it is looked at; or
 * when a dict grows or is cleared, which the next hook call sees: the counter stands higher then.
 * They die without a word as well, so before each block that is freed their counter is looked at.
 *
 * What dies within a death may have gone there in between, and the one below it may come
 * to light only then: where the list is not what was told plus this object, it is compared.
 *
 * Where tuples of one size have their list, those of all sizes are next to it. So once one is
 * found all are, and a hook call that finds nothing changed compares a few words.
 *
 * From 3.11 on floats die without tp_dealloc. Where all objects are told their list is kept
 * empty instead, and full by its counter: each float goes through the allocator. That moves
 * blocks of floats, nothing else: floats are no objects of the collector.
 */
#include "agent/free_list.h"

#include <dlfcn.h>
#include <string.h>
#include <sys/mman.h>
#include <pymemtrace/trace.h>
#include "agent/object.h"

#define FEW_DEATHS 16u
#define MANY_DEATHS (1u << 16) /* then there is no list of tables */
#define FLOAT_FULL 100 /* PyFloat_MAXFREELIST, 3.8 ... 3.13 */
#define TUPLES_FROM_ONE 0x030b0000u /* from this version on the first list is for one item */

typedef void destructor(void *);

enum { LISTS, DICTS, TABLES, FIRST_TUPLE, N_LISTS = FIRST_TUPLE + TUPLE_LISTS };

static struct free_list lists[N_LISTS];
static uint64_t fewest_items; /* of the first list of tuples: up to 3.10 it is for none, and
                                 holds the only one there is */
static struct free_list *found[N_LISTS]; /* those that are watched */
static size_t n_found;
static struct free_list floats;
static bool over; /* lists can be watched no more */

struct list_counts list_counts = {
    .list = &list_counts.told_list, .dict = &list_counts.told_dict,
    .tables = &list_counts.told_tables, .tuples = list_counts.told_tuples};

static struct {
    void *(*new_float)(double);
    void (*free)(void *);
} py;

static destructor *list_dealloc, *dict_dealloc, *tuple_dealloc;

/* -- telling -- */

static uintptr_t block_in(const struct free_list *l, uintptr_t object)
{
    return object - l->head;
}

static void put(enum pmt_wire_op op, const struct free_list *l, uintptr_t object)
{
    if (!ring_room_for_one())
        return;
    ring_put(op, l->number | block_in(l, object), wire_count(0));
    HOT.beside++;
}

static void put_reused(struct free_list *l, uint32_t down_to)
{
    while (*l->known > down_to) {
        uintptr_t object = l->stack[--*l->known];

        touch_anew(block_in(l, object));
        if (l->head)
            look_late(block_in(l, object));
        if (l->head && l != &lists[LISTS]) /* no list is ever untracked */
            collector_young_at(collector_tagged(block_in(l, object), l->bytes));
        put(PMT_W_REUSED, l, object);
    }
}

/* For the collector's objects this record says by its count what the last block was; for tables,
 * and where one is given, whatever comes next has to (drain_held.c). */
static void put_shelved(struct free_list *l, uintptr_t object)
{
    if (*l->known == FREE_LIST_MOST)
        return;
    l->stack[(*l->known)++] = object;
    if (l == &lists[TABLES])
        table_shelved(object);
    else if (HOT.gc_unseen && ring_room_for_one()) {
        ring_put(PMT_W_COLLECTED, block_in(l, object), l->type);
        HOT.beside++;
    }
    put(PMT_W_SHELVED, l, object);
    if (l->head)
        collector_no_last();
}

/* -- what the lists hold -- */

/* How many. A number that no list can have shows that this is none. */
static uint32_t holds(struct free_list *l)
{
    int32_t n = *l->counter;

    l->lost |= n > (int32_t)l->most;
    return n <= 0 || l->lost ? 0 : (uint32_t)n;
}

static uintptr_t newest(const struct free_list *l, uint32_t n)
{
    return n == 0 ? 0 : l->link ? get(l->place, 0) : get(l->place, (int)(8 * (n - 1)));
}

static uintptr_t held[FREE_LIST_MOST]; /* by the list that is looked at */

/* All of it goes into held, the newest last: how many. A chain that ends before that is
 * none. */
static uint32_t contents(struct free_list *l)
{
    uint32_t n = holds(l);
    uint64_t object = newest(l, n);

    for (uint32_t i = n; i-- > 0;) {
        held[i] = l->link ? object : get(l->place, (int)(8 * i));
        if (l->link && !collector_read(object + (uintptr_t)l->link, &object)) {
            l->lost = true;
            return 0;
        }
    }
    return n;
}

/* Tell what has changed in all but the newest so many, which went there just now. */
static void compare_all(struct free_list *l, uint32_t but)
{
    uint32_t n = contents(l), same = 0;

    if (n < but)
        return;
    n -= but;
    while (same < *l->known && same < n && l->stack[same] == held[same])
        same++;
    put_reused(l, same);
    while (*l->known < n)
        put_shelved(l, held[*l->known]);
}

static void watch(struct free_list *l)
{
    uint32_t n = contents(l);
    uint64_t figures[] = {l->bytes, l->head != 0};

    type_tell(l->type);
    if (!ring_room(RESERVE))
        return;
    ring_put_figures(PMT_W_LIST, l->number, l->type, figures, 2);
    made_watch(NULL);
    collector_settle();
    for (uint32_t i = 0; i < n; i++)
        put_shelved(l, held[i]);
    found[n_found++] = l;
}

/* -- tuples: one list for each number of items -- */

static struct free_list_guess beside(const struct free_list *l, ptrdiff_t by)
{
    return (struct free_list_guess){.counter = (uintptr_t)l->counter + 4 * (uintptr_t)by,
                                    .place = l->place + 8 * (uintptr_t)by};
}

/* Whether there is one for each size where they should be if this is one of them. Empty
 * ones do not show it. */
static bool has_others(const struct free_list *l)
{
    unsigned n_filled = 0;

    for (struct free_list *other = &lists[FIRST_TUPLE]; other < lists + N_LISTS; other++) {
        struct free_list_guess g = beside(l, other - l);

        if (other == l || !other->items)
            continue;
        if (other->counter ? (uintptr_t)other->counter != g.counter : !free_list_is(other, g))
            return false;
        n_filled += *(const uint32_t *)g.counter != 0;
    }
    return n_filled > 0;
}

static void watch_others(const struct free_list *l)
{
    for (struct free_list *other = &lists[FIRST_TUPLE]; other < lists + N_LISTS; other++) {
        bool is_new = !other->counter;

        free_list_found(other, beside(l, other - l));
        if (is_new && other->items)
            watch(other);
        else if (is_new)
            found[n_found++] = other;
    }
    list_counts.tuples = (const uint32_t *)lists[FIRST_TUPLE].counter;
}

bool free_list_has_counter(uintptr_t counter)
{
    for (size_t i = 0; i < n_found; i++)
        if ((uintptr_t)found[i]->counter == counter)
            return true;
    return false;
}

static void watch_found(struct free_list *l)
{
    watch(l);
    if (l == &lists[LISTS])
        list_counts.list = (const uint32_t *)l->counter;
    else if (l == &lists[DICTS])
        list_counts.dict = (const uint32_t *)l->counter;
    else if (l == &lists[TABLES])
        list_counts.tables = (const uint32_t *)l->counter;
    else if (has_others(l))
        watch_others(l);
    list_counts.slow = HOT.objects == PMT_OBJECTS_ALL ||
                       (n_found && list_counts.tuples == list_counts.told_tuples);
}

/* The one that is being freed was on it: those above were made anew, those below are freed
 * next, or the counter says that they stay. */
static bool begin_clearing(struct free_list *l, uint32_t n, uintptr_t freed)
{
    uint32_t i = *l->known;

    while (i > n && block_in(l, l->stack[i - 1]) != freed)
        i--;
    if (i == n)
        return false;
    put_reused(l, i);
    --*l->known;
    l->clearing = *l->known > n;
    l->cleared = freed;
    return true;
}

static void sync_list(struct free_list *l, uintptr_t freed)
{
    uint32_t n = holds(l);

    if (l->lost) {
        *l->known = (uint32_t)*l->counter;
        return;
    }
    if (l->clearing && freed && freed == l->cleared)
        return;
    if (l->clearing && freed && freed == block_in(l, l->stack[*l->known - 1])) {
        l->clearing = --*l->known > n;
        return;
    }
    l->clearing = false;
    if (n > *l->known && l == &lists[TABLES]) {
        compare_all(l, 0);
        return;
    }
    if (n >= *l->known)
        return; /* a death that is under way has put it there */
    if (!freed || !begin_clearing(l, n, freed))
        put_reused(l, n);
}

/* -- floats -- */

static void empty_floats(void)
{
    uintptr_t object;

    while ((object = get(floats.place, 0)) != 0) {
        set(floats.place, 0, get(object, floats.link));
        py.free((void *)object);
    }
    *floats.counter = FLOAT_FULL;
}

/* Two that we make and drop show where the list is. */
static bool find_floats(void)
{
    void *made[4];
    bool sure = false;

    for (size_t i = 0; i < 4; i++)
        made[i] = py.new_float(1.5 + (double)i);
    for (size_t i = 0; i < 4; i++) {
        if (!made[i])
            continue;
        if (!sure)
            free_list_find_before(&floats);
        pmt_py.decref(made[i]);
        sure = sure || free_list_find(&floats, (uintptr_t)made[i]);
    }
    return sure;
}

/* -- every hook call -- */

static void sync_found(uintptr_t freed)
{
    for (size_t i = 0; i < n_found; i++)
        if ((uint32_t)*found[i]->counter != *found[i]->known)
            sync_list(found[i], freed);
}

/* The same where the counts of all stand in a few places; those of tuples are compared in pairs. */
static void sync_all(uintptr_t freed)
{
    const struct list_counts *c = &list_counts;

    if (*c->list != c->told_list)
        sync_list(&lists[LISTS], freed);
    if (*c->dict != c->told_dict)
        sync_list(&lists[DICTS], freed);
    if (*c->tables != c->told_tables)
        sync_list(&lists[TABLES], freed);
#pragma GCC unroll 10 /* TUPLE_LISTS / 2 */
    for (unsigned i = 0; i < TUPLE_LISTS; i += 2) {
        if (!memcmp(c->tuples + i, c->told_tuples + i, 2 * sizeof *c->tuples))
            continue;
        if (c->tuples[i] != c->told_tuples[i])
            sync_list(&lists[FIRST_TUPLE + i], freed);
        if (c->tuples[i + 1] != c->told_tuples[i + 1])
            sync_list(&lists[FIRST_TUPLE + i + 1], freed);
    }
}

void objects_watch_slow(const void *freed)
{
    if (list_counts.slow)
        sync_found((uintptr_t)freed);
    else
        sync_all((uintptr_t)freed);
    if (floats.counter && !floats.lost && UNLIKELY(*floats.counter != FLOAT_FULL) &&
        !HOT.busy) {
        HOT.busy = true;
        empty_floats();
        HOT.busy = false;
    }
}

void objects_tell_taken(const void *freed)
{
    if (HOT.objects && lists_moved())
        objects_watch_slow(freed);
}

/* -- deaths -- */

/* Whether to tell of it: what is done now and then may find that lists can no longer be
 * watched. After the end nothing is done now and then; a program that embeds may start the
 * interpreter again, which from 3.12 on puts its own allocator back. */
static bool ready(const struct free_list *l)
{
    if (UNLIKELY(HOT.ended) && !hooks_in_place())
        objects_end();
    return ring_ready() && !l->lost;
}

/* The first deaths, and fewer and fewer: a list may be full, or an object bring others with
 * it on the way there. (What is read before such a one serves it as well.) */
static bool worth_a_try(struct free_list *l)
{
    uint32_t n = l->counter || l->lost ? 0 : ++l->n_deaths;

    return n && (n < FEW_DEATHS || !(n & (n - 1)));
}

/* What the program has done before comes first in the trace. */
static void tell_before(void)
{
    collector_watch(NULL);
    made_watch(NULL);
}

/* Deaths nest thousands deep in 3.13, on stacks that are the program's: between one and the
 * next there has to be little. */
#define APART static __attribute__((noinline))

/* Behind the death of a dict: what is on the list, but for the dict's, may be another by now. */
static void table_died(struct free_list *l)
{
    uint32_t n;

    if (!l->counter || l->lost)
        return;
    n = holds(l);
    if ((n == *l->known && (!n || newest(l, n) == l->stack[n - 1])) || !ready(l))
        return;
    tell_before(); /* if a collection has begun, this as well */
    l->clearing = false;
    n = holds(l);
    if (n == *l->known + 1 &&
        !memcmp((const void *)l->place, l->stack, *l->known * sizeof *l->stack))
        put_shelved(l, newest(l, n));
    else
        compare_all(l, 0);
}

/* Before a death that may put there again what was taken. Gives the object back: nothing of the
 * caller's has to be kept on the stack. */
APART void *tell_taken(struct free_list *l, void *object)
{
    if (HOT.on && HOT.objects && ready(l)) {
        tell_before();
        sync_list(l, 0);
    }
    return object;
}

/* Behind a death: as mostly, nothing else has happened but that the list has this object now. */
static inline bool is_next(const struct free_list *l, uintptr_t object)
{
    uint32_t n = (uint32_t)*l->counter;

    return n == *l->known + 1 && n <= l->most && newest(l, n) == object && is_quiet();
}

/* Behind the type's own function. */
APART void died(struct free_list *l, uintptr_t object, bool tried)
{
    uint32_t n;

    if (l == &lists[DICTS])
        table_died(&lists[TABLES]);
    if (l->lost)
        return;
    if (!l->counter) {
        if (tried && free_list_find(l, object) && ready(l)) {
            collector_watch(NULL);
            watch_found(l);
        }
        return;
    }
    n = holds(l);
    if (!n || newest(l, n) != object || !ready(l))
        return;
    tell_before();
    l->clearing = false;
    if (*l->known + 1 < n)
        compare_all(l, 1);
    if (*l->known + 1 > n)
        put_reused(l, n - 1);
    if (!l->lost)
        put_shelved(l, object);
}

/* The table that may show where their list is, when this dict dies; 0: none. */
static uintptr_t table_to_find(uintptr_t dict)
{
    uintptr_t table = lists[TABLES].counter ? 0 : table_that_dies(dict);

    if (!table || !worth_a_try(&lists[TABLES]))
        return 0;
    lists[TABLES].lost = lists[TABLES].n_deaths == MANY_DEATHS;
    return table;
}

APART void searched_death(struct free_list *l, void *object, destructor *own)
{
    uintptr_t table = l == &lists[DICTS] ? table_to_find((uintptr_t)object) : 0;
    bool tried = worth_a_try(l);

    if (tried)
        free_list_find_before(l);
    if (table)
        free_list_find_before(&lists[TABLES]);
    own(object);
    if (HOT.objects && table)
        died(&lists[TABLES], table, true);
    if (HOT.objects)
        died(l, (uintptr_t)object, tried);
}

APART void watched_death(struct free_list *l, void *object, destructor *own)
{
    if (!l->lost && *l->counter != (int32_t)*l->known)
        object = tell_taken(l, object);
    own(object);
    if (!HOT.objects)
        return;
    if (l != &lists[DICTS] && !l->lost && is_next(l, (uintptr_t)object)) {
        quiet_watch(NULL);
        l->clearing = false;
        put_shelved(l, (uintptr_t)object);
    } else {
        died(l, (uintptr_t)object, false);
    }
}

/* Its list, or that of tables of dicts, is still to be found. */
static bool is_sought(const struct free_list *l)
{
    const struct free_list *tables = l == &lists[DICTS] ? &lists[TABLES] : l;

    return (!l->counter && !l->lost) || (!tables->counter && !tables->lost);
}

static void death(struct free_list *l, void *object, destructor *own)
{
    if (!l || !HOT.on || !HOT.objects || get((uintptr_t)object, 8) != l->type)
        own(object);
    else if (UNLIKELY(is_sought(l)))
        searched_death(l, object, own);
    else
        watched_death(l, object, own);
}

static void bounded_death(struct free_list *l, void *object, destructor *own, destructor *ours)
{
    enum depth depth = DEPTH_NOTHING; /* of a type derived from it, which sees to that itself */

    if ((destructor *)get(get((uintptr_t)object, 8), TP_DEALLOC) == ours)
        depth = depth_enter(object);
    if (depth == DEPTH_LEAVE) {
        death(l, object, own);
        depth_leave();
    } else if (depth == DEPTH_NOTHING) {
        death(l, object, own); /* the last thing to do: no frame of ours stays */
    }
}

static void list_death(void *object)
{
    bounded_death(&lists[LISTS], object, list_dealloc, list_death);
}

static void dict_death(void *object)
{
    if (UNLIKELY(tables_moved()))
        object = tell_taken(&lists[TABLES], object);
    bounded_death(&lists[DICTS], object, dict_dealloc, dict_death);
}

static void tuple_death(void *object)
{
    uint64_t items = get((uintptr_t)object, TUPLE_ITEMS);

    if (items == 0)
        tuple_dealloc(object); /* the only one, mostly: it may have to stay */
    else
        bounded_death(items - fewest_items < TUPLE_LISTS
                          ? &lists[FIRST_TUPLE + items - fewest_items] : NULL,
                      object, tuple_dealloc, tuple_death);
}

/* -- begin and end -- */

static uintptr_t find(const char *name)
{
    return (uintptr_t)dlsym(RTLD_DEFAULT, name);
}

static bool find_python(void)
{
    py.new_float = (void *(*)(double))find("PyFloat_FromDouble");
    py.free = (void (*)(void *))find("PyObject_Free");
    (void)dlerror();
    return depth_open() && py.new_float && py.free && pmt_py.decref;
}

static void set_up(size_t at, uintptr_t type, uint32_t items, uint32_t bytes, int link)
{
    lists[at].type = type;
    lists[at].items = items;
    lists[at].bytes = HEAD + bytes;
    lists[at].head = HEAD;
    lists[at].link = link;
    lists[at].stack = lists[0].stack + at * FREE_LIST_MOST;
}

static void set_up_tuples(uintptr_t tuple)
{
    uint32_t basic = (uint32_t)get(tuple, TP_BASIC_SIZE);

    fewest_items = pmt_hex_version < TUPLES_FROM_ONE ? 0 : 1;
    for (uint32_t i = 0; i < TUPLE_LISTS; i++) {
        uint32_t items = (uint32_t)fewest_items + i;

        set_up(FIRST_TUPLE + i, tuple, items, basic + 8 * items, (int)basic);
        lists[FIRST_TUPLE + i].known = &list_counts.told_tuples[i];
        lists[FIRST_TUPLE + i].lost = items == 0;
    }
}

static void set_up_tables(void)
{
    struct free_list *l = &lists[TABLES];

    l->type = tables_begin(&l->bytes);
    l->stack = lists[0].stack + TABLES * FREE_LIST_MOST;
    l->known = &list_counts.told_tables;
}

static destructor *put_dealloc(uintptr_t type, destructor *ours)
{
    destructor *own = (destructor *)get(type, TP_DEALLOC);

    set(type, TP_DEALLOC, (uintptr_t)ours);
    return own;
}

/* Their list is kept empty where all objects are told. */
static bool begin_floats(void)
{
    floats = (struct free_list){.type = find("PyFloat_Type"), .link = 8};
    if (HOT.objects != PMT_OBJECTS_ALL)
        return true;
    if (find_floats())
        empty_floats();
    list_counts.slow = true;
    return floats.counter != NULL;
}

static void tell_kinds(uintptr_t list, uintptr_t dict, uintptr_t tuple)
{
    const uintptr_t types[PMT_W_KINDS] = {0, list, dict, tuple};

    for (uint64_t kind = 1; kind < PMT_W_KINDS; kind++) {
        type_tell(types[kind]);
        ring_put(PMT_W_KIND, kind, types[kind]);
        made_types[kind] = types[kind];
    }
}

static bool begin(uintptr_t list, uintptr_t dict, uintptr_t tuple)
{
    void *map = mmap(NULL, N_LISTS * FREE_LIST_MOST * sizeof(uintptr_t), PROT_READ | PROT_WRITE,
                     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    bool complete;

    if (map == MAP_FAILED || !list || !dict || !tuple || !find_python() ||
        !free_list_find_begin(list))
        return false;
    lists[0].stack = map;
    for (uint64_t i = 0; i < N_LISTS; i++)
        lists[i].number = i << PMT_W_LIST_SHIFT;
    set_up(LISTS, list, 0, (uint32_t)get(list, TP_BASIC_SIZE), 0);
    set_up(DICTS, dict, 0, (uint32_t)get(dict, TP_BASIC_SIZE), 0);
    lists[LISTS].known = &list_counts.told_list;
    lists[DICTS].known = &list_counts.told_dict;
    set_up_tables();
    set_up_tuples(tuple);
    complete = begin_floats();
    tell_kinds(list, dict, tuple);
    list_dealloc = put_dealloc(list, list_death);
    dict_dealloc = put_dealloc(dict, dict_death);
    tuple_dealloc = put_dealloc(tuple, tuple_death);
    return complete;
}

/* Of which blocks types are told. Those of lists are of the collector's least size or more. */
static void begin_made(void)
{
    bool all = HOT.objects == PMT_OBJECTS_ALL;

    HOT.made_from = all ? 0 : GC_LEAST;
    HOT.made_span = all ? SIZE_MAX : lists[N_LISTS - 1].bytes + 1 - GC_LEAST;
}

void objects_begin(void)
{
    bool there = lists[0].stack != NULL; /* in a forked child as the parent left them */

    HOT.objects_begun = true;
    if (there ? over : !begin(find("PyList_Type"), find("PyDict_Type"), find("PyTuple_Type")))
        ring_put(PMT_W_TROUBLE, PMT_TROUBLE_LISTS_UNSEEN, 1);
    else if (there)
        HOT.table_bytes = lists[TABLES].bytes;
    if (HOT.objects == PMT_OBJECTS_ALL || made_types[1])
        begin_made();
}

void objects_end(void)
{
    n_found = 0;
    over = floats.lost = true;
    for (size_t i = 0; i < N_LISTS; i++)
        lists[i].lost = true;
    list_counts.list = &list_counts.told_list;
    list_counts.dict = &list_counts.told_dict;
    list_counts.tables = &list_counts.told_tables;
    list_counts.tuples = list_counts.told_tuples;
    list_counts.slow = false;
    HOT.table_bytes = 0;
}

void objects_owner_freed(void)
{
    if (pmt_hex_version < LISTS_IN_INTERPRETER)
        return;
    objects_end();
    HOT.objects_begun = false; /* to be told, if there comes another */
}
