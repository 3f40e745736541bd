/* play_unit.c - the objects that a unit brings along: its constants, and the code of the
 * defs in it.
 *
 * Names are not among them: those of the whole script are there before its first line, as
 * those of a module's code are, so that binding a name takes nothing but its entry.
 *
 * CPython makes constants when it compiles. A line at top level holds them until it is over; those
 * of a function belong to its code object, which is a constant of the unit around it. What a
 * version does not fold, or folding raised for, stays unmade: the operation then works it
 * out when it is acted out. */
#include "script/play_state.h"

#include <string.h>

#define BYTECODE_PER_ACTION 12 /* about: loads, the call, the store */

/* b"" of 2.x and u"" of 3.x are str. */
static pmt_obj make_text(struct pmt_play *p, const struct pmt_literal *l)
{
    const char *text = pmt_script_string(p->script, l->a);

    if (l->kind == PMT_LITERAL_STR ||
        l->kind == (p->shape->str_is_bytes ? PMT_LITERAL_BYTES : PMT_LITERAL_UNICODE))
        return pmt_str_constant(p->o, text, l->n);
    if (l->kind == PMT_LITERAL_UNICODE)
        return pmt_unicode_new(p->o, text, l->n);
    return pmt_bytes_new(p->o, text, l->n);
}

pmt_obj pmt_make_literal(struct pmt_play *p, const struct pmt_literal *l)
{
    switch ((enum pmt_literal_kind)l->kind) {
    case PMT_LITERAL_NONE:
        return pmt_none(p->o);
    case PMT_LITERAL_FALSE:
    case PMT_LITERAL_TRUE:
        return pmt_bool(p->o, l->kind == PMT_LITERAL_TRUE);
    case PMT_LITERAL_INT:
        return pmt_int_new(p->o, l->u.number);
    case PMT_LITERAL_FLOAT:
        return pmt_float_new(p->o, l->u.real);
    case PMT_LITERAL_COMPLEX:
        return pmt_complex_new(p->o, 0.0, l->u.real);
    case PMT_LITERAL_STR:
    case PMT_LITERAL_UNICODE:
    case PMT_LITERAL_BYTES:
        return make_text(p, l);
    case PMT_LITERAL_NAME:
    case PMT_LITERAL_TUPLE:
    case PMT_LITERAL_ITEMS:
    case PMT_LITERAL_MEMBERS:
    case PMT_LITERAL_FOLDED:
    case PMT_LITERAL_CODE:
        break;
    }
    pmt_assert(false); /* made of others: make_compound() */
    return PMT_NO_OBJ;
}

/* -- made of other literals -- */

/* Its operands, all constants of the unit; NULL: out of memory. To be freed. */
static pmt_obj *items_of(struct pmt_play *p, const pmt_obj *slots, const struct pmt_literal *l)
{
    pmt_obj *items = pmt_alloc_array(l->n, sizeof *items);

    for (uint32_t i = 0; items && i < l->n; i++)
        items[i] = slots[p->script->atoms.at[l->a + i].index];
    return items;
}

/* 0 without an exception: this version, or this operation, has no such constant. */
static pmt_obj make_compound(struct pmt_play *p, const pmt_obj *slots,
                             const struct pmt_literal *l)
{
    pmt_obj *items, x = PMT_NO_OBJ;

    if (l->kind != PMT_LITERAL_TUPLE && l->kind != PMT_LITERAL_FOLDED &&
        !p->shape->display_extends)
        return PMT_NO_OBJ;
    items = items_of(p, slots, l);
    if (!items)
        return (void)pmt_raise(p->o, PMT_EXC_MEMORY, "out of memory"), PMT_NO_OBJ;
    if (l->kind == PMT_LITERAL_FOLDED)
        x = pmt_binary(p->o, l->op, items[0], items[1]);
    else if (l->kind == PMT_LITERAL_MEMBERS)
        x = pmt_set_new(p->o, true, items, l->n);
    else
        x = pmt_tuple_new(p->o, items, l->n);
    pmt_free(items);
    if (!x && pmt_error_kind(p->o) != PMT_EXC_MEMORY)
        pmt_error_clear(p->o); /* it is raised where it is acted out */
    return x;
}

/* -- code -- */

static pmt_obj make_code(struct pmt_play *p, uint32_t number)
{
    const struct pmt_code_unit *unit = &p->script->units.at[number];
    const struct pmt_literal *literals = pmt_unit_literals(p->script, unit);
    pmt_obj *slots = p->slots + unit->first_literal, code = PMT_NO_OBJ;
    pmt_obj *consts = pmt_alloc_array(unit->n_literals, sizeof *consts);
    struct pmt_code_spec spec = {
        .name = pmt_script_string(p->script, unit->name),
        .consts = consts,
        .n_params = unit->n_params,
        .n_locals = unit->n_locals,
        .stack = unit->deepest + 1,
        .bytecode_bytes = (uint64_t)BYTECODE_PER_ACTION * (unit->end_op - unit->first_op),
        .body = number,
    };

    if (!consts)
        return (void)pmt_raise(p->o, PMT_EXC_MEMORY, "out of memory"), PMT_NO_OBJ;
    if (pmt_unit_enter(p, unit)) {
        for (uint32_t i = 0; i < unit->n_literals; i++)
            if (slots[i] && literals[i].kind != PMT_LITERAL_NAME)
                consts[spec.n_consts++] = slots[i];
        code = pmt_code_new(p->o, &spec);
        for (size_t i = 0; i < spec.n_consts; i++)
            pmt_decref(p->o, consts[i]); /* the code holds them */
    }
    pmt_free(consts);
    return code;
}

/* -- units -- */

/* Every name once: what comes again is the same object, whose reference is there. */
bool pmt_names_make(struct pmt_play *p)
{
    for (size_t i = 0; i < p->script->literals.n; i++) {
        const struct pmt_literal *l = &p->script->literals.at[i];

        if (l->kind != PMT_LITERAL_NAME)
            continue;
        p->slots[i] = pmt_name(p->o, pmt_script_string(p->script, l->a));
        if (!p->slots[i])
            return false;
        if (p->named[l->a])
            pmt_decref(p->o, p->slots[i]);
        p->named[l->a] = true;
    }
    return true;
}

void pmt_names_drop(struct pmt_play *p)
{
    for (size_t i = 0; i < p->script->literals.n; i++) {
        const struct pmt_literal *l = &p->script->literals.at[i];

        if (l->kind == PMT_LITERAL_NAME && p->named[l->a]) {
            p->named[l->a] = false;
            pmt_decref(p->o, p->slots[i]);
        }
    }
}

static bool is_compound(uint8_t kind)
{
    return kind == PMT_LITERAL_TUPLE || kind == PMT_LITERAL_ITEMS ||
           kind == PMT_LITERAL_MEMBERS || kind == PMT_LITERAL_FOLDED;
}

/* Was it made for this unit: not one of the small ints or None, which are always there? */
static bool is_of_unit(const struct pmt_play *p, const struct pmt_literal *l, pmt_obj x)
{
    return l->kind != PMT_LITERAL_CODE &&
           (pmt_refcount(p->o, x) == 1 || l->kind == PMT_LITERAL_STR);
}

bool pmt_unit_enter(struct pmt_play *p, const struct pmt_code_unit *unit)
{
    const struct pmt_literal *literals = pmt_unit_literals(p->script, unit);
    pmt_obj *slots = p->slots + unit->first_literal;

    for (uint32_t i = 0; i < unit->n_literals; i++) {
        const struct pmt_literal *l = &literals[i];

        if (l->kind == PMT_LITERAL_NAME)
            continue;
        if (is_compound(l->kind))
            slots[i] = make_compound(p, slots, l);
        else
            slots[i] = l->kind == PMT_LITERAL_CODE ? make_code(p, l->a) : pmt_make_literal(p, l);
        if (!slots[i] && (!is_compound(l->kind) || pmt_error_kind(p->o))) {
            pmt_unit_leave(p, unit);
            return false;
        }
        if (slots[i] && is_of_unit(p, l, slots[i]))
            pmt_mark_constant(p->o, slots[i]);
    }
    return true;
}

void pmt_unit_leave(struct pmt_play *p, const struct pmt_code_unit *unit)
{
    pmt_obj *slots = p->slots + unit->first_literal;

    for (uint32_t i = 0; i < unit->n_literals; i++) {
        pmt_obj x = slots[i];

        if (p->script->literals.at[unit->first_literal + i].kind == PMT_LITERAL_NAME)
            continue;
        slots[i] = PMT_NO_OBJ;
        pmt_decref(p->o, x);
    }
}
