/* test_metric.c - the metric table. */
#include <string.h>
#include <pymemtrace/metric.h>
#include "support/expect.h"

static void test_metric_names_are_unique_and_described(void)
{
    for (size_t i = 0; i < pmt_metric_count(); i++) {
        const struct pmt_metric_info *m = pmt_metric_at(i);

        EXPECT(strlen(m->help) > 0);
        EXPECT(strspn(m->name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(m->name));
        for (size_t j = 0; j < i; j++)
            EXPECT(strcmp(m->name, pmt_metric_at(j)->name) != 0);
    }
}

static void test_metric_a_unit_stands_in_the_name(void)
{
    for (size_t i = 0; i < pmt_metric_count(); i++) {
        const struct pmt_metric_info *m = pmt_metric_at(i);
        size_t n = strlen(m->name);

        EXPECT((m->unit == PMT_UNIT_BYTES) == (n > 6 && !strcmp(m->name + n - 6, "_bytes")));
        EXPECT((m->unit == PMT_UNIT_NS) == (n > 3 && !strcmp(m->name + n - 3, "_ns")));
    }
}

static void test_metric_every_row_is_its_own_field(void)
{
    struct pmt_metrics m = {0};

    for (size_t i = 0; i < pmt_metric_count(); i++)
        pmt_metric_set(&m, i, i + 1);
    for (size_t i = 0; i < pmt_metric_count(); i++)
        EXPECT_U64(pmt_metric_get(&m, i), i + 1);
    EXPECT_U64(m.events, 1);
    EXPECT_U64(m.gc_peak_garbage_bytes, pmt_metric_get(&m, pmt_metric_count() - 1));
}

SUITE(metric, TEST(test_metric_names_are_unique_and_described),
      TEST(test_metric_a_unit_stands_in_the_name),
      TEST(test_metric_every_row_is_its_own_field))
