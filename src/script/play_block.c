/* play_block.c - loops, conditions, functions and classes as they begin and end. */
#include "script/play_state.h"

#include "object/raise.h"

static enum pmt_flow jump(struct pmt_play *p, uint32_t to)
{
    pmt_top(p)->pc = to;
    return PMT_FLOW_JUMPED;
}

/* -- loops -- */

static const struct pmt_atom *loop_target(const struct pmt_play *p, const struct pmt_action *head)
{
    if (head->code == PMT_DO_FOR)
        return &p->script->atoms.at[head->atoms];
    return head->n_atoms > 1 ? &p->script->atoms.at[head->atoms + 1] : NULL;
}

static enum pmt_flow leave_loop(struct pmt_play *p, const struct pmt_action *head)
{
    pmt_obj iterator = p->loops.at[--p->loops.n].iterator;

    pmt_decref(p->o, iterator);
    return jump(p, head->jump + 1);
}

/* The next turn of the innermost loop, whose head is operation number `at`. */
static enum pmt_flow turn(struct pmt_play *p, uint32_t at)
{
    const struct pmt_action *head = &p->script->ops.at[at];
    struct pmt_loop *loop = &p->loops.at[p->loops.n - 1];
    pmt_obj x;
    bool ok;

    if (!loop->iterator) {
        if (!loop->left)
            return leave_loop(p, head);
        loop->left--;
        return jump(p, at + 1);
    }
    x = pmt_next(p->o, loop->iterator);
    if (!x)
        return pmt_error_kind(p->o) != PMT_EXC_NONE ? PMT_FLOW_RAISED : leave_loop(p, head);
    ok = pmt_store(p, loop_target(p, head), x);
    pmt_decref(p->o, x);
    return ok ? jump(p, at + 1) : PMT_FLOW_RAISED;
}

static enum pmt_flow begin_loop(struct pmt_play *p, pmt_obj iterator, uint64_t left)
{
    if (!pmt_vec_push(&p->loops, ((struct pmt_loop){iterator, left}))) {
        pmt_decref(p->o, iterator);
        (void)pmt_raise(p->o, PMT_EXC_MEMORY, "out of memory");
        return PMT_FLOW_RAISED;
    }
    return turn(p, pmt_top(p)->pc);
}

/* Over what is the only operand: it is dropped as GET_ITER drops it. */
static enum pmt_flow loop_over(struct pmt_play *p)
{
    pmt_obj iterator = pmt_iter(p->o, pmt_top(p)->operands[0]);

    if (!iterator)
        return PMT_FLOW_RAISED;
    pmt_drop_operands(p, 0);
    return begin_loop(p, iterator, 0);
}

enum pmt_flow pmt_do_for(struct pmt_play *p, const struct pmt_action *op)
{
    return pmt_push_atoms(p, op->atoms + 1, 1) ? loop_over(p) : PMT_FLOW_RAISED;
}

/* `repeat n i` is a loop over range(n); without a name nothing needs to be made. */
enum pmt_flow pmt_do_repeat(struct pmt_play *p, const struct pmt_action *op)
{
    pmt_obj *n = pmt_push_atoms(p, op->atoms, 1), range;
    pmt_int count;

    if (!n)
        return PMT_FLOW_RAISED;
    if (!pmt_int_get(p->o, *n, &count)) {
        (void)pmt_raise_type(p->o, PMT_RAISE_INTEGER_NEEDED, *n, PMT_NO_OBJ);
        return PMT_FLOW_RAISED;
    }
    if (!pmt_push_args(p, &pmt_value_words[PMT_MAKE_RANGE], n, 1))
        return PMT_FLOW_RAISED;
    if (count < 0)
        count = 0;
    if (count > INT64_MAX)
        count = INT64_MAX;
    if (!loop_target(p, op)) {
        pmt_drop_operands(p, 0);
        pmt_collector_check(p->c);
        return begin_loop(p, PMT_NO_OBJ, (uint64_t)count);
    }
    range = pmt_range_new(p->o, 0, (int64_t)count, 1);
    pmt_drop_operands(p, 0);
    if (!range)
        return PMT_FLOW_RAISED;
    pmt_push(p, range);
    pmt_collector_check(p->c);
    return loop_over(p);
}

enum pmt_flow pmt_do_break(struct pmt_play *p, const struct pmt_action *op)
{
    return leave_loop(p, &p->script->ops.at[op->detail]);
}

enum pmt_flow pmt_do_continue(struct pmt_play *p, const struct pmt_action *op)
{
    return jump(p, p->script->ops.at[op->detail].jump);
}

/* -- conditions -- */

enum pmt_flow pmt_do_if(struct pmt_play *p, const struct pmt_action *op)
{
    struct pmt_reading left = {0}, right = {0};
    bool holds, ok;

    ok = pmt_condition_holds(p, &p->script->conditions.at[op->detail], &left, &right, &holds);
    pmt_reading_release(p, &left);
    pmt_reading_release(p, &right);
    if (!ok)
        return PMT_FLOW_RAISED;
    return holds ? PMT_FLOW_NEXT : jump(p, op->jump + 1);
}

enum pmt_flow pmt_do_under(struct pmt_play *p, const struct pmt_action *op)
{
    const struct pmt_script *s = p->script;

    for (uint32_t i = 0; i < op->n_atoms; i++)
        if (pmt_preset_is_under(p->options.preset,
                                pmt_script_string(s, s->words.at[op->atoms + i])))
            return PMT_FLOW_NEXT;
    return jump(p, op->jump + 1);
}

/* Reached behind what was acted out: the other part is passed over. */
enum pmt_flow pmt_do_else(struct pmt_play *p, const struct pmt_action *op)
{
    return jump(p, op->jump + 1);
}

/* -- functions -- */

enum pmt_flow pmt_do_def(struct pmt_play *p, const struct pmt_action *op)
{
    pmt_obj function = pmt_function_new(p->o, pmt_top(p)->slots[op->detail], p->globals);
    bool ok = function && pmt_store(p, &p->script->atoms.at[op->atoms], function);

    pmt_decref(p->o, function);
    return ok ? jump(p, op->jump + 1) : PMT_FLOW_RAISED;
}

enum pmt_flow pmt_do_return(struct pmt_play *p, const struct pmt_action *op)
{
    enum pmt_flow flow;

    if (op->value == PMT_NOTHING) {
        p->result = pmt_none(p->o);
        return PMT_FLOW_RETURNED;
    }
    flow = pmt_evaluate(p, &p->script->values.at[op->value]);
    return flow == PMT_FLOW_NEXT ? pmt_complete(p) : flow;
}

enum pmt_flow pmt_do_global(struct pmt_play *p, const struct pmt_action *op)
{
    (void)p;
    (void)op;
    return PMT_FLOW_NEXT;
}

/* -- classes -- */

/* The body is a call of its own; what it binds goes to a dict, which the class is made of. */
enum pmt_flow pmt_do_class(struct pmt_play *p, const struct pmt_action *op)
{
    struct pmt_call *outer = pmt_top(p), *call;
    pmt_obj base = PMT_NO_OBJ, space;

    if (op->n_atoms > 1) {
        base = pmt_load(p, &p->script->atoms.at[op->atoms + 1]);
        if (!base)
            return PMT_FLOW_RAISED;
        if (pmt_kind_of(p->o, base) != PMT_KIND_CLASS) {
            (void)pmt_raise_type(p->o, PMT_RAISE_NOT_CLASS, base, PMT_NO_OBJ);
            pmt_decref(p->o, base);
            return PMT_FLOW_RAISED;
        }
    }
    space = pmt_dict_new(p->o);
    call = space ? pmt_call_begin(p, PMT_CALL_CLASS, outer->unit) : NULL;
    if (!call) {
        pmt_decref(p->o, space);
        pmt_decref(p->o, base);
        return PMT_FLOW_RAISED;
    }
    call->pc = outer->pc + 1;
    call->space = space;
    call->made = base;
    return PMT_FLOW_CALLED;
}

/* The class of the words of its line. 0: raised. */
static pmt_obj make_class(struct pmt_play *p, const struct pmt_class_words *words, pmt_obj base)
{
    const struct pmt_script *s = p->script;
    const char **slots = pmt_alloc_array(words->n_slots, sizeof *slots);
    struct pmt_class_spec spec = {
        .name = pmt_script_string(s, words->name),
        .base = base,
        .old_style = words->old_style && p->shape->class_old_bytes,
        .slots = slots,
        .n_slots = words->n_slots,
        .has_slots = words->has_slots,
    };
    pmt_obj cls;

    if (!slots)
        return (void)pmt_raise(p->o, PMT_EXC_MEMORY, "out of memory"), PMT_NO_OBJ;
    for (uint32_t i = 0; i < words->n_slots; i++)
        slots[i] = pmt_script_string(s, s->words.at[words->slots + i]);
    cls = pmt_class_new(p->o, &spec);
    pmt_free(slots);
    return cls;
}

/* Everything that its body bound. */
static bool furnish(struct pmt_play *p, pmt_obj cls, pmt_obj space)
{
    size_t n;
    bool down;

    for (size_t i = 0; pmt_edges(p->o, space, &n, &down), i + 1 < n; i += 2) {
        const pmt_obj *edges = pmt_edges(p->o, space, &n, &down);

        if (edges[i] && !pmt_attr_set(p->o, cls, edges[i], edges[i + 1]))
            return false;
    }
    return true;
}

static enum pmt_flow end_class(struct pmt_play *p, const struct pmt_action *head, uint32_t at)
{
    const struct pmt_call *call = pmt_top(p);
    pmt_obj cls = make_class(p, &p->script->classes.at[head->detail], call->made);
    bool ok = cls && furnish(p, cls, call->space);

    if (ok) {
        pmt_call_leave(p);
        ok = pmt_store(p, &p->script->atoms.at[head->atoms], cls);
    }
    pmt_decref(p->o, cls);
    if (!ok)
        return PMT_FLOW_RAISED;
    pmt_top(p)->pc = at;
    pmt_line_done(p, head);
    return PMT_FLOW_NEXT;
}

/* -- end -- */

enum pmt_flow pmt_do_end(struct pmt_play *p, const struct pmt_action *op)
{
    uint32_t at = (uint32_t)(op - p->script->ops.at);
    const struct pmt_action *head = &p->script->ops.at[op->detail];

    if (head->code == PMT_DO_REPEAT || head->code == PMT_DO_FOR) {
        pmt_collector_check(p->c);
        return turn(p, op->detail);
    }
    if (head->code == PMT_DO_DEF) {
        p->result = pmt_none(p->o);
        return PMT_FLOW_RETURNED;
    }
    return head->code == PMT_DO_CLASS ? end_class(p, head, at) : PMT_FLOW_NEXT;
}
