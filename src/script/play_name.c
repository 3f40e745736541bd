/* play_name.c - names and paths: loading, storing and deleting them as CPython's LOAD_,
 * STORE_ and DELETE_ instructions do, each load with a reference of its own. */
#include "script/play_state.h"

#include "object/raise.h"

/* Not NUL-safe names need none: a name is an identifier. */
static const char *text_of(struct pmt_play *p, pmt_obj name)
{
    const char *text = "";
    size_t n;

    (void)pmt_text_get(p->o, name, &text, &n);
    return text;
}

static const char *local_name(const struct pmt_play *p, const struct pmt_call *call, uint32_t i)
{
    const struct pmt_code_unit *unit = &p->script->units.at[call->unit];

    return pmt_script_string(p->script, p->script->words.at[unit->first_local + i]);
}

/* Of a function's own code, 2.x says "global name". */
static bool no_name(struct pmt_play *p, const char *name)
{
    bool in_function = pmt_top(p)->frame != PMT_NO_OBJ;

    return pmt_raise_text(p->o, in_function ? PMT_RAISE_GLOBAL_NAME : PMT_RAISE_NAME, name, NULL,
                          NULL);
}

/* -- loading -- */

/* Borrowed; 0: raised. */
static pmt_obj find_global(struct pmt_play *p, pmt_obj name)
{
    pmt_obj x = pmt_dict_get(p->o, p->globals, name);

    if (!x)
        (void)no_name(p, text_of(p, name));
    return x;
}

/* The name itself, borrowed; 0: raised. */
static pmt_obj find(struct pmt_play *p, const struct pmt_atom *atom)
{
    const struct pmt_call *call = pmt_top(p);
    pmt_obj x;

    switch ((enum pmt_atom_kind)atom->kind) {
    case PMT_ATOM_CONST:
        return call->slots[atom->index];
    case PMT_ATOM_GLOBAL:
        return find_global(p, call->slots[atom->index]);
    case PMT_ATOM_LOCAL:
        x = pmt_local_get(p->o, call->frame, atom->index);
        if (!x)
            (void)pmt_raise_text(p->o, PMT_RAISE_UNBOUND_LOCAL,
                                 local_name(p, call, atom->index), NULL, NULL);
        return x;
    case PMT_ATOM_CLASS:
        x = pmt_dict_get(p->o, call->space, call->slots[atom->index]);
        return x ? x : find_global(p, call->slots[atom->index]);
    case PMT_ATOM_GLOBALS:
        return p->globals;
    case PMT_ATOM_NAME:
        break;
    }
    pmt_assert(false); /* settled when its scope ended */
    return PMT_NO_OBJ;
}

/* One end of a slice; left out: how. False: raised. */
static bool load_bound(struct pmt_play *p, uint32_t number, int64_t left_out, int64_t *out)
{
    pmt_obj x;
    pmt_int value = 0;
    bool ok;

    *out = left_out;
    if (number == PMT_NOTHING)
        return true;
    x = pmt_load(p, &p->script->atoms.at[number]);
    if (!x)
        return false;
    ok = pmt_int_get(p->o, x, &value);
    if (ok)
        *out = value > INT64_MAX ? INT64_MAX : value < INT64_MIN ? INT64_MIN : (int64_t)value;
    else
        (void)pmt_raise_type(p->o, PMT_RAISE_SLICE_BOUND, x, PMT_NO_OBJ);
    pmt_decref(p->o, x);
    return ok;
}

/* The index of an ITEM: a new reference, 0: raised. */
static pmt_obj load_key(struct pmt_play *p, const struct pmt_step *step)
{
    pmt_obj a = pmt_load(p, &p->script->atoms.at[step->a]), b, key;

    if (!a || !step->op)
        return a;
    b = pmt_load(p, &p->script->atoms.at[step->b]);
    key = b ? pmt_binary(p->o, step->op, a, b) : PMT_NO_OBJ;
    pmt_decref(p->o, a);
    pmt_decref(p->o, b);
    return key;
}

/* What a step leads to: a new reference, 0: raised. */
static pmt_obj take_step(struct pmt_play *p, pmt_obj x, const struct pmt_step *step)
{
    pmt_obj key, result;
    int64_t from, to;

    if (step->kind == PMT_STEP_ATTR)
        return pmt_attr_get(p->o, x, pmt_top(p)->slots[step->a]);
    if (step->kind == PMT_STEP_SLICE)
        return load_bound(p, step->a, 0, &from) && load_bound(p, step->b, INT64_MAX, &to)
                   ? pmt_slice(p->o, x, from, to) : PMT_NO_OBJ;
    key = load_key(p, step);
    if (!key)
        return PMT_NO_OBJ;
    result = pmt_item_get(p->o, x, key);
    pmt_decref(p->o, key);
    return result;
}

/* The name and its first n steps. */
static pmt_obj load_steps(struct pmt_play *p, const struct pmt_atom *atom, unsigned n)
{
    pmt_obj x = find(p, atom);

    if (!x)
        return PMT_NO_OBJ;
    pmt_incref(p->o, x);
    for (unsigned i = 0; i < n && x; i++) {
        pmt_obj next = take_step(p, x, &p->script->steps.at[atom->steps + i]);

        pmt_decref(p->o, x);
        x = next;
    }
    return x;
}

pmt_obj pmt_load(struct pmt_play *p, const struct pmt_atom *atom)
{
    return load_steps(p, atom, atom->n_steps);
}

pmt_obj pmt_load_owner(struct pmt_play *p, const struct pmt_atom *atom)
{
    return load_steps(p, atom, atom->n_steps - 1u);
}

/* -- operands -- */

pmt_obj *pmt_push_atoms(struct pmt_play *p, uint32_t first, uint32_t n)
{
    struct pmt_call *call = pmt_top(p);
    pmt_obj *begin = call->operands + call->n_operands;

    for (uint32_t i = 0; i < n; i++) {
        pmt_obj x = pmt_load(p, &p->script->atoms.at[first + i]);

        if (!x)
            return NULL;
        pmt_push(p, x);
    }
    return begin;
}

void pmt_drop_operands(struct pmt_play *p, uint32_t n)
{
    struct pmt_call *call = pmt_top(p);

    while (call->n_operands > n)
        pmt_decref(p->o, call->operands[--call->n_operands]);
}

/* -- storing and deleting -- */

static bool store_name(struct pmt_play *p, const struct pmt_atom *atom, pmt_obj value)
{
    const struct pmt_call *call = pmt_top(p);

    if (atom->kind == PMT_ATOM_LOCAL) {
        pmt_local_set(p->o, call->frame, atom->index, value);
        return true;
    }
    return pmt_dict_set(p->o, atom->kind == PMT_ATOM_CLASS ? call->space : p->globals,
                        call->slots[atom->index], value);
}

static bool unbind_name(struct pmt_play *p, const struct pmt_atom *atom)
{
    const struct pmt_call *call = pmt_top(p);
    pmt_obj dict = atom->kind == PMT_ATOM_CLASS ? call->space : p->globals;

    if (!find(p, atom))
        return false;
    if (atom->kind == PMT_ATOM_LOCAL) {
        pmt_local_set(p->o, call->frame, atom->index, PMT_NO_OBJ);
        return true;
    }
    return pmt_dict_del(p->o, dict, call->slots[atom->index]);
}

/* Set the last step of a path; value 0: delete it. */
static bool set_step(struct pmt_play *p, const struct pmt_atom *atom, pmt_obj value)
{
    const struct pmt_step *step = &p->script->steps.at[atom->steps + atom->n_steps - 1u];
    pmt_obj owner = pmt_load_owner(p, atom), key = PMT_NO_OBJ;
    bool ok;

    if (!owner)
        return false;
    if (step->kind == PMT_STEP_ATTR) {
        pmt_obj name = pmt_top(p)->slots[step->a];

        ok = value ? pmt_attr_set(p->o, owner, name, value) : pmt_attr_del(p->o, owner, name);
    } else {
        key = load_key(p, step);
        ok = key && (value ? pmt_item_set(p->o, owner, key, value)
                           : pmt_item_del(p->o, owner, key));
    }
    pmt_decref(p->o, key);
    pmt_decref(p->o, owner);
    return ok;
}

bool pmt_store(struct pmt_play *p, const struct pmt_atom *atom, pmt_obj value)
{
    return atom->n_steps ? set_step(p, atom, value) : store_name(p, atom, value);
}

bool pmt_unbind(struct pmt_play *p, const struct pmt_atom *atom)
{
    return atom->n_steps ? set_step(p, atom, PMT_NO_OBJ) : unbind_name(p, atom);
}
