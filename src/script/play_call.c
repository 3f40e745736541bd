/* play_call.c - calls: of functions, methods, classes and what else can be called.
 *
 * What refers to an argument while it is called is the interpreter's business, and so the
 * shape's. Up to 3.10 the caller's stack keeps its references until the call is over, and
 * the callee's locals have their own (call_arg_refs); from 3.11 on they are handed over. A
 * C function in between, as for a class, always keeps them: it gets them as a tuple, or as
 * an array that somebody else owns. */
#include "script/play_state.h"

#include <stdio.h>
#include "object/raise.h"

/* -- calls come and go -- */

static pmt_obj *take_operands(struct pmt_play *p, struct pmt_call *call)
{
    pmt_obj *at = p->area + p->n_area;

    call->owns_operands = p->n_area + call->max_operands > PMT_AREA;
    if (call->owns_operands)
        return pmt_alloc_array(call->max_operands, sizeof *at);
    p->n_area += call->max_operands;
    return at;
}

struct pmt_call *pmt_call_begin(struct pmt_play *p, enum pmt_call_kind kind, uint32_t unit)
{
    const struct pmt_code_unit *u = &p->script->units.at[unit];
    struct pmt_call *call = &p->calls[p->n_calls];

    if (p->n_calls == PMT_MAX_CALLS)
        return (void)pmt_raise_text(p->o, PMT_RAISE_DEPTH, NULL, NULL, NULL), NULL;
    *call = (struct pmt_call){
        .kind = (uint8_t)kind,
        .unit = unit,
        .pc = u->first_op,
        .end = kind == PMT_CALL_LINE ? u->end_op : PMT_NOTHING,
        .slots = p->slots + u->first_literal,
        .max_operands = u->deepest + PMT_SPARE_OPERANDS,
        .first_loop = p->loops.n,
    };
    call->operands = take_operands(p, call);
    if (!call->operands)
        return (void)pmt_raise(p->o, PMT_EXC_MEMORY, "out of memory"), NULL;
    p->n_calls++;
    return call;
}

/* It stays the topmost until all is given back: what dies may act out more above it. */
void pmt_call_leave(struct pmt_play *p)
{
    struct pmt_call *call = pmt_top(p);
    pmt_obj frame = call->frame;

    while (p->loops.n > call->first_loop)
        pmt_decref(p->o, p->loops.at[--p->loops.n].iterator);
    pmt_drop_operands(p, 0);
    call->frame = PMT_NO_OBJ;
    if (frame)
        pmt_frame_leave(p->o, frame);
    pmt_decref(p->o, call->space);
    pmt_decref(p->o, call->made);
    if (call->owns_operands)
        pmt_free(call->operands);
    else
        p->n_area -= call->max_operands;
    p->n_calls--;
}

/* -- functions -- */

static bool wrong_arguments(struct pmt_play *p, const struct pmt_code_unit *unit, uint32_t n)
{
    char takes[16], given[16];

    (void)snprintf(takes, sizeof takes, "%u", unit->n_params);
    (void)snprintf(given, sizeof given, "%u", n);
    return pmt_raise_text(p->o, n < unit->n_params ? PMT_RAISE_TOO_FEW : PMT_RAISE_TOO_MANY,
                          pmt_script_string(p->script, unit->name), takes, given);
}

/* A function with n arguments, borrowed, before them self if it is not 0. */
static bool enter(struct pmt_play *p, enum pmt_call_kind kind, pmt_obj function, pmt_obj self,
                  const pmt_obj *args, uint32_t n)
{
    pmt_obj code = pmt_function_code(p->o, function), frame;
    uint32_t number = pmt_code_body(p->o, code), first = self ? 1 : 0;
    const struct pmt_code_unit *unit = &p->script->units.at[number];
    struct pmt_call *call;

    if (n + first != unit->n_params)
        return wrong_arguments(p, unit, n + first);
    frame = pmt_frame_enter(p->o, code);
    if (!frame)
        return false;
    if (self)
        pmt_local_set(p->o, frame, 0, self);
    for (uint32_t i = 0; i < n; i++)
        pmt_local_set(p->o, frame, first + i, args[i]);
    call = pmt_call_begin(p, kind, number);
    if (!call) {
        pmt_frame_leave(p->o, frame);
        return false;
    }
    call->frame = frame;
    return true;
}

static enum pmt_flow called(bool ok)
{
    return ok ? PMT_FLOW_CALLED : PMT_FLOW_RAISED;
}

static enum pmt_flow give(struct pmt_play *p, pmt_obj x)
{
    p->result = x;
    return x ? PMT_FLOW_NEXT : PMT_FLOW_RAISED;
}

bool pmt_push_args(struct pmt_play *p, const struct pmt_word *row, const pmt_obj *a, uint32_t n)
{
    uint32_t first = row->args_rest ? 1 : 0;
    pmt_obj tuple;

    if (p->shape->version >= row->args_until)
        return true;
    tuple = pmt_tuple_new(p->o, a + first, n - first);
    if (tuple)
        pmt_push(p, tuple);
    return tuple != PMT_NO_OBJ;
}

/* -- classes -- */

static pmt_obj special(struct pmt_play *p, pmt_obj cls, enum pmt_special_name name)
{
    pmt_obj found = pmt_class_lookup(p->o, cls, p->special[name]);

    return found && pmt_kind_of(p->o, found) == PMT_KIND_FUNCTION ? found : PMT_NO_OBJ;
}

/* Up to 3.6 a bound method gets its object and the arguments in a tuple:
 * instancemethod_call. */
static bool push_with_self(struct pmt_play *p, pmt_obj self, const pmt_obj *args, uint32_t n)
{
    pmt_obj *items = pmt_alloc_array(n + (size_t)1, sizeof *items), tuple;

    if (!items)
        return pmt_raise(p->o, PMT_EXC_MEMORY, "out of memory");
    items[0] = self;
    for (uint32_t i = 0; i < n; i++)
        items[i + 1] = args[i];
    tuple = pmt_tuple_new(p->o, items, n + 1);
    pmt_free(items);
    if (tuple)
        pmt_push(p, tuple);
    return tuple != PMT_NO_OBJ;
}

/* Nor is __init__ called as a plain function there: slot_tp_init. */
static bool push_bound(struct pmt_play *p, pmt_obj init, pmt_obj instance, const pmt_obj *args,
                       uint32_t n)
{
    pmt_obj method = pmt_method_new(p->o, init, instance);

    if (!method)
        return false;
    pmt_push(p, method);
    return push_with_self(p, instance, args, n);
}

/* An instance is made: __init__ comes next. instance: owned. args: those of the class. */
static enum pmt_flow initialize(struct pmt_play *p, pmt_obj cls, pmt_obj instance,
                                const pmt_obj *args, uint32_t n)
{
    pmt_obj init = special(p, cls, PMT_NAME_INIT);

    if (!init)
        return give(p, instance);
    if (!p->shape->methods_unbound && !push_bound(p, init, instance, args, n)) {
        pmt_decref(p->o, instance);
        return PMT_FLOW_RAISED;
    }
    if (!enter(p, PMT_CALL_INIT, init, instance, args, n)) {
        pmt_decref(p->o, instance);
        return PMT_FLOW_RAISED;
    }
    pmt_top(p)->made = instance;
    return PMT_FLOW_CALLED;
}

/* type.__call__ gets its arguments as a tuple. Up to 3.5 it takes over the references of
 * the stack; later it has its own. False: raised. */
static bool push_class_args(struct pmt_play *p, uint32_t at, uint32_t n)
{
    pmt_obj tuple = pmt_tuple_new(p->o, pmt_top(p)->operands + at + 1, n);

    if (!tuple)
        return false;
    if (p->shape->args_move_to_tuple)
        pmt_drop_operands(p, at + 1);
    pmt_push(p, tuple);
    return true;
}

/* What is in the tuple. */
static const pmt_obj *items_of(const struct pmt_play *p, pmt_obj tuple, uint32_t *n)
{
    bool down;
    size_t length;
    const pmt_obj *items = pmt_edges(p->o, tuple, &length, &down);

    *n = (uint32_t)length;
    return items;
}

/* As operands of the call: the class at `at`, then n arguments. */
static enum pmt_flow instantiate(struct pmt_play *p, uint32_t at, uint32_t n)
{
    pmt_obj cls = pmt_top(p)->operands[at], maker = special(p, cls, PMT_NAME_NEW), made;
    const pmt_obj *args;

    if (!push_class_args(p, at, n))
        return PMT_FLOW_RAISED;
    args = items_of(p, pmt_top(p)->operands[pmt_top(p)->n_operands - 1], &n);
    if (maker) {
        uint32_t tuple = pmt_top(p)->n_operands - 1;

        if (!enter(p, PMT_CALL_NEW, maker, cls, args, n))
            return PMT_FLOW_RAISED;
        pmt_top(p)->class_at = at;
        pmt_top(p)->tuple_at = tuple;
        return PMT_FLOW_CALLED;
    }
    made = pmt_instance_new(p->o, cls);
    if (!made)
        return PMT_FLOW_RAISED;
    if (n && !special(p, cls, PMT_NAME_INIT)) {
        (void)pmt_raise_text(p->o, PMT_RAISE_NO_ARGUMENTS, pmt_type_name(p->o, made), NULL, NULL);
        pmt_push(p, made); /* dropped with the operands */
        return PMT_FLOW_RAISED;
    }
    return initialize(p, cls, made, args, n);
}

/* Where the class has a metaclass whose instances can be called, that is what is called. */
static enum pmt_flow call_class(struct pmt_play *p, uint32_t at, uint32_t n)
{
    pmt_obj *operands = pmt_top(p)->operands + at, cls = operands[0];
    pmt_obj meta = pmt_class_lookup(p->o, cls, p->special[PMT_NAME_METACLASS]);
    pmt_obj call = meta && pmt_kind_of(p->o, meta) == PMT_KIND_CLASS
                       ? special(p, meta, PMT_NAME_CALL) : PMT_NO_OBJ;

    if (call)
        return called(enter(p, PMT_CALL_DEF, call, PMT_NO_OBJ, operands, n + 1));
    return instantiate(p, at, n);
}

/* -- anything -- */

static enum pmt_flow call_weakref(struct pmt_play *p, pmt_obj ref, uint32_t n)
{
    pmt_obj x;

    if (n) {
        (void)pmt_raise_text(p->o, PMT_RAISE_NO_ARGUMENTS, pmt_type_name(p->o, ref), NULL, NULL);
        return PMT_FLOW_RAISED;
    }
    if (!pmt_weakref_get(p->o, ref, &x))
        return PMT_FLOW_RAISED;
    if (!x)
        return give(p, pmt_none(p->o));
    pmt_incref(p->o, x);
    return give(p, x);
}

static enum pmt_flow call_instance(struct pmt_play *p, pmt_obj x, const pmt_obj *args, uint32_t n)
{
    pmt_obj call = pmt_class_of(p->o, x) ? special(p, pmt_class_of(p->o, x), PMT_NAME_CALL)
                                         : PMT_NO_OBJ;

    if (call)
        return called(enter(p, PMT_CALL_DEF, call, x, args, n));
    (void)pmt_raise_type(p->o, PMT_RAISE_NOT_CALLED, x, PMT_NO_OBJ);
    return PMT_FLOW_RAISED;
}

/* As operands of the call: what is called at `at`, then n arguments. */
static enum pmt_flow call_operands(struct pmt_play *p, uint32_t at, uint32_t n)
{
    pmt_obj *operands = pmt_top(p)->operands + at, function, self;
    enum pmt_kind kind = pmt_kind_of(p->o, operands[0]);

    if (kind == PMT_KIND_FUNCTION)
        return called(enter(p, PMT_CALL_DEF, operands[0], PMT_NO_OBJ, operands + 1, n));
    if (pmt_method_get(p->o, operands[0], &function, &self))
        return called(enter(p, PMT_CALL_DEF, function, self, operands + 1, n));
    if (kind == PMT_KIND_CLASS)
        return call_class(p, at, n);
    if (kind == PMT_KIND_WEAKREF)
        return call_weakref(p, operands[0], n);
    return call_instance(p, operands[0], operands + 1, n);
}

/* C code was called, as a class is: its operands go, then CPython looks at the collector. */
static struct pmt_play *after_native(struct pmt_play *p)
{
    pmt_obj result = p->result;

    pmt_drop_operands(p, 0);
    pmt_collector_check(p->c);
    p->result = result;
    return p;
}

/* -- call F X... -- */

/* The function that x.name is in the class of x, borrowed; 0: it must be looked up and
 * bound. */
static pmt_obj plain_method(struct pmt_play *p, pmt_obj x, pmt_obj name)
{
    pmt_obj function;

    if (pmt_kind_of(p->o, x) != PMT_KIND_INSTANCE || !p->shape->methods_unbound)
        return PMT_NO_OBJ;
    function = pmt_class_lookup(p->o, pmt_class_of(p->o, x), name);
    if (!function || pmt_kind_of(p->o, function) != PMT_KIND_FUNCTION ||
        pmt_own_attribute(p->o, x, name))
        return PMT_NO_OBJ;
    return function;
}

/* A bound method is taken apart on the caller's stack, unless the version keeps it. */
static void push_callable(struct pmt_play *p, pmt_obj x)
{
    pmt_obj function, self;

    if (p->shape->methods_kept || !pmt_method_get(p->o, x, &function, &self)) {
        pmt_push(p, x);
        return;
    }
    pmt_incref(p->o, function);
    pmt_push(p, function);
    pmt_incref(p->o, self);
    pmt_push(p, self);
    pmt_decref(p->o, x);
}

/* x.name(...): the method and x, or what the attribute is. False: raised. */
static bool push_method(struct pmt_play *p, const struct pmt_atom *atom)
{
    const struct pmt_step *step = &p->script->steps.at[atom->steps + atom->n_steps - 1u];
    pmt_obj name = pmt_top(p)->slots[step->a], owner = pmt_load_owner(p, atom), found;

    if (!owner)
        return false;
    found = plain_method(p, owner, name);
    if (found) {
        pmt_incref(p->o, found);
        pmt_push(p, found);
        pmt_push(p, owner);
        return true;
    }
    found = pmt_attr_get(p->o, owner, name);
    pmt_decref(p->o, owner);
    if (found)
        push_callable(p, found);
    return found != PMT_NO_OBJ;
}

static bool push_function(struct pmt_play *p, const struct pmt_atom *atom)
{
    pmt_obj x;

    if (atom->n_steps &&
        p->script->steps.at[atom->steps + atom->n_steps - 1u].kind == PMT_STEP_ATTR)
        return push_method(p, atom);
    x = pmt_load(p, atom);
    if (x)
        push_callable(p, x);
    return x != PMT_NO_OBJ;
}

enum pmt_flow pmt_start_call(struct pmt_play *p, const struct pmt_maker *m)
{
    size_t caller = p->n_calls - 1;
    struct pmt_call *call = pmt_top(p);
    uint32_t at = call->n_operands;
    enum pmt_flow flow;

    if (!push_function(p, &p->script->atoms.at[m->atoms]) ||
        !pmt_push_atoms(p, m->atoms + 1, m->n_atoms - 1))
        return PMT_FLOW_RAISED;
    flow = call_operands(p, at, call->n_operands - at - 1);
    if (flow == PMT_FLOW_NEXT)
        (void)after_native(p);
    if (flow != PMT_FLOW_CALLED)
        return flow;
    call = &p->calls[caller];
    if (!p->shape->call_arg_refs && pmt_top(p)->kind == PMT_CALL_DEF &&
        pmt_kind_of(p->o, call->operands[at]) == PMT_KIND_FUNCTION)
        while (call->n_operands > at + 1) /* the callee's locals have them now */
            pmt_decref(p->o, call->operands[--call->n_operands]);
    pmt_collector_check(p->c);
    return PMT_FLOW_CALLED;
}

enum pmt_flow pmt_start_new(struct pmt_play *p, const struct pmt_maker *m)
{
    uint32_t at = pmt_top(p)->n_operands;
    const pmt_obj *operands = pmt_push_atoms(p, m->atoms, m->n_atoms);
    enum pmt_flow flow;

    if (!operands)
        return PMT_FLOW_RAISED;
    if (pmt_kind_of(p->o, operands[0]) != PMT_KIND_CLASS) {
        (void)pmt_raise_type(p->o, PMT_RAISE_NOT_CLASS, operands[0], PMT_NO_OBJ);
        return PMT_FLOW_RAISED;
    }
    flow = call_class(p, at, m->n_atoms - 1);
    if (flow == PMT_FLOW_NEXT)
        (void)after_native(p);
    else if (flow == PMT_FLOW_CALLED)
        pmt_collector_check(p->c);
    return flow;
}

/* -- from C code -- */

enum pmt_flow pmt_call_finalizer(struct pmt_play *p, pmt_obj instance)
{
    pmt_obj del = special(p, pmt_class_of(p->o, instance), PMT_NAME_DEL);

    if (!del) /* something else of this name: calling it fails */
        return call_instance(p, instance, NULL, 0);
    if (!p->shape->methods_unbound && !push_bound(p, del, instance, NULL, 0))
        return PMT_FLOW_RAISED;
    return called(enter(p, PMT_CALL_DEF, del, instance, NULL, 0));
}

/* Up to 3.6 the weak reference comes in a tuple: PyObject_CallFunctionObjArgs. */
static bool push_argument(struct pmt_play *p, pmt_obj x)
{
    pmt_obj tuple = pmt_tuple_new(p->o, &x, 1);

    if (tuple)
        pmt_push(p, tuple);
    return tuple != PMT_NO_OBJ;
}

/* From 3.11 on a frame refers to its function. */
enum pmt_flow pmt_call_callback(struct pmt_play *p, pmt_obj callback, pmt_obj weakref)
{
    pmt_obj function = callback, self = PMT_NO_OBJ;
    bool bound = pmt_method_get(p->o, callback, &function, &self);

    if (!p->shape->methods_unbound &&
        !(push_argument(p, weakref) && (!bound || push_with_self(p, self, &weakref, 1))))
        return PMT_FLOW_RAISED;
    if (pmt_kind_of(p->o, function) == PMT_KIND_FUNCTION) {
        if (p->shape->frames == PMT_FRAMES_STACK) {
            pmt_incref(p->o, function);
            pmt_push(p, function);
        }
        return called(enter(p, PMT_CALL_DEF, function, self, &weakref, 1));
    }
    pmt_incref(p->o, callback);
    pmt_push(p, callback);
    pmt_incref(p->o, weakref);
    pmt_push(p, weakref);
    return call_operands(p, pmt_top(p)->n_operands - 2, 1);
}

/* -- returning -- */

/* What __new__ gave is initialized if it is an instance of the class. */
static enum pmt_flow made_by_new(struct pmt_play *p, pmt_obj made, uint32_t class_at,
                                 uint32_t tuple_at)
{
    const pmt_obj *operands = pmt_top(p)->operands, *args;
    pmt_obj of = pmt_class_of(p->o, made);
    uint32_t n;

    if (!of || !pmt_is_subclass(p->o, of, operands[class_at]))
        return give(p, made);
    args = items_of(p, operands[tuple_at], &n);
    return initialize(p, of, made, args, n);
}

/* What __init__ gave must be None; what counts is the instance. */
static enum pmt_flow initialized(struct pmt_play *p, pmt_obj made, pmt_obj result)
{
    bool ok = pmt_kind_of(p->o, result) == PMT_KIND_NONE;

    if (!ok)
        (void)pmt_raise_text(p->o, PMT_RAISE_INIT_RESULT, pmt_type_name(p->o, result), NULL,
                             NULL);
    pmt_decref(p->o, result);
    if (ok)
        return give(p, made);
    pmt_decref(p->o, made);
    return PMT_FLOW_RAISED;
}

enum pmt_flow pmt_call_returned(struct pmt_play *p)
{
    struct pmt_call *call = pmt_top(p);
    enum pmt_call_kind kind = (enum pmt_call_kind)call->kind;
    pmt_obj result = p->result, made = call->made;
    uint32_t class_at = call->class_at, tuple_at = call->tuple_at;
    enum pmt_flow flow;

    call->made = PMT_NO_OBJ;
    pmt_call_leave(p);
    p->result = result;
    if (kind == PMT_CALL_DEF)
        return pmt_complete(p);
    flow = kind == PMT_CALL_NEW ? made_by_new(p, result, class_at, tuple_at)
                                : initialized(p, made, result);
    if (flow == PMT_FLOW_CALLED)
        pmt_collector_check(p->c); /* as at the start of any function */
    return flow == PMT_FLOW_NEXT ? pmt_complete(after_native(p)) : flow;
}
