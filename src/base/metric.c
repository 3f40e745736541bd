/* metric.c - the rows of metric.def as a table, and access by number. */
#include <pymemtrace/metric.h>

#include "base/check.h"

static const struct pmt_metric_info rows[] = {
#define METRIC(name, unit, better, group, help)                                \
    {#name, help, PMT_UNIT_##unit, PMT_BETTER_##better, PMT_GROUP_##group,      \
     offsetof(struct pmt_metrics, name)},
#include <pymemtrace/metric.def>
};

#define N_ROWS (sizeof rows / sizeof *rows)

_Static_assert(sizeof(struct pmt_metrics) == N_ROWS * sizeof(uint64_t),
               "struct pmt_metrics is an array of uint64_t, one per row");

size_t pmt_metric_count(void) { return N_ROWS; }

const struct pmt_metric_info *pmt_metric_at(size_t i)
{
    pmt_assert(i < N_ROWS);
    return &rows[i];
}

uint64_t pmt_metric_get(const struct pmt_metrics *m, size_t i)
{
    pmt_assert(i < N_ROWS);
    return *(const uint64_t *)(const void *)((const char *)m + rows[i].offset);
}

void pmt_metric_set(struct pmt_metrics *m, size_t i, uint64_t value)
{
    pmt_assert(i < N_ROWS);
    *(uint64_t *)(void *)((char *)m + rows[i].offset) = value;
}
