/* parse_scope.c - where names belong, decided as Python's compiler does.
 *
 * What a def binds anywhere in its body is its local, unless `global` says otherwise; what
 * it only reads is global. That is known at its `end`, so until then its names are kept as
 * NAME and are settled together. At top level and in class bodies it is known at once.
 *
 * A name that an inner def reads and an outer one binds would be a closure. The language
 * has none: such a name is an error rather than a global that happens not to be there. */
#include "script/parser.h"

#include <string.h>

/* -- units -- */

bool pmt_unit_open(struct pmt_parser *p, enum pmt_unit_kind kind, uint32_t name)
{
    struct pmt_script *s = p->s;
    struct pmt_draft *d = &p->drafts[p->n_drafts];
    struct pmt_code_unit unit = {.kind = (uint8_t)kind, .first_op = (uint32_t)s->ops.n, .name = name};

    d->unit = (uint32_t)s->units.n;
    d->literals.n = 0;
    d->deepest = 0;
    if (d->found.n)
        memset(d->found.at, 0, d->found.cap * sizeof *d->found.at);
    d->found.n = 0;
    if (!pmt_vec_push(&s->units, unit) ||
        (kind == PMT_UNIT_LINE && !pmt_vec_push(&s->top, d->unit)))
        return pmt_parse_nomem(p);
    p->n_drafts++;
    return true;
}

bool pmt_unit_close(struct pmt_parser *p)
{
    struct pmt_script *s = p->s;
    struct pmt_draft *d = &p->drafts[--p->n_drafts];
    struct pmt_code_unit *unit = &s->units.at[d->unit];
    size_t n = d->literals.n;

    unit->end_op = (uint32_t)s->ops.n;
    unit->deepest = d->deepest;
    unit->first_literal = (uint32_t)s->literals.n;
    unit->n_literals = (uint32_t)n;
    if (!pmt_vec_reserve(&s->literals, s->literals.n + n))
        return pmt_parse_nomem(p);
    if (n)
        memcpy(s->literals.at + s->literals.n, d->literals.at, n * sizeof *d->literals.at);
    s->literals.n += n;
    return true;
}

/* -- scopes -- */

static struct pmt_scope *scope_of(struct pmt_parser *p)
{
    return &p->scopes[p->n_scopes - 1];
}

bool pmt_scope_open(struct pmt_parser *p, enum pmt_scope_kind kind)
{
    p->scopes[p->n_scopes++] = (struct pmt_scope){
        .kind = kind,
        .line = p->line_number,
        .first_atom = p->s->atoms.n,
        .first_bound = p->bound.n,
        .first_declared = p->declared.n,
        .first_free = p->free_names.n,
    };
    return true;
}

/* The place of a name among those from `first` on, or PMT_NOTHING. */
static uint32_t place_in(const uint32_t *names, size_t first, size_t n, uint32_t name)
{
    for (size_t i = first; i < n; i++)
        if (names[i] == name)
            return (uint32_t)(i - first);
    return PMT_NOTHING;
}

static uint32_t local_of(const struct pmt_parser *p, const struct pmt_scope *scope, uint32_t name)
{
    return place_in(p->bound.at, scope->first_bound, p->bound.n, name);
}

static bool is_declared(const struct pmt_parser *p, const struct pmt_scope *scope, uint32_t name)
{
    return place_in(p->declared.at, scope->first_declared, p->declared.n, name) != PMT_NOTHING;
}

/* Is there a def around the innermost scope, whose local a name of it may be? */
static bool has_outer_def(const struct pmt_parser *p)
{
    for (size_t i = 0; i + 1 < p->n_scopes; i++)
        if (p->scopes[i].kind == PMT_SCOPE_DEF)
            return true;
    return false;
}

bool pmt_scope_use(struct pmt_parser *p, uint32_t name, size_t at, struct pmt_atom *out)
{
    struct pmt_scope *scope = scope_of(p);
    struct pmt_free_name free_name = {name, p->line_number, pmt_parse_column(p, at),
                                      scope->kind == PMT_SCOPE_CLASS};

    if (has_outer_def(p) && !is_declared(p, scope, name) &&
        !pmt_vec_push(&p->free_names, free_name))
        return pmt_parse_nomem(p);
    if (scope->kind == PMT_SCOPE_DEF) {
        *out = (struct pmt_atom){.kind = PMT_ATOM_NAME, .index = name};
        return true;
    }
    *out = (struct pmt_atom){
        .kind = scope->kind == PMT_SCOPE_CLASS ? PMT_ATOM_CLASS : PMT_ATOM_GLOBAL};
    return pmt_pool_name(p, name, &out->index);
}

bool pmt_scope_bind(struct pmt_parser *p, uint32_t name, size_t at, struct pmt_atom *out)
{
    struct pmt_scope *scope = scope_of(p);

    if (scope->kind == PMT_SCOPE_CLASS) { /* never a local of a def around it */
        *out = (struct pmt_atom){.kind = PMT_ATOM_CLASS};
        return pmt_pool_name(p, name, &out->index);
    }
    if (scope->kind == PMT_SCOPE_DEF && !is_declared(p, scope, name) &&
        local_of(p, scope, name) == PMT_NOTHING) {
        if (p->bound.n - scope->first_bound >= PMT_MAX_LOCALS)
            return pmt_parse_fail(p, at, "a function has at most %d locals", PMT_MAX_LOCALS);
        if (!pmt_vec_push(&p->bound, name))
            return pmt_parse_nomem(p);
    }
    return pmt_scope_use(p, name, at, out);
}

bool pmt_scope_declare(struct pmt_parser *p, uint32_t name, size_t at)
{
    struct pmt_scope *scope = scope_of(p);

    if (local_of(p, scope, name) != PMT_NOTHING)
        return pmt_parse_fail(p, at, "'%s' is bound before it is said to be global",
                              pmt_script_string(p->s, name));
    if (!is_declared(p, scope, name) && !pmt_vec_push(&p->declared, name))
        return pmt_parse_nomem(p);
    return true;
}

/* -- the end of a def -- */

static bool settle_atom(struct pmt_parser *p, const struct pmt_scope *scope,
                        struct pmt_atom *atom)
{
    uint32_t name = atom->index, place;

    if (atom->kind != PMT_ATOM_NAME)
        return true;
    place = is_declared(p, scope, name) ? PMT_NOTHING : local_of(p, scope, name);
    if (place != PMT_NOTHING) {
        atom->kind = PMT_ATOM_LOCAL;
        atom->index = place;
        return true;
    }
    atom->kind = PMT_ATOM_GLOBAL;
    return pmt_pool_name(p, name, &atom->index);
}

/* What inner scopes read must not be a local here; what is not, may be one of a def
 * further out. */
static bool settle_free_names(struct pmt_parser *p, const struct pmt_scope *scope)
{
    size_t kept = scope->first_free;

    for (size_t i = scope->first_free; i < p->free_names.n; i++) {
        struct pmt_free_name f = p->free_names.at[i];
        bool local = local_of(p, scope, f.name) != PMT_NOTHING;

        if (local && f.inner) {
            p->status = pmt_error_set(p->err, PMT_E_TRACE,
                "%s:%u:%u: '%s' is a local of the def of line %u: there are no closures,"
                " pass it or make it global", p->s->name, f.line, f.column,
                pmt_script_string(p->s, f.name), scope->line);
            return false;
        }
        f.inner = true;
        if (!local && has_outer_def(p))
            p->free_names.at[kept++] = f;
    }
    p->free_names.n = kept;
    return true;
}

/* The names of the locals, for messages and for the frame. */
static bool name_locals(struct pmt_parser *p, const struct pmt_scope *scope)
{
    struct pmt_script *s = p->s;
    struct pmt_code_unit *unit = &s->units.at[p->drafts[p->n_drafts - 1].unit];

    unit->first_local = (uint32_t)s->words.n;
    unit->n_locals = (uint32_t)(p->bound.n - scope->first_bound);
    unit->n_params = (uint32_t)scope->n_params;
    for (size_t i = scope->first_bound; i < p->bound.n; i++)
        if (!pmt_vec_push(&s->words, p->bound.at[i]))
            return pmt_parse_nomem(p);
    return true;
}

bool pmt_scope_close(struct pmt_parser *p)
{
    struct pmt_scope *scope = scope_of(p);

    if (scope->kind == PMT_SCOPE_DEF) {
        for (size_t i = scope->first_atom; i < p->s->atoms.n; i++)
            if (!settle_atom(p, scope, &p->s->atoms.at[i]))
                return false;
        if (!settle_free_names(p, scope) || !name_locals(p, scope))
            return false;
        p->bound.n = scope->first_bound;
        p->declared.n = scope->first_declared;
    }
    p->n_scopes--;
    return true;
}
