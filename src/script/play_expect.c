/* play_expect.c - what a script says of itself: print, expect, fails. */
#include "script/play_state.h"

/* -- print, let -- */

/* "refcount x = 2": as it was written, and what it is. Texts and literals stand alone. */
static bool print_item(struct pmt_play *p, const struct pmt_expression *e, struct pmt_strbuf *sb)
{
    const struct pmt_query *q = &p->script->queries.at[p->script->terms.at[e->terms].query];
    struct pmt_reading r = {0};
    bool ok = pmt_ask_expression(p, e, &r);

    if (ok) {
        if (e->n_terms > 1 || (q->code != PMT_ASK_TEXT && !q->is_plain)) {
            pmt_strbuf_add(sb, p->script->text + e->at, e->n);
            pmt_strbuf_puts(sb, " = ");
        }
        pmt_reading_print(p, &r, sb);
    }
    pmt_reading_release(p, &r);
    return ok;
}

enum pmt_flow pmt_do_print(struct pmt_play *p, const struct pmt_action *op)
{
    struct pmt_strbuf sb = {0};
    enum pmt_flow flow = PMT_FLOW_NEXT;

    for (uint32_t i = 0; i < op->n_atoms && flow == PMT_FLOW_NEXT; i++) {
        if (i)
            pmt_strbuf_puts(&sb, ", ");
        if (!print_item(p, &p->script->expressions.at[op->atoms + i], &sb))
            flow = PMT_FLOW_RAISED;
    }
    if (flow == PMT_FLOW_NEXT && sb.failed)
        flow = pmt_stop(p, PMT_E_NOMEM, "%s:%u: out of memory", p->script->name, op->line);
    else if (flow == PMT_FLOW_NEXT && p->options.print &&
             !p->options.print(p->options.arg, sb.at ? sb.at : ""))
        flow = pmt_stop(p, PMT_E_IO, "%s:%u: could not be printed", p->script->name, op->line);
    pmt_strbuf_release(&sb);
    return flow;
}

enum pmt_flow pmt_do_let(struct pmt_play *p, const struct pmt_action *op)
{
    struct pmt_reading r = {0}, kept = {0};
    bool ok = pmt_ask_expression(p, &p->script->expressions.at[op->value], &r);

    if (ok && !pmt_reading_keep(p, &r, &kept))
        ok = pmt_raise(p->o, PMT_EXC_MEMORY, "out of memory");
    pmt_reading_release(p, &r);
    if (ok) {
        pmt_reading_release(p, &p->lets[op->detail]);
        p->lets[op->detail] = kept;
    } else {
        pmt_reading_release(p, &kept);
    }
    return ok ? PMT_FLOW_NEXT : PMT_FLOW_RAISED;
}

/* -- expect -- */

/* Is the right side more than a literal, so that its value is not to be read? */
static bool is_worked_out(const struct pmt_play *p, const struct pmt_condition *c)
{
    const struct pmt_expression *e = &p->script->expressions.at[c->right];

    return e->n_terms > 1 || !p->script->queries.at[p->script->terms.at[e->terms].query].is_plain;
}

/* "expected refcount b == 2, but it is 3: message". Where two objects were compared by
 * identity or membership, what they are says nothing. */
static enum pmt_flow disappointed(struct pmt_play *p, const struct pmt_action *op,
                                  const struct pmt_condition *c, const struct pmt_reading *left,
                                  const struct pmt_reading *right)
{
    struct pmt_strbuf sb = {0};

    pmt_strbuf_printf(&sb, "%s:%u: expected %.*s, but it is ", p->script->name, op->line,
                      (int)(c->n < 120 ? c->n : 120), p->script->text + c->at);
    if (c->compare >= PMT_COMPARE_IS) {
        pmt_strbuf_puts(&sb, "not so");
    } else {
        pmt_reading_print(p, left, &sb);
        if (c->compare != PMT_COMPARE_NONE && is_worked_out(p, c)) {
            pmt_strbuf_puts(&sb, " beside ");
            pmt_reading_print(p, right, &sb);
        }
    }
    if (op->message != PMT_NOTHING)
        pmt_strbuf_printf(&sb, ": %s", pmt_script_string(p->script, op->message));
    (void)pmt_stop(p, sb.failed ? PMT_E_NOMEM : PMT_E_DIFF, "%s", sb.at ? sb.at : "");
    pmt_strbuf_release(&sb);
    return PMT_FLOW_STOPPED;
}

enum pmt_flow pmt_do_expect(struct pmt_play *p, const struct pmt_action *op)
{
    const struct pmt_condition *c = &p->script->conditions.at[op->detail];
    struct pmt_reading left = {0}, right = {0};
    enum pmt_flow flow = PMT_FLOW_NEXT;
    bool holds;

    if (!pmt_condition_holds(p, c, &left, &right, &holds))
        flow = PMT_FLOW_RAISED;
    else if (!holds)
        flow = disappointed(p, op, c, &left, &right);
    else
        p->n_expected++;
    pmt_reading_release(p, &left);
    pmt_reading_release(p, &right);
    return flow;
}

/* -- fails -- */

/* The statement behind it is acted out next; the exception finds its way back (play_run.c). */
enum pmt_flow pmt_do_fails(struct pmt_play *p, const struct pmt_action *op)
{
    (void)op;
    p->n_expected++;
    return PMT_FLOW_NEXT;
}

enum pmt_flow pmt_do_failed(struct pmt_play *p, const struct pmt_action *op)
{
    return pmt_stop(p, PMT_E_DIFF, "%s:%u: expected %s, but nothing was raised", p->script->name,
                    op->line, pmt_exception_name((enum pmt_exception)op->detail));
}
