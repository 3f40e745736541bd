/* runner.c - runs every registered suite; `run-tests NAME ...` only those named.
 * Exit status 1 when anything failed, when a suite could not start, or when
 * nothing ran. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <CUnit/Basic.h>
#include "support/expect.h"

static struct suite *suites;

void suite_register(struct suite *suite)
{
    struct suite **at = &suites;

    while (*at && strcmp((*at)->name, suite->name) < 0)
        at = &(*at)->next;
    suite->next = *at;
    *at = suite;
}

static bool verdict(bool ok, const char *file, int line, const char *text)
{
    CU_assertImplementation(ok, (unsigned)line, text, file, "", CU_FALSE);
    return ok;
}

bool expect_u64(uint64_t actual, uint64_t want, const char *expr, const char *file, int line)
{
    char text[256];

    (void)snprintf(text, sizeof text, "%s is %" PRIu64 ", want %" PRIu64, expr, actual, want);
    return verdict(actual == want, file, line, text);
}

bool expect_i64(int64_t actual, int64_t want, const char *expr, const char *file, int line)
{
    char text[256];

    (void)snprintf(text, sizeof text, "%s is %" PRId64 ", want %" PRId64, expr, actual, want);
    return verdict(actual == want, file, line, text);
}

bool expect_str(const char *actual, const char *want, const char *expr, const char *file, int line)
{
    char text[1024];

    (void)snprintf(text, sizeof text, "%s is \"%s\", want \"%s\"", expr,
                   actual ? actual : "(null)", want ? want : "(null)");
    return verdict(actual && want ? !strcmp(actual, want) : actual == want, file, line, text);
}

bool expect_has(const char *text, const char *part, const char *expr, const char *file, int line)
{
    char msg[1024];

    (void)snprintf(msg, sizeof msg, "%s is \"%s\", want it to hold \"%s\"", expr,
                   text ? text : "(null)", part);
    return verdict(text && strstr(text, part), file, line, msg);
}

bool expect_true(bool actual, const char *expr, const char *file, int line)
{
    return verdict(actual, file, line, expr);
}

bool expect_status(enum pmt_status actual, enum pmt_status want, const struct pmt_error *err,
                   const char *expr, const char *file, int line)
{
    char text[1024];

    (void)snprintf(text, sizeof text, "%s is %s, want %s%s%s", expr, pmt_status_name(actual),
                   pmt_status_name(want), err && actual != PMT_OK ? ": " : "",
                   err && actual != PMT_OK ? err->msg : "");
    return verdict(actual == want, file, line, text);
}

static bool wanted(const char *name, int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        if (!strcmp(argv[i], name))
            return true;
    return argc == 1;
}

int main(int argc, char **argv)
{
    unsigned failed;

    if (CU_initialize_registry() != CUE_SUCCESS)
        return 1;
    for (struct suite *s = suites; s; s = s->next) {
        CU_SuiteInfo info[2] = {{.pName = s->name, .pTests = s->tests}, CU_SUITE_INFO_NULL};

        if (wanted(s->name, argc, argv) && CU_register_suites(info) != CUE_SUCCESS) {
            (void)fprintf(stderr, "cannot register suite %s: %s\n", s->name, CU_get_error_msg());
            return 1;
        }
    }
    CU_basic_set_mode(CU_BRM_NORMAL);
    CU_set_fail_on_inactive(CU_TRUE);
    if (CU_basic_run_tests() != CUE_SUCCESS || CU_get_number_of_tests_run() == 0)
        return 1;
    failed = CU_get_number_of_failures() + CU_get_number_of_suites_failed();
    CU_cleanup_registry();
    return failed ? 1 : 0;
}
