/*
 * text.c - str, unicode, bytes: how much they take, which are shared, interning.
 *
 * The characters are kept as UTF-8; what the interpreter would keep (a byte each, or one,
 * two, four by the widest) decides the size. Shared from the start: the empty text and
 * texts of one character below 256, made when first asked for and then kept. Interned texts
 * are found in one table that does not count as a reference: the table forgets a text when
 * it dies (Objects/stringobject.c, unicodeobject.c), unless the version has made it
 * immortal. A unicode object of 2.x keeps its characters in a block of their own, and short
 * ones keep that block on the free list.
 */
#include "object/object_table.h"

#include <string.h>
#include "object/probe.h"
#include "object/values.h"

enum { STR_CACHE, UNICODE_CACHE, BYTES_CACHE };

/* -- measuring -- */

static uint32_t code_point(const unsigned char *at, size_t n, size_t *used)
{
    static const uint8_t first_bits[] = {0x7f, 0x1f, 0x0f, 0x07};
    size_t more = at[0] < 0xc0 ? 0 : at[0] < 0xe0 ? 1 : at[0] < 0xf0 ? 2 : 3;
    uint32_t c = at[0] & first_bits[more];

    *used = 1;
    for (; *used <= more && *used < n; ++*used)
        c = c << 6 | (at[*used] & 0x3f);
    return c;
}

static struct pmt_text *new_text(const char *bytes, size_t n, bool decode)
{
    struct pmt_text *t = pmt_zalloc(sizeof *t + n + 1);
    size_t used;

    if (!t)
        return NULL;
    *t = (struct pmt_text){.n_bytes = n, .width = 1, .ascii = true, .hash = -1};
    memcpy(t->utf8, bytes, n);
    t->utf8[n] = '\0';
    for (size_t i = 0; i < n; i += used, t->n_chars++) {
        uint32_t c = decode ? code_point((const unsigned char *)bytes + i, n - i, &used)
                            : (used = 1, (unsigned char)bytes[i]);

        t->ascii &= c < 0x80;
        if (c > 0xff && t->width < 2)
            t->width = 2;
        if (c > 0xffff)
            t->width = 4;
    }
    return t;
}

/* -- making -- */

/* The block of a unicode object, and its characters', from the free list. */
static pmt_obj make_split(struct pmt_objects *o, enum pmt_kind kind, uint64_t own,
                          uint64_t buffer, const struct pmt_text *t)
{
    pmt_block spare = pmt_spare_pop(&o->recycler.lists[PMT_FREE_UNICODE]);
    struct pmt_kept_text kept = {PMT_BLOCK_NONE, 0};
    pmt_obj x;

    if (spare != PMT_BLOCK_NONE)
        kept = o->kept_texts.at[--o->kept_texts.n];
    x = spare != PMT_BLOCK_NONE ? pmt_object_reuse(o, kind, spare)
                                : pmt_object_make(o, kind, own, 0, 0);
    if (!x)
        return PMT_NO_OBJ;
    pmt_row(o, x)->part = kept.part;
    if ((kept.part == PMT_BLOCK_NONE || kept.n_chars < t->n_chars) &&
        !pmt_part_resize(o, x, PMT_DOMAIN_OBJ, buffer)) {
        pmt_decref(o, x);
        return PMT_NO_OBJ;
    }
    return x;
}

static pmt_obj make_text(struct pmt_objects *o, enum pmt_kind kind, struct pmt_text *t,
                         bool is_static)
{
    uint64_t own, buffer = 0;
    pmt_obj x;

    if (!t)
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    if (kind == PMT_KIND_BYTES)
        own = o->shape->bytes_base + t->n_bytes;
    else
        pmt_shape_str(o->shape, kind == PMT_KIND_UNICODE, t->n_chars, t->width, t->ascii, &own,
                      &buffer);
    if (is_static)
        x = pmt_object_static(o, kind);
    else
        x = buffer ? make_split(o, kind, own, buffer, t) : pmt_object_make(o, kind, own, 0, 0);
    if (x)
        pmt_row(o, x)->u.text = t;
    else
        pmt_free(t);
    return x;
}

/* Where a text that all share is kept, or NULL. */
static pmt_obj *shared_place(struct pmt_objects *o, unsigned cache, const struct pmt_text *t)
{
    size_t used;

    if (t->n_chars == 0)
        return &o->empty_text[cache];
    if (t->n_chars > 1 || t->width > 1 || !o->shape->chars_cached)
        return NULL;
    return &o->chars[cache][cache == UNICODE_CACHE || t->n_bytes > 1
                                ? code_point((const unsigned char *)t->utf8, t->n_bytes, &used)
                                : (unsigned char)t->utf8[0]];
}

static pmt_obj shared_or_new(struct pmt_objects *o, enum pmt_kind kind, unsigned cache,
                             struct pmt_text *t)
{
    pmt_obj *place;

    if (!t)
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    place = shared_place(o, cache, t);
    if (!place)
        return make_text(o, kind, t, false);
    if (*place)
        pmt_free(t);
    else
        *place = make_text(o, kind, t, o->shape->chars_static);
    if (*place)
        pmt_incref(o, *place);
    return *place;
}

pmt_obj pmt_str_new(struct pmt_objects *o, const char *utf8, size_t n)
{
    return shared_or_new(o, PMT_KIND_STR, STR_CACHE,
                         new_text(utf8, n, !o->shape->str_is_bytes));
}

pmt_obj pmt_text_unshared(struct pmt_objects *o, enum pmt_kind kind, const char *text, size_t n)
{
    bool bytes = kind == PMT_KIND_BYTES || (kind == PMT_KIND_STR && o->shape->str_is_bytes);
    struct pmt_text *t = new_text(text, n, !bytes);

    if (!t)
        return (void)pmt_raise_memory(o), PMT_NO_OBJ;
    return make_text(o, kind, t, false);
}

pmt_obj pmt_unicode_new(struct pmt_objects *o, const char *utf8, size_t n)
{
    if (!o->shape->str_is_bytes)
        return pmt_str_new(o, utf8, n);
    return shared_or_new(o, PMT_KIND_UNICODE, UNICODE_CACHE, new_text(utf8, n, true));
}

pmt_obj pmt_bytes_new(struct pmt_objects *o, const char *bytes, size_t n)
{
    if (o->shape->str_is_bytes)
        return pmt_str_new(o, bytes, n);
    return shared_or_new(o, PMT_KIND_BYTES, BYTES_CACHE, new_text(bytes, n, false));
}

bool pmt_text_get(const struct pmt_objects *o, pmt_obj x, const char **utf8, size_t *n)
{
    const struct pmt_object *row = pmt_row(o, x);

    if (row->kind != PMT_KIND_STR && row->kind != PMT_KIND_UNICODE &&
        row->kind != PMT_KIND_BYTES)
        return false;
    *utf8 = row->u.text->utf8;
    *n = row->u.text->n_bytes;
    return true;
}

/* -- interning -- */

struct looked_for {
    const struct pmt_objects *o;
    const struct pmt_text *text;
};

static bool same_text(void *arg, uint32_t entry)
{
    const struct looked_for *f = arg;
    pmt_obj other = f->o->interned_at.at[entry];
    const struct pmt_text *t;

    if (!other)
        return false;
    t = pmt_row(f->o, other)->u.text;
    return t->n_bytes == f->text->n_bytes && !memcmp(t->utf8, f->text->utf8, t->n_bytes);
}

/* Room for one more, at most two thirds full. */
static bool intern_room(struct pmt_objects *o)
{
    struct pmt_probe *p = o->interned;
    struct pmt_obj_list next = {0};
    uint32_t *order;
    size_t n;

    if (!p) {
        o->interned = pmt_probe_new(64, 0, false, PMT_REUSE_FIRST);
        return o->interned != NULL;
    }
    if (p->hashes.n * 3 < p->slots * 2)
        return true;
    if (!pmt_vec_reserve(&next, p->used + 1))
        return false;
    if (!pmt_probe_resize(p, p->used * 4 < p->slots ? p->slots : p->slots * 4, false, &order,
                          &n)) {
        pmt_vec_release(&next);
        return false;
    }
    for (size_t i = 0; i < n; i++)
        next.at[next.n++] = o->interned_at.at[order[i]];
    pmt_free(order);
    pmt_vec_release(&o->interned_at);
    o->interned_at = next;
    return true;
}

pmt_obj pmt_intern(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_object *row = pmt_row(o, x);
    struct looked_for f;
    uint64_t slot;
    int32_t entry;
    int64_t hash;

    if (row->kind != PMT_KIND_STR)
        return (void)pmt_raise(o, PMT_EXC_TYPE, "intern() argument must be str, not %s",
                               pmt_type_name(o, x)), PMT_NO_OBJ;
    if (!(row->flags & PMT_OBJ_INTERNED)) {
        f = (struct looked_for){o, row->u.text};
        if (!pmt_hash(o, x, &hash))
            return PMT_NO_OBJ;
        if (!intern_room(o) || !pmt_vec_reserve(&o->interned_at, o->interned_at.n + 1))
            return (void)pmt_raise_memory(o), PMT_NO_OBJ;
        entry = pmt_probe_find(o->interned, hash, same_text, &f, &slot, NULL);
        if (entry >= 0)
            x = o->interned_at.at[entry];
        else {
            if (!pmt_probe_put(o->interned, slot, hash))
                return (void)pmt_raise_memory(o), PMT_NO_OBJ;
            o->interned_at.at[o->interned_at.n++] = x;
            row->flags |= PMT_OBJ_INTERNED | (o->shape->interned_immortal ? PMT_OBJ_IMMORTAL : 0);
        }
    }
    pmt_incref(o, x);
    return x;
}

static void forget_interned(struct pmt_objects *o, pmt_obj x)
{
    struct looked_for f = {o, pmt_row(o, x)->u.text};
    uint64_t slot;
    int32_t entry = pmt_probe_find(o->interned, f.text->hash, same_text, &f, &slot, NULL);

    if (entry < 0)
        return;
    pmt_probe_delete(o->interned, slot);
    o->interned_at.at[entry] = PMT_NO_OBJ;
}

bool pmt_is_interned(const struct pmt_objects *o, pmt_obj x)
{
    return (pmt_row(o, x)->flags & PMT_OBJ_INTERNED) != 0;
}

/* Replace x, a reference of the caller's, by its interned self. */
static pmt_obj intern_in_place(struct pmt_objects *o, pmt_obj x)
{
    pmt_obj interned = x ? pmt_intern(o, x) : PMT_NO_OBJ;

    pmt_decref(o, x);
    return interned;
}

/* Letters, digits and underscores only (Python/compile.c, all_name_chars). */
static bool looks_like_name(const char *s, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!((s[i] >= 'a' && s[i] <= 'z') || (s[i] >= 'A' && s[i] <= 'Z') ||
              (s[i] >= '0' && s[i] <= '9') || s[i] == '_'))
            return false;
    return true;
}

pmt_obj pmt_str_constant(struct pmt_objects *o, const char *utf8, size_t n)
{
    pmt_obj x = pmt_str_new(o, utf8, n);

    return looks_like_name(utf8, n) ? intern_in_place(o, x) : x;
}

pmt_obj pmt_name(struct pmt_objects *o, const char *ascii)
{
    return intern_in_place(o, pmt_str_new(o, ascii, strlen(ascii)));
}

/* -- dying -- */

bool pmt_unicode_keep(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_object *row = pmt_row(o, x);
    struct pmt_kept_text kept = {PMT_BLOCK_NONE, 0};

    if (row->flags & PMT_OBJ_STATIC || !pmt_vec_reserve(&o->kept_texts, o->kept_texts.n + 1) ||
        !pmt_spare_push(&o->recycler.lists[PMT_FREE_UNICODE], row->block))
        return false;
    if (row->u.text->n_chars < o->shape->unicode_kept_chars)
        kept = (struct pmt_kept_text){row->part, row->u.text->n_chars};
    else
        pmt_part_drop(o, x);
    o->kept_texts.at[o->kept_texts.n++] = kept;
    return true;
}

void pmt_kept_texts_clear(struct pmt_objects *o)
{
    while (o->kept_texts.n) {
        pmt_block part = o->kept_texts.at[--o->kept_texts.n].part;

        if (part != PMT_BLOCK_NONE)
            pmt_heap_release(o->heap, part);
    }
}

void pmt_text_forget(struct pmt_objects *o, pmt_obj x)
{
    struct pmt_object *row = pmt_row(o, x);

    if (row->flags & PMT_OBJ_INTERNED && o->interned)
        forget_interned(o, x);
    pmt_free(row->u.text);
    row->u.text = NULL;
}

void pmt_texts_done(struct pmt_objects *o)
{
    for (unsigned cache = 0; cache < 3; cache++) {
        pmt_let_go(o, o->empty_text[cache]);
        for (unsigned c = 0; c < 256; c++)
            pmt_let_go(o, o->chars[cache][c]);
    }
    for (size_t i = 0; i < o->interned_at.n; i++)
        if (o->interned_at.at[i] &&
            pmt_row(o, o->interned_at.at[i])->flags & PMT_OBJ_IMMORTAL)
            pmt_let_go(o, o->interned_at.at[i]);
}

void pmt_texts_release(struct pmt_objects *o)
{
    pmt_probe_free(o->interned);
    o->interned = NULL;
    pmt_vec_release(&o->interned_at);
    pmt_vec_release(&o->kept_texts);
}
