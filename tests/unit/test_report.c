/* test_report.c - what reports promise whatever the figures are: escaped, valid,
 * and an error when they cannot be written. The golden texts are in
 * test_report_golden.c. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "report/escape.h"
#include "report/human.h"
#include "report/json.h"
#include "report/report.h"
#include "support/expect.h"
#include "support/sample_result.h"

/* --- a checker of JSON: recursive descent, NULL at the first fault ------- */

static const char *value(const char *p);

static const char *blanks(const char *p)
{
    return p + strspn(p, " \n");
}

static const char *quoted(const char *p)
{
    if (*p++ != '"')
        return NULL;
    for (; *p != '"'; p++) {
        if ((unsigned char)*p < 0x20)
            return NULL;
        if (*p == '\\' && *++p == 'u') {
            for (int i = 0; i < 4; i++)
                if (!isxdigit((unsigned char)*++p))
                    return NULL;
        } else if (p[-1] == '\\' && !strchr("\"\\/bfnrt", *p)) {
            return NULL;
        }
    }
    return p + 1;
}

static const char *number(const char *p)
{
    const char *from = p += *p == '-';

    p += strspn(p, "0123456789");
    if (p == from || (*from == '0' && p > from + 1))
        return NULL;
    if (*p == '.') {
        from = p + 1;
        p = from + strspn(from, "0123456789");
        if (p == from)
            return NULL;
    }
    if (*p == 'e') {
        from = p + 1 + (p[1] == '-' || p[1] == '+');
        p = from + strspn(from, "0123456789");
    }
    return p == from ? NULL : p;
}

static const char *members(const char *p, char close, bool keys)
{
    p = blanks(p + 1);
    if (*p == close)
        return p + 1;
    while (p) {
        if (keys) {
            p = quoted(p);
            if (!p || *p++ != ':')
                return NULL;
        }
        p = value(blanks(p));
        p = p ? blanks(p) : NULL;
        if (!p || *p == close)
            return p ? p + 1 : NULL;
        p = *p == ',' ? blanks(p + 1) : NULL;
    }
    return NULL;
}

static const char *value(const char *p)
{
    static const char *const words[] = {"true", "false", "null"};

    for (int i = 0; i < 3; i++)
        if (!strncmp(p, words[i], strlen(words[i])))
            return p + strlen(words[i]);
    if (*p == '{' || *p == '[')
        return members(p, *p == '{' ? '}' : ']', *p == '{');
    return *p == '"' ? quoted(p) : number(p);
}

static bool is_json(const char *text)
{
    const char *end = value(text);

    return end && !strcmp(end, "\n");
}

static void test_report_the_json_checker_itself(void)
{
    static const char *const good[] = {"{}\n", "[1, -2.5, 1e+300, 2.5e-7, \"a\\u0001\\\"\", null]\n",
                                       "{\"a\": {\"b\": [true]}}\n"};
    static const char *const bad[] = {"{}", "{,}\n", "[1,]\n", "{\"a\" 1}\n", "[01]\n",
                                      "[\"\x01\"]\n", "[\"\\x\"]\n", "[1.]\n", "[1e]\n", "[1.e5]\n", "[+1]\n"};

    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        EXPECT(is_json(good[i]));
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        EXPECT(!is_json(bad[i]));
}

/* --- escaping ------------------------------------------------------------ */

static const struct {
    const char *in, *text, *json, *csv;
} strings[] = {
    {"", "", "", ""},
    {"plain", "plain", "plain", "plain"},
    {NULL, "", "", ""},
    {"a b", "a b", "a b", "\"a b\""},
    {"say \"x\"", "say \"x\"", "say \\\"x\\\"", "\"say \"\"x\"\"\""},
    {"a\\b", "a\\b", "a\\\\b", "a\\b"},
    {"\033[31mred", "\\x1b[31mred", "\\u001b[31mred", "\\x1b[31mred"},
    {"two\nlines\r", "two\\x0alines\\x0d", "two\\u000alines\\u000d", "two\\x0alines\\x0d"},
    {"\x7f", "\\x7f", "\\u007f", "\\x7f"},
    {"=cmd()", "=cmd()", "=cmd()", "\"'=cmd()\""},
    {"+1", "+1", "+1", "\"'+1\""},
    {"-1", "-1", "-1", "\"'-1\""},
    {"@SUM(A1)", "@SUM(A1)", "@SUM(A1)", "\"'@SUM(A1)\""},
    {"\t=1", "\\x09=1", "\\u0009=1", "\"'\\x09=1\""},
    {"a,b;c", "a,b;c", "a,b;c", "\"a,b;c\""},
    {"caf\xc3\xa9", "caf\xc3\xa9", "caf\xc3\xa9", "caf\xc3\xa9"},
    {"\xf0\x9f\x90\x8d", "\xf0\x9f\x90\x8d", "\xf0\x9f\x90\x8d", "\xf0\x9f\x90\x8d"},
    {"\xff\xfe", "\\xff\\xfe", "\\u00ff\\u00fe", "\\xff\\xfe"},
    {"cut \xe2\x82", "cut \\xe2\\x82", "cut \\u00e2\\u0082", "\"cut \\xe2\\x82\""},
    {"\xc0\xaf", "\\xc0\\xaf", "\\u00c0\\u00af", "\\xc0\\xaf"},
    {"\xed\xa0\x80", "\\xed\\xa0\\x80", "\\u00ed\\u00a0\\u0080", "\\xed\\xa0\\x80"},
    {"\xf4\x90\x80\x80", "\\xf4\\x90\\x80\\x80", "\\u00f4\\u0090\\u0080\\u0080",
     "\\xf4\\x90\\x80\\x80"},
    {"\xc2\x9b" "2J", "\\xc2\\x9b2J", "\\u009b2J", "\\xc2\\x9b2J"},
    {"\xe2\x80\xae" "exe", "\\xe2\\x80\\xaeexe", "\\u202eexe", "\\xe2\\x80\\xaeexe"},
    {"<script>", "<script>", "<script>", "<script>"},
};

static void test_report_foreign_text_is_escaped(void)
{
    static void (*const escapes[])(struct pmt_strbuf *, const char *) = {
        pmt_escape_text, pmt_escape_json, pmt_escape_csv};

    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        const char *want[] = {strings[i].text, strings[i].json, strings[i].csv};

        for (size_t k = 0; k < 3; k++) {
            struct pmt_strbuf sb = {0};

            escapes[k](&sb, strings[i].in);
            EXPECT_STR(sb.at ? sb.at : "", want[k]);
            pmt_strbuf_release(&sb);
        }
    }
}

static const struct {
    uint64_t value;
    enum pmt_unit unit;
    const char *want;
} figures[] = {
    {0, PMT_UNIT_COUNT, "0"},
    {999, PMT_UNIT_COUNT, "999"},
    {1000, PMT_UNIT_COUNT, "1,000"},
    {UINT64_MAX, PMT_UNIT_COUNT, "18,446,744,073,709,551,615"},
    {0, PMT_UNIT_BYTES, "0 B"},
    {1023, PMT_UNIT_BYTES, "1023 B"},
    {1024, PMT_UNIT_BYTES, "1.0 KiB"},
    {1075, PMT_UNIT_BYTES, "1.0 KiB"},
    {1076, PMT_UNIT_BYTES, "1.1 KiB"},
    {1048575, PMT_UNIT_BYTES, "1.0 MiB"},
    {UINT64_MAX, PMT_UNIT_BYTES, "16,384.0 PiB"},
    {999, PMT_UNIT_NS, "999 ns"},
    {1500, PMT_UNIT_NS, "1.5 us"},
    {999999999, PMT_UNIT_NS, "1.0 s"},
    {UINT64_C(7200) * 1000000000, PMT_UNIT_NS, "7,200.0 s"},
};

static void test_report_figures_are_readable(void)
{
    for (size_t i = 0; i < sizeof figures / sizeof *figures; i++)
        EXPECT_STR(pmt_human(figures[i].value, figures[i].unit).at, figures[i].want);
    EXPECT_STR(pmt_human_delta(5, 5, PMT_UNIT_BYTES).at, "0");
    EXPECT_STR(pmt_human_delta(0, UINT64_MAX, PMT_UNIT_COUNT).at, "+18,446,744,073,709,551,615");
    EXPECT_STR(pmt_human_delta(2048, 1024, PMT_UNIT_BYTES).at, "-1.0 KiB");
    EXPECT_STR(pmt_human_change(0, 5).at, "");
    EXPECT_STR(pmt_human_change(8, 6).at, "-25.0 %");
    EXPECT_STR(pmt_human_share(0, 0).at, "-");
}

/* --- whole reports -------------------------------------------------------- */

enum what { SUMMARY, DIFF, DIFF_OF_MANY, RUNS, N_WHATS };

/* r beside the other one, or in many columns. */
static enum pmt_status write_diff(FILE *out, enum what what, const struct pmt_result *r,
                                  const struct pmt_result *other,
                                  const struct pmt_report_options *o, struct pmt_error *err)
{
    const struct pmt_result *sides[PMT_REPORT_MOST_SIDES] = {r, other, r};

    for (unsigned i = 3; i < PMT_REPORT_MOST_SIDES; i++)
        sides[i] = other;
    return pmt_report_diff(out, sides, what == DIFF ? 2 : PMT_REPORT_MOST_SIDES, o, NULL, err);
}

static enum pmt_status write_report(FILE *out, enum what what, const struct pmt_result *r,
                                    const struct pmt_report_options *o, struct pmt_error *err)
{
    struct pmt_result other;
    struct pmt_store_run run = {.run_id = 1, .trace_path = r->trace_path};
    enum pmt_status st;

    if (what == SUMMARY)
        return pmt_report_summary(out, r, o, err);
    if (what == RUNS)
        return pmt_report_runs(out, &run, 1, o, err);
    sample_result(&other);
    st = write_diff(out, what, r, &other, o, err);
    pmt_result_release(&other);
    return st;
}

/* No control character but the newline; the extreme sample's only bytes beyond
 * ASCII are invalid ones, so none may come through. */
static bool is_clean(const char *text)
{
    bool clean = true;

    for (const char *p = text; *p; p++)
        clean &= *p == '\n' || ((unsigned char)*p >= 0x20 && (unsigned char)*p < 0x7f);
    return clean;
}

static void test_report_hostile_results_are_harmless(void)
{
    struct pmt_result r;
    struct pmt_error err;

    sample_result_extreme(&r);
    for (int i = 0; i < N_WHATS * 3 * 4; i++) {
        struct pmt_report_options o = {.format = (enum pmt_report_format)(i % 3),
                                       .part = (enum pmt_report_part)(i / 9), .full = true,
                                       .all = true};
        char *text = NULL;
        size_t n;
        FILE *out = open_memstream(&text, &n);

        EXPECT_STATUS(write_report(out, (enum what)(i / 3 % 3), &r, &o, &err), PMT_OK, &err);
        (void)fclose(out);
        EXPECT(n > 0 && strlen(text) == n && is_clean(text));
        if (o.format == PMT_FORMAT_JSON && !EXPECT(is_json(text)))
            (void)printf("%s\n", text);
        free(text);
    }
    pmt_result_release(&r);
}

static void test_report_an_empty_result_is_reported(void)
{
    struct pmt_result r = {0};
    struct pmt_error err;

    for (int i = 0; i < N_WHATS * 3; i++) {
        struct pmt_report_options o = {.format = (enum pmt_report_format)(i % 3), .full = true};
        char *text = NULL;
        size_t n;
        FILE *out = open_memstream(&text, &n);

        EXPECT_STATUS(write_report(out, (enum what)(i / 3), &r, &o, &err), PMT_OK, &err);
        (void)fclose(out);
        EXPECT(n > 0 && (o.format != PMT_FORMAT_JSON || is_json(text)));
        free(text);
    }
}

static void test_report_diff_tells_whether_anything_differs(void)
{
    struct pmt_result a, b;
    const struct pmt_result *sides[] = {&a, &a, &b};
    struct pmt_error err;
    FILE *out = fopen("/dev/null", "w");
    bool differs = true;

    sample_result(&a);
    sample_result_what_if(&b);
    EXPECT_STATUS(pmt_report_diff(out, sides, 2, NULL, &differs, &err), PMT_OK, &err);
    EXPECT(!differs);
    EXPECT_STATUS(pmt_report_diff(out, sides + 1, 2, NULL, &differs, &err), PMT_OK, &err);
    EXPECT(differs);
    differs = false;
    EXPECT_STATUS(pmt_report_diff(out, sides, 3, NULL, &differs, &err), PMT_OK, &err);
    EXPECT(differs);
    (void)fclose(out);
    pmt_result_release(&a);
    pmt_result_release(&b);
}

static void test_report_an_output_that_fails_is_an_error(void)
{
    struct pmt_result r;
    struct pmt_error err;

    sample_result(&r);
    for (int what = 0; what < N_WHATS; what++) {
        FILE *out = fopen("/dev/full", "w");

        if (!EXPECT(out != NULL))
            break;
        EXPECT_STATUS(write_report(out, (enum what)what, &r, NULL, &err), PMT_E_IO, NULL);
        EXPECT_HAS(err.msg, "cannot write: No space left");
        (void)fclose(out);
    }
    pmt_result_release(&r);
}

/* With the n-th allocation failing: E_NOMEM and nothing written, or the whole. */
static void fail_once(enum what what, const struct pmt_result *r, enum pmt_report_format format)
{
    struct pmt_report_options o = {.format = format, .full = true};
    enum pmt_status st = PMT_E_NOMEM;
    struct pmt_error err;

    for (int64_t n = 0; st != PMT_OK && n < 2000; n++) {
        struct pmt_result other;
        char *text = NULL;
        size_t len;
        FILE *out = open_memstream(&text, &len);

        sample_result(&other);
        pmt_alloc_fail_at(n, 1);
        st = what == DIFF || what == DIFF_OF_MANY
                 ? write_diff(out, what, r, &other, &o, &err)
                 : write_report(out, what, r, &o, &err);
        pmt_alloc_fail_at(-1, 0);
        (void)fclose(out);
        EXPECT(st == PMT_OK || st == PMT_E_NOMEM);
        EXPECT((st == PMT_OK) == (len > 0));
        free(text);
        pmt_result_release(&other);
    }
    EXPECT_STATUS(st, PMT_OK, &err);
}

static void test_report_out_of_memory_writes_nothing(void)
{
    int64_t live = pmt_alloc_live();
    struct pmt_result r;

    sample_result_what_if(&r);
    for (int i = 0; i < N_WHATS * 3; i++)
        fail_once((enum what)(i / 3), &r, (enum pmt_report_format)(i % 3));
    pmt_result_release(&r);
    EXPECT_I64(pmt_alloc_live(), live);
}

SUITE(report, TEST(test_report_the_json_checker_itself),
      TEST(test_report_foreign_text_is_escaped), TEST(test_report_figures_are_readable),
      TEST(test_report_hostile_results_are_harmless),
      TEST(test_report_an_empty_result_is_reported),
      TEST(test_report_diff_tells_whether_anything_differs),
      TEST(test_report_an_output_that_fails_is_an_error),
      TEST(test_report_out_of_memory_writes_nothing))
