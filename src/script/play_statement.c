/* play_statement.c - statements of one line. Those on containers do what the methods of the
 * same name do, and refuse what has no such method. */
#include "script/play_state.h"

#include "object/raise.h"

static enum pmt_flow done(bool ok)
{
    return ok ? PMT_FLOW_NEXT : PMT_FLOW_RAISED;
}

/* -- names -- */

enum pmt_flow pmt_do_assign(struct pmt_play *p, const struct pmt_action *op)
{
    enum pmt_flow flow = pmt_evaluate(p, &p->script->values.at[op->value]);

    return flow == PMT_FLOW_NEXT ? pmt_complete(p) : flow;
}

enum pmt_flow pmt_do_eval(struct pmt_play *p, const struct pmt_action *op)
{
    return pmt_do_assign(p, op);
}

enum pmt_flow pmt_do_del(struct pmt_play *p, const struct pmt_action *op)
{
    for (uint32_t i = 0; i < op->n_atoms; i++)
        if (!pmt_unbind(p, &p->script->atoms.at[op->atoms + i]))
            return PMT_FLOW_RAISED;
    return PMT_FLOW_NEXT;
}

enum pmt_flow pmt_do_pass(struct pmt_play *p, const struct pmt_action *op)
{
    (void)p;
    (void)op;
    return PMT_FLOW_NEXT;
}

/* -- containers -- */

/* The operands, and behind them the tuple that the version makes of them; NULL: raised. */
static const pmt_obj *operands(struct pmt_play *p, const struct pmt_action *op)
{
    const pmt_obj *a = pmt_push_atoms(p, op->atoms, op->n_atoms);

    return a && pmt_push_args(p, &pmt_statement_words[op->code], a, op->n_atoms) ? a : NULL;
}

/* The operands, the first of one of these kinds (the second may be the same); NULL:
 * raised. */
static const pmt_obj *operands_of(struct pmt_play *p, const struct pmt_action *op,
                                  enum pmt_kind one, enum pmt_kind other)
{
    const pmt_obj *a = operands(p, op);

    if (!a || pmt_kind_of(p->o, a[0]) == one || pmt_kind_of(p->o, a[0]) == other)
        return a;
    (void)pmt_raise_text(p->o, PMT_RAISE_NO_METHOD, pmt_type_name(p->o, a[0]),
                         pmt_statement_words[op->code].word, NULL);
    return NULL;
}

static bool is_kind(const struct pmt_play *p, pmt_obj x, enum pmt_kind kind)
{
    return pmt_kind_of(p->o, x) == kind;
}

/* The call is over: its operands go before CPython looks at the collector. */
static enum pmt_flow method_done(struct pmt_play *p, const struct pmt_action *op, bool ok)
{
    if (!ok)
        return PMT_FLOW_RAISED;
    pmt_drop_operands(p, 0);
    pmt_after_call(p, pmt_statement_words[op->code].check, op->in_loop);
    return PMT_FLOW_NEXT;
}

enum pmt_flow pmt_do_append(struct pmt_play *p, const struct pmt_action *op)
{
    const pmt_obj *a = operands_of(p, op, PMT_KIND_LIST, PMT_KIND_ARRAY);

    return method_done(p, op, a && (is_kind(p, a[0], PMT_KIND_LIST)
                                        ? pmt_list_append(p->o, a[0], a[1])
                                        : pmt_array_append(p->o, a[0], a[1])));
}

enum pmt_flow pmt_do_insert(struct pmt_play *p, const struct pmt_action *op)
{
    const pmt_obj *a = operands_of(p, op, PMT_KIND_LIST, PMT_KIND_LIST);
    pmt_int i;

    if (a && !pmt_int_get(p->o, a[1], &i))
        return done(pmt_raise_type(p->o, PMT_RAISE_INTEGER_NEEDED, a[1], PMT_NO_OBJ));
    return method_done(p, op, a && pmt_list_insert(p->o, a[0], i < INT64_MIN ? INT64_MIN
                                                   : i > INT64_MAX ? INT64_MAX : (int64_t)i,
                                                   a[2]));
}

enum pmt_flow pmt_do_extend(struct pmt_play *p, const struct pmt_action *op)
{
    const pmt_obj *a = operands_of(p, op, PMT_KIND_LIST, PMT_KIND_LIST);

    return method_done(p, op, a && pmt_list_extend(p->o, a[0], a[1]));
}

enum pmt_flow pmt_do_remove(struct pmt_play *p, const struct pmt_action *op)
{
    const pmt_obj *a = operands_of(p, op, PMT_KIND_LIST, PMT_KIND_SET);

    return method_done(p, op, a && (is_kind(p, a[0], PMT_KIND_LIST)
                                        ? pmt_list_remove(p->o, a[0], a[1])
                                        : pmt_set_discard(p->o, a[0], a[1], true)));
}

enum pmt_flow pmt_do_add(struct pmt_play *p, const struct pmt_action *op)
{
    const pmt_obj *a = operands_of(p, op, PMT_KIND_SET, PMT_KIND_SET);

    return method_done(p, op, a && pmt_set_add(p->o, a[0], a[1]));
}

enum pmt_flow pmt_do_discard(struct pmt_play *p, const struct pmt_action *op)
{
    const pmt_obj *a = operands_of(p, op, PMT_KIND_SET, PMT_KIND_SET);

    return method_done(p, op, a && pmt_set_discard(p->o, a[0], a[1], false));
}

enum pmt_flow pmt_do_update(struct pmt_play *p, const struct pmt_action *op)
{
    const pmt_obj *a = operands_of(p, op, PMT_KIND_DICT, PMT_KIND_SET);

    return method_done(p, op, a && (is_kind(p, a[0], PMT_KIND_DICT)
                                        ? pmt_dict_update(p->o, a[0], a[1])
                                        : pmt_set_update(p->o, a[0], a[1])));
}

enum pmt_flow pmt_do_clear(struct pmt_play *p, const struct pmt_action *op)
{
    const pmt_obj *a = pmt_push_atoms(p, op->atoms, op->n_atoms);

    if (!a)
        return PMT_FLOW_RAISED;
    if (is_kind(p, a[0], PMT_KIND_LIST))
        return method_done(p, op, pmt_list_clear(p->o, a[0]));
    if (is_kind(p, a[0], PMT_KIND_DICT))
        return method_done(p, op, pmt_dict_clear(p->o, a[0]));
    if (!is_kind(p, a[0], PMT_KIND_SET))
        return done(pmt_raise_text(p->o, PMT_RAISE_NO_METHOD, pmt_type_name(p->o, a[0]),
                                   "clear", NULL));
    pmt_gc_clear(p->o, a[0]);
    return method_done(p, op, true);
}

/* A length for the heap: an int that is not negative. False: raised. */
static bool length_of(struct pmt_play *p, pmt_obj x, uint64_t *out)
{
    pmt_int n;

    if (!pmt_int_get(p->o, x, &n))
        return pmt_raise_type(p->o, PMT_RAISE_INTEGER_NEEDED, x, PMT_NO_OBJ);
    if (n < 0 || n > INT64_MAX)
        return pmt_raise_text(p->o, PMT_RAISE_NEGATIVE_LENGTH, NULL, NULL, NULL);
    *out = (uint64_t)n;
    return true;
}

enum pmt_flow pmt_do_resize(struct pmt_play *p, const struct pmt_action *op)
{
    const pmt_obj *a = operands_of(p, op, PMT_KIND_BLOCK, PMT_KIND_BLOCK);
    uint64_t n = 0;

    return done(a && length_of(p, a[1], &n) && pmt_block_resize(p->o, a[0], n));
}

/* -- the collector -- */

/* A generation, the oldest where none is given. False: raised. */
bool pmt_generation_operand(struct pmt_play *p, const pmt_obj *a, uint32_t n, unsigned most,
                            unsigned *out)
{
    pmt_int g = PMT_GENERATIONS - 1;

    if (n && !pmt_int_get(p->o, a[0], &g))
        return pmt_raise_type(p->o, PMT_RAISE_INTEGER_NEEDED, a[0], PMT_NO_OBJ);
    if (g < 0 || g > most)
        return pmt_raise_text(p->o, PMT_RAISE_GENERATION, NULL, NULL, NULL);
    *out = (unsigned)g;
    return true;
}

enum pmt_flow pmt_do_gc_collect(struct pmt_play *p, const struct pmt_action *op)
{
    const pmt_obj *a = operands(p, op);
    unsigned g;

    if (!a || !pmt_generation_operand(p, a, op->n_atoms, PMT_GENERATIONS - 1, &g))
        return PMT_FLOW_RAISED;
    if (!p->options.ignore_gc_calls)
        (void)pmt_collector_collect(p->c, g, PMT_GC_ASKED);
    return method_done(p, op, true);
}

static enum pmt_flow enable(struct pmt_play *p, const struct pmt_action *op, bool enabled)
{
    if (!p->options.ignore_gc_calls)
        pmt_collector_enable(p->c, enabled);
    return method_done(p, op, true);
}

enum pmt_flow pmt_do_gc_enable(struct pmt_play *p, const struct pmt_action *op)
{
    return enable(p, op, true);
}

enum pmt_flow pmt_do_gc_disable(struct pmt_play *p, const struct pmt_action *op)
{
    return enable(p, op, false);
}

enum pmt_flow pmt_do_gc_freeze(struct pmt_play *p, const struct pmt_action *op)
{
    if (!p->options.ignore_gc_calls)
        pmt_collector_freeze(p->c);
    return method_done(p, op, true);
}

enum pmt_flow pmt_do_gc_unfreeze(struct pmt_play *p, const struct pmt_action *op)
{
    if (!p->options.ignore_gc_calls)
        pmt_collector_unfreeze(p->c);
    return method_done(p, op, true);
}

enum pmt_flow pmt_do_gc_set_threshold(struct pmt_play *p, const struct pmt_action *op)
{
    const pmt_obj *a = operands(p, op);

    if (!a)
        return PMT_FLOW_RAISED;
    for (uint32_t i = 0; i < op->n_atoms; i++) {
        pmt_int n;

        if (!pmt_int_get(p->o, a[i], &n))
            return done(pmt_raise_type(p->o, PMT_RAISE_INTEGER_NEEDED, a[i], PMT_NO_OBJ));
        if (n < 0 || n > INT32_MAX)
            return done(pmt_raise_text(p->o, PMT_RAISE_THRESHOLD, NULL, NULL, NULL));
        if (!p->options.ignore_gc_calls)
            pmt_collector_set_threshold(p->c, i, (uint32_t)n);
    }
    return method_done(p, op, true);
}

/* -- the timeline -- */

enum pmt_flow pmt_do_mark(struct pmt_play *p, const struct pmt_action *op)
{
    if (p->options.mark && !p->options.mark(p->options.arg,
                                            pmt_script_string(p->script, op->detail), p->events))
        return pmt_stop(p, PMT_E_NOMEM, "%s:%u: out of memory", p->script->name, op->line);
    return PMT_FLOW_NEXT;
}

enum pmt_flow pmt_do_exit(struct pmt_play *p, const struct pmt_action *op)
{
    pmt_line_done(p, op);
    p->exiting = true;
    return PMT_FLOW_STOPPED;
}
