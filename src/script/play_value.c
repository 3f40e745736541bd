/* play_value.c - values: makers by the rows of value.def. Each does what the Python beside
 * it in the table does, with the temporary objects that CPython makes on the way. */
#include "script/play_state.h"

#include "object/raise.h"

typedef pmt_obj (*make_fn)(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a);

static const make_fn makers[PMT_N_VALUES] = {
#define VALUE(id, fn, word, operands, spec, check, args, python, help) pmt_make_##fn,
#include "script/value.def"
};

static pmt_obj again(struct pmt_play *p, pmt_obj x)
{
    pmt_incref(p->o, x);
    return x;
}

/* The constant that the compiler made of it; 0: none. */
static pmt_obj folded(const struct pmt_play *p, const struct pmt_maker *m)
{
    return m->literal == PMT_NOTHING ? PMT_NO_OBJ
                                     : p->calls[p->n_calls - 1].slots[m->literal];
}

static enum pmt_flow give(struct pmt_play *p, pmt_obj x)
{
    p->result = x;
    return x ? PMT_FLOW_NEXT : PMT_FLOW_RAISED;
}

enum pmt_flow pmt_evaluate(struct pmt_play *p, const struct pmt_maker *m)
{
    uint8_t check = pmt_value_words[m->code].check;
    const pmt_obj *a;
    pmt_obj x;

    if (m->code == PMT_MAKE_ATOM)
        return give(p, pmt_load(p, &p->script->atoms.at[m->atoms]));
    if (m->code == PMT_MAKE_CALL)
        return pmt_start_call(p, m);
    if (m->code == PMT_MAKE_NEW)
        return pmt_start_new(p, m);
    if (folded(p, m) && (m->code == PMT_MAKE_BINARY || m->code == PMT_MAKE_TUPLE))
        return give(p, again(p, folded(p, m)));
    a = folded(p, m) ? pmt_top(p)->operands : pmt_push_atoms(p, m->atoms, m->n_atoms);
    if (!a || !pmt_push_args(p, &pmt_value_words[m->code], a, m->n_atoms))
        return PMT_FLOW_RAISED;
    x = makers[m->code](p, m, a);
    if (x && check != PMT_CHECK_NO) {
        pmt_drop_operands(p, 0);
        pmt_after_call(p, check, false);
    }
    return give(p, x);
}

/* Reached by pmt_evaluate() alone, in another way. */
pmt_obj pmt_make_atom(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    (void)m;
    return again(p, a[0]);
}

/* -- operands -- */

static pmt_obj no_integer(struct pmt_play *p, pmt_obj x)
{
    (void)pmt_raise_type(p->o, PMT_RAISE_INTEGER_NEEDED, x, PMT_NO_OBJ);
    return PMT_NO_OBJ;
}

static bool int64_of(struct pmt_play *p, pmt_obj x, int64_t *out)
{
    pmt_int n;

    if (!pmt_int_get(p->o, x, &n))
        return no_integer(p, x) != PMT_NO_OBJ;
    if (n < INT64_MIN || n > INT64_MAX)
        return pmt_raise_text(p->o, PMT_RAISE_INT_RANGE, NULL, NULL, NULL);
    *out = (int64_t)n;
    return true;
}

static bool length_of(struct pmt_play *p, pmt_obj x, uint64_t *out)
{
    int64_t n;

    if (!int64_of(p, x, &n))
        return false;
    if (n < 0)
        return pmt_raise_text(p->o, PMT_RAISE_NEGATIVE_LENGTH, NULL, NULL, NULL);
    *out = (uint64_t)n;
    return true;
}

/* -- displays -- */

pmt_obj pmt_make_binary(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    return pmt_binary(p->o, m->op, a[0], a[1]);
}

/* [..] of literals, from 3.9 on: an empty list, extended by a constant. */
pmt_obj pmt_make_list(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    pmt_obj list;

    if (!folded(p, m))
        return pmt_list_new(p->o, a, m->n_atoms);
    list = pmt_list_new(p->o, NULL, 0);
    if (list && !pmt_list_extend(p->o, list, folded(p, m))) {
        pmt_decref(p->o, list);
        return PMT_NO_OBJ;
    }
    return list;
}

pmt_obj pmt_make_tuple(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    return pmt_tuple_new(p->o, a, m->n_atoms);
}

pmt_obj pmt_make_set(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    pmt_obj set;

    if (!folded(p, m))
        return pmt_set_new(p->o, false, a, m->n_atoms);
    set = pmt_set_new(p->o, false, NULL, 0);
    if (set && !pmt_set_update(p->o, set, folded(p, m))) {
        pmt_decref(p->o, set);
        return PMT_NO_OBJ;
    }
    return set;
}

/* frozenset((x, y)) */
pmt_obj pmt_make_frozenset(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    pmt_obj items, set;

    if (!m->n_atoms)
        return pmt_set_new(p->o, true, NULL, 0);
    items = folded(p, m) ? again(p, folded(p, m)) : pmt_tuple_new(p->o, a, m->n_atoms);
    set = items && pmt_push_args(p, &pmt_value_words[PMT_MAKE_TOFROZENSET], &items, 1)
              ? pmt_to_set(p->o, true, items) : PMT_NO_OBJ;
    pmt_decref(p->o, items);
    return set;
}

pmt_obj pmt_make_dict(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    return pmt_dict_of(p->o, a, m->n_atoms / 2);
}

/* [x] * n */
pmt_obj pmt_make_listof(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    pmt_obj one = pmt_list_new(p->o, a + 1, 1), list;

    (void)m;
    list = one ? pmt_binary(p->o, '*', one, a[0]) : PMT_NO_OBJ;
    pmt_decref(p->o, one);
    return list;
}

/* -- conversions: a type that is called -- */

static pmt_obj to_set(struct pmt_objects *o, pmt_obj x)
{
    return pmt_to_set(o, false, x);
}

static pmt_obj to_frozenset(struct pmt_objects *o, pmt_obj x)
{
    return pmt_to_set(o, true, x);
}

#define CONVERSION(fn, convert)                                                                   \
    pmt_obj pmt_make_##fn(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)        \
    {                                                                                             \
        (void)m;                                                                                  \
        return convert(p->o, a[0]);                                                               \
    }

CONVERSION(tolist, pmt_to_list)
CONVERSION(totuple, pmt_to_tuple)
CONVERSION(toset, to_set)
CONVERSION(tofrozenset, to_frozenset)
CONVERSION(str, pmt_to_str)
CONVERSION(int, pmt_to_int)
CONVERSION(float, pmt_to_float)
CONVERSION(intern, pmt_intern)
CONVERSION(copy, pmt_copy_own)
CONVERSION(shallow, pmt_copy_shallow)
CONVERSION(deep, pmt_copy_deep)
CONVERSION(serial, pmt_copy_serial)
CONVERSION(iter, pmt_iter)

pmt_obj pmt_make_chr(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    int64_t n;

    (void)m;
    if (!int64_of(p, a[0], &n))
        return PMT_NO_OBJ;
    return pmt_chr(p->o, n < 0 || n > UINT32_MAX ? UINT32_MAX : (uint32_t)n);
}

pmt_obj pmt_make_next(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    pmt_obj x = pmt_next(p->o, a[0]);

    (void)m;
    if (!x && pmt_error_kind(p->o) == PMT_EXC_NONE)
        (void)pmt_raise(p->o, PMT_EXC_STOP_ITERATION, "%s", "");
    return x;
}

/* -- objects of the heap -- */

pmt_obj pmt_make_array(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    uint64_t n = 0;

    if (m->n_atoms && !length_of(p, a[0], &n))
        return PMT_NO_OBJ;
    return pmt_array_new(p->o, (char)m->word, n);
}

pmt_obj pmt_make_bytearray(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    uint64_t n = 0;

    (void)m;
    return length_of(p, a[0], &n) ? pmt_bytearray_new(p->o, n) : PMT_NO_OBJ;
}

pmt_obj pmt_make_range(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    int64_t n[3] = {0, 0, 1};

    for (uint32_t i = 0; i < m->n_atoms; i++)
        if (!int64_of(p, a[i], &n[i]))
            return PMT_NO_OBJ;
    if (!n[2]) {
        (void)pmt_raise_text(p->o, PMT_RAISE_RANGE_STEP, NULL, NULL, NULL);
        return PMT_NO_OBJ;
    }
    return m->n_atoms == 1 ? pmt_range_new(p->o, 0, n[0], 1)
                           : pmt_range_new(p->o, n[0], n[1], n[2]);
}

pmt_obj pmt_make_object(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    (void)m;
    (void)a;
    return pmt_object_new(p->o);
}

pmt_obj pmt_make_block(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    enum pmt_domain domain = m->word == PMT_NOTHING ? PMT_DOMAIN_OBJ : (enum pmt_domain)m->word;
    uint64_t n = 0;

    return length_of(p, a[0], &n) ? pmt_block_new(p->o, domain, n) : PMT_NO_OBJ;
}

/* -- classes and references: new and call are play_call.c's -- */

pmt_obj pmt_make_new(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    return pmt_make_atom(p, m, a);
}

pmt_obj pmt_make_call(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    return pmt_make_atom(p, m, a);
}

pmt_obj pmt_make_instance(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    (void)m;
    if (pmt_kind_of(p->o, a[0]) == PMT_KIND_CLASS)
        return pmt_instance_new(p->o, a[0]);
    (void)pmt_raise_type(p->o, PMT_RAISE_NOT_CLASS, a[0], PMT_NO_OBJ);
    return PMT_NO_OBJ;
}

pmt_obj pmt_make_ref(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    bool no_callback = m->n_atoms < 2 || pmt_kind_of(p->o, a[1]) == PMT_KIND_NONE;

    return pmt_weakref_new(p->o, a[0], no_callback ? PMT_NO_OBJ : a[1]);
}

/* -- parts of containers -- */

static pmt_obj view(struct pmt_play *p, const struct pmt_maker *m, pmt_obj dict,
                    enum pmt_view what, bool as_list)
{
    if (pmt_kind_of(p->o, dict) != PMT_KIND_DICT) {
        (void)pmt_raise_text(p->o, PMT_RAISE_NO_METHOD, pmt_type_name(p->o, dict),
                             pmt_value_words[m->code].word, NULL);
        return PMT_NO_OBJ;
    }
    return as_list ? pmt_dict_list(p->o, dict, what) : pmt_dict_view(p->o, dict, what);
}

#define VIEW(fn, what, as_list)                                                                   \
    pmt_obj pmt_make_##fn(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)        \
    {                                                                                             \
        return view(p, m, a[0], what, as_list);                                                   \
    }

VIEW(keys, PMT_VIEW_KEYS, p->shape->keys_are_lists)
VIEW(values, PMT_VIEW_VALUES, p->shape->keys_are_lists)
VIEW(items, PMT_VIEW_ITEMS, p->shape->keys_are_lists)
VIEW(viewkeys, PMT_VIEW_KEYS, false)
VIEW(viewvalues, PMT_VIEW_VALUES, false)
VIEW(viewitems, PMT_VIEW_ITEMS, false)

/* d.pop(key): what is there is taken out with the reference that the dict had. */
static pmt_obj pop_key(struct pmt_play *p, pmt_obj dict, pmt_obj key)
{
    pmt_obj x = pmt_item_get(p->o, dict, key);

    if (x && !pmt_dict_del(p->o, dict, key)) {
        pmt_decref(p->o, x);
        return PMT_NO_OBJ;
    }
    return x;
}

pmt_obj pmt_make_pop(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    int64_t i = -1;

    if (pmt_kind_of(p->o, a[0]) == PMT_KIND_DICT) {
        if (m->n_atoms == 2)
            return pop_key(p, a[0], a[1]);
        (void)pmt_raise_text(p->o, PMT_RAISE_POP_KEY, NULL, NULL, NULL);
        return PMT_NO_OBJ;
    }
    if (m->n_atoms == 2 && !int64_of(p, a[1], &i))
        return PMT_NO_OBJ;
    return pmt_list_pop(p->o, a[0], i);
}

pmt_obj pmt_make_get(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a)
{
    pmt_obj x;

    if (pmt_kind_of(p->o, a[0]) != PMT_KIND_DICT) {
        (void)pmt_raise_text(p->o, PMT_RAISE_NO_METHOD, pmt_type_name(p->o, a[0]), "get", NULL);
        return PMT_NO_OBJ;
    }
    x = pmt_dict_get(p->o, a[0], a[1]);
    if (x)
        return again(p, x);
    if (pmt_error_kind(p->o) != PMT_EXC_NONE)
        return PMT_NO_OBJ;
    return m->n_atoms == 3 ? again(p, a[2]) : pmt_none(p->o);
}
