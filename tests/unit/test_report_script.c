/* test_report_script.c - reports of scripts, and the memory of two results over events. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "base/alloc.h"
#include "report/report.h"
#include "support/expect.h"
#include "support/sample_result.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void *copy_of(const void *from, size_t n)
{
    return memcpy(pmt_alloc(n), from, n);
}

/* Two lists, two regions, a type; nothing recorded. */
static void script_result(struct pmt_result *out)
{
    static const struct pmt_free_list_row lists[] = {
        {"tuple", 2, 200, 1, 30, 10, 31, 2, 4, 0},
        {"float", 0, PMT_NOWHERE, 41, 0, 1, 0, 0, 0, 0},
        {"frame", 0, 200, 0, 0, 0, 0, 0, 0, 0}};
    static const struct pmt_region_row regions[] = {{"heap", 12, 4096}, {"static", 3, 72}};
    static const struct pmt_collection collections[] = {
        {.event = 40, .generation = 0, .visited = 701, .collected = 2, .references = 9},
        {.event = 90, .generation = 2, .asked_for = true, .chosen = -1, .visited = 60,
         .uncollectable = 4, .at_exit = true}};
    static const struct pmt_sample samples[] = {
        {.event = 0, .arena_bytes = 1024}, {.event = 50, .arena_bytes = 2048},
        {.event = 90, .arena_bytes = 2048, .raw_bytes = 2048}};
    struct pmt_fact fact = {pmt_strdup("script.lines"), pmt_strdup("17")};
    struct pmt_type_row type = {.name = pmt_strdup("Dog\033"), .survivors = 2,
                                .survivor_bytes = 128};

    *out = (struct pmt_result){.trace_path = pmt_strdup("c02.trace"),
                               .config = {.preset = "notes", .spec = "notes gc=off"}};
    out->metrics.events = 90;
    out->metrics.gc_pause_max_ns = 7000;
    out->verify.first_mismatch_event = PMT_NOWHERE;
    out->verify.books_balance = true;
    out->verify.script = (struct pmt_script_verify){5, true, 3, 300};
    out->gc_cost = (struct pmt_gc_cost){.fixed_ns = 1500, .visited_ns = 1, .freed_ns = 35,
                                        .is_usual = 1};
    for (int i = 0; i < PMT_GC_KINDS * PMT_GC_RATIOS; i++)
        out->gc_cost.ratio[i / PMT_GC_RATIOS][i % PMT_GC_RATIOS] = 20 + i;
    out->facts = copy_of(&fact, sizeof fact);
    out->n_facts = 1;
    out->types = copy_of(&type, sizeof type);
    out->n_types = 1;
    out->free_lists = copy_of(lists, sizeof lists);
    out->n_free_lists = COUNT(lists);
    out->regions = copy_of(regions, sizeof regions);
    out->n_regions = COUNT(regions);
    out->collections = copy_of(collections, sizeof collections);
    out->n_collections = COUNT(collections);
    out->collections[0].pause_ns = 7000;
    out->collections[1].pause_ns = 3000;
    out->samples = copy_of(samples, sizeof samples);
    out->n_samples = COUNT(samples);
}

static char *summary(const struct pmt_result *r, struct pmt_report_options options)
{
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    EXPECT_STATUS(pmt_report_summary(out, r, &options, NULL), PMT_OK, NULL);
    (void)fclose(out);
    return text;
}

static char *diff(const struct pmt_result *a, const struct pmt_result *b,
                  struct pmt_report_options options)
{
    const struct pmt_result *sides[] = {a, b};
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);

    EXPECT_STATUS(pmt_report_diff(out, sides, 2, &options, NULL, NULL), PMT_OK, NULL);
    (void)fclose(out);
    return text;
}

static void has_all(char *text, const char *const *parts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!EXPECT(strstr(text, parts[i]) != NULL))
            (void)printf("    there is no \"%s\" in\n%s", parts[i], text);
    free(text);
}

static void test_report_script_text(void)
{
    static const char *const parts[] = {
        "c02.trace: a script of 17 lines\n90 operations, acted out as notes gc=off\n"
        "5 expectations hold\n",
        "\nCollector\n",
        "  modelled           0            1          2        0     7.0 us  7.0 us",
        "  cost model: 20 to 67 ns per object visited, by generation and number, "
        "+ 35 ns per block freed of a small set + 1.5 us:\n"
        "              what is usual, fitted to nothing: a script has no recorded pauses\n",
        "\nObjects alive\n"
        "  type     objects  bytes\n"
        "  Dog\\x1b        2  128 B\n",
        "\nFree lists\n"
        "  type   items  room for  held  hits  misses     hit  past  pushes  overflows  cleared\n"
        "  tuple      2       200     1    30      10  75.0 %     0      31          2        4\n"
        "  float                -    41     0       1   0.0 %     0       0          0        0\n",
        "\nRegions\n"
        "  region  objects    bytes\n"
        "  heap         12  4.0 KiB\n"
        "  static        3     72 B\n",
        "at exit",
        "\n  event  arenas  in arenas  used  available  unused      raw  arenas and raw\n"
        "      0       0    1.0 KiB   0 B        0 B     0 B      0 B  ######\n",
    };
    static const char *const absent[] = {"recorded  ", "Prediction", "Verified", "frame",
                                         "Python", "predicted longest"};
    struct pmt_result r;
    char *text;

    script_result(&r);
    has_all(summary(&r, (struct pmt_report_options){.full = true}), parts, COUNT(parts));
    text = summary(&r, (struct pmt_report_options){.full = true});
    for (size_t i = 0; i < COUNT(absent); i++)
        if (!EXPECT(!strstr(text, absent[i])))
            (void)printf("    there is \"%s\"\n", absent[i]);
    free(text);
    pmt_result_release(&r);
}

static void test_report_script_json(void)
{
    static const char *const prints[] = {"refcount x = 2", "say \"\\\""};
    static const char *const parts[] = {
        "\"script\": {\"expectations\": 5, \"walked\": true, \"left_objects\": 3, "
        "\"left_bytes\": 300}",
        "\"freelists\": [\n    {\"type\": \"tuple\", \"size\": 2, \"max\": 200, \"held\": 1, "
        "\"hits\": 30, \"misses\": 10, \"past\": 0, \"pushes\": 31, \"overflows\": 2, \"cleared\": 4},\n"
        "    {\"type\": \"float\", \"size\": 0, \"max\": null,",
        "\"regions\": [\n    {\"name\": \"heap\", \"objects\": 12, \"bytes\": 4096},\n",
        "\"uncollectable\": 4", "\"is_usual\": true", "\"spread_low\": null",
        "\"prints\": [\n    \"refcount x = 2\",\n    \"say \\\"\\\\\\\"\"\n  ]",
    };
    struct pmt_report_options o = {.format = PMT_FORMAT_JSON, .prints = prints,
                                   .n_prints = COUNT(prints)};
    struct pmt_result r;

    script_result(&r);
    has_all(summary(&r, o), parts, COUNT(parts));
    pmt_result_release(&r);
}

static void test_report_script_parts(void)
{
    static const struct {
        struct pmt_report_options options;
        const char *want;
    } cases[] = {
        {{.format = PMT_FORMAT_CSV, .part = PMT_PART_FREE_LISTS},
         "type,size,max,held,hits,misses,past,pushes,overflows,cleared\n"
         "tuple,2,200,1,30,10,0,31,2,4\nfloat,0,,41,0,1,0,0,0,0\nframe,0,200,0,0,0,0,0,0,0\n"},
        {{.format = PMT_FORMAT_CSV, .part = PMT_PART_REGIONS},
         "name,objects,bytes\nheap,12,4096\nstatic,3,72\n"},
        {{.part = PMT_PART_COLLECTIONS},
         "  event  generation  asked for  visited  collected  blocks freed  modelled pause  "
         "uncollectable  references\n"
         "     40           0  no             701          2             0          7.0 us"
         "              0           9\n"
         "     90           2  at exit         60          0             0          3.0 us"
         "              4           -\n"},
    };
    struct pmt_result r;

    script_result(&r);
    for (size_t i = 0; i < COUNT(cases); i++) {
        char *text = summary(&r, cases[i].options);

        EXPECT_HAS(text, cases[i].want);
        free(text);
    }
    pmt_result_release(&r);
}

/* Both bars have one scale; a side that is over keeps what it held last. */
static void test_report_curves_of_two_results(void)
{
    static const char *const parts[] = {
        "\nHeld over events, arenas and raw blocks\n"
        "  event        A                                  B\n"
        "      0  1.0 KiB  ######                    1.0 KiB  ######\n",
        "     49  1.0 KiB  ######                    1.0 KiB  ######\n",
        "     57  2.0 KiB  ############              1.0 KiB  ######\n",
        "     90  4.0 KiB  ########################  1.0 KiB  ######\n",
    };
    struct pmt_result a, b;
    char *text;

    script_result(&a);
    script_result(&b);
    text = diff(&a, &b, (struct pmt_report_options){.all = true});
    EXPECT(!strstr(text, "Held over events")); /* the same all along */
    free(text);
    b.n_samples = 1;
    b.metrics.allocs = 7;
    text = diff(&a, &b, (struct pmt_report_options){.all = false});
    has_all(text, parts, COUNT(parts));
    text = diff(&a, &b, (struct pmt_report_options){.all = true, .format = PMT_FORMAT_JSON});
    EXPECT_HAS(text, "\"timeline\": [\n");
    free(text);
    b.n_samples = 0;
    text = diff(&a, &b, (struct pmt_report_options){.all = false});
    EXPECT(!strstr(text, "Held over events"));
    free(text);
    pmt_result_release(&a);
    pmt_result_release(&b);
}

SUITE(report_script, TEST(test_report_script_text), TEST(test_report_script_json),
      TEST(test_report_script_parts), TEST(test_report_curves_of_two_results))
