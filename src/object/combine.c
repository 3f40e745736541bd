/*
 * combine.c - operators between sets, between views of dicts, between dicts.
 *
 * The order of steps is that of Objects/setobject.c and dictobject.c, for it decides how
 * large the table of the result is: a union is a copy and then more, an intersection looks
 * at the smaller of the two, a difference copies where little is taken away. A result is
 * made as a set and frozen at the end if it is to be.
 */
#include "object/values.h"

#include "object/raise.h"

static pmt_obj again(struct pmt_objects *o, pmt_obj x)
{
    pmt_incref(o, x);
    return x;
}

/* A set becomes a frozenset: nobody else has it yet, and nothing else of it changes. */
static pmt_obj frozen_if(struct pmt_objects *o, pmt_obj set, bool frozen)
{
    if (set && frozen) {
        pmt_row(o, set)->kind = PMT_KIND_FROZENSET;
        o->n_of[PMT_KIND_SET]--;
        o->n_of[PMT_KIND_FROZENSET]++;
    }
    return set;
}

/* What was made so far, or nothing if a step failed. */
static pmt_obj result_or_none(struct pmt_objects *o, pmt_obj set, bool ok)
{
    if (ok)
        return set;
    pmt_decref(o, set);
    return PMT_NO_OBJ;
}

/* A step with one member or item: of the set that grows, beside another. */
typedef bool step_fn(struct pmt_objects *o, pmt_obj result, pmt_obj other, pmt_obj x);

static bool add_if_in(struct pmt_objects *o, pmt_obj result, pmt_obj other, pmt_obj x)
{
    bool found;

    return pmt_contains(o, other, x, &found) && (!found || pmt_set_add(o, result, x));
}

static bool add_if_not_in(struct pmt_objects *o, pmt_obj result, pmt_obj other, pmt_obj x)
{
    bool found;

    return pmt_contains(o, other, x, &found) && (found || pmt_set_add(o, result, x));
}

static bool take_away(struct pmt_objects *o, pmt_obj result, pmt_obj other, pmt_obj x)
{
    (void)other;
    return pmt_set_discard(o, result, x, false);
}

/* Out if it is in, in if it is not. */
static bool turn_over(struct pmt_objects *o, pmt_obj result, pmt_obj other, pmt_obj x)
{
    bool found;

    (void)other;
    if (!pmt_set_has(o, result, x, &found))
        return false;
    return found ? pmt_set_discard(o, result, x, false) : pmt_set_add(o, result, x);
}

/* Take a step with each item of an iterable. */
static bool with_each(struct pmt_objects *o, pmt_obj iterable, step_fn *step, pmt_obj result,
                      pmt_obj other)
{
    pmt_obj it = pmt_iter(o, iterable), x;
    bool ok = it != PMT_NO_OBJ;

    while (ok && (x = pmt_next(o, it))) {
        ok = step(o, result, other, x);
        pmt_decref(o, x);
    }
    pmt_decref(o, it);
    return ok && !pmt_error_kind(o);
}

/* The same with each member of a set, without an iterator of it. */
static bool with_members(struct pmt_objects *o, pmt_obj set, step_fn *step, pmt_obj result,
                         pmt_obj other)
{
    uint64_t at = 0;

    for (int64_t e; (e = pmt_entry_next(o, set, &at)) >= 0;)
        if (!step(o, result, other, pmt_row(o, set)->edges[e]))
            return false;
    return true;
}

static uint64_t members(const struct pmt_objects *o, pmt_obj set)
{
    return pmt_row(o, set)->u.probe->used;
}

static pmt_obj copy_of(struct pmt_objects *o, pmt_obj set)
{
    pmt_obj copy = pmt_set_new(o, false, NULL, 0);

    return copy ? result_or_none(o, copy, pmt_set_update(o, copy, set)) : PMT_NO_OBJ;
}

/* -- sets -- */

static pmt_obj set_or(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    pmt_obj set = copy_of(o, a);

    return set ? result_or_none(o, set, pmt_set_update(o, set, b)) : PMT_NO_OBJ;
}

static pmt_obj set_and(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    bool swap = members(o, b) > members(o, a);
    pmt_obj set;

    if (a == b)
        return copy_of(o, a);
    set = pmt_set_new(o, false, NULL, 0);
    return set ? result_or_none(o, set, with_members(o, swap ? a : b, add_if_in, set,
                                                     swap ? b : a))
               : PMT_NO_OBJ;
}

static pmt_obj set_minus(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    bool copies = o->shape->set_minus_copies && members(o, a) >> 2 > members(o, b);
    pmt_obj set = copies ? copy_of(o, a) : pmt_set_new(o, false, NULL, 0);

    if (!set)
        return PMT_NO_OBJ;
    return result_or_none(o, set, copies ? with_members(o, b, take_away, set, b)
                                         : with_members(o, a, add_if_not_in, set, b));
}

static pmt_obj set_xor(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    pmt_obj set = copy_of(o, b);

    return set ? result_or_none(o, set, with_members(o, a, turn_over, set, b)) : PMT_NO_OBJ;
}

static pmt_obj of_sets(struct pmt_objects *o, char op, pmt_obj a, pmt_obj b)
{
    pmt_obj set = op == '|' ? set_or(o, a, b) : op == '&' ? set_and(o, a, b)
                  : op == '-' ? set_minus(o, a, b) : set_xor(o, a, b);

    return frozen_if(o, set, pmt_kind_of(o, a) == PMT_KIND_FROZENSET);
}

/* -- views: one side is one, the other whatever can be gone through -- */

/* The set of a side: of a view of keys, by its dict (dictviews_to_set). */
static pmt_obj to_set(struct pmt_objects *o, pmt_obj x)
{
    const struct pmt_object *row = pmt_row(o, x);
    bool keys = row->kind == PMT_KIND_VIEW && row->u.iterator.what == PMT_VIEW_KEYS;

    return pmt_to_set(o, false, keys && o->shape->view_sets_by_dict ? row->edges[0] : x);
}

/* New, of what an iterable gives that is in another. */
static pmt_obj those_in(struct pmt_objects *o, pmt_obj iterable, pmt_obj other)
{
    pmt_obj set = pmt_set_new(o, false, NULL, 0);

    return set ? result_or_none(o, set, with_each(o, iterable, add_if_in, set, other))
               : PMT_NO_OBJ;
}

static uint64_t length_of(struct pmt_objects *o, pmt_obj x)
{
    uint64_t n = 0;

    (void)pmt_len(o, x, &n);
    pmt_error_clear(o);
    return n;
}

/* Goes through the smaller, as far as that is known; without a set of the view
 * (_PyDictView_Intersect). */
static pmt_obj view_and(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    bool swap = !pmt_is_set_view(o, a);
    pmt_obj view = swap ? b : a, other = swap ? a : b;

    if (pmt_kind_of(o, other) == PMT_KIND_SET && length_of(o, view) <= length_of(o, other))
        return those_in(o, view, other);
    if (pmt_is_set_view(o, other) && length_of(o, other) > length_of(o, view))
        return those_in(o, view, other);
    return those_in(o, other, view);
}

/* Up to 3.8: a set of the left one, then as between sets. */
static pmt_obj view_and_by_set(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    pmt_obj left = to_set(o, a), set;

    if (!left)
        return PMT_NO_OBJ;
    set = pmt_is_any_set(o, b) ? set_and(o, left, b) : those_in(o, b, left);
    pmt_decref(o, left);
    return set;
}

static pmt_obj view_xor(struct pmt_objects *o, pmt_obj set, pmt_obj b)
{
    pmt_obj right = pmt_is_any_set(o, b) ? again(o, b)
                                         : pmt_to_set(o, false, b); /* each item counts once */
    bool ok = right && with_members(o, right, turn_over, set, right);

    pmt_decref(o, right);
    return result_or_none(o, set, ok);
}

static pmt_obj of_views(struct pmt_objects *o, char op, pmt_obj a, pmt_obj b)
{
    pmt_obj set;

    if (op == '&')
        return o->shape->view_sets_by_dict ? view_and(o, a, b) : view_and_by_set(o, a, b);
    set = to_set(o, a);
    if (!set)
        return PMT_NO_OBJ;
    if (op == '^')
        return view_xor(o, set, b);
    return result_or_none(o, set, op == '|' ? pmt_set_update(o, set, b)
                                            : with_each(o, b, take_away, set, b) &&
                                                  pmt_set_purge(o, set));
}

/* -- dicts -- */

static pmt_obj dict_or(struct pmt_objects *o, pmt_obj a, pmt_obj b)
{
    pmt_obj dict = pmt_copy_own(o, a);

    return dict ? result_or_none(o, dict, pmt_dict_update(o, dict, b)) : PMT_NO_OBJ;
}

pmt_obj pmt_set_binary(struct pmt_objects *o, char op, pmt_obj a, pmt_obj b)
{
    if (op == '|' && o->shape->dict_union && pmt_kind_of(o, a) == PMT_KIND_DICT &&
        pmt_kind_of(o, b) == PMT_KIND_DICT)
        return dict_or(o, a, b);
    if (op != '|' && op != '&' && op != '-' && op != '^')
        return PMT_NO_OBJ;
    if (pmt_is_any_set(o, a) && pmt_is_any_set(o, b))
        return of_sets(o, op, a, b);
    return pmt_is_set_view(o, a) || pmt_is_set_view(o, b) ? of_views(o, op, a, b) : PMT_NO_OBJ;
}
