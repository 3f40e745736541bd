/* event.c - names and shapes of ops, texts of troubles: event.def and
 * trouble.def as functions. */
#include <pymemtrace/trace.h>

static const struct {
    const char *name, *arg; /* arg: NULL when the op has no operand */
    unsigned n_wide;        /* further operands */
    bool has_slot;          /* slot[] of the batch means something */
} ops[256] = {
#define NONE false
#define NEW true
#define USE true
#define END true
#define EVENT(name, code, slot, arg, n_wide, help)                             \
    [code] = {#name, sizeof(arg) > 1 ? (arg) : NULL, (n_wide), (slot)},
#include <pymemtrace/event.def>
#undef NONE
#undef NEW
#undef USE
#undef END
};

static const struct {
    unsigned code;
    enum pmt_severity severity;
    const char *text;
} troubles[] = {
#define INFO PMT_INFO
#define LOSS PMT_LOSS
#define TROUBLE(name, code, severity, text) {(code), (severity), (text)},
#include <pymemtrace/trouble.def>
#undef INFO
#undef LOSS
};

const char *pmt_op_name(unsigned op)
{
    return op < 256 ? ops[op].name : NULL;
}

const char *pmt_op_arg(unsigned op)
{
    return op < 256 ? ops[op].arg : NULL;
}

unsigned pmt_op_n_wide(unsigned op)
{
    return op < 256 ? ops[op].n_wide : 0;
}

bool pmt_op_has_slot(unsigned op)
{
    return op < 256 && ops[op].has_slot;
}

static size_t trouble_row(unsigned code)
{
    size_t i = 0;

    while (i < sizeof troubles / sizeof *troubles && troubles[i].code != code)
        i++;
    return i;
}

const char *pmt_trouble_text(unsigned code)
{
    size_t i = trouble_row(code);

    return i < sizeof troubles / sizeof *troubles ? troubles[i].text : "unknown trouble";
}

enum pmt_severity pmt_trouble_severity(unsigned code)
{
    size_t i = trouble_row(code);

    return i < sizeof troubles / sizeof *troubles ? troubles[i].severity : PMT_LOSS;
}
