/* play_state.h - the interpreter at work: what the files play*.c share. For them only.
 *
 * A call is one function, class body or line under way. Its operands are the references
 * that CPython's evaluation stack would hold: taken when a name or literal is loaded, given
 * back when the operation is over, or, where it called a function, when that returns.
 *
 *     call 0  LINE   x = call f y      operands: f, y     waits for call 1
 *     call 1  DEF    append l y        operands: l, y
 *
 * Finalizers and callbacks run on the same calls, above a NATIVE one that stands for the C
 * code that called them: a loop of their own goes on until only what was there before is
 * left. So any function that may drop a reference, or make a collector object, may act out
 * operations before it returns; pointers into growing arrays do not outlive it. Calls and
 * operands have fixed places. */
#ifndef PMT_SCRIPT_PLAY_STATE_H
#define PMT_SCRIPT_PLAY_STATE_H

#include "base/check.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "script/play.h"
#include "script/program.h"

enum {
    PMT_MAX_CALLS = 1000,     /* sys.getrecursionlimit() */
    PMT_MAX_NESTED_RUNS = 200, /* finalizers within finalizers: the C stack's bound */
    PMT_SPARE_OPERANDS = 8    /* of a call, besides its unit's deepest operation */
};
#define PMT_AREA ((size_t)1 << 16)

enum pmt_call_kind {
    PMT_CALL_LINE,
    PMT_CALL_DEF,
    PMT_CALL_NEW,    /* __new__: __init__ comes next */
    PMT_CALL_INIT,   /* __init__: what it returns is dropped */
    PMT_CALL_CLASS,  /* the body of a class */
    PMT_CALL_NATIVE  /* C code that called what is above it */
};

struct pmt_call {
    uint8_t kind;            /* enum pmt_call_kind */
    bool owns_operands;      /* a block of their own, not of the area */
    uint32_t unit;
    uint32_t pc;             /* the operation under way */
    uint32_t end;            /* LINE: behind its last one; else PMT_NOTHING */
    pmt_obj frame;           /* of locals; 0: none */
    pmt_obj space;           /* CLASS: what it binds, a dict; owned */
    pmt_obj made;            /* INIT: the instance, CLASS: the base; owned */
    const pmt_obj *slots;    /* of the unit */
    pmt_obj *operands;       /* owned references */
    uint32_t n_operands, max_operands;
    uint32_t class_at, tuple_at; /* NEW: of the caller's operands: the class and the tuple
                                of its arguments */
    size_t first_loop;
};

/* A loop under way. */
struct pmt_loop {
    pmt_obj iterator;        /* owned; 0: it only counts */
    uint64_t left;
};

enum pmt_special_name { PMT_NAME_NEW, PMT_NAME_INIT, PMT_NAME_DEL, PMT_NAME_CALL,
                        PMT_NAME_METACLASS, PMT_N_SPECIAL_NAMES };

/* How an operation ended. */
enum pmt_flow {
    PMT_FLOW_NEXT,     /* on to the operation behind it */
    PMT_FLOW_JUMPED,   /* the call's pc is set */
    PMT_FLOW_CALLED,   /* a call was begun: the operation ends when it returns */
    PMT_FLOW_RETURNED, /* its call is over; play->result */
    PMT_FLOW_RAISED,   /* an exception: the objects know it */
    PMT_FLOW_STOPPED   /* play->status, or the script's exit */
};

struct pmt_reading;

struct pmt_play {
    const struct pmt_script *script;
    struct pmt_play_options options;
    struct pmt_objects *o;
    struct pmt_collector *c;
    const struct pmt_shape *shape;

    pmt_obj *slots;          /* by literal of the script; 0: not made. Constants are owned by
                                the call, of a LINE, or by its code object */
    bool *named;             /* by offset of a name in the script's strings: it was made */
    pmt_obj globals;
    pmt_obj special[PMT_N_SPECIAL_NAMES];
    struct pmt_call *calls;  /* PMT_MAX_CALLS of them */
    size_t n_calls;
    size_t floor;            /* calls below the run of operations under way */
    PMT_ARRAY_OF(struct pmt_loop) loops;
    pmt_obj *area;           /* operands of all calls, one above the other */
    size_t n_area;

    struct pmt_reading *lets; /* what `let` has kept: script->lets.n of them */

    size_t next_line;        /* of script->top */
    pmt_obj result;          /* on its way from a return or a maker; owned */
    uint64_t events, n_steps; /* steps: operations that do not count too */
    uint64_t n_expected;
    uint64_t n_ignored;      /* exceptions in finalizers and callbacks */
    unsigned n_nested;
    bool exiting;            /* the script said so */
    bool over;               /* nothing is left to do: PMT_END */
    enum pmt_status status;  /* what stopped it */
    struct pmt_error error;
};

static inline struct pmt_call *pmt_top(struct pmt_play *p)
{
    return &p->calls[p->n_calls - 1];
}

static inline const struct pmt_action *pmt_action_of(const struct pmt_play *p,
                                                     const struct pmt_call *call)
{
    return &p->script->ops.at[call->pc];
}

/* -- play_unit.c -- */

/* The names of the script, made and given back. False: raised. */
bool pmt_names_make(struct pmt_play *p);
void pmt_names_drop(struct pmt_play *p);
/* The objects of a unit: false: raised. */
bool pmt_unit_enter(struct pmt_play *p, const struct pmt_code_unit *unit);
void pmt_unit_leave(struct pmt_play *p, const struct pmt_code_unit *unit);
/* A new reference to what a literal stands for; 0: raised. */
pmt_obj pmt_make_literal(struct pmt_play *p, const struct pmt_literal *l);

/* -- play_name.c -- */

/* A new reference; 0: raised. */
pmt_obj pmt_load(struct pmt_play *p, const struct pmt_atom *atom);
/* What the path's last step is taken from. */
pmt_obj pmt_load_owner(struct pmt_play *p, const struct pmt_atom *atom);
bool pmt_store(struct pmt_play *p, const struct pmt_atom *atom, pmt_obj value);
bool pmt_unbind(struct pmt_play *p, const struct pmt_atom *atom);

static inline void pmt_push(struct pmt_play *p, pmt_obj x)
{
    struct pmt_call *call = pmt_top(p);

    pmt_assert(call->n_operands < call->max_operands);
    call->operands[call->n_operands++] = x;
}

/* Load n atoms as operands of the call; where the first of them is, NULL: raised. */
pmt_obj *pmt_push_atoms(struct pmt_play *p, uint32_t first, uint32_t n);
/* Give operands back until n are left. */
void pmt_drop_operands(struct pmt_play *p, uint32_t n);

/* -- play_call.c -- */

/* Begin a call; NULL: raised. */
struct pmt_call *pmt_call_begin(struct pmt_play *p, enum pmt_call_kind kind, uint32_t unit);
/* The topmost one is over: everything it held goes. */
void pmt_call_leave(struct pmt_play *p);
/* call F X..., new CLASS X...: NEXT with play->result, CALLED or RAISED. */
enum pmt_flow pmt_start_call(struct pmt_play *p, const struct pmt_maker *m);
enum pmt_flow pmt_start_new(struct pmt_play *p, const struct pmt_maker *m);
/* What a run of its own begins with: __del__ of an instance, callback on a weak reference,
 * whose references C code holds. As pmt_start_call(). */
enum pmt_flow pmt_call_finalizer(struct pmt_play *p, pmt_obj instance);
enum pmt_flow pmt_call_callback(struct pmt_play *p, pmt_obj callback, pmt_obj weakref);
/* A call has returned play->result; how the operation that waited goes on. */
enum pmt_flow pmt_call_returned(struct pmt_play *p);

/* -- play_run.c -- */

/* Act out operations until calls above the floor are over, n_steps is reached, or it
 * stops. */
void pmt_play_run(struct pmt_play *p, uint64_t n_steps);
/* Begin the next line at top level; false: there is none. */
bool pmt_begin_line(struct pmt_play *p);
/* Tell whoever wants to know that the operation's line was acted out, if it counts. */
void pmt_line_done(struct pmt_play *p, const struct pmt_action *op);
/* The rest of an operation whose value is in play->result. */
enum pmt_flow pmt_complete(struct pmt_play *p);
enum pmt_flow pmt_stop(struct pmt_play *p, enum pmt_status st, const char *fmt, ...)
    PMT_PRINTF(3, 4);
/* The hooks of the collector. */
void pmt_run_finalizer(void *play, pmt_obj instance);
void pmt_run_callback(void *play, pmt_obj weakref, pmt_obj callback);

/* -- values: makers by row, a: operands. A new reference, 0: raised (play_value.c) -- */

#define VALUE(id, fn, word, operands, spec, check, args, python, help)                                  \
    pmt_obj pmt_make_##fn(struct pmt_play *p, const struct pmt_maker *m, const pmt_obj *a);
#include "script/value.def"

/* NEXT with play->result, CALLED or RAISED. */
enum pmt_flow pmt_evaluate(struct pmt_play *p, const struct pmt_maker *m);
/* The tuple in which n operands get to what the row calls, where the version makes one: an
 * operand of its own behind them, dropped with them. False: raised. (play_call.c) */
bool pmt_push_args(struct pmt_play *p, const struct pmt_word *row, const pmt_obj *a, uint32_t n);
/* A C function was called: 3.12+ looks whether a collection is due. */
static inline void pmt_after_call(struct pmt_play *p, uint8_t check, bool in_loop)
{
    if (check == PMT_CHECK_CALL || (check == PMT_CHECK_COLD && !in_loop))
        pmt_collector_check(p->c);
}

/* -- statements by row -- */

#define STATEMENT(id, fn, word, operands, parse, spec, check, args, counts, python, help)               \
    enum pmt_flow pmt_do_##fn(struct pmt_play *p, const struct pmt_action *op);
#include "script/statement.def"

/* A generation among the operands, the oldest where none is given; n: how many operands.
 * False: raised. (play_statement.c) */
bool pmt_generation_operand(struct pmt_play *p, const pmt_obj *a, uint32_t n, unsigned most,
                            unsigned *out);

/* -- queries by row (play_query.c, play_figure.c) -- */

enum pmt_reading_kind { PMT_READ_NONE, PMT_READ_BOOL, PMT_READ_NUMBER, PMT_READ_REAL,
                        PMT_READ_TEXT, PMT_READ_OBJECT };

/* What a query gave. */
struct pmt_reading {
    uint8_t kind;
    bool is_bytes;           /* TEXT: of a bytes object */
    pmt_int number;          /* NUMBER, BOOL */
    double real;
    pmt_obj object;          /* OBJECT: owned reference */
    const char *text;        /* TEXT: borrowed, or that of own */
    size_t n;
    struct pmt_strbuf own;
};

/* Asked of a query with its operands; false: raised. *out is zeroed before, and to be
 * released whatever happened. */
#define QUERY(id, fn, word, operands, spec, help)                                                 \
    bool pmt_ask_##fn(struct pmt_play *p, const struct pmt_query *q, const pmt_obj *a,            \
                      struct pmt_reading *out);
#include "script/query.def"

/* Its operands are given back before it returns. */
bool pmt_ask(struct pmt_play *p, const struct pmt_query *q, struct pmt_reading *out);
bool pmt_ask_expression(struct pmt_play *p, const struct pmt_expression *e,
                        struct pmt_reading *out);

/* -- readings (play_reading.c) -- */

bool pmt_read_number(struct pmt_reading *out, pmt_int number);
bool pmt_read_bool(struct pmt_reading *out, bool value);
bool pmt_read_text(struct pmt_reading *out, const char *text);
/* A copy that refers to nothing: of an object its value, or its repr. False: out of memory. */
bool pmt_reading_keep(struct pmt_play *p, const struct pmt_reading *from,
                      struct pmt_reading *to);
void pmt_reading_release(struct pmt_play *p, struct pmt_reading *r);
/* As print and messages show it. */
void pmt_reading_print(struct pmt_play *p, const struct pmt_reading *r, struct pmt_strbuf *sb);
bool pmt_reading_truth(struct pmt_play *p, const struct pmt_reading *r);
/* False: raised. */
bool pmt_readings_compare(struct pmt_play *p, enum pmt_compare compare, struct pmt_reading *left,
                          struct pmt_reading *right, bool *out);
/* A condition; *left and *right, to be released, are what was compared. False: raised. */
bool pmt_condition_holds(struct pmt_play *p, const struct pmt_condition *c,
                         struct pmt_reading *left, struct pmt_reading *right, bool *out);

#endif
