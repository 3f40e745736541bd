/* test_script_parse.c - text to a program: what is understood, what is refused and where. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "base/strbuf.h"
#include "script/program.h"
#include "support/expect.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static enum pmt_status parse(const char *text, size_t n, struct pmt_script **out,
                             struct pmt_error *err)
{
    return pmt_script_parse("x.trace", text, n, out, err);
}

static void test_script_parse_errors_say_where_and_what(void)
{
    static const struct { const char *text, *want; } cases[] = {
        {"appnd x 1", "x.trace:1:1: unknown operation 'appnd': did you mean 'append'?"},
        {"x = 1\n  appnd x 1\n", "x.trace:2:3: unknown operation 'appnd': did you mean 'append'?"},
        {"x = lst 1 2", "x.trace:1:5: unknown value 'lst': did you mean 'list'?"},
        {"print refcnt x", "x.trace:1:7: unknown query 'refcnt': did you mean 'refcount'?"},
        {"gc.colect", "x.trace:1:1: unknown operation 'gc.colect': did you mean 'gc.collect'?"},
        {"expect gc.cont == 1", "x.trace:1:8: unknown query 'gc.cont': did you mean 'gc.count'?"},
        {"append x", "x.trace:1:9: append takes LIST X"},
        {"append x 1 2", "x.trace:1:12: append takes LIST X"},
        {"x = intern \"a\" 2", "x.trace:1:16: intern takes STR"},
        {"print refcount x y", "x.trace:1:18: refcount takes X"},
        {"end", "x.trace:1:1: end without a block"},
        {"x = 1\nrepeat 3\n x = 1\n", "x.trace:2:1: the repeat of this line has no end"},
        {"def f\n if x\n end\n", "x.trace:1:1: the def of this line has no end"},
        {"x = \"abc", "x.trace:1:5: string without its closing quote"},
        {"x = \"abc\\", "x.trace:1:5: string without its closing quote"},
        {"x = \"a\\q\"", "x.trace:1:7: unknown escape"},
        {"x = \"\\x1g\"", "x.trace:1:9: \\x wants two hexadecimal digits"},
        {"x = \"\\ud800\"", "x.trace:1:8: half a surrogate pair is no character"},
        {"x = b\"\\u0041\"", "x.trace:1:7: unknown escape"},
        {"x = \"\xff\"", "x.trace:1:6: not UTF-8"},
        {"x = \"\xc0\x80\"", "x.trace:1:6: not UTF-8"},
        {"x = b\"\xc3\xa9\"", "x.trace:1:7: bytes are written as ASCII"},
        {"x = \"\xc3\xa9\" $", "x.trace:1:9: no character of the language"},
        {"x = 10**40", "x.trace:1:7: ints are below 2**120"},
        {"x = 1329227995784915872903807060280344576", "x.trace:1:5: ints are below 2**120"},
        {"x = 0x1000000000000000000000000000000", "x.trace:1:5: ints are below 2**120"},
        {"x = 12ab", "x.trace:1:5: not a number"},
        {"x = 0x", "x.trace:1:5: not a number"},
        {"x = 007", "x.trace:1:5: a number does not begin with 0"},
        {"return 5", "x.trace:1:1: return outside of a def"},
        {"class C\n return 5\nend", "x.trace:2:2: return outside of a def"},
        {"global x", "x.trace:1:1: global outside of a def"},
        {"break", "x.trace:1:1: break outside of a loop"},
        {"repeat 2\n def f\n  continue\n end\nend", "x.trace:3:3: continue outside of a loop"},
        {"else", "x.trace:1:1: else without if or under"},
        {"if x\nelse\nelse\nend", "x.trace:3:1: a second else of the if of line 1"},
        {"f(x)", "x.trace:1:2: no parentheses here: a call is written as `call f x y`"},
        {"x = [1, 2]", "x.trace:1:5: a list is written as `list 1 2 3`"},
        {"list = 5", "x.trace:1:1: 'list' is a word of the language and cannot be a name"},
        {"refcount x", "x.trace:1:1: 'refcount' is a query: it stands after print, expect or if"},
        {"x = dict 1 2", "x.trace:1:12: an entry is written as KEY:VALUE"},
        {"x = 1 + 2 + 3", "x.trace:1:11: one operation in a line"},
        {"x = 1 2", "x.trace:1:7: one value is wanted here, not two"},
        {"x = ", "x.trace:1:5: a name or a literal is missing"},
        {"x = y[1", "x.trace:1:6: ']' is missing"},
        {"x = y.", "x.trace:1:7: the name of an attribute is missing"},
        {"del 5", "x.trace:1:5: only a name, an attribute or an item can be bound"},
        {"del x[1:2]", "x.trace:1:5: a slice cannot be bound or deleted"},
        {"for x y\nend", "x.trace:1:7: for takes NAME in ITERABLE"},
        {"repeat\nend", "x.trace:1:7: repeat takes N [NAME]"},
        {"under\nend", "x.trace:1:6: under takes PRESET..."},
        {"def f a a\nend", "x.trace:1:9: two parameters of one name"},
        {"class C\n append x y\nend", "x.trace:2:2: only def and NAME = VALUE stand in a class"},
        {"class C\n x.y = 1\nend", "x.trace:2:2: only def and NAME = VALUE stand in a class"},
        {"def f a\n def g\n  return a\n end\nend", "x.trace:3:10: 'a' is a local of the def of line 1"},
        {"def f\n class C\n  x = y\n end\n y = 1\nend", "x.trace:3:7: 'y' is a local"},
        {"def f\n b = 1\n global b\nend", "x.trace:3:9: 'b' is bound before it is said to be global"},
        {"fails TypError append x 1", "x.trace:1:7: 'TypError' is no exception: did you mean 'TypeError'?"},
        {"fails TypeError repeat 3", "x.trace:1:17: only a statement of one line can fail"},
        {"print free lst", "x.trace:1:12: 'lst' is no type with a free list: did you mean 'list'?"},
        {"print objects hep", "x.trace:1:15: 'hep' is no region"},
        {"x = array w 5", "x.trace:1:11: a type code is one of"},
        {"x = block 5 ram", "x.trace:1:13: 'ram' is no domain (raw, mem, obj): did you mean 'raw'?"},
        {"mark 5", "x.trace:1:6: mark takes \"TEXT\""},
        {"let x 5", "x.trace:1:7: let takes NAME = EXPRESSION"},
        {"print x,", "x.trace:1:9: an item is missing"},
        {"x = 5 # fine\ny = 6 # fine\nz", "x.trace:3:1: unknown operation 'z'"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct pmt_script *script = NULL;
        struct pmt_error err = {.msg = ""};

        EXPECT_STATUS(parse(cases[i].text, strlen(cases[i].text), &script, &err), PMT_E_TRACE, NULL);
        EXPECT(script == NULL);
        EXPECT_HAS(err.msg, cases[i].want);
    }
}

/* -- what was understood -- */

static bool put(void *arg, const char *line)
{
    pmt_strbuf_printf(arg, "%s\n", line + 8); /* without the number */
    return true;
}

static void printed_as(const char *text, const char *want)
{
    struct pmt_script *script = NULL;
    struct pmt_strbuf sb = {0};
    struct pmt_error err;

    if (!EXPECT_STATUS(parse(text, strlen(text), &script, &err), PMT_OK, &err))
        return;
    pmt_script_print(script, put, &sb);
    EXPECT_STR(sb.at ? sb.at : "", want);
    pmt_strbuf_release(&sb);
    pmt_script_free(script);
}

static void test_script_parse_prints_what_it_understood(void)
{
    static const struct { const char *text, *want; } cases[] = {
        {"", ""},
        {"#!pymemtrace\n\n   # a comment\n", ""},
        {"\xEF\xBB\xBFx=1\r\n", "x = 1\n"},
        {"x = list 1 -5 2.50 'a' u\"b\" b'\\xff' 10**3 2j None inf -inf",
         "x = list 1 -5 2.5 \"a\" u\"b\" b\"\\xff\" 1000 2.0j None inf -inf\n"},
        {"x = 1_000_000", "x = 1000000\n"},
        {"x = -1329227995784915872903807060280344575", "x = -1329227995784915872903807060280344575\n"},
        {"x = 0x1F", "x = 31\n"},
        {"x = \"#\\\"\\n\\x41\\u20ac\" # end", "x = \"#\\\"\\nA\xe2\x82\xac\"\n"},
        {"a=b=x.y[0].z[i+1]", "a = b = x.y[0].z[i + 1]\n"},
        {"x = y[:2]", "x = y[:2]\n"},
        {"x = y[-1:]", "x = y[-1:]\n"},
        {"x = y[:]", "x = y[:]\n"},
        {"x = a-1", "x = a - 1\n"},
        {"x = a -1", "x = a - 1\n"},
        {"x = list a -1", "x = list a -1\n"},
        {"x = a ** b", "x = a ** b\n"},
        {"d = dict 1:x \"k\" : y", "d = dict 1:x \"k\":y\n"},
        {"del x, y[0] z.a", "del x y[0] z.a\n"},
        {"repeat 3 i:\nfor j in x:\nend\nend", "repeat 3 i\n    for j in x\n    end\nend\n"},
        {"if not a in b:\nelse:\nend", "if not a in b\nelse\nend\n"},
        {"expect refcount x + 1 * 2 - 3 >= len y // 2, \"why\"",
         "expect refcount x + 1 * 2 - 3 >= len y // 2, \"why\"\n"},
        {"if a is not b\nend", "if a is not b\nend\n"},
        {"print \"t\", refcount x, gc.count 1, a, 5, used.bytes - n",
         "print \"t\", refcount x, gc.count 1, a, 5, used.bytes - n\n"},
        {"let n = used.bytes\nprint n", "let n = used.bytes\nprint n\n"},
        {"print free \"dict keys\", free tuple 3, objects read-only, count list, count C",
         "print free \"dict keys\", free tuple 3, objects read-only, count list, count C\n"},
        {"def f a b\nglobal c\nc = a\nreturn new C b\nend",
         "def f a b\n    global c\n    c = a\n    return new C b\nend\n"},
        {"class C B slots a b old\nn = 5\ndef m self\nend\nend",
         "class C B slots a b old\n    n = 5\n    def m self\n    end\nend\n"},
        {"class C object\nend", "class C\nend\n"},
        {"class C slots\nend", "class C slots\nend\n"},
        {"under cpython-3.9+ notes:\nelse\nend", "under cpython-3.9+ notes\nelse\nend\n"},
        {"fails KeyError x = d[1]", "fails KeyError x = d[1]\n"},
        {"call f x", "call f x\n"},
        {"b = block 100 mem\na = array i 5", "b = block 100 mem\na = array i 5\n"},
        {"items = list 1\nx = items\nfill = 2\nprint fill", "items = list 1\nx = items\nfill = 2\nprint fill\n"},
        {"repeat 2\n x = 1\n break\nend", "repeat 2\n    x = 1\n    break\nend\n"},
    };

    for (size_t i = 0; i < COUNT(cases); i++)
        printed_as(cases[i].text, cases[i].want);
}

static void test_script_parse_keeps_the_lines(void)
{
    static const char text[] = "x = 1\r\n\n  y = 2 # two\nz = 3";
    struct pmt_script *script = NULL;
    struct pmt_error err;
    const char *line;
    size_t n;

    if (!EXPECT_STATUS(parse(text, sizeof text - 1, &script, &err), PMT_OK, &err))
        return;
    EXPECT_U64(pmt_script_n_lines(script), 4);
    line = pmt_script_line(script, 1, &n);
    EXPECT(n == 5 && !memcmp(line, "x = 1", 5));
    EXPECT(pmt_script_line(script, 2, &n) && n == 0);
    line = pmt_script_line(script, 4, &n);
    EXPECT(n == 5 && !memcmp(line, "z = 3", 5));
    EXPECT(!pmt_script_line(script, 0, &n));
    EXPECT(!pmt_script_line(script, 5, &n));
    EXPECT_STR(pmt_script_name(script), "x.trace");
    pmt_script_free(script);
}

static void test_script_parse_names_go_where_python_puts_them(void)
{
    static const char text[] = "def f a\n b = a\n global c\n c = d\nend\nclass C\n n = e\nend\n";
    struct pmt_script *script = NULL;
    struct pmt_error err;
    const struct pmt_code_unit *f;

    if (!EXPECT_STATUS(parse(text, sizeof text - 1, &script, &err), PMT_OK, &err))
        return;
    f = &script->units.at[1];
    EXPECT_U64(f->kind, PMT_UNIT_DEF);
    EXPECT_U64(f->n_params, 1);
    EXPECT_U64(f->n_locals, 2); /* a, b */
    EXPECT_STR(pmt_script_string(script, script->words.at[f->first_local + 1]), "b");
    EXPECT_U64(script->units.n, 3);
    EXPECT_U64(script->top.n, 2);
    pmt_script_free(script);
}

/* -- a stranger's text -- */

static char *filled(size_t n, const char *with)
{
    char *text = malloc(n + 1);

    for (size_t i = 0; text && i < n; i++)
        text[i] = with[i % strlen(with)];
    if (text)
        text[n] = '\0';
    return text;
}

static void refused(char *text, const char *why)
{
    struct pmt_script *script = NULL;
    struct pmt_error err = {.msg = ""};

    if (!EXPECT(text != NULL))
        return;
    EXPECT_STATUS(parse(text, strlen(text), &script, &err), PMT_E_TRACE, NULL);
    EXPECT_HAS(err.msg, why);
    pmt_script_free(script);
    free(text);
}

static void test_script_parse_has_caps(void)
{
    char path[600] = "x = a", brackets[200] = "x = ";

    refused(filled(70000, "x"), "x.trace:1:1: the line has more than 65536 bytes");
    refused(filled(70 * 9, "repeat 3\n"), "x.trace:65:1: blocks are nested at most 64 deep");
    for (size_t i = 0; i < 40; i++)
        strcat(path, ".b");
    refused(strdup(path), "a path has at most 32 steps");
    for (size_t i = 0; i < 40; i++)
        strcat(brackets, "a[");
    refused(strdup(brackets), "paths are nested at most 16 deep");
}

static void test_script_parse_refuses_nul(void)
{
    struct pmt_script *script = NULL;
    struct pmt_error err = {.msg = ""};

    EXPECT_STATUS(parse("x = 1\0", 6, &script, &err), PMT_E_TRACE, NULL);
    EXPECT_HAS(err.msg, "not text: NUL at byte 5");
}

static void test_script_parse_equal_literals_are_one(void)
{
    static const char text[] = "x = list 1.5 1.5 0.0 -0.0 \"a b\" 1 \"a b\" b\"a b\" 10 10.0\n";
    struct pmt_script *script = NULL;
    struct pmt_error err;

    if (!EXPECT_STATUS(parse(text, sizeof text - 1, &script, &err), PMT_OK, &err))
        return;
    /* x, 1.5, 0.0, -0.0, "a b", 1, b"a b", 10, 10.0, and the items as a constant */
    EXPECT_U64(script->literals.n, 10);
    pmt_script_free(script);
}

/* Every allocation fails in turn: a status each time, and nothing is lost. */
static void test_script_parse_out_of_memory(void)
{
    static const char text[] = "class C\n def f self\n  x = list 1 2 \"three\"\n  return x[0]\n end\nend\n"
                               "under notes\n let n = used.bytes\n print n, len x\nend\n"
                               "fails KeyError del d[1]\n";
    int64_t live = pmt_alloc_live();
    enum pmt_status st = PMT_E_NOMEM;

    for (int64_t n = 0; n < 1000 && st != PMT_OK; n++) {
        struct pmt_script *script = NULL;
        struct pmt_error err;

        pmt_alloc_fail_at(n, 1);
        st = parse(text, sizeof text - 1, &script, &err);
        pmt_alloc_fail_at(-1, 0);
        if (st != PMT_OK)
            EXPECT_STATUS(st, PMT_E_NOMEM, &err);
        pmt_script_free(script);
        EXPECT_I64(pmt_alloc_live(), live);
    }
    EXPECT_STATUS(st, PMT_OK, NULL);
}

SUITE(script_parse, TEST(test_script_parse_errors_say_where_and_what),
      TEST(test_script_parse_prints_what_it_understood), TEST(test_script_parse_keeps_the_lines),
      TEST(test_script_parse_names_go_where_python_puts_them), TEST(test_script_parse_has_caps),
      TEST(test_script_parse_refuses_nul), TEST(test_script_parse_equal_literals_are_one),
      TEST(test_script_parse_out_of_memory))
