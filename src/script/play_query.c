/* play_query.c - questions about an object, and about the collector. They go through the
 * operands as a call would, so that what `refcount x` says includes what its argument
 * holds, and nothing else. */
#include "script/play_state.h"

#include <inttypes.h>
#include "heap/heap_inline.h"
#include "object/raise.h"

#define IMMORTAL UINT64_C(0xFFFFFFFF) /* what sys.getrefcount() says of such objects */

typedef bool (*ask_fn)(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                       struct pmt_reading *out);

static const ask_fn askers[PMT_N_QUERIES] = {
#define QUERY(id, fn, word, operands, spec, help) pmt_ask_##fn,
#include "script/query.def"
};

/* -- plain literals -- */

static bool plain(struct pmt_play *p, const struct pmt_literal *l, struct pmt_reading *out)
{
    switch ((enum pmt_literal_kind)l->kind) {
    case PMT_LITERAL_NONE:
        return true;
    case PMT_LITERAL_FALSE:
    case PMT_LITERAL_TRUE:
        return pmt_read_bool(out, l->kind == PMT_LITERAL_TRUE);
    case PMT_LITERAL_INT:
        return pmt_read_number(out, l->u.number);
    case PMT_LITERAL_FLOAT:
        out->kind = PMT_READ_REAL;
        out->real = l->u.real;
        return true;
    case PMT_LITERAL_COMPLEX:
        out->object = pmt_make_literal(p, l);
        out->kind = out->object ? PMT_READ_OBJECT : PMT_READ_NONE;
        return out->object != PMT_NO_OBJ;
    case PMT_LITERAL_STR:
    case PMT_LITERAL_UNICODE:
    case PMT_LITERAL_BYTES:
        out->kind = PMT_READ_TEXT;
        out->is_bytes = l->kind == PMT_LITERAL_BYTES;
        out->text = pmt_script_string(p->script, l->a);
        out->n = l->n;
        return true;
    case PMT_LITERAL_NAME:
    case PMT_LITERAL_TUPLE:
    case PMT_LITERAL_ITEMS:
    case PMT_LITERAL_MEMBERS:
    case PMT_LITERAL_FOLDED:
    case PMT_LITERAL_CODE:
        break;
    }
    pmt_assert(false); /* no atom is one of these */
    return false;
}

bool pmt_ask(struct pmt_play *p, const struct pmt_query *q, struct pmt_reading *out)
{
    uint32_t n = pmt_top(p)->n_operands;
    const pmt_obj *a;
    bool ok;

    if (q->is_plain)
        return plain(p, &p->script->plain.at[q->word], out);
    a = pmt_push_atoms(p, q->atoms, q->n_atoms);
    ok = a && askers[q->code](p, q, a, out);
    if (ok) /* else they go where the exception is taken */
        pmt_drop_operands(p, n);
    return ok;
}

/* -- values -- */

bool pmt_ask_atom(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                  struct pmt_reading *out)
{
    (void)q;
    pmt_incref(p->o, a[0]);
    out->kind = PMT_READ_OBJECT;
    out->object = a[0];
    return true;
}

bool pmt_ask_text(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                  struct pmt_reading *out)
{
    (void)a;
    return pmt_read_text(out, pmt_script_string(p->script, q->word));
}

bool pmt_ask_let(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                 struct pmt_reading *out)
{
    const struct pmt_reading *kept = &p->lets[q->word];

    (void)a;
    *out = *kept;
    out->own = (struct pmt_strbuf){0}; /* its text is borrowed */
    return true;
}

/* -- an object -- */

/* The operand itself holds one reference. */
static uint64_t references(const struct pmt_play *p, pmt_obj x)
{
    uint64_t n = pmt_refcount(p->o, x);

    return n >= IMMORTAL ? IMMORTAL : n - 1;
}

bool pmt_ask_refcount(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                      struct pmt_reading *out)
{
    uint64_t n = references(p, a[0]);

    (void)q;
    return pmt_read_number(out, n == IMMORTAL ? n : n + p->shape->call_refs);
}

bool pmt_ask_references(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                        struct pmt_reading *out)
{
    (void)q;
    return pmt_read_number(out, references(p, a[0]));
}

bool pmt_ask_id(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                struct pmt_reading *out)
{
    (void)q;
    return pmt_read_number(out, pmt_id(p->o, a[0]));
}

/* A text of the reading's own. */
static bool own_text(struct pmt_play *p, struct pmt_reading *out)
{
    if (out->own.failed)
        return pmt_raise(p->o, PMT_EXC_MEMORY, "out of memory");
    out->kind = PMT_READ_TEXT;
    out->text = out->own.at ? out->own.at : "";
    out->n = out->own.n;
    return true;
}

bool pmt_ask_hex(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                 struct pmt_reading *out)
{
    (void)q;
    pmt_strbuf_printf(&out->own, "0x%" PRIx64, pmt_id(p->o, a[0]));
    return own_text(p, out);
}

bool pmt_ask_size(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                  struct pmt_reading *out)
{
    (void)q;
    return pmt_read_number(out, pmt_sizeof(p->o, a[0]));
}

bool pmt_ask_len(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                 struct pmt_reading *out)
{
    uint64_t n;

    (void)q;
    return pmt_len(p->o, a[0], &n) && pmt_read_number(out, n);
}

bool pmt_ask_hash(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                  struct pmt_reading *out)
{
    int64_t hash;

    (void)q;
    return pmt_hash(p->o, a[0], &hash) && pmt_read_number(out, hash);
}

bool pmt_ask_type(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                  struct pmt_reading *out)
{
    (void)q;
    pmt_strbuf_puts(&out->own, pmt_type_name(p->o, a[0]));
    return own_text(p, out);
}

bool pmt_ask_repr(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                  struct pmt_reading *out)
{
    (void)q;
    pmt_repr(p->o, a[0], &out->own);
    return own_text(p, out);
}

bool pmt_ask_is(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                struct pmt_reading *out)
{
    (void)p;
    (void)q;
    return pmt_read_bool(out, a[0] == a[1]);
}

bool pmt_ask_alive(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                   struct pmt_reading *out)
{
    pmt_obj x;

    (void)q;
    if (pmt_kind_of(p->o, a[0]) != PMT_KIND_WEAKREF)
        return pmt_raise_type(p->o, PMT_RAISE_NO_WEAKREF, a[0], PMT_NO_OBJ);
    return pmt_weakref_get(p->o, a[0], &x) && pmt_read_bool(out, x != PMT_NO_OBJ);
}

bool pmt_ask_tracked(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                     struct pmt_reading *out)
{
    (void)q;
    return pmt_read_bool(out, pmt_is_tracked(p->o, a[0]));
}

bool pmt_ask_interned(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                      struct pmt_reading *out)
{
    (void)q;
    return pmt_read_bool(out, pmt_is_interned(p->o, a[0]));
}

bool pmt_ask_generation(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                        struct pmt_reading *out)
{
    unsigned g = pmt_generation_of(p->o, a[0]);

    (void)q;
    return pmt_read_number(out, g);
}

bool pmt_ask_region(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                    struct pmt_reading *out)
{
    (void)q;
    return pmt_read_text(out, pmt_set_name(PMT_SET_REGIONS, pmt_region_of(p->o, a[0])));
}

bool pmt_ask_weakrefs(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                      struct pmt_reading *out)
{
    (void)q;
    return pmt_read_number(out, pmt_weakref_count(p->o, a[0]));
}

bool pmt_ask_count(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                   struct pmt_reading *out)
{
    if (q->word != PMT_NOTHING)
        return pmt_read_number(out, pmt_count_kind(p->o, (enum pmt_kind)q->word));
    if (pmt_kind_of(p->o, a[0]) != PMT_KIND_CLASS)
        return pmt_raise_type(p->o, PMT_RAISE_NOT_CLASS, a[0], PMT_NO_OBJ);
    return pmt_read_number(out, pmt_count_class(p->o, a[0]));
}

/* -- its block -- */

bool pmt_ask_blocksize(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                       struct pmt_reading *out)
{
    (void)q;
    return pmt_read_number(out, pmt_block_bytes_of(p->o, a[0]));
}

bool pmt_ask_block(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                   struct pmt_reading *out)
{
    pmt_block block = pmt_block_of(p->o, a[0]);

    (void)q;
    return pmt_read_number(out, block == PMT_BLOCK_NONE
                                    ? 0 : pmt_block_bytes(p->options.heap, block));
}

/* Where in the arenas its block and its pool begin, in bytes; false: elsewhere. An arena may
 * begin between two pool boundaries: pools are counted from where the first could be. */
static bool place_of(const struct pmt_play *p, pmt_obj x, uint64_t *at, uint64_t *pool)
{
    pmt_block block = pmt_block_of(p->o, x);

    if (block == PMT_BLOCK_NONE)
        return false;
    *at = pmt_heap_place(p->options.heap, block);
    if (*at == PMT_PLACE_RAW)
        return false;
    *pool = pmt_heap_pool_place(p->options.heap, block);
    return true;
}

bool pmt_ask_arena(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                   struct pmt_reading *out)
{
    uint64_t at, pool;

    (void)q;
    if (!place_of(p, a[0], &at, &pool))
        return pmt_read_number(out, -1);
    return pmt_read_number(out, at / p->options.heap->layout.arena_bytes);
}

bool pmt_ask_pool(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                  struct pmt_reading *out)
{
    const struct pmt_layout *l = &p->options.heap->layout;
    uint64_t at, pool;

    (void)q;
    if (!place_of(p, a[0], &at, &pool))
        return pmt_read_number(out, -1);
    return pmt_read_number(out, pool % l->arena_bytes / l->pool_bytes);
}

bool pmt_ask_offset(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                    struct pmt_reading *out)
{
    uint64_t at, pool;

    (void)q;
    if (!place_of(p, a[0], &at, &pool))
        return pmt_read_number(out, -1);
    return pmt_read_number(out, at - pool);
}

/* -- its table -- */

bool pmt_ask_slots(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                   struct pmt_reading *out)
{
    uint64_t slots, fill;

    (void)q;
    return pmt_table_figures(p->o, a[0], &slots, &fill) && pmt_read_number(out, slots);
}

bool pmt_ask_fill(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                  struct pmt_reading *out)
{
    uint64_t slots, fill;

    (void)q;
    return pmt_table_figures(p->o, a[0], &slots, &fill) && pmt_read_number(out, fill);
}

bool pmt_ask_probes(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,
                    struct pmt_reading *out)
{
    uint64_t n;

    (void)q;
    return pmt_dict_probes(p->o, a[0], a[1], &n) && pmt_read_number(out, n);
}
