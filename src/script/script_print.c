/* script_print.c - a program back to text, for `dump`: what the reader understood, not what
 * was written. One way of writing each thing, blocks indented, the line's number in front. */
#include "script/program.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/strbuf.h"

struct printer {
    const struct pmt_script *s;
    const struct pmt_code_unit *unit;   /* that the operation is of */
    const struct pmt_literal *literals; /* of the unit */
    size_t depth;                       /* blocks that are open */
    struct pmt_strbuf out;              /* the line */
};

static void puts_(struct printer *p, const char *text)
{
    pmt_strbuf_puts(&p->out, text);
}

/* -- literals -- */

static void print_int(struct printer *p, pmt_int number)
{
    char digits[48];
    size_t at = sizeof digits;
    bool negative = number < 0;

    digits[--at] = '\0';
    do {
        int digit = (int)(number % 10);

        digits[--at] = (char)('0' + (digit < 0 ? -digit : digit));
        number /= 10;
    } while (number);
    if (negative)
        digits[--at] = '-';
    puts_(p, digits + at);
}

/* The shortest text that reads back as the same number, and is no int. */
static void print_real(struct printer *p, double real)
{
    char text[40];

    if (isnan(real) || isinf(real)) {
        puts_(p, isnan(real) ? "nan" : real < 0 ? "-inf" : "inf");
        return;
    }
    for (int digits = 1; digits <= 17; digits++) {
        (void)snprintf(text, sizeof text, "%.*g", digits, real);
        if (strtod(text, NULL) == real)
            break;
    }
    puts_(p, text);
    if (!strpbrk(text, ".e"))
        puts_(p, ".0");
}

static void print_text(struct printer *p, const char *text, size_t n, const char *prefix)
{
    pmt_strbuf_printf(&p->out, "%s\"", prefix);
    for (size_t i = 0; i < n; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '"' || c == '\\')
            pmt_strbuf_printf(&p->out, "\\%c", c);
        else if (c == '\n' || c == '\t')
            puts_(p, c == '\n' ? "\\n" : "\\t");
        else if (c < 0x20 || c == 0x7F || (*prefix == 'b' && c >= 0x80))
            pmt_strbuf_printf(&p->out, "\\x%02x", c);
        else
            pmt_strbuf_add(&p->out, text + i, 1);
    }
    puts_(p, "\"");
}

static void print_literal(struct printer *p, const struct pmt_literal *l)
{
    static const char *const words[] = {[PMT_LITERAL_NONE] = "None", [PMT_LITERAL_FALSE] = "False",
                                        [PMT_LITERAL_TRUE] = "True"};

    if (l->kind <= PMT_LITERAL_TRUE)
        puts_(p, words[l->kind]);
    else if (l->kind == PMT_LITERAL_INT)
        print_int(p, l->u.number);
    else if (l->kind == PMT_LITERAL_FLOAT || l->kind == PMT_LITERAL_COMPLEX)
        print_real(p, l->u.real);
    else if (l->kind == PMT_LITERAL_NAME)
        puts_(p, pmt_script_string(p->s, l->a));
    else
        print_text(p, pmt_script_string(p->s, l->a), l->n,
                   l->kind == PMT_LITERAL_BYTES ? "b" : l->kind == PMT_LITERAL_UNICODE ? "u" : "");
    if (l->kind == PMT_LITERAL_COMPLEX)
        puts_(p, "j");
}

static const char *operator_text(char op)
{
    static const char letters[] = "DPLR";
    static const char *const texts[] = {"//", "**", "<<", ">>"};
    static const char singles[][2] = {"+", "-", "*", "/", "%", "&", "|", "^"};
    const char *letter = strchr(letters, op);

    if (letter)
        return texts[letter - letters];
    for (size_t i = 0; i < sizeof singles / sizeof *singles; i++)
        if (*singles[i] == op)
            return singles[i];
    return "?";
}

/* -- atoms -- */

static void print_atom(struct printer *p, uint32_t number);

static void print_step(struct printer *p, const struct pmt_step *step)
{
    if (step->kind == PMT_STEP_ATTR) {
        puts_(p, ".");
        print_literal(p, &p->literals[step->a]);
        return;
    }
    puts_(p, "[");
    if (step->a != PMT_NOTHING)
        print_atom(p, step->a);
    if (step->op) {
        pmt_strbuf_printf(&p->out, " %s ", operator_text(step->op));
        print_atom(p, step->b);
    }
    if (step->kind == PMT_STEP_SLICE) {
        puts_(p, ":");
        if (step->b != PMT_NOTHING)
            print_atom(p, step->b);
    }
    puts_(p, "]");
}

static void print_atom(struct printer *p, uint32_t number)
{
    const struct pmt_atom *a = &p->s->atoms.at[number];

    if (a->kind == PMT_ATOM_GLOBALS)
        puts_(p, "globals");
    else if (a->kind == PMT_ATOM_LOCAL)
        puts_(p, pmt_script_string(p->s,
                                   p->s->words.at[p->unit->first_local + a->index]));
    else
        print_literal(p, &p->literals[a->index]);
    for (uint32_t i = 0; i < a->n_steps; i++)
        print_step(p, &p->s->steps.at[a->steps + i]);
}

static void print_atoms(struct printer *p, uint32_t first, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        puts_(p, " ");
        print_atom(p, first + i);
    }
}

/* -- values, queries, conditions -- */

static void print_value(struct printer *p, const struct pmt_maker *v)
{
    if (v->code == PMT_MAKE_BINARY) {
        print_atom(p, v->atoms);
        pmt_strbuf_printf(&p->out, " %s ", operator_text(v->op));
        print_atom(p, v->atoms + 1);
        return;
    }
    if (v->code == PMT_MAKE_ATOM) {
        print_atom(p, v->atoms);
        return;
    }
    puts_(p, pmt_value_words[v->code].word);
    if (v->code == PMT_MAKE_ARRAY)
        pmt_strbuf_printf(&p->out, " %c", (int)v->word);
    if (v->code == PMT_MAKE_DICT) {
        for (uint32_t i = 0; i < v->n_atoms; i += 2) {
            print_atoms(p, v->atoms + i, 1);
            puts_(p, ":");
            print_atom(p, v->atoms + i + 1);
        }
        return;
    }
    print_atoms(p, v->atoms, v->n_atoms);
    if (v->code == PMT_MAKE_BLOCK && v->word != PMT_NOTHING)
        pmt_strbuf_printf(&p->out, " %s", pmt_set_name(PMT_SET_DOMAINS, v->word));
}

/* A type, a list or a region; "dict keys" is no single word. */
static void print_set_word(struct printer *p, char letter, uint32_t word)
{
    enum pmt_word_set set = letter == 'r' ? PMT_SET_REGIONS : letter == 'l' ? PMT_SET_LISTS
                                                                            : PMT_SET_KINDS;
    const char *name = pmt_set_name(set, word);

    pmt_strbuf_printf(&p->out, strchr(name, ' ') ? " \"%s\"" : " %s", name);
}

static void print_query(struct printer *p, const struct pmt_query *q)
{
    const char *spec = pmt_query_words[q->code].spec;

    if (q->code == PMT_ASK_TEXT) {
        print_text(p, pmt_script_string(p->s, q->word),
                   strlen(pmt_script_string(p->s, q->word)), "");
        return;
    }
    if (q->code == PMT_ASK_LET) {
        puts_(p, pmt_script_string(p->s, p->s->lets.at[q->word]));
        return;
    }
    if (q->is_plain) {
        print_literal(p, &p->s->plain.at[q->word]);
        return;
    }
    if (q->code == PMT_ASK_ATOM) {
        print_atom(p, q->atoms);
        return;
    }
    puts_(p, pmt_query_words[q->code].word);
    if (q->word != PMT_NOTHING)
        print_set_word(p, *spec, q->word);
    print_atoms(p, q->atoms, q->n_atoms);
}

/* Postfix to infix. There are no parentheses, so the queries are in their order already;
 * an operator stands before the first query of its right operand. */
static void print_expression(struct printer *p, const struct pmt_expression *e)
{
    const struct pmt_term *terms = p->s->terms.at + e->terms;
    uint32_t first[PMT_MAX_TERMS], n_first = 0, n = 0;
    char before[PMT_MAX_TERMS] = {0};

    for (uint32_t i = 0; i < e->n_terms; i++) {
        if (terms[i].op)
            before[first[--n_first]] = terms[i].op;
        else
            first[n_first++] = n++;
    }
    n = 0;
    for (uint32_t i = 0; i < e->n_terms; i++) {
        if (terms[i].op)
            continue;
        if (before[n])
            pmt_strbuf_printf(&p->out, " %s", operator_text(before[n] == '/' ? 'D' : before[n]));
        if (before[n++])
            puts_(p, " ");
        print_query(p, &p->s->queries.at[terms[i].query]);
    }
}

static void print_condition(struct printer *p, const struct pmt_condition *c)
{
    static const char *const compares[] = {"", " == ", " != ", " < ", " <= ", " > ", " >= ",
                                           " is ", " is not ", " in ", " not in "};

    if (c->negated)
        puts_(p, "not ");
    print_expression(p, &p->s->expressions.at[c->left]);
    if (c->compare != PMT_COMPARE_NONE) {
        puts_(p, compares[c->compare]);
        print_expression(p, &p->s->expressions.at[c->right]);
    }
}

/* -- operations -- */

static void print_words(struct printer *p, uint32_t first, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++)
        pmt_strbuf_printf(&p->out, " %s", pmt_script_string(p->s, p->s->words.at[first + i]));
}

static void print_class(struct printer *p, const struct pmt_action *op)
{
    const struct pmt_class_words *c = &p->s->classes.at[op->detail];

    print_atoms(p, op->atoms, op->n_atoms);
    if (c->has_slots) {
        puts_(p, " slots");
        print_words(p, c->slots, c->n_slots);
    }
    if (c->old_style)
        puts_(p, " old");
}

static void print_items(struct printer *p, const struct pmt_action *op)
{
    for (uint32_t i = 0; i < op->n_atoms; i++) {
        puts_(p, i ? ", " : " ");
        print_expression(p, &p->s->expressions.at[op->atoms + i]);
    }
}

static void print_assignment(struct printer *p, const struct pmt_action *op)
{
    for (uint32_t i = 0; i < op->n_atoms; i++) {
        print_atom(p, op->atoms + i);
        puts_(p, " = ");
    }
    print_value(p, &p->s->values.at[op->value]);
}

static void print_def(struct printer *p, const struct pmt_action *op)
{
    const struct pmt_code_unit *unit = &p->s->units.at[p->literals[op->detail].a];

    pmt_strbuf_printf(&p->out, " %s", pmt_script_string(p->s, unit->name));
    print_words(p, unit->first_local, unit->n_params);
}

static void print_quoted(struct printer *p, const char *before, uint32_t text)
{
    if (text == PMT_NOTHING)
        return;
    puts_(p, before);
    print_text(p, pmt_script_string(p->s, text), strlen(pmt_script_string(p->s, text)), "");
}

static void print_for(struct printer *p, const struct pmt_action *op)
{
    print_atoms(p, op->atoms, 1);
    puts_(p, " in");
    print_atoms(p, op->atoms + 1, 1);
}

static void print_under(struct printer *p, const struct pmt_action *op)
{
    print_words(p, op->atoms, op->n_atoms);
}

static void print_mark(struct printer *p, const struct pmt_action *op)
{
    print_quoted(p, " ", op->detail);
}

static void print_let(struct printer *p, const struct pmt_action *op)
{
    pmt_strbuf_printf(&p->out, " %s = ", pmt_script_string(p->s, p->s->lets.at[op->detail]));
    print_expression(p, &p->s->expressions.at[op->value]);
}

static void print_if(struct printer *p, const struct pmt_action *op)
{
    puts_(p, " ");
    print_condition(p, &p->s->conditions.at[op->detail]);
    print_quoted(p, ", ", op->message);
}

static void print_fails(struct printer *p, const struct pmt_action *op)
{
    pmt_strbuf_printf(&p->out, " %s", pmt_set_name(PMT_SET_EXCEPTIONS, op->detail));
}

static void print_operands(struct printer *p, const struct pmt_action *op)
{
    print_atoms(p, op->atoms, op->n_atoms);
    if (op->value == PMT_NOTHING)
        return;
    if (op->code != PMT_DO_EVAL)
        puts_(p, " ");
    print_value(p, &p->s->values.at[op->value]);
}

static void print_statement(struct printer *p, const struct pmt_action *op)
{
    static void (*const printers[PMT_N_STATEMENTS])(struct printer *,
                                                    const struct pmt_action *) = {
        [PMT_DO_ASSIGN] = print_assignment, [PMT_DO_DEF] = print_def,
        [PMT_DO_CLASS] = print_class,       [PMT_DO_FOR] = print_for,
        [PMT_DO_UNDER] = print_under,       [PMT_DO_GLOBAL] = print_under,
        [PMT_DO_PRINT] = print_items,
        [PMT_DO_MARK] = print_mark,         [PMT_DO_IF] = print_if,
        [PMT_DO_EXPECT] = print_if,         [PMT_DO_FAILS] = print_fails, [PMT_DO_LET] = print_let,
    };

    puts_(p, pmt_statement_words[op->code].word);
    (printers[op->code] ? printers[op->code] : print_operands)(p, op);
}

static bool is_head(uint8_t code)
{
    return code == PMT_DO_REPEAT || code == PMT_DO_FOR || code == PMT_DO_IF ||
           code == PMT_DO_UNDER || code == PMT_DO_DEF || code == PMT_DO_CLASS;
}

static void enter(struct printer *p, const struct pmt_code_unit *unit)
{
    p->unit = unit;
    p->literals = pmt_unit_literals(p->s, unit);
}

/* One operation as a line; `fails` and its statement are one. False: put said stop. */
static bool print_op(struct printer *p, const struct pmt_action *op,
                     bool (*put)(void *, const char *), void *arg)
{
    bool inner = op != p->s->ops.at && op[-1].code == PMT_DO_FAILS;
    bool closes = op->code == PMT_DO_END || op->code == PMT_DO_ELSE;

    if (op->code == PMT_DO_FAILED)
        return true;
    p->depth -= closes;
    if (inner) {
        puts_(p, " ");
    } else {
        p->out.n = 0;
        pmt_strbuf_printf(&p->out, "%6u  %*s", op->line, (int)(4 * p->depth), "");
    }
    print_statement(p, op);
    p->depth += is_head(op->code) || op->code == PMT_DO_ELSE;
    return op->code == PMT_DO_FAILS || p->out.failed || put(arg, p->out.at);
}

/* The operations of a line at top level: the bodies of its defs are units of their own. */
static bool print_unit(struct printer *p, const struct pmt_code_unit *line,
                       bool (*put)(void *, const char *), void *arg)
{
    const struct pmt_code_unit *outer[PMT_MAX_NESTED_BLOCKS + 1];
    size_t n_outer = 0;

    enter(p, line);
    for (uint32_t i = line->first_op; i < line->end_op; i++) {
        const struct pmt_action *op = &p->s->ops.at[i];
        bool def = op->code == PMT_DO_DEF;
        uint32_t body = def ? p->literals[op->detail].a : 0;

        if (!print_op(p, op, put, arg))
            return false;
        if (def) {
            outer[n_outer++] = p->unit;
            enter(p, &p->s->units.at[body]);
        } else if (op->code == PMT_DO_END && p->s->ops.at[op->detail].code == PMT_DO_DEF) {
            enter(p, outer[--n_outer]);
        }
    }
    return true;
}

void pmt_script_print(const struct pmt_script *script, bool (*put)(void *arg, const char *line),
                      void *arg)
{
    struct printer p = {.s = script};

    for (size_t i = 0; i < script->top.n; i++)
        if (!print_unit(&p, &script->units.at[script->top.at[i]], put, arg))
            break;
    pmt_strbuf_release(&p.out);
}
