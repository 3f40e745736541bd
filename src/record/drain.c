/*
 * drain.c - records of one process become events of one trace.
 *
 * Two rings are merged by position (agent/wire.h): the main head is read first, the
 * raw head second, and a raw record goes before the main record that its position
 * names. Addresses end here: an event names its block by slot, and that the block lies
 * where the model will put it is kept as a placement check.
 *
 * Whether the collector counts an obj block is known one record later: allocating it
 * raised count 0 by one, or did not. So the last obj block is held back until the next
 * main record says what the count is then. A free lowers the count, before its own
 * record, if its block was counted and the count above 0. Where the count was reset in
 * between, the agent has looked at the block itself (GC_LAST); of one that is too small
 * to be the collector's it says nothing, and a checkpoint finds it held.
 *
 * A block on a free list has no slot, since a slot is an object's; where its slot would
 * be kept stands the list.
 *
 * Blocks that the trace does not know are normal in the raw domain (the interpreter
 * puts other allocators in place for moments while it starts and ends): they are
 * counted. In arenas they would be a fault of the recording: counted as a loss.
 */
#include "record/drain.h"

#include <string.h>
#include "base/alloc.h"
#include "base/check.h"
#include "base/vec.h"
#include "trace/format.h"

bool pmt_drain_init(struct pmt_drain *d, struct pmt_shm *shm, struct pmt_writer *w,
                    uint64_t start_ns)
{
    memset(d, 0, sizeof *d);
    d->shm = shm;
    d->writer = w;
    d->start_ns = start_ns;
    d->fork_serial = -1;
    d->end_status = UINT64_MAX;
    return pmt_shadow_init(&d->shadow);
}

void pmt_drain_release(struct pmt_drain *d)
{
    pmt_shadow_release(&d->shadow);
    pmt_vec_release(&d->counted);
    pmt_vec_release(&d->typed);
    pmt_vec_release(&d->popped);
    pmt_vec_release(&d->threads);
    pmt_vec_release(&d->types);
    pmt_vec_release(&d->alive);
    pmt_free(d->arenas);
    d->arenas = NULL;
}

void pmt_drain_fork(struct pmt_drain *d, struct pmt_shm *shm)
{
    d->shm = shm;
    d->tail = d->raw_tail = 0;
    d->fork_serial = -1;
    d->main_thread = 0;
    memset(d->raw_resizes, 0, sizeof d->raw_resizes);
}

/* -- threads -- */

static void switch_thread(struct pmt_drain *d, uint64_t thread)
{
    uint32_t i = 0;

    while (i < d->threads.n && d->threads.at[i] != thread)
        i++;
    if (i == d->threads.n && !pmt_vec_push(&d->threads, thread)) {
        d->failed = true;
        return;
    }
    d->thread = thread;
    pmt_writer_event(d->writer, PMT_OP_THREAD, i, NULL);
}

static inline void in_thread(struct pmt_drain *d, uint64_t thread)
{
    if (PMT_UNLIKELY(d->thread != thread))
        switch_thread(d, thread);
}

/* -- blocks -- */

static inline void put_place(struct pmt_drain *d, uint64_t address)
{
    uint64_t place;

    if (pmt_shadow_place(&d->shadow, address, &place))
        pmt_writer_place(d->writer, place);
}

/* -- blocks on free lists -- */

#define ON_LIST UINT32_C(0x80000000) /* with the number of the list, for a slot */

/* The slot (+ 1) kept there, 0 = none. */
static inline uint32_t slot_in(const uint32_t *at)
{
    return *at & ON_LIST ? 0 : *at;
}

static const struct pmt_wire_list *list_in(const struct pmt_drain *d, const uint32_t *at)
{
    return &d->lists[*at % PMT_WIRE_LISTS];
}

static void on_cleared(struct pmt_drain *d, const struct pmt_wire_list *l)
{
    pmt_writer_event(d->writer, PMT_OP_CLEARED, l->type, &l->bytes);
}

/* Where the slot (+ 1) of a block that now comes to lie at address is to be kept; what
 * the trace has there is gone. NULL = out of memory. */
static inline uint32_t *clear_site(struct pmt_drain *d, uint64_t address)
{
    uint32_t *at = pmt_shadow_at(&d->shadow, address);

    if (PMT_UNLIKELY(!at)) {
        d->failed = true;
    } else if (PMT_UNLIKELY(*at)) {
        d->trouble[PMT_TROUBLE_OVER_LIVE]++;
        if (*at & ON_LIST) {
            on_cleared(d, list_in(d, at));
            return at;
        }
        pmt_writer_end(d->writer, PMT_OP_FREE, *at - 1);
    }
    return at;
}

/* -- what the collector counts -- */

static bool is_counted(const struct pmt_drain *d, uint32_t slot)
{
    return slot / 64 < d->counted.n && d->counted.at[slot / 64] >> slot % 64 & 1;
}

static bool is_typed(const struct pmt_drain *d, uint32_t slot)
{
    return slot / 64 < d->typed.n && d->typed.at[slot / 64] >> slot % 64 & 1;
}

static void set_typed(struct pmt_drain *d, uint32_t slot, bool typed)
{
    while (d->typed.n <= slot / 64)
        if (!pmt_vec_push(&d->typed, 0)) {
            d->failed = true;
            return;
        }
    d->typed.at[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    d->typed.at[slot / 64] |= (uint64_t)typed << slot % 64;
}

static void set_counted(struct pmt_drain *d, uint32_t slot, bool counted)
{
    while (d->counted.n <= slot / 64)
        if (!pmt_vec_push(&d->counted, 0)) {
            d->failed = true;
            return;
        }
    d->counted.at[slot / 64] &= ~(UINT64_C(1) << slot % 64);
    d->counted.at[slot / 64] |= (uint64_t)counted << slot % 64;
}

static inline void on_alloc(struct pmt_drain *d, enum pmt_op op, uint64_t address,
                            uint64_t size)
{
    uint32_t *at = clear_site(d, address);

    uint32_t slot;

    if (PMT_UNLIKELY(!at))
        return;
    slot = pmt_writer_alloc(d->writer, op, size);
    *at = slot + 1;
    if (is_typed(d, slot))
        set_typed(d, slot, false);
    if (op == PMT_OP_ALLOC_GC || op == PMT_OP_REUSED_GC || is_counted(d, slot))
        set_counted(d, slot, op == PMT_OP_ALLOC_GC || op == PMT_OP_REUSED_GC);
    put_place(d, address);
}

/* Take the slot (+ 1) away from an address; 0 = nothing known there. */
static inline uint32_t lift(struct pmt_drain *d, uint64_t address)
{
    uint32_t *at = pmt_shadow_at(&d->shadow, address);
    uint32_t slot;

    if (PMT_UNLIKELY(!at)) {
        d->failed = true;
        return 0;
    }
    slot = slot_in(at);
    if (PMT_UNLIKELY(*at & ON_LIST))
        on_cleared(d, list_in(d, at));
    d->was_on_list = *at & ON_LIST;
    *at = 0;
    return slot;
}

static void count_unknown(struct pmt_drain *d, uint64_t address, bool resize)
{
    uint64_t place;

    if (d->failed)
        return;
    if (pmt_shadow_place(&d->shadow, address, &place))
        d->trouble[PMT_TROUBLE_UNKNOWN_SMALL]++;
    else
        d->trouble[resize ? PMT_TROUBLE_UNKNOWN_REALLOC : PMT_TROUBLE_UNKNOWN_FREE]++;
}

static inline void on_free(struct pmt_drain *d, uint64_t address)
{
    uint32_t slot = lift(d, address);

    if (PMT_LIKELY(slot))
        pmt_writer_end(d->writer, PMT_OP_FREE, slot - 1);
    else if (!d->was_on_list)
        count_unknown(d, address, false);
}

static void begin_resize(struct pmt_drain *d, struct pmt_resize *r, uint64_t thread,
                         uint64_t old, uint64_t op)
{
    *r = (struct pmt_resize){.thread = thread, .old = old, .op = (enum pmt_op)op,
                             .slot = lift(d, old)};
    if (!r->slot && !d->was_on_list)
        count_unknown(d, old, true);
}

static void end_resize(struct pmt_drain *d, struct pmt_resize *r, uint64_t address,
                       uint64_t size)
{
    struct pmt_resize was = *r;
    uint32_t *at;

    *r = (struct pmt_resize){0};
    if (!was.slot) {
        if (address)
            on_alloc(d, was.op ? was.op : PMT_OP_ALLOC_RAW, address, size);
        return;
    }
    at = clear_site(d, address ? address : was.old); /* failed: it stays */
    if (!at)
        return;
    *at = was.slot;
    if (address) {
        pmt_writer_realloc(d->writer, was.slot - 1, size);
        put_place(d, address);
    }
}

/* -- the held block -- */

/* An object of this type came there. */
static void on_typed_alloc(struct pmt_drain *d, uint32_t type, enum pmt_op op, uint64_t address,
                           uint64_t size)
{
    uint32_t *at;

    pmt_writer_event(d->writer, PMT_OP_OBJECT, type, NULL);
    on_alloc(d, op, address, size);
    at = pmt_shadow_at(&d->shadow, address);
    if (at && slot_in(at))
        set_typed(d, *at - 1, true);
}

static void on_reused(struct pmt_drain *d, uint64_t address)
{
    uint32_t *at = pmt_shadow_at(&d->shadow, address);
    const struct pmt_wire_list *l;

    if (!at || !(*at & ON_LIST))
        return; /* what was not shelved */
    l = list_in(d, at);
    *at = 0;
    on_typed_alloc(d, l->type, l->counted ? PMT_OP_REUSED_GC : PMT_OP_REUSED, address, l->bytes);
}

/* A list is seen to have given something when the next block comes or goes. The count is that
 * block's matter then, which the held one has to wait for. */
static void on_popped(struct pmt_drain *d, uint64_t address)
{
    if (!d->held.address)
        on_reused(d, address);
    else if (!pmt_vec_push(&d->popped, address))
        d->failed = true;
}

static void let_go(struct pmt_drain *d, bool counted)
{
    enum pmt_op op = counted ? PMT_OP_ALLOC_GC : PMT_OP_ALLOC_OBJ;

    if (!d->held.address)
        return;
    if (d->held.type)
        on_typed_alloc(d, d->held.type - 1, op, d->held.address, d->held.size);
    else
        on_alloc(d, op, d->held.address, d->held.size);
    d->held.address = 0;
    for (size_t i = 0; i < d->popped.n; i++)
        on_reused(d, d->popped.at[i]);
    d->popped.n = 0;
}

/* The count is now this; lowered: after a counted block was given back. */
static void let_go_by_count(struct pmt_drain *d, uint64_t count, bool lowered)
{
    uint64_t before = d->held.count;
    uint64_t if_counted = lowered ? before : before + 1;
    uint64_t if_not = lowered && before ? before - 1 : before;

    if (if_counted == if_not || (count != if_counted && count != if_not))
        d->trouble[PMT_TROUBLE_GC_UNSURE]++;
    let_go(d, count == if_counted && count != if_not);
}

static bool will_lower(struct pmt_drain *d, uint64_t address)
{
    uint32_t *at = pmt_shadow_at(&d->shadow, address);

    if (at && *at & ON_LIST)
        return list_in(d, at)->counted;
    return at && *at && is_counted(d, *at - 1);
}

static void hold(struct pmt_drain *d, uint64_t address, uint64_t size, uint64_t count)
{
    d->held.address = address;
    d->held.size = size;
    d->held.count = count;
    d->held.type = 0;
}

/* -- collections -- */

static uint64_t data_after(const struct pmt_drain *d, uint64_t i)
{
    return d->shm->ring[(d->tail + 1 + i) & (PMT_RING_RECORDS - 1)].b;
}

static uint64_t since_start(const struct pmt_drain *d, uint64_t ns)
{
    return ns > d->start_ns ? ns - d->start_ns : 0;
}

static void put_number(struct pmt_drain *d, enum pmt_op op, uint32_t arg, uint64_t wide)
{
    pmt_writer_event(d->writer, op, arg, &wide);
}

/* It may be gone, or another block by now. */
static void on_untracked(struct pmt_drain *d, uint64_t address)
{
    uint32_t *at = pmt_shadow_at(&d->shadow, address);

    if (at && slot_in(at) && is_counted(d, *at - 1))
        pmt_writer_about(d->writer, PMT_OP_GC_UNTRACKED, *at - 1, 0);
}

static void on_gc_set(struct pmt_drain *d, uint64_t low, uint64_t b)
{
    pmt_writer_event(d->writer, PMT_OP_GC_ENABLED, (uint32_t)(low >> 32) != 0, NULL);
    put_number(d, PMT_OP_GC_THRESHOLD, 0, low & UINT32_MAX);
    put_number(d, PMT_OP_GC_THRESHOLD, 1, b & UINT32_MAX);
    put_number(d, PMT_OP_GC_THRESHOLD, 2, b >> 32);
}

static void on_gc_begin(struct pmt_drain *d, uint64_t low, uint64_t ns)
{
    put_number(d, PMT_OP_GC_BEGIN, (uint32_t)low, ns ? since_start(d, ns) : 0);
}

static uint64_t on_gc_end(struct pmt_drain *d, uint64_t low, uint64_t ns)
{
    for (uint32_t which = 0; which < PMT_W_FIGURES; which++)
        if (data_after(d, which) != PMT_W_NOT_KNOWN)
            put_number(d, PMT_OP_GC_STAT, which, data_after(d, which));
    put_number(d, PMT_OP_GC_END, (uint32_t)low, ns ? since_start(d, ns) : 0);
    return PMT_W_FIGURES;
}

/* -- types, garbage -- */

/* The type at an address: the last one told there. NULL: none. */
static struct pmt_known_type *find_type(struct pmt_drain *d, uint64_t address)
{
    uint32_t *guess = &d->type_guess[(address >> 4) % PMT_TYPE_GUESSES];

    if (*guess < d->types.n && d->types.at[*guess].address == address)
        return &d->types.at[*guess];
    for (uint32_t i = 0; i < d->types.n; i++)
        if (d->types.at[i].address == address) {
            *guess = i;
            return &d->types.at[i];
        }
    return NULL;
}

static uint64_t digest_of(const struct pmt_type *type)
{
    uint64_t h = type->basic_size << 32 ^ type->item_size;

    for (const char *s = type->name; *s; s++)
        h = (h ^ (uint8_t)*s) * UINT64_C(0x100000001B3);
    return h;
}

/* The type at this address from now on. The agent forgets which types it has told; only
 * one that is another than before gets a number. */
static void know_type(struct pmt_drain *d, uint64_t address, const struct pmt_type *type)
{
    struct pmt_known_type *known = find_type(d, address);
    struct pmt_known_type now = {address, digest_of(type), type->number};

    if (known && known->digest == now.digest)
        return;
    if (type->number == PMT_TYPES_MAX) { /* the format has no more */
        if (known)
            known->address = 0;
        return;
    }
    if (known)
        *known = now;
    else if (!pmt_vec_push(&d->types, now))
        d->failed = true;
    d->n_types++;
    pmt_writer_type(d->writer, type);
}

/* What follows the record: the sizes, then the name (wire.h). */
static uint64_t on_type(struct pmt_drain *d, uint64_t bytes, uint64_t address)
{
    uint64_t n = 1 + (bytes + 15) / 16;
    const struct pmt_wire_rec *sizes = &d->shm->ring[(d->tail + 1) & (PMT_RING_RECORDS - 1)];
    char name[PMT_TYPE_NAME_MAX + 16];
    struct pmt_type type = {.number = d->n_types, .basic_size = sizes->a,
                            .item_size = sizes->b, .name = name};

    if (bytes > PMT_TYPE_NAME_MAX)
        return 0; /* no agent says so */
    for (uint64_t i = 1; i < n; i++)
        memcpy(name + 16 * (i - 1),
               &d->shm->ring[(d->tail + 1 + i) & (PMT_RING_RECORDS - 1)], 16);
    name[bytes] = '\0';
    know_type(d, address, &type);
    return n;
}

static void on_garbage(struct pmt_drain *d, uint64_t address, uint64_t b)
{
    const struct pmt_known_type *type = find_type(d, b & ~PMT_W_FIRST);
    uint32_t *at = pmt_shadow_at(&d->shadow, address);
    uint32_t first = b & PMT_W_FIRST ? PMT_GARBAGE_FIRST : 0;

    d->garbage_told = at && slot_in(at) && type && is_counted(d, *at - 1);
    if (d->garbage_told)
        pmt_writer_about(d->writer, PMT_OP_GARBAGE, *at - 1,
                         type->number << PMT_GARBAGE_TYPE | first);
}

/* It is named by GARBAGE alone what refers to it, or what it belongs to: without that it would
 * be another object's. */
static void on_refers(struct pmt_drain *d, uint64_t address)
{
    uint32_t *at = pmt_shadow_at(&d->shadow, address);

    if (d->garbage_told && at && slot_in(at) && is_counted(d, *at - 1))
        pmt_writer_about(d->writer, PMT_OP_REFERS, *at - 1, 0);
}

static void on_belongs(struct pmt_drain *d, uint64_t address, uint64_t type_address)
{
    const struct pmt_known_type *type = type_address ? find_type(d, type_address) : NULL;
    uint32_t *at = pmt_shadow_at(&d->shadow, address);

    if (d->garbage_told && at && slot_in(at))
        pmt_writer_about(d->writer, PMT_OP_BELONGS, *at - 1, type ? type->number + 1 : 0);
}

/* Objects are met as often as others refer to them: the first time counts. */
static void on_alive(struct pmt_drain *d, uint64_t address, uint64_t type_address)
{
    const struct pmt_known_type *type = find_type(d, type_address);
    uint32_t *at = pmt_shadow_at(&d->shadow, address);

    if (!at || !slot_in(at) || !type)
        return;
    while (d->alive.n <= (*at - 1) / 64)
        if (!pmt_vec_push(&d->alive, 0)) {
            d->failed = true;
            return;
        }
    if (d->alive.at[(*at - 1) / 64] >> (*at - 1) % 64 & 1)
        return;
    d->alive.at[(*at - 1) / 64] |= UINT64_C(1) << (*at - 1) % 64;
    pmt_writer_about(d->writer, PMT_OP_ALIVE, *at - 1, type->number);
}

/* -- types as objects are made, free lists -- */

static void tell_type(struct pmt_drain *d, uint32_t slot, uint32_t type)
{
    pmt_writer_about(d->writer, PMT_OP_TYPED, slot, type);
    set_typed(d, slot, true);
}

/* The block is held back yet, or its object was too young to be read (made.c). */
static void on_object(struct pmt_drain *d, uint64_t address, uint64_t type_address)
{
    const struct pmt_known_type *type = find_type(d, type_address);
    uint32_t *at;

    if (!type)
        return;
    if (d->held.address == address) {
        d->held.type = type->number + 1;
        return;
    }
    at = pmt_shadow_at(&d->shadow, address);
    if (at && slot_in(at))
        tell_type(d, *at - 1, type->number);
}

static uint64_t on_list(struct pmt_drain *d, uint64_t number, uint64_t type_address)
{
    const struct pmt_known_type *type = find_type(d, type_address);

    d->lists[number % PMT_WIRE_LISTS] = (struct pmt_wire_list){
        .type = type ? type->number : 0, .bytes = data_after(d, 0),
        .counted = data_after(d, 1) != 0};
    return 2;
}

static void on_shelved(struct pmt_drain *d, uint32_t list, uint64_t address)
{
    uint32_t slot = lift(d, address);
    uint32_t *at = pmt_shadow_at(&d->shadow, address);

    if (!slot || !at) { /* it was there before the hooks */
        count_unknown(d, address, false);
        return;
    }
    if (!is_typed(d, slot - 1)) /* its list says what it was */
        tell_type(d, slot - 1, d->lists[list % PMT_WIRE_LISTS].type);
    pmt_writer_end(d->writer, PMT_OP_SHELVED, slot - 1);
    *at = ON_LIST | list;
}

/* -- arenas -- */

static void on_arena_new(struct pmt_drain *d, uint64_t base, uint64_t bytes)
{
    uint64_t ordinal = d->arenas_made++;

    if (d->n_arenas == d->cap_arenas) {
        size_t cap = d->cap_arenas ? 2 * d->cap_arenas : 64;
        void *p = pmt_realloc_array(d->arenas, cap, sizeof *d->arenas);

        if (!p) {
            d->failed = true;
            return;
        }
        d->arenas = p;
        d->cap_arenas = cap;
    }
    d->arenas[d->n_arenas].base = base;
    d->arenas[d->n_arenas].bytes = bytes;
    d->arenas[d->n_arenas++].ordinal = ordinal;
    if (!d->arena_bytes)
        d->arena_bytes = bytes;
    if (bytes >= PMT_SHADOW_BYTES && !pmt_shadow_add_arena(&d->shadow, base, bytes, ordinal))
        d->failed = true;
    pmt_writer_event(d->writer, PMT_OP_ARENA_NEW, (uint32_t)(base & 0x1fffff), &bytes);
}

static void on_arena_free(struct pmt_drain *d, uint64_t base, uint64_t bytes)
{
    for (size_t i = 0; i < d->n_arenas; i++) {
        if (d->arenas[i].base != base)
            continue;
        pmt_writer_event(d->writer, PMT_OP_ARENA_FREE, (uint32_t)d->arenas[i].ordinal,
                         NULL);
        d->arenas[i] = d->arenas[--d->n_arenas];
        if (bytes >= PMT_SHADOW_BYTES)
            pmt_shadow_drop_arena(&d->shadow, base, bytes);
        return;
    }
}

static uint32_t clamp32(uint64_t v)
{
    return v < UINT32_MAX ? (uint32_t)v : UINT32_MAX - 1;
}

/* -- what is not a block -- */

static void on_clock(struct pmt_drain *d, uint64_t ns)
{
    uint64_t since = ns > d->start_ns ? ns - d->start_ns : 0;

    pmt_writer_event(d->writer, PMT_OP_CLOCK, 0, &since);
}

/* The text follows in the ring; it was committed together with this record, so a
 * length that goes past the head is no agent's: it is left alone. */
static uint64_t on_oracle(struct pmt_drain *d, uint64_t low, uint64_t blocks)
{
    static const char *const names[] = {"periodic", "end", "exit", "request", "mark"};
    uint64_t bytes = low & UINT32_MAX, n = (bytes + 15) / 16, when = low >> 32;
    struct pmt_oracle oracle = {.text_len = bytes, .blocks = (int64_t)blocks,
                                .when = names[when < 5 ? when : 0]};
    char *text;

    if (n >= atomic_load_explicit(&d->shm->head, memory_order_acquire) - d->tail)
        return 0;
    oracle.text = text = pmt_alloc(n * 16);
    if (!text) {
        d->failed = true;
        return n;
    }
    for (uint64_t i = 0; i < n; i++)
        memcpy(text + 16 * i,
               &d->shm->ring[(d->tail + 1 + i) & (PMT_RING_RECORDS - 1)], 16);
    pmt_writer_oracle(d->writer, &oracle);
    pmt_free(text);
    return n;
}

/* One main record that is not a block's; returns how many records follow it that
 * belong to it. */
static uint64_t on_other(struct pmt_drain *d, enum pmt_wire_op op, uint64_t low, uint64_t b)
{
    switch (op) {
    case PMT_W_ARENA_NEW:
        on_arena_new(d, low, b);
        break;
    case PMT_W_ARENA_FREE:
        on_arena_free(d, low, b);
        break;
    case PMT_W_STACK_NEW:
        pmt_writer_event(d->writer, PMT_OP_STACK_NEW, clamp32(b), NULL);
        break;
    case PMT_W_STACK_FREE:
        pmt_writer_event(d->writer, PMT_OP_STACK_FREE, clamp32(b), NULL);
        break;
    case PMT_W_THREAD:
        d->main_thread = b;
        break;
    case PMT_W_CLOCK:
        on_clock(d, b);
        break;
    case PMT_W_FORK:
        pmt_writer_event(d->writer, PMT_OP_FORK, (uint32_t)low, NULL);
        d->fork_serial = (int64_t)low;
        break;
    case PMT_W_ORACLE:
        let_go(d, false);
        return on_oracle(d, low, b);
    case PMT_W_TROUBLE:
        if (low < sizeof d->trouble / sizeof *d->trouble)
            d->trouble[low] += b;
        break;
    case PMT_W_MAIN:
        let_go(d, false);
        pmt_writer_event(d->writer, PMT_OP_MAIN, 0, NULL);
        break;
    case PMT_W_GC_SET:
        on_gc_set(d, low, b);
        break;
    case PMT_W_GC_FREEZE:
        pmt_writer_event(d->writer, PMT_OP_GC_FREEZE, (uint32_t)low, NULL);
        break;
    case PMT_W_GC_UNTRACKED:
        on_untracked(d, low);
        break;
    case PMT_W_GC_LAST:
        let_go(d, low != 0);
        break;
    case PMT_W_GC_BEGIN:
        let_go(d, false);
        on_gc_begin(d, low, b);
        break;
    case PMT_W_GC_END:
        return on_gc_end(d, low, b);
    case PMT_W_LOOK:
        put_number(d, PMT_OP_GC_LOOK, (uint32_t)low, b);
        break;
    case PMT_W_COUNTS:
        pmt_writer_event(d->writer, PMT_OP_GC_COUNTS, 0, NULL);
        break;
    case PMT_W_TOUCHED:
        put_number(d, PMT_OP_GC_TOUCHED, clamp32(low), b < UINT32_MAX ? b : UINT32_MAX);
        break;
    case PMT_W_GARBAGE:
        on_garbage(d, low, b);
        break;
    case PMT_W_BELONGS:
        on_belongs(d, low, b);
        break;
    case PMT_W_REFERS:
        on_refers(d, low);
        if (b)
            on_refers(d, b);
        break;
    case PMT_W_ALIVE:
        on_alive(d, low, b);
        break;
    case PMT_W_TYPE:
        return on_type(d, low, b);
    case PMT_W_OBJECT:
        on_object(d, low, b);
        break;
    case PMT_W_LIST:
        return on_list(d, low >> PMT_W_LIST_SHIFT, b);
    case PMT_W_SHELVED:
    case PMT_W_REUSED:
    case PMT_W_EXEC:
    case PMT_W_EXEC_FAILED:
    case PMT_W_END:
    case PMT_W_ALLOC_RAW:
    case PMT_W_ALLOC_MEM:
    case PMT_W_ALLOC_OBJ:
    case PMT_W_FREE:
    case PMT_W_RESIZE:
    case PMT_W_RESIZED:
    case PMT_W_DATA:
        break;
    }
    return 0;
}

/* What the held block waits for: a record that carries the count. */
static inline void weigh_held(struct pmt_drain *d, enum pmt_wire_op op, uint64_t low,
                              uint64_t count)
{
    if (d->held.address && op != PMT_W_RESIZED)
        let_go_by_count(d, count, op == PMT_W_FREE && will_lower(d, low));
}

static void on_list_took(struct pmt_drain *d, uint64_t low, uint64_t count)
{
    uint64_t address = low & PMT_W_LIST_MASK;
    uint32_t list = (uint32_t)(low >> PMT_W_LIST_SHIFT);

    /* It died before it could be read: list() whose result is dropped. */
    if (d->held.address == address && !d->held.type)
        d->held.type = d->lists[list % PMT_WIRE_LISTS].type + 1;
    weigh_held(d, PMT_W_SHELVED, low, count);
    on_shelved(d, list, address);
}

static inline uint64_t on_main(struct pmt_drain *d, const struct pmt_wire_rec *rec)
{
    enum pmt_wire_op op = (enum pmt_wire_op)(rec->a >> PMT_W_OP_SHIFT);
    uint64_t low = rec->a & PMT_W_MASK, count = rec->b >> PMT_W_COUNT_SHIFT;
    uint64_t b = rec->b & ~(PMT_W_COUNT_MAX << PMT_W_COUNT_SHIFT);

    if (PMT_LIKELY(op != PMT_W_THREAD && d->main_thread))
        in_thread(d, d->main_thread);
    if (op == PMT_W_ALLOC_OBJ) {
        weigh_held(d, op, low, count);
        hold(d, low, b, count);
    } else if (op == PMT_W_FREE) {
        weigh_held(d, op, low, count);
        on_free(d, low);
    } else if (op == PMT_W_ALLOC_MEM) {
        weigh_held(d, op, low, count);
        on_alloc(d, PMT_OP_ALLOC_MEM, low, b);
    } else if (op == PMT_W_RESIZE) {
        weigh_held(d, op, low, count);
        begin_resize(d, &d->resize, 1, low,
                     b == PMT_W_ALLOC_OBJ ? PMT_OP_ALLOC_OBJ : PMT_OP_ALLOC_MEM);
    } else if (op == PMT_W_RESIZED) {
        end_resize(d, &d->resize, low, rec->b);
    } else if (op == PMT_W_SHELVED) {
        on_list_took(d, low, count);
    } else if (op == PMT_W_REUSED) {
        on_popped(d, low & PMT_W_LIST_MASK);
    } else {
        return on_other(d, op, low, rec->b);
    }
    return 0;
}

/* -- raw ring -- */

static struct pmt_resize *raw_resize(struct pmt_drain *d, uint64_t thread)
{
    struct pmt_resize *unused = &d->raw_resizes[0];

    for (size_t i = 0; i < PMT_MAX_RESIZES; i++) {
        if (d->raw_resizes[i].thread == thread)
            return &d->raw_resizes[i];
        if (!d->raw_resizes[i].thread)
            unused = &d->raw_resizes[i];
    }
    return unused;
}

/* What the process says of its own end, and may take back. */
static void on_note(struct pmt_drain *d, enum pmt_wire_op op, uint64_t status)
{
    if (op == PMT_W_END) {
        d->ended = true;
        d->end_status = status;
    } else {
        d->exec = op == PMT_W_EXEC;
    }
}

static void on_raw(struct pmt_drain *d, const struct pmt_wire_raw *rec)
{
    enum pmt_wire_op op = (enum pmt_wire_op)(rec->a >> PMT_W_OP_SHIFT);
    uint64_t low = rec->a & PMT_W_MASK;

    if (op == PMT_W_END || op == PMT_W_EXEC || op == PMT_W_EXEC_FAILED) {
        on_note(d, op, rec->b);
        return;
    }
    in_thread(d, rec->thread);
    if (op == PMT_W_ALLOC_RAW)
        on_alloc(d, PMT_OP_ALLOC_RAW, low, rec->b);
    else if (op == PMT_W_FREE)
        on_free(d, low);
    else if (op == PMT_W_RESIZE)
        begin_resize(d, raw_resize(d, rec->thread), rec->thread, low, PMT_OP_ALLOC_RAW);
    else if (op == PMT_W_RESIZED)
        end_resize(d, raw_resize(d, rec->thread), low, rec->b);
}

/* Raw records up to raw_head whose position is at most pos. */
static uint64_t raw_up_to(struct pmt_drain *d, uint64_t raw_head, uint64_t pos)
{
    uint64_t from = d->raw_tail;

    while (d->raw_tail < raw_head) {
        const struct pmt_wire_raw *rec = &d->shm->raw[d->raw_tail & (PMT_RAW_RECORDS - 1)];

        if (rec->pos > pos)
            break;
        on_raw(d, rec);
        d->raw_tail++;
    }
    if (d->raw_tail != from)
        atomic_store_explicit(&d->shm->raw_tail, d->raw_tail, memory_order_release);
    return d->raw_tail - from;
}

/* Position of the next raw record, or UINT64_MAX. */
static uint64_t next_raw(const struct pmt_drain *d, uint64_t raw_head)
{
    return d->raw_tail < raw_head
               ? d->shm->raw[d->raw_tail & (PMT_RAW_RECORDS - 1)].pos
               : UINT64_MAX;
}

#define GIVE_BACK 4096u /* records between stores of the tail */

uint64_t pmt_drain_some(struct pmt_drain *d, uint64_t most)
{
    uint64_t head = atomic_load_explicit(&d->shm->head, memory_order_acquire);
    uint64_t raw_head = atomic_load_explicit(&d->shm->raw_head, memory_order_acquire);
    uint64_t from = d->tail, taken = 0, raw_pos;
    uint64_t until = head - d->tail > most ? d->tail + most : head;

    if (PMT_UNLIKELY((int64_t)(head - d->tail) < 0))
        until = d->tail; /* interpreters with a lock each wrote over each other */
    taken += raw_up_to(d, raw_head, d->tail);
    raw_pos = next_raw(d, raw_head);
    while (d->tail < until && d->fork_serial < 0) {
        d->tail += 1 + on_main(d, &d->shm->ring[d->tail & (PMT_RING_RECORDS - 1)]);
        if (PMT_UNLIKELY(d->tail >= raw_pos)) {
            taken += raw_up_to(d, raw_head, d->tail);
            raw_pos = next_raw(d, raw_head);
        }
        if (PMT_UNLIKELY((d->tail & (GIVE_BACK - 1)) == 0))
            atomic_store_explicit(&d->shm->tail, d->tail, memory_order_release);
    }
    if (d->tail != from)
        atomic_store_explicit(&d->shm->tail, d->tail, memory_order_release);
    return taken + (d->tail - from);
}

void pmt_drain_rss(struct pmt_drain *d, uint64_t bytes)
{
    pmt_writer_event(d->writer, PMT_OP_RSS, 0, &bytes);
}

void pmt_drain_troubles(struct pmt_drain *d)
{
    uint64_t failed = atomic_load(&d->shm->failed_allocs);

    let_go(d, false); /* killed behind it: nobody knows */
    d->trouble[PMT_TROUBLE_ALLOC_FAILED] += failed;
    for (uint32_t code = 0; code < sizeof d->trouble / sizeof *d->trouble; code++)
        if (d->trouble[code])
            pmt_writer_event(d->writer, PMT_OP_TROUBLE, code, &d->trouble[code]);
}
