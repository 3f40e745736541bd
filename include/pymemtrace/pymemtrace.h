/* pymemtrace.h - the public API: record a program, read a trace, replay it under
 * a configuration, keep and compare results. */
#ifndef PMT_PYMEMTRACE_H
#define PMT_PYMEMTRACE_H

#include <pymemtrace/config.h>
#include <pymemtrace/metric.h>
#include <pymemtrace/record.h>
#include <pymemtrace/result.h>
#include <pymemtrace/run.h>
#include <pymemtrace/status.h>
#include <pymemtrace/store.h>
#include <pymemtrace/trace.h>

/* "0.1.0" */
PMT_API const char *pmt_version(void);

#endif
