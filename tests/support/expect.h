/* expect.h - checks that print both values, and suites that register themselves.
 *
 *     static void test_map_finds_what_was_put(void) { EXPECT_U64(f(), 3); }
 *     SUITE(map, TEST(test_map_finds_what_was_put), TEST(...))
 *
 * One SUITE per file tests/unit/test_<module>.c. */
#ifndef PMT_TESTS_EXPECT_H
#define PMT_TESTS_EXPECT_H

#include <stdbool.h>
#include <stdint.h>
#include <CUnit/CUnit.h>
#include <pymemtrace/status.h>

struct suite {
    const char *name;
    CU_TestInfo *tests;
    struct suite *next;
};

void suite_register(struct suite *suite);

#define TEST(fn) {#fn, fn}
#define SUITE(id, ...)                                                         \
    static CU_TestInfo id##_tests[] = {__VA_ARGS__, CU_TEST_INFO_NULL};        \
    static struct suite id##_suite = {#id, id##_tests, 0};                     \
    __attribute__((constructor)) static void id##_register(void)               \
    {                                                                          \
        suite_register(&id##_suite);                                           \
    }

bool expect_u64(uint64_t actual, uint64_t want, const char *expr, const char *file, int line);
bool expect_i64(int64_t actual, int64_t want, const char *expr, const char *file, int line);
bool expect_str(const char *actual, const char *want, const char *expr, const char *file, int line);
bool expect_has(const char *text, const char *part, const char *expr, const char *file, int line);
bool expect_true(bool actual, const char *expr, const char *file, int line);
bool expect_status(enum pmt_status actual, enum pmt_status want, const struct pmt_error *err,
                   const char *expr, const char *file, int line);

/* Each is an expression: true when it held. */
#define EXPECT_U64(actual, want) expect_u64((actual), (want), #actual, __FILE__, __LINE__)
#define EXPECT_I64(actual, want) expect_i64((actual), (want), #actual, __FILE__, __LINE__)
#define EXPECT_STR(actual, want) expect_str((actual), (want), #actual, __FILE__, __LINE__)
#define EXPECT_HAS(text, part)   expect_has((text), (part), #text, __FILE__, __LINE__)
#define EXPECT(cond)             expect_true((cond), #cond, __FILE__, __LINE__)
#define EXPECT_STATUS(actual, want, err)                                       \
    expect_status((actual), (want), (err), #actual, __FILE__, __LINE__)

#endif
