/* play_run.c - the loop that acts out operations, and how it ends: by a return, an exception,
 * a failed expectation, or because there is nothing left. */
#include "script/play_state.h"

#include <stdarg.h>
#include <stdio.h>

typedef enum pmt_flow (*act_fn)(struct pmt_play *p, const struct pmt_action *op);

static const act_fn acts[PMT_N_STATEMENTS] = {
#define STATEMENT(id, fn, word, operands, parse, spec, check, args, counts, python, help) pmt_do_##fn,
#include "script/statement.def"
};

enum { NO = false, YES = true };
static const uint8_t counts_of[PMT_N_STATEMENTS] = {
#define STATEMENT(id, fn, word, operands, parse, spec, check, args, counts, python, help) counts,
#include "script/statement.def"
};

enum pmt_flow pmt_stop(struct pmt_play *p, enum pmt_status st, const char *fmt, ...)
{
    char text[sizeof p->error.msg];
    va_list args;

    if (p->status == PMT_OK) {
        va_start(args, fmt);
        (void)vsnprintf(text, sizeof text, fmt, args);
        va_end(args);
        p->status = pmt_error_set(&p->error, st, "%s", text);
    }
    return PMT_FLOW_STOPPED;
}

static bool has_stopped(const struct pmt_play *p)
{
    return p->status != PMT_OK || p->exiting;
}

/* -- an operation is over -- */

void pmt_line_done(struct pmt_play *p, const struct pmt_action *op)
{
    if (!p->options.line_done || !counts_of[op->code])
        return;
    if (!p->options.line_done(p->options.arg, op->line))
        (void)pmt_stop(p, PMT_E_IO, "%s:%u: could not be shown", p->script->name, op->line);
}

static void finish(struct pmt_play *p, const struct pmt_action *op)
{
    if (pmt_top(p)->n_operands)
        pmt_drop_operands(p, 0);
    pmt_line_done(p, op);
}

static enum pmt_flow store_all(struct pmt_play *p, const struct pmt_action *op, pmt_obj value)
{
    bool ok = true;

    for (uint32_t i = 0; i < op->n_atoms && ok; i++)
        ok = pmt_store(p, &p->script->atoms.at[op->atoms + i], value);
    pmt_decref(p->o, value);
    return ok ? PMT_FLOW_NEXT : PMT_FLOW_RAISED;
}

enum pmt_flow pmt_complete(struct pmt_play *p)
{
    const struct pmt_action *op = pmt_action_of(p, pmt_top(p));
    pmt_obj value = p->result;

    p->result = PMT_NO_OBJ;
    pmt_drop_operands(p, 0); /* before what it made is stored, as a call's stack is */
    if (pmt_top(p)->kind != PMT_CALL_NATIVE) {
        if (op->code == PMT_DO_ASSIGN)
            return store_all(p, op, value);
        if (op->code == PMT_DO_RETURN) {
            p->result = value;
            return PMT_FLOW_RETURNED;
        }
    }
    pmt_decref(p->o, value);
    return PMT_FLOW_NEXT;
}

/* -- exceptions -- */

struct raised {
    enum pmt_exception kind;
    char text[200];
    uint32_t line;   /* of the operation that raised it; 0: C code did */
};

static struct raised take_exception(struct pmt_play *p)
{
    struct raised r = {.kind = pmt_error_kind(p->o)};
    const struct pmt_call *call = pmt_top(p);

    (void)snprintf(r.text, sizeof r.text, "%s", pmt_error_text(p->o));
    if (call->kind != PMT_CALL_NATIVE)
        r.line = pmt_action_of(p, call)->line;
    pmt_error_clear(p->o);
    return r;
}

/* Was the topmost call at a statement that was to fail? */
static const struct pmt_action *expected_here(const struct pmt_play *p, struct pmt_call *call)
{
    const struct pmt_action *op;

    if (call->kind == PMT_CALL_NATIVE || call->pc == 0)
        return NULL;
    op = pmt_action_of(p, call) - 1;
    return op->code == PMT_DO_FAILS ? op : NULL;
}

static void uncaught(struct pmt_play *p, const struct raised *r,
                     const struct pmt_action *expected)
{
    (void)pmt_stop(p, PMT_E_DIFF, "%s:%u: %s%s%s%s%s%s", p->script->name, r->line,
                   pmt_exception_name(r->kind), *r->text ? ": " : "", r->text,
                   expected ? " (" : "",
                   expected ? pmt_exception_name((enum pmt_exception)expected->detail) : "",
                   expected ? " was expected)" : "");
}

/* Calls end until one is at a statement that was to raise this, or none of the run is
 * left. */
static void unwind(struct pmt_play *p)
{
    struct raised r = take_exception(p);

    if (r.kind == PMT_EXC_MEMORY) {
        (void)pmt_stop(p, PMT_E_NOMEM, "%s:%u: out of memory", p->script->name, r.line);
        return;
    }
    for (;;) {
        struct pmt_call *call = pmt_top(p);
        const struct pmt_action *expected = expected_here(p, call);

        pmt_drop_operands(p, 0);
        if (expected && expected->detail == (uint32_t)r.kind) {
            pmt_line_done(p, expected + 1);
            call->pc += 2; /* behind the statement and its FAILED */
            return;
        }
        if (p->n_calls == 1 && p->floor == 0) {
            uncaught(p, &r, expected);
            return;
        }
        if (p->n_calls == p->floor)
            break;
        pmt_call_leave(p);
    }
    p->n_ignored++; /* of a finalizer or callback */
}

/* -- the loop -- */

static void act(struct pmt_play *p)
{
    const struct pmt_action *op = pmt_action_of(p, pmt_top(p));
    enum pmt_flow flow;

    p->n_steps++;
    p->events += counts_of[op->code];
    flow = acts[op->code](p, op);
    while (flow == PMT_FLOW_RETURNED)
        flow = pmt_call_returned(p);
    if (flow == PMT_FLOW_RAISED) {
        unwind(p);
    } else if (flow == PMT_FLOW_NEXT && p->n_calls > p->floor) {
        struct pmt_call *call = pmt_top(p);

        finish(p, pmt_action_of(p, call));
        call->pc++;
    } else if (flow == PMT_FLOW_JUMPED) {
        finish(p, op);
    }
}

static void end_line(struct pmt_play *p)
{
    const struct pmt_code_unit *unit = &p->script->units.at[pmt_top(p)->unit];

    pmt_unit_leave(p, unit);
    pmt_call_leave(p);
}

void pmt_play_run(struct pmt_play *p, uint64_t n_steps)
{
    while (p->n_calls > p->floor && !has_stopped(p) && p->n_steps < n_steps) {
        const struct pmt_call *call = pmt_top(p);

        if (PMT_UNLIKELY(call->pc == call->end))
            end_line(p);
        else
            act(p);
    }
}

bool pmt_begin_line(struct pmt_play *p)
{
    const struct pmt_script *s = p->script;
    uint32_t unit;

    if (p->next_line == s->top.n)
        return false;
    unit = s->top.at[p->next_line++];
    if (!pmt_call_begin(p, PMT_CALL_LINE, unit))
        (void)pmt_stop(p, PMT_E_NOMEM, "%s: out of memory", s->name);
    else if (!pmt_unit_enter(p, &s->units.at[unit]))
        unwind(p);
    else
        pmt_collector_check(p->c);
    return true;
}

/* -- runs within a run -- */

/* What a nested run must leave as it found it. */
struct outer {
    size_t floor;
    pmt_obj result;
    enum pmt_exception kind;
    char text[200];
};

/* Room for a run of its own; false: too deep, and the exception that says so is dropped. */
static bool begin_nested(struct pmt_play *p, struct outer *outer)
{
    outer->floor = p->floor;
    outer->result = p->result;
    outer->kind = pmt_error_kind(p->o);
    (void)snprintf(outer->text, sizeof outer->text, "%s", pmt_error_text(p->o));
    pmt_error_clear(p->o);
    if (p->n_nested == PMT_MAX_NESTED_RUNS || !pmt_call_begin(p, PMT_CALL_NATIVE, 0)) {
        pmt_error_clear(p->o);
        p->n_ignored++;
        return false;
    }
    p->n_nested++;
    p->floor = p->n_calls;
    return true;
}

static void end_nested(struct pmt_play *p, const struct outer *outer, enum pmt_flow flow)
{
    if (flow == PMT_FLOW_RAISED)
        unwind(p);
    else if (flow != PMT_FLOW_CALLED)
        (void)pmt_complete(p);
    else
        pmt_collector_check(p->c); /* as at the start of any function */
    pmt_play_run(p, UINT64_MAX);   /* nothing, but for a call */
    while (p->n_calls >= p->floor) /* more than the NATIVE one only when it was stopped */
        pmt_call_leave(p);
    p->n_nested--;
    p->n_ignored += p->exiting; /* SystemExit is ignored there as any other is */
    p->exiting = false;
    p->floor = outer->floor;
    p->result = outer->result;
    if (outer->kind != PMT_EXC_NONE)
        (void)pmt_raise(p->o, outer->kind, "%s", outer->text);
}

void pmt_run_finalizer(void *play, pmt_obj instance)
{
    struct pmt_play *p = play;
    struct outer outer;

    if (begin_nested(p, &outer))
        end_nested(p, &outer, pmt_call_finalizer(p, instance));
}

void pmt_run_callback(void *play, pmt_obj weakref, pmt_obj callback)
{
    struct pmt_play *p = play;
    struct outer outer;

    if (begin_nested(p, &outer))
        end_nested(p, &outer, pmt_call_callback(p, callback, weakref));
}
