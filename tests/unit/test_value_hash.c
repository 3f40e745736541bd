/* test_value_hash.c - hash(x), beside what the interpreters themselves say under
 * PYTHONHASHSEED=0. */
#include <math.h>
#include <string.h>
#include "object/value_hash.h"
#include "support/expect.h"

#define V27  PMT_PYTHON(2, 7, 18)
#define V36  PMT_PYTHON(3, 6, 15)
#define V38  PMT_PYTHON(3, 8, 18)
#define V313 PMT_PYTHON(3, 13, 0)

static struct pmt_shape shape_of(uint32_t version)
{
    struct pmt_shape s;

    pmt_shape_of(version, PMT_SHAPE_CPYTHON, &s);
    return s;
}

#define POW(bits) ((pmt_int)1 << (bits))

static void test_value_hash_of_ints(void)
{
    static const struct { pmt_int value; int64_t in_2_7, in_3_6; } cases[] = {
        {0, 0, 0}, {1, 1, 1}, {-1, -2, -2}, {-2, -2, -2}, {257, 257, 257},
        {POW(61) - 1, 2305843009213693951, 0},
        {POW(63) - 1, INT64_MAX, 3},
        {POW(63), INT64_MIN, 4},
        {-POW(63), INT64_MIN, -4},
        {POW(64) - 1, -2, 7},
        {POW(64), 1, 8},
        {POW(90), 67108864, 536870912},
        {-POW(90), -67108864, -536870912},
        {(POW(119) - 1) * 2 + 1, 72057594037927935, 576460752303423487},
    };
    struct pmt_shape old = shape_of(V27), new = shape_of(V36);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EXPECT_I64(pmt_hash_int(&old, cases[i].value), cases[i].in_2_7);
        EXPECT_I64(pmt_hash_int(&new, cases[i].value), cases[i].in_3_6);
    }
}

/* 2.5 loses carries; 15-bit digits with the carry are as good as those of 30. */
static void test_value_hash_of_longs_by_digits(void)
{
    struct pmt_shape v25 = shape_of(PMT_PYTHON(2, 5, 6)), v26 = shape_of(PMT_PYTHON(2, 6, 9));

    EXPECT_I64(pmt_hash_int(&v25, (POW(119) - 1) * 2 + 1), 72022409665839103);
    EXPECT_I64(pmt_hash_int(&v25, POW(100) - 3), 67645734909);
    EXPECT_I64(pmt_hash_int(&v26, (POW(119) - 1) * 2 + 1), 72057594037927935);
    EXPECT_I64(pmt_hash_int(&v26, POW(100) - 3), 68719476733);
    EXPECT_I64(pmt_hash_int(&v25, POW(90) + POW(80)), 67174400);
    EXPECT_I64(pmt_hash_int(&v26, POW(90) + POW(80)), 67174400);
}

static void test_value_hash_of_floats(void)
{
    static const struct { double value; int64_t in_2_7, in_3_6; } cases[] = {
        {0.0, 0, 0}, {-0.0, 0, 0}, {1.0, 1, 1}, {-1.0, -2, -2},
        {1.5, 1610645504, 1152921504606846977},
        {-1.5, -1610579968, -1152921504606846977},
        {0.1, 2576882278, 230584300921369408},
        {3.14159, 2610283456, 326484311674566659},
        {1e300, 8474648701417850880, 1224995262755759164},
        {-1e300, -8474648701417850880, -1224995262755759164},
        {5e-324, 1038581760, 16777216},
        {9223372036854775808.0, INT64_MIN, 4},
        {1e22, 1864712049423024670, 1864712049423028464},
        {INFINITY, 314159, 314159},
        {-INFINITY, -271828, -314159},
        {NAN, 0, 0},
    };
    struct pmt_shape old = shape_of(V27), new = shape_of(V36);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EXPECT_I64(pmt_hash_float(&old, cases[i].value), cases[i].in_2_7);
        EXPECT_I64(pmt_hash_float(&new, cases[i].value), cases[i].in_3_6);
    }
    EXPECT(!shape_of(PMT_PYTHON(3, 9, 18)).hash_nan_id);
    EXPECT(shape_of(PMT_PYTHON(3, 10, 0)).hash_nan_id);
}

/* Equal numbers have equal hashes, whatever their type. */
static void test_value_hash_of_equal_numbers_is_equal(void)
{
    static const uint32_t versions[] = {PMT_PYTHON(2, 5, 6), V27, PMT_PYTHON(3, 1, 5), V36,
                                        V313};

    for (size_t v = 0; v < sizeof versions / sizeof *versions; v++) {
        struct pmt_shape s = shape_of(versions[v]);

        for (unsigned bits = 0; bits < 118; bits++) {
            pmt_int value = POW(bits) + (bits > 50 ? POW(bits - 50) : 0);

            EXPECT_I64(pmt_hash_float(&s, (double)value), pmt_hash_int(&s, value));
            EXPECT_I64(pmt_hash_float(&s, -(double)value), pmt_hash_int(&s, -value));
            EXPECT_I64(pmt_hash_complex(&s, (double)value, 0), pmt_hash_int(&s, value));
        }
    }
}

static void test_value_hash_of_complex(void)
{
    struct pmt_shape old = shape_of(V27), new = shape_of(V36);

    EXPECT_I64(pmt_hash_complex(&old, 0, 5e-324), 1038584875745280);
    EXPECT_I64(pmt_hash_complex(&new, 0, 5e-324), 16777266331648);
    EXPECT_I64(pmt_hash_complex(&old, 1, -9223372036854775808.0), -9223372036854775807);
    EXPECT_I64(pmt_hash_complex(&new, 1, -9223372036854775808.0), -4000011);
    EXPECT_I64(pmt_hash_complex(&new, -1, 18446744073709551616.0), 8000022);
}

/* As the text lies in memory: one, two or four bytes for each character. */
static void test_value_hash_of_text(void)
{
    static const struct { const char *bytes; size_t n; int64_t sip24, sip13; } cases[] = {
        {"", 0, 0, 0},
        {"a", 1, -7583489610679606711, 4644417185603328019},
        {"ab", 2, -1989949968894684482, 6148830537548944441},
        {"abcdefg", 7, -6651368143851290504, 7904145750247929094},
        {"abcdefgh", 8, -1847705707669741165, 4574395652268504554},
        {"abcdefghi", 9, 5991824118181275020, -532774252720507163},
        {"hello world this is", 19, -4166079730067691927, -1602249560689466804},
        {"spam", 4, -4021169124030571073, -7643603308804133256},
        {"\0", 1, -8405392928520026739, 7541581120933061747},
        {"\xe9", 1, 4954367630624915103, 6047309291227476195},
        {"\xe5\x65\x2c\x67", 4, -7850401551650690076, 6243316497235261705},
        {"\x00\xf6\x01\x00x\x00\x00\x00", 8, 7047262524464595714, -8926728262118538918},
    };
    struct pmt_shape v36 = shape_of(V36), v313 = shape_of(V313);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        EXPECT_I64(pmt_hash_text(&v36, cases[i].bytes, cases[i].n), cases[i].sip24);
        EXPECT_I64(pmt_hash_text(&v313, cases[i].bytes, cases[i].n), cases[i].sip13);
    }
}

static void test_value_hash_of_text_in_2_x(void)
{
    static const struct { const char *bytes; int64_t hash; } cases[] = {
        {"", 0}, {"a", 12416037344}, {"b", 12544037731}, {"ab", 12416074593111939},
        {"abcdefg", 5653254239121123959}, {"hello world this is", 1555623089581018523},
        {"spam", -1840390907728881881}, {"\xff", 32640097918},
    };
    struct pmt_shape s = shape_of(V27);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        uint32_t wide[32];
        size_t n = strlen(cases[i].bytes);

        for (size_t c = 0; c < n; c++)
            wide[c] = (unsigned char)cases[i].bytes[c];
        EXPECT_I64(pmt_hash_text(&s, cases[i].bytes, n), cases[i].hash);
        EXPECT_I64(pmt_hash_wide_text(&s, wide, n), cases[i].hash); /* u"a" == "a" */
    }
    EXPECT_I64(pmt_hash_text(&s, "\0", 1), 1);
    EXPECT_I64(pmt_hash_wide_text(&s, (const uint32_t[]){0x65e5, 0x672c}, 2),
               3338900007426964801);
    EXPECT_I64(pmt_hash_wide_text(&s, (const uint32_t[]){0x1f600, 0x65e5, 0xe9}, 3),
               2930162417640544773);
}

static void test_value_hash_of_tuples_and_frozensets(void)
{
    static const struct {
        int64_t hashes[3];
        size_t n;
        int64_t tuple_2_7, tuple_3_8, set_2_7, set_3_8;
    } cases[] = {
        {{0}, 0, 3527539, 5740354900026072187, 133156838395276, 133146708735736},
        {{0}, 1, 3430018387555, -8753497827991233192, 8332089468407419814,
         -2704248722033767810},
        {{1}, 1, 3430019387558, -6644214454873602895, -8166288242918962057,
         -558064481276695278},
        {{-2}, 1, -3430020192499, 8078679518589016365, -1682204383405476832,
         6776983852052281967},
        {{1, 2}, 2, 3713081631934410656, -3550055125485641917, -1834016341293975159,
         -1826646154956904602},
        {{1, 2, 3}, 3, 2528502973977326415, 529344067295497451, -7699079583225461316,
         -272375401224217160},
    };
    struct pmt_shape v27 = shape_of(V27), v36 = shape_of(V36), v38 = shape_of(V38);

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const int64_t *h = cases[i].hashes;

        EXPECT_I64(pmt_hash_tuple(&v27, h, cases[i].n), cases[i].tuple_2_7);
        EXPECT_I64(pmt_hash_tuple(&v36, h, cases[i].n), cases[i].tuple_2_7);
        EXPECT_I64(pmt_hash_tuple(&v38, h, cases[i].n), cases[i].tuple_3_8);
        EXPECT_I64(pmt_hash_frozenset(&v27, h, cases[i].n), cases[i].set_2_7);
        EXPECT_I64(pmt_hash_frozenset(&v36, h, cases[i].n), cases[i].set_3_8);
        EXPECT_I64(pmt_hash_frozenset(&v38, h, cases[i].n), cases[i].set_3_8);
    }
}

static void test_value_hash_of_addresses(void)
{
    struct pmt_shape v26 = shape_of(PMT_PYTHON(2, 6, 9)), v27 = shape_of(V27);
    struct pmt_shape v30 = shape_of(PMT_PYTHON(3, 0, 1)), v313 = shape_of(V313);

    EXPECT_I64(pmt_hash_pointer(&v27, 140093972966448), 8755873310403);
    EXPECT_I64(pmt_hash_pointer(&v313, 140611070247776), 8788191890486);
    EXPECT_I64(pmt_hash_pointer(&v313, 0x18), INT64_MIN + 1);
    EXPECT_I64(pmt_hash_pointer(&v26, 140093972966448), 140093972966448);
    EXPECT_I64(pmt_hash_pointer(&v30, 140093972966448), 140093972966448);
    EXPECT_U64(shape_of(PMT_PYTHON(3, 11, 7)).hash_none, 0);
    EXPECT_U64(v313.hash_none, 0xfca86420);
}

SUITE(value_hash, TEST(test_value_hash_of_ints), TEST(test_value_hash_of_longs_by_digits),
      TEST(test_value_hash_of_floats), TEST(test_value_hash_of_equal_numbers_is_equal),
      TEST(test_value_hash_of_complex), TEST(test_value_hash_of_text),
      TEST(test_value_hash_of_text_in_2_x), TEST(test_value_hash_of_tuples_and_frozensets),
      TEST(test_value_hash_of_addresses))
