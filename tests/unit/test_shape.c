/* test_shape.c - rows and rules beside what the interpreters measure: sys.getsizeof() and
 * the sizes at which containers grow. */
#include <stddef.h>
#include <string.h>
#include "object/shape.h"
#include "support/expect.h"

static struct pmt_shape shape_of(unsigned major, unsigned minor, unsigned micro)
{
    struct pmt_shape s;

    pmt_shape_of(PMT_PYTHON(major, minor, micro), PMT_SHAPE_CPYTHON, &s);
    return s;
}

/* -- rows -- */

/* The first value is for the oldest release, each later one for a later release, and it
 * is another value. */
static void expect_in_order(const char *name, const uint32_t (*rows)[2], size_t n)
{
    bool good = rows[0][0] == PMT_PYTHON(2, 5, 0);

    for (size_t i = 1; i < n; i++)
        good &= rows[i][0] > rows[i - 1][0] && rows[i][1] != rows[i - 1][1];
    if (!good)
        EXPECT_STR(name, "in order, and changes");
}

static void test_shape_rows_are_in_order(void)
{
#define AT(major, minor, micro, value) {PMT_PYTHON(major, minor, micro), (uint32_t)(value)}
#define CHECK(name, ...)                                                                    \
    {                                                                                       \
        static const uint32_t rows[][2] = {__VA_ARGS__};                                    \
        expect_in_order(#name, rows, sizeof rows / sizeof *rows);                           \
    }
#define SHAPE(type, name, help, ...) CHECK(name, __VA_ARGS__)
#include "object/shape.def"
#define AT(major, minor, micro, value) {PMT_PYTHON(major, minor, micro), (uint32_t)(value)}
#define FREE_MAX(id, help, ...) CHECK(id, __VA_ARGS__)
#define FREE_CLEARED(id, help, ...) CHECK(id, __VA_ARGS__)
#include "object/free_list_max.def"
}

/* Each list has one row of each kind: one without would not compile, so count them. */
static void test_shape_every_free_list_has_its_rows(void)
{
    unsigned n_max = 0, n_cleared = 0;

#define AT(major, minor, micro, value)
#define FREE_MAX(id, help, ...) n_max++;
#define FREE_CLEARED(id, help, ...) n_cleared++;
#include "object/free_list_max.def"
    EXPECT_U64(n_max, PMT_N_FREE_LISTS);
    EXPECT_U64(n_cleared, PMT_N_FREE_LISTS);
}

/* Values change in the very release that changed them. */
static void test_shape_changes_with_the_micro_version(void)
{
    EXPECT_U64(shape_of(3, 7, 3).gc_head, 24);
    EXPECT_U64(shape_of(3, 7, 4).gc_head, 32);
    EXPECT(shape_of(3, 12, 6).interned_immortal && !shape_of(3, 12, 7).interned_immortal);
    EXPECT(shape_of(3, 13, 3).dict_keysize_fault && !shape_of(3, 13, 4).dict_keysize_fault);
    EXPECT_U64(shape_of(3, 3, 2).dict_grow, PMT_DICT_GROW_X2);
    EXPECT_U64(shape_of(3, 3, 3).dict_grow, PMT_DICT_GROW_X2_HALF);
    EXPECT_U64(shape_of(3, 10, 5).list_of, 1);
    EXPECT_U64(shape_of(3, 10, 255).list_of, 2);
    EXPECT_U64(shape_of(2, 4, 0).gc_head, shape_of(2, 5, 0).gc_head);
    EXPECT_I64(shape_of(4, 0, 0).small_int_high, 1025);
    EXPECT_U64(shape_of(3, 11, 2).version, PMT_PYTHON(3, 11, 2));
}

static const struct { unsigned major, minor, micro; } measured[] = {
    {2, 6, 9}, {2, 7, 18}, {3, 6, 15}, {3, 7, 16}, {3, 8, 18}, {3, 9, 18},
    {3, 10, 13}, {3, 11, 7}, {3, 12, 1}, {3, 13, 0}, {3, 14, 7}, {3, 15, 0},
};
#define N_MEASURED (sizeof measured / sizeof *measured)

#define FIELD(name) offsetof(struct pmt_shape, name)

/* sys.getsizeof() of types that the collector does not visit: the object alone. */
static void test_shape_atoms_are_as_measured(void)
{
    static const struct { const char *what; size_t at; uint32_t want[N_MEASURED]; } cases[] = {
        {"float", FIELD(float_bytes), {24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24, 24}},
        {"complex", FIELD(complex_bytes), {32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32, 32}},
        {"True", FIELD(bool_bytes), {24, 24, 28, 28, 28, 28, 28, 28, 28, 28, 28, 28}},
        {"False", FIELD(false_bytes), {24, 24, 24, 24, 24, 24, 24, 28, 28, 28, 28, 28}},
        {"None", FIELD(none_bytes), {16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16}},
        {"object()", FIELD(object_bytes), {16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16, 16}},
        {"bytearray()", FIELD(bytearray_bytes),
         {48, 48, 56, 56, 56, 56, 56, 56, 56, 56, 56, 64}},
        {"range()", FIELD(range_bytes), {40, 40, 48, 48, 48, 48, 48, 48, 48, 48, 48, 48}},
        {"iter(range())", FIELD(range_iter_bytes),
         {48, 48, 48, 48, 48, 48, 48, 48, 40, 40, 40, 40}},
        {"code", FIELD(code_base),
         {120, 128, 144, 144, 176, 176, 176, 184, 192, 200, 208, 208}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t v = 0; v < N_MEASURED; v++) {
            struct pmt_shape s =
                shape_of(measured[v].major, measured[v].minor, measured[v].micro);

            if (!EXPECT_U64(*(const uint32_t *)((const char *)&s + cases[i].at),
                            cases[i].want[v]))
                EXPECT_STR(cases[i].what, "as measured");
        }
}

/* Of those that it visits: with the head in front. 3.6 as it was released, with 24 bytes. */
static void test_shape_containers_are_as_measured(void)
{
    static const struct { const char *what; size_t at; uint32_t want[N_MEASURED]; } cases[] = {
        {"[]", FIELD(list_bytes), {72, 72, 64, 72, 56, 56, 56, 56, 56, 56, 56, 56}},
        {"()", FIELD(tuple_bytes), {56, 56, 48, 56, 40, 40, 40, 40, 40, 40, 48, 48}},
        {"set()", FIELD(set_bytes),
         {232, 232, 224, 232, 216, 216, 216, 216, 216, 216, 216, 216}},
        {"dict, its object", FIELD(dict_bytes),
         {280, 280, 72, 80, 64, 64, 64, 64, 64, 64, 64, 64}},
        {"iter([])", FIELD(list_iter_bytes), {64, 64, 56, 64, 48, 48, 48, 48, 48, 48, 48, 48}},
        {"def", FIELD(function_bytes),
         {120, 120, 136, 144, 136, 136, 144, 152, 160, 160, 168, 168}},
        {"method", FIELD(method_bytes), {80, 80, 64, 72, 64, 64, 64, 64, 64, 64, 64, 64}},
        {"weakref", FIELD(weakref_bytes), {88, 88, 80, 88, 72, 72, 72, 80, 80, 80, 80, 80}},
        {"cell", FIELD(cell_bytes), {56, 56, 48, 56, 40, 40, 40, 40, 40, 40, 40, 40}},
        {"type.__basicsize__", FIELD(class_bytes),
         {904, 904, 888, 896, 896, 896, 904, 920, 936, 944, 952, 960}},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        for (size_t v = 0; v < N_MEASURED; v++) {
            struct pmt_shape s =
                shape_of(measured[v].major, measured[v].minor, measured[v].micro);

            if (!EXPECT_U64(*(const uint32_t *)((const char *)&s + cases[i].at) + s.gc_head,
                            cases[i].want[v]))
                EXPECT_STR(cases[i].what, "as measured");
        }
}

/* class A, B with three attributes (its instances' keys have shrunk to them and one more),
 * slots of none, one, three, one and __weakref__: sys.getsizeof() of an instance. */
static void test_shape_instances_are_as_measured(void)
{
    static const struct { uint32_t plain, s1, s3, weak; } want[N_MEASURED] = {
        {64, 56, 72, 64}, {64, 56, 72, 64}, {56, 48, 64, 56}, {64, 56, 72, 64},
        {48, 40, 56, 48}, {48, 40, 56, 48}, {48, 40, 56, 48}, {56, 40, 56, 48},
        {48, 40, 56, 56}, {48, 40, 56, 56}, {48, 40, 56, 56}, {48, 40, 56, 56},
    };

    for (size_t v = 0; v < N_MEASURED; v++) {
        struct pmt_shape s = shape_of(measured[v].major, measured[v].minor, measured[v].micro);
        uint32_t slots = s.instance_base + s.gc_head;

        EXPECT_U64(slots + s.instance_dict_ptr + s.instance_weakref_ptr + s.pre_header,
                   want[v].plain);
        EXPECT_U64(slots + s.slot_bytes, want[v].s1);
        EXPECT_U64(slots + 3 * s.slot_bytes, want[v].s3);
        EXPECT_U64(slots + s.slot_bytes + s.instance_weakref_ptr +
                       (s.pre_header_weakref ? s.pre_header : 0), want[v].weak);
    }
}

/* 3.11, 3.12: a block of 16 bytes for one, 48 for four. 3.13: what makes 80 bytes of 48 + 24,
 * 96 of 48 + 48. Before: five pointers, up to 3.5 one for each of eight slots. */
static void test_shape_values(void)
{
    struct pmt_shape v34 = shape_of(3, 4, 3), v36 = shape_of(3, 6, 15);
    struct pmt_shape v312 = shape_of(3, 12, 1), v313 = shape_of(3, 13, 0);

    EXPECT_U64(pmt_shape_values_bytes(&v34, 3), 4 * 8);
    EXPECT_U64(pmt_shape_values_bytes(&v34, 5), 8 * 8);
    EXPECT_U64(pmt_shape_values_bytes(&v36, 5), 40);
    EXPECT_U64(pmt_shape_values_bytes(&v312, 1), 16);
    EXPECT_U64(pmt_shape_values_bytes(&v312, 4), 40);
    EXPECT_U64(pmt_shape_values_bytes(&v312, 7), 72);
    EXPECT_U64(pmt_shape_values_bytes(&v313, 1), 24);
    EXPECT_U64(pmt_shape_values_bytes(&v313, 4), 48);
    EXPECT_U64(pmt_shape_values_bytes(&v313, 30), 280);
}

static void test_shape_ints_are_as_measured(void)
{
    struct pmt_shape v26 = shape_of(2, 6, 9), v27 = shape_of(2, 7, 18);
    struct pmt_shape v30 = shape_of(3, 0, 1), v310 = shape_of(3, 10, 13);
    struct pmt_shape v311 = shape_of(3, 11, 7);

    EXPECT_U64(v27.int_flat, 24);
    EXPECT_U64(v30.int_flat, 0);
    EXPECT_U64(pmt_shape_int_bytes(&v26, 0), 30); /* 0L, 1L, 2**30, 2**60 */
    EXPECT_U64(pmt_shape_int_bytes(&v26, 1), 32);
    EXPECT_U64(pmt_shape_int_bytes(&v26, 3), 36);
    EXPECT_U64(pmt_shape_int_bytes(&v26, 5), 40);
    EXPECT_U64(v26.int_digit_bits, 15);
    EXPECT_U64(pmt_shape_int_bytes(&v27, 0), 24);
    EXPECT_U64(pmt_shape_int_bytes(&v27, 3), 36);
    EXPECT_U64(pmt_shape_int_bytes(&v30, 3), 30);
    EXPECT_U64(pmt_shape_int_bytes(&v310, 0), 24);
    EXPECT_U64(pmt_shape_int_bytes(&v310, 1), 28);
    EXPECT_U64(pmt_shape_int_bytes(&v311, 0), 28);
    EXPECT_U64(pmt_shape_int_bytes(&v311, 1), 28);
    EXPECT_U64(pmt_shape_int_bytes(&v311, 4), 40);
    EXPECT_U64(v311.int_digit_bits, 30);
}

/* -- text -- */

static void test_shape_text_is_as_measured(void)
{
    static const struct {
        unsigned major, minor, micro;
        bool unicode;
        uint64_t n;
        unsigned width;
        bool ascii;
        uint64_t own, buffer;
    } cases[] = {
        {2, 6, 9, false, 0, 1, true, 40, 0},   {2, 6, 9, false, 10, 1, true, 50, 0},
        {2, 7, 18, false, 0, 1, true, 37, 0},  {2, 7, 18, false, 10, 1, true, 47, 0},
        {2, 7, 18, true, 0, 1, true, 48, 4},   {2, 7, 18, true, 10, 1, true, 48, 44},
        {2, 7, 18, true, 10, 2, false, 48, 44}, {3, 2, 6, false, 10, 1, true, 56, 44},
        {3, 3, 0, false, 0, 1, true, 49, 0},   {3, 11, 7, false, 10, 1, true, 59, 0},
        {3, 11, 7, false, 1, 1, false, 74, 0}, {3, 11, 7, false, 10, 1, false, 83, 0},
        {3, 11, 7, false, 10, 2, false, 94, 0}, {3, 11, 7, false, 10, 4, false, 116, 0},
        {3, 12, 1, false, 0, 1, true, 41, 0},  {3, 12, 1, false, 10, 1, true, 51, 0},
        {3, 12, 1, false, 1, 1, false, 58, 0}, {3, 12, 1, false, 10, 1, false, 67, 0},
        {3, 12, 1, false, 1, 2, false, 60, 0}, {3, 15, 0, false, 10, 4, false, 100, 0},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_shape s = shape_of(cases[i].major, cases[i].minor, cases[i].micro);
        uint64_t own, buffer;

        pmt_shape_str(&s, cases[i].unicode, cases[i].n, cases[i].width, cases[i].ascii, &own,
                      &buffer);
        EXPECT_U64(own, cases[i].own);
        EXPECT_U64(buffer, cases[i].buffer);
    }
}

/* -- growth -- */

struct steps {
    uint64_t n, bytes; /* from n entries on: so many bytes, or slots */
};

static void expect_step(const struct steps **want, uint64_t n, uint64_t bytes, uint64_t last)
{
    if (bytes == last)
        return;
    EXPECT_U64(n, (*want)->n);
    EXPECT_U64(bytes, (*want)->bytes);
    ++*want;
}

static void test_shape_lists_grow_as_measured(void)
{
    static const struct steps old[] = {
        {1, 4}, {5, 8}, {9, 16}, {17, 25}, {26, 35}, {36, 46}, {47, 58}, {59, 72}, {73, 88},
        {89, 106}, {107, 126}, {127, 148}, {149, 173}, {174, 201}, {0, 0}};
    static const struct steps new[] = {
        {1, 4}, {5, 8}, {9, 16}, {17, 24}, {25, 32}, {33, 40}, {41, 52}, {53, 64}, {65, 76},
        {77, 92}, {93, 108}, {109, 128}, {129, 148}, {149, 172}, {173, 200}, {0, 0}};
    static const struct { unsigned minor; const struct steps *want; } cases[] = {
        {8, old}, {9, new}, {13, new}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_shape s = shape_of(3, cases[i].minor, 1);
        const struct steps *want = cases[i].want;
        uint64_t room = 0;

        for (uint64_t n = 1; n <= 200; n++) {
            uint64_t last = room;

            room = pmt_shape_list_grow(&s, room, n - 1, n);
            expect_step(&want, n, room, last);
        }
        EXPECT_U64(want->n, 0);
    }
}

static void test_shape_lists_grow_by_many_and_shrink(void)
{
    static const struct { unsigned minor; uint64_t room, old, new, want; } cases[] = {
        {8, 0, 0, 5, 8},     {9, 0, 0, 5, 8},     {9, 0, 0, 3, 8},   {9, 4, 4, 104, 104},
        {8, 4, 4, 104, 123}, {9, 0, 0, 20, 20},   {9, 16, 16, 21, 28},
        {9, 16, 9, 8, 16},   {9, 16, 8, 7, 12},   {8, 16, 8, 7, 10}, {8, 16, 9, 8, 16},
        {9, 16, 3, 0, 0},    {8, 1, 1, 0, 1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_shape s = shape_of(3, cases[i].minor, 1);

        EXPECT_U64(pmt_shape_list_grow(&s, cases[i].room, cases[i].old, cases[i].new),
                   cases[i].want);
    }
}

static void test_shape_arrays_grow(void)
{
    static const uint64_t want[] = {4, 8, 16, 25, 34, 44, 54, 65, 77, 89, 102};
    uint64_t room = 0;
    size_t step = 0;

    for (uint64_t n = 1; n <= 100; n++) {
        uint64_t last = room;

        room = pmt_shape_array_grow(room, n - 1, n);
        if (room != last)
            EXPECT_U64(room, want[step++]);
    }
}

/* -- dicts -- */

/* A dict of the rules: n entries put in one by one. */
struct table {
    uint64_t slots, used, fill;
};

static void put(const struct pmt_shape *s, struct table *t)
{
    bool inner = s->dict_store == PMT_DICT_INLINE_8;

    if (!t->slots)
        t->slots = s->dict_min_slots;
    t->used += inner;
    t->fill += inner;
    if (inner ? t->fill > pmt_shape_dict_usable(s, t->slots)
              : t->fill >= pmt_shape_dict_usable(s, t->slots)) {
        t->slots = pmt_shape_dict_grown(s, t->used, t->slots);
        t->fill = t->used;
    }
    t->used += !inner;
    t->fill += !inner;
}

static uint64_t dict_sizeof(const struct pmt_shape *s, const struct table *t, bool unicode)
{
    return s->gc_head + s->dict_bytes +
           (t->slots ? pmt_shape_dict_table_bytes(s, t->slots, unicode) : 0);
}

static void test_shape_dicts_grow_as_measured(void)
{
    static const struct steps v27[] = {{0, 280}, {6, 1048}, {22, 3352}, {86, 12568},
                                       {342, 49432}, {1366, 196888}, {0, 0}};
    static const struct steps v37[] = {
        {0, 248}, {6, 376}, {11, 656}, {22, 1192}, {43, 2288}, {86, 4712}, {171, 9328},
        {342, 18536}, {683, 36976}, {1366, 73832}, {2731, 147568}, {0, 0}};
    static const struct steps v38[] = {
        {0, 64}, {1, 232}, {6, 360}, {11, 640}, {22, 1176}, {43, 2272}, {86, 4696},
        {171, 9312}, {342, 18520}, {683, 36960}, {1366, 73816}, {2731, 147552}, {0, 0}};
    static const struct steps v311[] = {
        {0, 64}, {1, 224}, {6, 352}, {11, 632}, {22, 1168}, {43, 2264}, {86, 4688},
        {171, 9304}, {342, 18512}, {683, 36952}, {1366, 73808}, {2731, 147544}, {0, 0}};
    static const struct steps v311_text[] = {
        {0, 64}, {1, 184}, {6, 272}, {11, 464}, {22, 832}, {43, 1584}, {86, 3328},
        {171, 6576}, {342, 13056}, {683, 26032}, {1366, 51968}, {2731, 103856}, {0, 0}};
    static const struct {
        unsigned major, minor, micro;
        bool unicode;
        const struct steps *want;
    } cases[] = {
        {2, 6, 9, true, v27},    {2, 7, 18, false, v27}, {3, 7, 16, true, v37},
        {3, 7, 16, false, v37},  {3, 8, 18, true, v38},  {3, 10, 13, false, v38},
        {3, 11, 7, false, v311}, {3, 11, 7, true, v311_text}, {3, 15, 0, true, v311_text},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_shape s = shape_of(cases[i].major, cases[i].minor, cases[i].micro);
        const struct steps *want = cases[i].want;
        struct table t = {.slots = s.dict_lazy && s.dict_store != PMT_DICT_INLINE_8
                                       ? 0 : s.dict_min_slots};
        uint64_t last = 0;

        for (uint64_t n = 0; n <= 3000; n++) {
            uint64_t bytes = dict_sizeof(&s, &t, cases[i].unicode);

            expect_step(&want, n, bytes, last);
            last = bytes;
            put(&s, &t);
        }
        EXPECT_U64(want->bytes, 0);
    }
}

/* With entries that were deleted: slots after five more. */
static void test_shape_dicts_with_deleted_entries(void)
{
    static const struct { unsigned minor; uint64_t n, deleted, want; } cases[] = {
        {6, 5, 2, 16}, {6, 5, 3, 8}, {6, 10, 6, 16}, {7, 5, 2, 16}, {7, 5, 3, 8},
        {9, 5, 4, 8},  {10, 5, 3, 16}, {10, 5, 4, 16}, {10, 5, 5, 8}, {12, 5, 4, 16},
        {14, 5, 4, 8}, {5, 5, 3, 16}, {9, 21, 13, 32},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_shape s = shape_of(3, cases[i].minor, 5);
        struct table t = {.slots = 8};

        while (t.used < cases[i].n)
            put(&s, &t);
        t.used -= cases[i].deleted;
        put(&s, &t);
        EXPECT_U64(t.slots, cases[i].want);
    }
}

static void test_shape_dicts_are_presized(void)
{
    static const struct { unsigned major, minor, micro; uint64_t n, want; } cases[] = {
        {2, 5, 6, 20, 8},     {2, 7, 18, 5, 8},    {2, 7, 18, 6, 8},   {2, 7, 18, 7, 8},
        {2, 7, 18, 8, 16},    {2, 7, 18, 20, 32},  {2, 7, 18, 85, 128},
        {3, 3, 6, 7, 8},      {3, 5, 1, 8, 16},    {3, 6, 15, 6, 16},  {3, 6, 15, 11, 32},
        {3, 8, 18, 5, 8},     {3, 9, 18, 21, 32},  {3, 9, 18, 85, 128},
        {3, 10, 13, 21, 64},  {3, 10, 13, 20, 32}, {3, 11, 7, 85, 256},
        {3, 13, 3, 341, 1024}, {3, 13, 4, 341, 512}, {3, 14, 0, 21, 32},
        {3, 8, 18, 87381, 131072}, {3, 12, 1, 87381, 262144}, {3, 12, 1, 87382, 131072},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_shape s = shape_of(cases[i].major, cases[i].minor, cases[i].micro);

        EXPECT_U64(pmt_shape_dict_presize(&s, cases[i].n), cases[i].want);
    }
}

/* d.update(e): a dict of `used` entries takes `other` more. */
static void test_shape_dicts_are_merged(void)
{
    static const struct {
        unsigned major, minor, micro;
        uint64_t slots, used, other, want;
    } cases[] = {
        {2, 7, 18, 8, 0, 5, 8},   {2, 7, 18, 8, 0, 6, 16},   {2, 7, 18, 8, 0, 8, 32},
        {2, 7, 18, 8, 5, 1, 16},  {2, 7, 18, 8, 5, 11, 64},  {3, 4, 3, 8, 0, 7, 8},
        {3, 4, 3, 8, 0, 8, 32},
        {3, 4, 3, 8, 4, 2, 16},   {3, 6, 15, 8, 1, 5, 8},    {3, 6, 15, 8, 1, 6, 16},
        {3, 8, 18, 0, 0, 1, 8},   {3, 8, 18, 8, 1, 20, 32},  {3, 10, 13, 8, 1, 20, 64},
        {3, 10, 13, 0, 0, 2, 16}, {3, 14, 0, 8, 1, 20, 32},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_shape s = shape_of(cases[i].major, cases[i].minor, cases[i].micro);

        EXPECT_U64(pmt_shape_dict_merged(&s, cases[i].slots, cases[i].used, cases[i].used,
                                         cases[i].other), cases[i].want);
    }
}

static void test_shape_dicts_are_cloned(void)
{
    static const struct {
        unsigned minor;
        bool copy;
        uint64_t slots, fill, used;
        bool want;
    } cases[] = {
        {6, true, 16, 10, 10, false},  {7, true, 16, 10, 10, true},
        {7, true, 16, 10, 6, true},    {7, true, 16, 10, 5, false},
        {9, false, 16, 10, 10, false}, {10, false, 16, 10, 10, true},
        {10, false, 16, 10, 9, false}, {10, true, 16, 10, 9, true},
        {10, false, 64, 20, 20, false}, {10, false, 8, 1, 1, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_shape s = shape_of(3, cases[i].minor, 13);

        EXPECT_U64(pmt_shape_dict_cloned(&s, cases[i].copy, cases[i].slots, cases[i].fill,
                                         cases[i].used), cases[i].want);
    }
}

/* 3.3 to 3.5: entries lie in their slots; from 3.6 on behind an index of 1, 2 or 4 bytes. */
static void test_shape_dict_tables(void)
{
    static const struct {
        unsigned minor;
        uint64_t slots;
        bool unicode;
        uint64_t want;
    } cases[] = {
        {2, 8, false, 0},         {2, 32, false, 768},      {4, 8, true, 224},
        {4, 16, true, 416},       {6, 8, false, 168},       {10, 128, false, 40 + 128 + 2040},
        {10, 256, false, 40 + 512 + 4080}, {11, 8, true, 120}, {11, 8, false, 160},
        {11, 32, true, 400},      {11, 64, true, 768},
        {12, 65536, true, 32 + 262144 + 699040},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_shape s = shape_of(3, cases[i].minor, 1);

        EXPECT_U64(pmt_shape_dict_table_bytes(&s, cases[i].slots, cases[i].unicode),
                   cases[i].want);
    }
}

/* -- sets -- */

static void put_member(const struct pmt_shape *s, struct table *t)
{
    t->used++;
    t->fill++;
    if (pmt_shape_set_full(s, t->fill, t->slots - 1)) {
        t->slots = pmt_shape_set_grown(s, t->used);
        t->fill = t->used;
    }
}

static void test_shape_sets_grow_as_measured(void)
{
    static const struct steps v27[] = {{6, 32}, {22, 128}, {86, 512}, {342, 2048}, {0, 0}};
    static const struct steps v36[] = {{5, 32}, {21, 128}, {85, 512}, {341, 2048}, {0, 0}};
    static const struct steps v37[] = {{5, 32}, {19, 128}, {77, 512}, {307, 2048}, {0, 0}};
    static const struct { unsigned major, minor; const struct steps *want; } cases[] = {
        {2, 7, v27}, {3, 5, v27}, {3, 6, v36}, {3, 7, v37}, {3, 13, v37}};

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_shape s = shape_of(cases[i].major, cases[i].minor, 2);
        const struct steps *want = cases[i].want;
        struct table t = {.slots = 8};

        for (uint64_t n = 1; n <= 1000; n++) {
            uint64_t last = t.slots;

            put_member(&s, &t);
            expect_step(&want, n, t.slots, last);
        }
        EXPECT_U64(want->n, 0);
    }
}

/* A set of `used` members takes `other` more of another set. */
static void test_shape_sets_are_merged(void)
{
    static const struct { unsigned major, minor; uint64_t used, other, want; } cases[] = {
        {2, 7, 0, 5, 8},  {2, 7, 0, 6, 16},  {2, 7, 4, 8, 32}, {2, 7, 5, 30, 128},
        {3, 6, 0, 4, 8},  {3, 6, 0, 5, 16},  {3, 6, 1, 4, 16},
        {3, 12, 0, 4, 8}, {3, 12, 0, 5, 16}, {3, 12, 4, 60, 256},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_shape s = shape_of(cases[i].major, cases[i].minor, 18);
        uint64_t all = cases[i].used + cases[i].other;

        EXPECT_U64(pmt_shape_set_full(&s, all, 7) ? pmt_shape_set_merged(&s, all) : 8,
                   cases[i].want);
    }
}

/* -- free lists -- */

static void test_shape_free_lists(void)
{
    static const struct {
        enum pmt_free_list_id id;
        unsigned major, minor;
        uint32_t max;
        bool cleared;
    } cases[] = {
        {PMT_FREE_INT, 2, 5, PMT_UNLIMITED, false},  {PMT_FREE_INT, 2, 7, PMT_UNLIMITED, true},
        {PMT_FREE_INT, 3, 13, 0, true},              {PMT_FREE_INT, 3, 14, 100, true},
        {PMT_FREE_FLOAT, 3, 2, PMT_UNLIMITED, true}, {PMT_FREE_FLOAT, 3, 3, 100, true},
        {PMT_FREE_UNICODE, 2, 7, 1024, true},        {PMT_FREE_UNICODE, 3, 3, 0, true},
        {PMT_FREE_LIST, 2, 7, 80, false},            {PMT_FREE_LIST, 3, 3, 80, true},
        {PMT_FREE_DICT, 2, 7, 80, false},            {PMT_FREE_DICT, 3, 15, 80, true},
        {PMT_FREE_DICT_KEYS, 3, 5, 0, false},        {PMT_FREE_DICT_KEYS, 3, 6, 80, true},
        {PMT_FREE_SET, 3, 3, 80, true},              {PMT_FREE_SET, 3, 4, 0, true},
        {PMT_FREE_FRAME, 3, 10, 200, true},          {PMT_FREE_FRAME, 3, 11, 0, true},
        {PMT_FREE_METHOD, 2, 5, PMT_UNLIMITED, false}, {PMT_FREE_METHOD, 3, 8, 256, true},
        {PMT_FREE_METHOD, 3, 9, 0, true},            {PMT_FREE_METHOD, 3, 14, 20, true},
        {PMT_FREE_TUPLE, 2, 5, 2000, false},         {PMT_FREE_TUPLE, 3, 15, 2000, true},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct pmt_shape s = shape_of(cases[i].major, cases[i].minor, 0);

        EXPECT_U64(s.max[cases[i].id], cases[i].max);
        EXPECT_U64(s.cleared[cases[i].id], cases[i].cleared);
    }
    EXPECT_U64(shape_of(3, 10, 0).tuple_list_sizes, 19);
    EXPECT_U64(shape_of(3, 12, 0).tuple_list_sizes, 20);
    EXPECT_U64(shape_of(3, 12, 0).tuple_list_pop_sizes, 19);
    EXPECT_U64(shape_of(3, 13, 0).tuple_list_pop_sizes, 20);
}

static void test_shape_flavours(void)
{
    struct pmt_shape notes, tiny, v27 = shape_of(2, 7, 255), v311 = shape_of(3, 11, 255);

    pmt_shape_of(PMT_PYTHON(2, 7, 255), PMT_SHAPE_NOTES, &notes);
    pmt_shape_of(PMT_PYTHON(3, 11, 255), PMT_SHAPE_TINY, &tiny);
    EXPECT(!notes.cleared[PMT_FREE_INT] && !notes.cleared[PMT_FREE_FLOAT]);
    EXPECT(v27.cleared[PMT_FREE_INT] && notes.cleared[PMT_FREE_TUPLE]);
    EXPECT_U64(notes.max[PMT_FREE_INT], PMT_UNLIMITED);
    EXPECT_U64(notes.max[PMT_FREE_LIST], 80);
    EXPECT_U64(notes.max[PMT_FREE_DICT], 80);
    EXPECT_U64(notes.max[PMT_FREE_UNICODE], 1024);
    EXPECT_U64(notes.unicode_kept_chars, 9);
    EXPECT_U64(notes.max[PMT_FREE_TUPLE], 2000);
    EXPECT_U64(notes.tuple_list_sizes, 19);
    EXPECT_U64(notes.list_bytes, v27.list_bytes);
    EXPECT_U64(tiny.max[PMT_FREE_LIST], 2);
    EXPECT_U64(tiny.max[PMT_FREE_TUPLE], 2);
    EXPECT_U64(tiny.max[PMT_FREE_FRAME], 0);
    EXPECT_U64(tiny.gc_head, v311.gc_head);
}

SUITE(shape, TEST(test_shape_rows_are_in_order), TEST(test_shape_every_free_list_has_its_rows),
      TEST(test_shape_changes_with_the_micro_version), TEST(test_shape_atoms_are_as_measured),
      TEST(test_shape_containers_are_as_measured), TEST(test_shape_instances_are_as_measured),
      TEST(test_shape_values), TEST(test_shape_ints_are_as_measured),
      TEST(test_shape_text_is_as_measured), TEST(test_shape_lists_grow_as_measured),
      TEST(test_shape_lists_grow_by_many_and_shrink), TEST(test_shape_arrays_grow),
      TEST(test_shape_dicts_grow_as_measured), TEST(test_shape_dicts_with_deleted_entries),
      TEST(test_shape_dicts_are_presized), TEST(test_shape_dicts_are_merged),
      TEST(test_shape_dicts_are_cloned), TEST(test_shape_dict_tables),
      TEST(test_shape_sets_grow_as_measured), TEST(test_shape_sets_are_merged),
      TEST(test_shape_free_lists), TEST(test_shape_flavours))
