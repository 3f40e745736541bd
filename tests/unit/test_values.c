/* test_values.c - what values do: operators, comparison, items, iteration, texts, copies.
 * What is expected was read off the interpreters themselves, 2.7.18 and 3.6.15 to 3.13.0. */
#include <inttypes.h>
#include <string.h>
#include "base/alloc.h"
#include "heap/heap.h"
#include "support/expect.h"
#include "support/postfix.h"

static const char *const versions[] = {"2.5.0", "2.7.18", "3.2.0", "3.5.0", "3.6.15", "3.8.18",
                                       "3.11.2", "3.13.0", "3.14.5"};
#define N_VERSIONS (sizeof versions / sizeof *versions)

static void expect_text(struct world *w, const char *expression, const char *want)
{
    struct pmt_strbuf text = {0};

    postfix(w, expression, &text);
    if (!EXPECT_STR(text.at, want))
        (void)EXPECT_STR(expression, "another result");
    pmt_strbuf_release(&text);
}

/* What 2.7 says, and 3.11 where that is something else. */
struct same {
    const char *expression, *two, *three;
};

static void expect_all(const struct same *cases, size_t n)
{
    struct world two, three;

    if (!world_open(&two, "2.7.18") || !world_open(&three, "3.11.2"))
        return;
    for (size_t i = 0; i < n; i++) {
        expect_text(&two, cases[i].expression, cases[i].two);
        expect_text(&three, cases[i].expression,
                    cases[i].three ? cases[i].three : cases[i].two);
    }
    world_close(&two);
    world_close(&three);
}
#define EXPECT_ALL(cases) expect_all((cases), sizeof (cases) / sizeof *(cases))

static void test_texts_of_values(void)
{
    static const struct same cases[] = {
        {"None True list:2", "[None, True]", NULL},
        {"10000000000000000000000000 list:1", "[10000000000000000000000000L]",
         "[10000000000000000000000000]"},
        {"9223372036854775807", "9223372036854775807", NULL},
        {"9223372036854775808", "9223372036854775808L", "9223372036854775808"},
        {"0.1", "0.1", NULL},
        {"1.0e16", "1e+16", NULL},
        {"123456789012345.0", "123456789012345.0", NULL},
        {"0.0001", "0.0001", NULL},
        {"1.0e-05", "1e-05", NULL},
        {"-0.0", "-0.0", NULL},
        {"5.0e-324", "5e-324", NULL},
        {"9007199254740993.0", "9007199254740992.0", NULL},
        {"nan inf -inf tuple:3", "(nan, inf, -inf)", NULL},
        {"2j", "2j", NULL},
        {"1 2j +", "(1+2j)", NULL},
        {"-0.0 2j -", "(-0-2j)", NULL},
        {"0.1 0.2 + 2j + str", "'(0.3+2j)'", "'(0.30000000000000004+2j)'"},
        {"0.1 0.2 + str", "'0.3'", "'0.30000000000000004'"},
        {"1.0e12 str", "'1e+12'", "'1000000000000.0'"},
        {"1.0e10 str", "'10000000000.0'", NULL},
        {"'\\x27'", "\"'\"", NULL},
        {"'\\x27\"'", "'\\'\"'", NULL},
        {"'\\n\\t\\\\\\x00\\x7f'", "'\\n\\t\\\\\\x00\\x7f'", NULL},
        {"u'\\xe9'", "u'\\xe9'", "'\xc3\xa9'"},
        {"u'\\u200b'", "u'\\u200b'", "'\\u200b'"},
        {"b'a\\xff'", "'a\\xff'", "b'a\\xff'"},
        {"tuple:0 1 tuple:1 list:2", "[(), (1,)]", NULL},
        {"1 2 dict:1", "{1: 2}", NULL},
        {"set:0", "set([])", "set()"},
        {"1 2 set:2", "set([1, 2])", "{1, 2}"},
        {"frozenset:0 1 frozenset:1 tuple:2", "(frozenset([]), frozenset([1]))",
         "(frozenset(), frozenset({1}))"},
        {"range:0,3", "xrange(3)", "range(0, 3)"},
        {"range:1,6,2", "xrange(1, 7, 2)", "range(1, 6, 2)"},
        {"bytearray:2", "bytearray(b'\\x00\\x00')", NULL},
        {"array:i array:d,2 tuple:2", "(array('i'), array('d', [0.0, 0.0]))", NULL},
        {"1 2 dict:1 keys", "[1]", "dict_keys([1])"},
        {"1 2 dict:1 items", "[(1, 2)]", "dict_items([(1, 2)])"},
        {"1 2 dict:1 values", "[2]", "dict_values([2])"},
    };

    EXPECT_ALL(cases);
}

static void test_operators_of_numbers(void)
{
    static const struct same cases[] = {
        {"7 2 /", "3", "3.5"},
        {"-7 2 /", "-4", "-3.5"},
        {"-7 2 //", "-4", NULL},
        {"-7 2 %", "1", NULL},
        {"7 -2 %", "-1", NULL},
        {"-7.5 2 //", "-4.0", NULL},
        {"-7.5 2 %", "0.5", NULL},
        {"0.0 -3 %", "-0.0", NULL},
        {"2 100 **", "1267650600228229401496703205376L", "1267650600228229401496703205376"},
        {"2 -1 **", "0.5", NULL},
        {"0 -6 /", "0", "-0.0"},
        {"1267650600228229401496703205376 3 /", "422550200076076467165567735125L",
         "4.2255020007607644e+29"},
        {"9007199254740993 1 /", "9007199254740993", "9007199254740992.0"},
        {"-8 1 >>", "-4", NULL},
        {"1 70 <<", "1180591620717411303424L", "1180591620717411303424"},
        {"True False |", "True", NULL},
        {"True 2 |", "3", NULL},
        {"6 3 ^", "5", NULL},
        {"1267650600228229401496703205376 1267650600228229401496703205375 -", "1L", "1"},
        {"1 2j + 2 **", "(-3+4j)", NULL},
        {"1 2j + 2j /", "(1-0.5j)", NULL},
        {"2 0.5 **", "1.4142135623730951", NULL},
        {"-1.0 0.5 **", "ValueError: negative number cannot be raised to a fractional power",
         "(6.123233995736766e-17+1j)"},
        {"10.0 400 **", "OverflowError: (34, 'Numerical result out of range')", NULL},
        {"2 120 **", "OverflowError: int past what a script can hold", NULL},
        {"1 -1 <<", "ValueError: negative shift count", NULL},
    };

    EXPECT_ALL(cases);
}

static void test_operators_of_containers(void)
{
    static const struct same cases[] = {
        {"1 list:1 2 list:1 +", "[1, 2]", NULL},
        {"1 tuple:1 2 *", "(1, 1)", NULL},
        {"3 'ab' *", "'ababab'", NULL},
        {"'ab' -1 *", "''", NULL},
        {"'a' u'\\xe9' +", "u'a\\xe9'", "'a\xc3\xa9'"},
        {"b'a' 'b' +", "'ab'", "TypeError: can't concat str to bytes"},
        {"1 2 3 set:3 2 set:1 -", "set([1, 3])", "{1, 3}"},
        {"1 2 frozenset:2 2 3 set:2 &", "frozenset([2])", "frozenset({2})"},
        {"1 2 set:2 2 3 set:2 ^", "set([1, 3])", "{1, 3}"},
        {"1 2 set:2 2 3 set:2 |", "set([1, 2, 3])", "{1, 2, 3}"},
        {"1 2 dict:1 keys 3 list:1 |",
         "TypeError: unsupported operand type(s) for |: 'list' and 'list'", "{1, 3}"},
        {"1 2 dict:1 3 4 dict:1 |",
         "TypeError: unsupported operand type(s) for |: 'dict' and 'dict'", "{1: 2, 3: 4}"},
        {"'%d-%05.1f|%s|%-4d|%x' 7 3.14159 None 5 255 tuple:5 %", "'7-003.1|None|5   |ff'", NULL},
        {"'%s%%' u'\\xe9' %", "u'\\xe9%'", "'\xc3\xa9%'"},
        {"'%d' 'a' %", "TypeError: %d format: a number is required, not str",
         "TypeError: %d format: a real number is required, not str"},
        {"'a' 1 %", "TypeError: not all arguments converted during string formatting", NULL},
    };

    EXPECT_ALL(cases);
}

static void test_comparison(void)
{
    static const struct same cases[] = {
        {"1 1.0 ==", "True", NULL},
        {"True 1 ==", "True", NULL},
        {"9007199254740993 9007199254740992.0 ==", "False", NULL},
        {"9007199254740992.0 9007199254740993 <", "True", NULL},
        {"nan dup ==", "False", NULL},
        {"nan dup list:2 dup ==", "True", NULL},
        {"1 2j + 1 2j + ==", "True", NULL},
        {"'a' u'a' ==", "True", NULL},
        {"'a' b'a' ==", "True", "False"},
        {"'\\xe9' u'\\xe9' ==", "False", "True"},
        {"1 list:1 1 tuple:1 ==", "False", NULL},
        {"1 2 dict:1 1.0 2.0 dict:1 ==", "True", NULL},
        {"1 2 set:2 2 1 frozenset:2 ==", "True", NULL},
        {"range:0,3 range:0,3,1 ==", "False", "True"},
        {"1 2 dict:1 keys 1 set:1 ==", "False", "True"},
        {"1 2 tuple:2 1 3 tuple:2 <", "True", NULL},
        {"'b' 'abc' <", "False", NULL},
        {"1 set:1 1 2 set:2 <", "True", NULL},
        {"1 2 dict:1 keys 1 3 set:2 <", "True", NULL},
        {"1 2 dict:1 items 1 2 tuple:2 3 set:2 <", "True", NULL},
        {"None 1 <", "True",
         "TypeError: '<' not supported between instances of 'NoneType' and 'int'"},
        {"1 'a' <", "True", "TypeError: '<' not supported between instances of 'int' and 'str'"},
        {"1j 1 <", "TypeError: no ordering relation is defined for complex numbers",
         "TypeError: '<' not supported between instances of 'complex' and 'int'"},
        {"0.0 bool 'a' bool list:0 bool None bool list:4", "[False, True, False, False]", NULL},
        {"list:0 hash", "TypeError: unhashable type: 'list'", NULL},
        {"list:0 tuple:1 hash", "TypeError: unhashable type: 'list'", NULL},
        {"1 hash 1.0 hash True hash tuple:3", "(1, 1, 1)", NULL},
        {"5 len", "TypeError: object of type 'int' has no len()", NULL},
        {"u'\\u20ac\\u20ac' len", "2", NULL},
    };

    EXPECT_ALL(cases);
}

static void test_items(void)
{
    static const struct same cases[] = {
        {"1 2 3 list:3 -1 get", "3", NULL},
        {"'abc' 1 get", "'b'", NULL},
        {"u'a\\u20acb' 1 get", "u'\\u20ac'", "'\xe2\x82\xac'"},
        {"b'ab' 0 get", "'a'", "97"},
        {"range:5,50,7 2 get", "19", NULL},
        {"1 2 dict:1 1.0 get", "2", NULL},
        {"'k' 2 dict:1 'x' get", "KeyError: 'x'", NULL},
        {"1 2 list:2 0 'x' set[]", "['x', 2]", NULL},
        {"1 2 list:2 0 del[]", "[2]", NULL},
        {"tuple:0 0 1 set[]", "TypeError: 'tuple' object does not support item assignment", NULL},
        {"tuple:0 0 del[]", "TypeError: 'tuple' object doesn't support item deletion", NULL},
        {"1 2 3 4 list:4 slice:1,-1", "[2, 3]", NULL},
        {"1 2 3 tuple:3 slice:-2,99", "(2, 3)", NULL},
        {"u'a\\u20acbc' slice:1,3", "u'\\u20acb'", "'\xe2\x82\xac" "b'"},
        {"1 1.0 2 list:2 in", "True", NULL},
        {"'b' 'abc' in", "True", NULL},
        {"5 range:0,10,2 in", "False", NULL},
        {"1 2 tuple:2 1 2 dict:1 items in", "True", NULL},
        {"1 set:1 1 frozenset:1 set:1 in", "True", NULL},
        {"list:0 dict:0 in", "TypeError: unhashable type: 'list'", NULL},
        {"1 5 in", "TypeError: argument of type 'int' is not iterable", NULL},
    };

    EXPECT_ALL(cases);
}

static void test_conversions(void)
{
    static const struct same cases[] = {
        {"' 12 ' int", "12", NULL},
        {"'1_000' int", "ValueError: invalid literal for int() with base 10: '1_000'", "1000"},
        {"'99999999999999999999' int", "99999999999999999999L", "99999999999999999999"},
        {"-3.9 int", "-3", NULL},
        {"nan int", "ValueError: cannot convert float NaN to integer", NULL},
        {"inf int", "OverflowError: cannot convert float infinity to integer", NULL},
        {"'1e3' float", "1000.0", NULL},
        {"'abc' float", "ValueError: could not convert string to float: abc",
         "ValueError: could not convert string to float: 'abc'"},
        {"list:0 int", "TypeError: int() argument must be a string or a number, not 'list'",
         "TypeError: int() argument must be a string, a bytes-like object or a real number, "
         "not 'list'"},
        {"chr:65", "'A'", NULL},
        {"chr:8364", "ValueError: chr() arg not in range(256)", "'\xe2\x82\xac'"},
        {"u'a' str", "'a'", NULL},
        {"u'\\xe9' str", "ValueError: 'ascii' codec can't encode character u'\\xe9' in position "
                         "0: ordinal not in range(128)", "'\xc3\xa9'"},
        {"b'a' str", "'a'", "\"b'a'\""},
        {"None list:1 str", "'[None]'", NULL},
    };

    EXPECT_ALL(cases);
}

/* One expression, in turn under several versions. */
static void test_errors_are_worded_as_the_version_words_them(void)
{
    static const struct { const char *version, *expression, *text; } cases[] = {
        {"2.7.18", "'a' 1 +", "TypeError: cannot concatenate 'str' and 'int' objects"},
        {"3.5.0", "'a' 1 +", "TypeError: Can't convert 'int' object to str implicitly"},
        {"3.6.15", "'a' 1 +", "TypeError: must be str, not int"},
        {"3.8.18", "'a' 1 +", "TypeError: can only concatenate str (not \"int\") to str"},
        {"2.7.18", "1 list:1 'a' get", "TypeError: list indices must be integers, not str"},
        {"3.6.15", "1 list:1 'a' get",
         "TypeError: list indices must be integers or slices, not str"},
        {"3.10.13", "'a' 'a' get", "TypeError: string indices must be integers"},
        {"3.11.2", "'a' 'a' get", "TypeError: string indices must be integers, not 'str'"},
        {"2.7.18", "5 0 get", "TypeError: 'int' object has no attribute '__getitem__'"},
        {"3.6.15", "set:0 0 get", "TypeError: 'set' object does not support indexing"},
        {"3.7.16", "set:0 0 get", "TypeError: 'set' object is not subscriptable"},
        {"3.10.13", "1 0 %", "ZeroDivisionError: integer division or modulo by zero"},
        {"3.11.2", "1 0 %", "ZeroDivisionError: integer modulo by zero"},
        {"3.8.18", "1.0 0 //", "ZeroDivisionError: float divmod()"},
        {"3.9.18", "1.0 0 //", "ZeroDivisionError: float floor division by zero"},
        {"3.6.15", "1 2 dict:1 keys shallow", "TypeError: can't pickle dict_keys objects"},
        {"3.8.18", "1 2 dict:1 keys serial", "TypeError: cannot pickle 'dict_keys' object"},
        {"2.7.18", "list:0 iter shallow", "TypeError: can't pickle listiterator objects"},
        {"3.11.2", "5 next", "TypeError: 'int' object is not an iterator"},
        {"3.5.0", "1 'a' <", "TypeError: unorderable types: int() < str()"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;

        if (!world_open(&w, cases[i].version))
            return;
        expect_text(&w, cases[i].expression, cases[i].text);
        world_close(&w);
    }
}

/* sys.getsizeof() of what is made on the way. */
static void test_sizes_of_what_is_made(void)
{
    static const struct { const char *version, *expression; uint64_t bytes; } cases[] = {
        {"2.7.18", "range:0,10 tolist shallow", 208},       /* list(x) */
        {"3.8.18", "range:0,10 tolist shallow", 136},       /* x.copy() */
        {"2.7.18", "range:0,10 tolist deep", 200},          /* by append */
        {"3.8.18", "range:0,10 tolist deep", 184},
        {"3.8.18", "range:0,10 tolist serial", 192},        /* all at once */
        {"3.11.2", "range:0,10 tolist serial", 152},
        {"3.11.2", "range:0,5 tolist", 104},                /* made even */
        {"3.10.13", "list:0 range:0,5 extend", 104},
        {"3.9.18", "range:0,5 tolist", 96},
        {"3.13.0", "1 2 set:2 tolist", 120},
        {"3.11.2", "range:0,10 tolist dup +", 216},
        {"3.11.2", "range:0,1000 toset range:0,1 toset -", 32984}, /* a copy, and less */
        {"3.11.2", "range:0,100 toset range:0,25 toset -", 2264},
        {"3.11.2", "range:0,100 toset range:0,24 toset -", 4312},
        {"3.12.1", "1 list:1 0 del[]", 56},
        {"3.13.0", "1 list:1 0 del[]", 64},
        {"3.11.2", "array:b,1 serial", 84},
        {"3.11.2", "list:0 iter", 48},
        {"3.6.15", "dict:0 iter", 80},
        {"3.11.2", "range:0,3 iter", 48},
        {"3.12.1", "range:0,3 iter", 40},
        {"3.11.2", "array:b iter", 56},
        {"3.11.2", "set:0 iter", 64},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        pmt_obj x;

        if (!world_open(&w, cases[i].version))
            return;
        x = postfix_object(&w, cases[i].expression);
        if (EXPECT(x != PMT_NO_OBJ) && !EXPECT_U64(pmt_sizeof(w.o, x), cases[i].bytes))
            (void)EXPECT_STR(cases[i].expression, cases[i].version);
        pmt_decref(w.o, x);
        world_close(&w);
    }
}

/* What cannot change is not made again. */
static void test_the_same_object(void)
{
    static const struct { const char *version, *left, *op, *right; bool same; } cases[] = {
        {"3.11.2", "'abc'", "+", "''", true},    {"3.11.2", "'abc'", "*", "1", true},
        {"3.11.2", "5 tuple:1", "+", "tuple:0", true},
        {"3.6.15", "5 tuple:1", "+", "tuple:0", false},
        {"3.11.2", "5 list:1", "*", "1", false}, {"3.11.2", "5 tuple:1", "*", "1", true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        pmt_obj a, b, result;

        if (!world_open(&w, cases[i].version))
            return;
        a = postfix_object(&w, cases[i].left);
        b = postfix_object(&w, cases[i].right);
        result = pmt_binary(w.o, *cases[i].op, a, b);
        if (!EXPECT_U64(result == a, cases[i].same))
            (void)EXPECT_STR(cases[i].left, cases[i].version);
        world_drop(&w, (pmt_obj[]){a, b, result}, 3);
        world_close(&w);
    }
}

/* -- iteration -- */

static void test_iterators_notice_changes(void)
{
    for (size_t i = 0; i < N_VERSIONS; i++) {
        struct world w;
        pmt_obj dict, set, it, one, two;

        if (!world_open(&w, versions[i]))
            return;
        dict = postfix_object(&w, "1 2 dict:1");
        set = postfix_object(&w, "1 set:1");
        one = pmt_int_new(w.o, 1);
        two = pmt_int_new(w.o, 2);
        it = pmt_iter(w.o, dict);
        (void)EXPECT(pmt_dict_set(w.o, dict, two, two));
        for (int again = 0; again < 2; again++) { /* and goes on failing */
            (void)EXPECT(!pmt_next(w.o, it));
            (void)EXPECT_STR(pmt_error_text(w.o), "dictionary changed size during iteration");
        }
        pmt_decref(w.o, it);
        it = pmt_iter(w.o, set);
        (void)EXPECT(pmt_set_add(w.o, set, two) && !pmt_next(w.o, it));
        (void)EXPECT_STR(pmt_error_text(w.o), "Set changed size during iteration");
        world_drop(&w, (pmt_obj[]){it, dict, set, one, two}, 5);
        world_close(&w);
    }
}

/* A key taken out and another put in: the length is the same. */
static void test_replaced_keys_are_noticed(void)
{
    static const struct { const char *version; bool noticed; } cases[] = {
        {"3.7.16", false}, {"3.8.18", true}, {"3.13.0", true}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct world w;
        pmt_obj dict, it, x, ten;
        unsigned n = 0;

        if (!world_open(&w, cases[i].version))
            return;
        dict = postfix_object(&w, "1 1 2 2 dict:2");
        ten = pmt_int_new(w.o, 10);
        it = pmt_iter(w.o, dict);
        for (; n < 4 && (x = pmt_next(w.o, it)); n++) {
            pmt_obj other = pmt_binary(w.o, '+', x, ten);

            (void)EXPECT(pmt_dict_del(w.o, dict, x) && pmt_dict_set(w.o, dict, other, x));
            world_drop(&w, (pmt_obj[]){x, other}, 2);
        }
        (void)EXPECT_U64(n, cases[i].noticed ? 2 : 4);
        (void)EXPECT_U64(pmt_error_kind(w.o) == PMT_EXC_RUNTIME, cases[i].noticed);
        world_drop(&w, (pmt_obj[]){it, dict, ten}, 3);
        world_close(&w);
    }
}

/* One tuple serves all items, unless somebody keeps it. */
static void test_items_come_in_one_pair(void)
{
    struct world w;
    pmt_obj dict, view, it, a, b, c;

    if (!world_open(&w, "3.11.2"))
        return;
    dict = postfix_object(&w, "1 10 2 20 3 30 dict:3");
    view = pmt_dict_view(w.o, dict, PMT_VIEW_ITEMS);
    it = pmt_iter(w.o, view);
    a = pmt_next(w.o, it);
    pmt_decref(w.o, a);
    b = pmt_next(w.o, it);
    (void)EXPECT_U64(a, b);
    c = pmt_next(w.o, it);
    (void)EXPECT(c != b);
    (void)EXPECT(!pmt_next(w.o, it) && !pmt_error_kind(w.o));
    (void)EXPECT_U64(pmt_refcount(w.o, dict), 2); /* the view's: the iterator is over */
    world_drop(&w, (pmt_obj[]){b, c, it, view, dict}, 5);
    world_close(&w);
}

static void test_iterators_over_ranges_are_plain(void)
{
    struct world w;
    pmt_obj range, it, list;

    if (!world_open(&w, "3.11.2"))
        return;
    range = pmt_range_new(w.o, 5, -5, -3);
    it = pmt_iter(w.o, range);
    (void)EXPECT(!pmt_is_gc(w.o, it) && !pmt_is_tracked(w.o, it));
    pmt_decref(w.o, range); /* it does not need it */
    list = pmt_to_list(w.o, it);
    (void)EXPECT_U64(pmt_is_gc(w.o, list), 1);
    (void)EXPECT(!pmt_next(w.o, it) && !pmt_error_kind(w.o));
    world_drop(&w, (pmt_obj[]){it, list}, 2);
    expect_text(&w, "range:5,-5,-3 iter tolist", "[5, 2, -1, -4]");
    world_close(&w);
}

/* -- copies -- */

static pmt_obj attribute(struct world *w, pmt_obj x, const char *name)
{
    pmt_obj key = pmt_name(w->o, name), value = pmt_attr_get(w->o, x, key);

    pmt_decref(w->o, key);
    pmt_decref(w->o, value); /* its owner keeps it */
    return value;
}

/* x.list = [], x.me = x */
static pmt_obj instance_in_a_cycle(struct world *w, pmt_obj cls)
{
    pmt_obj x = pmt_instance_new(w->o, cls), list = pmt_list_new(w->o, NULL, 0);

    (void)EXPECT(world_set(w, x, "list", list) && world_set(w, x, "me", x));
    pmt_decref(w->o, list);
    return x;
}

static void test_copies_of_instances(void)
{
    for (size_t i = 0; i < N_VERSIONS; i++) {
        struct world w;
        pmt_obj cls, x, shallow, deep, serial;

        if (!world_open(&w, versions[i]))
            return;
        cls = world_class(&w, "C");
        x = instance_in_a_cycle(&w, cls);
        shallow = pmt_copy_shallow(w.o, x);
        deep = pmt_copy_deep(w.o, x);
        serial = pmt_copy_serial(w.o, x);
        if (EXPECT(shallow && deep && serial)) {
            (void)EXPECT(attribute(&w, shallow, "list") == attribute(&w, x, "list"));
            (void)EXPECT(attribute(&w, shallow, "me") == x);
            (void)EXPECT(attribute(&w, deep, "list") != attribute(&w, x, "list"));
            (void)EXPECT(attribute(&w, deep, "me") == deep);
            (void)EXPECT(attribute(&w, serial, "list") != attribute(&w, x, "list"));
            (void)EXPECT(attribute(&w, serial, "me") == serial);
        }
        world_drop(&w, (pmt_obj[]){shallow, deep, serial, x, cls}, 5);
        (void)pmt_collector_collect(w.c, 2, PMT_GC_ASKED);
        world_close(&w);
    }
}

/* 3.11, 3.12: to copy an instance is to ask for its __dict__, and that stays. */
static void test_a_copy_makes_dicts_of_values(void)
{
    struct world w;
    pmt_obj cls, x, empty, copies[2], list;
    uint64_t dicts;

    if (!world_open(&w, "3.11.2"))
        return;
    cls = world_class(&w, "C");
    x = pmt_instance_new(w.o, cls);
    empty = pmt_instance_new(w.o, cls);
    list = pmt_list_new(w.o, NULL, 0);
    (void)EXPECT(world_set(&w, x, "a", list));
    dicts = pmt_count_kind(w.o, PMT_KIND_DICT);
    copies[0] = pmt_copy_shallow(w.o, empty);
    (void)EXPECT_U64(pmt_count_kind(w.o, PMT_KIND_DICT), dicts);
    copies[1] = pmt_copy_shallow(w.o, x);
    (void)EXPECT_U64(pmt_count_kind(w.o, PMT_KIND_DICT), dicts + 2);
    (void)EXPECT_U64(pmt_refcount(w.o, list), 3);
    world_drop(&w, copies, 2);
    world_drop(&w, (pmt_obj[]){x, empty, list, cls}, 4);
    (void)pmt_collector_collect(w.c, 2, PMT_GC_ASKED);
    world_close(&w);
}

static void test_slots_are_copied(void)
{
    static const char *const names[] = {"a", "b"};
    const struct pmt_class_spec spec = {.name = "S", .slots = names, .n_slots = 2,
                                        .has_slots = true};

    for (size_t i = 0; i < N_VERSIONS; i++) {
        struct world w;
        pmt_obj cls, x, list, copies[3];

        if (!world_open(&w, versions[i]))
            return;
        cls = pmt_class_new(w.o, &spec);
        x = pmt_instance_new(w.o, cls);
        list = pmt_list_new(w.o, NULL, 0);
        (void)EXPECT(world_set(&w, x, "b", list));
        copies[0] = pmt_copy_shallow(w.o, x);
        copies[1] = pmt_copy_deep(w.o, x);
        copies[2] = pmt_copy_serial(w.o, x);
        if (EXPECT(copies[0] && copies[1] && copies[2])) {
            (void)EXPECT(attribute(&w, copies[0], "b") == list);
            (void)EXPECT(attribute(&w, copies[1], "b") != list);
            (void)EXPECT(attribute(&w, copies[2], "b") != list);
        }
        world_drop(&w, copies, 3);
        world_drop(&w, (pmt_obj[]){x, list, cls}, 3);
        (void)pmt_collector_collect(w.c, 2, PMT_GC_ASKED);
        world_close(&w);
    }
}

/* What is shared stays shared; atoms are not copied by deepcopy, and are by pickle. */
static void test_shared_parts(void)
{
    struct world w;
    pmt_obj x, deep, serial, text;

    if (!world_open(&w, "3.11.2"))
        return;
    text = postfix_object(&w, "'two words'");
    x = postfix_object(&w, "list:0 dup list:2");
    (void)EXPECT(pmt_list_append(w.o, x, text) && pmt_list_append(w.o, x, text));
    (void)EXPECT(pmt_list_append(w.o, x, x));
    deep = pmt_copy_deep(w.o, x);
    serial = pmt_copy_serial(w.o, x);
    expect_text(&w, "list:0 dup list:2 deep", "[[], []]");
    for (int i = 0; i < 2; i++) {
        size_t n;
        bool down;
        const pmt_obj *items = pmt_edges(w.o, i ? serial : deep, &n, &down);

        (void)EXPECT_U64(n, 5);
        (void)EXPECT(items[0] == items[1] && items[2] == items[3]);
        (void)EXPECT_U64(items[2] == text, i == 0);
        (void)EXPECT(items[4] == (i ? serial : deep));
    }
    world_drop(&w, (pmt_obj[]){text, x, deep, serial}, 4);
    (void)pmt_collector_collect(w.c, 2, PMT_GC_ASKED);
    world_close(&w);
}

/* A tuple of atoms is its own deep copy; one that is part of itself is found again. */
static void test_tuples_in_cycles(void)
{
    struct world w;
    pmt_obj list, tuple, deep, serial, same;

    if (!world_open(&w, "3.8.18"))
        return;
    list = pmt_list_new(w.o, NULL, 0);
    tuple = pmt_tuple_new(w.o, &list, 1);
    (void)EXPECT(pmt_list_append(w.o, list, tuple));
    deep = pmt_copy_deep(w.o, tuple);
    serial = pmt_copy_serial(w.o, tuple);
    for (int i = 0; i < 2; i++) {
        pmt_obj copy = i ? serial : deep, zero = pmt_int_new(w.o, 0);
        pmt_obj inner = pmt_item_get(w.o, copy, zero), again = pmt_item_get(w.o, inner, zero);

        (void)EXPECT(copy != tuple && again == copy);
        world_drop(&w, (pmt_obj[]){inner, again, zero}, 3);
    }
    same = postfix_object(&w, "1 'a' tuple:2");
    world_drop(&w, (pmt_obj[]){deep}, 1);
    deep = pmt_copy_deep(w.o, same);
    (void)EXPECT(deep == same);
    world_drop(&w, (pmt_obj[]){list, tuple, deep, serial, same}, 5);
    (void)pmt_collector_collect(w.c, 2, PMT_GC_ASKED);
    world_close(&w);
}

/* Pickle interns names of attributes, and nothing else. */
static void test_names_are_interned(void)
{
    struct world w;
    pmt_obj cls, x, serial, value, copy;

    if (!world_open(&w, "3.11.2"))
        return;
    cls = world_class(&w, "C");
    x = pmt_instance_new(w.o, cls);
    value = pmt_name(w.o, "value");
    (void)EXPECT(world_set(&w, x, "name", value));
    serial = pmt_copy_serial(w.o, x);
    if (EXPECT(serial != PMT_NO_OBJ)) {
        copy = attribute(&w, serial, "name"); /* found by the interned name */
        (void)EXPECT(copy != value && pmt_equal(w.o, copy, value));
        (void)EXPECT(!pmt_is_interned(w.o, copy));
    }
    world_drop(&w, (pmt_obj[]){x, serial, value, cls}, 4);
    (void)pmt_collector_collect(w.c, 2, PMT_GC_ASKED);
    world_close(&w);
}

/* -- limits -- */

static void expect_too_deep(struct world *w, bool failed)
{
    (void)EXPECT(failed);
    (void)EXPECT_U64(pmt_error_kind(w->o), PMT_EXC_RUNTIME);
    pmt_error_clear(w->o);
}

static void test_too_deep_is_an_error(void)
{
    struct world w;
    struct pmt_strbuf text = {0};
    pmt_obj a, b, tuple;
    int64_t hash;
    bool less;

    if (!world_open(&w, "3.11.2"))
        return;
    pmt_collector_enable(w.c, false);
    a = world_nested(&w, 100000);
    b = world_nested(&w, 100000);
    expect_too_deep(&w, !pmt_equal(w.o, a, b));
    expect_too_deep(&w, !pmt_less(w.o, a, b, &less));
    expect_too_deep(&w, !pmt_copy_deep(w.o, a));
    expect_too_deep(&w, !pmt_copy_serial(w.o, a));
    expect_too_deep(&w, !pmt_to_str(w.o, a));
    pmt_repr(w.o, a, &text); /* a few hundred brackets, and dots */
    (void)EXPECT(text.n < 1000 && strstr(text.at, "[[[[") && strstr(text.at, "..."));
    (void)EXPECT_U64(pmt_error_kind(w.o), PMT_EXC_NONE);
    tuple = pmt_tuple_new(w.o, NULL, 0);
    for (unsigned i = 0; i < 100000; i++) {
        pmt_obj outer = pmt_tuple_new(w.o, &tuple, 1);

        pmt_decref(w.o, tuple);
        tuple = outer;
    }
    expect_too_deep(&w, !pmt_hash(w.o, tuple, &hash));
    pmt_strbuf_release(&text);
    world_drop(&w, (pmt_obj[]){a, b, tuple}, 3);
    world_close(&w);
}

/* As deep as the interpreter goes: two calls for each list. */
static void test_deep_enough(void)
{
    struct world w;
    pmt_obj list, copy;

    if (!world_open(&w, "3.11.2"))
        return;
    list = world_nested(&w, 490);
    copy = pmt_copy_deep(w.o, list);
    (void)EXPECT(copy && pmt_equal(w.o, list, copy));
    world_drop(&w, (pmt_obj[]){list, copy}, 2);
    list = world_nested(&w, 510);
    expect_too_deep(&w, !pmt_copy_deep(w.o, list));
    pmt_decref(w.o, list);
    world_close(&w);
}

/* One allocation fails, and only that one: what cannot be made is raised, what can be done
 * without goes on; nothing is used after its end, nothing of this program left behind. False:
 * an error of another kind. */
static bool survives(const char *version, const char *expression, int64_t n)
{
    struct pmt_error err;
    struct world w;
    pmt_obj x;
    bool ok;

    if (!world_open(&w, version))
        return false;
    pmt_alloc_fail_at(n, 0);
    x = postfix_object(&w, expression);
    pmt_alloc_fail_at(-1, 0);
    ok = x || pmt_error_kind(w.o) == PMT_EXC_MEMORY;
    (void)EXPECT_STATUS(pmt_heap_check(w.heap, &err), PMT_OK, &err);
    pmt_decref(w.o, x);
    pmt_collector_free(w.c);
    pmt_objects_free(w.o);
    pmt_heap_free_all(w.heap);
    return ok;
}

static void test_memory_may_run_out_anywhere(void)
{
    static const char *const expressions[] = {
        "1 'a' tuple:2 2 dict:1 items iter tolist",
        "range:0,20 toset range:5,9 toset - tofrozenset 3 frozenset:1 | hash",
        "'%s-%d' 'x' 7 tuple:2 % 3 * slice:1,6 'x' + str",
        "list:0 dup 1 2 dict:1 list:3 dup deep == bool",
        "'two words' 2.5 1 2 frozenset:2 'k' 1 list:1 dict:1 list:4 serial",
        "range:0,9 tolist iter shallow tolist 1 list:1 extend own",
        "array:d,3 dup + serial 1 2.5 set[] 0 del[]",
        "u'\\xe9\\u20ac' dup + iter next 'a' tuple:2 hash",
        "1 2 dict:1 dup own 3 4 dict:1 | keys 1 list:1 &",
    };

    for (size_t e = 0; e < sizeof expressions / sizeof *expressions; e++)
        for (int64_t n = 0; n < 120; n++)
            if (!EXPECT(survives(n & 1 ? "3.9.18" : "3.13.0", expressions[e], n)))
                (void)EXPECT_STR(expressions[e], "a result, or out of memory");
}

SUITE(values, TEST(test_texts_of_values), TEST(test_operators_of_numbers),
      TEST(test_operators_of_containers), TEST(test_comparison), TEST(test_items),
      TEST(test_conversions), TEST(test_errors_are_worded_as_the_version_words_them),
      TEST(test_sizes_of_what_is_made), TEST(test_the_same_object),
      TEST(test_iterators_notice_changes), TEST(test_replaced_keys_are_noticed),
      TEST(test_items_come_in_one_pair), TEST(test_iterators_over_ranges_are_plain),
      TEST(test_copies_of_instances), TEST(test_a_copy_makes_dicts_of_values),
      TEST(test_slots_are_copied), TEST(test_shared_parts), TEST(test_tuples_in_cycles),
      TEST(test_names_are_interned), TEST(test_too_deep_is_an_error), TEST(test_deep_enough),
      TEST(test_memory_may_run_out_anywhere))
