/* metric.h - struct pmt_metrics and its description, both from metric.def. */
#ifndef PMT_METRIC_H
#define PMT_METRIC_H

#include <stddef.h>
#include <stdint.h>
#include <pymemtrace/status.h>

struct pmt_metrics {
#define METRIC(name, unit, better, group, help) uint64_t name;
#include <pymemtrace/metric.def>
};

enum pmt_unit { PMT_UNIT_COUNT, PMT_UNIT_BYTES, PMT_UNIT_NS };
enum pmt_better { PMT_BETTER_NEUTRAL, PMT_BETTER_LOWER, PMT_BETTER_HIGHER };
enum pmt_group {
    PMT_GROUP_RECORDED, PMT_GROUP_TRAFFIC, PMT_GROUP_ARENAS, PMT_GROUP_POOLS,
    PMT_GROUP_RAW, PMT_GROUP_TOTAL, PMT_GROUP_LISTS, PMT_GROUP_GC
};

struct pmt_metric_info {
    const char *name;
    const char *help;
    enum pmt_unit unit;
    enum pmt_better better;
    enum pmt_group group;
    size_t offset; /* of the field in struct pmt_metrics */
};

/* Number of metrics, and the description of the i-th in table order. */
PMT_API size_t pmt_metric_count(void);
PMT_API const struct pmt_metric_info *pmt_metric_at(size_t i);

/* Value of metric i. */
PMT_API uint64_t pmt_metric_get(const struct pmt_metrics *m, size_t i);
PMT_API void pmt_metric_set(struct pmt_metrics *m, size_t i, uint64_t value);

#endif
