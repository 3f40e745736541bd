/* test_report_objects.c - objects by type, between marks, and lengths of free lists: whole
 * texts, to the letter. To take the new ones after a change that is meant:
 *
 *     PMT_GOLDEN=1 build/run-tests report_objects */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "report/report.h"
#include "support/expect.h"
#include "support/sample_result.h"

static const char objects_text[] =
    "Objects made and alive\n"
    "  type                                              made  of all  from its list  byt"
    "es made  most at once   in bytes  at the end   in bytes\n"
    "  str                                            120,000  63.5 %              0     "
    "9.2 MiB        31,000    2.4 MiB      20,000    1.5 MiB\n"
    "  list                                            64,000  33.9 %         48,000     "
    "3.9 MiB         4,100  256.3 KiB       4,000  250.0 KiB\n"
    "  a \"quoted\", type'\\x0a\\x1b[31m\\xff\\xe2\\x80\\xae    5,000   2.6 %            "
    "  0   312.5 KiB           900   56.3 KiB          12      768 B\n"
    "  =cmd()                                               1   0.0 %              0     "
    "   16 B             1       16 B           1       16 B\n"
    "\n"
    "How they die: in how many events and in what time, where, by what\n"
    "  type                                              died  half in events   90 %    9"
    "9 %  half in time      99 %  in gen 0  in gen 1  in gen 2  collected  of garbage  re"
    "fers to\n"
    "  str                                            100,000               5  1,023  16,"
    "383       65.5 us    7.3 ms         0         0         0          0       0.0 %    "
    "      -\n"
    "  list                                            60,000               3     19     "
    "255       65.5 us  131.1 us    59,990        10         0        100      50.0 %    "
    "      -\n"
    "  a \"quoted\", type'\\x0a\\x1b[31m\\xff\\xe2\\x80\\xae    4,988           3,583  7,"
    "167  65,535        1.3 ms   23.1 ms     4,900        87         1        100      50"
    ".0 %       25.0\n"
    "  =cmd()                                               0               -      -     "
    "  -             -         -         0         0         0          0       0.0 %    "
    "      -\n";

static const char objects_json[] =
    "{\n"
    "  \"objects\": [\n"
    "    {\"type\": \"str\", \"number\": 2, \"made\": 120000, \"reused\": 0, \"made_bytes"
    "\": 9600000, \"peak\": 31000, \"peak_bytes\": 2480000, \"alive\": 20000, \"alive_byt"
    "es\": 1600000, \"age_p50\": 5, \"age_p90\": 1023, \"age_p99\": 16383, \"age_mean\": "
    "812, \"age_p50_ns\": 65536, \"age_p90_ns\": 393216, \"age_p99_ns\": 7340032, \"age_m"
    "ean_ns\": 290000, \"died_in_0\": 0, \"died_in_1\": 0, \"died_in_2\": 0, \"freed_by_c"
    "ounting\": 100000, \"freed_by_collections\": 0, \"garbage_objects\": 0, \"garbage_re"
    "ferences\": 0},\n"
    "    {\"type\": \"list\", \"number\": 9, \"made\": 64000, \"reused\": 48000, \"made_b"
    "ytes\": 4096000, \"peak\": 4100, \"peak_bytes\": 262400, \"alive\": 4000, \"alive_by"
    "tes\": 256000, \"age_p50\": 3, \"age_p90\": 19, \"age_p99\": 255, \"age_mean\": 20, "
    "\"age_p50_ns\": 65536, \"age_p90_ns\": 65536, \"age_p99_ns\": 131072, \"age_mean_ns"
    "\": 65000, \"died_in_0\": 59990, \"died_in_1\": 10, \"died_in_2\": 0, \"freed_by_cou"
    "nting\": 59900, \"freed_by_collections\": 100, \"garbage_objects\": 0, \"garbage_ref"
    "erences\": 200},\n"
    "    {\"type\": \"a \\\"quoted\\\", type'\\u000a\\u001b[31m\\u00ff\\u202e\", \"number"
    "\": 7, \"made\": 5000, \"reused\": 0, \"made_bytes\": 320000, \"peak\": 900, \"peak_"
    "bytes\": 57600, \"alive\": 12, \"alive_bytes\": 768, \"age_p50\": 3583, \"age_p90\":"
    " 7167, \"age_p99\": 65535, \"age_mean\": 4000, \"age_p50_ns\": 1310720, \"age_p90_ns"
    "\": 2621440, \"age_p99_ns\": 23068672, \"age_mean_ns\": 1500000, \"died_in_0\": 4900"
    ", \"died_in_1\": 87, \"died_in_2\": 1, \"freed_by_counting\": 4888, \"freed_by_colle"
    "ctions\": 100, \"garbage_objects\": 100, \"garbage_references\": 1250},\n"
    "    {\"type\": \"=cmd()\", \"number\": 70000, \"made\": 1, \"reused\": 0, \"made_byt"
    "es\": 16, \"peak\": 1, \"peak_bytes\": 16, \"alive\": 1, \"alive_bytes\": 16, \"age_"
    "p50\": null, \"age_p90\": null, \"age_p99\": null, \"age_mean\": null, \"age_p50_ns"
    "\": null, \"age_p90_ns\": null, \"age_p99_ns\": null, \"age_mean_ns\": null, \"died_"
    "in_0\": 0, \"died_in_1\": 0, \"died_in_2\": 0, \"freed_by_counting\": 0, \"freed_by_"
    "collections\": 0, \"garbage_objects\": 0, \"garbage_references\": 0}\n"
    "  ]\n"
    "}\n";

static const char objects_csv[] =
    "type,number,made,reused,made_bytes,peak,peak_bytes,alive,alive_bytes,age_p50,age_p90"
    ",age_p99,age_mean,age_p50_ns,age_p90_ns,age_p99_ns,age_mean_ns,died_in_0,died_in_1,d"
    "ied_in_2,freed_by_counting,freed_by_collections,garbage_objects,garbage_references\n"
    "str,2,120000,0,9600000,31000,2480000,20000,1600000,5,1023,16383,812,65536,393216,734"
    "0032,290000,0,0,0,100000,0,0,0\n"
    "list,9,64000,48000,4096000,4100,262400,4000,256000,3,19,255,20,65536,65536,131072,65"
    "000,59990,10,0,59900,100,0,200\n"
    "\"a \"\"quoted\"\", type'\\x0a\\x1b[31m\\xff\\xe2\\x80\\xae\",7,5000,0,320000,900,57"
    "600,12,768,3583,7167,65535,4000,1310720,2621440,23068672,1500000,4900,87,1,4888,100,"
    "100,1250\n"
    "\"'=cmd()\",70000,1,0,16,1,16,1,16,,,,,,,,,0,0,0,0,0,0,0\n";

static const char intervals_text[] =
    "  type     made  each time  bytes made    died  more by  alive behind it   in bytes"
    "\n"
    "From the start on\n"
    "  str    20,000    20000.0     1.5 MiB   1,000  +19,000           19,000    1.4 MiB"
    "\n"
    "From `serve\\x1b]0;x\\x07' on, at event 90,000 and 249 times more\n"
    "  str   100,000      400.0     7.6 MiB  99,000   +1,000           20,000    1.5 MiB"
    "\n"
    "  list   64,000      256.0     3.9 MiB  60,000   +4,000            4,000  250.0 KiB"
    "\n";

static const char intervals_csv[] =
    "mark,times,event,recorded_clock_ns,type,number,made,made_bytes,died,alive,alive_byte"
    "s\n"
    ",1,0,0,str,2,20000,1600000,1000,19000,1520000\n"
    "\"serve\\x1b]0;x\\x07\",250,90000,200000000,str,2,100000,8000000,99000,20000,1600000"
    "\n"
    "\"serve\\x1b]0;x\\x07\",250,90000,200000000,list,9,64000,4096000,60000,4000,256000\n";

static const char lengths_text[] =
    "Objects that a free list serves, by its length\n"
    "  type   items    made        1        2        5       10       20       40       8"
    "0      160      320      640     2000\n"
    "  list          64,000   25.0 %   37.5 %   37.5 %   37.5 %   37.5 %   37.5 %   75.0 "
    "%   75.0 %   76.0 %\n"
    "  tuple      1     100  100.0 %  100.0 %  100.0 %  100.0 %  100.0 %  100.0 %  100.0 "
    "%  100.0 %  100.0 %  100.0 %  100.0 %\n"
    "  tuple      2     300    0.0 %    0.0 %    0.0 %    0.0 %    0.0 %    0.0 %    0.0 "
    "%    0.0 %    0.0 %    0.0 %  100.0 %\n";

static const struct {
    const char *name, *want;
    struct pmt_report_options options;
} cases[] = {
    {"objects, text", objects_text, {.part = PMT_PART_OBJECTS}},
    {"objects, JSON", objects_json, {.format = PMT_FORMAT_JSON, .part = PMT_PART_OBJECTS}},
    {"objects, CSV", objects_csv, {.format = PMT_FORMAT_CSV, .part = PMT_PART_OBJECTS}},
    {"intervals, text", intervals_text, {.part = PMT_PART_INTERVALS}},
    {"intervals, CSV", intervals_csv, {.format = PMT_FORMAT_CSV, .part = PMT_PART_INTERVALS}},
    {"lengths, text", lengths_text, {.part = PMT_PART_LENGTHS}},
};

static char *report(const struct pmt_result *r, const struct pmt_report_options *options)
{
    char *text = NULL;
    size_t n;
    struct pmt_error err;
    FILE *out = open_memstream(&text, &n);

    EXPECT_STATUS(pmt_report_summary(out, r, options, &err), PMT_OK, &err);
    (void)fclose(out);
    return text;
}

/* Text as this file wants it. */
static void print_as_c(const char *name, const char *text)
{
    bool begun = false;

    (void)printf("/* %s */\n", name);
    for (; *text; text++) {
        if (!begun)
            (void)printf("    \"");
        begun = *text != '\n';
        if (*text == '"' || *text == '\\')
            (void)putchar('\\');
        if (begun)
            (void)putchar(*text);
        else
            (void)printf("\\n\"\n");
    }
}

static void test_report_objects_texts(void)
{
    struct pmt_result r;

    sample_result_objects(&r);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = report(&r, &cases[i].options);

        if (!EXPECT_STR(text, cases[i].want) && getenv("PMT_GOLDEN"))
            print_as_c(cases[i].name, text);
        free(text);
    }
    pmt_result_release(&r);
}

/* In a summary they have their places. */
static void test_report_objects_in_a_summary(void)
{
    struct pmt_report_options o = {.full = true};
    struct pmt_result r;
    char *text;

    sample_result_objects(&r);
    text = report(&r, &o);
    EXPECT_HAS(text, "\nObjects: 189,001 made;");
    EXPECT_HAS(text, "\nObjects that a free list serves, by its length\n");
    EXPECT_HAS(text, "\nObjects between the program's marks\n");
    free(text);
    o.format = PMT_FORMAT_JSON;
    text = report(&r, &o);
    EXPECT_HAS(text, "\"objects\": [");
    EXPECT_HAS(text, "\"object_intervals\": [");
    EXPECT_HAS(text, "\"list_lengths\": [");
    free(text);
    pmt_result_release(&r);
}

/* Of a recording that does not see objects nothing is said. */
static void test_report_objects_is_silent_without(void)
{
    struct pmt_result r;

    sample_result(&r);
    for (int format = PMT_FORMAT_TEXT; format <= PMT_FORMAT_JSON; format++) {
        struct pmt_report_options o = {.format = (enum pmt_report_format)format, .full = true};
        char *text = report(&r, &o);

        EXPECT(!strstr(text, "Objects"));
        EXPECT(!strstr(text, "\"objects\""));
        EXPECT(!strstr(text, "object_intervals"));
        EXPECT(!strstr(text, "list_lengths"));
        free(text);
    }
    pmt_result_release(&r);
}

SUITE(report_objects, TEST(test_report_objects_texts), TEST(test_report_objects_in_a_summary),
      TEST(test_report_objects_is_silent_without))
