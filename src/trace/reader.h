/* reader.h - what tests need of the reader beyond trace.h. */
#ifndef PMT_TRACE_READER_H
#define PMT_TRACE_READER_H

#include <pymemtrace/trace.h>

/* pmt_trace_open() on an open file descriptor, which the caller keeps. */
enum pmt_status pmt_trace_open_fd(int fd, const char *name, struct pmt_trace **out,
                                  struct pmt_error *err);

#endif
