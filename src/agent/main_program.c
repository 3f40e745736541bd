/*
 * main_program.c - when does the interpreter turn to the user's program?
 *
 * When code runs whose globals are those of the module __main__: of a script, of -c, of -m and of
 * an archive alike, and not while it is still being read and compiled. So from the interpreter's
 * first steps on each hook call asks whose code it serves, until it is that. (From 3.12 on a
 * collection that became due while the program was compiled comes just before its first line.)
 *
 * Where the command line names no program, as in a process that embeds the interpreter, there may
 * never be such code: then it is the first poll (ring.c) after the interpreter calls itself
 * initialized, which is before site is imported: a few collections early.
 */
#include "agent/agent.h"

#include "agent/object.h"

#define MOST ((uint64_t)1 << 20) /* records: the command line may be that of something else */
#define KEYS 16 /* of a module's first names __name__ is one */

static bool expected, seen;
static const void *others; /* globals of a module that is not __main__: those asked for last */

static void tell(void)
{
    seen = true;
    HOT.main_near = false;
    ring_put(PMT_W_MAIN, 0, 0);
}

void main_expect(bool program)
{
    expected = program && pmt_py.gil_check && pmt_py.globals && pmt_py.dict_next &&
               pmt_py.compare_text;
}

void main_initialized(void)
{
    HOT.main_near = expected && !seen;
}

void main_poll(bool ending)
{
    if (!seen && (!expected || ending || HOT.head > MOST))
        tell();
}

static bool is_text(void *object, const char *text)
{
    return get((uintptr_t)object, 8) == (uintptr_t)pmt_py.text_type &&
           !pmt_py.compare_text(object, text);
}

/* Nothing is made here: the program's blocks stay where they would be. */
static bool are_of_main(void *globals)
{
    ptrdiff_t at = 0;
    void *key, *value;

    for (int i = 0; i < KEYS && pmt_py.dict_next(globals, &at, &key, &value); i++)
        if (is_text(key, "__name__"))
            return is_text(value, "__main__");
    return false;
}

static bool is_in_main(void)
{
    void *globals = pmt_py.gil_check() ? pmt_py.globals() : NULL;

    if (!globals || globals == others)
        return false;
    if (are_of_main(globals))
        return true;
    others = globals;
    return false;
}

/* A collection that came since the last hook call came before the program's first line. */
static bool collector_is_busy(void)
{
    return HOT.gc_found &&
           (HOT.gc_collecting || gc_half(GC_COLLECTING) || collector_was_reset());
}

void main_watch(bool told)
{
    if (!is_in_main() || (told ? HOT.gc_collecting : collector_is_busy()))
        return;
    tell();
    step_begin();
}
