/* test_report_golden.c - reports of the sample results, word by word. A change of
 * a name in JSON or CSV is a change of a promise. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "report/report.h"
#include "support/expect.h"
#include "support/sample_result.h"

static const char summary_full_text[] =
    "app.pmt: python3 app.py --size 3\n"
    "Python 3.11.2, 1,234,567 events in 2.3 s, replayed as cpython-3.11 (as recorded)\n"
    "Verified: exact: 641,234 placements, 480 pool-table figures, 36 totals, 0 mismatches"
    "\n"
    "\n"
    "Most memory at once\n"
    "  arenas and raw together  31.0 MiB\n"
    "  arenas                   22.0 MiB\n"
    "  blocks in them           19.0 MiB\n"
    "  raw blocks                9.4 MiB\n"
    "  frame stacks             32.0 KiB\n"
    "  resident                 41.0 MiB    recorded, of the whole process\n"
    "\n"
    "Held at the end\n"
    "  in allocated blocks   12.0 MiB   45.7 %  what the program keeps\n"
    "  free in used pools     5.0 MiB   19.1 %  available to the same size only\n"
    "  unused pools           2.0 MiB    7.6 %  available to any size\n"
    "  pool headers          60.0 KiB    0.2 %\n"
    "  quantization         195.3 KiB    0.7 %  tails of pools too short for a block\n"
    "  arena alignment      768.7 KiB    2.9 %\n"
    "  arenas together       20.0 MiB   76.2 %\n"
    "  raw blocks             6.2 MiB   23.8 %  outside the pools: malloc\n"
    "  together              26.2 MiB  100.0 %\n"
    "\n"
    "Arenas of 1.0 MiB\n"
    "  allocated     24\n"
    "  reclaimed      4\n"
    "  most at once  22\n"
    "  at the end    20\n"
    "\n"
    "Traffic\n"
    "  blocks allocated   650,000\n"
    "  blocks freed       580,000\n"
    "  blocks resized       4,567\n"
    "  of them in place     1,200  26.3 %\n"
    "  served from pools  640,000  98.0 %\n"
    "\n"
    "Health of the trace\n"
    "  note:  raw blocks freed that were allocated before the hooks or past them  37\n"
    "  loss:  more than one interpreter allocated                                  1\n"
    "\n"
    "Figures of the interpreter that disagree\n"
    "      event  checkpoint  figure         recorded  modelled  difference\n"
    "  1,234,567  end         class 2 pools       130       131          +1\n"
    "\n"
    "Pool table at the end\n"
    "  size  pools  blocks in use  avail blocks     in use  available  filled\n"
    "    16      3          2,500           563   39.1 KiB    8.8 KiB  81.6 %\n"
    "    32     40         19,000         1,440  593.8 KiB   45.0 KiB  93.0 %\n"
    "    48    130         44,000           330    2.0 MiB   15.5 KiB  99.3 %\n"
    "\n"
    "Timeline\n"
    "      event     clock  resident  arenas  in arenas      used  available     unused  "
    "      raw  arenas and raw\n"
    "    100,000  250.0 ms  12.0 MiB       4    4.0 MiB   3.0 MiB  390.6 KiB  293.0 KiB  "
    "781.3 KiB  ####\n"
    "    600,000     1.1 s  30.0 MiB      22   22.0 MiB  19.0 MiB  878.9 KiB   97.7 KiB  "
    "  8.6 MiB  ########################\n"
    "  1,234,567     2.3 s  41.0 MiB      20   20.0 MiB  12.0 MiB    5.0 MiB    2.0 MiB  "
    "  6.2 MiB  #####################\n";

static const char summary_json[] =
    "{\n"
    "  \"trace\": {\n"
    "    \"path\": \"app.pmt\",\n"
    "    \"events\": 1234567,\n"
    "    \"python\": \"3.11.2\",\n"
    "    \"partial\": false,\n"
    "    \"partial_reason\": null,\n"
    "    \"bytes\": 345678,\n"
    "    \"facts\": {\n"
    "      \"python.version\": \"3.11.2\",\n"
    "      \"argv\": \"python3 app.py --size 3\"\n"
    "    }\n"
    "  },\n"
    "  \"config\": {\n"
    "    \"preset\": \"cpython-3.11\",\n"
    "    \"spec\": \"cpython-3.11\",\n"
    "    \"recorded\": true,\n"
    "    \"gc\": {\"threshold\": [700, 10, 10], \"enabled\": true},\n"
    "    \"arena\": 1048576,\n"
    "    \"pool\": 16384,\n"
    "    \"align\": 16,\n"
    "    \"small\": 512,\n"
    "    \"arena_limit\": 0,\n"
    "    \"pool_header\": 48,\n"
    "    \"arena_base\": \"recorded\",\n"
    "    \"keep_empty_arena\": true,\n"
    "    \"mem_is_raw\": false\n"
    "  },\n"
    "  \"heap\": {\n"
    "    \"arenas\": {\"allocated\": 24, \"reclaimed\": 4, \"highwater\": 22, \"current\""
    ": 20},\n"
    "    \"arena_bytes\": 20971520,\n"
    "    \"classes\": [\n"
    "      {\"class\": 0, \"size\": 16, \"pools\": 3, \"used\": 2500, \"avail\": 563},\n"
    "      {\"class\": 1, \"size\": 32, \"pools\": 40, \"used\": 19000, \"avail\": 1440},"
    "\n"
    "      {\"class\": 2, \"size\": 48, \"pools\": 130, \"used\": 44000, \"avail\": 330}"
    "\n"
    "    ],\n"
    "    \"bytes\": {\"used\": 12582912, \"avail\": 5242880, \"unused_pools\": 2097152, "
    "\"headers\": 61440, \"quantization\": 200000, \"alignment\": 787136},\n"
    "    \"raw\": {\"blocks\": 420, \"bytes\": 6543210, \"peak_bytes\": 9876543},\n"
    "    \"peak_bytes\": 32505856\n"
    "  },\n"
    "  \"verify\": {\n"
    "    \"checked\": true,\n"
    "    \"placement\": {\"checked\": 641234, \"mismatches\": 0},\n"
    "    \"first_mismatch_event\": null,\n"
    "    \"classes\": {\"checked\": 480, \"mismatches\": 0},\n"
    "    \"books\": {\"checked\": 36, \"mismatches\": 0},\n"
    "    \"checkpoints\": 5,\n"
    "    \"books_balance\": true,\n"
    "    \"exact\": true\n"
    "  },\n"
    "  \"oracle\": [\n"
    "    {\"event\": 1234567, \"when\": \"end\", \"what\": \"class 2 pools\", \"recorded"
    "\": 130, \"modelled\": 131, \"delta\": 1}\n"
    "  ],\n"
    "  \"metrics\": {\n"
    "    \"events\": 1234567,\n"
    "    \"run_ns\": 2345678901,\n"
    "    \"rss_peak_bytes\": 42991616,\n"
    "    \"allocs\": 650000,\n"
    "    \"frees\": 580000,\n"
    "    \"reallocs\": 4567,\n"
    "    \"reallocs_in_place\": 1200,\n"
    "    \"small_allocs\": 640000,\n"
    "    \"limit_allocs\": 0,\n"
    "    \"arenas_allocated\": 24,\n"
    "    \"arenas_reclaimed\": 4,\n"
    "    \"arenas_highwater\": 22,\n"
    "    \"arenas_current\": 20,\n"
    "    \"arena_bytes\": 20971520,\n"
    "    \"arena_peak_bytes\": 23068672,\n"
    "    \"used_blocks\": 60000,\n"
    "    \"used_bytes\": 12582912,\n"
    "    \"avail_bytes\": 5242880,\n"
    "    \"unused_pool_bytes\": 2097152,\n"
    "    \"header_bytes\": 61440,\n"
    "    \"quantization_bytes\": 200000,\n"
    "    \"alignment_bytes\": 787136,\n"
    "    \"used_peak_bytes\": 19922944,\n"
    "    \"pools_used\": 1100,\n"
    "    \"raw_blocks\": 420,\n"
    "    \"raw_bytes\": 6543210,\n"
    "    \"raw_peak_bytes\": 9876543,\n"
    "    \"stack_peak_bytes\": 32768,\n"
    "    \"peak_bytes\": 32505856\n"
    "  },\n"
    "  \"health\": [\n"
    "    {\"severity\": \"info\", \"what\": \"raw blocks freed that were allocated before"
    " the hooks or past them\", \"count\": 37},\n"
    "    {\"severity\": \"loss\", \"what\": \"more than one interpreter allocated\", \"co"
    "unt\": 1}\n"
    "  ]\n"
    "}\n";

static const char metrics_csv[] =
    "metric,value,unit\n"
    "events,1234567,count\n"
    "run_ns,2345678901,ns\n"
    "rss_peak_bytes,42991616,bytes\n"
    "allocs,650000,count\n"
    "frees,580000,count\n"
    "reallocs,4567,count\n"
    "reallocs_in_place,1200,count\n"
    "small_allocs,640000,count\n"
    "limit_allocs,0,count\n"
    "arenas_allocated,24,count\n"
    "arenas_reclaimed,4,count\n"
    "arenas_highwater,22,count\n"
    "arenas_current,20,count\n"
    "arena_bytes,20971520,bytes\n"
    "arena_peak_bytes,23068672,bytes\n"
    "used_blocks,60000,count\n"
    "used_bytes,12582912,bytes\n"
    "avail_bytes,5242880,bytes\n"
    "unused_pool_bytes,2097152,bytes\n"
    "header_bytes,61440,bytes\n"
    "quantization_bytes,200000,bytes\n"
    "alignment_bytes,787136,bytes\n"
    "used_peak_bytes,19922944,bytes\n"
    "pools_used,1100,count\n"
    "raw_blocks,420,count\n"
    "raw_bytes,6543210,bytes\n"
    "raw_peak_bytes,9876543,bytes\n"
    "stack_peak_bytes,32768,bytes\n"
    "peak_bytes,32505856,bytes\n";

static const char timeline_csv[] =
    "event,recorded_clock_ns,recorded_rss_bytes,arenas,arena_bytes,pools_used,used_blocks"
    ",used_bytes,avail_bytes,unused_pool_bytes,raw_blocks,raw_bytes,stack_bytes\n"
    "100000,250000000,12582912,4,4194304,200,9000,3145728,400000,300000,90,800000,0\n"
    "600000,1100000000,31457280,22,23068672,1300,80000,19922944,900000,100000,500,9000000"
    ",32768\n"
    "1234567,2345678901,42991616,20,20971520,1100,60000,12582912,5242880,2097152,420,6543"
    "210,16384\n";

static const char classes_csv[] =
    "class,size,pools,used,avail\n"
    "0,16,3,2500,563\n"
    "1,32,40,19000,1440\n"
    "2,48,130,44000,330\n";

static const char diff_text[] =
    "A  app.pmt: cpython-3.11 (as recorded)\n"
    "B  app.pmt: cpython-3.11 arena=4M\n"
    "\n"
    "  metric                    A         B    change\n"
    "Arenas\n"
    "  arenas_allocated         24         7       -17   -70.8 %  better\n"
    "  arenas_reclaimed          4         1        -3   -75.0 %\n"
    "  arenas_highwater         22         6       -16   -72.7 %  better\n"
    "  arenas_current           20         6       -14   -70.0 %  better\n"
    "  arena_bytes        20.0 MiB  24.0 MiB  +4.0 MiB   +20.0 %  worse\n"
    "  arena_peak_bytes   22.0 MiB  24.0 MiB  +2.0 MiB    +9.1 %  worse\n"
    "Pools, at the end unless a peak\n"
    "  unused_pool_bytes   2.0 MiB   6.0 MiB  +4.0 MiB  +200.0 %  worse\n"
    "Together\n"
    "  peak_bytes         31.0 MiB  33.0 MiB  +2.0 MiB    +6.5 %  worse\n"
    "21 of 29 metrics are equal.\n";

static const char diff_csv[] =
    "metric,unit,a,b,delta,percent,verdict\n"
    "arenas_allocated,count,24,7,-17,-70.8333,better\n"
    "arenas_reclaimed,count,4,1,-3,-75.0000,changed\n"
    "arenas_highwater,count,22,6,-16,-72.7273,better\n"
    "arenas_current,count,20,6,-14,-70.0000,better\n"
    "arena_bytes,bytes,20971520,25165824,4194304,20.0000,worse\n"
    "arena_peak_bytes,bytes,23068672,25165824,2097152,9.0909,worse\n"
    "unused_pool_bytes,bytes,2097152,6291456,4194304,200.0000,worse\n"
    "peak_bytes,bytes,32505856,34603008,2097152,6.4516,worse\n";

static const char diff_json[] =
    "{\n"
    "  \"a\": {\n"
    "    \"label\": \"app.pmt: cpython-3.11 (as recorded)\",\n"
    "    \"path\": \"app.pmt\",\n"
    "    \"partial\": false,\n"
    "    \"config\": {\n"
    "      \"preset\": \"cpython-3.11\",\n"
    "      \"spec\": \"cpython-3.11\",\n"
    "      \"recorded\": true,\n"
    "      \"gc\": {\"threshold\": [700, 10, 10], \"enabled\": true},\n"
    "      \"arena\": 1048576,\n"
    "      \"pool\": 16384,\n"
    "      \"align\": 16,\n"
    "      \"small\": 512,\n"
    "      \"arena_limit\": 0,\n"
    "      \"pool_header\": 48,\n"
    "      \"arena_base\": \"recorded\",\n"
    "      \"keep_empty_arena\": true,\n"
    "      \"mem_is_raw\": false\n"
    "    }\n"
    "  },\n"
    "  \"b\": {\n"
    "    \"label\": \"app.pmt: cpython-3.11 arena=4M\",\n"
    "    \"path\": \"app.pmt\",\n"
    "    \"partial\": false,\n"
    "    \"config\": {\n"
    "      \"preset\": \"cpython-3.11\",\n"
    "      \"spec\": \"cpython-3.11 arena=4M\",\n"
    "      \"recorded\": false,\n"
    "      \"gc\": {\"threshold\": [700, 10, 10], \"enabled\": true},\n"
    "      \"arena\": 4194304,\n"
    "      \"pool\": 16384,\n"
    "      \"align\": 16,\n"
    "      \"small\": 512,\n"
    "      \"arena_limit\": 0,\n"
    "      \"pool_header\": 48,\n"
    "      \"arena_base\": \"recorded\",\n"
    "      \"keep_empty_arena\": true,\n"
    "      \"mem_is_raw\": false\n"
    "    }\n"
    "  },\n"
    "  \"metrics\": [\n"
    "    {\"name\": \"arenas_allocated\", \"unit\": \"count\", \"a\": 24, \"b\": 7, \"del"
    "ta\": -17, \"percent\": -70.8333, \"verdict\": \"better\"},\n"
    "    {\"name\": \"arenas_reclaimed\", \"unit\": \"count\", \"a\": 4, \"b\": 1, \"delt"
    "a\": -3, \"percent\": -75.0000, \"verdict\": \"changed\"},\n"
    "    {\"name\": \"arenas_highwater\", \"unit\": \"count\", \"a\": 22, \"b\": 6, \"del"
    "ta\": -16, \"percent\": -72.7273, \"verdict\": \"better\"},\n"
    "    {\"name\": \"arenas_current\", \"unit\": \"count\", \"a\": 20, \"b\": 6, \"delta"
    "\": -14, \"percent\": -70.0000, \"verdict\": \"better\"},\n"
    "    {\"name\": \"arena_bytes\", \"unit\": \"bytes\", \"a\": 20971520, \"b\": 2516582"
    "4, \"delta\": 4194304, \"percent\": 20.0000, \"verdict\": \"worse\"},\n"
    "    {\"name\": \"arena_peak_bytes\", \"unit\": \"bytes\", \"a\": 23068672, \"b\": 25"
    "165824, \"delta\": 2097152, \"percent\": 9.0909, \"verdict\": \"worse\"},\n"
    "    {\"name\": \"unused_pool_bytes\", \"unit\": \"bytes\", \"a\": 2097152, \"b\": 62"
    "91456, \"delta\": 4194304, \"percent\": 200.0000, \"verdict\": \"worse\"},\n"
    "    {\"name\": \"peak_bytes\", \"unit\": \"bytes\", \"a\": 32505856, \"b\": 34603008"
    ", \"delta\": 2097152, \"percent\": 6.4516, \"verdict\": \"worse\"}\n"
    "  ]\n"
    "}\n";

static const struct {
    const char *name;
    const char *want;
    bool is_diff;
    struct pmt_report_options options;
} cases[] = {
    {"summary, text, full", summary_full_text, false, {.full = true}},
    {"summary, JSON", summary_json, false, {.format = PMT_FORMAT_JSON}},
    {"metrics, CSV", metrics_csv, false, {.format = PMT_FORMAT_CSV}},
    {"timeline, CSV", timeline_csv, false,
     {.format = PMT_FORMAT_CSV, .part = PMT_PART_TIMELINE}},
    {"classes, CSV", classes_csv, false, {.format = PMT_FORMAT_CSV, .part = PMT_PART_CLASSES}},
    {"diff, text", diff_text, true, {.full = false}},
    {"diff, CSV", diff_csv, true, {.format = PMT_FORMAT_CSV, .only_changed = true}},
    {"diff, JSON", diff_json, true, {.format = PMT_FORMAT_JSON, .only_changed = true}},
};

/* With PMT_GOLDEN in the environment: the new text as this file wants it. */
static void print_as_c(const char *text)
{
    bool begun = false;

    for (; *text && getenv("PMT_GOLDEN"); text++) {
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

/* The first line that is another, for the eye. */
static void show_difference(const char *name, const char *actual, const char *want)
{
    size_t i = 0, line = 1, from = 0;

    for (; actual[i] && actual[i] == want[i]; i++)
        if (actual[i] == '\n') {
            from = i + 1;
            line++;
        }
    (void)printf("    %s, line %zu\n    is   \"%.*s\"\n    want \"%.*s\"\n", name, line,
                 (int)strcspn(actual + from, "\n"), actual + from,
                 (int)strcspn(want + from, "\n"), want + from);
    print_as_c(actual);
}

static char *report(size_t i, const struct pmt_result *a, const struct pmt_result *b)
{
    char *text = NULL;
    size_t n;
    struct pmt_error err;
    FILE *out = open_memstream(&text, &n);

    if (cases[i].is_diff)
        EXPECT_STATUS(pmt_report_diff(out, a, b, &cases[i].options, NULL, &err), PMT_OK, &err);
    else
        EXPECT_STATUS(pmt_report_summary(out, a, &cases[i].options, &err), PMT_OK, &err);
    (void)fclose(out);
    return text;
}

static void test_report_golden_texts(void)
{
    struct pmt_result a, b;

    sample_result(&a);
    sample_result_what_if(&b);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *text = report(i, &a, &b);

        if (!EXPECT(!strcmp(text, cases[i].want)))
            show_difference(cases[i].name, text, cases[i].want);
        free(text);
    }
    pmt_result_release(&a);
    pmt_result_release(&b);
}

/* What the other verdicts look like. */
static void test_report_says_how_far_it_may_be_trusted(void)
{
    static const struct {
        struct pmt_verify verify;
        const char *want;
    } verdicts[] = {
        {{.checked = false}, "Verified: no: a prediction, the program ran under another"},
        {{.checked = true, .books_balance = true, .first_mismatch_event = PMT_NOWHERE},
         "Verified: nothing to compare with: 0 placements, 0 pool-table figures, 0 totals, "
         "0 mismatches\n"},
        {{.checked = true, .books_balance = true, .placements_checked = 9000,
          .placement_mismatches = 256, .class_mismatches = 2, .first_mismatch_event = 1234},
         "Verified: NOT EXACT: 9,000 placements, 0 pool-table figures, 0 totals, "
         "258 mismatches, the first near event 1,234\n"},
        {{.checked = true, .first_mismatch_event = PMT_NOWHERE},
         "Verified: NOT EXACT: 0 placements, 0 pool-table figures, 0 totals, 0 mismatches, "
         "the bytes of the arenas do not add up\n"},
    };
    struct pmt_result r;

    sample_result(&r);
    r.partial = pmt_strdup("cut in chunk 12");
    for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++) {
        char *text;

        r.verify = verdicts[i].verify;
        text = report(0, &r, NULL);
        EXPECT_HAS(text, verdicts[i].want);
        EXPECT_HAS(text, "\nThe trace is partial: cut in chunk 12\n");
        free(text);
    }
    pmt_result_release(&r);
}

/* Colour is asked for, or there is none. */
static void test_report_colours_only_when_asked(void)
{
    struct pmt_report_options o = {.color = true};
    struct pmt_result a, b;
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    sample_result(&a);
    sample_result_what_if(&b);
    EXPECT_STATUS(pmt_report_diff(out, &a, &b, &o, NULL, NULL), PMT_OK, NULL);
    (void)fclose(out);
    EXPECT_HAS(text, "\033[32mbetter\033[0m\n");
    EXPECT_HAS(text, "\033[31mworse\033[0m\n");
    EXPECT(!strstr(diff_text, "\033"));
    free(text);
    pmt_result_release(&a);
    pmt_result_release(&b);
}

SUITE(report_golden, TEST(test_report_golden_texts),
      TEST(test_report_says_how_far_it_may_be_trusted),
      TEST(test_report_colours_only_when_asked))
