/* parse_pool.c - texts and literals, each kept once.
 *
 * Texts are the same for the whole script; literals are equal within their unit only, as
 * CPython's compiler has them: same type and same value, where 0.0 and -0.0 differ. */
#include "script/parser.h"

#include <string.h>

static uint64_t hash_bytes(const void *bytes, size_t n, uint64_t seed)
{
    const unsigned char *at = bytes;
    uint64_t h = seed ^ UINT64_C(0xcbf29ce484222325);

    for (size_t i = 0; i < n; i++)
        h = (h ^ at[i]) * UINT64_C(0x100000001b3);
    return h ^ h >> 29;
}

bool pmt_lookup_grow(struct pmt_lookup *l)
{
    size_t cap = l->cap ? l->cap * 2 : 64;
    uint32_t *at;

    if (l->n * 2 < l->cap)
        return true;
    at = pmt_realloc_array(l->at, cap, sizeof *at);
    if (!at)
        return false;
    memset(at, 0, cap * sizeof *at);
    l->at = at;
    l->cap = cap;
    l->n = 0; /* the caller puts all in again */
    return true;
}

void pmt_lookup_release(struct pmt_lookup *l)
{
    pmt_free(l->at);
    *l = (struct pmt_lookup){0};
}

/* -- texts -- */

static uint64_t text_hash(const struct pmt_parser *p, uint32_t number)
{
    const struct pmt_text_place *t = &p->text_places.at[number];

    return hash_bytes(p->s->strings.at + t->at, t->n, 0);
}

static void put_text(struct pmt_parser *p, uint32_t number)
{
    size_t mask = p->texts.cap - 1, i = text_hash(p, number) & mask;

    while (p->texts.at[i])
        i = (i + 1) & mask;
    p->texts.at[i] = number + 1;
    p->texts.n++;
}

static bool room_for_text(struct pmt_parser *p)
{
    size_t before = p->texts.cap;

    if (!pmt_lookup_grow(&p->texts))
        return pmt_parse_nomem(p);
    if (p->texts.cap != before)
        for (uint32_t i = 0; i < p->text_places.n; i++)
            put_text(p, i);
    return true;
}

static bool find_text(const struct pmt_parser *p, const char *text, size_t n, uint32_t *out)
{
    size_t mask = p->texts.cap - 1, i = hash_bytes(text, n, 0) & mask;

    for (; p->texts.at[i]; i = (i + 1) & mask) {
        const struct pmt_text_place *t = &p->text_places.at[p->texts.at[i] - 1];

        if (t->n == n && !memcmp(p->s->strings.at + t->at, text, n)) {
            *out = t->at;
            return true;
        }
    }
    return false;
}

bool pmt_pool_text(struct pmt_parser *p, const char *text, size_t n, uint32_t *out)
{
    struct pmt_script *s = p->s;
    struct pmt_text_place place = {(uint32_t)s->strings.n, (uint32_t)n};

    if (!room_for_text(p))
        return false;
    if (find_text(p, text, n, out))
        return true;
    if (!pmt_vec_reserve(&s->strings, s->strings.n + n + 1) ||
        !pmt_vec_push(&p->text_places, place))
        return pmt_parse_nomem(p);
    if (n)
        memcpy(s->strings.at + s->strings.n, text, n);
    s->strings.at[s->strings.n + n] = '\0';
    s->strings.n += n + 1;
    put_text(p, (uint32_t)p->text_places.n - 1);
    *out = place.at;
    return true;
}

/* -- literals -- */

static bool has_atoms(const struct pmt_literal *l)
{
    return l->kind == PMT_LITERAL_TUPLE || l->kind == PMT_LITERAL_ITEMS ||
           l->kind == PMT_LITERAL_MEMBERS || l->kind == PMT_LITERAL_FOLDED;
}

static uint64_t literal_hash(const struct pmt_parser *p, const struct pmt_literal *l)
{
    uint64_t h = hash_bytes(&l->u.number, sizeof l->u.number, (uint64_t)l->kind << 32 ^ l->n);

    if (!has_atoms(l))
        return h + l->a * UINT64_C(0x9e3779b97f4a7c15);
    for (uint32_t i = 0; i < l->n; i++)
        h = (h ^ p->s->atoms.at[l->a + i].index) * UINT64_C(0x100000001b3);
    return h ^ h >> 29;
}

static bool same_literal(const struct pmt_parser *p, const struct pmt_literal *x,
                         const struct pmt_literal *y)
{
    if (x->kind != y->kind || x->op != y->op || x->n != y->n ||
        memcmp(&x->u.number, &y->u.number, sizeof x->u.number) != 0)
        return false;
    if (!has_atoms(x))
        return x->a == y->a;
    for (uint32_t i = 0; i < x->n; i++)
        if (p->s->atoms.at[x->a + i].index != p->s->atoms.at[y->a + i].index)
            return false;
    return true;
}

/* The entry of an equal literal, or the empty one where it belongs. */
static uint32_t *literal_entry(const struct pmt_parser *p, const struct pmt_draft *d,
                               const struct pmt_literal *l)
{
    size_t mask = d->found.cap - 1, i = literal_hash(p, l) & mask;

    while (d->found.at[i] && !same_literal(p, &d->literals.at[d->found.at[i] - 1], l))
        i = (i + 1) & mask;
    return &d->found.at[i];
}

static bool room_for_literal(struct pmt_parser *p, struct pmt_draft *d)
{
    size_t before = d->found.cap;

    if (!pmt_lookup_grow(&d->found))
        return pmt_parse_nomem(p);
    if (d->found.cap == before)
        return true;
    for (uint32_t i = 0; i < d->literals.n; i++) {
        *literal_entry(p, d, &d->literals.at[i]) = i + 1;
        d->found.n++;
    }
    return true;
}

bool pmt_pool_literal(struct pmt_parser *p, const struct pmt_literal *literal, uint32_t *slot)
{
    struct pmt_draft *d = &p->drafts[p->n_drafts - 1];
    uint32_t *entry;

    if (!room_for_literal(p, d))
        return false;
    entry = literal_entry(p, d, literal);
    if (!*entry) {
        if (!pmt_vec_push(&d->literals, *literal))
            return pmt_parse_nomem(p);
        *entry = (uint32_t)d->literals.n;
        d->found.n++;
    }
    *slot = *entry - 1;
    return true;
}

/* Nothing was put in after it, so no search passes its entry. */
void pmt_pool_forget(struct pmt_parser *p, size_t n_before)
{
    struct pmt_draft *d = &p->drafts[p->n_drafts - 1];

    if (d->literals.n == n_before)
        return;
    *literal_entry(p, d, &d->literals.at[d->literals.n - 1]) = 0;
    d->found.n--;
    d->literals.n--;
}

bool pmt_pool_name(struct pmt_parser *p, uint32_t name, uint32_t *slot)
{
    struct pmt_literal literal;

    memset(&literal, 0, sizeof literal);
    literal.kind = PMT_LITERAL_NAME;
    literal.a = name;
    literal.n = (uint32_t)strlen(pmt_script_string(p->s, name));
    return pmt_pool_literal(p, &literal, slot);
}

bool pmt_pool_atoms(struct pmt_parser *p, size_t base, uint32_t *first, uint32_t *n)
{
    struct pmt_script *s = p->s;
    struct pmt_draft *d = &p->drafts[p->n_drafts - 1];
    size_t n_atoms = p->pending.n - base;

    if (!pmt_vec_reserve(&s->atoms, s->atoms.n + n_atoms))
        return pmt_parse_nomem(p);
    if (n_atoms)
        memcpy(s->atoms.at + s->atoms.n, p->pending.at + base, n_atoms * sizeof *s->atoms.at);
    *first = (uint32_t)s->atoms.n;
    *n = (uint32_t)n_atoms;
    s->atoms.n += n_atoms;
    p->pending.n = base;
    if (d->deepest < n_atoms)
        d->deepest = (uint32_t)n_atoms;
    return true;
}
